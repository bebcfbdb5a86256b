"""Candidates of a text: what matched, how sure it is, and why, for one index and one set of weights."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from passerelles.language.say import Lang, say
from passerelles.matching.evidence import CLOSE
from passerelles.matching.forms import Lexicon, joined_words
from passerelles.matching.index import TitleIndex
from passerelles.matching.ranking import Trial, rank_block, terms
from passerelles.matching.readings import LONGEST, Reading, readings
from passerelles.matching.weights import Weights

Reason = Literal["exact", "other gender form", "abbreviation", "spelling", "same words", "meaning"]
Status = Literal["sûr", "à vérifier", "inconnu"]

SURE: Final = 0.9
"""Confidence from which a match is ``sûr``."""
REVIEW: Final = 0.3
"""Confidence from which a match is worth a look (``à vérifier``); below it is ``inconnu``."""
_BLOCK: Final = 128
_MOST_WORDS: Final = 0.6
_HALF_THE_WORDS: Final = 0.5
_ALL_WORDS: Final = 0.999
_A_LETTER_OR_TWO: Final = 0.85
_BEST_FOUND: Final = 0.99  # of a text that is no label itself
_FLATTEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    One answer.

    Attributes
    ----------
    code, label
        What the text may mean.
    title, title_code
        The label of it that matched best, and its own code (OGR in ROME; empty for the label of a fiche).
    score
        In [0, 1], higher is better, decreasing along the list; comparable within one referential and weights.
    confidence
        Calibrated chance in [0, 1] that this is the right code.
    reason
        ``exact``, ``other gender form``, ``abbreviation``, ``spelling``, ``same words`` or ``meaning``.
    """

    code: str
    label: str
    title: str
    title_code: str
    score: float
    confidence: float
    reason: Reason

    def why(self, lang: Lang = "fr") -> str:
        """Return the reason as a sentence."""
        return say(f"resolve.why.{self.reason.replace(' ', '_')}", lang=lang, title=self.title)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "code": self.code,
            "label": self.label,
            "title": {"code": self.title_code or None, "label": self.title},
            "score": self.score,
            "confidence": self.confidence,
            "reason": self.reason,
            "why": self.why(lang),
        }


def status(candidates: Sequence[Candidate]) -> Status:
    """
    Verdict for a reviewed list, from the confidence of the first candidate.

    Examples
    --------
    >>> status([])
    'inconnu'
    """
    confidence = candidates[0].confidence if candidates else 0.0
    return "sûr" if confidence >= SURE else "à vérifier" if confidence >= REVIEW else "inconnu"


def answer_many(
    index: TitleIndex, texts: Iterable[str], *, weights: Weights, limit: int = 5
) -> Iterator[list[Candidate]]:
    """
    Candidates of many texts, by blocks.

    Parameters
    ----------
    index
        Index of the referential.
    texts
        What was typed; repeats cost nothing inside a block.
    weights
        Fitted numbers for this kind of index.
    limit
        Most candidates by text, at least 1.

    Yields
    ------
    candidates
        Best first, one list by text, in order; empty when nothing is recognised.
    """
    block: list[str] = []
    for text in texts:
        block.append(text)
        if len(block) == _BLOCK:
            yield from _block(index, block, weights, limit)
            block = []
    if block:
        yield from _block(index, block, weights, limit)


def _block(index: TitleIndex, texts: Sequence[str], weights: Weights, limit: int) -> Iterator[list[Candidate]]:
    distinct = list(dict.fromkeys(texts))
    lexicon = Lexicon(index.pack)
    options = [readings(text, known=index.vocabulary, lexicon=lexicon) for text in distinct]
    trials = rank_block(index, options, weights=weights)
    found = {
        text: _candidates(index, _settled(index, text, choice, weights.rules), trial, weights, limit)
        for text, choice, trial in zip(distinct, options, trials, strict=True)
    }
    for text in texts:
        yield list(found[text])


class _Settled(NamedTuple):
    """Owners of labels that are the text itself: entry and reason of each, and the chance of all together."""

    owners: Mapping[int, tuple[int, Reason]]
    surety: float


