"""What is used of matplotlib, in one place: where it is not installed, one reads how to install it."""

from passerelles.errors import MissingExtraError

try:
    import matplotlib as mpl
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font
    from matplotlib.lines import Line2D
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path as Outline
    from matplotlib.text import Text
    from matplotlib.textpath import TextToPath
except ModuleNotFoundError as error:
    if (error.name or "").split(".")[0] != "matplotlib":
        raise
    raise MissingExtraError("matplotlib", "charts") from error

__all__ = [
    "Artist",
    "FT2Font",
    "Figure",
    "FigureCanvasAgg",
    "FontProperties",
    "Line2D",
    "Outline",
    "PathPatch",
    "Rectangle",
    "Text",
    "TextToPath",
    "mpl",
]
