"""The README's example is run, and its output is the one printed there."""

import contextlib
import io
import re
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_python_example_prints_what_the_readme_shows() -> None:
    text = README.read_text(encoding="utf-8")
    match = re.search(r"```python\n(.+?)```\n+```text\n(.+?)```", text, re.DOTALL)
    assert match is not None
    assert len(match[1].strip().splitlines()) <= 10
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(match[1], {})  # noqa: S102 - it is our own README
    assert printed.getvalue() == match[2]


def test_the_commands_that_the_gate_runs_are_one_line_each() -> None:
    text = README.read_text(encoding="utf-8")
    for name in ("demo", "test"):
        match = re.search(rf"<!-- ci: {name} -->\s*```sh\n(.+?)\n```", text, re.DOTALL)
        assert match is not None
        assert len(match[1].splitlines()) == 1
