"""What a public body must publish and answer: each point in both languages, filled in from what is used."""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from passerelles.cli.main import run
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS, signed
from passerelles.ranking.rank import rank_moves
from passerelles.report.transparency import POINTS, duties
from passerelles.scoring.scorer import load_scorer
from passerelles.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_point_is_said_in_both_languages(embedded_graph: OccupationGraph) -> None:
    found = duties(embedded_graph)
    for lang in LANGS:
        words = tomllib.loads(files("passerelles").joinpath(f"language/{lang}/transparency.toml").read_text("utf-8"))
        assert set(words["duty"]) == set(words["answer"]) == {point.key for point in POINTS}
        for duty in found.points:
            answer = duty.answer(lang)
            assert "{" not in answer
            # What only the body knows is marked, and nothing else is.
            if duty.state != "open":
                assert "[" not in answer, duty.key
    opened = {d.key for d in found.points if d.state == "open"} - {"annex_8"}
    assert all("[" in d.answer("fr") for d in found.points if d.key in opened)


def test_the_base_published_is_that_of_every_score(embedded_graph: OccupationGraph) -> None:
    base = next(part.value for part in rank_moves(embedded_graph, "K2110", limit=1)[0].parts if part.name == "base")
    told = {duty.key: duty.answer("en") for duty in duties(embedded_graph).points}
    for key in ("parameters", "annex_2b"):
        assert f"base {signed(base, lang='en', decimals=3)}" in told[key], "of the fiches alone, to the third decimal"


def test_the_law_asked_for_is_there_whole() -> None:
    laws = [point.law for point in POINTS]
    assert {"CRPA, L. 312-1-3", "CRPA, R. 311-3-1-1"} < set(laws)
    assert [law for law in laws if "R. 311-3-1-2" in law] == [f"CRPA, R. 311-3-1-2, {n}°" for n in (1, 2, 3, 4)]
    assert {f"2016/679, art. {n}" for n in (9, 13, 22, 30, 35)} <= set(laws)
    annex = [law.rpartition(" ")[2] for law in laws if "IV" in law]
    assert annex == [*(f"1({c})" for c in "abcdefgh"), *(f"2({c})" for c in "abcdefgh"), *map(str, range(3, 10))]


def test_pages_named_are_there() -> None:
    for point in POINTS:
        for place in filter(None, point.where.split(", ")):
            if place.startswith("docs/") or "." in place:
                assert (ROOT / place).exists(), place


def test_answers_are_those_of_what_is_in_use(embedded_graph: OccupationGraph) -> None:
    settings = Settings.model_validate({"scorer": "content", "ranking": {"close_share": 0.2}})
    found = duties(build_graph(embedded_graph.referential, settings=settings))
    answers = {d.key: d.answer("en") for d in found.points}
    referential, scorer = embedded_graph.referential, load_scorer("content")
    assert f"{referential.name} {referential.version}" in answers["data"]
    assert referential.provenance.sha256[:16] in answers["data"]
    assert "ranking.close_share = 0.2" in answers["parameters"]
    assert f"{scorer.name} {scorer.version}" in answers["parameters"]
    people = load_scorer("holdings")  # of whoever has no occupation
    assert f"{people.name} {people.version}, {sum(map(len, people.parts.values()))} weights" in answers["parameters"]
    assert {(w.scorer, w.part, w.feature): w.weight for w in found.weights} == {
        (s.name, part, feature): weight
        for s in (scorer, people)
        for part, each in s.parts.items()
        for feature, weight in each.items()
    }
    assert {c.name for c in found.changed} == {"scorer", "ranking.close_share"}
    assert duties(embedded_graph).changed == ()


def test_the_command_prints_tables_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["transparency", "--lang", "en"])
    shown = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "To give on request" in shown
    assert re.search(r"passerelles \d+\.\d+\.\d+, which compares", shown)
    with pytest.raises(SystemExit):
        run(["transparency", "--format", "json", "--overlay", "enseignement-conduite"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "passerelles/transparency@1"
    assert any("enseignement-conduite" in each["answer"] for each in answer["results"])
    assert all(each["as_of"] and each["source"].startswith("https://") for each in answer["results"])
    assert sum(map(abs, (w["weight"] for w in answer["weights"]))) > 0
