"""A reviewer's hour: the titles of a list, each once, those first that most people and most doubt hang on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from passerelles.errors import PasserellesError
from passerelles.io.atomic import atomic_file
from passerelles.io.csv import csv_text
from passerelles.io.xlsx import Cell, cell_text
from passerelles.language.say import Lang
from passerelles.matching.titles import CHOICE, LIMIT, Candidate, Review, Status
from passerelles.matching.worklist import Worklist, read_worklist
from passerelles.text import normalise_label

TITLE: Final = "intitulé"
PEOPLE: Final = "personnes"
_CANDIDATES: Final = tuple(f"candidat_{n}" for n in range(1, LIMIT + 1))
HEADER: Final = (TITLE, PEOPLE, "lignes", "statut", "confiance", *_CANDIDATES, CHOICE)
"""Columns of the sheet that a reviewer fills in: `choix` takes a code, an exact title, or a candidate."""
CHOICE_FROM: Final = (HEADER.index(CHOICE), HEADER.index(_CANDIDATES[0]), HEADER.index(_CANDIDATES[-1]))
"""Position of the column of choices, and of the first and last columns that it chooses from."""


@dataclass(frozen=True, slots=True)
class Group:
    """
    A title of a list, with all the rows that write it so.

    Attributes
    ----------
    text
        As it was first written.
    rows
        Numbers of its rows in the list.
    people
        People in these rows; their number where the list does not say.
    status, candidates
        What it resolves to.
    chosen
        Whether a person chose.
    """

    text: str
    rows: tuple[int, ...]
    people: float
    status: Status
    candidates: tuple[Candidate, ...]
    chosen: bool

    @property
    def doubt(self) -> float:
        """Chance in [0, 1] that the family is wrong."""
        return 1.0 - (self.candidates[0].parent_confidence if self.candidates else 0.0)

    @property
    def at_stake(self) -> float:
        """People that are expected to be misplaced."""
        return self.people * self.doubt

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "text": self.text,
            "rows": list(self.rows),
            "people": self.people,
            "at_stake": round(self.at_stake, 3),
            "status": self.status,
            "choice": self.candidates[0].code if self.chosen else None,
            "candidates": [{"rank": n, **c.to_dict(lang)} for n, c in enumerate(self.candidates, start=1)],
        }

    def cells(self) -> list[Cell]:
        """Return what the columns of `HEADER` hold."""
        named = [f"{c.code} {c.label}" for c in self.candidates[:LIMIT]]
        people = int(self.people) if self.people == int(self.people) else self.people
        confidence = round(1.0 - self.doubt, 3)
        chosen = self.candidates[0].code if self.chosen else ""
        return [
            self.text,
            people,
            len(self.rows),
            self.status,
            confidence,
            *named,
            *[""] * (LIMIT - len(named)),
            chosen,
        ]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Titles to look at, the most at stake first; those that a person chose come last."""

    groups: tuple[Group, ...]

    @property
    def left(self) -> tuple[Group, ...]:
        """Those that are neither sure nor chosen."""
        return tuple(group for group in self.groups if not group.chosen and group.status != "sûr")

    def worklist(self) -> Worklist:
        """Return the sheet that a reviewer fills in."""
        return Worklist(HEADER, [group.cells() for group in self.groups])

    def choices(self) -> dict[str, str]:
        """Return what was chosen: title as it is compared, to code."""
        return {normalise_label(group.text): group.candidates[0].code for group in self.groups if group.chosen}


def agenda(done: Review, *, people: Sequence[Cell] | None = None) -> Agenda:
    """
    Group the rows of a reviewed list by title, and order the titles.

    Parameters
    ----------
    done
        The list resolved.
    people
        Number of people of each row; a row whose cell is no number counts for one.

    Returns
    -------
    agenda
        Titles by people times doubt, largest first, ties by title.
    """
    counts = [1.0] * len(done.rows) if people is None else [_number(cell) for cell in people]
    by_title: dict[str, list[int]] = {}
    for place, row in enumerate(done.rows):
        if row.text.strip():
            by_title.setdefault(normalise_label(row.text) or row.text, []).append(place)
    groups = []
    for places in by_title.values():
        rows = [done.rows[place] for place in places]
        first = next((row for row in rows if row.choice), rows[0])
        groups.append(
            Group(
                text=rows[0].text,
                rows=tuple(row.number for row in rows),
                people=sum(counts[place] for place in places),
                status=first.status,
                candidates=tuple(first.candidates),
                chosen=bool(first.choice) and first not in done.refused,
            )
        )
    return Agenda(tuple(sorted(groups, key=lambda group: (group.chosen, -round(group.at_stake, 6), group.text))))


def _number(cell: Cell) -> float:
    try:
        return max(float(cell_text(cell).replace(",", ".").replace(" ", "")), 0.0)
    except ValueError:
        return 1.0


def read_choices(path: Path) -> dict[str, str]:
    """
    Read the choices of earlier reviews: title as it is compared, to code. A file that is not there holds none.

    Raises
    ------
    PasserellesError
        If the file is no list of choices.
    """
    if not path.exists():
        return {}
    listed = read_worklist(path, column=TITLE)
    title, code = listed.place(TITLE), listed.place(CHOICE)
    return {normalise_label(cell_text(row[title])): cell_text(row[code]) for row in listed.rows if cell_text(row[code])}


def write_choices(path: Path, choices: Mapping[str, str]) -> None:
    """Write choices as a list that `read_choices` and people read, whole or not at all."""
    if path.suffix.casefold() != ".csv":
        raise PasserellesError("resolve_choices_csv", path=path)
    with atomic_file(path, overwrite=True) as file:
        file.write(csv_text((TITLE, CHOICE), sorted(choices.items())).encode("utf-8"))
