"""Commands on one step: rank, sources, show, compare, areas, and the demonstration."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer

from passerelles.cli.answer import (
    Answer,
    check_chart,
    emit,
    message,
    observed_of,
    on_screen,
    rank_people,
    refuse_beside_profiles,
    write_chart,
)
from passerelles.cli.options import (
    ChartOption,
    DataOption,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
    MarketBasinOption,
    NoAccessOption,
    ObservedOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    StrictOption,
    load,
    load_graph,
    open_session,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.model import Profile
    from passerelles.settings import Settings

FilterOption = Annotated[list[str] | None, typer.Option("--filter", help=say("cli.option.filter"))]
ExplainOption = Annotated[int, typer.Option("--explain", min=0, help=say("cli.option.explain"))]


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
    observed: ObservedOption = None,
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
        others |= {"--observed": observed, "--chart": chart}
        refuse_beside_profiles([name for name, value in others.items() if value])
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
    session = open_session(
        referential, overlay, data, settings, strict=strict, observed=observed, no_access=no_access, lang=lang
    )
    graph = session.graph
    moves = rank_moves(
        graph, start, targets=target, filters=parse_filters(graph, filters or (), session), limit=limit,
        wages=session.wages,
    ).with_observed(observed_of(session, lang))  # fmt: skip
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


def show(
    occupation: Annotated[str, typer.Argument(help=say("cli.argument.occupation"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    codes: Annotated[bool, typer.Option("--codes", help=say("cli.option.codes"))] = False,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Show what the referential says of an occupation."""
    from passerelles.referentials.referential import find_occupation, lay_access, named_titles
    from passerelles.report.envelope import unscored_envelope
    from passerelles.report.resolution import occupation_dict, occupation_sheet, print_occupation

    loaded = load(referential, overlay, lang)
    if not no_access and loaded.access is None and loaded.index is None:
        loaded = lay_access(loaded)
    code, titles = find_occupation(loaded, occupation), named_titles(loaded, [occupation])
    payload = unscored_envelope("show@1", loaded, [occupation_dict(loaded, code, titles)])

    def show_it(console: "Console") -> None:
        print_occupation(console, loaded, code, lang=lang.lang, codes=codes, titles=titles)

    sheets = [occupation_sheet(loaded, code, lang=lang.lang, codes=codes, titles=titles)]
    emit(Answer(lambda: payload, sheets, show_it), form=form, output=output, lang=lang.lang)


def compare(
    occupations: Annotated[list[str], typer.Argument(help=say("cli.argument.compared"))],
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    basin: MarketBasinOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Compare occupations."""
    from passerelles import charts
    from passerelles.ranking.compare import compare as put_side_by_side
    from passerelles.report.envelope import unscored_envelope
    from passerelles.views.spec import dicts

    check_chart(chart)
    session = open_session(referential, overlay, data, no_access=no_access, lang=lang)
    graph = session.graph
    found = put_side_by_side(graph, occupations, market=session.market, basin=session.basin(basin))

    def payload() -> dict[str, Any]:
        items = dicts(found.occupations, lang.lang)
        more = dicts(found.competencies, lang.lang)
        return unscored_envelope("compare@1", graph.referential, items, competencies=more)

    show = on_screen(found.page, graph.referential, lang)
    emit(Answer(payload, found.sheets(lang.lang)[::-1], show), form=form, output=output, lang=lang.lang)
    write_chart(chart, lambda: charts.comparison_bars(found, lang=lang.lang), lang=lang)


OVERLAY: Final = "enseignement-conduite"
FLAGSHIP: Final = ("Moniteur / Monitrice d'auto-école", "Moniteur / Monitrice poids lourds")
# Three origins from three trades whose jobs are often fragile; their best move is computed, not chosen.
OTHERS: Final = ("H2909", "N1103", "K1304")


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


def areas(
    jobs: Annotated[Path | None, typer.Option("--jobs", help=say("cli.option.areas_jobs"))] = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    data: DataOption = None,
    basin: MarketBasinOption = None,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Group occupations into mobility areas."""
    from passerelles import charts
    from passerelles.areas import mobility_areas
    from passerelles.io.archive import read_file
    from passerelles.io.csv import decode
    from passerelles.report.envelope import envelope
    from passerelles.views.spec import dicts

    check_chart(chart)
    session = open_session(referential, overlay, data, settings, lang=lang)
    graph = session.graph
    named = None
    if jobs is not None:
        lines = decode(read_file(jobs)).text.splitlines()
        named = [line.strip() for line in lines if line.strip()]
    found = mobility_areas(graph, named, market=session.market, basin=session.basin(basin))

    def payload() -> dict[str, Any]:
        return envelope("areas@1", graph, dicts(found.areas, lang.lang)) | found.figures()

    show = on_screen(found.page, graph.referential, lang)
    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
    write_chart(chart, lambda: charts.area_map(found, lang=lang.lang), lang=lang)


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
    observed: ObservedOption = None,
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

    session = open_session(
        referential, overlay, data, settings, strict=strict, observed=observed, no_access=no_access, lang=lang
    )
    graph = session.graph
    code = find_occupation(graph.referential, target)
    chosen = including(graph.settings, include or ())
    moves = rank_sources(
        graph, code, origins=origin, filters=parse_filters(graph, filters or (), session), settings=chosen, limit=limit,
        wages=session.wages,
    ).with_observed(observed_of(session, lang))  # fmt: skip
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
