"""Wages by family: three levels, the period that ends last, nothing invented."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from market_files import WAGES, bmo_row, write, write_bmo
from passerelles import Profile, match_territory, rank_moves, rank_paths, rank_sources
from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.market.figures import Figure, Interval
from passerelles.market.market import load_market, load_wages
from passerelles.market.signals import shares_text, wage_notes, wages_short, wages_text
from passerelles.market.tables import Via, Wages
from passerelles.service import answers
from passerelles.service.engine import Engine
from passerelles.service.requests import MatchBody, RankBody
from passerelles.session import Session
from passerelles.views.spec import On


def _wages(path: Path, text: str = WAGES) -> Wages:
    wages = load_market(write(path, text)).wages
    assert wages is not None
    return wages


def test_the_latest_period_wins_in_any_order(tmp_path: Path) -> None:
    wages = _wages(tmp_path / "w.csv")
    assert wages.latest["J3Z43"][1:] == ("2017-2019", 1903)
    assert wages.file.year == ", ".join(sorted({w.period for w in wages.rows}))  # each that an answer may be of
    head, *rows = WAGES.strip().splitlines()
    again = _wages(tmp_path / "v.csv", "\n".join([head, *reversed(rows)]) + "\n")
    assert again.latest == wages.latest


def test_a_family_without_a_wage_takes_the_broader_one(tmp_path: Path) -> None:
    wages = _wages(tmp_path / "w.csv")
    found = wages.nearest("W1Z80")
    assert found is not None
    assert (found.family, found.euros) == ("W1Z", 2100)
    assert wages.nearest("X0Z99") is None
    assert wages.nearest("Z") is None  # listed without a value: unknown, not zero


def test_unreadable_and_empty_cells_are_told_apart(tmp_path: Path) -> None:
    text = WAGES + '"A0Z","2017-2019",-5\n"B0Z","2017-2019",beaucoup\n"J3Z43","2017-2019",9\n'
    wages, notices = _wages(tmp_path / "w.csv", text), load_market(tmp_path / "w.csv").notices
    codes = [n.code for n in notices]
    assert (codes.count("invalid_value"), codes.count("duplicate_code")) == (2, 1)
    assert [n.count for n in notices if n.code == "unknown_cells"] == [4]
    assert wages.latest["A0Z"].euros is None
    assert wages.latest["J3Z43"].euros == 1903


def test_the_published_table(real_data: Path) -> None:
    wages = load_market(real_data / "market" / "salaire-median-fap.csv").wages
    assert wages is not None
    assert (len(wages.rows), len(wages.latest)) == (654, 327)
    assert sum(w.period == "2017-2019" for w in wages.latest.values()) == 303
    assert wages.latest["Ensemble"].euros == 1800
    assert wages.latest["W1Z80"].euros == 1780


def test_a_ratio_is_of_one_period_and_says_which_level_it_is_of(tmp_path: Path) -> None:
    rows = [
        "J3Z43,2003-2005,1200", "J3Z43,2017-2019,1900", "J,2003-2005,1300", "J,2016-2018,1710",
        "Ensemble,2003-2005,1450", "Ensemble,2016-2018,1800", "W1Z,2017-2019,2100",
    ]  # fmt: skip
    wages = _wages(tmp_path / "w.csv", '"Fap3","Annee","Salaire_median"\n' + "\n".join(rows) + "\n")
    found = wages.ratio("J3Z43")
    assert found == ("J", "2016-2018", 0.95)  # never 1,900 of 2017-2019 over 1,800 of 2016-2018
    assert wages.ratio("W1Z80") is None


def test_wages_stand_beside_moves_and_paths_and_change_no_score(
    tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    table = (
        '"Fap3","Annee","Salaire_median"\n"J","2016-2018",1710\n"W1Z","2016-2018",1980\n"Ensemble","2016-2018",1800\n'
    )
    write(tmp_path / "w.csv", table)
    write(tmp_path / "c.csv", "Fap;Rome;intitule_rome\nJ3Z43;N4101;Route\nW1Z80;K2110;Formation\nJ3Z43;K2110;Route\n")
    market = load_wages(tmp_path)
    assert market is not None
    (move,) = rank_moves(embedded_graph, "K2110", targets=["N4101"], wages=market)
    (bare,) = rank_moves(embedded_graph, "K2110", targets=["N4101"])
    assert (bare.wages, replace(move, wages=None)) == (None, bare)
    told = move.to_dict()["wages"]
    assert [(told[end]["low"], told[end]["high"], told[end]["about"]) for end in ("before", "after")] == [
        (0.95, 1.1, "J + W1Z"), (0.95, 0.95, "J"),
    ]  # fmt: skip
    said = "0.95–1.10 before, 0.95 after, that of all being 1 ("
    assert said in str(move.page("en"))
    assert "2016-2018, France: FAP domain J, broad FAP family W1Z)" in str(move.page("en"))
    (source,) = rank_sources(embedded_graph, "N4101", origins=["K2110"], wages=market)
    assert source.wages == move.wages
    (path,) = rank_paths(embedded_graph, "K2110", targets=["N4101"], limit=1, max_steps=1, wages=market)
    assert path.wages == move.wages
    assert path.sheets("fr")[0].records()[0]["wage_after"] == 0.95
    (person,) = rank_moves(embedded_graph, Profile(competencies=("TC0007",)), targets=["N4101"], wages=market)
    assert person.wages is not None
    assert move.wages is not None
    assert (person.wages[0].why, person.wages[1]) == ("no_occupation", move.wages[1])


def test_one_median_for_both_jobs_does_not_tell_what_the_move_pays() -> None:
    def median(family: str, via: Via = "direct") -> Figure:
        return Figure(Interval(0.9, 0.9), "observed", about=family, source="S", year="2018", via=via)

    alike, apart = (median("V"), median("V", "parent")), (median("V"), median("W"))
    assert [wages_short(both, "fr") for both in (alike, apart)] == ["≈ 0,90", "0,90 → 0,90"]
    assert "ne dit pas ce que le passage change" in wages_text(alike)
    assert wages_text(apart).startswith("0,90 avant, 0,90 après")
    assert [len(wage_notes([both], "fr")) for both in (alike, apart)] == [2, 1]
    unknown = Figure(None, "unknown")
    assert (wages_short((unknown, unknown), "fr"), wage_notes([None, (unknown, unknown)], "fr")) == (None, [])


def test_a_table_shows_wages_where_one_is_known(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    market = load_market(write(tmp_path / "w.csv", WAGES))  # no table joins families to jobs
    shown = str(rank_moves(embedded_graph, "K2110", limit=1, wages=market))
    assert "Salaire" not in shown
    assert load_wages(write(tmp_path / "x" / "c.csv", "Fap;Rome;intitule_rome\nJ3Z43;N4101;Route\n").parent) is None


def test_commands_and_the_service_show_the_wages_of_the_data_folder(
    tmp_path: Path, embedded_graph: OccupationGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        tmp_path / "w.csv", '"Fap3","Annee","Salaire_median"\n"J3Z43","2016-2018",1710\n"Ensemble","2016-2018",1800\n'
    )
    write(tmp_path / "c.csv", "Fap;Rome;intitule_rome\nJ3Z43;N4101;Route\nJ3Z43;N4102;Route\n")
    for words in (
        ("rank", "N4102", "--target", "N4101"),
        ("sources", "N4101", "--origin", "N4102"),
        ("paths", "N4102", "N4101"),
    ):
        with pytest.raises(SystemExit):
            run((*words, "--data", str(tmp_path), "--format", "json"))
        (first, *_) = json.loads(capsys.readouterr().out)["results"]
        assert first["wages"]["after"]["value"] == 0.95
        assert (first["wages"]["after"]["year"], first["wages"]["after"]["about"]) == ("2016-2018", "J3Z43")
    engine = Engine.of(embedded_graph, data=(tmp_path,))
    asked = RankBody.model_validate({"origin": "N4102", "targets": ["N4101"]})
    assert answers.rank(engine, asked, "fr")["results"][0]["wages"]["after"]["value"] == 0.95
    row = {"employer": "A", "job": "N4102", "headcount": 2, "basin": "Redon"}
    hires = {"employer": "B", "job": "N4102", "openings": 2, "basin": "Redon"}
    (flow,) = answers.match(engine, MatchBody.model_validate({"fragile": [row], "hiring": [hires]}), "fr")["results"]
    assert flow["wages"]["before"]["value"] == 0.95
    assert flow["market"] is None
    fragile = write(tmp_path / "t" / "fragile.csv", "employer,job,headcount,basin\nA,N4102,2,Redon\n")
    hiring = write(tmp_path / "t" / "hiring.csv", "employer,job,openings,basin\nB,N4102,2,Redon\n")
    for data, shown in ((("--data", str(tmp_path)), True), ((), False)):
        with pytest.raises(SystemExit):
            run(("territory", "match", "--fragile", str(fragile), "--hiring", str(hiring), *data))
        text = " ".join(capsys.readouterr().out.split())
        assert ("≈ 0,95" in text) is ("Salaire : médiane avant → après" in text) is shown


def test_flows_carry_the_difficulty_and_the_seasons_of_where_people_would_go(
    tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    rows = [bmo_row("J3Z43", 5313, "35", "50", "20", "*"), bmo_row("J3Z43", 7538, "64", "10", "9", "8")]
    write_bmo(tmp_path / "bmo.xlsx", rows)
    write(tmp_path / "c.csv", "Fap;Rome;intitule_rome\nJ3Z43;N4101;Route\nJ3Z43;N4102;Route\n")
    fragile = [{"employer": "A", "job": "N4101", "headcount": 2, "basin": "5313"}]
    hiring = [{"employer": "B", "job": "N4101", "openings": 2, "basin": "5313"}]
    (flow,) = match_territory(embedded_graph, fragile, hiring, market=load_market(tmp_path)).flows
    assert flow.surveyed is not None
    assert (flow.surveyed.difficult_share.value, flow.surveyed.seasonal_share.interval) == (0.4, Interval(0.02, 0.08))
    assert flow.to_dict()["market"]["seasonal_share"]["standing"] == "secret"
    cells = {c.key: c.cell(flow, "fr") for c in flow.spec.columns if On.TABLE in c.on}
    assert [cells[k] for k in ("difficult_share", "seasonal_share", "seasonal_share_high")] == [0.4, 0.02, 0.08]
    assert "2 % à 8 %" in " ".join(shares_text(flow.surveyed).split())


def test_a_default_folder_that_is_not_there_or_has_no_wages_stops_no_ranking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "none", tmp_path):
        monkeypatch.setenv("PASSERELLES_DATA", str(folder))
        assert Session().wages is None
    write(tmp_path / "w.csv", WAGES)
    assert Session().wages is not None
    with pytest.raises(PasserellesError):
        _ = Session(data=(tmp_path / "none",)).wages
