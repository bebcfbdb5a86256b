"""Charts: their style, a pen that draws in points from the top left corner, and their files and SVG elements."""

import hashlib
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache, partial
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.textpath import text_to_path

from passerelles.errors import PasserellesError, checked
from passerelles.io.atomic import write_whole
from passerelles.language.say import Lang, number, say
from passerelles.text import printable

MARGIN: Final = 14.0  # points
_NARROW: Final = 6.0  # inches
_WIDE: Final = 10.0
_BOUNDS: Final = (4.0, 40.0)


class Colour(StrEnum):
    """Those of Okabe and Ito (2008), 'Color universal design', and of what is written on paper."""

    BLUE = "#0072B2"
    SKY = "#56B4E9"
    GREEN = "#009E73"
    ORANGE = "#E69F00"
    VERMILION = "#D55E00"
    PURPLE = "#CC79A7"
    GREY = "#999999"  # in place of their yellow, which is too pale for the edge of a shape
    PAPER = "#FFFFFF"
    INK = "#1A1A1A"  # 17:1 on paper
    QUIET = "#555555"  # 7:1 on paper
    GRID = "#D9D9D9"
    DARK = "#4D4D4D"

    def pale(self, share: float) -> str:
        """
        Mix a colour with the paper; `share` in [0, 1] is what is left of the colour.

        Examples
        --------
        >>> Colour.BLUE.pale(0.2)
        '#cce3f0'
        """
        channels = [int(self[i : i + 2], 16) for i in (1, 3, 5)]
        return "#" + "".join(f"{round(255 - (255 - p) * share):02x}" for p in channels)

    @property
    def deep(self) -> str:
        """
        The colour darkened, for the edge of an area: at least 3:1 on paper.

        Examples
        --------
        >>> Colour.ORANGE.deep
        '#8a5f00'
        """
        return "#" + "".join(f"{round(int(self[i : i + 2], 16) * 0.6):02x}" for i in (1, 3, 5))


# In an order where neighbours differ to those who see no red or no green.
CYCLE: Final = (Colour.BLUE, Colour.GREEN, Colour.ORANGE, Colour.PURPLE, Colour.VERMILION, Colour.GREY, Colour.SKY)

DPI: Final = 150
_ON_SCREEN: Final = 110  # pixels an inch in a notebook
_BLANK: Final[dict[str, dict[str, Any]]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
# On top of matplotlib's own defaults, whatever a settings file of the reader's says.
_FIXED: Final[dict[str, Any]] = {
    "svg.hashsalt": "passerelles",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.8,
    "path.simplify": False,
    "text.hinting": "force_autohint",
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
        # As large as on paper and a little more: a wide window does not blow its letters up.
        width = self.get_size_inches()[0] * _ON_SCREEN
        return f'<div style="max-width:{width:.0f}px">{to_svg(self)}</div>'

    def __repr__(self) -> str:
        return f"<Chart: {self.title}>"


@checked
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
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, charts, load_referential, rank_moves
    >>> move = rank_moves(build_graph(load_referential()), "K2110", limit=1)[0]
    >>> with TemporaryDirectory() as folder:
    ...     charts.save(charts.score_waterfall(move), Path(folder) / "score.svg").name
    'score.svg'
    """
    path = Path(path)
    write_whole(path, render(figure, form_of(path), dpi=dpi), overwrite=overwrite)
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


def render(figure: Figure, form: str, *, dpi: int = DPI, outlines: bool = True) -> bytes:
    """Draw a figure as svg, png or pdf, whatever the reader's own settings; letters of an SVG as outlines or not."""
    buffer = io.BytesIO()
    with style.context(["default", _FIXED | {"svg.fonttype": "path" if outlines else "none"}]):
        figure.savefig(buffer, format=form, metadata=_BLANK[form], dpi=72 if form == "svg" else dpi)
    return buffer.getvalue()


LINE: Final = 1.28  # height of a line, in sizes of the font
_SLACK: Final = 1.06  # a screen rounds the width of each letter
_UNKNOWN: Final = "\ufffd"  # what stands for a letter that the font lacks
_SPACES: Final = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029], " ")  # controls
_CLOSING: Final = ":;?!»/→"
_BREAKS: Final = "/-–,;'’"


