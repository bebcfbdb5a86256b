"""`rank_moves`, `rank_sources`, `rank_all`: the best steps; and what would bring one within reach: `counterfactual`."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.access.conditions import kind_between, same_field
from passerelles.access.demands import conditions_for, demands_of_job
from passerelles.access.holdings import Aim, Holdings
from passerelles.access.wording import names_to_obtain
from passerelles.codes import check_codes, check_whole, grouped
from passerelles.errors import checked
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, listed, say
from passerelles.market.market import Market
from passerelles.market.signals import wages_between
from passerelles.matching import find_occupation
from passerelles.model import Profile
from passerelles.progress import go_on
from passerelles.ranking.filters import Filter, JudgedMove, MarketAlone, parse_filters
from passerelles.ranking.move import (
    Dropped,
    Item,
    KnownMobility,
    Move,
    Moves,
    PartValue,
    Start,
    Verdict,
    excluded_rows,
    find_start,
)
from passerelles.scoring.measures import coverage_positions, coverage_row, held_competencies, people_who, raising_share
from passerelles.scoring.scorer import LEVELS, Level, Scorer, level_at, levels_of, load_scorer, reaches, scorer_for
from passerelles.scoring.table import Scores, score_person, score_table
from passerelles.settings import Settings, settings_or
from passerelles.vectors import Bools, Floats, Rows, frozen, top
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record, parts_of, within


def split_items(graph: OccupationGraph, start: Start, target: int) -> tuple[tuple[Item, ...], ...]:
    """Return what the target requires as held, near and missing, each by falling weight, then code."""
    cells = graph.weight_cells
    in_row = cells.of_row(target)
    columns, weights = cells.columns[in_row], cells.data[in_row]
    order = np.lexsort((columns, -weights))
    columns = columns[order]
    competencies = graph.competencies
    exact = graph.settings.near.exact_categories
    held: list[Item] = []
    near: list[Item] = []
    missing: list[Item] = []
    for column, weight, core, credit, via in zip(
        columns.tolist(),
        weights[order].tolist(),
        graph.core[in_row][order].tolist(),
        start.competencies.credit[columns].tolist(),
        start.competencies.via[columns].tolist(),
        strict=True,
    ):
        needed = competencies[column]
        item = Item(needed.code, needed.label, needed.kind, core, weight, certificate=needed.category in exact)
        if via == column:
            held.append(item)
        elif via < 0:
            missing.append(item)
        else:
            through = competencies[via]
            near.append(item._replace(via=through.code, via_label=through.label, credit=credit))
    return tuple(held), tuple(near), tuple(missing)


def known_mobility(graph: OccupationGraph, origin: str | None, target: str) -> KnownMobility | None:
    """Return the entry of the referential's own list, looked up through the fiche of a specialised occupation."""
    if origin is None:
        return None
    by_code = graph.referential.occupation_by_code
    move = graph.referential.moves_from(by_code[origin].fiche).get(by_code[target].fiche)
    return None if move is None else KnownMobility(move.rank, move.kind, graph.referential.stamp.title)


def short_access(graph: OccupationGraph, target: int, holdings: Holdings, aim: Aim) -> bool:
    """
    Whether access lets an occupation be `proche`: no selection, and training that is short enough.

    Hours that are not known count at the least that is known; a diploma or title of unknown length is not short.
    """
    demands = demands_of_job(graph.referential, graph.codes[target], aim)
    if not demands.codes:
        return not demands.selective[0]
    price = demands.price(holdings)
    hours, unknown = demands.training(price)
    return bool(not demands.selects(price)[0] and hours[0] <= graph.settings.ranking.close_hours and not unknown[0])


@dataclass(frozen=True, eq=False)
class Scored:
    """An origin with the row of scores and coverages towards every target."""

    start: Start
    scorer: Scorer
    scores: Scores
    row: int  # of the origin in `scores`
    totals: Floats
    coverage: Floats


