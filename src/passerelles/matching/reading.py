"""How a text is read in a language: rules, stems and families of words, both genders, abbreviations, noise."""

import itertools
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from passerelles.errors import PasserellesError
from passerelles.text import fold_accents, normalise_label, words
from passerelles.vectors import SuffixRule, stem

FILE = "titles.toml"


class TextFile(Protocol):
    """What is needed of a file: a ``pathlib.Path`` or a file of a package."""

    def read_text(self, encoding: str) -> str:
        """Give the whole text."""


class Abbreviation(NamedTuple):
    """
    One reading of an abbreviation: the words that it stands for.

    `near` are stems one of which must stand in the same title for this reading to be tried; empty = no condition.
    """

    expansion: tuple[str, ...]
    near: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class LanguagePack:
    """
    Frozen rules of one language.

    Attributes
    ----------
    language
        ISO 639-1 code.
    stop_words
        Words that count for nothing.
    joins
        Patterns of two words that are one (``3 D``), on normalised text, with two groups.
    plural, feminine
        Suffix rules applied in that order to find the stem of a word.
    roots
        Rules that take a suffix from a stem to find its family, longest first.
    endings
        Pattern of feminine endings added after a masculine word.
    pairs
        Masculine suffix, feminine ending.
    noise
        Patterns taken away anywhere in a query.
    leading, trailing
        Words taken away from the start and from the end of a query.
    places
        Patterns of a place at the end, with a group ``place``.
    signs
        Pattern of each written sign, longest first, and the words that it stands for.
    abbreviations
        Abbreviation to its readings, most usual first.
    """

    language: str
    stop_words: frozenset[str]
    joins: tuple[re.Pattern[str], ...]
    plural: tuple[SuffixRule, ...]
    feminine: tuple[SuffixRule, ...]
    roots: tuple[SuffixRule, ...]
    endings: re.Pattern[str]
    pairs: tuple[tuple[str, str], ...]
    noise: tuple[re.Pattern[str], ...]
    leading: frozenset[str]
    trailing: frozenset[str]
    places: tuple[re.Pattern[str], ...]
    signs: tuple[tuple[re.Pattern[str], str], ...]
    abbreviations: Mapping[str, tuple[Abbreviation, ...]]


@cache
def language_pack(language: str) -> LanguagePack:
    """
    Pack of a language, as the package holds it; a language without one gets the rules of English.

    Those are few: a plural, some words without weight, no abbreviation. Another language is another file
    ``language/<code>/titles.toml``.

    Examples
    --------
    >>> language_pack("fr").language
    'fr'
    """
    for known in (language, "en"):
        file = files("passerelles.language") / known / FILE
        if known.isalpha() and file.is_file():
            return load_pack(file)
    raise PasserellesError("language_pack", name=FILE, reason=language)


def load_pack(file: TextFile) -> LanguagePack:
    """
    Read a language pack.

    Parameters
    ----------
    file
        A path, or a file of a package.

    Raises
    ------
    PasserellesError
        If it is no TOML, lacks a section, or holds something else than rules.
    """
    try:
        return _pack(tomllib.loads(file.read_text(encoding="utf-8")))
    except (KeyError, ValueError, TypeError, re.error) as error:
        raise PasserellesError("language_pack", name=file, reason=f"{type(error).__name__}: {error}") from error


def _pack(data: dict[str, Any]) -> LanguagePack:
    plural, feminine = _rules(data["stem"]["plural"]), _rules(data["stem"]["feminine"])
    endings = "|".join(_longest_first(data["gender"]["endings"])) or "(?!)"
    ending = rf"(?<=[a-z]{{3}})\s?(?:\((?:{endings})\)s?|[.·•/](?:{endings})(?:[.·•]s)?(?![a-z(]))"
    return LanguagePack(
        language=str(data["language"]),
        stop_words=frozenset(data["stop_words"]),
        joins=tuple(re.compile(pattern) for pattern in data["joins"]),
        plural=plural,
        feminine=feminine,
        roots=tuple(SuffixRule(s, "", int(data["stem"]["root_min"])) for s in _longest_first(data["stem"]["root"])),
        endings=re.compile(ending),
        pairs=tuple((masculine, feminine) for masculine, feminine in data["gender"]["pairs"]),
        noise=tuple(re.compile(pattern) for pattern in data["noise"]["anywhere"]),
        leading=frozenset(data["noise"]["leading"]),
        trailing=frozenset(data["noise"]["trailing"]),
        places=tuple(re.compile(pattern) for pattern in data["noise"]["places"]),
        signs=tuple(
            (re.compile(rf"(?<![a-z]){re.escape(sign)}(?![a-z])"), f" {data['signs'][sign]} ")
            for sign in _longest_first(data["signs"])
        ),
        abbreviations=MappingProxyType(_abbreviations(data["abbreviations"], plural, feminine)),
    )


def _longest_first(texts: Any) -> tuple[str, ...]:
    return tuple(sorted(set(texts), key=lambda text: (-len(text), text)))


def _rules(rows: list[list[Any]]) -> tuple[SuffixRule, ...]:
    return tuple(SuffixRule(str(suffix), str(replacement), int(shortest)) for suffix, replacement, shortest in rows)


