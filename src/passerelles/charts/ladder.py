"""A path as a ladder: occupations are rungs, and between two of them stands what the step takes."""

from typing import TYPE_CHECKING, Final

from passerelles.charts.drawing import LINE, Fill, Mark, Pen, Ruler, axis, writer
from passerelles.charts.figure import Chart
from passerelles.charts.style import BLUE, DARK, INK, MARGIN, PAPER, QUIET, SKY, VERMILION, end_text, page_of, pale
from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import listed
from passerelles.paths.path import hours_text, months_text, path_sentences

if TYPE_CHECKING:
    from passerelles.paths.path import Path, Span, Step, StepCredential

_RANGE: Final = Fill(pale(SKY, 0.45), edge=BLUE)
_OPEN: Final = Fill(PAPER, hatch="////", edge=VERMILION, dash=True)
_SIGNS: Final = {"yes": "✓", "no": "○", "unknown": "?"}
_SHOWN: Final = 3  # reasons of a frame


def path_ladder(path: "Path", *, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw a path: each occupation, and between two of them hours (low, expected, high), months and credentials.

    Parameters
    ----------
    path
        What `rank_paths` gives.
    width
        In inches, from 4 to 40; the height follows.
    lang
        Language of the words.

    Returns
    -------
    chart
        A matplotlib figure; `description` says the same in words. What is not known is drawn as not known.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, rank_paths
    >>> graph = build_graph(load_referential())
    >>> charts.path_ladder(rank_paths(graph, "K2110", targets=["N4101"], limit=1)[0]).title
    'Parcours : Enseignant / Enseignante de la conduite et de la sécurité routière (K2110) → ...'
    """
    pen = Pen(page_of(width))
    names = {"origin": end_text(path.origin, lang), "target": end_text(path.target, lang)}
    title = say("charts.ladder.title", lang=lang, **names)
    facts = say(
        "charts.ladder.facts",
        lang=lang,
        hours=hours_text(path.hours, lang),
        months=_months(path.months, lang),
        status=say(f"paths.status.{path.status}", lang=lang),
    )
    y = top = pen.heading(title, facts)
    ruler = _ruler(pen, path)
    rail = MARGIN + pen.size * 0.6
    dot = y + (pen.size + 1) * LINE / 2
    y = _rung(pen, y, names["origin"], first=True)
    for place, step in enumerate(path.steps, start=1):
        start = dot
        y = _step(pen, ruler, y + 4, step, lang) + 8
        dot = y + (pen.size + 1) * LINE / 2
        pen.line([(rail, start), (rail, dot)], colour=BLUE, width=2.2, over=0.8)
        y = _rung(pen, y, end_text(step.target, lang), first=False, last=place == len(path.steps))
    y = _whole(pen, ruler, y + 6, path, lang)
    y = axis(pen, ruler, (top, y), write=writer(ruler, lang), title=say("charts.ladder.axis", lang=lang))
    y = _frames(pen, y + 6, path, lang)
    key = [(_RANGE, "range"), (Fill(DARK), "expected"), (_OPEN, "open")]
    entries: list[tuple[Fill | Mark | str, str]] = [
        (fill, say(f"charts.ladder.{name}", lang=lang)) for fill, name in key
    ]
    entries += [(sign, say(f"charts.ladder.held_{held}", lang=lang)) for held, sign in _SIGNS.items()]
    y = pen.legend(y + 6, entries)
    y = pen.note(y, say("charts.ladder.note", lang=lang))
    return pen.chart(y, title=title, description=" ".join([facts, *path_sentences(path, lang)]))


def _months(months: "Span", lang: Lang) -> str:
    text = months_text(months, lang).replace("≥ ", "≥\u00a0")
    return say("charts.words.unknown", lang=lang) if text == "?" else say("charts.ladder.months", lang=lang, n=text)


def _left(pen: Pen) -> float:
    return MARGIN + pen.size * 1.8


def _column(pen: Pen) -> float:
    """Width of the words beside the bars."""
    return (pen.page.right - _left(pen)) * 0.56


def _ruler(pen: Pen, path: "Path") -> Ruler:
    spans = [path.hours, *(step.hours for step in path.steps)]
    most = max((x for s in spans for x in (s.low, s.expected, s.high) if x is not None), default=0.0)
    left = _left(pen) + _column(pen) + 14
    return Ruler(0.0, (most or 1.0) * 1.18, left, pen.page.right)


def _rung(pen: Pen, y: float, label: str, *, first: bool, last: bool = False) -> float:
    size = pen.size + 1
    look = Fill(PAPER if first else BLUE if last else SKY, edge=BLUE, width=2.0)
    pen.dot((MARGIN + pen.size * 0.6, y + size * LINE / 2), pen.size * 1.1, look)
    return pen.text((_left(pen), y), label, width=_column(pen), size=size, bold=True) + 2


def _step(pen: Pen, ruler: Ruler, y: float, step: "Step", lang: Lang) -> float:
    left, width = _left(pen), _column(pen)
    hours = say(f"charts.ladder.hours_{step.basis}", lang=lang, hours=hours_text(step.hours, lang))
    bottom = pen.text((left, y), hours, width=width)
    _bar(pen, ruler, y, step.hours, lang)
    bottom = pen.text(
        (left, bottom), say("charts.ladder.duration", lang=lang, months=_months(step.months, lang)), width=width
    )
    if step.practice_months:
        practice = say(
            "charts.ladder.practice",
            lang=lang,
            months=number(step.practice_months, lang=lang),
            hours=number(step.practised, lang=lang),
        )
        bottom = pen.text((left, bottom), practice, width=width, colour=QUIET)
    for credential in step.credentials:
        sign = _SIGNS[credential.held]
        pen.text((left + pen.size * 0.5, bottom), sign, bold=True, align="center")
        indent = pen.size * 1.4
        bottom = pen.text((left + indent, bottom), _credential(credential, lang), width=width - indent)
    if step.probability is not None:
        chance = say("charts.ladder.chance", lang=lang, chance=percent(step.probability, lang=lang))
        bottom = pen.text((left, bottom), chance, width=width, colour=QUIET)
    return bottom


def _credential(credential: "StepCredential", lang: Lang) -> str:
    if credential.held == "yes":
        return credential.label
    hours = credential.hours.expected
    key = "credential_unknown" if hours is None else "credential" if hours else "credential_none"
    text = say(f"charts.ladder.{key}", lang=lang, label=credential.label, hours=number(hours or 0.0, lang=lang))
    return text if credential.obtainable else say("charts.ladder.closed", lang=lang, label=text)


def _bar(pen: Pen, ruler: Ruler, y: float, span: "Span", lang: Lang) -> None:
    """Draw low to high, with the expected value; open to the right where the high end is not known."""
    tall = pen.size * 1.1
    y += pen.size * LINE / 2 - tall / 2
    low, expected = span.low or 0.0, span.expected or 0.0
    open_ended = span.high is None
    start, end = ruler(low), ruler(max(expected, low) if span.high is None else span.high)
    if end - start > 0:
        pen.box(start, y, end - start, tall, _RANGE)
    if open_ended:
        word = say("charts.ladder.mark", lang=lang)
        far = ruler.right
        room = pen.wide(word, bold=True) + 6
        pen.box(end, y, max(far - room - end, 2.0), tall, _OPEN)
        pen.text((far, y + tall / 2 - pen.size * LINE / 2), word, bold=True, align="right")
    if not (open_ended and not expected):
        pen.box(ruler(expected) - 1.5, y - 2, 3.0, tall + 4, Fill(DARK, edge=INK, width=0.0), over=3.0)


def _whole(pen: Pen, ruler: Ruler, y: float, path: "Path", lang: Lang) -> float:
    pen.line([(MARGIN, y), (pen.page.right, y)], width=0.6)
    text = say("charts.ladder.whole", lang=lang, hours=hours_text(path.hours, lang), months=_months(path.months, lang))
    _bar(pen, ruler, y + 5, path.hours, lang)
    width = _column(pen) + _left(pen) - MARGIN
    return max(pen.text((MARGIN, y + 5), text, width=width, bold=True), y + 5 + pen.size * 1.8) + 3


def _frames(pen: Pen, y: float, path: "Path", lang: Lang) -> float:
    if path.frames:
        y = pen.text((MARGIN, y), say("charts.ladder.frames", lang=lang), bold=True) + 2
    for frame in path.frames:  # a bullet, for the signs of credentials say something else
        every = [v.reason(lang) for v in (*frame.violations, *frame.unknown)]
        reasons = [*every[:_SHOWN], *(["…"] if len(every) > _SHOWN else [])]
        verdict = say(f"paths.verdict.{frame.verdict}", lang=lang)
        text = say(
            "charts.ladder.frame",
            lang=lang,
            label=frame.label,
            verdict=verdict,
            why=f" – {listed(reasons, lang)}" if reasons else "",
        )
        pen.text((MARGIN + pen.size * 0.5, y), "•", bold=True, align="center")
        y = pen.text((MARGIN + pen.size * 1.4, y), text, width=pen.page.inner - pen.size * 1.4)
    return y
