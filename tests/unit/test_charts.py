"""Charts: what is drawn is what the records say, no label is cut or covered, the same bytes each time."""

import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.text import Text

import passerelles
from html_reading import contrast
from passerelles import PasserellesError, charts, compare, rank_moves, rank_paths
from passerelles.areas import MobilityAreas, mobility_areas
from passerelles.charts.drawing import Chart, Colour, Pen, Ruler, clean, width_of, wrap
from passerelles.charts.moves import ring_order, spread
from passerelles.charts.territory import Edge, Node, read_diagram
from passerelles.evaluation.protocol import Bin
from passerelles.evaluation.results import MethodResult
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import say
from passerelles.paths.path import Path as Route
from passerelles.ranking.move import Item, Move
from passerelles.territory.allocation import Allocation
from passerelles.territory.discretion import publish, published
from passerelles.territory.lots import Lot, Lots
from passerelles.territory.match import match_territory

TERRITORY = Path(__file__).resolve().parents[2] / "referentials" / "transitions" / "territories"
WIDTHS = (4.0, 8.0, 12.0)
NASTY = "=1+1 $x_2$ <script>alert(1)</script>\n\tl'été 漢字 " + "Anticonstitutionnellement" * 6


@cache
def redon(graph: OccupationGraph, *, openings: int | None = None) -> Allocation:
    """Redon's sample; with fewer openings where some people are to stay without a solution."""
    hiring: Any = TERRITORY / "redon-hiring.csv"
    if openings is not None:
        hiring = [{"employer": "X", "job": "N1103", "openings": openings, "basin": "Redon"}]
    return passerelles.match_territory(graph, TERRITORY / "redon-fragile.csv", hiring)


def methods() -> list[MethodResult]:
    def one(name: str, protocol: str, mean: float) -> MethodResult:
        metrics = {"ndcg@10": mean, "mrr": mean / 2}
        bounds = {"ndcg@10": (mean - 0.01, mean + 0.02)}
        return MethodResult(name, protocol, 1584, metrics, bounds, {}, None)  # type: ignore[arg-type]

    return [
        one("random", "no-fitting", 0.012),
        one("shipped", "in-sample", 0.47),
        one("fitted", "grouped-5-fold", 0.45),
    ]


BINS = (Bin(0.0, 0.1, 50, 0.05, 0.02), Bin(0.1, 0.4, 50, 0.2, 0.3), Bin(0.4, 1.0, 49, 0.6, 0.55))


@cache
def found_by(graph: OccupationGraph) -> tuple[Move, tuple[Route, ...]]:
    """A move, and paths of one and of several steps."""
    paths = rank_paths(graph, "K2110-B", targets=["K2110-GL", "N4101"], frame="transco", limit=3)
    return rank_moves(graph, "K2110", limit=8)[1], tuple(paths)


@cache
def areas_of(graph: OccupationGraph) -> MobilityAreas:
    return mobility_areas(graph)


def every(graph: OccupationGraph, width: float, lang: Any) -> Iterator[Chart]:
    """One of each chart, on the embedded referential."""
    move, paths = found_by(graph)
    yield charts.score_waterfall(move, width=width, lang=lang)
    yield charts.competency_bars(move, width=width, lang=lang)
    for path in paths:
        yield charts.path_ladder(path, width=width, lang=lang)
    yield charts.territory_sankey(redon(graph), width=width, lang=lang)
    yield charts.territory_sankey(redon(graph, openings=20), width=width, lang=lang)
    yield charts.neighbour_map(graph, "K2110", width=width, lang=lang)
    yield charts.area_map(areas_of(graph), width=width, lang=lang)
    yield charts.comparison_bars(compare(graph, ["N4101", "N4103", "K2110"]), width=width, lang=lang)
    yield charts.method_comparison(methods(), width=width, lang=lang)
    yield charts.reliability_diagram(BINS, width=width, lang=lang)


def texts(chart: Chart) -> list[Text]:
    return list(chart.axes[0].texts)


def marks(chart: Chart, shape: str | None = None) -> list[tuple[float, float, float]]:
    """Across, down and size of each marker."""
    lines: list[Any] = [ln for ln in chart.axes[0].lines if ln.get_linestyle() == "None"]
    return [
        (float(ln.get_xdata()[0]), float(ln.get_ydata()[0]), float(ln.get_markersize()))
        for ln in lines
        if shape is None or ln.get_marker() == shape
    ]


def words(chart: Chart) -> str:
    return " ".join(t.get_text() for t in texts(chart))


@pytest.mark.parametrize(
    ("high", "first"), [(60.0, "0 5 10"), (6.0, "0 1 2"), (5.0, "0,0 0,5 1,0"), (0.6, "0,0 0,1 0,2")]
)
def test_no_number_of_a_scale_stands_twice(high: float, first: str) -> None:
    pen = Pen(8, "ladder", "fr")
    pen.axis(Ruler(0.0, high, 20.0, 500.0), (0.0, 50.0))
    assert words(pen.figure).startswith(first)


