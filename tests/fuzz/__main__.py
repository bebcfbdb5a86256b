"""Fuzz every reader: ``python -m tests.fuzz [--inputs N] [--reader NAME] [--seed N]``; exit code 1 where one fails."""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # where the helpers of the tests lie


def main() -> None:
    """Print one JSON object a reader."""
    from fuzz.corpus import READERS
    from fuzz.running import SEED, fuzz

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=200)
    parser.add_argument("--reader", choices=[reader.name for reader in READERS])
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    failed = False
    for reader in READERS:
        if arguments.reader in (None, reader.name):
            start = time.process_time()
            found = fuzz(reader, arguments.inputs, seed=arguments.seed)
            failed |= bool(found.faults)
            told = {"reader": found.reader, "inputs": found.inputs, **dict(sorted(found.outcomes.items()))}
            told |= {"slowest_s": round(found.slowest, 2), "cpu_s": round(time.process_time() - start, 1)}
            sys.stdout.write(json.dumps(told | {"faults": found.faults}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    sys.exit(failed)


if __name__ == "__main__":
    main()
