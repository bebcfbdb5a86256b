"""Lists as people have them, in and out: columns added, a column resolved row by row, what a reviewer decides."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Final, get_args

from passerelles.codes import grouped
from passerelles.errors import PasserellesError, nearest_said
from passerelles.io.atomic import check_free, write_whole
from passerelles.io.csv import TOTAL, csv_text, decimal_number, read_number, read_rows, without_apostrophe
from passerelles.io.xlsx import Cell, cell_text
from passerelles.matching.evidence import Kind
from passerelles.matching.index import Owner
from passerelles.matching.titles import LIMIT, REVIEW, Candidate, Status, contexts_of, index_of, resolve_many, status
from passerelles.progress import OnStep
from passerelles.referentials.referential import Referential, exact_occupation
from passerelles.text import alike, normalise_label
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import Column, Record, dicts

_MOST_HINTS: Final = 3
_LEAST_LIKENESS: Final = 75  # of 100: below, the name of a column resembles another by chance
_MOST_BLANKS: Final = 1000


@dataclass(frozen=True)
class Worklist:
    """
    A table: `header` as it is written, and rows of as many cells.

    A cell is a text, or what a workbook holds: a number, a date, nothing. `lines` are the rows of the sheet, or the
    lines of the text file, that the rows stand at; their places, from 1, where the table was read from none.
    """

    header: tuple[str, ...]
    rows: list[list[Cell]]
    lines: Sequence[int] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.lines:
            object.__setattr__(self, "lines", range(1, len(self.rows) + 1))

    def place(self, name: str) -> int:
        """
        Position of a column, by its name as written, else case, accents and punctuation aside.

        Raises
        ------
        PasserellesError
            If there is none; the message lists all, and the nearest where some resemble it.
        """
        if name in self.header:
            return self.header.index(name)
        written = [normalise_label(cell) for cell in self.header]
        wanted = normalise_label(name)
        if wanted and wanted in written:
            return written.index(wanted)
        named = {cell: text for cell, text in zip(self.header, written, strict=True) if cell}
        raise PasserellesError(
            "resolve_no_column",
            column=name,
            columns=", ".join(named) or "–",
            near=nearest_said(alike(wanted, named, scorer="WRatio", least=_LEAST_LIKENESS, most=_MOST_HINTS)),
        )

    def find(self, name: str) -> int | None:
        """Position of a column written exactly so, or None."""
        return self.header.index(name) if name in self.header else None

    def texts(self, place: int | None) -> list[str]:
        """Return what the cells of a column say; nothing where there is no such column."""
        return [""] * len(self.rows) if place is None else [cell_text(row[place]) for row in self.rows]

    def column_of(self, heads: Collection[str]) -> str | None:
        """Name of the first column whose head, normalised, is one of `heads`, or None."""
        return next((name for name in self.header if normalise_label(name) in heads), None)

    def beside(self, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, keep: Collection[str]) -> "Worklist":
        """
        Return the list with columns added on the right, in place of those of an earlier run that are not to `keep`.

        Without the first of them, no run made the list: its `statut` is its own. A choice is read, and written again.
        """
        again = header if header[0] in self.header else {CHOICE}
        earlier = {name: place for place, name in enumerate(self.header) if name in again}  # the last of each name
        columns = [place for place, name in enumerate(self.header) if name in keep or earlier.get(name) != place]
        joined = [[*(row[i] for i in columns), *added] for row, added in zip(self.rows, rows, strict=True)]
        return Worklist((*(self.header[i] for i in columns), *header), joined, self.lines)


TITLE: Final = "intitulé"


def read_worklist(
    path: Path,
    *,
    column: str | None = None,
    heads: Collection[str] = frozenset(),
    is_row: Callable[[str], bool] | None = None,
    head: str = TITLE,
) -> Worklist:
    """
    Read a list.

    Parameters
    ----------
    path
        CSV (any usual encoding and delimiter) or workbook; ``FILE.xlsx#NAME`` names a sheet of it.
    column
        A column that the header holds: the sheet and the row of the header are found by it. Without it, the header
        is the first row that holds something.
    heads
        Without `column`: heads, normalised; the sheet and the row that have most of them are taken.
    is_row
        Whether the first cell of a single column, of none of these heads, is a row of it: its header is then `head`.

    Returns
    -------
    worklist
        Rows shorter than the header are filled up; cells beyond it get columns without a name. Blank rows at
        the end are left out. A formula is read as its last value, or its text where the file has none.

    Raises
    ------
    PasserellesError
        If the file cannot be read, is no table, has no row, or has several sheets that may be meant.
    """
    wanted = {normalise_label(column)} if column else set(heads)

    def fits(cells: Sequence[Cell]) -> int:
        return sum(normalise_label(cell_text(cell)) in wanted for cell in cells) if wanted else 1

    table = read_rows(path, fits)
    faults = [n for n in table.notices if n.severity == "error"]
    if faults:
        raise PasserellesError("resolve_bad_line", path=path, line=faults[0].line, reason=faults[0].what)
    records = [(table.header_line, list(table.header)), *table.rows] if table.header_line else table.rows
    if table.encoding == "xlsx":
        records = _with_blanks(records)
    else:
        records = [(n, [without_apostrophe(c) if isinstance(c, str) else c for c in row]) for n, row in records]
    while records and not any(cell_text(cell) for cell in records[-1][1]):
        records.pop()
    lines, rows = zip(*records, strict=True) if records else ((), ([],))
    width = max((i for row in rows for i, cell in enumerate(row, 1) if cell not in (None, "")), default=0)
    header, *full = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    first = next(map(cell_text, header), "")
    if is_row is not None and width == 1 and normalise_label(first) not in wanted and is_row(first):
        return Worklist((head,), [header, *full], lines)
    if not full:
        raise PasserellesError("resolve_empty_list", path=path)
    return Worklist(tuple(cell_text(cell) for cell in header), full, lines[1:])


def _with_blanks(records: Sequence[tuple[int, list[Cell]]]) -> list[tuple[int, list[Cell]]]:
    """Rows with the blank ones that a workbook leaves out, unless a stray cell far below would bring thousands."""
    rows: list[tuple[int, list[Cell]]] = []
    for line, cells in records:
        below = range(rows[-1][0] + 1 if rows else line, line)
        rows += [(blank, []) for blank in below if len(below) < _MOST_BLANKS]
        rows.append((line, cells))
    return rows


def is_aside(text: str) -> bool:
    """Whether a cell says no job: it is empty, or that of a row of sums."""
    return not text.strip() or TOTAL.fullmatch(normalise_label(text)) is not None


def worklist_csv(worklist: Worklist) -> str:
    """List as CSV: comma, header, one line a row; cells as they are, none a formula to a spreadsheet."""
    return csv_text(worklist.header, [[c if isinstance(c, str) else cell_text(c) for c in r] for r in worklist.rows])


CHOICE: Final = "choix"
ADDED: Final = (
    *(f"code_{n}" for n in range(1, LIMIT + 1)),
    *(f"label_{n}" for n in range(1, LIMIT + 1)),
    *("title_1", "confidence", "parent_code", "parent_label", "parent_confidence", "lu", "laissé", "statut", CHOICE),
)
"""Columns that a reviewed list has beside its own, in order."""
_NOBODY: Final = Candidate("", "", "", "", 0.0, 0.0, "exact", "", "", 0.0)
"""What stands where there is no further candidate."""
_CANDIDATES_OF: Final = Column(
    "candidates", value=lambda item, lang: dicts(item.candidates, lang), promised=["candidate_title"]
)


@dataclass(frozen=True, slots=True)
class ResolvedRow(Described):
    """
    One row: its number as `Worklist.lines` has it, the text, the candidates, the verdict, what a person chose.

    `read_as` is the code of the family that it reads as, whatever a person chose; empty where it reads as nothing.
    """

    number: int
    text: str
    candidates: list[Candidate]
    status: Status
    choice: str
    read_as: str = ""

    spec: ClassVar[Record] = Record(
        "resolved_row",
        "A row of a list",
        Column("row", value="number", promised="ordinal: Row of the sheet, or line of the file, that it stands at"),
        Column("text", promised="text"),
        Column("status", words="resolve.status", promised=one_of(get_args(Status))),
        Column("choice", promised="text?"),
        _CANDIDATES_OF,
    )

    def cells(self) -> list[Cell]:
        """Return what the columns `ADDED` hold."""
        shown = [*self.candidates, *[_NOBODY] * (LIMIT - len(self.candidates))]
        first, codes, labels = shown[0], [c.code for c in shown], [c.label for c in shown]
        family = (first.parent_code, first.parent_label, first.parent_confidence)
        details = (first.title, first.confidence, *family, first.read, ", ".join(first.ignored))
        return [*codes, *labels, *details, self.status, self.choice]


@dataclass(frozen=True)
class Review:
    """
    A list reviewed: `worklist` is the list with its columns and those of `ADDED`, `rows` the same as values.

    `refused` are the rows whose choice is neither a code, nor an exact title, nor the number of a candidate; `contexts`
    names the columns that were read as the context of a title.
    """

    worklist: Worklist
    rows: tuple[ResolvedRow, ...]
    refused: tuple[ResolvedRow, ...]
    contexts: tuple[str, ...] = ()

    def count(self, wanted: Status) -> int:
        """Return the number of rows with this verdict, empty ones and sums aside."""
        return sum(row.status == wanted for row in self.rows if not is_aside(row.text))


def review(
    referential: Referential,
    worklist: Worklist,
    column: str,
    *,
    kind: Kind = "title",
    contexts: Mapping[str, str] | None = None,
    choices: Mapping[tuple[str, str], str] | None = None,
    review_threshold: float = REVIEW,
    progress: OnStep | None = None,
) -> Review:
    """
    Resolve a column of a list.

    Parameters
    ----------
    referential
        Where to look.
    worklist
        The list; columns of an earlier review are replaced, except `choix`, whose content holds: a code, an exact
        title, or the number (1 to 5) of a candidate of that earlier review, or of the sheet of one.
    column
        Column of the titles or competencies.
    kind
        ``"title"`` or ``"competency"``.
    contexts
        Column of each kind of context of a title (``employer``, ``sector``, ``agreement``); the other titles of an
        employer are context too. See `passerelles.matching.titles`.
    choices
        What was chosen before: title as `passerelles.text.normalise_label` gives it, with the code of the family that
        it was read as (empty = any), to code. The list's own choices go before.
    review_threshold
        Confidence from which a row is ``à vérifier``; see `passerelles.settings.TitleSettings`.
    progress
        Told the number of rows done and of all.

    Returns
    -------
    review
        As many rows as the list, in its order. A row with a choice is ``sûr``, with confidence 1.

    Raises
    ------
    PasserellesError
        If there is no such column.
    """
    place = worklist.place(column)
    texts = worklist.texts(place)
    before = choices or {}
    # The sheet of a review says what its rows were read as, and as nothing, beside what a context said of them.
    sheet = worklist.find(_FAMILY) is not None
    choices_made, led = worklist.texts(worklist.find(CHOICE)), worklist.texts(worklist.find(_FAMILY))
    offered = _CANDIDATES if worklist.find(ADDED[0]) is None else ADDED[:LIMIT]
    earlier = [worklist.texts(worklist.find(name)) for name in offered]
    known = {owner.code: owner for owner in index_of(referential, kind).owners}
    columns = {heading: worklist.texts(worklist.place(name)) for heading, name in (contexts or {}).items()}
    employers, sectors, agreements = (columns.get(heading, ()) for heading in ("employer", "sector", "agreement"))
    named = contexts_of(texts, employers=employers, sectors=sectors, agreements=agreements)
    answers = resolve_many(referential, texts, kind=kind, contexts=named if kind == "title" else None)
    rows: list[ResolvedRow] = []
    titles = referential if kind == "title" else None
    for i, candidates in enumerate(answers):
        read_as = led[i] if sheet or not candidates else candidates[0].parent_code
        title = normalise_label(texts[i])
        stated = choices_made[i] or before.get((title, read_as)) or before.get((title, ""), "")
        verdict = status(candidates, review_threshold)
        row = ResolvedRow(worklist.lines[i], texts[i], candidates, verdict, stated, read_as)
        if stated:
            code = chosen_code(stated, [codes[i].partition(" ")[0] for codes in earlier], known, titles)
            row = replace(row, status="à vérifier") if code is None else _with_choice(row, known[code])
        rows.append(row)
        if progress is not None:
            progress(i + 1, len(texts))
    done = worklist.beside(ADDED, [row.cells() for row in rows], keep=[worklist.header[place]])
    refused = tuple(row for row in rows if row.choice and row.status != "sûr")
    return Review(done, tuple(rows), refused, tuple((contexts or {}).values()))


def chosen_code(
    choice: str, offered: Sequence[str], known: Collection[str], referential: Referential | None
) -> str | None:
    """
    Code that a person's choice means: a code, the number of one of those `offered`, or an exact title; None for none.

    Titles are looked up in `referential`, where it is given.
    """
    for meant in (choice, choice.upper(), choice.replace(" ", "").upper(), choice.split(" ", 1)[0]):
        if meant in known:
            return meant
    if choice.isdecimal() and len(choice) == 1 and 1 <= int(choice) <= len(offered):
        code = offered[int(choice) - 1]
        return code if code in known else None
    with suppress(PasserellesError):
        return None if referential is None else exact_occupation(referential, choice)
    return None


def _with_choice(row: ResolvedRow, owner: Owner) -> ResolvedRow:
    taken = Candidate(owner.code, owner.label, "", "", 1.0, 1.0, "exact", *owner.family, 1.0, read=row.text)
    same = [c for c in row.candidates if c.code == owner.code] or [taken]
    others = [c for c in row.candidates if c.code != owner.code][: LIMIT - 1]
    first = replace(same[0], confidence=1.0, parent_confidence=1.0, ambiguous=False)
    return replace(row, candidates=[replace(c, rank=n) for n, c in enumerate([first, *others], 1)], status="sûr")


PEOPLE: Final = "personnes"
_FAMILY: Final = "famille lue"
_CANDIDATES: Final = tuple(f"candidat_{n}" for n in range(1, LIMIT + 1))
HEADER: Final = (TITLE, PEOPLE, "lignes", "statut", "confiance", _FAMILY, *_CANDIDATES, CHOICE)
"""
Columns of the sheet that a reviewer fills in: `choix` takes a code, an exact title, or a candidate.

