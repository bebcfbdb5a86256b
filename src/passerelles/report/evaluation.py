"""An evaluation on a terminal, within 80 columns, and as rows."""

from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from passerelles.evaluation.results import Evaluation, MethodResult
from passerelles.evaluation.sheets import group_label, protocol_kind, protocol_label
from passerelles.language.say import Lang, number, say

if TYPE_CHECKING:
    from rich.console import Console


def print_evaluation(console: "Console", evaluation: Evaluation, *, lang: Lang = "fr") -> None:
    """Print the methods side by side, then the breakdown of the one that ranks best out of sample."""
    name, version = evaluation.referential
    console.print(Text(say("evaluation.title", lang=lang, name=name, version=version), style="bold"))
    console.print(say("evaluation.scale", lang=lang, n=evaluation.results[0].origins))
    console.print(_methods(evaluation, lang))
    for kind in dict.fromkeys(protocol_kind(r) for r in evaluation.results):
        console.print(Text(say(f"evaluation.note.{kind}", lang=lang, folds=evaluation.folds), style="dim"))
    for result in evaluation.results:
        if result.other_groupings is not None:
            console.print(_other_groupings(result, lang))
    best = _best(evaluation)
    console.print()
    console.print(Text(say("evaluation.breakdown_title", lang=lang, method=best.method), style="bold"))
    console.print(_breakdown(best, lang))
    console.print(Text(say("evaluation.caution", lang=lang), style="dim"))


def _best(evaluation: Evaluation) -> MethodResult:
    """Return the best ndcg@10, figures in sample last; among equals the first asked for."""
    return max(evaluation.results, key=lambda r: (r.protocol != "in-sample", r.metrics["ndcg@10"]))


def _methods(evaluation: Evaluation, lang: Lang) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(say("evaluation.column.method", lang=lang), overflow="fold")
    table.add_column("ndcg@10", justify="right", no_wrap=True)
    for name in ("recall@10", "mrr", "hit@1"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(say("evaluation.column.protocol", lang=lang), no_wrap=True)
    for result in evaluation.results:
        low, high = result.ci95["ndcg@10"]
        table.add_row(
            result.method,
            say(
                "evaluation.interval",
                lang=lang,
                mean=_figure(result.metrics["ndcg@10"], lang),
                low=_figure(low, lang),
                high=_figure(high, lang),
            ),
            *(_figure(result.metrics[name], lang) for name in ("recall@10", "mrr", "hit@1")),
            protocol_label(result, evaluation.folds, lang),
        )
    return table


def _breakdown(result: MethodResult, lang: Lang) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(say("evaluation.column.group", lang=lang), ratio=1, overflow="fold")
    table.add_column(say("evaluation.column.origins", lang=lang), justify="right", no_wrap=True)
    for name in ("ndcg@10", "recall@10"):
        table.add_column(name, justify="right", no_wrap=True)
    for split, groups in result.breakdown.items():
        table.add_row(Text(say(f"evaluation.split.{split}", lang=lang), style="italic"))
        for group in groups:
            figures = (_figure(group.metrics[name], lang) for name in ("ndcg@10", "recall@10"))
            label = group_label(split, group, lang)
            shown = f"{group.value} {label}" if group.label is not None else label or group.value
            table.add_row(Padding(shown, (0, 0, 0, 2)), number(group.origins, lang=lang), *figures)
    return table


def _other_groupings(result: MethodResult, lang: Lang) -> str:
    means = result.other_groupings or {}
    return say(
        "evaluation.other_groupings",
        lang=lang,
        n=int(means["groupings"]),
        method=result.method,
        recall=_figure(means["recall@10"], lang),
        ndcg=_figure(means["ndcg@10"], lang),
        mrr=_figure(means["mrr"], lang),
        hit=_figure(means["hit@1"], lang),
    )


def _figure(value: float, lang: Lang) -> str:
    return number(value, lang=lang, decimals=3)
