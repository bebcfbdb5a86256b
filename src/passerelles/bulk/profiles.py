"""Profiles from files, streams and data frames, in bounded batches: their columns, and the people of a batch."""

import csv
import re
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO, get_args

import numpy as np
from numpy.typing import NDArray

from passerelles.access.holdings import Aim
from passerelles.codes import check_code
from passerelles.errors import PasserellesError, PasserellesWarning, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.io.archive import path_errors
from passerelles.io.arrow import pa, pc, pq
from passerelles.io.atomic import is_stream
from passerelles.io.csv import DELIMITERS, decode
from passerelles.model import STATED, Employment, Stated
from passerelles.referentials.draft import meaning
from passerelles.referentials.referential import exact_occupation, named_titles
from passerelles.referentials.table_format import coded
from passerelles.scoring.measures import Origins
from passerelles.text import alike, cut, few, normalise_label
from passerelles.vectors import Bools, Ints, Rows, presence, sparse

# Rows handled at a time, whatever comes in: memory does not depend on how many there are. Enough that the
# fast engine pays, or the first batch of every large file would be ranked the slow way.
BATCH: Final = 8192
COLUMNS: Final = ("id", "occupation", "competencies", "credentials", "employment")
_MISSPELT: Final = 85  # of 100: similarity to an absent column from which a name counts as misspelt
_LETTER_DIFFERENCE: Final = 2  # largest difference of length from the right name
_LISTED: Final = 10  # unread columns that the warning lists at most
# What people call these columns of a CSV file, and what they write in them; of several, the first is read.
_HEADS: Final = {
    "id": ("identifiant",),
    "occupation": ("code rome", "metier"),
    "competencies": ("competences",),
    "credentials": ("certifications",),
}
_HELD: Final = coded("yes_no") | coded("expired")
_EMPLOYMENT: Final = coded("employment")
_SEP: Final = re.compile(r"[;|,\n]")
FAULT: Final = "passerelles.fault"  # a further column: why a row of a file could not be read


def check_names(names: Sequence[str], *, tell: bool = True) -> None:
    """
    Check that the columns of profiles are there, each once; `tell` in a warning which are not read.

    Raises
    ------
    PasserellesError
        If one is missing, or comes twice, or has a name that resembles that of a known one which is not there.
    """
    _check_there(names)
    absent = {name: name for name in COLUMNS if name not in names}
    for name in _unread(names):
        for near in alike(name.casefold(), absent, least=_MISSPELT, most=1):
            if abs(len(name) - len(near)) <= _LETTER_DIFFERENCE:  # else it is another thing: employment_type
                raise PasserellesError("profiles_misspelt", column=name, near=near)
    if tell:
        _tell_unread(names)


def _check_there(names: Sequence[str]) -> None:
    sources = ("occupation", "competencies")  # a profile may be either alone
    missing = [*(["id"] if "id" not in names else []), *(() if any(name in names for name in sources) else sources)]
    if missing:
        raise PasserellesError("profiles_columns", missing=", ".join(missing), known=", ".join(COLUMNS))
    if twice := [name for name in COLUMNS if list(names).count(name) > 1]:
        raise PasserellesError("profiles_twice", columns=", ".join(twice))


def _unread(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.strip() and name not in (*COLUMNS, FAULT)]


def _tell_unread(names: Iterable[str]) -> None:
    """Warn of columns that are not read."""
    if others := _unread(names):
        warning = PasserellesWarning("profiles_unread", columns=few(others, _LISTED), known=", ".join(COLUMNS))
        warnings.warn(warning, stacklevel=2)


