"""What the compiled loops of the fast engine read and write: arrays by name, and the numbers they agree on."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.scoring.similarity import FINE

RANK: Final = 0  # kinds of features: rank in the person's row, rank in the target's column, the value itself
REVERSE: Final = 1
VALUE: Final = 2
PRESENCE: Final = 0  # number of the measure in which a term is there or not, however often it comes
WHOLE: Final = 5  # number of the overall closeness, after the five measures that follow from what is held
TILE: Final = 176  # occupations of a slice: the rows of a thousand frequent terms then take 350 kB of the cache
GROUP: Final = 8  # people whose sums are made together
STEPS: Final = (1, 3, 8, 24, 96)  # ranks at which the bound on a rank in the target's column steps down
STRIDE: Final = 12  # one value in so many is looked at, to guess which targets are the nearest...
NEAREST: Final = 4  # ...: those above the fourth greatest of these, fifty or so
FURTHER: Final = 16  # and those that are not above this one are further than some two hundred
# Sums are kept in 32 bits: the length of a person in whole numbers times that of a unit vector may not pass them.
LONGEST: Final = (2**31 - 1) / (1.01 * FINE)
MOST: Final = 400  # targets that are sorted by insertion
NEVER: Final = np.float32(-np.inf)  # a bound that nothing reaches
NEARLY: Final = 1e-9  # coverages that differ by less are computed again, exactly, before they are compared
SLACK: Final = 3.0  # units by which a bound is raised for each part: rounding to whole units, and float32


class Space(NamedTuple):
    """
    Occupations and the terms of the five measures, stacked in one numbering; see `passerelles.bulk.fast`.

    `spread_*` lead from a competency to its terms, measure by measure, each as often as it comes; `base_*` from an
    occupation to the counts of those it has already. `about` has, for each term, its weight when it comes once, and
    where in `post_*` the occupations that have it start and end, or -1 and a row of `dense` where many have it. Weights
    are whole numbers, as short as they can be: what costs is memory.
    """

    spread_ptr: NDArray[np.int32]
    spread_term: NDArray[np.int32]
    rarity: NDArray[np.float64]
    about: NDArray[np.int32]
    damp: NDArray[np.float64]
    post_row: NDArray[Any]  # uint16, or uint32 where there are more occupations
    post_value: NDArray[np.int16]
    dense: NDArray[np.int16]
    base_ptr: NDArray[np.int32]
    base_term: NDArray[np.int32]
    base_count: NDArray[np.int32]
    base_dot: NDArray[np.int32]
    base_square: NDArray[np.float64]
    competes: NDArray[np.bool_]
    apart: NDArray[np.int32]
    base_rows: NDArray[np.int32]
    steps_measure: NDArray[np.int32]
    steps_weight: NDArray[np.float64]
    steps_fixed: NDArray[np.int32]
    fixed: NDArray[np.float32]
    fixed_has: NDArray[np.bool_]
    cadre: NDArray[np.float32]
    cadre_weight: float
    reach: NDArray[np.float64]


class Needs(NamedTuple):
    """What occupations require, for coverage: by occupation, by competency, and by macro-competency."""

    ptr: NDArray[np.int32]
    column: NDArray[np.int32]
    column_macro: NDArray[np.int32]
    weight: NDArray[np.float64]
    total: NDArray[np.float64]
    by_ptr: NDArray[np.int32]
    by_row: NDArray[np.int32]
    by_weight: NDArray[np.float64]
    macro: NDArray[np.int32]
    macro_ptr: NDArray[np.int32]
    macro_row: NDArray[np.int32]
    macro_weight: NDArray[np.float64]
    macro_credit: float
    near_ptr: NDArray[np.int32]
    near_column: NDArray[np.int32]
    near_credit: NDArray[np.float64]
    base: NDArray[np.float64]


class Formula(NamedTuple):
    """Features of the parts that follow from what is held, in the order in which they are summed, and the rest."""

    kind: NDArray[np.int32]
    measure: NDArray[np.int32]
    part: NDArray[np.int32]
    weight: NDArray[np.float32]
    mean: NDArray[np.float32]
    parts: int
    units: float
    scale: NDArray[np.float32]
    reverse: NDArray[np.float32]
    reverse_step: NDArray[np.float32]
    rest: NDArray[np.int32]


class Scratch(NamedTuple):
    """Room for one thread."""

    dots: NDArray[np.int32]
    values: NDArray[np.float32]
    rank: NDArray[np.int32]
    bound: NDArray[np.float32]
    near: NDArray[np.int32]
    rival: NDArray[np.float32]
    floor: NDArray[np.float32]
    top: NDArray[np.float32]
    chosen: NDArray[np.int32]
    counts: NDArray[np.int32]
    added: NDArray[np.int32]
    seen: NDArray[np.int32]
    touched: NDArray[np.int32]
    square: NDArray[np.float64]
    line: NDArray[np.int32]
    more: NDArray[np.int32]
    first: NDArray[np.int32]
    held: NDArray[np.bool_]
    grouped: NDArray[np.bool_]
    credit: NDArray[np.float64]
    covered: NDArray[np.float64]
    sums: NDArray[np.float32]


class Found(NamedTuple):
    """Best targets of each person; `size` is how many there are, -1 where the sums would not fit in 32 bits."""

    size: NDArray[np.int32]
    target: NDArray[np.int32]
    units: NDArray[np.int64]
    coverage: NDArray[np.float64]
    position: NDArray[np.int32]
