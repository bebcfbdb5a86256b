"""The tables of a report that say who is there, who could go where, and what stays open."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from passerelles.paths.path import Path, hours_text, months_text
from passerelles.report.dossier.case import Case
from passerelles.report.dossier.moves import move_key
from passerelles.report.dossier.words import cut, grid_of, heads
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
