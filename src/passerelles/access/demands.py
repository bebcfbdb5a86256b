"""What all occupations of a graph demand, as arrays: what is needed, what its holders hold, and what it costs."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain, product
from typing import Any, Final, NamedTuple

import numpy as np

from passerelles.access.conditions import (
    NO_HOURS,
    AccessConditions,
    Way,
    WayPart,
    access_conditions,
    conditions_in_general,
    kind_between,
    taken_by,
    training_hours,
    with_counted,
)
from passerelles.access.holdings import (
    OF_A_LEVEL,
    Aim,
    Holdings,
    after_occupation,
    holdings_towards,
    into_studies,
    is_closed,
    jobs_of_trade,
    number_ended,
    remaining,
    required_alone,
    uncontested,
    usual_years,
)
from passerelles.codes import grouped, reached
from passerelles.graph.core import OccupationGraph
from passerelles.model import DIPLOMAS, HOURS_A_MONTH, TAUGHT, UNKNOWN_HOURS, Alternatives, Credential, Hours, MoveKind
from passerelles.referentials.referential import Referential
from passerelles.sharing import Deriving, made_once
from passerelles.vectors import Bools, Floats, Ints, Rows, frozen

TENTHS: Final = 10
_YEARS_OF_PRACTICE: Final = 24.0  # months
_MOST_WAYS: Final = 24  # ways to a choice that are looked at, those of fewest credentials first
Ways = tuple[frozenset[str], ...]
Choice = tuple[Ways, frozenset[str]]  # and what employers usually ask for beside it
Within = tuple[Alternatives, frozenset[int]]
Priced = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Price:
    """
    What each column of `Demands` takes of somebody, by what is held at the start.

    Attributes
    ----------
    held
        Shape (c + g,): what is held at the start.
    length
        Shape (c + g,): expected hours in tenths; where they are unknown, the least that is known, or 0.
    low, high
        Shape (c + g,): hours; nan where they are not known. Of what has no known length, low is the least that is
        known, or 0; of what the person may have, as many do, it is 0.
    certain
        Shape (c + g,): `length`, in tenths, without what the person may have.
    unknown, closed
        Shape (c + g,): whether the expected hours are not known; whether nobody can obtain it (any more).
    hours
        Hours of each of the c credentials, shorter where something held gives right to it.
    ways
        For each of the g choices, the columns of the alternative that is priced.
    ranked
        For each of the g choices, the columns of each way to it, and those left to obtain, the one priced first.
    full
        Shape (c + g,): whether what the person lacks of each column is a whole qualification: not what renews one.
    learnt
        Shape (n,): occupations of whose trade a diploma or a title is held.
    """

    held: Bools
    length: Ints
    low: Floats
    high: Floats
    certain: Ints
    unknown: Bools
    closed: Bools
    hours: tuple[Hours, ...]
    ways: tuple[tuple[int, ...], ...]
    ranked: tuple[tuple[Priced, ...], ...]
    full: Bools
    learnt: Bools


class _Length(NamedTuple):
    """
    What one credential takes somebody: tenths of an hour, hours low and high, whether what to expect is unknown.

    `certain`: the same tenths, or 0 where the person may have it.

    Ways to a choice are compared by the rest: whether that is vague, and no most is known either; tenths of an hour
    where a month of experience or of studies without hours counts as one of work.
    """

    tenths: int
    low: float
    high: float
    certain: int
    unknown: bool
    vague: bool
    boundless: bool
    weighed: float


@dataclass(frozen=True, eq=False)
class Demands(Deriving):
    """
    Credentials that occupations require of who means to work there in a way.

    The columns are c credentials, then g choices among several: a choice is held by who holds one alternative whole,
    and else costs what the cheapest one does.

    Attributes
    ----------
    occupations, aims
        Code of each of the n occupations, and how somebody means to work there.
    codes
        Codes of the c credentials that some occupation requires, or that one of these supposes; sorted.
    choices
        The alternatives of each choice, prerequisites included.
    usual
        For each choice, the credentials that employers usually ask for in jobs that demand it.
    needed
        Shape (n, c + g): what each occupation requires, itself or as a prerequisite.
    courses
        Shape (n, c + g): what of it trains for the job: what an occupation names itself, but for driving licences and
        diplomas of a level.
    hidden
        Shape (n,): whether something is needed that is not known.
    selective
        Shape (n,): whether a competition, an appointment or a quota of offices stands in the way.
    contested
        Shape (n,): whether it is a competition, no appointment or quota.
    entered_freely
        Shape (n,): whether people enter without a diploma, so that a required course is all the training there is:
        not one that the law demands of one person in each establishment.
    groups
        For each occupation, the choice that stands for each group of its ways: its own, or one that makes it too.
    trades
        For each occupation, the diplomas and titles of its trade, though it may demand none.
    """

    referential: Referential
    occupations: tuple[str, ...]
    aims: tuple[Aim, ...]
    codes: tuple[str, ...]
    credentials: tuple[Credential, ...]
    choices: tuple[Ways, ...]
    usual: tuple[frozenset[str], ...]
    needed: Bools
    courses: Bools
    hidden: Bools
    selective: Bools
    contested: Bools
    entered_freely: Bools
    groups: tuple[Mapping[str, int], ...]
    trades: tuple[frozenset[str], ...]

    def selects(self, price: Price) -> Bools:
        """
        Shape (n,): whether a person is selected.

        Not by a competition into studies that is behind who is not selected for anything that is left.
        """
        rows = self._contests
        if not len(rows):
            return self.selective
        contested = self.needed[rows] & ~price.held & ~self._uncontested
        won = self.needed[rows] & price.held & self._into_studies
        selected = self.selective.copy()
        selected[rows] = contested.any(axis=1) | ~won.any(axis=1)
        return frozen(selected)

    def unsettled(self, price: Price) -> Bools:
        """Shape (n,): whether what it takes is not known, or people are selected: no hours tell how long that is."""
        return frozen(self.hidden | self.selects(price))

    @cached_property
    def _contests(self) -> Rows:
        """Rows of the few occupations that a competition opens: whole tables of all would be looked at for them."""
        return np.flatnonzero(self.selective & self.contested)

    @cached_property
    def _uncontested(self) -> Bools:
        """Shape (c + g,): what nobody is selected for again."""
        of_credentials = (uncontested(self.referential, c) for c in self.credentials)
        return _bools([*of_credentials, *(False for _ in self.choices)])

    @cached_property
    def _into_studies(self) -> Bools:
        """Shape (c + g,): competitions into the studies of a diploma; a choice of which each way holds one."""
        studies = {c.code for c in self.credentials if into_studies(self.referential, c)}
        of_choices = (bool(ways) and not any(way.isdisjoint(studies) for way in ways) for ways in self.choices)
        return _bools([*(code in studies for code in self.codes), *of_choices])

    def holds(self, practice: float) -> Bools:
        """
        Shape (n, c + g): what somebody holds who has entered each occupation and practised it for some months.

        Who took the way that is counted there has not, of the same ways, the one that employers of other jobs ask for.
        """

        def find() -> Bools:
            held = np.zeros(self.needed.shape, dtype=np.bool_)
            size, ranked = len(self.codes), self.price(Holdings()).ranked
            alike = grouped((ways, column) for column, ways in enumerate(self.choices))
            for row in np.flatnonzero(self.needed.any(axis=1)).tolist():
                nobody = Holdings(aim=self.aims[row])
                held[row] = self.held(after_occupation(self.referential, nobody, self.occupations[row], practice))
                for choice in np.flatnonzero(self.needed[row, size:]).tolist():
                    taken = {self.codes[i] for i in ranked[choice][0][0]}
                    for like in set(alike[self.choices[choice]]) - {choice}:
                        held[row, size + like] &= not taken.isdisjoint(self.usual[like]) or not self.usual[like]
            return frozen(held)

        return self.derived(("holds", practice), find)

    def seasoned(self, holdings: Holdings) -> Bools:
        """Shape (n,): where employers usually ask everybody for years in a trade that a person does not have."""
        return _bools(any(holdings.of(code) != "yes" for code in codes) for codes in self._years)

    @cached_property
    def _years(self) -> list[list[str]]:
        """Years in a trade that employers usually ask of everybody, for each occupation."""
        return [usual_years(self.referential, code) for code in self.occupations]

    @cached_property
    def column_of(self) -> dict[str, int]:
        """Column of each credential."""
        return {code: i for i, code in enumerate(self.codes)}

    @cached_property
    def members(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """Columns of the alternatives of each choice."""
        return tuple(tuple(tuple(sorted(self.column_of[c] for c in way)) for way in ways) for ways in self.choices)

    @cached_property
    def _proofs(self) -> tuple[Alternatives, ...]:
        """What shows that each choice is held: of each way, what nothing else in it supposes, whatever led to that."""
        return tuple(tuple(tuple(sorted(_top_level(self.referential, way))) for way in ways) for ways in self.choices)

    @cached_property
    def _inner_choices(self) -> tuple[tuple[tuple[Within, ...], ...], ...]:
        """For each way to each choice: the choices of its members, and the columns that are there for their sake."""

        def inside(way: frozenset[str]) -> tuple[Within, ...]:
            known = [self.referential.credential_by_code[code] for code in way]
            supposed = {p for credential in known for p in credential.prerequisites} | _top_level(self.referential, way)
            named = ((choice, way.intersection(chain(*choice))) for c in known for choice in c.choices)
            return tuple((choice, frozenset(self.column_of[c] for c in codes - supposed)) for choice, codes in named)

        return tuple(tuple(map(inside, ways)) for ways in self.choices)

    def held(self, holdings: Holdings) -> Bools:
        """Shape (c + g,): what a person holds."""
        chosen = (self._is_chosen(n, holdings) for n in range(len(self.choices)))
        return _bools([*map(holdings.held.__contains__, self.codes), *chosen])

    def _is_chosen(self, n: int, holdings: Holdings) -> bool:
        """Whether a choice is held, by what shows a way to it of which nothing, such as a lost licence, is denied."""
        ways = zip(self.choices[n], self._proofs[n], strict=True)
        return holdings.has_one_of(tuple(proof for way, proof in ways if holdings.denied.isdisjoint(way)))

    def open_ways(self, row: int, price: Price, holdings: Holdings) -> dict[str, list[Way]]:
        """Return the ways to each open choice of an occupation, by group: the one priced, then others not closed."""
        by_group: dict[str, list[Way]] = {}
        for group, n in self.groups[row].items():
            if not self._is_chosen(n, holdings):
                first, others = price.ranked[n][:1], price.ranked[n][1:]
                obtainable = (priced for priced in others if not price.closed[list(priced[1])].any())
                by_group[group] = [self._way(*priced, price, holdings) for priced in chain(first, obtainable)]
        return by_group

    def _way(self, way: Iterable[int], lacking: Sequence[int], price: Price, holdings: Holdings) -> Way:
        """
        What a way takes, but for what is counted as held beside it; unknown where that of a part is not known.

        What one part gives, another does not teach.
        """
        held = holdings.held | _granted(self.credentials[i] for i in lacking)

        def part(i: int) -> WayPart:
            known = self.credentials[i]
            if known.code in held or (len(lacking) > 1 and holdings.presumes(known)):
                return known.code, NO_HOURS, NO_HOURS
            return taken_by(known.code, price.hours[i], holdings.months_left(known))

        return Way(frozenset(self.codes[i] for i in way), tuple(map(part, lacking)))

    def with_choices(self, held: Bools) -> Bools:
        """Add the choices of which credentials that are held make up an alternative; shape (..., c + g)."""
        extended = held.copy()
        for column, ways in enumerate(self._proofs, start=len(self.codes)):
            for way in ways:
                extended[..., column] |= held[..., [self.column_of[code] for code in way]].all(axis=-1)
        return extended

    @cached_property
    def _lengths(self) -> tuple[Hours, ...]:
        """Hours of each credential, without what shortens them."""
        return tuple(sane_hours(training_hours(c)) for c in self.credentials)

    @cached_property
    def _closed(self) -> list[bool]:
        """Whether nobody can obtain each credential (any more)."""
        return [is_closed(self.referential, c) for c in self.credentials]

    @cached_property
    def _full_lengths(self) -> tuple[_Length, ...]:
        """What each credential takes, without what shortens it."""
        return tuple(map(_length, self.credentials, self._lengths))

    def price(self, holdings: Holdings) -> Price:
        """Return what each column takes of a person."""
        hours, taken, whole = list(self._lengths), list(self._full_lengths), self.full.tolist()
        shortened: set[int] = set()  # what something held shortens
        for i, credential in enumerate(self.credentials):
            if (reduction := holdings.reduction_for(credential)) is not None:
                shortened.add(i)
                whole[i] &= reduction.holder_of != credential.code or reduction.hours is None
                hours[i] = sane_hours(remaining(hours[i], reduction, in_firm=True))
                taken[i] = _length(credential, hours[i])
            if holdings.lacks_years(credential):
                taken[i] = _length(replace(credential, months=holdings.months_left(credential)), hours[i])
            if holdings.may_have(credential):
                taken[i] = taken[i]._replace(low=0.0, certain=0)
                if holdings.presumes(credential):
                    taken[i] = taken[i]._replace(tenths=0, unknown=False)
        held = self.held(holdings)
        ranked = tuple(self._ranked(n, held, taken, shortened, holdings) for n in range(len(self.choices)))
        closed = (not listed or self._ended(listed[0][1]) for listed in ranked)
        ways = tuple(listed[0][1] if listed else () for listed in ranked)
        figures = np.asarray([taking[:5] for taking in taken], dtype=np.float64).reshape(-1, 5)
        of_ways = np.asarray([figures[list(way)].sum(axis=0) for way in ways], dtype=np.float64).reshape(-1, 5)
        tenths, low, high, least, unknown = (frozen(column) for column in np.concatenate([figures, of_ways]).T.copy())
        length, certain = (frozen(column.astype(np.int64)) for column in (tenths, least))
        full = _bools([*whole[: len(hours)], *(any(whole[i] for i in way) for way in ways)])
        flags = _bools(unknown), _bools([*self._closed, *closed])
        had = [c for c in self.referential.credentials if c.code in holdings.held]
        # Who is given a title by another one, or spared it, has learnt another trade.
        spared = {c.code for c in had if (r := holdings.reduction_for(c)) is not None and r.hours == 0} | _granted(had)
        learnt = _bools(not trade.isdisjoint(holdings.held - spared) for trade in self.trades)
        return Price(held, length, low, high, certain, *flags, tuple(hours), ways, ranked, full, learnt)

    def _ended(self, way: Sequence[int]) -> bool:
        """Whether nobody can take a way any more."""
        return any(self._closed[i] for i in way)

    def _ranked(
        self, n: int, held: Bools, taken: Sequence[_Length], shortened: set[int], holdings: Holdings
    ) -> tuple[Priced, ...]:
        """
        Return the ways to a choice, the one priced first: open, known and short, given by training, of fewest parts.

        Where each way is a whole qualification, one that what is held shortens comes first: a shorter one may be of
        another profession. So does one that employers usually ask for (elsewhere, without years), or one begun beside.
        """
        full, usual = self.full[len(self.codes) + n], self.usual[n]
        ways: list[Priced] = []
        for way, choices in zip(self.members[n], self._inner_choices[n], strict=True):
            # Who holds one alternative of a member's own choice, whichever, has no other to obtain.
            settled = {i for choice, columns in choices if columns and holdings.has_one_of(choice) for i in columns}
            ways.append((way, tuple(i for i in way if not held[i] and i not in settled)))

        def sort_key(priced: Priced) -> tuple[Any, ...]:
            way = priced[1]
            lengths = [taken[i] for i in way if self.codes[i] not in holdings.likely]  # by which these people came
            kinds = {self.credentials[i].kind for i in way}
            likely = any(self.codes[i] in usual or (usual and held[i] and self.full[i]) for i in priced[0])
            years = not full and any(self.credentials[i].kind == "experience" and taken[i].vague for i in way)
            near = self._ended(way), not (full and shortened.intersection(way)), years or not likely
            known = any(length.vague for length in lengths), any(length.boundless for length in lengths)
            weighed = sum(length.weighed for length in lengths)
            return *near, *known, weighed, "experience" in kinds, "concours" in kinds, len(way), way

        return tuple(sorted(ways, key=sort_key))

    def hours(self, taught: Ints, missing: Bools, price: Price, rows: Rows | int | slice = slice(None)) -> Ints:
        """
        Tenths of an hour of moves: the longer of what is taught and of the required training.

        Parameters
        ----------
        taught
            Shape (b,): what the skills that are missing take.
        missing
            Shape (b, c + g): what is required and not held.
        price
            What each column takes.
        rows
            The targets.
        """
        certified = sum_where(missing, price.length)
        tenths = np.where(self.trained_alone(missing, price, rows), certified, np.maximum(taught, certified))
        return np.asarray(tenths, dtype=np.int64)

    def trained_alone(self, missing: Bools, price: Price, rows: Rows | int | slice = slice(None)) -> Bools:
        """
        Whether the required training is all that a move takes, whatever the skills that are missing; shape (b,).

        Where people enter without a diploma, who has followed the required course may do the job; so may who holds one
        of the diplomas and titles that the job lets choose from, and follows the course required beside them. A licence
        to drive a car, or the first aid that another credential supposes, is no such course. Nor does who has the years
        in a trade that stand for such a diploma take more than the course. Who holds the one diploma or title that a
        job requires, or one of those of its own trade, asked for or not, takes only what else is required, a licence
        too; who has had such a course where people enter without a diploma, and lacks no other training, takes none.
        The school that follows a competition is all that those who are admitted take, once.
        """
        trains = missing & ((price.length > 0) | price.unknown)
        no_qualification = ~(trains & price.full).any(axis=-1)
        years = (self.needed[rows] & self._or_years & ~missing).any(axis=-1)
        graded = (self._graded[rows] | years) & no_qualification
        course = (self.entered_freely[rows] | graded) & (sum_where(missing & self.courses[rows], price.length) > 0)
        diploma = (self._taught[rows] | price.learnt[rows]) & no_qualification
        qualified = diploma | (self._qualified[rows] & ~trains.any(axis=-1))
        school = (missing & self._schools).any(axis=-1)
        return np.asarray(course | qualified | school, dtype=np.bool_)

    @cached_property
    def _graded(self) -> Bools:
        """Shape (n,): where a whole qualification is required."""
        return frozen(np.asarray((self.needed & self.full).any(axis=1)))

    @cached_property
    def _or_years(self) -> Bools:
        """Shape (c + g,): which choices are between a whole qualification and years in a trade."""
        kinds = [c.kind in ("experience", *DIPLOMAS) and c.code not in OF_A_LEVEL for c in self.credentials]
        return self._of_columns([False] * len(kinds), kinds)

    @cached_property
    def _taught(self) -> Bools:
        """Shape (n,): where one diploma or title is required, or a choice of those of this trade: none is another's."""
        size = len(self.codes)
        taught = np.asarray((self.needed[:, :size] & self.full[:size]).any(axis=1))
        for row, choice in np.argwhere(self.needed[:, size:] & self.full[size:]).tolist():
            named = chain(*self.choices[choice])
            others = {job for code in named for job in required_alone(self.referential, code)} - {self.occupations[row]}
            taught[row] |= not others
        return frozen(taught)

    @cached_property
    def _qualified(self) -> Bools:
        """Shape (n,): where who lacks no training has had it: a school, or a course where no diploma is asked for."""
        school = (self.needed & self._schools).any(axis=1)
        return frozen(school | (self.entered_freely & (self.needed & self.courses & self._trains).any(axis=1)))

    @cached_property
    def full(self) -> Bools:
        """Shape (c + g,): which credentials are a whole qualification; so is a choice of which each way holds one."""
        kinds = [c.kind in DIPLOMAS and c.code not in OF_A_LEVEL for c in self.credentials]
        return self._of_columns(kinds, kinds)

    @cached_property
    def _trains(self) -> Bools:
        """Shape (c + g,): which credentials take a course, other than for a licence; a choice if each way does."""
        plain = [h.expected != 0 for h in self._lengths]
        course = [takes_hours and c.kind != "permis" for takes_hours, c in zip(plain, self.credentials, strict=True)]
        return self._of_columns(plain, course)

    @cached_property
    def _schools(self) -> Bools:
        """Shape (c + g,): which credentials are a school that a competition opens; a choice if each way is."""
        by_code = self.referential.credential_by_code
        opened = [any(by_code[p].kind == "concours" for p in c.supposed) for c in self.credentials]
        taught = [is_opened and c.kind in TAUGHT for is_opened, c in zip(opened, self.credentials, strict=True)]
        return self._of_columns(taught, taught)

    def _of_columns(self, plain: Sequence[bool], counted: Sequence[bool]) -> Bools:
        """Shape (c + g,): what is true of each credential; of a choice, where each way holds one of the counted."""
        return _bools([*plain, *(all(any(counted[i] for i in way) for way in ways) for ways in self.members)])

    def span(self, missing: Bools, price: Price) -> tuple[Floats, Floats, Floats]:
        """Return hours low, expected and high of the columns in `missing`, shape (...,); nan where they are unknown."""
        return sum_where(missing, price.low), sum_where(missing, price.length) / TENTHS, sum_where(missing, price.high)

    def certain_hours(self, missing: Bools, price: Price) -> Floats:
        """Hours of the columns in `missing`, shape (..., c + g), without what the person may have; shape (...,)."""
        return sum_where(missing, price.certain) / TENTHS

    def lasting(self, missing: Bools, price: Price, holdings: Holdings) -> tuple[Floats, Floats]:
        """Months expected of the studies in `missing`, whatever their hours, and of the practice; shapes (...,)."""
        months = self._months.copy()
        for i in {*self._personal, *map(self.column_of.__getitem__, holdings.likely & self.column_of.keys())}:
            credential = self.credentials[i]
            months[i] = 0.0 if holdings.presumes(credential) else _expected_months(holdings.months_left(credential))
        both = np.stack([np.where(self._practice, 0.0, months), np.where(self._practice, months, 0.0)])
        of_ways = np.asarray([both[:, list(way)].sum(axis=1) for way in price.ways], dtype=np.float64).reshape(-1, 2)
        studies, worked = (sum_where(missing, values) for values in np.concatenate([both, of_ways.T], axis=1))
        return studies, worked

    @cached_property
    def _practice(self) -> Bools:
        """Shape (c,): whether each credential is practice, and no study."""
        return _bools(c.kind == "experience" for c in self.credentials)

    @cached_property
    def _months(self) -> Floats:
        """Shape (c,): months of each credential, as `_expected_months` says."""
        return np.asarray([_expected_months(c.training_months) for c in self.credentials], dtype=np.float64)

    @cached_property
    def _personal(self) -> list[int]:
        """Columns of the credentials whose months depend on what somebody holds."""
        return [i for i, c in enumerate(self.credentials) if c.reductions or c.code in OF_A_LEVEL or c.months.low == 0]

    def of_unknown_length(self, missing: Bools, price: Price) -> Iterator[str]:
        """Yield the codes of the columns in `missing` whose length is not known; of a choice, of the way priced."""
        size = len(self.codes)
        for column in np.flatnonzero(missing & price.unknown).tolist():
            columns = (column,) if column < size else price.ways[column - size]
            yield from (self.codes[c] for c in columns if price.unknown[c])

    def training(self, price: Price) -> tuple[Floats, Bools]:
        """
        Hours of required training towards every occupation, and whether those of a whole qualification are unknown.

        Shapes (n,). Unknown hours count at the least that is known.
        """
        missing = self.needed & ~price.held
        unknown = np.asarray((missing & price.unknown & price.full).any(axis=1), dtype=np.bool_)
        return sum_where(missing, price.length) / TENTHS, unknown


