"""Compiled by numba: coverage of the best targets of one person, exactly as one by one, and its position among all."""

import numpy as np

from passerelles.bulk.kernel_best import collect, compiled, greater
from passerelles.bulk.shapes import NEARLY


@compiled
def coverage(needs, room, mine, row, found, person):
    """Coverage of the best targets, exactly as one by one, and its position among all."""
    own = needs.column[needs.ptr[row] : needs.ptr[row + 1]] if row >= 0 else needs.column[:0]
    covered = room.covered
    if row >= 0:
        covered[:] = needs.base[row]
        _mark(needs, room, own)
    else:
        covered[:] = 0.0
    _hold(needs, room, mine)
    _near(needs, room, own)
    _near(needs, room, mine)
    for target in range(len(covered)):
        total = needs.total[target]
        covered[target] = min(covered[target] / total, 1.0) if total > 0.0 else -1.0
    if row >= 0:
        covered[row] = -1.0
    for place in range(found.size[person]):
        target = found.target[person, place]
        if needs.total[target] <= 0.0:
            found.coverage[person, place] = np.nan
            found.position[person, place] = 0
            continue
        share = _covered_exactly(needs, room, target)
        found.coverage[person, place] = share
        found.position[person, place] = 1 + _better(needs, room, target, share, row)
    _let_go(needs, room, own)
    _let_go(needs, room, mine)


@compiled
def _mark(needs, room, columns):
    """Mark competencies as held, whose worth is in the sums already."""
    for column in columns:
        room.held[column] = True
        if needs.macro[column] >= 0:
            room.grouped[needs.macro[column]] = True
        for entry in range(needs.near_ptr[column], needs.near_ptr[column + 1]):
            other = needs.near_column[entry]
            room.credit[other] = max(room.credit[other], needs.near_credit[entry])


@compiled
def _hold(needs, room, columns):
    """Add what competencies are worth to every occupation, up to rounding."""
    covered = room.covered
    for column in columns:
        room.held[column] = True
        macro = needs.macro[column]
        rest = 1.0
        if macro >= 0:
            rest = 1.0 - needs.macro_credit
            if not room.grouped[macro]:
                room.grouped[macro] = True
                for entry in range(needs.macro_ptr[macro], needs.macro_ptr[macro + 1]):
                    covered[needs.macro_row[entry]] += needs.macro_credit * needs.macro_weight[entry]
        for entry in range(needs.by_ptr[column], needs.by_ptr[column + 1]):
            covered[needs.by_row[entry]] += rest * needs.by_weight[entry]
        for entry in range(needs.near_ptr[column], needs.near_ptr[column + 1]):
            other = needs.near_column[entry]
            room.credit[other] = max(room.credit[other], needs.near_credit[entry])  # all before `_near`


@compiled
def _near(needs, room, columns):
    """Add what close labels credit beyond the macro-competency, once each: the sign marks what is added."""
    for column in columns:
        for entry in range(needs.near_ptr[column], needs.near_ptr[column + 1]):
            other = needs.near_column[entry]
            if room.credit[other] > 0.0:
                macro = needs.macro[other]
                shared = needs.macro_credit if macro >= 0 and room.grouped[macro] else 0.0
                if not room.held[other] and room.credit[other] > shared:
                    for place in range(needs.by_ptr[other], needs.by_ptr[other + 1]):
                        room.covered[needs.by_row[place]] += (room.credit[other] - shared) * needs.by_weight[place]
                room.credit[other] = -room.credit[other]


@compiled
def _let_go(needs, room, columns):
    for column in columns:
        room.held[column] = False
        if needs.macro[column] >= 0:
            room.grouped[needs.macro[column]] = False
        for entry in range(needs.near_ptr[column], needs.near_ptr[column + 1]):
            room.credit[needs.near_column[entry]] = 0.0


@compiled
def _covered_exactly(needs, room, target):
    """Share of what a target requires that is held, in the order in which it is summed one by one."""
    gained = 0.0
    for entry in range(needs.ptr[target], needs.ptr[target + 1]):
        column = needs.column[entry]
        if room.held[column]:
            gained += needs.weight[entry]
        else:
            macro = needs.column_macro[entry]
            shared = needs.macro_credit if macro >= 0 and room.grouped[macro] else 0.0
            gained += needs.weight[entry] * max(shared, -room.credit[column])
    return min(gained / needs.total[target], 1.0)


@compiled
def _better(needs, room, target, share, row):
    """Count the targets that are better covered; those that are nearly as well covered are compared exactly."""
    covered = room.covered
    low, high = share - NEARLY, share + NEARLY
    surely = greater(covered, high)
    if greater(covered, low) - surely <= 1 or share == 0.0:
        return surely
    for index in range(collect(covered, low, room.chosen)):
        other = room.chosen[index]
        if covered[other] <= high and other not in (target, row):
            surely += np.int32(_covered_exactly(needs, room, other) > share)
    return surely
