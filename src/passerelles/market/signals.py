"""What the market says of one job in one basin, of a group of jobs, and beside a move: openings, tension, wages."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter, itemgetter
from statistics import median
from typing import Any, Final, Literal, NamedTuple

from passerelles.codes import check_code, grouped
from passerelles.errors import UnknownCodeError
from passerelles.language.say import Lang, labelled, listed, percent, say
from passerelles.market.figures import COUNTRY, Figure, Interval, total, unknown
from passerelles.market.market import NOTHING, Market, Openings, family_codes, summed
from passerelles.market.own_lists import JobList, ListedJob
from passerelles.market.places import Basin, Places
from passerelles.market.tables import COMPONENTS, Link, Tension, TensionTable, Wages, families_of, links_of, shares
from passerelles.model import Ternary
from passerelles.referentials.referential import Referential, exact_occupation
from passerelles.views.schema import maybe, record
from passerelles.views.spec import Column, Kind, On, within

FIGURE: Final = record(
    "A published figure: its bounds, how it is known, where it comes from",
    {**dict.fromkeys(("value", "low", "high"), "number?"), "standing": "text"},
    optional=dict.fromkeys(("source", "year", "territory", "territory_label", "about", "via", "why"), "text?"),
)
_LEVELS: Final = {1: "domain", 3: "group"}  # of a family, by the length of its code
SHARES: Final = ("difficult_share", "seasonal_share")
WagePair = tuple[Figure, Figure]
"""Median wage of the job left and of the job reached, each over that of all families in its own period."""


def ends_of(key: str, kind: Kind = "number", path: str = "") -> tuple[Column, Column]:
    """Return a column for each end of a figure: a table has a number known within bounds in two cells."""
    low, high = (Column(key, kind, value=f"{path}{end}", on=On.TABLE) for end in ("low", "high"))
    return low, replace(high, key=f"{key}_high")


def wage_columns(*, on: On | None = None) -> tuple[Column, ...]:
    """Return the columns of wages before and after, as ratios to the median of all; `on`: screens that show them."""
    wages, *others = within(_WAGES, attrgetter("wages"))
    return (wages if on is None else replace(wages, on=On.JSON | on), *others)


def wages_short(wages: WagePair | None, lang: Lang) -> str | None:
    """Return both ratios in a narrow column, or the one of both jobs; None where neither is known."""
    ratios = _ratios(wages, lang)
    return f"≈ {ratios[0]}" if _same_median(wages) else " → ".join(ratios) or None


def _same_median(wages: WagePair | None) -> bool:
    """Whether both jobs have one and the same median, so that the effect of the move on pay is unknown."""
    if wages is None or wages[0].interval is None:
        return False
    before, after = ((f.interval, f.about, f.source, f.year) for f in wages)  # however each job is tied to the family
    return before == after


def _ratios(wages: WagePair | None, lang: Lang) -> list[str]:
    """Return both ratios, each with the lowest and the highest of a job's families; none where neither is known."""
    texts = [figure.short(lang, decimals=2) for figure in wages or ()]
    return [text or "?" for text in texts] if any(texts) else []


def wages_text(wages: WagePair | None, lang: Lang = "fr") -> str:
    """Return wages before and after with source, period and level; empty where neither is known."""
    if not (ratios := _ratios(wages, lang)):
        return ""
    ends, key = dict(zip(("before", "after"), ratios, strict=True)), "wages_alike" if _same_median(wages) else "wages"
    return say(f"market.{key}", lang=lang, **ends, source=wage_sources([wages], lang))


def wage_lines(wages: WagePair | None, lang: Lang = "fr") -> list[str]:
    """Return the same under its name, one line; none where nothing is known."""
    sentence = wages_text(wages, lang)
    return [labelled(say("market.median_wage", lang=lang), sentence, lang)] if sentence else []


def wage_sources(pairs: Iterable[WagePair | None], lang: Lang = "fr", *, codes: bool = True) -> str:
    """Return source, period and level of medians, each once: the families with their `codes`, or what they are."""
    levels_of: dict[tuple[str, str], dict[str, None]] = {}
    for figure in (f for wages in pairs for f in wages or () if f.interval is not None):
        levels = (_level(code, lang, named=codes) for code in figure.about.split(" + "))
        levels_of.setdefault((figure.source, figure.year), {}).update(dict.fromkeys(levels))
    rows = ((source, year, ", ".join(levels)) for (source, year), levels in levels_of.items())
    return "; ".join(say("market.wage_source", lang=lang, source=s, year=year, level=level) for s, year, level in rows)


