"""Credentials: tables of them and of what jobs demand, the catalogue of the law, and published lengths of training."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import chain
from math import exp, isfinite, log, nan
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import numpy as np

from passerelles import model
from passerelles.codes import circles, grouped, reached
from passerelles.io.archive import read_file
from passerelles.io.csv import Table, decimal_number, read_table
from passerelles.language.say import day_text
from passerelles.notices import Notice
from passerelles.referentials.draft import Draft, from_row, refuse_unusable, requirement_key
from passerelles.referentials.places import bundled, bundled_folder, place_of
from passerelles.referentials.table_format import OwnTables, files_of, open_tables
from passerelles.vectors import Floats

_FACTS: Final = ("credential", "occupation_access")  # how names of a catalogue's files begin, that of recodes aside
DEFAULT: Final = "acces-france"
RECODES: Final = "occupation_recodes.csv"
_Row = tuple[int, dict[str, Any]]


def read_facts(tables: OwnTables, draft: Draft, *, lent: str = "", catalogue: str = "") -> None:
    """
    Read credentials, what each occupation demands of them, and what access to it is as a whole.

    Tables may name the credentials of a `lent` catalogue by their codes; those that they do not name are taken back. An
    overlay of a branch thus states what its occupations demand, and no fact about a credential a second time. A
    `catalogue` itself speaks of occupations that no file of it declares.
    """
    borrowed = read_catalogue(lent).credentials if lent else {}
    before = draft.credentials
    draft.credentials = {**borrowed, **before}
    _credentials(tables, draft)
    _credential_requirements(tables, draft, catalogue)
    named = [row.credential for row in draft.credential_requirements.values()]
    used = {*with_supposed(draft.credentials, (*named, *before)), *before}
    items = draft.credentials.items()
    draft.credentials = {code: value for code, value in items if code in used or value is not borrowed.get(code)}
    _occupation_access(tables, draft, catalogue)


def _credentials(tables: OwnTables, draft: Draft) -> None:
    """Credentials with hours, prerequisites and reductions; hours without a source, or in disorder, are unknown."""
    table = tables.read("credentials")
    shipped = tables.source.place in bundled("overlay").values()  # no user can mend what the package says
    ended = "shipped_credential_ended" if shipped else "credential_ended"
    for line, row in tables.rows(table, "credentials"):
        code, label, until = row["code"], row["label"], row["valid_until"]
        if code and not label:
            draft.note("label_missing", table, line, subject=code)
        if until and until < model.day_of().isoformat():
            draft.note(ended, table, line, subject=label or code, until=partial(day_text, until))
        stated = row["hours_source"]
        text = stated or row["source"]  # what states the hours in the firm or the months, unless said apart
        row["hours"] = _hours(_triple(row, "hours"), stated, draft, table, line)
        for name, start in (("company_hours", "company"), ("months", "months")):
            cells = _triple(row, start)
            row[name] = _hours(cells, text if any(cells) else "", draft, table, line)
        row |= {"label": label or code, "grants": tuple(row["grants"].split())}
        row["before_training"] = row["before_training"] == "yes"
        draft.declare("credentials", from_row(model.Credential, row), table, line)
    _note_lost_grants(draft)
    prerequisites = _prerequisites(tables, draft)
    _reductions(tables, draft)
    _note_prerequisite_circles(draft, prerequisites)


def _triple(row: Mapping[str, str], name: str) -> list[str]:
    return [row.get(f"{name}_{end}", "") for end in ("low", "expected", "high")]


def _note_lost_grants(draft: Draft) -> None:
    """Note and leave out the credentials that one is said to grant but nothing declares."""
    for code, credential in sorted(draft.credentials.items()):
        grants = tuple(grant for grant in credential.grants if grant in draft.credentials)
        for grant in credential.grants:
            if grant not in grants:
                draft.note("link_to_nowhere", subject=grant, among="credentials")
        if grants != credential.grants:  # else the same value, by which `read_facts` knows those lent
            draft.credentials[code] = replace(credential, grants=grants)


def _prerequisites(tables: OwnTables, draft: Draft) -> Table:
    """Read prerequisites: plain ones, or alternatives of a group; return the rows that state them."""
    keys, also = ("credential", "requires"), ("group", "alternative")
    table = tables.read("credential_prerequisites")
    table = draft.linked(draft.keyed(table, *keys, also=also), credential="credentials", requires="credentials")
    members: list[tuple[str, tuple[str, tuple[str, str]]]] = []
    for line, row in tables.rows(table, "credential_prerequisites"):
        code, required, group, alternative = (row[key] for key in (*keys, *also))
        credential, plain = draft.credentials[code], set() if group else {required}
        before = tuple(sorted(plain.union(credential.prerequisites)))
        suppositions = (*credential.suppositions, from_row(model.Supposition, row))
        draft.credentials[code] = replace(credential, prerequisites=before, suppositions=suppositions)
        if alternative and not group:
            draft.note("alternative_without_group", table, line, subject=f"{code} - {required}")
        if group:
            members.append((code, (group, (alternative, required))))
    for code, named in sorted(grouped(members).items()):
        credential = draft.credentials[code]
        choices = tuple(alternatives_of(grouped(group)) for _, group in sorted(grouped(named).items()))
        draft.credentials[code] = replace(credential, choices=tuple(dict.fromkeys((*credential.choices, *choices))))
        for alternatives in choices:
            both = {member for way in alternatives for member in way} & {code, *credential.prerequisites}
            if both or len(alternatives) == 1:  # a choice of one, or between what is asked for anyway
                draft.note("prerequisite_contradictory", table, subject=code, others=", ".join(sorted(both)))
    return table


def alternatives_of(named: Mapping[str, Sequence[str]]) -> model.Alternatives:
    """Return the alternatives of a group by name: their codes, sorted, in the order of the names."""
    return tuple(tuple(sorted(named[name])) for name in sorted(named))


def _reductions(tables: OwnTables, draft: Draft) -> None:
    """Shorter trainings for who holds another credential, or has done another job."""
    also = ("experience_months", "hours", "company_hours")
    table = draft.keyed(tables.read("credential_reductions"), "credential", "holder_of", also=also)
    table = draft.linked(table, credential="credentials")
    read: list[tuple[str, model.Reduction]] = []
    for line, row in tables.rows(table, "credential_reductions"):
        figures = {name: _figure(row[name]) for name in also}
        if all(figure is None or isfinite(figure) for figure in figures.values()):
            read.append((row["credential"], from_row(model.Reduction, row | figures)))
        else:
            value = " / ".join(row[name] for name in ("hours", "company_hours", "experience_months"))
            draft.note("hours_invalid", table, line, value=value)
    for code, reductions in grouped(read).items():
        credential = draft.credentials[code]
        every = tuple(dict.fromkeys((*credential.reductions, *reductions)))
        draft.credentials[code] = replace(credential, reductions=every)


def _hours(cells: Sequence[str], source: str, draft: Draft, table: Table, line: int) -> model.Hours:
    if not any(cells):
        return model.Hours(source=source)
    values = [_figure(cell) for cell in cells]
    stated = [value for value in values if value is not None]
    if not all(map(isfinite, stated)) or stated != sorted(stated):
        draft.note("hours_invalid", table, line, value=" / ".join(cell or "–" for cell in cells))
        return model.UNKNOWN_HOURS
    if stated and not source:
        draft.note("hours_unsourced", table, line, value=" / ".join(cell or "–" for cell in cells))
        return model.UNKNOWN_HOURS
    return model.Hours(values[0], values[1], values[2], source)


def _figure(cell: str) -> float | None:
    """Read a number as a French or an English spreadsheet writes it: ``1 120,5``, ``1120.5``; nan for what is none."""
    if not cell.strip():
        return None
    figure = decimal_number(cell)
    return figure if figure >= 0 else nan


def _note_prerequisite_circles(draft: Draft, table: Table) -> None:
    """
    Note each circle of prerequisites once, with the rows of `table` that make it.

    They are kept: nobody could obtain these credentials, and paths that take one say so.
    """
    direct = {code: credential.prerequisites for code, credential in draft.credentials.items()}
    for circle in circles(direct):
        first, last = circle[0], min(code for code in direct[circle[0]] if code in circle)
        lines = [line for line, ends in table.numbered("credential", "requires") if set(ends) <= set(circle)]
        if lines or not draft.overlay:  # else noted already for the referential under the overlay
            line, rows = next(iter(lines), None), ", ".join(map(str, lines))
            draft.note("cyclic_prerequisite", table, line, subject=first, other=last, rows=rows)


def _credential_requirements(tables: OwnTables, draft: Draft, catalogue: str) -> None:
    """What each occupation demands, what is usual, and what merely leads to it."""
    keys, also = ("occupation", "credential"), ("group", "alternative", "scope", "titles")
    table = tables.read("credential_requirements")
    stated = draft.keyed(table, *keys, also=also)
    table = draft.linked(stated, credential="credentials")
    if not catalogue:  # asked of every row, so that one wrong at both ends is told of both at once
        there = set(draft.linked(stated, occupation="occupations").lines)
        table = table.keep([line in there for line in table.lines])
    rows = list(tables.rows(table, "credential_requirements"))
    for line, cells in rows if catalogue else _without_removals(rows, table, draft):
        titles = cells["titles"].split() if draft.overlay and not catalogue and not draft.elsewhere else []
        if strange := [code for code in titles if not _is_title_of(draft, code, cells["occupation"])]:
            draft.note("invalid_value", table, line, column="titles", value=" ".join(strange))
            # Where none is known, some titles are meant all the same: the others are not asked for it.
            cells["titles"] = " ".join(code for code in titles if code not in strange) or cells["titles"]
        if cells["scope"] in get_args(model.Ground):
            cells |= {"ground": cells["scope"], "scope": "titles" if cells["titles"] else "all"}
        row = from_row(model.CredentialRequirement, cells, origin=catalogue)
        if (row.kind == "one-of") != bool(row.group) or (row.group and not row.alternative):
            draft.note("group_incoherent", table, line, subject=f"{row.occupation} - {row.credential}")
            row = row._replace(kind="option", group="", alternative="")
        draft.credential_requirements[requirement_key(row)] = row


def _is_title_of(draft: Draft, code: str, occupation: str) -> bool:
    title = draft.titles.get(code)
    return title is not None and occupation in (title.occupation, title.fiche)


def _without_removals(rows: Sequence[_Row], table: Table, draft: Draft) -> list[_Row]:
    """
    Take from occupations what rows say to remove, and return the other rows.

    A credential of a group of alternatives goes with the whole group. What a catalogue is to bring later is noted in
    `Draft.removed`.
    """
    removals = {(c["occupation"], c["credential"]): line for line, c in rows if c["action"] == "remove"}
    for (occupation, code), line in removals.items():
        of_occupation = [row for row in draft.credential_requirements.values() if row.occupation == occupation]
        every = [*of_occupation, *_catalogue_rows(draft, occupation)]
        groups = {row.group for row in every if row.credential == code}
        ways = [row.credential for row in every if row.group and row.group in groups]
        with_it = [c for c in ways if (occupation, c) not in removals]
        if not groups:
            draft.note("overlay_not_asked", table, line, subject=code)
        elif with_it:
            draft.note("choice_removed", table, line, subject=code, others=", ".join(dict.fromkeys(with_it)))
        for row in of_occupation:
            if row.credential == code or (row.group and row.group in groups):
                del draft.credential_requirements[requirement_key(row)]
        draft.removed.add((occupation, code))
    return [row for row in rows if row[1]["action"] != "remove"]


def _catalogue_rows(draft: Draft, occupation: str) -> list[model.CredentialRequirement]:
    """Return what the catalogue, laid after an overlay, would demand of an occupation."""
    if draft.family != "rome":
        return []
    titles = grouped((t.fiche or t.occupation, t.code) for t in draft.titles.values()) if draft.older else {}
    return read_catalogue().of_occupation(draft.occupations[occupation], (), titles)[0]


def _occupation_access(tables: OwnTables, draft: Draft, catalogue: str) -> None:
    """What access to each occupation is as a whole; see `OccupationAccess`; none is open that requires a thing."""
    demands = (r for r in draft.credential_requirements.values() if r.kind in ("required", "one-of"))
    required = grouped(sorted((r.occupation, r.credential) for r in demands if r.scope == "all"))
    table = draft.keyed(tables.read("occupation_access"), "occupation")
    if not catalogue:
        table = draft.linked(table, occupation="occupations")
    for line, cells in tables.rows(table, "occupation_access"):
        row = from_row(model.OccupationAccess, cells, origin=catalogue)
        if row.level_low is not None and row.level_high is not None and row.level_low > row.level_high:
            draft.note("invalid_value", table, line, column="level_low", value=f"{row.level_low} > {row.level_high}")
            row = row._replace(level_low=None, level_high=None)
        if row.status == "open" and row.occupation in required:
            others = ", ".join(dict.fromkeys(required[row.occupation]))
            draft.note("access_contradictory", table, line, subject=row.occupation, others=others)
        draft.occupation_access[row.occupation] = row


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The facts of a catalogue as they were read; `name` is its name and version."""

    name: str
    credentials: Mapping[str, model.Credential]
    requirements: Mapping[str, Sequence[model.CredentialRequirement]]
    occupations: Mapping[str, model.OccupationAccess]
    recodes: Mapping[str, int]
    notices: tuple[Notice, ...]

    def means_another(self, code: str, version: str) -> bool:
        """Whether a code of this version of ROME names another job than the one whose facts the catalogue holds."""
        return version.isdigit() and int(version) >= self.recodes.get(code, int(version) + 1)

    def of(
        self, code: str, older_titles: Sequence[str] = ()
    ) -> tuple[Sequence[model.CredentialRequirement], model.OccupationAccess | None]:
        """
        Return what the catalogue says of an occupation.

        With `older_titles`, the code is a fiche of an older referential, and these are the codes of its titles: what a
        later one has under another fiche takes what is demanded there.
        """
        members = grouped(sorted((self._later_fiches.get(title, code), title) for title in older_titles))
        if members.keys() <= {code}:
            return self.requirements.get(code, ()), self.occupations.get(code)
        whole = {member: self.occupations[member] for member in members if member in self.occupations}
        return _rows_of_all(code, self.requirements, members), _access_of_all(code, whole, members)

    def of_occupation(
        self, occupation: model.Occupation, settled: Collection[str], older_titles: Mapping[str, Sequence[str]]
    ) -> tuple[list[model.CredentialRequirement], model.OccupationAccess | None]:
        """
        Return what the catalogue says of an occupation, or of the fiches that a specialised one is a part of.

        What is `settled` there otherwise is left out, with the choices that it makes. `older_titles`: by fiche.
        """
        code, bases = occupation.code, occupation.bases or (occupation.code,)
        (facts, access), *others = [self.of(base, older_titles.get(base, ())) for base in bases]
        facts = [*facts, *(row for rows, _ in others for row in rows)]
        chosen = {row.group for row in facts if row.group and row.credential in settled}
        added = [row for row in facts if row.credential not in settled and row.group not in chosen]
        if occupation.also:  # two fiches may demand the same thing: what is required of one is of both
            added.sort(key=lambda row: row.kind != "required")
            added = list({demand(row)[:1] + demand(row)[2:]: row for row in reversed(added)}.values())
        return [row._replace(occupation=code) for row in added], access and access._replace(occupation=code)

    @cached_property
    def _later_fiches(self) -> Mapping[str, str]:
        return {title: row.occupation for row in self.occupations.values() for title in row.older_titles.split()}


