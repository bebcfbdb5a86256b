"""A console of rich's for our words: labels stay text, lines break where a reader would, no colour in a file."""

from collections.abc import Iterable
from typing import IO, Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from passerelles.language.say import Lang
from passerelles.language.typography import typeset

WIDTH: Final = 80
# rich breaks lines at no-break spaces too, so these stand in for spaces that hold while it wraps.
_HOLDING: Final = {" ": "\ue000", "\u00a0": "\ue001", "\u202f": "\ue002"}
_BACK: Final = {ord(sign): space for space, sign in _HOLDING.items()}
# What a terminal would obey rather than show; a label may come from anywhere.
_CONTROLS: Final = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160))) | _BACK


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
        return super().render_str(holding(text, self.lang), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, with spaces that hold where they should."""
        if isinstance(renderable, str):
            renderable = self.render_str(renderable)
        if not isinstance(renderable, Text):
            yield from super().render(renderable, options)
            return
        held = renderable.copy()
        held.plain = holding(held.plain, self.lang)
        for text, style, control in super().render(held, options):
            yield Segment(text.translate(_BACK), style, control)


def holding(text: str, lang: Lang) -> str:
    """Return a text of the same length whose no-break spaces, its own and those of the language, rich will keep."""
    text = text.translate(_CONTROLS)
    spaced = typeset(text, lang)
    return "".join(
        _HOLDING[was] if now in "\u00a0\u202f" and was in _HOLDING else was
        for was, now in zip(text, spaced, strict=True)
    )


def paper(file: IO[str], *, lang: Lang = "fr", width: int = WIDTH) -> Screen:
    """Return a console that writes plain text into a file: no colour, whatever the environment asks for."""
    return Screen(lang=lang, file=file, width=width, no_color=True, force_terminal=False, color_system=None)


def trimmed(text: str) -> str:
    """Return lines without the blanks at their ends, that rich pads with."""
    return "".join(f"{line.rstrip(' ')}\n" for line in text.splitlines())
