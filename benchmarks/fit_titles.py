"""Fit the weights of the resolver of titles and competencies, the same at every run."""

import tomllib
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from title_splits import (
    ADS,
    FIRMS,
    POSTED,
    POSTED_BY_ALL,
    Query,
    across,
    ad_titles,
    crossings,
    esco_titles,
    held_out,
    no_jobs,
    noisy,
    noisy_titles,
    nonsense,
    older_titles,
    reworded_skills,
)

from passerelles import Referential, load_referential
from passerelles.matching.evidence import (
    Trial,
    Weights,
    expand,
    rank_block,
    shipped_weights,
    term,
    terms,
)
from passerelles.matching.index import TitleIndex
from passerelles.matching.reading import Lexicon, understand
from passerelles.matching.titles import competency_index, recognised, settle, title_index

FloatArray: TypeAlias = NDArray[np.float64]
Hits: TypeAlias = NDArray[np.bool_]
Group: TypeAlias = tuple[Sequence["Judged"], float]

DATA = ("rome-v460", "rome-v347", "esco-v1.1.1", "onet-29.3", "crosswalks")
OPTIONS = {
    "output": (..., "file to write, in the form of src/passerelles/matching/weights.toml"),
    "only-titles": (False, "leave the weights of competencies as they are"),
    "only-confidence": (False, "leave both rankings as they are"),
}

FIT, CALIBRATE = range(100, 103), range(200, 203)
TUNE = 0  # the half of each list of titles that is fitted on
BLOCK = 128
NOISE = {"": 1.0, "all": 0.3, "spelling": 1.0, "half": 2.5}  # kinds of `noisy` and their shares of the loss
ENGLISH = {"esco-v1.1.1": (0.5, 1.0), "onet-29.3": (1.5, 0.5)}
"""Referentials in English, the shares of their own synonyms and of the titles of the other one."""


class Judged(NamedTuple):
    """
    Ranked owners of a query; which are the right fiche (None where it is not known), which of the right family.

    `terms` are those of the calibration, by the index that ranked: another one may hold the very title asked. They do
    not `decide` where the answer is a label, or nothing.
    """

    trial: Trial
    fiche: Hits | None
    family: Hits
    terms: Mapping[str, float]
    decide: bool


def collect(index: TitleIndex, queries: Sequence[Query], weights: Weights) -> list[Judged]:
    """Ranked owners of each query, and which of them are right."""
    found: list[Judged] = []
    lexicon = Lexicon(index.pack)
    for start in range(0, len(queries), BLOCK):
        block = queries[start : start + BLOCK]
        taken = [understand(q.text, words=index.words, lexicon=lexicon) for q in block]
        options = [one.jobs[0] if len(one.jobs) == 1 else () for one in taken]
        ranked = zip(rank_block(index, options, weights=weights), options, block, strict=True)
        for trial, readings, query in ranked:
            if trial is not None:
                asked = terms(index, trial)
                settled, _ = settle(index, query.text, readings, None, weights.rules)
                decide = recognised(asked, weights.rules) and not settled
                owners = trial.owners.tolist()
                known = query.code or not query.families  # of what is no job, no fiche is right
                fiche = np.asarray([index.codes[o] == query.code for o in owners]) if known else None
                family = np.asarray([index.owners[o].family[0] in query.families for o in owners], dtype=np.bool_)
                found.append(Judged(trial, fiche, family, asked, decide))
    return found


