"""Figures as statistics publish them: a number, a masked cell, an estimate, or nothing; with source, year and place."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from passerelles.language.say import Lang, number, percent, say
from passerelles.model import Ternary

COUNTRY: Final = "FR"
Standing = Literal["observed", "secret", "estimated", "unknown"]


@dataclass(frozen=True, slots=True)
class Interval:
    """
    A number known within bounds, both included; `low == high` when it is known exactly.

    Examples
    --------
    >>> Interval(250, 250).exact, Interval(1, 4).exact
    (True, False)
    """

    # A whole number stays one, also where it is read back from JSON: what is shown must not depend on it.
    low: int | float
    high: int | float

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"an interval's low end ({self.low}) is over its high end ({self.high})")

    @property
    def exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high


def total(intervals: Iterable[Interval | None]) -> Interval | None:
    """
    Bounds of a sum; None (unknown) as soon as one term is unknown, and for no term at all.

    Examples
    --------
    >>> total([Interval(5, 5), Interval(1, 4)])
    Interval(low=6, high=9)
    >>> total([Interval(5, 5), None]) is None
    True
    """
    terms = list(intervals)
    bounded = [term for term in terms if term is not None]
    if not bounded or len(bounded) < len(terms):
        return None
    return Interval(sum(term.low for term in bounded), sum(term.high for term in bounded))


def share(part: Interval | None, whole: Interval | None) -> Interval | None:
    """
    Bounds of part / whole, a share in [0, 1]; unknown if either is, or if the whole may be nothing.

    Examples
    --------
    >>> share(Interval(30, 30), Interval(60, 60))
    Interval(low=0.5, high=0.5)
    >>> share(Interval(1, 4), Interval(8, 8))
    Interval(low=0.125, high=0.5)
    """
    if part is None or whole is None or whole.low <= 0:
        return None
    return Interval(min(1.0, part.low / whole.high), min(1.0, part.high / whole.low))


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure and where it comes from.

    `interval` is None when nothing is known. `standing` says how it is known: ``observed`` (printed by the
    source), ``secret`` (a masked cell is in it: known within bounds), ``estimated`` (computed here under an
    assumption), ``unknown``. `about` is the code that the source gives it for (a family, a ROME code), which may
    be broader than the job asked about, and `via` says how the job leads there; `territory` is where it was
    measured, which may be wider than the basin asked about, `territory_label` its name where one is known. `why`
    says why it is unknown, an entry ``market.why.*`` of the language files, or how it was estimated.
    """

    interval: Interval | None
    standing: Standing
    source: str = ""
    year: str = ""
    territory: str = ""
    about: str = ""
    via: str = ""
    why: str = ""
    territory_label: str = ""

    @property
    def low(self) -> float | None:
        """Lower bound, None when unknown."""
        return None if self.interval is None else self.interval.low

    @property
    def high(self) -> float | None:
        """Upper bound, None when unknown."""
        return None if self.interval is None else self.interval.high

    @property
    def value(self) -> float | None:
        """The number where it is known exactly, else None."""
        return self.interval.low if self.interval is not None and self.interval.exact else None

    def between(self, least: float = -math.inf, most: float = math.inf) -> Ternary:
        """Whether the number is `least` or more and `most` or less, when the bounds can tell."""
        if self.interval is None:
            return "unknown"
        if least <= self.interval.low and self.interval.high <= most:
            return "yes"
        return "no" if self.interval.high < least or self.interval.low > most else "unknown"

    def say(self, lang: Lang = "fr", *, decimals: int = 0, share: bool = False) -> str:
        """Write the figure, a `share` in per cent, and how it is known, as a person reads it."""
        if self.interval is None:
            why = say(f"market.why.{self.why}", lang=lang) if self.why else ""
            return say("market.figure.unknown_why" if why else "market.figure.unknown", lang=lang, why=why)
        amount = self.amount(lang, decimals=decimals, share=share)
        standing = say(f"market.standing.{self.standing}", lang=lang)
        return say("market.figure.known", lang=lang, amount=amount, standing=standing, origin=self.origin(lang))

    def amount(self, lang: Lang = "fr", *, decimals: int = 0, share: bool = False) -> str:
        """Write the number, or what it is between; nothing where it is unknown."""
        low, *more = self._ends(lang, decimals=decimals, share=share) or [""]
        return say("market.figure.between", lang=lang, low=low, high=more[0]) if more else low

    def origin(self, lang: Lang = "fr") -> str:
        """Return source, year and place, as far as they are known."""
        place = territory_name(self.territory, lang, self.territory_label)
        return ", ".join(filter(None, (self.source, self.year, place)))

    def short(self, lang: Lang = "fr", *, decimals: int = 0, share: bool = False) -> str | None:
        """Return the number for a narrow column, or both its ends, a `share` in per cent; None where it is unknown."""
        return "–".join(self._ends(lang, decimals=decimals, share=share)) or None

    def _ends(self, lang: Lang, *, decimals: int, share: bool) -> list[str]:
        """Write its two ends, one where both read the same; none where it is unknown."""
        write = percent if share else partial(number, decimals=decimals)
        ends = () if self.interval is None else (self.interval.low, self.interval.high)
        return list(dict.fromkeys(write(end, lang=lang) for end in ends))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        names = ("standing", "source", "year", "territory", "territory_label", "about", "via", "why")
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return numbers | {name: getattr(self, name) or None for name in names}


def territory_name(territory: str, lang: Lang = "fr", label: str = "") -> str:
    """
    Write a territory as a person reads it, by its `label` where one is known.

    Examples
    --------
    >>> territory_name("region:53"), territory_name("FR"), territory_name("5313"), territory_name("5313", label="Redon")
    ('région 53', 'France', 'bassin 5313', 'bassin Redon')
    """
    level, _, code = territory.rpartition(":")
    kind = "country" if territory == COUNTRY else level or "basin"
    return say(f"market.territory.{kind}", lang=lang, code=label or code) if territory else ""


def source_figure(bounds: Interval | None, why: str, **origin: str) -> Figure:
    """
    Make a figure of what a source prints: observed, secret where a masked cell leaves it known within bounds only.

    `why` says why there is none, `origin` where it comes from; see `Figure`.
    """
    if bounds is None:
        return Figure(None, "unknown", why=why, **origin)
    return Figure(bounds, "observed" if bounds.exact else "secret", **origin)


def unknown(why: str, **origin: str) -> Figure:
    """Make an unknown figure that says why."""
    return source_figure(None, why, **origin)
