"""`build_graph`: a referential into matrices, once, the same in every run; or those of a compiled index."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from passerelles.files.columns import Packed, pack_rows, rows_of
from passerelles.files.index import Array, Index
from passerelles.graph.core import OccupationGraph
from passerelles.model import Competency, Occupation
from passerelles.referentials.indexed import competency_columns, decoded_competencies
from passerelles.referentials.referential import Referential
from passerelles.settings import NearSettings, Settings, WeightSettings, settings_or
from passerelles.sharing import SharedLock, kept
from passerelles.vectors import Cells, close_pairs, frozen, frozen_csr, sparse, word_vectors

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


def build_graph(referential: Referential, *, settings: Settings | None = None) -> OccupationGraph:
    """
    Build the graph of a referential.

    Parameters
    ----------
    referential
        What `load_referential` gives, with its overlays.
    settings
        Weights of requirements and discounts of near matches; the defaults where None.

    Returns
    -------
    graph
        Immutable; building it twice gives equal matrices.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> "K2110" in graph.position
    True
    """
    chosen = settings_or(settings, Settings())
    compiled = stored_graph(referential, chosen)
    if compiled is not None:
        return compiled
    codes = tuple(o.code for o in referential.occupations)
    row = {code: i for i, code in enumerate(codes)}
    competencies = _competencies(referential, referential.occupations)
    column = {c.code: i for i, c in enumerate(competencies)}
    bases = [o.base for o in referential.occupations]
    plain = np.asarray([base is None for base in bases], dtype=np.bool_)
    weights, core = _weights(referential, row, column, plain, chosen.weights)
    return OccupationGraph(
        referential=referential,
        settings=chosen,
        codes=codes,
        competency_codes=tuple(column),
        weights=weights,
        core=core,
        macro=_macro(competencies, column),
        near_labels=_near_labels(competencies, _counted(referential, competencies), chosen.near),
        context_codes=tuple(c.code for c in referential.contexts),
        contexts=_links(referential.occupation_contexts, row, [c.code for c in referential.contexts]),
        tag_codes=tuple(t.code for t in referential.tags),
        tags=_links(((o, t) for o, t, _ in referential.occupation_tags), row, [t.code for t in referential.tags]),
        mobility=_mobility(referential, row),
    )


def _competencies(referential: Referential, occupations: Iterable[Occupation]) -> list[Competency]:
    """Return what some of the occupations require, and what that rolls up to, by code."""
    by_code = referential.competency_by_code
    asking = {o.code for o in occupations}
    codes = {r.competency for r in referential.requirements if r.occupation in asking}
    codes |= {macro for code in codes if (macro := by_code[code].macro) is not None and macro in by_code}
    return [by_code[code] for code in sorted(codes)]


def _counted(referential: Referential, competencies: Sequence[Competency]) -> list[bool]:
    """Whether a competency is there without the parts of split fiches: only these tell how rare a word is."""
    if all(o.base is None for o in referential.occupations):
        return [True] * len(competencies)
    plain = {c.code for c in _competencies(referential, (o for o in referential.occupations if o.base is None))}
    return [c.code in plain for c in competencies]


def _weights(
    referential: Referential,
    row: dict[str, int],
    column: dict[str, int],
    plain: NDArray[np.bool_],
    settings: WeightSettings,
) -> tuple["sparse.csr_array", NDArray[np.bool_]]:
    """Weights, and which of them are at the core; requirements come sorted by occupation, then competency."""
    by_status = {"core": settings.core, "emerging": settings.emerging, "other": settings.other}
    rows = np.asarray([row[r.occupation] for r in referential.requirements], dtype=np.int32)
    columns = np.asarray([column[r.competency] for r in referential.requirements], dtype=np.int32)
    data = np.asarray([by_status[r.status] for r in referential.requirements], dtype=np.float64)
    if settings.rarity:
        # Parts of a split fiche are left out: an overlay must not make what it splits look common.
        frequency = np.bincount(columns[plain[rows]], minlength=len(column))
        data *= (np.log((1.0 + plain.sum()) / (1.0 + frequency)) + 1.0)[columns]
    core = frozen(np.asarray([r.status == "core" for r in referential.requirements], dtype=np.bool_))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(row)))]).astype(np.int32)
    return frozen_csr(sparse.csr_array((data, columns, indptr), shape=(len(row), len(column)))), core


def _macro(competencies: Sequence[Competency], column: dict[str, int]) -> NDArray[np.int32]:
    broader = [c.code if c.is_macro else c.macro for c in competencies]
    found = [-1 if code is None else column.get(code, -1) for code in broader]
    return frozen(np.asarray(found, dtype=np.int32))


def _near_labels(
    competencies: Sequence[Competency], counted: Sequence[bool], settings: NearSettings
) -> "sparse.csr_array":
    """Credit between close labels of one kind; labels of the exact categories, and unknown ones, are left out."""
    size = len(competencies)
    kept = [
        i for i, c in enumerate(competencies) if c.label is not None and c.category not in settings.exact_categories
    ]
    if len(kept) < 2 or settings.label_credit == 0:  # noqa: PLR2004 - a pair takes two
        return frozen_csr(sparse.csr_array((size, size)))
    vectors = word_vectors([competencies[i].name for i in kept], [counted[i] for i in kept])
    left, right, cosine = close_pairs(vectors, settings.label_threshold)
    place = np.asarray(kept, dtype=np.int32)
    left, right = place[left], place[right]
    kinds = np.asarray([c.kind for c in competencies])
    same = kinds[left] == kinds[right]
    left, right, credit = left[same], right[same], settings.label_credit * cosine[same]
    matrix = sparse.coo_array(
        (np.concatenate([credit, credit]), (np.concatenate([left, right]), np.concatenate([right, left]))),
        shape=(size, size),
    )
    return frozen_csr(matrix.tocsr())


def _links(pairs: Iterable[tuple[str, str]], row: dict[str, int], codes: Sequence[str]) -> "sparse.csr_array":
    column = {code: i for i, code in enumerate(codes)}
    cells = [(row[left], column[right]) for left, right in pairs]
    rows, columns = np.asarray(cells, dtype=np.int32).reshape(-1, 2).T
    ones = np.ones(len(cells), dtype=np.float64)
    return frozen_csr(sparse.csr_array((ones, (rows, columns)), shape=(len(row), len(codes))))


def _mobility(referential: Referential, row: dict[str, int]) -> "sparse.csr_array":
    moves = [m for m in referential.mobilities if m.origin != m.target]
    rows = np.asarray([row[m.origin] for m in moves], dtype=np.int32)
    columns = np.asarray([row[m.target] for m in moves], dtype=np.int32)
    data = np.asarray([1.0 / (m.rank or 1) for m in moves], dtype=np.float64)
    return frozen_csr(sparse.csr_array((data, (rows, columns)), shape=(len(row), len(row))))
