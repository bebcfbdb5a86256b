"""`evaluate`: the contract's shapes, no leak, callables, and what is refused."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import passerelles
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.evaluation import evaluate as known_methods
from passerelles.evaluation.evaluate import (
    METHODS,
    Method,
    RankFunction,
    choose_methods,
    evaluate,
    protocol_of,
    with_other_groupings,
)
from passerelles.evaluation.protocol import METRICS, break_down, known_mobilities, make_folds
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Domain, Mobility
from passerelles.scoring.scorer import Scorer, load_scorer
from passerelles.settings import Settings, WeightSettings
from small import occupation, referential


def popularity(graph: OccupationGraph, origin: str) -> Mapping[str, float]:
    """How often each occupation is a target, and whether it moves to the origin: all that mobilities could leak."""
    counts = Counter(m.target for m in graph.referential.mobilities)
    back = graph.mobility[:, graph.position[origin]]
    reverse = np.asarray(back.todense()).ravel() > 0
    return {c: counts[c] + 100.0 * reverse[i] for i, c in enumerate(graph.codes) if c != origin}


def permuted(graph: OccupationGraph, origins: set[str]) -> OccupationGraph:
    """Return the same graph in which the mobilities of some origins go elsewhere."""
    size = len(graph.codes)

    def moved(m: Mobility) -> Mobility:
        shift = 1 + (graph.position[m.origin] * 7 + graph.position[m.target]) % (size - 1)
        return m._replace(target=graph.codes[(graph.position[m.origin] + shift) % size]) if m.origin in origins else m

    changed = tuple(moved(m) for m in graph.referential.mobilities)
    return build_graph(replace(graph.referential, mobilities=changed))


@pytest.fixture(scope="module")
def plain_graph(plain_embedded: OccupationGraph) -> OccupationGraph:
    """The embedded referential without overlay."""
    return plain_embedded


@pytest.mark.parametrize("method", [*METHODS, popularity])
def test_permuting_what_is_held_out_changes_no_held_out_score(plain_graph: OccupationGraph, method: object) -> None:
    fold = make_folds(plain_graph)[2]
    origins = {plain_graph.codes[row] for row in fold.origins.tolist()}
    other = permuted(plain_graph, origins)
    assert abs(known_mobilities(other) - known_mobilities(plain_graph)).nnz > 50
    before = list(evaluate(plain_graph, methods=[method]).predictions)  # type: ignore[list-item]
    after = list(evaluate(other, methods=[method]).predictions)  # type: ignore[list-item]
    held = [p for p in before if p.fold == fold.number]
    assert held == [p for p in after if p.fold == fold.number]
    assert {p.origin for p in held} == origins
    if method is popularity:  # and the same change is seen where one may see it
        assert before != after


def test_a_method_gets_a_graph_without_what_it_is_judged_on(embedded_graph: OccupationGraph) -> None:
    seen: dict[str, OccupationGraph] = {}

    def spy(graph: OccupationGraph, origin: str) -> dict[str, float]:
        seen[origin] = graph
        return {}

    evaluation = evaluate(embedded_graph, methods=[spy])
    assert evaluation.result("spy").protocol == "grouped-5-fold"
    groups = dict(zip(embedded_graph.codes, embedded_graph.group.tolist(), strict=True))
    for origin, graph in seen.items():
        assert graph is not embedded_graph
        assert graph.referential.mobilities
        assert groups[origin] not in {groups[m.origin] for m in graph.referential.mobilities}
        assert groups[origin] not in {groups[graph.codes[row]] for row in graph.mobility.nonzero()[0].tolist()}
    assert len(seen) == evaluation.results[0].origins == known_origins(embedded_graph)
    assert evaluation.results[0].metrics == dict.fromkeys(METRICS, 0.0)


def known_origins(graph: OccupationGraph) -> int:
    return int((np.diff(known_mobilities(graph).indptr) > 0).sum())


def test_methods_that_fit_nothing_get_no_mobility_at_all(
    plain_graph: OccupationGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []

    def spy(graph: OccupationGraph, rows: Any) -> Any:
        counts.append(len(graph.referential.mobilities) + graph.mobility.nnz)
        return np.zeros((len(rows), len(graph.codes)))

    monkeypatch.setitem(known_methods._METHODS, "cosine", Method("cosine", spy))
    evaluate(plain_graph, methods=["cosine"])
    assert counts == [0] * 5


def test_a_perfect_ranking_and_an_upside_down_one(plain_graph: OccupationGraph) -> None:
    known = known_mobilities(plain_graph)

    def answer(sign: int) -> dict[str, dict[str, float]]:
        cells = zip(*known.nonzero(), strict=True)
        found: dict[str, dict[str, float]] = {c: dict.fromkeys(plain_graph.codes, 0.0) for c in plain_graph.codes}
        for origin, target in cells:
            found[plain_graph.codes[origin]][plain_graph.codes[target]] = float(sign)
        return found

    best, worst = answer(1), answer(-1)
    evaluation = evaluate(plain_graph, methods=[lambda _g, o: best[o], lambda _g, o: worst[o]])
    first, second = evaluation.results
    assert (first.method, second.method) == ("<lambda>", "<lambda>-2")
    assert first.metrics == pytest.approx(dict.fromkeys(METRICS, 1.0))
    assert second.metrics == dict.fromkeys(METRICS, 0.0)
    assert first.ci95["ndcg@10"] == pytest.approx((1.0, 1.0))


def test_ties_go_by_code_and_the_origin_is_no_candidate(embedded_graph: OccupationGraph) -> None:
    def same(graph: OccupationGraph, origin: str) -> dict[str, float]:
        # A specialised occupation would come first if it were a candidate, and so would the origin.
        return {o.code: 1.0 + (o.base is not None or o.code == origin) for o in reversed(graph.occupations)}

    by_origin: dict[str, list[tuple[str, int]]] = {}
    for each in evaluate(embedded_graph, methods=[same]).predictions:
        by_origin.setdefault(each.origin, []).append((each.target, each.rank))
    plain = [o.code for o in embedded_graph.occupations if o.base is None]
    assert len(plain) < len(embedded_graph.codes)  # specialised occupations are there, and are no candidates
    for origin, rows in by_origin.items():
        assert rows == [(c, i) for i, c in enumerate([c for c in plain if c != origin][:50], start=1)]


def test_targets_that_a_callable_leaves_out_are_not_ranked(plain_graph: OccupationGraph) -> None:
    def two(graph: OccupationGraph, origin: str) -> dict[str, float]:
        return {c: -1.5 for c in graph.codes[:3] if c != origin}

    rows = [p for p in evaluate(plain_graph, methods=[two]).predictions if p.origin == plain_graph.codes[9]]
    assert [(r.target, r.rank, r.score) for r in rows] == [
        (c, i + 1, -1.5) for i, c in enumerate(plain_graph.codes[:3])
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "0.5", None, True])
def test_what_is_no_score_is_refused(plain_graph: OccupationGraph, value: object) -> None:
    with pytest.raises(PasserellesError) as caught:
        evaluate(plain_graph, methods=[lambda g, _o: {g.codes[0]: value}])  # type: ignore[dict-item]
    assert caught.value.key == "evaluation_bad_score"
    assert plain_graph.codes[0] in caught.value.message("fr")


def test_what_is_not_known_is_refused(plain_graph: OccupationGraph) -> None:
    with pytest.raises(UnknownCodeError, match="X9999"):
        evaluate(plain_graph, methods=[lambda _g, _o: {"X9999": 1.0}])
    for wrong in (["cosinus"], [], [3]):
        with pytest.raises(PasserellesError) as caught:
            evaluate(plain_graph, methods=wrong)  # type: ignore[arg-type]
        assert "jaccard" in caught.value.message("fr")
    with pytest.raises(PasserellesError):
        evaluate(plain_graph, methods=["random"]).result("cosine")


def test_items_have_the_shape_of_the_contract(plain_graph: OccupationGraph) -> None:
    evaluation = evaluate(plain_graph, methods=["unfitted", "cosine", "unfitted"], folds=4)
    items = evaluation.to_dict()["results"]
    assert [i["method"] for i in items] == ["unfitted", "cosine"]
    for item in json.loads(json.dumps(items, allow_nan=False)):
        assert set(item) == {"method", "origins", *METRICS, "ci95", "protocol", "breakdown"}
        assert item["protocol"] == "no-fitting"
        for name in METRICS:
            low, high = item["ci95"][name]
            assert 0 <= low <= item[name] <= high <= 1
        assert set(item["breakdown"]) == {"domain", "requirements", "parent_group", "regulated", "managerial"}
        for groups in item["breakdown"].values():
            assert sum(g["origins"] for g in groups) == item["origins"]
            for name in METRICS:
                total = sum(g[name] * g["origins"] for g in groups) / item["origins"]
                assert total == pytest.approx(item[name])


def test_breakdown_of_four_occupations_by_hand() -> None:
    known = [
        occupation("A1", parent="P", domain="A11", regulated="yes"),
        occupation("A2", parent="P", domain="A11", regulated="no"),
        occupation("B1", parent=None, domain="B", managerial="yes"),
        occupation("C1", parent=None, domain=None),
        occupation("C1-X", parent=None, base="C1"),  # no part of a split fiche makes its group larger
    ]
    needs = {"A1": ["a"], "A2": ["a", "b"], "B1": ["a", "b", "c"], "C1": ["a", "b", "c", "d"], "C1-X": ["a"]}
    graph = build_graph(referential(needs, occupations=known))
    domains = tuple(replace_parent(graph))
    graph = build_graph(replace(graph.referential, domains=domains))
    values = np.tile(np.array([1.0, 0.5, 0.25, 0.0]), (4, 1))
    found = break_down(graph, np.arange(4, dtype=np.int32), values)
    shown = {name: [(g.value, g.origins, g.metrics["mrr"]) for g in groups] for name, groups in found.items()}
    assert shown == {
        "domain": [("A", 2, 0.75), ("B", 1, 0.25), ("unknown", 1, 0.0)],
        "requirements": [("1-2", 2, 0.75), ("3", 1, 0.25), ("4", 1, 0.0)],
        "parent_group": [("1", 2, 0.125), ("2", 2, 0.75)],
        "regulated": [("yes", 1, 1.0), ("no", 1, 0.5), ("unknown", 2, 0.125)],
        "managerial": [("yes", 1, 0.25), ("unknown", 3, 0.5)],
    }
    assert found["domain"][0].label == "Haut de A"


def replace_parent(graph: OccupationGraph) -> list[Domain]:
    """Domains of a graph, A11 under A."""
    kept = [d._replace(parent="A") if d.code == "A11" else d for d in graph.referential.domains]
    return [kept[0]._replace(code="A", label="Haut de A", parent=None), *kept]


def test_two_runs_give_the_same_predictions_to_the_byte(plain_graph: OccupationGraph, tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        evaluate(plain_graph, methods=["unfitted", "random"]).write_predictions(tmp_path / name)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    with pytest.raises(PasserellesError, match="already"):
        evaluate(plain_graph, methods=["random"]).write_predictions(tmp_path / "one.csv")


def test_figures_can_be_counted_again_from_the_file(plain_graph: OccupationGraph, tmp_path: Path) -> None:
    evaluation = evaluate(plain_graph, methods=["cosine"])
    evaluation.write_predictions(tmp_path / "p.csv")
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["method", "fold", "origin", "target", "rank", "score"]
    known: dict[str, set[str]] = {}
    for m in plain_graph.referential.mobilities:
        known.setdefault(m.origin, set()).add(m.target)
    hits = Counter(r["origin"] for r in rows if int(r["rank"]) <= 10 and r["target"] in known[r["origin"]])
    recall = sum(hits[o] / min(10, len(targets)) for o, targets in known.items()) / len(known)
    assert recall == pytest.approx(evaluation.results[0].metrics["recall@10"])
    assert {len([r for r in rows if r["origin"] == o]) for o in known} == {50}
    scores = [float(r["score"]) for r in rows if r["origin"] == rows[0]["origin"]]
    assert scores == sorted(scores, reverse=True)


def test_settings_build_the_graph_anew(plain_graph: OccupationGraph) -> None:
    flat = Settings(weights=WeightSettings(rarity=False, core=1.0))
    evaluation = evaluate(plain_graph, methods=["unfitted"], settings=flat)
    assert evaluation.settings == flat
    direct = evaluate(build_graph(plain_graph.referential, settings=flat), methods=["unfitted"])
    assert list(evaluation.predictions) == list(direct.predictions)
    assert list(evaluation.predictions) != list(evaluate(plain_graph, methods=["unfitted"]).predictions)


def test_progress_goes_from_nothing_to_all(plain_graph: OccupationGraph) -> None:
    steps: list[tuple[int, int, str]] = []
    evaluate(plain_graph, methods=["cosine", "random"], progress=lambda *step: steps.append(step))
    assert [done for done, _, _ in steps] == list(range(11))
    assert {total for _, total, _ in steps} == {10}
    assert [name for _, _, name in steps[:3]] == ["cosine", "random", "cosine"]


def test_other_groupings_change_what_reads_mobilities_only(plain_graph: OccupationGraph) -> None:
    methods: list[str | RankFunction] = ["cosine", popularity]
    evaluation = with_other_groupings(evaluate(plain_graph, methods=methods), plain_graph, methods=methods, groupings=2)
    cosine, popular = evaluation.results
    assert cosine.other_groupings == {"groupings": 2, **cosine.metrics}
    again = [evaluate(plain_graph, methods=methods, grouping=seed).result("popularity") for seed in (1, 2)]
    assert popular.other_groupings is not None
    for name in METRICS:
        mean = (again[0].metrics[name] + again[1].metrics[name]) / 2
        assert popular.other_groupings[name] == pytest.approx(mean)
    assert popular.to_dict()["other_groupings"]["groupings"] == 2


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, int]]:
    """A fit that weighs nothing new, and notes what it was given."""
    calls: list[tuple[bool, int]] = []

    def fit_scorer(graph: OccupationGraph, *, content_only: bool = False) -> Scorer:
        calls.append((content_only, len(graph.referential.mobilities)))
        # One name and version for all, as a careless fit would: nothing may be mistaken for another.
        part = {"tree": {"tree": 1.0}} if content_only else {"resemblance": {"resemblance": 1.0}}
        return Scorer(name="fitted", version="1", parts=part)

    monkeypatch.setattr(known_methods, "fit_scorer", fit_scorer)
    return calls


def test_fitted_methods_are_refitted_in_each_fold(
    plain_graph: OccupationGraph, stand_in: list[tuple[bool, int]]
) -> None:
    evaluation = evaluate(plain_graph, methods=["fitted", "content"])
    assert [content for content, _ in stand_in] == [False, True] * 5
    folds = make_folds(plain_graph)
    held = [
        sum(plain_graph.position[m.origin] in f.held_out for m in plain_graph.referential.mobilities) for f in folds
    ]
    total = len(plain_graph.referential.mobilities)
    assert [n for _, n in stand_in] == [total - h for h in held for _ in range(2)]
    assert {r.protocol for r in evaluation.results} == {"grouped-5-fold"}
    fitted, content = evaluation.results
    assert fitted.metrics != content.metrics
    cosine = evaluate(plain_graph, methods=["cosine"]).results[0]
    assert fitted.metrics["ndcg@10"] == pytest.approx(cosine.metrics["ndcg@10"], abs=0.01)


@pytest.mark.usefixtures("stand_in")
def test_shipped_weights_say_when_they_have_seen_the_mobilities(
    plain_graph: OccupationGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"{plain_graph.referential.name} {plain_graph.referential.version}"

    def load(name: str = "default") -> Scorer:
        parts = {"tree": {"tree": 1.0}}
        return Scorer(name=name, version="1", fitted_on=place if name == "fitted" else "rome 999", parts=parts)

    monkeypatch.setattr(known_methods, "load_scorer", load)
    found = {
        m.name: protocol_of(m, plain_graph, 5) for m in choose_methods(plain_graph, ["shipped", "shipped-content"])
    }
    assert found == {"shipped": "in-sample", "shipped-content": "no-fitting"}
    default = [m.name for m in choose_methods(plain_graph, None)]
    assert "shipped" not in default
    assert {"shipped-content", "fitted", "content", "random", "nesta"} <= set(default)


def test_names_stay_free_for_callables_of_the_same_name(plain_graph: OccupationGraph) -> None:
    def cosine(graph: OccupationGraph, origin: str) -> dict[str, float]:
        return {}

    assert [m.name for m in choose_methods(plain_graph, [cosine, "cosine", cosine])] == [
        "cosine-2",
        "cosine",
        "cosine-3",
    ]


def test_the_public_name_is_the_function() -> None:
    assert passerelles.evaluate is evaluate
    assert load_scorer("unfitted").fitted_on is None