def _level(code: str, lang: Lang, *, named: bool) -> str:
    """Name the level of a family in its nomenclature: W1Z80 is a family, W1Z a broader one, W a domain."""
    kind = say(f"market.wage_level.{_LEVELS.get(len(code), 'family')}", lang=lang)
    return f"{kind} {code}" if named else kind


def wage_notes(pairs: Iterable[WagePair | None], lang: Lang) -> list[str]:
    """Return what a table that shows wages says under it; nothing where none is known."""
    pairs = list(pairs)
    sources = wage_sources(pairs, lang, codes=False)
    notes = [say("market.wages_note", lang=lang, source=sources)] if sources else []
    return notes + ([say("market.wages_alike_note", lang=lang)] if any(map(_same_median, pairs)) else [])


_WAGES: Final = (
    Column(
        "wages", value=wages_short, on=On.JSON,
        json=lambda both, _: {"before": both[0].to_dict(), "after": both[1].to_dict()},
        schema=maybe(record("Median wages over that of all, same period", {"before": FIGURE, "after": FIGURE})),
    ),
    *within(ends_of("wage_before"), itemgetter(0)),
    *within(ends_of("wage_after"), itemgetter(1)),
    Column("wage_source", value=lambda both, lang: wage_sources([both], lang) or None, on=On.TABLE),
)  # fmt: skip


# Difficulty and seasons of the openings of a job's families, both ends apart: a cell may be secret.
SHARE_COLUMNS: Final = within(
    [column for name in SHARES for column in ends_of(name, "share", f"{name}.")], attrgetter("surveyed")
)


def shares_text(surveyed: "Openings | None", lang: Lang = "fr") -> str:
    """Return difficulty and seasons in words, with survey, year and basin; empty where neither is known."""
    rows = [] if surveyed is None else [(n, f) for n in SHARES if (f := getattr(surveyed, n)).interval is not None]
    if not rows:
        return ""
    amounts = [say(f"market.{name}", lang=lang, share=f.amount(lang, share=True)) for name, f in rows]
    return say("market.shares", lang=lang, shares=", ".join(amounts), source=rows[0][1].origin(lang))


_UNKNOWN_COMPONENTS = tuple(unknown("no_tension") for _ in COMPONENTS)
MarketStatus = Literal["hiring", "fragile", "neither", "unknown"]


class FamilyOpenings(NamedTuple):
    """
    A family of a survey in a basin; no occupation is needed, so that any year's families can be shown.

    Of a job: `jobs` is the number of occupations that share its projects, `part` the share of this job in [0, 1] (None
    where the job is not one of them, such as a specialised one: it has its base's).
    """

    family: str
    label: str
    openings: Openings
    jobs: int | None = None
    part: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        values: dict[str, Any] = {"family": {"code": self.family, "label": self.label}}
        values |= {name: getattr(self.openings, name).to_dict() for name in Openings._fields}
        return values if self.jobs is None else values | {"jobs": self.jobs, "part": self.part}


def basin_openings(market: Market, basin: str, *, year: str | int | None = None) -> tuple[FamilyOpenings, ...]:
    """
    Families that a survey prints in a basin, most projects first (a masked number at its low end), ties by code.

    Parameters
    ----------
    market
        Its survey of `year`, or the one that is joined to ROME; families of 2024 are shown as they are, joined to none.
    basin
        Code of a basin.

    Raises
    ------
    PasserellesError
        If there is no survey of that year.
    """
    survey = market.survey(year)
    labels, codes = survey.family_labels, survey.families_in.get(basin, ())
    families = [FamilyOpenings(f, labels[f], market.openings(f, basin, year=survey.year)) for f in codes]
    return tuple(sorted(families, key=lambda f: (-(f.openings.projects.low or 0), f.family)))


JobOpenings = tuple[tuple[FamilyOpenings, ...], Openings, Figure]


