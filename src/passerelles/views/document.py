"""
A document as values: parts that hold texts, lists, figures, tables and what unfolds; no markup.

What a report says is made once, as these; a page and an office document write the same ones.
"""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from passerelles.errors import need
from passerelles.io.atomic import write_whole
from passerelles.text import printable

if TYPE_CHECKING:
    from docx.document import Document as OfficeDocument


class Head(NamedTuple):
    """A column: its words, whether it holds figures, and its key where a result declares it."""

    label: str
    numeric: bool = False
    key: str = ""


class Cell(NamedTuple):
    """
    A cell: text as it is read, a second line, a place of the document that it leads to.

    `value` sorts a column of figures; None = unknown, which sorts last whatever the direction.
    """

    text: str
    value: float | None = None
    note: str = ""
    link: str = ""
    level: str = ""


class PageTable(NamedTuple):
    """A table: `key` names it in the document, `more` says what was left out, `plain` that nobody would sort it."""

    key: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""
    plain: bool = False
    code: bool = False


class Text(NamedTuple):
    """A paragraph; `muted` where it stands back."""

    text: str
    muted: bool = False


class Heading(NamedTuple):
    """A title inside a part."""

    text: str
    key: str = ""


class Bullets(NamedTuple):
    """A list of sentences; `title` stands above it."""

    rows: tuple[str, ...]
    title: str = ""


class Figures(NamedTuple):
    """Key figures: a number and what it counts."""

    rows: tuple[tuple[str, str], ...]


class Facts(NamedTuple):
    """Names and what is said of them."""

    rows: tuple[tuple[str, str], ...]


class Code(NamedTuple):
    """Something to be copied as it stands."""

    text: str


class Picture(NamedTuple):
    """A drawing as SVG, with its name and a caption; what it shows is said in words elsewhere."""

    svg: str
    name: str
    caption: str = ""


class Details(NamedTuple):
    """Blocks under a title that unfolds; `mark` is a level and its word."""

    key: str
    title: str
    blocks: "tuple[Block, ...]"
    short: str = ""
    mark: tuple[str, str] | None = None


Block = PageTable | Text | Heading | Bullets | Figures | Facts | Code | Picture | Details