def read_catalogue(name_or_path: str | Path = DEFAULT) -> Catalogue:
    """
    Read a catalogue of access facts: an overlay that has credentials, and what occupations demand.

    Raises
    ------
    ReferentialError
        If its manifest is missing or not valid.
    PasserellesError
        If there is no such catalogue.
    """
    place = place_of(name_or_path, "overlay")
    return _embedded_catalogue(place) if place == bundled("overlay").get(place.name) else _catalogue_at(place)


def _catalogue_at(place: Path) -> Catalogue:
    source = open_tables(place)
    draft = Draft(overlay=source.place.stem)
    tables = OwnTables(source, draft)
    manifest = tables.manifest()
    refuse_unusable(draft.log.notices(), source.place)
    names = [name for name in files_of("overlay") if name.startswith(_FACTS)]
    tables.check_names(names, known=[RECODES])
    read_facts(tables, draft, catalogue=manifest.name)
    named = tables.rows(tables.read("occupation_recodes"), "occupation_recodes")
    # First version of the referential in which a code names another job, by code; a table that may be absent.
    recodes = {row["occupation"]: row["version"] for _, row in named if row["version"] is not None}
    rows = grouped((row.occupation, row) for _, row in sorted(draft.credential_requirements.items()))
    name, credentials = f"{manifest.name} {manifest.version}", dict(sorted(draft.credentials.items()))
    return Catalogue(name, credentials, rows, draft.occupation_access, recodes, draft.log.notices())


