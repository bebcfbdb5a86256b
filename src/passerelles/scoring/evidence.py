"""Evidence: how close the origins of a block are to every occupation, measure by measure and overall."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph, frozen
from passerelles.scoring.measures import OF_HOLDINGS, OVERALL, MeasureIndex, Vectors, measure_index, measure_people
from passerelles.scoring.origins import Origins, every_occupation
from passerelles.scoring.ranks import Dense, nearest_values
from passerelles.scoring.words import level_named, word_rules

CADRE_WEIGHT: Final = 0.3
_NEIGHBOURS: Final = 10
_FLAG: Final = {"yes": 1.0, "no": 0.0, "unknown": np.nan}
Column = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Evidence:
    """
    Closeness of a block of origins to every occupation.

    `measured` and `overall` have shape (b, n). `overall` is the weighted sum of the measures, divided by the
    geometric mean of what origin and target could reach, so 1 is as close as can be.
    """

    graph: OccupationGraph
    index: MeasureIndex
    origins: Origins
    vectors: Vectors
    overall: Dense
    computed: dict[str, Dense] = field(repr=False)

    def measured(self, name: str) -> Dense:
        """Cosine of one measure, in [0, 1], or ``"overall"``; computed once and kept as long as the evidence is."""
        if name == "overall":
            return self.overall
        if name not in self.computed:
            self.computed[name] = self.index.closeness(name, self.vectors)
        return self.computed[name]

    def own(self) -> NDArray[np.int32]:
        """Column that is no candidate of each origin: its own fiche."""
        rows = self.origins.rows
        return np.where(rows >= 0, self.graph.base_rows[np.maximum(rows, 0)], -1).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Attributes:
    """
    Figures of the occupations, shape (n,) each; an unknown one is that of the nearest that have one.

    `level` is on the European scale (3 = CAP, 5 = bac + 2...), `cadre` in [0, 1].
    """

    level: Column
    cadre: Column
    head: NDArray[np.int32]  # number of the first word of the label


def evidence_of_all(graph: OccupationGraph) -> tuple[Evidence, Attributes]:
    """Return the evidence between all occupations of a graph, and their attributes."""
    index = measure_index(graph)
    origins = every_occupation(graph)
    computed: dict[str, Dense] = {}
    draft = _weighted_sum(index, index.vectors, computed)
    attributes = _attributes(graph, draft)
    overall = _normalised(index, index.vectors, draft, attributes, origins)
    return Evidence(graph, index, origins, index.vectors, overall, computed), attributes


def evidence_of(graph: OccupationGraph, attributes: Attributes, origins: Origins) -> Evidence:
    """Return the evidence between other origins (people) and all occupations."""
    index = measure_index(graph)
    vectors = measure_people(index, origins)
    computed: dict[str, Dense] = {}
    draft = _weighted_sum(index, vectors, computed)
    overall = _normalised(index, vectors, draft, attributes, origins)
    return Evidence(graph, index, origins, vectors, overall, computed)


def _weighted_sum(index: MeasureIndex, vectors: Vectors, computed: dict[str, Dense]) -> Dense:
    total: Dense = np.zeros((vectors["requirements"].shape[0], len(index.graph.codes)), dtype=np.float32)
    for name, weight in OVERALL.items():
        if name in vectors:
            computed[name] = index.closeness(name, vectors)
            total += np.float32(weight) * computed[name]
    return total


def _normalised(index: MeasureIndex, vectors: Vectors, draft: Dense, attributes: Attributes, origins: Origins) -> Dense:
    mine = attributes.cadre[np.maximum(origins.rows, 0)]
    same = 1.0 - np.abs(mine[:, None] - attributes.cadre[None, :])
    same[~origins.occupied] = 0.0
    total = draft + np.float32(CADRE_WEIGHT) * same
    reach = np.sqrt(_reach(vectors, origins.occupied)[:, None])
    everything, held_only = index.graph.derived("reach of occupations", lambda: _reach_of_targets(index))
    target = np.sqrt(np.where(origins.occupied[:, None], everything[None, :], held_only[None, :]))
    norm = reach * target
    return np.asarray(np.divide(total, norm, out=np.zeros_like(total), where=norm > 0), dtype=np.float32)


def _reach_of_targets(index: MeasureIndex) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Reach of every occupation, and by what can be held alone: all that is known of a person without one."""
    known = np.ones(len(index.graph.codes), dtype=np.bool_)
    held = {name: index.vectors[name] for name in OF_HOLDINGS}
    return frozen(_reach(index.vectors, known)), frozen(_reach(held, ~known))


def _reach(vectors: Vectors, occupied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Greatest weighted sum that each row could have: the weights of the measures that it has something for."""
    total = np.where(occupied, CADRE_WEIGHT, 0.0)
    for name, weight in OVERALL.items():
        if name in vectors:
            total = total + weight * (np.diff(vectors[name].indptr) > 0)
    return total


def _attributes(graph: OccupationGraph, closeness: Dense) -> Attributes:
    rules = word_rules(graph.referential.language)
    level = np.asarray([level_named(o.access, rules) for o in graph.occupations], dtype=np.float32)
    cadre = np.asarray([_FLAG[o.managerial] for o in graph.occupations], dtype=np.float32)
    plain = ~graph.is_specialised
    firsts = [next(iter(o.name.split()), "").casefold() for o in graph.occupations]
    number = {word: i for i, word in enumerate(sorted(set(firsts)))}
    return Attributes(
        level=frozen(_filled(level, closeness, plain)),
        cadre=frozen(_filled(cadre, closeness, plain)),
        head=frozen(np.asarray([number[f] for f in firsts], dtype=np.int32)),
    )


def _filled(values: Column, closeness: Dense, plain: NDArray[np.bool_]) -> Column:
    """Fill what is unknown with the mean of the nearest occupations that know it, weighted by closeness squared."""
    known = np.isfinite(values) & plain
    if not known.any():
        return np.zeros_like(values)
    filled = values.copy()
    columns = np.flatnonzero(known)
    for row in np.flatnonzero(~np.isfinite(values)).tolist():
        weights = closeness[row, columns].astype(np.float64)
        weights[columns == row] = 0.0
        nearest = np.lexsort((columns, -weights))[:_NEIGHBOURS]
        power = weights[nearest] ** 2
        mean = values[columns].mean() if power.sum() <= 0 else np.average(values[columns[nearest]], weights=power)
        filled[row] = np.float32(mean)
    return filled


def nearest_to(evidence: Evidence, values: Dense) -> Dense:
    """Nearest competitors of each origin of a block under some closeness; see `nearest_values`."""
    return nearest_values(values, ~evidence.graph.is_specialised, evidence.own())
