"""Batches of people in, batches of moves out: `rank_profiles` and the table that it gives."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from passerelles.access.conditions import access_conditions
from passerelles.access.demands import demands_of
from passerelles.access.holdings import Holdings, holdings_of
from passerelles.bulk.engines import Best, FastEngine, PlainEngine, fast_engine, numba_is_there
from passerelles.bulk.profiles import (
    BATCH,
    Directory,
    Fault,
    People,
    known_faults,
    legible,
    need_arrow,
    normalised,
    opened,
    read_people,
)
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph, metadata, provenance
from passerelles.model import Ternary
from passerelles.ranking.moves import check_limit
from passerelles.scoring.scorer import (
    CLOSE_POSITION,
    CLOSE_PROBABILITY,
    LEVELS,
    OPEN_POSITION,
    OPEN_PROBABILITY,
    Scorer,
    probabilities_of,
    scorer_for,
    scorer_sum,
)
from passerelles.scoring.table import UNITS
from passerelles.settings import Settings, settings_or
from passerelles.sharing import cached_property

if TYPE_CHECKING:
    import pyarrow as pa


Held = tuple[str, frozenset[tuple[str, Ternary]]]
# Bounds on memory, whatever people state.
_MOST_NEEDS: Final = 100_000
_MOST_KEPT: Final = 5_000


def output_schema() -> "pa.Schema":
    """
    Columns of what comes out, one row a move; a profile that cannot be ranked has one row, with a reason.

    Returns
    -------
    schema
        ``row`` is the number of the profile in the input, from 1 (null where the input comes in partitions); ``id``
        its id; ``rank`` from 1; ``code`` and ``label`` the target; ``score``, ``probability``, ``level``,
        ``coverage`` and ``coverage_position`` as in `Move`; ``credentials_missing`` what the target requires and the
        person says not to hold, ``credentials_unknown`` what it requires and nobody knows of; ``reason`` and
        ``detail`` say why a profile has no move, and all else is null then.
    """
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    return pa.schema(
        [
            ("row", pa.int64()),
            ("id", pa.string()),
            ("rank", pa.int32()),
            ("code", pa.string()),
            ("label", pa.string()),
            ("score", pa.float64()),
            ("probability", pa.float64()),
            ("level", pa.string()),
            ("coverage", pa.float64()),
            ("coverage_position", pa.int32()),
            ("credentials_missing", pa.list_(pa.string())),
            ("credentials_unknown", pa.list_(pa.string())),
            ("reason", pa.string()),
            ("detail", pa.string()),
        ]
    )


@dataclass(frozen=True, eq=False)
class Writer:
    """What turns numbers into the columns of `output_schema`, for one graph and its two scorers."""

    graph: OccupationGraph
    occupied: Scorer
    unoccupied: Scorer
    settings: Settings
    codes: "pa.Array"
    labels: "pa.Array"
    demanding: NDArray[np.bool_]
    _needs: dict[tuple[Held, int], tuple[list[str], list[str]]] = field(default_factory=dict)
    _close: dict[Held, NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: OccupationGraph, occupied: Scorer, unoccupied: Scorer, settings: Settings) -> "Writer":
        """Make the writer of a graph."""
        import pyarrow as pa  # noqa: PLC0415

        demands = demands_of(graph)
        return cls(
            graph,
            occupied,
            unoccupied,
            settings,
            pa.array(graph.codes, pa.string()),
            pa.array([o.label for o in graph.occupations], pa.string()),
            np.asarray(demands.needed.any(axis=1), dtype=np.bool_),
        )

    @cached_property
    def metadata(self) -> dict[str, str]:
        """What made the moves, as the metadata of their schema."""
        scorers = {"scorer": self.occupied, "scorer_without_occupation": self.unoccupied}
        told = {k: {"name": s.name, "version": s.version, "sha256": scorer_sum(s)} for k, s in scorers.items()}
        return metadata(provenance(self.graph, self.settings, told))

    def batch(self, people: People, best: Best, ids: "pa.Array", numbers: NDArray[np.int64]) -> "pa.RecordBatch":
        """Return the moves of some people, whose ids and row numbers are given."""
        import pyarrow as pa  # noqa: PLC0415

        counts = np.diff(best.starts)
        person = np.repeat(np.arange(len(counts)), counts)
        probability = self._probability(best.units, people.rows[person] >= 0)
        targets = pa.array(best.targets)
        missing, unknown = self._credentials(people, best, person)
        unsaid = pa.nulls(len(person), pa.string())
        return pa.RecordBatch.from_arrays(
            [
                pa.array(numbers[person]),
                ids.take(pa.array(person)),
                pa.array((np.arange(len(person)) - best.starts[person] + 1).astype(np.int32)),
                self.codes.take(targets),
                self.labels.take(targets),
                pa.array(best.units / UNITS),
                pa.array(probability, mask=np.isnan(probability)),
                self._levels(probability, best, people, person),
                pa.array(best.coverage, mask=np.isnan(best.coverage)),
                pa.array(best.position, mask=best.position == 0),
                missing,
                unknown,
                unsaid,
                unsaid,
            ],
            schema=output_schema(),
        )

    def _probability(self, units: NDArray[np.int64], occupied: NDArray[np.bool_]) -> NDArray[np.float64]:
        found = np.full(len(units), np.nan)
        for scorer, chosen in ((self.occupied, occupied), (self.unoccupied, ~occupied)):
            found[chosen] = probabilities_of(units[chosen] / UNITS, scorer)
        return found

    def _levels(
        self, probability: NDArray[np.float64], best: Best, people: People, person: NDArray[np.int64]
    ) -> "pa.Array":
        """Return the levels of `figures_of`, for all at once."""
        import pyarrow as pa  # noqa: PLC0415

        # A position counts only where something is covered.
        share = np.where(best.coverage > 0, best.position / max(1, len(self.graph.codes)), np.inf)
        far = np.full(len(probability), 2)
        far[(probability >= OPEN_PROBABILITY) | (share <= OPEN_POSITION)] = 1
        far[(probability >= OPEN_PROBABILITY) & (share <= CLOSE_POSITION)] = 0
        far[probability >= CLOSE_PROBABILITY] = 0
        far[(far == 0) & ~(share <= self.graph.settings.ranking.close_share)] = 1
        for move in np.flatnonzero(far == 0).tolist() if self.graph.settings.access is not None else ():
            held = self._held_by(people, int(person[move]))
            far[move] = 0 if self._may_be_close(held)[best.targets[move]] else 1
        return pa.array(LEVELS, pa.string()).take(pa.array(far, mask=np.isnan(probability)))

    def _credentials(self, people: People, best: Best, person: NDArray[np.int64]) -> "tuple[pa.Array, pa.Array]":
        import pyarrow as pa  # noqa: PLC0415

        kind = pa.list_(pa.string())
        missing: list[list[str]] = [[]] * len(person)
        unknown: list[list[str]] = [[]] * len(person)
        for move in np.flatnonzero(self.demanding[best.targets]).tolist():
            who = int(person[move])
            missing[move], unknown[move] = self._needed(people, who, int(best.targets[move]))
        return pa.array(missing, kind), pa.array(unknown, kind)

    def _needed(self, people: People, who: int, target: int) -> tuple[list[str], list[str]]:
        code, some = held = self._held_by(people, who)
        stated, key = dict(some), (held, target)
        if key not in self._needs:
            if len(self._needs) > _MOST_NEEDS:
                self._needs.clear()
            holdings = holdings_of(self.graph.referential, code or None, stated)
            needed = access_conditions(self.graph.referential, self.graph.codes[target], holdings).required
            self._needs[key] = (
                [c.code for c in needed if c.held == "no"],
                [c.code for c in needed if c.held == "unknown"],
            )
        return self._needs[key]

    def _held_by(self, people: People, who: int) -> Held:
        row = int(people.rows[who])
        stated: Mapping[str, Ternary] = (people.credentials[who] if people.credentials else None) or {}
        return self.graph.codes[row] if row >= 0 else "", frozenset(stated.items())

    def _may_be_close(self, held: Held) -> NDArray[np.bool_]:
        """Shape (n,): which targets access lets be `proche` for somebody; see `passerelles.ranking.moves`."""
        if held not in self._close:
            if len(self._close) > _MOST_KEPT:
                self._close.clear()
            code, stated = held
            demands = demands_of(self.graph)
            holdings: Holdings = holdings_of(self.graph.referential, code or None, dict(stated))
            hours, unknown = demands.training(demands.held(holdings), demands.price(holdings))
            fits = hours <= self.graph.settings.ranking.close_hours
            self._close[held] = ~demands.selective & fits & ~unknown
        return self._close[held]


def refused(ids: "pa.Array", numbers: NDArray[np.int64], faults: Mapping[int, Fault]) -> "pa.RecordBatch":
    """
    Return the rows of profiles that cannot be ranked.

    Parameters
    ----------
    ids, numbers
        Ids and row numbers of the whole batch.
    faults
        Why, by position in the batch.
    """
    import pyarrow as pa  # noqa: PLC0415

    where = np.asarray(sorted(faults), dtype=np.int64)
    schema = output_schema()
    given: dict[str, Any] = {
        "row": pa.array(numbers[where]),
        "id": ids.take(pa.array(where)),
        "reason": pa.array([faults[i].reason for i in where.tolist()], pa.string()),
        "detail": pa.array([faults[i].detail or None for i in where.tolist()], pa.string()),
    }
    columns = [given.get(f.name, pa.nulls(len(where), f.type)) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def no_moves() -> "pa.RecordBatch":
    """Return a batch of `output_schema` without rows."""
    import pyarrow as pa  # noqa: PLC0415

    schema = output_schema()
    return pa.RecordBatch.from_arrays([pa.nulls(0, f.type) for f in schema], schema=schema)


Engine = Literal["auto", "plain", "fast"]
Rejects = Callable[["pa.RecordBatch"], None]
Progress = Callable[[int], None]
_FAST_FROM: Final = 5_000  # rows from which making the fast engine, some ten seconds, pays


def rank_profiles(
    graph: OccupationGraph,
    table: Any,
    *,
    settings: Settings | None = None,
    limit: int = 10,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
    engine: Engine = "auto",
    threads: int | None = None,
) -> "pa.RecordBatchReader":
    """
    Rank the best moves of many people, a batch after the other.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    table
        Profiles: a ``pyarrow.Table``, ``RecordBatch`` or ``RecordBatchReader``, an iterable of batches, a data frame
        that tells its columns to Arrow (pandas, polars), or the path of a Parquet or CSV file. Columns: ``id`` (text
        or whole number); ``occupation`` (code or exact title, null for none; may be absent); ``competencies`` (list of
        codes, null for none); ``credentials`` (may be absent: a map or list of pairs code - ``"yes"``, ``"no"`` or
        ``"unknown"``, or a struct whose fields are the codes).
    settings
        Scorer; the graph's own where None.
    limit
        Most moves for a person.
    rejects
        Called with batches of the profiles that cannot be ranked. Without it they come among the moves, with a
        reason and without a rank; either way none is lost, and none stops the others.
    progress
        Called after each batch with the number of profiles that are done.
    engine
        ``"fast"`` needs the extra ``fast`` (numba); ``"plain"`` needs nothing; ``"auto"`` compiles where numba
        is installed and there are thousands of people. Both give the same moves, to the bit.
    threads
        Threads of the fast engine; as many as there are processors where None.

    Returns
    -------
    moves
        Reader of batches of `passerelles.bulk.rank.output_schema`, in the order of the profiles; each move is that
        of `rank_moves` for the same `Profile`. Some batches are in memory at a time, however many profiles come.

    Raises
    ------
    PasserellesError
        If the limit, the scorer, or a column of the first batch is not valid. Batches of another shape that come
        later are refused row by row.
    MissingExtraError
        If pyarrow, or what the engine needs, is not installed.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from passerelles import build_graph, load_referential, rank_profiles
    >>> people = pa.table({"id": ["p1"], "occupation": ["K2110"], "competencies": [[]]})
    >>> moves = rank_profiles(build_graph(load_referential("transitions")), people, limit=3)
    >>> moves.read_all().column("rank").to_pylist()
    [1, 2, 3]
    """
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    ranker = Ranker.of(graph, settings=settings, limit=limit, engine=engine)
    batches = _run(ranker, table, rejects, progress, threads)
    first = next(batches, None)  # what is wrong with the request is told now, not when the first move is read

    def all_batches() -> "Iterator[pa.RecordBatch]":
        if first is not None:
            yield first
        yield from batches

    return pa.RecordBatchReader.from_batches(output_schema().with_metadata(ranker.writer.metadata), all_batches())


def _processors() -> int:
    """Processors that this process may use; a container often has fewer than its machine."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class Ranked:
    """Moves of a batch of people, and those who were refused, both of `output_schema`; `people` counts both."""

    moves: "pa.RecordBatch"
    refused: "pa.RecordBatch"
    people: int


