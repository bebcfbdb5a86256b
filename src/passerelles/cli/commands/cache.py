"""``passerelles cache``: the indexes that commands keep in the user's cache, listed or cleared."""

from datetime import datetime
from typing import Annotated

import typer

from passerelles.cli.answer import message
from passerelles.cli.options import LangOption, Language
from passerelles.language.say import say


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("cache", help=say("cache.command"))(cache)


def cache(
    clear: Annotated[bool, typer.Option("--clear", help=say("cache.clear"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """List the indexes of the cache, or clear them."""
    from passerelles.compiled import cached_indexes, clear_cache

    if clear:
        message(say("cache.cleared", lang=lang.lang, n=len(clear_cache())))
        return
    found = cached_indexes()
    for each in found:
        used = datetime.fromtimestamp(each.used).astimezone().strftime("%Y-%m-%d %H:%M")
        megabytes = each.size / 1_000_000
        typer.echo(say("cache.line", lang=lang.lang, name=each.place.name, megabytes=megabytes, used=used))
    if not found:
        message(say("cache.empty", lang=lang.lang))
