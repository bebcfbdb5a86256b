"""A table of lots as it was written: what its columns hold, and which of its rows are lots."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise
from typing import Any, Final, NamedTuple, Protocol

from passerelles.codes import is_isco_number
from passerelles.io.csv import TOTAL, hold_counts, mostly_hold_counts, read_number
from passerelles.io.xlsx import cell_text
from passerelles.model import day_of
from passerelles.referentials.referential import Referential
from passerelles.referentials.table_format import coded
from passerelles.sharing import cached_property
from passerelles.territory.columns import (
    COUNT,
    PLACED,
    YEAR,
    bare,
    columns_of,
    counts_else,
    is_share,
    period_groups,
    without_part,
)
from passerelles.territory.lots import WORDS, LotsError, Month, Problem, Side, says
from passerelles.text import normalise_label

Row = tuple[int, Sequence[Any]]
"""A line of the file and its cells."""
_NUMBERED_ROWS: Final = 5  # rows that may be numbered
_OF_FIRM: Final = ("size", "idcc", "sector", "agreement")  # roles of what an employer is
_GROUPED_SHARE: Final = 0.25  # rows without an employer that make groups: fewer may be oversights
_SEVERAL_GROUPS: Final = 2
_PERSONS: Final = re.compile(WORDS["remarks"]["persons"])
_FEW_DIGITS: Final = re.compile(r"\d{1,3}")
MOST_CELLS: Final = 0.6  # of a column, that tell what it holds
_SAMPLED_ROWS: Final = 30  # rows by which a column is known by what it holds
_YES_NO: Final = coded("yes_no")
DITTO: Final = re.compile(r"[\"″〃»]|''|idem|id\.|ditto", re.IGNORECASE)
_FILLED: Final = re.compile("|".join(WORDS["roles"]["filled"]))
_LEFT: Final = re.compile("|".join(WORDS["roles"]["openings"][:2]))  # what is left of openings, filled ones off
_N: Final = f"(?P<n>{WORDS['remarks']['number']})"
_REMARKS: Final[Mapping[Side, list[tuple[str, re.Pattern[str]]]]] = {
    side: [(kind, re.compile(p.replace("(N)", _N))) for kind, ps in WORDS["remarks"][side].items() for p in ps]
    for side in COUNT
}
_COUNT_REMARK: Final = re.compile(WORDS["remarks"]["whole"].replace("(N)", _N))
_NAMES: Final = ("job", "code", "employer", "basin", "commune")  # roles of what has a name, never a state
_IN_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_REFERENCE: Final = re.compile(r"(?=.*\d)(?:[\w./-]{5,}|[A-Za-z]+[\w./-]*)")
_TICKS: Final = frozenset("x✓✔☑☒")  # in a column of which an empty cell says no
_HTML_TAG: Final = re.compile(r"</?(?:(br|div|h\d|li|ol|p|ul)|a|b|em|i|span|strong|u)\b[^<>]*>", re.IGNORECASE)
_SYMBOL: Final = (
    "[\u2300-\u25b1\u25c5-\u2793\U0001f000-\U0001faff\ufe0f\u200d\\s]+"  # no arrow: one says where a number goes
)
_SYMBOLS: Final = re.compile(rf"^{_SYMBOL}(?=\w)|(?<=[\w)]){_SYMBOL}$")  # alone, a symbol is an answer
_MARKUP: Final = re.compile(r"<[a-zA-Z/]|&#?\w+;|[^\x00-\u2000]")
_FEW_WORDS: Final = 5  # of a cell that names the side of its row: longer ones are remarks


def without_markup(cells: Iterable[Any]) -> list[Any]:
    r"""
    Return cells without what a web page writes in texts, and without the pictures beside their words.

    Examples
    --------
    >>> without_markup(["<b>Op&eacute;rateur</b> H/F<br/>Cariste", "R&D", 3, "🔴 Supprimé", "☑"])
    ['Opérateur H/F\nCariste', 'R&D', 3, 'Supprimé', '☑']
    """

    def plain(text: str) -> str:
        return _SYMBOLS.sub("", unescape(_HTML_TAG.sub(lambda tag: "\n" if tag[1] else "", text)).strip())

    return [plain(cell) if type(cell) is str and _MARKUP.search(cell) else cell for cell in cells]


class Reader(Protocol):
    """What tables are read with: their side, what a text may be, and where it is said what was done with them."""

    referential: Referential
    side: Side
    choices: Mapping[str, str]
    review_threshold: float

    def note(self, file: str, key: str, line: int = 0, column: str = "", /, **values: object) -> None:
        """Say what was done with a table or a line of it."""

    def is_place(self, name: str) -> bool:
        """Whether a header is the very name of a place."""

    @property
    def several(self) -> Callable[..., Any]:
        """What reads a cell of several jobs."""

    def holds_jobs(self, texts: Sequence[str]) -> bool:
        """Whether most of some cells are titles of jobs."""

    def scores(self, texts: Sequence[str]) -> list[float]:
        """How surely each of some cells is a title of a job."""

    def holds_places(self, texts: Sequence[str]) -> bool:
        """Whether most of some cells are names of places."""

    def town_at_end(self, firm: str) -> str:
        """Return the town that ends the name of a firm; empty where none does."""

    def place_named_in(self, texts: Iterable[str]) -> str:
        """Return the one place of all tables whose name stands in some texts; else nothing."""


@dataclass(frozen=True)
class Grid:
    """A table: its rows, each with its line and as many cells as the header, and where the column of each role is."""

    name: str
    reader: Reader
    header: Sequence[str]
    columns: Mapping[str, int]
    rows: Sequence[Row]
    sheet: str = ""  # where several make one table
    parts: Sequence[int] = ()  # columns whose numbers are added to the one of people or openings
    signed: bool = False  # whether its numbers are changes: people where they fall, openings where they rise
    titled: str = ""  # the place that a title above it names
    placeless: frozenset[int] = frozenset()  # lines whose places cannot be used
    above: Sequence[str] = ()  # what stands above the header, by column
    about: str = ""  # what the titles above say
    headed: str = ""  # role of what headed the column of each row, where each was a cell

    @property
    def side(self) -> Side:
        """Which side it counts."""
        return self.reader.side

    @property
    def count(self) -> str:
        """Role of its column of people or openings."""
        return COUNT[self.side]

    @property
    def crossed(self) -> bool:
        """Whether each of its rows was a cell of jobs by employers."""
        return self.headed in ("job", "employer")

    @classmethod
    def of_mappings(cls, rows: Sequence[Mapping[str, Any]], reader: Reader) -> "Grid":
        """Return rows from memory, their line being their number."""
        header = list(dict.fromkeys(str(key) for row in rows for key in row))
        cells = [(number, without_markup(map(row.get, header))) for number, row in enumerate(rows, start=1)]
        return cls(reader.side, reader, header, columns_of(header, reader.side), cells)

    def note(self, key: str, line: int = 0, column: str = "", /, **values: object) -> None:
        """Say what was done with it, or with a line of it."""
        self.reader.note(self.name, key, line, column, **values)

    def has(self, *roles: str) -> bool:
        """Whether it has a column of one of some roles."""
        return not self.columns.keys().isdisjoint(roles)

    def with_roles(self, **columns: int) -> "Grid":
        """Return it with columns of some roles."""
        return replace(self, columns={**self.columns, **columns})

    def without(self, *roles: str) -> "Grid":
        """Return it without the columns of some roles."""
        return replace(self, columns={role: at for role, at in self.columns.items() if role not in roles})

    def with_column(self, role: str, texts: Mapping[int, str] | str) -> "Grid":
        """Return it with one more column of a role, without a name, by line or alike; rows of one cell are no lots."""
        texts = dict.fromkeys((line for line, _ in self.rows), texts) if isinstance(texts, str) else texts
        names, rows = [name for name in self.header if name], list[Row]()
        for line, cells in self.rows:
            filled = [text for cell in cells if (text := cell_text(cell))]
            value = texts.get(line) if len(filled) > 1 and filled != names else None
            rows.append((line, [*cells, value]))
        return replace(self, header=[*self.header, ""], columns={**self.columns, role: len(self.header)}, rows=rows)

    def emptied(self, columns: Collection[int]) -> "Grid":
        """Return it without what stands in some columns, and their names."""
        header = ["" if at in columns else name for at, name in enumerate(self.header)]
        rows = [(line, [None if at in columns else cell for at, cell in enumerate(cells)]) for line, cells in self.rows]
        return replace(self, header=header, rows=rows)

    def text(self, cells: Sequence[Any], role: str) -> str:
        """Return the cell of a role as text on one line; empty where there is none."""
        place = self.columns.get(role)
        return "" if place is None else self.text_at(cells, place)

    @staticmethod
    def text_at(cells: Sequence[Any], place: int) -> str:
        """Return the cell of a column as text on one line."""
        return " ".join(cell_text(cells[place]).split())

    def job_text(self, cells: Sequence[Any]) -> str:
        """Return the cell of the job as it is written, or its code."""
        return self.text(cells, "job") or self.text(cells, "code")

    @cached_property
    def names(self) -> list[str]:
        """Headers without case, accents and punctuation."""
        return [normalise_label(name) for name in self.header]

    def saying(self, *subjects: str) -> list[int]:
        """Return the columns whose name says one of some things."""
        return [at for at, name in enumerate(self.names) if any(says(subject, name) for subject in subjects)]

    def title(self, role: str) -> str:
        """Return the header of a role as it is written, or its name where there is none."""
        return self.header[self.columns[role]] if role in self.columns else role

    def titles(self, places: Iterable[int]) -> str:
        """Return the headers of some columns, as they are written."""
        return ", ".join(self.header[at] for at in places)

    def called(self, place: int) -> str:
        """Return the header of a column, or where it has none its letters, as spreadsheets give them."""
        letters, rest_of_place = "", place + 1
        while rest_of_place:
            rest_of_place, last = divmod(rest_of_place - 1, 26)
            letters = f"{chr(ord('A') + last)}{letters}"
        return self.header[place] or letters

    @cached_property
    def references(self) -> list[int]:
        """Columns of references that a program gave to openings, one each: of several lines, they are one."""
        named = self.saying("reference") if self.side == "hiring" else ()
        return [at for at in named if (texts := self.sample(at)) and all(map(_REFERENCE.fullmatch, texts))]

    @cached_property
    def answered(self) -> dict[int, str]:
        """Columns that say whether an opening is filled, or people are concerned or kept, and what is out."""
        names = {at: bare(name) for at, name in enumerate(self.header) if at not in {*self.columns.values()}}
        if self.side == "hiring":
            hiring = {at: "no" for at in self.saying("hires_at_all") if any(map(_is_answer, self.sample(at)))}
            return hiring | {at: "yes" for at, name in enumerate(self.header) if _FILLED.fullmatch(bare(name))}
        staying = {at: "yes" for at, name in names.items() if says("kept", name)}
        named = {at: "no" for at, name in names.items() if says("concerned", name)} | staying
        return {at: out for at, out in named.items() if any(map(_is_answer, self.sample(at)))}

    @cached_property
    def marked(self) -> list[int]:
        """Columns of answers that are crosses, where an empty cell says no."""
        return [at for at in self.answered if {text.casefold() for text in self.sample(at)} <= _TICKS]

    @cached_property
    def remarks(self) -> list[int]:
        """Columns whose words may say something of a row's number: of openings, all not read; of people, contracts."""
        read = {*self.columns.values(), *self.parts}
        also = {*range(len(self.header))} - read if self.side == "hiring" else {self.columns.get("employment", -1)}
        return sorted({*self.saying("remark"), *self.states, *also} - {-1})

    @cached_property
    def states(self) -> list[int]:
        """Columns that say of openings whether they are still open, as one cell at least does."""
        named = self.saying("states") if self.side == "hiring" else ()
        known = ("closed", "closed_state", "open_state")
        return [at for at in named if any(says(state, normalise_label(t)) for t in self.sample(at) for state in known)]

    @cached_property
    def trends(self) -> list[int]:
        """Columns that say of jobs of people whether they fall, as one cell at least does."""
        named = self.saying("trend") if self.side == "fragile" else ()
        return [at for at in named if any(says("falling", text.casefold()) for text in self.sample(at))]

    @property
    def ended(self) -> str:
        """What is said of openings, or of people, that are none any more."""
        return "closed" if self.side == "hiring" else "gone"

    @cached_property
    def ends(self) -> list[int]:
        """Columns that may say so: of openings all but names, of a list of persons those of states."""
        if self.side == "hiring":
            named = {at for role, at in self.columns.items() if role in _NAMES}
            return [at for at in range(len(self.header)) if at not in named]
        listed = self.saying("state") if self.count not in self.columns or self.one_each else []
        # Where all are said to be gone, it is why they are here.
        return [at for at in listed if not all(says("gone", normalise_label(t)) for t in self.beside_jobs(at))]

    @cached_property
    def exits(self) -> list[int]:
        """Columns that say, in a list of persons, when each left, where not all have."""
        persons = self.side == "fragile" and (self.count not in self.columns or self.one_each)
        return [at for at in self.saying("exit") if persons and not all(map(_is_past, self.beside_jobs(at)))]

    @cached_property
    def side_column(self) -> tuple[int, bool] | None:
        """The column that says of each row whether it counts people or openings; whether it names both sides."""
        roles = {at for role, at in self.columns.items() if role != "employment"}
        for at, name in enumerate(self.header):
            if at in roles or says("no_side", bare(name)) or not any(map(side_of_text, self.sample(at))):
                continue
            texts = self.beside_jobs(at)
            sides = [side_of_text(text) for text in texts if not stays(text)]
            known = {*sides} - {None}
            some_stay = self.side in known and len(sides) < len(texts)
            if 2 * sum(side is not None for side in sides) > len(sides) and (len(known) > 1 or some_stay):
                return at, len(known) > 1  # or one side beside jobs that stay
        return None

    @property
    def one_each(self) -> bool:
        """Whether each row counts one person at most: full-time equivalents of a list of persons."""
        numbers = [read_number(text).value for text in self.sample(self.columns[self.count])]
        return all(number is not None and number <= 1 for number in numbers)

    @property
    def counts_present(self) -> bool:
        """Whether its numbers are of who is there now."""
        name = _IN_BRACKETS.sub(lambda inside: inside[0] * (Month.read(inside[1]) is None), self.title(self.count))
        return says("current", bare(without_part(name)))

    @cached_property
    def counts_rest(self) -> bool:
        """Whether its openings are those that are left, filled ones off."""
        return self.side == "hiring" and _LEFT.fullmatch(bare(self.title("openings"))) is not None

    @property
    def free(self) -> list[int]:
        """Columns without a role that are not of something else, nor identifiers, ages, or parts counted already."""
        n_columns = {at: numbers_of(self.sample(at)) for at, name in enumerate(self.header) if name.casefold() == "n"}
        counts = {at for at, numbers in n_columns.items() if numbers != [*range(1, len(numbers) + 1)]}  # no row numbers
        taken = {*self.columns.values(), *({*self.saying("something_else", "no_people")} - counts)}
        return [at for at in range(len(self.header)) if at not in taken]

    @property
    def countable(self) -> list[int]:
        """Columns without a role that may count this side."""
        if self.side == "fragile" and self.saying("person"):  # each counts one
            return []
        free = [at for at in self.free if self.has(self.count) or not is_share(self.header[at])]
        free = [at for at in free if not counts_else(self.names[at], self.side, (), self.names)]
        years = self.holding(lambda texts: all(map(YEAR.fullmatch, texts)), free)  # "Horizon"
        return [at for at in free if at not in years and not _are_numbered(self.sample(at))]

    @property
    def uncounted(self) -> list[int]:
        """Columns without a role that count, by their names and cells, but not this side, or something else."""
        free = sorted({*range(len(self.header))} - {*self.columns.values(), *self.saying("no_people")})
        count = re.compile(WORDS["words"][self.count])
        named = [at for at in free if counts_else(n := self.names[at], self.side, (), self.names) or count.search(n)]
        return self.holding(mostly_hold_counts, named)

    def refuse_unread(self, columns: Iterable[int]) -> None:
        """Refuse to count one a line where columns have numbers that are not read."""
        if names := ", ".join(map(self.called, columns)):
            raise LotsError([Problem(self.name, 0, self.count, "counts_unread", {"columns": names})])

    def sample(self, place: int) -> list[str]:
        """Return the filled cells of a column that name no total, nor only say "the same", in the first rows."""
        texts = [text for _, row in self.rows[:_SAMPLED_ROWS] if (text := cell_text(row[place]))]
        return [text for text in texts if not (DITTO.fullmatch(text) or TOTAL.fullmatch(normalise_label(text)))]

    def beside_jobs(self, place: int) -> list[str]:
        """Return the cells of a column, filled or not, in the rows of a job."""
        jobs = [(normalise_label(self.job_text(cells)), cells) for _, cells in self.rows]
        return [self.text_at(cells, place) for job, cells in jobs if job and not TOTAL.fullmatch(job)]

    def with_checked_roles(self) -> "Grid":
        """Drop the roles that its cells contradict: jobs, employers or months of numbers, counts of words, sectors."""
        grid = self._without_wrong_roles()
        counts = self.sample(self.columns[self.count]) if self.has(self.count) else []
        words = not any(sign.isdigit() for text in counts for sign in text[:2])  # "Postes" may head titles, not numbers
        answers = any(map(_is_answer, counts))  # "Menacé (oui/non)"
        are_jobs = words and len(counts) > 1 and self.reader.holds_jobs(counts)  # "Poste supprimé"
        if not words or not (answers or are_jobs or not grid.has("job", "code")):
            return grid
        # Another column may be the one that counts then: "Effectif total" is no size of a firm.
        names = ["" if at == grid.columns.get(self.count) else name for at, name in enumerate(grid.header)]
        count_at = columns_of(names, self.side).get(self.count) if answers or are_jobs else None
        others = {role: at for role, at in grid.without(self.count).columns.items() if at != count_at}
        others |= {"job": self.columns[self.count]} if are_jobs and count_at is not None else {}
        return replace(grid, columns=others if count_at is None else {**others, self.count: count_at})

    def _without_wrong_roles(self) -> "Grid":
        """Drop the roles of columns that are not what their names say, but for the one that counts."""
        texts = {role: self.sample(at) for role, at in self.columns.items()}
        numbered = {*self.columns.values(), *self.holding(numbers_of, range(len(self.header)))}
        unnumbered = ["" if at in numbered else name for at, name in enumerate(self.header)]
        firms = columns_of(unnumbered, self.side).get("employer")
        is_code = firms is not None or says("site", self.title("employer"))
        wrong = {
            # "Postes créés"; but the numbers of a nomenclature are to be told.
            "job": (jobs := texts.get("job")) and hold_counts(jobs) and not all(map(is_isco_number, jobs)),
            # "Secteur" may be a part of a country.
            "sector": texts.get("sector") and not self.has("basin", "commune")
            and self.reader.holds_places(texts["sector"]),
            "employer": is_code and texts.get("employer") and hold_counts(texts["employer"]),
            "month": texts.get("month") and all(map(_FEW_DIGITS.fullmatch, texts["month"])),  # "Départs"
        }  # fmt: skip
        grid = self.without(*(role for role, is_wrong in wrong.items() if is_wrong))
        # The firm's code stands beside its name.
        return grid.with_roles(employer=firms) if wrong["employer"] and firms is not None else grid

    def holding(self, holds: Callable[[Sequence[str]], object], among: Iterable[int]) -> list[int]:
        """Return the columns among some whose cells pass a test; an empty one does not."""
        return [place for place in among if (texts := self.sample(place)) and holds(texts)]

    def by_periods(self, among: Iterable[int]) -> list[int]:
        """Return the columns of numbers each headed by its own month, quarter or year: openings, or who leaves."""
        names = {at: self.header[at] for at in among if self.sample(at)}
        groups = period_groups(names, self.side, self.about)
        counting = (group for group in groups if mostly_hold_counts([text for at in group for text in self.sample(at)]))
        return next(counting, [])

    def within(self, places: Collection[int], among: Iterable[int]) -> list[int]:
        """Return the columns among some that may count a part of what others count together: none is above it."""

        def is_within(at: int) -> bool:
            parts = [(part, cells) for _, cells in self.rows if (part := self.text_at(cells, at).strip("-–—"))]
            wholes = [[float(n) for i in places if (n := self.text_at(cells, i)).isdecimal()] for _, cells in parts]
            pairs = zip((part for part, _ in parts), wholes, strict=True)
            return bool(parts) and all(n.isdecimal() and (not whole or float(n) <= sum(whole)) for n, whole in pairs)

        return list(filter(is_within, among))


