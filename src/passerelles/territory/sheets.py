"""Tables of a file: of its sheets, and of tables side by side or one above another, those of the side asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from passerelles.errors import PasserellesError
from passerelles.io.csv import TWICE, Rows, read_rows, with_only_header
from passerelles.io.headers import blocks, fill_merged, one_header
from passerelles.io.xlsx import cell_text
from passerelles.territory.grid import (
    COUNT,
    Grid,
    Row,
    Tell,
    columns_of,
    counts_jobs,
    fit,
    names_role,
    with_letters,
)
from passerelles.territory.lots import LotsError, Problem, Side, says
from passerelles.territory.shapes import job_of_today, labelled, tell_sums_beside
from passerelles.text import normalise_label

_MAX_BYTES: Final = 50_000_000  # a table of lots is a few kilobytes; beyond that, it is another file
_LEAST: Final = 2  # roles that make the header of one more table, and cells of a row that is no title
_TITLES: Final[Mapping[Side, tuple[str, ...]]] = {"fragile": ("leaves", "people"), "hiring": ("hires", "offers")}


def _titled(*texts: str) -> Side | None:
    """Return the side that the name of a sheet, or the title or header of a table, tells; None where none or both."""
    words = normalise_label(" ".join(texts))
    told = [side for side, some in _TITLES.items() if any(says(what, words) for what in some)]
    return told[0] if len(told) == 1 else None


def sheets_of(table: str | Path, side: Side) -> list[Rows]:
    """Return the rows of a file: of all its visible sheets of the very same columns, where several are as good."""
    fits = partial(fit, side=side)

    def of(name: str) -> Rows:
        return read_rows(f"{table}#{name}", fits, most=_MAX_BYTES)

    try:
        found = read_rows(table, fits, most=_MAX_BYTES)
        own, others = _by_name((found.sheet, *found.others), side)
        return [found] if not own or found.sheet in own else [of(own[0])._replace(others=others)]
    except PasserellesError as error:
        if error.key != "several_sheets":
            raise
        names = str(error.values["sheets"]).split(", ")
        others = tuple(filter(None, str(error.values["others"]).split(", ")))
        sums = [name for name in names if says("sums", normalise_label(name))]
        if 0 < len(sums) < len(names):  # a sheet that sums the others would count everybody twice
            names, others = [name for name in names if name not in sums], (*sums, *others)
        own, unread = _by_name(names, side)
        if own:
            names, others = [*own], (*unread, *others)
        several = [of(name)._replace(others=others) for name in names]
        if len({tuple(map(cell_text, each.header)) for each in several}) > 1 or not several[0].header_line:
            raise
        return several


def _by_name(names: Sequence[str], side: Side) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sheets that are of a side by their names, where others are of the other side, and the others."""
    own = tuple(name for name in names if _titled(name) == side)
    others = tuple(name for name in names if name not in own)
    return (own, others) if any(map(_titled, others)) else ((), ())


def is_table_of_lots(path: str | Path) -> bool:
    """Whether a file is a table of openings by employer, not a bare list of jobs."""
    header = read_rows(path, partial(fit, side="hiring"), most=_MAX_BYTES).header
    return bool({"employer", "openings"} & set(columns_of(header, "hiring")))


def damaged(sheets: Sequence[Rows]) -> list[Problem]:
    """Return what could not be read of the text of a file."""
    faults = [(rows.name, notice) for rows in sheets for notice in rows.notices if notice.severity == "error"]
    return [Problem(name, notice.line or 0, "", "damaged", {"notice": notice}) for name, notice in faults]


