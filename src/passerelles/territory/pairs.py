"""Which people could take which openings: every pair of lot and pool with its hours, distance, or why not."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import score_table
from passerelles.settings import TerritorySettings
from passerelles.territory.hours import NO, Costs, Floats, Hours, Rows
from passerelles.territory.lots import Lots, pool_key
from passerelles.territory.network import Ints
from passerelles.territory.plan import TENTHS
from passerelles.territory.reading import Locator

TIE_RANGE: Final = 1 << 20
_EXACT: Final = 1e-9  # a share of people that is whole but for its last digit asks for no person more


class Why(IntEnum):
    """Why a pair is left out, in the order in which it is looked at; the name is the reason's key."""

    OPEN = 0
    RADIUS = 1
    DISTANCE_UNKNOWN = 2
    SAME_FICHE = 3
    NOT_POSSIBLE = 4
    HOURS_UNKNOWN = 5
    MAX_HOURS = 6
    FRAME = 7
    PROBABILITY_UNKNOWN = 8
    PROBABILITY = 9


@dataclass(frozen=True)
class Bounds:
    """The bounds that a pair must meet; None = none."""

    radius_km: float | None = None
    frame: str | None = None
    min_probability: float | None = None
    max_hours: float | None = None


@dataclass(frozen=True, eq=False)
class Moves:
    """
    What is known of every move between the jobs of two sides, rows and columns in `origins` and `targets`.

    `probability` is nan where it is unknown; `frame` a verdict each, None without a frame; `same` marks the same
    job, `part` a fiche against a part of itself.
    """

    origins: Rows
    targets: Rows
    hours: Hours
    probability: Floats
    frame: NDArray[np.int8] | None
    same: NDArray[np.bool_]
    part: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pairs:
    """
    Pairs of lot and pool; where openings are shared, with the best of the pool's jobs for that lot.

    Attributes
    ----------
    lot, pool, entry
        Shape (p,): fragile lot, pool, and hiring lot (positions in their sorted tables).
    why
        Shape (p,): `Why` each.
    hours, km, probability
        Shape (p,): expected hours (tenths, -1 unknown), kilometres and chance (nan unknown).
    same
        Shape (p,): whether the job is the same.
    """

    lot: NDArray[np.intp]
    pool: NDArray[np.intp]
    entry: NDArray[np.intp]
    why: NDArray[np.int8]
    hours: Ints
    km: Floats
    probability: Floats
    same: NDArray[np.bool_]

    @property
    def open(self) -> NDArray[np.intp]:
        """Positions of the pairs that people may flow along."""
        return np.flatnonzero(self.why == Why.OPEN)


def moves_between(
    graph: OccupationGraph, costs: Costs, fragile: Lots, hiring: Lots, frame: str | None, settings: TerritorySettings
) -> Moves:
    """Work out every move between the jobs of two sides, each pair of jobs once."""
    origins = np.asarray(sorted({graph.position[lot.job] for lot in fragile.lots}), dtype=np.intp)
    targets = np.asarray(sorted({graph.position[lot.job] for lot in hiring.lots}), dtype=np.intp)
    same = origins[:, None] == targets[None, :]
    bases = graph.base_rows
    part = (bases[origins][:, None] == targets[None, :]) | (origins[:, None] == bases[targets][None, :])
    hours = costs.hours(origins, targets)
    scorer = load_scorer(graph.settings.scorer)
    probability = np.full(same.shape, np.nan)
    if scorer.calibration is not None and len(origins) and len(targets):
        scores = score_table(graph, scorer).scores
        for i, row in enumerate(origins.tolist()):
            probability[i] = scorer.calibration.chances(scores.totals(row)[targets])
    if settings.assumed_probability is not None:
        probability = np.where(np.isnan(probability), settings.assumed_probability, probability)
    within = None if frame is None else costs.within(frame, origins, targets)
    return Moves(origins, targets, hours, probability, within, same, part & ~same)


