"""What the fast engine works on, laid out from a graph and a table of scores, once for all people."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.graph.core import OccupationGraph
from passerelles.scoring import measures
from passerelles.scoring.features import reads_alone
from passerelles.scoring.table import ScoreTable
from passerelles.vectors import FINE, Bools, Cells, Floats, Ints, by_column, damped, in_whole_numbers, product, weighted

RANK: Final = 0  # kinds of features: rank in the person's row, rank in the target's column, the value itself
REVERSE: Final = 1
VALUE: Final = 2
PRESENCE: Final = 0  # number of the measure in which a term is there or not, however often it comes
WHOLE: Final = 5  # number of the overall closeness, after the five measures that follow from what is held
BINS: Final = 1024  # of the values of a measure, from 0 to 1, by which ranks are bounded
# Sums are kept in 32 bits: the length of a person in whole numbers times that of a unit vector may not pass them.
LONGEST: Final = (2**31 - 1) / (1.01 * FINE)
NEVER: Final = np.float32(-np.inf)  # a bound that nothing reaches
LOWEST: Final = np.finfo(np.float32).min  # a bound that everything else reaches
SLACK: Final = 3.0  # units by which a bound is raised for each part: rounding to whole units, and float32


class Space(NamedTuple):
    """
    Occupations and the terms of the five measures, stacked in one numbering; see `passerelles.bulk.rank`.

    `spread` leads from a competency to how often it has each term; `base` from an occupation to the counts of those it
    has already; `posts` from a term to the occupations that have it. Of a term that many have, `line` is its row in
    `dense`, else -1. Weights are whole numbers, as short as they can be: what costs is memory.
    """

    measure: NDArray[np.int32]
    rarity: Floats
    damp: Floats
    spread: Cells
    base: Cells
    posts: Cells
    dense: NDArray[np.int16]
    line: NDArray[np.int32]
    base_dot: NDArray[np.int32]
    base_square: Floats
    is_fiche: Bools
    apart: NDArray[np.int32]
    base_rows: NDArray[np.int32]
    steps_measure: NDArray[np.int32]
    steps_weight: Floats
    steps_fixed: NDArray[np.int32]
    fixed: NDArray[np.float32]
    fixed_has: Bools
    cadre: NDArray[np.float32]
    reach: Floats


class Needs(NamedTuple):
    """What occupations require, for coverage: by occupation and by competency, and what is near to what."""

    required: Cells
    by_competency: Cells
    near: Cells
    total: Floats


class Formula(NamedTuple):
    """Features of the parts that follow from what is held, in the order in which they are summed, and the rest."""

    kind: NDArray[np.int32]
    measure: NDArray[np.int32]
    part: NDArray[np.int32]
    weight: NDArray[np.float32]
    mean: NDArray[np.float32]
    parts: int
    scale: NDArray[np.float32]
    reverse: NDArray[np.float32]
    rest: NDArray[np.int32]


class Best(NamedTuple):
    """Best targets of each person; `size` is how many there are, -1 where the sums would not fit in 32 bits."""

    size: NDArray[np.int32]
    target: NDArray[np.int32]
    units: Ints
    coverage: Floats
    position: NDArray[np.int32]


MEASURES: Final = ("requirements", "macro", "item_text", "all_text", "knowledge_categories")
_FREQUENT_SHARE: Final = 6  # a term that more than one occupation in so many has is kept as a whole row
_LOG_TABLE_SIZE: Final = 4096  # counts whose logarithm is in a table
# Features that the loops know: what is ranked or taken, and of which measure. A scorer with another one is served by
# the plain engine.
KNOWN: Final[Mapping[str, tuple[int, str]]] = {
    "overall.rank": (RANK, "overall"),
    "overall.rank_reverse": (REVERSE, "overall"),
    "competencies.items_rank": (RANK, "item_text"),
    "competencies.macro_rank": (RANK, "macro"),
    "competencies.macro_rank_reverse": (REVERSE, "macro"),
    "competencies.knowledge_categories": (VALUE, "knowledge_categories"),
    "competencies.requirements_rank": (RANK, "requirements"),
}


def make_formula(graph: OccupationGraph, table: ScoreTable, *, occupied: bool) -> Formula:
    """Return the features of people with or without an occupation, and what does not depend on the person."""
    size = len(graph.codes)
    rest = np.full((size + 1 if occupied else 1, size), table.base, dtype=np.int64)
    moving: list[tuple[int, str, float]] = []
    count = 0
    for number, weights in enumerate(table.scorer.parts.values()):
        if reads_alone(weights, "of_holdings"):
            moving += [(count, name, weights[name]) for name in sorted(weights)]
            count += 1
        elif occupied:
            rest[:size] += table.scores.parts[number][:]
        elif reads_alone(weights, "of_target"):
            rest += table.scores.parts[number][:1]
    reference = table.reference
    width = reference.reverse["overall"].shape[1] if reference else 1
    reverse = np.zeros((len(moving), size, width), np.float32)
    for place, (_, name, _) in enumerate(moving):
        kind, measure = KNOWN[name]
        if kind == REVERSE and reference is not None:
            reverse[place] = reference.reverse[measure]
    falling = np.arange(width, -1, -1, dtype=np.float32)[None, :]
    scale = measures.rank_closeness(falling, np.arange(1, width + 1, dtype=np.float32)[None, :])[0]
    numbers = {**{name: number for number, name in enumerate(MEASURES)}, "overall": WHOLE}
    return Formula(
        kind=np.asarray([KNOWN[name][0] for _, name, _ in moving], np.int32),
        measure=np.asarray([numbers[KNOWN[name][1]] for _, name, _ in moving], np.int32),
        part=np.asarray([part for part, _, _ in moving], np.int32),
        weight=np.asarray([weight for _, _, weight in moving], np.float32),
        mean=np.asarray([table.means[name] for _, name, _ in moving], np.float32),
        parts=count,
        scale=np.ascontiguousarray(scale),
        reverse=reverse,
        rest=rest.astype(np.int32),
    )


def make_space(graph: OccupationGraph, cadre: NDArray[np.float32]) -> Space:
    """Return the occupations and terms of the measures, in one numbering."""
    index = measures.measure_index(graph)
    counts = measures.held_counts(index.spreads, index.background, measures.every_occupation(graph))
    vectors = [in_whole_numbers(index.vectors[name], FINE) for name in MEASURES]
    posts = sparse.csr_array(sparse.hstack(vectors, format="csr").T)
    many = np.flatnonzero(np.diff(posts.indptr) * _FREQUENT_SHARE > len(graph.codes))
    line = np.full(posts.shape[0], -1, np.int32)
    line[many] = np.arange(len(many))
    dots, squares = _base_products(graph, vectors)
    fixed = [name for name in measures.OVERALL if name not in MEASURES]
    weighing = [weighted(index.spreads[name], (index.rarities[name] > 0).astype(float)) for name in MEASURES]
    return Space(
        measure=np.repeat(np.arange(len(MEASURES), dtype=np.int32), [v.shape[1] for v in vectors]),
        rarity=np.concatenate([index.rarities[name] for name in MEASURES]),
        damp=np.concatenate([[0.0], damped(np.arange(1.0, _LOG_TABLE_SIZE))]),
        spread=_cells(sparse.hstack(weighing, format="csr"), np.int32),
        base=_cells(sparse.hstack([counts[name] for name in MEASURES], format="csr"), np.int32),
        posts=_cells(posts, np.int16),
        dense=posts[many].toarray().astype(np.int16),
        line=line,
        base_dot=dots,
        base_square=squares,
        is_fiche=~graph.is_specialised,
        apart=np.flatnonzero(graph.is_specialised).astype(np.int32),
        base_rows=graph.base_rows,
        steps_measure=np.asarray([MEASURES.index(n) if n in MEASURES else -1 for n in measures.OVERALL], np.int32),
        steps_weight=np.asarray(list(measures.OVERALL.values())),
        steps_fixed=np.asarray([fixed.index(n) if n in fixed else -1 for n in measures.OVERALL], np.int32),
        fixed=np.stack(
            [np.float32(measures.OVERALL[n]) * product(index.vectors[n], by_column(index.vectors[n])) for n in fixed]
        ),
        fixed_has=np.stack([np.diff(index.vectors[n].indptr) > 0 for n in fixed]),
        cadre=cadre,
        reach=np.sqrt(index.reach),
    )


def _base_products(graph: OccupationGraph, vectors: Sequence[sparse.csr_array]) -> tuple[NDArray[np.int32], Floats]:
    """Products of what the occupations hold themselves with the unit vectors of all, in whole numbers; and squares."""
    size = len(graph.codes)
    held = measures.measure_people(measures.measure_index(graph), measures.every_occupation(graph))
    dots = np.zeros((len(MEASURES), size, size), np.int32)
    squares = np.zeros((len(MEASURES), size))
    for number, name in enumerate(MEASURES):
        squares[number] = np.asarray(held[name].multiply(held[name]).sum(axis=1)).ravel()
        short = squares[number] <= LONGEST**2  # longer profiles go to the plain engine
        dots[number, short] = (held[name][np.flatnonzero(short)] @ vectors[number].T).toarray()
    return dots, squares


def make_needs(graph: OccupationGraph) -> Needs:
    """Return what occupations require, in the orders in which coverage reads it."""
    required, by, near = map(_cells, (graph.weights, sparse.csr_array(graph.weights.T), graph.near))
    return Needs(required, by, near, graph.total_weight)


def _cells(matrix: sparse.csr_array, kind: type[np.number] = np.float64) -> Cells:
    """Cells of a matrix in the types that the loops were compiled for."""
    return Cells(matrix.data.astype(kind), matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32))
