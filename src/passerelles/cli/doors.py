"""What surrounds every command: its streams, the signals that end it, its own inputs, never written onto."""

import math
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

from passerelles.errors import PasserellesError

OUTPUTS: Final = frozenset({"output", "chart", "rejects", "predictions"})
_TABLES: Final = frozenset({".csv", ".toml", ".xlsx"})


class TerminatedError(BaseException):
    """The process was asked to end; raised so that what is half written is removed on the way out."""


def prepare_streams() -> None:
    """Let all be printed, with a substitute for what the terminal cannot show, and a closed stdout fail when used."""
    if sys.stdout is None:
        nowhere = os.open(os.devnull, os.O_RDONLY)
        if nowhere != 1:
            os.dup2(nowhere, 1)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # writing to it fails, as it should
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process lasts
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and getattr(stream, "errors", "") == "strict":
            reconfigure(errors="replace")


def forget_stdout() -> None:
    """Send what stdout still holds nowhere: its reader left, or its disk is full."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """Turn SIGTERM into an exception, as Ctrl-C is one, so that no temporary file is left."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise TerminatedError

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread: its owner decides
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def refuse_endless_numbers(parameters: Mapping[str, Any]) -> None:
    """
    Refuse a number that is infinite or none, before anything is loaded.

    Raises
    ------
    PasserellesError
        If an option has one.
    """
    for name, value in parameters.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise PasserellesError("territory_bound", name=f"--{name}", value=repr(value))


def refuse_own_input(parameters: Mapping[str, Any]) -> None:
    """
    Refuse an output that is an input of the same command.

    Raises
    ------
    PasserellesError
        If one is.
    """
    outputs = [Path(value) for name, value in parameters.items() if name in OUTPUTS and isinstance(value, str | Path)]
    there = [output for output in outputs if output.is_file()]
    for output in there:
        for name, value in parameters.items():
            if name not in OUTPUTS and any(_reads(place, output, name) for place in _places(value)):
                raise PasserellesError("write_onto_input", path=output)


def _places(value: object) -> Iterable[Path]:
    if isinstance(value, str | Path):
        before, _, _ = str(value).rpartition("#")
        return (Path(value), Path(before)) if before else (Path(value),)
    if isinstance(value, list | tuple):
        return [place for each in value for place in _places(each)]
    return ()


def _reads(place: Path, output: Path, name: str) -> bool:
    """Whether a command that is given `place` reads the file `output`."""
    try:
        if place.is_dir():
            if not output.resolve().is_relative_to(place.resolve()):
                return False
            return _is_public_file(output) if name == "data" else output.suffix.casefold() in _TABLES
        return place.exists() and place.samefile(output)
    except (OSError, ValueError):
        return False


def _is_public_file(path: Path) -> bool:
    from passerelles.market.read import scan

    return bool(scan(path, ("market", "places", "certifications")).found)
