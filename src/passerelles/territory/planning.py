"""What a project leader plans with: months, volunteers, who pays, and trainings that would fill a group."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from passerelles.access.demands import HOURS_A_MONTH
from passerelles.market.market import Market
from passerelles.market.tables import Payer
from passerelles.territory.lots import Lot, Month, Note

if TYPE_CHECKING:
    from passerelles.territory.flows import Flow


def training_months(hours: float | None) -> float | None:
    """Return the months of full-time training that some hours take; None = unknown."""
    return None if hours is None else round(hours / HOURS_A_MONTH, 1)


def in_time(fragile: Lot, hiring: Lot, hours: float | None) -> bool | None:
    """
    Whether a training fits between the month people are free and the month they are needed.

    None where one of these is not said, or the hours are unknown.
    """
    months = training_months(hours)
    if fragile.month is None or hiring.month is None or months is None:
        return None
    return months <= fragile.month.until(hiring.month)


def latest_start(hiring: Lot, hours: float | None) -> Month | None:
    """
    Return the last month in which full-time training may begin so that it ends before the month people are needed.

    None where that month is not said, the hours are unknown, or there is nothing to learn.

    Examples
    --------
    >>> post = Lot("B", "N4101", "0001", month=Month(2027, 6))
    >>> str(latest_start(post, 400.0)), latest_start(post, None)
    ('2027-03', None)
    """
    months = training_months(hours)
    return None if hiring.month is None or not months else hiring.month.before(math.ceil(months))


def payer_of(lot: Lot, market: Market | None) -> Payer | None:
    """Return the OPCO of a lot's collective agreement; None where none is said, or no table is at hand."""
    if market is None or market.payers is None or not lot.agreement:
        return None
    return market.payers.of(lot.agreement, headcount=lot.size)


def planning_notes(flows: Sequence["Flow"], smallest_group: int | None, market: Market | None) -> list[Note]:
    """Return what is said of moves that come too late, of agreements that have changed, and of groups of training."""
    notes = []
    late = [f for f in flows if f.in_time is False]
    if late:
        names = [f"{f.fragile.employer}, {f.fragile.title} → {f.hiring.title} ({f.hiring.month})" for f in late]
        notes.append(Note("late", {"n": sum(f.people for f in late), "names": _some(names)}))
    payers = {p.idcc: p for f in flows for lot in (f.fragile, f.hiring) if (p := payer_of(lot, market)) is not None}
    changed = [f"{p.idcc} ({', '.join(p.related)}, {p.since})" for p in payers.values() if p.standing not in _SOUND]
    if changed:
        notes.append(Note("payer_changed", {"list": _some(changed)}))
    if smallest_group:
        taught: dict[tuple[str, str], int] = {}
        for f in flows:
            if not f.same_job and f.hours.expected:
                at = (f.hiring.label or f.hiring.job, f.hiring.basin_label)
                taught[at] = taught.get(at, 0) + f.people
        for key, kept in (("group_filled", True), ("group_short", False)):
            some = [
                f"{job}, {basin} : {n}" for (job, basin), n in sorted(taught.items()) if (n >= smallest_group) is kept
            ]
            if some:
                notes.append(Note(key, {"n": str(smallest_group), "list": _some(some)}))
    return notes


_SOUND: Final = ("published", "unknown")
_LISTED: Final = 12


def _some(names: Sequence[str]) -> str:
    return "; ".join(names[:_LISTED]) + ("; …" if len(names) > _LISTED else "")
