"""`load_market`: the public market files of a folder as one frozen value, with look-ups by family, job and basin."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from passerelles.codes import check_codes, grouped
from passerelles.errors import PasserellesError, checked
from passerelles.io.archive import file_sha256
from passerelles.market.figures import COUNTRY, Figure, Interval, share, source_figure, total
from passerelles.market.places import Basin
from passerelles.market.read import ABSENT, FileRows, Keeper, RecognisedFile, Scan, SourceFile, scan_all, whole_number
from passerelles.market.tables import READERS, FapRome, Nomenclature, Payers, TensionTable, Wages, families_of
from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog
from passerelles.referentials.referential import Referential

_BASIN_COLUMNS = ("basin_label", "region", "region_label")
# Third letter of the codes of families (A0Z40, A0X40); the few that have another one are in both nomenclatures.
_NOMENCLATURE_LETTERS: Final[Mapping[str, Nomenclature]] = {"Z": "FAP2009", "X": "FAP2021"}
_FIRST_FAP2021: Final = "2024"  # year in which the survey went over to the new families
# What a masked cell stands for: the smallest figure that the survey prints is 5.
_MASKED: Final = Interval(1, 4)


class Openings(NamedTuple):
    """Projects of a family in a basin: how many, the shares judged difficult and seasonal (in [0, 1])."""

    projects: Figure
    difficult_share: Figure
    seasonal_share: Figure


class Projects(NamedTuple):
    """Recruitment projects (`met`) of one family, those judged difficult, and seasonal ones; None = unknown."""

    met: Interval | None
    xmet: Interval | None
    smet: Interval | None

    def openings(self, why: str, **origin: str) -> Openings:
        """Return them as figures of what a source prints; see `passerelles.market.figures.source_figure`."""
        bounds = (self.met, share(self.xmet, self.met), share(self.smet, self.met))
        return Openings(*(source_figure(interval, why, **origin) for interval in bounds))


NOTHING = Projects(None, None, None)


class BmoRow(NamedTuple):
    """Projects of one family in the part of a basin that lies in one department."""

    basin: str
    family: str
    department: str
    projects: Projects


@dataclass(frozen=True)
class BmoSurvey:
    """
    One year of the survey. A pair (basin, family) without a row is unknown, not zero.

    `family_labels` names the families, `region_labels` the regions.
    """

    file: SourceFile
    year: str
    nomenclature: Nomenclature
    rows: tuple[BmoRow, ...]
    family_labels: Mapping[str, str]
    basins: Mapping[str, Basin]
    region_labels: Mapping[str, str]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: year, nomenclature and sizes."""
        return f"<BmoSurvey {self.year} {self.nomenclature}: {len(self.rows)} rows, {len(self.basins)} basins>"

    @cached_property
    def projects_of(self) -> Mapping[tuple[str, str], Projects]:
        """Projects of each (basin, family) that has a row, summed over departments."""
        by_pair = grouped(((row.basin, row.family), row.projects) for row in self.rows)
        return MappingProxyType({key: summed(projects) for key, projects in by_pair.items()})

    @cached_property
    def in_country(self) -> Mapping[str, Projects]:
        """Projects of each family in all basins that have a row of it."""
        by_family = grouped((family, projects) for (_, family), projects in self.projects_of.items())
        return MappingProxyType({family: summed(projects) for family, projects in by_family.items()})

    @cached_property
    def families_in(self) -> Mapping[str, tuple[str, ...]]:
        """Families that have a row in each basin, by code."""
        return MappingProxyType(dict.fromkeys(self.basins, ()) | dict(grouped(sorted(self.projects_of))))

    def place(self, basin: str) -> dict[str, str]:
        """Code and name of a basin, as a `Figure` tells where it was measured."""
        name = self.basins[basin].name if basin in self.basins else ""
        return {"territory": basin, "territory_label": name}

    def projects(self, basin: str, family: str) -> Projects:
        """Projects of a family in a basin, or in the `COUNTRY`; all unknown where the survey has no row."""
        projects = self.in_country.get(family) if basin == COUNTRY else self.projects_of.get((basin, family))
        return projects or NOTHING


def summed(projects: Sequence[Projects]) -> Projects:
    """Projects of one family, summed over departments or basins."""
    return projects[0] if len(projects) == 1 else Projects(*map(total, zip(*projects, strict=True)))


