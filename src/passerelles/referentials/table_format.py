"""The project's own format of tables: manifest, sheets and heads in either language, columns, coded words."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache, partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeVar

from passerelles.codes import grouped, is_rome_code
from passerelles.errors import PasserellesError
from passerelles.io.archive import TABLE_ENDINGS, FileSource, Member, open_source, parse_toml, read_file
from passerelles.io.csv import Table, decode, empty_table, file_record, parse_rows
from passerelles.io.xlsx import DamagedWorkbookError, cell_text, is_workbook, open_workbook
from passerelles.language import packaged
from passerelles.language.say import LANGS, Lang, say, sentences
from passerelles.model import Competency, day_of
from passerelles.referentials.draft import OPTIONAL, UNKNOWN, CellType, Declared, Draft, coded_cells, from_row, meaning
from passerelles.text import normalise_label

Value = TypeVar("Value")
MANIFEST: Final = "manifest.toml"
RULES: Final = "rules"  # a sheet for people: nothing is read from it
_BOOK_ENDINGS: Final = (".xlsx", ".xlsm", ".ods")
_HEAD_AS_IS: Final = frozenset({"note", "comment", "commentaire", "remarque"})
_OLD_YEARS: Final = 2  # after which a fact should be read again at its source
_HIGHEST_LEVEL: Final = 8
_HEAD_LIKENESS: Final = 0.8  # how like a column's name another must be to be that name misspelt

_TOML_PLACE: Final = re.compile(r"at line (\d+), column (\d+)")
_REQUIRED: Final = ("schema", "name", "version")
_WORDS: Final = packaged("passerelles.referentials", "words.toml")
DECLARED: Final = packaged("passerelles.referentials", "tables.toml")
Schema = Literal["overlay", "table"]
SCHEMAS: Final[Mapping[str, str]] = {"overlay": "passerelles/overlay@1", "table": "passerelles/table@1"}


def coded(name: str) -> dict[str, Any]:
    """
    What each word of a coded column means, as ``words.toml`` says.

    Examples
    --------
    >>> coded("in_force")["prouvé"]
    'proved'
    """
    return {word: meaning for meaning, words in _WORDS[name].items() for word in words}


# What the words of each coded column mean; one that belongs to a single table is named with it.
CODED: Final[Mapping[str, Mapping[str, object]]] = {c: coded(name) for c, name in DECLARED["coded"].items()}
# Columns in which authors write to each other, and in which a migration asks and remembers. Of these only a note is
# read, where the tables of access show it.
_REMARKS: Final = _HEAD_AS_IS | {"choice", "proposals"}
# What the rows of a table declare: where it cannot be read, the rows that name these would all be said to lead nowhere.
_DECLARES: Final = {"specialised_occupations": "occupations", "macro_competencies": "competencies"}
_CODES: Final = frozenset(DECLARED["codes"])
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.+)?|\d{1,2}/\d{1,2}/\d{2,4}")
# What the codes of a column are codes of.
_EVERY_KIND: Final = ("occupations", "competencies", "credentials")
_KINDS: Final = {
    **dict.fromkeys(("occupation", "base"), ("occupations",)),
    **dict.fromkeys(("credential", "requires"), ("credentials",)),
    **dict.fromkeys(("competency", "macro"), ("competencies",)),
    "context": ("contexts",),
}
_FIGURE: Final = re.compile(r"(niveau |level |rncp ?)?(\d[\d\s.,]*?)\s*([a-z]+)?\.?")
_UNITS: Final = {
    "hours": ("h", "heure", "heures", "hour", "hours"),
    "months": ("mois", "month", "months"),
    "years": ("an", "ans", "year", "years"),
    "level": ("niveau ", "level "),
    "rncp": ("rncp", "rncp "),
}
_BROKEN_CELL: Final = re.compile(r"#(?:N/A|N/D|REF!|VALUE!|VALEUR!|NAME\?|NOM\?|DIV/0!|NUM!|NOMBRE!|NULL!|NUL!)|=.+")


def heads() -> Mapping[str, str]:
    """
    Name of the column that each head stands for, by its normalised words, in whichever language it is written.

    Examples
    --------
    >>> heads()["libelle"], heads()["hours low"]
    ('label', 'hours_low')
    """
    return _keys("head", _HEAD_AS_IS)


@cache
def _keys(section: str, but: Collection[str] = frozenset()) -> Mapping[str, str]:
    """
    Key of each word of a section, in whichever language it is written, and of itself; by normalised words.

    ``head``: columns of tables, ``field``: fields of a manifest, ``sheet``: tables, without ``.csv``.
    """
    words = ((text, key) for lang in LANGS for key, text in _words(section, lang).items() if key not in but)
    by_words = {normalise_label(text): key for text, key in words}
    return MappingProxyType({**{normalise_label(key): key for key in set(by_words.values())}, **by_words})


def sheets_of(schema: Schema) -> Mapping[str, str]:
    """Columns of each sheet of a form, in order; a star marks those that must be filled in."""
    columns = {**DECLARED["columns"], **DECLARED[schema]}
    return {name: columns[name] for name in DECLARED["sheets"][schema]}


def files_of(schema: Schema) -> tuple[str, ...]:
    """
    Names of the files of a schema, its manifest aside.

    Examples
    --------
    >>> files_of("table")[:2]
    ('occupations.csv', 'competencies.csv')
    """
    return tuple(f"{name}.csv" for name in DECLARED["sheets"][schema])


@cache
def _columns(name: str, schema: Schema) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns of a table: those that it must have, and all."""
    more = DECLARED["more"]
    texts = (sheets_of(schema).get(name, ""), more.get(name, ""), more.get(f"{schema}.{name}", ""))
    columns = " ".join(texts).split()
    return tuple(c.rstrip("*") for c in columns if c.endswith("*")), tuple(c.rstrip("*") for c in columns)


