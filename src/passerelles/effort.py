"""How many hours of training a step takes: what is missing, how long a qualification is, what access requires."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.access import qualifications
from passerelles.access.demands import TENTHS, Demands, least
from passerelles.access.holdings import NO_AIM, Aim, Holdings
from passerelles.graph.core import OccupationGraph
from passerelles.model import Alternatives, Credential
from passerelles.referentials.credentials import duration_model
from passerelles.scoring.measures import HeldCompetencies
from passerelles.settings import EffortSettings, PathSettings, Settings
from passerelles.sharing import cached_property
from passerelles.vectors import Bools, Floats, Ints, Rows, frozen, places_of

RowOrRows = Rows | int
Shares = NDArray[np.uint8]
Hours = Floats | float
Sums = tuple[Hours, Hours]


UNITS: Final = 200  # an uncovered share of 1
_HUNDREDTHS: Final = 100
_THOUSANDTHS: Final = 1000
_DECIMALS: Final = 9


@dataclass(frozen=True, eq=False)
class EffortTable:
    """
    What the effort of every move of a graph is computed from.

    Attributes
    ----------
    uncovered
        Shape (m + k, n), uint8: for somebody of each occupation, the share of each competency that is not covered,
        and for each of the k macro-competencies whether nothing of it is held; in 1 / `UNITS`.
    macros
        Shape (k,): columns of the macro-competencies.
    columns, load
        Shape (e,): columns that each occupation asks for, block by block, and their hours in hundredths.
    item_start
        Shape (n + 1,): where each occupation's items begin.
    block_start, block_first
        Shape (B,): item at which each block begins; shape (n + 1,): number of each occupation's first block.
    cap, practised
        Shape (B,): hours that a block tends to; 1.0 where practice teaches it, else 0.0.
    short, level
        Shape (n,): hours of the qualification for somebody who holds its level, and that European level.
    trade, studies, calendar
        Shape (standings, n): hours of the qualification, and of the diplomas that come before it, and months of the
        academic years of both, by the level that somebody holds, and again where it is `ENTITLED`; see `standing`.
    people
        Shape (n,): level of the occupation's people: that one, or that of a diploma that all of them hold, if higher.
    level_known
        Shape (n,): whether that level is known, or the one of the settings.
    entry
        Shape (n,): level as which who brings the title counts: the highest, or the one after which a practice opens it.
    proves
        Shape (n,): level that a stage in the occupation proves: its people's where a title or diploma gives access,
        else 0; training on the way and practice give nobody a diploma.
    title, titles
        Shape (n,): number of the title that is usually asked for, or of the choice of diplomas that is demanded, the
        last one's plus 1 = none; what these are.
    diplomas
        Each diploma and title of a level by its code, and that level.
    low_share, high_share
        Shape (n,): low and high end of the hours of each occupation, as multiples of what is expected.
    adaptation
        Shape (n,): the most that adapting to the post teaches who holds the target's level.
    beyond
        Shape (standings, n): hours of the whole course beyond those that a job open to all is learnt in.
    """

    uncovered: Shares
    macros: NDArray[np.int32]
    columns: NDArray[np.int32]
    load: Floats
    item_start: Ints
    block_start: Ints
    block_first: Ints
    cap: Floats
    practised: Floats
    short: Floats
    trade: Floats
    studies: Floats
    calendar: Floats
    low_share: Floats
    high_share: Floats
    level: Ints
    people: Ints
    level_known: Bools
    entry: Ints
    proves: Ints
    title: Ints
    titles: tuple[Alternatives, ...]
    diplomas: Mapping[str, tuple[Credential, int]]
    adaptation: Floats
    beyond: Floats
    effort: EffortSettings
    paths: PathSettings

    @cached_property
    def whole(self) -> Floats:
        """Shape (n,): S0 in thousandths of an hour, of somebody who holds nothing."""
        return frozen(self.towards_all(np.full(len(self.uncovered), UNITS, dtype=np.uint8))[0])

    @cached_property
    def lists(self) -> Bools:
        """Shape (n,): whether each occupation asks for anything at all; if not, the effort towards it is unknown."""
        return frozen(self.whole > 0)

    def level_at(self, row: int, holdings: Holdings) -> int:
        """
        Highest level of somebody of an occupation; -1 = a person without one, whose level is not known.

        It is that of its people, unless a diploma of a level is denied, or one of a higher level is held.
        """
        usual = int(self.people[row]) if row >= 0 else int(self.effort.level_unknown)
        held = (self.diplomas[code] for code in holdings.held if code in self.diplomas)
        return int(max(min(usual, holdings.most), *(level for c, level in held if not holdings.spares(c)), 0))

    def brought(self, row: int, holdings: Holdings) -> Bools:
        """
        Whether somebody brings each title that jobs ask for, and none, shape (titles + 1,).

        One way to it is held, or not denied by who comes from a job that asks for it.
        """
        usual = int(self.title[row]) if row >= 0 else len(self.titles)
        from_job = {way for way in (*self.titles, ())[usual] if not any(holdings.of(code) == "no" for code in way)}
        held = [holdings.has_one_of(title) or not from_job.isdisjoint(title) for title in self.titles]
        return np.asarray([*held, False], dtype=np.bool_)

    @cached_property
    def shared(self) -> Bools:
        """Whether two titles, or none, have a way in common, shape (titles + 1, titles + 1)."""
        ways = [*map(set, self.titles), set[tuple[str, ...]]()]
        return frozen(np.asarray([[not a.isdisjoint(b) for b in ways] for a in ways], dtype=np.bool_))

    def standing(self, level: Ints | int, brought: Bools, rows: RowOrRows, *stages: RowOrRows) -> Ints:
        """
        Return by what each target's hours are counted: the highest level held, after stages if any.

        Whoever brings the title that a target asks for, or has passed through a job that asks for one of the same, has
        it behind: `ENTITLED` is added.
        """
        title = self.title[rows]
        entitled = brought[title]
        for stage in stages:
            level = np.maximum(level, self.proves[stage])
            entitled = entitled | self.shared[self.title[stage], title]
        return level + qualifications.ENTITLED * entitled

    def items(self, row: int) -> slice:
        """Items of an occupation."""
        return slice(int(self.item_start[row]), int(self.item_start[row + 1]))

    def blocks(self, row: int) -> slice:
        """Blocks of an occupation."""
        return slice(int(self.block_first[row]), int(self.block_first[row + 1]))

    def full(self, rows: RowOrRows, level: Ints | int) -> Floats:
        """Hours of the full qualification of occupations and of the diplomas that it supposes; see `final`."""
        return np.asarray(self.trade[level, rows] + self.studies[level, rows])

    def final(self, total: Floats, rows: RowOrRows, level: Ints | int) -> Ints:
        """
        Hours of a last step, in tenths.

        Parameters
        ----------
        total
            S in thousandths of an hour.
        rows
            Targets; all three are broadcast together.
        level
            Highest level held so far; see `standing`.
        """
        return np.rint(TENTHS * self.raw(total, rows, level)).astype(np.int64)

    def stage(self, total: Floats, practice: Floats, rows: RowOrRows, level: Ints | int) -> Ints:
        """
        Hours of a stage that is practised afterwards, in tenths, from S and P in thousandths; see `final`.

        Practice teaches the trade; it gives none of the diplomas that come before its qualification.
        """
        taught = np.minimum(self.paths.practice_share * (practice / np.maximum(total, 1.0)), 1.0)
        to_learn, trade, studies = self._parts(total, rows, level)
        return np.rint(TENTHS * to_learn * (trade * (1.0 - taught) + studies)).astype(np.int64)

    def raw(self, total: Floats, rows: RowOrRows, level: Ints | int) -> Floats:
        """Hours of a last step, not rounded."""
        to_learn, trade, studies = self._parts(total, rows, level)
        return to_learn * (trade + studies)

    def before(self, total: Floats, rows: RowOrRows, level: Ints | int) -> Floats:
        """Hours among those of a step that diplomas before the qualification take."""
        to_learn, _, studies = self._parts(total, rows, level)
        return to_learn * studies

    def months(self, total: Floats, rows: RowOrRows, level: Ints | int) -> Floats:
        """Months that the academic years of a step take, as far as there is something left to learn."""
        to_learn, _, _ = self._parts(total, rows, level)
        return np.asarray(to_learn * self.calendar[level, rows])

    def _parts(self, total: Floats, rows: RowOrRows, level: Ints | int) -> tuple[Floats, Floats, Floats]:
        """Share that is left to learn; hours of the trade's own qualification, and of the diplomas before it."""
        # An occupation that lists nothing has no hours here; its effort is unknown.
        share = np.minimum(1.0, total / np.maximum(self.whole[rows], 1.0))
        known = 1.0 - share**self.effort.adaptation_power
        entitled, held = np.divmod(level, qualifications.ENTITLED)
        up = self.level[rows] - np.maximum(held, entitled * self.entry[rows])
        most = np.where(entitled, self.effort.adaptation, self.adaptation[rows])
        adaptation = np.maximum(0.0, most - self.effort.adaptation_per_level * np.maximum(0, up))
        to_learn = share * (1.0 - adaptation * known)
        # With the level, the trade's part alone is needed, less of it the more of the trade is held already.
        course = self.trade[level, rows]
        spared = np.where(up <= 0, np.maximum(0.0, course - self.short[rows]), 0.0)
        # In billionths, so that the last bits of a power never decide between two paths.
        trade = np.round(course - spared * known, _DECIMALS)
        return np.round(to_learn, _DECIMALS), np.asarray(trade), np.asarray(self.studies[level, rows])

    def span(
        self, taught: Hours, required: tuple[Hours, Hours, Hours], rows: RowOrRows, level: Ints | int,
        added: float = 0.0,
    ) -> tuple[Floats, Floats, Floats]:  # fmt: skip
        """
        Low, expected and high hours of steps: the longer of what is taught and of the required training.

        Parameters
        ----------
        taught
            Expected hours of what is taught for the step's target.
        required
            Low, expected and high hours of the required training; low and high are nan where they are not known, and
            so are those of the step then.
        rows, level
            The targets, and the highest level held so far.
        added
            Hours that are taught whatever is required.
        """
        low, certified, high = required
        expected = np.maximum(taught, certified) + added
        shortest = least(taught * self.low_share[rows], low, certified) + added * self.low_share[rows]
        longest = np.maximum(taught * self.high_share[rows], high) + added * self.high_share[rows]
        # Nobody learns longer than the whole qualification takes, unless the required training does.
        course = self.full(rows, level) + self.beyond[level, rows]
        longest = np.maximum(np.minimum(np.maximum(course, expected), longest), high)
        return np.minimum(shortest, expected), expected, np.maximum(longest, expected)

    def least(self, direct: Ints | int, sums: Sums, last: Ints, after: Sums) -> Ints:
        """
        Tenths of an hour that a path with stages takes at least, whatever its stages take.

        Parameters
        ----------
        direct, last
            Hours of the direct move, and of the last step after the stages, in tenths.
        sums, after
            S and P towards the target before the first step, and after the stages, in thousandths of an hour.
        """
        learned = np.clip((sums[1] - after[1]) / np.maximum(sums[0] - after[0], 1.0), 0.0, 1.0)
        spared = np.floor(self.paths.practice_share * learned * (direct - last))
        return np.asarray(direct - spared, dtype=np.int64)

    def saturated(self, missing: Floats, cap: Floats) -> Floats:
        """Block hours in thousandths, from what is missing (hundredths x two-hundredths) and caps."""
        hours = missing / (_HUNDREDTHS * UNITS)
        return np.rint(_THOUSANDTHS * (cap * hours / (cap + hours)))

    def towards_all(self, state: Shares) -> tuple[Floats, Floats]:
        """S and P of every occupation, shape (n,), for one state; see `uncovered_by`."""
        hours = self.saturated(np.add.reduceat(self.load * state[self.columns], self.block_start), self.cap)
        return self._by_occupation(hours), self._by_occupation(hours * self.practised)

    def _by_occupation(self, blocks: Floats) -> Floats:
        sums = np.concatenate([[0.0], np.cumsum(blocks)])
        return np.asarray(sums[self.block_first[1:]] - sums[self.block_first[:-1]], dtype=np.float64)

    def towards(self, row: int, states: Shares) -> tuple[Floats, Floats]:
        """
        S and P of one occupation, shape (b,), for several states.

        Parameters
        ----------
        row
            The occupation.
        states
            Shape (items of the occupation, b): what is uncovered of its items only.
        """
        items, blocks = self.items(row), self.blocks(row)
        missing = np.add.reduceat(states * self.load[items, None], self.block_start[blocks] - items.start, axis=0)
        hours = self.saturated(missing, self.cap[blocks, None])
        return hours.sum(axis=0), (hours * self.practised[blocks, None]).sum(axis=0)

    def towards_pairs(self, rows: Rows, states: Rows, floor: Shares) -> tuple[Floats, Floats]:
        """
        S and P of several occupations, each for a state of its own, shape (b,).

        Parameters
        ----------
        rows, states
            Shape (b,): occupations, and for each the occupation already passed through.
        floor
            Shape (m + k,): what is left uncovered before that one.
        """
        items, owner, first = ragged(self.item_start, rows)
        columns = self.columns[items]
        uncovered = np.minimum(floor[columns], self.uncovered[columns, states[owner]])
        blocks, _, at = ragged(self.block_first, rows)
        shift = np.repeat(first[:-1] - self.item_start[rows], np.diff(at))
        missing = np.add.reduceat(self.load[items] * uncovered, self.block_start[blocks] + shift)
        hours = self.saturated(missing, self.cap[blocks])
        return np.add.reduceat(hours, at[:-1]), np.add.reduceat(hours * self.practised[blocks], at[:-1])