def _length(credential: Credential, hours: Hours) -> _Length:
    """Return what a credential takes in so many hours."""
    span, practice = credential.months, credential.kind == "experience"
    months = (span.high if span.low is None else span.low) if practice or span != UNKNOWN_HOURS else 0.0
    tenths = round(TENTHS * (hours.expected if hours.expected is not None else hours.low or 0.0))
    low = math.nan if hours.low is None and hours.expected is not None else hours.low or 0.0
    unknown = hours.expected is None or months is None
    # Nobody is sent to work for years: that is no better known than a training of unknown length.
    years = practice and (months or 0.0) >= _YEARS_OF_PRACTICE
    # Of what is not known, something whose text sets a most is the better known.
    boundless = (unknown or years) and (years or months is None or hours.high is None)
    # Practice of unknown length is longer than anything.
    worked = math.inf if practice and months is None else TENTHS * HOURS_A_MONTH * (months or 0.0)
    high = math.nan if hours.high is None else hours.high
    return _Length(tenths, low, high, tenths, unknown, unknown or years, boundless, tenths or worked)


def least(taught: Floats | float, low: Floats | float, expected: Floats | float) -> Floats:
    """
    Shortest hours of moves: the longer of what is taught at least and of the required training at least; nan = unknown.

    Where that training takes no longer than what is taught anyway, its own shortest length does not matter.
    """
    return np.where(np.isnan(low) & (taught >= expected), taught, np.maximum(taught, low))


