"""What a user works with, loaded once: a referential with overlays, its graph, market, places and certifications."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.io.archive import MAX_JSON_BYTES, read_file
from passerelles.market.certifications import Certifications, load_certifications
from passerelles.market.market import Market, load_market, load_wages
from passerelles.market.own_lists import ObservedMoves, load_observed
from passerelles.market.places import Basin, Places, load_places
from passerelles.market.read import Keeper, Scan, keeper, scan_all
from passerelles.market.signals import find_basin
from passerelles.market.tables import Payer
from passerelles.notices import Notice, count_by_severity, notice
from passerelles.referentials.load import load_referential
from passerelles.referentials.places import cache_folder, place_of
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings, invalid
from passerelles.sharing import Deriving, made_once

if TYPE_CHECKING:
    from passerelles.graph.core import OccupationGraph
    from passerelles.model import Profile
    from passerelles.paths.rank import Paths
    from passerelles.ranking.move import Moves

Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class Session(Deriving):
    """
    The user's referential, overlays, settings and data; each is loaded when it is first asked for, and kept.

    The command line and the service say what is wanted, and work with what this gives.

    Parameters
    ----------
    name
        Referential, by name or path.
    overlays
        Overlays, by name or path, in order.
    data
        Folders of market, place and certification files. Without any, the one of ``PASSERELLES_DATA``, else the
        user's cache where there is one.
    settings_file
        JSON file of settings; the defaults without one.
    strict
        Whether an unknown verdict drops a move.
    travel
        A table of the user's own travel times.
    observed
        A table of moves that people made.
    tensions
        Whether to read the tables of tensions of the market.
    access
        Whether to lay the catalogue of access facts that the settings name.
    cache
        Whether the referential and its graph may come from the user's cache, and be kept there; see
        `passerelles.compiled`.
    accept_errors
        Whether an overlay in which reading found errors is used all the same; else it is refused.
    tell
        What is called with the name of an overlay, the numbers of its errors and warnings, where there are any, and
        the command that lists them; and with those of the referential, where it has errors.
    preparing
        What is called with the name of what is read for the first time, and kept in the cache: this takes a while.
    noticed
        What is called with what reading a table of the user's own left out or changed, and with folders of no use.

    Examples
    --------
    >>> Session(overlays=("enseignement-conduite",)).graph.referential.name
    'transitions'
    """

    name: str = "transitions"
    overlays: tuple[str | Path, ...] = ()
    data: tuple[Path, ...] = ()
    settings_file: Path | None = None
    strict: bool = False
    travel: Path | None = None
    observed: Path | None = None
    tensions: bool = True
    access: bool = True
    cache: bool = False
    accept_errors: bool = False
    tell: Callable[[str, int, int, str], None] | None = None
    preparing: Callable[[str], None] | None = None
    noticed: Callable[[Iterable[Notice]], object] = list

    @cached_property
    def referential(self) -> Referential:
        """The referential with its overlays; from an index of the cache where there is one, with access facts."""
        _, loaded = self._cached_index
        if loaded is None:
            loaded = load_referential(self.name)
            for overlay in self.overlays:
                loaded = loaded.with_overlay(overlay)
        return self._accepted(loaded)

    @cached_property
    def _cached_index(self) -> tuple[Path | None, Referential | None]:
        """Where the cache keeps the index of the referential, None where it keeps none; and what it holds there."""
        from passerelles.compiled import index_place, open_cached  # noqa: PLC0415 - command start-up

        place = index_place(self.name, self.overlays, self.settings) if self.cache else None
        return place, None if place is None else open_cached(place)

    def _accepted(self, laid: Referential) -> Referential:
        """Return a referential with overlays, unless one of these has errors; say how many each has, and its own."""
        names = {place_of(overlay, "overlay").stem for overlay in self.overlays}
        problems = count_by_severity(n for n in laid.notices if n.file.partition("/")[0] not in names)
        if problems["error"] and self.tell is not None:
            self.tell(self.name, problems["error"], problems["warning"], "validate")
        for overlay in self.overlays:
            place = place_of(overlay, "overlay")
            notices = laid.notices_of(place)
            counts = count_by_severity(notices)
            if counts["error"] and not self.accept_errors:
                about = {"name": place.stem, "n": counts["error"], "place": overlay}
                raise ReferentialError("overlay_refused", issues=notices, first="", **about)
            if self.tell is not None and counts["error"] + counts["warning"]:
                self.tell(str(overlay), counts["error"], counts["warning"], "overlay check")
        return laid

    @cached_property
    def settings(self) -> Settings:
        """The settings of the file, or the defaults."""
        settings = read_settings(self.settings_file, strict=self.strict)
        return settings if self.access else settings.model_copy(update={"access": None})

    @cached_property
    def graph(self) -> "OccupationGraph":
        """The graph of the referential under these settings; from then on the session's referential is that of it."""
        from passerelles.compiled import keep_index  # noqa: PLC0415 - command start-up
        from passerelles.graph.build import build_graph  # noqa: PLC0415 - command start-up

        place, cached = self._cached_index
        if place is not None and cached is None and self.preparing is not None:
            self.preparing(Path(self.name).resolve().name)
        graph = build_graph(self.referential, settings=self.settings)
        if place is not None and cached is None:
            keep_index(graph, place)
        vars(self)["referential"] = graph.referential
        return graph

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """Folders where data are looked for."""
        if self.data:
            return self.data
        default = os.environ.get("PASSERELLES_DATA")
        folder = Path(default) if default else cache_folder()
        return (folder,) if default or folder.is_dir() else ()

    @property
    @made_once
    def market(self) -> Market | None:
        """Market of the first folder that has one; its surveys are read only where they are needed."""
        load = partial(load_market, tensions=self.tensions, keeper=self._keeper)
        return self._first(lambda folder: load(folder, scanned=self._scan(folder)), "no_market_data")

    def surveyed(self, basin: str, *, year: int | None = None) -> tuple[Market, Basin]:
        """
        Loaded market, and a basin of it by code or name.

        Raises
        ------
        PasserellesError
            If there is no market, or it knows no such basin.
        """
        if self.market is None:
            raise PasserellesError("no_market_data", path=", ".join(map(str, self.folders)) or "--data")
        return self.market, find_basin(self.market, basin, places=self.places, year=year)

    def basin(self, text: str | None) -> Basin | None:
        """Return a basin of the loaded market; None where none is named."""
        return None if text is None else self.surveyed(text)[1]

    @property
    @made_once
    def wages(self) -> Market | None:
        """
        Market of which only the wages are wanted.

        They are published as text: no workbook is opened to find them, unless they are in none of the text files of
        folders that were named. Where none was, folders that are not there, or hold no wages, are no error.
        """
        folders = self.folders if self.data else [folder for folder in self.folders if folder.is_dir()]
        wages = next(filter(None, map(load_wages, folders)), None)
        return self.market if wages is None and self.data else wages

    @property
    @made_once
    def observed_moves(self) -> ObservedMoves | None:
        """Moves that people were seen to make, of the table that was named."""
        if self.observed is None:
            return None
        moves = load_observed(self.observed, self.graph.referential)
        self.noticed(moves.notices)
        return moves

    @property
    @made_once
    def places(self) -> Places | None:
        """Places of the first folder that has some."""

        def load(folder: Path) -> Places:
            if self.travel is not None:
                places = load_places(folder, travel=self.travel, scanned=self._scan(folder))
                self.noticed(n for n in places.notices if n.file == self.travel.name)
                return places
            return self._from_cache("places", Places, folder, lambda: load_places(folder, scanned=self._scan(folder)))

        return self._first(load, "no_places_data")

    @property
    @made_once
    def certifications(self) -> Certifications | None:
        """Certifications of the first folder that has some."""

        def load(folder: Path) -> Certifications:
            make = partial(load_certifications, folder, scanned=self._scan(folder))
            return replace(self._from_cache("certifications", Certifications, folder, make), keeper=self._keeper)

        return self._first(load, "no_certifications_data")

    def payer(self, agreement: str | None) -> Payer | None:
        """
        Return the OPCO of a collective agreement (IDCC); None where none is given.

        Raises
        ------
        PasserellesError
            If no folder holds a table of OPCO by agreement.
        """
        if not agreement:
            return None
        if self.market is None or self.market.payers is None:
            raise PasserellesError("no_payers")
        return self.market.payers.of(agreement)

    def moves(
        self, rank: "Callable[..., Moves]", end: "str | Profile", *, filters: Any = (), **options: Any
    ) -> "Moves":
        """
        Rank moves by `rank_moves` or `rank_sources`, with the wages and the observed moves of the session beside them.

        `filters` are texts or filters, `options` what else the function takes.
        """
        from passerelles.ranking.filters import parse_filters  # noqa: PLC0415 - command start-up

        checks = parse_filters(self.graph, filters, self)
        return rank(self.graph, end, filters=checks, wages=self.wages, **options).with_observed(self.observed_moves)

    def paths(
        self,
        origin: "str | Profile",
        targets: Iterable[str],
        *,
        agreements: Iterable[str | None] = (None, None),
        filters: Iterable[str] = (),
        **options: Any,
    ) -> "Paths":
        """
        Rank paths with the certifications and wages of the session, and options of `rank_paths`.

        `agreements` are those of the present employer and of the firm that hires: they name the OPCO that may pay.
        """
        from passerelles.paths.rank import rank_paths  # noqa: PLC0415 - the optimiser is heavy, and many never ask
        from passerelles.ranking.filters import parse_filters  # noqa: PLC0415 - command start-up

        options |= {"certifications": self.certifications, "payers": tuple(map(self.payer, agreements))}
        checks = parse_filters(self.graph, filters, self)
        return rank_paths(self.graph, origin, targets=targets, filters=checks, wages=self.wages, **options)

    def territory_data(self) -> tuple[Market | None, Places | None]:
        """
        Return market and places, either of which may be absent.

        Raises
        ------
        PasserellesError
            If folders were named and none of them holds either.
        """
        if self.data and self.market is None and self.places is None:
            raise PasserellesError("no_places_data", path=", ".join(map(str, self.data)))
        return self.market, self.places

    def _scan(self, folder: Path) -> Scan:
        """Contents of a folder, scanned once."""

        def scan() -> Scan:
            if self._keeper is not None and self.preparing is not None and folder != cache_folder():
                self.preparing(folder.resolve().name)
            return scan_all(folder)

        def scanned() -> Scan:
            result = self._from_cache("scan", Scan, folder, scan)
            if self.data and not result.recognised:
                self.noticed([notice("nothing_recognised", file=str(folder))])
            return result

        return self.derived(folder, scanned)

    @cached_property
    def keeper(self) -> Keeper:
        """What may keep data that were read in the user's cache; its digest changes with the files of the folders."""
        from passerelles.compiled import cached_place  # noqa: PLC0415 - command start-up

        return keeper(cached_place(), self.folders)

    @property
    def _keeper(self) -> Keeper | None:
        return self.keeper if self.cache else None

    def _from_cache(self, name: str, kind: type[Part], folder: Path, make: Callable[[], Part]) -> Part:
        """Return what is derived from a folder: from the cache, or made now."""
        place = self._keeper
        return make() if place is None else place.cached(f"{name}-{self.folders.index(folder)}", kind, make)

    def _first(self, load: Callable[[Path], Part], absent: str) -> Part | None:
        for folder in self.folders:
            try:
                return load(folder)
            except PasserellesError as error:
                if error.key != absent:
                    raise
        return None


def read_settings(path: Path | None, *, strict: bool = False) -> Settings:
    """
    Read settings from a JSON file; the defaults without one.

    Raises
    ------
    PasserellesError
        If the file cannot be read or holds something else than settings; the message names the fields.
    """
    if path is None:
        return Settings(strict=strict)
    try:
        settings = Settings.model_validate_json(read_file(path, most=MAX_JSON_BYTES))
    except ValidationError as error:
        raise invalid(error, path) from error
    return settings.model_copy(update={"strict": True}) if strict else settings
