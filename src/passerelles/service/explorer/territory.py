"""A territory in the explorer: from two tables to an allocation; neither is stored."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Base64Bytes, Field, StringConstraints

from passerelles.codes import sum_by_key
from passerelles.errors import PasserellesError
from passerelles.io.xlsx import DamagedWorkbookError
from passerelles.market.places import Basin, Commune
from passerelles.matching import find_occupation
from passerelles.matching.titles import SURE, resolve_title
from passerelles.paths.legal import presets
from passerelles.referentials.places import sample_name, sample_names, sample_tables
from passerelles.report.case import Case, PageWords, Request
from passerelles.report.envelope import UNUSED, about_sheet, data_source_lines, data_sources, envelope
from passerelles.report.page import territory_page
from passerelles.report.sections import figures_of, sentences_of, territory_document
from passerelles.service.answers import allocate, data_for
from passerelles.service.explorer.pages import PageRequest
from passerelles.service.requests import Body, FrameName
from passerelles.settings import with_options
from passerelles.territory.actions import action_sheet
from passerelles.territory.allocation import Allocation
from passerelles.territory.lots import Locator, Lots, Side, side_label
from passerelles.territory.reading import read_sides
from passerelles.views.document import PageTable, write_word
from passerelles.views.excel import book_page, write_workbook
from passerelles.views.spec import Column, Sheet

_TABLE_ROWS: Final = 300  # of a table on the page: the workbook has all
_JOBS_MEANT: Final = 5  # jobs that a title may mean
_TITLES_TO_CORRECT: Final = 40  # titles shown to be corrected
_MAP_WIDTH: Final = 720  # of the map of a territory
_MAP_MARGIN: Final = 60
_SMALLEST: Final = 6.0  # radius of a basin, and of that with the most people and openings
_LARGEST: Final = 34.0
_LONGEST_NAME: Final = 255  # of a file, in bytes
Text = Annotated[str, StringConstraints(max_length=300)]
MEDIA: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class DroppedTable(Body):
    """A table as a person dropped it: its name, and its bytes in base64."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    content: Base64Bytes


class PlanBody(Body):
    """Two tables, the titles that were read otherwise, and the bounds."""

    sample: Text | None = None
    fragile: DroppedTable | None = None
    hiring: DroppedTable | None = None
    choices: dict[Literal["fragile", "hiring"], dict[Text, Text]] = Field(default_factory=dict)
    radius_km: float | None = Field(default=None, ge=0, le=2_000)
    frame: FrameName | None = None
    budget_hours: float | None = Field(default=None, ge=0, le=1e9)
    min_probability: float | None = Field(default=None, ge=0, le=1)
    max_cost: float | None = Field(default=None, ge=0, le=1e6)
    floor: float | None = Field(default=None, ge=0, le=1)
    stretch: bool = False
    mask: bool = False


class FileBody(Body):
    """The same, and the file to take away."""

    asked: PlanBody
    form: Literal["xlsx", "html", "docx"]


class DoubtfulTitle(NamedTuple):
    """A title to be looked at: how it was read, how sure that is, what else it may mean, its people; `few`: masked."""

    side: Side
    text: str
    code: str
    confidence: float | None
    people: int
    options: Sequence[tuple[str, str]] = ()
    few: bool = False


class MapBasin(NamedTuple):
    """A basin on the map of a territory."""

    name: str
    x: float
    y: float
    radius: float
    people: int
    openings: int
    arriving: int
    leaving: int


def territory(ask: PageRequest) -> str:
    """Return the page that asks for two tables and bounds."""
    frames, samples = presets().values(), sample_names() if ask.engine.referential.family == "rome" else ()
    return ask.render("territory.html", frames=frames, samples=samples, data=ask.engine.market)


def plan(ask: PageRequest, body: PlanBody) -> str:
    """Return who could go where, what was set aside or read with doubt, what is left, and what would change."""
    case, sides = _case(ask, body)
    sheets = [sheet for sheet in _sheets(ask, case) if sheet.title != "notes"]
    return ask.render(
        "plan.html",
        figures=figures_of(case),
        sentences=sentences_of(case),
        notes=[note.sentence(ask.lang) for note in case.release.notes],
        tables=[(_first_rows(ask, sheet), len(items)) for sheet in sheets if (items := list(sheet.items()))],
        doubts=_doubts(ask, sides, body),
        sketch=None if body.mask else _sketch(ask, case.allocation),
        wide=_MAP_WIDTH,
        sources=data_source_lines(_sources(case), lang=ask.lang),
    )