@dataclass(frozen=True)
class Line:
    """A row of a table: its number in the file, and its cells."""

    grid: Grid
    number: int
    cells: Sequence[Any]

    def text(self, role: str) -> str:
        """Return the cell of a role as text on one line; empty where there is none."""
        return self.grid.text(self.cells, role)

    def text_at(self, place: int) -> str:
        """Return the cell of a column as text on one line."""
        return self.grid.text_at(self.cells, place)

    def differs(self, name: str, *texts: str) -> bool:
        """Whether columns of one name say different things, or another one than some texts."""
        same_name = {self.text_at(at) for at, head in enumerate(self.grid.header) if name and head == name}
        return len({*same_name, *texts} - {""}) > 1

    def note(self, key: str, column: str = "", /, **values: object) -> None:
        """Say what was done with it."""
        self.grid.note(key, self.number, column, **values)

    @property
    def own_account(self) -> bool:
        """Whether it says that the work is one's own account, in its contract, its title or a remark on the status."""
        texts = [normalise_label(self.text(role)) for role in ("employment", "job")]
        remarks = (normalise_label(self.text_at(at)) for at in self.grid.remarks)
        texts += [text for text in remarks if says("a_status", text)]
        return any(says("own_account", text) for text in texts)


def _is_answer(text: str) -> bool:
    """Whether a cell says yes or no in a word, or by a cross."""
    return (text.isalpha() and text.casefold() in _YES_NO) or text.casefold() in _TICKS


