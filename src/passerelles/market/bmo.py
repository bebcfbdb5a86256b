"""The survey of recruitment needs (BMO): projects by basin, family and department; masked cells kept as bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from passerelles.errors import PasserellesError
from passerelles.io.archive import file_sha256
from passerelles.io.csv import Table
from passerelles.market.crosswalk import Nomenclature
from passerelles.market.figures import Interval, share, total
from passerelles.market.read import ABSENT, Found, Once, SourceFile, cells, read, source_file
from passerelles.market.settings import DEFAULT_SETTINGS, MarketSettings
from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog, notice

_FIGURES = ("met", "xmet", "smet")
_BASIN_WIDTH = 4
# The survey went over to the new families in 2024; used only where no table at hand knows the codes.
_FIRST_FAP2021 = 2024


class BmoRow(NamedTuple):
    """
    Projects of one family in the part of a basin that lies in one department.

    `met` recruitment projects, `xmet` those judged difficult, `smet` seasonal ones; None = unknown.
    """

    basin: str
    family: str
    department: str
    met: Interval | None
    xmet: Interval | None
    smet: Interval | None


class BmoBasin(NamedTuple):
    """A basin as the survey names it, with the departments and regions that it straddles."""

    code: str
    label: str
    departments: tuple[str, ...]
    regions: tuple[str, ...]


class Projects(NamedTuple):
    """
    Projects of one family in one whole basin: the sum over its departments; None = unknown.

    `difficult_share` and `seasonal_share` are shares of the projects, in [0, 1].
    """

    met: Interval | None
    xmet: Interval | None
    smet: Interval | None

    @property
    def difficult_share(self) -> Interval | None:
        """Share judged difficult, within bounds."""
        return share(self.xmet, self.met)

    @property
    def seasonal_share(self) -> Interval | None:
        """Share of seasonal projects, within bounds."""
        return share(self.smet, self.met)


NOTHING = Projects(None, None, None)


@dataclass(frozen=True)
class BmoSurvey:
    """
    One year of the survey. A pair (basin, family) without a row is unknown, not zero.

    `family_labels` names the families and `family_groups` the broad group of each (code, label).
    """

    file: SourceFile
    year: str
    nomenclature: Nomenclature
    rows: tuple[BmoRow, ...]
    family_labels: Mapping[str, str]
    family_groups: Mapping[str, tuple[str, str]]
    basins: Mapping[str, BmoBasin]
    region_labels: Mapping[str, str]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: year, nomenclature and sizes."""
        return f"<BmoSurvey {self.year} {self.nomenclature}: {len(self.rows)} rows, {len(self.basins)} basins>"

    @cached_property
    def rows_of(self) -> Mapping[tuple[str, str], tuple[BmoRow, ...]]:
        """Rows of each (basin, family), one a department."""
        grouped: dict[tuple[str, str], list[BmoRow]] = {}
        for row in self.rows:
            grouped.setdefault((row.basin, row.family), []).append(row)
        return MappingProxyType({key: tuple(rows) for key, rows in grouped.items()})

    @cached_property
    def projects_of(self) -> Mapping[tuple[str, str], Projects]:
        """Projects of each (basin, family) that has a row, summed over departments."""
        return MappingProxyType(
            {
                key: Projects(total(r.met for r in rows), total(r.xmet for r in rows), total(r.smet for r in rows))
                for key, rows in self.rows_of.items()
            }
        )

    @cached_property
    def families_in(self) -> Mapping[str, tuple[str, ...]]:
        """Families that have a row in each basin, by code."""
        grouped: dict[str, set[str]] = {code: set() for code in self.basins}
        for basin, family in self.rows_of:
            grouped[basin].add(family)
        return MappingProxyType({code: tuple(sorted(families)) for code, families in grouped.items()})

    def projects(self, basin: str, family: str) -> Projects:
        """Projects of a family in a basin; all unknown where the survey has no row."""
        return self.projects_of.get((basin, family), NOTHING)


