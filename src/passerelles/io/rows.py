"""A table as people write it, CSV or workbook: where its header is, its rows, its cells as they are."""

import csv
import hashlib
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple

from passerelles.errors import PasserellesError
from passerelles.io.archive import read_file
from passerelles.io.csv import DELIMITERS, Table, decode, read_records
from passerelles.io.xlsx import HEADER_WITHIN, Area, Cell, DamagedWorkbookError, cell_text, is_workbook, open_workbook
from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog
from passerelles.text import normalise_label

Fits = Callable[[Sequence[Cell]], int]
"""How well a row of cells fits as the header; 0 = not at all."""
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_ONE_COLUMN: Final = "\x1f"  # delimiter of a file of one column: a sign that no text holds
Why = Literal["", "empty", "not_number", "ambiguous"]
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009]")
_SPACED: Final = re.compile(r"[0-9]{1,3}([ \u00a0\u202f\u2009][0-9]{3})+")
_PLAIN: Final = re.compile(r"[0-9]+")
_MARKED: Final = re.compile(r"[0-9]+(?:[.,'\u2019][0-9]+)+")
# What may stand after a number of people or openings without changing it.
_UNITS: Final = re.compile(
    r"(?:personnes?|pers\.?|salari[ée]e?\(?s?\)?|agents?|postes?|emplois?|offres?|recrutements?|embauches?|etp|cdi|cdd|people|persons?|"
    r"employees?|staff|jobs?|posts?|openings?|vacanc(?:y|ies)|fte)",
    re.IGNORECASE,
)


