"""A page read with the standard library's parser, and its colours: an oracle that knows nothing of how it was made."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "input", "br", "link", "img", "hr"}


@dataclass
class Element:
    """An element: tag, attributes, children and texts in order."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str) -> list["Element"]:
        """Every element of this tag under this one, in the order of the page."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                found += ([child] if tag in (child.tag, "*") else []) + child.all(tag)
        return found

    @property
    def text(self) -> str:
        """All the text, scripts and styles aside."""
        if self.tag in ("script", "style"):
            return ""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def by_id(self, name: str) -> "Element":
        """The element of this id."""
        return next(e for e in self.all("*") if e.attributes.get("id") == name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(text: str) -> Element:
    """Read a page; an element that is closed out of order is an error."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert [e.tag for e in reader.open] == ["root"]
    return reader.root


def rows_of(page: Element, key: str) -> list[dict[str, str]]:
    """Rows of the table `key`, by the words of its columns; the first line of each cell only."""
    region = next(e for e in page.all("div") if e.attributes.get("aria-labelledby") == f"caption-{key}")
    names = [h.text for h in region.all("thead")[0].all("th")]
    found = []
    for row in region.all("tbody")[0].all("tr"):
        cells = [c for c in row.children if isinstance(c, Element)]
        found.append({n: _first(c) for n, c in zip(names, cells, strict=True)})
    return found


def _first(cell: Element) -> str:
    parts = [c if isinstance(c, str) else c.text for c in cell.children
             if isinstance(c, str) or c.attributes.get("class") != "note"]  # fmt: skip
    return "".join(parts).strip()


def number_of(text: str) -> float:
    """A figure as the page writes it."""
    return float(text.replace("\u202f", "").replace(",", "."))


def faults(page: Element) -> list[str]:
    """What a reader of structure would stumble over: headings, tables, names, links."""
    found = []
    names = [e.attributes["id"] for e in page.all("*") if "id" in e.attributes]
    found += [f"id {n} twice" for n in sorted({n for n in names if names.count(n) > 1})]
    for link in page.all("a"):
        target = link.attributes["href"]
        if not target.startswith("#") or target[1:] not in names:
            found.append(f"link to {target}")
    levels = [int(e.tag[1]) for e in page.all("*") if e.tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    found += [f"heading {a} then {b}" for a, b in pairwise(levels) if b > a + 1]
    if levels.count(1) != 1:
        found.append("not one h1")
    for table in page.all("table"):
        if len(table.all("caption")) != 1 or not table.all("caption")[0].text.strip():
            found.append("table without caption")
        found += ["th without scope" for th in table.all("th") if th.attributes.get("scope") not in ("row", "col")]
    for each in page.all("*"):
        found += [f"{each.tag} {n}" for n in each.attributes if n.startswith("on")]
        for name in ("src", "href", "action", "data", "xlink:href", "srcset", "poster"):
            if not each.attributes.get(name, "#").startswith(("#", "data:")):
                found.append(f"{each.tag} {name}={each.attributes[name]}")
    return found


def contrast(one: str, other: str = "#FFFFFF") -> float:
    """Contrast ratio of two colours (WCAG 2.1), from 1 to 21."""
    high, low = sorted(map(_luminance, (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