def _is_past(text: str) -> bool:
    """Whether a cell gives a month before the present one."""
    month, today = Month.read(text), day_of()
    return month is not None and month < Month(today.year, today.month)


def _are_numbered(texts: Sequence[str]) -> bool:
    """
    Whether cells number their rows, one after another, or by numbers of persons.

    Examples
    --------
    >>> _are_numbered(["1001", "1002", "1004", "1005", "1006"]), _are_numbered(["12", "14", "3", "8", "9"])
    (True, False)
    """
    numbers = [float(text) for text in texts if text.isdecimal()]
    steps = {after - before for before, after in pairwise(numbers)}
    return len(texts) == len(numbers) >= _NUMBERED_ROWS and 1 in steps and steps <= {1, 2, 3}


def side_of_text(text: str) -> Side | None:
    """
    Return the side of a row that a cell names; None where it names none, or both.

    Examples
    --------
    >>> side_of_text("Suppression de poste"), side_of_text("Recrutement"), side_of_text("CDI")
    ('fragile', 'hiring', None)
    >>> side_of_text("Recrutement à revoir selon le carnet de commandes") is None
    True
    """
    words = normalise_label(text)
    leaves, hires = (says(subject, words) for subject in ("leaves", "hires"))
    if leaves == hires or len(words.split()) > _FEW_WORDS:
        return None
    return "fragile" if leaves else "hiring"


