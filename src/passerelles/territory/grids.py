"""A table of people's own making (CSV, workbook or rows in memory) as a grid of texts, with what is damaged in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from passerelles.io.rows import read_rows
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
    """
    if not isinstance(source, str | Path):
        return _of_rows(list(source), name, wanted)
    found = read_rows(source, lambda cells: _score(cells, wanted), most=_MAX_BYTES)
    columns = _columns(found.header, wanted)
    problems = [_problem(found.name, each) for each in found.notices if each.code in _DAMAGED]
    problems += [
        Problem(found.name, area.first_row, _header(found.header, area.first_column), "merged", {"cells": str(area)})
        for area in found.merged
        if area.last_row > found.header_line
    ]
    rows = list(found.filled) if found.header_line else []
    return Grid(found.name, columns, rows, tuple(problems), found.sha256)


def _score(cells: Sequence[Any], wanted: Sequence[str]) -> int:
    columns = len(_columns(cells, wanted))
    return columns if columns > 1 else 0  # a title may hold the name of a column


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


def _problem(name: str, found: Notice) -> Problem:
    return Problem(name, found.line or 0, "", "damaged", {"notice": found})


def _header(row: Sequence[Any], column: int) -> str:
    cell = row[column - 1] if column <= len(row) else None
    return str(cell).strip() if cell is not None else ""
