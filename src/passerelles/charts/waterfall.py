"""The score of a move as a waterfall: from the base, part by part, to the total."""

from typing import TYPE_CHECKING, Final

from passerelles.charts.drawing import LINE, Fill, Mark, Pen, Ruler, axis, writer
from passerelles.charts.figure import Chart
from passerelles.charts.style import BLUE, DARK, GRID, INK, MARGIN, VERMILION, end_text, facts, page_of, pale
from passerelles.language.say import Lang, say, signed
from passerelles.language.typography import listed

if TYPE_CHECKING:
    from passerelles.ranking.move import Move, PartValue

_PLUS: Final = Fill(BLUE)
_MINUS: Final = Fill(pale(VERMILION, 0.55), hatch="////", edge="#7A3600")
_BASE: Final = Fill(GRID)
_TOTAL: Final = Fill(DARK)


def score_waterfall(move: "Move", *, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw the parts that the score of a move is the sum of, the largest first.

    Parameters
    ----------
    move
        What a ranking gives.
    width
        In inches, from 4 to 40; the height follows.
    lang
        Language of the words.

    Returns
    -------
    chart
        A matplotlib figure; `description` says the same in words.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, rank_moves
    >>> move = rank_moves(build_graph(load_referential()), "K2110", limit=1)[0]
    >>> str(move.target.label) in charts.score_waterfall(move).title
    True
    """
    pen = Pen(page_of(width))
    base = [p for p in move.parts if p.name == "base"]
    others = sorted((p for p in move.parts if p.name != "base"), key=lambda p: -abs(p.value))
    rows = _rows([*base, *others], move.score, lang)
    names = {"origin": end_text(move.origin, lang), "target": end_text(move.target, lang)}
    title = say("charts.waterfall.title", lang=lang, **names)
    y = pen.heading(title, facts(move, lang))
    y = _draw(pen, rows, y, lang)
    entries: list[tuple[Fill | Mark | str, str]] = [(_PLUS, say("charts.waterfall.plus", lang=lang))]
    entries += [(_MINUS, say("charts.waterfall.minus", lang=lang)), (_TOTAL, say("charts.waterfall.total", lang=lang))]
    if base:
        entries.insert(0, (_BASE, say("charts.waterfall.base", lang=lang)))
    y = pen.legend(y + 8, entries)
    y = pen.note(y, say("charts.waterfall.note", lang=lang))
    return pen.chart(y, title=title, description=_words([*base, *others], move.score, lang))


def _rows(parts: "list[PartValue]", score: float, lang: Lang) -> list[tuple[str, float, float, Fill]]:
    """Label, start, end and look of each bar."""
    found: list[tuple[str, float, float, Fill]] = []
    reached = 0.0
    for part in parts:
        look = _BASE if part.name == "base" else _PLUS if part.value > 0 else _MINUS
        found.append((part.label(lang), reached, reached + part.value, look))
        reached += part.value
    return [*found, (say("charts.waterfall.total", lang=lang), 0.0, score, _TOTAL)]


def _draw(pen: Pen, rows: list[tuple[str, float, float, Fill]], top: float, lang: Lang) -> float:
    values = [signed(end - start, lang=lang) for _, start, end, _ in rows]
    column = min(max(pen.wide(label, bold=True) for label, *_ in rows) + 2, pen.page.inner * 0.4)
    shown = max(pen.wide(v, bold=True) for v in values)
    points = [0.0, *(x for _, *ends, _ in rows for x in ends)]
    low, high = min(points), max(points)
    pad = (high - low or 1.0) * 0.02
    ruler = Ruler(low - pad, high + pad, MARGIN + column + 10, pen.page.right - shown - 10)
    y = top
    for place, (label, start, end, look) in enumerate(rows):
        last = place == len(rows) - 1
        if last:
            y += 3
            pen.line([(MARGIN, y - 2), (pen.page.right, y - 2)], colour=INK, width=0.6)
        tall = pen.height(label, column, bold=last)
        room = max(tall, pen.size * 1.7) + 4
        pen.text((MARGIN, y + (room - tall) / 2), label, width=column, bold=last)
        left, right = sorted((ruler(start), ruler(end)))
        pen.box(left, y + 3, max(right - left, 0.8), room - 6, look)
        if place < len(rows) - 2:
            pen.line([(ruler(end), y + room - 3), (ruler(end), y + room + 3)], width=0.6, colour=INK)
        middle = y + (room - pen.size * LINE) / 2
        pen.text((pen.page.right, middle), values[place], align="right", bold=last)
        y += room
    return axis(pen, ruler, (top, y), write=writer(ruler, lang))


def _words(parts: "list[PartValue]", score: float, lang: Lang) -> str:
    told = listed((f"{p.label(lang)} {signed(p.value, lang=lang)}" for p in parts), lang)
    return say("charts.waterfall.words", lang=lang, parts=told, score=signed(score, lang=lang))
