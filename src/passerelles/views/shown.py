"""`Shown`: what results have in common in a notebook, a terminal and a data frame."""

import re
from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from passerelles.errors import PasserellesError, checked, need
from passerelles.language.say import Lang, day_text, say, typeset
from passerelles.model import Stamp
from passerelles.views.spec import NUMERIC, Cell, Kind, On, Page, Record, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Environment


_OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


@cache
def environment(package: str) -> "Environment":
    """Return what makes HTML of the templates of a package: every text in it is escaped; see `_unbroken_options`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only where HTML is made

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.loader = PackageLoader(package, "templates")
    made.filters["unbroken_options"] = _unbroken_options
    return made


def _unbroken_options(text: str) -> str:
    """Return a text as HTML in which an option such as ``--stretch`` stays on one line, and can be copied."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with jinja2

    return Markup(_OPTION.sub(r'<span class="option">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped


def html_of(page: Page, *, lang: Lang = "fr") -> str:
    """
    Return a page as a piece of HTML that stands in any notebook, texts escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in html_of(Page("<b>"))
    True
    """
    return _render(page, lang, whole=False)


def whole_page(page: Page, *, lang: Lang = "fr") -> str:
    """
    Return a page as a file of HTML, all of it unfolded: it asks for nothing outside itself.

    Examples
    --------
    >>> whole_page(Page("<b>")).startswith("<!DOCTYPE html>")
    True
    """
    return _render(page, lang, whole=True)


def _render(page: Page, lang: Lang, *, whole: bool) -> str:
    template = environment("passerelles.views").get_template("page.html.j2")
    about: dict[str, Any] = {"numeric": NUMERIC, "page_columns": On.PAGE, "set": partial(typeset, lang=lang)}
    return template.render(page=page, lang=lang, whole=whole, **about)


def attribution(stamp: Stamp, *, lang: Lang = "fr") -> Iterator[str]:
    """Yield source, date and licence of a referential and of each overlay on it, as the licences ask."""
    unknown = say("moves.date_unknown", lang=lang)
    for place, origin in enumerate(stamp.sources):
        source, licence = ((text or "?").rstrip(".") for text in (origin.source or origin.title, origin.licence))
        of_data = {"source": source, "licence": licence, "date": day_text(origin.date, lang) or unknown}
        key = "source_overlay" if place else "source"
        yield say(f"moves.{key}", lang=lang, name=f"{origin.name} {origin.version}", **of_data)


_DTYPES: Final[dict[Kind, str]] = {"integer": "Int64", "number": "float64", "share": "float64", "flag": "boolean"}


class Described:
    """An item whose class declares its columns."""

    __slots__ = ()

    spec: ClassVar[Record]

    @checked
    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return self.spec.to_dict(self, lang)


class Shown:
    """
    A result that turns into rows, a pandas DataFrame, HTML and plain text.

    A class that takes part has `sheets`, all its tables, and `page`, what it shows; under what is shown stand source
    and licence of the referential that it, or its first item, names in `referential`.
    """

    __slots__ = ()

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return all tables of the result, the main one first."""
        raise NotImplementedError

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the result shows of itself."""
        raise NotImplementedError

    @checked
    def rows(self, sheet: str | None = None, *, lang: Lang = "fr") -> list[dict[str, Cell]]:
        """
        Return the rows of one table as mappings from column to value; None is unknown.

        Parameters
        ----------
        sheet
            Title of the table (``"ranking"``, ``"parts"``...); the main one where None.
        lang
            Language of the sentences; columns have the same names in every language.

        Raises
        ------
        PasserellesError
            If there is no table of that title; the message lists those that exist.

        Examples
        --------
        >>> from passerelles import build_graph, load_referential, rank_moves
        >>> moves = rank_moves(build_graph(load_referential("transitions")), "N4101", limit=2)
        >>> [row["rank"] for row in moves.rows()]
        [1, 2]
        """
        return self._sheet(sheet, lang).records()

    @checked
    def to_pandas(self, sheet: str | None = None, *, lang: Lang = "fr") -> "pd.DataFrame":
        """
        Return one table as a pandas DataFrame; what is unknown is missing, never 0.

        Parameters
        ----------
        sheet, lang
            As for `rows`.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        PasserellesError
            If there is no table of that title.

        Examples
        --------
        >>> from passerelles import build_graph, load_referential, rank_moves
        >>> moves = rank_moves(build_graph(load_referential("transitions")), "N4101", limit=2)
        >>> moves.to_pandas("parts").columns.tolist()
        ['rank', 'target_code', 'target_label', 'part', 'value', 'sentence']
        """
        need("pandas", "pandas")
        import pandas as pd  # noqa: PLC0415 - an extra

        chosen = self._sheet(sheet, lang)
        data: dict[str, Any] = {}
        for place, column in enumerate(chosen.columns):
            cells = [row[place] for row in chosen.rows]
            data[column.key] = pd.Series(cells, dtype=_DTYPES.get(column.kind, "object"))
        return pd.DataFrame(data)

    @checked
    def to_html(self, lang: Lang = "fr") -> str:
        """Return the result as a piece of HTML: what a notebook shows. Every text in it is escaped."""
        return html_of(self._credited(lang), lang=lang)

    @checked
    def to_text(self, lang: Lang = "fr") -> str:
        """Return the result as plain text, at most 80 columns wide."""
        from passerelles.views.terminal import plain_text  # noqa: PLC0415 - a library of terminals, only where it is used

        return plain_text(self._credited(lang), lang=lang)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        """Plain text, in French."""
        return self.to_text()

    def _credited(self, lang: Lang) -> Page:
        of = [self, *(self[:1] if isinstance(self, list) else ())]
        stamp = next((origin for shown in of if (origin := getattr(shown, "referential", None))), Stamp("", "", ""))
        page = self.page(lang)
        return page._replace(notes=[*page.notes, *attribution(stamp, lang=lang)])

    def _sheet(self, title: str | None, lang: Lang) -> Sheet:
        sheets = self.sheets(lang)
        chosen = next((sheet for sheet in sheets if title in (None, sheet.title)), None)
        if chosen is None:
            raise PasserellesError("unknown_sheet", name=title, known=", ".join(s.title for s in sheets))
        return chosen
