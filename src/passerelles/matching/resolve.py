"""`resolve_title`, `resolve_competency` and their bulk forms: the candidates of a text in one referential."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from passerelles.errors import PasserellesError
from passerelles.matching.answers import Candidate, answer_many
from passerelles.matching.index import Entry, TitleIndex, build_index
from passerelles.matching.meaning import Owner
from passerelles.matching.pack import language_pack
from passerelles.matching.weights import Kind, shipped_weights
from passerelles.referentials.reference import titles_by_label
from passerelles.referentials.referential import Referential
from passerelles.text import normalise_label

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
    from passerelles.matching.indexed import stored_titles  # noqa: PLC0415 - only where there is something to look in

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
