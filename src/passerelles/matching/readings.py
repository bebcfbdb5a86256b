"""What a person typed, as one or several readings: noise taken away, abbreviations spelled out."""

import itertools
import re
from collections.abc import Collection
from typing import Final, NamedTuple

from passerelles.matching.forms import Lexicon, joined_words, paired_forms
from passerelles.matching.pack import LanguagePack
from passerelles.text import fold_accents, words

LONGEST: Final = 1000
"""Characters above which a text is no label: nothing is read."""
_KEPT: Final = 200
_MOST: Final = 4
_SHORT_NUMBER: Final = 2
_SPACES: Final = re.compile(r"\s+")
# Soft hyphens, joiners and variation selectors: written inside words, never seen.
_UNSEEN: Final = dict.fromkeys((0xAD, *range(0x200B, 0x2010), 0xFE0E, 0xFE0F, 0xFEFF))


class Reading(NamedTuple):
    """
    One way to read a query.

    Attributes
    ----------
    words
        Folded words left, stop words included.
    stems, families
        Of the words that mean something.
    expanded
        Whether an abbreviation was spelled out.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    families: tuple[str, ...]
    expanded: bool


def readings(text: str, *, known: Collection[str], lexicon: Lexicon) -> tuple[Reading, ...]:
    """
    Ways to read a query, most usual first.

    Parameters
    ----------
    text
        Anything; beyond 200 characters the rest is not read, beyond 1,000 nothing is.
    known
        Folded words of the referential's labels.
    lexicon
        Rules of the language.

    Returns
    -------
    readings
        At most four, none without a meaningful word.
    """
    if len(text) > LONGEST:
        return ()
    pack = lexicon.pack
    found = _clean(text[:_KEPT].translate(_UNSEEN), known, lexicon)
    forms = [lexicon.stem(word) for word in found]
    options: list[list[tuple[str, ...]]] = []
    for position, word in enumerate(found):
        around = frozenset(form for place, form in enumerate(forms) if place != position)
        options.append(_choices(word, around, known, pack))
    result: list[Reading] = []
    for choice in itertools.islice(itertools.product(*options), _MOST):
        spelled = tuple(itertools.chain.from_iterable(choice))
        stems = lexicon.stems_of(spelled)
        if stems:
            result.append(Reading(spelled, stems, lexicon.roots(stems), expanded=spelled != found))
    return tuple(result)


def _fold(text: str) -> str:
    return _SPACES.sub(" ", fold_accents(text)).strip()


def _capitals(text: str) -> frozenset[str]:
    parts = text.split()
    return frozenset(_fold(part.strip("(),.")) for part in parts[1:] if part[:1].isupper() and part[1:2].islower())


def _without_place(folded: str, capitals: frozenset[str], known: Collection[str], pack: LanguagePack) -> str:
    for position, pattern in enumerate(pack.places):
        match = pattern.search(folded)
        if match is None or match.start() == 0:
            continue
        named = [word for word in words(match["place"]) if word not in pack.stop_words]
        spelled = position == 0 and all(word in capitals for word in re.split(r"[\s\-']+", match["place"]))
        if named and (spelled or all(word not in known for word in named)):
            return folded[: match.start()]
    return folded


def _clean(text: str, known: Collection[str], lexicon: Lexicon) -> tuple[str, ...]:
    pack = lexicon.pack
    pair = paired_forms(text, lexicon=lexicon)
    folded = _fold(pair[0] if pair else text)
    for pattern, meaning in pack.signs:
        folded = pattern.sub(meaning, folded)
    for pattern in pack.noise:
        folded = pattern.sub(" ", folded)
    folded = pack.endings.sub("", folded).strip(" -–—,;:./|")
    folded = _without_place(folded, _capitals(text), known, pack)
    found = [
        word
        for word in joined_words(folded, pack)
        if not (word.isdigit() and (len(word) <= _SHORT_NUMBER or word not in known))
    ]
    first, last = 0, len(found)
    while last - first > 1 and found[first] in pack.leading:
        first += 1
    while last - first > 1 and found[last - 1] in pack.trailing:
        last -= 1
    return tuple(found[first:last])


def _choices(word: str, around: frozenset[str], known: Collection[str], pack: LanguagePack) -> list[tuple[str, ...]]:
    meanings = pack.abbreviations.get(word, ())
    fitting = [meaning.expansion for meaning in meanings if meaning.near & around]
    if fitting:
        return fitting[:1]
    free = [meaning.expansion for meaning in meanings if not meaning.near]
    if not free:
        return [(word,)]
    return [*free, (word,)] if word in known else free