Those of the context of a title follow, so that a sheet read again is read in the same light.
"""
CHOICE_FROM: Final = (HEADER.index(CHOICE), HEADER.index(_CANDIDATES[0]), HEADER.index(_CANDIDATES[-1]))
"""Position of the column of choices, and of the first and last columns that it chooses from."""


@dataclass(frozen=True, slots=True)
class ReviewedTitle(Described):
    """
    A title of a list, with all the rows that write it so and read as one family.

    Attributes
    ----------
    text
        As it was first written.
    rows
        Numbers of its rows, as `Worklist.lines` has them.
    people
        People in these rows; their number where the list does not say.
    status, candidates
        What it resolves to.
    chosen
        Whether a person chose.
    read_as
        Code of the family that these rows read as, with what their context says; empty where they read as nothing.
    context
        What the columns of the context hold, in the row that the candidates are those of.
    """

    text: str
    rows: tuple[int, ...]
    people: float
    status: Status
    candidates: tuple[Candidate, ...]
    chosen: bool
    read_as: str
    context: tuple[Cell, ...] = ()

    spec: ClassVar[Record] = Record(
        "reviewed_title",
        "A title of a list to review, the most at stake first",
        Column("text", promised="text"),
        Column("rows", value=lambda g, _: list(g.rows),
               promised=["ordinal", "Rows of the sheet, or lines of the file, that write it so"]),
        Column("people", promised="number"),
        Column("at_stake", value=lambda g, _: round(g.at_stake, 3),
               promised="number: People that are expected to be misplaced"),
        Column("status", words="resolve.status", promised=one_of(get_args(Status))),
        Column("choice", value=lambda g, _: g.candidates[0].code if g.chosen else None, promised="code?"),
        _CANDIDATES_OF,
    )  # fmt: skip

    @property
    def key(self) -> tuple[str, str]:
        """What a choice is remembered for: the title as it is compared, and the family that it reads as."""
        return normalise_label(self.text), self.read_as

    @property
    def doubt(self) -> float:
        """Chance in [0, 1] that the family is wrong."""
        return 1.0 - (self.candidates[0].parent_confidence if self.candidates else 0.0)

    @property
    def at_stake(self) -> float:
        """People that are expected to be misplaced."""
        return self.people * self.doubt

    def cells(self) -> list[Cell]:
        """Return what the columns of `HEADER` hold."""
        named = [f"{c.code} {c.label}" for c in self.candidates[:LIMIT]]
        people = int(self.people) if self.people == int(self.people) else self.people
        confidence = round(1.0 - self.doubt, 3)
        chosen = self.candidates[0].code if self.chosen else ""
        named += [""] * (LIMIT - len(named))
        return [self.text, people, len(self.rows), self.status, confidence, self.read_as, *named, chosen, *self.context]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Titles to look at, the most at stake first; those that a person chose come last."""

    groups: tuple[ReviewedTitle, ...]
    contexts: tuple[str, ...] = ()

    @property
    def left(self) -> tuple[ReviewedTitle, ...]:
        """Those that are neither sure nor chosen."""
        return tuple(group for group in self.groups if not group.chosen and group.status != "sûr")

    def worklist(self) -> Worklist:
        """Return the sheet that a reviewer fills in."""
        return Worklist((*HEADER, *self.contexts), [group.cells() for group in self.groups])

    def choices(self) -> dict[tuple[str, str], str]:
        """Return what was chosen, see `read_choices`."""
        return {group.key: group.candidates[0].code for group in self.groups if group.chosen}


