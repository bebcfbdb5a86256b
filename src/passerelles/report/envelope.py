"""What stands around results: the JSON object, the sheet of sources and settings, the sources named below a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from passerelles.graph.core import OccupationGraph
from passerelles.installed import package_version
from passerelles.io.archive import file_sha256
from passerelles.io.csv import split_sheet
from passerelles.language import leaves
from passerelles.language.say import Lang, listed, say
from passerelles.market.market import Market
from passerelles.market.places import Places
from passerelles.model import Stamp
from passerelles.referentials.referential import Referential
from passerelles.scoring.features import part_words
from passerelles.scoring.scorer import scorer_for
from passerelles.scoring.table import score_table
from passerelles.settings import Settings, settings_or
from passerelles.views.shown import attribution
from passerelles.views.spec import Cell, Column, Sheet, dicts

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.market.certifications import Certifications
    from passerelles.market.read import SourceFile
    from passerelles.paths.rank import Paths
    from passerelles.ranking.move import Moves
    from passerelles.ranking.rank import Counterfactual
    from passerelles.territory.allocation import Release


Answer = dict[str, Any]  # ready for JSON
Answers = Sequence[Answer]


def referential_dict(referential: Referential) -> Answer:
    """Return name, version, checksum, date and licence of a referential, and its overlays."""
    about, laid = referential.provenance, [overlay._asdict() for overlay in referential.provenance.laid]
    of_data = {"date": about.date or None, "source": about.source, "licence": about.licence or None}
    overlays = {"overlays": list(about.overlays)} | ({"overlay_sources": laid} if laid else {})
    return referential.stamp._asdict() | of_data | overlays


def unscored_envelope(schema: str, referential: Referential, results: Answers, **more: Any) -> Answer:
    """Return the object that a command prints as JSON where nothing is scored; `more`: its own keys, other values."""
    about = {"schema": f"passerelles/{schema}", "referential": referential_dict(referential), "scorer": None}
    return about | {"settings": {}} | more | {"results": list(results)}


def envelope(
    schema: str, graph: OccupationGraph, results: Answers, *, settings: Settings | None = None, occupied: bool = True
) -> Answer:
    """
    Return the object that a command prints as JSON; `schema` is for instance ``"rank@1"``.

    ``calibrated_on`` is the family of referentials on which chances were calibrated, ``calibrated`` whether that
    serves here: if not, chances and levels are null. ``off`` names the parts of the score that say nothing on this
    referential, for want of the data that they read.
    `occupied` says that the origin has an occupation: a person without one is scored by another scorer.
    """
    chosen = settings_or(settings, graph.settings)
    scorer, values = scorer_dict(graph, chosen, occupied=occupied), chosen.model_dump(mode="json")
    return unscored_envelope(schema, graph.referential, results, scorer=scorer, settings=values)


def moves_envelope(
    schema: str,
    graph: OccupationGraph,
    moves: "Moves",
    lang: Lang,
    *,
    nearest: "Iterable[tuple[Counterfactual | None, str | None]]" = (),
    settings: Settings | None = None,
    occupied: bool = True,
) -> Answer:
    """Return ``rank@1`` or ``sources@1``; `nearest`: what would bring the first nearer, if asked for, in words too."""
    items = dicts(moves, lang)
    for item, (near, note) in zip(items, nearest, strict=False):
        item |= {"counterfactual": None if near is None else near.to_dict(lang), "counterfactual_note": note}
    return envelope(schema, graph, items, settings=settings, occupied=occupied) | moves.doubts(lang)


def paths_envelope(graph: OccupationGraph, paths: "Paths", lang: Lang) -> Answer:
    """Return ``paths@1``: the paths, and what is known of each target that was asked for."""
    return envelope("paths@1", graph, dicts(paths, lang)) | {"targets": dicts(paths.reached, lang)}


def territory_envelope(
    graph: OccupationGraph, release: "Release", lang: Lang, *, settings: Settings, sources: Answers
) -> Answer:
    """Return ``territory@1``: the values of a release, and the files of data that were read."""
    about = envelope("territory@1", graph, (), settings=settings)
    return about | release.to_dict(lang) | {"sources": list(sources)}


def scorer_dict(graph: OccupationGraph, settings: Settings | None = None, *, occupied: bool = True) -> Answer:
    """Return what scored: name, version, data that it was fitted on, and the parts that say nothing here."""
    scorer = scorer_for(graph.referential, settings_or(settings, graph.settings).scorer, occupied=occupied)
    fields = {name: getattr(scorer, name) for name in ("name", "version", "fitted_on", "calibrated_on")}
    return {**fields, "calibrated": scorer.calibration is not None, "off": list(score_table(graph, scorer).off)}


def about_payload(payload: Mapping[str, Any]) -> Answer:
    """Return what a JSON object says of its origin in the words of `passerelles.graph.core`."""
    referential = payload.get("referential") or {}
    stamp = {name: referential[name] for name in Stamp._fields if name in referential}
    others = {name: payload[name] for name in ("schema", "scorer", "sources", "settings") if name in payload}
    return {"package": package_version(), "referential": stamp, "overlays": referential.get("overlays", []), **others}


def about_sheet(payload: Mapping[str, Any], *, lang: Lang) -> Sheet:
    """
    Return what a JSON object says of its origin as rows: subject, name, value; an empty value is unknown.

    Parameters
    ----------
    payload
        What a command prints as JSON.
    lang
        Language of the subjects; names are those of the JSON object.
    """
    rows: list[tuple[Cell, Cell, Cell]] = [("passerelles", "version", package_version())]
    rows.append((say("about.answer", lang=lang), "schema", str(payload.get("schema", ""))))
    for subject in ("referential", "scorer", "sources", "settings"):
        if subject in payload:
            label = say(f"about.{subject}", lang=lang)
            for name, value in leaves(payload[subject]):
                text = ", ".join(map(str, value)) or "–" if isinstance(value, list | tuple) else value
                rows.append((label, name, text))
    return Sheet.of_rows("about", (Column("subject"), Column("name"), Column("value")), rows)


# Read with the market, no part of a ranking or an allocation.
UNUSED: Final = frozenset({"idcc-opco"})
# Read where openings come from a survey, to choose the jobs that stand for its families; no part of others.
TENSIONS: Final = frozenset({"tension-fap", "tension-rome-basin"})


def files_read(
    market: Market | None, places: Places | None, certifications: "Certifications | None" = None
) -> "Iterator[SourceFile]":
    """Yield the files of data that were read."""
    yield from market.files_read if market is not None else ()
    yield from places.files if places is not None else ()
    yield from certifications.files if certifications is not None else ()


def data_sources(
    tables: Iterable[Path | None] = (),
    *,
    market: Market | None = None,
    places: Places | None = None,
    certifications: "Certifications | None" = None,
    without: frozenset[str] = UNUSED,
    masked: bool = False,
) -> list[Answer]:
    """
    Return what was read, ready for JSON: name, content, publisher, year, licence and SHA-256 of each file.

    Parameters
    ----------
    tables
        A person's own tables, or ``FILE#SHEET``; None = none given.
    market, places, certifications
        Market files, of which surveys that were not read are left out, geography, and what legal frames looked at.
    without
        Kinds of market files that play no part in the answer.
    masked
        Without the checksums of tables, which would confirm a headcount that was guessed.
    """
    files = [file for file in files_read(market, places, certifications) if file.kind not in without]
    keys = ("name", "content", "source", "year", "licence", "sha256")
    sums = {path: "" if masked else file_sha256(split_sheet(path)[0]) for path in tables if path}
    table_rows = [(path.name, "table", None, None, None, checksum) for path, checksum in sums.items()]
    file_rows = [
        (f.record.name, f.kind, f.source or None, f.year or None, f.licence or None, f.record.sha256)
        for f in sorted(files, key=lambda f: (f.kind, f.record.name))
    ]
    return [dict(zip(keys, values, strict=True)) for values in (*table_rows, *file_rows)]


def data_source_lines(sources: Answers, *, lang: Lang = "fr") -> list[str]:
    """Return publisher and year of the data beside the referential, each once."""
    dated = {(s["source"], s["year"]): None for s in sources if s["source"]}
    names = [say("territory.table.source", lang=lang, source=s, year=year) if year else s for s, year in dated]
    return [say("territory.table.sources", lang=lang, list=listed(names, lang))] if names else []


def scorer_limits(scorer: Mapping[str, Any], *, lang: Lang = "fr") -> Iterator[str]:
    """Yield the limits of a scorer, as `envelope` describes it: parts without data, no chances."""
    if scorer["off"]:
        names = ", ".join(part_words(name, "label", lang) for name in scorer["off"])
        yield say("moves.parts_off", lang=lang, names=names)
    if scorer["calibrated_on"] and not scorer["calibrated"]:
        yield say("moves.uncalibrated", lang=lang, family=scorer["calibrated_on"].upper())


def source_lines(referential: Referential, *, lang: Lang = "fr") -> Iterator[str]:
    """Return source, date and licence of the data and of each overlay, as the licences ask."""
    return attribution(referential.stamp, lang=lang)


def print_dim(console: "Console", lines: Iterable[str]) -> None:
    """Print lines of lesser weight as they stand: brackets in them are no markup, numbers no syntax."""
    for line in lines:
        console.print(line, style="dim", markup=False, highlight=False, emoji=False)
