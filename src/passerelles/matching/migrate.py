"""Codes of an older version, or of another family of referentials, to the loaded one; what is open stays open."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, NamedTuple, get_args

from passerelles.codes import check_code, grouped
from passerelles.errors import PasserellesError
from passerelles.io.archive import FileSource
from passerelles.io.csv import parse_rows, read_rows
from passerelles.io.xlsx import Cell, cell_text
from passerelles.language.say import Lang, say
from passerelles.matching.index import Sought, TitleIndex, search
from passerelles.matching.reading import joined_words
from passerelles.matching.titles import SURE, resolve_competency, title_index
from passerelles.matching.worklist import CHOICE, Worklist, chosen_code
from passerelles.model import JobTitle, Profile, Stamp
from passerelles.referentials.draft import Draft
from passerelles.referentials.overlay import by_label
from passerelles.referentials.own_overlays import form_page, manifest_page
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Referential
from passerelles.referentials.table_format import DECLARED, OwnTables, heads, is_example, open_tables, sheet_title
from passerelles.referentials.taxonomies import code_of_uri
from passerelles.text import normalise_label
from passerelles.views.excel import BookPage
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import MAYBE_REFERENTIAL, Column, On, Record, dicts

Outcome = Literal["kept", "moved", "open", "unknown"]
Basis = Literal["title-code", "title", "parent", "code", "choice", "crosswalk", "none"]
Relation = Literal["exact", "close", "broad", "narrow", "related"]
_LONGEST: Final = 300


class Destination(NamedTuple):
    """
    A code of the loaded version to which an old code may lead.

    `share` is the part in (0, 1] of the old code's titles that are now under this one, None where the old version
    is not loaded; `merges` are the other old codes that send titles there too. `relation` is what a crosswalk between
    two families says of it (exact, close, broad: the old one is the broader, narrow, related), None within one family.
    """

    code: str
    label: str
    share: float | None
    merges: tuple[str, ...] = ()
    relation: str | None = None

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {k: v for k, v in DESTINATION.to_dict(self, lang).items() if k != "relation" or v is not None}


DESTINATION: Final = Record(
    "destination",
    "",
    Column("code", promised="code"),
    Column("label", promised="text?"),
    Column("share", "share", promised="share?"),
    Column("merges", value=lambda d, _: ", ".join(d.merges), json=lambda d, _: list(d.merges), promised=["text"]),
    Column("relation", schema=one_of(get_args(Relation))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Migration(Described):
    """
    Where one old code, with or without a title, leads.

    Attributes
    ----------
    code, title
        What was given.
    outcome
        ``kept`` (the same code), ``moved`` (another one), ``open`` (several are possible: a person decides) or
        ``unknown`` (nothing leads anywhere).
    destination
        The code, where it is decided; else None.
    basis
        What says so: the code of the title, its text, the parent group, the code itself, or a person's choice.
    destinations
        Every code that is possible, the largest share first, then by code.
    lost
        Titles of the old code that the loaded version no longer has; None where the old version is not loaded.
    referential
        The loaded version; None where nothing was asked.
    """

    code: str
    title: str
    outcome: Outcome
    destination: str | None
    basis: Basis
    destinations: tuple[Destination, ...]
    lost: int | None = None
    referential: Stamp | None = None

    spec: ClassVar[Record] = Record(
        "migration",
        "",
        Column("old_code", value="code", json_key="code", promised="code"),
        Column("title", promised="text?"),
        Column("outcome", value=lambda m, lang: say(f"resolve.migrate.outcome.{m.outcome}", lang=lang),
               json="outcome", promised=one_of(get_args(Outcome))),
        Column("new_code", value="destination", json_key="destination", promised="code?"),
        Column("basis", words="resolve.migrate.why", promised="text?"),
        Column("why", value=lambda m, lang: m.why(lang), on=On.JSON, promised="text"),
        Column("destinations", value=lambda m, lang: dicts(m.destinations, lang), on=On.JSON,
               promised=[DESTINATION.schema()]),
        Column("lost_titles", value="lost", on=On.JSON, promised="count?"),
        MAYBE_REFERENTIAL,
    )  # fmt: skip

    def why(self, lang: Lang = "fr") -> str:
        """Return what was decided and on what ground, as a sentence."""
        kind = "no_code" if self.outcome == "unknown" and not re.search(r"\d", self.code) else self.outcome
        key = self.basis if self.destination else kind if self.code else "empty"
        return say(f"resolve.migrate.why.{key}", lang=lang, n=len(self.destinations))


class TitleMoves(NamedTuple):
    """
    Title codes of two versions: in both, and of these how many keep their occupation's code or move to another.

    `in_family` have the old code as parent of the new one; `left_family` have not. `gone` and `added` are in one
    version only.
    """

    both: int
    kept: int
    moved: int
    in_family: int
    left_family: int
    gone: int
    added: int


class Versions:
    """
    Two versions of a referential, looked up by title code, title and parent.

    Parameters
    ----------
    new
        The loaded version.
    old
        The version of the list, or None where it is not loaded: parents and titles then decide alone.
    """

    def __init__(self, new: Referential, old: Referential | None = None) -> None:
        self.new = new
        self.old = old

    @cached_property
    def _new_titles(self) -> Mapping[str, str]:
        return MappingProxyType({t.code: t.occupation for t in self.new.titles})

    @property
    def _old_titles(self) -> Mapping[str, tuple[JobTitle, ...]]:
        """Titles of each old code."""
        return self.old.titles_under if self.old is not None else {}

    @cached_property
    def _children(self) -> Mapping[str, tuple[str, ...]]:
        """Occupations of the new version under each parent; a split fiche is replaced by its parts only in titles."""
        return grouped((o.parent, o.code) for o in self.new.occupations if o.parent and o.base is None)

    @cached_property
    def _senders(self) -> Mapping[str, tuple[str, ...]]:
        """Old codes that send titles to each new code."""
        links = {(self._new_titles.get(t.code, ""), old) for old, titles in self._old_titles.items() for t in titles}
        return grouped(sorted(links))

    def migrate(self, code: str, title: str = "") -> Migration:
        """
        Lead one code, with its title where there is one, to the loaded version.

        A title decides where its code, or its text among the codes possible, leads to one code only. A code alone
        decides where all its titles go to one code, or where its group has one member only. Nothing else does.

        Parameters
        ----------
        code
            Code of the older version.
        title
            Job title, or its title code (OGR).

        Raises
        ------
        PasserellesError
            If `code` is a number or empty.

        Examples
        --------
        >>> from passerelles import load_referential
        >>> migration = Versions(load_referential("transitions")).migrate("K2110", "Monitrice d'auto-école")
        >>> migration.outcome, migration.basis
        ('kept', 'title')
        """
        code = check_code(code, what="occupation").strip()
        if not any(code in known for known in (self.new.occupation_by_code, self._old_titles, self._children)):
            code = code.replace(" ", "").upper()
        possible, lost = self._destinations(code)
        title = title.strip()
        if title and len(title) <= _LONGEST:
            by_title = self._by_title(title, {d.code for d in possible})
            by_basis: dict[Basis, set[str]] = {"title-code": self._by_title_code(code, title), "title": by_title}
            for basis, codes in by_basis.items():
                if len(codes) == 1:
                    return self._migration(code, title, codes.pop(), basis, possible, lost)
        if len(possible) == 1 and not lost:
            only = possible[0]
            ground: Basis = "title-code" if only.share is not None else "code" if only.code == code else "parent"
            return self._migration(code, title, only.code, ground, possible, lost)
        return Migration(code, title, "open" if possible else "unknown", None, "none", possible, lost, self.new.stamp)

    def chosen(self, migration: Migration, code: str) -> Migration:
        """Return a migration decided by a person."""
        return self._migration(migration.code, migration.title, code, "choice", migration.destinations, migration.lost)

    def all(self) -> list[Migration]:
        """Lead every code of the older version; empty where it is not loaded."""
        return [] if self.old is None else [self.migrate(o.code) for o in self.old.occupations]

    def moves(self) -> TitleMoves:
        """Count the title codes that keep their occupation's code, move, and leave the old code's family."""
        old = {t.code: t.fiche or t.occupation for t in (self.old.titles if self.old else ())}
        new = {t.code: t.fiche or t.occupation for t in self.new.titles}
        parents = {o.code: o.parent for o in self.new.occupations}
        both = sorted(old.keys() & new.keys())
        same = sum(old[t] == new[t] for t in both)
        family = sum(parents.get(new[t]) == old[t] for t in both)
        gone, added = len(old) - len(both), len(new) - len(both)
        return TitleMoves(len(both), same, len(both) - same, family, len(both) - family, gone, added)

    def _destinations(self, code: str) -> tuple[tuple[Destination, ...], int | None]:
        """Codes to which an old code may lead, and how many of its titles are lost."""
        titles = self._old_titles.get(code)
        if titles is not None:
            counts = Counter(self._new_titles[t.code] for t in titles if t.code in self._new_titles)
            if counts:
                ranked = sorted(counts, key=lambda c: (-counts[c], c))
                total = len(titles)
                destinations = tuple(self._destination(c, counts[c] / total, code) for c in ranked)
                return destinations, total - sum(counts.values())
        codes = self._children.get(code) or ((code,) if code in self.new.occupation_by_code else ())
        return tuple(self._destination(c, None, code) for c in sorted(codes)), len(titles or ()) or None

    def _destination(self, code: str, share: float | None, old: str) -> Destination:
        merges = tuple(c for c in self._senders.get(code, ()) if c != old)
        return Destination(code, self.new.occupation_by_code[code].name, share, merges)

    def _by_title_code(self, code: str, title: str) -> set[str]:
        """New codes of a title given by its code, or found among the old code's titles by its text."""
        if title in self._new_titles:
            return {self._new_titles[title]}
        if self.old is None:
            return set()
        own_codes = {title.code for title in self._old_titles.get(code, ())}
        matches = {ogr for _, ogr in _exact(title_index(self.old), title) if ogr in own_codes}
        return {self._new_titles[ogr] for ogr in matches if ogr in self._new_titles}

    def _by_title(self, title: str, possible: set[str]) -> set[str]:
        codes = {code for code, _ in _exact(title_index(self.new), title)}
        return {code for code in codes if {code, self.new.occupation_by_code[code].base} & possible}

    def _migration(
        self, code: str, title: str, destination: str, basis: Basis, possible: Sequence[Destination], lost: int | None
    ) -> Migration:
        outcome: Outcome = "kept" if destination == code else "moved"
        if destination not in {d.code for d in possible}:
            possible = (self._destination(destination, None, code), *possible)
        return Migration(code, title, outcome, destination, basis, tuple(possible), lost, self.new.stamp)