def ragged(starts: Ints, rows: Rows) -> tuple[Ints, Ints, Ints]:
    """Positions of several runs one after the other, the number of the run of each, and where each run begins."""
    lengths = starts[rows + 1] - starts[rows]
    first = np.concatenate([[0], np.cumsum(lengths)])
    return places_of(starts[rows], lengths), np.repeat(np.arange(len(rows)), lengths), first


def effort_table(graph: OccupationGraph, settings: Settings, aim: Aim = NO_AIM) -> EffortTable:
    """
    Return the effort table of a graph under its settings, made at the first call.

    Titles that `aim` names, and that have a course of their own, are learnt by it.
    """
    key = ("effort_table", settings.effort.model_dump_json(), settings.paths.model_dump_json())
    table = graph.derived(key, lambda: _build_table(graph, settings))
    named = qualifications.courses_of_titles(graph.referential, aim, settings.effort) if aim.titles else {}
    return replace(table, **_course_fields(graph, settings.effort, named)) if named else table


def uncovered_by(graph: OccupationGraph, table: EffortTable, competencies: HeldCompetencies) -> Shares:
    """What held competencies leave uncovered: shape (m + k,), in 1 / `UNITS`; of the union of two, the minimum."""
    entered = np.zeros(len(table.macros), dtype=np.bool_)
    entered[np.searchsorted(table.macros, graph.macro[competencies.held & (graph.macro >= 0)])] = True
    return frozen(np.concatenate([_uncovered_units(competencies.credit), np.where(entered, 0, UNITS).astype(np.uint8)]))


