"""
What a fiche's own text on access says: levels of study, credentials and how strongly it asks for them, selection.

The rules are words and patterns in ``language/<lang>/access.toml``; nothing is learned. A sentence is read in four
steps: the credentials it names, the words that say how strongly something is asked for, which of these reaches which
credential, and what the sentence offers instead. A text that no rule understands gives no obligation: only what is
stated without reserve, or named as the only way, counts as required.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from tomllib import loads
from typing import Any, Final, Literal, NamedTuple

from passerelles.text import normalise_label

Strength = Literal["stated", "only-way", "one-way", "usual", "negated"]
Condition = Literal["always", "some-titles", "some-tasks", "self-employed", "public"]
Selection = Literal["competition", "appointment", "admission"]

_SELECTIONS: Final[tuple[Selection, ...]] = ("competition", "appointment", "admission")
_CONDITIONS: Final[tuple[Condition, ...]] = ("self-employed", "public", "some-titles", "some-tasks")
_CUES: Final = ("neutral", "negated", "hedged", "softened", "governing", "stated")  # the first hides what is in it
_UNMASKED: Final = ("neutral", "negated")  # these may hold the credential: "no certificate is required"
_FOLDED_LETTERS: Final = {"œ": "o", "æ": "a", "’": "'", "‑": "-", "\u00a0": " "}
_RESTATED_WITHIN: Final = 45  # letters between "this diploma" and "is compulsory"
_WORD_LETTERS: Final = 20  # letters that still belong to a word
_ACRONYM: Final = 10
_PLURAL_FROM: Final = 4  # letters from which a final s is a plural
_BEFORE_DE: Final = ("du", "le", "un", "son", "avec")
_NAME_WORDS: Final = 8  # words of a name
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
    selection: Selection | None
    mentions: tuple[Mention, ...]

    @property
    def required(self) -> tuple[Mention, ...]:
        """The mentions that the text asks of everybody."""
        return tuple(m for m in self.mentions if m.required)

    @property
    def silent(self) -> bool:
        """Whether it says nothing of access that a rule understands."""
        return self.high is None and self.low is None and not self.mentions and self.selection is None


class _Span(NamedTuple):
    """Place of a credential in its sentence; `head_end` ends the word that a rule knows, `end` its complement."""

    start: int
    end: int
    head_end: int
    rule: Mapping[str, Any]


class _Cue(NamedTuple):
    start: int
    end: int
    kind: str


class _Sentence(NamedTuple):
    """
    A sentence, the same with its credentials masked, what stands in it, and what its text says around it.

    `offered` leaves what counts only if it is asked for: "a diploma of greffier, a licence or ..." offers the licence.
    """

    text: str
    masked: str
    offered: str
    spans: Sequence[_Span]
    cues: Sequence[_Cue]
    clauses: Sequence[tuple[int, int]]
    access: re.Match[str] | None
    first: bool = False
    following: str = ""
    other_way: bool = False
    other_titles: bool = False

    def clause(self, place: int) -> tuple[int, int]:
        """Edges of the clause around a place."""
        return next((a, b) for a, b in self.clauses if a <= place <= b)

    def listed(self, span: _Span) -> bool:
        """Whether the credential stands among the ways in: "accessible with ..."."""
        access = self.access
        return access is not None and span.start >= access.end() and span.start <= self.clause(access.start())[1]

    def also(self, span: _Span, rules: "_Rules") -> bool:
        """Whether the sentence gives one more way in, and the credential is part of it: "also accessible with ..."."""
        access = self.access
        ways = rules.ways["other_way"].finditer(self.masked) if access and self.listed(span) else ()
        return access is not None and any(m.start() < access.end() and m.end() > access.start() for m in ways)


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
    codes: Mapping[str, re.Pattern[str]]
    written: Mapping[str, re.Pattern[str]]
    asked: Mapping[str, re.Pattern[str]]
    shortened: Sequence[Sequence[str]]
    credentials: Sequence[tuple[Mapping[str, Any], re.Pattern[str]]]

    def rule(self, mention: Mention) -> Mapping[str, Any]:
        """Rule that recognised a mention."""
        return next(rule for rule, _ in self.credentials if rule["name"] == mention.name)


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
    >>> access = read_access_text("Accessible avec un Diplôme d'État d'infirmier, obligatoire pour exercer.")
    >>> [(m.text, m.strength) for m in access.required]
    [("Diplôme d'État d'infirmier", 'stated')]
    >>> read_access_text("Accessible sans diplôme. Le permis B peut être demandé.").required
    ()
    """
    rules = _rules(language)
    if rules is None or not text.strip():
        return None
    folded = fold_in_place(text)
    places = list(_sentences(text, rules))
    sentences = [folded[start:end] for start, end in places]
    anywhere: Any = {name: rules.ways[name].search(folded) is not None for name in ("other_way", "other_titles")}
    mentions: list[Mention] = []
    previous = 0  # first mention of the last sentence that names any
    firm = True  # whether nothing softens what that sentence names
    waiting: list[Mention] = []  # what that sentence names and only counts if the next one asks for it
    for (start, _), words, following in zip(places, sentences, [*sentences[1:], ""], strict=True):
        sentence = _sentence(words, rules)._replace(first=start == places[0][0], following=following, **anywhere)
        if words_taken_up := _restates(sentence, rules):
            named = [m for m in waiting if m.strength in ("only-way", "one-way")]
            named = [m for m in named if re.search(rules.rule(m)["restated"], words_taken_up)]
            alone = firm and len(mentions) - previous == 1
            raised: Any = ("only-way", "one-way", "usual" if alone else "")
            mentions[previous:] = [_as_stated(m, words_taken_up, raised, rules) for m in [*mentions[previous:], *named]]
        current = list(_mentions(sentence, rules, text, start))
        named = [m for m in current if m.strength in ("stated", "negated") or not rules.rule(m).get("if_stated")]
        waiting = [m for m in current if m not in named] if current else waiting
        previous = len(mentions) if named else previous
        firm = all(c.kind not in ("hedged", "softened") for c in sentence.cues) if named else firm
        mentions += named
    low, high = _levels(sentences, rules)
    low = 0 if rules.ways["without_diploma"].search(folded) else low
    ordered = tuple(sorted(_of_one_post(mentions), key=lambda m: m.start))
    return AccessText(low, high, _selection(sentences, rules), ordered)