def _exact(index: TitleIndex, title: str) -> Iterable[tuple[str, str]]:
    """Codes and title codes of the labels that are this text, in either gender form."""
    for entry, _ in index.exact.get(" ".join(joined_words(title, index.pack)), ()):
        yield index.entries[entry].code, index.entries[entry].ogr


_RELATIONS: Final[Mapping[str, Relation]] = {f"{r}match": r for r in get_args(Relation) if r != "related"}
_NEAREST_FIRST: Final[tuple[Relation, ...]] = get_args(Relation)
_BACKWARDS: Final[Mapping[Relation, Relation]] = {"broad": "narrow", "narrow": "broad"}
# Columns of the two published files: origin, target, relation. The ROME side is the code of a title (OGR).
_COLUMNS: Final = (
    ("esco", "rome", ("classification 1 id", "classification 2 id", "mapping relation")),
    ("onet", "esco", ("o*net id", "esco or isco uri", "type of match")),
)
_HUB: Final = "esco"  # the classification that both crosswalks share
Relations = Mapping[str, Mapping[str, Relation]]


class Crosswalk(NamedTuple):
    """
    A published crosswalk: links from codes of one family to those of another, each with its relation.

    ``broad`` says that the first is the broader, ``narrow`` that it is the narrower, as the publishers write it.
    `left_out` counts the rows that are no link between two occupations (a whole ISCO group, a relation unheard of,
    another one than a row above says).
    """

    origin: str
    target: str
    links: Relations
    left_out: int = 0


