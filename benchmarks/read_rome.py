"""
From ROME's CSV folder to a validated `Referential`, and the catalogue of access facts, beside pandas reading the files.

The two alternate, so that what else the machine does weighs on both. pandas reads every file of the folder as text and
checks nothing; the reader reads those it uses, with checksums, encodings, links and notices. Exit code 1 where it
takes more than four times what pandas takes for the ROME.
"""

import shutil
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from measuring import Figure, Table, cost, median

from passerelles import load_referential
from passerelles.referentials.credentials import DEFAULT, read_catalogue
from passerelles.referentials.places import bundled

BESIDE = (
    "pandas.read_csv of the same files; the aims (four times that for the ROME, and 1.5 s; 0.2 s for the catalogue)"
)
DATA = ("rome-v460",)
LIBRARIES = ("pandas",)
OPTIONS = {"repeat": 7}

LIMIT_SECONDS = 1.5
LIMIT_RATIO = 4.0
LIMIT_CATALOGUE = 0.2


def main(given: Namespace) -> int:
    with Table() as table, tempfile.TemporaryDirectory() as own:
        rome, pandas = beside_pandas(load_referential, given.data / "rome-v460", given.repeat)
        limits = (
            ("aim", Figure(LIMIT_SECONDS, "s")),
            (f"aim: {LIMIT_RATIO:g} x pandas", Figure(LIMIT_RATIO * pandas.value, "s")),
        )
        table.tell("validated referential", rome, ("pandas.read_csv", pandas), *limits)
        copy = shutil.copytree(bundled("overlay")[DEFAULT], Path(own) / DEFAULT)  # what ships is read once a process
        catalogue, same_files = beside_pandas(read_catalogue, copy, given.repeat)
        aim = ("aim", Figure(LIMIT_CATALOGUE, "s"))
        table.tell("catalogue of access facts", catalogue, ("pandas.read_csv", same_files), aim)
    return int(rome.value > LIMIT_RATIO * pandas.value)


def beside_pandas(read: Callable[[Path], object], folder: Path, repeat: int) -> tuple[Figure, Figure]:
    read(folder)  # modules, language files and the disk's cache are warm for both
    read_with_pandas(folder)
    pairs = [(cost(lambda: read(folder)), cost(lambda: read_with_pandas(folder))) for _ in range(repeat)]
    ours, pandas = (median(each) for each in zip(*pairs, strict=True))
    return ours, pandas


def read_with_pandas(folder: Path) -> int:
    rows = 0
    for file in sorted(folder.glob("*.csv")):
        try:
            rows += len(pd.read_csv(file, dtype=str))
        except UnicodeDecodeError:
            rows += len(pd.read_csv(file, dtype=str, encoding="cp1252"))
    return rows