# Every graph that is built asks for what is embedded, which stays as it is.
_embedded_catalogue: Final = cache(_catalogue_at)


def with_supposed(credentials: Mapping[str, model.Credential], codes: Iterable[str]) -> set[str]:
    """
    Return credentials with all that they suppose, one way or another.

    Examples
    --------
    >>> from passerelles.model import Credential
    >>> sorted(with_supposed({"C": Credential("C", "C", "permis", prerequisites=("B",))}, ["C"]))
    ['B', 'C']
    """

    def following(code: str) -> Iterable[str]:
        credential = credentials.get(code)
        return (*credential.supposed, *credential.grants) if credential else ()

    return reached(codes, following)


def _rows_of_all(
    code: str, rows_of: Mapping[str, Sequence[model.CredentialRequirement]], members: Mapping[str, Sequence[str]]
) -> list[model.CredentialRequirement]:
    """Rows of several fiches as those of one that held titles of all: each with the titles of which it is demanded."""
    every = frozenset(chain(*members.values()))
    names: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    asked: dict[tuple[str, ...], tuple[model.CredentialRequirement, frozenset[str]]] = {}
    for member, own in members.items():
        of_whom = ((row, frozenset(row.titles.split() or own).intersection(own)) for row in rows_of.get(member, ()))
        rows = [(row, titles) for row, titles in of_whom if titles]
        ways = grouped((row.group, (row.alternative, row.credential)) for row, _ in rows if row.group)
        for group in ways:  # choices of one name that have other ways are others
            taken = any(group == other for other, _ in names)
            names.setdefault((group, ways[group]), f"{group} {member}" if taken else group)
        for row, titles in rows:
            group = names[row.group, ways[row.group]] if row.group else ""
            scope: model.Scope = "all" if row.scope == "titles" else row.scope
            of_all = row._replace(occupation=code, group=group, scope=scope, titles="")
            first, others = asked.get(demand(of_all), (of_all, frozenset()))
            asked[demand(of_all)] = first, others | titles
    return [row if titles == every else _of_titles(row, titles) for _, (row, titles) in sorted(asked.items())]