def job_openings(
    market: Market,
    referential: Referential,
    basin: str,
    *,
    weights: Mapping[str, float] | None = None,
    year: str | int | None = None,
) -> Callable[[str], JobOpenings]:
    """
    Return a function that gives a job's families, the sum of their openings, and the job's estimated part.

    Parameters
    ----------
    market, referential
        The figures, and the occupations that they are joined to.
    basin
        Code of a basin.
    weights
        Weights of the occupations within a family; None = equal. A family none of whose occupations has a positive
        weight is spread equally.
    year
        Year of the survey.
    """
    survey = market.survey(year) if market.has_survey else None
    crosswalk = None if survey is None else market.crosswalk_of(survey)
    if survey is None or crosswalk is None:
        origin = {} if survey is None else {"source": survey.file.source, "year": survey.year}
        figure = unknown("no_survey" if survey is None else "no_crosswalk", territory=basin, **origin)
        return lambda _: ((), Openings(figure, figure, figure), figure)
    source, when = survey.file.source, survey.year
    codes = family_codes(market, referential, year=year)

    def part_of(family: str) -> Mapping[str, float]:
        weighed = weights is not None and any(weights.get(c, 0) for c in codes[family])
        return shares(codes[family], weights if weighed else None)

    def openings_of(code: str) -> JobOpenings:
        families, link = families_of(crosswalk, referential, code)
        surveyed = [f for f in families if f in survey.family_labels]
        if link is None or not surveyed:
            figure = unknown("no_family", source=source, year=when, **survey.place(basin))
            return (), Openings(figure, figure, figure), figure
        rows = ((f, survey.family_labels[f], market.openings(f, basin, year=when)) for f in surveyed)
        listed = tuple(FamilyOpenings(f, name, o, len(codes[f]), part_of(f).get(code)) for f, name, o in rows)
        whole = _sum_openings(market, listed, basin, when, link)
        return listed, whole, _own_part(listed, whole.projects)

    return openings_of


def _sum_openings(market: Market, families: tuple[FamilyOpenings, ...], basin: str, year: str, link: Link) -> Openings:
    """Sum of the families that the survey prints in the basin."""
    survey = market.survey(year)
    printed = [f.family for f in families if survey.projects(basin, f.family) is not NOTHING]
    about = " + ".join(printed or [f.family for f in families])
    if not printed:
        return Openings(*(replace(figure, about=about, via=link.via) for figure in families[0].openings))
    why = "partly_published" if len(printed) < len(families) else ""
    openings = summed([survey.projects(basin, family) for family in printed])
    origin = {"source": survey.file.source, "year": year, "about": about, "via": link.via, **survey.place(basin)}
    return Openings(*(replace(f, why=f.why or why) for f in openings.openings("not_published", **origin)))


def _own_part(families: tuple[FamilyOpenings, ...], projects: Figure) -> Figure:
    """The job's own part of its families' projects, under the weights: for display only."""
    rows = ((f.openings.projects.interval, f.part) for f in families)
    summed = total(Interval(i.low * part, i.high * part) for i, part in rows if i is not None and part is not None)
    if summed is None or projects.interval is None:
        return replace(projects, interval=None, standing="unknown", why=projects.why or "not_published")
    return replace(projects, interval=summed, standing="estimated", why="spread")


def job_tension(market: Market, referential: Referential, code: str, basin: Basin) -> tuple[Figure, tuple[Figure, ...]]:
    """
    Tension of a job and its components, at the nearest level published.

    First by ROME code in the basin (the job's own code, its parent's, its base's); else by family in the
    department, the region (where the basin lies in one only), then the country. `territory` and `about` of the
    figure say which.
    """
    by_basin = market.tension_by_basin
    if by_basin is not None and (nearest := by_basin.nearest(links_of(referential, code), basin.code)) is not None:
        link, row = nearest
        return _tension([(link.code, row)], by_basin, basin.code, link, basin.name)
    by_family = market.tension_by_family
    if by_family is not None and market.crosswalk is not None:
        families, family_link = families_of(market.crosswalk, referential, code)
        areas = [f"department:{d}" for d in basin.departments if len(basin.departments) == 1]
        areas += [f"region:{r}" for r in basin.regions if len(basin.regions) == 1]
        for area in (*areas, COUNTRY):
            published = ((f, by_family.rows[f, area]) for f in families if (f, area) in by_family.rows)
            rows = [(f, row) for f, row in published if row.tension is not None]
            if rows and family_link is not None:
                return _tension(rows, by_family, area, family_link)
    return unknown("no_tension", territory=basin.code, territory_label=basin.name), _UNKNOWN_COMPONENTS


