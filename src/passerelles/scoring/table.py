"""Scores of all pairs, part by part: computed once for a graph, looked up by every ranking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph, frozen
from passerelles.scoring import content
from passerelles.scoring.content import ContentIndex, content_index
from passerelles.scoring.origins import Origins, every_occupation
from passerelles.scoring.scorer import Scorer

Feature = Callable[[ContentIndex, Origins], NDArray[np.float32]]
FEATURES: Final[Mapping[str, Feature]] = {
    "coverage": content.coverage,
    "resemblance": content.resemblance,
    "contexts": content.contexts,
    "tags": content.tags,
    "titles": content.titles,
    "texts": content.texts,
    "tree": content.tree,
}


@dataclass(frozen=True, eq=False)
class Scores:
    """
    Parts of the scores of a block of origins against every occupation.

    Attributes
    ----------
    names
        Names of the k parts.
    parts
        Shape (k, b, n), float32. The score of a pair is `base` plus its parts, added in order in double precision.
    """

    base: float
    names: tuple[str, ...]
    parts: NDArray[np.float32]

    def totals(self, row: int) -> NDArray[np.float64]:
        """Scores of one origin, shape (n,)."""
        return _added(self.base, self.parts[:, row, :])

    def totals_to(self, column: int) -> NDArray[np.float64]:
        """Scores towards one target, shape (b,)."""
        return _added(self.base, self.parts[:, :, column])


def _added(base: float, parts: NDArray[np.float32]) -> NDArray[np.float64]:
    total = np.full(parts.shape[1:], base, dtype=np.float64)
    for part in parts:
        total += part
    return total


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Scores of every pair of a graph under one scorer, and the feature means that centre them."""

    scorer: Scorer
    scores: Scores
    means: Mapping[str, float]


def score_table(graph: OccupationGraph, scorer: Scorer) -> ScoreTable:
    """Return the table of a graph under a scorer, made at the first call."""
    return graph.derived(("score_table", scorer.name, scorer.version), lambda: _build(graph, scorer))


def _build(graph: OccupationGraph, scorer: Scorer) -> ScoreTable:
    index = content_index(graph)
    origins = every_occupation(graph)
    plain = ~graph.is_specialised
    means: dict[str, float] = {}
    size = len(graph.codes)
    parts = np.zeros((len(scorer.parts), size, size), dtype=np.float32)
    for part, weights in zip(parts, scorer.parts.values(), strict=True):
        for name, weight in weights.items():
            values = FEATURES[name](index, origins)
            means[name] = _mean_of_pairs(values, plain)
            _add_feature(part, values, weight, means[name])
    return ScoreTable(scorer, Scores(scorer.base, tuple(scorer.parts), frozen(parts)), means)


def score_origin(graph: OccupationGraph, table: ScoreTable, origins: Origins) -> Scores:
    """Score origins that are not rows of the graph (people), under the same means as the table."""
    index = content_index(graph)
    parts = np.zeros((len(table.scorer.parts), len(origins.rows), len(graph.codes)), dtype=np.float32)
    for part, weights in zip(parts, table.scorer.parts.values(), strict=True):
        for name, weight in weights.items():
            _add_feature(part, FEATURES[name](index, origins), weight, table.means[name])
    return Scores(table.scorer.base, table.scores.names, frozen(parts))


def _add_feature(part: NDArray[np.float32], values: NDArray[np.float32], weight: float, mean: float) -> None:
    """Add weight x (value - mean) to a part; a value that is not known adds nothing, as the average candidate does."""
    known = np.isnan(values)
    values = (values - np.float32(mean)) * np.float32(weight)
    if known.any():
        values[known] = 0.0
    part += values


def _mean_of_pairs(values: NDArray[np.float32], plain: NDArray[np.bool_]) -> float:
    """Mean over pairs of two different occupations of the referential proper, unknown values left out."""
    square = values if plain.all() else values[np.ix_(plain, plain)]
    diagonal = np.diagonal(square)
    total = np.nansum(square, dtype=np.float64) - np.nansum(diagonal, dtype=np.float64)
    count = square.size - len(diagonal) - int(np.isnan(square).sum()) + int(np.isnan(diagonal).sum())
    return float(total / count) if count else 0.0
