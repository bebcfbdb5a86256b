"""What would bring a move nearer is found by scoring again, and holds when it is scored once more."""

import json
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelles.access.wording import names_to_obtain
from passerelles.cli.main import run
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS, Lang, say
from passerelles.model import Profile
from passerelles.ranking.move import Move
from passerelles.ranking.rank import MOST, barred_by_access, counterfactual, counterfactual_note, nearer, rank_moves
from passerelles.scoring.scorer import LEVELS, Level, reaches
from passerelles.settings import Settings


def level_with(graph: OccupationGraph, origin: str, target: str, added: tuple[str, ...]) -> Level | None:
    """Level of the move of somebody who holds more: the plain ranking, with nothing of the search."""
    return rank_moves(graph, Profile(origin, added), targets=[target])[0].level


@cache
def far(graph: OccupationGraph, origin: str) -> list[Move]:
    return [m for m in rank_moves(graph, origin, limit=None) if m.level == "exigeante"]


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_what_is_found_holds_and_one_is_found_when_one_is_enough(
    embedded_graph: OccupationGraph, data: st.DataObject
) -> None:
    origin = data.draw(st.sampled_from(("K2110", "N4101", "H2909", "K1304", "M1607")))
    move = data.draw(st.sampled_from(far(embedded_graph, origin)[:40]))
    target = move.target.code or ""
    found = counterfactual(embedded_graph, origin, target)
    if barred_by_access(move):  # what a credential closes, no competency opens
        assert found is None
        return
    learnt = [i.code for i in move.missing if not i.certificate]
    alone = [code for code in learnt if reaches(level_with(embedded_graph, origin, target, (code,)), "accessible")]
    if found is None:
        assert not alone
        return
    assert 1 <= len(found.added) <= MOST
    assert set(found.added) <= set(move.missing)
    codes = tuple(i.code for i in found.added)
    assert reaches(level_with(embedded_graph, origin, target, codes), "accessible")
    assert (len(codes) == 1) == bool(alone)
    assert found.move.coverage is not None
    assert move.coverage is not None
    assert found.move.coverage > move.coverage
    if len(codes) > 1:  # nothing in it is idle
        for left_out in codes:
            rest = tuple(c for c in codes if c != left_out)
            assert not reaches(level_with(embedded_graph, origin, target, rest), "accessible") or not alone


def test_some_moves_take_one_some_more_and_some_are_out_of_reach(embedded_graph: OccupationGraph) -> None:
    sizes = set()
    for origin in ("K2110", "N4101", "M1607"):
        for move in far(embedded_graph, origin)[:8]:
            found = counterfactual(embedded_graph, origin, move.target.code or "")
            sizes.add(None if found is None else len(found.added))
    assert None in sizes
    assert 1 in sizes
    assert sizes & {2, 3}


def test_a_move_that_is_there_already_takes_nothing(embedded_graph: OccupationGraph) -> None:
    found_near = (m for m in rank_moves(embedded_graph, "N4101", limit=None) if m.level == "proche")
    move = next(m for m in found_near if not barred_by_access(m))
    found = counterfactual(embedded_graph, "N4101", move.target.code or "")
    assert found is not None
    assert (found.level, found.added, found.move.target) == ("accessible", (), move.target)
    assert found.to_dict()["referential"] == move.to_dict()["referential"]  # what its score compares under
    assert nearer(embedded_graph, "N4101", move) is None
    assert counterfactual_note(None, move) is None


def test_the_name_of_a_certificate_is_no_competency_to_learn(embedded_graph: OccupationGraph) -> None:
    (move,) = rank_moves(embedded_graph, "D1507", targets=["N1110"])
    found = counterfactual(embedded_graph, "D1507", "N1110", level="proche")
    assert any(item.certificate for item in move.missing)
    assert found is None or not any(item.certificate for item in found.added)


def test_what_closes_a_job_is_named_whole_with_each_way_to_it(embedded_graph: OccupationGraph) -> None:
    (move,) = rank_moves(embedded_graph, "K2110", targets=["N4116"])
    text = counterfactual_note(None, move)
    ways = {c.label for c in move.access.to_obtain if c.group and c.needed_for is None}
    assert text is not None
    assert len(ways) > 1
    assert all(label in text for label in ways)
    assert "…" not in text


def test_what_brings_a_title_nearer_is_looked_for_by_what_that_title_takes(embedded_graph: OccupationGraph) -> None:
    for named, closed in (("Mécanicien / Mécanicienne de bord", True), ("I1605", False)):
        (move,) = rank_moves(embedded_graph, "F1302", targets=[named])
        assert barred_by_access(move) is closed
        assert (nearer(embedded_graph, "F1302", move) is None) is closed


def test_what_a_person_holds_already_counts(embedded_graph: OccupationGraph) -> None:
    person = Profile(competencies=embedded_graph.competency_codes[:6])
    for move in rank_moves(embedded_graph, person, limit=60):
        found = counterfactual(embedded_graph, person, move.target.code or "", level="proche", most=2)
        if found is not None and found.added:
            assert not {i.code for i in found.added} & set(person.competencies)
            grown = Profile(None, (*person.competencies, *(i.code for i in found.added)))
            again = rank_moves(embedded_graph, grown, targets=[move.target.code or ""])[0]
            assert again == found.move
            return
    pytest.fail("no move of this person can be brought nearer")


