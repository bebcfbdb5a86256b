"""A training lever: competencies or credentials acquired beforehand, and the hours that acquiring them takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.access.conditions import training_hours
from passerelles.access.demands import sane_hours
from passerelles.access.holdings import Holdings, after_occupation, holdings_of, stated_holdings
from passerelles.errors import UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.coverage import required_columns
from passerelles.settings import EffortSettings

if TYPE_CHECKING:
    from passerelles.model import Ternary

_TENTHS: Final = 10


@dataclass(frozen=True)
class Lever:
    """
    What is acquired beforehand: columns of the graph's competencies, and codes of credentials.

    `hours_of` gives what it takes: for each competency that is not held, the hours of the effort model for one item of
    its kind; on top, once for each macro-competency of which nothing is held, those of getting one's bearings; for
    each credential that is not held, its expected hours and those of its prerequisites. No block cap lowers the sum,
    so that a lever never looks cheaper than the same training inside a move.
    """

    graph: OccupationGraph
    effort: EffortSettings
    columns: tuple[int, ...]
    credentials: tuple[str, ...]

    def held(self, row: int) -> NDArray[np.intp]:
        """Columns of what somebody of an occupation holds with the lever, sorted."""
        return np.asarray(sorted(set(required_columns(self.graph, row).tolist()) | set(self.columns)), dtype=np.intp)

    def with_credentials(self, row: int) -> Holdings:
        """Return the credentials that somebody of an occupation holds with the lever."""
        referential = self.graph.referential
        taken: dict[str, Ternary] = dict.fromkeys(self.credentials, "yes")
        return after_occupation(referential, stated_holdings(referential, taken), self.graph.codes[row])

    def hours_of(self, row: int) -> float:
        """Hours that the lever takes somebody of an occupation, to the tenth; nan where a length is not known."""
        per_item = {
            "savoir-faire": self.effort.skill_hours,
            "savoir": self.effort.knowledge_hours,
            "savoir-être": self.effort.soft_hours,
        }
        had = set(required_columns(self.graph, row).tolist())
        missing = [c for c in self.columns if c not in had]
        entered = {int(self.graph.macro[c]) for c in had}
        bearings = {int(self.graph.macro[c]) for c in missing} - entered - {-1}
        total = sum(per_item[self.graph.competencies[c].kind] for c in missing)
        total += self.effort.entry_hours * len(bearings)
        holdings = holdings_of(self.graph.referential, self.graph.codes[row], {})
        prerequisites = {p for c in self.credentials for p in self.graph.referential.prerequisites_of(c)}
        for code in sorted(prerequisites | set(self.credentials)):
            credential = self.graph.referential.credential_by_code.get(code)
            if holdings.of(code) == "yes":
                continue
            length = sane_hours(training_hours(credential)).expected if credential is not None else None
            total += float("nan") if length is None else length
        return round(total * _TENTHS) / _TENTHS if total == total else float("nan")  # noqa: PLR0124 - nan


def make_lever(graph: OccupationGraph, effort: EffortSettings, codes: Sequence[str]) -> Lever:
    """
    Return the lever of some codes of competencies or credentials.

    Raises
    ------
    UnknownCodeError
        If a code is neither.
    """
    referential = graph.referential
    columns: set[int] = set()
    credentials: set[str] = set()
    for code in codes:
        if code in referential.credential_by_code:
            credentials.add(code)
        elif code in referential.competency_by_code:
            if code in graph.competency_position:  # else no occupation asks for it: it opens nothing
                columns.add(graph.competency_position[code])
        else:
            raise UnknownCodeError(code, key="unknown_competency")
    return Lever(graph, effort, tuple(sorted(columns)), tuple(sorted(credentials)))
