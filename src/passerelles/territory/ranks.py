"""`rank_territory`: for each fragile lot the hiring jobs within reach, or for each hiring job the fragile lots."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, number, percent, say
from passerelles.market.joblist import JobList
from passerelles.market.market import Market
from passerelles.market.measures import job_tension
from passerelles.market.places import Places
from passerelles.market.signals import BasinKey, find_basin, signals
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.hours import Costs, default_costs
from passerelles.territory.lots import Lot, Lots, Table, made
from passerelles.territory.network import Ints
from passerelles.territory.pairs import Bounds, Moves, Why, moves_between, verdicts
from passerelles.territory.plan import TENTHS
from passerelles.territory.reading import Locator, make_locator, read_lots

Side = Literal["fragile", "hiring"]
_WEIGHTY = ("move", "hours", "distance", "market")  # parts whose absence matters most come first
_SLACK = 4  # classes of tension above the slackest


@dataclass(frozen=True, slots=True)
class RankPart:
    """One part of a rank's score, in points, and the figure that it comes from; both None where it is unknown."""

    name: str
    value: float | None
    figure: float | None

    def sentence(self, lang: Lang = "fr", *, same: bool = False) -> str:
        """Return the part in words."""
        if same and self.name == "move":
            return say("territory.sentence.move_same", lang=lang)
        if self.figure is None:
            return say(f"territory.sentence.{self.name}_unknown", lang=lang)
        shown = {
            "move": percent(self.figure, lang=lang),
            "hours": number(self.figure, lang=lang),
            "market": number(self.figure, lang=lang),
            "distance": number(self.figure, lang=lang),
        }[self.name]
        key = {"move": "chance", "hours": "hours", "market": "tension", "distance": "km"}[self.name]
        return say(f"territory.sentence.{self.name}", lang=lang, **{key: shown})


