"""The effort model: worked out by hand, saturating, capped, monotone; levels read from texts on access."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from passerelles import Path, Profile, levers, rank_moves, rank_paths
from passerelles.access.conditions import access_conditions
from passerelles.access.holdings import Aim, Holdings, after_occupation, holdings_of
from passerelles.access.qualifications import ENTITLED, FIRST_DEGREE, level_of_access, qualification_of
from passerelles.effort import EffortTable, effort_table, uncovered_by
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import (
    AccessStatus,
    Alternatives,
    Credential,
    CredentialKind,
    CredentialRequirement,
    Hours,
    JobTitle,
    OccupationAccess,
    Reduction,
    RequirementKind,
    Stated,
    Ternary,
)
from passerelles.paths.legal import NO, UNKNOWN, YES
from passerelles.paths.path import path_sentences
from passerelles.paths.state import best_scored, search_space, state_at
from passerelles.ranking.move import excluded_rows, find_start
from passerelles.referentials.credentials import Duration, duration_model
from passerelles.referentials.referential import Referential
from passerelles.scoring.measures import held_competencies, required_columns
from passerelles.settings import EffortSettings, PathSettings, Settings
from passerelles.territory.hours import EffortCosts
from passerelles.vectors import level_named, word_rules
from small import occupation, referential


def hours(graph: OccupationGraph, origin: str, target: str, settings: Settings | None = None) -> float:
    """Expected hours of a direct move."""
    chosen = settings or Settings()
    table = effort_table(graph, chosen)
    at = graph.position
    total, _ = table.towards_all(
        uncovered_by(graph, table, held_competencies(graph, required_columns(graph, at[origin])))
    )
    every = np.arange(len(graph.codes))
    return float(table.final(total, every, int(table.level[at[origin]]))[at[target]]) / 10


def saturated(x: float, cap: float) -> float:
    return round(1000 * cap * x / (cap + x))


def test_hours_are_those_of_the_formula_worked_out_by_hand() -> None:
    graph = build_graph(referential({"A": ["a", "b"], "B": ["a", "M", "d"]}, macros={"a": "M", "b": "M", "d": "N"}))
    # Block M: a held (0), M near through what rolls up to it (half of 7 h), no entry. Block N: d and the entry.
    missing = saturated(3.5, 70) + saturated(7 + 35, 70)
    whole = saturated(14 + 35, 70) + saturated(7 + 35, 70)
    m = missing / whole
    # Neither fiche names a level: both are taken at 4, so the whole falls towards the short end of its courses.
    low, expected, _ = duration_model().estimate(4)
    whole_hours = expected - (expected - low) * (1 - m**1.5)
    assert hours(graph, "A", "B") == pytest.approx(round(10 * whole_hours * m * (1 - 0.9 * (1 - m**1.5))) / 10)
    assert hours(graph, "A", "A") == 0.0


def conditional(level: int, kind: CredentialKind = "diplôme") -> Referential:
    """Two jobs, of which one asks for either of two credentials of unknown length, of whoever enters."""
    ways = (Credential("W1", "Voie", kind), Credential("W2", "Autre voie", kind))
    rows = (CredentialRequirement("B", w.code, "one-of", group="g", alternative=w.code) for w in ways)
    laid: Referential = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=ways),
        occupation_access=(OccupationAccess("B", "conditional", level),),
        credential_requirements=tuple(rows),
    )
    return laid


def test_a_job_that_asks_for_no_diploma_takes_no_longer_than_courses_of_its_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    length = Duration("BAC", "", 4, "M", ("B",), Hours(None, 1850.0, None, "s"))
    monkeypatch.setattr("passerelles.access.qualifications.load_durations", lambda: (length,))

    def found(laid: Referential) -> tuple[str, float]:
        qualification = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
        return qualification.basis, qualification.expected

    free = replace(referential({"A": ["a"], "B": ["b"]}), occupation_access=(OccupationAccess("B", "open", 4),))
    other = conditional(4)
    course = replace(other.credential_by_code["W2"], kind="certificat")  # a way without a diploma: it is not demanded
    either = replace(other, credentials=(other.credential_by_code["W1"], course))
    half = EffortSettings().open_share * duration_model().estimate(4, "").expected
    for laid in (free, conditional(4, "carte"), either):
        assert found(laid) == ("estimate", half)
    assert found(conditional(4)) == ("certification", 1850.0)


@pytest.mark.parametrize(
    ("held", "target", "before"),
    [(3, 5, []), (5, 6, []), (4, 6, []), (3, 6, [4]), (6, 7, []), (5, 7, []), (4, 7, [6]), (2, 7, [4, 6])],
)
def test_a_job_of_a_higher_degree_takes_the_diplomas_before_it_and_practice_replaces_none(
    held: int, target: int, before: list[int]
) -> None:
    laid = replace(referential({"A": ["a"], "B": ["b"]}), occupation_access=(OccupationAccess("B", "open", target),))
    table = effort_table(build_graph(laid, access=None), Settings())
    row, model = 1, duration_model()
    degree = model.estimate(6, "").expected
    studies = sum(model.estimate(level, "").expected for level in before)
    own = model.estimate(target, "").expected
    if target < 6:  # part of its level's course
        own /= 2
    elif target == 6 and held < 5:  # part of the degree that nobody asks for, and of what comes before it
        own, studies = own / 2, studies / 2
    elif (held, target) == (5, 6):  # two of the three years of a first degree are behind them
        own = max(degree / 3, 500.0)
        assert own < degree
    elif held >= 5:  # experience opens the last year of a second one
        own /= 2
    everything = table.whole[row]
    assert table.raw(everything, row, held) == pytest.approx(own + studies)
    assert table.before(everything, row, held) == pytest.approx(studies)
    assert table.stage(everything, everything, row, held) >= 10 * studies - 1


@pytest.mark.parametrize(
    ("held", "target", "months"),
    [
        (2, 5, 0),
        (2, 6, 22.5),
        (4, 6, 18),
        (5, 6, 12),
        (6, 6, 0),
        (3, 7, 69),
        (4, 7, 60),
        (5, 7, 12),
        (6, 7, 12),
        (7, 7, 0),
    ],
)
def test_supposed_studies_last_their_academic_years_as_far_as_something_is_left_to_learn(
    held: int, target: int, months: float
) -> None:
    laid = replace(referential({"A": ["a"], "B": ["b"]}), occupation_access=(OccupationAccess("B", "open", target),))
    table = effort_table(build_graph(laid, access=None), Settings())
    everything = table.whole[1]
    assert float(table.months(everything, 1, held)) == months
    if held < target:  # as far as hours are: who holds the level is spared more of these
        part = float(table.raw(0.5 * everything, 1, held) / table.full(1, held))
        assert 0.0 < part < 1.0
        assert float(table.months(0.5 * everything, 1, held)) == pytest.approx(part * months)


def test_a_path_lasts_the_years_of_the_studies_that_it_supposes_and_no_frame_counts_them() -> None:
    levels = (OccupationAccess("A", "open", 4), OccupationAccess("B", "open", 7))
    laid = replace(referential({"A": ["a"], "B": ["b"]}), occupation_access=levels)
    plain = Settings(scorer="unfitted", access=None)
    (path,) = rank_paths(build_graph(laid, settings=plain), "A", targets="B", max_steps=1, settings=plain)
    assert path.hours.low is not None
    assert (path.months.low, path.months.expected, path.months.high) == (round(path.hours.low / 140, 1), 60.0, 60.0)
    assert path.direct_months == 60.0
    assert "Comptez 60,0 mois par un diplôme universitaire de ce niveau" in " ".join(path_sentences(path))
    (back,) = rank_paths(build_graph(laid, settings=plain), "B", targets="A", max_steps=1, settings=plain)
    assert "années universitaires" not in " ".join(path_sentences(back))
    longest = next(frame for frame in path.frames if frame.name == "periode-de-reconversion-accord")  # 36 months
    assert path.hours.expected is not None
    assert path.hours.expected / 140 < 36.0
    assert {v.rule for v in longest.violations} == {"hours_max"}


@pytest.mark.parametrize(("published", "supposed"), [(12, 60.0), (60, 0.0)])
def test_studies_that_take_no_longer_than_a_required_course_are_not_told_as_supposed(
    published: float, supposed: float
) -> None:
    course = Credential("C", "Cours", "certificat", Hours(10, 10, 10), months=Hours(published, None, published))
    laid = referential({"A": ["a"], "B": ["b"]}, credentials=[course], demands=[("B", "C")])
    levels = (OccupationAccess("A", "open", 4), OccupationAccess("B", "conditional", 7))
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(replace(laid, occupation_access=levels), settings=plain)
    (path,) = rank_paths(graph, "A", targets="B", max_steps=1, settings=plain)
    assert (path.months.expected, path.steps[0].academic_months) == (60.0, supposed)


def test_the_last_year_of_a_first_degree_is_all_that_is_left_from_level_5_on_and_more_held_never_takes_longer() -> None:
    laid = replace(referential({"A": ["a"], "B": ["b"]}), occupation_access=(OccupationAccess("B", "open", 6),))
    table = effort_table(build_graph(laid, access=None), Settings())
    for part in (1.0, 0.8, 0.3):
        hours = [float(table.raw(part * table.whole[1], 1, held)) for held in range(2, 8)]
        assert hours == sorted(hours, reverse=True)
    half = duration_model().estimate(6, "").expected / 2
    assert [round(float(table.raw(table.whole[1], 1, held))) for held in (4, 5, 6, 7)] == [half, 500, 500, 500]


@pytest.mark.parametrize(
    ("managerial", "kind", "asked"),
    [("no", "titre", False), ("yes", "titre", False), ("no", "titre", True), ("no", "experience", True)],
)
def test_who_is_below_a_first_degree_that_nobody_asks_for_takes_part_of_it_and_at_most_the_whole(
    managerial: Ternary, kind: CredentialKind, *, asked: bool
) -> None:
    """A manager's job takes no less than a diploma of level 5; who lacks the title or practice asked for, the whole."""
    title = Credential("T", "Titre", kind, level=6)
    some = [occupation("A"), replace(occupation("B"), managerial=managerial)]
    laid = replace(
        referential({"A": ["x"], "B": ["a"]}, occupations=some, credentials=[title]),
        occupation_access=(OccupationAccess("A", "open", 4), OccupationAccess("B", "open", 6)),
        credential_requirements=(CredentialRequirement("B", "T", "usual" if asked else "option"),),
    )
    plain = Settings(scorer="unfitted", access=None)
    path = direct(build_graph(laid, settings=plain), "A", "B", plain)
    model = duration_model()
    whole, two_years = model.estimate(6, "").expected, model.estimate(5, "").expected
    least = two_years if managerial == "yes" else 500.0
    assert path.hours.expected == (whole if asked else max(plain.effort.open_share * whole, least))
    assert path.months.expected == (36 if asked else 18)
    assert path.hours.high is not None
    assert 0.9 * whole < path.hours.high <= whole


