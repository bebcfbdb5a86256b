"""`train`: the scorers that ship, fitted on a whole referential and calibrated on moves that the fit did not see."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from passerelles.errors import PasserellesError
from passerelles.evaluation.protocol import Int32s, Values, graph_without, known_mobilities, make_folds
from passerelles.graph.core import OccupationGraph
from passerelles.progress import OnStep
from passerelles.scoring.features import PLAIN_FEATURES, FeatureContext, content_parts, context_of_all, features
from passerelles.scoring.measures import Dense, drawn_people
from passerelles.scoring.mobility import DAMPING, MOBILITY_PARTS, mobility_features
from passerelles.scoring.scorer import HOLDINGS, Bend, Calibration, Prior, Scorer
from passerelles.scoring.table import build_table, mean_of_pairs, score_person
from passerelles.sharing import one_thread
from passerelles.vectors import Bools, Ints

VERSION: Final = "3"  # from 3 on hubs are damped, and the length of a list is no prior
HOLDINGS_VERSION: Final = "3"  # from 3 on fitted on people, no longer on occupations
_NEAREST: Final = 240  # candidates that each origin is fitted on, beside its known moves...
_OTHERS: Final = 80  # ...and as many drawn among the rest, weighted to stand for all of it
_PENALTY: Final = 0.001
_SEED: Final = 0
_USED: Final = ("scipy.linalg", "sklearn.linear_model")
# Groupings of the calibration: never the one on which results are reported.
GROUPINGS: Final = (101, 102)
FOLDS: Final = 5
CANDIDATES: Final = 20  # first candidates of each origin, which are those that people see
_DEPTH: Final = 300  # candidates of each origin that all count; of the others one in ten does, for ten
_THINNED: Final = 10
_BENDS: Final = (10, 50)  # ranks whose median scores are where the calibration may bend
_DECIMALS: Final = 4

Parts = dict[str, dict[str, float]]  # weights of features, by part


@dataclass(frozen=True, eq=False)
class _Sample:
    """
    Pairs that a fit sees: row and column of each, whether experts list it, and how many pairs it stands for.

    `source` names the referential that they are of.
    """

    rows: Ints
    columns: Ints
    listed: Bools
    weights: Values
    source: str


def fit_scorer(graph: OccupationGraph, *, content_only: bool = False) -> Scorer:
    """
    Fit a scorer on the mobilities of a graph.

    Content features are weighted by a logistic regression (scikit-learn, ridge penalty, features in standard
    deviations). A second one weighs that result as a whole beside the features made from mobilities. After each, the
    closeness features whose weight is negative are dropped, and it is fitted again, until none is. `DAMPING` is set
    beside them, so that a target which hundreds list does not stand near every origin. Specialised occupations take
    no part.

    Parameters
    ----------
    graph
        Its mobilities are the examples; an origin without any is left out.
    content_only
        Leave out every feature made from mobilities.

    Returns
    -------
    scorer
        Not calibrated. The same graph gives the same weights, to the last digit kept.

    Raises
    ------
    PasserellesError
        If the graph has no mobilities to learn from, or they follow nothing that its occupations say.
    """
    context = context_of_all(graph)
    with one_thread(*_USED):
        values = _centred_features(context, [f"{part}.{n}" for part, named in content_parts().items() for n in named])
        sample = _draw(graph, values["overall.rank"] + values["description.text_rank"])
        free = [n for n in values if not features()[n].closeness]
        weights, base = _fit(values, sample, free)
        content = _by_part(weights, content_parts())
        if content_only:
            return _scorer(graph, "content", VERSION, base, content)
        logit = _logit(values, weights, base)
        from_moves = mobility_features(context, logit)
        fitted = {"content": logit} | {n: v for n, v in from_moves.items() if n not in DAMPING}
        second, shift = _fit(fitted, sample)
    scale = second.pop("content", 0.0)
    if not scale:
        raise PasserellesError("nothing_follows", name=sample.source)
    second |= DAMPING
    moved = {part: {n: _rounded(w * scale) for n, w in named.items()} for part, named in content.items()}
    moved |= _by_part(second, MOBILITY_PARTS)
    prior = Prior(scale=_rounded(scale), base=_rounded(base))
    return _scorer(graph, "fitted", VERSION, shift + scale * base, moved, prior)


def fit_holdings(graph: OccupationGraph) -> Scorer:
    """
    Fit the scorer of people without an occupation: what follows from what they hold, and nothing else.

    Without the parts that read an occupation, the weights of `fitted` would leave the word to how often a job is a
    target; these are fitted for competencies alone, on people who hold some of what an occupation requires (see
    `drawn_people`) and are taken to move where it does. See `fit_scorer` for the method and what is raised.
    """
    occupations = context_of_all(graph)
    people = FeatureContext(graph, drawn_people(graph), occupations.reference)
    names = [name for name, f in features().items() if f.of_holdings and name not in PLAIN_FEATURES]
    with one_thread(*_USED):
        values = _centred_features(people, names, occupations)
        weights, base = _fit(values, _draw(graph, values["overall.rank"]))
    parts = {part: named for part, named in _by_part(weights, content_parts()).items() if named}
    return _scorer(graph, HOLDINGS, HOLDINGS_VERSION, base, parts)


def _scorer(
    graph: OccupationGraph, name: str, version: str, base: float, parts: Parts, prior: Prior | None = None
) -> Scorer:
    source = f"{graph.referential.name} {graph.referential.version}"
    candidates = max(1, int((~graph.is_specialised).sum()) - 1)
    about: dict[str, Any] = {"name": name, "version": version, "fitted_on": source, "candidates": candidates}
    return Scorer(base=_rounded(base), parts=parts, prior=prior, **about)


def _centred_features(
    context: FeatureContext, names: Sequence[str], centred_on: FeatureContext | None = None
) -> dict[str, Dense]:
    """Features less their means, over the occupations as a table of scores has them; an unknown value is the mean."""
    plain = ~context.graph.is_specialised
    centred: dict[str, Dense] = {}
    for name in names:
        values = features()[name].compute(context)
        mean = mean_of_pairs(values if centred_on is None else features()[name].compute(centred_on), plain)
        centred[name] = np.nan_to_num(values - np.float32(mean), copy=False)
    return centred


def _logit(features: Mapping[str, Dense], weights: Mapping[str, float], base: float) -> Dense:
    logit: Dense = np.full_like(next(iter(features.values())), base)
    for name, weight in weights.items():
        logit += np.float32(weight) * features[name]
    return logit


def _draw(graph: OccupationGraph, closeness: Dense) -> _Sample:
    """Draw pairs: for each origin that lists moves, its nearest candidates, its moves, and some of the rest."""
    generator = np.random.default_rng(_SEED)
    plain = np.flatnonzero(~graph.is_specialised)
    listed = graph.mobility
    rows: list[Ints] = []
    columns: list[Ints] = []
    weights: list[Values] = []
    for row in plain.tolist():
        targets = listed.indices[listed.indptr[row] : listed.indptr[row + 1]]
        if not len(targets):
            continue
        others = plain[plain != row]
        nearest = others[np.lexsort((others, -closeness[row, others]))]
        near = np.union1d(nearest[: min(_NEAREST, len(plain) // 3)], targets)
        far = np.setdiff1d(others, near)
        drawn = generator.choice(far, min(_OTHERS, len(far)), replace=False) if len(far) else far
        rows.append(np.full(len(near) + len(drawn), row))
        columns += [near, drawn]
        weights += [np.ones(len(near)), np.full(len(drawn), len(far) / max(1, len(drawn)))]
    if not rows:
        raise PasserellesError("nothing_to_fit", name=graph.referential.name)
    row_of, column_of = np.concatenate(rows), np.concatenate(columns)
    drawn_listed = np.asarray(listed[row_of, column_of]).ravel() > 0
    return _Sample(row_of, column_of, drawn_listed, np.concatenate(weights), graph.referential.name)


def _fit(features: Mapping[str, Dense], sample: _Sample, free: Container[str] = ()) -> tuple[dict[str, float], float]:
    """Fit weights and intercept on the pairs of a sample; only the features in `free` may weigh negatively."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - fitting alone needs it

    names = list(features)
    values = np.stack([features[n][sample.rows, sample.columns] for n in names], axis=1).astype(np.float64)
    spread = values.std(axis=0)
    spread[spread < 1e-6] = 1.0  # noqa: PLR2004 - a feature that never varies here
    centre = values.mean(axis=0)
    standard = (values - centre) / spread
    active = np.arange(len(names))
    model = LogisticRegression(C=_PENALTY, solver="newton-cholesky", max_iter=100, tol=1e-6, warm_start=True)
    while len(active) and not sample.listed.all():
        model.fit(standard[:, active], sample.listed, sample_weight=sample.weights)
        fitted = model.coef_[0]
        wrong = np.asarray([w < 0 and names[i] not in free for i, w in zip(active, fitted, strict=True)])
        if not wrong.any():
            weights = {names[i]: _rounded(w / spread[i]) for i, w in zip(active, fitted, strict=True)}
            shift = sum(w * centre[names.index(n)] for n, w in weights.items())
            if nonzero := {n: w for n, w in weights.items() if w}:
                return nonzero, float(model.intercept_[0] - shift)
            break
        active = active[~wrong]
        model.coef_ = model.coef_[:, ~wrong]  # where the next fit starts
    raise PasserellesError("nothing_follows", name=sample.source)