def boxes(chart: Chart, colour: str | None = None, hatch: str | None = None) -> list[Rectangle]:
    found = [p for p in chart.axes[0].patches if isinstance(p, Rectangle)]
    return [
        p for p in found
        if (colour is None or to_hex(p.get_facecolor()).upper() == colour.upper())
        and (hatch is None or (p.get_hatch() or "") == hatch)
    ]  # fmt: skip


def faults(chart: Chart) -> list[str]:
    """Labels that leave the picture, cover each other, stand on a dark area or are too pale."""
    renderer = chart.canvas.get_renderer()  # type: ignore[attr-defined]
    width, height = chart.bbox.width, chart.bbox.height
    placed = [(t.get_text(), t.get_window_extent(renderer), to_hex(t.get_color())) for t in texts(chart)]
    found = [f"cut: {text}" for text, b, _ in placed if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    found += [f"pale: {text}" for text, _, colour in placed if contrast(colour, Colour.PAPER) < 4.5]
    for (one, a, _), (other, b, _) in combinations(placed, 2):
        wide, tall = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        if wide > 0.5 and tall > min(a.height, b.height) * 0.2:
            found.append(f"overlap: {one} | {other}")
    for box in boxes(chart):
        area = box.get_window_extent(renderer)
        for text, b, colour in placed:
            over = min(area.x1, b.x1) - max(area.x0, b.x0) > 0.5 and min(area.y1, b.y1) - max(area.y0, b.y0) > 1.5
            if over and contrast(colour, to_hex(box.get_facecolor())) < 4.5:
                found.append(f"covered: {text}")
    return found


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_label_is_cut_covered_or_pale(embedded_graph: OccupationGraph, width: float, lang: str) -> None:
    for chart in every(embedded_graph, width, lang):
        assert faults(chart) == [], chart.title
        assert chart.title
        assert chart.description
        assert chart.get_size_inches()[0] == pytest.approx(width)


def test_the_check_of_labels_sees_a_fault(embedded_graph: OccupationGraph) -> None:
    chart = charts.score_waterfall(rank_moves(embedded_graph, "K2110", limit=1)[0])
    first, second, *_ = texts(chart)
    second.set_position(first.get_position())
    texts(chart)[-1].set_x(chart.get_size_inches()[0] * 72 - 5)
    assert {f.split(":")[0] for f in faults(chart)} == {"cut", "overlap"}


def longest(graph: OccupationGraph) -> list[str]:
    return [o.code for o in sorted(graph.occupations, key=lambda o: (-len(o.label or ""), o.code))]


def with_labels(move: Move, label: str) -> Move:
    """The move, each of its competencies renamed."""

    def renamed(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(i._replace(label=label, via_label=label if i.via else None) for i in items)

    origin, target = replace(move.origin, label=label), replace(move.target, label=label)
    held, near, missing = renamed(move.held), renamed(move.near), renamed(move.missing)
    return replace(move, origin=origin, target=target, held=held, near=near, missing=missing)


@pytest.mark.parametrize("width", [5.0, 8.0, 12.0])
def test_the_longest_real_labels_fit(rome4_graph: OccupationGraph, width: float) -> None:
    codes = longest(rome4_graph)
    label = max((c.label or "" for c in rome4_graph.competencies), key=len)
    assert len(label) > 150, "the referential has long labels"
    move = rank_moves(rome4_graph, codes[0], targets=[codes[1]], limit=1)[0]
    route = rank_paths(rome4_graph, codes[0], targets=[codes[2]], limit=1)[0]
    lots = [
        {"employer": f"Employeur {c}", "job": c, "headcount": 3, "openings": 4, "basin": "Redon"} for c in codes[:24]
    ]
    found = passerelles.match_territory(rome4_graph, lots[:10], lots[10:])
    for chart in (
        charts.score_waterfall(move, width=width),
        charts.competency_bars(move, width=width),
        charts.competency_bars(with_labels(move, label), width=width),
        charts.path_ladder(route, width=width),
        charts.territory_sankey(found, width=width),
        charts.neighbour_map(rome4_graph, codes[0], width=width, limit=20),
    ):
        assert faults(chart) == [], chart.title


def test_labels_of_any_sort_stay_text(embedded_graph: OccupationGraph) -> None:
    move = with_labels(rank_moves(embedded_graph, "K2110", limit=1)[0], NASTY)
    for chart in (charts.score_waterfall(move, width=4), charts.competency_bars(move, width=4)):
        assert faults(chart) == []
        assert "$x_2$" in words(chart)
        assert "\ufffd\ufffd" in words(chart), "letters that the font lacks are marked"
        svg = charts.to_svg(chart)
        assert "<script" not in svg
        assert "&lt;script&gt;" in svg
        ET.fromstring(svg)  # noqa: S314 - made here


def test_a_waterfall_climbs_from_the_base_to_the_score(embedded_graph: OccupationGraph) -> None:
    move = rank_moves(embedded_graph, "K2110", limit=3)[1]
    chart = charts.score_waterfall(move)
    bars = [b for b in boxes(chart) if b.get_y() < texts(chart)[-1].get_position()[1] and b.get_width() != 0.8]
    base, *parts = sorted(move.parts, key=lambda p: (p.name != "base", -abs(p.value)))
    per_point = abs(base.value) / bars[0].get_width()
    reached = bars[0].get_x()  # the base of a move is below zero: its bar begins at its far end
    zero = reached + bars[0].get_width()
    assert base.value < 0
    for part, bar in zip([p for p in parts if abs(p.value) > 0.05], bars[1:], strict=False):
        assert bar.get_width() * per_point == pytest.approx(abs(part.value), abs=1e-6)
        start, end = bar.get_x(), bar.get_x() + bar.get_width()
        assert (start if part.value > 0 else end) == pytest.approx(reached, abs=1e-6)
        assert bool(bar.get_hatch()) == (part.value < 0), "the sign is told by more than a colour"
        reached = end if part.value > 0 else start
    total = boxes(chart, Colour.DARK)[0]
    assert total.get_width() * per_point == pytest.approx(abs(move.score))
    assert total.get_x() + total.get_width() == pytest.approx(zero)
    for part in move.parts:
        assert part.label() in words(chart)


def test_bars_of_competencies_add_up_to_the_coverage(embedded_graph: OccupationGraph) -> None:
    move = rank_moves(embedded_graph, "K2110", limit=3)[1]
    chart = charts.competency_bars(move, limit=4)
    tall = max(b.get_height() for b in boxes(chart))
    strip = [b for b in boxes(chart) if b.get_height() == tall]
    counted = sum(b.get_width() for b in strip if to_hex(b.get_facecolor()).upper() in (Colour.BLUE, Colour.SKY))
    assert counted / sum(b.get_width() for b in strip) == pytest.approx(move.coverage)
    weights = {text for t in texts(chart) if re.fullmatch(r"\d+,\d", text := t.get_text())}
    assert weights == {f"{i.weight:.1f}".replace(".", ",") for s in (move.held, move.near, move.missing) for i in s[:4]}
    assert say("charts.competencies.others", n=len(move.held) - 4, weight="0").split(",")[0] in words(chart)
    with pytest.raises(PasserellesError):
        charts.competency_bars(move, limit=0)


def test_a_target_without_competencies_says_so(embedded_graph: OccupationGraph) -> None:
    move = replace(rank_moves(embedded_graph, "K2110", limit=1)[0], held=(), near=(), missing=(), coverage=None)
    assert say("charts.competencies.none") in words(charts.competency_bars(move))


def route(graph: OccupationGraph, origin: str, target: str) -> Route:
    return rank_paths(graph, origin, targets=[target], limit=1)[0]


def test_a_ladder_shows_hours_to_scale_and_unknown_as_unknown(embedded_graph: OccupationGraph) -> None:
    known = route(embedded_graph, "H3301", "N1103")
    assert known.hours.high is not None
    chart = charts.path_ladder(known)
    ranges = [b for b in boxes(chart) if to_hex(b.get_facecolor()) == Colour.SKY.pale(0.45)][:-1]  # the key is last
    spans = [h for h in (*(s.hours for s in known.steps), known.hours) if h.high != h.low]
    assert len(ranges) == len(spans)
    ratio = {round((s.high or 0) - (s.low or 0), 6): b.get_width() for s, b in zip(spans, ranges, strict=True)}
    assert len({round(width / hours, 6) for hours, width in ratio.items()}) == 1
    assert not boxes(chart, hatch="////"), "nothing is open-ended, and the key does not speak of it"
    held = {c.held for step in known.steps for c in step.credentials}
    key = {state: say(f"charts.ladder.held_{state}") in words(chart) for state in ("yes", "no", "unknown")}
    assert key == {state: state in held for state in key}
    unknown = route(embedded_graph, "K2110-B", "K2110-GL")
    assert unknown.hours.high is None
    chart = charts.path_ladder(unknown)
    assert len([b for b in boxes(chart, hatch="////") if b.get_linestyle() == "--"]) == len(unknown.steps) + 2
    for credential in unknown.steps[0].credentials:
        assert credential.label.split()[0] in words(chart)
    assert say("paths.status.unknown") in words(chart)


@pytest.mark.real_data
def test_a_ladder_whose_hours_nobody_knows_tells_months_and_has_no_scale(rome4_graph: OccupationGraph) -> None:
    shown = words(charts.path_ladder(route(rome4_graph, "M1601", "J1307")))
    assert "(24 mois)" in shown
    assert say("paths.hours.unknown") in shown
    assert say("charts.ladder.axis") not in shown
    assert [name for name in ("range", "expected", "open") if say(f"charts.ladder.{name}") in shown] == ["open"]
    assert say("charts.ladder.axis") in words(charts.path_ladder(route(rome4_graph, "M1601", "J1404")))


def test_a_ladder_has_one_rung_an_occupation(embedded_graph: OccupationGraph) -> None:
    path = route(embedded_graph, "K2110-B", "N4101")
    shown = words(charts.path_ladder(path))
    for code in ("K2110-B", *path.codes):
        assert f"({code})" in shown


def test_a_picture_of_one_result_refuses_a_list_of_them_in_a_sentence(embedded_graph: OccupationGraph) -> None:
    moves = rank_moves(embedded_graph, "K2110", limit=2)
    with pytest.raises(PasserellesError, match=r"score_waterfall: move takes Move; got Moves\."):
        charts.score_waterfall(moves)  # type: ignore[arg-type]
    for odd in ("de", 4, None):
        with pytest.raises(
            PasserellesError, match=r"territory_sankey: found takes Allocation | Mapping\[str, Any\]; got"
        ):
            charts.territory_sankey(odd)  # type: ignore[arg-type]
    with pytest.raises(PasserellesError, match=r"method_comparison: evaluation takes Evaluation | Sequence"):
        charts.method_comparison(3)  # type: ignore[arg-type]
    with pytest.raises(PasserellesError, match=r"path_ladder: path takes Path; got Move\."):
        charts.path_ladder(moves[0])  # type: ignore[arg-type]


def test_flows_of_a_sankey_are_conserved(embedded_graph: OccupationGraph) -> None:
    found = redon(embedded_graph, openings=20)
    diagram = read_diagram(found.to_dict(), limit=20, lang="fr")
    assert sum(n.people for n in diagram.left) == 140
    assert sum(n.rest for n in diagram.left) == 140 - found.placed
    assert sum(n.people for n in diagram.right) == 20
    assert sum(f.people for f in diagram.flows) == found.placed + found.reserved
    chart = charts.territory_sankey(found)
    corners = [np.asarray(p.get_path().vertices) for p in chart.axes[0].patches if isinstance(p, PathPatch)]
    thick = sorted(float(v[7][1] - v[0][1]) for v in corners)
    people = sorted(f.people for f in found.flows)
    assert np.allclose(np.array(thick) / thick[-1], np.array(people) / people[-1])
    assert say("charts.sankey.uncovered") in words(chart)
    left_over = list(boxes(chart, Colour.PAPER, "////"))[:-1]
    assert len(left_over) == len(found.uncovered)
    assert sum(b.get_height() for b in left_over) / thick[-1] == pytest.approx((140 - found.placed) / people[-1])


def test_one_person_and_one_opening_are_told_in_the_singular() -> None:
    sides: list[tuple[Edge, int]] = [("left", 1), ("left", 2), ("right", 1), ("right", 2)]
    assert [Node("", side, "", "", "", (), rest).numbers("fr") for side, rest in sides] == [
        "1 personne, non placée", "2 personnes, aucune placée", "1 poste, vide", "2 postes, tous vides"
    ]  # fmt: skip


def test_people_to_confirm_are_told_apart_from_those_placed(embedded_graph: OccupationGraph) -> None:
    hiring = [{"employer": "X", "job": "K2110-GL", "openings": 2, "basin": "Redon"}]
    fragile = [{"employer": "Y", "job": "K2110-B", "headcount": 3, "basin": "Redon"}]
    chart = charts.territory_sankey(passerelles.match_territory(embedded_graph, fragile, hiring))
    assert "placées : 0 ; à confirmer : 2 ; sans solution : 1" in words(chart)
    assert "2 personnes à confirmer" in str(chart.description)
    assert say("charts.sankey.once") in words(chart)
    assert faults(chart) == []


def test_the_same_job_to_confirm_is_not_drawn_as_one_without_training(embedded_graph: OccupationGraph) -> None:
    public = redon(embedded_graph).to_dict()
    placed, waiting = public["results"][0] | {"same_job": True}, public["results"][1] | {"same_job": True}
    diagram = read_diagram(public | {"results": [placed], "to_confirm": [waiting]}, limit=20, lang="fr")
    assert [(flow.same_job, flow.once) for flow in diagram.flows] == [(True, False), (False, True)]
    both = read_diagram(public | {"results": [placed], "to_confirm": [placed]}, limit=20, lang="fr")
    assert [(flow.people, flow.once) for flow in both.flows] == [(placed["people"], False), (placed["people"], True)]


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_joining_small_lots_loses_nobody(embedded_graph: OccupationGraph, limit: int) -> None:
    found = redon(embedded_graph)
    diagram = read_diagram(found.to_dict(), limit=limit, lang="fr")
    assert len(diagram.left) <= max(limit, 1)
    assert len(diagram.right) <= max(limit, 1)
    assert sum(n.people for n in diagram.left) == 140
    assert sum(n.people for n in diagram.right) == 210
    assert sum(f.people for f in diagram.flows) == found.placed + found.reserved
    for node in (*diagram.left, *diagram.right):
        assert sum(node.flows) == sum(f.people for f in diagram.flows if node.key in (f.left, f.right))
    assert faults(charts.territory_sankey(found, limit=limit)) == []


def test_a_lot_of_which_some_is_masked_is_not_drawn_as_if_the_rest_were_all(embedded_graph: OccupationGraph) -> None:
    """Thirty of C take openings of P, of which nothing says how many there are besides: it has 60, not 30."""
    fragile = [("A", "N1103", 3), ("B", "N1103", 4), ("C", "N1103", 30), ("D", "H2909", 25)]
    hiring = [("P", "N1103", 60), ("Q", "H2909", 60)]
    found = match_territory(
        embedded_graph,
        [{"employer": e, "job": j, "headcount": n, "basin": "Redon"} for e, j, n in fragile],
        [{"employer": e, "job": j, "openings": n, "basin": "Redon"} for e, j, n in hiring],
    )
    public = published(publish(found)).to_dict()
    numbers = {node.employer: node.numbers("fr") for node in read_diagram(public, limit=12, lang="fr").nodes}
    assert numbers["C"] == "30 personnes"
    assert (numbers["P"], numbers["Q"]) == ("masqué", "masqué")
    public["results"][-1] |= {"people": None, "masked": True}
    numbers = {node.employer: node.numbers("fr") for node in read_diagram(public, limit=12, lang="fr").nodes}
    assert (numbers["autres lots"], numbers["autres postes"]) == ("masqué", "masqué")


def test_lots_of_one_employer_and_job_in_two_towns_are_two(embedded_graph: OccupationGraph) -> None:
    fragile = [{"employer": "A", "job": "N1103", "headcount": n, "basin": b} for b, n in (("Redon", 6), ("Vannes", 9))]
    hiring = [{"employer": "P", "job": "N1103", "openings": 9, "basin": b} for b in ("Redon", "Vannes")]
    diagram = read_diagram(match_territory(embedded_graph, fragile, hiring).to_dict(), limit=12, lang="fr")
    assert sorted((node.town, node.people) for node in diagram.left) == [("Redon", 6), ("Vannes", 9)]


def test_masked_numbers_stay_masked(embedded_graph: OccupationGraph) -> None:
    found = redon(embedded_graph)
    assert faults(charts.territory_sankey(published(publish(found)).to_dict())) == []
    public = found.to_dict()
    for hidden in (public["results"][0], public["results"][5], public["unfilled"][0]):
        hidden |= {"people": None, "masked": True}
    public["totals"]["placed"] = None
    chart = charts.territory_sankey(public)
    assert faults(chart) == []
    assert say("charts.sankey.masked") in words(chart)
    told = [f["people"] for f in public["results"] if f["people"] is not None]
    shown = [int(t.get_text()) for t in texts(chart) if t.get_text().isdigit()]
    assert set(shown) <= set(told)
    assert f"{found.placed} plac" not in words(chart)
    # All is withheld where there are too few people: not that nobody is there.
    few = match_territory(
        embedded_graph,
        [{"employer": "A", "job": "N1103", "headcount": 3, "basin": "Redon"}],
        [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}],
    )
    drawn = words(charts.territory_sankey(published(publish(few)).to_dict()))
    assert "Rien à montrer" in drawn
    assert "aucune personne" not in drawn


def test_an_empty_territory_says_so(embedded_graph: OccupationGraph) -> None:
    public = redon(embedded_graph).to_dict() | {"results": [], "uncovered": [], "unfilled": []}
    assert say("charts.sankey.none") in words(charts.territory_sankey(public))


def test_the_distance_of_a_map_is_the_chance(embedded_graph: OccupationGraph) -> None:
    moves = rank_moves(embedded_graph, "K2110", limit=12)
    chart = charts.neighbour_map(embedded_graph, "K2110", limit=12)
    drawn = marks(chart)
    centre = next(m for m in drawn if m[2] > 8)
    points = [m for m in drawn if m[2] == 8]
    assert len(points) == len(moves)
    radius = sorted(float(np.hypot(x - centre[0], y - centre[1])) for x, y, _ in points)
    cost = sorted(-np.log([m.probability or 1 for m in moves]))
    assert np.corrcoef(radius, cost)[0, 1] == pytest.approx(1.0, abs=1e-9)
    assert max(radius) / min(radius) == pytest.approx(1 / 0.3)
    with pytest.raises(PasserellesError):
        charts.neighbour_map(embedded_graph, "Z9999")


@pytest.mark.parametrize("limit", [1, 2, 16, 30, 40])
def test_no_number_of_a_map_stands_on_a_point(embedded_graph: OccupationGraph, limit: int) -> None:
    for origin, width in product(("K2110", "H2909"), (4.0, 8.0)):
        chart = charts.neighbour_map(embedded_graph, origin, limit=limit, width=width)
        assert faults(chart) == []
        renderer, scale = chart.canvas.get_renderer(), chart.bbox.width / chart.axes[0].get_xlim()[1]  # type: ignore[attr-defined]
        numbers = [t.get_window_extent(renderer) for t in texts(chart) if re.fullmatch(r"\d+\u202f%", t.get_text())]
        assert numbers or limit < 16
        for (x, y, size), box in product(marks(chart), numbers):
            across, down = x * scale, chart.bbox.height - y * scale
            apart = max(box.x0 - across, across - box.x1, box.y0 - down, down - box.y1)
            assert apart > size * scale / 2 - 1.5, (origin, width)


def test_the_order_around_a_map_does_not_hang_on_the_ranking(embedded_graph: OccupationGraph) -> None:
    codes = list(embedded_graph.codes[:9])
    order = [codes[i] for i in ring_order(embedded_graph, codes)]
    turned = codes[4:] + codes[:4]
    assert [turned[i] for i in ring_order(embedded_graph, turned)] == order
    assert sorted(order) == sorted(codes)
    assert ring_order(embedded_graph, codes[:1]) == [0]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(1, 40)), min_size=1, max_size=12))
