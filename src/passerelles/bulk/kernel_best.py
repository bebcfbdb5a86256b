"""
Compiled by numba: the best targets of one person, whose closeness to every occupation is known, and their coverage.

No target is scored whose bound is below the last one kept: bounds are whole units above what a score can be.
"""

import numba as nb
import numpy as np

from passerelles.bulk.shapes import BINS, LANES, NEARLY, RANK, REVERSE, SLACK, STEPS, VALUE

compiled = nb.njit(nogil=True, cache=True, error_model="numpy")


@compiled
def bounds(space, formula, room, row):
    """Bound every score from above: exact values, and ranks from a histogram, which are never worse than real ones."""
    size = len(room.bound)
    own = space.base_rows[row] if row >= 0 else -1
    rest = formula.rest[row]  # the last row is that of people without an occupation
    for target in range(size):
        room.bound[target] = np.float32(rest[target]) + np.float32(SLACK * formula.parts)
    table = np.empty(BINS, dtype=np.float32)
    heap = np.empty((BINS, LANES), dtype=np.int32)
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
            rivals = room.rivals[feature]
            for target in range(size):
                rivals[target] = values[target] if space.competes[target] else np.float32(-1.0)
            if own >= 0:
                rivals[own] = np.float32(-1.0)
            _bound_rank(formula, room, values, rivals, table, heap, weight, mean)


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
def _bound_rank(formula, room, values, rivals, table, heap, weight, mean):
    size = len(values)
    bits = values.view(np.int32)  # of floats that are not negative, in their order; whole numbers compare faster
    greatest = np.int32(0)
    for target in range(size):
        greatest = max(greatest, bits[target])
    bins = room.bins
    scale = np.float32(0.0)
    for target in range(size):
        if bits[target] == greatest and greatest > 0:
            scale = np.float32(BINS - 1) / values[target]
            break
    for target in range(size):
        bins[target] = min(np.int32(values[target] * scale), np.int32(BINS - 1))
    heap[:] = 0
    for target in range(size):  # neighbours in lanes of their own: most are in one bin, and none waits for another
        heap[bins[target], target % LANES] += np.int32(rivals[target] >= np.float32(0.0))
    last = len(formula.scale) - 1
    above = 0
    for step in range(BINS - 1, -1, -1):
        table[step] = weight * (formula.scale[min(above, last)] - mean)
        for lane in range(LANES):
            above += heap[step, lane]
    for target in range(size):
        room.bound[target] += table[bins[target]]


@compiled
def _score(formula, room, target, row):
    """Score of one target in units, feature by feature in float32, as `passerelles.scoring.table` adds them up."""
    sums = room.sums
    sums[:] = np.float32(0.0)
    last = len(formula.scale) - 1
    for feature in range(len(formula.kind)):
        value = room.values[formula.measure[feature], target]
        kind = formula.kind[feature]
        if kind == RANK:
            rivals = room.rivals[feature]
            above = np.int32(0)
            for other in range(len(rivals)):
                above += np.int32(rivals[other] > value)
            value = formula.scale[min(above, last)]
        elif kind == REVERSE:
            line = formula.reverse[feature, target]
            low, high = 0, len(line)
            while low < high:
                middle = (low + high) // 2
                if line[middle] > value:
                    high = middle
                else:
                    low = middle + 1
            value = formula.scale[len(line) - low]
        sums[formula.part[feature]] += (value - formula.mean[feature]) * formula.weight[feature]
    total = np.int64(formula.rest[row, target])
    for part in range(formula.parts):
        total += np.int64(np.rint(sums[part] * np.float32(formula.units)))
    return total


@compiled
def select(space, formula, room, row, targets, units):
    """Find the best targets: those with the greatest bounds first, then all whose bound is not below the last kept."""
    width = len(targets)
    bound = room.bound
    base = space.base_rows
    size = 0
    for target in range(len(bound)):  # what is no move is done with
        room.done[target] = row >= 0 and (target == row or target == base[row] or base[target] == row)
    best = np.empty(width, dtype=np.int32)
    count = 0
    for target in range(len(bound)):
        if not room.done[target] and (count < width or bound[target] > bound[best[count - 1]]):
            place = min(count, width - 1)
            while place > 0 and bound[best[place - 1]] < bound[target]:
                best[place] = best[place - 1]
                place -= 1
            best[place] = target
            count = min(count + 1, width)
    for place in range(count):
        room.done[best[place]] = True
        size = _insert(targets, units, size, best[place], _score(formula, room, best[place], row))
    for target in range(len(bound)):
        if size == width and bound[target] < units[size - 1]:
            continue
        if not room.done[target]:
            size = _insert(targets, units, size, target, _score(formula, room, target, row))
    return size


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
            room.near[other] = max(room.near[other], needs.near_credit[entry])


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
            room.near[other] = max(room.near[other], needs.near_credit[entry])  # all before `_near`


@compiled
def _near(needs, room, columns):
    """Add what close labels credit beyond the macro-competency, once each: the sign marks what is added."""
    for column in columns:
        for entry in range(needs.near_ptr[column], needs.near_ptr[column + 1]):
            other = needs.near_column[entry]
            if room.near[other] > 0.0:
                macro = needs.macro[other]
                shared = needs.macro_credit if macro >= 0 and room.grouped[macro] else 0.0
                if not room.held[other] and room.near[other] > shared:
                    for place in range(needs.by_ptr[other], needs.by_ptr[other + 1]):
                        room.covered[needs.by_row[place]] += (room.near[other] - shared) * needs.by_weight[place]
                room.near[other] = -room.near[other]


@compiled
def _let_go(needs, room, columns):
    for column in columns:
        room.held[column] = False
        if needs.macro[column] >= 0:
            room.grouped[needs.macro[column]] = False
        for entry in range(needs.near_ptr[column], needs.near_ptr[column + 1]):
            room.near[needs.near_column[entry]] = 0.0


@compiled
def _credit(needs, room, column):
    if room.held[column]:
        return 1.0
    macro = needs.macro[column]
    shared = needs.macro_credit if macro >= 0 and room.grouped[macro] else 0.0
    return max(shared, -room.near[column])


@compiled
def _covered_exactly(needs, room, target):
    gained = 0.0
    for entry in range(needs.ptr[target], needs.ptr[target + 1]):
        gained += needs.weight[entry] * _credit(needs, room, needs.column[entry])
    return min(gained / needs.total[target], 1.0)


@compiled
def _better(needs, room, target, share, row):
    """Count the targets that are better covered; those that are nearly as well covered are compared exactly."""
    covered = room.covered
    surely = np.int32(0)
    maybe = np.int32(0)
    for other in range(len(covered)):
        surely += np.int32(covered[other] > share + NEARLY)
        maybe += np.int32(covered[other] >= share - NEARLY)
    if maybe - surely <= 1 or share == 0.0:
        return surely
    for other in range(len(covered)):
        if other not in (target, row) and abs(covered[other] - share) <= NEARLY:
            surely += np.int32(_covered_exactly(needs, room, other) > share)
    return surely