class Carried(NamedTuple):
    """
    A profile carried to another family: what could be said of it there, and what could not.

    `occupation` is how its occupation was led there (None where it has none), `competencies` gives the code there of
    each competency carried, `lost` those that nothing there surely corresponds to.
    """

    profile: Profile
    occupation: Migration | None
    competencies: Mapping[str, str]
    lost: tuple[str, ...]


def read_crosswalk(path: str | Path) -> Crosswalk:
    """
    Read the ESCO-ROME or the ESCO-O*NET crosswalk; the lines above the header are skipped.

    Raises
    ------
    PasserellesError
        If the file cannot be read, or is neither.
    """
    known = [set(columns) for _, _, columns in _COLUMNS]

    def fits(cells: Sequence[Cell]) -> int:
        names = {cell_text(cell).strip().casefold() for cell in cells}
        return max(len(names & columns) if columns <= names else 0 for columns in known)

    table = read_rows(path, fits).table()
    for origin, target, columns in _COLUMNS:
        if set(columns) <= set(table.header):
            links: dict[str, dict[str, Relation]] = {}
            left_out = 0
            for first, second, word in table.columns(*columns):
                relation = _RELATIONS.get(word.rpartition(":")[2].casefold())
                code, target_code = code_of_uri(first), code_of_uri(second)
                if relation is None or "/isco/" in second or links.get(code, {}).get(target_code, relation) != relation:
                    left_out += 1
                else:
                    links.setdefault(code, {})[target_code] = relation
            return Crosswalk(origin, target, links, left_out)
    raise PasserellesError("not_a_crosswalk", path=path)


