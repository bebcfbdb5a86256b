"""Compiled by numba: scores and coverage of many people, one after the other, exactly as one by one."""

import hashlib
import math
from collections import namedtuple
from importlib.resources import files

import numba as nb
import numpy as np

from passerelles.bulk import layout
from passerelles.scoring.measures import CADRE_WEIGHT
from passerelles.scoring.table import UNITS
from passerelles.vectors import COARSE, FINE

# Modules whose constants, and names of types, are part of what is compiled.
READ = ("bulk/layout.py", "scoring/measures.py", "scoring/table.py", "vectors.py")


def digest_of(package):
    """Return a checksum of the modules of a package that compiled loops read, as text."""
    return hashlib.sha256(b"".join((package / name).read_bytes() for name in READ)).hexdigest()[:12]


_DIGEST = digest_of(files("passerelles"))


def compiled(function):
    """
    Compile a function, and cache it by what it reads of other modules too: numba looks at the date of this one alone.

    Arrays are copied cell by cell: of a whole one it compiles, for seconds, what it would say of another shape.
    """
    function.__qualname__ = f"{function.__qualname__}_{_DIGEST}"
    return nb.njit(nogil=True, cache=True, error_model="numpy")(function)


# The workspace of one thread.
Room = namedtuple(  # noqa: PYI024 - nothing here has types
    "Room", "dots values bound nearer counts added touched square credit covered sums"
)


def make_workspace(space: layout.Space, needs: layout.Needs, formula: layout.Formula) -> Room:
    """Return the arrays in which the loops of one thread write down what they find."""
    size, terms = len(space.is_fiche), len(space.rarity)
    return Room(
        dots=np.zeros((layout.WHOLE, size), np.int32),
        values=np.zeros((layout.WHOLE + 1, size), np.float32),
        bound=np.zeros(size, np.float32),
        nearer=np.zeros(layout.BINS, np.int32),
        counts=np.zeros(terms, np.int32),
        added=np.zeros(terms, np.int32),
        touched=np.zeros(terms, np.int32),
        square=np.zeros(layout.WHOLE),
        credit=np.zeros(len(needs.near.starts) - 1),
        covered=np.zeros(size),
        sums=np.zeros(formula.parts, np.float32),
    )


@compiled
def bounds(space, formula, work, row):
    """Bound every score from above: exact values, ranks after those that are surely nearer, the best reverse ranks."""
    bound = work.bound
    base = space.base_rows[row] if row >= 0 else -1
    # The last row of the rest is that of people without an occupation.
    slack = np.float32(layout.SLACK * formula.parts)
    for target in range(len(bound)):
        bound[target] = np.float32(formula.rest[row, target]) + slack
    for feature in range(len(formula.kind)):
        weight = np.float32(formula.weight[feature] * UNITS)
        if formula.kind[feature] == layout.VALUE:
            for target in range(len(bound)):
                bound[target] += weight * (work.values[formula.measure[feature], target] - formula.mean[feature])
        elif formula.kind[feature] == layout.REVERSE:  # as if no target were nearer to another occupation
            for target in range(len(bound)):
                bound[target] += weight * (formula.scale[0] - formula.mean[feature])
        else:
            _bound_rank(space, formula, work, feature, weight, base)


@compiled
def _bound_rank(space, formula, work, feature, weight, base):
    """Bound what a rank gives: nearer are, at least, the competitors whose values lie in a higher bin."""
    values, nearer = work.values[formula.measure[feature]], work.nearer
    nearer[:] = 0
    for target in range(len(values)):
        nearer[_bin(values[target], nearer)] += space.is_fiche[target] and target != base
    above = 0
    for place in range(len(nearer) - 1, -1, -1):
        above, nearer[place] = above + nearer[place], above
    last = len(formula.scale) - 1
    for target in range(len(values)):
        rank = min(nearer[_bin(values[target], nearer)], last)
        work.bound[target] += weight * (formula.scale[rank] - formula.mean[feature])


@compiled
def _bin(value, bins):
    """Return the bin of a value from 0 to 1."""
    return min(max(np.int32(value * np.float32(len(bins))), 0), len(bins) - 1)


@compiled
def greater(values, least):
    """How many are greater; in 32 bits throughout, for then sixteen are compared at once."""
    count = np.int32(0)
    for index in range(len(values)):
        count = np.int32(count + np.int32(values[index] > least))
    return count


@compiled
def _above(space, values, value, base):
    """How many competitors are greater: all that are, less those that do not compete."""
    above = greater(values, value)
    for specialised in space.apart:
        above -= values[specialised] > value
    return above - (base >= 0 and space.is_fiche[base] and values[base] > value)


