"""Moves and sheets on a terminal, within 80 columns, long labels wrapped."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say, signed
from passerelles.language.typography import labelled, listed
from passerelles.ranking.move import Move
from passerelles.ranking.sentences import coverage_text, known_text, move_sentences, move_title
from passerelles.referentials.referential import Referential

if TYPE_CHECKING:
    from rich.console import Console

_PARTS = 4


def print_moves(
    console: "Console",
    moves: Sequence[Move],
    *,
    title: str,
    towards: bool = False,
    explained: int = 0,
    notes: Mapping[int, str] = MappingProxyType({}),
    lang: Lang = "fr",
) -> None:
    """
    Print a ranking.

    Parameters
    ----------
    console
        Where to.
    moves
        The ranking.
    title
        Line above the table.
    towards
        The moves share their target, so the origins are shown.
    explained
        How many of the first moves are explained below the table.
    notes
        By rank of the move, a sentence to add below its explanation.
    lang
        Language of the words.
    """
    console.print(Text(title, style="bold"))
    if not moves:
        console.print(say("moves.none", lang=lang))
        return
    calibrated = any(m.probability is not None for m in moves)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("#", justify="right")
    table.add_column(say("moves.column.occupation", lang=lang), ratio=1, overflow="fold")
    table.add_column(say("moves.column.coverage", lang=lang), justify="right", no_wrap=True)
    if calibrated:
        table.add_column(say("moves.column.probability", lang=lang), justify="right", no_wrap=True)
        table.add_column(say("moves.column.level", lang=lang), no_wrap=True)
    else:
        table.add_column(say("moves.column.score", lang=lang), justify="right", no_wrap=True)
    table.add_column(say("moves.column.known", lang=lang), justify="right", no_wrap=True)
    for move in moves:
        end = move.origin if towards else move.target
        cells = [str(move.rank), f"{end.code} {end.label or ''}".strip(), coverage_text(move, lang)]
        if calibrated:
            chance = "?" if move.probability is None else percent(move.probability, lang=lang)
            cells += [chance, say(f"moves.level.{move.level}", lang=lang) if move.level else "?"]
        else:
            cells.append(number(move.score, lang=lang, decimals=2))
        table.add_row(*cells, known_text(move, lang))
    console.print(table)
    if calibrated:
        console.print(Text(say("moves.disclaimer", lang=lang), style="dim"))
    console.print()
    for move in moves[:explained]:
        print_move(console, move, note=notes.get(move.rank), lang=lang)


def print_move(console: "Console", move: Move, *, note: str | None = None, lang: Lang = "fr") -> None:
    """Print what explains one move: parts, competencies carried over and missing, credentials, and a note."""
    console.print(Text(f"{move.rank}. {move_title(move, lang)}", style="bold"))
    ordered = sorted((p for p in move.parts if p.name != "base"), key=lambda p: -abs(p.value))
    for part in ordered[:_PARTS]:
        line = f"{signed(part.value, lang=lang)}  {labelled(part.label(lang), part.sentence(lang), lang)}"
        console.print(Padding(line, (0, 0, 0, 2)))
    rest = [
        f"{p.label(lang)} {signed(p.value, lang=lang)}"
        for p in [*ordered[_PARTS:], *(p for p in move.parts if p.name == "base")]
    ]
    if rest:
        console.print(Padding(say("moves.other_parts", lang=lang, parts=listed(rest, lang)), (0, 0, 0, 2)))
    for sentence in move_sentences(move, lang):
        console.print(Padding(sentence, (0, 0, 0, 2)))
    if note is not None:
        console.print(Padding(note, (0, 0, 0, 2)))
    console.print()


def print_parts_off(console: "Console", off: Sequence[str], *, lang: Lang = "fr") -> None:
    """Say which parts of the score say nothing on this referential, for want of data."""
    if off:
        names = ", ".join(say(f"parts.label.{name}", lang=lang) for name in off)
        console.print(Text(say("moves.parts_off", lang=lang, names=names), style="dim"))


def print_notice_of_source(console: "Console", referential: Referential, *, lang: Lang = "fr") -> None:
    """Print source, date and licence of the data, as the licences ask."""
    provenance = referential.provenance
    date = provenance.date or say("moves.date_unknown", lang=lang)
    text = say("moves.source", lang=lang, source=provenance.source, date=date, licence=provenance.licence or "?")
    console.print(Text(text, style="dim"))