def turned(crosswalk: Crosswalk) -> Crosswalk:
    """Read a crosswalk backwards: what is broader one way is narrower the other way."""
    ends = ((first, second, how) for first, those in crosswalk.links.items() for second, how in those.items())
    back = grouped((second, (first, _BACKWARDS.get(how, how))) for first, second, how in ends)
    links = {code: dict(targets) for code, targets in back.items()}
    return Crosswalk(crosswalk.target, crosswalk.origin, links, crosswalk.left_out)


def composed(first: Relation, second: Relation) -> Relation:
    """
    Relation of two links one after the other.

    Examples
    --------
    >>> composed("exact", "close"), composed("broad", "exact"), composed("broad", "narrow")
    ('close', 'broad', 'related')
    """
    if "related" in (first, second):
        return "related"
    kinds = {first, second} & {"broad", "narrow"}
    if kinds:
        return "related" if len(kinds) > 1 else "broad" if "broad" in kinds else "narrow"
    return "exact" if first == second == "exact" else "close"


def _nearest(relations: Iterable[tuple[str, Relation]]) -> dict[str, Relation]:
    """Nearest relation of each code."""
    return dict(sorted(relations, key=lambda pair: _NEAREST_FIRST.index(pair[1]), reverse=True))


class Bridge(Versions):
    """
    Two referentials of different families, led from one to the other through crosswalks.

    Parameters
    ----------
    new, old
        Referential of the new codes, and that of the old ones.
    crosswalks
        Those that are loaded, in any order; O*NET and ROME meet in ESCO.

    Raises
    ------
    PasserellesError
        If they do not lead from one family to the other.
    """

    def __init__(self, new: Referential, old: Referential, crosswalks: Sequence[Crosswalk]) -> None:
        super().__init__(new, old)
        by_step = {(c.origin, c.target): c for crosswalk in crosswalks for c in (crosswalk, turned(crosswalk))}
        routes = [(old.family, new.family)], [(old.family, _HUB), (_HUB, new.family)]
        route = next((steps for steps in routes if all(step in by_step for step in steps)), None)
        if route is None:
            raise PasserellesError("no_bridge", old=old.family, new=new.family)
        self._step_links = [by_step[step].links for step in route]

    def migrate(self, code: str, title: str = "") -> Migration:
        """
        Lead one code to the other family.

        Decided where the job title is that of one of the codes possible, or else one exact link, or a close one alone,
        leads there.

        Raises
        ------
        PasserellesError
            If `code` is a number or empty.
        """
        code = check_code(code, what="occupation").strip()
        relations, title = self._relations(code), title.strip()
        titled = self._by_title(title, {*relations}) if 0 < len(title) <= _LONGEST else set()
        order = sorted(relations, key=lambda to: (to not in titled, _NEAREST_FIRST.index(relations[to]), to))
        known = self.new.occupation_by_code
        possible = tuple(Destination(to, known[to].name, None, relation=relations[to]) for to in order)
        exact = [d.code for d in possible if d.relation == "exact"]
        certain = exact or [d.code for d in possible if len(possible) == 1 and d.relation == "close"]
        decided = next((codes[0] for codes in ([*titled], certain) if len(codes) == 1), None)
        outcome: Outcome = "moved" if decided else "open" if possible else "unknown"
        basis: Basis = "none" if decided is None else "title" if len(titled) == 1 else "crosswalk"
        return Migration(code, title, outcome, decided, basis, possible, referential=self.new.stamp)

    def carry(self, profile: Profile) -> Carried:
        """
        Carry a profile to the other family: its occupation through the crosswalks, its competencies by their labels.

        No official crosswalk links competencies: one is carried only where its label surely is that of another there;
        all others are counted as lost. An occupation that is not decided is left out too, and shown as open.
        """
        migration = None if profile.occupation is None else self.migrate(profile.occupation)
        old = self.old.competency_by_code if self.old is not None else {}
        carried: dict[str, str] = {}
        for code in profile.competencies:
            label = old[code].label if code in old else None
            best = resolve_competency(self.new, label, limit=1) if label else []
            if best and best[0].confidence >= SURE:
                carried[code] = best[0].code
        lost = tuple(code for code in profile.competencies if code not in carried)
        occupation = migration.destination if migration is not None else None
        known = replace(profile, occupation=occupation, competencies=tuple(dict.fromkeys(carried.values())))
        return Carried(known, migration, MappingProxyType(carried), lost)

    def _relations(self, code: str) -> dict[str, Relation]:
        """Occupations of the other family that a code is linked to, each by its nearest relation."""
        known: dict[str, Relation] = dict.fromkeys(self._keys(code), "exact")
        for links in self._step_links:
            ends = ((to, composed(known[key], link)) for key in known for to, link in links.get(key, {}).items())
            known = _nearest(ends)
        owners = _nearest((self._new_titles.get(key, key), relation) for key, relation in known.items())
        return {owner: relation for owner, relation in owners.items() if owner in self.new.occupation_by_code}

    def _keys(self, code: str) -> tuple[str, ...]:
        """What the crosswalk knows an occupation by: in ROME the codes of its titles."""
        rome = self.old is not None and self.old.family == "rome"
        return tuple(title.code for title in self._old_titles.get(code, ())) if rome else (code,)