def stays(text: str) -> bool:
    """Whether a cell says in words that nothing changes; a dash may as well be what nobody filled in."""
    return text[:1].isalpha() and says("unchanged", text.casefold())


RowKind = tuple[str, Mapping[str, object]]
"""Key of the message of a row that is no lot, and what fills it; empty for a lot."""


def row_kinds(grid: Grid) -> Iterator[RowKind]:
    """Yield the kind of each row."""
    above, sums, seen = "total_line", _unnamed_sums(grid), set[tuple[str, ...]]()
    remarks = grid.saying("remark")
    for line, cells in grid.rows:
        is_part = says("part", normalise_label(grid.text(cells, "job")))
        if is_part and above != "total_line":
            yield "part_line", {}  # of the lot above, counted with it; of a total, its parts are the lots
            continue
        kind, values = _kind_alone(Line(grid, line, cells), remarks)
        kind = "total_line" if kind in ("", "text_line") and sums(cells) else kind
        above = above if is_part else kind
        same = (*(grid.text_at(cells, at) for at in grid.references), grid.text(cells, "job"))
        if not kind and grid.references:
            kind = "same_reference" if same in seen else ""
            seen.add(same)
        yield kind, values if kind != "total_line" else {}


def _kind_alone(row: Line, remarks: Iterable[int]) -> RowKind:
    """Return the kind of a row, whatever stands above it: the first that fits."""
    grid, cells = row.grid, row.cells
    texts, job = [normalise_label(cell_text(cell)) for cell in cells], grid.job_text(cells)
    if [*filter(None, texts)] == [*filter(None, grid.names)]:
        return "header_again", {}
    # Where no job is, a total is written in whatever column: their order means nothing.
    counted = job[:1].isdigit()  # "13 postes" beside "Total", or jobs with their numbers
    if any(map(TOTAL.fullmatch, [normalise_label(job).removeprefix("effectif ")] if job and not counted else texts)):
        return "total_line", {}
    is_lot = _is_lot_row(grid, cells)
    if _is_kept(row, is_lot=is_lot):
        return "not_concerned" if grid.side == "fragile" else "closed_line", {}
    ends = [texts[at] for at in grid.ends] + ([] if counted else [*map(normalise_label, _IN_BRACKETS.findall(job))])
    ended = any(says(grid.ended, text) for text in ends) or any(says("closed_state", texts[at]) for at in grid.states)
    if ended or any(_is_past(row.text_at(at)) for at in grid.exits):
        return f"{grid.ended}_line", {}
    if not is_lot:
        return "text_line", {"text": " ".join(filter(None, map(cell_text, cells)))[:80]}
    return _kind_of_lot(row, remarks)


