"""
Still charts of what the engine finds, drawn with matplotlib (extra `charts`) and without a browser.

Every name is imported on first use: without matplotlib, that is when one reads how to install it.
"""

from importlib import import_module
from typing import Any

from passerelles.errors import need

# Public names, by the module that defines them.
_NAMES = {
    "drawing": "Chart save to_svg",
    "evaluation": "method_comparison reliability_diagram",
    "moves": "area_map comparison_bars competency_bars neighbour_map path_ladder score_waterfall",
    "territory": "territory_sankey",
}
_PUBLIC = {name: f"passerelles.charts.{module}" for module, names in _NAMES.items() for name in names.split()}
__all__ = [*_PUBLIC]  # noqa: PLE0604 - computed from the one list of names


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'passerelles.charts' has no attribute {name!r}")
    need("matplotlib", "charts")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if name.startswith("__")), *_PUBLIC})