def test_neither_a_required_title_nor_published_lengths_are_cut_to_their_last_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    title = Credential("T", "Diplôme", "diplôme")  # of unknown length: the years before it are its own affair
    laid = referential({"A": ["x"], "B": ["a"]}, credentials=[title], demands=[("B", "T")])
    laid = replace(laid, occupation_access=(OccupationAccess("B", "conditional", 7),))
    table = effort_table(build_graph(laid, access=None), Settings())
    assert not table.studies[:, 1].any()
    assert not table.calendar[:, 1].any()
    assert len(set(table.trade[:, 1].tolist())) == 1
    length = Duration("L", "", 6, "M", ("B",), Hours(None, 1517.0, None, "s"))
    monkeypatch.setattr("passerelles.access.qualifications.load_durations", lambda: (length,))
    trade = effort_table(build_graph(conditional(6), access=None), Settings()).trade[:, 1]
    assert set(trade[:ENTITLED].tolist()) == {1517.0}


@pytest.mark.parametrize(("status", "expected"), [("open", 300), ("conditional", 300), ("unknown", 500)])
def test_a_job_that_asks_for_no_diploma_takes_the_shortest_certification_that_leads_there(
    status: AccessStatus, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = [Duration(f"C{h}", "", 4, "M", ("B",), Hours(None, h, None, "s"))
               for h in (500.0, 300.0, 900.0)]  # fmt: skip
    monkeypatch.setattr("passerelles.access.qualifications.load_durations", lambda: tuple(lengths))
    laid = replace(referential({"A": ["a"], "B": ["b"]}), occupation_access=(OccupationAccess("B", status, 4),))
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    assert (found.basis, found.expected) == ("certification", expected)
    graded = conditional(4)
    assert qualification_of(graded, graded.occupation_by_code["B"], EffortSettings()).expected == 500


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 800.0),
        ({"kind": "option"}, 300.0),  # leads there, and nobody asks for it
        ({"scope": "titles", "titles": "1"}, 800.0),  # of the title that bears the job's own label
        ({"scope": "titles", "titles": "2"}, 300.0),
        ({"status": "conditional"}, 800.0),  # on something else than a diploma
        ({"status": "unknown"}, 300.0),
        ({"level": 5}, 800.0),  # some are hired below it, and this is the title that is asked for
        ({"level": 3}, 300.0),
        ({"hours": None}, 300.0),
    ],
)
def test_an_open_job_whose_employers_ask_for_a_diploma_takes_that_diploma(
    change: dict[str, Any], expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = Duration("C", "", 4, "M", ("B",), Hours(None, 300.0, None, "s"))
    monkeypatch.setattr("passerelles.access.qualifications.load_durations", lambda: (shorter,))
    given: dict[str, Any] = {
        "kind": "usual",
        "scope": "all",
        "titles": "",
        "status": "open",
        "level": 4,
        "hours": 800.0,
    }
    given |= change
    diploma = Credential("D", "CAP", "diplôme", Hours(None, given["hours"], None, "s"), level=given["level"])
    asked = CredentialRequirement("B", "D", given["kind"], scope=given["scope"], titles=given["titles"])
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[diploma]),
        titles=(JobTitle("1", "Métier B", "B"), JobTitle("2", "Autre", "B")),
        occupation_access=(OccupationAccess("B", given["status"], 4),),
        credential_requirements=(asked,),
    )
    assert qualification_of(laid, laid.occupation_by_code["B"], EffortSettings()).expected == expected


@pytest.mark.parametrize(
    ("change", "share", "title"),
    [
        ({}, 1.0, (("D",),)),
        ({"level": 5}, 1.0, (("D",),)),
        ({"level": 3}, EffortSettings().open_share, ()),  # some are hired below its level, and it is not the trade's
        ({"kind": "option"}, EffortSettings().open_share, ()),
        ({"scope": "titles"}, EffortSettings().open_share, ()),
        ({"status": "unknown"}, 1.0, ()),  # nobody knows what is demanded
    ],
)
def test_an_open_job_whose_employers_ask_for_a_title_of_unknown_length_takes_a_whole_course_of_its_level(
    change: dict[str, Any], share: float, title: Alternatives
) -> None:
    given: dict[str, Any] = {"kind": "usual", "scope": "all", "status": "open", "level": 4} | change
    diploma = Credential("D", "CAP", "diplôme", level=given["level"])
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[diploma]),
        occupation_access=(OccupationAccess("B", given["status"], 4),),
        credential_requirements=(CredentialRequirement("B", "D", given["kind"], scope=given["scope"]),),
    )
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    whole = duration_model().estimate(4, "")
    assert (found.low, found.expected, found.high) == tuple(share * hours for hours in whole[:3])
    assert (found.title, found.free, found.basis) == (title, share < 1.0, "estimate")
    # No post gives a title, of whatever length.
    table = effort_table(build_graph(laid, access=None), Settings())
    assert table.adaptation[1] == (EffortSettings().adaptation_titled if title else EffortSettings().adaptation)


@pytest.mark.parametrize(
    ("more", "kind", "level", "asked"),
    [
        (1.0, "certificat", 4, True),
        (1.0, "diplôme", 4, True),
        (0.0, "certificat", 4, False),  # no longer than the part by which the job is learnt
        (1.0, "certificat", 6, False),  # after the studies
    ],
)
def test_an_open_job_whose_employers_ask_for_a_longer_course_than_part_of_its_level_takes_the_whole_of_that(
    more: float, kind: Any, level: int, *, asked: bool
) -> None:
    whole, share = duration_model().estimate(level, "").expected, EffortSettings().open_share
    course = Credential("C", "Cours", kind, Hours(None, share * whole + more, None, "s"))
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[course]),
        occupation_access=(OccupationAccess("B", "open", level),),
        credential_requirements=(CredentialRequirement("B", "C", "usual"),),
    )
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    assert (found.title == (("C",),)) == (not found.free and found.basis == "estimate") == asked
    if level < FIRST_DEGREE:
        assert found.expected == (whole if asked else share * whole)


