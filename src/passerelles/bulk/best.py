"""Best targets of some people, as numbers; and the plain way to find them, a block of people at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.bulk.people import People
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.moves import top
from passerelles.ranking.origin import excluded_rows
from passerelles.scoring.coverage import coverage_row, holding_of, required_columns
from passerelles.scoring.levels import coverage_position
from passerelles.scoring.origins import Origins
from passerelles.scoring.scorer import Scorer
from passerelles.scoring.table import UNITS, score_person, score_table

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
            totals[plain] = scores.parts[:, people.rows[plain]].sum(axis=0, dtype=np.int64) + scores.base
        for scorer, chosen in (
            (self.occupied, np.flatnonzero((people.rows >= 0) & (counts > 0))),
            (self.unoccupied, np.flatnonzero(people.rows < 0)),
        ):
            if len(chosen):
                origins = _origins(self.graph, [held[i] for i in chosen.tolist()], people.rows[chosen])
                scores = score_person(self.graph, score_table(self.graph, scorer), origins)
                totals[chosen] = scores.parts.sum(axis=0, dtype=np.int64) + scores.base
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
