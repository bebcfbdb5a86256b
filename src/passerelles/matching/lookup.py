"""`search`: what a referential has already, by words of its labels, with the codes that a branch uses again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, get_args

from passerelles.errors import PasserellesError
from passerelles.referentials.referential import Referential, nearest_codes
from passerelles.text import words, words_of_all
from passerelles.views import schema
from passerelles.views.schema import one_of, text, whole
from passerelles.views.shown import Described
from passerelles.views.spec import Column, Record

Sought = Literal["competency", "credential", "title", "occupation"]
_LEAST: Final = 0.5  # share of the words that a label must have
_SHORT: Final = 4  # letters from which the beginning of a word stands for it


@dataclass(frozen=True, slots=True)
class Found(Described):
    """
    Something that a referential has: its kind, code and label, and how many occupations name it.

    A title belongs to one occupation, which `belongs` gives; it is empty elsewhere.
    """

    kind: Sought
    code: str
    label: str
    occupations: int
    belongs: str = ""

    spec: ClassVar[Record] = Record(
        "found",
        "Something that a referential has already",
        (
            Column("kind", words="show.sought", schema=one_of(get_args(Sought)), promised=True),
            Column("code", schema=schema.code(), promised=True),
            Column("label", schema=text(), promised=True, note=lambda f, _: f.belongs),
            Column("occupations", "integer", schema=whole(least=0), promised=True),
            Column("belongs", value=lambda f, _: f.belongs or None, schema=schema.maybe(schema.code())),
        ),
    )


def search(
    referential: Referential, sought: str, *, kinds: Sequence[Sought] = get_args(Sought), limit: int = 10
) -> tuple[Found, ...]:
    """
    Look for competencies, credentials, titles and occupations by words of their labels, or by their code.

    Parameters
    ----------
    referential
        What is looked through; with the catalogue of access facts laid on it, its credentials too.
    sought
        Words, in any order; the beginning of a word is enough from four letters on.
    kinds
        What to look for.
    limit
        Most of each kind.

    Returns
    -------
    found
        Labels with as many of the words as any has, the shortest first; where none has half of them, those that
        resemble them. A code is found alone.

    Raises
    ------
    PasserellesError
        If there is no word in it.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> [f.code for f in search(load_referential("transitions"), "moniteur poids lourd", kinds=["title"])]
    ['16747']
    """
    asked = words(sought)
    if not asked:
        raise PasserellesError("search_no_word")
    return tuple(each for kind in kinds for each in _of_kind(referential, kind, sought.strip(), asked)[:limit])


def _of_kind(referential: Referential, kind: Sought, code: str, asked: Sequence[str]) -> list[Found]:
    known = list(_known(referential, kind))
    scored: list[tuple[float, int, str, Found]] = []
    for each, own in zip(known, words_of_all([f.label for f in known]), strict=True):
        met = sum(any(w == a or (len(a) >= _SHORT and w.startswith(a)) for w in own) for a in asked) / len(asked)
        met = 2.0 if each.code.casefold() == code.casefold() else met
        if met >= _LEAST:
            scored.append((-met, len(each.label), each.code, each))
    if scored:
        most = min(row[0] for row in scored)
        return [found for met, *_, found in sorted(scored, key=lambda row: row[:3]) if met == most]
    by_code = {each.code: each for each in known}
    return [by_code[near] for near in nearest_codes(code, {f.code: f.label for f in known})]


def _known(referential: Referential, kind: Sought) -> Iterator[Found]:
    if kind == "competency":
        asked = Counter(r.competency for r in referential.requirements)
        yield from (Found(kind, c.code, c.name, asked[c.code]) for c in referential.competencies)
    elif kind == "credential":
        demanded = Counter(
            code for _, code in {(r.occupation, r.credential) for r in referential.credential_requirements}
        )
        yield from (Found(kind, c.code, c.label, demanded[c.code]) for c in referential.credentials)
    elif kind == "title":
        yield from (Found(kind, t.code, t.label, 1, t.occupation) for t in referential.titles)
    else:
        yield from (Found(kind, o.code, o.name, 1, o.base or "") for o in referential.occupations)
