# What type checkers see of the lazily imported charts; tests/test_face.py keeps it equal to __init__.py.
from passerelles.charts.drawing import Chart as Chart
from passerelles.charts.drawing import save as save
from passerelles.charts.drawing import to_svg as to_svg
from passerelles.charts.evaluation import method_comparison as method_comparison
from passerelles.charts.evaluation import reliability_diagram as reliability_diagram
from passerelles.charts.moves import area_map as area_map
from passerelles.charts.moves import comparison_bars as comparison_bars
from passerelles.charts.moves import competency_bars as competency_bars
from passerelles.charts.moves import neighbour_map as neighbour_map
from passerelles.charts.moves import path_ladder as path_ladder
from passerelles.charts.moves import score_waterfall as score_waterfall
from passerelles.charts.territory import territory_sankey as territory_sankey

__all__ = [
    "Chart",
    "area_map",
    "comparison_bars",
    "competency_bars",
    "method_comparison",
    "neighbour_map",
    "path_ladder",
    "reliability_diagram",
    "save",
    "score_waterfall",
    "territory_sankey",
    "to_svg",
]
