"""What opens jobs to people: single acquisitions, and groups of them that open something only together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import Demands, Price, demands_of
from passerelles.access.holdings import Holdings
from passerelles.effort.table import TENTHS, EffortTable, Shares, effort_table, state_of
from passerelles.graph.core import OccupationGraph
from passerelles.paths.build import CertificationTable
from passerelles.ranking.origin import Start
from passerelles.scoring.coverage import holding_of
from passerelles.settings import Settings

if TYPE_CHECKING:
    from passerelles.market.certifications import LeadingCertification

Kind = Literal["credential", "certification", "competency", "macro", "group"]
Bools = NDArray[np.bool_]
Bundle = tuple[int, ...]  # numbers of bundles of competencies acquired together
GROUPS_EACH: Final = 20  # groups kept for one person and one job, those that leave the fewest hours first
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Atom:
    """
    One thing to acquire: a credential, a certification, a competency, or all competencies of one macro-competency.

    `columns` are its competencies (none for a credential), `with_it` the prerequisites or competencies that come
    along, `hours` a credential's expected hours with its prerequisites, or those published of a certification, None =
    unknown. A certification leads to the rows in `leads`, each by its own code or its parent's; `level` is its
    European level, None = unknown.
    """

    code: str
    label: str
    kind: Kind
    columns: tuple[int, ...] = ()
    with_it: tuple[str, ...] = ()
    hours: float | None = None
    leads: Mapping[int, str] = field(default_factory=dict)
    level: int | None = None


@dataclass(frozen=True, eq=False)
class Candidate:
    """Atoms, by number, that together open pairs of person and job; most are a single one."""

    members: tuple[int, ...]
    opens: Bools
    worth: int


class Situation:
    """
    Pairs of person and job, what is missing in each, and what opens it.

    Parameters
    ----------
    graph, settings
        Where from; effort and thresholds.
    starts
        People, each with how many they are.
    targets
        Rows of the jobs.
    table
        Certifications, and the jobs that each leads to; None = none.
    kinds
        What may be acquired; None = everything.
    day
        On which certifications must be alive; None = today.
    """

    def __init__(
        self,
        graph: OccupationGraph,
        settings: Settings,
        starts: list[tuple[Start, int]],
        targets: list[int],
        table: CertificationTable | None = None,
        kinds: frozenset[Kind] | None = None,
        day: date | None = None,
    ) -> None:
        self.graph, self.settings, self.starts, self.targets = graph, settings, starts, targets
        self.certifications, self.kinds = table, kinds
        self.day = day or date.today()  # noqa: DTZ011 - the user's own day
        self.table: EffortTable = effort_table(graph, settings)
        self.demands: Demands = demands_of(graph)
        self.limit = round(TENTHS * settings.paths.open_hours)
        self.pairs = [(o, t) for o, (start, _) in enumerate(starts) for t in targets if not self._same(start.row, t)]
        self.weights = np.asarray([starts[o][1] for o, _ in self.pairs], dtype=np.int64)
        self.states = [state_of(graph, self.table, start.holding) for start, _ in starts]
        unknown = int(settings.effort.level_unknown)
        self.levels = [int(self.table.level[s.row]) if s.row >= 0 else unknown for s, _ in starts]
        # What each column takes of somebody who holds nothing: one acquisition is priced alike for all.
        self.price: Price = self.demands.price(Holdings())
        held = [self.demands.held(s.holdings) for s, _ in starts]
        shape = (len(self.pairs), self.demands.needed.shape[1])
        self.lacking = np.asarray([self.demands.needed[t] & ~held[o] for o, t in self.pairs], np.bool_).reshape(shape)
        # What lists nothing, takes nobody knows what, or chooses its people is never said to be open.
        barred = self.demands.hidden | self.demands.selective | ~(self.table.whole > 0)
        known = ~barred[np.asarray([t for _, t in self.pairs], dtype=np.intp)]
        self.held = np.asarray([held[o] for o, _ in self.pairs], np.bool_).reshape(shape)
        self.known = known & ~(self.lacking & self.price.closed).any(axis=1)
        self._effort: dict[Bundle, NDArray[np.int64]] = {}
        self.open_already = self.known & ~self.lacking.any(axis=1) & (self.effort([()])[()] <= self.limit)

    def _same(self, row: int, target: int) -> bool:
        bases = self.graph.base_rows
        return row >= 0 and (target == row or bool(bases[target] == row) or bool(bases[row] == target))

    @cached_property
    def atoms(self) -> list[Atom]:
        """What could be acquired: credentials by code, certifications by level, macro-competencies, competencies."""
        every = (*self._credentials(), *self._certifications(), *self._bundles())
        return [a for a in every if self.kinds is None or a.kind in self.kinds]

    @cached_property
    def brought(self) -> Bools:
        """Shape (atoms, c + g): credentials that each brings, prerequisites included."""
        place = {code: i for i, code in enumerate(self.demands.codes)}
        found = np.zeros((len(self.atoms), self.demands.needed.shape[1]), dtype=np.bool_)
        for number, atom in enumerate(self.atoms):
            if atom.kind == "credential":
                found[number, [place[c] for c in (*atom.with_it, atom.code) if c in place]] = True
        return found

    @cached_property
    def contains(self) -> Bools:
        """Shape (atoms, atoms): whether acquiring the first means acquiring the second too."""
        found = np.eye(len(self.atoms), dtype=np.bool_)
        credentials = [i for i, a in enumerate(self.atoms) if a.kind == "credential"]
        for i in credentials:
            found[i, [j for j in credentials if self.atoms[j].code in self.atoms[i].with_it]] = True
        for i, atom in enumerate(self.atoms):
            if atom.kind == "macro":
                inside = set(atom.columns)
                found[i, [j for j, a in enumerate(self.atoms) if a.columns and inside >= set(a.columns)]] = True
        return found

    def _credentials(self) -> list[Atom]:
        referential, demands = self.graph.referential, self.demands
        place = {code: i for i, code in enumerate(demands.codes)}
        found: list[Atom] = []
        for code in demands.codes:
            with_it = referential.prerequisites_of(code)
            chain = [place[c] for c in (*with_it, code) if c in place]
            if self.price.closed[chain].any():
                continue  # nobody can obtain it
            unknown = self.price.unknown[chain].any()
            hours = None if unknown else float(self.price.length[chain].sum()) / TENTHS
            found.append(Atom(code, demands.credentials[place[code]].label, "credential", (), with_it, hours))
        return found

    def _certifications(self) -> list[Atom]:
        """
        Those that lead to some target and are alive, as paths list them.

        What the referential names itself is left out: it is a credential.
        """
        if self.certifications is None:
            return []
        referential = self.graph.referential
        named = {f"CI-{c.certifinfo}" for c in referential.credentials if c.certifinfo}
        named |= {f"RNCP{c.rncp.removeprefix('RNCP')}" for c in referential.credentials if c.rncp}
        found: dict[str, LeadingCertification] = {}
        leads: dict[str, dict[int, str]] = {}
        for row in self.targets:
            for each in self.certifications.leading(self.graph.codes[row], referential, self.day):
                if each.code not in named:
                    found.setdefault(each.code, each)
                    leads.setdefault(each.code, {})[row] = each.match
        atoms = [
            Atom(
                c.code,
                c.label,
                "certification",
                hours=None if c.hours is None else c.hours.expected,
                leads=leads[c.code],
                level=c.level,
            )
            for c in found.values()
        ]
        return sorted(atoms, key=lambda a: (a.level is None, a.level or 0, a.code))

    @cached_property
    def led(self) -> Bools:
        """Shape (atoms, pairs): whether a certification leads there from a level that is not too low for it."""
        most = self.settings.paths.open_levels
        origins, targets = (np.asarray([p[i] for p in self.pairs], dtype=np.int64) for i in (0, 1))
        reach = np.asarray(self.levels, dtype=np.int64)[origins] + most
        found = np.zeros((len(self.atoms), len(self.pairs)), dtype=np.bool_)
        for number, atom in enumerate(self.atoms):
            if atom.leads:
                found[number] = np.isin(targets, list(atom.leads)) & (reach >= (atom.level or 0))
        return found

    def _bundles(self) -> list[Atom]:
        """Competencies that some target requires, by macro-competency and one by one."""
        weights, macro, listed = self.graph.weights, self.graph.macro, self.graph.competencies
        wanted = {int(c) for t in self.targets for c in weights.indices[weights.indptr[t] : weights.indptr[t + 1]]}
        under: dict[int, list[int]] = {}
        for c in sorted(wanted):
            if macro[c] >= 0 and macro[c] != c:
                under.setdefault(int(macro[c]), []).append(c)
        whole = [
            Atom(listed[m].code, listed[m].name, "macro", tuple(some), tuple(listed[c].code for c in some))
            for m, some in sorted(under.items())
            if len(some) > 1
        ]
        return [*whole, *(Atom(listed[c].code, listed[c].name, "competency", (c,)) for c in sorted(wanted))]

    @cached_property
    def _brings(self) -> dict[int, Shares]:
        """What each bundle of competencies leaves uncovered by itself."""
        numbered = [(i, a.columns) for i, a in enumerate(self.atoms) if a.columns]
        return {i: state_of(self.graph, self.table, holding_of(self.graph, list(c))) for i, c in numbered}

    def effort(self, sets: list[Bundle]) -> dict[Bundle, NDArray[np.int64]]:
        """Tenths of an hour of every pair, shape (pairs,), with each set of bundles acquired; `_NEVER` = unknown."""
        new = [s for s in sets if s not in self._effort]
        if new:
            found = np.full((len(self.pairs), len(new)), _NEVER, dtype=np.int64)
            start = [np.full(self.table.uncovered.shape[0], 255, dtype=np.uint8)]
            brought = [np.minimum.reduce([*start, *(self._brings[b] for b in some)]) for some in new]
            together = np.stack(brought, axis=1)
            for number, (o, t) in enumerate(self.pairs):
                if self.known[number]:
                    columns = self.table.columns[self.table.items(t)]
                    left = np.minimum(together[columns], self.states[o][columns, None])
                    total, _ = self.table.towards(t, left)
                    found[number] = self.table.final(total, t, self.levels[o])
            self._effort |= {some: found[:, i] for i, some in enumerate(new)}
        return {s: self._effort[s] for s in sets}

    def opened_by(self, members: tuple[int, ...]) -> Bools:
        """
        Pairs, not open already, that acquiring all members opens.

        Training for a credential teaches what lacks, hour for hour; a certification that leads there, all of it.
        """
        credentials = self.brought[list(members)].any(axis=0)
        bundle = tuple(m for m in members if self.atoms[m].columns)
        after = self.demands.with_choices(self.held | credentials)
        taught = (self.lacking & after) @ self.price.length
        left = self.effort([bundle])[bundle]
        enough = (left <= self.limit + taught) | self.led[list(members)].any(axis=0)
        return np.asarray(
            self.known & enough & ~(self.lacking & ~after).any(axis=1) & ~self.open_already, dtype=np.bool_
        )

    def candidates(self) -> list[Candidate]:
        """Single atoms that open something, then groups that open what no single one does."""
        self.effort([(i,) for i, a in enumerate(self.atoms) if a.columns])
        singles = [self._candidate((i,)) for i in range(len(self.atoms))]
        singles = [c for c in singles if c.worth]
        closed = self.known & ~self.open_already
        for each in singles:
            closed &= ~each.opens
        groups: dict[tuple[int, ...], None] = {}
        for number in np.flatnonzero(closed).tolist():
            groups |= dict.fromkeys(self._groups(number))
        self.effort([tuple(m for m in g if self.atoms[m].columns) for g in groups])
        together = [self._candidate(g) for g in sorted(groups, key=lambda g: (len(g), g))]
        return singles + [c for c in together if c.worth]

    def _candidate(self, members: tuple[int, ...]) -> Candidate:
        opens = self.opened_by(members)
        return Candidate(members, opens, int(self.weights[opens].sum()))

    def _groups(self, pair: int) -> list[tuple[int, ...]]:
        """Groups that open one pair: all credentials it lacks, alone, with a certification, or one or two bundles."""
        lacks = self.lacking[pair].copy()
        size = len(self.demands.codes)
        for choice in np.flatnonzero(lacks[size:]).tolist():  # the alternative that takes least stands for all
            lacks[list(self.price.ways[choice])] = True
        numbers = [i for i, a in enumerate(self.atoms) if a.kind == "credential" and lacks[self._place(a.code)]]
        tops = tuple(i for i in numbers if not any(self.contains[j, i] for j in numbers if j != i))
        bound = self.limit + int(self.lacking[pair] @ self.price.length)
        if self.effort([()])[()][pair] <= bound:
            return [tops]
        leading = np.flatnonzero(self.led[:, pair]).tolist()
        if leading:
            return [(*tops, one) for one in leading[:GROUPS_EACH]]
        target = self.pairs[pair][1]
        asked = set(self.graph.weights.indices[slice(*self.graph.weights.indptr[target : target + 2])].tolist())
        useful = [i for i, a in enumerate(self.atoms) if a.columns and asked & set(a.columns)]
        for size in (1, 2):
            sets = [(*some,) for some in combinations(useful, size)]
            left = self._of_pair(pair, sets)
            fits = sorted((int(left[n]), some) for n, some in enumerate(sets) if left[n] <= bound)
            if fits:
                return [(*tops, *some) for _, some in fits[:GROUPS_EACH]]
        return []

    def _of_pair(self, pair: int, sets: list[Bundle]) -> NDArray[np.int64]:
        """Tenths of an hour of one pair with each set of bundles acquired."""
        origin, target = self.pairs[pair]
        columns = self.table.columns[self.table.items(target)]
        if not sets:
            return np.zeros(0, dtype=np.int64)
        brings = {b: self._brings[b][columns] for some in sets for b in some}
        left = np.stack([np.minimum.reduce([brings[b] for b in some]) for some in sets], axis=1)
        total, _ = self.table.towards(target, np.minimum(left, self.states[origin][columns, None]))
        return self.table.final(total, target, self.levels[origin])

    def _place(self, code: str) -> int:
        return self.demands.codes.index(code)