def with_known_columns(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """
    Return a batch with the columns that `read_people` takes, as text and lists of text.

    Raises
    ------
    PasserellesError
        If a column is missing or of another type: a code is a text, never a number.
    """
    _check_there(batch.schema.names)
    columns = [_typed_column(batch, name) for name in COLUMNS]
    # Copied: checking the texts of a slice would read those of the whole table, piece after piece.
    return pa.RecordBatch.from_arrays(columns, names=list(COLUMNS)).take(np.arange(batch.num_rows))


def with_valid_texts(batch: "pa.RecordBatch") -> "tuple[pa.RecordBatch, list[int]]":
    """
    Return a batch whose texts are texts, and the positions of the rows that had bytes which are none.

    Arrow and Parquet promise UTF-8 and do not check it: what a faulty program wrote comes out here.
    """
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        garbled: set[int] = set()
        columns = [_valid_texts(column, garbled) for column in batch.columns]
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names), sorted(garbled)
    return batch, []


def _valid_texts(column: "pa.Array", garbled: set[int]) -> "pa.Array":
    values: list[Any] = []
    for position, value in enumerate(column):
        try:
            values.append(value.as_py())
        except UnicodeDecodeError:
            values.append(None)
            garbled.add(position)
    return pa.array(values, column.type)


def _typed_column(batch: "pa.RecordBatch", name: str) -> "pa.Array":
    wanted = pa.list_(pa.string()) if name == "competencies" else pa.string()
    if name not in batch.schema.names:
        return pa.nulls(batch.num_rows, wanted)
    column = batch.column(batch.schema.get_field_index(name))
    kind = column.type
    if name == "credentials" and _holds_pairs(kind):
        return column
    if name == "competencies":
        listed = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
        fits = pa.types.is_null(kind) or (listed and _is_text(kind.value_type))
    else:
        fits = _is_text(kind) or (name == "id" and pa.types.is_integer(kind))
    if not fits:
        raise PasserellesError("profiles_type", column=name, kind=kind)
    return column if kind == wanted else column.cast(wanted)


def _holds_pairs(kind: "pa.DataType") -> bool:
    pairs = pa.types.is_list(kind) and pa.types.is_struct(kind.value_type) and kind.value_type.num_fields >= 2  # noqa: PLR2004
    return bool(pairs or pa.types.is_map(kind) or pa.types.is_struct(kind))


