"""How a text is read in a language: rules, stems and families of words, both genders, abbreviations, noise."""

import hashlib
import itertools
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.language import packaged
from passerelles.sharing import cached_property
from passerelles.text import an_error_away, are_initials, fold_accents, normalise_label, slashed_forms, words
from passerelles.vectors import SuffixRule, stem

Reason = Literal["code", "exact", "other gender form", "abbreviation", "usage", "spelling", "same words", "meaning"]
FILE, NOISE_FILE = "titles.toml", "title_noise.toml"
_QUALIFIERS = ("qualifiers", "beside")  # the first say the same job


class Abbreviation(NamedTuple):
    """One reading of an abbreviation: the words that it stands for."""

    expansion: tuple[str, ...]
    near: frozenset[str]  # stems one of which must stand in the same title for it to be tried; empty = no condition
    yields: bool = False  # whether it is not tried where the other words already say the job


@dataclass(frozen=True, slots=True, eq=False)
class LanguagePack:
    """Frozen rules of one language; stems are those of `Lexicon`, joined by spaces where there are several."""

    language: str  # ISO 639-1 code
    stop_words: frozenset[str]  # words that count for nothing
    foreign: frozenset[str]  # words that other languages use everywhere, and this one does not
    joins: tuple[re.Pattern[str], ...]  # two words that are one ("3 D"), on normalised text, with two groups
    suffixes: tuple[tuple[SuffixRule, ...], ...]  # passes that find the stem of a word: of the plural, of the feminine
    roots: tuple[SuffixRule, ...]  # take a suffix from a stem to find its family, longest first
    endings: re.Pattern[str]  # feminine endings added after a masculine word
    pairs: tuple[tuple[str, str], ...]  # masculine suffix, feminine ending
    noise: tuple[tuple[re.Pattern[str], bool], ...]  # taken away anywhere; whether only advertisements write it
    leading: frozenset[str]  # words taken away from the start of a query
    trailing: frozenset[str]  # and from its end
    places: tuple[re.Pattern[str], ...]  # a place at the end, with a group "place"
    signs: tuple[tuple[str, re.Pattern[str], str], ...]  # sign, longest first, its pattern, the words it stands for
    abbreviations: Mapping[str, tuple[Abbreviation, ...]]  # and words that no label has: readings, most usual first
    employers: frozenset[str]  # words that name an employer
    asides: frozenset[str]  # whole parts of a line that are no job: towns, regions, services
    openers: frozenset[str]  # words after which a title cannot end
    alternatives: frozenset[str]  # words that stand between two jobs ("ou")
    no_jobs: tuple[re.Pattern[str], ...]  # whole texts that name no job: remarks, addresses, people
    remarks: frozenset[str]  # words of remarks, in all languages
    usages: Mapping[str, tuple[str, ...]]  # a bare title's stems to those of what people mean by it, most usual first
    heads: frozenset[str]  # stems of titles after which more words say how or where, not which job ("soudeur TIG")
    functions: frozenset[str]  # stems of titles that any firm has: what stands behind one says its sector
    columns: Mapping[str, frozenset[str]]  # what a column of a list may tell (title, people...) to its possible heads
    kinds: Mapping[str, str]  # stem of a title's first word to the kind of work that it says, by name
    naf: Mapping[str, str]  # first digits of an activity's class whose division mixes trades, to words of its own
    qualifiers: Mapping[str, bool]  # stems without which a title names the same job; true where it may be another
    titles: bool = True  # whether texts are job titles: other things stand around them, a line may name several
    sounds: tuple[tuple[re.Pattern[str], str], ...] = ()  # see `Words`


@cache
def language_pack(language: str) -> LanguagePack:
    """Pack of a language, a file ``language/<code>/titles.toml``; one without it gets the few rules of English."""
    for known in (language, "en"):
        folder = files("passerelles.language") / known
        if known.isalpha() and (folder / FILE).is_file():
            return load_pack(folder / FILE, folder / NOISE_FILE)
    raise PasserellesError("language_pack", name=FILE, reason=language)


def rules_sum(language: str) -> str:
    """Checksum of the rules by which titles of a language are read: an index of others is of no use."""
    folder = files("passerelles.language") / language
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in (FILE, NOISE_FILE))).hexdigest()


def load_pack(file: Traversable, noise: Traversable) -> LanguagePack:
    """Read rules of words, and of what stands around a title (language/fr/title_noise.toml); refuse what is none."""
    try:
        rules, around = (tomllib.loads(rules_file.read_text(encoding="utf-8")) for rules_file in (file, noise))
        return _pack(rules, around)
    except (KeyError, ValueError, TypeError, re.error) as error:
        reason = f"{type(error).__name__}: {error} {getattr(error, 'pattern', '')}".strip()  # a rule is found by it
        raise PasserellesError("language_pack", name=f"{file}, {noise.name}", reason=reason) from error


