"""Which people could take which openings: every pair of lot and pool with its cost, or why not, or what is unknown."""

import hashlib
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, IntFlag
from functools import cache, cached_property, partial
from itertools import chain
from numbers import Real
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.access.conditions import kind_between
from passerelles.access.holdings import of_each_title
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.market.market import Market, family_codes
from passerelles.market.signals import leading_jobs
from passerelles.matching.reading import LanguagePack, Lexicon, language_pack
from passerelles.matching.titles import SURE
from passerelles.paths.legal import NO, UNKNOWN
from passerelles.progress import go_on
from passerelles.ranking.move import excluded_rows
from passerelles.ranking.rank import levels_by
from passerelles.referentials.access_text import Choice
from passerelles.referentials.referential import Referential, occupations_meant
from passerelles.scoring.measures import coverage_positions, coverage_row, held_competencies, required_columns
from passerelles.scoring.scorer import LEVELS, scorer_for
from passerelles.scoring.table import score_table
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.hours import (
    Costs,
    JobHours,
    credentials_of_title,
    held_credentials,
    is_long,
    longest_hours,
    longest_months,
    unmet_choices,
)
from passerelles.territory.lots import NOWHERE, Locator, Lot, Lots, pool_key
from passerelles.territory.solve import TENTHS, first_of_each
from passerelles.text import fold_accents, normalise_label
from passerelles.vectors import Bools, Floats, Ints, Rows

Signs = NDArray[np.int8]
TIE_RANGE: Final = 1 << 20
_WHOLE_TOLERANCE: Final = 1e-9  # a share of people that is whole but for its last digit asks for no person more
LEAST_CHANCE: Final = 1e-6  # so that a chance of nothing has a logarithm


def _words_of_title(text: str, pack: LanguagePack) -> str:
    """
    Return a title as written, normalised, without the marks of an ad that it is open to all.

    Examples
    --------
    >>> _words_of_title("Agent de quai (H/F)", language_pack("fr"))
    'agent de quai'
    """
    folded = fold_accents(text)
    for pattern in (pattern for pattern, posted in pack.noise if posted):
        folded = pattern.sub(" ", folded)
    return normalise_label(folded)


def _trade_of(title: str, lexicon: Lexicon) -> frozenset[str]:
    """
    Return the families of the words of a title, without those of a kind of work, which any trade has.

    Examples
    --------
    >>> sorted(_trade_of("Opérateur massicot", Lexicon(language_pack("fr"))))
    ['massicot']
    >>> sorted(_trade_of("Dessinateur VRD", Lexicon(language_pack("fr"))))
    ['diver', 'reseau', 'voir', 'vrd']
    """
    short = chain.from_iterable(lexicon.pack.abbreviations.get(word, ()) for word in normalise_label(title).split())
    spelled = chain([title], (" ".join(reading.expansion) for reading in short))
    forms = chain.from_iterable(map(lexicon.stems, spelled))
    return frozenset(lexicon.root(form) for form in forms if form not in lexicon.pack.kinds)


class Why(IntEnum):
    """Why a pair is left out, in the order in which it is looked at; the name is the reason's key."""

    OPEN = 0
    NOT_POSSIBLE = 1
    HOURS_UNKNOWN = 2  # only where the settings are strict: else what is unknown is to be confirmed
    ACCESS_UNKNOWN = 3
    MAX_HOURS = 4
    FRAME = 5
    PROBABILITY_UNKNOWN = 6
    PROBABILITY = 7
    MAX_COST = 8
    LEVEL_UNKNOWN = 9
    UNLIKELY = 10
    STEP_DOWN = 11  # of people whose own job is open to them, once what its title demands is confirmed
    SELF_EMPLOYED = 12  # an option that people may choose, never a post that they are placed on
    RADIUS = 13  # where nothing else is in the way: a wider radius would not help what is barred anyway
    MINUTES = 14
    DISTANCE_UNKNOWN = 15


class Doubt(IntFlag):
    """What is not known of a pair that is open: people are only sent there once it is confirmed."""

    HOURS = 1
    ACCESS = 2
    LEVEL = 4
    TITLE = 8
    DISTANCE = 16
    EXPERIENCE = 32