def _of_titles(row: model.CredentialRequirement, titles: Iterable[str]) -> model.CredentialRequirement:
    """Return a row of everybody as one of some titles."""
    return row._replace(scope="titles" if row.scope == "all" else row.scope, titles=" ".join(sorted(titles)))


def demand(row: model.CredentialRequirement) -> tuple[str, ...]:
    """Return what a row demands, whoever demands it."""
    return row.credential, row.kind, row.group, row.alternative, row.scope


def _access_of_all(
    code: str, whole: Mapping[str, model.OccupationAccess], members: Mapping[str, Sequence[str]]
) -> model.OccupationAccess | None:
    """Access to several fiches as that of one that held titles of all: by and large, that of most of its titles."""
    if not whole:
        return None
    every = frozenset(chain(*members.values()))
    main = whole[max(whole, key=lambda member: (len(members[member]), member == code))]
    asked = {m: frozenset(row.titles.split() or members[m]).intersection(members[m]) for m, row in whole.items()}
    selective = frozenset(chain(*(asked[m] for m, row in whole.items() if row.status == "selective")))

    def selection(member: str) -> tuple[model.SelectionKind | None, model.Scope]:
        """Return how people are chosen, and of whom, some titles or all of them aside."""
        row = whole[member]
        of_all = row.selection_scope == "titles" or row.status == "selective"
        return row.selection, "all" if of_all else row.selection_scope

    chosen = [m for m in whole if whole[m].selection is not None and asked[m]]
    lead = max(chosen, key=lambda m: (whole[m].status == "selective", len(asked[m])), default=main.occupation)
    titles = frozenset(chain(*(asked[m] for m in chosen if selection(m) == selection(lead))))
    kind, scope = selection(lead)
    of_each = ((*selection(m), whole[m].selection_label, " ".join(sorted(asked[m]))) for m in chosen)
    own = (model.Selection(k, label, "titles" if s == "all" else s, of) for k, s, label, of in of_each if k)
    statuses = {row.status for row in whole.values()}
    status: model.AccessStatus = "open" if statuses == {"open"} else "conditional"
    if "unknown" in statuses:
        status = "unknown"
    elif 2 * len(selective) >= len(every):
        status = "selective"
    some = titles < every
    return main._replace(
        occupation=code,
        status=status,
        selection=kind,
        selection_label=whole[lead].selection_label,
        selection_scope="titles" if some and scope == "all" else scope,
        titles=" ".join(sorted(titles)) if some else "",
        selections=tuple(own),
    )


