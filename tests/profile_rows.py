"""Random profiles of one graph as an Arrow table, and what `rank_moves` says of each: the oracle of the bulk tests."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from passerelles.access.conditions import access_conditions
from passerelles.bulk.rank import output_schema
from passerelles.graph.core import OccupationGraph
from passerelles.model import Employment, Profile
from passerelles.ranking.move import Move
from passerelles.ranking.rank import rank_moves
from passerelles.settings import Settings

Row = tuple[str, str | None, list[str], dict[str, Any], Employment | None]
Short = tuple[str, str | None, list[str], dict[str, Any]]  # of somebody who does not say how to work


def draw(graph: OccupationGraph, size: int, *, seed: int = 0) -> list[Row]:
    """
    Profiles with and without an occupation, close to one or scattered, with doubles, and none that is empty.

    Some name their occupation by a title, say how they mean to work, and what they hold of what a close job asks.
    """
    rng = random.Random(seed)  # noqa: S311 - a draw that can be repeated
    titles = Counter(title.label for title in graph.referential.titles)
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
        asked = [c.code for c in access_conditions(graph.referential, graph.codes[near]).credentials]
        some = rng.sample(credentials, min(len(credentials), rng.choice((0, 0, 1, 3))))
        some += [code for code in asked if code in credentials and rng.random() < 0.5]
        named = [t.label for t in graph.referential.titles_in(occupation or "") if titles[t.label] == 1]
        if named and rng.random() < 0.5:
            occupation = rng.choice(named)
        stated = {c: rng.choice(("yes", "no", "unknown")) for c in some}
        employment: Employment | None = rng.choice((None, None, "employee", "self-employed", "public"))
        rows.append((f"p{number}", occupation, held, stated, employment))
    return rows


def table(rows: Sequence[Row | Short]) -> pa.Table:
    """Put profiles in an Arrow table."""
    return pa.table(
        {
            "id": pa.array([r[0] for r in rows], pa.string()),
            "occupation": pa.array([r[1] for r in rows], pa.string()),
            "competencies": pa.array([r[2] for r in rows], pa.list_(pa.string())),
            "credentials": pa.array([list(r[3].items()) for r in rows], pa.map_(pa.string(), pa.string())),
            "employment": pa.array([r[4] if len(r) > 4 else None for r in rows], pa.string()),
        }
    )


def lacking(move: Move) -> tuple[list[str], list[str]]:
    """What a move's conditions of access say is refused, and what is not known, choices each in one text."""
    missing: list[str] = []
    unknown: list[str] = []
    for asked in move.credentials:
        if "yes" in (asked.held, asked.group_held):
            continue
        text, refused = asked.code, asked.held == "no"
        if asked.group is not None:
            choice = [c for c in move.credentials if c.group == asked.group]
            closed = {c.alternative for c in choice if c.held == "no"}
            ways = {c.alternative or "" for c in choice}
            refused = ways <= closed
            left = [[c.code for c in choice if c.alternative == way and c.held != "yes"] for way in sorted(ways)
                    if refused or way not in closed]  # fmt: skip
            text = "|".join(dict.fromkeys("+".join(dict.fromkeys(codes)) for codes in left))
        kept = missing if refused else unknown
        if text not in kept:
            kept.append(text)
    return missing, unknown


def one_by_one(
    graph: OccupationGraph, rows: Sequence[Row | Short], *, limit: int = 10, settings: Settings | None = None
) -> list[dict[str, Any]]:
    """Rank each profile by `rank_moves`, in the shape that comes out in bulk."""
    found: list[dict[str, Any]] = []
    for number, (name, occupation, held, credentials, *employment) in enumerate(rows, start=1):
        person = Profile(occupation, tuple(held), credentials, *employment)
        for move in rank_moves(graph, person, limit=limit, settings=settings):
            missing, unknown = lacking(move)
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
                missing,
                unknown,
                None,
                None,
            )
            found.append(dict(zip(output_schema().names, values, strict=True)))
    return found
