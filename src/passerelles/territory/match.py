"""`match_territory`: fragile lots and hiring lots to the best flows of people between them; scenarios side by side."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np

from passerelles.access.conditions import AccessConditions, training_hours
from passerelles.access.demands import access_between
from passerelles.codes import check_codes, grouped, sum_by_key
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, day_text, say
from passerelles.market.certifications import Certifications
from passerelles.market.market import Market
from passerelles.market.places import Places, departments_shown
from passerelles.market.signals import job_openings, wages_between
from passerelles.market.tables import Payer
from passerelles.model import DIPLOMAS, UNKNOWN_HOURS, Hours, day_of
from passerelles.paths.legal import UNKNOWN
from passerelles.progress import Tell, go_on
from passerelles.ranking.rank import rank_moves
from passerelles.referentials.access_text import Choice
from passerelles.scoring.scorer import LEVELS
from passerelles.settings import Settings, settings_or
from passerelles.territory import solve
from passerelles.territory.allocation import LEVER, STATUSES, Allocation, SolveStatus
from passerelles.territory.flows import (
    Change,
    CurvePoint,
    Flow,
    TitleDemand,
    hours_between,
    uncovered_lots,
    unfilled_pools,
)
from passerelles.territory.hours import Costs, EffortCosts, unmet_choices
from passerelles.territory.lots import NO_EMPLOYER, Locator, Lot, Month, Note, Table
from passerelles.territory.pairs import (
    Bounds,
    Doubt,
    JobMoves,
    Pairs,
    Territory,
    Why,
    chosen_bound,
    doubts,
    find_pairs,
    floor_groups,
    job_text,
    moves_between,
    survey_openings,
    tie_number,
)
from passerelles.territory.parts import area_of, lots_within
from passerelles.territory.reading import read_sides
from passerelles.text import few, normalise_label
from passerelles.vectors import Ints, Rows
from passerelles.views.schema import one_of, record
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record

if TYPE_CHECKING:
    from passerelles.ranking.move import Move

_STEPS: Final = 5  # moves, pairs, flows, what is left, what would change
# Options of a scenario, by the words of a command line.
SCENARIO: Final[Mapping[str, str]] = {
    "radius": "radius_km", "minutes": "max_minutes", "budget": "budget_hours", "probability": "min_probability",
    "frame": "frame", "lever": "lever",
}  # fmt: skip
_KNOWN_PAYERS: Final = ("published", "unknown")  # standings of a payer that need no note
_names: Final = partial(few, most=12, sep="; ")  # names that a note lists


@checked
def match_territory(  # noqa: PLR0913 - each option is named at every call
    graph: OccupationGraph,
    fragile: Table,
    hiring: Table | None = None,
    *,
    market: Market | None = None,
    places: Places | None = None,
    certifications: Certifications | None = None,
    radius_km: float | None = None,
    frame: str | None = None,
    budget_hours: float | None = None,
    min_probability: float | None = None,
    max_cost: float | None = None,
    max_minutes: float | None = None,
    stretch: bool = False,
    settings: Settings | None = None,
    costs: Costs | None = None,
    changes: bool = True,
    refuse_incomplete: bool = False,
    territory: str = "",
    progress: Tell | None = None,
) -> Allocation:
    """
    Allocate the people of fragile lots to the openings of hiring lots.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    fragile, hiring
        Tables of lots: path of a CSV file or workbook, rows as mappings, a data frame, or what
        `passerelles.territory.pairs.survey_openings` gives. Without `hiring`, the openings are those of the
        market's survey, around the fragile lots.
    market, places
        Survey of recruitment needs, and geography. Without a geography basins are names, and no radius applies.
    certifications
        What leads to each job: whether a training can end with a certification, as legal frames ask. Certif Info
        gives no length, so that it changes no hours.
    radius_km
        Farthest basin, km between centres; 0 = the same basin. None = that of the settings, else no bound.
    frame
        Legal frame that the training must fit, such as ``"ptp"``; unknown fits, unless ``settings.strict``.
    budget_hours
        Most expected hours of training in all.
    min_probability
        Least chance of a move, in [0, 1]; a move to the same job always passes.
    max_cost
        Most that one placement may cost: hours of training, and those that its chance counts for.
    max_minutes
        Longest travel, where a table of travel times gives the minutes between two basins; elsewhere only the radius
        bounds. None = that of the settings, else no bound.
    stretch
        Whether to show too, apart and in no total, moves that experts hardly ever list for people still without a
        solution.
    settings
        `Settings.territory` holds every other choice.
    costs
        Hours of moves; the package's effort model where None.
    changes
        Whether to work out what would change with each bound moved (one more solution each).
    refuse_incomplete
        Refuse tables of which a row cannot be used, instead of setting it aside.
    territory
        Basin, EPCI, department or communes (INSEE codes or names between commas) that both sides are held to, see
        `Places.area`; empty = everything.
    progress
        Told ``(steps done, 5)``, for a country takes minutes; `progress_bar` gives one.

    Returns
    -------
    allocation
        Optimal under the stated order of objectives, whole people, the same whatever the order of the rows. People
        are placed on acceptable moves only (see `TerritorySettings`); moves of which something is not known follow in
        `to_confirm`, with the people and openings that are left.

    Raises
    ------
    LotsError
        If a table has not one usable row, or one is set aside and `refuse_incomplete` asks for all.
    PasserellesError
        If a table is given as something else, a bound is no number, or there are no openings to allocate to.

    Notes
    -----
    maximise Σ x, then people in the same job, then minimise Σ c·x, then Σ d·x, subject to
    Σ_j x_ij ≤ people_i, Σ_i x_ij ≤ openings_j, x whole, where the cost c of a move is its hours of training and
    `unlikely_hours` for each halving of its chance; docs/territory.md gives the whole model.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A", "job": "N4101", "headcount": 7, "basin": "Redon"}]
    >>> hiring = [{"employer": "B", "job": "N4101", "openings": 5, "basin": "Redon"}]
    >>> allocation = match_territory(graph, fragile, hiring)
    >>> allocation.placed, allocation.hours, allocation.uncovered[0].reason
    (5, 0.0, 'capacity')
    """
    config = settings_or(settings, graph.settings)
    chosen = config.territory
    bounds = Bounds(
        radius_km=chosen_bound(chosen, "radius_km", radius_km),
        frame=frame,
        min_probability=chosen_bound(chosen, "min_probability", min_probability, 1.0),
        max_hours=chosen.max_hours,
        max_cost=chosen_bound(chosen, "max_cost", max_cost),
        max_minutes=chosen_bound(chosen, "max_minutes", max_minutes),
        budget_hours=chosen_bound(chosen, "budget_hours", budget_hours),
    )
    locator = Locator(places, market)
    area = area_of(territory, places)
    if area is not None:
        locator = replace(locator, departments=frozenset(map(departments_shown, area.communes)))
    read = partial(read_sides, graph.referential, locator=locator, review_threshold=config.titles.review_threshold)
    first, second = read(fragile, hiring, refuse_incomplete=refuse_incomplete)
    if area is not None and places is not None:
        first = lots_within(first, area, places)
        second = None if second is None else lots_within(second, area, places)
    if second is None:
        if market is None:
            raise PasserellesError("territory_no_hiring")
        radius = chosen.bmo_radius_km if bounds.radius_km is None else bounds.radius_km
        bounds = replace(bounds, radius_km=radius)
        basins, jobs = ({getattr(lot, name) for lot in first.lots} for name in ("basin", "job"))
        near_basins = locator.surveyed_within(radius, basins)
        second = survey_openings(market, graph.referential, basins=near_basins, settings=chosen, jobs=jobs)
    model = costs if costs is not None else EffortCosts(graph, config, certifications=certifications)
    tell = progress or (lambda _done, _total=None, _what="", /: None)
    both_sides = Territory(graph, first, second, locator, model, config)
    return _allocate(both_sides, bounds, tell, changes=changes, stretch=stretch)


def _allocate(territory: Territory, bounds: Bounds, tell: Tell, *, changes: bool, stretch: bool) -> Allocation:
    tell(0, _STEPS)
    moves = moves_between(territory, bounds.frame)
    tell(1, _STEPS)
    pairs = find_pairs(territory, moves, bounds)
    tell(2, _STEPS)
    solution = _solve(territory, pairs, bounds.budget, stretch=stretch)
    tell(3, _STEPS)
    used = solution.placed + solution.reserved
    staying, free = territory.left(pairs, used)
    flows = _flows(territory, moves, pairs, solution.placed)
    allowed = np.sort(np.concatenate([pairs.open, pairs.doubtful]))
    confirmed = pairs.doubt[allowed] == 0
    beyond = pairs.reach & (pairs.why == Why.UNLIKELY) & (staying[pairs.lot] > 0) & (free[pairs.pool] > 0)
    own_account = (pairs.why == Why.SELF_EMPLOYED) & pairs.reach  # who may choose it, whatever else is proposed
    planned = *_own_job_notes(territory, pairs, solution), *planning_notes(flows, territory.settings.smallest_group)
    allocation = Allocation(
        status=solution.status,
        fragile=territory.fragile,
        hiring=territory.hiring,
        flows=flows,
        to_confirm=_flows(territory, moves, pairs, solution.reserved),
        stretched=_flows(territory, moves, pairs, solution.stretched),
        options=_flows(territory, moves, pairs, np.where(own_account, territory.people[pairs.lot], 0)),
        uncovered=tuple(uncovered_lots(territory, pairs, staying, free)),
        unfilled=tuple(unfilled_pools(territory, pairs, staying, free)),
        changes=(),
        curve=tuple(_curve(territory, pairs, solution)) if changes else (),
        stages=solution.stages,
        bounds=bounds,
        budget_hours=bounds.budget_hours,
        radius_applied=bounds.radius_km is not None and territory.locator.places is not None,
        settings=territory.settings,
        referential=territory.graph.referential.stamp,
        notes=_notes(territory, moves, bounds, flows, beyond=bool(beyond.any()) and not stretch),
        planned=planned,
        unmet=solution.unmet,
        allowed=np.stack([pairs.lot[allowed], pairs.pool[allowed]], axis=1).astype(np.int32),
        allowed_hours=np.where(confirmed, pairs.hours[allowed], 0),
        allowed_sure=confirmed,
        allowed_people=used[allowed],
    )
    tell(4, _STEPS)
    if changes and solution.status == "optimal" and allocation.placed < territory.fragile.people:
        allocation = replace(allocation, changes=tuple(_changes(territory, moves, allocation)))
    tell(_STEPS, _STEPS)
    return allocation


@dataclass(frozen=True, eq=False)
class _Solution:
    """
    People on each pair, shape (p,): placed, reserved until something is confirmed, and stretched beyond what is likely.

    The later ones have the people and the openings that the earlier ones leave.
    """

    placed: Ints
    reserved: Ints
    stretched: Ints
    status: SolveStatus
    stages: tuple[solve.Stage, ...] = ()
    unmet: tuple[str, ...] = ()


def _solve(territory: Territory, pairs: Pairs, budget: int | None, *, stretch: bool) -> _Solution:
    task = _task(territory, pairs, pairs.open, budget)
    placed, reserved, stretched = (np.zeros(len(pairs.lot), dtype=np.int64) for _ in range(3))
    try:
        placed[pairs.open], stages = solve.best_flow(task, territory.settings)
    except solve.InfeasibleError:
        return _Solution(placed, reserved, stretched, "infeasible", unmet=tuple(_unmet(territory, task)))
    status: SolveStatus = "optimal" if all(s.gap == 0 for s in stages) else "time_limit"
    used = placed.copy()
    plain = territory.with_settings(objective="lexicographic", floor=0.0)

    def add(flow: Ints, among: Rows, withheld: Ints | int = 0) -> None:
        """Send who is left to what is left, but for the openings of each pool that are withheld."""
        nonlocal used
        if len(among):
            people, openings = territory.left(pairs, used)
            more, _ = solve.best_flow(_task(plain, pairs, among, None, (people, openings - withheld)), plain.settings)
            flow[among] += more
            used = used + np.bincount(among, more, len(used)).astype(np.int64)

    own_job = pairs.doubtful[pairs.same[pairs.doubtful]]
    add(reserved, own_job)  # nobody else has a post that its own people would take once something is confirmed
    add(reserved, np.setdiff1d(pairs.doubtful, own_job), _openings_for_own_job(territory, pairs, placed, used))
    if stretch:
        add(stretched, pairs.stretched)
    return _Solution(placed, reserved, stretched, status, stages)


def _curve(territory: Territory, pairs: Pairs, solution: _Solution) -> Iterator[CurvePoint]:
    """Yield the least cost of each tenth of the placements; of the last one alone where there are many pairs."""
    placed = int(solution.placed.sum())
    if solution.status != "optimal" or placed < 2 or territory.settings.objective == "weighted":  # noqa: PLR2004
        return
    task = _task(territory.with_settings(floor=0.0), pairs, pairs.open)
    shares = range(1, 11) if len(pairs.open) <= territory.settings.curve_pairs else (9, 10)
    counts = sorted({max(1, math.ceil(placed * tenth / 10)) for tenth in shares})
    before = spent = 0
    for people, cost, hours in solve.cost_curve(task, counts):
        # Of the last tenth alone, what all before it cost is no figure of a tenth.
        known = before or len(counts) > 2  # noqa: PLR2004
        cost_each = round((cost - spent) / (people - before) / solve.TENTHS, 1) if known else None
        yield CurvePoint(people, cost / solve.TENTHS, hours / solve.TENTHS, cost_each)
        before, spent = people, cost


def _task(
    territory: Territory, pairs: Pairs, among: Rows, budget: int | None = None, at_hand: tuple[Ints, Ints] | None = None
) -> solve.Task:
    """Put some pairs, and the people and openings at hand (all where None), in a task."""
    lots = territory.fragile.lots
    ends = at_hand or (territory.people, territory.capacity)
    _, group, need = floor_groups(territory.fragile, territory.settings)
    network = solve.Network(*ends, pairs.lot[among], pairs.pool[among], group, need)
    km = pairs.km[among]
    known = km[~np.isnan(km)]
    far = float(known.max(initial=0.0)) + 1.0  # an unknown distance counts as beyond the farthest known
    tenths = np.rint(np.where(np.isnan(km), far, km) * solve.TENTHS).astype(np.int64)

    def tie(rows: Rows) -> Ints:
        ends = zip(pairs.lot[among[rows]].tolist(), pairs.entry[among[rows]].tolist(), strict=True)
        return np.asarray([tie_number(lots[i].key, territory.hiring.lots[j].key) for i, j in ends], dtype=np.int64)

    # Of people who have the same way to go, who lacks least, or has the title, comes first: a tenth of an hour each.
    cost = pairs.cost[among] + pairs.lacking[among] + pairs.unlike[among]
    return solve.Task(network, pairs.hours[among], cost, tenths, pairs.same[among], tie, budget)


def _unmet(territory: Territory, task: solve.Task) -> Iterator[str]:
    """Yield groups that could not reach the floor even if all else made way for them; none where they only clash."""
    names, _, needs = floor_groups(territory.fragile, territory.settings)
    for at, name in enumerate(names):
        need = np.where(np.arange(len(names)) == at, needs, 0)
        try:
            solve.most_people(replace(task, network=replace(task.network, need=need)))
        except solve.InfeasibleError:
            yield name


def _flows(territory: Territory, moves: JobMoves, pairs: Pairs, flow: Ints) -> tuple[Flow, ...]:
    market, referential = territory.locator.market, territory.graph.referential
    openings_in = cache(partial(job_openings, market, referential)) if market and market.has_survey else None
    explained = _explainer(territory)
    access_of = cache(partial(access_between, referential))
    today, flows = day_of(), []
    for pair in np.flatnonzero(flow).tolist():
        go_on()
        fragile = territory.fragile.lots[int(pairs.lot[pair])]
        hiring = territory.hiring.lots[int(pairs.entry[pair])]
        same = bool(pairs.same[pair])
        cell = moves.at(fragile, hiring)
        km, chance = float(pairs.km[pair]), float(moves.probability[cell])
        move = None if same else explained(job_text(referential, fragile), job_text(referential, hiring))
        if move is not None and move.probability is not None:
            chance = move.probability  # the same to the last bit, where arrays may differ from single numbers
        level = int(moves.level[cell])
        kind, access = access_of(fragile.job, hiring.job, fragile.title_codes, hiring.title_codes)
        unknown = doubts(int(pairs.doubt[pair]))
        demands = _extra_credentials(territory, fragile, hiring, access)
        hours = hours_between(territory, moves, fragile, hiring, territory.settings.assumed_hours)
        if same and "access" in unknown and not demands:  # only numbers in both titles differ
            hours = UNKNOWN_HOURS
        cost = None if pairs.hours[pair] < 0 or hours.expected is None else int(pairs.cost[pair]) / solve.TENTHS
        flows.append(
            Flow(
                fragile=fragile,
                hiring=hiring,
                people=int(flow[pair]),
                hours=hours,
                assumed=not same and math.isnan(moves.hours.expected[cell]) and hours.expected is not None,
                cost=hours.expected if same else cost,
                km=None if math.isnan(km) else round(km, 1),
                same_job=same,
                probability=None if same or math.isnan(chance) else chance,
                move_level=move.level if move is not None else None if same or level < 0 else LEVELS[level],
                listed=None if same else bool(moves.listed[cell]),
                unknown=unknown,
                kind="same-job" if same else kind,
                access=access,
                title_demands=demands,
                move=move,
                wages=wages_between(market, referential, fragile.job, hiring.job),
                surveyed=openings_in(hiring.basin)(hiring.job)[1] if openings_in and hiring.basin else None,
                payers=(payer_of(fragile, market), payer_of(hiring, market)),
                training_months=_training_months(moves, cell, hours, territory.config.paths.month_hours),
                this_month=Month(today.year, today.month),
                lever_hours=0.0 if same or moves.hours.lever is None else float(moves.hours.lever[cell]),
            )
        )
    return tuple(sorted(flows, key=lambda f: (not f.same_job, f.fragile.key, f.hiring.key)))


def _explainer(territory: Territory) -> Callable[[str, str], "Move | None"]:
    """Return what ranks a move between two jobs, of as many as the settings explain."""
    explained: dict[tuple[str, str], Move | None] = {}

    def explain(start: str, end: str) -> "Move | None":
        if (start, end) not in explained and len(explained) < territory.settings.explained_moves:
            ranked = rank_moves(territory.graph, start, targets=[end], limit=1, settings=territory.config)
            explained[start, end] = next(iter(ranked), None)
        return explained.get((start, end))

    return explain


def _training_months(moves: JobMoves, cell: tuple[int, int], hours: Hours, month_hours: float) -> float | None:
    """Return the months of a training: its hours in full time, unless what it leads to takes longer."""
    if hours.expected is None:
        return None
    known = None if moves.same[cell] and not hours.expected else moves.hours.months
    least = hours.expected / month_hours
    return round(least if known is None else float(np.fmax(least, known[cell])), 1)


def _extra_credentials(territory: Territory, start: Lot, end: Lot, access: AccessConditions) -> tuple[TitleDemand, ...]:
    """Return what the title or conditions of an opening demand beyond what people hold, after what comes before it."""
    known, unmet = territory.graph.referential.credential_by_code, territory.unmet(start, end)
    before = [[{*known[code].prerequisites} if code in known else set() for code in choice] for choice in unmet]
    # The competition before a course is asked too, where every way that would do comes after it, or what stands for it.
    contests: set[Choice] = {(c,) for ways in before for c in set.intersection(*ways) if known[c].kind == "concours"}
    alone = (known[code] for code, *others in unmet if code in known and not others)
    for ways in (ways for credential in alone for ways in credential.choices):
        if any(known[code].kind == "concours" for way in ways for code in way):
            contests.add(tuple(way[0] for way in ways))

    demanded = {code for choice in unmet for code in choice}
    # A diploma before a course is one by which these people came to their job.
    supposed = (c for c in access.to_obtain if c.needed_for in demanded and c.group is None and c.kind not in DIPLOMAS)
    prerequisites = [(c.code,) for c in supposed if c.code not in demanded]

    def extra(choice: Choice) -> TitleDemand:
        names = tuple(known[code].name if code in known else code for code in choice)
        hours = tuple(training_hours(known[code]).expected if code in known else None for code in choice)
        return TitleDemand(choice, names, hours)

    sat = unmet_choices(territory.held(start), contests)
    return tuple(map(extra, [*sat, *(choice for choice in prerequisites if choice not in sat), *unmet]))


def _notes(
    territory: Territory, moves: JobMoves, bounds: Bounds, flows: tuple[Flow, ...], *, beyond: bool
) -> tuple[str, ...]:
    places, settings, moving = territory.locator.places, territory.settings, ~moves.same
    bounded, low = bounds.radius_km is not None, settings.masked_openings == "low"
    conditions = {
        "no_geography": places is None and not bounded,
        "radius_not_applied": places is None and bounded,
        "no_radius": places and not bounded and any((f.km or 0.0) > settings.bmo_radius_km for f in flows),
        "minutes_not_applied": bounds.max_minutes is not None and not (places and places.travel),
        "communes": any(lot.commune for lot in (*territory.fragile.lots, *territory.hiring.lots)),
        "titles_of_one_fiche": any(f.same_job and _titles_differ(f.fragile, f.hiring) for f in flows),
        "beyond": beyond,
        "no_probability": moving.any() and np.isnan(moves.probability[moving]).all(),
        "hours_assumed": settings.assumed_hours is not None and np.isnan(moves.hours.expected[moving]).any(),
        "frame_unknown": moves.frame is not None and (moves.frame[moving] == UNKNOWN).any(),
        "survey_openings": territory.hiring.shared and low,
        "survey_openings_high": territory.hiring.shared and not low,
    }
    return tuple(key for key, holds in conditions.items() if holds)


def _openings_for_own_job(territory: Territory, pairs: Pairs, placed: Ints, used: Ints) -> Ints:
    """Openings of each pool that people of its job, placed in another, could take once something is confirmed."""
    _, free = territory.left(pairs, used)
    people = np.bincount(pairs.lot, placed * ~pairs.same, len(territory.people)).astype(np.int64)
    reserved = np.zeros_like(free)
    for pair in pairs.doubtful[pairs.same[pairs.doubtful]].tolist():
        lot, pool = int(pairs.lot[pair]), int(pairs.pool[pair])
        n = min(people[lot], free[pool] - reserved[pool])
        reserved[pool], people[lot] = reserved[pool] + n, people[lot] - n
    return reserved


def _own_job_notes(territory: Territory, pairs: Pairs, solution: _Solution) -> Iterator[Note]:
    """Say who would change jobs, or stay, while openings of their own are empty or others', and for want of what."""
    used = solution.placed + solution.reserved
    staying, free = territory.left(pairs, used)
    others = np.bincount(pairs.pool, used * ~pairs.same, len(free))
    moved = np.bincount(pairs.lot, solution.placed * ~pairs.same, len(territory.people)).astype(np.int64)
    own_job = pairs.same & (pairs.why == Why.OPEN)
    for key, doubt, people, room in (
        ("own_job", pairs.doubt == Doubt.TITLE, moved, free + others),
        ("own_job_asks", pairs.doubt & ~Doubt.TITLE != 0, moved, free + others),
        ("own_job_others", pairs.doubt == 0, moved, free + others),
        ("own_job_left", pairs.doubt != 0, staying, others),
    ):
        pairs_open = own_job & doubt & (room[pairs.pool] > 0) & (people[pairs.lot] > 0)
        entries = dict(zip(pairs.lot[pairs_open].tolist(), pairs.entry[pairs_open].tolist(), strict=True))
        ends = [(territory.fragile.lots[i], territory.hiring.lots[j]) for i, j in entries.items()]
        names = [f"{start.title} → {end.title}" if _titles_differ(start, end) else start.named for start, end in ends]
        if entries:
            could = np.minimum(people, np.bincount(pairs.lot[pairs_open], room[pairs.pool[pairs_open]], len(people)))
            # Lots of one job share its openings.
            most = min(could.sum(), room[np.unique(pairs.pool[pairs_open])].sum())
            yield Note(key, {"n": int(most), "names": _names(list(dict.fromkeys(names)))})
            people[[*entries]] = 0  # each is told once


