"""A graph inside a compiled index: matrices are mapped, not read, and each is checked when it is first asked for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.files.columns import Packed, pack_rows, rows_of
from passerelles.files.index import Array, Index
from passerelles.graph.core import Cells, OccupationGraph
from passerelles.model import Competency
from passerelles.referentials.indexed import competency_columns, decoded_competencies
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings
from passerelles.sharing import SharedLock, kept

DOCUMENT: Final = "graph.json"
_MATRICES: Final = ("weights", "near_labels", "contexts", "tags", "mobility")
_ARRAYS: Final = ("core", "macro", "total_weight")
_PARTS: Final = ("data", "indices", "indptr")
_CODES: Final = ("competency_codes", "context_codes", "tag_codes")


def pack_graph(graph: OccupationGraph) -> Packed:
    """Turn a graph, without its referential, into the document and the arrays of an index."""
    packed = Packed({"settings": _of_matrices(graph.settings), "codes": {}, "matrices": {}}, {})
    for name in _CODES:
        table = pack_rows(f"graph.{name}", ("code",), [(code,) for code in getattr(graph, name)])
        packed.about["codes"][name] = table.about
        packed.arrays.update(table.arrays)
    for name in _ARRAYS:
        packed.arrays[f"graph.{name}.npy"] = getattr(graph, name)
    for name in _MATRICES:
        packed.about["matrices"][name] = pack_matrix(f"graph.{name}", getattr(graph, name), packed.arrays)
    cells = graph.column_cells
    turned: tuple[Array, ...] = (cells.data, cells.columns, cells.starts)
    for part, values in zip(_PARTS, turned, strict=True):
        packed.arrays[f"graph.column_cells.{part}.npy"] = values
    row = {c.code: i for i, c in enumerate(graph.referential.competencies)}
    rows = [row[code] for code in graph.competency_codes]
    packed.arrays["graph.competency_rows.npy"] = np.asarray(rows, dtype=np.int32)
    return packed


def stored_graph(referential: Referential, settings: Settings) -> OccupationGraph | None:
    """Return the graph that an index holds of a referential; None where it holds none under these settings."""
    index = referential.index
    if index is None or index.document(DOCUMENT)["settings"] != _of_matrices(settings):
        return None
    return IndexedGraph.of(referential, index, settings)


def pack_matrix(name: str, matrix: "sparse.csr_array", arrays: dict[str, Array]) -> dict[str, Any]:
    """Put the arrays of a matrix among those of an index; return what else is needed to make it again."""
    for part in _PARTS:
        arrays[f"{name}.{part}.npy"] = getattr(matrix, part)
    return {"shape": list(matrix.shape), "sorted": bool(matrix.has_sorted_indices)}


def mapped_matrix(index: Index, name: str, about: Mapping[str, Any]) -> "sparse.csr_array":
    """Make a matrix over the arrays of an index; nothing is copied, and the types of the arrays stay."""
    matrix = sparse.csr_array(tuple(about["shape"]))
    for part in _PARTS:
        setattr(matrix, part, index.array(f"{name}.{part}.npy"))
    matrix.has_sorted_indices = about["sorted"]
    return matrix


class LazyCompetencies(Sequence[Competency]):
    """Competencies of the columns of a graph, each decoded when it is first asked for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._rows = index.array("graph.competency_rows.npy")
        self._decode = competency_columns(index)
        self._known: dict[int, Competency] = {}

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._rows)

    @overload
    def __getitem__(self, column: int) -> Competency: ...
    @overload
    def __getitem__(self, column: slice) -> tuple[Competency, ...]: ...
    def __getitem__(self, column: int | slice) -> Competency | tuple[Competency, ...]:
        """Competency of one column, or of several."""
        if isinstance(column, slice):
            return tuple(self[each] for each in range(*column.indices(len(self))))
        found = self._known.get(column)
        if found is None:
            found = self._known.setdefault(column, self._decode(int(self._rows[column])))
        return found

    def __iter__(self) -> Iterator[Competency]:
        """Yield the competencies in the order of the columns."""
        return decoded_competencies(self._index, self._rows.tolist())