def _tension(
    rows: list[tuple[str, Tension]], table: TensionTable, territory: str, link: Link, name: str = ""
) -> tuple[Figure, tuple[Figure, ...]]:
    codes, source = [code for code, _ in rows], table.file.source

    def figure(values: list[int | None]) -> Figure:
        classes = [v for v in values if v is not None]
        if not classes:
            place = {"territory": territory, "territory_label": name, "about": " + ".join(codes)}
            return unknown("not_published", source=source, year=table.file.year, **place)
        return replace(_range_of(classes, codes, link, source, table.file.year, territory), territory_label=name)

    components = tuple(figure([row.components[i] for _, row in rows]) for i in range(len(COMPONENTS)))
    return figure([row.tension for _, row in rows]), components


KnownBy = Literal["job", "family"]


def leading_jobs(market: Market, referential: Referential) -> Callable[[str], Mapping[tuple[str, str], KnownBy]]:
    """
    Return a function that gives the jobs that represent the families of a survey in a basin, by (job, family).

    Openings of a family are not those of each of its 1 to 86 jobs. Its jobs are ranked by what is known of them: a
    tension published for the job in the basin, then how well the family fits (the share of the qualifications at which
    the crosswalk leads from the job to it, the fiche that statistics name before those split from it). A job whose
    tension is published there leads for itself (``job``), unless that tension says that people are many; a
    family of which no job is known so is led by those that fit best, known by the family only (``family``). Others
    of the family are left out: nothing says that they are hired there.

    Parameters
    ----------
    market, referential
        The figures, and the occupations that they are joined to.
    """
    survey = market.survey()
    crosswalk = market.crosswalk_of(survey)
    codes = family_codes(market, referential)
    by_qualification = crosswalk.by_qualification if crosswalk else {}
    qualified = grouped((rome, family) for (rome, _), family in by_qualification.items())
    fits: dict[str, list[str]] = {}
    for family, jobs in codes.items():
        measured = {code: _fit(qualified, referential, code, family) for code in jobs}
        fits[family] = [code for code in jobs if measured[code] == max(measured.values())]
    links = {c: links_of(referential, c) for jobs in codes.values() for c in jobs}
    table = market.tension_by_basin

    def leading(basin: str) -> Mapping[tuple[str, str], KnownBy]:
        known_by: dict[tuple[str, str], KnownBy] = {}
        for family in survey.families_in.get(basin, ()):
            tensions = {c: table.nearest(links[c], basin) if table else None for c in codes.get(family, ())}
            short = [c for c, nearest in tensions.items() if nearest is not None and (nearest[1].tension or 0) > SLACK]
            unknown_ones = [code for code in fits.get(family, ()) if tensions[code] is None]
            for code in short or unknown_ones or fits.get(family, []):
                known_by[code, family] = "job" if short else "family"
        return known_by

    return leading


SLACK: Final = 2
"""Tension, in classes 1 to 5, up to which people are more than offers."""


def _fit(
    qualified: Mapping[str, tuple[str, ...]], referential: Referential, code: str, family: str
) -> tuple[float, bool]:
    """Share of a job's qualifications that lead to a family, and whether statistics name the job itself."""
    known = ((qualified.get(link.code, ()), link.via == "direct") for link in links_of(referential, code))
    return next(((families.count(family) / len(families), own) for families, own in known if families), (0.0, True))


def wage_ratio(market: Market, referential: Referential, code: str) -> Figure:
    """
    Median wage of a job's families over that of all families, of the latest period that both have.

    A ratio and not euros: the open medians end at different years. `about` and `year` say the family and the period;
    from the lowest to the highest of several families.
    """
    return _wage(market, referential, code, Wages.ratio)


def wages_between(market: Market | None, referential: Referential, origin: str | None, target: str) -> WagePair | None:
    """
    Median wage of the job left and of the job reached, as `wage_ratio`; None without a table of wages.

    The wage of a person without an occupation (`origin` None) is unknown.
    """
    if market is None or market.wages is None:
        return None
    before = unknown("no_occupation") if origin is None else wage_ratio(market, referential, origin)
    return before, wage_ratio(market, referential, target)