def sum_where(missing: Bools, values: Ints | Floats) -> Floats:
    """Sum of the values of the columns that are set; shape (...,). Few of them are: the others are not visited."""
    rows, columns = np.divmod(np.flatnonzero(missing), missing.shape[-1])
    sums = np.bincount(rows, values[columns], minlength=math.prod(missing.shape[:-1]))
    return np.asarray(sums.reshape(missing.shape[:-1]), dtype=np.float64)


def _expected_months(span: Hours) -> float:
    """Months expected, else the least; none where neither is known, so that hours alone say how long it takes."""
    return span.expected or span.low or 0.0


def _bools(answers: Iterable[bool]) -> Bools:
    return frozen(np.asarray([*answers], dtype=np.bool_))


def demands_of(graph: OccupationGraph, aim: Aim | None = None) -> Demands:
    """Return what a graph's occupations demand of who means to work in a way; cached, but for that of single titles."""
    aim = aim or Aim()

    def build() -> Demands:
        return build_demands(graph.referential, [(code, aim) for code in graph.codes], lifted=lifted(graph))

    return build() if aim.titles else graph.derived(("demands", aim, number_ended(graph.referential)), build)


def lifted(graph: OccupationGraph) -> bool:
    """Whether the conditions of access were set aside: nothing is unknown of what nobody wants to look at."""
    return graph.settings.access is None