class IndexedGraph(OccupationGraph):
    """An `OccupationGraph` whose matrices lie in a compiled index; they equal those that were compiled."""

    _index: Index

    @classmethod
    def of(cls, referential: Referential, index: Index, settings: Settings) -> "IndexedGraph":
        """Return the graph of an open index."""
        made = object.__new__(cls)
        vars(made).update(_index=index, referential=referential, settings=settings, _memo={}, _lock=SharedLock())
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the place alone: another process opens the same index, and shares its memory."""
        return (_reopened, (self.referential, self.settings))

    @property
    def index(self) -> Index:
        """The index that the matrices lie in."""
        return self._index

    @kept
    def codes(self) -> tuple[str, ...]:
        """Codes of the occupations, sorted."""
        return tuple(o.code for o in self.referential.occupations)

    @kept
    def competency_codes(self) -> tuple[str, ...]:
        """Codes of the columns of `weights`, sorted."""
        return self._codes("competency_codes")

    @kept
    def context_codes(self) -> tuple[str, ...]:
        """Codes of the columns of `contexts`."""
        return self._codes("context_codes")

    @kept
    def tag_codes(self) -> tuple[str, ...]:
        """Codes of the columns of `tags`."""
        return self._codes("tag_codes")

    @kept
    def competencies(self) -> Sequence[Competency]:
        """Competencies in the order of `competency_codes`, decoded as they are asked for."""
        return LazyCompetencies(self._index)

    @kept
    def weights(self) -> "sparse.csr_array":
        """Weights of the requirements."""
        return self._matrix("weights")

    @kept
    def near_labels(self) -> "sparse.csr_array":
        """Credits between close labels."""
        return self._matrix("near_labels")

    @kept
    def contexts(self) -> "sparse.csr_array":
        """Work contexts of the occupations."""
        return self._matrix("contexts")

    @kept
    def tags(self) -> "sparse.csr_array":
        """Tags of the occupations."""
        return self._matrix("tags")

    @kept
    def mobility(self) -> "sparse.csr_array":
        """Known mobilities."""
        return self._matrix("mobility")

    @kept
    def core(self) -> NDArray[np.bool_]:
        """Whether each weight is at the core."""
        return self._index.array("graph.core.npy")

    @kept
    def macro(self) -> NDArray[np.int32]:
        """Macro-competency of each column."""
        return self._index.array("graph.macro.npy")

    @kept
    def weight_cells(self) -> Cells:
        """Cells of `weights`."""
        return self._cells("weights")

    @kept
    def column_cells(self) -> Cells:
        """Cells of `weights` turned."""
        return self._cells("column_cells")

    @kept
    def near_cells(self) -> Cells:
        """Cells of `near_labels`."""
        return self._cells("near_labels")

    @kept
    def total_weight(self) -> NDArray[np.float64]:
        """Sum of the weights of each occupation."""
        return self._index.array("graph.total_weight.npy")

    def _codes(self, name: str) -> tuple[str, ...]:
        about = self._index.document(DOCUMENT)["codes"][name]
        return tuple(code for (code,) in rows_of(self._index, f"graph.{name}", about))

    def _cells(self, name: str) -> Cells:
        return Cells(*(self._index.array(f"graph.{name}.{part}.npy") for part in _PARTS))

    def _matrix(self, name: str) -> "sparse.csr_array":
        return mapped_matrix(self._index, f"graph.{name}", self._index.document(DOCUMENT)["matrices"][name])


def _reopened(referential: Referential, settings: Settings) -> OccupationGraph:
    graph = stored_graph(referential, settings)
    if graph is None:
        raise RuntimeError("an index of the same seal holds another graph")
    return graph


def _of_matrices(settings: Settings) -> dict[str, Any]:
    """Return the settings that the matrices follow from."""
    return {"weights": settings.weights.model_dump(mode="json"), "near": settings.near.model_dump(mode="json")}
