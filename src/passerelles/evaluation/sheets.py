"""An evaluation as tables, and as the page that it shows of itself."""

from typing import TYPE_CHECKING

from passerelles.evaluation.metrics import METRICS
from passerelles.evaluation.protocol import Group
from passerelles.evaluation.results import Evaluation, MethodResult
from passerelles.language.say import Lang, say
from passerelles.views.spec import Cell, Column, Page, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

_TERNARY = ("regulated", "managerial")


def evaluation_sheets(evaluation: Evaluation, *, lang: Lang) -> list[Sheet]:
    """Return the sheets of an evaluation: one row a method, then one a method and group of origins."""
    columns = [Column("method"), Column("protocol"), Column("protocol_label"), Column("origins", "integer")]
    for name in METRICS:
        columns += [Column(name, "number"), Column(f"{name}_low", "number"), Column(f"{name}_high", "number")]
    rows: list[Sequence[Cell]] = []
    for r in evaluation.results:
        figures = (cell for name in METRICS for cell in (r.metrics[name], *r.ci95[name]))
        rows.append((r.method, r.protocol, protocol_label(r, evaluation.folds, lang), r.origins, *figures))
    heads = (
        Column("method"),
        Column("split", words="evaluation.split"),
        Column("group"),
        Column("group_label"),
        Column("origins", "integer"),
    )
    groups: list[Sequence[Cell]] = [
        (r.method, split, g.value, group_label(split, g, lang), g.origins, *(g.metrics[n] for n in METRICS))
        for r in evaluation.results
        for split, found in r.breakdown.items()
        for g in found
    ]
    brief = ("method", "protocol_label", "ndcg@10", "ndcg@10_low", "ndcg@10_high", "recall@10", "mrr", "hit@1")
    return [
        Sheet.of_rows("evaluation", columns, rows, brief),
        Sheet.of_rows("breakdown", (*heads, *(Column(n, "number") for n in METRICS)), groups),
    ]


def protocol_label(result: MethodResult, folds: int, lang: Lang) -> str:
    """Return in words what a method could read of the mobilities that it is judged on."""
    return say(f"evaluation.protocol.{protocol_kind(result)}", lang=lang, folds=folds)


def protocol_kind(result: MethodResult) -> str:
    """Key of a protocol in the language files."""
    return "grouped" if result.protocol.startswith("grouped") else result.protocol.replace("-", "_")


def evaluation_page(evaluation: Evaluation, lang: Lang) -> Page:
    """Return an evaluation as a page: the methods side by side, the breakdown to unfold."""
    name, version = evaluation.referential
    methods, groups = evaluation_sheets(evaluation, lang=lang)
    lead = [
        say("evaluation.scale", lang=lang, n=evaluation.results[0].origins),
        say("evaluation.caution", lang=lang),
    ]
    inner = Page(groups.label(lang), sheets=[groups])
    return Page(say("evaluation.title", lang=lang, name=name, version=version), lead, [methods], [inner])


def group_label(split: str, group: Group, lang: Lang) -> str | None:
    """Return the name of a group of origins for people."""
    if group.label is not None:
        return group.label
    if split in _TERNARY or group.value == "unknown":
        return say(f"evaluation.value.{group.value}", lang=lang)
    return None