def verdicts(
    moves: Moves, bounds: Bounds, settings: TerritorySettings, *, strict: bool
) -> tuple[NDArray[np.int8], Ints]:
    """Why each move is left out, distance aside, and its expected hours in tenths (-1 = unknown)."""
    expected = moves.hours.expected
    if settings.assumed_hours is not None:
        expected = np.where(np.isnan(expected), settings.assumed_hours, expected)
    unknown = np.isnan(expected)
    tenths = np.where(unknown, -1, np.rint(np.where(unknown, 0.0, expected) * TENTHS)).astype(np.int64)
    why = np.zeros(expected.shape, dtype=np.int8)

    def bar(where: NDArray[np.bool_], reason: Why) -> None:
        why[where & (why == Why.OPEN)] = reason

    bar(moves.part, Why.SAME_FICHE)
    bar(moves.hours.possible == NO, Why.NOT_POSSIBLE)
    bar(unknown, Why.HOURS_UNKNOWN)
    if bounds.max_hours is not None:
        bar(expected > bounds.max_hours, Why.MAX_HOURS)
    if moves.frame is not None:
        bar((moves.frame == NO) | (strict & (moves.frame != 1)), Why.FRAME)
    if bounds.min_probability is not None:
        bar(np.isnan(moves.probability), Why.PROBABILITY_UNKNOWN)
        bar(moves.probability < bounds.min_probability, Why.PROBABILITY)
    why[moves.same] = Why.OPEN
    tenths[moves.same] = 0
    return why, tenths


@dataclass(frozen=True, eq=False)
class Side:
    """The hiring side in arrays: each entry's job (column of `Moves`), pool and basin, entries sorted by basin."""

    job: NDArray[np.intp]
    pool: NDArray[np.intp]
    entry: NDArray[np.intp]
    start: NDArray[np.intp]  # shape (basins + 1,): first entry of each basin
    basins: tuple[str, ...]


def pool_keys(hiring: Lots) -> tuple[list[tuple[str, ...]], Ints]:
    """Name and capacity of each pool, sorted by name."""
    return list(hiring.capacities), np.asarray(list(hiring.capacities.values()), dtype=np.int64)


def floor_groups(fragile: Lots, settings: TerritorySettings) -> tuple[NDArray[np.intp], Ints]:
    """Group of each lot, and the least people placed of each group; no group where there is no floor."""
    if not settings.floor:
        return np.zeros(len(fragile.lots), dtype=np.intp), np.zeros(0, dtype=np.int64)
    names = sorted({getattr(lot, settings.floor_by) for lot in fragile.lots})
    number = {name: i for i, name in enumerate(names)}
    group = np.asarray([number[getattr(lot, settings.floor_by)] for lot in fragile.lots], dtype=np.intp)
    heads = np.bincount(group, weights=[lot.people for lot in fragile.lots], minlength=len(names))
    return group, np.ceil(settings.floor * heads - _EXACT).astype(np.int64)


def hiring_side(graph: OccupationGraph, hiring: Lots, moves: Moves) -> Side:
    """Put the hiring lots in arrays."""
    column = {int(row): i for i, row in enumerate(moves.targets)}
    keys, _ = pool_keys(hiring)
    number = {key: i for i, key in enumerate(keys)}
    basins = tuple(sorted({lot.basin for lot in hiring.lots}))
    place = {basin: i for i, basin in enumerate(basins)}
    where = np.asarray([place[lot.basin] for lot in hiring.lots], dtype=np.intp)
    order = np.argsort(where, kind="stable")
    job = np.asarray([column[graph.position[lot.job]] for lot in hiring.lots], dtype=np.intp)
    pool = np.asarray([number[pool_key(lot)] for lot in hiring.lots], dtype=np.intp)
    start = np.searchsorted(where[order], np.arange(len(basins) + 1))
    return Side(job[order], pool[order], order, start, basins)


