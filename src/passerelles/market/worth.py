"""What the market says of a job, or of a group of jobs, and its wording: openings, tension, wage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter, itemgetter
from statistics import median
from typing import Any, Final, NamedTuple

from passerelles.language.say import Lang, listed, say
from passerelles.market.figures import COUNTRY, Figure, Interval, total, unknown
from passerelles.market.market import Market
from passerelles.market.places import Basin
from passerelles.market.signals import FIGURE, ends_of, signals, wage_ratio
from passerelles.referentials.referential import Referential
from passerelles.views.schema import maybe, record
from passerelles.views.spec import Column, On, within

_EVERYWHERE: Final = Basin(COUNTRY, "")
_NAMES: Final = ("projects", "tension", "wage_ratio")


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
        values: dict[str, Any] = {name: getattr(self, name).to_dict() for name in _NAMES}
        return values if self.jobs is None else {**values, "jobs": dict(zip(_NAMES, self.jobs, strict=True))}


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
    years = ", ".join(sorted({f.year for f in known}))
    place = first.territory if len({f.territory for f in known}) == 1 else ""
    return Figure(bounds, "estimated", first.source, years, place, why="spread" if added else "median")


def job_markets(
    market: Market, referential: Referential, codes: Iterable[str], basin: Basin | None = None
) -> JobMarkets:
    """Return what the market says of jobs in a basin; in the whole country without one."""
    by_code = {s.occupation: s for s in signals(market, referential, basin or _EVERYWHERE, codes=tuple(codes))}
    by_job = {c: JobMarket(e.projects, e.tension, wage_ratio(market, referential, c)) for c, e in by_code.items()}
    return JobMarkets(by_job, {code: s.estimated for code, s in by_code.items()})


_JOBS: Final = record("Jobs of the group that each is of", dict.fromkeys(_NAMES, "count"))
_ABOUT: Final = "Openings, tension and wage; null without market data"
_SCHEMA: Final = maybe(record(_ABOUT, dict.fromkeys(_NAMES, FIGURE), optional={"jobs": _JOBS}))


def market_columns(*, counted: bool = False) -> tuple[Column, ...]:
    """
    Return the columns of the market of an item: both ends of each figure in tables, one text on screens.

    `counted`: of a group, with the number of its jobs that each figure is of.
    """
    columns = [Column("market", json=lambda market, _: market.to_dict(), schema=_SCHEMA, on=On.JSON)]
    for name in _NAMES:
        low, high = ends_of(name, path=f"{name}.")
        columns += [replace(low, shown=partial(_short, name), on=On.CELLS), high]
    if counted:
        counts = [Column(f"{name}_jobs", "integer", value=lambda n, _: n, on=On.TABLE) for name in _NAMES]
        columns += [each.at(itemgetter(place)).at(attrgetter("jobs")) for place, each in enumerate(counts)]
    columns.append(Column("market_source", value=lambda m, lang: market_sources([m], lang) or None, on=On.TABLE))
    return within(columns, attrgetter("market"))


SCREEN_KEYS: Final = frozenset(_NAMES)
"""Columns that a screen leaves out where no market is known."""


def _short(name: str, market: JobMarket, lang: Lang) -> str | None:
    figure: Figure = getattr(market, name)
    return figure.short(lang, decimals=2 if name == "wage_ratio" else 0)


def market_sources(some: Iterable[JobMarket | None], lang: Lang = "fr") -> str:
    """Return where the figures come from, each source, year and place once."""
    figures = [getattr(market, name) for name in _NAMES for market in some if market is not None]
    origins = [f.origin(lang) for f in figures if f.interval is not None]
    return listed(dict.fromkeys(filter(None, origins)), lang)


def market_notes(some: Iterable[JobMarket | None], lang: Lang = "fr") -> list[str]:
    """Return what a table that shows them says below it; nothing where nothing is known."""
    markets = [market for market in some if market is not None]
    sources = market_sources(markets, lang)
    if not sources:
        return []
    key = "group" if any(market.jobs is not None for market in markets) else "job"
    return [say(f"market.worth.{key}", lang=lang, source=sources)]
