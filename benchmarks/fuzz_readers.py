"""
Every reader on 2,000 changed inputs: what became of them, the slowest, and every fault; the tests try 200.

``python -m benchmarks fuzz [--inputs N] [--reader NAME] [--seed N]``; see tests/fuzz. One JSON object a reader: how
many inputs were read, read with something told, refused with a message; exit code 1 where one met a fault.
"""

import runpy
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    if "--inputs" not in sys.argv:
        sys.argv += ["--inputs", "2000"]
    runpy.run_module("tests.fuzz", run_name="__main__")


if __name__ == "__main__":
    main()
