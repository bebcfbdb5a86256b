"""`rank_territory`: for each fragile lot the hiring jobs within reach, or the other way round, with all sources."""

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from operator import attrgetter
from pathlib import Path
from typing import ClassVar, Final, NamedTuple, get_args

from passerelles.access.conditions import kind_between
from passerelles.codes import grouped
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, number, percent, say
from passerelles.market import signals
from passerelles.market.figures import Figure
from passerelles.market.market import Market, Openings
from passerelles.market.own_lists import JobList
from passerelles.market.places import Area, Basin, Places
from passerelles.model import Hours, MoveKind
from passerelles.paths.legal import NO
from passerelles.ranking.move import PartValue
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings, TerritorySettings, settings_or
from passerelles.territory.allocation import note_sheets
from passerelles.territory.flows import KNOWN_BY, hours_between
from passerelles.territory.hours import Costs, EffortCosts
from passerelles.territory.lots import Locator, Lot, Lots, Note, Problem, Side, Table, pool_key, reading_notes
from passerelles.territory.pairs import LEAST_CHANCE, JobMoves, Territory, chosen_bound, moves_between
from passerelles.territory.parts import lots_within
from passerelles.territory.reading import read_lots
from passerelles.text import few
from passerelles.views.schema import maybe, one_of, record
from passerelles.views.shown import Described
from passerelles.views.spec import SPAN, Column, On, Record, Sheet, part_of, parts_of, side_by_side, texts_of

_SIDES: Final[tuple[Side, ...]] = ("fragile", "hiring")
_CLASSES: Final = 4  # classes of tension above the slackest


