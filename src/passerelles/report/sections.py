"""
What a report says, once, as a document: two pages to read first, then annexes.

A page and an office document are made from it (`page`, `passerelles.views.document`).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from operator import attrgetter
from shlex import join
from typing import Any, Final, NamedTuple

from passerelles.codes import grouped, sum_by_key
from passerelles.installed import extension_errors, extensions, package_version
from passerelles.language.say import day_text, number, number_shown, percent, say
from passerelles.paths.legal import payer_lines
from passerelles.paths.path import Path, hours_text, months_text
from passerelles.report import moves
from passerelles.report.case import NO_LINKS, Case, Links, head_columns, page_table
from passerelles.report.envelope import files_read, scorer_dict, scorer_limits
from passerelles.report.transparency import changed_settings
from passerelles.scoring.features import part_words
from passerelles.territory.actions import Action, actions
from passerelles.territory.flows import Change, Flow, Uncovered, Unfilled, unknown_keys
from passerelles.territory.lots import Lot, Lots, Problem, pool_key
from passerelles.territory.match import Scenario
from passerelles.territory.pairs import first_lots
from passerelles.views.document import (
    Block,
    Bullets,
    Cell,
    Code,
    Document,
    Figures,
    Heading,
    PageTable,
    Part,
    Picture,
    Text,
)
from passerelles.views.spec import Column, On, Withheld

_ROWS: Final = 300  # rows of a table; a survey's openings can be thousands
_ANNEX_ROWS: Final = 25  # rows of an annex that says less than all
_DESTINATIONS: Final = 3  # openings that a line names
CellValue = str | int | Cell  # of a table whose rows are made by hand


def fragile_grid(case: Case) -> PageTable:
    """Fragile jobs: who, how many, where they could go and who is left; of a masked report, who and how many."""
    allocation = case.allocation
    certain, doubted = allocation.flows, allocation.to_confirm
    placed, to_confirm = (sum_by_key((flow.fragile.key, flow.people) for flow in flows) for flows in (certain, doubted))
    going = grouped((flow.fragile.key, flow) for flow in (*certain, *doubted))
    columns = "employer job headcount#" + ("" if case.masked else " placed# to_confirm# left# towards")
    rows, hidden = [], case.release.hidden
    # Its place among the others would tell of a hidden headcount.
    for lot in sorted(allocation.fragile.lots, key=lambda lot: 0 if lot.key in hidden else -lot.people):
        row: list[CellValue] = [Cell(lot.employer, note=lot.town), _job(lot)]
        row.append(case.words("masked") if lot.key in hidden else lot.people)
        if not case.masked:
            done, doubtful = placed[lot.key], to_confirm[lot.key]
            row += (done, doubtful, lot.people - done - doubtful, _destinations_text(case, going.get(lot.key, ())))
        rows.append(row)
    return _grid(case, "fragile", columns, rows)


def _job(lot: Lot) -> Cell:
    """Return the employer's own words, with the fiche below where that says something else."""
    return Cell(lot.fiche) if lot.named == lot.fiche else Cell(lot.given, note=lot.fiche)


def _destinations_text(case: Case, flows: Sequence[Flow]) -> str:
    ends = sum_by_key(((flow.hiring.employer, flow.hiring.wording, flow.hiring.job), flow.people) for flow in flows)
    w, most_first = case.words, sorted(ends.items(), key=lambda item: (-item[1], item[0]))
    texts = [w("towards", n=w.figure(n), employer=employer, job=job) for (employer, job, _), n in most_first]
    return w("fact.and").join(w.first(texts, _DESTINATIONS)) or w("none")


def hiring_grid(case: Case) -> PageTable:
    """
    Openings: who, how many, filled and empty; openings that jobs of a family share are one row.

    Openings are no people: their number is never withheld, only how many are filled.
    """
    allocation, hiring = case.allocation, case.allocation.hiring
    empty = {pool_key(u.lot): u.empty for u in allocation.unfilled}
    reserved = sum_by_key((pool_key(flow.hiring), flow.people) for flow in allocation.to_confirm)
    columns = "employer job place openings#" + ("" if case.masked else " filled# reserved# empty#")
    rows = []
    for lot in sorted(first_lots(hiring), key=lambda lot: -hiring.capacities[pool_key(lot)]):
        key = pool_key(lot)
        capacity = hiring.capacities[key]
        named = Cell(hiring.pool_labels.get(lot.pool, lot.pool), note=lot.pool) if lot.pool else _job(lot)
        row: list[CellValue] = [lot.employer, named, lot.town, capacity]
        if not case.masked:
            unfilled, to_confirm = empty.get(key, 0), reserved[key]
            row += (capacity - unfilled - to_confirm, to_confirm, unfilled)
        rows.append(row)
    return _grid(case, "hiring", columns, rows)


