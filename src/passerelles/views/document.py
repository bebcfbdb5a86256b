"""
A document as values: parts that hold texts, lists, figures, tables and what unfolds; no markup.

What a report says is made once, as these; a page and an office document write the same ones.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple


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


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: `key` names it in the document, `more` says what was left out, `plain` that nobody would sort it."""

    key: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""
    plain: bool = False
    code: bool = False
    kind: ClassVar[str] = "grid"

    @property
    def long(self) -> bool:
        """Whether the table is worth a filter."""
        return len(self.rows) > 5  # noqa: PLR2004 - what an eye takes in at once


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `muted` where it stands back."""

    text: str
    muted: bool = False
    kind: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside a part."""

    text: str
    key: str = ""
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences; `title` stands above it."""

    rows: tuple[str, ...]
    title: str = ""
    kind: ClassVar[str] = "bullets"


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures: a number and what it counts."""

    rows: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "figures"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what is said of them."""

    rows: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True, slots=True)
class Code:
    """Something to be copied as it stands."""

    text: str
    kind: ClassVar[str] = "code"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG, with its name and a caption; what it shows is said in words elsewhere."""

    svg: str
    name: str
    caption: str = ""
    kind: ClassVar[str] = "picture"


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks under a title that unfolds; `mark` is a level and its word."""

    key: str
    title: str
    blocks: "tuple[Block, ...]"
    short: str = ""
    mark: tuple[str, str] | None = None
    kind: ClassVar[str] = "fold"


Block = Grid | Text | Heading | Bullets | Figures | Facts | Code | Picture | Fold


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document; the first of the `annex` ones opens the annexes."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document: `kind` above its title, `about` and `notices` below, parts, a last line; `sheets`: a part a page."""

    title: str
    parts: tuple[Part, ...]
    kind: str = ""
    about: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    footer: str = ""
    lang: str = "fr"
    sheets: bool = False
