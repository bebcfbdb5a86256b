"""``rank --profiles``: Parquet and CSV in and out, refused profiles beside, exit codes, nothing partial."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerelles import PasserellesError, PasserellesWarning, Settings, compile_index
from passerelles.bulk.files import compare_runs, inputs_of, rank_files
from passerelles.bulk.rank import rank_profiles
from passerelles.cli.main import run
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.io.atomic import read_provenance
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


def test_a_csv_file_is_read_as_platforms_write_it(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    first, second = embedded_graph.competency_codes[:2]
    credential = min(embedded_graph.referential.credential_by_code)
    rows = [
        ["Identifiant", "Code ROME", "Métier", "Compétences", "Certifications", "employment"],
        ["001", "k2110", "rien", f"{first} | {second}", f"{credential}=Oui", "Salariée"],
        ["002", "K2110", "", f'["{first}", "{second}"]', f"{credential}=non", "à son compte"],
        ["003", "", "K2110", f"{first},{second}", f"{credential}=", ""],  # a bare credential is not guessed to be held
        ["004", "", "K2110", f"{first},{second}", f"{credential}=Périmée", ""],
    ]
    text = "\n".join(";".join(row) for row in rows)
    (tmp_path / "in.csv").write_text(f"sep=;\n{text}", encoding="utf-8-sig")
    with pytest.warns(PasserellesWarning, match="métier"):
        rank_files(embedded_graph, tmp_path / "in.csv", tmp_path / "out.csv", limit=3)
    assert [r["reason"] for r in read_csv(tmp_path / "out-rejects.csv")] == ["not_ternary"]
    found = read_csv(tmp_path / "out.csv")
    given: list[Any] = [
        ("001", "K2110", [first, second], {credential: "yes"}),
        ("002", "K2110", [first, second], {credential: "no"}),
        ("004", None, [first, second], {credential: "expired"}),
    ]
    asked = table(given)
    ways = pa.array(["employee", "self-employed", None])
    asked = asked.set_column(asked.schema.get_field_index("employment"), "employment", ways)
    expected = rank_profiles(embedded_graph, asked, limit=3).read_all().to_pylist()
    assert [(r["id"], r["code"], r["credentials_missing"]) for r in found] == [
        (r["id"], r["code"], ";".join(r["credentials_missing"])) for r in expected
    ]


def test_a_csv_file_that_has_its_columns_is_read_by_them_alone(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    text = f"id,competencies,métier,certifications\n1,{embedded_graph.competency_codes[0]},Chez Dupont,SST\n"
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    with pytest.warns(PasserellesWarning, match="métier"):
        rank_files(embedded_graph, tmp_path / "in.csv", tmp_path / "out.csv", limit=1)
    assert [r["id"] for r in read_csv(tmp_path / "out.csv")] == ["1"]


def test_no_cell_is_a_formula_and_ids_are_the_same_in_every_form(
    tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    given = ["=1+1", "@x", "-5", "'a", "p"]
    pq.write_table(
        table([*((each, "K2110", [], {}) for each in given), ("+z", "=zzz", [], {})]), tmp_path / "in.parquet"
    )
    for out in ("out.csv", "out.parquet"):
        rank_files(embedded_graph, tmp_path / "in.parquet", tmp_path / out, limit=1)
    assert [row["id"] for row in read_csv(tmp_path / "out.csv")] == ["'=1+1", "'@x", "-5", "'a", "p"]
    (refused,) = read_csv(tmp_path / "out-rejects.csv")
    assert (refused["id"], refused["detail"]) == ("'+z", "'=zzz")
    assert pq.read_table(tmp_path / "out.parquet").column("id").to_pylist() == given
    both = compare_runs(tmp_path / "out.csv", tmp_path / "out.parquet").totals
    assert (both["people_both"], both["moves_both"]) == (5, 5)


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


@pytest.mark.filterwarnings("always::passerelles.PasserellesWarning")
def test_a_column_that_is_not_read_is_told_on_screen_and_one_that_is_misspelt_stops_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, header in (("extra", "id,occupation,competencies,nom"), ("wrong", "id,ocupation,competencies,nom")):
        (tmp_path / f"{name}.csv").write_text(f"{header}\n1,K2110,,secret\n", encoding="utf-8")
    words = ("rank", "--profiles", tmp_path / "extra.csv", "--output", tmp_path / "out.csv")
    code, _, err = call(*words, capsys=capsys)
    assert (code, err.count("Colonnes des profils qui ne sont pas lues : nom.")) == (0, 1), err
    assert "secret" not in err
    words = ("rank", "--profiles", tmp_path / "wrong.csv", "--output", tmp_path / "other.csv")
    code, _, err = call(*words, "--lang", "en", capsys=capsys)
    assert (code, "'ocupation' is not known; did you mean occupation?" in err) == (2, True), err
    assert not (tmp_path / "other.csv").exists()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_column_that_is_not_read_is_told_once_for_each_file_of_a_folder(
    form: str, tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    for name in ("one", "two"):
        if form == "csv":
            (tmp_path / f"{name}.csv").write_text("id,occupation,competencies,nom\n1,K2110,,x\n", encoding="utf-8")
        else:
            rows = {"id": ["1"], "occupation": ["K2110"], "competencies": [[]], "nom": ["x"]}
            pq.write_table(pa.table(rows), tmp_path / f"{name}.parquet")
    files = [tmp_path / f"{name}.{form}" for name in ("one", "two")]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        rank_files(embedded_graph, files, tmp_path / "out")
    assert [w.message.key for w in told if isinstance(w.message, PasserellesWarning)] == ["profiles_unread"] * 2


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_misspelt_column_of_a_later_file_stops_all_before_the_first_is_ranked(
    form: str, tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    for name, column in (("one", "occupation"), ("two", "ocupation")):
        if form == "csv":
            (tmp_path / f"{name}.csv").write_text(f"id,{column},competencies\n1,K2110,\n", encoding="utf-8")
        else:
            rows = {"id": ["1"], column: ["K2110"], "competencies": pa.array([[]], pa.list_(pa.string()))}
            pq.write_table(pa.table(rows), tmp_path / f"{name}.parquet")
    with pytest.raises(PasserellesError, match="ocupation"):
        rank_files(embedded_graph, [tmp_path / f"{name}.{form}" for name in ("one", "two")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_places_may_be_texts(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,occupation,competencies\np,K2110,\nq,Z9999,\n", encoding="utf-8")
    for output in ("out.csv", "parts"):
        done = rank_files(embedded_graph, str(source), str(tmp_path / output), rejects=str(tmp_path / f"bad-{output}"))
        assert (done.ranked, done.refused, done.output, done.rejects.exists()) == (1, 1, tmp_path / output, True)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"profiles": []}, "profiles_none"),
        ({"part_rows": 0}, "part_rows_invalid"),
        ({"part_rows": 1.5}, "part_rows_invalid"),
        ({"part_rows": True}, "part_rows_invalid"),
        ({"lang": "de"}, "wrong_argument"),
    ],
)
def test_what_makes_no_sense_is_refused_before_a_folder_is_made(
    tmp_path: Path, embedded_graph: OccupationGraph, wrong: dict[str, Any], key: str
) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,occupation,competencies\nq,Z9999,\n", encoding="utf-8")
    with pytest.raises(PasserellesError) as told:
        rank_files(embedded_graph, **({"profiles": source, "output": tmp_path / "parts"} | wrong))
    assert (told.value.key, [p.name for p in tmp_path.iterdir()]) == (key, ["in.csv"])


def test_the_columns_of_all_files_are_checked_before_the_first_is_ranked(
    tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    good, bad, numbers = tmp_path / "1.csv", tmp_path / "2.csv", tmp_path / "3.parquet"
    good.write_text("id,occupation,competencies\np,K2110,\n", encoding="utf-8")
    bad.write_text("occupation\nK2110\n", encoding="utf-8")
    pq.write_table(pa.table({"id": ["r"], "occupation": [2110], "competencies": [[]]}), numbers)
    for other, key in ((bad, "profiles_columns"), (numbers, "profiles_type")):
        with pytest.raises(PasserellesError) as told:
            rank_files(embedded_graph, [good, other], tmp_path / "parts")
        assert (told.value.key, (tmp_path / "parts").exists()) == (key, False)


def test_a_path_where_no_file_of_profiles_is_says_so(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    for profiles, key in ((tmp_path / "nope.parquet", "no_such_path"), (tmp_path, "write_onto_folder")):
        with pytest.raises(PasserellesError) as told:
            rank_profiles(embedded_graph, profiles)
        assert (told.value.key, told.value.values["path"]) == (key, profiles)


def people(folder: Path) -> list[Path]:
    """Three files in a folder and one below; the first has more rows than a batch, nearly all refused at once."""
    bad: list[Any] = [(f"b{n}", "Z9999", [], {}) for n in range(8_200)]
    (folder / "below").mkdir(parents=True)
    pq.write_table(table([("a", "K2110", [], {}), *bad, ("c", "N4101", [], {})]), folder / "1.parquet")
    pq.write_table(table([("d", "N4105", [], {}), ("e", "Z9999", [], {})]), folder / "below" / "2.parquet")
    (folder / "3.csv").write_text("id,occupation,competencies\nf,K2110,\n", encoding="utf-8")
    (folder / "_run.json").write_text("{}", encoding="utf-8")
    return sorted([folder / "1.parquet", folder / "3.csv", folder / "below" / "2.parquet"])


def ids(folder: Path) -> list[str]:
    found = [pq.read_table(p).column("id").to_pylist() for p in sorted(folder.glob("part-*.parquet"))]
    return [name for part in found for name in part]


def test_folders_and_patterns_are_files(tmp_path: Path) -> None:
    files = people(tmp_path / "in")
    assert inputs_of([tmp_path / "in"]) == files
    assert inputs_of([tmp_path / "in" / "*.parquet", tmp_path / "in" / "1.parquet"]) == files[:1]
    assert inputs_of([f"{tmp_path}/in/**/*.parquet"]) == [files[0], files[2]]
    (tmp_path / "in" / "profils.xlsx").write_bytes(b"PK")  # no form of profiles, whatever it holds
    for nothing in ("*.json5", "empty", "profils.xlsx"):
        (tmp_path / "in" / "empty").mkdir(exist_ok=True)
        with pytest.raises(PasserellesError, match="No profiles at that place"):
            inputs_of([tmp_path / "in" / nothing])


KILLED = """
import os, sys
from pathlib import Path
from passerelles import build_graph, load_referential
from passerelles.bulk.files import rank_files
rank_files(build_graph(load_referential(sys.argv[1])), sys.argv[2], Path(sys.argv[3]), limit=2, part_rows=8192,
           progress=lambda done: done > 8192 and os._exit(9))
