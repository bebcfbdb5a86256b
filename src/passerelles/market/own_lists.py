"""Lists that people bring: jobs that hire or are fragile, which override the rule; and moves that people made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from passerelles.codes import grouped
from passerelles.errors import PasserellesError, UnknownCodeError, checked
from passerelles.io.csv import Table, column_names, decimal_sign, read_number, read_rows
from passerelles.io.xlsx import Cell, cell_text
from passerelles.language import packaged
from passerelles.language.say import Lang, labelled, number, percent, say
from passerelles.market.places import Places
from passerelles.market.read import SourceFile
from passerelles.market.tables import links_of
from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog
from passerelles.referentials.referential import Referential, code_of, exact_occupation, occupations_meant
from passerelles.text import normalise_label
from passerelles.views.schema import maybe, record
from passerelles.views.spec import Column, On, texts_of, within

ListedStatus = Literal["hiring", "fragile"]
# Column that each word names in the head of a list, by kind of list; and what each means in the column of statuses.
_COLUMNS: Final = packaged("passerelles.market", "columns.toml")
_COLUMN_OF: Final[Mapping[str, Mapping[str, Any]]] = {
    kind: {w: column for column, ws in columns.items() for w in ws} for kind, columns in _COLUMNS.items()
}


class ListedJob(NamedTuple):
    """
    One row of a list: an occupation, the place that it holds for, and what it says.

    `basin` is a basin code (or a normalised name where no geography was given), `region` a code or normalised name;
    "" = everywhere.
    """

    occupation: str
    status: ListedStatus
    basin: str
    region: str
    line: int


@dataclass(frozen=True)
class JobList:
    """Rows of a user's list that could be resolved; `notices` gives the others, with their line."""

    file: SourceFile
    entries: tuple[ListedJob, ...]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: the file, and how many rows could be resolved."""
        return f"<JobList {self.file.record.name}: {len(self.entries)} rows, {len(self.notices)} notices>"

    @cached_property
    def entries_of(self) -> Mapping[str, tuple[ListedJob, ...]]:
        """Rows of each occupation code, in the order of the file."""
        return grouped((entry.occupation, entry) for entry in self.entries)

    def find(
        self, referential: Referential, code: str, *, basin: Iterable[str] = (), region: Iterable[str] = ()
    ) -> ListedJob | None:
        """
        Row that holds for an occupation in a place, or None.

        Parameters
        ----------
        referential, code
            The occupation; a row about its parent or its base holds for it too.
        basin, region
            Codes or names of the place. A row that names a basin or region holds there only.

        Returns
        -------
        entry
            The row of the nearest code; among these the one of the basin, then of the region, then of everywhere,
            then the first of the file.
        """
        basins, regions = _place_keys(basin), _place_keys(region)
        for link in links_of(referential, code):
            rows = self.entries_of.get(link.code, ())
            matches = [e for e in rows if e.basin in ("", *basins) and e.region in ("", *regions)]
            if matches:
                return min(matches, key=lambda e: (not e.basin, not e.region, e.line))
        return None


@checked
def load_job_list(path: str | Path, referential: Referential, *, places: Places | None = None) -> JobList:
    """
    Load a list of jobs from a CSV file or a workbook.

    Parameters
    ----------
    path
        A file with a column of codes (``code_rome``) or of job titles (``métier``), and optionally ``bassin``,
        ``région`` and ``statut`` (``porteur``, the default, or ``fragilisé``); or one code or title a line.
    referential
        Where codes and titles are looked up; a title must be exact, case, accents and punctuation aside.
    places
        Where basins are looked up; without it they are compared by name.

    Returns
    -------
    jobs
        Every row that could not be resolved is a notice with its line; a title read as a code is one too.

    Raises
    ------
    PasserellesError
        If the file cannot be read, has no column of codes or titles, or has several sheets with one.
    """
    needed = {"code, métier": ("code", "title")}
    table = _read_list(path, "job_list", needed, partial(occupations_meant, referential))
    log = NoticeLog(table.notices)
    for column in sorted({*filter(None, table.header)} - {*_COLUMNS["job_list"]}):  # it may have named a place
        log.note("unknown_column", file=table.name, line=None, column=column)
    entries: dict[tuple[str, str, str], ListedJob] = {}
    for line, (code, title, basin, region, status) in table.numbered("code", "title", "basin", "region", "status"):
        note = partial(log.note, file=table.name, line=line)
        occupation = _job(referential, code, title, note)
        job_status: ListedStatus | None = _COLUMN_OF["status"].get(normalise_label(status))
        if job_status is None:
            note("status_unknown", value=status)
        place = _basin(basin, places, note)
        if occupation is None or job_status is None or place is None:
            continue
        key = (occupation, place, _place_key(region))
        if key in entries:
            note("duplicate_code", subject=" ".join(filter(None, (occupation, basin, region))))
            continue
        entries[key] = ListedJob(occupation, job_status, place, _place_key(region), line)
    return JobList(SourceFile("job-list", table.record), tuple(entries.values()), log.notices())


def _read_list(
    path: str | Path, kind: str, needed: Mapping[str, Sequence[str]], is_job: Callable[[str], object] | None = None
) -> Table:
    """
    Read a table that has columns of the heads of a kind of list.

    `needed` gives names of columns of which one must be there, by what they are called; without the first, no row is a
    header. With `is_job`, a table without a header may be a list of jobs, one a row: what parts cells may then stand in
    a title, and a row of cells that are no title together is left out, with a notice.
    """
    heads, first = _COLUMN_OF[kind], next(iter(needed.values()))
    columns = {*heads.values()}

    def columns_in(cells: Sequence[Cell]) -> set[str]:
        return columns.intersection(column_names([cell_text(cell) for cell in cells], heads))

    parsed = read_rows(path, lambda cells: 0 if columns_in(cells).isdisjoint(first) else len(columns_in(cells)))
    if not parsed.header_line and not any(parsed.filled):
        raise PasserellesError("resolve_empty_list", path=path)
    if is_job is not None and not parsed.header_line:
        filled = [(line, [*filter(None, map(cell_text, cells))]) for line, cells in parsed.filled]
        rows: list[tuple[int, list[Cell]]] = []
        for line, texts in filled:
            line_text = parsed.delimiter.join(texts)
            rows.append((line, [line_text] if parsed.delimiter and is_job(line_text) else [*texts]))
        if any(len(cells) == 1 for _, cells in rows):
            parsed = parsed._replace(header=("title",), rows=rows)
    lacking = [name for name, alternatives in needed.items() if columns_in(parsed.header).isdisjoint(alternatives)]
    if lacking:
        first_row: Sequence[Cell] = parsed.header or next((tuple(cells) for _, cells in parsed.filled), ())
        shown = ", ".join(filter(None, map(cell_text, first_row))) or "-"
        raise PasserellesError("market_columns", path=path, column=", ".join(lacking), columns=shown)
    table = parsed.table()
    return replace(table, header=column_names(table.header, heads))


def _job(referential: Referential, code: str, title: str, note: Callable[..., None]) -> str | None:
    """Occupation of a row: its code, else its title; a column of codes may hold titles and the other way round."""
    texts = [text for text in (code, title) if text]
    if known := [known_code for text in texts if (known_code := code_of(referential, text)) is not None]:
        return known[0]
    text = next((text for text in texts if occupations_meant(referential, text)), title or code)
    occupation = _occupation(referential, text, note)
    if occupation is not None:
        note("job_resolved", value=text, subject=occupation)
    return occupation


def _occupation(referential: Referential, text: str, note: Callable[..., None]) -> str | None:
    """Occupation of a code or an exact title; None, and why, where it is neither, or means several."""
    if not text:
        note("empty_code")
        return None
    try:
        return exact_occupation(referential, text)
    except UnknownCodeError as error:
        names = ", ".join(error.suggestions)
        if error.key == "ambiguous_title":
            note("job_ambiguous", value=text, names=names)
        else:
            note("job_unresolved", value=text, hint=f" ({names})" if names else "")
        return None


def _basin(text: str, places: Places | None, note: Callable[..., None]) -> str | None:
    """Code of a basin, "" for everywhere, None where it is unknown."""
    if not text:
        return ""
    if places is None:
        return _place_key(text)
    try:
        return places.basin(text).code
    except PasserellesError:
        note("place_unknown", value=text)
        return None


def _place_key(text: str) -> str:
    """Comparable form of a code or name; a code keeps its digits, without the zeros that spreadsheets lose."""
    plain = text.strip()
    return plain.lstrip("0") or "0" if plain.isascii() and plain.isdigit() else normalise_label(plain)


def _place_keys(texts: Iterable[str]) -> frozenset[str]:
    filled = [t for t in texts if t]
    return frozenset({*filled, *(_place_key(t) for t in filled)})


class Observed(NamedTuple):
    """
    What was observed between two occupations.

    `people` moved; `share` is their part of all who left the origin for another occupation of the table, in (0, 1];
    `periods` and `sources` are those of the rows, as written.
    """

    people: float
    share: float
    periods: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class ObservedMoves:
    """What a table of moves says of each pair of occupations; `notices` gives the rows left out, with line and why."""

    file: FileRecord
    pairs: Mapping[tuple[str, str], Observed]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)


@checked
def load_observed(path: str | Path, referential: Referential) -> ObservedMoves:
    """
    Load a table of moves that people made, CSV or workbook.

    Parameters
    ----------
    path
        Columns ``origine``, ``cible`` (codes or exact titles) and ``personnes``, and optionally ``période`` and
        ``source``; English names are understood too. A pair may have several rows: they are summed.
    referential
        Where codes and titles are looked up.

    Returns
    -------
    observed
        Rows whose occupations or number cannot be read (a masked count among them), and rows within one occupation,
        are notices with their line. Rows of 0 people are skipped.

    Raises
    ------
    PasserellesError
        If the file cannot be read, lacks a column, or holds no move that can be used.
    """
    needed = {"origine": ("origin",), "cible": ("target",), "personnes": ("people",)}
    table = _read_list(path, "observed_moves", needed)
    log = NoticeLog(table.notices)
    decimal = decimal_sign(table.column("people"))
    rows: list[tuple[tuple[str, str], tuple[float, str, str]]] = []
    names = ("origin", "target", "people", "period", "source")
    for line, (start, end, people, period, source) in table.numbered(*names):
        note = partial(log.note, file=table.name, line=line)
        number = read_number(people, decimal=decimal, whole=True).value
        if number is None or number < 0:
            note("people_unreadable", value=people)
            continue
        origin, target = (_occupation(referential, text, note) for text in (start, end))
        if origin is None or target is None or not number:
            continue
        if origin == target:
            note("move_within_occupation", subject=origin)
            continue
        rows.append(((origin, target), (number, period, source)))
    if not rows:
        raise PasserellesError("observed_nothing", path=path)
    return ObservedMoves(table.record, _by_pair(rows), log.notices())


def _by_pair(rows: Iterable[tuple[tuple[str, str], tuple[float, str, str]]]) -> Mapping[tuple[str, str], Observed]:
    """Sum rows of several periods and sources."""
    rows_of = grouped(rows)
    people = {pair: sum(number for number, *_ in pair_rows) for pair, pair_rows in rows_of.items()}
    leaving = grouped((origin, number) for (origin, _), number in people.items())
    observed: dict[tuple[str, str], Observed] = {}
    for pair, pair_rows in sorted(rows_of.items()):
        _, *texts = zip(*pair_rows, strict=True)
        periods, sources = (tuple(sorted({*cells} - {""})) for cells in texts)
        observed[pair] = Observed(people[pair], people[pair] / sum(leaving[pair[0]]), periods, sources)
    return MappingProxyType(observed)


# How many people were seen to make a move, when, and who counted them.
OBSERVED_COLUMNS: Final = within(
    (
        Column(
            "observed", value=lambda move, lang: number(move.people, lang=lang, decimals=0), on=On.JSON | On.SCREEN,
            json=lambda move, _: {**move._asdict(), "periods": [*move.periods], "sources": [*move.sources]},
            schema=maybe(record(
                "People seen to make the move, in a table that was given; never inside the score",
                {"people": "number", "share": "share: Of all who left the origin, in that table"},
                optional={name: ["text"] for name in ("periods", "sources")},
            )),
        ),
        Column("observed_people", "number", value="people", on=On.TABLE),
        Column("observed_share", "share", value="share", on=On.TABLE),
        texts_of("observed_period", "text", path="periods", sep=", ", on=On.TABLE),
        texts_of("observed_source", "text", path="sources", sep=", ", on=On.TABLE),
    ),
    attrgetter("observed"),
)  # fmt: skip


def observed_lines(move: Observed | None, lang: Lang) -> list[str]:
    """Return the same in a sentence; none where nobody was seen."""
    if move is None:
        return []
    people, share = number(move.people, lang=lang, decimals=0), percent(move.share, lang=lang)
    text = say("market.observed_move", lang=lang, n=move.people, people=people, share=share, source=_sources_of([move]))
    return [labelled(say("columns.observed", lang=lang), text, lang)]


def observed_notes(observed: Iterable[Observed | None], lang: Lang) -> list[str]:
    """Return what a table that shows them says under it; nothing where nobody was seen."""
    moves = [move for move in observed if move is not None]
    return [say("market.observed_note", lang=lang, source=_sources_of(moves))] if moves else []


def _sources_of(moves: Sequence[Observed]) -> str:
    """Return who counted people and when, each once; a dash where the table does not say."""
    sources = sorted({source for move in moves for source in move.sources})
    periods = sorted({period for move in moves for period in move.periods})
    return ", ".join((*sources, *periods)) or "–"
