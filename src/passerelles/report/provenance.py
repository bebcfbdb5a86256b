"""The files beside the referential that a territory's answer was made from: who publishes them, year, licence."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from passerelles.language.say import Lang, say
from passerelles.language.typography import listed
from passerelles.market.market import Market
from passerelles.market.places import Places

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.market.read import SourceFile

UNUSED: Final = frozenset({"wages", "fap2021-labels"})  # read with the market, no part of a ranking or an allocation


def data_sources(
    tables: Iterable[Path | None] = (),
    *,
    market: Market | None = None,
    places: Places | None = None,
    without: frozenset[str] = UNUSED,
) -> list[dict[str, Any]]:
    """
    Return what was read, ready for JSON: name, content, publisher, year, licence and SHA-256 of each file.

    Parameters
    ----------
    tables
        A person's own tables; None = none given.
    market, places
        Market files, of which surveys that were not read are left out, and geography.
    without
        Kinds of market files that play no part in the answer.
    """
    files: list[SourceFile] = []
    if market is not None:
        files += [each.file for each in market.bmo if each.is_read]
        files += [table for table in market.tables if table.kind not in without]
    files += places.files if places is not None else ()
    own = [
        {"name": path.name, "content": "table", "source": None, "year": None, "licence": None,
         "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in tables if path is not None
    ]  # fmt: skip
    return own + [
        {
            "name": file.record.name,
            "content": file.kind,
            "source": file.source or None,
            "year": file.year or None,
            "licence": file.licence or None,
            "sha256": file.record.sha256,
        }
        for file in sorted(files, key=lambda f: (f.kind, f.record.name))
    ]


def print_data_sources(console: "Console", sources: Sequence[dict[str, Any]], *, lang: Lang = "fr") -> None:
    """Print publisher and year of the data beside the referential, each once."""
    named = dict.fromkeys(
        say("territory.table.source", lang=lang, source=s["source"], year=s["year"]) if s["year"] else s["source"]
        for s in sources
        if s["source"]
    )
    if named:
        console.print(Text(say("territory.table.sources", lang=lang, list=listed(named, lang)), style="dim"))
