"""What access takes, in words: a narrow column, a sentence for each thing required, a choice in one text."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, Literal

from passerelles.access.conditions import PROCEDURES, AccessConditions, AccessCredential, Way, taken_by, training_hours
from passerelles.access.holdings import DEMANDED, OF_A_LEVEL, given_by_employer
from passerelles.codes import grouped
from passerelles.language.say import Lang, labelled, listed, number, say
from passerelles.model import DIPLOMAS, TAUGHT, Hours
from passerelles.referentials.credentials import LEAST, kind_of_hours
from passerelles.text import few, normalise_label

_NAMED_WAYS: Final = 4  # other ways of a choice that a sentence names
_SHOWN: Final = 2  # alternatives of a choice that a narrow column names, where none is chosen
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])(?<!\bart\.)(?<!\b[ADLR]\.) +")  # no sentence ends within "art. L. 622-4"
_SHORT, _LABEL = attrgetter("short"), attrgetter("label")
_FEW_MONTHS: Final = 3
Extra = Literal["any_length", "no_length"] | None


def duration_text(months: Hours, lang: Lang = "fr") -> str:
    """
    Return months of studies, or of experience, in words: one figure, a range, the least or the most; empty = unknown.

    Examples
    --------
    >>> duration_text(Hours(36.0)), duration_text(Hours(6.0, None, 12.0)), duration_text(Hours())
    ('36 mois au moins', '6 à 12 mois', '')
    >>> duration_text(Hours(None, None, 24.0))
    '24 mois au plus'
    """
    if not months.low and not months.high:
        return ""
    if months.low is None or months.high is None:
        key = "most" if months.low is None else "least"
    else:
        key = "exact" if months.low == months.high else "range"
    low, high = (month_count(end or 0.0, lang) for end in (months.low, months.high))
    return say(f"conditions.months.{key}", lang=lang, low=low, high=high)


def month_count(months: float, lang: Lang = "fr") -> str:
    """Return a number of months, with a decimal where there are few and a half counts."""
    return number(months, lang=lang, decimals=int(months < _FEW_MONTHS and round(months, 1) % 1 > 0))


def access_text(conditions: AccessConditions, lang: Lang = "fr", *, sized: bool = False) -> str:
    """
    Return access in a few words, for a narrow column: what is to be obtained, a selection, or that it is open.

    `sized`: what is to be obtained with its length.

    Examples
    --------
    >>> access_text(AccessConditions("open", None, 0, 4, (), varies=False, origin="catalogue"))
    'libre'
    """
    texts: list[str] = []
    if conditions.status == "selective":
        kind = conditions.selection.kind if conditions.selection else "competition"
        texts.append(say(f"conditions.selection.{kind}", lang=lang))
    texts += _short_names(_without_implied(conditions.to_obtain), lang, sized=sized)
    if texts and conditions.status == "unknown":  # something more, by title
        texts.append(say("conditions.short.rest", lang=lang))
    if not texts and conditions.status == "conditional":
        texts = [say("conditions.short.held" if conditions.required else "conditions.short.unnamed", lang=lang)]
    elif not texts:
        years = conditions.status == "open" and any(c.kind == "experience" for c in usual_of(conditions))
        key = "years" if years else conditions.status
        texts = [say(f"conditions.short.{key}", lang=lang), others_text(conditions, lang)]
    text = ", ".join(filter(None, texts))
    return say("conditions.of_title", lang=lang, text=text, title=conditions.title) if conditions.title else text


def others_text(conditions: AccessConditions, lang: Lang) -> str:
    """Return of whom else something is required where nothing is of the person, and what first; empty = of nobody."""
    credentials = _without_implied(conditions.of_others, with_contests=True)
    credentials.sort(key=lambda c: c.scope == "titles")  # usually few
    names = _short_names(credentials, lang)
    if not names:
        return ""
    scopes = dict.fromkeys(say(f"conditions.scope.{c.scope}", lang=lang) for c in credentials)
    first = names[0] + (", …" if len(names) > 1 else "")
    return say("conditions.except", lang=lang, scopes=say("conditions.or", lang=lang).join(scopes), names=first)


def _without_implied(credentials: Sequence[AccessCredential], *, with_contests: bool = False) -> list[AccessCredential]:
    """
    Leave out prerequisites of the others, and the ways of a choice that nobody can take, unless they may be held.

    Competitions too, which a word of their own names, unless `with_contests`; what one must have to sit them stays, and
    the diploma on which a card or a nomination is given.
    """
    named_apart = {c.code for c in credentials if c.kind == "concours" and c.needed_for is None and not with_contests}
    tops = {None, *named_apart}
    procedures = {c.code for c in credentials if c.needed_for is None and c.kind in PROCEDURES}
    studied = {(c.needed_for, c.group) for c in credentials if c.needed_for in procedures and c.kind in DIPLOMAS}
    shown = (c for c in credentials if c.code not in named_apart)
    alone = [c for c in shown if c.needed_for in tops or (c.needed_for, c.group) in studied]
    closed = (c for c in alone if c.group is not None and c.closed and not (c.held == "yes" or c.possible))
    closed_ways = {(c.group, c.alternative) for c in closed}
    return [c for c in alone if (c.group, c.alternative) not in closed_ways]


def names_to_obtain(conditions: AccessConditions, lang: Lang = "fr") -> list[str]:
    """Return names of what is to be obtained, a choice in one of them."""
    return [text for _, key, text in _required_items(conditions, lang) if key != "yes"]


def _short_names(credentials: Sequence[AccessCredential], lang: Lang, *, sized: bool = False) -> list[str]:
    """
    Return names of credentials, a choice in one text; last, medical visits and what an employer gives.

    `sized`: each with its length.
    """

    def name(credential: AccessCredential) -> str:
        return _sized(credential, credential.short, lang) if sized else credential.short

    ways = map(_ways, grouped((c.group, c) for c in credentials if c.group is not None).values())
    choices = [_choice(members, name, lang, 1 if members[0][0].counted else _SHOWN) for members in ways]
    alone = [c for c in credentials if c.group is None]
    least = [c for c in alone if c.kind == "aptitude" or given_by_employer(c.detail)]
    first = dict.fromkeys(name(c) for c in alone if c not in least)
    return [*first, *dict.fromkeys(choices), *dict.fromkeys(c.short for c in least)]


def required_lines(conditions: AccessConditions, lang: Lang = "fr") -> list[str]:
    """Return a sentence for each thing required, a choice in one of them, without what held credentials imply."""
    lines: list[str] = []
    for credentials, key, text in _required_items(conditions, lang):
        demand = asked_text(credentials, lang)
        lines.append(say(f"conditions.required.{key}", lang=lang, asked=demand[:1].upper() + demand[1:], label=text))
    return lines


def usual_of(conditions: AccessConditions) -> list[AccessCredential]:
    """Return what is usual, and neither required nor held; what somebody else demands, held or not."""
    required = {c.code for c in conditions.required}
    usual = (c for c in conditions.credentials if c.requirement == "usual" and c.applies and c.code not in required)
    return [c for c in usual if c.ground or c.held != "yes"]


def given_up(conditions: AccessConditions) -> list[AccessCredential]:
    """Return what a job asks for at times, whose holder says to lack it: it may have expired."""
    asked = (c for c in conditions.credentials if c.requirement in ("usual", "option") and c.applies)
    return [c for c in asked if c.held == "no" and not given_by_employer(c.detail)]


def holds_diploma(conditions: AccessConditions) -> bool:
    """Whether one of the diplomas and titles that a job asks for is held; that of a level is of no trade."""
    asked = (c for c in conditions.credentials if c.applies and c.needed_for is None and c.code not in OF_A_LEVEL)
    return any(c.kind in DIPLOMAS and c.held == "yes" for c in asked)


def usual_lines(conditions: AccessConditions, lang: Lang = "fr") -> list[str]:
    """
    Return a sentence for each thing that employers demand, or the law of one person in each place; last what is usual.

    What is usual is left out where it is required; a diploma or certificate that is held is told apart.
    """
    usual = usual_of(conditions)
    known = {c.code for c in (*usual, *conditions.required)}
    asked = (c for c in conditions.credentials if c.requirement == "usual" and c.applies and c.kind in TAUGHT)
    had = list(dict.fromkeys(c.label for c in asked if c.code not in known))
    grounded, plain = [c for c in usual if c.ground], [c for c in usual if not c.ground]
    lines = [say("conditions.grounded", lang=lang, label=c.label, asked=asked_text([c], lang)) for c in grounded]
    names = [_sized(c, c.label, lang) for c in plain]
    kinds = (("usual", names), ("usual_held", had))
    return [*lines, *(say(f"conditions.{key}", lang=lang, names=listed(of, lang)) for key, of in kinds if of)]


def given_up_lines(conditions: AccessConditions, lang: Lang = "fr") -> list[str]:
    """Return what is asked for at times in one's own job, and is not held any more."""
    names = [_sized(c, c.label, lang) for c in given_up(conditions)]
    return [say("conditions.given_up", lang=lang, names=listed(names, lang))] if names else []


