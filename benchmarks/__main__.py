"""
Run a benchmark by name: ``python -m benchmarks NAME [--data DIR] [its own options]``; NAME ``--help`` tells of one.

``--data`` names the folder of the public data sets, as the variable PASSERELLES_DATA does. Linear algebra runs in one
thread, so that figures compare from machine to machine. The beginning of a name is enough.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from measuring import Benchmark, benchmarks, need, stop


def main() -> None:
    """Run the benchmark asked for, or list them."""
    known = benchmarks()
    name, *words = sys.argv[1:] or ["--help"]
    if name.startswith("-"):
        print(__doc__)
        for compares, title in ((True, "Beside something:"), (False, "\nTools, and what has no peer:")):
            told = [b for b in known.values() if bool(b.beside) is compares]
            print(title, *(f"  {each.name:15} {each.about.splitlines()[0]}" for each in told), sep="\n")
        return
    meant = [name] if name in known else [each for each in known if each.startswith(name)]
    if len(meant) != 1:
        stop(f"no benchmark is called {name}: {', '.join(known)}")
    run(known[meant[0]], words)


def run(chosen: Benchmark, words: list[str]) -> None:
    """Run one benchmark; what it lacks is told in a line."""
    given = chosen.parser().parse_args(words)
    need(chosen.name, data=given.data, files=chosen.data, libraries=("passerelles", *chosen.libraries))
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    if given.data:
        given.data = given.data.resolve()
        os.environ["PASSERELLES_DATA"] = str(given.data)
    from passerelles.errors import PasserellesError  # noqa: PLC0415 - once it is known to be there

    try:
        sys.exit(import_module(chosen.name).main(given))
    except PasserellesError as error:
        stop(f"{chosen.name}: {error}")
    except OSError as error:
        if error.filename is None:
            raise
        stop(f"{chosen.name}: {error.strerror}: {error.filename}")


if __name__ == "__main__":
    main()