@dataclass(frozen=True)
class BmoFile:
    """
    A BMO workbook that was recognised and not read yet: `survey` reads it on first use and keeps it.

    Reading takes seconds; a session that asks for one year never pays for the others.
    """

    found: Found
    year: str
    sha256: str
    known_families: tuple[tuple[Nomenclature, frozenset[str]], ...] = ()
    settings: MarketSettings = DEFAULT_SETTINGS

    def __repr__(self) -> str:
        """One line: the year, and whether it was read."""
        return f"<BmoFile {self.found.name} {self.year}{'' if self.is_read else ', not read'}>"

    @property
    def file(self) -> SourceFile:
        """Provenance; the number of rows is 0 until the survey is read."""
        if self.is_read:
            return self.survey.file
        kind = self.found.kind
        record = FileRecord(self.found.name, self.sha256, "xlsx" if self.found.workbook else "", 0)
        return SourceFile(kind.name, record, self.year, kind.source, kind.licence)

    @property
    def likely_nomenclature(self) -> Nomenclature:
        """Nomenclature as far as the first row and the year tell; `BmoSurvey.nomenclature` judges by all rows."""
        family = self.found.first.get("family", "").strip()
        knowing = [name for name, codes in self.known_families if family in codes]
        return knowing[0] if len(knowing) == 1 else _usual_nomenclature(self.year)

    @property
    def is_read(self) -> bool:
        """Whether the rows were read already."""
        return "survey" in self.__dict__

    @cached_property
    def survey(self) -> BmoSurvey:
        """
        The survey itself.

        Raises
        ------
        PasserellesError
            If the file changed or disappeared since it was recognised, or if it lacks an essential column.
        """
        table = read(self.found)
        if table.record.sha256 != self.sha256:
            raise PasserellesError("market_file_changed", path=self.found.path)
        return _survey(self, table)


def open_bmo(
    found: Found,
    *,
    known_families: tuple[tuple[Nomenclature, frozenset[str]], ...] = (),
    settings: MarketSettings = DEFAULT_SETTINGS,
) -> BmoFile:
    """
    Take hold of a BMO file without reading its rows.

    Parameters
    ----------
    found
        The file, as recognised.
    known_families
        Codes of each nomenclature at hand, by which the survey's own is told.
    settings
        Bounds of a masked cell.
    """
    return BmoFile(found, found.year, file_sha256(found.path), known_families, settings)


class _Reader:
    """Texts to intervals, each made once; counts what is masked and what is unreadable."""

    def __init__(self, name: str, secret: tuple[str, ...], settings: MarketSettings) -> None:
        self.name = name
        self._secret = secret
        self.masked = dict.fromkeys(_FIGURES, 0)
        self.notices: list[Notice] = []
        self._settings = settings
        self._whole = Once[str, Interval | None](lambda text: self._parse(text, settings.secret_low))
        self._part = Once[str, Interval | None](lambda text: self._parse(text, settings.secret_part_low))

    def intervals(self, line: int, texts: tuple[str, str, str]) -> tuple[Interval | None, ...]:
        """Read the projects of a row, those judged difficult, and the seasonal ones."""
        met, xmet, smet = texts
        found = (self._whole[met], self._part[xmet], self._part[smet])
        if None in found or any(text in self._secret for text in texts):
            for column, text, made in zip(_FIGURES, texts, found, strict=True):
                self.masked[column] += text in self._secret
                if made is None:
                    code = "unknown_cell" if text in ABSENT else "invalid_value"
                    self.notices.append(notice(code, file=self.name, line=line, column=column, value=text))
        return found

    def _parse(self, text: str, secret_low: int) -> Interval | None:
        if text in self._secret:
            return Interval(secret_low, self._settings.secret_high)
        plain = text.replace("\u202f", "").replace("\xa0", "").replace(" ", "")
        return Interval(int(plain), int(plain)) if plain.isascii() and plain.isdigit() else None


