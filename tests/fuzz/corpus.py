"""The readers, and for each a few files to begin with: sound ones, and each kind of failure that was once met."""

import io
import itertools
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import openpyxl

import market_files
import sets
import taxonomies
from passerelles.cli.moves import read_origin
from passerelles.compiled import compile_index
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS
from passerelles.market.certifications import load_certifications
from passerelles.market.market import load_market
from passerelles.market.own_lists import load_job_list
from passerelles.market.places import load_places
from passerelles.matching.worklist import read_worklist
from passerelles.notices import Notice
from passerelles.ranking.rank import rank_moves
from passerelles.referentials.load import load_referential
from passerelles.referentials.referential import Referential
from passerelles.session import read_settings
from passerelles.territory.lots import Lots, reading_notes
from passerelles.territory.reading import read_lots

Files = Mapping[str, bytes]
SHEET: Final = "xl/worksheets/sheet1.xml"
JOBS: Final = ("K2110", "N4101", "N4102", "H2909", "F1703", "F1503")
COUNTS: Final = (12, 5, 130, 7, 41, 3)


@dataclass(frozen=True)
class Answer:
    """What a reader made of its files: what it holds, in a form that compares, and how much it said of it."""

    content: Any
    said: int = 0


@dataclass(frozen=True)
class Reader:
    """
    A reader under test.

    Attributes
    ----------
    read
        What reads: the path of the one file, else of the folder.
    seeds
        Files to begin with, by name.
    single
        Whether it reads one file.
    keeps
        Changes of `mutations.KEEPING` that its documentation says mean nothing.
    counts
        Name of the column of people, where rows must all be accounted for.
    """

    name: str
    read: Callable[[Path], Answer]
    seeds: Mapping[str, Callable[[], Files]]
    keeps: tuple[str, ...]
    single: bool = False
    counts: str = ""


@lru_cache(maxsize=1)
def embedded() -> Referential:
    """Return the referential that lists and tables are read against."""
    return load_referential("transitions")


def told(notices: Iterable[Notice]) -> int:
    """Say each notice in both languages, and count them."""
    found = list(notices)
    for notice in found:
        assert all(notice.what(lang).strip() for lang in LANGS), notice
    return len(found)


def of_referential(found: Referential) -> Answer:
    """Codes, labels and links, whatever order they were read in."""
    content = (
        frozenset((o.code, o.label, o.parent) for o in found.occupations),
        frozenset((c.code, c.label) for c in found.competencies),
        frozenset((t.code, t.label, t.occupation) for t in found.titles),
        frozenset((r.occupation, r.competency) for r in found.requirements),
    )
    return Answer(content, told(found.notices))


def of_lots(found: Lots) -> Answer:
    """People by employer and job, and the rows that were set aside."""
    for problem in found.set_aside:
        assert all(problem.sentence(lang).strip() for lang in LANGS), problem
    for note in reading_notes([found]):
        assert all(note.sentence(lang).strip() for lang in LANGS), note
    lots = frozenset((lot.employer, lot.job, lot.people, lot.basin_label) for lot in found.lots)
    return Answer((lots, frozenset((p.key, p.people) for p in found.set_aside)), len(found.set_aside) + len(found.said))


def _lots(path: Path) -> Answer:
    return of_lots(read_lots(embedded(), path, "fragile"))


def _profile(path: Path) -> Answer:
    return Answer(read_origin(None, path))


def _overlay(path: Path) -> Answer:
    found = embedded().with_overlay(path)
    own = of_referential(found)
    credentials = frozenset((c.code, c.label) for c in found.credentials)
    return replace(own, content=(own.content, credentials))


def _market(path: Path) -> Answer:
    market = load_market(path)
    survey = market.survey()
    return Answer((frozenset(survey.rows), frozenset(survey.basins)), told(market.notices))


def _places(path: Path) -> Answer:
    found = load_places(path)
    return Answer((frozenset(found.communes), frozenset(found.basins)), told(found.notices))


def _certifications(path: Path) -> Answer:
    found = load_certifications(path)
    return Answer(frozenset((c.code, c.label, c.rome, c.rncp) for c in found.certifications), told(found.notices))


def _job_list(path: Path) -> Answer:
    found = load_job_list(path, embedded())
    return Answer(frozenset(e.occupation for e in found.entries), told(found.notices))


def _index(path: Path) -> Answer:
    graph: OccupationGraph = build_graph(load_referential(path))
    moves = rank_moves(graph, "K2110", limit=5)
    return Answer((*((m.target.code, m.score) for m in moves), len(graph.referential.titles), graph.weights.nnz))


def _people(path: Path) -> Answer:
    from passerelles.bulk.rank import rank_profiles

    table = rank_profiles(_small_graph(), path, limit=2).read_all().to_pylist()
    return Answer(frozenset((str(row["id"]), row["code"], row["reason"]) for row in table))


@lru_cache(maxsize=1)
def _small_graph() -> OccupationGraph:
    return build_graph(embedded())


