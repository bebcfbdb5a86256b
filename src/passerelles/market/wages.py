"""Median wage by family: net monthly, euro, at three levels of detail, latest period of each family."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from passerelles.market.scan import ABSENT, Found, SourceFile, cells, read, source_file
from passerelles.notices import Notice, NoticeLog, notice


class Wage(NamedTuple):
    """Net monthly median wage of a family in a period (``2017-2019``), euro; None = unknown."""

    family: str
    period: str
    euros: float | None


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


def read_wages(found: Found) -> Wages:
    """Read wages; the latest period of a family is the one that ends last, whatever the order of the rows."""
    table = read(found)
    notices = [*table.notices]
    rows: dict[tuple[str, str], Wage] = {}
    for line, (family, period, text) in cells(found, table, "family", "period", "wage"):
        if not family:
            notices.append(notice("empty_code", file=found.name, line=line))
            continue
        if (family, period) in rows:
            notices.append(notice("duplicate_code", file=found.name, line=line, subject=f"{family} {period}"))
            continue
        euros = _euros(text)
        if euros is None:
            code = "unknown_cell" if text in ABSENT else "invalid_value"
            notices.append(notice(code, file=found.name, line=line, column="Salaire_median", value=text))
        rows[family, period] = Wage(family, period, euros)
    ordered = tuple(rows[key] for key in sorted(rows))
    latest: dict[str, Wage] = {}
    for wage in ordered:
        kept = latest.get(wage.family)
        if kept is None or _end(wage.period) >= _end(kept.period):
            latest[wage.family] = wage
    years = max((w.period for w in ordered), key=_end, default="")
    return Wages(source_file(found, table, year=years), ordered, MappingProxyType(latest), NoticeLog(notices).notices())


def _end(period: str) -> str:
    return period.rpartition("-")[2].strip()


def _euros(text: str) -> float | None:
    try:
        value = float(text.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None