def needs_no_diploma(text: str, language: str = "fr") -> bool:
    """
    Whether a text on access says that no diploma is needed.

    Examples
    --------
    >>> needs_no_diploma("Cet emploi est accessible sans qualification."), needs_no_diploma("Accessible avec un CAP.")
    (True, False)
    """
    rules = _rules(language)
    return rules is not None and rules.ways["without_diploma"].search(fold_in_place(text)) is not None


def fold_in_place(text: str) -> str:
    """
    Lower case without accents, each letter in its place, so that positions hold in the text itself.

    Examples
    --------
    >>> fold_in_place("Diplôme d’État")
    "diplome d'etat"
    """
    return "".join(c.lower() if c.isascii() else _letter(c) for c in text)


def _letter(letter: str) -> str:
    return _FOLDED_LETTERS.get(letter, "") or unicodedata.normalize("NFKD", letter)[:1].lower()[:1] or " "


def credential_of(mention: Mention, credentials: Mapping[str, str], language: str = "fr") -> str | None:
    """
    Code of the credential that a mention names, or None where that is not certain.

    Parameters
    ----------
    mention
        What the text names.
    credentials
        Labels of the catalogue's credentials by code; the fewer are offered, the more names are certain.
    language
        Language of the text and of the labels.

    Examples
    --------
    >>> access = read_access_text("Le permis B est obligatoire.")
    >>> credential_of(access.mentions[0], {"PERM-B": "Permis de conduire, catégorie B", "PERM-C": "Permis C"})
    'PERM-B'
    """
    rules = _rules(language)
    if rules is None:
        return None
    name = _plain(mention.text, language)
    acronyms = {a.replace(" ", "") for a in re.findall(r"\b[A-Z][A-Z0-9-]{2,}(?: \d)?\b", mention.text)}
    acronyms -= {a for a in acronyms if any(code.startswith(f"{a}-") for code in credentials)}  # BPJEPS: of many kinds
    codes = {code for code, label in credentials.items() if _plain(label, language) == name or code in acronyms}
    codes |= {code for code, pattern in rules.codes.items() if code in credentials and pattern.fullmatch(name)}
    return codes.pop() if len(codes) == 1 else None


