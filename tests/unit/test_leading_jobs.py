"""Openings of a family are those of the jobs that stand for it: known of the job, else by the family, and marked."""

from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

from passerelles.market.signals import leading_jobs
from passerelles.market.tables import FapRome, Tension, TensionTable
from passerelles.territory.pairs import survey_openings
from small import referential

CODES = ("A1101", "A1102", "A1103")


class Surveyed:
    """A market with one basin and one family that three jobs share."""

    tension_by_family = None

    def __init__(self, tensions: Mapping[str, int], qualified: Mapping[tuple[str, str], str]) -> None:
        pairs = tuple(("F", code) for code in CODES)
        file: Any = SimpleNamespace(source="BMO")
        self.crosswalk = FapRome(file, pairs, "FAP2021", MappingProxyType(dict(qualified)))
        rows = {(code, "0001"): Tension(value, ()) for code, value in tensions.items()}
        self.tension_by_basin = TensionTable(file, rows)
        projects = SimpleNamespace(met=SimpleNamespace(low=10, high=10))
        self.only = SimpleNamespace(
            year="2025", file=file, family_labels={"F": "Famille"}, families_in={"0001": ("F",)},
            projects_of={("0001", "F"): projects}, basins={"0001": SimpleNamespace(name="ICI")},
        )  # fmt: skip

    def survey(self, _year: object = None) -> Any:
        return self.only

    def crosswalk_of(self, _survey: object) -> FapRome:
        return self.crosswalk


EVEN = {(code, str(q)): "F" for code in CODES for q in range(10)}


def led(tensions: Mapping[str, int], qualified: Mapping[tuple[str, str], str] = EVEN) -> dict[str, str]:
    market: Any = Surveyed(tensions, qualified)
    found = leading_jobs(market, referential(dict.fromkeys(CODES, ("x",))))("0001")
    return {code: known for (code, _), known in found.items()}


def test_a_tension_published_for_the_job_makes_it_lead_unless_people_are_many() -> None:
    assert led({"A1101": 5, "A1102": 2}) == {"A1101": "job"}
    assert led({"A1101": 1, "A1102": 3, "A1103": 4}) == {"A1102": "job", "A1103": "job"}


def test_a_family_of_which_no_job_is_known_is_led_by_those_that_fit_best() -> None:
    other = {**EVEN, **{("A1102", str(q)): "G" for q in range(4)}, **{("A1103", str(q)): "G" for q in range(9)}}
    assert led({}, other) == {"A1101": "family"}
    assert led({}) == dict.fromkeys(CODES, "family")


def test_openings_of_a_survey_say_how_their_job_is_known_and_keep_the_jobs_of_the_people() -> None:
    market: Any = Surveyed({"A1101": 5}, EVEN)
    lots = survey_openings(market, referential(dict.fromkeys(CODES, ("x",))), jobs=("A1103",))
    assert [(lot.job, lot.known_by, lot.people) for lot in lots.lots] == [("A1101", "job", 10), ("A1103", "family", 10)]
    assert lots.people == 10  # one capacity, whatever the jobs