_FIGURES: Final = ("centre_low", "centre_hours", "centre_high")
_COLUMNS: Final = ("code", "label", "level", "domain", "rome", "kind", "source", "valid_until")
OF_KIND: Final = "CFD"  # before the three digits of a kind of diplomas (code formation diplôme)
_SHARED_SOURCE: Final = 0.75  # n rows from one text at one level count as n ** (1 - this)
_PRIOR_WEIGHT: Final = 4  # weight of "no difference" against the courses of a domain
_TAILS: Final = (0.08, 0.92)  # a little outside the tenth and ninetieth: the spread is that of the rows fitted on


class Duration(NamedTuple):
    """
    Hours that a certification lasts, as published.

    `code` is that of the register or the catalogue, or a kind of diplomas (`OF_KIND`), of no domain; `level` the
    European level, None for a course that gives none; `domain` the letter of ROME's main domain;
    `centre` hours at the training centre; `former` the numbers in the register that `code` follows, which older files
    still give; `until` the last day of that length (ISO, empty = none is known); `kind` what the hours are, a minimum
    for instance (see `show.hours_kind` of the language files).
    """

    code: str
    label: str
    level: int | None
    domain: str
    occupations: tuple[str, ...]
    centre: model.Hours
    former: tuple[str, ...] = ()
    until: str = ""
    kind: str = ""


