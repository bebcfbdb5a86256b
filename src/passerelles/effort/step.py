"""Hours of training of one step towards every occupation: the longer of what is missing and of what access requires."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import TENTHS, Demands, least, total
from passerelles.access.holdings import Holdings
from passerelles.effort.table import EffortTable, Floats, Shares


class StepHours(NamedTuple):
    """
    Hours of a step towards every occupation, shape (n,), or one, shape (1,); nan = unknown.

    `closed`: what it requires nobody can obtain; `unsettled`: what it takes is not known, or people are selected.
    """

    low: Floats
    expected: Floats
    high: Floats
    closed: NDArray[np.bool_]
    unsettled: NDArray[np.bool_]


def step_hours(
    table: EffortTable,
    demands: Demands,
    state: Shares,
    holdings: Holdings,
    level: int,
    *,
    target: int | None = None,
) -> StepHours:
    """
    Return the hours of a last step towards every occupation, or one alone, as `rank_paths` gives them.

    Parameters
    ----------
    table, demands
        What is to be learned for each occupation, and what access requires: to every one, or to the target alone.
    state
        What is not covered yet; see `passerelles.effort.table.state_of`.
    holdings
        What is held of what access requires.
    level
        Highest European level held so far.
    target
        Row of the occupation that `demands` are of alone; all where None.
    """
    if target is None:
        rows = np.arange(len(table.whole))
        learned, _ = table.towards_all(state)
    else:
        rows = np.asarray([target], dtype=np.intp)
        learned, _ = table.towards(target, state[table.columns[table.items(target)], None])
    price, missing = demands.price(holdings), demands.needed & ~demands.held(holdings)
    course = demands.trained_alone(missing, price)
    tenths = table.final(learned, rows, level)
    whole = demands.hours(tenths, missing, price) / TENTHS
    taught = np.where(course, 0, tenths) / TENTHS
    shortest, longest = (np.where(missing, ends, 0.0).sum(axis=1) for ends in (price.low, price.high))
    # What takes something that nothing names, or chooses its people, takes something that is not known.
    unknown = (missing & price.unknown).any(axis=1) | ((table.whole[rows] == 0) & ~course)
    unsettled = demands.hidden | demands.selective
    unknown |= unsettled
    expected = np.where(unknown, np.nan, whole)
    high = np.minimum(
        np.maximum(table.qualification[rows], expected), np.maximum(taught * table.high_share[rows], longest)
    )
    low = least(taught * table.low_share[rows], shortest, total(missing, price.length) / TENTHS)
    return StepHours(
        low=np.where(unknown, np.nan, np.minimum(low, expected)),
        expected=expected,
        high=np.maximum(np.maximum(high, longest), expected),
        closed=np.asarray((missing & price.closed).any(axis=1)),
        unsettled=unsettled,
    )