def _titles_differ(start: Lot, end: Lot) -> bool:
    """Whether two lots of one job were written as titles, and not the same: the fiche cannot tell them apart."""
    first, second = map(normalise_label, (start.given, end.given))
    return bool(first and second) and first != second


def _bound_moves(territory: Territory, allocation: Allocation) -> Iterator[tuple[str, str, float | None, float | None]]:
    """Yield each change, the bound that it moves (none for a floor), its value then, and by how much it was moved."""
    bounds, hours, km = allocation.bounds, territory.settings.more_hours, territory.settings.more_km
    if territory.settings.floor:
        yield "no_floor", "", None, None
    if bounds.budget_hours is not None:
        yield "budget", "budget_hours", bounds.budget_hours + hours * territory.fragile.people, hours
        yield "no_budget", "budget_hours", None, None
    if bounds.max_hours is not None:
        yield "max_hours", "max_hours", bounds.max_hours + hours, hours
    if bounds.radius_km is not None and allocation.radius_applied and not territory.hiring.shared:
        yield "radius", "radius_km", bounds.radius_km + km, km
    if bounds.min_probability:
        least = max(0.0, bounds.min_probability - territory.settings.less_probability)
        yield "probability", "min_probability", least, least
    if bounds.frame is not None:
        yield "no_frame", "frame", None, None
    if bounds.max_cost is not None:
        yield "max_cost", "max_cost", bounds.max_cost + hours, hours


