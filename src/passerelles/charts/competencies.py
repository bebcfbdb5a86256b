"""What a move asks for, by weight: held, near, missing."""

from typing import TYPE_CHECKING, Final

from passerelles.charts.drawing import LINE, Fill, Pen, Ruler
from passerelles.charts.figure import Chart
from passerelles.charts.style import BLUE, INK, MARGIN, PAPER, QUIET, SKY, VERMILION, deep, end_text, page_of
from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import listed
from passerelles.ranking.moves import check_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passerelles.ranking.move import Item, Move

_HELD: Final = Fill(BLUE)
_NEAR: Final = Fill(SKY, hatch="||||", edge=deep(SKY))
_REST: Final = Fill(PAPER, hatch="||||", edge=deep(SKY))
_MISSING: Final = Fill(PAPER, hatch="////", edge=VERMILION)
_CORE: Final = "◆"
_LOOKS: Final = {"held": _HELD, "near": _NEAR, "missing": _MISSING}


def competency_bars(move: "Move", *, limit: int = 8, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw the competencies that the target of a move requires, by weight: held, near, missing.

    Parameters
    ----------
    move
        What a ranking gives.
    limit
        How many are shown of each state, the heaviest first; the others are counted.
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
    PasserellesError
        If `limit` is under 1.

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, rank_moves
    >>> move = rank_moves(build_graph(load_referential()), "K2110", limit=1)[0]
    >>> str(move.target.label) in charts.competency_bars(move, limit=3).title
    True
    """
    check_limit(limit)
    pen = Pen(page_of(width))
    title = say(
        "charts.competencies.title", lang=lang, origin=end_text(move.origin, lang), target=end_text(move.target, lang)
    )
    groups = {"held": move.held, "near": move.near, "missing": move.missing}
    total = sum(item.weight for items in groups.values() for item in items)
    if not total:
        y = pen.heading(title, say("charts.competencies.none", lang=lang))
        return pen.chart(y, title=title, description=say("charts.competencies.none", lang=lang))
    coverage = say("charts.words.unknown", lang=lang) if move.coverage is None else percent(move.coverage, lang=lang)
    facts = say("charts.competencies.facts", lang=lang, coverage=coverage)
    y = pen.heading(title, facts)
    shares = _shares(groups, total, lang)
    y = _strip(pen, groups, total, y)
    y = pen.legend(y + 4, list(zip((_HELD, _NEAR, _REST, _MISSING), shares, strict=True)))
    most = max(item.weight for items in groups.values() for item in items)
    for state, items in groups.items():
        if items:
            y = _group(pen, state, items[:limit], y + 6, most, lang)
            y = _others(pen, items[limit:], y, lang)
    y = pen.legend(y + 6, [(_CORE, say("charts.competencies.core", lang=lang))])
    y = pen.note(y, say("charts.competencies.note", lang=lang))
    told = [say(f"moves.items.{s}", lang=lang, n=len(i), names=_names(i[:limit], lang)) for s, i in groups.items() if i]
    return pen.chart(y, title=title, description=". ".join([facts.rstrip("."), *told, listed(shares, lang)]) + ".")


def _credit(items: "Sequence[Item]") -> float:
    return sum(item.weight * (item.credit or 0.0) for item in items)


def _shares(groups: "dict[str, tuple[Item, ...]]", total: float, lang: Lang) -> list[str]:
    held = sum(i.weight for i in groups["held"])
    near = sum(i.weight for i in groups["near"])
    counted = _credit(groups["near"])
    missing = sum(i.weight for i in groups["missing"])
    values = {"held": held, "near": counted, "rest": near - counted, "missing": missing}
    return [
        say(f"charts.competencies.{name}", lang=lang, share=percent(v / total, lang=lang)) for name, v in values.items()
    ]


def _strip(pen: Pen, groups: "dict[str, tuple[Item, ...]]", total: float, y: float) -> float:
    """Draw the whole as one bar."""
    held = sum(i.weight for i in groups["held"])
    near = sum(i.weight for i in groups["near"])
    counted = _credit(groups["near"])
    x, tall = MARGIN, pen.size * 1.8
    for weight, look in ((held, _HELD), (counted, _NEAR), (near - counted, _REST), (total - held - near, _MISSING)):
        wide = weight / total * pen.page.inner
        if wide > 1e-6:  # noqa: PLR2004 - nothing, but for rounding
            pen.box(x, y, wide, tall, look)
            x += wide
    return y + tall


def _group(pen: Pen, state: str, items: "Sequence[Item]", y: float, most: float, lang: Lang) -> float:
    y = pen.text((MARGIN, y), say(f"charts.competencies.head_{state}", lang=lang), bold=True) + 2
    column = pen.page.inner * 0.6
    shown = pen.wide(number(most, lang=lang, decimals=1)) + 8
    ruler = Ruler(0.0, most, MARGIN + column + 10, pen.page.right - shown)
    indent = pen.size * 1.3
    for item in items:
        start = y
        if item.core:
            pen.text((MARGIN + indent / 2, y), _CORE, align="center")
        y = pen.text((MARGIN + indent, y), item.label or item.code, width=column - indent)
        if item.credit is not None:
            via = say(
                "charts.competencies.via",
                lang=lang,
                label=item.via_label or item.via,
                share=percent(item.credit, lang=lang),
            )
            y = pen.text((MARGIN + indent, y), via, width=column - indent, size=pen.size - 1, colour=QUIET)
        tall = pen.size * 0.95
        top = start + (pen.size * LINE - tall) / 2
        end = ruler(item.weight)
        if item.credit is None:
            pen.box(ruler.left, top, end - ruler.left, tall, _LOOKS[state])
        else:
            middle = ruler(item.weight * item.credit)
            pen.box(ruler.left, top, middle - ruler.left, tall, _NEAR)
            pen.box(middle, top, end - middle, tall, _REST)
        words = number(item.weight, lang=lang, decimals=1)
        pen.text((pen.page.right, start), words, align="right", colour=INK)
        y += 3
    return y


def _others(pen: Pen, items: "Sequence[Item]", y: float, lang: Lang) -> float:
    if not items:
        return y
    weight = number(sum(i.weight for i in items), lang=lang, decimals=1)
    text = say("charts.competencies.others", lang=lang, n=len(items), weight=weight)
    return pen.text((MARGIN + pen.size * 1.3, y), text, width=pen.page.inner - pen.size * 1.3, colour=QUIET)


def _names(items: "Sequence[Item]", lang: Lang) -> str:
    return listed((item.label or item.code for item in items), lang)
