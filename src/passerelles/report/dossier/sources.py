"""Where the figures come from, what was chosen, and the checksum by which the report can be made again."""

import hashlib
import json
from importlib.metadata import version
from itertools import chain
from shlex import join
from typing import Any, NamedTuple

from passerelles.market.read import SourceFile
from passerelles.report.dossier.case import Case
from passerelles.report.dossier.words import heads
from passerelles.report.envelope import envelope
from passerelles.settings import Settings
from passerelles.views.document import Cell, Grid


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
