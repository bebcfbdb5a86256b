"""Published tables: ROME codes to families of market statistics (FAP), tensions, median wages, OPCO by agreement."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from string import ascii_lowercase
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, get_args

from passerelles.codes import grouped, is_rome_code
from passerelles.errors import PasserellesError
from passerelles.language import packaged
from passerelles.language.say import Lang, day_text, say
from passerelles.market.read import ABSENT, FileRows, SourceFile
from passerelles.referentials.referential import Referential
from passerelles.text import normalise_label
from passerelles.views.schema import one_of
from passerelles.views.spec import Column, Record, texts_of

# In the order of the publisher: the six components that explain a tension.
COMPONENTS: Final = (
    "hiring_intensity", "training_fit", "labour_shortage", "job_instability", "working_conditions",
    "geographic_mismatch",
)  # fmt: skip
_LEVELS: Final = {"nat": "FR", "reg": "region", "dep": "department"}
PayerStanding = Literal["published", "replaced", "successor", "unknown"]
_IDCC_DIGITS: Final = 4
_IDCC: Final = re.compile(r"(?:^|\bidcc ?)(?:no? )?([0-9]{1,4})\b")  # of an agreement, alone or beside its name
Nomenclature = Literal["FAP2009", "FAP2021"]
Via = Literal["direct", "parent", "base", "base-parent"]


class Link(NamedTuple):
    """A code under which an occupation is looked up: its own, its parent's or its base's."""

    code: str
    via: Via


@dataclass(frozen=True)
class FapRome:
    """
    Families of each ROME 3 code in one nomenclature, as published.

    `by_qualification` gives the family of a ROME code and a qualification (0 = not said, 1 to 9) where the nomenclature
    goes by it (FAP 2021): `pairs` then are those of a job of which no qualification is known, and what else would leave
    a family without any job.
    """

    file: SourceFile
    pairs: tuple[tuple[str, str], ...]  # (family, ROME 3 code), sorted
    nomenclature: Nomenclature = "FAP2009"
    by_qualification: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def families_of_rome(self) -> Mapping[str, tuple[str, ...]]:
        """Families of each ROME 3 code."""
        return grouped((rome, family) for family, rome in self.pairs)


def read_fap_rome(reading: FileRows) -> FapRome:
    """Read the published crosswalk; rows without a ROME code are counted, never joined."""
    pairs: set[tuple[str, str]] = set()
    bare = 0
    for line, (family, rome) in reading.rows("family", "rome"):
        if rome in ABSENT or family in ABSENT:
            bare += 1
        elif not is_rome_code(rome):
            reading.note("invalid_value", line, column="Rome", value=rome)
        elif (family, rome) in pairs:
            reading.note("duplicate_link", line, subject=f"{family} - {rome}")
        else:
            pairs.add((family, rome))
    if bare:
        reading.note("rows_without_rome", count=bare)
    return FapRome(reading.source(), tuple(sorted(pairs)))


def read_fap2021_rome(reading: FileRows) -> FapRome:
    """
    Read the crosswalk in which the qualification of a job decides its family.

    The detailed family (``A0X41a``) belongs to the one of the survey (``A0X41``). A job of which no qualification is
    known has the family that the table gives it then (qualification 0); a family that no job has so is reached by the
    jobs that have it at any qualification.
    """
    by_qualification: dict[tuple[str, str], str] = {}
    for line, (rome, qualification, detail) in reading.rows("rome", "qualification", "family"):
        if detail in ABSENT or not is_rome_code(rome):
            reading.note("invalid_value", line, column="ROME, FAP341", value=f"{rome} {detail}")
        else:
            by_qualification[rome, qualification] = detail.rstrip(ascii_lowercase)
    usual = {(family, rome) for (rome, qualification), family in by_qualification.items() if qualification == "0"}
    reached = {family for family, _ in usual}
    others = {(family, rome) for (rome, _), family in by_qualification.items() if family not in reached}
    qualified = MappingProxyType(dict(sorted(by_qualification.items())))
    return FapRome(reading.source(), tuple(sorted(usual | others)), "FAP2021", qualified)


def links_of(referential: Referential, code: str) -> tuple[Link, ...]:
    """
    Codes under which ROME 3 statistics may know an occupation, nearest first: itself, its parent, then its base's.

    Raises
    ------
    PasserellesError
        If the code is a number.
    """
    by_code = referential.occupation_by_code
    via_of: dict[str, Via] = {code: "direct"}
    if code in by_code:
        parent, base = by_code[code].parent, by_code[code].base
        of_base = by_code[base].parent if base is not None and base in by_code else None
        ways: tuple[tuple[str | None, Via], ...] = ((parent, "parent"), (base, "base"), (of_base, "base-parent"))
        for linked, via in ways:
            if linked:
                via_of.setdefault(linked, via)
    return tuple(Link(linked, via) for linked, via in via_of.items())


def families_of(crosswalk: FapRome, referential: Referential, code: str) -> tuple[tuple[str, ...], Link | None]:
    """
    Families of an occupation and the code that led there; no family and None where the crosswalk has neither.

    Examples
    --------
    An occupation whose own code the crosswalk lacks takes the families of its parent (``code_rome_parent``), and a
    specialised one those of its base.
    """
    known = ((crosswalk.families_of_rome.get(link.code, ()), link) for link in links_of(referential, code))
    return next(((families, link) for families, link in known if families), ((), None))


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
    chosen: dict[str, Any] = {code: 1.0 if weights is None else weights.get(code, 0.0) for code in codes}
    numbers = all(isinstance(weight, int | float) and 0 <= weight < inf for weight in chosen.values())
    if codes and not (numbers and any(chosen.values())):
        raise PasserellesError("market_weights", codes=", ".join(codes[:5]))
    weight_sum = sum(chosen.values())
    return MappingProxyType({code: weight / weight_sum for code, weight in chosen.items()})


class Tension(NamedTuple):
    """
    Class of tension, 1 (far more people than offers) to 5 (far fewer), and of its components; None = unknown.

    `components` is in the order of `COMPONENTS`.
    """

    tension: int | None
    components: tuple[int | None, ...]


@dataclass(frozen=True)
class TensionTable:
    """
    Tensions by (code, territory). Territories: a basin code, or ``FR``, ``region:53``, ``department:35``.

    Codes are ROME 3 codes or FAP families; a pair that is absent is unknown.
    """

    file: SourceFile
    rows: Mapping[tuple[str, str], Tension] = field(repr=False)

    def nearest(self, links: Iterable[Link], territory: str) -> tuple[Link, Tension] | None:
        """First of some codes that has a tension published in a territory, with it; None where none has."""
        rows = ((link, self.rows.get((link.code, territory))) for link in links)
        return next(((link, row) for link, row in rows if row is not None and row.tension is not None), None)


def read_tension(reading: FileRows) -> TensionTable:
    """Read tension by ROME 3 code and basin, or by family for the country, the regions and the departments."""
    by_basin = "basin" in reading.recognised.kind.signature
    keys = ("rome", "basin", "year") if by_basin else ("family", "level", "region", "department", "year")
    n = len(keys)
    rows: dict[tuple[str, str], Tension] = {}
    years: set[str] = set()
    for line, row in reading.rows(*keys, "tension", *COMPONENTS):
        key = row[0], row[1] if by_basin else _territory_code(*row[1:4])
        if reading.is_new(line, key, rows):
            years.add(row[n - 1])
            rows[key] = Tension(row[n], row[n + 1 :])
    return TensionTable(reading.source(", ".join(sorted(years - {""}))), MappingProxyType(rows))


def _territory_code(level: str, region: str, department: str) -> str:
    kind = _LEVELS.get(level, "")
    if kind == "FR":
        return kind
    code = region if kind == "region" else department
    return f"{kind}:{code}" if kind and code.strip("0") else ""


class Wage(NamedTuple):
    """Net monthly median wage of a family in a period (``2017-2019``), euro; None = unknown."""

    family: str
    period: str
    euros: float | None


ALL_FAMILIES: Final = "Ensemble"


@dataclass(frozen=True)
class Wages:
    """Wages by family (``W1Z80``), broader family (``W1Z``) or domain (``W``); `latest` is what figures are made of."""

    file: SourceFile
    rows: tuple[Wage, ...]
    latest: Mapping[str, Wage]

    @cached_property
    def _of(self) -> Mapping[str, tuple[Wage, ...]]:
        """Wages of each family, in all periods."""
        return grouped((wage.family, wage) for wage in self.rows)

    def nearest(self, family: str) -> Wage | None:
        """Latest wage of the family, else of the broader family, else of the domain; None when none is known."""
        latest = (self.latest.get(code) for code in (family, family[:3], family[:1]))
        return next((wage for wage in latest if wage is not None and wage.euros is not None), None)

    def ratio(self, family: str) -> tuple[str, str, float] | None:
        """
        Wage of a family over that of all families, with that family and the latest period that both have.

        Of that period, the family's own, else the broader one's, else the domain's: the open finest medians and that
        of all end in different years, and are not compared. None where there is none.
        """
        everyone = {w.period: w.euros for w in self._of.get(ALL_FAMILIES, ()) if w.euros}
        codes = (family, family[:3], family[:1])
        both = [w for code in codes for w in self._of.get(code, ()) if w.euros and w.period in everyone]
        if not both:
            return None
        last = max(both, key=lambda wage: (_last_year(wage.period), -codes.index(wage.family)))
        return last.family, last.period, round((last.euros or 0.0) / (everyone[last.period] or 1.0), 3)


def read_wages(reading: FileRows) -> Wages:
    """Read wages; the latest period of a family is the one that ends last, whatever the order of the rows."""
    rows: dict[tuple[str, str], Wage] = {}
    for line, (family, period, euros) in reading.rows("family", "period", "wage"):
        if reading.is_new(line, (family, period), rows):
            rows[family, period] = Wage(family, period, euros or None)  # a wage of 0 is none
    ordered = tuple(rows[key] for key in sorted(rows))
    latest = {wage.family: wage for wage in sorted(ordered, key=lambda wage: _last_year(wage.period))}
    years = ", ".join(sorted({w.period for w in ordered}, key=lambda period: (_last_year(period), period)))
    return Wages(reading.source(years), ordered, MappingProxyType(latest))


def _last_year(period: str) -> str:
    return period.rpartition("-")[2].strip()


class Payer(NamedTuple):
    """
    The OPCO of a collective agreement.

    Attributes
    ----------
    idcc
        Number of the agreement, four digits, as asked about.
    name, siren
        The OPCO; empty where it is unknown.
    standing
        ``published``: the table names it; ``replaced``: it does, but another agreement has taken this one's place;
        ``successor``: the table is older than this agreement and names those that it replaced; ``unknown``.
    related
        The agreement that replaced it, or those that it replaced.
    since
        ISO day from which another agreement stands in its place, or it in theirs; empty = it has not changed.
    source
        The table with its year, and what says that the agreement has changed.
    plan
        Whether the firm is small enough for its OPCO to pay for its training plan; None = no headcount was given.
        Other money (work-study, période de reconversion) does not depend on it.
    """

    idcc: str
    name: str
    siren: str
    standing: PayerStanding
    related: tuple[str, ...] = ()
    since: str = ""
    source: str = ""
    plan: bool | None = None

    def sentence(self, lang: Lang = "fr") -> str:
        """Name the OPCO, after which table, and what has changed since; never an amount, as none is published."""
        since, source = day_text(self.since, lang) if self.since else "", self.source.partition("; ")[0]
        values = {"idcc": self.idcc, "name": self.name, "related": ", ".join(self.related)}
        return say(f"market.payer.{self.standing}", lang=lang, **values, since=since, source=source)


PAYER: Final = Record(
    "",
    "OPCO of a collective agreement, as published",
    *(Column(name, promised="text") for name in ("idcc", "name", "siren")),
    Column("standing", promised=one_of(get_args(PayerStanding))),
    texts_of("related", "text", promised=["text"]),
    *(Column(name, promised="text") for name in ("since", "source")),
    Column("plan", promised="flag?: Whether the firm is small enough for its OPCO to pay for its training plan"),
)


@dataclass(frozen=True)
class Payers:
    """The published table, SIREN of an OPCO by agreement. It gives no amount, and none is given here."""

    file: SourceFile
    by_agreement: Mapping[str, str]

    def of(self, idcc: str, *, headcount: int | None = None) -> Payer:
        """Return the OPCO of an agreement, written in any usual way ("1486", "IDCC 16"), for a firm of some size."""
        facts = packaged("passerelles.market", "payers.toml")
        code = agreement_code(idcc)
        siren = self.by_agreement.get(code, "")
        source = self.file.source
        change = facts["replaced"].get(code)
        standing: PayerStanding = "published" if change is None else "replaced"
        related: tuple[str, ...] = () if change is None else (change["by"],)
        if not siren:
            former = {c: change for c, change in sorted(facts["replaced"].items()) if change["by"] == code}
            paid = {self.by_agreement[c] for c in former if c in self.by_agreement}
            if len(paid) != 1:
                return Payer(code, "", "", "unknown")
            siren, standing, related = paid.pop(), "successor", tuple(former)
            change = next(iter(former.values()))
        since, source = ("", source) if change is None else (change["on"], f"{source}; {change['source']}")
        plan = None if headcount is None else headcount < int(facts["plan"]["below_headcount"])
        return Payer(code, facts["names"].get(siren, siren), siren, standing, related, since, source, plan)


def agreement_code(text: str) -> str:
    """
    Return the number of an agreement with four digits; what is no number comes back folded.

    Examples
    --------
    >>> agreement_code("IDCC 16"), agreement_code("1486.0"), agreement_code("Syntec")
    ('0016', '1486', 'syntec')
    >>> agreement_code("1486 - Bureaux d'études"), agreement_code("Syntec (IDCC n° 1486)")
    ('1486', '1486')
    """
    folded = normalise_label(text)
    number = _IDCC.search(folded)
    return number[1].zfill(_IDCC_DIGITS) if number else folded


def read_payers(reading: FileRows) -> Payers:
    """Read the published table; a row without an OPCO, or that gives an agreement another one, is reported."""
    by_agreement: dict[str, str] = {}
    for line, (idcc, siren) in reading.rows("idcc", "opco"):
        if siren in ABSENT or idcc in ABSENT:
            reading.note("invalid_value", line, column="siren_opco", value=siren)
        elif by_agreement.setdefault(agreement_code(idcc), siren) != siren:
            reading.note("duplicate_code", line, subject=idcc)
    return Payers(reading.source(), MappingProxyType(dict(sorted(by_agreement.items()))))


def agreement_number(text: str) -> str:
    """Number of a collective agreement; empty where a cell holds none."""
    code = agreement_code(text) if text else ""
    return code if code.isdigit() else ""


# What reads each kind of file of which the latest counts.
READERS: Final[Mapping[str, Callable[[FileRows], Any]]] = {
    "fap-rome": read_fap_rome, "fap2021-rome": read_fap2021_rome, "tension-rome-basin": read_tension,
    "tension-fap": read_tension, "wages": read_wages, "idcc-opco": read_payers,
}  # fmt: skip
