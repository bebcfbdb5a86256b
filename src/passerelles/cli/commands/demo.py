"""``passerelles demo``: the flagship case first, then three moves between trades, on the embedded referential."""

from typing import TYPE_CHECKING, Final

import typer

from passerelles.cli.answer import Answer, emit
from passerelles.cli.options import Format, FormatOption, LangOption, Language, OutputOption, load_graph
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console

OVERLAY: Final = "enseignement-conduite"
FLAGSHIP: Final = ("Moniteur / Monitrice d'auto-école", "Moniteur / Monitrice poids lourds")
# Three origins from three trades whose jobs are often fragile; their best move is computed, not chosen.
OTHERS: Final = ("H2909", "N1103", "K1304")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo", help=say("cli.command.demo"))(demo)


def demo(form: FormatOption = Format.TABLE, output: OutputOption = None, lang: LangOption = Language.FR) -> None:
    """Show the flagship case, then moves between trades."""
    from passerelles.ranking.moves import rank_moves
    from passerelles.ranking.sheets import move_sheets
    from passerelles.report.envelope import envelope
    from passerelles.report.terminal import print_move, print_moves, print_notice_of_source

    graph = load_graph("transitions", [OVERLAY])
    first = rank_moves(graph, FLAGSHIP[0], limit=3)
    flagship = rank_moves(graph, FLAGSHIP[0], targets=[FLAGSHIP[1]], limit=1)
    others = [rank_moves(graph, origin, limit=1)[0] for origin in OTHERS]

    def show(console: "Console") -> None:
        language = lang.lang
        referential = graph.referential
        intro = {"name": referential.name, "version": referential.version, "overlay": OVERLAY}
        console.print(say("cli.demo.intro", lang=language, **intro))
        console.print()
        title = say("cli.demo.flagship", lang=language)
        print_moves(console, first, title=title, lang=language)
        print_move(console, flagship[0], lang=language)
        console.print(say("cli.demo.others", lang=language), style="bold")
        console.print()
        for move in others:
            print_move(console, move, lang=language)
        print_notice_of_source(console, referential, lang=language)
        console.print(say("cli.demo.next", lang=language))

    moves = [*flagship, *others]
    payload = envelope("rank@1", graph, [m.to_dict(lang.lang) for m in moves])
    emit(Answer(payload, move_sheets(moves, lang=lang.lang), show), form=form, output=output, lang=lang.lang)