def job_wage(market: Market, referential: Referential, code: str) -> Figure:
    """
    Median net monthly wage of a job's families, euro, for the country; from the lowest to the highest of several.

    A family without a wage takes that of the broader family; `about` says so.
    """
    return _wage(market, referential, code, Wages.nearest)


def _wage(
    market: Market,
    referential: Referential,
    code: str,
    of_family: Callable[[Wages, str], tuple[str, str, float | None] | None],
) -> Figure:
    """Bounds of what is known of a job's families, each a family, a period and an amount."""
    if market.wages is None or market.crosswalk is None:
        return unknown("no_wage", territory=COUNTRY)
    families, link = families_of(market.crosswalk, referential, code)
    medians = [of_family(market.wages, family) for family in families]
    rows = {family: (period, amount) for family, period, amount in filter(None, medians) if amount is not None}
    source = market.wages.file.source
    if not rows or link is None:
        return unknown("no_wage", source=source, territory=COUNTRY)
    years = ", ".join(sorted({period for period, _ in rows.values()}))
    return _range_of([amount for _, amount in rows.values()], sorted(rows), link, source, years, COUNTRY)


def _range_of(
    values: Sequence[float], codes: Sequence[str], link: Link, source: str, year: str, territory: str
) -> Figure:
    """From the lowest to the highest figure of a job's codes: observed where it is of one code."""
    bounds, about = Interval(min(values), max(values)), " + ".join(codes)
    why = "several_families" if len(codes) > 1 else ""
    return Figure(bounds, "estimated" if why else "observed", source, year, territory, about, link.via, why)


_FIGURES: Final = ("projects", "estimated", "difficult_share", "seasonal_share", "tension")


def _reason(lang: Lang, key: str, **values: object) -> str:
    return say(f"market.reason.{key}", lang=lang, **values)


@dataclass(frozen=True, slots=True)
class Signal:
    """
    A job in a basin.

    `projects` counts the recruitment projects of the job's families, which cover other jobs too; `estimated` is the
    job's own part of them under the stated weights, for display only. `difficult_share` and `seasonal_share` are
    shares of `projects` in [0, 1]. `tension` and `components` are classes 1 to 5, `wage` net monthly euro.
    `status` follows the rule of `status_by_rule`, or the user's list where `listed` is not None.
    """

    occupation: str
    label: str
    basin: Basin
    families: tuple[FamilyOpenings, ...]
    projects: Figure
    estimated: Figure
    difficult_share: Figure
    seasonal_share: Figure
    tension: Figure
    components: tuple[tuple[str, Figure], ...]
    wage: Figure
    status: MarketStatus
    listed: ListedJob | None = None
    list_name: str = ""

    def reasons(self, lang: Lang = "fr") -> tuple[str, ...]:
        """Return the sentences that explain `status`."""
        tell = partial(_reason, lang)
        counted = [
            f for f in self.families if f.family in self.projects.about.split(" + ")
        ]  # what is not printed is no 0
        jobs, named = max((f.jobs or 0 for f in counted), default=0), ", ".join(f.label for f in counted)
        key = "family_projects" if self.families else "projects"
        projects = tell(key, figure=self.projects.say(lang), families=named, n=jobs)
        difficult = tell("difficult", figure=self.difficult_share.say(lang, share=True))
        lines = (projects, difficult, tell("tension", figure=self.tension.say(lang)))
        if self.listed is not None:
            status = say(f"market.status.{self.listed.status}", lang=lang)
            return (tell("listed", file=self.list_name, line=self.listed.line, status=status), *lines)
        rule = HIRING if self.status == "hiring" else FRAGILE
        share = percent(rule.difficult_share, lang=lang)
        return (*lines, tell(self.status, projects=rule.projects, share=share, tension=rule.tension))

    def sentences(self, lang: Lang = "fr") -> tuple[str, ...]:
        """Return every figure in words: those of `reasons`, then the others."""
        tell = partial(_reason, lang)
        seasonal = tell("seasonal", figure=self.seasonal_share.say(lang, share=True))
        estimated = tell("estimated", figure=self.estimated.say(lang, decimals=1))
        named = ((say(f"market.tension.{name}", lang=lang), figure.say(lang)) for name, figure in self.components)
        components = (tell("component", name=name, figure=figure) for name, figure in named)
        return (*self.reasons(lang), seasonal, estimated, *components, tell("wage", figure=self.wage.say(lang)))

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        values: dict[str, Any] = {"occupation": {"code": self.occupation, "label": self.label}}
        values |= {"basin": {"code": self.basin.code, "label": self.basin.name}, "status": self.status}
        values |= {"status_from": "list" if self.listed is not None else "rule", "reasons": list(self.reasons(lang))}
        values |= {name: getattr(self, name).to_dict() for name in _FIGURES}
        values |= {"components": {name: figure.to_dict() for name, figure in self.components}}
        return values | {"wage": self.wage.to_dict(), "families": [family.to_dict() for family in self.families]}


