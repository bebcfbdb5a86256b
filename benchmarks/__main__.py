"""
Run a benchmark by name: ``python -m benchmarks NAME [--data DIR] [its own options]``; without a name, list them.

``--data`` names the folder of the public data sets, as the variable PASSERELLES_DATA does. Linear algebra runs in one
thread, so that figures compare from machine to machine.
"""

import ast
import os
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = {"__main__", "title_splits"}  # what benchmarks share


def names() -> dict[str, str]:
    """Name of each benchmark, and the first line of what it says of itself."""
    files = sorted(path for path in HERE.glob("*.py") if path.stem not in TOOLS)
    documents = {path.stem: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in files}
    return {name: document.splitlines()[0] for name, document in documents.items()}


def main() -> None:
    """Run the benchmark asked for."""
    words = sys.argv[1:]
    for thread_count in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(thread_count, "1")
    if "--data" in words[:-1]:
        place = words.index("--data")
        os.environ["PASSERELLES_DATA"] = str(Path(words[place + 1]).resolve())
        words = words[:place] + words[place + 2 :]
    known = names()
    if words and words[0] not in known:  # the beginning of one name is enough
        meant = [name for name in known if name.startswith(words[0])]
        words[:1] = meant if len(meant) == 1 else words[:1]
    if not words or words[0] not in known:
        if words and not words[0].startswith("-"):
            sys.exit(f"no benchmark is called {words[0]}: {', '.join(known)}")
        print(__doc__)
        for name, about in known.items():
            print(f"{name:14} {about}")
        return
    sys.path.insert(0, str(HERE))
    sys.argv = [str(HERE / f"{words[0]}.py"), *words[1:]]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
