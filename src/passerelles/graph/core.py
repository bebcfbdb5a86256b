"""`OccupationGraph`: an immutable referential in matrices; rows are occupations, columns what they are linked to."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.model import Competency, Occupation
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings
from passerelles.sharing import SharedLock, kept

if TYPE_CHECKING:
    import networkx as nx

    from passerelles.files.index import Index

Value = TypeVar("Value")


class Cells(NamedTuple):
    """
    The stored cells of a matrix of n rows, row by row.

    `data` and `columns` have shape (nnz,); the cells of row i are those from ``starts[i]`` to ``starts[i + 1]``.
    """

    data: NDArray[np.float64]
    columns: NDArray[np.int32]
    starts: NDArray[np.int32]

    def of_row(self, row: int) -> slice:
        """Place of the cells of a row."""
        return slice(self.starts[row], self.starts[row + 1])

    def of_rows(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places of the cells of several rows, row after row, and how many each row has."""
        starts = self.starts[rows].astype(np.intp)
        counts = self.starts[rows + 1] - starts
        ends = np.cumsum(counts)
        return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0), counts


@dataclass(frozen=True, eq=False)
class OccupationGraph:
    """
    Occupations, competencies, work contexts and tags as sparse matrices, with the codes of rows and columns.

    Attributes
    ----------
    codes
        Codes of the n occupations, sorted; row positions never leave the package.
    competency_codes
        Codes of the m competencies that some occupation requires, or that one of these rolls up to; sorted.
    weights
        Shape (n, m): weight of each requirement, > 0, no unit; 0 = not required.
    core
        Shape (nnz,): for each stored weight, in the order of ``weights.data``, whether it is at the core.
    macro
        Shape (m,): position of the macro-competency that each competency rolls up to (its own for one), -1 = none.
    near_labels
        Shape (m, m): credit in (0, 1] between competencies whose labels nearly agree; symmetric, 0 on the diagonal.
    contexts, tags
        Shapes (n, c) and (n, t): 1 where an occupation is linked, else 0.
    mobility
        Shape (n, n): 1 / rank of each known mobility (1 where it is not ranked), origins in rows.
    """

    referential: Referential
    settings: Settings
    codes: tuple[str, ...]
    competency_codes: tuple[str, ...]
    weights: "sparse.csr_array"
    core: NDArray[np.bool_]
    macro: NDArray[np.int32]
    near_labels: "sparse.csr_array"
    context_codes: tuple[str, ...]
    contexts: "sparse.csr_array"
    tag_codes: tuple[str, ...]
    tags: "sparse.csr_array"
    mobility: "sparse.csr_array"
    _memo: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    _lock: SharedLock = field(default_factory=SharedLock, repr=False)

    def __post_init__(self) -> None:
        """Mark every array read-only: a graph that another process sends comes without these marks."""
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                frozen(value)
            elif isinstance(value, sparse.csr_array):
                frozen_csr(value)

    def __repr__(self) -> str:
        """One line: referential and sizes."""
        name = f"{self.referential.name} {self.referential.version}"
        return f"<OccupationGraph {name}: {len(self.codes)} occupations, {len(self.competency_codes)} competencies>"

    @property
    def index(self) -> "Index | None":
        """The compiled index that holds this graph; None for one that was built."""
        return None

    @kept
    def position(self) -> Mapping[str, int]:
        """Row of each occupation code."""
        return MappingProxyType({code: i for i, code in enumerate(self.codes)})

    @kept
    def competency_position(self) -> Mapping[str, int]:
        """Column of each competency code."""
        return MappingProxyType({code: i for i, code in enumerate(self.competency_codes)})

    @kept
    def occupations(self) -> tuple[Occupation, ...]:
        """Occupations in the order of `codes`."""
        return tuple(self.referential.occupation_by_code[code] for code in self.codes)

    @kept
    def competencies(self) -> Sequence[Competency]:
        """Competencies in the order of `competency_codes`."""
        return tuple(self.referential.competency_by_code[code] for code in self.competency_codes)

    @kept
    def base_rows(self) -> NDArray[np.int32]:
        """Shape (n,): row of the fiche that a specialised occupation is a part of, else the occupation's own row."""
        rows = [self.position[o.base if o.base is not None else o.code] for o in self.occupations]
        return frozen(np.asarray(rows, dtype=np.int32))

    @kept
    def is_specialised(self) -> NDArray[np.bool_]:
        """Shape (n,): whether each occupation comes from an overlay."""
        return frozen(np.asarray([o.base is not None for o in self.occupations], dtype=np.bool_))

    @kept
    def group(self) -> NDArray[np.int32]:
        """Shape (n,): number of each occupation's parent group; one without a parent is a group of its own."""
        names = [o.parent or f"\0{o.base or o.code}" for o in self.occupations]
        number = {name: i for i, name in enumerate(sorted(set(names)))}
        return frozen(np.asarray([number[name] for name in names], dtype=np.int32))

    @kept
    def weight_cells(self) -> Cells:
        """Cells of `weights`, for what reads rows of it and needs no algebra."""
        return _cells(self.weights)

    @kept
    def near_cells(self) -> Cells:
        """Cells of `near_labels`."""
        return _cells(self.near_labels)

    @kept
    def column_cells(self) -> Cells:
        """Cells of `weights` turned: competencies are the rows, occupations the columns."""
        cells = self.weight_cells
        order = np.argsort(cells.columns, kind="stable")
        rows = np.repeat(np.arange(len(self.codes), dtype=np.int32), np.diff(cells.starts))
        starts = _starts(cells.columns[order], len(self.competency_codes))
        return Cells(frozen(cells.data[order]), frozen(rows[order]), starts)

    @kept
    def macro_cells(self) -> Cells:
        """Which columns roll up to each macro-competency, as cells of 1."""
        order = np.argsort(self.macro, kind="stable").astype(np.int32)
        order = order[np.count_nonzero(self.macro < 0) :]
        return Cells(np.ones(len(order)), frozen(order), _starts(self.macro[order], len(self.macro)))

    @kept
    def total_weight(self) -> NDArray[np.float64]:
        """Shape (n,): sum of the weights that each occupation requires; 0 = it lists nothing."""
        return frozen(np.asarray(self.weights.sum(axis=1), dtype=np.float64).ravel())

    def to_networkx(self) -> "nx.MultiDiGraph[str]":
        """
        Return the whole referential as a typed networkx graph.

        Nodes are occupations, job titles, competencies, macro-competencies, work contexts, tags, domains and
        credentials, called ``type:code``. Every node and edge has a ``type`` and a ``weight``, and a ``label``
        where it is known; what is unknown is absent. The key of an edge is its type. docs/graph.md lists types
        and attributes.

        Returns
        -------
        view
            A new graph at each call: changing it changes nothing here.

        Examples
        --------
        >>> from passerelles import build_graph, load_referential
        >>> view = build_graph(load_referential("transitions")).to_networkx()
        >>> view.nodes["occupation:K2110"]["type"]
        'occupation'
        """
        from passerelles.graph.nx_view import to_networkx  # noqa: PLC0415 - it builds on this class

        return to_networkx(self)

    def derived(self, key: Hashable, build: Callable[[], Value]) -> Value:
        """
        Return what `build` makes of this graph, made once and kept.

        The graph never changes, so what follows from it alone does not either; upper layers keep their indexes
        here instead of in a global cache. Safe to call from several threads.
        """
        try:
            found: Value = self._memo[key]
        except KeyError:
            with self._lock:
                if key not in self._memo:
                    self._memo[key] = build()
                found = self._memo[key]
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without look-ups, derived indexes and the lock: another process builds what it needs."""
        values = [getattr(self, name) for name in self.__dataclass_fields__ if not name.startswith("_")]
        return (OccupationGraph, tuple(values))


Array = TypeVar("Array", bound=NDArray[Any])


def frozen(array: Array) -> Array:
    """Mark an array read-only and return it."""
    array.flags.writeable = False
    return array


def _starts(rows: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    """Where the cells of each of `size` rows begin, the rows of all cells being sorted."""
    return frozen(np.searchsorted(rows, np.arange(size + 1)).astype(np.int32))


def _cells(matrix: "sparse.csr_array") -> Cells:
    return Cells(matrix.data, matrix.indices, matrix.indptr)


def frozen_csr(matrix: "sparse.csr_array") -> "sparse.csr_array":
    """Sort the indices of a matrix, mark its arrays read-only and return it."""
    matrix.sort_indices()
    for array in (matrix.data, matrix.indices, matrix.indptr):
        array.flags.writeable = False
    return matrix