def build_demands(referential: Referential, jobs: Sequence[tuple[str, Aim]], *, lifted: bool = False) -> Demands:
    """Return what some occupations demand, each of who means to work there in a way, row by row; see `lifted`."""
    occupations = tuple(code for code, _ in jobs)
    conditions = [conditions_in_general(referential, code, aim) for code, aim in jobs]
    fixed = [[c.code for c in access.required if c.requirement == "required"] for access in conditions]
    offers = _offers(referential, conditions, fixed)
    shared = {choice for offer in offers for choice in offer.values()}
    choices = sorted(shared, key=lambda c: (sorted(map(sorted, c[0])), sorted(c[1])))
    required = {c.code: c.detail for access in conditions for c in access.required}
    in_ways = {code for ways, _ in choices for way in ways for code in way} - required.keys()
    known = dict(sorted((required | {code: referential.credential_by_code[code] for code in in_ways}).items()))
    columns: list[str | Choice] = [*known, *choices]
    column_of = {key: column for column, key in enumerate(columns)}

    def table(of_jobs: Iterable[Iterable[str | Choice]]) -> Bools:
        """Return which columns each job sets."""
        cells = np.zeros((len(jobs), len(columns)), dtype=np.bool_)
        for row, keys in enumerate(of_jobs):
            cells[row, [column_of[key] for key in keys]] = True
        return frozen(cells)

    return Demands(
        referential, occupations, tuple(aim for _, aim in jobs), tuple(known), tuple(known.values()),
        choices=tuple(ways for ways, _ in choices),
        usual=tuple(usual for _, usual in choices),
        needed=table([*plain, *offer.values()] for plain, offer in zip(fixed, offers, strict=True)),
        courses=table([*_trained_for(access), *choices] for access in conditions),
        hidden=_bools(not lifted and _hidden(referential, *job) for job in zip(conditions, occupations, strict=True)),
        selective=_bools(c.status == "selective" for c in conditions),
        contested=_bools(c.selection is None or c.selection.kind == "competition" for c in conditions),
        entered_freely=_bools(
            c.level_low == 0 and all(i.ground != "establishment" for i in c.required) for c in conditions
        ),
        groups=tuple({group: column_of[choice] - len(known) for group, choice in offer.items()} for offer in offers),
        trades=tuple(_of_trade(referential, *job) for job in zip(conditions, occupations, strict=True)),
    )  # fmt: skip