@dataclass(frozen=True)
class BmoFile:
    """
    A BMO workbook that was recognised and not read yet: `survey` reads it on first use and keeps it.

    Reading takes seconds; a session that asks for one year never pays for the others. `keeper` keeps the survey once it
    is read.
    """

    recognised: RecognisedFile
    year: str
    sha256: str
    keeper: Keeper | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: the year, and whether it was read."""
        return f"<BmoFile {self.recognised.name} {self.year}{'' if self.is_read else ', not read'}>"

    @property
    def file(self) -> SourceFile:
        """Provenance; the number of rows is 0 until the survey is read."""
        if self.is_read:
            return self.survey.file
        encoding = "xlsx" if self.recognised.workbook else ""
        return self.recognised.source(FileRecord(self.recognised.name, self.sha256, encoding, 0))

    @property
    def likely_nomenclature(self) -> Nomenclature:
        """Nomenclature as the first row and the year suggest; `BmoSurvey.nomenclature` judges by all rows."""
        return _nomenclature([self.recognised.first.get("family", "").strip()], self.year)

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
        if self.keeper is None:
            return self._read()
        survey = self.keeper.cached(f"bmo-{self.year}", BmoSurvey, self._read)
        return survey if survey.file.record.sha256 == self.sha256 else self._read()

    def _read(self) -> BmoSurvey:
        reading = FileRows(self.recognised)
        if reading.table.record.sha256 != self.sha256:
            raise PasserellesError("market_file_changed", path=self.recognised.path)
        return _survey(self, reading)


def _interval(text: str, secret: Container[str]) -> Interval | None:
    """Number of a cell, or what a masked one stands for; None where it is none."""
    if text in secret:
        return _MASKED
    number = whole_number(text)
    return None if number is None else Interval(number, number)


def _survey(file: BmoFile, reading: FileRows) -> BmoSurvey:
    secret = file.recognised.kind.secret
    read = cache(partial(_interval, secret=secret))
    rows: dict[tuple[str, ...], BmoRow] = {}
    labels: dict[str, str] = {}
    masked = Counter[str]()
    basins: set[tuple[str, ...]] = set()
    regions: set[tuple[str, str]] = set()
    names = ("basin", "family", "department", "year", "label", *_BASIN_COLUMNS, *Projects._fields)
    for line, (basin, family, department, year, label, name, region, region_name, *texts) in reading.rows(*names):
        if basin:
            basins.add((basin, name, department, region))
            regions |= {(region, region_name)} if region and region_name else set()
        key = (basin, family, department) if department else (basin, family)  # not every producer tells it
        if year and year != file.year:
            reading.note("mixed_years", line, year=year, expected=file.year)
        elif reading.is_new(line, key, rows):
            rows[key] = BmoRow(basin, family, department, Projects(*map(read, texts)))
            labels.setdefault(family, label)
            for column, text, interval in zip(Projects._fields, texts, rows[key].projects, strict=True):
                masked[column] += text in secret
                if interval is None:
                    code = "unknown_cell" if text in ABSENT else "invalid_value"
                    reading.note(code, line, column=column, value=text)
    for column, count in (+masked).items():  # those that are not 0
        reading.note("secret_cells", column=column, count=count)
    nomenclature, expected = _nomenclature(labels, file.year), _nomenclature((), file.year)
    if nomenclature != expected:
        reading.note("nomenclature_differs", found=nomenclature, expected=expected, year=file.year)
    cells, named = tuple(rows[key] for key in sorted(rows)), MappingProxyType(dict(sorted(labels.items())))
    in_regions = MappingProxyType(dict(sorted(regions, reverse=True)))  # of several names the first in order
    fields = (reading.source(), file.year, nomenclature, cells, named, _basins(basins), in_regions)
    return BmoSurvey(*fields, notices=reading.log.notices())


def _basins(rows: Iterable[tuple[str, ...]]) -> Mapping[str, Basin]:
    """Basins with all that their rows say; of several names of one code, the first in order."""
    basins = {}
    for code, basin_rows in grouped(sorted((code, tuple(cells)) for code, *cells in rows)).items():
        names, departments, regions = (tuple(sorted({*column} - {""})) for column in zip(*basin_rows, strict=True))
        basins[code] = Basin(code, names[0] if names else code, departments=departments, regions=regions)
    return MappingProxyType(basins)


def _nomenclature(families: Iterable[str], year: str) -> Nomenclature:
    """Nomenclature that most codes of families indicate, else the one in use that year."""
    counts = Counter(_NOMENCLATURE_LETTERS[code[2]] for code in families if code[2:3] in _NOMENCLATURE_LETTERS)
    by_year: Nomenclature = "FAP2021" if year >= _FIRST_FAP2021 else "FAP2009"
    return max(sorted(counts), key=lambda name: counts[name], default=by_year)


@dataclass(frozen=True)
class Market:
    """
    What the market files of a folder say; a part that no file gives is None, and its figures unknown.

    `bmo` holds the surveys, oldest first, each read on first use. `crosswalks` join families to ROME, one a
    nomenclature; `payers` says which OPCO an agreement has. `notices` is what recognising and reading found, surveys
    aside: theirs are in `BmoSurvey.notices`.
    """

    path: Path
    bmo: tuple[BmoFile, ...] = ()
    crosswalks: Mapping[Nomenclature, FapRome] = field(default_factory=lambda: MappingProxyType({}))
    tension_by_basin: TensionTable | None = None
    tension_by_family: TensionTable | None = None
    wages: Wages | None = None
    payers: Payers | None = None
    tables: tuple[SourceFile, ...] = ()
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: the years and the parts that are there."""
        contents = [f"BMO {', '.join(self.years)}"] if self.bmo else []
        contents += [f.kind for f in self.tables]
        return f"<Market {'; '.join(contents)}>"

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """What was read: name, SHA-256, year and publisher of each file."""
        return (*(b.file for b in self.bmo), *self.tables)

    @property
    def files_read(self) -> tuple[SourceFile, ...]:
        """Those of them that were read so far: a survey only once it was used."""
        return (*(b.file for b in self.bmo if b.is_read), *self.tables)

    @property
    def years(self) -> tuple[str, ...]:
        """Years of the surveys at hand, oldest first."""
        return tuple(b.year for b in self.bmo)

    @property
    def crosswalk(self) -> FapRome | None:
        """Crosswalk of the families FAP 2009, in which tensions by family and wages are published."""
        return self.crosswalks.get("FAP2009")

    def crosswalk_of(self, survey: BmoSurvey) -> FapRome | None:
        """Crosswalk of a survey's families; None where no table at hand joins them to ROME."""
        return self.crosswalks.get(survey.nomenclature)

    def survey(self, year: str | int | None = None) -> BmoSurvey:
        """
        The survey of a year, or the latest one whose families a crosswalk joins to ROME, else the latest.

        Raises
        ------
        PasserellesError
            If there is no survey of that year.
        """
        if not self.bmo:
            raise PasserellesError("market_no_bmo", path=self.path)
        if year is None:
            return self._default.survey
        for file in self.bmo:
            if file.year == str(year):
                return file.survey
        raise PasserellesError("market_no_survey", year=str(year), years=", ".join(self.years), path=self.path)

    @cached_property
    def _default(self) -> BmoFile:
        """Latest survey whose families a crosswalk joins to ROME; only the likely ones are read to check."""
        likely = (file for file in reversed(self.bmo) if file.likely_nomenclature in self.crosswalks)
        return next((file for file in likely if file.survey.nomenclature in self.crosswalks), self.bmo[-1])

    @property
    def has_survey(self) -> bool:
        """Whether a survey is at hand."""
        return bool(self.bmo)

    def openings(self, family: str, basin: str, *, year: str | int | None = None) -> Openings:
        """
        Recruitment projects of a family in a basin, summed over the departments that the basin straddles.

        Parameters
        ----------
        family
            Code of a family, in the nomenclature of that year's survey.
        basin
            Code of a basin, four characters; or `COUNTRY`.
        year
            Year of the survey; None = see `survey`.

        Returns
        -------
        openings
            Bounds where a masked cell is in the sum; unknown where the survey has no row, with the reason.
        """
        survey = self.survey(year)
        projects = survey.projects(basin, family)
        of_family = "no_row" if family in survey.family_labels else "family_not_surveyed"
        why = of_family if basin == COUNTRY or basin in survey.basins else "basin_not_surveyed"
        return projects.openings(why, source=survey.file.source, year=survey.year, about=family, **survey.place(basin))


