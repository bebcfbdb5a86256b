"""`read_lots`: tables of people and openings as companies write them into lots; what cannot be used is set aside."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from passerelles.codes import looks_like_code
from passerelles.errors import PasserellesError
from passerelles.io.csv import Rows, decimal_sign, read_number
from passerelles.io.xlsx import cell_text
from passerelles.market.places import Commune, bare_place, departments_shown
from passerelles.market.tables import agreement_number
from passerelles.matching.titles import REVIEW, resolve_many
from passerelles.progress import go_on
from passerelles.referentials.referential import Referential
from passerelles.referentials.table_format import coded
from passerelles.territory import jobs
from passerelles.territory.columns import COUNT, with_letters
from passerelles.territory.grid import (
    DITTO,
    MOST_CELLS,
    Grid,
    Line,
    Row,
    change_of,
    fill_down,
    remarked,
    row_kinds,
    whole_of,
)
from passerelles.territory.jobs import Job, Unusable
from passerelles.territory.lots import (
    WORDS,
    Locator,
    Lot,
    Lots,
    LotsError,
    Month,
    Problem,
    Side,
    Table,
    Where,
    merged,
    says,
    side_label,
    town_of,
)
from passerelles.territory.shapes import note_differing, shaped
from passerelles.territory.sheets import damaged, grids_of, read_sheets
from passerelles.text import normalise_label

_MOST_PEOPLE: Final = 1_000_000  # no lot of a territory is larger: beyond, a year or a code slipped into the column
_NAMED_PLACES: Final = 5  # places that a cell may mean, named
_SHORT: Final = 3  # digits at most that are no code of a place
_NOTE_MARK: Final = re.compile(r"(?<=\d)\s*\*+$")  # of a note below the table
_PART_BESIDE: Final = re.compile(r"(?<=\d)\s*\([\d.,]+\)$")
_LEFT: Final = re.compile(WORDS["says"]["left"])
_AREA: Final = re.compile(r"(?i)^(?:\d{5}|secteur)\s+(?:d[eu]\s)?|\s*\((?:\d{2,5}|2[AB])\)\s*$")  # "Vierzon (18)"
# Kinds of rows that are lots, not read.
_LOTS: Final = frozenset(("other_side", "side_unknown", "out_of_scope", "closed_line", "gone_line", "not_concerned",
                          "fragile_no_change", "hiring_no_change"))  # fmt: skip
_YES_NO: Final = coded("yes_no")
_NO_PLACE: Final = frozenset({"basin_unknown", "basin_ambiguous", "postcode"})  # a text that is no place


def read_sides(
    referential: Referential,
    fragile: Table,
    hiring: Table | None,
    *,
    locator: Locator,
    choices: Mapping[Side, Mapping[str, str]] = MappingProxyType({}),
    review_threshold: float = REVIEW,
    refuse_incomplete: bool = False,
) -> tuple[Lots, Lots | None]:
    """
    Read both tables, each in the light of where the other is too; see `read_lots` (`choices`: those of each side).

    What either cannot use is set aside in it.

    Raises
    ------
    LotsError
        If a table has not one usable row, or, where `refuse_incomplete`, anything is set aside; it lists all of both.
    PasserellesError
        If a file cannot be read at all.
    """

    def read_both(locator: Locator) -> tuple[list[Lots], list[Problem]]:
        """Lots of each table, and what is wrong with a table of which nothing can be used."""
        tables, faults = list[Lots](), list[Problem]()
        sides: tuple[tuple[Table | None, Side], ...] = (fragile, "fragile"), (hiring, "hiring")
        read_table = partial(read_lots, referential, locator=locator, review_threshold=review_threshold)
        for table, side in sides:
            try:
                tables += [] if table is None else [read_table(table, side, choices=choices.get(side, {}))]
            except LotsError as error:
                faults += error.problems
        return tables, faults

    tables, faults = read_both(locator)
    local = locator.among(part for lots in tables for part in lots.by_sheet)
    if _tells_more(local, tables, [*faults, *(problem for lots in tables for problem in lots.set_aside)]):
        tables, faults = read_both(local)
    if faults or refuse_incomplete:
        faults += [problem for lots in tables for problem in lots.set_aside]
    if not faults and len(tables) > 1 and tables[0].sha256 and len({lots.content for lots in tables}) == 1:
        faults = [Problem(tables[0].file, 0, "", "same_lines", {})]
    if faults:
        raise LotsError(faults)
    if len(tables) > 1 and tables[0].sha256 == tables[1].sha256:
        tables = [_not_of(lots, other) for lots, other in zip(tables, reversed(tables), strict=True)]
    return tables[0], tables[1] if len(tables) > 1 else None


def _not_of(lots: Lots, other: Lots) -> Lots:
    """Return lots without the message that sheets of their file are not read, of those that the other side reads."""

    def sheets(problem: Problem, name: str) -> list[str]:
        return str(problem.values[name]).split(", ") if problem.key == "other_sheets" else []

    read = {sheet for problem in other.said for sheet in sheets(problem, "sheet")}
    left = [(problem, ", ".join(s for s in sheets(problem, "sheets") if s not in read)) for problem in lots.said]
    said = [replace(p, values={**p.values, "sheets": names}) if names else p
            for p, names in left if names or p.key != "other_sheets"]  # fmt: skip
    return replace(lots, said=tuple(said))


def _tells_more(local: Locator, tables: Sequence[Lots], unread: Sequence[Problem]) -> bool:
    """Whether what is not placed, or doubtfully, may be read by where the tables are."""
    said = {problem.key for lots in tables for problem in lots.said}
    unplaced = {problem.key for problem in unread} & {"basin_ambiguous", "basin_unknown"}
    if unplaced or (local.communes - {""} and said & {"no_place", "place_unread"}):
        return True
    doubted = {(lot.commune, lot.commune_label) for lots in tables for lot in lots.lots if lot.commune in local.strays}
    return any(local.starting_with(name) or local.far(commune) is not None for commune, name in doubted)


def read_lots(
    referential: Referential,
    table: Table,
    side: Side,
    *,
    locator: Locator | None = None,
    choices: Mapping[str, str] = MappingProxyType({}),
    review_threshold: float = REVIEW,
) -> Lots:
    """
    Read one table of lots.

    Parameters
    ----------
    referential
        Where jobs are looked up, by code or title.
    table
        Paths of CSV files or workbooks, one or several, rows as mappings, `Lot` values, or `Lots` (returned as they
        are). Columns by their usual names in French or English: employer, job (a title, a code, or both), headcount or
        openings, basin or commune (with a postcode or department to tell places of one name apart). A cell of ``choix``
        replaces the job of its row.
    side
        ``"fragile"`` or ``"hiring"``.
    locator
        Where basins are looked up; without one they are names.
    choices
        Code of each title that a person read otherwise, as a column ``choix`` says it row by row.
    review_threshold
        Confidence below which a title is not read; see `passerelles.settings.TitleSettings`.

    Returns
    -------
    lots
        Lines of one employer, job and basin summed. `Lots.set_aside` holds the rows that cannot be used, each with
        its reason; `Lots.said` what was done: lines summed, totals left out, merged cells filled.

    Raises
    ------
    LotsError
        If not one row can be used, with every reason.
    PasserellesError
        If `table` is none of these, or a file cannot be read at all.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> rows = [{"Entreprise": "Ateliers", "Métier": "h2909", "Effectif": "12", "Bassin d'emploi": "Redon"}]
    >>> lots = read_lots(load_referential("transitions"), rows, "fragile")
    >>> lots.lots[0].job, lots.people
    ('H2909', 12)
    """
    if isinstance(table, Lots):
        return table
    reader = _Reader(referential, side, locator or Locator(), choices, review_threshold)
    rows = _given_rows(table, side)
    if rows and all(isinstance(row, str | Path) for row in rows):
        files = [read_sheets(path, reader) for path in rows]
        reader.set_aside += [problem for sheets in files for problem in damaged(sheets)]
        tables = [reader.tables(sheets) for sheets in files]
        if len(files) > 1:  # a lot of one of several tables is in no single file
            return reader.read((replace(grid, sheet=grid.name) for grids in tables for grid in grids), "")
        return reader.read(tables[0], files[0][0].name, files[0][0].sha256)
    if rows and all(isinstance(row, Lot) for row in rows):
        reader.source_lots = dict(enumerate(rows, start=1))
        roles = "employer", "job", COUNT[side], "basin"
        values = [(lot.employer, lot.job, lot.people, lot.basin_label or lot.basin) for lot in rows]
        rows = [dict(zip(roles, row, strict=True)) for row in values]
    return reader.read([Grid.of_mappings(rows, reader)], side)


def _given_rows(table: Any, side: Side) -> list[Any]:
    """
    Return what a table of lots is given as: paths, mappings or lots.

    Raises
    ------
    PasserellesError
        If it is anything else.
    """
    given = [table] if isinstance(table, str | Path) else table
    try:
        given = given.to_dict("records") if hasattr(given, "to_dict") else given
    except TypeError:  # a column alone, or a result of this package
        given = None
    rows = list(given) if isinstance(given, Iterable) and not isinstance(given, Mapping) else [None]
    texts = (row for row in rows if given is table and isinstance(row, str))
    code = next((t for t in texts if looks_like_code(t) and not Path(t).suffix), None)
    if code or not any(all(isinstance(row, kind) for row in rows) for kind in (str | Path, Lot, Mapping)):
        kind = f"{type(table).__name__} ({code!r})" if code else type(table).__name__
        raise PasserellesError("territory_table", side=partial(side_label, side), kind=kind)
    return rows


@dataclass
class _Reader:
    """Reads the rows of one table into lots; keeps the rows set aside and the messages."""

    referential: Referential
    side: Side
    locator: Locator
    choices: Mapping[str, str]
    review_threshold: float
    set_aside: list[Problem] = field(default_factory=list)
    said: list[Problem] = field(default_factory=list)
    source_lots: Mapping[int, Lot] = field(default_factory=dict)  # by row, lots that are read again

    @cached_property
    def _read_place(self) -> Callable[[str, str, str], Where | Unusable]:
        """Reads a cell's place, each only once: see `read_place`."""
        return cache(partial(jobs.read_place, self.locator))

    @cached_property
    def _nearest(self) -> Callable[[str], tuple[str, ...]]:
        """Gives the names nearest to a cell's place, each only once."""
        return cache(self.locator.suggest)

    def _place(self, text: str, area: str, role: str, *, parts: bool = True) -> tuple[Where | Unusable, str]:
        """Return the place of a cell and the words by which it was read, if not its own: see `Locator.rewordings`."""
        town = jobs.in_department(text)  # "Ussel, Corrèze": there is a town of Corrèze too
        if town and getattr(place := self._read_place(town, area, role), "commune", ""):
            return place, town
        place = self._read_place(text, area, role)
        if isinstance(place, Where) or place.key != "basin_unknown":
            return place, text
        rewordings = chain(filter(None, [town]), self.locator.rewordings(text, parts=parts))
        others = ((self._read_place(words, area, role), words) for words in rewordings)
        return next((reading for reading in others if getattr(reading[0], "key", "") != "basin_unknown"), (place, text))

    def _meant(self, text: str, area: str, role: str) -> tuple[Where | Unusable, str]:
        """Return what `_place` does, else the one name that is but a slip away where the tables are, and its place."""
        place, words = self._place(text, area, role)
        if isinstance(place, Where) or place.key != "basin_unknown":
            return place, words
        place = place._replace(suggestions=self._nearest(text))
        here = self._here(jobs.slips_of(text, place.suggestions), area, role)
        return here[0] if len(here) == 1 else (place, words)

    def _here(self, names: Iterable[str], area: str, role: str) -> list[tuple[Where, str]]:
        """Return the places of some names that lie where the tables are, or in the area that is told."""
        near = ((self._read_place(name, area, role), name) for name in names)
        of, departments = self.locator.departments_of, self.locator.departments
        return [(at, n) for at, n in near if isinstance(at, Where) and (area or departments & of(at.basin, at.commune))]

    @cached_property
    def several(self) -> Callable[..., Job | None]:
        """Reads a cell of several jobs, each only once: see `several_jobs`."""
        return cache(partial(jobs.several_jobs, self.referential))

    def note(self, file: str, key: str, line: int = 0, column: str = "", /, **values: object) -> None:
        """Record a message on what was done with a table or a line of it."""
        self.said.append(Problem(file, line, column, key, values))

    def tables(self, sheets: Sequence[Rows]) -> Iterator[Grid]:
        """Yield the tables of a file; what is wrong with it as a whole is set aside."""
        try:
            yield from grids_of(sheets, self)
        except LotsError as error:
            self.set_aside += error.problems

    def read(self, grids: Iterable[Grid], file: str, sha256: str = "") -> Lots:
        """Return the lots of a table, or of all files and sheets that make one; one without any is set aside."""
        lots: dict[tuple[str, ...], list[Lot]] = {}
        for grid in grids:
            try:
                self._read_grid(grid, lots)
            except LotsError as error:
                self.set_aside += error.problems
        self._note_sums(file, lots)
        if self.side == "fragile" and all(problem.key != "summed" for problem in self.said):  # people of one firm
            self.said = [problem for problem in self.said if problem.key != "no_employer"]
        if not lots:
            raise LotsError(self.set_aside or [Problem(file, 0, "", "no_row", {})])
        messages = {"set_aside": tuple(self.set_aside), "said": tuple(self.said)}
        return merged(self.side, lots, file=file, sha256=sha256, **messages)

    def _read_grid(self, grid: Grid, lots: dict[tuple[str, ...], list[Lot]]) -> None:
        """
        Put the lots of a table to those of one employer, job, place and title.

        Where its places keep it from having most, rows of an unknown one count without, with a message.
        """
        grid = shaped(grid)
        grid, rows, problems = jobs.split_jobs(grid, self._rows(grid))
        self.set_aside += problems
        titles = jobs.read_titles(grid, rows)
        n_aside, n_said = len(self.set_aside), len(self.said)
        new_lots = self._lots(grid, rows, titles)
        unread = [problem for problem in self.set_aside[n_aside:] if problem.key in _NO_PLACE]
        n_placed = sum(bool(lot.basin) for _, lot in new_lots)
        n_nowhere = sum(problem.key == "place_unread" for problem in self.said[n_said:])
        n_unread = len([problem for problem in unread if not new_lots or problem.key != "postcode"])
        if unread and n_unread + n_nowhere > n_placed:
            del self.set_aside[n_aside:], self.said[n_said:]
            for problem in unread:
                grid.note("place_unread", problem.row, problem.column, column=problem.column, why=problem.what)
            grid = replace(grid, placeless=grid.placeless.union(problem.row for problem in unread))
            new_lots = self._lots(grid, rows, titles)
        rows_split = {p.row for p in self.said if (p.file, p.key) == (grid.name, "jobs_split")}
        with_jobs = {  # what is said beside each job after all: its place, its number
            "no_place": bool(new_lots) and all(lot.basin for _, lot in new_lots),
            "counted_lines": bool(rows) and rows_split.issuperset(line for line, _ in rows),
        }
        self.said = [p for p in self.said if p.file != grid.name or not with_jobs.get(p.key)]
        for key, lot in new_lots:
            lots.setdefault(key, []).append(lot)

    def _lots(self, grid: Grid, rows: Sequence[Row], titles: Sequence[Job]) -> list[tuple[tuple[str, ...], Lot]]:
        """Return the lots of the rows of a table, each with what those that are one lot have in common."""
        decimal = decimal_sign(grid.text(cells, grid.count) for _, cells in rows)
        named_firms = any(grid.text(cells, "employer") for _, cells in rows)
        lots = list[tuple[tuple[str, ...], Lot]]()
        for (line, cells), title_job in zip(rows, titles, strict=True):
            row = Line(grid, line, cells)
            lot = self._lot(row, decimal, title_job)
            if lot is not None:
                lot = self.source_lots[line].read_as(lot) if line in self.source_lots else lot
                key = (normalise_label(lot.employer) or lot.employer, lot.job, lot.basin)
                extra = "1" if lot.self_employed else ""
                if named_firms and not row.text("employer"):
                    row.note("employer_empty")
                    extra += f" {line}"  # of whom, nobody knows: no lot of another line is surely the same
                title = normalise_label(lot.given)
                lots.append(((*key, lot.commune, title, lot.permits, str(lot.month or ""), extra), lot))
        return lots

    def is_place(self, name: str, area: str = "") -> bool:
        """Whether a header is the very name of a commune or basin, or a site named after one; in an area if told."""
        if self.locator.places is None:
            return False
        place, words = self._place(name, area, "commune", parts=False)
        town, _ = bare_place(_AREA.sub("", town_of(words)), "")
        return isinstance(place, Where) and town in map(normalise_label, place)

    def town_at_end(self, firm: str) -> str:
        """
        Return the town that ends the name of a firm, where it lies near the other tables; empty where none does.

        A town that it has left, or where its head office is, tells nothing: "Alpha (ex Redon)".
        """
        firm = _LEFT.sub("", firm).replace("(", " ").removesuffix(")")  # "Alpha (Redon)"
        tails = (firm.split(maxsplit=n)[-1] for n in range(1, len(firm.split()) if self.locator.departments else 0))
        return next((tail for tail in tails if tail[:1].isupper() and self._is_near(tail)), "")

    def _is_near(self, town: str) -> bool:
        place = self._read_place(town, "", "commune")
        near = isinstance(place, Where) and departments_shown(place.commune) in self.locator.departments
        return near and not says("word_too", normalise_label(town))

    def place_named_in(self, texts: Iterable[str]) -> str:
        """Return the one commune among those that the tables name whose name stands in some texts; else nothing."""
        known = self.locator.known.commune_by_code
        words = f" {' '.join(map(normalise_label, texts))} "
        names = {c.name for code in self.locator.communes if (c := known.get(code)) and c.name}
        named = [n for n in names if f" {(word := normalise_label(n))} " in words and not says("word_too", word)]
        named = [n for n in named if not any(n != longer and n in longer for longer in named)]
        return named[0] if len(named) == 1 else ""

    def holds_places(self, texts: Sequence[str]) -> bool:
        """Whether most of some cells are names of places, one or several of the name."""
        if self.locator.places is None:
            return False
        # A number that is no postcode names a department only where a column says so: of itself it counts something.
        # Nor is "O" a commune, or "N".
        words = [text for text in texts if text.casefold() not in _YES_NO]
        named = (text for text in words if any(map(str.isalpha, text)) or (text.isdigit() and len(text) > _SHORT))
        places = (self._place(text, "", "commune")[0] for text in named)
        n_places = sum(isinstance(place, Where) or place.key in ("basin_ambiguous", "place_wide") for place in places)
        return n_places >= max(1, MOST_CELLS * len(texts))

    def holds_jobs(self, texts: Sequence[str]) -> bool:
        """Whether most of some cells are titles of jobs."""
        return sum(score >= self.review_threshold for score in self.scores(texts)) >= MOST_CELLS * len(texts)

    def scores(self, texts: Sequence[str]) -> list[float]:
        """Confidence with which each of some cells is read as a title of a job."""
        return [c[0].parent_confidence if c else 0.0 for c in resolve_many(self.referential, texts, limit=1)]

    def _rows(self, grid: Grid) -> list[Row]:
        """
        Return the rows of lots, with what stands above for a mark that says "the same" or an empty employer.

        Without the header said again, totals, rows of the other side, openings that their state closes, persons that it
        says are gone, and lines of text below the table.
        """
        above: Sequence[Any] = ()
        lot_rows, other_rows = list[Row](), dict[str, list[Row]]()
        for (line, cells), (kind, values) in zip(grid.rows, row_kinds(grid), strict=True):
            if kind in ("side_unknown", "out_of_scope"):
                number = whole_of(grid.text(cells, grid.count))
                self.set_aside.append(Problem(grid.name, line, str(values["column"]), kind, values, number))
            elif kind:
                grid.note(kind, line, **values)
            if kind:
                other_rows.setdefault(kind, []).append((line, cells))
                continue
            ditto = [bool(above and DITTO.fullmatch(cell_text(cell))) for cell in cells]
            above = [above[at] if ditto[at] else cell for at, cell in enumerate(cells)]
            if any(ditto):
                grid.note("repeated", line)
            lot_rows.append((line, above))
        totals = other_rows.get("total_line", ())
        if not _LOTS & other_rows.keys():  # a total may count them, or not
            note_differing(grid, totals, lot_rows)
        if not grid.has(grid.count):
            most = {at: [whole_of(grid.text_at(row, at)) or 0 for _, row in totals] for at in grid.countable}
            grid.refuse_unread(at for at, numbers in most.items() if max(numbers, default=0) > len(lot_rows))
        lots = sorted([*lot_rows, *(row for kind in _LOTS for row in other_rows.get(kind, ()))], key=lambda row: row[0])
        filled = fill_down(grid, lots, [row for kind in other_rows.keys() - _LOTS for row in other_rows[kind]])
        for line in [line for line, _ in lot_rows if line in filled]:
            grid.note("employer_below" if filled[line][0] == "employer" else "place_below", line)
        return [(line, filled[line][1] if line in filled else cells) for line, cells in lot_rows]

    def _lot(self, row: Line, decimal: str, title_job: Job) -> Lot | None:
        go_on()
        grid, people = row.grid, self._people(row, decimal)
        number = people if isinstance(people, int) else None
        if (grid.has("target") or grid.signed) and number is not None and number <= 0:
            row.note(f"{self.side}_no_change")
            return None
        job = jobs.job_of(row, title_job)
        job = jobs.unclear_job(row, number) or job
        place = self._where(row)
        if isinstance(people, Unusable) or isinstance(job, Unusable) or isinstance(place, Unusable):
            if number == 0:  # nobody is lost
                return None
            unusable = next(cell for cell in (people, job, place) if isinstance(cell, Unusable))
            column = row.text(grid.headed) if unusable.role == grid.headed else grid.title(unusable.role)
            details = (column, unusable.key, unusable.values, number, unusable.suggestions)
            self.set_aside.append(Problem(grid.name, row.number, *details))
            return None
        return Lot(
            employer=row.text("employer") or "–",
            people=people,
            **job._asdict(),
            **place._asdict(),
            label=self.referential.occupation_by_code[job.job].name,
            row=row.number,
            sheet=grid.sheet,
            self_employed=self.side == "hiring" and row.own_account,
            volunteers=_volunteers(row, people) if self.side == "fragile" else None,
            month=_month(row),
            size=whole_of(row.text("size")),
            agreement=agreement_number(row.text("idcc")),
            permits=jobs.conditions_of(row, job.job),
        )

    def _people(self, row: Line, decimal: str) -> int | Unusable:
        """People or openings of a row, or their change; an empty part counts nobody where another is filled."""
        grid = row.grid
        if not grid.has(grid.count):
            return remarked(row, 1)
        written = [at for at in (grid.columns[grid.count], *grid.parts) if row.text_at(at)]
        if grid.parts:  # a dash in one of them means nobody; of all of them, or alone, what it means is not known
            written = [at for at in written if row.text_at(at).strip("-–—")]
        change = change_of(row.text_at(written[0]), decimal) if grid.signed and written else None
        if change is not None:
            return -change if self.side == "fragile" else change
        numbers = [_number(row, decimal, at) for at in written]
        unusable = [number for number in numbers if isinstance(number, Unusable)]
        total = sum(number for number in numbers if isinstance(number, int))
        if total and all(says("not_known", str(part.values["given"]).casefold()) for part in unusable):
            for part in unusable:
                row.note("part_unread", part.role, given=part.values["given"], column=part.role)
        elif unusable or not numbers:
            return unusable[0] if unusable else Unusable(grid.count, "empty", {"given": ""})
        total -= whole_of(row.text("filled") or row.text("vacant")) or 0
        if not grid.has("target"):
            return remarked(row, total)
        target = _number(row, decimal, grid.columns["target"])
        if isinstance(target, Unusable):
            return target
        return total - target if self.side == "fragile" else target - total

    def _where(self, row: Line) -> Where | Unusable:
        """Return the place of a row: the one its cells, its title or its table name, none where these name none."""
        grid, area = row.grid, row.text("postcode") or row.text("department")
        texts = self._place_texts(row, area)
        if not texts:
            return Where()
        readings = self._readings(row, texts, area)
        role, given, place, text = next((r for r in readings if isinstance(r[2], Where)), readings[-1])
        if isinstance(place, Where):
            stray = place.commune in self.locator.strays and not area
            communes = self.locator.rivals(place, text) if stray else []
            if len(communes) > 1 or not all(self.locator.is_here(c.code, place.commune) for c in communes):
                choices = [(place.commune, place.commune_label), *((c.code, c.name or c.code) for c in communes)]
                names = tuple(f"{name} ({departments_shown(code)})" for code, name in choices[:_NAMED_PLACES])
                return Unusable(role, "basin_ambiguous", {"given": text, "choices": ", ".join(names)}, names)
        else:
            communes = self._named_in_part(place, text)
        if communes:
            row.note("place_in_part", given=text, read=communes[0].name)
            return self._read_place(communes[0].code, "", "commune")
        if isinstance(place, Where):
            place = self._near(row, role, (given, text), place) if stray else place
            read = place.commune_label or place.basin_label
            in_words = given[:1].isalpha() and not place.commune
            if text != given or (in_words and normalise_label(read) not in normalise_label(given)):
                row.note("place_reworded", given=given, read=read)
            return place
        headed = grid.headed == "commune" and bool(text)  # beside places, what their total counts: "Siège"
        if not headed and not jobs.is_nowhere(place):
            return place
        near = tuple(name for _, name in self._here(place.suggestions, area, role))
        return _unread(row, text if headed else grid.title(role), place, near)

    def _place_texts(self, row: Line, area: str) -> Mapping[str, str]:
        """
        Return what names the place of a row, by role: its cells, else its title or employer, else its table's title.

        A title or an employer names none that lies elsewhere than in the area told: "EHPAD Les Lilas" in department 35.
        """
        grid, spelled = row.grid, list if self.locator.places else with_letters  # names tell what was lost
        cells = {role: _LEFT.sub("", row.text(role)) for role in ("commune", "basin")}
        texts = {role: spelled([text])[0] for role, text in cells.items() if text}
        if row.number in grid.placeless:
            return {}
        if texts:
            return texts
        if named := jobs.place_in_title(row.text("job"), partial(self.is_place, area=area)):
            row.note("job_place", given=row.text("job"), place=named)
        elif not grid.titled and self.is_place(row.text("employer"), area):  # "Mairie d'Oyonnax"
            named = town_of(row.text("employer"))
            row.note("firm_place", given=row.text("employer"), place=named)
        elif grid.titled:
            row.note("title_place", place=grid.titled)
        elif grid.has("basin", "commune"):
            return {"basin" if grid.has("basin") else "commune": ""}
        return {"commune": named or grid.titled} if named or grid.titled else {}

    def _named_in_part(self, place: Unusable, text: str) -> list[Commune]:
        """Return the communes that a text, no place itself, names in part: any, or those among what it may mean."""
        meant, named = self.locator.named_in_part(text), str(place.values.get("choices", ""))
        away = all(f"({department})" not in named for department in self.locator.departments)
        return [c for c in meant if place.key == "basin_unknown" or away or (c.name and c.name in named)]

    def _near(self, row: Line, role: str, given: tuple[str, str], place: Where) -> Where:
        """Return the place of a stray, told where it is far; none where that is a guess by a part of its name."""
        read, km = f"{place.commune_label} ({departments_shown(place.commune)})", self.locator.far(place.commune)
        if km is not None and place.commune in {c.code for c in self.locator.starting_with(given[1])}:
            unknown = Unusable(role, "basin_unknown", {"given": given[1]})
            return _unread(row, row.grid.title(role), unknown, (read,))
        if km is not None:
            row.note("place_far", given=given[0], read=read, km=round(km))
        return place

    def _readings(self, row: Line, texts: Mapping[str, str], area: str) -> list[tuple[str, str, Where | Unusable, str]]:
        """
        Return each place of a row as it is read: its role, what is written, and what `_meant` gives.

        A commune says more than its basin, and a basin is read more surely: the first that can be is taken. Where
        places stand in the column of employers, the town that ends a name may be one: "Cabinet Durand Redon".
        """
        readings = [(role, text, *self._meant(text, area, role)) for role, text in texts.items()]
        of_firm = row.grid.columns.get("commune") == row.grid.columns.get("employer")
        if of_firm and (town := self.town_at_end(row.text("employer"))):
            readings.insert(1, ("commune", town, *self._meant(town, area, "commune")))
        return readings

    def _note_sums(self, file: str, lots: Mapping[tuple[str, ...], Sequence[Lot]]) -> None:
        for same_lots in lots.values():
            if len(same_lots) > 1:
                first, rows = same_lots[0], ", ".join(f"{lot.sheet} {lot.row}".strip() for lot in same_lots)
                values = {"rows": rows, "people": str(sum(lot.people for lot in same_lots)), "employer": first.employer}
                self.note(file, "summed", first.row, **values, job=first.label)


