"""Measures of closeness: for each kind of evidence, unit vectors of the occupations and of any other origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.graph.core import OccupationGraph
from passerelles.model import JobTitle, TagKind
from passerelles.scoring.origins import Origins, every_occupation
from passerelles.scoring.ranks import Dense
from passerelles.scoring.similarity import (
    COARSE,
    FINE,
    by_column,
    counts_of,
    in_whole_numbers,
    product,
    rarity,
    unit_rows,
    weighted,
    whole_cosines,
)
from passerelles.scoring.words import TextCounts, count_texts, piece_counts, word_rules

Vectors = Mapping[str, "sparse.csr_array"]
# Weight of each measure in the overall closeness; chosen on groupings of v460 that no published figure uses.
OVERALL: Final[Mapping[str, float]] = MappingProxyType(
    {
        "requirements": 1.0,
        "macro": 0.6,
        "contexts": 0.7,
        "all_text": 1.0,
        "definition": 0.5,
        "item_text": 0.8,
        "access": 0.3,
        "title": 0.7,
        "titles": 0.3,
        "themes": 0.3,
        "riasec": 0.3,
        "naf": 0.12,
    }
)
# Measures that follow from what is held, and so differ between two people of one occupation.
OF_HOLDINGS: Final = ("requirements", "macro", "knowledge", "knowledge_categories", "soft", "item_text", "all_text")
_RIASEC: Final = "RIASEC"
_MAJOR, _MINOR = 2.0, 1.0


@dataclass(frozen=True, eq=False)
class MeasureIndex:
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

    graph: OccupationGraph
    vectors: Vectors
    rarities: Mapping[str, NDArray[np.float64]]
    spreads: Vectors
    background: "sparse.csr_array"

    def closeness(self, name: str, vectors: Vectors) -> Dense:
        """Cosines, shape (b, n), of the vectors of some origins with those of all occupations, by one measure."""
        mine, theirs = vectors[name], self.vectors[name]
        if mine is theirs:
            return product(mine, theirs)
        # For a few people, turning the matrix of all occupations would cost more than the product: it is kept turned.
        if name in self.spreads:
            turned = self.graph.derived(("whole_by_column", name), lambda: by_column(in_whole_numbers(theirs, FINE)))
            return whole_cosines(mine, turned)
        turned = self.graph.derived(("measure_by_column", name), lambda: by_column(theirs))
        return product(mine, theirs, turned)


def measure_index(graph: OccupationGraph) -> MeasureIndex:
    """Return the measures of a graph, found in the graph's index or made, at the first call."""
    from passerelles.scoring.indexed import stored_measures  # noqa: PLC0415 - it builds on this module

    return graph.derived("measures", lambda: stored_measures(graph) or _build(graph))


def measure_people(index: MeasureIndex, origins: Origins) -> Vectors:
    """
    Return vectors of origins that are no rows of the graph; a measure that one has nothing for gives an empty row.

    What is held gives requirements, macro-competencies, knowledge and words of competencies, in whole numbers of
    1 / `COARSE`: their products add up exactly in any order. All else comes from the occupation exercised, as unit
    vectors, and is left out where nobody exercises any.
    """
    found = {
        name: in_whole_numbers(vectors, COARSE)
        for name, vectors in _of_holdings(index.spreads, index.rarities, index.background, origins).items()
    }
    if origins.occupied.any():
        others = {n: v for n, v in index.vectors.items() if n not in found}
        found |= {name: origins.of_occupation(vectors) for name, vectors in others.items()}
    return MappingProxyType(found)


def _of_holdings(
    spreads: Vectors, rarities: Mapping[str, NDArray[np.float64]], background: "sparse.csr_array", origins: Origins
) -> "dict[str, sparse.csr_array]":
    """Weights of what is held, in the columns of each measure."""
    found: dict[str, sparse.csr_array] = {}
    for name, spread in spreads.items():
        counts = counts_of(origins.held, spread)
        if name == "all_text":
            counts = sparse.csr_array(counts + origins.of_occupation(background))
        counts.data = damped(name, counts.data)
        found[name] = weighted(counts, rarities[name])
    return found