def family_codes(
    market: Market, referential: Referential, *, year: str | int | None = None
) -> Mapping[str, tuple[str, ...]]:
    """
    Occupations under each family of a survey, by code; a family that none reaches is a key too.

    An occupation is joined through itself, its parent or its base; none is where no table joins them. Codes that look
    alike in the two nomenclatures do not mean the same families: each has its own crosswalk. Specialised occupations
    are left out: their base stands for them, and a project must not be counted twice.
    """
    survey = market.survey(year)
    crosswalk = market.crosswalk_of(survey)
    if crosswalk is None:
        return MappingProxyType(dict.fromkeys(survey.family_labels, ()))
    fiches = [o.code for o in referential.occupations if o.base is None]
    pairs = ((family, code) for code in fiches for family in families_of(crosswalk, referential, code)[0])
    codes = grouped(sorted(pairs))
    return MappingProxyType({family: codes.get(family, ()) for family in survey.family_labels})


@checked
def load_market(
    path: str | Path,
    *,
    years: Iterable[str | int] | None = None,
    tensions: bool = True,
    scanned: Scan | None = None,
    keeper: Keeper | None = None,
) -> Market:
    """
    Load the market files of a folder, recognised by their content, in any sub-folder, or a single file.

    Parameters
    ----------
    path
        A folder such as the one of the public data sets, or one file.
    years
        Years of the surveys to keep; None = all. A survey is read on first use only.
    tensions
        Whether to read the tables of tensions: False where they are not asked about, which saves half the time.
    scanned
        What `passerelles.market.read.scan_all` found in the folder, where it was looked through already.
    keeper
        What keeps surveys once they are read; see `passerelles.market.read`.

    Returns
    -------
    market
        Its `files` say what was read (name, SHA-256, year, source), its `notices` what was odd or left out.

    Raises
    ------
    PasserellesError
        If nothing is there, it may not be read, or it holds no market file.
    """
    scan = (scanned or scan_all(path)).within(("market",))
    if not scan.recognised:
        raise PasserellesError("no_market_data", path=path)
    log = NoticeLog(scan.notices)
    readers = {kind: read for kind, read in READERS.items() if tensions or not kind.startswith("tension")}
    tables = {k: read(part) for k, read in readers.items() if (part := scan.newest(k, log)) is not None}
    crosswalks: list[FapRome] = [tables[kind] for kind in ("fap-rome", "fap2021-rome") if kind in tables]
    surveys = _surveys(scan, years, log, keeper)
    joined = MappingProxyType({c.nomenclature: c for c in crosswalks})
    by_basin, by_family, wages, payers = map(tables.get, ("tension-rome-basin", "tension-fap", "wages", "idcc-opco"))
    files = tuple(part.file for part in tables.values())
    return Market(Path(path), surveys, joined, by_basin, by_family, wages, payers, files, log.notices())


def load_wages(path: str | Path) -> Market | None:
    """Load the table of wages of a folder and what joins it to ROME, from its text files; None where they lack it."""
    scan = scan_all(path, workbooks=False)
    wages_only = replace(scan, recognised=tuple(f for f in scan.recognised if f.kind.name in ("fap-rome", "wages")))
    return load_market(path, scanned=wages_only) if wages_only.of("wages") else None


def _surveys(
    scan: Scan, years: Iterable[str | int] | None, log: NoticeLog, keeper: Keeper | None
) -> tuple[BmoFile, ...]:
    wanted = None if years is None else {str(year) for year in check_codes(years, what="years")}
    by_year: dict[str, BmoFile] = {}
    for file in scan.of("bmo"):
        survey = BmoFile(file, file.year, file_sha256(file.path), keeper)
        if wanted is not None and survey.year not in wanted:
            log.note("year_not_wanted", file=file.name, year=survey.year)
        elif survey.year in by_year:
            log.note("duplicate_dataset", file=file.name, other=by_year[survey.year].recognised.name)
        else:
            by_year[survey.year] = survey
    return tuple(by_year[year] for year in sorted(by_year))