@pytest.mark.parametrize(("kind", "hours"), [("certificat", 2000.0), ("experience", 735.0)])  # years are no school
def test_a_school_that_takes_longer_than_a_course_of_the_level_is_what_an_open_job_takes(
    kind: Any, hours: float
) -> None:
    school = Credential("C", "Conservatoire", kind, Hours(None, 2000.0, None, "s"))
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[school]),
        occupation_access=(OccupationAccess("B", "open", 4),),
        credential_requirements=(CredentialRequirement("B", "C", "usual"),),
    )
    table = effort_table(build_graph(laid, access=None), Settings())
    assert [float(table.full(1, level)) for level in (2, 4)] == [hours, hours]
    assert kind == "experience" or table.full(1, ENTITLED) == duration_model().course


@pytest.mark.parametrize(
    ("of_titles", "school", "hours"),
    [
        ("1", {}, 1200.0),
        (
            "1",
            {"hours": Hours(None, None, None), "months": Hours(6, None, 24, "s")},
            140.0,
        ),  # as long as a short course
        ("1 2", {}, 800.0),  # the diploma is asked for in this title too
        ("1", {"hours": Hours(None, 21.0, None, "s")}, 800.0),  # a short course beside the trade
        ("1", {"prerequisites": ("D",)}, 800.0),  # a school for those who hold the diploma
    ],
)
def test_a_title_is_learnt_by_a_school_of_its_own_where_nobody_asks_a_diploma_of_it(
    of_titles: str, school: dict[str, Any], hours: float
) -> None:
    diploma = Credential("D", "CAP", "diplôme", Hours(None, 800.0, None, "s"), level=3)
    own = replace(Credential("S", "École", "certificat", Hours(None, 1200.0, None, "s")), **school)
    titles = (JobTitle("1", "Métier B", "B"), JobTitle("2", "Tatoueur", "B"))
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[diploma, own, replace(diploma, code="O")]),
        titles=titles,
        occupation_access=(OccupationAccess("B", "open", 3),),
        credential_requirements=(
            CredentialRequirement("B", "D", "usual", scope="titles", titles=of_titles),
            CredentialRequirement("B", "S", "usual", scope="titles", titles="2"),
            CredentialRequirement("B", "O", "option"),  # nobody asks for it
        ),
    )
    graph = build_graph(laid, access=None)
    by_title = [Aim(titles=frozenset(titles)) for titles in ("2", "", "1")]
    tables = [effort_table(graph, Settings(), aim) for aim in by_title]
    assert [float(table.full(1, 2)) for table in tables] == [hours, 800.0, 800.0]
    assert {float(table.adaptation[1]) for table in tables} == {
        EffortSettings().adaptation_titled
    }  # no post teaches it
    (path,), (at_large,) = (rank_paths(graph, "A", targets=[target]) for target in ("Tatoueur", "B"))
    expected, most = path.hours.expected or 0.0, Settings().paths.open_hours
    assert path.steps[0].target_level == (2 if hours != 800.0 else 3)
    levels = [access_conditions(laid, "B", titles=aim.titles).level_low for aim in by_title]
    assert levels == [None if hours != 800.0 else 3, 3, 3]  # the fiche's is another trade's
    (move,) = rank_moves(graph, "A", targets=["Tatoueur"], filters=["max-hours=2000"])
    assert move.filters[0].low == expected
    named = [frozenset[str](), frozenset({"2"})]
    flows = EffortCosts(graph, Settings()).hours(np.array([0]), np.array([1, 1]), (named[:1], named)).expected
    assert flows.round(1).tolist() == [[at_large.hours.expected, expected]]
    assert levers(graph, ["A"], ["Tatoueur"]).already == int(expected <= most)


def test_a_title_that_asks_for_no_training_is_not_learnt_by_the_diploma_of_the_others() -> None:
    diploma = Credential("D", "BTS", "diplôme", Hours(None, 1350.0, None, "s"), level=5)
    titles = [JobTitle(code, text, "B") for code, text in (("1", "Métier B"), ("2", "Monteur"), ("3", "Aide de B"))]
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[diploma]),
        titles=tuple(titles),
        occupation_access=(OccupationAccess("B", "conditional", 5, 5),),
        credential_requirements=(CredentialRequirement("B", "D", scope="titles", titles="1"),),
    )
    graph, model = build_graph(laid, access=None), duration_model()
    tables = [effort_table(graph, Settings(), Aim(titles=frozenset(title))) for title in ("", "1", "2", "3")]
    part = EffortSettings().open_share * model.estimate(5, "").expected
    assert [float(table.full(1, 2)) for table in tables] == [1350.0, 1350.0, pytest.approx(part), model.course]
    assert [float(table.adaptation[1]) == EffortSettings().adaptation for table in tables[2:]] == [True, True]
    levels = [access_conditions(laid, "B", titles=frozenset(title)).level_low for title in ("", "2", "3")]
    assert levels == [5, 5, 0]  # who helps is asked for none
    master = replace(laid, occupation_access=(OccupationAccess("B", "conditional", 7, 7),))
    table = effort_table(build_graph(master, access=None), Settings(), Aim(titles=frozenset("2")))
    assert (int(table.level[1]), float(table.studies[7, 1])) == (6, 0.0)


def test_months_say_that_a_course_is_longer_where_nobody_publishes_its_hours() -> None:
    course = Credential("C", "Cours", "certificat", months=Hours(12, None, 12, "s"))
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[course]),
        occupation_access=(OccupationAccess("B", "open", 3),),
        credential_requirements=(CredentialRequirement("B", "C", "usual"),),
    )
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    assert (found.title, found.free, found.expected) == ((("C",),), False, duration_model().estimate(3, "").expected)


def test_a_title_that_needs_another_of_those_asked_for_comes_on_top_of_it_and_is_left_to_who_brings_that() -> None:
    first = Credential("F", "CAP", "diplôme", Hours(None, 800.0, None, "s"), level=3)
    second = Credential("S", "Titre", "titre", Hours(None, 600.0, None, "s"), level=4)
    laid = replace(
        referential({"A": ["a"], "B": ["b"], "C": ["b", "c"]}, credentials=[first, second]),
        occupation_access=tuple(OccupationAccess(code, "open", 3) for code in "BC"),
        credential_requirements=tuple(CredentialRequirement(job, title, "usual") for job, title in ("BF", "CF", "CS")),
    )
    needs = replace(laid, credentials=(first, replace(second, prerequisites=("F",))))
    course = duration_model().course
    for some, expected, left in ((laid, 800.0, course), (needs, 1400.0, 600.0)):
        table = effort_table(build_graph(some, access=None), Settings())
        assert [float(table.full(2, level)) for level in (2, ENTITLED)] == [expected, left]


def test_the_diploma_that_a_title_is_entered_with_does_not_stand_for_it() -> None:
    first = Credential("F", "Diplôme d'État", "diplôme", Hours(None, 900.0, None, "s"), level=6)
    title = Credential("S", "Certificat", "diplôme", Hours(None, 400.0, None, "s"), level=6)
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[first, title]),
        occupation_access=(OccupationAccess("B", "open", 6),),
        credential_requirements=tuple(CredentialRequirement("B", code, "usual") for code in "FS"),
    )
    entered = replace(laid, credentials=(first, replace(title, choices=((("F",), ("OTHER",)),))))
    for some, ways in ((laid, (("F",), ("S",))), (entered, (("S",),))):
        found = qualification_of(some, some.occupation_by_code["B"], EffortSettings())
        assert (found.expected, found.title) == (400.0, ways)


def test_a_title_below_the_level_is_no_such_course() -> None:
    title = Credential("C", "CAP", "diplôme", Hours(None, 900.0, None, "s"), level=3)
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[title]),
        occupation_access=(OccupationAccess("B", "open", 4),),
        credential_requirements=(CredentialRequirement("B", "C", "usual"),),
    )
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    assert (found.title, found.free) == ((), True)