def find_basin(market: Market, text: str, *, places: Places | None = None, year: str | int | None = None) -> Basin:
    """
    Basin of a code or name, with the departments and regions that the survey or the geography gives it.

    Parameters
    ----------
    market
        Its survey knows basins that the geography may lack.
    text
        Code or name; with `places`, the name of a commune too.
    places
        The geography; without it, names are compared without case or accents among the survey's basins.
    year
        Year of the survey.

    Raises
    ------
    UnknownCodeError
        If neither knows it.
    PasserellesError
        If a commune's name means several basins.
    """
    check_code(text, what="basin")
    surveyed = Places(tuple(market.survey(year).basins.values()) if market.has_survey else ())
    exact = surveyed.own(text)
    if exact is not None:
        return exact
    if places is None:
        raise UnknownCodeError(text, suggestions=surveyed.suggest(text), key="unknown_basin")
    place = places.basin(text)
    return surveyed.basin_by_code.get(place.code, place)


def signal(
    market: Market,
    referential: Referential,
    code: str,
    basin: str | Basin,
    *,
    places: Places | None = None,
    listed: JobList | None = None,
    weights: Mapping[str, float] | None = None,
    year: str | int | None = None,
) -> Signal:
    """
    What the market says of one job in one basin; see `signals` for many at once.

    Raises
    ------
    UnknownCodeError
        If the referential has no such occupation, or nothing knows the basin.

    Examples
    --------
    ``signal(market, referential, "N4101", "Redon").status`` is ``"hiring"`` where the survey prints at least five
    projects for lorry drivers in Redon and employers are short of candidates.
    """
    key = basin if isinstance(basin, Basin) else find_basin(market, basin, places=places, year=year)
    return next(signals(market, referential, key, codes=(code,), listed=listed, weights=weights, year=year))


def signals(
    market: Market,
    referential: Referential,
    basin: Basin,
    *,
    codes: Iterable[str] | None = None,
    listed: JobList | None = None,
    weights: Mapping[str, float] | None = None,
    year: str | int | None = None,
) -> Iterator[Signal]:
    """
    Yield what the market says of jobs in a basin, in the order asked, or all occupations by code.

    Parameters
    ----------
    market, referential
        The figures, and the occupations that they are joined to.
    basin
        See `find_basin`.
    codes
        Codes or exact titles of occupations; None = all of the referential.
    listed
        A user's list, which overrides the rule where it names the job.
    weights
        How a family's projects are spread over its occupations; None = equally. For display only.
    year
        Year of the survey; None = the latest that the crosswalk joins to ROME.

    Raises
    ------
    UnknownCodeError
        If the referential has no such occupation.
    """
    openings = job_openings(market, referential, basin.code, weights=weights, year=year)
    labels = market.survey(year).region_labels if market.has_survey else {}
    by_code = referential.occupation_by_code
    for code in by_code if codes is None else [exact_occupation(referential, asked) for asked in codes]:
        families, surveyed, estimated = openings(code)
        tension, components = job_tension(market, referential, code, basin)
        regions = (*basin.regions, *(labels.get(region, "") for region in basin.regions))
        place = (basin.code, basin.name)
        entry = None if listed is None else listed.find(referential, code, basin=place, region=regions)
        figures = surveyed.projects, estimated, surveyed.difficult_share, surveyed.seasonal_share, tension
        by_component, wage = tuple(zip(COMPONENTS, components, strict=True)), job_wage(market, referential, code)
        status = entry.status if entry is not None else status_by_rule(surveyed, tension, basin.code)
        source = listed.file.record.name if listed is not None else ""
        yield Signal(code, by_code[code].name, basin, families, *figures, by_component, wage, status, entry, source)


