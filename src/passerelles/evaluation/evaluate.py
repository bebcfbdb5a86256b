"""`evaluate`: methods side by side against the moves that experts list, and against those that people made."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count
from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.errors import PasserellesError, UnknownCodeError, checked
from passerelles.evaluation import protocol
from passerelles.evaluation.protocol import Int32s
from passerelles.evaluation.results import Evaluation, MethodResult, ObservedFit, ObservedMethod, RankedTargets
from passerelles.evaluation.train import fit_scorer
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.own_lists import ObservedMoves
from passerelles.progress import OnNamedStep
from passerelles.referentials.referential import several
from passerelles.scoring.scorer import Scorer, load_scorer
from passerelles.scoring.table import score_table
from passerelles.settings import Settings
from passerelles.sharing import made_once
from passerelles.vectors import Cells, close_pairs, frozen, presence, rarity, top, unit_rows, weighted, word_vectors

Scores = NDArray[np.float64]

SIZE: Final = "size"
"""Name of the baseline that every table holds: targets by how many people of other origins they took."""


def random_scores(graph: OccupationGraph, rows: Int32s) -> Scores:
    """Scores in [0, 1) drawn by hashing the two codes: no similarity at all, and the same in every run."""
    return np.asarray([[_random(f"{graph.codes[row]}\t{target}") for target in graph.codes] for row in rows.tolist()])


def _random(pair: str) -> float:
    return int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=8).digest(), "big") / 2**64


def cosine_scores(graph: OccupationGraph, rows: Int32s) -> Scores:
    """TF-IDF cosine of the requirements: each counts its rarity ``ln((1 + n) / (1 + df)) + 1``, once; in [0, 1]."""
    unit = unit_rows(_rare(graph))
    return np.asarray((sparse.csr_array(unit[rows]) @ unit.T).todense(), dtype=np.float64)


def jaccard_scores(graph: OccupationGraph, rows: Int32s) -> Scores:
    """Rarity shared by the requirements of both, over the rarity of those of either; in [0, 1], 0 without any."""
    rare = _rare(graph)
    shared = np.asarray((sparse.csr_array(presence(rare)[rows]) @ rare.T).todense(), dtype=np.float64)
    total = np.asarray(rare.sum(axis=1), dtype=np.float64).ravel()
    return _share(shared, total[rows][:, None] + total[None, :] - shared)


def _rare(graph: OccupationGraph) -> sparse.csr_array:
    """Shape (n, m): rarity of each requirement."""
    listed = presence(graph.weights)
    return weighted(listed, rarity(listed, ~graph.is_specialised))


FLOOR: Final = 0.4


def symmetric_scores(graph: OccupationGraph, rows: Int32s) -> Scores:
    """Matched similarity over the mean number of items of the two occupations, in [0, 1]; 0 where neither has any."""
    sums, counts = _matched(graph)
    return _share(sums[rows], (counts[rows][:, None] + counts[None, :]) / 2.0)


def directed_scores(graph: OccupationGraph, rows: Int32s) -> Scores:
    """Matched similarity over the number of items of the target, in [0, 1]; 0 where it has none."""
    sums, counts = _matched(graph)
    return _share(sums[rows], np.broadcast_to(counts[None, :], (len(rows), len(counts))))


def _share(part: Scores, total: Scores) -> Scores:
    """Return one over the other, 0 where there is nothing to share."""
    return np.divide(part, total, out=np.zeros_like(part), where=total > 0)


@made_once
def _matched(graph: OccupationGraph) -> tuple[Scores, Scores]:
    """Sum of the matched similarities of every pair, shape (n, n), and number of items of each, shape (n,)."""
    items = presence(graph.weights)
    by_item = sparse.csr_array(items.T.tocsr())
    similar = _similar_items(graph)
    sums = np.asarray((items @ by_item).todense(), dtype=np.float64)  # the same item in both is matched first
    for row in range(items.shape[0]):
        sums[row, row + 1 :] += _near_sums(row, items, by_item, similar)[row + 1 :]
        sums[row + 1 :, row] = sums[row, row + 1 :]  # the matching does not depend on the direction
    return frozen(sums), frozen(np.diff(items.indptr).astype(np.float64))


def _similar_items(graph: OccupationGraph) -> sparse.csr_array:
    """Shape (m, m): cosine of the labels of two different items, from `FLOOR` up; unknown labels are like none."""
    named = np.asarray([i for i, c in enumerate(graph.competencies) if c.label is not None], dtype=np.int32)
    size = len(graph.competencies)
    if not len(named):
        return sparse.csr_array((size, size))
    left, right, cosine = close_pairs(word_vectors([graph.competencies[i].name for i in named.tolist()]), FLOOR)
    half = sparse.csr_array((cosine, (named[left], named[right])), shape=(size, size))
    return sparse.csr_array(half + half.T)


def _near_sums(row: int, items: sparse.csr_array, by_item: sparse.csr_array, similar: sparse.csr_array) -> Scores:
    """Sum of the similarities matched between different items, of one occupation with each later one; shape (n,)."""
    size, width = items.shape
    listed = items.indices[items.indptr[row] : items.indptr[row + 1]]
    place, alike, cosine = _stored(similar, listed)
    new = ~np.isin(alike, listed)  # an item that both have is matched to itself, on either side
    place, alike, cosine = place[new], alike[new], cosine[new]
    asking, occupation, _ = _stored(by_item, alike)
    place, alike, cosine = place[asking], alike[asking], cosine[asking]
    mask = (occupation > row) & ~(sparse.csr_array(by_item[listed]).toarray() > 0)[place, occupation]
    occupation, item, alike, cosine = occupation[mask], listed[place[mask]], alike[mask], cosine[mask]
    order = np.lexsort((np.maximum(item, alike), np.minimum(item, alike), -cosine))
    occupation, item, alike, cosine = occupation[order], item[order], alike[order], cosine[order]
    start = occupation.astype(np.int64) * width
    matched = greedy_matching(start + item, start + alike)
    return np.asarray(np.bincount(occupation[matched], weights=cosine[matched], minlength=size), dtype=np.float64)


def greedy_matching(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.intp]:
    """
    Match one to one, best pair first.

    Parameters
    ----------
    left, right
        Shape (e,): items of each possible pair, best pair first.

    Returns
    -------
    matched
        Positions of the pairs matched, in rising order.

    Examples
    --------
    >>> greedy_matching(np.array([1, 1, 2, 2]), np.array([7, 8, 7, 8])).tolist()
    [0, 3]
    """
    matched: list[int] = []
    taken_left, taken_right = set[int](), set[int]()
    for place, (first, second) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if first not in taken_left and second not in taken_right:
            matched.append(place)
            taken_left.add(first)
            taken_right.add(second)
    return np.asarray(matched, dtype=np.intp)


def _stored(matrix: sparse.csr_array, rows: Int32s) -> tuple[NDArray[np.intp], Int32s, Scores]:
    """Entries of some rows: position in `rows`, column, value."""
    entry, counts = Cells.of(matrix).of_rows(rows)
    return np.repeat(np.arange(len(rows)), counts), matrix.indices[entry], matrix.data[entry]


RankFunction = Callable[[OccupationGraph, str], Mapping[str, float]]

UNRANKED: Final = -np.inf


@dataclass(frozen=True)
class Method:
    """
    A way to score the targets of origins.

    `score` takes a graph and b rows of origins, and gives shape (b, n): higher is better, `UNRANKED` where a target
    is not ranked at all. Without `reads_mobilities` it gets a graph that has none; with it, a graph that has only
    those of the origins of the other folds.
    """

    name: str
    score: Callable[[OccupationGraph, Int32s], Scores]
    reads_mobilities: bool = False
    shipped: str | None = None  # name of the scorer that ships with the package, where the method is one


def choose_methods(graph: OccupationGraph, methods: Iterable[str | RankFunction] | None) -> tuple[Method, ...]:
    """
    Return the methods asked for, each once, in the order given.

    Parameters
    ----------
    graph
        What is ranked.
    methods
        Names of `METHODS`, and callables ``(graph, origin) -> {code: score}``. None stands for all names but those
        whose weights were fitted on this very referential.

    Raises
    ------
    PasserellesError
        If a name is not known.
    """
    if methods is None:
        return tuple(m for m in _METHODS.values() if protocol_of(m, graph, 0) != "in-sample")
    chosen: dict[str, Method] = {}
    for method in several(methods):
        if isinstance(method, str) and method in _METHODS:
            chosen[method] = _METHODS[method]
        elif callable(method):
            name = _free_name(method, {*METHODS, *chosen})
            chosen[name] = Method(name, partial(_called, method), reads_mobilities=True)
        else:
            name = method if isinstance(method, str) else repr(method)
            raise PasserellesError("evaluation_unknown_method", name=name, known=", ".join(METHODS))
    if not chosen:
        raise PasserellesError("evaluation_no_method", known=", ".join(METHODS))
    return tuple(chosen.values())


def protocol_of(method: Method, graph: OccupationGraph, folds: int) -> str:
    """
    Say how a method stands to the mobilities on which it is judged.

    Returns
    -------
    protocol
        ``"in-sample"`` where its weights were fitted on this referential, ``"grouped-<folds>-fold"`` where it reads
        mobilities, of other folds only, else ``"no-fitting"``.
    """
    name = f"{graph.referential.name} {graph.referential.version}"
    if method.shipped is not None and load_scorer(method.shipped).fitted_on == name:
        return "in-sample"
    return f"grouped-{folds}-fold" if method.reads_mobilities else "no-fitting"


def _fitted_scores(name: str, graph: OccupationGraph, rows: Int32s) -> Scores:
    """Scores under a scorer fitted on the mobilities of the graph, which are those of the other folds."""
    return _table_scores(fit_scorer(graph, content_only=name == "content"), f"evaluated {name}", graph, rows)


def _scorer_scores(name: str, graph: OccupationGraph, rows: Int32s) -> Scores:
    return _table_scores(load_scorer(name), name, graph, rows)


def _table_scores(scorer: Scorer, name: str, graph: OccupationGraph, rows: Int32s) -> Scores:
    # Tables are cached by the name of their scorer: another name separates what is fitted from what ships.
    table = score_table(graph, scorer.model_copy(update={"name": name}))
    return table.scores.totals(rows)


_EVERY: Final = (
    Method("random", random_scores),
    Method("cosine", cosine_scores),
    Method("jaccard", jaccard_scores),
    Method("nesta", symmetric_scores),
    Method("nesta-directed", directed_scores),
    Method("unfitted", partial(_scorer_scores, "unfitted")),
    Method("fitted", partial(_fitted_scores, "fitted"), reads_mobilities=True),
    Method("content", partial(_fitted_scores, "content"), reads_mobilities=True),
    Method("shipped", partial(_scorer_scores, "fitted"), reads_mobilities=True, shipped="fitted"),
    Method("shipped-content", partial(_scorer_scores, "content"), shipped="content"),
)
_METHODS: Final[Mapping[str, Method]] = {method.name: method for method in _EVERY}
METHODS: Final = tuple(_METHODS)


def _called(function: RankFunction, graph: OccupationGraph, rows: Int32s) -> Scores:
    """
    Scores that a callable gives; targets that it leaves out are not ranked.

    Raises
    ------
    UnknownCodeError
        If it gives a code that the referential does not have.
    PasserellesError
        If it gives no mapping, or a score that is no finite number.
    """
    scores = np.full((len(rows), len(graph.codes)), UNRANKED)
    for line, row in zip(scores, rows.tolist(), strict=True):
        by_code = function(graph, graph.codes[row])
        if not isinstance(by_code, Mapping):
            raise PasserellesError("evaluation_bad_scores", origin=graph.codes[row], kind=type(by_code).__name__)
        for code, score in by_code.items():
            if code not in graph.position:
                raise UnknownCodeError(code)
            if isinstance(score, bool) or not isinstance(score, SupportsFloat) or not math.isfinite(score):
                raise PasserellesError("evaluation_bad_score", origin=graph.codes[row], target=code, value=repr(score))
            line[graph.position[code]] = float(score)
    return scores


def _free_name(function: RankFunction, taken: set[str]) -> str:
    name = str(getattr(function, "__name__", type(function).__name__))
    return next(tried for tried in chain((name,), (f"{name}-{i}" for i in count(2))) if tried not in taken)


@checked
def evaluate(
    graph: OccupationGraph,
    *,
    methods: Iterable[str | RankFunction] | None = None,
    folds: int = 5,
    settings: Settings | None = None,
    grouping: int | None = None,
    progress: OnNamedStep | None = None,
) -> Evaluation:
    """
    Measure rankings against the referential's own mobilities.

    Every origin with a known mobility ranks every other occupation (specialised ones left out); ties go by code.
    Origins are split into folds by parent group. What a method reads of the mobilities is those of the origins of
    the other folds: it gets a graph in which the others do not exist.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    methods
        Names (``"random"``, ``"cosine"``, ``"jaccard"``, ``"nesta"``, ``"nesta-directed"``, ``"unfitted"``,
        ``"fitted"``, ``"content"``, ``"shipped"``, ``"shipped-content"``), or callables
        ``(graph, origin) -> {code: score}``. All names where None, but those fitted on this referential.
    folds
        How many, at least 2.
    settings
        Weights and near matches under which the graph is built anew; the graph's own where None.
    grouping
        None for the split on which results are reported, else the seed of another one.
    progress
        Called with the steps done, their number, and the method at work.

    Returns
    -------
    evaluation
        Means of recall@10, ndcg@10, mrr and hit@1 with bootstrap intervals, a breakdown, and predictions.

    Raises
    ------
    PasserellesError
        If a method is not known, no mobility is, there are fewer groups than folds, the seed is no whole number, or a
        callable gives what is no score.

    Examples
    --------
    >>> from passerelles import build_graph, evaluate, load_referential
    >>> evaluation = evaluate(build_graph(load_referential("transitions")), methods=["random", "cosine"])
    >>> chance, cosine = (result.metrics["ndcg@10"] for result in evaluation.results)
    >>> cosine > 2 * chance
    True
    """
    graph = _under(graph, settings)
    chosen = choose_methods(graph, methods)
    splits = protocol.make_folds(graph, folds, grouping=grouping)
    ranked = zip(chosen, rank_by_method(graph, chosen, splits, progress), strict=True)
    results = tuple(_result(graph, method, rows, folds) for method, rows in ranked)
    seed = None if grouping is None else int(grouping)
    return Evaluation(graph.referential.stamp, graph.codes, int(folds), seed, graph.settings, results)


def _under(graph: OccupationGraph, settings: Settings | None) -> OccupationGraph:
    """Return a graph under other settings: itself, where it has them."""
    return graph if settings in (None, graph.settings) else build_graph(graph.referential, settings=settings)


def with_other_groupings(
    evaluation: Evaluation,
    graph: OccupationGraph,
    *,
    methods: Iterable[str | RankFunction] | None = None,
    groupings: int = 5,
    progress: OnNamedStep | None = None,
) -> Evaluation:
    """
    Return an evaluation to which the means over other splits of the groups are added.

    Parameters
    ----------
    evaluation
        What `evaluate` gave for this graph and these methods.
    graph, methods, progress
        As given to it.
    groupings
        How many other splits; their seeds are 1, 2 and so on. Methods that read no mobility do not depend on them.

    Raises
    ------
    PasserellesError
        As `evaluate` does.
    """
    graph = _under(graph, evaluation.settings)
    chosen = [m for m in choose_methods(graph, methods) if m.reads_mobilities]
    values: dict[str, list[protocol.Values]] = {m.name: [] for m in chosen}
    for seed in range(1, groupings + 1 if chosen else 1):
        splits = protocol.make_folds(graph, evaluation.folds, grouping=seed)
        for method, ranked in zip(chosen, rank_by_method(graph, chosen, splits, progress), strict=True):
            values[method.name].append(_measured(graph, ranked).mean(axis=1))
    means = {result.method: result.metrics for result in evaluation.results}
    means |= {n: dict(zip(protocol.METRICS, np.mean(v, axis=0).tolist(), strict=True)) for n, v in values.items() if v}
    results = (replace(r, other_groupings={"groupings": groupings, **means[r.method]}) for r in evaluation.results)
    return replace(evaluation, results=tuple(results))


def rank_by_method(
    graph: OccupationGraph, methods: Sequence[Method], splits: Sequence[protocol.Fold], progress: OnNamedStep | None
) -> list[RankedTargets]:
    """Targets by method; each fold's graph is built, used and released before the next one is."""
    report = progress or (lambda _done, _total, _name: None)
    bare = protocol.graph_without(graph, np.arange(len(graph.codes), dtype=np.int32))
    pieces: list[list[RankedTargets]] = [[] for _ in methods]
    total = len(methods) * len(splits)
    for done, fold in enumerate(splits):
        training = protocol.graph_without(graph, fold.held_out)
        for i, method in enumerate(methods):
            report(done * len(methods) + i, total, method.name)
            pieces[i].append(_rank(training if method.reads_mobilities else bare, method, fold))
    report(total, total, "")
    return [_joined(piece) for piece in pieces]


