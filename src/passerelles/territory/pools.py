"""Openings of a survey as lots: a family's projects in a basin are one capacity that its occupations share."""

from collections.abc import Collection, Iterable, Mapping

from passerelles.errors import PasserellesError
from passerelles.market.market import Market, family_codes
from passerelles.market.signals import leading_jobs
from passerelles.referentials.referential import Referential
from passerelles.settings import TerritorySettings
from passerelles.territory.lots import NAME_OF, Lot, Lots


def survey_openings(
    market: Market,
    referential: Referential,
    *,
    basins: Iterable[str] | None = None,
    year: str | int | None = None,
    settings: TerritorySettings | None = None,
    jobs: Collection[str] = (),
) -> Lots:
    """
    Openings of the survey of recruitment needs, for `match_territory`.

    Parameters
    ----------
    market, referential
        The survey, and the occupations that its families are joined to.
    basins
        Codes of the basins to take; None = all of the survey.
    year
        Year of the survey; None = the latest that is joined to ROME.
    settings
        `masked_openings` says at which end of its interval a masked number counts.
    jobs
        Jobs that count wherever their family hires, such as those of the people: the same job elsewhere.

    Returns
    -------
    lots
        One lot for each job that stands for a family in a basin (see `passerelles.market.signals.leading_jobs`), and
        for `jobs`; lots of one family and basin share its projects, an integer. A family that no occupation reaches, or
        that has no row in the basin, gives none: unknown is not 0.

    Raises
    ------
    PasserellesError
        If there is no survey, or its families are not joined to ROME.
    """
    chosen = settings or TerritorySettings()
    survey = market.survey(year)
    codes = {f: [c for c in found if c in referential.occupation_by_code] for f, found in
             family_codes(market, referential, year=year).items()}  # fmt: skip
    if not any(codes.values()):
        raise PasserellesError("territory_no_crosswalk", year=survey.year)
    wanted = None if basins is None else set(basins)
    employer = f"BMO {survey.year}"
    lots: list[Lot] = []
    pools: dict[tuple[str, str], int] = {}
    leading = leading_jobs(market, referential, year=year)
    led: dict[str, Mapping[tuple[str, str], str]] = {}
    there = sorted(key for key in survey.projects_of if wanted is None or key[0] in wanted)
    for basin, family in there:
        projects = survey.projects_of[basin, family]
        if projects.met is None or not codes.get(family):
            continue
        end = projects.met.low if chosen.masked_openings == "low" else projects.met.high
        capacity = int(end)
        pools[(basin, family)] = capacity
        label = survey.basins[basin].label
        if basin not in led:
            led[basin] = leading(basin)
        lots += [
            Lot(
                employer,
                code,
                basin,
                family,
                capacity,
                label,
                referential.occupation_by_code[code].name,
                known_by=led[basin].get((code, family), "family"),
            )
            for code in codes[family]
            if code in jobs or (code, family) in led[basin]
        ]
    labels = {family: survey.family_labels[family] for _, family in pools}
    return Lots(
        "hiring", tuple(sorted(lots, key=NAME_OF)), pools, labels, source=f"{survey.file.source} {survey.year}".strip()
    )
