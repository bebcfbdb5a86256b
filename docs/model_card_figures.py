"""Measure what the model card says: rankings, calibration, levels, misses and transfer, on the real ROME."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from model_card_transfer import means, measure_elsewhere, reduced, with_parents_moves
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss

from passerelles import build_graph, evaluate, load_referential
from passerelles.codes import grouped
from passerelles.evaluation.protocol import (
    METRICS,
    expected_calibration_error,
    find_hits,
    graph_without,
    known_mobilities,
    make_folds,
    measure,
    reliability,
)
from passerelles.evaluation.results import MethodResult
from passerelles.evaluation.train import CANDIDATES, FITS, calibrate, chosen_pairs, joined, origin_totals
from passerelles.graph.core import OccupationGraph
from passerelles.progress import OnNamedStep
from passerelles.scoring.features import top_domain
from passerelles.scoring.measures import coverage_block, coverage_positions, every_occupation
from passerelles.scoring.scorer import Scorer, level_at, levels_of, load_scorer
from passerelles.vectors import top

METHODS: Final = (
    "random", "cosine", "jaccard", "nesta", "nesta-directed", "unfitted", "content", "fitted", "shipped-content",
    "shipped",
)  # fmt: skip
OURS: Final = ("fitted", "content")
SHIPPED: Final = (*OURS, "holdings")
_BANDS: Final = ((0, 1), (1, 5), (5, 10), (10, 20), (20, 50), (50, 100), (100, 300), (300, None))
GROUPINGS: Final = (1, 2, 3, 4, 5)  # those of `passerelles evaluate --groupings 5`
_FIRST: Final = 10

Dense = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """
    Scores of every pair under a scorer that saw nothing of the origin's parent group.

    `totals` and `probability` have shape (n, n); `fold` has shape (n,): number of the fold, 0 for an origin that lists
    nothing. The probability comes from a calibration fitted on the other folds.
    """

    totals: Dense
    probability: Dense
    fold: NDArray[np.int32]
    first: NDArray[np.int32]  # shape (n, CANDIDATES): first candidates, -1 in the rows without a fold
    scorers: Mapping[int, Scorer]


def measure_model(rome: Path, embedded: str, rome3: Path, progress: OnNamedStep) -> dict[str, Any]:
    """Return every figure of the card."""
    graph = build_graph(load_referential(rome))
    found: dict[str, Any] = {"referential": [graph.referential.name, graph.referential.version]}
    found["sha256"] = {name: file_digest(name) for name in SHIPPED}
    found["numbers"] = {name: count_numbers(load_scorer(name)) for name in SHIPPED}
    evaluation = evaluate(graph, methods=METHODS, progress=progress)
    found["origins"] = evaluation.results[0].origins
    found["mobilities"] = int(known_mobilities(graph).nnz)
    found["methods"] = {r.method: _item(r) for r in evaluation.results}
    held = {name: out_of_fold(graph, name, progress=progress) for name in SHIPPED}
    found["holdings"] = _metrics(graph, held["holdings"])
    found["calibration"] = {name: _calibration(graph, held[name], load_scorer(name)) for name in SHIPPED}
    found["misses"] = _misses(graph, held["fitted"])
    found["levels"] = {name: _levels(graph, held[name]) for name in OURS}
    found["transfer"] = {
        name: measure_elsewhere(graph, {n: h.scorers for n, h in held.items()}, build_graph(other))
        for name, other in (
            ("embedded", load_referential(embedded)),
            ("rome3", with_parents_moves(load_referential(rome3), graph.referential)),
            ("reduced", reduced(graph.referential)),
        )
    }
    found["groupings"] = _other_groupings(graph, progress)
    return found


def file_digest(name: str) -> str:
    """SHA-256 of the file of a scorer that ships."""
    content = (files("passerelles.scoring") / "weights" / f"{name}.json").read_bytes()
    return hashlib.sha256(content).hexdigest()


def count_numbers(scorer: Scorer) -> int:
    """How many numbers a scorer's file holds."""

    def count(value: object) -> int:
        if isinstance(value, Mapping):
            return sum(count(v) for v in value.values())
        if isinstance(value, list | tuple):
            return sum(count(v) for v in value)
        return int(isinstance(value, float))

    return count(scorer.model_dump())


def _item(result: MethodResult) -> dict[str, Any]:
    item = result.to_dict()
    if result.method not in OURS:
        item.pop("breakdown")
    return item


