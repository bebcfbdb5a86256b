"""The tables of a report that say who is there, who could go where, and what stays open."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import chain
from shlex import join
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from passerelles.market.read import SourceFile
from passerelles.paths.path import Path, hours_text, months_text
from passerelles.report.dossier.case import Case, cut, grid_of, heads
from passerelles.report.dossier.moves import move_key
from passerelles.report.envelope import envelope
from passerelles.settings import Settings
from passerelles.territory.actions import Action, actions
from passerelles.territory.flows import CHANGE, Flow, Uncovered, Unfilled
from passerelles.territory.lots import SET_ASIDE
from passerelles.territory.match import Scenario
from passerelles.views.document import Cell, Grid
from passerelles.views.spec import Column, On, Withheld

if TYPE_CHECKING:
    from passerelles.territory.lots import Lot

Columns = list[str | tuple[str, bool]]
_MOST: Final = 300  # rows of a table; a survey's openings can be thousands
_LONG: Final = 25  # rows of an annex that says less than all
_DESTINATIONS: Final = 3  # openings that a line names


def front(case: Case, grid: Grid, most: int) -> Grid:
    """Return the first rows of a table, for the first pages, with where the others are; the table if it is short."""
    if len(grid.rows) <= most:
        return grid
    more = case.words("more_in_annex", n=len(grid.rows) - most)
    return replace(grid, key=f"{grid.key}-first", rows=grid.rows[:most], more=more, plain=True)


def fragile_grid(case: Case) -> Grid:
    """Fragile jobs: who, how many, where they could go and who is left; of a masked report, who and how many."""
    w, allocation = case.words, case.allocation
    placed, held = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    going: dict[tuple[str, ...], Counter[tuple[str, str, str]]] = {}
    for count, flows in ((placed, allocation.flows), (held, allocation.to_confirm)):
        for flow in flows:
            count[flow.fragile.key] += flow.people
            end = (flow.hiring.employer, flow.hiring.given or flow.hiring.label or flow.hiring.job,
                   move_key(flow.fragile.job, flow.hiring.job))  # fmt: skip
            going.setdefault(flow.fragile.key, Counter())[end] += flow.people
    columns: Columns = [w("column.employer"), w("column.job"), (w("column.headcount"), True)]
    if not case.masked:
        columns += [(w("column.placed"), True), (w("column.to_confirm"), True), (w("column.left"), True)]
        columns.append(w("column.towards"))
    rows = []
    for lot in sorted(allocation.fragile.lots, key=lambda lot: -lot.people):
        row = [Cell(lot.employer, note=lot.basin_label), _job(lot), _head(case, lot.people)]
        if not case.masked:
            done, doubtful = placed[lot.key], held[lot.key]
            row += [Cell(w.figure(n), n) for n in (done, doubtful, lot.people - done - doubtful)]
            row.append(Cell(_towards(case, going.get(lot.key, Counter()))))
        rows.append(tuple(row))
    return _grid(case, "fragile", columns, rows)


def _job(lot: "Lot") -> Cell:
    """Return the employer's own words, with the fiche below where that says something else."""
    return Cell(lot.fiche) if lot.named == lot.fiche else Cell(lot.given, note=lot.fiche)


def _towards(case: Case, going: Counter[tuple[str, str, str]]) -> str:
    said = [
        case.words("towards", n=case.words.figure(n), employer=employer, job=job)
        for (employer, job, _), n in sorted(going.items(), key=lambda item: (-item[1], item[0]))
    ]
    rest = len(said) - _DESTINATIONS
    more = [case.words("fact.others", n=rest)] if rest > 0 else []
    return case.words("fact.and").join((*said[:_DESTINATIONS], *more)) or case.words("none")


def _head(case: Case, people: int) -> Cell:
    if case.masked and 0 < people < case.threshold:
        return Cell(case.words("masked_under", n=str(case.threshold)))
    return Cell(case.words.figure(people), people)


