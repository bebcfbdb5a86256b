"""Folds never share a parent group, and a fold's graph holds nothing of what is held out."""

import gc
from dataclasses import fields
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from passerelles.errors import PasserellesError
from passerelles.evaluation.protocol import graph_without, known_mobilities, make_folds
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Mobility
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import score_table
from small import occupation, referential

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

CODES = [f"{letter}{i}" for letter in "ABCDEF" for i in range(4)]


def grouped(*, specialised: bool = False) -> OccupationGraph:
    """Six parent groups of four; each occupation moves to the next one and to the one six further."""
    moves = [(c, CODES[(i + step) % len(CODES)]) for i, c in enumerate(CODES) for step in (1, 6)]
    known = [occupation(c, parent=f"{c[0]}0") for c in CODES]
    if specialised:
        known.append(occupation("A1-X", parent=None, base="A1"))
        moves += [("A1-X", "B1"), ("B1", "A1-X")]
    needs = {o.code: ["a", o.code.lower()[:1]] for o in known}
    return build_graph(referential(needs, occupations=known, mobilities=moves))


def codes(graph: OccupationGraph, rows: "NDArray[np.int32]") -> set[str]:
    return {graph.codes[row] for row in rows.tolist()}


def test_known_mobilities_are_distinct_pairs_of_two_plain_occupations() -> None:
    moves = [("A", "B"), ("A", "B"), ("A", "A"), ("B", "A"), ("A", "A-X"), ("A-X", "B")]
    known = [occupation("A"), occupation("B"), occupation("C"), occupation("A-X", base="A")]
    needs: dict[str, list[str]] = {o.code: ["a"] for o in known}
    graph = build_graph(referential(needs, occupations=known, mobilities=moves))
    found = known_mobilities(graph)
    pairs = {(graph.codes[i], graph.codes[j]) for i, j in zip(*found.nonzero(), strict=True)}
    assert pairs == {("A", "B"), ("B", "A")}
    assert found.data.tolist() == [1.0, 1.0]


def test_groups_follow_the_parent_and_else_the_code() -> None:
    known = [occupation("A1", parent="A0"), occupation("A2", parent="A0"), occupation("A0", parent=None)]
    known += [occupation("B1", parent=None), occupation("A1-X", parent=None, base="A1")]
    needs: dict[str, list[str]] = {o.code: ["a"] for o in known}
    graph = build_graph(referential(needs, occupations=known))
    number = dict(zip(graph.codes, graph.group.tolist(), strict=True))
    assert number["A1"] == number["A2"] == number["A1-X"]
    assert (
        len({number["A1"], number["A0"], number["B1"]}) == 3
    )  # one without a parent is alone, its code a parent or not


@pytest.mark.parametrize("grouping", [None, 1, 2])
def test_folds_never_share_a_parent_group(grouping: int | None) -> None:
    graph = grouped()
    folds = make_folds(graph, 3, grouping=grouping)
    groups = [set(graph.group[fold.held_out].tolist()) for fold in folds]
    assert all(not a & b for i, a in enumerate(groups) for b in groups[i + 1 :])
    assert sorted(np.concatenate([fold.origins for fold in folds]).tolist()) == list(range(len(CODES)))
    for fold in folds:
        assert set(fold.origins.tolist()) <= set(fold.held_out.tolist())


def test_other_groupings_are_others_and_repeat() -> None:
    graph = grouped()

    def split(grouping: int | None) -> list[list[int]]:
        return [fold.origins.tolist() for fold in make_folds(graph, 3, grouping=grouping)]

    assert split(1) == split(1)
    assert len({str(split(grouping)) for grouping in (None, 1, 2, 3)}) > 2


