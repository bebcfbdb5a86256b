"""`rank_paths`: the best paths from an origin to targets, proven best, by a stated objective."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - `date` is the option
from functools import cache, partial, reduce
from itertools import combinations
from numbers import Real
from operator import itemgetter
from typing import Any, ClassVar

import numpy as np

from passerelles.access.conditions import AccessConditions, access_conditions
from passerelles.access.demands import TENTHS
from passerelles.access.wording import access_text, given_up, given_up_lines, usual_lines, usual_of
from passerelles.codes import check_whole
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, percent, say
from passerelles.market.certifications import Certifications
from passerelles.market.market import Market
from passerelles.market.signals import wage_notes, wages_between
from passerelles.matching import find_occupation, find_occupations
from passerelles.model import Profile, day_of
from passerelles.paths.detail import PathContext, frame_months, make_detail, whole_case
from passerelles.paths.legal import YES, Firms, Frame, Verdicts, find_frame, judge_many, presets
from passerelles.paths.path import Detail, Path, PathPart, path_sheets
from passerelles.paths.state import Fit, PathCandidate, PathPool, SearchSpace, State, search_space, stages_to, state_at
from passerelles.progress import go_on
from passerelles.ranking.filters import Filter, MarketAlone, parse_filters
from passerelles.ranking.move import Start, Verdict, end_of, find_start, heading, reasons_against
from passerelles.ranking.rank import best_of_rows, check_limit
from passerelles.referentials.overlay import overlays_that_split
from passerelles.referentials.referential import Referential, named_titles, several
from passerelles.settings import Settings, settings_or
from passerelles.sharing import blocks
from passerelles.vectors import Ints, Rows
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, Page, Record, Sheet, part_of, texts_of

_CHUNK = 1024  # pairs of stages summed together


@dataclass(frozen=True)
class SearchOutcome:
    """
    The result of a search.

    `gap` is in hours: no path left out costs less than the dearest one kept by more than that; 0 is proven. `cut`
    counts the undominated paths that the limit left out of a `pareto` set; 0 else.
    """

    paths: tuple[PathCandidate, ...]
    evaluated: int
    gap: float
    cut: int = 0


class Search:
    """The search of one target from one state; what it holds is worked out once and narrowed as paths are found."""

    def __init__(self, state: State, target: int, pool: PathPool, max_steps: int) -> None:
        space = state.space
        self.state, self.target, self.pool, self.max_steps = state, target, pool, max_steps
        self.space, self.effort = space, space.effort
        self.saving = round(TENTHS * space.settings.paths.min_saving_hours)
        self.direct = int(state.final[target])
        self.sums = (float(state.sums[0][target]), float(state.sums[1][target]))
        self.columns = self.effort.columns[self.effort.items(target)]
        self.uncovered = self.effort.uncovered[self.columns]
        self.fitting = stages_to(space, target, state.level, state.origin)
        # Tenths of an hour of a path, step by step.
        self.hours_of = cache(lambda path: int(reduce(State.through, path, state).path[target]))
        self.evaluated = 0
        self.left_out = float("inf")  # least bound on the cost of what was never looked at
        self.used = float("inf")  # least ceiling by which anything was left out
        self.floor = 0.0

    def run(self) -> SearchOutcome:
        """
        Enumerate, in order of steps; what is dominated is dropped by the pool.

        Where what the target requires is of unknown length, nobody can say that a stage spares any of it.
        """
        state, target = self.state, self.target
        self.pool.add([()], np.asarray([self.direct], dtype=np.int64), np.asarray([state.strength[target]]))
        comparable = self.effort.lists[target] and not (state.closed[target] or state.unknown[target].any())
        if comparable and self.max_steps > 1 and self.direct >= self.saving:
            self._last_stage(self.state, 1)
            self._more_stages()
            while self._ceiling() > max(self.used, self.floor):
                # A path found late dominated others, and what was left out may be among the best after all.
                self.floor, self.used = self.pool.ceiling(), float("inf")
                self._more_stages()
        best = self.pool.best()
        ceiling = float(best[-1].cost) if best else float("inf")
        gap = max(0.0, ceiling - self.left_out) / TENTHS if self.left_out < float("inf") else 0.0
        shown = best[: self.pool.limit]
        return SearchOutcome(tuple(shown), self.evaluated, gap, len(best) - len(shown))

    def _more_stages(self) -> None:
        for stages in range(2, self.max_steps):
            if self.direct < stages * self.saving:
                break
            if stages == 2:  # noqa: PLR2004 - the usual case, and the fast one
                self._two_stages()
            else:
                self._deepen(self.state, stages, stages)

    def _ceiling(self) -> float:
        """Cost above which nothing is looked at; `used` remembers the least, in case it has to be raised again."""
        return max(self.pool.ceiling(), self.floor)

    def _path_hours(self, state: State, spent: Ints, *stages: Rows) -> Ints:
        """Tenths of an hour of the whole path that ends after a stage, or two, more; `spent` until then."""
        level = self.effort.standing(state.level, state.brought, self.target, *stages)
        uncovered = state.left[self.columns, None]
        for rows in stages:
            uncovered = np.minimum(uncovered, self.uncovered.take(rows, axis=1))
        sums = self.effort.towards(self.target, uncovered)
        last = self.effort.final(sums[0], self.target, level)
        last = self.space.demands.hours(last, state.missing_after(self.target, *stages), state.price, self.target)
        least = self.effort.least(self.direct, self.sums, last, sums)
        return np.asarray(np.maximum(spent + last, least), dtype=np.int64)

    def _two_stages(self) -> None:
        """Sum every pair of stages up, and add those that save enough against leaving either out."""
        state, allowed, least = self.state, self.state.passable & self.fitting, self.direct - 2 * self.saving
        first = np.flatnonzero(allowed & state.near & (state.stage <= least))
        second = np.flatnonzero(allowed & self.space.near[:, self.target])
        # No move leads to itself, nor from a fiche to its parts or back: such pairs are not near.
        before, after = np.nonzero(self.space.near[first[:, None], second])
        for chunk in blocks(len(before), _CHUNK):
            go_on()
            self._pairs(first[before[chunk]], second[after[chunk]], least)

    def _pairs(self, first: Rows, second: Rows, least: int) -> None:
        state, strength = self.state, self.space.strength
        hours = self._path_hours(state, state.stage[first] + state.after_stage(first, second), first, second)
        self.evaluated += len(first)
        saves = hours <= least
        first, second, hours = first[saves], second[saves], hours[saves]
        either = np.concatenate([first, second])
        alone = self._path_hours(state, state.stage[either], either).reshape(2, -1)
        saves = hours <= alone.min(axis=0) - self.saving
        first, second, hours = first[saves], second[saves], hours[saves]
        weakest = np.minimum(np.minimum(state.strength[first], strength[first, second]), strength[second, self.target])
        self.pool.add([*zip(first.tolist(), second.tolist(), strict=True)], hours, weakest)

    def _deepen(self, state: State, stages: int, more: int) -> None:
        """Paths of more than two stages: one state at a time, the last stage for all occupations at once."""
        steps = stages + 1
        rows = np.flatnonzero(state.passable & self.fitting & state.near)
        rows = rows[np.argsort(state.stage[rows], kind="stable")]
        spent = state.hours + state.stage[rows]
        fixed = self.pool.cost(spent, steps, np.ones(len(rows)))
        for at, row in enumerate(rows.tolist()):
            go_on()
            ceiling = self._ceiling()
            self.used = min(self.used, ceiling)
            if spent[at] > self.direct - stages * self.saving or fixed[at] > ceiling:
                break
            if self.evaluated > self.space.settings.paths.max_evaluations:
                self.left_out = min(self.left_out, float(fixed[at]))
                break
            if more > 2:  # noqa: PLR2004 - two left: this one, and the last for all at once
                self._deepen(state.through(row), stages, more - 1)
            else:
                self._last_stage(state.through(row), stages)

    def _last_stage(self, state: State, stages: int) -> None:
        """Paths whose last stage follows a state: all stages that come right before the target at once."""
        rows = np.flatnonzero(state.passable & self.fitting & state.near & self.space.near[:, self.target])
        if not len(rows):
            return
        hours = self._path_hours(state, state.stage[rows] + state.hours, rows)
        self.evaluated += len(rows)
        may = np.flatnonzero(hours <= self.direct - stages * self.saving)
        worthwhile = [int(i) for i in may if self._saves((*state.stages, int(rows[i])), int(hours[i]))]
        chosen = rows[worthwhile]
        weakest = np.minimum(state.strength[chosen], self.space.strength[chosen, self.target])
        paths = [(*state.stages, row) for row in chosen.tolist()]
        self.pool.add(paths, hours[worthwhile], np.minimum(weakest, state.weakest))

    def _saves(self, path: tuple[int, ...], hours: int) -> bool:
        """Whether leaving any stages out would cost at least the saving asked for each."""
        return all(
            hours <= self.hours_of(subset) - (len(path) - size) * self.saving
            for size in range(len(path) - 1, -1, -1)
            for subset in combinations(path, size)
        )


MOST_STEPS = 6
_NO_FRENCH_LAW = frozenset(("esco", "onet"))  # of no country
_ASSUMPTIONS = ("practice_share", "practice_months", "min_saving_hours", "frame_counts_practice", "moves_considered")
_NOTES_EACH = 3  # notes on single targets; beyond, one for all


@dataclass(frozen=True, slots=True)
class TargetSearch(Described):
    """
    What the search says of one target.

    `found` paths are kept of at most `limit`; `reason` says why there is none (``same``: the origin itself; ``split``:
    the fiche that it is a part of, or a part of it; `parts` then names the parts that one could start from, as
    `overlays` does the overlays that would split the origin itself; ``filter``: what a filter drops) or the direct move
    alone (``length``: what is required is of unknown length; ``closed``: nobody can obtain it; ``title``: it is another
    title of the origin). `access`: where the target is the origin itself, what is left to obtain there, or what another
    of its titles takes. `gap` is in hours of cost, 0 = proven; `evaluated` counts the stages summed up; `cut` the paths
    that nothing dominates and that the limit leaves out of a `pareto` set.
    """

    code: str
    label: str | None
    found: int
    limit: int | None
    gap: float = 0.0
    evaluated: int = 0
    reason: str = ""
    parts: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    cut: int = 0
    access: AccessConditions | None = None
    filters: tuple[Verdict, ...] = ()  # what they say, where one drops it

    @property
    def fewer(self) -> bool:
        """Whether fewer paths exist than were asked for."""
        return self.limit is not None and self.found < self.limit

    @property
    def proven(self) -> bool:
        """Whether no path that was left out can be better."""
        return self.gap == 0

    spec: ClassVar[Record] = Record(
        "reached",
        "What the search says of one target",
        Column("target", json=lambda r, _: {"code": r.code, "label": r.label}, promised="end"),
        Column("found", "integer", promised="count"),
        Column("limit", "integer", promised="ordinal?"),
        Column("fewer", "flag", promised="flag: Whether fewer paths exist than were asked for"),
        Column("proven", "flag", promised="flag: Whether no path that was left out can be better"),
        Column("gap", "number", promised="amount"),
        Column("evaluated", "integer", promised="count"),
        Column("reason", promised="text?: Why there is none, or no stage"),
        texts_of("parts", "code", "Specialised occupations of a target that is split"),
        texts_of("overlays", "text", "Overlays that would split a target that is the origin"),
        Column("cut", "integer", schema="count: Undominated paths that the limit leaves out of a Pareto set"),
        part_of("access_conditions", "access_conditions", "access", nullable=True),
    )  # fmt: skip

    def note(self, least: int, name: str | None, *, direct: bool, lang: Lang) -> str:
        """Say why there are fewer paths than asked for to a `name`; `least`: hours that a stage saves at least."""
        key = "fewer_direct" if direct else f"fewer_{self.reason}" if self.reason else "fewer"
        return say(f"paths.{key}", lang=lang, target=name, n=self.found, least=least) + self.splits(lang)

    def splits(self, lang: Lang) -> str:
        """Say which overlays would split a target that is the origin."""
        return "".join(say("paths.would_split", lang=lang, overlay=name) for name in self.overlays)


class Paths(list[Path], Shown):
    """A list of paths, best first, with what the search says of each target in `reached`."""

    def __init__(self, paths: Iterable[Path], reached: tuple[TargetSearch, ...]) -> None:
        super().__init__(paths)
        self.reached = reached

    __repr__ = Shown.__str__

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the paths, their steps, competencies, credentials and frames as tables."""
        return path_sheets(self, lang)

    def page(self, lang: Lang = "fr", *, title: str | None = None, frame: str | None = None) -> Page:
        """Return a table, with the verdict of `frame`, what the search says, and each path to unfold."""
        no_target = [] if self.reached else [say("paths.no_target", lang=lang)]
        none = [*no_target, *(self._no_path(r, lang) for r in self.reached if not r.found)]
        if not self:
            return Page(none[0], none[1:]) if title is None else Page(title, none)
        title = heading(self[0].origin, "title", lang) if title is None else title
        sheets = path_sheets(self, lang, frame=frame)[:1]
        return Page(title, none, sheets, [p.page(lang) for p in self], self._notes(lang))

    def _no_path(self, reached: TargetSearch, lang: Lang) -> str:
        target = f"{reached.code} {reached.label or ''}".strip()
        key = f"paths.none_{reached.reason}" if reached.parts or reached.reason == "filter" else "paths.none"
        why = reasons_against(reached.filters, lang)
        sentence = say(key, lang=lang, target=target, parts=", ".join(reached.parts), why=why)
        if reached.access is not None:
            own = tuple(c for c in reached.access.credentials if c.scope == "self-employed")
            sentence += say("paths.none_title", lang=lang, access=access_text(reached.access, lang, sized=True))
            usual = usual_lines(replace(reached.access, credentials=own), lang)
            sentence = " ".join([sentence, *usual, *given_up_lines(reached.access, lang)])
        return sentence + reached.splits(lang)

    def _notes(self, lang: Lang) -> list[str]:
        """What the reader must know of the search: where it found fewer, what it proves, what it assumes."""
        known = self[0].assumptions
        least, direct = round(known["min_saving_hours"]), known["max_steps"] == 1
        fewer = [r for r in self.reached if r.fewer and r.found]
        names = {r.code: r.label or r.code for r in self.reached} | {p.target.code: p.target.name for p in self}
        notes = [r.note(least, names[r.code], direct=direct, lang=lang) for r in fewer]
        if len(fewer) > _NOTES_EACH:
            notes = [say(f"paths.fewer_all{'_direct' if direct else ''}", lang=lang, n=len(fewer), least=least)]
        for reached in self.reached:
            name = names[reached.code]
            if reached.cut:
                notes.append(say("paths.cut", lang=lang, target=name, n=reached.cut))
            if not reached.proven:
                notes.append(say("paths.gap", lang=lang, target=name, gap=round(reached.gap)))
        if self.proven:
            notes.append(say("paths.proven", lang=lang, n=len(self.reached)))
        if not direct and known["moves_considered"] is not None:
            notes.append(say("paths.considered", lang=lang, n=known["moves_considered"]))
        if any(len(p.codes) > 1 for p in self):
            months, share = round(known["practice_months"]), percent(known["practice_share"], lang=lang)
            kinds = ", ".join(say(f"compare.kind.{kind}", lang=lang) for kind in known["practice_kinds"])
            notes.append(say("paths.assumption", lang=lang, months=months, share=share, kinds=kinds, least=least))
        told = (p for p in self if p.status == "feasible" or not p.hours.lower_bound)  # not: unknown for want of them
        if any(p.steps[-1].access.status == "unknown" for p in told):
            notes.append(say("paths.no_facts", lang=lang))
        return [*notes, *wage_notes((path.wages for path in self), lang), say("paths.disclaimer", lang=lang)]

    @property
    def proven(self) -> bool:
        """Whether every target's paths are proven best."""
        return all(r.proven for r in self.reached)


