"""`compile_index`: a graph and its scores into an index that `load_referential` opens at once."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

from passerelles.graph.build import DOCUMENT as GRAPH
from passerelles.graph.build import pack_graph
from passerelles.graph.core import OccupationGraph
from passerelles.matching.index import DOCUMENT as TITLES
from passerelles.matching.index import pack_titles
from passerelles.matching.titles import title_entries, title_index
from passerelles.referentials.indexed import DOCUMENT as REFERENTIAL
from passerelles.referentials.indexed import pack_referential
from passerelles.scoring.measures import DOCUMENT as MEASURES
from passerelles.scoring.measures import pack_measures
from passerelles.scoring.scorer import scorer_for
from passerelles.scoring.table import DOCUMENT as SCORING
from passerelles.scoring.table import pack_scores, scorer_sum
from passerelles.store import Arrays, write_index

KEPT: Final = ("default", "holdings")  # the scorer of occupations, and that of people without one


def compile_index(graph: OccupationGraph, path: str | Path, *, overwrite: bool = False) -> Path:
    """
    Write a graph, its referential and its scores as an index; the same graph gives the same bytes.

    `load_referential` takes the path as it takes any other, and `build_graph` and the rankings find in it what they
    would compute, to the bit. Arrays are ``.npy``, all else is JSON; docs/embedding.md gives the layout.

    Parameters
    ----------
    graph
        What `build_graph` gives. An index serves graphs of the same `weights` and `near` settings without building,
        and the scorer that its settings name, the default one and ``holdings`` without computing; what it does not
        hold is computed from it.
    path
        A folder, where it has no suffix; else one file, an uncompressed zip of the same members.
    overwrite
        Replace an index. Nothing else is ever replaced.

    Returns
    -------
    path
        Where it was written.

    Raises
    ------
    PasserellesError
        If something is there, if the folder above does not exist, or if writing is refused or fails. Nothing is left
        behind then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, load_referential, rank_moves
    >>> graph = build_graph(load_referential("transitions"))
    >>> with TemporaryDirectory() as folder:
    ...     place = compile_index(graph, Path(folder) / "metiers.index")
    ...     opened = build_graph(load_referential(place))
    ...     rank_moves(opened, "K2110") == rank_moves(graph, "K2110")
    True
    """
    target = Path(path)
    referential = graph.referential
    names = (*KEPT, graph.settings.scorer)
    scorers = {s.name: s for name in names for s in (scorer_for(referential, name),)}
    scorers |= {s.name: s for s in [scorer_for(referential, graph.settings.scorer, occupied=False)]}
    arrays: Arrays = {}
    documents = {
        REFERENTIAL: pack_referential(referential, arrays),
        GRAPH: pack_graph(graph, arrays),
        MEASURES: pack_measures(graph, arrays),
        SCORING: pack_scores(graph, list(scorers.values()), arrays),
    }
    if title_entries(referential):  # without a label, nothing can be looked for
        documents[TITLES] = pack_titles(title_index(referential), arrays)
    about = {
        "referential": {"name": referential.name, "version": referential.version},
        "provenance": asdict(referential.provenance),
        "scorers": {s.name: {"version": s.version, "sha256": scorer_sum(s)} for s in scorers.values()},
    }
    write_index(target, about=about, arrays=arrays, documents=documents, overwrite=overwrite)
    return target
