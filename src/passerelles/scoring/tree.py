"""Where occupations lie in the tree of domains, as numbers that can be compared."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph, frozen


class Tree(NamedTuple):
    """Shape (n,) each: number of the parent group, of the domain and of the top domain; -1 = unknown."""

    group: NDArray[np.int32]
    domain: NDArray[np.int32]
    top: NDArray[np.int32]


def tree_of(graph: OccupationGraph) -> Tree:
    """Return the place of each occupation of a graph."""
    return graph.derived("tree", lambda: _build(graph))


def _build(graph: OccupationGraph) -> Tree:
    domains = graph.referential.domain_by_code
    own = [o.domain for o in graph.occupations]
    tops: list[str | None] = []
    for code in own:
        top = code
        while top is not None and top in domains and domains[top].parent is not None:
            top = domains[top].parent
        tops.append(top)
    return Tree(graph.group, _numbered(own), _numbered(tops))


def _numbered(names: Sequence[str | None]) -> NDArray[np.int32]:
    number = {name: i for i, name in enumerate(sorted({n for n in names if n is not None}))}
    return frozen(np.asarray([-1 if name is None else number[name] for name in names], dtype=np.int32))