def hiring_grid(case: Case) -> Grid:
    """
    Openings: who, how many, filled and empty; openings that jobs of a family share are one row.

    Openings are no people: their number is never withheld, only how many are filled.
    """
    w, allocation = case.words, case.allocation
    hiring = allocation.hiring
    empty = {(u.employer, u.code, u.basin): u.empty for u in allocation.unfilled}
    reserved = Counter[tuple[str, str, str]]()
    for flow in allocation.to_confirm:
        reserved[flow.hiring.employer, flow.hiring.pool or flow.hiring.job, flow.hiring.basin] += flow.people
    first: dict[tuple[str, str, str], Lot] = {}
    for lot in hiring.lots:
        first.setdefault((lot.employer, lot.pool or lot.job, lot.basin), lot)
    columns: Columns = [w("column.employer"), w("column.job"), w("column.basin"), (w("column.openings"), True)]
    if not case.masked:
        columns += [(w("column.filled"), True), (w("column.reserved"), True), (w("column.empty"), True)]
    rows = []
    for (employer, job, basin, pool, *_), capacity in hiring.capacities.items():
        code = pool or job
        lot = first[employer, code, basin]
        named = Cell(hiring.pool_labels.get(pool, pool), note=code) if pool else _job(lot)
        row = [Cell(employer), named, Cell(lot.basin_label), Cell(w.figure(capacity), capacity)]
        if not case.masked:
            left, held = empty.get((employer, code, basin), 0), reserved[employer, code, basin]
            row += [Cell(w.figure(n), n) for n in (capacity - left - held, held, left)]
        rows.append(tuple(row))
    rows.sort(key=lambda row: -(row[3].value or 0))
    return _grid(case, "hiring", columns, rows)


def action_grid(case: Case) -> Grid | None:
    """What is to be done, by whom and by when; None where there is nothing, or all of it is withheld."""
    found = actions(case.release, case.words.lang)
    return _told(case, "actions", Action.spec.columns, found) if found else None


def aside_grid(case: Case) -> Grid | None:
    """Rows of the tables that could not be used, and why; None where there are none."""
    found = case.release.set_aside
    return _told(case, "set_aside", SET_ASIDE.columns, found) if found else None


def scenarios_grid(case: Case) -> Grid:
    """Scenarios side by side."""
    return _told(case, "scenarios", Scenario.spec.columns, case.scenarios)


def flow_grid(case: Case, key: str, flows: Sequence[Flow | Withheld], explained: frozenset[str]) -> Grid | None:
    """Who could go where; each flow leads to its move where that is explained. None where there are no flows."""

    def link(flow: Flow | Withheld) -> str:
        name = "" if isinstance(flow, Withheld) else move_key(flow.fragile.job, flow.hiring.job)
        return name if name in explained else ""

    hidden = {"kind"} if key == "to_confirm" else {"kind", "unknown"}
    columns = [c for c in Flow.spec.columns if c.key not in hidden]
    return _told(case, key, columns, flows, {"to": link}) if flows else None


def uncovered_grid(case: Case) -> Grid:
    """People without a solution, and why."""
    return _told(case, "uncovered", Uncovered.spec.columns, case.release.uncovered)


def unfilled_grid(case: Case) -> Grid:
    """Openings that stay empty, the largest first, and what would fill them."""
    return _told(case, "unfilled", Unfilled.spec.columns, case.release.largest_unfilled(), most=_LONG)


def _told(
    case: Case,
    key: str,
    columns: Sequence[Column],
    items: Sequence[Any],
    links: Mapping[str, Callable[[Any], str]] | None = None,
    *,
    most: int = _MOST,
) -> Grid:
    shown = [column for column in columns if On.PAGE in column.on]
    return replace(grid_of(case.words, key, shown, items[:most], links=links or {}), more=_more(case, len(items), most))


def _more(case: Case, rows: int, most: int) -> str:
    return case.words("more_rows", n=rows - most) if rows > most else ""


def changes_list(case: Case) -> tuple[str, ...]:
    """What each bound moved would change, one sentence each."""
    (sentence,) = CHANGE.pick("sentence")
    return tuple(case.words.set(str(sentence.cell(each, case.words.lang))) for each in case.release.changes)


