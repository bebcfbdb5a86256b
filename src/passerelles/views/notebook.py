"""A page as a piece of HTML that stands in any notebook."""

from functools import cache
from typing import TYPE_CHECKING

from passerelles.language.say import Lang
from passerelles.language.typography import typeset
from passerelles.views.spec import NUMERIC, On, Page

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only where HTML is made

    loader = PackageLoader("passerelles.views", "templates")
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
    return str(
        _template().render(
            page=page, lang=lang, numeric=NUMERIC, page_columns=On.PAGE, set=lambda text: typeset(text, lang)
        )
    )
