"""Coverage against a hand-worked case, and against loops on random referentials."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.rank import rank_moves
from passerelles.scoring.measures import (
    coverage_block,
    coverage_row,
    every_occupation,
    held_competencies,
    required_columns,
)
from passerelles.settings import NearSettings, Settings, WeightSettings
from small import referential

FLAT = Settings(weights=WeightSettings(rarity=False))


def test_hand_worked_case() -> None:
    # B asks for a (core, weight 2), b (1) and M (1). A holds a, and d which rolls up to M.
    graph = build_graph(referential({"A": ["a", "d"], "B": ["a*", "b", "M"]}, macros={"d": "M"}), settings=FLAT)
    competencies = held_competencies(graph, required_columns(graph, graph.position["A"]))
    assert coverage_row(graph, competencies)[graph.position["B"]] == pytest.approx((2 + 0.5) / 4)
    # The other way round: of a and d (weights 1, the core mark is B's), B holds a, and M is near d.
    back = held_competencies(graph, required_columns(graph, graph.position["B"]))
    assert coverage_row(graph, back)[graph.position["A"]] == pytest.approx((1 + 0.5) / 2)


def test_rarity_is_the_smoothed_inverse_document_frequency() -> None:
    graph = build_graph(referential({"A": ["a"], "B": ["a", "b"], "C": ["b"], "D": ["a"]}))
    column = graph.competency_position["b"]
    weight = graph.weights[[graph.position["B"]], [column]]
    assert float(np.asarray(weight).ravel()[0]) == pytest.approx(math.log(5 / 3) + 1)


def test_an_occupation_that_lists_nothing_has_an_unknown_coverage() -> None:
    graph = build_graph(referential({"A": ["a"], "B": []}))
    coverage = coverage_row(graph, held_competencies(graph, required_columns(graph, graph.position["A"])))
    assert math.isnan(coverage[graph.position["B"]])
    assert np.isnan(coverage_block(graph, every_occupation(graph).held)[:, graph.position["B"]]).all()


def test_close_labels_count_at_their_discount_and_say_through_what() -> None:
    labels = {"x": "Conduire un véhicule léger rapidement", "y": "Conduire un véhicule léger", "z": "Tailler une haie"}
    graph = build_graph(
        referential({"A": ["x"], "B": ["y", "z"]}, labels=labels),
        settings=FLAT.model_copy(update={"near": NearSettings(label_threshold=0.6)}),
    )
    competencies = held_competencies(graph, required_columns(graph, graph.position["A"]))
    column = graph.competency_position["y"]
    assert 0.6 * 0.8 <= competencies.credit[column] <= 0.8
    assert graph.competency_codes[competencies.via[column]] == "x"
    assert competencies.credit[graph.competency_position["z"]] == 0
    assert competencies.via[graph.competency_position["z"]] == -1


@st.composite
def graphs(draw: st.DrawFn) -> OccupationGraph:
    items = [f"c{i}" for i in range(8)]
    words = ["souder", "acier", "plan", "piece", "mesure"]
    labels = {i: " ".join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))) for i in items}
    macros = {i: draw(st.sampled_from(["M1", "M2"])) for i in items if draw(st.booleans())}
    codes = [f"A{i}" for i in range(draw(st.integers(2, 5)))]
    needs = {
        c: draw(
            st.lists(
                st.sampled_from([*items, *(f"{i}*" for i in items)]), max_size=6, unique_by=lambda s: s.rstrip("*")
            )
        )
        for c in codes
    }
    near = NearSettings(
        label_threshold=draw(st.sampled_from([0.6, 0.9])), macro_credit=draw(st.sampled_from([0.0, 0.5, 0.75]))
    )
    return build_graph(referential(needs, labels=labels, macros=macros), settings=Settings(near=near))


def _by_loops(graph: OccupationGraph, held: set[str], target: str) -> float:
    """Coverage straight from its definition, one requirement at a time."""
    near = graph.near.todense()
    position = graph.competency_position
    total = gained = 0.0
    for row in graph.referential.requirements:
        if row.occupation != target:
            continue
        weight = float(np.asarray(graph.weights[[graph.position[target]], [position[row.competency]]]).ravel()[0])
        shares = [1.0 if h == row.competency else float(near[position[h], position[row.competency]]) for h in held]
        total += weight
        gained += weight * max(shares, default=0.0)
    return gained / total if total else math.nan


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_row_and_block_agree_with_loops(graph: OccupationGraph, data: st.DataObject) -> None:
    block = coverage_block(graph, every_occupation(graph).held)
    for i, origin in enumerate(graph.codes):
        held = {r.competency for r in graph.referential.requirements_of.get(origin, ())}
        row = coverage_row(graph, held_competencies(graph, required_columns(graph, i)))
        for j, target in enumerate(graph.codes):
            expected = _by_loops(graph, held, target)
            assert row[j] == pytest.approx(expected, abs=1e-9, nan_ok=True)
            assert float(block[i, j]) == pytest.approx(expected, abs=1e-6, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_holding_more_never_lowers_and_losing_never_raises(graph: OccupationGraph, data: st.DataObject) -> None:
    size = len(graph.competency_codes)
    if not size:
        return
    few = data.draw(st.sets(st.integers(0, size - 1)))
    more = few | data.draw(st.sets(st.integers(0, size - 1)))
    less = np.nan_to_num(coverage_row(graph, held_competencies(graph, sorted(few))))
    assert (np.nan_to_num(coverage_row(graph, held_competencies(graph, sorted(more)))) >= less - 1e-12).all()


def test_coverage_stays_in_its_range_on_the_real_rome(rome4_graph: OccupationGraph) -> None:
    block = coverage_block(rome4_graph, every_occupation(rome4_graph).held)
    assert block.min() >= 0
    assert block.max() <= 1
    assert np.allclose(np.diagonal(block), 1)
    for row in range(0, len(rome4_graph.codes), 97):
        assert np.allclose(
            block[row],
            coverage_row(rome4_graph, held_competencies(rome4_graph, required_columns(rome4_graph, row))),
            atol=1e-6,
        )


def test_a_near_match_goes_through_what_credits_it_most() -> None:
    labels = {
        "a": "Tenir un registre des heures de conduite",
        "b": "Tenir un registre des heures de conduite de nuit",
        "c": "Tenir un registre des heures de conduite de nuit et de jour",
        "d": "Nettoyer une cuve",
    }
    asked = {"O": {"a", "b"}, "T": {"c", "d"}}
    close = Settings(near=NearSettings(label_threshold=0.6))
    graph = build_graph(referential(asked, labels=labels), settings=close)
    (item,) = rank_moves(graph, "O", targets=["T"])[0].near
    assert (item.code, item.via) == ("c", "b")
    assert item.credit == pytest.approx(graph.near[[2]].max())  # c, in the order of the codes


def test_one_macro_competency_makes_nothing_near_that_is_not_alike(embedded_graph: OccupationGraph) -> None:
    # Spotting abuse, and keeping the home and the linen.
    abuse, cleaning = (embedded_graph.competency_position[code] for code in ("TC0448", "TC0438"))
    assert embedded_graph.macro[abuse] == embedded_graph.macro[cleaning] >= 0
    assert embedded_graph.near[[abuse], [cleaning]].sum() == 0