@dataclass(frozen=True, slots=True)
class Ranked:
    """
    A fragile lot and a hiring lot, ranked among those of its side.

    `score` is the sum of the parts that are known; it orders pairs of which the same parts are known, and means nothing
    across settings. `others` are other jobs of the same family and basin, which share the same openings and rank lower.
    """

    rank: int
    fragile: Lot
    hiring: Lot
    score: float
    parts: tuple[RankPart, ...]
    hours: tuple[float | None, float | None, float | None]
    km: float | None
    probability: float | None
    tension: float | None
    same_job: bool
    others: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the parts that are unknown, the weightiest first."""
        return tuple(name for name in _WEIGHTY for p in self.parts if p.name == name and p.value is None)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return an item of ``territory-rank@1``, ready for JSON."""
        low, expected, high = self.hours
        return {
            "rank": self.rank,
            "fragile_employer": self.fragile.employer,
            "hiring_employer": self.hiring.employer,
            "origin": {"code": self.fragile.job, "label": self.fragile.label},
            "target": {"code": self.hiring.job, "label": self.hiring.label},
            "from_basin": self.fragile.basin_label,
            "to_basin": self.hiring.basin_label,
            "headcount": self.fragile.people or None,
            "openings": self.hiring.people,
            "family": self.hiring.pool or None,
            "score": self.score,
            "parts": [
                {
                    "name": p.name,
                    "label": say(f"territory.part.{p.name}", lang=lang),
                    "value": p.value,
                    "figure": p.figure,
                    "sentence": p.sentence(lang, same=self.same_job),
                }
                for p in self.parts
            ],
            "probability": self.probability,
            "hours_per_person": {"low": low, "expected": expected, "high": high},
            "km": self.km,
            "tension": self.tension,
            "same_job": self.same_job,
            "unknown": list(self.unknown),
            "other_jobs": list(self.others),
        }


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
    settings: Settings | None = None,
    costs: Costs | None = None,
    limit: int = 10,
) -> list[Ranked]:
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
    limit
        Most items of each list.

    Returns
    -------
    ranked
        By lot; pairs of which everything is known come first, then the others by what is known of them, grouped by
        what is not; in each group by falling score, ties by code. What is impossible, or of the same fiche, is left
        out. Jobs of one family and basin share its projects: the best of them stands for all, on either side.

    Raises
    ------
    PasserellesError
        If neither a table nor market data gives one of the sides.

    Notes
    -----
    score = chance of the move − hours / `rank_hours` + `rank_market` × (tension − 1) / 4 − km / `rank_km`. A part that
    is unknown is no number, good or bad: it is left out, said, and never compared with a known one.
    """
    every = settings or graph.settings
    chosen = every.territory
    locator = make_locator(places, market)
    centre = locator.find(basin)
    radius = radius_km if radius_km is not None else chosen.radius_km
    radius = chosen.bmo_radius_km if radius is None else radius
    starts = _side(
        graph, "fragile", fragile, market, locator, _around(centre, radius, locator, market, by == "hiring"), listed
    )
    ends = _side(
        graph, "hiring", hiring, market, locator, _around(centre, radius, locator, market, by == "fragile"), listed
    )
    model = costs if costs is not None else default_costs(graph, every)
    moves = moves_between(graph, model, starts, ends, None, chosen)
    compared = _Compared(
        position=graph.position,
        moves=moves,
        verdicts=verdicts(moves, Bounds(), chosen.model_copy(update={"assumed_hours": None}), strict=False),
        tensions=_tensions(graph, market, locator, ends),
        locator=locator,
        radius=radius,
        settings=chosen,
    )
    here, there = (starts, ends) if by == "fragile" else (ends, starts)
    lists = []
    for lot in (x for x in here.lots if x.basin == centre[0]):
        items = [compared.pair(*((lot, other) if by == "fragile" else (other, lot))) for other in there.lots]
        ordered = sorted((item for item in items if item is not None), key=_order)
        if ordered:
            lists.append((lot, _by_family(ordered, by)[:limit]))
    return [replace(item, rank=n) for items in _blocks(lists) for n, item in enumerate(items, start=1)]


@dataclass(frozen=True, eq=False)
class _Compared:
    """Everything that a pair of lots is ranked by."""

    position: Mapping[str, int]
    moves: Moves
    verdicts: tuple[NDArray[np.int8], Ints]
    tensions: Mapping[tuple[str, str], float]
    locator: Locator
    radius: float
    settings: TerritorySettings

    @cached_property
    def _row(self) -> Mapping[int, int]:
        return {int(r): i for i, r in enumerate(self.moves.origins)}

    @cached_property
    def _column(self) -> Mapping[int, int]:
        return {int(c): i for i, c in enumerate(self.moves.targets)}

    def pair(self, start: Lot, end: Lot) -> Ranked | None:
        """Rank a pair; None where it is impossible, of one fiche, or too far."""
        where = (self._row[self.position[start.job]], self._column[self.position[end.job]])
        km = self.locator.km(start.basin, end.basin)
        why, tenths = self.verdicts
        if why[where] in (Why.SAME_FICHE, Why.NOT_POSSIBLE) or (km is not None and km > self.radius):
            return None
        tension = self.tensions.get((end.job, end.basin))
        return _ranked(start, end, self.moves, where, int(tenths[where]), km, tension, self.settings)


def _blocks(lists: Sequence[tuple[Lot, list[Ranked]]]) -> list[list[Ranked]]:
    """One list a lot; of jobs that share a family's openings, only the one with the best pair. Most openings first."""
    best: dict[tuple[str, str, str], tuple[Lot, list[Ranked]]] = {}
    for lot, items in lists:
        key = (lot.employer, lot.basin, lot.pool) if lot.pool else lot.key[:3]
        if key not in best or _order(items[0]) < _order(best[key][1][0]):
            best[key] = (lot, items)
    ordered = sorted(best.values(), key=lambda found: (-found[0].people if found[0].pool else 0, found[0].key))
    return [items for _, items in ordered]


def _order(item: Ranked) -> tuple[int, list[bool], bool, float, tuple[str, ...], tuple[str, ...]]:
    missing = [name in item.unknown for name in _WEIGHTY]
    return (sum(missing), missing, not item.same_job, -item.score, item.hiring.key, item.fragile.key)


