"""Workbooks: read as openpyxl reads them, hidden sheets never, and at a bounded cost whatever the file says."""

import io
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import openpyxl
import psutil  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelles.errors import PasserellesError
from passerelles.io.csv import Rows, read_rows
from passerelles.io.xlsx import HEADER_WITHIN, DamagedWorkbookError, MergedArea, is_workbook, open_workbook
from passerelles.language.say import LANGS

Cell = str | int | float | None
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def book_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """Workbook as openpyxl writes it."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(buffer)
    return buffer.getvalue()


def shared(data: bytes) -> bytes:
    """The workbook with its texts in the table of shared ones, as Excel has them."""
    content = members(data)
    texts: dict[bytes, int] = {}
    inline = re.compile(rb't="inlineStr"><is>(<t[^>]*>.*?</t>|<t ?/>)</is>', re.DOTALL)

    def share(found: re.Match[bytes]) -> bytes:
        return b't="s"><v>%d</v>' % texts.setdefault(found[1], len(texts))

    content[SHEET] = inline.sub(share, content[SHEET])
    listed = b"".join(b"<si>%b</si>" % text for text in texts)
    content[STRINGS] = b'<sst xmlns="%b">%b</sst>' % (MAIN, listed)
    part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%b"/></Types>' % SHARED
    if SHARED not in content["[Content_Types].xml"]:
        content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(b"</Types>", part)
    return zipped(content)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def changed(data: bytes, pattern: bytes, new: bytes, member: str = SHEET) -> bytes:
    """The workbook with something of its XML replaced."""
    content = members(data)
    after = re.sub(pattern, new, content[member])
    assert after != content[member]
    return zipped(content | {member: after})


def ours(data: bytes) -> list[tuple[Any, ...]]:
    book = open_workbook(data)
    return [tuple(cells) for _, cells in book.sheet(book.sheets[0]).rows]


def theirs(data: bytes) -> list[tuple[Any, ...]]:
    """Rows that hold something, as openpyxl reads them; a text of blanks is nothing."""
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    rows = []
    for row in sheet.iter_rows(values_only=True):
        cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            rows.append(tuple(cells))
    return rows


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8).filter(
    lambda text: not text.startswith("=") and "_x" not in text and text != ""
)
CELLS = st.one_of(
    st.none(), TEXTS, st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False, width=32)
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=30), min_size=1, max_size=8))
def test_workbooks_are_read_as_openpyxl_reads_them(rows: list[list[Cell]]) -> None:
    data = book_of(rows)
    assert ours(data) == theirs(data)
    assert ours(shared(data)) == theirs(data)


@pytest.mark.parametrize(
    "cell",
    [
        *(1.5, 1e22, -0.25, True, False, "a\nb", " espace ", "0101", "&<é>", "#N/A"),
        *(date(2024, 5, 1), datetime.fromisoformat("2024-05-01T13:30"), clock(13, 30)),
        *(timedelta(hours=30), datetime.fromisoformat("1900-01-05")),
    ],
)
def test_every_type_of_cell_is_read(cell: object) -> None:
    data = book_of([["code", "met"], ["A", cell], ["B", 3]])
    assert ours(data) == ours(shared(data)) == theirs(data)


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        (rb'<row r="2"[^>]*>', b'<row r="5">'),  # rows 2 to 4 are not there
        (rb"<row [^>]*>", b"<row>"),
        (rb'(<row r="2"[^>]*>)', rb'<row r="2"/>\1'),
        (rb'<c r="([A-Z]+)[0-9]+"', b"<c"),
        (rb"<v>3</v>", b"<v>03</v>"),
        (rb"<v>3</v>", b"<f>1+2</f><v>3</v>"),
        (rb'<c r="B2" t="n">', b'<c r="B2" s="0" t="n">'),
        (rb"</sheetData>", b"<!-- </sheetData> --></sheetData>"),
    ],
)
def test_what_writers_do_otherwise_is_read_alike(pattern: bytes, new: bytes) -> None:
    data = changed(shared(book_of([["code", "met"], ["A", 3], ["B", 4]])), pattern, new)
    assert ours(data) == theirs(data) == [("code", "met"), ("A", 3), ("B", 4)]


def test_prefixes_of_the_namespace_are_read() -> None:
    data = changed(book_of([["code"], [3]]), rb"<(/?)(row|c|v|sheetData|worksheet)\b", rb"<\1x:\2")
    data = changed(changed(data, b"xmlns=", b"xmlns:x="), b'<x:row r="2"', b'<x:row hidden="1" r="2"')
    assert ours(data) == [("code",), (3,)]
    assert open_workbook(data).sheet("Sheet").hidden == {2}


def test_rows_and_columns_beyond_the_declared_dimension_are_read() -> None:
    data = book_of([["code", "met"], ["A", 3], ["B", 4]])
    assert ours(changed(data, rb'<dimension ref="[^"]*"\s*/>', b'<dimension ref="A1:A1"/>')) == [
        *(("code", "met"), ("A", 3), ("B", 4))
    ]


def test_a_formula_gives_its_last_value_or_itself() -> None:
    data = book_of([["code", "=1+1"]])
    assert ours(data) == [("code", "=1+1")]
    assert ours(changed(data, rb"<f>1\+1</f><v\s*/>|<f>1\+1</f><v></v>", b"<f>1+1</f><v>2</v>")) == [("code", 2)]


def test_a_shared_text_without_how_it_is_pronounced() -> None:
    data = shared(book_of([["code"]]))
    runs = b"<si><r><t>co</t></r><r><t>de_x0041__xD83D_</t></r><rPh><t>ko</t></rPh></si>"
    assert ours(changed(data, rb"<si>.*</si>", runs, STRINGS)) == [("codeA_xD83D_",)]  # half a character is none


def several(path: Path, sheets: dict[str, list[list[Any]]], hidden: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "veryHidden" if name.startswith("v") else "hidden"
    book.save(path)
    return path


def read(place: Path | str) -> Rows:
    return read_rows(place, lambda cells: sum(cell in ("job", "people") for cell in cells))


def test_hidden_sheets_are_never_read(tmp_path: Path) -> None:
    table: list[list[Any]] = [["job", "people"], ["A", 1]]
    path = several(
        tmp_path / "t.xlsx",
        {"brouillon": table, "v": table, "bon": [["titre"], *table, ["B", 2]]},
        ("brouillon", "v"),
    )
    found = read(path)
    assert (found.sheet, found.header_line, [cells for _, cells in found.rows]) == ("bon", 2, [["A", 1], ["B", 2]])
    with pytest.raises(PasserellesError) as caught:
        read(f"{path}#brouillon")
    assert caught.value.key == "unknown_sheet_of"
    assert "bon" in caught.value.message()


def test_several_sheets_are_named_and_asked_for(tmp_path: Path) -> None:
    table: list[list[Any]] = [["job", "people"], ["A", 1]]
    path = several(tmp_path / "t.xlsx", {"2025": table, "2026": [*table, ["B", 2]], "Lisez-moi": [["bonjour"]]})
    with pytest.raises(PasserellesError) as caught:
        read(path)
    assert caught.value.key == "several_sheets"
    assert "2025, 2026" in caught.value.message()
    assert f"{path}#2025" in caught.value.message()
    assert len(read(f"{path}#2026").rows) == 2


def test_the_sheet_that_says_what_made_a_workbook_of_ours_is_no_table(tmp_path: Path) -> None:
    table: list[list[Any]] = [["job", "people"], ["A", 1]]
    path = several(tmp_path / "t.xlsx", {"Liste": table, "Sources et réglages": table})
    assert (read(path).sheet, read(path).others) == ("Liste", ())
    assert read(f"{path}#Sources et réglages").sheet == "Sources et réglages"
    assert read(several(tmp_path / "u.xlsx", {"Sources and settings": table})).rows


def test_sheets_that_hold_a_header_that_fits_less_are_named(tmp_path: Path) -> None:
    table: list[list[Any]] = [["job", "people"], ["A", 1]]
    path = several(
        tmp_path / "t.xlsx", {"bon": table, "reste": [["job"], ["B"]], "Notice": [["bonjour"]], "v": table}, "v"
    )
    assert (read(path).sheet, read(path).others) == ("bon", ("reste",))


def test_a_stray_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(book_of([["job", "people"], ["A", 1]])))
    book.worksheets[0]["XFD5000"] = "x"
    book.save(tmp_path / "far.xlsx")
    start = time.monotonic()
    found = read(tmp_path / "far.xlsx")
    assert time.monotonic() - start < 5
    assert [line for line, _ in found.rows] == [2, 5000]
    assert found.table().rows == [["A", "1"]]
    assert [n.code for n in found.table().notices] == ["row_length"]


@pytest.mark.parametrize("written", [bytes, shared])
def test_rows_of_blanks_are_no_rows(written: Callable[[bytes], bytes]) -> None:
    data = written(book_of([["job", "people"], [" ", "\t"], ["A", " "], ["B", 1]]))
    assert open_workbook(data).sheet("Sheet").rows == [(1, ["job", "people"]), (3, ["A"]), (4, ["B", 1])]


def test_the_head_of_a_sheet_is_its_first_rows_and_reads_no_further() -> None:
    rows = [(line, [line]) for line in range(1, HEADER_WITHIN + 2)]
    assert open_workbook(book_of([[line] for line in range(1, 100)])).head("Sheet").rows == rows
    far = b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (i, i, i) for i in range(1, 10_000))
    book = open_workbook(_with_sheet(far + b"<damaged"))
    assert book.head("Sheet").rows == rows
    with pytest.raises(DamagedWorkbookError):
        book.sheet("Sheet")


def _with_sheet(rows: bytes) -> bytes:
    content = members(book_of([["a"]]))
    head, _, tail = content[SHEET].partition(b"<sheetData>")
    return zipped(content | {SHEET: head + b"<sheetData>" + rows + tail[tail.index(b"</sheetData>") :]})


ODS = "application/vnd.oasis.opendocument.spreadsheet"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
BLANK = '<table:table-cell table:number-columns-repeated="16000"/>'


def open_document(tables: str, styles: str = "", *, start: str = '<?xml version="1.0"?>') -> bytes:
    """Workbook of LibreOffice."""
    names = "".join(f' xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    body = f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>{tables}</office:body>"
    content = f"{start}<office:document-content{names}>{body}</office:document-content>"
    return zipped({"mimetype": ODS.encode(), "content.xml": content.encode()})


def open_cell(text: str, about: str = "") -> str:
    return f"<table:table-cell {about}><text:p>{text}</text:p></table:table-cell>"


def open_row(*cells: str, about: str = "") -> str:
    return f"<table:table-row {about}>{''.join(cells)}{BLANK}</table:table-row>"


def open_sheet(*rows: str, name: str = "Postes", style: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


def test_a_workbook_of_libreoffice_is_read_as_one_of_excel(tmp_path: Path) -> None:
    hidden = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    when = datetime.fromisoformat("2026-01-05")
    day = 'office:value-type="date" office:date-value="2026-01-05"'
    comment = "<office:annotation><text:p>à revoir</text:p></office:annotation>"
    sheet = open_sheet(
        open_row(open_cell("Nos postes", 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>"),
        open_row(about='table:number-rows-repeated="2"'),
        open_row(open_cell("job"), open_cell("people"), open_cell("date")),
        open_row(
            open_cell(f"A</text:p>{comment}<text:p>du<text:s/><text:span>soir</text:span><text:line-break/>B"),
            open_cell("1 200", 'office:value-type="float" office:value="1200"'), open_cell("5 janvier", day),
            about='table:visibility="visible"',
        ),
        open_row(
            open_cell("B", 'table:number-columns-repeated="2"'),
            about='table:number-rows-repeated="2" table:visibility="filter"',
        ),
        open_row(about='table:number-rows-repeated="1048000"'),
    )  # fmt: skip
    path = tmp_path / "t.ods"
    path.write_bytes(open_document(open_sheet(open_row(open_cell("job")), name="brouillon", style="h") + sheet, hidden))
    found = read(path)
    rows = [(5, ["A\ndu soir\nB", 1200, when]), (6, ["B", "B"]), (7, ["B", "B"])]
    assert (found.sheet, found.header_line, found.rows) == ("Postes", 4, rows)
    assert (*found.merged, *sorted(found.hidden)) == (MergedArea(1, 1, 1, 2), 6, 7)
    assert read(f"{path}#Postes").rows == rows
    with pytest.raises(PasserellesError, match="Postes"):
        read(f"{path}#brouillon")  # hidden


def test_rows_of_libreoffice_are_struck_out_by_their_cells_or_by_their_columns(tmp_path: Path) -> None:
    line = '<style:style style:name="{}"><style:text-properties style:text-line-through-style="{}"/></style:style>'
    styles = line.format("out", "solid") + line.format("plain", "none")
    columns = '<table:table-column table:default-cell-style-name="out"/><table:table-column/>'
    out, plain = 'table:style-name="out"', 'table:style-name="plain"'
    sheet = open_sheet(
        columns,
        open_row(open_cell("job", plain), open_cell("people", plain)),
        open_row(open_cell("A"), open_cell("1")),  # a text alone is put right beside it
        open_row(open_cell("B"), open_cell("2", out)),
        open_row(open_cell("C", plain), open_cell("3", out)),
        open_row(open_cell("D", out), about='table:number-rows-repeated="2"'),
        open_row("<table:table-cell/>", open_cell("4")),
    )
    second = open_sheet(open_row(open_cell("job")), open_row(open_cell("E")), name="Suite")
    path = tmp_path / "t.ods"
    path.write_bytes(open_document(sheet + second, styles))
    assert sorted(read(f"{path}#Postes").struck) == [3, 5, 6]
    assert not read(f"{path}#Suite").struck


FOREIGN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "lock": ("~$t.xlsx", lambda: b"\x05Anne"),
    "password": ("t.xlsx", lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")),
    "xls": ("t.xls", lambda: b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le")),
    "word": ("t.docx", lambda: zipped({"word/document.xml": b"<a/>"})),
    "numbers": ("t.numbers", lambda: zipped({"Index/Document.iwa": b"a"})),
    "pdf": ("t.pdf", lambda: b"%PDF-1.7"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_table_is_told_by_its_kind_and_what_to_do(kind: str, tmp_path: Path) -> None:
    name, data = FOREIGN[kind]
    (tmp_path / name).write_bytes(data())
    with pytest.raises(PasserellesError) as caught:
        read(tmp_path / name)
    assert caught.value.key == f"not_a_table_{kind}"
    for lang in LANGS:
        assert ("t.xlsx" if kind == "lock" else name) in caught.value.message(lang)


def test_a_message_of_outlook_is_no_old_workbook(tmp_path: Path) -> None:
    (tmp_path / "t.msg").write_bytes(b"\xd0\xcf\x11\xe0" + "__substg1.0".encode("utf-16-le"))
    with pytest.raises(PasserellesError) as caught:
        read(tmp_path / "t.msg")
    assert caught.value.key == "not_a_table"


def test_a_workbook_of_libreoffice_under_a_password_is_told_as_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:  # nothing packed, as the format has it
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", b"\x8f\x02\x11\x9a")
    with pytest.raises(PasserellesError) as caught:
        read(tmp_path / "t.ods")
    assert caught.value.key == "not_a_table_password"


BOMBS = {
    "many rows of LibreOffice": lambda: open_document(
        open_sheet(open_row(open_cell("a", 'table:number-columns-repeated="9000"')) * 9000)
    ),
    "a row without end": lambda: open_document(
        open_sheet(open_row(open_cell("a"), about='table:number-rows-repeated="1000000000"'))
    ),
    "a cell without end": lambda: open_document(
        open_sheet(open_row(open_cell("a", 'table:number-columns-repeated="1000000000"')))
    ),
    "an entity of LibreOffice": lambda: open_document("", start='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'),
    "no sheet of LibreOffice": lambda: open_document(""),
    "empty cells": lambda: _with_sheet(b'<row r="1">' + b'<c r="A1"/>' * 6_000_000 + b"</row>"),
    "empty rows of cells": lambda: _with_sheet(b'<row><c t="s"/></row>' * 5_000_000),
    "empty cells that only a parser reads": lambda: _with_sheet(
        b"".join(b'<row r="%d">%s</row>' % (i, b'<c t="n"/>' * 100) for i in range(1, 31_000))
    ),
    "blanks": lambda: _with_sheet(b" " * 300_000_000),
    "a blank in each cell": lambda: _with_sheet(
        b"".join(
            b'<row r="%d"><c r="A%d" t="inlineStr"><is><t> </t></is></c></row>' % (i, i) for i in range(1, 900_000)
        )
    ),
    "far cells": lambda: _with_sheet(
        b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (i, i) for i in range(1, 20_000))
    ),
    "far cells without order": lambda: _with_sheet(
        b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (i, i) for i in range(20_000, 1, -1))
    ),
    "a column out of range": lambda: _with_sheet(b'<row r="1"><c r="ZZZ1"><v>1</v></c></row>'),
    "a row out of range": lambda: _with_sheet(b'<row r="9999999"><c r="A9999999"><v>1</v></c></row>'),
    "a reference that is none": lambda: _with_sheet(b'<row r="1"><c r="1A"><v>1</v></c></row>'),
    "a cell twice": lambda: _with_sheet(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>'
    ),
    "no such shared text": lambda: _with_sheet(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
    "an infinite number": lambda: _with_sheet(b'<row r="1"><c r="A1"><v>1e999</v></c></row>'),
    "a text that grows": lambda: zipped(
        members(shared(book_of([["a"]])))
        | {
            STRINGS: b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
            b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
        }
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_no_real_workbook_holds_gives_one_message_at_a_bounded_cost(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(BOMBS[name]())
    before, start = psutil.Process().memory_info().rss, time.monotonic()
    with pytest.raises(PasserellesError) as caught:
        read(path)
    assert caught.value.key == "damaged_workbook"
    assert f"{path} : ce classeur est abîmé" in caught.value.message("fr")
    assert time.monotonic() - start < 5
    assert psutil.Process().memory_info().rss - before < 200_000_000


def test_a_workbook_without_a_visible_sheet_is_said(tmp_path: Path) -> None:
    data = changed(book_of([["a"]]), rb'state="visible"', b'state="hidden"', "xl/workbook.xml")
    with pytest.raises(DamagedWorkbookError, match="visible"):
        open_workbook(data)
    assert is_workbook(data)
    assert not is_workbook(b"PK\x03\x04 cut")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_damage_under_any_compression_gives_a_message(method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members(book_of([["a"]])).items():
            archive.writestr(name, content)
        start = archive.getinfo(SHEET).header_offset + 30 + len(SHEET)
    whole = bytearray(packed.getvalue())
    whole[start + 6 : start + 60] = bytes(54)
    with pytest.raises(DamagedWorkbookError):
        open_workbook(bytes(whole)).sheet("Sheet")


@pytest.mark.parametrize(
    ("part", "pattern", "new"),
    [
        (SHEET, rb"^(<\?xml[^>]*\?>)?", b'<?xml version="1.0" encoding="none"?>'),
        ("xl/styles.xml", rb"<fonts[^>]*>", b"<fonts><strike/>"),
    ],
)
def test_xml_that_no_writer_writes_gives_a_message(part: str, pattern: bytes, new: bytes) -> None:
    with pytest.raises(DamagedWorkbookError):
        open_workbook(changed(book_of([["a"], [1]]), pattern, new, part)).sheet("Sheet")


# One book for all examples: what writes it puts the time of day in it.
BOOK = book_of([["code", "met"], ["A", 3], ["B", 4.5]])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_gives_a_message_or_rows(data: st.DataObject) -> None:
    whole = bytearray(BOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        if is_workbook(bytes(whole)):
            ours(bytes(whole))
    except DamagedWorkbookError:
        pass


def test_the_surveys_are_read_whole(real_data: Path) -> None:
    for year, rows in (("2023", 50_438), ("2025", 50_077)):
        book = open_workbook((real_data / "market" / f"bmo-{year}.xlsx").read_bytes())
        assert len(book.sheet(book.sheets[1]).rows) == rows