def _is_kept(row: Line, *, is_lot: bool) -> bool:
    """Whether a column of answers says that a row is out, or that its jobs stay as many."""
    grid = row.grid
    answers = [(row.text_at(at).casefold(), out) for at, out in grid.answered.items()]
    answers += [("oui" if row.text_at(at) else "non", grid.answered[at]) for at in grid.marked if is_lot]
    steady = any(says("steady", row.text_at(at).casefold()) for at in grid.trends)
    return steady or any(text.isalpha() and _YES_NO.get(text) == out for text, out in answers)


def _kind_of_lot(row: Line, remarks: Iterable[int]) -> RowKind:
    """Return the kind of a row that has a job or people: a lot, but for those out of scope or of the other side."""
    grid = row.grid
    nobodies = ("out_of_scope", "nobody_there") if grid.side == "fragile" else ("out_of_scope",)
    said = [(at, key) for at in remarks for key in nobodies]
    said += [(grid.columns[role], "no_post") for role in ("job", "employment") if role in grid.columns]
    certain = ((at, key) for at, key in said if not row.text_at(at).endswith("?"))  # else a doubt
    apart = next((at for at, key in certain if says(key, normalise_label(row.text_at(at)))), None)
    if apart is not None:
        return "out_of_scope", {"column": grid.header[apart], "given": row.text_at(apart)}
    if grid.side_column is None:
        return "", {}
    at, two_sided = grid.side_column
    given = row.text_at(at)
    side = side_of_text(given)
    if stays(given):
        return f"{grid.side}_no_change", {}
    if side == grid.side or (side is None and not two_sided):
        return "", {}
    return "side_unknown" if side is None else "other_side", {"column": grid.header[at], "given": given}


