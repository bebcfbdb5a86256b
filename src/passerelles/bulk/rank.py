"""`rank_profiles`: batches of people in, batches of moves out."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from passerelles.bulk.columns import BATCH, known_faults, legible, normalised
from passerelles.bulk.engines import FastEngine, PlainEngine, fast_engine, numba_is_there
from passerelles.bulk.moves import Writer, no_moves, output_schema, refused
from passerelles.bulk.people import Directory, Fault, read_people
from passerelles.bulk.source import need_arrow, opened
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.moves import check_limit
from passerelles.scoring.scorer import scorer_for
from passerelles.settings import Settings, settings_or

if TYPE_CHECKING:
    import pyarrow as pa

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
        Reader of batches of `passerelles.bulk.moves.output_schema`, in the order of the profiles; each move is that
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
