"""Commands on moves: rank, sources, show, compare, areas, the demonstration; of several steps: paths, levers."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from passerelles.cli import envelope, lookups, terminal
from passerelles.cli.shared import CommandOptions, Format, FragileOption, FrameOption, argument, option, shared
from passerelles.codes import sum_by_key
from passerelles.errors import PasserellesError
from passerelles.io.archive import MAX_JSON_BYTES, parse_json, read_file
from passerelles.io.arrow import need_arrow
from passerelles.io.csv import decode, read_number
from passerelles.language.say import Lang
from passerelles.model import Profile
from passerelles.views.spec import Page, dicts

if TYPE_CHECKING:
    from passerelles.market.own_lists import JobList
    from passerelles.territory.lots import Side


@shared("explain filters referential overlay no_access data observed limit strict settings form output chart lang")
def rank(
    opts: CommandOptions,
    origin: Annotated[str | None, argument("origin")] = None,
    profile: Annotated[Path | None, option("profile", "--profile")] = None,
    profiles: Annotated[list[str] | None, option("profiles", "--profiles")] = None,
    rejects: Annotated[Path | None, option("rejects", "--rejects")] = None,
    target: Annotated[list[str] | None, option("target", "--target")] = None,
) -> bool:
    """Rank the moves from an origin."""
    from passerelles.ranking.move import find_start
    from passerelles.ranking.rank import counterfactual_note, nearer, rank_moves

    if profiles:
        others = {"--profile": profile, "--target": target, "--filter": opts.filters, "--explain": opts.explain,
                  "ORIGIN": origin, "--observed": opts.observed, "--chart": opts.chart}  # fmt: skip
        refused = [name for name, value in others.items() if value]
        if not refused and opts.form not in (None, Format.CSV):
            refused = [f"--format {opts.form}"]
        if refused:  # they say nothing to a ranking of many people: better refused than ignored
            raise PasserellesError("profiles_alone", options=", ".join(refused))
        return rank_people(opts, profiles, rejects)
    opts.refuse_unused("profiles_needed", rejects=rejects)
    start = read_origin(origin, profile)
    session, graph, lang = opts.session, opts.graph, opts.lang
    moves = session.moves(rank_moves, start, targets=target, filters=opts.filters or (), limit=opts.limit)
    end = find_start(graph, start).end
    occupied = end.code is not None
    if parts := graph.referential.parts_of(end.code) if end.code else ():
        opts.tell("moves.split", code=end.code, parts=", ".join(part.code for part in parts))
    title = opts.say("moves.title" if occupied else "moves.title_profile", label=end.name, code=end.code)
    hints = [nearer(graph, start, move) for move in moves[: opts.explain]]  # asked for alone: it takes time
    notes = [counterfactual_note(near, move, lang=lang) for near, move in zip(hints, moves, strict=False)]
    page = partial(moves.explained, title=title, first=opts.explain, notes=notes)
    show = opts.on_screen(page, graph.referential, unfold=opts.explain, occupied=occupied)
    nearest = [*zip(hints, notes, strict=True)]
    payload = partial(envelope.moves_envelope, "rank@1", graph, moves, lang, nearest=nearest, occupied=occupied)
    opts.emit(payload, moves.sheets(lang), show)
    opts.draw(lambda charts: charts.neighbour_map(graph, start, moves=moves, lang=lang))
    return bool(moves)


def rank_people(opts: CommandOptions, profiles: list[str], rejects: Path | None) -> bool:
    """
    Rank files of profiles and say how many were ranked and refused; what they hold is never shown.

    Raises
    ------
    PasserellesError
        If no output is given, or a file cannot be read or written.
    """
    from passerelles.bulk.files import inputs_of, rank_files
    from passerelles.bulk.profiles import rows_of_file

    graph = opts.graph
    need_arrow()
    if opts.output in (None, Path("-")):
        raise PasserellesError("profiles_need_output")
    files = inputs_of(profiles)
    counts = [rows_of_file(file) for file in files]
    total = None if None in counts else sum(n for n in counts if n is not None)
    with opts.progress("bulk.ranking", total=total) as tell:
        done = rank_files(
            graph, files, opts.output, rejects=rejects, limit=opts.limit, form=opts.form, progress=tell,
            lang=opts.lang,
        )  # fmt: skip
    if done.kept:
        opts.tell("bulk.kept", n=done.kept)
    opts.tell("bulk.done", n=done.ranked, path=done.output)
    opts.tell("bulk.refused", n=done.refused, path=done.rejects)
    return bool(done.ranked)


def read_origin(origin: str | None, profile: Path | None) -> str | Profile:
    """
    Return the origin given as an argument, or the profile of a file.

    Raises
    ------
    PasserellesError
        If neither or both are given, or the file holds no profile, or one of which nothing is known.
    """
    from passerelles.settings import json_problem

    if (origin is None) == (profile is None):
        raise PasserellesError("origin_or_profile")
    if profile is None:
        return origin or ""
    try:
        data = parse_json(decode(read_file(profile, most=MAX_JSON_BYTES)).text)
        if not isinstance(data, dict):
            raise PasserellesError("profile_invalid", path=profile, reason=type(data).__name__)
        if odd := set(data) - {field.name for field in fields(Profile)}:
            raise PasserellesError("profile_invalid", path=profile, reason=", ".join(sorted(odd)))
        return Profile(**data)
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, PasserellesError):
            raise
        raise PasserellesError("profile_invalid", path=profile, reason=json_problem(error)) from error


@shared("referential overlay no_access form output lang")
def show(
    opts: CommandOptions,
    occupation: Annotated[str, argument("occupation")],
    codes: Annotated[bool, option("codes", "--codes")] = False,
) -> None:
    """Show what the referential says of an occupation."""
    fiche, lang = lookups.Fiche.of(opts.with_access(), occupation), opts.lang
    about = partial(envelope.unscored_envelope, "show@1", fiche.referential)
    show = partial(lookups.print_occupation, fiche=fiche, lang=lang, codes=codes)
    opts.emit(lambda: about([fiche.to_dict()]), [fiche.sheet(lang, codes=codes)], show)


@shared("basin referential overlay no_access data form output chart lang")
def compare(opts: CommandOptions, occupations: Annotated[list[str], argument("compared")]) -> None:
    """Compare occupations."""
    from passerelles.ranking.compare import compare as put_side_by_side

    session, referential, lang = opts.session, opts.graph.referential, opts.lang
    comparison = put_side_by_side(session.graph, occupations, market=session.market, basin=session.basin(opts.basin))
    about = partial(envelope.unscored_envelope, "compare@1", referential)
    show = opts.on_screen(comparison.page, referential)
    opts.emit(lambda: about(**comparison.to_dict(lang)), comparison.sheets(lang)[::-1], show)
    opts.draw(lambda charts: charts.comparison_bars(comparison, lang=lang))


OVERLAY: Final = "enseignement-conduite"
FLAGSHIP: Final = ("Moniteur / Monitrice d'auto-école", "Moniteur / Monitrice poids lourds")
# Three origins from three trades whose jobs are often fragile; their best move is computed, not chosen.
OTHERS: Final = ("H2909", "N1103", "K1304")


@shared("form output lang")
def demo(opts: CommandOptions) -> None:
    """Show the flagship case, then moves between trades."""
    from passerelles.ranking.move import Moves
    from passerelles.ranking.rank import rank_moves

    opts = replace(opts, overlay=[OVERLAY])
    graph, lang = opts.graph, opts.lang
    first = rank_moves(graph, FLAGSHIP[0], limit=3)
    flagship = rank_moves(graph, FLAGSHIP[0], targets=[FLAGSHIP[1]], limit=1)
    others = [rank_moves(graph, origin, limit=1)[0] for origin in OTHERS]
    moves = Moves([*flagship, *others])

    def show(console: "terminal.Screen") -> None:
        referential = graph.referential
        console.print(opts.say("cli.demo.intro", name=referential.name, version=referential.version, overlay=OVERLAY))
        console.print()
        page = first.page(lang, title=opts.say("cli.demo.flagship"))
        terminal.print_page(console, page._replace(details=[flagship[0].explanation(lang)]), unfold=1)
        console.print()
        console.print(opts.say("cli.demo.others"), style="bold")
        for place, move in enumerate(others, start=1):
            console.print()
            terminal.print_unfolded(console, replace(move, rank=place).explanation(lang))
        console.print()
        envelope.print_dim(console, envelope.source_lines(referential, lang=lang))
        console.print(opts.say("cli.demo.next"))

    opts.emit(lambda: envelope.moves_envelope("rank@1", graph, moves, lang), moves.sheets(lang), show)


@shared("basin referential overlay data limit settings form output chart lang", limit=None)
def areas(opts: CommandOptions, jobs: Annotated[Path | None, option("areas_jobs", "--jobs")] = None) -> None:
    """Group occupations into mobility areas."""
    from passerelles.areas import mobility_areas

    session, graph, lang = opts.session, opts.graph, opts.lang
    job_list = opts.job_list(jobs)
    codes = None if job_list is None else sorted({entry.occupation for entry in job_list.entries})
    if codes == []:
        raise PasserellesError("no_job_read", path=jobs)
    grouping = mobility_areas(graph, codes, market=session.market, basin=session.basin(opts.basin))
    shown = grouping.largest(opts.limit)

    def page(lang: Lang) -> Page:
        return shown.page(lang)._replace(title=grouping.page(lang).title)  # how many areas there are in all

    show = opts.on_screen(page, graph.referential)
    opts.emit(lambda: opts.scored("areas@1", ()) | shown.to_dict(lang), shown.sheets(lang), show)
    opts.draw(lambda charts: charts.area_map(grouping, lang=lang))


@shared("include explain filters referential overlay no_access data observed limit strict settings form output lang")
def sources(
    opts: CommandOptions,
    target: Annotated[str, argument("target")],
    origin: Annotated[list[str] | None, option("origin", "--origin")] = None,
) -> bool:
    """Rank the moves towards a target."""
    from passerelles.ranking.move import find_start, heading
    from passerelles.ranking.rank import rank_sources

    session, graph, lang = opts.session, opts.graph, opts.lang
    filters, settings = opts.filters or (), opts.with_included_kinds(graph.settings)
    moves = session.moves(rank_sources, target, origins=origin, filters=filters, settings=settings, limit=opts.limit)
    if moves.left_out and opts.form not in (Format.TABLE, Format.HTML):  # there, a note says it
        kinds = ", ".join(opts.say(f"moves.kind.{kind}") for kind in moves.excluded)
        opts.tell("moves.left_out", n=moves.left_out, kinds=kinds)
    title = heading(find_start(graph, target).end, "title_towards", lang)
    page = partial(moves.explained, title=title, first=opts.explain)
    show = opts.on_screen(page, graph.referential, unfold=opts.explain, occupied=True)
    payload = partial(envelope.moves_envelope, "sources@1", graph, moves, lang, settings=settings)
    opts.emit(payload, moves.sheets(lang), show)
    return bool(moves)


DateOption = Annotated[datetime | None, option("date", "--date", formats=["%Y-%m-%d"])]


@shared("filters referential overlay no_access data limit settings form output chart lang", limit=5)
def paths(
    opts: CommandOptions,
    ends: Annotated[list[str] | None, argument("ends", metavar="ORIGIN TARGET...")] = None,
    profile: Annotated[Path | None, option("profile", "--profile")] = None,
    frame: FrameOption = None,
    max_steps: Annotated[int, option("max_steps", "--max-steps", min=1, max=6)] = 3,
    pareto: Annotated[bool, option("pareto", "--pareto")] = False,
    hiring: Annotated[Path | None, option("hiring_jobs", "--hiring")] = None,
    basin: Annotated[str | None, option("hiring_basin", "--basin")] = None,
    date: DateOption = None,
    agreement: Annotated[str | None, option("agreement", "--agreement")] = None,
    hiring_agreement: Annotated[str | None, option("hiring_agreement", "--hiring-agreement")] = None,
    explain: Annotated[int, option("explain_paths", "--explain", min=0)] = 1,
) -> bool:
    """Rank the paths from an origin to targets."""
    from passerelles.paths.legal import find_frame
    from passerelles.ranking.move import find_start

    start = read_origin(None, profile) if profile else (ends or [""])[0]
    targets = (ends or []) if profile else (ends or [])[1:]
    if not (ends or profile) or not (targets or hiring or basin):
        raise PasserellesError("paths_needs_target")
    legal_frame = None if frame is None else find_frame(frame)
    graph, lang = opts.graph, opts.lang
    porteurs, worth, official = _hiring(opts, hiring, basin)
    ranked = opts.session.paths(
        start, targets or porteurs or (), agreements=(agreement, hiring_agreement), filters=opts.filters or (),
        frame=legal_frame, max_steps=max_steps, pareto=pareto, limit=opts.limit, hiring=porteurs, market=worth,
        date=date, official_list=official,
    )  # fmt: skip
    end = find_start(graph, start).end
    title = opts.say("paths.title" if end.code else "paths.title_profile", label=end.name, code=end.code)

    def page(lang: Lang) -> Page:
        shown = ranked.page(lang, title=title, frame=legal_frame.name if legal_frame else None)
        return shown._replace(details=[path.explanation(lang) for path in ranked[:explain]])

    show = opts.on_screen(page, graph.referential, unfold=explain)
    opts.emit(lambda: envelope.paths_envelope(graph, ranked, lang), ranked.sheets(lang), show)
    if ranked:
        opts.draw(lambda charts: charts.path_ladder(ranked[0], lang=lang))
    return not all(p.status == "infeasible" for p in ranked)


def _hiring(
    opts: CommandOptions, file: Path | None, basin: str | None
) -> tuple[tuple[str, ...] | None, dict[str, float] | None, bool]:
    """
    Return the codes of the hiring jobs, by a list, else by the market of a basin, and the worth of each there.

    The last value says whether they may stand for an official list: offers of companies, a survey, and a list whose
    rows hold in different basins or regions do not.
    """
    if file is not None and basin is None:
        from passerelles.territory.sheets import is_table_of_lots

        if is_table_of_lots(file):
            return tuple(sorted({lot.job for lot in opts.read_lots(file, "hiring").lots})), None, False
    listed = opts.job_list(file)
    if basin is not None:
        return *_of_basin(opts, basin, listed), False
    if listed is None:
        return None, None, True
    rows = [entry for entry in listed.entries if entry.status == "hiring"]
    places = {(row.basin, row.region) for row in rows}  # of several, nobody knows which is meant
    return tuple(sorted({row.occupation for row in rows})), None, len(places) <= 1


def _of_basin(opts: CommandOptions, basin: str, listed: "JobList | None") -> tuple[tuple[str, ...], dict[str, float]]:
    """Hiring jobs of a basin, and how tight the market of each is, from 0 to 1, where it is known."""
    from passerelles.market.signals import signals

    market, key = opts.session.surveyed(basin)
    job_signals = list(signals(market, opts.session.referential, key, listed=listed))
    porteurs = tuple(s.occupation for s in job_signals if s.status == "hiring")
    slack, tight = 1.0, 5.0  # classes of tension
    known = {s.occupation: s.tension.value for s in job_signals if s.tension.value is not None}
    return porteurs, {code: (value - slack) / (tight - slack) for code, value in known.items()}


@shared("referential overlay no_access data limit settings form output lang")
def levers(
    opts: CommandOptions,
    origin: Annotated[list[str] | None, option("lever_origin", "--origin")] = None,
    target: Annotated[list[str] | None, option("lever_target", "--target")] = None,
    fragile: FragileOption = None,
    hiring: Annotated[Path | None, option("lever_hiring", "--hiring")] = None,
    only: Annotated[list[str] | None, option("lever_only", "--only")] = None,
    date: DateOption = None,
) -> bool:
    """Choose what to acquire."""
    from passerelles.matching import find_occupation, find_occupations
    from passerelles.paths.levers import levers as choose
    from passerelles.territory.allocation import note_sheets

    graph, referential = opts.graph, opts.graph.referential
    counted = [(find_occupation(referential, name), number) for name, number in _people(origin or [])]
    jobs = set(find_occupations(referential, target or []))
    sides: tuple[tuple[Path | None, Side], ...] = (fragile, "fragile"), (hiring, "hiring")
    tables = [opts.read_lots(table, side) for table, side in sides if table is not None]
    counted += [(lot.job, lot.people) for lots in tables for lot in lots.lots if lots.side == "fragile"]
    jobs |= {lot.job for lots in tables for lot in lots.lots if lots.side == "hiring"}
    if not counted or not jobs:
        raise PasserellesError("levers_need_sides")
    choice = choose(
        graph, dict(sum_by_key(counted)), tuple(sorted(jobs)), certifications=opts.session.certifications,
        kinds=only or None, limit=opts.limit, date=date,
    )  # fmt: skip

    def payload() -> dict[str, Any]:
        totals = {"opened": choice.total, "already": choice.already, "possible": choice.possible}
        more = {"totals": totals, "exact": choice.exact, "guarantee": choice.guarantee, "fewest": choice.fewest}
        return opts.scored("levers@1", dicts(choice, opts.lang)) | more

    aside = note_sheets([row for lots in tables for row in lots.set_aside], (), opts.lang)
    opts.emit(payload, [*choice.sheets(opts.lang), *aside], opts.on_screen(choice.page, referential))
    return bool(choice)


def _people(origins: list[str]) -> Iterator[tuple[str, int]]:
    """Read ``CODE`` or ``CODE=people``."""
    for text in origins:
        name, _, number = text.rpartition("=")
        if not name:
            name, number = text, "1"
        count = read_number(number, whole=True).value
        if count is None or count < 0 or not count.is_integer():
            raise PasserellesError("people_invalid", code=name, value=repr(number))
        yield name.strip(), int(count)
