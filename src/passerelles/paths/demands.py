"""Credentials as a table: what each occupation demands, prerequisites included, known lengths, what nobody can get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.codes import circles
from passerelles.graph.core import OccupationGraph
from passerelles.model import CredentialRequirement, Hours, Ternary
from passerelles.referentials.referential import Referential
from passerelles.vectors import frozen

TENTHS: Final = 10


@dataclass(frozen=True, eq=False)
class Demands:
    """
    Credentials that occupations of a graph require.

    Attributes
    ----------
    codes
        Codes of the c credentials that some occupation requires, or that one of these supposes; sorted.
    needed
        Shape (n, c): whether each occupation requires it, itself or as a prerequisite.
    length
        Shape (c,): expected hours in tenths; where they are unknown, the least that is known, or 0.
    unknown
        Shape (c,): whether the expected hours are not known.
    closed
        Shape (c,): whether its prerequisites run in a circle, so that nobody can obtain it.
    hidden
        Shape (n,): whether the occupation is regulated and nothing says what gives access to it: something is needed
        that is not known.
    """

    codes: tuple[str, ...]
    needed: NDArray[np.bool_]
    length: NDArray[np.int64]
    unknown: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    hidden: NDArray[np.bool_]

    def held(self, referential: Referential, credentials: Mapping[str, Ternary]) -> NDArray[np.bool_]:
        """Shape (c,): what a person holds; see `with_prerequisites`."""
        known = with_prerequisites(referential, credentials)
        return np.asarray([known.get(code) == "yes" for code in self.codes], dtype=np.bool_)


def with_prerequisites(referential: Referential, credentials: Mapping[str, Ternary]) -> Mapping[str, Ternary]:
    """Add that who holds a credential has held its prerequisites, unless it is stated otherwise."""
    found = dict(credentials)
    for code in sorted(c for c, held in credentials.items() if held == "yes"):
        for required in referential.prerequisites_of(code):
            found.setdefault(required, "yes")
    return found


def demands_of(graph: OccupationGraph) -> Demands:
    """Return the credentials that a graph's occupations require, worked out at the first call."""
    return graph.derived("path_demands", lambda: _build(graph))


def _build(graph: OccupationGraph) -> Demands:
    referential = graph.referential
    wanted = [required_codes(referential, code) for code in graph.codes]
    codes = sorted({c for listed in wanted for c in listed})
    place = {code: i for i, code in enumerate(codes)}
    needed = np.zeros((len(graph.codes), len(codes)), dtype=np.bool_)
    for row, listed in enumerate(wanted):
        needed[row, [place[c] for c in listed]] = True
    found = [referential.credential_by_code.get(code) for code in codes]
    lengths = [sane_hours(c.hours) if c else Hours() for c in found]
    least = [h.expected if h.expected is not None else (h.low or 0.0) for h in lengths]
    return Demands(
        codes=tuple(codes),
        needed=frozen(needed),
        length=frozen(np.rint(TENTHS * np.asarray(least, dtype=np.float64)).astype(np.int64)),
        unknown=frozen(np.asarray([h.expected is None for h in lengths], dtype=np.bool_)),
        closed=frozen(np.asarray([in_circle(referential, code) for code in codes], dtype=np.bool_)),
        hidden=frozen(np.asarray([o.regulated == "yes" for o in graph.occupations]) & ~needed.any(axis=1)),
    )


def sane_hours(hours: Hours) -> Hours:
    """Read negative figures, and low above high, as unknown: a length that cannot be is no length."""
    low, expected, high = (h if h is not None and 0 <= h < float("inf") else None for h in hours[:3])
    if low is not None and expected is not None and low > expected:
        low = None
    if high is not None and expected is not None and high < expected:
        high = None
    return Hours(low, expected, high, hours.source)


def required_codes(referential: Referential, occupation: str) -> tuple[str, ...]:
    """Return what an occupation requires, in an order in which it can be obtained: prerequisites first, each once."""
    found: dict[str, None] = {}
    for row in referential.credentials_of.get(occupation, ()):
        if row.kind == "required":
            found |= dict.fromkeys((*referential.prerequisites_of(row.credential), row.credential))
    return tuple(found)


def required_rows(referential: Referential, occupation: str) -> Mapping[str, CredentialRequirement]:
    """Return the rows that say what an occupation itself requires, by credential."""
    rows: Sequence[CredentialRequirement] = referential.credentials_of.get(occupation, ())
    return {row.credential: row for row in rows if row.kind == "required"}


def in_circle(referential: Referential, code: str) -> bool:
    """Whether a credential is, through others, a prerequisite of itself."""
    direct = {c.code: c.prerequisites for c in referential.credentials}
    return code in referential.derived("prerequisite circles", lambda: {c for each in circles(direct) for c in each})
