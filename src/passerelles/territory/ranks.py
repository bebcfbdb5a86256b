"""`rank_territory`: for each fragile lot the hiring jobs within reach, or for each hiring job the fragile lots."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.market.figures import Figure, unknown
from passerelles.market.joblist import JobList
from passerelles.market.market import Market
from passerelles.market.measures import job_tension
from passerelles.market.places import Places
from passerelles.market.signals import BasinKey, find_basin, signals
from passerelles.settings import Settings, TerritorySettings, settings_or
from passerelles.territory.hours import Costs, default_costs
from passerelles.territory.lots import Lot, Lots, Table, made
from passerelles.territory.pairs import Bounds, Moves, Verdicts, Why, moves_between, verdicts
from passerelles.territory.plan import TENTHS
from passerelles.territory.ranked import Ranked, rank_parts
from passerelles.territory.reading import Locator, make_locator, read_lots

Side = Literal["fragile", "hiring"]


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
        By lot, then by falling score, ties by code. What is impossible, or of the same fiche, is left out. Jobs of one
        family and basin share its projects: the best of them stands for all, on either side.

    Raises
    ------
    PasserellesError
        If neither a table nor market data gives one of the sides.

    Notes
    -----
    score = log₂ of the chance of the move − hours / `rank_hours` + `rank_market` × (tension − 1) / 4 − km / `rank_km`:
    one point is a chance half as large. The logarithm keeps a move that hardly any expert lists from making up for it
    by being short. A part whose figure is unknown counts as the middle of its scale, and says so: neither good nor bad.
    """
    every = settings_or(settings, graph.settings)
    chosen = every.territory
    locator = make_locator(places, market)
    centre = locator.find(basin)
    radius = radius_km if radius_km is not None else chosen.radius_km
    radius = chosen.bmo_radius_km if radius is None else radius
    near, far = _around(centre, radius, locator, market), (centre[0],)
    wide = (far, near) if by == "fragile" else (near, far)
    starts, _ = _side(graph, "fragile", fragile, market, locator, wide[0], listed)
    ends, projects = _side(graph, "hiring", hiring, market, locator, wide[1], listed)
    model = costs if costs is not None else default_costs(graph, every)
    moves = moves_between(graph, model, starts, ends, None, chosen)
    compared = _Compared(
        position=graph.position,
        moves=moves,
        verdicts=verdicts(moves, Bounds(), chosen.model_copy(update={"assumed_hours": None}), strict=False),
        figures=_figures(graph, market, locator, ends, projects),
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
    verdicts: Verdicts
    figures: Mapping[tuple[str, str], tuple[Figure, Figure | None]]
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
        why, tenths = self.verdicts.why, self.verdicts.hours
        if self.moves.part[where] or why[where] == Why.NOT_POSSIBLE or (km is not None and km > self.radius):
            return None
        same = bool(self.moves.same[where])
        chance = None if math.isnan(self.moves.probability[where]) else float(self.moves.probability[where])
        hours = None if tenths[where] < 0 else int(tenths[where]) / TENTHS
        tension, projects = self.figures[end.job, end.basin]
        parts = rank_parts(self.settings, chance=1.0 if same else chance, hours=hours, tension=tension, km=km)
        low, high = (float(a[where]) for a in (self.moves.hours.low, self.moves.hours.high))
        ends = (None if math.isnan(low) else round(low, 1), hours, None if math.isnan(high) else round(high, 1))
        return Ranked(
            rank=0,
            fragile=start,
            hiring=end,
            score=math.fsum(p.value for p in parts),
            parts=parts,
            hours=(0.0, 0.0, 0.0) if same else ends,
            km=None if km is None else round(km, 1),
            probability=None if same else chance,
            tension=tension,
            projects=projects,
            same_job=same,
        )


def _blocks(lists: Sequence[tuple[Lot, list[Ranked]]]) -> list[list[Ranked]]:
    """One list a lot; of jobs that share a family's openings, only the one with the best pair. Most openings first."""
    best: dict[tuple[str, str, str], tuple[Lot, list[Ranked]]] = {}
    for lot, items in lists:
        key = (lot.employer, lot.basin, lot.pool) if lot.pool else lot.key[:3]
        if key not in best or _order(items[0]) < _order(best[key][1][0]):
            best[key] = (lot, items)
    ordered = sorted(best.values(), key=lambda found: (-found[0].people if found[0].pool else 0, found[0].key))
    return [items for _, items in ordered]


def _order(item: Ranked) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    return (-item.score, item.hiring.key, item.fragile.key)


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


def _around(centre: tuple[str, str], radius: float, locator: Locator, market: Market | None) -> tuple[str, ...]:
    """Basins of the survey within the radius, the centre itself first of all."""
    if market is None or not market.has_survey:
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
) -> tuple[Lots, Mapping[tuple[str, str], Figure]]:
    """Lots of a table, or the jobs that the market's rule or a user's list says, with their projects as published."""
    if table is not None:
        return read_lots(graph.referential, table, side, locator=locator), {}
    if market is None:
        raise PasserellesError("territory_no_hiring" if side == "hiring" else "territory_no_fragile")
    lots = []
    projects = {}
    for basin in basins:
        key = find_basin(market, basin, places=locator.places)
        for found in signals(market, graph.referential, key, listed=listed):
            if found.status == side:
                hires = side == "hiring"
                lots.append(
                    Lot(
                        f"BMO {found.projects.year}".strip() if hires else "",  # no employer is known
                        found.occupation,
                        basin,
                        found.families[0].family if found.families else "",
                        int(found.projects.low or 0) if hires else 0,
                        key.name,
                        found.label,
                    )
                )
                projects[found.occupation, basin] = found.projects
    return made(side, lots), projects


def _figures(
    graph: OccupationGraph,
    market: Market | None,
    locator: Locator,
    ends: Lots,
    projects: Mapping[tuple[str, str], Figure],
) -> dict[tuple[str, str], tuple[Figure, Figure | None]]:
    """Tension of each hiring job in its basin, and the projects of its families where these are its openings."""
    keys: dict[str, BasinKey] = {}
    found = {}
    for lot in ends.lots:
        at = (lot.job, lot.basin)
        if market is None:
            found[at] = (unknown("no_tension", territory=lot.basin), projects.get(at))
            continue
        if lot.basin not in keys:
            try:
                keys[lot.basin] = find_basin(market, lot.basin, places=locator.places)
            except PasserellesError:
                keys[lot.basin] = BasinKey(lot.basin, lot.basin_label)
        key = keys[lot.basin]
        tension, _ = job_tension(market, graph.referential, lot.job, key.code, key.departments, key.regions)
        found[at] = (tension, projects.get(at))
    return found
