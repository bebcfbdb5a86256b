"""What a reader fills in file by file, and what every format shares: declaring rows, following links, checks."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, get_args

from passerelles import model
from passerelles.codes import circles, is_rome_code, looks_like_code
from passerelles.errors import PasserellesError, ReferentialError
from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, decimal_number, empty_table, read_table
from passerelles.notices import LISTED, Notice, NoticeLog
from passerelles.text import Plain, nearest_codes, normalise_label, plain_forms

_Value = TypeVar("_Value")
# What a file that cannot be read is reported as, by the key of the error.
_UNREADABLE: Final = {"no_permission": "forbidden_file", "file_too_big": "oversized_file"}
_LEAST_LIKENESS: Final = 80.0  # of 100: how much what an author may have meant resembles what is written
_LONGEST_CHAIN: Final = 50  # of prerequisites; the longest that ships has five
# What an overlay may declare anew, with the notice where it does so under another code.
_TWICE_KEYS: Final = {"credentials": "credential_twice", "competencies": "competency_twice"}


Declared = (
    model.Occupation | model.Competency | model.JobTitle | model.WorkContext | model.Tag | model.Domain
    | model.Credential
)  # fmt: skip
"""What has a code and a label; None = unknown."""


@dataclass
class Draft:
    """
    A referential being read. Mutable and private to the readers; `referential.finish` checks it and freezes it.

    Rows are kept in dictionaries by code (the first row wins, a later one is reported), links by their two codes.
    """

    occupations: dict[str, model.Occupation] = field(default_factory=dict)
    competencies: dict[str, model.Competency] = field(default_factory=dict)
    requirements: dict[str, dict[str, model.RequirementStatus]] = field(default_factory=lambda: defaultdict(dict))
    levels: dict[tuple[str, str], float] = field(default_factory=dict)  # of requirements, where they are rated
    titles: dict[str, model.JobTitle] = field(default_factory=dict)
    contexts: dict[str, model.WorkContext] = field(default_factory=dict)
    occupation_contexts: set[tuple[str, str]] = field(default_factory=set)
    tags: dict[str, model.Tag] = field(default_factory=dict)
    occupation_tags: dict[tuple[str, str], bool] = field(default_factory=dict)
    domains: dict[str, model.Domain] = field(default_factory=dict)
    mobilities: dict[tuple[str, str], model.Mobility] = field(default_factory=dict)
    credentials: dict[str, model.Credential] = field(default_factory=dict)
    # By `requirement_key`.
    credential_requirements: dict[tuple[str, ...], model.CredentialRequirement] = field(default_factory=dict)
    occupation_access: dict[str, model.OccupationAccess] = field(default_factory=dict)
    removed: set[tuple[str, str]] = field(default_factory=set)  # see `Referential.removed`
    log: NoticeLog = field(default_factory=NoticeLog)
    files: list[model.FileRecord] = field(default_factory=list)
    elsewhere: bool = False  # whether that overlay is written for another referential than this one
    overlay: str = ""  # name of the overlay being applied; "" while a referential itself is read
    declared: set[tuple[str, str]] = field(default_factory=set)  # (kind, code) of the rows declared so far
    # Codes under which a label is known already, for a kind that an overlay declares.
    labelled: Callable[[str, str], Sequence[str]] = lambda _kind, _label: ()
    labels: dict[tuple[str, str], str] = field(default_factory=dict)  # code of each label that it declares, by kind
    family: str = ""  # what the referential is a version of, see `Referential.family`
    older: bool = False  # whether its fiches are those of an older version, each of which held what came to be several
    sheets: dict[str, str] = field(default_factory=dict)  # titles of the sheets that stand for files
    # Kinds whose table could not be read, and (kind, code) of rows that were refused: noted once, and not again by each
    # row that names them.
    unread: set[str] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    noted: int = 0  # notices so far
    plain: dict[str, Plain] = field(default_factory=dict)  # by kind, for `near`
    asked: int = 0  # times that `near` has looked: no more than notices are listed
    skipped: set[str] = field(default_factory=set)  # occupations of an overlay that are left out, with their rows

    def shown(self, name: str) -> str:
        """Name of a file for people: an overlay's files are distinguished from those of the referential."""
        name = self.sheets.get(name, name)
        return f"{self.overlay}/{name}" if self.overlay else name

    def note(
        self,
        code: str,
        table: Table | None = None,
        line: int | None = None,
        *,
        count: int = 1,
        near: str = "",
        **values: object,
    ) -> None:
        """Report one thing found, in a row of a table or (without a table) in the whole; `near`: what may be meant."""
        values |= {"near": near} if near else {}
        self.noted += 1
        self.log.note(code, file=table.name if table else self.overlay, line=line, count=count, **values)

    def missing(self, code: str) -> str:
        """What to call a row that names what this referential lacks: no fault where it is written for another one."""
        return "overlay_row_elsewhere" if self.elsewhere else code

    def near(self, among: str, text: str) -> str:
        """
        Return the code that resembles most what an overlay names and nothing declares, with its label, to be noted.

        A ROME code is another version's, not another code misspelt; what is like a number is so by chance.
        """
        if not self.overlay or is_rome_code(text) or text.isdecimal() or self.asked >= LISTED:
            return ""
        self.asked += 1
        rows: dict[str, Declared] = getattr(self, among)
        if among not in self.plain or len(self.plain[among][0]) != len(rows):
            self.plain[among] = plain_forms({code: row.label or "" for code, row in rows.items()})
        code = next(iter(nearest_codes(text, self.plain[among], least=_LEAST_LIKENESS)), None)
        label = code and rows[code].label
        return f"{code} ({label})" if label else code or ""

    def read(self, source: FileSource, name: str, *, needed: bool, required: Sequence[str], **how: Any) -> Table:
        """
        Read one file that is there; where it is of no use, say so, and whether a referential can do without.

        `how` says how it is written, and what it may lack: what else `read_table` takes.
        """
        data = self.bytes_of(source, name)
        table = empty_table(self.shown(name))
        if data is not None:
            table = read_table(data, name=table.name, sheet=source.member(name).sheet, required=required, **how)
            self.files.append(table.record)
            for problem in table.notices:
                self.log.add(problem)
        if needed and not table.header:
            self.note("unusable_required_file", table)
        return table

    def bytes_of(self, source: FileSource, name: str) -> bytes | None:
        """Bytes of a file that is there; None, and a notice, where it may not be read."""
        try:
            return source.read(name)
        except PasserellesError as error:
            code = _UNREADABLE.get(error.key, "unreadable_file")
            values = {key: error.values[key] for key in ("megabytes", "reason") if key in error.values}
            self.log.note(code, file=self.shown(name), line=None, count=1, **values)
            return None

    def declare(self, kind: str, value: Declared, table: Table, line: int) -> bool:
        """Add one declared row to the dictionary `kind`; report an empty or a repeated code instead."""
        into: dict[str, Declared] = getattr(self, kind)
        code = value.code
        key = kind, code
        if not code:
            self.note("empty_code", table, line)
        elif key in self.refused:
            pass  # noted already
        elif key in self.declared or (code in into and kind not in _TWICE_KEYS):
            self.note("duplicate_code", table, line, subject=code)
        else:
            if self.overlay and kind in _TWICE_KEYS and code not in into and value.label:
                # Known to the referential, or declared above in the very overlay.
                first = self.labels.setdefault((kind, normalise_label(value.label)), code)
                twins = self.labelled(kind, value.label) or (first,)
                if code not in twins:
                    self.note(_TWICE_KEYS[kind], table, line, subject=value.label, mine=code, other=twins[0])
            into[code] = value
            self.declared.add(key)
            if value.label is None:
                self.note("label_missing", table, line, subject=code)
            if self.overlay and not looks_like_code(code):
                self.note("odd_code", table, line, subject=code)
            return True
        return False

    def require_occupations(self, table: Table, column: str) -> None:
        """Keep the occupations that a table links but nothing declares: flagged, label unknown."""
        for row, code in _undeclared_codes(table.column(column), self.occupations):
            self.note("undeclared_occupation", table, table.lines[row], subject=code)
            self.occupations[code] = model.Occupation(code=code, label=None)

    def require_competencies(
        self,
        table: Table,
        column: str,
        *,
        kind_of: Callable[[int], model.CompetencyKind] = lambda _row: "savoir-faire",
        code: str = "undeclared_competency",
    ) -> None:
        """Keep the competencies that a table links but nothing declares: reported under `code`, label unknown."""
        for row, competency in _undeclared_codes(table.column(column), self.competencies):
            self.note(code, table, table.lines[row], subject=competency)
            self.competencies[competency] = model.Competency(competency, None, kind_of(row))

    def declare_titles(self, titles: Sequence[model.JobTitle], table: Table, column: str) -> None:
        """Declare one job title a row; `column` names the column of their occupations."""
        for line, title in zip(table.lines, titles, strict=True):
            if title.label and title.occupation:
                self.declare("titles", title, table, line)
            else:
                self.note("title_without_label" if title.occupation else "empty_code", table, line, subject=title.code)
        self.require_occupations(table.keep([bool(title.label) for title in titles]), column)

    def keyed(self, table: Table, *columns: str, also: Sequence[str] = ()) -> Table:
        """
        Rows with all of `columns` filled in, each combination once; what is left out is reported.

        `also` names columns that distinguish two rows and may be empty.
        """
        full = len(columns)
        keys: set[tuple[str, ...]] = set()
        chosen: list[bool] = []
        for line, key in zip(table.lines, list(table.columns(*columns, *also)), strict=True):
            if "" in key[:full]:
                self.note("empty_code", table, line)
            elif key in keys:
                self.note("duplicate_link", table, line, subject=" - ".join(filter(None, key)))
            chosen.append("" not in key[:full] and key not in keys)
            keys.add(key)
        return table.keep(chosen)

    def moves(self, table: Table, origin: str, target: str, *, also: Sequence[str] = ()) -> Table:
        """Rows of a table of mobilities that are moves: between two declared occupations, each once."""
        table = self.keyed(table, origin, target, also=also)
        table = self.linked(table, **{origin: "occupations", target: "occupations"})
        ends = list(table.columns(origin, target))
        for line, (start, end) in zip(table.lines, ends, strict=True):
            if start == end:
                self.note("move_within_occupation", table, line, subject=start)
        return table.keep([start != end for start, end in ends])

    def linked(self, table: Table, **ends: str) -> Table:
        """
        Rows whose codes are all declared; a row that leads nowhere is reported and left out.

        `ends` gives for each column the dictionary in which its codes must be: ``linked(table, context="contexts")``.
        """
        chosen = [True] * len(table.rows)
        for column, among in ends.items():
            cells = table.column(column)
            undeclared = set(cells).difference(getattr(self, among))
            for row, cell in enumerate(cells) if undeclared else ():
                if cell in undeclared and chosen[row]:
                    chosen[row] = False
                    if among in self.unread or (among, cell) in self.refused:
                        continue
                    # What a referential lacks is no fault of an overlay that is made for several.
                    line, near = table.lines[row], self.near(among, cell)
                    if self.overlay and among == "occupations":
                        missing = self.missing("overlay_occupation_missing")
                        self.note(missing, table, line, subject=cell, near=near)
                    else:
                        self.note("link_to_nowhere", table, line, subject=cell, among=among, near=near)
        return table.keep(chosen)

    def rows(self, table: Table, fields: Mapping[str, "Field"]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (line, what each field says), read from its column; what cannot be read is unknown, and noted."""
        columns: list[Sequence[Any]] = []
        for column, how in fields.values():
            cells = table.column(column)
            if how is not None:
                known: dict[str, Any] = {**how.known}
                rows = zip(table.lines, cells, strict=True)
                cells = [known[c] if c in known else self._read(how, c, column, table, line, known) for line, c in rows]
            columns.append(cells)
        for line, values in zip(table.lines, zip(*columns, strict=True), strict=True):
            yield line, dict(zip(fields, values, strict=True))

    def _read(self, how: "CellType", cell: str, column: str, table: Table, line: int, known: dict[str, Any]) -> Any:
        """Read a cell; what is read without a notice reads the same further down, and is kept in `known`."""
        before = self.noted
        value = how.read(self, cell, column, table, line)
        if self.noted == before:
            known[cell] = value
        return value

    def coded(
        self, known: Mapping[str, _Value], value: str, column: str, table: Table, line: int, *, is_kind: bool = False
    ) -> _Value:
        """
        Meaning of a coded cell; one that the format does not know is read as an empty one, and reported.

        That is unknown; of a kind, which cannot be, the commonest.
        """
        decoded = meaning(known, value)
        if decoded is None and is_kind:
            self.note("invalid_kind", table, line, column=column, value=value, read=known[""])
        elif decoded is None:
            self.note("invalid_value", table, line, column=column, value=value)
        return known[""] if decoded is None else decoded

    def whole(
        self, cell: str, column: str, table: Table, line: int, *, least: int = 0, most: float = inf
    ) -> int | None:
        """Whole number that a cell gives; None where it is empty or, with a notice, where it is out of bounds."""
        if cell.isdecimal() and least <= (number := float(cell)) <= most and number < inf:
            return int(cell)
        if cell:
            self.note("invalid_value", table, line, column=column, value=cell)
        return None

    def figure(self, cell: str, column: str, table: Table, line: int, *, low: float, high: float) -> float | None:
        """Figure from `low` to `high` that a cell gives; None where it is empty or, with a notice, out of that."""
        if low <= (value := decimal_number(cell)) <= high:
            return value
        if cell:
            self.note("invalid_value", table, line, column=column, value=cell)
        return None


class CellType(NamedTuple):
    """What some cells of a column say, the empty one for example, and what reads the others."""

    known: Mapping[str, Any]
    read: Callable[[Draft, str, str, Table, int], Any]


Field = tuple[str, CellType | None]
"""Column that a field of a row is read from, and how; None = plain text."""
UNKNOWN: Final[Mapping[str, None]] = {"": None}
OPTIONAL: Final = CellType(UNKNOWN, lambda _draft, cell, *_where: cell)


def coded_cells(known: Mapping[str, Any], *, is_kind: bool = False) -> CellType:
    """Return how cells are read that are words of a code; see `Draft.coded`."""
    return CellType(known, lambda draft, cell, *where: draft.coded(known, cell, *where, is_kind=is_kind))


def from_row(kind: Callable[..., _Value], row: Mapping[str, Any], /, **more: object) -> _Value:
    """
    Make a value of a row: each of its fields takes the column of its name, if there is one.

    Examples
    --------
    >>> from_row(model.Competency, {"code": "C1", "label": "Souder", "kind": "savoir-faire", "note": "?"}).macro is None
    True
    """
    fields = kind.__annotations__
    return kind(**{column: cell for column, cell in row.items() if column in fields}, **more)


@dataclass(frozen=True, slots=True)
class FileSet:
    """
    Files of one set by kind, in lower case.

    `expected` is the name, with ``{kind}`` in it, under which the file of a kind is published; `required` are the kinds
    without which there is no referential; `edition` is the version or language that the names carry; `others` are the
    files that are not of this set, each with the edition that its name carries, None for none of the format; `how` says
    how its files are written, see `Draft.read`.
    """

    source: FileSource
    by_kind: Mapping[str, str]
    expected: str
    required: tuple[str, ...]
    edition: str = ""
    others: Mapping[str, str | None] = field(default_factory=dict)
    how: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_one_edition(cls, source: FileSource, names: re.Pattern[str], rank: Callable[[str], Any]) -> "FileSet":
        """
        Sort the files of a source by kind; of several editions that lie together, the one with most files is taken.

        `names` has groups ``kind`` and ``edition``; a file without the latter serves all. Of editions as complete, the
        one of the highest `rank` is taken.
        """
        matches = {name: match for name in source.names if (match := names.match(name))}
        carried = {name: m["edition"].lower() for name, m in matches.items() if m["edition"] is not None}
        counts = Counter(carried.values())
        edition = max(counts, key=lambda edition: (counts[edition], rank(edition)), default="")
        by_kind: dict[str, str] = {}
        for name, match in matches.items():
            if carried.get(name, edition) == edition:
                by_kind.setdefault(match["kind"].lower(), name)
        others = {name: carried.get(name) for name in source.names if name not in by_kind.values()}
        return cls(source, by_kind, "", (), edition, others)

    def check(self, draft: Draft, known: Callable[[str], bool], code: str, word: str) -> None:
        """
        Report the required kinds that are missing, and the files that are not read.

        `known` says whether the format has a kind; a file of another edition is reported under `code`, with the one
        that is read as `word`.
        """
        self.check_required(draft)
        values: dict[str, Any] = {word: self.edition}
        for name, edition in self.others.items():
            if edition not in (None, self.edition):
                draft.log.note(code, file=name, **values)
            elif name.lower().endswith(".csv"):
                draft.log.note("unknown_file", file=name)
        for kind, name in sorted(self.by_kind.items()):
            if not known(kind):
                draft.log.note("unknown_file", file=name)

    def check_required(self, draft: Draft) -> None:
        """Report the required kinds that are missing."""
        for kind in self.required:
            if kind.casefold() not in self.by_kind:
                draft.log.note("missing_required_file", file=self.expected.format(kind=kind))

    def read(self, kind: str, columns: Sequence[str], draft: Draft, *, optional: Sequence[str] = ()) -> Table:
        """Read the file of one kind; an absent one costs its feature only, and is reported."""
        name = self.by_kind.get(kind.casefold())
        if name is not None:
            needed = kind in self.required
            return draft.read(self.source, name, needed=needed, required=columns, optional=optional, **self.how)
        expected = self.expected.format(kind=kind)
        if kind not in self.required:
            draft.log.note("missing_file", file=expected, feature=kind)
        return empty_table(expected)


def requirement_key(row: model.CredentialRequirement) -> tuple[str, ...]:
    """Return what distinguishes two rows of one occupation's credentials."""
    return row.occupation, row.credential, row.group, row.alternative, row.scope, row.titles


def _undeclared_codes(cells: Sequence[str], known: Collection[str]) -> list[tuple[int, str]]:
    """Codes that are not in `known`, empty ones excluded, each with the row where it comes first."""
    unknown = set(cells).difference(known, [""])
    first_row: dict[str, int] = {}
    for row, cell in enumerate(cells) if unknown else ():
        if cell in unknown:
            first_row.setdefault(cell, row)
    return [(row, code) for code, row in first_row.items()]


def meaning(known: Mapping[str, _Value], value: str) -> _Value | None:
    """
    What a coded cell means, without regard to case, accents and hyphens; None where it is no word of the code.

    Examples
    --------
    >>> meaning({"": "unknown", "non": "no"}, "NON")
    'no'
    >>> meaning({"savoir-être": "savoir-être"}, "Savoir etre")
    'savoir-être'
    """
    if value in known:
        return known[value]
    plain = normalise_label(value)
    return next((decoded for word, decoded in known.items() if plain and normalise_label(word) == plain), None)


def check_draft(draft: Draft) -> None:
    """
    Check what only the whole of a draft can show: links, domains, circles, prerequisites, jobs that ask for nothing.

    Raises
    ------
    ValueError
        If a reader gives a status that is none, or a credential that supposes or grants one that it does not give.
    PasserellesError
        If prerequisites of credentials form a chain longer than any law knows.
    """
    known = get_args(model.RequirementStatus)
    if odd := {s for asked in draft.requirements.values() for s in asked.values()}.difference(known):
        raise ValueError(f"status {', '.join(sorted(map(repr, odd)))} ({', '.join(known)})")
    if lost := {p for c in draft.credentials.values() for p in (*c.supposed, *c.grants)} - draft.credentials.keys():
        raise ValueError(f"credentials {', '.join(sorted(map(repr, lost)))}")
    if not draft.overlay:
        _drop_links_to_nowhere(draft)
    _complete_domains(draft)
    _cut_cycles(draft)
    _refuse_deep_prerequisites(draft)
    _report_oddities(draft)


def _drop_links_to_nowhere(draft: Draft) -> None:
    """Leave out links to what nothing declares, for readers that know no tables: `Draft.linked` notes lines as well."""

    def is_declared(occupation: str, among: str, code: str) -> bool:
        kind, linked = (among, code) if occupation in draft.occupations else ("occupations", occupation)
        if linked not in getattr(draft, kind):
            draft.note("link_to_nowhere", subject=linked, among=kind)
            return False
        return True

    for o, asked in draft.requirements.items():
        draft.requirements[o] = {code: status for code, status in asked.items() if is_declared(o, "competencies", code)}
    draft.titles = {k: t for k, t in draft.titles.items() if is_declared(t.occupation, "occupations", t.occupation)}
    draft.mobilities = {k: row for k, row in draft.mobilities.items() if is_declared(k[0], "occupations", k[1])}
    draft.occupation_contexts = {(o, c) for o, c in sorted(draft.occupation_contexts) if is_declared(o, "contexts", c)}
    draft.occupation_tags = {k: flag for k, flag in draft.occupation_tags.items() if is_declared(k[0], "tags", k[1])}
    rows = draft.credential_requirements
    draft.credential_requirements = {k: row for k, row in rows.items() if is_declared(k[0], "credentials", k[1])}


def _complete_domains(draft: Draft) -> None:
    """A ROME occupation without a domain takes that of its code: K2110 is in K21, which is in K."""
    for code, occupation in draft.occupations.items():
        if occupation.domain is None and is_rome_code(code):
            draft.occupations[code] = replace(occupation, domain=code[:3])
            draft.domains.setdefault(code[:1], model.Domain(code[:1], None))
            draft.domains.setdefault(code[:3], model.Domain(code[:3], None, code[:1]))
        elif occupation.domain is not None and occupation.domain not in draft.domains:
            draft.note("undeclared_domain", subject=occupation.domain)
            draft.domains[occupation.domain] = model.Domain(occupation.domain, None)


def _cut_cycles(draft: Draft) -> None:
    """Follow each chain of macro-competencies or domains; cut what leads nowhere or closes a circle, with a notice."""
    for among, link in (("competencies", "macro"), ("domains", "parent")):
        rows: dict[str, Any] = getattr(draft, among)
        stated = {code: getattr(row, link) for code, row in rows.items()}
        parents = dict(stated)
        for code in sorted(c for c, parent in parents.items() if parent is not None and parent not in parents):
            draft.note("parent_to_nowhere", subject=code, parent=parents[code], among=among)
            parents[code] = None
        for code in cycle_starts(parents):
            draft.note("cyclic_hierarchy", subject=code, parent=parents[code], among=among)
            parents[code] = None
        rows |= {code: rows[code]._replace(**{link: None}) for code in rows if parents[code] != stated[code]}


def _refuse_deep_prerequisites(draft: Draft) -> None:
    """Refuse chains of prerequisites that no law knows: what follows them would take hours, or the whole stack."""
    direct = {code: set(credential.prerequisites) for code, credential in draft.credentials.items()}
    endless = {code for circle in circles(direct) for code in circle}
    longer = {code for code, required in direct.items() if required and code not in endless}
    for _ in range(_LONGEST_CHAIN):
        longer = {code for code in longer if direct[code] & longer}
    if longer:
        raise PasserellesError("prerequisites_too_deep", code=min(longer), most=_LONGEST_CHAIN)


def cycle_starts(parents: Mapping[str, str | None]) -> list[str]:
    """
    One code of each circle in a parent relation: the smallest, so that two runs cut the same link; sorted.

    Examples
    --------
    >>> cycle_starts({"a": "b", "b": "a", "c": "a", "d": None})
    ['a']
    """
    # A circle is of codes that are parents, which are few.
    above = {code: parents.get(code) for code in parents.values() if code is not None}
    return [circle[0] for circle in circles({code: [up] for code, up in above.items() if up is not None})]


def _report_oddities(draft: Draft) -> None:
    """Report occupations that ask for nothing, codes of an odd form, and competencies that nobody asks for."""
    if draft.overlay:  # the referential under it was reported already; what an overlay adds is a copy of a base
        return
    for code in sorted(draft.occupations):
        if not draft.requirements.get(code):
            draft.note("no_requirements", subject=code)
        if not looks_like_code(code):
            draft.note("odd_code", subject=code)
    required = {code for competencies in draft.requirements.values() for code in competencies}
    unused = sum(c.code not in required and not c.is_macro for c in draft.competencies.values())
    if unused:
        draft.note("competency_unused", count=unused)
    if not draft.occupations:
        draft.note("no_occupations")


def refuse_unusable(notices: Iterable[Notice], place: Path) -> None:
    """
    Stop where a notice says that what was read cannot serve.

    Raises
    ------
    ReferentialError
        Names the files and the place; `issues` has every notice.
    """
    issues = tuple(notices)
    unusable = "missing_required_file unusable_required_file invalid_manifest manifest_syntax no_occupations"
    for code in unusable.split():
        faults = [n for n in issues if n.code == code]
        if faults:
            values = {"reason": "", "line": faults[0].line, **dict(faults[0].values)}
            raise ReferentialError(code, issues=issues, files=", ".join(n.file for n in faults), path=place, **values)
