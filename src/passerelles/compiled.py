"""`compile_index`: a graph and its scores into an index that opens at once; and the indexes of the user's cache."""

import hashlib
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from passerelles.access.conditions import READINGS, pack_access_texts
from passerelles.codes import check_codes
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import DOCUMENT as GRAPH
from passerelles.graph.core import OccupationGraph, pack_graph
from passerelles.installed import extensions, package_version
from passerelles.io.archive import file_sha256
from passerelles.io.atomic import used_last_first
from passerelles.market.read import CACHED_VALUES
from passerelles.matching.index import DOCUMENT as TITLES
from passerelles.matching.index import pack_titles
from passerelles.referentials.load import READERS
from passerelles.referentials.places import bundled, cache_folder, place_of
from passerelles.referentials.referential import Referential, open_referential, pack_referential
from passerelles.referentials.table_format import open_tables
from passerelles.scoring.measures import DOCUMENT as MEASURES
from passerelles.scoring.measures import measure_index
from passerelles.scoring.scorer import load_scorer, scorer_for, scorer_sum
from passerelles.scoring.table import DOCUMENT as SCORING
from passerelles.scoring.table import POSITIONS, occupation_positions, pack_scores
from passerelles.settings import Settings
from passerelles.store import FORMAT, Arrays, is_index, pack, write_index

_LOG: Final = logging.getLogger(__name__)
KEPT: Final = ("default", "holdings")  # the scorer of occupations, and that of people without one
_FOLDER: Final = ".indexes"  # hidden, so that searches for data in the cache skip it
_INDEXES: Final = "*.index"
_MOST_INDEXES: Final = 8  # indexes that the cache keeps: those used last


@checked
def compile_index(
    graph: OccupationGraph,
    path: str | Path,
    *,
    overwrite: bool = False,
    scorers: Sequence[str] = KEPT,
    titles: bool = True,
    positions: bool = True,
) -> Path:
    """
    Write a graph, its referential and its scores as an index; the same graph gives the same bytes.

    `load_referential` takes the path as it takes any other, and `build_graph` and the rankings find in it what they
    would compute, to the bit. Arrays are ``.npy``, all else is JSON; docs/embedding.md gives the layout.

    Parameters
    ----------
    graph
        What `build_graph` gives. An index serves graphs of the same `weights` and `near` settings without building,
        and the scorer that its settings name, the default one and ``holdings`` without computing; what it does not
        hold is computed from it.
    path
        A folder, where it has no suffix; else one file, an uncompressed zip of the same members.
    overwrite
        Replace an index. Nothing else is ever replaced.
    scorers, titles, positions
        Scorers beside that of the settings, and whether what finds titles and the map of occupations are there: what an
        index does not hold is computed again when it is needed.

    Returns
    -------
    path
        Where it was written.

    Raises
    ------
    PasserellesError
        If something is there, if the folder above does not exist, or if writing is refused or fails. Nothing is left
        behind then.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, compile_index, load_referential, rank_moves
    >>> graph = build_graph(load_referential("transitions"))
    >>> with TemporaryDirectory() as folder:
    ...     place = compile_index(graph, Path(folder) / "metiers.index")
    ...     opened = build_graph(load_referential(place))
    ...     rank_moves(opened, "K2110") == rank_moves(graph, "K2110")
    True
    """
    from passerelles.matching.titles import title_entries, title_index  # noqa: PLC0415 - what an index opens without

    target = Path(path)
    referential = graph.referential
    named = (*check_codes(scorers, what="scorers"), graph.settings.scorer)
    stored_scorers = [scorer_for(referential, name) for name in named]
    if scorers:
        stored_scorers.append(scorer_for(referential, graph.settings.scorer, occupied=False))
    by_name = {scorer.name: scorer for scorer in stored_scorers}
    arrays: Arrays = {}
    documents = {MEASURES: pack("measures", measure_index(graph), arrays)}
    documents[SCORING] = pack_scores(graph, list(by_name.values()), arrays)
    documents |= pack_referential(referential)
    documents[READINGS] = pack_access_texts(referential)
    documents[GRAPH] = pack_graph(graph, arrays)
    if positions:
        arrays[POSITIONS] = occupation_positions(graph)
    if titles and title_entries(referential):  # without a label, nothing can be looked for
        documents[TITLES] = pack_titles(title_index(referential), arrays)
    identity = {"name": referential.name, "version": referential.version}
    shipped = {s.name: {"version": s.version, "sha256": scorer_sum(s)} for s in by_name.values()}
    manifest = {"referential": identity, "provenance": asdict(referential.provenance), "scorers": shipped}
    write_index(target, about=manifest, arrays=arrays, documents=documents, overwrite=overwrite)
    _LOG.info("index of %s %s written", referential.name, referential.version)
    return target