def _unnamed_sums(grid: Grid) -> Callable[[Sequence[Any]], bool]:
    """Return a function that tells, row by row, which one without a job sums those above it: a total nobody named."""
    group, numbers = list[int](), list[int]()  # numbers of the rows since the last total, and of all
    counts = [at for at in (grid.columns.get(grid.count, -1), *grid.parts) if at >= 0]

    def sums(cells: Sequence[Any]) -> bool:
        number = sum(whole_of(grid.text_at(cells, at)) or 0 for at in counts)
        if grid.job_text(cells):
            group.append(number)
            numbers.append(number)
        elif number and any(len(run) > 1 and number == sum(run) for run in (group, numbers)):
            group.clear()
            return True
        return False

    return sums


class _Remark(NamedTuple):
    """What the cell of a column says of a row's number: what is left of it, and the key of the message."""

    at: int
    n_left: int
    key: str


def remarked(row: Line, number: int) -> int:
    """
    Return what remarks, or words beside it, leave of a row's number, with a message: "dont 3 déjà pourvus", "reste 6".

    Of people, only those that are said to be among the number are taken off it; others may be beside it. A doubt
    changes nothing.
    """
    for at, n_left, key in _remarks_on(row, number):  # the first is the surest
        row.note(key, row.grid.header[at], given=row.text_at(at), number=number, left=n_left)
        return n_left
    return number


