"""What pages are made from: the engine, and what one visitor asks; and how templates become pages."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Template

from passerelles.language.say import Lang, say, signed
from passerelles.ranking.move import Move, Moves, move_facts, move_sentences
from passerelles.report.case import Words, grid_of
from passerelles.report.envelope import scorer_dict, scorer_limits, source_lines
from passerelles.service.engine import Engine
from passerelles.service.gate import EXPLORER
from passerelles.views.document import Grid
from passerelles.views.shown import environment
from passerelles.views.spec import On, Sheet

# Files that pages ask for, with their kind and where they lie; tables sort and filter as those of the report do.
ASSETS: Final[Mapping[str, tuple[str, str, str]]] = {
    "style.css": ("text/css", "passerelles.service.explorer", "static"),
    "explorer.js": ("text/javascript", "passerelles.service.explorer", "static"),
    "tables.js": ("text/javascript", "passerelles.report", "templates"),
}
SECTIONS: Final = ("interests", "profile", "compare", "map", "areas", "territory")


@dataclass(frozen=True, eq=False)
class Ask:
    """
    What one visitor asks of a page: its language, the fields of its address, and where the explorer lies.

    `usual` is the language of pages whose address names none. What is about a person is never among the fields of an
    address.
    """

    engine: Engine
    lang: Lang
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    base: str = EXPLORER
    usual: Lang = "fr"

    @property
    def words(self) -> Words:
        """Words of the explorer."""
        return Words(self.lang, "explorer")

    def one(self, name: str) -> str:
        """Return a field, without the blanks around it; empty where there is none."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def many(self, name: str) -> tuple[str, ...]:
        """Return all that a field was given, blanks left out."""
        return tuple(text.strip() for text in self.fields.get(name, ()) if text.strip())

    def url(self, *path: str, **fields: Any) -> str:
        """
        Return the address of a page in the visitor's language; empty fields are left out.

        Examples
        --------
        >>> Ask(None, "en").url("rank", "K2110", filter=["unregulated"])
        '/explorer/rank/K2110?filter=unregulated&lang=en'
        """
        if self.lang != self.usual:
            fields = {**fields, "lang": self.lang}
        told = {name: value for name, value in fields.items() if value not in ("", None, [], ())}
        query = urlencode(told, doseq=True)
        place = "/".join((self.base, *(quote(part, safe="") for part in path)))
        return (place if path else f"{place}/") + (f"?{query}" if query else "")

    def here(self, path: Sequence[str], **changed: Any) -> str:
        """Return the address of this page with some fields changed."""
        told = {name: list(values) for name, values in self.fields.items() if name != "lang"}
        return self.url(*path, **{**told, **changed})

    def table(self, sheet: Sheet, **links: Callable[[Any], str]) -> Grid:
        """Return a sheet as a table of a page: the columns that its result declares for pages, in their order."""
        report = Words(self.lang)
        columns = sheet.on(On.PAGE)
        return grid_of(report, sheet.title, columns, sheet.items(), links=links, caption=sheet.label(self.lang))

    def told(
        self, moves: Moves, links: Mapping[str, Callable[[Any], str]] = MappingProxyType({}), *, occupied: bool = True
    ) -> dict[str, Any]:
        """Return what a template shows of moves: their page, its table where there is one, and notes under it."""
        page = moves.page(self.lang)
        grid = self.table(page.sheets[0], **links) if moves else None
        limits = scorer_limits(scorer_dict(self.engine.graph, occupied=occupied), lang=self.lang)
        return {"page": page, "grid": grid, "notes": [*page.notes, *limits]}

    def render(self, template: str, **content: Any) -> str:
        """Return a page, or a piece of one."""
        other: Lang = "fr" if self.lang == "en" else "en"
        source = " ".join(source_lines(self.engine.referential, lang=self.lang))
        return _template(template).render(
            ask=self, engine=self.engine, w=self.words, lang=self.lang, url=self.url, other=other, asset=self.asset,
            source=source, tell=partial(say, lang=self.lang), **content,
        )  # fmt: skip

    def asset(self, name: str) -> str:
        """Return the address of a file of the package, which changes with what is in it."""
        return f"{self.base}/static/{asset_sum(name)}/{name}"


@cache
def asset_text(name: str) -> bytes:
    """Bytes of a style sheet or script of the explorer."""
    _, package, folder = ASSETS[name]
    return (files(package) / folder / name).read_bytes()


@cache
def asset_sum(name: str) -> str:
    """Checksum of such a file."""
    return hashlib.sha256(asset_text(name)).hexdigest()[:12]


def bars(found: Move, lang: Lang) -> Iterator[tuple[str, str, float, float, str]]:
    """
    Yield the parts of the score of a move, drawn from the middle: the longest is half the picture.

    Of each: its label, its value in words, where its bar begins and how long it is, of 100, and the sign.
    """
    longest = max((abs(p.value) for p in found.parts), default=0.0) or 1.0
    for part in found.parts:
        width = round(50 * abs(part.value) / longest, 2)
        start, sign = (50.0, "plus") if part.value >= 0 else (round(50 - width, 2), "minus")
        yield part.label(lang), signed(part.value, lang=lang), start, width, sign


@cache
def _template(name: str) -> Template:
    made = environment("passerelles.service.explorer")
    made.globals |= {"facts": move_facts, "sentences": move_sentences, "bars": bars, "sections": SECTIONS}
    return made.get_template(name)
