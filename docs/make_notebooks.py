"""
Pages of the notebooks with all that they show: ``python docs/make_notebooks.py NOTEBOOK [PAGE]``.

A notebook is run cell by cell as a kernel would run it: the last value of a cell is shown, as HTML where it can be. As
an extension of Sphinx, this writes the pages of the site on each build; what needs the real ROME is shown without its
outputs.
"""

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FENCE = "`" * 6  # no output holds as many
NEEDS_DATA = "PASSERELLES_DATA"
NOT_RUN = "```{note}\nCe carnet demande le ROME entier : ses sorties ne sont pas montrées ici.\n```"


def page_of(notebook: Path, *, run: bool) -> str:
    """Return a notebook as MyST Markdown, with its outputs where it is run."""
    names: dict[str, Any] = {"__name__": "__main__"}
    blocks = []
    for cell in notebook.read_text(encoding="utf-8").split("# %%")[1:]:
        if cell.lstrip().startswith("[markdown]"):
            blocks.append("\n".join(re.sub(r"^# ?", "", line) for line in cell.splitlines()[1:]).strip())
        elif cell.strip():
            blocks.append(f"```python\n{cell.strip()}\n```")
            blocks += _outputs(cell, notebook, names) if run else []
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
    """Write a page for each notebook of a folder, each run in a process of its own."""
    pages.mkdir(exist_ok=True)
    for notebook in sorted(notebooks.glob("*.py")):
        command = [sys.executable, __file__, str(notebook), str(pages / f"{notebook.stem}.md")]
        subprocess.run(command, check=True)  # noqa: S603 - this very file


def setup(app: Any) -> None:
    """Write the pages before Sphinx looks for its sources."""
    docs = Path(__file__).resolve().parent
    app.connect("builder-inited", lambda _: write_pages(docs.parent / "notebooks", docs / "carnets"))


def main(notebook: Path, page: Path | None) -> None:
    """Write the page of a notebook to a file, or print it."""
    run = page is None or NEEDS_DATA not in notebook.read_text(encoding="utf-8")
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            text = page_of(notebook, run=run)
        finally:
            os.chdir(here)
    if page is None:
        print(text)
    elif not page.is_file() or page.read_text(encoding="utf-8") != text:  # else nothing has to be built again
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    paths = [Path(name).resolve() for name in sys.argv[1:]]
    main(paths[0], paths[1] if len(paths) > 1 else None)