def employment_lines(conditions: AccessConditions, lang: Lang = "fr") -> list[str]:
    """
    Return what is demanded of the self-employed alone, then of public posts, in the titles meant; what is usual so.

    None where the person works so, or holds it.
    """
    apart = [c for c in conditions.credentials if c.lacking and c.of_named_titles and not c.applies]
    lines: list[str] = []
    for requirements, key in ((DEMANDED, ""), (("usual",), "_usual")):
        of_all = {c.code for c in conditions.credentials if c.applies and (c.demanded or c.requirement in requirements)}
        for post, scope in (("own_account", "self-employed"), ("public_post", "public")):
            of_scope = [c for c in apart if c.requirement in requirements and c.scope == scope and c.code not in of_all]
            if names := _short_names(_without_implied(of_scope), lang, sized=True):
                lines.append(say(f"conditions.{post}{key}", lang=lang, names=listed(names, lang)))
    return lines


def note_lines(note: str, noted: Iterable[tuple[str, str]], lang: Lang = "fr") -> list[str]:
    """Return what else to know of an occupation, and of credentials given as label and note: each sentence once."""
    lines, said = [say("conditions.note", lang=lang, note=note)] if note else [], set[str]()
    said_once(note, said)
    texts = [(label, said_once(" ".join(filter(None, several)), said)) for label, several in grouped(noted).items()]
    return lines + [say("conditions.note_of", lang=lang, label=label, note=text) for label, text in texts if text]