BlockKey = tuple[int, str, int | str]
"""What is learned together: the place of its sort, the kind of its competencies, and their macro or category."""


def _block_of(kind: str, category: str, macro: int) -> BlockKey:
    """Return the block of a competency: macro-competencies first, then knowledge, all savoir-être, other categories."""
    if kind == "savoir-faire":
        return (0, kind, macro) if macro >= 0 else (3, kind, category)
    return (1, kind, category) if kind == "savoir" else (2, kind, "")


def _build_table(graph: OccupationGraph, settings: Settings) -> EffortTable:
    effort, paths = settings.effort, settings.paths
    return EffortTable(**_item_fields(graph, settings), **_course_fields(graph, effort), effort=effort, paths=paths)


def _item_fields(graph: OccupationGraph, settings: Settings) -> dict[str, Any]:
    """Return the fields of an effort table that come from the competencies which occupations ask for."""
    effort, size = settings.effort, len(graph.codes)
    exact = set(graph.settings.near.exact_categories)
    per_item = hours_of_kind(effort)
    macros = np.unique(graph.macro[graph.macro >= 0])
    entered: list[BlockKey] = [(0, "savoir-faire", macro) for macro in macros.tolist()]
    own_blocks: list[BlockKey | None] = []
    load: list[float] = []
    for competency, macro in zip(graph.competencies, graph.macro.tolist(), strict=True):
        kind, category = competency.kind, competency.category
        learned = category not in exact  # a certificate's name: an option that leads there, nothing to learn beside it
        own_blocks.append(_block_of(kind, category, macro) if learned else None)
        load.append(round(_HUNDREDTHS * per_item[kind]) if learned else 0.0)
    load += [round(_HUNDREDTHS * effort.entry_hours)] * len(entered)
    blocks = sorted({*entered, *filter(None, own_blocks)})
    number = {block: place for place, block in enumerate(blocks)}
    block = np.asarray([-1 if entry is None else number[entry] for entry in (*own_blocks, *entered)], dtype=np.int64)
    owner, columns = _items(graph, block)
    of_item = block[columns]
    fresh = np.ones(len(columns), dtype=np.bool_)
    fresh[1:] = (of_item[1:] != of_item[:-1]) | (owner[1:] != owner[:-1])
    starts = np.flatnonzero(fresh).astype(np.int64)
    kinds = [blocks[n][1] for n in of_item[starts].tolist()]
    caps = [effort.skill_cap if kind == "savoir-faire" else effort.knowledge_cap for kind in kinds]
    fields: dict[str, NDArray[Any]] = {
        "uncovered": uncovered_by_each(graph, macros, *_requirements(graph), size),
        "macros": macros,
        "columns": columns.astype(np.int32),
        "load": np.asarray(load)[columns],
        "item_start": _starts(owner, size),
        "block_start": starts,
        "block_first": _starts(owner[starts], size),
        "cap": np.asarray(caps),
        "practised": np.asarray([float(kind in settings.paths.practice_kinds) for kind in kinds]),
    }
    return {name: frozen(array) for name, array in fields.items()}


