"""
How a result is described: columns, records, sheets and pages.

A result declares its columns once, beside itself. Each output takes those that stand on it: JSON and its schema, tables
(CSV, workbook, data frame), and screens: terminals, where room is short, and pages (notebook, report).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Flag, auto
from functools import cached_property
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, Final, Literal, NamedTuple

from passerelles.language.say import Lang, number, percent, say
from passerelles.views.schema import Schema, Shape, maybe, record, shape

Cell = str | int | float | bool | None
Kind = Literal["text", "integer", "number", "share", "flag"]
Value = Callable[[Any, Lang], Any]
NUMERIC: Final = ("integer", "number", "share")
_SHAPES: Final[Mapping[Kind, Shape]] = {"integer": "whole?", "number": "number?", "share": "share?", "flag": "flag?"}


def _reader(value: Value | str) -> Value:
    if not isinstance(value, str):
        return value
    get = attrgetter(value)
    return lambda item, _: get(item)


class On(Flag):
    """Where a column stands."""

    JSON = auto()
    TABLE = auto()
    TERMINAL = auto()
    PAGE = auto()
    SCREEN = TERMINAL | PAGE
    FILE = JSON | TABLE
    CELLS = TABLE | SCREEN
    ALL = JSON | CELLS


@dataclass(frozen=True, slots=True)
class Column:
    """
    One value of each item of a result.

    Attributes
    ----------
    key
        CSV header, name in a data frame, and key of its label: ``columns.<key>`` of the language files, shared by all
        results with such a key, and a shorter one for narrow screens in ``columns.short.<key>`` where there is one.
    value
        What a cell of a table holds: a function of the item and a language, or the dotted name of an attribute of the
        item; the attribute that `key` names where None. None is unknown, and so is an empty text where the shape of an
        attribute is that of a text or code that may be unknown (``text?``).
    words
        Table of the language files where people read what a cell says, where it holds a word of the code.
    on
        Outputs that it stands on.
    json, json_key
        Value and key in JSON, where they differ from those of a table.
    schema
        Its shape in JSON; that of its kind, or null, where None.
    promised
        The shape of what every item has, and other programs may rely on; True where its kind says the shape.
    shown
        How a screen writes it, where it says more than the value; the value itself where it gives None.
    note
        What stands beside the text on a screen: after it on a terminal, muted on a page.
    badge
        Whether a page sets the value off as a mark.
    """

    key: str
    kind: Kind = "text"
    value: Value | str | None = None
    words: str = ""
    on: On = On.ALL
    json: Value | str | None = None
    json_key: str = ""
    schema: Shape | None = None
    promised: Shape | bool = False
    shown: Value | str | None = None
    note: Value | str | None = None
    badge: bool = False

    def label(self, lang: Lang) -> str:
        """Return the header for people."""
        return say(f"columns.{self.key}", lang=lang)

    def head(self, lang: Lang) -> str:
        """Return the header where room is short."""
        try:
            return say(f"columns.short.{self.key}", lang=lang)
        except KeyError:
            return self.label(lang)

    @property
    def read(self) -> Value:
        """What gives the cell of an item that is not withheld."""
        return self.reader(self.value or self.key)

    def reader(self, value: Value | str) -> Value:
        """Return what gives a value of an item, by a function or the name of an attribute."""
        if isinstance(value, str) and str(self.schema or self.promised).startswith(("text?", "code?")):
            get = attrgetter(value)
            return lambda item, _: get(item) or None
        return _reader(value)

    @property
    def json_schema(self) -> Schema:
        """Its JSON Schema."""
        promised = None if isinstance(self.promised, bool) else self.promised
        return shape(promised or self.schema or _SHAPES.get(self.kind, "text?"))

    def cell(self, item: Any, lang: Lang) -> Any:
        """Return what a table holds of an item."""
        return item.cells.get(self.key) if isinstance(item, Withheld) else self.read(item, lang)

    def screen(self, item: Any, lang: Lang) -> str | None:
        """Return what a screen says of an item; None where it is unknown."""
        text: str | None = None
        if isinstance(item, Withheld):
            text = say("terms.withheld", lang=lang) if item.cells.get(self.key, "") is None else None
        elif self.shown is not None:
            text = _reader(self.shown)(item, lang)
        return text or self.cell_text(self.cell(item, lang), lang) or None

    def beside(self, item: Any, lang: Lang) -> str:
        """Return what stands beside the text on a screen; empty where nothing does."""
        if self.note is None or isinstance(item, Withheld):
            return ""
        return _reader(self.note)(item, lang) or ""

    def cell_text(self, cell: Cell, lang: Lang) -> str:
        """
        Return a cell the way people read it; what is unknown is empty.

        Examples
        --------
        >>> Column("coverage", "share").cell_text(0.412, "fr"), Column("score", "number").cell_text(None, "fr")
        ('41\u202f%', '')
        >>> Column("state", words="terms.state").cell_text("missing", "fr")
        'à acquérir'
        """
        if cell is None:
            return ""
        if isinstance(cell, bool):
            return say(f"terms.{'yes' if cell else 'no'}", lang=lang)
        if isinstance(cell, str):
            return say(f"{self.words}.{cell}", lang=lang) if self.words and cell else cell
        if self.kind == "share":
            return percent(cell, lang=lang)
        return number(cell, lang=lang, decimals=2 if self.kind == "number" else 0)

    def at(self, get: Callable[[Any], Any]) -> "Column":
        """Return the same column of items that hold the item it reads, which `get` gives; unknown where it is None."""

        def of(value: Value | str | None) -> Value | None:
            if value is None:
                return None
            read = self.reader(value)
            return lambda item, lang: None if (inner := get(item)) is None else read(inner, lang)

        return replace(self, value=of(self.read), json=of(self.json), shown=of(self.shown), note=of(self.note))


class Withheld(NamedTuple):
    """
    A line of which only some values may be published: what a record is given beside them is left out.

    `values` are what JSON has of it, `cells` what tables and screens have, by key.
    """

    values: Mapping[str, Any]
    cells: Mapping[str, Any]


@dataclass(frozen=True, init=False)
class Record:
    """
    One kind of item: its name among the schemas, what it is, its columns; `beside`: keys that are there if asked.

    Columns are given one by one, or several in a tuple.

    Examples
    --------
    >>> end = Record("end", "An occupation", Column("code"), (Column("label"),))
    >>> end.to_dict(type("End", (), {"code": "K2110", "label": None}), "fr")
    {'code': 'K2110', 'label': None}
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    beside: Mapping[str, Shape]

    def __init__(
        self, name: str, about: str, *columns: Column | tuple[Column, ...], beside: Mapping[str, Shape] | None = None
    ) -> None:
        several = chain.from_iterable((column,) if isinstance(column, Column) else column for column in columns)
        vars(self).update(name=name, about=about, columns=tuple(several), beside=beside or {})

    def to_dict(self, item: Any, lang: Lang) -> dict[str, Any]:
        """Return an item as plain values, ready for JSON."""
        if not isinstance(item, Withheld):
            return {key: read(item, lang) for key, read in self._readers}
        values = {key: item.values.get(key) for key, column in self._json if column.promised or key in item.values}
        return values | {key: item.values[key] for key in self.beside if key in item.values}

    def schema(self) -> Schema:
        """Return the JSON Schema of such an item."""
        promised = {key: column.json_schema for key, column in self._json if column.promised}
        others = {key: column.json_schema for key, column in self._json if not column.promised}
        return record(self.about, promised, optional={**others, **self.beside})

    def pick(self, *keys: str, on: On | None = None) -> tuple[Column, ...]:
        """Return some of the columns, by key; `on`: where they stand, as they do where None."""
        chosen = tuple(next(c for c in self.columns if c.key == key) for key in keys)
        return chosen if on is None else tuple(replace(column, on=on) for column in chosen)

    @cached_property
    def _json(self) -> tuple[tuple[str, Column], ...]:
        return tuple((c.json_key or c.key, c) for c in self.columns if On.JSON in c.on)

    @cached_property
    def _readers(self) -> tuple[tuple[str, Value], ...]:
        return tuple((key, column.reader(column.json) if column.json else column.read) for key, column in self._json)


