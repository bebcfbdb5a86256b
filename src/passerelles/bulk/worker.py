"""What one process of a cluster does: open the index once, and rank every batch that it is given."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passerelles.bulk.columns import BATCH
from passerelles.bulk.moves import output_schema
from passerelles.bulk.rank import Engine, Ranker, in_order
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.moves import check_limit
from passerelles.referentials.load import load_referential
from passerelles.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Order:
    """
    What is to be done with every batch; small, and sent with each task.

    `place` is what `load_referential` takes, best a compiled index that every worker can read; None where the graph
    itself is sent.
    """

    place: str | None
    overlays: tuple[str, ...]
    settings: str | None
    limit: int
    engine: Engine

    @classmethod
    def of(
        cls,
        index: str | Path | OccupationGraph,
        *,
        overlays: Iterable[str] = (),
        settings: Settings | None = None,
        limit: int = 10,
        engine: Engine = "auto",
    ) -> "Order":
        """
        Make an order from what a caller gives.

        Raises
        ------
        PasserellesError
            If the limit is not valid.
        """
        check_limit(limit)
        place = None if isinstance(index, OccupationGraph) else str(index)
        return cls(place, tuple(overlays), settings.model_dump_json() if settings else None, limit, engine)

    def ranker(self, graph: OccupationGraph | None) -> Ranker:
        """Return the ranker of this process, made at the first call."""
        if graph is None:
            graph = _graph_at(self.place or "", self.overlays, self.settings)
        settings = Settings.model_validate_json(self.settings) if self.settings else None
        return graph.derived(
            ("bulk_ranker", self.settings, self.limit, self.engine),
            lambda: Ranker.of(graph, settings=settings, limit=self.limit, engine=self.engine),
        )


@lru_cache(maxsize=2)
def _graph_at(place: str, overlays: tuple[str, ...], settings: str | None) -> OccupationGraph:
    referential = load_referential(place)
    for overlay in overlays:
        referential = referential.with_overlay(overlay)
    return build_graph(referential, settings=Settings.model_validate_json(settings) if settings else None)


def part_schema() -> "pa.Schema":
    """Columns of `output_schema` without the row number: a part of the input does not know what comes before it."""
    return output_schema().remove(0)


def rank_part(
    order: Order, graph: OccupationGraph | None, batches: "Iterable[pa.RecordBatch]"
) -> "Iterator[pa.RecordBatch]":
    """
    Rank the batches of one part; moves and refused profiles come together, in the order of the profiles.

    Parameters
    ----------
    order
        What is to be done.
    graph
        The graph, where it was sent; None where the order says where it is.
    batches
        Profiles; see `rank_profiles`.
    """
    ranker = order.ranker(graph)
    number = 1
    for batch in batches:
        for start in range(0, batch.num_rows, BATCH):
            piece: Any = batch.slice(start, BATCH)
            ranked = ranker.rank(piece, number, engine=ranker.engine_at(number + piece.num_rows))
            number += piece.num_rows
            yield in_order(ranked.moves, ranked.refused).select(part_schema().names)
