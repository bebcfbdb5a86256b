"""Every reader on changed inputs: an answer or a message, in time; what means the same gives the same answer."""

import errno
import io
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fuzz.corpus import READERS, Reader
from fuzz.running import fuzz
from passerelles.errors import PasserellesError

INPUTS = 40  # python -m benchmarks fuzz: 2,000
DEAR = {"workbooks": 20, "indexes": 20}  # one of theirs takes as long as ten others


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="timers of POSIX")
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_no_input_breaks_a_reader(reader: Reader) -> None:
    inputs = DEAR.get(reader.name, INPUTS)
    found = fuzz(reader, inputs)
    assert found.inputs >= inputs
    assert not found.faults, "\n".join(found.faults[:10])
    assert found.outcomes["refused"] > 0 or found.outcomes["told"] > 0  # the changes did something
    assert found.outcomes["refused"] < found.inputs  # and did not break everything


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_disk_that_fails_to_read_is_told(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte of the user's files fails to come: one message, never what the system raised."""
    files = reader.seeds[next(iter(reader.seeds))]()
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    before = reader.read(tmp_path / next(iter(files)) if reader.single else tmp_path)
    opened, low = io.open, os.open

    def failing(place: Any, *rest: Any, **more: Any) -> Any:
        if isinstance(place, str | Path) and str(place).startswith(str(tmp_path)):
            raise OSError(errno.EIO, "Input/output error", str(place))
        return opened(place, *rest, **more)

    def failing_low(place: Any, *rest: Any, **more: Any) -> Any:
        if isinstance(place, str | Path) and str(place).startswith(str(tmp_path)) and not Path(place).is_dir():
            raise OSError(errno.EIO, "Input/output error", str(place))
        return low(place, *rest, **more)

    monkeypatch.setattr(io, "open", failing)
    monkeypatch.setattr("builtins.open", failing)
    monkeypatch.setattr(os, "open", failing_low)
    with suppress(PasserellesError):
        assert reader.read(tmp_path / next(iter(files)) if reader.single else tmp_path).said > before.said
