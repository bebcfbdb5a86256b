"""
Passerelles: a graph of occupations and competencies, and ranked, explained reskilling moves between jobs.

Start with a referential and its graph::

    >>> from passerelles import build_graph, load_referential, rank_moves
    >>> graph = build_graph(load_referential("transitions"))
    >>> moves = rank_moves(graph, "N1103", limit=3)  # shows itself in a notebook; .to_pandas(), .rows()

then ask a question, each with ``help(...)``:

- from a job: `rank_moves`, `rank_paths`; what would bring a move nearer: `counterfactual`
- towards a job: `rank_sources`; for everybody at once: `rank_all`, `rank_profiles`, `rank_files`
- a territory: `match_territory`, with `load_market`, `load_places`, `load_certifications`
- occupations side by side: `compare`; groups of them: `mobility_areas`
- what to train for: `levers`; how right the rankings are: `evaluate`
- job titles and skills as people write them: `resolve_title`, `resolve_competency`
- pictures: `passerelles.charts`; a progress bar for long work: `progress_bar`

Every public name is imported on first use, so that ``import passerelles`` stays light.
"""

import logging
from importlib import import_module
from importlib.metadata import version as _version
from typing import Any

from passerelles.errors import RENAMED, warn

__version__ = _version("passerelles")

# Public name -> module that defines it.
_PUBLIC = {
    "AllMoves": "passerelles.ranking.moves",
    "Allocation": "passerelles.territory.allocation",
    "Candidate": "passerelles.matching.titles",
    "Certifications": "passerelles.market.certifications",
    "Comparison": "passerelles.ranking.compare",
    "Counterfactual": "passerelles.ranking.moves",
    "Evaluation": "passerelles.evaluation.results",
    "Levers": "passerelles.paths.levers",
    "Market": "passerelles.market.market",
    "MissingExtraError": "passerelles.errors",
    "MobilityAreas": "passerelles.areas",
    "Move": "passerelles.ranking.move",
    "Moves": "passerelles.ranking.move",
    "OccupationGraph": "passerelles.graph.core",
    "PasserellesError": "passerelles.errors",
    "PasserellesWarning": "passerelles.errors",
    "Path": "passerelles.paths.path",
    "Paths": "passerelles.paths.rank",
    "Places": "passerelles.market.places",
    "Profile": "passerelles.model",
    "Referential": "passerelles.referentials.referential",
    "ReferentialError": "passerelles.errors",
    "Settings": "passerelles.settings",
    "UnknownCodeError": "passerelles.errors",
    "build_graph": "passerelles.graph.build",
    "compare": "passerelles.ranking.compare",
    "compile_index": "passerelles.compiled",
    "counterfactual": "passerelles.ranking.moves",
    "evaluate": "passerelles.evaluation.evaluate",
    "export_graph": "passerelles.graph.export",
    "levers": "passerelles.paths.levers",
    "load_certifications": "passerelles.market.certifications",
    "load_market": "passerelles.market.market",
    "load_places": "passerelles.market.geography",
    "load_referential": "passerelles.referentials.load",
    "match_territory": "passerelles.territory.match",
    "mobility_areas": "passerelles.areas",
    "progress_bar": "passerelles.progress",
    "rank_all": "passerelles.ranking.moves",
    "rank_files": "passerelles.bulk.files",
    "rank_moves": "passerelles.ranking.moves",
    "rank_paths": "passerelles.paths.rank",
    "rank_profiles": "passerelles.bulk.rank",
    "rank_sources": "passerelles.ranking.moves",
    "resolve_competency": "passerelles.matching.titles",
    "resolve_title": "passerelles.matching.titles",
}
# Modules that are names of their own: `passerelles.charts.path_ladder`.
_SPACES = ("charts",)
__all__ = [*sorted({*_PUBLIC, *_SPACES}), "__version__"]  # noqa: PLE0604 - computed from the one list of names

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name in _SPACES:
        return import_module(f"passerelles.{name}")
    if name in RENAMED:
        warn(name, RENAMED[name])
        return getattr(import_module(_PUBLIC[RENAMED[name].instead]), RENAMED[name].instead)
    if name not in _PUBLIC:
        raise AttributeError(f"module 'passerelles' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *_PUBLIC, *_SPACES})