def flow_grid(case: Case, key: str, flows: Sequence[Flow | Withheld], explained: frozenset[str]) -> PageTable | None:
    """Who could go where; each flow leads to its move where that is explained. None where there are no flows."""

    def link(flow: Flow | Withheld) -> str:
        name = "" if isinstance(flow, Withheld) else moves.move_key(flow.fragile.job, flow.hiring.job)
        return name if name in explained else ""

    hidden = {"kind", *unknown_keys(flows, case.words.lang)} | (set() if key == "to_confirm" else {"unknown"})
    return _declared_grid(case, key, [c for c in Flow.spec.columns if c.key not in hidden], flows, {"to": link})


def _declared_grid(
    case: Case, key: str, columns: Sequence[Column], items: Sequence[Any], links: Links = NO_LINKS, *, most: int = _ROWS
) -> PageTable | None:
    """Return the table that a result declares for pages; None where it has no rows, or all of them are withheld."""
    if not items:
        return None
    visible = [column for column in columns if On.PAGE in column.on]
    return page_table(case.words, key, visible, items[:most], links)._replace(more=_more_text(case, len(items), most))


def _more_text(case: Case, rows: int, most: int) -> str:
    return case.words("more_rows", n=rows - most) if rows > most else ""


def paths_grid(case: Case, paths: tuple[Path, ...]) -> PageTable:
    """Paths of several steps, against the direct move."""
    w = case.words
    rows: list[list[CellValue]] = [
        [
            path.origin.named or "",
            " → ".join(s.target.name or "" for s in path.steps),
            Cell(w.typeset(hours_text(path.known_hours, w.lang)), path.known_hours.expected),
            Cell(w("hours.count", hours=w.figure(path.direct_hours)), path.direct_hours),
            Cell(months_text(path.months, w.lang), path.months.expected),
            say(f"paths.status.{path.status}", lang=w.lang),
        ]
        for path in paths
    ]
    return _grid(case, "paths", "from through hours# direct# months# state", rows, most=_ANNEX_ROWS)


def objectives_grid(case: Case) -> PageTable:
    """What is reached and what is proven, objective by objective."""
    rows = [
        (case.words(f"objective.{stage['name']}"), *(_figure(case, stage[k]) for k in ("value", "bound", "gap")))
        for stage in case.release.bounds["objectives"]
    ]
    return _grid(case, "objectives", "objective reached# bound# gap#", rows, plain=True)


def _figure(case: Case, value: float | None) -> CellValue:
    if value is None:
        return case.words("masked" if case.masked else "unknown")
    return Cell(number_shown(value, lang=case.words.lang), value)


def _grid(
    case: Case, key: str, columns: str, rows: Sequence[Sequence[CellValue]], *, most: int = _ROWS, **look: bool
) -> PageTable:
    """Return a table of rows made by hand; `columns` as `head_columns` takes them, `look` as a `PageTable` does."""

    def cell(item: CellValue) -> Cell:
        return item if isinstance(item, Cell) else Cell(item) if isinstance(item, str) else Cell(w.figure(item), item)

    w = case.words
    cells = tuple(tuple(map(cell, row)) for row in rows[:most])
    return PageTable(
        key, w(f"caption.{key}"), head_columns(w, columns), cells, _more_text(case, len(rows), most), **look
    )


class Source(NamedTuple):
    """Something that was read."""

    name: str
    content: str
    date: str
    licence: str
    sha256: str


def sources_of(case: Case) -> Iterator[Source]:
    """Yield everything that was read: tables, referential, market, geography, certifications."""
    w = case.words
    for side in _sides(case):
        if side.sha256 or not side.source:
            name = side.file or w("source.memory")
            licence = w("source.invented" if case.request.invented else "source.own")
            checksum = w("masked") if case.masked else side.sha256  # one would confirm a headcount that was guessed
            yield Source(name, w(f"source.{side.side}"), "", licence, checksum)
    about = case.graph.referential.provenance
    name = f"{case.graph.referential.name} {case.graph.referential.version}"
    content = w("source.referential", source=about.source)
    if about.overlays:
        content += " " + w("source.overlays", names=", ".join(about.overlays))
    yield Source(name, content, about.date, about.licence, about.sha256)
    yield from (Source(f"{o.name} {o.version}", o.source or o.title, o.date, o.licence, "") for o in about.laid)
    files = files_read(case.market, case.places, case.certifications)
    used = (f for f in files if f.kind not in case.unused)
    yield from sorted({Source(f.record.name, f.source or f.kind, f.year, f.licence, f.record.sha256) for f in used})