@dataclass(frozen=True, eq=False)
class Ranker:
    """A graph, a scorer and a limit, ready to rank one batch after the other; safe to share between threads."""

    directory: Directory
    writer: Writer
    plain: PlainEngine
    limit: int
    engine: Engine

    @classmethod
    def of(
        cls, graph: OccupationGraph, *, settings: Settings | None = None, limit: int = 10, engine: Engine = "auto"
    ) -> "Ranker":
        """Make the ranker of a graph; see `rank_profiles`."""
        need_arrow()
        check_limit(limit)
        chosen = settings_or(settings, graph.settings)
        mine = graph.referential
        scorers = scorer_for(mine, chosen.scorer), scorer_for(mine, chosen.scorer, occupied=False)
        if engine not in ("auto", "plain", "fast"):
            raise PasserellesError("bulk_engine", name=engine)
        return cls(Directory.of(graph), Writer.of(graph, *scorers, chosen), PlainEngine(graph, *scorers), limit, engine)

    def engine_at(self, number: int) -> PlainEngine | FastEngine:
        """
        Return the engine for a batch that ends at a row number: compiling is worth it for many people only.

        Raises
        ------
        MissingExtraError
            If the fast engine is asked for and numba is not installed.
        """
        asked = self.engine == "fast" or (self.engine == "auto" and number >= _FAST_FROM and numba_is_there())
        return (fast_engine(self.plain) if asked else None) or self.plain

    def rank(self, batch: "pa.RecordBatch", first: int, *, engine: PlainEngine | FastEngine | None = None) -> Ranked:
        """
        Rank the people of a batch, of which `first` is the number of the first row.

        A batch whose columns cannot be read is refused whole, row by row.
        """
        import pyarrow as pa  # noqa: PLC0415

        numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
        try:
            taken, garbled = legible(normalised(batch))
        except (PasserellesError, pa.ArrowException):
            ids = pa.nulls(batch.num_rows, pa.string())
            bad = refused(ids, numbers, dict.fromkeys(range(batch.num_rows), Fault("wrong_type")))
            return Ranked(no_moves(), bad, batch.num_rows)
        faults = dict.fromkeys(garbled, Fault("not_text"))
        faults |= {position: Fault(reason) for position, reason in known_faults(batch).items()}
        people, kept = read_people(self.directory, taken, faults)
        best = (engine or self.plain).rank(people, self.limit)
        for position in kept[np.diff(best.starts) == 0].tolist():
            faults[position] = Fault("no_move")
        ids = taken.column("id")
        moves = self.writer.batch(people, best, ids.take(pa.array(kept)), numbers[kept])
        return Ranked(moves, refused(ids, numbers, faults), batch.num_rows)


