"""A page as HTML for notebooks and as plain text for terminals."""

import io
from functools import cache
from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table

from passerelles.language.say import Lang
from passerelles.language.typography import typeset
from passerelles.tables.screen import paper, trimmed
from passerelles.tables.sheet import Sheet
from passerelles.tables.shown import Page

if TYPE_CHECKING:
    from jinja2 import Template

_WORDS = 12  # least width of a column of words; a column of numbers is as wide as a word of its head
_NUMERIC = ("integer", "number", "share")


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only where HTML is made

    loader = PackageLoader("passerelles.tables", "templates")
    room = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return room.get_template("page.html.j2")


def html_of(page: Page, *, lang: Lang = "fr") -> str:
    """
    Return a page as a piece of HTML that stands in any notebook, texts escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in html_of(Page("<b>"))
    True
    """
    return str(_template().render(page=page, lang=lang, numeric=_NUMERIC, set=lambda text: typeset(text, lang)))


def text_of(page: Page, *, lang: Lang = "fr") -> str:
    r"""
    Return a page as plain text, at most 80 columns wide; pages that unfold are left out.

    Examples
    --------
    >>> text_of(Page("Title", lead=["A sentence."]))
    'Title\nA sentence.'
    """
    buffer = io.StringIO()
    console = paper(buffer, lang=lang)
    for sentence in (page.title, *page.lead):
        console.print(sentence)
    for sheet in page.sheets:
        if sheet.rows:
            console.print(Padding(_table(sheet.in_brief(), lang), (1, 0, 0, 0)))
    return trimmed(buffer.getvalue()).strip()


def _table(sheet: Sheet, lang: Lang) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    rows = [[c.written(cell, lang) for c, cell in zip(sheet.columns, row, strict=True)] for row in sheet.rows]
    for place, column in enumerate(sheet.columns):
        label, widest = column.label(lang), max((len(row[place]) for row in rows), default=0)
        if column.kind in _NUMERIC:
            size = max(widest, *map(len, label.split()))
            table.add_column(label, justify="right", width=size, overflow="fold")
        else:
            table.add_column(label, min_width=min(widest, _WORDS), overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