def said_once(text: str, said: set[str]) -> str:
    """Return the sentences of a text that are not among those `said`, and put them there."""
    new = [sentence for sentence in _SENTENCE_END.split(text) if sentence not in said]
    said.update(new)
    return " ".join(new)


def required_text(conditions: AccessConditions, lang: Lang = "fr") -> str:
    """Return each thing required in one cell, a choice as one thing, each with whether it is held."""
    return "; ".join(
        say("conditions.one_way", lang=lang, label=text)
        if key == "one_of"
        else f"{text} ({say(f'terms.verdict.{key}', lang=lang)})"
        for _, key, text in _required_items(conditions, lang)
    )


def _required_items(conditions: AccessConditions, lang: Lang) -> Iterator[tuple[Sequence[AccessCredential], str, str]]:
    """Yield each thing required: its credentials, whether it is held or ``one_of`` several ways, and its name."""
    keyed = (((c.group or c.code, c.scope if c.group is None else ""), c) for c in _needed(conditions))

    def name(c: AccessCredential) -> str:
        return say("conditions.held", lang=lang, label=c.label) if c.held == "yes" else c.label

    for members in grouped(keyed).values():
        first, ways = members[0], _ways(members)
        if first.group is None:
            yield members, first.held or "unknown", first.label
        elif first.group_held == "yes":
            yield members, "yes", _choice(_held_ways(ways), _LABEL, lang, len(ways))
        else:
            yield members, "one_of" if len(ways) > 1 else "unknown", _choice(ways, name, lang, len(ways))


def other_ways_lines(conditions: AccessConditions, lang: Lang = "fr") -> list[str]:
    """
    Return a sentence for each choice that is open: its other ways, in the place of the one that is counted.

    Each is named without what comes before its parts, with the length of all that it takes, and none that nobody can
    take. So are those of a choice of which only practice is held, which may not have been long enough.
    """
    lines: list[str] = []
    for named in _open_choices(conditions):
        taken = next((parts for parts, _ in named if parts[0].counted), ())
        counted = {c.code for c in taken}
        others = [(ps, way) for ps, way in named if ps[0].way is not None and not counted.issubset(c.code for c in ps)]
        if not taken or not others:
            continue
        sized = [_sized_way(parts, way, lang) for parts, way in others]
        several = any(len(parts) > 1 for parts, _ in others)
        names = few(sized, _NAMED_WAYS, say(f"conditions.{'or_of_several' if several else 'or'}", lang=lang))
        lines.append(say("conditions.other_ways", lang=lang, taken=_choice([taken], _SHORT, lang), others=names))
    return list(dict.fromkeys([*lines, *_failing_lines(conditions, lang)]))