_LISTED: Final = 5
ADDED: Final = (
    *("nouveau_code", "nouveau_label", "statut", "pourquoi"),
    *(f"{name}_{n}" for n in range(1, _LISTED + 1) for name in ("code", "label", "part")),
    *("fusion", CHOICE),
)
"""Columns that a migrated list has beside its own, in order; `part` is a share of titles, `fusion` old codes."""


def migrate_list(
    versions: Versions, worklist: Worklist, column: str, *, title_column: str | None = None, lang: Lang = "fr"
) -> tuple[Worklist, list[Migration]]:
    """
    Migrate a column of codes.

    Parameters
    ----------
    versions
        The two versions.
    worklist
        The list; columns of an earlier run are replaced, except `choix`: a code of the loaded version there holds.
    column, title_column
        Column of the codes, and of the job titles or their codes where there is one.
    lang
        Language of the column ``pourquoi``.

    Returns
    -------
    worklist, migrations
        As many rows as the list, in its order; a row without a code is unknown.

    Raises
    ------
    PasserellesError
        If there is no such column.
    """
    place = worklist.place(column)
    beside = None if title_column is None else worklist.place(title_column)
    migrations: list[Migration] = []
    cells: list[list[Cell]] = []
    columns = (worklist.texts(at) for at in (place, beside, worklist.find(CHOICE)))
    for code, title, chosen in zip(*columns, strict=True):
        migration = versions.migrate(code, title) if code else Migration("", title, "unknown", None, "none", ())
        if chosen.upper() in versions.new.occupation_by_code:
            migration = versions.chosen(migration, chosen.upper())
        migrations.append(migration)
        cells.append(_list_cells(versions, migration, chosen, lang))
    return worklist.beside(ADDED, cells, keep=[worklist.header[place], title_column or ""]), migrations