def _of_trade(referential: Referential, access: AccessConditions, code: str) -> frozenset[str]:
    """
    Return the diplomas and titles of the trade of a job that concern the person, of the level at which people enter.

    A job of unknown level, or given after years in a trade, has none; one that another supposes is none.
    """
    lowest, own = access.level_low, [c for c in access.credentials if c.applies and c.needed_for is None]
    if lowest is None or any((c.kind, c.requirement) == ("experience", "usual") for c in own):
        return frozenset()
    of_level = [c.detail for c in own if (c.detail.level or 0) >= max(lowest, 1)]
    of_trade = [c for c in of_level if code in jobs_of_trade(referential, c.code)]
    return frozenset(c.code for c in of_trade).difference(*(c.prerequisites for c in of_trade))


def _trained_for(access: AccessConditions) -> list[str]:
    """Return what a job names itself and is a training for it."""
    own = (c for c in access.required if c.needed_for is None and c.kind != "permis")
    return [c.code for c in own if c.code not in OF_A_LEVEL]


def _offers(
    referential: Referential, conditions: Sequence[AccessConditions], fixed: Sequence[Sequence[str]]
) -> list[dict[str, Choice]]:
    """
    Return the choices that each job offers, by group, without what is required there anyway (`fixed`).

    Jobs that offer the same ways share a choice only where employers usually ask for the same.
    """
    known: dict[str, Ways] = {}
    offers: list[dict[str, Choice]] = []
    for access, plain in zip(conditions, fixed, strict=True):
        choices = {group: _unions(referential, ways, (), known) for group, ways in _choices(access).items()}
        merged = _merge({group: _fewest(way.difference(plain) for way in ways) for group, ways in choices.items()})
        merged = {group: _beside(ways, {*merged.values()} - {ways}) for group, ways in merged.items()}
        usual = {c.code for c in access.credentials if c.requirement == "usual" and c.applies}
        offers.append({group: (ways, frozenset(usual.intersection(chain(*ways)))) for group, ways in merged.items()})
    return offers