class Part(NamedTuple):
    """A part of a document; the first of the `annex` ones opens the annexes."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    annex: bool = False


class Document(NamedTuple):
    """A document: `kind` above its title, `about` and `notices` below, parts, a last line; `sheets`: a part a page."""

    title: str
    parts: tuple[Part, ...]
    kind: str = ""
    about: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    footer: str = ""
    lang: str = "fr"
    sheets: bool = False


_MANY_COLUMNS: Final = 5  # columns from which a table is set in small type
_SMALL, _USUAL = 8.0, 10.0  # points
_MARGIN: Final = 18.0  # millimetres
_TYPE: Final = "Arial"  # narrow, and as wide in every office suite
_LETTER_WIDTH: Final = 0.53  # of the size of the type: how wide a letter is, about
_PADDING: Final = 4  # letters that would fit beside the text of a cell


def write_word(document: Document, output: Path) -> None:
    """
    Write a document as .docx, whole or not at all: headings, lists and tables as such, so that people can edit them.

    Pictures are left out: the tables say the same.

    Raises
    ------
    MissingExtraError
        If python-docx is not installed.
    PasserellesError
        If the file cannot be written.
    """
    need("python-docx", "word")
    import docx  # noqa: PLC0415 - an extra
    from docx.shared import Mm, Pt  # noqa: PLC0415 - an extra

    office = docx.Document()
    section = office.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)
    style: Any = office.styles["Normal"]
    style.font.name, style.font.size = _TYPE, Pt(_USUAL)
    office.core_properties.title = printable(document.title)[:255]
    office.core_properties.language = document.lang
    if document.kind:
        office.add_paragraph(printable(document.kind))
    office.add_heading(printable(document.title), 0)
    for text in (*document.about, *document.notices):
        _paragraph(office, text, italic=True)
    for number, part in enumerate(document.parts):
        if number and (document.sheets or part.annex > document.parts[number - 1].annex):
            office.add_page_break()  # type: ignore[no-untyped-call]
        office.add_heading(printable(part.title), 1)
        for block in part.blocks:
            _block(office, block)
    if document.footer:
        section.footer.paragraphs[0].text = printable(document.footer)
    whole = BytesIO()  # as of workbooks: a zip whose file fails says so once more when it is thrown away
    office.save(whole)
    write_whole(output, whole.getvalue())


def _block(office: "OfficeDocument", block: Block, depth: int = 2) -> None:
    if isinstance(block, Details):
        _fold(office, block, depth)
    elif isinstance(block, Heading):
        office.add_heading(printable(block.text), depth)
    elif isinstance(block, Bullets):
        if block.title:
            office.add_heading(printable(block.title), depth + 1)
        for row in block.rows:
            office.add_paragraph(printable(row), style="List Bullet")
    elif isinstance(block, PageTable):
        _table(office, block)
    elif isinstance(block, Figures | Facts):
        figures = isinstance(block, Figures)
        for name, text in block.rows:
            paragraph = office.add_paragraph(style="List Bullet" if figures else None)
            paragraph.add_run(printable(name)).bold = True
            paragraph.add_run(printable(f" {text}" if figures else f"\u00a0: {text}"))
    elif isinstance(block, Text | Code):
        _paragraph(office, block.text, italic=isinstance(block, Text) and block.muted)


def _fold(office: "OfficeDocument", fold: Details, depth: int) -> None:
    office.add_heading(printable(fold.title + (f" – {fold.mark[1]}" if fold.mark else "")), depth + 1)
    if fold.short:
        _paragraph(office, fold.short, italic=True)
    for block in fold.blocks:
        _block(office, block, depth + 2)


def _paragraph(office: "OfficeDocument", text: str, *, italic: bool = False) -> None:
    office.add_paragraph().add_run(printable(text)).italic = italic or None


def _table(office: "OfficeDocument", grid: PageTable) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - an extra
    from docx.oxml import OxmlElement  # noqa: PLC0415 - an extra
    from docx.shared import Mm, Pt  # noqa: PLC0415 - an extra

    from passerelles.views.terminal import column_widths  # noqa: PLC0415 - pages never need it

    caption = office.add_paragraph()
    caption.add_run(printable(grid.caption)).bold = True
    caption.paragraph_format.keep_with_next = True
    table = office.add_table(rows=0, cols=len(grid.heads))
    table.style = "Table Grid"
    table.autofit = False
    size = Pt(_SMALL if len(grid.heads) >= _MANY_COLUMNS else _USUAL - 1)
    lines = [[(head.label, "") for head in grid.heads], *([(c.text, c.note) for c in row] for row in grid.rows)]
    room = Mm(210 - 2 * _MARGIN)
    letters = round(room / (_LETTER_WIDTH * size)) - _PADDING * len(grid.heads)
    numeric = [head.numeric for head in grid.heads]  # figures stand on one line, what is said beside them need not
    rows = [
        [
            "\n".join((text, *(note.split() if figures else [note])))
            for (text, note), figures in zip(line, numeric, strict=True)
        ]
        for line in lines
    ]
    shares = [n + _PADDING for n in column_widths(rows[0], rows[1:] or rows, numeric, letters)[0]]
    widths = [round(room * share / sum(shares)) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):  # one program reads these, another those of cells
        column.width = width
    for number, line in enumerate(lines):
        # A row's cells are read once: reading them one by one takes time that grows with the square of the columns.
        for cell, width, head, (text, note) in zip(table.add_row().cells, widths, grid.heads, line, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.add_run(printable(text)).bold = number == 0 or None
            if note:
                paragraph.add_run(printable(f"\n{note}")).italic = True
            for run in paragraph.runs:
                run.font.size = size
            if head.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - python-docx has no name for it
    if grid.more:
        _paragraph(office, grid.more, italic=True)
