"""
What a report says, once, as a document: two pages to read first, then annexes.

A page and an office document are made from it (`page`, `passerelles.views.word`).
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from passerelles.errors import MissingExtraError
from passerelles.extensions import extensions
from passerelles.language.say import number, percent
from passerelles.report.dossier import tables
from passerelles.report.dossier.case import Case
from passerelles.report.dossier.moves import (
    Origin,
    explained_origins,
    origin_blocks,
    payers_said,
    same_payers,
    staged_paths,
)
from passerelles.views.document import Block, Bullets, Code, Document, Figures, Grid, Heading, Part, Picture, Text

if TYPE_CHECKING:
    from collections.abc import Callable


def can_draw() -> bool:
    """Whether the drawing library is installed."""
    try:
        import_module("passerelles.charts.drawing")  # an extra: it says how to install it where it is not
    except MissingExtraError:
        return False
    return True


def picture_of_flows(case: Case) -> Picture | None:
    """Return the flows as a picture; None where figures are withheld, nobody moves, or no picture is asked for."""
    w = case.words
    if not case.request.pictures or case.masked or not case.allocation.flows or not can_draw():
        return None
    charts = import_module("passerelles.charts")
    svg = str(charts.to_svg(charts.territory_sankey(case.allocation, lang=w.lang), prefix="flows-"))
    return Picture(svg, w("section.flows"), w("picture.flows"))


WEAK: Final = 0.05  # a move that fewer than one expert in twenty would list is to be discussed first
_PEOPLE, _ACTIONS, _ASIDE = 10, 8, 3  # rows that two printed pages hold
_BASINS: Final = 4  # what a title holds
_FIGURES: Final = ("headcount", "openings", "placed", "to_confirm", "uncovered", "unfilled")


def territory_document(case: Case, origins: tuple[Origin, ...] | None = None) -> Document:
    """
    Return the report of a territory.

    Parameters
    ----------
    case
        The allocation, where its data come from, and what was asked for.
    origins
        The explained moves; all those of the case where None.

    Returns
    -------
    document
        Two pages that say what, who, where, what it takes, what is to be confirmed, what was set aside; then annexes.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> from passerelles.report.dossier.case import Case, Request
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A", "job": "H2909", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> found = territory_document(Case(graph, match_territory(graph, fragile, hiring), Request(pictures=False)))
    >>> [part.key for part in found.parts if not part.annex]
    ['summary', 'fragile', 'actions']
    """
    if origins is None:
        origins = explained_origins(case)
    w = case.words
    people, todo, aside = tables.fragile_grid(case), tables.action_grid(case), tables.aside_grid(case)
    told = [Text(w("masked_actions"))] if case.masked else [Text(w("nothing.actions"))] if todo is None else []
    summary: list[Block] = [Figures(figures_of(case)), *(Text(sentence) for sentence in sentences_of(case))]
    front: list[tuple[str, list[Block]]] = [
        ("summary", summary),
        ("fragile", _first(case, "fragile", people, _PEOPLE)),
        ("actions", [*([] if todo is None else _first(case, "actions", todo, _ACTIONS)), *told]),
        ("set_aside", [] if aside is None else _first(case, "set_aside", aside, _ASIDE)),
    ]
    whole = [(people, _PEOPLE), (todo, _ACTIONS), (aside, _ASIDE)]
    cut = [grid for grid, most in whole if grid is not None and len(grid.rows) > most]
    scenarios: list[Block] = [Text(w("intro.scenarios")), tables.scenarios_grid(case)] if case.scenarios else []
    annexes: list[tuple[str, list[Block]]] = [("scenarios", scenarios), ("whole", [*cut])]
    made: list[tuple[str, Callable[[Case, tuple[Origin, ...]], list[Block]]]] = [
        ("flows", _flows), ("moves", _moves), ("paths", _paths), ("uncovered", _uncovered), ("hiring", _hiring),
        ("unfilled", _unfilled), ("sources", _sources), ("method", _method), ("reproduce", _reproduce),
    ]  # fmt: skip
    annexes += [(key, make(case, origins)) for key, make in made]
    parts = [Part(key, w(f"section.{key}"), tuple(blocks)) for key, blocks in front if blocks]
    parts += [Part(key, w(f"section.{key}"), tuple(blocks), annex=True) for key, blocks in annexes if blocks]
    parts += [part for make in extensions("report_sections").values() if (part := make(case)) is not None]
    about = [tables.dates_of(case)]
    if case.request.date:
        about.append(w("date.made", date=w.date(case.request.date)))
    return Document(
        title=title_of(case), parts=tuple(parts), kind=w("kind"), about=tuple(about), notices=_notices(case),
        footer=w("footer", version=version("passerelles")), lang=w.lang,
    )  # fmt: skip


def _first(case: Case, key: str, grid: Grid, most: int) -> list[Block]:
    return [Text(case.words(f"intro.{key}")), tables.front(case, grid, most)]


def title_of(case: Case) -> str:
    """Title asked for, else the basins of the fragile jobs."""
    if case.request.title:
        return case.words.set(case.request.title)
    basins = sorted({lot.basin_label for lot in case.allocation.fragile.lots if lot.basin_label})
    shown = ", ".join(basins[:_BASINS]) + (" …" if len(basins) > _BASINS else "")
    return case.words("title", territory=shown)


def figures_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Key figures: a number and what it counts."""
    w, totals = case.words, case.release.totals
    found = [(_known(case, totals[name]), w(f"figure.{name}")) for name in _FIGURES]
    return (*found, (_known(case, totals["hours"]["expected"]), w("figure.hours")))