def test_spread_labels_never_overlap(labels: list[tuple[float, float]]) -> None:
    wanted, sizes = sorted(w for w, _ in labels), [s for _, s in labels]
    tops = spread(wanted, sizes, (0.0, 600.0))
    for (top, size), after in pairwise(zip([*tops, 1e9], [*sizes, 0.0], strict=True)):
        assert top + size <= after[0] + 1e-6
    assert tops[0] >= 0
    assert tops[-1] + sizes[-1] <= 600 + 1e-6


@settings(deadline=None)  # the first call reads the font
@given(st.text(max_size=120), st.floats(20, 300))
def test_wrapped_text_keeps_every_letter_and_its_width(text: str, width: float) -> None:
    lines = wrap(text, width, 9)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")
    assert all(width_of(line, 9) <= width or len(line) == 1 for line in lines)


def test_a_no_break_space_does_not_break() -> None:
    assert wrap("part de 45\u202f%", width_of("part de 45", 9) + 1, 9) == ["part de", "45\u202f%"]


def test_a_comparison_shows_how_much_of_each_job_is_shared(embedded_graph: OccupationGraph) -> None:
    found = compare(embedded_graph, ["N4101", "N4103"])
    chart = charts.comparison_bars(found)
    bars = [p for p in chart.axes[0].patches if isinstance(p, Rectangle)]
    several = say("compare.presence.some")
    assert several not in chart.description + "".join(text.get_text() for text in chart.axes[0].texts)  # of two
    for each in found.occupations:
        own = sum(
            w for c in found.competencies for code, w in zip(c.occupations, c.weights, strict=True) if code == each.code
        )
        common = [c for c in found.competencies if c.presence == "shared"]
        shared = sum(c.weights[c.occupations.index(each.code)] for c in common) / own
        assert f"{each.label} ({each.code}) : {each.requirements} compétences : partagées {shared:.0%}".replace(
            "%", " %"
        ) in (chart.description.replace("\u202f", " ").replace("\xa0", " "))
        assert any(bar.get_width() == pytest.approx(shared * Pen(8.0, "comparison", "fr").inner) for bar in bars)


