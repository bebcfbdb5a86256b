"""Moves that people made, as surveys or registers count them: evidence beside the rankings, never in their scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.io.rows import decimal_sign, known_columns, read_number, read_rows
from passerelles.io.xlsx import Cell, cell_text
from passerelles.market.read import column_words
from passerelles.model import FileRecord
from passerelles.notices import Notice, NoticeLog
from passerelles.referentials.referential import Referential, find_occupation

_COLUMNS: Final = column_words("observed_moves")
_NEEDED: Final = ("origin", "target", "people")


class Observed(NamedTuple):
    """
    What was observed between two occupations.

    `people` moved; `share` is their part of all who left the origin for another occupation of the table, in (0, 1];
    `periods` and `sources` are those of the rows, as written.
    """

    people: float
    share: float
    periods: tuple[str, ...]
    sources: tuple[str, ...]


class ObservedMove(NamedTuple):
    """One row: people who left `origin` for `target` over a period, as a source counted them."""

    origin: str
    target: str
    people: float
    period: str
    source: str


@dataclass(frozen=True)
class ObservedMoves:
    """Rows of a table of moves that could be used; `notices` gives the others, with their line and why."""

    file: FileRecord
    moves: tuple[ObservedMove, ...]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], Observed]:
        """What was observed of each pair, rows of several periods and sources summed."""
        grouped: dict[tuple[str, str], list[ObservedMove]] = {}
        for move in self.moves:
            grouped.setdefault((move.origin, move.target), []).append(move)
        people = {pair: sum(m.people for m in rows) for pair, rows in grouped.items()}
        leaving: dict[str, float] = {}
        for (origin, _), some in people.items():
            leaving[origin] = leaving.get(origin, 0.0) + some
        return MappingProxyType(
            {
                pair: Observed(
                    people[pair],
                    people[pair] / leaving[pair[0]],
                    tuple(sorted({m.period for m in rows if m.period})),
                    tuple(sorted({m.source for m in rows if m.source})),
                )
                for pair, rows in sorted(grouped.items())
            }
        )


def load_observed(path: str | Path, referential: Referential) -> ObservedMoves:
    """
    Load a table of moves that people made, CSV or workbook.

    Parameters
    ----------
    path
        Columns ``origine``, ``cible`` (codes or exact titles) and ``personnes``, and optionally ``période`` and
        ``source``; English names are understood too. A pair may have several rows: they are summed.
    referential
        Where codes and titles are looked up.

    Returns
    -------
    observed
        Rows whose occupations or number cannot be read (a masked count among them), and rows within one occupation,
        are notices with their line. Rows of nobody are passed over.

    Raises
    ------
    PasserellesError
        If the file cannot be read, lacks a column, or holds no move that can be used.
    """
    found = read_rows(path, _fits)
    table = found.table()
    columns = known_columns(table.header, _COLUMNS)
    lacking = [name for name in _NEEDED if name not in columns]
    if lacking:
        seen = ", ".join(table.header) or ", ".join(map(cell_text, next((cells for _, cells in found.filled), [])))
        raise PasserellesError("market_columns", path=path, column=", ".join(lacking), columns=seen or "-")
    log = NoticeLog(table.notices)
    rows = list(table.numbered(*(columns.get(name, "\x00absent") for name in _COLUMNS)))
    decimal = decimal_sign(people for _, (_, _, people, _, _) in rows)
    moves: list[ObservedMove] = []
    for line, (origin, target, people, period, source) in rows:
        number = read_number(people, decimal=decimal).value
        if number is None or number < 0:
            log.note("people_unreadable", file=table.name, line=line, value=people)
            continue
        ends = [_occupation(referential, text.strip(), table.name, line, log) for text in (origin, target)]
        if None in ends or not number:
            continue
        if ends[0] == ends[1]:
            log.note("move_within_occupation", file=table.name, line=line, subject=ends[0])
            continue
        moves.append(ObservedMove(str(ends[0]), str(ends[1]), number, period.strip(), source.strip()))
    if not moves:
        raise PasserellesError("observed_nothing", path=path)
    return ObservedMoves(table.record, tuple(moves), log.notices())


def _fits(cells: Sequence[Cell]) -> int:
    columns = known_columns(cells, _COLUMNS)
    return len(columns) if {"origin", "target"} <= set(columns) else 0


def _occupation(referential: Referential, text: str, file: str, line: int, log: NoticeLog) -> str | None:
    if not text:
        log.note("empty_code", file=file, line=line)
        return None
    try:
        return find_occupation(referential, text)
    except UnknownCodeError as error:
        hint = f" ({', '.join(error.suggestions)})" if error.suggestions else ""
        log.note("job_unresolved", file=file, line=line, value=text, hint=hint)
        return None