@checked
def rank_moves(
    graph: OccupationGraph,
    origin: str | Profile,
    *,
    targets: Iterable[str] | None = None,
    filters: Iterable[str | Filter] = (),
    settings: Settings | None = None,
    limit: int | None = 10,
    offset: int = 0,
    wages: Market | None = None,
) -> Moves:
    """
    Rank the moves from an origin, best first.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origin
        A code, a specialised code, an exact job title, or a `Profile`.
    targets
        Codes or exact titles to rank; every other occupation where None. A pair's score does not depend on them.
    filters
        Names such as ``"unregulated"`` or ``"min-coverage=0.2"``; `passerelles.ranking.filters.parse_filter` has them
        all. Those that need a market (``min-wage``, ``hires-in``) read that of `wages`. Only a ``no`` drops a move;
        ``unknown`` keeps it, marked, unless ``settings.strict``.
    settings
        Scorer and strictness; the graph's own where None. What a graph is built under (weights, near matches, access,
        what counts as `proche`) cannot differ from it.
    limit, offset
        Most moves to return, None for all; and how many to pass over before the first: those that follow keep their
        rank.
    wages
        What `load_market` gives: the median wages before and after stand beside each move, never inside its score.

    Returns
    -------
    moves
        By falling score, ties by target code: a list that shows itself as a table in a notebook, and turns into
        rows and data frames.

    Raises
    ------
    UnknownCodeError
        If a code or title is not in the referential; it carries suggestions.
    PasserellesError
        If a filter, the scorer or the limit is not valid.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, rank_moves
    >>> graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
    >>> [move.target.code for move in rank_moves(graph, "K2110-B", limit=2)]
    ['K2110-GL', 'K2110-2R']
    """
    check_limit(limit, offset)
    most = None if limit is None else limit + offset
    best = best_targets(graph, origin, targets=targets, filters=filters, settings=settings, limit=most, wages=wages)
    return moves_of(graph, best, first=offset, wages=wages)


class BestTargets(NamedTuple):
    """
    An origin and the rows of its best targets, best first, with what each filter says of them.

    `undecided`, `strict` and `reason`: see `Moves`. `dropped`: the rows that a filter drops, with what it says.
    """

    scored: Scored
    ranked: Sequence[tuple[int, tuple[Verdict, ...]]]
    undecided: Mapping[str, int]
    strict: bool
    dropped: Sequence[tuple[int, tuple[Verdict, ...]]] = ()
    reason: str = ""


def best_targets(
    graph: OccupationGraph,
    origin: str | Profile,
    *,
    targets: Iterable[str] | None = None,
    filters: Iterable[str | Filter] = (),
    settings: Settings | None = None,
    limit: int | None = 10,
    wages: Market | None = None,
) -> BestTargets:
    """Choose and order the targets of `rank_moves`, which explains them; see there for parameters and errors."""
    chosen = settings_or(settings, graph.settings)
    checks = parse_filters(graph, filters, MarketAlone(wages, wages), chosen)
    wanted = None if targets is None else tuple(check_codes(targets, what="targets"))
    start = find_start(graph, origin, towards=wanted or ())
    excluded = excluded_rows(graph, start.row)
    rows = np.flatnonzero(~excluded) if wanted is None else _rows(graph, wanted, excluded)
    best = best_of_rows(graph, start, rows, checks, chosen, limit)
    if wanted is None:  # nobody asks why one among all occupations is not listed
        best = best._replace(dropped=())
    return best if best.ranked else best._replace(reason=_why_none(wanted, rows))


def best_of_rows(
    graph: OccupationGraph, start: Start, rows: Rows, checks: Sequence[Filter], settings: Settings,
    limit: int | None,
) -> BestTargets:  # fmt: skip
    """Order the targets in some rows, and keep those that filters let pass, at most so many."""
    scored = _score(graph, start, settings)
    ordered = rows[top(scored.totals[rows], len(rows) if limit is None or checks else limit)]
    best: list[tuple[int, tuple[Verdict, ...]]] = []
    dropped: list[tuple[int, tuple[Verdict, ...]]] = []
    undecided = Counter[str]()
    for target in ordered.tolist():
        if limit is not None and len(best) >= limit:
            break
        verdicts = _judge(graph, scored, target, checks, undecided)
        (best if _passes(verdicts, strict=settings.strict) else dropped).append((target, verdicts))
    return BestTargets(scored, best, undecided, settings.strict, dropped)