def hours_of_kind(effort: EffortSettings) -> dict[str, float]:
    """Return the hours of one competency that is missing, by its kind."""
    return {"savoir-faire": effort.skill_hours, "savoir": effort.knowledge_hours, "savoir-être": effort.soft_hours}


def _course_fields(
    graph: OccupationGraph, effort: EffortSettings, named: Mapping[str, qualifications.Qualification] | None = None
) -> dict[str, Any]:
    """Return the fields of an effort table that come from the qualification for each occupation; `named`: of some."""
    at_large = graph.derived(
        ("qualifications", effort.model_dump_json()),
        lambda: [qualifications.qualification_of(graph.referential, o, effort) for o in graph.occupations],
    )
    quals = tuple(map((named or {}).get, graph.codes, at_large))
    people = [qualifications.level_of_people(graph.referential, *of) for of in zip(graph.codes, quals, strict=True)]
    domains = [qualifications.domain_of(occupation) for occupation in graph.occupations]
    titles = tuple(sorted({q.title for q in quals if q.title}))
    places = {title: place for place, title in enumerate(titles)}

    def titled(qualification: qualifications.Qualification) -> bool:
        # How long a credential takes for whom is data of its own: see its reductions.
        # A choice is demanded, one title usual; a practice is none.
        demanded = qualification.titled or (len(qualification.title) == 1 and not qualification.practised)
        # So is a course that employers ask for, longer than those by which a job open to all is learnt.
        long_course = qualification.basis == "course" and qualification.expected > duration_model().course
        return long_course or qualification.basis == "certification" or (qualification.basis == "estimate" and demanded)

    def array(values: Iterable[Any], kind: type = np.float64) -> NDArray[Any]:
        return frozen(np.asarray([*values], dtype=kind).T.copy())

    return {
        "short": array(q.short for q in quals),
        "trade": array(map(qualifications.hours_by_level, quals, domains)),
        "studies": array(map(qualifications.studies_by_level, quals, domains)),
        "calendar": array(map(qualifications.months_by_level, quals)),
        "low_share": array(q.low / q.expected for q in quals),
        "high_share": array(q.high / q.expected for q in quals),
        "level": array((q.level for q in quals), np.int64),
        "people": array(people, np.int64),
        "level_known": array((q.level_known for q in quals), np.bool_),
        "entry": array((q.entry for q in quals), np.int64),
        "proves": array(
            (n if qualifications.gives_access(q) else 0 for n, q in zip(people, quals, strict=True)), np.int64
        ),
        "title": array((places.get(q.title, len(titles)) for q in quals), np.int64),
        "titles": titles,
        "diplomas": qualifications.diplomas_of_a_level(graph.referential),
        "adaptation": array(effort.adaptation_titled if titled(q) else effort.adaptation for q in quals),
        "beyond": array(qualifications.left_out_by_level(*of, effort) for of in zip(quals, domains, strict=True)),
    }


