"""`resolve_title`, `resolve_competency`, their bulk forms and reviewed lists: candidates, and how sure they are."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from passerelles.errors import PasserellesError
from passerelles.io.xlsx import Cell, cell_text
from passerelles.language.say import Lang, say
from passerelles.matching.index import Entry, Owner, TitleIndex, build_index, stored_titles
from passerelles.matching.ranking import CLOSE, Kind, Trial, Weights, rank_block, shipped_weights, terms
from passerelles.matching.reading import LONGEST, Lexicon, Reading, joined_words, language_pack, readings
from passerelles.matching.worklist import Worklist
from passerelles.referentials.reference import find_occupation, titles_by_label
from passerelles.referentials.referential import Referential
from passerelles.text import normalise_label

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


LIMIT: Final = 5


def resolve_title(referential: Referential, text: str, *, limit: int = LIMIT) -> list[Candidate]:
    """
    Occupations that a job title may mean, as people write titles.

    Both gender forms, capitals without accents, (H/F), contract and place, plurals, trade abbreviations, spelling
    mistakes and titles that the referential does not have are understood; docs/titles.md says how, and how well.

    Parameters
    ----------
    referential
        Where to look; its index is built at the first call and kept with it. A title that an overlay claims means
        the specialised occupation.
    text
        What was written. What is no title (empty, numbers, more than 1,000 characters) gives nothing.
    limit
        Most candidates, at least 1.

    Returns
    -------
    candidates
        Best first, each with a score and a calibrated confidence in [0, 1], and why; empty when nothing is
        recognised. Where several occupations share the title, each has its part of the confidence.

    Raises
    ------
    PasserellesError
        If `text` is no text, `limit` no positive integer, or the referential has no occupation.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> found = resolve_title(load_referential("transitions"), "MONITRICE AUTO ECOLE H/F")[0]
    >>> found.code, found.confidence > 0.9
    ('K2110', True)
    """
    return next(_answers(referential, [text], "title", limit))


def resolve_titles(referential: Referential, texts: Iterable[str], *, limit: int = LIMIT) -> Iterator[list[Candidate]]:
    """
    Do the same for many titles, about ten times as fast as one by one.

    Yields
    ------
    candidates
        One list by text, in order; see `resolve_title`.

    Raises
    ------
    PasserellesError
        As `resolve_title`.
    """
    return _answers(referential, texts, "title", limit)


def resolve_competency(referential: Referential, text: str, *, limit: int = LIMIT) -> list[Candidate]:
    """
    Competencies that a label of a branch's skill list may mean.

    Parameters
    ----------
    referential
        Where to look; its index is built at the first call and kept with it.
    text
        What was written.
    limit
        Most candidates, at least 1.

    Returns
    -------
    candidates
        As for `resolve_title`, with the code and label of a competency.

    Raises
    ------
    PasserellesError
        If `text` is no text, `limit` no positive integer, or the referential has no competency with a label.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> referential = load_referential("transitions")
    >>> label = next(c.label for c in referential.competencies if c.label)
    >>> resolve_competency(referential, label.upper())[0].label == label
    True
    """
    return next(_answers(referential, [text], "competency", limit))


def resolve_competencies(
    referential: Referential, texts: Iterable[str], *, limit: int = LIMIT
) -> Iterator[list[Candidate]]:
    """
    Do the same for many labels.

    Yields
    ------
    candidates
        One list by text, in order; see `resolve_competency`.

    Raises
    ------
    PasserellesError
        As `resolve_competency`.
    """
    return _answers(referential, texts, "competency", limit)


def title_index(referential: Referential) -> TitleIndex:
    """Index of the job titles and labels of a referential's occupations, found or built once and kept with it."""
    return referential.derived("title-index", lambda: stored_titles(referential) or _index_titles(referential))


def competency_index(referential: Referential) -> TitleIndex:
    """Index of the labels of a referential's competencies, built once and kept with it."""
    return referential.derived("competency-index", lambda: _index_competencies(referential))


def title_entries(referential: Referential) -> list[Entry]:
    """
    Labels that lead to occupations: job titles, and the labels of fiches that are no title of theirs.

    The label of a fiche that an overlay claims for a part leads to the part.
    """
    entries = [Entry(t.code, t.label, t.occupation) for t in referential.titles]
    known = {(normalise_label(e.label), e.code) for e in entries}
    meant = titles_by_label(referential)
    for occupation in referential.occupations:
        label = normalise_label(occupation.label or "")
        if label and (label, occupation.code) not in known and occupation.code in meant[label]:
            entries.append(Entry("", occupation.name, occupation.code))
    return entries


def _answers(referential: Referential, texts: Iterable[str], kind: Kind, limit: int) -> Iterator[list[Candidate]]:
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise PasserellesError("limit_invalid", value=repr(limit))
    make: Callable[[Referential], TitleIndex] = title_index if kind == "title" else competency_index
    index = make(referential)
    return answer_many(index, map(_text, texts), weights=shipped_weights()[kind], limit=limit)


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise PasserellesError("resolve_not_text", value=repr(text)[:40], kind=type(text).__name__)
    return text