def test_a_degree_of_unknown_length_that_employers_ask_for_changes_no_hours() -> None:
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[Credential("D", "Licence", "diplôme", level=6)]),
        occupation_access=(OccupationAccess("B", "open", 6),),
        credential_requirements=(CredentialRequirement("B", "D", "usual", scope="all"),),
    )
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    assert (found.title, found.free) == ((), True)


def titled(*codes: str, kind: RequirementKind = "usual") -> Referential:
    """Jobs that ask for nothing by law, and whose employers ask for one title of the trade, of level 3 and 800 h."""
    diploma = Credential("D", "CAP", "diplôme", Hours(400.0, 800.0, None, "s"), level=3)
    jobs = {"A": ["a", "x"], "B": ["b", "x"], "C": ["c", "x"], "E": ["e"]}
    return replace(
        referential(jobs, credentials=[diploma]),
        occupation_access=tuple(OccupationAccess(code, "open", 3) for code in jobs),
        credential_requirements=tuple(CredentialRequirement(code, "D", kind, scope="all") for code in codes),
    )


def direct(graph: OccupationGraph, origin: str | Profile, target: str, settings: Settings) -> Path:
    (path,) = rank_paths(graph, origin, targets=target, max_steps=1, settings=settings)
    return path


def test_who_holds_one_of_the_diplomas_that_a_job_demands_learns_no_more() -> None:
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(conditional(7), settings=plain)
    course = duration_model().course
    held = direct(graph, Profile("A", credentials={"W2": "yes"}), "B", plain)
    assert held.hours.expected == held.hours.high == 0.0  # it is of this trade: no other job requires it alone
    assert held.steps[0].title == ""  # held, and not counted as held
    others: tuple[dict[str, Ternary], ...] = ({}, {"W2": "no"})
    for stated in others:
        path = direct(graph, Profile("A", credentials=stated), "B", plain)
        assert path.hours.low is None or path.hours.low > course
        # No estimate is told beside what nobody publishes, nor how far its level makes one longer.
        assert "Niveau demandé : 7, niveau tenu : 4." in " ".join(path_sentences(path))
    # Who comes from the job holds one of them, whichever.
    table = effort_table(graph, plain)
    start = find_start(graph, "B")
    assert table.brought(start.row, start.holdings).tolist() == [True, False]
    assert table.adaptation[1] == plain.effort.adaptation  # what the law asks for has a length of its own


def test_a_choice_that_is_demanded_of_both_jobs_is_listed_and_not_told_again_as_counted() -> None:
    either = conditional(7)
    more = (row._replace(occupation="C") for row in either.credential_requirements)
    laid = replace(
        referential({"A": ["a"], "B": ["b"], "C": ["c"]}, credentials=either.credentials),
        occupation_access=(*either.occupation_access, OccupationAccess("C", "conditional", 7)),
        credential_requirements=(*either.credential_requirements, *more),
    )
    plain = Settings(scorer="unfitted", access=None)
    path = direct(build_graph(laid, settings=plain), "B", "C", plain)
    assert path.hours.expected == 0.0
    assert path.steps[0].title == ""


def test_a_choice_that_a_diploma_of_any_trade_meets_is_no_title_of_the_trade() -> None:
    laid = conditional(6)
    [first, second] = laid.credentials
    laid = replace(
        laid,
        credentials=(first, replace(second, code="DIP-N6", level=6)),
        credential_requirements=tuple(
            r._replace(credential="DIP-N6") if r.credential == "W2" else r for r in laid.credential_requirements
        ),
    )
    assert not effort_table(build_graph(laid, access=None), Settings()).titles


@pytest.mark.parametrize(("hours", "asked"), [(400.0, True), (duration_model().course, False)])
def test_a_post_teaches_less_of_a_job_open_to_all_whose_employers_ask_for_a_long_course(
    hours: float, *, asked: bool
) -> None:
    course = Credential("C", "Cours", "certificat", Hours(None, hours, None, "s"))
    laid = replace(
        referential({"A": ["a"], "B": ["b"]}, credentials=[course]),
        occupation_access=(OccupationAccess("B", "open", 0),),
        credential_requirements=(CredentialRequirement("B", "C", "usual"),),
    )
    effort = EffortSettings()
    assert effort_table(build_graph(laid, access=None), Settings()).adaptation.tolist() == [
        effort.adaptation,
        effort.adaptation_titled if asked else effort.adaptation,
    ]


def test_a_post_teaches_less_of_a_trade_whose_employers_ask_for_a_title() -> None:
    plain = Settings(scorer="unfitted", access=None)
    as_any = EffortSettings(adaptation_titled=plain.effort.adaptation)
    same = Settings(scorer="unfitted", access=None, effort=as_any)
    hours = [direct(build_graph(titled("B"), settings=s), "A", "B", s).hours.expected or 0.0 for s in (plain, same)]
    assert hours[0] > hours[1] > 0.0
    assert (
        direct(build_graph(titled("B"), settings=plain), "E", "B", plain).hours.expected == 800
    )  # all is to be learnt


def test_who_comes_from_a_job_that_asks_for_the_same_title_has_it_behind_until_it_is_verified() -> None:
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(titled("A", "B"), settings=plain)
    lacking = build_graph(titled("B"), settings=plain)
    path, other = (direct(g, "A", "B", plain) for g in (graph, lacking))
    course = duration_model().course
    assert path.hours.expected is not None
    assert other.hours.expected is not None
    assert path.hours.expected <= course < other.hours.expected
    table = effort_table(graph, plain)
    share = float(table.towards_all(table.uncovered[:, 0])[0][1] / table.whole[1])
    known = 1 - share**plain.effort.adaptation_power
    assert path.hours.expected == pytest.approx(course * share * (1 - plain.effort.adaptation * known), abs=0.06)
    assert path.steps[0].title == "CAP"
    assert other.steps[0].title == ""
    told = "Compté comme déjà détenu, ce qui reste à vérifier : CAP"
    assert [told in " ".join(path_sentences(p)) for p in (path, other)] == [True, False]
    assert path.steps[0].to_dict()["usual_title"] == "CAP"
    yes = [f for f in path.frames if f.verdict == "yes"]
    assert yes
    assert all("presumed" in f.conditions for f in yes)
    # Who says that it is held is not asked again, and has learnt the trade; who says that it is not takes the whole.
    held, denied = (direct(graph, Profile("A", credentials={"D": has}), "B", plain) for has in ("yes", "no"))
    assert (held.hours.high, held.steps[0].title) == (0.0, "")
    assert (denied.hours.expected, denied.steps[0].title) == (other.hours.expected, "")


def test_the_level_of_a_person_is_that_of_what_they_hold_or_lack() -> None:
    """People of P are of level 4; the job Q is of level 6, and nothing but an estimate is known of what it takes."""
    of_level = [Credential(f"DIP-N{n}", f"Niveau {n}", "diplôme", level=n) for n in (5, 6)]
    of_level.append(Credential("DIP-BAC", "Baccalauréat", "diplôme", level=4))
    spared = Credential("T", "Titre", "titre", reductions=(Reduction("P", 0.0),), level=7)
    laid = replace(
        referential({"P": ["a"], "Q": ["b"]}, credentials=[*of_level, spared]),
        occupation_access=(OccupationAccess("P", "conditional", 4), OccupationAccess("Q", "conditional", 6)),
    )
    graph = build_graph(laid, settings=Settings(scorer="unfitted", access=None))

    def takes(stated: dict[str, Stated], occupation: str | None = "P") -> tuple[int, float]:
        person = Profile(occupation, () if occupation else ("a",), credentials=stated)
        path = direct(graph, person, "Q", graph.settings)
        return path.steps[0].level, path.hours.expected or 0.0

    usual = takes({})
    assert usual[0] == 4  # a title that the job only spares proves no level
    assert [takes({f"DIP-N{n}": "yes"})[0] for n in (5, 6)] == [5, 6]
    assert takes({"DIP-N6": "yes"})[1] <= takes({"DIP-N5": "yes"})[1] < usual[1]
    assert takes({"DIP-N6": "yes"}, None) == takes({"DIP-N6": "yes"})  # whatever job they left
    assert takes({"DIP-BAC": "no"}) == usual  # another diploma of that level is as likely
    near = graph.settings.model_copy(update={"paths": PathSettings(open_hours=usual[1] - 1)})
    people = "P", Profile("P", credentials={"DIP-N5": "yes"})
    assert [levers(graph, [who], "Q", settings=near).already for who in people] == [0, 1]
    back = direct(graph, Profile("Q", credentials={"DIP-N5": "no"}), "P", graph.settings).steps[0]
    assert (back.level, direct(graph, "Q", "P", graph.settings).steps[0].level) == (4, 6)
    denied = holdings_of(laid, "P", {"DIP-N5": "no"})
    assert "DIP-N6" in after_occupation(laid, denied, "Q", practice=24.0).held  # but that of a job entered since is had