def _rank(graph: OccupationGraph, method: Method, fold: protocol.Fold) -> RankedTargets:
    scores = np.array(method.score(graph, fold.origins), dtype=np.float64)
    scores[np.arange(len(scores)), fold.origins] = UNRANKED
    scores[:, graph.is_specialised] = UNRANKED
    targets = np.full((len(scores), protocol.DEPTH), -1, dtype=np.int32)
    best = np.full((len(scores), protocol.DEPTH), np.nan)
    for i, line in enumerate(scores):
        rows = top(line, protocol.DEPTH)
        rows = rows[line[rows] > UNRANKED]
        targets[i, : len(rows)] = rows
        best[i, : len(rows)] = line[rows]
    return RankedTargets(np.full(len(scores), fold.number, dtype=np.int32), fold.origins, targets, best)


def _joined(pieces: Sequence[RankedTargets]) -> RankedTargets:
    """Origins of all folds, by code."""
    order = np.argsort(np.concatenate([p.origins for p in pieces]), kind="stable")
    return RankedTargets(*(np.concatenate(column)[order] for column in zip(*pieces, strict=True)))


def _result(graph: OccupationGraph, method: Method, ranked: RankedTargets, folds: int) -> MethodResult:
    values, how = _measured(graph, ranked), protocol_of(method, graph, folds)
    breakdown = protocol.break_down(graph, ranked.origins, values)
    return MethodResult(method.name, how, len(ranked.origins), *_figures(protocol.METRICS, values), breakdown, ranked)


