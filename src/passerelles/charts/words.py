"""Words that several charts share."""

from typing import TYPE_CHECKING

from passerelles.language.say import Lang, percent, say, signed

if TYPE_CHECKING:
    from passerelles.ranking.move import End, Move


def end_text(end: "End", lang: Lang) -> str:
    """Name one end of a move: its label and code, or a person."""
    if end.code is None:
        return end.label or say("charts.words.person", lang=lang)
    return f"{end.label} ({end.code})" if end.label else end.code


def facts(move: "Move", lang: Lang) -> str:
    """Sum up a move on one line: score, chance, level, coverage; what is not known is said."""
    unknown = say("charts.words.unknown", lang=lang)
    return say(
        "charts.words.facts",
        lang=lang,
        score=signed(move.score, lang=lang),
        chance=unknown if move.probability is None else percent(move.probability, lang=lang),
        level=unknown if move.level is None else say(f"moves.level.{move.level}", lang=lang),
        coverage=unknown if move.coverage is None else percent(move.coverage, lang=lang),
        name=move.referential[0],
        version=move.referential[1],
    )
