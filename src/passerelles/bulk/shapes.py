"""What the compiled loops of the fast engine read and write: arrays by name, and the numbers they agree on."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

RANK: Final = 0  # kinds of features: rank in the person's row, rank in the target's column, the value itself
REVERSE: Final = 1
VALUE: Final = 2
WHOLE: Final = 5  # number of the overall closeness, after the five measures that follow from what is held
BINS: Final = 256
LANES: Final = 4
TILE: Final = 264  # occupations of a slice: the rows of 300 frequent terms then take 600 kB
GROUP: Final = 32  # people whose sums are made together
STEPS: Final = (1, 3, 8, 24, 96)  # ranks at which the bound on a rank in the target's column steps down
# Two float64 sums of the same terms in another order differ by some sqrt(terms) x 1e-16: for the at most thousand terms
# of a cosine, a tenth of this (Higham & Mary, 2019, 'A new approach to probabilistic rounding error analysis').
DOUBT: Final = 1e-14
NEARLY: Final = 1e-9  # coverages that differ by less are computed again, exactly, before they are compared
SLACK: Final = 3.0  # units by which a bound is raised for each part: rounding to whole units, and float32


class Space(NamedTuple):
    """
    Occupations and the terms of the five measures, stacked in one numbering; see `passerelles.bulk.fast`.

    `spread_*` lead from a competency to its terms, `base_*` from an occupation to the counts of those it has already,
    `post_at` from a term to where in `post_*` the occupations that have it start and end, or to -1 and a row of `dense`
    where many have it. What costs is memory: positions are as short as they can be, and never negative.
    """

    spread_ptr: NDArray[np.int32]
    spread_term: NDArray[np.int32]
    spread_count: NDArray[np.float64]
    presence: NDArray[np.bool_]
    rarity: NDArray[np.float64]
    damp: NDArray[np.float64]
    post_at: NDArray[np.int32]
    post_row: NDArray[Any]  # uint16, or uint32 where there are more occupations
    post_value: NDArray[np.float64]
    dense: NDArray[np.float64]
    base_ptr: NDArray[np.int32]
    base_term: NDArray[np.int32]
    base_count: NDArray[np.float64]
    base_dot: NDArray[np.float64]
    base_norm: NDArray[np.float64]
    competes: NDArray[np.bool_]
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

    dots: NDArray[np.float64]
    values: NDArray[np.float32]
    rivals: NDArray[np.float32]
    bound: NDArray[np.float32]
    bins: NDArray[np.int32]
    counts: NDArray[np.float64]
    added: NDArray[np.float64]
    touched: NDArray[np.int32]
    norm: NDArray[np.float64]
    term: NDArray[np.int32]
    more: NDArray[np.float64]
    first: NDArray[np.int32]
    held: NDArray[np.bool_]
    grouped: NDArray[np.bool_]
    near: NDArray[np.float64]
    covered: NDArray[np.float64]
    sums: NDArray[np.float32]
    done: NDArray[np.bool_]


class Found(NamedTuple):
    """Best targets of each person; `size` is how many there are, -1 where the last bits were in doubt."""

    size: NDArray[np.int32]
    target: NDArray[np.int32]
    units: NDArray[np.int64]
    coverage: NDArray[np.float64]
    position: NDArray[np.int32]