def test_an_area_is_a_disc_with_its_number_and_its_facts(embedded_graph: OccupationGraph) -> None:
    found = areas_of(embedded_graph)
    chart = charts.area_map(found)
    discs = sorted((size for *_, size in marks(chart, "o")), reverse=True)
    largest = len(found.areas[0].members)
    assert discs == pytest.approx([discs[0] * math.sqrt(len(a.members) / largest) for a in found.areas])
    for area in found.areas:
        assert f"{area.number}. {area.name} ({len(area.members)} métiers)" in chart.description
        assert str(area.number) in {t.get_text() for t in texts(chart)}
    curves = [p for p in chart.axes[0].patches if not isinstance(p, Rectangle)]
    assert len(curves) == len(found.wheel()[1])


def test_methods_are_drawn_with_their_intervals() -> None:
    chart = charts.method_comparison(methods())
    assert len(marks(chart, "o")) == 5, "three methods and two entries of the key"
    means = [x for x, _, _ in marks(chart, "o")[:3]]
    assert (means[0] - means[2]) / (means[1] - means[2]) == pytest.approx((0.47 - 0.012) / (0.45 - 0.012))
    assert "0,450 [0,440 ; 0,470]" in words(chart)
    assert words(chart).index("(shipped)") < words(chart).index("(fitted)") < words(chart).index("(random)")
    assert "(random)" not in words(charts.method_comparison(methods(), lang="en")), "what one types is told once"
    assert "0,225" in words(charts.method_comparison(methods(), metric="mrr")), "no interval where there is none"
    with pytest.raises(PasserellesError):
        charts.method_comparison(methods(), metric="f1")
    with pytest.raises(PasserellesError):
        charts.method_comparison([])


