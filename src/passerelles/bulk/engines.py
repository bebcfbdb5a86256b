"""Best targets of some people, as numbers: the plain way, and by compiled loops (extra `fast`, numba)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.bulk.layout import (
    FURTHER,
    GROUP,
    KNOWN,
    MEASURES,
    TILE,
    Formula,
    Found,
    Needs,
    Scratch,
    Space,
    make_formula,
    make_needs,
    make_space,
)
from passerelles.bulk.profiles import People
from passerelles.errors import MissingExtraError
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.move import excluded_rows
from passerelles.ranking.moves import top
from passerelles.scoring.coverage import coverage_position, coverage_row, holding_of, required_columns
from passerelles.scoring.features import features
from passerelles.scoring.measures import Origins, measure_index
from passerelles.scoring.scorer import Scorer
from passerelles.scoring.table import UNITS, ScoreTable, score_person, score_table
from passerelles.vectors import places_of

_BLOCK: Final = 128  # people scored together: 128 x 1,600 targets x 10 parts in whole numbers are 8 MB


@dataclass(frozen=True, eq=False)
class Best:
    """
    Best targets of b people, best first.

    Attributes
    ----------
    starts
        Shape (b + 1,): where each person's targets start in the other arrays, which have one entry a move.
    targets, units, coverage, position
        Row of the target, score in units of 1 / `UNITS`, coverage in [0, 1] (NaN where it is not known), and the
        position of that coverage (0 where it is not known).
    """

    starts: NDArray[np.int64]
    targets: NDArray[np.int32]
    units: NDArray[np.int64]
    coverage: NDArray[np.float64]
    position: NDArray[np.int32]

    def of(self, person: int) -> "Best":
        """Return the targets of one person."""
        some = slice(int(self.starts[person]), int(self.starts[person + 1]))
        edges = np.asarray([0, some.stop - some.start], dtype=np.int64)
        return Best(edges, self.targets[some], self.units[some], self.coverage[some], self.position[some])


def joined(parts: Sequence[Best]) -> Best:
    """Return several blocks as one."""
    if len(parts) == 1:
        return parts[0]
    counts = np.concatenate([np.diff(p.starts) for p in parts]) if parts else np.zeros(0, dtype=np.int64)
    return Best(
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        targets=np.concatenate([p.targets for p in parts] or [np.zeros(0, np.int32)]),
        units=np.concatenate([p.units for p in parts] or [np.zeros(0, np.int64)]),
        coverage=np.concatenate([p.coverage for p in parts] or [np.zeros(0)]),
        position=np.concatenate([p.position for p in parts] or [np.zeros(0, np.int32)]),
    )


@dataclass(frozen=True, eq=False)
class PlainEngine:
    """Ranks people with numpy and scipy alone, through the very functions that `rank_moves` calls."""

    graph: OccupationGraph
    occupied: Scorer
    unoccupied: Scorer

    def rank(self, people: People, limit: int) -> Best:
        """Return the best targets of some people."""
        size = len(people.rows)
        return joined([self._block(people.part(i, min(i + _BLOCK, size)), limit) for i in range(0, size, _BLOCK)])

    def _block(self, people: People, limit: int) -> Best:
        totals = np.zeros((len(people.rows), len(self.graph.codes)), dtype=np.int64)
        held = [self._held(people, i) for i in range(len(people.rows))]
        counts = np.diff(people.starts)
        plain = np.flatnonzero((people.rows >= 0) & (counts == 0))
        if len(plain):
            scores = score_table(self.graph, self.occupied).scores
            totals[plain] = scores.sums(people.rows[plain])
        for scorer, chosen in (
            (self.occupied, np.flatnonzero((people.rows >= 0) & (counts > 0))),
            (self.unoccupied, np.flatnonzero(people.rows < 0)),
        ):
            if len(chosen):
                origins = _origins(self.graph, [held[i] for i in chosen.tolist()], people.rows[chosen])
                scores = score_person(self.graph, score_table(self.graph, scorer), origins)
                totals[chosen] = scores.sums()
        return joined([self._best(totals[i], held[i], row, limit) for i, row in enumerate(people.rows.tolist())])

    def _held(self, people: People, person: int) -> NDArray[np.int32]:
        extra = people.extra[people.starts[person] : people.starts[person + 1]]
        row = int(people.rows[person])
        return np.union1d(required_columns(self.graph, row), extra).astype(np.int32) if row >= 0 else extra

    def _best(self, units: NDArray[np.int64], held: NDArray[np.int32], row: int, limit: int) -> Best:
        totals = np.where(excluded_rows(self.graph, row), -np.inf, units / UNITS)
        best = top(totals, limit)
        best = best[np.isfinite(totals[best])]
        coverage = coverage_row(self.graph, holding_of(self.graph, held))
        position = [coverage_position(coverage, row, target) or 0 for target in best.tolist()]
        return Best(
            starts=np.asarray([0, len(best)], dtype=np.int64),
            targets=best.astype(np.int32),
            units=units[best],
            coverage=coverage[best],
            position=np.asarray(position, dtype=np.int32),
        )


def _origins(graph: OccupationGraph, held: Sequence[NDArray[np.int32]], rows: NDArray[np.int32]) -> Origins:
    indptr = np.concatenate([[0], np.cumsum([len(columns) for columns in held])]).astype(np.int32)
    cells = (np.ones(int(indptr[-1])), np.concatenate(held), indptr)
    return Origins(sparse.csr_array(cells, shape=(len(held), len(graph.competency_codes))), rows)


def numba_is_there() -> bool:
    """Whether the fast engine can be used."""
    return find_spec("numba") is not None


@dataclass(frozen=True, eq=False)
class FastEngine:
    """Ranks people with compiled loops; the same moves as `PlainEngine`, to the bit. Safe to share between threads."""

    plain: PlainEngine
    space: Space
    needs: Needs
    formulas: Mapping[bool, Formula]  # for people with and without an occupation
    terms: int
    _whole: dict[tuple[int, int], Best] = field(default_factory=dict)

    @classmethod
    def of(cls, plain: PlainEngine) -> "FastEngine | None":
        """
        Make the engine of a graph; None where the loops do not know a feature, or an occupation lists nothing.

        Raises
        ------
        MissingExtraError
            If numba is not installed.
        """
        if not numba_is_there():
            raise MissingExtraError("numba", "fast")
        graph = plain.graph
        index = measure_index(graph)
        tables = {True: score_table(graph, plain.occupied), False: score_table(graph, plain.unoccupied)}
        if not all(_is_known(t) for t in tables.values()) or graph.is_specialised.all():
            return None
        reference = tables[True].reference
        if reference is None or not all(
            ((s.data > 0) & (s.data == np.rint(s.data))).all() for s in index.spreads.values()
        ):
            return None
        if any(index.lists_nothing(name) is not None for name in MEASURES):  # the loops rank every occupation
            return None
        space, terms = make_space(index, reference.attributes.cadre)
        formulas = {occupied: make_formula(graph, table, occupied=occupied) for occupied, table in tables.items()}
        return cls(plain, space, make_needs(graph), formulas, terms)

    def rank(self, people: People, limit: int) -> Best:
        """Return the best targets of some people."""
        size = len(people.rows)
        counts = np.diff(people.starts)
        limit = min(limit, len(self.plain.graph.codes))
        found = _found(size, limit)
        whole = np.flatnonzero((people.rows >= 0) & (counts == 0))
        for row in np.unique(people.rows[whole]).tolist():
            _fill(found, whole[people.rows[whole] == row], self._of_occupation(row, limit))
        for occupied, chosen in (
            (True, np.flatnonzero((people.rows >= 0) & (counts > 0))),
            (False, np.flatnonzero(people.rows < 0)),
        ):
            if len(chosen):
                self._run(people, chosen[np.argsort(people.rows[chosen], kind="stable")], found, occupied=occupied)
        doubtful = np.flatnonzero(found.size < 0)
        if len(doubtful):
            starts, extra = _taken(people, doubtful)
            again = self.plain.rank(People(people.rows[doubtful], starts, extra, None), limit)
            for place, person in enumerate(doubtful.tolist()):
                _fill(found, np.asarray([person]), again.of(place))
        return _flat(found)

    def _run(self, people: People, order: NDArray[np.intp], found: Found, *, occupied: bool) -> None:
        from passerelles.bulk.kernels import rank_people  # noqa: PLC0415 - numba is read only where it is used

        size = found.target.shape[1]
        mine = _found(len(order), size)
        starts, extra = _taken(people, order)
        room = _room(
            self.terms, self.space.dense.shape[1], self.needs, len(self.space.competes), self.formulas[occupied]
        )
        rank_people(people.rows[order], starts, extra, self.space, self.needs, self.formulas[occupied], room, mine)
        for name in Found._fields:
            getattr(found, name)[order] = getattr(mine, name)

    def _of_occupation(self, row: int, limit: int) -> Best:
        """Best targets of an occupation and nothing more, found once."""
        found = self._whole.get((row, limit))
        if found is None:
            alone = People(np.asarray([row], np.int32), np.zeros(2, np.int64), np.zeros(0, np.int32), None)
            found = self._whole.setdefault((row, limit), self.plain.rank(alone, limit))
        return found


def _is_known(table: ScoreTable) -> bool:
    """Whether every part is either known to the loops or the same for all people of an occupation."""
    for weights in table.scorer.parts.values():
        some = [features().get(name) for name in weights]
        moving = all(f is not None and f.of_holdings for f in some)
        if moving and not all(name in KNOWN and weight >= 0 for name, weight in weights.items()):
            return False
    return True


def _found(size: int, limit: int) -> Found:
    shape = (size, limit)
    return Found(
        np.zeros(size, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int64),
        np.zeros(shape),
        np.zeros(shape, np.int32),
    )


def _fill(found: Found, people: NDArray[np.intp], best: Best) -> None:
    size = len(best.targets)
    found.size[people] = size
    rest: tuple[NDArray[Any], ...] = found[1:]
    for whole, values in zip(rest, (best.targets, best.units, best.coverage, best.position), strict=True):
        whole[people, :size] = values


def _flat(found: Found) -> Best:
    kept = np.arange(found.target.shape[1])[None, :] < found.size[:, None]
    return Best(
        starts=np.concatenate([[0], np.cumsum(found.size)]).astype(np.int64),
        targets=found.target[kept],
        units=found.units[kept],
        coverage=found.coverage[kept],
        position=found.position[kept],
    )


def _taken(people: People, order: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    counts = np.diff(people.starts)[order]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return starts, people.extra[places_of(people.starts[order], counts)]


def _room(terms: int, frequent: int, needs: Needs, size: int, formula: Formula) -> Scratch:
    columns = len(needs.near_ptr) - 1
    features = len(formula.kind)
    return Scratch(
        dots=np.zeros((GROUP, len(MEASURES), -(-size // TILE) * TILE), np.int32),
        values=np.zeros((len(MEASURES) + 1, size), np.float32),
        rank=np.full((features, size), -1, np.int32),
        bound=np.zeros(size, np.float32),
        near=np.zeros((features, size + 3), np.int32),
        floor=np.zeros((features, FURTHER), np.float32),
        top=np.zeros(FURTHER, np.float32),
        chosen=np.zeros(size + 1, np.int32),
        rival=np.zeros(size + 1, np.float32),
        counts=np.zeros(terms, np.int32),
        added=np.zeros(terms, np.int32),
        seen=np.zeros(len(MEASURES), np.int32),
        touched=np.zeros((len(MEASURES), terms), np.int32),
        square=np.zeros((GROUP, len(MEASURES))),
        line=np.zeros((GROUP, frequent), np.int32),
        more=np.zeros((GROUP, frequent), np.int32),
        first=np.zeros((GROUP, len(MEASURES) + 1), np.int32),
        held=np.zeros(columns, np.bool_),
        credit=np.zeros(columns),
        covered=np.zeros(size),
        sums=np.zeros(formula.parts, np.float32),
    )


def fast_engine(plain: PlainEngine) -> FastEngine | None:
    """Return the fast engine of a graph and its scorers, made at the first call; None where there is none."""
    key = ("fast_engine", plain.occupied.name, plain.occupied.version, plain.unoccupied.name)
    return plain.graph.derived(key, lambda: FastEngine.of(plain))
