"""The first rows of a workbook's sheets, without loading it: enough to recognise it, in milliseconds."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import IO, NamedTuple
from xml.etree import ElementTree as ET

# A title or a logo may stand above the header; beyond that, a sheet has none.
HEADER_WITHIN = 30
_STRINGS = "xl/sharedStrings.xml"
_SHEETS = "xl/worksheets/sheet"


class DamagedWorkbookError(OSError):
    """A workbook that cannot be read to its end."""


# What a damaged zip or damaged XML (whose parse error is a SyntaxError) raises, on opening or while reading rows.
DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, SyntaxError, EOFError, NotImplementedError)


class _Cell(NamedTuple):
    column: int
    text: str
    shared: bool  # `text` is then an index of the table of shared strings


def is_workbook(data: bytes) -> bool:
    """
    Whether the bytes are an Excel workbook (xlsx, xlsm).

    Examples
    --------
    >>> is_workbook(b"a,b")
    False
    """
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def first_rows(data: bytes) -> list[list[list[str]]]:
    """
    First `HEADER_WITHIN` + 1 rows of each sheet, cells as text.

    Raises
    ------
    DamagedWorkbookError
        If the workbook is damaged there.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = sorted(n for n in archive.namelist() if n.startswith(_SHEETS))
            sheets = []
            for name in names:
                with archive.open(name) as stream:
                    sheets.append(list(islice(_rows(stream), HEADER_WITHIN + 1)))
            wanted = {int(c.text) for sheet in sheets for row in sheet for c in row if c.shared}
            strings: dict[int, str] = {}
            if wanted:
                with archive.open(_STRINGS) as stream:
                    strings = {i: text for i, text in _strings(stream, max(wanted)) if i in wanted}
    except DAMAGE as error:
        raise DamagedWorkbookError(str(error)) from error
    return [[_texts(row, strings) for row in sheet] for sheet in sheets]


def _rows(stream: IO[bytes]) -> Iterator[list[_Cell]]:
    # Python's expat refuses entities that expand beyond reason.
    for _, element in ET.iterparse(stream):  # noqa: S314
        if _tag(element) == "row":
            yield [_cell(child, place) for place, child in enumerate(element) if _tag(child) == "c"]
            element.clear()


def _cell(element: ET.Element, place: int) -> _Cell:
    letters = [ord(c) - 64 for c in element.get("r", "").upper() if c.isalpha()]
    column = place
    if letters:
        column = sum(n * 26**power for power, n in enumerate(reversed(letters))) - 1
    if element.get("t") == "inlineStr":
        return _Cell(column, _joined(element), shared=False)
    value = next((child.text or "" for child in element if _tag(child) == "v"), "")
    return _Cell(column, value, shared=element.get("t") == "s" and value.isdigit())


def _strings(stream: IO[bytes], last: int) -> Iterator[tuple[int, str]]:
    i = 0
    for _, element in ET.iterparse(stream):  # noqa: S314 - see above
        if _tag(element) == "si":
            yield i, _joined(element)
            element.clear()
            i += 1
            if i > last:
                return


def _joined(element: ET.Element) -> str:
    return "".join(child.text or "" for child in element.iter() if _tag(child) == "t")


def _texts(row: list[_Cell], strings: dict[int, str]) -> list[str]:
    texts = [""] * (max((c.column for c in row), default=-1) + 1)
    for cell in row:
        texts[cell.column] = strings.get(int(cell.text), "") if cell.shared else cell.text
    return texts


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