def find_pairs(
    graph: OccupationGraph,
    fragile: Lots,
    hiring: Lots,
    moves: Moves,
    locator: Locator,
    bounds: Bounds,
    settings: TerritorySettings,
    *,
    strict: bool = False,
) -> Pairs:
    """
    Compare every lot with every pool.

    Returns
    -------
    pairs
        By lot, then pool. Pairs beyond the radius are left out altogether where there are too many to list.

    Raises
    ------
    PasserellesError
        If more pairs than `max_pairs` are within the radius.
    """
    why, tenths = verdicts(moves, bounds, settings, strict=strict)
    side = hiring_side(graph, hiring, moves)
    row = {int(r): i for i, r in enumerate(moves.origins)}
    km = _basin_km(fragile, side, locator)
    with_geography = locator.places is not None
    blocked = _basin_why(km, bounds.radius_km if with_geography else None)
    sizes = np.diff(side.start)
    listed = len(fragile.lots) * len(side.job) <= settings.max_pairs // 10
    keep = {basin: np.flatnonzero(listed | (blocked[basin] != Why.RADIUS)) for basin in km}
    pools = np.asarray([len(set(side.pool[a:b].tolist())) for a, b in pairwise(side.start.tolist())], dtype=np.int64)
    total = sum(int(pools[keep[lot.basin]].sum()) for lot in fragile.lots)
    if total > settings.max_pairs:
        raise PasserellesError("territory_too_many", n=total, most=settings.max_pairs)
    blocks = []
    for number, lot in enumerate(fragile.lots):
        there = keep[lot.basin]
        entries = np.concatenate([np.arange(side.start[b], side.start[b + 1]) for b in there] or [np.zeros(0, int)])
        job = side.job[entries]
        far = np.repeat(blocked[lot.basin][there], sizes[there])
        origin = row[graph.position[lot.job]]
        reason = np.where(far != Why.OPEN, far, why[origin, job])
        distance = np.repeat(km[lot.basin][there], sizes[there])
        best = _best(side.pool[entries], reason, tenths[origin, job], ~moves.same[origin, job])
        chosen, job = entries[best], job[best]
        where = (origin, job)
        found = (side.pool[chosen], side.entry[chosen], reason[best], tenths[where], distance[best])
        blocks.append((np.full(len(best), number), *found, moves.probability[where], moves.same[where]))
    columns = [np.concatenate(part) for part in zip(*blocks, strict=True)] if blocks else [np.zeros(0)] * 8
    kinds = (np.intp, np.intp, np.intp, np.int8, np.int64, np.float64, np.float64, np.bool_)
    return Pairs(*(c.astype(k) for c, k in zip(columns, kinds, strict=True)))


def _best(pool: NDArray[np.intp], why: NDArray[np.int8], hours: Ints, other: NDArray[np.bool_]) -> NDArray[np.intp]:
    """
    Position of the best entry of each pool: one that is open, of least hours, the same job first, then by code.

    Entries of one pool share basin and capacity, so that the best is never worse, whatever the objective. Where
    none is open, the one that came farthest says why.
    """
    rank = np.where(why == Why.OPEN, np.iinfo(np.int8).min, -why)
    order = np.lexsort((np.arange(len(pool)), other, hours, rank, pool))
    _, first = np.unique(pool[order], return_index=True)
    return order[first]


def _basin_km(fragile: Lots, side: Side, locator: Locator) -> Mapping[str, Floats]:
    """Kilometres from each fragile basin to each hiring basin; nan = unknown."""
    found = {}
    for start in sorted({lot.basin for lot in fragile.lots}):
        known = [locator.km(start, end) for end in side.basins]
        found[start] = np.asarray([np.nan if km is None else km for km in known], dtype=np.float64)
    return found


def _basin_why(km: Mapping[str, Floats], radius: float | None) -> Mapping[str, NDArray[np.int8]]:
    if radius is None:
        return {basin: np.zeros(len(values), dtype=np.int8) for basin, values in km.items()}
    return {
        basin: np.where(np.isnan(values), Why.DISTANCE_UNKNOWN, np.where(values > radius, Why.RADIUS, Why.OPEN)).astype(
            np.int8
        )
        for basin, values in km.items()
    }


def drawn(start: tuple[str, ...], end: tuple[str, ...]) -> int:
    """
    Number in [0, `TIE_RANGE`) drawn from the names of two lots: the same in every run, and in nobody's favour.

    The order of the alphabet would favour the same employers in every tie.
    """
    digest = hashlib.blake2b("\x1f".join((*start, "\x1e", *end)).encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % TIE_RANGE