def _is_text(kind: Any) -> bool:
    """Whether a column is of text, or of nothing."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    return any(is_kind(kind) for is_kind in texts)


_SAMPLE_BYTES: Final = 1 << 20  # bytes of the file by which its encoding is known
_BEYOND_ASCII: Final = bytes(range(128, 256))
_RECORD_LINES: Final = 100  # that a quoted cell may go over; where a quote is never closed, its line alone is at fault
_LONGEST: Final = 1 << 22  # characters of a line; of a longer one, only this much is in memory
_GARBLED: Final = "\ufffd"  # replaces bytes that are no text in the file's encoding
CsvRecord = list[str] | None  # None: a record that cannot be split into cells


def csv_batches(path: Path, *, tell: bool = True) -> "Iterator[pa.RecordBatch]":
    """
    Batches of a CSV file with a header; lists are separated by semicolons, bars or commas, or written as JSON does.

    A row that has not the length of the header keeps its id where it has one, and is refused later on.
    """
    with path.open("rb") as raw:
        sample = raw.read(_SAMPLE_BYTES)
    # The sample may end inside a letter, which is no reason to doubt the encoding of the others.
    encoding = decode(sample.rstrip(_BEYOND_ASCII) if len(sample) == _SAMPLE_BYTES else sample).encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline(_LONGEST)
        if separator := first.casefold().startswith("sep="):  # a line that Excel writes for itself
            first = file.readline(_LONGEST)
        file.seek(0)
        if separator:
            file.readline(_LONGEST)
        delimiter = max(DELIMITERS, key=lambda d: len({c.strip().strip('"').casefold() for c in first.split(d)}))
        records = _records(file, delimiter)
        header = [name.strip().casefold() for name in next(records, None) or []]
        plain = [normalise_label(name) for name in header]
        declared = "id" in header and not {"occupation", "competencies"}.isdisjoint(header)
        for column, heads in _HEADS.items() if not declared else ():  # else nothing is guessed
            there = [plain.index(head) for head in heads if head in plain and column not in header]
            for place in there[:1]:
                header[place] = column
        check_names(header, tell=tell)
        while waiting := list(islice(records, BATCH)):
            yield _batch(waiting, header)


def _records(file: TextIO, delimiter: str) -> Iterator[CsvRecord]:
    """Cells of each record, blank lines left out."""
    ahead: deque[str] = deque()
    while line := _line(file, ahead):
        taken, quotes = [line], line.count('"')
        while quotes % 2 and len(line) < _LONGEST and len(taken) < _RECORD_LINES and (more := _line(file, ahead)):
            taken.append(more)
            quotes += more.count('"')
        if quotes % 2:
            ahead.extendleft(reversed(taken[1:]))
            del taken[1:]
        text = "".join(taken)
        if not text.strip("\r\n"):
            continue
        try:
            yield None if len(text) >= _LONGEST else next(csv.reader([text], delimiter=delimiter))
        except csv.Error:  # a cell longer than this library takes
            yield None


def _line(file: TextIO, ahead: deque[str]) -> str:
    """Next line; the rest of one that is too long is skipped."""
    if ahead:
        return ahead.popleft()
    line = chunk = file.readline(_LONGEST)
    while len(chunk) == _LONGEST and not chunk.endswith("\n"):
        chunk = file.readline(_LONGEST)
    return line


def _batch(records: Sequence[CsvRecord], header: Sequence[str]) -> "pa.RecordBatch":
    """Return a batch of the columns that profiles have, and of why rows cannot be read."""
    columns = {name: _column_cells(records, header, name) for name in COLUMNS}
    faults = [
        "too_long" if record is None
        else "wrong_length" if len(record) != len(header)
        else "not_text" if any(cell is not None and _GARBLED in cell for cell in cells)
        else None
        for record, cells in zip(records, zip(*columns.values(), strict=True), strict=True)
    ]  # fmt: skip
    several = (_SEP.split(cell or "") for cell in columns["competencies"])
    lists = [[code for text in texts if (code := text.strip("[] \"'"))] for texts in several]
    stated = [cell and ";".join(map(_pair, _SEP.split(cell))) for cell in columns["credentials"]]
    ways = [cell and (meaning(_EMPLOYMENT, cell) or cell) for cell in columns["employment"]]
    values = {**columns, "competencies": lists, "credentials": stated, "employment": ways, FAULT: faults}
    text = pa.string()
    kinds = {"competencies": pa.list_(text)}
    return pa.RecordBatch.from_pydict({name: pa.array(v, kinds.get(name, text)) for name, v in values.items()})


def _pair(text: str) -> str:
    """Return a credential and whether it is held, as profiles say it."""
    code, sign, held = text.partition("=")
    return f"{code}{sign}{(held.strip() and meaning(_HELD, held.strip())) or held}"


def _column_cells(records: Sequence[CsvRecord], header: Sequence[str], name: str) -> list[str | None]:
    if name not in header:
        return [None] * len(records)
    where = header.index(name)
    return [record[where].strip() or None if record and len(record) > where else None for record in records]


_PAGE_BYTES: Final = 1 << 20  # bytes read of a Parquet column at a time


@contextmanager
def open_batches(table: Any, *, tell: bool = True) -> "Iterator[Iterator[pa.RecordBatch]]":
    """
    Give the batches of a table, a reader, an iterable of batches, or a Parquet or CSV file; see `rank_profiles`.

    `tell` in a warning which columns are not read.

    Raises
    ------
    PasserellesError
        If it is none of these, or the file cannot be read.
    """
    if isinstance(table, str | Path):
        with _open_file(Path(table), tell=tell) as batches:
            yield batches
    elif isinstance(table, pa.Table | pa.RecordBatch):
        yield _batches_of([table], tell=tell)
    elif hasattr(table, "__arrow_c_stream__"):  # readers, and the data frames of other libraries
        yield _batches_of(pa.RecordBatchReader.from_stream(table), tell=tell)
    elif isinstance(table, Iterable):
        yield _batches_of(table, tell=tell)
    else:
        raise PasserellesError("profiles_kind", kind=type(table).__name__)


def _batches_of(tables: Iterable[Any], *, tell: bool) -> "Iterator[pa.RecordBatch]":
    warned: set[str] = set()
    for number, table in enumerate(tables):
        if not isinstance(table, pa.RecordBatch | pa.Table):
            raise PasserellesError("profiles_kind", kind=type(table).__name__)
        if number == 0:
            check_names(table.schema.names, tell=tell)
        elif tell:  # rows of another shape are refused one by one
            _tell_unread(name for name in table.schema.names if name not in warned)
        warned |= {*table.schema.names}
        yield from (table,) if isinstance(table, pa.RecordBatch) else table.to_batches(max_chunksize=BATCH)


@contextmanager
def _open_file(path: Path, *, tell: bool) -> "Iterator[Iterator[pa.RecordBatch]]":
    if is_stream(path):  # opened more than once, and perhaps without an end
        raise PasserellesError("unreadable_path", path=path, reason="a pipe or a device")
    with path_errors(path), path.open("rb") as file:
        start = file.read(4)
    try:
        if start == b"PAR1":
            # Buffered page by page: a row group of a million profiles is not held whole.
            reader = pq.ParquetFile(path, buffer_size=_PAGE_BYTES, pre_buffer=False)
            columns = [name for name in COLUMNS if name in reader.schema_arrow.names]
            check_names(reader.schema_arrow.names, tell=tell)
            yield reader.iter_batches(batch_size=BATCH, columns=columns)
        else:
            yield csv_batches(path, tell=tell)
    except pa.ArrowException as error:
        raise PasserellesError("profiles_unreadable", path=path, reason=error) from error
    except OSError as error:
        raise PasserellesError("unreadable_path", path=path, reason=error) from error


def rows_of_file(path: Path) -> int | None:
    """Number of profiles of a Parquet file; None where it cannot be known without reading all."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None