def paths_grid(case: Case, paths: tuple[Path, ...]) -> Grid:
    """Paths of several steps, against the direct move."""
    w = case.words
    columns: Columns = [w("column.from"), w("column.through"), (w("column.hours"), True), (w("column.direct"), True)]
    columns += [(w("column.months"), True), w("column.state")]
    rows = []
    for path in paths:
        through = " → ".join(s.target.label or s.target.code or "" for s in path.steps)
        rows.append(
            (
                Cell(path.origin.named or ""),
                Cell(through),
                Cell(w.set(hours_text(path.hours, w.lang)), path.hours.expected),
                Cell(w("hours.count", hours=w.figure(path.direct_hours)), path.direct_hours),
                Cell(months_text(path.months, w.lang), path.months.expected),
                Cell(w(f"status.{path.status}")),
            )
        )
    return _grid(case, "paths", columns, rows, most=_LONG)


def objectives_grid(case: Case) -> Grid:
    """What is reached and what is proven, objective by objective."""
    w = case.words
    columns: Columns = [w("column.objective"), *((w(f"column.{k}"), True) for k in ("reached", "bound", "gap"))]
    rows = []
    for stage in case.release.bounds["objectives"]:
        figures = [_figure(case, stage[k]) for k in ("value", "bound", "gap")]
        rows.append((Cell(w(f"objective.{stage['name']}")), *figures))
    return replace(_grid(case, "objectives", columns, rows), plain=True)


def _figure(case: Case, value: float | None) -> Cell:
    if value is None:
        return Cell(case.words("masked"))
    return Cell(case.words.figure(value, decimals=0 if float(value).is_integer() else 1), value)


def _grid(case: Case, key: str, columns: Columns, rows: Sequence[tuple[Cell, ...]], *, most: int = _MOST) -> Grid:
    kept, _ = cut(rows, most)
    return Grid(key, case.words(f"caption.{key}"), heads(*columns), kept, _more(case, len(rows), most))


class Source(NamedTuple):
    """Something that was read."""

    name: str
    what: str
    date: str
    licence: str
    sha256: str


def sources_of(case: Case) -> tuple[Source, ...]:
    """Return everything that was read: tables, referential, market, geography, certifications."""
    w = case.words
    found = []
    for side in (case.allocation.fragile, case.allocation.hiring):
        if side.sha256 or not side.source:
            name = side.file or w("source.memory")
            found.append(Source(name, w(f"source.{side.side}"), "", w("source.invented" if case.request.invented else
                                "source.own"), side.sha256))  # fmt: skip
    about = case.graph.referential.provenance
    name = f"{case.graph.referential.name} {case.graph.referential.version}"
    what = w("source.referential", source=about.source)
    if about.overlays:
        what += " " + w("source.overlays", names=", ".join(about.overlays))
    found.append(Source(name, what, about.date, about.licence, about.sha256))
    found += [Source(f"{o.name} {o.version}", o.source or o.title, o.date, o.licence, "") for o in about.laid]
    market = case.market.files_read if case.market else ()
    places = case.places.files if case.places else ()
    certifications = (case.certifications.file,) if case.certifications else ()
    found += sorted({_file(f) for f in chain(market, places, certifications)})
    return tuple(found)


def _file(file: SourceFile) -> Source:
    return Source(file.record.name, file.source or file.kind, file.year, file.licence, file.record.sha256)


def sources_grid(case: Case) -> Grid:
    """Sources with dates and licences."""
    w = case.words
    columns = heads(*(w(f"column.{name}") for name in ("file", "content", "date", "licence", "sha256")))
    rows = tuple(
        (
            Cell(s.name),
            Cell(w.set(s.what)),
            Cell(w.date(s.date) or w("source.no_date")),
            Cell(w.set(s.licence) if s.licence else w("source.no_licence")),
            Cell(s.sha256 or w("unknown")),
        )
        for s in sources_of(case)
    )
    return Grid("sources", w("caption.sources"), columns, rows, code=True)


