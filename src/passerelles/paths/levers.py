"""`levers`: the few competencies or certifications that, once acquired, open the most jobs to the most people."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, say
from passerelles.paths.demands import Demands, demands_of
from passerelles.paths.effort import TENTHS, EffortTable, Shares, effort_table, state_of
from passerelles.profile import Profile
from passerelles.ranking.moves import check_limit
from passerelles.ranking.origin import Start, find_start
from passerelles.referentials.reference import find_occupation
from passerelles.scoring.coverage import holding_of
from passerelles.settings import Settings

# Nemhauser, Wolsey and Fisher (1978): adding the best next one reaches at least this share of the best set's worth.
GUARANTEE: Final = 1 - 1 / math.e
Kind = Literal["credential", "competency", "macro"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A job that a lever opens to the people of an origin."""

    origin: str | None
    target: str
    people: int


@dataclass(frozen=True, slots=True)
class Lever:
    """
    Something to acquire.

    `gained` counts people x jobs that it opens beyond what those before it open, `alone` those that it opens by
    itself. `with_it` are the prerequisites obtained with a credential, or the competencies of a macro-competency;
    `hours` the credential's expected hours, prerequisites included, None = unknown.
    """

    rank: int
    code: str
    label: str
    kind: Kind
    gained: int
    alone: int
    opened: tuple[Opened, ...]
    with_it: tuple[str, ...] = ()
    hours: float | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Jobs that it opens by itself, by code."""
        return tuple(sorted({o.target for o in self.opened}))

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        key = "credential" if self.kind == "credential" else "competency"
        return {
            "rank": self.rank,
            "code": self.code,
            "label": self.label,
            "kind": self.kind,
            "kind_label": say(f"paths.levers.kind_{key}", lang=lang),
            "gained": self.gained,
            "alone": self.alone,
            "targets": list(self.targets),
            "opened": [{"origin": o.origin, "target": o.target, "people": o.people} for o in self.opened],
            "with_it": list(self.with_it),
            "hours": self.hours,
        }


class Levers(list[Lever]):
    """
    A choice of levers, first the one that opens most.

    `total` counts people x jobs that the choice opens, `already` those open without any, `possible` all of them.
    `exact`: the choice is proven best of its size; else it is worth at least `GUARANTEE` of the best one's.
    """

    def __init__(self, found: Iterable[Lever], *, total: int, already: int, possible: int, exact: bool) -> None:
        super().__init__(found)
        self.total, self.already, self.possible, self.exact = total, already, possible, exact

    @property
    def guarantee(self) -> float:
        """Least share of the best choice's worth that this one reaches."""
        return 1.0 if self.exact else GUARANTEE


def levers(
    graph: OccupationGraph,
    origins: Iterable[str | Profile] | Mapping[str, int],
    targets: Iterable[str],
    *,
    settings: Settings | None = None,
    limit: int = 10,
) -> Levers:
    """
    Choose what to acquire to open the most jobs to the most people.

    A job is open to somebody who holds every credential that it requires and for whom the effort model finds at most
    ``settings.paths.open_hours`` hours. A lever opens it if, acquired alone, it makes it so: a credential with its
    prerequisites (whose training teaches what is missing, hour for hour), a competency, or all competencies of one
    macro-competency. A set of levers counts what at least one of its members opens: what only several together would
    open is not counted, so that the figures are a lower bound, and adding the best next one step by step reaches at
    least 1 - 1/e of the best set (63 %). Small cases are tried in full.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origins
        Codes, exact titles or profiles, one person each; or a mapping from codes to numbers of people.
    targets
        Codes or exact titles of jobs.
    settings
        Effort and thresholds; the graph's own where None.
    limit
        Most levers.

    Raises
    ------
    UnknownCodeError
        If a code or title is not in the referential.
    PasserellesError
        If the limit, or a number of people, is not valid.

    Examples
    --------
    >>> from passerelles import build_graph, levers, load_referential
    >>> graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
    >>> [lever.code for lever in levers(graph, {"K2110-B": 12}, ["K2110-2R"], limit=1)]
    ['AUT-ENS-2R']
    """
    check_limit(limit)
    chosen = settings or graph.settings
    people = _people(origins)
    rows = sorted({graph.position[find_occupation(graph.referential, t)] for t in targets})
    situation = _Situation(graph, chosen, [(find_start(graph, who), number) for who, number in people], rows)
    candidates = [c for c in situation.candidates() if c.worth]
    weights = situation.weights
    picked, exact = _pick(candidates, weights, limit, chosen.paths.exact_sets)
    found: list[Lever] = []
    covered = np.zeros(len(weights), dtype=np.bool_)
    for rank, each in enumerate(_ordered(picked, weights), start=1):
        gained = int(weights[each.opens & ~covered].sum())
        covered |= each.opens
        found.append(situation.lever(each, rank, gained))
    return Levers(
        found,
        total=int(weights[covered].sum()),
        already=int(weights[situation.open_already].sum()),
        possible=int(weights.sum()),
        exact=exact,
    )


