"""Small territories whose hours are written down, for the tests of allocation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from passerelles import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.places import Basin, Places
from passerelles.paths.legal import NO, UNKNOWN, YES, Verdicts
from passerelles.territory.hours import JobHours, Titles
from passerelles.vectors import Floats, Rows
from small import referential

# Hours alone decide: the chances of made-up jobs mean nothing.
ANY_MOVE: dict[str, Any] = {"acceptable_level": "exigeante", "acceptable_probability": 0.0, "unlikely_hours": 0.0}
JOBS = tuple(f"J{i:02d}" for i in range(8))


@cache
def graph() -> OccupationGraph:
    """Eight jobs, of which nothing matters but the codes."""
    return build_graph(referential({code: [f"C{i % 3}", f"D{i}"] for i, code in enumerate(JOBS)}))


@dataclass(frozen=True)
class Written:
    """Hours of moves between jobs, by (origin, target); a pair that is absent is unknown."""

    table: Mapping[tuple[str, str], float]
    impossible: frozenset[tuple[str, str]] = frozenset()
    frames: Mapping[tuple[str, str], int] | None = None

    def hours(self, origins: Rows, targets: Rows, titles: Titles | None = None) -> JobHours:
        codes = graph().codes
        expected = np.array(
            [[self.table.get((codes[o], codes[t]), np.nan) for t in targets] for o in origins], dtype=np.float64
        ).reshape(len(origins), len(targets))
        possible = np.array(
            [[NO if (codes[o], codes[t]) in self.impossible else YES for t in targets] for o in origins], dtype=np.int8
        ).reshape(len(origins), len(targets))
        return JobHours(expected * 0.5, expected, expected * 2, possible)

    def within(
        self, frame: str, origins: Rows, targets: Rows, expected: Floats, titles: Titles | None = None
    ) -> Verdicts:
        codes = graph().codes
        known = self.frames or {}
        return np.array([[known.get((codes[o], codes[t]), UNKNOWN) for t in targets] for o in origins], dtype=np.int8)


def places(**points: tuple[float, float] | None) -> Places:
    """Basins at given latitude and longitude; None = no geography. One degree of latitude is 111.2 km."""
    basins = []
    for number, (name, point) in enumerate(sorted(points.items())):
        latitude, longitude = point or (None, None)
        basins.append(Basin(f"000{number}", name, (), latitude, longitude))
    return Places(tuple(basins))


def people(*rows: tuple[str, str, int, str]) -> list[dict[str, Any]]:
    """Rows of a fragile table: employer, job, headcount, basin."""
    return [dict(zip(("employer", "job", "headcount", "basin"), row, strict=True)) for row in rows]


def openings(*rows: tuple[str, str, int, str]) -> list[dict[str, Any]]:
    """Rows of a hiring table: employer, job, openings, basin."""
    return [dict(zip(("employer", "job", "openings", "basin"), row, strict=True)) for row in rows]


def every(hours: float, jobs: Iterable[str] = JOBS) -> dict[tuple[str, str], float]:
    """Give the same hours to every move."""
    listed = list(jobs)
    return {(a, b): hours for a in listed for b in listed if a != b}
