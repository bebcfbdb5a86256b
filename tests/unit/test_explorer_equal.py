"""Every cell of every table of the explorer is what the command of the same name writes into its workbook."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from market_files import market_folder
from passerelles import load_referential
from passerelles.cli.main import run
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import say
from passerelles.service.app import create_app
from passerelles.service.engine import Engine, Limits, Options
from service_client import Client

if TYPE_CHECKING:
    from passerelles.language.say import Lang

openpyxl = pytest.importorskip("openpyxl")
OVERLAY = ("--overlay", "enseignement-conduite")
_NUMBER = re.compile(r"(\d{1,3}(?:[ ,]\d{3})+|\d+)([.,]\d{1,2})?")  # thousands, then decimals


class Shown(NamedTuple):
    """A cell of a page: the key and head of its column, its text, its value, and the note beside the text."""

    key: str
    head: str
    text: str
    value: float | None
    note: str


class Tables(HTMLParser):
    """All tables of a page, by their key."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[Shown]]] = {}
        self._table = ""
        self._cell: dict[str, Any] | None = None
        self._into = "text"
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "table":
            self._table = (found.get("class") or "").removeprefix("t-")
            self.rows.setdefault(self._table, [])
        elif tag == "tr" and self._table:
            self.rows[self._table].append([])
        elif tag in ("td", "th") and self._table and found.get("scope") != "col":
            value = found.get("data-value")
            self._cell = {
                "key": found.get("data-key") or "", "head": found.get("data-label") or "", "text": "", "note": "",
                "value": None if value is None else float(value),
            }  # fmt: skip
        elif tag == "span" and found.get("class") == "note":
            self._into = "note"

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell[self._into] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._into = "text"
        elif tag in ("td", "th") and self._cell is not None:
            cell: dict[str, Any] = {k: plain(v) if isinstance(v, str) else v for k, v in self._cell.items()}
            self.rows[self._table][-1].append(Shown(**cell))
            self._cell = None
        elif tag == "table":
            self.rows[self._table] = [row for row in self.rows[self._table] if row]
            self._table = ""


def plain(text: str) -> str:
    """A text without the spaces that typography and templates put in."""
    return re.sub(r"\s+", " ", text).replace(" ;", ";").replace(" :", ":").strip()


Row = Mapping[str, Any]


def _column(key: str, lang: "Lang") -> str:
    return say(f"columns.{key}", lang=lang)


def _known(row: Row, _: Row, lang: "Lang") -> str:
    rank = row[_column("known_rank", lang)]
    return "–" if rank is None else say("moves.known", lang=lang, rank=str(rank))


def _steps(_row: Row, item: Row, _lang: "Lang") -> str:
    return " ".join(f"→ {s['to']['code']} {s['to']['label']}" for s in item["steps"])


def _frame(_row: Row, item: Row, lang: "Lang") -> str:
    (found,) = [f["verdict"] for f in item["frames"] if f["name"] == "ptp"]
    return say(f"terms.verdict.{found}", lang=lang)


# What a page tells in one cell in words of its own, by table and key of the page's column.
TOLD: Mapping[tuple[str, str], Callable[[Row, Row, "Lang"], str]] = {
    ("ranking", "known"): _known, ("paths", "path"): _steps, ("paths", "frame"): _frame,
}  # fmt: skip
# Columns that have another head in a table, where the other ends of the figure stand too.
HEADS: Mapping[str, str] = {"hours": "hours_expected", "hours_each": "hours_expected", "uncovered": "people"}


NAMED = {("areas", "pivots"), ("passages", "best")}  # codes of jobs, which a note names


@cache
def names() -> Mapping[str, str]:
    jobs = load_referential("transitions").with_overlay(OVERLAY[1]).occupations
    return {job.code: job.name for job in jobs}


NOTED = say("report.hours.at_least", expected="")  # of hours whose top is not known


def numbers(text: str) -> list[float]:
    return [float(re.sub("[ ,]", "", whole) + part.replace(",", ".")) for whole, part in _NUMBER.findall(text)]


def tells(number: float, cells: list[float]) -> bool:
    """Whether a number of a text is one of the figures of its row, rounded, or a share of it."""
    decimals = len(str(number).partition(".")[2]) if number % 1 else 0
    return any(abs(c * k - number) <= 0.5 * 10**-decimals + 1e-9 for c in cells for k in (1, 100))