def _other_groupings(graph: OccupationGraph, progress: OnNamedStep) -> dict[str, Any]:
    found: dict[str, dict[str, list[float]]] = {name: {m: [] for m in METRICS} for name in OURS}
    for seed in GROUPINGS:
        for result in evaluate(graph, methods=OURS, grouping=seed, progress=progress).results:
            for metric in METRICS:
                found[result.method][metric].append(result.metrics[metric])
    return {
        name: {metric: {"mean": float(np.mean(v)), "min": min(v), "max": max(v)} for metric, v in values.items()}
        for name, values in found.items()
    }


def out_of_fold(graph: OccupationGraph, name: str, *, progress: OnNamedStep) -> OutOfFold:
    """Fit once a fold, and score the origins left out."""
    size = len(graph.codes)
    totals, fold_of = np.full((size, size), np.nan), np.zeros(size, dtype=np.int32)
    scorers: dict[int, Scorer] = {}
    folds = make_folds(graph)
    for fold in folds:
        progress(fold.number - 1, len(folds), name)
        seen = graph_without(graph, fold.held_out)
        scorers[fold.number] = FITS[name](seen)
        totals[fold.origins] = origin_totals(seen, scorers[fold.number], fold.origins)
        totals[fold.origins, fold.origins] = -np.inf
        fold_of[fold.origins] = fold.number
    first = np.full((size, CANDIDATES), -1, dtype=np.int32)
    for row in np.flatnonzero(fold_of).tolist():
        first[row] = top(totals[row], CANDIDATES)
    probability = _cross_fitted(graph, totals, fold_of)
    return OutOfFold(totals, probability, fold_of, first, scorers)


def _listed(graph: OccupationGraph) -> Flags:
    return np.asarray(known_mobilities(graph).toarray() > 0, dtype=np.bool_)


def _cross_fitted(graph: OccupationGraph, totals: Dense, fold_of: NDArray[np.int32]) -> Dense:
    """Probability of each pair, the calibration fitted on the candidates of the other folds' origins."""
    listed = _listed(graph)
    found = np.full(totals.shape, np.nan)
    for number in sorted(set(fold_of[fold_of > 0].tolist())):
        others = np.flatnonzero((fold_of > 0) & (fold_of != number)).tolist()
        every = np.arange(len(totals))
        pairs = joined([chosen_pairs(totals[o][every != o], listed[o][every != o]) for o in others])
        mine = np.flatnonzero(fold_of == number)
        found[mine] = calibrate(pairs).chances(totals[mine])
    return found


def _metrics(graph: OccupationGraph, held: OutOfFold) -> dict[str, Any]:
    rows = np.flatnonzero(held.fold).astype(np.int32)
    known = known_mobilities(graph)
    ranked = np.asarray([top(held.totals[row], 50) for row in rows.tolist()], dtype=np.int32)
    return means(measure(find_hits(ranked, known, rows), np.diff(known.indptr)[rows].astype(np.int64)))


def _calibration(graph: OccupationGraph, held: OutOfFold, shipped: Scorer) -> dict[str, Any]:
    rows = np.flatnonzero(held.fold)
    listed = np.take_along_axis(_listed(graph)[rows], held.first[rows], axis=1).ravel()
    probability = np.take_along_axis(held.probability[rows], held.first[rows], axis=1).ravel()
    found: dict[str, Any] = {
        "cases": len(listed),
        "base_rate": float(listed.mean()),
        "ece": expected_calibration_error(probability, listed),
        "brier": brier_score_loss(listed, probability),
        "brier_of_base_rate": brier_score_loss(listed, np.full(len(listed), listed.mean())),
        "reliability": [b._asdict() for b in reliability(probability, listed)],
        "by_rank": _by_rank(_listed(graph)[rows], held.totals[rows], held.probability[rows]),
    }
    if shipped.calibration is not None:
        scores = np.take_along_axis(held.totals[rows], held.first[rows], axis=1).ravel()
        given = shipped.calibration.chances(scores)
        found["shipped"] = {"ece": expected_calibration_error(given, listed), "brier": brier_score_loss(listed, given)}
    return found


def _by_rank(listed: Flags, totals: Dense, probability: Dense) -> list[dict[str, Any]]:
    """Mean probability and share listed by rank of the candidate."""
    order = np.argsort(-totals, axis=1, kind="stable")[:, :-1]  # the origin itself is last
    found: list[dict[str, Any]] = []
    for low, high in _BANDS:
        some = order[:, low:high]
        predicted = float(np.take_along_axis(probability, some, axis=1).mean())
        observed = float(np.take_along_axis(listed, some, axis=1).mean())
        found.append({"from": low + 1, "to": high, "predicted": predicted, "observed": observed})
    return found