def _run(
    ranker: Ranker, table: Any, rejects: Rejects | None, progress: Progress | None, threads: int | None
) -> "Iterator[pa.RecordBatch]":
    with opened(table) as batches:
        done = 0
        for ranked in in_turn(ranker, numbered(batches), threads):
            done += yield from _told(ranked, rejects, progress, done)


def in_turn(
    ranker: Ranker, pieces: "Iterable[tuple[pa.RecordBatch, int]]", threads: int | None = None, *, before: int = 0
) -> Iterator[Ranked]:
    """
    Rank numbered batches; a few are under way at a time, and come out in order.

    `before` counts the people of the same run who were ranked already, by which an engine is chosen.
    """
    threads = threads or _processors()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting: deque[Future[Ranked]] = deque()
        for batch, number in pieces:
            engine = ranker.engine_at(before + number + batch.num_rows)
            waiting.append(pool.submit(ranker.rank, batch, number, engine=engine))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def numbered(batches: "Iterable[pa.RecordBatch]") -> "Iterator[tuple[pa.RecordBatch, int]]":
    """
    Yield pieces of at most `BATCH` rows with the number of their first row, from 1.

    Raises
    ------
    PasserellesError
        If a column of the first batch is not valid.
    """
    first = 1
    for batch in batches:
        for start in range(0, max(1, batch.num_rows), BATCH):
            piece = batch.slice(start, BATCH)
            if first == 1:
                normalised(piece)
            yield piece, first
            first += piece.num_rows


def _told(
    ranked: Ranked, rejects: Rejects | None, progress: Progress | None, done: int
) -> "Generator[pa.RecordBatch, None, int]":
    moves, bad = ranked.moves, ranked.refused
    if rejects is None:
        moves = in_order(moves, bad)
    elif bad.num_rows:
        rejects(bad)
    if moves.num_rows:
        yield moves
    if progress is not None:
        progress(done + ranked.people)
    return ranked.people


def in_order(moves: "pa.RecordBatch", bad: "pa.RecordBatch") -> "pa.RecordBatch":
    """Return moves and refused profiles as one batch, in the order of the profiles; each profile is in one of them."""
    import pyarrow as pa  # noqa: PLC0415

    if not bad.num_rows:
        return moves
    both = pa.Table.from_batches([moves, bad]).combine_chunks()
    order = np.argsort(both.column("row").to_numpy(), kind="stable")
    return both.take(pa.array(order)).combine_chunks().to_batches()[0]
