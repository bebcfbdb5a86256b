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
    **dict.fromkeys(("Chart", "save", "to_svg"), "drawing"),
    **dict.fromkeys(("method_comparison", "reliability_diagram"), "evaluation"),
    **dict.fromkeys(
        ("area_map", "comparison_bars", "competency_bars", "neighbour_map", "path_ladder", "score_waterfall"), "moves"
    ),
    "territory_sankey": "territory",
}
__all__ = [  # noqa: RUF022 - as `_MODULES` has them
    "Chart", "save", "to_svg", "method_comparison", "reliability_diagram", "area_map", "comparison_bars",
    "competency_bars", "neighbour_map", "path_ladder", "score_waterfall", "territory_sankey",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'passerelles.charts' has no attribute {name!r}")
    value = getattr(import_module(f"passerelles.charts.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *_MODULES})
