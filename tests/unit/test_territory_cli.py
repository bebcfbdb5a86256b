"""The commands ``territory rank`` and ``territory match``: shapes, exit codes, one message and no traceback."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from market_files import market_folder, places_folder, write
from passerelles.cli.main import run
from passerelles.referentials.places import cache_folder
from passerelles.report.schemas import json_schema
from passerelles.session import Session

SAMPLES = Path(__file__).resolve().parents[2] / "referentials" / "transitions" / "territories"
FRAGILE, HIRING = str(SAMPLES / "redon-fragile.csv"), str(SAMPLES / "redon-hiring.csv")


@pytest.fixture(autouse=True)
def _no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setenv("PASSERELLES_CACHE", "no-such-folder")


def call(*arguments: str) -> int:
    try:
        run(["territory", *arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_match_prints_the_shape_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--radius", "30", "--format", "json") == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["schema"] == "passerelles/territory@1"
    assert {"referential", "scorer", "settings", "results", "uncovered", "unfilled", "totals", "bounds"} <= set(found)
    assert {"fragile_employer", "hiring_employer", "origin", "target", "from_basin", "to_basin", "people",
            "hours_per_person", "move"} <= set(found["results"][0])  # fmt: skip
    assert found["totals"]["placed"] == sum(f["people"] for f in found["results"])
    assert found["bounds"]["radius_applied"] is False
    assert "rayon n'est pas appliqué" in err


def test_match_as_table_csv_and_workbook(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--budget-hours", "5000", "--lang", "en") == 0
    assert "more hours of training a head" in " ".join(capsys.readouterr().out.split())
    assert call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert sum(int(r["people"]) for r in rows) > 90
    path = tmp_path / "redon.xlsx"
    assert call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--format", "xlsx", "--output", str(path)) == 0
    assert openpyxl.load_workbook(path).sheetnames == [
        "Qui va où", "Sans solution", "Postes vides", "Totaux et preuve", "Ce qui changerait",
        "Ce que coûtent les placements", "Appellations lues", "À savoir", "Plan d'action", "Sources et réglages",
    ]  # fmt: skip
    cells: Any = openpyxl.load_workbook(path)["Totaux et preuve"].iter_rows(values_only=True)
    totals: dict[str, Any] = dict(cells)
    assert totals["personnes placées"] == sum(int(r["people"]) for r in rows)
    proven = "coût (heures de formation, et celles que compte l'improbabilité), borne prouvée"
    assert totals["coût en tout (heures)"] == totals[proven]


def test_a_mask_leaves_no_small_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--budget-hours", "3000", "--mask", "--format", "json")
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["masked"]
    assert {s["sha256"] for s in found["sources"] if s["content"] == "table"} == {""}  # it confirms what is guessed
    assert all(f["people"] is None or f["people"] >= 5 for f in found["results"])
    assert call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--mask", "--scenario", "radius=30") == 2


def test_titles_read_without_certainty_stand_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = tmp_path / "postes.csv"
    rows = ("employeur;métier;effectif;bassin", "A;MONITRICE AUTO ECOLE H/F;4;Redon", "A;Agent de quai;2;Redon")
    table.write_text("\n".join(rows), encoding="utf-8")
    assert call("match", "--fragile", str(table), "--hiring", HIRING, "--lang", "en") == 0
    out = " ".join(capsys.readouterr().out.split())
    unsure, rest = out.split("To check first: titles read without certainty")[1].split("Titles read as codes")
    assert ("'Agent de quai'" in unsure, "'MONITRICE" in unsure) == (True, False)
    assert ("'Agent de quai'" in rest, "'MONITRICE" in rest) == (False, True)


def test_every_problem_of_both_tables_and_exit_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "mal.csv"
    bad.write_text("employeur;métier;effectif;bassin\nA;;3;Redon\nB;H2909;-1;\n", encoding="utf-8")
    output = tmp_path / "sortie.json"
    assert call("match", "--fragile", str(bad), "--hiring", HIRING, "--format", "json", "--output", str(output)) == 2
    err = capsys.readouterr().err
    assert err.count("\n  - mal.csv") == 2  # one a row
    assert "Traceback" not in err
    assert not output.exists()


def test_the_sheet_that_a_refusal_proposes_is_taken_word_for_word(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for name, count, people in (("Site nord", "Nombre", 4), ("Site sud", "Effectif", 3)):
        sheet = book.create_sheet(name)
        for row in (("Employeur", "Métier", count, "Bassin"), ("Alpha", "H2909", people, "Redon")):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "filière.xlsx")
    assert call("match", "--fragile", str(tmp_path / "filière.xlsx"), "--hiring", HIRING) == 2
    proposed = " ".join(capsys.readouterr().err.split()).split('"')[1]
    hiring = ("--hiring", proposed.replace("Site nord", "Site sud"))
    for command in (("match", *hiring), ("sums",)):
        assert call(*command, "--fragile", proposed, "--format", "json") == 0
        assert json.loads(capsys.readouterr().out)["sources"][0]["name"] == "filière.xlsx#Site nord"


def test_nothing_feasible_is_exit_1(tmp_path: Path) -> None:
    few = tmp_path / "postes.csv"
    few.write_text("employer,job,openings,basin\nP,N4101,5,Redon\n", encoding="utf-8")
    assert call("match", "--fragile", FRAGILE, "--hiring", str(few), "--min-probability", "1") == 1
    assert call("match", "--fragile", FRAGILE) == 2  # no openings and no data


def test_rows_of_a_travel_table_that_are_left_out_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (table := tmp_path / "trajets.csv").write_text("de;vers;km\nRedon;Pau;loin\nRedon;Pau;560\n", encoding="utf-8")
    words = ("--data", str(places_folder(tmp_path / "geo")), "--travel", str(table))
    assert call("match", "--fragile", FRAGILE, "--hiring", HIRING, *words) == 0
    assert capsys.readouterr().err.count("trajets.csv, ligne 2 : ") == 1


def test_the_data_default_is_the_variable_then_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path / "absent"))
    assert Session().folders == ()
    (tmp_path / "cache").mkdir()
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path / "cache"))
    assert Session().folders == (tmp_path / "cache",)
    monkeypatch.setenv("PASSERELLES_CACHE", "True")  # said to a service
    assert cache_folder().name == "passerelles"
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PASSERELLES_DATA", str(tmp_path / "data"))
    assert Session().folders == (tmp_path / "data",)
    assert Session(data=(tmp_path,)).folders == (tmp_path,)


def test_a_match_without_conditions_of_access_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--no-access") == 0
    assert "Les conditions d'accès sont mises de côté" in capsys.readouterr().out


def test_scenarios_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("match", "--fragile", FRAGILE, "--hiring", HIRING, "--format", "json")
    assert call(*given, "--scenario", "budget=1000", "--scenario", "budget=9000") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "passerelles/territory-scenarios@1"
    first, second = found["results"]
    assert first["placed"] < second["placed"]
    assert call(*given, "--scenario", "rayon=3") == 2


def test_a_floor_is_an_option_and_stands_in_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("match", "--fragile", FRAGILE, "--hiring", HIRING, "--format", "json", "--min-probability", "0.1")
    assert call(*given, "--floor", "0.2") in {0, 1}
    found = json.loads(capsys.readouterr().out)
    assert (found["bounds"]["floor"], found["settings"]["territory"]["floor"]) == (0.2, 0.2)
    assert call(*given, "--floor", "1.5") == 2


def test_rank_prints_the_shape_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("rank", "--basin", "Redon", "--fragile", FRAGILE, "--hiring", HIRING, "--limit", "2")
    assert call(*given, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "passerelles/territory-rank@1"
    assert len(found["results"]) == 18
    for item in found["results"]:
        assert item["score"] == pytest.approx(sum(p["value"] or 0 for p in item["parts"]), abs=1e-9)
    assert call(*given, "--employers") == 0
    assert "Métiers fragilisés d'où pourvoir" in capsys.readouterr().out
    assert call("rank", "--basin", "Redon", "--fragile", FRAGILE) == 2
    assert call("rank", "--basin", "Redon", "--territory", "35", *given[3:]) == call("rank", *given[3:]) == 2


def test_a_list_that_would_change_nothing_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    jobs = write(tmp_path / "jobs.csv", "code_rome,statut\nN4101,porteur\n")
    given = ("rank", "--basin", "Redon", "--fragile", FRAGILE, "--jobs", str(jobs))
    assert call(*given, "--hiring", HIRING) == 2
    assert "ne sert que là où une table manque" in capsys.readouterr().err


def test_a_basin_where_nobody_is_in_a_fragile_job_has_no_table_and_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("rank", "--basin", "Vannes", "--fragile", FRAGILE, "--hiring", HIRING) == 1
    assert "Rien à rapprocher à portée." in capsys.readouterr().out


def test_rank_says_which_rows_were_set_aside_and_why(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    rows = ("employeur,métier,effectif,bassin", "A,N4101,3,Redon", "B,N4101,,Redon", 'C,"N4101,2,Redon')
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    asked = ["rank", "--basin", "Redon", "--fragile", str(table), "--hiring", HIRING]
    assert call(*asked) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "people.csv, ligne 3, colonne « effectif » : cellule vide" in out
    assert "people.csv, ligne 4 : Champ entre guillemets" in out
    assert call("match", "--fragile", str(table), "--hiring", HIRING, "--mask") in {0, 1}
    out = " ".join(capsys.readouterr().out.split())
    assert "people.csv, ligne 3, colonne « effectif » : mise de côté ; ce que dit la ligne est masqué" in out
    empty = tmp_path / "empty.csv"
    empty.write_text(f"{rows[0]}\nTotal,Total,3,\n", encoding="utf-8")
    assert call("match", "--fragile", str(empty), "--hiring", HIRING) == 2
    assert "  - empty.csv : aucune ligne." in capsys.readouterr().err
    assert call(*asked, "--output", str(tmp_path / "ranks.xlsx")) == 0
    assert "Mis de côté" in openpyxl.load_workbook(tmp_path / "ranks.xlsx").sheetnames


def test_signals_of_a_basin_by_family_and_by_job(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = str(market_folder(tmp_path))
    assert call("signals", "--basin", "bassin 5313", "--data", data, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    Draft202012Validator(json_schema("territory-signals")).validate(found)
    assert found["results"]
    for item in found["results"]:
        assert {"value", "low", "high", "standing", "source", "year", "territory"} <= set(item["projects"])
    assert call("signals", "--basin", "bassin 5313", "--data", data, "--year", "2024", "--format", "json") == 0
    families = json.loads(capsys.readouterr().out)
    assert families["year"] == "2024"
    given = ("signals", "--basin", "bassin 5313", "--data", data, "--job", "N4101")
    assert call(*given) == 0
    assert "bassin BASSIN 5313" in " ".join(capsys.readouterr().out.split())
    assert call(*given, "--lang", "en", "--output", str(tmp_path / "signals.xlsx")) == 0
    cells = {c for row in openpyxl.load_workbook(tmp_path / "signals.xlsx").worksheets[0].values for c in row}
    assert {"Share of difficult projects", "under statistical secrecy, known within bounds"} <= cells
    assert not {"difficult_share", "secret", "no_crosswalk"} & cells
    capsys.readouterr()
    assert call(*given, "--lang", "en") == 0
    assert not re.search(r"N4101 .* :", capsys.readouterr().out)
    assert call(*given, "--year", "2024", "--format", "json") == 0
    (job,) = json.loads(capsys.readouterr().out)["results"]
    assert (job["projects"]["standing"], job["projects"]["why"]) == ("unknown", "no_crosswalk")
    capsys.readouterr()
    assert call("signals", "--basin", "bassin 531", "--data", data) == 2
    assert "BASSIN 5313" in capsys.readouterr().err
    assert call("signals", "--basin", "Redon") == 2


@pytest.mark.parametrize(
    "command",
    [
        ("sources", "K2110"),
        ("territory", "rank", "--basin", "Redon", "--fragile", FRAGILE, "--hiring", HIRING, "--employers"),
    ],
)
def test_the_settings_of_an_answer_say_which_kinds_of_move_were_asked_for_besides(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    excluded = []
    for options in ((), ("--include", "step-down")):
        with pytest.raises(SystemExit):
            run([*command, *options, "--format", "json"])
        excluded.append(json.loads(capsys.readouterr().out)["settings"]["ranking"]["sources_exclude"])
    assert excluded == [["step-down"], []]


def test_the_certifications_that_a_legal_frame_looked_at_are_among_the_sources(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = market_folder(tmp_path / "data")
    diploma = "Code_Diplome;Libelle_Diplome;Code_Rome_1;Code_RNCP;Etat_Libelle\n1;Titre;N4101;100;Publié\n"
    entry = "FicheRNCP;Niveau fiche RNCP;Fiche ACTIVE/INACTIVE\nRNCP100;Niveau 3;ACTIVE\n"
    write(data / "diplomas.csv", diploma)
    write(data / "kit.csv", entry)
    names = []
    for frame in ((), ("--frame", "transco")):
        call("match", "--fragile", FRAGILE, "--hiring", HIRING, "--data", str(data), *frame, "--format", "json")
        names.append({source["name"] for source in json.loads(capsys.readouterr().out)["sources"]})
    assert names[1] - names[0] == {"diplomas.csv", "kit.csv"}


def test_what_a_comparison_of_scenarios_would_leave_unsaid_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    tables = ("--fragile", FRAGILE, "--hiring", HIRING, "--scenario", "radius=30")
    assert call("match", *tables, "--limit", "3", "--stretch") == 2
    assert "--limit, --stretch" in capsys.readouterr().err