def test_a_reliability_diagram_is_to_scale() -> None:
    chart = charts.reliability_diagram(BINS)
    x, y, _ = zip(*marks(chart, "o")[: len(BINS)], strict=True)
    across = np.polyfit([b.predicted for b in BINS], x, 1)
    up = np.polyfit([b.observed for b in BINS], y, 1)
    assert np.polyval(across, [b.predicted for b in BINS]) == pytest.approx(x)
    assert np.polyval(up, [b.observed for b in BINS]) == pytest.approx(y)
    assert across[0] == pytest.approx(-up[0]), "one scale for both"
    assert charts.reliability_diagram([b._asdict() for b in BINS]).description == chart.description
    with pytest.raises(PasserellesError):
        charts.reliability_diagram([Bin(0, 0, 0, 0, 0)])


@pytest.mark.parametrize("width", [0, 3.9, 41, float("nan"), "8", True])
def test_a_width_out_of_range_is_refused(width: Any) -> None:
    with pytest.raises(PasserellesError):
        charts.method_comparison(methods(), width=width)


@pytest.mark.parametrize("lang", ["de", None])
def test_a_chart_in_another_language_is_refused_in_one_message(embedded_graph: OccupationGraph, lang: Any) -> None:
    move, (path, *_) = found_by(embedded_graph)
    calls: list[Callable[[], Chart]] = [
        lambda: charts.score_waterfall(move, lang=lang),
        lambda: charts.competency_bars(move, lang=lang),
        lambda: charts.path_ladder(path, lang=lang),
        lambda: charts.territory_sankey(redon(embedded_graph), lang=lang),
        lambda: charts.neighbour_map(embedded_graph, "K2110", lang=lang),
        lambda: charts.area_map(areas_of(embedded_graph), lang=lang),
        lambda: charts.comparison_bars(compare(embedded_graph, ["N4101", "N4103"]), lang=lang),
        lambda: charts.method_comparison(methods(), lang=lang),
        lambda: charts.reliability_diagram(BINS, lang=lang),
    ]
    for call in calls:
        with pytest.raises(PasserellesError, match=rf"lang takes 'fr', 'en'; got {lang!r}"):
            call()