def test_who_holds_the_diploma_of_a_trade_has_learnt_it_and_no_other() -> None:
    plain = Settings(scorer="unfitted", access=None)
    jobs, more = titled("B"), Credential("M", "Titre", "titre", Hours(600.0), prerequisites=("D",), level=3)
    other = Credential("G", "Titre voisin", "titre", Hours(600.0), grants=("D",), level=3)

    def path_of(asks: Iterable[CredentialRequirement] = (), level: int | None = 3, has: str = "D") -> Path:
        asked = (*jobs.credential_requirements, *asks)
        access = tuple(a._replace(level_low=level) for a in jobs.occupation_access)
        upper = Credential("H", "BP", "diplôme", Hours(800.0), level=4)
        extended = (
            *jobs.credentials,
            more,
            other,
            upper,
            Credential("Y", "Trois ans", "experience", months=Hours(36.0)),
        )
        laid = replace(jobs, credentials=extended, occupation_access=access, credential_requirements=asked)
        return direct(build_graph(laid, settings=plain), Profile("E", credentials={has: "yes"}), "B", plain)

    def takes(*of: Any, **more: Any) -> float:
        return path_of(*of, **more).hours.expected or 0.0

    assert ["À vérifier d'abord" in " ".join(path_sentences(path_of(level=n))) for n in (3, 4)] == [True, False]
    assert takes() == 0.0  # employers ask for it there
    assert takes([CredentialRequirement("C", "D", "option")]) == 0.0  # what it may lead to is not its trade
    elsewhere = [CredentialRequirement("C", "D")]  # the law demands it of another job: it is the diploma of that one
    beside = [CredentialRequirement("B", "M", "usual")]  # it only leads to what is asked for beside it
    years = [CredentialRequirement("B", "Y", "usual")]  # the job is given after years in it
    assert min(takes(elsewhere), takes(beside), takes(years), takes(level=4), takes(level=None)) > 0.0
    assert takes(has="G") > 0.0  # a title that gives it is of another trade
    higher = [CredentialRequirement("B", "H", "usual")]  # who heads a salon, where a hairdresser is asked for less
    assert takes(higher) == 0.0
    assert takes([*higher, CredentialRequirement("C", "D", "usual")]) > 0.0


def test_who_let_the_diploma_of_a_trade_expire_takes_what_renews_it_and_no_more() -> None:
    plain, jobs = Settings(scorer="unfitted", access=None), titled("B", kind="required")

    def takes(hours: float | None) -> float:
        renewed = replace(jobs.credentials[0], reductions=(Reduction("D", hours=hours),))
        graph = build_graph(replace(jobs, credentials=(renewed,)), settings=plain)
        return direct(graph, Profile("E", credentials={"D": "expired"}), "B", plain).hours.expected or 0.0

    assert takes(21.0) == 21.0
    assert takes(None) == 800.0  # nobody says what renews it


def test_a_territory_judges_a_frame_as_a_path_does_where_a_title_is_counted_as_held(tmp_path: FilePath) -> None:
    own = tmp_path / "cadre.toml"
    own.write_text('name = "essai"\nlabel = "Essai"\nhours_min = 150\n', encoding="utf-8")
    plain = Settings(scorer="unfitted", access=None)
    origin, target = np.asarray([0], dtype=np.intp), np.asarray([1], dtype=np.intp)
    for codes, verdict in ((("A", "B"), "unknown"), (("B",), "yes")):  # who lacks the title takes longer
        graph = build_graph(titled(*codes), settings=plain)
        (path,) = rank_paths(graph, "A", targets="B", max_steps=1, settings=plain, frame=str(own))
        assert next(f.verdict for f in path.frames if f.name == "essai") == verdict
        hours = np.asarray([[path.hours.expected or 0.0]])
        (found,) = EffortCosts(graph, plain).within(str(own), origin, target, hours).ravel()
        assert {NO: "no", UNKNOWN: "unknown", YES: "yes"}[int(found)] == verdict
    # Of two jobs left that differ by the title alone, each is judged by its own.
    both = EffortCosts(build_graph(titled("A", "B"), settings=plain), plain)
    each = both.within(str(own), np.asarray([0, 2], dtype=np.intp), target, np.asarray([[100.0], [100.0]]))
    assert each.ravel().tolist() == [UNKNOWN, NO]


def test_one_title_in_common_is_enough_where_employers_ask_for_one_of_several() -> None:
    """A asks for the first or the second title, B for the second or the third: the second is counted as held."""
    titles = [Credential(code, f"CAP {code}", "diplôme", Hours(400.0, 800.0, None, "s"), level=3) for code in "FST"]
    usual = (("A", "F"), ("A", "S"), ("B", "S"), ("B", "T"), ("C", "T"))
    laid = replace(
        referential({"A": ["a", "x"], "B": ["b", "x"], "C": ["c", "x"]}, credentials=titles),
        occupation_access=tuple(OccupationAccess(code, "open", 3) for code in "ABC"),
        credential_requirements=tuple(CredentialRequirement(job, title, "usual") for job, title in usual),
    )
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(laid, settings=plain)
    near, far = (direct(graph, "A", target, plain) for target in "BC")
    assert near.hours.expected is not None
    assert far.hours.expected is not None
    assert near.hours.expected <= duration_model().course < far.hours.expected
    assert [path.steps[0].title for path in (near, far)] == ["CAP S", ""]
    denied = direct(graph, Profile("A", credentials={"S": "no"}), "B", plain)
    held = direct(graph, Profile("C", credentials={"F": "yes"}), "A", plain)  # whichever of the two
    both = replace(
        laid, credential_requirements=(*laid.credential_requirements, CredentialRequirement("B", "F", "usual"))
    )
    known: tuple[dict[str, Ternary], ...] = ({}, {"F": "yes"})  # one that is held leaves nothing to verify
    told = [direct(build_graph(both, settings=plain), Profile("A", credentials=some), "B", plain) for some in known]
    assert [path.steps[0].title for path in told] == ["CAP F / CAP S", ""]
    assert denied.steps[0].title == held.steps[0].title == ""
    assert denied.hours.expected == far.hours.expected
    assert held.hours.expected is not None
    assert held.hours.expected <= duration_model().course
    start = state_at(search_space(graph, plain), find_start(graph, "C"))
    assert start.through(graph.position["B"]).standing[graph.position["A"]] >= ENTITLED


def test_a_stage_in_a_job_that_asks_for_the_same_title_gives_it() -> None:
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(titled("B", "C"), settings=plain)
    start = state_at(search_space(graph, plain), find_start(graph, "E"))
    b, c = graph.position["B"], graph.position["C"]
    after = start.through(b)
    assert (int(start.standing[c]), int(after.standing[c])) == (3, 3 + ENTITLED)
    two = start.after_stage(np.asarray([b], dtype=np.intp), np.asarray([c], dtype=np.intp))
    assert two.tolist() == [int(after.stage[c])]


def test_a_lever_counts_the_hours_of_who_brings_the_title() -> None:
    near = Settings(scorer="unfitted", access=None, paths=PathSettings(open_hours=100))
    needed = [levers(build_graph(titled(*codes), settings=near), {"A": 10}, ["B"]) for codes in (("A", "B"), ("B",))]
    assert [len(found) > 0 for found in needed] == [False, True]  # open to who has the title already


def test_a_job_whose_card_supposes_a_diploma_is_not_open_to_all() -> None:
    diploma = Credential("D", "Diplôme", "diplôme", level=5)
    card = Credential("K", "Carte", "carte", prerequisites=("D",))
    laid = referential({"A": ["a"], "B": ["b"]}, credentials=[diploma, card], demands=[("B", "K")])
    laid = replace(laid, occupation_access=(OccupationAccess("B", "conditional", 5),))
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    assert (found.free, found.expected) == (False, duration_model().estimate(5, "").expected)