def doubts(flags: int) -> tuple[str, ...]:
    """
    Return the names of what is not known.

    Examples
    --------
    >>> doubts(Doubt.HOURS | Doubt.TITLE)
    ('hours', 'title')
    """
    return tuple(name.lower() for name, doubt in Doubt.__members__.items() if doubt & flags)


@dataclass(frozen=True)
class Bounds:
    """The bounds that a pair must meet, and `budget_hours` that all together must; None = none."""

    radius_km: float | None = None
    frame: str | None = None
    min_probability: float | None = None
    max_hours: float | None = None
    max_cost: float | None = None
    max_minutes: float | None = None
    budget_hours: float | None = None

    @property
    def budget(self) -> int | None:
        """Whole tenths of an hour that the budget holds."""
        return None if self.budget_hours is None else math.floor(self.budget_hours * TENTHS + _WHOLE_TOLERANCE)


def chosen_bound(settings: TerritorySettings, name: str, given: float | None, most: float = math.inf) -> float | None:
    """
    Return a bound that is given, else that of the settings; None = none.

    Raises
    ------
    PasserellesError
        If it is no finite number from 0 to `most`.
    """
    value: Any = getattr(settings, name) if given is None else given
    fits = not isinstance(value, bool) and isinstance(value, Real) and 0 <= float(value) <= most and value != math.inf
    if value is not None and not fits:
        raise PasserellesError("territory_bound", name=name, value=repr(value))
    bound: float | None = value
    return bound


titled_job: Final = attrgetter("job", "title_code")  # of a lot: the title whose access is looked at; empty = at large
_DEMANDING: Final = ("given", "title_code", "permits", "self_employed")  # fields of a lot that say what it demands


@dataclass(frozen=True, eq=False)
class Territory:
    """Both sides, and everything between them that does not depend on the bounds."""

    graph: OccupationGraph
    fragile: Lots
    hiring: Lots
    locator: Locator
    costs: Costs
    config: Settings

    @property
    def settings(self) -> TerritorySettings:
        """Settings of territories."""
        return self.config.territory

    @cached_property
    def people(self) -> Ints:
        """People of each lot who may be placed, shape (n,)."""
        return np.asarray([lot.movable for lot in self.fragile.lots], dtype=np.int64)

    @cached_property
    def capacity(self) -> Ints:
        """Openings of each pool, shape (m,), in the order of their names."""
        return np.asarray(list(self.hiring.capacities.values()), dtype=np.int64)

    @cached_property
    def title_credentials(self) -> Callable[[Lot], frozenset[Choice]]:
        """Credentials that the title of a lot demands, each title read once: see `credentials_of_title`."""

        @cache
        def read(job: str, *written: Any) -> frozenset[Choice]:
            return credentials_of_title(self.graph, Lot("", job, "", **dict(zip(_DEMANDING, written, strict=True))))

        fields = attrgetter("job", *_DEMANDING)
        return lambda lot: read(*fields(lot))

    @cached_property
    def held(self) -> Callable[[Lot], frozenset[str]]:
        """Credentials that people of a lot hold, each title read once: see `held_credentials`."""

        @cache
        def read(job: str, title: str, met: frozenset[Choice]) -> frozenset[str]:
            return held_credentials(self.graph.referential, Lot("", job, "", title_code=title), met)

        return lambda lot: read(*titled_job(lot), self.title_credentials(lot))

    def unmet(self, start: Lot, end: Lot) -> list[Choice]:
        """Return what the title or conditions of an opening demand beyond what people of a lot hold."""
        demanded = self.title_credentials(end)
        if not demanded:
            return []
        # Who works in a title has one of what it takes, whichever it is, but not of what each title takes its own.
        apart = of_each_title(self.graph.referential, end.title_codes - start.title_codes)
        return unmet_choices(self.held(start), demanded, self.title_credentials(start), apart)

    @property
    def binding(self) -> str:
        """What keeps people from openings that are open to them and free."""
        return "weights" if self.settings.objective == "weighted" else "budget"

    def left(self, pairs: "Pairs", used: Ints) -> tuple[Ints, Ints]:
        """People and openings that flows on pairs, shape (p,), leave."""
        sent, taken = np.bincount(pairs.lot, used, len(self.people)), np.bincount(pairs.pool, used, len(self.capacity))
        return self.people - sent.astype(np.int64), self.capacity - taken.astype(np.int64)

    def with_settings(self, **changes: Any) -> "Territory":
        """Return the territory with other values of some of these settings."""
        settings = self.settings.model_copy(update=changes)
        return replace(self, config=self.config.model_copy(update={"territory": settings}))