def sources_grid(case: Case) -> PageTable:
    """Sources with dates and licences."""
    w = case.words
    rows = [
        (s.name, w.typeset(s.content), day_text(s.date, w.lang) or w("source.no_date"),
         w.typeset(s.licence) or w("source.no_licence"), s.sha256 or w("unknown"))
        for s in sources_of(case)
    ]  # fmt: skip
    return _grid(case, "sources", "file content date licence sha256", rows, code=True)


def dates_of(case: Case) -> str:
    """Dates of the data, for the head of the page."""
    w = case.words
    about = case.graph.referential.provenance
    dates = [w("date.referential", name=f"{case.graph.referential.name.upper()} {case.graph.referential.version}",
               date=day_text(about.date, w.lang) or w("source.no_date"))]  # fmt: skip
    years = [b.year for b in case.market.bmo if b.is_read] if case.market else []
    if years:
        dates.append(w("date.market", years=", ".join(years)))
    return w("date.comma").join(dates)


def choices_grid(case: Case) -> PageTable:
    """What was chosen for this analysis, the bounds and the order of objectives, none included."""
    w, bounds, settings = case.words, case.allocation.bounds, case.allocation.settings
    radius = None if bounds.radius_km is None else w("choice.km", km=w.figure(bounds.radius_km))
    if radius is not None and not case.allocation.radius_applied:
        radius = w("choice.not_applied", radius=radius)
    budget = case.allocation.budget_hours
    least = None if bounds.min_probability is None else w.share(bounds.min_probability)
    rows = [
        (w("choice.radius"), radius),
        (w("choice.frame"), bounds.frame),
        (w("choice.budget"), None if budget is None else w("hours.count", hours=w.figure(budget))),
        *([(w("choice.probability"), least)] if least or scorer_dict(case.graph)["calibrated"] else []),
        (w("choice.max_hours"), None if bounds.max_hours is None else w.figure(bounds.max_hours)),
        (w("choice.floor"), w.share(settings.floor) if settings.floor else None),
        (w("choice.objective"), w(f"choice.{settings.objective}")),
        (w("choice.limit"), w.figure(case.request.limit)),
        (w("choice.mask"), w("choice.masked", n=str(case.threshold)) if case.request.mask else None),
    ]
    choices = [(name, value or w("choice.none")) for name, value in rows]
    return _grid(case, "choices", "choice value_text", choices, plain=True)


def settings_grid(case: Case) -> PageTable | None:
    """Settings that are not the package's own, by name; None where all of them are."""
    changed = sorted(changed_settings(case.settings), key=attrgetter("name"))
    rows = [(setting.name, json.dumps(setting.value, ensure_ascii=False)) for setting in changed]
    return _grid(case, "settings", "setting value_text", rows, plain=True, code=True) if rows else None