class MarketBounds(NamedTuple):
    """Projects, share judged difficult and class of tension that bound a status of the market."""

    projects: int
    difficult_share: float
    tension: int


# The rule is a hint for people to contest, not a finding: a list of one's own overrides it.
HIRING: Final = MarketBounds(projects=5, difficult_share=0.5, tension=4)
FRAGILE: Final = MarketBounds(projects=4, difficult_share=0.4, tension=2)


def status_by_rule(openings: Openings, tension: Figure, basin: str) -> MarketStatus:
    """
    Whether a job is hiring or fragile in a basin, by `HIRING` and `FRAGILE`; unknown where the figures cannot decide.

    Hiring: at least so many projects, and employers short of candidates (so large a share judged difficult, or so high
    a tension). Fragile: more people than offers (at most so high a tension), employers who hardly hire (at most so many
    projects printed) or do so with ease (at most so large a share judged difficult), and the job is done there: its
    tension was published for the basin itself. No projects and a slack market in the whole country say nothing of a job
    that nobody does in the basin, such as fishing captain inland. A family without a row in a basin that was surveyed
    has no projects printed; how many it has stays unknown.
    """
    projects = openings.projects
    none_printed = projects.why == "no_row"
    hires: Ternary = "no" if none_printed else projects.between(least=HIRING.projects)
    few: Ternary = "yes" if none_printed else projects.between(most=FRAGILE.projects)
    difficult = openings.difficult_share.between(least=HIRING.difficult_share)
    short = _either(difficult, tension.between(least=HIRING.tension))
    hiring = _both(hires, short)
    done: Ternary = "yes" if tension.territory == basin and tension.interval is not None else "unknown"
    easy = openings.difficult_share.between(most=FRAGILE.difficult_share)
    fragile = _both(_either(few, easy), tension.between(most=FRAGILE.tension), done)
    if hiring == "yes":
        return "hiring"
    if fragile == "yes":
        return "fragile"
    return "neither" if hiring == fragile == "no" else "unknown"


_RISING: Final = ("no", "unknown", "yes")


def _both(*answers: Ternary) -> Ternary:
    return min(answers, key=_RISING.index)


def _either(*answers: Ternary) -> Ternary:
    return max(answers, key=_RISING.index)


_EVERYWHERE: Final = Basin(COUNTRY, "")
_MARKET_FIGURES: Final = ("projects", "tension", "wage_ratio")


class JobMarket(NamedTuple):
    """
    What the market says of a job in a basin, or in the country, or of a group of jobs.

    Attributes
    ----------
    projects
        Recruitment projects of the job's families, which cover other jobs too; of a group, the sum of its jobs' own
        parts, estimated by spreading a family's projects evenly over its jobs.
    tension
        Class 1 to 5; of a group, the median of its jobs'.
    wage_ratio
        Median wage over that of all, in one period; of a group, the median of its jobs'.
    jobs
        Of a group, how many of its jobs each figure is of, in this order; the others are unknown, not nought.
    """

    projects: Figure
    tension: Figure
    wage_ratio: Figure
    jobs: tuple[int, int, int] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        values: dict[str, Any] = {name: getattr(self, name).to_dict() for name in _MARKET_FIGURES}
        return values if self.jobs is None else {**values, "jobs": dict(zip(_MARKET_FIGURES, self.jobs, strict=True))}


class JobMarkets(NamedTuple):
    """What the market says of jobs, each by its code, and each one's own part of the projects of its families."""

    by_job: Mapping[str, JobMarket]
    own: Mapping[str, Figure]

    def of_group(self, codes: Sequence[str]) -> JobMarket:
        """Sum up a group of jobs: own parts of projects added, medians of tension and wages; see `JobMarket`."""
        jobs = [self.by_job[code] for code in codes]
        columns = ([self.own[code] for code in codes], [j.tension for j in jobs], [j.wage_ratio for j in jobs])
        known = [[f for f in figures if f.interval is not None] for figures in columns]
        projects = _aggregate(known[0], columns[0], added=True)
        tension, wage = (_aggregate(*both, added=False) for both in zip(known[1:], columns[1:], strict=True))
        return JobMarket(projects, tension, wage, (len(known[0]), len(known[1]), len(known[2])))


