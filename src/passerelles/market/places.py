"""Employment basins and communes: read from the files of a folder, found by code or name, and how far apart."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, takewhile
from operator import itemgetter
from pathlib import Path
from statistics import fmean
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, NamedTuple

import numpy as np
from pydantic import BeforeValidator

from passerelles.codes import check_code, grouped
from passerelles.errors import PasserellesError, UnknownCodeError, checked
from passerelles.io.csv import decimal_number, read_rows
from passerelles.io.xlsx import cell_text
from passerelles.market.read import FileRows, RecognisedFile, Scan, SourceFile, amount, scan_all
from passerelles.notices import Notice, NoticeLog
from passerelles.text import LOST, alike, few, forms_without_accents, normalise_label, with_lost_letters
from passerelles.vectors import Floats

# Mean radius of the Earth (IUGG), km. The sphere is off by at most 0.6 %: far below the error of a centroid.
EARTH_RADIUS_KM: Final = 6371.0088


def distance_matrix_km(points: Floats) -> Floats:
    """
    Great-circle distances between all pairs of points, by the haversine formula.

    Parameters
    ----------
    points
        Shape (n, 2): latitude and longitude, decimal degrees; nan = unknown.

    Returns
    -------
    distances
        Shape (n, n), kilometres, symmetric, diagonal 0; nan to and from a point that is unknown, 0 to itself.

    Notes
    -----
    haversine(d / R) = haversine(Δlatitude) + cos(latitude) cos(latitude') haversine(Δlongitude).

    Examples
    --------
    >>> round(float(distance_matrix_km(np.array([[48.8566, 2.3522], [43.2965, 5.3698]]))[0, 1]))  # Paris - Marseille
    660
    >>> distance_matrix_km(np.array([[0.0, 0.0], [0.0, 90.0]])).round(1)
    array([[    0. , 10007.6],
           [10007.6,     0. ]])
    """
    latitude, longitude = np.radians(np.asarray(points, dtype=np.float64)).T
    by_latitude = np.sin((latitude[:, None] - latitude[None, :]) / 2) ** 2
    by_longitude = np.sin((longitude[:, None] - longitude[None, :]) / 2) ** 2
    haversine = by_latitude + np.cos(latitude)[:, None] * np.cos(latitude)[None, :] * by_longitude
    distances = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(haversine, 0.0, 1.0)))
    np.fill_diagonal(distances, 0.0)
    return np.asarray(distances, dtype=np.float64)


# Two basins, which a cache writes as one text.
Ends = Annotated[tuple[str, str], BeforeValidator(lambda ends: ends.split(",") if isinstance(ends, str) else ends)]
Travel = Mapping[Ends, tuple[float | None, float | None]]
_SUGGESTIONS: Final = 5
_LISTED: Final = 12
_CUTOFF: Final = 60  # of 100: below, a suggestion is noise
_BASIN_WIDTH: Final = 4


class Commune(NamedTuple):
    """
    A commune: INSEE code (five characters), name, basin, coordinates in degrees; None = unknown.

    A commune that was merged since has the coordinates, population and EPCI (SIREN) of the one that took its place.
    `aliases` are what other files call it: the name before a merger, the one after it.
    """

    code: str
    name: str | None
    basin: str
    latitude: float | None = None
    longitude: float | None = None
    population: int | None = None
    epci: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basin:
    """
    An employment basin: code (four characters), name, and the mean of its communes' coordinates.

    `aliases` are other names of the same code. The centre weighs each commune equally, whatever its population;
    None where no commune has coordinates. `departments` and `regions` are codes.
    """

    code: str
    name: str
    communes: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    aliases: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class Spot(NamedTuple):
    """A located place: its basin, its commune where one was named, and its name."""

    basin: Basin
    commune: Commune | None
    name: str


AreaKind = Literal["basin", "epci", "department", "communes"]


class Area(NamedTuple):
    """A territory: what it is, its name, and its communes by code; of communes, `name` lists them."""

    kind: AreaKind
    name: str
    communes: frozenset[str]


@dataclass(frozen=True)
class Places:
    """
    Basins and communes, sorted by code, and a user's travel table where there is one.

    `travel` gives (minutes, km) by (from, to), basin codes; None = not given.
    """

    basins: tuple[Basin, ...]
    communes: tuple[Commune, ...] = ()
    travel: Travel = field(default_factory=lambda: MappingProxyType({}))
    year: str = ""
    files: tuple[SourceFile, ...] = ()
    epci_labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: year and sizes."""
        return f"<Places {self.year}: {len(self.basins)} basins, {len(self.communes)} communes>"

    @cached_property
    def basin_by_code(self) -> Mapping[str, Basin]:
        """Basin of each code."""
        return MappingProxyType({b.code: b for b in self.basins})

    @cached_property
    def commune_by_code(self) -> Mapping[str, Commune]:
        """Commune of each code."""
        return MappingProxyType({c.code: c for c in self.communes})

    def basin(self, text: str) -> Basin:
        """
        Basin of a place as people write it: a code, a name, the name or INSEE code of a commune; see `spot`.

        Raises
        ------
        UnknownCodeError
            If nothing has that name; with the nearest names.
        PasserellesError
            If it means several places (the message lists them), or `text` is not text.
        """
        return self.spot(check_code(text, what="basin")).basin

    def spot(self, text: str, area: str = "", *, communes_first: bool = False) -> Spot:
        """
        Place of a text as companies write places.

        Beside all that `basin` knows: "St" and "Ste", an article more or less ("Le Guilvinec"), a cedex, a
        borough ("Lyon 3e"), a department or postcode in brackets, before or after the name, what stands around a town
        ("tout le bassin d'Aurillac", "secteur de Rodez": its basin), a group of communes (EPCI, then
        its most populous commune), the beginning of a commune's name where one commune has it ("Aix"), and two towns
        in one ("LENS-HENIN") where one basin holds both. A name is known without its spaces too ("Lapalme").

        Parameters
        ----------
        text
            What was written.
        area
            Department (``"62"``) or postcode (``"62500"``) that tells communes of one name apart; "" = not said.
        communes_first
            Whether a commune goes before a basin of the same name.

        Raises
        ------
        UnknownCodeError
            If nothing has that name; with the nearest names.
        PasserellesError
            If it means several places: ``ambiguous_place``, whose `choices` name each with its department.
        """
        spot = self.spot_of(text, area, communes_first=communes_first)
        if spot is None:
            raise UnknownCodeError(text, suggestions=self.suggest(text), key="unknown_basin")
        return spot

    def spot_of(self, text: str, area: str = "", *, communes_first: bool = False) -> Spot | None:
        """Return what `spot` does; None where nothing has that name."""
        text = with_lost_letters(text, self._without_accents) if LOST.search(text) else text  # "B?ziers"
        code = re.sub(r"^\s*(\d{4})\s*[-–:]\s.*", r"\1", text).strip()  # "5313 - REDON"
        exact = self._basin_of_code(code)
        if exact is not None:
            return Spot(exact, self.commune_by_code.get(code), exact.name)
        name, area = bare_place(text, area)
        department = department_of(area) if area else ()
        codes = self._basins_by_name.get(name) or self._basins_by_alias.get(name, ())
        named = self._basin_spot(codes[0]) if len(codes) == 1 else None
        spot = named if named and not communes_first else self._named_commune(text, name, department) or named
        if spot is not None:
            return spot
        if len(codes) > 1:
            choices = ", ".join(f"{code} {self.basin_by_code[code].name}" for code in codes)
            raise PasserellesError("ambiguous_place", name=text, choices=choices)
        group = self._epcis_by_name.get(name)
        if group is not None:
            return Spot(self.basin_by_code[group.basin], group, text.strip())
        around = _AROUND.sub("", name)
        if around != name:  # "tout le bassin d'Aurillac", "Aurillac et environs": the basin, not the commune
            town = self.spot_of(around, area)
            return town and self._basin_spot(town.basin.code)
        joined = self._communes_by_short_name.get(name.replace(" ", ""), ())
        on_river = self._communes_by_name.get(normalise_label(text.replace("/", " sur ")), ())  # "Chalon/Saône"
        begun = self.communes_starting(name, cut=text.rstrip().endswith("."))  # "Bourg en B."
        spot = self._single_commune(text, dict.fromkeys((*joined, *on_river, *begun)), department)
        return spot or self._spot_of_towns(text)

    @cached_property
    def _without_accents(self) -> Mapping[str, str]:
        return forms_without_accents([*(c.name or "" for c in self.communes), *(b.name for b in self.basins)])

    def _spot_of_towns(self, text: str) -> Spot | None:
        """Return the one basin that holds the towns of a text; an error lists places that are several."""
        names = [n for n in (normalise_label(t) for t in re.split(r"\s*[-/,+]\s*|\s+(?:et|ou)\s+", text)) if n]
        if len(names) > 1:
            towns = [(*self._communes_by_name.get(name, ()), *self.communes_starting(name)) for name in names]
            both = set.intersection(*({c.basin for c in communes} for communes in towns))
            if len(both) == 1:
                return self._basin_spot(both.pop())
        apart = [part for piece in re.split(r"\s*[/,;+]\s*|\s+ou\s+", text) if (part := piece.strip())]
        if len(apart) > 1 and all(map(self.named, apart)):
            ends = (self._communes_by_name.get(normalise_label(part), ()) for part in text.split(","))  # of an address
            codes = tuple(commune.code for communes in ends for commune in communes)
            raise PasserellesError("ambiguous_place", name=text, choices=", ".join(apart), communes=codes)
        return None

    def area(self, text: str) -> Area:
        """
        Territory of a text: a basin, a group of communes (EPCI), a department, or a list of such and of communes.

        Parameters
        ----------
        text
            ``"Redon"`` (the basin of that name), ``"CA Redon Agglomération"`` or a SIREN, ``"35"``; or several parts
            between commas, of which names are communes first: ``"35236, Pipriac, Saint-Ganton (35)"``.

        Raises
        ------
        UnknownCodeError
            If nothing has a name; with the nearest names.
        PasserellesError
            If names mean several places: each is listed with its choices and their departments.
        """
        parts = [part for piece in re.split(r"[,;\n]", text) if (part := piece.strip())]
        areas: list[Area] = []
        unclear: list[PasserellesError] = []
        for part in parts:
            try:
                areas.append(self._area(part, alone=len(parts) == 1))
            except UnknownCodeError:
                raise
            except PasserellesError as error:
                unclear.append(error)
        if len(unclear) > 1:
            named = "; ".join(f"{e.values['name']}: {e.values['choices']}" for e in unclear)
            raise PasserellesError("ambiguous_places", names=named)
        if unclear:
            raise unclear[0]
        if not areas or not all(area.communes for area in areas):
            raise UnknownCodeError(text, suggestions=self.suggest(text) if areas else (), key="unknown_basin")
        if len(areas) == 1:
            return areas[0]
        return Area("communes", ", ".join(a.name for a in areas), frozenset().union(*(a.communes for a in areas)))

    def _area(self, text: str, *, alone: bool) -> Area:
        """Territory of one part of a text: a name alone is a basin's first, in a list a commune's."""
        if department := _DEPARTMENT.fullmatch(text):
            code = department[1].upper()
            return Area("department", code, self._communes_where(lambda c: departments_shown(c.code) == code))
        commune = self.commune_by_code.get(text)
        if commune is not None:
            return Area("communes", commune.name or text, frozenset({text}))
        basin = self.own(text) if alone or text.isdigit() else None
        if basin is not None:
            return Area("basin", basin.name, frozenset(basin.communes))
        head = self._epcis_by_name.get(text) or self._epcis_by_name.get(normalise_label(text))
        if head is not None and (alone or not self._communes_by_name.get(normalise_label(text))):
            name = self.epci_labels.get(head.epci or "", text)
            return Area("epci", name, self._communes_where(lambda c: c.epci == head.epci))
        spot = self.spot(text, communes_first=True)
        if spot.commune is None:
            return Area("basin", spot.name, frozenset(spot.basin.communes))
        return Area("communes", spot.commune.name or spot.commune.code, frozenset({spot.commune.code}))

    def _communes_where(self, chosen: Callable[[Commune], bool]) -> frozenset[str]:
        return frozenset(commune.code for commune in self.communes if chosen(commune))

    def holds(self, area: Area, commune: str, basin: str) -> bool | None:
        """Whether an area holds a commune, or a whole basin where none is given; None where it holds a part of it."""
        if commune:
            return commune in area.communes
        place = self.basin_by_code.get(basin)
        if place is None or not place.communes:
            return None
        inside = area.communes.intersection(place.communes)
        return False if not inside else True if len(inside) == len(place.communes) else None

    def _basin_spot(self, code: str) -> Spot:
        basin = self.basin_by_code[code]
        return Spot(basin, None, basin.name)

    def _named_commune(self, text: str, name: str, department: tuple[str, ...]) -> Spot | None:
        """Commune of a name, or None: of several, the one that a basin is named after; else its town stands beside."""
        communes = self._communes_by_name.get(name) or self._communes_by_short_name.get(_ARTICLE.sub("", name), ())
        named = self._basins_by_name.get(name, ()) if communes and not department else ()  # Saint-Nazaire; Vire
        begun = (c for c in self.communes_starting(name if named else "") if c.basin in named)
        towns = [c for c in begun if (c.population or 0) > max(commune.population or 0 for commune in communes)]
        return self._single_commune(text, [c for c in communes if c.basin in named] or [*communes, *towns], department)

    def communes_starting(self, start: str, *, cut: bool = False) -> list[Commune]:
        """Communes whose name begins with some words and goes on, by name; with `cut`, the last one may be cut off."""
        names, begun = [*self._communes_by_name] if start else [], start if cut else f"{start} "
        after = islice(names, bisect_left(names, begun), None)
        return [c for name in takewhile(lambda n: n.startswith(begun), after) for c in self._communes_by_name[name]]

    def _single_commune(self, text: str, communes: Iterable[Commune], department: tuple[str, ...]) -> Spot | None:
        """Return the only commune, of a department where one is given; several are an error that lists them."""
        matching = [c for c in communes if not department or c.code.startswith(department)]
        if not matching:
            return None
        choices = [f"{c.name} ({departments_shown(c.code)})" for c in matching]
        if len(set(choices)) > 1 or len({c.basin for c in matching}) > 1:
            codes = tuple(c.code for c in matching)
            raise PasserellesError("ambiguous_place", name=text, choices=few(choices, _LISTED), communes=codes)
        return Spot(self.basin_by_code[matching[0].basin], matching[0], matching[0].name or text.strip())

    def commune_km(self, start: Commune, end: Commune) -> float | None:
        """Great-circle kilometres between two communes; None = one has no coordinates."""
        if start.code == end.code:
            return 0.0
        points = np.array([(c.latitude, c.longitude) for c in (start, end)], dtype=np.float64)  # None becomes nan
        km = float(distance_matrix_km(points)[0, 1])
        return None if np.isnan(km) else km

    def own(self, text: str) -> Basin | None:
        """Basin of a code or of its main name; None where only an alias, a commune or nothing has it."""
        codes = self._basins_by_name.get(normalise_label(text), ())
        return self._basin_of_code(text.strip()) or (self.basin_by_code[codes[0]] if len(codes) == 1 else None)

    def named(self, text: str) -> bool:
        """Whether a text is the very name of a basin or a commune, of one or of several."""
        name, _ = bare_place(text, "")
        return name in self._basins_by_name or name in self._communes_by_name

    def suggest(self, text: str) -> tuple[str, ...]:
        """Names of basins and communes: those that hold a text in whole words, then the nearest, best first."""
        texts = dict.fromkeys((name := normalise_label(text), _AROUND.sub("", name)))  # "secteur de Rodezz"
        names = {label: label for label in self._labels}
        ranked = {near: score for form in texts for near, score in alike(form, names, least=_CUTOFF).items()}
        held = set(holding(self._labels, text))
        keys = {n: (n not in held, -ranked.get(n, 0), n not in self._basins_by_name, n) for n in {*ranked, *held}}
        return tuple(islice(dict.fromkeys(self._labels[n] for n in sorted(keys, key=keys.__getitem__)), _SUGGESTIONS))

    def distance(self, start: str, end: str) -> float | None:
        """
        Kilometres from one basin to another, by code or name, see `basin`; None = unknown.

        A travel table comes first (the other direction where it gives only that one), then the great circle
        between centres; a basin that the geography lacks is at an unknown distance from all but itself.

        Raises
        ------
        UnknownCodeError
            If nothing has that code or name (see `with_basins`).
        """
        start, end = (place if place in self.basin_by_code else self.basin(place).code for place in (start, end))
        if start == end:
            return 0.0
        _, km = self.travel_between(start, end)
        crow = float(self.distance_matrix[self._row[start], self._row[end]])
        return km if km is not None else None if np.isnan(crow) else crow

    def travel_between(self, start: str, end: str) -> tuple[float | None, float | None]:
        """Minutes and kilometres that a table of travel gives between two basins, in either direction; None = none."""
        return self.travel.get((start, end)) or self.travel.get((end, start)) or (None, None)

    @cached_property
    def distance_matrix(self) -> Floats:
        """Great-circle km between all basins, in the order of `basins`; nan = unknown, diagonal 0, read-only."""
        points = [(b.latitude, b.longitude) for b in self.basins]
        matrix = distance_matrix_km(np.array(points, dtype=np.float64).reshape(-1, 2))  # None becomes nan
        matrix.setflags(write=False)
        return matrix

    def _basin_of_code(self, text: str) -> Basin | None:
        """Basin of a basin code (zeros lost by a spreadsheet put back) or of a commune code."""
        commune = self.commune_by_code.get(text)
        padded = text.zfill(_BASIN_WIDTH) if text.isascii() and text.isdigit() else ""
        return self.basin_by_code.get(text) or self.basin_by_code.get(commune.basin if commune else padded)

    @cached_property
    def _row(self) -> Mapping[str, int]:
        return {basin.code: i for i, basin in enumerate(self.basins)}

    @cached_property
    def _basins_by_name(self) -> Mapping[str, tuple[str, ...]]:
        return grouped(sorted((normalise_label(b.name), b.code) for b in self.basins))

    @cached_property
    def _basins_by_alias(self) -> Mapping[str, tuple[str, ...]]:
        return grouped(sorted({(normalise_label(alias), b.code) for b in self.basins for alias in b.aliases}))

    @cached_property
    def _communes_by_name(self) -> Mapping[str, tuple[Commune, ...]]:
        """Communes by each of their names, in the order of these."""
        names = ((c, {normalise_label(name) for name in (c.name or "", *c.aliases)} - {""}) for c in self.communes)
        return grouped(sorted(((n, commune) for commune, several in names for n in several), key=itemgetter(0)))

    @cached_property
    def _communes_by_short_name(self) -> Mapping[str, tuple[Commune, ...]]:
        """Communes by their name without articles, or without spaces: "Lapalme" is La Palme."""
        by_name = self._communes_by_name.items()
        short = ((communes, {_ARTICLE.sub("", n), n.replace(" ", "")}) for n, communes in by_name)
        return grouped((name, commune) for communes, names in short for commune in communes for name in sorted(names))

    @cached_property
    def _epcis_by_name(self) -> Mapping[str, Commune]:
        """Most populous commune of each group of communes, by its code, its name, and its name without its kind."""
        members = grouped((commune.epci, commune) for commune in self.communes if commune.epci)
        heads = {code: max(communes, key=lambda commune: commune.population or 0) for code, communes in members.items()}
        labels = {code: normalise_label(self.epci_labels.get(code, "")) for code in heads}
        shortened = grouped((_EPCI_KIND.sub("", label), code) for code, label in labels.items())
        short = {name: heads[codes[0]] for name, codes in shortened.items() if len(codes) == 1 and name}
        return short | heads | {label: heads[code] for code, label in labels.items() if label}

    @cached_property
    def _commune_labels(self) -> dict[str, str]:
        """Label to show of each normalised name of a commune; its own name comes before its others."""
        labels = {name: communes[0].name or "" for name, communes in self._communes_by_name.items()}
        return labels | {normalise_label(commune.name): commune.name for commune in self.communes if commune.name}

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        """Label to show of each normalised name; a basin's before a commune's."""
        labels = self._commune_labels | {normalise_label(b.name): b.name for b in self.basins}
        return {name: labels[name] for name in sorted(labels) if name}


_DEPARTMENT: Final = re.compile(r"(?:d[eé]p(?:artement|t)?\.? +)?(\d{2}|2[ABab]|97\d)")
_ARTICLE: Final = re.compile(r"\b(?:le|la|les|l) (?=\S)")
_EPCI_KIND: Final = re.compile(
    r"^(?:(?:cc|ca|cu|metropole|communaute (?:de communes|d agglomeration|urbaine)) )"
    r"(?:(?:de la|de l|de|du|des|d|le|la|les|l) )?"
)
_LEADING_CODE: Final = re.compile(r"^\s*(?:FR?-)?(\d{5}|\d{2}|97\d|2[ABab])[\s,–-]+(?=\D)(?!km\b)")
_BRACKETED: Final = re.compile(r"\(\s*(\d{2,3}|2[ABab]|\d{5})\s*\)\s*$")
_TRAILING_CODE: Final = re.compile(r"(?<=[^\W\d])[\s,-]+(\d{5}|\d{2}|97\d|2[ABab])\s*$")
_AROUND: Final = re.compile(
    r"^(?:(?:tout|ensemble) )?(?:(?:du|de|a) )?(?:l |le )?(?:bassin(?: d emplois?)?|zone d emplois?|ze|secteur|agglo"
    r"|agglomeration|environs|alentours|autour|pays|proche|pres|proximite|\d{1,2} km(?: autour)?)"
    r" (?:de la |de l |des |du |de |d )?(?=\S)| et (?:environs|alentours)$"
)
_SUR_OR_SOUS: Final = re.compile(r"\bs/(s\b)?\W*", re.IGNORECASE)
_BOROUGH: Final = re.compile(r"^(paris|lyon|marseille) (?:\d{1,2})(?: ?(?:e|er|eme|ieme))?(?: arrondissement)?$")
_OF_PARIS: Final = re.compile(r"75(?:0[012]\d|116)")  # postcodes, which no commune has as its code


def bare_place(text: str, area: str) -> tuple[str, str]:
    """Return the folded name of a place without the words around it, and the department or postcode in it."""
    if _OF_PARIS.fullmatch(text.strip()):
        return "paris", area
    if borough := _BOROUGH.match(normalise_label(text)):
        return borough[1], area
    codes = (_BRACKETED, _LEADING_CODE, _TRAILING_CODE)
    code = next((match[1] for pattern in codes if (match := pattern.search(text))), "")
    for pattern in codes:
        text = pattern.sub("", text)
    text = _SUR_OR_SOUS.sub(lambda match: "sous " if match[1] else "sur ", text)
    name = re.sub(r"\bst(e?)\b", r"saint\1", re.sub(r"\bcedex\b.*", "", normalise_label(text)).strip())
    borough = _BOROUGH.match(name)
    return borough[1] if borough else name, area or code


def holding(names: Iterable[str], text: str) -> Iterator[str]:
    """Yield the folded names that hold a text in whole words."""
    part, _ = bare_place(text, "")
    return (name for name in names if part and f" {part} " in f" {name} ")


def department_of(area: str) -> tuple[str, ...]:
    """
    Beginnings of the commune codes of a department or postcode; Corsica's postcodes begin with 20.

    Examples
    --------
    >>> department_of("35600"), department_of("1"), department_of("97410")
    (('35',), ('01',), ('974',))
    """
    code = area.upper().zfill(5)[:3] if area.isdigit() and len(area) in (4, 5) else area.upper().zfill(2)
    return ("2A", "2B") if code[:2] == "20" else (code[:3] if code[:2] in ("97", "98") else code[:2],)


def departments_shown(commune: str) -> str:
    """Return the code of the department of a commune, by its code."""
    return department_of(commune if commune[:2] in ("97", "98") else commune[:2])[0]


_OF_COMMUNES: Final = (
    "commune_by_code", "_communes_by_name", "_communes_by_short_name", "_epcis_by_name", "_commune_labels",
)  # fmt: skip


def with_basins(places: Places, names: Mapping[str, str], *, source: str = "") -> Places:
    """
    Return places that also know the basins of a survey which the geography lacks.

    Parameters
    ----------
    places
        The geography.
    names
        Name of each basin, by code, such as a survey gives them.
    source
        Where the names come from, for the notices.

    Returns
    -------
    places
        Basins without a geography have no commune and no centre: their distances are unknown, and a notice says
        so. Another name of a known basin becomes an alias, unless it is some basin's own name.
    """
    known = dict(places.basin_by_code)
    labels = (*(basin.name for basin in known.values()), *(names[code] for code in names.keys() - known))
    main_names = {*map(normalise_label, labels)}
    log = NoticeLog(places.notices)
    for code in sorted(names):
        name = names[code]
        basin = known.get(code)
        if basin is None:
            known[code] = Basin(code, name or code)
            log.note("basin_without_geography", file=source, subject=f"{code} {name}".strip())
        elif name and normalise_label(name) not in main_names | {normalise_label(a) for a in basin.aliases}:
            known[code] = replace(basin, aliases=(*basin.aliases, name))
    wider = replace(places, basins=tuple(known[code] for code in sorted(known)), notices=log.notices())
    vars(wider).update({name: getattr(places, name) for name in _OF_COMMUNES})  # a second: made once for both
    return wider


class _Row(NamedTuple):
    commune: str
    basin: str
    label: str
    department: str
    region: str
    name: str


_Points = Mapping[str, tuple[float, float]]
_Geography = tuple[FileRows, tuple[_Row, ...]]
"""One file of basins, and its rows; notices about all files are noted in the latest."""


@checked
def load_places(path: str | Path, *, travel: str | Path | None = None, scanned: Scan | None = None) -> Places:
    """
    Load basins and communes from a folder, recognised by what its files hold, or from a single file.

    Parameters
    ----------
    path
        A folder such as the one of the public data sets, or one file of basins. Where several years are there, the
        most recent one places the communes. Names come from all: a list of communes gives the one that is shown, and
        by the others the commune is found too.
    travel
        Table of the user's own travel times between basins (columns ``from, to, minutes`` or ``km``), beside those
        found in `path`.
    scanned
        What `passerelles.market.read.scan_all` found in the folder, where it was looked through already.

    Returns
    -------
    places
        Its `notices` say what was odd: lost zeros, communes without coordinates, damaged names.

    Raises
    ------
    PasserellesError
        If nothing is there, it may not be read, or it holds no file of basins.
    """
    scan = (scanned or scan_all(path)).within(("places",))
    log = NoticeLog(scan.notices)
    files: list[SourceFile] = []

    def opened(*recognised: RecognisedFile) -> Iterator[FileRows]:
        for file in recognised:
            reading = FileRows(file, log)
            files.append(reading.source())
            yield reading

    def newest_first(kind: str) -> list[RecognisedFile]:
        return sorted(scan.of(kind), key=lambda f: (f.year, f.name), reverse=True)

    def rows(kind: str, *names: str) -> Iterator[tuple[Any, ...]]:
        return (row for reading in opened(*newest_first(kind)[::-1]) for _, row in reading.rows(*names))

    geographies = [(reading, _read_basins(reading)) for reading in opened(*newest_first("basins"))][::-1]
    if not geographies:
        raise PasserellesError("no_places_data", path=path)
    latest, newest_rows = geographies[-1]
    details: dict[str, _Details] = {}
    for code, name, population, epci, label in rows("communes", "commune", "commune_label", *_Details._fields[1:]):
        people = None if population is None else round(population)
        details[code] = _Details(name, people, epci.removesuffix(".0"), label)
    names = grouped(
        (code, name)  # the later, the newer
        for code, name in (
            *((row.commune, row.name) for _, communes in geographies for row in communes),
            *rows("commune-names", "commune", "commune_label"),
            *((code, row.name) for code, row in details.items()),
        )
        if any(map(str.isalpha, name))
    )
    points = _coordinates(opened(*newest_first("coordinates")))
    # The commune of today that took the place of each former one.
    successors = dict(rows("former-communes", "former", "commune"))
    today = {row.commune: successors.get(row.commune, row.commune) for row in newest_rows}
    communes = tuple(_commune(r, names.get(r.commune, ()), points, details, today[r.commune]) for r in newest_rows)
    _report(communes, geographies)
    epcis = MappingProxyType({row.epci: row.epci_label for _, row in sorted(details.items()) if row.epci})
    places = Places(tuple(_basins(communes, geographies)), communes, year=latest.recognised.year, epci_labels=epcis)
    tables = list(scan.of("travel"))
    if travel is not None:
        extra = scan_all(travel).of("travel")
        if not extra:
            first = next((cells for _, cells in read_rows(travel, lambda _: 0).filled), ())
            shown = ", ".join(filter(None, map(cell_text, first))) or "-"
            raise PasserellesError("market_columns", path=travel, column="from, to, minutes | km", columns=shown)
        tables += extra
    return replace(places, travel=_travel(opened(*tables), places), files=tuple(files), notices=log.notices())


class _Details(NamedTuple):
    """What a list of communes says of one."""

    name: str
    population: int | None
    epci: str
    epci_label: str


def _commune(row: _Row, names: Sequence[str], points: _Points, details: Mapping[str, _Details], today: str) -> Commune:
    latitude, longitude = points.get(row.commune) or points.get(today) or (None, None)
    about = details.get(row.commune) or details.get(today)
    population, epci = (about.population, about.epci or None) if about is not None else (None, None)
    name, *others = dict.fromkeys(reversed(names)) or [None]
    return Commune(row.commune, name, row.basin, latitude, longitude, population, epci, tuple(filter(None, others)))


def _read_basins(reading: FileRows) -> tuple[_Row, ...]:
    rows: dict[str, _Row] = {}
    columns = ("commune", "basin", "label", "department", "region", "commune_label")
    for line, (code, basin, label, department, region, name) in reading.rows(*columns):
        if not basin:
            reading.note("empty_code", line)
        elif reading.is_new(line, code, rows):
            # The file lumps overseas departments under 97: the commune's code distinguishes them.
            place = departments_shown(code) if code.startswith(("97", "98")) else department
            rows[code] = _Row(code, basin, label, place, region, name)
    return tuple(rows[code] for code in sorted(rows))


def _coordinates(readings: Iterable[FileRows]) -> _Points:
    points: dict[str, tuple[float, float]] = {}
    for reading in readings:
        for line, (code, latitude, longitude) in reading.rows("commune", "latitude", "longitude"):
            point = decimal_number(latitude), decimal_number(longitude)
            if not (abs(point[0]) <= 90 and abs(point[1]) <= 180):  # noqa: PLR2004 - degrees; nan fails too
                reading.note("invalid_value", line, column="latitude, longitude", value=f"{latitude}, {longitude}")
            elif code:
                points.setdefault(code, point)
    return points


def _report(communes: Sequence[Commune], geographies: Sequence[_Geography]) -> None:
    *others, (latest, _) = geographies
    for key, name in (("communes_without_coordinates", "latitude"), ("communes_without_name", "name")):
        if lacking := sum(getattr(commune, name) is None for commune in communes):
            latest.note(key, count=lacking)
    basin_of = {c.code: c.basin for c in communes}
    for older, rows in others:
        if moved := sum(basin_of.get(row.commune, row.basin) != row.basin for row in rows):
            latest.note("commune_moved", other=older.recognised.name, count=moved)


def _basins(communes: Sequence[Commune], geographies: Sequence[_Geography]) -> Iterator[Basin]:
    latest, newest_rows = geographies[-1]
    members = grouped((commune.basin, commune) for commune in communes)
    rows = grouped((row.basin, row) for row in newest_rows)
    labels = grouped((row.basin, row.label) for _, communes in geographies for row in communes if row.label)
    for code in sorted(members):
        name, aliases = _name(code, Counter(labels.get(code, ())), {r.label for r in rows[code]}, latest)
        known = ([n for c in members[code] if (n := getattr(c, end)) is not None] for end in ("latitude", "longitude"))
        latitude, longitude = (fmean(numbers) if numbers else None for numbers in known)
        if latitude is None:
            latest.note("basin_without_coordinates", subject=f"{code} {name}")
        above = ({getattr(row, kind) for row in rows[code]} for kind in ("department", "region"))
        departments, regions = (tuple(sorted(codes - {""})) for codes in above)
        inside = tuple(c.code for c in members[code])
        yield Basin(code, name, inside, latitude, longitude, aliases, departments, regions)


def _name(code: str, labels: Counter[str], latest: set[str], file: FileRows) -> tuple[str, tuple[str, ...]]:
    """Most frequent sound name of a basin over all files, and its other names; what is damaged or differs is noted."""
    # A letter that is not Latin is a sign of a wrong encoding upstream.
    damaged = {label for label in labels if any(c.isalpha() and "LATIN" not in unicodedata.name(c, "") for c in label)}
    sound = {label: n for label, n in labels.items() if label not in damaged}
    for label in sorted(damaged):
        file.note("basin_name_damaged", value=label, subject=code)
    spelt = grouped((normalise_label(label), label) for label in sorted(sound))
    if not spelt:
        return code, ()
    best = min(spelt, key=lambda key: (-sum(sound[label] for label in spelt[key]), key))
    name = min(spelt[best], key=lambda label: (-sound[label], label))
    differing = sorted(latest & set(sound))
    if len(set(map(normalise_label, differing))) > 1:
        file.note("basin_names_differ", subject=code, names=", ".join(differing))
    return name.strip(), tuple(spelt[key][-1].strip() for key in sorted(spelt) if key != best)


def _travel(readings: Iterable[FileRows], places: Places) -> Travel:
    travel: dict[tuple[str, str], tuple[float | None, float | None]] = {}
    for reading in readings:
        for line, (start, end, *written) in reading.rows("start", "end", "minutes", "km"):
            ends = []
            for text in (start, end):
                try:
                    ends.append(places.basin(text).code)
                except PasserellesError:
                    reading.note("place_unknown", line, value=text)
            minutes, km = map(amount, written)
            if len(ends) < 2:  # noqa: PLR2004 - a start and an end
                continue
            unread = any(v is None and text for v, text in zip((minutes, km), written, strict=True))
            if unread or (minutes is None and km is None):
                reading.note("travel_invalid", line, value=" ".join(written).strip())
            elif reading.is_new(line, (ends[0], ends[1]), travel):
                travel[ends[0], ends[1]] = (minutes, km)
    return MappingProxyType(dict(sorted(travel.items())))
