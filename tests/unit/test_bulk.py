"""People in bulk: the moves of `rank_moves` to the bit, bad rows aside, memory that does not grow."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import passerelles
from passerelles.bulk.layout import LONGEST, Best
from passerelles.bulk.profiles import BATCH, People, with_known_columns
from passerelles.bulk.rank import PlainEngine, Ranker, output_schema, rank_profiles
from passerelles.compiled import compile_index
from passerelles.errors import PasserellesError, PasserellesWarning
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Credential, CredentialRequirement
from passerelles.ranking.rank import rank_all
from passerelles.referentials.load import load_referential
from passerelles.scoring.measures import measure_index, measure_people, people_who
from passerelles.settings import Settings
from profile_rows import Short, draw, one_by_one, table
from small import referential


@pytest.fixture(scope="module")
def graph(embedded_graph: OccupationGraph) -> OccupationGraph:
    """Embedded referential with its overlay: specialised occupations, credentials, exact titles."""
    return embedded_graph


def ranked(graph: OccupationGraph, profiles: Any, **options: Any) -> list[dict[str, Any]]:
    """Rows of a whole ranking."""
    found: list[dict[str, Any]] = rank_profiles(graph, profiles, **options).read_all().to_pylist()
    return found


@pytest.mark.parametrize("scorer", ["default", "content", "unfitted"])
def test_every_move_is_the_one_of_rank_moves(graph: OccupationGraph, scorer: str) -> None:
    settings = Settings(scorer=scorer)
    rows = draw(graph, 120 if scorer == "default" else 40)
    assert ranked(graph, table(rows), settings=settings, engine="plain") == one_by_one(graph, rows, settings=settings)


@pytest.mark.parametrize("scorer", ["default", "content"])
@pytest.mark.parametrize("name", ["embedded_graph", "plain_embedded"])
def test_the_fast_engine_gives_the_same_bits(scorer: str, name: str, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("numba")
    chosen: OccupationGraph = request.getfixturevalue(name)
    assert Ranker.of(chosen, limit=10, engine="fast").engine_at(1).__class__.__name__ == "FastEngine"
    settings = Settings(scorer=scorer)
    for limit, seed in ((10, 1), (1, 2), (500, 3)):
        rows = table(draw(chosen, 150 if limit == 10 else 40, seed=seed))
        plain = ranked(chosen, rows, settings=settings, limit=limit, engine="plain")
        assert ranked(chosen, rows, settings=settings, limit=limit, engine="fast", threads=3) == plain


def test_compiled_loops_are_cached_apart_for_each_state_of_what_they_read(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    from passerelles.bulk import kernels

    digest_of: Any = kernels.digest_of
    for name in kernels.READ:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((Path(passerelles.__file__).parent / name).read_bytes())
    same = digest_of(tmp_path)
    assert kernels.greater.py_func.__qualname__ == f"greater_{same}"
    (tmp_path / kernels.READ[0]).write_text("BINS = 1", encoding="utf-8")
    assert digest_of(tmp_path) != same


def test_a_great_file_is_ranked_by_the_fast_engine_from_its_first_batch(graph: OccupationGraph) -> None:
    pytest.importorskip("numba")
    ranker = Ranker.of(graph, limit=10)
    assert ranker.engine_at(BATCH).__class__.__name__ == "FastEngine"
    assert ranker.engine_at(100).__class__.__name__ == "PlainEngine"


def test_the_fast_engine_serves_small_and_poor_referentials() -> None:
    pytest.importorskip("numba")
    poor: list[dict[str, list[str]]] = [
        {"a": ["x", "y"], "b": ["x"], "c": ["x"], "d": ["z"]},
        {"a": ["x"], "b": [], "c": ["x"]},
        {"a": [], "b": []},
    ]
    for requirements in poor:
        small = build_graph(referential(requirements, macros={"x": "m", "y": "m"}))
        rows = draw(small, 60, seed=len(requirements))
        assert ranked(small, table(rows), engine="fast") == one_by_one(small, rows)


@pytest.mark.parametrize("engine", ["plain", "fast"])
def test_a_compiled_index_gives_the_same(graph: OccupationGraph, tmp_path: Path, engine: str) -> None:
    if engine == "fast":
        pytest.importorskip("numba")
    rows = table(draw(graph, 100, seed=5))
    opened = build_graph(load_referential(compile_index(graph, tmp_path / "index")))
    assert ranked(opened, rows, engine=engine) == ranked(graph, rows, engine="plain")


def test_a_scorer_that_the_loops_do_not_know_is_served_all_the_same(graph: OccupationGraph) -> None:
    pytest.importorskip("numba")
    settings = Settings(scorer="unfitted")
    rows = draw(graph, 30)
    assert ranked(graph, table(rows), settings=settings, engine="fast") == one_by_one(graph, rows, settings=settings)


def test_ties_go_by_code_and_limits_are_kept() -> None:
    # Twins b and c, and d that shares nothing: equal scores everywhere.
    small = build_graph(referential({"a": ["x", "y"], "b": ["x"], "c": ["x"], "d": ["z"]}))
    rows: list[Any] = [("1", "a", [], {}), ("2", None, ["x"], {}), ("3", "b", ["z"], {})]
    for limit in (1, 2, 10):
        assert ranked(small, table(rows), limit=limit) == one_by_one(small, rows, limit=limit)
    first = [row for row in ranked(small, table(rows)) if row["id"] == "2"]
    assert [row["code"] for row in first if row["score"] == first[0]["score"]][:2] == sorted(
        row["code"] for row in first if row["score"] == first[0]["score"]
    )[:2]


def test_credentials_are_told_as_one_by_one() -> None:
    permit = Credential("P", "Permis", "permis")
    small = build_graph(referential({"a": ["x"], "b": ["x"]}, credentials=[permit], demands=[("b", "P")]))
    stated: list[tuple[str, str | None, list[str], dict[str, Any]]] = [
        (str(i), "a", [], given) for i, given in enumerate(({"P": "no"}, {"P": "yes"}, {"P": "unknown"}, {}))
    ]
    found = ranked(small, table(stated))
    assert [(r["credentials_missing"], r["credentials_unknown"]) for r in found] == [
        (["P"], []),
        ([], []),
        ([], ["P"]),
        ([], ["P"]),
    ]
    pairs = pa.array([[{"code": c, "held": h} for c, h in s[3].items()] for s in stated])
    fields = pa.array([{"P": s[3].get("P")} for s in stated])
    for column in (pairs, fields):
        same = table(stated).drop_columns(["credentials"]).append_column("credentials", column)
        assert ranked(small, same) == found


@pytest.mark.parametrize("engine", ["plain", "fast"])
def test_of_a_choice_the_ways_that_may_be_held_are_told_in_one_text_and_nothing_once_a_way_is_held(engine: str) -> None:
    if engine == "fast":
        pytest.importorskip("numba")
    known = [Credential(c, c, "certificat", prerequisites=("P",) if c in "AC" else ()) for c in "ABCPR"]
    rows = [
        CredentialRequirement("b", code, "one-of", "loi", "choice", way) for code, way in zip("ABC", "abb", strict=True)
    ]
    rows += [CredentialRequirement("b", "R"), CredentialRequirement("b", "R", scope="public")]
    laid = replace(
        referential({"a": ["x"], "b": ["x"]}, credentials=known), credential_requirements=tuple(sorted(rows))
    )
    expected: dict[str, tuple[list[str], list[str]]] = {
        "": ([], ["R", "P+A|B+P+C"]),
        "R=yes;A=yes;B=no": ([], []),
        "R=no;A=no": (["R"], ["B+P+C"]),
        "R=no;P=yes;A=no;B=yes": (["R"], ["C"]),
        "R=yes;P=yes;A=no;B=yes;C=no": (["A|C"], []),
        "R=yes;P=no": (["P+A|B+P+C"], []),
    }
    people = pa.table(
        {"id": [*expected], "occupation": ["a"] * 6, "competencies": [[]] * 6, "credentials": [*expected]}
    )
    people = people.append_column("employment", pa.array(["public"] * 6))
    found = ranked(build_graph(laid), people, engine=engine)
    assert {r["id"]: (r["credentials_missing"], r["credentials_unknown"]) for r in found} == expected


def test_what_is_asked_in_bulk_is_what_the_conditions_of_each_move_say_is_lacking(graph: OccupationGraph) -> None:
    rows = draw(graph, 150, seed=11)
    found = ranked(graph, table(rows), limit=5)
    assert found == one_by_one(graph, rows, limit=5)
    assert any("|" in text for r in found for text in (r["credentials_unknown"] or ()))


@pytest.mark.parametrize("engine", ["plain", "fast"])
def test_how_somebody_means_to_work_and_the_title_of_their_job_count(graph: OccupationGraph, engine: str) -> None:
    if engine == "fast":
        pytest.importorskip("numba")
    card = Credential("CARTE", "Carte", "carte")
    asked = CredentialRequirement("b", "CARTE", scope="self-employed")
    alone = replace(referential({"a": ["x"], "b": ["x"]}, credentials=[card]), credential_requirements=(asked,))
    ways = ["self-employed", None, "employee", "boss"]
    people = pa.table({"id": ["1", "2", "3", "4"], "occupation": ["a"] * 4, "competencies": [[]] * 4})
    people = people.append_column("employment", pa.array(ways))
    found = ranked(build_graph(alone), people, engine=engine)
    assert [(r["credentials_unknown"], r["reason"], r["detail"]) for r in found] == [
        (["CARTE"], None, None),
        ([], None, None),
        ([], None, None),
        (None, "unknown_employment", "boss"),
    ]


def test_no_limit_gives_every_move(graph: OccupationGraph) -> None:
    people = table([("1", "K2110", [], {})])
    assert ranked(graph, people, limit=None) == ranked(graph, people, limit=10_000)
    assert np.array_equal(rank_all(graph, limit=None).targets, rank_all(graph, limit=len(graph.codes)).targets)


@pytest.mark.parametrize(
    ("form", "column", "near"),
    [
        *((form, "credential", "credentials") for form in ("table", "batches", "parquet", "csv")),
        ("table", "Occupation", "occupation"),
        ("table", "employement", "employment"),
    ],
)
def test_a_column_that_resembles_one_which_is_not_there_is_refused(
    graph: OccupationGraph, tmp_path: Path, form: str, column: str, near: str
) -> None:
    import pyarrow.parquet as pq

    people = pa.table({"id": ["a"], "competencies": [["300026"]], column: ["K2110"]})
    pq.write_table(people, tmp_path / "in.parquet")
    (tmp_path / "in.csv").write_text(f"id,competencies,{column}\na,300026,K2110\n", encoding="utf-8")
    given: Any = {"table": people, "batches": iter(people.to_batches())}.get(form, tmp_path / f"in.{form}")
    with pytest.raises(PasserellesError, match=f"did you mean {near}"):
        rank_profiles(graph, given)


@pytest.mark.parametrize("form", ["table", "parquet", "csv"])
def test_columns_that_are_not_read_are_named_in_a_warning(graph: OccupationGraph, tmp_path: Path, form: str) -> None:
    import pyarrow.parquet as pq

    people = pa.table(
        {"id": ["a"], "occupation": ["K2110"], "competencies": [[]], "employer": ["X"], "nom": ["secret"]}
    )
    pq.write_table(people, tmp_path / "in.parquet")
    (tmp_path / "in.csv").write_text("id,occupation,competencies,employer,nom,\na,K2110,,X,secret,\n", encoding="utf-8")
    with pytest.warns(PasserellesWarning, match="not read: employer, nom") as told:
        found = ranked(graph, people if form == "table" else tmp_path / f"in.{form}")
    assert (len(told), len(found)) == (1, 10)
    assert "secret" not in str(told[0].message)


def test_a_column_that_comes_later_or_means_something_else_stops_nobody(graph: OccupationGraph) -> None:
    first = pa.table({"id": ["a"], "occupation": ["K2110"], "competencies": [[]], "employment_type": ["CDI"]})
    later = first.append_column("credential", pa.array(["X"]))
    with pytest.warns(PasserellesWarning) as told:
        found = ranked(graph, [*first.to_batches(), *later.to_batches()])
    assert len(found) == 20
    assert [str(w.message).partition(": ")[2].partition(".")[0] for w in told] == ["employment_type", "credential"]


BAD: list[tuple[str | None, str | None, list[str | None], dict[str, str], str, str | None]] = [
    (None, "K2110", [], {}, "null_id", None),
    ("b", "Z9999", [], {}, "unknown_occupation", "Z9999"),
    ("c", None, [], {}, "empty_profile", None),
    ("d", "K2110", ["pas un code"], {}, "unknown_competency", "pas un code"),
    ("e", "K2110", [None], {}, "empty_code", "competencies"),
    ("f", "", [], {}, "empty_code", "occupation"),
    ("g", "K2110", [], {"rien": "yes"}, "unknown_credential", "rien"),
    ("h", "K2110", [], {"CREDENTIAL": "peut-être"}, "not_ternary", "CREDENTIAL=peut-être"),
    ("i", "x" * 500, [], {}, "unknown_occupation", "x" * 99 + "…"),
]


def test_who_states_a_credential_as_held_and_as_not_held_is_refused(graph: OccupationGraph) -> None:
    code = min(graph.referential.credential_by_code)
    for second, reasons in (("no", ["contradictory"]), ("yes", [None])):
        stated = pa.array([[(code, "yes"), (code, second)]], pa.map_(pa.string(), pa.string()))
        people = pa.table({"id": ["a"], "occupation": ["K2110"], "competencies": [[]], "credentials": stated})
        assert rank_profiles(graph, people, limit=1).read_all().column("reason").to_pylist() == reasons


def bad_and_good(graph: OccupationGraph) -> pa.Table:
    """Every kind of bad row, with a good one before, between and after."""
    known = min(graph.referential.credential_by_code)
    rows: list[Any] = [("good", "K2110", [], {})]
    for name, occupation, held, credentials, _, _ in BAD:
        stated = {known if c == "CREDENTIAL" else c: h for c, h in credentials.items()}
        rows += [(name, occupation, held, stated), ("good", "K2110", [], {})]
    return table(rows)


def test_bad_rows_are_told_apart_and_stop_nobody(graph: OccupationGraph) -> None:
    known = min(graph.referential.credential_by_code)
    aside: list[dict[str, Any]] = []
    profiles = bad_and_good(graph)
    moves = ranked(graph, profiles, limit=2, rejects=lambda batch: aside.extend(batch.to_pylist()))
    expected = [(2 * i + 2, b[0], b[4], b[5] and b[5].replace("CREDENTIAL", known)) for i, b in enumerate(BAD)]
    assert [(r["row"], r["id"], r["reason"], r["detail"]) for r in aside] == expected
    assert [r["row"] for r in moves] == [n for n in range(1, 2 * len(BAD) + 2, 2) for _ in range(2)]
    together = ranked(graph, profiles, limit=2)
    assert together == sorted(moves + aside, key=lambda r: (r["row"], r["rank"] or 0))


def test_a_batch_of_another_shape_is_refused_row_by_row(graph: OccupationGraph) -> None:
    good = table([("1", "K2110", [], {})]).to_batches()[0]
    odd = pa.record_batch({"id": ["2", "3"], "competencies": [1, 2]})
    found = ranked(graph, iter([good, odd, good]), limit=1)
    assert [(r["row"], r["reason"]) for r in found] == [(1, None), (2, "wrong_type"), (3, "wrong_type"), (4, None)]
    with pytest.raises(PasserellesError, match="competencies"):
        rank_profiles(graph, iter([odd]))


@pytest.mark.parametrize(
    ("profiles", "key"),
    [
        (pa.table({"id": ["1"]}), "profiles_columns"),
        (pa.table({"occupation": ["K2110"], "competencies": [["a"]]}), "profiles_columns"),
        (pa.table({"id": ["1"], "competencies": [["a"]], "occupation": [110]}), "profiles_type"),
        (pa.table({"id": ["1"], "competencies": [[110]]}), "profiles_type"),
        (pa.table({"id": [1.5], "competencies": [["a"]]}), "profiles_type"),
        (pa.table({"id": ["1"], "competencies": [["a"]], "credentials": [1]}), "profiles_type"),
        (12, "profiles_kind"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_at_once(graph: OccupationGraph, profiles: Any, key: str) -> None:
    with pytest.raises(PasserellesError) as told:
        rank_profiles(graph, profiles)
    assert told.value.key == key


def test_people_may_be_told_by_their_occupation_alone(graph: OccupationGraph) -> None:
    named = pa.table({"id": ["1", "2"], "occupation": ["K2110", "N1103"]})
    whole = table([("1", "K2110", [], {}), ("2", "N1103", [], {})])
    assert ranked(graph, named) == ranked(graph, whole)


def test_every_way_to_give_profiles_gives_the_same(graph: OccupationGraph, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    rows = draw(graph, 50, seed=4)
    whole = table(rows)
    expected = ranked(graph, whole)
    pq.write_table(whole, tmp_path / "p.parquet", row_group_size=7)
    reader = pa.RecordBatchReader.from_batches(whole.schema, whole.to_batches(max_chunksize=3))
    large = whole.set_column(2, "competencies", whole["competencies"].cast(pa.large_list(pa.large_string())))
    encoded = large.set_column(1, "occupation", whole["occupation"].dictionary_encode())
    given = [whole.slice(0), reader, whole.to_batches(max_chunksize=9), tmp_path / "p.parquet", encoded]
    for profiles in [*given, whole.combine_chunks().to_batches()[0], str(tmp_path / "p.parquet")]:
        assert ranked(graph, profiles) == expected
    number = pa.table({"id": [7], "occupation": ["K2110"], "competencies": pa.array([None], pa.null())})
    assert {r["id"] for r in ranked(graph, number)} == {"7"}


def test_no_profile_gives_no_move(graph: OccupationGraph) -> None:
    assert ranked(graph, table([])) == []
    assert ranked(graph, iter(())) == []
    alone = build_graph(referential({"a": ["x"]}))
    assert [r["reason"] for r in ranked(alone, table([("1", "a", [], {})]))] == ["no_move"]


def test_memory_does_not_grow_with_the_number_of_people(graph: OccupationGraph) -> None:
    batch = pa.record_batch({"id": ["1"] * 100, "occupation": ["K2110"] * 100, "competencies": [[]] * 100})
    made = 0

    def stream(batches: int) -> Iterator[pa.RecordBatch]:
        nonlocal made
        for _ in range(batches):
            made += 1
            yield batch

    def peak(batches: int) -> int:
        nonlocal made
        made = 0
        tracemalloc.start()
        before = pa.total_allocated_bytes()
        most = 0
        for read, moves in enumerate(rank_profiles(graph, stream(batches), limit=1, threads=2), start=1):
            assert made - read <= 4  # read ahead by a few batches only
            assert moves.schema == output_schema()
            most = max(most, pa.total_allocated_bytes() - before)
        python = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most + python

    few = peak(5)
    assert peak(30) < 1.5 * few + 2_000_000


def test_progress_counts_everybody(graph: OccupationGraph) -> None:
    told: list[int] = []
    ranked(graph, bad_and_good(graph).to_batches(max_chunksize=5), progress=told.append)
    assert told == [5, 10, 15, 19]


def test_both_engines_on_the_real_rome(rome4_graph: OccupationGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    rome = rome4_graph
    rows = draw(rome, 16, seed=1)
    plain = ranked(rome, table(rows), engine="plain")
    assert plain == one_by_one(rome, rows)
    pytest.importorskip("numba")
    assert ranked(rome, table(rows), engine="fast") == plain
    # Who holds everything has sums that do not fit in 32 bits: the loops leave such people to the plain engine.
    everything: Short = ("all", None, list(rome.competency_codes), {})
    more = table([*draw(rome, 20, seed=2), everything, ("both", rome.codes[0], everything[2], {})])
    everybody = measure_people(
        measure_index(rome),
        people_who(rome, [np.arange(len(rome.competency_codes), dtype=np.int32)], np.asarray([-1], dtype=np.int32)),
    )
    assert np.sqrt(everybody["all_text"].power(2).sum()) > LONGEST
    expected = ranked(rome, more, engine="plain")
    plainly: list[int] = []
    by_hand = PlainEngine.rank

    def watched(engine: PlainEngine, people: People, limit: int) -> Best:
        plainly.extend(np.diff(people.extra.indptr).tolist())
        return by_hand(engine, people, limit)

    monkeypatch.setattr(PlainEngine, "rank", watched)
    assert ranked(rome, more, engine="fast") == expected
    own = int(np.diff(rome.weights.indptr)[0])
    everything_less_own = [len(rome.competency_codes) - own, len(rome.competency_codes)]
    assert sorted(size for size in plainly if size) == everything_less_own


def test_a_slice_of_a_great_table_is_checked_by_itself(graph: OccupationGraph) -> None:
    rows: list[Short] = [(str(i), "K2110", ["rien"] if i % 3 else [], {}) for i in range(20_000)]
    great = table(rows).combine_chunks().to_batches()[0]
    piece = with_known_columns(great.slice(9_000, 100))
    assert piece.column("competencies").get_total_buffer_size() < great.nbytes / 50
    assert piece.to_pylist() == with_known_columns(table(rows[9_000:9_100]).to_batches()[0]).to_pylist()
    assert ranked(graph, great.slice(9_000, 100)) == ranked(graph, table(rows[9_000:9_100]))