def test_saving_is_whole_and_gives_equal_bytes(tmp_path: Path) -> None:
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    once = {form: charts.save(charts.reliability_diagram(BINS), tmp_path / f"a.{form}").read_bytes() for form in starts}
    for form, start in starts.items():
        assert once[form].startswith(start)
        with pytest.raises(PasserellesError):
            charts.save(charts.reliability_diagram(BINS), tmp_path / f"a.{form}")
    code = (
        "import sys, matplotlib\n"
        "matplotlib.rcParams.update({'svg.hashsalt': 'x', 'svg.fonttype': 'none', 'hatch.linewidth': 5})\n"
        "before = matplotlib.rcParams.copy()\n"
        "from passerelles import charts\n"
        "rows = [dict(cases=50, predicted=.05, observed=.02), dict(cases=50, predicted=.2, observed=.3),"
        " dict(cases=49, predicted=.6, observed=.55)]\n"
        "for place in sys.argv[1:]:\n"
        "    charts.save(charts.reliability_diagram(rows), place)\n"
        "    assert {**matplotlib.rcParams.copy(), 'backend': 0} == {**before, 'backend': 0}, place\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    others = {form: tmp_path / f"b.{form}" for form in starts}
    subprocess.run([sys.executable, "-W", "error", "-c", code, *map(str, others.values())], check=True)
    assert {form: place.read_bytes() for form, place in others.items()} == once
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f"{n}.{form}" for n in "ab" for form in starts)


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PasserellesError, match=r"\.pdf, \.png, \.svg"):
        charts.save(charts.reliability_diagram(BINS), tmp_path / "a.gif")
    with pytest.raises(PasserellesError, match=r"save: path takes str | Path; got None"):
        charts.save(charts.reliability_diagram(BINS), None)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_an_inlined_svg_stands_alone(embedded_graph: OccupationGraph) -> None:
    seen: set[str] = set()
    for number, chart in enumerate(every(embedded_graph, 8.0, "fr")):
        svg = charts.to_svg(chart, title="A & <b>", description='"c"\x00', prefix=f"p{number}")
        root = ET.fromstring(svg)  # noqa: S314 - made here
        assert svg.startswith("<svg ")
        assert root.get("role") == "img"
        assert root.get("width") == "100%"
        assert root.get("height") is None
        width, height = map(float, (root.get("viewBox") or "").split()[2:])
        assert (width, height) == pytest.approx(tuple(chart.get_size_inches() * 72), rel=1e-4)
        assert [root[0].text, root[1].text] == ["A & <b>", '"c"']
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        assert len(ids) == len(set(ids))
        assert all(str(i).startswith(f"p{number}-") for i in ids)
        asked = {e[1:] for x in root.iter() for e in [x.get("href") or ""] if e}
        asked |= set(re.findall(r"url\(#([^)]+)\)", svg))
        asked |= set((root.get("aria-labelledby") or "").split())
        assert asked == set(ids)
        lines = [e for e in root.iter() if e.tag.endswith("}text")]
        assert [e.text for e in lines] == [t.get_text() for t in texts(chart)]
        assert all(float(e.get("textLength", "0")) > 0 for e in lines), "no font changes the width of a line"
        tags = {e.tag.rpartition("}")[2] for e in root.iter()}
        assert not tags & {"style", "script", "metadata", "image", "a", "foreignObject"}
        assert len(svg) < 60_000
        assert not seen & set(map(str, ids))
        seen |= set(map(str, ids))
    assert charts.to_svg(chart) == charts.to_svg(chart)
    width = round(110 * chart.get_size_inches()[0])
    assert chart._repr_html_() == f'<div style="max-width:{width}px">{charts.to_svg(chart)}</div>'
    assert repr(chart) == f"<Chart: {chart.title}>"
    with pytest.raises(ValueError, match="prefix"):
        charts.to_svg(chart, prefix='"><script>')


