"""Paths in sentences: what is carried over, what is learned, what each stage brings, why not directly."""

from collections.abc import Sequence

from passerelles.language.say import Lang, number, percent, say
from passerelles.paths.path import Path, Span, Step
from passerelles.ranking.move import Item

_SHOWN = 3


def hours_text(hours: Span, lang: Lang = "fr") -> str:
    """Write hours out: expected, with its range, 'at least' where only a part is known."""
    expected = number(hours.expected or 0.0, lang=lang)
    if hours.lower_bound and not hours.expected:
        return say("paths.hours.unknown", lang=lang)
    if hours.high == 0:
        return say("paths.hours.nothing", lang=lang)
    if hours.lower_bound:
        return say("paths.hours.at_least", lang=lang, expected=expected)
    if hours.high is None or hours.low is None:
        return say("paths.hours.open", lang=lang, expected=expected)
    low, high = (number(x, lang=lang) for x in (hours.low, hours.high))
    return say("paths.hours.range", lang=lang, expected=expected, low=low, high=high)


def hours_short(hours: Span, lang: Lang = "fr") -> str:
    """Write hours out for a narrow column."""
    if hours.lower_bound and not hours.expected:
        return "?"
    return ("≥ " if hours.lower_bound else "") + f"{number(hours.expected or 0.0, lang=lang)} h"


def months_text(months: Span, lang: Lang = "fr") -> str:
    """Write months out for a narrow column."""
    if months.lower_bound and not months.expected:
        return "?"
    return ("≥ " if months.lower_bound else "") + number(months.expected or 0.0, lang=lang, decimals=1)


def step_sentence(step: Step, lang: Lang = "fr") -> str:
    """Return one sentence on a step: hours and where they come from, carried over, near, to learn, credentials."""
    origin = step.origin.label or step.origin.code or say("moves.profile", lang=lang)
    total = len(step.held) + len(step.near) + len(step.missing)
    text = say(
        f"paths.step.{step.basis}",
        lang=lang,
        origin=origin,
        target=step.target.label or step.target.code,
        hours=hours_text(step.hours, lang),
    )
    text += " " + say(
        "paths.step.items",
        lang=lang,
        held=str(len(step.held)),
        near=str(len(step.near)),
        missing=str(len(step.missing)),
        total=str(total),
    )
    if step.missing:
        text += " " + say("paths.step.learn", lang=lang, names=names(step.missing, lang))
    to_obtain = [c for c in step.credentials if c.held != "yes"]
    if to_obtain:
        text += " " + say("paths.step.obtain", lang=lang, names=", ".join(c.label for c in to_obtain))
    if step.regulated == "yes":
        granted = [c.label for c in step.credentials if c.grants]
        key = "regulated" if granted else "regulated_unknown"
        text += " " + say(f"paths.step.{key}", lang=lang, names=", ".join(granted))
    return text


def path_sentences(path: Path, lang: Lang = "fr") -> list[str]:
    """Return what explains a path: each step, what each stage brings, and why this path rather than the direct one."""
    found: list[str] = []
    for place, step in enumerate(path.steps, start=1):
        found.append(step_sentence(step, lang))
        if place < len(path.steps):
            found.append(_stage(path, place, lang))
    if len(path.steps) == 1:
        found.append(say("paths.why.direct", lang=lang))
    else:
        hours = path.hours.expected or 0.0
        found.append(
            say(
                "paths.why.stage",
                lang=lang,
                saved=number(path.direct_hours - hours, lang=lang),
                direct=number(path.direct_hours, lang=lang),
                months=number((path.months.expected or 0.0) - path.direct_months, lang=lang, decimals=1),
            )
        )
    return found


def _stage(path: Path, place: int, lang: Lang) -> str:
    step = path.steps[place - 1]
    text = say(
        "paths.step.practice",
        lang=lang,
        target=step.target.label or step.target.code,
        months=number(step.practice_months, lang=lang),
        hours=number(step.practised, lang=lang),
        share=percent(path.assumptions["practice_share"], lang=lang),
    )
    added = path.added_by(place)
    key = "adds" if added else "adds_nothing"
    return text + " " + say(f"paths.step.{key}", lang=lang, n=len(added), names=names(added, lang))


def names(items: Sequence[Item], lang: Lang = "fr") -> str:
    """Return the first labels of a list, and how many more there are."""
    shown = "; ".join(i.label or i.code for i in items[:_SHOWN])
    rest = len(items) - _SHOWN
    return shown + (say("moves.more", lang=lang, n=rest) if rest > 0 else "")
