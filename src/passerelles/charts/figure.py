"""`Chart`: a matplotlib figure that carries its alternative in words, and saving it, the same bytes each time."""

import io
from pathlib import Path
from typing import Any, Final

from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.io.atomic import atomic_file

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
    "DPI",
    "Artist",
    "Chart",
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
    "drawn",
    "form_of",
    "mpl",
    "new_chart",
    "save",
]


DPI: Final = 150
_ON_SCREEN: Final = 110  # pixels an inch in a notebook
_BLANK: Final[dict[str, dict[str, Any]]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
# What a settings file of the reader's could change in the bytes.
_FIXED: Final[Any] = {
    "svg.hashsalt": "passerelles",
    "svg.image_inline": True,
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "hatch.linewidth": 0.8,
    "path.simplify": False,
    "path.sketch": None,
    "path.effects": [],
    "text.usetex": False,
    "text.hinting": "force_autohint",
    "text.antialiased": True,
    "savefig.facecolor": "auto",
    "savefig.edgecolor": "auto",
    "savefig.transparent": False,
    "savefig.bbox": None,
}


class Chart(Figure):
    """
    A figure of matplotlib's, made without pyplot.

    Attributes
    ----------
    title
        What the chart is, in one sentence.
    description
        What it shows, in words: the alternative for those who do not see it.
    """

    title: str = ""
    description: str = ""

    def _repr_html_(self) -> str:
        from passerelles.charts.inline import to_svg  # noqa: PLC0415 - it builds on this class

        # As large as on paper and a little more: a wide window does not blow its letters up.
        width = self.get_size_inches()[0] * _ON_SCREEN
        return f'<div style="max-width:{width:.0f}px">{to_svg(self)}</div>'

    def __repr__(self) -> str:
        return f"<Chart: {self.title}>"


def new_chart(width: float, height: float, *, title: str, description: str) -> Chart:
    """Return an empty chart; `width` and `height` in points."""
    chart = Chart(figsize=(width / 72.0, height / 72.0), dpi=DPI, facecolor="white", edgecolor="none", frameon=True)
    FigureCanvasAgg(chart)
    chart.title = title
    chart.description = description
    return chart


def save(figure: Figure, path: str | Path, *, overwrite: bool = False, dpi: int = DPI) -> Path:
    """
    Write a chart as a still picture, whole or not at all.

    Parameters
    ----------
    figure
        What a chart function gives.
    path
        File to write; its ending (svg, png or pdf) says the format.
    overwrite
        Replace a file that is there.
    dpi
        Dots per inch of a PNG.

    Returns
    -------
    path
        The file, which has the same bytes each time with one version of matplotlib.

    Raises
    ------
    PasserellesError
        If the ending is another one, something is there and `overwrite` is False, or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, charts, load_referential, rank_moves
    >>> move = rank_moves(build_graph(load_referential()), "K2110", limit=1)[0]
    >>> with TemporaryDirectory() as folder:
    ...     charts.save(charts.score_waterfall(move), Path(folder) / "score.svg").name
    'score.svg'
    """
    path = Path(path)
    form = form_of(path)
    with atomic_file(path, overwrite=overwrite) as file:
        file.write(drawn(figure, form, dpi=dpi))
    return path


def form_of(path: Path) -> str:
    """
    Return the format that the ending of a name asks for.

    Raises
    ------
    PasserellesError
        If it is none of svg, png, pdf.

    Examples
    --------
    >>> form_of(Path("score.SVG"))
    'svg'
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in _BLANK:
        raise PasserellesError("chart_format", path=path, known=", ".join(f".{name}" for name in sorted(_BLANK)))
    return form


def drawn(figure: Figure, form: str, *, dpi: int = DPI, outlines: bool = True) -> bytes:
    """Draw a figure as svg, png or pdf, whatever the reader's own settings; letters of an SVG as outlines or not."""
    buffer = io.BytesIO()
    with mpl.rc_context(_FIXED | {"svg.fonttype": "path" if outlines else "none"}):
        figure.savefig(buffer, format=form, metadata=_BLANK[form], dpi=72 if form == "svg" else dpi)
    return buffer.getvalue()
