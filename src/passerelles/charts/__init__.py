"""
Still charts of what the engine finds, drawn with matplotlib (extra `charts`) and without a browser.

Every name is imported on first use: without matplotlib, that is when one reads how to install it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from passerelles.charts.competencies import competency_bars
    from passerelles.charts.figure import Chart, save
    from passerelles.charts.inline import to_svg
    from passerelles.charts.ladder import path_ladder
    from passerelles.charts.methods import method_comparison
    from passerelles.charts.neighbours import neighbour_map
    from passerelles.charts.reliability import reliability_diagram
    from passerelles.charts.sankey import territory_sankey
    from passerelles.charts.waterfall import score_waterfall

_MODULES = {
    "Chart": "figure",
    "competency_bars": "competencies",
    "method_comparison": "methods",
    "neighbour_map": "neighbours",
    "path_ladder": "ladder",
    "reliability_diagram": "reliability",
    "save": "figure",
    "score_waterfall": "waterfall",
    "territory_sankey": "sankey",
    "to_svg": "inline",
}
__all__ = [
    "Chart",
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
