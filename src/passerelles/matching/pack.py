"""Language packs: every rule about one language that matching uses, read from one TOML file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from passerelles.errors import PasserellesError

FILE = "titles.toml"


class TextFile(Protocol):
    """What is needed of a file: a ``pathlib.Path`` or a file of a package."""

    def read_text(self, encoding: str) -> str:
        """Give the whole text."""


class SuffixRule(NamedTuple):
    """Replace ``suffix`` by ``replacement`` when at least ``shortest`` letters stand before it."""

    suffix: str
    replacement: str
    shortest: int

    def apply(self, word: str) -> str | None:
        """Return the word changed, or None where the rule does not apply."""
        kept = len(word) - len(self.suffix)
        return word[:kept] + self.replacement if word.endswith(self.suffix) and kept >= self.shortest else None


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
    roots, root_min
        Suffixes taken from a stem to find its family, longest first, and the shortest root in letters.
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
    roots: tuple[str, ...]
    root_min: int
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


def stem_of(word: str, plural: tuple[SuffixRule, ...], feminine: tuple[SuffixRule, ...]) -> str:
    """Word without the marks of plural and feminine; the first rule that applies counts, in each list."""
    for rules in (plural, feminine):
        for rule in rules:
            changed = rule.apply(word)
            if changed is not None:
                word = changed
                break
    return word


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
        roots=_longest_first(data["stem"]["root"]),
        root_min=int(data["stem"]["root_min"]),
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
            stems = frozenset(stem_of(word, plural, feminine) for word in near)
            found.append(Abbreviation(expansion=tuple(text.split()), near=stems))
        readings[short] = tuple(found)
    return readings
