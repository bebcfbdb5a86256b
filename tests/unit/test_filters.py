"""Filters answer yes, no or unknown; only no drops a move, and strict drops unknown too."""

import pytest

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Ternary
from passerelles.ranking.moves import rank_moves
from passerelles.settings import Settings
from small import occupation, referential


@pytest.fixture(scope="module")
def graph() -> OccupationGraph:
    """Origin A1, and targets that differ by one flag each."""
    return build_graph(
        referential(
            {"A1": ["a"], "A2": ["a"], "B1": ["a"], "B2": ["b"], "B3": []},
            occupations=[
                occupation("A1", managerial="no", regulated="no"),
                occupation("A2", managerial="yes", regulated="yes"),
                occupation("B1", managerial="no", regulated="no"),
                occupation("B2"),
                occupation("B3", domain=None),
            ],
            contexts={"A2": ["nuit"], "B1": ["jour", "nuit"], "B2": ["jour"]},
        )
    )


CASES: list[tuple[str, dict[str, Ternary]]] = [
    ("unregulated", {"A2": "no", "B1": "yes", "B2": "unknown", "B3": "unknown"}),
    ("same-domain", {"A2": "yes", "B1": "no", "B2": "no", "B3": "unknown"}),
    ("other-domain", {"A2": "no", "B1": "yes", "B2": "yes", "B3": "unknown"}),
    ("min-coverage=0.5", {"A2": "yes", "B1": "yes", "B2": "no", "B3": "unknown"}),
    ("no-managerial-step", {"A2": "no", "B1": "yes", "B2": "unknown", "B3": "unknown"}),
    ("avoid-context=nuit", {"A2": "no", "B1": "no", "B2": "yes", "B3": "unknown"}),
    ("avoid-context=Contexte NUIT", {"A2": "no", "B1": "no", "B2": "yes", "B3": "unknown"}),
    ("exclude=B1, B2", {"A2": "yes", "B1": "no", "B2": "no", "B3": "yes"}),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_only_no_drops_a_move(graph: OccupationGraph, text: str, expected: dict[str, Ternary]) -> None:
    kept = {m.target.code: m.filters[0].verdict for m in rank_moves(graph, "A1", filters=[text])}
    assert kept == {code: verdict for code, verdict in expected.items() if verdict != "no"}
    strict = rank_moves(graph, "A1", filters=[text], settings=Settings(strict=True))
    assert {m.target.code for m in strict} == {code for code, verdict in expected.items() if verdict == "yes"}


def test_every_verdict_has_a_reason_in_both_languages(graph: OccupationGraph) -> None:
    for text, _ in CASES:
        for move in rank_moves(graph, "A1", filters=[text]):
            for lang in ("fr", "en"):
                assert move.filters[0].sentence(lang)


def test_filters_stack_and_never_change_a_score(graph: OccupationGraph) -> None:
    plain = {m.target.code: m.score for m in rank_moves(graph, "A1")}
    stacked = rank_moves(graph, "A1", filters=["other-domain", "min-coverage=0.5"])
    assert [m.target.code for m in stacked] == [code for code in plain if code in ("B1", "B3")]
    assert all(plain[m.target.code] == m.score for m in stacked)


@pytest.mark.parametrize("text", ["min-coverage=2", "min-coverage=x", "min-coverage=nan", "nope", "nope=1"])
def test_a_filter_that_makes_no_sense_is_refused(graph: OccupationGraph, text: str) -> None:
    with pytest.raises(PasserellesError):
        rank_moves(graph, "A1", filters=[text])


def test_unknown_codes_in_filters_suggest(graph: OccupationGraph) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(graph, "A1", filters=["avoid-context=contexte"])
    assert "Contexte jour" in caught.value.suggestions
    with pytest.raises(UnknownCodeError):
        rank_moves(graph, "A1", filters=["exclude=Z9"])


def test_flags_left_empty_in_the_real_rome_are_unknown(rome4_graph: OccupationGraph) -> None:
    occupations = rome4_graph.occupations
    assert sum(o.regulated == "unknown" for o in occupations) == 234
    assert sum(o.managerial == "unknown" for o in occupations) == 198
