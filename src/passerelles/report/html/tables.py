"""The tables of the page that say who is there, who could go where, and what stays open."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from passerelles.paths.path import Path, hours_text, months_text
from passerelles.report.html.case import Case
from passerelles.report.html.explained import Origin, level_word, move_key
from passerelles.report.html.grid import Cell, Grid, cut, heads

if TYPE_CHECKING:
    from passerelles.territory.lots import Lot

Columns = list[str | tuple[str, bool]]
_MOST = 300  # rows of a table; a survey's openings can be thousands


def fragile_grid(case: Case) -> Grid:
    """Fragile jobs: who, how many, placed and left. Where masking is asked for, small headcounts are withheld."""
    w, allocation = case.words, case.allocation
    placed = Counter[tuple[str, ...]]()
    for flow in allocation.flows:
        placed[flow.fragile.key] += flow.people
    columns: Columns = [w("column.employer"), w("column.job"), w("column.basin"), (w("column.headcount"), True)]
    if not case.masked:
        columns += [(w("column.placed"), True), (w("column.left"), True)]
    rows = []
    for lot in allocation.fragile.lots:
        row = [Cell(lot.employer), Cell(lot.label or lot.job, note=lot.job), Cell(lot.basin_label)]
        row.append(_head(case, lot.people))
        if not case.masked:
            done = placed[lot.key]
            row += [Cell(w.figure(done), done), Cell(w.figure(lot.people - done), lot.people - done)]
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
    first: dict[tuple[str, str, str], Lot] = {}
    for lot in hiring.lots:
        first.setdefault((lot.employer, lot.pool or lot.job, lot.basin), lot)
    columns: Columns = [w("column.employer"), w("column.job"), w("column.basin"), (w("column.openings"), True)]
    if not case.masked:
        columns += [(w("column.filled"), True), (w("column.empty"), True)]
    rows = []
    for (employer, job, basin, pool), capacity in hiring.capacities.items():
        code = pool or job
        lot = first[employer, code, basin]
        label = hiring.pool_labels.get(pool, pool) if pool else lot.label or job
        row = [Cell(employer), Cell(label, note=code), Cell(lot.basin_label), Cell(w.figure(capacity), capacity)]
        if not case.masked:
            left = empty.get((employer, code, basin), 0)
            row += [Cell(w.figure(capacity - left), capacity - left), Cell(w.figure(left), left)]
        rows.append(tuple(row))
    rows.sort(key=lambda row: -(row[3].value or 0))
    return _grid(case, "hiring", columns, rows)


def flows_grid(case: Case, explained: frozenset[str]) -> Grid:
    """Who could go where; each flow leads to its move where that is explained."""
    w = case.words
    columns: Columns = [w("column.from"), w("column.to"), (w("column.people"), True), w("column.level")]
    columns += [(w("column.chance"), True), (w("column.hours_each"), True), (w("column.km"), True)]
    return _grid(case, "flows", columns, [_flow(case, f, explained) for f in case.found["results"]])


def _flow(case: Case, flow: Mapping[str, Any], explained: frozenset[str]) -> tuple[Cell, ...]:
    w = case.words
    origin, target = flow["origin"] or {}, flow["target"] or {}
    same, move = bool(flow.get("same_job")), flow.get("move")
    key = move_key(origin.get("code") or "", target.get("code") or "")
    level = "same" if same else move["level"] if move else None
    hours = flow["hours_per_person"]
    people = flow["people"]
    note = w("hours.assumed") if flow.get("hours_assumed") else w.range(hours["low"], hours["high"])
    return (
        Cell(flow["fragile_employer"], note=_place(origin, flow["from_basin"])),
        Cell(flow["hiring_employer"], note=_place(target, flow["to_basin"]), link=key if key in explained else ""),
        Cell(w("masked"), None) if people is None else Cell(w.figure(people), people),
        Cell(level_word(case, level), level=level or "unknown"),
        Cell(w("none") if same else w.share(flow.get("probability")), 1.0 if same else flow.get("probability")),
        Cell(w.figure(hours["expected"]), hours["expected"], note),
        Cell(w.figure(flow.get("km")), flow.get("km")),
    )


def _place(job: Mapping[str, Any], basin: str | None) -> str:
    named = " ".join(filter(None, (job.get("label"), f"({job['code']})" if job.get("code") else "")))
    return ", ".join(filter(None, (named, basin)))


def uncovered_grid(case: Case) -> Grid:
    """People without a solution, and why."""
    w = case.words
    columns: Columns = [w("column.employer"), w("column.job"), w("column.basin"), (w("column.headcount"), True)]
    columns += [(w("column.left"), True), w("column.why")]
    rows = [
        (*_who(u), _head(case, u["headcount"]), _count(case, u["people"]), Cell(w.set(_why(u))))
        for u in case.found["uncovered"]
    ]
    return _grid(case, "uncovered", columns, rows)


def _why(row: Mapping[str, Any]) -> str:
    """Why, without the employer and the job that the row has said already."""
    text = str(row.get("sentence") or "–")
    job = row["job"] or {}
    rest = text.removeprefix(f"{row['employer']}, {job.get('label') or job.get('code')}").lstrip(" :\u00a0")
    return rest[:1].upper() + rest[1:]


def unfilled_grid(case: Case) -> Grid:
    """Openings that stay empty, the largest first, and what would fill them."""
    w = case.words
    columns: Columns = [w("column.employer"), w("column.job"), w("column.basin"), (w("column.openings"), True)]
    columns += [(w("column.empty"), True), w("column.fill")]
    found = sorted(case.found["unfilled"], key=lambda u: -(u["people"] or 0))
    rows = [
        (*_who(u), _count(case, u["openings"]), _count(case, u["people"]), Cell(w.set(u.get("sentence") or "–")))
        for u in found
    ]
    return _grid(case, "unfilled", columns, rows)


def _who(row: Mapping[str, Any]) -> tuple[Cell, Cell, Cell]:
    job = row["job"] or {}
    label = Cell(job.get("label") or job.get("code") or "–", note=job.get("code") or "")
    return Cell(row["employer"]), label, Cell(row["basin"] or "–")


def _count(case: Case, people: int | None) -> Cell:
    return Cell(case.words("masked"), None) if people is None else Cell(case.words.figure(people), people)


def changes_list(case: Case) -> tuple[str, ...]:
    """What each bound moved would change, one sentence each."""
    return tuple(case.words.set(c["sentence"]) for c in case.found["changes"])


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
    for stage in case.found["bounds"]["objectives"]:
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
