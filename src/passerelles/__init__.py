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

# Public names, by the module that defines them.
_NAMES = {
    "areas": "MobilityAreas mobility_areas",
    "bulk.files": "rank_files",
    "bulk.rank": "rank_profiles",
    "compiled": "compile_index",
    "errors": "MissingExtraError PasserellesError PasserellesWarning ReferentialError UnknownCodeError",
    "evaluation.evaluate": "evaluate",
    "evaluation.results": "Evaluation",
    "graph.build": "build_graph",
    "graph.core": "OccupationGraph",
    "graph.export": "export_graph",
    "market.certifications": "Certifications load_certifications",
    "market.market": "Market load_market",
    "market.places": "Places load_places",
    "matching.titles": "Candidate resolve_competency resolve_title",
    "model": "Profile",
    "paths.levers": "Levers levers",
    "paths.path": "Path",
    "paths.rank": "Paths rank_paths",
    "progress": "progress_bar",
    "ranking.compare": "Comparison compare",
    "ranking.move": "Move Moves",
    "ranking.rank": "AllMoves Counterfactual counterfactual counterfactual_note rank_all rank_moves rank_sources",
    "referentials.load": "load_referential",
    "referentials.referential": "Referential",
    "settings": "Settings",
    "territory.allocation": "Allocation",
    "territory.match": "match_territory",
}
_PUBLIC = {name: f"passerelles.{module}" for module, names in _NAMES.items() for name in names.split()}
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
