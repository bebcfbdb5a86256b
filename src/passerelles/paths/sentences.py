"""Paths in sentences: what is carried over, what is learned, what each stage brings, why not directly."""

from collections.abc import Sequence

from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import listed
from passerelles.paths.path import Path, Span, Step, StepCredential
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
    """Return what a step takes: hours and where they come from, carried over, near, to learn, credentials."""
    return " ".join(step_lines(step, lang))


def step_lines(step: Step, lang: Lang = "fr") -> list[str]:
    """Return the sentences of `step_sentence`, one for each thing that is said."""
    total = len(step.held) + len(step.near) + len(step.missing)
    first = say(
        f"paths.step.{step.basis}",
        lang=lang,
        origin=step.origin.label or step.origin.code or say("moves.profile", lang=lang),
        target=step.target.label or step.target.code,
        hours=hours_text(step.hours, lang),
    )
    if step.consolidated:
        first += " " + say("paths.step.consolidated", lang=lang, hours=number(step.consolidated, lang=lang))
    counts = {"held": len(step.held), "near": len(step.near), "missing": len(step.missing), "total": total}
    lines = [first, say("paths.step.items", lang=lang, **{name: str(value) for name, value in counts.items()})]
    for key, items in (("keep", step.held), ("learn", step.missing)):
        if items:
            lines.append(say(f"paths.step.{key}", lang=lang, names=names(items, lang)))
    if step.target_level > step.level:
        lines.append(say("paths.step.level", lang=lang, held=step.level, target=step.target_level))
    return lines + _credentials(step, lang)


def _credentials(step: Step, lang: Lang) -> list[str]:
    """What is required: held, to obtain in order, and what grants access to a regulated profession."""
    lines: list[str] = []
    for key, some in (("has", [c for c in step.credentials if c.held == "yes"]), ("obtain", step.to_obtain)):
        if some:
            lines.append(say(f"paths.step.{key}", lang=lang, names=listed((_credential(c, lang) for c in some), lang)))
    if step.regulated == "yes":
        granted = [c.label for c in step.credentials if c.grants]
        key = "regulated" if granted else "regulated_unknown"
        lines.append(say(f"paths.step.{key}", lang=lang, names=", ".join(granted)))
    return lines


def _credential(credential: StepCredential, lang: Lang) -> str:
    """A credential with its published length, or that none is known, where it is still to be obtained."""
    if credential.held == "yes":
        return credential.label
    expected = credential.hours.expected
    known = say("paths.step.no_length" if expected is None else "paths.step.no_training", lang=lang)
    if expected:
        known = say("paths.step.length", lang=lang, hours=number(expected, lang=lang))
    return f"{credential.label} ({known})"


def path_sentences(path: Path, lang: Lang = "fr") -> list[str]:
    """Return what explains a path: each step, what each stage brings, and why this path rather than the direct one."""
    return [" ".join(lines) for lines in path_lines(path, lang)]


def path_lines(path: Path, lang: Lang = "fr") -> list[list[str]]:
    """Return the sentences of `path_sentences`, each group of them as lines."""
    found: list[list[str]] = []
    for place, step in enumerate(path.steps, start=1):
        found.append(step_lines(step, lang))
        if place < len(path.steps):
            found.append(_stage(path, place, lang))
    if len(path.steps) == 1:
        least = number(path.assumptions["min_saving_hours"], lang=lang)
        return [*found, [say("paths.why.alone" if path.alone else "paths.why.direct", lang=lang, least=least)]]
    hours, months = path.hours.expected or 0.0, path.months.expected or 0.0
    figures = {"saved": path.direct_hours - hours, "direct": path.direct_hours}
    written = {name: number(value, lang=lang) for name, value in figures.items()}
    longer = number(months - path.direct_months, lang=lang, decimals=1)
    return [*found, [say("paths.why.stage", lang=lang, **written, months=longer)]]


def path_title(path: Path, lang: Lang = "fr") -> str:
    """Return ``origin → target``, by label where there is one."""
    start = path.origin.label or path.origin.code or say("moves.profile", lang=lang)
    return f"{start} → {path.target.label or path.target.code}"


def state_lines(path: Path, lang: Lang = "fr") -> list[str]:
    """Return what keeps a path from being feasible, or from being known to be: one line, none where nothing does."""
    if not path.reasons:
        return []
    about: dict[str, list[str]] = {}
    for key, what in path.reasons:
        about.setdefault(key, []).append(what)
    why = listed((say(f"paths.reason.{key}", lang=lang, what=", ".join(some)) for key, some in about.items()), lang)
    return [say("paths.state", lang=lang, status=say(f"paths.status.{path.status}", lang=lang), why=why)]


def frame_lines(path: Path, lang: Lang = "fr") -> list[str]:
    """Return what each legal frame says of a path, of the whole and of each step, and why."""
    colon = " : " if lang == "fr" else ": "
    found = []
    for place, frame in enumerate(path.frames):
        why = [listed((v.reason(lang) for v in (*frame.violations, *frame.unknown)), lang)]
        if len(path.steps) > 1:
            why.append(_step_verdicts(path, place, lang))
        said = listed((w for w in why if w), lang)
        verdict = say(f"paths.verdict.{frame.verdict}", lang=lang)
        found.append(f"{frame.label}{colon}{verdict}" + (f" ({said})" if said else ""))
    return found


def _step_verdicts(path: Path, frame: int, lang: Lang) -> str:
    """What a frame says of each step on its own."""
    verdicts = [say(f"paths.verdict.{step.frames[frame].verdict}", lang=lang) for step in path.steps]
    told = [say("paths.frame_steps.step", lang=lang, n=n, verdict=v) for n, v in enumerate(verdicts, start=1)]
    return say("paths.frame_steps.line", lang=lang, verdicts=", ".join(told))


def _stage(path: Path, place: int, lang: Lang) -> list[str]:
    step = path.steps[place - 1]
    text = say(
        "paths.step.practice",
        lang=lang,
        target=step.target.label or step.target.code,
        months=number(step.practice_months, lang=lang),
        hours=number(step.practised, lang=lang),
        share=percent(path.assumptions["practice_share"], lang=lang),
    )
    added, lines = path.added_by(place), [text]
    raised = path.steps[place].level
    if raised > step.level and path.steps[-1].target_level > step.level:
        lines.append(say("paths.step.raises", lang=lang, held=step.level, raised=raised))
    if added or len(lines) == 1:
        key = "adds" if added else "adds_nothing"
        lines.append(say(f"paths.step.{key}", lang=lang, n=len(added), names=names(added, lang)))
    return lines


def names(items: Sequence[Item], lang: Lang = "fr") -> str:
    """Return the first labels of a list, and how many more there are."""
    shown = listed((i.label or i.code for i in items[:_SHOWN]), lang)
    rest = len(items) - _SHOWN
    return shown + (say("moves.more", lang=lang, n=rest) if rest > 0 else "")