def credentials_named(title: str, credentials: Mapping[str, str], language: str = "fr") -> frozenset[str]:
    """
    Credentials that a job title asks for, as employers write them: codes, and the words of what has none.

    A word that names a credential in general counts only where the title demands it ("CACES obligatoire"); what it
    wishes for, does without or offers a choice of never does.

    Parameters
    ----------
    title
        For instance "Chauffeur permis C/CE H/F".
    credentials
        Labels of the catalogue's credentials by code.
    language
        Language of the title and of the labels.

    Examples
    --------
    >>> credentials_named("Chauffeur permis C exigé", {"PERM-C": "Permis C", "PERM-CE": "Permis CE"})
    frozenset({'PERM-C'})
    """
    named: set[str] = set()
    for mention, demanded in _named_in_title(title, language):
        words = mention.text.split()
        names = (replace(mention, text=" ".join(words[:n])) for n in range(len(words), 0, -1))  # "permis C H/F CDI"
        code = next(filter(None, (credential_of(name, credentials, language) for name in names)), None)
        if code or demanded:
            named.add(code or normalise_label(mention.text))
    return frozenset(named)


Choice = tuple[str, ...]
"""Credentials of which one suffices: codes, or the words of what has none."""


class Asked(NamedTuple):
    """What an employer's words ask for, and those that are not understood."""

    choices: frozenset[Choice] = frozenset()
    unread: str = ""


Phrases = Mapping[tuple[str, ...], tuple[str, ...]]
"""Codes of the credentials that bear a name, by its words."""


def phrases_of(names: Iterable[tuple[str, str]], language: str = "fr") -> Phrases:
    """
    Return the words that name credentials: whole names, what stands before a comma or brackets, usual short forms.

    Parameters
    ----------
    names
        Codes of credentials, each with a name; several names of one credential are several pairs.
    language
        Language of the names.

    Examples
    --------
    >>> sorted(phrases_of([("DEI", "Diplôme d'État d'infirmier")]))
    [('de', 'infirmier'), ('diplom', 'etat', 'infirmier'), ('diplom', 'infirmier')]
    """
    rules, codes = _rules(language), dict[tuple[str, ...], set[str]]()
    if rules is None:
        return {}
    heads = [[_key(name, rules) for name in names] for names in rules.shortened]
    for code, label in names:
        for name in (label, re.split(r"[,(:]", label)[0], *re.findall(r"\(([A-Z]{3,})\)", label)):
            words = _key(name, rules)
            started = next(((h, forms) for forms in heads for h in forms if words[: len(h)] == h), ((), []))
            shorter = [(*form, *words[len(started[0]) :]) for form in started[1]]
            bare = words[1:] if words and rules.asked["filler"].match(words[0]) else words  # without "brevet"
            for phrase in (words, *shorter, bare):
                if len(phrase) > 1 or name.isupper():  # a word alone says too little
                    codes.setdefault(phrase, set()).add(code)
    return {phrase: tuple(sorted(among)) for phrase, among in codes.items()}


def read_asked(item: str, phrases: Phrases, labels: Mapping[str, str], of_job: Collection[str], language: str) -> Asked:
    """
    Read one condition that an employer writes.

    Parameters
    ----------
    item
        For instance "CAP AEPE exigé" or "DEAS ou DEAES"; a wish, and what the employer teaches, ask for nothing.
    phrases, labels
        What `phrases_of` gives, and the labels of the catalogue's credentials by code.
    own
        Credentials that the job names: of several that words may mean, those among them are read.
    language
        Language of the item.

    Examples
    --------
    >>> phrases = phrases_of([("DEI", "Diplôme d'État d'infirmier"), ("DEAS", "Diplôme d'État d'aide-soignant")])
    >>> read_asked("Titulaire du DE d'infirmière ou aide-soignante DE", phrases, {"DEI": "", "DEAS": ""}, (), "fr")
    Asked(choices=frozenset({('DEAS', 'DEI')}), unread='')
    >>> read_asked("CACES R489 souhaité", {}, {"CACES-R489": ""}, (), "fr")
    Asked(choices=frozenset(), unread='')
    """
    rules, folded = _rules(language), fold_in_place(item)
    if rules is None:
        return Asked(unread=item)
    patterns = (*(rules.cues[cue] for cue in ("hedged", "softened", "negated")), rules.asked["without"])
    if any(pattern.search(folded) for pattern in patterns):
        return Asked()
    edges = [(0, 0), *(m.span() for m in rules.asked["either"].finditer(folded)), (len(item), len(item))]
    readings = [_choices_in(item[a:b], phrases, labels, of_job, rules) for (_, a), (b, _) in pairwise(edges)]
    readings = [(choices, unread) for choices, unread in readings if choices or unread]
    choices = frozenset(choice for listed, _ in readings for choice in listed)
    if not choices:
        named = credentials_named(item, labels, language)
        return Asked(frozenset((code,) for code in named), "" if named else item)
    if rules.asked["offered"].search(folded):
        return Asked()
    if len(readings) > 1:
        readable = all(len(listed) == 1 and not text for listed, text in readings)
        either = frozenset({tuple(sorted({code for choice in choices for code in choice}))})
        return Asked(either) if readable else Asked(unread=item)
    return Asked(choices, readings[0][1])


