"""
Notebooks from the scripts of ``notebooks/``: as pages with all that they show, and as ``.ipynb`` files.

``python docs/make_notebooks.py NOTEBOOK [PAGE]`` runs a notebook cell by cell as a kernel would run it: the last value
of a cell is shown, as HTML where it can be. With ``--ipynb`` it writes each script of ``notebooks/`` as an ``.ipynb``
beside it. As an extension of Sphinx, this writes the pages of the site on each build; what needs the real ROME is shown
without its outputs.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

FENCE = "`" * 6  # no output holds as many
NEEDS_DATA = "PASSERELLES_DATA"
NOT_RUN = "```{note}\nCe carnet demande le ROME entier : ses sorties ne sont pas montrées ici.\n```"


def cells_of(notebook: Path) -> Iterator[tuple[str, str]]:
    """Give kind (``markdown`` or ``code``) and text of each cell of a script."""
    for cell in notebook.read_text(encoding="utf-8").split("# %%")[1:]:
        if cell.lstrip().startswith("[markdown]"):
            yield "markdown", "\n".join(re.sub(r"^# ?", "", line) for line in cell.splitlines()[1:]).strip()
        elif cell.strip():
            yield "code", cell.strip()


def ipynb_of(notebook: Path) -> str:
    """Return a script as a Jupyter notebook (nbformat 4.5) without outputs; the same script gives the same text."""
    cells = []
    for number, (kind, text) in enumerate(cells_of(notebook)):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
        cells.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}) | {
            "source": text.splitlines(keepends=True)
        })  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def page_of(notebook: Path, *, run: bool) -> str:
    """Return a notebook as MyST Markdown, with its outputs where it is run, and a link to it as ``.ipynb``."""
    names: dict[str, Any] = {"__name__": "__main__"}
    blocks = []
    for kind, text in cells_of(notebook):
        blocks.append(text if kind == "markdown" else f"```python\n{text}\n```")
        blocks += _outputs(text, notebook, names) if run and kind == "code" else []
    blocks.insert(1, f"{{download}}`Ouvrir ce carnet dans Jupyter <{notebook.stem}.ipynb>`")
    if not run:
        blocks.insert(1, NOT_RUN)
    return "\n\n".join(filter(None, blocks)) + "\n"


def _outputs(code: str, notebook: Path, names: dict[str, Any]) -> list[str]:
    """Run a cell; return what it prints and what it shows, as blocks."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, str(notebook), "exec"), names)  # noqa: S102 - our own notebook
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(notebook), "eval"), names)  # noqa: S307 - as above
    found = [f"{FENCE}text\n{printed.getvalue().rstrip()}\n{FENCE}"] if printed.getvalue().strip() else []
    if hasattr(value, "_repr_html_"):
        found.append(f'{FENCE}{{raw}} html\n<div class="shown">{value._repr_html_().strip()}</div>\n{FENCE}')
    elif value is not None:
        found.append(f"{FENCE}text\n{value!r}\n{FENCE}")
    return found


def write_pages(notebooks: Path, pages: Path) -> None:
    """Write a page for each notebook of a folder, each run in a process of its own, at once where cores allow."""
    pages.mkdir(exist_ok=True)
    commands = list[list[str]]()
    for notebook in sorted(notebooks.glob("*.py")):
        _write(pages / f"{notebook.stem}.ipynb", ipynb_of(notebook))
        commands.append([sys.executable, __file__, str(notebook), str(pages / f"{notebook.stem}.md")])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(subprocess.run, check=True), commands))


def setup(app: Any) -> dict[str, bool]:
    """Write the pages before Sphinx looks for its sources, which it may then read and write in several processes."""
    docs = Path(__file__).resolve().parent
    app.connect("builder-inited", lambda _: write_pages(docs.parent / "notebooks", docs / "carnets"))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def main(notebook: Path, page: Path | None, files: Path | None) -> None:
    """Write the page of a notebook to a file, or print it; it is run beside `files`, in an empty folder without any."""
    run = page is None or NEEDS_DATA not in notebook.read_text(encoding="utf-8")
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(files or folder)
        try:
            text = page_of(notebook, run=run)
        finally:
            os.chdir(here)
    if page is None:
        print(text)
    else:
        _write(page, text)


def _write(file: Path, text: str) -> None:
    """Write a file where it says something else: what is the same has not to be built again."""
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", type=Path, nargs="?")
    parser.add_argument("page", type=Path, nargs="?")
    parser.add_argument("--files", type=Path, help="folder that the notebook is run in")
    parser.add_argument("--ipynb", action="store_true", help="write every script of notebooks/ as .ipynb")
    asked = parser.parse_args()
    if asked.ipynb:
        for script in sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.py")):
            _write(script.with_suffix(".ipynb"), ipynb_of(script))
    if asked.notebook:
        main(asked.notebook.resolve(), asked.page and asked.page.resolve(), asked.files and asked.files.resolve())
