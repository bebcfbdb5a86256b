"""
Still charts of what the engine finds, drawn with matplotlib (extra `charts`) and without a browser.

Every name is imported on first use: without matplotlib, that is when one reads how to install it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from passerelles.charts.drawing import Chart, save, to_svg
    from passerelles.charts.evaluation import method_comparison, reliability_diagram
    from passerelles.charts.moves import (
        area_map,
        comparison_bars,
        competency_bars,
        neighbour_map,
        path_ladder,
        score_waterfall,
    )
    from passerelles.charts.territory import territory_sankey

_MODULES = {
    "Chart": "drawing",
    "area_map": "moves",
    "comparison_bars": "moves",
    "competency_bars": "moves",
    "method_comparison": "evaluation",
    "neighbour_map": "moves",
    "path_ladder": "moves",
    "reliability_diagram": "evaluation",
    "save": "drawing",
    "score_waterfall": "moves",
    "territory_sankey": "territory",
    "to_svg": "drawing",
}
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


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'passerelles.charts' has no attribute {name!r}")
    value = getattr(import_module(f"passerelles.charts.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *_MODULES})
