"""Scores of held-out origins, and of any origin in use, do not change by a bit when their own mobilities do."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from passerelles.evaluation.protocol import Fold, graph_without, known_mobilities, make_folds
from passerelles.evaluation.train import fit_scorer
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.scoring import mobility
from passerelles.scoring.mobility import Balance, ListedMoves, balance_of
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import build_table
from small import occupation, referential

FOLDS = range(5)
GROUPS, KIN = 6, 3  # parent groups of the little referential, and occupations of each


@pytest.fixture(scope="module")
def plain(plain_embedded: OccupationGraph) -> OccupationGraph:
    """The embedded referential without overlay."""
    return plain_embedded


def permuted(graph: OccupationGraph, rows: list[int], seed: int) -> OccupationGraph:
    """Return the graph built anew from a referential in which some origins list other targets."""
    codes = {graph.codes[row] for row in rows}
    order = np.random.default_rng(seed).permutation(len(graph.codes))
    moved = tuple(
        m._replace(target=graph.codes[order[graph.position[m.target]]]) if m.origin in codes else m
        for m in graph.referential.mobilities
    )
    return build_graph(replace(graph.referential, mobilities=moved))


def refitted_alike(graph: OccupationGraph, fold: Fold) -> None:
    other = permuted(graph, fold.held_out.tolist(), fold.number)
    assert abs(known_mobilities(other) - known_mobilities(graph))[fold.origins].nnz > 20
    seen, also = graph_without(graph, fold.held_out), graph_without(other, fold.held_out)
    scorer = fit_scorer(seen)
    assert fit_scorer(also) == scorer
    one, two = build_table(seen, scorer), build_table(also, scorer)
    assert np.array_equal(one.scores.units(), two.scores.units())
    assert one.means == two.means
    assert fit_scorer(other) != scorer  # whoever may see them does learn from them


@pytest.mark.parametrize("number", FOLDS)
def test_permuting_held_out_mobilities_changes_no_bit(plain: OccupationGraph, number: int) -> None:
    refitted_alike(plain, make_folds(plain)[number])


def test_permuting_held_out_mobilities_of_the_real_rome_changes_no_bit(rome4_part_graph: OccupationGraph) -> None:
    refitted_alike(rome4_part_graph, make_folds(rome4_part_graph)[2])


@pytest.fixture(scope="module")
def little() -> OccupationGraph:
    """Return a referential of a few groups of kin, which share competencies within and a little across groups."""
    rng = np.random.default_rng(5)
    codes = [f"{'ABC'[g % 3]}{g}{k}" for g in range(GROUPS) for k in range(KIN)]
    parent = {code: code[:2] + "0" for code in codes}
    asked = {c: {f"s{c[1]}", f"d{c[0]}", *(f"c{i}" for i in rng.choice(9, 3, replace=False))} for c in codes}
    moves = [(o, t) for o in codes for t in rng.choice(codes, 4, replace=False).tolist() if o != t]
    occupations = [occupation(c, parent=parent[c], domain=c[0], label=f"Métier {c[0]}{c[1]} {c[2]}") for c in codes]
    return build_graph(referential(asked, occupations=occupations, mobilities=moves))


def changed_by_their_own_lists(graph: OccupationGraph) -> tuple[set[int], set[int]]:
    """Groups whose scores change with their own lists, and groups whose lists change the scores of others."""
    scorer = load_scorer("fitted")
    before = build_table(graph, scorer).scores.units()
    own, others = set(), set()
    for group in np.unique(graph.group).tolist():
        mine = graph.group == group
        after = build_table(permuted(graph, np.flatnonzero(mine).tolist(), group + 1), scorer).scores.units()
        if not np.array_equal(before[:, mine], after[:, mine]):
            own.add(group)
        if not np.array_equal(before[:, ~mine], after[:, ~mine]):
            others.add(group)
    return own, others


def test_in_use_the_lists_of_the_own_group_change_no_bit(little: OccupationGraph) -> None:
    own, others = changed_by_their_own_lists(little)
    assert own == set()
    assert others == set(range(GROUPS))  # they are read, by everybody else


def _everywhere(moves: ListedMoves) -> np.ndarray:
    return np.ones_like(moves.listed)


def _carried_without_mask(moves: ListedMoves) -> tuple[np.ndarray, np.ndarray]:
    carried = moves.by_half(lambda rows, surprise: moves.closeness[rows] @ surprise)
    return carried, carried


def _listed_by_all(moves: ListedMoves) -> np.ndarray:
    return moves.by_half(lambda rows, surprise: np.repeat(surprise.mean(axis=0, keepdims=True), len(rows), axis=0))


def _balance_of_all(logit: np.ndarray, listed: np.ndarray, _rows: np.ndarray) -> Balance:
    return balance_of(logit, listed, np.flatnonzero(listed.any(axis=1)))


@pytest.mark.parametrize(
    "unmask",
    [
        lambda patch: patch.setattr(ListedMoves, "elsewhere", property(_everywhere)),
        lambda patch: patch.setattr(mobility, "carried_over", _carried_without_mask),
        lambda patch: patch.setattr(mobility, "balance_of", _balance_of_all),
        lambda patch: patch.setattr(
            mobility, "_OF_MOVES", {**mobility._OF_MOVES, "similar_moves.everywhere": _listed_by_all}
        ),
    ],
    ids=["flows, reverse and citations", "kernel", "balance", "damping"],
)
def test_a_mask_removed_would_be_seen(
    little: OccupationGraph, monkeypatch: pytest.MonkeyPatch, unmask: Callable[[pytest.MonkeyPatch], None]
) -> None:
    unmask(monkeypatch)
    own, _ = changed_by_their_own_lists(little)
    assert own


def test_folds_never_share_a_group(rome4_graph: OccupationGraph, plain: OccupationGraph) -> None:
    for graph in (plain, rome4_graph):
        groups = graph.group
        for grouping in (None, 1, 101):
            folds = make_folds(graph, grouping=grouping)
            held = [set(groups[f.held_out].tolist()) for f in folds]
            assert sum(map(len, held)) == len(set().union(*held))
            for fold, numbers in zip(folds, held, strict=True):
                assert set(groups[fold.origins].tolist()) <= numbers
                assert not numbers & set(groups[graph_without(graph, fold.held_out).mobility.nonzero()[0]].tolist())
