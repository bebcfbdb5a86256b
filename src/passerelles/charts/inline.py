"""A chart as an ``<svg>`` element of a page: small, its letters still letters, its ids its own."""

import hashlib
import re
from html import unescape
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from passerelles.charts.drawing import exact_width
from passerelles.charts.figure import drawn
from passerelles.text import printable

if TYPE_CHECKING:
    from passerelles.charts.figure import Figure

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
    figure: "Figure", *, title: str | None = None, description: str | None = None, prefix: str | None = None
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
    text = drawn(figure, "svg", outlines=False).decode("utf-8")
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
        f'font-family="{_FAMILY}"><title id="{prefix}-title">{_words(title)}</title>'
        f'<desc id="{prefix}-desc">{_words(description)}</desc>{_small(_with_ids(inside, prefix))}</svg>'
    )


def _with_ids(inside: str, prefix: str) -> str:
    """Keep the ids that something refers to, and make them the chart's own."""
    used = set(_USED.findall(inside))
    inside = _ID.sub(lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", inside)
    return inside.replace('xlink:href="#', f'href="#{prefix}-').replace("url(#", f"url(#{prefix}-")


def _small(inside: str) -> str:
    """Fix the width of each line of text; drop digits that no eye sees, groups of one and blanks between tags."""
    inside = _TAG.sub(lambda m: _LONG.sub(r"\1", m[0]), inside)
    inside = _TEXT.sub(_text, inside)
    inside = _GROUP.sub(lambda m: m[1].strip(), inside)
    return re.sub(r">\s+<", "><", inside).replace("\n", " ").strip()


def _text(found: re.Match[str]) -> str:
    """Write a line of text as short as can be, with the width that the font gives it."""
    style = dict(part.strip().split(": ", 1) for part in found["style"].split(";") if ": " in part)
    size = float(style.get("font-size", "10px").removesuffix("px"))
    bold = style.get("font-weight", "normal") in ("bold", "700")
    words = found["words"]
    known = {
        "x": found["x"],
        "y": found["y"],
        "font-size": f"{size:g}",
        "font-weight": "bold" if bold else "",
        "text-anchor": style.get("text-anchor", "start").replace("start", ""),
        "fill": style.get("fill", ""),
        "textLength": f"{exact_width(unescape(words), size, bold=bold):.2f}",
        "lengthAdjust": "spacingAndGlyphs",
    }
    listed = " ".join(f'{name}="{value}"' for name, value in known.items() if value)
    return f"<text {listed}>{words}</text>"


def _words(text: str) -> str:
    return escape(printable(text))