def _why_none(ends: Collection[str | Profile] | None, rows: Sized) -> str:
    """Return why there is no move, by the other ends that were given and the rows left to judge; see `Moves`."""
    return "filter" if len(rows) else "same" if ends or ends is None else "empty"


@checked
def rank_sources(
    graph: OccupationGraph,
    target: str,
    *,
    origins: Iterable[str | Profile] | None = None,
    filters: Iterable[str | Filter] = (),
    settings: Settings | None = None,
    limit: int | None = 10,
    offset: int = 0,
    wages: Market | None = None,
) -> Moves:
    """
    Rank the moves towards a target, best first: in which occupations are people who hold most of it.

    The moves, their scores and their explanations are those of `rank_moves` for the same pairs; see there for the
    parameters and what is raised. Kinds of move in ``settings.ranking.sources_exclude`` are left out, unless the
    origins are given; `Moves.excluded` and `Moves.left_out` say which, and how many before the last one listed.
    `origins` may hold profiles: each gives a move, which does not say whose it is beyond the occupation.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, rank_sources
    >>> graph = build_graph(load_referential("transitions"))
    >>> move = rank_sources(graph, "N4101", limit=1)[0]
    >>> move.target.code
    'N4101'
    """
    chosen = settings_or(settings, graph.settings)
    checks = parse_filters(graph, filters, MarketAlone(wages, wages), chosen)
    check_limit(limit, offset)
    wanted = None if origins is None else tuple(check_codes(origins, what="origins"))
    column = graph.position[find_occupation(graph.referential, target)]
    ranked = _origins(graph, wanted, column, chosen)
    chosen_kinds = origins is not None or any(check.name == "kind" for check in checks)
    excluded = () if chosen_kinds else chosen.ranking.sources_exclude
    moves = Moves(towards=True, excluded=excluded, strict=chosen.strict, listing=bool(graph.referential.moves_of))
    rank = 0
    for origin in ranked:
        if limit is not None and len(moves) >= limit:
            break
        start = find_start(graph, origin, towards=[target])
        scored = _score(graph, start, chosen)
        titles = start.holdings.aim.titles
        if excluded and kind_between(graph.referential, start.end.code, graph.codes[column], titles) in excluded:
            moves.left_out += _passes(_judge(graph, scored, column, checks, Counter()), strict=chosen.strict)
            continue
        verdicts = _judge(graph, scored, column, checks, moves.undecided)
        if not _passes(verdicts, strict=chosen.strict):
            moves.dropped += [Dropped(start.end, verdicts)] if wanted is not None else []
            continue
        rank += 1
        if rank > offset:
            moves += _explained(graph, scored, [(rank, column, verdicts)], wages)
    moves.reason = "" if moves else "offset" if rank else "" if moves.left_out else _why_none(wanted, ranked)
    return moves


def _origins(
    graph: OccupationGraph, wanted: Sequence[str | Profile] | None, column: int, settings: Settings
) -> list[str | Profile]:
    """Origins by falling score towards a row, ties by code, then in the order given: all occupations where None."""
    excluded = excluded_rows(graph, column)  # what is no move one way is none the other way
    occupied = scorer_for(graph.referential, settings.scorer)
    totals = score_table(graph, occupied).scores.totals_to(column)
    codes = None if wanted is None else [origin for origin in wanted if not isinstance(origin, Profile)]
    rows = np.flatnonzero(~excluded) if codes is None else _rows(graph, codes, excluded)
    named = grouped((find_occupation(graph.referential, text), text) for text in set(codes or ()))
    # Of one title alone, what it takes is held; of several, or of the code beside it, the occupation's at large.
    texts = {code: only for code, (only, *others) in named.items() if not others}
    candidates: list[tuple[Scorer, float, str | Profile]] = [
        (occupied, float(totals[row]), texts.get(graph.codes[row], graph.codes[row]))
        for row in rows[top(totals[rows], len(rows))].tolist()
    ]
    for person in (origin for origin in wanted or () if isinstance(origin, Profile)):
        start = find_start(graph, person)
        if start.row < 0 or not excluded[start.row]:
            scored = _score(graph, start, settings)
            candidates.append((scored.scorer, float(scored.totals[column]), person))
    # Scores of two scorers have no common scale; chances do.
    mixed = any(scorer.name != occupied.name for scorer, *_ in candidates)

    def sort_key(scored: tuple[Scorer, float, str | Profile]) -> float:
        scorer, total, _ = scored
        return -float(scorer.chances(np.asarray([total]))[0]) if mixed else -total

    return [origin for *_, origin in sorted(candidates, key=sort_key)]


