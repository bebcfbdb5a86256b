"""Levers on a terminal."""

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say
from passerelles.paths.levers import Levers

if TYPE_CHECKING:
    from rich.console import Console


def print_levers(console: "Console", found: Levers, *, lang: Lang = "fr") -> None:
    """Print a choice of levers and what it is worth."""
    console.print(Text(say("paths.levers.title", lang=lang), style="bold"))
    if found:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        table.add_column("#", justify="right")
        table.add_column(say("paths.column.competency", lang=lang), ratio=1, overflow="fold")
        table.add_column(say("paths.column.people", lang=lang), justify="right", no_wrap=True)
        table.add_column(say("paths.column.opens", lang=lang), overflow="fold")
        colon = " :" if lang == "fr" else ":"
        for each in found:
            kind = say(f"paths.levers.kind_{each.kind}", lang=lang)
            targets = ", ".join(each.targets)
            what = f"{each.label} ({each.code}, {kind})"
            if each.kind == "group":
                what = "\n".join([f"{kind}{colon}", *(f"- {n}" for n in each.label.split(" + "))])
            table.add_row(str(each.rank), what, f"+{each.gained}", targets)
        console.print(table)
    else:
        console.print(say("paths.levers.none", lang=lang))
    figures = {"total": found.total, "already": found.already, "possible": found.possible}
    written = {name: number(value, lang=lang) for name, value in figures.items()}
    console.print(Text(say("paths.levers.worth", lang=lang, **written), style="dim"))
    key = "exact" if found.exact else "greedy"
    console.print(Text(say(f"paths.levers.{key}", lang=lang, share=percent(found.guarantee, lang=lang)), style="dim"))