def font(*, bold: bool = False, size: float = 10.0) -> FontProperties:
    """Return the font; the file is named, so that no font of the machine takes its place."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    file = Path(mpl.get_data_path(), "fonts", "ttf", name)
    return FontProperties(fname=str(file), size=size, weight="bold" if bold else "normal")


def clean(text: str, *, bold: bool = False) -> str:
    """Return a text on one line, with what the font cannot draw replaced by a mark that says so."""
    face = get_font(str(font(bold=bold).get_file()))
    return "".join(c if face.get_char_index(ord(c)) else _UNKNOWN for c in " ".join(_words(text)))


def _words(text: str) -> list[str]:
    """Cut at spaces; no line begins with a sign that French writes after a space."""
    words: list[str] = []
    for word in text.translate(_SPACES).split(" "):
        if words and word and all(c in _CLOSING for c in word):
            words[-1] += f" {word}"
        elif word:
            words.append(word)
    return words


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """
    Return the room that one line takes, in points: its width and a little more.

    Examples
    --------
    >>> width_of("ROME", 10) > width_of("ROM", 10) > 0
    True
    """
    return exact_width(text, size, bold=bold) * _SLACK


@lru_cache(maxsize=20_000)
def exact_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line as the font has it, in points."""
    width, _, _ = text_to_path.get_text_width_height_descent(text, font(bold=bold, size=size), ismath=False)
    return float(width)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """
    Cut a text into lines no wider than `width` points: between words, else after a slash or a dash, else anywhere.

    Examples
    --------
    >>> wrap("Moniteur / Monitrice d'auto-école", 100, 10)
    ['Moniteur /', 'Monitrice', "d'auto-école"]
    """
    lines: list[str] = []
    line, used = "", 0.0
    space = width_of("n n", size, bold=bold) - width_of("nn", size, bold=bold)
    for word in _words(clean(text, bold=bold)):
        # Words come again and again, lines do not: a line is measured as the sum of its words.
        more = width_of(word, size, bold=bold)
        if line and used + space + more <= width:
            line, used = f"{line} {word}", used + space + more
            continue
        if line:
            lines.append(line)
        *full_lines, line = _cut(word, width, size, bold=bold)
        used = width_of(line, size, bold=bold)
        lines += full_lines
    return [*lines, line] if line or not lines else lines


def _cut(word: str, width: float, size: float, *, bold: bool) -> Iterator[str]:
    """Cut one word that may be too long for a line."""
    while width_of(word, size, bold=bold) > width and len(word) > 1:
        fits = 1
        while width_of(word[: fits + 1], size, bold=bold) <= width:
            fits += 1
        after = max((n for n in range(1, fits + 1) if word[n - 1] in _BREAKS), default=fits)
        yield word[:after]
        word = word[after:]
    yield word


Align = Literal["left", "center", "right"]
Point = tuple[float, float]
_ROUNDING: Final = 1e-9
_BASELINE: Final = 0.98  # from the top of a line, in sizes of the font


class Fill(NamedTuple):
    """
    How an area is filled; the hatch says the same as the colour, for those who do not see it.

    `shape`: that of a mark, as matplotlib names it; without one it is an area.
    """

    colour: str
    hatch: str = ""
    edge: str = Colour.INK
    width: float = 0.7
    dash: bool = False
    shape: str = ""

    @property
    def look(self) -> dict[str, Any]:
        """What matplotlib knows it by, of a rectangle or an outline."""
        return {
            "facecolor": self.colour, "edgecolor": self.edge, "hatch": self.hatch or None, "linewidth": self.width,
            "linestyle": "--" if self.dash else "-", "fill": self.colour != "none", "clip_on": False,
        }  # fmt: skip


Entry = tuple[Fill | str, str]  # of a key; a text is a sign


