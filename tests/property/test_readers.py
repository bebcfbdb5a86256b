"""Properties of the readers: what is written is read back, and circles are found as networkx finds them."""

import csv
import io
import string
import tempfile
from pathlib import Path

import networkx as nx
from hypothesis import example, given, settings
from hypothesis import strategies as st

from passerelles.io.csv import decode, read_table
from passerelles.referentials.draft import cycle_starts
from passerelles.referentials.load import load_referential
from passerelles.referentials.referential import Referential
from sets import MANIFEST, Sheet, Sheets, write_table

# Letters of French, quotes, delimiters, line ends; what Windows-1252 can write.
_LETTERS = "abcXYZ019 éèàçœŒ€’«»'\"" + ",;\t|" + "\n\r"
_CELL = st.text(_LETTERS, max_size=8)
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


@st.composite
def _tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    width = draw(st.integers(2, 5))  # one column alone does not tell its delimiter
    header = [f"colonne_é{i}" for i in range(width)]
    filled = _CELL.filter(lambda cell: cell != "")
    rows = st.lists(st.tuples(filled, *[_CELL] * (width - 1)).map(list), max_size=12)
    return header, draw(rows)


def _written(rows: list[list[str]], delimiter: str, end: str, quoting: int) -> tuple[str, list[int]]:
    """Text of the file, and the line where each row begins, counted by hand."""
    lines, pieces, line = [], [], 1
    for row in rows:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerow(row)  # type: ignore[arg-type]
        piece = text.getvalue()
        lines.append(line)
        line += len(piece.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1
        pieces.append(piece)
    return "".join(pieces), lines


@settings(deadline=None, max_examples=200)
@given(
    _tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from(_ENCODINGS),
    st.sampled_from(("\n", "\r\n", "\r")),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
)
def test_what_csv_writes_is_read_back_with_its_lines(
    table: tuple[list[str], list[list[str]]], delimiter: str, encoding: str, end: str, quoting: int
) -> None:
    header, rows = table
    if any({"\r", "\n"} & set(cell) for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # the writer of some Pythons leaves a lone carriage return without quotes
    text, lines = _written([header, *rows], delimiter, end, quoting)
    read = read_table(text.encode(encoding), name="f.csv", required=header)
    assert read.header == tuple(header)
    assert read.rows == rows
    assert list(read.lines) == lines[1:]
    assert {n.code for n in read.notices} <= {"encoding_detected"}


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
@example("é\ufffd".encode() + b"\xff")
def test_any_bytes_become_text_that_can_be_written_again(data: bytes) -> None:
    text, encoding, damaged = decode(data)
    text.encode("utf-8")  # no surrogate is left
    if not damaged and encoding in ("utf-8", "utf-8-sig"):
        assert text.encode(encoding) == data


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet='ab,;"\n\r', max_size=200))
@example(";b;a")  # under another sign the second line fits as well, with a blank before it
def test_any_text_is_read_and_nothing_is_lost_unsaid(text: str) -> None:
    read = read_table(("a,b\n" + text).encode(), name="f.csv", required=("a", "b"))
    assert all(len(row) == 2 for row in read.rows)
    assert list(read.lines) == sorted(set(read.lines))
    assert len(read.rows) == len(read.lines)
    if not read.notices:
        lines = list(io.StringIO(text, newline=""))
        assert read.rows == [row[:2] for row in csv.reader(lines, strict=True) if any(row)]
    elif not read.rows:
        assert sum(n.dropped for n in read.notices) > 0


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(string.ascii_lowercase[:8]), st.none() | st.sampled_from(string.ascii_lowercase[:10])
    )
)
def test_circles_are_those_that_networkx_finds(parents: dict[str, str | None]) -> None:
    graph = nx.DiGraph((code, parent) for code, parent in parents.items() if parent is not None)
    assert cycle_starts(parents) == sorted(min(cycle) for cycle in nx.simple_cycles(graph))
    cut = {code: None if code in cycle_starts(parents) else parent for code, parent in parents.items()}
    assert cycle_starts(cut) == []


_CODE = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=4)
_LABEL = st.text("abcdéàœ'’,;\"- ", min_size=1, max_size=10).map(str.strip).filter(bool)


