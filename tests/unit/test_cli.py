"""The command line as a person uses it: exit codes, four formats, one message and no traceback."""

import csv
import io
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from passerelles.cli.main import COMMANDS, run
from passerelles.graph.core import OccupationGraph
from passerelles.paths.legal import presets
from passerelles.ranking.filters import FILTER_FORMS
from passerelles.ranking.rank import rank_moves, rank_sources


def call(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    with pytest.raises(SystemExit) as ended:
        run(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_rank_prints_the_contract_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("rank", "K2110", "--format", "json", "--limit", "3", capsys=capsys)
    answer = json.loads(out)
    assert code == 0
    assert answer["schema"] == "passerelles/rank@1"
    assert {"name", "version", "sha256"} <= set(answer["referential"])
    assert {"name", "version", "fitted_on"} <= set(answer["scorer"])
    assert [item["rank"] for item in answer["results"]] == [1, 2, 3]
    wanted = {
        "rank",
        "origin",
        "target",
        "score",
        "probability",
        "level",
        "coverage",
        "parts",
        "held",
        "near",
        "missing",
    }
    for item in answer["results"]:
        assert wanted | {"filters", "known"} <= set(item)
        assert item["score"] == pytest.approx(sum(p["value"] for p in item["parts"]), abs=1e-9)


def test_parts_without_data_are_named(capsys: pytest.CaptureFixture[str], rome3: Path) -> None:
    _, out, _ = call("rank", "K2110", "-r", str(rome3), "--format", "json", "-n", "1", capsys=capsys)
    off = json.loads(out)["scorer"]["off"]
    assert {"similar_moves", "seen_elsewhere"} <= set(off)  # this copy of ROME 3 lists no mobility
    _, out, _ = call("rank", "K2110", "-r", str(rome3), "-n", "1", capsys=capsys)
    assert "sans données" in out
    _, out, _ = call("rank", "K2110", "--format", "json", "-n", "1", capsys=capsys)
    assert json.loads(out)["scorer"]["off"] == []


@pytest.mark.parametrize("target", ["N4101", "Conducteur / Conductrice de taxi"])
def test_sources_mirror_rank(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call("sources", target, "--format", "json", "--limit", "1", capsys=capsys)
    item = json.loads(out)["results"][0]
    _, out, _ = call("rank", item["origin"]["code"], "--target", target, "--format", "json", capsys=capsys)
    same = json.loads(out)["results"][0]
    assert {k: v for k, v in item.items() if k != "rank"} == {k: v for k, v in same.items() if k != "rank"}


def test_sources_among_titles_hold_what_each_title_takes(embedded_graph: OccupationGraph) -> None:
    taxi, code = "Chauffeur / Chauffeuse de taxi", "N4112"
    (alone,) = rank_sources(embedded_graph, "K2110", origins=[taxi])
    (rank,) = rank_moves(embedded_graph, taxi, targets=["K2110"])
    assert (alone, alone.access) == (rank, rank.access)
    (whole,) = rank_sources(embedded_graph, "K2110", origins=[code])
    for several in ([taxi, code], [taxi, "Conducteur / Conductrice de taxi"]):  # the whole fiche
        (at_large,) = rank_sources(embedded_graph, "K2110", origins=several)
        assert at_large.access == whole.access != alone.access


def test_csv_has_a_header_and_one_row_a_move(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call("rank", "K2110", "--format", "csv", "--limit", "4", capsys=capsys)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 4
    assert rows[0]["rank"] == "1"
    assert rows[0]["origin_code"] == "K2110"


def test_excel_types_its_cells(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "classement.xlsx"
    code, out, _ = call("rank", "K2110", "--format", "xlsx", "--output", str(file), capsys=capsys)
    assert (code, out) == (0, "")
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    assert page.title == "Classement"
    assert (page.freeze_panes, page.print_title_cols) == ("B2", "$A:$A")
    assert (page["F1"].alignment.horizontal, page["E1"].alignment.indent) == ("right", page["E2"].alignment.indent)
    for each in book.worksheets:  # printed: few pages side by side, of 240 characters at most
        wide = sum(c.width for c in each.column_dimensions.values() if not c.hidden)
        setup: Any = each.page_setup
        assert each.sheet_properties.pageSetUpPr
        assert each.sheet_properties.pageSetUpPr.fitToPage
        assert (setup.fitToWidth, setup.fitToHeight) == (math.ceil(wide / 240), 0)
    assert page["A2"].value == 1
    assert isinstance(page["F2"].value, float)


def test_a_table_fits_eighty_columns_and_has_no_colour_when_piped() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "passerelles", "rank", "K2110"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stderr == ""


def test_demo_shows_the_flagship_first_then_three_trades(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("demo", capsys=capsys)
    assert code == 0
    assert out.index("poids lourds") < out.index("2. ")
    _, out, _ = call("demo", "--format", "json", capsys=capsys)
    moves = json.loads(out)["results"]
    assert len(moves) == 4
    assert moves[0]["target"]["code"] == "K2110-GL"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_profile_file_ranks(encoding: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "profil.json"
    file.write_text('{"occupation": "Moniteur d\'auto-école", "credentials": {}}', encoding=encoding)
    code, out, _ = call("rank", "--profile", str(file), "--format", "json", capsys=capsys)
    assert code == 0
    assert json.loads(out)["results"][0]["origin"]["code"] == "K2110"


def test_a_folder_of_data_that_holds_none_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    code, _, err = call("rank", "K2110", "--limit", "1", "--data", str(tmp_path), capsys=capsys)
    assert (code, err.count(f"{tmp_path} : Aucun fichier de données reconnu")) == (0, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rank", "K2"), "Métier inconnu"),
        (("rank", "K2", "--lang", "en"), "Unknown occupation"),
        (("rank",), "Donnez un métier d'origine"),
        (("rank", "K2110", "--referential", "nulle-part"), "Pas de référentiel"),
        (("rank", "K2110", "--overlay", "nulle-part"), "Pas de référentiel de branche"),
        (("rank", "K2110", "--filter", "nope"), "Filtre inconnu"),
        (("rank", "K2110", "--format", "xlsx"), "--output"),
        (("rank", "K2110", "--format", "csv", "--output", "x.xlsx"), "ne disent pas la même forme"),
        (("rank", "K2110", "--format", "xlsx", "--output", "x.csv"), "ne disent pas la même forme"),
        (("export", "x.json", "--format", "gexf"), "ne disent pas la même forme"),
        (("rank", "K2110", "--output", "/nulle/part/x.json"), "/nulle/part"),
        (("show", "zzz"), "Métier inconnu"),
        (("sources", ""), "vide"),
        (("validate", "/nulle/part"), "/nulle/part"),
        (("rank", "--profile", "/nulle/part.json"), "/nulle/part.json"),
        (("rank", "K2110", "--settings", "/nulle/part.json"), "/nulle/part.json"),
        (("paths", "N4101", "N4103", "--frame", "ptp", "--frame=transco"), "--frame ne se donne qu'une fois"),
        (("export", "graphe.inconnu"), "inconnu"),
        (("download", "esco"), "esco"),
    ],
)
def test_a_wrong_request_gives_one_message_and_exit_2(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(*words, capsys=capsys)
    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("rank", " n4101", "--target", "Rome: n4103"),
        ("sources", "n4103", "--origin", "N 4101"),
        ("show", "n4101 "),
        ("compare", "n4101", "N4103"),
        ("levers", "--origin", "n4101=3", "--target", "k2110"),
        ("paths", "n4101", "k2110"),
    ],
)
def test_a_code_is_read_in_any_case_and_however_spaced(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    plain = [word.strip().upper().removeprefix("ROME: ").replace("N 4", "N4") for word in words]
    plain = [word if word.startswith("-") else tidy for word, tidy in zip(words, plain, strict=True)]
    first = call(*words, "--format", "json", capsys=capsys)
    assert first[0] == 0
    assert first == call(words[0], *plain[1:], "--format", "json", capsys=capsys)


def test_resolving_a_code_answers_with_its_occupation(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = call("resolve", "n4103", "--format", "json", capsys=capsys)
    (found,) = json.loads(out)["results"]
    assert (code, found["code"], found["reason"], found["confidence"]) == (0, "N4103", "code", 1.0)
    (tmp_path / "codes.csv").write_text("code\nN4103\nk2110 \n", encoding="utf-8")
    _, out, _ = call("resolve", "--input", str(tmp_path / "codes.csv"), "--format", "csv", capsys=capsys)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["code_1"], row["statut"]) for row in rows] == [("N4103", "sûr"), ("K2110", "sûr")]


def test_a_search_without_a_find_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("search", "xyzzy", capsys=capsys)
    assert code == 1
    assert "Rien ne contient « xyzzy »" in out.replace("\u00a0", " ")


def test_what_is_called_a_workbook_and_is_none_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book = tmp_path / "list.xlsx"
    book.write_text("hello\n", encoding="utf-8")
    for words in (("resolve", "--input"), ("territory", "rank", "--basin", "Redon", "--fragile"), ("areas", "--jobs")):
        code, _, err = call(*words, str(book), capsys=capsys)
        assert (code, "n'est pas un classeur, malgré" in err) == (2, True)


@pytest.mark.parametrize(
    "text", ["code\nN4101\nn4103\nZZZZ\n", "N4101\nn4103\nZZZZ\n", "x,code rome\n1,N4101\n2,n4103\n"]
)
def test_the_jobs_of_areas_are_a_list_with_a_header_or_without(
    text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "jobs.csv").write_text(text, encoding="utf-8")
    code, out, err = call("areas", "--jobs", str(tmp_path / "jobs.csv"), "--format", "json", capsys=capsys)
    assert (code, sum(len(area["members"]) for area in json.loads(out)["results"])) == (0, 2)
    assert ("jobs.csv, ligne" in err) == ("ZZZZ" in text)
    (tmp_path / "jobs.csv").write_text("ZZZZ\n", encoding="utf-8")
    assert call("areas", "--jobs", str(tmp_path / "jobs.csv"), capsys=capsys)[0] == 2


def test_a_referential_that_is_still_to_be_downloaded_is_told_how(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path))
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    for _ in range(2):
        for name in ("rome", "ROME"):
            assert "passerelles download rome" in call("show", "N4101", "-r", name, capsys=capsys)[2]
        (tmp_path / "rome").mkdir(exist_ok=True)  # an empty folder is no referential


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--filter", "kind=bidon"), "lateral"),
        (("--filter", "min-coverage=20"), "0–1"),
        (("--settings", "FILE:{"), "JSON mal écrit, ligne"),
        (
            ("--settings", 'FILE:{"territory": {"radius_km": "x"}, "foo": 1}'),
            "radius_km : il faut un nombre ; foo : inconnu",
        ),
        (("--settings", 'FILE:{"ranking": {"close_share": 3}}'), "il faut au plus 1"),
        (("--settings", "FOLDER"), "est un dossier"),
    ],
)
def test_a_value_that_is_refused_is_told_with_what_is_wanted(
    words: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    option, text = words
    if text.startswith("FILE:"):
        (tmp_path / "f.json").write_text(text.removeprefix("FILE:"), encoding="utf-8")
        text = str(tmp_path / "f.json")
    _, _, err = call("rank", "N4101", option, text.replace("FOLDER", str(tmp_path)), capsys=capsys)
    assert said in err.replace("\u00a0", " ")


def test_numbers_of_options_may_have_a_comma_or_parted_thousands(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("levers", "--target", "N4103", "--format", "json")
    spaced = call(*asked, "--origin", "N4101=1 200", capsys=capsys)
    assert spaced == call(*asked, "--origin", "N4101=1200", capsys=capsys)
    for wrong in ("-3", "x"):
        code, _, err = call(*asked, "--origin", f"N4101={wrong}", capsys=capsys)
        assert (code, f"un entier positif ou nul est attendu ; reçu '{wrong}'" in err) == (2, True)
    options = {"--radius", "--budget-hours", "--min-probability", "--max-cost", "--max-minutes", "--floor"}
    words = [word for option in sorted(options) for word in (option, "0,5")]
    code, _, err = call("territory", "match", "--fragile", "absent.csv", *words, "--format=json", capsys=capsys)
    assert (code, "absent.csv" in err) == (2, True)
    assert "au moins 0" in call("territory", "match", "--fragile", "x.csv", "--radius", "-5", capsys=capsys)[2]


def test_a_dash_is_the_standard_output(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = call("rank", "N4101", "--format", "csv", "--output", "-", capsys=capsys)
    assert (code, out.startswith("rank,"), list(tmp_path.iterdir())) == (0, True, [])


@pytest.mark.parametrize("width", ["80", "200"])
def test_the_help_names_every_legal_frame_and_every_filter(
    width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    _, out, _ = call("report", "--help", capsys=capsys)
    told = "".join(out.replace("│", "").split())
    assert [name for name in presets() if name not in told] == []
    assert "transco(ledispositifaprisfinle31/12/2025)" in told
    _, out, _ = call("paths", "--help", "--lang", "en", capsys=capsys)
    filters = "".join(out.replace("│", "").split())
    assert f"Filter:{','.join(FILTER_FORMS)};repeatable." in filters
    assert "extracharts" in told


@pytest.mark.parametrize(
    "text",
    ["[]", "{", '{"occupation": 2110}', '{"nom": "x"}', '{"occupation": "K2110", "credentials": {"a": "peut-être"}}'],
)
def test_a_profile_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "profil.json"
    file.write_text(text, encoding="utf-8")
    code, _, err = call("rank", "--profile", str(file), capsys=capsys)
    assert code == 2
    assert "Traceback" not in err
    assert "Défaut du programme" not in err


def test_nothing_left_is_a_negative_answer(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("rank", "K2110", "--filter", "min-coverage=1", capsys=capsys)
    assert code == 1
    assert "Les filtres écartent tous les métiers." in out


def test_validation_errors_exit_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text('schema = "passerelles/table@1"\nname = "x"\nversion = "1"\n', "utf-8")
    (tmp_path / "occupations.csv").write_text("code,label\nA,Métier\n", "utf-8")
    (tmp_path / "competencies.csv").write_text("code,label,kind\nc,Savoir,savoir\n", "utf-8")
    (tmp_path / "requirements.csv").write_text("occupation,competency\nA,c\nB,c\n", "utf-8")
    code, out, _ = call("validate", str(tmp_path), "--format", "json", capsys=capsys)
    assert code == 1
    assert {n["code"] for n in json.loads(out)["results"]} == {"undeclared_occupation"}


def test_an_output_file_is_whole_or_absent(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    assert call("rank", "K2", "--format", "json", "--output", str(file), capsys=capsys)[0] == 2
    assert list(tmp_path.iterdir()) == []
    assert call("rank", "K2110", "--format", "json", "--output", str(file), capsys=capsys)[0] == 0
    assert json.loads(file.read_text(encoding="utf-8"))["results"]
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


@pytest.mark.parametrize(
    "command", [("rank", "K2110"), ("show", "K2110"), ("paths", "K2110", "K2111"), ("search", "permis")]
)
def test_the_name_of_the_output_says_its_form(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made = {ending: tmp_path / f"x{ending}" for ending in (".xlsx", ".CSV", ".json", ".txt", "")}
    for file in made.values():
        assert call(*command, "--output", str(file), capsys=capsys)[0] == 0
    assert openpyxl.load_workbook(made[".xlsx"]).worksheets
    assert json.loads(made[".json"].read_text(encoding="utf-8"))["schema"].startswith("passerelles/")
    assert len(next(csv.reader(io.StringIO(made[".CSV"].read_text(encoding="utf-8"))))) > 1
    assert made[".txt"].read_bytes() == made[""].read_bytes()


def test_every_answer_ends_with_the_source_and_licence_of_its_referential(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    people, posts, titles = (tmp_path / f"{name}.csv" for name in ("people", "posts", "titles"))
    people.write_text("employer,job,headcount,basin\nA,N1103,3,Redon\n", encoding="utf-8")
    posts.write_text("employer,job,openings,basin\nB,N1101,2,Redon\n", encoding="utf-8")
    titles.write_text("intitulé\ncariste\n", encoding="utf-8")
    match = ("territory", "match", "--fragile", str(people), "--hiring", str(posts))
    for words in (
        ("rank", "N1103", "--limit", "1"),
        ("show", "N1103"),
        ("resolve", "cariste"),
        ("resolve", "--input", str(titles)),
        ("resolve", "--review", str(titles)),
        ("evaluate", "--methods", "cosine"),
        ("search", "permis"),
        match,
        (*match, "--scenario", "radius=10"),
    ):
        out = call(*words, capsys=capsys)[1]
        assert out.rstrip().endswith("(Licence Ouverte)."), words


def test_a_title_that_is_found_names_its_occupation_once(capsys: pytest.CaptureFixture[str]) -> None:
    out = call("search", "cariste", "--kind", "title", capsys=capsys)[1]
    assert {line.count("N1101") for line in out.splitlines() if "N1101" in line} == {1}


@pytest.mark.parametrize("ending", ["csv", "json", "txt", "xlsx", "html"])
def test_who_asks_for_a_file_is_told_that_it_is_written(
    ending: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / f"out.{ending}"
    code, out, err = call("rank", "N4101", "--limit", "1", "--output", str(place), capsys=capsys)
    assert (code, out, err.strip()) == (0, "", f"Écrit : {place}")


def test_a_file_that_nothing_here_writes_is_refused_and_a_form_asked_for_is_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "x.docx"
    code, out, err = call("rank", "K2110", "--output", str(page), capsys=capsys)
    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert ".xlsx" in err
    assert "passerelles report" in err
    code, _, err = call("show", "K2110", "--output", str(tmp_path / "x.html"), capsys=capsys)
    assert (code, ".xlsx" in err, list(tmp_path.iterdir())) == (2, True, [])  # it has no page
    assert call("rank", "K2110", "--format", "json", "--output", str(page), capsys=capsys)[0] == 0
    assert json.loads(page.read_text(encoding="utf-8"))["results"]


def test_a_page_to_hand_over_says_all_that_the_screen_says_of_a_person(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    person, page = tmp_path / "p.json", tmp_path / "fiche.html"
    person.write_text('{"occupation": "N1103", "credentials": {"PERM-B": "yes"}}', encoding="utf-8")
    asked = ("paths", "--profile", str(person), "N4101", "--date", "2026-12-01")
    assert call(*asked, "--output", str(page), capsys=capsys)[0] == 0
    html = page.read_text(encoding="utf-8")
    assert (html.count("<html"), html.count("<details"), "http" in html.replace("http-equiv", "")) == (
        1,
        html.count(" open>"),
        False,
    )
    shown = " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
    said = [line.strip() for line in call(*asked, "--format", "table", capsys=capsys)[1].splitlines()]
    assert all(word in shown for line in said for word in line.replace("─", "").split() if len(word) > 3)


def test_what_the_system_refuses_is_said_in_our_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(name: str, place: str) -> Callable[..., object]:
        before = getattr(Path, name)

        def refuse(path: Path, *words: object, **more: object) -> object:
            if str(path).startswith(place):
                raise PermissionError(13, "Permission denied", str(path))
            return before(path, *words, **more)

        return refuse

    file, folder = tmp_path / "réglages.json", tmp_path / "dossier"
    file.write_text("{}", encoding="utf-8")
    (tmp_path / "lots.csv").write_text("employer,job,headcount,basin\nA,N1103,6,Redon\n", encoding="utf-8")
    (tmp_path / "postes.csv").write_text("employer,job,openings,basin\nB,N1103,6,Redon\n", encoding="utf-8")
    tables = ("--fragile", str(tmp_path / "lots.csv"), "--hiring", str(tmp_path / "postes.csv"))
    refused = {
        ("rank", "K2110", "--settings", str(file)): ("open", "Lecture"),
        ("rank", "K2110", "--data", str(tmp_path)): ("iterdir", "Lecture"),
        ("report", "--output", str(folder)): ("is_dir", "Lecture"),
        ("territory", "batch", *tables, "--output", str(folder)): ("mkdir", "Écriture"),
    }
    for words, (name, verb) in refused.items():
        with monkeypatch.context() as patch:
            patch.setattr("os.access", lambda *_, **__: False)  # what a Path option of typer asks first
            patch.setattr(Path, name, refusing(name, words[-1]))
            code, out, err = call(*words, capsys=capsys)
        last = err.splitlines()[-1]
        assert (code, out, last.startswith(f"passerelles : {verb} refusée : ")) == (2, "", True), err
        assert words[-1] in last
        assert "tableur" in last  # on Windows, a workbook that Excel has open


def test_a_fault_of_the_program_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_a: object, **_k: object) -> None:
        raise RuntimeError("boum")

    monkeypatch.setattr("passerelles.ranking.rank.rank_moves", fail)
    monkeypatch.delenv("PASSERELLES_DEBUG", raising=False)
    code, _, err = call("rank", "K2110", capsys=capsys)
    assert code == 2
    assert "boum" in err
    assert "Traceback" not in err


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    groups = {"territory": ("rank", "match")}
    for name in COMMANDS:
        for rest in groups.get(name, ("",)):
            code, out, _ = call(*(word for word in (name, rest, "--help") if word), capsys=capsys)
            assert code == 0
            assert "--lang" in out
            assert "cli." not in out  # sentences, not their keys


def test_another_process_prints_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("rank", "N1103", "--format", "json")
    command = [sys.executable, "-m", "passerelles", *words]
    bare = {"PYTHONHASHSEED": "1", "PATH": "", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run(command, capture_output=True, check=True, env=bare)
    assert done.stdout.decode().replace("\r\n", "\n") == call(*words, capsys=capsys)[1]


def test_a_number_with_a_comma_is_read_and_one_that_may_be_thousands_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("territory", "rank", "--basin", "5313", "--radius")
    assert "nombre" in call(*words, "1,200", capsys=capsys)[2]
    assert "nombre" not in call(*words, "12,5", capsys=capsys)[2]
    assert "nombre" not in call(*words, "1 200", capsys=capsys)[2]


def test_a_profile_that_is_no_object_is_refused_without_what_it_holds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "p.json"
    file.write_text('["Jeanne Martin"]', encoding="utf-8")
    code, _, err = call("rank", "--profile", str(file), capsys=capsys)
    assert (code, "Jeanne" in err, "list" in err) == (2, False, True)


def test_a_column_is_read_only_where_one_is_meant(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "l.csv"
    file.write_text("Poste;Intitulé du poste\n12;Cariste\n", encoding="utf-8")
    assert "--column" in call("resolve", "--input", str(file), capsys=capsys)[2]
    said = call("resolve", "--input", str(file), "--column", "nope", capsys=capsys)[2]
    assert said.endswith("« nope » introuvable. Colonnes lues : Poste, Intitulé du poste.\n")
    said = call("resolve", "--input", str(file), "--column", "intitule", capsys=capsys)[2]
    assert said.endswith("Vouliez-vous dire : Intitulé du poste ?\n")
    file.write_text("N°;Intitulé du poste\n12;Cariste\n", encoding="utf-8")
    assert call("resolve", "--input", str(file), capsys=capsys)[0] == 0


def test_sums_are_no_titles_to_review(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "l.csv"
    file.write_text("Intitulé;Effectif\nCariste;3\nzorglub;5\nTotal;8\n", encoding="utf-8")
    code, out, _ = call("resolve", "--review", str(file), "--column", "Intitulé", capsys=capsys)
    assert (code, "zorglub" in out, "Total" in out) == (0, True, False)