def demands_of_job(referential: Referential, code: str, aim: Aim, *, lifted: bool = False) -> Demands:
    """Return what one occupation demands of who means to work in a way, cached as `demands_of` caches that of all."""
    build, key = partial(build_demands, referential, [(code, aim)], lifted=lifted), ("demands", code, aim, lifted)
    return build() if aim.titles else referential.derived((*key, number_ended(referential)), build)


def conditions_for(referential: Referential, code: str, holdings: Holdings) -> AccessConditions:
    """Return what access takes of somebody, each choice that is still open with the way whose hours are counted."""
    conditions = access_conditions(referential, code, holdings)
    if all(c.group is None or c.group_held == "yes" for c in conditions.required):
        return conditions
    demands = demands_of_job(referential, code, holdings.aim)
    return with_counted(referential, conditions, demands.open_ways(0, demands.price(holdings), holdings))


def access_between(
    referential: Referential,
    origin: str,
    target: str,
    before: frozenset[str] = frozenset(),
    after: frozenset[str] = frozenset(),
) -> tuple[MoveKind, AccessConditions]:
    """Return the kind of a move between two jobs, under these titles, and what access takes of who has the first."""
    holdings = holdings_towards(referential, origin, before, after)
    return kind_between(referential, origin, target, before | after), conditions_for(referential, target, holdings)


