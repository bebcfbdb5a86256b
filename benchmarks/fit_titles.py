"""Fit the weights of the resolver on ROME and write them, the same at every run: ``fit_titles.py DATA OUTPUT``."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from title_splits import Query, held_out, noisy_titles, nonsense, reworded_skills

from passerelles import Referential, load_referential
from passerelles.matching.index import TitleIndex
from passerelles.matching.ranking import CLOSE, TERMS, Trial, Weights, expand, rank_block, shipped_weights, terms
from passerelles.matching.reading import Lexicon, readings
from passerelles.matching.titles import competency_index, title_index

FloatArray: TypeAlias = NDArray[np.float64]
Judged: TypeAlias = tuple[Trial, NDArray[np.bool_]]
Group: TypeAlias = tuple[Sequence[Judged], float]

FIT, CALIBRATE = range(100, 108), range(200, 206)
BLOCK = 128


def collect(index: TitleIndex, queries: Sequence[Query], weights: Weights) -> list[Judged]:
    """Ranked owners of each query, and which of them is right."""
    found: list[Judged] = []
    lexicon = Lexicon(index.pack)
    for start in range(0, len(queries), BLOCK):
        block = queries[start : start + BLOCK]
        options = [readings(q.text, known=index.vocabulary, lexicon=lexicon) for q in block]
        for trial, query in zip(rank_block(index, options, weights=weights), block, strict=True):
            if trial is not None:
                found.append((trial, np.asarray([index.codes[o] == query.code for o in trial.owners.tolist()])))
    return found


def fit_ranking(
    groups: Sequence[Group], columns: Sequence[str], keys: Sequence[str], l2: float = 3e-4
) -> dict[str, float]:
    """Conditional logit over the owners looked at, each group of queries with its share of the loss."""
    parts, hits, shares = [], [], []
    for trials, share in groups:
        good = [(t.evidence, h) for t, h in trials if h.any() and len(h) > 1]
        size = max(len(h) for _, h in good)
        good = [(e, h) for e, h in good if len(h) == size]
        parts.append(expand(np.stack([e for e, _ in good]), columns, keys))
        hits.append(np.stack([h for _, h in good]))
        shares.append(np.full(len(good), share / len(good)))
    x, right, weight = np.concatenate(parts), np.concatenate(hits).argmax(axis=1), np.concatenate(shares)
    weight /= weight.sum()
    scale = x.std(axis=(0, 1)) + 1e-9
    z, rows = x / scale, np.arange(len(x))

    def loss(w: FloatArray) -> tuple[float, FloatArray]:
        value = z @ w
        value -= value.max(axis=1, keepdims=True)
        chance = np.exp(value)
        chance /= chance.sum(axis=1, keepdims=True)
        fall = np.einsum("nk,nkf->f", chance * weight[:, None], z) - (weight[:, None] * z[rows, right]).sum(axis=0)
        return float(-(weight * np.log(chance[rows, right] + 1e-12)).sum() + l2 * (w @ w)), fall + 2 * l2 * w

    best = minimize(loss, np.zeros(len(keys)), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x / scale
    return {key: float(round(value, 4)) for key, value in zip(keys, best, strict=True)}


def fit_confidence(
    groups: Sequence[Group], index: TitleIndex, names: Sequence[str] = TERMS, l2: float = 1e-4
) -> dict[str, float]:
    """Logistic regression of 'the first is right' on the terms of the calibration."""
    rows, hits, shares = [], [], []
    for trials, share in groups:
        for trial, hit in trials:
            found = terms(index, trial)
            rows.append([found[name] for name in names])
            hits.append(float(hit[0]))
            shares.append(share / len(trials))
    x, y, weight = np.asarray(rows), np.asarray(hits), np.asarray(shares) / np.sum(shares)
    scale = x.std(axis=0) + 1e-9
    z = np.hstack([x / scale, np.ones((len(x), 1))])

    def loss(w: FloatArray) -> tuple[float, FloatArray]:
        chance = 1.0 / (1.0 + np.exp(-(z @ w)))
        kept = np.append(w[:-1], 0.0)
        value = -(weight * (y * np.log(chance + 1e-12) + (1 - y) * np.log(1 - chance + 1e-12))).sum()
        return float(value + l2 * (kept @ kept)), z.T @ (weight * (chance - y)) + 2 * l2 * kept

    best = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x
    values = [*(best[:-1] / scale), best[-1]]
    return {key: float(round(value, 4)) for key, value in zip((*names, "constant"), values, strict=True)}


def fit_titles(referential: Referential, draft: Weights) -> Weights:
    """Weights of titles: held-out synonyms, with some typing errors, and texts that are no title."""
    first = replace(draft, final={"letters": 1.0})
    held = [trial for seed in FIT for trial in _held(referential, seed, first)]
    full = title_index(referential)
    typed = [trial for seed in (100, 101) for trial in collect(full, noisy_titles(referential, seed), first)]
    final = fit_ranking([(held, 1.0), (typed, 0.15)], full.evidence_names + CLOSE, tuple(draft.final))
    fitted = replace(draft, final=final)
    held = [trial for seed in CALIBRATE for trial in _held(referential, seed, fitted)]
    typed = collect(full, noisy_titles(referential, 200), fitted)
    bad = collect(full, nonsense(1), fitted)
    return replace(fitted, confidence=fit_confidence([(held, 1.0), (typed, 0.2), (bad, 0.1)], full))


def fit_skills(new: Referential, old: Referential, draft: Weights) -> Weights:
    """Weights of competencies: typing errors, shortened labels, older wordings, and texts that are no competency."""
    index = competency_index(new)
    first = replace(draft, final={"letters": 1.0})
    typed, short, worded = (collect(index, queries, first) for queries in reworded_skills(new, old, 100))
    final = fit_ranking([(typed, 0.3), (short, 0.4), (worded, 0.3)], index.evidence_names + CLOSE, tuple(draft.final))
    fitted = replace(draft, final=final)
    typed, short, worded = (collect(index, queries, fitted) for queries in reworded_skills(new, old, 102))
    bad = collect(index, nonsense(1), fitted)
    groups: list[Group] = [(typed, 0.2), (short, 0.4), (worded, 0.4), (bad, 0.1)]
    return replace(
        fitted, confidence=fit_confidence(groups, index, tuple(k for k in draft.confidence if k != "constant"))
    )


def _held(referential: Referential, seed: int, weights: Weights) -> list[Judged]:
    kept, queries = held_out(referential, seed)
    return collect(title_index(kept), queries, weights)


def written(about: Mapping[str, str], tables: Mapping[str, Weights]) -> str:
    """Return the text of weights.toml; the comments of the old one stay."""
    lines = [*[line for line in _old().splitlines() if line.startswith("#")][:2], "", "[about]"]
    lines += [f'{key} = "{value}"' for key, value in about.items()]
    for kind, weights in tables.items():
        for part in ("first", "final", "confidence", "rules"):
            lines += ["", *(_RULES if part == "rules" and kind == "title" else ()), f"[{kind}.{part}]"]
            lines += [f"{_key(key)} = {value}" for key, value in getattr(weights, part).items()]
    return "\n".join(lines) + "\n"


_RULES = (
    "# By hand. Chance that a text which is a label is that label: as written, after cleaning, by stems or",
    "# abbreviation. Above the logit `firm`, a fitted confidence grows by `caution` only. Below the letter similarity",
    "# `least`, and with no word known, nothing is answered.",
)


def _key(key: str) -> str:
    return key if key.isidentifier() else f'"{key}"'


def _old() -> str:
    return (files("passerelles.matching") / "weights.toml").read_text(encoding="utf-8")


def main(data: Path, output: Path) -> None:
    new, old = load_referential(data / "rome-v460"), load_referential(data / "rome-v347")
    shipped = shipped_weights()
    about: dict[str, Any] = tomllib.loads(_old())["about"]
    tables = {"title": fit_titles(new, shipped["title"]), "competency": fit_skills(new, old, shipped["competency"])}
    output.write_text(written(about, tables), encoding="utf-8")
    print(
        "numbers:", sum(len(getattr(w, p)) for w in tables.values() for p in ("first", "final", "confidence", "rules"))
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
