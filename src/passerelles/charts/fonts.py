"""How wide words are, and how they wrap: the font that matplotlib ships, so that pictures are alike everywhere."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from passerelles.charts.library import FontProperties, FT2Font, TextToPath, mpl

LINE: Final = 1.28  # height of a line, in sizes of the font
_SLACK: Final = 1.06  # a screen rounds the width of each letter
_UNKNOWN: Final = "\ufffd"  # what stands for a letter that the font lacks
_SPACES: Final = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029], " ")  # controls
_CLOSING: Final = ":;?!»/→"
_BREAKS: Final = "/-–,;'’"


def font(*, bold: bool = False, size: float = 10.0) -> FontProperties:
    """Return the font; the file is named, so that no font of the machine takes its place."""
    return FontProperties(fname=str(_file(bold=bold)), size=size, weight="bold" if bold else "normal")


@lru_cache(maxsize=2)
def _file(*, bold: bool) -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@lru_cache(maxsize=2)
def _letters(*, bold: bool) -> frozenset[int]:
    return frozenset(FT2Font(str(_file(bold=bold))).get_charmap())


@lru_cache(maxsize=1)
def _measure() -> TextToPath:
    return TextToPath()


def clean(text: str, *, bold: bool = False) -> str:
    """Return a text on one line, with what the font cannot draw replaced by a mark that says so."""
    letters = _letters(bold=bold)
    return "".join(c if ord(c) in letters else _UNKNOWN for c in " ".join(_words(text)))


def _words(text: str) -> list[str]:
    """Cut at spaces; no line begins with a sign that French writes after a space."""
    found: list[str] = []
    for word in text.translate(_SPACES).split(" "):
        if found and word and all(c in _CLOSING for c in word):
            found[-1] += f" {word}"
        elif word:
            found.append(word)
    return found


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
    if not text:
        return 0.0
    width, _, _ = _measure().get_text_width_height_descent(text, font(bold=bold, size=size), ismath=False)
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
        *whole, line = _cut(word, width, size, bold=bold)
        used = width_of(line, size, bold=bold)
        lines += whole
    return [*lines, line] if line or not lines else lines


def _cut(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """Cut one word that may be too long for a line."""
    pieces: list[str] = []
    while width_of(word, size, bold=bold) > width and len(word) > 1:
        fits = 1
        while width_of(word[: fits + 1], size, bold=bold) <= width:
            fits += 1
        after = max((n for n in range(1, fits + 1) if word[n - 1] in _BREAKS), default=fits)
        pieces.append(word[:after])
        word = word[after:]
    return [*pieces, word]
