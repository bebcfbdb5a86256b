"""From a batch of profiles to rows and columns of a graph; what cannot be ranked is kept aside with its reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.codes import check_code
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.model import Ternary
from passerelles.referentials.reference import find_occupation

if TYPE_CHECKING:
    import pyarrow as pa

_REMEMBERED: Final = 100_000  # titles kept with their code, so that memory stays bounded whatever people write
_LONGEST: Final = 100  # characters of a faulty value that are repeated to whoever has to correct it
_TERNARY: Final = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not ranked: a key under ``[reason]`` of ``language/<lang>/bulk.toml``, and the value concerned."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, eq=False)
class People:
    """
    The good rows of a batch.

    Attributes
    ----------
    rows
        Shape (b,): row of the occupation exercised, -1 for none.
    starts
        Shape (b + 1,): where each person's competencies start in `extra`.
    extra
        Columns of the competencies held besides those that the occupation requires, sorted for each person.
    credentials
        What each person states, None for nothing; None where nobody states anything.
    """

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    extra: NDArray[np.int32]
    credentials: tuple[Mapping[str, Ternary] | None, ...] | None

    def part(self, start: int, stop: int) -> "People":
        """Return the people from `start` to `stop`."""
        edges = self.starts[start : stop + 1]
        stated = None if self.credentials is None else self.credentials[start:stop]
        return People(self.rows[start:stop], edges - edges[0], self.extra[edges[0] : edges[-1]], stated)


@dataclass(frozen=True, eq=False)
class Directory:
    """What turns codes into rows and columns, for one graph; made once for all batches."""

    graph: OccupationGraph
    known: "pa.Array"
    columns: NDArray[np.int32]
    required: NDArray[np.int64]
    _occupations: dict[str, int | Fault] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: OccupationGraph) -> "Directory":
        """Make the directory of a graph."""
        import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

        codes = sorted(graph.referential.competency_by_code)
        # A competency that no occupation asks for is known, and brings nothing.
        columns = [graph.competency_position.get(code, -1) for code in codes]
        weights = graph.weights
        rows = np.repeat(np.arange(len(graph.codes), dtype=np.int64), np.diff(weights.indptr))
        return cls(
            graph,
            pa.array(codes, pa.string()),
            np.asarray(columns, dtype=np.int32),
            rows * len(graph.competency_codes) + weights.indices,
        )

    def occupation(self, text: str) -> int | Fault:
        """Row of an occupation given by code or exact title, or why there is none."""
        found = self._occupations.get(text)
        if found is None:
            try:
                found = self.graph.position[find_occupation(self.graph.referential, text)]
            except UnknownCodeError as error:
                found = Fault("ambiguous_title" if error.key == "ambiguous_title" else "unknown_occupation", _cut(text))
            except PasserellesError:
                found = Fault("empty_code", "occupation")
            if len(self._occupations) < _REMEMBERED:
                self._occupations[text] = found
        return found


def read_people(
    directory: Directory, batch: "pa.RecordBatch", faults: dict[int, Fault]
) -> tuple[People, NDArray[np.int64]]:
    """
    Read a batch whose columns are those of `passerelles.bulk.columns.normalised`.

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
    for position in np.flatnonzero(_nulls(batch.column("id"))).tolist():
        faults.setdefault(position, Fault("null_id"))
    rows = _rows(directory, batch.column("occupation"), faults)
    lengths, parents, columns = _columns(directory, batch.column("competencies"), faults)
    for position in np.flatnonzero((rows < 0) & (lengths == 0)).tolist():
        faults.setdefault(position, Fault("empty_profile"))
    stated = _credentials(directory, batch.column("credentials"), faults)
    good = np.ones(batch.num_rows, dtype=np.bool_)
    good[list(faults)] = False
    kept = np.flatnonzero(good)
    counts, extra = _extra(directory, rows, parents, columns, good)
    starts = np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int64)
    credentials = tuple(stated.get(i) for i in kept.tolist()) if stated else None
    return People(rows[kept], starts, extra, credentials), kept


