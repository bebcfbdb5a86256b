"""Pages on a terminal: labels stay text, lines break where a reader would, no colour in a file."""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, product
from textwrap import TextWrapper
from typing import IO, Any, Final

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, typeset
from passerelles.views.spec import NUMERIC, Column, On, Page, Sheet

WIDTH: Final = 80
_LEAST_WIDTH: Final = 5  # width below which no column of words goes: what a word has more is folded
_LONGEST_WORD: Final = 30  # letters; a path or a checksum has more, and is folded before any word
_GAP: Final = 2  # blanks between two columns, one where words would be folded
_UNKNOWN: Final = "?"
_NONE: Final = "–"
_LOOK: Final[dict[str, Any]] = {"title_justify": "left", "box": box.SIMPLE_HEAD, "pad_edge": False, "show_edge": False}
# rich breaks lines at no-break spaces too, so these stand in for spaces that hold while it wraps.
_HOLDING: Final = {" ": "\ue000", "\u00a0": "\ue001", "\u202f": "\ue002"}
_UNHELD: Final = {ord(sign): space for space, sign in _HOLDING.items()}
# What a terminal would obey rather than show; a label may come from anywhere.
_CONTROLS: Final = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160))) | _UNHELD


class Screen(Console):
    """
    A console on which strings are plain text: neither markup, nor emoji codes, nor control characters.

    A line does not break before a French ``:`` or ``;``, inside a number, nor between a figure and its unit.
    """

    def __init__(self, *, lang: Lang = "fr", **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, force_jupyter=False, **options)
        self.lang = lang

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as text, measured with the spaces that hold."""
        return super().render_str(with_holding_spaces(text, self.lang), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, with spaces that hold where they should."""
        if isinstance(renderable, str):
            renderable = self.render_str(renderable)
        if not isinstance(renderable, Text):
            yield from super().render(renderable, options)
            return
        protected = renderable.copy()
        protected.plain = with_holding_spaces(protected.plain, self.lang)
        for text, style, control in super().render(protected, options):
            yield Segment(text.translate(_UNHELD), style, control)


def with_holding_spaces(text: str, lang: Lang) -> str:
    """Return a text of the same length whose no-break spaces, its own and those of the language, rich will keep."""
    text = text.translate(_CONTROLS)
    pairs = zip(text, typeset(text, lang), strict=True)
    return "".join(_HOLDING[was] if now in "\u00a0\u202f" and was in _HOLDING else was for was, now in pairs)


def plain_screen(file: IO[str], *, lang: Lang = "fr", width: int = WIDTH) -> Screen:
    """Return a console that writes plain text into a file: no colour, whatever the environment asks for."""
    return Screen(lang=lang, file=file, width=width, no_color=True, force_terminal=False, color_system=None)


def printed_text(show: Callable[[Screen], None], *, lang: Lang = "fr", width: int = WIDTH) -> str:
    """Return what is printed, in lines without the blanks at their ends, that rich pads with."""
    buffer = io.StringIO()
    show(plain_screen(buffer, lang=lang, width=width))
    return "".join(f"{line.rstrip(' ')}\n" for line in buffer.getvalue().splitlines())


def print_page(console: Screen, page: Page, *, unfold: int = 0) -> None:
    """Print a page, and the first of the pages that unfold below it."""
    console.print(Text(page.title, style="bold"))
    for sentence in page.lead:
        console.print(sentence)
    for place, sheet in enumerate(page.sheets):
        if place or page.lead:
            console.print()
        print_sheet(console, sheet)
    for sentence in page.notes:
        console.print(Text(sentence, style="dim"))
    for inner in page.details[:unfold]:
        console.print()
        print_unfolded(console, inner)


def print_unfolded(console: Screen, page: Page, *, depth: int = 0) -> None:
    """Print a page that unfolds below another: title, sentences, tables, and its own pages further right."""
    console.print(Padding(Text(page.title, style="" if depth else "bold"), (0, 0, 0, depth)))
    for sentence in page.lead:
        console.print(Padding(sentence, (0, 0, 0, depth + 2)))
    for sheet in page.sheets:
        print_sheet(console, sheet)
    for inner in page.details:
        print_unfolded(console, inner, depth=depth + 2)


