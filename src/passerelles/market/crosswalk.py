"""From ROME occupations to the families of market statistics (FAP 2009) and back, many to many, through the parent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

from passerelles.codes import is_rome_code
from passerelles.errors import PasserellesError
from passerelles.market.scan import ABSENT, Found, SourceFile, cells, read, source_file
from passerelles.notices import Notice, NoticeLog, notice
from passerelles.referentials.referential import Referential

Via = Literal["direct", "parent", "base", "base-parent"]


class Link(NamedTuple):
    """That a code leads to others by way of `code`: the occupation itself, its parent or its base."""

    code: str
    via: Via


@dataclass(frozen=True)
class FapRome:
    """
    Families FAP 2009 of each ROME 3 code, as published.

    `without_rome` lists the families that the table gives without any ROME code.
    """

    file: SourceFile
    pairs: tuple[tuple[str, str], ...]  # (family, ROME 3 code), sorted
    families: frozenset[str]
    without_rome: tuple[str, ...]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    @cached_property
    def families_of_rome(self) -> Mapping[str, tuple[str, ...]]:
        """Families of each ROME 3 code."""
        grouped: dict[str, list[str]] = {}
        for family, rome in self.pairs:
            grouped.setdefault(rome, []).append(family)
        return MappingProxyType({rome: tuple(found) for rome, found in grouped.items()})

    @cached_property
    def rome_of_family(self) -> Mapping[str, tuple[str, ...]]:
        """ROME 3 codes of each family."""
        grouped: dict[str, list[str]] = {}
        for family, rome in self.pairs:
            grouped.setdefault(family, []).append(rome)
        return MappingProxyType({family: tuple(found) for family, found in grouped.items()})


def read_fap_rome(found: Found) -> FapRome:
    """Read the published crosswalk; rows without a ROME code are counted, never joined."""
    table = read(found)
    pairs: set[tuple[str, str]] = set()
    families: set[str] = set()
    notices = [*table.notices]
    bare = 0
    for line, (family, rome) in cells(found, table, "family", "rome"):
        if family not in ABSENT:
            families.add(family)
        if rome in ABSENT or family in ABSENT:
            bare += 1
        elif not is_rome_code(rome):
            notices.append(notice("invalid_value", file=found.name, line=line, column="Rome", value=rome))
        elif (family, rome) in pairs:
            notices.append(notice("duplicate_link", file=found.name, line=line, subject=f"{family} - {rome}"))
        else:
            pairs.add((family, rome))
    if bare:
        notices.append(notice("rows_without_rome", file=found.name, count=bare))
    without = tuple(sorted(families - {family for family, _ in pairs}))
    return FapRome(
        source_file(found, table), tuple(sorted(pairs)), frozenset(families), without, NoticeLog(notices).notices()
    )


def links_of(referential: Referential, code: str) -> tuple[Link, ...]:
    """
    Codes under which ROME 3 statistics may know an occupation, nearest first: itself, its parent, then its base's.

    Raises
    ------
    PasserellesError
        If the code is a number.
    """
    occupation = referential.occupation_by_code.get(code)
    if occupation is None:
        return (Link(code, "direct"),)
    links = [Link(code, "direct")]
    if occupation.parent and occupation.parent != code:
        links.append(Link(occupation.parent, "parent"))
    base = referential.occupation_by_code.get(occupation.base) if occupation.base else None
    if occupation.base and base is None:
        links.append(Link(occupation.base, "base"))
    elif base is not None:
        links.append(Link(base.code, "base"))
        if base.parent and base.parent != base.code:
            links.append(Link(base.parent, "base-parent"))
    return tuple(links)


def families_of(crosswalk: FapRome, referential: Referential, code: str) -> tuple[tuple[str, ...], Link | None]:
    """
    Families of an occupation and the code that led there; no family and None where the crosswalk has neither.

    Examples
    --------
    An occupation whose own code the crosswalk lacks takes the families of its parent (``code_rome_parent``), and a
    specialised one those of its base.
    """
    for link in links_of(referential, code):
        families = crosswalk.families_of_rome.get(link.code)
        if families:
            return families, link
    return (), None


def codes_of(crosswalk: FapRome, referential: Referential) -> Mapping[str, tuple[str, ...]]:
    """
    Occupations of the referential under each family, by code.

    Specialised occupations are left out: their base stands for them, and a project must not be counted twice.
    """
    grouped: dict[str, list[str]] = {}
    for occupation in referential.occupations:
        if occupation.base is None:
            for family in families_of(crosswalk, referential, occupation.code)[0]:
                grouped.setdefault(family, []).append(occupation.code)
    return MappingProxyType({family: tuple(sorted(codes)) for family, codes in sorted(grouped.items())})


def shares(codes: tuple[str, ...], weights: Mapping[str, float] | None = None) -> Mapping[str, float]:
    """
    Share of a family that goes to each of its codes, summing to 1: equal, or in proportion to `weights`.

    Parameters
    ----------
    codes
        Codes of the family.
    weights
        Weight of each code, 0 or more; a code without one weighs 0.

    Raises
    ------
    PasserellesError
        If a weight is negative or not finite, or if none of the codes has a positive one.

    Examples
    --------
    >>> dict(shares(("A1201", "A1202"), {"A1201": 3, "A1202": 1}))
    {'A1201': 0.75, 'A1202': 0.25}
    """
    if not codes:
        return MappingProxyType({})
    if weights is None:
        return MappingProxyType({code: 1 / len(codes) for code in codes})
    chosen = {code: float(weights.get(code, 0.0)) for code in codes}
    whole = sum(chosen.values())
    if not all(0 <= w < float("inf") for w in chosen.values()) or whole <= 0:
        raise PasserellesError("market_weights", codes=", ".join(codes[:5]))
    return MappingProxyType({code: weight / whole for code, weight in chosen.items()})
