"""A table of a country cut into territories: basins, departments, regions, employers; and one territory out of it."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple, get_args

from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.market.places import Area, Places, departments_shown
from passerelles.territory.lots import Lot, Lots, Problem
from passerelles.text import normalise_label

Cut = Literal["basin", "epci", "department", "region", "employer"]
CUTS: Final[tuple[Cut, ...]] = get_args(Cut)
ELSEWHERE: Final = ""  # key of lots whose territory is not known
_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")


class TerritoryPart(NamedTuple):
    """People and openings of one territory; `name` is empty where the territory is not known."""

    key: str
    name: str
    fragile: Lots
    hiring: Lots | None

    @property
    def file(self) -> str:
        """Name of its page, without an ending: words that any disk takes, and its key."""
        return _NOT_NAME.sub("-", normalise_label(f"{self.name} {self.key}")).strip("-")[:80] or "ailleurs"


def parts(
    fragile: Lots, hiring: Lots | None, by: Cut, places: Places | None = None, names: Mapping[str, str] | None = None
) -> list[TerritoryPart]:
    """
    Cut both sides of a country into territories.

    Parameters
    ----------
    fragile, hiring
        What `read_sides` gives. Without openings, each territory takes those of the survey.
    by
        ``basin``; ``epci``, ``department`` or ``region`` of a lot's commune, else of its basin where that lies in one;
        ``employer``: sites of a firm in one basin apart from those of others, with every opening.
    places
        The geography; only basins and employers can be told apart without one.
    names
        Names of departments or regions by code, such as the survey's ``region_labels``; the code where there is none.

    Returns
    -------
    parts
        By name; lots whose territory is not known come last, as one part without a name. A territory with openings and
        nobody in a fragile job is none.

    Raises
    ------
    PasserellesError
        If the cut needs a geography and there is none.

    Examples
    --------
    >>> from passerelles.territory.lots import Lots
    >>> people = Lots.of("fragile", [Lot("A", "J1", "redon", people=3, basin_label="Redon"),
    ...                              Lot("A", "J1", "vannes", people=2, basin_label="Vannes")])
    >>> [(part.name, part.fragile.people) for part in parts(people, None, "basin")]
    [('Redon', 3), ('Vannes', 2)]
    """
    if places is None and by not in ("basin", "employer"):
        raise PasserellesError("territory_cut_places", by=by)
    locate = _namer(by, places)
    people = grouped((locate(lot)[0], lot) for lot in fragile.lots)
    openings = None if hiring is None or by == "employer" else grouped((locate(lot)[0], lot) for lot in hiring.lots)
    named = {key: locate(lots[0])[1] for key, lots in people.items()} | dict(names or {})
    return [
        TerritoryPart(
            key,
            named[key],
            _with_lots(fragile, people[key]),
            hiring if hiring is None or openings is None else _with_lots(hiring, openings.get(key, ())),
        )
        for key in sorted(people, key=lambda key: (key == ELSEWHERE, named[key], key))
    ]


def area_of(territory: str, places: Places | None) -> Area | None:
    """
    Return the area of a text; None where it is empty.

    Raises
    ------
    PasserellesError
        If there is no geography to tell it by, or it is not understood.
    """
    if not territory:
        return None
    if places is None:
        raise PasserellesError("territory_needs_places", name=territory)
    return places.area(territory)


def lots_within(lots: Lots, area: Area, places: Places) -> Lots:
    """
    Return the lots of a side that lie in a territory; what lies outside gets a message, what is not known is set aside.

    A lot of which only the basin is known lies there where the whole basin does.
    """
    located = [(lot, places.holds(area, lot.commune, lot.basin)) for lot in lots.lots]
    values = {"territory": area.name, "communes": len(area.communes)}
    out = [lot for lot, is_inside in located if is_inside is False]
    message = Problem(lots.file, 0, "", "outside", {**values, "people": sum(x.people for x in out), "lines": len(out)})
    unclear = [(lot, {**values, "basin": lot.basin_label}) for lot, is_inside in located if is_inside is None]
    unsure = [Problem(lots.file, lot.row, "", "partly_inside", about, lot.people) for lot, about in unclear]
    if all(is_inside is not True for _, is_inside in located):
        raise PasserellesError(f"territory_empty_{lots.side}", name=area.name)
    result = _with_lots(lots, [lot for lot, is_inside in located if is_inside])
    return replace(result, set_aside=(*lots.set_aside, *unsure), said=(*lots.said, message))


def _with_lots(lots: Lots, chosen: Sequence[Lot]) -> Lots:
    """Return some lots of a side, without the messages of the whole table."""
    return replace(lots, lots=tuple(chosen), set_aside=(), said=())


def _namer(by: Cut, places: Places | None) -> Callable[[Lot], tuple[str, str]]:
    """Return what gives key and name of the territory of a lot."""
    if by == "employer":
        return lambda lot: (f"{lot.employer}|{lot.basin}", ", ".join(filter(None, (lot.employer, lot.basin_label))))
    if by == "basin" or places is None:
        return lambda lot: (lot.basin, lot.basin_label)
    region_of = {b.departments[0]: b.regions[0] for b in places.basins if len(b.departments) == len(b.regions) == 1}

    def area(lot: Lot) -> tuple[str, str]:
        """Group of communes, department or region of a lot's commune; the latter of its basin where it lies in one."""
        if by == "epci":
            commune = places.commune_by_code.get(lot.commune)
            code = (commune.epci if commune else None) or ELSEWHERE
            return code, places.epci_labels.get(code, code)
        basin = places.basin_by_code.get(lot.basin)
        codes = () if basin is None else basin.departments if by == "department" else basin.regions
        code = codes[0] if len(codes) == 1 else ELSEWHERE
        if lot.commune and len(codes) > 1:
            department = departments_shown(lot.commune)
            code = department if by == "department" else region_of.get(department, ELSEWHERE)
        return code, code

    return area


def part_checksum(part: TerritoryPart, provenance: Mapping[str, Any], options: Sequence[object]) -> str:
    """
    Return a checksum of all that a territory's line depends on, by which a run that was stopped goes on.

    `provenance` is what `passerelles.graph.core.provenance` gives; `options` everything else.
    """
    # All that is known of a lot, volunteers and months too; only where it was written plays no part.
    sides = [lots and [replace(lot, row=0) for lot in lots.lots] for lots in (part.fragile, part.hiring)]
    content = (part.key, part.name, sides, sorted(provenance.items()), [str(option) for option in options])
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]
