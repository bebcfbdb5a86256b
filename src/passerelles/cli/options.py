"""Options that commands share, and loading what they name."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from passerelles.language.say import Lang, say, sentences

if TYPE_CHECKING:
    from passerelles.graph.core import OccupationGraph
    from passerelles.referentials.referential import Referential
    from passerelles.session import Session


# What is said once for all that a command does, wherever it stands in the line: variables that the entry point sets.
NO_CACHE: Final = "PASSERELLES_NO_CACHE"
ACCEPT_ERRORS: Final = "PASSERELLES_ACCEPT_ERRORS"


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
MarketBasinOption = Annotated[str | None, typer.Option("--basin", help=say("cli.option.market_basin"))]
NoAccessOption = Annotated[bool, typer.Option("--no-access", help=say("cli.option.no_access"))]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help=say("cli.option.limit"))]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help=say("cli.option.format"))]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help=say("cli.option.output"))]
ChartOption = Annotated[Path | None, typer.Option("--chart", help=say("cli.option.chart"))]
LangOption = Annotated[Language, typer.Option("--lang", help=say("cli.option.lang"))]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help=say("cli.option.settings"))]
StrictOption = Annotated[bool, typer.Option("--strict", help=say("cli.option.strict"))]
FragileOption = Annotated[Path | None, typer.Option("--fragile", help=say("cli.option.fragile"))]
HiringOption = Annotated[Path | None, typer.Option("--hiring", help=say("cli.option.hiring"))]
RadiusOption = Annotated[float | None, typer.Option("--radius", help=say("cli.option.radius"))]
ScenarioOption = Annotated[list[str] | None, typer.Option("--scenario", help=say("cli.option.scenario"))]
ObservedOption = Annotated[Path | None, typer.Option("--observed", help=say("cli.option.observed"))]
TravelOption = Annotated[Path | None, typer.Option("--travel", help=say("cli.option.travel"))]


def speak_below(ctx: typer.Context, lang: LangOption = Language.FR) -> None:
    """Speak a language in all commands of a group, unless they name another; without a command, show the help."""
    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"lang": lang.value}}
        return
    speak(ctx.command, lang=lang.lang)
    typer.echo(ctx.get_help(), nl=False)
    ctx.exit(2)


def caching() -> bool:
    """Whether what is opened may be kept in the user's cache: not with ``--no-cache``."""
    return not _is_on(NO_CACHE)


def accepting() -> bool:
    """Whether an overlay is used in spite of its errors: with ``--accept-errors``."""
    return _is_on(ACCEPT_ERRORS)


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() not in ("", "0", "false", "no", "off", "n", "f")


def open_session(
    referential: str,
    overlays: list[str] | None = None,
    data: list[Path] | None = None,
    settings: Path | None = None,
    *,
    strict: bool = False,
    travel: Path | None = None,
    observed: Path | None = None,
    tensions: bool = True,
    no_access: bool = False,
    lang: Lang | Language = "fr",
) -> "Session":
    """Return what a command works with; what reading finds in overlays is said in a line each."""
    from passerelles.session import Session

    def tell(name: str, errors: int, warnings: int) -> None:
        chosen = lang.lang if isinstance(lang, Language) else lang
        typer.echo(say("overlay.found", lang=chosen, name=name, errors=errors, warnings=warnings), err=True)

    return Session(
        referential,
        tuple(overlays or ()),
        tuple(data or ()),
        settings,
        strict,
        travel,
        observed,
        tensions,
        access=not no_access,
        cache=caching(),
        accept_errors=accepting(),
        tell=tell,
    )


def load(referential: str, overlays: list[str] | None, lang: Lang | Language = "fr") -> "Referential":
    """Load a referential with its overlays, in the order given."""
    return open_session(referential, overlays, lang=lang).referential


def load_graph(
    referential: str,
    overlays: list[str] | None,
    settings_file: Path | None = None,
    *,
    strict: bool = False,
    no_access: bool = False,
    lang: Lang | Language = "fr",
) -> "OccupationGraph":
    """Load a referential with its overlays and build its graph, with the catalogue of access facts or without."""
    return open_session(
        referential, overlays, settings=settings_file, strict=strict, no_access=no_access, lang=lang
    ).graph


# Names of typer's own words; one that a version lacks stays as it is.
_AROUND: Final = {"DEFAULT_STRING": "default", "REQUIRED_LONG_STRING": "required", "COMMANDS_PANEL_TITLE": "commands"}
# Language files that hold the help of commands.
_SUBJECTS: Final = ("cache", "cli", "compile", "explorer", "overlay", "schema", "service")


def speak(command: Any, *, lang: Lang) -> None:
    """Put the help of a command, and of those under it, into a language; it was made in French."""
    from typer import rich_utils

    for name, key in _AROUND.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, say(f"cli.around.{key}", lang=lang))
    said: dict[str, str] = {}
    for subject in _SUBJECTS:
        chosen = sentences(subject, lang=lang)
        said |= {text: chosen.get(key, text) for key, text in sentences(subject, lang="fr").items()}
    context = typer.Context(command)
    context.help_option_names = ["-h", "--help"]
    _speak_command(command, context, said, lang)


def _speak_command(command: Any, context: typer.Context, said: Mapping[str, str], lang: Lang) -> None:
    command.help = said.get(command.help, command.help)
    for param in command.params:
        if getattr(param, "help", None):
            param.help = said.get(param.help, param.help)
    option = command.get_help_option(context)
    if option is not None:
        option.help = say("cli.around.help", lang=lang)
    for name in getattr(command, "commands", {}):
        _speak_command(command.commands[name], context, said, lang)
