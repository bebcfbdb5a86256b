"""A table of people's own making (CSV, workbook or rows in memory) as a grid of texts, with what is damaged in it."""

import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.files.tabular import read_table
from passerelles.market.peek import DAMAGE, HEADER_WITHIN, is_workbook
from passerelles.notices import Notice
from passerelles.territory.lots import Problem
from passerelles.text import normalise_label

_MAX_BYTES: Final = 50_000_000  # a table of lots is a few kilobytes; beyond that, it is another file
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "employer": ("employer", "employeur", "entreprise", "etablissement", "societe", "raison sociale", "nom employeur"),
    "job": ("job", "metier", "code rome", "rome", "code", "poste", "emploi", "appellation", "intitule", "libelle",
            "intitule metier", "intitule du poste", "occupation", "title", "titre"),
    "headcount": ("headcount", "effectif", "effectifs", "people", "personnes", "nombre de personnes", "salaries",
                  "nombre de salaries", "nb salaries", "nombre"),
    "openings": ("openings", "postes", "offres", "recrutements", "nombre de postes", "postes a pourvoir", "nb postes",
                 "besoins", "nombre"),
    "basin": ("basin", "bassin", "bassin d emploi", "code bassin", "commune", "lieu", "ville"),
    "choice": ("choix", "choice", "code corrige"),
}  # fmt: skip
# What a notice of the CSV reader means for one who filled in the table.
_DAMAGED: Final = frozenset({"row_length", "row_malformed", "truncated_file", "binary_file", "empty_file"})


@dataclass(frozen=True)
class Grid:
    """
    Rows of one table: `columns` maps a name known here to (place, header as written); `rows` are (line, cells).

    A cell is a text, or the number or None that a workbook or a caller gives.
    """

    name: str
    columns: Mapping[str, tuple[int, str]]
    rows: Sequence[tuple[int, Sequence[Any]]]
    problems: tuple[Problem, ...] = ()
    sha256: str = ""

    def cell(self, cells: Sequence[Any], column: str) -> Any:
        """Return the cell of a column known here; None where the table has no such column."""
        place = self.columns.get(column)
        return cells[place[0]] if place is not None and place[0] < len(cells) else None

    def header(self, column: str) -> str:
        """Return the header of a column as it is written, or its name where there is none."""
        place = self.columns.get(column)
        return place[1] if place is not None else column


def read_grid(source: str | Path | Iterable[Mapping[str, Any]], *, name: str, wanted: Sequence[str]) -> Grid:
    """
    Read a table.

    Parameters
    ----------
    source
        Path of a CSV file or workbook, or rows as mappings (numbered from 1).
    name
        Name for rows in memory.
    wanted
        Columns looked for, among those of `_NAMES`, by any of their usual names; case and accents aside.

    Raises
    ------
    PasserellesError
        If the file cannot be read at all.
    MissingExtraError
        If it is a workbook and openpyxl is not installed.
    """
    if not isinstance(source, str | Path):
        return _of_rows(list(source), name, wanted)
    path = Path(source)
    data = _bytes(path)
    sha256 = hashlib.sha256(data).hexdigest()
    grid = _of_workbook(data, path, wanted) if is_workbook(data) else _of_csv(data, path.name, wanted)
    return Grid(grid.name, grid.columns, grid.rows, grid.problems, sha256)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PasserellesError("file_too_big", path=path, megabytes=path.stat().st_size // 1_000_000)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PasserellesError("no_such_path", path=path) from error
    except PermissionError as error:
        raise PasserellesError("no_permission", path=path) from error
    except OSError as error:
        raise PasserellesError("unreadable_path", path=path, reason=error.strerror or error) from error


def _columns(header: Sequence[Any], wanted: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Place and written header of each wanted column; the first of its usual names that is there."""
    written = [normalise_label(str(cell)) if cell is not None else "" for cell in header]
    found: dict[str, tuple[int, str]] = {}
    for column in wanted:
        for name in _NAMES[column]:
            if name in written and written.index(name) not in {place for place, _ in found.values()}:
                found[column] = (written.index(name), str(header[written.index(name)]).strip())
                break
    return found


def _of_rows(rows: list[Mapping[str, Any]], name: str, wanted: Sequence[str]) -> Grid:
    header = list(dict.fromkeys(str(key) for row in rows for key in row))
    cells = [(number, [row.get(key) for key in header]) for number, row in enumerate(rows, start=1)]
    return Grid(name, _columns(header or list(wanted), wanted), cells)


def _of_csv(data: bytes, name: str, wanted: Sequence[str]) -> Grid:
    table = read_table(data, name=name, strip=True)
    problems = tuple(_problem(name, each) for each in table.notices if each.code in _DAMAGED)
    rows = [(line, list(row)) for line, row in zip(table.lines, table.rows, strict=True)]
    return Grid(name, _columns(table.header, wanted), rows, problems)


def _problem(name: str, found: Notice) -> Problem:
    return Problem(name, found.line or 0, "", "damaged", {"notice": found})


def _of_workbook(data: bytes, path: Path, wanted: Sequence[str]) -> Grid:
    """Rows below the first header of the first sheet that has one; merged cells below it are problems."""
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("openpyxl", "excel") from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > 10 * _MAX_BYTES:
                raise zipfile.BadZipFile("the workbook would expand beyond reason")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles that openpyxl does not keep
            book = load_workbook(io.BytesIO(data), data_only=True)
    except DAMAGE as error:
        raise PasserellesError("unreadable_path", path=path, reason=error) from error
    best: Grid | None = None
    for sheet in book.worksheets:
        rows = [(line, list(row)) for line, row in enumerate(sheet.iter_rows(values_only=True), start=1)]
        for line, row in rows[:HEADER_WITHIN]:
            columns = _columns(row, wanted)
            if len(columns) < 2 or (best is not None and len(columns) <= len(best.columns)):  # noqa: PLR2004 - a title has one
                continue
            merged = tuple(
                Problem(path.name, area.min_row, _header(row, area.min_col), "merged", {"cells": str(area)})
                for area in sorted(sheet.merged_cells.ranges, key=lambda a: (a.min_row, a.min_col))
                if area.max_row > line
            )
            below = [(number, cells) for number, cells in rows[line:] if any(c not in (None, "") for c in cells)]
            best = Grid(path.name, columns, below, merged)
            break
    return best or Grid(path.name, {}, [])


def _header(row: Sequence[Any], column: int) -> str:
    cell = row[column - 1] if column <= len(row) else None
    return str(cell).strip() if cell is not None else ""
