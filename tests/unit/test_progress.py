"""The one progress bar: in a log, on a terminal, in a notebook."""

import contextlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from passerelles import OccupationGraph, match_territory, progress
from passerelles.progress import progress_bar


def test_a_log_says_nothing_of_what_is_done_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Compter", total=2000, lang="fr") as tell:
        for done in range(1, 2001):
            tell(done)
    assert capsys.readouterr() == ("", "")


def test_a_log_gets_the_last_line_of_long_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 31.0, 32.0, 33.0])
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with progress_bar("Compter", total=2000, lang="fr") as tell:
        for done in (1000, 1999, 2000):
            tell(done)
    wanted = "Compter : 1\u202f000 sur 2\u202f000\nCompter : 2\u202f000 sur 2\u202f000\n"
    assert capsys.readouterr() == ("", wanted)


def test_a_long_run_says_something_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    with progress_bar("Reading", lang="en") as tell:
        for done in range(1, 5):
            tell(done, None, "a.csv")
    assert capsys.readouterr().err == "Reading a.csv: 2\nReading a.csv: 4\n"


def test_a_terminal_gets_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    stream = SimpleNamespace(write=written.append, flush=lambda: None, isatty=lambda: True, encoding="utf-8")
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with progress_bar("Compter", total=3, unit="bytes") as tell:
        tell(3, 3, "vite")
    text = "".join(written)
    assert "Compter" in text
    assert "\x1b[2K" in text  # the line is wiped


def test_a_notebook_updates_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    shell = type("ZMQInteractiveShell", (), {})()
    handle = SimpleNamespace(update=shown.append)
    made: list[Any] = []

    def display(first: Any, *, display_id: bool) -> SimpleNamespace:
        made.append((first, display_id))
        return handle

    module = ModuleType("IPython")
    inner = ModuleType("IPython.display")
    vars(module).update(get_ipython=lambda: shell, display=inner)
    vars(inner).update(display=display)
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "IPython.display", inner)
    clock = [0.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    with progress_bar("<b>", total=2000) as tell:
        assert made == [], "nothing to show yet"
        for done in (1000, 2000):
            clock.append(float(done))
            tell(done)
    assert [display_id for _, display_id in made] == [True]
    assert repr(made[0][0]) == "<b> : 1\u202f000 sur 2\u202f000"
    words = "&lt;b&gt; : 2\u202f000 sur 2\u202f000"
    assert shown[-1]._repr_html_() == f'<label><progress value="2000" max="2000"></progress> {words}</label>'


def test_an_allocation_tells_how_far_it_is(embedded_graph: OccupationGraph) -> None:
    told: list[tuple[int, int | None]] = []
    lots = [{"employer": "A", "job": "N1103", "headcount": 5, "openings": 3, "basin": "Redon"}]
    match_territory(
        embedded_graph, lots, lots, progress=lambda done, total=None, _what="", /: told.append((done, total))
    )
    assert told == [(step, 5) for step in range(6)]


def test_an_error_inside_goes_through(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(ZeroDivisionError), progress_bar("x") as tell:
        tell(1 // 0)
    assert capsys.readouterr().err == ""