def _changes(territory: Territory, moves: JobMoves, allocation: Allocation) -> Iterator[Change]:
    """Solve again with each bound moved; a bound that is not set cannot move."""
    for kind, name, value, step in _bound_moves(territory, allocation):
        go_on()
        changed: dict[str, Any] = {name: value} if name else {}
        moved = replace(allocation.bounds, **changed)
        pairs = find_pairs(territory, replace(moves, frame=None) if moved.frame is None else moves, moved)
        relaxed = territory if name else territory.with_settings(floor=0.0)
        try:
            placed, tenths = _most_people(relaxed, _task(relaxed, pairs, pairs.open, moved.budget))
        # A floor out of reach now: openings to be confirmed bar a step down; no total to tell.
        except solve.InfeasibleError:
            continue
        yield Change(kind, value, step, placed, placed - allocation.placed, tenths / solve.TENTHS)


def _most_people(territory: Territory, task: solve.Task) -> tuple[int, int]:
    if territory.settings.objective == "weighted":
        flow, _ = solve.best_flow(task, territory.settings)
        return int(flow.sum()), int(task.hours @ flow)
    return solve.most_people(task)


def _total_column(name: str, on: On = On.ALL) -> Column:
    return Column(name, "integer", value=lambda s, _: s.totals[name], promised="count", on=on)


