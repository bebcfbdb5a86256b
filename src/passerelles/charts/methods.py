"""Methods of ranking side by side: the mean of a metric and its 95 % interval."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from passerelles.charts.drawing import LINE, Fill, Mark, Pen, Ruler, axis
from passerelles.charts.figure import Chart
from passerelles.charts.style import BLUE, MARGIN, PAPER, page_of
from passerelles.errors import PasserellesError
from passerelles.evaluation.metrics import METRICS
from passerelles.language.say import Lang, number, say
from passerelles.language.typography import listed

if TYPE_CHECKING:
    from passerelles.evaluation.results import Evaluation, MethodResult

_FAIR: Final = Fill(BLUE, edge=BLUE)
_SEEN: Final = Fill(PAPER, edge=BLUE, width=1.6)
_WORDED: Final = (
    "random", "cosine", "jaccard", "nesta", "nesta-directed", "unfitted", "content", "fitted", "shipped-content",
    "shipped",
)  # fmt: skip
_IN_SAMPLE: Final = "in-sample"


def method_comparison(
    evaluation: "Evaluation | Sequence[MethodResult]",
    *,
    metric: str = "ndcg@10",
    width: float = 8.0,
    lang: Lang = "fr",
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
    pen = Pen(page_of(width))
    title = say("charts.methods.title", lang=lang, metric=metric)
    facts = say("charts.methods.facts", lang=lang, n=max(r.origins for r in results))
    y = pen.heading(title, facts)
    y = _draw(pen, results, metric, y, lang)
    entries: list[tuple[Fill | Mark | str, str]] = [(Mark("o", _FAIR), say("charts.methods.fair", lang=lang))]
    if any(_seen(r) for r in results):
        entries.append((Mark("o", _SEEN), say("charts.methods.seen", lang=lang)))
    y = pen.legend(y + 6, entries)
    y = pen.note(y, say("charts.methods.note", lang=lang))
    told = listed((f"{_name(r, lang)} {_figure(r, metric, lang)}" for r in results), lang)
    return pen.chart(y, title=title, description=f"{facts} {told}.")


def _seen(result: "MethodResult") -> bool:
    return _IN_SAMPLE in result.protocol


def _name(result: "MethodResult", lang: Lang) -> str:
    """Name a method in words where they are known, and always by what one types."""
    name = result.method
    if name in _WORDED:
        name = f"{say(f'charts.methods.of.{name}', lang=lang)} ({name})"
    return say("charts.methods.name_seen", lang=lang, name=name) if _seen(result) else name


def _figure(result: "MethodResult", metric: str, lang: Lang) -> str:
    mean = number(result.metrics[metric], lang=lang, decimals=3)
    if metric not in result.ci95:
        return mean
    low, high = (number(x, lang=lang, decimals=3) for x in result.ci95[metric])
    return say("evaluation.interval", lang=lang, mean=mean, low=low, high=high)


def _draw(pen: Pen, results: "Sequence[MethodResult]", metric: str, top: float, lang: Lang) -> float:
    names = [_name(r, lang) for r in results]
    figures = [_figure(r, metric, lang) for r in results]
    column = min(max(pen.wide(n) for n in names) + 2, pen.page.inner * 0.36)
    shown = max(pen.wide(f) for f in figures)
    most = max(max(r.metrics[metric], *r.ci95.get(metric, (0.0,))) for r in results)
    ruler = Ruler(0.0, max(most * 1.05, 0.05), MARGIN + column + 10, pen.page.right - shown - 12)
    y = top
    for result, name, figure in zip(results, names, figures, strict=True):
        tall = pen.height(name, column)
        room = max(tall, pen.size * 1.6) + 5
        middle = y + room / 2
        pen.text((MARGIN, y + (room - tall) / 2), name, width=column)
        low, high = result.ci95.get(metric, (result.metrics[metric],) * 2)
        pen.line([(ruler(low), middle), (ruler(high), middle)], width=1.8, colour=BLUE, over=2.0)
        for end in (low, high):
            pen.line([(ruler(end), middle - 4), (ruler(end), middle + 4)], width=1.2, colour=BLUE, over=2.0)
        pen.dot((ruler(result.metrics[metric]), middle), pen.size * 0.7, _SEEN if _seen(result) else _FAIR)
        pen.text((pen.page.right, middle - pen.size * LINE / 2), figure, align="right")
        y += room

    def write(value: float) -> str:
        return number(value, lang=lang, decimals=2)

    return axis(pen, ruler, (top, y), write=write, title=say("charts.methods.axis", lang=lang, metric=metric))