def _list_cells(versions: Versions, migration: Migration, choice: str, lang: Lang) -> list[Cell]:
    label = versions.new.occupation_by_code[migration.destination].name if migration.destination else ""
    listed: list[Cell] = []
    for option in migration.destinations[:_LISTED]:
        listed += [option.code, option.label, "" if option.share is None else round(option.share, 4)]
    listed += [""] * (3 * _LISTED - len(listed))
    merges = sorted({code for d in migration.destinations if d.code == migration.destination for code in d.merges})
    outcome = say(f"resolve.migrate.outcome.{migration.outcome}", lang=lang)
    return [migration.destination or "", label, outcome, migration.why(lang), *listed, ", ".join(merges), choice]


_NAMING: Final[Mapping[str, Mapping[str, Sought]]] = DECLARED["naming"]
_DECLARING: Final = ("specialised_occupations", "competencies", "macro_competencies", "credentials")
_TABLE_ORDER: Final = ("specialised_occupations", "titles", "competencies", "macro_competencies", "requirements")
_PROPOSED: Final = re.compile(r"(\d+)\. (\S+) ")
_PROPOSALS: Final = 3


class Migrated(NamedTuple):
    """
    An overlay on a new version.

    Attributes
    ----------
    pages
        Sheets of a workbook that can be used as it is; rows that are open keep their old code.
    kept, moved, open
        Codes that stand as they are, that were rewritten, and that a person must decide (column `choix`).
    refused
        What stands in that column and is not understood.
    """

    pages: tuple[BookPage, ...]
    kept: int
    moved: int
    open: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """A table as it was written: its name, the title of its sheet, its heads and rows."""

    table: str
    title: str
    head: list[str]
    rows: list[list[str]]

    @cached_property
    def keys(self) -> list[str]:
        """Names of the columns."""
        return [heads().get(normalise_label(text), normalise_label(text)) for text in self.head]

    def cell(self, row: Sequence[str], key: str) -> str:
        return row[self.keys.index(key)] if key in self.keys else ""