def test_half_of_a_course_is_less_than_a_published_length_between_the_half_and_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = duration_model().estimate(4, "").expected
    length = Duration("L", "", 4, "M", ("B",), Hours(None, 0.7 * whole, None, "s"))
    monkeypatch.setattr("passerelles.access.qualifications.load_durations", lambda: (length,))
    laid = replace(referential({"A": ["a"], "B": ["b"]}), occupation_access=(OccupationAccess("B", "open", 4),))
    found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
    assert (found.basis, found.expected) == ("estimate", whole / 2)


def test_a_title_that_only_leads_there_is_no_title_of_the_trade() -> None:
    table = effort_table(build_graph(titled("A", "B", kind="option"), access=None), Settings())
    assert table.titles == ()
    assert not table.brought(0, Holdings()).any()


@given(
    level=st.integers(2, 7), rows=st.lists(st.integers(0, 3), min_size=1, max_size=4), stage=st.integers(0, 3),
    held=st.booleans(),
)  # fmt: skip
def test_the_standing_towards_several_targets_is_that_towards_each(
    level: int, rows: list[int], stage: int, *, held: bool
) -> None:
    table = effort_table(build_graph(titled("A", "B"), access=None), Settings())
    brought = np.asarray([held, False], dtype=np.bool_)
    every = np.asarray(rows, dtype=np.intp)
    stages = np.full(len(rows), stage, dtype=np.intp)
    found = table.standing(level, brought, every, stages).tolist()
    titles = {0: 0, 1: 0}  # jobs A and B ask for the one title, the others for none
    for row, standing in zip(rows, found, strict=True):
        has = row in titles and (held or titles.get(stage) == titles[row])
        assert standing == max(level, int(table.proves[stage])) + has * ENTITLED


def test_an_open_job_is_learnt_by_part_of_its_course_and_the_whole_of_it_is_the_most_that_it_takes() -> None:
    laid = replace(referential({"A": ["x"], "B": ["a"]}), occupation_access=(OccupationAccess("B", "open", 5),))
    plain = Settings(scorer="unfitted", access=None)
    hours = direct(build_graph(laid, settings=plain), "A", "B", plain).hours
    whole = duration_model().estimate(5, "").expected
    assert hours.expected == whole * plain.effort.open_share
    assert hours.high is not None
    assert hours.expected < hours.high <= whole


def test_the_people_of_a_job_hold_the_level_of_a_diploma_that_is_demanded_of_them_all() -> None:
    """Q's fiche has titles open to level 3, and demands a diploma of level 6 of its people; P names no level."""
    diploma = Credential("D", "Diplôme", "diplôme", Hours(None, 900.0, None, "s"), level=6)
    wanted = referential({"P": ["a"], "Q": ["b"]}, credentials=[diploma], demands=[("Q", "D")])
    laid = replace(wanted, occupation_access=(OccupationAccess("Q", "conditional", 3),))
    graph = build_graph(laid, settings=Settings(scorer="unfitted", access=None))
    table = effort_table(graph, graph.settings)
    assert [table.level_at(row, Holdings()) for row in (0, 1)] == [4, 6]
    assert table.level.tolist() == [4, 3]
    there, back = direct(graph, "P", "Q", graph.settings), direct(graph, "Q", "P", graph.settings)
    assert [(step.level, step.target_level) for step in (there.steps[0], back.steps[0])] == [(4, 6), (6, None)]
    assert "Niveau demandé : 6, niveau tenu : 4." in " ".join(path_sentences(there))


def test_a_level_that_is_not_known_is_not_told_as_asked_for() -> None:
    wanted = referential({"A": ["a"], "B": ["b"]}, occupations=[occupation("A", access="CAP"), occupation("B")])
    graph = build_graph(wanted, settings=Settings(scorer="unfitted", access=None))
    path = direct(graph, "A", "B", graph.settings)
    assert (path.steps[0].level, path.steps[0].target_level) == (3, None)
    assert "Niveau demandé" not in " ".join(path_sentences(path))


def test_studies_on_the_way_are_not_told_beside_a_published_length_that_is_counted() -> None:
    """Either of two long diplomas is demanded, and the estimate below them is not what counts."""
    either = conditional(6)
    hours = Hours(2000.0, 2000.0, 2000.0, "s")
    laid = replace(either, credentials=tuple(replace(way, hours=hours) for way in either.credentials))
    step = direct(build_graph(laid, settings=Settings(scorer="unfitted", access=None)), "A", "B", Settings()).steps[0]
    assert (step.hours.expected, step.studies, step.academic_months) == (2000.0, 0.0, 0.0)


def test_who_is_below_the_level_of_a_managers_job_learns_the_whole_of_its_course() -> None:
    some = [occupation("A"), occupation("B"), occupation("C")]
    led = [replace(each, managerial="yes" if each.code == "B" else "no") for each in some]
    laid = replace(
        referential({"A": ["x"], "B": ["a"], "C": ["c"]}, occupations=led),
        occupation_access=tuple(
            OccupationAccess(code, "open", level) for code, level in (("A", 3), ("B", 5), ("C", 5))
        ),
    )
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(laid, settings=plain)
    whole, part = duration_model().estimate(5, "").expected, plain.effort.open_share
    hours = {(o, t): direct(graph, o, t, plain).hours.expected for o, t in (("A", "B"), ("A", "C"), ("C", "B"))}
    assert hours == {("A", "B"): whole, ("A", "C"): whole * part, ("C", "B"): whole * part}


def test_who_holds_a_diploma_of_the_level_takes_the_least_that_its_text_sets() -> None:
    for least, short in ((400.0, 400.0), (None, duration_model().estimate(3, "").low)):
        diploma = Credential("D", "CAP", "diplôme", Hours(least, 800.0, None, "s"), level=3)
        laid = replace(
            referential({"A": ["a"], "B": ["b"]}, credentials=[diploma]),
            occupation_access=(OccupationAccess("B", "open", 3),),
            credential_requirements=(CredentialRequirement("B", "D", "usual"),),
        )
        found = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
        assert (found.short, found.low) == (short, duration_model().estimate(3, "").low)


@pytest.mark.parametrize("after", [5, None, 7])
def test_who_has_practised_the_field_after_a_lower_diploma_learns_a_job_as_one_of_that_diploma(
    after: int | None,
) -> None:
    practice = Credential("E", "Practice after two years", "experience", level=after)
    laid = replace(
        referential({"A": ["a", "x"], "B": ["b", "x"]}, credentials=[practice]),
        occupation_access=(OccupationAccess("A", "open", 5), OccupationAccess("B", "open", 7)),
        credential_requirements=(CredentialRequirement("B", "E", "usual", scope="all"),),
    )
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(laid, settings=plain)
    model, effort = duration_model(), plain.effort
    found = {answer: direct(graph, Profile("A", credentials={"E": answer}), "B", plain) for answer in ("yes", "no")}
    table = effort_table(graph, plain)
    total, _ = table.towards_all(table.uncovered[:, 0])
    m = total[1] / table.whole[1]
    last_year, part = model.estimate(7).expected / 2, effort.open_share * model.estimate(5).expected
    whole = {"yes": part if after == 5 else last_year, "no": last_year}
    # No post gives the two levels above the diploma, whichever way one takes.
    taught = effort.adaptation - 2 * effort.adaptation_per_level
    hours = {answer: found[answer].hours.expected for answer in found}
    assert hours == {a: round(q * m * (1 - taught * (1 - m**effort.adaptation_power)), 1) for a, q in whole.items()}
    assert ((found["yes"].months.expected or 0.0) < 2) == (after == 5)  # none of the years of studies


