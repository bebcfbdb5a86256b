"""How right rankings are: methods side by side with their 95 % intervals, and chances beside what happened."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from passerelles.charts.drawing import LINE, MARGIN, Chart, Colour, Entry, Fill, Pen, Ruler, steps
from passerelles.errors import PasserellesError, checked
from passerelles.evaluation.evaluate import METHODS
from passerelles.evaluation.protocol import METRICS, Bin
from passerelles.language.say import Lang, listed, number, percent

if TYPE_CHECKING:
    from passerelles.evaluation.results import Evaluation, MethodResult


_FAIR: Final = Fill(Colour.BLUE, edge=Colour.BLUE, shape="o")
_SEEN: Final = Fill(Colour.PAPER, edge=Colour.BLUE, width=1.6, shape="o")


@checked
def method_comparison(
    evaluation: "Evaluation | Sequence[MethodResult]", *, metric: str = "ndcg@10", width: float = 8.0, lang: Lang = "fr"
) -> Chart:
    """
    Draw the mean of a metric for each method, with its bootstrap 95 % interval, the best first.

    Parameters
    ----------
    evaluation
        What `evaluate` gives, or some of its results.
    metric
        ``recall@10``, ``ndcg@10``, ``mrr`` or ``hit@1``; in [0, 1], higher is better.
    width
        In inches, from 4 to 40; the height follows.
    lang
        Language of the words.

    Returns
    -------
    chart
        A matplotlib figure; `description` says the same in words. A method that has seen the answers is hollow.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    PasserellesError
        If the metric is another one, or there is no result.
    """
    if metric not in METRICS:
        raise PasserellesError("chart_metric", given=metric, known=", ".join(METRICS))
    chosen = evaluation if isinstance(evaluation, Sequence) else evaluation.results
    if not chosen:
        raise PasserellesError("chart_nothing")
    results = sorted(chosen, key=lambda r: (-r.metrics[metric], r.method))
    pen = Pen(width, "methods", lang)
    facts = pen.say("facts", n=max(r.origins for r in results))
    y = pen.heading(facts, metric=metric)
    y = _intervals(pen, results, metric, y)
    entries: list[Entry] = [(_FAIR, pen.say("fair"))]
    if any(_in_sample(r) for r in results):
        entries.append((_SEEN, pen.say("seen")))
    y = pen.legend(y + 6, entries)
    results_text = listed((f"{_name(pen, r)} {_figure(r, metric, lang)}" for r in results), lang)
    return pen.chart(y, f"{facts} {results_text}.")


def _in_sample(result: "MethodResult") -> bool:
    return "in-sample" in result.protocol


def _name(pen: Pen, result: "MethodResult") -> str:
    """Name a method in words where they are known, and always by what one types."""
    name = result.method
    if name in METHODS:
        words = pen.say(f"of.{name}")
        name = name if words == name else f"{words} ({name})"
    return pen.say("name_seen", name=name) if _in_sample(result) else name


def _figure(result: "MethodResult", metric: str, lang: Lang) -> str:
    if metric in result.ci95:
        return result.interval(metric, lang)
    return number(result.metrics[metric], lang=lang, decimals=3)


def _intervals(pen: Pen, results: "Sequence[MethodResult]", metric: str, top: float) -> float:
    names = [_name(pen, r) for r in results]
    figures = [_figure(r, metric, pen.lang) for r in results]
    column = min(max(pen.wide(n) for n in names) + 2, pen.inner * 0.36)
    figure_width = max(pen.wide(f) for f in figures)
    most = max(max(r.metrics[metric], *r.ci95.get(metric, (0.0,))) for r in results)
    ruler = Ruler(0.0, max(most * 1.05, 0.05), MARGIN + column + 10, pen.right - figure_width - 12)
    y = top
    for result, name, figure in zip(results, names, figures, strict=True):
        tall = pen.height(name, column)
        room = max(tall, pen.size * 1.6) + 5
        middle = y + room / 2
        pen.text((MARGIN, y + (room - tall) / 2), name, width=column)
        low, high = result.ci95.get(metric, (result.metrics[metric],) * 2)
        pen.line([(ruler(low), middle), (ruler(high), middle)], width=1.8, colour=Colour.BLUE, over=2.0)
        for end in (low, high):
            pen.line([(ruler(end), middle - 4), (ruler(end), middle + 4)], width=1.2, colour=Colour.BLUE, over=2.0)
        pen.dot((ruler(result.metrics[metric]), middle), pen.size * 0.7, _SEEN if _in_sample(result) else _FAIR)
        pen.text((pen.right, middle - pen.size * LINE / 2), figure, align="right")
        y += room

    write = partial(number, lang=pen.lang, decimals=2)
    return pen.axis(ruler, (top, y), write=write, title=pen.say("axis", metric=metric))


_SQUARE_SIDE: Final = 430.0  # points: a square that holds on a page


@checked
def reliability_diagram(bins: "Sequence[Bin | Mapping[str, Any]]", *, width: float = 6.0, lang: Lang = "fr") -> Chart:
    """
    Draw the share that came true against the mean probability, one point a bin, with Wilson's 95 % interval.

    Parameters
    ----------
    bins
        What `passerelles.evaluation.protocol.reliability` gives, or rows with ``cases``, ``predicted`` and
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
    >>> from passerelles.evaluation.protocol import reliability
    >>> charts.reliability_diagram(reliability([0.1, 0.9, 0.3, 0.7], [0, 1, 0, 1], bins=2)).description
    '2 groupes, 4 cas. Chance annoncée puis part observée : 20\u202f% puis 0\u202f% ; 80\u202f% puis 100\u202f%.'
    """
    rows = [b if isinstance(b, Mapping) else b._asdict() for b in bins]
    rows = [r for r in rows if r["cases"]]
    if not rows:
        raise PasserellesError("chart_nothing")
    pen = Pen(width, "reliability", lang)
    facts = pen.say("facts", n=len(rows), cases=sum(int(r["cases"]) for r in rows))
    y = pen.heading(facts)
    y = _draw_points(pen, rows, y)
    y = pen.legend(y + 6, [(_FAIR, pen.say("point")), ("╌", pen.say("even"))])
    shares = [[percent(r[name], lang=lang) for name in ("predicted", "observed")] for r in rows]
    rows_text = listed((pen.say("row", predicted=predicted, observed=observed) for predicted, observed in shares), lang)
    return pen.chart(y, f"{facts} {pen.say('words', rows=rows_text)}")


def _draw_points(pen: Pen, rows: Sequence[Mapping[str, Any]], top: float) -> float:
    from scipy.stats import binomtest  # noqa: PLC0415 - heavy, and one chart alone asks for it

    write = partial(percent, lang=pen.lang)
    size = pen.size - 1
    label_width = pen.wide(write(1.0), size=size)
    tests = (binomtest(round(r["observed"] * r["cases"]), int(r["cases"])) for r in rows)
    bounds = [test.proportion_ci(method="wilson") for test in tests]
    most = min(1.0, max(*(r["predicted"] for r in rows), *(high for _, high in bounds)) * 1.06)
    side = min(pen.inner - label_width - 16, _SQUARE_SIDE)
    edge = max(MARGIN, (pen.width - side - label_width) / 2)  # in the middle of a page that is wider
    left = edge + label_width + 8
    top = pen.text((edge, top), pen.say("observed"), colour=Colour.QUIET) + 4
    across = Ruler(0.0, most, left, left + side)
    up = Ruler(0.0, most, top + side, top)
    for value in steps(0.0, most, max(2, int(side // (pen.size * 3.5)))):
        y = up(value)
        pen.line([(left, y), (left + side, y)], colour=Colour.GRID, width=0.6, over=0.3)
        pen.text((left - 5, y - size * LINE / 2), write(value), size=size, colour=Colour.QUIET, align="right")
    pen.line([(across(0.0), up(0.0)), (across(most), up(most))], colour=Colour.QUIET, width=1.2, dash=True)
    points = [(across(r["predicted"]), up(r["observed"])) for r in rows]
    pen.line(points, colour=Colour.BLUE, width=1.2, over=2.0)
    for (x, y), (low, high) in zip(points, bounds, strict=True):
        pen.line([(x, up(low)), (x, up(high))], colour=Colour.BLUE, width=1.4, over=2.0)
        for end in (low, high):
            pen.line([(x - 3, up(end)), (x + 3, up(end))], colour=Colour.BLUE, width=1.1, over=2.0)
        pen.dot((x, y), pen.size * 0.75, _FAIR)
    return pen.axis(across, (top, top + side), write=write, title=pen.say("predicted"))