def _pack(data: dict[str, Any], noise: dict[str, Any]) -> LanguagePack:
    suffixes = tuple(tuple(SuffixRule(*row) for row in data["stem"][name]) for name in ("plural", "feminine"))
    stop_words = frozenset(data["stop_words"])

    def bare(title: str) -> str:
        stems = (stem(word, *suffixes) for word in words(title) if word not in stop_words)
        return " ".join(form for form, _ in itertools.groupby(stems))

    def meant(titles: str | list[str]) -> tuple[str, ...]:
        return (bare(titles),) if isinstance(titles, str) else tuple(map(bare, titles))

    signs = _longest_first(data["signs"])
    endings = "|".join(_longest_first(data["gender"]["endings"])) or "(?!)"
    dashed = "|".join(_longest_first(data["gender"].get("dashed", ()))) or "(?!)"
    ending = rf"(?:\((?:{endings})\)s?|[.·•/](?:{endings})(?:[.·•]s)?(?![a-z(])|-\s?(?:{dashed})s?(?![a-z-]))"
    around: dict[str, Any] = {
        **{name: frozenset(noise[name]) for name in ("leading", "trailing", "employers", "openers", "alternatives")},
        **{name: tuple(map(re.compile, noise[name])) for name in ("places", "no_jobs")},
    }
    return LanguagePack(
        language=str(data["language"]),
        stop_words=stop_words,
        foreign=frozenset(data.get("foreign", ())),
        joins=tuple(re.compile(pattern) for pattern in data["joins"]),
        suffixes=suffixes,
        roots=tuple(SuffixRule(s, "", int(data["stem"]["root_min"])) for s in _longest_first(data["stem"]["root"])),
        endings=re.compile(rf"(?<=[a-z]{{3}})\s?{ending}"),
        pairs=tuple((masculine, feminine) for masculine, feminine in data["gender"]["pairs"]),
        noise=tuple((re.compile(rule["take"]), bool(rule.get("posted"))) for rule in noise["rule"] if "take" in rule),
        signs=tuple((s, re.compile(rf"(?<![a-z]){re.escape(s)}(?![a-z])"), f" {data['signs'][s]} ") for s in signs),
        abbreviations=MappingProxyType(_abbreviations(data, suffixes)),
        asides=frozenset(map(normalise_label, noise["asides"])),
        columns=MappingProxyType({k: frozenset(map(normalise_label, names)) for k, names in data["columns"].items()}),
        kinds=MappingProxyType({bare(word): kind for kind, synonyms in data["kinds"].items() for word in synonyms}),
        usages=MappingProxyType({bare(title): meant(titles) for title, titles in data["usages"].items()}),
        heads=frozenset(map(bare, data.get("heads", {}).get("titles", ()))),
        functions=frozenset(map(bare, data.get("heads", {}).get("functions", ()))),
        sounds=tuple((re.compile(pattern), sound) for pattern, sound in data.get("sounds", ())),
        naf=MappingProxyType(data.get("naf", {})),
        remarks=frozenset(itertools.chain(*packaged("passerelles.language", "remarks.toml").values())),
        qualifiers=MappingProxyType({bare(w): n == "beside" for n in _QUALIFIERS for w in data.get(n, ())}),
        **around,
    )


def _longest_first(texts: Any) -> tuple[str, ...]:
    return tuple(sorted(set(texts), key=lambda text: (-len(text), text)))


def _abbreviations(
    data: Mapping[str, Any], suffixes: Sequence[Sequence[SuffixRule]]
) -> dict[str, tuple[Abbreviation, ...]]:
    def reading(text: str, context: Iterable[str], *, yields: bool) -> Abbreviation:
        return Abbreviation(tuple(text.split()), frozenset(stem(word, *suffixes) for word in context), yields)

    readings: dict[str, tuple[Abbreviation, ...]] = {}
    for short, value in data["abbreviations"].items():
        rows = [value] if isinstance(value, str) else value
        pairs = [(row, []) if isinstance(row, str) else (row["is"], row.get("near", [])) for row in rows]
        readings[short] = tuple(reading(text, context, yields=False) for text, context in pairs)
    for text, value in data.get("words", {}).items():
        forms, context = (value, []) if isinstance(value, list) else (value["said"], value["near"])
        readings |= dict.fromkeys(forms, (reading(text, context, yields=True),))
    return readings


_BRACKET = re.compile(r"([^\W\d_]+)\s?\(([a-zà-ÿ]{1,9})\)", re.IGNORECASE)


