"""`load_market`: the public market files of a folder as one frozen value, with look-ups by family, job and basin."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from passerelles.errors import PasserellesError
from passerelles.market.bmo import BmoFile, BmoSurvey, open_bmo
from passerelles.market.crosswalk import (
    FapRome,
    Nomenclature,
    codes_of,
    families_of,
    read_fap2021_rome,
    read_fap_rome,
)
from passerelles.market.figures import Figure, Interval, known, unknown
from passerelles.market.payers import Payers, read_payers
from passerelles.market.read import Found, Scan, SourceFile, cells, read, scan_all, source_file
from passerelles.market.settings import DEFAULT_SETTINGS, MarketSettings
from passerelles.market.tables import TensionTable, Wages, read_tension, read_wages
from passerelles.notices import Notice, NoticeLog, notice
from passerelles.referentials.referential import Referential

Part = TypeVar("Part", FapRome, TensionTable, Wages, Payers)


class Openings(NamedTuple):
    """Projects of a family in a basin: how many, the shares judged difficult and seasonal (in [0, 1])."""

    projects: Figure
    difficult_share: Figure
    seasonal_share: Figure


class Reach(NamedTuple):
    """Occupations that reach a family of a survey, and those that do not, by code; specialised ones left out."""

    reached: tuple[str, ...]
    unreached: tuple[str, ...]


@dataclass(frozen=True)
class Market:
    """
    What the market files of a folder say; a part that no file gives is None, and its figures unknown.

    `bmo` holds the surveys, oldest first, each read on first use. `crosswalks` join families to ROME, one a
    nomenclature; `fap2021_labels` names those of the newer one; `payers` says which OPCO an agreement has. `notices`
    is what recognising and reading found, surveys aside: theirs are in `BmoSurvey.notices`.
    """

    path: Path
    bmo: tuple[BmoFile, ...] = ()
    crosswalks: Mapping[Nomenclature, FapRome] = field(default_factory=lambda: MappingProxyType({}))
    tension_by_basin: TensionTable | None = None
    tension_by_family: TensionTable | None = None
    wages: Wages | None = None
    payers: Payers | None = None
    fap2021_labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tables: tuple[SourceFile, ...] = ()
    settings: MarketSettings = DEFAULT_SETTINGS
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: the years and the parts that are there."""
        parts = [f"BMO {', '.join(self.years)}"] if self.bmo else []
        parts += [f.kind for f in self.tables]
        return f"<Market {'; '.join(parts)}>"

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """What was read: name, SHA-256, year and publisher of each file."""
        return (*(b.file for b in self.bmo), *self.tables)

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
        if year is not None:
            found = [b for b in self.bmo if b.year == str(year)]
            if found:
                return found[0].survey
        elif self.bmo:
            return self._default.survey
        raise PasserellesError("market_no_survey", year=year or "", years=", ".join(self.years) or "-", path=self.path)

    @cached_property
    def _default(self) -> BmoFile:
        """Latest survey whose families a crosswalk joins to ROME; only the likely ones are read to make sure."""
        for each in reversed(self.bmo):
            if each.likely_nomenclature in self.crosswalks and each.survey.nomenclature in self.crosswalks:
                return each
        return self.bmo[-1]

    @property
    def has_survey(self) -> bool:
        """Whether a survey is at hand."""
        return bool(self.bmo)

    def family_label(self, family: str) -> str:
        """Name of a family in the surveys already read or the FAP 2021 labels; its code where none is known."""
        for each in self.bmo:
            if each.is_read and family in each.survey.family_labels:
                return each.survey.family_labels[family]
        return self.fap2021_labels.get(family, family)

    def openings(self, family: str, basin: str, *, year: str | int | None = None) -> Openings:
        """
        Recruitment projects of a family in a basin, summed over the departments that the basin straddles.

        Parameters
        ----------
        family
            Code of a family, in the nomenclature of that year's survey.
        basin
            Code of a basin, four characters.
        year
            Year of the survey; None = see `survey`.

        Returns
        -------
        openings
            Bounds where a masked cell is in the sum; unknown where the survey has no row, with the reason.
        """
        survey = self.survey(year)
        found = survey.projects(basin, family)
        source = survey.file.source
        if basin not in survey.basins:
            why = "basin_not_surveyed"
        elif family not in survey.family_labels:
            why = "family_not_surveyed"
        else:
            why = "no_row"

        def figure(bounds: Interval | None) -> Figure:
            if bounds is None:
                return unknown(why, source=source, year=survey.year, territory=basin, about=family)
            return known(bounds, source=source, year=survey.year, territory=basin, about=family)

        return Openings(figure(found.met), figure(found.difficult_share), figure(found.seasonal_share))


def survey_families(
    market: Market, referential: Referential, code: str, *, year: str | int | None = None
) -> tuple[str, ...]:
    """
    Families of an occupation in a survey: through itself, its parent or its base; none where no table joins them.

    Codes that look alike in the two nomenclatures do not mean the same families: each has its own crosswalk.
    """
    survey = market.survey(year)
    crosswalk = market.crosswalk_of(survey)
    if crosswalk is None:
        return ()
    families, _ = families_of(crosswalk, referential, code)
    return tuple(f for f in families if f in survey.family_labels)


