"""
Published durations of French certifications, and what they say of the length of one that is not published.

`load_durations` reads the table that ships in ``referentials/durations``; `estimate` gives hours for a level and a
domain: the median of the level over distinct sources, times what the domain's courses last beside it, drawn towards
1 where there are few. Low and high are the tenth and ninetieth percentile of what courses last beside that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.io.archive import read_file
from passerelles.io.csv import read_table
from passerelles.model import Hours
from passerelles.referentials.places import bundled_folder

_FIGURES: Final = ("centre_low", "centre_hours", "centre_high", "company_hours")
_TEXTS: Final = ("code", "label", "level", "domain", "rome", "kind", "source", "as_of", "in_force")
_SHARED_SOURCE: Final = 0.75  # n rows from one text at one level count as n ** (1 - this)
_FEW: Final = 0.5  # weight of "no difference" against the courses of a domain
_TAILS: Final = (0.08, 0.92)  # a little outside the tenth and ninetieth: the spread is that of the rows fitted on


class Duration(NamedTuple):
    """
    Hours that a certification lasts, as published.

    `level` is the European level, None for a course that gives none; `domain` the letter of ROME's main domain;
    `centre` hours at the training centre, `company` hours of placement, None = unknown; `kind` what the figure is:
    ``legal-total``, ``legal-minimum``, ``published-total`` or one ``centre``.
    """

    code: str
    label: str
    level: int | None
    domain: str
    occupations: tuple[str, ...]
    centre: Hours
    company: float | None
    kind: str
    as_of: str
    in_force: str


class Estimate(NamedTuple):
    """Hours low, expected and high of a course of a level and a domain."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class DurationModel:
    """
    Medians by level and factors by domain, as logarithms of hours, and the spread around them.

    `course` is the median length of a course that gives no level.
    """

    levels: Mapping[int, float]
    domains: Mapping[str, float]
    spread: tuple[float, float]
    course: float

    def estimate(self, level: int, domain: str = "") -> Estimate:
        """
        Return hours for a level and a domain; a level beyond the table is its nearest.

        Examples
        --------
        >>> hours = duration_model().estimate(5, "M")
        >>> hours.low < hours.expected < hours.high
        True
        """
        nearest = min(self.levels, key=lambda known: (abs(known - level), known))
        middle = self.levels[nearest] + self.domains.get(domain, 0.0)
        low, high = (exp(middle + tail) for tail in self.spread)
        return Estimate(round(low), round(exp(middle)), round(high))


@cache
def load_durations() -> tuple[Duration, ...]:
    """Return the table that ships with the package, by code."""
    name = "durations.csv"
    table = read_table(read_file(bundled_folder() / "durations" / name), name=name, required=_TEXTS, strip=True)
    rows = []
    for cells in table.columns(*_TEXTS, *_FIGURES):
        code, label, level, domain, rome, kind, source, as_of, in_force, *figures = cells
        low, expected, high, company = (float(f) if f else None for f in figures)
        hours = Hours(low, expected, high, source)
        grade = int(level) if level else None
        rows.append(Duration(code, label, grade, domain, tuple(rome.split()), hours, company, kind, as_of, in_force))
    return tuple(rows)


@cache
def duration_model() -> DurationModel:
    """Return what the shipped table says of certifications that are not in it."""
    return fit_durations(load_durations())


def fit_durations(durations: Sequence[Duration]) -> DurationModel:
    """
    Fit medians, factors and spread to published durations.

    Many certifications repeat the minimum of one text: rows of one source and level are weighed down together.
    """
    known = [d for d in durations if d.level is not None and d.centre.expected]
    levels = np.asarray([d.level for d in known])
    domains = np.asarray([d.domain for d in known])
    hours = np.asarray([log(d.centre.expected or 1.0) for d in known])
    shared = Counter((d.centre.source, d.level) for d in known)
    weights = np.asarray([shared[d.centre.source, d.level] ** -_SHARED_SOURCE for d in known])
    by_level: dict[int, float] = {}
    for level in sorted(set(levels.tolist())):
        own = levels == level
        # A higher level never takes less: the few rows of one level bend to those below.
        by_level[level] = max([_quantile(hours[own], weights[own], 0.5), *by_level.values()])
    beside = hours - np.asarray([by_level[level] for level in levels.tolist()])
    by_domain = {
        domain: float((weights * beside)[domains == domain].sum() / (weights[domains == domain].sum() + _FEW))
        for domain in sorted(set(domains.tolist()))
    }
    beside = beside - np.asarray([by_domain[domain] for domain in domains.tolist()])
    low, high = (_quantile(beside, weights, share) for share in _TAILS)
    courses = [d.centre.expected for d in durations if d.level is None and d.centre.expected]
    return DurationModel(levels=by_level, domains=by_domain, spread=(low, high), course=float(np.median(courses)))


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, share)), len(values) - 1)])
