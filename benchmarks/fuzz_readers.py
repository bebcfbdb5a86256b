"""
Every reader on changed inputs: what became of them, the slowest, and every fault; the tests try 200 of each.

See tests/fuzz. One JSON object a reader: how many inputs were read, read with something told, refused with a message;
exit code 1 where one met a fault.
"""

import runpy
import sys
from argparse import Namespace
from pathlib import Path

OPTIONS = {
    "inputs": (2000, "changed inputs of each reader"),
    "reader": ("", "this one alone"),
    "seed": 20261126,
}


def main(given: Namespace) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    asked = {"--inputs": given.inputs, "--seed": given.seed} | ({"--reader": given.reader} if given.reader else {})
    sys.argv[1:] = [str(word) for pair in asked.items() for word in pair]
    runpy.run_module("tests.fuzz", run_name="__main__")
