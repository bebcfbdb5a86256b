"""A move in sentences: what is carried over and missing, credentials, filters; the same on every screen."""

from collections.abc import Sequence

from passerelles.language.say import Lang, number, ordinal, percent, say
from passerelles.language.typography import labelled, listed
from passerelles.ranking.move import Item, Move

_ITEMS = 4


def move_title(move: Move, lang: Lang) -> str:
    """Return ``origin → target``, by label where there is one."""
    start = move.origin.label or move.origin.code or say("moves.profile", lang=lang)
    return f"{start} → {move.target.label or move.target.code}"


def move_facts(move: Move, lang: Lang) -> str:
    """Return level, chance, coverage and what the experts list, in one line."""
    chance = None if move.probability is None else percent(move.probability, lang=lang)
    facts = {
        "score": number(move.score, lang=lang, decimals=2),
        "level": say(f"moves.level.{move.level}", lang=lang) if move.level else None,
        "probability": chance,
        "coverage": coverage_text(move, lang),
        "known": known_text(move, lang) if move.known else None,
    }
    return " · ".join(say(f"moves.fact.{k}", lang=lang, value=v) for k, v in facts.items() if v is not None)


def move_sentences(move: Move, lang: Lang) -> list[str]:
    """Return what is held, near and missing, each credential, and each filter's verdict."""
    found = [
        items_text(key, items, lang)
        for key, items in (("held", move.held), ("near", move.near), ("missing", move.missing))
        if items
    ]
    found += [say(f"moves.credential.{c.held}", lang=lang, label=c.label) for c in move.credentials]
    return found + [labelled(v.name, v.sentence(lang), lang) for v in move.filters]


def coverage_text(move: Move, lang: Lang) -> str:
    """Return the coverage with its position among all targets."""
    if move.coverage is None or move.coverage_position is None:
        return say("moves.coverage_unknown", lang=lang)
    share, position = percent(move.coverage, lang=lang), ordinal(move.coverage_position, lang=lang)
    return say("moves.coverage", lang=lang, share=share, position=position)


def known_text(move: Move, lang: Lang) -> str:
    """Return how the referential's experts list the move; a dash where they do not."""
    if move.known is None:
        return "–"
    if move.known.rank is None:
        return move.known.kind
    return say("moves.known", lang=lang, rank=str(move.known.rank))


def items_text(key: str, items: Sequence[Item], lang: Lang) -> str:
    """Return the first competencies of a list, by label, and how many more there are."""
    names = [
        (i.label or i.code) + (say("moves.via", lang=lang, label=i.via_label or i.via) if i.via else "")
        for i in items[:_ITEMS]
    ]
    rest = len(items) - len(names)
    more = say("moves.more", lang=lang, n=rest) if rest else ""
    return say(f"moves.items.{key}", lang=lang, n=len(items), names=listed(names, lang)) + more
