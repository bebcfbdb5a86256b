"""Published tables: tension on the labour market by ROME code or family, and median wages by family."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from passerelles.market.read import Found, SourceFile, read, source_file, typed_cells, years_of
from passerelles.notices import Notice, NoticeLog

# In the order of the publisher: the six components that explain a tension.
COMPONENTS: Final = (
    "hiring_intensity",
    "training_fit",
    "labour_shortage",
    "job_instability",
    "working_conditions",
    "geographic_mismatch",
)
_LEVELS: Final = {"nat": "FR", "reg": "region", "dep": "department"}


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
        everyone = {w.period: w.euros for w in self.rows if w.family == ALL_FAMILIES and w.euros}
        codes = (family, family[:3], family[:1])
        both = [w for w in self.rows if w.family in codes and w.euros and w.period in everyone]
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
