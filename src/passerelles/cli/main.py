"""Entry point: registers the commands, and turns every error into one message and an exit code."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import typer
from typer.main import get_command

from passerelles.cli.options import LangOption, Language, speak_below
from passerelles.cli.usage import UsageError, usage_message
from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, say

DONE: Final = 0
NEGATIVE: Final = 1
WRONG: Final = 2
INTERRUPTED: Final = 130
# New objects before Python looks for circles of dead ones: its own 700 cost a short command a fifth of its time.
_OBJECTS: Final = 100_000
COMMANDS: Final = (
    "demo",
    "validate",
    "show",
    "rank",
    "sources",
    "export",
    "download",
    "evaluate",
    "train",
    "resolve",
    "migrate",
    "territory",
    "paths",
    "levers",
    "compile",
    "report",
    "schema",
    "serve",
)


def make_app(commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """Build the application with the commands named."""
    app = typer.Typer(
        name="passerelles",
        help=say("cli.help"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)  # --version stands alone
    for name in commands:
        import_module(f"passerelles.cli.commands.{name}").register(app)
    return app


def _root(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help=say("cli.version"), is_eager=True),
    lang: LangOption = Language.FR,
) -> None:
    if version:
        import passerelles

        typer.echo(f"passerelles {passerelles.__version__}")
        ctx.exit(DONE)
    speak_below(ctx, lang)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 done with a negative answer, 2 wrong request or input."""
    gc.set_threshold(_OBJECTS)
    given = list(sys.argv[1:] if arguments is None else arguments)
    # A command is known by its name, so only its module is imported; help and mistakes see them all.
    named = [word for word in given if word in COMMANDS][:1]
    asked_first = bool(given) and given[0] in COMMANDS
    try:
        command = get_command(make_app(named if asked_first else COMMANDS))
        if len(given) <= 1 or {"-h", "--help"} & set(given):
            import_module("passerelles.cli.help").speak(command, lang=_lang(given))
        code = command(given, standalone_mode=False)
        sys.exit(code or DONE)
    except UsageError as error:
        if text := usage_message(error, COMMANDS, lang=_lang(given)):
            typer.echo(f"passerelles : {text}", err=True)
        sys.exit(WRONG)
    except PasserellesError as error:
        typer.echo(f"passerelles : {error.message(_lang(given))}", err=True)
        sys.exit(WRONG)
    except BrokenPipeError:
        # The reader of a pipe (head, less) left: nothing more to say, and nothing to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo(say("cli.interrupted", lang=_lang(given)), err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:  # the last door: a fault of the program is told as one, without a traceback
        if os.environ.get("PASSERELLES_DEBUG"):
            raise
        reason = f"{type(error).__name__}: {error}"
        typer.echo(f"passerelles : {say('cli.fault', lang=_lang(given), reason=reason)}", err=True)
        sys.exit(WRONG)


def _lang(arguments: Sequence[str]) -> Lang:
    """Language asked for, read from the words themselves: an error may come before they are parsed."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=False)  # no words, no pair
    named = [b if a == "--lang" else a.partition("=")[2] for a, b in pairs if a.partition("=")[0] == "--lang"]
    return "en" if named[-1:] == ["en"] else "fr"


if __name__ == "__main__":
    run()