def _misses(graph: OccupationGraph, held: OutOfFold) -> dict[str, Any]:
    """How many of the experts' moves come in the first ten, by kind of move."""
    listed = _listed(graph)
    popularity = listed.sum(axis=0)
    moves = grouped(
        (m.origin, m) for m in graph.referential.mobilities if m.origin != m.target and m.target in graph.position
    )
    cases: list[tuple[int, dict[str, str]]] = []
    tops = [top_domain(graph.referential, o.domain) for o in graph.occupations]
    for row in np.flatnonzero(held.fold).tolist():
        order = np.argsort(np.lexsort((np.arange(listed.shape[1]), -held.totals[row])))
        ranks = dict(zip(graph.codes, (order + 1).tolist(), strict=True))
        for move in moves.get(graph.codes[row], ()):
            target = graph.position[move.target]
            kinds = {
                "list_rank": _band(move.rank, (1, 2, 4, 6, 8)),
                "relation": _relation(graph, tops, row, target),
                "cited": _band(int(popularity[target]), (2, 5, 10, 30)),
                "step": f"{graph.occupations[row].managerial}-{graph.occupations[target].managerial}",
            }
            cases.append((ranks[move.target], kinds))
    found: dict[str, Any] = {"median_rank": float(np.median([rank for rank, _ in cases]))}
    for name in ("list_rank", "relation", "cited", "step"):
        counts = Counter(kind[name] for _, kind in cases)
        hits = Counter(kind[name] for rank, kind in cases if rank <= _FIRST)
        median = {k: float(np.median([r for r, kind in cases if kind[name] == k])) for k in counts}
        found[name] = {
            k: {"moves": n, "in_ten": hits[k] / n, "median_rank": median[k]} for k, n in sorted(counts.items())
        }
    return found


def _band(value: int | None, limits: Sequence[int]) -> str:
    if value is None:
        return "unknown"
    low = 0 if limits[0] > 1 else 1
    for limit in limits:
        if value <= limit:
            return f"{low:02d}-{limit:02d}"
        low = limit + 1
    return f"{low:02d}+"


def _relation(graph: OccupationGraph, tops: Sequence[str | None], row: int, target: int) -> str:
    one, other = graph.occupations[row], graph.occupations[target]
    if one.parent and one.parent == other.parent:
        return "1-group"
    if one.domain and one.domain == other.domain:
        return "2-domain"
    return "3-top" if tops[row] and tops[row] == tops[target] else "4-elsewhere"


def _levels(graph: OccupationGraph, held: OutOfFold) -> dict[str, Any]:
    """How levels spread over the experts' moves, the first candidates that they do not list, and all pairs."""
    coverage = coverage_block(graph, every_occupation(graph).held)
    listed = _listed(graph)
    size = len(graph.codes)
    counts = {kind: Counter[str]() for kind in ("listed", "first_not_listed", "any")}
    covers: list[float] = []
    positions: list[float] = []
    for row in np.flatnonzero(held.fold).tolist():
        line = coverage[row].astype(np.float64)
        line[row] = np.nan
        position = coverage_positions(line, row, np.arange(size))
        shares = np.where(np.isnan(line), np.inf, position / size)
        level = [str(level_at(number)) for number in levels_of(held.probability[row], shares).tolist()]
        mine = np.flatnonzero(listed[row])
        covers += line[mine].tolist()
        positions += (position[mine][position[mine] > 0] / size).tolist()
        counts["listed"].update(level[t] for t in mine.tolist())
        counts["first_not_listed"].update(level[t] for t in held.first[row].tolist() if not listed[row, t])
        counts["any"].update(level[t] for t in range(size) if t != row)
    of_kind = {
        kind: {name: n / sum(count.values()) for name, n in sorted(count.items())} for kind, count in counts.items()
    }
    return of_kind | {
        "listed_of_level": {name: counts["listed"][name] / n for name, n in sorted(counts["any"].items())},
        "pairs": {kind: sum(count.values()) for kind, count in counts.items()},
        "median_coverage": float(np.nanmedian(covers)),
        "median_position": float(np.median(positions)),
    }


def write_figures(found: Mapping[str, Any], path: Path) -> None:
    """Write the figures, floats to five decimals, so that a review sees what changed."""
    rounded = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 5))
    path.write_text(json.dumps(rounded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