@dataclass(frozen=True)
class _Guide:
    """Maps old codes to new ones."""

    versions: Versions
    own: frozenset[str]
    claimed: Mapping[str, Sequence[str]]
    lang: Lang
    count: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    @cached_property
    def labels(self) -> Mapping[Sought, Callable[[str], list[str]]]:
        """Codes of the new version that bear a label."""
        return {kind: by_label(labels) for kind, labels in self.known.items()}

    @cached_property
    def known(self) -> Mapping[Sought, Mapping[str, str]]:
        """Labels of the codes of the new version."""
        return _labels(self.versions.new)

    @cached_property
    def before(self) -> Mapping[Sought, Mapping[str, str]]:
        """Labels of the codes of the older version; empty where it is not loaded."""
        return _labels(self.versions.old) if self.versions.old is not None else {}

    def lead(self, kind: Sought, text: str, label: str, part: str) -> tuple[str | None, list[str]]:
        """Return the code of the new version, or None with the codes that are possible."""
        if text in self.own:
            return text, []
        if kind == "occupation":
            return self._occupation(text, part)
        known = self.known[kind]
        if text in known or (kind == "competency" and self.labels[kind](text)):
            return text, []
        wanted = label or self.before.get(kind, {}).get(text, "") or text
        matches = self.labels[kind](wanted)
        if len(matches) == 1:
            return matches[0], []
        proposals = matches or [f.code for f in search(self.versions.new, wanted, kinds=[kind], limit=_PROPOSALS)]
        return None, proposals[:_PROPOSALS]

    def _occupation(self, code: str, part: str) -> tuple[str | None, list[str]]:
        if self.versions.old is None and code in self.versions.new.occupation_by_code:
            return code, []
        occupations = {t.occupation for t in self.versions.new.titles if t.code in self.claimed.get(part, ())}
        if len(occupations) == 1:
            return occupations.pop(), []
        migration = self.versions.migrate(code)
        return migration.destination, [d.code for d in migration.destinations]

    def chosen(self, kind: Sought, choice: str, proposals: str) -> str | None:
        """Return the code that a person chose: by its number among the proposals, as a code, or by its label."""
        choice = dict(_PROPOSED.findall(proposals)).get(choice, choice)
        matches = self.labels[kind](choice)
        titled = self.versions.new if kind == "occupation" else None
        return matches[0] if len(matches) == 1 else chosen_code(choice, (), self.known[kind], titled)


def _labels(referential: Referential) -> Mapping[Sought, Mapping[str, str]]:
    occupations = {o.code: o.name for o in referential.occupations}
    competencies = {c.code: c.name for c in referential.competencies}
    titles = {t.code: t.label for t in referential.titles}
    return {"occupation": occupations, "competency": competencies, "title": titles}


def migrate_overlay(name_or_path: str | Path, versions: Versions, *, lang: Lang = "fr") -> Migrated:
    """
    Bring an overlay to a new version of its referential.

    Parameters
    ----------
    name_or_path
        Name, folder, zip or workbook. Of one that was migrated before, what stands in the column `choix` is honoured: a
        number of the proposals, a code, or a label or title.
    versions
        The new version, and the older one where it is loaded.
    lang
        Language of the heads that are added.

    Raises
    ------
    PasserellesError
        If there is no such overlay, or a table of it cannot be read.
    """
    source = open_tables(place_of(name_or_path, "overlay"))
    sheets = [_read_sheet(source, name, lang) for name in source.names if name.endswith(".csv")]
    declared = frozenset(s.cell(row, "code") for s in sheets if s.table in _DECLARING for row in s.rows)
    titles = ((sheet, row) for sheet in sheets if sheet.table == "titles" for row in sheet.rows)
    claimed = grouped((sheet.cell(row, "occupation"), sheet.cell(row, "code")) for sheet, row in titles)
    guide = _Guide(versions, declared, claimed, lang)
    sheets.sort(key=lambda s: _TABLE_ORDER.index(s.table) if s.table in _TABLE_ORDER else len(_TABLE_ORDER))
    pages = [_migrated_page(sheet, guide) for sheet in sheets]
    stated = {str(key): str(value) for key, value in OwnTables(source, Draft()).fields().items()}
    stated |= {"base": versions.new.name, "base_version": versions.new.version}
    unchanged, moved, open_ = (guide.count[name] for name in ("kept", "moved", "open"))
    return Migrated((manifest_page(stated, lang), *pages), unchanged, moved, open_, tuple(dict.fromkeys(guide.refused)))


