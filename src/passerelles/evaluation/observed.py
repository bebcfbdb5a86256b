"""A second truth: how well rankings agree with the moves that people made, beside the size of the occupations alone."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.errors import PasserellesError
from passerelles.evaluation.evaluate import (
    Method,
    Progress,
    RankFunction,
    Rows,
    Scores,
    choose_methods,
    protocol_of,
    rank_all,
)
from passerelles.evaluation.protocol import FIRST, Values, bootstrap, make_folds
from passerelles.evaluation.results import Evaluation, ObservedFit, ObservedMethod, Ranked
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.own_lists import ObservedMoves
from passerelles.vectors import frozen_csr

SIZE: Final = "size"
"""Name of the baseline that every table holds: targets by how many people of other origins they took."""


def with_observed(
    evaluation: Evaluation,
    graph: OccupationGraph,
    observed: ObservedMoves,
    *,
    methods: Iterable[str | RankFunction] | None = None,
    progress: Progress | None = None,
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
    if evaluation.settings != graph.settings:
        graph = build_graph(graph.referential, settings=evaluation.settings)
    people = people_matrix(graph, observed)
    origins = np.flatnonzero(np.diff(people.indptr)).astype(np.int32)
    if not len(origins):
        raise PasserellesError("observed_nothing", path=observed.file.name)
    folds = make_folds(graph, evaluation.folds, grouping=evaluation.grouping, origins=origins)
    held_out = {row: fold.held_out for fold in folds for row in fold.origins.tolist()}
    size = Method(SIZE, partial(_size_scores, people, held_out), reads_mobilities=False)
    chosen = (*choose_methods(graph, methods), size)
    ranked = rank_all(graph, chosen, folds, progress or (lambda _done, _total, _name: None))
    results = tuple(
        _result(people, rows, method.name, protocol_of(method, graph, evaluation.folds))
        for method, rows in zip(chosen, ranked, strict=True)
    )
    return replace(
        evaluation, observed=ObservedFit(observed.file.name, len(observed.pairs), float(people.sum()), results)
    )


def people_matrix(graph: OccupationGraph, observed: ObservedMoves) -> sparse.csr_array:
    """People who moved, shape (n, n), origins in rows; those of a specialised occupation count for its fiche."""
    base = graph.base_rows
    cells = [
        (some.people, int(base[graph.position[origin]]), int(base[graph.position[target]]))
        for (origin, target), some in observed.pairs.items()
    ]
    people, rows, columns = (np.asarray(x) for x in zip(*cells, strict=True))
    kept = rows != columns
    shape = (len(graph.codes), len(graph.codes))
    return frozen_csr(sparse.csr_array((people[kept], (rows[kept], columns[kept])), shape=shape))


def _size_scores(
    people: sparse.csr_array, held_out: dict[int, NDArray[np.int32]], _graph: OccupationGraph, rows: Rows
) -> Scores:
    taken = np.asarray(people.sum(axis=0)).ravel()
    own = [np.asarray(sparse.csr_array(people[held_out[row]]).sum(axis=0)).ravel() for row in rows.tolist()]
    return np.asarray(taken - np.stack(own), dtype=np.float64)


def measure_people(ranked: Ranked, people: sparse.csr_array) -> Values:
    """
    Return two metrics of each origin, shape (2, b).

    ``movers@10`` is the part of those who left whose target is among the first ten; ``ndcg_people@10`` the discounted
    gain of the first ten, a target's gain being the people whom it took, over that of the ten that took most.
    """
    discounts = 1.0 / np.log2(np.arange(FIRST) + 2.0)
    values = np.empty((2, len(ranked.origins)))
    for i, (origin, targets) in enumerate(zip(ranked.origins.tolist(), ranked.targets[:, :FIRST], strict=True)):
        gains = np.asarray(people[[origin]].todense()).ravel()
        best = np.sort(gains)[::-1][:FIRST]
        got = np.where(targets >= 0, gains[targets], 0.0)
        values[:, i] = got.sum() / gains.sum(), got @ discounts[: len(got)] / (best @ discounts[: len(best)])
    return values


def _result(people: sparse.csr_array, ranked: Ranked, method: str, protocol: str) -> ObservedMethod:
    values = measure_people(ranked, people)
    (movers, gain), (bounds, gain_bounds) = values.mean(axis=1).tolist(), bootstrap(values).tolist()
    return ObservedMethod(method, protocol, len(ranked.origins), movers, tuple(bounds), gain, tuple(gain_bounds))
