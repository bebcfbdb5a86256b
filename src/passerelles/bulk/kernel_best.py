"""
Compiled by numba: the best targets of one person, whose closeness to every occupation is known, and their coverage.

No target is scored whose bound is below the last one kept: bounds are whole units above what a score can be.
"""

import numba as nb
import numpy as np

from passerelles.bulk.shapes import FURTHER, MOST, NEAREST, NEVER, RANK, REVERSE, SLACK, STEPS, STRIDE, VALUE

compiled = nb.njit(nogil=True, cache=True, error_model="numpy")


@compiled
def bounds(space, formula, room, row):
    """Bound every score from above: exact values, exact ranks of the nearest, for all others the rank after these."""
    size = len(room.bound)
    own = space.base_rows[row] if row >= 0 else -1
    rest = formula.rest[row]  # the last row is that of people without an occupation
    base = np.float32(SLACK * formula.parts)
    for feature in range(len(formula.kind)):
        if formula.kind[feature] == RANK:
            base += _nearest(space, formula, room, feature, own)
    for target in range(size):
        room.bound[target] = np.float32(rest[target]) + base
    for feature in range(len(formula.kind)):
        values = room.values[formula.measure[feature]]
        weight = np.float32(formula.weight[feature] * formula.units)
        mean = formula.mean[feature]
        if formula.kind[feature] == VALUE:
            for target in range(size):
                room.bound[target] += weight * (values[target] - mean)
        elif formula.kind[feature] == REVERSE:
            _bound_reverse(formula, room, feature, weight, mean)
        else:
            _bound_rank(space, formula, room, feature, weight, own)


@compiled
def _bound_reverse(formula, room, feature, weight, mean):
    values, bound = room.values[formula.measure[feature]], room.bound
    steps = formula.reverse_step[feature]
    most = weight * (formula.scale[0] - mean)
    for step in range(len(STEPS)):
        rank = min(STEPS[step], len(formula.scale) - 1)
        before = 0 if step == 0 else min(STEPS[step - 1], len(formula.scale) - 1)
        fall = weight * (formula.scale[before] - formula.scale[rank])
        line = steps[step]
        for target in range(len(values)):  # without a branch, several at once
            bound[target] -= fall if values[target] < line[target] else np.float32(0.0)
    for target in range(len(values)):
        room.bound[target] += most


@compiled
def _nearest(space, formula, room, feature, own):
    """
    Find the nearest targets in one measure and their ranks; return the bound of what all others get.

    `room.near[feature]` starts with their number and that of the competitors among them; `room.rank` is the number of
    competitors that are nearer, -1 for the others.
    """
    values = room.values[formula.measure[feature]]
    near = room.near[feature]
    _guess(values, room.floor[feature])
    count = collect(values, room.floor[feature, NEAREST - 1], near[2:])
    rivals = 0
    for index in range(count):
        target = near[2 + index]
        room.rival[rivals] = values[target]
        rivals += space.competes[target] and target != own
    for index in range(count):
        target = near[2 + index]
        room.rank[feature, target] = greater(room.rival[:rivals], values[target])
    near[0] = count
    near[1] = rivals
    weight = np.float32(formula.weight[feature] * formula.units)
    return weight * (formula.scale[min(rivals, len(formula.scale) - 1)] - formula.mean[feature])


@compiled
def greater(values, least):
    """How many are greater; in 32 bits throughout, for then sixteen are compared at once."""
    count = np.int32(0)
    for index in range(len(values)):
        count = np.int32(count + np.int32(values[index] > least))
    return count


@compiled
def _guess(values, best):
    """Find the greatest of one value in `STRIDE`, in falling order: that many times its place are above each."""
    best[:] = NEVER
    last = len(best) - 1
    for target in range(0, len(values), STRIDE):
        value = values[target]
        if value > best[last]:
            place = last
            while place > 0 and best[place - 1] < value:
                best[place] = best[place - 1]
                place -= 1
            best[place] = value


@compiled
def _bound_rank(space, formula, room, feature, weight, own):
    """Raise the bound of the nearest from the rank after them to their own, and lower that of the furthest."""
    values, near, bound = room.values[formula.measure[feature]], room.near[feature], room.bound
    last = len(formula.scale) - 1
    least = formula.scale[min(near[1], last)]
    for index in range(near[0]):
        target = near[2 + index]
        bound[target] += weight * (formula.scale[min(room.rank[feature, target], last)] - least)
    floor = room.floor[feature, FURTHER - 1]
    fall = weight * (least - formula.scale[min(_above(space, values, floor, own), last)])
    for target in range(len(values)):
        bound[target] -= fall if values[target] <= floor else np.float32(0.0)


