"""Entry point: registers the commands, and turns every error into one message and an exit code."""

import errno
import gc
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, Final, NoReturn

import typer
from typer.main import get_command

from passerelles.cli.doors import (
    TerminatedError,
    ended_cleanly,
    forget_stdout,
    prepare_streams,
    refuse_endless_numbers,
    refuse_own_input,
)
from passerelles.cli.options import ACCEPT_ERRORS, NO_CACHE, LangOption, Language, speak_below
from passerelles.cli.usage import UsageError, usage_message
from passerelles.errors import PasserellesError, PasserellesWarning
from passerelles.language.say import Lang, say

DONE: Final = 0
NEGATIVE: Final = 1
WRONG: Final = 2
INTERRUPTED: Final = 130
_NO_CACHE: Final = "--no-cache"
_ACCEPT_ERRORS: Final = "--accept-errors"
_ANYWHERE: Final = {_NO_CACHE: NO_CACHE, _ACCEPT_ERRORS: ACCEPT_ERRORS}
TERMINATED: Final = 143
# What a stream says that can take no more: a full disk, a closed descriptor, a file or quota at its limit.
_STREAM_FAILURES: Final = frozenset({errno.ENOSPC, errno.EBADF, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", 0)})
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
    "overlay",
    "search",
    "territory",
    "paths",
    "levers",
    "compare",
    "compare-runs",
    "areas",
    "compile",
    "cache",
    "report",
    "schema",
    "transparency",
    "serve",
    "explore",
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
        import_module(f"passerelles.cli.commands.{name.replace('-', '_')}").register(app)
    return app


def _root(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help=say("cli.version"), is_eager=True),
    no_cache: bool = typer.Option(False, _NO_CACHE, help=say("cache.no_cache")),  # noqa: ARG001 - `run` takes it
    accept_errors: bool = typer.Option(False, _ACCEPT_ERRORS, help=say("overlay.accept_errors")),  # noqa: ARG001
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
    for flag, variable in _ANYWHERE.items():  # taken wherever they stand: they belong to no command
        if flag in given:
            given = [word for word in given if word != flag]
            os.environ[variable] = "1"
    lang = _lang(given)
    prepare_streams()
    try:
        with ended_cleanly(), _warnings_told(lang):
            sys.exit(_run(given, lang))
    except UsageError as error:
        if text := usage_message(error, COMMANDS, lang=lang):
            _tell(f"passerelles : {text}")
        sys.exit(WRONG)
    except PasserellesError as error:
        _tell(f"passerelles : {error.message(lang)}")
        sys.exit(WRONG)
    except BrokenPipeError:
        forget_stdout()  # the reader of a pipe (head, less) left: nothing more to say
        sys.exit(DONE)
    except (KeyboardInterrupt, typer.Abort):
        _tell(say("cli.interrupted", lang=lang))
        sys.exit(INTERRUPTED)
    except TerminatedError:
        _tell(say("cli.interrupted", lang=lang))
        sys.exit(TERMINATED)
    except OSError as error:
        if error.errno not in _STREAM_FAILURES:
            _fault(error, lang)
        forget_stdout()
        _tell(f"passerelles : {PasserellesError('stdout_failed', reason=error.strerror).message(lang)}")
        sys.exit(WRONG)
    except Exception as error:
        _fault(error, lang)


def _run(given: list[str], lang: Lang) -> int:
    # A command is known by its name, so only its module is imported; help and mistakes see them all.
    named = [word for word in given if word in COMMANDS][:1]
    asked_first = bool(given) and given[0] in COMMANDS
    command = get_command(make_app(named if asked_first else COMMANDS))
    for each in _leaves(command):
        each.callback = _guarded(each.callback)
    if len(given) <= 1 or {"-h", "--help"} & set(given):
        import_module("passerelles.cli.help").speak(command, lang=lang)
    code = command(given, standalone_mode=False)
    sys.stdout.flush()
    return code or DONE


def _leaves(command: Any) -> Iterator[Any]:
    """Yield the commands themselves, groups left out."""
    below = getattr(command, "commands", None)
    if below is None:
        yield command
    for each in (below or {}).values():
        yield from _leaves(each)


def _guarded(callback: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **parameters: Any) -> Any:
        refuse_endless_numbers(parameters)
        refuse_own_input(parameters)
        return callback(*args, **parameters)

    return call


@contextmanager
def _warnings_told(lang: Lang) -> Iterator[None]:
    """Tell our own warnings as everything else is told: in the reader's language, without a place in the program."""
    with warnings.catch_warnings():
        before = warnings.showwarning

        def show(message: Warning | str, *about: Any, **more: Any) -> None:
            if isinstance(message, PasserellesWarning):
                _tell(f"passerelles : {message.message(lang)}")
            else:
                before(message, *about, **more)

        warnings.showwarning = show
        yield


def _tell(text: str) -> None:
    with suppress(OSError, ValueError):  # stderr may be closed or full too: then nobody can be told
        typer.echo(text, err=True)


def _fault(error: Exception, lang: Lang) -> NoReturn:
    """Tell a fault of the program as one, without a traceback."""
    if os.environ.get("PASSERELLES_DEBUG"):
        raise error
    reason = f"{type(error).__name__}: {error}"
    _tell(f"passerelles : {say('cli.fault', lang=lang, reason=reason)}")
    sys.exit(WRONG)


def _lang(arguments: Sequence[str]) -> Lang:
    """Language asked for, read from the words themselves: an error may come before they are parsed."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=False)  # no words, no pair
    named = [b if a == "--lang" else a.partition("=")[2] for a, b in pairs if a.partition("=")[0] == "--lang"]
    return "en" if named[-1:] == ["en"] else "fr"


if __name__ == "__main__":
    run()