_cut: Final = partial(cut, most=100)  # characters of a faulty value that a message repeats


class Fault(NamedTuple):
    """Why a row is not ranked: a key under ``[reason]`` of ``language/<lang>/bulk.toml``, and the value concerned."""

    reason: str
    detail: str = ""


Faults = dict[int, Fault]  # by position in a batch


class People(NamedTuple):
    """
    The good rows of a batch.

    Attributes
    ----------
    rows
        Shape (b,): row of the occupation exercised, -1 for none.
    extra
        Shape (b, m), CSR, columns in order: the competencies held besides those that the occupation requires.
    credentials
        What each person states, None for nothing; None where no row states anything.
    aims
        How each person means to work, and in which title; None where no row says so.
    """

    rows: NDArray[np.int32]
    extra: "sparse.csr_array"
    credentials: tuple[Mapping[str, Stated] | None, ...] | None = None
    aims: tuple[Aim, ...] | None = None

    def chosen(self, subset: NDArray[np.integer] | slice) -> "People":
        """Return some of the people, and the competencies that they hold."""
        return People(self.rows[subset], sparse.csr_array(self.extra[subset]))

    def parted(self) -> Iterator[Rows]:
        """Yield who holds what an occupation requires and nothing more, who holds more, and who has no occupation."""
        employed, more = self.rows >= 0, np.diff(self.extra.indptr) > 0
        return map(np.flatnonzero, (employed & ~more, employed & more, ~employed))


