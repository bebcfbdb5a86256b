"""`levers`: the few competencies or certifications that open the most jobs to the most people, proven best."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - `date` is the option
from functools import cached_property, partial
from itertools import chain, combinations, compress, starmap
from numbers import Integral
from typing import Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.access.conditions import takes_no_training
from passerelles.access.demands import TENTHS, Demands, build_demands, lifted
from passerelles.access.holdings import OF_THE_TRADE, Aim, Holdings, given_by_employer
from passerelles.codes import grouped
from passerelles.effort import EffortTable, Shares, effort_table, uncovered_by, uncovered_by_each
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, labelled, listed, number, percent, say
from passerelles.market.certifications import Certifications
from passerelles.matching import find_occupations
from passerelles.model import Profile, Stamp, day_of
from passerelles.ranking.move import Start, excluded_rows, find_start
from passerelles.ranking.rank import check_limit
from passerelles.referentials.credentials import LEAST, kind_of_hours
from passerelles.referentials.referential import several
from passerelles.scoring.measures import required_columns
from passerelles.settings import Settings, settings_or
from passerelles.vectors import Bools, Ints, Rows, sparse
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet, parts_of, side_by_side, texts_of

LeverKind = Literal["credential", "certification", "competency", "macro", "group"]
Bundle = tuple[int, ...]  # numbers of at most two bundles of competencies acquired together
GROUPS_EACH: Final = 20  # groups kept for one person and one job, those that leave the fewest hours first
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Atom:
    """
    One thing to acquire: a credential, a certification, a competency, or all competencies of one macro-competency.

    `columns` are its competencies (none for a credential); `demanded`, of a credential, the columns of what comes with
    it and of itself, last, among the demands; `with_it` the prerequisites or competencies that come along; `hours`
    those published of a certification, None = unknown, and `least` whether a text sets them as a minimum. A
    certification leads to the rows in `leads`, each by its own code or its parent's; `level` is its European level,
    None = unknown.
    """

    code: str
    label: str
    kind: LeverKind
    columns: tuple[int, ...] = ()
    with_it: tuple[str, ...] = ()
    hours: float | None = None
    leads: Mapping[int, str] = field(default_factory=dict)
    level: int | None = None
    demanded: tuple[int, ...] = ()
    least: bool = False


class AtomSet(NamedTuple):
    """Atoms, by number, that together open pairs of person and job; most are a single one."""

    members: tuple[int, ...]
    opens: Bools
    worth: int


@dataclass(eq=False)
class Situation:
    """
    Pairs of person and job, what is missing in each, and what opens it.

    Attributes
    ----------
    graph, settings
        Where from; effort and thresholds.
    starts
        People, each with how many they are.
    targets
        Rows of the jobs.
    certifications
        Certifications, and the jobs that each leads to; None = none.
    kinds
        What may be acquired.
    day
        On which certifications must be alive.
    """

    graph: OccupationGraph
    settings: Settings
    starts: list[tuple[Start, int]]
    targets: list[int]
    certifications: Certifications | None
    kinds: frozenset[LeverKind]
    day: Date

    def __post_init__(self) -> None:
        graph, settings, starts, targets = self.graph, self.settings, self.starts, self.targets
        titles = frozenset[str]().union(*(start.holdings.aim.titles for start, _ in starts))
        self.table: EffortTable = effort_table(graph, settings, Aim(titles=titles))
        self.limit = round(TENTHS * settings.paths.open_hours)
        excluded = [excluded_rows(graph, start.row) for start, _ in starts]
        self.pairs = [(o, t) for o, same in enumerate(excluded) for t in targets if not same[t]]
        # One row a pair: what a job demands depends on how a person means to work, and on the titles named.
        jobs = [(graph.codes[target], starts[origin][0].holdings.aim) for origin, target in self.pairs]
        self.demands: Demands = build_demands(graph.referential, jobs, lifted=lifted(graph))
        self.origin_of, self.target_of = np.asarray(self.pairs, dtype=np.intp).reshape(-1, 2).T
        self.weights = np.asarray([number for _, number in starts], dtype=np.int64)[self.origin_of]
        self.states = [uncovered_by(graph, self.table, start.competencies) for start, _ in starts]
        self.levels = [self.table.level_at(start.row, start.holdings) for start, _ in starts]
        self.titles = [self.table.brought(start.row, start.holdings) for start, _ in starts]
        self.prices = [self.demands.price(s.holdings) for s, _ in starts]
        self.closed: Bools = self.demands.price(Holdings()).closed  # whoever it is
        self.has: Bools = self._stacked([price.held for price in self.prices], np.bool_)
        # An employer's word comes with the job; nobody brings it along.
        words = [given_by_employer(c) and takes_no_training(c) for c in self.demands.credentials]
        with_job = np.pad(np.asarray(words, dtype=np.bool_), (0, len(self.demands.choices)))
        self.held: Bools = self.demands.with_choices(self.has | with_job)[self.origin_of]
        self.lacking: Bools = self.demands.needed & ~self.held
        # Where the required training is all that a move takes, as paths count it, no skill stands in the way.
        self.trained = np.zeros(len(self.pairs), dtype=np.bool_)
        for origin, price in enumerate(self.prices):
            of_origin = np.flatnonzero(self.origin_of == origin)
            self.trained[of_origin] = self.demands.trained_alone(self.lacking[of_origin], price, of_origin)
        # What lists nothing, takes nobody knows what, or chooses its people is never said to be open.
        unsettled = [self.demands.unsettled(price) for price in self.prices]
        settled = np.asarray([not unsettled[o][at] for at, (o, _) in enumerate(self.pairs)], dtype=np.bool_)
        obtainable = ~(self.lacking & self.closed).any(axis=1)
        self.known = settled & self.table.lists[self.target_of] & obtainable
        self._effort: dict[Bundle, Ints] = {}
        near = self.trained | (self.effort([()])[()] <= self.limit)
        self.open_already = self.known & ~self.lacking.any(axis=1) & near

    def _stacked(self, rows: list[NDArray[Any]], kind: type) -> NDArray[Any]:
        """Shape (starts, c + g), of however few people."""
        return np.asarray(rows, dtype=kind).reshape(len(self.starts), self.demands.needed.shape[1])

    @cached_property
    def atoms(self) -> list[Atom]:
        """What could be acquired: credentials by length, certifications by level, macro-competencies, competencies."""
        return [a for a in (*self._credentials(), *self._certifications(), *self._bundles()) if a.kind in self.kinds]

    @cached_property
    def brought(self) -> Bools:
        """Shape (atoms, c + g): credentials that each brings, prerequisites included."""
        brought = np.zeros((len(self.atoms), self.demands.needed.shape[1]), dtype=np.bool_)
        for at, atom in enumerate(self.atoms):
            brought[at, list(atom.demanded)] = True
        return brought

    @cached_property
    def contains(self) -> list[set[int]]:
        """For each atom, the numbers of those that come with it: itself, its prerequisites or its competencies."""
        numbers = {(atom.kind, atom.code): number for number, atom in enumerate(self.atoms)}
        contained = [{number} for number in range(len(self.atoms))]
        for inside, atom in zip(contained, self.atoms, strict=True):
            kind = "competency" if atom.kind == "macro" else atom.kind
            inside |= {numbers[kind, code] for code in atom.with_it if (kind, code) in numbers}
        return contained

    def _credentials(self) -> list[Atom]:
        column_of = self.demands.column_of
        atoms: list[Atom] = []
        for credential in self.demands.credentials:
            with_it = self.graph.referential.prerequisites_of(credential.code)
            columns = tuple(column_of[c] for c in (*with_it, credential.code) if c in column_of)
            # Else nobody can obtain it, or only from the employer who hires, never before.
            if not self.closed[list(columns)].any() and not given_by_employer(credential):
                atoms.append(Atom(credential.code, credential.label, "credential", with_it=with_it, demanded=columns))
        # Of two that open as much, the one that takes these people less is chosen.
        length = (~self.has * self._stacked([p.length for p in self.prices], np.int64)).sum(axis=0)
        unknown = (~self.has & self._stacked([p.unknown for p in self.prices], np.bool_)).any(axis=0)
        costs = [(bool(unknown[list(a.demanded)].any()), int(length[list(a.demanded)].sum())) for a in atoms]
        return [atoms[place] for place in sorted(range(len(atoms)), key=costs.__getitem__)]

    def _certifications(self) -> list[Atom]:
        """
        Those that lead to some target and are alive, as paths list them, the title that a trade usually asks for first.

        What is demanded of people is left out: it is a credential.
        """
        if self.certifications is None:
            return []
        referential = self.graph.referential
        named = {name for credential in self.demands.credentials for name in credential.filed}
        leading = partial(self.certifications.leading, referential=referential, day=self.day)
        leads = ((row, c) for row in self.targets for c in leading(self.graph.codes[row]) if c.code not in named)
        atoms = []
        for code, links in grouped((c.code, (row, c)) for row, c in leads).items():
            _, first = links[0]
            hours, via = None if first.hours is None else first.hours.expected, {row: c.match for row, c in links}
            least = hours is not None and first.hours_kind in LEAST
            atoms.append(Atom(code, first.label, "certification", (), (), hours, via, first.level, least=least))
        places = {int(self.table.title[row]) for row in self.targets} - {len(self.table.titles)}
        title_codes = {code for place in places for way in self.table.titles[place] for code in way}
        usual = {name for code in title_codes for name in referential.credential_by_code[code].filed}
        return sorted(atoms, key=lambda a: (a.code not in usual, a.level is None, a.level or 0, a.code))

    @cached_property
    def leads_to(self) -> Bools:
        """Shape (atoms, pairs): whether a certification leads there from a level that is not too low for it."""
        reach = np.asarray(self.levels, dtype=np.int64)[self.origin_of] + self.settings.paths.open_levels
        leads = np.zeros((len(self.atoms), len(self.pairs)), dtype=np.bool_)
        for at, atom in enumerate(self.atoms):
            if atom.leads:
                leads[at] = np.isin(self.target_of, list(atom.leads)) & (reach >= (atom.level or 0))
        return leads

    def _bundles(self) -> list[Atom]:
        """Competencies that some target requires, by macro-competency and one by one."""
        macro, listed = self.graph.macro, self.graph.competencies
        wanted = {c for target in self.targets for c in required_columns(self.graph, target).tolist()}
        under = grouped((int(macro[c]), c) for c in sorted(wanted) if macro[c] >= 0 and macro[c] != c)
        several = [(listed[m], columns) for m, columns in sorted(under.items()) if len(columns) > 1]
        by_macro = [Atom(m.code, m.name, "macro", cs, tuple(listed[c].code for c in cs)) for m, cs in several]
        return [*by_macro, *(Atom(listed[c].code, listed[c].name, "competency", (c,)) for c in sorted(wanted))]

    @cached_property
    def _uncovered_by(self) -> Shares:
        """Shape (m + k, atoms + 1): what the competencies of each atom leave uncovered; the last column is of none."""
        pairs = [(number, column) for number, atom in enumerate(self.atoms) for column in atom.columns]
        owner, columns = np.asarray(pairs, dtype=np.int64).reshape(-1, 2).T
        return uncovered_by_each(self.graph, self.table.macros, owner, columns, len(self.atoms) + 1)

    def effort(self, sets: list[Bundle]) -> dict[Bundle, Ints]:
        """Tenths of an hour of every pair, shape (pairs,), with each set of bundles acquired; `_NEVER` = unknown."""
        new = [s for s in sets if s not in self._effort]
        if new:
            hours, bundles = np.full((len(new), len(self.pairs)), _NEVER, dtype=np.int64), _pairs_of(new)
            for at in np.flatnonzero(self.known).tolist():
                hours[:, at] = self._hours(at, bundles)
            self._effort |= dict(zip(new, hours, strict=True))
        return {s: self._effort[s] for s in sets}

    def _hours(self, pair: int, bundles: Rows) -> Ints:
        """Tenths of an hour of one pair with each set of bundles acquired, shape (sets,); see `_pairs_of`."""
        origin, target = self.pairs[pair]
        columns = self.table.columns[self.table.items(target)]
        uncovered = self.states[origin][columns, None]
        for members in bundles.T:
            uncovered = np.minimum(uncovered, self._uncovered_by[columns[:, None], members])
        total, _ = self.table.towards(target, uncovered)
        level = self.table.standing(self.levels[origin], self.titles[origin], target)
        return self.table.final(total, target, level)

    @cached_property
    def _credential_columns(self) -> dict[int, int]:
        """Column of each atom that is a credential among the demands, by the number of the atom."""
        return {number: atom.demanded[-1] for number, atom in enumerate(self.atoms) if atom.demanded}

    @cached_property
    def _atoms_of(self) -> Mapping[int, tuple[int, ...]]:
        """Numbers of the atoms that each competency, by column, is of."""
        return grouped((column, number) for number, atom in enumerate(self.atoms) for column in atom.columns)

    def worth(self, opens: Bools) -> int:
        """People x jobs."""
        return int(self.weights[opens].sum())

    def _choices_met(self, members: tuple[int, ...]) -> Bools:
        """Shape (starts,): who holds what the credentials among the members suppose in a choice, or acquires it."""
        known = self.graph.referential.credential_by_code
        credentials = [atom for atom in map(self.atoms.__getitem__, members) if atom.kind == "credential"]
        brought = {code for atom in credentials for code in (*atom.with_it, atom.code)}
        able = np.ones(len(self.starts), dtype=np.bool_)
        for alternatives in (choice for code in brought if code in known for choice in known[code].choices):
            lacking = tuple(tuple(c for c in way if c not in brought) for way in alternatives)
            # Which diplomas are of the trade is a job's own matter: its demands hold that choice.
            if all(lacking) and (OF_THE_TRADE,) not in alternatives:
                able &= np.asarray([start.holdings.has_one_of(lacking) for start, _ in self.starts], dtype=np.bool_)
        return able

    def hours_for(self, members: tuple[int, ...], origin: int) -> tuple[float | None, bool]:
        """
        Hours that acquiring all members takes a person, without what is held; None = unknown, or competencies.

        And whether they are the least, as a text sets some of them.
        """
        price = self.prices[origin]
        brought = self.brought[list(members)].any(axis=0) & ~self.has[origin]
        others = [a for a in (self.atoms[m] for m in members) if a.kind == "certification"]
        known = not (brought & price.unknown).any() and all(a.hours is not None for a in others)
        if all(self.atoms[m].columns for m in members) or not known:
            return None, False
        taught = np.flatnonzero(brought & (price.length > 0)).tolist()
        credentials = self.demands.credentials
        least = any(kind_of_hours(credentials[i]) in LEAST for i in taught if i < len(credentials))
        hours = float(price.length[brought].sum()) / TENTHS + sum(a.hours or 0.0 for a in others)
        return hours, least or any(a.least for a in others)

    def opened_by(self, members: tuple[int, ...]) -> Bools:
        """
        Pairs, not open already, that acquiring all members opens.

        Training for a credential teaches what lacks, hour for hour; a certification that leads there, all of it.
        """
        credentials = self.brought[list(members)].any(axis=0)
        bundle = tuple(m for m in members if self.atoms[m].columns)
        able = self._choices_met(members)[self.origin_of]
        after, taught = self.held, np.zeros(len(self.pairs), dtype=np.int64)
        if credentials.any():
            after = self.demands.with_choices(self.held | credentials)
            for origin, price in enumerate(self.prices):
                of_origin = self.origin_of == origin
                taught[of_origin] = (self.lacking[of_origin] & after[of_origin]) @ price.length
        effort = self.effort([bundle])[bundle]
        enough = (effort <= self.limit + taught) | self.trained | self.leads_to[list(members)].any(axis=0)
        closed = (self.lacking & ~after).any(axis=1)
        return np.asarray(self.known & able & enough & ~closed & ~self.open_already, dtype=np.bool_)

    def candidates(self) -> list[AtomSet]:
        """Single atoms that open something, then groups that open what no single one does."""
        self.effort([(i,) for i, a in enumerate(self.atoms) if a.columns])
        singles = [c for i in range(len(self.atoms)) if (c := self._candidate((i,))).worth]
        closed = self.known & ~self.open_already & ~np.any([single.opens for single in singles], axis=0)
        groups = {*chain.from_iterable(map(self._groups, np.flatnonzero(closed).tolist()))}
        self.effort([tuple(m for m in g if self.atoms[m].columns) for g in groups])
        together = [self._candidate(g) for g in sorted(groups, key=lambda g: (len(g), g))]
        return singles + [c for c in together if c.worth]

    def _candidate(self, members: tuple[int, ...]) -> AtomSet:
        opens = self.opened_by(members)
        return AtomSet(members, opens, self.worth(opens))

    def _groups(self, pair: int) -> list[tuple[int, ...]]:
        """Groups that open one pair: all credentials it lacks, alone, with a certification, or one or two bundles."""
        lacks = self.lacking[pair].copy()
        price = self.prices[self.pairs[pair][0]]
        # Of a choice, the alternative that takes least stands for all.
        for choice in np.flatnonzero(lacks[len(self.demands.codes) :]).tolist():
            lacks[list(price.ways[choice])] = True
        numbers = [number for number, column in self._credential_columns.items() if lacks[column]]
        tops = tuple(i for i in numbers if not any(i in self.contains[j] for j in numbers if j != i))
        bound = self.limit + int(self.lacking[pair] @ price.length)
        if self.trained[pair] or self.effort([()])[()][pair] <= bound:
            return [tops]
        leading = np.flatnonzero(self.leads_to[:, pair]).tolist()
        if leading:
            return [(*tops, atom) for atom in leading[:GROUPS_EACH]]
        required = required_columns(self.graph, self.pairs[pair][1]).tolist()
        useful = sorted({atom for column in required for atom in self._atoms_of.get(column, ())})
        for size in range(1, min(len(useful), 2) + 1):
            sets: list[Bundle] = list(combinations(useful, size))
            hours = self._hours(pair, _pairs_of(sets))
            fits = sorted((int(hours[n]), bundle) for n, bundle in enumerate(sets) if hours[n] <= bound)
            if fits:
                return [(*tops, *bundle) for _, bundle in fits[:GROUPS_EACH]]
        return []


def _pairs_of(sets: list[Bundle]) -> Rows:
    """Sets of at most two bundles as two numbers each; -1 for none."""
    return np.asarray([(*bundle, -1, -1)[:2] for bundle in sets], dtype=np.intp)


# Nemhauser, Wolsey and Fisher (1978): adding the best next one reaches at least this share of the best set's worth.
GUARANTEE: Final = 1 - 1 / math.e
KINDS: Final[tuple[LeverKind, ...]] = ("credential", "certification", "macro", "competency")

People = Iterable[str | Profile] | Mapping[str, int] | Mapping[Profile, int] | Mapping[str | Profile, int]


@dataclass(frozen=True, slots=True)
class Opened(Described):
    """
    A job that a lever opens to the people of an origin.

    `via`: by which code a certification leads to it; `hours`: what the lever takes each of them, None = unknown.
    """

    origin: str | None
    target: str
    people: int
    via: str | None = None
    hours: float | None = None
    origin_label: str | None = None
    target_label: str | None = None

    spec: ClassVar[Record] = Record(
        "opened",
        "A job that a lever opens to the people of an origin",
        Column("origin_code", value="origin", json_key="origin", promised="code?"),
        Column("origin_label", on=On.TABLE),
        Column("target_code", value="target", json_key="target", promised="code"),
        Column("target_label", on=On.TABLE),
        Column("people", "integer", promised="count"),
        Column("hours_expected", "number", value="hours", json_key="hours", schema="amount?: Of one person"),
        Column("certification_link", value="via", words="market.via", json_key="via",
               schema="text?: By which code a certification leads there: direct or parent"),
    )  # fmt: skip


def _hours_shown(lever: "Lever", lang: Lang) -> str:
    return "" if lever.hours is None else f"{'≥ ' if lever.least else ''}{number(lever.hours, lang=lang)}"


@dataclass(frozen=True, slots=True)
class Lever(Described):
    """
    Something to acquire, or a group of things that open a job only together (`members`, one unless a group).

    `gained` counts people x jobs that it opens beyond what those before it open, `alone` those that it opens by
    itself. `with_it` are the prerequisites obtained with a credential, but for those that all these people hold, or the
    competencies of a macro-competency; `hours` the expected hours of its credentials for one person, prerequisites
    included and what is held left out, the mean where they differ from one to another, None = unknown; `least`: whether
    they are the least that texts set; `level` the European level of a certification, None = unknown. `supposed` names
    the prerequisites among `with_it`.
    """

    rank: int
    code: str
    label: str
    kind: LeverKind
    gained: int
    alone: int
    opened: tuple[Opened, ...]
    with_it: tuple[str, ...] = ()
    hours: float | None = None
    members: tuple[str, ...] = ()
    level: int | None = None
    supposed: tuple[str, ...] = ()
    least: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """Jobs that it opens by itself, by code."""
        return tuple(sorted({o.target for o in self.opened}))

    def kind_label(self, lang: Lang = "fr") -> str:
        """Return its kind for people."""
        return say(f"paths.levers.kind_{self.kind}", lang=lang)

    def described(self, lang: Lang = "fr") -> str:
        """Return what it is, its code and its kind; what a group is made of, a line each; then what it supposes."""
        kind = self.kind_label(lang)
        if self.kind == "group":
            lines = [labelled(kind, "", lang).rstrip(), *(f"- {name}" for name in self.label.split(" + "))]
        else:
            lines = [f"{self.label} ({self.code}, {kind})"]
        if self.supposed:
            lines.append(say("paths.levers.supposed", lang=lang, list=listed(self.supposed, lang)))
        return "\n".join(lines)

    spec: ClassVar[Record] = Record(
        "lever",
        "What to acquire, and what it opens",
        Column("rank", "integer", promised="ordinal"),
        Column("code", promised="code", on=On.FILE),
        Column("lever", value="label", json_key="label", promised="text?", shown=described),
        Column("kind", on=On.JSON, promised="text"),
        Column("kind", value=kind_label, json_key="kind_label", schema="text", on=On.FILE),
        Column("people_opened", "integer", value="gained", json_key="gained",
               shown=lambda lever, _: f"+{lever.gained}",
               promised="count: People x jobs that it opens on top of those before it"),
        Column("people_alone", "integer", value="alone", json_key="alone",
               promised="count: People x jobs that it would open alone", on=On.FILE),
        texts_of("targets", "code", sep=", ", on=On.JSON | On.SCREEN, promised=True),
        Column("targets_opened", "integer", value=lambda lever, _: len(lever.targets), on=On.TABLE),
        parts_of("opened", "opened", promised=True),
        texts_of("with_it", "code", on=On.FILE, promised=True),
        Column("hours_expected", "number", value="hours", json_key="hours", promised="amount?", on=On.FILE),
        Column("hours_each", "integer", value="hours", on=On.SCREEN, shown=_hours_shown),
        texts_of("members", "code", "What a lever of several things is made of", on=On.JSON),
        Column("level", "integer", on=On.FILE, schema="ordinal?: European level of a certification; null = unknown"),
        Column("lower_bound", "flag", value="least", on=On.FILE | On.JSON, schema="flag: Whether hours are a minimum"),
    )  # fmt: skip


class Levers(list[Lever], Shown):
    """
    A choice of levers, first the one that opens most.

    `total` counts people x jobs that the choice opens, `already` those open without any, `possible` all of them.
    `exact`: the choice is proven best of its size; else it is worth at least the share `guarantee` of the best one's.
    `fewest` acquisitions are needed to open anything at all, 0 where nothing does: the limit may be below it.
    `facts`: something tells what the law or the trade demands.
    """

    def __init__(
        self,
        found: Iterable[Lever],
        *,
        total: int,
        already: int,
        possible: int,
        guarantee: float = 1.0,
        fewest: int = 0,
        referential: Stamp | None = None,
        facts: bool = True,
    ) -> None:
        super().__init__(found)
        self.total, self.already, self.possible, self.guarantee = total, already, possible, guarantee
        self.fewest, self.referential, self.facts = fewest, referential, facts

    __repr__ = Shown.__str__

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the levers, and each job that each opens to each origin, as tables."""
        columns = side_by_side(Lever.spec.pick("rank", "code", on=On.CELLS), Opened.spec.columns)
        opened = Sheet("opened", columns, lambda: ((lever, o) for lever in self for o in lever.opened), lang)
        return [Sheet("levers", Lever.spec.columns, lambda: self, lang), opened]

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the choice shows of itself: the levers, what they are worth, whether that is proven best."""
        key = "exact" if self.exact else "greedy"
        notes = [say("paths.levers.worth", lang=lang, total=self.total, already=self.already, possible=self.possible)]
        notes += [say(f"paths.levers.{key}", lang=lang, share=percent(self.guarantee, lang=lang))] if self else []
        notes += [] if self.facts else [say("paths.levers.no_facts", lang=lang)]
        levers, opened = self.sheets(lang)
        lead = [] if self else [say(f"paths.levers.none{'_within' if self.fewest else ''}", lang=lang, n=self.fewest)]
        details = [Page(opened.label(lang), sheets=[opened])]
        return Page(say("paths.levers.title", lang=lang), lead, [levers], details, notes)

    @property
    def exact(self) -> bool:
        """Whether no choice of the same size opens more."""
        return self.guarantee >= 1.0


@checked
def levers(
    graph: OccupationGraph,
    origins: People,
    targets: Iterable[str] | str,
    *,
    certifications: Certifications | None = None,
    kinds: Iterable[str] | str | None = None,
    settings: Settings | None = None,
    limit: int = 10,
    date: Date | None = None,
) -> Levers:
    """
    Choose what to acquire to open the most jobs to the most people.

    A job is open to somebody who holds every credential that it requires of whoever works as they mean to, but for the
    word of the employer who hires, and for whom the effort model finds at most ``settings.paths.open_hours`` hours, or
    none beside the training that is required. What opens it is a credential with its prerequisites (whose training
    teaches what is missing, hour for hour), a certification that leads there, a competency, all competencies of one
    macro-competency, or, where no single one does, a group: all the credentials that are lacking, with up to two of the
    others. A choice counts what its members open, alone and in these groups; what only three or more competencies would
    open together is not counted, so that the figures are a lower bound. Small cases are tried in full. Else the best
    next one is added step by step, which reaches at least 1 - 1/e of the best choice (63 %) where there are no groups;
    with groups, the guarantee is what the choice opens against a bound on what any choice of that size can.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origins
        Codes, exact titles or profiles, one person each; or a mapping from these to numbers of people.
    targets
        Codes or exact titles of jobs.
    certifications
        What `load_certifications` gives: each certification that paths list, alive on the reference date, opens the
        jobs that it leads to, to people at most ``settings.paths.open_levels`` levels below it. None = those of the
        referential only.
    kinds
        What may be chosen: ``credential``, ``certification``, ``macro``, ``competency``; all where None.
    settings
        Effort and thresholds; the graph's own where None.
    limit
        Most acquisitions; a group counts as many as it has members.
    date
        Reference date, today where None: certifications must be alive then.

    Raises
    ------
    UnknownCodeError
        If a code or title is not in the referential.
    PasserellesError
        If the limit, a number of people, a kind, or the certifications are not valid.

    Examples
    --------
    >>> from passerelles import build_graph, levers, load_referential
    >>> graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
    >>> [lever.code for lever in levers(graph, {"K2110-B": 12}, ["K2110-2R"], limit=1)]
    ['AUT-ENS-2R']
    """
    check_limit(limit)
    chosen = settings_or(settings, graph.settings)
    people = _people(origins)
    named = several(targets)
    rows = [graph.position[code] for code in find_occupations(graph.referential, named)]
    starts = [(find_start(graph, who, towards=named), number) for who, number in people]
    situation = Situation(graph, chosen, starts, rows, certifications, _kinds(kinds), day_of(date))
    choice = _Choice(situation, limit, chosen.paths.exact_sets)
    picked = choice.pick()
    ranked: list[Lever] = []
    covered = np.zeros(len(situation.weights), dtype=np.bool_)
    for rank, candidate in enumerate(choice.ordered(picked), start=1):
        gained = choice.worth(candidate.opens & ~covered)
        covered |= candidate.opens
        ranked.append(_lever(situation, candidate, rank, gained))
    total = choice.worth(covered)
    return Levers(
        ranked,
        total=total,
        already=choice.worth(situation.open_already),
        possible=int(situation.weights.sum()),
        guarantee=1.0 if choice.proven else choice.guarantee(total),
        fewest=min((len(c.members) for c in choice.candidates), default=0),
        referential=graph.referential.stamp,
        facts=graph.referential.access is not None,
    )


def _lever(situation: Situation, candidate: AtomSet, rank: int, gained: int) -> Lever:
    """Return a candidate as it is shown."""
    atoms: list[Atom] = [situation.atoms[m] for m in candidate.members]
    via = {row: how for a in reversed(atoms) for row, how in a.leads.items()}
    pairs = [*compress(situation.pairs, candidate.opens)]
    lengths = {o: situation.hours_for(candidate.members, o) for o in dict.fromkeys(o for o, _ in pairs)}
    hours = {o: length for o, (length, _) in lengths.items()}

    def opened(o: int, t: int) -> Opened:
        (start, people), job = situation.starts[o], situation.graph.occupations[t]
        return Opened(start.end.code, job.code, people, via.get(t), hours[o], start.end.label, job.label)

    kind: LeverKind = atoms[0].kind if len(atoms) == 1 else "group"
    column_of = situation.demands.column_of
    held = {c for c in column_of if all(situation.has[o][column_of[c]] for o in hours)}
    known = [h for h in hours.values() if h is not None]
    people = [situation.starts[o][1] for o in hours]
    mean = None if len(known) < len(people) else round(float(np.average(known, weights=people)), 1)
    with_it = tuple(dict.fromkeys(c for a in atoms for c in a.with_it if c not in held))
    codes, level = tuple(a.code for a in atoms), atoms[0].level if len(atoms) == 1 else None
    named = rank, "+".join(codes), " + ".join(a.label for a in atoms), kind
    known_credentials = situation.graph.referential.credential_by_code
    supposed = tuple(known_credentials[c].label for c in with_it if c in known_credentials and c not in codes)
    least = mean is not None and any(is_least for _, is_least in lengths.values())
    opens = tuple(starmap(opened, pairs))
    return Lever(*named, gained, candidate.worth, opens, with_it, mean, codes, level, supposed, least)


def _kinds(kinds: Iterable[str] | str | None) -> frozenset[LeverKind]:
    wanted = several(KINDS if kinds is None else kinds)
    unknown = sorted({str(kind) for kind in wanted if kind not in KINDS})
    if unknown or not wanted:
        raise PasserellesError("kinds_invalid", value=", ".join(unknown) or "-", known=", ".join(KINDS))
    return frozenset(k for k in KINDS if k in wanted)


def _people(origins: People) -> list[tuple[str | Profile, int]]:
    if not isinstance(origins, Mapping):
        return [(who, 1) for who in several(origins)]
    for who, count in origins.items():
        if isinstance(count, bool) or not isinstance(count, Integral) or count < 0:
            code = who if isinstance(who, str) else type(who).__name__  # what is told of a person is not repeated
            raise PasserellesError("people_invalid", code=code, value=repr(count))
    # Codes by code, then profiles as they come.
    ordered = sorted(origins.items(), key=lambda item: item[0] if isinstance(item[0], str) else "\U0010ffff")
    return [(who, int(count)) for who, count in ordered]


class _Choice:
    """The choice of at most `limit` atoms: all sets where they are few, else the best next one by what it costs."""

    def __init__(self, situation: Situation, limit: int, most_sets: int) -> None:
        self.situation, self.limit, self.most_sets, self.worth = situation, limit, most_sets, situation.worth
        self.candidates = situation.candidates()
        self.needing = grouped((member, place) for place, c in enumerate(self.candidates) for member in c.members)
        self.atoms = sorted(self.needing)
        self.proven = True
        # Shape (candidates, atoms): 1 for a member.
        members, sizes = [m for c in self.candidates for m in c.members], [len(c.members) for c in self.candidates]
        cells = np.ones(len(members)), members, np.cumsum([0, *sizes])
        self.needs = sparse.csr_array(cells, shape=(len(sizes), len(situation.atoms)))
        shape = (len(self.candidates), len(situation.weights))
        self.opens = np.asarray([c.opens for c in self.candidates], dtype=np.bool_).reshape(shape)
        self.every: Bools = np.asarray(self.opens.any(axis=0), dtype=np.bool_)

    def owned(self, atoms: Iterable[int]) -> Bools:
        """Shape (atoms,): some atoms, and what comes along with them."""
        owned = np.zeros(len(self.situation.atoms), dtype=np.bool_)
        owned[[inner for atom in atoms for inner in self.situation.contains[atom]]] = True
        return owned

    def inside(self, atoms: Iterable[int]) -> Rows:
        """Candidates whose members are all among some atoms, or come along with them."""
        return np.flatnonzero(self.needs @ ~self.owned(atoms) == 0)

    def covered(self, atoms: Iterable[int]) -> Bools:
        """Pairs that some atoms open, alone and in groups."""
        return np.asarray(self.opens[self.inside(atoms)].any(axis=0), dtype=np.bool_)

    def pick(self) -> tuple[int, ...]:
        """Return the atoms that are chosen; ties go to the first ones."""
        size = min(self.limit, len(self.atoms))
        if size == len(self.atoms):
            return tuple(self.atoms)
        if math.comb(len(self.atoms), size) <= self.most_sets:
            return max(combinations(self.atoms, size), key=lambda atoms: self.worth(self.covered(atoms)))
        picked = self._step_by_step(size)
        alone = max((c for c in self.candidates if len(c.members) <= size), key=lambda c: c.worth, default=None)
        if alone is None:
            return ()  # each needs more than may be acquired: no choice opens anything
        if alone.worth > self.worth(self.covered(picked)):
            picked = alone.members
        # Everything that can be opened is: no other choice opens more.
        self.proven = bool((self.covered(picked) == self.every).all())
        return picked

    def _step_by_step(self, size: int) -> tuple[int, ...]:
        picked: list[int] = []
        while len(picked) < size:
            gains = (self.opens & ~self.covered(picked)) @ self.situation.weights
            owned = self.owned(picked)
            costs = self.needs @ ~owned
            fits = (costs > 0) & (costs <= size - len(picked)) & (gains > 0)
            if not fits.any():
                break
            best = int(np.argmax(np.where(fits, gains / np.maximum(costs, 1), -1.0)))
            picked += [m for m in self.candidates[best].members if not owned[m]]
        return tuple(picked)

    def guarantee(self, total: int) -> float:
        """Least share of the best choice's worth that a choice worth `total` reaches."""
        # Each pair opened needs one atom at least of those that serve to open it, or one that brings such an atom.
        contains = self.situation.contains
        serves = ([place for inner in contains[a] for place in self.needing.get(inner, ())] for a in self.atoms)
        reach = [self.worth(np.logical_or.reduce(self.opens[places])) for places in serves]
        bound = min(self.worth(self.every), sum(sorted(reach, reverse=True)[: self.limit]))
        groups = any(len(c.members) > 1 for c in self.candidates)
        return min(1.0, max(total / max(bound, 1), 0.0 if groups else GUARANTEE))

    def ordered(self, picked: tuple[int, ...]) -> list[AtomSet]:
        """Order a choice: each time what opens most beyond those before it; what adds nothing is left out."""
        candidates = self._by_own_atoms(picked) if picked else []
        covered = np.zeros(len(self.situation.weights), dtype=np.bool_)
        ordered: list[AtomSet] = []
        while any(gains := [self.worth(c.opens & ~covered) for c in candidates]):
            ordered.append(candidates.pop(gains.index(max(gains))))
            covered |= ordered[-1].opens
        return ordered

    def _by_own_atoms(self, picked: tuple[int, ...]) -> list[AtomSet]:
        """Return what a choice opens, by its own atoms: one that comes along with another is not named beside it."""
        opens: dict[tuple[int, ...], Bools] = {}
        contains = self.situation.contains
        for candidate in (self.candidates[place] for place in self.inside(picked)):
            members = (m if m in picked else next(p for p in picked if m in contains[p]) for m in candidate.members)
            key = tuple(sorted({*members}))
            opens[key] = candidate.opens | opens.get(key, candidate.opens)
        return [AtomSet(key, pairs, self.worth(pairs)) for key, pairs in sorted(opens.items(), key=lambda o: len(o[0]))]
