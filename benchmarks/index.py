"""
How fast a compiled index opens, beside what else one could do with the same data, in the same run.

Aims on the real ROME, two cores: opening in a running process under 100 ms, the whole process
`passerelles rank K2110 --format json` under 500 ms, resident memory under 120 MB. Python importing scipy.sparse or
pandas is what a process pays before it does anything.
"""

import json
import tempfile
from argparse import Namespace
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path

import pandas as pd
from measuring import Figure, Table, apart, cost, process

from passerelles import Profile, build_graph, compile_index, load_referential, rank_moves, rank_sources
from passerelles.model import Credential, Occupation
from passerelles.referentials.referential import Referential

BESIDE = (
    "json.load of the same tables, pandas.read_csv of the source, reading the source; python -c 'import ...'; the aims"
)
DATA = ("rome-v460",)
LIBRARIES = ("pandas",)
OPTIONS = {"repeat": 9}


def plain_tables(referential: Referential, path: Path) -> None:
    """Write the tables of a referential as JSON, for the peer that reads them."""
    rows: dict[str, object] = {}
    for each in fields(referential):
        value = getattr(referential, each.name)
        if isinstance(value, tuple) and each.name != "notices":
            rows[each.name] = [asdict(row) if isinstance(row, Occupation | Credential) else row for row in value]
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


SERVE = """
from passerelles import Profile, build_graph, load_referential, rank_moves, rank_sources
graph = build_graph(load_referential(sys.argv[1]))
rank_moves(graph, "K2110")
"""
COMMAND = """
from passerelles.cli.main import run
sys.stdout = open("/dev/null", "w")
try:
    run()
except SystemExit as end:
    assert not end.code
sys.stdout = sys.__stdout__
"""
EVERYTHING = """
rank_moves(graph, Profile("K2110", competencies=(graph.competency_codes[7],)))
for code in graph.codes[::8]:
    rank_moves(graph, code)
    rank_sources(graph, code)
"""


def in_one_process(table: Table, place: Path, rome: Path, tables: Path, repeat: int) -> None:
    """Tell what opening costs where Python and the package run already, then each kind of question."""
    files = sorted(rome.glob("*.csv"))
    table.tell(
        "open",
        cost(lambda: build_graph(load_referential(place)), repeat),
        ("aim", Figure(0.1, "s")),
        ("json.load of the same tables", cost(lambda: json.loads(tables.read_bytes()), 3)),
        (
            "pandas.read_csv of the source",
            cost(lambda: [pd.read_csv(f, dtype=str, encoding_errors="replace") for f in files]),
        ),
        ("source read, graph built", cost(lambda: build_graph(load_referential(rome)))),
    )
    table.tell("open, first answer", cost(lambda: rank_moves(build_graph(load_referential(place)), "K2110"), repeat))
    graph = build_graph(load_referential(place))
    person = Profile("K2110", competencies=(graph.competency_codes[7],))
    table.tell("first answer for a person", cost(lambda: rank_moves(graph, person)))
    table.tell("rank K2110 from then on", cost(lambda: rank_moves(graph, "K2110"), 5 * repeat))
    table.tell("rank a person from then on", cost(lambda: rank_moves(graph, person), repeat))
    table.tell("sources of K2110 from then on", cost(lambda: rank_sources(graph, "K2110"), repeat))
    index = graph.index
    assert index is not None
    table.tell("check every byte (validate)", cost(index.verify, 3))


def main(given: Namespace) -> None:
    rome = given.data / "rome-v460"
    with Table() as table, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        graph = build_graph(load_referential(rome))
        for target in ("index.zip", "index"):
            table.tell(f"compile {target}", cost(partial(compile_index, graph, folder / target, overwrite=True)))
        plain_tables(graph.referential, folder / "tables.json")
        del graph
        in_one_process(table, folder / "index.zip", rome, folder / "tables.json", given.repeat)
        words = ["rank", "K2110", "--format", "json", "--referential"]
        source = ("the same from the source", process(["-m", "passerelles", *words, str(rome), "--no-cache"]))
        imports = ("pass", "import numpy", "import scipy.sparse", "import pandas")
        bare = [(f"python -c '{code}'", process(["-c", code], given.repeat)) for code in imports]
        peers = [[source, *bare], []]  # the folder is there to be compared with the file
        aim, most = Figure(0.5, "s"), Figure(120.0, "MB")
        for target in ("index.zip", "index"):
            command = [*words, str(folder / target)]
            ours = process(["-m", "passerelles", *command], given.repeat)
            table.tell(f"process: rank K2110, {target}", ours, ("aim", aim), *peers.pop(0))
            table.tell(f"its memory, {target}", apart("", COMMAND, *command)[1], ("aim", most))
            for told, work in (("after an answer", ""), ("after a person and 198 jobs both ways", EVERYTHING)):
                table.tell(f"memory {told}, {target}", apart(SERVE, work, command[-1])[1], ("aim", most))