class Directory(NamedTuple):
    """What turns codes into rows and columns, for one graph; made once for all batches."""

    graph: OccupationGraph
    known: "pa.Array"
    columns: NDArray[np.int32]

    @classmethod
    def of(cls, graph: OccupationGraph) -> "Directory":
        """Make the directory of a graph."""
        codes = sorted(graph.referential.competency_by_code)
        # A competency that no occupation asks for is known, and brings nothing.
        columns = [graph.competency_position.get(code, -1) for code in codes]
        return cls(graph, pa.array(codes, pa.string()), np.asarray(columns, dtype=np.int32))

    def occupation(self, text: str) -> tuple[int, frozenset[str]] | Fault:
        """Row of an occupation given by code or exact title, and the titles meant, or why there is none."""
        referential = self.graph.referential
        try:
            return self.graph.position[exact_occupation(referential, text)], named_titles(referential, [text])
        except UnknownCodeError as error:
            return Fault("ambiguous_title" if error.key == "ambiguous_title" else "unknown_occupation", _cut(text))
        except PasserellesError:
            return Fault("empty_code", "occupation")


def read_people(directory: Directory, batch: "pa.RecordBatch", faults: Faults) -> tuple[People, Ints]:
    """
    Read a batch whose columns are those of `passerelles.bulk.profiles.with_known_columns`.

    Parameters
    ----------
    directory
        Of the graph.
    batch
        Profiles.
    faults
        Why rows cannot be ranked, by position: those that are known already, to which the others are added.

    Returns
    -------
    people, kept
        The good rows, and their positions in the batch.
    """
    for position in np.flatnonzero(_null_mask(batch.column("id"))).tolist():
        faults.setdefault(position, Fault("null_id"))
    rows, titles = _rows(directory, batch.column("occupation"), faults)
    lengths, parents, columns = _competency_columns(directory, batch.column("competencies"), faults)
    for position in np.flatnonzero((rows < 0) & (lengths == 0)).tolist():
        faults.setdefault(position, Fault("empty_profile"))
    stated = _stated_credentials(directory, batch.column("credentials"), faults)
    aims = _aims(batch.column("employment"), titles, faults)
    accepted = np.setdiff1d(np.arange(batch.num_rows), [*faults])
    extra = _beyond_occupation(directory.graph, rows, parents, columns)
    credentials = tuple(stated.get(i) for i in accepted.tolist()) if stated else None
    accepted_aims = tuple(aims[i] for i in accepted.tolist()) if aims else None
    return People(rows[accepted], sparse.csr_array(extra[accepted]), credentials, accepted_aims), accepted


def _rows(
    directory: Directory, column: "pa.Array", faults: Faults
) -> tuple[NDArray[np.int32], list[frozenset[str]] | None]:
    """Row of each occupation; then the titles that each is named by, None where none is named by a title."""
    encoded = column.dictionary_encode()
    resolved = [directory.occupation(text) for text in encoded.dictionary.to_pylist()]
    number = np.asarray([-2 if isinstance(f, Fault) else f[0] for f in resolved] + [-1], dtype=np.int32)
    titles = [frozenset() if isinstance(f, Fault) else f[1] for f in resolved] + [frozenset()]
    place = encoded.indices.fill_null(len(resolved)).to_numpy(zero_copy_only=False)
    rows = number[place]
    for position in np.flatnonzero(rows == -2).tolist():  # noqa: PLR2004 - the mark set above
        fault = resolved[place[position]]
        if isinstance(fault, Fault):
            faults.setdefault(position, fault)
    return np.asarray(rows, dtype=np.int32), [titles[i] for i in place.tolist()] if any(titles) else None


def _aims(column: "pa.Array", titles: list[frozenset[str]] | None, faults: Faults) -> list[Aim] | None:
    """How each person means to work, and in which titles; None where no row says so."""
    if titles is None and column.null_count == len(column):
        return None
    ways = column.to_pylist()
    for position, way in enumerate(ways):
        if way is not None and way not in get_args(Employment):
            faults.setdefault(position, Fault("unknown_employment", _cut(way)))
    return [Aim(*aim) for aim in zip(ways, titles or [frozenset()] * len(ways), strict=True)]


