"""
What benchmarks share: what each says of itself, its command line, what some work costs, and the one table of figures.

A benchmark is a module with a docstring, a function ``main`` of what was asked, and constants that are read without
running it, so that its help is there at once: ``BESIDE`` (the named peer; empty where it has none), ``DATA`` (what it
reads of the folder of the public data sets), ``LIBRARIES``, and ``OPTIONS`` (name to default, and what it means where
`MEANT` does not say it).
"""

import argparse
import ast
import gc
import importlib.util
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Self, TypeVar

Result = TypeVar("Result")
HERE = Path(__file__).resolve().parent
SHARED = {"__main__", "measuring", "title_splits"}  # modules here that are no benchmark
COLUMNS = {"what is measured": 42, "ours": 18, "peer": 29, "its figure": 18, "ratio": 6}  # and how wide
MEANT = {
    "limit": "moves of an answer",
    "origins": "occupations asked for",
    "referential": "name or path, an index too; by default ROME 4 where the data folder has it, else the embedded one",
    "repeat": "runs of each; medians are told",
    "requests": "requests of each kind",
    "seed": "of what is drawn",
    "sizes": "numbers of people",
}
PIP = {
    "distributed": '"passerelles[dask]"',
    "fastapi": '"passerelles[api]"',
    "numba": '"passerelles[fast]"',
    "pandas": '"passerelles[pandas]"',
    "passerelles": '-e ".[all]"',
    "pyarrow": '"passerelles[parquet]"',
    "pyspark": '"passerelles[spark]"',
    "sparse_dot_topn": "sparse-dot-topn",
}


class Benchmark(NamedTuple):
    """What a benchmark says of itself."""

    name: str
    about: str
    beside: str = ""
    data: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def parser(self) -> argparse.ArgumentParser:
        """Its command line."""
        needs = [*(f"DIR/{each}" for each in self.data), *(f"pip install {pip(each)}" for each in self.libraries)]
        tells = f"beside: {self.beside or 'no peer'}\nneeds:  {', '.join(needs) or 'no data set, no extra'}"
        shape = argparse.RawDescriptionHelpFormatter
        made = argparse.ArgumentParser(
            prog=f"python -m benchmarks {self.name}", description=f"{self.about}\n\n{tells}", formatter_class=shape
        )
        made.add_argument(
            "--data", metavar="DIR", type=Path, default=os.environ.get("PASSERELLES_DATA") or None,
            help="folder of the public data sets (default: the variable PASSERELLES_DATA)",
        )  # fmt: skip
        for name, said in self.options.items():
            default, meant = said if isinstance(said, tuple) else (said, MEANT[name])
            made.add_argument(f"--{name}", **_read_as(default, meant))
        return made


