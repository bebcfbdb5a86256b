"""Paths on a terminal, within 80 columns: one line a path, then the first ones in sentences."""

from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say
from passerelles.paths.path import Path
from passerelles.paths.rank import Paths, Reached
from passerelles.paths.sentences import frame_lines, hours_short, months_text, path_lines, path_title, state_lines

if TYPE_CHECKING:
    from rich.console import Console

_EACH = 3  # notes on single targets; beyond, one for all


def print_paths(
    console: "Console", paths: Paths, *, title: str, frame: str | None, explained: int = 1, lang: Lang = "fr"
) -> None:
    """
    Print paths.

    Parameters
    ----------
    console
        Where to.
    paths
        What `rank_paths` gave.
    title
        Line above the table.
    frame
        Name of the frame whose verdict is shown; none where None.
    explained
        How many of the first paths are told in sentences below the table.
    lang
        Language of the words.
    """
    console.print(Text(title, style="bold"))
    _print_none(console, paths, lang)
    if not paths:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("#", justify="right")
    table.add_column(say("paths.column.path", lang=lang), ratio=1, overflow="fold")
    for name in ("hours", "months", "status"):
        table.add_column(
            say(f"paths.column.{name}", lang=lang), justify="left" if name == "status" else "right", no_wrap=True
        )
    if frame:
        table.add_column(say("paths.column.frame", lang=lang), no_wrap=True)
    for path in paths:
        chain = "\n→ ".join(f"{s.target.code} {s.target.label or ''}".strip() for s in path.steps)
        cells = [str(path.rank), f"→ {chain}", hours_short(path.hours, lang), months_text(path.months, lang)]
        cells.append(say(f"paths.status.{path.status}", lang=lang))
        if frame:
            verdict = next(f.verdict for f in path.frames if f.name == frame)
            cells.append(say(f"paths.verdict.{verdict}", lang=lang))
        table.add_row(*cells)
    console.print(table)
    for path in paths[:explained]:
        print_path(console, path, lang=lang)
    _print_notes(console, paths, lang)


def _print_none(console: "Console", paths: Paths, lang: Lang) -> None:
    """Say which targets have no path, and why."""
    if not paths.reached:
        console.print(say("paths.no_target", lang=lang))
    for reached in paths.reached:
        if not reached.found:
            target = f"{reached.code} {reached.label or ''}".strip()
            key = f"paths.none_{reached.reason}" if reached.parts else "paths.none"
            console.print(say(key, lang=lang, target=target, parts=", ".join(reached.parts)))


def print_path(console: "Console", path: Path, *, lang: Lang = "fr") -> None:
    """Print what explains one path: its sentences, its frames, what is not known."""
    console.print(Text(f"{path.rank}. {path_title(path, lang)}", style="bold"))
    for lines in path_lines(path, lang):
        for place, line in enumerate(lines):
            console.print(Padding(line, (0, 0, 0, 4 if place else 2)))
    for text in (*state_lines(path, lang), *frame_lines(path, lang)):
        console.print(Padding(text, (0, 0, 0, 2)))
    console.print()


def _fewer(paths: Paths, reached: Reached, lang: Lang) -> str:
    """Say why there are fewer paths than asked for."""
    known = paths[0].assumptions
    key = "paths.fewer" if known["max_steps"] > 1 else "paths.fewer_direct"
    least = number(known["min_saving_hours"], lang=lang)
    return say(key, lang=lang, target=reached.label or reached.code, n=reached.found, least=least)


def _print_notes(console: "Console", paths: Paths, lang: Lang) -> None:
    fewer = [r for r in paths.reached if r.fewer and r.found]
    if len(fewer) > _EACH:
        least = number(paths[0].assumptions["min_saving_hours"], lang=lang)
        key = "fewer_all" if paths[0].assumptions["max_steps"] > 1 else "fewer_all_direct"
        console.print(Text(say(f"paths.{key}", lang=lang, n=len(fewer), least=least), style="dim"))
        fewer = []
    for reached in fewer:
        console.print(Text(_fewer(paths, reached, lang), style="dim"))
    for reached in paths.reached:
        name = reached.label or reached.code
        if reached.cut:
            console.print(Text(say("paths.cut", lang=lang, target=name, n=reached.cut), style="dim"))
        if not reached.proven:
            console.print(Text(say("paths.gap", lang=lang, target=name, gap=number(reached.gap, lang=lang))))
    known = paths[0].assumptions
    if paths.proven:
        console.print(Text(say("paths.proven", lang=lang, n=len(paths.reached)), style="dim"))
    if known["max_steps"] > 1 and known["moves_considered"] is not None:
        console.print(Text(say("paths.considered", lang=lang, n=known["moves_considered"]), style="dim"))
    if any(len(p.codes) > 1 for p in paths):
        text = say(
            "paths.assumption",
            lang=lang,
            months=number(known["practice_months"], lang=lang),
            share=percent(known["practice_share"], lang=lang),
            kinds=", ".join(known["practice_kinds"]),
            least=number(known["min_saving_hours"], lang=lang),
        )
        console.print(Text(text, style="dim"))
    console.print(Text(say("paths.disclaimer", lang=lang), style="dim"))