def _starts(owner: Ints, size: int) -> Ints:
    """Where the run of each of `size` owners begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=size))])


def _requirements(graph: OccupationGraph) -> tuple[Ints, Ints]:
    """Occupation and competency of every requirement."""
    cells = graph.weight_cells
    return np.repeat(np.arange(len(graph.codes)), np.diff(cells.starts)), cells.columns.astype(np.int64)


def _items(graph: OccupationGraph, block: Ints) -> tuple[Ints, Ints]:
    """Occupation and column of every item: by occupation, then block, the entry into a macro-competency last."""
    size, width = len(graph.macro), int(block.max(initial=0)) + 1
    owner, columns = _requirements(graph)
    learned = block[columns] >= 0
    owner, columns = owner[learned], columns[learned]
    block_owner, entered = np.divmod(np.unique(owner * width + block[columns]), width)
    under = entered < len(block) - size  # a block of knowledge or savoir-être has no entry
    owner, columns = np.append(owner, block_owner[under]), np.append(columns, size + entered[under])
    order = np.argsort(owner * width + block[columns], kind="stable")
    return owner[order], columns[order]


def uncovered_by_each(
    graph: OccupationGraph, macros: NDArray[np.int32], owner: Ints, columns: Ints, count: int
) -> Shares:
    """
    Return what each of several owners of competencies leaves uncovered, as `uncovered_by` does of one, all at once.

    Parameters
    ----------
    graph, macros
        Of the effort table.
    owner, columns
        Shape (e,): number of the owner, from 0, and column of each competency that is held.
    count
        Number of owners.

    Returns
    -------
    uncovered
        Shape (m + k, count), in 1 / `UNITS`.
    """
    size, near = len(graph.macro), graph.near_cells
    uncovered = np.full((size + len(macros), count), UNITS, dtype=np.uint8)
    under = graph.macro[columns] >= 0
    uncovered[size + np.searchsorted(macros, graph.macro[columns[under]]), owner[under]] = 0
    places, counts = near.of_rows(columns)
    np.minimum.at(uncovered, (near.columns[places], np.repeat(owner, counts)), _uncovered_units(near.data[places]))
    uncovered[columns, owner] = 0
    return uncovered


def _uncovered_units(credit: Floats | float) -> Shares:
    return np.asarray(UNITS - np.rint(UNITS * np.asarray(credit)), dtype=np.uint8)


class StepHours(NamedTuple):
    """
    Hours of a step towards every occupation, or some, shape (n,); nan = unknown.

    `closed`: what it requires nobody can obtain; `unsettled`: what it takes is not known, or the person is selected,
    as `selective` says.
    `certain`: hours that are published, without what the person may have; `studies`, `practice`: months that studies
    take, whatever their hours, and that practice does.
    `required`: hours of the required training, at the least that is known; `vague`: a whole qualification is without.
    """

    low: Floats
    expected: Floats
    high: Floats
    closed: Bools
    unsettled: Bools
    selective: Bools
    certain: Floats
    studies: Floats
    practice: Floats
    required: Floats
    vague: Bools


def step_hours(
    table: EffortTable, demands: Demands, state: Shares, holdings: Holdings, row: int, *, targets: Rows | None = None
) -> StepHours:
    """
    Return the hours of a last step towards every occupation, or some, as `rank_paths` gives them.

    Parameters
    ----------
    table, demands
        What is to be learned for each occupation, and what access requires: to every one, or to the targets alone.
    state
        What is not covered yet; see `passerelles.effort.uncovered_by`.
    holdings
        What is held of what access requires.
    row
        The occupation that somebody comes from; -1 = none.
    targets
        Rows of the occupations that `demands` are of, in their order; all where None.
    """
    rows = np.arange(len(table.level)) if targets is None else targets
    if len(rows) == 1:
        learned, _ = table.towards(int(rows[0]), state[table.columns[table.items(int(rows[0]))], None])
    else:
        learned = table.towards_all(state)[0][rows]
    price = demands.price(holdings)
    missing = demands.needed & ~price.held
    course = demands.trained_alone(missing, price)
    level = table.standing(table.level_at(row, holdings), table.brought(row, holdings), rows)
    taught = np.where(course, 0, table.final(learned, rows, level)) / TENTHS
    selective, certain = demands.selects(price), demands.certain_hours(missing, price)
    unknown = (missing & price.unknown).any(axis=1) | ~(table.lists[rows] | course) | demands.hidden
    unknown |= selective & (taught > 0) & (certain == 0)  # what is published of a post that one is chosen for is known
    least, published, most = demands.span(missing, price)
    span = table.span(taught, (least, published, most), rows, level)
    low, expected, high = (np.where(unknown, np.nan, hours) for hours in span)
    closed = np.asarray((missing & price.closed).any(axis=1))
    unsettled = demands.unsettled(price)
    studies, practice = demands.lasting(missing, price, holdings)
    supposed = ~course & (np.round(expected, 1) > published)
    studies = np.maximum(studies, np.where(supposed, table.months(learned, rows, level), 0.0))
    required, vague = demands.training(price)
    return StepHours(low, expected, high, closed, unsettled, selective, certain, studies, practice, required, vague)
