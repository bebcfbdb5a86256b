"""Random profiles of one graph as an Arrow table, and what `rank_moves` says of each: the oracle of the bulk tests."""

import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from passerelles.bulk.rank import output_schema
from passerelles.graph.core import OccupationGraph
from passerelles.model import Profile
from passerelles.ranking.moves import rank_moves
from passerelles.settings import Settings

Row = tuple[str, str | None, list[str], dict[str, Any]]


def draw(graph: OccupationGraph, size: int, *, seed: int = 0) -> list[Row]:
    """Profiles with and without an occupation, close to one or scattered, with doubles, and none that is empty."""
    rng = random.Random(seed)  # noqa: S311 - a draw that can be repeated
    everything = sorted(graph.referential.competency_by_code)
    credentials = sorted(graph.referential.credential_by_code)
    rows: list[Row] = []
    for number in range(size):
        occupation = rng.choice(graph.codes) if rng.random() < 0.6 else None
        near = rng.randrange(len(graph.codes))
        own = graph.weights.indices[graph.weights.indptr[near] : graph.weights.indptr[near + 1]]
        codes = [graph.competency_codes[c] for c in own.tolist()] if rng.random() < 0.5 else everything
        held = [rng.choice(codes) for _ in range(rng.choice((0, 1, 2, 5, 20, 20, 20, 40)))] if codes else []
        if occupation is None and not held:
            occupation = graph.codes[near]
        some = rng.sample(credentials, min(len(credentials), rng.choice((0, 0, 1, 3))))
        rows.append((f"p{number}", occupation, held, {c: rng.choice(("yes", "no", "unknown")) for c in some}))
    return rows


def table(rows: Sequence[Row]) -> pa.Table:
    """Put profiles in an Arrow table."""
    return pa.table(
        {
            "id": pa.array([r[0] for r in rows], pa.string()),
            "occupation": pa.array([r[1] for r in rows], pa.string()),
            "competencies": pa.array([r[2] for r in rows], pa.list_(pa.string())),
            "credentials": pa.array([list(r[3].items()) for r in rows], pa.map_(pa.string(), pa.string())),
        }
    )


def one_by_one(
    graph: OccupationGraph, rows: Sequence[Row], *, limit: int = 10, settings: Settings | None = None
) -> list[dict[str, Any]]:
    """Rank each profile by `rank_moves`, in the shape that comes out in bulk."""
    found: list[dict[str, Any]] = []
    for number, (name, occupation, held, credentials) in enumerate(rows, start=1):
        for move in rank_moves(graph, Profile(occupation, tuple(held), credentials), limit=limit, settings=settings):
            needed = move.credentials
            values = (
                number,
                name,
                move.rank,
                move.target.code,
                move.target.label,
                move.score,
                move.probability,
                move.level,
                move.coverage,
                move.coverage_position,
                [c.code for c in needed if c.held == "no"],
                [c.code for c in needed if c.held == "unknown"],
                None,
                None,
            )
            found.append(dict(zip(output_schema().names, values, strict=True)))
    return found
