"""Moves as rows: one sheet of the ranking, one of the competencies, one of the parts."""

from collections.abc import Sequence

from passerelles.language.say import Lang
from passerelles.ranking.move import Item, Move
from passerelles.report.sheet import Cell, Column, Sheet

_SHOWN = 5


def move_sheets(moves: Sequence[Move], *, lang: Lang) -> list[Sheet]:
    """Return the sheets of a ranking: moves, parts of their scores, competencies, credentials."""
    return [_ranking(moves, lang), _parts(moves, lang), _competencies(moves), _credentials(moves)]


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
            "; ".join(f"{c.label} ({c.held})" for c in m.credentials),
            _names(m.missing),
            "; ".join(f"{v.name}: {v.verdict} ({v.sentence(lang)})" for v in m.filters),
        )
        for m in moves
    ]
    return Sheet("ranking", columns, rows)


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
    return Sheet("parts", columns, rows)


def _competencies(moves: Sequence[Move]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("target_code"),
        Column("state"),
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
    return Sheet("competencies", columns, rows)


def _credentials(moves: Sequence[Move]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("target_code"),
        Column("credential_code"),
        Column("credential_label"),
        Column("kind"),
        Column("held"),
        Column("source"),
    )
    rows = [(m.rank, m.target.code, c.code, c.label, c.kind, c.held, c.source) for m in moves for c in m.credentials]
    return Sheet("credentials", columns, rows)
