"""`Move`: one step from an origin to a target, with everything that explains it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from passerelles.language.say import Lang, say
from passerelles.model import Ternary
from passerelles.ranking.filters import Verdict
from passerelles.tables.sheet import Sheet
from passerelles.tables.shown import Page, Shown

Level = Literal["proche", "accessible", "exigeante"]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a move: an occupation, or a person without one (code None)."""

    code: str | None
    label: str | None

    def to_dict(self) -> dict[str, str | None]:
        """Return plain values, ready for JSON."""
        return {"code": self.code, "label": self.label}


@dataclass(frozen=True, slots=True)
class PartValue:
    """One named part of a score; `value` has no unit, 0 is the average candidate of the referential."""

    name: str
    value: float

    def label(self, lang: Lang = "fr") -> str:
        """Return the part's name for people."""
        return say(f"parts.label.{self.name}", lang=lang)

    def sentence(self, lang: Lang = "fr") -> str:
        """Return what the part says of this move; it never contradicts the sign of the value."""
        sign = "plus" if self.value > 0 else "minus" if self.value < 0 else "zero"
        return say(f"parts.{sign}.{self.name}" if sign != "zero" else "parts.zero", lang=lang, part=self.label(lang))

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "name": self.name,
            "label": self.label(lang),
            "value": self.value,
            "sentence": self.sentence(lang),
        }


class Item(NamedTuple):
    """A competency that the target requires; `via` and `credit` say by which near match it is partly held."""

    code: str
    label: str | None
    kind: str
    core: bool
    weight: float
    via: str | None = None
    via_label: str | None = None
    credit: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        found: dict[str, Any] = {
            "code": self.code,
            "label": self.label,
            "kind": self.kind,
            "core": self.core,
            "weight": self.weight,
        }
        if self.credit is not None:
            found |= {"via": self.via, "via_label": self.via_label, "credit": self.credit}
        return found


@dataclass(frozen=True, slots=True)
class NeededCredential:
    """A credential that the target requires, or a prerequisite of one, and whether the origin holds it."""

    code: str
    label: str
    kind: str
    held: Ternary
    source: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return plain values, ready for JSON."""
        return {"code": self.code, "label": self.label, "kind": self.kind, "held": self.held, "source": self.source}


@dataclass(frozen=True, slots=True)
class Known:
    """That the referential's own experts list this move."""

    rank: int | None
    kind: str
    source: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"rank": self.rank, "kind": self.kind, "source": self.source}


@dataclass(frozen=True, slots=True, repr=False)
class Move(Shown):
    """
    A ranked move.

    Attributes
    ----------
    score
        `base` plus the values of `parts`; no unit, compares within one referential, scorer and settings.
    probability
        Chance in [0, 1] that an expert of the referential would list the move, never a chance of success; None
        when the scorer is not calibrated.
    coverage
        Share in [0, 1] of what the target requires that is held, near matches at their discount; None when the
        target lists nothing.
    coverage_position
        1 = no other target is better covered from this origin; None when the coverage is unknown.
    """

    rank: int
    origin: End
    target: End
    score: float
    probability: float | None
    level: Level | None
    coverage: float | None
    coverage_position: int | None
    parts: tuple[PartValue, ...]
    held: tuple[Item, ...]
    near: tuple[Item, ...]
    missing: tuple[Item, ...]
    credentials: tuple[NeededCredential, ...]
    filters: tuple[Verdict, ...]
    known: Known | None
    referential: tuple[str, str]  # name and version

    def __repr__(self) -> str:
        """One line: rank, ends and score; `print` shows the whole."""
        return f"<Move {self.rank}: {self.origin.code} → {self.target.code}, score {self.score:.2f}, {self.level}>"

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the move, the parts of its score, competencies and credentials as tables."""
        return Moves([self]).sheets(lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the move shows of itself: facts, sentences, and the parts of its score."""
        from passerelles.ranking.sheets import move_page  # noqa: PLC0415 - it builds on this class

        return move_page(self, lang)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return the shape of an item of ``rank@1``, ready for JSON."""
        return {
            "rank": self.rank,
            "origin": self.origin.to_dict(),
            "target": self.target.to_dict(),
            "score": self.score,
            "probability": self.probability,
            "level": self.level,
            "coverage": self.coverage,
            "coverage_position": self.coverage_position,
            "parts": [p.to_dict(lang) for p in self.parts],
            "held": _dicts(self.held),
            "near": _dicts(self.near),
            "missing": _dicts(self.missing),
            "credentials": [c.to_dict() for c in self.credentials],
            "filters": [v.to_dict(lang) for v in self.filters],
            "known": self.known.to_dict() if self.known else None,
            "referential": {"name": self.referential[0], "version": self.referential[1]},
        }


class Moves(list[Move], Shown):
    """A ranking: a list of moves, best first, that shows itself as a table. `towards`: the moves share their target."""

    def __init__(self, moves: Iterable[Move] = (), *, towards: bool = False) -> None:
        super().__init__(moves)
        self.towards = towards

    __repr__ = Shown.__str__

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the ranking, the parts of the scores, competencies and credentials as tables."""
        from passerelles.ranking.sheets import move_sheets  # noqa: PLC0415 - it builds on this class

        return move_sheets(self, lang=lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the ranking shows of itself: a table, and each move to unfold."""
        from passerelles.ranking.sheets import ranking_page  # noqa: PLC0415 - it builds on this class

        return ranking_page(self, lang)


def _dicts(items: Sequence[Item]) -> list[dict[str, Any]]:
    return [item.to_dict() for item in items]