def _known(case: Case, value: float | None) -> str:
    return case.words("masked") if value is None and case.masked else case.words.figure(value)


def sentences_of(case: Case) -> tuple[str, ...]:
    """Summary in plain words: what the figures do not say."""
    w, allocation = case.words, case.allocation
    if allocation.status == "infeasible":
        return (w("summary.infeasible", groups=", ".join(allocation.unmet) or w("none")),)
    if case.masked:
        totals = case.release.totals
        key = "masked" if totals["placed"] is None else "masked_total"
        shown = {k: w.figure(totals[k]) for k in ("headcount", "openings", "placed") if totals[k] is not None}
        return (w(f"summary.{key}", **shown), w("summary.decides"))
    found = [w.set(allocation.summary(w.lang))]
    if allocation.placed:
        found += _placed(case)
    tenth = case.release.last_tenth(w.lang)
    if tenth:
        found.append(w.set(tenth))
    left = allocation.fragile.people - allocation.placed - allocation.reserved
    found.append(w("summary.left", n=left) if left else w("summary.nobody_left"))
    found.append(w("summary.decides"))
    return tuple(found)


def _placed(case: Case) -> list[str]:
    w, allocation = case.words, case.allocation
    counts: dict[str, int] = {}
    weak = 0
    for flow in allocation.flows:
        level = flow.level or "unknown"
        counts[level] = counts.get(level, 0) + flow.people
        if not flow.same_job and flow.probability is not None and flow.probability < WEAK:
            weak += flow.people
    named = [
        w(f"summary.level.{level}", n=counts[level])
        for level in ("same", "proche", "accessible", "exigeante", "unknown")
        if level in counts
    ]
    found = [w("summary.levels", list=w("summary.comma").join(named))]
    if weak:
        found.append(w("summary.weak", n=weak))
    low, expected, high = (allocation.totals()["hours"][name] for name in ("low", "expected", "high"))
    if expected is not None and low is not None and high is not None and expected:
        shown = {k: w.figure(v) for k, v in (("low", low), ("high", high))}
        found.append(w("summary.hours", each=w.figure(expected / allocation.placed), **shown))
    none = sum(f.people for f in allocation.flows if not f.same_job and f.hours.expected == 0)
    if none:
        found.append(w("summary.no_hours", n=none))
    return found


def _flows(case: Case, origins: tuple[Origin, ...]) -> list[Block]:
    w, release = case.words, case.release
    explained = frozenset(e.key for o in origins for e in o.moves)
    picture = picture_of_flows(case)
    found: list[Block] = [Text(w("intro.flows"))]
    if picture is not None:
        found.append(picture)
    lists = {"flows": release.flows, "to_confirm": release.to_confirm, "stretched": release.stretched,
             "options": release.options}  # fmt: skip
    grids = [tables.flow_grid(case, key, flows, explained) for key, flows in lists.items()]
    found += [grid for grid in grids if grid is not None]
    if not release.flows:
        found.append(Text(w("nothing.flows")))
    return found