@dataclass(frozen=True, eq=False)
class JobMoves:
    """
    What is known of every move between the jobs of two sides.

    Attributes
    ----------
    row, column
        Row of each origin and column of each target, by code and title: what access takes may be of a title alone.
    probability
        Chance of each move; nan where it is unknown.
    level
        Position in `passerelles.scoring.scorer.LEVELS`; -1 where it is unknown.
    listed
        Whether the referential's experts list the move.
    frame
        A verdict each; None without a frame.
    same
        Whether the job stays the same: one occupation, or a fiche and a part of it that take the same credentials.
    part
        A fiche against a part of it whose credentials are others.
    """

    row: Mapping[tuple[str, str], int]
    column: Mapping[tuple[str, str], int]
    hours: JobHours
    probability: Floats
    level: Signs
    listed: Bools
    frame: Signs | None
    same: Bools
    part: Bools

    def at(self, start: Lot, end: Lot) -> tuple[int, int]:
        """Return where the move between the jobs of two lots stands."""
        return self.row[titled_job(start)], self.column[titled_job(end)]


class Pairs(NamedTuple):
    """
    Pairs of lot and pool; where openings are shared, with the best of the pool's jobs for that lot.

    Attributes
    ----------
    lot, pool, entry
        Shape (p,): fragile lot, pool, and hiring lot (positions in their sorted tables).
    why, doubt, reach
        Shape (p,): `Why`, flags of `Doubt`, and whether the distance is no bar.
    hours, cost, km, probability
        Shape (p,): expected hours (tenths, -1 unknown), cost (tenths of an hour), kilometres (nan unknown), and chance
        (nan unknown, 1 of the same job).
    same
        Shape (p,): whether the job is the same.
    lacking
        Shape (p,): how many things the opening's title or conditions ask for of which the lot has none.
    unlike
        Shape (p,): whether the job is the same, and the titles name other trades.
    """

    lot: Rows
    pool: Rows
    entry: Rows
    why: Signs
    doubt: Signs
    reach: Bools
    hours: Ints
    cost: Ints
    km: Floats
    probability: Floats
    same: Bools
    lacking: Ints
    unlike: Bools

    @property
    def open(self) -> Rows:
        """Positions of the pairs that people may be placed on."""
        return np.flatnonzero((self.why == Why.OPEN) & (self.doubt == 0))

    @property
    def doubtful(self) -> Rows:
        """Positions of the pairs of which something is still to be confirmed."""
        return np.flatnonzero((self.why == Why.OPEN) & (self.doubt != 0))

    @property
    def stretched(self) -> Rows:
        """Positions of the pairs that nothing bars but that experts hardly ever list them, or nobody would sign."""
        return np.flatnonzero(self.reach & np.isin(self.why, (Why.LEVEL_UNKNOWN, Why.UNLIKELY, Why.STEP_DOWN)))


_NO_PAIRS: Final = Pairs(*(np.zeros(0, dtype=kind) for kind in "pppbb?qqdd?q?"))  # each field by its code in numpy