def test_the_real_split_is_group_k_fold_by_parent_code(rome4_graph: OccupationGraph) -> None:
    occupations = [o for o in rome4_graph.referential.occupations if o.base is None]
    moving = {m.origin for m in rome4_graph.referential.mobilities if m.origin != m.target}
    origins = sorted(o.code for o in occupations if o.code in moving)
    parents = [rome4_graph.referential.occupation_by_code[c].parent or c for c in origins]
    expected = [{origins[i] for i in test} for _, test in GroupKFold(5).split(origins, groups=parents)]
    assert [codes(rome4_graph, fold.origins) for fold in make_folds(rome4_graph)] == expected
    assert sum(map(len, expected)) == len(origins) == 1584


def test_what_cannot_be_split_is_told() -> None:
    graph = grouped()
    for wrong in (1, 0, True, 2.5):
        with pytest.raises(PasserellesError, match="at least 2"):
            make_folds(graph, wrong)  # type: ignore[arg-type]
    with pytest.raises(PasserellesError, match="6 parent groups"):
        make_folds(graph, 7)
    with pytest.raises(PasserellesError, match="no mobility"):
        make_folds(build_graph(referential({"A": ["a"], "B": ["a"]}, mobilities=[("A", "A")])), 2)


def test_held_out_mobilities_exist_no_more() -> None:
    graph = grouped(specialised=True)
    fold = make_folds(graph, 3)[0]
    held = codes(graph, fold.held_out)
    training = graph_without(graph, fold.held_out)
    assert all(m.origin not in held for m in training.referential.mobilities)
    assert {m.origin for m in training.referential.mobilities} == set(graph.codes) - held
    kept = np.diff(training.mobility.indptr) > 0
    assert {graph.codes[row] for row in np.flatnonzero(kept)} == set(graph.codes) - held
    rows = np.flatnonzero(kept)
    assert (training.mobility[rows].toarray() == graph.mobility[rows].toarray()).all()
    assert len(graph.referential.mobilities) == 2 * len(CODES) + 2  # the graph given is as it was


def test_specialised_parts_are_held_out_with_their_fiche() -> None:
    graph = grouped(specialised=True)
    for fold in make_folds(graph, 3):
        held = codes(graph, fold.held_out)
        assert ("A1-X" in held) == ("A1" in held)
        assert "A1-X" not in codes(graph, fold.origins)


def test_the_large_matrices_are_shared_and_the_mobilities_are_not() -> None:
    graph = grouped()
    training = graph_without(graph, np.array([0, 1], dtype=np.int32))
    assert training.weights is graph.weights
    assert training.near is graph.near
    for name in ("data", "indices", "indptr"):
        assert not np.shares_memory(getattr(training.mobility, name), getattr(graph.mobility, name))
    assert "_memo" not in vars(training)
    assert not training.mobility.data.flags.writeable


def reachable(start: object) -> "Iterable[object]":
    """Every object that one leads to, short of modules, classes and functions."""
    seen: dict[int, object] = {}
    queue = [start]
    while queue:
        each = queue.pop()
        if id(each) not in seen and not isinstance(each, ModuleType | type | FunctionType):
            seen[id(each)] = each
            queue += gc.get_referents(each)
    return seen.values()


def test_nothing_in_a_fold_leads_to_what_is_held_out() -> None:
    graph = grouped(specialised=True)
    # Whatever is kept on a graph must not pass on to the next one: use the full graph first.
    score_table(graph, load_scorer("unfitted"))
    assert graph.referential.requirements_of
    held_out = make_folds(graph, 3)[0].held_out
    held = codes(graph, held_out)
    training = graph_without(graph, held_out)
    score_table(training, load_scorer("unfitted"))
    assert training.referential.requirements_of
    found = list(reachable(training))
    assert not any(each is graph or each is graph.referential for each in found)
    assert not any(isinstance(each, Mobility) and each.origin in held for each in found)
    assert any(isinstance(each, Mobility) for each in found)  # the search does see mobilities


def test_every_field_of_a_graph_is_known_here() -> None:
    """A new field may be made from mobilities: then `graph_without` must make it anew."""
    known = {"referential", "settings", "codes", "competency_codes", "weights", "core", "macro", "near"}
    known |= {"context_codes", "contexts", "tag_codes", "tags", "mobility"}
    assert {f.name for f in fields(OccupationGraph)} == known