class Rows(NamedTuple):
    """
    A table: its header, and the rows below it, each with its line in the file (from 1).

    A text file's blank rows are there, a workbook's are not: their lines are missing. `header_line` is 0 where no row
    fitted as the header; the header is then empty and `rows` are all. `merged` are merged cells of a workbook, `sheet`
    the name of its sheet, `others` those of visible sheets that hold a header too, but one that fits less well.
    """

    name: str
    header: tuple[Cell, ...]
    header_line: int
    rows: list[tuple[int, list[Cell]]]
    sha256: str
    encoding: str
    sheet: str = ""
    merged: tuple[Area, ...] = ()
    notices: tuple[Notice, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def filled(self) -> Iterator[tuple[int, list[Cell]]]:
        """Rows that hold something."""
        return ((line, cells) for line, cells in self.rows if not _is_blank(cells))

    def table(self) -> Table:
        """
        Return the same as texts, names of columns in lower case; rows with cells beyond the header are left out.

        Each of these is a notice.
        """
        width = max((i for i, cell in enumerate(self.header, 1) if cell not in (None, "")), default=0)
        log = NoticeLog(self.notices)
        rows: list[list[str]] = []
        lines: list[int] = []
        for line, cells in self.filled:
            if len(cells) > width and any(cell not in (None, "") for cell in cells[width:]):
                log.note("row_length", file=self.name, line=line, got=len(cells), expected=width)
                continue
            texts = [cell if type(cell) is str else cell_text(cell) for cell in cells[:width]]
            rows.append(texts if len(texts) == width else texts + [""] * (width - len(texts)))
            lines.append(line)
        header = tuple(cell_text(cell).casefold() for cell in self.header[:width])
        return Table(
            self.name, header, rows, lines, FileRecord(self.name, self.sha256, self.encoding, len(rows)), log.notices()
        )


def _is_blank(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (type(cell) is str and not cell.strip()) for cell in cells)


def known_columns(header: Sequence[Cell], names: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """
    Return the header cell of each column that is known by one of its names, the first that fits.

    Examples
    --------
    >>> known_columns(["Métier", "Bassin"], {"title": frozenset({"metier"}), "code": frozenset({"rome"})})
    {'title': 'métier'}
    """
    found: dict[str, str] = {}
    for cell in map(cell_text, header):
        for column, known in names.items():
            if normalise_label(cell) in known:
                found.setdefault(column, cell.strip().casefold())
    return found


def split_sheet(place: str | Path) -> tuple[Path, str]:
    """
    Return the path of a file and the sheet named after ``#``, or ``""``.

    Examples
    --------
    >>> split_sheet("entreprises.xlsx#Besoins")[1]
    'Besoins'
    """
    path = Path(place)
    before, sign, sheet = str(place).rpartition("#")
    return (Path(before), sheet) if sign and before and not path.exists() else (path, "")


def read_rows(place: str | Path, fits: Fits, *, most: int = 100_000_000) -> Rows:
    """
    Read a table of a person's own.

    Parameters
    ----------
    place
        CSV (any usual encoding and delimiter) or workbook. ``FILE.xlsx#NAME`` names a sheet of it.
    fits
        How well a row fits as the header; the best of the first thirty is taken, the first of equals.
    most
        Bytes beyond which the file is refused.

    Raises
    ------
    PasserellesError
        If the file cannot be read or is no table, if there is no such sheet, or if the header is in several visible
        sheets; the message names them.
    """
    path, sheet = split_sheet(place)
    data = read_file(path, most=most)
    return parse_rows(data, fits, name=path.name, path=path, sheet=sheet)


def parse_rows(
    data: bytes, fits: Fits, *, name: str, path: Path | None = None, sheet: str = "", first: bool = False
) -> Rows:
    """Read the bytes of a table; see `read_rows`. `first` takes the first of several sheets that fit."""
    shown = path or Path(name)
    if not is_workbook(data):
        if sheet:
            raise PasserellesError("no_sheets", path=shown, sheet=sheet)
        return _of_text(data, fits, name, shown)
    try:
        return _of_workbook(data, fits, name, shown, sheet, first=first)
    except DamagedWorkbookError as error:
        raise PasserellesError("unreadable_path", path=shown, reason=error) from error


def _best(rows: Sequence[tuple[int, list[Cell]]], fits: Fits) -> tuple[int, int]:
    """Score and position of the row that fits best as the header, among those of the first lines."""
    scores = [
        (fits(cells), -place) for place, (line, cells) in enumerate(rows[:HEADER_WITHIN]) if line <= HEADER_WITHIN
    ]
    score, place = max(scores, default=(0, 0))
    return score, -place


def _of_workbook(data: bytes, fits: Fits, name: str, path: Path, asked: str, *, first: bool) -> Rows:
    book = open_workbook(data)
    names = book.sheets
    if asked:
        names = tuple(each for each in names if each.strip().casefold() == asked.strip().casefold())
        if not names:
            raise PasserellesError("unknown_sheet_of", path=path, sheet=asked, sheets=", ".join(book.sheets))
    heads = {each: book.head(each).rows for each in names}
    scores = {each: _best(rows, fits)[0] for each, rows in heads.items()}
    best = [each for each in names if scores[each] and scores[each] == max(scores.values())]
    if not best:  # no header anywhere: the rows of the only sheet that holds something
        best = [each for each in names if heads[each]] or list(names)
    others = tuple(each for each in names if scores[each] and each not in best)
    if len(best) > 1 and not first:
        values = {"sheets": ", ".join(best), "example": best[0], "others": ", ".join(others)}
        raise PasserellesError("several_sheets", path=path, **values)
    chosen = book.sheet(best[0])
    score, place = _best(chosen.rows, fits)
    digest = hashlib.sha256(data).hexdigest()
    if not score:
        return Rows(name, (), 0, chosen.rows, digest, "xlsx", best[0], chosen.merged)
    line, header = chosen.rows[place]
    rows = chosen.rows[place + 1 :]
    return Rows(name, tuple(header), line, rows, digest, "xlsx", best[0], chosen.merged, others=others)


def _of_text(data: bytes, fits: Fits, name: str, path: Path) -> Rows:
    text, encoding, damaged = decode(data)
    if data.startswith((_OLD_EXCEL, b"PK")) or "\x00" in text:
        raise PasserellesError("not_a_table", path=path)
    log = NoticeLog()
    if damaged:
        log.note("damaged_text", file=name, count=damaged)
    lines = list(io.StringIO(text, newline=""))
    delimiter = max((_ONE_COLUMN, *DELIMITERS), key=lambda sign: _fit_of(lines, sign, fits))
    rows: list[tuple[int, list[Cell]]] = [(n, list(row)) for n, row in read_records(lines, delimiter, name, log)]
    digest = hashlib.sha256(data).hexdigest()
    score, place = _best(rows, fits)
    if not score:
        return Rows(name, (), 0, rows, digest, encoding, notices=log.notices())
    line, header = rows[place]
    return Rows(name, tuple(header), line, rows[place + 1 :], digest, encoding, notices=log.notices())


def _fit_of(lines: Sequence[str], delimiter: str, fits: Fits) -> tuple[int, int]:
    """How well the best header fits under a delimiter, then how many cells it has."""
    found: list[tuple[int, list[Cell]]] = []
    try:
        reader = csv.reader(islice(lines, 10 * HEADER_WITHIN), delimiter=delimiter)
        found = [(i, list(row)) for i, row in enumerate(islice(reader, HEADER_WITHIN), 1) if any(row)]
    except csv.Error:
        pass
    score, place = _best(found, fits)
    return score, len(found[place][1]) if found else 0


class Number(NamedTuple):
    """A number, or None and why there is none."""

    value: float | None
    why: Why = ""


def decimal_sign(texts: Iterable[str]) -> str:
    """
    Return the sign that the decimals of a column have, as far as its cells tell; ``""`` where they do not, or differ.

    Examples
    --------
    >>> decimal_sign(["1.000", "2,5"]), decimal_sign(["1.000", "12"]), decimal_sign(["1.250.000"])
    (',', '', ',')
    """
    found = {sign for text in texts if (sign := _decimal_of(_SPACES.sub("", text)))}
    return found.pop() if len(found) == 1 else ""


def _decimal_of(text: str) -> str:
    signs = re.sub(r"[^.,]", "", text)
    if not _MARKED.fullmatch(text) or not signs:
        return ""
    if len(set(signs)) > 1:
        return signs[-1]  # 1.250,50
    other = "." if signs[0] == "," else ","
    if len(signs) > 1:
        return other  # 1.250.000
    whole, _, rest = text.partition(signs)
    return "" if len(rest) == 3 and 0 < len(whole) <= 3 and whole != "0" else signs  # noqa: PLR2004 - a group of thousands


def read_number(text: str, *, decimal: str = "") -> Number:  # noqa: PLR0911 - one refusal a line
    """
    Read a number written by a person.

    Parameters
    ----------
    text
        A cell; spaces between groups of three digits and a unit behind (``5 personnes``) are understood.
    decimal
        Sign of the decimals in its column (see `decimal_sign`); without it, a single sign before three digits is
        ambiguous: it may part thousands.

    Examples
    --------
    >>> read_number("1 250").value, read_number("5 personnes").value, read_number("2,5").value
    (1250.0, 5.0, 2.5)
    >>> read_number("12,000"), read_number("2 5"), read_number("12,000", decimal=".").value
    (Number(value=None, why='ambiguous'), Number(value=None, why='ambiguous'), 12000.0)
    """
    plain = text.strip()
    if not plain:
        return Number(None, "empty")
    negative = plain[0] in "-\u2212"
    plain = plain.lstrip("+-\u2212").strip()
    match = re.match(r"[0-9][0-9.,'\u2019\s\u00a0\u202f\u2009]*", plain)
    if match is None:
        return Number(None, "not_number")
    digits, unit = match[0].rstrip(), plain[match.end() :].strip(" .")
    if unit and not _UNITS.fullmatch(unit):
        return Number(None, "not_number")
    if _SPACES.search(digits):
        head, sign, rest = re.fullmatch(r"([0-9\s\u00a0\u202f\u2009]*)([.,]?)(.*)", digits, re.DOTALL).groups()  # type: ignore[union-attr]
        if not _SPACED.fullmatch(head) or not (rest.isdigit() or not rest):
            return Number(None, "ambiguous")
        return _number(f"{_SPACES.sub('', head)}.{rest}" if sign else _SPACES.sub("", head), negative=negative)
    if _PLAIN.fullmatch(digits):
        return _number(digits, negative=negative)
    if not _MARKED.fullmatch(digits):
        return Number(None, "not_number")
    sign = _decimal_of(digits) or decimal
    if not sign and re.search("[.,]", digits):
        return Number(None, "ambiguous")
    grouping = "." if sign == "," else ","
    whole, _, rest = digits.partition(sign) if sign else (digits, "", "")
    parts = re.split(f"[{grouping}'\u2019]", whole)
    if any(len(part) != 3 for part in parts[1:]) or (not rest.isdigit() and rest):  # noqa: PLR2004 - thousands
        return Number(None, "ambiguous")
    return _number(f"{''.join(parts)}.{rest}" if rest else "".join(parts), negative=negative)


def _number(text: str, *, negative: bool) -> Number:
    value = float(text)
    return Number(-value if negative else value) if math.isfinite(value) else Number(None, "not_number")
