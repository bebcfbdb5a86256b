"""
A nightly job: files of anonymous profiles in, their best moves out, in constant memory.

``nightly_job.py PROFILES OUTPUT [REFERENTIAL]``: PROFILES is a file, a folder or a pattern; OUTPUT one Parquet file, or
a folder of parts. Every file appears under its name when it is whole. A killed job is started again by the same
words: it goes on after the last part that was finished.
"""

import logging
import sys
from pathlib import Path

from passerelles import build_graph, load_referential, rank_files


def main(source: str, output: str, referential: str = "transitions") -> int:
    """Rank everybody; people who cannot be ranked are written apart, counted, and stop nobody."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    done = rank_files(build_graph(load_referential(referential)), source, Path(output), limit=5)
    sys.stdout.write(f"{done.ranked} ranked, {done.refused} refused, {done.kept} parts kept\n")
    return 0 if done.ranked else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