def _remarks_on(row: Line, number: int) -> Iterator[_Remark]:
    """Yield what cells say of a row's number: how many persons it is, then what is left of it, then doubts."""
    grid, count = row.grid, row.grid.columns.get(row.grid.count, -1)
    words = {at: normalise_label(row.text_at(at)) for at in (count, *grid.remarks) if at >= 0}
    for at in grid.remarks if count >= 0 and says("part_time", grid.names[count]) else ():
        match = _PERSONS.search(words[at])
        if match and int(match["n"]) > number:
            yield _Remark(at, int(match["n"]), "persons_remarked")
    uncounted = count < 0 or (not grid.header[count] and number == 1)  # where other titles tell their number
    for at, text in words.items():
        counted = _COUNT_REMARK.search(text) if uncounted and grid.side == "hiring" else None
        if counted and (n := whole_of(counted["n"]) or 1) > 1:
            yield _Remark(at, n, "counted_by_remark")
        if not grid.counts_rest:
            yield from (_Remark(at, *left) for left in _left_by(text, number, grid.side, beside=at == count))
        leaves = says("gone", text) or (number == 1 and says("leaver", text))
        if leaves and grid.side == "fragile":
            yield _Remark(at, number, "leavers_remarked")
    yield from (_Remark(at, number, key) for at, key in _doubts_on(row, words))