def sheet_title(table: str, lang: Lang) -> str:
    """Return what the sheet of a table is called."""
    return _words("sheet", lang)[table]


def _words(section: str, lang: Lang) -> dict[str, str]:
    start = f"{section}."
    return {k.removeprefix(start): v for k, v in sentences("tables", lang=lang).items() if k.startswith(start)}


def choices(known: Mapping[str, object], lang: Lang) -> tuple[str, ...]:
    """
    Words of a coded column for a drop-down list, one a meaning; of the words of each, English comes first, then French.

    Examples
    --------
    >>> choices({"": "a", "add": "a", "ajouter": "a", "remove": "r", "retirer": "r"}, "fr")
    ('ajouter', 'retirer')
    """
    by_meaning = grouped((meaning, word) for word, meaning in known.items() if word)
    return tuple(words[0] if lang == "en" else words[:2][-1] for words in by_meaning.values())


def open_tables(place: str | Path) -> FileSource:
    """
    Open a folder, a zip or a workbook of tables; each sheet of a workbook stands for the file of its table.

    Raises
    ------
    PasserellesError
        If nothing is there, or it cannot be read; see `passerelles.io.archive.open_source`.
    """
    path = Path(place)
    if path.suffix.casefold() in _BOOK_ENDINGS and os.path.isfile(path):  # noqa: PTH113 - which refuses no name
        return FileSource(path, _sheets(read_file(path), Member(path.name, ""), path))
    source = open_source(path)
    books = [m for m in source.members if m.name.casefold().endswith(_BOOK_ENDINGS)]
    if len(books) == 1 and not any(name.casefold().endswith(TABLE_ENDINGS) for name in source.names):
        members = _sheets(source.read(books[0].name), books[0], path)
        known = {MANIFEST, *(f"{table}.csv" for table in _keys("sheet").values())}
        return FileSource(path, members) if any(m.name in known for m in members) else source
    return FileSource(path, tuple(sorted(m._replace(name=_table_name(m.name)) for m in source.members)))


def _sheets(data: bytes, book: Member, place: Path) -> tuple[Member, ...]:
    try:
        if not is_workbook(data):
            raise PasserellesError("not_folder_nor_zip", path=place)
        titles = open_workbook(data).sheets
    except DamagedWorkbookError as error:
        raise PasserellesError("damaged_workbook", path=place, reason=error) from error
    members = [book._replace(name=_table_name(f"{title}.csv"), sheet=title) for title in titles]
    return tuple(sorted(member for member in members if member.name != f"{RULES}.csv"))