def _index_titles(referential: Referential) -> TitleIndex:
    labels = referential.competency_by_code
    owners = [
        Owner(
            occupation.code,
            occupation.name,
            occupation.definition,
            tuple(labels[r.competency].label or "" for r in referential.requirements_of.get(occupation.code, ())),
        )
        for occupation in referential.occupations
    ]
    return build_index(title_entries(referential), owners, pack=language_pack(referential.language))


def _index_competencies(referential: Referential) -> TitleIndex:
    labelled = [(c.code, c.label) for c in referential.competencies if c.label]
    entries = [Entry(code, label, code) for code, label in labelled]
    owners = [Owner(code, label) for code, label in labelled]
    return build_index(entries, owners, pack=language_pack(referential.language), dimensions=0)


CHOICE: Final = "choix"
ADDED: Final = (
    *(f"code_{n}" for n in range(1, LIMIT + 1)),
    *(f"label_{n}" for n in range(1, LIMIT + 1)),
    *("title_1", "confidence", "statut", CHOICE),
)
"""Columns that a reviewed list has beside its own, in order."""
Progress = Callable[[int, int], None]


class Row(NamedTuple):
    """One row: its number in the list from 1, the text, the candidates, the verdict, and what a person chose."""

    number: int
    text: str
    candidates: list[Candidate]
    status: Status
    choice: str

    def cells(self) -> list[Cell]:
        """Return what the columns `ADDED` hold."""
        empty = [""] * (LIMIT - len(self.candidates))
        first = self.candidates[0] if self.candidates else None
        return [
            *(c.code for c in self.candidates),
            *empty,
            *(c.label for c in self.candidates),
            *empty,
            first.title if first else "",
            first.confidence if first else 0.0,
            self.status,
            self.choice,
        ]


@dataclass(frozen=True)
class Review:
    """
    A list reviewed: `worklist` is the list with its columns and those of `ADDED`, `rows` the same as values.

    `refused` are the rows whose choice is neither a code, nor an exact title, nor the number of a candidate.
    """

    worklist: Worklist
    rows: tuple[Row, ...]
    refused: tuple[Row, ...]

    def count(self, wanted: Status) -> int:
        """Return the number of rows with this verdict."""
        return sum(row.status == wanted for row in self.rows)


def review(
    referential: Referential,
    worklist: Worklist,
    column: str,
    *,
    kind: Kind = "title",
    progress: Progress | None = None,
) -> Review:
    """
    Resolve a column of a list.

    Parameters
    ----------
    referential
        Where to look.
    worklist
        The list; columns of an earlier review are replaced, except `choix`, whose content holds: a code, an exact
        title, or the number (1 to 5) of a candidate of that earlier review.
    column
        Column of the titles or competencies.
    kind
        ``"title"`` or ``"competency"``.
    progress
        Told the number of rows done and of all.

    Returns
    -------
    review
        As many rows as the list, in its order. A row with a choice is ``sûr``, with confidence 1.

    Raises
    ------
    PasserellesError
        If there is no such column.
    """
    place = worklist.place(column)
    texts = [cell_text(row[place]) for row in worklist.rows]
    choices = _column(worklist, CHOICE)
    earlier = [_column(worklist, f"code_{n}") for n in range(1, LIMIT + 1)]
    known = {o.code: o.name for o in referential.occupations}
    if kind == "competency":
        known = {c.code: c.label for c in referential.competencies if c.label}
    resolve = resolve_titles if kind == "title" else resolve_competencies
    rows: list[Row] = []
    refused: list[Row] = []
    for i, candidates in enumerate(resolve(referential, texts)):
        row = Row(i + 1, texts[i], candidates, status(candidates), choices[i])
        if choices[i]:
            code = _chosen(choices[i], [codes[i] for codes in earlier], known, referential if kind == "title" else None)
            row = _unclear(row) if code is None else _with_choice(row, code, known[code])
            if code is None:
                refused.append(row)
        rows.append(row)
        if progress is not None:
            progress(i + 1, len(texts))
    kept = worklist.without([name for name in ADDED if name != worklist.header[place]])
    done = kept.beside(ADDED, [row.cells() for row in rows])
    return Review(done, tuple(rows), tuple(refused))


def _column(worklist: Worklist, name: str) -> list[str]:
    place = worklist.find(name)
    return [""] * len(worklist.rows) if place is None else [cell_text(row[place]) for row in worklist.rows]


def _chosen(choice: str, earlier: Sequence[str], known: dict[str, str], referential: Referential | None) -> str | None:
    """Code that a person's choice means, or None."""
    for text in (choice, choice.upper(), choice.replace(" ", "").upper()):
        if text in known:
            return text
    if choice.isdecimal() and len(choice) == 1 and 1 <= int(choice) <= len(earlier):
        code = earlier[int(choice) - 1]
        return code if code in known else None
    if referential is None:
        return None
    try:
        return find_occupation(referential, choice)
    except PasserellesError:
        return None


def _unclear(row: Row) -> Row:
    return row._replace(status="à vérifier")


def _with_choice(row: Row, code: str, label: str) -> Row:
    found = [c for c in row.candidates if c.code == code] or [Candidate(code, label, "", "", 1.0, 1.0, "exact")]
    others = [c for c in row.candidates if c.code != code][: LIMIT - 1]
    return row._replace(candidates=[replace(found[0], confidence=1.0), *others], status="sûr")
