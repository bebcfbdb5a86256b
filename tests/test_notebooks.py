"""Notebooks are scripts, and run cell by cell from anywhere, with tables and pictures, and on files of the reader."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from shared_reads import SharedReads

pytestmark = pytest.mark.slow
HERE = Path(__file__).resolve().parent
NOTEBOOKS = sorted((HERE.parent / "notebooks").glob("*.py"))
QUESTIONS = [path for path in NOTEBOOKS if "_cas_" not in path.name]
CASES = [path for path in NOTEBOOKS if "_cas_" in path.name]
EMBEDDED = HERE.parent / "referentials"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_notebooks", HERE.parent / "docs" / "make_notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def own_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader would put beside a notebook, under the names that the last cells give."""
    openpyxl = pytest.importorskip("openpyxl")
    folder = tmp_path_factory.mktemp("own")
    for name, rows in {
        "mes_emplois": [["Entreprise", "Métier", "Effectif", "Bassin"], ["Alpha", "N1103", 6, "Redon"]],
        "mes_postes": [["Entreprise", "Métier", "Postes", "Bassin"], ["Beta", "N1103", 4, "Redon"]],
    }.items():
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(folder / f"{name}.xlsx")
    (folder / "mes_metiers.csv").write_text("metier\nMagasinier\nxqzw\n", encoding="utf-8")
    (folder / "mes_postes.csv").write_text("poste\nMagasinier\nxqzw\n", encoding="utf-8")
    (folder / "mes_passages.csv").write_text("origine;cible\nN1103;N4101\n", encoding="utf-8")
    shutil.copytree(EMBEDDED / "transitions", folder / "mon_referentiel")
    shutil.copytree(EMBEDDED / "overlays" / "enseignement-conduite", folder / "ma_branche")
    return folder


def holds_results(page: str) -> None:
    shown = re.findall(r"^`+\{raw\} html\n(.*)", page, re.MULTILINE)
    assert len(shown) >= 2, "tables and pictures, not only text"
    assert all(text.startswith('<div class="shown"><') for text in shown)
    last = page[page.index("## Sur vos fichiers") :]
    assert "text\nPosez" not in last
    assert last.count("``````text") == 1


@pytest.mark.parametrize("notebook", QUESTIONS[1:], ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_readers_own_files(
    notebook: Path,
    maker: ModuleType,
    own_files: Path,
    tmp_path: Path,
    shared_reads: SharedReads,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path))
    shared_reads.share(monkeypatch)
    if "PASSERELLES_DATA" in notebook.read_text(encoding="utf-8"):
        monkeypatch.setenv("PASSERELLES_DATA", str(request.getfixturevalue("real_data")))
        request.getfixturevalue("real_reads")
    maker.main(notebook, None, own_files)
    page = capsys.readouterr().out
    holds_results(page)
    assert ("xqzw : métier inconnu" in page) == ('["metier"]' in page or '["poste"]' in page)


def test_a_notebook_runs_as_a_process_of_its_own(own_files: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "PASSERELLES_CACHE": str(tmp_path)}
    make = str(HERE.parent / "docs" / "make_notebooks.py")
    command = [sys.executable, "-W", "error", make, str(QUESTIONS[0]), "--files", str(own_files)]
    result = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    holds_results(result.stdout)


@pytest.mark.parametrize("notebook", CASES, ids=lambda path: path.stem)
def test_the_notebook_of_a_case_runs_on_the_readers_own_files(
    notebook: Path, maker: ModuleType, own_files: Path, shared_reads: SharedReads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own_files)
    shared_reads.share(monkeypatch)
    page = maker.page_of(notebook, run=True)
    assert "4 personnes sur 6" in page[page.index("print(match_territory(graph, *mine))") :]
    assert page.count("{raw} html") >= 1


def test_without_own_files_a_notebook_says_what_to_do(
    maker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = maker.page_of(CASES[0], run=True)
    assert "Posez vos tables" in page[page.index("print(match_territory(graph, *mine))") :]
    assert not list(tmp_path.iterdir())


def test_each_script_is_a_jupyter_notebook_that_says_the_same(maker: ModuleType) -> None:
    for notebook in NOTEBOOKS:
        written = notebook.with_suffix(".ipynb").read_text(encoding="utf-8")
        assert written == maker.ipynb_of(notebook), "run python docs/make_notebooks.py --ipynb"
        found = json.loads(written)
        with contextlib.suppress(ImportError):
            import nbformat

            nbformat.validate(nbformat.reads(written, as_version=4))  # type: ignore[no-untyped-call]
        assert "Sur vos fichiers" in "".join(found["cells"][-2]["source"])


def test_text_cells_hold_text_alone() -> None:
    for notebook in NOTEBOOKS:
        for cell in notebook.read_text(encoding="utf-8").split("# %%"):
            if cell.lstrip().startswith("[markdown]"):
                bare = [line for line in cell.splitlines()[1:] if line and not line.startswith("#")]
                assert bare == [], notebook.name


def test_each_question_has_its_notebook() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02}" for number in range(1, 17)]
    assert (len(QUESTIONS), len(CASES)) == (7, 9)