def dates_of(case: Case) -> str:
    """Dates of the data, for the head of the page."""
    w = case.words
    about = case.graph.referential.provenance
    found = [w("date.referential", name=f"{case.graph.referential.name.upper()} {case.graph.referential.version}",
               date=w.date(about.date) or w("source.no_date"))]  # fmt: skip
    years = [b.year for b in case.market.bmo if b.is_read] if case.market else []
    if years:
        found.append(w("date.market", years=", ".join(years)))
    return w("date.comma").join(found)


def choices_grid(case: Case) -> Grid:
    """What was chosen for this analysis, the bounds and the order of objectives, none included."""
    w, bounds, settings = case.words, case.allocation.bounds, case.allocation.settings
    radius = None if bounds.radius_km is None else w("choice.km", km=w.figure(bounds.radius_km))
    if radius is not None and not case.allocation.radius_applied:
        radius = w("choice.not_applied", radius=radius)
    budget = case.allocation.budget_hours
    rows = [
        (w("choice.radius"), radius),
        (w("choice.frame"), bounds.frame),
        (w("choice.budget"), None if budget is None else w("hours.count", hours=w.figure(budget))),
        (w("choice.probability"), None if bounds.min_probability is None else w.share(bounds.min_probability)),
        (w("choice.max_hours"), None if bounds.max_hours is None else w.figure(bounds.max_hours)),
        (w("choice.floor"), w.share(settings.floor) if settings.floor else None),
        (w("choice.objective"), w(f"choice.{settings.objective}")),
        (w("choice.limit"), w.figure(case.request.limit)),
        (w("choice.mask"), w("choice.masked", n=str(case.threshold)) if case.request.mask else None),
    ]
    shown = tuple((Cell(name), Cell(value or w("choice.none"))) for name, value in rows)
    return Grid("choices", w("caption.choices"), heads(w("column.choice"), w("column.value_text")), shown, plain=True)


def settings_grid(case: Case) -> Grid | None:
    """Settings that are not the package's own, by name; None where all of them are."""
    w = case.words
    usual = dict(_flat(Settings().model_dump(mode="json")))
    chosen = _flat(case.graph.settings.model_dump(mode="json"))
    own = [(name, value) for name, value in chosen if name not in usual or usual[name] != value]
    rows = tuple((Cell(name), Cell(json.dumps(value, ensure_ascii=False))) for name, value in own)
    shown = heads(w("column.setting"), w("column.value_text"))
    return Grid("settings", w("caption.settings"), shown, rows, plain=True, code=True) if rows else None


def _flat(values: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in sorted(values.items()):
        path = f"{before}{name}"
        found += _flat(value, f"{path}.") if isinstance(value, dict) else [(path, value)]
    return found


def scorer_of(case: Case) -> dict[str, Any]:
    """Name, version and origin of the scorer."""
    found: dict[str, Any] = envelope("report@1", case.graph, ())["scorer"]
    return found


def checksum_of(case: Case) -> str:
    """
    SHA-256 of everything that the figures depend on: inputs, settings, options, versions.

    Canonical JSON (sorted keys, no space), so that anybody can work it out again.
    """
    scorer = scorer_of(case)
    about = {
        "inputs": sorted((s.name, s.sha256) for s in sources_of(case)),
        "lots": [_lots(case, "fragile"), _lots(case, "hiring")],
        "settings": case.graph.settings.model_dump(mode="json"),
        "options": dict(case.options) | {"limit": case.request.limit, "mask": case.request.mask},
        "versions": {
            "passerelles": version("passerelles"),
            "scorer": f"{scorer['name']} {scorer['version']}",
            "referential": f"{case.graph.referential.name} {case.graph.referential.version}",
        },
    }
    text = json.dumps(about, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _lots(case: Case, side: str) -> list[tuple[object, ...]]:
    lots = (case.allocation.fragile if side == "fragile" else case.allocation.hiring).lots
    return [(*lot.key, lot.people) for lot in lots]


def command_of(case: Case) -> str:
    """Command line that makes the report again; empty where it was not made by one."""
    return join(("passerelles", "report", *case.request.command)) if case.request.command else ""
