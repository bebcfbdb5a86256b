"""What users see on the embedded referential is what the golden files say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from golden import __main__ as golden
from golden.__main__ import compare


@pytest.mark.external  # where a table breaks its lines is another library's: its newest release serves
def test_outputs_are_those_of_the_golden_files() -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-m", "tests.golden"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def test_no_index_that_the_code_of_before_made_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("PASSERELLES_DATA", "PASSERELLES_NO_CACHE"):
        monkeypatch.setenv(name, "")  # set back at the end
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(golden, "real_digests", lambda _: [("no-such.txt", os.environ["PASSERELLES_NO_CACHE"])])
    assert golden.main(["--real", str(tmp_path)]) == 1
    assert "+1" in capsys.readouterr().out


def test_a_line_or_a_column_more_is_one_difference() -> None:
    assert compare("a\nb\nc\n", "a\nx\nb\nc\n", ".txt") == ["+x"]
    assert compare("a,b\n1,2\n3,4\n", "a,x,b\n1,0,2\n3,0,4\n", ".csv") == ["row: columns +x"]
    assert compare("a,b\n1,2\n", "b,x\n3,0\n", ".csv") == ["row: columns -a +x", "row[0].b: '2' -> '3'"]
    assert compare('{"S": [["a"], [1]]}', '{"S": [["a", "x"], [1, 0]]}', ".json") == [".S: columns +x"]
    assert compare("--- messages\n", "", ".txt") == ["---- messages"]


@pytest.mark.parametrize(
    ("kept", "suffix"), [('{"a": 1}', ".json"), ("a,b\n", ".csv"), ("exit 0\na\n", ".txt"), ("", ".txt")]
)
def test_a_command_that_fails_says_why(kept: str, suffix: str) -> None:
    assert compare(kept, "exit 2\n--- messages\nNo word for columns.x.\n", suffix) == [
        "exit 2",
        "No word for columns.x.",
    ]
