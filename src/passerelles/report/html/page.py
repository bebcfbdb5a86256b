"""`territory_page`: an allocation as one HTML file that opens offline; escaped, deterministic, readable by everyone."""

import base64
import hashlib
import math
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final, NamedTuple

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from passerelles.language.say import number, percent
from passerelles.paths.path import Path, hours_text, months_text, path_sentences
from passerelles.report.html import sources, tables
from passerelles.report.html.case import Case
from passerelles.report.html.explained import (
    Explained,
    MoveView,
    Origin,
    explained_origins,
    frame_sentences,
    moves_grid,
    shortened,
    staged_paths,
)
from passerelles.report.html.explained import view_of as move_view
from passerelles.report.html.pictures import NO_PICTURES, Pictures, pictures_of

WEAK: Final = 0.05  # a move that fewer than one expert in twenty would list is to be discussed first


def title_of(case: Case) -> str:
    """Title asked for, else the basins of the fragile jobs."""
    if case.request.title:
        return case.words.set(case.request.title)
    basins = sorted({lot.basin_label for lot in case.allocation.fragile.lots if lot.basin_label})
    shown = ", ".join(basins[:4]) + (" …" if len(basins) > 4 else "")  # noqa: PLR2004 - what a title holds
    return case.words("title", territory=shown)


