"""
From ROME's CSV folder to a validated `Referential`, beside pandas reading the same files.

The two alternate, so that what else the machine does weighs on both. pandas reads every file of the folder as text and
checks nothing; the reader reads those it uses, with checksums, encodings, links and notices. Exit code 1 where it
takes more than four times what pandas takes.
"""

from argparse import Namespace
from pathlib import Path

import pandas as pd
from measuring import Figure, Table, cost, median

from passerelles import load_referential

BESIDE = "pandas.read_csv of the same files; the aims (four times that, and 1.5 s on an idle machine)"
DATA = ("rome-v460",)
LIBRARIES = ("pandas",)
OPTIONS = {"repeat": 7}

LIMIT_SECONDS = 1.5
LIMIT_RATIO = 4.0


def main(given: Namespace) -> int:
    folder = given.data / "rome-v460"
    load_referential(folder)  # modules, language files and the disk's cache are warm for both
    read_with_pandas(folder)
    pairs = [
        (cost(lambda: load_referential(folder)), cost(lambda: read_with_pandas(folder))) for _ in range(given.repeat)
    ]
    ours, pandas = (median(each) for each in zip(*pairs, strict=True))
    limits = (
        ("aim", Figure(LIMIT_SECONDS, "s")),
        (f"aim: {LIMIT_RATIO:g} x pandas", Figure(LIMIT_RATIO * pandas.value, "s")),
    )
    with Table() as table:
        table.tell("validated referential", ours, ("pandas.read_csv", pandas), *limits)
    return int(ours.value > LIMIT_RATIO * pandas.value)


def read_with_pandas(folder: Path) -> int:
    rows = 0
    for file in sorted(folder.glob("*.csv")):
        try:
            rows += len(pd.read_csv(file, dtype=str))
        except UnicodeDecodeError:
            rows += len(pd.read_csv(file, dtype=str, encoding="cp1252"))
    return rows
