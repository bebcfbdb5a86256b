"""What users see on the embedded referential is what the golden files say."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.external  # where a table breaks its lines is another library's: its newest release serves
def test_outputs_are_those_of_the_golden_files() -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-m", "tests.golden"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nWanted? python -m tests.golden --write"
