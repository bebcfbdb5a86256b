# What type checkers see of the lazily imported face; tests/test_face.py keeps it equal to __init__.py.
import passerelles.charts as charts  # noqa: PLR0402 - a module, told apart from the names of other modules
from passerelles.areas import MobilityAreas as MobilityAreas
from passerelles.areas import mobility_areas as mobility_areas
from passerelles.bulk.files import rank_files as rank_files
from passerelles.bulk.rank import rank_profiles as rank_profiles
from passerelles.compiled import compile_index as compile_index
from passerelles.errors import MissingExtraError as MissingExtraError
from passerelles.errors import PasserellesError as PasserellesError
from passerelles.errors import PasserellesWarning as PasserellesWarning
from passerelles.errors import ReferentialError as ReferentialError
from passerelles.errors import UnknownCodeError as UnknownCodeError
from passerelles.evaluation.evaluate import evaluate as evaluate
from passerelles.evaluation.results import Evaluation as Evaluation
from passerelles.graph.build import build_graph as build_graph
from passerelles.graph.core import OccupationGraph as OccupationGraph
from passerelles.graph.export import export_graph as export_graph
from passerelles.market.certifications import Certifications as Certifications
from passerelles.market.certifications import load_certifications as load_certifications
from passerelles.market.market import Market as Market
from passerelles.market.market import load_market as load_market
from passerelles.market.places import Places as Places
from passerelles.market.places import load_places as load_places
from passerelles.matching.titles import Candidate as Candidate
from passerelles.matching.titles import resolve_competency as resolve_competency
from passerelles.matching.titles import resolve_title as resolve_title
from passerelles.model import Profile as Profile
from passerelles.paths.levers import Levers as Levers
from passerelles.paths.levers import levers as levers
from passerelles.paths.path import Path as Path
from passerelles.paths.rank import Paths as Paths
from passerelles.paths.rank import rank_paths as rank_paths
from passerelles.progress import progress_bar as progress_bar
from passerelles.ranking.compare import Comparison as Comparison
from passerelles.ranking.compare import compare as compare
from passerelles.ranking.move import Move as Move
from passerelles.ranking.move import Moves as Moves
from passerelles.ranking.rank import AllMoves as AllMoves
from passerelles.ranking.rank import Counterfactual as Counterfactual
from passerelles.ranking.rank import counterfactual as counterfactual
from passerelles.ranking.rank import counterfactual_note as counterfactual_note
from passerelles.ranking.rank import rank_all as rank_all
from passerelles.ranking.rank import rank_moves as rank_moves
from passerelles.ranking.rank import rank_sources as rank_sources
from passerelles.referentials.load import load_referential as load_referential
from passerelles.referentials.referential import Referential as Referential
from passerelles.settings import Settings as Settings
from passerelles.territory.allocation import Allocation as Allocation
from passerelles.territory.match import match_territory as match_territory

__version__: str
__all__ = [
    "AllMoves",
    "Allocation",
    "Candidate",
    "Certifications",
    "Comparison",
    "Counterfactual",
    "Evaluation",
    "Levers",
    "Market",
    "MissingExtraError",
    "MobilityAreas",
    "Move",
    "Moves",
    "OccupationGraph",
    "PasserellesError",
    "PasserellesWarning",
    "Path",
    "Paths",
    "Places",
    "Profile",
    "Referential",
    "ReferentialError",
    "Settings",
    "UnknownCodeError",
    "__version__",
    "build_graph",
    "charts",
    "compare",
    "compile_index",
    "counterfactual",
    "counterfactual_note",
    "evaluate",
    "export_graph",
    "levers",
    "load_certifications",
    "load_market",
    "load_places",
    "load_referential",
    "match_territory",
    "mobility_areas",
    "progress_bar",
    "rank_all",
    "rank_files",
    "rank_moves",
    "rank_paths",
    "rank_profiles",
    "rank_sources",
    "resolve_competency",
    "resolve_title",
]