def damped(name: str, counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Presence for plain lists, ``1 + ln(count)`` for what may come several times."""
    if name in ("requirements", "knowledge", "soft"):
        return np.ones_like(counts)
    return np.asarray(1.0 + np.log(counts), dtype=np.float64)


def _build(graph: OccupationGraph) -> MeasureIndex:
    texts = _Texts.of(graph)
    spreads = _spreads(graph, texts)
    others = _of_occupations(graph, texts)
    origins = every_occupation(graph)
    plain = ~graph.is_specialised
    rarities: dict[str, NDArray[np.float64]] = {}
    for name, spread in spreads.items():
        counts = sparse.csr_array(origins.held @ spread)
        if name == "all_text":
            counts = sparse.csr_array(counts + texts.background)
        weights = rarity(counts, plain)
        if name in ("item_text", "all_text"):
            weights = _without_singles(counts, weights, plain)
        rarities[name] = weights
    held = _of_holdings(spreads, rarities, texts.background, origins)
    vectors = {name: unit_rows(weights) for name, weights in held.items()} | dict(others)
    return MeasureIndex(graph, MappingProxyType(vectors), rarities, spreads, texts.background)


def _without_singles(
    counts: "sparse.csr_array", weights: NDArray[np.float64], plain: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give no weight to a word that one occupation of the referential alone uses: it brings nothing together."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    users = np.bincount(counts.indices[plain[rows]], minlength=counts.shape[1])
    return np.where(users >= 2, weights, 0.0)  # noqa: PLR2004 - two make a pair


@dataclass(frozen=True, eq=False)
class _Texts:
    """All texts of a graph, counted under one vocabulary."""

    competencies: TextCounts
    names: TextCounts
    titles: TextCounts  # summed over the job titles of each occupation
    definitions: TextCounts
    access: TextCounts
    background: "sparse.csr_array"

    @classmethod
    def of(cls, graph: OccupationGraph) -> "_Texts":
        names = [o.name for o in graph.occupations]
        labels = [c.label or "" for c in graph.competencies]
        titled = [(graph.position[o], t.label) for o in graph.codes for t in own_titles(graph, o)]
        blocks: list[Sequence[str]] = [
            labels,
            names,
            [label for _, label in titled],
            [o.definition for o in graph.occupations],
            [o.access for o in graph.occupations],
        ]
        counted = count_texts([t for block in blocks for t in block], word_rules(graph.referential.language))
        edges = np.cumsum([0, *map(len, blocks)]).tolist()
        items, own, loose, definitions, access = (counted.part(start, stop) for start, stop in pairwise(edges))
        gather = sparse.csr_array(
            (np.ones(len(titled)), ([row for row, _ in titled], np.arange(len(titled)))),
            shape=(len(graph.codes), len(titled)),
        )
        titles = TextCounts(
            loose.vocabulary,
            sparse.csr_array(gather @ loose.words),
            sparse.csr_array(gather @ loose.grams),
            loose.n_stems,
        )
        background = sparse.csr_array(own.grams * 2 + titles.grams + definitions.grams)
        return cls(items, own, titles, definitions, access, background)


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


def _spreads(graph: OccupationGraph, texts: _Texts) -> dict[str, "sparse.csr_array"]:
    kinds = np.asarray([c.kind for c in graph.competencies], dtype=object)
    size = len(kinds)
    savoirs = kinds == "savoir"
    soft = kinds == "savoir-être"
    subjects = [
        f"{c.category}/{c.subcategory}" if c.kind == "savoir" and c.category else None for c in graph.competencies
    ]
    broader = [int(m) if m >= 0 and k == "savoir-faire" else None for m, k in zip(graph.macro, kinds, strict=True)]
    words_of = _rows_where(texts.competencies.grams, ~soft)
    return {
        "requirements": sparse.csr_array(sparse.eye_array(size)),
        "knowledge": _rows_where(sparse.csr_array(sparse.eye_array(size)), savoirs),
        "soft": _rows_where(sparse.csr_array(sparse.eye_array(size)), soft),
        "macro": _member(broader),
        "knowledge_categories": _member(subjects),
        "item_text": sparse.csr_array(words_of[:, : texts.competencies.n_stems]),
        "all_text": words_of,
    }


def _rows_where(matrix: "sparse.csr_array", kept: NDArray[np.bool_]) -> "sparse.csr_array":
    """Empty the rows that are not kept."""
    return sparse.csr_array(sparse.diags_array(kept.astype(np.float64)) @ matrix)


def _member(names: Sequence[object]) -> "sparse.csr_array":
    """Shape (len(names), number of different names): which name each row has; None is none."""
    number = {name: i for i, name in enumerate(sorted({n for n in names if n is not None}, key=str))}
    rows = [i for i, name in enumerate(names) if name is not None]
    columns = [number[name] for name in names if name is not None]
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(names), max(1, len(number))))


def _of_occupations(graph: OccupationGraph, texts: _Texts) -> Vectors:
    """Vectors that come from the occupation itself and not from what is held."""
    plain = ~graph.is_specialised

    def unit(counts: "sparse.csr_array", *, singles: bool = True) -> "sparse.csr_array":
        weights = rarity(counts, plain)
        return unit_rows(weighted(counts, weights if singles else _without_singles(counts, weights, plain)))

    def tempered(counts: "sparse.csr_array") -> "sparse.csr_array":
        taken = counts.copy()
        taken.data = damped("", taken.data)
        return taken

    return MappingProxyType(
        {
            "contexts": unit(graph.contexts),
            "naf": unit(_tags(graph, ("naf",))),
            "themes": unit(_tags(graph, ("theme",))),
            "sectors": unit(_tags(graph, ("sector", "subsector"))),
            "interests": unit(_tags(graph, ("interest",))),
            "riasec": unit_rows(_riasec(graph)),
            "title": unit(tempered(piece_counts(texts.names, range(3, 6)))),
            "titles": unit(tempered(piece_counts(texts.titles, range(4, 6))), singles=False),
            "definition": unit(tempered(texts.definitions.grams)),
            "access": unit(tempered(texts.access.grams), singles=False),
        }
    )


def _tags(graph: OccupationGraph, kinds: tuple[TagKind, ...]) -> "sparse.csr_array":
    kept = np.asarray([t.kind in kinds for t in graph.referential.tags], dtype=np.bool_)
    return sparse.csr_array(graph.tags[:, np.flatnonzero(kept)])


def _riasec(graph: OccupationGraph) -> "sparse.csr_array":
    """Six columns, the major letter counting twice the minor one."""
    dense = np.zeros((len(graph.codes), len(_RIASEC)))
    for row, occupation in enumerate(graph.occupations):
        for letter, weight in zip(occupation.riasec, (_MAJOR, _MINOR), strict=False):
            if letter in _RIASEC:
                dense[row, _RIASEC.index(letter)] += weight
    return sparse.csr_array(dense)
