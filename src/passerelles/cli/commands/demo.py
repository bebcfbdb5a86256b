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
    from passerelles.ranking.move import Moves
    from passerelles.ranking.moves import rank_moves
    from passerelles.report.envelope import envelope, print_notice_of_source
    from passerelles.views.spec import dicts
    from passerelles.views.terminal import print_page, print_unfolded

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
        page = first.page(language, title=title)._replace(details=[flagship[0].explanation(language)])
        print_page(console, page, unfold=1, lang=language)
        console.print()
        console.print(say("cli.demo.others", lang=language), style="bold")
        for move in others:
            console.print()
            print_unfolded(console, move.explanation(language))
        console.print()
        print_notice_of_source(console, referential, lang=language)
        console.print(say("cli.demo.next", lang=language))

    moves = Moves([*flagship, *others])
    answer = Answer(lambda: envelope("rank@1", graph, dicts(moves, lang.lang)), moves.sheets(lang.lang), show)
    emit(answer, form=form, output=output, lang=lang.lang)