def _survey(file: BmoFile, table: Table) -> BmoSurvey:
    found = file.found
    reader = _Reader(found.name, found.kind.secret, file.settings)
    notices = [*table.notices]
    names = ("basin", "family", "department", "year", "met", "xmet", "smet", "label", "group", "group_label")
    rows: dict[tuple[str, str, str], BmoRow] = {}
    labels: dict[str, str] = {}
    groups: dict[str, tuple[str, str]] = {}
    refilled = 0
    for line, (basin, family, department, year, met, xmet, smet, label, group, group_label) in cells(
        found, table, *names
    ):
        if not basin or not family:
            notices.append(notice("empty_code", file=found.name, line=line))
            continue
        if year and year != file.year:
            notices.append(notice("mixed_years", file=found.name, line=line, year=year, expected=file.year))
            continue
        key = (basin.zfill(_BASIN_WIDTH), family, department)
        refilled += len(basin) < _BASIN_WIDTH
        if key in rows:
            notices.append(notice("duplicate_code", file=found.name, line=line, subject=" ".join(key)))
            continue
        rows[key] = BmoRow(*key, *reader.intervals(line, (met, xmet, smet)))
        labels.setdefault(family, label)
        groups.setdefault(family, (group, group_label))
    notices += reader.notices
    notices += [notice("secret_cells", file=found.name, column=c, count=n) for c, n in reader.masked.items() if n]
    if refilled:
        notices.append(notice("zero_filled", file=found.name, column=found.columns["basin"], count=refilled))
    basins, regions = _basins(found, table)
    nomenclature, doubts = _nomenclature(file, frozenset(labels))
    return BmoSurvey(
        file=source_file(found, table, year=file.year),
        year=file.year,
        nomenclature=nomenclature,
        rows=tuple(rows[key] for key in sorted(rows)),
        family_labels=MappingProxyType(dict(sorted(labels.items()))),
        family_groups=MappingProxyType(dict(sorted(groups.items()))),
        basins=basins,
        region_labels=regions,
        notices=NoticeLog([*notices, *doubts]).notices(),
    )


def _basins(found: Found, table: Table) -> tuple[Mapping[str, BmoBasin], Mapping[str, str]]:
    labels: dict[str, str] = {}
    departments: dict[str, set[str]] = {}
    regions: dict[str, set[str]] = {}
    region_labels: dict[str, str] = {}
    wanted = ("basin", "basin_label", "department", "region", "region_label")
    for code, label, department, region, region_label in {row for _, row in cells(found, table, *wanted)}:
        if not code:
            continue
        basin = code.zfill(_BASIN_WIDTH)
        # Several names of one code: the first in order, so that the row order decides nothing.
        labels[basin] = min(filter(None, (labels.get(basin), label)), default="")
        departments.setdefault(basin, set()).update(filter(None, (department,)))
        regions.setdefault(basin, set()).update(filter(None, (region,)))
        if region:
            region_labels[region] = min(filter(None, (region_labels.get(region), region_label)), default="")
    basins = {
        code: BmoBasin(code, labels[code], tuple(sorted(departments[code])), tuple(sorted(regions[code])))
        for code in sorted(labels)
    }
    return MappingProxyType(basins), MappingProxyType(dict(sorted(region_labels.items())))


def _usual_nomenclature(year: str) -> Nomenclature:
    return "FAP2021" if year >= str(_FIRST_FAP2021) else "FAP2009"


def _nomenclature(file: BmoFile, families: frozenset[str]) -> tuple[Nomenclature, list[Notice]]:
    """Nomenclature that knows most of the survey's codes, else the one in use that year; a contradiction is said."""
    by_year = _usual_nomenclature(file.year)
    shares = {name: len(families & codes) / len(families) for name, codes in file.known_families if families and codes}
    best = max(sorted(shares), key=lambda name: shares[name], default=None)
    if best is None or shares[best] <= 0.5:  # noqa: PLR2004 - most of the codes
        return by_year, []
    if best != by_year:
        return best, [
            notice("nomenclature_differs", file=file.found.name, found=best, expected=by_year, year=file.year)
        ]
    return best, []