@dataclass(frozen=True, eq=False)
class AllMoves:
    """
    Best moves of every origin, as read-only arrays: compare these, two of them are never equal as a whole.

    Attributes
    ----------
    origins
        Shape (n,): codes of the origins.
    targets
        Shape (n, limit): codes of their best targets, best first; empty text where there are fewer.
    scores
        Shape (n, limit), float64; NaN where there are fewer.
    """

    origins: NDArray[Any]
    targets: NDArray[Any]
    scores: Floats


@checked
def rank_all(graph: OccupationGraph, *, settings: Settings | None = None, limit: int | None = 10) -> AllMoves:
    """
    Rank the best moves of every origin, all where the limit is None, without explanation, for batch use.

    Returns
    -------
    moves
        The same targets, scores and order as `rank_moves` of each origin.

    Raises
    ------
    PasserellesError
        If the limit or the scorer is not valid.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, rank_all
    >>> best = rank_all(build_graph(load_referential("transitions")), limit=3)
    >>> best.targets.shape[1]
    3
    """
    check_limit(limit)
    scores = score_table(graph, load_scorer(settings_or(settings, graph.settings).scorer)).scores
    size = len(graph.codes)
    width = max(0, size - 1 if limit is None else min(limit, size - 1))
    codes = np.asarray(graph.codes)
    targets = np.full((size, width), "", dtype=codes.dtype)
    values = np.full((size, width), np.nan)
    for row in range(size):
        totals = scores.totals(row)
        best = best_rows(graph, row, totals, width)
        targets[row, : len(best)] = codes[best]
        values[row, : len(best)] = totals[best]
    return AllMoves(origins=frozen(codes), targets=frozen(targets), scores=frozen(values))


def best_rows(graph: OccupationGraph, row: int, totals: Floats, width: int) -> Rows:
    """Rows of the `width` best moves from an occupation (-1: from none), of all to which there is a move."""
    allowed = np.where(excluded_rows(graph, row), -np.inf, totals)
    best = top(allowed, width)
    return best[np.isfinite(allowed[best])]


def check_limit(limit: int | None, offset: int = 0) -> None:
    """
    Refuse a limit that is no positive whole number, and an offset that is no whole number of at least 0.

    Raises
    ------
    PasserellesError
        If one of them is too small, or no integer.
    """
    for name, value, least in (("limit", 1 if limit is None else limit, 1), ("offset", offset, 0)):
        check_whole(value, f"{name}_invalid", least=least)


def scores_from(graph: OccupationGraph, start: Start, scorer: Scorer) -> tuple[Scores, int]:
    """Return scores in which moves from a start are, and the row that they are in."""
    table = score_table(graph, scorer)
    if start.plain:
        return table.scores, start.row
    columns = np.flatnonzero(start.competencies.held).astype(np.int32)
    return score_person(graph, table, people_who(graph, [columns], np.asarray([start.row], dtype=np.int32))), 0


def _score(graph: OccupationGraph, start: Start, settings: Settings) -> Scored:
    scorer = scorer_for(graph.referential, settings.scorer, occupied=start.row >= 0)
    scores, row = scores_from(graph, start, scorer)
    return Scored(start, scorer, scores, row, scores.totals(row), coverage_row(graph, start.competencies))


def moves_of(
    graph: OccupationGraph,
    best: BestTargets,
    *,
    only: Collection[str] | None = None,
    first: int = 0,
    wages: Market | None = None,
) -> Moves:
    """Explain the targets chosen after the `first` ones, or the codes in `only`; ranks are those among all."""
    ranked = [(rank, *entry) for rank, entry in enumerate(best.ranked, 1)][first:]
    if only is not None:
        ranked = [entry for entry in ranked if graph.codes[entry[1]] in only]
    moves = _explained(graph, best.scored, ranked, wages)
    reason = best.reason or ("offset" if len(best.ranked) <= first else "")
    listing = bool(graph.referential.moves_of)
    found = Moves(moves, strict=best.strict, undecided=best.undecided, reason=reason, listing=listing)
    end_of = partial(best.scored.start.end_of, graph.referential)
    found.dropped += (Dropped(end_of(graph.occupations[row]), verdicts) for row, verdicts in best.dropped)
    return found