def asked_by_title(
    title: str, labels: Mapping[str, str], of_job: Collection[str], language: str
) -> frozenset[tuple[str, ...]]:
    """
    Return the credentials that a job title names as employers write them, each as a choice; see `read_asked`.

    Only what names a credential whatever stands around it is read: a lorry in a title is not a licence to drive it, but
    an articulated one is where the job is to drive lorries (`own`: credentials of the job).

    Examples
    --------
    >>> asked_by_title("Cariste CACES 1, 3 et 5", {"CACES-R489": ""}, (), "fr")
    frozenset({('CACES-R489',)})
    >>> asked_by_title("Mécanicien PL", {"PERM-C": ""}, (), "fr")
    frozenset()
    >>> [asked_by_title("Chauffeur SPL", {"PERM-CE": ""}, own, "fr") for own in ((), ("PERM-CE",))]
    [frozenset(), frozenset({('PERM-CE',)})]
    """
    rules, choices = _rules(language), list[Choice]()
    for part in re.split("[+/,;()]", title) if rules else ():
        folded = fold_in_place(part)
        named = rules and rules.asked["in_title"].search(folded)
        if rules and (named or rules.asked["own_title"].search(folded)):
            asked = read_asked(part, {}, labels, of_job, language).choices
            choices += [choice for choice in asked if {*(labels if named else of_job)} >= {*choice}]
    return frozenset(choices)


def _choices_in(
    text: str, phrases: Phrases, labels: Mapping[str, str], of_job: Collection[str], rules: _Rules
) -> tuple[list[Choice], str]:
    """Return the credentials that a text names, and its words that say something else."""
    choices, plain = list[Choice](), rules.asked["ending"].sub(lambda match: _MASK * len(match[0]), fold_in_place(text))

    def read(among: Sequence[str], start: int, end: int) -> bool:
        """Read the credential that a part of the text means, or the ones of the job that it may mean."""
        nonlocal plain
        choice = tuple(sorted(code for code in among if code in labels and (len(among) == 1 or code in of_job)))
        if choice:
            choices.append(choice)
            plain = f"{plain[:start]}{_MASK * (end - start)}{plain[end:]}"
        return bool(choice)

    for names, pattern in rules.written.items():
        for match in pattern.finditer(plain):
            read(names.split(), *match.span())
    words, filler, at = _asked_words(plain, rules), rules.asked["filler"], 0
    while at < len(words):
        least = 1 if filler.match(plain[words[at][1] : words[at][2]]) else 0
        sizes = range(min(_NAME_WORDS, len(words) - at), least, -1)
        keys = ((n, tuple(word for word, *_ in words[at : at + n])) for n in sizes)
        named = ((n, phrases[key]) for n, key in keys if key in phrases)
        n, among = next(named, (0, ()))
        at += n if n and read(among, words[at][1], words[at + n - 1][2]) else 1
    unread = [text[start:end] for _, start, end in _asked_words(plain, rules) if not filler.match(plain[start:end])]
    return list(dict.fromkeys(choices)), " ".join(unread)


def _key(name: str, rules: _Rules) -> tuple[str, ...]:
    return tuple(word for word, *_ in _asked_words(fold_in_place(name), rules))


def _asked_words(folded: str, rules: _Rules) -> list[tuple[str, int, int]]:
    """Return the words of a text in one gender and number, without links, each with its place; "DE" may begin one."""
    matches = [*re.finditer(r"[a-z]+|\d+", folded)]
    return [
        (_of_one_gender(match[0]), *match.span())
        for at, match in enumerate(matches)
        if not rules.asked["link"].match(match[0])
        or (match[0] == "de" and (at == 0 or matches[at - 1][0] in _BEFORE_DE))
    ]


def _of_one_gender(word: str) -> str:
    """Return a word as all its genders and numbers are compared."""
    if len(word) < _PLURAL_FROM:
        return word
    word = re.sub(r"trices?$", "teur", re.sub(r"euses?$", "eur", word))
    return word.rstrip("sx").removesuffix("e")


