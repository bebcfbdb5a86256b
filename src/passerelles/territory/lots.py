"""Lots of people and lots of openings: checked rows, all problems told at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, say
from passerelles.notices import Notice

Side = Literal["fragile", "hiring"]
# Field by field: comparing half a million lots as values takes ten times as long.
NAME_OF: Final = attrgetter("employer", "job", "basin", "pool")


class Problem(NamedTuple):
    """
    One thing wrong in a table of lots.

    `row` is the line of the file (the header is line 1) or the number of the row given, 0 for the table as a whole;
    `column` is the header as it is written there; `values` fill in the sentence ``territory.problem.<key>``. `people`
    are those of the row, where they are known; `suggestions` what may have been meant.
    """

    file: str
    row: int
    column: str
    key: str
    values: Mapping[str, object]
    people: int | None = None
    suggestions: tuple[str, ...] = ()

    def sentence(self, lang: Lang = "fr") -> str:
        """Return where and what, as a person reads it."""
        where = "territory.where.cell" if self.row and self.column else "territory.where.row"
        if not self.row:
            where = "territory.where.table"
        place = say(where, lang=lang, file=self.file, row=str(self.row), column=self.column)
        return say("territory.where.problem", lang=lang, place=place, what=self.what(lang))

    def what(self, lang: Lang = "fr") -> str:
        """Return what is wrong and what to do."""
        notice = self.values.get("notice")
        if isinstance(notice, Notice):
            return notice.what(lang)
        return say(f"territory.problem.{self.key}", lang=lang, **self.values)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "file": self.file,
            "row": self.row or None,
            "column": self.column or None,
            "problem": self.key,
            "what": self.what(lang),
        }

    def set_aside(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return the row as one that is set aside, ready for JSON."""
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column or None,
            "problem": self.key,
            "reason": self.what(lang),
            "people": self.people,
            "suggestions": list(self.suggestions),
        }


class LotsError(PasserellesError):
    """Tables of lots that cannot be used; `problems` holds everything found in all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.row, p.column, p.key)))
        super().__init__("territory_input", n=len(self.problems), list="")

    def message(self, lang: Lang = "fr") -> str:
        """Return one line a problem below the first."""
        lines = "\n".join(f"  - {p.sentence(lang)}" for p in self.problems)
        return say("errors.territory_input", lang=lang, n=len(self.problems), list=lines)


@dataclass(frozen=True, slots=True, order=True)
class Lot:
    """
    People of one employer in one fragile job, or its openings in one hiring job, in one basin.

    Attributes
    ----------
    employer
        Name as given; the source of the openings where a survey is the employer.
    job
        Occupation code.
    basin
        Basin code, or the normalised name where no geography is known.
    people
        Headcount or openings, 0 or more.
    basin_label
        Name of the basin.
    pool
        Openings that share one capacity: ``family`` code of a survey; empty where they are the lot's own.
    given, confidence, row
        What was written as the job, how sure its code is in [0, 1], and where.
    """

    employer: str
    job: str
    basin: str
    pool: str = ""
    people: int = 0
    basin_label: str = ""
    label: str | None = None
    given: str = ""
    confidence: float = 1.0
    row: int = 0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the lot."""
        return (self.employer, self.job, self.basin, self.pool)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "employer": self.employer,
            "job": {"code": self.job, "label": self.label},
            "people": self.people,
            "basin": {"code": self.basin, "label": self.basin_label},
            "given": self.given,
            "confidence": self.confidence,
            "row": self.row or None,
            "family": self.pool or None,
        }


@dataclass(frozen=True)
class Lots:
    """
    A side of a territory, sorted: the order of the rows given plays no part.

    `pools` maps (basin, family) to the capacity that lots with that pool share; it is empty where each lot has its
    own. `file` and `sha256` say what was read, empty for rows from memory. `set_aside` are the rows that could not be
    used; `said` what was done with the others: lines summed, totals passed over.
    """

    side: Side
    lots: tuple[Lot, ...]
    pools: Mapping[tuple[str, str], int]
    pool_labels: Mapping[str, str]
    file: str = ""
    sha256: str = ""
    source: str = ""
    set_aside: tuple[Problem, ...] = ()
    said: tuple[Problem, ...] = ()

    @cached_property
    def capacities(self) -> Mapping[tuple[str, ...], int]:
        """Capacity of each pool, by name, sorted: a shared one, or that of a lot itself."""
        sizes: dict[tuple[str, ...], int] = {}
        for lot in self.lots:
            shared = self.pools.get((lot.basin, lot.pool)) if lot.pool else None
            sizes[pool_key(lot)] = lot.people if shared is None else shared
        return {key: sizes[key] for key in sorted(sizes)}

    @property
    def people(self) -> int:
        """Headcount, or openings: a shared capacity counts once."""
        own = sum(lot.people for lot in self.lots if not lot.pool)
        return own + sum(self.pools.values())

    def resolved(self) -> tuple[Lot, ...]:
        """Lots whose job was written otherwise than by its code, in the order of the rows."""
        return tuple(sorted((x for x in self.lots if x.given and x.given != x.job), key=lambda lot: (lot.row, lot.key)))


def aside_totals(lots: Lots) -> dict[str, int]:
    """Return the number of rows set aside, the people or openings that they name, and the rows that name none."""
    known = [p.people for p in lots.set_aside if p.people is not None]
    return {"rows": len(lots.set_aside), "people": sum(known), "rows_unknown": len(lots.set_aside) - len(known)}


_LISTED: Final = 10


def reading_notes(sides: Iterable[Lots], lang: Lang = "fr") -> list[dict[str, str]]:
    """Return what reading the tables set aside and did, in sentences, ready for JSON."""
    notes = []
    for lots in sides:
        if lots.set_aside:
            values = {**aside_totals(lots), "file": lots.file or say(f"territory.side.{lots.side}", lang=lang)}
            text = say("territory.reading.set_aside", lang=lang, n=values.pop("rows"), **values)
            notes.append({"note": "set_aside", "sentence": text})
        grouped: dict[str, list[Problem]] = {}
        for each in lots.said:
            grouped.setdefault(each.key, []).append(each)
        for key, some in grouped.items():
            rows = ", ".join(str(p.row) for p in some[:_LISTED]) + (", …" if len(some) > _LISTED else "")
            first = {k: v for k, v in some[0].values.items() if k != "rows"}
            file = some[0].file
            values = {**first, "file": file, "rows": some[0].values.get("rows", rows) if len(some) == 1 else rows}
            text = say(f"territory.reading.{key}", lang=lang, n=len(some), **values)
            notes.append({"note": key, "sentence": text})
    return notes


def pool_key(lot: Lot) -> tuple[str, ...]:
    """Name of the pool that a hiring lot draws from."""
    return (lot.employer, "", lot.basin, lot.pool) if lot.pool else (lot.employer, lot.job, lot.basin, "")


def made(side: Side, lots: Iterable[Lot], *, file: str = "", sha256: str = "", source: str = "") -> Lots:
    """Put lots with openings of their own together."""
    return Lots(side, tuple(sorted(lots, key=NAME_OF)), {}, {}, file, sha256, source)


Table = str | Path | Sequence[Mapping[str, Any]] | Iterable[Lot] | Lots
