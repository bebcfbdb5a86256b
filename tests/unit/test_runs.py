"""Two stored results side by side: what moved, what they were made from that differs, and what may be compared."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerelles import PasserellesError, Settings, build_graph, load_referential, rank_files, rank_profiles
from passerelles.bulk.files import compare_runs
from passerelles.cli.main import run
from passerelles.graph.core import OccupationGraph
from passerelles.settings import WeightSettings

PEOPLE = pa.table({"id": ["a", "b", "c"], "occupation": ["K2110", "N4101", "N4105"], "competencies": [[], [], []]})


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, embedded_graph: OccupationGraph) -> Path:
    """Results of one run in several forms, of another scorer, and without the overlay under a third."""
    folder = tmp_path_factory.mktemp("runs")
    plain = build_graph(load_referential("transitions"))
    pq.write_table(rank_profiles(embedded_graph, PEOPLE, limit=3).read_all(), folder / "old.parquet")
    pq.write_table(rank_profiles(embedded_graph, PEOPLE.slice(0, 2), limit=5).read_all(), folder / "longer.parquet")
    pq.write_table(
        rank_profiles(plain, PEOPLE, limit=3, settings=Settings(scorer="content")).read_all(), folder / "plain.parquet"
    )
    pq.write_table(PEOPLE, folder / "in.parquet")
    other = Settings(scorer="holdings")
    rank_files(embedded_graph, folder / "in.parquet", folder / "other.csv", limit=3, settings=other)
    rank_files(embedded_graph, folder / "in.parquet", folder / "parts", limit=3)
    reader = rank_profiles(embedded_graph, PEOPLE, limit=3)
    with pa.OSFile(str(folder / "old.arrow"), "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    return folder


def pairs(path: Path) -> dict[tuple[str, str], tuple[int, float]]:
    rows = pq.read_table(path).to_pylist()
    return {(r["id"], r["code"]): (r["rank"], r["score"]) for r in rows}


@pytest.mark.parametrize("name", ["parts", "old.arrow"])
def test_the_same_run_has_not_moved_in_whatever_form(stored: Path, name: str) -> None:
    found = compare_runs(stored / "old.parquet", stored / name)
    totals = found.totals
    assert (found.causes, found.shifts, found.comparable) == ((), (), True)
    assert (totals["people_both"], totals["moves_both"], totals["changed_people"]) == (3, 9, 0)
    assert totals["largest_score_difference"] == 0.0
    assert "Même référentiel" in found.to_text()
    assert "viennent de ce qui a été demandé (filtres" in " ".join(found.to_text().split())


def test_a_longer_list_compares(stored: Path) -> None:
    found = compare_runs(stored / "old.parquet", stored / "longer.parquet")
    totals = found.totals
    assert (totals["people_old"], totals["people_new"], totals["people_both"]) == (3, 2, 2)
    assert (totals["entered"], totals["left"], totals["moves_both"], totals["other_rank"]) == (4, 0, 6, 0)
    assert found.comparable
    assert {(s.who, s.change, s.old_rank, s.new_rank) for s in found.shifts} == {
        (who, "entered", None, rank) for who in "ab" for rank in (4, 5)
    }


def test_another_referential_or_scorer_is_named_and_scores_do_not_compare(stored: Path) -> None:
    old, new = pairs(stored / "old.parquet"), pairs(stored / "plain.parquet")
    found = compare_runs(stored / "old.parquet", stored / "plain.parquet", limit=100)
    totals = found.totals
    assert totals["entered"] == len(new.keys() - old.keys())
    assert totals["left"] == len(old.keys() - new.keys()) > 0
    assert totals["other_rank"] == sum(old[k][0] != new[k][0] for k in old.keys() & new.keys())
    changed = {k[0] for k in old.keys() ^ new.keys()} | {
        k[0] for k in old.keys() & new.keys() if old[k][0] != new[k][0]
    }
    assert totals["changed_people"] == len(changed)
    assert {(c.what, c.field) for c in found.causes} >= {("referential", "sha256"), ("overlays", "")}
    assert {c.what for c in found.causes} == {"referential", "overlays", "scorer", "settings"}
    assert (found.comparable, totals["largest_score_difference"]) == (False, None)
    assert [s.old_rank or s.new_rank for s in found.shifts if s.change == "left"]
    text = found.to_text("en")
    assert "compare under one referential" in text
    scorers = compare_runs(stored / "old.parquet", stored / "other.csv")
    assert {c.what for c in scorers.causes} == {"scorer", "settings"}
    assert ("settings", "scorer") in {(c.what, c.field) for c in scorers.causes}


def test_answers_of_commands_compare_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "s.json"
    settings.write_text(Settings(weights=WeightSettings(core=9.0)).model_dump_json(), encoding="utf-8")
    words = ["rank", "N4101", "--limit", "4", "--output"]
    for name, more in (("a.json", []), ("b.json", ["--settings", str(settings)]), ("a.csv", [])):
        with pytest.raises(SystemExit) as ended:
            run([*words, str(tmp_path / name), "--format", name[-4:].strip("."), *more])
        assert ended.value.code == 0
    same = compare_runs(tmp_path / "a.json", tmp_path / "a.csv")
    assert (same.causes, same.comparable, same.totals["moves_both"]) == ((), True, 4)
    capsys.readouterr()
    with pytest.raises(SystemExit):
        run(["compare-runs", str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--format", "json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [(c["what"], c["field"], c["old"], c["new"]) for c in told["causes"]] == [
        ("settings", "weights.core", "2.0", "9.0")
    ]
    assert told["comparable"] == {"codes": True, "ranks": True, "scores": False}


def test_what_says_nothing_of_its_origin_is_told(stored: Path, tmp_path: Path) -> None:
    pq.write_table(pq.read_table(stored / "old.parquet").replace_schema_metadata(None), tmp_path / "bare.parquet")
    found = compare_runs(stored / "old.parquet", tmp_path / "bare.parquet")
    assert (found.comparable, found.totals["changed_people"]) == (False, 0)
    assert "bare.parquet" in found.to_text()
    nested = "[" * 200_000
    about = {"referential": {"name": "a", "version": "1", "sha256": "b"}, "scorer": {}, "settings": {}}
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "_run.json").write_text(nested, encoding="utf-8")
    with pytest.raises(PasserellesError, match="no stored result"):
        compare_runs(stored / "old.parquet", tmp_path / "folder")
    for odd, text in (
        ("d.json", nested),
        ("a.json", "{}"),
        ("e.json", json.dumps(about | {"results": [{"origin": None, "target": {"code": "A"}, "rank": 1}]})),
        (
            "f.json",
            json.dumps(about | {"results": [{"origin": {"code": "A"}, "target": {"code": "B"}, "rank": 10**30}]}),
        ),
        ("b.csv", "x,y\n1,2\n"),
        ("c.parquet", "PAR1"),
    ):
        (tmp_path / odd).write_text(text, encoding="utf-8")
        with pytest.raises(PasserellesError, match="no stored result"):
            compare_runs(stored / "old.parquet", tmp_path / odd)
    with pytest.raises(PasserellesError, match="Nothing at that place"):
        compare_runs(stored / "old.parquet", tmp_path / "none.csv")


def test_half_a_run_is_not_compared(stored: Path, tmp_path: Path) -> None:
    half = shutil.copytree(stored / "parts", tmp_path / "half")
    note = json.loads((half / "_run.json").read_text("utf-8"))
    (half / "_run.json").write_text(json.dumps(note | {"complete": False}), encoding="utf-8")
    with pytest.raises(PasserellesError, match="not finished"):
        compare_runs(stored / "old.parquet", half)
    (half / "_run.json").write_text(json.dumps(note), encoding="utf-8")
    (half / "part-00000-00000.parquet").unlink()
    with pytest.raises(PasserellesError, match="no stored result"):
        compare_runs(stored / "old.parquet", half)


def test_moves_that_come_twice_are_counted(stored: Path, tmp_path: Path) -> None:
    old = pq.read_table(stored / "old.parquet")
    pq.write_table(pa.concat_tables([old, old.slice(0, 2)]), tmp_path / "twice.parquet")
    found = compare_runs(stored / "old.parquet", tmp_path / "twice.parquet")
    assert (found.totals["moves_new"], found.totals["repeated_old"], found.totals["repeated_new"]) == (9, 0, 2)
    assert "only the first counts): 0 in the old result, 2 in the new one" in " ".join(found.to_text("en").split())
    moved = old.set_column(old.column_names.index("rank"), "rank", pa.array([9] * old.num_rows, pa.int32()))
    pq.write_table(pa.concat_tables([old, moved]), tmp_path / "twice.parquet")
    totals = compare_runs(stored / "old.parquet", tmp_path / "twice.parquet").totals
    assert (totals["repeated_new"], totals["other_rank"]) == (9, 0)


def test_a_move_without_a_rank_or_a_score_is_there(stored: Path, tmp_path: Path) -> None:
    old = pq.read_table(stored / "old.parquet")
    for value in (float("nan"), None):
        bare = old
        for name, each in (("rank", None), ("score", value)):
            place = old.column_names.index(name)
            bare = bare.set_column(place, name, pa.array([each] * old.num_rows, old.schema.field(name).type))
        pq.write_table(bare, tmp_path / "bare.parquet")
        for other in (stored / "old.parquet", tmp_path / "bare.parquet"):
            found = compare_runs(tmp_path / "bare.parquet", other)
            counts = [found.totals[name] for name in ("moves_both", "entered", "left", "other_rank", "unmeasured")]
            assert counts == [9, 0, 0, 0, 9]
            assert (found.shifts, found.comparable, found.totals["largest_score_difference"]) == ((), True, None)
            assert "9 moves that both have have no score in one of them" in " ".join(found.to_text("en").split())


def test_a_move_of_one_result_alone_has_no_score_to_measure(stored: Path) -> None:
    totals = compare_runs(stored / "old.parquet", stored / "longer.parquet").totals
    assert (totals["entered"], totals["unmeasured"]) == (4, 0)


def test_where_scores_do_not_compare_nothing_is_said_of_those_without_an_end(stored: Path, tmp_path: Path) -> None:
    plain = pq.read_table(stored / "plain.parquet")
    place = plain.column_names.index("score")
    scores = pa.array([float("nan")] * plain.num_rows, plain.schema.field(place).type)
    pq.write_table(plain.set_column(place, plain.schema.field(place), scores), tmp_path / "odd.parquet")
    found = compare_runs(stored / "old.parquet", tmp_path / "odd.parquet")
    assert (found.comparable, found.totals["unmeasured"] > 0) == (False, True)
    assert "finite number: " not in " ".join(found.to_text("en").split())


def test_a_score_without_an_end_is_left_out_of_the_largest_difference_and_counted(stored: Path, tmp_path: Path) -> None:
    old = pq.read_table(stored / "old.parquet")
    scores = [float("inf"), float("nan"), *(score + 0.5 for score in old["score"].to_pylist()[2:])]
    place = old.column_names.index("score")
    pq.write_table(old.set_column(place, old.schema.field("score"), [scores]), tmp_path / "odd.parquet")
    found = compare_runs(stored / "old.parquet", tmp_path / "odd.parquet")
    assert (found.totals["largest_score_difference"], found.totals["unmeasured"]) == (pytest.approx(0.5), 2)
    assert "De 2 passerelles communes, un score manque ou n'est pas un nombre fini" in " ".join(found.to_text().split())
    assert "unmeasured" in json.dumps(found.to_dict(), allow_nan=False)


def test_a_move_that_one_result_lacks_has_no_other_level(stored: Path, tmp_path: Path) -> None:
    old = pq.read_table(stored / "old.parquet")
    pq.write_table(old.slice(0, 2), tmp_path / "two.parquet")
    pq.write_table(old.slice(1, 2), tmp_path / "others.parquet")
    totals = compare_runs(tmp_path / "two.parquet", tmp_path / "others.parquet").totals
    assert [totals[name] for name in ("entered", "left", "moves_both", "other_level")] == [1, 1, 1, 0]