def test_why_nothing_is_found_is_said_in_words(embedded_graph: OccupationGraph) -> None:
    cases: tuple[tuple[str, Level | None, int, str | None], ...] = (
        ("N4103", "proche", 3, "No further competency opens this job"),
        ("F1503", "proche", 0, "Up to 0 more competencies"),
        ("F1503", "proche", 1, 'would become "close"'),
        ("F1701", None, 3, None),  # there already, and nothing closes it
    )
    for target, level, most, words in cases:
        (move,) = rank_moves(embedded_graph, "F1703", targets=[target])
        found = counterfactual(embedded_graph, "F1703", target, level=level or "accessible", most=most)
        note = counterfactual_note(found, move, level=level, most=most, lang="en")
        assert note is None if words is None else words in (note or "")
    (move,) = rank_moves(embedded_graph, "K2110", targets=["N4101"], settings=Settings(scorer="unfitted"))
    assert counterfactual_note(None, move) is None  # without a level, none is nearer


def test_what_cannot_be_searched(embedded_graph: OccupationGraph) -> None:
    unfitted = Settings(scorer="unfitted")
    assert counterfactual(embedded_graph, "K2110", "N4101", settings=unfitted) is None
    assert counterfactual(embedded_graph, "K2110", "K2110") is None
    target = far(embedded_graph, "K2110")[0].target.code or ""
    assert counterfactual(embedded_graph, "K2110", target, most=0) is None
    with pytest.raises(UnknownCodeError):
        counterfactual(embedded_graph, "K2110", "Z9999")
    with pytest.raises(PasserellesError) as caught:
        counterfactual(embedded_graph, "K2110", "N4101", level="facile")  # type: ignore[arg-type]
    assert "accessible" in caught.value.message("fr")


@pytest.mark.parametrize("lang", LANGS)
def test_the_sentence_names_what_to_acquire_and_the_level(embedded_graph: OccupationGraph, lang: Lang) -> None:
    for move in rank_moves(embedded_graph, "N4101", limit=20):
        if move.level == LEVELS[0]:
            continue
        found = nearer(embedded_graph, "N4101", move)
        text = counterfactual_note(found, move, lang=lang)
        wanted = LEVELS[LEVELS.index(move.level or "exigeante") - 1]
        assert text is not None
        if barred_by_access(move):  # what a credential closes, no competency opens
            assert found is None
            alone = [c for c in move.access.to_obtain if c.needed_for is None and c.group is None]
            assert all(c.label in text for c in alone if c.kind != "concours")
            assert all(name in text for name in names_to_obtain(move.access, lang))
            continue
        assert say(f"moves.level.{wanted}", lang=lang) in text
        for item in found.added if found else ():
            assert (item.label or item.code) in text


def call(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        run(words)
    assert not ended.value.code
    return capsys.readouterr().out


def test_the_key_is_there_only_when_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("rank", "N4101", "--limit", "8", "--format", "json")
    assert all("counterfactual" not in i for i in json.loads(call(*words, capsys=capsys))["results"])
    items = json.loads(call(*words, "--explain", "6", capsys=capsys))["results"]
    assert ["counterfactual" in i for i in items] == [True] * 6 + [False] * 2
    assert any(i["level"] == "accessible" for i in items[:6])
    for item in items[:6]:
        found = item["counterfactual"]
        if item["level"] == "proche":
            assert found is None
        assert (item["counterfactual_note"] is None) == (item["level"] == "proche")  # nothing found, and why
        if found is not None:
            assert {"level", "added", "score", "probability", "coverage", "coverage_position"} == set(found)
            assert found["level"] == "proche"
            assert {a["code"] for a in found["added"]} <= {m["code"] for m in item["missing"]}


def test_each_sentence_stands_below_its_own_move(
    plain_embedded: OccupationGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    for origin in ("K2110", "N4101"):
        moves = rank_moves(plain_embedded, origin, limit=6)
        said = [counterfactual_note(nearer(plain_embedded, origin, move), move, lang="fr") for move in moves]
        for first in (2, 6):
            shown = call("rank", origin, "--limit", "6", "--explain", str(first), capsys=capsys)
            blocks = [" ".join(block.split()) for block in re.split(r"\n\d\. ", shown)[1:]]
            assert len(blocks) == first
            told = [{text for text in said if text and " ".join(text.split()) in block} for block in blocks]
            assert told == [{text} - {None} for text in said[:first]]
        assert len(set(said)) > 1


def test_the_screen_says_it_below_the_move(capsys: pytest.CaptureFixture[str]) -> None:
    shown = " ".join(call("rank", "K2110", "--limit", "20", "--explain", "20", capsys=capsys).split())
    assert "le mouvement deviendrait « " in shown
    assert "ne suffiraient pas à rendre ce mouvement « " in shown
    assert "deviendrait" not in call("rank", "K2110", "--limit", "20", capsys=capsys)