@dataclass(frozen=True, slots=True)
class RankPart(Described):
    """
    One part of a rank's score, in points, and the figure that it comes from.

    `figure` None = unknown: `value` is then what an unknown counts as. `source` says where a market figure comes from;
    `same` that the job stays the same.
    """

    name: str
    value: float
    figure: float | None
    source: Figure | None = None
    same: bool = False

    def label(self, lang: Lang = "fr") -> str:
        """Return the part's name for people."""
        return say(f"territory.part.{self.name}", lang=lang)

    def sentence(self, lang: Lang = "fr") -> str:
        """Return the part in words."""
        if self.same and self.name == "move":
            return say("territory.sentence.move_same", lang=lang)
        if self.figure is None:
            points = number(self.value, lang=lang, decimals=1)
            return say(f"territory.sentence.{self.name}_unknown", lang=lang, points=points)
        if self.source is not None:
            return say(f"territory.sentence.{self.name}", lang=lang, figure=self.source.say(lang))
        shown = percent(self.figure, lang=lang) if self.name == "move" else number(self.figure, lang=lang)
        return say(f"territory.sentence.{self.name}", lang=lang, figure=shown)

    spec: ClassVar[Record] = Record(
        "territory_part",
        "One part of a rank's score, in points",
        *PartValue.spec.pick("name", "part"),
        Column("value", "number", promised=True),
        Column("figure", on=On.JSON, schema="number?: What the value comes from; null = unknown"),
        Column("assumed", value=lambda p, _: p.figure is None, on=On.JSON,
               schema="flag: Whether the figure is unknown, and counts as the middle of its scale"),
        Column("sentence", value=lambda p, lang: p.sentence(lang), schema="text"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked(Described):
    """
    A fragile lot and a hiring lot, ranked among those of its side.

    `score` is the sum of the parts; it has no unit and means nothing across settings. `tension` and `projects` are
    those of the hiring job in its basin, as published; `projects` None where the openings are an employer's own.
    `others` are other jobs of the same family and basin, which share the same openings and rank lower. `surveyed` is
    what the survey says of the job's families there, difficulty and seasons too; `wages` those of both jobs, over
    the median of all.
    """

    rank: int
    fragile: Lot
    hiring: Lot
    score: float
    parts: tuple[RankPart, ...]
    hours: Hours
    km: float | None
    probability: float | None
    tension: Figure
    projects: Figure | None
    same_job: bool
    kind: MoveKind = "unknown"
    others: tuple[str, ...] = ()
    surveyed: Openings | None = None
    wages: signals.WagePair | None = None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the parts whose figure is unknown."""
        return tuple(p.name for p in self.parts if p.figure is None)

    @property
    def openings(self) -> int | None:
        """Openings, at the low end of the projects; None = unknown: only a list calls the job hiring."""
        unknown = self.projects is not None and self.projects.interval is None
        return None if unknown else self.hiring.people

    def end(self, side: Side, *, far: bool = False) -> str:
        """Name one end on a screen: a survey is no employer, and a far end has a basin only where it is another one."""
        lot = self.fragile if side == "fragile" else self.hiring
        known = far and self.fragile.town == self.hiring.town
        employer = "" if side == "hiring" and self.hiring.pool else lot.employer
        return ", ".join(filter(None, (employer, lot.place(elsewhere=not known))))

    def far_end(self, side: Side, lang: Lang = "fr") -> str:
        """Name the far end, and how many jobs share its openings."""
        name = self.end(side, far=True)
        return say("territory.table.other_jobs", lang=lang, lot=name, n=len(self.others)) if self.others else name

    def score_text(self, lang: Lang = "fr") -> str:
        """Return the score for a screen, marked where a part is unknown."""
        shown = number(self.score, lang=lang, decimals=2)
        return say("territory.table.score_partial", lang=lang, score=shown) if self.unknown else shown

    spec: ClassVar[Record] = Record(
        "territory_rank",
        "A fragile lot and a hiring lot",
        Column("rank", "integer", promised="ordinal", on=On.FILE),
        Column("from", value=lambda r, lang: r.far_end("fragile", lang), on=On.SCREEN),
        Column("fragile_employer", value="fragile.employer", promised="text", on=On.FILE),
        Column("origin", json="fragile.end", promised="end", on=On.JSON),
        Column("origin_code", value="fragile.job", on=On.TABLE),
        Column("origin_label", value="fragile.label", on=On.TABLE),
        Column("from_basin", value="fragile.basin_label", promised="text", on=On.JSON),
        Column("to", value=lambda r, lang: r.far_end("hiring", lang), on=On.SCREEN),
        Column("hiring_employer", value="hiring.employer", promised="text", on=On.FILE),
        Column("target", json="hiring.end", promised="end", on=On.JSON),
        Column("target_code", value="hiring.job", on=On.TABLE),
        Column("target_label", value="hiring.label", on=On.TABLE),
        Column("to_basin", value="hiring.basin_label", promised="text", on=On.FILE),
        Column("headcount", "integer", value=lambda r, _: r.fragile.people or None, on=On.JSON | On.SCREEN),
        Column("openings", "integer", on=On.SCREEN, shown=lambda r, lang: r.projects and r.projects.short(lang)),
        Column("family", value="hiring.pool", schema="text?", on=On.JSON),
        Column("known_by", value=lambda r, _: r.hiring.known_by or None, words="terms.known_by",
               schema=KNOWN_BY, on=On.FILE),
        Column("score", "number", promised="number: Sum of `parts`", shown=lambda r, lang: r.score_text(lang)),
        parts_of("parts", "territory_part", promised=True),
        Column("probability", "share", shown=lambda r, _: "–" if r.same_job else None, promised=True),
        part_of("hours_expected", SPAN, "hours", kind="number", value="hours.expected",
                json_key="hours_per_person", promised=True, on=On.FILE),
        Column("hours_each", "integer", value="hours.expected", on=On.SCREEN),
        Column("tension", "number", value="tension.low", promised=True, shown=lambda r, lang: r.tension.short(lang)),
        Column("tension_high", "number", value="tension.high", on=On.TABLE),
        Column("tension_source", value=lambda r, lang: _publisher(r.tension, lang), on=On.TABLE),
        Column(
            "market", on=On.JSON,
            json=lambda r, _: {
                "tension": r.tension.to_dict(),
                "projects": r.projects and r.projects.to_dict(),
                **{name: r.surveyed and getattr(r.surveyed, name).to_dict() for name in signals.SHARES},
            },
            schema=record(
                "Figures of the hiring job", {"tension": signals.FIGURE, "projects": maybe(signals.FIGURE)},
                optional=dict.fromkeys(signals.SHARES, maybe(signals.FIGURE)),
            ),
        ),
        *signals.SHARE_COLUMNS,
        *signals.wage_columns(),
        Column("km", "number", promised="amount?", on=On.FILE),
        Column("km", "integer", on=On.SCREEN),
        Column("openings", "integer", schema="count?", on=On.FILE),
        Column("openings_high", "integer", value=lambda r, _: r.projects and r.projects.high, on=On.TABLE),
        Column("openings_source", value=lambda r, lang: r.projects and _publisher(r.projects, lang), on=On.TABLE),
        Column("same_job", "flag", promised="flag", on=On.FILE),
        Column("kind", words="moves.kind", schema=one_of(get_args(MoveKind)), on=On.FILE),
        texts_of(
            "unknown_parts", "text", "Parts whose figure is unknown", path="unknown", sep=", ", json_key="unknown",
            on=On.FILE,
        ),
        texts_of("other_jobs", "code", path="others", sep=", ", on=On.FILE,
                 about="Other jobs of the same family and basin, which share the openings, ranked lower"),
    )  # fmt: skip


def ranking_sheets(
    ranked: Sequence[Ranked], notes: Sequence[Note], lang: Lang, *, by: Side, set_aside: Sequence[Problem] = ()
) -> list[Sheet]:
    """Return the ranking, the parts of its scores, rows set aside, and what the reader must know."""
    hidden = {"from", "headcount"} if by == "fragile" else {"to", "openings"}
    hidden |= set() if any(item.probability is not None for item in ranked) else {"probability"}
    head = Ranked.spec.pick("rank", "origin_code", "origin_label", "target_code", "target_label", on=On.TABLE)
    columns = side_by_side(head, RankPart.spec.pick("part", "value", "sentence", on=On.TABLE))
    part_sheet = Sheet("parts", columns, lambda: ((r, p) for r in ranked for p in r.parts), lang)
    ranking = Sheet("ranking", Ranked.spec.columns, lambda: ranked, lang, frozenset(hidden))
    return [ranking, part_sheet, *note_sheets(set_aside, notes, lang)]


def _publisher(figure: Figure, lang: Lang) -> str:
    """Publisher, year and territory of a market figure, and how it is known."""
    return ", ".join(filter(None, (figure.origin(lang), say(f"market.standing.{figure.standing}", lang=lang))))


def rank_parts(
    settings: TerritorySettings,
    *,
    chance: float | None,
    hours: float | None,
    tension: Figure,
    km: float | None,
    same: bool = False,
) -> tuple[RankPart, ...]:
    """
    Return the parts of a score: log₂ of the chance, hours, tension and distance, in points of half the chance.

    A tension that is known within bounds counts at its low end, as openings do. `same`: the job stays the same.
    """
    # An unknown figure counts as the middle of a scale, or as what costs one point: neither good nor bad, and the same
    # from either side.
    rows: tuple[tuple[str, float | None, float, Callable[[float], float]], ...] = (
        ("move", 1.0 if same else chance, -5.0, lambda chance: math.log2(max(chance, LEAST_CHANCE))),
        ("hours", hours, -1.0, lambda hours: -hours / settings.rank_hours),
        ("market", tension.low, settings.rank_market / 2, lambda low: settings.rank_market * (low - 1) / _CLASSES),
        ("distance", km, -1.0, lambda km: -km / settings.rank_km),
    )
    sources = {"market": tension}
    scored = [
        (name, unknown if x is None else points(x) + 0.0, x) for name, x, unknown, points in rows
    ]  # no minus zero
    return tuple(RankPart(name, value, figure, sources.get(name), same) for name, value, figure in scored)


class TerritoryRanking(NamedTuple):
    """Fragile lots and hiring lots ranked, what the reader must know of it, and rows of tables that were set aside."""

    items: list[Ranked]
    notes: list[Note]
    set_aside: list[Problem]


@checked
def rank_territory(  # noqa: PLR0913 - each option is named at every call
    graph: OccupationGraph,
    basin: str,
    *,
    market: Market | None = None,
    places: Places | None = None,
    fragile: Table | None = None,
    hiring: Table | None = None,
    listed: JobList | None = None,
    radius_km: float | None = None,
    by: Side = "fragile",
    area: Area | None = None,
    settings: Settings | None = None,
    costs: Costs | None = None,
    limit: int = 10,
) -> TerritoryRanking:
    """
    Rank what is between the two ends of a territory.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    basin
        Code or name of the basin of the fragile lots; with `by` ``"hiring"``, of the hiring jobs. Lots elsewhere get
        no list of their own.
    market, places
        Survey, tensions and geography.
    fragile, hiring
        Tables of lots. Without one, the jobs that the rule of the market (or `listed`) calls fragile or hiring.
    listed
        A user's list of hiring and fragile jobs, which overrides the rule.
    radius_km
        Farthest basin of the other side; that of the settings where None.
    by
        ``"fragile"``: for each fragile lot the hiring jobs; ``"hiring"``: for each hiring job the fragile lots.
    area
        Another territory in place of `basin`, as `Places.area` gives it: its lots, or the basins that it has a part of.
    limit
        Most items of each list.

    Returns
    -------
    ranking
        Items by lot, then by falling score, ties by employer and code. What is impossible, or of the same fiche, is
        left out; for hiring jobs also the kinds of move of ``settings.ranking.sources_exclude``: people who would step
        down. Jobs of one family and basin share its projects: the best of them stands for all, on either side. The
        notes say by which rule the jobs of a side were found and how many it could not judge, that no radius applies
        without a geography, and that the basin asked has no lot of its own where that is so.

    Raises
    ------
    PasserellesError
        If the radius is no number, neither a table nor market data gives one of the sides, or a list stands beside
        tables of both.

    Notes
    -----
    score = log₂ of the chance of the move − hours / `rank_hours` + `rank_market` × (tension − 1) / 4 − km / `rank_km`:
    one point is a chance half as large. The logarithm keeps a move that hardly any expert lists from making up for it
    by being short. A part whose figure is unknown counts as the middle of its scale, and says so: neither good nor bad.
    """
    if listed is not None and fragile is not None and hiring is not None:
        raise PasserellesError("territory_list_unused")
    config = settings_or(settings, graph.settings)
    chosen = config.territory
    locator = Locator(places, market)
    centres = _centres(basin, area, locator)
    far = tuple(centres)
    bound = chosen_bound(chosen, "radius_km", radius_km)
    radius = chosen.bmo_radius_km if bound is None else bound
    near = tuple(sorted({*far, *locator.surveyed_within(radius, far)}))
    basins = (far, near) if by == "fragile" else (near, far)
    rule = None if market is None else _rule(market, graph.referential, places, listed)
    side = partial(_side, graph, locator=locator, review_threshold=config.titles.review_threshold, rule=rule)
    starts = side("fragile", fragile, basins[0])
    ends = side("hiring", hiring, basins[1], own=frozenset(lot.job for lot in starts.lots))
    model = costs if costs is not None else EffortCosts(graph, config)
    territory = Territory(graph, starts, ends, locator, model, config)
    pair = _rater(territory, moves_between(territory), radius, ruled=hiring is None)
    excluded = config.ranking.sources_exclude if by == "hiring" else ()
    near_side, far_side = (starts, ends) if by == "fragile" else (ends, starts)
    tables = {lots.side: lots for lots, table in ((starts, fragile), (ends, hiring)) if table is not None}
    if area is not None and places is not None and by in tables:
        near_side = tables[by] = lots_within(near_side, area, places)
    possible = [(lot, _facing(lot, far_side, pair, by)) for lot in near_side.lots if lot.basin in centres]
    shown = [(lot, [item for item in items if item.kind not in excluded]) for lot, items in possible]
    lists = [(lot, _by_family(items, by)[:limit]) for lot, items in shown if items]
    # Wages are looked up for these few, not for all that they beat.
    paid = partial(signals.wages_between, market, graph.referential)
    numbered = (pair for best in _best_of_pools(lists) for pair in enumerate(best, start=1))
    ranked = [replace(item, rank=rank, wages=paid(item.fragile.job, item.hiring.job)) for rank, item in numbered]
    notes = [*reading_notes(tables.values())]
    if by in tables:
        name = ", ".join(centres.values()) if area is None else area.name
        notes += _unlisted_notes(near_side, centres, name, possible, shown)
    if rule is not None and len(tables) < len(_SIDES):
        notes += _rule_notes(rule, centres, tables, by)
        notes += [] if listed is None else [Note("listed")]
    if excluded:
        notes.append(Note("kinds_left_out", {"kinds": partial(_kinds_text, excluded), "names": ", ".join(excluded)}))
    if places is None:
        notes.append(Note("radius_not_applied"))
    return TerritoryRanking(ranked, notes, [row for lots in tables.values() for row in lots.set_aside])


_Listed = tuple[Lot, list[Ranked]]
"""A lot, and what is ranked for it."""


def _rater(territory: Territory, moves: JobMoves, radius: float, *, ruled: bool) -> Callable[[Lot, Lot], Ranked | None]:
    """
    Return what ranks a pair; None where it is impossible, of one fiche, or too far.

    `ruled`: whether the openings are the projects of the hiring job, not an employer's own.
    """
    referential, locator = territory.graph.referential, territory.locator
    market = locator.market or Market(Path())  # of which nothing is known
    openings_in = cache(partial(signals.job_openings, market, referential))

    @cache
    def key_of(basin: str, label: str) -> Basin:
        try:
            return signals.find_basin(market, basin, places=locator.places)
        except PasserellesError:
            return Basin(basin, label)

    @cache
    def figures(job: str, basin: str, label: str) -> tuple[Figure, Openings]:
        """Tension of a job in a basin, and what its families say there."""
        key = key_of(basin, label)
        tension, _ = signals.job_tension(market, referential, job, key)
        return tension, openings_in(key.code)(job)[1]

    def pair(start: Lot, end: Lot) -> Ranked | None:
        where = moves.at(start, end)
        km = locator.km(start.spot, end.spot)
        same, closed = bool(moves.same[where]), moves.hours.possible[where] == NO
        if moves.part[where] or (closed and not same) or (km is not None and km > radius):
            return None
        chance = None if math.isnan(moves.probability[where]) else float(moves.probability[where])
        hours = hours_between(territory, moves, start, end)
        tension, openings = figures(end.job, end.basin, end.basin_label)
        parts = rank_parts(territory.settings, chance=chance, hours=hours.expected, tension=tension, km=km, same=same)
        titles = start.title_codes | end.title_codes
        kind: MoveKind = "same-job" if same else kind_between(referential, start.job, end.job, titles)
        return Ranked(
            rank=0,
            fragile=start,
            hiring=end,
            score=math.fsum(p.value for p in parts),
            parts=parts,
            hours=hours,
            km=None if km is None else round(km, 1),
            probability=None if same else chance,
            tension=tension,
            projects=openings.projects if ruled else None,
            same_job=same,
            kind=kind,
            surveyed=openings if market.has_survey else None,
        )

    return pair


def _facing(lot: Lot, others: Lots, pair: Callable[[Lot, Lot], Ranked | None], by: Side) -> list[Ranked]:
    """Return what is possible between a lot and those of the other side, best first."""
    ends = ((lot, other) if by == "fragile" else (other, lot) for other in others.lots)
    return sorted((item for start, end in ends if (item := pair(start, end)) is not None), key=_sort_key)


def _best_of_pools(lists: Sequence[_Listed]) -> list[list[Ranked]]:
    """One list a lot; of jobs that share a family's openings, only the one with the best pair. Most openings first."""
    pools = grouped((pool_key(lot), (lot, items)) for lot, items in lists)
    blocks = [min(members, key=lambda block: _sort_key(block[1][0])) for members in pools.values()]
    ordered = sorted(blocks, key=lambda block: (-block[0].people if block[0].pool else 0, block[0].key))
    return [items for _, items in ordered]


def _sort_key(item: Ranked) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    return (-item.score, item.hiring.key, item.fragile.key)


def _by_family(items: Sequence[Ranked], by: Side) -> list[Ranked]:
    """Keep the best job of each family of the far side, the others named beside it: they are the same openings."""
    far = attrgetter("hiring" if by == "fragile" else "fragile")
    families = grouped((pool_key(far(item)), item) for item in items)
    return [replace(best, others=tuple(far(o).job for o in others)) for best, *others in families.values()]


def _centres(basin: str, area: Area | None, locator: Locator) -> dict[str, str]:
    """Name of the basin that was asked, or of each that an area has a part of, by code."""
    if area is None or locator.places is None:
        return dict([locator.find(basin)])
    codes = {locator.places.commune_by_code[commune].basin for commune in area.communes}
    return {code: locator.places.basin_by_code[code].name for code in sorted(codes)}


_Rule = Callable[[str], tuple[Basin, list[signals.Signal], Mapping[tuple[str, str], signals.KnownBy]]]


def _rule(market: Market, referential: Referential, places: Places | None, listed: JobList | None) -> _Rule:
    """
    Return what gives a basin, what the market's rule or a user's list says of every job there, and its leading jobs.

    These stand for the families of the survey; there are none without one. Each basin is looked up once.
    """
    leading = signals.leading_jobs(market, referential) if market.has_survey else lambda _: {}

    def look_up(basin: str) -> tuple[Basin, list[signals.Signal], Mapping[tuple[str, str], signals.KnownBy]]:
        key = signals.find_basin(market, basin, places=places)
        return key, list(signals.signals(market, referential, key, listed=listed)), leading(key.code)

    return cache(look_up)


def _side(
    graph: OccupationGraph,
    side: Side,
    table: Table | None,
    basins: Sequence[str],
    *,
    locator: Locator,
    review_threshold: float,
    rule: _Rule | None,
    own: frozenset[str] = frozenset(),
) -> Lots:
    """
    Lots of a table, or the jobs that the market's rule or a user's list says.

    Of a family that hires, the jobs that stand for it, those of a user's list, and `own`: the same job elsewhere.
    """
    if table is not None:
        return read_lots(graph.referential, table, side, locator=locator, review_threshold=review_threshold)
    if rule is None:
        raise PasserellesError("territory_no_hiring" if side == "hiring" else "territory_no_fragile")
    lots = []
    hires = side == "hiring"
    for basin in basins:
        key, jobs, leads = rule(basin)
        for signal in jobs:
            keys = ((signal.occupation, family.family) for family in signal.families) if hires else ()
            lead = next(((family, leads[job, family]) for job, family in keys if (job, family) in leads), None)
            if signal.status == side and (not hires or lead or signal.listed is not None or signal.occupation in own):
                family = lead[0] if lead else signal.families[0].family if signal.families else ""
                employer = f"BMO {signal.projects.year}".strip() if hires else ""  # no employer is known
                people = int(signal.projects.low or 0) if hires else 0
                known_by = "" if not hires else lead[1] if lead else "family"
                job = signal.occupation
                lots.append(Lot(employer, job, basin, family, people, key.name, signal.label, known_by=known_by))
    return Lots.of(side, lots)


def _unlisted_notes(
    table: Lots, centres: Container[str], basin: str, possible: Sequence[_Listed], shown: Sequence[_Listed]
) -> Iterable[Note]:
    """Say which lots of a table have no list: those elsewhere, and those with nothing in reach or nothing shown."""
    if elsewhere := [lot for lot in table.lots if lot.basin not in centres]:
        others = ", ".join(sorted({lot.basin_label for lot in elsewhere}))
        values = {"basin": basin, "basins": others, "n": sum(lot.people for lot in elsewhere), "file": table.file}
        yield Note("no_lot_here" if len(elsewhere) == len(table.lots) else "elsewhere", values)
    unreached = [lot for lot, items in possible if not items]
    unlisted = [lot for (lot, items), (_, left) in zip(possible, shown, strict=True) if items and not left]
    for key, lots in (("nothing_in_reach", unreached), ("only_left_out", unlisted)):
        if lots:
            names = few([f"{lot.employer}, {lot.named}" for lot in lots], most=12, sep="; ")
            yield Note(key, {"file": table.file, "n": sum(lot.people for lot in lots), "lots": names})


def _rule_notes(rule: _Rule, centres: Iterable[str], tables: Mapping[Side, Lots], by: Side) -> list[Note]:
    """Say by which rule the jobs of the sides that no table gave were found, how many, and where none of `by` was."""
    sides = [side for side in _SIDES if side not in tables]
    counts: Counter[str] = Counter()
    n_hiring, names = 0, []
    for key, jobs, leads in map(rule, centres):
        names.append(key.name)
        counts.update(signal.status for signal in jobs)
        leading = {code for code, _ in leads}
        n_hiring += sum(x.status == "hiring" and (x.listed is not None or x.occupation in leading) for x in jobs)
    label = ", ".join(names)
    values: dict[str, object] = {"all": counts.total(), "unknown": counts["unknown"], "basin": label}
    values_of: dict[Side, dict[str, object]] = {
        "fragile": {"n": counts["fragile"], **values},
        "hiring": {"n": n_hiring, "others": counts["hiring"] - n_hiring, **values},
    }
    notes = [Note(f"rule_{side}", values_of[side]) for side in sides]
    if by in sides and not counts[by]:
        notes.append(Note(f"no_{by}_job", {"basin": label}))
    return notes


def _kinds_text(kinds: Sequence[MoveKind], lang: Lang) -> str:
    return ", ".join(say(f"moves.kind.{kind}", lang=lang) for kind in kinds)