@checked
def rank_paths(  # noqa: PLR0913 - the contract's options, each named at every call
    graph: OccupationGraph,
    origin: str | Profile,
    *,
    targets: Iterable[str] | str | None,
    frame: str | Frame | None = None,
    max_steps: int = 3,
    certifications: Certifications | None = None,
    pareto: bool = False,
    settings: Settings | None = None,
    limit: int | None = 5,
    hiring: Iterable[str] | str | None = None,
    market: Mapping[str, float] | None = None,
    date: Date | None = None,
    official_list: bool = True,
    payers: Firms = (None, None),
    wages: Market | None = None,
    filters: Iterable[str | Filter] = (),
) -> Paths:
    """
    Rank the best paths from an origin to targets.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origin
        A code, a specialised code, an exact job title, or a `Profile`.
    targets
        Codes or exact titles; one may stand alone; every other occupation where None.
    frame
        Name of a legal frame (``periode-de-reconversion``, ``ptp``, ``poei``...; `presets` has all), a TOML file of
        one, or a `Frame`. A path that breaks it is kept, marked infeasible; fitting it counts for dominance. Every path
        says what each preset makes of it, asked or not.
    max_steps
        Most moves of a path, 1 to 6.
    certifications
        What `load_certifications` gives: what leads to a job is listed, and tells whether a way is certifying.
    pareto
        Return, for each target, the paths that no other beats on (expected hours, steps, weakest move) at once.
    settings
        Effort, objective and scorer; the graph's own where None.
    limit
        Most paths for each target; None for all. Fewer may exist: `Paths.reached` says so.
    hiring
        Codes or titles on the list of hiring jobs that some frames ask for; that of the settings where None.
    market
        Worth of each target in [0, 1] by code, 0 where it is not named; weighs by ``settings.paths.market_weight``.
    date
        Reference date, today where None: certifications must be alive then, and a frame that has ended says no.
    official_list
        Whether an authority published the list in `hiring`; one that is derived from a survey never lets a frame that
        asks for an official list say yes.
    payers
        OPCO of the present employer's collective agreement and of the hiring firm's, as ``market.payers.of`` gives
        them: frames name them where it is they who may pay.
    wages
        What `load_market` gives: the median wages before and after stand beside each path, never inside its score.
    filters
        As in `rank_moves`: a job that they drop among the moves of the origin is neither passed nor reached.

    Returns
    -------
    paths
        Best first: by cost, those with unknown hours after those with known ones, by the part that is known. They are
        enumerated, what is dominated is dropped (no better on expected hours, steps, months, weakest move and fit
        with the frame asked for, and worse on one), then each target's list is cut to `limit`. A stage is proposed
        only if leaving it out costs at least ``min_saving_hours`` more, and neither it nor the target requires anything
        of unknown length.

    Raises
    ------
    UnknownCodeError
        If a code or title is not in the referential; it carries suggestions.
    PasserellesError
        If the frame, the certifications, the limit, the number of steps, the scorer or a market value is not valid.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, rank_paths
    >>> graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
    >>> path = rank_paths(graph, "K2110-B", targets=["K2110-GL"])[0]
    >>> path.status, [c.code for c in path.steps[0].credentials if c.held != "yes"]
    ('unknown', ['PERM-C', 'PERM-CE', 'CCS-GL', 'AUT-ENS-GL'])
    """
    chosen = settings_or(settings, graph.settings)
    constraint = None if frame is None else find_frame(frame)
    check_limit(limit)
    check_whole(max_steps, "max_steps_invalid", least=1, most=MOST_STEPS)
    values = _market_values(graph, market)
    wanted = None if targets is None else several(targets)
    start = find_start(graph, origin, towards=wanted or ())
    space = search_space(graph, chosen, start.holdings.aim)
    state = state_at(space, start)
    allowed, dropped = state.open_rows, dict[int, tuple[Verdict, ...]]()
    if checks := parse_filters(graph, filters, MarketAlone(wages, wages), chosen):
        best = best_of_rows(graph, start, np.flatnonzero(allowed), checks, chosen, limit=None)
        state = replace(state, open_rows=np.isin(np.arange(len(allowed)), [row for row, _ in best.ranked]))
        dropped = dict(best.dropped)
    named = chosen.paths.hiring if hiring is None else hiring
    hires = None if named is None else frozenset(find_occupations(graph.referential, named))
    listed = hires if official_list else None
    frames = {**_default_frames(graph.referential), **({constraint.name: constraint} if constraint else {})}
    context = PathContext(graph, tuple(frames.values()), listed, certifications, day_of(date).isoformat(), payers)
    taken = {"practice_kinds": list(chosen.paths.practice_kinds)}
    taken |= {name: getattr(chosen.paths, name) for name in _ASSUMPTIONS} | {"max_steps": int(max_steps)}
    keyed: list[tuple[tuple[int, ...], Callable[..., Path]]] = []
    reached: list[TargetSearch] = []
    rows = [graph.position[code] for code in find_occupations(graph.referential, wanted or ())]
    for row in np.flatnonzero(state.open_rows).tolist() if wanted is None else sorted(rows):
        go_on()
        code = graph.codes[row]
        target = partial(TargetSearch, code, graph.occupations[row].label)
        if at_home := row == start.row:
            asked, other = _asked_at_home(graph, origin, wanted or ())
            target = partial(target, overlays=overlays_that_split(code), access=asked)
            if not other:
                reached.append(target(0, limit, reason="same"))
                continue
        if not (at_home or state.open_rows[row]):
            reason, parts = "filter" if allowed[row] else "split", _parts_of(graph, start.row, row)
            reached.append(target(0, limit, reason=reason, parts=parts, filters=dropped.get(row, ())))
            continue
        pool = PathPool(chosen.paths, space.calibrated, _fit(context, start, state, row, constraint), limit, pareto)
        outcome = Search(state, row, pool, max_steps).run()
        unknown = state.unknown[row].any() or not space.effort.lists[row]
        reason = "closed" if state.closed[row] else "length" if unknown else "title" if at_home else ""
        reach = target(len(outcome.paths), limit, outcome.gap, outcome.evaluated, reason, cut=outcome.cut)
        reached.append(reach)
        alone = max_steps > 1 and _stands_alone(reach, outcome)
        pair = wages_between(wages, graph.referential, start.end.code, code)
        detail = partial(make_detail, context, start, state, constraint.name if constraint else None)
        worth, more = values.get(code, 0.0), {"assumptions": taken, "alone": alone, "wages": pair}
        keyed += _paths_to(start, state, row, outcome, worth, detail, **more)
    keyed.sort(key=itemgetter(0))
    return Paths([make_path(rank=rank) for rank, (_, make_path) in enumerate(keyed, start=1)], tuple(reached))