def _by_family(items: Sequence[Ranked], by: Side) -> list[Ranked]:
    """Keep the best job of each family of the far side, the others named beside it: they are the same openings."""
    best: dict[tuple[str, str, str], Ranked] = {}
    others: dict[tuple[str, str, str], list[str]] = {}
    for item in items:
        far = item.hiring if by == "fragile" else item.fragile
        key = (far.employer, far.basin, far.pool) if far.pool else far.key[:3]
        if key in best:
            others.setdefault(key, []).append(far.job)
        else:
            best[key] = item
    return [replace(item, others=tuple(others.get(key, ()))) for key, item in best.items()]


def _ranked(
    start: Lot,
    end: Lot,
    moves: Moves,
    where: tuple[int, int],
    tenths: int,
    km: float | None,
    tension: float | None,
    settings: TerritorySettings,
) -> Ranked:
    same = bool(moves.same[where])
    chance = None if math.isnan(moves.probability[where]) else float(moves.probability[where])
    hours = None if tenths < 0 else tenths / TENTHS
    market = None if tension is None else settings.rank_market * (tension - 1) / _SLACK
    parts = (
        RankPart("move", 1.0 if same else chance, 1.0 if same else chance),
        RankPart("hours", None if hours is None else -hours / settings.rank_hours, hours),
        RankPart("market", market, tension),
        RankPart("distance", None if km is None else -km / settings.rank_km, km),
    )
    low, high = (float(a[where]) for a in (moves.hours.low, moves.hours.high))
    ends = (None if math.isnan(low) else round(low, 1), hours, None if math.isnan(high) else round(high, 1))
    return Ranked(
        rank=0,
        fragile=start,
        hiring=end,
        score=sum(p.value for p in parts if p.value is not None),
        parts=parts,
        hours=(0.0, 0.0, 0.0) if same else ends,
        km=None if km is None else round(km, 1),
        probability=None if same else chance,
        tension=tension,
        same_job=same,
    )


def _around(
    centre: tuple[str, str],
    radius: float,
    locator: Locator,
    market: Market | None,
    wide: bool,  # noqa: FBT001
) -> tuple[str, ...]:
    """Basins to look in: the centre's own, or all within the radius."""
    if not wide or market is None or not market.has_survey:
        return (centre[0],)
    known = market.survey().basins
    near = [b for b in known if (km := locator.km(centre[0], b)) is not None and km <= radius]
    return tuple(sorted({centre[0], *near}))


def _side(
    graph: OccupationGraph,
    side: Side,
    table: Table | None,
    market: Market | None,
    locator: Locator,
    basins: Sequence[str],
    listed: JobList | None,
) -> Lots:
    """Lots of a table, or the jobs that the market's rule or a user's list says."""
    if table is not None:
        return read_lots(graph.referential, table, side, locator=locator)
    if market is None:
        raise PasserellesError("territory_no_hiring" if side == "hiring" else "territory_no_fragile")
    lots = []
    for basin in basins:
        key = _key(market, locator, basin)
        for found in signals(market, graph.referential, key, listed=listed):
            if found.status == side:
                openings = int(found.projects.low or 0) if side == "hiring" else 0
                family = found.families[0].family if found.families else ""
                lots.append(
                    Lot(
                        f"BMO {found.projects.year}".strip() if side == "hiring" else "",  # no employer is known
                        found.occupation,
                        basin,
                        family,
                        openings,
                        key.name,
                        found.label,
                    )
                )
    return made(side, lots)


def _key(market: Market, locator: Locator, basin: str) -> BasinKey:
    return find_basin(market, basin, places=locator.places)


def _tensions(
    graph: OccupationGraph, market: Market | None, locator: Locator, ends: Lots
) -> dict[tuple[str, str], float]:
    """Tension class of each hiring job in its basin, where it is known exactly."""
    if market is None:
        return {}
    found = {}
    keys = {}
    for lot in ends.lots:
        if lot.basin not in keys:
            try:
                keys[lot.basin] = _key(market, locator, lot.basin)
            except PasserellesError:
                keys[lot.basin] = BasinKey(lot.basin, lot.basin_label)
        key = keys[lot.basin]
        tension, _ = job_tension(market, graph.referential, lot.job, key.code, key.departments, key.regions)
        if tension.value is not None:
            found[(lot.job, lot.basin)] = tension.value
    return found