def _named_in_title(title: str, language: str) -> tuple[tuple[Mention, bool], ...]:
    """Credentials that a title names, each with whether it says that it demands it."""
    rules = _rules(language)
    mentions: list[tuple[Mention, bool]] = []
    for part in re.split("[+/,;()]", title) if rules else ():  # each of them says one thing: "permis C/CE + FIMO"
        folded = fold_in_place(part)
        named = rules and any(pattern.search(folded) for _, pattern in rules.credentials)  # few titles name any
        access = read_access_text(part, language) if named else None
        if rules and access and not rules.cues["hedged"].search(folded):
            demanded = rules.cues["stated"].search(folded) is not None
            firm = (m for m in access.mentions if m.strength != "negated" and not m.alternative)
            mentions += [(mention, demanded) for mention in firm if " ou " not in mention.text.casefold()]
    return tuple(mentions)


@lru_cache(maxsize=4096)  # the labels of a catalogue are compared with each mention
def _plain(name: str, language: str) -> str:
    """Return the words that make a name, without links, acronyms and plurals."""
    rules = _rules(language)
    words = (rules.reading["links"].sub(" ", fold_in_place(name)) if rules else name).split()
    return " ".join(w[:-1] if w.endswith("s") and len(w) >= _PLURAL_FROM and w != "permis" else w for w in words)


def _sentences(text: str, rules: _Rules) -> Iterator[tuple[int, int]]:
    between = ((0, 0), *(match.span() for match in rules.sentence.finditer(text)), (len(text), len(text)))
    return ((start, end) for (_, start), (end, _) in pairwise(between) if text[start:end].strip())


def _sentence(text: str, rules: _Rules) -> _Sentence:
    spans = _spans(text, rules)
    masked = _masked(text, spans)
    cues: list[_Cue] = []
    for kind in _CUES if spans or rules.reading["anaphora"].search(text) else ():  # else nothing is asked for
        for match in rules.cues[kind].finditer(text if kind in _UNMASKED else masked):
            if all(match.end() <= c.start or match.start() >= c.end for c in cues):
                cues.append(_Cue(match.start(), match.end(), kind))
    edges = [0, *(m.start() for m in rules.clause.finditer(masked)), len(text)]
    access = rules.ways["access"].search(masked)
    offered = _masked(text, [s for s in spans if not s.rule.get("if_stated")])
    return _Sentence(text, masked, offered, spans, sorted(cues), list(pairwise(edges)), access)


def _masked(text: str, spans: Sequence[_Span]) -> str:
    for span in spans:
        text = text[: span.start] + _MASK * (span.end - span.start) + text[span.end :]
    return text


def _spans(text: str, rules: _Rules) -> list[_Span]:
    """Credentials named in a sentence, from the left: the word that a rule knows, and its complement."""
    heads = [(m.start(), index, m.end()) for index, (_, p) in enumerate(rules.credentials) for m in p.finditer(text)]
    spans: list[_Span] = []
    for start, index, head_end in sorted(heads):
        if spans and start < spans[-1].end:
            continue
        around = text[spans[-1].end : start] + _MASK + text[head_end : head_end + _ACRONYM] if spans else ""
        if rules.reading["apposed"].search(around):  # "brevet ... (BAFA)" names one thing
            closing = text.find(")", head_end, head_end + _ACRONYM)
            spans[-1] = spans[-1]._replace(end=closing + 1 if closing > 0 else head_end)
            continue
        end = head_end
        for part in ("tail", "acronym", "tail"):
            match = rules.reading[part].match(text, end)
            end = match.end() if match else end
        name = re.sub(r"(?: et| ou| ne| n'| l')? *$", "", text[start:end])
        spans.append(_Span(start, start + len(name), head_end, rules.credentials[index][0]))
    return spans


def _mentions(sentence: _Sentence, rules: _Rules, text: str, offset: int) -> Iterator[Mention]:
    """Mentions of the sentence that begins at a place in a text."""
    reached = _cues_of_spans(sentence, rules)
    for place, span in enumerate(sentence.spans):
        kinds = {cue.kind for cue in reached[place]}
        unnamed = "negated" not in kinds and _unnamed(sentence, span, rules)
        takes_up = rules.reading["anaphora"].finditer(sentence.text)
        restated = span.end - span.head_end <= 1 and any(m.start() <= span.start < m.end() for m in takes_up)
        if unnamed or restated or _introduces(sentence, place, rules):
            continue
        alternative = _alternative(sentence, span, rules)
        strength: Strength = "usual"
        if "negated" in kinds:
            strength = "negated"
        elif kinds & {"hedged", "softened"}:
            strength = "usual"
        elif kinds & {"stated", "governing"}:
            strength = "stated"
        elif sentence.listed(span):
            strength = "one-way" if alternative or _one_of_several(sentence, span, rules) else "only-way"
        if strength in ("stated", "only-way") and (span.rule.get("usual") or span.rule.get("renewal")):
            strength = "usual"
        start, end = offset + span.start, offset + span.end
        name, kind, condition = span.rule["name"], span.rule["kind"], _condition(sentence, span, reached[place], rules)
        yield Mention(start, end, text[start:end], name, kind, strength, condition, alternative)