def agenda(done: Review, *, people: Sequence[Cell] | None = None) -> Agenda:
    """
    Group the rows of a reviewed list by title and by what it reads as, and order the titles.

    A context may make one title two jobs: a choice for the sailors of a fishing firm is none for those of a barge.

    Parameters
    ----------
    done
        The list resolved.
    people
        Number of people of each row; a row whose cell is no number counts for one.

    Returns
    -------
    agenda
        Titles by people times doubt, largest first, ties by title.
    """
    numbers = [None] * len(done.rows) if people is None else [people_of(cell) for cell in people]
    counts = [1.0 if number is None else number for number in numbers]
    named = ((n, row) for n, row in enumerate(done.rows) if not is_aside(row.text))
    groups, beside = [], [done.worklist.place(name) for name in done.contexts]
    for places in grouped(((normalise_label(row.text) or row.text, row.read_as), n) for n, row in named).values():
        rows = [done.rows[place] for place in places]
        shown = next((place for place in places if done.rows[place].choice), places[0])
        first, context = done.rows[shown], tuple(done.worklist.rows[shown][column] for column in beside)
        lines, headcount = tuple(row.number for row in rows), sum(counts[place] for place in places)
        chosen = bool(first.choice) and first not in done.refused
        read = first.status, tuple(first.candidates), chosen, first.read_as
        groups.append(ReviewedTitle(rows[0].text, lines, headcount, *read, context))
    order = sorted(groups, key=lambda group: (group.chosen, -round(group.at_stake, 6), group.text, group.read_as))
    return Agenda(tuple(order), done.contexts)


