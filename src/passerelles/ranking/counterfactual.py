"""What would bring a move within reach: the fewest competencies to acquire, found by scoring the person again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, listed, say
from passerelles.model import Profile
from passerelles.progress import go_on
from passerelles.ranking.move import Item, Move, Start, find_start
from passerelles.ranking.moves import rank_moves
from passerelles.scoring.coverage import coverage_position, coverage_row, holding_of
from passerelles.scoring.measures import Origins
from passerelles.scoring.scorer import (
    LEVELS,
    Level,
    Scorer,
    level_of,
    probability_of,
    raising,
    reaches,
    scorer_for,
    well_covered,
)
from passerelles.scoring.table import score_person, score_table
from passerelles.settings import Settings, settings_or
from passerelles.vectors import sparse
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record, parts_of, within

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
        (
            Column("level", schema=one_of(LEVELS), promised=True),
            parts_of("added", "item", on=On.ALL, promised=True),
            *(
                replace(column, promised=True)
                for column in within(
                    Move.spec.pick("referential", "score", "probability", "coverage", "coverage_position"),
                    attrgetter("move"),
                )
            ),
        ),
    )


@dataclass(frozen=True, eq=False)
class _Search:
    """Trying competencies on top of what one origin holds, for one target."""

    graph: OccupationGraph
    scorer: Scorer
    start: Start
    target: int
    wanted: Level

    def outcomes(self, tried: Sequence[Sequence[int]]) -> list[tuple[Level | None, float, float]]:
        """Level, score and coverage of the move, for each set of columns held besides."""
        own = np.flatnonzero(self.start.holding.held)
        held = [np.union1d(own, columns).astype(np.int32) for columns in tried]
        table = score_table(self.graph, self.scorer)
        scores = score_person(self.graph, table, _people(self.graph, held, self.start.row)).totals_to(self.target)
        found: list[tuple[Level | None, float, float]] = []
        for columns, score in zip(held, scores.tolist(), strict=True):
            coverage = coverage_row(self.graph, holding_of(self.graph, columns))
            position = coverage_position(coverage, self.start.row, self.target)
            position = raising(position, float(coverage[self.target]))
            size = len(self.graph.codes)
            level = level_of(probability_of(score, self.scorer), position, size, self.scorer)
            if level == LEVELS[0] and not well_covered(position, size, self.graph.settings.ranking.close_share):
                level = LEVELS[1]
            found.append((level, score, float(coverage[self.target])))
        return found

    def grow(self, missing: Sequence[int], most: int, *, by_coverage: bool) -> list[int] | None:
        """Add one competency at a time, that which brings the most, until the level is reached."""
        chosen: list[int] = []
        while len(chosen) < min(most, len(missing)):
            go_on()
            left = [c for c in missing if c not in chosen]
            outcomes = self.outcomes([[*chosen, c] for c in left])
            reached = [i for i, (level, _, _) in enumerate(outcomes) if reaches(level, self.wanted)]

            def worth(i: int, outcomes: list[tuple[Level | None, float, float]] = outcomes) -> tuple[float, float, int]:
                _, score, coverage = outcomes[i]
                return (coverage, score, -i) if by_coverage else (score, coverage, -i)

            chosen.append(left[max(reached or range(len(left)), key=worth)])
            if reached:
                return chosen
        return None


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
    to be held, nothing is found, unless the graph was built without access facts.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origin, target
        As in `rank_moves`.
    level
        What to reach: ``"proche"`` or ``"accessible"``.
    most
        Most competencies to add.
    settings
        Scorer; the graph's own where None.

    Returns
    -------
    counterfactual
        None where no such set is found, where the scorer is not calibrated, where access is closed, or where it is no
        move.

    Raises
    ------
    UnknownCodeError
        If a code or title is not in the referential.
    PasserellesError
        If there is no such level.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> found = counterfactual(graph, "F1703", "F1503", level="proche")  # mason to carpenter
    >>> [item.label for item in found.added], found.move.level
    (['Tailler tenons, mortaises et entailles puis monter à blanc'], 'proche')
    """
    if level not in LEVELS:
        raise PasserellesError("unknown_level", name=level, known=", ".join(LEVELS))
    chosen = settings_or(settings, graph.settings)
    moves = rank_moves(graph, origin, targets=[target], settings=chosen)
    if not moves or moves[0].level is None:
        return None
    before = moves[0]
    if reaches(before.level, level):
        return Counterfactual(level, (), before)
    if graph.settings.access is not None and is_closed(before):
        return None
    start = find_start(graph, origin, towards=[target])
    scorer = scorer_for(graph.referential, chosen.scorer, occupied=start.row >= 0)
    search = _Search(graph, scorer, start, graph.position[before.target.code or ""], level)
    missing = [graph.competency_position[item.code] for item in before.missing]
    found = [s for s in (search.grow(missing, most, by_coverage=flag) for flag in (False, True)) if s is not None]
    for columns in sorted(found, key=len):
        codes = {graph.competency_codes[c] for c in columns}
        after = rank_moves(graph, _with(origin, codes), targets=[target], settings=chosen)[0]
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
    return counterfactual(graph, origin, target, level=_next(move.level), settings=settings)


def sentence(found: Counterfactual | None, move: Move, *, lang: Lang = "fr") -> str | None:
    """Say in words what `nearer` found for a move; None where there is no nearer level."""
    if move.level is None or move.level == LEVELS[0]:
        return None
    level = say(f"moves.level.{_next(move.level)}", lang=lang)
    if found is None and is_closed(move):
        names = listed((c.label for c in move.access.to_obtain if c.needed_for is None), lang)
        key = "closed_selection" if move.access.status == "selective" else "closed"
        return say(f"moves.counterfactual.{key}", lang=lang, names=names)
    if found is None:
        return say("moves.counterfactual.none", lang=lang, n=MOST, level=level)
    names = listed((item.label or item.code for item in found.added), lang)
    return say("moves.counterfactual.some", lang=lang, n=len(found.added), level=level, names=names)


def is_closed(move: Move) -> bool:
    """Whether something that no competency replaces stands between the origin and the target."""
    return move.access.status == "selective" or bool(move.access.to_obtain)


def _next(level: Level) -> Level:
    return LEVELS[LEVELS.index(level) - 1]


def _with(origin: str | Profile, codes: set[str]) -> Profile:
    if isinstance(origin, Profile):
        return replace(origin, competencies=(*origin.competencies, *sorted(codes)))
    return Profile(origin, competencies=tuple(sorted(codes)))


def _people(graph: OccupationGraph, held: Sequence[NDArray[np.int32]], row: int) -> Origins:
    """People of one occupation, who hold the competencies in the given columns."""
    indptr = np.cumsum([0, *map(len, held)])
    cells = (np.ones(int(indptr[-1])), np.concatenate(held), indptr)
    matrix = sparse.csr_array(cells, shape=(len(held), len(graph.competency_codes)))
    return Origins(held=matrix, rows=np.full(len(held), row, dtype=np.int32))