def _by_part(weights: Mapping[str, float], parts: Iterable[str]) -> Parts:
    """Weights of each part, by the name that a feature begins with."""
    return {part: {n: w for n, w in weights.items() if n.split(".", 1)[0] == part} for part in parts}


def _rounded(value: float) -> float:
    return round(float(value), _DECIMALS)


class RankedPairs(NamedTuple):
    """Shape (k,) each: score of a pair, whether an expert lists it, and its rank among its origin's, from 1."""

    scores: Values
    listed: Bools
    rank: Int32s


FitScorer = Callable[[OccupationGraph], Scorer]


FITS: Final[Mapping[str, FitScorer]] = MappingProxyType(
    {"fitted": fit_scorer, "content": partial(fit_scorer, content_only=True), HOLDINGS: fit_holdings}
)


def train(graph: OccupationGraph, *, progress: OnStep | None = None) -> dict[str, Scorer]:
    """
    Fit and calibrate the scorers that ship.

    ``fitted`` is the default; ``content`` does without features made from mobilities; ``holdings`` is for people
    without an occupation.

    Parameters
    ----------
    graph
        The referential to learn from; its specialised occupations take no part.
    progress
        Called with the steps done and their number.

    Returns
    -------
    scorers
        By name. The same graph gives the same scorers.

    Raises
    ------
    PasserellesError
        If the referential lists no mobility, has too few parent groups to hold some out, or lists mobilities that
        follow nothing that its occupations say.
    """
    report = progress or (lambda _done, _total: None)
    total = len(FITS) * (1 + len(GROUPINGS) * FOLDS)
    done = count(1)
    scorers: dict[str, Scorer] = {}
    for name, fit in FITS.items():
        pairs: list[RankedPairs] = []
        for fold in chain.from_iterable(make_folds(graph, FOLDS, grouping=grouping) for grouping in GROUPINGS):
            pairs.append(held_out_pairs(graph, fold.origins, fold.held_out, fit=fit))
            report(next(done), total)
        scorers[name] = fit(graph).model_copy(update={"calibration": calibrate(joined(pairs))})
        report(next(done), total)
    return scorers