def _hidden(referential: Referential, conditions: AccessConditions, code: str) -> bool:
    """
    Whether something may be needed that nothing names, or that depends on the title.

    Where no catalogue of access facts knows its codes, only of a regulated occupation is that said.
    """
    if (conditions.required and conditions.status != "unknown") or conditions.status == "selective":
        return False
    if referential.access is None:
        return referential.occupation_by_code[code].regulated == "yes"
    return conditions.status in ("unknown", "conditional")


def _choices(conditions: AccessConditions) -> dict[str, Alternatives]:
    """Return the alternatives of each choice among what is required, by group."""
    groups = grouped((c.group or "", (c.alternative, c.code)) for c in conditions.required if c.requirement == "one-of")
    return {group: tuple(grouped(members).values()) for group, members in groups.items()}


def _merge(choices: Mapping[str, Ways]) -> dict[str, Ways]:
    """Give each group its choice, or another one by which whoever makes it makes its own: nobody is trained twice."""
    distinct: list[Ways] = []
    for ways in choices.values():
        if not any(_covers(listed, ways) for listed in distinct):
            distinct = [*(listed for listed in distinct if not _covers(ways, listed)), ways]
    return {group: next((d for d in distinct if _covers(d, ways)), ways) for group, ways in choices.items()}


def _covers(ways: Ways, others: Ways) -> bool:
    """Whether each way to one choice holds a way to another."""
    return bool(ways) and all(any(way >= other for other in others) for way in ways)