def _stands_alone(reach: TargetSearch, outcome: SearchOutcome) -> bool:
    """Whether stages were looked for and none was worth it; a full list may have left some out."""
    complete = not reach.reason and reach.proven and (reach.limit is None or reach.fewer)
    return complete and not any(candidate.stages for candidate in outcome.paths)


def _default_frames(referential: Referential) -> Mapping[str, Frame]:
    """Return the legal frames, all French, that are told unasked: of ROME codes, and of own tables in French."""
    family = referential.family
    french = family == "rome" or (family not in _NO_FRENCH_LAW and referential.language == "fr")
    return presets() if french else {}


def _market_values(graph: OccupationGraph, market: Mapping[str, Any] | None) -> dict[str, float]:
    values: dict[str, float] = {}
    for code, value in (market or {}).items():
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
            raise PasserellesError("market_value_invalid", code=code, value=repr(value))
        values[find_occupation(graph.referential, code)] = float(value)
    return values


def _fit(context: PathContext, start: Start, state: State, row: int, frame: Frame | None) -> Fit:
    if frame is None:
        return lambda hours, _steps: np.full(len(hours), YES, dtype=np.int8)
    case = whole_case(context, start, state, row, known=not _unknown(state, row))

    def fit(hours: Ints, steps: int) -> Verdicts:
        known = hours / TENTHS if case.known else np.zeros(len(hours))  # an estimate is no least length
        return judge_many(frame, case, known, frame_months(known, steps, state))

    return fit