def _table_name(name: str) -> str:
    """Name of the table that a file or a sheet stands for; its own where it is none of the format."""
    stem, dot, ending = name.rpartition(".")
    table = _keys("sheet").get(normalise_label(stem)) if dot and ending.casefold() == "csv" else None
    return name if table is None else MANIFEST if table == "manifest" else f"{table}.csv"


class Manifest(NamedTuple):
    """Name, version, licence and source of a folder in the project's own format."""

    name: str
    version: str
    title: str = ""
    date: str = ""
    language: str = "fr"
    licence: str = ""
    source: str = ""
    description: str = ""
    credentials: str = ""  # catalogue whose credentials the tables name by code
    base: str = ""  # referential that an overlay was written for, and its version
    base_version: str = ""


class OwnTables(NamedTuple):
    """A source in the project's own format, and the draft that it is read into."""

    source: FileSource
    draft: Draft
    schema: Schema = "overlay"

    def manifest(self) -> Manifest:
        """
        Read and check the manifest.

        What is wrong with it becomes a notice, and the folder's own name stands for the missing name, so that the rest
        of the folder can be checked in the same pass.

        Raises
        ------
        PasserellesError
            If it describes another schema: an overlay is not a referential.
        """
        draft, source, schema = self.draft, self.source, SCHEMAS[self.schema]
        draft.sheets |= {member.name: member.sheet for member in source.members if member.sheet}
        written = self.fields()
        if written.get("schema", schema) != schema:
            other_schema, shown = written["schema"], draft.shown(MANIFEST)
            raise PasserellesError("wrong_schema", path=source.place, expected=schema, found=other_schema, file=shown)
        values: dict[str, str] = {}
        faults: list[str] = []
        for key, value in written.items():
            text = value.isoformat() if isinstance(value, date) else value
            if key not in (*Manifest._fields, "schema"):
                draft.log.note("unknown_manifest_key", file=draft.shown(MANIFEST), subject=key)
            elif not isinstance(text, str):
                faults.append(f"{key} = {value!r}")
            else:
                values[key] = text.strip()
        if written:
            faults += [
                key for key in _REQUIRED if not values.get(key) and not any(f.startswith(f"{key} =") for f in faults)
            ]
        if faults:
            draft.log.note("invalid_manifest", file=draft.shown(MANIFEST), reason=", ".join(faults))
        values.pop("schema", None)
        values["name"] = values.get("name") or source.place.stem
        values["version"] = values.get("version") or "unknown"
        return Manifest(**values)

    def fields(self) -> dict[str, object]:
        """Read the fields of a manifest, from a file or from the sheet of a workbook; what is wrong is a notice."""
        draft, name = self.draft, self.source.find(MANIFEST)
        if name is None:
            # Of a workbook, the sheet that stands for it.
            absent = " / ".join(sheet_title("manifest", lang) for lang in LANGS) if draft.sheets else MANIFEST
            draft.log.note("missing_required_file", file=draft.shown(absent))
            return {}
        data = draft.bytes_of(self.source, name)
        if data is None:
            draft.log.note("unusable_required_file", file=draft.shown(MANIFEST))
            return {}
        if is_workbook(data):
            return _of_sheet(data, self.source.member(name).sheet, draft)
        text, encoding, _ = decode(data)
        draft.files.append(file_record(draft.shown(MANIFEST), data, encoding))
        try:
            return parse_toml(text) or {"name": ""}  # an empty one lacks all that is needed
        except ValueError as error:
            place = _TOML_PLACE.search(str(error))
            line, column = place.groups() if place else (str(len(text.splitlines())), "1")
            draft.log.note("manifest_syntax", file=draft.shown(MANIFEST), line=int(line), column=column)
            return {}

    def read(self, name: str, *, needed: bool = False) -> Table:
        """Read a table; an absent one gives no rows, and an absent column that it may lack empty cells."""
        draft, file = self.draft, self.source.find(f"{name}.csv")
        if file is None:
            return empty_table(draft.shown(f"{name}.csv"))
        required, columns = _columns(name, self.schema)
        table = draft.read(self.source, file, needed=needed, required=required, strip=True, heads=heads())
        if not table.header and any(n.severity == "error" for n in table.notices):
            draft.unread.add(_DECLARES.get(name, name))
        table = _with_cells_as_meant(table, draft)
        table = table.keep([not is_example(row) for row in table.rows])
        if draft.skipped:
            table = table.keep([occupation not in draft.skipped for occupation in table.column("occupation")])
        readable = {*columns, *_REMARKS}
        words = {normalise_label(word): column for word, column in heads().items() if column in readable}
        for column in table.header:
            if not column or column in readable:
                continue
            near = get_close_matches(normalise_label(column), words, n=1, cutoff=_HEAD_LIKENESS)
            if near and words[near[0]] not in table.header:  # a typing error: the column would be lost
                draft.note("misspelt_column", table, 1, column=column, meant=near[0])
            else:
                draft.note("unknown_column", table, 1, column=column)
        return table

    def rows(self, table: Table, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """
        Yield (line, what each column says), read as ``tables.toml`` declares its columns.

        What cannot be read is unknown, and said; a row with a word for which nothing can stand in is left out.
        """
        fields = {column: (column, _cell_type(name, column)) for column in _columns(name, self.schema)[1]}
        for line, row in self.draft.rows(table, fields):
            if _REFUSED in row.values():
                self.draft.refused |= {(_DECLARES.get(name, name), row.get(key) or "") for key in ("code", "label")}
            else:
                yield line, row

    def declare(self, name: str, value: Callable[[dict[str, Any]], Declared], *, needed: bool = False) -> None:
        """Declare one value a row of a table."""
        table = self.read(name, needed=needed)
        for line, row in self.rows(table, name):
            self.draft.declare(_DECLARES.get(name, name), value(row), table, line)

    def declare_competencies(self, *, needed: bool = False) -> None:
        """Macro-competencies, then competencies with the macro-competency that each rolls up to."""

        def macro(row: dict[str, Any]) -> Competency:
            return from_row(Competency, row, macro=row["parent"], is_macro=True)

        self.declare("macro_competencies", macro)
        self.declare("competencies", partial(from_row, Competency), needed=needed)

    def check_names(
        self, names: Sequence[str] = (), *, required: Sequence[str] = (), known: Sequence[str] = ()
    ) -> None:
        """
        Report the files that are missing and `required`, and those that nothing reads.

        Read are `names`, those of the schema where none are given; those `known` may lie there too.
        """
        draft, source, names = self.draft, self.source, names or files_of(self.schema)
        for name in required:
            if source.find(name) is None:
                draft.log.note("missing_required_file", file=draft.shown(name))
        expected = {name.casefold() for name in (*names, *known, MANIFEST)}
        for name in source.names:
            if not name.casefold().endswith(".csv") or name.casefold() in expected:
                continue
            if source.member(name).sheet:
                words = ", ".join(sheet_title(n.removesuffix(".csv"), "fr") for n in names)
                draft.log.note("unknown_sheet", file=draft.shown(name), words=words)
            else:
                draft.log.note("unknown_file", file=draft.shown(name))


def _of_sheet(data: bytes, sheet: str, draft: Draft) -> dict[str, object]:
    """Fields of a sheet of two columns: the name of each, in either language, and what it says."""
    shown = draft.shown(MANIFEST)
    try:
        rows = parse_rows(data, lambda _: 0, name=shown, sheet=sheet).rows
    except PasserellesError as error:
        draft.log.note("unusable_required_file", file=shown, reason=error)
        return {}
    draft.files.append(file_record(shown, data, "xlsx"))
    fields: dict[str, object] = {}
    for _, cells in rows:
        key, value = [*map(cell_text, cells), "", ""][:2]
        field = _keys("field").get(normalise_label(key), key)
        if key and value and field not in ("field", "value"):
            schema = SCHEMAS.get(_keys("schema").get(normalise_label(value), ""), value)
            fields[field] = schema if field == "schema" else value
    return fields


_REFUSED: Final = "\x00refused"  # stands for a word that is none


@cache
def _cell_type(name: str, column: str) -> CellType | None:
    """Return how the cells of a column are read; None for plain text."""
    full_name = f"{name}.{column}"
    words = CODED.get(full_name) or CODED.get(column)
    if words is None:
        return _TYPES.get(DECLARED["cells"].get(full_name) or DECLARED["cells"].get(column, ""))
    by_word = {"": None, **words}
    if column not in DECLARED["strict"]:
        return coded_cells(by_word)

    def word(draft: Draft, cell: str, column: str, table: Table, line: int) -> object:
        if not cell:
            draft.note("invalid_kind", table, line, column=column, value="", read=by_word[""])
        decoded = meaning(words, cell)
        if decoded is None:  # nothing can stand in for it
            admitted: dict[str, Any] = {f"words_{lang}": ", ".join(choices(words, lang)) for lang in LANGS}
            draft.note("unknown_word", table, line, column=column, value=cell, **admitted)
        return decoded or _REFUSED

    return CellType({k: v for k, v in by_word.items() if k or full_name not in DECLARED["said_if_empty"]}, word)


def _date(draft: Draft, cell: str, column: str, table: Table, line: int) -> str:
    """
    ISO day that a cell gives, as 2026-11-25 or 25/11/2026; a notice where it is no date (then empty), or not yet come.

    The day on which a fact was read is noted too where it is more than two years back: it should be read again.
    """
    try:
        written = "%d/%m/%y" if cell[-3:-2] == "/" else "%d/%m/%Y"
        day = datetime.strptime(cell, written).date() if "/" in cell else date.fromisoformat(cell)  # noqa: DTZ007
    except ValueError:
        draft.note("invalid_value", table, line, column=column, value=cell)
        return ""
    days = (day_of() - day).days if column == "as_of" else 0
    if days < 0:
        draft.note("date_in_future", table, line, column=column, value=cell)
    if days > _OLD_YEARS * 365.25:
        draft.note("fact_old", table, line, value=cell)
    return day.isoformat()


_TYPES: Final[Mapping[str, CellType]] = {
    "optional": OPTIONAL,
    "words": CellType({"": ""}, lambda _draft, cell, *_where: " ".join(cell.split())),
    "rank": CellType(UNKNOWN, partial(Draft.whole, least=1)),
    "figure": CellType(UNKNOWN, partial(Draft.figure, low=1.0, high=8.0)),
    "whole": CellType(UNKNOWN, Draft.whole),
    "level": CellType(UNKNOWN, partial(Draft.whole, most=_HIGHEST_LEVEL)),
    "date": CellType({"": ""}, _date),
}


def _with_cells_as_meant(table: Table, draft: Draft) -> Table:
    """
    Write each cell as it is meant: the code that it stands for, the figure without the unit of its column.

    Cells in which a spreadsheet wrote an error or left a formula are emptied; they are noted, and dates for codes.
    """
    _empty_broken_cells(table, draft)
    code_of = _codes_meant(draft)
    for place, column in enumerate(table.header):
        unit = _unit_of(column)
        if not unit and column not in _CODES:
            continue
        cells = {row[place] for row in table.rows} - {""}  # the same come again and again
        if unit:
            meant = {cell: _without_unit(cell, unit) for cell in cells if not cell.isdecimal()}
        else:
            _note_dates(table, place, set(filter(_DATE.fullmatch, cells)), draft)
            meant = {cell: _code_meant(cell, column, code_of, draft) for cell in cells if column != "code"}
        meant = {cell: text for cell, text in meant.items() if text != cell}
        for row in table.rows if meant else ():
            row[place] = meant.get(row[place], row[place])
    return table


def _empty_broken_cells(table: Table, draft: Draft) -> None:
    begun = "\n".join(["", *chain.from_iterable(table.rows)])  # of all cells at once
    for line, row in zip(table.lines, table.rows, strict=True) if "\n#" in begun or "\n=" in begun else ():
        for place, cell in enumerate(row):
            if _BROKEN_CELL.fullmatch(cell):
                draft.note("error_cell", table, line, column=table.header[place], value=cell)
                row[place] = ""


def _note_dates(table: Table, place: int, dates: Collection[str], draft: Draft) -> None:
    for line, row in zip(table.lines, table.rows, strict=True) if dates else ():
        if row[place] in dates:
            draft.note("date_for_code", table, line, column=table.header[place], value=row[place])


def _code_meant(cell: str, column: str, code_of: Callable[[Sequence[str], str], str], draft: Draft) -> str:
    """Return the code that a cell of a column stands for, or the two fiches that it names; see `_codes_meant`."""
    kinds = _KINDS.get(column, _EVERY_KIND)
    meant_code = code_of(kinds, cell)
    of_two = column == "base" and meant_code not in draft.occupations
    for parts in (re.split("[+,;]", cell), split_codes(cell)) if of_two else ():
        meant = [code_of(kinds, part.strip()) for part in parts]
        meant_code = " ".join(meant) if draft.occupations.keys() >= set(meant) else meant_code
    return meant_code


def _codes_meant(draft: Draft) -> Callable[[Sequence[str], str], str]:
    """
    Make what gives the code, of some kinds, that a cell stands for; the cell itself where it is none, or of several.

    A person writes it in small letters, with blanks, as the label, as both, or a certification as its RNCP number.
    """

    @cache
    def forms(kind: str) -> Mapping[str, Sequence[str]]:
        rows: Mapping[str, Any] = getattr(draft, kind)
        known = [(code.casefold(), code) for code in rows]
        for code, row in rows.items() if kind != "competencies" else ():  # whose labels requirements look up
            known += [
                (f"rncp{n}" if n.isdecimal() else n.casefold(), code) for n in (getattr(row, "rncp", "") or "").split()
            ]
            known += [(f" {normalise_label(row.label)}", code)] if row.label else []  # no code begins with a blank
        return grouped(known)

    @cache
    def code_of(kinds: Sequence[str], cell: str) -> str:
        if is_rome_code(cell) or cell in draft.skipped or any(cell in getattr(draft, kind) for kind in kinds):
            return cell
        small = cell.casefold().split()
        written = ("".join(small), "-".join(small), f" {normalise_label(cell)}")
        meant = {code for kind in kinds for form in written for code in forms(kind).get(form, ())}
        first, _, beside = cell.partition(" ")
        for kind in kinds if beside else ():  # beside the label
            row = getattr(draft, kind).get(first)
            meant |= {first} if row and row.label and normalise_label(row.label) == normalise_label(beside) else set()
        return meant.pop() if len(meant) == 1 else cell

    return code_of


def split_codes(cell: str) -> list[str]:
    """Codes of a cell that may hold several, as a person parts them."""
    return [*filter(None, re.split(r"[\s+,;]+", cell))] or [cell]


def _unit_of(column: str) -> str:
    """Return what a column of figures counts; "" for another column."""
    if column in ("minimum_age", "rncp", "level", "level_low", "level_high"):
        return {"minimum_age": "years", "rncp": "rncp"}.get(column, "level")
    if "months" in column:
        return "months"
    return "hours" if re.fullmatch(r"(?:hours|company)(?:_low|_expected|_high|_hours)?", column) else ""


def _without_unit(cell: str, unit: str) -> str:
    """
    Return the figure of a cell that names its unit; the cell where it names another, which would have to be guessed.

    Examples
    --------
    >>> _without_unit("1 120,5 h", "hours"), _without_unit("2 ans", "months"), _without_unit("2 jours", "hours")
    ('1 120,5', '24', '2 jours')
    """
    match = _FIGURE.fullmatch(cell.casefold())
    if not match or not (named := match[3] or match[1]):
        return cell
    if named in _UNITS["years"] and unit == "months" and match[2].isdecimal():
        return str(12 * int(match[2]))
    return match[2] if named in _UNITS[unit] else cell


@cache
def _example_words() -> tuple[str, ...]:
    return tuple(say("tables.form.example", lang=lang) for lang in LANGS)


def is_example(row: Sequence[str]) -> bool:
    """Whether a row is one that a form gives as an example: its first cell says so."""
    return next(filter(None, row), "").upper().startswith(_example_words())
