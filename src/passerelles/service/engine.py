"""What a service answers from: a graph, and the data beside it, loaded once and never changed."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from passerelles.errors import PasserellesError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.io.archive import MAX_JSON_BYTES, read_file
from passerelles.market.certifinfo import load_certifications
from passerelles.market.geography import load_places
from passerelles.ranking.moves import rank_moves
from passerelles.referentials.cache import cache_folder
from passerelles.referentials.load import load_referential
from passerelles.report.envelope import envelope
from passerelles.service.options import Options
from passerelles.settings import Settings, problems


@dataclass(frozen=True, eq=False)
class Engine:
    """A graph with places and certifications, where data folders hold some."""

    graph: OccupationGraph
    places: Any = None
    certifications: Any = None

    @cached_property
    def version(self) -> str:
        """Version of the package."""
        return version("passerelles")

    @cached_property
    def name(self) -> str:
        """Return the referential as a header tells it: name, version, checksum."""
        referential = self.graph.referential
        text = f"{referential.name}/{referential.version}; sha256={referential.provenance.sha256}"
        return text.encode("ascii", "replace").decode("ascii")

    @cached_property
    def fingerprint(self) -> bytes:
        """Digest of all that an answer depends on besides the request."""
        made = envelope("rank@1", self.graph, ()), envelope("rank@1", self.graph, (), occupied=False)
        data = (self.places is not None, self.certifications is not None)
        return hashlib.sha256(repr((self.version, made, data)).encode()).digest()

    def warm(self) -> None:
        """Work out what the first requests would wait for: the index of titles."""
        from passerelles.matching.titles import resolve_title  # noqa: PLC0415 - loading needs no title

        if self.graph.referential.titles:
            resolve_title(self.graph.referential, self.graph.referential.titles[0].label, limit=1)


def load_engine(options: Options) -> Engine:
    """
    Load what a service answers from.

    Raises
    ------
    PasserellesError
        If the referential, an overlay, the settings or a data folder cannot be read.
    """
    referential = load_referential(options.referential)
    for overlay in options.overlays:
        referential = referential.with_overlay(overlay)
    folders = _folders(options.data)
    graph = build_graph(referential, settings=_settings(options))
    rank_moves(graph, graph.codes[0], limit=1)  # scores, or what is wrong with those of an index, before anybody asks
    return Engine(
        graph=graph,
        places=_first(load_places, folders, "no_places_data"),
        certifications=_first(load_certifications, folders, "no_certifications_data"),
    )


def _settings(options: Options) -> Settings:
    if options.settings is None:
        return Settings(strict=options.strict)
    try:
        found = Settings.model_validate_json(read_file(options.settings, most=MAX_JSON_BYTES))
    except ValidationError as error:
        raise PasserellesError("settings_invalid", path=options.settings, reason=problems(error)) from error
    return found.model_copy(update={"strict": True}) if options.strict else found


def _folders(given: Sequence[Path]) -> list[Path]:
    """Folders given, else the one of PASSERELLES_DATA, else the user's cache, as for the command line."""
    default = os.environ.get("PASSERELLES_DATA")
    folder = Path(default) if default else cache_folder()
    return list(given) or ([folder] if default or folder.is_dir() else [])


def _first(load: Callable[[Path], Any], folders: Sequence[Path], absent: str) -> Any:
    """What the first folder that has some gives; None where none has."""
    for folder in folders:
        try:
            return load(folder)
        except PasserellesError as error:
            if error.key != absent:
                raise
    return None