class Lexicon:
    """
    Stems and families of words, each worked out once; made for one piece of work and dropped with it.

    Attributes
    ----------
    stem
        Gives a word without the marks of plural and feminine: the same for both genders of a regular word.
    root
        Gives the family of a stem, without its derivational suffix: soudeur, soudage and soudure share one.
    """

    def __init__(self, pack: LanguagePack) -> None:
        self.pack = pack
        self.stem = cache(lambda word: word if word[:1].isdigit() else stem(word, *pack.suffixes))
        self.root = cache(lambda form: form if form[:1].isdigit() else stem(form, pack.roots))

    def stems(self, text: str) -> tuple[str, ...]:
        """Stems of the words of a text that mean something, in order, without immediate repeats."""
        return self.stems_of(joined_words(text, self.pack))

    def stems_of(self, spelled: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same of words that are already normalised."""
        forms = (self.stem(word) for word in spelled if word not in self.pack.stop_words)
        return tuple(form for form, _ in itertools.groupby(forms))

    def roots(self, forms: tuple[str, ...]) -> tuple[str, ...]:
        """Families of stems, one by stem."""
        return tuple(map(self.root, forms))


def joined_words(text: str, pack: LanguagePack) -> tuple[str, ...]:
    """
    Words of a text, those that are one word in two parts joined.

    Examples
    --------
    >>> joined_words("Infographiste 3 D", language_pack("fr"))
    ('infographiste', '3d')
    """
    label = normalise_label(text)
    for pattern in pack.joins:
        label = pattern.sub(r"\1\2", label)
    return tuple(label.split())


def gender_forms(label: str, *, pack: LanguagePack) -> tuple[str, str]:
    """
    Masculine and feminine forms of a title, as the referential writes it; both are the label when it has one only.

    Examples
    --------
    >>> gender_forms("Moniteur / Monitrice d'auto-école", pack=language_pack("fr"))
    ("Moniteur d'auto-école", "Monitrice d'auto-école")
    """
    if (pair := slashed_forms(label)) is not None:
        return pair

    def masculine(match: re.Match[str]) -> str:
        return match[1] if pack.endings.search(fold_accents(match[0])) else match[0]

    def feminine(match: re.Match[str]) -> str:
        word, ending = match.groups()
        if not pack.endings.search(fold_accents(match[0])):
            return match[0]
        pairs = (m for m, f in pack.pairs if fold_accents(ending) == f and fold_accents(word).endswith(m))
        return word[: len(word) - len(next(pairs, ""))] + ending

    return _BRACKET.sub(masculine, label), _BRACKET.sub(feminine, label)


def paired_forms(text: str, *, lexicon: Lexicon) -> tuple[str, str] | None:
    """
    Both gender forms of a text that writes them around a slash; None for two titles ('serveur / barman').

    Blanks around the slash do not matter; the same word after it opens another title ('agent SAV / agent de quai').
    """
    left, _, right = text.partition("/")
    before, after = words(left), words(right)
    if not before or not after or before[0] == after[0] or lexicon.stem(before[0]) != lexicon.stem(after[0]):
        return None
    return slashed_forms(f"{left.rstrip()} / {right.lstrip()}")


LONGEST: Final = 1000
"""Characters above which a text is no label: nothing is read."""
_READ_LETTERS: Final = 200
_MOST_READINGS: Final = 4
_SHORT: Final = 2
_LEAST_NAME: Final = 5
_MENDED_FROM: Final = 6
_ELIDED: Final = re.compile(r"(?<!\b(?:la|le|au|du) )(?<!\b(?:les|des|aux) )[dl](?=[aeiouyh])")
_SPACES: Final = re.compile(r"\s+")
_WIDE_BLANKS: Final = re.compile(r" {3,}")  # what job boards that pass on no dash write for " - "
# Soft hyphens, joiners and variation selectors: written inside words, never seen.
_INVISIBLE: Final = dict.fromkeys((0xAD, *range(0x200B, 0x2010), 0xFE0E, 0xFE0F, 0xFEFF))


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
    beside
        Families of words that qualify the job in other parts of the line, and that this reading leaves out.
    cut
        Whether the title ends with a word that opens something: its end is missing.
    dashed
        Whether only dashes and brackets part `beside` from the title: then they rather say where than which job.
    mended
        Whether a word that no label has is read as one that is an error away.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    families: tuple[str, ...]
    expanded: bool
    beside: tuple[str, ...] = ()
    cut: bool = False
    dashed: bool = False
    mended: bool = False

    @property
    def other_words(self) -> Reason | None:
        """Why the words read are not those written, where they are not."""
        return "abbreviation" if self.expanded else "spelling" if self.mended else None


@dataclass(frozen=True)
class Words:
    """
    What a referential's labels are made of, to tell a title from what stands around it.

    Attributes
    ----------
    known
        Folded words of the labels.
    labels
        Stems of each label, joined by spaces.
    heads
        Stems that begin several labels: a job may begin with them.
    sounds
        Patterns of a language's spellings of one sound, in order, to one of them.
    families
        Families of the words of labels, and of what people say for them.
    """

    known: Collection[str]
    labels: Collection[str] = frozenset()
    heads: Collection[str] = frozenset()
    sounds: tuple[tuple[re.Pattern[str], str], ...] = ()
    families: Collection[str] = frozenset()

    @cached_property
    def by_letter(self) -> Mapping[str, tuple[str, ...]]:
        """Known words by the letter that they begin with."""
        return grouped((word[0], word) for word in sorted(self.known))

    @cached_property
    def ends(self) -> frozenset[str]:
        """Stems that a label begins or ends with: one of them says the job, in French and in English."""
        return frozenset(stem for label in self.labels for stem in (label.split(" ")[0], label.split(" ")[-1]))

    @cached_property
    def by_sound(self) -> Mapping[str, tuple[str, ...]]:
        """Known words by how they sound."""
        return grouped((self.sound(word), word) for word in sorted(self.known) if len(word) >= _LEAST_NAME)

    def sound(self, word: str) -> str:
        """How a word sounds: one spelling for all that are said alike."""
        for pattern, sound in self.sounds:
            word = pattern.sub(sound, word)
        return word


class Understood(NamedTuple):
    """
    A title taken apart.

    Attributes
    ----------
    read
        What was read, as written, without what was left aside.
    ignored
        What was left aside, as written, in order: contract, place, employer...
    jobs
        Readings of each job that the line names, most usual first; at most four for each, four jobs at most.
    posted
        Whether the line has what only advertisements write (H/F).
    """

    read: str
    ignored: tuple[str, ...]
    jobs: tuple[tuple[Reading, ...], ...]
    posted: bool = False


def understand(text: str, *, words: Words, lexicon: Lexicon) -> Understood:
    """
    Take a title apart: what names a job, what stands around it, and the ways to read each job.

    Beyond 200 characters the rest is not read, beyond 1,000 nothing is.

    Examples
    --------
    >>> pack = language_pack("fr")
    >>> taken = understand("Boulanger (H/F) - CDI", words=Words({"boulanger"}), lexicon=Lexicon(pack))
    >>> taken.read, taken.ignored
    ('Boulanger', ('H/F', 'CDI'))
    """
    label = normalise_label(text[:LONGEST])
    if len(text) > LONGEST or _names_no_job(label, words, lexicon):
        return Understood("", (text.strip(),) if len(text) <= LONGEST and label else (), ())
    if not lexicon.pack.titles:
        reading = tuple(_spelled_out([joined_words(text[:_READ_LETTERS], lexicon.pack)], words, lexicon))
        return Understood(text.strip(), (), (reading,) if reading else ())
    title = _Title(_WIDE_BLANKS.sub(" - ", text.strip()[:_READ_LETTERS].translate(_INVISIBLE)), lexicon, words)
    how = {"cut": title.cut, "dashed": title.dashed}
    jobs = tuple(filter(None, (tuple(_spelled_out(variants, words, lexicon, **how)) for variants in title.jobs())))
    return Understood(title.read(), title.ignored(), jobs, title.posted)


def _names_no_job(label: str, words: Words, lexicon: Lexicon) -> bool:
    """Whether a normalised text is a remark, an address, a person or a place; what is a title of its own is none."""
    pack = lexicon.pack
    if " ".join(lexicon.stems(label)) in words.labels:
        return False
    names = [(m.groupdict().get("name") or "").split() for p in pack.no_jobs if (m := p.search(label))]
    no_job = any(not any(w in words.known or _is_known((w,), words, lexicon) for w in name) for name in names)
    return label in pack.asides or no_job or _is_remark(label, words, lexicon)


def _is_known(spelled: tuple[str, ...], words: Words, lexicon: Lexicon) -> bool:
    """Whether titles have the family of the last of some words, or it is short for or near a word of theirs."""
    meant = _choices(spelled, len(spelled) - 1, words, lexicon) != [spelled[-1:]]
    return meant or any(family in words.families for family in lexicon.roots(lexicon.stems_of(spelled[-1:])))


def _is_remark(label: str, words: Words, lexicon: Lexicon) -> bool:
    """Whether a text begins as remarks do, more than half of its words theirs, and has no title, nor a job's word."""
    pack = lexicon.pack
    telling = [word for word in label.split() if word not in pack.stop_words and not word[0].isdigit()]
    remarks = {word for word in telling if not pack.remarks.isdisjoint((word, re.sub("ees?$", "e", word)))}
    others = [w for w in telling if w not in remarks or (len(w) <= _SHORT and w in pack.abbreviations)]
    begins = pack.titles and telling[:1] != others[:1]
    if not begins or 2 * len(others) >= len(telling) or any(_may_be_job(word, words, lexicon) for word in others):
        return False
    stems = lexicon.stems(label)
    several = (" ".join(stems[i:j]) for i, j in itertools.combinations(range(len(stems) + 1), 2) if j > i + 1)
    return not any(title in words.labels or title in pack.usages for title in several)


def _may_be_job(word: str, words: Words, lexicon: Lexicon) -> bool:
    """Whether a word is usual for a job, or titles begin or end with it, or it is short for one or an error away."""
    stems = [lexicon.stem(near) for near in (word, *_corrections(word, words, lexicon).values())]
    begins = any(stem in words.ends for stem in stems)
    return begins or word in lexicon.pack.abbreviations or stems[0] in lexicon.pack.usages


def _spelled_out(
    variants: Sequence[tuple[str, ...]], words: Words, lexicon: Lexicon, *, cut: bool = False, dashed: bool = False
) -> Iterator[Reading]:
    """Readings of the variants of one job, four at most, the abbreviations of each spelled out."""
    share = _MOST_READINGS // len(variants)
    full_terms = lexicon.roots(lexicon.stems_of(variants[0])) if len(variants) > 1 else ()
    for spelled in variants:
        # What people are known to mean by the title as it is written comes before what its abbreviations may stand for.
        usual = " ".join(lexicon.stems_of(spelled)) in lexicon.pack.usages
        options = [[(w,)] if usual else _choices(spelled, place, words, lexicon) for place, w in enumerate(spelled)]
        for choice in itertools.islice(itertools.product(*options), share):
            result = tuple(itertools.chain.from_iterable(choice))
            if stems := lexicon.stems_of(result):
                families, terms = lexicon.roots(stems), lexicon.roots(lexicon.stems_of(spelled))
                beside = tuple(term for term in full_terms if term not in terms)
                changed = (word for word, spellings in zip(spelled, choice, strict=True) if spellings != (word,))
                is_short = [bool(_meanings(word, lexicon)) for word in changed]
                yield Reading(result, stems, families, any(is_short), beside, cut, dashed, not all(is_short))


class _Token(NamedTuple):
    """A word of a title and its place in the folded text."""

    word: str
    start: int
    end: int


class _Segment(NamedTuple):
    """Words between two separators, and the sign before them."""

    tokens: tuple[_Token, ...]
    sign: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(token.word for token in self.tokens)


_WORD: Final = re.compile(r"[0-9a-z]+")
_WRITTEN: Final = re.compile(r"\S(?:.*\S)?", re.DOTALL)
_SEPARATOR: Final = re.compile(r"\s[-–—]+\s?|\s?[–—]+\s|[-–—]+\s|[|:;,!?()\[\]{}/+•*\n]")
_OPENING: Final = re.compile(r"^[^/]*(?::|\s[-–—])\s+")  # what stands before both forms of a title: "POEI : "
_ALL_ALIKE: Final = frozenset(",/")
_MOST_JOBS: Final = 4
_OF_UNKNOWN: Final = 0.5


class _Title:
    """One title being read: its folded text, where each letter stands as written, and what was left aside."""

    def __init__(self, text: str, lexicon: Lexicon, words: Words) -> None:
        self.lexicon = lexicon
        self.pack = lexicon.pack
        self.words = words
        pairs = ((part, paired_forms(part, lexicon=lexicon)) for part in (text, _OPENING.sub("", text)))
        self.text = next((text.removesuffix(part) + pair[0] for part, pair in pairs if pair), text)
        letters = list(self.text.casefold()) if self.text.isascii() else [fold_accents(letter) for letter in self.text]
        self.folded = "".join(letters)
        self.origin = [place for place, folded in enumerate(letters) for _ in folded]
        self.dropped: list[tuple[int, int]] = []
        self.posted = False
        self.feminine: dict[int, int] = {}  # where an ending of the other gender starts and ends
        self._take_away()
        segments = self._without_asides(self._cut())
        self.cut = bool(segments) and bool(segments[-1].tokens) and segments[-1].tokens[-1].word in self.pack.openers
        self.segments = [self._trimmed(segment) for segment in segments]
        self.dashed = not any(segment.sign in _ALL_ALIKE for segment in self.segments)

    def jobs(self) -> list[list[tuple[str, ...]]]:
        """Spelled words of each job: with all that qualifies it, then without."""
        segments = [segment for segment in self.segments if segment.tokens]
        if several := self._listed_jobs(segments):
            return [[self._joined(words)] for words in several[:_MOST_JOBS]]
        if not (full := self._joined([word for segment in segments for word in segment.words])):
            return []
        first = segments[0].tokens
        # Strange words behind a title make no other of it where titles begin with the job ("boulanger LHSS").
        while self.pack.heads and len(segments) == 1 and len(first) > 1 and self._is_strange(first):
            first = first[:-1]
        main = self._joined(token.word for token in first)
        long = len(segments) > 1 and len(self.lexicon.stems_of(main)) > 1
        alone = long or self._names_one_job(main)
        return [[full, main]] if alone and main != full else [[full]]

    def read(self) -> str:
        """Return what is left of the text, as written."""
        letters = list(self.text)
        for place in (self._written(*span) for span in self.dropped):
            letters[place] = " " * len(letters[place])
        left_over = _EMPTY_BRACKETS.sub(" ", "".join(letters))
        return _EDGES.sub("", _DANGLING.sub(" ", _SPACES.sub(" ", left_over)))

    def ignored(self) -> tuple[str, ...]:
        """Return what was left aside, as written, without the signs around it."""
        pieces = (self.text[self._written(*span)].strip(_SIGNS) for span in sorted(self.dropped))
        told = (text for text in pieces if text and fold_accents(text) not in self.pack.stop_words)
        return tuple(text + ")" * (text.count("(") - text.count(")")) for text in told)

    def _written(self, start: int, end: int) -> slice:
        return slice(self.origin[start], self.origin[end - 1] + 1)

    def _drop(self, start: int, end: int) -> None:
        """Leave a part of the text aside: spaces replace it."""
        if part := _WRITTEN.search(self.folded, start, end):  # what was left aside before stands blank
            start, end = part.start(), self.feminine.get(part.end(), part.end())
            self.dropped.append((start, end))
            self._blank(start, end)

    def _blank(self, start: int, end: int, sign: str = "") -> None:
        self.folded = f"{self.folded[:start]}{sign:<{end - start}}{self.folded[end:]}"

    def _take_away(self) -> None:
        """Apply what is replaced or taken away anywhere: written signs, noise, endings of the other gender, places."""
        for sign, pattern, meaning in self.pack.signs:
            for match in reversed(list(pattern.finditer(self.folded))) if sign in self.folded else ():
                first = self.origin[match.start()]
                self.folded = self.folded[: match.start()] + meaning + self.folded[match.end() :]
                self.origin[match.start() : match.end()] = [first] * len(meaning)
        for pattern, posted in self.pack.noise:
            for match in list(pattern.finditer(self.folded)):
                if self._stays(match):
                    continue
                self._drop(*match.span())
                self.posted = self.posted or posted
                # A name after it is a part of its own: "Boulanger H/F Villefranche".
                after = _WORD.search(self.folded, match.end())
                if after and self._is_name(after.start()) and self.folded[: match.start()].strip():
                    self._blank(*match.span(), "-")
        for match in list(self.pack.endings.finditer(self.folded)):
            self.feminine[match.start()] = match.end()
            self._blank(*match.span())
        capitals = _capitals(self.text)
        for position, pattern in enumerate(self.pack.places):
            place = pattern.search(self.folded)
            if place is None or not self.folded[: place.start()].strip():
                continue
            # "Aide à Domicile", written as names are, is a title as a whole.
            meant = position == 0 and self._is_meant(_WORD.findall(self.folded, 0, place.end()))
            if not meant and self._is_place(place, position, capitals):
                self._drop(*place.span())
                break

    def _stays(self, match: re.Match[str]) -> bool:
        """Whether what a rule finds stays: a town in words of titles; a home, parted from what one does there."""
        town = _WORD.findall(match.groupdict().get("town") or "")
        if "parted" not in match.groupdict():
            return bool(town) and all(word in self.words.known or word in self.pack.stop_words for word in town)
        before, whole = (_WORD.findall(self.folded, 0, end) for end in match.span())
        if self._names_one_job(self._joined(before)) and not self._is_meant(whole):
            self._blank(*match.span("parted"), "|")
        return True

    def _is_place(self, match: re.Match[str], position: int, capitals: frozenset[str]) -> bool:
        terms = [t for t in re.split(r"[\s\-']+", match["place"].strip()) if t and t not in self.pack.stop_words]
        if not terms:
            return False
        # Where every word has a capital, one that titles have is as likely to be of the job ("Machines à Papier").
        before = [t for t in _WORD.findall(self.folded, 0, match.start()) if t not in self.pack.stop_words][1:]
        of_titles = before and capitals.issuperset(before) and all(word in self.words.known for word in terms)
        capitalised = position == 0 and not of_titles and capitals.issuperset(terms)
        known = any(word in self.words.known or word in self.pack.abbreviations for word in terms)
        # A word that no title has may be one of the job ("sur faïence"): a place is marked as such, or is a name;
        # where the line is in one case, "à" comes before more places than anything else, unless it tells how.
        marked = match.groupdict().get("told") or self._is_name(match.start("place") + match["place"].find(terms[0]))
        one_case = position == 0 and (self.text.isupper() or self.text.islower())
        marked = marked or (one_case and match.groupdict().get("how") is None)
        return capitalised or (bool(marked) and not known) or " ".join(terms) in self.pack.asides

    def _cut(self) -> list[_Segment]:
        segments, start, sign = [], 0, ""
        for match in [*_SEPARATOR.finditer(self.folded), None]:
            end = match.start() if match else len(self.folded)
            tokens = tuple(_Token(m[0], m.start(), m.end()) for m in _WORD.finditer(self.folded, start, end))
            if tokens:
                segments.append(_Segment(tokens, sign))
            if match:
                start, sign = match.end(), match[0].strip() or " "
        return segments

    def _trimmed(self, segment: _Segment) -> _Segment:
        """Return the segment without numbers that mean nothing, and words of advertisements at both ends."""
        known = self.words.known
        tokens = []
        for token in segment.tokens:
            number = token.word.isdigit() and (len(token.word) <= _SHORT or token.word not in known)
            if number and not self._joins(segment, token):
                self._drop(token.start, token.end)
            else:
                tokens.append(token)
        first, last = 0, len(tokens)
        if self._is_meant([token.word for token in tokens]):
            return segment._replace(tokens=tuple(tokens))
        while last - first > 1 and tokens[first].word in self.pack.leading:
            first += 1
        while last - first > 1 and (tokens[last - 1].word in self.pack.trailing or self._ends_in_name(tokens[:last])):
            last -= 1
        for token in (*tokens[:first], *tokens[last:]):
            self._drop(token.start, token.end)
        return segment._replace(tokens=tuple(tokens[first:last]))

    def _is_meant(self, spelled: Iterable[str]) -> bool:
        """Whether words are a label, or a usage of one."""
        stems = " ".join(self.lexicon.stems_of(self._joined(spelled)))
        return stems in self.words.labels or stems in self.pack.usages

    def _is_strange(self, tokens: Sequence[_Token]) -> bool:
        """Whether nothing tells what the last word means."""
        *_, word = spelled = tuple(token.word for token in tokens)
        known = self.words.known
        if word in self.pack.foreign or _is_known(spelled, self.words, self.lexicon):
            return False
        if self.text[self._written(*tokens[-1][1:])].isupper() and not self.text.isupper():
            return True  # initials
        glued = (w for w in known if len(w) > _SHORT + 1 and (word.startswith(w) or word.endswith(w)))
        return not (any(w.startswith(word) for w in known) or any(glued) or an_error_away(word, known))

    def _joins(self, segment: _Segment, token: _Token) -> bool:
        """Whether a number is one word with the letter after it (3 D)."""
        end = segment.tokens[-1].end
        return any(pattern.match(self.folded, token.start, end) is not None for pattern in self.pack.joins)

    def _without_asides(self, segments: list[_Segment]) -> list[_Segment]:
        """Return the segments without those that name an employer or a place."""
        several = len(segments) > 1
        aside = [self._is_employer(segment) or (several and self._is_aside(segment)) for segment in segments]
        if several and all(aside):
            aside[0] = self._is_employer(segments[0])
        for segment, left in zip(segments, aside, strict=True):
            if left and segment.tokens:
                self._drop(segment.tokens[0].start, segment.tokens[-1].end)
        return [segment for segment, left in zip(segments, aside, strict=True) if not left]

    def _is_employer(self, segment: _Segment) -> bool:
        """Whether a part names an employer in words of which none is a label's."""
        terms = [word for word in segment.words if word not in self.pack.stop_words]
        employer = any(word in self.pack.employers for word in terms)
        return employer and not any(word in self.words.known and word not in self.pack.employers for word in terms)

    def _is_aside(self, segment: _Segment) -> bool:
        pack, known = self.pack, self.words.known
        terms = [word for word in segment.words if word not in pack.stop_words and not word.isdigit()]
        text = " ".join(segment.words)
        # A part in words of titles says which job ("Conducteur - ligne").
        remark = not all(word in known for word in terms) and _is_remark(text, self.words, self.lexicon)
        if not terms or text in pack.asides or remark:
            return True
        opens = self.lexicon.stem(terms[0]) in self.words.heads  # as titles do
        employer = not opens and any(word in pack.employers for word in terms)
        if employer or all(word in pack.trailing or word in pack.leading for word in terms):
            return True
        unknown = (word for word in terms if word not in known and word not in pack.abbreviations)
        strange = [word for word in unknown if self.lexicon.stem(word) not in self.words.heads]
        # After a slash or a comma stands what qualifies the job, unless it is written as a name.
        qualifies = segment.sign in _ALL_ALIKE and not self._is_name(segment.tokens[0].start)
        return len(strange) >= _OF_UNKNOWN * len(terms) and not qualifies and not opens

    def _is_name(self, start: int) -> bool:
        """Whether a part begins with a capital letter in a line that is not all in capitals."""
        return self.text[self.origin[start]].isupper() and not self.text.isupper()

    def _ends_in_name(self, tokens: Sequence[_Token]) -> bool:
        """Whether words end with one that no label has, in more capitals than those before it: a town, a firm."""
        last = tokens[-1].word
        known = last in self.words.known or last in self.pack.abbreviations or tokens[-2].word in self.pack.stop_words
        if known or len(last) < _LEAST_NAME or _corrections(last, self.words, self.lexicon):
            return False
        written = [self.text[self._written(t.start, t.end)] for t in tokens if t.word not in self.pack.stop_words]
        capitals = [word[0].isupper() + word.isupper() for word in written]
        return capitals[-1] > max(capitals[1:-1] or capitals[:1])

    def _joined(self, spelled: Iterable[str]) -> tuple[str, ...]:
        return joined_words(" ".join(spelled), self.pack)

    def _listed_jobs(self, segments: Sequence[_Segment]) -> list[tuple[str, ...]]:
        """Words of each job where the line names several, else nothing."""
        pieces: list[tuple[tuple[str, ...], bool]] = []
        for segment in segments:
            alike = segment.sign in _ALL_ALIKE
            for parts_them, piece in itertools.groupby(segment.words, self.pack.alternatives.__contains__):
                if not parts_them:
                    pieces.append((tuple(piece), alike))
                    alike = True
        if len(pieces) < 2:  # noqa: PLR2004 - one job
            return []
        full = self.lexicon.stems_of(self._joined([word for piece, _ in pieces for word in piece]))
        if " ".join(full) in self.words.labels:
            return []
        # "Animateur / éducateur sportif" names an "animateur sportif", where that is a title.
        first, second = (piece for piece, _ in pieces[:2])
        if len(first) == 1 and len(second) > 1 and self._is_meant(first + second[1:]):
            pieces[0] = (first + second[1:], pieces[0][1])
        jobs = [piece for place, (piece, alike) in enumerate(pieces) if self._is_job(piece, by_head=alike or not place)]
        return jobs if len(jobs) == len(pieces) else []

    def _is_job(self, spelled: tuple[str, ...], *, by_head: bool) -> bool:
        stems = self.lexicon.stems_of(spelled)
        if " ".join(stems) in self.words.labels or (by_head and stems and stems[0] in self.words.heads):
            return True
        return any(stem in self.words.heads for form in self._in_full(spelled) for stem in self.lexicon.stems_of(form))

    def _in_full(self, spelled: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What a word alone is short for, whatever stands beside it."""
        meant = self.pack.abbreviations.get(spelled[0], ()) if len(spelled) == 1 else ()
        return [meaning.expansion for meaning in meant if not meaning.near]

    def _names_one_job(self, spelled: tuple[str, ...]) -> bool:
        """Whether words, or what one is short for, are a title of one job; a head of usage has a rule of its own."""
        usages, heads = self.pack.usages, self.pack.heads
        stems = (" ".join(self.lexicon.stems_of(form)) for form in (spelled, *self._in_full(spelled)))
        return any(s in self.words.labels or (len(usages.get(s, ())) == 1 and s not in heads) for s in stems)


_SIGNS: Final = " -–—,;:./|!?()[]{}+*'’\""
_EMPTY_BRACKETS: Final = re.compile(r"[(\[{]\s*[)\]}]")
_DANGLING: Final = re.compile(r"\s[-–—,;:/|+.]+(?=\s|$)(?=\s*(?:[-–—,;:/|+.]|$))|\s+(?=[,;])")
_EDGES: Final = re.compile(r"^[\s\-–—,;:/|+.!?)’'*]+|[\s\-–—,;:/|+!?(*]+$")


def _capitals(text: str) -> frozenset[str]:
    """Folded words that are written with a capital, the first word aside."""
    capitalised = (part for part in re.split(r"[\s\-'’]+", text)[1:] if part[:1].isupper() and part[1:2].islower())
    return frozenset(_SPACES.sub(" ", fold_accents(part.strip("(),."))).strip() for part in capitalised)


def _meanings(word: str, lexicon: Lexicon) -> tuple[Abbreviation, ...]:
    """What a word may stand for; a feminine with an ending of its own ("superviseuse"), what its masculine may."""
    meant, form = lexicon.pack.abbreviations, lexicon.stem(word)
    return meant.get(word) or (() if word.startswith(form) else meant.get(form, ()))


def _choices(spelled: tuple[str, ...], place: int, words: Words, lexicon: Lexicon) -> list[tuple[str, ...]]:
    word, others = spelled[place], (*spelled[:place], *spelled[place + 1 :])
    known, in_full = words.known, len(word) > _SHORT and are_initials(word, others)
    meanings = () if in_full else _meanings(word, lexicon)  # "machines à sous (MAS)"
    if any(meant.yields for meant in meanings) and (not lexicon.pack.titles or _says_one_job(others, words, lexicon)):
        return [(word,)]
    around = frozenset(map(lexicon.stem, others))
    fitting = [meaning.expansion for meaning in meanings if meaning.near & around]
    if fitting:
        return fitting[:1]
    free = [meaning.expansion for meaning in meanings if not meaning.near]
    if not free:
        close = _corrections(word, words, lexicon, " ".join((*spelled[:place], "")))
        return [*((right,) for right in close.values() if lexicon.stem(word) not in close), (word,)]
    return [*free, (word,)] if word in known else free


def _says_one_job(spelled: tuple[str, ...], words: Words, lexicon: Lexicon) -> bool:
    """Whether words are a title of one job, and not a broad one whose job another word says ("technicien")."""
    stems = " ".join(lexicon.stems_of(spelled))
    return stems in words.labels or stems in lexicon.pack.heads or len(lexicon.pack.usages.get(stems, ())) == 1


def _corrections(word: str, words: Words, lexicon: Lexicon, before: str = "") -> Mapping[str, str]:
    """
    Words of labels one error away from one that none has, with its first letter, by stem.

    First, what is left of one that lost its apostrophe ("dagence"), unless the words `before` end in an article ("la
    légalité"); last, those that sound the same ("chofagiste").
    """
    if word in words.known or len(word) < _MENDED_FROM or not word.isalpha() or not lexicon.pack.titles:
        return {}
    if _ELIDED.match(before + word, len(before)) and word[1:] in words.known:
        return {"": word[1:]}
    close = an_error_away(word, words.by_letter.get(word[0], ())) or words.by_sound.get(words.sound(word), ())
    return {lexicon.stem(known_word): known_word for known_word in sorted(close, reverse=True)}
