"""The help of commands in the language asked for, with the words that typer adds around it."""

from collections.abc import Mapping
from typing import Any, Final

import typer
from typer import rich_utils

from passerelles.language.say import Lang, say, sentences

# Names of typer's own words; one that a version lacks stays as it is.
_WORDS: Final = {"DEFAULT_STRING": "default", "REQUIRED_LONG_STRING": "required", "COMMANDS_PANEL_TITLE": "commands"}
# Language files that hold the help of commands.
_SUBJECTS: Final = ("cache", "cli", "compile", "explorer", "overlay", "schema", "service")


def speak(command: Any, *, lang: Lang) -> None:
    """Put the help of a command, and of those under it, into a language; it was made in French."""
    for name, key in _WORDS.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, say(f"cli.around.{key}", lang=lang))
    said: dict[str, str] = {}
    for subject in _SUBJECTS:
        chosen = sentences(subject, lang=lang)
        said |= {text: chosen.get(key, text) for key, text in sentences(subject, lang="fr").items()}
    context = typer.Context(command)
    context.help_option_names = ["-h", "--help"]
    _speak(command, context, said, lang)


def _speak(command: Any, context: typer.Context, said: Mapping[str, str], lang: Lang) -> None:
    command.help = said.get(command.help, command.help)
    for param in command.params:
        if getattr(param, "help", None):
            param.help = said.get(param.help, param.help)
    option = command.get_help_option(context)
    if option is not None:
        option.help = say("cli.around.help", lang=lang)
    for name in getattr(command, "commands", {}):
        _speak(command.commands[name], context, said, lang)
