"""
What a fiche's own text on access says: levels of study, credentials and how strongly it asks for them, selection.

The rules are words and patterns in ``language/<lang>/access.toml``; nothing is learned. A text that a rule does not
understand gives no obligation: only what is stated without reserve, or named as the only way, counts as required.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any, Final, Literal

Strength = Literal["stated", "only-way", "one-way", "usual", "negated"]
Condition = Literal["always", "some-titles", "some-tasks", "self-employed", "public"]
Selection = Literal["competition", "appointment", "admission"]

_CONDITIONS: Final[tuple[tuple[str, Condition], ...]] = (
    ("self_employed", "self-employed"),
    ("public", "public"),
    ("some_titles", "some-titles"),
    ("some_tasks", "some-tasks"),
)
_FOLDED: Final = {"œ": "o", "æ": "a", "’": "'", "‑": "-", " ": " "}
_NEAR: Final = 90  # letters between a credential and the word that says how strongly it is asked for
_SCALE: Final[tuple[tuple[str, int], ...]] = (
    (r"\bcap\b|\bcapa\b|\bbep\b|\bbpa\b|\bcapm\b|niveau 3\b|brevet des colleges", 3),
    (r"\bbac\b(?! ?\+)|\bbp\b|brevet professionnel|baccalaureat|\bbt\b|bpjeps|niveau 4\b", 4),
    (r"bac ?\+ ?2|\bbts\b|\bdut\b|btsa|deust|niveau 5\b", 5),
    (r"bac ?\+ ?[34]|licence|\bbut\b|dejeps|bachelor|niveau 6\b|maitrise\b(?! d)", 6),
    (r"bac ?\+ ?[56]|master|ingenieur|ecoles? de commerce|grandes ecoles|\bmba\b|niveau 7\b", 7),
    (r"bac ?\+ ?(?:[789]|1\d)|doctorat|docteur|these", 8),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A credential that the text names: where, how strongly it is asked for, and of whom."""

    start: int
    end: int
    text: str
    name: str
    kind: str
    strength: Strength
    condition: Condition
    alternative: bool  # one of several that the sentence offers

    @property
    def required(self) -> bool:
        """Whether the text, taken at its word, asks it of everybody."""
        return self.strength in ("stated", "only-way") and self.condition == "always" and not self.alternative


@dataclass(frozen=True, slots=True)
class AccessText:
    """
    What a text on access says; None where it says nothing.

    Attributes
    ----------
    low, high
        European levels named, 3 (CAP) to 8 (doctorate); `low` is 0 where the text says that no diploma is needed.
    selection
        A competition, an appointment or an admission that everybody goes through.
    """

    low: int | None
    high: int | None
    without_diploma: bool
    experience: bool
    selection: Selection | None
    mentions: tuple[Mention, ...]

    @property
    def required(self) -> tuple[Mention, ...]:
        """The mentions that the text asks of everybody."""
        return tuple(m for m in self.mentions if m.required)


@dataclass(frozen=True)
class _Rules:
    sentence: re.Pattern[str]
    cues: Mapping[str, re.Pattern[str]]
    conditions: Mapping[str, re.Pattern[str]]
    ways: Mapping[str, re.Pattern[str]]
    selection: Mapping[str, re.Pattern[str]]
    credentials: Sequence[tuple[Mapping[str, Any], re.Pattern[str]]]