def _explained(
    graph: OccupationGraph, scored: Scored, ranked: Sequence[tuple[int, int, tuple[Verdict, ...]]], wages: Market | None
) -> Iterator[Move]:
    """Moves from one origin, each given by its rank, the row of its target, and what filters say of it."""
    rows = np.asarray([target for _, target, _ in ranked], dtype=np.intp)
    totals, coverage = scored.totals[rows], scored.coverage[rows]
    excluded = excluded_rows(graph, scored.start.row)
    chances, positions = scored.scorer.chances(totals), coverage_positions(scored.coverage, excluded, rows)
    levels = levels_by(graph, chances, positions, coverage)
    parts = scored.scores.of_pairs(scored.row, rows)
    referential, start = graph.referential, scored.start
    origin, aim, with_access = start.end.code, start.holdings.aim, graph.settings.access is not None
    for place, (rank, target, verdicts) in enumerate(ranked):
        go_on()
        occupation = graph.occupations[target]
        code, level = occupation.code, level_at(levels[place])
        # What access asks is looked at only where all else lets a move be close: it takes longest.
        if level == LEVELS[0] and with_access and not short_access(graph, target, start.holdings, aim):
            level = LEVELS[1]
        held, near, missing = split_items(graph, start, target)
        yield Move(
            rank=rank,
            origin=start.end,
            target=start.end_of(referential, occupation),
            score=float(totals[place]),
            probability=none_if_nan(chances[place]),
            level=level,
            coverage=none_if_nan(coverage[place]),
            coverage_position=int(positions[place]) or None,
            parts=tuple(PartValue(*part) for part in parts[place]),
            held=held,
            near=near,
            missing=missing,
            kind=kind_between(referential, origin, code, aim.titles),
            same_field=same_field(referential, origin, code),
            access=conditions_for(referential, code, start.holdings),
            filters=verdicts,
            known=known_mobility(graph, origin, code),
            referential=referential.stamp,
            wages=wages_between(wages, referential, origin, code),
        )


def levels_by(
    graph: OccupationGraph, chances: Floats, positions: NDArray[np.integer], coverage: Floats
) -> NDArray[np.int8]:
    """Return the levels of some moves as far as score and coverage tell."""
    shares = raising_share(positions, coverage, len(graph.codes))
    return levels_of(chances, shares, close_share=graph.settings.ranking.close_share)


def _rows(graph: OccupationGraph, wanted: Iterable[str], excluded: Bools) -> Rows:
    rows = {graph.position[find_occupation(graph.referential, w)] for w in wanted}
    return np.asarray(sorted(r for r in rows if not excluded[r]), dtype=np.intp)


def _judge(
    graph: OccupationGraph, scored: Scored, target: int, checks: Sequence[Filter], undecided: Counter[str]
) -> tuple[Verdict, ...]:
    """Return what filters say, up to the first that drops the move; where none does, count those that cannot tell."""
    if not checks:
        return ()
    candidate = JudgedMove(graph, scored.start, graph.occupations[target], none_if_nan(scored.coverage[target]))
    verdicts: list[Verdict] = []
    for check in checks:
        verdicts.append(check.check(candidate))
        if verdicts[-1].verdict == "no":
            return tuple(verdicts)
    undecided.update({v.name for v in verdicts if v.verdict == "unknown"})
    return tuple(verdicts)


def _passes(verdicts: Sequence[Verdict], *, strict: bool) -> bool:
    return not any(v.verdict == "no" or (strict and v.verdict == "unknown") for v in verdicts)


def none_if_nan(value: float) -> float | None:
    """Return a number; None where it is nan: not known."""
    return None if math.isnan(value) else float(value)


MOST: Final = 3  # competencies: more would be a course, not a complement