def _unnamed(sentence: _Sentence, span: _Span, rules: _Rules) -> bool:
    """Whether the words before say that it is not asked for here, unless they ask for it: "not open without a ..."."""
    words = rules.reading["unnamed"].search(sentence.text[: span.start])
    asking = [c for c in sentence.cues if c.kind == "governing"]
    return words is not None and not any(c.start < words.start() < c.end or c.end == words.end() for c in asking)


def _cues_of_spans(sentence: _Sentence, rules: _Rules) -> list[list[_Cue]]:
    """Cues that refer to each credential."""
    reached: list[list[_Cue]] = [[] for _ in sentence.spans]
    for low, high in sentence.clauses:
        edge = low
        previous: list[int] = []  # what the last cue refers to: "may be useful but are not compulsory" has one subject
        cues = [c for c in sentence.cues if low <= c.start < high]
        for cue in cues:  # "must follow a compulsory training and obtain a permit": the verb asks for both
            further = (c.start for c in cues if c.start > cue.start and (cue.kind, c.kind) != ("governing", "stated"))
            until = min(further, default=high)
            after = [i for i, s in enumerate(sentence.spans) if cue.end <= s.start < until]
            if cue.kind == "softened":
                end = rules.reading["followed"].search(sentence.masked, cue.end)
                places = [i for i in after if end is None or sentence.spans[i].start < end.start()]
            elif cue.kind == "governing":
                places = after
            elif cue.kind == "neutral":
                aside = rules.reading["relative"].search(sentence.masked[edge : cue.start])
                places, edge = [], edge if aside else cue.end
            else:
                subject = _subjects(sentence, cue, edge, rules)
                firm = [i for i in previous if all(c.kind != "stated" for c in reached[i])]
                places = subject if subject is not None else firm or (after if not previous else [])
                edge, previous = cue.end, places
                if rules.reading["extends"].match(sentence.masked, cue.end):
                    places = sorted({*places, *after})
            for place in places:
                reached[place].append(cue)
    return reached


def _subjects(sentence: _Sentence, cue: _Cue, edge: int, rules: _Rules) -> list[int] | None:
    """Return the credentials before a cue that it refers to; None where it has no subject: "one must have ..."."""
    # What is asked of a language or a record is not asked of the credential before it, unless "and" joins them.
    other, joined = rules.reading["other"], rules.reading["joined"]
    inside = [i for i, s in enumerate(sentence.spans) if cue.start <= s.start < cue.end]
    before = [i for i, s in enumerate(sentence.spans) if edge <= s.start and s.end <= cue.start]
    if inside:
        return inside
    if not before:
        complete = rules.reading["complete"].search(sentence.text[cue.start : cue.end])
        return [] if complete or other.search(sentence.masked[edge : cue.start]) else None
    plural = rules.reading["plural"].search(sentence.text[cue.start : cue.end]) is not None
    gaps = {i: rules.reading["insertion"].sub("", sentence.masked[sentence.spans[i].end : cue.start]) for i in before}
    if rules.reading["attached"].search(gaps[before[-1]]) and not plural:
        return before[-1:]
    if cue.kind == "hedged":  # "accessible with a ..., some knowledge of ... is an asset" softens the latter only
        aside = rules.reading["aside"]
        before = [i for i in before if not (sentence.listed(sentence.spans[i]) and aside.search(gaps[i]))]
    return [i for i in before if not (m := other.search(gaps[i])) or (plural and joined.match(gaps[i], 0, m.start()))]


def _introduces(sentence: _Sentence, place: int, rules: _Rules) -> bool:
    """Whether a bare word only introduces what is named after it: "certifications such as ..."."""
    span = sentence.spans[place]
    if place + 1 == len(sentence.spans) or span.end - span.head_end > _WORD_LETTERS:
        return False
    following = sentence.spans[place + 1].start
    lesser = sentence.spans[place + 1].rule.get("if_stated") and span.end - span.head_end > 1
    if lesser or rules.reading["instance"].search(sentence.masked[span.end :]):  # "licences, for example ..." asks
        return False
    after, words = sentence.masked[span.end : following], sentence.text[span.head_end : following]
    return bool(rules.reading["examples"].search(after) or rules.reading["introduces"].search(words))