def _beside(ways: Ways, others: Iterable[Ways]) -> Ways:
    """Leave out of each way the choice that the job asks for as well, where any way to that one would do in it."""
    found = set(ways)
    for other in others:
        rests = {way: way.difference(*other) for way in found}
        found = {rest if rest and all(rest | way in found for way in other) else way for way, rest in rests.items()}
    return _fewest(found)


def _unions(
    referential: Referential, alternatives: Sequence[Sequence[str]], trail: tuple[str, ...], known: dict[str, Ways]
) -> Iterator[frozenset[str]]:
    """Yield every way to obtain all credentials of one of the alternatives."""
    for codes in alternatives:
        for ways in product(*(_ways_to(referential, code, trail, known) for code in codes)):
            yield frozenset().union(*ways)


def _fewest(ways: Iterable[frozenset[str]]) -> Ways:
    """Return different ways, those of fewest credentials first, as far as they are looked at."""
    return tuple(sorted(set(ways), key=lambda way: (len(way), sorted(way)))[:_MOST_WAYS])


def _ways_to(referential: Referential, code: str, trail: tuple[str, ...], known: dict[str, Ways]) -> Ways:
    """Return every way to obtain a credential; none where it supposes itself."""
    if code in trail or code in known:
        return known.get(code, ())
    credential, path = referential.credential_by_code[code], (*trail, code)
    parts: list[Ways] = [_ways_to(referential, prerequisite, path, known) for prerequisite in credential.prerequisites]
    parts += [_fewest(_unions(referential, alternatives, path, known)) for alternatives in credential.choices]
    listed = _fewest(_without_granted(referential, frozenset({code}).union(*ways)) for ways in product(*parts))
    if not trail:
        known[code] = listed
    return listed


def _top_level(referential: Referential, way: frozenset[str]) -> frozenset[str]:
    """Leave out what other members of a way suppose, themselves or through choices: who holds these has it behind."""
    behind = _supposed(referential)
    return way.difference(*(behind[code] for code in way)) or way


@made_once
def _supposed(referential: Referential) -> Mapping[str, set[str]]:
    """Return all that each credential supposes, itself or through choices."""
    before = {code: credential.supposed for code, credential in referential.credential_by_code.items()}
    return {code: reached([code], before.__getitem__) - {code} for code in before}


def _without_granted(referential: Referential, way: frozenset[str]) -> frozenset[str]:
    """Leave out what another member of a way gives, unless that one supposes it: nobody learns it twice."""
    return way - _granted(referential.credential_by_code[c] for c in way)


def _granted(credentials: Iterable[Credential]) -> set[str]:
    """Codes of what some credentials give, each without what it supposes itself."""
    return {code for credential in credentials for code in credential.grants if code not in credential.supposed}


def sane_hours(hours: Hours) -> Hours:
    """Read negative figures, and low above high, as unknown: a length that cannot be is none. No more than 0 is 0."""
    low, expected, high = (h if h is not None and 0 <= h < float("inf") else None for h in hours[:3])
    if low is not None and expected is not None and low > expected:
        low = None
    if high is not None and expected is not None and high < expected:
        high = None
    if high == 0 and not low:
        low = expected = 0.0
    return Hours(low, expected, high, hours.source)
