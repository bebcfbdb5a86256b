"""One CSV file into rows: encodings, delimiters, line numbers, and everything that a file may suffer."""

import hashlib
import random
import time
from collections import Counter

import pytest

from passerelles.io.csv import Table, decode, empty_table, read_number, read_table
from passerelles.notices import LISTED

HEADER = "code,label\n"


def read(text: str | bytes, **options: object) -> Table:
    data = text if isinstance(text, bytes) else text.encode()
    return read_table(data, name="f.csv", **{"required": ("code", "label"), **options})  # type: ignore[arg-type]


def found(table: Table) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in table.notices:
        counts[each.code] += each.count
    return counts


def test_a_sound_file_has_rows_lines_a_checksum_and_nothing_to_say() -> None:
    data = b"code,label\nA,un\nB,deux\n"
    table = read(data, expected_encoding="utf-8", expected_delimiter=",")
    assert table.header == ("code", "label")
    assert table.rows == [["A", "un"], ["B", "deux"]]
    assert list(table.lines) == [2, 3]
    assert table.record == ("f.csv", hashlib.sha256(data).hexdigest(), "utf-8", 2)
    assert table.notices == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_encodings_and_line_ends_are_detected(delimiter: str, encoding: str, end: str) -> None:
    text = end.join((f"code{delimiter}label", f"é1{delimiter}Œuvre d’été à 5 €", f"é2{delimiter}ça"))
    table = read(text.encode(encoding))
    assert table.rows == [["é1", "Œuvre d’été à 5 €"], ["é2", "ça"]]
    assert list(table.lines) == [2, 3]
    assert table.record.encoding == encoding


def test_an_encoding_or_a_delimiter_that_the_format_does_not_promise_is_read_and_said() -> None:
    table = read("code;label\nA;été\n".encode("cp1252"), expected_encoding="utf-8", expected_delimiter=",")
    assert table.rows == [["A", "été"]]
    assert found(table) == {"encoding_differs": 1, "delimiter_differs": 1}


def test_a_byte_order_mark_is_no_other_encoding() -> None:
    assert found(read(HEADER.encode("utf-8-sig") + b"A,x\n", expected_encoding="utf-8")) == {}


def test_an_unpromised_encoding_is_only_an_information() -> None:
    assert [n.severity for n in read("code,label\nA,été\n".encode("cp1252")).notices] == ["info"]


def test_a_file_cut_in_the_middle_of_a_letter_keeps_its_accents() -> None:
    whole = "code,label\nA,métiers très recherchés en été"
    table = read(whole.encode()[:-1])
    assert table.rows == [["A", "métiers très recherchés en étÃ"]]
    assert found(table) == {"damaged_text": 1}


def test_a_few_stray_bytes_do_not_cost_the_accents_of_the_rest() -> None:
    text, encoding, damaged = decode("élan, été, ".encode() + b"\x92\xe9" + " œuvre à côté".encode())
    assert (text, encoding, damaged) == ("élan, été, ’é œuvre à côté", "utf-8", 2)


def test_the_bytes_that_windows_leaves_undefined_do_not_cost_the_others() -> None:
    assert decode(b"\x80 \x81 \xe9").text == "€ \x81 é"


def test_lines_are_those_of_the_file_even_after_cells_of_several_lines_and_blank_lines() -> None:
    table = read('code,label\n\nA,"deux\nlignes"\n\n,\nB,x\n')
    assert table.rows == [["A", "deux\nlignes"], ["B", "x"]]
    assert list(table.lines) == [3, 7]


def test_rows_of_another_length_are_left_out_with_their_line() -> None:
    table = read("code,label\nA,un\nB\nC,trois,de trop\nD,quatre,,\n")
    assert table.rows == [["A", "un"], ["D", "quatre"]]
    assert [(n.code, n.line) for n in table.notices] == [("row_length", 3), ("row_length", 4)]


def test_a_quote_that_never_closes_costs_its_own_line_only() -> None:
    table = read('code,label\nA,un\nB,"deux\nC,trois\nD,quatre\n')
    assert table.rows == [["A", "un"], ["C", "trois"], ["D", "quatre"]]
    assert list(table.lines) == [2, 4, 5]
    assert [(n.code, n.line, n.count) for n in table.notices] == [("truncated_file", 3, 1)]


def test_a_misplaced_quote_costs_its_own_line_only() -> None:
    table = read('code,label\nA,"un" de trop\nB,deux\n')
    assert table.rows == [["B", "deux"]]
    assert [(n.code, n.line) for n in table.notices] == [("row_malformed", 2)]


def test_a_field_beyond_the_limit_costs_its_own_line_only() -> None:
    table = read("code,label\nA," + "x" * 200_000 + "\nB,deux\n")
    assert table.rows == [["B", "deux"]]
    assert [(n.code, n.line) for n in table.notices] == [("row_malformed", 2)]