def grids_of(sheets: Sequence[Rows], side: Side, is_place: Callable[[str], bool], tell: Tell) -> Iterator[Grid]:
    """Yield the tables of a file: one, or one a sheet, each then named after its sheet as in `FILE#SHEET`."""
    file, names, others = sheets[0].name, ", ".join(rows.sheet for rows in sheets), sheets[0].others
    if len(sheets) > 1:
        tell(file, "several_sheets", sheets=names)
    if others:
        tell(file, "other_sheets", sheet=names, sheets=", ".join(others))
    places = len(sheets) > 1 and all(is_place(rows.sheet) for rows in sheets)
    for rows in sheets:
        several = rows._replace(name=f"{file}#{rows.sheet}") if len(sheets) > 1 else rows._replace(sheet="")
        for one in _of_side(several, side, tell):
            grid = _grid(one, side, is_place, tell)
            if places and not {"basin", "commune"} & grid.columns.keys():
                tell(grid.name, "sheet_place", place=rows.sheet)
                grid = grid.with_column("commune", dict.fromkeys([line for line, _ in grid.rows], rows.sheet))
            yield grid


def _of_side(rows: Rows, side: Side, tell: Tell) -> list[Rows]:
    """
    Return the tables of a sheet that are of a side, where several stand one above another.

    Their titles and headers tell the side of each; where all are of one, or none tells, all are read.

    Raises
    ------
    LotsError
        If only some of them tell their side.
    """
    every = _stacked(rows, side)
    tables = [each for each in every if not says("sums", normalise_label(_title(each)))] or every
    if len(tables) < len(every):  # one that sums the others would count everybody twice
        tell(rows.name, "sums_below", lines=_lines(each for each in every if each not in tables))
    lots = [each for each in tables if _side(each) or _counts(each)] or tables
    if len(lots) < len(tables):  # a list of codes and what they mean, say
        tell(rows.name, "tables_uncounted", lines=_lines(each for each in tables if each not in lots))
    tables = lots
    if len(tables) == 1:
        return tables
    sides = [_side(each) for each in tables]
    if len(set(sides)) == 1:
        tell(rows.name, "tables_below", lines=_lines(tables))
        return tables
    if None in sides:
        raise LotsError([Problem(rows.name, 0, "", "tables_stacked", {"lines": _lines(tables)})])
    own = [each for each, told in zip(tables, sides, strict=True) if told == side]
    tell(rows.name, "table_of_side", lines=_lines(own), others=_lines(each for each in tables if each not in own))
    return own


def _side(table: Rows) -> Side | None:
    """Return the side that the title of a table tells, or else its header."""
    return _titled(_title(table)) or _titled(*map(cell_text, table.header))


def _counts(table: Rows) -> bool:
    """Whether a table has a column of people or openings."""
    return any(count in columns_of(table.header, side) for side, count in COUNT.items())


def _lines(tables: Iterable[Rows]) -> str:
    return ", ".join(str(each.header_line) for each in tables)


def _title(rows: Rows) -> str:
    """Return what stands directly above the header of a table."""
    return " ".join(cell_text(cell) for _, cells in rows.above[-1:] for cell in cells)


def _stacked(rows: Rows, side: Side) -> list[Rows]:
    """Return the tables that stand one above another in a sheet, each with the lines of its title above it."""
    filled = [
        row for row in (*rows.above, (rows.header_line, rows.header), *rows.filled) if any(map(cell_text, row[1]))
    ]
    widths = [sum(bool(cell_text(cell)) for cell in cells) for _, cells in filled]

    def heads(at: int) -> bool:
        """Whether a row is the header of one more table: below a title or an empty line, without a number."""
        line, cells = filled[at]
        if line == rows.header_line:
            return True
        apart = at == 0 or filled[at - 1][0] < line - 1 or widths[at - 1] == 1
        texts = [cell_text(cell) for cell in cells]
        if not apart or widths[at] <= _LEAST or any(sign.isdigit() for text in texts for sign in text):
            return False
        roles = columns_of(cells, side).keys()
        again = [*map(normalise_label, texts)] == [normalise_label(cell_text(cell)) for cell in rows.header]
        return not again and len(roles) >= _LEAST and bool({"job", "code"} & roles) and any(map(names_role, texts))

    starts = [at for at in range(len(filled)) if heads(at) and max(widths[at + 1 : at + 2], default=0) >= _LEAST]
    starts = [at for at in starts if at + 1 not in starts]  # a header of two lines
    if not rows.header_line or len(starts) <= 1:
        return [rows]
    above = [next(n for n in range(at, -1, -1) if n == 0 or widths[n - 1] > 1 or n - 1 in starts) for at in starts]
    found = list[Rows]()
    for at, first, end in zip(starts, above, [*above[1:], len(filled)], strict=True):
        line, header = filled[at]
        last = filled[end - 1][0]
        merged = tuple(area for area in rows.merged if line <= area.first_row <= last)
        table = rows._replace(header=tuple(header), header_line=line, merged=merged, above=filled[first:at])
        found.append(table._replace(rows=[(n, [*cells]) for n, cells in filled[at + 1 : end]]))
    return found