def _read_sheet(source: FileSource, name: str, lang: Lang) -> _Sheet:
    member = source.member(name)

    def fits(cells: Sequence[Cell]) -> int:
        return sum(normalise_label(cell_text(cell)) in heads() for cell in cells)

    parsed = parse_rows(source.read(name), fits, name=name, path=source.place, sheet=member.sheet)
    width = len(parsed.header)
    rows = [([*map(cell_text, cells)] + [""] * width)[:width] for _, cells in parsed.filled]
    table = name.removesuffix(".csv")
    title = member.sheet or (sheet_title(table, lang) if table in (*_NAMING, *_DECLARING) else table)
    return _Sheet(table, title, [cell_text(cell) for cell in parsed.header], rows)


def _migrated_page(sheet: _Sheet, guide: _Guide) -> BookPage:
    naming = _NAMING.get(sheet.table, {})
    rows: list[list[str]] = []
    decided: list[tuple[str, str]] = []
    for row in sheet.rows:
        line = list(row)
        choice = sheet.cell(row, "choice")
        hints: list[str] = []
        for key, kind in naming.items():
            if key in sheet.keys and sheet.cell(row, key) and not is_example(row):
                line[sheet.keys.index(key)], choice = _rewritten(sheet, row, key, kind, guide, choice, hints)
        rows.append(line)
        decided.append((choice, "; ".join(hints)))
    return _with_questions(sheet, rows, decided, guide.lang)


def _rewritten(
    sheet: _Sheet, row: Sequence[str], key: str, kind: Sought, guide: _Guide, choice: str, hints: list[str]
) -> tuple[str, str]:
    """Return a cell as it is in the new version, and what was chosen; what is open goes into `hints`."""
    text = sheet.cell(row, key)
    label = sheet.cell(row, "label") if kind == "title" and key == "code" else ""
    codes: list[str] = []
    for code in text.split() if key in ("titles", "base") else [text]:
        new, possible = guide.lead(kind, code, label, sheet.cell(row, "code") if key == "base" else "")
        if new is None and choice:
            new = guide.chosen(kind, choice, sheet.cell(row, "proposals"))
            guide.refused.extend([] if new else [choice])
            choice = new or choice
        if new is None:
            hints += [f"{n}. {p} {guide.known[kind][p]}" for n, p in enumerate(possible, start=len(hints) + 1)]
            hints += [] if possible else [say("resolve.migrate.nothing", lang=guide.lang, code=code)]
        guide.count["open" if new is None else "kept" if new == code else "moved"] += 1
        codes.append(new or code)
    return " ".join(codes), choice


def _with_questions(sheet: _Sheet, rows: list[list[str]], decided: Sequence[tuple[str, str]], lang: Lang) -> BookPage:
    """Return the sheet with columns `choix` and `propositions` at its end, where there are hints or choices."""
    plain = [place for place, key in enumerate(sheet.keys) if key not in ("choice", "proposals")]
    head, keys, *cells = ([row[place] for place in plain] for row in (sheet.head, sheet.keys, *rows))
    if any(choice or hint for choice, hint in decided):
        head += [say("tables.head.choice", lang=lang), say("tables.head.proposals", lang=lang)]
        keys += ["choice", "proposals"]
        cells = [[*row, *answer] for row, answer in zip(cells, decided, strict=True)]
    return form_page(sheet.table, sheet.title, head, keys, cells, lang)
