"""
Time from ROME's CSV folder to a validated `Referential`, against `pandas.read_csv` over the same files in the same run.

The two alternate, so that what else the machine does weighs on both. pandas reads every file of the folder as text and
checks nothing; the reader reads those it uses, with checksums, encodings, links and notices.

Run: ``PASSERELLES_DATA=.../data python benchmarks/read_rome.py [REPEATS]``.
"""

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from passerelles.referentials.validate import validate

LIMIT_SECONDS = 1.5
LIMIT_RATIO = 4.0


def main() -> int:
    folder = Path(os.environ["PASSERELLES_DATA"]) / "rome-v460"
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    validate(folder)  # modules, language files and the disk's cache are warm for both
    read_with_pandas(folder)
    ours, pandas = [], []
    for _ in range(repeats):
        ours.append(timed(lambda: validate(folder)))
        pandas.append(timed(lambda: read_with_pandas(folder)))
    seconds, reference = statistics.median(ours), statistics.median(pandas)
    ratio = statistics.median(a / b for a, b in zip(ours, pandas, strict=True))
    print(f"validated referential  {seconds:6.3f} s  (limit {LIMIT_SECONDS} s on an idle machine)")
    print(f"pandas.read_csv        {reference:6.3f} s")
    print(f"ratio                  {ratio:6.2f}    (limit {LIMIT_RATIO})")
    return int(ratio > LIMIT_RATIO)


def read_with_pandas(folder: Path) -> int:
    rows = 0
    for file in sorted(folder.glob("*.csv")):
        try:
            rows += len(pd.read_csv(file, dtype=str))
        except UnicodeDecodeError:
            rows += len(pd.read_csv(file, dtype=str, encoding="cp1252"))
    return rows


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
