"""From ROME occupations to the families of market statistics (FAP) and back, many to many, through the parent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import ascii_lowercase
from types import MappingProxyType
from typing import Literal, NamedTuple

from passerelles.codes import grouped, is_rome_code
from passerelles.errors import PasserellesError
from passerelles.market.read import ABSENT, Found, SourceFile, cells, read, source_file
from passerelles.notices import Notice, NoticeLog, notice
from passerelles.referentials.referential import Referential

Nomenclature = Literal["FAP2009", "FAP2021"]
Via = Literal["direct", "parent", "base", "base-parent"]


class Link(NamedTuple):
    """That a code leads to others by way of `code`: the occupation itself, its parent or its base."""

    code: str
    via: Via


@dataclass(frozen=True)
class FapRome:
    """
    Families of each ROME 3 code in one nomenclature, as published.

    `without_rome` lists the families that the table gives without any ROME code. `by_qualification` gives the family of
    a ROME code and a qualification (0 = not said, 1 to 9) where the nomenclature goes by it (FAP 2021): `pairs` then
    are those of a job of which no qualification is known, and what else would leave a family without any job.
    """

    file: SourceFile
    pairs: tuple[tuple[str, str], ...]  # (family, ROME 3 code), sorted
    families: frozenset[str]
    without_rome: tuple[str, ...]
    nomenclature: Nomenclature = "FAP2009"
    by_qualification: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    @cached_property
    def families_of_rome(self) -> Mapping[str, tuple[str, ...]]:
        """Families of each ROME 3 code."""
        return grouped((rome, family) for family, rome in self.pairs)


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
        source_file(found, table),
        tuple(sorted(pairs)),
        frozenset(families),
        without,
        notices=NoticeLog(notices).notices(),
    )


def read_fap2021_rome(found: Found) -> FapRome:
    """
    Read the crosswalk in which the qualification of a job decides its family.

    The detailed family (``A0X41a``) belongs to the one of the survey (``A0X41``). A job of which no qualification is
    known has the family that the table gives it then (qualification 0); a family that no job has so is reached by the
    jobs that have it at any qualification.
    """
    table = read(found)
    log = NoticeLog(table.notices)
    by_qualification: dict[tuple[str, str], str] = {}
    for line, (rome, qualification, detail) in cells(found, table, "rome", "qualification", "family"):
        if detail in ABSENT or not is_rome_code(rome):
            log.note("invalid_value", file=found.name, line=line, column="ROME, FAP341", value=f"{rome} {detail}")
        else:
            by_qualification[rome, qualification] = detail.rstrip(ascii_lowercase)
    usual = {(family, rome) for (rome, qualification), family in by_qualification.items() if qualification == "0"}
    reached = {family for family, _ in usual}
    others = {(family, rome) for (rome, _), family in by_qualification.items() if family not in reached}
    return FapRome(
        source_file(found, table),
        tuple(sorted(usual | others)),
        frozenset(by_qualification.values()),
        (),
        "FAP2021",
        MappingProxyType(dict(sorted(by_qualification.items()))),
        log.notices(),
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
    own = [o.code for o in referential.occupations if o.base is None]
    return grouped(sorted((family, code) for code in own for family in families_of(crosswalk, referential, code)[0]))


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