def test_without_matplotlib_one_reads_how_to_install_it() -> None:
    code = (
        "import sys\n"
        "sys.modules['matplotlib'] = None\n"
        "from passerelles import PasserellesError, charts\n"
        "assert 'path_ladder' in dir(charts)\n"
        "try:\n"
        "    charts.path_ladder\n"
        "except PasserellesError as error:\n"
        "    print(error.message('fr'))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "passerelles[charts]"' in found.stdout


def test_the_namespace_is_light_and_whole() -> None:
    code = "import sys; from passerelles import charts; print('matplotlib' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
    assert all(getattr(charts, name) is not None for name in dir(charts))
    with pytest.raises(AttributeError):
        charts.pie  # type: ignore[attr-defined]  # noqa: B018


def test_areas_told_apart_by_colour_are_told_apart_otherwise(embedded_graph: OccupationGraph) -> None:
    """In one key, no two areas have one hatch, unless one is near white or grey and the other dark."""
    for chart in every(embedded_graph, 8.0, "fr"):
        last = max(t.get_position()[1] for t in texts(chart))
        key = [b for b in boxes(chart) if b.get_y() > last - 60 and b.get_height() == pytest.approx(9 * 0.84)]
        for one, other in combinations(key, 2):
            alike = (one.get_hatch() or "") == (other.get_hatch() or "")
            ratio = contrast(to_hex(one.get_facecolor()), to_hex(other.get_facecolor()))
            assert not alike or ratio > 1.5, (to_hex(one.get_facecolor()), to_hex(other.get_facecolor()))


@pytest.mark.parametrize(
    ("make", "least"), [(lambda: Colour.INK, 15), (lambda: Colour.BLUE, 3), (lambda: Colour.VERMILION, 3)]
)
def test_colours_stand_out_on_paper(make: Callable[[], str], least: float) -> None:
    assert contrast(make(), Colour.PAPER) >= least


def test_a_picture_of_a_territory_names_towns_and_keeps_those_of_one_basin_apart(
    embedded_graph: OccupationGraph,
) -> None:
    towns = ("Campel", "Messac")
    people, openings = (
        [
            Lot(name, "N1103", "1", people=n, basin_label="RENNES", part=town, commune_label=town)
            for n, town in zip(numbers, towns, strict=True)
        ]
        for name, numbers in (("A", (3, 4)), ("B", (5, 1)))
    )
    fragile, hiring = Lots.of("fragile", people), Lots.of("hiring", openings)
    diagram = read_diagram(match_territory(embedded_graph, fragile, hiring).to_dict(), limit=10, lang="fr")
    for side, told in ((diagram.left, {"Campel": 3, "Messac": 4}), (diagram.right, {"Campel": 5, "Messac": 1})):
        assert {node.town: node.people for node in side} == told
    bare = [Lot("A", "N1103", code, people=2, basin_label=basin) for code, basin in (("1", "RENNES"), ("2", "REDON"))]
    basins = read_diagram(match_territory(embedded_graph, bare, openings).to_dict(), limit=10, lang="fr").left
    assert {node.town for node in basins} == {"RENNES", "REDON"}  # where no commune is named
    assert sum(node.rest for node in diagram.left) == 1
