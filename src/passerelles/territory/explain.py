"""Who is left uncovered and why, which openings stay empty and who would fill them: read off the solved network."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from passerelles.settings import TerritorySettings
from passerelles.territory.allocation import Candidate, Count, Uncovered, Unfilled
from passerelles.territory.lots import Lots
from passerelles.territory.network import Ints
from passerelles.territory.pairs import Pairs, Why, pool_keys
from passerelles.territory.plan import TENTHS

_CANDIDATES = 3


def reason_name(why: int) -> str:
    """Key of a reason in the language files."""
    return Why(why).name.lower()


def uncovered_lots(fragile: Lots, pairs: Pairs, flow: Ints, capacity: Ints, *, binding: str) -> tuple[Uncovered, ...]:
    """
    People placed nowhere, by lot.

    Parameters
    ----------
    fragile, pairs, flow, capacity
        The solved network; `flow` has shape (p,), one number a pair.
    binding
        What keeps people from openings that are open to them and free: ``budget`` or ``weights``.
    """
    placed = np.bincount(pairs.lot, weights=flow, minlength=len(fragile.lots)).astype(np.int64)
    free = capacity - np.bincount(pairs.pool, weights=flow, minlength=len(capacity)).astype(np.int64)
    starts = np.searchsorted(pairs.lot, np.arange(len(fragile.lots) + 1))
    found = []
    for number, lot in enumerate(fragile.lots):
        left = lot.people - int(placed[number])
        if not left:
            continue
        span = slice(int(starts[number]), int(starts[number + 1]))
        why, pool = pairs.why[span], pairs.pool[span]
        counts = tuple(
            Count(reason_name(w), int(capacity[pool[why == w]].sum())) for w in sorted(set(why.tolist())) if w
        )
        far = pairs.km[span][why == Why.RADIUS]
        reason = _reason(why, free[pool], counts, binding)
        found.append(Uncovered(lot, left, reason, counts, float(far.min()) if len(far) else None))
    return tuple(found)


def _reason(why: NDArray[np.int8], free: Ints, counts: Sequence[Count], binding: str) -> str:
    is_open = why == Why.OPEN
    if is_open.any():
        return binding if (free[is_open] > 0).any() else "capacity"
    if not counts:
        return "nothing_near"
    return max(counts, key=lambda c: c.openings).reason


def unfilled_pools(
    fragile: Lots,
    hiring: Lots,
    pairs: Pairs,
    flow: Ints,
    settings: TerritorySettings,
    *,
    binding: str,
) -> tuple[Unfilled, ...]:
    """
    Openings left empty, by pool; the largest first get their candidates, up to `explained_moves` pools.

    A candidate is a lot with people still uncovered; those nothing but the budget bars come first, then the likeliest
    moves, then the shortest training and the nearest.
    """
    keys, capacity = pool_keys(hiring)
    empty = capacity - np.bincount(pairs.pool, weights=flow, minlength=len(keys)).astype(np.int64)
    placed = np.bincount(pairs.lot, weights=flow, minlength=len(fragile.lots)).astype(np.int64)
    left = np.asarray([lot.people for lot in fragile.lots], dtype=np.int64) - placed
    waiting = np.flatnonzero(left[pairs.lot] > 0) if len(fragile.lots) else np.zeros(0, dtype=np.intp)
    hours = np.where(pairs.hours[waiting] < 0, np.iinfo(np.int64).max, pairs.hours[waiting])
    chance = np.where(pairs.same[waiting], 1.0, pairs.probability[waiting])
    order = waiting[
        np.lexsort((pairs.lot[waiting], np.nan_to_num(pairs.km[waiting], nan=np.inf), hours,
                    -np.nan_to_num(chance, nan=-1.0), pairs.why[waiting] != Why.OPEN, pairs.pool[waiting]))
    ]  # fmt: skip
    starts = np.searchsorted(pairs.pool[order], np.arange(len(keys) + 1))
    largest = np.lexsort((np.arange(len(keys)), -empty))[: settings.explained_moves]
    detailed = set(largest.tolist())
    labels = {lot.job: lot.label or lot.job for lot in hiring.lots}
    names = {lot.basin: lot.basin_label for lot in hiring.lots}
    found = []
    for number, key in enumerate(keys):
        if not empty[number]:
            continue
        span = order[starts[number] : starts[number + 1]]
        if not left.any():
            reason = "everyone_placed"
        elif not len(span):
            reason = "nobody_near"
        else:
            reason = binding if pairs.why[span[0]] == Why.OPEN else reason_name(int(pairs.why[span[0]]))
        candidates: tuple[Candidate, ...] = ()
        if number in detailed:
            candidates = tuple(_candidate(fragile, hiring, pairs, left, int(p), binding) for p in span[:_CANDIDATES])
        code = key[3] or key[1]
        label = hiring.pool_labels.get(key[3], key[3]) if key[3] else labels[key[1]]
        found.append(
            Unfilled(
                key[0],
                code,
                label,
                key[2],
                names[key[2]],
                int(capacity[number]),
                int(empty[number]),
                reason,
                candidates,
            )
        )
    return tuple(found)


def _candidate(fragile: Lots, hiring: Lots, pairs: Pairs, left: Ints, pair: int, binding: str) -> Candidate:
    lot = int(pairs.lot[pair])
    why = int(pairs.why[pair])
    km = float(pairs.km[pair])
    hours = int(pairs.hours[pair])
    return Candidate(
        lot=fragile.lots[lot],
        people=int(left[lot]),
        job=hiring.lots[int(pairs.entry[pair])].job,
        reason=binding if why == Why.OPEN else reason_name(why),
        hours=None if hours < 0 else hours / TENTHS,
        km=None if np.isnan(km) else round(km, 1),
    )
