"""`Chart`: a matplotlib figure that carries its alternative in words; saved or inlined, the same bytes each time."""

import hashlib
import io
import re
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from passerelles.charts.library import Figure, FigureCanvasAgg, mpl
from passerelles.errors import PasserellesError
from passerelles.files.atomic import atomic_file

DPI: Final = 150
_BLANK: Final[dict[str, dict[str, Any]]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
# What a settings file of the reader's could change in the bytes.
_FIXED: Final[Any] = {
    "svg.hashsalt": "passerelles",
    "svg.fonttype": "path",
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
_FORBIDDEN: Final = {c: None for c in range(32) if c not in (9, 10, 13)}  # by XML 1.0
_COMMENT: Final = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", re.DOTALL)
_ID: Final = re.compile(r' id="([^"]*)"')
_USED: Final = re.compile(r'(?:xlink:href="#|url\(#)([^")]+)')


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
        return to_svg(self)


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
    form = path.suffix.lower().removeprefix(".")
    if form not in _BLANK:
        raise PasserellesError("chart_format", path=path, known=", ".join(f".{name}" for name in sorted(_BLANK)))
    with atomic_file(path, overwrite=overwrite) as file:
        file.write(_bytes(figure, form, dpi))
    return path


def _bytes(figure: Figure, form: str, dpi: int = DPI) -> bytes:
    buffer = io.BytesIO()
    with mpl.rc_context(_FIXED):
        figure.savefig(buffer, format=form, metadata=_BLANK[form], dpi=72 if form == "svg" else dpi)
    return buffer.getvalue()


def to_svg(
    figure: Figure, *, title: str | None = None, description: str | None = None, prefix: str | None = None
) -> str:
    """
    Return a chart as one ``<svg>`` element to be put inside an HTML page.

    Letters are outlines, so that no font of the reader's changes them; a screen reader reads `title` and
    `description` instead. Nothing in it acts on the page around it: no script, no style sheet, no link.

    Parameters
    ----------
    figure
        What a chart function gives.
    title, description
        The alternative in words; the chart's own where None.
    prefix
        What the ids begin with (a letter, then letters, digits, ``-`` or ``_``), one of its own for each chart of a
        page; worked out from the chart where None.

    Returns
    -------
    svg
        As wide as its container, its proportions kept.

    Raises
    ------
    ValueError
        If the prefix is no such name.
    """
    text = _bytes(figure, "svg").decode("utf-8")
    width, height = (f"{inches * 72.0:g}" for inches in figure.get_size_inches())
    inside = _COMMENT.sub("", text[text.index("<svg") :])
    inside = inside[inside.index(">") + 1 : inside.rindex("</svg>")]
    title = str(getattr(figure, "title", "")) if title is None else title
    description = str(getattr(figure, "description", "")) if description is None else description
    if prefix is None:
        prefix = "c" + hashlib.blake2b(f"{title}\n{inside}".encode(), digest_size=6).hexdigest()
    elif not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", prefix):
        raise ValueError(f"prefix must be a name, not {prefix!r}")
    inside = _with_ids(inside, prefix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" stroke-linejoin="round" stroke-linecap="butt">'
        f'<title id="{prefix}-title">{_words(title)}</title><desc id="{prefix}-desc">{_words(description)}</desc>'
        f"{inside}</svg>"
    )


def _with_ids(inside: str, prefix: str) -> str:
    """Keep the ids that something refers to, and make them the chart's own."""
    used = set(_USED.findall(inside))
    inside = _ID.sub(lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", inside)
    inside = inside.replace('xlink:href="#', f'href="#{prefix}-').replace("url(#", f"url(#{prefix}-")
    return re.sub(r"\n\s*", "\n", inside).strip()


def _words(text: str) -> str:
    return escape(text.translate(_FORBIDDEN))
