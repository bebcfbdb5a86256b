"""`rank_profiles`: batches of people in, batches of moves out; and the same from a file to another."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal

import numpy as np

from passerelles.bulk.columns import BATCH, known_faults, legible, normalised
from passerelles.bulk.engines import FastEngine, PlainEngine, fast_engine, numba_is_there
from passerelles.bulk.moves import Writer, no_moves, output_schema, refused
from passerelles.bulk.people import Directory, Fault, read_people
from passerelles.bulk.source import need_arrow, opened
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.io.atomic import atomic_file, check_free
from passerelles.language.say import Lang, say
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
    batches = _run(ranker, table, rejects, progress, threads or _processors())
    first = next(batches, None)  # what is wrong with the request is told now, not when the first move is read

    def all_batches() -> "Iterator[pa.RecordBatch]":
        if first is not None:
            yield first
        yield from batches

    return pa.RecordBatchReader.from_batches(output_schema(), all_batches())


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
        name = settings_or(settings, graph.settings).scorer
        mine = graph.referential
        scorers = scorer_for(mine, name), scorer_for(mine, name, occupied=False)
        if engine not in ("auto", "plain", "fast"):
            raise PasserellesError("bulk_engine", name=engine)
        return cls(Directory.of(graph), Writer.of(graph, *scorers), PlainEngine(graph, *scorers), limit, engine)

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
    ranker: Ranker, table: Any, rejects: Rejects | None, progress: Progress | None, threads: int
) -> "Iterator[pa.RecordBatch]":
    """Rank batch after batch; a few are under way at a time, and come out in order."""
    with opened(table) as batches, ThreadPoolExecutor(max_workers=threads) as pool:
        waiting: deque[Future[Ranked]] = deque()
        done = 0
        for batch, number in _numbered(batches):
            if number == 1:
                normalised(batch)
            waiting.append(pool.submit(ranker.rank, batch, number, engine=ranker.engine_at(number + batch.num_rows)))
            if len(waiting) > threads:
                done += yield from _told(waiting.popleft().result(), rejects, progress, done)
        while waiting:
            done += yield from _told(waiting.popleft().result(), rejects, progress, done)


def _numbered(batches: "Iterator[pa.RecordBatch]") -> "Iterator[tuple[pa.RecordBatch, int]]":
    """Yield pieces of at most `BATCH` rows with the number of their first row, from 1."""
    first = 1
    for batch in batches:
        for start in range(0, max(1, batch.num_rows), BATCH):
            piece = batch.slice(start, BATCH)
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


_FORMS: Final = (".parquet", ".csv")
_MOVE_COLUMNS: Final = ("reason", "detail")  # those that are about refused profiles


@dataclass(frozen=True, slots=True)
class Written:
    """How many profiles were ranked and refused, and where each went."""

    ranked: int
    refused: int
    output: Path
    rejects: Path


def rank_file(
    graph: OccupationGraph,
    profiles: Path,
    output: Path,
    *,
    rejects: Path | None = None,
    settings: Settings | None = None,
    limit: int = 10,
    progress: Progress | None = None,
    lang: Lang = "fr",
) -> Written:
    """
    Rank the profiles of a Parquet or CSV file into another; see `rank_profiles` for both.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    profiles
        File of profiles.
    output
        File of moves to write, ``.parquet`` or ``.csv``; one that is there is replaced when the new one is complete.
    rejects
        File of the profiles that cannot be ranked, always written, with a reason for each; by default beside the
        output, its name followed by ``-rejects``.
    settings, limit, progress
        As in `rank_profiles`.
    lang
        Language of the reasons.

    Raises
    ------
    PasserellesError
        If a file cannot be read or written, or a name does not end by a known suffix. Nothing is written then.
    MissingExtraError
        If pyarrow is not installed.
    """
    need_arrow()
    aside = rejects or output.with_name(f"{output.stem}-rejects{output.suffix}")
    for path in (output, aside):
        if path.suffix.casefold() not in _FORMS:
            raise PasserellesError("resolve_output", path=path, known=", ".join(_FORMS))
        check_free(path, overwrite=True)
    if len({p.resolve() for p in (profiles, output, aside)}) < 3:  # noqa: PLR2004 - three different files
        raise PasserellesError("profiles_same_file", path=output)
    done = refused = 0

    def tell(count: int) -> None:
        nonlocal done
        done = count
        if progress is not None:
            progress(count)

    with _table_file(aside, rejects_schema()) as keep, _table_file(output, _move_schema()) as write:

        def put_aside(batch: "pa.RecordBatch") -> None:
            nonlocal refused
            refused += batch.num_rows
            keep(_explained(batch, lang))

        moves = rank_profiles(graph, profiles, settings=settings, limit=limit, rejects=put_aside, progress=tell)
        for batch in moves:
            write(batch.drop_columns(list(_MOVE_COLUMNS)))
    return Written(done - refused, refused, output, aside)


def rejects_schema() -> "pa.Schema":
    """Columns of the file of refused profiles: row, id, key of the reason, value concerned, and the sentence."""
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    return pa.schema([("row", pa.int64()), *[(n, pa.string()) for n in ("id", "reason", "detail", "message")]])


def _move_schema() -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415

    return pa.schema([field for field in output_schema() if field.name not in _MOVE_COLUMNS])


def _explained(batch: "pa.RecordBatch", lang: Lang) -> "pa.RecordBatch":
    import pyarrow as pa  # noqa: PLC0415

    pairs = zip(batch.column("reason").to_pylist(), batch.column("detail").to_pylist(), strict=True)
    told = [say(f"bulk.reason.{reason}", lang=lang, detail=detail or "") for reason, detail in pairs]
    columns = [batch.column(name) for name in ("row", "id", "reason", "detail")]
    return pa.RecordBatch.from_arrays([*columns, pa.array(told, pa.string())], schema=rejects_schema())


@contextmanager
def _table_file(path: Path, schema: "pa.Schema") -> "Iterator[Callable[[pa.RecordBatch], None]]":
    """Give what adds a batch to a file that appears when the block ends without an error."""
    with atomic_file(path, overwrite=True) as stream:
        if path.suffix.casefold() == ".csv":
            with _csv_writer(stream, schema) as write:
                yield write
            return
        import pyarrow.parquet as pq  # noqa: PLC0415

        with pq.ParquetWriter(stream, schema) as writer:
            yield writer.write_batch


@contextmanager
def _csv_writer(stream: BinaryIO, schema: "pa.Schema") -> "Iterator[Callable[[pa.RecordBatch], None]]":
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.csv as pc_csv  # noqa: PLC0415

    flat = pa.schema([pa.field(f.name, pa.string() if pa.types.is_list(f.type) else f.type) for f in schema])
    options = pc_csv.WriteOptions(quoting_style="needed")
    with pc_csv.CSVWriter(stream, flat, write_options=options) as writer:

        def write(batch: "pa.RecordBatch") -> None:
            columns: list[Any] = [pc.binary_join(c, ";") if pa.types.is_list(c.type) else c for c in batch.columns]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=flat))

        yield write