@dataclass(frozen=True, eq=False)
class _Candidate:
    code: str
    label: str
    kind: Kind
    opens: NDArray[np.bool_]  # of each pair of origin and target
    worth: int
    with_it: tuple[str, ...] = ()
    hours: float | None = None


class _Situation:
    """Pairs of origin and target, what is missing in each, and what each candidate opens."""

    def __init__(
        self, graph: OccupationGraph, settings: Settings, starts: list[tuple[Start, int]], targets: list[int]
    ) -> None:
        self.graph, self.settings, self.starts, self.targets = graph, settings, starts, targets
        self.table: EffortTable = effort_table(graph, settings)
        self.demands: Demands = demands_of(graph)
        self.limit = round(TENTHS * settings.paths.open_hours)
        self.pairs = [
            (o, t)
            for o, (start, _) in enumerate(starts)
            for t in targets
            if start.row < 0 or not self._same(start.row, t)
        ]
        self.weights = np.asarray([starts[o][1] for o, _ in self.pairs], dtype=np.int64)
        self.states = [state_of(graph, self.table, start.holding) for start, _ in starts]
        self.levels = [
            int(self.table.level[s.row]) if s.row >= 0 else int(settings.effort.level_unknown) for s, _ in starts
        ]
        held = [self.demands.held(graph.referential, s.credentials) for s, _ in starts]
        self.lacking = np.asarray([self.demands.needed[t] & ~held[o] for o, t in self.pairs], dtype=np.bool_).reshape(
            len(self.pairs), len(self.demands.codes)
        )
        self.effort = np.asarray([self._effort(o, t, self.states[o]) for o, t in self.pairs], dtype=np.int64)
        listed = np.asarray([self.table.whole[t] > 0 for _, t in self.pairs], dtype=np.bool_)
        # Where the target lists nothing its effort is unknown: it is never said to be open.
        self.effort[~listed] = np.iinfo(np.int64).max
        self.open_already = ~self.lacking.any(axis=1) & (self.effort <= self.limit)

    def _same(self, row: int, target: int) -> bool:
        bases = self.graph.base_rows
        return target == row or bool(bases[target] == row) or bool(bases[row] == target)

    def _effort(self, origin: int, target: int, state: Shares) -> int:
        left = state[self.table.columns[self.table.items(target)]][:, None]
        total, _ = self.table.towards(target, left)
        return int(self.table.final(total, target, self.levels[origin])[0])

    def candidates(self) -> list[_Candidate]:
        """Everything that could be acquired, credentials first, then by code."""
        return [*self._credentials(), *self._competencies()]

    def _credentials(self) -> list[_Candidate]:
        referential = self.graph.referential
        place = {code: i for i, code in enumerate(self.demands.codes)}
        found: list[_Candidate] = []
        for code in self.demands.codes:
            with_it = referential.prerequisites_of(code)
            brought = np.zeros(len(self.demands.codes), dtype=np.bool_)
            brought[[place[c] for c in (*with_it, code) if c in place]] = True
            if (self.demands.closed & brought).any():
                continue  # nobody can obtain it
            length = (self.lacking & brought) @ self.demands.length
            left = self.effort - np.where(self.effort == np.iinfo(np.int64).max, 0, length)
            opens = ~(self.lacking & ~brought).any(axis=1) & (left <= self.limit) & ~self.open_already
            known = not bool((self.demands.unknown & brought).any())
            hours = float(self.demands.length[brought].sum()) / TENTHS if known else None
            label = referential.credential_by_code[code].label
            found.append(_Candidate(code, label, "credential", opens, self._worth(opens), with_it, hours))
        return found

    def _competencies(self) -> list[_Candidate]:
        bundles = self._bundles()
        states = [state_of(self.graph, self.table, holding_of(self.graph, list(b))) for _, _, b in bundles]
        opens = np.zeros((len(bundles), len(self.pairs)), dtype=np.bool_)
        if not bundles:
            return []
        brought = np.stack(states, axis=1)
        for number, (origin, target) in enumerate(self.pairs):
            if self.open_already[number] or self.lacking[number].any() or self.table.whole[target] <= 0:
                continue
            columns = self.table.columns[self.table.items(target)]
            left = np.minimum(brought[columns], self.states[origin][columns, None])
            total, _ = self.table.towards(target, left)
            opens[:, number] = self.table.final(total, target, self.levels[origin]) <= self.limit
        competencies = self.graph.competencies
        found: list[_Candidate] = []
        for (code, kind, columns_of), row in zip(bundles, opens, strict=True):
            label = competencies[self.graph.competency_position[code]].name
            with_it = tuple(competencies[c].code for c in columns_of) if kind == "macro" else ()
            found.append(_Candidate(code, label, kind, row, self._worth(row), with_it))
        return found

    def _bundles(self) -> list[tuple[str, Kind, tuple[int, ...]]]:
        """Competencies that some target requires, one by one and by macro-competency."""
        weights, macro = self.graph.weights, self.graph.macro
        wanted = {int(c) for t in self.targets for c in weights.indices[weights.indptr[t] : weights.indptr[t + 1]]}
        single: list[tuple[str, Kind, tuple[int, ...]]] = [
            (self.graph.competency_codes[c], "competency", (c,)) for c in sorted(wanted)
        ]
        under: dict[int, list[int]] = {}
        for c in sorted(wanted):
            if macro[c] >= 0 and macro[c] != c:
                under.setdefault(int(macro[c]), []).append(c)
        whole: list[tuple[str, Kind, tuple[int, ...]]] = [
            (self.graph.competency_codes[m], "macro", tuple(some)) for m, some in sorted(under.items()) if len(some) > 1
        ]
        return [*whole, *single]

    def _worth(self, opens: NDArray[np.bool_]) -> int:
        return int(self.weights[opens].sum())

    def lever(self, each: _Candidate, rank: int, gained: int) -> Lever:
        """Return a candidate as it is shown."""
        opened = tuple(
            Opened(self.starts[o][0].end.code, self.graph.codes[t], self.starts[o][1])
            for (o, t), yes in zip(self.pairs, each.opens, strict=True)
            if yes
        )
        return Lever(rank, each.code, each.label, each.kind, gained, each.worth, opened, each.with_it, each.hours)