@pytest.mark.parametrize(
    ("own", "level", "managerial", "beside", "whole"),
    [
        (3, 5, "yes", None, True),
        (3, 6, "yes", None, True),
        (3, 6, "yes", 6, True),  # years that are asked for beside the degree open nothing
        (3, 5, "no", None, True),  # a post that is given after years in the trade
        (5, 3, "no", None, True),  # for which no level of another trade stands
        (5, 5, "no", None, False),
    ],
)
def test_who_has_practised_the_field_learns_a_job_that_is_led_by_part_of_its_course(
    own: int, level: int, managerial: Ternary, beside: int | None, *, whole: bool
) -> None:
    practice = Credential("E", "Practice", "experience", level=beside)
    some = [occupation("A"), replace(occupation("B"), managerial=managerial)]
    laid = replace(
        referential({"A": ["x"], "B": ["b"]}, occupations=some, credentials=[practice]),
        occupation_access=(OccupationAccess("A", "open", own), OccupationAccess("B", "open", level)),
        credential_requirements=(CredentialRequirement("B", "E", "usual", scope="all"),),
    )
    plain = Settings(scorer="unfitted", access=None)
    graph = build_graph(laid, settings=plain)
    found = {answer: direct(graph, Profile("A", credentials={"E": answer}), "B", plain) for answer in ("yes", "no")}
    model, share = duration_model(), plain.effort.open_share
    course = model.estimate(level, "").expected
    part = share * course if level < FIRST_DEGREE else 500.0  # no more than the last year of the degree
    course += model.estimate(4, "").expected if level > 5 else 0
    hours = {"yes": course if beside else part, "no": course if whole else part}
    assert {answer: each.hours.expected for answer, each in found.items()} == hours
    assert ((found["yes"].months.expected or 0) < 6) is (beside is None)


@pytest.mark.parametrize(
    ("riasec", "managerial", "share"),
    [
        ("EC", "yes", 0.5),
        ("S", "yes", 1.0),
        ("EI", "yes", 1.0),
        ("RE", "yes", 1.0),
        ("EC", "no", 1.0),
        ("", "yes", 1.0),
    ],
)
def test_who_lacks_the_degrees_of_a_job_that_leads_or_sells_takes_part_of_them(
    riasec: str, managerial: Ternary, share: float
) -> None:
    """An engineer's job, or one that nobody knows to be a manager's, is learnt by the whole of its degrees."""
    some = [occupation("A"), replace(occupation("B"), riasec=riasec, managerial=managerial)]
    laid = replace(
        referential({"A": ["x"], "B": ["b"]}, occupations=some),
        occupation_access=(OccupationAccess("A", "open", 3), OccupationAccess("B", "open", 7)),
    )
    plain = Settings(scorer="unfitted", access=None)
    path = direct(build_graph(laid, settings=plain), "A", "B", plain)
    whole = sum(duration_model().estimate(level, "").expected for level in (4, 6, 7))
    assert (path.hours.expected, path.months.expected) == (round(share * whole, 1), share * 69.0)
    assert path.hours.high is not None
    assert 0.9 * whole < path.hours.high


@pytest.mark.parametrize(("hours", "months"), [(900.0, 18.0), (2000.0, 36.0)])
def test_a_title_shorter_than_a_degree_takes_part_of_its_years_of_who_lacks_them(hours: float, months: float) -> None:
    title = Credential("T", "Titre", "titre", Hours(None, hours, None, "s"), level=6)
    laid = replace(
        referential({"A": ["x"], "B": ["b"]}, credentials=[title]),
        occupation_access=(OccupationAccess("A", "open", 4), OccupationAccess("B", "open", 6)),
        credential_requirements=(CredentialRequirement("B", "T", "usual"),),
    )
    plain = Settings(scorer="unfitted", access=None)
    path = direct(build_graph(laid, settings=plain), "A", "B", plain)
    assert (path.hours.expected, path.months.expected) == (hours, months)


def test_a_job_that_demands_a_level_alone_is_learnt_by_the_title_that_employers_ask_for() -> None:
    demanded, title = (
        Credential("DIP-N6", "Bac + 3", "diplôme", level=6),
        Credential("T", "Titre", "titre", Hours(None, 700.0, None, "s"), level=7),
    )
    for code, expected in (("DIP-N6", 700.0), ("OTHER", duration_model().estimate(6, "").expected)):
        ways = [CredentialRequirement("B", c, "one-of", group="g", alternative=c) for c in (code, "DIP-N7")]
        others = (replace(demanded, code=code), replace(demanded, code="DIP-N7", level=7), title)
        laid = replace(
            referential({"A": ["a"], "B": ["b"]}, credentials=list(others)),
            occupation_access=(OccupationAccess("B", "conditional", 6),),
            credential_requirements=(*ways, CredentialRequirement("B", "T", "usual")),
        )
        assert qualification_of(laid, laid.occupation_by_code["B"], EffortSettings()).expected == expected


def test_a_diploma_without_a_level_is_a_course_after_the_studies_of_the_job() -> None:
    diploma = Credential("D", "Certificat", "diplôme", Hours(None, 100.0, None, "s"))
    wanted = referential({"A": ["a"], "B": ["b"]}, credentials=[diploma])
    asked = (CredentialRequirement("B", "D", "usual"),)
    for level, found in ((7, True), (4, False)):
        laid = replace(wanted, occupation_access=(OccupationAccess("B", "open", level),), credential_requirements=asked)
        qualification = qualification_of(laid, laid.occupation_by_code["B"], EffortSettings())
        assert (qualification[:3] == (50.0, 100.0, 200.0)) == found

    def studies(level: int) -> list[float]:
        open_at = replace(laid, occupation_access=(OccupationAccess("B", "open", level),))
        hours = effort_table(build_graph(open_at, access=None), Settings()).studies[:, 1]
        return [float(each) for each in hours]

    whole = duration_model().estimate(6).expected
    assert studies(7)[7] == 0.0 < studies(7)[6] < studies(7)[5] < studies(7)[4] < studies(7)[3]
    assert studies(6)[4:8] == [whole, pytest.approx(whole / 3), 0.0, 0.0]


@pytest.mark.parametrize(("hours", "kind", "level"), [(None, "titre", 6), (600, "titre", 6), (600, "permis", 0)])
def test_a_job_proves_its_level_where_a_title_opens_it_of_whatever_length(
    hours: float | None, kind: Any, level: int
) -> None:
    title = Credential("T", "Titre", kind, Hours(None, hours))
    wanted = referential(
        {"A": ["a"]}, occupations=[occupation("A", access="Licence")], credentials=[title], demands=[("A", "T")]
    )
    assert effort_table(build_graph(wanted), Settings()).proves.tolist() == [level]


def test_hours_are_zero_only_where_nothing_is_missing() -> None:
    items = [f"c{i:02}" for i in range(40)]
    wants = {f"O{n:02}": items[:n] for n in range(1, 41)}
    graph = build_graph(referential(wants, macros=dict.fromkeys(items, "M")))
    found = [hours(graph, origin, "O40") for origin in sorted(wants)]
    assert found[-1] == 0
    # One item in forty: some hours, not none; each more that is held takes some off.
    assert 0 < found[-2] < 40
    assert all(a > b for a, b in pairwise(found))
    assert max(found) <= 1350


def test_the_post_teaches_less_of_a_job_whose_level_is_not_reached() -> None:
    graph = build_graph(referential({"A": ["a", "x"], "B": ["a", "b"]}))
    table = effort_table(graph, Settings())
    total, _ = table.towards_all(table.uncovered[:, 0])
    by_level = [int(table.final(total, np.arange(2), level)[1]) for level in (4, 3, 2, 1)]
    m = total[1] / table.whole[1]
    taught = [0.9, 0.6, 0.3, 0.0]
    low, expected, _ = duration_model().estimate(4)
    wholes = [expected - (expected - low) * (1 - m**1.5), expected, expected, expected]
    assert by_level == [round(10 * q * m * (1 - a * (1 - m**1.5))) for q, a in zip(wholes, taught, strict=True)]
    assert by_level == sorted(by_level)


def test_effort_is_no_sum_over_items() -> None:
    items = [f"c{i}" for i in range(20)]
    graph = build_graph(
        referential({"A": ["z"], "B": items}, macros={**dict.fromkeys(items, "M"), "z": "Z"}),
        settings=Settings(),
    )
    table = effort_table(graph, Settings())
    row = graph.position["B"]
    # What is missing, item after item, costs less and less: each difference is under the one before.
    columns = [graph.competency_position[c] for c in items]
    totals = []
    for count in range(20, -1, -1):
        state = uncovered_by(graph, table, held_competencies(graph, columns[:count]))
        totals.append(float(table.towards_all(state)[0][row]))
    # The first acquisition spares the entry too; between the others, the last ones learned are the dear ones.
    steps = np.diff(totals[:-1])
    assert (steps > 0).all()
    assert (np.diff(steps) <= 1).all()
    assert totals[-1] <= 70_000