def _abbreviations(
    table: Mapping[str, Any], plural: tuple[SuffixRule, ...], feminine: tuple[SuffixRule, ...]
) -> dict[str, tuple[Abbreviation, ...]]:
    readings: dict[str, tuple[Abbreviation, ...]] = {}
    for short, value in table.items():
        found: list[Abbreviation] = []
        for row in [value] if isinstance(value, str) else value:
            text, near = (row, []) if isinstance(row, str) else (row["is"], row.get("near", []))
            stems = frozenset(stem(word, plural, feminine) for word in near)
            found.append(Abbreviation(expansion=tuple(text.split()), near=stems))
        readings[short] = tuple(found)
    return readings


_BRACKET = re.compile(r"([^\W\d_]+)\s?\(([a-zà-ÿ]{1,9})\)", re.IGNORECASE)


class Lexicon:
    """Stems and families of words, each worked out once; made for one piece of work and dropped with it."""

    def __init__(self, pack: LanguagePack) -> None:
        self.pack = pack
        self._stems: dict[str, str] = {}
        self._roots: dict[str, str] = {}

    def stem(self, word: str) -> str:
        """Word without the marks of plural and feminine: the same for both genders of a regular word."""
        found = self._stems.get(word)
        if found is None:
            found = word if word[:1].isdigit() else stem(word, self.pack.plural, self.pack.feminine)
            self._stems[word] = found
        return found

    def root(self, form: str) -> str:
        """Family of a stem, without its derivational suffix: soudeur, soudage and soudure share one."""
        found = self._roots.get(form)
        if found is None:
            found = self._roots[form] = form if form[:1].isdigit() else stem(form, self.pack.roots)
        return found

    def stems(self, text: str) -> tuple[str, ...]:
        """Stems of the words of a text that mean something, in order, without immediate repeats."""
        return self.stems_of(joined_words(text, self.pack))

    def stems_of(self, spelled: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same of words that are already normalised."""
        found: list[str] = []
        for word in spelled:
            if word in self.pack.stop_words:
                continue
            form = self.stem(word)
            if not found or found[-1] != form:
                found.append(form)
        return tuple(found)

    def roots(self, forms: tuple[str, ...]) -> tuple[str, ...]:
        """Families of stems, one by stem."""
        return tuple(self.root(form) for form in forms)


def joined_words(text: str, pack: LanguagePack) -> tuple[str, ...]:
    """
    Words of a text, those that are one word in two parts joined.

    Examples
    --------
    >>> from passerelles.matching.reading import language_pack
    >>> joined_words("Infographiste 3 D", language_pack("fr"))
    ('infographiste', '3d')
    """
    label = normalise_label(text)
    for pattern in pack.joins:
        label = pattern.sub(r"\1\2", label)
    return tuple(label.split())


def gender_forms(label: str, *, pack: LanguagePack) -> tuple[str, str]:
    """
    Masculine and feminine forms of a title.

    Parameters
    ----------
    label
        Title as the referential writes it.
    pack
        Rules of the language.

    Returns
    -------
    masculine, feminine
        Both equal to the label when it has one form only.

    Examples
    --------
    >>> from passerelles.matching.reading import language_pack
    >>> gender_forms("Moniteur / Monitrice d'auto-école", pack=language_pack("fr"))
    ("Moniteur d'auto-école", "Monitrice d'auto-école")
    """
    pair = _slashed(label)
    if pair is not None:
        return pair
    if "(" not in label:
        return label, label
    known = pack.endings

    def masculine(match: re.Match[str]) -> str:
        return match[1] if known.search(fold_accents(match[0])) else match[0]

    def feminine(match: re.Match[str]) -> str:
        return _feminine(match[1], match[2], pack) if known.search(fold_accents(match[0])) else match[0]

    return _BRACKET.sub(masculine, label), _BRACKET.sub(feminine, label)


def paired_forms(text: str, *, lexicon: Lexicon) -> tuple[str, str] | None:
    """Both gender forms of a text that writes them around a slash; None for two titles ('serveur / barman')."""
    left, _, right = text.partition(" / ")
    before, after = words(left), words(right)
    if not before or not after or lexicon.stem(before[0]) != lexicon.stem(after[0]):
        return None
    return _slashed(text)


def _agree(left: str, right: str) -> bool:
    return fold_accents(left)[:3] == fold_accents(right)[:3]


def _slashed(label: str) -> tuple[str, str] | None:
    left, sign, right = label.partition(" / ")
    if not sign or " / " in right:
        return None
    before, after = left.split(), right.split()
    if not before or not after:
        return None
    shared = 0
    if not _agree(before[0], after[0]):
        shared = next((place for place in range(len(before) - 1, 0, -1) if _agree(before[place], after[0])), 0)
    kept = len(before) - shared
    return " ".join([*before, *after[kept:]]), " ".join([*before[:shared], *after])


def _feminine(word: str, ending: str, pack: LanguagePack) -> str:
    for masculine, feminine in pack.pairs:
        if fold_accents(ending) == feminine and fold_accents(word).endswith(masculine):
            return word[: len(word) - len(masculine)] + ending
    return word + ending


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
