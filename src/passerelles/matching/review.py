"""A list of titles or competencies resolved row by row, for a person to review; a second run honours the choices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from passerelles.errors import PasserellesError
from passerelles.matching.answers import Candidate, Status, status
from passerelles.matching.resolve import LIMIT, resolve_competencies, resolve_titles
from passerelles.matching.weights import Kind
from passerelles.matching.worklist import Cell, Worklist, cell_text
from passerelles.referentials.reference import find_occupation
from passerelles.referentials.referential import Referential

CHOICE: Final = "choix"
ADDED: Final = (
    *(f"code_{n}" for n in range(1, LIMIT + 1)),
    *(f"label_{n}" for n in range(1, LIMIT + 1)),
    *("title_1", "confidence", "statut", CHOICE),
)
"""Columns that a reviewed list has beside its own, in order."""
Progress = Callable[[int, int], None]


class Row(NamedTuple):
    """One row: its number in the list from 1, the text, the candidates, the verdict, and what a person chose."""

    number: int
    text: str
    candidates: list[Candidate]
    status: Status
    choice: str

    def cells(self) -> list[Cell]:
        """Return what the columns `ADDED` hold."""
        empty = [""] * (LIMIT - len(self.candidates))
        first = self.candidates[0] if self.candidates else None
        return [
            *(c.code for c in self.candidates),
            *empty,
            *(c.label for c in self.candidates),
            *empty,
            first.title if first else "",
            first.confidence if first else 0.0,
            self.status,
            self.choice,
        ]


@dataclass(frozen=True)
class Review:
    """
    A list reviewed: `worklist` is the list with its columns and those of `ADDED`, `rows` the same as values.

    `refused` are the rows whose choice is neither a code, nor an exact title, nor the number of a candidate.
    """

    worklist: Worklist
    rows: tuple[Row, ...]
    refused: tuple[Row, ...]

    def count(self, wanted: Status) -> int:
        """Return the number of rows with this verdict."""
        return sum(row.status == wanted for row in self.rows)


def review(
    referential: Referential,
    worklist: Worklist,
    column: str,
    *,
    kind: Kind = "title",
    progress: Progress | None = None,
) -> Review:
    """
    Resolve a column of a list.

    Parameters
    ----------
    referential
        Where to look.
    worklist
        The list; columns of an earlier review are replaced, except `choix`, whose content holds: a code, an exact
        title, or the number (1 to 5) of a candidate of that earlier review.
    column
        Column of the titles or competencies.
    kind
        ``"title"`` or ``"competency"``.
    progress
        Told the number of rows done and of all.

    Returns
    -------
    review
        As many rows as the list, in its order. A row with a choice is ``sûr``, with confidence 1.

    Raises
    ------
    PasserellesError
        If there is no such column.
    """
    place = worklist.place(column)
    texts = [cell_text(row[place]) for row in worklist.rows]
    choices = _column(worklist, CHOICE)
    earlier = [_column(worklist, f"code_{n}") for n in range(1, LIMIT + 1)]
    known = {o.code: o.name for o in referential.occupations}
    if kind == "competency":
        known = {c.code: c.label for c in referential.competencies if c.label}
    resolve = resolve_titles if kind == "title" else resolve_competencies
    rows: list[Row] = []
    refused: list[Row] = []
    for i, candidates in enumerate(resolve(referential, texts)):
        row = Row(i + 1, texts[i], candidates, status(candidates), choices[i])
        if choices[i]:
            code = _chosen(choices[i], [codes[i] for codes in earlier], known, referential if kind == "title" else None)
            row = _unclear(row) if code is None else _settled(row, code, known[code])
            if code is None:
                refused.append(row)
        rows.append(row)
        if progress is not None:
            progress(i + 1, len(texts))
    kept = worklist.without([name for name in ADDED if name != worklist.header[place]])
    done = kept.beside(ADDED, [row.cells() for row in rows])
    return Review(done, tuple(rows), tuple(refused))


def _column(worklist: Worklist, name: str) -> list[str]:
    place = worklist.find(name)
    return [""] * len(worklist.rows) if place is None else [cell_text(row[place]) for row in worklist.rows]


def _chosen(choice: str, earlier: Sequence[str], known: dict[str, str], referential: Referential | None) -> str | None:
    """Code that a person's choice means, or None."""
    for text in (choice, choice.upper(), choice.replace(" ", "").upper()):
        if text in known:
            return text
    if choice.isdecimal() and len(choice) == 1 and 1 <= int(choice) <= len(earlier):
        code = earlier[int(choice) - 1]
        return code if code in known else None
    if referential is None:
        return None
    try:
        return find_occupation(referential, choice)
    except PasserellesError:
        return None


def _unclear(row: Row) -> Row:
    return row._replace(status="à vérifier")


def _settled(row: Row, code: str, label: str) -> Row:
    found = [c for c in row.candidates if c.code == code] or [Candidate(code, label, "", "", 1.0, 1.0, "exact")]
    others = [c for c in row.candidates if c.code != code][: LIMIT - 1]
    return row._replace(candidates=[replace(found[0], confidence=1.0), *others], status="sûr")