def cached_place() -> Path:
    """Folder of what the user's cache keeps."""
    return cache_folder() / _FOLDER


def index_place(name: str, overlays: Sequence[str | Path], settings: Settings) -> Path | None:
    """
    Where the cache keeps the index of a referential under some overlays and settings; None where it keeps none.

    The name carries a checksum of every file read, of the settings that an index follows from, of the weights and of
    the version: whatever changes, the index is another. The embedded referential, which is small, what is an index
    already, and what an installed package reads or scores are not kept.
    """
    place = place_of(name, "referential")
    if name in bundled("referential") or is_index(place) or _is_extended(place, settings):
        return None
    digest = hashlib.sha256()
    facts = () if settings.access is None else (settings.access,)
    for path in (place, *(place_of(overlay, "overlay") for overlay in (*overlays, *facts))):
        source = open_tables(path)
        for file in source.archives or sorted({path / member.path for member in source.members}):
            digest.update(f"{file.name}\0{file_sha256(file)}\n".encode())
    chosen = settings.model_dump_json(include={"weights", "near", "scorer", "access"})
    digest.update(f"{chosen}\0{scorer_sum(load_scorer(settings.scorer))}\0{package_version()}\0{FORMAT}".encode())
    stem = "".join(c if c.isalnum() else "-" for c in (place.parent.name if place.is_file() else place.name)).strip("-")
    return cached_place() / f"{stem or 'referential'}-{digest.hexdigest()[:24]}.index"


def _is_extended(place: Path, settings: Settings) -> bool:
    """Whether an installed package reads a referential, or adds to its scores: no checksum says when that changes."""
    source = open_tables(place)
    if not any(reader.recognise(source) for reader in READERS):
        return True
    if not settings.scorer.endswith(".json"):
        return False  # those that ship have no such part
    return not extensions("score_parts").keys().isdisjoint(load_scorer(settings.scorer).parts)


def open_cached(place: Path) -> Referential | None:
    """Open an index of the cache, and note that it was used; None where there is none; a damaged one is removed."""
    if not place.is_file():
        return None
    try:
        referential = open_referential(place)
        os.utime(place)
    except (PasserellesError, OSError):
        with suppress(OSError):
            place.unlink()  # it is of no use
        return None
    return referential


def keep_index(graph: OccupationGraph, place: Path) -> None:
    """Write the index of a graph into the cache, where that can be, and drop those used longest ago."""
    with suppress(PasserellesError, OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        compile_index(graph, place, overwrite=True, scorers=(), positions=False)
        for old in used_last_first(place.parent, _INDEXES)[_MOST_INDEXES:]:
            old.unlink()


def cached_indexes() -> list[Path]:
    """Return the files of indexes and data of the user's cache, those used last first."""
    return used_last_first(cached_place(), _INDEXES, CACHED_VALUES)


def clear_cache() -> list[Path]:
    """Remove what the user's cache keeps, which is made again when it is needed; return what they were."""
    removed = cached_indexes()
    for index in removed:
        index.unlink(missing_ok=True)
    return removed
