"""Explanations hold: parts add up, coverage follows what is held, no sentence contradicts its sign."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS, Lang
from passerelles.model import Profile
from passerelles.ranking.move import Move
from passerelles.ranking.rank import rank_moves
from passerelles.settings import Settings

MORE: dict[Lang, str] = {
    "fr": r"\bplus (proches|semblables|que|souvent|près|de)\b|\ble plus\b",
    "en": r"\b(more|closer)\b|\bmost\b",
}
LESS: dict[Lang, str] = {
    "fr": r"\bmoins\b|\bplus loin\b",
    "en": r"\b(less|fewer|further)\b|\bleast\b",
}


@st.composite
def people(draw: st.DrawFn, graph: OccupationGraph) -> Profile:
    """Somebody with or without an occupation, who holds some competencies besides."""
    occupation = draw(st.one_of(st.none(), st.sampled_from(graph.codes)))
    least = 0 if occupation else 1
    held = draw(st.lists(st.sampled_from(graph.competency_codes), min_size=least, max_size=12, unique=True))
    return Profile(occupation, tuple(held))


def by_target(graph: OccupationGraph, person: Profile, scorer: str = "fitted") -> dict[str, Move]:
    return {m.target.code or "": m for m in rank_moves(graph, person, limit=None, settings=Settings(scorer=scorer))}


@pytest.mark.parametrize("scorer", ["fitted", "content", "unfitted"])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_parts_sum_to_the_score(embedded_graph: OccupationGraph, scorer: str, data: st.DataObject) -> None:
    moves = by_target(embedded_graph, data.draw(people(embedded_graph)), scorer)
    assert moves
    for move in moves.values():
        assert math.isclose(sum(p.value for p in move.parts), move.score, rel_tol=0, abs_tol=1e-9)
        assert sum(d["value"] for d in move.to_dict()["parts"]) == pytest.approx(move.score, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_one_more_competency_never_lowers_a_coverage(embedded_graph: OccupationGraph, data: st.DataObject) -> None:
    person = data.draw(people(embedded_graph))
    more = data.draw(st.sampled_from(embedded_graph.competency_codes))
    richer = Profile(person.occupation, (*person.competencies, more))
    before, after = by_target(embedded_graph, person), by_target(embedded_graph, richer)
    assert before.keys() == after.keys()
    for code, move in before.items():
        if move.coverage is not None:
            reached = after[code].coverage
            assert reached is not None
            assert reached >= move.coverage
            if more in {item.code for item in move.missing}:  # what the target asks for counts in full
                assert reached > move.coverage
                assert more in {item.code for item in after[code].held}


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_one_competency_less_never_raises_a_coverage(embedded_graph: OccupationGraph, data: st.DataObject) -> None:
    person = data.draw(people(embedded_graph).filter(lambda p: len(p.competencies) > (p.occupation is None)))
    lost = data.draw(st.sampled_from(person.competencies))
    poorer = Profile(person.occupation, tuple(c for c in person.competencies if c != lost))
    before, after = by_target(embedded_graph, person), by_target(embedded_graph, poorer)
    for code, move in before.items():
        if move.coverage is not None:
            assert (after[code].coverage or 0.0) <= move.coverage


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scorer", ["fitted", "content", "unfitted"])
def test_no_sentence_contradicts_its_sign(embedded_graph: OccupationGraph, scorer: str, lang: Lang) -> None:
    signs = set()
    for origin in ("K2110", "N4101", Profile(competencies=embedded_graph.competency_codes[:30])):
        for move in rank_moves(embedded_graph, origin, limit=None, settings=Settings(scorer=scorer)):
            for part in move.parts:
                if part.name == "base":
                    continue
                text = part.sentence(lang)
                more = re.search(MORE[lang], text) is not None
                less = re.search(LESS[lang], text) is not None
                assert (more, less) == (part.value > 0, part.value < 0), (part, text)
                assert part.to_dict(lang)["sentence"] == text
                signs.add((part.name, part.value > 0))
    assert {name for name, positive in signs if positive} == {name for name, _ in signs}


def test_the_split_of_the_requirements_is_whole(embedded_graph: OccupationGraph) -> None:
    for move in rank_moves(embedded_graph, Profile("N4101", embedded_graph.competency_codes[::40]), limit=None):
        codes = [item.code for item in (*move.held, *move.near, *move.missing)]
        row = embedded_graph.position[move.target.code or ""]
        asked = embedded_graph.weights[[row]].indices.tolist()
        assert sorted(codes) == sorted(embedded_graph.competency_codes[c] for c in asked)
