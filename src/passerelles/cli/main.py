"""Entry point: registers the commands, guards streams and inputs, turns every error into one message and a code."""

import codecs
import errno
import os
import re
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Final, NoReturn
from unicodedata import normalize

import typer
from typer.main import get_command

from passerelles.cli.shared import ACCEPT_ERRORS, NO_CACHE, LangOption, option, start_group, translate_help
from passerelles.errors import PasserellesError, PasserellesWarning
from passerelles.io.csv import read_number
from passerelles.language.say import Lang, labelled, lang_of, say

_PLAIN_SIGNS: Final = {
    "─": "-", "━": "-", "–": "-", "−": "-", "→": "->", "≈": "~", "≤": "<=", "≥": ">=", "’": "'",
    "«": '"', "»": '"', "“": '"', "”": '"', "°": "o", "œ": "oe", "Œ": "Oe", "—": "-", "€": "EUR",
}  # fmt: skip


class TerminatedError(BaseException):
    """The process was asked to end; raised so that half written files are removed."""


def prepare_streams() -> None:
    """Let all be printed, with a substitute for what the terminal cannot show, and a closed stdout fail when used."""
    if sys.stdout is None:
        nowhere = os.open(os.devnull, os.O_RDONLY)
        if nowhere != 1:
            os.dup2(nowhere, 1)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # writing to it fails, as it should
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process lasts
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and getattr(stream, "errors", "") in ("strict", "surrogateescape"):
            codecs.register_error("nearest", _nearest_signs)
            reconfigure(errors="nearest")


