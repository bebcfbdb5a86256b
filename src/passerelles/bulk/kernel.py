"""
The inner loops of the fast engine, compiled by numba: people against every occupation.

What is summed in another order than `passerelles.scoring` sums it is kept in float64, and rounded to float32 as there.
Where the last bits could decide how a value rounds, the person is marked, and ranked again by the plain engine: the
results are equal to the bit, not nearly. Everything after that rounding is done in the very same float32 operations.
"""

import math

import numpy as np

from passerelles.bulk.kernel_best import bounds, compiled, coverage, select
from passerelles.bulk.shapes import DOUBT, GROUP, WHOLE


@compiled
def rank_people(rows, starts, extra, space, needs, formula, room, found):
    """Rank people, those of one occupation after the other for speed; fills `found`."""
    current = -1
    first = 0
    while first < len(rows):
        size = 0
        used = 0
        while size < GROUP and first + size < len(rows) and used + len(room.touched) <= len(room.term):
            row = rows[first + size]
            if row != current:
                _set_counts(space, room, current, 0.0)
                _set_counts(space, room, row, 1.0)
                current = row
            mine = extra[starts[first + size] : starts[first + size + 1]]
            used = _terms(space, room, mine, row, size, used)
            size += 1
        _sums(space, room, size)
        for place in range(size):
            person = first + place
            row = rows[person]
            if not _values(room, place):
                found.size[person] = -1
                continue
            _overall(space, room, place, row)
            bounds(space, formula, room, row)
            found.size[person] = select(space, formula, room, row, found.target[person], found.units[person])
            coverage(needs, room, extra[starts[person] : starts[person + 1]], row, found, person)
        first += size
    _set_counts(space, room, current, 0.0)


@compiled
def _set_counts(space, room, row, factor):
    """Write down how often an occupation has each of its terms; factor 0 takes them away again."""
    if row < 0:
        return
    for measure in range(WHOLE):
        for entry in range(space.base_ptr[measure, row], space.base_ptr[measure, row + 1]):
            room.counts[space.base_term[entry]] = factor * space.base_count[entry]


@compiled
def _terms(space, room, mine, row, place, used):
    """List the terms by which a person differs from their occupation, and by how much; start the sums from it."""
    for measure in range(WHOLE):
        squares = 0.0
        if row >= 0:
            room.dots[place, measure].reshape(-1)[: space.base_dot.shape[2]] = space.base_dot[measure, row]
            squares = space.base_norm[measure, row]
        else:
            room.dots[place, measure] = 0.0
        size = 0
        for column in mine:
            for entry in range(space.spread_ptr[measure, column], space.spread_ptr[measure, column + 1]):
                term = space.spread_term[entry]
                if room.added[term] == 0.0:
                    room.touched[size] = term
                    size += 1
                room.added[term] += space.spread_count[entry]
        room.first[place, measure] = used
        for index in range(size):
            term = room.touched[index]
            before = room.counts[term]
            after = before + room.added[term]
            room.added[term] = 0.0
            rarity = space.rarity[term]
            if space.presence[measure]:
                old = rarity if before > 0.0 else 0.0
                new = rarity
            else:
                old = rarity * _damped(space.damp, before)
                new = rarity * _damped(space.damp, after)
            if new > old:
                squares += new * new - old * old
                room.term[used] = term
                room.more[used] = new - old
                used += 1
        room.first[place, measure + 1] = used
        room.norm[place, measure] = math.sqrt(squares)
    return used


@compiled
def _sums(space, room, size):
    """Add what terms bring; frequent ones a slice of the occupations at a time, which stays in the cache."""
    for place in range(size):
        _rare(space, room, place)
    for tile in range(space.dense.shape[0]):
        lines = space.dense[tile]
        for place in range(size):
            for measure in range(WHOLE):
                dots = room.dots[place, measure, tile]
                index, last = room.first[place, measure], room.first[place, measure + 1]
                while index + 4 <= last:
                    _add_four(dots, lines, room.term, room.more, index)
                    index += 4
                while index < last:
                    _add(dots, lines, room.term[index], room.more[index])
                    index += 1


@compiled
def _rare(space, room, place):
    """Add the rare terms of a person, and leave in their list the rows of `dense` of the frequent ones alone."""
    kept = room.first[place, 0]
    for measure in range(WHOLE):
        dots = room.dots[place, measure].reshape(-1)
        start, stop = room.first[place, measure], room.first[place, measure + 1]
        room.first[place, measure] = kept
        for index in range(start, stop):
            term = room.term[index]
            more = room.more[index]
            begin, end = space.post_at[term, 0], space.post_at[term, 1]
            if begin < 0:
                room.term[kept] = end
                room.more[kept] = more
                kept += 1
            else:
                for entry in range(begin, end):
                    dots[space.post_row[entry]] += more * space.post_value[entry]
    room.first[place, WHOLE] = kept


@compiled
def _add(dots, lines, row, more):
    for target in range(len(dots)):
        dots[target] += more * lines[row, target]


@compiled
def _add_four(dots, lines, rows, more, index):
    """Add four lines at once: the sums are read and written once."""
    a, b, c, d = rows[index], rows[index + 1], rows[index + 2], rows[index + 3]
    by_a, by_b, by_c, by_d = more[index], more[index + 1], more[index + 2], more[index + 3]
    for target in range(len(dots)):
        dots[target] += (by_a * lines[a, target] + by_b * lines[b, target]) + (
            by_c * lines[c, target] + by_d * lines[d, target]
        )


@compiled
def _damped(damp, count):
    if count <= 0.0:
        return 0.0
    whole = int(count)
    return damp[whole] if whole < len(damp) else 1.0 + math.log(count)


@compiled
def _values(room, place):
    """Cosines in float32; False where the last bits of one could make it round another way."""
    doubtful = 0
    for measure in range(WHOLE):
        values = room.values[measure]
        dots = room.dots[place, measure].reshape(-1)
        norm = room.norm[place, measure]
        if norm == 0.0:
            values[:] = np.float32(0.0)
            continue
        scale = 1.0 / norm
        for target in range(len(values)):
            exact = dots[target] * scale
            doubtful += np.float32(exact * (1.0 - DOUBT)) != np.float32(exact * (1.0 + DOUBT))
            values[target] = np.float32(exact)
    return doubtful == 0


@compiled
def _overall(space, room, place, row):
    """Overall closeness, as `passerelles.scoring.evidence` computes it, addition by addition."""
    total = room.values[WHOLE]
    total[:] = np.float32(0.0)
    reach = space.cadre_weight if row >= 0 else 0.0
    for step in range(len(space.steps_measure)):
        measure = space.steps_measure[step]
        if measure >= 0:
            weight = np.float32(space.steps_weight[step])
            values = room.values[measure]
            for target in range(len(total)):
                total[target] = total[target] + weight * values[target]
            reach = reach + space.steps_weight[step] * (room.norm[place, measure] > 0.0)
        elif row >= 0:
            line = space.fixed[space.steps_fixed[step], row]
            for target in range(len(total)):
                total[target] = total[target] + line[target]
            reach = reach + space.steps_weight[step] * space.fixed_has[space.steps_fixed[step], row]
    root = math.sqrt(reach)
    reachable = space.reach[0] if row >= 0 else space.reach[1]
    weight = np.float32(space.cadre_weight)
    for target in range(len(total)):
        whole = total[target]
        if row >= 0:
            same = np.float32(1.0) - abs(space.cadre[row] - space.cadre[target])
            whole = whole + weight * same
        norm = root * reachable[target]
        total[target] = np.float32(np.float64(whole) / norm) if norm > 0.0 else np.float32(0.0)