@dataclass(frozen=True)
class Scenario(Described):
    """An allocation under a name, and the options that set it apart."""

    name: str
    options: Mapping[str, Any]
    allocation: Allocation

    @cached_property
    def totals(self) -> Mapping[str, Any]:
        """Sums of the allocation."""
        return self.allocation.totals()

    spec: ClassVar[Record] = Record(
        "scenario",
        "One scenario of a comparison",
        Column("scenario", value="name", promised="text"),
        Column(
            "options", json=lambda s, _: {k: list(v) if isinstance(v, tuple) else v for k, v in s.options.items()},
            promised=record("", {}), on=On.JSON,
        ),
        Column("status", value="allocation.status", promised=one_of(STATUSES), on=On.JSON),
        _total_column("placed"),
        _total_column("uncovered", on=On.FILE),
        _total_column("unfilled"),
        Column("hours", json=lambda s, _: s.totals["hours"], promised="span", on=On.JSON),
        Column("hours_expected", "integer", value=lambda s, _: s.totals["hours"]["expected"], on=On.CELLS),
        Column("lever", json=lambda s, _: s.totals["lever"], schema=LEVER, on=On.JSON),
        Column("lever_hours", "integer", value=lambda s, _: s.totals["lever"]["hours"], on=On.CELLS),
        Column("km", "integer", value=lambda s, _: s.totals["km"], promised="amount?"),
        _total_column("same_job"),
        Column("gap", value="allocation.gap", promised="amount", on=On.JSON),
        Column("sentence", value=lambda s, lang: s.allocation.summary(lang), json_key="summary", promised="text",
               on=On.FILE),
    )  # fmt: skip


