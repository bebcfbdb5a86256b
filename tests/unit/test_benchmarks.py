"""What every benchmark has: a help that is there at once, a line where something is missing, the one table."""

import os
import re
import subprocess
import sys
from pathlib import Path

import measuring
import pytest
from measuring import Figure, Table, apart, benchmarks, cost, median, process

ROOT = Path(__file__).resolve().parents[2]
KNOWN = benchmarks()


def ran(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "benchmarks", *words]
    environment = {**os.environ, "COLUMNS": "100", **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_every_benchmark_is_listed_and_documented() -> None:
    listed = ran().stdout
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    for name, each in KNOWN.items():
        assert re.search(rf"^  {name} +{re.escape(each.about.splitlines()[0])}$", listed, re.MULTILINE), name
        assert f"python -m benchmarks {name}" in page, name
    assert listed.index("has no peer:") < listed.index("  attack")
    assert listed.index("has no peer:") > listed.index("  titles")


@pytest.mark.parametrize("name", KNOWN)
def test_help_tells_peer_needs_and_defaults(name: str) -> None:
    told, each = ran(name, "--help"), KNOWN[name]
    assert (told.returncode, told.stderr) == (0, "")
    assert each.about.splitlines()[0] in told.stdout
    assert f"beside: {each.beside or 'no peer'}\n" in told.stdout
    assert "\nneeds:  " in told.stdout
    assert all(f"DIR/{file}" in told.stdout for file in each.data)
    for option, said in each.options.items():
        line = re.search(rf"^  --{option} .*?(?=^  -|\Z)", told.stdout, re.MULTILINE | re.DOTALL)
        default = said[0] if isinstance(said, tuple) else said
        assert line is not None, option
        assert isinstance(default, bool) or "(default: " in line[0] or "(required)" in line[0]


def test_a_number_that_nothing_bounds_by_default_may_be_nought() -> None:
    parser = KNOWN["territory"].parser()
    assert [parser.parse_args(words).budget for words in ([], ["--budget", "0"])] == [None, 0.0]


def test_help_runs_nothing_of_a_benchmark() -> None:
    """No library is imported for it: not numpy, nor the package."""
    loaded = ran("rank", "--help", PYTHONPROFILEIMPORTTIME="1").stderr
    assert "argparse" in loaded
    assert not re.search(r"\b(numpy|passerelles)\b", loaded)


def test_what_is_missing_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, line in {
        ("rank",): "rank needs public data sets: name their folder by --data DIR or the variable PASSERELLES_DATA",
        ("rank", "--data", str(tmp_path / "no")): f"rank needs {tmp_path / 'no'}, which is not there: ",
        ("rank", "--data", str(tmp_path)): f"rank needs {tmp_path / 'rome-v460'}, which is not there: ",
        ("melo", "--task", str(tmp_path)): f"melo: No such file or directory: {tmp_path / 'queries.tsv'}",
        ("build", "--referential", str(tmp_path / "no")): f"build_graph: No referential '{tmp_path / 'no'}'",
        ("build", "--data", str(tmp_path / "no"), "--referential", str(tmp_path)): "build_graph: ",
        ("explorer", "--origins", "2"): "explorer needs --origins of 3 or more: ",
        ("nothing",): "no benchmark is called nothing: access_reader, ",
    }.items():
        told = ran(*words, PASSERELLES_DATA="")
        assert told.returncode == 2
        assert told.stderr.startswith(line), told.stderr
        assert told.stderr.count("\n") == 1
    with pytest.raises(SystemExit, match="2"):
        measuring.need("profiles", libraries=["argparse", "no_such_library"])
    assert capsys.readouterr().err == "profiles needs the library no_such_library: pip install no_such_library\n"
    with pytest.raises(SystemExit, match="2"):
        measuring.need_program("clusters", "no-such-program")
    assert capsys.readouterr().err.startswith("clusters needs the program no-such-program: ")


def test_the_table_has_a_row_for_each_peer(capsys: pytest.CaptureFixture[str]) -> None:
    with Table() as table:
        table.note("Noted.")
        table.tell("pairs", Figure(0.5, "s", 1.5), ("a peer", Figure(2.0, "s", 2.0)), ("aim", Figure(0.25, "s")))
        table.tell("memory", Figure(1234.5, "MB"))
    *rows, blank, note, machine = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert cells == [
        ["what is measured", "ours", "peer", "its figure", "ratio"],
        ["---"] * 5,
        ["pairs", "500 ms (1,500)", "a peer", "2.00 s (2.00)", "0.25"],
        ["pairs", "500 ms (1,500)", "aim", "250 ms", "2.0"],
        ["memory", "1,234 MB", "–", "–", "–"],
    ]
    assert (blank, note) == ("", "Noted.")
    assert re.fullmatch(r"Two times: .*Ratio: .* \d+ cores, .*; load [\d.]+ before, [\d.]+ after\.", machine)


def test_a_table_may_have_columns_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    with Table("titles", "first") as table:
        table.row("posted", 0.5)
        with pytest.raises(ValueError, match="zip"):
            table.row("one cell too few")
    first, _, row, *_, machine = capsys.readouterr().out.splitlines()
    assert (first.split(), row.split()) == (["|", "titles", "|", "first", "|"], ["|", "posted", "|", "0.5", "|"])
    assert "Ratio" not in machine


def test_seconds_are_those_of_the_work() -> None:
    def work() -> None:
        sum(range(2_000_000))

    spent = cost(work, 3)
    assert 0 < spent.value <= (spent.clock or 0) * 1.1
    assert median([Figure(1, "s", 5), Figure(3, "s", 1), Figure(2, "s", 9)]) == Figure(2, "s", 5)
    assert process(["-c", "pass"]).value > 0
    quick, least, told = apart("print('ready')", "print(sys.argv[1])", "done")
    slow, most, _ = apart("", "kept = bytearray(100_000_000); sum(range(5_000_000))")
    assert told == ["ready", "done"]
    assert quick.value < slow.value
    assert 90 < most.value - least.value < 120
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        apart("", "1 / 0")