def read_access_text(text: str, language: str = "fr") -> AccessText | None:
    """
    Read a text on access to an occupation.

    Parameters
    ----------
    text
        The fiche's own words; several paragraphs between ``|`` or line ends.
    language
        Language of the text; None is returned for a language without rules.

    Examples
    --------
    >>> said = read_access_text("Accessible avec un Diplôme d'État d'infirmier, obligatoire pour exercer.")
    >>> [(m.text, m.strength) for m in said.required]
    [("Diplôme d'État d'infirmier", 'stated')]
    >>> read_access_text("Accessible sans diplôme. Le permis B peut être demandé.").required
    ()
    """
    rules = _rules(language)
    if rules is None or not text.strip():
        return None
    folded = fold_in_place(text)
    sentences = list(_sentences(folded, rules))
    mentions: list[Mention] = []
    before: list[int] = []  # places of the mentions of the sentence before
    for start, end in sentences:
        sentence = folded[start:end]
        here = _mentions(text, sentence, start, rules, folded)
        if not here and before and _restates(sentence, rules):
            for place in before:
                mentions[place] = _stated(mentions[place])
        before = list(range(len(mentions), len(mentions) + len(here))) if here else before
        mentions += here
    low, high = _levels(folded)
    without = rules.ways["without_diploma"].search(folded) is not None
    return AccessText(
        low=0 if without else low,
        high=high,
        without_diploma=without,
        experience=rules.ways["experience"].search(folded) is not None,
        selection=_selection([folded[a:b] for a, b in sentences], rules),
        mentions=tuple(mentions),
    )


def fold_in_place(text: str) -> str:
    """
    Lower case without accents, each letter in its place, so that positions hold in the text itself.

    Examples
    --------
    >>> fold_in_place("Diplôme d’État")
    "diplome d'etat"
    """
    return "".join(_FOLDED.get(c, "") or unicodedata.normalize("NFKD", c)[:1].lower()[:1] or " " for c in text)


def _mentions(text: str, sentence: str, offset: int, rules: _Rules, whole: str) -> list[Mention]:
    spans = list(_named(sentence, rules))
    several = len(spans) > 1
    cues = _cues(sentence, rules)
    mentions = []
    for place, (start, end, credential) in enumerate(spans):
        strength = _strength(sentence, start, end, cues, rules)
        alone = not several and not rules.ways["other_way"].search(whole)
        if strength is None:
            opens = rules.ways["access"].search(sentence[:start]) is not None
            only = opens and alone and credential["kind"] == "diplôme" and not _offers(sentence, start, end)
            if only and _levels(sentence[:start] + sentence[end:]) == (None, None):
                strength = "only-way"
            else:
                strength = "one-way" if opens else "usual"
        if credential.get("usual") or (credential.get("renewal") and strength in ("stated", "only-way")):
            strength = "usual"
        mentions.append(
            Mention(
                offset + start,
                offset + end,
                text[offset + start : offset + end].strip(),
                credential["name"],
                credential["kind"],
                strength,
                _condition(sentence, start, end, rules),
                _alternative(sentence, spans, place),
            )
        )
    return mentions


def _named(sentence: str, rules: _Rules) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    """Credentials named in a sentence, from the left; where two patterns meet, the earlier rule names it."""
    taken: list[tuple[int, int, Mapping[str, Any]]] = []
    for credential, pattern in rules.credentials:
        for match in pattern.finditer(sentence):
            if match.end() > match.start() and all(match.end() <= a or match.start() >= b for a, b, _ in taken):
                taken.append((match.start(), match.end(), credential))
    yield from sorted(taken, key=lambda span: span[0])


def _cues(sentence: str, rules: _Rules) -> list[tuple[int, int, str]]:
    """Words that say how strongly something is asked for; what negates or softens hides what it contains."""
    cues: list[tuple[int, int, str]] = []
    for name in ("negated", "hedged", "stated"):
        for match in rules.cues[name].finditer(sentence):
            if all(match.end() <= a or match.start() >= b for a, b, _ in cues):
                cues.append((match.start(), match.end(), name))
    return cues


