"""What every command says below its table: parts of the score without data, and where the data come from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from passerelles.language.say import Lang, say
from passerelles.referentials.referential import Referential

if TYPE_CHECKING:
    from rich.console import Console


def print_scorer_limits(console: "Console", scorer: Mapping[str, Any], *, lang: Lang = "fr") -> None:
    """Say what a scorer, as `envelope` describes it, does not tell on this referential: parts without data, chances."""
    if scorer["off"]:
        names = ", ".join(say(f"parts.label.{name}", lang=lang) for name in scorer["off"])
        console.print(Text(say("moves.parts_off", lang=lang, names=names), style="dim"))
    if scorer["calibrated_on"] and not scorer["calibrated"]:
        text = say("moves.uncalibrated", lang=lang, family=scorer["calibrated_on"].upper())
        console.print(Text(text, style="dim"))


def print_notice_of_source(console: "Console", referential: Referential, *, lang: Lang = "fr") -> None:
    """Print source, date and licence of the data, as the licences ask."""
    provenance = referential.provenance
    date = provenance.date or say("moves.date_unknown", lang=lang)
    text = say("moves.source", lang=lang, source=provenance.source, date=date, licence=provenance.licence or "?")
    console.print(Text(text, style="dim"))