def within(columns: Iterable[Column], get: Callable[[Any], Any]) -> tuple[Column, ...]:
    """Return columns of items that hold the items which the columns read."""
    return tuple(column.at(get) for column in columns)


def side_by_side(*parts: Iterable[Column]) -> tuple[Column, ...]:
    """
    Return columns of rows that hold an item for each part, in order.

    Examples
    --------
    >>> first, second = side_by_side([Column("real")], [Column("imag")])
    >>> first.cell((3, 4j), "fr"), second.cell((3, 4j), "fr")
    (3, 4.0)
    """
    return tuple(column for place, part in enumerate(parts) for column in within(part, itemgetter(place)))


def dicts(items: Iterable[Any], lang: Lang) -> list[dict[str, Any]]:
    """Return items as plain values, ready for JSON."""
    return [item.to_dict(lang) for item in items]


def part_of(key: str, of: str | Record, path: str = "", *, nullable: bool = False, **more: Any) -> Column:
    """Return a column of JSON that holds what stands under an attribute, written by a record; see `parts_of`."""
    get = attrgetter(path or key)
    item_shape, to_dict = _shape_and_writer(of)
    defaults: dict[str, Any] = {"schema": maybe(item_shape) if nullable else item_shape, "on": On.JSON}
    return Column(key, json=lambda i, lang: (inner := get(i)) and to_dict(inner, lang), **{**defaults, **more})


