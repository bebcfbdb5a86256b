"""A nightly job: a Parquet file of anonymous profiles in, their best moves out, in constant memory."""

import sys

import pyarrow.parquet as pq

from passerelles import build_graph, load_referential, rank_profiles


def main(source: str, output: str, referential: str = "transitions") -> int:
    """Rank everybody; people who cannot be ranked are counted, and stop nobody."""
    refused = 0

    def count(batch: object) -> None:
        nonlocal refused
        refused += batch.num_rows  # type: ignore[attr-defined]

    moves = rank_profiles(build_graph(load_referential(referential)), source, limit=5, rejects=count)
    with pq.ParquetWriter(output, moves.schema) as writer:
        for batch in moves:
            writer.write_batch(batch)
    return refused


if __name__ == "__main__":
    sys.stderr.write(f"{main(*sys.argv[1:])} refused\n")
