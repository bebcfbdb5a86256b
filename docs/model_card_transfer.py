"""Measure scorers of the real ROME on other referentials, on origins whose parent group they never saw."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.evaluation.evaluate import cosine_scores
from passerelles.evaluation.protocol import (
    METRICS,
    bootstrap,
    find_hits,
    graph_without,
    known_mobilities,
    make_folds,
    measure,
)
from passerelles.graph.core import OccupationGraph
from passerelles.model import Mobility
from passerelles.referentials.referential import Referential
from passerelles.scoring.scorer import Scorer, load_scorer
from passerelles.scoring.table import build_table, score_table
from passerelles.vectors import top

OURS: Final = ("fitted", "content")
Dense = NDArray[np.float64]


def reduced(referential: Referential) -> Referential:
    """ROME 4 cut down to what ROME 3 says: one fiche a group, no macro-competency, label of skill, sector or flag."""
    heads = {o.code: o for o in referential.occupations if o.parent == o.code}
    return replace(
        referential,
        name="rome-3-like",
        occupations=tuple(
            replace(o, managerial="unknown", ecological="unknown", digital="unknown", demographic="unknown")
            for o in heads.values()
        ),
        competencies=tuple(
            c._replace(macro=None, category="", subcategory="", label=c.label if c.kind == "savoir" else None)
            for c in referential.competencies
        ),
        requirements=tuple(r for r in referential.requirements if r.occupation in heads),
        titles=tuple(t for t in referential.titles if t.occupation in heads),
        occupation_contexts=tuple(c for c in referential.occupation_contexts if c[0] in heads),
        tags=(),
        occupation_tags=(),
        mobilities=tuple(m for m in referential.mobilities if m.origin in heads and m.target in heads),
    )


def with_parents_moves(rome3: Referential, rome4: Referential) -> Referential:
    """ROME 3 with the mobilities of ROME 4 between parent codes, each pair once: this copy of ROME 3 lists none."""
    codes = {o.code for o in rome3.occupations}
    parent = {o.code: o.parent or o.code for o in rome4.occupations}
    pairs = {(parent[m.origin], parent[m.target]) for m in rome4.mobilities if m.target in parent}
    moves = tuple(Mobility(o, t, None) for o, t in sorted(pairs) if o != t and o in codes and t in codes)
    return replace(rome3, mobilities=moves)


def measure_elsewhere(
    rome: OccupationGraph, fitted: Mapping[str, Mapping[int, Scorer]], other: OccupationGraph
) -> dict[str, Any]:
    """
    Return the metrics on another referential, under scorers fitted on ROME by fold.

    ``fitted`` and ``content`` have the weights of the fold that left the origin's parent group out, and read the
    mobilities of the other origins of the referential that is ranked; ``shipped`` has seen all of them in ROME.
    """
    known = known_mobilities(other)
    hits: dict[str, list[NDArray[np.float64]]] = {}
    for rows, number in _parted(rome, other):
        seen = graph_without(other, rows)
        counts = np.diff(known.indptr)[rows].astype(np.int64)
        by_hand = score_table(other, load_scorer("unfitted")).scores
        scored: dict[str, Dense] = {
            "cosine": cosine_scores(other, rows),
            "unfitted": np.stack([by_hand.totals(row) for row in rows.tolist()]),
        }
        for name in OURS:
            for label, scorer in ((name, fitted[name][number]), (f"shipped {name}", load_scorer(name))):
                scores = build_table(seen, scorer).scores
                scored[label] = np.stack([scores.totals(row) for row in rows.tolist()])
        for label, values in scored.items():
            values[np.arange(len(rows)), rows] = -np.inf
            ranked = np.asarray([top(line, 50) for line in values], dtype=np.int32)
            hits.setdefault(label, []).append(measure(find_hits(ranked, known, rows), counts))
    found: dict[str, Any] = {"mobilities": int(known.nnz)}
    for label, pieces in hits.items():
        values = np.concatenate(pieces, axis=1)
        found["origins"] = values.shape[1]
        found[label] = means(values)
    off = {name: list(build_table(other, load_scorer(name)).off) for name in OURS}
    return found | {"off": off}


def means(values: Dense) -> dict[str, Any]:
    """Mean of each metric over origins, with its bootstrap 95 % interval."""
    return {
        metric: {"mean": float(each.mean()), "ci95": [float(x) for x in bounds]}
        for metric, each, bounds in zip(METRICS, values, bootstrap(values), strict=True)
    }


def _parted(rome: OccupationGraph, other: OccupationGraph) -> Iterator[tuple[NDArray[np.int32], int]]:
    """Rows of the other referential's origins, by the fold of ROME that leaves their parent group out."""
    listed = np.diff(known_mobilities(other).indptr) > 0
    for fold in make_folds(rome):
        kept = {rome.occupations[row].parent or rome.codes[row] for row in fold.held_out.tolist()}
        mine = [(o.parent or o.code) in kept for o in other.occupations]
        yield np.flatnonzero(np.asarray(mine) & listed & ~other.is_specialised).astype(np.int32), fold.number
