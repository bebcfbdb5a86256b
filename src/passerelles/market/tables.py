"""Published tables: tension on the labour market by ROME code or family, and median wages by family."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, get_args

from passerelles.language.say import Lang, day_text, say
from passerelles.market.read import ABSENT, Found, SourceFile, cells, read, source_file, typed_cells, years_of
from passerelles.notices import Notice, NoticeLog
from passerelles.text import normalise_label
from passerelles.views import schema

# In the order of the publisher: the six components that explain a tension.
COMPONENTS: Final = (
    "hiring_intensity", "training_fit", "labour_shortage", "job_instability", "working_conditions",
    "geographic_mismatch",
)  # fmt: skip
_LEVELS: Final = {"nat": "FR", "reg": "region", "dep": "department"}
Standing = Literal["published", "replaced", "successor", "unknown"]
_DIGITS: Final = 4
_NUMBER: Final = re.compile(r"(?:^|\bidcc ?)(?:no? )?([0-9]{1,4})\b")  # of an agreement, alone or beside its name


class Tension(NamedTuple):
    """
    Class of tension, 1 (far more people than offers) to 5 (far fewer), and of its components; None = unknown.

    `components` is in the order of `COMPONENTS`. `offers` and `jobseekers` are yearly means where the source has them.
    """

    tension: int | None
    components: tuple[int | None, ...]
    offers: float | None = None
    jobseekers: float | None = None


@dataclass(frozen=True)
class TensionTable:
    """
    Tensions by (code, territory). Territories: a basin code, or ``FR``, ``region:53``, ``department:35``.

    `codes` are ROME 3 codes or FAP families; a pair that is absent is unknown.
    """

    file: SourceFile
    year: str
    rows: Mapping[tuple[str, str], Tension]
    codes: frozenset[str]
    territories: frozenset[str]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: kind, year and sizes."""
        sizes = f"{len(self.rows)} rows, {len(self.codes)} codes, {len(self.territories)} territories"
        return f"<TensionTable {self.file.kind} {self.year}: {sizes}>"


def read_tension(found: Found) -> TensionTable:
    """Read tension by ROME 3 code and basin, or by family for the country, the regions and the departments."""
    table = read(found)
    log = NoticeLog(table.notices)
    by_basin = "basin" in found.kind.signature
    keys = ("rome", "basin", "year") if by_basin else ("family", "level", "region", "department", "year")
    names = (*keys, "tension", *COMPONENTS, "offers", "jobseekers")
    n = len(keys)
    rows: dict[tuple[str, str], Tension] = {}
    years: list[str] = []
    for line, row in typed_cells(found, table, log, *names):
        key = row[0], row[1] if by_basin else _area(*row[1:4])
        if not all(key):
            log.note("empty_code", file=found.name, line=line)
        elif key in rows:
            log.note("duplicate_code", file=found.name, line=line, subject=" ".join(key))
        else:
            years.append(row[n - 1])
            offers, jobseekers = (value if isinstance(value, float) else None for value in row[n + 7 :])
            rows[key] = Tension(row[n], row[n + 1 : n + 7], offers, jobseekers)
    return TensionTable(
        file=source_file(found, table, year=years_of(years)),
        year=years_of(years),
        rows=MappingProxyType(rows),
        codes=frozenset(code for code, _ in rows),
        territories=frozenset(territory for _, territory in rows),
        notices=log.notices(),
    )


def _area(level: str, region: str, department: str) -> str:
    kind = _LEVELS.get(level, "")
    if kind == "FR":
        return kind
    # The file went through floats: region 1 is written "1.0".
    code = region.removesuffix(".0").zfill(2) if kind == "region" else department.removesuffix(".0").zfill(2)
    return f"{kind}:{code}" if kind and code.strip("0") else ""


class Wage(NamedTuple):
    """Net monthly median wage of a family in a period (``2017-2019``), euro; None = unknown."""

    family: str
    period: str
    euros: float | None


class WageRatio(NamedTuple):
    """Median wage of a family over that of all families in one period."""

    family: str
    period: str
    of_all: float


ALL_FAMILIES: Final = "Ensemble"


@dataclass(frozen=True)
class Wages:
    """Wages by family (``W1Z80``), broader family (``W1Z``) or domain (``W``); `latest` is what figures are made of."""

    file: SourceFile
    rows: tuple[Wage, ...]
    latest: Mapping[str, Wage]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    @cached_property
    def _of(self) -> Mapping[str, list[Wage]]:
        """Wages of each family, in all periods."""
        grouped: dict[str, list[Wage]] = {}
        for wage in self.rows:
            grouped.setdefault(wage.family, []).append(wage)
        return grouped

    def nearest(self, family: str) -> Wage | None:
        """Latest wage of the family, else of the broader family, else of the domain; None when none is known."""
        for code in (family, family[:3], family[:1]):
            wage = self.latest.get(code)
            if wage is not None and wage.euros is not None:
                return wage
        return None

    def ratio(self, family: str) -> WageRatio | None:
        """
        Wage of a family over that of all families, in the latest period that both have.

        Of that period, the family's own, else the broader one's, else the domain's: the open finest medians and that
        of all end in different years, and are not compared. None where there is none.
        """
        everyone = {w.period: w.euros for w in self._of.get(ALL_FAMILIES, ()) if w.euros}
        codes = (family, family[:3], family[:1])
        both = [w for code in codes for w in self._of.get(code, ()) if w.euros and w.period in everyone]
        if not both:
            return None
        last = max(both, key=lambda wage: (_end(wage.period), -codes.index(wage.family)))
        return WageRatio(last.family, last.period, round((last.euros or 0.0) / (everyone[last.period] or 1.0), 3))