def _open_choices(
    conditions: AccessConditions,
) -> Iterator[list[tuple[Sequence[AccessCredential], Sequence[AccessCredential]]]]:
    """Yield the ways of each choice that is open, but those that nobody can take: what names each, and all of it."""
    closed_ways = {(c.group, c.alternative) for c in conditions.required if c.closed and c.held != "yes"}
    lacking = [c for c in _needed(conditions) if c.group_held != "yes" and (c.group, c.alternative) not in closed_ways]
    for members in grouped((c.group, c) for c in lacking if c.group is not None).values():
        ways = [way for _, way in sorted(grouped((c.alternative or "", c) for c in members).items())]
        yield [(tuple(c for c in way if c.needed_for is None) or way, way) for way in ways]


def _sized_way(parts: Sequence[AccessCredential], way: Sequence[AccessCredential], lang: Lang) -> str:
    """Return a way of a choice by the parts that name it, with the length of all that it takes."""
    beside, least = any(c.kind == "experience" for c in parts), any(_is_least(c) for c in way if c.lacking)
    named, length = _choice([parts], _SHORT, lang), parts[0].way
    return _with_length(named, length, lang, beside=beside, extra=_extra(way), least=least)


def _failing_lines(conditions: AccessConditions, lang: Lang) -> Iterator[str]:
    """Yield what else would do in the place of practice that is held."""
    held_choices = grouped((c.group, c) for c in _needed(conditions) if c.group is not None and c.group_held == "yes")
    for ways in map(_ways, held_choices.values()):
        held_ways = _held_ways(ways)
        others = [way for way in ways if way not in held_ways]
        if others and all(any(c.kind == "experience" for c in way) for way in held_ways):
            taken, named = (_choice(ways, _SHORT, lang, _NAMED_WAYS) for ways in (held_ways, others))
            yield say("conditions.failing", lang=lang, taken=taken, others=named)


def _sized(credential: AccessCredential, name: str, lang: Lang) -> str:
    """Return the name of a credential with its whole length, and how much of it is spent in a firm."""
    hours, at_centre = training_hours(credential.detail), credential.detail.hours.expected
    way = Way(frozenset(), (taken_by(credential.code, hours, credential.detail.months),))
    in_firm = 0.0 if hours.expected is None or at_centre is None else hours.expected - at_centre
    return _with_length(name, way, lang, in_firm=in_firm, least=_is_least(credential))


def _is_least(credential: AccessCredential) -> bool:
    return kind_of_hours(credential.detail) in LEAST


def _extra(way: Sequence[AccessCredential]) -> Extra:
    """Return what is not in the length of a way: training of no set length, else one whose length is unknown."""
    if any(c.detail.any_length for c in way):
        return "any_length"
    lengths = ((*c.detail.hours[:3], *c.detail.training_months[:3]) for c in way if c.kind in TAUGHT and c.lacking)
    return "no_length" if any(set(length) == {None} for length in lengths) else None


def _with_length(
    name: str, way: Way | None, lang: Lang, *,
    beside: bool = False, extra: Extra = None, in_firm: float = 0.0, least: bool = False,
) -> str:  # fmt: skip
    """
    Return the name of a way with its hours and months of training: the least, where those of a part are unknown.

    `beside`: whether years of experience are asked for too, which no training counts; `extra`: what else is, of no set
    length or of one that nobody publishes; `in_firm`: how many of the hours are spent in a firm; `least`: whether they
    are a minimum that a text sets.
    """
    if way is None:
        return name
    known = (way.months.low, way.months.high) != (None, None)
    key, hours = ("at_least" if least else "exact" if known or extra == "no_length" else "open"), way.hours.expected
    if hours is None and known:
        key, hours = "at_most", way.hours.high
    in_hours = say(f"paths.hours.{key}", lang=lang, expected=round(hours)) if hours else ""
    if in_firm:
        in_hours = say("conditions.hours_and_firm", lang=lang, hours=in_hours, company=round(in_firm))
    length = " + ".join(filter(None, (in_hours, duration_text(way.months, lang))))
    length += f" + {say(f'paths.step.{extra}', lang=lang)}" if length and extra else ""
    template = "sized_beside_experience" if beside else "sized"
    return say(f"conditions.{template}", lang=lang, label=name, length=length) if length else name


