"""Rank owners for readings, and what the calibration looks at; apart from answers, so that weights can be fitted."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passerelles.matching.evidence import CLOSE, Wide, close_evidence, wide_evidence
from passerelles.matching.fields import FloatArray, IntArray
from passerelles.matching.index import TitleIndex
from passerelles.matching.readings import Reading
from passerelles.matching.weights import Weights

TERMS = (
    "chance",
    "margin",
    "title",
    "ratio",
    "asked",
    "told",
    "cover",
    "known",
    "bare",
    "near",
    "head_size",
    "kin",
    "rivals",
)
"""Terms of the calibration, see :func:`terms`."""

_LOOKED_AT = 40
_ALL = 0.999


@dataclass(frozen=True, slots=True)
class Trial:
    """
    Ranked owners of one reading, before calibration.

    Attributes
    ----------
    reading
        The reading kept.
    owners, entries
        Positions, best first.
    values
        Evidence added up, decreasing.
    evidence
        Shape (n_owners, n_names): wide then close evidence, named by the index.
    rivals
        Logarithm of one more than the number of owners whose labels hold all the words of the reading.
    """

    reading: Reading
    owners: IntArray
    entries: IntArray
    values: NDArray[np.float64]
    evidence: NDArray[np.float64]
    rivals: float


def expand(evidence: NDArray[np.float64], columns: Sequence[str], keys: Sequence[str]) -> NDArray[np.float64]:
    """
    Columns that the weights name: evidence, products ``a*b``, and ``best:a``, 1 for the owners that are first by ``a``.

    Parameters
    ----------
    evidence
        Shape (..., n_owners, n_columns).
    columns
        Names of its columns.
    keys
        Names wanted.

    Returns
    -------
    expanded
        Shape (..., n_owners, n_keys); a name that the index does not give is zero.
    """
    place = {name: column for column, name in enumerate(columns)}
    result = np.zeros((*evidence.shape[:-1], len(keys)))
    for column, key in enumerate(keys):
        if key.startswith("best:") and key[5:] in place:
            values = evidence[..., place[key[5:]]]
            result[..., column] = values >= values.max(axis=-1, keepdims=True) - 1e-5
        elif "*" in key:
            left, right = key.split("*")
            if left in place and right in place:
                result[..., column] = evidence[..., place[left]] * evidence[..., place[right]]
        elif key in place:
            result[..., column] = evidence[..., place[key]]
    return result


def _total(parts: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    shape = next(iter(parts.values())).shape
    total = np.zeros(shape, dtype=np.float32)
    for name, weight in weights.items():
        if name in parts:
            total += np.float32(weight) * parts[name]
    return total


def _best(values: FloatArray, number: int) -> IntArray:
    """Positions of the largest values, largest first, ties by position (hence by code)."""
    if len(values) <= number:
        return np.argsort(-values, kind="stable").astype(np.int64)
    least = np.partition(values, len(values) - number)[len(values) - number]
    kept = np.flatnonzero(values >= least)
    return np.asarray(kept[np.argsort(-values[kept], kind="stable")][:number], dtype=np.int64)


def rank_block(
    index: TitleIndex, choices: Sequence[Sequence[Reading]], *, weights: Weights, looked_at: int = _LOOKED_AT
) -> list[Trial | None]:
    """
    Rank the owners for a block of queries, each given by its readings.

    Parameters
    ----------
    index
        Index of the referential.
    choices
        Readings of each query; none gives None.
    weights
        Fitted numbers.
    looked_at
        Number of owners looked at closely.

    Returns
    -------
    trials
        One by query.
    """
    flat = [reading for options in choices for reading in options]
    if not flat:
        return [None] * len(choices)
    wide = wide_evidence(index, flat)
    first = _total(wide.parts, weights.first)
    best = np.round(first.max(axis=1), 6).tolist()
    rows: list[int] = []
    start = 0
    for options in choices:
        if options:
            rows.append(max(range(start, start + len(options)), key=lambda place: (best[place], -place)))
        start += len(options)
    trials = iter(_trials(index, flat, wide, rows, [_best(first[row], looked_at) for row in rows], weights.final))
    return [next(trials) if options else None for options in choices]


def _trials(
    index: TitleIndex,
    flat: Sequence[Reading],
    wide: Wide,
    rows: Sequence[int],
    owners: Sequence[IntArray],
    final: Mapping[str, float],
) -> Iterator[Trial]:
    """Ranked owners of the readings kept, all of one length: their evidence is added up in one go."""
    table = np.stack([wide.parts[name] for name in index.evidence_names], axis=2)
    close = [close_evidence(index, flat[row], wide, row, best) for row, best in zip(rows, owners, strict=True)]
    evidence = np.stack(
        [np.concatenate([table[r, o], c], axis=1) for r, o, (c, _) in zip(rows, owners, close, strict=True)]
    ).astype(np.float64)
    expanded = expand(evidence, index.evidence_names + CLOSE, tuple(final))
    values = expanded @ np.asarray([*final.values()])
    covered = wide.parts.get("cover_titles", wide.parts["families"])
    for place, row in enumerate(rows):
        order = np.lexsort((owners[place], -np.round(values[place], 5)))
        yield Trial(
            reading=flat[row],
            owners=owners[place][order],
            entries=close[place][1][order],
            values=values[place][order],
            evidence=evidence[place][order],
            rivals=math.log1p(float(np.count_nonzero(covered[row] >= _ALL))),
        )


def terms(index: TitleIndex, trial: Trial) -> dict[str, float]:
    """
    What the calibration looks at.

    Parameters
    ----------
    index
        Index of the referential.
    trial
        Ranked owners.

    Returns
    -------
    terms
        Name to value, see :data:`TERMS`.
    """
    columns = (*index.evidence_names, *CLOSE)
    values = trial.values
    shares = np.exp(values - values[0])
    chance = float(1.0 / shares.sum())
    best = trial.evidence[0]

    def part(name: str) -> float:
        return float(best[columns.index(name)]) if name in columns else 0.0

    asked = trial.reading.families
    total = sum(map(index.family_weight, asked)) or 1.0
    known = sum(index.family_weight(term) for term in asked if term in index.weights) / total
    return {
        "chance": math.log(chance / max(1.0 - chance, 1e-6)),
        "margin": min(float(values[0] - values[1]), 6.0) if len(values) > 1 else 6.0,
        "title": part("letters"),
        "ratio": part("ratio") ** 4,
        "asked": part("asked"),
        "told": part("told"),
        "cover": part("cover_all"),
        "known": known,
        "bare": float(len(asked) == 1),
        "near": part("near"),
        "head_size": part("head") * part("size"),
        "kin": part("kin"),
        "rivals": trial.rivals,
    }
