"""What was predicted against what came true: the reliability diagram of a calibrated score."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from passerelles.charts.drawing import LINE, Fill, Mark, Pen, Ruler, axis, steps
from passerelles.charts.figure import Chart
from passerelles.charts.style import BLUE, GRID, MARGIN, QUIET, page_of
from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, percent, say
from passerelles.language.typography import listed

if TYPE_CHECKING:
    from passerelles.evaluation.metrics import Bin

_Z: Final = 1.959963984540054  # 97.5 % of the normal law
_SIDE: Final = 430.0  # points: a square that holds on a page
_POINT: Final = Fill(BLUE, edge=BLUE)


def reliability_diagram(bins: "Sequence[Bin | Mapping[str, Any]]", *, width: float = 6.0, lang: Lang = "fr") -> Chart:
    """
    Draw the share that came true against the mean probability, one point a bin, with Wilson's 95 % interval.

    Parameters
    ----------
    bins
        What `passerelles.evaluation.metrics.reliability` gives, or rows with ``cases``, ``predicted`` and
        ``observed``; empty bins are left out.
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
        If no bin holds a case.

    References
    ----------
    E. B. Wilson (1927), 'Probable inference, the law of succession, and statistical inference'.

    Examples
    --------
    >>> from passerelles import charts
    >>> from passerelles.evaluation.metrics import reliability
    >>> charts.reliability_diagram(reliability([0.1, 0.9, 0.3, 0.7], [0, 1, 0, 1], bins=2)).description
    '2 groupes, 4 cas. Chance annoncée puis part observée : 20\u202f% puis 0\u202f% ; 80\u202f% puis 100\u202f%.'
    """
    rows = [b if isinstance(b, Mapping) else b._asdict() for b in bins]
    rows = [r for r in rows if r["cases"]]
    if not rows:
        raise PasserellesError("chart_nothing")
    pen = Pen(page_of(width))
    title = say("charts.reliability.title", lang=lang)
    facts = say("charts.reliability.facts", lang=lang, n=len(rows), cases=sum(int(r["cases"]) for r in rows))
    y = pen.heading(title, facts)
    y = _draw(pen, rows, y, lang)
    y = pen.legend(
        y + 6,
        [
            (Mark("o", _POINT), say("charts.reliability.point", lang=lang)),
            ("╌", say("charts.reliability.even", lang=lang)),
        ],
    )
    y = pen.note(y, say("charts.reliability.note", lang=lang))
    told = listed(
        (
            say(
                "charts.reliability.row",
                lang=lang,
                predicted=percent(r["predicted"], lang=lang),
                observed=percent(r["observed"], lang=lang),
            )
            for r in rows
        ),
        lang,
    )
    return pen.chart(y, title=title, description=f"{facts} {say('charts.reliability.words', lang=lang, rows=told)}")


def wilson(share: float, cases: int) -> tuple[float, float]:
    """
    Bounds of Wilson's 95 % interval of a share of `cases` cases.

    Examples
    --------
    >>> [round(x, 3) for x in wilson(0.5, 10)]
    [0.237, 0.763]
    """
    square = _Z * _Z
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    half = _Z / (1 + square / cases) * math.sqrt(share * (1 - share) / cases + square / (4 * cases * cases))
    return max(0.0, middle - half), min(1.0, middle + half)


def _draw(pen: Pen, rows: Sequence[Mapping[str, Any]], top: float, lang: Lang) -> float:
    def write(value: float) -> str:
        return percent(value, lang=lang)

    shown = pen.wide(write(1.0), size=pen.size - 1)
    bounds = [wilson(r["observed"], int(r["cases"])) for r in rows]
    most = min(1.0, max(*(r["predicted"] for r in rows), *(high for _, high in bounds)) * 1.06)
    side = min(pen.page.inner - shown - 16, _SIDE)
    edge = max(MARGIN, (pen.page.width - side - shown) / 2)  # in the middle of a page that is wider
    left = edge + shown + 8
    top = pen.text((edge, top), say("charts.reliability.observed", lang=lang), colour=QUIET) + 4
    across = Ruler(0.0, most, left, left + side)
    up = Ruler(0.0, most, top + side, top)
    for value in steps(0.0, most, max(2, int(side // (pen.size * 3.5)))):
        y = up(value)
        pen.line([(left, y), (left + side, y)], colour=GRID, width=0.6, over=0.3)
        pen.text(
            (left - 5, y - (pen.size - 1) * LINE / 2), write(value), size=pen.size - 1, colour=QUIET, align="right"
        )
    pen.line([(across(0.0), up(0.0)), (across(most), up(most))], colour=QUIET, width=1.2, dash=True)
    points = [(across(r["predicted"]), up(r["observed"])) for r in rows]
    pen.line(points, colour=BLUE, width=1.2, over=2.0)
    for (x, y), (low, high) in zip(points, bounds, strict=True):
        pen.line([(x, up(low)), (x, up(high))], colour=BLUE, width=1.4, over=2.0)
        for end in (low, high):
            pen.line([(x - 3, up(end)), (x + 3, up(end))], colour=BLUE, width=1.1, over=2.0)
        pen.dot((x, y), pen.size * 0.75, _POINT)
    return axis(pen, across, (top, top + side), write=write, title=say("charts.reliability.predicted", lang=lang))
