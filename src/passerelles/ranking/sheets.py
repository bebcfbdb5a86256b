"""Moves as tables, and as the pages that they show of themselves."""

from collections.abc import Sequence
from dataclasses import replace

from passerelles.language.say import Lang, say
from passerelles.ranking.filters import Verdict
from passerelles.ranking.move import Item, Move, Moves
from passerelles.ranking.sentences import move_facts, move_sentences, move_title
from passerelles.tables.sheet import Cell, Column, Sheet
from passerelles.tables.shown import Page

_SHOWN = 5


def move_sheets(moves: Sequence[Move], *, lang: Lang) -> list[Sheet]:
    """Return the sheets of a ranking: moves, parts of their scores, competencies, credentials."""
    return [_ranking(moves, lang), _parts(moves, lang), _competencies(moves), _credentials(moves)]


def move_page(move: Move, lang: Lang) -> Page:
    """Return a move as a page: facts, sentences, and the parts of its score."""
    lead = [move_facts(move, lang), *move_sentences(move, lang)]
    return Page(f"{move.rank}. {move_title(move, lang)}", lead, [_parts([move], lang)])


def ranking_page(moves: Moves, lang: Lang) -> Page:
    """Return a ranking as a page: the table, and each move to unfold."""
    if not moves:
        return Page(say("moves.none", lang=lang))
    first = moves[0]
    end, key = (first.target, "title_towards") if moves.towards else (first.origin, "title")
    title = say(f"moves.{key}" if end.code else "moves.title_profile", lang=lang, label=end.label, code=end.code)
    table = _ranking(moves, lang)
    hidden = "target" if moves.towards else "origin"
    shown = [k for k in table.brief if not k.startswith(hidden)]
    if all(m.probability is None for m in moves):
        shown = [k for k in shown if k not in ("probability", "level")]
    lead = [say("moves.disclaimer", lang=lang)] if first.probability is not None else []
    return Page(title, lead, [replace(table, brief=shown)], [move_page(m, lang) for m in moves])


def _ranking(moves: Sequence[Move], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("origin_code"),
        Column("origin_label"),
        Column("target_code"),
        Column("target_label"),
        Column("score", "number"),
        Column("probability", "share"),
        Column("level"),
        Column("coverage", "share"),
        Column("coverage_position", "integer"),
        Column("known_rank", "integer"),
        Column("credentials"),
        Column("missing"),
        Column("filters"),
    )
    rows: list[Sequence[Cell]] = [
        (
            m.rank,
            m.origin.code,
            m.origin.label,
            m.target.code,
            m.target.label,
            m.score,
            m.probability,
            m.level,
            m.coverage,
            m.coverage_position,
            m.known.rank if m.known else None,
            "; ".join(f"{c.label} ({say(f'terms.verdict.{c.held}', lang=lang)})" for c in m.credentials),
            _names(m.missing),
            "; ".join(_filter(v, lang) for v in m.filters) or None,
        )
        for m in moves
    ]
    brief = (
        "rank",
        "origin_code",
        "origin_label",
        "target_code",
        "target_label",
        "score",
        "probability",
        "level",
        "coverage",
        "known_rank",
    )
    return Sheet("ranking", columns, rows, brief)


def _filter(verdict: Verdict, lang: Lang) -> str:
    answer = say(f"terms.verdict.{verdict.verdict}", lang=lang)
    return f"{verdict.name}: {answer} ({verdict.sentence(lang)})"


def _names(items: Sequence[Item]) -> str:
    return "; ".join(item.label or item.code for item in items[:_SHOWN])


def _parts(moves: Sequence[Move], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("target_code"),
        Column("target_label"),
        Column("part"),
        Column("value", "number"),
        Column("sentence"),
    )
    rows = [
        (m.rank, m.target.code, m.target.label, p.label(lang), p.value, p.sentence(lang))
        for m in moves
        for p in m.parts
    ]
    return Sheet("parts", columns, rows, ("part", "value", "sentence"))


def _competencies(moves: Sequence[Move]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("target_code"),
        Column("state", words="terms.state"),
        Column("competency_code"),
        Column("competency_label"),
        Column("kind"),
        Column("core"),
        Column("weight", "number"),
        Column("via"),
        Column("credit", "share"),
    )
    rows = [
        (m.rank, m.target.code, state, i.code, i.label, i.kind, i.core, i.weight, i.via_label or i.via, i.credit)
        for m in moves
        for state, items in (("held", m.held), ("near", m.near), ("missing", m.missing))
        for i in items
    ]
    return Sheet("competencies", columns, rows, ("state", "competency_label", "kind", "core", "weight", "via"))


def _credentials(moves: Sequence[Move]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("target_code"),
        Column("credential_code"),
        Column("credential_label"),
        Column("kind"),
        Column("held", words="terms.verdict"),
        Column("source"),
    )
    rows = [(m.rank, m.target.code, c.code, c.label, c.kind, c.held, c.source) for m in moves for c in m.credentials]
    return Sheet("credentials", columns, rows, ("credential_label", "kind", "held", "source"))
