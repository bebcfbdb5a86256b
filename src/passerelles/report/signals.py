"""What the market says in a basin, on a terminal and as tables: by family of a survey, or job by job with reasons."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say
from passerelles.views.spec import Cell, Column, Sheet

if TYPE_CHECKING:
    from rich.console import Console

Payload = Mapping[str, Any]
_FAMILY = ("projects", "difficult_share", "seasonal_share")
_JOB = (*_FAMILY, "estimated", "tension", "wage")


def signal_sheets(found: Sequence[Payload]) -> list[Sheet]:
    """Return one row a figure: its bounds, how it is known, source, year and territory."""
    columns = (
        Column("code"), Column("label"), Column("status"), Column("figure"), Column("low", "number"),
        Column("high", "number"), Column("standing"), Column("source"), Column("year"), Column("territory"),
        Column("about"), Column("why"),
    )  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for item in found:
        end = item["occupation"] if "occupation" in item else item["family"]
        figures = {name: item[name] for name in (_JOB if "occupation" in item else _FAMILY)}
        figures |= item.get("components", {})
        rows += [
            (
                end["code"], end["label"], item.get("status"), name, figure["low"], figure["high"], figure["standing"],
                figure["source"], figure["year"], figure["territory"], figure["about"], figure["why"],
            )
            for name, figure in figures.items()
        ]  # fmt: skip
    return [Sheet.of_rows("signals", columns, rows)]


def print_families(console: "Console", found: Sequence[Payload], *, title: str, lang: Lang = "fr") -> None:
    """Print the families of a survey in a basin, most projects first."""
    console.print(Text(title, style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(say("market.column.family", lang=lang), ratio=1, overflow="fold")
    for name in ("projects", "difficult_share", "seasonal_share"):
        table.add_column(say(f"market.column.{name}", lang=lang), justify="right")
    for item in found:
        family = item["family"]
        cells = [between(item["projects"], lang)]
        cells += [between(item[name], lang, share=True) for name in ("difficult_share", "seasonal_share")]
        table.add_row(f"{family['code']} {family['label']}", *cells)
    console.print(table)


def print_signals(console: "Console", found: Sequence[Payload], *, title: str, lang: Lang = "fr") -> None:
    """Print jobs one by one: status and why, tension and its components, wage."""
    console.print(Text(title, style="bold"))
    for item in found:
        job = item["occupation"]
        status = say(f"market.status.{item['status']}", lang=lang)
        console.print()
        console.print(Text(f"{job['code']} {job['label']} : {status}", style="bold"))
        for line in item["sentences"]:
            console.print(Padding(line, (0, 0, 0, 2)))


def between(figure: Payload, lang: Lang, *, share: bool = False) -> str:
    """Write a number, both ends of one that is known within bounds, or that it is unknown."""
    if figure["low"] is None:
        return "?"
    low, high = (percent(figure[e], lang=lang) if share else number(figure[e], lang=lang) for e in ("low", "high"))
    return low if low == high else f"{low}–{high}"