def moves_between(territory: Territory, frame: str | None = None) -> JobMoves:
    """Work out every move between the jobs of two sides, each pair of jobs once, and of titles that take others."""
    graph, costs, settings = territory.graph, territory.costs, territory.settings
    sides = territory.fragile, territory.hiring
    jobs = [sorted({titled_job(lot): lot.title_codes for lot in side.lots}.items()) for side in sides]
    origins, targets = (np.asarray([graph.position[job] for (job, _), _ in ends], dtype=np.intp) for ends in jobs)
    before, after = ([named for _, named in ends] for ends in jobs)
    titles = before, after
    same, part = _same_job(graph, origins, targets)
    scorer = scorer_for(graph.referential, territory.config.scorer)
    scores = score_table(graph, scorer).scores if scorer.calibration is not None and len(targets) else None
    probability = np.full(same.shape, np.nan if settings.assumed_probability is None else settings.assumed_probability)
    level = np.full(same.shape, -1, dtype=np.int8)
    for i, row in enumerate(origins.tolist()):
        go_on()
        if scores is not None:
            probability[i] = scorer.chances(scores.totals(row)[targets])
        coverage = coverage_row(graph, held_competencies(graph, required_columns(graph, row)))
        positions = coverage_positions(coverage, excluded_rows(graph, row), targets)
        level[i] = levels_by(graph, probability[i], positions, coverage[targets])
    hours = costs.hours(origins, targets, titles)
    if hours.short is not None:  # nothing is close whose access takes long, or selects
        level[(level == 0) & ~hours.short] = LEVELS.index("accessible")
    within = None if frame is None else costs.within(frame, origins, targets, hours.expected, titles)
    rows, columns = ({job: at for at, (job, _) in enumerate(ends)} for ends in jobs)
    # Listed moves of specialised occupations are those of their fiches.
    bases = graph.base_rows
    listed = np.asarray(graph.mobility[bases[origins]][:, bases[targets]].toarray() > 0, dtype=np.bool_)
    return JobMoves(rows, columns, hours, probability, level, listed, within, same, part)


def _same_job(graph: OccupationGraph, origins: Rows, targets: Rows) -> tuple[Bools, Bools]:
    """Whether each move keeps the job, and whether it is between a fiche and a part whose credentials are others."""
    same = origins[:, None] == targets[None, :]
    bases = graph.base_rows
    part = (bases[origins][:, None] == targets[None, :]) | (origins[:, None] == bases[targets][None, :])
    part &= ~same
    for i, j in np.argwhere(part).tolist():
        demanded = [_credentials_of(graph, int(row)) for row in (origins[i], targets[j])]
        same[i, j] = demanded[0] == demanded[1]
    return same, part & ~same


def _credentials_of(graph: OccupationGraph, row: int) -> frozenset[str]:
    rows = graph.referential.credentials_of.get(graph.codes[row], ())
    return frozenset(need.credential for need in rows if need.kind != "option")


def verdicts(territory: Territory, moves: JobMoves, bounds: Bounds) -> tuple[Signs, Signs, Ints, Ints]:
    """
    Judge every move, distance aside: what stands in its way, what is in doubt, its hours, and what it costs.

    The first are a `Why` and flags of `Doubt`; hours and cost are tenths of an hour. Unknown hours are -1, and cost as
    much as the longest known.
    """
    settings, strict, expected = territory.settings, territory.config.strict, moves.hours.expected
    if settings.assumed_hours is not None:
        expected = np.where(np.isnan(expected), settings.assumed_hours, expected)
    unknown = np.isnan(expected)
    hours = np.where(unknown, -1, np.rint(np.where(unknown, 0.0, expected) * TENTHS)).astype(np.int64)
    cost = _cost(moves, hours, settings)
    no_access = (moves.hours.possible == UNKNOWN) | moves.part
    likely = moves.probability >= settings.acceptable_probability
    reached = (moves.level >= 0) & (moves.level <= LEVELS.index(settings.acceptable_level))
    listed = moves.listed & settings.accept_listed
    # Nobody is sent to school for years, even where experts list the move, unless a bound in hours says how long.
    years = expected > longest_hours()
    if moves.hours.months is not None:
        years |= unknown & (moves.hours.months > longest_months())
    years &= bounds.max_hours is None
    if bounds.max_hours is None:
        years |= _long_steps_down(territory, moves, likely & reached & ~listed)
    bars: dict[Why, Any] = {  # the first that holds says why; False where there is no such bound
        Why.NOT_POSSIBLE: moves.hours.possible == NO,
        Why.HOURS_UNKNOWN: strict & unknown,
        Why.ACCESS_UNKNOWN: strict & no_access,
        Why.MAX_HOURS: bounds.max_hours is not None and expected > bounds.max_hours,
        Why.FRAME: moves.frame is not None and (moves.frame == NO) | (strict & (moves.frame == UNKNOWN)),
        Why.PROBABILITY_UNKNOWN: bounds.min_probability is not None and np.isnan(moves.probability),
        Why.PROBABILITY: bounds.min_probability is not None and moves.probability < bounds.min_probability,
        Why.MAX_COST: bounds.max_cost is not None and cost > round(bounds.max_cost * TENTHS),
        Why.LEVEL_UNKNOWN: (moves.level < 0) & ~listed & ~moves.part,
        Why.UNLIKELY: (~(likely & reached) & ~listed | years) & ~moves.part,
    }
    why = np.select([*bars.values()], [*bars], Why.OPEN).astype(np.int8)
    doubt = np.zeros(expected.shape, dtype=np.int8)
    doubt[unknown] |= Doubt.HOURS
    doubt[no_access] |= Doubt.ACCESS
    doubt[listed & ~likely] |= Doubt.LEVEL
    if moves.hours.seasoned is not None:  # experts who list a move know whom employers take
        doubt[moves.hours.seasoned & ~listed] |= Doubt.EXPERIENCE
    for array in (why, doubt, hours, cost):
        array[moves.same] = 0
    return why, doubt, hours, cost


