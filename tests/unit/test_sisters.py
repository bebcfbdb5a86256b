"""What the sister occupations of the origin's group are close to, and what is known of those that list nothing."""

import numpy as np

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.features import context_of_all, features
from passerelles.scoring.measures import nearest_values, rank_closeness
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import UNITS, score_table
from small import occupation, referential


def test_ranks_are_averaged_over_the_other_occupations_of_the_group() -> None:
    asked = {"A1": "ab", "A2": "bc", "A3": "cd", "B1": "ad", "C1": "be"}
    names = {code: occupation(code, parent=code[0] + "1") for code in asked}
    labels = {"a": "souder", "b": "percer", "c": "peindre", "d": "mesurer", "e": "livrer"}
    graph = build_graph(referential(asked, occupations=names.values(), labels=labels))
    context = context_of_all(graph)
    ranks = features()["competencies.items_rank"].compute(context)
    found = features()["family.sisters_items"].compute(context)
    rows = [graph.position[code] for code in ("A1", "A2", "A3")]
    for row in rows:
        others = [r for r in rows if r != row]
        assert np.allclose(found[row], ranks[others].mean(axis=0))
    alone = graph.position["B1"]
    assert np.array_equal(found[alone], ranks[alone])
    assert len(np.unique(ranks[rows], axis=0)) == 3  # else the means would prove nothing


def test_an_occupation_that_lists_nothing_is_neither_near_nor_far_by_its_ranks() -> None:
    """It ties with everything: the best rank of all would be a bonus for knowing nothing."""
    asked = {"A1": "abc", "A2": "bc", "A3": "cd", "B1": "ad", "C1": "bed", "C2": ""}
    macros = dict.fromkeys("ab", "M") | dict.fromkeys("cde", "N")
    labels = {"a": "souder", "b": "percer", "c": "peindre", "d": "mesurer", "e": "livrer"}
    graph = build_graph(referential(asked, labels=labels, macros=macros))
    empty = graph.position["C2"]
    context = context_of_all(graph)
    for name in ("items_rank", "macro_rank", "macro_rank_reverse", "requirements_rank"):
        ranks = features()[f"competencies.{name}"].compute(context)
        assert np.isnan(ranks[:, empty]).all()
        assert np.isnan(ranks[empty]).all()
        assert np.isfinite(np.delete(np.delete(ranks, empty, 0), empty, 1)).all()
    table = score_table(graph, load_scorer("fitted"))
    part = table.scores.names.index("competencies")
    weights = table.scorer.parts["competencies"]
    known = "competencies.knowledge_categories"  # the one feature of the part that is no rank
    expected = -weights.get(known, 0.0) * table.means.get(known, 0.0)
    assert np.allclose(table.scores.parts[part][:, empty] / UNITS, expected, atol=1e-5)
    sisters = features()["family.sisters_items"].compute(context)
    others = [graph.position[code] for code in ("A1", "A2", "A3")]
    assert np.isfinite(sisters[np.ix_(others, others)]).all()


def test_between_occupations_the_rank_the_other_way_round_is_what_the_target_sees(
    embedded_graph: OccupationGraph,
) -> None:
    """It is turned from the ranks of the origins; here the columns themselves are ranked."""
    context = context_of_all(embedded_graph)
    for part, name, measure in (
        ("overall", "rank_reverse", "overall"),
        ("competencies", "macro_rank_reverse", "macro"),
        ("description", "text_rank_reverse", "all_text"),
    ):
        found = features()[f"{part}.{name}"].compute(context)
        columns = np.ascontiguousarray(context.measured(measure).T)
        nearest = nearest_values(columns, ~embedded_graph.is_specialised, embedded_graph.base_rows)
        expected = rank_closeness(columns, nearest).T
        known = ~np.isnan(found)
        assert known.any()
        assert np.array_equal(found[known], expected[known])
        assert not np.array_equal(found[known], found.T[known])  # else the direction would prove nothing