def family_codes(
    market: Market, referential: Referential, *, year: str | int | None = None
) -> Mapping[str, tuple[str, ...]]:
    """
    Occupations under each family of a survey, by code; a family that none reaches is a key too.

    Specialised occupations are left out: their base stands for them.
    """
    survey = market.survey(year)
    crosswalk = market.crosswalk_of(survey)
    if crosswalk is None:
        return MappingProxyType(dict.fromkeys(survey.family_labels, ()))
    grouped = codes_of(crosswalk, referential)
    return MappingProxyType({family: grouped.get(family, ()) for family in survey.family_labels})


def reach(market: Market, referential: Referential, *, year: str | int | None = None) -> Reach:
    """
    Occupations that reach a family of the survey, and those that do not.

    Examples
    --------
    On ROME v460 and BMO 2023: 1,496 reached, 88 unreached (teaching, research, public order and the like, whose
    families the survey leaves out).
    """
    reached: list[str] = []
    unreached: list[str] = []
    for occupation in referential.occupations:
        if occupation.base is None:
            there = survey_families(market, referential, occupation.code, year=year)
            (reached if there else unreached).append(occupation.code)
    return Reach(tuple(sorted(reached)), tuple(sorted(unreached)))


def load_market(
    path: str | Path,
    *,
    years: Iterable[str | int] | None = None,
    tensions: bool = True,
    settings: MarketSettings | None = None,
    scanned: Scan | None = None,
) -> Market:
    """
    Load the market files of a folder, recognised by what they hold, wherever they lie in it, or a single file.

    Parameters
    ----------
    path
        A folder such as the one of the public data sets, or one file.
    years
        Years of the surveys to keep; None = all. A survey is read on first use only.
    tensions
        Whether to read the tables of tensions: False where they are not asked about, which saves half the time.
    settings
        Bounds of masked cells, and the fragile / hiring rule.
    scanned
        What `passerelles.market.read.scan_all` found in the folder, where it was looked through already.

    Returns
    -------
    market
        Its `files` say what was read (name, SHA-256, year, source), its `notices` what was odd or left out.

    Raises
    ------
    PasserellesError
        If nothing is there, it may not be read, or it holds no market file.
    """
    chosen = settings or DEFAULT_SETTINGS
    found = (scanned or scan_all(path)).within(("market",))
    if not found.found:
        raise PasserellesError("no_market_data", path=path)
    notices = list(found.notices)
    fap_rome = _newest(found, "fap-rome", notices, read_fap_rome)
    fap2021 = _newest(found, "fap2021-rome", notices, read_fap2021_rome)
    families2021, labels_file, labels_notices = _labels(found.newest("fap2021-labels", notices))
    tension_by_basin = _newest(found, "tension-rome-basin", notices, read_tension) if tensions else None
    tension_by_family = _newest(found, "tension-fap", notices, read_tension) if tensions else None
    wage_table = _newest(found, "wages", notices, read_wages)
    payers = _newest(found, "idcc-opco", notices, read_payers)
    families: list[tuple[Nomenclature, frozenset[str]]] = []
    if fap_rome:
        families.append(("FAP2009", fap_rome.families))
    if families2021 or fap2021:
        families.append(("FAP2021", frozenset(families2021) | (fap2021.families if fap2021 else frozenset())))
    parts = [p for p in (fap_rome, fap2021, tension_by_basin, tension_by_family, wage_table, payers) if p is not None]
    notices += [n for part in parts for n in part.notices]
    return Market(
        path=Path(path),
        bmo=_surveys(found, years, tuple(families), chosen, notices),
        crosswalks=MappingProxyType({c.nomenclature: c for c in (fap_rome, fap2021) if c is not None}),
        tension_by_basin=tension_by_basin,
        tension_by_family=tension_by_family,
        wages=wage_table,
        payers=payers,
        fap2021_labels=MappingProxyType(families2021),
        tables=(*(part.file for part in parts), *labels_file),
        settings=chosen,
        notices=NoticeLog([*notices, *labels_notices]).notices(),
    )


def _newest(found: Scan, kind: str, notices: list[Notice], reader: Callable[[Found], Part]) -> Part | None:
    """Read the latest file of a kind; the others are reported, not read."""
    file = found.newest(kind, notices)
    return None if file is None else reader(file)


def _labels(found: Found | None) -> tuple[dict[str, str], tuple[SourceFile, ...], tuple[Notice, ...]]:
    if found is None:
        return {}, (), ()
    table = read(found)
    labels = {code: label for _, (code, label) in cells(found, table, "family", "label") if code}
    return dict(sorted(labels.items())), (source_file(found, table),), table.notices


def _surveys(
    found: Scan,
    years: Iterable[str | int] | None,
    families: tuple[tuple[Nomenclature, frozenset[str]], ...],
    settings: MarketSettings,
    notices: list[Notice],
) -> tuple[BmoFile, ...]:
    wanted = None if years is None else {str(year) for year in years}
    kept: dict[str, BmoFile] = {}
    for each in found.of("bmo"):
        survey = open_bmo(each, known_families=families, settings=settings)
        if wanted is not None and survey.year not in wanted:
            notices.append(notice("year_not_wanted", file=each.name, year=survey.year))
        elif survey.year in kept:
            notices.append(notice("duplicate_dataset", file=each.name, other=kept[survey.year].found.name))
        else:
            kept[survey.year] = survey
    return tuple(kept[year] for year in sorted(kept))