def people_of(cell: Cell) -> float | None:
    """Number of people that a cell says, with its unit or without; None where it says none that can be read."""
    text = cell_text(cell)
    value = read_number(text).value
    number = decimal_number(text) if value is None else value
    return None if math.isnan(number) else max(number, 0.0)


def read_choices(path: Path) -> dict[tuple[str, str], str]:
    """
    Read the choices of earlier reviews; a file that is not there holds none.

    Returns
    -------
    choices
        Title as it is compared, with the code of the family that it was read as, to code. A line without a family,
        or a file without that column, speaks of the title whatever it reads as.

    Raises
    ------
    PasserellesError
        If the file is no list of choices.
    """
    if not path.exists():
        return {}
    try:
        listed = read_worklist(path, column=TITLE)
    except PasserellesError as error:
        if error.key != "resolve_empty_list":
            raise
        return {}  # of a review of which nothing is chosen yet
    try:
        titles, codes = (listed.texts(listed.place(name)) for name in (TITLE, CHOICE))
    except PasserellesError as error:  # of the files that were named, this one
        raise PasserellesError("market_columns", path=path, **error.values) from error
    rows = zip(titles, listed.texts(listed.find(_FAMILY)), codes, strict=True)
    return {(normalise_label(title), family): code for title, family, code in rows if code}


def check_choices(path: Path) -> None:
    """Check that choices may be written to a path, before there are any."""
    if path.suffix.casefold() != ".csv":
        raise PasserellesError("resolve_choices_csv", path=path)
    check_free(path, overwrite=True)


def write_choices(path: Path, choices: Mapping[tuple[str, str], str]) -> None:
    """Write choices as a list that `read_choices` and people read, whole or not at all."""
    check_choices(path)
    write_whole(path, csv_text((TITLE, _FAMILY, CHOICE), [(*key, code) for key, code in sorted(choices.items())]))