def plan_file(ask: PageRequest, wanted: FileBody) -> tuple[str, str, bytes]:
    """Return the answer as a file, its name and kind before it: those that the command line writes."""
    case, _ = _case(ask, wanted.asked)
    name = f"territoire.{wanted.form}"
    if wanted.form == "html":
        return name, MEDIA["html"], territory_page(case).encode()
    with TemporaryDirectory() as folder:
        place = Path(folder) / name
        if wanted.form == "docx":
            write_word(territory_document(case), place)
        else:
            payload = envelope("territory@1", ask.engine.graph, (), settings=case.settings)
            payload["sources"] = _sources(case)
            about = about_sheet(payload, lang=ask.lang)
            write_workbook([book_page(sheet, lang=ask.lang) for sheet in (*_sheets(ask, case), about)], place)
        return name, MEDIA[wanted.form], place.read_bytes()


def _sources(case: Case) -> list[dict[str, Any]]:
    """Return the files of data that a plan rests on."""
    unused = UNUSED | case.unused
    return data_sources(market=case.market, places=case.places, certifications=case.certifications, without=unused)


def _sheets(ask: PageRequest, case: Case) -> list[Sheet]:
    """Return all tables of an allocation, what is to be done last, as the command line writes them."""
    return [*case.release.sheets(ask.lang), *action_sheet(case.release, ask.lang)]


def _case(ask: PageRequest, body: PlanBody) -> tuple[Case, tuple[Lots, Lots | None]]:
    engine = ask.engine
    graph, data = engine.graph, data_for(engine, body)
    locator, least = Locator(engine.places, engine.market), graph.settings.titles.review_threshold
    chosen_jobs: dict[Side, dict[str, str]] = {
        side: {title: find_occupation(engine.referential, text) for title, text in titles.items()}
        for side, titles in body.choices.items()
    }  # fmt: skip
    with _tables(body) as tables:
        if (people := tables["fragile"]) is None:
            raise PasserellesError("explorer_no_table")
        both = people, tables["hiring"]
        with _naming_table(tables):
            fragile, hiring = read_sides(
                engine.referential, *both, locator=locator, choices=chosen_jobs, review_threshold=least
            )
    chosen = graph.settings if body.floor is None else with_options(graph.settings, "territory", floor=body.floor)
    allocation = allocate(engine, body, fragile, hiring, settings=chosen, **data)
    request = Request(mask=body.mask, invented=body.sample is not None, pictures=True)
    return Case(graph, allocation, request, PageWords(ask.lang), **data), (fragile, hiring)


@contextmanager
def _tables(body: PlanBody) -> Iterator[Mapping[Side, Path | None]]:
    """Give the paths of both tables, which are gone from this machine afterwards."""
    if body.sample is not None:
        first, second = sample_tables(sample_name(body.sample))
        yield {"fragile": first, "hiring": second}
        return
    with TemporaryDirectory() as folder:
        dropped: dict[Side, DroppedTable | None] = {"fragile": body.fragile, "hiring": body.hiring}
        yield {s: None if table is None else _write_dropped(Path(folder), s, table) for s, table in dropped.items()}


@contextmanager
def _naming_table(tables: Mapping[Side, Path | None]) -> Iterator[None]:
    """Name a table that cannot be read by the name that it was dropped under; errors of the disk stay as they are."""
    try:
        yield
    except PasserellesError as error:
        of_content = error.__cause__ is None or isinstance(error.__cause__, DamagedWorkbookError)
        path = str(error.values.get("path", ""))
        unread = next(((side, table) for side, table in tables.items() if table and path.startswith(str(table))), None)
        if unread is None or not of_content:
            raise
        side, table = unread
        # A page takes a whole workbook: no sheet of it can be named, as it can on the command line.
        key = "explorer_sheets" if error.key == "several_sheets" else error.key
        reason = PasserellesError(key, **{**error.values, "path": table.name})
        raise PasserellesError("explorer_unread", table=partial(side_label, side), reason=reason.message) from error


def _write_dropped(folder: Path, side: Side, dropped: DroppedTable) -> Path:
    # Messages name the file, and its ending decides how the table is read; only the last part of its path is used.
    name = Path(re.sub(r"[\\\0]", "/", dropped.name)).name
    name = (name if name.strip(".") else "table.csv").encode()[-_LONGEST_NAME:].decode(errors="ignore")
    place = folder / side / name
    place.parent.mkdir()
    place.write_bytes(dropped.content)
    return place


def _first_rows(ask: PageRequest, sheet: Sheet) -> PageTable:
    """First rows of a sheet: the workbook has them all."""
    return ask.table(replace(sheet, items=lambda: list(sheet.items())[:_TABLE_ROWS]))