def fit_ranking(groups: Sequence[Group], keys: Sequence[str], l2: float = 3e-4) -> dict[str, float]:
    """
    Conditional logit over the owners looked at: the chance of the right family, and of the right fiche where known.

    Each group of queries has its share of the loss, half of it for the fiche where that is known.
    """
    parts, hits, shares = [], [], []
    for trials, share in groups:
        size = max(len(judged.trial.owners) for judged in trials)
        full = [judged for judged in trials if len(judged.trial.owners) == size]
        x = expand(np.stack([judged.trial.evidence for judged in full]), full[0].trial.names, keys)
        for marks, part in (([judged.fiche for judged in full], 0.5), ([judged.family for judged in full], 0.5)):
            good = [n for n, hit in enumerate(marks) if hit is not None and hit.any()]
            if good:
                parts.append(x[good])
                hits.append(np.stack([hit for hit in marks if hit is not None and hit.any()]))
                shares.append(np.full(len(good), share * part / len(good)))
    x, right, weight = np.concatenate(parts), np.concatenate(hits), np.concatenate(shares)
    weight /= weight.sum()
    scale = x.std(axis=(0, 1)) + 1e-9
    z = x / scale

    def loss(w: FloatArray) -> tuple[float, FloatArray]:
        value = z @ w
        value -= value.max(axis=1, keepdims=True)
        chance = np.exp(value)
        among = chance * right
        total, met = chance.sum(axis=1, keepdims=True), among.sum(axis=1, keepdims=True) + 1e-12
        fall = np.einsum("nk,nkf->f", (chance / total - among / met) * weight[:, None], z)
        return float(-(weight * np.log(met / total)[:, 0]).sum() + l2 * (w @ w)), fall + 2 * l2 * w

    best = minimize(loss, np.zeros(len(keys)), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x / scale
    return {key: float(round(value, 4)) for key, value in zip(keys, best, strict=True)}


def fit_confidence(
    groups: Sequence[Group], draft: Mapping[str, float], *, family: bool = False, l2: float = 1e-4
) -> dict[str, float]:
    """Logistic regression of 'the first fiche, or its family, is right' on the terms that a draft weighs."""
    names = [name for name in draft if name != "constant"]
    rows, hits, shares = [], [], []
    for trials, share in groups:
        judged = [(each.terms, each.family if family else each.fiche) for each in trials]
        known = [(found, right) for found, right in judged if right is not None]
        for found, right in known:
            rows.append([term(found, name) for name in names])
            hits.append(float(right[0]))
            shares.append(share / len(known))
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


def fit_titles(
    data: Path, referential: Referential, old: Referential, draft: Weights, *, ranking: bool = True
) -> Weights:
    """
    Weights of titles; without `ranking`, those of the draft rank.

    The ranking is fitted on held-out synonyms, on half of ESCO's French titles and of our own titles, on titles of the
    older version and on typing errors. The confidence also on the noise of advertisements, on halves of titles, on
    texts that are no job, and in English, so that it carries to other referentials: on synonyms of ESCO and O*NET, on
    half of the titles of each in the other, and on French texts in ESCO. Each kind has its share, whatever its size.
    """
    full = title_index(referential)
    others = _others(data, referential, old)
    fitted = replace(draft, final=_ranking(full, referential, others, draft)) if ranking else draft
    draws = [_held(referential, seed, fitted, tuple(NOISE)) for seed in CALIBRATE]
    groups: list[Group] = [([*chain(*same)], share) for *same, share in zip(*draws, NOISE.values(), strict=True)]
    groups += _english(data, referential, fitted)
    lists = [(queries, share) for queries, _, share in others]
    lists += [(noisy_titles(referential, 200), 0.5), (nonsense(1), 0.5), (no_jobs(1), 0.2)]
    groups += [(collect(full, queries, fitted), share) for queries, share in lists]
    groups = [([judged for judged in some if judged.decide], share) for some, share in groups]
    return replace(
        fitted,
        confidence=fit_confidence(groups, draft.confidence, l2=3e-4),
        family=fit_confidence(groups, draft.family, family=True, l2=3e-4),
    )


def _english(data: Path, french: Referential, weights: Weights) -> list[Group]:
    """Synonyms of ESCO and O*NET, titles of each in the other, and French texts that ESCO has no job for."""
    known = {name: load_referential(data / name) for name in ENGLISH}
    groups: list[Group] = []
    for target, origin, links in zip(known, reversed(known), crossings(data), strict=True):
        own, other = ENGLISH[target]
        held = [_held(known[target], seed, weights, ("",))[0] for seed in CALIBRATE[:2]]
        queries = across(known[origin], known[target], links, TUNE)
        groups += [([*chain(*held)], own), (collect(title_index(known[target]), queries, weights), other)]
    skills = [Query(label, "") for label in sorted(c.label for c in french.competencies if c.label)[::40]]
    esco = title_index(next(iter(known.values())))
    return groups + [(collect(esco, queries, weights), 0.3) for queries in (no_jobs(1), nonsense(1), skills)]


def _ranking(
    full: TitleIndex, referential: Referential, others: Sequence[tuple[list[Query], float, float]], draft: Weights
) -> dict[str, float]:
    """Weights of the ranking: the evidence of the owners that letters alone put first."""
    first = replace(draft, final={"letters": 1.0})
    held = [judged for seed in FIT for judged in _held(referential, seed, first, ("",))[0]]
    groups = [(held, 1.0), *((collect(full, queries, first), share) for queries, share, _ in others)]
    groups.append((collect(full, noisy_titles(referential, 100), first), 0.1))
    return fit_ranking(groups, tuple(draft.final))


def _others(data: Path, referential: Referential, old: Referential) -> list[tuple[list[Query], float, float]]:
    """Titles of other makers, and the share of each list in the loss of the ranking and in that of the confidence."""
    esco = esco_titles(data / "crosswalks" / "esco-rome-v1.4.csv", referential, TUNE)
    return [
        (esco, 0.7, 1.2),
        (ad_titles(ADS, TUNE), 0.2, 0.2),
        (ad_titles(POSTED, TUNE), 0.4, 0.4),
        (ad_titles(POSTED_BY_ALL, TUNE), 0.4, 0.6),
        (ad_titles(FIRMS, TUNE), 0.4, 0.3),
        (older_titles(old, referential, TUNE), 0.3, 0.3),
    ]


def fit_skills(new: Referential, old: Referential, draft: Weights, *, ranking: bool = True) -> Weights:
    """
    Weights of competencies; without `ranking`, those of the draft rank.

    Fitted on typing errors, shortened labels and older wordings; the confidence also on texts that are no competency.
    """
    index = competency_index(new)
    fitted = draft
    if ranking:
        first = replace(draft, final={"letters": 1.0})
        typed, short, worded = (collect(index, queries, first) for queries in reworded_skills(new, old, 100))
        groups = [(typed, 0.3), (short, 0.4), (worded, 0.3)]
        fitted = replace(draft, final=fit_ranking(groups, tuple(draft.final)))
    typed, short, worded = (collect(index, queries, fitted) for queries in reworded_skills(new, old, 102))
    bad = collect(index, nonsense(1), fitted)
    found = ((typed, 0.2), (short, 0.4), (worded, 0.4), (bad, 0.1))
    decided = [([judged for judged in some if judged.decide], share) for some, share in found]
    return replace(fitted, confidence=fit_confidence(decided, draft.confidence, l2=3e-4))


def _held(referential: Referential, seed: int, weights: Weights, kinds: Sequence[str]) -> list[list[Judged]]:
    """Held-out synonyms with each kind of noise; none for an empty name."""
    kept, queries = held_out(referential, seed)
    index = title_index(kept)
    made = [noisy(queries, kind, seed, index.words.labels) if kind else queries for kind in kinds]
    return [collect(index, each, weights) for each in made]


def written(about: Mapping[str, str], tables: Mapping[str, Weights]) -> str:
    """Return the text of weights.toml; the comments of the old one stay."""
    lines = [*[line for line in _old().splitlines() if line.startswith("#")][:2], "", "[about]"]
    lines += [f'{key} = "{value}"' for key, value in about.items()]
    for kind, weights in tables.items():
        for part in (f.name for f in fields(weights) if getattr(weights, f.name)):
            lines += ["", *(_NOTES.get(part, ()) if kind == "title" else ()), f"[{kind}.{part}]"]
            lines += [f"{_key(key)} = {value}" for key, value in getattr(weights, part).items()]
    return "\n".join(lines) + "\n"


_NOTES = {
    "context": (
        "# By hand: what a likeness of 1 between the context and an occupation adds to its evidence. 2.3 makes it ten",
        "# times as likely.",
    ),
    "rules": (
        "# By hand. Chance that a text which is a label is that label: as written, after cleaning, by stems or",
        "# abbreviation, by usage; at most `partly` where the line has other words that nothing is known of, and",
        "# `cut` where its end is missing, `cut_usual` where only a usage says it. In a line of several jobs each",
        "# has `several` of its confidence. In an advertisement (H/F), what usage or the words of a label settle has",
        "# `posted` of it, as has a label whose family has less than `agreed` of all the evidence, and above",
        "# `unsure` what is only ranked has `doubt` times its chance of error: offers are filed under another job",
        "# more often than their titles tell, see docs/titles.md. Above the logit `firm`, a fitted confidence grows",
        "# by `caution` only. Below the letter similarity `least`, and with no word covered, nothing is answered.",
        "# With no word known, `strange` is the highest confidence; `unsure`, with one that no label has and a",
        "# referential of less than `few` occupations: the job may be one that it lacks.",
    ),
}


def _key(key: str) -> str:
    return key if key.isidentifier() else f'"{key}"'


def _old() -> str:
    return (files("passerelles.matching") / "weights.toml").read_text(encoding="utf-8")


def main(given: Namespace) -> None:
    new, old = (load_referential(given.data / name) for name in DATA[:2])
    tables = dict(shipped_weights())
    about: dict[str, Any] = tomllib.loads(_old())["about"]
    ranking = not given.only_confidence
    tables["title"] = fit_titles(given.data, new, old, tables["title"], ranking=ranking)
    if not given.only_titles:
        tables["competency"] = fit_skills(new, old, tables["competency"], ranking=ranking)
    given.output.write_text(written(about, tables), encoding="utf-8")
    print("numbers:", sum(len(getattr(w, f.name)) for w in tables.values() for f in fields(w)))
