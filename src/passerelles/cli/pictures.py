"""The option ``--chart``: a still picture of a result, beside the result itself."""

from pathlib import Path
from typing import TYPE_CHECKING

from passerelles.cli.answer import message
from passerelles.cli.options import Language
from passerelles.language.say import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from passerelles.charts.figure import Chart


def check_chart(path: Path | None) -> None:
    """
    Check that a chart can be drawn and written, before the work and not after.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    PasserellesError
        If the ending of the name is no format known, or one may not write there.
    """
    if path is None:
        return
    from passerelles.charts.figure import form_of
    from passerelles.io.atomic import check_free

    form_of(path)
    check_free(path, overwrite=True)


def write_chart(path: Path | None, draw: "Callable[[], Chart]", *, lang: Language) -> None:
    """Draw a chart into a file where one is asked for, and say so."""
    if path is None:
        return
    from passerelles.charts.figure import save

    save(draw(), path, overwrite=True)
    message(say("cli.written", lang=lang.lang, path=path))