@dataclass(frozen=True, slots=True)
class Counterfactual(Described):
    """
    What would bring a move to a level.

    `added` are the competencies to acquire, by falling weight; none where the move is there already. `move` is the
    move of somebody who holds them, scored as any other.
    """

    level: Level
    added: tuple[Item, ...]
    move: Move

    spec: ClassVar[Record] = Record(
        "counterfactual",
        "What would bring the move one level nearer; there where it is asked for",
        Column("level", promised=one_of(LEVELS)),
        parts_of("added", "item", on=On.ALL, promised=True),
        *(
            replace(column, promised=column.json_schema)
            for column in within(
                Move.spec.pick("referential", "score", "probability", "coverage", "coverage_position"),
                attrgetter("move"),
            )
        ),
    )


def _outcomes(
    graph: OccupationGraph, scorer: Scorer, start: Start, target: int, wanted: Level, tried: Sequence[Sequence[int]]
) -> list[tuple[bool, float, float]]:
    """Whether the level is reached, score and coverage of the move of who holds each set of competencies besides."""
    already = np.flatnonzero(start.competencies.held)
    held = [np.union1d(already, columns).astype(np.int32) for columns in tried]
    people = people_who(graph, held, np.full(len(held), start.row, dtype=np.int32))
    scores = score_person(graph, score_table(graph, scorer), people).totals_to(target)
    outcomes: list[tuple[bool, float, float]] = []
    excluded = excluded_rows(graph, start.row)
    for columns, score in zip(held, scores.tolist(), strict=True):
        coverage = coverage_row(graph, held_competencies(graph, columns))
        position, covered = coverage_positions(coverage, excluded, [target]), coverage[[target]]
        (level,) = levels_by(graph, scorer.chances([score]), position, covered).tolist()
        outcomes.append((reaches(level_at(level), wanted), score, float(covered[0])))
    return outcomes


def _greedy_sets(
    outcomes: Callable[[Sequence[Sequence[int]]], list[tuple[bool, float, float]]], missing: Sequence[int], most: int
) -> Iterator[list[int]]:
    """Add one competency at a time, that of the best score, then of the best coverage, until the level is reached."""
    for first, second in ((1, 2), (2, 1)):
        chosen: list[int] = []
        while len(chosen) < min(most, len(missing)):
            go_on()
            remaining = [c for c in missing if c not in chosen]
            worth = [(o[0], o[first], o[second]) for o in outcomes([[*chosen, c] for c in remaining])]
            chosen.append(remaining[worth.index(max(worth))])
            if max(worth)[0]:
                yield chosen
                break


@checked
def counterfactual(
    graph: OccupationGraph,
    origin: str | Profile,
    target: str,
    *,
    level: Level = "accessible",
    most: int = MOST,
    settings: Settings | None = None,
) -> Counterfactual | None:
    """
    Find the fewest missing competencies with which a move would reach a level.

    One competency is tried after the other, each by scoring again somebody who would hold it; the best stays, then
    a second one is tried on top, and so on, once by the score and once by the coverage. The set found is scored once
    more, whole. One competency is found whenever one is enough; of several, fewer may exist that were not tried.
    No competency opens a job that a credential or a competition closes: where something is required that is not known
    to be held, nothing is found, whatever the level, unless the graph was built without access facts; what closes the
    job stands in `Move.access`.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origin, target
        As in `rank_moves`.
    level
        What to reach: ``"proche"``, ``"accessible"`` or ``"exigeante"``.
    most
        Most competencies to add.
    settings
        Scorer; the graph's own where None.

    Returns
    -------
    counterfactual
        None where no such set is found, where the scorer is not calibrated, where access is closed, or where it is no
        move; `counterfactual_note` says which.

    Raises
    ------
    UnknownCodeError
        If a code or title is not in the referential.
    PasserellesError
        If there is no such level, or `most` is less than 0.

    Examples
    --------
    >>> from passerelles import build_graph, counterfactual, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> change = counterfactual(graph, "F1703", "F1503", level="proche")  # mason to carpenter
    >>> [item.label for item in change.added], change.move.level
    (['Tailler tenons, mortaises et entailles puis monter à blanc'], 'proche')
    """
    check_limit(None, most)
    chosen = settings_or(settings, graph.settings)
    moves = rank_moves(graph, origin, targets=[target], settings=chosen)
    if not moves or moves[0].level is None:
        return None
    before = moves[0]
    if graph.settings.access is not None and barred_by_access(before):
        return None  # whatever its level: to say that nothing is lacking would be wrong
    if reaches(before.level, level):
        return Counterfactual(level, (), before)
    start = find_start(graph, origin, towards=[target])
    scorer = scorer_for(graph.referential, chosen.scorer, occupied=start.row >= 0)
    outcomes = partial(_outcomes, graph, scorer, start, graph.position[before.target.code], level)
    position = graph.competency_position
    learnt = (item.code for item in before.missing if not item.certificate)
    missing = [position[code] for code in learnt if code in position]
    for columns in sorted(_greedy_sets(outcomes, missing, most), key=len):
        codes = {graph.competencies[c].code for c in columns}
        after = rank_moves(graph, _with_competencies(origin, codes), targets=[target], settings=chosen)[0]
        if reaches(after.level, level):
            return Counterfactual(level, tuple(i for i in before.missing if i.code in codes), after)
    return None