def parts_of(
    key: str, of: str | Record | type[Any] | tuple[Column, ...], about: str = "", *, path: Value | str = "", **more: Any
) -> Column:
    """
    Return a column of JSON that holds a list of items, each written by a record.

    Where `of` is a name, it is that of their schema, and they have a `to_dict`; a class has its record in `spec`;
    columns, or a record without a name, stand there whole. `path`: where the items are, if not under `key`, or what
    gives them.
    """
    get = _reader(path or key)
    item_shape, to_dict = _shape_and_writer(of)
    defaults: dict[str, Any] = {"schema": [item_shape, about], "on": On.JSON}
    return Column(key, json=lambda i, lang: [to_dict(item, lang) for item in get(i, lang)], **{**defaults, **more})


def _shape_and_writer(of: str | Record | type[Any] | tuple[Column, ...]) -> tuple[Shape, Value]:
    """Return the shape of what a column holds, and what writes it."""
    if isinstance(of, tuple):
        of = Record("", "", of)
    if isinstance(of, str):
        return of, lambda item, lang: item.to_dict(lang)
    if isinstance(of, type):
        return of.spec.name, lambda item, lang: of.spec.to_dict(item, lang)  # noqa: PLW0108 - its record at that time
    return of.name or of.schema(), of.to_dict


def inside(key: str, about: str, *columns: Column, **more: Any) -> Column:
    """Return a column of JSON that holds an object of columns of the item itself."""
    inner = Record("", about, columns)
    return Column(key, json=inner.to_dict, **{"schema": inner.schema(), "on": On.JSON, **more})


def texts_of(key: str, of: Shape, about: str = "", *, path: str = "", sep: str = "; ", **more: Any) -> Column:
    """Return a column of several texts: a list in JSON, one cell elsewhere, unknown where there is none."""
    get = attrgetter(path or key)
    defaults = {"value": lambda item, _: sep.join(get(item)) or None, "schema": [of, about]}
    return Column(key, json=lambda item, _: list(get(item)), **{**defaults, **more})


REFERENTIAL: Final = Column(
    "referential", json=lambda item, _: item.referential._asdict(), schema="referential_version", on=On.JSON
)
"""Column of results that carry their referential's version."""
MAYBE_REFERENTIAL: Final = replace(
    REFERENTIAL, json=lambda i, _: i.referential and i.referential._asdict(), schema="referential_version?"
)
"""The same of results of which some come from none."""
ENDS: Final = ("low", "expected", "high")
SPAN: Final = Record(
    "span", "Low, expected and high; null = unknown", tuple(Column(end, promised="amount?") for end in ENDS)
)


def hours_columns(path: str = "hours") -> tuple[Column, ...]:
    """Return the columns of tables for hours low, expected and high, found at a path of attributes."""
    return tuple(Column(f"hours_{end}", "number", value=f"{path}.{end}", on=On.TABLE) for end in ENDS)


@dataclass(frozen=True)
class Sheet:
    """
    A titled table, whose rows are made when they are read; `title` is a key of ``sheets`` in the language files.

    Attributes
    ----------
    items
        Gives the items, one a row.
    hidden
        Keys of columns that a screen leaves out this time.
    """

    title: str
    described: Sequence[Column]
    items: Callable[[], Iterable[Any]]
    lang: Lang = "fr"
    hidden: frozenset[str] = frozenset()

    @classmethod
    def of_rows(cls, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> "Sheet":
        """Return a sheet of rows made by hand."""

        def placed(place: int, column: Column) -> Column:
            return replace(column, value=lambda row, _: row[place], on=On.CELLS)

        return cls(title, [placed(place, column) for place, column in enumerate(columns)], lambda: rows)

    def label(self, lang: Lang) -> str:
        """Return the title for people."""
        return say(f"sheets.{self.title}", lang=lang)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the table."""
        return tuple(c for c in self.described if On.TABLE in c.on)

    def on(self, screen: On) -> tuple[Column, ...]:
        """Return the columns of terminals or of pages."""
        return tuple(c for c in self.described if screen in c.on and c.key not in self.hidden)

    @cached_property
    def rows(self) -> list[list[Cell]]:
        """Cells of the table; None is an empty cell: unknown."""
        return [[column.cell(item, self.lang) for column in self.columns] for item in self.items()]

    def records(self) -> list[dict[str, Cell]]:
        """Return each row as a mapping from column key to value."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]


class Page(NamedTuple):
    """What a result shows of itself: a title, sentences, tables, sentences below them, and pages that unfold."""

    title: str
    lead: Sequence[str] = ()
    sheets: Sequence[Sheet] = ()
    details: Sequence["Page"] = ()
    notes: Sequence[str] = ()