def _rows(directory: Directory, column: "pa.Array", faults: dict[int, Fault]) -> NDArray[np.int32]:
    encoded = column.dictionary_encode()
    found = [directory.occupation(text) for text in encoded.dictionary.to_pylist()]
    number = np.asarray([-2 if isinstance(f, Fault) else f for f in found] + [-1], dtype=np.int32)
    place = encoded.indices.fill_null(len(found)).to_numpy(zero_copy_only=False)
    rows = number[place]
    for position in np.flatnonzero(rows == -2).tolist():  # noqa: PLR2004 - the mark set above
        fault = found[place[position]]
        if isinstance(fault, Fault):
            faults.setdefault(position, fault)
    return np.asarray(rows, dtype=np.int32)


def _columns(
    directory: Directory, column: "pa.Array", faults: dict[int, Fault]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Length of each list; then row and column of each of its competencies, -1 for one that nobody asks for."""
    import pyarrow.compute as pc  # noqa: PLC0415

    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    parents = np.repeat(np.arange(len(column), dtype=np.int64), lengths)
    values = column.flatten()
    place = pc.index_in(values, value_set=directory.known)
    place = pc.fill_null(place, -1).to_numpy(zero_copy_only=False)
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


def _extra(
    directory: Directory,
    rows: NDArray[np.int32],
    parents: NDArray[np.int64],
    columns: NDArray[np.int32],
    good: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """How many competencies each good row holds beyond its occupation's, and their columns, sorted, each once."""
    width = max(1, len(directory.graph.competency_codes))
    used = good[parents] & (columns >= 0)
    keys = np.sort(parents[used] * width + columns[used])
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
    parent, column = keys // width, keys % width
    wanted = rows[parent].astype(np.int64) * width + column
    if len(directory.required):
        place = np.minimum(np.searchsorted(directory.required, wanted), len(directory.required) - 1)
        beyond = directory.required[place] != wanted
        parent, column = parent[beyond], column[beyond]
    return np.bincount(parent, minlength=len(rows)).astype(np.int64), column.astype(np.int32)


def _credentials(
    directory: Directory, column: "pa.Array", faults: dict[int, Fault]
) -> dict[int, Mapping[str, Ternary]]:
    """Read what people state about credentials, by row; rows that state nothing are left out."""
    found: dict[int, Mapping[str, Ternary]] = {}
    if column.null_count == len(column):
        return found
    pairs = _pairs_of(column.type)
    for position in np.flatnonzero(~_nulls(column)).tolist():
        stated = dict(pairs(column[position].as_py()))
        fault = next((f for code, held in stated.items() if (f := _credential_fault(directory, code, held))), None)
        if fault is not None:
            faults.setdefault(position, fault)
        elif stated:
            found[position] = dict(sorted(stated.items()))
    return found


def _credential_fault(directory: Directory, code: object, held: object) -> Fault | None:
    if not isinstance(code, str) or not code.strip():
        return Fault("empty_code", "credentials")
    if code not in directory.graph.referential.credential_by_code:
        return Fault("unknown_credential", _cut(code))
    return None if held in _TERNARY else Fault("not_ternary", _cut(f"{code}={held}"))


def _pairs_of(kind: "pa.DataType") -> Callable[[Any], list[tuple[Any, Any]]]:
    """Return what makes pairs (code, held) of a value of this type; an unset field of a struct says nothing."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_map(kind):
        return list
    if pa.types.is_struct(kind):
        return lambda value: [(code, held) for code, held in value.items() if held is not None]
    if pa.types.is_string(kind):
        return lambda text: [(c.strip(), h.strip()) for c, _, h in (p.partition("=") for p in text.split(";") if p)]
    return lambda listed: [tuple((item or {"": None, " ": None}).values())[:2] for item in listed]


def _nulls(column: "pa.Array") -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = column.is_null().to_numpy(zero_copy_only=False)
    return found


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