def _competency_columns(
    directory: Directory, column: "pa.Array", faults: Faults
) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Length of each list; then row and column of each of its competencies, -1 for one that no occupation asks for."""
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    parents = np.repeat(np.arange(len(column), dtype=np.int64), lengths)
    values = column.flatten()
    place = pc.fill_null(pc.index_in(values, value_set=directory.known), -1).to_numpy(zero_copy_only=False)
    unknown = np.flatnonzero(place < 0)
    for position, entry in zip(parents[unknown].tolist(), unknown.tolist(), strict=True):
        if position not in faults:
            faults[position] = _competency_fault(values[entry].as_py())
    safe = np.maximum(place, 0)
    columns = directory.columns[safe] if len(directory.columns) else safe
    return lengths, parents, np.where(place < 0, -1, columns).astype(np.int32)


def _competency_fault(code: object) -> Fault:
    try:
        return Fault("unknown_competency", _cut(check_code(code)))
    except PasserellesError:
        return Fault("empty_code", "competencies")


def _beyond_occupation(
    graph: OccupationGraph, rows: NDArray[np.int32], parents: Ints, columns: NDArray[np.int32]
) -> "sparse.csr_array":
    """Shape (b, m): what each person holds, each once, without what the occupation requires."""
    used = columns >= 0
    places = parents[used].astype(np.int32), columns[used]
    listed = presence(sparse.csr_array((np.ones(len(places[0])), places), shape=(len(rows), graph.weights.shape[1])))
    return sparse.csr_array(listed - listed.multiply(Origins(listed, rows).of_occupation(presence(graph.weights))))


def _stated_credentials(directory: Directory, column: "pa.Array", faults: Faults) -> dict[int, Mapping[str, Stated]]:
    """Read the credentials that people state, by row; rows without any are left out."""
    by_position: dict[int, Mapping[str, Stated]] = {}
    if column.null_count == len(column):
        return by_position
    pairs = _pairs_of(column.type)
    for position in np.flatnonzero(~_null_mask(column)).tolist():
        listed = pairs(column[position].as_py())
        stated = dict(listed)
        faults_of = (_credential_fault(directory, code, held, stated[code]) for code, held in listed)
        fault = next(filter(None, faults_of), None)
        if fault is not None:
            faults.setdefault(position, fault)
        elif stated:
            by_position[position] = dict(sorted(stated.items()))
    return by_position


def _credential_fault(directory: Directory, code: object, held: object, last: object) -> Fault | None:
    """Return what is wrong with what a person states of a credential; `last` is what is stated of it last."""
    if not isinstance(code, str) or not code.strip():
        return Fault("empty_code", "credentials")
    if code not in directory.graph.referential.credential_by_code:
        return Fault("unknown_credential", _cut(code))
    if held not in STATED:
        return Fault("not_ternary", _cut(f"{code}={held}"))
    return None if held == last else Fault("contradictory", _cut(code))


def _pairs_of(kind: "pa.DataType") -> Callable[[Any], list[tuple[Any, Any]]]:
    """Return what makes pairs (code, held) of a value of this type; an unset field of a struct says nothing."""
    if pa.types.is_map(kind):
        return list
    if pa.types.is_struct(kind):
        return lambda value: [(code, held) for code, held in value.items() if held is not None]
    if pa.types.is_string(kind):
        return lambda text: [(c.strip(), h.strip()) for c, _, h in (p.partition("=") for p in text.split(";") if p)]
    return lambda listed: [tuple((item or {"": None, " ": None}).values())[:2] for item in listed]


def _null_mask(column: "pa.Array") -> Bools:
    mask: Bools = column.is_null().to_numpy(zero_copy_only=False)
    return mask
