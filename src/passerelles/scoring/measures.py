"""How much of every occupation an origin covers, and how close it is: measure by measure, overall, and as ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.model import JobTitle, TagKind
from passerelles.sharing import Deriving, cached_property, made_once
from passerelles.vectors import (
    COARSE,
    FINE,
    Cells,
    TextCounts,
    by_blocks,
    by_column,
    count_texts,
    factorised,
    frozen,
    in_whole_numbers,
    level_named,
    membership,
    piece_counts,
    presence,
    product,
    rarity,
    sparse,
    term_weights,
    tfidf_rows,
    unit_rows,
    whole_cosines,
    word_counts,
    word_rules,
)


class HeldCompetencies(NamedTuple):
    """
    What an origin holds, by competency column.

    `held` has shape (m,), boolean; `credit` has shape (m,), in [0, 1]: 1 where held, else the credit of the best
    near match among what is held, 0 where there is none; `via` has shape (m,): the column of that near match (of
    the competency itself where held), -1 where there is none.
    """

    held: NDArray[np.bool_]
    credit: NDArray[np.float64]
    via: NDArray[np.int32]


def held_competencies(graph: OccupationGraph, columns: Sequence[int] | NDArray[np.int32]) -> HeldCompetencies:
    """
    Return what an origin holds who has the competencies in `columns`.

    Credit of a competency that is not held: the greatest of those that what is held gives it (`graph.near`). Among
    equals the first by code serves.
    """
    held_columns = np.sort(np.asarray(columns, dtype=np.int32))  # `np.unique` alone would import masked arrays: 15 ms
    held_columns = held_columns[np.diff(held_columns, prepend=-1) > 0]
    credit, via = np.zeros(len(graph.macro)), np.full(len(graph.macro), -1, dtype=np.int32)
    cells, counts = graph.near_cells.of_rows(held_columns)
    through = np.repeat(held_columns, counts)
    value, where = graph.near_cells.data[cells], graph.near_cells.columns[cells]
    order = np.lexsort((-through, value))  # where several credit one, the last stays: most credit, then first by code
    credit[where[order]], via[where[order]] = value[order], through[order]
    credit[held_columns], via[held_columns] = 1.0, held_columns
    held = np.zeros(len(credit), dtype=np.bool_)
    held[held_columns] = True
    return HeldCompetencies(frozen(held), frozen(credit), frozen(via))


def required_columns(graph: OccupationGraph, row: int) -> NDArray[np.int32]:
    """Columns of the competencies that an occupation requires."""
    return graph.weight_cells.columns[graph.weight_cells.of_row(row)]


def coverage_row(graph: OccupationGraph, competencies: HeldCompetencies) -> NDArray[np.float64]:
    """
    Coverage of every occupation by what one origin holds.

    Returns
    -------
    coverage
        Shape (n,), in [0, 1]: sum of weight x credit over the requirements, by the sum of the weights. NaN where
        the occupation lists nothing: its coverage is unknown, not 1.
    """
    by_column = graph.column_cells
    columns = np.flatnonzero(competencies.via >= 0)
    cells, counts = by_column.of_rows(columns)
    # In the order of the columns, as the product of the sparse matrix would add; all others add 0.
    gains = by_column.data[cells] * np.repeat(competencies.credit[columns], counts)
    gained = np.bincount(by_column.columns[cells], gains, len(graph.codes))
    return _share(graph, np.asarray(gained, dtype=np.float64))


def coverage_block(graph: OccupationGraph, held: "sparse.csr_array") -> NDArray[np.float32]:
    """Coverage of every occupation by each of several origins, given as rows of 1 where held; shape (b, n)."""
    cells, coverage = Cells.of(held), np.empty((held.shape[0], len(graph.codes)), dtype=np.float32)
    for row in range(len(coverage)):
        coverage[row] = coverage_row(graph, held_competencies(graph, cells.columns[cells.of_row(row)]))
    return coverage


def _share(graph: OccupationGraph, gained: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is gained of each occupation's requirements, in [0, 1]; NaN for one that lists nothing."""
    total = graph.total_weight
    return np.where(total > 0, np.minimum(gained / np.where(total > 0, total, 1.0), 1.0), np.nan)


