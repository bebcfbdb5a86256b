"""
What a fiche's own text on access says: levels of study, credentials and how strongly it asks for them, selection.

The rules are words and patterns in ``language/<lang>/access.toml``; nothing is learned. A sentence is read in four
steps: the credentials it names, the words that say how strongly something is asked for, which of these reaches which
credential, and what the sentence offers instead. A text that no rule understands gives no obligation: only what is
stated without reserve, or named as the only way, counts as required.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from tomllib import loads
from typing import Any, Final, Literal, NamedTuple

Strength = Literal["stated", "only-way", "one-way", "usual", "negated"]
Condition = Literal["always", "some-titles", "some-tasks", "self-employed", "public"]
Selection = Literal["competition", "appointment", "admission"]

_SELECTIONS: Final[tuple[Selection, ...]] = ("competition", "appointment", "admission")
_CONDITIONS: Final[tuple[Condition, ...]] = ("self-employed", "public", "some-titles", "some-tasks")
_CUES: Final = ("neutral", "negated", "hedged", "softened", "governing", "stated")  # what comes first hides what is in it
_FORWARD: Final = ("softened", "governing")  # these speak of what follows them, the others of what precedes
_FOLDED: Final = {"œ": "o", "æ": "a", "’": "'", "‑": "-", "\u00a0": " "}
_MASK: Final = "_"  # stands for the letters of a credential, so that its own words are not read as cues


@dataclass(frozen=True, slots=True)
class Mention:
    """
    A credential that the text names: where, how strongly it is asked for, and of whom.

    Attributes
    ----------
    start, end
        Place in the text, in characters.
    alternative
        One of several that the sentence offers.
    employer
        The employer gives it: no text asks it of somebody who applies (CACES, medical fitness).
    """

    start: int
    end: int
    text: str
    name: str
    kind: str
    strength: Strength
    condition: Condition
    alternative: bool

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


class _Span(NamedTuple):
    start: int
    end: int
    head_end: int
    rule: Mapping[str, Any]


class _Cue(NamedTuple):
    start: int
    end: int
    kind: str


class _Sentence(NamedTuple):
    """A sentence in the making: its own letters, the same with credentials masked, and what stands in it."""

    text: str
    masked: str
    spans: Sequence[_Span]
    cues: Sequence[_Cue]
    clauses: Sequence[tuple[int, int]]
    access: re.Match[str] | None

    def clause(self, place: int) -> tuple[int, int]:
        return next((a, b) for a, b in self.clauses if a <= place <= b)


@dataclass(frozen=True)
class _Rules:
    sentence: re.Pattern[str]
    clause: re.Pattern[str]
    cues: Mapping[str, re.Pattern[str]]
    reading: Mapping[str, re.Pattern[str]]
    conditions: Mapping[str, re.Pattern[str]]
    ways: Mapping[str, re.Pattern[str]]
    selection: Mapping[str, re.Pattern[str]]
    levels: Mapping[str, re.Pattern[str]]
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
    places = list(_sentences(folded, rules))
    other_way = rules.ways["other_way"].search(folded) is not None
    mentions: list[Mention] = []
    previous = 0  # first mention of the last sentence that names any
    for order, (start, end) in enumerate(places):
        sentence = _sentence(folded[start:end], rules)
        if _restates(sentence, rules):
            mentions[previous:] = [_stated(m) for m in mentions[previous:]]
        following = folded[slice(*places[order + 1])] if order + 1 < len(places) else ""
        here = list(_mentions(sentence, order == 0, other_way, following, rules))
        if here:
            previous = len(mentions)
        mentions += [
            replace(m, start=start + m.start, end=start + m.end, text=text[start + m.start : start + m.end]) for m in here
        ]
    sentences = [folded[a:b] for a, b in places]
    without = rules.ways["without_diploma"].search(folded) is not None
    low, high = _levels(sentences, without, rules)
    return AccessText(
        low=0 if without else low,
        high=high,
        without_diploma=without,
        experience=rules.ways["experience"].search(folded) is not None,
        selection=_selection(sentences, rules),
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


def _sentences(folded: str, rules: _Rules) -> Iterator[tuple[int, int]]:
    start = 0
    for match in rules.sentence.finditer(folded):
        if folded[start : match.start()].strip():
            yield start, match.start()
        start = match.end()
    if folded[start:].strip():
        yield start, len(folded)


def _sentence(text: str, rules: _Rules) -> _Sentence:
    spans = _spans(text, rules)
    masked = text
    for span in spans:
        masked = masked[: span.start] + _MASK * (span.end - span.start) + masked[span.end :]
    cues: list[_Cue] = []
    for kind in _CUES:
        for match in rules.cues[kind].finditer(text if kind in ("neutral", "negated") else masked):
            if all(match.end() <= c.start or match.start() >= c.end for c in cues):
                cues.append(_Cue(match.start(), match.end(), kind))
    edges = [0, *(m.start() for m in rules.clause.finditer(masked)), len(text)]
    return _Sentence(text, masked, spans, sorted(cues), list(pairwise(edges)), rules.ways["access"].search(masked))


def _spans(text: str, rules: _Rules) -> list[_Span]:
    """Credentials named in a sentence, from the left: the head that a rule knows, and its complement."""
    heads = [(m.start(), order, m.end()) for order, (_, p) in enumerate(rules.credentials) for m in p.finditer(text)]
    spans: list[_Span] = []
    for start, order, head_end in sorted(heads):
        if spans and start < spans[-1].end:
            continue
        rule = rules.credentials[order][0]
        end = head_end
        if not rule.get("whole"):
            for part in ("tail", "acronym", "tail"):
                match = rules.reading[part].match(text, end)
                end = match.end() if match else end
        spans.append(_Span(start, start + len(text[start:end].rstrip()), head_end, rule))
    return spans


def _mentions(
    sentence: _Sentence, first: bool, other_way: bool, following: str, rules: _Rules
) -> Iterator[Mention]:
    """Mentions of one sentence, at their places in it."""
    reached = _reached(sentence, rules)
    for place, span in enumerate(sentence.spans):
        asked = reached[place]
        listed = _listed(sentence, span)
        if "negated" not in asked and rules.reading["unnamed"].search(sentence.text[: span.start]):
            continue
        if rules.reading["anaphora"].search(sentence.text[: span.end + 20]) and span.end - span.head_end < 3:
            continue
        if _introduces(sentence, place, rules):
            continue
        alternative = _alternative(sentence, place, following, rules)
        strength: Strength
        if "negated" in asked:
            strength = "negated"
        elif "hedged" in asked or "softened" in asked:
            strength = "usual"
        elif "stated" in asked or "governing" in asked:
            strength = "stated"
        elif listed:
            example = rules.reading["examples"].search(sentence.masked[_access_end(sentence) : span.start])
            beside = span.rule.get("beside") and len(sentence.spans) == 1
            strength = "one-way" if other_way or alternative or example or beside else "only-way"
        else:
            strength = "usual"
        if span.rule.get("if_stated") and strength not in ("stated", "negated"):
            continue
        if strength in ("stated", "only-way") and (span.rule.get("usual") or span.rule.get("renewal")):
            strength = "usual"
        yield Mention(
            span.start, span.end, "", span.rule["name"], span.rule["kind"], strength,
            _condition(sentence, place, first, listed, rules), alternative,
        )  # fmt: skip


def _reached(sentence: _Sentence, rules: _Rules) -> list[set[str]]:
    """Which cues speak of each credential; what is asked of a language or a record is not asked of the credential."""
    reached: list[set[str]] = [set() for _ in sentence.spans]
    spans = list(enumerate(sentence.spans))
    for low, high in sentence.clauses:
        cues = [c for c in sentence.cues if low <= c.start < high]
        edge, previous = low, list[int]()
        for order, cue in enumerate(cues):
            until = cues[order + 1].start if order + 1 < len(cues) else high
            after = [i for i, s in spans if cue.end <= s.start < until]
            before = [i for i, s in spans if edge <= s.start and s.end <= cue.start]
            if cue.kind == "neutral":
                edge = cue.end
                continue
            if cue.kind in _FORWARD:
                for i in after:
                    reached[i].add(cue.kind)
                continue
            inside = [i for i, s in spans if cue.start <= s.start < cue.end]
            if inside:
                told = inside
            elif before:
                told = [i for i in before if not rules.reading["other"].search(sentence.masked[sentence.spans[i].end : cue.start])]
                bare = rules.reading["attached"].search(sentence.masked[sentence.spans[before[-1]].end : cue.start])
                if bare and not sentence.text[cue.start : cue.end].endswith("s"):
                    told = before[-1:]
            elif rules.reading["other"].search(sentence.masked[edge : cue.start]):
                told = []
            else:
                told = previous or after
            for i in told:
                reached[i].add(cue.kind)
            if rules.reading["extends"].match(sentence.masked, cue.end):
                for i in after:
                    reached[i].add(cue.kind)
            edge, previous = cue.end, told
    return reached


def _access_end(sentence: _Sentence) -> int:
    return sentence.access.end() if sentence.access else 0


def _listed(sentence: _Sentence, span: _Span) -> bool:
    """Whether the credential stands among the ways in: "accessible with ..."."""
    return sentence.access is not None and sentence.clause(span.start) == sentence.clause(sentence.access.start()) and (
        span.start >= sentence.access.end()
    )


def _introduces(sentence: _Sentence, place: int, rules: _Rules) -> bool:
    """Whether a bare word only introduces what is named after it: "certifications such as ..."."""
    span = sentence.spans[place]
    if place + 1 == len(sentence.spans) or span.end - span.head_end > 16:
        return False
    return rules.reading["examples"].search(sentence.masked[span.end : sentence.spans[place + 1].start]) is not None


def _alternative(sentence: _Sentence, place: int, following: str, rules: _Rules) -> bool:
    """Whether something else would do: an "or" that offers another thing, no further than what stands apart."""
    span = sentence.spans[place]
    text, masked = sentence.text, sentence.masked
    if rules.reading["inner_choice"].search(text[span.start : span.end]):
        return True
    low, high = sentence.clause(span.start)
    bounds = [(c.start, c.end) for c in sentence.cues if c.kind in ("stated", "governing", "negated", "hedged")]
    bounds += [(m.start(), m.end()) for m in rules.reading["apart"].finditer(masked)]
    bounds.append((_access_end(sentence), _access_end(sentence)))
    low = max([low, *(end for _, end in bounds if end <= span.start)])
    high = min([high, *(start for start, _ in bounds if start >= span.end)])
    before = rules.reading["latter"].search(masked[span.end :]) is None and any(
        low <= m.start() < high and not span.start <= m.start() < span.end
        for m in rules.reading["offers"].finditer(text)
    )
    return before or (high == len(text) and rules.reading["offers"].match(following.lstrip(" |-")) is not None)


def _condition(sentence: _Sentence, place: int, first: bool, listed: bool, rules: _Rules) -> Condition:
    span = sentence.spans[place]
    low, high = sentence.clause(span.start)
    if listed and sentence.access is not None:  # what opens the whole job is asked whatever it is then needed for
        around = sentence.masked[low : sentence.access.start()]
    else:
        around = sentence.masked[low:high]
    for condition in _CONDITIONS:
        if condition == "some-titles" and first:  # the first sentence speaks of the job itself
            continue
        if rules.conditions[condition].search(around):
            return condition
    return "always"


def _restates(sentence: _Sentence, rules: _Rules) -> bool:
    kinds = {c.kind for c in sentence.cues}
    return (
        rules.reading["anaphora"].search(sentence.text) is not None
        and bool(kinds & {"stated", "governing"})
        and not kinds & {"negated", "hedged", "softened"}
    )


def _stated(mention: Mention) -> Mention:
    return replace(mention, strength="stated") if mention.strength in ("one-way", "only-way") else mention


def _levels(sentences: Sequence[str], without_diploma: bool, rules: _Rules) -> tuple[int | None, int | None]:
    """Lowest and highest level named; what is only an asset counts where nothing else is named."""
    firm = [s for s in sentences if not rules.levels["aside"].search(s)]
    for texts in (firm, sentences):
        named = [
            int(level) for level, p in rules.levels.items() if level != "aside" and any(p.search(s) for s in texts)
        ]
        if named:
            return min(named), max(named)
    return None, None


def _selection(sentences: Sequence[str], rules: _Rules) -> Selection | None:
    """Return the selection that everybody goes through; a competition for some posts only is none."""
    for sentence in sentences:
        for kind in _SELECTIONS:
            if rules.selection[kind].search(sentence) and not rules.selection["partial"].search(sentence):
                return kind
    return None


@cache
def _rules(language: str) -> _Rules | None:
    path = files("passerelles.language") / language / "access.toml"
    if not path.is_file():
        return None
    raw = loads(path.read_text(encoding="utf-8"))

    def compiled(table: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
        return {k: re.compile("|".join(v) if isinstance(v, list) else v) for k, v in table.items()}

    return _Rules(
        re.compile(raw["sentence"]),
        re.compile(raw["clause"]),
        compiled(raw["cues"]),
        compiled(raw["reading"]),
        compiled(raw["conditions"]),
        compiled(raw["ways"]),
        compiled(raw["selection"]),
        compiled(raw["levels"]),
        [(c, re.compile(c["pattern"])) for c in raw["credentials"]],
    )
