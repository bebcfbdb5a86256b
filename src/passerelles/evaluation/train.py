"""`train`: the scorers that ship, fitted on a whole referential and calibrated on moves that the fit did not see."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.evaluation.protocol import graph_without, known_mobilities, make_folds
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.fit import fit_holdings, fit_scorer
from passerelles.scoring.measures import drawn_people
from passerelles.scoring.scorer import HOLDINGS, Bend, Calibration, Scorer
from passerelles.scoring.table import build_table, score_person

# Groupings of the calibration: never the one on which results are reported.
GROUPINGS: Final = (101, 102)
FOLDS: Final = 5
CANDIDATES: Final = 20  # first candidates of each origin, which are those that people see
_DEPTH: Final = 300  # candidates of each origin that all count; of the others one in ten does, for ten
_THINNED: Final = 10
_BENDS: Final = (10, 50)  # ranks whose median scores are where the calibration may bend
_DECIMALS: Final = 4

Progress = Callable[[int, int], None]


class Pairs(NamedTuple):
    """Shape (k,) each: score of a pair, whether an expert lists it, and its rank among its origin's, from 1."""

    scores: NDArray[np.float64]
    listed: NDArray[np.bool_]
    rank: NDArray[np.int32]


Fit = Callable[[OccupationGraph], Scorer]


def fit_content(graph: OccupationGraph) -> Scorer:
    """Fit the scorer without features made from mobilities; see `fit_scorer`."""
    return fit_scorer(graph, content_only=True)


FITS: Final[Mapping[str, Fit]] = MappingProxyType(
    {"fitted": fit_scorer, "content": fit_content, HOLDINGS: fit_holdings}
)


def train(graph: OccupationGraph, *, progress: Progress | None = None) -> dict[str, Scorer]:
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
        If the referential lists no mobility, or has too few parent groups to hold some out.
    """
    said = progress or (lambda _done, _total: None)
    total = len(FITS) * (1 + len(GROUPINGS) * FOLDS)
    done = 0
    found: dict[str, Scorer] = {}
    for name, fit in FITS.items():
        pairs: list[Pairs] = []
        for grouping in GROUPINGS:
            for fold in make_folds(graph, FOLDS, grouping=grouping):
                pairs.append(held_out_pairs(graph, fold.origins, fold.held_out, fit=fit))
                done += 1
                said(done, total)
        found[name] = fit(graph).model_copy(update={"calibration": calibrate(joined(pairs))})
        done += 1
        said(done, total)
    return found


def held_out_pairs(
    graph: OccupationGraph, origins: NDArray[np.int32], held_out: NDArray[np.int32], *, fit: Fit = fit_scorer
) -> Pairs:
    """
    Score origins with a scorer that never saw their parent groups.

    Returns
    -------
    pairs
        Those of each origin in turn, best first; see `chosen_pairs`.
    """
    known = known_mobilities(graph)
    seen = graph_without(graph, held_out)
    totals = origin_totals(seen, fit(seen), origins)
    plain = np.flatnonzero(~graph.is_specialised)
    found: list[Pairs] = []
    for row, scores in zip(origins.tolist(), totals, strict=True):
        candidates = plain[plain != row]
        listed = np.isin(candidates, known.indices[known.indptr[row] : known.indptr[row + 1]])
        found.append(chosen_pairs(scores[candidates], listed))
    return joined(found)


def origin_totals(graph: OccupationGraph, scorer: Scorer, rows: NDArray[np.int32]) -> NDArray[np.float64]:
    """
    Scores of some occupations under a scorer, as those that it serves: for `holdings`, of the people drawn from them.

    Returns
    -------
    totals
        Shape (len(rows), n).
    """
    table = build_table(graph, scorer)
    if scorer.name != HOLDINGS:
        return np.stack([table.scores.totals(row) for row in rows.tolist()])
    people = score_person(graph, table, drawn_people(graph).part(rows))
    return np.stack([people.totals(place) for place in range(len(rows))])


def chosen_pairs(scores: NDArray[np.float64], listed: NDArray[np.bool_]) -> Pairs:
    """Return the candidates of one origin that a calibration sees: all of the first 300, then one in ten."""
    order = np.lexsort((np.arange(len(scores)), -scores))
    rank = np.arange(1, len(order) + 1, dtype=np.int32)
    kept = (rank <= _DEPTH) | (rank % _THINNED == 0)
    return Pairs(scores[order][kept], listed[order][kept], rank[kept])


def joined(pairs: Sequence[Pairs]) -> Pairs:
    """Return pairs one after the other."""
    scores, listed, rank = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return Pairs(scores, listed, rank)


def calibrate(pairs: Pairs) -> Calibration:
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
    knots = [round(float(np.median(scores)), _DECIMALS) for scores in medians if len(scores)]
    while True:
        columns = [pairs.scores, *(np.minimum(pairs.scores - at, 0.0) for at in knots)]
        model = LogisticRegression(C=1e6, tol=1e-8, max_iter=500)
        model.fit(np.stack(columns, axis=1), pairs.listed, sample_weight=weights)
        slope, *bends = (round(float(value), _DECIMALS) for value in model.coef_[0])
        kept = [at for at, bend in zip(knots, bends, strict=True) if bend > 0]
        if len(kept) == len(knots):
            break
        knots = kept
    return Calibration(
        slope=max(10.0**-_DECIMALS, slope),
        intercept=round(float(model.intercept_[0]), _DECIMALS),
        bends=tuple(Bend(at=at, slope=bend) for at, bend in zip(knots, bends, strict=True)),
    )