def figures_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Key figures: a number and what it counts."""
    w, totals = case.words, case.release.totals
    hours = totals["hours"]["expected"]
    found = [
        (w.figure(totals["headcount"]), w("figure.headcount")),
        (w.figure(totals["openings"]), w("figure.openings")),
        (_known(case, totals["placed"]), w("figure.placed")),
        (_known(case, totals["to_confirm"]), w("figure.to_confirm")),
        (_known(case, totals["uncovered"]), w("figure.uncovered")),
        (_known(case, totals["unfilled"]), w("figure.unfilled")),
        (_known(case, hours), w("figure.hours")),
    ]
    return tuple(found)


def _known(case: Case, value: float | None) -> str:
    return case.words("masked") if value is None and case.masked else case.words.figure(value)


def sentences_of(case: Case) -> tuple[str, ...]:
    """Summary in plain words."""
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
    left = allocation.fragile.people - allocation.placed - allocation.reserved
    if left:
        found.append(w("summary.left", n=left))
    else:
        found.append(w("summary.nobody_left"))
    found.append(w("summary.decides"))
    return tuple(found)


def _placed(case: Case) -> list[str]:
    w, allocation = case.words, case.allocation
    counts: dict[str, int] = {}
    weak = 0
    for flow in allocation.flows:
        level = "same" if flow.same_job else flow.level or "unknown"
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
    total = allocation.totals()
    low, expected, high = (total["hours"][name] for name in ("low", "expected", "high"))
    if expected is not None and low is not None and high is not None and expected:
        shown = {k: w.figure(v) for k, v in (("low", low), ("high", high))}
        found.append(w("summary.hours", each=w.figure(expected / allocation.placed), **shown))
    none = sum(f.people for f in allocation.flows if not f.same_job and f.hours.expected == 0)
    if none:
        found.append(w("summary.no_hours", n=none))
    return found


SECTIONS: Final = (
    "summary", "fragile", "hiring", "flows", "moves", "paths", "uncovered", "unfilled", "sources", "method",
    "reproduce",
)  # fmt: skip


MOST_BYTES: Final = 2_900_000  # what people send one another without a thought
_SPARE: Final = 1.15  # moves are not of one size


class OriginView(NamedTuple):
    """A fragile job and its moves, as the page shows them."""

    code: str
    label: str
    employers: str
    ranked: int
    views: tuple[MoveView, ...]

    @property
    def aside(self) -> int:
        """How many moves are not printed unless they are asked for."""
        return sum(not view.main for view in self.views)


class PathView(NamedTuple):
    """A path as the page shows it."""

    key: str
    title: str
    summary: tuple[str, ...]
    sentences: tuple[str, ...]
    frames: tuple[str, ...]
    picture: str = ""


def territory_page(case: Case) -> str:
    """
    Return the report of a territory as one HTML page.

    Parameters
    ----------
    case
        The allocation, where its data come from, and what was asked for.

    Returns
    -------
    page
        HTML that asks for nothing outside itself, under 3 MB: of a large territory, the moves that matter less are
        left unexplained. The same case gives the same text; no time of day is in it. With pictures, the same version
        of the drawing library is needed too.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> from passerelles.report.html.case import Case, Request
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A & B", "job": "H2909", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "C", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> page = territory_page(Case(graph, match_territory(graph, fragile, hiring), Request(pictures=False)))
    >>> page.startswith("<!DOCTYPE html>"), "A &amp; B" in page
    (True, True)
    """
    drawn: dict[str, str] = {}
    origins = explained_origins(case)
    found = _render(case, origins, drawn)
    over = len(found.encode()) - MOST_BYTES
    start = found.find('<div class="explanations">')
    if over <= 0 or start < 0:
        return found
    # Moves are explained in the order that matters; as many as the page can hold are kept, and each job says so.
    explained = found[start : found.index('<section id="paths"')]
    count = explained.count('<details id="move-')
    each = len(explained.encode()) / max(count, 1)
    return _render(case, shortened(origins, max(0, count - math.ceil(over / each * _SPARE))), drawn)


def _render(case: Case, origins: tuple[Origin, ...], drawn: dict[str, str]) -> str:
    environment = _environment()
    style, script = _text("style.css"), _text("tables.js")
    found: str = environment.get_template("page.html").render(
        w=case.words,
        page=_content(case, origins, drawn),
        # Nothing here comes from data: both files are the package's own, and the pictures escape their labels.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=_policy(script),
        version=version("passerelles"),
    )
    return found.lstrip() + "\n"


@cache
def _environment() -> Environment:
    templates = {name: _text(name) for name in ("page.html", "parts.html")}
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=DictLoader(templates)
    )


def _text(name: str) -> str:
    return (files("passerelles.report.html") / "templates" / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Forbid everything from outside, and every script but the page's own; pictures carry their styles inline."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _content(case: Case, origins: tuple[Origin, ...], drawn: dict[str, str]) -> dict[str, Any]:
    pictures = pictures_of(case, drawn) if case.request.pictures else NO_PICTURES
    paths, pairs = staged_paths(case, origins)
    w = case.words
    return {
        "title": title_of(case),
        "dates": sources.dates_of(case),
        "date": w("date.made", date=w.date(case.request.date)) if case.request.date else "",
        "notices": _notices(case, pictures),
        "sections": SECTIONS,
        "figures": figures_of(case),
        "summary": sentences_of(case),
        "fragile": tables.fragile_grid(case),
        "hiring": tables.hiring_grid(case),
        "sankey": _markup(pictures.flows(case)),
        "flows": tables.flows_grid(case, tables.explained_keys(origins)),
        "to_confirm": tables.to_confirm_grid(case),
        "moves": moves_grid(case, origins),
        "origins": tuple(_origin(case, o, pictures) for o in origins if o.moves),
        "paths": tables.paths_grid(case, paths),
        "paths_intro": w("intro.paths" if paths else "nothing.paths", n=pairs),
        "path_views": tuple(_path(case, p, pictures) for p in paths),
        "uncovered": tables.uncovered_grid(case),
        "changes": tables.changes_list(case),
        "unfilled": tables.unfilled_grid(case),
        "objectives": tables.objectives_grid(case),
        "proof": w("method.optimal" if case.allocation.status == "optimal" else f"method.{case.allocation.status}"),
        "resolved": _resolved(case),
        "method": _method(case),
        "limits": _limits(case),
        "sources": sources.sources_grid(case),
        "choices": sources.choices_grid(case),
        "settings": sources.settings_grid(case),
        "checksum": sources.checksum_of(case),
        "command": sources.command_of(case),
    }


def _markup(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - drawn by the package, which escapes every label


def _origin(case: Case, origin: Origin, pictures: Pictures) -> OriginView:
    # The move that most people would make, else the best ranked one.
    main = min(origin.moves, key=lambda e: (-e.people, e.move.rank))

    def view(explained: Explained) -> MoveView:
        # A picture for each move that people would make; for the others the table of parts says the same.
        drawn = pictures.parts(case, explained) if explained.people else ""
        return move_view(case, explained, main=explained is main, picture=_markup(drawn))

    views = tuple(view(e) for e in origin.moves)
    return OriginView(origin.code, origin.label, origin.employers, origin.ranked, views)


def _path(case: Case, path: Path, pictures: Pictures) -> PathView:
    w = case.words
    start = path.origin.label or path.origin.code or ""
    chain = " → ".join((start, *(s.target.label or s.target.code or "" for s in path.steps)))
    short = (
        w.set(hours_text(path.hours, w.lang)),
        w("path.months", months=months_text(path.months, w.lang)),
        w("path.against", hours=w.figure(path.direct_hours)),
    )
    sentences = tuple(w.set(s) for s in path_sentences(path, w.lang))
    return PathView(
        tables.path_key(path),
        chain,
        short,
        sentences,
        frame_sentences(case, path.frames),
        _markup(pictures.ladder(case, path)),
    )


def _notices(case: Case, pictures: Pictures) -> tuple[str, ...]:
    w = case.words
    found = [w("notice.invented")] if case.request.invented else []
    found += [w.set(note.sentence(w.lang)) for note in case.release.notes]
    if pictures.reason:
        found.append(w(f"notice.{pictures.reason}"))
    return tuple(found)


def _resolved(case: Case) -> tuple[str, ...]:
    w = case.words
    return tuple(
        w("resolved", given=r.lot.given, code=r.lot.job, label=r.lot.label or "",
          confidence=percent(r.lot.confidence, lang=w.lang))
        for r in case.release.resolved
    )  # fmt: skip


def _method(case: Case) -> tuple[str, ...]:
    w, scorer = case.words, sources.scorer_of(case)
    settings = case.graph.settings
    effort, paths = settings.effort, settings.paths
    fitted = scorer["fitted_on"] or w("method.not_fitted")
    return (
        w("method.score", name=scorer["name"], version=scorer["version"], fitted=fitted),
        w("method.probability"),
        w("method.coverage"),
        w("method.level"),
        w("method.hours", adaptation=percent(effort.adaptation, lang=w.lang)),
        w(
            "method.practice",
            months=number(paths.practice_months, lang=w.lang),
            share=percent(paths.practice_share, lang=w.lang),
        ),
        w(f"method.{case.allocation.settings.objective}"),
    )


def _limits(case: Case) -> tuple[str, ...]:
    w = case.words
    found = [w("limit.decides"), w("limit.success"), w("limit.people"), w("limit.hours"), w("limit.low")]
    off = sources.scorer_of(case)["off"]
    if off:
        names = ", ".join(w.part(name) for name in off)
        found.append(w("limit.off", names=names))
    if case.request.mask:
        found.append(w("limit.masked", n=str(case.threshold)))
    return tuple(found)
