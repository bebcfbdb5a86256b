"""`read_lots`: tables of fragile and hiring lots into checked lots, jobs resolved, basins found."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from passerelles.codes import is_rome_code
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.market.market import Market
from passerelles.market.places import Places, with_basins
from passerelles.referentials.reference import find_occupation
from passerelles.referentials.referential import Referential
from passerelles.territory.grids import Grid, read_grid
from passerelles.territory.lots import Lot, Lots, LotsError, Problem, Side, Table, made
from passerelles.territory.titles import Resolved, resolve_job
from passerelles.text import normalise_label

_COUNT: Final[Mapping[Side, str]] = {"fragile": "headcount", "hiring": "openings"}
_MOST: Final = 1_000_000  # no lot of a territory is larger: beyond, a year or a code slipped into the column
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")


@dataclass(frozen=True)
class Locator:
    """
    Finds basins: in the geography where there is one, else as names to compare; a survey's own basins in both.

    The survey is read only where it may matter: reading one takes seconds, and most tables name basins by their code
    or their own name.
    """

    places: Places | None = None
    market: Market | None = None

    def find(self, text: str) -> tuple[str, str]:
        """
        Return the key and the name of a basin.

        Raises
        ------
        PasserellesError
            If neither the geography nor the survey knows it, or it means several places.
        """
        if self.places is not None:
            basin = self.places.own(text) or self._wide.basin(text)
            return basin.code, basin.name
        name = normalise_label(text)
        return self._names.get(name, name), text.strip()

    def km(self, start: str, end: str) -> float | None:
        """Kilometres between two basins; None = unknown."""
        if start == end:
            return 0.0
        if self.places is None or not {start, end} <= self.places.basin_by_code.keys():
            return None  # a basin of the survey that the geography lacks
        return self.places.distance(start, end).km

    @cached_property
    def _surveyed(self) -> Mapping[str, str]:
        """Name of each basin of the survey, by code."""
        if self.market is None or not self.market.has_survey:
            return {}
        return {b.code: b.label for b in self.market.survey().basins.values()}

    @cached_property
    def _wide(self) -> Places:
        """Return the geography with the survey's basins that it lacks."""
        return with_basins(self.places or Places(()), self._surveyed, source="BMO")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Code of each normalised name of the survey."""
        return {normalise_label(label): code for code, label in self._surveyed.items()}


def make_locator(places: Places | None, market: Market | None = None) -> Locator:
    """Make the finder of basins of a geography and a survey, either of which may be absent."""
    return Locator(places, market)


def read_sides(
    referential: Referential, fragile: Table, hiring: Table | None, *, locator: Locator
) -> tuple[Lots, Lots | None]:
    """
    Read both tables, and tell everything that is wrong in either before anything runs.

    Raises
    ------
    LotsError
        With every problem, its table, row and column.
    PasserellesError
        If a file cannot be read at all.
    """
    problems: list[Problem] = []
    first = _side(referential, fragile, "fragile", locator, problems)
    second = None if hiring is None else _side(referential, hiring, "hiring", locator, problems)
    if problems:
        raise LotsError(problems)
    return first, second


def read_lots(referential: Referential, table: Table, side: Side, *, locator: Locator | None = None) -> Lots:
    """
    Read one table of lots.

    Parameters
    ----------
    referential
        Where jobs are looked up, by code or title.
    table
        Path of a CSV file or workbook, rows as mappings, `Lot` values, or `Lots` (returned as they are). Columns:
        ``employer``, ``job``, ``headcount`` (fragile) or ``openings`` (hiring), ``basin``, or their French names;
        a cell of ``choix`` replaces the job of its row.
    side
        ``"fragile"`` or ``"hiring"``.
    locator
        Where basins are looked up; without one they are names.

    Raises
    ------
    LotsError
        With every problem, its row and column.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> rows = [{"employeur": "Ateliers", "métier": "h2909", "effectif": "12", "bassin": "Redon"}]
    >>> lots = read_lots(load_referential("transitions"), rows, "fragile")
    >>> lots.lots[0].job, lots.people
    ('H2909', 12)
    """
    problems: list[Problem] = []
    found = _side(referential, table, side, locator or Locator(), problems)
    if problems:
        raise LotsError(problems)
    return found


def _side(referential: Referential, table: Table, side: Side, locator: Locator, problems: list[Problem]) -> Lots:
    if isinstance(table, Lots):
        return table
    name = side
    if not isinstance(table, str | Path):
        rows: list[Any] = table.to_dict("records") if hasattr(table, "to_dict") else list(table)
        if all(isinstance(row, Lot) for row in rows):
            rows = [_as_row(lot, side) for lot in rows]
        return _read(referential, read_grid(rows, name=name, wanted=_wanted(side)), side, locator, problems)
    return _read(referential, read_grid(table, name=name, wanted=_wanted(side)), side, locator, problems)


def _as_row(lot: Lot, side: Side) -> dict[str, Any]:
    basin = lot.basin_label or lot.basin
    return {"employer": lot.employer, "job": lot.job, _COUNT[side]: lot.people, "basin": basin}


def _wanted(side: Side) -> Sequence[str]:
    return ("employer", "job", _COUNT[side], "basin", "choice")


class _Found(NamedTuple):
    """What the cells of one row mean; None where one is wrong."""

    employer: str | None
    job: Resolved | None
    people: int | None
    basin: tuple[str, str] | None


def _read(referential: Referential, grid: Grid, side: Side, locator: Locator, problems: list[Problem]) -> Lots:
    problems += grid.problems
    count = _COUNT[side]
    missing = [name for name in ("employer", "job", count, "basin") if name not in grid.columns]
    if missing and not any(p.row == 0 for p in grid.problems):
        problems += [Problem(grid.name, 0, name, "no_column", {"column": name}) for name in missing]
    if missing:
        return made(side, ())
    if not grid.rows and not grid.problems:
        problems.append(Problem(grid.name, 0, "", "no_row", {}))
    jobs: dict[str, Resolved | UnknownCodeError] = {}
    lots: dict[tuple[str, str, str], Lot] = {}
    for line, cells in grid.rows:
        found = _Found(
            _employer(grid, line, cells, problems),
            _job(referential, grid, line, cells, jobs, problems),
            _people(grid, line, cells, count, problems),
            _basin(locator, grid, line, cells, problems),
        )
        if found.employer is None or found.job is None or found.basin is None:
            continue
        lot = Lot(
            employer=found.employer,
            job=found.job.code,
            basin=found.basin[0],
            people=found.people or 0,  # what is wrong there is told; the row may still be a duplicate
            basin_label=found.basin[1],
            label=referential.occupation_by_code[found.job.code].name,
            given=found.job.given,
            confidence=found.job.confidence,
            row=line,
        )
        key = (normalise_label(lot.employer) or lot.employer, lot.job, lot.basin)
        if key in lots:
            values = {"row": str(lots[key].row), "employer": lot.employer, "job": lot.job, "basin": lot.basin_label}
            problems.append(Problem(grid.name, line, grid.header("employer"), "duplicate", values))
        lots.setdefault(key, lot)
    return made(side, lots.values(), file=grid.name, sha256=grid.sha256)


def _text(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _employer(grid: Grid, line: int, cells: Sequence[Any], problems: list[Problem]) -> str | None:
    text = _text(grid.cell(cells, "employer"))
    if not text:
        problems.append(Problem(grid.name, line, grid.header("employer"), "empty", {}))
    return text or None


def _job(
    referential: Referential,
    grid: Grid,
    line: int,
    cells: Sequence[Any],
    known: dict[str, Resolved | UnknownCodeError],
    problems: list[Problem],
) -> Resolved | None:
    choice = _text(grid.cell(cells, "choice"))
    column = "choice" if choice else "job"
    text = choice or _text(grid.cell(cells, "job"))
    if not text:
        problems.append(Problem(grid.name, line, grid.header("job"), "empty", {}))
        return None
    if text not in known:
        try:
            known[text] = _find(referential, text)
        except UnknownCodeError as error:
            known[text] = error
    found = known[text]
    if isinstance(found, UnknownCodeError):
        key = "job_ambiguous" if found.key == "ambiguous_title" else "job_unknown"
        values = {"given": text, "suggestions": ", ".join(found.suggestions) or "–"}
        problems.append(Problem(grid.name, line, grid.header(column), key, values))
        return None
    return found


def _find(referential: Referential, text: str) -> Resolved:
    """Occupation of a code, however it is spaced or in whatever case, or of a title."""
    tight = text.replace(" ", "").upper()
    if is_rome_code(tight) and tight in referential.occupation_by_code:
        return Resolved(tight, "" if tight == text else text, 1.0)
    try:
        return Resolved(find_occupation(referential, text), text, 1.0)
    except UnknownCodeError as error:
        found = None if error.key == "ambiguous_title" else resolve_job(referential, text)
        if found is None:
            raise
        return found


def _people(grid: Grid, line: int, cells: Sequence[Any], column: str, problems: list[Problem]) -> int | None:
    cell = grid.cell(cells, column)
    text = _text(cell)
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)

    def wrong(key: str) -> None:
        problems.append(Problem(grid.name, line, grid.header(column), key, {"given": text}))

    if not text:
        wrong("empty")
        return None
    if isinstance(cell, bool) or _NUMBER.fullmatch(plain) is None:
        wrong("not_number")
        return None
    value = float(plain.replace(",", "."))
    if value < 0:
        wrong("negative")
    elif not value.is_integer():
        wrong("fractional")
    elif value > _MOST:
        wrong("too_many")
    else:
        return int(value)
    return None


def _basin(
    locator: Locator, grid: Grid, line: int, cells: Sequence[Any], problems: list[Problem]
) -> tuple[str, str] | None:
    text = _text(grid.cell(cells, "basin"))
    header = grid.header("basin")
    if not text or (locator.places is None and not normalise_label(text)):
        problems.append(Problem(grid.name, line, header, "empty", {}))
        return None
    try:
        return locator.find(text)
    except UnknownCodeError as error:
        values = {"given": text, "suggestions": ", ".join(error.suggestions) or "–"}
        problems.append(Problem(grid.name, line, header, "basin_unknown", values))
    except PasserellesError as error:
        choices = str(error.values.get("choices", ""))
        problems.append(Problem(grid.name, line, header, "basin_ambiguous", {"given": text, "choices": choices}))
    return None
