"""Colours, sizes, signs and words that every chart shares; safe for the colour-blind, and never colour alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, percent, say, signed

if TYPE_CHECKING:
    from passerelles.ranking.move import End, Move

# Okabe and Ito (2008), 'Color universal design'.
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
ORANGE: Final = "#E69F00"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#999999"  # in place of their yellow, which is too pale for the edge of a shape
# In an order where neighbours differ to those who see no red or no green.
CYCLE: Final = (BLUE, GREEN, ORANGE, PURPLE, VERMILION, GREY, SKY)

PAPER: Final = "#FFFFFF"
INK: Final = "#1A1A1A"  # 17:1 on paper
QUIET: Final = "#555555"  # 7:1 on paper
GRID: Final = "#D9D9D9"
DARK: Final = "#4D4D4D"

MARGIN: Final = 14.0  # points
_NARROW: Final = 6.0  # inches
_WIDE: Final = 10.0
_BOUNDS: Final = (4.0, 40.0)


@dataclass(frozen=True, slots=True)
class Page:
    """Width in points and size of the letters in points; the height of a chart follows from what it holds."""

    width: float
    size: float

    @property
    def right(self) -> float:
        """Where the right margin begins."""
        return self.width - MARGIN

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return self.width - 2 * MARGIN


def page_of(width: float) -> Page:
    """
    Return the page of a width in inches.

    Raises
    ------
    PasserellesError
        If the width is no number from 4 to 40.

    Examples
    --------
    >>> page_of(8)
    Page(width=576.0, size=9.0)
    """
    low, high = _BOUNDS
    if isinstance(width, bool) or not isinstance(width, int | float) or not low <= width <= high:
        raise PasserellesError("chart_width", given=str(width), low=str(int(low)), high=str(int(high)))
    size = 8.0 if width < _NARROW else 9.0 if width < _WIDE else 10.5
    return Page(width * 72.0, size)


def pale(colour: str, share: float) -> str:
    """
    Mix a colour with the paper; `share` in [0, 1] is what is left of the colour.

    Examples
    --------
    >>> pale("#000000", 0.2)
    '#cccccc'
    """
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - p) * share):02x}" for p in parts)


def deep(colour: str) -> str:
    """
    Darken a colour, for the edge of an area: at least 3:1 on paper.

    Examples
    --------
    >>> deep("#E69F00"), contrast(deep("#E69F00")) > 3
    ('#8a5f00', True)
    """
    return "#" + "".join(f"{round(int(colour[i : i + 2], 16) * 0.6):02x}" for i in (1, 3, 5))


def contrast(one: str, other: str = PAPER) -> float:
    """
    Contrast ratio of two colours (WCAG 2.1), from 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#FFFFFF"))
    21
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def end_text(end: "End", lang: Lang) -> str:
    """Name one end of a move: its label and code, or a person."""
    if end.code is None:
        return end.label or say("charts.words.person", lang=lang)
    return f"{end.label} ({end.code})" if end.label else end.code


def facts(move: "Move", lang: Lang) -> str:
    """Sum up a move on one line: score, chance, level, coverage; what is not known is said."""
    unknown = say("charts.words.unknown", lang=lang)
    return say(
        "charts.words.facts",
        lang=lang,
        score=signed(move.score, lang=lang),
        chance=unknown if move.probability is None else percent(move.probability, lang=lang),
        level=unknown if move.level is None else say(f"moves.level.{move.level}", lang=lang),
        coverage=unknown if move.coverage is None else percent(move.coverage, lang=lang),
        name=move.referential.name,
        version=move.referential.version,
    )