def _asked_at_home(
    graph: OccupationGraph, origin: str | Profile, wanted: Iterable[str]
) -> tuple[AccessConditions | None, bool]:
    """
    Return what the origin's own occupation takes of the person, and whether getting there is a path of its own.

    None where it goes without saying: nothing is left to obtain, nothing that the job names is said to be lacking, no
    other title is named, and the person does not mean to set up on their own. It is a path where something is left to
    obtain for another title.
    """
    start = find_start(graph, origin, towards=wanted)
    if start.occupation is None:
        return None, False
    code, aim = start.occupation.code, start.holdings.aim
    titles = named_titles(graph.referential, wanted)
    there = replace(start.holdings, aim=aim._replace(titles=titles))
    asked = access_conditions(graph.referential, code, there)
    other = end_of(graph.referential, start.occupation, there).title != start.end.title
    alone = any(c.scope == "self-employed" for c in (*asked.required, *usual_of(asked)))
    told = (other and asked.title) or alone or asked.to_obtain or given_up(asked)
    return asked if told else None, other and bool(asked.to_obtain)


def _parts_of(graph: OccupationGraph, origin: int, target: int) -> tuple[str, ...]:
    """Parts of the fiche that stands at either end, the end itself left out."""
    fiche = origin if graph.base_rows[target] == origin else target
    return tuple(p.code for p in graph.referential.parts_of(graph.codes[fiche]) if p.code != graph.codes[target])


