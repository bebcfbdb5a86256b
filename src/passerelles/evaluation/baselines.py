"""Yardsticks that use no mobility: chance, cosine, Jaccard."""

import hashlib

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.graph.core import OccupationGraph
from passerelles.scoring.similarity import rarity, unit_rows, weighted

Rows = NDArray[np.int32]
Scores = NDArray[np.float64]
_SPAN = float(2**64)


def random_scores(graph: OccupationGraph, rows: Rows) -> Scores:
    """Scores in [0, 1) drawn by hashing the two codes: no similarity at all, and the same in every run."""
    targets = [f"\t{code}".encode() for code in graph.codes]
    scores = np.empty((len(rows), len(targets)))
    for i, row in enumerate(rows.tolist()):
        start = hashlib.blake2b(graph.codes[row].encode(), digest_size=8)
        for j, target in enumerate(targets):
            pair = start.copy()
            pair.update(target)
            scores[i, j] = int.from_bytes(pair.digest(), "big") / _SPAN
    return scores


def cosine_scores(graph: OccupationGraph, rows: Rows) -> Scores:
    """TF-IDF cosine of the requirements: each counts its rarity ``ln((1 + n) / (1 + df)) + 1``, once; in [0, 1]."""
    unit = unit_rows(_rare(graph))
    return np.asarray((sparse.csr_array(unit[rows]) @ unit.T).todense(), dtype=np.float64)


def jaccard_scores(graph: OccupationGraph, rows: Rows) -> Scores:
    """Rarity shared by the requirements of both, over the rarity of those of either; in [0, 1], 0 without any."""
    rare = _rare(graph)
    listed = rare.copy()
    listed.data = np.ones_like(listed.data)
    shared = np.asarray((sparse.csr_array(listed[rows]) @ rare.T).todense(), dtype=np.float64)
    total = np.asarray(rare.sum(axis=1), dtype=np.float64).ravel()
    either = total[rows][:, None] + total[None, :] - shared
    return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)


def _rare(graph: OccupationGraph) -> sparse.csr_array:
    """Shape (n, m): rarity of each requirement."""
    listed = graph.weights.copy()
    listed.data = np.ones_like(listed.data)
    return weighted(listed, rarity(listed, ~graph.is_specialised))