@compiled
def _score(space, formula, work, target, row):
    """Score of one target in units, feature by feature in float32, as `passerelles.scoring.table` adds them up."""
    sums = work.sums
    sums[:] = np.float32(0.0)
    base = space.base_rows[row] if row >= 0 else -1
    last = len(formula.scale) - 1
    for feature in range(len(formula.kind)):
        value = work.values[formula.measure[feature], target]
        kind = formula.kind[feature]
        if kind == layout.RANK:
            above = _above(space, work.values[formula.measure[feature]], value, base)
            value = formula.scale[min(above, last)]
        elif kind == layout.REVERSE:
            line = formula.reverse[feature, target]  # rising: how many are greater is the rank
            value = formula.scale[len(line) - np.searchsorted(line, value, side="right")]
        sums[formula.part[feature]] += (value - formula.mean[feature]) * formula.weight[feature]
    total = np.int64(formula.rest[row, target])
    for part in range(formula.parts):
        total += np.int64(np.rint(sums[part] * np.float32(UNITS)))
    return total


@compiled
def select(space, formula, work, row, targets, units):
    """Find the best targets: those with the greatest bounds first, then all whose bound is not below the last kept."""
    bound = work.bound
    _leave_out(space, bound, row)
    first, greatest, size = np.empty_like(targets), np.empty(len(units), np.float32), 0
    for target in range(len(bound)):
        size = _insert(first, greatest, size, target, bound[target])
    size = _try(space, formula, work, row, targets, units, 0, max(greatest[-1], layout.LOWEST))
    return _try(space, formula, work, row, targets, units, size, layout.LOWEST)


@compiled
def _try(space, formula, work, row, targets, units, size, least):
    """Score the targets of at least a bound that may be among the best, each once; return how many are kept by then."""
    bound = work.bound
    for target in range(len(bound)):
        if bound[target] >= least and (size < len(units) or bound[target] >= units[size - 1]):
            size = _insert(targets, units, size, target, _score(space, formula, work, target, row))
            bound[target] = layout.NEVER
    return size


@compiled
def _leave_out(space, bound, row):
    """Exclude targets that are no move by their bound: the occupation, its fiche, and the parts of it."""
    if row < 0:
        return
    bound[row] = layout.NEVER
    bound[space.base_rows[row]] = layout.NEVER
    for target in space.apart:
        if space.base_rows[target] == row:
            bound[target] = layout.NEVER


@compiled
def _insert(targets, units, size, target, score):
    """Keep a target among the best, by falling score, ties by row; return how many are kept."""
    full = size == len(targets)
    if full and (score, -target) < (units[size - 1], -targets[size - 1]):
        return size
    place = size - full
    while place > 0 and (score, -target) > (units[place - 1], -targets[place - 1]):
        targets[place] = targets[place - 1]
        units[place] = units[place - 1]
        place -= 1
    targets[place] = target
    units[place] = score
    return size + 1 - full


@compiled
def coverage(space, needs, work, added, row, ranking, person):
    """Coverage of the best targets and its position, summed by column, as `passerelles.scoring.measures` sums."""
    required, by, near = needs.required, needs.by_competency, needs.near
    listed = required.columns[required.starts[row] : required.starts[row + 1]] if row >= 0 else required.columns[:0]
    for columns in (listed, added):
        for column in columns:
            work.credit[column] = 1.0
            for cell in range(near.starts[column], near.starts[column + 1]):
                work.credit[near.columns[cell]] = max(work.credit[near.columns[cell]], near.data[cell])
    covered = work.covered
    covered[:] = 0.0
    for column in range(len(work.credit)):
        if work.credit[column] > 0.0:
            for cell in range(by.starts[column], by.starts[column + 1]):
                covered[by.columns[cell]] += by.data[cell] * work.credit[column]
            work.credit[column] = 0.0
    for target in range(len(covered)):
        total = needs.total[target]
        covered[target] = min(covered[target] / total, 1.0) if total > 0.0 else -1.0
    _leave_out(space, covered, row)  # what is no target does not compete
    for place in range(ranking.size[person]):
        share = covered[ranking.target[person, place]]
        known = share >= 0.0
        ranking.coverage[person, place] = share if known else np.nan
        ranking.position[person, place] = 1 + greater(covered, share) if known else 0