def _unknown(state: State, row: int) -> bool:
    """Whether hours towards an occupation are only known in part."""
    space, demands = state.space, state.space.demands
    taught = space.effort.lists[row] or demands.trained_alone(state.missing[row], state.price, row)
    return bool(state.unknown[row].any() or demands.unsettled(state.price)[row] or not taught)


def _paths_to(
    start: Start, state: State, row: int, best: SearchOutcome, worth: float, detail: Callable[..., Detail], **more: Any
) -> Iterator[tuple[tuple[int, ...], Callable[..., Path]]]:
    """Yield the order of each path among all (obtainable, known, cost, steps, codes), and what makes it of its rank."""
    space, graph = state.space, state.space.graph
    direct, unknown = int(state.final[row]) / TENTHS, _unknown(state, row)
    academic = float(space.effort.months(state.sums[0][row], row, state.standing[row]))
    of_target = partial(
        Path,
        origin=start.end,
        target=start.end_of(graph.referential, graph.occupations[row]),
        calibrated=space.calibrated,
        direct_hours=direct,
        direct_months=round(max(direct / space.settings.paths.month_hours, academic), 1),
        direct_known=not unknown,
        gap=best.gap,
        referential=graph.referential.stamp,
        **more,
    )
    bonus = round(TENTHS * space.settings.paths.market_weight * worth)
    for place, candidate in enumerate(best.paths, start=1):
        rows, parts = (*candidate.stages, row), _parts(space, candidate, worth)
        make_path = partial(
            of_target,
            place=place,
            codes=tuple(graph.codes[r] for r in rows),
            score=sum(p.value for p in parts),
            parts=parts,
            weakest=candidate.weakest,
            detail=partial(detail, rows),
        )
        obtainable_first = int(state.closed[row]), int(unknown)
        yield (*obtainable_first, candidate.cost - bonus, len(candidate.stages), *rows), make_path


def _parts(space: SearchSpace, candidate: PathCandidate, market: float) -> tuple[PathPart, ...]:
    paths = space.settings.paths
    parts = [
        PathPart("hours", -round(paths.hours_weight * candidate.hours) / TENTHS),
        PathPart("stages", -len(candidate.stages) * round(TENTHS * paths.step_weight) / TENTHS),
    ]
    if space.calibrated:
        parts.append(PathPart("weakest", -round(TENTHS * paths.move_weight * (1.0 - candidate.weakest)) / TENTHS))
    if market:
        parts.append(PathPart("market", round(TENTHS * paths.market_weight * market) / TENTHS))
    return tuple(parts)
