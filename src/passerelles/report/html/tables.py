"""The tables of the page that say who is there, who could go where, and what stays open."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passerelles.paths.path import Path, hours_text, months_text
from passerelles.report.html.case import Case
from passerelles.report.html.explained import Origin, move_key
from passerelles.report.html.grid import Cell, Grid, cut, grid_of, heads
from passerelles.territory.flows import CHANGE, Flow, Uncovered, Unfilled
from passerelles.views.spec import On, Record, Withheld

if TYPE_CHECKING:
    from passerelles.territory.lots import Lot

Columns = list[str | tuple[str, bool]]
_MOST = 300  # rows of a table; a survey's openings can be thousands


def fragile_grid(case: Case) -> Grid:
    """Fragile jobs: who, how many, placed and left. Where masking is asked for, small headcounts are withheld."""
    w, allocation = case.words, case.allocation
    placed, held = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for count, flows in ((placed, allocation.flows), (held, allocation.to_confirm)):
        for flow in flows:
            count[flow.fragile.key] += flow.people
    columns: Columns = [w("column.employer"), w("column.job"), w("column.basin"), (w("column.headcount"), True)]
    if not case.masked:
        columns += [(w("column.placed"), True), (w("column.to_confirm"), True), (w("column.left"), True)]
    rows = []
    for lot in allocation.fragile.lots:
        row = [Cell(lot.employer), Cell(lot.label or lot.job, note=lot.job), Cell(lot.basin_label)]
        row.append(_head(case, lot.people))
        if not case.masked:
            done, doubtful = placed[lot.key], held[lot.key]
            row += [Cell(w.figure(n), n) for n in (done, doubtful, lot.people - done - doubtful)]
        rows.append(tuple(row))
    return _grid(case, "fragile", columns, rows)


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
    for (employer, job, basin, pool), capacity in hiring.capacities.items():
        code = pool or job
        lot = first[employer, code, basin]
        label = hiring.pool_labels.get(pool, pool) if pool else lot.label or job
        row = [Cell(employer), Cell(label, note=code), Cell(lot.basin_label), Cell(w.figure(capacity), capacity)]
        if not case.masked:
            left, held = empty.get((employer, code, basin), 0), reserved[employer, code, basin]
            row += [Cell(w.figure(n), n) for n in (capacity - left - held, held, left)]
        rows.append(tuple(row))
    rows.sort(key=lambda row: -(row[3].value or 0))
    return _grid(case, "hiring", columns, rows)


def flows_grid(case: Case, explained: frozenset[str]) -> Grid:
    """Who could go where; each flow leads to its move where that is explained."""

    def link(flow: Flow | Withheld) -> str:
        key = "" if isinstance(flow, Withheld) else move_key(flow.fragile.job, flow.hiring.job)
        return key if key in explained else ""

    spec = replace(Flow.spec, columns=tuple(c for c in Flow.spec.columns if c.key != "unknown"))
    return _told(case, "flows", spec, case.release.flows, {"to": link})


def to_confirm_grid(case: Case) -> Grid | None:
    """Who could go where once something is known, and what that is; None where there is nothing to confirm."""
    return _told(case, "to_confirm", Flow.spec, case.release.to_confirm) if case.release.to_confirm else None


def uncovered_grid(case: Case) -> Grid:
    """People without a solution, and why."""
    return _told(case, "uncovered", Uncovered.spec, case.release.uncovered)


def unfilled_grid(case: Case) -> Grid:
    """Openings that stay empty, the largest first, and what would fill them."""
    return _told(case, "unfilled", Unfilled.spec, case.release.largest_unfilled())


def _told(
    case: Case, key: str, spec: Record, items: Sequence[Any], links: Mapping[str, Callable[[Any], str]] | None = None
) -> Grid:
    columns = [column for column in spec.columns if On.PAGE in column.on]
    rest = len(items) - _MOST
    more = case.words("more_rows", n=rest) if rest > 0 else ""
    return replace(grid_of(case.words, key, columns, items[:_MOST], links=links or {}), more=more)


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
        hours = path.hours.expected
        shown = w.set(hours_text(path.hours, w.lang))
        rows.append(
            (
                Cell(path.origin.label or path.origin.code or "", note=path.origin.code or ""),
                Cell(through, link=path_key(path)),
                Cell(shown, hours),
                Cell(w("hours.count", hours=w.figure(path.direct_hours)), path.direct_hours),
                Cell(months_text(path.months, w.lang), path.months.expected),
                Cell(w(f"status.{path.status}")),
            )
        )
    return _grid(case, "paths", columns, rows)


def path_key(path: Path) -> str:
    """Name of a path in the page."""
    return "-".join(("path", path.origin.code or "", *path.codes))


def objectives_grid(case: Case) -> Grid:
    """What is reached and what is proven, objective by objective."""
    w = case.words
    columns: Columns = [
        w("column.objective"),
        (w("column.reached"), True),
        (w("column.bound"), True),
        (w("column.gap"), True),
    ]
    rows = []
    for stage in case.release.bounds["objectives"]:
        figures = [_figure(case, stage[k]) for k in ("value", "bound", "gap")]
        rows.append((Cell(w(f"objective.{stage['name']}")), *figures))
    return _grid(case, "objectives", columns, rows)


def _figure(case: Case, value: float | None) -> Cell:
    if value is None:
        return Cell(case.words("masked"))
    return Cell(case.words.figure(value, decimals=0 if float(value).is_integer() else 1), value)


def _grid(case: Case, key: str, columns: Columns, rows: Sequence[tuple[Cell, ...]]) -> Grid:
    kept, rest = cut(rows, _MOST)
    more = case.words("more_rows", n=rest) if rest else ""
    return Grid(key, case.words(f"caption.{key}"), heads(*columns), kept, more)


def explained_keys(origins: tuple[Origin, ...]) -> frozenset[str]:
    """Names of the moves that the page explains."""
    return frozenset(e.key for o in origins for e in o.moves)