def rest(text: str, row: Row) -> str:
    """What is left of a text without what stands in the cells of its row, or nothing where it is part of one."""
    if any(text.casefold() in plain(str(v)).casefold() for v in row.values() if isinstance(v, str)):
        return ""
    cells = {plain(str(v)) for v in row.values() if isinstance(v, str)}
    for cell in sorted(cells, key=len, reverse=True):
        text = text.replace(cell, "")
    return text


def same(table: str, cell: Shown, row: Row, item: Row, lang: "Lang") -> str:
    """What is wrong with a cell; nothing where it says what the command says."""
    figures = [float(v) for v in row.values() if isinstance(v, int | float) and not isinstance(v, bool)]
    noted = cell.note.replace(NOTED, "")
    if (table, cell.key) in NAMED and row[cell.head]:
        named = re.sub(r"[A-Z]\d{4}(-\w+)?", lambda code: names()[code[0]], cell.text.replace(", ", "; "))
        return "" if plain(named) == noted and cell.text == plain(row[cell.head]) else "name"
    if re.search(r"[^\W\d]{3}", rest(noted, row)) or not all(tells(n, figures) for n in numbers(rest(noted, row))):
        return "note"
    if (table, cell.key) in TOLD:
        return "" if cell.text == plain(TOLD[table, cell.key](row, item, lang)) else "told"
    head = _column(HEADS[cell.key], lang) if cell.key in HEADS and cell.head not in row else cell.head
    if cell.value is not None:
        return _figure(cell, row.get(head), figures)
    told = row.get(head)
    if isinstance(told, bool):
        told = say(f"terms.{'yes' if told else 'no'}", lang=lang)
    if head not in row or (isinstance(told, str) and cell.text != plain(told)):  # made of several cells
        return "" if cell.text and not re.search(r"\w", rest(cell.text, row)) else "text"
    nothing = [say("report.unknown", lang=lang), "–"]  # not known; nothing to tell
    return "" if (isinstance(told, str) and told) or cell.text in nothing else "unknown"


def _figure(cell: Shown, told: Any, figures: list[float]) -> str:
    """A cell's own figure, and every number that its text tells: each is one of its row, rounded."""
    if told is None or float(told) != pytest.approx(cell.value, abs=1e-9):
        return "value"
    shown = numbers(cell.text)
    if cell.text.startswith("<"):
        return "" if 0 < float(told) < 0.01 else "text"
    return "" if shown and tells(shown[0], [float(told)]) and all(tells(n, figures) for n in shown) else "text"


def written(words: tuple[str, ...], place: Path, lang: "Lang") -> tuple[dict[str, list[dict[str, Any]]], list[Row]]:
    """Sheets of the workbook of a command, row by row, and the results of its JSON."""
    for form, path in (("xlsx", place / "out.xlsx"), ("json", place / "out.json")):
        with pytest.raises(SystemExit):
            run([*words, *OVERLAY, "--lang", lang, "--format", form, "--output", str(path)])
    book = openpyxl.load_workbook(place / "out.xlsx")
    sheets = {}
    for sheet in book.worksheets:
        heads, *rows = [[c.value for c in row] for row in sheet.rows]
        sheets[sheet.title] = [dict(zip(heads, row, strict=True)) for row in rows]
    return sheets, json.loads((place / "out.json").read_text(encoding="utf-8"))["results"]


def check(
    page: str, words: tuple[str, ...], place: Path, lang: "Lang", least: tuple[str, ...], given: str = ""
) -> dict[str, int]:
    """
    Compare all tables of a page with a command's, cell by cell; return how many cells each has.

    `given` is what a person wrote, which a page may tell beside.
    """
    beside = {f"given {n}": text for n, text in enumerate(re.split(r"[;\n]", given)) if text and not text.isdigit()}
    sheets, items = written(words, place, lang)
    found = Tables(page).rows
    assert set(least) <= set(found)
    counted = {}
    for name, rows in found.items():
        if name in APART:
            continue
        lines = sheets[say(f"sheets.{name}", lang=lang)[:31]]
        assert len(rows) == len(lines) > 0, name
        wrong = [
            (kind, cell, row)
            for number, (cells, row) in enumerate(zip(rows, lines, strict=True))
            for cell in cells
            if (kind := same(name, cell, row | beside, items[number] if number < len(items) else {}, lang))
        ]
        first = {cell.key: (kind, cell, row.get(cell.head)) for kind, cell, row in reversed(wrong)}
        assert not first, (name, first)
        counted[name] = sum(map(len, rows))
    return counted


