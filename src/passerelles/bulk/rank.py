"""`rank_profiles`: batches of people in, batches of moves out, by plain NumPy or by compiled loops (extra `fast`)."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.util import find_spec
from itertools import chain
from typing import Any, Final, Literal, NamedTuple, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from passerelles.access.conditions import AccessConditions, access_conditions
from passerelles.access.demands import demands_of
from passerelles.access.holdings import NO_AIM, Aim, Holdings, holdings_of
from passerelles.bulk import profiles
from passerelles.bulk.layout import KNOWN, MEASURES, Best, Formula, Needs, Space, make_formula, make_needs, make_space
from passerelles.bulk.profiles import BATCH, FAULT, Directory, Fault, People
from passerelles.codes import check_whole, grouped
from passerelles.errors import PasserellesError, checked, need
from passerelles.graph.core import OccupationGraph, metadata, provenance
from passerelles.io.arrow import need_arrow, pa
from passerelles.model import Stated
from passerelles.progress import OnDone
from passerelles.ranking.move import excluded_rows
from passerelles.ranking.rank import best_rows, check_limit, levels_by, short_access
from passerelles.scoring import measures
from passerelles.scoring.features import reads_alone
from passerelles.scoring.scorer import LEVELS, Scorer, scorer_for, scorer_sum
from passerelles.scoring.table import UNITS, score_person, score_table
from passerelles.settings import Settings, settings_or
from passerelles.sharing import blocks, cached_property, processors
from passerelles.vectors import Bools, Cells, Floats, Ints, Rows, presence, sparse

Value = TypeVar("Value")
_CACHE_SIZE: Final = 100_000  # cached results: a bound on memory
_BLOCK_SIZE: Final = 128  # people scored together: 128 x 1,600 targets x 10 parts in whole numbers are 8 MB


def _cached(method: Callable[..., Value]) -> cached_property[Callable[..., Value]]:
    """Cache the results of a method, for each object."""
    return cached_property(lambda owner: lru_cache(_CACHE_SIZE)(partial(method, owner)))


class PlainEngine(NamedTuple):
    """Ranks people with numpy and scipy alone, through the very functions that `rank_moves` calls."""

    graph: OccupationGraph
    occupied: Scorer
    unoccupied: Scorer

    def rank(self, people: People, limit: int) -> Best:
        """Return the best targets of some people."""
        size = len(people.rows)
        ranking = _no_moves(size, min(limit, len(self.graph.codes)))
        for block in blocks(size, _BLOCK_SIZE):
            arrays: Any = [array[block] for array in ranking]
            self._rank_block(people.chosen(block), Best(*arrays))
        return ranking

    def _rank_block(self, people: People, ranking: Best) -> None:
        required = measures.Origins(people.extra, people.rows).of_occupation(presence(self.graph.weights))
        origins = measures.Origins(sparse.csr_array(required + people.extra), people.rows)
        totals = np.zeros((len(people.rows), len(self.graph.codes)), dtype=np.int64)
        plain, *others = people.parted()
        if len(plain):
            totals[plain] = score_table(self.graph, self.occupied).scores.sums(people.rows[plain])
        for scorer, chosen in zip((self.occupied, self.unoccupied), others, strict=True):
            if len(chosen):
                table = score_table(self.graph, scorer)
                totals[chosen] = score_person(self.graph, table, origins.part(chosen)).sums()
        held = Cells.of(origins.held)
        for person, row in enumerate(people.rows.tolist()):
            self._fill(ranking, person, totals[person], held.columns[held.of_row(person)], row)

    def _fill(self, ranking: Best, person: int, units: Ints, held: NDArray[np.int32], row: int) -> None:
        best = best_rows(self.graph, row, units / UNITS, ranking.target.shape[1])
        coverage = measures.coverage_row(self.graph, measures.held_competencies(self.graph, held))
        position = measures.coverage_positions(coverage, excluded_rows(self.graph, row), best)
        ranking.size[person] = len(best)
        arrays: tuple[NDArray[Any], ...] = ranking[1:]
        for array, values in zip(arrays, (best, units[best], coverage[best], position), strict=True):
            array[person, : len(best)] = values


@dataclass(frozen=True, eq=False)
class FastEngine:
    """Ranks people with compiled loops; the same moves as `PlainEngine`, to the bit. Safe to share between threads."""

    plain: PlainEngine
    space: Space
    needs: Needs
    formulas: Mapping[bool, Formula]  # for people with and without an occupation

    @classmethod
    def of(cls, plain: PlainEngine) -> "FastEngine | None":
        """
        Make the engine of a graph; None where the loops do not know a feature, or an occupation lists nothing.

        Raises
        ------
        MissingExtraError
            If numba is not installed.
        """
        need("numba", "fast")
        graph = plain.graph
        index = measures.measure_index(graph)
        tables = {True: score_table(graph, plain.occupied), False: score_table(graph, plain.unoccupied)}
        reference = tables[True].reference
        moving = [w for t in tables.values() for w in t.scorer.parts.values() if reads_alone(w, "of_holdings")]
        known = all(name in KNOWN and weight >= 0 for weights in moving for name, weight in weights.items())
        bare = any(index.lists_nothing(name) is not None for name in MEASURES)  # the loops rank every occupation
        if reference is None or not known or bare or graph.is_specialised.all():
            return None
        formulas = {occupied: make_formula(graph, table, occupied=occupied) for occupied, table in tables.items()}
        return cls(plain, make_space(graph, reference.attributes.cadre), make_needs(graph), formulas)

    def rank(self, people: People, limit: int) -> Best:
        """Return the best targets of some people."""
        limit = min(limit, len(self.plain.graph.codes))
        ranking = _no_moves(len(people.rows), limit)
        plain, *others = people.parted()
        for row in np.unique(people.rows[plain]).tolist():
            _copy_moves(ranking, plain[people.rows[plain] == row], self._of_occupation(row, limit))
        for occupied, chosen in zip((True, False), others, strict=True):
            if len(chosen):
                self._run(people, chosen[np.argsort(people.rows[chosen], kind="stable")], ranking, occupied=occupied)
        doubtful = np.flatnonzero(ranking.size < 0)
        if len(doubtful):
            _copy_moves(ranking, doubtful, self.plain.rank(people.chosen(doubtful), limit))
        return ranking

    def _run(self, people: People, positions: Rows, ranking: Best, *, occupied: bool) -> None:
        from passerelles.bulk.kernels import make_workspace, rank_people  # noqa: PLC0415 - numba is slow to import

        part, chosen = _no_moves(len(positions), ranking.target.shape[1]), people.chosen(positions)
        formula = self.formulas[occupied]
        work = make_workspace(self.space, self.needs, formula)
        rank_people(chosen.rows, Cells.of(chosen.extra), self.space, self.needs, formula, work, part)
        _copy_moves(ranking, positions, part)

    @_cached
    def _of_occupation(self, row: int, limit: int) -> Best:
        """Best targets of an occupation and nothing more."""
        nothing = sparse.csr_array((1, self.plain.graph.weights.shape[1]))
        return self.plain.rank(People(np.asarray([row], np.int32), nothing), limit)


def _no_moves(size: int, limit: int) -> Best:
    kinds = (np.int32, np.int64, np.float64, np.int32)
    target, units, coverage, position = (np.zeros((size, limit), kind) for kind in kinds)
    return Best(np.zeros(size, np.int32), target, units, coverage, position)


def _copy_moves(ranking: Best, people: Rows, others: Best) -> None:
    """Copy the moves of others, or of one for all, to the positions of some people."""
    arrays: tuple[NDArray[Any], ...] = ranking
    for array, values in zip(arrays, others, strict=True):
        array[people] = values


Held = tuple[str, frozenset[tuple[str, Stated]], Aim]


# Columns of what comes out and what they hold, in Spark's words.
OUTPUT: Final = (
    "row bigint, id string, rank int, code string, label string, score double, probability double, level string, "
    "coverage double, coverage_position int, credentials_missing array<string>, credentials_unknown array<string>, "
    "reason string, detail string"
)


def output_schema() -> "pa.Schema":
    """
    Columns of what comes out, one row a move; a profile that cannot be ranked has one row, with a reason.

    Returns
    -------
    schema
        ``row`` is the number of the profile in the input, from 1 (null where the input comes in partitions); ``id``
        its id; ``rank`` from 1; ``code`` and ``label`` the target; ``score``, ``probability``, ``level``,
        ``coverage`` and ``coverage_position`` as in `Move`; ``credentials_missing`` and ``credentials_unknown`` as
        `credentials_to_obtain` writes them; ``reason`` and ``detail`` say why a profile has no move, and all else is
        null then.
    """
    text = pa.string()
    kinds = {"bigint": pa.int64(), "int": pa.int32(), "double": pa.float64(), "string": text}
    kinds["array<string>"] = pa.list_(text)
    columns = (column.partition(" ") for column in OUTPUT.split(", "))
    return pa.schema([(name, kinds[kind]) for name, _, kind in columns])


def credentials_to_obtain(conditions: AccessConditions) -> tuple[list[str], list[str]]:
    """
    Return codes required and not held, and codes of which it is unknown whether they are held, each once.

    Of a choice that is held, nothing. One that is not is one text, ``A+B|C``: its ways, or those that may be held if
    some may, each without what of it is held.
    """
    missing: list[str] = []
    unknown: list[str] = []
    for members in grouped(((c.group, c.group or c.code), c) for c in conditions.to_obtain).values():
        ways = [way for _, way in sorted(grouped((c.alternative or "", c) for c in members).items())]
        open_ = [way for way in ways if all(c.held != "no" for c in way)]
        codes = ("+".join(dict.fromkeys(c.code for c in way)) for way in open_ or ways)
        (unknown if open_ else missing).append("|".join(dict.fromkeys(codes)))
    return list(dict.fromkeys(missing)), list(dict.fromkeys(unknown))


def refused_rows(ids: "pa.Array", numbers: Ints, faults: Mapping[int, Fault]) -> "pa.RecordBatch":
    """
    Return the rows of profiles that cannot be ranked.

    Parameters
    ----------
    ids, numbers
        Ids and row numbers of the whole batch.
    faults
        Why, by position in the batch.
    """
    rows = [
        {"row": int(numbers[i]), "id": ids[i].as_py(), "reason": fault.reason, "detail": fault.detail or None}
        for i, fault in sorted(faults.items())
    ]
    return pa.RecordBatch.from_pylist(rows, schema=output_schema())


EngineName = Literal["auto", "plain", "fast"]
Rejects = Callable[["pa.RecordBatch"], None]
Pieces = Iterable[tuple["pa.RecordBatch", int]]  # each with the number of its first row
_FAST_FROM: Final = 5_000  # rows from which making the fast engine, some ten seconds, pays


@checked
def rank_profiles(
    graph: OccupationGraph,
    table: Any,
    *,
    settings: Settings | None = None,
    limit: int | None = 10,
    rejects: Rejects | None = None,
    progress: OnDone | None = None,
    engine: EngineName = "auto",
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
        or whole number); ``occupation`` (code or exact title, null for none); ``competencies`` (list of codes, null
        for none), either of which may be absent; ``credentials`` (may be absent: a map or list of pairs code -
        ``"yes"``, ``"no"``, ``"unknown"`` or ``"expired"``, or a struct whose fields are the codes); ``employment`` (as
        in `Profile`, null for none; may be absent). Others are not read, which a `PasserellesWarning` says.
    settings
        Scorer; the graph's own where None.
    limit
        Most moves for a person, None for all.
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
        If the limit, the scorer, the number of threads, or a column of the first batch is not valid, or has a name that
        resembles a known one which is not there. Batches of another shape that come later are refused row by row.
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
    ranker = Ranker.of(graph, settings=settings, limit=limit, engine=engine)
    if threads is not None:
        check_whole(threads, "threads_invalid", least=1)
    batches = _run(ranker, table, rejects, progress, threads)
    first = next(batches, None)  # a wrong request is refused now, not when the first move is read
    schema = output_schema().with_metadata(ranker.metadata)
    ranked = chain(() if first is None else (first,), batches)
    return pa.RecordBatchReader.from_batches(schema, (b.replace_schema_metadata(ranker.metadata) for b in ranked))


class RankedBatch(NamedTuple):
    """Moves of a batch of people, and those who were refused, both of `output_schema`; `people` counts both."""

    moves: "pa.RecordBatch"
    refused: "pa.RecordBatch"
    people: int


@dataclass(frozen=True, eq=False)
class Ranker:
    """A graph, a scorer and a limit, ready to rank one batch after the other; safe to share between threads."""

    directory: Directory
    plain: PlainEngine
    settings: Settings
    limit: int
    engine: EngineName

    @classmethod
    def of(
        cls, graph: OccupationGraph, *, limit: int | None, settings: Settings | None = None, engine: EngineName = "auto"
    ) -> "Ranker":
        """Make the ranker of a graph; see `rank_profiles`."""
        need_arrow()
        check_limit(limit)
        chosen = settings_or(settings, graph.settings)
        referential = graph.referential
        scorers = scorer_for(referential, chosen.scorer), scorer_for(referential, chosen.scorer, occupied=False)
        if engine not in get_args(EngineName):
            raise PasserellesError("bulk_engine", name=engine)
        most = len(graph.codes) if limit is None else limit
        return cls(Directory.of(graph), PlainEngine(graph, *scorers), chosen, most, engine)

    def engine_at(self, number: int) -> PlainEngine | FastEngine:
        """
        Return the engine for a batch that ends at a row number, made at the first call.

        Compiling is worth it for many people only.

        Raises
        ------
        MissingExtraError
            If the fast engine is asked for and numba is not installed.
        """
        plain = self.plain
        pays = number >= _FAST_FROM and find_spec("numba") is not None
        fast = self.engine == "fast" or (self.engine == "auto" and pays)
        key = ("fast_engine", plain.occupied.name, plain.occupied.version, plain.unoccupied.name)
        return (plain.graph.derived(key, lambda: FastEngine.of(plain)) if fast else None) or plain

    def rank(self, batch: "pa.RecordBatch", first: int, *, before: int = 0) -> RankedBatch:
        """
        Rank the people of a batch, of which `first` is the number of the first row.

        `before` counts the people of the same run who were ranked already, by which an engine is chosen. A batch whose
        columns cannot be read is refused whole, row by row.
        """
        numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
        try:
            people_batch, garbled = profiles.with_valid_texts(profiles.with_known_columns(batch))
        except (PasserellesError, pa.ArrowException):
            ids = pa.nulls(batch.num_rows, pa.string())
            bad = refused_rows(ids, numbers, dict.fromkeys(range(batch.num_rows), Fault("wrong_type")))
            return RankedBatch(refused_rows(ids, numbers, {}), bad, batch.num_rows)
        faults = dict.fromkeys(garbled, Fault("not_text"))
        if FAULT in batch.schema.names:  # rows of a file that could not be read
            reasons = enumerate(batch.column(FAULT).to_pylist())
            faults |= {position: Fault(reason) for position, reason in reasons if reason is not None}
        people, accepted = profiles.read_people(self.directory, people_batch, faults)
        best = self.engine_at(before + first + batch.num_rows).rank(people, self.limit)
        faults |= dict.fromkeys(accepted[best.size == 0].tolist(), Fault("no_move"))
        ids = people_batch.column("id")
        moves = self._moves(people, best, ids.take(pa.array(accepted)), numbers[accepted])
        return RankedBatch(moves, refused_rows(ids, numbers, faults), batch.num_rows)

    @cached_property
    def names(self) -> "list[pa.Array]":
        """Codes and labels of the occupations."""
        graph = self.plain.graph
        return [pa.array(texts, pa.string()) for texts in (graph.codes, [o.label for o in graph.occupations])]

    @cached_property
    def metadata(self) -> dict[str, str]:
        """What made the moves, as the metadata of their schema."""
        scorers = {"scorer": self.plain.occupied, "scorer_without_occupation": self.plain.unoccupied}
        stamps = {k: {"name": s.name, "version": s.version, "sha256": scorer_sum(s)} for k, s in scorers.items()}
        return metadata(provenance(self.plain.graph, self.settings, stamps))

    def _moves(self, people: People, ranking: Best, ids: "pa.Array", numbers: Ints) -> "pa.RecordBatch":
        """Return the moves of some people, whose ids and row numbers are given."""
        filled = np.arange(ranking.target.shape[1])[None, :] < ranking.size[:, None]
        person, place = np.nonzero(filled)
        arrays: tuple[NDArray[Any], ...] = ranking[1:]
        best = Best(ranking.size, *(values[filled] for values in arrays))
        probability = self._probability(best.units, people.rows[person] >= 0)
        targets = pa.array(best.target)
        missing, unknown = self._credentials(people, best, person)
        unsaid = pa.nulls(len(person), pa.string())
        return pa.RecordBatch.from_arrays(
            [
                pa.array(numbers[person]),
                ids.take(pa.array(person)),
                pa.array((place + 1).astype(np.int32)),
                *(names.take(targets) for names in self.names),
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

    def _probability(self, units: Ints, occupied: Bools) -> Floats:
        chances = np.full(len(units), np.nan)
        for scorer, chosen in ((self.plain.occupied, occupied), (self.plain.unoccupied, ~occupied)):
            chances[chosen] = scorer.chances(units[chosen] / UNITS)
        return chances

    def _levels(self, probability: Floats, best: Best, people: People, person: Ints) -> "pa.Array":
        """Return the levels of all moves at once, as `rank_moves` has them."""
        far = levels_by(self.plain.graph, probability, best.position, best.coverage)
        for move in np.flatnonzero(far == 0).tolist() if self.plain.graph.settings.access is not None else ():
            held = self._held_by(people, int(person[move]))
            far[move] = 0 if self._may_be_close(held, int(best.target[move])) else 1
        return pa.array(LEVELS, pa.string()).take(pa.array(far, mask=far < 0))

    def _credentials(self, people: People, best: Best, person: Ints) -> "tuple[pa.Array, pa.Array]":
        kind = pa.list_(pa.string())
        missing: list[list[str]] = [[]] * len(person)
        unknown: list[list[str]] = [[]] * len(person)
        # The title of an origin has no effect elsewhere.
        ways = {Aim(aim.employment) for aim in (NO_AIM, *(people.aims or ()))}
        demanding = np.any([demands_of(self.plain.graph, aim).needed.any(axis=1) for aim in ways], axis=0)
        for move in np.flatnonzero(demanding[best.target]).tolist():
            held = self._held_by(people, int(person[move]))
            missing[move], unknown[move] = self._to_obtain(held, int(best.target[move]))
        return pa.array(missing, kind), pa.array(unknown, kind)

    @_cached
    def _to_obtain(self, held: Held, target: int) -> tuple[list[str], list[str]]:
        """Result of `credentials_to_obtain` for a person and a target."""
        graph = self.plain.graph
        return credentials_to_obtain(access_conditions(graph.referential, graph.codes[target], self._holdings(held)))

    def _held_by(self, people: People, who: int) -> Held:
        row = int(people.rows[who])
        stated: Mapping[str, Stated] = (people.credentials[who] if people.credentials else None) or {}
        aim = people.aims[who] if people.aims else NO_AIM
        return self.plain.graph.codes[row] if row >= 0 else "", frozenset(stated.items()), aim

    @_cached
    def _holdings(self, held: Held) -> Holdings:
        code, stated, aim = held
        return holdings_of(self.plain.graph.referential, code or None, dict(stated), *aim)

    @_cached
    def _may_be_close(self, held: Held, target: int) -> bool:
        """Whether access lets a target be `proche` for a person; see `passerelles.ranking.rank`."""
        return short_access(self.plain.graph, target, self._holdings(held), Aim(held[2].employment))


def _run(
    ranker: Ranker, table: Any, rejects: Rejects | None, progress: OnDone | None, threads: int | None
) -> "Iterator[pa.RecordBatch]":
    done = 0
    with profiles.open_batches(table) as batches:
        for ranked in rank_each(ranker, numbered_pieces(batches), threads):
            moves = in_row_order(ranked.moves, ranked.refused) if rejects is None else ranked.moves
            if rejects is not None and ranked.refused.num_rows:
                rejects(ranked.refused)
            if moves.num_rows:
                yield moves
            done += ranked.people
            if progress is not None:
                progress(done)


def rank_each(ranker: Ranker, pieces: Pieces, threads: int | None = None, *, before: int = 0) -> Iterator[RankedBatch]:
    """Rank numbered batches; a few are under way at a time, and come out in order. `before` is as in `Ranker.rank`."""
    threads = threads or processors()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        under_way = (pool.submit(ranker.rank, batch, number, before=before) for batch, number in pieces)
        yield from results_of(under_way, most=threads + 1)


def results_of(under_way: Iterable[Any], *, most: int) -> Iterator[Any]:
    """Yield the results of futures in order; `most` of them are begun before the first result is waited for."""
    waiting: deque[Any] = deque()
    for future in under_way:
        waiting.append(future)
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def numbered_pieces(
    batches: "Iterable[pa.RecordBatch]", part_rows: int = sys.maxsize
) -> "Iterator[tuple[pa.RecordBatch, int]]":
    """
    Yield pieces of at most `BATCH` rows, none across two parts, with the number of their first row, from 1.

    Raises
    ------
    PasserellesError
        If a column of the first batch is not valid.
    """
    first = 1
    for batch in batches:
        start, rows = 0, max(1, batch.num_rows)
        while start < rows:
            piece = batch.slice(start, min(BATCH, part_rows - (first - 1) % part_rows))
            if first == 1:
                profiles.with_known_columns(piece)
            yield piece, first
            first += piece.num_rows
            start += max(1, piece.num_rows)


def check_columns(table: Any) -> None:
    """
    Check the columns of profiles that can be read again; unread ones are warned of when they are ranked.

    Raises
    ------
    PasserellesError
        If they cannot be read, or a column is not valid.
    """
    with profiles.open_batches(table, tell=False) as batches:
        next(numbered_pieces(batches), None)


def in_row_order(moves: "pa.RecordBatch", bad: "pa.RecordBatch") -> "pa.RecordBatch":
    """Return moves and refused profiles as one batch, in the order of the profiles; each profile is in one of them."""
    if not bad.num_rows:
        return moves
    both = pa.Table.from_batches([moves, bad]).combine_chunks()
    order = np.argsort(both.column("row").to_numpy(), kind="stable")
    return both.take(pa.array(order)).combine_chunks().to_batches()[0]