def held_out_pairs(
    graph: OccupationGraph, origins: Int32s, held_out: Int32s, *, fit: FitScorer = fit_scorer
) -> RankedPairs:
    """
    Score origins with a scorer that never saw their parent groups.

    Returns
    -------
    pairs
        Those of each origin in turn, best first; see `chosen_pairs`.
    """
    known = known_mobilities(graph)
    training = graph_without(graph, held_out)
    plain = np.flatnonzero(~graph.is_specialised)
    pairs: list[RankedPairs] = []
    for row, scores in zip(origins.tolist(), origin_totals(training, fit(training), origins), strict=True):
        candidates = plain[plain != row]
        listed = np.isin(candidates, known.indices[known.indptr[row] : known.indptr[row + 1]])
        pairs.append(chosen_pairs(scores[candidates], listed))
    return joined(pairs)


def origin_totals(graph: OccupationGraph, scorer: Scorer, rows: Int32s) -> Values:
    """
    Scores of some occupations under a scorer, as those that it serves: for `holdings`, of the people drawn from them.

    Returns
    -------
    totals
        Shape (len(rows), n).
    """
    table = build_table(graph, scorer)
    if scorer.name != HOLDINGS:
        return table.scores.totals(rows)
    return score_person(graph, table, drawn_people(graph).part(rows)).all_totals()


def chosen_pairs(scores: Values, listed: Bools) -> RankedPairs:
    """Return the candidates of one origin that a calibration sees: all of the first 300, then one in ten."""
    order = np.lexsort((np.arange(len(scores)), -scores))
    rank = np.arange(1, len(order) + 1, dtype=np.int32)
    mask = (rank <= _DEPTH) | (rank % _THINNED == 0)
    return RankedPairs(scores[order][mask], listed[order][mask], rank[mask])


def joined(pairs: Sequence[RankedPairs]) -> RankedPairs:
    """Return pairs one after the other."""
    return RankedPairs(*map(np.concatenate, zip(*pairs, strict=True)))


def calibrate(pairs: RankedPairs) -> Calibration:
    """
    Fit the chance that a move is listed to its score: logistic regression on the score (Platt) with two bends.

    Experts list hardly anything beyond the first candidates, and one slope cannot fall so fast and be right at the
    top: below the median score of the tenth candidate, and below that of the fiftieth, the slope may be steeper,
    never flatter.

    Parameters
    ----------
    pairs
        From moves that the scorer was not fitted on.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training alone needs it

    weights = np.where(pairs.rank <= _DEPTH, 1.0, _THINNED)
    medians = [pairs.scores[pairs.rank == rank] for rank in _BENDS]
    knots = [_rounded(np.median(scores)) for scores in medians if len(scores)]
    while True:
        columns = [pairs.scores, *(np.minimum(pairs.scores - at, 0.0) for at in knots)]
        model = LogisticRegression(C=1e6, tol=1e-8, max_iter=500)
        model.fit(np.stack(columns, axis=1), pairs.listed, sample_weight=weights)
        slope, *bends = map(_rounded, model.coef_[0])
        steeper = [at for at, bend in zip(knots, bends, strict=True) if bend > 0]
        if len(steeper) == len(knots):
            break
        knots = steeper
    bent = tuple(Bend(at=at, slope=bend) for at, bend in zip(knots, bends, strict=True))
    return Calibration(slope=max(10.0**-_DECIMALS, slope), intercept=_rounded(model.intercept_[0]), bends=bent)
