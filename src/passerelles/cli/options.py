"""Options that commands share, and loading what they name."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from passerelles.language.say import Lang, say

if TYPE_CHECKING:
    from passerelles.graph.core import OccupationGraph
    from passerelles.referentials.referential import Referential


NO_CACHE: Final = "PASSERELLES_NO_CACHE"


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class Language(StrEnum):
    """Language of what people read."""

    FR = "fr"
    EN = "en"

    @property
    def lang(self) -> Lang:
        """Return the code that `say` takes."""
        return "en" if self is Language.EN else "fr"


ReferentialOption = Annotated[str, typer.Option("--referential", "-r", help=say("cli.option.referential"))]
OverlayOption = Annotated[list[str] | None, typer.Option("--overlay", help=say("cli.option.overlay"))]
DataOption = Annotated[list[Path] | None, typer.Option("--data", help=say("cli.option.data"))]
NoAccessOption = Annotated[bool, typer.Option("--no-access", help=say("cli.option.no_access"))]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help=say("cli.option.limit"))]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help=say("cli.option.format"))]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help=say("cli.option.output"))]
ChartOption = Annotated[Path | None, typer.Option("--chart", help=say("cli.option.chart"))]
LangOption = Annotated[Language, typer.Option("--lang", help=say("cli.option.lang"))]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help=say("cli.option.settings"))]
StrictOption = Annotated[bool, typer.Option("--strict", help=say("cli.option.strict"))]


def speak_below(ctx: typer.Context, lang: LangOption = Language.FR) -> None:
    """Speak a language in all commands of a group, unless they name another; without a command, show the help."""
    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"lang": lang.value}}
        return
    from passerelles.cli.help import speak

    speak(ctx.command, lang=lang.lang)
    typer.echo(ctx.get_help(), nl=False)
    ctx.exit(2)


def caching() -> bool:
    """Whether what is opened may be kept in the user's cache: not with ``--no-cache``."""
    return not os.environ.get(NO_CACHE)


def load(referential: str, overlays: list[str] | None) -> "Referential":
    """Load a referential with its overlays, in the order given."""
    from passerelles.session import Session

    return Session(referential, tuple(overlays or ())).referential


def load_graph(
    referential: str,
    overlays: list[str] | None,
    settings_file: Path | None = None,
    *,
    strict: bool = False,
    no_access: bool = False,
) -> "OccupationGraph":
    """Load a referential with its overlays and build its graph, with the catalogue of access facts or without."""
    from passerelles.session import Session

    return Session(
        referential,
        tuple(overlays or ()),
        settings_file=settings_file,
        strict=strict,
        access=not no_access,
        cache=caching(),
    ).graph
