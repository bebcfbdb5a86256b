"""Paths as rows and on a terminal, within 80 columns: one line a path, then the first ones in sentences."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say
from passerelles.paths.path import Path, Step
from passerelles.paths.rank import Paths
from passerelles.paths.sentences import hours_short, months_text, path_lines, path_sentences
from passerelles.report.sheet import Cell, Column, Sheet

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = 5


def path_sheets(paths: Sequence[Path], *, lang: Lang) -> list[Sheet]:
    """Return the sheets of a list of paths: paths, steps, what is to be learned, credentials, frames."""
    return [_paths(paths, lang), _steps(paths, lang), _missing(paths), _credentials(paths), _frames(paths, lang)]


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
    if not paths:
        for reached in paths.reached:
            target = f"{reached.code} {reached.label or ''}".strip()
            key = "paths.none_split" if reached.parts else "paths.none"
            console.print(say(key, lang=lang, target=target, parts=", ".join(reached.parts)))
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


def print_path(console: "Console", path: Path, *, lang: Lang = "fr") -> None:
    """Print what explains one path: its sentences, its frames, what is not known."""
    start = path.origin.label or path.origin.code or say("moves.profile", lang=lang)
    console.print(Text(f"{path.rank}. {start} → {path.target.label or path.target.code}", style="bold"))
    for lines in path_lines(path, lang):
        for place, line in enumerate(lines):
            console.print(Padding(line, (0, 0, 0, 4 if place else 2)))
    for key, what in path.reasons:
        console.print(Padding(say(f"paths.reason.{key}", lang=lang, what=what), (0, 0, 0, 2)))
    for place, frame in enumerate(path.frames):
        why = ["; ".join(v.reason(lang) for v in (*frame.violations, *frame.unknown))]
        if len(path.steps) > 1:
            why.append(_step_verdicts(path, place, lang))
        said = "; ".join(w for w in why if w)
        colon = " : " if lang == "fr" else ": "
        text = f"{frame.label}{colon}{say(f'paths.verdict.{frame.verdict}', lang=lang)}" + (
            f" ({said})" if said else ""
        )
        console.print(Padding(text, (0, 0, 0, 2)))
    console.print()


def _step_verdicts(path: Path, frame: int, lang: Lang) -> str:
    """What a frame says of each step on its own."""
    verdicts = [say(f"paths.verdict.{step.frames[frame].verdict}", lang=lang) for step in path.steps]
    told = [say("paths.frame_steps.step", lang=lang, n=n, verdict=v) for n, v in enumerate(verdicts, start=1)]
    return say("paths.frame_steps.line", lang=lang, verdicts=", ".join(told))


def _print_notes(console: "Console", paths: Paths, lang: Lang) -> None:
    for reached in paths.reached:
        name = reached.label or reached.code
        if reached.fewer and reached.found:
            console.print(Text(say("paths.fewer", lang=lang, target=name, n=reached.found), style="dim"))
        if not reached.proven:
            console.print(Text(say("paths.gap", lang=lang, target=name, gap=number(reached.gap, lang=lang))))
    if paths.proven:
        console.print(Text(say("paths.proven", lang=lang, n=len(paths.reached)), style="dim"))
    known = paths[0].assumptions
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


def _paths(paths: Sequence[Path], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("origin_code"),
        Column("origin_label"),
        Column("target_code"),
        Column("target_label"),
        Column("through"),
        Column("steps", "integer"),
        Column("status"),
        Column("hours_low", "number"),
        Column("hours_expected", "number"),
        Column("hours_high", "number"),
        Column("hours_sourced", "number"),
        Column("lower_bound"),
        Column("months", "number"),
        Column("score", "number"),
        Column("weakest", "number"),
        Column("direct_hours", "number"),
        Column("gap", "number"),
        Column("frames"),
        Column("reasons"),
    )
    rows: list[Sequence[Cell]] = [
        (
            p.rank,
            p.origin.code,
            p.origin.label,
            p.target.code,
            p.target.label,
            " > ".join(p.codes[:-1]) or None,
            len(p.codes),
            p.status,
            p.hours.low,
            p.hours.expected,
            p.hours.high,
            round(sum(s.sourced for s in p.steps), 1),
            p.hours.lower_bound,
            p.months.expected,
            p.score,
            p.weakest,
            p.direct_hours,
            p.gap,
            "; ".join(f"{f.name}: {f.verdict}" for f in p.frames),
            "; ".join(say(f"paths.reason.{key}", lang=lang, what=what) for key, what in p.reasons) or None,
        )
        for p in paths
    ]
    return Sheet("paths", columns, rows)


def _steps(paths: Sequence[Path], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("origin_code"),
        Column("target_code"),
        Column("target_label"),
        Column("hours_low", "number"),
        Column("hours_expected", "number"),
        Column("hours_high", "number"),
        Column("basis"),
        Column("practice_months", "number"),
        Column("hours_replaced", "number"),
        Column("probability", "share"),
        Column("credentials"),
        Column("missing"),
        Column("sentence"),
    )
    sentences = {p.rank: path_sentences(p, lang) for p in paths}
    rows = [
        (
            p.rank,
            place,
            s.origin.code,
            s.target.code,
            s.target.label,
            s.hours.low,
            s.hours.expected,
            s.hours.high,
            s.basis,
            s.practice_months,
            s.practised,
            s.probability,
            "; ".join(f"{c.label} ({c.held})" for c in s.credentials) or None,
            "; ".join(i.label or i.code for i in s.missing[:_SHOWN]) or None,
            sentences[p.rank][2 * (place - 1)],
        )
        for p, place, s in _each(paths)
    ]
    return Sheet("steps", columns, rows)


def _each(paths: Sequence[Path]) -> list[tuple[Path, int, Step]]:
    return [(p, place, s) for p in paths for place, s in enumerate(p.steps, start=1)]


def _missing(paths: Sequence[Path]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("target_code"),
        Column("state"),
        Column("competency_code"),
        Column("competency_label"),
        Column("kind"),
        Column("core"),
        Column("via"),
    )
    rows = [
        (p.rank, place, s.target.code, state, i.code, i.label, i.kind, i.core, i.via_label or i.via)
        for p, place, s in _each(paths)
        for state, items in (("near", s.near), ("missing", s.missing))
        for i in items
    ]
    return Sheet("competencies", columns, rows)


def _credentials(paths: Sequence[Path]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("target_code"),
        Column("order", "integer"),
        Column("credential_code"),
        Column("credential_label"),
        Column("kind"),
        Column("held"),
        Column("hours_expected", "number"),
        Column("grants_access"),
        Column("source"),
    )
    rows = [
        (p.rank, place, s.target.code, c.order, c.code, c.label, c.kind, c.held, c.hours.expected, c.grants, c.source)
        for p, place, s in _each(paths)
        for c in s.credentials
    ]
    return Sheet("credentials", columns, rows)


def _frames(paths: Sequence[Path], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("frame"),
        Column("verdict"),
        Column("reasons"),
    )
    whole = [(p.rank, None, f) for p in paths for f in p.frames]
    parts = [(p.rank, place, f) for p, place, s in _each(paths) for f in s.frames]
    rows = [
        (rank, place, f.name, f.verdict, "; ".join(v.reason(lang) for v in (*f.violations, *f.unknown)) or None)
        for rank, place, f in [*whole, *parts]
    ]
    return Sheet("frames", columns, rows)
