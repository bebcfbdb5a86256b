"""An allocation, a ranking or scenarios of a territory on a terminal; read off what may be published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say
from passerelles.territory.allocation import Release
from passerelles.territory.lots import SET_ASIDE, Note, Side
from passerelles.territory.rank import Ranked, ranking_sheets
from passerelles.views.spec import Cell, Column, Sheet
from passerelles.views.terminal import print_sheet

_SHOWN: Final = 12


def print_allocation(console: Console, found: Release, *, lang: Lang = "fr") -> None:
    """Print an allocation: flows, people without a solution, openings left, what would change, proof."""
    summary = found.summary(lang)
    if summary:
        console.print(Text(summary, style="bold"))
    _print_dim(console, [note.sentence(lang) for note in found.notes])
    for row in found.set_aside[:_SHOWN]:
        told = SET_ASIDE.to_dict(row, lang)
        place = say("territory.where.row", lang=lang, file=told["file"], row=str(told["row"]))
        line = say("territory.where.problem", lang=lang, place=place, what=told["reason"])
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
    if len(found.set_aside) > _SHOWN:
        left = say("territory.where.more", lang=lang, n=len(found.set_aside) - _SHOWN)
        console.print(Padding(Text(left, style="dim"), (0, 0, 0, 2)))
    _print_listed(console, "resolved", [each.sentence(lang) for each in found.resolved], lang)
    if found.bounds["status"] == "infeasible":
        unmet = ", ".join(found.unmet_floors)
        key = "infeasible" if unmet else "infeasible_together"
        console.print(say(f"territory.table.{key}", lang=lang, groups=unmet))
        return
    sheets = {sheet.title: sheet for sheet in found.sheets(lang)}
    changes = sheets["changes"]
    print_sheet(console, sheets["flows"], title=say("territory.title.match", lang=lang), lang=lang)
    _print_dim(console, found.hidden_lots(lang))
    for name in ("to_confirm", "stretched", "options", "uncovered"):
        if name in sheets:
            print_sheet(console, sheets[name], title=say(f"territory.title.{name}", lang=lang), lang=lang)
    _print_dim(console, filter(None, [found.last_tenth(lang)]))
    largest = found.largest_unfilled()
    unfilled = replace(sheets["unfilled"], items=lambda: largest)
    print_sheet(console, unfilled, title=say("territory.title.unfilled", lang=lang), most=_SHOWN, lang=lang)
    if len(largest) > _SHOWN:
        console.print(say("territory.table.more", lang=lang, n=len(largest) - _SHOWN))
    sentence = next(c for c in changes.described if c.key == "sentence")
    _print_listed(console, "changes", [str(sentence.cell(each, lang)) for each in found.changes], lang)
    _print_listed(console, "certificate", found.proofs(lang), lang)


def print_ranking(
    console: Console, found: Sequence[Ranked], *, title: str, by: Side, notes: Sequence[Note] = (), lang: Lang = "fr"
) -> None:
    """Print a ranking, one table a lot."""
    console.print(Text(title, style="bold"))
    _print_dim(console, [note.sentence(lang) for note in notes])
    if not found:
        console.print(say("territory.table.none", lang=lang))
        return
    starts = [place for place, each in enumerate(found) if each.rank == 1]
    for start, end in zip(starts, (*starts[1:], len(found)), strict=True):
        console.print()
        console.print(Text(found[start].end(by), style="bold"))
        print_sheet(console, ranking_sheets(found[start:end], (), lang, by=by)[0], lang=lang)


def _print_dim(console: Console, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        console.print(Text(sentence, style="dim"))


def _print_listed(console: Console, title: str, sentences: Sequence[str], lang: Lang) -> None:
    if sentences:
        console.print(Text(say(f"territory.title.{title}", lang=lang), style="bold"))
    for sentence in sentences:
        console.print(Padding(sentence, (0, 0, 0, 2)))


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