def _long_steps_down(territory: Territory, moves: JobMoves, among: Bools) -> Bools:
    """Whether some moves take longer than a close one may, to a lower job: nobody trains for long for less."""
    graph, origins, targets = territory.graph, [*moves.row], [*moves.column]
    long, down = moves.hours.expected > graph.settings.ranking.close_hours, np.zeros_like(among)
    for i, j in np.argwhere(among & long & ~moves.same).tolist():
        (origin, title), (target, named) = origins[i], targets[j]
        kind = kind_between(graph.referential, origin, target, frozenset(filter(None, (title, named))))
        down[i, j] = kind == "step-down"
    return down


def _cost(moves: JobMoves, hours: Ints, settings: TerritorySettings) -> Ints:
    """
    Tenths of an hour that a move costs: those of training, and so many for each halving of its chance.

    A listed move counts as at least as likely as the settings say, an unknown chance as the least acceptable one.
    """
    chance = np.where(np.isnan(moves.probability), settings.acceptable_probability, moves.probability)
    chance = np.where(moves.listed, np.maximum(chance, settings.listed_probability), chance)
    halvings = -np.log2(np.clip(chance, LEAST_CHANCE, 1.0))
    training = np.where(hours < 0, hours.max(initial=0), hours)
    return np.asarray(training + np.rint(settings.unlikely_hours * halvings * TENTHS), dtype=np.int64)


class _Openings(NamedTuple):
    """
    The hiring lots in arrays, shape (e,): column of `JobMoves`, pool, position of their place, doubt of their title.

    `title` is the job as it was written, to compare, and `trades` the families of its words; `demanding` are those of
    whose titles access demands something, by position; `numbers` those in the titles of some (tonnage or class of a
    certificate), by position. `places` are spots and basins.
    """

    job: Rows
    pool: Rows
    place: Rows
    doubt: Signs
    title: NDArray[np.object_]
    trades: Sequence[frozenset[str]]
    own_account: Bools
    demanding: Sequence[int]
    numbers: Mapping[int, frozenset[str]]
    places: Sequence[tuple[str, str]]
    lexicon: Lexicon

    def named_in(self, lot: Lot) -> Bools:
        """Whether the title of each opening stands whole in that of a lot: a "Magasinier cariste" is a "Cariste"."""
        written = f" {_words_of_title(lot.given, self.lexicon.pack)} "
        return np.asarray([bool(title) and f" {title} " in written for title in self.title], dtype=np.bool_)

    def unlike(self, lot: Lot, among: Rows) -> list[bool]:
        """Whether titles of some openings name another trade than that of a lot: "Tourneur" and "Fraiseur 5 axes"."""
        trade = _trade_of(lot.given, self.lexicon)
        return [bool(trade and self.trades[i]) and trade.isdisjoint(self.trades[i]) for i in among.tolist()]


