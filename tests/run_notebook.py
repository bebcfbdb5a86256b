"""Run a notebook cell by cell as a kernel would: the last value of a cell is shown as HTML where it can be."""

import ast
import sys
from pathlib import Path
from typing import Any


def run(path: Path) -> int:
    """Run the cells in order; return how many values were shown as HTML."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = 0
    for cell in path.read_text(encoding="utf-8").split("# %%"):
        if cell.lstrip().startswith("[markdown]"):
            code = "\n".join(line for line in cell.splitlines()[1:] if not line.startswith("#"))
        else:
            code = cell
        tree = ast.parse(code)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(path), "exec"), names)  # noqa: S102 - our own notebook
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(path), "eval"), names)  # noqa: S307 - as above
            if hasattr(value, "_repr_html_"):
                assert value._repr_html_().strip().startswith("<"), value
                shown += 1
    return shown


if __name__ == "__main__":
    print("shown:", run(Path(sys.argv[1])))  # noqa: T201 - what the test reads