def _aggregate(known: Sequence[Figure], every: Sequence[Figure], *, added: bool) -> Figure:
    if not known:
        return every[0] if every else unknown("not_published")
    ends = [f.interval for f in known if f.interval is not None]
    bounds = total(ends) if added else Interval(median(e.low for e in ends), median(e.high for e in ends))
    first = known[0]
    sources, years = (", ".join(sorted({getattr(f, name) for f in known})) for name in ("source", "year"))
    same = len({f.territory for f in known}) == 1
    place = {"territory": first.territory, "territory_label": first.territory_label} if same else {}
    return Figure(bounds, "estimated", sources, years, why="spread" if added else "median", **place)


def job_markets(
    market: Market, referential: Referential, codes: Iterable[str], basin: Basin | None = None
) -> JobMarkets:
    """Return what the market says of jobs in a basin; in the whole country without one."""
    by_code = {s.occupation: s for s in signals(market, referential, basin or _EVERYWHERE, codes=tuple(codes))}
    by_job = {c: JobMarket(e.projects, e.tension, wage_ratio(market, referential, c)) for c, e in by_code.items()}
    return JobMarkets(by_job, {code: s.estimated for code, s in by_code.items()})


_JOBS: Final = record("Jobs of the group that each is of", dict.fromkeys(_MARKET_FIGURES, "count"))
_ABOUT_MARKET: Final = "Openings, tension and wage; null without market data"
_MARKET: Final = maybe(record(_ABOUT_MARKET, dict.fromkeys(_MARKET_FIGURES, FIGURE), optional={"jobs": _JOBS}))


def market_columns(*, counted: bool = False) -> tuple[Column, ...]:
    """
    Return the columns of the market of an item: both ends of each figure in tables, one text on screens.

    `counted`: of a group, with the number of its jobs that each figure is of.
    """
    columns = [Column("market", json=lambda market, _: market.to_dict(), schema=_MARKET, on=On.JSON)]
    for name in _MARKET_FIGURES:
        low, high = ends_of(name, path=f"{name}.")
        columns += [replace(low, shown=partial(_market_figure, name), on=On.CELLS), high]
    if counted:
        counts = [Column(f"{name}_jobs", "integer", value=lambda n, _: n, on=On.TABLE) for name in _MARKET_FIGURES]
        columns += [column.at(itemgetter(place)).at(attrgetter("jobs")) for place, column in enumerate(counts)]
    columns.append(Column("market_source", value=lambda m, lang: market_sources([m], lang) or None, on=On.TABLE))
    return within(columns, attrgetter("market"))


MARKET_KEYS: Final = frozenset(_MARKET_FIGURES)
"""Columns of the figures of a market."""


def unknown_columns(markets: Iterable[JobMarket | None]) -> frozenset[str]:
    """Return the columns that a screen leaves out: those of the market, where nothing is known of it."""
    figures = (getattr(market, name) for market in markets if market is not None for name in _MARKET_FIGURES)
    return frozenset() if any(figure.interval is not None for figure in figures) else MARKET_KEYS


def _market_figure(name: str, market: JobMarket, lang: Lang) -> str | None:
    figure: Figure = getattr(market, name)
    return figure.short(lang, decimals=2 if name == "wage_ratio" else 0)


def market_sources(markets: Iterable[JobMarket | None], lang: Lang = "fr") -> str:
    """Return where the figures come from, each source, year and place once."""
    figures = [getattr(market, name) for name in _MARKET_FIGURES for market in markets if market is not None]
    origins = [f.origin(lang) for f in figures if f.interval is not None]
    return listed(dict.fromkeys(filter(None, origins)), lang)


def market_notes(of_rows: Iterable[JobMarket | None], lang: Lang = "fr") -> list[str]:
    """Return what a table that shows them says below it; nothing where nothing is known."""
    markets = [market for market in of_rows if market is not None]
    sources = market_sources(markets, lang)
    if not sources:
        return []
    key = "group" if any(market.jobs is not None for market in markets) else "job"
    return [say(f"market.worth.{key}", lang=lang, source=sources)]