def _rows() -> list[list[str]]:
    head = ["Entreprise", "Métier", "Effectif", "Bassin d'emploi"]
    rows = zip(JOBS, COUNTS, strict=True)
    return [head, *([f"Société {n}", job, str(count), "Redon"] for n, (job, count) in enumerate(rows))]


def _csv(rows: Sequence[Sequence[str]], *, name: str = "liste.csv", delimiter: str = ";") -> Files:
    return {name: sets.to_csv(rows, delimiter=delimiter, quoting=0)}


def _with(place: tuple[int, int], text: str) -> Callable[[], Files]:
    """Return the table of people with another text in one cell."""

    def made() -> Files:
        rows = _rows()
        rows[place[0]][place[1]] = text
        return _csv(rows)

    return made


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()) -> bytes:
    """Write a workbook, some of its sheets hidden."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append([int(cell) if isinstance(cell, str) and cell.isdigit() else cell for cell in row])
        if name in hidden:
            page.sheet_state = "hidden"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def zipped(members: Iterable[tuple[str, bytes]], *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip some members, of one name where asked."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", how) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name is there twice
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    """Members of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _sheet_with(change: Callable[[bytes], bytes]) -> Callable[[], Files]:
    def made() -> Files:
        found = members(workbook({"a": _rows()}))
        return {"liste.xlsx": zipped((found | {SHEET: change(found[SHEET])}).items())}

    return made


def _in_rows(xml: bytes) -> Callable[[], Files]:
    return _sheet_with(lambda sheet: sheet.replace(b"</sheetData>", xml + b"</sheetData>"))


BOOKS: Final[Mapping[str, Callable[[], Files]]] = {
    "sound": lambda: {"liste.xlsx": workbook({"a": _rows()})},
    "beyond its dimension": _sheet_with(lambda sheet: sheet.replace(b'ref="A1:D7"', b'ref="A1:A2"')),
    "a hidden sheet": lambda: {"liste.xlsx": workbook({"b": _rows()[:3], "a": _rows()}, hidden=["b"])},
    "several sheets": lambda: {"liste.xlsx": workbook({"a": _rows(), "b": [["Métier", "Effectif"], ["K2110", 1]]})},
    "a stray cell": _in_rows(b'<row r="5000"><c r="XFD5000"><v>1</v></c></row>'),
    "a column out of range": _in_rows(b'<row r="9"><c r="ZZZ9"><v>1</v></c></row>'),
    "a row out of range": _in_rows(b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>'),
    "empty cells": _in_rows(b'<row r="9">' + b'<c r="A9"/>' * 100_000 + b"</row>"),
    "blanks": _in_rows(b" " * 3_000_000),
    "no such text": _in_rows(b'<row r="9"><c r="A9" t="s"><v>99</v></c></row>'),
    "an infinite number": _in_rows(b'<row r="9"><c r="C9"><v>1e999</v></c></row>'),
    "a member twice": lambda: {"liste.xlsx": zipped([*members(workbook({"a": _rows()})).items(), (SHEET, b"<x/>")])},
}
TABLES: Final[Mapping[str, Callable[[], Files]]] = {
    "sound": lambda: _csv(_rows()),
    **{
        f"count {text}": _with((2, 2), text) for text in ("1.000", "12,000", "2 5", "5 personnes", "NaN", "1e999", "-3")
    },
    "a header again": lambda: _csv([*_rows()[:4], _rows()[0], *_rows()[4:]]),
    "columns twice": lambda: _csv([[*row, row[2]] for row in _rows()]),
    "columns twice that differ": lambda: _csv([[*row, "9"] if n else [*row, row[2]] for n, row in enumerate(_rows())]),
    "a total": lambda: _csv([*_rows(), ["Total", "", str(sum(COUNTS)), ""]]),
    "a formula": _with((2, 0), "=1+1"),
    "an endless cell": _with((2, 0), "x" * 300_000),
    "a quote that never closes": _with((3, 0), 'Société "3'),
    "nothing": lambda: {"liste.csv": b""},
    "bytes": lambda: {"liste.csv": bytes(range(256)) * 20},
}


def _folder(write: Callable[[Path], object]) -> Callable[[], Files]:
    """Return what a writer of the tests puts in a folder."""

    @lru_cache(maxsize=1)
    def made() -> Files:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "x"
            write(folder)
            return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}

    return made


def _overlay_of(chain: int) -> Callable[[], Files]:
    names = [f"C{i:04}" for i in range(chain)]
    links = "".join(f"{a},{b},s\n" for a, b in itertools.pairwise(names))
    files = {
        "manifest.toml": 'schema = "passerelles/overlay@1"\nname = "x"\nversion = "1"\n',
        "credentials.csv": "code,label,kind\n" + "".join(f"{n},Titre {n},titre\n" for n in names),
        "credential_prerequisites.csv": "credential,requires,source\n" + links,
        "credential_requirements.csv": "occupation,credential,kind,source\nN4101,C0000,required,s\n",
    }
    return lambda: {name: text.encode() for name, text in files.items()}


def _json(value: object) -> Callable[[], Files]:
    return lambda: {"valeurs.json": json.dumps(value).encode()}