def read_wages(found: Found) -> Wages:
    """Read wages; the latest period of a family is the one that ends last, whatever the order of the rows."""
    table = read(found)
    log = NoticeLog(table.notices)
    rows: dict[tuple[str, str], Wage] = {}
    for line, (family, period, euros) in typed_cells(found, table, log, "family", "period", "wage"):
        if not family:
            log.note("empty_code", file=found.name, line=line)
        elif (family, period) in rows:
            log.note("duplicate_code", file=found.name, line=line, subject=f"{family} {period}")
        else:
            rows[family, period] = Wage(family, period, euros or None)  # a wage of 0 is none
    ordered = tuple(rows[key] for key in sorted(rows))
    latest = _latest(ordered)
    years = max((w.period for w in ordered), key=_end, default="")
    return Wages(source_file(found, table, year=years), ordered, latest, log.notices())


def _latest(wages: Iterable[Wage]) -> Mapping[str, Wage]:
    latest: dict[str, Any] = {}
    for wage in wages:
        known = latest.get(wage.family)
        if known is None or _end(wage.period) >= _end(known.period):
            latest[wage.family] = wage
    return MappingProxyType(latest)


def _end(period: str) -> str:
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
    standing: Standing
    related: tuple[str, ...] = ()
    since: str = ""
    source: str = ""
    plan: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {**self._asdict(), "related": list(self.related)}

    def told(self, lang: Lang = "fr") -> str:
        """Name the OPCO, after which table, and what has changed since; never an amount, as none is published."""
        since = day_text(self.since, lang) if self.since else ""
        return say(
            f"market.payer.{self.standing}",
            lang=lang,
            idcc=self.idcc,
            name=self.name,
            related=", ".join(self.related),
            since=since,
            source=self.source.partition(" ; ")[0],
        )


PAYER: Final = schema.record(
    "OPCO of a collective agreement, as published",
    {
        "idcc": schema.text(),
        "name": schema.text(),
        "siren": schema.text(),
        "standing": schema.one_of(get_args(Standing)),
        "related": schema.listed(schema.text()),
        "since": schema.text(),
        "source": schema.text(),
        "plan": schema.maybe(schema.flag("Whether the firm is small enough for its OPCO to pay for its training plan")),
    },
)


@dataclass(frozen=True)
class Payers:
    """The published table, SIREN of an OPCO by agreement. It gives no amount, and none is given here."""

    file: SourceFile
    by_agreement: Mapping[str, str]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def of(self, idcc: str, *, headcount: int | None = None) -> Payer:
        """Return the OPCO of an agreement, written in any usual way ("1486", "IDCC 16"), for a firm of some size."""
        facts = _facts()
        code = agreement_code(idcc)
        siren = self.by_agreement.get(code, "")
        source = " ".join(filter(None, (self.file.source, self.file.year and f"({self.file.year})")))
        change = facts.replaced.get(code)
        if siren and change is not None:
            return self._payer(
                code, siren, "replaced", headcount, (change["by"],), change["on"], f"{source} ; {change['source']}"
            )
        if siren:
            return self._payer(code, siren, "published", headcount, (), "", source)
        former = {c: each for c, each in sorted(facts.replaced.items()) if each["by"] == code}
        paid = {self.by_agreement[c] for c in former if c in self.by_agreement}
        if len(paid) == 1:
            first = next(iter(former.values()))
            return self._payer(
                code, paid.pop(), "successor", headcount, tuple(former), first["on"], f"{source} ; {first['source']}"
            )
        return Payer(code, "", "", "unknown")

    @staticmethod
    def _payer(
        code: str,
        siren: str,
        standing: Standing,
        headcount: int | None,
        related: tuple[str, ...],
        since: str,
        source: str,
    ) -> Payer:
        facts = _facts()
        plan = None if headcount is None else headcount < facts.plan_below
        name = facts.names.get(siren, siren)
        return Payer(code, name, siren, standing, related, since, source, plan)


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
    number = _NUMBER.search(folded)
    return number[1].zfill(_DIGITS) if number else folded


def read_payers(found: Found) -> Payers:
    """Read the published table; a row without an OPCO, or that gives an agreement another one, is reported."""
    table = read(found)
    log = NoticeLog(table.notices)
    known: dict[str, str] = {}
    for line, (idcc, siren) in cells(found, table, "idcc", "opco"):
        if siren in ABSENT or idcc in ABSENT:
            log.note("invalid_value", file=found.name, line=line, column="siren_opco", value=siren)
        elif known.setdefault(agreement_code(idcc), siren) != siren:
            log.note("duplicate_code", file=found.name, line=line, subject=idcc)
    return Payers(source_file(found, table), MappingProxyType(dict(sorted(known.items()))), log.notices())


class _Facts(NamedTuple):
    names: Mapping[str, str]
    replaced: Mapping[str, Mapping[str, str]]
    plan_below: int


@cache
def _facts() -> _Facts:
    text = files("passerelles.market").joinpath("payers.toml").read_text(encoding="utf-8")
    said = tomllib.loads(text)
    return _Facts(
        MappingProxyType(said["names"]), MappingProxyType(said["replaced"]), int(said["plan"]["below_headcount"])
    )
