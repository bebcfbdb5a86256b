"""A country cut into territories: one line and one page each, in a folder; a run that was stopped goes on."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph, provenance
from passerelles.io.atomic import make_folder, write_whole
from passerelles.io.csv import csv_text
from passerelles.language.say import Lang, say
from passerelles.report.case import Case, PageWords, Request
from passerelles.report.page import territory_page
from passerelles.territory.match import match_territory
from passerelles.territory.parts import TerritoryPart, part_checksum

LINES: Final = "territoires.csv"
_SUMS: Final = ("headcount", "openings", "placed", "to_confirm", "uncovered", "unfilled", "same_job")
_COLUMNS: Final = ("territory", "code", *_SUMS, "hours_all", "hours_each", "problem", "page", "checksum")
Line = Mapping[str, str]
"""What one territory comes to, by column; sums are empty where they are withheld, or `problem` says why."""
_PAGES: Final = "pages"


class Batch(NamedTuple):
    """
    Territories to allocate, and how.

    `bounds` are options of `match_territory`, `data` its market, places and certifications; `mask` withholds small
    headcounts in lines and pages alike; without `pages` there are lines alone.
    """

    graph: OccupationGraph
    parts: Sequence[TerritoryPart]
    bounds: Mapping[str, Any]
    data: Mapping[str, Any]
    lang: Lang = "fr"
    mask: bool = False
    pages: bool = True
    date: str = ""

    def run(self, folder: Path, *, tell: Callable[[int, int, str], None] = lambda *_: None) -> list[Line]:
        """
        Write the pages and ``territoires.csv`` into a folder; lines and pages that would be the same are kept.

        The whole table is written again after each territory: a run may be stopped at any time, and started again.

        Raises
        ------
        PasserellesError
            If the folder cannot be written to, or holds a table of that name that no run wrote.
        """
        make_folder(folder / _PAGES if self.pages else folder)
        before = {row["checksum"]: row for row in _rows(folder / LINES)}
        lines: list[Line] = []
        for number, part in enumerate(self.parts):
            tell(number, len(self.parts), part.name)
            lines.append(self._line(part, folder, before))
            if lines[-1]["checksum"] not in before:
                write_whole(folder / LINES, csv_of(lines))
        write_whole(folder / LINES, csv_of(lines))
        tell(len(self.parts), len(self.parts), "")
        return lines

    def _line(self, part: TerritoryPart, folder: Path, before: Mapping[str, Line]) -> Line:
        options = (*sorted(self.bounds.items()), self.mask, self.lang, self.date, *self._data())
        checksum = part_checksum(part, provenance(self.graph), options)
        page = f"{_PAGES}/{part.file}.html" if self.pages else ""
        known = before.get(checksum)
        if known and (known["problem"] or (known["page"] == page and (not page or (folder / page).is_file()))):
            return known
        # Where masked, it would confirm a headcount that was guessed.
        cells = self._allocate(part, folder, page) | {"checksum": "" if self.mask else checksum}
        return {column: "" if cells.get(column) is None else str(cells[column]) for column in _COLUMNS}

    def _allocate(self, part: TerritoryPart, folder: Path, page: str) -> dict[str, Any]:
        """Allocate a territory and write its page, if any; return what its line says."""
        name, people = part.name or say("territory.batch.elsewhere", lang=self.lang), part.fragile.people
        few = self.mask and 0 < people < self.graph.settings.territory.mask_threshold
        line = {"territory": name, "code": part.key, "headcount": None if few else people}
        openings = {} if part.hiring is None else {"openings": part.hiring.people}
        if part.hiring is not None and not part.hiring.people:
            return line | openings | {"problem": say("territory.batch.no_openings", lang=self.lang)}
        try:
            # What would change with each bound moved stands on pages alone.
            data = {**self.bounds, **self.data}
            result = match_territory(self.graph, part.fragile, part.hiring, changes=self.pages, **data)
        except PasserellesError as error:
            return line | openings | {"problem": error.message(self.lang)}
        title = say("report.title", lang=self.lang, territory=name)
        request = Request(title=title, mask=self.mask, pictures=False, date=self.date)
        case = Case(self.graph, result, request, PageWords(self.lang), **self.data)
        if page:
            write_whole(folder / page, territory_page(case))
        totals = case.release.totals
        hours = {"hours_all": totals["hours"]["expected"], "hours_each": totals["hours_per_person"]}
        return {key: totals[key] for key in _SUMS} | hours | line | {"page": page}

    def _data(self) -> Iterator[str]:
        """Checksums of the files of the market, of the geography and of certifications."""
        for side in filter(None, self.data.values()):
            yield from (file.record.sha256 for file in side.files)


def csv_of(lines: Sequence[Line]) -> str:
    """Return the lines as CSV."""
    return csv_text(_COLUMNS, [[*line.values()] for line in lines])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows that an earlier run wrote; none where there is no such table, or it is that of another version."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.DictReader(file)
        heads = (*(reader.fieldnames or ()),)
        if heads and heads[:2] != _COLUMNS[:2]:  # somebody's own table, maybe the very one that is read
            raise PasserellesError("write_onto_others", path=path, names=", ".join(_COLUMNS))
        if heads == _COLUMNS:
            yield from reader