def _nearest_signs(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for signs that an encoding lacks: a space, a line, an arrow, else a letter, else a "?"."""
    if not isinstance(error, UnicodeEncodeError):  # nothing is read under this name
        raise error
    signs = error.object[error.start : error.end]
    plain = (_PLAIN_SIGNS.get(c) or normalize("NFKD", c).encode("ascii", "ignore").decode() or "?" for c in signs)
    return "".join(plain), error.end


def forget_stdout() -> None:
    """Send what stdout still holds nowhere: its reader left, or its disk is full."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """Turn SIGTERM into an exception, as Ctrl-C is one, so that no temporary file is left."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise TerminatedError

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread: its owner decides
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# Typer carries its own copy of click and exports this one class of its usage errors; the others share its base.
UsageError: Final[Any] = typer.BadParameter.__mro__[1]
# Key of the words for a mistake that click has a class for.
_MISTAKE_WORDS: Final = {
    "MissingParameter": "missing", "NoSuchOption": "option", "BadOptionUsage": "no_value", "BadParameter": "value",
}  # fmt: skip
_NO_COMMAND: Final = re.compile(r"No such command '([^']*)'")
_EXTRA: Final = re.compile(r"unexpected extra arguments? ?(?:\(s\) )?\((.*)\)")
_CHOICES: Final = re.compile(r"is not one of (.+?)\.?$")
# Typer before 0.29 says in words alone what its later versions say through pydantic.
_RANGE: Final = re.compile(r"is not in the range x(>=|<=|>|<)(-?[\d.]*\d)\.?$")
_NUMBER: Final = re.compile(r"is not a valid (integer|float)|does not (match the format)")
_TYPE_WORDS: Final = {"integer": "integer", "float": "number", "match the format": "date"}
_RANGE_SIGNS: Final = {">=": "greater_than_equal", "<=": "less_than_equal", ">": "greater_than", "<": "less_than"}


def usage_message(error: Any, *, lang: Lang) -> str:
    """Return what is wrong with a command line, where, and what to do; empty where the help was shown instead."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    place = getattr(getattr(error, "ctx", None), "command_path", None) or "passerelles"
    return f"{_usage_fault(error, lang)} {say('cli.usage.help', lang=lang, command=place)}"


def _usage_fault(error: Any, lang: Lang) -> str:
    kind = type(error).__name__
    text = str(getattr(error, "message", "") or error)
    if key := _MISTAKE_WORDS.get(kind):
        name = getattr(error, "option_name", None) or _parameter_name(error)
        reason = _reason(error, text, lang) if kind == "BadParameter" else ""
        near = list(getattr(error, "possibilities", None) or [])
        return say(f"cli.usage.{key}", lang=lang, name=name, reason=reason) + _nearest(near, lang)
    # The others click says in words alone.
    if match := _NO_COMMAND.search(text):
        near = get_close_matches(match[1], error.ctx.command.commands if error.ctx.parent else COMMANDS, n=1)
        return say("cli.usage.command", lang=lang, name=match[1]) + _nearest(near, lang)
    if match := _EXTRA.search(text):
        return say("cli.usage.extra", lang=lang, words=match[1])
    return text


def _parameter_name(error: Any) -> str:
    """Return how a person writes the parameter: its long option, or its name."""
    parameter = getattr(error, "param", None)
    options = [o for o in getattr(parameter, "opts", ()) if o.startswith("--")]
    return options[0] if options else str(getattr(parameter, "name", None) or "?")


def _reason(error: Any, text: str, lang: Lang) -> str:
    cause = error.__cause__
    detail = cause.errors()[0] if hasattr(cause, "errors") else {"type": "value_error"}
    if detail["type"] != "value_error":  # which says it in click's words
        from passerelles.settings import fault

        return fault(detail, lang)
    if limit := _RANGE.search(text):
        return say(f"invalid.{_RANGE_SIGNS[limit[1]]}", lang=lang, limit=limit[2])
    if number := _NUMBER.search(text):
        return say(f"invalid.{_TYPE_WORDS[number[1] or number[2]]}", lang=lang)
    if choices := _CHOICES.search(text):
        return say("invalid.choice", lang=lang, choices=choices[1].replace("'", ""))
    return text


def _nearest(near: Sequence[str], lang: Lang) -> str:
    return " " + say("cli.usage.nearest", lang=lang, name=near[0]) if near else ""


DONE: Final = 0
WRONG: Final = 2
INTERRUPTED: Final = 130
_GLOBAL_FLAGS: Final = {"--no-cache": NO_CACHE, "--accept-errors": ACCEPT_ERRORS}
TERMINATED: Final = 143
# Options whose number may be written with a comma.
_DECIMALS: Final = frozenset(
    {"--radius", "--budget-hours", "--min-probability", "--max-cost", "--max-minutes", "--floor", "--p-percent"}
)
# Options of which several may be meant, where the last one alone would be taken without a word.
_ONCE: Final = ("--frame", "--profile")
# What a stream says that can take no more: a full disk, a closed descriptor, a file or quota at its limit.
_STREAM_FAILURES: Final = frozenset({errno.ENOSPC, errno.EBADF, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", 0)})
# Commands by the module that they stand in, in the order that the help lists them.
_COMMANDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "moves": ("demo", "show", "rank", "sources", "compare", "areas", "paths", "levers"),
    "titles": ("resolve", "migrate", "search"),
    "territory": ("territory", "report"),
    "referentials": (
        "validate", "overlay", "download", "export", "compile", "cache", "schema",
        "evaluate", "train", "compare-runs", "transparency",
    ),
    "serving": ("serve", "explore"),
}  # fmt: skip
COMMANDS: Final[Mapping[str, str]] = {name: place for place, names in _COMMANDS_OF.items() for name in names}


def make_app(commands: Iterable[str] = COMMANDS) -> typer.Typer:
    """Build the application with the commands named."""
    app = typer.Typer(
        name="passerelles",
        help="cli.help",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)  # --version stands alone
    for name in commands:
        function = name.replace("-", "_")
        command = getattr(import_module(f"passerelles.cli.{COMMANDS[name]}"), function)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name, help=f"cli.command.{function}")(command)
    return app


def _root(
    ctx: typer.Context,
    version: Annotated[bool, option("cli.version", "--version", is_eager=True)] = False,
    no_cache: Annotated[bool, option("cache.no_cache", "--no-cache")] = False,  # noqa: ARG001 - `run` takes it
    accept_errors: Annotated[bool, option("overlay.accept_errors", "--accept-errors")] = False,  # noqa: ARG001
    lang: LangOption = "fr",
) -> None:
    if version:
        import passerelles

        typer.echo(f"passerelles {passerelles.__version__}")
        ctx.exit(DONE)
    start_group(ctx, lang)


def _figure(word: str) -> str:
    """Write the number of an option as Python reads it, one written with a comma too; what is ambiguous stays."""
    name, sign, text = word.partition("=") if word.startswith("--") else ("", "", word)
    value = read_number(text).value if "," in text or " " in text else None
    return word if value is None else f"{name}{sign}{value:g}"


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 done with a negative answer, 2 wrong request or input."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for flag, variable in _GLOBAL_FLAGS.items():  # taken wherever they stand: they belong to no command
        if flag in words:
            words = [word for word in words if word != flag]
            os.environ[variable] = "1"
    pairs = zip(["", *words], words, strict=False)
    words = [_figure(word) if {before, word.partition("=")[0]} & _DECIMALS else word for before, word in pairs]
    lang = _lang(words)
    prepare_streams()
    try:
        with ended_cleanly(), _own_warnings(lang):
            sys.exit(_run(words, lang))
    except UsageError as error:
        _refuse(usage_message(error, lang=lang), lang)
    except PasserellesError as error:
        _refuse(error.message(lang), lang)
    except BrokenPipeError:
        forget_stdout()  # the reader of a pipe (head, less) left: nothing more to say
        sys.exit(DONE)
    except (KeyboardInterrupt, typer.Abort, TerminatedError) as stop:
        _tell(say("cli.interrupted", lang=lang))
        sys.exit(TERMINATED if isinstance(stop, TerminatedError) else INTERRUPTED)
    except OSError as error:
        if isinstance(error, PermissionError) and error.filename is not None:
            _refuse(PasserellesError("no_permission", path=error.filename).message(lang), lang)
        if error.errno not in _STREAM_FAILURES:
            _fault(error, lang)
        forget_stdout()
        _refuse(PasserellesError("stdout_failed", reason=error).message(lang), lang)
    except Exception as error:
        _fault(error, lang)


def _run(words: list[str], lang: Lang) -> int:
    options = [word.partition("=")[0] for word in words]
    for name in _ONCE:
        if options.count(name) > 1:
            raise PasserellesError("given_twice", name=name)
    # A command is known by its name, so only its module is imported; help and mistakes see them all.
    command = get_command(make_app(words[:1] if COMMANDS.keys() & words[:1] else COMMANDS))
    if not words or {"-h", "--help"} & set(words):
        translate_help(command, lang=lang)
    try:  # not by `main`, which has an end of its own for a pipe whose reader left and for Ctrl-C
        with command.make_context("passerelles", words) as context:
            code = command.invoke(context)
    except typer.Exit as ended:
        code = ended.exit_code
    sys.stdout.flush()
    return code or DONE


@contextmanager
def _own_warnings(lang: Lang) -> Iterator[None]:
    """Print our own warnings as other messages: in the reader's language, without a place in the program."""
    with warnings.catch_warnings():
        before = warnings.showwarning

        def show(message: Warning | str, *about: Any, **more: Any) -> None:
            if isinstance(message, PasserellesWarning):
                _tell(labelled("passerelles", message.message(lang), lang))
            else:
                before(message, *about, **more)

        warnings.showwarning = show
        yield


def _tell(text: str) -> None:
    with suppress(OSError, ValueError):  # stderr may be closed or full too
        typer.echo(text, err=True)


def _fault(error: Exception, lang: Lang) -> NoReturn:
    """Tell a fault of the program as one, without a traceback."""
    if os.environ.get("PASSERELLES_DEBUG"):
        raise error
    _refuse(say("cli.fault", lang=lang, reason=f"{type(error).__name__}: {error}"), lang)


def _refuse(text: str, lang: Lang) -> NoReturn:
    """Tell what is wrong, unless the help was shown instead, and exit."""
    if text:
        _tell(labelled("passerelles", text, lang))
    sys.exit(WRONG)


def _lang(arguments: Sequence[str]) -> Lang:
    """Language asked for, read from the words themselves: an error may come before they are parsed."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=False)  # no words, no pair
    named = [b if a == "--lang" else a.partition("=")[2] for a, b in pairs if a.partition("=")[0] == "--lang"]
    return lang_of("".join(named[-1:]))


if __name__ == "__main__":
    run()