def _moves(case: Case, origins: tuple[Origin, ...]) -> list[Block]:
    w = case.words
    alike = same_payers(origins)
    found = [block for origin in origins for block in origin_blocks(case, origin, {frame.name for frame in alike})]
    if not found:
        return [Text(w("nothing.moves"))]
    payers: list[Block] = [Heading(w("move.payers")), Bullets(payers_said(case, alike))] if alike else []
    return [Text(w("intro.moves")), Text(w("intro.chance")), *payers, *found]


def _paths(case: Case, origins: tuple[Origin, ...]) -> list[Block]:
    w = case.words
    paths, pairs = staged_paths(case, origins)
    found: list[Block] = [Text(w("intro.paths" if paths else "nothing.paths", n=pairs))]
    return [*found, tables.paths_grid(case, paths), Text(w("intro.paths_assume"), muted=True)] if paths else found


def _uncovered(case: Case, _: tuple[Origin, ...]) -> list[Block]:
    w = case.words
    grid, changes = tables.uncovered_grid(case), tables.changes_list(case)
    return [
        grid if grid.rows else Text(w("nothing.uncovered")),
        Heading(w("section.changes")),
        Bullets(changes) if changes else Text(w("nothing.changes")),
    ]


def _hiring(case: Case, _: tuple[Origin, ...]) -> list[Block]:
    return [tables.hiring_grid(case)]


def _unfilled(case: Case, _: tuple[Origin, ...]) -> list[Block]:
    grid = tables.unfilled_grid(case)
    return [grid if grid.rows else Text(case.words("nothing.unfilled"))]


def _sources(case: Case, _: tuple[Origin, ...]) -> list[Block]:
    w = case.words
    read = tuple(
        w("resolved", given=r.lot.given, code=r.lot.job, label=r.lot.label or "",
          confidence=percent(r.lot.confidence, lang=w.lang))
        for r in case.release.resolved
    )  # fmt: skip
    found: list[Block] = [tables.sources_grid(case)]
    return [*found, Heading(w("section.resolved")), Bullets(read)] if read else found


def _method(case: Case, _: tuple[Origin, ...]) -> list[Block]:
    w, scorer = case.words, tables.scorer_of(case)
    effort, paths = case.graph.settings.effort, case.graph.settings.paths
    how = (
        w("method.score", name=scorer["name"], version=scorer["version"],
          fitted=scorer["fitted_on"] or w("method.not_fitted")),
        w("method.probability"),
        w("method.coverage"),
        w("method.level"),
        w("method.hours", adaptation=percent(effort.adaptation, lang=w.lang)),
        w("method.practice", months=number(paths.practice_months, lang=w.lang),
          share=percent(paths.practice_share, lang=w.lang)),
        w(f"method.{case.allocation.settings.objective}"),
    )  # fmt: skip
    limits = [w(f"limit.{name}") for name in ("decides", "success", "people", "hours", "low")]
    if scorer["off"]:
        limits.append(w("limit.off", names=", ".join(w.part(name) for name in scorer["off"])))
    if case.request.mask:
        limits.append(w("limit.masked", n=str(case.threshold)))
    return [
        Heading(w("method.how")), Bullets(how), Heading(w("method.limits")), Bullets(tuple(limits)),
        Heading(w("method.proof")), Text(w(f"method.{case.allocation.status}")), tables.objectives_grid(case),
    ]  # fmt: skip


def _reproduce(case: Case, _: tuple[Origin, ...]) -> list[Block]:
    w = case.words
    settings, command = tables.settings_grid(case), tables.command_of(case)
    found: list[Block] = [tables.choices_grid(case)]
    found.append(Text(w("reproduce.usual")) if settings is None else settings)
    found += [Heading(w("reproduce.title")), Text(w("reproduce.checksum")), Code(tables.checksum_of(case))]
    if command:
        found += [Text(w("reproduce.command")), Code(command)]
    return [*found, Text(w("reproduce.same", version=version("passerelles")), muted=True)]


def _notices(case: Case) -> tuple[str, ...]:
    w = case.words
    found = [w("notice.invented")] if case.request.invented else []
    found += [w.set(note.sentence(w.lang)) for note in case.release.notes]
    if case.request.pictures and not can_draw():
        found.append(w("notice.no_pictures"))
    return tuple(found)