def _strength(
    sentence: str, start: int, end: int, cues: Sequence[tuple[int, int, str]], rules: _Rules
) -> Strength | None:
    """Return what the nearest cue says; what is asked of a language, a record or a body is not about the credential."""
    clauses = [0, *(m.end() for m in re.finditer(r"\b(?:mais|cependant|toutefois|neanmoins|alors que)\b", sentence))]
    own = max(c for c in clauses if c <= start)
    after = min((c for c in clauses if c > start), default=len(sentence))
    near: list[tuple[int, str]] = []
    for a, b, name in cues:
        if a < own or b > after + 1:
            continue
        gap = a - end if a >= end else start - b
        if gap < 0:  # the cue stands inside the name: "formation continue obligatoire"
            continue
        between = sentence[end:a] if a >= end else sentence[b:start]
        if gap > _NEAR or rules.cues["other"].search(between):
            continue
        near.append((gap, name))
    if not near:
        return None
    names = {name for _, name in near}
    if "negated" in names:
        return "negated"
    nearest = min(near)[1]
    if nearest == "hedged" or ("hedged" in names and min(g for g, n in near if n == "hedged") < _NEAR // 2):
        return "usual"
    return "stated"


def _condition(sentence: str, start: int, end: int, rules: _Rules) -> Condition:
    around = sentence[max(0, start - _NEAR) : start] + " " + sentence[end : end + _NEAR]
    for name, condition in _CONDITIONS:
        if rules.conditions[name].search(around):
            return condition
    return "always"


def _alternative(sentence: str, spans: Sequence[tuple[int, int, Mapping[str, Any]]], place: int) -> bool:
    start, end, _ = spans[place]
    if place and re.search(r"\b(?:ou|soit)\b", sentence[spans[place - 1][1] : start]):
        return True
    if place + 1 < len(spans) and re.search(r"\b(?:ou|soit)\b", sentence[end : spans[place + 1][0]]):
        return True
    return _offers(sentence, start, end)


def _offers(sentence: str, start: int, end: int) -> bool:
    """Whether something else would do: "or a ...", close before or after."""
    return re.match(r"[^,.;]{0,25},? ou (?:un|une|le|la|l'|des|son|par|equivalent)\b", sentence[end:]) is not None or (
        re.search(r"\bou (?:un |une |le |la |l')?(?:\w+ ){0,2}$", sentence[:start]) is not None
    )


def _restates(sentence: str, rules: _Rules) -> bool:
    return (
        rules.cues["anaphora"].search(sentence) is not None
        and rules.cues["stated"].search(sentence) is not None
        and rules.cues["negated"].search(sentence) is None
        and rules.cues["hedged"].search(sentence) is None
    )


def _stated(mention: Mention) -> Mention:
    if mention.strength in ("one-way", "only-way"):
        return Mention(
            mention.start, mention.end, mention.text, mention.name, mention.kind, "stated", mention.condition,
            mention.alternative,
        )  # fmt: skip
    return mention


def _levels(folded: str) -> tuple[int | None, int | None]:
    named = [level for pattern, level in _scale() if pattern.search(folded)]
    return (min(named), max(named)) if named else (None, None)


def _selection(sentences: Sequence[str], rules: _Rules) -> Selection | None:
    """Return the selection that everybody goes through; a competition for some posts only is none."""
    kinds: tuple[Selection, ...] = ("competition", "appointment", "admission")
    for kind in kinds:
        for sentence in sentences:
            match = rules.selection[kind].search(sentence)
            if match and (kind != "competition" or not rules.selection["partial"].search(sentence)):
                return kind
    return None


def _sentences(folded: str, rules: _Rules) -> Iterator[tuple[int, int]]:
    start = 0
    for match in rules.sentence.finditer(folded):
        if folded[start : match.start()].strip():
            yield start, match.start()
        start = match.end()
    if folded[start:].strip():
        yield start, len(folded)


@cache
def _scale() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(pattern), level) for pattern, level in _SCALE)


@cache
def _rules(language: str) -> _Rules | None:
    path = files("passerelles.language") / language / "access.toml"
    if not path.is_file():
        return None
    raw = loads(path.read_text(encoding="utf-8"))

    def alternatives(table: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
        return {k: re.compile("|".join(v) if isinstance(v, list) else v) for k, v in table.items()}

    return _Rules(
        re.compile(raw["sentence"]),
        alternatives(raw["cues"]),
        alternatives(raw["conditions"]),
        alternatives(raw["ways"]),
        alternatives(raw["selection"]),
        [(c, re.compile(c["pattern"])) for c in raw["credentials"]],
    )
