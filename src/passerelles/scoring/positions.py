"""Where each occupation stands on a map of all of them: near where moves between two are likely, far where not."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.scoring.scorer import scorer_for
from passerelles.scoring.table import score_table
from passerelles.store import Arrays
from passerelles.vectors import frozen

ARRAY: Final = "map.positions.npy"
_NEIGHBOURS: Final = 15.0  # about how many each occupation is kept near to: perplexity
_ROUNDS: Final = 500
_FEWEST: Final = 4  # below, a circle says all there is to say
_SMALL: Final = 1e-4  # the layout starts small, as its authors advise
_DECIMALS: Final = 4


def occupation_positions(graph: OccupationGraph) -> NDArray[np.float64]:
    """
    Return where each occupation stands on the map: that of the graph's index, else worked out, in seconds, and kept.

    Returns
    -------
    positions
        Shape (n, 2), in the order of ``graph.codes``, in [0, 1], read-only. Only who stands near whom says something:
        directions and distances between far groups say nothing.

    Notes
    -----
    t-SNE (van der Maaten and Hinton 2008) of the scores of moves in both directions, started from the first two axes
    of classical scaling (Kobak and Berens 2019), so that nothing is drawn at random: the same graph, the same map.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> occupation_positions(graph).shape
    (125, 2)
    """
    return graph.derived("positions", lambda: frozen(_stored(graph) if has_positions(graph) else _placed(graph)))


def has_positions(graph: OccupationGraph) -> bool:
    """Whether the graph's index holds the map."""
    return graph.index is not None and ARRAY in graph.index.manifest["members"]


def pack_positions(graph: OccupationGraph, arrays: Arrays) -> None:
    """Put the map among the arrays of an index."""
    arrays[ARRAY] = occupation_positions(graph)


def _stored(graph: OccupationGraph) -> NDArray[np.float64]:
    assert graph.index is not None  # noqa: S101 - asked before
    return np.asarray(graph.index.array(ARRAY), dtype=np.float64)


def _placed(graph: OccupationGraph) -> NDArray[np.float64]:
    size = len(graph.codes)
    if size < _FEWEST:
        angles = np.linspace(0, 2 * np.pi, size, endpoint=False)
        return np.asarray(0.5 + 0.4 * np.c_[np.cos(angles), np.sin(angles)], dtype=np.float64)
    from sklearn.manifold import TSNE  # noqa: PLC0415 - a second to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - with the layout alone

    with threadpool_limits(1):  # sums in one order, the same map wherever it is drawn
        distances = _distances(graph)
        layout: Any = TSNE(
            metric="precomputed",
            init=_first_axes(distances),
            perplexity=min(_NEIGHBOURS, (size - 1) / 3),
            max_iter=_ROUNDS,
            random_state=0,
        )
        found = np.asarray(layout.fit_transform(distances), dtype=np.float64)
    found -= found.min(axis=0)
    spread = float(found.max()) or 1.0
    return np.asarray(np.round((found + (spread - found.max(axis=0)) / 2) / spread, _DECIMALS), dtype=np.float64)


def _distances(graph: OccupationGraph) -> NDArray[np.float64]:
    """Shape (n, n), symmetric: how far below the best score of all the two moves between occupations are."""
    scores = score_table(graph, scorer_for(graph.referential, graph.settings.scorer)).scores
    totals = np.array([scores.totals(row) for row in range(len(graph.codes))], dtype=np.float64)
    both = np.nan_to_num((totals + totals.T) / 2, nan=float(np.nanmin(totals)))
    np.fill_diagonal(both, -np.inf)
    distances = np.sqrt(np.where(np.isfinite(both), both.max() - both, 0.0)).astype(np.float64)
    np.fill_diagonal(distances, 0.0)
    return distances


def _first_axes(distances: NDArray[np.float64]) -> NDArray[np.float32]:
    """Shape (n, 2): the first two axes of classical scaling, each pointing the same way every time."""
    from scipy.linalg import eigh  # noqa: PLC0415 - with the layout alone

    size = len(distances)
    squares = distances**2
    centred = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean())
    _, axes = eigh(centred, subset_by_index=[size - 2, size - 1])
    axes = axes[:, ::-1]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return np.asarray(axes / (axes[:, 0].std() or 1.0) * _SMALL, dtype=np.float32)