APART = {"sides", "doubts", "basins"}  # tables of the explorer's own: competencies side by side, titles, the map's


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return market_folder(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="module")
def client(embedded_graph: OccupationGraph, data: Path) -> Iterator[Client]:
    options = Options(explorer="alone", limits=Limits(seconds=600, body_bytes=10_000_000, brackets=100_000))
    with Client(create_app(Engine.of(embedded_graph, data=(data,)), options)) as opened:
        yield opened


PAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "/rank/K2110": (("rank", "K2110"), ("ranking",)),
    "/rank/K2110?access=open,conditional&hours=900&kind=lateral,advancement&coverage=0.1&strict=1&limit=25": (
        ("rank", "K2110", "--filter", "access=open,conditional", "--filter", "max-hours=900", "--filter",
         "kind=lateral,advancement", "--filter", "min-coverage=0.1", "--strict", "-n", "25"), ("ranking",),
    ),
    "/rank/N4101?basin=5313": (("rank", "N4101", "--filter", "hires-in=5313"), ("ranking",)),
    "/rank/K2110?wage=0.9": (("rank", "K2110", "--filter", "min-wage=0.9"), ("ranking",)),
    "/sources/N4101?hours=450": (("sources", "N4101", "--filter", "max-hours=450"), ("ranking",)),
    "/near/K2110": (("rank", "K2110", "-n", "16"), ("ranking",)),
    "/move/K2110/N4101": (("rank", "K2110", "--target", "N4101"), ("ranking", "competencies", "credentials")),
    "/paths/K2110/N4102?frame=ptp": (("paths", "K2110", "N4102", "--frame", "ptp"), ("paths",)),
    "/paths/N4101/N4103?frame=ptp&steps=2": (
        ("paths", "N4101", "N4103", "--frame", "ptp", "--max-steps", "2"), ("paths",),
    ),
    "/compare?job=N4101&job=K2110&job=N4103": (("compare", "N4101", "K2110", "N4103"), ("compared", "sides")),
    "/compare?job=N4101&job=K2110&basin=5313": (("compare", "N4101", "K2110", "--basin", "5313"), ("compared",)),
    "/areas": (("areas",), ("areas", "passages")),
    "/areas?basin=5313": (("areas", "--basin", "5313"), ("areas", "passages")),
    "/?q=conducteur": (("resolve", "conducteur", "-n", "8"), ("resolution",)),
}  # fmt: skip


# In English one page of each kind: the tables of the others are made by the same code.
ENGLISH = ("/rank/K2110", "/move", "/paths/K2110", "/compare?job=N4101&job=K2110&job=N4103", "/areas", "/?q")
CASES = [*((path, "fr") for path in PAGES), *((next(p for p in PAGES if p.startswith(e)), "en") for e in ENGLISH)]


@pytest.mark.parametrize(("path", "lang"), CASES)
def test_every_cell_of_a_page_is_that_of_the_command(
    path: str, lang: "Lang", client: Client, data: Path, tmp_path: Path
) -> None:
    words, tables = PAGES[path]
    answer = client.get(f"/explorer{path}{'&' if '?' in path else '?'}lang={lang}")
    assert answer.status_code == 200, answer.text
    where = () if words[0] == "resolve" else ("--data", str(data))
    assert sum(check(answer.text, (*words, *where), tmp_path, lang, tables).values()) >= 6


def test_a_branch_and_one_area_show_their_members(client: Client, data: Path, tmp_path: Path) -> None:
    codes = ["N4101", "N4102", "N4103", "N4105", "K2110", "N1103", "N1105"]
    (tmp_path / "jobs.txt").write_text("\n".join(codes), encoding="utf-8")
    page = client.get("/explorer/areas", params={"jobs": " ".join(codes)}).text
    counted = check(page, ("areas", "--jobs", str(tmp_path / "jobs.txt"), "--data", str(data)), tmp_path, "fr", ())
    assert {"areas", "members"} <= set(counted)
    sheets, _ = written(("areas", "--data", str(data)), tmp_path, "fr")
    number = _column("number", "fr")
    for area in (1, 2):
        found = Tables(client.get(f"/explorer/areas/{area}").text).rows
        for name in ("areas", "members"):
            lines = [row for row in sheets[say(f"sheets.{name}")] if row[number] == area]
            assert len(found[name]) == len(lines) > 0
            for cells, row in zip(found[name], lines, strict=True):
                assert [kind for cell in cells if (kind := same(name, cell, row, {}, "fr"))] == []


