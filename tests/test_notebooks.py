"""Notebooks are scripts, and run cell by cell from anywhere, showing tables and pictures."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
NOTEBOOKS = sorted((HERE.parent / "notebooks").glob("*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_anywhere(notebook: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "PASSERELLES_CACHE": str(tmp_path)}
    if "PASSERELLES_DATA" in notebook.read_text(encoding="utf-8"):
        env["PASSERELLES_DATA"] = str(request.getfixturevalue("real_data"))
    command = [sys.executable, "-W", "error", str(HERE.parent / "docs" / "make_notebooks.py"), str(notebook)]
    result = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    shown = re.findall(r"^`+\{raw\} html\n(.*)", result.stdout, re.MULTILINE)
    assert len(shown) >= 2, "tables and pictures, not only text"
    assert all(text.startswith('<div class="shown"><') for text in shown)


def test_text_cells_hold_text_alone() -> None:
    for notebook in NOTEBOOKS:
        for cell in notebook.read_text(encoding="utf-8").split("# %%"):
            if cell.lstrip().startswith("[markdown]"):
                bare = [line for line in cell.splitlines()[1:] if line and not line.startswith("#")]
                assert bare == [], notebook.name


def test_each_question_has_its_notebook() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02}" for number in range(1, 8)]