def report_checksum(case: Case) -> str:
    """
    SHA-256 of everything that the figures depend on: inputs, settings, bounds, options, versions; not tables if masked.

    Canonical JSON (sorted keys, no space), so that anybody can work it out again.
    """
    scorer = scorer_dict(case.graph)
    about = {
        "inputs": sorted((s.name, s.sha256) for s in sources_of(case)),
        "lots": [[(*lot.key, lot.people) for lot in lots.lots] for lots in (() if case.masked else _sides(case))],
        "settings": case.settings.model_dump(mode="json"),
        "bounds": asdict(case.allocation.bounds),
        "options": dict(case.options) | {"limit": case.request.limit, "mask": case.request.mask},
        "versions": {
            "passerelles": package_version(),
            "scorer": f"{scorer['name']} {scorer['version']}",
            "referential": f"{case.graph.referential.name} {case.graph.referential.version}",
        },
    }
    text = json.dumps(about, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sides(case: Case) -> tuple[Lots, Lots]:
    return case.allocation.fragile, case.allocation.hiring


def can_draw() -> bool:
    """Whether the drawing library is installed."""
    return find_spec("matplotlib") is not None


def picture_of_flows(case: Case) -> Picture | None:
    """Return the flows as a picture; None where figures are withheld, nobody moves, or no picture is asked for."""
    w = case.words
    if not case.request.pictures or case.masked or not case.allocation.flows or not can_draw():
        return None
    from passerelles.charts.drawing import to_svg  # noqa: PLC0415 - an extra
    from passerelles.charts.territory import territory_sankey  # noqa: PLC0415 - as above

    svg = to_svg(territory_sankey(case.allocation, lang=w.lang), prefix="flows-")
    return Picture(svg, w("section.flows"), w("picture.flows"))


WEAK: Final = 0.05  # a move that fewer than one expert in twenty would list is to be discussed first
_PEOPLE, _ACTIONS, _ASIDE = 10, 8, 3  # rows that two printed pages hold
_BASINS: Final = 4  # what a title holds
_FIGURES: Final = ("headcount", "openings", "placed", "to_confirm", "uncovered", "unfilled")


def territory_document(case: Case) -> Document:
    """
    Return the report of a territory.

    Parameters
    ----------
    case
        The allocation, where its data come from, and what was asked for.

    Returns
    -------
    document
        Two pages that say what, who, where, what it takes, what is to be confirmed, what was set aside; then annexes.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> from passerelles.report.case import Case, Request
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A", "job": "H2909", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> document = territory_document(Case(graph, match_territory(graph, fragile, hiring), Request(pictures=False)))
    >>> [part.key for part in document.parts if not part.annex]
    ['summary', 'fragile', 'actions']
    """
    origins = moves.explained_origins(case)
    w, people = case.words, fragile_grid(case)
    todo = _declared_grid(case, "actions", Action.spec.columns, actions(case.release, w.lang))
    aside = _declared_grid(case, "set_aside", Problem.spec.columns, case.release.set_aside)
    why = [Text(w("masked_actions"))] if case.masked else [Text(w("nothing.actions"))] if todo is None else []
    front: dict[str, list[Block]] = {
        "summary": [Figures(figures_of(case)), *map(Text, sentences_of(case))],
        "fragile": _first_rows(case, "fragile_masked" if case.masked else "fragile", people, _PEOPLE),
        "actions": [*_first_rows(case, "actions", todo, _ACTIONS), *why],
        "set_aside": _first_rows(case, "set_aside", aside, _ASIDE),
    }
    tables = [(people, _PEOPLE), (todo, _ACTIONS), (aside, _ASIDE)]
    side_by_side = _declared_grid(case, "scenarios", Scenario.spec.columns, case.scenarios)
    annexes: dict[str, list[Block]] = {
        "scenarios": [] if side_by_side is None else [Text(w("intro.scenarios")), side_by_side],
        "whole": [grid for grid, most in tables if grid is not None and len(grid.rows) > most],
        "flows": _flows(case, origins), "moves": _moves(case, origins), "paths": _paths(case, origins),
        "uncovered": _uncovered(case), "hiring": [hiring_grid(case)], "unfilled": _unfilled(case),
        "sources": _sources(case), "method": _method(case), "reproduce": _reproduce(case),
    }  # fmt: skip
    sections = {key: tuple(blocks) for key, blocks in (front | annexes).items() if blocks}
    parts = [Part(key, w(f"section.{key}"), blocks, annex=key not in front) for key, blocks in sections.items()]
    for name, make in extensions("report_sections").items():
        with extension_errors("report_sections", name):
            part = make(case)
            parts += [] if part is None else [Part(part.key, part.title, part.blocks, part.annex)]  # whole, or named
    about = [dates_of(case)]
    if case.request.date:
        about.append(w("date.made", date=day_text(case.request.date, w.lang)))
    return Document(
        title=title_of(case), parts=tuple(parts), kind=w("kind"), about=tuple(about), notices=_notices(case),
        footer=w("footer", version=package_version()), lang=w.lang,
    )  # fmt: skip


def _first_rows(case: Case, key: str, grid: PageTable | None, most: int) -> list[Block]:
    """Return the first rows of a table, for the first pages, with where the others are; the table if it is short."""
    if grid is None:
        return []
    if len(grid.rows) > most:
        more = case.words("more_in_annex", n=len(grid.rows) - most)
        key_of, caption = f"{grid.key}-first", case.words("first_rows", caption=grid.caption)
        grid = grid._replace(key=key_of, caption=caption, rows=grid.rows[:most], more=more, plain=True)
    return [Text(case.words(f"intro.{key}")), grid]


def title_of(case: Case) -> str:
    """Title asked for, else the basins of the fragile jobs."""
    if case.request.title:
        return case.words.typeset(case.request.title)
    basins = sorted({lot.basin_label for lot in case.allocation.fragile.lots if lot.basin_label})
    names = ", ".join(basins[:_BASINS]) + (" …" if len(basins) > _BASINS else "")
    return case.words("title", territory=names)


def figures_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Key figures: a number and what it counts."""
    w, totals = case.words, case.release.totals
    figures = [(_total_text(case, totals[name]), w(f"figure.{name}")) for name in _FIGURES]
    return (*figures, (_total_text(case, totals["hours"]["expected"]), w("figure.hours")))


def _total_text(case: Case, value: float | None) -> str:
    return case.words("masked") if value is None and case.masked else case.words.figure(value)


def sentences_of(case: Case) -> tuple[str, ...]:
    """Summary in plain words: what the figures do not say."""
    w, allocation = case.words, case.allocation
    if allocation.status == "infeasible":
        return (w("summary.infeasible", groups=", ".join(allocation.unmet) or w("none")),)
    if case.masked:
        totals = case.release.totals
        key = "masked" if totals["placed"] is None else "masked_total"
        figures = {k: _total_text(case, totals[k]) for k in ("headcount", "openings", "placed")}
        return (w(f"summary.{key}", **figures), w("summary.decides"))
    sentences = [w.typeset(allocation.summary(w.lang))]
    if allocation.placed:
        sentences += _placement_sentences(case)
    if tenth := case.release.last_tenth(w.lang):
        sentences.append(w.typeset(tenth))
    uncovered = allocation.fragile.people - allocation.placed - allocation.reserved
    left = w("summary.left", n=uncovered) if uncovered else w("summary.nobody_left")
    return (*sentences, left, w("summary.decides"))


def _placement_sentences(case: Case) -> Iterator[str]:
    w, allocation = case.words, case.allocation
    counts = sum_by_key((flow.level or "unknown", flow.people) for flow in allocation.flows)
    moved = [flow for flow in allocation.flows if not flow.same_job]
    weak = sum(f.people for f in moved if f.probability is not None and f.probability < WEAK)
    levels = ("same", "proche", "accessible", "exigeante", "unknown")
    named = [w(f"summary.level.{level}", n=counts[level]) for level in levels if level in counts]
    yield w("summary.levels", list=w("summary.comma").join(named))
    if weak:
        yield w("summary.weak", n=weak)
    low, expected, high = (allocation.totals()["hours"][name] for name in ("low", "expected", "high"))
    if expected is not None and low is not None and high is not None and expected:
        ends = {k: w.figure(v) for k, v in (("low", low), ("high", high))}
        yield w("summary.hours", each=w.figure(expected / allocation.placed), **ends)
    if without_training := sum(f.people for f in moved if f.hours.expected == 0):
        yield w("summary.no_hours", n=without_training)


def _flows(case: Case, origins: tuple[moves.Origin, ...]) -> list[Block]:
    w, release = case.words, case.release
    explained = frozenset(e.key for o in origins for e in o.moves)
    lists = {"flows": release.flows, "to_confirm": release.to_confirm, "stretched": release.stretched,
             "options": release.options}  # fmt: skip
    grids = (flow_grid(case, key, flows, explained) for key, flows in lists.items())
    nothing = None if release.flows else _nothing(case, "flows")
    return [block for block in (Text(w("intro.flows")), picture_of_flows(case), *grids, nothing) if block is not None]


def _nothing(case: Case, name: str) -> Text:
    """Say that there is nothing, or that nobody is told whether there is: what is withheld whole leaves no line."""
    withheld = case.release.totals["uncovered"] is None
    return Text(case.words("masked_nothing" if withheld else f"nothing.{name}"))


def _moves(case: Case, origins: tuple[moves.Origin, ...]) -> list[Block]:
    w = case.words
    frames = moves.same_payers(origins)
    frame_names = {frame.name for frame in frames}
    blocks = [block for origin in origins for block in moves.origin_blocks(case, origin, frame_names)]
    if not blocks:
        return [Text(w("nothing.moves"))]
    lines = [*moves.frame_conditions(case, frames), *payer_lines(frames, w.lang)]
    chance = [Text(w("intro.chance"))] if scorer_dict(case.graph)["calibrated"] else []
    payers: list[Block] = [Heading(w("move.payers")), Bullets(tuple(map(w.typeset, lines)))] if frames else []
    return [Text(w("intro.moves_masked" if case.masked else "intro.moves")), *chance, *payers, *blocks]


def _paths(case: Case, origins: tuple[moves.Origin, ...]) -> list[Block]:
    w = case.words
    paths, pairs = moves.staged_paths(case, origins)
    blocks: list[Block] = [Text(w("intro.paths" if paths else "nothing.paths", n=pairs))]
    return [*blocks, paths_grid(case, paths), Text(w("intro.paths_assume"), muted=True)] if paths else blocks


def _uncovered(case: Case) -> list[Block]:
    """People without a solution and why; and what each bound moved would change, one sentence each."""
    w, (sentence,) = case.words, Change.spec.pick("sentence")
    changes = tuple(w.typeset(str(sentence.cell(change, w.lang))) for change in case.release.changes)
    return [
        _declared_grid(case, "uncovered", Uncovered.spec.columns, case.release.uncovered)
        or _nothing(case, "uncovered"),
        Heading(w("section.changes")),
        Bullets(changes) if changes else _nothing(case, "changes"),
    ]


def _unfilled(case: Case) -> list[Block]:
    """Openings that stay empty, the largest first, and what would fill them."""
    grid = _declared_grid(case, "unfilled", Unfilled.spec.columns, case.release.largest_unfilled(), most=_ANNEX_ROWS)
    return [grid or _nothing(case, "unfilled")]


def _sources(case: Case) -> list[Block]:
    w = case.words
    blocks: list[Block] = [sources_grid(case)]
    for title, readings in case.release.readings():
        bullets = tuple(
            w("resolved", given=r.lot.given, code=r.lot.job, label=r.lot.label or "",
              confidence=percent(r.lot.confidence, lang=w.lang))
            for r in readings
        )  # fmt: skip
        blocks += [Heading(w(f"section.{title}")), Bullets(bullets)]
    return blocks


def _method(case: Case) -> list[Block]:
    w, scorer = case.words, scorer_dict(case.graph)
    effort, paths = case.graph.settings.effort, case.graph.settings.paths
    how = (
        w("method.score", name=scorer["name"], version=scorer["version"],
          fitted=scorer["fitted_on"] or w("method.not_fitted")),
        *([w("method.probability")] if scorer["calibrated"] else scorer_limits({**scorer, "off": ()}, lang=w.lang)),
        w("method.coverage"),
        *([w("method.level")] if scorer["calibrated"] else []),
        w("method.hours", adaptation=percent(effort.adaptation, lang=w.lang)),
        w("method.practice", months=number(paths.practice_months, lang=w.lang),
          share=percent(paths.practice_share, lang=w.lang)),
        w(f"method.{case.allocation.settings.objective}"),
    )  # fmt: skip
    named = ("decides", "success", "people", "hours", "low") if scorer["calibrated"] else ("decides", "people", "hours")
    limits = [w(f"limit.{name}") for name in named]
    if scorer["off"]:
        limits.append(w("limit.off", names=", ".join(part_words(name, "label", w.lang) for name in scorer["off"])))
    if case.request.mask:
        limits.append(w("limit.masked", n=str(case.threshold)))
    return [
        Heading(w("method.how")), Bullets(how), Heading(w("method.limits")), Bullets(tuple(limits)),
        Heading(w("method.proof")), Text(w(f"method.{case.allocation.status}")), objectives_grid(case),
    ]  # fmt: skip


def _reproduce(case: Case) -> list[Block]:
    w = case.words
    settings, command = settings_grid(case), case.request.command
    blocks: list[Block] = [choices_grid(case), settings or Text(w("reproduce.usual"))]
    blocks += [Heading(w("reproduce.title")), Text(w("reproduce.checksum")), Code(report_checksum(case))]
    if command:
        blocks += [Text(w("reproduce.command")), Code(join(("passerelles", "report", *command)))]
    return [*blocks, Text(w("reproduce.same", version=package_version()), muted=True)]


def _notices(case: Case) -> tuple[str, ...]:
    w = case.words
    notices = [w("notice.invented")] if case.request.invented else []
    notices += [w.typeset(note.sentence(w.lang)) for note in case.release.notes]
    if case.request.pictures and not can_draw():
        notices.append(w("notice.no_pictures"))
    return tuple(notices)
