"""Tension on the labour market, as classes 1 to 5 with six components: by ROME code and basin, and by family."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from passerelles.market.scan import ABSENT, Found, Once, SourceFile, cells, read, source_file
from passerelles.notices import Notice, NoticeLog, notice

# In the order of the publisher: the six components that explain a tension.
COMPONENTS: Final = (
    "hiring_intensity",
    "training_fit",
    "labour_shortage",
    "job_instability",
    "working_conditions",
    "geographic_mismatch",
)
_CLASSES: Final = frozenset(range(1, 6))
_BASIN_WIDTH: Final = 4
_LEVELS: Final = {"nat": "FR", "reg": "region", "dep": "department"}


class Tension(NamedTuple):
    """
    Class of tension, 1 (far more people than offers) to 5 (far fewer), and of its components; None = unknown.

    `components` is in the order of `COMPONENTS`. `offers` and `jobseekers` are counts where the source has them.
    """

    tension: int | None
    components: tuple[int | None, ...]
    offers: int | None = None
    jobseekers: int | None = None


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


def read_tension_by_basin(found: Found) -> TensionTable:
    """Read tension by ROME 3 code and basin; basin codes get their leading zeros back."""
    return _read(found, ("rome", "basin", "year"), lambda rest: rest[0].zfill(_BASIN_WIDTH) if rest[0] else "")


def read_tension_by_family(found: Found) -> TensionTable:
    """Read tension by family (FAP 2009), for the country, the regions and the departments."""
    return _read(found, ("family", "level", "region", "department", "year"), _area)


def _area(rest: tuple[str, ...]) -> str:
    level, region, department = rest[:3]
    kind = _LEVELS.get(level, "")
    if kind == "FR":
        return kind
    # The file went through floats: region 1 is written "1.0".
    code = region.removesuffix(".0").zfill(2) if kind == "region" else department.removesuffix(".0").zfill(2)
    return f"{kind}:{code}" if kind and code.strip("0") else ""


def _read(found: Found, keys: tuple[str, ...], area: Callable[[tuple[str, ...]], str]) -> TensionTable:
    table = read(found)
    notices = [*table.notices]
    rows: dict[tuple[str, str], Tension] = {}
    unknown: dict[str, int] = {}
    years: set[str] = set()
    names = (*keys, "tension", *COMPONENTS, "offers", "jobseekers")
    n = len(keys)
    classes, counts, areas = Once(_class), Once(_count), Once(area)
    for line, row in cells(found, table, *names):
        code, territory, year = row[0], areas[row[1:n]], row[n - 1]
        if not code or not territory:
            notices.append(notice("empty_code", file=found.name, line=line))
            continue
        if (code, territory) in rows:
            notices.append(notice("duplicate_code", file=found.name, line=line, subject=f"{code} {territory}"))
            continue
        values = [classes[text] for text in row[n : n + 7]]
        if None in values:
            for name, text, value in zip(names[n : n + 7], row[n : n + 7], values, strict=True):
                if value is None:
                    unknown[name] = unknown.get(name, 0) + 1
                    if text not in ABSENT:
                        notices.append(notice("invalid_value", file=found.name, line=line, column=name, value=text))
        years.add(year)
        rows[code, territory] = Tension(values[0], tuple(values[1:]), counts[row[n + 7]], counts[row[n + 8]])
    notices += [notice("unknown_cells", file=found.name, column=c, count=k) for c, k in sorted(unknown.items())]
    year = ", ".join(sorted(filter(None, years)))
    return TensionTable(
        file=source_file(found, table, year=year),
        year=year,
        rows=MappingProxyType(rows),
        codes=frozenset(code for code, _ in rows),
        territories=frozenset(territory for _, territory in rows),
        notices=NoticeLog(notices).notices(),
    )


def _class(text: str) -> int | None:
    plain = text.removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() and int(plain) in _CLASSES else None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