def test_every_line_that_damage_costs_is_counted_and_reading_stays_linear() -> None:
    # From each of these lines, a quote stays open to the end of the file: starting anew at each would take minutes.
    lines = 20_000
    started = time.process_time()
    table = read("code,label\n" + 'a","x\n' * lines)
    assert time.process_time() - started < 5
    assert table.rows == []
    assert sum(n.dropped for n in table.notices) == lines


def test_a_header_is_found_below_a_title() -> None:
    table = read("Référentiel de la branche\n\nlabel;code\nun;A\n")
    assert (table.header, table.rows, list(table.lines), table.notices) == (("label", "code"), [["un", "A"]], [4], ())


def test_columns_are_found_wherever_they_are_and_whatever_their_case() -> None:
    table = read("Label , CODE\nun,A\n", optional=("status",))
    assert list(table.columns("code", "label")) == [("A", "un")]
    assert list(table.columns("code", "status")) == [("A", "")]
    assert list(table.column("status")) == [""]
    assert found(table) == {"missing_optional_column": 1}


def test_the_same_column_twice_is_an_error_and_the_first_is_read() -> None:
    table = read("code,label,code\nA,un,B\n")
    assert table.column("code") == ["A"]
    assert found(table) == {"duplicate_column": 1}


def test_without_a_required_column_the_rows_are_left_out_and_counted() -> None:
    table = read("code,name\nA,un\nB,deux\n")
    assert (table.header, table.rows) == ((), [])
    assert [(n.code, n.dropped, dict(n.values)["column"]) for n in table.notices] == [("missing_column", 2, "label")]


def test_a_file_of_another_kind_is_said_once() -> None:
    table = read("nom;prénom\nA;b\nA\n".encode("cp1252"), expected_encoding="utf-8")
    assert table.rows == []
    assert found(table) == {"wrong_file": 1}


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b",\n,\n"])
def test_an_empty_file_is_said(data: bytes) -> None:
    assert found(read(data)) == {"empty_file": 1}


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert (read(HEADER).rows, found(read(HEADER))) == ([], {})


def test_bytes_that_are_no_text_are_said() -> None:
    assert found(read(b"PK\x03\x04\x00\x00" * 100)) == {"binary_file": 1}
    assert found(read(HEADER.encode() + b"A,x\n" * 50_000 + b"\x00")) == {"binary_file": 1}


def test_doubled_apostrophes_are_repaired_only_where_asked_and_counted() -> None:
    text = "code,label\nA,l''abri d''arbres\n"
    assert read(text, repair_apostrophes=True).rows == [["A", "l'abri d'arbres"]]
    assert found(read(text, repair_apostrophes=True)) == {"doubled_apostrophes": 2}
    assert read(text).rows == [["A", "l''abri d''arbres"]]


def test_spaces_and_blank_rows_of_spreadsheets_go_where_asked() -> None:
    table = read("code,label\n A , un\n , \n", strip=True)
    assert (table.rows, list(table.lines), table.notices) == ([["A", "un"]], [2], ())


@pytest.mark.slow
def test_megabytes_of_garbage_cost_little_time_and_few_notices() -> None:
    noise = random.Random(1)  # noqa: S311 - the same noise in every run
    binary = noise.randbytes(1_000_000)
    printable = binary.translate(bytes(b"abc,;\"\n'\xe9\xff "[i % 11] for i in range(256)))
    made = time.process_time()
    tables = [read(printable), read(HEADER.encode() + printable), read(binary)]
    assert time.process_time() - made < 4
    assert [len(t.notices) <= 4 * LISTED for t in tables] == [True] * 3
    assert any(n.severity == "error" for n in tables[0].notices)
    kept = tables[1]
    assert sum(n.count for n in kept.notices if n.code == "row_length") > LISTED
    assert found(tables[2]) == {"binary_file": 1}


def test_rows_kept_and_dropped_add_up() -> None:
    noise = random.Random(2)  # noqa: S311 - the same noise in every run
    lines = [noise.choice(["A,b", "A", "A,b,c", ""]) for _ in range(5000)]
    table = read(HEADER + "\n".join(lines))
    assert len(table.rows) + found(table)["row_length"] == sum(line != "" for line in lines)


def test_keep_leaves_the_lines_in_step_with_the_rows() -> None:
    table = read("code,label\nA,un\nB,deux\nC,trois\n")
    assert list(table.keep([True, False, True]).numbered("code", "label")) == [(2, ("A", "un")), (4, ("C", "trois"))]
    assert table.keep([True] * 3) is table
    assert list(empty_table("x").columns("code")) == []


@pytest.mark.parametrize(("text", "value"), [("3 (1 urgent)", 3.0), ("3 (3 urgents)", 3.0), ("3 (4 urgents)", None)])
def test_a_part_in_brackets_is_no_more_than_the_whole(text: str, value: float | None) -> None:
    assert read_number(text).value == value