def _figures(names: Sequence[str], values: protocol.Values) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Means of metrics over origins, and the bounds of their intervals, by name."""
    means, bounds = values.mean(axis=1).tolist(), [(low, high) for low, high in protocol.bootstrap(values).tolist()]
    return dict(zip(names, means, strict=True)), dict(zip(names, bounds, strict=True))


def _measured(graph: OccupationGraph, ranked: RankedTargets) -> protocol.Values:
    """Return the metrics of each origin, shape (4, b)."""
    known = protocol.known_mobilities(graph)
    counts = np.diff(known.indptr)[ranked.origins].astype(np.int64)
    return protocol.measure(protocol.find_hits(ranked.targets, known, ranked.origins), counts)


def with_observed(
    evaluation: Evaluation,
    graph: OccupationGraph,
    observed: ObservedMoves,
    *,
    methods: Iterable[str | RankFunction] | None = None,
    progress: OnNamedStep | None = None,
) -> Evaluation:
    """
    Return an evaluation to which the agreement with observed moves is added.

    Every origin that people left ranks every other occupation; folds are those of `make_folds` over these origins, so
    that a method that reads mobilities reads none of an origin that it is judged on. The baseline ``size`` ranks
    targets by the people whom they took from origins of other folds: large occupations take people from everywhere,
    and a method says something of nearness only by what it does beyond that.

    Parameters
    ----------
    evaluation, graph, methods, progress
        What `evaluate` gave, and what was given to it.
    observed
        What `passerelles.market.own_lists.load_observed` gives.

    Raises
    ------
    PasserellesError
        If fewer groups of origins were observed than there are folds, and as `evaluate` does.
    """
    graph = _under(graph, evaluation.settings)
    people = people_matrix(graph, observed)
    origins = np.flatnonzero(np.diff(people.indptr)).astype(np.int32)
    if not len(origins):
        raise PasserellesError("observed_nothing", path=observed.file.name)
    if (n := len(np.unique(graph.group[origins]))) < evaluation.folds:
        raise PasserellesError("observed_few_groups", path=observed.file.name, folds=evaluation.folds, n=n)
    folds = protocol.make_folds(graph, evaluation.folds, grouping=evaluation.grouping, origins=origins)
    held_out = {row: fold.held_out for fold in folds for row in fold.origins.tolist()}
    chosen = (*choose_methods(graph, methods), Method(SIZE, partial(_size_scores, people, held_out)))
    ranked = zip(chosen, rank_by_method(graph, chosen, folds, progress), strict=True)
    named = ((rows, method.name, protocol_of(method, graph, evaluation.folds)) for method, rows in ranked)
    results = tuple(_observed_result(people, *about) for about in named)
    fit = ObservedFit(observed.file.name, len(observed.pairs), float(people.sum()), results)
    return replace(evaluation, observed=fit)


def people_matrix(graph: OccupationGraph, observed: ObservedMoves) -> sparse.csr_array:
    """People who moved, shape (n, n), origins in rows; those of a specialised occupation count for its fiche."""
    counts, *ends = zip(*((seen.people, *ends) for ends, seen in observed.pairs.items()), strict=True)
    people = np.asarray(counts)
    rows, columns = (graph.base_rows[[graph.position[code] for code in codes]] for codes in ends)
    moved = rows != columns
    return sparse.csr_array((people[moved], (rows[moved], columns[moved])), shape=graph.mobility.shape)


def _size_scores(
    people: sparse.csr_array, held_out: dict[int, Int32s], _graph: OccupationGraph, rows: Int32s
) -> Scores:
    left_out = [np.asarray(sparse.csr_array(people[held_out[row]]).sum(axis=0)).ravel() for row in rows.tolist()]
    return np.asarray(np.asarray(people.sum(axis=0)).ravel() - np.stack(left_out), dtype=np.float64)


def people_values(ranked: RankedTargets, people: sparse.csr_array) -> protocol.Values:
    """
    Return the `PEOPLE_METRICS` of each origin, shape (2, b).

    ``movers@10`` is the part of those who left whose target is among the first ten; ``ndcg_people@10`` the discounted
    gain of the first ten, a target's gain being the people whom it took, over that of the ten that took most.
    """
    first, discounts = protocol.FIRST, protocol.DISCOUNTS
    values = np.empty((2, len(ranked.origins)))
    for i, (origin, targets) in enumerate(zip(ranked.origins.tolist(), ranked.targets[:, :first], strict=True)):
        gains = np.asarray(people[[origin]].todense()).ravel()
        best = np.sort(gains)[::-1][:first]
        gained = np.where(targets >= 0, gains[targets], 0.0)
        values[:, i] = gained.sum() / gains.sum(), gained @ discounts[: len(gained)] / (best @ discounts[: len(best)])
    return values


def _observed_result(people: sparse.csr_array, ranked: RankedTargets, method: str, how: str) -> ObservedMethod:
    figures = _figures(protocol.PEOPLE_METRICS, people_values(ranked, people))
    return ObservedMethod(method, how, len(ranked.origins), *figures)