@compiled
def _above(space, values, value, own):
    """How many competitors are greater: all that are, less those that do not compete."""
    above = greater(values, value)
    for other in space.apart:
        above -= values[other] > value
    return above - (own >= 0 and space.competes[own] and values[own] > value)


@compiled
def _score(space, formula, room, target, row):
    """Score of one target in units, feature by feature in float32, as `passerelles.scoring.table` adds them up."""
    sums = room.sums
    sums[:] = np.float32(0.0)
    own = space.base_rows[row] if row >= 0 else -1
    last = len(formula.scale) - 1
    for feature in range(len(formula.kind)):
        value = room.values[formula.measure[feature], target]
        kind = formula.kind[feature]
        if kind == RANK:
            above = room.rank[feature, target]
            if above < 0:
                above = _above(space, room.values[formula.measure[feature]], value, own)
            value = formula.scale[min(above, last)]
        elif kind == REVERSE:
            value = formula.scale[_rank_in(formula.reverse[feature, target], value)]
        sums[formula.part[feature]] += (value - formula.mean[feature]) * formula.weight[feature]
    total = np.int64(formula.rest[row, target])
    for part in range(formula.parts):
        total += np.int64(np.rint(sums[part] * np.float32(formula.units)))
    return total


@compiled
def _rank_in(line, value):
    """How many values of a rising line are greater; looked for from its end, where the best targets are."""
    high = len(line)
    step = 1
    while step <= high and line[high - step] > value:
        step *= 2
    low = max(0, high - step)
    high = high - step // 2
    while low < high:
        middle = (low + high) // 2
        if line[middle] > value:
            high = middle
        else:
            low = middle + 1
    return len(line) - low


@compiled
def select(space, formula, room, row, targets, units):
    """Find the best targets: those with the greatest bounds first, then all whose bound is not below the last kept."""
    bound = room.bound
    _leave_out(space, bound, row)
    _guess(bound, room.top)
    count = collect(bound, room.top[NEAREST - 1], room.chosen)
    if count < len(units):  # too few, by ill luck or because many are asked for
        count = collect(bound, room.top[FURTHER - 1], room.chosen)
    if count <= MOST:
        _sort(room.chosen[:count], bound)
    size = _try(space, formula, room, row, targets, units, 0, count)
    floor = np.float32(units[size - 1] - 1) if size == len(units) else NEVER
    count = collect(bound, floor, room.chosen)
    size = _try(space, formula, room, row, targets, units, size, count)
    _forget(formula, room)
    return size


@compiled
def _try(space, formula, room, row, targets, units, size, count):
    """Score the targets listed, but for those whose bound is below the last kept by then; return how many are kept."""
    for index in range(count):
        target = room.chosen[index]
        if size < len(units) or room.bound[target] >= units[size - 1]:
            size = _insert(targets, units, size, target, _score(space, formula, room, target, row))
            room.bound[target] = NEVER
    return size


@compiled
def _sort(rows, values):
    """Sort a few rows by falling value, by insertion."""
    for index in range(1, len(rows)):
        row = rows[index]
        place = index
        while place > 0 and values[rows[place - 1]] < values[row]:
            rows[place] = rows[place - 1]
            place -= 1
        rows[place] = row


@compiled
def _leave_out(space, bound, row):
    """Give what is no move a bound that nothing reaches: the occupation, its fiche, and the parts of it."""
    if row < 0:
        return
    bound[row] = NEVER
    bound[space.base_rows[row]] = NEVER
    for target in space.apart:
        if space.base_rows[target] == row:
            bound[target] = NEVER


@compiled
def collect(values, floor, rows):
    """List the rows whose value is greater, without a branch; return how many there are."""
    count = 0
    for row in range(len(values)):
        rows[count] = row
        count += values[row] > floor
    return count


@compiled
def _forget(formula, room):
    for feature in range(len(formula.kind)):
        if formula.kind[feature] == RANK:
            near = room.near[feature]
            for index in range(near[0]):
                room.rank[feature, near[2 + index]] = -1


@compiled
def _insert(targets, units, size, target, score):
    """Keep a target among the best, by falling score, ties by row; return how many are kept."""
    width = len(targets)
    if size == width:
        if score < units[size - 1] or (score == units[size - 1] and target > targets[size - 1]):
            return size
        place = size - 1
    else:
        place = size
        size += 1
    while place > 0 and (score > units[place - 1] or (score == units[place - 1] and target < targets[place - 1])):
        targets[place] = targets[place - 1]
        units[place] = units[place - 1]
        place -= 1
    targets[place] = target
    units[place] = score
    return size
