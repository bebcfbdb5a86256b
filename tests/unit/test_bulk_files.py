"""``rank --profiles``: Parquet and CSV in and out, refused profiles beside, exit codes, nothing partial."""

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerelles.bulk.rank import rank_profiles
from passerelles.cli.main import run
from passerelles.graph.build import build_graph
from passerelles.referentials.load import load_referential
from profile_rows import draw, table


def call(*words: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    with pytest.raises(SystemExit) as ended:
        run([str(w) for w in words])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_parquet_in_and_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = build_graph(load_referential())
    rows: list[Any] = [*draw(graph, 40), ("secret-id", "Z9999", ["secret-competency"], {})]
    pq.write_table(table(rows), tmp_path / "in.parquet")
    code, out, err = call(
        "rank", "--profiles", tmp_path / "in.parquet", "--output", tmp_path / "out.parquet", "-n", 3, capsys=capsys
    )
    assert code == 0
    assert out == ""
    assert "40" in err
    assert "secret" not in err
    moves = pq.read_table(tmp_path / "out.parquet")
    expected = rank_profiles(graph, table(rows[:-1]), limit=3).read_all().drop_columns(["reason", "detail"])
    assert moves.equals(expected)
    refused = pq.read_table(tmp_path / "out-rejects.parquet").to_pylist()
    assert [(r["row"], r["id"], r["reason"]) for r in refused] == [(41, "secret-id", "unknown_occupation")]
    assert "Z9999" in refused[0]["message"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.parquet", "out-rejects.parquet", "out.parquet"]


@pytest.mark.parametrize(
    ("encoding", "delimiter", "inner"), [("utf-8", ",", ";"), ("cp1252", ";", "|"), ("utf-16", "\t", ";")]
)
def test_csv_in_and_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str, delimiter: str, inner: str
) -> None:
    graph = build_graph(load_referential().with_overlay("enseignement-conduite"))
    credential = min(graph.referential.credential_by_code)
    held = graph.competency_codes[:2]
    lines = [
        ("ID", "Occupation", "Competencies", "Credentials"),
        ("1", "Moniteur / Monitrice d'auto-école", inner.join(held), f"{credential}=no"),
        ("2", "", held[0], ""),
        ("3", "Métier rêvé", "", ""),
        ("4", "K2110"),
        ("5", "K2110", "", ""),
    ]
    text = "\n".join(delimiter.join(line) for line in lines) + "\n"
    (tmp_path / "in.csv").write_text(text, encoding=encoding)
    words = ("rank", "--profiles", tmp_path / "in.csv", "--output", tmp_path / "out.csv", "--overlay")
    code, _, err = call(*words, "enseignement-conduite", "--lang", "en", capsys=capsys)
    assert code == 0, err
    given: list[Any] = [
        ("1", "Moniteur / Monitrice d'auto-école", list(held), {credential: "no"}),
        ("2", None, [held[0]], {}),
        ("5", "K2110", [], {}),
    ]
    expected = rank_profiles(graph, table(given)).read_all().to_pylist()
    found = read_csv(tmp_path / "out.csv")
    assert [(r["id"], r["code"], float(r["score"])) for r in found] == [
        (r["id"], r["code"], r["score"]) for r in expected
    ]
    assert [r["credentials_missing"] for r in found] == [";".join(r["credentials_missing"]) for r in expected]
    refused = read_csv(tmp_path / "out-rejects.csv")
    assert [(r["row"], r["reason"]) for r in refused] == [("3", "unknown_occupation"), ("4", "wrong_length")]
    assert "Métier rêvé" in refused[0]["message"]


def test_the_answer_is_negative_when_nobody_is_ranked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pq.write_table(table([("1", "Z9999", [], {})]), tmp_path / "in.parquet")
    words = ("rank", "--profiles", tmp_path / "in.parquet", "--output", tmp_path / "out.csv")
    code, _, _ = call(*words, "--rejects", tmp_path / "bad.csv", capsys=capsys)
    assert code == 1
    assert read_csv(tmp_path / "out.csv") == []
    assert len(read_csv(tmp_path / "bad.csv")) == 1


def test_wrong_requests_leave_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, text, cut = tmp_path / "in.parquet", tmp_path / "text.csv", tmp_path / "cut.parquet"
    pq.write_table(table([("1", "K2110", [], {})] * 5000), good)
    text.write_text("a,b\n1,2\n", encoding="utf-8")
    cut.write_bytes(good.read_bytes()[:-50])
    pq.write_table(pa.table({"id": [1], "competencies": [1.5]}), tmp_path / "odd.parquet")
    out = tmp_path / "out.parquet"
    before = sorted(tmp_path.iterdir())
    for words in (
        ("--profiles", good),
        ("--profiles", text, "--output", out),
        ("--profiles", cut, "--output", out),
        ("--profiles", tmp_path / "odd.parquet", "--output", out),
        ("--profiles", tmp_path / "none.parquet", "--output", out),
        ("--profiles", good, "--output", tmp_path / "out.doc"),
        ("--profiles", good, "--output", tmp_path / "none" / "out.csv"),
        ("--profiles", good, "--output", good),
        ("--profiles", good, "--output", out, "K2110"),
        ("--profiles", good, "--output", out, "--target", "K2110"),
    ):
        code, _, err = call("rank", *words, capsys=capsys)
        assert (code, err.count("\n")) == (2, 1), (words, err)
        assert "Traceback" not in err
        assert sorted(tmp_path.iterdir()) == before
