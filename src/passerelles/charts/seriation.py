"""An order around a circle that puts alike occupations side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from passerelles.vectors import unit_rows

if TYPE_CHECKING:
    from passerelles.graph.core import OccupationGraph


def ring_order(graph: "OccupationGraph", codes: Sequence[str]) -> list[int]:
    """
    Order occupations so that neighbours require alike competencies: leaves of an average-linkage tree.

    Parameters
    ----------
    graph
        Where the codes are.
    codes
        Occupations, all different.

    Returns
    -------
    order
        Places in `codes`. The distance is 1 less the cosine of the weighted requirements.

    Notes
    -----
    The tree is built on the codes in alphabetical order: what was ranked first changes nothing of it.
    """
    ranked = sorted(range(len(codes)), key=lambda i: codes[i])
    if len(codes) <= 2:  # noqa: PLR2004 - nothing to order
        return ranked
    rows = unit_rows(graph.weights[[graph.position[codes[i]] for i in ranked]])
    distance = np.clip(np.round(1.0 - (rows @ rows.T).toarray(), 9), 0.0, None)
    np.fill_diagonal(distance, 0.0)
    tree = hierarchy.linkage(squareform(distance, checks=False), method="average", optimal_ordering=True)
    return [ranked[i] for i in hierarchy.leaves_list(tree).tolist()]