def _doubts_on(row: Line, words: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Yield the columns that leave a row's number in doubt, each with the key of its message."""
    grid = row.grid
    yield from ((at, "doubted") for at in grid.remarks if says("doubt", row.text_at(at).casefold()))
    for at in grid.answered:
        answer = row.text_at(at).casefold()
        if answer and not answer.isdigit() and answer not in _TICKS and _YES_NO.get(answer) not in ("yes", "no"):
            yield at, "doubted"  # "Partiel"
    yield from ((at, "state_unread") for at in grid.states if row.text_at(at) and not says("open_state", words[at]))


def _left_by(text: str, number: int, side: Side, *, beside: bool) -> Iterator[tuple[int, str]]:
    """Yield what a text, which may stand `beside` the number in its cell, leaves of it, with the key of the message."""
    for kind, pattern in _REMARKS[side]:
        match = pattern.search(text)
        n = (whole_of(match["n"]) or 0) if match else 0
        if match is None or not 0 < n <= number:
            continue
        among = text[: match.start()].endswith("dont ")
        if beside and kind == "leavers" and not among:  # "8 CDI + 2 CDD"
            continue
        if kind == "left":
            yield n, "remarked"
        elif kind == "taken" and (among or side == "hiring"):
            yield number - n, "remarked"
        else:
            yield number, "leavers_remarked"


def _is_lot_row(grid: Grid, cells: Sequence[Any]) -> bool:
    """Whether a row is a lot and not a remark: it has a job, or people of an unknown one."""
    filled = [text for cell in cells if (text := cell_text(cell))]
    is_lot = any(grid.text(cells, role) for role in ("job", "code", "choice", grid.count))
    number, job = grid.text(cells, grid.count), normalise_label(grid.text(cells, "job"))
    if (not number and says("signature", job)) or (not whole_of(number) and says("no_need", job)):
        return False
    if grid.count not in grid.columns:  # one person or opening a line, whose job may be missing
        is_lot |= all(any(grid.text(cells, r) for r in roles) for roles in (["employer"], ["basin", "commune"]))
    explains = all(text.startswith("(") for text in filled)  # as a second line of the header does
    return is_lot and not explains and (len(filled) > 1 or len(grid.columns) == 1)


def fill_down(grid: Grid, rows: Sequence[Row], breaks: Iterable[Row]) -> dict[int, tuple[str, Sequence[Any]]]:
    """
    Return the rows below the first of a group, which alone names the employer, or the place, with what it names.

    Parameters
    ----------
    grid, rows
        The table, and its rows of lots in their order.
    breaks
        Rows that end a group, such as totals; one written in the column of places ends but those of a place.

    Returns
    -------
    rows
        By line, the role that the first row alone has, and the cells; none where the table may lack it here and there
        instead. Groups are many rows; those of an employer lack the place too, or no two that follow one another name
        one; those of a place alone are of one employer.
    """
    place_roles = [role for role in ("basin", "commune", "postcode", "department") if role in grid.columns]
    lead = _lead_of_groups(grid, rows, place_roles)
    if not lead:
        return {}
    filled = (*(("employer", *_OF_FIRM) if lead == "employer" else ()), *place_roles)
    completed, above = dict[int, tuple[str, Sequence[Any]]](), dict[str, str]()
    ends = dict(breaks)
    for line, cells in sorted([*rows, *ends.items()], key=lambda row: row[0]):
        texts = {role: grid.text(cells, role) for role in ("employer", *_OF_FIRM, *place_roles)}
        places = {role: texts[role] for role in place_roles}
        if line in ends:
            of_place = any(places.values()) and not texts["employer"]
            above = {role: text for role, text in above.items() if of_place and role not in place_roles}
        elif texts[lead]:
            above = texts
        elif above and (lead == "employer" or texts["employer"] == above["employer"]):
            above |= places if any(places.values()) else {}
            values = {grid.columns[r]: above.get(r, "") for r in filled if r in grid.columns and not texts[r]}
            completed[line] = lead, [values.get(at, cell) for at, cell in enumerate(cells)]
    return completed


def _lead_of_groups(grid: Grid, rows: Sequence[Row], place_roles: Sequence[str]) -> str:
    """Return the role that the first row of each group alone has: the employer, or else a place; none elsewhere."""
    empty = {role: [c for _, c in rows if not grid.text(c, role)] for role in sorted(PLACED & grid.columns.keys())}
    many = [role for role, lines in empty.items() if len(lines) >= max(1, _GROUPED_SHARE * len(rows))]
    lead = "employer" if "employer" in many else next(iter(many), "")
    if not lead or grid.references:  # a program that gives each offer its reference would have written its employer too
        return ""
    texts = [grid.text(cells, lead) for _, cells in rows]
    if any(text == below != "" for text, below in pairwise(texts)) and (
        lead != "employer" or not place_roles or any(grid.text(c, role) for c in empty[lead] for role in place_roles)
    ):
        return ""
    n_groups = sum(text != "" and not below for text, below in pairwise(texts))
    # The place of the title may be meant.
    return "" if lead != "employer" and (grid.titled or n_groups < _SEVERAL_GROUPS) else lead


def change_of(text: str, decimal: str = "") -> int | None:
    """
    Return the change that a cell gives in whole numbers; None where it gives none.

    Examples
    --------
    >>> change_of("-18"), change_of("+4"), change_of("="), change_of("stable"), change_of("n.c.")
    (-18, 4, 0, 0, None)
    """
    if says("unchanged", text.casefold().strip()):
        return 0
    change = read_number(text, decimal=decimal, whole=True).value
    return int(change) if change is not None and change.is_integer() else None


def whole_of(text: str) -> int | None:
    """Whole number of an optional cell; None where it holds none."""
    value, _ = read_number(text, decimal="")
    return int(value) if value is not None and value >= 0 and value.is_integer() else None


def numbers_of(texts: Iterable[str]) -> list[float]:
    """Return the numbers of the cells that are read as one."""
    return [n for text in texts if (n := read_number(text).value) is not None]
