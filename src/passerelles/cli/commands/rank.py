"""``passerelles rank``: the occupations within reach of an occupation or a profile."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import Answer, check_chart, emit, message, write_chart
from passerelles.cli.lists import rank_people, refuse_beside_profiles
from passerelles.cli.options import (
    ChartOption,
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
    load_graph,
    open_session,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.model import Profile

FilterOption = Annotated[list[str] | None, typer.Option("--filter", help=say("cli.option.filter"))]
ExplainOption = Annotated[int, typer.Option("--explain", min=0, help=say("cli.option.explain"))]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("rank", help=say("cli.command.rank"))(rank)


def rank(
    ctx: typer.Context,
    origin: Annotated[str | None, typer.Argument(help=say("cli.argument.origin"))] = None,
    profile: Annotated[Path | None, typer.Option("--profile", help=say("cli.option.profile"))] = None,
    profiles: Annotated[list[str] | None, typer.Option("--profiles", help=say("cli.option.profiles"))] = None,
    rejects: Annotated[Path | None, typer.Option("--rejects", help=say("cli.option.rejects"))] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help=say("cli.option.target"))] = None,
    filters: FilterOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    limit: LimitOption = 10,
    explain: ExplainOption = 0,
    strict: StrictOption = False,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Rank the moves from an origin."""
    from passerelles import charts
    from passerelles.ranking.counterfactual import nearer, sentence
    from passerelles.ranking.filters import parse_filters
    from passerelles.ranking.move import find_start
    from passerelles.ranking.moves import rank_moves
    from passerelles.report.envelope import envelope, scorer_dict
    from passerelles.views.spec import dicts

    if profiles:
        others = {"--profile": profile, "--target": target, "--filter": filters, "--explain": explain, "ORIGIN": origin}
        refuse_beside_profiles([name for name, value in (others | {"--chart": chart}).items() if value])
        source = ctx.get_parameter_source("form")
        said = source is not None and source.name != "DEFAULT"
        if said and form is not Format.CSV:
            refuse_beside_profiles([f"--format {form.value}"])
        people_graph = load_graph(referential, overlay, settings, strict=strict, no_access=no_access, lang=lang)
        chosen = form.value if said else None
        rank_people(people_graph, profiles, output, rejects, limit=limit, form=chosen, lang=lang.lang)
        return
    check_chart(chart)
    start = read_origin(origin, profile)
    session = open_session(referential, overlay, data, settings, strict=strict, no_access=no_access, lang=lang)
    graph = session.graph
    chosen_filters = parse_filters(graph, filters or (), session)
    moves = rank_moves(graph, start, targets=target, filters=chosen_filters, limit=limit, wages=session.wages)
    end = find_start(graph, start).end
    occupied = end.code is not None
    parts = graph.referential.parts_of(end.code) if end.code else ()
    if parts:
        names = ", ".join(part.code for part in parts)
        message(say("moves.split", lang=lang.lang, code=end.code, parts=names))
    key = "moves.title" if end.code else "moves.title_profile"
    title = say(key, lang=lang.lang, label=end.label or end.code, code=end.code)

    found = {move.rank: nearer(graph, start, move) for move in moves[:explain]}
    notes = {m.rank: text for m in moves[:explain] if (text := sentence(found[m.rank], m, lang=lang.lang)) is not None}

    def show(console: "Console") -> None:
        from passerelles.report.envelope import print_notice_of_source, print_scorer_limits
        from passerelles.views.terminal import print_page

        page = moves.explained(lang.lang, title=title, first=explain, notes=notes)
        print_page(console, page, unfold=explain, lang=lang.lang)
        console.print()
        print_scorer_limits(console, scorer_dict(graph, occupied=occupied), lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    def payload() -> dict[str, Any]:
        items = dicts(moves, lang.lang)
        for item, move in zip(items[:explain], moves, strict=False):  # asked for by --explain alone: it takes time
            nearest = found[move.rank]
            item["counterfactual"] = None if nearest is None else nearest.to_dict(lang.lang)
        return envelope("rank@1", graph, items, occupied=occupied) | moves.doubts()

    emit(Answer(payload, moves.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
    write_chart(chart, lambda: charts.neighbour_map(graph, start, moves=moves, lang=lang.lang), lang=lang)
    if not moves:
        raise typer.Exit(1)


def read_origin(origin: str | None, profile: Path | None) -> "str | Profile":
    """
    Return the origin given as an argument, or the profile of a file.

    Raises
    ------
    PasserellesError
        If neither or both are given, or the file holds no profile, or one of which nothing is known.
    """
    from passerelles.errors import PasserellesError
    from passerelles.io.archive import MAX_JSON_BYTES, parse_json, read_file
    from passerelles.model import Profile

    if (origin is None) == (profile is None):
        raise PasserellesError("origin_or_profile")
    if profile is None:
        return origin or ""
    try:
        data = parse_json(read_file(profile, most=MAX_JSON_BYTES).decode("utf-8-sig"))
        known = {"occupation", "competencies", "credentials", "employment"}
        if not isinstance(data, dict) or set(data) - known:
            raise PasserellesError("profile_invalid", path=profile, reason=", ".join(sorted(set(data) - known)))
        credentials = data.get("credentials", {})
        return Profile(data.get("occupation"), data.get("competencies", ()), credentials, data.get("employment"))
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, PasserellesError):
            raise
        raise PasserellesError("profile_invalid", path=profile, reason=error) from error
