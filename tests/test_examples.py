"""The examples of hosts run as they stand; that of Spark in `test_bulk_spark`, which has a cluster."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from installed import write_about

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
PEOPLE = {
    "id": ["p1", "p2", "p3"],
    "occupation": ["K2110", None, "NOWHERE"],
    "competencies": [[], [], []],
}


def started(name: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more}
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name), *words], capture_output=True, text=True, check=True, env=environment
    )


def people(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = pa.schema([("id", pa.string()), ("occupation", pa.string()), ("competencies", pa.list_(pa.string()))])
    pq.write_table(pa.table(PEOPLE, schema=kinds), folder / "people.parquet")
    return folder / "people.parquet"


def test_every_example_is_tried() -> None:
    assert {p.name for p in EXAMPLES.glob("*.py")} == {
        *("web_app.py", "nightly_job.py", "pandas_table.py", "notebook_cell.py", "spark_job.py")
    }


def test_the_web_application_answers_and_is_short() -> None:
    from service_client import Client

    file = EXAMPLES / "web_app.py"
    assert len(file.read_text("utf-8").splitlines()) <= 30
    with Client(runpy.run_path(str(file))["app"]) as client:
        found = client.get("/moves/K2110", params={"limit": 3}).json()
        assert [move["rank"] for move in found] == [1, 2, 3]
        refused = client.get("/moves/K211O")
        assert client.get("/moves/K2110", params={"limit": 0}).status_code == 422
    assert refused.status_code == 404
    assert "K2110" in refused.json()["detail"]["suggestions"]


def test_the_nightly_job_ranks_a_file(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    # Nobody knows NOWHERE, nor what p2 can do.
    job = started("nightly_job.py", str(people(tmp_path)), str(tmp_path / "moves"))
    assert job.stdout == "1 ranked, 2 refused, 0 parts kept\n"
    assert "part-00000-00000.parquet" in job.stderr
    assert started("nightly_job.py", str(tmp_path / "people.parquet"), str(tmp_path / "moves")).stdout.endswith(
        "1 parts kept\n"
    )
    moves = pq.read_table(tmp_path / "moves").to_pylist()
    assert [m["rank"] for m in moves if m["id"] == "p1"] == [1, 2, 3, 4, 5]


def test_the_table_and_the_cells_run() -> None:
    assert "K2110" in started("pandas_table.py").stdout
    assert len(started("notebook_cell.py").stdout.splitlines()) == 5


def test_the_package_of_a_branch_gives_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its installation writes is written here, so that no network is needed; CI builds and installs it."""
    from passerelles import load_referential

    write_about(EXAMPLES / "metiers-du-verre", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLES / "metiers-du-verre/src"))
    assert [o.code for o in load_referential("verre").occupations] == ["V001", "V002", "V003"]
    laid = load_referential("transitions").with_overlay("verre-routier")
    assert [o.code for o in laid.parts_of("N4101")] == ["N4101-VERRE"]
    assert not [n for n in laid.notices if n.file.startswith("verriers/")]
