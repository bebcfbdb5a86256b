"""Sheets of plain cells: read as openpyxl reads them, or given up whole."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelles.market import workbook
from passerelles.market.plain_sheet import plain_rows
from passerelles.market.workbook import read_sheet

Cell = str | int | float | None
SHEET = "xl/worksheets/sheet1.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def book_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """Workbook as openpyxl writes it, its texts moved to the table of shared ones, as Excel has them."""
    book, buffer = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(buffer)
    texts: dict[bytes, int] = {}
    inline = re.compile(rb't="inlineStr"><is>(<t[^>]*>.*?</t>|<t ?/>)</is>', re.DOTALL)

    def share(found: re.Match[bytes]) -> bytes:
        return b't="s"><v>%d</v>' % texts.setdefault(found[1], len(texts))

    members = {}
    with zipfile.ZipFile(buffer) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[SHEET] = inline.sub(share, members[SHEET])
    listed = b"".join(b"<si>%b</si>" % text for text in texts)
    members["xl/sharedStrings.xml"] = b'<sst xmlns="%b">%b</sst>' % (MAIN, listed)
    part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%b"/></Types>' % SHARED
    types = members["[Content_Types].xml"]
    if SHARED not in types:
        members["[Content_Types].xml"] = types.replace(b"</Types>", part)
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changed(data: bytes, pattern: bytes, new: bytes) -> bytes:
    """The workbook with something of its first sheet's XML replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = {name: old.read(name) for name in old.namelist()}
    after = re.sub(pattern, new, members[SHEET])
    assert after != members[SHEET]
    return zipped(members | {SHEET: after})


def both(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """What is read, and what is read by openpyxl alone."""
    found = read_sheet(data, name="f", fits=lambda row: "code" in row)
    with monkeypatch.context() as without:
        without.setattr(workbook, "_plain", lambda *_: None)
        return found, read_sheet(data, name="f", fits=lambda row: "code" in row)


def is_plain(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return plain_rows(archive.read(SHEET), ["x"] * 1000) is not None


# openpyxl takes what begins so for a formula or an error.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8).filter(
    lambda text: text[0] not in "=#"
)
CELLS = st.one_of(st.none(), TEXTS, st.integers(-(10**9), 10**9))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=30), max_size=8))
def test_plain_sheets_are_read_as_openpyxl_reads_them(rows: list[list[Cell]]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        data = book_of([["code", "met"], *rows])
        assert is_plain(data) or not all(rows)  # a row without a cell is a gap
        found, alone = both(data, monkeypatch)
        assert found == alone


@pytest.mark.parametrize(
    "cell",
    [1.5, 1e22, True, date(2024, 5, 1), "=1+1", "a\nb", " espace ", "0101", "&<é>", "_x000D_"],
)
def test_any_other_cell_is_read_too(cell: object, monkeypatch: pytest.MonkeyPatch) -> None:
    found, alone = both(book_of([["code", "met"], ["A", cell], ["B", 3]]), monkeypatch)
    assert found == alone


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        (rb'<row r="2"[^>]*>', b'<row r="5">'),  # rows 2 to 4 are not there
        (rb"<row [^>]*>", b"<row>"),
        (rb'(<row r="2"[^>]*>)', rb'<row r="2"/>\1'),
        (rb'<c r="B2"', b'<c r="A2"'),
        (rb'<c r="([A-Z]+)[0-9]+"', b"<c"),
        (rb"<v>3</v>", b"<v>03</v>"),
        (rb"<v>3</v>", b"<f>1+2</f><v>3</v>"),
        (rb'<c r="B2" t="n">', b'<c r="B2" s="1" t="n">'),
        (rb"</sheetData>", b"<!-- </sheetData> --></sheetData>"),
        (rb"<(/?)(row|c|v|sheetData|worksheet)\b", rb"<\1x:\2"),
    ],
)
def test_what_is_not_plain_is_left_to_openpyxl(pattern: bytes, new: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = book_of([["code", "met"], ["A", 3], ["B", None, 4]])
    assert is_plain(data)
    odd = changed(data, pattern, new)
    if b"x:" in new:
        odd = changed(odd, b"xmlns=", b"xmlns:x=")
    assert not is_plain(odd)
    found, alone = both(odd, monkeypatch)
    assert found == alone


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    book = book_of([["code", "met"], ["A", 3], ["B", 4]])
    data = changed(book, b"<sheetData>", b'<dimension ref="A1:A2"/><sheetData>')
    found, alone = both(data, monkeypatch)
    assert found == alone
    assert found.rows == [["A", "3"], ["B", "4"]]  # type: ignore[attr-defined]


def test_the_surveys_are_plain(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in sorted((real_data / "market").glob("bmo-*.xlsx")):
        with zipfile.ZipFile(file) as archive:
            largest = max(archive.infolist(), key=lambda info: info.file_size)
            rows = plain_rows(archive.read(largest), ["x"] * 3000)
        assert rows is not None
        assert len(rows) > 50_000