def _people(origins: Iterable[str | Profile] | Mapping[str, int]) -> list[tuple[str | Profile, int]]:
    if not isinstance(origins, Mapping):
        return [(origins, 1)] if isinstance(origins, str | Profile) else [(who, 1) for who in origins]
    for code, number in origins.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise PasserellesError("people_invalid", code=code, value=repr(number))
    return sorted(origins.items())


def _pick(
    candidates: list[_Candidate], weights: NDArray[np.int64], limit: int, most_sets: int
) -> tuple[list[_Candidate], bool]:
    """Choose at most `limit` candidates: all sets where they are few, else the best next one, ties by kind and code."""
    size = min(limit, len(candidates))
    if size == len(candidates):
        return candidates, True
    if math.comb(len(candidates), size) <= most_sets:
        best = max(
            combinations(range(len(candidates)), size),
            key=lambda some: (_union(candidates, some, weights), [-i for i in some]),
        )
        return [candidates[i] for i in best], True
    covered = np.zeros(len(weights), dtype=np.bool_)
    picked: list[_Candidate] = []
    left = list(candidates)
    while left and len(picked) < size:
        gains = [int(weights[c.opens & ~covered].sum()) for c in left]
        best_gain = max(gains)
        if best_gain == 0:
            break
        each = left.pop(gains.index(best_gain))
        picked.append(each)
        covered |= each.opens
    # Everything that can be opened is: no other choice opens more.
    every = np.any([c.opens for c in candidates], axis=0)
    return picked, bool((covered == every).all())


def _union(candidates: list[_Candidate], some: tuple[int, ...], weights: NDArray[np.int64]) -> int:
    return int(weights[np.any([candidates[i].opens for i in some], axis=0)].sum())


def _ordered(picked: list[_Candidate], weights: NDArray[np.int64]) -> list[_Candidate]:
    """Order a choice: each time the one that opens most beyond those before it; what adds nothing is left out."""
    covered = np.zeros(len(weights), dtype=np.bool_)
    left, found = list(picked), []
    while left:
        gains = [int(weights[c.opens & ~covered].sum()) for c in left]
        if max(gains) == 0:
            break
        each = left.pop(gains.index(max(gains)))
        found.append(each)
        covered |= each.opens
    return found
