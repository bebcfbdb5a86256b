"""The command ``report``: what it reads, what it writes, and how it says no."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from html_reading import read_page, rows_of
from market_files import market_folder, write
from passerelles.cli.main import run
from passerelles.referentials.places import sample_names, sample_tables
from passerelles.views.document import Cell, Document, Head, PageTable, Part, write_word
from taxonomies import write_onet

SAMPLES = Path(__file__).resolve().parents[2] / "referentials" / "transitions" / "territories"


@pytest.fixture(autouse=True)
def _no_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def call(*arguments: str | Path) -> int:
    try:
        run(["report", *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_the_sample_of_redon_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    output = tmp_path / "rapport.html"
    assert call("--output", output, "--no-pictures") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "rapport.html" in err
    page = read_page(output.read_text(encoding="utf-8"))
    assert "Redon" in page.all("h1")[0].text
    assert "employeurs sont fictifs" in page.all("header")[0].text
    assert [p.name for p in tmp_path.iterdir() if p.name != "cache"] == ["rapport.html"]


def test_the_command_in_the_page_makes_the_page_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for side in ("fragile", "hiring"):
        shutil.copy(SAMPLES / f"redon-{side}.csv", tmp_path / f"mes {side}.csv")
    first, folder = tmp_path / "un.html", tmp_path / "ailleurs"
    options = ["--radius", "30.5", "--budget-hours", "9000", "--min-probability", "0.001", "--title",
               "Pays d'ici : l'été", "--date", "2026-03-01", "--limit", "3", "--lang", "en", "--strict",
               "--no-pictures", "--no-access", "--overlay", "enseignement-conduite"]  # fmt: skip
    tables = ["--fragile", str(tmp_path / "mes fragile.csv"), "--hiring", str(tmp_path / "mes hiring.csv")]
    assert call("--output", first, *tables, *options) == 0
    folder.mkdir()
    for side in ("fragile", "hiring"):
        shutil.copy(tmp_path / f"mes {side}.csv", folder)
    shown = read_page(first.read_text(encoding="utf-8")).by_id("reproduce").all("code")[-1].text
    assert str(tmp_path) not in first.read_text(encoding="utf-8")
    words = shlex.split(shown)
    assert words[:2] == ["passerelles", "report"]
    monkeypatch.chdir(folder)
    assert call(*words[2:]) == 0
    assert (folder / "report.html").read_bytes() == first.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--output"),
        (["--output", "r.html", "--territory", "redonn"], "redon"),
        (["--output", "r.html", "--territory", "Aurillac Figeac"], "aurillac-figeac-rodez ?"),
        (["--output", "r.html", "--territory", "redon", "--hiring", "x.csv"], "--fragile"),
        (["--output", "r.html", "--hiring", "x.csv"], "--fragile"),
        (["--output", "r.html", "--fragile", "x.csv", "--hiring", "y.csv"], "x.csv"),
        (["--output", "absent/r.html"], "absent"),
        (["--output", "."], "dossier"),
        (["--output", "r.pdf"], "finit par .html"),
        (["--output", "page"], "finit par .html"),
        (["--output", "r.html", "--frame", "zzz"], "zzz"),
        (["--output", "r.html", "--min-probability", "2"], "--min-probability"),
        (["--output", "r.html", "--referential", "zzz"], "zzz"),
    ],
)
def test_a_wrong_request_is_one_message_and_no_file(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(*arguments) == 2
    err = capsys.readouterr().err.replace("\u202f", " ").replace("\u00a0", " ")
    assert words in err
    assert "Traceback" not in err
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_fault_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "r.html"
    output.write_text("ancien", encoding="utf-8")

    def broken(case: object) -> str:
        raise RuntimeError("half way")

    monkeypatch.setattr("passerelles.report.page.territory_page", broken)
    assert call("--output", output) == 2
    assert "half way" in capsys.readouterr().err
    assert output.read_text(encoding="utf-8") == "ancien"
    assert [p.name for p in tmp_path.iterdir() if p.name != "cache"] == ["r.html"]


def test_nobody_placed_is_written_and_exit_1(tmp_path: Path) -> None:
    output = tmp_path / "r.html"
    assert call("--output", output, "--min-probability", "1", "--no-pictures", "--territory", "lacq pau tarbes") in (
        0,
        1,
    )
    few = tmp_path / "postes.csv"
    few.write_text("employer,job,openings,basin\nP,N4101,5,Ailleurs\n", encoding="utf-8")
    fragile = tmp_path / "emplois.csv"
    fragile.write_text("employer,job,headcount,basin\nA,H2909,3,Redon\n", encoding="utf-8")
    assert (
        call("--output", output, "--fragile", fragile, "--hiring", few, "--min-probability", "1", "--no-pictures") == 1
    )
    page = read_page(output.read_text(encoding="utf-8"))
    assert rows_of(page, "uncovered")[0]["Sans solution"] == "3"


def test_pictures_missing_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("passerelles.report.sections.can_draw", lambda: False)
    assert call("--output", tmp_path / "r.html") == 0
    assert "passerelles[charts]" in capsys.readouterr().err


def test_a_scenario_that_is_none_is_refused_before_anything_is_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("passerelles.territory.match.match_territory", lambda *_, **__: pytest.fail("worked out"))
    assert call("--output", tmp_path / "r.html", "--scenario", "radius=30,a=b") == 2
    assert "« a=b »" in capsys.readouterr().err


def test_every_sample_has_both_tables() -> None:
    assert {"aurillac-figeac-rodez", "lacq-pau-tarbes", "redon", "maritime", "automobile"} <= set(sample_names())
    assert all(path.is_file() for name in sample_names() for path in sample_tables(name))


def test_openings_of_the_survey_are_those_of_an_allocation(tmp_path: Path) -> None:
    data = market_folder(tmp_path / "data")
    # Tensions say that of this family the basin hires lorry drivers: bus drivers have no openings of their own.
    fragile = write(tmp_path / "f.csv", "employer,job,headcount,basin\nA,N4102,7,REDON\n")
    given = ("--fragile", str(fragile), "--data", str(data))
    with pytest.raises(SystemExit) as allocated:
        run(["territory", "match", *given, "--format", "json"])
    assert allocated.value.code == 1  # nobody is placed
    assert call("--output", tmp_path / "r.html", *given, "--no-pictures") == 1
    page = read_page((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert any("b.csv" in str(row) for row in rows_of(page, "sources"))
    assert any("un.xlsx" in str(row) for row in rows_of(page, "sources"))  # the survey itself


def test_an_office_document_says_what_the_page_says(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    options = ("--no-pictures", "--budget-hours", "9000", "--scenario", "radius=20", "--date", "2026-03-01")
    page, office = tmp_path / "r.html", tmp_path / "r.docx"
    assert call("--output", page, *options) == call("--output", office, *options) == 0
    read, document = read_page(page.read_text(encoding="utf-8")), docx.Document(office)
    assert document.paragraphs[1].text == read.all("h1")[0].text
    shown = [[[c.text for c in row.cells] for row in table.rows] for table in document.tables]
    grids = read.all("table")
    assert len(shown) == len(grids)
    for table, grid in zip(shown, grids, strict=True):
        assert table[0] == [h.text for h in grid.all("thead")[0].all("th")]
        assert [row[0].split("\n")[0] for row in table[1:]] == [
            next(c for c in row.all("th")[0].children if isinstance(c, str) and c.strip()).strip()
            for row in grid.all("tbody")[0].all("tr")
        ]
    titles = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert titles == [h.text for h in read.all("h2")]
    # Nothing in it unfolds or can be followed, on paper neither.
    assert not [p.text for p in document.paragraphs if "se déplie" in p.text or "mène à l'explication" in p.text]
    # The scenarios stand side by side, these bounds first.
    assert [r["Scénario"] for r in rows_of(read, "scenarios")] == ["ces bornes", "radius=20"]


def test_a_word_table_gives_its_texts_the_room_that_figures_do_not_need(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    words = PageTable("grid", "Plan", (Head("Quoi"), Head("Personnes", numeric=True)), ((
        Cell("Obtenir l'autorisation de conduite que délivre l'employeur, puis se former au poste. " * 3),
        Cell("8", 8.0, note="de 5 à 10"),
    ),))  # fmt: skip
    write_word(Document("Titre", parts=(Part("part", "Partie", (words,)),)), tmp_path / "plan.docx")
    (table,) = docx.Document(tmp_path / "plan.docx").tables
    wide, narrow = (column.width for column in table.columns)
    assert wide > 3 * narrow
    assert [cell.width for cell in table.rows[1].cells] == [wide, narrow]


@pytest.mark.external
def test_no_word_of_a_table_is_broken_on_paper(office: str, tmp_path: Path) -> None:
    docx, pypdf = pytest.importorskip("docx"), pytest.importorskip("pypdf")
    path = tmp_path / "r.docx"
    assert call("--output", path, "--no-pictures") == 0
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    shown = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(tmp_path / "r.pdf").pages)
    cells = [cell.text for table in docx.Document(path).tables for row in table.rows for cell in row.cells]
    words = {word for text in cells for word in re.findall(r"[^\W\d_]{2,30}", text)}
    assert words.difference(re.findall(r"[^\W\d_]+", shown)) == set()


def test_a_sheet_a_move_for_the_person_concerned(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    page, office = tmp_path / "f.html", tmp_path / "f.docx"
    assert call("--output", page, "--sheets") == call("--output", office, "--sheets") == 0
    read = read_page(page.read_text(encoding="utf-8"))
    sections = read.all("section")
    assert len(sections) > 10
    for section in sections:
        assert len(section.text.split()) < 400, "one printed page"
        assert "Vous pouvez refuser" in section.text
    breaks = [p for p in docx.Document(office).paragraphs if 'w:type="page"' in p._p.xml]
    assert len(breaks) == len(sections) - 1
    assert call("--output", page, "--sheets", "--mask") == 2


def test_without_python_docx_the_command_to_install_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    assert call("--output", tmp_path / "r.docx") == 2
    assert 'pip install "passerelles[word]"' in capsys.readouterr().err.replace("\u00a0", " ")
    assert not (tmp_path / "r.docx").exists()


def test_the_action_list_is_a_sheet_of_the_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = tmp_path / "t.xlsx"
    fragile, hiring = sample_tables("redon")
    with pytest.raises(SystemExit) as stop:
        run(["territory", "match", "--fragile", str(fragile), "--hiring", str(hiring), "--format", "xlsx", "--output",
             str(book)])  # fmt: skip
    assert not stop.value.code
    sheet = openpyxl.load_workbook(book)["Plan d'action"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:6] == ("À faire", "Quoi", "Qui", "Pour quand", "Personnes", "Heures en tout")
    assert rows[0][6:] == (
        "Formation à commencer en",
        "Premier poste en",
        "Libre à partir de",
        "Personnes libres trop tard",
        "Personnes pour qui il est trop tard",
    )
    assert {r[0] for r in rows[1:]} <= {"mettre en relation", "confirmer", "former", "obtenir d'abord"}
    assert all(r[4] > 0 and r[6] is None for r in rows[1:])


@pytest.mark.parametrize("territory", [[], ["--territory", "zzz"]])
def test_a_referential_without_rome_codes_is_offered_no_sample(
    territory: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = write_onet(tmp_path / "db_30_0_text")
    assert call("--output", tmp_path / "r.html", "--referential", name, *territory, "--no-pictures") == 2
    err = capsys.readouterr().err
    assert "--fragile" in err
    assert "redon" not in err
    assert not (tmp_path / "r.html").exists()