@checked
def compare_scenarios(
    graph: OccupationGraph,
    fragile: Table,
    hiring: Table | None,
    scenarios: Mapping[str, Mapping[str, Any]],
    *,
    settings: Settings | None = None,
    **common: Any,
) -> list[Scenario]:
    """
    Allocate one territory under several sets of options.

    Parameters
    ----------
    graph, fragile, hiring
        As for `match_territory`.
    scenarios
        Options of `match_territory` by name of scenario; with ``lever`` (codes of competencies or credentials) people
        may acquire these beforehand where that is shorter. Its own hours count, in the hours of each move as in the
        budget, and stand beside the totals.
    settings, **common
        Options that all share.

    Returns
    -------
    scenarios
        In the order given.

    Raises
    ------
    PasserellesError
        If an option is not one of `match_territory`, or as `match_territory`.
    """
    chosen = settings_or(settings, graph.settings)
    results = []
    for name, options in scenarios.items():
        known = SCENARIO.values()
        given = options if isinstance(options, Mapping) else {repr(options)}
        if odd := sorted(map(str, set(given) - set(known))):
            raise PasserellesError("scenario_option", name=name, options=", ".join(odd), known=", ".join(known))
        arguments = {k: v for k, v in options.items() if k != "lever"}
        if "lever" in options:
            lever = tuple(check_codes(options["lever"], what="lever"))
            arguments["costs"] = EffortCosts(graph, chosen, lever, common.get("certifications"))
        allocation = match_territory(graph, fragile, hiring, settings=chosen, changes=False, **(common | arguments))
        results.append(Scenario(name, dict(options), allocation))
    return results


