"""Every reader on changed inputs: an answer or a message, in time; what means the same gives the same answer."""

import os

import pytest

from fuzz.corpus import READERS, Reader
from fuzz.running import fuzz

INPUTS = 200  # python -m benchmarks fuzz: 2,000


@pytest.mark.skipif(os.name == "nt", reason="timers of POSIX")
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_no_input_breaks_a_reader(reader: Reader) -> None:
    found = fuzz(reader, INPUTS)
    assert found.inputs >= INPUTS
    assert not found.faults, "\n".join(found.faults[:10])
    assert found.outcomes["refused"] > 0 or found.outcomes["told"] > 0  # the changes did something
    assert found.outcomes["refused"] < found.inputs  # and did not break everything
