"""`export_graph`: the typed graph into a file that Gephi, igraph, pandas or a web page reads."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.files.atomic import atomic_file, atomic_folder
from passerelles.graph.core import OccupationGraph
from passerelles.graph.nx_view import (
    EDGE_ATTRIBUTES,
    NODE_ATTRIBUTES,
    Value,
    edge_records,
    graph_attributes,
    node_records,
)
from passerelles.graph.text_formats import gexf_lines, graphml_lines, json_lines

if TYPE_CHECKING:
    import pyarrow as pa

GraphFormat = Literal["graphml", "gexf", "json", "parquet"]
GRAPH_FORMATS: Final[tuple[GraphFormat, ...]] = get_args(GraphFormat)
PARQUET_FILES: Final = ("nodes.parquet", "edges.parquet")
_TEXT: Final[Mapping[str, Callable[[OccupationGraph], Iterator[str]]]] = MappingProxyType(
    {"graphml": graphml_lines, "gexf": gexf_lines, "json": json_lines}
)


def export_graph(
    graph: OccupationGraph,
    path: str | Path,
    *,
    format: GraphFormat | None = None,  # noqa: A002 - the word of the command line and of pandas
    overwrite: bool = False,
) -> Path:
    """
    Write the typed graph to a file; the same graph gives the same bytes.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    path
        Where to write. For Parquet it is a folder, which receives ``nodes.parquet`` and ``edges.parquet``.
    format
        ``"graphml"``, ``"gexf"``, ``"json"`` (node-link) or ``"parquet"``; by the suffix of `path` where None.
        docs/graph.md says what each keeps.
    overwrite
        Replace what is there. A folder that holds other files than these two is never replaced.

    Returns
    -------
    path
        Where it was written.

    Raises
    ------
    PasserellesError
        If the format is unknown, if something is there and `overwrite` is False, if the folder above does not
        exist, or if writing is refused or fails. Nothing is left behind then.
    MissingExtraError
        If the format is Parquet and pyarrow is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> with TemporaryDirectory() as folder:
    ...     export_graph(graph, Path(folder) / "metiers.graphml").name
    'metiers.graphml'
    """
    target = Path(path)
    chosen = graph_format(target, format)
    if chosen == "parquet":
        _write_parquet(graph, target, overwrite=overwrite)
        return target
    with atomic_file(target, overwrite=overwrite) as stream:
        for line in _TEXT[chosen](graph):
            stream.write(line.encode("utf-8", errors="replace"))
    return target


def graph_format(path: Path, asked: str | None = None) -> GraphFormat:
    """
    Return the format asked for, else the one that the suffix of `path` says.

    Raises
    ------
    PasserellesError
        If it is none of `GRAPH_FORMATS`.

    Examples
    --------
    >>> graph_format(Path("metiers.GEXF"))
    'gexf'
    """
    name = (path.suffix.removeprefix(".") if asked is None else asked).casefold()
    for known in GRAPH_FORMATS:
        if known == name:
            return known
    raise PasserellesError("export_format", format=name, path=path, known=", ".join(GRAPH_FORMATS))


def _write_parquet(graph: OccupationGraph, path: Path, *, overwrite: bool) -> None:
    try:
        import pyarrow.parquet as pq  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("pyarrow", "parquet") from error
    with atomic_folder(path, PARQUET_FILES, overwrite=overwrite) as folder:
        for name, table in zip(PARQUET_FILES, (_node_table(graph), _edge_table(graph)), strict=True):
            pq.write_table(table, folder / name)


def _node_table(graph: OccupationGraph) -> "pa.Table":
    rows = ({"id": node, **values} for node, values in node_records(graph))
    return _table(graph, {"id": str, **NODE_ATTRIBUTES}, rows)


def _edge_table(graph: OccupationGraph) -> "pa.Table":
    rows = ({"source": source, "target": target, **values} for source, target, values in edge_records(graph))
    return _table(graph, {"source": str, "target": str, **EDGE_ATTRIBUTES}, rows)


def _table(
    graph: OccupationGraph, columns: Mapping[str, type[Value]], rows: Iterator[Mapping[str, Value]]
) -> "pa.Table":
    """Return a table with every column of `columns`, null where unknown, and the graph's provenance as metadata."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    types = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    cells: dict[str, list[Value | None]] = {name: [] for name in columns}
    for row in rows:
        for name, column in cells.items():
            column.append(row.get(name))
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()], metadata=graph_attributes(graph))
    return pa.table(cells, schema=schema)
