"""``passerelles sources``: the occupations in which to find people for a job that hires."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from passerelles.cli.answer import Answer, emit, message
from passerelles.cli.commands.rank import ExplainOption, FilterOption
from passerelles.cli.options import (
    DataOption,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
    NoAccessOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    StrictOption,
    open_session,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("sources", help=say("cli.command.sources"))(sources)


def including(settings: "Settings", kinds: Sequence[str]) -> "Settings":
    """
    Return settings with which a ranking of sources lists some kinds of move that it leaves out by default.

    Raises
    ------
    PasserellesError
        If there is no such kind.
    """
    from passerelles.errors import PasserellesError
    from passerelles.model import MoveKind

    for kind in kinds:
        if kind not in get_args(MoveKind):
            raise PasserellesError("unknown_move_kind", value=kind, known=", ".join(get_args(MoveKind)))
    left = tuple(kind for kind in settings.ranking.sources_exclude if kind not in kinds)
    return settings.model_copy(update={"ranking": settings.ranking.model_copy(update={"sources_exclude": left})})


def sources(
    target: Annotated[str, typer.Argument(help=say("cli.argument.target"))],
    origin: Annotated[list[str] | None, typer.Option("--origin", help=say("cli.option.origin"))] = None,
    filters: FilterOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    limit: LimitOption = 10,
    include: Annotated[list[str] | None, typer.Option("--include", help=say("cli.option.include"))] = None,
    explain: ExplainOption = 0,
    strict: StrictOption = False,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Rank the moves towards a target."""
    from passerelles.ranking.filters import parse_filters
    from passerelles.ranking.moves import rank_sources
    from passerelles.referentials.referential import find_occupation
    from passerelles.report.envelope import envelope, scorer_dict
    from passerelles.views.spec import dicts

    session = open_session(referential, overlay, data, settings, strict=strict, no_access=no_access, lang=lang)
    graph = session.graph
    code = find_occupation(graph.referential, target)
    chosen = including(graph.settings, include or ())
    moves = rank_sources(
        graph, code, origins=origin, filters=parse_filters(graph, filters or (), session), settings=chosen, limit=limit,
        wages=session.wages,
    )  # fmt: skip
    if moves.left_out:
        kinds = ", ".join(say(f"moves.kind.{kind}", lang=lang.lang) for kind in moves.excluded)
        message(say("moves.left_out", lang=lang.lang, n=moves.left_out, kinds=kinds))
    label = graph.referential.occupation_by_code[code].name

    def show(console: "Console") -> None:
        from passerelles.report.envelope import print_notice_of_source, print_scorer_limits
        from passerelles.views.terminal import print_page

        title = say("moves.title_towards", lang=lang.lang, label=label, code=code)
        page = moves.explained(lang.lang, title=title, first=explain)
        print_page(console, page, unfold=explain, lang=lang.lang)
        console.print()
        print_scorer_limits(console, scorer_dict(graph), lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    answer = Answer(
        lambda: envelope("sources@1", graph, dicts(moves, lang.lang)) | moves.doubts(), moves.sheets(lang.lang), show
    )
    emit(answer, form=form, output=output, lang=lang.lang)
    if not moves:
        raise typer.Exit(1)