def some_only_lines(conditions: AccessConditions, lang: Lang = "fr") -> list[str]:
    """Return what a requirement does not say: a selection that is ahead and of whom it is, and that titles differ."""
    lines: list[str] = []
    selection = conditions.selection
    taught = [c for c in conditions.required if c.kind in TAUGHT]
    admitted = bool(taught) and not any(c.lacking for c in taught)  # an admission is to a training, which is behind
    if selection is not None and not (selection.kind == "admission" and admitted):
        scope = listed(selection.names, lang) or say(f"conditions.scope.{selection.scope}", lang=lang)
        kind = say(f"conditions.selection.{selection.kind}", lang=lang)
        label = selection.label or kind
        says_it = normalise_label(label).startswith(normalise_label(kind))  # "concours de caporal"
        chosen = say(f"conditions.selected.{'admission' if says_it else selection.kind}", lang=lang)
        whom = "" if selection.scope == "all" else f" ({scope})"
        again = normalise_label(label).startswith(normalise_label(chosen))  # "sélection par l'école"
        if again and not whom:
            lines.append(label[:1].upper() + label[1:])
        else:
            lines.append(labelled(chosen + whom, label[len(chosen) :].lstrip() if again else label, lang))
    varies = "varies_unknown" if conditions.status == "unknown" else "varies"
    return [*lines, say(f"conditions.{varies}", lang=lang)] if conditions.varies else lines


def asked_text(credentials: Sequence[AccessCredential], lang: Lang) -> str:
    """Return in words that something is demanded, whole or as a choice: by whom or of whom, where all agree on it."""
    ground, *others = {c.ground for c in credentials}
    return say(f"conditions.requirement.{(not others and ground) or 'required'}", lang=lang)


def held_choices(conditions: AccessConditions, lang: Lang = "fr", *, supposed: bool = False) -> list[str]:
    """Return the choices of which a way is held, else the first ones; those by practice, only `supposed`, apart."""
    groups = grouped((c.group, c) for c in _needed(conditions) if c.group is not None and c.group_held == "yes")
    held_ways = [_held_ways(_ways(members)) for members in groups.values()]
    practised = [all(any(c.kind == "experience" for c in way) for way in ways) for ways in held_ways]
    return [_choice(ways, _LABEL, lang) for ways, by in zip(held_ways, practised, strict=True) if by is supposed]


def _needed(conditions: AccessConditions) -> list[AccessCredential]:
    """Return what is required, without the prerequisites of credentials that are held."""
    held = {c.code for c in conditions.required if not c.lacking}
    return [c for c in conditions.required if c.needed_for not in held]


def _ways(members: Sequence[AccessCredential]) -> list[tuple[AccessCredential, ...]]:
    """
    Return the ways of a choice without what others suppose, if anything is left then.

    The counted one comes first, then the commonest.
    """
    ways = grouped((c.alternative or "", c) for c in _without_implied(members) or members)
    return [ways[way] for way in sorted(ways, key=lambda way: (not ways[way][0].counted, way))]


def _held_ways(ways: list[tuple[AccessCredential, ...]]) -> list[tuple[AccessCredential, ...]]:
    """Return the ways of a choice that are held, else those that may be; all where nobody can tell."""
    held = [way for way in ways if all(c.held == "yes" for c in way)]
    return held or [way for way in ways if way[0].possible] or ways


def _choice(
    ways: Sequence[Sequence[AccessCredential]], name: Callable[[AccessCredential], str], lang: Lang, most: int = _SHOWN
) -> str:
    """Return a choice in one text: the names of its first ways, and a mark where there are more."""
    return few([" + ".join(map(name, way)) for way in ways], most, say("conditions.or", lang=lang))
