"""
Long work: a bar on a terminal or in a notebook, a line now and then in a log; and whether anybody still waits for it.

Loops that may be long call `go_on` between their pieces. Nothing happens there unless the caller gave the work a
`Deadline`, as the service does: a thread cannot be stopped from outside, but it can notice that it should stop.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any, Final, Literal, NamedTuple, Protocol

from passerelles.errors import checked
from passerelles.language.say import Lang, number, say

_EVERY_LINE: Final = 30.0  # seconds between two lines of a log
_REST: Final = 0.003  # seconds for which long work leaves the interpreter to shorter work
_EVERY_VIEW: Final = 0.2  # between two views in a notebook
Unit = Literal["items", "bytes"]
Draw = Callable[[str, int, int | None], None]
# What a caller may have long work call: with how much is done, with of how much, with what it works on.
OnDone = Callable[[int], None]
OnStep = Callable[[int, int], None]
OnNamedStep = Callable[[int, int, str], None]


class StoppedError(Exception):
    """Nobody waits for this work any more."""


@dataclass(eq=False)
class Deadline:
    """
    Until when the caller waits for some work.

    Attributes
    ----------
    until
        Moment of `time.monotonic` from which the work is worth nothing.
    abandoned
        Whether the caller has left before.
    gives_way
        Says whether shorter work is going on, which this work lets pass: it rests for a moment at each `go_on`.
    """

    until: float
    abandoned: bool = False
    gives_way: Callable[[], bool] | None = None

    @property
    def passed(self) -> bool:
        """Whether the caller waits no longer."""
        return self.abandoned or time.monotonic() >= self.until

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Have the work done inside notice when it should stop."""
        before = _DEADLINE.set(self)
        try:
            yield
        finally:
            _DEADLINE.reset(before)


_DEADLINE: Final[ContextVar[Deadline | None]] = ContextVar("deadline", default=None)


def go_on() -> None:
    """
    Go on with long work, unless its caller waits no longer.

    Raises
    ------
    StoppedError
        If the caller has left, or waited as long as it would.
    """
    deadline = _DEADLINE.get()
    if deadline is None:
        return
    if deadline.passed:
        raise StoppedError
    if deadline.gives_way is not None and deadline.gives_way():
        time.sleep(_REST)


def seconds_left(most: float) -> float:
    """
    Seconds that one piece of work, which cannot notice anything itself, may take: `most`, or less.

    Raises
    ------
    StoppedError
        As `go_on`.
    """
    go_on()
    deadline = _DEADLINE.get()
    return most if deadline is None else min(most, max(deadline.until - time.monotonic(), 0.001))


class Tell(Protocol):
    """What long work calls with how much is done, of how much (None = unknown), and what it works on."""

    def __call__(self, done: int, total: int | None = None, what: str = "", /) -> None:
        """Tell."""


@checked
@contextmanager
def progress_bar(text: str, *, total: int | None = None, unit: Unit = "items", lang: Lang = "fr") -> Iterator[Tell]:
    """
    Give what shows how far some work is, on the error stream: results never mix with it.

    On a terminal it is a bar that goes away; in a notebook a bar in the output; elsewhere, as in the log of a
    nightly job, one line every 30 seconds, and none for what takes less.

    Parameters
    ----------
    text
        What is being done.
    total
        How much there is to do, where it is known from the start.
    unit
        ``"bytes"`` for transfers.
    lang
        Language of what is shown.

    Yields
    ------
    tell
        Callback ``(done, total, what)`` that fits every ``progress`` parameter of the library.

    Examples
    --------
    >>> from passerelles import build_graph, evaluate, load_referential, progress_bar
    >>> with progress_bar("evaluating") as tell:
    ...     evaluation = evaluate(build_graph(load_referential("transitions")), methods=["cosine"], progress=tell)
    """
    if _in_notebook():
        yield _callback(_notebook(lang), text, total, _EVERY_VIEW)
        return
    from rich import progress as bars  # noqa: PLC0415 - as above
    from rich.console import Console  # noqa: PLC0415 - only where a bar is drawn

    screen = Console(stderr=True)
    if not screen.is_terminal:

        def write(shown: str, done: int, of: int | None) -> None:
            sys.stderr.write(_words(shown, done, of, lang) + "\n")
            sys.stderr.flush()

        yield _callback(write, text, total, _EVERY_LINE)
        return
    counted = bars.DownloadColumn() if unit == "bytes" else bars.MofNCompleteColumn()
    spent, left = bars.TimeElapsedColumn(), bars.TimeRemainingColumn()
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), counted, spent, left)
    with bars.Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(text, total=total)

        def draw(shown: str, done: int, of: int | None) -> None:
            bar.update(task, completed=done, total=of, description=shown)

        yield _callback(draw, text, total, 0.0)


def _callback(draw: Draw, text: str, total: int | None, every: float) -> Tell:
    """Return a callback that draws at most once in `every` seconds, and the end of what it has begun to draw."""
    known, drawn = total, False
    last = time.monotonic()

    def tell(done: int, total: int | None = None, what: str = "", /) -> None:
        nonlocal known, drawn, last
        known = known if total is None else total
        now = time.monotonic()
        if now - last >= every or (drawn and done == known):
            last, drawn = now, True
            draw(f"{text} {what}".strip(), done, known)

    return tell


class _View(NamedTuple):
    """How far some work is, as a notebook shows it: a bar, and the same in words where there is no HTML."""

    words: str
    done: int
    of: int | None

    def _repr_html_(self) -> str:
        place = f' value="{self.done}" max="{self.of}"' if self.of else ""
        return f"<label><progress{place}></progress> {escape(self.words)}</label>"

    def __repr__(self) -> str:
        return self.words


def _notebook(lang: Lang) -> Draw:
    """Draw in one output of the cell, made when there is something to show."""
    handle: Any = None

    def draw(shown: str, done: int, of: int | None) -> None:
        nonlocal handle
        view = _View(_words(shown, done, of, lang), done, of)
        if handle is None:
            display: Any = import_module("IPython.display").display  # there is one, since this runs in it
            handle = display(view, display_id=True)
        else:
            handle.update(view)

    return draw


def _words(shown: str, done: int, of: int | None, lang: Lang) -> str:
    total = "" if of is None else number(of, lang=lang)
    key = "terms.progress_of" if of else "terms.progress"
    return say(key, lang=lang, text=shown, done=number(done, lang=lang), total=total)


def _in_notebook() -> bool:
    """Whether a kernel runs this code: IPython is then loaded, and its shell is not that of a terminal."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"