def job_text(referential: Referential, lot: Lot) -> str:
    """Text by which rankings and paths know a lot's job: the title whose access is looked at, else its code."""
    labels = [title.label for title in referential.titles_in(lot.job) if title.code == lot.title_code]
    return next((label for label in labels if occupations_meant(referential, label) == (lot.job,)), lot.job)


def first_lots(hiring: Lots) -> list[Lot]:
    """Return the first lot of each pool, in the order of the pools."""
    first = {pool_key(lot): lot for lot in reversed(hiring.lots)}
    return [first[key] for key in hiring.capacities]


def floor_groups(fragile: Lots, settings: TerritorySettings) -> tuple[list[str], Rows, Ints]:
    """Names of groups, the group of each lot, and the least people placed of each; no group where there is no floor."""
    if not settings.floor:
        return [], np.zeros(len(fragile.lots), dtype=np.intp), np.zeros(0, dtype=np.int64)
    names, group = np.unique([getattr(lot, settings.floor_by) for lot in fragile.lots], return_inverse=True)
    heads = np.bincount(group, weights=[lot.people for lot in fragile.lots], minlength=len(names))
    return names.tolist(), group, np.ceil(settings.floor * heads - _WHOLE_TOLERANCE).astype(np.int64)


def _opening_arrays(territory: Territory, moves: JobMoves) -> _Openings:
    lots = territory.hiring.lots
    number = {key: i for i, key in enumerate(territory.hiring.capacities)}
    places = sorted({(lot.spot, lot.basin) for lot in lots})
    place = {spot: i for i, (spot, _) in enumerate(places)}
    lexicon = Lexicon(language_pack(territory.graph.referential.language))
    words, trade = cache(partial(_words_of_title, pack=lexicon.pack)), cache(partial(_trade_of, lexicon=lexicon))
    titles = [words(lot.given) for lot in lots]
    return _Openings(
        job=np.asarray([moves.column[titled_job(lot)] for lot in lots], dtype=np.intp),
        pool=np.asarray([number[pool_key(lot)] for lot in lots], dtype=np.intp),
        place=np.asarray([place[lot.spot] for lot in lots], dtype=np.intp),
        doubt=np.asarray([_reading_doubt(lot) for lot in lots], dtype=np.int8),
        title=np.asarray(titles, dtype=object),
        trades=[trade(title) for title in titles],
        own_account=np.asarray([lot.self_employed for lot in lots], dtype=np.bool_),
        demanding=[i for i, lot in enumerate(lots) if territory.title_credentials(lot)],
        numbers={i: named for i, title in enumerate(titles) if (named := _title_numbers(title))},
        places=places,
        lexicon=lexicon,
    )


def _reading_doubt(lot: Lot) -> np.int8:
    """Return the doubt that the reading of a lot's title leaves."""
    return np.int8(0 if lot.confidence >= SURE else Doubt.TITLE)


