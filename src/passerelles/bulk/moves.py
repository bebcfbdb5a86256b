"""Best targets into Arrow batches, whose columns are the public shape of a ranking in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.access.conditions import access_conditions
from passerelles.access.demands import demands_of
from passerelles.access.holdings import Holdings, holdings_of
from passerelles.bulk.engines import Best
from passerelles.bulk.people import Fault, People
from passerelles.graph.core import OccupationGraph
from passerelles.graph.provenance import metadata, provenance
from passerelles.model import Ternary
from passerelles.scoring.scorer import (
    CLOSE_POSITION,
    CLOSE_PROBABILITY,
    LEVELS,
    OPEN_POSITION,
    OPEN_PROBABILITY,
    Scorer,
    probabilities_of,
    scorer_sum,
)
from passerelles.scoring.table import UNITS
from passerelles.settings import Settings
from passerelles.sharing import cached_property

if TYPE_CHECKING:
    import pyarrow as pa

Held = tuple[str, frozenset[tuple[str, Ternary]]]
# Bounds on memory, whatever people state.
_MOST_NEEDS: Final = 100_000
_MOST_KEPT: Final = 5_000


def output_schema() -> "pa.Schema":
    """
    Columns of what comes out, one row a move; a profile that cannot be ranked has one row, with a reason.

    Returns
    -------
    schema
        ``row`` is the number of the profile in the input, from 1 (null where the input comes in partitions); ``id``
        its id; ``rank`` from 1; ``code`` and ``label`` the target; ``score``, ``probability``, ``level``,
        ``coverage`` and ``coverage_position`` as in `Move`; ``credentials_missing`` what the target requires and the
        person says not to hold, ``credentials_unknown`` what it requires and nobody knows of; ``reason`` and
        ``detail`` say why a profile has no move, and all else is null then.
    """
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    return pa.schema(
        [
            ("row", pa.int64()),
            ("id", pa.string()),
            ("rank", pa.int32()),
            ("code", pa.string()),
            ("label", pa.string()),
            ("score", pa.float64()),
            ("probability", pa.float64()),
            ("level", pa.string()),
            ("coverage", pa.float64()),
            ("coverage_position", pa.int32()),
            ("credentials_missing", pa.list_(pa.string())),
            ("credentials_unknown", pa.list_(pa.string())),
            ("reason", pa.string()),
            ("detail", pa.string()),
        ]
    )


@dataclass(frozen=True, eq=False)
class Writer:
    """What turns numbers into the columns of `output_schema`, for one graph and its two scorers."""

    graph: OccupationGraph
    occupied: Scorer
    unoccupied: Scorer
    settings: Settings
    codes: "pa.Array"
    labels: "pa.Array"
    demanding: NDArray[np.bool_]
    _needs: dict[tuple[Held, int], tuple[list[str], list[str]]] = field(default_factory=dict)
    _close: dict[Held, NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: OccupationGraph, occupied: Scorer, unoccupied: Scorer, settings: Settings) -> "Writer":
        """Make the writer of a graph."""
        import pyarrow as pa  # noqa: PLC0415

        demands = demands_of(graph)
        return cls(
            graph,
            occupied,
            unoccupied,
            settings,
            pa.array(graph.codes, pa.string()),
            pa.array([o.label for o in graph.occupations], pa.string()),
            np.asarray(demands.needed.any(axis=1), dtype=np.bool_),
        )

    @cached_property
    def metadata(self) -> dict[str, str]:
        """What made the moves, as the metadata of their schema."""
        scorers = {"scorer": self.occupied, "scorer_without_occupation": self.unoccupied}
        told = {k: {"name": s.name, "version": s.version, "sha256": scorer_sum(s)} for k, s in scorers.items()}
        return metadata(provenance(self.graph, self.settings, told))

    def batch(self, people: People, best: Best, ids: "pa.Array", numbers: NDArray[np.int64]) -> "pa.RecordBatch":
        """Return the moves of some people, whose ids and row numbers are given."""
        import pyarrow as pa  # noqa: PLC0415

        counts = np.diff(best.starts)
        person = np.repeat(np.arange(len(counts)), counts)
        probability = self._probability(best.units, people.rows[person] >= 0)
        targets = pa.array(best.targets)
        missing, unknown = self._credentials(people, best, person)
        unsaid = pa.nulls(len(person), pa.string())
        return pa.RecordBatch.from_arrays(
            [
                pa.array(numbers[person]),
                ids.take(pa.array(person)),
                pa.array((np.arange(len(person)) - best.starts[person] + 1).astype(np.int32)),
                self.codes.take(targets),
                self.labels.take(targets),
                pa.array(best.units / UNITS),
                pa.array(probability, mask=np.isnan(probability)),
                self._levels(probability, best, people, person),
                pa.array(best.coverage, mask=np.isnan(best.coverage)),
                pa.array(best.position, mask=best.position == 0),
                missing,
                unknown,
                unsaid,
                unsaid,
            ],
            schema=output_schema(),
        )

    def _probability(self, units: NDArray[np.int64], occupied: NDArray[np.bool_]) -> NDArray[np.float64]:
        found = np.full(len(units), np.nan)
        for scorer, chosen in ((self.occupied, occupied), (self.unoccupied, ~occupied)):
            found[chosen] = probabilities_of(units[chosen] / UNITS, scorer)
        return found

    def _levels(
        self, probability: NDArray[np.float64], best: Best, people: People, person: NDArray[np.int64]
    ) -> "pa.Array":
        """Return the levels of `figures_of`, for all at once."""
        import pyarrow as pa  # noqa: PLC0415

        # A position counts only where something is covered.
        share = np.where(best.coverage > 0, best.position / max(1, len(self.graph.codes)), np.inf)
        far = np.full(len(probability), 2)
        far[(probability >= OPEN_PROBABILITY) | (share <= OPEN_POSITION)] = 1
        far[(probability >= OPEN_PROBABILITY) & (share <= CLOSE_POSITION)] = 0
        far[probability >= CLOSE_PROBABILITY] = 0
        far[(far == 0) & ~(share <= self.graph.settings.ranking.close_share)] = 1
        for move in np.flatnonzero(far == 0).tolist() if self.graph.settings.access is not None else ():
            held = self._held_by(people, int(person[move]))
            far[move] = 0 if self._may_be_close(held)[best.targets[move]] else 1
        return pa.array(LEVELS, pa.string()).take(pa.array(far, mask=np.isnan(probability)))

    def _credentials(self, people: People, best: Best, person: NDArray[np.int64]) -> "tuple[pa.Array, pa.Array]":
        import pyarrow as pa  # noqa: PLC0415

        kind = pa.list_(pa.string())
        missing: list[list[str]] = [[]] * len(person)
        unknown: list[list[str]] = [[]] * len(person)
        for move in np.flatnonzero(self.demanding[best.targets]).tolist():
            who = int(person[move])
            missing[move], unknown[move] = self._needed(people, who, int(best.targets[move]))
        return pa.array(missing, kind), pa.array(unknown, kind)

    def _needed(self, people: People, who: int, target: int) -> tuple[list[str], list[str]]:
        code, some = held = self._held_by(people, who)
        stated, key = dict(some), (held, target)
        if key not in self._needs:
            if len(self._needs) > _MOST_NEEDS:
                self._needs.clear()
            holdings = holdings_of(self.graph.referential, code or None, stated)
            needed = access_conditions(self.graph.referential, self.graph.codes[target], holdings).required
            self._needs[key] = (
                [c.code for c in needed if c.held == "no"],
                [c.code for c in needed if c.held == "unknown"],
            )
        return self._needs[key]

    def _held_by(self, people: People, who: int) -> Held:
        row = int(people.rows[who])
        stated: Mapping[str, Ternary] = (people.credentials[who] if people.credentials else None) or {}
        return self.graph.codes[row] if row >= 0 else "", frozenset(stated.items())

    def _may_be_close(self, held: Held) -> NDArray[np.bool_]:
        """Shape (n,): which targets access lets be `proche` for somebody; see `passerelles.ranking.access`."""
        if held not in self._close:
            if len(self._close) > _MOST_KEPT:
                self._close.clear()
            code, stated = held
            demands = demands_of(self.graph)
            holdings: Holdings = holdings_of(self.graph.referential, code or None, dict(stated))
            hours, unknown = demands.training(demands.held(holdings), demands.price(holdings))
            fits = hours <= self.graph.settings.ranking.close_hours
            self._close[held] = ~demands.selective & fits & ~unknown
        return self._close[held]


def refused(ids: "pa.Array", numbers: NDArray[np.int64], faults: Mapping[int, Fault]) -> "pa.RecordBatch":
    """
    Return the rows of profiles that cannot be ranked.

    Parameters
    ----------
    ids, numbers
        Ids and row numbers of the whole batch.
    faults
        Why, by position in the batch.
    """
    import pyarrow as pa  # noqa: PLC0415

    where = np.asarray(sorted(faults), dtype=np.int64)
    schema = output_schema()
    given: dict[str, Any] = {
        "row": pa.array(numbers[where]),
        "id": ids.take(pa.array(where)),
        "reason": pa.array([faults[i].reason for i in where.tolist()], pa.string()),
        "detail": pa.array([faults[i].detail or None for i in where.tolist()], pa.string()),
    }
    columns = [given.get(f.name, pa.nulls(len(where), f.type)) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def no_moves() -> "pa.RecordBatch":
    """Return a batch of `output_schema` without rows."""
    import pyarrow as pa  # noqa: PLC0415

    schema = output_schema()
    return pa.RecordBatch.from_arrays([pa.nulls(0, f.type) for f in schema], schema=schema)
