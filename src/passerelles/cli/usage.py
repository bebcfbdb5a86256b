"""A command line that cannot be read, told in one message in the language asked for."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Final

import typer

from passerelles.language.say import Lang, say

# Typer carries its own copy of click and exports this one class of its usage errors; the others share its base.
UsageError: Final[Any] = typer.BadParameter.__mro__[1]
_NO_COMMAND: Final = re.compile(r"No such command '([^']*)'")
_EXTRA: Final = re.compile(r"unexpected extra arguments? ?(?:\(s\) )?\((.*)\)")
_CHOICES: Final = re.compile(r"is not one of (.+?)\.?$")
# Typer before 0.29 says in words alone what its later versions say through pydantic.
_RANGE: Final = re.compile(r"is not in the range x(>=|<=|>|<)(-?[\d.]*\d)\.?$")
_NUMBER: Final = re.compile(r"is not a valid (integer|float)")
_SIGNS: Final = {">=": "greater_than_equal", "<=": "less_than_equal", ">": "greater_than", "<": "less_than"}
_LIMITS: Final = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt", "less_than": "lt"}
_KINDS: Final = ("int_parsing", "int_from_float", "float_parsing")


def usage_message(error: Any, commands: Sequence[str], *, lang: Lang) -> str:
    """Return what is wrong with a command line, where, and what to do; empty where the help was shown instead."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    place = getattr(getattr(error, "ctx", None), "command_path", None) or "passerelles"
    return f"{_what(error, commands, lang)} {say('cli.usage.help', lang=lang, command=place)}"


def _what(error: Any, commands: Sequence[str], lang: Lang) -> str:
    kind = type(error).__name__
    said = str(getattr(error, "message", "") or error)
    if kind == "MissingParameter":
        return say("cli.usage.missing", lang=lang, name=_name(error))
    if kind == "NoSuchOption":
        near = list(getattr(error, "possibilities", None) or [])
        return say("cli.usage.option", lang=lang, name=error.option_name) + _nearest(near, lang)
    if kind == "BadOptionUsage":
        return say("cli.usage.no_value", lang=lang, name=error.option_name)
    if kind == "BadParameter":
        return say("cli.usage.value", lang=lang, name=_name(error), reason=_reason(error, said, lang))
    return _of_words(said, commands, lang)


def _of_words(said: str, commands: Sequence[str], lang: Lang) -> str:
    """Return the same of what click says in words alone."""
    if found := _NO_COMMAND.search(said):
        near = get_close_matches(found[1], list(commands), n=1)
        return say("cli.usage.command", lang=lang, name=found[1]) + _nearest(near, lang)
    if found := _EXTRA.search(said):
        return say("cli.usage.extra", lang=lang, words=found[1])
    return said


def _name(error: Any) -> str:
    """Return how a person writes the parameter: its long option, or its name."""
    parameter = getattr(error, "param", None)
    options = [o for o in getattr(parameter, "opts", ()) if o.startswith("--")]
    return options[0] if options else str(getattr(parameter, "name", None) or "?")


def _reason(error: Any, said: str, lang: Lang) -> str:
    cause = error.__cause__
    faults = cause.errors() if hasattr(cause, "errors") else []
    kind = str(faults[0]["type"]) if faults else ""
    if kind in _LIMITS:
        return say(f"cli.usage.{kind}", lang=lang, limit=str(faults[0]["ctx"][_LIMITS[kind]]))
    if kind in _KINDS:
        return say(f"cli.usage.{'number' if kind == 'float_parsing' else 'integer'}", lang=lang)
    if limit := _RANGE.search(said):
        return say(f"cli.usage.{_SIGNS[limit[1]]}", lang=lang, limit=limit[2])
    if number := _NUMBER.search(said):
        return say(f"cli.usage.{'number' if number[1] == 'float' else 'integer'}", lang=lang)
    if choices := _CHOICES.search(said):
        return say("cli.usage.choice", lang=lang, choices=choices[1].replace("'", ""))
    return said


def _nearest(near: Sequence[str], lang: Lang) -> str:
    return " " + say("cli.usage.nearest", lang=lang, name=near[0]) if near else ""
