"""Commands on a territory: territory rank, match, batch, sums, signals, and the report."""

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from passerelles.cli import envelope, terminal
from passerelles.cli.shared import CommandOptions, Format, FrameOption, message, option, shared, start_group, write_text
from passerelles.errors import PasserellesError, need
from passerelles.io.atomic import check_free
from passerelles.language.say import Lang, labelled, say
from passerelles.text import normalise_label
from passerelles.views.spec import Column, Page, Sheet, Withheld, dicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from passerelles.graph.core import OccupationGraph
    from passerelles.report.case import Case
    from passerelles.territory.allocation import Release
    from passerelles.territory.lots import Note, Problem, Side
    from passerelles.territory.parts import Cut


@dataclass(frozen=True)
class TerritoryOptions(CommandOptions):
    """What commands on a territory share besides: openings, and the bounds of who may go where."""

    hiring: Annotated[list[Path] | None, option("hiring", "--hiring")] = None
    radius: Annotated[float | None, option("radius", "--radius", min=0)] = None
    frame: FrameOption = None
    budget: Annotated[float | None, option("budget", "--budget-hours", min=0)] = None
    probability: Annotated[float | None, option("probability", "--min-probability", min=0, max=1)] = None
    mask: Annotated[bool, option("mask", "--mask")] = False
    scenario: Annotated[list[str] | None, option("scenario", "--scenario")] = None
    date: Annotated[str, option("report_date", "--date")] = ""

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as `match_territory` takes them."""
        return {"radius_km": self.radius, "frame": self.frame, "budget_hours": self.budget,
                "min_probability": self.probability}  # fmt: skip

    def print_origin(self, console: "terminal.Screen", graph: "OccupationGraph", sources: list[dict[str, Any]]) -> None:
        """Say what a chance is, and where the data come from."""
        chances = "" if envelope.scorer_dict(graph)["calibrated"] else "_alone"
        console.print(self.say(f"territory.note.person{chances}"), style="dim")
        lines = [self.say("moves.no_access")] if self.no_access else []
        lines += [*envelope.source_lines(graph.referential, lang=self.lang)]
        envelope.print_dim(console, [*lines, *envelope.data_source_lines(sources, lang=self.lang)])

    def tell_notes(self, notes: "Sequence[Note]") -> None:
        """Say what the reader must know beside a result that no person reads; a table prints it itself."""
        for note in notes if self.form is not Format.TABLE else ():
            message(note.sentence(self.lang))


_SHOWN: Final = 12  # rows that a terminal shows of what is less looked for
# Options of commands that allocate people to openings.
_ALLOCATE: Final = (
    "referential overlay no_access data travel strict settings lang hiring radius frame budget probability mask"
)
territory = typer.Typer()
territory.callback(invoke_without_command=True, help="cli.command.territory")(start_group)
FragileTables = Annotated[list[Path] | None, option("fragile", "--fragile")]
RequiredTables = Annotated[list[Path], option("fragile", "--fragile")]


@territory.command("rank", help="cli.command.territory_rank")
@shared("include referential overlay no_access data travel limit settings form output lang hiring radius")
def rank(
    opts: TerritoryOptions,
    basin: Annotated[str, option("basin", "--basin")] = "",
    territory: Annotated[str, option("ranked_area", "--territory")] = "",
    fragile: FragileTables = None,
    jobs: Annotated[Path | None, option("jobs", "--jobs")] = None,
    employers: Annotated[bool, option("employers", "--employers")] = False,
) -> bool:
    """Rank the hiring jobs within reach of each fragile lot of a basin, or the other way round."""
    from passerelles.territory.lots import Locator, Side
    from passerelles.territory.parts import area_of
    from passerelles.territory.rank import rank_territory, ranking_sheets

    graph, lang = opts.graph, opts.lang
    settings = opts.with_included_kinds(graph.settings)
    market, places = opts.session.territory_data()
    listed = opts.job_list(jobs, places=places)
    by: Side = "hiring" if employers else "fragile"
    if bool(basin) == bool(territory):
        raise PasserellesError("one_place")
    area = area_of(territory, places)
    moves, notes, set_aside = rank_territory(
        graph, basin, market=market, places=places, fragile=fragile, hiring=opts.hiring, listed=listed,
        radius_km=opts.radius, by=by, area=area, settings=settings, limit=opts.limit,
    )  # fmt: skip
    code, name = Locator(places, market).find(basin) if area is None else (None, area.name)
    place = basin or territory
    place_name = name if normalise_label(place) == normalise_label(name) else f"{name} ({place})"
    title = opts.say(f"territory.title.{'sources' if employers else 'rank'}", basin=place_name)
    sources = envelope.data_sources((*(fragile or ()), *(opts.hiring or ()), jobs), market=market, places=places)

    def payload() -> dict[str, Any]:
        return opts.scored("territory-rank@1", dicts(moves, lang), settings) | {
            "basin": place, "basin_code": code, "basin_name": name, "by": by,
            "notes": dicts(notes, lang), "sources": sources,
            "set_aside": dicts(set_aside, lang),
        }  # fmt: skip

    def show(console: "terminal.Screen") -> None:
        terminal.print_page(console, Page(title))
        envelope.print_dim(console, [note.sentence(lang) for note in notes])
        print_aside(console, set_aside, lang=lang)
        if not moves:
            console.print(opts.say("territory.table.none"))
        starts = [place for place, move in enumerate(moves) if move.rank == 1]
        for start, end in pairwise((*starts, len(moves))):  # one table a lot
            console.print()
            table = ranking_sheets(moves[start:end], (), lang, by=by)[0]
            terminal.print_unfolded(console, Page(moves[start].end(by), sheets=[table]))
        opts.print_origin(console, graph, sources)

    opts.emit(payload, ranking_sheets(moves, notes, lang, by=by, set_aside=set_aside), show)
    opts.tell_notes(notes)
    return bool(moves)


@territory.command("match", help="cli.command.territory_match")
@shared(f"{_ALLOCATE} limit form output chart scenario", limit=None)
def match(
    opts: TerritoryOptions,
    fragile: RequiredTables,
    territory: Annotated[str, option("part_of", "--territory")] = "",
    ceiling: Annotated[float | None, option("max_cost", "--max-cost", min=0)] = None,
    minutes: Annotated[float | None, option("max_minutes", "--max-minutes", min=0)] = None,
    stretch: Annotated[bool, option("stretch", "--stretch")] = False,
    floor: Annotated[float | None, option("floor", "--floor", min=0, max=1)] = None,
    refuse: Annotated[bool, option("refuse_incomplete", "--refuse-incomplete")] = False,
) -> bool:
    """Allocate people to openings."""
    from passerelles.settings import with_options
    from passerelles.territory.actions import action_sheet
    from passerelles.territory.discretion import publish, published
    from passerelles.territory.match import match_territory

    if opts.scenario:
        opts.refuse_unused("scenarios_alone", chart=opts.chart, limit=opts.limit, stretch=stretch)
        opts.refuse_unused("territory_mask_scenarios", mask=opts.mask)  # two equations about the same people
    session, lang = opts.open(tensions=opts.hiring is None), opts.lang
    graph = session.graph
    chosen = graph.settings if floor is None else with_options(graph.settings, "territory", floor=floor)
    market, places = session.territory_data()
    certifications = session.certifications if opts.frame or opts.scenario else None
    data: dict[str, Any] = {"market": market, "places": places, "certifications": certifications}
    common = opts.bounds | data | {"max_cost": ceiling, "max_minutes": minutes, "refuse_incomplete": refuse}
    common |= {"settings": chosen, "territory": territory}
    if opts.scenario:
        return _compare(opts, graph, fragile, common)
    with opts.progress("territory.working") as tell:
        allocation = match_territory(graph, fragile, opts.hiring, **common, stretch=stretch, progress=tell)
    release = published(publish(allocation), lang) if opts.mask else allocation.release()
    limited = replace(release, flows=release.flows[: opts.limit])
    sources = envelope.data_sources((*fragile, *(opts.hiring or ())), **data, masked=opts.mask)

    def show(console: "terminal.Screen") -> None:
        print_allocation(console, limited, lang=lang)
        opts.print_origin(console, graph, sources)

    payload = partial(envelope.territory_envelope, graph, limited, lang, settings=chosen, sources=sources)
    opts.emit(payload, [*limited.sheets(lang), *action_sheet(release, lang)], show)
    opts.tell_notes(limited.notes)
    opts.draw(lambda charts: charts.territory_sankey(release.to_dict(lang), lang=lang))
    return allocation.status != "infeasible" and bool(allocation.placed)


def print_aside(console: "terminal.Screen", rows: "Sequence[Problem]", *, lang: Lang) -> None:
    """Print which rows of tables were set aside, and why."""
    from rich.padding import Padding
    from rich.text import Text

    lines = [row.sentence(lang) for row in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        lines.append(say("territory.where.more", lang=lang, n=len(rows) - _SHOWN))
    for line in lines:
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))


def print_allocation(console: "terminal.Screen", release: "Release", *, lang: Lang) -> None:
    """Print an allocation: flows, people without a solution, openings left, what would change, proof."""
    from passerelles.market.signals import wage_notes

    def listed(title: str, sentences: "Sequence[str]") -> None:
        if sentences:
            terminal.print_unfolded(console, Page(say(f"territory.title.{title}", lang=lang), sentences))

    if summary := release.summary(lang):
        terminal.print_page(console, Page(summary))
    envelope.print_dim(console, [note.sentence(lang) for note in release.notes])
    print_aside(console, release.set_aside, lang=lang)
    for title, readings in release.readings():
        listed(title, [item.sentence(lang) for item in readings])
    if release.bounds["status"] == "infeasible":
        unmet = ", ".join(release.unmet_floors)
        key = "infeasible" if unmet else "infeasible_together"
        console.print(say(f"territory.table.{key}", lang=lang, groups=unmet))
        return
    sheets = {sheet.title: sheet for sheet in release.sheets(lang)}
    changes = sheets["changes"]
    terminal.print_sheet(console, sheets["flows"], title=say("territory.title.match", lang=lang))
    paid = (flow.wages for flow in (*release.flows, *release.to_confirm) if not isinstance(flow, Withheld))
    envelope.print_dim(console, [*release.hidden_lots(lang), *wage_notes(paid, lang)])
    for name in ("to_confirm", "stretched", "options", "uncovered"):
        if name in sheets:
            terminal.print_sheet(console, sheets[name], title=say(f"territory.title.{name}", lang=lang))
    envelope.print_dim(console, filter(None, [release.last_tenth(lang)]))
    largest = release.largest_unfilled()
    unfilled = replace(sheets["unfilled"], items=lambda: largest)
    terminal.print_sheet(console, unfilled, title=say("territory.title.unfilled", lang=lang), most=_SHOWN)
    if len(largest) > _SHOWN:
        console.print(say("territory.table.more", lang=lang, n=len(largest) - _SHOWN))
    sentence = next(c for c in changes.described if c.key == "sentence")
    listed("changes", [str(sentence.cell(item, lang)) for item in release.changes])
    listed("certificate", release.proofs(lang))


def _compare(opts: TerritoryOptions, graph: "OccupationGraph", fragile: list[Path], common: dict[str, Any]) -> bool:
    from passerelles.territory.match import Scenario, compare_scenarios

    scenarios = {text: read_scenario(text) for text in opts.scenario or ()}
    compared = compare_scenarios(graph, fragile, opts.hiring, scenarios, **common)
    sheet, lang = Sheet("scenarios", Scenario.spec.columns, lambda: compared, opts.lang), opts.lang

    def payload() -> dict[str, Any]:
        return envelope.envelope("territory-scenarios@1", graph, dicts(compared, lang), settings=common["settings"])

    page = Page(opts.say("territory.title.scenarios"), sheets=[sheet])
    opts.emit(payload, [sheet], opts.on_screen(lambda _: page, graph.referential))
    return any(scenario.allocation.placed for scenario in compared)


def read_scenario(text: str) -> dict[str, Any]:
    """
    Read ``"radius=30,budget=2000,lever=C1+C2"``.

    Raises
    ------
    PasserellesError
        If a name or a number is not understood.

    Examples
    --------
    >>> read_scenario("radius=30, frame=periode-de-reconversion")
    {'radius_km': 30.0, 'frame': 'periode-de-reconversion'}
    """
    from passerelles.territory.match import SCENARIO

    readers: dict[str, Callable[[str], Any]] = {"frame": str, "lever": lambda codes: tuple(codes.split("+"))}
    bounds: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = (piece.strip() for piece in part.partition("="))
        try:
            bounds[SCENARIO[name]] = readers.get(name, float)(value)
        except (KeyError, ValueError) as error:
            raise PasserellesError("territory_scenario", text=text, part=part.strip()) from error
    return bounds


@territory.command("sums", help="cli.command.territory_sums")
@shared("referential overlay no_access data settings form output lang hiring")
def sums(
    opts: TerritoryOptions,
    fragile: FragileTables = None,
    dominance: Annotated[str | None, option("dominance", "--dominance")] = None,
    percent: Annotated[float | None, option("p_percent", "--p-percent")] = None,
    before: Annotated[Path | None, option("before", "--before")] = None,
) -> None:
    """Publish sums by basin and job."""
    from passerelles.territory.lots import Locator
    from passerelles.territory.sums import contributions, publish_sums, rules_of

    if (fragile is None) == (opts.hiring is None):
        raise PasserellesError("sums_one_table")
    table = fragile or opts.hiring
    side: Side = "fragile" if opts.hiring is None else "hiring"
    session, lang = opts.session, opts.lang
    rules = rules_of(session.settings.territory.mask_threshold, dominance=dominance, percent=percent)
    market, places = session.territory_data()
    tables = (t for t in (table, before) if t is not None)
    lots, *first = (opts.read_lots(t, side, locator=Locator(places, market)) for t in tables)
    labels = {lot.job: lot.label for table_lots in (lots, *first) for lot in table_lots.lots}
    earlier = contributions(first[0]) if first else None
    publication = publish_sums(contributions(lots), rules, before=earlier, labels=labels)

    def payload() -> dict[str, Any]:
        return envelope.unscored_envelope(
            "sums@1", session.referential, dicts(publication.cells, lang), rules=publication.rules._asdict(),
            notes=publication.notes(lang),
            sources=envelope.data_sources((*(table or ()), before), places=places, masked=True),
        )  # fmt: skip

    opts.emit(payload, publication.sheets(lang), opts.on_screen(publication.page, session.referential))


@territory.command("batch", help="cli.command.territory_batch")
@shared(f"{_ALLOCATE} date")
def batch(
    opts: TerritoryOptions,
    fragile: RequiredTables,
    output: Annotated[Path, option("batch_output", "--output", "-o")],
    by: Annotated[str, option("batch_by", "--by")] = "basin",
    pages: Annotated[bool, option("batch_pages", "--pages/--no-pages")] = True,
) -> bool:
    """Allocate each territory of two tables on its own."""
    from passerelles.report.batch import LINES, Batch
    from passerelles.territory.lots import Locator
    from passerelles.territory.parts import CUTS, parts
    from passerelles.territory.reading import read_sides

    if by not in CUTS:
        raise PasserellesError("territory_cut", by=by, known=", ".join(CUTS))
    if output.exists() and not output.is_dir():
        raise PasserellesError("batch_needs_folder", path=output)
    cut: Cut = by
    session = opts.open(tensions=opts.hiring is None)
    graph = session.graph
    market, places = session.territory_data()
    locator, least = Locator(places, market), session.settings.titles.review_threshold
    first, second = read_sides(graph.referential, fragile, opts.hiring, locator=locator, review_threshold=least)
    opts.tell_reading(first, second)
    names = market.survey().region_labels if by == "region" and market is not None and market.has_survey else {}
    cuts = parts(first, second, cut, places, names=names)
    if second is not None and by != "employer":
        apart = second.people - sum(part.hiring.people for part in cuts if part.hiring)
        if apart:
            opts.tell("territory.batch.apart", n=apart)
    data = {"market": market, "places": places, "certifications": session.certifications}
    work = Batch(graph, cuts, opts.bounds, data, opts.lang, opts.mask, pages, opts.date)
    with opts.progress("territory.working") as tell:
        lines = work.run(output, tell=tell)
    opts.tell("territory.batch.done", n=len(lines), path=output / LINES)
    if failed := [line for line in lines if line["problem"]]:
        opts.tell("territory.batch.failed", n=len(failed))
    return any(line["placed"] not in ("", "0") for line in lines)


@territory.command("signals", help="cli.command.territory_signals")
@shared("referential overlay data limit form output lang", limit=30)
def signals(
    opts: CommandOptions,
    basin: Annotated[str, option("basin", "--basin")],
    job: Annotated[list[str] | None, option("job", "--job")] = None,
    year: Annotated[int | None, option("year", "--year")] = None,
) -> bool:
    """Show the figures of the market in a basin, each with its source, year, and how it is known."""
    from passerelles.market.signals import basin_openings, signal
    from passerelles.matching import find_occupation

    known, lang = opts.session.referential, opts.lang
    market, key = opts.session.surveyed(basin, year=year)
    codes = [find_occupation(known, text) for text in job or ()]
    jobs = [signal(market, known, code, key, year=year) for code in codes]
    families = () if job else basin_openings(market, key.code, year=year)[: opts.limit]
    items = [item.to_dict() for item in families]
    items += [item.to_dict(lang) | {"sentences": list(item.sentences(lang))} for item in jobs]
    surveyed = market.survey(year).year if market.has_survey else None
    payload = envelope.unscored_envelope(
        "territory-signals@1", known, items, basin={"code": key.code, "name": key.name}, year=surveyed,
        sources=envelope.data_sources(market=market, places=opts.session.places),
    )  # fmt: skip

    def show(console: "terminal.Screen") -> None:
        title = opts.say("market.title.signals", basin=key.name, year="?" if surveyed is None else surveyed)
        heads = [labelled(f"{j.occupation} {j.label}", opts.say(f"market.status.{j.status}"), lang) for j in jobs]
        pages = [Page(head, j.sentences(lang)) for head, j in zip(heads, jobs, strict=True)]
        page = Page(title, sheets=[Sheet("signals", _FAMILIES, lambda: families, lang)], details=pages)
        terminal.print_page(console, page, unfold=len(items))
        console.print()
        envelope.print_dim(console, envelope.source_lines(known, lang=lang))
        envelope.print_dim(console, envelope.data_source_lines(payload["sources"], lang=lang))

    opts.emit(lambda: payload, signal_sheets(items), show)
    return bool(items)


_SIGNAL: Final = ("code", "label", "status", "figure", "low", "high", "standing", "source", "year", "territory",
                  "about", "why")  # fmt: skip
_SAID: Final = {"figure": "market.tension", **{key: f"market.{key}" for key in ("status", "standing", "why")}}  # words
_FAMILY: Final = ("projects", "difficult_share", "seasonal_share")
_JOB: Final = (*_FAMILY, "estimated", "tension", "wage")


def signal_sheets(items: "Sequence[Mapping[str, Any]]") -> list[Sheet]:
    """Return one row a figure: its bounds, how it is known, source, year and territory."""
    rows = [
        {**(item.get("occupation") or item["family"]), "status": item.get("status"), "figure": name, **figure}
        for item in items
        for names in (_JOB if "occupation" in item else _FAMILY,)
        for name, figure in ({name: item[name] for name in names} | item.get("components", {})).items()
    ]
    columns = [Column(key, "number" if key in ("low", "high") else "text", words=_SAID.get(key, "")) for key in _SIGNAL]
    return [Sheet.of_rows("signals", columns, [[row[key] for key in _SIGNAL] for row in rows])]


def _figure_column(name: str) -> Column:
    """Return the column of a figure of a family: both ends where it is known within bounds, else a question mark."""
    get, share = attrgetter(f"openings.{name}"), name != "projects"
    return Column(name, "number", value=lambda family, lang: get(family).short(lang, share=share) or "?")


_FAMILIES: Final = (Column("family", value=lambda f, _: f"{f.family} {f.label}"), *map(_figure_column, _FAMILY))
DEFAULT_TERRITORY = "redon"
_PAGES: Final = (".html", ".htm", ".docx")


@shared(f"{_ALLOCATE} output scenario date")
def report(
    opts: TerritoryOptions,
    context: typer.Context,
    territory: Annotated[str | None, option("territory", "--territory")] = None,
    fragile: FragileTables = None,
    limit: Annotated[int, option("report_limit", "--limit", "-n", min=0)] = 0,
    sheets: Annotated[bool, option("report_sheets", "--sheets")] = False,
    title: Annotated[str, option("report_title", "--title")] = "",
    pictures: Annotated[bool, option("pictures", "--pictures/--no-pictures")] = True,
) -> bool:
    """Write the report of a territory: a page, or an office document where the file is named .docx."""
    from passerelles.referentials.places import sample_name, sample_tables
    from passerelles.report.case import Case, PageWords, Request
    from passerelles.report.sections import can_draw
    from passerelles.territory.match import Scenario, compare_scenarios, match_territory

    output, hiring = _page_file(opts.output), opts.hiring
    office = output.suffix.lower() == ".docx"
    if office:
        need("python-docx", "word")
    opts.refuse_unused("territory_mask_scenarios", mask=opts.mask and opts.scenario)
    if sheets:
        opts.refuse_unused("report_sheets_mask", mask=opts.mask)
        opts.refuse_unused("report_sheets_alone", scenario=opts.scenario, limit=limit)
    others = {text: read_scenario(text) for text in opts.scenario or ()}
    if fragile is None and hiring is not None:
        raise PasserellesError("report_which_input")
    session, sample = opts.open(tensions=fragile is not None and hiring is None), ""
    if fragile is None:
        if session.referential.family != "rome":
            raise PasserellesError("report_needs_tables", name=session.referential.name)
        sample = sample_name(territory or DEFAULT_TERRITORY)
        fragile, hiring = ([path] for path in sample_tables(sample))
    words = tuple(command_words(context, territory=sample or territory))
    graph = session.graph
    market, places = session.territory_data()
    data: dict[str, Any] = {"market": market, "places": places, "certifications": session.certifications}
    bounds = opts.bounds | data | {"territory": "" if sample else territory or ""}
    with opts.progress("territory.working") as tell:
        allocation = match_territory(graph, fragile, hiring, **bounds, progress=tell)
    scenarios = [Scenario(opts.say("report.these_bounds"), {}, allocation)] if others else []
    scenarios += compare_scenarios(graph, fragile, hiring, others, **bounds)
    request = Request(
        command=(*words, "--output", opts.say("report.file") + (".docx" if office else ".html")),
        title=title or (opts.say("report.title", territory=sample.title()) if sample else ""), date=opts.date,
        invented=bool(sample), limit=limit, mask=opts.mask, pictures=pictures,
    )  # fmt: skip
    case = Case(
        graph, allocation, request, PageWords(opts.lang), **data, options={"command": words}, scenarios=scenarios
    )
    write_report(case, output, sheets=sheets)
    if pictures and not office and not can_draw():
        opts.tell("report.cli.no_pictures")
    opts.tell("cli.written", path=output)
    return allocation.status != "infeasible" and bool(allocation.placed)


def _page_file(output: Path | None) -> Path:
    """Return where a report goes, if it can."""
    if output is None:
        raise PasserellesError("report_needs_output")
    if output.is_dir():
        raise PasserellesError("write_onto_folder", path=output)
    check_free(output, overwrite=True)
    if output.suffix.lower() not in _PAGES:
        raise PasserellesError("report_output", path=output, known=", ".join(_PAGES))
    return output


def write_report(case: "Case", output: Path, *, sheets: bool = False) -> None:
    """Write a report, or a page a move, as a page or, where the file is named .docx, as an office document."""
    from passerelles.report.page import document_page, move_sheets, territory_page
    from passerelles.report.sections import territory_document
    from passerelles.views.document import write_word

    if output.suffix.lower() == ".docx":
        write_word(move_sheets(case) if sheets else territory_document(case), output)
    else:
        write_text(document_page(move_sheets(case), case.words) if sheets else territory_page(case), output)


# Some versions of typer hold the text of a path until the command runs.
_NAMED_BY_PATH: Final = ("referential", "overlay", "fragile", "hiring", "data", "travel", "settings")


def command_words(context: typer.Context, **replaced: object) -> "Iterator[str]":
    """
    Yield the options of a command but its output, as a command line has them; `replaced` are other values of some.

    Of a path only the name stands there, so that the folder is in no report.
    """
    for parameter in context.command.params:
        name = parameter.name or ""
        value = replaced.get(name, context.params[name])
        if value in (None, "", parameter.default) or name == "output":
            continue
        for word in value if isinstance(value, list | tuple) else [value]:
            yield (parameter.opts if word is not False else parameter.secondary_opts)[0]
            if name in _NAMED_BY_PATH or isinstance(word, Path):
                yield Path(str(word)).name
            elif not isinstance(word, bool):
                yield str(word).removesuffix(".0") if isinstance(word, float) else str(word)