def print_sheet(console: Screen, sheet: Sheet, *, title: str = "", most: int | None = None) -> None:
    """
    Print a table, where it has rows: the columns of terminals, long labels wrapped, at most so many rows.

    Where words would be folded, columns stand closer, then last ones that stand on every output alike are left out.
    """
    columns, lang = sheet.on(On.TERMINAL), console.lang
    rows = [[_cell(column, item, lang) for column in columns] for item in islice(sheet.items(), most)]
    if not rows:
        return
    heads = [column.head(lang) for column in columns]
    protected = [[with_holding_spaces(text, lang) for text in row] for row in rows]
    exact = [column.kind in NUMERIC for column in columns]
    for n, gap in product(range(len(columns), 0, -1), (_GAP, 1)):
        room = console.width - gap * (n - 1)
        widths, whole = column_widths(heads[:n], [row[:n] for row in protected], exact[:n], room)
        if whole or (gap == 1 and columns[n - 1].on is not On.ALL):
            break
    table = Table(title=title or None, padding=(0, gap - 1, 0, 0), **_LOOK)
    for head, numeric, width in zip(heads, exact, widths, strict=False):
        table.add_column(head, justify="right" if numeric else "left", width=width, overflow="fold")
    for row in rows:
        table.add_row(*map(_hyphenated, row, widths))
    console.print(table)


def _hyphenated(text: str, width: int) -> str:
    """Break words that no line of a column holds after a hyphen or an apostrophe, before they are folded anywhere."""
    wrapper = TextWrapper(width, break_long_words=False)
    wrapper.wordsep_re = re.compile(r"(?<=[-'])")
    return re.sub(rf"\S{{{width + 1},}}", lambda word: wrapper.fill(word[0]), text)


def _cell(column: Column, item: Any, lang: Lang) -> str:
    text, beside = column.screen(item, lang), column.beside(item, lang)
    if text is None or (text in (_UNKNOWN, _NONE) and beside):
        return beside or (_UNKNOWN if column.kind in NUMERIC else "")
    return f"{text}, {beside}" if beside else text


def column_widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], exact: Sequence[bool], room: int
) -> tuple[list[int], bool]:
    """
    Return how wide columns are: numbers on one line, words whole, then room to those that would be the most lines.

    Where that is too much for the line, words are folded in the column where they are the fewest; nothing is ever cut.
    Whether all words are whole stands beside.
    """
    full, widths, wide_words = [], [], []
    for place, head in enumerate(heads):
        lines = [line for row in rows for line in row[place].split("\n")]
        words = [word for text in (head, *(() if exact[place] else lines)) for word in text.split()]
        # a word of the head stands above every row, and one that breaks after a hyphen is not folded
        pieces = re.findall(r"[^\s-]+-*", " ".join([*words, *(head.split() * (len(rows) - 1))]))
        wide_words.append([size for size in map(cell_len, pieces) if size <= _LONGEST_WORD])
        longest = max(map(cell_len, lines))
        full.append(max(longest, cell_len(head)))
        widths.append(max((longest if exact[place] else 0), *map(cell_len, words)) if words else longest)
    foldable, whole = [place for place, is_exact in enumerate(exact) if not is_exact], sum(widths) <= room
    while sum(widths) > room and (wide := [p for p in foldable if widths[p] > _LEAST_WIDTH]):
        widths[min(wide, key=lambda p: (sum(n >= widths[p] for n in wide_words[p]), -widths[p], p))] -= 1
    while sum(widths) < room and (short := [p for p in foldable if widths[p] < full[p]]):
        widths[max(short, key=lambda p: (full[p] / widths[p], -p))] += 1
    return widths, whole


def plain_text(page: Page, *, lang: Lang = "fr") -> str:
    r"""
    Return a page as plain text, at most 80 columns wide; pages that unfold are left out.

    Examples
    --------
    >>> plain_text(Page("Title", lead=["A sentence."]))
    'Title\nA sentence.'
    """
    return printed_text(lambda screen: print_page(screen, page), lang=lang).strip()