def nearer(
    graph: OccupationGraph, origin: str | Profile, move: Move, *, settings: Settings | None = None
) -> Counterfactual | None:
    """Return what would bring a move one level nearer; None as in `counterfactual`, and for one that is `proche`."""
    if move.level is None or move.level == LEVELS[0] or move.target.code is None:
        return None
    target = move.access.title or move.target.code
    return counterfactual(graph, origin, target, level=_nearer_level(move.level), settings=settings)


@checked
def counterfactual_note(
    change: Counterfactual | None, move: Move, *, level: Level | None = None, most: int = MOST, lang: Lang = "fr"
) -> str | None:
    """
    Say in words what `counterfactual` found for a move, or why it found nothing.

    Parameters
    ----------
    change
        What `counterfactual` gives; None too.
    move
        The move that it was asked about, from `rank_moves`.
    level, most
        As asked there; where `level` is None, that of `change`, else one above that of the move.
    lang
        Language.

    Returns
    -------
    note
        The competencies; or what closes the job; or that as many do not suffice. None where nothing is to be said: the
        move is there already, or has no level, as its scorer is not calibrated.

    Raises
    ------
    PasserellesError
        If there is no such level or language.

    Examples
    --------
    >>> from passerelles import build_graph, counterfactual, counterfactual_note, load_referential, rank_moves
    >>> graph = build_graph(load_referential("transitions"))
    >>> change = counterfactual(graph, "F1703", "N4103")  # mason to bus driver
    >>> note = counterfactual_note(change, rank_moves(graph, "F1703", targets=["N4103"])[0], lang="en")
    >>> change, note.partition(":")[0]
    (None, 'No further competency opens this job as long as this is missing')
    """
    level = level or (change.level if change else None)
    if move.level is None or (level is None and move.level == LEVELS[0]) or (change and not change.added):
        return None
    wanted = say(f"moves.level.{level or _nearer_level(move.level)}", lang=lang)
    if change is None and barred_by_access(move):
        names = listed(names_to_obtain(move.access, lang), lang)
        key = "closed_selection" if move.access.status == "selective" else "closed"
        return say(f"moves.counterfactual.{key}", lang=lang, names=names)
    if change is None:
        return say("moves.counterfactual.none", lang=lang, n=most, level=wanted)
    names = listed((item.label or item.code for item in change.added), lang)
    return say("moves.counterfactual.some", lang=lang, n=len(change.added), level=wanted, names=names)


def barred_by_access(move: Move) -> bool:
    """Whether something that no competency replaces stands between the origin and the target."""
    return move.access.status == "selective" or bool(move.access.to_obtain)


def _nearer_level(level: Level) -> Level:
    return LEVELS[LEVELS.index(level) - 1]


def _with_competencies(origin: str | Profile, codes: set[str]) -> Profile:
    if isinstance(origin, Profile):
        return replace(origin, competencies=(*origin.competencies, *sorted(codes)))
    return Profile(origin, competencies=tuple(sorted(codes)))