def test_hours_never_exceed_the_full_qualification_and_nothing_held_costs_all_of_it() -> None:
    graph = build_graph(referential({"A": ["x"], "B": ["a", "b", "c"]}))
    most = duration_model().estimate(4).expected
    assert hours(graph, "A", "B") <= most
    far = build_graph(referential({"A": ["x"], "B": ["a", "b"]}, macros={"a": "M", "b": "N", "x": "X"}))
    assert hours(far, "A", "B") == most


def test_the_level_of_the_target_sets_the_qualification_and_climbing_lessens_adaptation() -> None:
    low, high = occupation("A", access="Accessible avec un CAP."), occupation("B", access="Accessible avec un master.")
    other = occupation("C", access="Accessible avec un diplôme de niveau Bac+5.")
    graph = build_graph(
        referential({"A": ["a", "x"], "B": ["a", "b"], "C": ["a", "x"]}, occupations=[low, high, other])
    )
    assert effort_table(graph, Settings()).level.tolist() == [3, 7, 7]
    # Same competencies held; from level 3 to 7 a post teaches nothing of what is missing, from 7 it does.
    assert hours(graph, "A", "B") > hours(graph, "C", "B")


def test_levels_are_those_that_the_score_reads() -> None:
    """One source: the language's words; the path model takes the lowest level that is named, whole."""
    rules = word_rules("fr")
    for text in ("un CAP", "sans diplôme", "un Bac +4", "un Bac +8", "un BTS", "rien de tel"):
        mean, level = level_named(text, rules), level_of_access(text)
        assert (level is None) == math.isnan(mean)
        assert level is None or level == min(int(mean), 7)
    assert level_of_access("un CAP", "xx") is None  # a language without rules names no level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Cet emploi est accessible sans diplôme particulier. Un CAPA est apprécié.", 2),
        ("accessible avec un diplôme de niveau CAP à Bac dans le domaine", 3),
        ("accessible avec un Bac professionnel", 4),
        ("accessible avec un diplôme de niveau Bac + 2 électricité ou Bac + 5 Master", 5),
        ("un diplôme de niveau Bac +3 à Bac +5 en journalisme", 6),
        ("accessible avec un Bac + 5, diplôme d'ingénieur", 7),
        ("L'inscription au tableau de l'Ordre est obligatoire.", None),
        ("Diplôme de niveau Bac +8, doctorat en médecine", 7),
        ("", None),
    ],
)
def test_levels_are_read_from_the_text_on_access(text: str, level: int | None) -> None:
    assert level_of_access(text) == level


def test_a_required_title_of_known_length_is_the_full_qualification() -> None:
    title = Credential("T", "Titre", "titre", Hours(None, 910, 1190, "un centre"))
    some = referential({"A": ["x"], "B": ["a"]}, credentials=[title], demands=[("B", "T")])
    found = qualification_of(some, some.occupation_by_code["B"], EffortSettings())
    assert (found.expected, found.basis) == (910.0, "credential")
    assert hours(build_graph(some), "A", "B") <= 910


def test_certificate_names_among_knowledge_are_not_learned_hours(rome4_graph: OccupationGraph) -> None:
    table = effort_table(rome4_graph, Settings())
    exact = {i for i, c in enumerate(rome4_graph.competencies) if c.category == "Certifications et habilitations"}
    assert exact
    assert not exact & set(table.columns.tolist())


@pytest.mark.parametrize("name", ["embedded_graph", pytest.param("rome4_graph", marks=pytest.mark.real_data)])
def test_what_all_occupations_leave_uncovered_is_what_each_leaves_alone(
    name: str, request: pytest.FixtureRequest
) -> None:
    graph: OccupationGraph = request.getfixturevalue(name)
    table = effort_table(graph, graph.settings)
    for row in range(len(graph.codes)):
        alone = uncovered_by(graph, table, held_competencies(graph, required_columns(graph, row)))
        assert (table.uncovered[:, row] == alone).all()
    for row in range(0, len(graph.codes), 1 if len(graph.codes) < 200 else 40):
        asked = table.columns[table.items(row)]
        assert (np.diff(asked) != 0).all()
        assert len(asked) == len(set(asked.tolist()))


def test_the_best_scored_moves_are_the_first_of_the_sorted_list(embedded_graph: OccupationGraph) -> None:
    rng = np.random.default_rng(7)
    size = len(embedded_graph.codes)
    for row in (0, size // 2, -1):
        scores = rng.integers(0, 6, size).astype(np.float64)  # many ties, which the code settles
        allowed = ~excluded_rows(embedded_graph, row)
        ordered = [i for i in sorted(range(size), key=lambda i: (-scores[i], i)) if allowed[i]]
        for count in (1, 7, size // 2, size + 1, None):
            found = np.flatnonzero(best_scored(embedded_graph, scores, row, count)).tolist()
            assert found == sorted(ordered[:count])


def test_the_experts_moves_lie_clearly_below_random_pairs(rome4_graph: OccupationGraph) -> None:
    table: EffortTable = effort_table(rome4_graph, Settings())
    every = np.arange(len(rome4_graph.codes))
    rows = range(0, len(rome4_graph.codes), 8)
    experts: list[float] = []
    others: list[float] = []
    for row in rows:
        total, _ = table.towards_all(table.uncovered[:, row])
        found = table.final(total, every, int(table.level[row])) / 10
        listed = rome4_graph.mobility[[row]].nonzero()[1]
        experts += found[listed].tolist()
        others += np.delete(found, row).tolist()
    assert np.median(experts) < 0.7 * np.median(others)
    assert np.mean(np.asarray(experts) <= 210) > 1.3 * np.mean(np.asarray(others) <= 210)
    assert np.mean(np.asarray(experts) <= 2100) > 0.95


def test_practice_lessens_a_stage_and_share_zero_does_not() -> None:
    graph = build_graph(referential({"A": ["x"], "B": ["a", "b"]}))
    every = np.arange(2)
    for share in (0.0, 0.5):
        table = effort_table(graph, Settings(paths=PathSettings(practice_share=share)))
        total, practice = table.towards_all(table.uncovered[:, 0])
        stage, final = table.stage(total, practice, every, 4)[1], table.final(total, every, 4)[1]
        assert stage == pytest.approx(final * (1 - share), abs=1)
        assert final > 0


def test_settings_refuse_shares_beyond_one() -> None:
    again = Settings.model_validate_json(Settings().model_dump_json())
    assert again == Settings()
    assert math.isclose(again.effort.adaptation, 0.9)
    with pytest.raises(ValidationError):
        EffortSettings(adaptation=1.1)


def test_a_job_open_without_a_diploma_takes_a_short_course_at_most() -> None:
    open_job = occupation("B", access="Cet emploi est accessible sans qualification.")
    graph = build_graph(referential({"A": ["x"], "B": ["a", "b"]}, occupations=[occupation("A"), open_job]))
    found = qualification_of(graph.referential, open_job, EffortSettings())
    assert (found.basis, found.level) == ("course", 2)
    assert 0 < hours(graph, "A", "B") <= duration_model().course


def test_who_holds_the_level_needs_the_trade_only() -> None:
    low, high = occupation("A", access="Accessible avec un CAP."), occupation("C", access="Accessible avec un BTS.")
    target = occupation("B", access="Accessible avec un diplôme de niveau Bac +2.")
    graph = build_graph(
        referential({"A": ["x", "b"], "B": ["a", "b"], "C": ["x", "b"]}, occupations=[low, target, high])
    )
    assert hours(graph, "C", "B") < hours(graph, "A", "B")


@pytest.mark.parametrize(
    ("origin", "target", "most"),
    [
        ("K1705", "N4105", 200.0),
        ("D1505", "M1601", 400.0),
        ("D1106", "D1505", 100.0),
        ("G1603", "D1507", 100.0),
    ],
)
def test_near_jobs_that_ask_for_no_diploma_take_days_or_weeks(
    rome4_graph: OccupationGraph, origin: str, target: str, most: float
) -> None:
    assert hours(rome4_graph, origin, target) <= most