class NotedList(NamedTuple):
    """What a note lists in words of a language: names, each with a day (`key` ``dated``) or a number (``counted``)."""

    key: str
    rows: tuple[tuple[str, str], ...]

    def __call__(self, lang: Lang) -> str:
        """Return the list."""
        pairs = ({"name": name, "beside": day_text(beside, lang)} for name, beside in self.rows)
        return _names([say(f"territory.listed.{self.key}", lang=lang, **pair) for pair in pairs])


def payer_of(lot: Lot, market: Market | None) -> Payer | None:
    """Return the OPCO of a lot's collective agreement; None where none is said, or no table is at hand."""
    if market is None or market.payers is None or not lot.agreement:
        return None
    return market.payers.of(lot.agreement, headcount=lot.size)


def _way(flow: Flow) -> str:
    """Return who would go where, as a note lists it."""
    start = ", ".join(name for name in (flow.fragile.employer, flow.fragile.title) if name != NO_EMPLOYER)
    return f"{start} → {flow.hiring.title}"


def planning_notes(flows: Sequence[Flow], smallest_group: int | None) -> Iterator[Note]:
    """Yield notes on moves down or too late, on agreements that have changed, and on groups of training."""
    if down := [f for f in flows if f.kind == "step-down"]:
        lower = list(dict.fromkeys(map(_way, down)))
        yield Note("steps_down", {"n": sum(f.people for f in down), "names": _names(lower)})
    late = [f for f in flows if f.in_time is False]
    for key, dated in (
        ("overdue", [f for f in late if f.overdue]),
        ("late", [f for f in late if f.training_months and not f.overdue]),
        ("free_later", [f for f in late if not f.training_months]),
    ):
        names = [(_way(f), str(f.hiring.month)) for f in dated]
        if dated:
            yield Note(key, {"n": sum(f.people for f in dated), "names": NotedList("dated", tuple(names))})
    payers = {p.idcc: p for f in flows for p in f.payers if p is not None}
    changed = [(", ".join((p.idcc, *p.related)), p.since) for p in payers.values() if p.standing not in _KNOWN_PAYERS]
    if changed:
        yield Note("payer_changed", {"list": NotedList("dated", tuple(changed))})
    if smallest_group:
        yield from _group_notes(flows, smallest_group)


def _group_notes(flows: Sequence[Flow], least: int) -> Iterator[Note]:
    """Yield a note on the groups of training that are filled, and one on those that are short of people."""
    trained = ((f.hiring, f.people) for f in flows if f.hours.expected)
    taught = sum_by_key(((lot.label, lot.basin_label), n) for lot, n in trained)
    groups = [(n >= least, (f"{job}, {basin}", str(n))) for (job, basin), n in sorted(taught.items())]
    for filled, rows in sorted(grouped(groups).items(), reverse=True):
        yield Note("group_filled" if filled else "group_short", {"n": str(least), "list": NotedList("counted", rows)})