NESTED: Final[Mapping[str, Callable[[], Files]]] = {
    "nested": lambda: {"valeurs.json": b'{"x": ' + b"[" * 100_000},
    "not a number": lambda: {"valeurs.json": b'{"effort": {"skill_hours": NaN}}'},
    "infinite": lambda: {"valeurs.json": b'{"effort": {"skill_hours": 1e999}}'},
    "enormous": lambda: {"valeurs.json": b'{"effort": {"skill_hours": 1' + b"0" * 5000 + b"}}"},
    "half a letter": lambda: {"valeurs.json": '{"occupation": "\\ud800é"}'.encode()},
}
PROFILE: Final = {"occupation": "K2110", "competencies": ["100001"], "credentials": {"PERM-B": "yes"}}
CODES: Final = "id,occupation,competencies,credentials\n1,K2110,,\n2,N4101,,\n3,zzz,,\n4,,,\n"
CERTIFICATIONS: Final = (
    "Code_Diplome;Libelle_Diplome;Libelle_Type_Diplome;Code_Niveau_Europeen;Date_MaJ;Code_FormaCode;Libelle_FormaCode;"
    "Code_Rome_1;Code_Rome_2;Code_Rome_3;Code_Rome_4;Code_Rome_5;Code_Nsf;Code_RNCP;Code_RS;Annee_Premiere_Session;"
    "Annee_Derniere_Session;Code_Ancien_Diplome;Etat;Etat_Libelle\n"
    "10;Titre direct;TP;5;12/03/2024;31802;Auto-école;K2110;;;;;311;35329;;2016;;9;0;Publié\n"
    "11;Titre du parent;TP;4;01/02/2023;31802;Auto-école;N4101;;M1700;;;311;;;;2023;;0;Publié\n"
)
JOB_LIST: Final = "code,intitulé,bassin\nK2110,,\nN4101,,\n,Maçon / Maçonne,\n"
_TEXT: Final = ("bom", "line ends", "quoted", "last lines")
_PERSONAL: Final = (*_TEXT, "utf-16", "tabs", "columns")
_FOLDER: Final = ("bom", "line ends", "quoted", "columns", "zip", "zip inside", "stored")

READERS: Final = (
    Reader("lots", _lots, TABLES, _PERSONAL, single=True, counts="Effectif"),
    Reader("workbooks", _lots, BOOKS, ("stored", "members"), single=True),
    Reader(
        "worklists",
        lambda p: Answer((read_worklist(p, column="Métier").header, len(read_worklist(p, column="Métier").rows))),
        {**TABLES, **BOOKS},
        ("bom", "line ends", "quoted", "utf-16", "tabs", "stored", "members"),
        single=True,
    ),
    Reader("job lists", _job_list, {"sound": lambda: {"liste.csv": JOB_LIST.encode()}}, _PERSONAL, single=True),
    Reader("people", _people, {"sound": lambda: {"gens.csv": CODES.encode()}}, _TEXT[:2], single=True),
    Reader("profiles", _profile, {"sound": _json(PROFILE), **NESTED}, ("json",), single=True),
    Reader(
        "settings",
        lambda p: Answer(read_settings(p)),
        {"sound": _json({"strict": True, "effort": {"skill_hours": 30.0}}), **NESTED},
        ("json",),
        single=True,
    ),
    Reader(
        "own tables",
        lambda p: of_referential(load_referential(p)),
        {
            "sound": _folder(lambda f: sets.write_table(f, sets.table())),
            "a nested manifest": lambda: {"manifest.toml": b"x = " + b"[" * 50_000},
        },
        _FOLDER,
    ),
    Reader(
        "rome 4",
        lambda p: of_referential(load_referential(p)),
        {"sound": _folder(lambda f: sets.write_rome(f, sets.rome4()))},
        _FOLDER,
    ),
    Reader(
        "rome 3",
        lambda p: of_referential(load_referential(p)),
        {"sound": _folder(lambda f: sets.write_rome(f, sets.rome3()))},
        _FOLDER,
    ),
    Reader("esco", lambda p: of_referential(load_referential(p)), {"sound": _folder(taxonomies.write_esco)}, _FOLDER),
    Reader(
        "o*net",
        lambda p: of_referential(load_referential(p)),
        {
            "text": _folder(taxonomies.write_onet),
            "workbooks": _folder(lambda f: taxonomies.write_onet(f, form="xlsx")),
        },
        ("zip", "zip inside", "stored"),
    ),
    Reader("overlays", _overlay, {"sound": _overlay_of(5), "a chain without end": _overlay_of(3000)}, _FOLDER[:4]),
    Reader("market", _market, {"sound": _folder(market_files.market_folder)}, ("line ends",)),
    Reader("places", _places, {"sound": _folder(market_files.places_folder)}, ("line ends",)),
    Reader(
        "certifications",
        _certifications,
        {"sound": lambda: {"c.csv": CERTIFICATIONS.encode()}},
        ("bom", "line ends", "quoted", "columns"),
    ),
    Reader("indexes", _index, {"sound": _folder(lambda f: compile_index(_small_graph(), f))}, ()),
)