@compiled
def rank_people(rows, extra, space, needs, formula, work, ranking):
    """Rank people, those of one occupation after the other for speed; fills `ranking`."""
    current = -1
    for person in range(len(rows)):
        row = rows[person]
        if row != current:
            _set_counts(space, work, current, 0)
            _set_counts(space, work, row, 1)
            current = row
        added = extra.columns[extra.starts[person] : extra.starts[person + 1]]
        _add_terms(space, work, row, _count(space, work, added))
        if not _values(work):
            ranking.size[person] = -1
            continue
        _overall(space, work, row)
        bounds(space, formula, work, row)
        ranking.size[person] = select(space, formula, work, row, ranking.target[person], ranking.units[person])
        coverage(space, needs, work, added, row, ranking, person)
    _set_counts(space, work, current, 0)


@compiled
def _set_counts(space, work, row, factor):
    """Set how often an occupation has each of its terms; factor 0 clears them."""
    if row < 0:
        return
    for cell in range(space.base.starts[row], space.base.starts[row + 1]):
        work.counts[space.base.columns[cell]] = factor * space.base.data[cell]


@compiled
def _count(space, work, columns):
    """Count the terms of some competencies; lists them, and returns how many there are."""
    spread, seen = space.spread, 0
    for column in columns:
        for cell in range(spread.starts[column], spread.starts[column + 1]):
            term = spread.columns[cell]
            if work.added[term] == 0:
                work.touched[seen] = term
                seen += 1
            work.added[term] += spread.data[cell]
    return seen


@compiled
def _add_terms(space, work, row, seen):
    """Add what the terms counted bring to what the occupation has, rare ones by posting list, frequent ones by line."""
    for measure in range(layout.WHOLE):
        work.square[measure] = space.base_square[measure, row] if row >= 0 else 0.0
        for target in range(len(work.bound)):
            work.dots[measure, target] = space.base_dot[measure, row, target] if row >= 0 else 0
    for term in work.touched[:seen]:
        measure = space.measure[term]
        before, after = work.counts[term], work.counts[term] + work.added[term]
        work.added[term] = 0
        if measure == layout.PRESENCE:
            before, after = min(before, 1), min(after, 1)
        if after >= len(space.damp):
            work.square[measure] = math.inf
            continue
        old, new = _weight(space, term, before), _weight(space, term, after)
        work.square[measure] += float(new) * float(new) - float(old) * float(old)
        if space.line[term] >= 0:
            _add(work.dots[measure], space.dense[space.line[term]], new - old)
        else:
            posts = slice(space.posts.starts[term], space.posts.starts[term + 1])
            _scatter(work.dots[measure], space.posts.columns[posts], space.posts.data[posts], new - old)


@compiled
def _add(dots, line, more):
    for target in range(len(dots)):
        dots[target] += more * np.int32(line[target])


@compiled
def _scatter(dots, rows, worth, more):
    for entry in range(len(rows)):
        dots[rows[entry]] += more * np.int32(worth[entry])


@compiled
def _weight(space, term, count):
    return np.int32(np.rint(space.damp[count] * space.rarity[term] * COARSE))


@compiled
def _values(work):
    """Cosines in float32; False where a sum may not have fitted."""
    for measure in range(layout.WHOLE):
        length = math.sqrt(work.square[measure])
        if length > layout.LONGEST:
            return False
        scale = 1.0 / (length * FINE) if length > 0.0 else 0.0
        for target in range(len(work.bound)):
            work.values[measure, target] = np.float32(work.dots[measure, target] * scale)
    return True


@compiled
def _overall(space, work, row):
    """Overall closeness, as `passerelles.scoring.measures` computes it, addition by addition."""
    total = work.values[layout.WHOLE]
    total[:] = np.float32(0.0)
    reach = CADRE_WEIGHT if row >= 0 else 0.0
    for step in range(len(space.steps_measure)):
        measure = space.steps_measure[step]
        if measure >= 0:
            for target in range(len(total)):
                total[target] += np.float32(space.steps_weight[step]) * work.values[measure, target]
            reach = reach + space.steps_weight[step] * (work.square[measure] > 0.0)
        elif row >= 0:
            for target in range(len(total)):
                total[target] += space.fixed[space.steps_fixed[step], row, target]
            reach = reach + space.steps_weight[step] * space.fixed_has[space.steps_fixed[step], row]
    root = math.sqrt(reach)
    reachable = space.reach[0] if row >= 0 else space.reach[1]
    weight = np.float32(CADRE_WEIGHT)
    for target in range(len(total)):
        closeness = total[target]
        if row >= 0:
            same = np.float32(1.0) - abs(space.cadre[row] - space.cadre[target])
            closeness = closeness + weight * same
        norm = root * reachable[target]
        total[target] = np.float32(np.float64(closeness) / norm) if norm > 0.0 else np.float32(0.0)