"""


def test_a_killed_run_goes_on_where_it_was(
    tmp_path: Path, embedded_graph: OccupationGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    people(tmp_path / "in")
    index = compile_index(embedded_graph, tmp_path / "a.index", titles=False)
    graph = build_graph(load_referential(index))
    out = tmp_path / "out"
    killed = subprocess.run([sys.executable, "-c", KILLED, index, tmp_path / "in", out], check=False)
    assert killed.returncode == 9
    first = json.loads((out / "_run.json").read_text("utf-8"))
    assert (first["complete"], list(first["parts"])) == (False, ["part-00000-00000.parquet"])
    kept = (out / "part-00000-00000.parquet").stat().st_mtime_ns
    left = [*tmp_path.rglob("*.tmp")]
    assert left  # what the killed run was writing: a day later it is nobody's
    for each in left:
        os.utime(each, (each.stat().st_mtime - 2 * 24 * 3600,) * 2)
    done = rank_files(graph, tmp_path / "in", out, limit=2, part_rows=8192)
    assert (done.ranked, done.refused, done.kept) == (4, 8_201, 1)
    assert (out / "part-00000-00000.parquet").stat().st_mtime_ns == kept
    assert ids(out) == ["a", "a", "c", "c", "f", "f", "d", "d"]
    assert len(ids(tmp_path / "out-rejects")) == 8_201
    assert not list(tmp_path.rglob("*.tmp"))
    rows = pq.read_table(out).sort_by([("id", "ascending"), ("rank", "ascending")])  # `_run.json` is passed over
    assert rows.column("row").to_pylist() == [1, 1, 8_202, 8_202, 1, 1, 1, 1]
    note = json.loads((out / "_run.json").read_text("utf-8"))
    assert note["complete"]
    assert note["inputs"][0]["sha256"] == hashlib.sha256((tmp_path / "in" / "1.parquet").read_bytes()).hexdigest()
    again = rank_files(graph, tmp_path / "in", out, limit=2, part_rows=8192)
    assert (again.ranked, again.kept) == (4, 4)
    words = ("rank", "--profiles", tmp_path / "in", "--output", out, "--referential", index)
    code, _, err = call(*words, "-n", 3, capsys=capsys)
    assert (code, "limit" in err, "autre essai" in err) == (2, True, True)
    with pytest.raises(PasserellesError, match="provenance differ"):
        rank_files(graph, tmp_path / "in", out, limit=2, part_rows=8192, settings=Settings(scorer="holdings"))


@pytest.mark.parametrize("part_rows", [5_000, 8_200])
def test_no_part_holds_more_profiles_than_asked(
    part_rows: int, tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    source = people(tmp_path / "in")[0]
    rank_files(embedded_graph, source, tmp_path / "out", limit=1, part_rows=part_rows)
    names = [f"part-00000-{part:05d}.parquet" for part in range(2)]
    assert [*json.loads((tmp_path / "out" / "_run.json").read_text("utf-8"))["parts"]] == names
    both = [[tmp_path / out / name for out in ("out", "out-rejects")] for name in names]
    rows = [sorted(row for path in paths for row in pq.read_table(path)["row"].to_pylist()) for paths in both]
    assert rows == [[*range(1, part_rows + 1)], [*range(part_rows + 1, 8_203)]]


def test_a_run_begins_anew_where_nothing_was_finished_and_makes_rejects_again(
    tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out"
    source.write_text("id\np\n", encoding="utf-8")
    with pytest.raises(PasserellesError, match="competencies"):
        rank_files(embedded_graph, source, out)
    source.write_text("id,occupation,competencies\np,K2110,\nq,Z9999,\n", encoding="utf-8")
    rank_files(embedded_graph, source, out, limit=1)
    for part in tmp_path.glob("out*/part-*"):  # as after a kill within the first part
        part.rename(part.with_name(f".passerelles-{part.stem}.tmp"))
    run = json.loads((out / "_run.json").read_text("utf-8"))
    (out / "_run.json").write_text(json.dumps(run | {"complete": False, "parts": {}}), encoding="utf-8")
    assert rank_files(embedded_graph, source, out).ranked == 1  # with another limit
    assert rank_files(embedded_graph, tmp_path, out).kept == 1  # of the folder, its parts are no profiles
    shutil.rmtree(tmp_path / "out-rejects")
    again = rank_files(embedded_graph, source, out)
    assert (again.ranked, again.refused, again.kept) == (1, 1, 0)
    assert ids(tmp_path / "out-rejects") == ["q"]
    run = json.loads((out / "_run.json").read_text("utf-8"))
    damaged: list[Any] = [None, [], {"a": None}, {"a": {"ranked": 1}}, {"a": {"ranked": [], "refused": 1}}]
    for parts in damaged:
        (out / "_run.json").write_text(json.dumps(run | {"parts": parts}), encoding="utf-8")
        with pytest.raises(PasserellesError, match=r"_run\.json"):
            rank_files(embedded_graph, source, out)


def test_parts_are_csv_where_asked_and_other_formats_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = people(tmp_path / "in")[1:]
    words = ["rank", *(w for file in files for w in ("--profiles", file)), "--output"]
    code, _, err = call(*words, tmp_path / "out", "--format", "csv", capsys=capsys)
    assert (code, sorted(p.name for p in (tmp_path / "out").iterdir())) == (
        0,
        ["_run.json", "part-00000-00000.csv", "part-00001-00000.csv"],
    ), err
    for more in (("x.csv",), ("x", "--format", "json"), ("x.parquet", "--format", "csv"), ("x", "--chart", "a.svg")):
        code, _, err = call(*words, tmp_path / more[0], *more[1:], capsys=capsys)
        assert (code, err.count("\n")) == (2, 1), err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out", "out-rejects"]


def test_what_is_stored_says_what_made_it(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    pq.write_table(table([("1", "K2110", [], {}), ("2", "Z9999", [], {})]), tmp_path / "in.parquet")
    chosen = Settings(scorer="holdings")
    rank_files(embedded_graph, tmp_path / "in.parquet", tmp_path / "out.parquet", settings=chosen)
    rank_files(embedded_graph, tmp_path / "in.parquet", tmp_path / "out.csv", settings=chosen)
    referential = embedded_graph.referential
    key = b"passerelles.provenance"
    told = json.loads(pq.read_schema(tmp_path / "out.parquet").metadata[key])
    assert told["referential"] == {
        "name": referential.name,
        "version": referential.version,
        "sha256": referential.provenance.sha256,
    }
    assert told["overlays"] == list(referential.provenance.overlays) != []
    assert (told["scorer"]["name"], told["settings"]["scorer"]) == ("holdings", "holdings")
    assert told["package"]
    assert json.loads(pq.read_schema(tmp_path / "out-rejects.parquet").metadata[key]) == told
    assert read_provenance(tmp_path / "out.csv") == told
    reader = rank_profiles(embedded_graph, tmp_path / "in.parquet", settings=chosen)
    assert json.loads(reader.schema.metadata[key]) == told
    for part in (next(reader), reader.read_all()):  # a batch alone tells it too
        assert json.loads(part.schema.metadata[key]) == told
