"""Where the lots of a territory stand: basins and communes, and what lies between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.market.market import Market
from passerelles.market.places import Places, Spot, departments_shown, with_basins
from passerelles.text import normalise_label

NOWHERE: Final = ""
"""Basin of lots of a table that has no column of places."""


class Where(NamedTuple):
    """Basin of a lot, by key and name, and its commune, by code and name; empty = only the basin is known."""

    basin: str
    basin_label: str
    commune: str = ""
    commune_label: str = ""

    @property
    def spot(self) -> str:
        """Where distances are measured from: the commune, else the basin."""
        return self.commune or self.basin


@dataclass(frozen=True)
class Locator:
    """
    Finds basins: in the geography where there is one, else as names to compare; a survey's own basins in both.

    The survey is read only where it may matter: reading one takes seconds, and most tables name basins by their code
    or their own name. `departments` are those of the territory, where they are known: a name that several communes
    have is the one of them that lies there.
    """

    places: Places | None = None
    market: Market | None = None
    departments: frozenset[str] = frozenset()

    def find(self, text: str) -> tuple[str, str]:
        """
        Return the key and the name of a basin.

        Raises
        ------
        PasserellesError
            If neither the geography nor the survey knows it, or it means several places.
        """
        if self.places is not None:
            basin = self.places.own(text) or self._wide.basin(text)
            return basin.code, basin.name
        name = normalise_label(text)
        return self._names.get(name, name), text.strip()

    def spot(self, text: str, area: str = "", *, communes_first: bool = False) -> Where:
        """
        Return the basin of a place, and its commune where one is named.

        Parameters
        ----------
        text, area
            What was written, and the department or postcode beside it.
        communes_first
            Whether the text is of a column of communes, not of basins.

        Raises
        ------
        PasserellesError
            If neither the geography nor the survey knows it, or it means several places.
        """
        if self.places is None:
            return Where(*self.find(text))
        try:
            found = self.places.spot(text, area, communes_first=communes_first)
        except UnknownCodeError:
            return Where(*self.find(text))  # a basin of the survey that the geography lacks, or an error of its own
        except PasserellesError as error:
            found = self._there(error)
        commune = found.commune if communes_first or normalise_label(text) in self._grouped else None
        if commune is None or commune.latitude is None:
            return Where(found.basin.code, found.basin.name)
        return Where(found.basin.code, found.basin.name, commune.code, commune.name or found.name)

    def _there(self, error: PasserellesError) -> Spot:
        """Return the one commune of a name that lies in the territory's departments; else raise the error."""
        codes = error.values.get("communes", ())
        near = [c for c in codes if departments_shown(c) in self.departments] if isinstance(codes, tuple) else []
        if self.places is None or len(near) != 1:
            raise error
        commune = self.places.commune_by_code[near[0]]
        return Spot(self.places.basin_by_code[commune.basin], commune, commune.name or near[0])

    def departments_of(self, where: str, commune: str) -> frozenset[str]:
        """Departments of a basin by code, or the one of a commune where it is known."""
        if commune:
            return frozenset({departments_shown(commune)})
        basin = self.places.basin_by_code.get(where) if self.places else None
        return frozenset(basin.departments) if basin else frozenset()

    @cached_property
    def _grouped(self) -> frozenset[str]:
        """Names of groups of communes: what a column of basins may hold too."""
        return frozenset(map(normalise_label, self.places.epci_labels.values())) if self.places else frozenset()

    def km(self, start: str, end: str) -> float | None:
        """Kilometres between two places, basins or communes by code; None = unknown. See `Where.spot`."""
        if start == end and start != NOWHERE:
            return 0.0
        if self.places is None or NOWHERE in (start, end):
            return None
        ends = [self.places.commune_by_code.get(code) for code in (start, end)]
        basins = [commune.basin if commune else code for commune, code in zip(ends, (start, end), strict=True)]
        if ends[0] is not None and ends[1] is not None:
            given = self.places.travel_between(*basins) if basins[0] != basins[1] else (None, None)
            return given[1] if given[1] is not None else self.places.commune_km(ends[0], ends[1])
        if basins[0] == basins[1]:
            return 0.0
        if not set(basins) <= self.places.basin_by_code.keys():
            return None  # a basin of the survey that the geography lacks
        return self.places.distance(*basins).km

    def minutes(self, start: str, end: str) -> float | None:
        """Minutes between the basins of two places, from a table of travel; None = it gives none."""
        if start == end or self.places is None:
            return 0.0 if start == end else None
        ends = [self.places.commune_by_code.get(code) for code in (start, end)]
        basins = [commune.basin if commune else code for commune, code in zip(ends, (start, end), strict=True)]
        return 0.0 if basins[0] == basins[1] else self.places.travel_between(*basins)[0]

    @cached_property
    def _surveyed(self) -> Mapping[str, str]:
        """Name of each basin of the survey, by code."""
        if self.market is None or not self.market.has_survey:
            return {}
        return {b.code: b.label for b in self.market.survey().basins.values()}

    @cached_property
    def _wide(self) -> Places:
        """Return the geography with the survey's basins that it lacks."""
        return with_basins(self.places or Places(()), self._surveyed, source="BMO")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Code of each normalised name of the survey."""
        return {normalise_label(label): code for code, label in self._surveyed.items()}


def make_locator(places: Places | None, market: Market | None = None) -> Locator:
    """Make the finder of basins of a geography and a survey, either of which may be absent."""
    return Locator(places, market)