def _grid(rows: Rows, side: Side, is_place: Callable[[str], bool], tell: Tell) -> Grid:
    """Return a table with one header, and with what merged cells and lines of their own say in each of its rows."""
    rows = with_only_header(rows, lambda cells: len({"job", "code"} & columns_of(cells, side).keys()))
    header = [" ".join(cell_text(cell).split()) for cell in rows.header]
    if rows.header_line > 1:
        tell(rows.name, "header_line", rows.header_line, line=str(rows.header_line))
    filled: list[Row] = list(rows.filled)
    for area in rows.merged:
        if area.last_row > rows.header_line and area.last_row > area.first_row:
            filled = fill_merged(filled, area)
            column, last = "".join(header[area.first_column - 1 : area.first_column]), str(area.last_row)
            tell(rows.name, "merged", area.first_row, column, first=str(area.first_row), last=last)
    if rows.encoding == TWICE:
        tell(rows.name, "written_twice")
    if with_letters(header) != header:
        tell(rows.name, "accents_lost")
    written = header
    header, below = one_header(written, filled, rows.header_line, names_role)
    if len(below) < len(filled):
        tell_sums_beside(rows.name, written, header, filled, tell)
    header = job_of_today(rows, header, side, tell)
    header, filled = _one_table(rows.name, *_as_wide(header, below), side, tell)
    for line in sorted(rows.hidden.intersection(line for line, _ in filled)):
        tell(rows.name, "hidden_row", line)
    grid = Grid(rows.name, side, header, columns_of(header, side), filled, rows.sheet)
    return labelled(grid, rows.above, is_place, tell)


def _as_wide(header: list[str], rows: list[Row]) -> tuple[list[str], list[Row]]:
    """Return a header and rows that all have as many cells as the longest."""
    width = max([len(header), *(len(cells) for _, cells in rows)])
    wide: list[Row] = [(line, [*cells, *[None] * (width - len(cells))]) for line, cells in rows]
    return [*header, *[""] * (width - len(header))], wide


def _one_table(file: str, header: list[str], rows: list[Row], side: Side, tell: Tell) -> tuple[list[str], list[Row]]:
    """Return the header and rows of the table that counts this side, where several stand side by side."""
    tables = [block for block in blocks(header) if counts_jobs([header[at] for at in block])]
    count = columns_of(header, side).get(COUNT[side])
    if len(tables) <= 1 or count is None:
        return header, rows
    own = next((block for block in tables if count in block), tables[0])
    others = [header[at] for block in tables if block != own for at in block]
    told: dict[str, Any] = {"columns": ", ".join(header[at] for at in own), "others": ", ".join(others)}
    if header[count] in others:
        raise LotsError([Problem(file, 0, "", "tables_beside", told)])
    tell(file, "one_table", **told)
    kept = [(line, [cell if at in own else None for at, cell in enumerate(cells)]) for line, cells in rows]
    names = [name if at in own else "" for at, name in enumerate(header)]
    return names, [(line, cells) for line, cells in kept if any(map(cell_text, cells))]