def coverage_positions(
    coverage: NDArray[np.float64], own: int | NDArray[np.bool_], targets: NDArray[np.integer] | Sequence[int]
) -> NDArray[np.int64]:
    """
    Positions of the coverages of some targets among all targets of an origin.

    Parameters
    ----------
    coverage
        Shape (n,): coverage of every occupation, in [0, 1]; NaN where it is not known.
    own
        Row of the origin's own occupation, which does not compete, -1 for none; or shape (n,): rows that do not.
    targets
        Shape (t,): rows of the targets.

    Returns
    -------
    positions
        Shape (t,), from 1 (no other target is better covered); equal coverages share the best position. 0 where the
        target's coverage is not known.

    Examples
    --------
    >>> coverage_positions(np.array([1.0, 0.2, 0.5, 0.2, np.nan]), 0, [3, 2, 4]).tolist()
    [2, 1, 0]
    """
    others = np.delete(coverage, own) if isinstance(own, np.ndarray) or own >= 0 else coverage
    others = np.sort(others[~np.isnan(others)])
    asked = coverage[np.asarray(targets, dtype=np.intp)]
    return np.where(np.isnan(asked), 0, len(others) - np.searchsorted(others, asked, side="right") + 1)


def raising_share(positions: NDArray[np.integer], coverage: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """
    Positions of some coverages as shares of the number of targets, infinite where they may raise no level.

    So it is where nothing of the target is covered: somebody who states one rare competency covers a few targets; all
    others share the place behind these, which is a good one, and says nothing for them.

    Examples
    --------
    >>> raising_share(np.array([3, 3, 0]), np.array([0.02, 0.0, np.nan]), 100).tolist()
    [0.03, inf, inf]
    """
    return np.where(coverage > 0, positions / max(size, 1), np.inf)


DRAWN: Final = 20  # competencies of a person that an occupation stands for


@dataclass(frozen=True, eq=False)
class Origins:
    """
    Origins of a block of moves.

    Attributes
    ----------
    held
        Shape (b, m): 1 where a competency is held.
    rows
        Shape (b,): row of the occupation exercised, -1 where there is none. What an occupation alone has (contexts,
        tags, texts, place in the tree, mobilities) is read through it, and is unknown at -1.
    """

    held: "sparse.csr_array"
    rows: NDArray[np.int32]

    def part(self, chosen: NDArray[np.integer]) -> "Origins":
        """Return some of the origins."""
        return Origins(sparse.csr_array(self.held[chosen]), self.rows[chosen])

    @property
    def occupied(self) -> NDArray[np.bool_]:
        """Shape (b,): whether the origin has an occupation."""
        known: NDArray[np.bool_] = self.rows >= 0
        return known

    def of_occupation(self, matrix: "sparse.csr_array") -> "sparse.csr_array":
        """Rows of a matrix over occupations, empty rows for origins without one; the matrix itself for all in order."""
        if np.array_equal(self.rows, np.arange(matrix.shape[0])):
            return matrix
        taken = sparse.csr_array(matrix[np.maximum(self.rows, 0)])
        return taken if self.occupied.all() else _rows_where(taken, self.occupied)


def _rows_where(matrix: "sparse.csr_array", mask: NDArray[np.bool_]) -> "sparse.csr_array":
    """Empty the rows outside a mask."""
    return sparse.csr_array(sparse.diags_array(mask.astype(np.float64)) @ matrix)


def every_occupation(graph: OccupationGraph) -> Origins:
    """All occupations of a graph as origins, in its order."""
    return Origins(held=presence(graph.weights), rows=frozen(np.arange(len(graph.codes), dtype=np.int32)))


def drawn_people(graph: OccupationGraph) -> Origins:
    """
    One person for each occupation, who exercises none and holds twenty of the competencies that it requires, drawn.

    These stand for people who say what they can do: none says all that a fiche lists, fifty things or more. The draw of
    an occupation depends on nothing but its code and its list.
    """
    held = every_occupation(graph).held
    columns: list[NDArray[np.int32]] = []
    for row, code in enumerate(graph.codes):
        listed = held.indices[held.indptr[row] : held.indptr[row + 1]]
        generator = np.random.default_rng(list(code.encode()))
        columns.append(np.sort(generator.choice(listed, min(DRAWN, len(listed)), replace=False)))
    return people_who(graph, columns, np.full(len(columns), -1, dtype=np.int32))


def people_who(graph: OccupationGraph, held: Sequence[NDArray[np.int32]], rows: NDArray[np.int32]) -> Origins:
    """People of these occupations (-1: of none), who hold the competencies in the given columns."""
    indptr = np.cumsum([0, *map(len, held)])
    cells = (np.ones(int(indptr[-1])), np.concatenate(held), indptr)
    return Origins(sparse.csr_array(cells, shape=(len(held), graph.weights.shape[1])), frozen(rows))


Dense = NDArray[np.float32]
# Beyond this rank two targets are equally far: sorting the whole row would change no ranking that people read.
FURTHEST: Final = 512


def nearest_values(values: Dense, competitors: NDArray[np.bool_], own_rows: NDArray[np.int32]) -> Dense:
    """
    Return the greatest values of each row, in rising order.

    Parameters
    ----------
    values
        Shape (b, n).
    competitors
        Shape (n,): the columns that count. Specialised occupations do not, so that an overlay changes no other rank.
    own
        Shape (b,): column that never counts in each row (the occupation itself), -1 for none.

    Returns
    -------
    nearest
        Shape (b, c), c = min(FURTHEST, number of competitors).
    """
    count = max(1, min(FURTHEST, int(competitors.sum())))
    taken = np.where(competitors, values, np.float32(-np.inf))
    occupied = np.flatnonzero(own_rows >= 0)
    taken[occupied, own_rows[occupied]] = -np.inf
    taken.partition(len(competitors) - count, axis=1)
    return frozen(np.sort(taken[:, -count:], axis=1))


def rank_closeness(values: Dense, nearest: Dense) -> Dense:
    """
    Return -log2(1 + rank) of each value in its row; 1 is the best rank, equal values share the best of theirs.

    Parameters
    ----------
    values
        Shape (b, k).
    nearest
        Shape (b, c), from `nearest_values`: the competitors of each row, in rising order.

    Returns
    -------
    closeness
        Shape (b, k), from -1 (nothing is closer) down to ``-log2(2 + c)``; 0 rank steps beyond.

    Examples
    --------
    >>> rank_closeness(np.array([[9.0, 5.0, 1.0]], np.float32), np.array([[1.0, 5.0, 9.0]], np.float32))
    array([[-1.       , -1.5849625, -2.       ]], dtype=float32)
    """
    steps = -np.log2(np.arange(nearest.shape[1], -1, -1, dtype=np.float64) + 2.0).astype(np.float32)
    closeness = np.empty(values.shape, dtype=np.float32)
    for line, sorted_line, ranks in zip(values, nearest, closeness, strict=True):
        ranks[:] = steps[sorted_line.searchsorted(line, "right")]
    return closeness


Vectors = Mapping[str, "sparse.csr_array"]
# Weight of each measure in the overall closeness; chosen on groupings of v460 that no published figure uses.
OVERALL: Final[Mapping[str, float]] = MappingProxyType({
    "requirements": 1.0, "macro": 0.6, "contexts": 0.7, "all_text": 1.0, "definition": 0.5, "item_text": 0.8,
    "access": 0.3, "title": 0.7, "titles": 0.3, "themes": 0.3, "riasec": 0.3, "naf": 0.12,
})  # fmt: skip
# Measures that follow from what is held, and so differ between two people of one occupation.
OF_HOLDINGS: Final = ("requirements", "macro", "knowledge_categories", "soft", "item_text", "all_text")
_RIASEC: Final = "RIASEC"
_MAJOR, _MINOR = 2.0, 1.0


@dataclass(frozen=True, eq=False)
class MeasureIndex(Deriving):
    """
    What turns origins into vectors, measure by measure.

    Attributes
    ----------
    vectors
        Unit row vectors of all occupations, shape (n, k) for each measure.
    rarities
        Weights of the columns, shape (k,), taken over the occupations of the referential proper.
    spreads
        For the measures made from holdings: matrix from competencies to the measure's columns.
    background
        Counts of the texts that an occupation has of its own, in the columns of ``all_text``.
    """

    vectors: Vectors
    rarities: Mapping[str, NDArray[np.float64]]
    spreads: Vectors
    background: "sparse.csr_array"

    @cached_property
    def reach(self) -> NDArray[np.float64]:
        """Shape (2, n): of every occupation, and by what can be held alone: all that is known of whoever has none."""
        known = np.ones(self.vectors["requirements"].shape[0], dtype=np.bool_)
        held = {name: self.vectors[name] for name in OF_HOLDINGS}
        return frozen(np.stack([_reach(self.vectors, known), _reach(held, ~known)]))

    def lists_nothing(self, name: str) -> NDArray[np.bool_] | None:
        """Which occupations have nothing of a measure of holdings, shape (n,); None where none, or all, are such."""
        if name not in OF_HOLDINGS:
            return None
        empty: NDArray[np.bool_] = np.diff(self.vectors[name].indptr) == 0
        return empty if empty.any() and not empty.all() else None

    def closeness(self, name: str, vectors: Vectors) -> Dense:
        """Cosines, shape (b, n), of the vectors of some origins with those of all occupations, by one measure."""
        of_origins, of_all = vectors[name], self.vectors[name]
        if of_origins is of_all:
            return product(of_origins, by_column(of_all))
        # For a few people, transposing the matrix of all occupations costs more than the product: it is cached.
        if name in self.spreads:
            transposed = self.derived(("whole_by_column", name), lambda: by_column(in_whole_numbers(of_all, FINE)))
            return whole_cosines(of_origins, transposed)
        transposed = self.derived(("measure_by_column", name), lambda: by_column(of_all))
        return product(of_origins, transposed)


DOCUMENT: Final = "measures.json"


@made_once
def measure_index(graph: OccupationGraph) -> MeasureIndex:
    """Return the measures of a graph, found in the graph's index or made, at the first call."""
    index = graph.index
    return _build(graph) if index is None else MeasureIndex(**index.value(index.document(DOCUMENT)))


def measure_people(index: MeasureIndex, origins: Origins) -> Vectors:
    """
    Return vectors of origins that are no rows of the graph; a measure that one has nothing for gives an empty row.

    What is held gives requirements, macro-competencies, knowledge and words of competencies, in whole numbers of
    1 / `COARSE`: their products add up exactly in any order. All else comes from the occupation exercised, as unit
    vectors, and is left out where nobody exercises any.
    """
    counts = held_counts(index.spreads, index.background, origins)
    measured = {name: in_whole_numbers(term_weights(c, index.rarities[name]), COARSE) for name, c in counts.items()}
    if origins.occupied.any():
        others = {n: v for n, v in index.vectors.items() if n not in measured}
        measured |= {name: origins.of_occupation(vectors) for name, vectors in others.items()}
    return MappingProxyType(measured)


def held_counts(spreads: Vectors, background: "sparse.csr_array", origins: Origins) -> "dict[str, sparse.csr_array]":
    """Counts of what is held, in the columns of each measure."""
    counts = {name: sparse.csr_array(origins.held @ spread) for name, spread in spreads.items()}
    counts["all_text"] = sparse.csr_array(counts["all_text"] + origins.of_occupation(background))
    return counts


def _build(graph: OccupationGraph) -> MeasureIndex:
    counted, texts = _texts(graph)
    spreads = _spreads(graph, texts["items"], counted.n_stems)
    others = _of_occupations(graph, texts, counted.vocabulary)
    counts = held_counts(spreads, texts["background"], every_occupation(graph))
    plain = ~graph.is_specialised
    rarities = {name: rarity(c, plain, singles=name not in ("item_text", "all_text")) for name, c in counts.items()}
    vectors = {name: unit_rows(term_weights(c, rarities[name])) for name, c in counts.items()} | dict(others)
    return MeasureIndex(MappingProxyType(vectors), rarities, spreads, texts["background"])


def _texts(graph: OccupationGraph) -> tuple[TextCounts, Vectors]:
    """
    Count the texts of a graph under one vocabulary; of all, and by section.

    ``items`` has a row for each competency, all others have one for each occupation, ``titles`` the sums over its job
    titles. ``names`` and ``titles`` count words, the others stems and pairs of stems.
    """
    titled = [(graph.position[o], t.label) for o in graph.codes for t in own_titles(graph, o)]
    sections = [
        [c.label or "" for c in graph.competencies],
        [o.name for o in graph.occupations],
        [label for _, label in titled],
        [o.definition for o in graph.occupations],
        [o.access for o in graph.occupations],
    ]
    counted = count_texts([text for section in sections for text in section], word_rules(graph.referential.language))
    edges = np.cumsum([0, *map(len, sections)]).tolist()
    items, names, loose, definitions, access = (slice(start, stop) for start, stop in pairwise(edges))
    words, grams = counted.words, counted.grams
    owners = np.asarray([row for row, _ in titled], dtype=np.int32)
    gather = sparse.csr_array(membership(owners, len(graph.codes)).T)
    matrices = {
        "items": grams[items],
        "names": words[names],
        "titles": gather @ words[loose],
        "definitions": grams[definitions],
        "access": grams[access],
        "background": grams[names] * 2 + gather @ grams[loose] + grams[definitions],
    }
    return counted, {name: sparse.csr_array(counts) for name, counts in matrices.items()}


def own_titles(graph: OccupationGraph, code: str) -> tuple[JobTitle, ...]:
    """
    Titles of an occupation: for a fiche those that the referential lists, for a part of one those that it claims.

    A part that claims none goes by those of its fiche.
    """
    referential = graph.referential
    base = referential.occupation_by_code[code].base
    if base is None:
        return referential.titles_under.get(code, ())
    return referential.titles_of.get(code, ()) or referential.titles_under.get(base, ())


@made_once
def content_vectors(graph: OccupationGraph) -> Mapping[str, "sparse.csr_array"]:
    """Return unit vectors of all occupations of a graph, one row each, by what the plain features compare."""
    titles = [" ".join([o.name, *(t.label for t in own_titles(graph, o.code))]) for o in graph.occupations]
    counts = {
        "requirements": presence(graph.weights),
        "contexts": graph.contexts,
        "tags": graph.tags,
        "titles": word_counts(titles),
        "texts": word_counts([f"{o.name} {o.definition}" for o in graph.occupations]),
    }
    return MappingProxyType({name: tfidf_rows(counted, ~graph.is_specialised) for name, counted in counts.items()})


def _spreads(graph: OccupationGraph, words: "sparse.csr_array", n_stems: int) -> Vectors:
    """Matrices from competencies to the columns of each measure; `words` are those of their labels, stems first."""
    kinds = np.asarray([c.kind for c in graph.competencies], dtype=object)
    size = len(kinds)
    soft = kinds == "savoir-être"
    subjects = [
        f"{c.category}/{c.subcategory}" if c.kind == "savoir" and c.category else None for c in graph.competencies
    ]
    broader = [str(m) if m >= 0 and k == "savoir-faire" else None for m, k in zip(graph.macro, kinds, strict=True)]
    words_of = _rows_where(words, ~soft)
    return {
        "requirements": sparse.csr_array(sparse.eye_array(size)),
        "soft": _rows_where(sparse.csr_array(sparse.eye_array(size)), soft),
        "macro": membership(factorised(broader)),
        "knowledge_categories": membership(factorised(subjects)),
        "item_text": sparse.csr_array(words_of[:, :n_stems]),
        "all_text": words_of,
    }


def _of_occupations(graph: OccupationGraph, texts: Vectors, vocabulary: Sequence[str]) -> Vectors:
    """Vectors that come from the occupation itself and not from what is held."""
    plain = ~graph.is_specialised
    return {
        "contexts": tfidf_rows(graph.contexts, plain),
        "naf": tfidf_rows(_tag_columns(graph, ("naf",)), plain),
        "themes": tfidf_rows(_tag_columns(graph, ("theme",)), plain),
        "sectors": tfidf_rows(_tag_columns(graph, ("sector", "subsector")), plain),
        "riasec": unit_rows(_riasec(graph)),
        "title": tfidf_rows(piece_counts(texts["names"], vocabulary, range(3, 6)), plain),
        "titles": tfidf_rows(piece_counts(texts["titles"], vocabulary, range(4, 6)), plain, singles=False),
        "definition": tfidf_rows(texts["definitions"], plain),
        "access": tfidf_rows(texts["access"], plain, singles=False),
    }


def _tag_columns(graph: OccupationGraph, kinds: tuple[TagKind, ...]) -> "sparse.csr_array":
    mask = np.asarray([t.kind in kinds for t in graph.referential.tags], dtype=np.bool_)
    return sparse.csr_array(graph.tags[:, np.flatnonzero(mask)])


def _riasec(graph: OccupationGraph) -> "sparse.csr_array":
    """Six columns, the major letter counting twice the minor one."""
    major, minor = (np.asarray([o.riasec[at : at + 1] for o in graph.occupations], dtype="U1") for at in (0, 1))
    letters = np.asarray([*_RIASEC])
    return sparse.csr_array(_MAJOR * (major[:, None] == letters) + _MINOR * (minor[:, None] == letters))


CADRE_WEIGHT: Final = 0.3
_NEIGHBOURS: Final = 10
_FLAG: Final = {"yes": 1.0, "no": 0.0, "unknown": np.nan}


@dataclass(frozen=True, eq=False)
class Attributes:
    """
    Figures of the occupations, shape (n,) each; an unknown one is that of the nearest that have one.

    `level` is on the European scale (3 = CAP, 5 = bac + 2...), `cadre` in [0, 1].
    """

    level: Dense
    cadre: Dense
    head: NDArray[np.int32]  # number of the first word of the label


def normalised(index: MeasureIndex, vectors: Vectors, draft: Dense, attributes: Attributes, origins: Origins) -> Dense:
    """
    Overall closeness of some origins; the draft is the weighted sum of their measures.

    That of the degrees of management is added, and the sum divided by the geometric mean of what origin and target
    could reach, so 1 is as close as can be.
    """
    everything, held_only = index.reach
    reach = np.sqrt(_reach(vectors, origins.occupied))

    def closeness(rows: slice) -> Dense:
        occupied, cadre = origins.occupied[rows, None], attributes.cadre[np.maximum(origins.rows[rows], 0)]
        same = np.where(occupied, 1.0 - np.abs(cadre[:, None] - attributes.cadre), np.float32(0.0))
        total = draft[rows] + np.float32(CADRE_WEIGHT) * same
        norm = reach[rows, None] * np.sqrt(np.where(occupied, everything, held_only))
        return np.asarray(np.divide(total, norm, out=np.zeros_like(total), where=norm > 0), dtype=np.float32)

    return by_blocks(draft.shape, closeness)


def _reach(vectors: Vectors, occupied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Greatest weighted sum that each row could have: the weights of the measures that it has something for."""
    total = np.where(occupied, CADRE_WEIGHT, 0.0)
    for name, weight in OVERALL.items():
        if name in vectors:
            total = total + weight * (np.diff(vectors[name].indptr) > 0)
    return total


def attributes_of(graph: OccupationGraph, closeness: Dense) -> Attributes:
    """Return the attributes of all occupations, those that are unknown by how close others are; shape (n, n)."""
    rules = word_rules(graph.referential.language)
    levels = [level_named(o.access, rules) if o.level is None else o.level for o in graph.occupations]
    level = np.asarray(levels, dtype=np.float32)
    cadre = np.asarray([_FLAG[o.managerial] for o in graph.occupations], dtype=np.float32)
    plain = ~graph.is_specialised
    return Attributes(
        level=frozen(_filled(level, closeness, plain)),
        cadre=frozen(_filled(cadre, closeness, plain)),
        head=factorised([next(iter(o.name.split()), "").casefold() for o in graph.occupations]),
    )


def _filled(values: Dense, closeness: Dense, plain: NDArray[np.bool_]) -> Dense:
    """Fill what is unknown with the mean of the nearest occupations that know it, weighted by closeness squared."""
    known = np.isfinite(values) & plain
    if not known.any():
        return np.zeros_like(values)
    filled = values.copy()
    columns = np.flatnonzero(known)
    for row in np.flatnonzero(~np.isfinite(values)).tolist():
        weights = closeness[row, columns].astype(np.float64)
        weights[columns == row] = 0.0
        nearest = np.argsort(-weights, kind="stable")[:_NEIGHBOURS]
        power = weights[nearest] ** 2
        mean = values[columns].mean() if power.sum() <= 0 else np.average(values[columns[nearest]], weights=power)
        filled[row] = np.float32(mean)
    return filled