def _one_of_several(sentence: _Sentence, span: _Span, rules: _Rules) -> bool:
    """Whether what is named among the ways in is an example, or another way is given elsewhere."""
    start = sentence.access.end() if sentence.access else 0
    before, between = sentence.text[: span.start], sentence.masked[: span.start]
    named = [s for s in sentence.spans if not {"beside", "if_stated"} & s.rule.keys()]
    return (
        sentence.other_way
        or (span.rule["kind"] == "diplôme" and _after_a_level(before[start:], rules))
        or (before.count("(") > before.count(")") and not rules.reading["spelt_out"].search(before))
        or any(rules.reading[name].search(between) for name in ("examples", "range"))
        or ("beside" in span.rule and all(s.rule["kind"] != "diplôme" for s in named))
    )


def _after_a_level(before: str, rules: _Rules) -> bool:
    """Whether a level and a mere comma stand before: "accessible with a bachelor in law, diploma of notary"."""
    levels = (pattern for key, pattern in rules.levels.items() if key != "aside")
    return before.rstrip().endswith(",") and any(pattern.search(before) for pattern in levels)


def _alternative(sentence: _Sentence, span: _Span, rules: _Rules) -> bool:
    """Whether something else would do: an "or" that offers another thing, no further than what stands apart."""
    reading = rules.reading
    if (
        reading["inner_choice"].search(sentence.text[span.start : span.end + _WORD_LETTERS])
        or sentence.also(span, rules)
        or reading["one_of"].search(sentence.text[: span.start])
        or reading["exempt"].search(sentence.masked[span.end :])
    ):
        return True
    low, high = sentence.clause(span.start)
    instance = reading["instance"].search(sentence.masked[low:high])
    if instance and any(low <= s.start < span.start for s in sentence.spans):  # "licences, for example a mate's"
        return True
    bounds = [(c.start, c.end) for c in sentence.cues if c.kind not in ("neutral", "softened")]
    bounds += [(low + instance.start(), low + instance.end())] if instance else []
    offers = reading["offers"]
    after = sentence.text[high:].lstrip(" ;|-") or sentence.following.lstrip(" |-")
    if all(start < span.end for start, _ in bounds) and offers.match(after):  # "a title and a permit. Or a diploma."
        return True
    bounds += [m.span() for m in reading["apart"].finditer(sentence.masked)]
    if span.rule["kind"] != "diplôme" or not sentence.listed(span):
        bounds += [m.span() for m in reading["added"].finditer(sentence.masked)]
    bounds += [sentence.access.span()] if sentence.access else []
    low = max([low, *(end for _, end in bounds if end <= span.start)])
    high = min([high, *(start for start, _ in bounds if start >= span.end)])
    latter = reading["latter"].search(sentence.masked[span.end :])
    if latter and not any(0 <= s.start - span.end < latter.start() for s in sentence.spans):
        return False
    between = [m for m in offers.finditer(sentence.offered) if low <= m.start() < high]
    # "a card and, either a title, or a certificate": what stands before the first of these is no part of the choice.
    paired = reading["paired"]
    return any(not paired.match(m[0]) or paired.search(sentence.masked[low : span.start]) for m in between)


def _condition(sentence: _Sentence, span: _Span, cues: Sequence[_Cue], rules: _Rules) -> Condition:
    """Of whom it is asked: what stands before the credential, and what follows it or the word that asks for it."""
    low, high = sentence.clause(span.start)
    before = sentence.masked[low : span.start]
    if rules.reading["spared"].search(f"{sentence.masked[span.end :]} {sentence.following}"):
        return "some-titles"
    if sentence.first:  # the first sentence speaks of the job itself
        before = rules.reading["opening"].sub("", before)
    if sentence.listed(span) and sentence.access:  # what opens the job is asked whatever it is then needed for
        around = sentence.masked[low : sentence.access.start()]
        if span.rule["kind"] == "diplôme" and rules.reading["purpose"].search(sentence.text[span.start : span.end]):
            return "some-tasks"
    else:
        ends = [span.end, *(cue.end for cue in cues if cue.start >= span.end)]
        asked = any(cue.kind == "stated" and cue.start >= span.end for cue in cues)
        if asked and rules.reading["named_for"].match(sentence.masked[span.end :]):  # "a card for buses is required"
            ends = ends[1:]
        following = [rules.reading["cut"].split(sentence.masked[end:high], maxsplit=1)[0] for end in ends]
        if sentence.first and not sentence.other_way:  # what it asks for a task is asked for the job's own
            following = [rules.reading["opening"].sub("", words) for words in following]
        around = "; ".join([before, *(rules.reading["check"].sub("", words) for words in following)])
    around = rules.reading["bracketed"].sub("", around)
    for condition in _CONDITIONS:
        if condition == "some-titles" and sentence.first and not rules.reading["some"].search(around):
            continue
        if rules.conditions[condition].search(around):
            return condition
    trade = rules.reading["trade"]
    apart = sentence.other_titles and any(trade.search(sentence.masked[low : cue.start]) for cue in cues)
    return "some-titles" if apart else "always"


