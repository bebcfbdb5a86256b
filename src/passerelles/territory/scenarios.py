"""Several allocations of one territory side by side: another radius or budget, with a training lever or without."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang
from passerelles.settings import Settings, settings_or
from passerelles.territory.allocation import Allocation
from passerelles.territory.hours import default_costs
from passerelles.territory.lots import Table
from passerelles.territory.match import match_territory


@dataclass(frozen=True)
class Scenario:
    """An allocation under a name, and the options that set it apart."""

    name: str
    options: Mapping[str, Any]
    allocation: Allocation

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return the line of a comparison, ready for JSON."""
        totals = self.allocation.totals()
        return {
            "scenario": self.name,
            "options": {k: list(v) if isinstance(v, tuple) else v for k, v in self.options.items()},
            "status": self.allocation.status,
            "placed": totals["placed"],
            "uncovered": totals["uncovered"],
            "unfilled": totals["unfilled"],
            "hours": totals["hours"],
            "lever": totals["lever"],
            "km": totals["km"],
            "same_job": totals["same_job"],
            "gap": self.allocation.gap,
            "summary": self.allocation.summary(lang),
        }


def compare_scenarios(
    graph: OccupationGraph,
    fragile: Table,
    hiring: Table | None,
    scenarios: Mapping[str, Mapping[str, Any]],
    *,
    settings: Settings | None = None,
    **common: Any,
) -> list[Scenario]:
    """
    Allocate one territory under several sets of options.

    Parameters
    ----------
    graph, fragile, hiring
        As for `match_territory`.
    scenarios
        Options of `match_territory` by name of scenario; with ``lever`` (codes of competencies or credentials) people
        may acquire these beforehand where that is shorter. Its own hours count, in the hours of each move as in the
        budget, and stand beside the totals.
    settings, **common
        Options that all share.

    Returns
    -------
    scenarios
        In the order given.

    Raises
    ------
    PasserellesError
        If an option is not one of `match_territory`, or as `match_territory`.
    """
    chosen = settings_or(settings, graph.settings)
    found = []
    for name, options in scenarios.items():
        unknown = set(options) - {"radius_km", "frame", "budget_hours", "min_probability", "lever"}
        if unknown:
            raise PasserellesError("territory_bound", name=", ".join(sorted(unknown)), value=name)
        given = {k: v for k, v in options.items() if k != "lever"}
        if "lever" in options:
            given["costs"] = default_costs(
                graph, chosen, lever=tuple(options["lever"]), certifications=common.get("certifications")
            )
        allocation = match_territory(graph, fragile, hiring, settings=chosen, changes=False, **(common | given))
        found.append(Scenario(name, dict(options), allocation))
    return found
