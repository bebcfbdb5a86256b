"""Occupations side by side: what is shared is what sets say, in every output."""

import json
from pathlib import Path

import pytest

from market_files import market_folder
from passerelles import compare
from passerelles.cli.main import run
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.market import load_market
from passerelles.market.signals import find_basin, signal, wage_ratio
from small import referential


def test_shared_and_single_competencies_are_those_of_the_sets(embedded_graph: OccupationGraph) -> None:
    codes = ["N4101", "N4103", "N4105"]
    wanted = {
        code: {r.competency for r in embedded_graph.referential.requirements if r.occupation == code} for code in codes
    }
    found = compare(embedded_graph, codes)
    assert [o.code for o in found.occupations] == codes
    by = {presence: {c.code for c in found.competencies if c.presence == presence} for presence in ("shared", "only")}
    assert by["shared"] == set.intersection(*wanted.values())
    alone = {c for code in codes for c in wanted[code] if sum(c in w for w in wanted.values()) == 1}
    assert by["only"] == alone
    for item in found.competencies:
        assert set(item.occupations) == {code for code in codes if item.code in wanted[code]}
        assert len(item.weights) == len(item.occupations)
    for each in found.occupations:
        assert each.requirements == len(wanted[each.code])


def test_two_different_occupations_are_needed(embedded_graph: OccupationGraph) -> None:
    for codes in ([], ["N4101"], ["N4101", "N4101"], "N4101"):
        with pytest.raises(PasserellesError):
            compare(embedded_graph, codes)
    with pytest.raises(UnknownCodeError):
        compare(embedded_graph, ["N4101", "Z9999"])


@pytest.mark.parametrize("words", [("compare", "N4101", "N4103"), ("areas",)])
def test_the_commands_print_their_shapes(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    from jsonschema import Draft202012Validator

    from passerelles.report.schemas import json_schema

    with pytest.raises(SystemExit) as ended:
        run((*words, "--format", "json"))
    answer = json.loads(capsys.readouterr().out)
    assert not ended.value.code
    assert answer["schema"] == f"passerelles/{words[0]}@1"
    Draft202012Validator(json_schema(words[0])).validate(answer)
    for form in ("table", "csv"):
        with pytest.raises(SystemExit):
            run((*words, "--format", form))
        assert capsys.readouterr().out


def test_the_market_stands_beside_each_job_with_where_it_comes_from(
    embedded_graph: OccupationGraph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = market_folder(tmp_path)
    market = load_market(folder)
    basin = find_basin(market, "5313")
    found = compare(embedded_graph, ["N4101", "K2110"], market=market, basin=basin)
    told = {o.code: o.market for o in found.occupations}
    for code in ("N4101", "K2110"):
        seen, mine = signal(market, embedded_graph.referential, code, basin), told[code]
        assert mine is not None
        assert (mine.projects, mine.tension) == (seen.projects, seen.tension)
        assert mine.wage_ratio == wage_ratio(market, embedded_graph.referential, code)
    # N4101: 50 projects in one department, a masked cell of 1 to 4 in the other.
    (row,) = [r for r in found.rows("compared") if r["code"] == "N4101"]
    assert (row["projects"], row["projects_high"], row["tension"]) == (51, 54, 5)
    assert "2023" in str(row["market_source"])
    (note,) = [n for n in found.page().notes if "Sources" in n]
    assert "2023" in note
    assert "51–54" in found.to_text()
    assert "Tension" not in compare(embedded_graph, ["N4101", "K2110"]).to_text()
    # Without a basin, the country: the basins that have a row of the family, here two.
    with pytest.raises(SystemExit):
        run(("compare", "N4101", "K2110", "--data", str(folder), "--format", "json"))
    first, _ = json.loads(capsys.readouterr().out)["results"]
    assert first["market"]["projects"]["territory"] == "FR"
    assert (first["market"]["projects"]["low"], first["market"]["projects"]["high"]) == (52, 58)
    with pytest.raises(SystemExit) as ended:
        run(("compare", "N4101", "K2110", "--data", str(folder), "--basin", "Atlantide"))
    assert ended.value.code == 2


def test_what_has_no_label_comes_after_what_has_one() -> None:
    graph = build_graph(referential({"A": ["a*", "z"], "B": ["a*", "z"]}, labels={"z": "Souder"}))
    assert [c.label for c in compare(graph, ["A", "B"]).competencies] == ["Souder", "a"]