class Estimate(NamedTuple):
    """Hours low, expected and high of a course of a level and a domain."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class DurationModel:
    """
    Medians by level and factors by domain, as logarithms of hours, and the spread around them.

    `lowest` are further factors of domains at the lowest level, where they differ most; `course` is the median length
    of a course that gives no level.
    """

    levels: Mapping[int, float]
    domains: Mapping[str, float]
    lowest: Mapping[str, float]
    spread: tuple[float, float]
    course: float

    def estimate(self, level: int, domain: str = "") -> Estimate:
        """
        Return hours for a level and a domain; a level beyond the table is its nearest.

        Examples
        --------
        >>> hours = duration_model().estimate(5, "M")
        >>> hours.low < hours.expected < hours.high
        True
        """
        nearest = min(self.levels, key=lambda known: (abs(known - level), known))
        middle = self.levels[nearest] + self.domains.get(domain, 0.0)
        middle += self.lowest.get(domain, 0.0) if nearest == min(self.levels) else 0.0
        low, high = (exp(middle + tail) for tail in self.spread)
        return Estimate(round(low), round(exp(middle)), round(high))


@cache
def load_durations() -> tuple[Duration, ...]:
    """Return the table that ships with the package, by code."""
    name = "durations.csv"
    table = read_table(read_file(bundled_folder() / "durations" / name), name=name, required=_COLUMNS, strip=True)
    rows = []
    for cells in table.columns(*_COLUMNS, *_FIGURES):
        codes, label, level, domain, rome, kind, source, until, *figures = cells
        code, *former = codes.split()
        low, expected, high = (float(f) if f else None for f in figures)
        hours, grade = model.Hours(low, expected, high, source), int(level) if level else None
        rows.append(Duration(code, label, grade, domain, tuple(rome.split()), hours, tuple(former), until, kind))
    return tuple(rows)


@cache
def duration_model() -> DurationModel:
    """Return what the shipped table says of certifications that are not in it."""
    return fit_durations(load_durations())


LEAST: Final = ("legal-minimum", "apprenticeship-minimum")  # hours that are no course's own length


@cache
def _least_of_apprentices() -> frozenset[tuple[float | None, ...]]:
    return frozenset(d.centre[:2] for d in load_durations() if d.kind == "apprenticeship-minimum")


def kind_of_hours(credential: model.Credential) -> str:
    """Return what its expected hours are: those of apprentices are a minimum, though a shorter contract has fewer."""
    of_apprentices = credential.hours_kind == "legal-minimum" and credential.hours[:2] in _least_of_apprentices()
    return "apprenticeship-minimum" if of_apprentices else credential.expected_kind


def fit_durations(durations: Sequence[Duration]) -> DurationModel:
    """
    Fit medians, factors and spread to published durations.

    Many certifications repeat the minimum of one text: rows of one source and level are weighed down together. What a
    text only caps says nothing of the length of others; a kind of diplomas is fitted by those of it that have a domain.
    """
    centred = [d for d in durations if d.domain and d.centre.expected]
    usable = [d for d in centred if d.level is not None and not _is_capped(d.centre)]
    levels, domains = np.asarray([d.level for d in usable]), np.asarray([d.domain for d in usable])
    hours = np.asarray([log(d.centre.expected or 1.0) for d in usable])
    shared = Counter((d.centre.source, d.level) for d in usable)
    weights = np.asarray([shared[d.centre.source, d.level] ** -_SHARED_SOURCE for d in usable])
    by_level: dict[int, float] = {}
    for level in sorted(set(levels.tolist())):
        mask = levels == level
        # A higher level never takes less: the few rows of one level bend to those below.
        by_level[level] = max([_quantile(hours[mask], weights[mask], 0.5), *by_level.values()])
    residuals = hours - np.asarray([by_level[level] for level in levels.tolist()])
    by_domain: dict[str, float] = {}
    lowest: dict[str, float] = {}
    for factors, rows in ((by_domain, levels > 0), (lowest, levels == min(by_level))):
        for domain in sorted(set(domains.tolist())):
            mask = rows & (domains == domain)
            factors[domain] = float((weights * residuals)[mask].sum() / (weights[mask].sum() + _PRIOR_WEIGHT))
            residuals[mask] -= factors[domain]
    low, high = (_quantile(residuals, weights, share) for share in _TAILS)
    courses = [d.centre.expected or 0.0 for d in centred if d.level is None]
    return DurationModel(by_level, by_domain, lowest, spread=(low, high), course=float(np.median(courses)))


def _is_capped(hours: model.Hours) -> bool:
    return hours.low is None and hours.high is not None and hours.high == hours.expected


def _quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, share)), len(values) - 1)])