class Pen:
    """
    What draws on the page of a chart, and the words of its kind of chart: a table of ``charts`` in language files.

    `width` of the page and `size` of the letters are in points; the height of a chart follows from what it holds.
    """

    def __init__(self, width: float, subject: str, lang: Lang) -> None:
        """
        Start a page so many inches wide.

        Raises
        ------
        PasserellesError
            If the width is no number from 4 to 40.

        Examples
        --------
        >>> pen = Pen(8, "ladder", "fr")
        >>> pen.width, pen.size, pen.inner
        (576.0, 9.0, 548.0)
        """
        low, high = _BOUNDS
        if isinstance(width, bool) or not isinstance(width, int | float) or not low <= width <= high:
            raise PasserellesError("chart_width", given=str(width), low=str(int(low)), high=str(int(high)))
        self.width, self.subject, self.lang, self.title = width * 72.0, subject, lang, ""
        self.size = 8.0 if width < _NARROW else 9.0 if width < _WIDE else 10.5
        self.figure = Chart(dpi=DPI, facecolor="white", edgecolor="none", frameon=True)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False)
        self.axes.set_axis_off()
        self.fills = set[Fill]()  # of the boxes that were drawn, for the key

    @property
    def right(self) -> float:
        """Where the right margin begins."""
        return self.width - MARGIN

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return self.width - 2 * MARGIN

    def say(self, name: str, /, **values: object) -> str:
        """Return one of the chart's sentences."""
        return say(f"charts.{self.subject}.{name}", lang=self.lang, **values)

    def text(
        self,
        at: Point,
        words: str,
        *,
        width: float | None = None,
        size: float | None = None,
        bold: bool = False,
        colour: str = Colour.INK,
        align: Align = "left",
    ) -> float:
        """Write words from the top of their first line, on as many lines as `width` asks; return where they end."""
        x, y = at
        size = size or self.size
        lines = [clean(words, bold=bold)] if width is None else wrap(words, width, size, bold=bold)
        for line in lines:
            self.axes.text(
                x, y + size * _BASELINE, line, color=colour, fontproperties=font(bold=bold, size=size), ha=align,
                parse_math=False, usetex=False, zorder=5,
            )  # fmt: skip
            y += size * LINE
        return y

    def height(self, words: str, width: float, *, size: float | None = None, bold: bool = False) -> float:
        """Return how high `text` would be."""
        size = size or self.size
        return len(wrap(words, width, size, bold=bold)) * size * LINE

    def wide(self, words: str, *, size: float | None = None, bold: bool = False) -> float:
        """Return how wide words are on one line."""
        return width_of(clean(words, bold=bold), size or self.size, bold=bold)

    def box(self, left: float, top: float, width: float, height: float, fill: Fill, *, over: float = 2.0) -> None:
        """Draw a rectangle."""
        self.fills.add(fill)
        self.axes.add_artist(Rectangle((left, top), width, height, zorder=over, **fill.look))

    def line(
        self, points: Sequence[Point], *, width: float, colour: str = Colour.INK, dash: bool = False, over: float = 1.0
    ) -> None:
        """Draw a line through points."""
        xs, ys = zip(*points, strict=True)
        self.axes.add_artist(
            Line2D(
                xs, ys, color=colour, linewidth=width, linestyle="--" if dash else "-", zorder=over, clip_on=False,
                solid_capstyle="butt", marker="",
            )
        )  # fmt: skip

    def dot(self, at: Point, size: float, fill: Fill) -> None:
        """Draw a mark `size` points wide."""
        self.axes.add_artist(
            Line2D(
                [at[0]], [at[1]], linestyle="", marker=fill.shape, markersize=size, markerfacecolor=fill.colour,
                markeredgecolor=fill.edge, markeredgewidth=fill.width, zorder=4.0, clip_on=False,
            )
        )  # fmt: skip

    def ring(self, at: Point, radius: float) -> None:
        """Draw a circle that stands back."""
        self.outline(Outline.circle(at, radius), Fill("none", edge="#BFBFBF", width=0.8, dash=True), over=0.5)

    def outline(self, outline: Outline, fill: Fill, *, over: float = 2.0, alpha: float = 1.0) -> None:
        """Draw any outline."""
        self.axes.add_artist(PathPatch(outline, zorder=over, alpha=alpha, **fill.look))

    def heading(self, subtitle: str = "", *, title: str = "", **names: object) -> float:
        """Write the title, the chart's own unless one is given, and what stands under it; return where they end."""
        self.title = title or self.say("title", **names)
        y = self.text((MARGIN, MARGIN), self.title, width=self.inner, size=self.size + 2.5, bold=True)
        if subtitle:
            y = self.text((MARGIN, y + 2), subtitle, width=self.inner, colour=Colour.QUIET)
        return y + self.size

    def note(self, top: float, words: str) -> float:
        """Write small words that stand back; return where they end."""
        return self.text((MARGIN, top), words, width=self.inner, size=self.size - 0.5, colour=Colour.QUIET) + 2

    def legend(self, top: float, entries: Sequence[Entry]) -> float:
        """Draw the key, on as many lines as it takes; return where it ends."""
        x, y, bottom = MARGIN, top, top
        for fill, words in entries:
            swatch = self.size * (1.0 if isinstance(fill, str) or fill.shape else 1.6)
            room = min(self.wide(words), self.inner - swatch - 5)
            if x > MARGIN and x + swatch + 5 + room > self.right:
                x, y = MARGIN, bottom + 3
            middle = y + self.size * LINE / 2
            if isinstance(fill, str):
                self.text((x + swatch / 2, y), fill, align="center", bold=True)
            elif fill.shape:
                self.dot((x + swatch / 2, middle), self.size * 0.85, fill)
            else:
                self.box(x, middle - self.size * 0.42, swatch, self.size * 0.84, fill)
            bottom = max(bottom, self.text((x + swatch + 5, y), words, width=room + 1))
            x += swatch + 5 + room + self.size * 1.8
        return bottom + 4

    def axis(
        self, ruler: "Ruler", span: tuple[float, float], *, write: Callable[[float], str] | None = None, title: str = ""
    ) -> float:
        """Draw the lines of a scale from `span[0]` to `span[1]`, and its numbers under them; return where they end."""
        wide = ruler.high - ruler.low
        decimals = 0 if wide > 5 else 1 if wide > 0.5 else 2  # noqa: PLR2004 - as many as tell its values apart
        write = write or partial(number, lang=self.lang, decimals=decimals)
        top, bottom = span
        size = self.size - 1
        room = max(self.wide(write(v), size=size) for v in (ruler.low, ruler.high)) + 14
        values = steps(ruler.low, ruler.high, max(2, int((ruler.right - ruler.left) // room)))
        if any(write(a) == write(b) for a, b in pairwise(values)):  # too few decimals for so many steps
            values = [value for value in values if value == round(value, decimals)]
        for value in values:
            x = ruler(value)
            colour, thick = (Colour.QUIET, 0.9) if abs(value) < _ROUNDING else (Colour.GRID, 0.6)
            self.line([(x, top), (x, bottom)], colour=colour, width=thick, over=0.3)
            half = self.wide(write(value), size=size) / 2
            at = min(max(x, MARGIN + half), self.right - half)
            self.text((at, bottom + 2), write(value), size=size, colour=Colour.QUIET, align="center")
        y = bottom + 2 + size * LINE
        if title:
            y = self.text(((ruler.left + ruler.right) / 2, y), title, size=size, colour=Colour.QUIET, align="center")
        return y

    def chart(self, bottom: float, description: str, *, note: bool = True) -> Chart:
        """Write how to read the chart below the rest, and return it, as high as what it holds."""
        height = (self.note(bottom, self.say("note")) if note else bottom) + MARGIN
        self.figure.set_size_inches(self.width / 72.0, height / 72.0)
        self.axes.set(xlim=(0.0, self.width), ylim=(height, 0.0))
        self.figure.title, self.figure.description = self.title, description
        return self.figure


class Ruler(NamedTuple):
    """A scale along x: from values in [low, high] to points."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Return where a value stands."""
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)


def ribbon(x0: float, y0: float, x1: float, y1: float, thick: float) -> Outline:
    """Return the outline of a band that leads from one height to another, as thick at both ends."""
    middle = (x0 + x1) / 2
    points = [
        (x0, y0), (middle, y0), (middle, y1), (x1, y1),
        (x1, y1 + thick), (middle, y1 + thick), (middle, y0 + thick), (x0, y0 + thick), (x0, y0),
    ]  # fmt: skip
    move, line, curve, close = Outline.MOVETO, Outline.LINETO, Outline.CURVE4, Outline.CLOSEPOLY
    return Outline(points, [move, curve, curve, curve, line, curve, curve, curve, close])


def bend(start: Point, by: Point, end: Point) -> Outline:
    """Return a curve from one point to another, drawn towards a third."""
    return Outline([start, by, end], [Outline.MOVETO, Outline.CURVE3, Outline.CURVE3])


def steps(low: float, high: float, most: int) -> list[float]:
    """
    Return round values from `low` to `high`, `most` of them at most.

    Examples
    --------
    >>> steps(-1.3, 4.1, 6)
    [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    """
    for power in range(-6, 9):
        for digit in (1, 2, 5):
            step = digit * 10.0**power
            first, last = math.ceil(low / step - _ROUNDING), math.floor(high / step + _ROUNDING)
            if last - first < most:
                return [round(k * step, 9) for k in range(first, last + 1)]
    return [low]


_FAMILY: Final = "DejaVu Sans, Verdana, Geneva, sans-serif"
_DROPPED: Final = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", re.DOTALL)
_ID: Final = re.compile(r' id="([^"]*)"')
_USED: Final = re.compile(r'(?:xlink:href="#|url\(#)([^")]+)')
_TAG: Final = re.compile(r"<[^>]+>")
_LONG: Final = re.compile(r"(-?\d+\.\d\d)\d+")
_GROUP: Final = re.compile(r"<g>\s*(<(?:path|text)\b(?:(?!</?g\b).)*?)</g>", re.DOTALL)
_TEXT: Final = re.compile(
    r'<text style="(?P<style>[^"]*)" x="(?P<x>[^"]*)" y="(?P<y>[^"]*)"(?: transform="rotate\(-?0 [^"]*\)")?>'
    r"(?P<words>[^<]*)</text>"
)


def to_svg(
    figure: Figure, *, title: str | None = None, description: str | None = None, prefix: str | None = None
) -> str:
    """
    Return a chart as one ``<svg>`` element to be put inside an HTML page.

    Letters are text, that one can select and search, and the width of each line is fixed: a reader's machine with
    other fonts squeezes or spaces its letters, and cuts none. A screen reader reads `title` and `description` instead
    of the picture. Nothing in it acts on the page around it: no script, no style sheet, no link.

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
        As wide as its container, its proportions kept; no XML prolog.

    Raises
    ------
    ValueError
        If the prefix is no such name.

    Examples
    --------
    >>> from passerelles import charts
    >>> chart = charts.reliability_diagram([{"cases": 50, "predicted": 0.2, "observed": 0.3}])
    >>> charts.to_svg(chart, title="Étalonnage", description="Un point.", prefix="a")[:56]
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 432'
    """
    text = render(figure, "svg", outlines=False).decode("utf-8")
    width, height = (f"{inches * 72.0:.6g}" for inches in figure.get_size_inches())
    inside = _DROPPED.sub("", text[text.index("<svg") :])
    inside = inside[inside.index(">") + 1 : inside.rindex("</svg>")]
    title = str(getattr(figure, "title", "")) if title is None else title
    description = str(getattr(figure, "description", "")) if description is None else description
    if prefix is None:
        prefix = "c" + hashlib.blake2b(f"{title}\n{inside}".encode(), digest_size=6).hexdigest()
    elif not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", prefix):
        raise ValueError(f"prefix must be a name, not {prefix!r}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" stroke-linejoin="round" stroke-linecap="butt" '
        f'font-family="{_FAMILY}"><title id="{prefix}-title">{_escaped(title)}</title>'
        f'<desc id="{prefix}-desc">{_escaped(description)}</desc>{_compact(_with_ids(inside, prefix))}</svg>'
    )


def _with_ids(inside: str, prefix: str) -> str:
    """Keep the ids that something refers to, and make them the chart's own."""
    used = set(_USED.findall(inside))
    inside = _ID.sub(lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", inside)
    return inside.replace('xlink:href="#', f'href="#{prefix}-').replace("url(#", f"url(#{prefix}-")


def _compact(inside: str) -> str:
    """Fix the width of each line of text; drop digits that no eye sees, groups of one and blanks between tags."""
    inside = _TAG.sub(lambda m: _LONG.sub(r"\1", m[0]), inside)
    inside = _TEXT.sub(_text_line, inside)
    inside = _GROUP.sub(lambda m: m[1].strip(), inside)
    return re.sub(r">\s+<", "><", inside).replace("\n", " ").strip()


def _text_line(match: re.Match[str]) -> str:
    """Write a line of text as short as can be, with the width that the font gives it."""
    style = dict(part.strip().split(": ", 1) for part in match["style"].split(";") if ": " in part)
    size = float(style.get("font-size", "10px").removesuffix("px"))
    bold = style.get("font-weight", "normal") in ("bold", "700")
    words = match["words"]
    known = {
        "x": match["x"],
        "y": match["y"],
        "font-size": f"{size:g}",
        "font-weight": "bold" if bold else "",
        "text-anchor": style.get("text-anchor", "start").replace("start", ""),
        "fill": style.get("fill", ""),
        "textLength": f"{exact_width(unescape(words), size, bold=bold):.2f}",
        "lengthAdjust": "spacingAndGlyphs",
    }
    listed = " ".join(f'{name}="{value}"' for name, value in known.items() if value)
    return f"<text {listed}>{words}</text>"


def _escaped(text: str) -> str:
    return escape(printable(text))