def _doubts(ask: PageRequest, sides: Sequence[Lots | None], body: PlanBody) -> list[DoubtfulTitle]:
    """Titles that were read with doubt or not at all, and those a person read already; the most people first."""
    doubt_of: dict[tuple[Side, str], DoubtfulTitle] = {}
    for lots in filter(None, sides):
        chosen = body.choices.get(lots.side, {})
        doubts = [
            DoubtfulTitle(lots.side, lot.given, lot.job, None if lot.given in chosen else lot.confidence, lot.people)
            for lot in lots.lots if lot.given and (lot.confidence < SURE or lot.given in chosen)
        ] + [
            DoubtfulTitle(lots.side, title, "", None, problem.people or 0)
            for problem in lots.set_aside
            if problem.key.startswith("job_") and isinstance(title := problem.values.get("given"), str)
        ]  # fmt: skip
        for doubt in doubts:
            first = doubt_of.setdefault((doubt.side, doubt.text), doubt._replace(people=0))
            doubt_of[doubt.side, doubt.text] = first._replace(people=first.people + doubt.people)
    hidden = "fragile" if body.mask else ""  # openings are no people
    shown = [d._replace(people=0, few=True) if d.side == hidden else d for d in doubt_of.values()]
    largest = sorted(shown, key=lambda d: (d.code != "", -d.people, d.text))[:_TITLES_TO_CORRECT]
    return [doubt._replace(options=_options_of(ask, doubt)) for doubt in largest]


def _options_of(ask: PageRequest, doubt: DoubtfulTitle) -> Sequence[tuple[str, str]]:
    """Codes and labels that a title may mean, the one that it was read as among them."""
    options = {c.code: c.label for c in resolve_title(ask.engine.referential, doubt.text, limit=_JOBS_MEANT)}
    if doubt.code:
        options.setdefault(doubt.code, ask.engine.referential.occupation_by_code[doubt.code].name)
    return tuple(options.items())


_SPOT: Final = (
    Column("basin", value="name"),
    *(Column(name, "integer") for name in ("people", "openings", "arriving", "leaving")),
)


def _sketch(ask: PageRequest, allocation: Allocation) -> dict[str, Any] | None:
    """
    Return the map of both sides: basins, the ways that people would go, the communes around, and a table of the basins.

    None where fewer than two basins have coordinates.
    """
    places = ask.engine.places
    if places is None:
        return None
    # Capacity of each basin, what lots share counted once.
    sides = (allocation.fragile.capacities, allocation.hiring.capacities)
    people, openings = (sum_by_key((lot[2], n) for lot, n in side.items()) for side in sides)
    moved = sum_by_key(((flow.fragile.basin, flow.hiring.basin), flow.people) for flow in allocation.flows)
    away = {ends: n for ends, n in moved.items() if ends[0] != ends[1]}
    leaving, arriving = (sum_by_key((ends[side], n) for ends, n in away.items()) for side in (0, 1))
    known = places.basin_by_code
    known_basins = [known[code] for code in sorted({*people, *openings} & known.keys())]
    basins = [basin for basin in known_basins if None not in (basin.latitude, basin.longitude)]
    if len(basins) < 2:  # noqa: PLR2004 - a point alone is no map
        return None
    codes = {b.code for b in basins}
    around, points = _points(c for c in places.communes if c.basin in codes), _points(basins)
    project, height = _projection([*around, *points])
    most = max(people[b.code] + openings[b.code] for b in basins) or 1
    at = {b.code: project(*point) for b, point in zip(basins, points, strict=True)}
    spots = []
    for b in basins:
        share = math.sqrt((people[b.code] + openings[b.code]) / most)
        radius = round(_SMALLEST + (_LARGEST - _SMALLEST) * share, 1)
        x, y = at[b.code]
        counts = people[b.code], openings[b.code], arriving[b.code], leaving[b.code]
        spots.append(MapBasin(b.name, x, y, radius, *counts))
    ways = [
        (*at[of], *at[to], round(1.5 + 6 * math.sqrt(n / max(moved.values())), 1))
        for (of, to), n in sorted(away.items()) if of in at and to in at
    ]  # fmt: skip
    communes = [project(*point) for point in around]
    grid = ask.table(Sheet("basins", _SPOT, lambda: sorted(spots, key=lambda s: -(s.people + s.openings)), ask.lang))
    return {"spots": spots, "ways": ways, "communes": communes, "height": height, "grid": grid}


def _points(located: Iterable[Basin | Commune]) -> list[tuple[float, float]]:
    """Return where each of those that have coordinates stands."""
    return [(p.latitude, p.longitude) for p in located if p.latitude is not None and p.longitude is not None]


def _projection(points: Sequence[tuple[float, float]]) -> tuple[Any, float]:
    """Return what puts degrees on the map, as wide as a degree is at that latitude, and the height of the map."""
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    across, up = max((east - west) * narrow, 0.05), max(north - south, 0.05)
    scale = (_MAP_WIDTH - 2 * _MAP_MARGIN) / max(across, up)
    height = round(up * scale + 2 * _MAP_MARGIN, 1)
    margin = (_MAP_WIDTH - across * scale) / 2

    def project(latitude: float, longitude: float) -> tuple[float, float]:
        x, y = margin + (longitude - west) * narrow * scale, height - _MAP_MARGIN - (latitude - south) * scale
        return round(x, 1), round(y, 1)

    return project, height
