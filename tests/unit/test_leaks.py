"""Scores of held-out origins do not change by a bit when their own mobilities do: every fold, fitting included."""

from dataclasses import replace

import numpy as np
import pytest

from passerelles import load_referential
from passerelles.evaluation.folds import Fold, fold_groups, graph_without, known_mobilities, make_folds
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.fit import fit_scorer
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import build_table

FOLDS = range(5)


@pytest.fixture(scope="module")
def plain() -> OccupationGraph:
    """The embedded referential without overlay."""
    return build_graph(load_referential())


def permuted(graph: OccupationGraph, fold: Fold) -> OccupationGraph:
    """Return the graph built anew from a referential in which the held-out origins list other targets."""
    codes = {graph.codes[row] for row in fold.held_out.tolist()}
    rng = np.random.default_rng(fold.number)
    order = rng.permutation(len(graph.codes))
    moved = tuple(
        m._replace(target=graph.codes[order[graph.position[m.target]]]) if m.origin in codes else m
        for m in graph.referential.mobilities
    )
    return build_graph(replace(graph.referential, mobilities=moved))


@pytest.mark.parametrize("number", FOLDS)
def test_permuting_held_out_mobilities_changes_no_bit(plain: OccupationGraph, number: int) -> None:
    fold = make_folds(plain)[number]
    other = permuted(plain, fold)
    assert abs(known_mobilities(other) - known_mobilities(plain))[fold.origins].nnz > 20
    seen, also = graph_without(plain, fold.held_out), graph_without(other, fold.held_out)
    scorer = fit_scorer(seen)
    assert fit_scorer(also) == scorer
    one, two = build_table(seen, scorer), build_table(also, scorer)
    assert np.array_equal(one.scores.parts, two.scores.parts)
    assert one.means == two.means
    assert fit_scorer(other) != scorer  # whoever may see them does learn from them


@pytest.mark.slow
@pytest.mark.real_data
def test_permuting_held_out_mobilities_of_the_real_rome_changes_no_bit(rome4_graph: OccupationGraph) -> None:
    fold = make_folds(rome4_graph)[2]
    other = permuted(rome4_graph, fold)
    scorer = load_scorer("fitted")
    seen, also = graph_without(rome4_graph, fold.held_out), graph_without(other, fold.held_out)
    assert abs(seen.mobility - also.mobility).count_nonzero() == 0  # all that a fit reads of them
    assert seen.referential.mobilities == also.referential.mobilities
    one, two = build_table(seen, scorer).scores.parts, build_table(also, scorer).scores.parts
    assert np.array_equal(one, two)
    # In use nothing is deleted: each group's own mobilities still count for nothing in its own scores.
    whole = build_table(other, scorer).scores.parts
    assert not np.array_equal(whole, one)


def test_folds_never_share_a_group(rome4_graph: OccupationGraph, plain: OccupationGraph) -> None:
    for graph in (plain, rome4_graph):
        groups = fold_groups(graph)
        for grouping in (None, 1, 101):
            folds = make_folds(graph, grouping=grouping)
            held = [set(groups[f.held_out].tolist()) for f in folds]
            assert sum(map(len, held)) == len(set().union(*held))
            for fold, numbers in zip(folds, held, strict=True):
                assert set(groups[fold.origins].tolist()) <= numbers
                assert not numbers & set(groups[graph_without(graph, fold.held_out).mobility.nonzero()[0]].tolist())
