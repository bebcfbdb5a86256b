"""A validation report on a terminal and as rows."""

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, say
from passerelles.referentials.validate import ValidationReport

if TYPE_CHECKING:
    from rich.console import Console

_STYLE = {"error": "bold red", "warning": "yellow", "info": "dim"}


def print_report(console: "Console", report: ValidationReport, *, lang: Lang = "fr") -> None:
    """Print what the referential holds, then one line a kind of notice and file, errors first."""
    name = f"{report.name} {report.version}".strip()
    console.print(Text(say("validation.title", lang=lang, name=name, place=report.place), style="bold"))
    counts = Table(box=None, show_header=False, pad_edge=False)
    counts.add_column(ratio=1)
    counts.add_column(justify="right")
    for key, value in report.counts.items():
        if value or key == "dropped":
            counts.add_row(say(f"validation.count.{key}", lang=lang), number(value, lang=lang))
    console.print(counts)
    console.print()
    notices = report.summary()
    if notices:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        table.add_column(say("validation.column.severity", lang=lang), no_wrap=True)
        table.add_column(say("validation.column.count", lang=lang), justify="right", no_wrap=True)
        table.add_column(say("validation.column.what", lang=lang), ratio=1, overflow="fold")
        for each in notices:
            where = say("validation.where", lang=lang, file=each.file, line=str(each.line)) if each.line else each.file
            text = Text(each.what(lang))
            text.append(f"\n{each.code}" + (f", {where}" if where else ""), style="dim")
            text.append(f"\n→ {each.action(lang)}", style="italic")
            severity = Text(say(f"validation.severity.{each.severity}", lang=lang), style=_STYLE[each.severity])
            table.add_row(severity, number(each.count, lang=lang), text)
        console.print(table)
    verdict = "ok" if report.ok else "not_ok"
    counts_by = {k: number(v, lang=lang) for k, v in report.severities.items()}
    console.print(Text(say(f"validation.{verdict}", lang=lang, **counts_by), style="bold"))