def _restates(sentence: _Sentence, rules: _Rules) -> str | None:
    """Return the words that take up the sentence before and ask for it: "this diploma is compulsory"."""
    of_some = any(p.search(sentence.masked) for p in (rules.reading["some"], rules.conditions["self-employed"]))
    for match in rules.reading["anaphora"].finditer(sentence.text):
        low, high = sentence.clause(match.end())
        cues = [c for c in sentence.cues if low <= c.start < high]
        if of_some or any(c.kind in ("negated", "hedged", "softened") for c in cues):
            continue
        for cue in cues:
            start, end = (match.end(), cue.start) if cue.kind == "stated" else (cue.end, match.start())
            around = cue.start < match.start() < cue.end  # "without this card nobody ..."
            facing = cue.end > match.start() if cue.kind == "stated" else cue.kind == "governing" and start <= end
            gap = sentence.masked[start:end]
            if (facing or around) and len(gap) <= _RESTATED_WITHIN and not rules.reading["other"].search(gap):
                return match[0]
    return None


def _as_stated(mention: Mention, taken_up: str, strengths: Collection[Strength], rules: _Rules) -> Mention:
    """Return a way in, or what was only named, as asked for: "a card is issued. Without it nobody ..."."""
    noun = taken_up.rsplit(maxsplit=1)[-1].rstrip("s")
    meant = rules.reading["pronoun"].match(taken_up) or noun in fold_in_place(f"{mention.kind} {mention.text}")
    if mention.strength == "usual" and (not meant or {"usual", "renewal"} & rules.rule(mention).keys()):
        return mention
    return replace(mention, strength="stated") if mention.strength in strengths else mention


def _of_one_post(mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions of a text; the only way in is one of several where other posts ask for others of the same kind."""
    posts = Counter(m.name for m in mentions if m.strength == "stated" and m.condition in ("some-titles", "some-tasks"))
    several = [m.strength == "only-way" and posts[m.name] > 1 for m in mentions]
    return [replace(m, strength="one-way") if s else m for m, s in zip(mentions, several, strict=True)]


def _levels(sentences: Sequence[str], rules: _Rules) -> tuple[int | None, int | None]:
    """Lowest and highest level named; what is only an asset counts where nothing else is named."""
    firm = [s for s in sentences if rules.ways["access"].search(s) or not rules.levels["aside"].search(s)]
    for texts in (firm, sentences):
        named = [int(k) for k, p in rules.levels.items() if k != "aside" and any(p.search(s) for s in texts)]
        if named:
            return min(named), max(named)
    return None, None


def _selection(sentences: Sequence[str], rules: _Rules) -> Selection | None:
    """Return the selection that everybody goes through; a competition for some posts only is none."""
    for_all = (sentence for sentence in sentences if not rules.selection["partial"].search(sentence))
    return next((k for sentence in for_all for k in _SELECTIONS if rules.selection[k].search(sentence)), None)


@cache
def _rules(language: str) -> _Rules | None:
    path = files("passerelles.language") / language / "access.toml"
    if not path.is_file():
        return None
    raw = loads(path.read_text(encoding="utf-8"))

    def compiled(table: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
        return {k: re.compile("|".join(v) if isinstance(v, list) else v) for k, v in table.items()}

    tables: dict[str, Any] = {name: compiled(table) for name, table in raw.items() if isinstance(table, dict)}
    credentials = [(rule, re.compile(rule["pattern"])) for rule in raw["credentials"]]
    patterns = re.compile(raw["sentence"]), re.compile(raw["clause"])
    return _Rules(*patterns, shortened=raw["shortened"], credentials=credentials, **tables)
