"""
The inner loops of the fast engine, compiled by numba: people against every occupation.

Sums are those of whole numbers, exact in any order; everything after them is done in the very float32 operations of
`passerelles.scoring`. So results are equal to the bit, not nearly. A person whose sums would not fit in 32 bits is
marked, and ranked by the plain engine.
"""

import math

import numpy as np

from passerelles.bulk.kernel_best import bounds, compiled, select
from passerelles.bulk.kernel_coverage import coverage
from passerelles.bulk.shapes import GROUP, LONGEST, PRESENCE, TILE, WHOLE
from passerelles.scoring.similarity import COARSE, FINE


@compiled
def rank_people(rows, starts, extra, space, needs, formula, room, found):
    """Rank people, those of one occupation after the other for speed; fills `found`."""
    current = -1
    for first in range(0, len(rows), GROUP):
        size = min(GROUP, len(rows) - first)
        for place in range(size):
            row = rows[first + place]
            if row != current:
                _set_counts(space, room, current, 0)
                _set_counts(space, room, row, 1)
                current = row
            _count(space, room, extra[starts[first + place] : starts[first + place + 1]])
            _rare(space, room, row, place)
        _frequent(space, room, size)
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
    _set_counts(space, room, current, 0)


@compiled
def _set_counts(space, room, row, factor):
    """Write down how often an occupation has each of its terms; factor 0 takes them away again."""
    if row < 0:
        return
    for entry in range(space.base_ptr[row], space.base_ptr[row + 1]):
        room.counts[space.base_term[entry]] = factor * space.base_count[entry]


@compiled
def _count(space, room, mine):
    """Count the terms of some competencies; lists them by measure."""
    room.seen[:] = 0
    for column in mine:
        for measure in range(WHOLE):
            seen = room.seen[measure]
            for entry in range(space.spread_ptr[column, measure], space.spread_ptr[column, measure + 1]):
                term = space.spread_term[entry]
                if room.added[term] == 0:
                    room.touched[measure, seen] = term
                    seen += 1
                room.added[term] += 1
            room.seen[measure] = seen


@compiled
def _rare(space, room, row, place):
    """Add what rare terms bring to what the occupation has; list the frequent ones, by how much each counts more."""
    kept = 0
    for measure in range(WHOLE):
        dots = room.dots[place, measure]
        square = 0.0
        if row >= 0:
            dots[:] = space.base_dot[measure, row]
            square = space.base_square[measure, row]
        else:
            dots[:] = 0
        room.first[place, measure] = kept
        for index in range(room.seen[measure]):
            term = room.touched[measure, index]
            before = room.counts[term] if row >= 0 else np.int32(0)
            after = before + room.added[term]
            room.added[term] = 0
            more = space.about[term, 0]
            if before == 0 and (after == 1 or measure == PRESENCE):
                square += float(more) * float(more)
            elif measure == PRESENCE:
                continue
            elif after >= len(space.damp):
                square = math.inf
                continue
            else:
                old, new = _weight(space, term, before), _weight(space, term, after)
                square += float(new) * float(new) - float(old) * float(old)
                more = new - old
            begin, end = space.about[term, 1], space.about[term, 2]
            if begin < 0:
                room.line[place, kept] = end
                room.more[place, kept] = more
                kept += 1
            else:
                _scatter(dots, space.post_row[begin:end], space.post_value[begin:end], more)
        room.square[place, measure] = square
    room.first[place, WHOLE] = kept


@compiled
def _scatter(dots, rows, worth, more):
    for entry in range(len(rows)):
        dots[rows[entry]] += more * np.int32(worth[entry])


@compiled
def _weight(space, term, count):
    return np.int32(np.rint(space.damp[count] * space.rarity[term] * COARSE))


@compiled
def _frequent(space, room, size):
    """Add the frequent terms, a slice of the occupations at a time, which stays in the cache."""
    for tile in range(space.dense.shape[0]):
        lines = space.dense[tile]
        for place in range(size):
            for measure in range(WHOLE):
                dots = room.dots[place, measure, tile * TILE : (tile + 1) * TILE]
                index, last = room.first[place, measure], room.first[place, measure + 1]
                while index + 4 <= last:
                    _add_four(dots, lines, room.line[place], room.more[place], index)
                    index += 4
                while index < last:
                    _add(dots, lines, room.line[place, index], room.more[place, index])
                    index += 1


@compiled
def _add(dots, lines, row, more):
    for target in range(TILE):
        dots[target] += more * np.int32(lines[row, target])


@compiled
def _add_four(dots, lines, rows, more, index):
    """Add four lines at once: the sums are read and written once."""
    a, b, c, d = rows[index], rows[index + 1], rows[index + 2], rows[index + 3]
    by_a, by_b, by_c, by_d = more[index], more[index + 1], more[index + 2], more[index + 3]
    for target in range(TILE):
        dots[target] += (
            by_a * np.int32(lines[a, target])
            + by_b * np.int32(lines[b, target])
            + by_c * np.int32(lines[c, target])
            + by_d * np.int32(lines[d, target])
        )


@compiled
def _values(room, place):
    """Cosines in float32; False where a sum may not have fitted."""
    for measure in range(WHOLE):
        values = room.values[measure]
        dots = room.dots[place, measure]
        length = math.sqrt(room.square[place, measure])
        if length > LONGEST:
            return False
        scale = 1.0 / (length * FINE) if length > 0.0 else 0.0
        for target in range(len(values)):
            values[target] = np.float32(np.float64(dots[target]) * scale)
    return True


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
            reach = reach + space.steps_weight[step] * (room.square[place, measure] > 0.0)
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
