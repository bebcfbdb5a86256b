"""Profiles as faulty programs and tired hands write them: what cannot be read is told apart, and stops no other."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerelles.bulk.profiles import BATCH, csv_batches
from passerelles.bulk.rank import rank_profiles
from passerelles.errors import PasserellesError, PasserellesWarning
from passerelles.graph.core import OccupationGraph


@pytest.fixture(scope="module")
def graph(plain_embedded: OccupationGraph) -> OccupationGraph:
    return plain_embedded


def told(graph: OccupationGraph, profiles: Any) -> list[tuple[Any, ...]]:
    """Number, id and reason of each profile; those that are ranked have the code of their best move instead."""
    rows = rank_profiles(graph, profiles, limit=1).read_all().to_pylist()
    return [(row["row"], row["id"], row["reason"] or row["code"]) for row in rows]


def texts(*values: bytes) -> pa.Array:
    """Column of texts as they are, whether they are UTF-8 or not."""
    ends = np.cumsum([0, *map(len, values)]).astype(np.int32)
    found: pa.Array = pa.Array.from_buffers(
        pa.string(), len(values), [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(values))]
    )
    return found


def garbled(graph: OccupationGraph) -> list[pa.Table]:
    """Two profiles, the first with bytes that are no text: in its id, occupation, competencies, credentials."""
    held = graph.competency_codes[0].encode()
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), texts(b"\xff", held))
    fine: dict[str, Any] = {"id": ["a", "b"], "occupation": ["K2110", "K2110"], "competencies": [[], []]}
    return [
        pa.table(fine | {"id": texts(b"\xff\xfe", b"b")}),
        pa.table(fine | {"occupation": texts(b"K2110\xc3", b"K2110")}),
        pa.table(fine | {"competencies": lists}),
        pa.table(fine | {"credentials": texts(b"\xff=yes", b"")}),
    ]


def test_bytes_that_are_no_text_are_refused_alone(graph: OccupationGraph, tmp_path: Path) -> None:
    ((_, _, best),) = told(graph, pa.table({"id": ["b"], "occupation": ["K2110"], "competencies": [[]]}))
    for number, profiles in enumerate(garbled(graph)):
        expected = [(1, None if number == 0 else "a", "not_text"), (2, "b", best)]
        assert told(graph, profiles) == expected, number
        pq.write_table(profiles, tmp_path / "people.parquet")
        assert told(graph, tmp_path / "people.parquet") == expected, number


def test_a_broken_line_stops_no_other(graph: OccupationGraph, tmp_path: Path) -> None:
    lines = [f"p{i},K2110,,fine" for i in range(BATCH + 200)]
    bad = {
        5: ('open,K2110,,"never closed', "K"),
        500: ("cut,K2110", "wrong_length"),
        BATCH: (f"wide,{'x' * 200_000},,", "too_long"),
        BATCH + 50: (f'open,K2110,"{"x;" * 2_500_000}', "too_long"),
        BATCH + 90: ('two,K2110,,"on two\nlines"', "K"),
        BATCH + 99: ("late\udcff,K2110,,", "not_text"),
        BATCH + 199: (",K2110,,", "null_id"),
    }
    for place, (line, _) in bad.items():
        lines[place] = line
    path = tmp_path / "people.csv"
    text = "\r\n".join(["id,occupation,competencies,comment", *lines])
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.warns(PasserellesWarning, match="comment"):
        found = told(graph, path)
    assert [row for row, _, _ in found] == list(range(1, len(lines) + 1))  # nobody lost, nobody doubled
    for place, (_, _, reason) in enumerate(found):
        assert reason.startswith(bad.get(place, ("", "K"))[1]), (place, reason)


def test_a_data_frame_is_a_table(graph: OccupationGraph) -> None:
    rows = {"id": ["a", "b"], "occupation": ["K2110", None], "competencies": [[], [graph.competency_codes[3]]]}
    assert told(graph, pd.DataFrame(rows)) == told(graph, pa.table(rows)) == told(graph, iter([pa.table(rows)]))


@pytest.mark.skipif(not hasattr(pa, "string_view"), reason="this Arrow has no such type")
def test_texts_of_every_layout_are_texts(graph: OccupationGraph) -> None:
    codes = [graph.competency_codes[3]]
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        columns = {"id": pa.array(["a"], kind), "competencies": pa.array([codes], pa.large_list(kind))}
        assert told(graph, pa.table(columns)) == told(graph, pa.table({"id": ["a"], "competencies": [codes]}))


def test_what_is_no_table_is_refused_in_one_sentence(graph: OccupationGraph, tmp_path: Path) -> None:
    twice = tmp_path / "twice.csv"
    twice.write_text("id,id,competencies\na,b,\n", encoding="utf-8")
    double = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"]), pa.array([[]])], ["id", "id", "competencies"])
    for profiles, key in (
        ([{"id": "a"}], "profiles_kind"),
        ({"id": ["a"], "competencies": [[]]}, "profiles_kind"),
        (double, "profiles_twice"),
        (twice, "profiles_twice"),
    ):
        with pytest.raises(PasserellesError) as refused:
            rank_profiles(graph, profiles).read_all()
        assert refused.value.key == key


def test_a_letter_across_the_end_of_the_sample_does_not_change_the_encoding(tmp_path: Path) -> None:
    size = 1 << 20  # bytes by which the encoding is known
    head = b"id;competencies\n" + b"a;\n" * ((size - 30) // 3)
    file = tmp_path / "people.csv"
    file.write_bytes(head + b"b" * (size - 1 - len(head)) + "é;\nzoé;\n".encode())
    ids = [row["id"] for batch in csv_batches(file) for row in batch.to_pylist()]
    assert ids[-2].endswith("bé")
    assert ids[-1] == "zoé"