def _title_numbers(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b\d+\b", title))


def find_pairs(territory: Territory, moves: JobMoves, bounds: Bounds) -> Pairs:
    """
    Compare every lot with every pool.

    Returns
    -------
    pairs
        By lot, then pool. Pairs beyond the radius are left out altogether where there are too many to list.

    Raises
    ------
    PasserellesError
        If more pairs than `max_pairs` are within the radius.
    """
    graph, lots, max_pairs = territory.graph, territory.fragile.lots, territory.settings.max_pairs
    if territory.locator.places is None:  # no distance is known
        bounds = replace(bounds, radius_km=None, max_minutes=None)
    why, doubts_of, hours, costs = verdicts(territory, moves, bounds)
    openings = _opening_arrays(territory, moves)
    starts = {lot.spot: lot for lot in lots}
    distances = {spot: _distances(territory, lot, openings.places, bounds) for spot, lot in starts.items()}
    listed = len(lots) * len(territory.hiring.lots) <= max_pairs // 10
    within = {spot: listed | (barred != Why.RADIUS) for spot, (_, barred) in distances.items()}
    firsts = np.unique(openings.pool, return_index=True)[1]
    pools = np.bincount(openings.place[firsts], minlength=len(openings.places))  # a pool lies in one place
    total = sum(int(pools[within[lot.spot]].sum()) for lot in lots)
    if total > max_pairs:
        raise PasserellesError("territory_too_many", n=total, most=max_pairs)

    @cache
    def steps_down(origin: str, titles: frozenset[str]) -> Bools:
        """Whether each target, shape (t,), is a step down from an origin: lots of one job and title ask the same."""
        ends = ((end, titles.union(filter(None, (title,)))) for end, title in moves.column)
        kinds = (kind_between(graph.referential, origin, end, named) for end, named in ends)
        return np.asarray([kind == "step-down" for kind in kinds], dtype=np.bool_)

    blocks = [_NO_PAIRS]
    for lot_at, lot in enumerate(lots):
        go_on()
        near = np.flatnonzero(within[lot.spot][openings.place])
        job, origin = openings.job[near], moves.row[titled_job(lot)]
        km_to, barred = distances[lot.spot]
        km, far = km_to[openings.place[near]], barred[openings.place[near]]
        same, reason, cost = moves.same[origin, job], why[origin, job], costs[origin, job]
        reason[openings.own_account[near] & (reason == Why.OPEN)] = Why.SELF_EMPLOYED
        named = openings.named_in(lot)[near] & (hours[origin, job] >= 0)
        cost = np.where(named, hours[origin, job], cost)
        unlike = same.copy()
        unlike[same] = openings.unlike(lot, near[same])
        lacking, too_long = (values[near] for values in _lacking(territory, lot, openings))
        doubt = doubts_of[origin, job] | _title_doubt(lot, openings, near, same)
        doubt[lacking > 0] |= Doubt.ACCESS
        doubt[np.isnan(km) & (far == Why.OPEN) & (bounds.radius_km is not None)] |= Doubt.DISTANCE
        own_job = same | moves.part[origin, job]
        if bounds.max_hours is None:
            reason[(reason == Why.OPEN) & too_long & ~own_job] = Why.UNLIKELY
        elif not lot.permits:  # the same job, of whose title more is demanded
            reason[same & (lacking > 0) & (moves.hours.expected[origin, job] > bounds.max_hours)] = Why.MAX_HOURS
        if (own_job & (reason == Why.OPEN) & (far == Why.OPEN) & (doubt & Doubt.ACCESS != 0)).any():
            reason[(reason == Why.OPEN) & steps_down(lot.job, lot.title_codes)[job]] = Why.STEP_DOWN
        reason = np.where(reason == Why.OPEN, far, reason)
        best = _best_entries(openings.pool[near], reason, doubt, cost + lacking + unlike, ~same)
        entry, cell = near[best], (origin, job[best])
        positions = np.full(len(best), lot_at), openings.pool[entry], entry
        chance = np.where(same[best], 1.0, moves.probability[cell])
        measured: tuple[Any, ...] = hours[cell], cost[best], km[best], chance
        figures = *measured, same[best], lacking[best], unlike[best]
        blocks.append(Pairs(*positions, reason[best], doubt[best], far[best] == Why.OPEN, *figures))
    return Pairs(*map(np.concatenate, zip(*blocks, strict=True)))


def _title_doubt(lot: Lot, openings: _Openings, near: Rows, same: Bools) -> Signs:
    """What the titles of a lot and of the openings near it leave to be confirmed."""
    title = _words_of_title(lot.given, openings.lexicon.pack)
    doubt = openings.doubt[near] | _reading_doubt(lot)
    if title:  # the very same words on both sides are the same job, whatever it is read as
        doubt[same & (openings.title[near] == title)] = 0
    numbers = _title_numbers(title)
    if numbers:  # "Capitaine 200" and "Capitaine 500" are one fiche, and two certificates
        others = [opening for opening, numbered in openings.numbers.items() if numbered - numbers]
        doubt[same & np.isin(near, others)] |= Doubt.ACCESS
    return doubt


def _lacking(territory: Territory, lot: Lot, openings: _Openings) -> tuple[Ints, Bools]:
    """How many things an opening's title or conditions ask for a lot has not; whether one is years away, shape (e,)."""
    lacking, too_long = np.zeros(len(openings.job), dtype=np.int64), np.zeros(len(openings.job), dtype=np.bool_)
    known = territory.graph.referential.credential_by_code
    for opening in openings.demanding:
        unmet = territory.unmet(lot, territory.hiring.lots[opening])
        lacking[opening] = len(unmet)
        too_long[opening] = any(all(code in known and is_long(known[code]) for code in choice) for choice in unmet)
    return lacking, too_long


def _best_entries(pool: Rows, why: Signs, doubt: Signs, cost: Ints, other_job: Bools) -> Rows:
    """
    Position of the best entry of each pool: one that is open, without a doubt, of least cost, the same job first.

    Entries of one pool share basin and capacity, so that the best is never worse, whatever the objective. Where
    none is open, the one that came farthest says why.
    """
    rank = np.where(why == Why.OPEN, np.iinfo(np.int8).min, -why)
    return first_of_each(pool, np.arange(len(pool)), other_job, cost, doubt != 0, rank)


def _distances(
    territory: Territory, start: Lot, places: Sequence[tuple[str, str]], bounds: Bounds
) -> tuple[Floats, Signs]:
    """
    Kilometres from a lot to each hiring place (nan = unknown), and why it is out of reach.

    Minutes bound where a table of travel gives them. Lots of which no table says where they are are not out of reach
    for that: the distance is to be confirmed.
    """
    locator = territory.locator
    km = np.asarray([locator.km(start.spot, end) for end, _ in places], dtype=np.float64)  # None becomes nan
    basins = np.asarray([basin for _, basin in places], dtype=object)
    why = np.zeros(len(places), dtype=np.int8)
    if bounds.radius_km is not None:
        # A radius of 0 means the same basin, wherever in it.
        far = km > bounds.radius_km if bounds.radius_km else basins != start.basin
        nowhere = (basins == NOWHERE) | (start.basin == NOWHERE)
        why[far & ~np.isnan(km)] = Why.RADIUS
        why[np.isnan(km) & (territory.config.strict | ~nowhere)] = Why.DISTANCE_UNKNOWN
    if bounds.max_minutes is not None:
        minutes = [locator.minutes(start.spot, end) for end, _ in places]
        slow = np.asarray([m is not None and m > bounds.max_minutes for m in minutes], dtype=np.bool_)
        why[slow & (why == Why.OPEN)] = Why.MINUTES
    return km, why


def tie_number(start: tuple[str, ...], end: tuple[str, ...]) -> int:
    """
    Number in [0, `TIE_RANGE`) drawn from the names of two lots: the same in every run, and in nobody's favour.

    The order of the alphabet would favour the same employers in every tie.
    """
    digest = hashlib.blake2b("\x1f".join((*start, "\x1e", *end)).encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % TIE_RANGE


def survey_openings(
    market: Market,
    referential: Referential,
    *,
    basins: Iterable[str] | None = None,
    settings: TerritorySettings | None = None,
    jobs: Collection[str] = (),
) -> Lots:
    """
    Openings of the survey of recruitment needs, for `match_territory`.

    Parameters
    ----------
    market, referential
        The latest survey that is joined to ROME, and the occupations that its families are joined to.
    basins
        Codes of the basins to take; None = all of the survey.
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
    survey = market.survey()
    codes = family_codes(market, referential)
    if not any(codes.values()):
        raise PasserellesError("territory_no_crosswalk", year=survey.year)
    wanted = None if basins is None else set(basins)
    employer = f"BMO {survey.year}"
    lots: list[Lot] = []
    labels: dict[str, str] = {}
    leading = cache(leading_jobs(market, referential))
    for basin, family in sorted(key for key in survey.projects_of if wanted is None or key[0] in wanted):
        projects = survey.projects_of[basin, family]
        if projects.met is None or not codes.get(family):
            continue
        capacity = int(projects.met.low if chosen.masked_openings == "low" else projects.met.high)
        labels[family] = survey.family_labels[family]
        label, leads = survey.basins[basin].name, leading(basin)
        for code in codes[family]:
            if code in jobs or (code, family) in leads:
                known_by, name = leads.get((code, family), "family"), referential.occupation_by_code[code].name
                lots.append(Lot(employer, code, basin, family, capacity, label, name, known_by=known_by))
    return Lots.of("hiring", lots, pool_labels=labels, source=f"{survey.file.source} {survey.year}".strip())
