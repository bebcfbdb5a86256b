"""Several allocations of one territory side by side: another radius or budget, with a training lever or without."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.settings import Settings, settings_or
from passerelles.territory.allocation import LEVER, STATUSES, Allocation
from passerelles.territory.hours import default_costs
from passerelles.territory.lots import Table
from passerelles.territory.match import match_territory
from passerelles.views.schema import maybe, number, one_of, record, ref, text, whole
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record, attribute


def _total(name: str, on: On = On.ALL) -> Column:
    return Column(name, "integer", value=lambda s, _: s.totals[name], schema=whole(least=0), promised=True, on=on)


@dataclass(frozen=True)
class Scenario(Described):
    """An allocation under a name, and the options that set it apart."""

    name: str
    options: Mapping[str, Any]
    allocation: Allocation

    @cached_property
    def totals(self) -> Mapping[str, Any]:
        """Sums of the allocation."""
        return self.allocation.totals()

    spec: ClassVar[Record] = Record(
        "scenario",
        "One scenario of a comparison",
        (
            Column("scenario", value=attribute("name"), schema=text(), promised=True),
            Column(
                "options", json=lambda s, _: {k: list(v) if isinstance(v, tuple) else v for k, v in s.options.items()},
                schema=record("", {}), promised=True, on=On.JSON,
            ),
            Column("status", value=attribute("allocation.status"), schema=one_of(STATUSES), promised=True, on=On.JSON),
            _total("placed"),
            _total("uncovered", on=On.JSON | On.TABLE),
            _total("unfilled"),
            Column("hours", json=lambda s, _: s.totals["hours"], schema=ref("span"), promised=True, on=On.JSON),
            Column(
                "hours_expected", "number", value=lambda s, _: s.totals["hours"]["expected"], on=On.TABLE | On.SCREEN
            ),
            Column("lever", json=lambda s, _: s.totals["lever"], schema=LEVER, on=On.JSON),
            Column("lever_hours", "number", value=lambda s, _: s.totals["lever"]["hours"], on=On.TABLE | On.SCREEN),
            Column("km", "number", value=lambda s, _: s.totals["km"], schema=maybe(number(least=0)), promised=True),
            _total("same_job"),
            Column("gap", value=attribute("allocation.gap"), schema=number(least=0), promised=True, on=On.JSON),
            Column(
                "sentence", value=lambda s, lang: s.allocation.summary(lang), json_key="summary", schema=text(),
                promised=True, on=On.JSON | On.TABLE,
            ),
        ),
    )  # fmt: skip


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