def _unread(row: Line, column: str, place: Unusable, near: tuple[str, ...]) -> Where:
    """Say that the place of a row is not read, and why; the row counts without."""
    problem = Problem(row.grid.name, row.number, column, place.key, place.values, suggestions=near)
    row.note("place_unread", column, column=column, why=problem.what)
    return Where()


def _number(row: Line, decimal: str, at: int) -> int | Unusable:
    grid, text, cell = row.grid, row.text_at(at), row.cells[at]
    heading = row.text(grid.headed) if at == grid.columns[grid.count] else ""
    column = heading or grid.header[at]
    values = {"given": text}
    if row.differs(column, text):
        return Unusable(column, "columns_differ", values)
    text = _PART_BESIDE.sub("", text) if "(" in column else text  # below "Effectif (dont femmes)"
    text = _NOTE_MARK.sub("", text)
    numeric = isinstance(cell, int | float) and not isinstance(cell, bool)
    part_time = says("part_time", normalise_label(f"{column} {text} {grid.about}"))
    value, problem = (float(cell), "") if numeric else read_number(text, decimal=decimal, whole=not part_time)
    if value is not None:
        is_whole = value.is_integer() or part_time
        problem = "negative" if value < 0 else "too_many" if value > _MOST_PEOPLE else "" if is_whole else "fractional"
    if value is None or problem:
        problem = "range" if problem == "not_number" and says("range", text.casefold()) else problem
        return Unusable(column, "formula" if text.startswith("=") else problem, values)
    if value.is_integer():
        return int(value)
    rounded = max(1, math.floor(value + 0.5))
    row.note("etp", column, given=text, people=str(rounded))
    return rounded


def _volunteers(row: Line, people: int) -> int | None:
    """Volunteers of a row: their number, or all or none of its people where a list of persons says yes or no."""
    text, column = row.text("volunteers"), row.grid.title("volunteers")
    number = None if "%" in column else whole_of(text)
    if number is None:
        number = {"yes": people, "no": 0}.get(_YES_NO.get(text.casefold(), ""))
    if text and number is None:
        row.note("volunteers_unread", column, given=text)
    return number


def _month(row: Line) -> Month | None:
    """Month of a row; a text that names none gets a message, unless it says at once, or what contract it is."""
    text = row.text("month")
    month = Month.read(text)
    if text and month is None and not all(says("nothing_asked", normalise_label(part)) for part in text.split("/")):
        row.note("month_unread", row.grid.title("month"), given=text)
    return month