def _read_as(default: object, meant: str) -> dict[str, Any]:
    """How argparse reads an option: as its default is, None a number; a list of words is what may be chosen."""
    if isinstance(default, bool):
        return {"action": "store_true", "help": meant}
    if default is ...:
        return {"required": True, "metavar": "PATH", "type": Path, "help": f"{meant} (required)"}
    first = default[0] if isinstance(default, list) else default
    told = " ".join(map(str, default)) if isinstance(default, list) else "none" if default in ("", None) else default
    kind = float if default is None else type(first)
    found: dict[str, Any] = {"default": default, "type": kind, "help": f"{meant} (default: {told})"}
    if isinstance(default, list):
        found["nargs"] = "*" if isinstance(first, str) else "+"
    return found | ({"choices": default} if isinstance(default, list) and isinstance(first, str) else {"metavar": "X"})


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by its name, read and not run."""
    found = {}
    for path in sorted(HERE.glob("*.py")):
        if path.stem not in SHARED:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            named = [n for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
            said = {ast.unparse(n.targets[0]).lower(): n.value for n in named}
            told = {key: ast.literal_eval(said[key]) for key in Benchmark._fields[2:] if key in said}
            found[path.stem] = Benchmark(path.stem, ast.get_docstring(tree) or "", **told)
    return found


def pip(library: str) -> str:
    """What pip is to be asked for."""
    return PIP.get(library, library)


def need(name: str, *, data: Path | None = None, files: Sequence[str] = (), libraries: Sequence[str] = ()) -> None:
    """Stop with a line that says what to do where a library, the data folder, or something in it is missing."""
    for each in libraries:
        if importlib.util.find_spec(each) is None:
            stop(f"{name} needs the library {each}: pip install {pip(each)}")
    if files and data is None:
        stop(f"{name} needs public data sets: name their folder by --data DIR or the variable PASSERELLES_DATA")
    for each in ("", *files) if files else ():
        if data and not (data / each).exists():
            stop(f"{name} needs {data / each}, which is not there: docs/benchmarks.md says where it comes from")


def stop(line: str) -> NoReturn:
    """Say in a line why nothing is measured."""
    print(line, file=sys.stderr)
    sys.exit(2)


def need_program(name: str, program: str) -> None:
    """Stop where a program is missing."""
    if shutil.which(program) is None:
        stop(f"{name} needs the program {program}: install it, or leave out what drives it")


def referential_of(given: argparse.Namespace) -> str:
    """The referential asked for, else ROME 4 of the data folder, else the embedded one."""
    rome = given.data / "rome-v460" if given.data else None
    return given.referential or (str(rome) if rome and rome.is_dir() else "transitions")


class Figure(NamedTuple):
    """
    A figure and its unit; of seconds, those of the processor, with those of the clock.

    Examples
    --------
    >>> str(Figure(0.0021, "s", 0.5)), str(Figure(12345.6, "MB")), str(Figure(0.75)), str(Figure(40, "rows/s"))
    ('2.10 ms (500)', '12,346 MB', '0.750', '40.0 rows/s')
    """

    value: float
    unit: str = ""
    clock: float | None = None

    def __str__(self) -> str:
        if self.unit == "s" and abs(self.value) < 1:
            return str(Figure(self.value * 1000, "ms", None if self.clock is None else self.clock * 1000))
        clock = "" if self.clock is None else f" ({_digits(self.clock)})"
        return f"{_digits(self.value)} {self.unit}".rstrip() + clock


def _digits(value: float, most: int = 3) -> str:
    """As many digits as mean something."""
    size = math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0
    return f"{value:,.{max(0, most - 1 - size)}f}"


def timed(work: Callable[[], Result]) -> tuple[Result, Figure]:
    """What some work gives, and its seconds."""
    gc.collect()
    clock, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, Figure(time.process_time() - cpu, "s", time.perf_counter() - clock)


def cost(work: Callable[[], object], repeat: int = 1) -> Figure:
    """Median seconds of some work."""
    return median([timed(work)[1] for _ in range(repeat)])


def median(costs: Sequence[Figure]) -> Figure:
    """Median of seconds, of the processor and of the clock."""
    return Figure(statistics.median(c.value for c in costs), "s", statistics.median(c.clock or 0.0 for c in costs))


def process(words: Sequence[str], repeat: int = 1) -> Figure:
    """Median seconds of a whole process of Python."""
    costs = []
    for _ in range(repeat):
        clock = time.perf_counter()
        child = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        costs.append(Figure(used.ru_utime + used.ru_stime, "s", time.perf_counter() - clock))
    return median(costs)


# Linux's own count of the most memory, which `exec` starts anew: ``ru_maxrss`` of a child begins with its parent's.
CHILD = """
import sys, time
sys.path.insert(0, {here!r})
{setup}
clock, cpu = time.perf_counter(), time.process_time()
{work}
clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("\\n", cpu, clock, int(peak) * 1024 / 1e6)
"""


def apart(setup: str, work: str, *words: object) -> tuple[Figure, Figure, list[str]]:
    """Seconds of some work, prepared in a bare process of its own, megabytes of that at most, and words it printed."""
    code = CHILD.format(here=str(HERE), setup=setup, work=work)
    command = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    assert done.returncode == 0, done.stderr
    *told, cpu, clock, most = done.stdout.split()
    return Figure(float(cpu), "s", float(clock)), Figure(float(most), "MB"), told


class Table:
    """
    The table of a benchmark: each row is printed once it is known, then notes, then what the machine was.

    Examples
    --------
    >>> with Table() as table:
    ...     table.tell("all pairs", Figure(2.0, "s"), ("a peer", Figure(4.0, "s")), ("aim", Figure(1.0, "s")))
    ...     table.note("Nothing was left out.")
    | what is measured | ours | peer | its figure | ratio |
    |---|---|---|---|---|
    | all pairs | 2.00 s | a peer | 4.00 s | 0.50 |
    | all pairs | 2.00 s | aim | 1.00 s | 2.0 |
    <BLANKLINE>
    Nothing was left out.
    Two times: of the processor (of the clock). Ratio: ours to the peer's. ... after.
    """

    def __init__(self, *columns: str) -> None:
        self.columns = {name: 12 if place else 30 for place, name in enumerate(columns)} or COLUMNS
        self.notes, self.load = list[str](), os.getloadavg()[0]

    def __enter__(self) -> Self:
        self.row(*self.columns)
        print("|" + "---|" * len(self.columns), flush=True)
        return self

    def __exit__(self, fault: object, *_rest: object) -> None:
        if fault is None:
            print("", *self.notes, self.machine(), sep="\n", flush=True)

    def row(self, *cells: object) -> None:
        """Print a row as it is."""
        shown = (
            f"{cell!s:{max(wide, len(name))}}" for cell, (name, wide) in zip(cells, self.columns.items(), strict=True)
        )
        print(f"| {' | '.join(shown)} |", flush=True)

    def tell(self, what: str, ours: object, *peers: tuple[str, Figure]) -> None:
        """Print a figure, beside each peer in a row of its own."""
        for peer, theirs in peers:
            ratio = _digits(ours.value / theirs.value, 2) if isinstance(ours, Figure) and theirs.value else "–"
            self.row(what, ours, peer, theirs, ratio)
        if not peers:
            self.row(what, ours, "–", "–", "–")

    def note(self, line: str) -> None:
        """Keep a line to be printed under the table."""
        self.notes.append(line)

    def machine(self) -> str:
        """What the figures depend on."""
        ratio = "Ratio: ours to the peer's. " if "ratio" in self.columns else ""
        loads = f"load {self.load:.1f} before, {os.getloadavg()[0]:.1f} after"
        system = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
        return f"Two times: of the processor (of the clock). {ratio}{system}; {loads}."