@st.composite
def _sheets(draw: st.DrawFn) -> Sheets:
    occupations = draw(st.lists(_CODE, min_size=1, max_size=5, unique=True))
    macros = draw(st.lists(_CODE.map("m{}".format), max_size=3, unique=True))
    competencies = draw(st.lists(_CODE.map("c{}".format), min_size=1, max_size=6, unique=True))
    contexts = draw(st.lists(_CODE.map("x{}".format), max_size=3, unique=True))
    some = st.sampled_from

    def pairs(left: list[str], right: list[str], *more: st.SearchStrategy[str]) -> Sheet:
        if not left or not right:
            return []
        rows = st.lists(st.tuples(some(left), some(right), *more), max_size=8, unique_by=lambda row: row[:2])
        return [list(row) for row in draw(rows)]

    return {
        "occupations": [
            ["code", "label", "definition", "regulated", "ecological"],
            *(
                [code, draw(_LABEL), draw(_LABEL), draw(some(["yes", "no", ""])), draw(some(["green", "brown", ""]))]
                for code in occupations
            ),
        ],
        "macro_competencies": [
            ["code", "label", "parent"],
            # A macro rolls up to an earlier one only, so that there is no circle.
            *([code, draw(_LABEL), draw(some(["", *macros[:i]]))] for i, code in enumerate(macros)),
        ],
        "competencies": [
            ["code", "label", "kind", "macro"],
            *(
                [code, draw(_LABEL), draw(some(["savoir-faire", "savoir-être", "savoir"])), draw(some(["", *macros]))]
                for code in competencies
            ),
        ],
        "requirements": [
            ["occupation", "competency", "status"],
            *pairs(occupations, competencies, some(["core", "emerging", ""])),
        ],
        "contexts": [["code", "label"], *([code, draw(_LABEL)] for code in contexts)],
        "occupation_contexts": [["occupation", "context"], *pairs(occupations, contexts)],
        "mobilities": [
            ["origin", "target", "rank"],
            *(row for row in pairs(occupations, occupations, some(["1", "2", ""])) if row[0] != row[1]),
        ],
    }


def _sheets_of(referential: Referential) -> dict[str, list[list[str]]]:
    """Write a referential back to sorted rows."""

    def known(value: str) -> str:
        return "" if value in ("unknown", "other") else value

    plain = [c for c in referential.competencies if not c.is_macro]
    macros = [c for c in referential.competencies if c.is_macro]
    return {
        "occupations": [
            [o.code, o.name, o.definition, known(o.regulated), known(o.ecological)] for o in referential.occupations
        ],
        "macro_competencies": [[c.code, c.name, c.macro or ""] for c in macros],
        "competencies": [[c.code, c.name, c.kind, c.macro or ""] for c in plain],
        "requirements": [[r.occupation, r.competency, known(r.status)] for r in referential.requirements],
        "contexts": [[c.code, str(c.label)] for c in referential.contexts],
        "occupation_contexts": [list(link) for link in referential.occupation_contexts],
        "mobilities": sorted([m.origin, m.target, str(m.rank or "")] for m in referential.mobilities),
    }


@settings(deadline=None, max_examples=60)
@given(_sheets(), st.sampled_from(",;\t"), st.sampled_from(_ENCODINGS))
def test_a_referential_is_read_back_as_it_was_written(sheets: Sheets, delimiter: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder), sheets, manifest=MANIFEST, delimiter=delimiter, encoding=encoding)
        referential = load_referential(folder)
        shuffled = {name: [sheet[0], *sheet[:0:-1]] for name, sheet in sheets.items()}
        write_table(Path(folder), shuffled, manifest=MANIFEST, delimiter=delimiter, encoding=encoding)
        again = load_referential(folder)
    assert _sheets_of(referential) == {name: sorted(sheet[1:]) for name, sheet in sheets.items()}
    assert _sheets_of(again) == _sheets_of(referential)  # the order of rows means nothing
    harmless = {"encoding_detected", "no_requirements", "competency_unused"}
    assert {n.code for n in referential.notices} <= harmless