def test_weights_side_by_side_are_those_of_the_comparison(client: Client, tmp_path: Path) -> None:
    codes = ("N4101", "K2110", "N4103")
    page = client.get("/explorer/compare", params={"job": codes}).text
    sheets, _ = written(("compare", *codes), tmp_path, "fr")
    lines = sheets[say("sheets.compared_competencies")]
    rows = Tables(page).rows["sides"]
    assert len(rows) == len(lines) > 20
    for cells, line in zip(rows, lines, strict=True):
        held = dict(zip(line[_column("occupations", "fr")].split(", "), line[_column("weights", "fr")].split(", "),
                        strict=True))  # fmt: skip
        assert [c.text for c in cells[:2]] == [plain(line[_column(k, "fr")]) for k in ("competency_label", "kind")]
        assert [c.value for c in cells[2:]] == [float(held[code]) if code in held else None for code in codes]


def test_a_market_and_access_are_told_in_the_words_of_the_commands(client: Client, data: Path, tmp_path: Path) -> None:
    page = client.get("/explorer/show/N4101", params={"basin": "5313"}).text
    with pytest.raises(SystemExit):
        run(["territory", "signals", "--basin", "5313", "--job", "N4101", "--data", str(data), *OVERLAY, "--format",
             "json", "--output", str(tmp_path / "out.json")])  # fmt: skip
    told = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["results"][0]["sentences"]
    shown = [plain(text) for text in re.findall(r"<li>([^<]+)</li>", page.partition('id="market"')[2])]
    assert [s.replace("&#39;", "'") for s in shown][: len(told)] == [plain(s) for s in told]
    assert len(told) > 8


FRAGILE = """Entreprise;Intitulé du poste;Effectif;Bassin
Ateliers du Canal;soudeur;14;Redon
Transports Morel;moniteur auto école;5;Rennes
Divers;gribouilleur de plans;4;Redon
"""
HIRING = """Entreprise;Intitulé;nb de postes;Bassin
Logis Ouest;conducteur poids lourd;12;Rennes
Fab Métal;N1103;7;Rennes
Ouest Formation;formateur;3;Rennes
"""


@pytest.mark.parametrize(("bounds", "words"), [({}, ()), ({"stretch": True}, ("--stretch",))])
def test_every_cell_of_a_territory_is_that_of_the_command(
    bounds: dict[str, Any], words: tuple[str, ...], embedded_graph: OccupationGraph, tmp_path: Path
) -> None:
    body: dict[str, Any] = dict(bounds)
    for name, text in (("fragile", FRAGILE), ("hiring", HIRING)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        body[name] = {"name": f"{name}.csv", "content": base64.b64encode(text.encode()).decode()}
    options = Options(explorer="alone", limits=Limits(seconds=600, body_bytes=10_000_000))
    with Client(create_app(Engine.of(embedded_graph), options)) as opened:
        page = opened.post("/explorer/territory/plan", json=body).text
    files = ("--fragile", str(tmp_path / "fragile.csv"), "--hiring", str(tmp_path / "hiring.csv"))
    counted = check(
        page, ("territory", "match", *files, *words), tmp_path, "fr", ("flows", "set_aside"), FRAGILE + HIRING
    )
    assert sum(counted.values()) > 40


def test_a_cell_that_says_something_else_is_seen() -> None:
    """The comparison itself can fail."""
    row = {"Couverture": 0.41, "Rang": 3, "Accès": "libre", "Salaire": None, "Code": "N4101", "Métier": "Chauffeur"}
    good = [
        Shown("coverage", "Couverture", "41 % (3e)", 0.41, ""), Shown("access", "Accès", "libre", None, ""),
        Shown("wage", "Salaire", "inconnu", None, ""), Shown("target", "Métier", "N4101 Chauffeur", None, ""),
        Shown("label", "Métier", "Chauffeur", None, "N4101"),
    ]  # fmt: skip
    assert [same("x", cell, row, {}, "fr") for cell in good] == [""] * 5
    bad = [
        good[0]._replace(value=0.42), good[0]._replace(text="40 % (3e)"), good[0]._replace(text="41 % (4e)"),
        good[0]._replace(text=""), good[1]._replace(text="sélectif"), good[1]._replace(text=""),
        good[2]._replace(text="0"), good[1]._replace(head="Autre", text="autre"),
        good[3]._replace(text="N4102 Chauffeur"),
        good[4]._replace(note="N4102"), good[4]._replace(note="autre"),
    ]  # fmt: skip
    assert [cell for cell in bad if not same("x", cell, row, {}, "fr")] == []