def _settled(index: TitleIndex, text: str, options: Sequence[Reading], rules: Mapping[str, float]) -> _Settled:
    tries = [(" ".join(joined_words(text, index.pack)), False)] if len(text) <= LONGEST else []
    tries += [(" ".join(option.words), option.expanded) for option in options]
    for rank, (form, expanded) in enumerate(tries):
        found: dict[int, tuple[int, Reason]] = {}
        for entry, other in index.exact.get(form, ()):
            reason: Reason = "abbreviation" if expanded else "other gender form" if other else "exact"
            owner = int(index.owner[entry])
            if owner not in found or (found[owner][1] != "exact" and reason == "exact"):
                found[owner] = (entry, reason)
        if found:
            return _Settled(found, rules["alike" if expanded else "cleaned" if rank else "certain"])
    for option in options:
        entries = index.same.get(" ".join(option.stems), ())
        if entries:
            alike: Reason = "abbreviation" if option.expanded else "same words"
            return _Settled({int(index.owner[e]): (e, alike) for e in reversed(entries)}, rules["alike"])
    return _Settled({}, 0.0)


def _candidates(
    index: TitleIndex, settled: _Settled, trial: Trial | None, weights: Weights, limit: int
) -> list[Candidate]:
    share = settled.surety / max(len(settled.owners), 1)
    result = [
        _candidate(index, owner, settled.owners[owner][0], score=1.0, confidence=share, reason=settled.owners[owner][1])
        for owner in sorted(settled.owners)
    ]
    if trial is None or len(result) >= limit:
        return result[:limit]
    if settled.owners:
        return _behind(index, result, trial, weights, rest=1.0 - settled.surety, limit=limit)
    found = terms(index, trial)
    if found["title"] < weights.rules["least"] and found["cover"] <= 0.0:
        return []
    return _behind(index, [], trial, weights, rest=_confidence(found, weights), limit=limit)


def _behind(
    index: TitleIndex, result: list[Candidate], trial: Trial, weights: Weights, *, rest: float, limit: int
) -> list[Candidate]:
    """
    Add the candidates that the evidence ranks, to those that are settled.

    The first one has the calibrated confidence `rest` where nothing is settled, and the others share what it
    leaves; where something is settled, all share `rest`. No confidence exceeds the one before.
    """
    known = {candidate.code for candidate in result}
    shares = np.exp(trial.values - trial.values[0])
    shares /= shares.sum()
    middle = weights.confidence.get("middle", 0.0)
    first = not result
    whole = max(1.0 - float(shares[0]), 1e-9) if first else 1.0
    for place, (owner, entry) in enumerate(zip(trial.owners.tolist(), trial.entries.tolist(), strict=True)):
        if entry < 0 or index.codes[owner] in known:
            continue
        if first and not result:
            confidence = rest
        else:
            left = 1.0 - rest if first else rest
            confidence = min(left * float(shares[place]) / whole, result[-1].confidence)
        score = _BEST_FOUND * _sigmoid(0.5 * (float(trial.values[place]) - middle))
        reason = _reason(index, trial, place)
        result.append(_candidate(index, owner, entry, score=score, confidence=confidence, reason=reason))
        if len(result) >= limit:
            break
    return result


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-_FLATTEST, min(_FLATTEST, value))))


def _confidence(values: Mapping[str, float], weights: Weights) -> float:
    """Logistic calibration; above ``firm`` the logit grows by ``caution`` only, and stops at ``most``."""
    fitted, rules = weights.confidence, weights.rules
    total = fitted.get("constant", 0.0) + sum(fitted.get(name, 0.0) * value for name, value in values.items())
    if total > rules["firm"]:
        total = rules["firm"] + rules["caution"] * (total - rules["firm"])
    return _sigmoid(total)


def _reason(index: TitleIndex, trial: Trial, place: int) -> Reason:
    part = dict(zip((*index.evidence_names, *CLOSE), trial.evidence[place].tolist(), strict=True))
    if trial.reading.expanded and part["asked"] >= _MOST_WORDS:
        return "abbreviation"
    if part["asked"] >= _ALL_WORDS and part["told"] >= _ALL_WORDS:
        return "same words"
    if part["ratio"] >= _A_LETTER_OR_TWO or part["near"] >= 1.0:
        return "spelling"
    return "same words" if part["asked"] >= _HALF_THE_WORDS else "meaning"


def _candidate(
    index: TitleIndex, owner: int, entry: int, *, score: float, confidence: float, reason: Reason
) -> Candidate:
    title = index.entries[entry]
    return Candidate(
        code=index.codes[owner],
        label=index.labels[owner],
        title=title.label,
        title_code=title.ogr,
        score=round(score, 5),
        confidence=round(confidence, 5),
        reason=reason,
    )
