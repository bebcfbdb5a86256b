"""Access to jobs on small tables: what is required, held, chosen among several, and what it takes."""

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import astuple, replace
from itertools import chain, product
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa
import pytest

from passerelles import (
    Profile,
    Settings,
    build_graph,
    compile_index,
    levers,
    load_referential,
    rank_moves,
    rank_paths,
    rank_profiles,
    rank_sources,
)
from passerelles.access.conditions import AccessCredential, access_conditions, move_kind, training_hours
from passerelles.access.demands import build_demands, demands_of
from passerelles.access.holdings import (
    NO_AIM,
    Aim,
    Holdings,
    after_occupation,
    holdings_of,
    own_courses,
    remaining,
    uncontested,
)
from passerelles.access.qualifications import qualification_of
from passerelles.access.wording import (
    access_text,
    duration_text,
    held_choices,
    note_lines,
    other_ways_lines,
    required_lines,
    required_text,
    usual_lines,
)
from passerelles.charts.moves import path_ladder
from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, number
from passerelles.model import (
    AccessStatus,
    Competency,
    Credential,
    CredentialKind,
    CredentialRequirement,
    Employment,
    Ground,
    Hours,
    HoursKind,
    JobTitle,
    OccupationAccess,
    Reduction,
    Requirement,
    RequirementKind,
    Scope,
    Stated,
    Ternary,
)
from passerelles.paths.detail import PathContext, required_of
from passerelles.paths.legal import NO, UNKNOWN
from passerelles.paths.path import Path as Found
from passerelles.paths.path import Span, Step, StepCredential, hours_short, hours_text, path_sentences, step_lines
from passerelles.ranking.move import move_sentences
from passerelles.ranking.rank import counterfactual
from passerelles.referentials.credentials import Catalogue, read_catalogue
from passerelles.referentials.places import bundled
from passerelles.referentials.referential import Referential, lay_access, named_titles
from passerelles.referentials.validate import check_overlay, text_disagreements
from passerelles.report.case import Case
from passerelles.report.lookups import Fiche
from passerelles.report.moves import explained_origins, named_by_flows
from passerelles.service.requests import Person
from passerelles.settings import EffortSettings, PathSettings, RankingSettings, TerritorySettings
from passerelles.territory.flows import hours_at
from passerelles.territory.hours import EffortCosts, prior_training
from passerelles.territory.lots import Locator, Lot, Lots
from passerelles.territory.match import match_territory
from passerelles.territory.pairs import Territory, job_text, moves_between
from passerelles.territory.rank import rank_territory
from small import occupation, referential
from territory_cases import ANY_MOVE

PLAIN = Settings(scorer="unfitted")
B = Credential("B", "Permis B", "permis", Hours(20, 35, None, "loi"))
C = Credential("C", "Permis C", "permis", prerequisites=("B",))
FIMO = Credential("FIMO", "FIMO", "certificat", Hours(140, 140, 140, "loi"), hours_kind="legal-total")
TITLE = Credential(
    "TP", "Titre de conducteur", "titre", Hours(280, None, None, "loi"), hours_kind="legal-minimum", grants=("C",)
)
OWN = Credential("AUT", "Autorisation de conduite", "autorisation", issuer="Employeur")
CARD = Credential("CARTE", "Carte", "carte", issuer="Préfecture")
NURSE = Credential(
    "DEI",
    "DE infirmier",
    "diplôme",
    Hours(2310, 2310, 2310, "loi"),
    hours_kind="legal-total",
    company_hours=Hours(2310, 2310, 2310, "loi"),
    reductions=(Reduction("AS", 500.0, 400.0),),
)
AIDE = Credential("AS", "DE aide-soignant", "diplôme", Hours(770, 770, 770, "loi"), hours_kind="legal-total")
CHILD = Credential("PUER", "DE puéricultrice", "diplôme", Hours(1500, 1500, 1500, "loi"), prerequisites=("DEI",))
EXAM = Credential("CONC", "Concours", "concours")


def jobs(*rows: CredentialRequirement, whole: tuple[OccupationAccess, ...] = ()) -> Referential:
    """Five jobs that ask for nearly the same, with what they demand."""
    some = referential({code: ["a", "b", f"x{code}"] for code in "PQRST"}, credentials=(
        AIDE, B, C, CARD, CHILD, EXAM, FIMO, NURSE, OWN, TITLE
    ))  # fmt: skip
    return replace(
        some,
        credential_requirements=tuple(sorted(rows, key=lambda r: (r.occupation, r.credential, r.group, r.alternative))),
        occupation_access=whole,
        access=read_catalogue().name,  # so that it is not laid again: these facts are all there are
    )


def driver(code: str) -> tuple[CredentialRequirement, ...]:
    """The title, or the licence and the course."""
    return (
        CredentialRequirement(code, "TP", "one-of", "loi", "conduite", "a"),
        CredentialRequirement(code, "C", "one-of", "loi", "conduite", "b"),
        CredentialRequirement(code, "FIMO", "one-of", "loi", "conduite", "b"),
    )


def held(some: Referential, origin: str, target: str) -> dict[str, str | None]:
    return {c.code: c.held for c in access_conditions(some, target, holdings_of(some, origin, {})).required}


def test_who_holds_a_choice_holds_it_and_what_every_way_to_it_brings() -> None:
    some = jobs(*driver("P"), *driver("Q"), CredentialRequirement("R", "C"))
    conditions = access_conditions(some, "Q", holdings_of(some, "P", {}))
    assert {c.held for c in conditions.required if c.code in ("TP", "FIMO")} == {"unknown"}
    assert {c.group_held for c in conditions.required} == {"yes"}
    assert conditions.to_obtain == ()
    assert held(some, "P", "R") == {"B": "yes", "C": "yes"}  # the title gives the licence, the other way takes it
    assert access_conditions(some, "Q", holdings_of(some, "R", {})).to_obtain  # the licence alone is not enough


def test_an_alternative_is_enough_and_part_of_one_is_not() -> None:
    some = jobs(*driver("Q"))
    both = holdings_of(some, "P", {"C": "yes", "FIMO": "yes"})
    assert access_conditions(some, "Q", both).to_obtain == ()
    assert access_conditions(some, "Q", holdings_of(some, "P", {"FIMO": "yes"})).to_obtain != ()
    assert access_text(access_conditions(some, "Q")) == "Titre de conducteur ou Permis C + FIMO"


def test_the_cheapest_way_whose_length_is_known_is_priced() -> None:
    some = jobs(*driver("Q"))
    demands = build_demands(some, [("Q", NO_AIM)])
    ways: list[tuple[dict[str, Ternary], float]] = [
        ({}, 280.0), ({"B": "yes"}, 280.0), ({"C": "yes"}, 140.0), ({"TP": "yes"}, 0.0)
    ]  # fmt: skip
    for stated, hours in ways:
        holdings = holdings_of(some, None, stated)
        assert demands.training(demands.price(holdings))[0].tolist() == [hours]


def test_a_choice_within_another_is_priced_once() -> None:
    card = Credential("ED", "Carte", "carte", choices=((("TP",), ("C", "FIMO"), ("AS",)),))
    some = jobs(CredentialRequirement("Q", "ED"), *driver("Q"))
    some = replace(some, credentials=tuple(sorted((*some.credentials, card), key=lambda c: c.code)))
    demands = build_demands(some, [("Q", NO_AIM)])
    person = holdings_of(some, None, {})
    assert demands.training(demands.price(person))[0].tolist() == [280.0]


def test_what_the_jobs_own_choice_offers_is_not_asked_for_besides() -> None:
    some = jobs(
        CredentialRequirement("Q", "PUER"),
        CredentialRequirement("Q", "DEI", "one-of", "loi", "base", "a"),
        CredentialRequirement("Q", "AS", "one-of", "loi", "base", "b"),
    )
    demands = build_demands(some, [("Q", NO_AIM)])
    ways: list[tuple[dict[str, Ternary], float]] = [
        ({"AS": "yes"}, 1500.0), ({"DEI": "yes"}, 1500.0), ({}, 1500.0 + 770.0)
    ]  # fmt: skip
    for stated, hours in ways:
        person = holdings_of(some, None, stated)
        assert demands.training(demands.price(person))[0].tolist() == [hours]
    assert holdings_of(some, "Q", {}).of("DEI") == "yes"  # who came by the usual way keeps it


@pytest.mark.parametrize("text", ["N4101", "n 4101", "ROME N4101"])
def test_a_code_names_no_title_however_it_is_written_and_whatever_titles_are_called(text: str) -> None:
    some = referential({"N4101": ["a"]}, credentials=[B])
    some = replace(
        some,
        titles=(JobTitle("1", text, "N4101"), JobTitle("2", "Taxi", "N4101")),
        credential_requirements=(CredentialRequirement("N4101", "B", scope="titles", titles="1"),),
    )
    assert named_titles(some, [text]) == frozenset()
    assert named_titles(some, ["Taxi"]) == {"2"}


@pytest.mark.parametrize(("wide", "narrow"), [("a", "b"), ("b", "a")])
def test_a_choice_that_another_settles_is_priced_once_whichever_stands_first(wide: str, narrow: str) -> None:
    some = jobs(
        CredentialRequirement("Q", "AS", "one-of", "loi", wide, "a"),
        CredentialRequirement("Q", "PUER", "one-of", "loi", wide, "b"),  # supposes the nurse's diploma
        CredentialRequirement("Q", "AS", "one-of", "loi", narrow, "a"),
        CredentialRequirement("Q", "DEI", "one-of", "loi", narrow, "b"),
    )
    demands = build_demands(some, [("Q", NO_AIM)])
    person = holdings_of(some, None, {})
    assert demands.training(demands.price(person))[0].tolist() == [770.0]


def test_who_made_a_choice_whichever_way_makes_it_no_second_time_within_another() -> None:
    # A passage to coaches is open to whoever is qualified for lorries; its holder is, by one of two ways.
    passage = Credential("PV", "Passerelle", "certificat", Hours(35, 35, 35, "s"), choices=((("FIMO",), ("TP",)),))
    coach = Credential("TPV", "Titre car", "titre", Hours(399, 399, None, "s"))
    rows = (
        CredentialRequirement("Q", "PV", "one-of", "q", "v", "a"),
        CredentialRequirement("Q", "TPV", "one-of", "q", "v", "b"),
    )
    some = jobs(*driver("P"), *rows)
    some = replace(some, credentials=tuple(sorted((*some.credentials, passage, coach), key=lambda c: c.code)))
    demands = build_demands(some, [("P", NO_AIM), ("Q", NO_AIM)])
    for origin, hours in (("P", 35.0), (None, 35.0 + 140.0)):
        person = holdings_of(some, origin, {})
        assert demands.training(demands.price(person))[0].tolist()[1] == hours


@pytest.mark.parametrize("held", ["yes", "expired"])
def test_a_course_shows_one_licence_or_another_and_the_one_that_is_asked_for_is_told(held: Stated) -> None:
    small = Credential("C1", "Petit permis C", "permis", Hours(70, 70, 70, "s"))
    course = replace(FIMO, choices=((("C",), ("C1",)),), reductions=(Reduction("FIMO", 35.0),))
    some = jobs(*driver("Q"))
    others = [c for c in some.credentials if c.code != "FIMO"]
    some = replace(some, credentials=tuple(sorted((*others, course, small), key=lambda c: c.code)))
    graph = build_graph(some, settings=PLAIN)
    path, *_ = rank_paths(graph, Profile("P", credentials={"FIMO": held}), targets=["Q"], limit=1)
    assert path.status == "feasible"  # not: nobody can obtain that licence
    assert ("C", "unknown") in {(c.code, c.held) for c in path.steps[0].to_obtain}


def test_an_employers_authorisation_is_never_carried_to_another_employer() -> None:
    some = jobs(
        CredentialRequirement("P", "AUT"), CredentialRequirement("Q", "AUT"), CredentialRequirement("P", "CARTE")
    )
    assert held(some, "P", "Q") == {"AUT": "no"}
    assert held(some, "Q", "P") == {"AUT": "no", "CARTE": "unknown"}
    stated = access_conditions(some, "Q", holdings_of(some, "P", {"AUT": "yes"}))
    assert [c.held for c in stated.required] == ["no"]


@pytest.mark.parametrize(
    ("employment", "status", "needed"),
    [
        (None, "open", []),
        ("employee", "open", []),
        ("self-employed", "conditional", ["CARTE"]),
        ("public", "selective", ["CONC"]),
    ],
)
def test_what_is_asked_of_some_concerns_them_alone(
    employment: Employment | None, status: str, needed: list[str]
) -> None:
    some = jobs(
        CredentialRequirement("Q", "CARTE", scope="self-employed"),
        CredentialRequirement("Q", "CONC", scope="public"),
        whole=(OccupationAccess("Q", "open"),),
    )
    conditions = access_conditions(some, "Q", holdings_of(some, "P", {}, employment))
    assert (conditions.status, [c.code for c in conditions.required]) == (status, needed)
    assert {c.code for c in conditions.credentials} == {"CARTE", "CONC"}  # shown to everybody


def test_a_choice_selects_where_each_of_its_ways_holds_a_competition() -> None:
    first = [CredentialRequirement("Q", code, "one-of", "", "g", "a") for code in ("CONC", "FIMO")]
    second = CredentialRequirement("Q", "B", "one-of", "", "g", "b")
    of_both = second._replace(credential="CONC")
    for last, status in ((second, "conditional"), (of_both, "selective")):
        some = jobs(*first, second, last, whole=(OccupationAccess("Q", "conditional"),))
        assert access_conditions(some, "Q").status == status


def test_a_course_that_is_asked_of_all_titles_is_no_trade_of_its_own() -> None:
    some = jobs(CredentialRequirement("Q", "TP", "usual", scope="titles", titles="1"))
    some = replace(some, titles=(JobTitle("1", "Titre 1", "Q"), JobTitle("2", "Titre 2", "Q")))
    course = replace(TITLE, kind="certificat", hours=Hours(300, 300, 300, "s"))
    some = replace(some, credentials=tuple(course if c.code == course.code else c for c in some.credentials))
    (row,) = some.credential_requirements
    for asked, found in ((row, ["TP"]), (row._replace(scope="all", titles=""), [])):
        laid = replace(some, credential_requirements=(asked,))
        assert [c.code for c in own_courses(laid, "Q", Aim(titles=frozenset({"1"})))] == found
    whole = replace(some, credential_requirements=(row._replace(titles="1 2"),))
    assert own_courses(whole, "Q", Aim()) == []  # of all titles, where none is named


@pytest.mark.parametrize(
    ("course", "beside", "found"),
    [
        ({"kind": "permis"}, None, False),  # nothing is learnt by it
        ({"prerequisites": ("B",)}, None, False),  # not open to all
        ({"hours": Hours(10, 10, 10, "s")}, None, False),  # a short one
        ({"hours": Hours(), "months": Hours(12.0, None, 12.0)}, None, True),
        ({}, CredentialRequirement("Q", "AS", "usual"), False),  # a diploma is asked for
        ({}, CredentialRequirement("Q", "AS", "option"), True),
    ],
)
def test_a_trade_of_its_own_has_a_long_course_that_is_open_to_all(
    course: dict[str, Any], beside: CredentialRequirement | None, *, found: bool
) -> None:
    asked = CredentialRequirement("Q", "TP", "usual", scope="titles", titles="1")
    some = jobs(asked, *([beside] if beside else []))
    own = replace(TITLE, **{"kind": "certificat", "hours": Hours(300, 300, 300, "s"), **course})
    some = replace(some, titles=(JobTitle("1", "Titre 1", "Q"), JobTitle("2", "Titre 2", "Q")))
    some = replace(some, credentials=tuple(own if c.code == own.code else c for c in some.credentials))
    assert bool(own_courses(some, "Q", Aim(titles=frozenset({"1"})))) is found


@pytest.mark.parametrize(
    ("status", "rows", "named", "expected"),
    [
        ("selective", [], "2", "open"),  # others are chosen
        ("open", [("usual", "1"), ("usual", "2")], "", "open"),  # what employers ask of each title is no demand
        ("unknown", [("required", "1"), ("required", "2")], "", "unknown"),  # one thing of some, another of others
        ("conditional", [("required", "1")], "3", "open"),
        ("conditional", [("required", "1")], "", "open"),  # one title of three is not the job
        ("conditional", [], "", "conditional"),
    ],
)
def test_access_to_a_title_is_what_is_asked_of_it(
    status: AccessStatus, rows: list[tuple[RequirementKind, str]], named: str, expected: str
) -> None:
    chosen: dict[str, Any] = {"selection": "competition", "selection_scope": "titles", "titles": "1"}
    whole = OccupationAccess("Q", status, **(chosen if status == "selective" else {}))
    codes = dict(zip("12", ("FIMO", "CARTE"), strict=True))
    some = jobs(
        *(CredentialRequirement("Q", codes[title], kind, scope="titles", titles=title) for kind, title in rows),
        whole=(whole,),
    )
    some = replace(some, titles=tuple(JobTitle(code, f"Titre {code}", "Q") for code in "123"))
    assert access_conditions(some, "Q", titles=frozenset(named)).status == expected


def test_what_else_to_know_of_a_credential_stands_together() -> None:
    noted = [("DE", "Un an. Sans VAE."), ("Permis", "Sans VAE. À jour."), ("DE", "Pour qui n'est pas médecin.")]
    assert [line.replace("\xa0", " ") for line in note_lines("Sur dossier.", [*noted, ("FIMO", "Sur dossier.")])] == [
        "À savoir. Sur dossier.",
        "À savoir pour « DE ». Un an. Sans VAE. Pour qui n'est pas médecin.",
        "À savoir pour « Permis ». À jour.",
    ]


def test_what_a_credential_says_stands_once_on_a_sheet_that_lists_it_twice() -> None:
    own, usual = CredentialRequirement("Q", "TP", scope="self-employed"), CredentialRequirement("Q", "TP", "usual")
    some = jobs(own, usual._replace(note="Là aussi."))
    noted = replace(TITLE, note="Une dispense est possible.")
    some = replace(some, credentials=tuple(noted if c.code == noted.code else c for c in some.credentials))
    told = " ".join(text for _, _, texts in Fiche(some, "Q").lines("fr") for text in texts)
    assert (told.count("Une dispense est possible."), told.count("Là aussi.")) == (1, 1)


@pytest.mark.parametrize(
    ("name", "title", "kind", "low"),
    [
        ("Métier Q", "Aide de Q", None, 0),
        ("Métier Q", "Garçon / Fille de chenil", None, 0),
        ("Métier Q", "Garçon / Serveuse de café", None, 4),  # a waiter waits
        ("Aide-soignant / Aide-soignante", "Aide-soignant de nuit", None, 4),  # the aides' own occupation
        ("Métier Q", "Aide de Q", "required", 4),
        ("Métier Q", "Aide de Q", "one-of", 4),  # beside a way without it too
    ],
)
def test_who_only_helps_others_of_a_job_needs_no_level(
    name: str, title: str, kind: Literal["required", "one-of"] | None, low: int
) -> None:
    rows = () if kind is None else (CredentialRequirement("Q", "TP", kind, "", "g", "a"),)
    either = () if kind != "one-of" else (CredentialRequirement("Q", "B", kind, "", "g", "b"),)
    some = jobs(*rows, *either, whole=(OccupationAccess("Q", "conditional", 4, 5),))
    named = tuple(replace(o, label=name) if o.code == "Q" else o for o in some.occupations)
    some = replace(some, occupations=named, titles=(JobTitle("1", title, "Q"), JobTitle("2", "Métier Q", "Q")))
    assert named_titles(some, [title]) == frozenset("" if "Serveuse" in title else "1")
    found = [access_conditions(some, "Q", titles=frozenset(of)) for of in ("1", "2", "12")]
    assert [(c.level_low, c.level_high) for c in found] == [(0, 3) if low == 0 else (4, 5), (4, 5), (4, 5)]


def test_titles_narrow_what_is_asked_of_the_self_employed() -> None:
    card = CredentialRequirement("Q", "CARTE", scope="self-employed", titles="1 2")
    some = jobs(card, whole=(OccupationAccess("Q", "open"),))
    some = replace(
        some, titles=tuple(JobTitle(code, text, "Q") for code, text in zip("123", ("Taxi", "VTC", "Car"), strict=True))
    )

    def asked(employment: Employment | None, *titles: str) -> list[str]:
        holdings = holdings_of(some, "P", {}, employment, frozenset(titles))
        return [c.code for c in access_conditions(some, "Q", holdings).required]

    assert asked("self-employed") == asked("self-employed", "1") == ["CARTE"]  # two titles of three: at large too
    assert asked("self-employed", "3") == asked("public", "1") == asked(None, "1") == asked(None) == []
    told = [text for _, _, texts in Fiche(some, "Q").lines("fr") for text in texts]
    assert any("(à son compte, toutes les appellations, sauf : Car)" in text for text in told)

    def asked_of(*rows: CredentialRequirement) -> str:
        lines = [
            text
            for _, _, texts in Fiche(replace(some, credential_requirements=rows), "Q").lines("fr")
            for text in texts
        ]
        return " ".join(lines)

    own = card._replace(scope="titles")
    assert "(appellations : Taxi)" in asked_of(own._replace(titles="1"))
    assert "(appellations : Car ; Taxi ; VTC)" in asked_of(own._replace(titles="1 2 3"))
    either = own._replace(kind="one-of", group="g", alternative="a")
    apart = asked_of(either._replace(titles="1"), either._replace(credential="DEI", titles="2"),
                     either._replace(alternative="b", credential="AS", titles="1"))  # fmt: skip
    assert apart.partition(" ; b) ")[0].endswith("(certaines appellations)")  # nobody of either title needs both
    assert "(appellations : Taxi)" in apart.partition(" ; b) ")[2]


@pytest.fixture
def later() -> Catalogue:
    """Facts of P, of Q, and of R and S, to which titles came that an older referential has under Q."""
    rows = (
        CredentialRequirement("Q", "C", "one-of", "", "conduite", "a"),
        CredentialRequirement("Q", "DEI", "one-of", "", "conduite", "b"),
        CredentialRequirement("Q", "AUT", scope="self-employed"),
        CredentialRequirement("R", "FIMO", "one-of", "", "conduite", "a"),
        CredentialRequirement("R", "TP", "one-of", "", "conduite", "b"),
        CredentialRequirement("R", "CARTE"),
        CredentialRequirement("S", "CARTE", scope="titles", titles="5 9"),
        CredentialRequirement("S", "AS", scope="titles", titles="9"),
    )
    whole = {
        "P": OccupationAccess("P", "conditional", 4, 4, older_titles="1"),
        "Q": OccupationAccess("Q", "conditional", 3, 3),
        "R": OccupationAccess("R", "selective", 0, 0, "competition", "concours", older_titles="3 4"),
        "S": OccupationAccess("S", "open", 0, 0, older_titles="5 6"),
    }
    return Catalogue("essai 1", {}, {k: tuple(r for r in rows if r.occupation == k) for k in whole}, whole, {}, ())


def test_each_title_of_an_older_fiche_takes_what_its_later_one_does(later: Catalogue) -> None:
    assert later.of("Q") == later.of("Q", ["2"]) == (later.requirements["Q"], later.occupations["Q"])
    rows, access = later.of("Q", ["2", "3", "4", "5", "6"])
    assert later.of("Q", ["6", "5", "4", "3", "2"]) == (rows, access), "in whatever order titles come"
    assert {row.occupation for row in rows} == {"Q"}
    asked = {row.credential: (row.scope, row.titles) for row in rows}
    assert asked["CARTE"] == ("titles", "3 4 5")
    assert asked["AUT"] == ("self-employed", "2")
    assert "AS" not in asked, "none of its titles was there"
    assert asked["C"] == ("titles", "2")
    groups = {row.credential: row.group for row in rows if row.group}
    assert groups["C"] == groups["DEI"] != groups["FIMO"] == groups["TP"], "one name, two choices"
    assert access is not None
    assert (access.status, access.selection, access.selection_scope, access.titles) == (
        "conditional", "competition", "titles", "3 4",
    )  # fmt: skip
    assert (access.level_low, access.level_high) == (0, 0), "those of most of its titles"
    partly = later.occupations["R"]._replace(selection_scope="titles", titles="3 8")
    parted = replace(later, occupations={**later.occupations, "R": partly})
    for here, expected in (("23456", ("titles", "3")), ("3", ("all", ""))):
        _, of_one = parted.of("Q", [*here])
        assert of_one is not None
        assert (of_one.selection_scope, of_one.titles) == expected, "of those that are chosen there, the one here"
    _, half = later.of("Q", ["2", "3", "4", "5"])
    assert half is not None
    assert half.status == "selective", "half of the titles are chosen"
    moved, gone = later.of("Q", ["3", "4"])
    assert [row.scope for row in moved] == ["all"] * 3
    assert gone is not None
    assert (gone.status, gone.selection_scope, gone.titles) == ("selective", "all", "")


def test_each_title_of_an_older_fiche_is_chosen_as_its_later_one_is(later: Catalogue, tmp_path: Path) -> None:
    intake = later.occupations["S"]._replace(selection="admission", selection_label="dossier", titles="")
    public = later.occupations["P"]._replace(
        selection="appointment", selection_label="décret", selection_scope="public"
    )
    told = replace(later, occupations={**later.occupations, "S": intake, "P": public})
    rows, access = told.of("Q", ["1", "2", "3", "4", "5", "6", "7"])
    assert access is not None
    titles = tuple(JobTitle(code, f"Titre {code}", "Q") for code in "1234567")
    some = replace(jobs(*rows, whole=(access,)), titles=titles)

    def chosen(*named: str) -> tuple[str | None, str | None, str | None]:
        conditions = access_conditions(some, "Q", titles=frozenset(named))
        by = conditions.selection
        return (None, None, None) if by is None else (by.kind, by.label, conditions.status)

    assert chosen()[:2] == ("competition", "concours")  # of most of those of whom any is chosen
    assert chosen("3") == ("competition", "concours", "selective")
    assert chosen("5") == ("admission", "dossier", "conditional")  # an intake selects nobody
    assert chosen("1")[:2] == ("appointment", "décret")
    assert chosen("2") == chosen("7") == (None, None, None)
    compile_index(build_graph(some), tmp_path / "i.zip")
    assert load_referential(tmp_path / "i.zip").occupation_access == some.occupation_access


def test_a_job_of_which_most_titles_take_something_each_of_its_own_is_neither_free_nor_known(later: Catalogue) -> None:
    rows, access = later.of("Q", ["2", "3", "5", "6"])
    assert access is not None
    titles = tuple(JobTitle(code, f"Titre {code}", "Q") for code in "2356")
    some = replace(jobs(*rows, whole=(access, OccupationAccess("P", "open"))), titles=titles)
    conditions = access_conditions(some, "Q")
    assert [c.code for c in conditions.required] == ["CARTE"], "half of the titles"
    assert conditions.status == "unknown", "and three of four take something else, or more"
    assert access_text(conditions) == "Carte, le reste inconnu"
    path = rank_paths(build_graph(some), "P", targets=["Q"], settings=PLAIN, max_steps=1)[0]
    assert (path.status, [key for key, _ in path.reasons]) == ("unknown", ["access"])
    assert "dépend de l'appellation : nommez celle qui est visée" in path_sentences(path)[0]
    assert "Compté ici" not in path_sentences(path)[0]
    one, other = (access_conditions(some, "Q", titles=frozenset(code)) for code in "56")
    assert (one.status, other.status) == ("conditional", "open")


def test_a_job_that_is_free_says_of_whom_it_asks_something() -> None:
    rows = (
        CredentialRequirement("Q", "CARTE", scope="self-employed"),
        CredentialRequirement("Q", "B", scope="titles", titles="1"),
    )
    some = jobs(*rows, whole=(OccupationAccess("Q", "open"), OccupationAccess("R", "open")))
    said = access_text(access_conditions(some, "Q"))
    assert said.startswith("libre, sauf ")
    assert {"à son compte", "certaines appellations"} == set(
        said[len("libre, sauf ") : said.index(" : ")].split(" ou ")
    )
    assert said.endswith(", …")
    held = holdings_of(some, None, {"CARTE": "yes", "B": "yes"})
    assert access_text(access_conditions(some, "Q", held)) == "libre"
    assert access_text(access_conditions(some, "Q", holdings_of(some, "P", {}, "self-employed"))) == "Carte"
    assert access_text(access_conditions(some, "R")) == "libre"


def test_a_requirement_wins_over_a_word_and_no_word_is_unknown() -> None:
    some = jobs(
        CredentialRequirement("Q", "B"), whole=(OccupationAccess("Q", "open"), OccupationAccess("R", "open", 0, 3))
    )
    assert [access_conditions(some, code).status for code in "QRS"] == ["conditional", "open", "unknown"]
    assert [access_text(access_conditions(some, code)) for code in "QRS"] == ["Permis B", "libre", "inconnu"]
    assert access_conditions(some, "R").to_dict()["level"] == {"low": 0, "high": 3}


def test_an_admission_to_a_training_that_is_behind_is_not_told() -> None:
    whole = (OccupationAccess("Q", "conditional", selection="admission", selection_label="Dossier"),)
    some = jobs(CredentialRequirement("Q", "DEI"), CredentialRequirement("P", "DEI"), whole=whole)
    told = {origin: sentences(some, origin) for origin in ("R", "P")}
    assert ["Sélection : Dossier" in each for each in told.values()] == [True, False]
    chosen = jobs(*some.credential_requirements, whole=(whole[0]._replace(selection="competition"),))
    assert all("Sélection par concours : Dossier" in sentences(chosen, origin) for origin in "RP")
    schools = (whole[0]._replace(selection_label="sélection par l'école"),)
    assert "Sélection par l'école." in sentences(jobs(*some.credential_requirements, whole=schools), "R")
    public = (schools[0]._replace(selection_scope="public"),)
    assert " : par l'école." in sentences(jobs(*some.credential_requirements, whole=public), "R")
    for label, said in (("Concours de caporal", "Sélection : Concours de caporal"), ("", "Sélection : concours")):
        named = (whole[0]._replace(selection="competition", selection_label=label),)
        assert f"{said}." in sentences(jobs(*some.credential_requirements, whole=named), "R")


def test_what_is_left_to_learn_for_a_post_that_one_is_chosen_for_is_known_where_nothing_is() -> None:
    chosen = (OccupationAccess("Q", "selective", selection="competition", selection_label="places"),)
    graph = build_graph(jobs(whole=chosen), settings=PLAIN)
    for who, verdict in (("R", "unknown"), (Profile("R", ("xQ",)), "yes")):
        (move,) = rank_moves(graph, who, targets=["Q"], filters=["max-hours=0"], settings=PLAIN)
        assert [each.verdict for each in move.filters] == [verdict]


@pytest.mark.parametrize("kind", ["competition", "appointment", "quota-of-offices", "admission"])
def test_a_selection_stands_in_the_way_of_a_path_and_an_admission_does_not(kind: str) -> None:
    some = jobs(whole=(OccupationAccess("Q", "open", selection=kind, selection_label="x"),))  # type: ignore[arg-type]
    path = rank_paths(build_graph(some), "P", targets=["Q"], settings=PLAIN, max_steps=1)[0]
    assert path.status == ("feasible" if kind == "admission" else "unknown")
    assert [key for key, _ in path.reasons] == ([] if kind == "admission" else ["selection"])
    assert path.steps[0].to_dict()["access_conditions"]["selection"]["kind"] == kind


def test_procedures_of_unknown_length_are_listed_and_leave_a_path_feasible() -> None:
    some = jobs(
        CredentialRequirement("Q", "CARTE"), CredentialRequirement("Q", "AUT"), CredentialRequirement("R", "C"),
        whole=(OccupationAccess("Q", "conditional"), OccupationAccess("R", "conditional")),
    )  # fmt: skip
    feasible, unknown = rank_paths(build_graph(some), "P", targets=["Q", "R"], settings=PLAIN, max_steps=1)
    assert (feasible.target.code, feasible.status, feasible.hours.lower_bound) == ("Q", "feasible", False)
    assert {c.code for c in feasible.steps[0].credentials} == {"AUT", "CARTE"}
    assert (unknown.status, unknown.hours.lower_bound) == ("unknown", True)
    assert ("length", "Permis C") in unknown.reasons


def test_a_legal_duration_is_a_floor_with_its_placements_and_a_reduction_shortens_it() -> None:
    some = jobs(
        CredentialRequirement("Q", "DEI"),
        CredentialRequirement("P", "AS"),
        whole=(OccupationAccess("Q", "conditional"),),
    )
    graph = build_graph(some)
    for origin, hours in (("R", 4620.0), ("P", 900.0)):
        path = rank_paths(graph, origin, targets=["Q"], settings=PLAIN, max_steps=1)[0]
        assert (path.status, path.steps[0].sourced) == ("feasible", hours)
        assert path.hours.low is not None
        assert path.hours.low >= hours
    experienced = replace(NURSE, reductions=(Reduction("P", 500.0, None, 36),))
    credentials = tuple(experienced if c.code == "DEI" else c for c in some.credentials)
    path = rank_paths(
        build_graph(replace(some, credentials=credentials)), "P", targets=["Q"], settings=PLAIN, max_steps=1
    )[0]
    assert (path.hours.low, path.hours.expected) == (500.0, 4620.0)  # only who has the experience is spared the rest


def test_who_holds_what_dispenses_of_a_training_has_it_behind_unless_told_otherwise() -> None:
    some = jobs(CredentialRequirement("Q", "DEI"), CredentialRequirement("P", "AS"))
    for hours, after, held in ((0.0, None, "yes"), (0.0, 36.0, "unknown"), (10.0, None, "unknown")):
        nurse = replace(NURSE, reductions=(Reduction("AS", hours, experience_months=after),))
        known = replace(some, credentials=tuple(nurse if c.code == "DEI" else c for c in some.credentials))
        assert holdings_of(known, "P", {}).of("DEI") == holdings_of(known, None, {"AS": "yes"}).of("DEI") == held
        assert holdings_of(known, "P", {"DEI": "no"}).of("DEI") == "no"


def test_a_diploma_that_most_bring_from_a_job_is_to_be_verified_and_a_certificate_is_not() -> None:
    some = jobs(CredentialRequirement("Q", "DEI"), CredentialRequirement("Q", "FIMO"), CredentialRequirement("Q", "AS"))
    dispensed = tuple(
        replace(c, reductions=(Reduction("P", 0.0),)) if c.code in ("DEI", "FIMO") else c for c in some.credentials
    )
    told = sentences(replace(some, credentials=dispensed), Profile(occupation="P", credentials={"AS": "yes"}))
    assert "Exigé, détenu ou dispensé : DE aide-soignant ; FIMO" in told
    assert "supposé acquis par qui vient de ce métier, à vérifier avec la personne : DE infirmier." in told
    shorter = replace(NURSE, reductions=(Reduction("P", 100.0),))  # whoever states it has it, whatever the trade spares
    stated = replace(some, credentials=tuple(shorter if c.code == "DEI" else c for c in some.credentials))
    known: dict[str, Ternary] = {"AS": "yes", "DEI": "yes"}
    assert "à vérifier avec la personne" not in sentences(stated, Profile(occupation="P", credentials=known))


@pytest.mark.parametrize("reductions", [("A", "B", "C"), ("C", "B", "A")])
def test_the_shortest_certain_training_is_that_of_who_has_several_rights(reductions: tuple[str, ...]) -> None:
    given = {"A": Reduction("A", 300.0), "B": Reduction("B", 100.0), "C": Reduction("C", 50.0, experience_months=24)}
    asked = replace(NURSE, reductions=tuple(given[code] for code in reductions))
    assert Holdings(dict.fromkeys(given, "yes")).reduction_for(asked) == given["B"]
    assert Holdings({"C": "yes"}).reduction_for(asked) == given["C"]


@pytest.mark.parametrize(
    ("kind", "practised", "spared"),
    [("experience", 12, False), ("experience", 24, True), ("certificat", 12, True), ("diplôme", 36, False)],
)
def test_a_job_entered_on_the_way_gives_neither_a_diploma_nor_more_years_than_it_lasted(
    kind: CredentialKind, practised: int, *, spared: bool
) -> None:
    asked = Credential("X", "X", kind, months=Hours(24.0, 24.0, 24.0), reductions=(Reduction("P", 0.0),))
    assert Holdings(occupations=("P",)).spares(asked)
    assert Holdings(occupations=("P",), practice={"P": practised}).spares(asked) is spared
    assert not Holdings({"P": "yes"}).spares(asked)  # of a credential, not of a job that was done


@pytest.mark.parametrize(("kind", "held"), [("habilitation", "no"), ("autorisation", "no"), ("certificat", "unknown")])
def test_an_employer_gives_an_authorisation_anew_and_no_certificate(kind: CredentialKind, held: Ternary) -> None:
    given = Credential("X", "X", kind, issuer="L'employeur")
    assert Holdings().of(given) == held
    assert Holdings().of(replace(given, issuer="La préfecture")) == "unknown"


def test_the_source_of_what_is_left_of_a_training_is_that_of_its_reduction_where_it_has_one() -> None:
    whole = Hours(500.0, 500.0, 500.0, "whole")
    assert remaining(whole, Reduction("A", 100.0, source="shorter")) == Hours(100.0, 100.0, 100.0, "shorter")
    assert remaining(whole, Reduction("A", 100.0)).source == "whole"


YEARS = Hours(36.0, 36.0, 36.0)
TRAINED = Credential("Z9", "Titre", "titre", Hours(100.0, 100.0, 100.0))


@pytest.mark.parametrize(
    ("first", "other"),
    [
        # A long school of known hours is better known than a training of unknown length, practice of years is not.
        (replace(TRAINED, hours=Hours(3000.0, 3000.0, 3000.0), months=YEARS), Credential("Z1", "Autre", "titre")),
        (replace(TRAINED, hours=Hours(None, None, 500.0)), Credential("Z1", "Ans", "experience", months=YEARS)),
        (replace(TRAINED, hours=Hours()), Credential("Z1", "Ans", "experience", months=YEARS)),
        (replace(TRAINED, hours=Hours()), Credential("Z1", "Pratique", "experience")),
        (TRAINED, Credential("Z1", "Mois", "experience", months=Hours(6.0, 6.0, 6.0))),
        (Credential("Z9", "Mois", "experience", months=Hours(0.5, 0.5, 0.5)), replace(TRAINED, code="Z1")),
    ],
)
def test_of_two_ways_the_better_known_then_the_shorter_one_is_counted(first: Credential, other: Credential) -> None:
    some = with_credentials(jobs(*one_of("Q", ("Z1", "v", "a"), ("Z9", "v", "b"))), first, other)
    demands = demands_of(build_graph(some))
    assert [[demands.codes[i] for i in way] for way in demands.price(Holdings()).ways] == [["Z9"]]


def test_who_took_one_way_has_not_the_one_that_employers_of_another_job_ask_for() -> None:
    jobs_alike = "PQST"
    ways = [row for job in jobs_alike for row in one_of(job, ("Z1", "v", "a"), ("Z9", "v", "b"))]
    usual = [CredentialRequirement(job, code, "usual") for job, code in (("Q", "Z9"), ("S", "FIMO"), ("T", "Z1"))]
    short = replace(TRAINED, code="Z1", hours=Hours(50.0, 50.0, 50.0))
    demands = demands_of(build_graph(with_credentials(jobs(*ways, *usual), short, TRAINED)))
    held = demands.with_choices(demands.holds(12.0))[:, len(demands.codes) :]
    row_of = {job: demands.occupations.index(job) for job in jobs_alike}
    choice_of = {job: demands.needed[row, len(demands.codes) :].argmax() for job, row in row_of.items()}
    assert choice_of["P"] == choice_of["S"]  # what else is usual makes no other choice
    assert len({*choice_of.values()}) == len(jobs_alike) - 1
    known = {job: [other for other in jobs_alike if held[row, choice_of[other]]] for job, row in row_of.items()}
    assert known == {"P": ["P", "S", "T"], "Q": ["P", "Q", "S"], "S": ["P", "S", "T"], "T": ["P", "S", "T"]}


@pytest.mark.parametrize(
    ("hours", "low", "high", "unknown"),
    [
        (Hours(None, None, 500.0), 0.0, 500.0, True),
        (Hours(None, 100.0, None), None, None, False),  # its least is not known
        (Hours(80.0, 100.0, 120.0), 80.0, 120.0, False),
        (Hours(), 0.0, None, True),
    ],
)
def test_what_is_published_of_a_length_bounds_it(
    hours: Hours, low: float | None, high: float | None, *, unknown: bool
) -> None:
    some = with_credentials(jobs(CredentialRequirement("Q", "Z9")), replace(TRAINED, hours=hours))
    price = demands_of(build_graph(some)).price(Holdings())
    assert [None if np.isnan(end[0]) else float(end[0]) for end in (price.low, price.high)] == [low, high]
    assert bool(price.unknown[0]) is unknown


def test_what_is_certain_or_of_one_way_may_all_be_held_and_nothing_is_needed_of_nobody() -> None:
    holdings = Holdings({"A": "yes"}, (frozenset({frozenset("B"), frozenset({"C", "D"})}),))
    assert holdings.may_include([])
    assert [holdings.may_include(codes) for codes in ("A", "AB", "ACD", "BC")] == [True, True, True, False]
    assert Holdings({"A": "yes"}).may_include("A")


@pytest.mark.parametrize(
    ("kind", "supposed", "free"),
    [
        ("diplôme", ("BAC",), True),
        ("diplôme", (), False),  # nothing says how one is admitted to it
        ("diplôme", ("BAC", "SIT"), False),
        ("carte", ("BAC",), False),
        ("inscription", (), True),
    ],
)
def test_nobody_is_selected_again_for_a_register_or_a_diploma_after_diplomas(
    kind: CredentialKind, supposed: tuple[str, ...], *, free: bool
) -> None:
    asked = Credential("X", "X", kind, prerequisites=supposed)
    known = (Credential("BAC", "Bac", "diplôme"), Credential("SIT", "Épreuves", "concours"), asked)
    assert uncontested(with_credentials(jobs(), *known), asked) is free


def test_a_training_that_experience_may_shorten_keeps_its_length_and_tells_what_may_be_left() -> None:
    some = jobs(CredentialRequirement("Q", "DEI"))
    nurse = replace(NURSE, reductions=(Reduction("P", 1000.0, 500.0, 36),), months=Hours(36.0, None, 36.0))
    graph = build_graph(replace(some, credentials=tuple(nurse if c.code == "DEI" else c for c in some.credentials)))
    told = " ".join(path_sentences(rank_paths(graph, "P", targets=["Q"], settings=PLAIN, max_steps=1)[0]))
    text = told.replace("\u202f", " ")
    assert "4 620 h, dont 2 310 h en entreprise ou en stage" in text  # not 500 of 4,620
    assert "en 36 mois au plus ; peut-être 1 500 h, pour qui a : Métier P, 36 mois d'expérience" in text


def test_a_shorter_training_of_unpublished_length_leaves_the_whole_as_the_most_and_is_said() -> None:
    some = jobs(
        CredentialRequirement("Q", "DEI"),
        CredentialRequirement("P", "AS"),
        whole=(OccupationAccess("Q", "conditional"),),
    )
    for reduction in (Reduction("AS"), Reduction("P", experience_months=36)):
        nurse = replace(NURSE, reductions=(reduction,))
        graph = build_graph(replace(some, credentials=tuple(nurse if c.code == "DEI" else c for c in some.credentials)))
        told = [text for _, _, texts in Fiche(graph.referential, "Q").lines("fr") for text in texts]
        assert any("plus 2 310 h en entreprise ou en stage" in text.replace("\u202f", " ") for text in told)
        for origin, low in (("R", 4620.0), ("P", None)):
            path = rank_paths(graph, origin, targets=["Q"], settings=PLAIN, max_steps=1)[0]
            (asked,) = path.steps[0].to_dict("fr")["credentials"]
            assert asked["company_hours"] == 2310.0
            assert (asked["shorter"] is None) == (origin == "R")
            text = " ".join(path_sentences(path)).replace("\u202f", " ")
            assert ("4 620 h au plus" in text) == ("allégé" in text) == (origin == "P")
            if origin == "P" and not reduction.experience_months:  # sure to be shorter: the whole is not to be expected
                assert (path.status, [key for key, _ in path.reasons]) == ("unknown", ["length"])
                assert (path.hours.lower_bound, path.hours.expected == 4620.0) == (True, False)
                continue
            assert (path.status, *astuple(path.hours)) == ("feasible", low, 4620.0, 4620.0, False)
            assert "4 620 h, dont 2 310 h en entreprise ou en stage" in text


def test_a_course_beside_the_diploma_one_holds_is_all_that_is_left() -> None:
    """Occupational health nurses: 240 hours and 105 of placement after the diploma (labour code, R. 4623-31-1)."""
    course = Credential(
        "IST",
        "Formation spécifique",
        "certificat",
        Hours(240, 240, None, "loi"),
        hours_kind="legal-minimum",
        company_hours=Hours(105, 105, 105, "loi"),
        prerequisites=("DEI",),
    )
    diploma, both = CredentialRequirement("Q", "DEI"), CredentialRequirement("Q", "IST")
    either = (CredentialRequirement("Q", "DEI", "one-of", "loi", "voie", "a"),
              CredentialRequirement("Q", "AS", "one-of", "loi", "voie", "b"))  # fmt: skip
    free = replace(course, prerequisites=())
    years = (*either[:1], CredentialRequirement("Q", "EXP", "one-of", "loi", "voie", "b"))
    exp = Credential("EXP", "Trois ans", "experience", months=Hours(36, 36, None, "loi"))
    for rows, asked, origin, alone in (
        ((diploma, both), course, "P", True),
        ((diploma, both), course, "R", False),  # the diploma is missing: its studies teach the job
        ((*either, both), free, "P", True),
        ((*years, both), free, "S", True),  # years in a trade stand for the diploma
        ((both,), free, "P", False),  # a certificate alone qualifies nobody where a level is asked for
    ):
        some = jobs(*rows, CredentialRequirement("P", "DEI"))
        some = replace(some, credentials=tuple(sorted((*some.credentials, asked, exp), key=lambda c: c.code)))
        demands = build_demands(some, [("Q", NO_AIM)])
        person = holdings_of(some, "P" if origin == "P" else "R", {"EXP": "yes"} if origin == "S" else {})
        price, missing = demands.price(person), demands.needed & ~demands.held(person)
        assert demands.trained_alone(missing, price).tolist() == [alone], (rows, origin)
        assert demands.span(missing[0], price)[1] == (345.0 if alone or origin == "P" else 345.0 + 4620.0)


def test_who_holds_the_required_diploma_takes_no_more_than_the_licence_that_is_required_beside_it() -> None:
    """Else who lacks a course and a licence would learn less than who lacks the licence alone."""
    beside = CredentialRequirement("Q", "B")
    either = (CredentialRequirement("Q", "DEI", "one-of", "loi", "voie", "a"),
              CredentialRequirement("Q", "AS", "one-of", "loi", "voie", "b"))  # fmt: skip
    for rows, origin, alone in (
        ((CredentialRequirement("Q", "DEI"), beside), "P", True),
        ((CredentialRequirement("Q", "DEI"), beside), "R", False),  # the diploma is missing: its studies teach the job
        ((*either, beside), "P", False),  # what may be chosen for many jobs teaches none of them
    ):
        some = jobs(*rows, CredentialRequirement("P", "DEI"))
        demands = build_demands(some, [("Q", NO_AIM)])
        person = holdings_of(some, origin, {})
        price, missing = demands.price(person), demands.needed & ~demands.held(person)
        assert demands.trained_alone(missing, price).tolist() == [alone], (rows, origin)


def test_who_holds_one_of_the_diplomas_of_a_trade_that_a_job_lets_choose_from_learns_no_more() -> None:
    either = [CredentialRequirement("Q", code, "one-of", "loi", "voie", code) for code in ("DEI", "AS")]
    cases: tuple[tuple[tuple[CredentialRequirement, ...], dict[str, Stated], bool], ...] = (
        ((), {"AS": "yes"}, True),
        ((), {}, False),  # neither is held
        ((CredentialRequirement("Q", "DEI", scope="titles", titles="9"),), {"AS": "yes"}, True),  # of some of the same
        ((CredentialRequirement("R", "AS", "one-of", "loi", "v", "AS"),), {"AS": "yes"}, True),  # so does another
        ((CredentialRequirement("R", "DEI", scope="titles", titles="9"),), {"AS": "yes"}, False),  # another trade
    )  # fmt: skip
    for others, stated, alone in cases:
        demands = build_demands(jobs(*either, *others), [("Q", NO_AIM)])
        person = holdings_of(demands.referential, "S", stated)
        price, missing = demands.price(person), demands.needed & ~demands.held(person)
        assert demands.trained_alone(missing, price).tolist() == [alone], (others, stated)


def test_who_followed_the_required_course_learns_no_more_than_who_follows_it() -> None:
    freely = tuple(OccupationAccess(code, "conditional", level_low=0) for code in "PQ")
    graph = build_graph(jobs(*driver("P"), *driver("Q"), CredentialRequirement("S", "B"), whole=freely))
    for origin, hours in (("P", 0.0), ("R", 280.0)):
        path = rank_paths(graph, origin, targets=["Q"], settings=PLAIN, max_steps=1)[0]
        assert (path.status, path.hours.expected) == ("feasible", hours)
    licence = OccupationAccess("T", "conditional", level_low=0)
    graph = build_graph(jobs(CredentialRequirement("S", "B"), CredentialRequirement("T", "B"), whole=(licence,)))
    path = rank_paths(graph, "S", targets=["T"], settings=PLAIN, max_steps=1)[0]
    assert path.hours.expected  # a licence to drive a car teaches no job


def test_a_way_that_nobody_can_take_any_more_is_not_named_by_half() -> None:
    ended = Credential("OLD", "Brevet ancien", "diplôme", valid_until="2021-02-11")
    some = jobs(
        CredentialRequirement("Q", "CARTE", "one-of", "loi", "voie", "a"),
        CredentialRequirement("Q", "OLD", "one-of", "loi", "voie", "a"),
        CredentialRequirement("Q", "FIMO", "one-of", "loi", "voie", "b"),
    )
    some = replace(some, credentials=tuple(sorted((*some.credentials, ended), key=lambda c: c.code)))
    assert access_text(access_conditions(some, "Q")) == "FIMO"


def test_who_is_dispensed_with_a_training_by_a_job_has_neither_it_nor_what_it_supposes_to_obtain() -> None:
    for months, left in ((None, set()), (12, {"PUER", "DEI"})):  # a dispense by time spent is not known to apply
        child = replace(CHILD, reductions=(Reduction("P", 0.0, None, months),))
        some = jobs(CredentialRequirement("Q", "PUER"))
        some = replace(some, credentials=tuple(child if c.code == "PUER" else c for c in some.credentials))
        found = access_conditions(some, "Q", holdings_of(some, "P", {}))
        assert {c.code for c in found.to_obtain} == left


@pytest.mark.parametrize(
    ("last", "beside", "months"),
    [
        (Hours(24, None, 24), Hours(140, 140, 140), (25.0, 25.0, 25.0)),  # a month of full time beside two years
        (Hours(24, None, 24), Hours(140, 140, None), (25.0, 25.0, None)),
        (Hours(24, 30, 36), Hours(70, 140, 280), (24.5, 31.0, 38.0)),
        (Hours(24, None, None), Hours(140, 140, 140), None),  # at least so long is no answer
        (Hours(24, None, 24), Hours(), None),
    ],
)
def test_the_months_of_a_training_are_those_of_each_part(
    last: Hours, beside: Hours, months: tuple[float, float, float | None] | None
) -> None:
    studies, course = Credential("D", "Diplôme", "diplôme", months=last), Credential("K", "Cours", "certificat", beside)
    path = direct(with_credentials(jobs(*(CredentialRequirement("Q", c) for c in "DK")), studies, course))
    assert path.hours.lower_bound
    assert path.status == ("unknown" if months is None else "feasible")
    assert path.months.lower_bound == (months is None)
    assert months in (None, (path.months.low, path.months.expected, path.months.high))


def test_what_an_employer_gives_after_months_of_training_is_no_mere_word() -> None:
    train = Credential("ATT", "Attestation", "habilitation", issuer="Employeur", months=Hours(6, None, 12, "gare"))
    some = jobs(CredentialRequirement("Q", "ATT"), whole=(OccupationAccess("Q", "conditional"),))
    graph = build_graph(replace(some, credentials=(*some.credentials, train)))
    (path,) = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)
    assert (path.status, path.months.expected) == ("feasible", 6.0)
    (asked,) = path.steps[0].to_dict("fr")["credentials"]
    assert asked["months"] == {"low": 6, "high": 12}
    text = " ".join(path_sentences(path))
    assert "6 à 12 mois de formation" in text
    assert "Attestation (6 à 12 mois, heures inconnues)" in text
    assert "sans formation" not in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Credential("X", "Habilitation", "habilitation", hours_kind="none-exists", issuer="Employeur"),
         "Habilitation (formation ou examen, sans durée légale)"),
        (Credential("X", "Examen", "certificat", hours_kind="none-exists"),
         "Examen (formation ou examen, sans durée légale)"),
        (Credential("X", "Carte", "carte", Hours(0, 0, 0, "loi"), hours_kind="none-exists"), "Carte (sans formation)"),
        (Credential("X", "Concours d'agent", "concours"), "Concours d'agent."),
    ],
)  # fmt: skip
def test_a_training_of_no_legal_length_is_not_told_as_none(asked: Credential, said: str) -> None:
    some = jobs(CredentialRequirement("Q", "X"), whole=(OccupationAccess("Q", "conditional"),))
    graph = build_graph(replace(some, credentials=(*some.credentials, asked)))
    (path,) = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)
    assert said in " ".join(path_sentences(path))


@pytest.mark.parametrize(
    ("kind", "hours_kind", "known"),
    [("autorisation", "unknown", True), ("habilitation", "none-exists", True), ("habilitation", "unknown", False)],
)
def test_what_an_employer_clears_people_for_after_nobody_knows_how_long_is_of_unknown_length(
    kind: CredentialKind,
    hours_kind: HoursKind,
    known: bool,  # noqa: FBT001
) -> None:
    asked = Credential("X", "Conduite", kind, hours_kind=hours_kind, issuer="Employeur")
    assert (training_hours(asked).expected is not None) == known


@pytest.mark.parametrize(("status", "told"), [("unknown", True), ("open", False)])
def test_what_gives_access_is_not_called_unknown_where_the_catalogue_knows_that_nothing_is_asked(
    status: AccessStatus,
    told: bool,  # noqa: FBT001
) -> None:
    some = jobs(whole=(OccupationAccess("Q", status),))
    regulated = tuple(replace(o, regulated="yes") if o.code == "Q" else o for o in some.occupations)
    graph = build_graph(replace(some, occupations=regulated))
    (path,) = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)
    assert ("ce qui y donne accès n'est pas connu" in " ".join(path_sentences(path))) == told


def test_a_choice_is_told_in_one_sentence_without_the_ways_that_have_ended() -> None:
    some = jobs(*driver("Q"), whole=(OccupationAccess("Q", "conditional"),))
    nobody = access_conditions(some, "Q", holdings_of(some, "R", {}))
    assert required_lines(nobody) == ["Exigé, une voie suffit : Titre de conducteur ou Permis C + FIMO"]
    assert required_lines(access_conditions(some, "Q", holdings_of(some, "R", {"TP": "yes"})))[0].startswith(
        "Exigé, détenu"
    )
    assert required_lines(access_conditions(some, "Q")) == required_lines(nobody)  # whose holdings nobody looks at
    over = tuple(replace(c, valid_until="2020-01-01") if c.code == "FIMO" else c for c in some.credentials)
    ended = replace(some, credentials=over)
    assert required_lines(access_conditions(ended, "Q", holdings_of(ended, "R", {})), "en") == [
        "Required, to obtain unless already held: Titre de conducteur"
    ]
    plain = jobs(CredentialRequirement("Q", "FIMO"), whole=(OccupationAccess("Q", "conditional"),))
    assert required_lines(access_conditions(plain, "Q")) == ["Exigé, à obtenir sauf si déjà détenu : FIMO"]


def test_the_way_whose_hours_are_counted_is_named_first_and_alone_in_a_narrow_column(
    embedded_graph: OccupationGraph,
) -> None:
    move = rank_moves(embedded_graph, "D1505", targets=["I1617"])[0]
    step = rank_paths(embedded_graph, "D1505", targets=["I1617"], max_steps=1)[0].steps[0]
    assert [c.code for c in step.to_obtain] == ["TP-CTA", "CT-AGR"]
    assert access_text(move.access) == "agrément contrôleur technique, TP ou CQP de contrôleur technique ou …"
    first = "une voie suffit : Titre professionnel ou CQP de contrôleur technique"
    assert required_lines(move.access)[-1].startswith(f"Exigé, {first} ou Qualification de contrôleur")
    *_, choice = required_text(move.access).split("; ")
    assert choice.startswith(f"{first} ou ")
    assert access_text(access_conditions(embedded_graph.referential, "I1617")).startswith(
        "agrément contrôleur technique, qualification contrôleur technique ou TP"
    )


def test_who_drives_passengers_takes_the_shorter_course_towards_goods(embedded_graph: OccupationGraph) -> None:
    step = rank_paths(embedded_graph, "N4103", targets=["N4101"], max_steps=1)[0].steps[0]
    assert [c.code for c in step.to_obtain] == ["PERM-C", "FIMO-M", "CARTE-CHRONO"]
    (course,) = [c for c in step.to_obtain if c.code == "FIMO-M"]
    assert course.hours.expected == 35
    assert "passerelle (35 heures)" in (course.note or "")
    other = rank_paths(embedded_graph, "N1103", targets=["N4101"], max_steps=1)[0].steps[0]
    (whole,) = [c for c in other.to_obtain if c.code == "FIMO-M"]
    assert whole.hours.expected == 140
    assert "passerelle" not in (whole.note or "")


def test_sheets_of_credentials_say_which_way_of_which_choice_each_is(embedded_graph: OccupationGraph) -> None:
    move = rank_moves(embedded_graph, "D1505", targets=["I1617"])[0]
    path = rank_paths(embedded_graph, "D1505", targets=["I1617"], max_steps=1)[0]
    of_move, of_path = (
        next(dict(zip([c.key for c in s.columns], zip(*s.rows, strict=True), strict=True)) for s in item.sheets()
             if s.title == "credentials")
        for item in (move, path)
    )  # fmt: skip
    told = zip(of_move["credential_code"], of_move["choice"], of_move["way"], of_move["way_counted"], strict=True)
    ways = {(code, way, counted) for code, choice, way, counted in told if choice == "qualification"}
    assert ways == {("CT-QUAL", "a", False), ("TP-CTA", "b", True)}
    assert of_path["way"] == ("b", None)
    assert None in of_move["choice"]
    sheet = next(s for s in move.sheets() if s.title == "credentials")  # nobody lacks a choice where there is none
    of_choice = [c for c in sheet.columns if c.key in ("choice", "way", "choice_held", "way_possible", "way_counted")]
    assert {c.screen(each, "fr") for c in of_choice for each in sheet.items() if not c.cell(each, "fr")} == {"–", "non"}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_kind_of_credential_has_its_word(lang: Lang) -> None:
    (column,) = StepCredential.spec.pick("kind")
    words = [column.cell_text(kind, lang) for kind in get_args(CredentialKind)]
    assert {"fr": "expérience", "en": "experience"}[lang] in words
    assert len(set(words)) == len(words)


def test_what_is_held_of_a_way_that_is_open_is_said() -> None:
    some = jobs(*driver("Q"))
    mine = access_conditions(some, "Q", holdings_of(some, "P", {"C": "yes"}))
    assert required_lines(mine) == ["Exigé, une voie suffit : Titre de conducteur ou Permis C (détenu) + FIMO"]


def test_of_a_choice_that_is_held_the_ways_that_the_person_may_hold_are_named() -> None:
    ways = [("Q", code) for code in ("AS", "CARTE", "DEI", "TP")] + [("R", code) for code in ("DEI", "TP")]
    some = jobs(*(CredentialRequirement(job, code, "one-of", "", "v", code) for job, code in ways))
    conditions = access_conditions(some, "Q", holdings_of(some, "R", {}))
    assert held_choices(conditions) == ["DE infirmier ou Titre de conducteur"]
    assert required_lines(conditions) == ["Exigé, détenu : DE infirmier ou Titre de conducteur"]


@pytest.mark.parametrize(
    ("chosen", "named"), [("9", "Titre 9"), ("8 9", "Titre 8 ; Titre 9"), ("7 8 9", "certaines appellations")]
)
def test_a_path_says_the_selection_of_some_titles_and_that_titles_differ_as_the_sheet_does(
    chosen: str, named: str
) -> None:
    whole = OccupationAccess("Q", "conditional", None, None, "competition", "gardien", "titles", chosen)
    some = jobs(CredentialRequirement("Q", "CARTE"), whole=(whole,))
    some = replace(some, titles=tuple(JobTitle(code, f"Titre {code}", "Q") for code in "1456789"))
    said = [f"Sélection par concours ({named}) : gardien", "Ce qui est exigé dépend de l'appellation"]
    path = rank_paths(build_graph(some), "P", targets=["Q"], settings=PLAIN, max_steps=1)[0]
    assert path.status == "feasible"
    assert f"{said[0]}. {said[1]}." in path_sentences(path)[0]
    rows = (*some.credential_requirements, CredentialRequirement("Q", "AS", scope="titles", titles="1 4 5 6 7 8 9"))
    path = rank_paths(build_graph(replace(some, credential_requirements=rows)), "P", targets=["Q"], settings=PLAIN)[0]
    assert "Compté ici : ce que demande" in path_sentences(path)[0]
    assert said[1] not in path_sentences(path)[0]  # once is enough
    (lines,) = (lines for name, _, lines in Fiche.of(some, "Q").lines("fr") if name == "conditions")
    assert set(said) <= set(lines)


def test_towards_another_title_of_the_origin_it_is_said_what_that_title_takes() -> None:
    card = CredentialRequirement("Q", "CARTE", scope="titles", titles="1")
    some = jobs(card, whole=(OccupationAccess("Q", "conditional"),))
    graph = build_graph(replace(some, titles=tuple(JobTitle(code, f"Titre {code}", "Q") for code in "123")))

    def asked(origin: str | Profile, target: str) -> list[str] | None:
        found = rank_paths(graph, origin, targets=[target], settings=PLAIN)
        (reached,) = found.reached
        said, left = reached.access is not None, [] if reached.access is None else reached.access.to_obtain
        assert (len(found), reached.reason) == ((1, "title") if left else (0, "same"))
        assert said is (reached.to_dict()["access_conditions"] is not None)
        assert (said and not left) is ("Accès :" in str(found))
        assert [c.code for path in found for step in path.steps for c in step.to_obtain] == [c.code for c in left]
        return [c.code for c in left] if said else None

    assert asked("Q", "Titre 1") == asked("Titre 2", "Titre 1") == ["CARTE"]
    assert asked(Profile(occupation="Q", credentials={"CARTE": "yes"}), "Titre 1") == asked("Titre 1", "Titre 2") == []
    assert asked("Titre 1", "Titre 1") is asked("Titre 1", "Q") is asked("Q", "Q") is None
    course = replace(
        some,
        credential_requirements=(CredentialRequirement("Q", "AS", scope="titles", titles="1"),),
        titles=graph.referential.titles,
    )
    (path,) = rank_paths(build_graph(course), "Titre 2", targets=["Titre 1"], settings=Settings())
    assert (path.origin.name, path.target.name, path.steps[0].kind) == ("Titre 2", "Titre 1", "same-job")
    assert (path.status, path.hours.expected, path.weakest) == ("feasible", 770.0, 1.0)
    assert not path.steps[0].missing
    labels = tuple(replace(o, label="Titre 1") if o.code == "Q" else o for o in course.occupations)
    named = replace(course, occupations=labels)
    (path,) = rank_paths(build_graph(named), "Titre 2", targets=["Q"], settings=Settings())
    assert (path.target.name, path.hours.expected) == ("Titre 1", 770.0)  # who only helps people of the occupation


@pytest.mark.parametrize(("until", "expected"), [("", 870.0), ("2016-12-31", 100.0)])
def test_one_of_the_ways_taken_to_a_job_is_no_part_of_the_least_nor_expected_where_the_others_have_ended(
    until: str, expected: float
) -> None:
    """A driving instructor has one title or an older one, no longer given, and a speciality asks for the newer."""
    older = Credential("OLD", "Brevet ancien", "diplôme", valid_until=until)
    more = Credential("CCS", "Spécialité", "certificat", Hours(100.0, 100.0, 100.0, "s"), prerequisites=("AS",))
    some = with_credentials(
        jobs(*one_of("P", ("AS", "v", "a"), ("OLD", "v", "b")), CredentialRequirement("Q", "CCS")), older, more
    )
    graph = build_graph(some, settings=PLAIN)

    def hours(**stated: Stated) -> tuple[float | None, float | None]:
        path, *_ = rank_paths(graph, Profile("P", credentials=stated), targets=["Q"], limit=1)
        return path.hours.low, path.hours.expected

    assert hours() == (100.0, expected)
    assert ("Compté comme déjà détenu, ce qui reste à vérifier : DE aide-soignant" in sentences(some, "P")) == bool(
        until
    )
    assert direct(some, "P").steps[0].to_obtain[0].presumed == bool(until)
    assert hours(AS="yes") == (100.0, 100.0)
    assert hours(AS="no") == hours(OLD="yes", AS="no") == (870.0, 870.0)
    assert hours(OLD="yes") == (100.0, 870.0)  # who came by the older way may lack the newer
    here = access_conditions(some, "P", holdings_of(some, "P", {}))
    assert held_choices(here) == ["DE aide-soignant ou Brevet ancien"]


@pytest.mark.parametrize(("entered_at", "low"), [(0, 770.0), (4, 0.0)])
def test_a_way_above_the_level_at_which_people_enter_a_job_is_not_that_of_many(entered_at: int, low: float) -> None:
    """A helper of a nursery has a certificate, or a State diploma of a higher level: few of them do."""
    level = OccupationAccess("P", "conditional", entered_at, 4)
    rows = (*one_of("P", ("AS", "v", "a"), ("FIMO", "v", "b")), CredentialRequirement("Q", "AS"))
    some = with_credentials(jobs(*rows, whole=(level,)), replace(AIDE, level=4))
    holdings = holdings_of(some, "P", {})
    assert holdings.may_have(some.credential_by_code["AS"]) == (low == 0.0)
    assert (direct(some, "P").hours.low or 0.0) >= low


def test_a_card_that_several_trainings_open_says_nothing_where_the_job_itself_asks_for_some_of_them() -> None:
    """An inspector of cars is not taken to have the qualification for lorries, which opens the same approval."""
    card = replace(CARD, choices=((("FIMO",), ("TP",), ("AS",)),))
    rows = (CredentialRequirement("P", "CARTE"), CredentialRequirement("Q", "AS"))
    alone = with_credentials(jobs(*rows), card)
    some = with_credentials(jobs(*rows, *one_of("P", ("FIMO", "v", "a"), ("TP", "v", "b"))), card)
    assert holdings_of(alone, "P", {}).may_have(AIDE)
    assert not holdings_of(some, "P", {}).may_have(AIDE)


def test_in_the_own_job_it_is_said_what_is_left_and_what_ones_own_firm_takes() -> None:
    some = jobs(
        CredentialRequirement("Q", "AS"), CredentialRequirement("Q", "CARTE", scope="self-employed"),
        CredentialRequirement("R", "FIMO", "usual", scope="self-employed"), CredentialRequirement("R", "TP", "usual"),
        whole=(OccupationAccess("Q", "conditional"),),
    )  # fmt: skip
    graph = build_graph(some)

    def text(job: str, employment: Employment | None, credentials: dict[str, Stated]) -> str:
        person = Profile(occupation=job, credentials=credentials, employment=employment)
        return " ".join(str(rank_paths(graph, person, targets=[job], settings=PLAIN)).split())

    def told(employment: Employment | None = None, **credentials: Stated) -> str:
        return text("Q", employment, credentials).partition("Accès : ")[2].partition(".")[0]

    states: tuple[Stated, ...] = ("expired", "yes", "unknown")
    lapsed = [
        "Demandé à certains de ce métier, et non détenu : Titre" in text("R", None, {"TP": held}) for held in states
    ]
    assert lapsed == [True, False, False]
    usual = "Souvent demandé, sans être exigé de tous : FIMO (140 h)."  # no law asks for anything
    assert [usual in text("R", employment, {}) for employment in (None, "self-employed")] == [False, True]
    assert "Accès" not in text("R", "self-employed", {"FIMO": "yes"})
    assert told() == ""
    assert told(AS="no") == "DE aide-soignant (770 h)"
    assert told("self-employed") == "Carte"
    assert told("self-employed", CARTE="yes") == "acquis"


def test_an_employee_who_means_to_set_up_elsewhere_does_not_hold_what_the_firms_of_their_trade_must() -> None:
    rows = (CredentialRequirement(job, "CARTE", scope="self-employed") for job in "PQ")
    some = jobs(*rows, CredentialRequirement("P", "AS"), CredentialRequirement("Q", "AS"))
    holdings = holdings_of(some, "P", {}, "self-employed")
    assert [c.code for c in access_conditions(some, "Q", holdings).to_obtain] == ["CARTE"]
    trained = after_occupation(some, holdings_of(some, None, {}, "self-employed"), "P", 12)
    assert access_conditions(some, "Q", trained).to_obtain == (), "who set up on the way had to obtain it"


def test_a_diploma_that_the_fiche_names_is_one_of_the_trade() -> None:
    some_diploma = Credential("DIP-METIER", "Diplôme du métier", "diplôme", level=3)
    firm = Credential(
        "QPA", "Qualification", "certificat", Hours(0, 0, 0, "s"), choices=(((some_diploma.code,), ("ANS",)),)
    )
    own = replace(AIDE, code="CAP", label="CAP", level=3)
    lower, apart = replace(own, code="BAS", level=2), replace(own, code="AUTRE")
    rows = [CredentialRequirement(job, "QPA", scope="self-employed") for job in "QR"]
    rows += [CredentialRequirement("Q", code, "usual") for code in ("CAP", "BAS")]
    rows += [CredentialRequirement("Q", "AUTRE", "usual", scope="titles", titles="1")]
    some = jobs(*rows, whole=(OccupationAccess("Q", "open"),))
    years = Credential("ANS", "Trois ans", "experience", months=Hours(36, None, None, "s"))
    some = replace(some, credentials=(*some.credentials, some_diploma, firm, own, lower, apart, years))
    graph = build_graph(some)

    def direct_path(job: str, **credentials: Ternary) -> tuple[str, float | None]:
        person = Profile(occupation="P", credentials=credentials, employment="self-employed")
        (path,) = rank_paths(graph, person, targets=[job], settings=PLAIN, max_steps=1)
        return path.status, path.hours.expected

    assert direct_path("Q") == ("feasible", 770)
    assert direct_path("R")[0] == "unknown", "it names none"
    assert (
        access_conditions(some, "Q", holdings_of(some, "P", {"CAP": "yes"}, "self-employed")).to_obtain[0].code == "QPA"
    )
    baker = Profile("P", credentials={"CAP": "yes"}, employment="self-employed")
    assert [lever.code for lever in levers(graph, [baker], "Q", settings=PLAIN)] == ["QPA"]
    for code in ("BAS", "AUTRE"):
        left = access_conditions(some, "Q", holdings_of(some, "P", {code: "yes"}, "self-employed")).to_obtain
        assert {c.code for c in left} == {"DIP-METIER", "ANS", "CAP", "QPA"}


def test_years_that_most_have_are_ahead_of_who_says_not_to_have_them() -> None:
    years = Credential("ANS", "Trois ans", "experience", months=Hours(0, None, 36, "s"))
    course = Credential("COURS", "Cours", "certificat", Hours(200, 300, 300, "s"))
    rows = (CredentialRequirement("Q", code, "one-of", "", "v", code) for code in ("ANS", "COURS"))
    some = jobs(*rows, whole=(OccupationAccess("Q", "conditional"),))
    graph = build_graph(replace(some, credentials=(*some.credentials, years, course)))

    def way(**credentials: Ternary) -> list[str]:
        person = Profile(occupation="P", credentials=credentials)
        (path,) = rank_paths(graph, person, targets=["Q"], settings=PLAIN, max_steps=1)
        return [c.code for c in path.steps[0].to_obtain]

    assert way() == ["ANS"]
    assert way(ANS="no") == ["COURS"]


def test_what_another_supposes_is_obtained_before_it_whatever_its_code() -> None:
    course = Credential("A-COURS", "Cours", "certificat", Hours(140, 140, 140, "s"), prerequisites=("Z-PERMIS",))
    licence = Credential("Z-PERMIS", "Permis", "permis", Hours(70, 84, 105, "s"))
    rows = (
        CredentialRequirement("Q", "A-COURS", "one-of", "s", "v", "a"),
        CredentialRequirement("Q", "Z-PERMIS", "one-of", "s", "v", "a"),
        CredentialRequirement("Q", "DEI", "one-of", "s", "v", "b"),
    )
    some = jobs(*rows, whole=(OccupationAccess("Q", "conditional"),))
    graph = build_graph(replace(some, credentials=(course, *some.credentials, licence)))
    (path,) = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)
    assert [c.code for c in path.steps[0].credentials] == ["Z-PERMIS", "A-COURS"]


def test_the_length_that_one_centre_publishes_says_nothing_of_the_shortest() -> None:
    some = jobs(CredentialRequirement("Q", "COURS"), whole=(OccupationAccess("Q", "conditional", 0, 4),))
    for hours, low in ((Hours(None, 70, None, "centre"), None), (Hours(50, 70, None, "centre"), 50.0)):
        course = Credential("COURS", "Cours", "certificat", hours, hours_kind="centre")
        graph = build_graph(replace(some, credentials=(*some.credentials, course)))
        path = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)[0]
        assert (path.status, path.hours.low, path.hours.expected) == ("feasible", low, 70.0)
        row = np.array([graph.position[code] for code in "RQ"])
        pair = EffortCosts(graph, PLAIN).hours(row[:1], row[1:])
        assert pair.expected.item() == 70.0
        assert pair.low.item() == pytest.approx(np.nan if low is None else low, nan_ok=True)


def test_a_short_course_hides_no_length_of_what_is_taught_beside_it() -> None:
    course = Credential("COURS", "Cours", "certificat", Hours(None, 7, None, "centre"), hours_kind="centre")
    found = []
    for rows in ((), (CredentialRequirement("Q", "COURS"),)):
        some = jobs(*rows, whole=(OccupationAccess("Q", "conditional" if rows else "open"),))
        graph = build_graph(replace(some, credentials=(*some.credentials, course)))
        path = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)[0]
        found.append(path.hours.low)
    assert found[0] is not None
    assert found[0] > 7
    assert found[1] == found[0]


def test_years_of_practice_are_no_shorter_way_than_a_training() -> None:
    some = jobs(
        CredentialRequirement("Q", "FIMO", "one-of", "loi", "g", "a"),
        CredentialRequirement("Q", "EXP", "one-of", "loi", "g", "b"),
        whole=(OccupationAccess("Q", "conditional"),),
    )
    studies = replace(FIMO, hours=Hours(), months=Hours(36.0, None, 36.0, "loi"))
    for training, least, most, way in (
        (FIMO, 36, 36, "FIMO"),
        (FIMO, 0.5, 0.5, "EXP"),  # 140 hours of training, and half a month of work
        (FIMO, 0, 36, "EXP"),  # what who is no beginner has behind him
        (studies, 48, 48, "FIMO"),  # years of work are no better known than studies of unknown hours
        (studies, 36, 36, "FIMO"),  # of two as long, what training gives
        (studies, 30, 30, "EXP"),
        (studies, 12, 12, "EXP"),
        (studies, None, None, "FIMO"),  # nobody knows how long
        (replace(FIMO, months=Hours(9.0, None, 12.0, "loi")), 5, 5, "FIMO"),  # 140 hours, spread over a year
    ):
        practice = Credential("EXP", "Expérience", "experience", months=Hours(least, None, most, "loi"))
        credentials = (*(c for c in some.credentials if c.code != "FIMO"), training, practice)
        graph = build_graph(replace(some, credentials=credentials))
        demands = demands_of(graph)
        price = demands.price(Holdings())
        assert [tuple(demands.codes[i] for i in each) for each in price.ways] == [(way,)]


def test_a_school_after_a_competition_lasts_its_months_whoever_is_chosen() -> None:
    some = jobs(
        *(CredentialRequirement("Q", c) for c in ("CONC", "SCHOOL")), whole=(OccupationAccess("Q", "selective"),)
    )
    school = Credential("SCHOOL", "École", "certificat", months=Hours(12, None, 12, "loi"))
    competition = Credential("CONC", "Concours", "concours")
    graph = build_graph(replace(some, credentials=(*some.credentials, competition, school)))
    (path,) = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)
    assert (path.status, [key for key, _ in path.reasons]) == ("unknown", ["selection", "months"])
    assert path.months == Span(12.0, 12.0, 12.0)


def test_years_of_study_of_unknown_hours_are_told_in_months() -> None:
    some = jobs(CredentialRequirement("Q", "ORTHO"), whole=(OccupationAccess("Q", "conditional"),))
    studies = Credential("ORTHO", "Certificat de capacité", "diplôme", months=Hours(60, None, 60, "loi"))
    graph = build_graph(replace(some, credentials=(*some.credentials, studies)))
    path = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)[0]
    assert (path.status, path.why()) == (
        "feasible",
        ["durée connue en mois, heures inconnues : Certificat de capacité"],
    )
    # What is taught in the meantime is not counted beside them.
    assert (path.months, path.hours.lower_bound) == (Span(60.0, 60.0, 60.0), True)
    assert path.to_dict("fr")["hours"]["expected"] is None
    for frames in (path.frames, path.steps[0].frames):
        assert {f.name: f.verdict for f in frames if f.name.startswith("periode")} == {
            "periode-de-reconversion": "no", "periode-de-reconversion-accord": "no",
        }  # fmt: skip
    assert "Certificat de capacité (60 mois, heures inconnues)" in path_sentences(path)[0]
    assert "60 mois de formation." in path_sentences(path)[0]  # which is no estimate
    assert hours_short(path.known_hours) == "?"  # an estimate is no part of such studies
    told = [text for _, field, texts in Fiche(graph.referential, "Q").lines("fr") for text in texts]
    assert any(text.startswith("Certificat de capacité : exigé, 60 mois") for text in told)


def test_an_estimate_beside_an_unknown_length_breaks_no_frame() -> None:
    some = jobs(CredentialRequirement("Q", "C"), whole=(OccupationAccess("Q", "conditional"),))
    many = [Competency(f"y{n:02}", f"Savoir {n}", "savoir-faire", macro=f"M{n:02}") for n in range(40)]
    wants = tuple(sorted((*some.requirements, *(Requirement("Q", c.code) for c in many))))
    made = replace(some, competencies=tuple(sorted((*some.competencies, *many))), requirements=wants)
    whole = PLAIN.model_copy(update={"effort": EffortSettings(open_share=1.0)})
    path = rank_paths(build_graph(made), "R", targets=["Q"], settings=whole, max_steps=1)[0]
    assert (path.hours.expected or 0) > 450  # by competencies alone: licence C has no length here
    frame = next(f for f in path.frames if f.name == "periode-de-reconversion")
    assert frame.verdict == "unknown"
    # The 35 hours of the licence B that C supposes are all that is published.
    assert "35 h connues" in frame.unknown[0].reason("fr")
    assert "35 h au moins de formation (durée publiée)" in path_sentences(path)[0]
    drawn = path_ladder(path).description
    assert "35 h au moins" in drawn
    assert str(round(path.hours.expected or 0)) not in drawn


def test_studies_take_the_longer_of_hours_and_calendar_and_practice_comes_beside() -> None:
    some = jobs(CredentialRequirement("Q", "SKI"), CredentialRequirement("Q", "EXP"))
    card = OccupationAccess("Q", "conditional")
    for hours, months, total in ((700.0, 36.0, 36.0), (7000.0, 36.0, 50.0)):  # at 140 hours a month
        length, calendar = Hours(hours, hours, hours, "loi"), Hours(months, None, months)
        ski = Credential("SKI", "Moniteur", "diplôme", length, months=calendar)
        practice = Credential("EXP", "Expérience", "experience", Hours(0, 0, 0), months=Hours(12, None, 12))
        made = replace(some, credentials=(*some.credentials, ski, practice), occupation_access=(card,))
        path = rank_paths(build_graph(made), "R", targets=["Q"], settings=PLAIN, max_steps=1)[0]
        assert path.months.expected == total + 12
        frame = next(f for f in path.frames if f.name == "periode-de-reconversion")
        assert "months_max" in {v.rule for v in frame.violations}


def test_a_register_comes_after_the_diploma_and_a_choice_that_is_held_is_named() -> None:
    some = jobs(
        CredentialRequirement("P", "AS"), CredentialRequirement("Q", "AS", "one-of", "loi", "g", "a"),
        CredentialRequirement("Q", "DEI", "one-of", "loi", "g", "b"), CredentialRequirement("Q", "PUER"),
        CredentialRequirement("Q", "A-ORDRE"),
    )  # fmt: skip
    order = Credential("A-ORDRE", "Inscription à l'ordre", "inscription", Hours(0, 0, 0))
    child = replace(CHILD, prerequisites=())
    others = [c for c in some.credentials if c.code != "PUER"]
    graph = build_graph(replace(some, credentials=(order, *others, child)))
    path = rank_paths(graph, "P", targets=["Q"], settings=PLAIN, max_steps=1)[0]
    assert [c.code for c in path.steps[0].to_obtain] == ["PUER", "A-ORDRE"]
    assert "Exigé, détenu ou dispensé : DE aide-soignant." in path_sentences(path)[0]


def test_towards_what_takes_an_unknown_length_the_direct_move_alone_is_proposed() -> None:
    some = jobs(CredentialRequirement("Q", "ORTHO"), whole=(OccupationAccess("Q", "conditional"),))
    studies = Credential("ORTHO", "Certificat de capacité", "diplôme", months=Hours(60, None, 60, "loi"))
    graph = build_graph(replace(some, credentials=(*some.credentials, studies)))
    eager = PLAIN.model_copy(update={"paths": PathSettings(min_saving_hours=0.1, moves_considered=None)})
    found = rank_paths(graph, "R", targets=["Q"], settings=eager, max_steps=3)
    assert [p.codes for p in found] == [("Q",)]
    assert "le passage direct seulement ; les heures de ce qui est exigé sont inconnues" in " ".join(str(found).split())


@pytest.mark.parametrize(
    ("hours", "months", "told"),
    [
        (Hours(), Hours(72.0), "72 mois au moins"),
        (Hours(), Hours(6.0, None, 12.0), "6 à 12 mois"),
        (Hours(20.0), Hours(), "au moins 20 h"),
        (Hours(), Hours(), "durée inconnue"),
    ],
)
def test_the_least_that_a_credential_takes_is_never_shown_as_what_it_takes(
    hours: Hours, months: Hours, told: str
) -> None:
    diploma = Credential("D", "Diplôme", "diplôme", hours, months=months)
    some = replace(jobs(CredentialRequirement("Q", "D")), credentials=(diploma,))
    lines = [text for _, _, texts in Fiche(some, "Q").lines("fr") for text in texts]
    assert f"Diplôme : exigé, {told}" in [line.replace("\u202f", " ").replace("\xa0", " ") for line in lines]


def test_where_people_enter_without_a_diploma_a_required_course_is_all_the_training() -> None:
    some = jobs(CredentialRequirement("Q", "FIMO"), whole=(OccupationAccess("Q", "conditional", 0, 4),))
    path = rank_paths(build_graph(some), "R", targets=["Q"], settings=PLAIN, max_steps=1)[0]
    assert path.hours.expected == 140.0
    assert path.steps[0].estimated == 0.0


def test_who_holds_the_diploma_that_a_job_requires_needs_no_other_training() -> None:
    some = jobs(CredentialRequirement("P", "PUER"), CredentialRequirement("Q", "DEI"))
    path = rank_paths(build_graph(some), "P", targets=["Q"], settings=PLAIN, max_steps=1)[0]
    assert path.hours.expected == 0.0


def test_going_down_a_grade_is_a_step_down_and_sources_leave_it_out_unless_asked() -> None:
    some = jobs(
        CredentialRequirement("P", "PUER"), CredentialRequirement("Q", "DEI"),
        whole=tuple(OccupationAccess(code, "conditional", 6, 6) for code in "PQ"),
    )  # fmt: skip
    graph = build_graph(some)
    assert rank_moves(graph, "P", targets=["Q"], settings=PLAIN)[0].kind == "step-down"
    assert rank_moves(graph, "Q", targets=["P"], settings=PLAIN)[0].kind == "lateral"
    more = replace(some, credential_requirements=(*some.credential_requirements, CredentialRequirement("Q", "TP")))
    assert rank_moves(build_graph(more), "P", targets=["Q"], settings=PLAIN)[0].kind == "lateral"  # TP is lacking
    plain = rank_sources(graph, "Q", settings=PLAIN, limit=None)
    assert "P" not in {move.origin.code for move in plain}
    assert (plain.excluded, plain.left_out) == (("step-down",), 1)
    assert plain.doubts()["left_out"] == {"kinds": ["step-down"], "moves": 1}
    assert "Mouvements laissés de côté : 1 (déclassement)" in plain.to_text()
    every = Settings(scorer="unfitted", ranking=RankingSettings(sources_exclude=()))
    assert "P" in {move.origin.code for move in rank_sources(graph, "Q", settings=every, limit=None)}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ((3, 3), (4, 5), "advancement"),
        ((4, 5), (3, 3), "step-down"),
        ((3, 4), (4, 6), "lateral"),
        ((None, None), (3, 4), "unknown"),
        ((0, None), (0, 4), "lateral"),  # both are entered without a diploma
        ((0, None), (3, 4), "unknown"),
        ((2, 5), (4, None), "lateral"),
    ],
)
def test_levels_that_lie_apart_go_up_or_down(
    before: tuple[int | None, int | None], after: tuple[int | None, int | None], kind: str
) -> None:
    some = jobs(whole=(OccupationAccess("P", "open", *before), OccupationAccess("Q", "open", *after)))
    ends = access_conditions(some, "P"), access_conditions(some, "Q")
    assert move_kind(some, "P", "Q", *ends) == kind
    assert move_kind(some, "P", "P", ends[0], ends[0]) == "same-job"
    assert move_kind(some, None, "Q", None, ends[1]) == "unknown"


@pytest.mark.parametrize(
    ("level", "alternative", "kind"),
    [(7, None, "advancement"), (5, None, "lateral"), (7, 6, "advancement"), (7, 5, "lateral"), (7, 0, "lateral")],
)
def test_a_fiche_that_is_entered_lower_by_others_is_up_where_a_higher_diploma_is_demanded(
    level: int, alternative: int | None, kind: str
) -> None:
    whole = OccupationAccess("P", "open", 3, 5), OccupationAccess("Q", "conditional", 4, 7)
    choice = one_of("Q", ("ING", "voie", "a"), ("AUTRE", "voie", "b"))
    rows = (CredentialRequirement("Q", "ING"),) if alternative is None else choice
    diplomas = (
        Credential("ING", "Ing", "diplôme", level=level),
        Credential("AUTRE", "Autre", "titre", level=alternative),
    )
    some = with_credentials(jobs(*rows, whole=whole), *diplomas)
    ends = access_conditions(some, "P"), access_conditions(some, "Q")
    assert move_kind(some, "P", "Q", *ends) == kind
    assert move_kind(some, "Q", "P", *reversed(ends)) == {"advancement": "step-down"}.get(kind, kind)


def test_who_holds_a_diploma_above_the_levels_of_their_fiche_is_of_its_level() -> None:
    whole = OccupationAccess("P", "conditional", 3, 4), OccupationAccess("Q", "open", 5, 5)
    title = Credential("BTS", "Bts", "diplôme", level=5)
    some = with_credentials(jobs(CredentialRequirement("P", "BTS"), whole=whole), title)
    ends = access_conditions(some, "P"), access_conditions(some, "Q")
    assert [move_kind(some, "P", "Q", *ends), move_kind(some, "Q", "P", *reversed(ends))] == ["lateral", "lateral"]


def test_from_non_managerial_to_managerial_is_an_advancement() -> None:
    some = jobs(whole=(OccupationAccess("P", "open", 3, 5), OccupationAccess("Q", "open", 3, 5)))
    ranks = {"P": "no", "Q": "yes"}
    known = tuple(occupation(o.code, managerial=ranks.get(o.code, "unknown")) for o in some.occupations)
    some = replace(some, occupations=known)
    ends = access_conditions(some, "P"), access_conditions(some, "Q")
    assert move_kind(some, "P", "Q", *ends) == "advancement"
    assert move_kind(some, "Q", "P", *reversed(ends)) == "step-down"


def test_a_catalogue_given_twice_keeps_the_referentials_own_and_says_so(tmp_path: Path) -> None:
    folder = _catalogue(tmp_path, credentials="code,label,kind\nTP-ECSR,Un autre titre,titre\n")
    branch = load_referential("transitions").with_overlay(folder)
    laid = lay_access(branch)
    assert laid.credential_by_code["TP-ECSR"].label == "Un autre titre"
    assert [n.values for n in laid.notices if n.code == "access_code_twice"] == [(("subject", "TP-ECSR"),)]


def test_what_the_package_ships_is_no_warning_that_a_user_cannot_mend_and_a_copy_of_it_is_read(tmp_path: Path) -> None:
    about = {n.code: n.severity for n in lay_access(load_referential("transitions")).notices}
    assert about["shipped_credential_ended"] == "info"
    assert "credential_ended" not in about
    copied = tmp_path / "mes-acces"
    shutil.copytree(bundled("overlay")["acces-france"], copied)
    notices = load_referential("transitions").with_overlay(copied).notices
    assert [n.sentence("en") for n in notices if n.severity == "error"] == []
    codes = {n.code for n in notices}
    assert "unknown_file" not in codes
    assert "credential_ended" in codes  # whoever keeps a copy can mend it


def test_the_catalogue_lies_on_codes_that_it_knows_alone() -> None:
    small = referential({"ZZ1": ["a"], "ZZ2": ["a"]})
    assert lay_access(small) == small
    laid = lay_access(load_referential("transitions"))
    over, under = lay_access(laid.with_overlay("maritime")), lay_access(load_referential().with_overlay("maritime"))
    assert over == under
    assert over.notices == under.notices  # those of the catalogue are told once
    assert laid.access is not None
    assert {row.occupation for row in laid.credential_requirements} <= set(laid.occupation_by_code)


def test_a_catalogue_that_was_not_asked_for_is_told_in_words(plain_embedded: OccupationGraph, tmp_path: Path) -> None:
    compile_index(plain_embedded, tmp_path / "i.zip")
    for laid in (load_referential(tmp_path / "i.zip"), plain_embedded.referential):
        with pytest.raises(PasserellesError) as refused:
            build_graph(laid, access=None)
        assert "demandé : aucun." in refused.value.message("fr")
        assert "asked for: none." in refused.value.message("en")


def test_without_the_catalogue_nothing_is_looked_at_and_the_settings_say_so() -> None:
    bare = build_graph(load_referential("transitions"), access=None)
    (path,) = rank_paths(bare, "N4105", targets=["N4101"], max_steps=1)
    assert bare.referential.occupation_by_code["N4101"].regulated == "yes"
    assert (path.status, path.reasons, path.hours.expected is None) == ("feasible", (), False)
    assert levers(bare, ["N4105"], ["N4101"]).already == 1
    assert bare.settings.access is None
    assert bare.referential.credentials == ()
    assert build_graph(load_referential("transitions"), settings=Settings(access=None)).settings.access is None
    with pytest.raises(PasserellesError):
        build_graph(load_referential("transitions"), access="nulle-part")


@pytest.mark.parametrize(
    ("file", "text", "notice"),
    [
        ("credentials", "code,label,kind,as_of\nX,X,titre,2999-01-01\n", "date_in_future"),
        ("credentials", "code,label,kind,as_of\nX,X,titre,2019-01-01\n", "fact_old"),
        ("credentials", "code,label,kind,as_of\nX,X,titre,demain\n", "invalid_value"),
        ("credentials", "code,label,kind,valid_until\nX,X,titre,2020-01-01\n", "credential_ended"),
        ("credentials", "code,label,kind,level\nX,X,titre,9\n", "invalid_value"),
        ("credentials", "code,label,kind,grants\nX,X,titre,NULLE\n", "link_to_nowhere"),
        ("credential_prerequisites", "credential,requires\nX,NULLE\n", "link_to_nowhere"),
        ("credential_prerequisites", "credential,requires\nX,Y\nY,X\n", "cyclic_prerequisite"),
        ("credential_prerequisites", "credential,requires,group,alternative\nX,Y,g,a\n", "prerequisite_contradictory"),
        ("credential_prerequisites", "credential,requires,group,alternative\nX,Y,,a\n", "alternative_without_group"),
        ("credential_requirements", "occupation,credential,kind\nK2110,X,one-of\n", "group_incoherent"),
        ("credential_requirements", "occupation,credential\nK2110,NULLE\n", "link_to_nowhere"),
        ("credential_reductions", "credential,holder_of,hours\nX,Y,-3\n", "hours_invalid"),
        ("occupation_access", "occupation,status\nK2110,peut-être\n", "invalid_value"),
        ("occupation_access", "occupation,status,level_low,level_high\nK2110,open,5,3\n", "invalid_value"),
    ],
)
def test_what_is_wrong_in_a_catalogue_is_a_notice(tmp_path: Path, file: str, text: str, notice: str) -> None:
    tables = {"credentials": "code,label,kind\nX,X,titre\nY,Y,titre\n", file: text}
    found = read_catalogue(_catalogue(tmp_path, **tables)).notices
    assert [n.code for n in found] == [notice]
    assert "2020-01-01" not in found[0].what("fr")  # days are written as France writes them


def test_what_ships_is_read_once_and_a_catalogue_of_ones_own_as_it_is_now(tmp_path: Path) -> None:
    assert read_catalogue() is read_catalogue()
    for label in ("Avant", "Après"):
        folder = _catalogue(tmp_path, credentials=f"code,label,kind\nX,{label},titre\n")
        assert read_catalogue(folder).credentials["X"].label == label


def test_what_a_selection_is_called_stands_after_one_colon() -> None:
    labels = [access.selection_label for access in read_catalogue().occupations.values()]
    plain = [re.sub(r"\([^()]*\)", "", label) for label in labels]
    assert [label for label in plain if " : " in label] == []


def test_an_open_job_that_requires_something_is_a_contradiction(tmp_path: Path) -> None:
    folder = _catalogue(
        tmp_path,
        credentials="code,label,kind\nX,X,titre\n",
        credential_requirements="occupation,credential\nK2110,X\n",
        occupation_access="occupation,status\nK2110,open\n",
    )
    for notices in (read_catalogue(folder).notices, check_overlay(folder, load_referential("transitions")).notices):
        assert [(n.code, n.file, n.line) for n in notices] == [
            ("access_contradictory", f"{folder.name}/occupation_access.csv", 2)
        ]
    laid = lay_access(load_referential("transitions"), folder)
    assert access_conditions(laid, "K2110").status == "conditional"


def test_no_competency_opens_a_job_that_a_credential_closes() -> None:
    graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
    assert counterfactual(graph, "N4101", "K2110-GL", level="proche") is None
    (reached,) = rank_moves(graph, "N4101", targets=["K2110-GL"])
    assert reached.level is not None
    assert counterfactual(graph, "N4101", "K2110-GL", level=reached.level) is None  # there, and closed all the same


@pytest.mark.parametrize("words", [("paths", "N4105", "N4101"), ("rank", "N4105")])
def test_the_command_line_says_that_access_is_set_aside_where_it_is(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for extra in ((), ("--no-access",)):
        with pytest.raises(SystemExit):
            run((*words, "--limit", "1", *extra))
        shown = " ".join(capsys.readouterr().out.split())
        assert ("Les conditions d'accès sont mises de côté" in shown) == bool(extra)


def test_the_command_line_shows_access_and_does_without(capsys: pytest.CaptureFixture[str]) -> None:
    def items(*words: str) -> list[dict[str, Any]]:
        with pytest.raises(SystemExit):
            run(("rank", "N4105", "--format", "json", "--limit", "2", *words))
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["results"]
        return found

    for item in items():
        assert {"status", "selection", "level", "credentials", "varies"} <= set(item["access_conditions"])
        assert item["kind"] in ("advancement", "step-down", "lateral", "unknown")
    assert items("--no-access")[0]["access_conditions"]["credentials"] == []


def test_an_unknown_way_of_working_is_refused() -> None:
    with pytest.raises(PasserellesError):
        Profile("K2110", employment="parfois")  # type: ignore[arg-type]


def _catalogue(folder: Path, **tables: str) -> Path:
    place = folder / "essai"
    place.mkdir(exist_ok=True)
    (place / "manifest.toml").write_text(
        'schema = "passerelles/overlay@1"\nname = "essai"\nversion = "1"\n', encoding="utf-8"
    )
    for name, text in tables.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        ("Cet emploi est accessible. Un brevet de plieur est obligatoire.", "open", ["ZZ1"]),
        ("Cet emploi est accessible. Un brevet de plieur est un atout.", "open", []),
        ("Cet emploi est accessible. Un brevet de plieur est obligatoire.", "selective", []),
        ("", "open", []),
    ],
)
def test_where_a_text_asks_for_more_than_the_catalogue_a_notice_says_so(
    text: str, status: Any, told: list[str]
) -> None:
    small = referential({"ZZ1": ["a"]})
    small = replace(
        small,
        occupations=tuple(replace(o, access=text) for o in small.occupations),
        occupation_access=(OccupationAccess("ZZ1", status),),
        access="facts 1",
    )
    assert [dict(n.values)["subject"] for n in text_disagreements(small)] == told


def test_the_page_on_access_counts_what_the_catalogue_holds() -> None:
    root = Path(__file__).resolve().parents[2]
    made = subprocess.run(
        [sys.executable, str(root / "docs" / "make_access.py"), "--print"], check=True, capture_output=True
    )
    page = (root / "docs" / "access.md").read_text(encoding="utf-8")
    assert made.stdout.decode() == page, "run python docs/make_access.py"


def newer_rome(version: str = "461", **texts: str) -> Referential:
    """A ROME newer than the catalogue: K1411 now inspects animals, J1599 was split from the nurse, M1899 from IT."""
    parents = {"J1506": "J1506", "J1599": "J1506", "K1411": "A1504", "M1805": "M1805", "M1899": "M1805"}
    fiches = [occupation(c, parent=p, access=texts.get(c, ""), regulated="no") for c, p in parents.items()]
    some = referential({code: ["a", f"x{code}"] for code in parents}, occupations=fiches)
    return replace(some, version=version, provenance=replace(some.provenance, format="rome4"), language="fr")


@pytest.mark.parametrize(
    ("code", "text", "status", "origin"),
    [
        ("J1599", "", "unknown", "referential"),
        ("J1599", "Ce métier demande de l'écoute.", "unknown", "access text"),
        ("J1599", "Cet emploi est accessible sans diplôme.", "unknown", "access text"),  # what the nurse takes, it may
        ("J1599", "Accessible avec un Diplôme d'État d'infirmier, obligatoire.", "conditional", "access text"),
        ("J1599", "Cet emploi est accessible sur concours.", "selective", "access text"),
        ("M1899", "Cet emploi est accessible avec un BTS.", "open", "access text"),
        ("M1899", "Ce métier demande de l'écoute.", "unknown", "access text"),
        ("M1899", "", "unknown", "referential"),
    ],
)
def test_a_fiche_split_from_a_closed_one_is_never_called_open(code: str, text: str, status: str, origin: str) -> None:
    laid = lay_access(newer_rome(**{code: text}))
    found = access_conditions(laid, code)
    assert (found.status, found.origin) == (status, origin)
    assert access_conditions(laid, "J1506").status == "conditional"
    assert "libre" not in access_text(found) or status == "open"


def test_what_a_text_names_is_the_credential_of_the_catalogue_with_its_level_and_hours() -> None:
    text = "Accessible avec un Diplôme d'Etat d'Infirmier. Le permis de conduire de catégorie B est un atout."
    laid = lay_access(newer_rome(J1599=f"{text} Le permis B est obligatoire."))
    found = access_conditions(laid, "J1599")
    assert [(c.code, c.requirement) for c in found.credentials] == [("DEI", "required"), ("PERM-B", "required")]
    assert found.credentials[0].hours == laid.credential_by_code["DEI"].hours
    assert (found.level_low, found.level_high) == (6, 6)  # the text says none, the diploma does
    again = access_conditions(lay_access(newer_rome(J1599=text)), "J1599")
    assert [(c.code, c.requirement) for c in again.credentials] == [("DEI", "required"), ("PERM-B", "usual")]


def test_a_fiche_whose_parent_the_catalogue_does_not_know_looks_at_the_other_splits() -> None:
    some = newer_rome(J1599="Cet emploi est accessible avec un BTS.")
    apart = [replace(o, parent="J1500") if o.code in ("J1506", "J1599") else o for o in some.occupations]
    laid = lay_access(replace(some, occupations=tuple(apart)))
    assert access_conditions(laid, "J1599").status == "unknown"


def test_a_code_that_names_another_job_since_a_version_takes_nothing_from_the_catalogue() -> None:
    text = "Diplôme de docteur vétérinaire obligatoire."
    older, newer = (lay_access(newer_rome(version, K1411=text)) for version in ("460", "461"))
    assert "DE-MEDECIN" in {c.code for c in access_conditions(older, "K1411").required}
    found = access_conditions(newer, "K1411")
    assert [c.label for c in found.required] == ["Diplôme de docteur vétérinaire"]
    assert (found.status, found.origin) == ("conditional", "access text")
    assert [dict(n.values)["subject"] for n in newer.notices if n.code == "access_recoded"] == ["K1411"]
    assert not [n for n in older.notices if n.code == "access_recoded"]


def test_recodes_name_codes_of_the_catalogue() -> None:
    catalogue = read_catalogue()
    assert catalogue.recodes.keys() <= catalogue.occupations.keys()
    assert set(catalogue.recodes.values()) == {461}
    assert not catalogue.means_another("K1411", "1.0.0")  # a referential that is not numbered as ROME is


def test_where_beginners_are_shown_the_work_a_job_takes_a_week_and_not_a_course() -> None:
    free = OccupationAccess("Q", "open", 0, 3, beginners="yes")
    some = jobs(whole=(free, free._replace(occupation="R", beginners="unknown")))
    shown, taught = (qualification_of(some, occupation(code), Settings().effort) for code in "QR")
    assert (shown.low, shown.expected, shown.high, shown.basis) == (17.5, 35.0, 70.0, "course")
    assert taught.expected > shown.expected
    asked = jobs(CredentialRequirement("Q", "FIMO", "usual"), whole=(free._replace(beginners="unknown"),))
    assert qualification_of(asked, occupation("Q"), Settings().effort).expected == 140.0
    longer = replace(FIMO, hours=Hours(300, 300, 300, "s"))
    asked = replace(asked, credentials=tuple(longer if c.code == "FIMO" else c for c in asked.credentials))
    assert qualification_of(asked, occupation("Q"), Settings().effort).expected == 300.0, "the course that is usual"


def test_the_school_after_a_competition_is_all_that_who_is_admitted_takes() -> None:
    school = Credential("ECOLE", "École", "certificat", Hours(154, 154, 154, "s"), prerequisites=("CONC",))
    some = jobs(CredentialRequirement("Q", "ECOLE"), whole=(OccupationAccess("Q", "selective", 6, 6),))
    some = replace(some, credentials=tuple(sorted((*some.credentials, school), key=lambda c: c.code)))
    graph = build_graph(some, settings=PLAIN)
    (path,) = rank_paths(graph, "P", targets=["Q"], max_steps=1, settings=PLAIN)
    assert (path.known_hours.expected, path.steps[0].estimated) == (154.0, 0.0)
    assert [c.code for c in path.steps[0].to_obtain] == ["CONC", "ECOLE"]


def test_a_sheet_tells_each_choice_in_a_sentence_before_what_its_ways_consist_of() -> None:
    def told(*rows: CredentialRequirement) -> list[str]:
        return [text for _, _, texts in Fiche(jobs(*rows), "Q").lines("fr") for text in texts]

    one = told(*driver("Q"))
    assert "Une voie suffit : a) Titre de conducteur ; b) Permis B + Permis C + FIMO" in one
    assert any(text.startswith("FIMO : voie b, 140 h") for text in one)
    other = [
        CredentialRequirement("Q", code, "one-of", "", "carte", way, "public")
        for code, way in (("B", "a"), ("AS", "d"))  # letters have no gap, whatever became of others
    ]
    two = told(*driver("Q"), *other)
    assert "Choix 2, une voie suffit (employeur public) : a) Permis B ; b) DE aide-soignant" in two
    assert any(text.startswith("DE aide-soignant : choix 2, voie b (employeur public)") for text in two)


def test_what_else_a_person_should_know_is_told_with_the_job_and_with_each_credential() -> None:
    rows = (CredentialRequirement("Q", "C", note="Pour l'ensemble."),)
    some = jobs(*rows, whole=(OccupationAccess("Q", "conditional", note="Dès 21 ans."),))
    licence = replace(C, note="Visite médicale tous les cinq ans.")
    some = replace(some, credentials=tuple(licence if c.code == "C" else c for c in some.credentials))
    lines = [text for _, _, texts in Fiche(some, "Q").lines("fr") for text in texts]
    assert "À savoir. Dès 21 ans." in lines
    (told,) = [text for text in lines if text.startswith("Permis C")]
    assert told.endswith(". Pour l'ensemble. Visite médicale tous les cinq ans.")
    (before,) = [text for text in lines if text.startswith("Permis B")]
    assert "ensemble" not in before  # what the row says of its credential it does not say of what comes before
    found = access_conditions(some, "Q").to_dict()
    assert (found["note"], {c["code"]: c["note"] for c in found["credentials"]}) == (
        "Dès 21 ans.", {"B": None, "C": "Pour l'ensemble. Visite médicale tous les cinq ans."},
    )  # fmt: skip
    (path,) = rank_paths(build_graph(some, settings=PLAIN), "P", targets="Q", settings=PLAIN)
    assert any("À savoir. Dès 21 ans." in text for text in path_sentences(path))


def overlay(folder: Path, **tables: str) -> Path:
    """Write an overlay of a few tables."""
    (folder / "manifest.toml").write_text('schema = "passerelles/overlay@1"\nname = "x"\nversion = "1"\n', "utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def shown(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> str:
    """What the command line shows of a job of which this overlay alone says what it takes."""
    with pytest.raises(SystemExit):
        run(("show", "N4101", "--overlay", str(folder), "--no-access", *words))
    return " ".join(capsys.readouterr().out.split())


def credentials_shown(capsys: pytest.CaptureFixture[str], folder: Path) -> list[dict[str, Any]]:
    """The same in JSON."""
    item = json.loads(shown(capsys, folder, "--format", "json"))["results"][0]
    return list(item["access_conditions"]["credentials"])


def test_time_in_a_firm_beside_the_hours_of_a_centre_lengthens_the_months_and_not_the_hours() -> None:
    cases: list[tuple[HoursKind, float | None, str]]
    cases = [("centre", 303.34, "en 8 mois"), ("legal-total", 303.34, ""), ("centre", None, "")]
    for kind, firm, months in cases:
        course = replace(TITLE, hours=Hours(910, 910, 910, "s"), hours_kind=kind, company_hours=Hours(firm, firm, firm))
        some = jobs(CredentialRequirement("Q", "TP"))
        some = replace(some, credentials=tuple(course if c.code == "TP" else c for c in some.credentials))
        (path,) = rank_paths(build_graph(some), "P", targets=["Q"], settings=PLAIN, max_steps=1)
        assert path.hours.expected == (1213.3 if kind != "centre" else 910.0)
        assert ("en 8 mois" in path_sentences(path)[0]) is bool(months)
        taught = (path.hours.expected or 0.0) / PLAIN.paths.month_hours
        assert path.months.expected == pytest.approx(8.0 if months else taught, abs=0.05)


def test_a_path_tells_what_else_to_know_of_what_it_takes_each_sentence_once() -> None:
    rows = (
        CredentialRequirement("Q", "C", note="Dès 21 ans. Pour un convoi (art. L. 1)."),
        CredentialRequirement(
            "Q", OWN.code, "usual", note="Sur les chantiers (art. L. 2). Pour un convoi (art. L. 1)."
        ),
        CredentialRequirement("Q", "B", note="Tenue pour acquise."),
    )
    some = jobs(
        *rows, CredentialRequirement("P", "B"), whole=(OccupationAccess("Q", "conditional", note="Dès 21 ans."),)
    )
    spared = Reduction("P", hours=30.0, note="Qui a conduit un an, à vérifier.")
    licence = replace(C, reductions=(spared,))
    graph = build_graph(replace(some, credentials=(*(c for c in some.credentials if c.code != "C"), licence)))
    (path,) = rank_paths(graph, "P", targets=["Q"], settings=PLAIN, max_steps=1)
    told = [line for line in step_lines(path.steps[0]) if line.startswith("À savoir")]
    assert told == [
        "À savoir. Dès 21 ans.",
        f"À savoir pour « {C.label} ». Pour un convoi (art. L. 1). Qui a conduit un an, à vérifier.",
        f"À savoir pour « {OWN.label} ». Sur les chantiers (art. L. 2).",
    ]
    credentials = {c["code"]: c["note"] for c in path.to_dict()["steps"][0]["credentials"]}
    assert credentials == {"B": None, "C": "Dès 21 ans. Pour un convoi (art. L. 1). Qui a conduit un an, à vérifier."}
    (held,) = rank_paths(graph, Profile("P", credentials={"C": "yes"}), targets=["Q"], settings=PLAIN, max_steps=1)
    assert [c.note for c in held.steps[0].credentials] == ["", ""]  # nothing is shortened of what is held


def test_what_comes_before_a_credential_is_told_with_the_text_that_says_so(tmp_path: Path) -> None:
    overlay(
        tmp_path,
        credentials="code,label,kind,source\nA,Premier,permis,loi A\nB,Bac,diplôme,loi B\n"
        "C,Autre,diplôme,loi C\nD,Titre,titre,\n",
        credential_prerequisites="credential,requires,group,alternative,source,as_of,in_force\n"
        "D,A,,,art. 1,2026-01-02,proved\nD,B,g,a,art. 2,,\nD,C,g,b,,,\n",
        credential_requirements="occupation,credential,source\nN4101,D,art. 3\n",
    )
    laid = load_referential("transitions").with_overlay(tmp_path)
    told = {c.code: c for c in access_conditions(laid, "N4101").credentials if c.code in "ABCD"}
    assert {code: c.source for code, c in told.items()} == {"A": "art. 1", "B": "art. 2", "C": "loi C", "D": "art. 3"}
    assert (told["A"].as_of, told["A"].in_force) == ("2026-01-02", "proved")  # of the text that is told, not of another


@pytest.mark.parametrize(
    ("own", "choices"),
    [
        ("N4101,B,v,a\nN4101,E,v,a\nN4101,C,v,b", 1),  # each way of the job's own choice makes that of the title
        ("N4101,B,v,a\nN4101,E,v,b", 2),
    ],
)
def test_a_choice_that_each_way_of_the_jobs_own_makes_is_told_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own: str, choices: int
) -> None:
    overlay(
        tmp_path,
        credentials="code,label,kind\nB,Bac,diplôme\nC,Autre,diplôme\nD,Titre,titre\nE,Carte,carte\n",
        credential_prerequisites="credential,requires,group,alternative\nD,B,g,a\nD,C,g,b\n",
        credential_requirements="occupation,credential,group,alternative,kind\n"
        "N4101,D,,,required\n" + own.replace("\n", ",one-of\n") + ",one-of\n",
    )
    told = credentials_shown(capsys, tmp_path)
    assert len({c["group"] for c in told} - {None}) == choices
    assert shown(capsys, tmp_path).lower().count("une voie suffit") == choices


@pytest.mark.parametrize(
    "rows",
    [
        "N4101,B,required,,titles,1,loi 1,Sur piste.\nN4101,B,required,,titles,2,loi 2,En ville.",  # titles differ
        "N4101,A,required,,titles,1,,\nN4101,B,required,,titles,2,loi 2,Sur piste. En ville.",  # A supposes B
        "N4101,A,one-of,v,,,,\nN4101,B,one-of,v,,,loi 1,Sur piste. En ville.",
    ],
)
def test_what_each_row_notes_of_a_credential_is_told_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rows: str
) -> None:
    overlay(
        tmp_path,
        credentials="code,label,kind,note\nA,Autre,titre,\nB,Base,permis,En général.\n",
        credential_prerequisites="credential,requires\nA,B\n",
        credential_requirements="occupation,credential,kind,group,scope,titles,source,note,alternative\n"
        + "".join(f"{row},{'a' if ',v,' in row else ''}\n" for row in rows.split("\n")),
    )
    (told,) = [c for c in credentials_shown(capsys, tmp_path) if c["code"] == "B"]
    assert told["note"] in ("Sur piste. En ville. En général.", "En ville. Sur piste. En général.")
    assert set(told["titles"]) == {title for title in ("1", "2") if f",{title}," in rows}
    assert told["source"] in ("loi 1", "loi 2")
    text = shown(capsys, tmp_path)
    assert (text.count("Sur piste."), text.count("En ville."), text.count("En général.")) == (1, 1, 1)


def test_a_choice_of_which_a_way_is_for_some_titles_is_one_choice(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    overlay(
        tmp_path,
        credentials="code,label,kind\nA,Autre,titre\nB,Base,permis\nC,Carte,carte\n",
        credential_requirements="occupation,credential,kind,group,alternative,scope,titles\n"
        "N4101,A,one-of,v,a,all,\nN4101,B,one-of,v,b,titles,1\nN4101,C,one-of,v,c,all,\n",
    )
    text = shown(capsys, tmp_path)
    assert "Une voie suffit : a) Autre ; b) Base (certaines appellations) ; c) Carte" in text
    assert "Base : voie b (certaines appellations)" in text
    some = jobs(
        CredentialRequirement("Q", "TP", "one-of", "", "v", "a"),
        CredentialRequirement("Q", "B", "one-of", "", "v", "b", "titles", "1"),
    )
    some = replace(some, titles=tuple(JobTitle(code, f"Titre {code}", "Q") for code in "123"))

    def asked(*titles: str) -> list[str]:
        mine = holdings_of(some, None, {"B": "yes"}, None, frozenset(titles))
        return required_lines(access_conditions(some, "Q", mine))

    assert asked("1") == ["Exigé, détenu : Permis B"]
    assert asked("2") == asked() == ["Exigé, à obtenir sauf si déjà détenu : Titre de conducteur"]


def test_what_employers_demand_and_what_one_person_of_a_firm_must_have_is_told_as_such(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    overlay(
        tmp_path,
        credentials="code,label,kind\nA,Autre,titre\nB,Base,permis\nC,Carte,carte\nD,Diplôme,diplôme\nE,Élan,carte\n",
        credential_requirements="occupation,credential,kind,group,alternative,scope,titles\n"
        "N4101,A,exigé,,,employeurs,\nN4101,B,usual,,,establishment,1\n"
        "N4101,C,one-of,v,a,establishment,\nN4101,D,one-of,v,b,establishment,\nN4101,E,required,,,,\n",
    )
    told = {c["code"]: (c["requirement"], c["ground"], c["scope"]) for c in credentials_shown(capsys, tmp_path)}
    assert told == {
        "A": ("required", "employers", "all"),
        "B": ("usual", "establishment", "titles"),
        "C": ("one-of", "establishment", "all"),
        "D": ("one-of", "establishment", "all"),
        "E": ("required", None, "all"),
    }
    text = shown(capsys, tmp_path)
    assert "Autre : exigé par les employeurs, " in text
    assert "Base : exigé d'une personne par établissement (certaines appellations), " in text
    assert "Une voie suffit (exigé d'une personne par établissement) : a) Carte ; b) Diplôme" in text
    assert "Élan : exigé, " in text
    graph = build_graph(load_referential("transitions").with_overlay(tmp_path), settings=PLAIN)
    moves = rank_sources(graph, "N4101", settings=PLAIN, limit=1)
    assert moves[0].access.status == "conditional"  # the job is not open for all that
    said = required_lines(moves[0].access)
    assert {"Exigé par les employeurs, à obtenir sauf si déjà détenu : Autre",
            "Exigé d'une personne par établissement, une voie suffit : Carte ou Diplôme"} <= set(said)  # fmt: skip
    assert all(text in moves.to_html().replace("&#39;", "'").replace("\u00a0", " ") for text in said)
    assert {row["credential_code"]: row["ground"] for row in moves.rows("credentials")}["A"] == "employers"
    (path,) = rank_paths(graph, "N1103", targets="N4101", settings=PLAIN, max_steps=1, limit=1)
    assert {c.code: c.ground for c in path.steps[-1].credentials if c.code in "ACE"} == {
        "A": "employers", "C": "establishment", "E": ""
    }  # fmt: skip
    for record in (AccessCredential.spec, StepCredential.spec):
        assert record.schema()["properties"]["ground"]["enum"] == ["employers", "establishment", None]


def test_titles_differ_where_what_is_demanded_does_and_a_card_takes_no_hours() -> None:
    def told(kind: RequirementKind) -> list[str]:
        rows = (CredentialRequirement("Q", "CARTE", kind, scope="titles", titles="1"),)
        card = replace(CARD, hours=Hours(0, 0, 0, "loi"), hours_kind="none-exists")
        some = jobs(*rows, whole=(OccupationAccess("Q", "open", 3, 4),))
        some = replace(some, credentials=tuple(card if c.code == "CARTE" else c for c in some.credentials))
        return [text for _, _, texts in Fiche(some, "Q").lines("fr") for text in texts]

    varies = "Ce qui est exigé dépend de l'appellation"
    assert varies in told("required")
    assert varies not in told("usual")
    (card,) = [text for text in told("usual") if text.startswith("Carte : ")]
    assert card == "Carte : d'usage (certaines appellations), sans formation"  # and not "0 h"
    assert "Niveau européen demandé d'ordinaire : 3 – 4" in told("usual")


def test_the_choice_of_a_school_that_is_behind_somebody_is_not_told() -> None:
    nurse = replace(NURSE, choices=((("B",), ("AS",)),))
    some = jobs(CredentialRequirement("P", "DEI"), CredentialRequirement("Q", "DEI"))
    some = replace(some, credentials=tuple(nurse if c.code == "DEI" else c for c in some.credentials))
    conditions = access_conditions(some, "Q", holdings_of(some, "P", {}))
    assert {c.group_held for c in conditions.required if c.group is not None} == {"yes"}
    assert held_choices(conditions) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Both of unknown length: the text of one sets a most.
        (
            Credential("A1", "A", "titre", Hours(None, None, None)),
            Credential("Z1", "Z", "titre", Hours(None, None, 900.0)),
        ),
        # Both without training: one is a competition.
        (Credential("A1", "A", "concours", Hours(0, 0, 0)), Credential("Z1", "Z", "agrément", Hours(0, 0, 0))),
    ],
)
def test_of_two_ways_the_better_known_and_the_one_without_a_competition_is_taken(
    first: Credential, second: Credential
) -> None:
    plain = jobs(
        CredentialRequirement("Q", "A1", "one-of", "", "v", "a"),
        CredentialRequirement("Q", "Z1", "one-of", "", "v", "b"),
    )
    some = replace(plain, credentials=tuple(sorted((*plain.credentials, first, second), key=lambda c: c.code)))
    demands = build_demands(some, [("Q", NO_AIM)])
    assert demands.open_ways(0, demands.price(Holdings()), Holdings())["v"][0].left[0][0] == "Z1"


def test_what_ends_overnight_can_no_longer_be_obtained_the_next_day(set_today: Callable[[str], None]) -> None:
    plain = jobs(CredentialRequirement("Q", "OLD"))
    graph = build_graph(replace(plain, credentials=(Credential("OLD", "T", "titre", valid_until="2026-01-31"),)))
    for day, closed in (("2026-01-31", False), ("2026-02-01", True)):
        set_today(day)
        assert access_conditions(graph.referential, "Q").credentials[0].closed is closed
        assert demands_of(graph).price(Holdings()).closed.tolist() == [closed]
        assert (rank_paths(graph, "R", targets="Q")[0].status == "infeasible") is closed


def test_who_holds_a_way_that_has_ended_is_told_that_one_and_no_other() -> None:
    plain = jobs(
        CredentialRequirement("Q", "TP", "one-of", "", "v", "a"),
        CredentialRequirement("Q", "OLD", "one-of", "", "v", "b"),
    )
    old = Credential("OLD", "Ancien titre", "titre", valid_until="2010-01-01")
    some = replace(plain, credentials=tuple(sorted((*plain.credentials, old), key=lambda c: c.code)))
    found = access_conditions(some, "Q", holdings_of(some, None, {"OLD": "yes"}))
    assert required_lines(found) == ["Exigé, détenu : Ancien titre"]
    assert held_choices(found) == ["Ancien titre"]


def test_two_grounds_of_one_credential_are_none_and_a_text_is_told_with_its_own_date() -> None:
    some = jobs(
        CredentialRequirement("Q", "CARTE", "required", "loi a", scope="titles", titles="1", ground="employers"),
        CredentialRequirement("Q", "CARTE", "required", "loi b", scope="titles", titles="2", as_of="2026-01-01"),
    )
    (card,) = access_conditions(some, "Q").credentials
    assert (card.ground, card.source, card.as_of) == ("", "loi a", "")


def test_the_kind_of_a_move_follows_the_title_by_which_either_end_is_named() -> None:
    some = jobs(
        CredentialRequirement("P", "PUER", scope="titles", titles="1"),
        CredentialRequirement("Q", "DEI", scope="titles", titles="2"),
        CredentialRequirement("R", "PUER"),
        CredentialRequirement("S", "DEI"),
    )
    names = {"1": ("Aînée", "P"), "2": ("Cadette", "Q"), "3": ("Voisine", "P"), "4": ("Lointaine", "Q")}
    titles = tuple(JobTitle(code, *name) for code, name in names.items())
    graph = build_graph(replace(some, titles=titles), settings=PLAIN)

    def kind(origin: str, target: str) -> str:
        (move,) = rank_moves(graph, origin, targets=[target])
        return move.kind

    assert [kind("Aînée", "S"), kind("Voisine", "S")] == ["step-down", "unknown"]
    assert [kind("R", "Cadette"), kind("R", "Lointaine")] == ["step-down", "unknown"]
    assert "R" in {move.origin.code for move in rank_sources(graph, "Lointaine")}
    assert "R" not in {move.origin.code for move in rank_sources(graph, "Cadette")}


def with_credentials(some: Referential, *more: Credential) -> Referential:
    return replace(some, credentials=tuple(sorted((*some.credentials, *more), key=lambda c: c.code)))


def one_of(job: str, *ways: tuple[str, str, str], **told: Any) -> tuple[CredentialRequirement, ...]:
    """Ways to choices: credential, group, alternative."""
    return tuple(CredentialRequirement(job, code, "one-of", "", group, way, **told) for code, group, way in ways)


def ways_of(some: Referential, origin: str) -> tuple[list[tuple[str, str | None, str | None]], set[tuple[str, str]]]:
    """What a path from an origin to Q has to obtain, each of which way; and the ways said to be counted of a move."""
    graph = build_graph(some, settings=PLAIN)
    (step,) = rank_paths(graph, origin, targets=["Q"], settings=PLAIN, max_steps=1)[0].steps
    (move,) = rank_moves(graph, origin, targets=["Q"], settings=PLAIN)
    counted, of_move = (
        {(c.group or "", c.alternative or "") for c in access.credentials if c.counted}
        for access in (step.access, move.access)
    )
    assert counted == of_move
    return [(c.code, c.group, c.alternative) for c in step.to_obtain], counted


def test_of_two_choices_that_share_a_credential_each_tells_the_way_that_was_priced_for_it() -> None:
    # For the second choice, the card is the shorter way: its hours are counted, whatever is followed for the first.
    some = jobs(*one_of("Q", ("FIMO", "v", "a"), ("DEI", "v", "b"), ("FIMO", "w", "a"), ("CARTE", "w", "b")))
    taken, counted = ways_of(some, "P")
    assert sorted(taken) == [("CARTE", "w", "b"), ("FIMO", "v", "a")]
    assert counted == {("v", "a"), ("w", "b")}


def test_what_is_counted_of_a_choice_is_not_told_as_of_one_that_is_held() -> None:
    held_one, open_one = (("FIMO", "z", "a"), ("TP", "z", "b")), (("FIMO", "v", "a"), ("DEI", "v", "b"))
    some = jobs(*one_of("P", *held_one), *one_of("Q", *held_one, *open_one))
    assert ways_of(some, "P") == ([("FIMO", "v", "a")], {("v", "a")})


def test_the_ground_of_a_step_is_that_of_the_way_that_it_counts() -> None:
    # The longer way to the first choice holds the course too; only there do employers ask for it.
    first = one_of("Q", ("CARTE", "v", "a"), ("FIMO", "v", "b"), ground="employers")
    some = jobs(*first, *one_of("Q", ("FIMO", "w", "a"), ("DEI", "w", "b")))
    (step,) = rank_paths(build_graph(some, settings=PLAIN), "P", targets=["Q"], settings=PLAIN, max_steps=1)[0].steps
    assert {c.code: c.ground for c in step.to_obtain} == {"CARTE": "employers", "FIMO": ""}


def test_of_two_ways_that_take_the_same_the_first_is_counted_with_what_comes_before() -> None:
    entry = Credential("INS", "Registre", "inscription", Hours(0, 0, 0), prerequisites=("TP",))
    some = with_credentials(jobs(*one_of("Q", ("INS", "v", "a"), ("INS", "v", "b"), ("TP", "v", "b"))), entry)
    assert ways_of(some, "P") == ([("TP", "v", "a"), ("INS", "v", "a")], {("v", "a")})


def test_of_a_choice_that_is_held_nothing_is_left_to_obtain_whichever_way_it_was() -> None:
    some = jobs(*driver("P"), *driver("Q"), CredentialRequirement("Q", "AS"))
    assert ways_of(some, "P") == ([("AS", None, None)], set())


def test_sheets_tell_the_ways_that_may_be_held_apart_from_those_whose_hours_are_counted() -> None:
    held_one = (("DEI", "h", "a"), ("TP", "h", "b"))
    asked = (*held_one, ("AS", "h", "c"), ("FIMO", "v", "a"), ("CHILD", "v", "b"))
    some = with_credentials(jobs(*one_of("P", *held_one), *one_of("Q", *asked)), replace(CHILD, code="CHILD"))
    (move,) = moves = rank_moves(build_graph(some, settings=PLAIN), "P", targets=["Q"], settings=PLAIN)
    rows = {(r["choice"], r["way"]): (r["way_possible"], r["way_counted"]) for r in moves.rows("credentials")}
    assert rows == {
        ("h", "a"): (True, None), ("h", "b"): (True, None), ("h", "c"): (False, None),
        ("v", "a"): (None, True), ("v", "b"): (None, False),
    }  # fmt: skip
    assert {c.group for c in move.access.credentials if c.counted and c.possible} == set()


def test_rows_of_one_credential_tell_all_their_titles_and_the_proof_of_the_first_text() -> None:
    def told(first: str, second: str) -> tuple[tuple[str, ...], str]:
        scope: Any = {"source": "loi", "scope": "self-employed"}
        some = jobs(
            CredentialRequirement("Q", "CARTE", titles=first, in_force="proved", **scope),
            CredentialRequirement("Q", "CARTE", titles=second, in_force="unproved", **scope),
        )
        (card,) = access_conditions(some, "Q").credentials
        return card.titles, card.in_force

    assert told("1 2", "2 3") == (("1", "2", "3"), "proved")
    assert told("1", "")[0] == told("", "1")[0] == ()  # asked whatever the title


def test_a_choice_held_by_practice_alone_is_told_as_supposed() -> None:
    years = Credential("ANS", "Trois ans de métier", "experience", months=Hours(36.0))
    mixed, alone = one_of("Q", ("ANS", "v", "a"), ("CARTE", "v", "b")), one_of("Q", ("ANS", "w", "a"))
    some = with_credentials(jobs(*mixed, *alone), years)

    def told(**stated: Ternary) -> tuple[list[str], list[str]]:
        conditions = access_conditions(some, "Q", holdings_of(some, None, stated))
        return held_choices(conditions), held_choices(conditions, supposed=True)

    assert told(ANS="yes") == ([], ["Trois ans de métier"] * 2)
    assert told(CARTE="yes") == (["Carte"], [])
    assert told() == ([], [])
    from_there = with_credentials(jobs(*mixed, *one_of("P", ("ANS", "v", "a"), ("CARTE", "v", "b"))), years)
    either = access_conditions(from_there, "Q", holdings_of(from_there, "P", {}))
    assert (held_choices(either), held_choices(either, supposed=True)) == (["Trois ans de métier ou Carte"], [])


def test_of_a_choice_that_nobody_asks_for_on_one_ground_only_that_it_is_required_is_told() -> None:
    def told(*grounds: Ground) -> list[str]:
        rows = (one_of("Q", (code, "v", code), ground=g) for code, g in zip(("CARTE", "FIMO"), grounds, strict=True))
        return required_lines(access_conditions(jobs(*chain(*rows)), "Q"))

    way = ", une voie suffit : Carte ou FIMO"
    assert told("", "employers") == told("employers", "establishment") == [f"Exigé{way}"]
    assert told("employers", "employers") == [f"Exigé par les employeurs{way}"]


def test_months_of_a_training_are_told_beside_its_hours() -> None:
    degree = replace(NURSE, code="DIP", months=Hours(36.0, None, 36.0), reductions=())
    some = with_credentials(jobs(CredentialRequirement("Q", "DIP")), degree)
    (path,) = rank_paths(build_graph(some, settings=PLAIN), "P", targets="Q", settings=PLAIN, max_steps=1)
    (french, english) = (" ".join(path_sentences(path, lang)) for lang in ("fr", "en"))
    assert f"DE infirmier ({number(4620)} h, dont {number(2310)} h en entreprise ou en stage, durée publiée" in french
    assert ("durée publiée, en 36 mois)" in french, "over 36 months)" in english) == (True, True)
    assert path.months.expected == 36.0


def test_what_only_one_of_two_choices_asks_for_is_told_as_of_that_one_and_on_its_ground() -> None:
    # Who fulfils w has v behind it: both count the same way.
    first = one_of("Q", ("FIMO", "v", "a"), ("DEI", "v", "b"), ground="establishment")
    second = one_of(
        "Q", ("FIMO", "w", "a"), ("CARTE", "w", "a"), ("DEI", "w", "b"), ("AS", "w", "b"), ground="employers"
    )
    some = jobs(*first, *second)
    taken, counted = ways_of(some, "P")
    assert sorted(taken) == [("CARTE", "w", "a"), ("FIMO", "v", "a")]
    assert counted == {("v", "a"), ("w", "a")}
    (step,) = rank_paths(build_graph(some, settings=PLAIN), "P", targets=["Q"], settings=PLAIN, max_steps=1)[0].steps
    assert {c.code: c.ground for c in step.to_obtain} == {"CARTE": "employers", "FIMO": ""}  # asked for on both grounds


def test_what_a_member_of_an_open_choice_supposes_is_not_told_as_of_a_choice_that_is_held() -> None:
    long = Credential("LONG", "Titre long", "titre", Hours(9000, 9000, 9000))
    special = Credential("SPEC", "Spécialité", "titre", Hours(100, 100, 100), choices=((("DEI",), ("AS", "LONG")),))
    held_one = (("DEI", "v", "a"), ("AS", "v", "b"))
    asked = one_of("Q", *held_one, ("SPEC", "w", "a"), ("AS", "w", "b"), ("LONG", "w", "b"))
    some = with_credentials(jobs(CredentialRequirement("P", "AS"), *asked), long, special)
    assert ways_of(some, "P") == ([("DEI", "w", "a"), ("SPEC", "w", "a")], {("w", "a")})


def closed_path(some: Referential, origin: str = "R") -> tuple[str, list[str], list[tuple[str, str]]]:
    """Status of the direct path to Q, what it has to obtain, and what its status comes from."""
    (path,) = rank_paths(build_graph(some, settings=PLAIN), origin, targets=["Q"], settings=PLAIN, max_steps=1)
    return path.status, [c.code for c in path.steps[0].to_obtain], list(path.reasons)


VAGUE = Credential("VAGUE", "Titre sans durée", "titre")
OVER = tuple(Credential(f"E{i}", f"Ancien {i}", "titre", Hours(i, i, i), valid_until="2020-01-01") for i in (1, 2))


def test_a_choice_that_nobody_can_make_any_more_closes_a_path_and_is_told() -> None:
    some = with_credentials(jobs(*one_of("Q", ("E1", "v", "a"), ("E2", "v", "b"))), *OVER)
    assert closed_path(some) == ("infeasible", ["E1"], [("closed", "Ancien 1"), ("closed", "Ancien 2")])
    in_parts = with_credentials(jobs(*one_of("Q", ("E1", "v", "a"), ("E2", "v", "b"), ("CARTE", "v", "b"))), *OVER)
    assert closed_path(in_parts)[2] == [("closed", "Ancien 1"), ("closed", "Ancien 2")]  # a card anybody can have
    open_too = with_credentials(jobs(*one_of("Q", ("E1", "v", "a"), ("FIMO", "v", "b"))), *OVER)
    assert closed_path(open_too) == ("feasible", ["FIMO"], [])


CIRCLE = (
    Credential("X1", "L'un", "titre", prerequisites=("X2",)),
    Credential("X2", "L'autre", "titre", prerequisites=("X1",)),
)


def test_a_choice_of_credentials_that_suppose_one_another_closes_a_path_and_is_told() -> None:
    some = with_credentials(jobs(*one_of("Q", ("X1", "v", "a"), ("X2", "v", "b"))), *CIRCLE)
    assert closed_path(some) == ("infeasible", [], [("closed", "L'autre"), ("closed", "L'un")])


def direct(some: Referential, origin: str | Profile = "R", target: str = "Q") -> Found:
    (path,) = rank_paths(build_graph(some, settings=PLAIN), origin, targets=[target], settings=PLAIN, max_steps=1)
    return path


def sentences(some: Referential, origin: str | Profile = "R", target: str = "Q") -> str:
    """What is told of the direct path, in plain spaces."""
    return re.sub("[\u00a0\u202f]", " ", " ".join(path_sentences(direct(some, origin, target))))


def test_what_is_demanded_of_the_self_employed_alone_is_told_as_such_and_not_to_who_holds_it() -> None:
    some = jobs(CredentialRequirement("Q", "CARTE", scope="self-employed"), whole=(OccupationAccess("Q", "open"),))
    line = "Exigé à son compte, et non du salarié : Carte."
    assert line in sentences(some)
    for known in (Profile("R", credentials={"CARTE": "yes"}), Profile("R", employment="self-employed")):
        assert line not in sentences(some, known)
    titles = tuple(JobTitle(code, text, "Q") for code, text in zip("12", ("Taxi", "Métier Q"), strict=True))
    for title, told in (("1", False), ("2", True)):  # of another title, it is not asked of who means this one
        rows = (some.credential_requirements[0]._replace(titles=title),)
        assert (line in sentences(replace(some, titles=titles, credential_requirements=rows))) == told


@pytest.mark.parametrize(
    ("scope", "line", "employment"),
    [
        ("self-employed", "Souvent demandé à son compte, sans être exigé de tous : {}.", "self-employed"),
        ("public", "Souvent demandé chez un employeur public, sans y être exigé de tous : {}.", "public"),
    ],
)
def test_what_is_usual_of_the_self_employed_or_in_public_posts_alone_is_told_as_such(
    scope: Scope, line: str, employment: Employment
) -> None:
    rows = (CredentialRequirement("Q", "CARTE", "usual", scope=scope), CredentialRequirement("Q", "FIMO", "usual"))
    some = jobs(*rows, rows[1]._replace(scope=scope), whole=(OccupationAccess("Q", "open"),))
    assert line.format("Carte") in sentences(some)  # what is usual of everybody is told already
    for known in (Profile("R", credentials={"CARTE": "yes"}), Profile("R", employment=employment)):
        assert line[:25] not in sentences(some, known)


def test_where_no_training_is_left_to_follow_the_rest_is_learnt_on_the_job() -> None:
    some = jobs(CredentialRequirement("P", "FIMO"), CredentialRequirement("Q", "FIMO"))
    some = replace(some, occupation_access=(OccupationAccess("Q", "conditional", 0, 3),))
    assert direct(some, "P").hours.high == 0
    assert ["s'apprend en poste" in sentences(some, origin) for origin in ("P", "R")] == [True, False]
    # A diploma of a level is of no trade, nor is one that only the self-employed need of an employee's.
    beside = CredentialRequirement("Q", "DIP-N3", "usual"), CredentialRequirement("Q", "OTHER", scope="self-employed")
    more = replace(some, credential_requirements=(*some.credential_requirements, *beside))
    more = with_credentials(more, Credential("DIP-N3", "CAP", "diplôme", level=3), Credential("OTHER", "T", "titre"))
    told = sentences(more, Profile("P", credentials={"DIP-N3": "yes", "OTHER": "yes"}))
    assert "À apprendre d'abord" in told
    assert "À vérifier d'abord" not in told
    held = jobs(CredentialRequirement("P", "T"), CredentialRequirement("Q", "T"))
    held = with_credentials(held, Credential("T", "Titre", "titre", Hours(None, 300.0, None, "s")))
    levels = (OccupationAccess("P", "conditional", 2, 2), OccupationAccess("Q", "conditional", 5, 5))
    told = sentences(replace(held, occupation_access=levels), "P")
    assert "s'apprend en poste" in told
    assert "À vérifier d'abord avec la personne, un diplôme du métier étant détenu" in told
    assert re.search(r"à vérifier : [1-9]", told)
    assert "apprendre" not in told.replace("Ce qui reste à apprendre s'apprend en poste", "")
    assert "Niveau demandé : 5, niveau tenu : 2." in told  # and no estimate that grows with the gap


def test_the_level_of_a_diploma_counted_as_held_is_held() -> None:
    access = (OccupationAccess("R", "open", 3, 3), OccupationAccess("Q", "conditional", 4, 4))
    some = with_credentials(jobs(CredentialRequirement("Q", "DIP-N4"), whole=access), BAC)
    assert "niveau tenu" not in sentences(some)
    assert "Compté comme déjà détenu" in sentences(some)


def test_of_a_training_shortened_by_nobody_knows_how_much_the_whole_is_the_most() -> None:
    whole = Hours(1540, 1540, 1540, "arrêté")
    school = Credential(
        "AP", "DE puériculture", "diplôme", whole, hours_kind="legal-total", reductions=(Reduction("R"),)
    )
    more = Credential("X0", "Stage", "certificat", Hours(70, 70, 70, "s"))
    told = with_credentials(jobs(CredentialRequirement("Q", "AP"), CredentialRequirement("S", "AP")), school, more)
    path = direct(told)
    assert (path.status, path.known_hours.low, path.known_hours.high) == ("unknown", None, 1540)
    assert (hours_text(path.known_hours), hours_short(path.known_hours)) == (
        "1\u202f540 h au plus",
        "≤ 1\u202f540 h",
    )
    assert "1 540 h au plus de formation ; ce qui en reste à suivre n'est pas publié." in sentences(told)
    assert direct(told, "P").known_hours == Span(1540.0, 1540.0, 1540.0)  # who has done no such job follows it whole
    both = replace(told, credential_requirements=(*told.credential_requirements, CredentialRequirement("Q", "X0")))
    assert hours_text(direct(both).known_hours) == "70 h au moins, 1\u202f610 h au plus"
    hours = [json.loads(json.dumps(direct(some).to_dict()["hours"])) for some in (told, both)]
    assert [(h["low"], h["expected"], h["high"], h["lower_bound"]) for h in hours] == [
        (None, None, 1540.0, True),
        (None, 70.0, 1610.0, True),
    ]
    json_of = direct(told).to_dict()
    assert (json_of["hours"]["estimated"], json_of["direct"]["hours"], json_of["direct"]["months"]) == (
        None,
        None,
        None,
    )
    assert json_of["months"] == {"low": None, "expected": None, "high": 11.0, "lower_bound": True}
    # Where something of unknown length comes on top, nobody knows the most.
    open_end = with_credentials(both, Credential("X2", "Cours", "certificat"))
    third = replace(open_end, credential_requirements=(*both.credential_requirements, CredentialRequirement("Q", "X2")))
    assert direct(third).known_hours.high is None


def test_a_way_that_nobody_can_take_is_no_other_way() -> None:
    ways = one_of("Q", ("FIMO", "v", "a"), ("X1", "v", "b"), ("E1", "v", "c"), ("DEI", "v", "d"))
    told = sentences(with_credentials(jobs(*ways), *CIRCLE, *OVER))
    assert "au lieu de « FIMO » : DE infirmier (4 620 h)." in told
    assert "L'un" not in told
    assert "Ancien" not in told


def test_another_way_is_told_with_the_shortest_of_what_it_supposes_unless_it_holds_another_way() -> None:
    entered = Credential("Z1", "Titre", "titre", Hours(300, 300, 300), choices=((("AS",), ("DEI",)),))
    ways = one_of("Q", ("FIMO", "v", "a"), ("Z1", "v", "b"))
    told = sentences(with_credentials(jobs(*ways), entered))
    assert "au lieu de « FIMO » : Titre (1 070 h)." in told  # 770 of the assistant's and 300, not 4,620 of the nurse's
    longer = replace(entered, choices=((("FIMO",),),))
    assert "Autre voie" not in sentences(with_credentials(jobs(*ways), longer))
    unknown = replace(entered, choices=((("E1",),),))
    some = with_credentials(jobs(*ways), unknown, Credential("E1", "Stage", "certificat"))
    assert "au lieu de « FIMO » : Titre (300 h ou plus)." in sentences(some)


def test_the_length_of_another_way_says_that_its_years_of_experience_come_on_top() -> None:
    years = Credential("ANS", "Neuf ans", "experience", months=Hours(108, None, 108))
    ways = one_of("Q", ("FIMO", "v", "a"), ("DEI", "v", "b"), ("ANS", "v", "b"))
    told = sentences(with_credentials(jobs(*ways), years))
    assert re.search(r"« FIMO » : .*DE infirmier.* \(4 620 h.* de formation, en plus de l'expérience\)", told)


def test_ways_of_several_parts_are_told_apart_and_an_examination_of_no_set_length_is_no_length() -> None:
    years = Credential("ANS", "Deux ans de métier", "experience", months=Hours(24, None, 24))
    exam = Credential("EXAM", "Examen", "certificat", hours_kind="none-exists")
    aid = Credential("SST", "SST", "certificat", Hours(700, 700, 700))
    ways = one_of("Q", ("FIMO", "v", "a"), ("EXAM", "v", "b"), ("SST", "v", "b"), ("DEI", "v", "c"), ("ANS", "v", "d"))
    told = sentences(with_credentials(jobs(*ways), years, exam, aid))
    length = "(700 h + formation ou examen, sans durée légale)"
    assert f"Examen + SST {length} ; ou DE infirmier (4 620 h) ; ou Deux ans de métier." in told


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (CredentialRequirement("P", "AS", "usual"), True),
        (CredentialRequirement("P", "AS", "usual", scope="titles", titles="9999"), False),  # not of the job at large
        (CredentialRequirement("P", "AS", "option"), False),
        (CredentialRequirement("P", "DEI", "usual"), False),
    ],
)
def test_a_diploma_that_people_of_the_job_left_often_hold_is_told_to_be_checked(
    row: CredentialRequirement, *, told: bool
) -> None:
    some = with_credentials(jobs(CredentialRequirement("Q", "AS"), row))
    often = "(770 h, durée publiée ; souvent détenu par qui vient de ce métier, à vérifier)"
    assert (often in sentences(some, "P")) is told
    assert "souvent détenu" not in sentences(some, "R")
    assert "souvent détenu" not in sentences(some, Profile("P", credentials={"AS": "no"}))


@pytest.mark.parametrize(
    ("kind", "told"), [("permis", True), ("certificat", True), ("aptitude", False), ("carte", False)]
)
def test_of_what_the_job_left_asks_for_only_what_lasts_is_often_held(kind: CredentialKind, *, told: bool) -> None:
    asked = Credential("Z1", "Pièce", kind, Hours(20, 20, 20))
    rows = (CredentialRequirement("Q", "Z1"), CredentialRequirement("P", "Z1", "usual"))
    assert ("souvent détenu" in sentences(with_credentials(jobs(*rows), asked), "P")) is told


def test_a_way_into_the_job_left_is_often_held_too_with_what_comes_before_it() -> None:
    """Either of two diplomas opens P: which of them somebody has, nobody knows."""
    ways = one_of("P", ("Z1", "v", "a"), ("DEI", "v", "b"))
    title = Credential("Z1", "Titre", "titre", Hours(300, 300, 300), prerequisites=("AS",))
    told = sentences(with_credentials(jobs(CredentialRequirement("Q", "Z1"), *ways), title), "P")
    assert told.count("souvent détenu par qui vient de ce métier") == 2


@pytest.mark.parametrize(("lowest", "told"), [(4, True), (3, False), (0, False), (None, True)])
def test_a_way_of_a_higher_level_than_the_one_at_which_people_enter_the_job_left_is_not_often_held(
    lowest: int | None, *, told: bool
) -> None:
    title = Credential("Z1", "Titre", "titre", Hours(300, 300, 300), level=4)
    entered = (OccupationAccess("P", "conditional", lowest),)
    either, usual = one_of("P", ("Z1", "v", "a"), ("FIMO", "v", "b")), (CredentialRequirement("P", "Z1", "usual"),)
    for rows, often in ((either, told), (usual, True)):
        some = with_credentials(jobs(CredentialRequirement("Q", "Z1"), *rows, whole=entered), title)
        assert ("souvent détenu" in sentences(some, "P")) == often


def test_what_else_would_do_is_told_where_only_practice_is_held() -> None:
    years = Credential("ANS", "Quatre ans", "experience", months=Hours(48, None, 48))
    rows = (*one_of("Q", ("ANS", "v", "a"), ("DEI", "v", "b"), ("E1", "v", "c")), CredentialRequirement("P", "ANS"))
    some = with_credentials(jobs(*rows, CredentialRequirement("S", "DEI")), years, *OVER)
    told = {origin: sentences(some, origin) for origin in "PRS"}
    assert "À défaut de « Quatre ans » : DE infirmier." in told["P"]  # the ended way is none
    assert not any("À défaut" in told[origin] for origin in "RS")  # nothing is held, or a diploma


def test_another_way_into_a_training_is_told_without_that_training() -> None:
    """What is only needed before something that is obtained either way takes nothing of that."""
    exam = Credential("CONC", "Concours", "concours", choices=((("AS",), ("DEI",), ("AN",)),))
    year = Credential("AN", "Un an de métier", "experience", months=Hours(12.0, None, None))
    school = replace(SCHOOL, prerequisites=("CONC",), hours=Hours(100, 100, 100), months=Hours())
    long = Credential("Z1", "Titre", "titre", Hours(9000, 9000, 9000), prerequisites=("CONC",))
    rows = (CredentialRequirement("Q", "CONC"), *one_of("Q", ("ECOLE", "v", "a"), ("Z1", "v", "b")))
    told = sentences(with_credentials(jobs(*rows), exam, school, year, long))
    assert "au lieu de « DE aide-soignant » : DE infirmier (4 620 h) ou Un an de métier." in told
    assert "au lieu de « École » : Titre (9 770 h)." in told  # and the assistant's


def test_another_way_is_told_without_what_another_choice_adds_to_it() -> None:
    """Each way to the second choice holds one to the first: they are made together, and told each by itself."""
    titles = (
        Credential("Z1", "Titre", "titre", Hours(300, 300, 300), prerequisites=("AS",)),
        Credential("Z2", "Titre bis", "titre", Hours(500, 500, 500), prerequisites=("DEI",)),
    )
    ways = one_of("Q", ("AS", "v", "a"), ("DEI", "v", "b"), ("Z1", "w", "a"), ("Z2", "w", "b"))
    told = sentences(with_credentials(jobs(*ways), *titles))
    assert "au lieu de « DE aide-soignant » : DE infirmier (4 620 h)." in told
    assert "au lieu de « Titre » : Titre bis (5 120 h)." in told


def test_another_way_does_not_pass_for_as_short_as_the_known_part_of_it() -> None:
    title = Credential("Z1", "Titre", "titre", prerequisites=("FIMO",))
    told = sentences(with_credentials(jobs(*one_of("Q", ("AS", "v", "a"), ("Z1", "v", "b"))), title))
    assert "au lieu de « DE aide-soignant » : Titre (140 h + durée inconnue)." in told


def test_another_way_is_told_without_what_a_stage_has_given() -> None:
    """Who has gone through S has what S requires."""
    ways = one_of("Q", ("FIMO", "v", "a"), ("AS", "v", "b"), ("Z1", "v", "b"))
    title = Credential("Z1", "Titre", "titre", Hours(300, 300, 300))
    graph = build_graph(with_credentials(jobs(CredentialRequirement("S", "AS"), *ways), title), settings=PLAIN)
    demands, start = build_demands(graph.referential, [("Q", NO_AIM)]), holdings_of(graph.referential, "R", {})
    after = after_occupation(graph.referential, start, "S", 12.0)
    conditions, _ = required_of(demands, demands.price(start), after, 0)
    assert other_ways_lines(conditions)[0].endswith("DE aide-soignant + Titre (300 h).")


@pytest.mark.parametrize(
    ("way", "held", "told"),
    [
        (("Z1", "FIMO"), {}, "FIMO + Titre (300 h)"),  # FIMO is required anyway
        (("DIP-N4",), {}, "Bac (300 h)"),
        (("DIP-N4", "Z1"), {}, "Bac + Titre (300 h)"),  # the diploma is counted as held
        (("DIP-N4", "Z1"), {"DIP-N4": "no"}, "Bac + Titre (600 h)"),
        (("Z1", "Z2"), {"AS": "yes"}, "Titre + Titre bis (800 h au plus)"),
        (("Z1", "Z2", "Z3"), {"AS": "yes"}, "Titre + Titre bis + Titre ter"),
        (("Z4",), {"AS": "yes"}, "Titre long (24 mois au plus)"),
        (("Z5",), {}, ""),  # what it supposes has ended
    ],
)
def test_what_another_way_takes_of_a_person(way: tuple[str, ...], held: dict[str, Ternary], told: str) -> None:
    short = (Reduction("AS"),)
    titles = (
        Credential("Z0", "Stage", "certificat", Hours(10, 10, 10)),
        Credential("Z1", "Titre", "titre", Hours(100, 300, None)),
        Credential("Z2", "Titre bis", "titre", Hours(500, 500, 500), reductions=short),
        Credential("Z3", "Titre ter", "titre"),
        Credential("Z4", "Titre long", "titre", months=Hours(24.0, None, 24.0), reductions=short),
        Credential("Z5", "Titre d'hier", "titre", Hours(300, 300, 300), choices=((("E1",),),)),
    )
    rows = (CredentialRequirement("Q", "FIMO"), *one_of("Q", ("Z0", "v", "a"), *((code, "v", "b") for code in way)))
    said = sentences(with_credentials(jobs(*rows), *titles, BAC, *OVER), Profile(occupation="R", credentials=held))
    assert re.findall(r"au lieu de « Stage » : (.*?)\.", said) == [told][: bool(told)]


def test_what_is_held_is_what_is_told_of_each_credential_also_where_a_profile_says_no() -> None:
    choices = (frozenset({frozenset({"B", "C"}), frozenset({"B", "FIMO"})}),)
    told: list[tuple[dict[str, Ternary], set[str]]] = [
        ({}, {"B"}), ({"B": "no"}, set()), ({"B": "unknown", "AS": "yes"}, {"AS"}),
    ]  # fmt: skip
    for known, held in told:
        holdings = Holdings(known, choices)
        assert holdings.held == {c for c in ("AS", "B", "C", "FIMO") if holdings.of(c) == "yes"} == held


def test_what_one_part_of_a_way_gives_is_no_part_of_its_length() -> None:
    licence = Credential("Z1", "Permis", "permis", Hours(100, 100, 100))
    trailer = Credential("Z2", "Remorque", "permis", Hours(70, 70, 70), prerequisites=("Z1",))
    title = Credential("Z3", "Titre", "titre", Hours(280, 280, 280), grants=("Z1",))
    ways = one_of("Q", ("FIMO", "v", "a"), ("Z3", "v", "b"), ("Z2", "v", "b"))
    told = sentences(with_credentials(jobs(*ways), licence, trailer, title))
    assert "au lieu de « FIMO » : Remorque + Titre (350 h)." in told  # the title gives the licence


def test_other_ways_of_two_choices_that_are_called_alike_are_told_once() -> None:
    other = Credential("DEI2", "DE infirmier", "diplôme", Hours(4620, 4620, 4620))
    ways = one_of("Q", ("FIMO", "v", "a"), ("DEI", "v", "b"), ("FIMO", "w", "a"), ("DEI2", "w", "b"))
    assert sentences(with_credentials(jobs(*ways), other)).count("Autre voie") == 1


def test_of_several_ways_the_one_that_employers_usually_ask_for_is_counted_however_long() -> None:
    usual = CredentialRequirement("Q", "FIMO", "usual")
    assert [c for c, *_ in ways_of(jobs(*driver("Q")), "P")[0]] == ["TP"]
    assert [c for c, *_ in ways_of(jobs(*driver("Q"), usual), "P")[0]] == ["B", "C", "FIMO"]


def test_what_employers_ask_for_sends_nobody_to_work_for_years_where_another_way_is_free_of_them() -> None:
    years = Credential("Z1", "Trois ans", "experience", months=YEARS)
    choice = one_of("Q", ("Z9", "v", "a"), ("FIMO", "v", "b"), ("Z1", "v", "b"))
    some = with_credentials(jobs(*choice, CredentialRequirement("Q", "FIMO", "usual")), years, TRAINED)
    assert [c for c, *_ in ways_of(some, "P")[0]] == ["Z9"]


def test_what_a_way_supposes_is_not_learnt_again_beside_the_same_choice_of_the_job() -> None:
    """A fire safety manager needs first aid, whichever, and so does a gang leader, by whose title one may come."""
    aid = (("Z1", "a"), ("Z2", "b"))
    first_aid = [
        Credential(code, code, "certificat", Hours(hours, hours, hours))
        for code, hours in zip(("Z1", "Z2"), (7.0, 14.0), strict=True)
    ]
    leader = Credential("Z3", "SSIAP 2", "titre", Hours(70, 70, 70), choices=((("Z1",), ("Z2",)),))
    rows = one_of("Q", ("Z3", "v", "a"), ("Z9", "v", "b"), *((code, "w", way) for code, way in aid))
    usual = [CredentialRequirement("Q", code, "usual") for code in ("Z2", "Z3")]
    some = with_credentials(jobs(*rows, *usual), *first_aid, leader, TRAINED)
    assert [c.code for c in direct(some, "P").steps[0].to_obtain] == ["Z2", "Z3"]


def test_what_is_usual_is_told_with_the_part_of_it_that_is_spent_in_a_firm() -> None:
    firm = Hours(420, 420, None)
    legal = Credential("CS", "CS", "diplôme", Hours(400, 400, None), hours_kind="legal-minimum", company_hours=firm)
    centre = replace(legal, code="CQP", label="CQP", hours_kind="centre")  # counted without what a firm teaches
    rows = [CredentialRequirement("Q", code, "usual") for code in ("CS", "CQP")]
    told = sentences(with_credentials(jobs(*rows), legal, centre))
    assert "CS (820 h au moins, dont 420 h en entreprise ou en stage)" in told
    assert "CQP (400 h)" in told


def test_what_employers_ask_for_in_one_job_chooses_no_way_to_another_that_offers_the_same_ways() -> None:
    usual = CredentialRequirement("Q", "FIMO", "usual")
    some = jobs(*driver("Q"), *driver("R"), usual)
    assert [c for c, *_ in ways_of(some, "P")[0]] == ["B", "C", "FIMO"]
    assert [c.code for c in direct(some, "P", "R").steps[0].to_obtain] == ["TP"]


def test_a_way_of_which_a_diploma_is_held_goes_before_the_usual_one() -> None:
    """A nurse who wants to head a nursery adds a course of management, and becomes no educator of young children."""
    course, usual = (
        Credential("COURS", "Cours", "certificat", Hours(400, 400, 400)),
        CredentialRequirement("Q", "EJE", "usual"),
    )
    educator = Credential("EJE", "DE EJE", "diplôme", Hours(3442, 3442, 3442))
    choice = one_of("Q", ("EJE", "v", "a"), (NURSE.code, "v", "b"), ("COURS", "v", "b"))

    def counted(origin: str) -> list[str]:
        some = jobs(CredentialRequirement("P", NURSE.code), *choice, usual)
        known = (*(c for c in some.credentials if c.code not in ("COURS", "EJE")), course, educator)
        some = replace(some, credentials=tuple(sorted(known, key=lambda c: c.code)))
        return [c.code for c in direct(some, origin).steps[0].to_obtain]

    assert counted("P") == ["COURS"]
    assert counted("R") == ["EJE"]


def test_of_whole_qualifications_the_one_that_what_is_held_shortens_is_counted() -> None:
    """A care assistant who wants to head a ward becomes a nurse rather than an optician, though that is shorter."""
    optician = Credential("BTS", "BTS opticien", "diplôme", Hours(1350, 1350, 1350))
    nurse = replace(NURSE, reductions=(Reduction("AS"),))
    course = Credential("COURS", "Cours", "certificat", Hours(900, 900, 900))
    rows = (CredentialRequirement("P", "AS"), *one_of("Q", (NURSE.code, "v", "a"), ("BTS", "v", "b")))
    short = (CredentialRequirement("P", "AS"), *one_of("Q", (NURSE.code, "v", "a"), ("COURS", "v", "b")))

    def counted(rows: tuple[CredentialRequirement, ...], origin: str) -> list[str]:
        some = jobs(*rows)
        known = (*(c for c in some.credentials if c.code != NURSE.code), nurse, optician, course)
        some = replace(some, credentials=tuple(sorted(known, key=lambda c: c.code)))
        return [c.code for c in direct(some, origin).steps[0].to_obtain]

    assert counted(rows, "P") == [NURSE.code]
    assert counted(rows, "R") == ["BTS"]
    assert counted(short, "P") == ["COURS"]  # a course is no other profession


def test_a_sheet_tells_once_what_several_ways_of_a_choice_ask_for_alike() -> None:
    def told(*rows: CredentialRequirement) -> list[str]:
        lines = {field: texts for field, _, texts in Fiche(jobs(*rows), "Q").lines("fr")}["credentials"]
        return [text.replace("\u00a0", " ") for text in lines if text.startswith(B.label)]

    ways = [row._replace(source="un texte") for row in one_of("Q", ("B", "v", "a"), ("FIMO", "v", "a"))]
    ways += [row._replace(source="un autre") for row in one_of("Q", ("B", "v", "b"), ("CARTE", "v", "b"))]
    (line,) = told(*ways)
    assert " : voies a, b, " in line
    assert line.endswith("[un texte ; un autre]")
    apart = [row._replace(note="Depuis deux ans.") if row.alternative == "b" else row for row in ways]
    assert [line.partition(",")[0].rpartition(" : ")[2] for line in told(*apart)] == ["voie a", "voie b"]
    other = [row._replace(group="w") if row.alternative == "b" else row for row in ways]
    assert [line.partition(", 20")[0].rpartition(" : ")[2] for line in told(*other)] == [
        "choix 1, voie a",
        "choix 2, voie a",
    ]
    some_only = [row._replace(scope="self-employed") if row.alternative == "b" else row for row in ways]
    assert len(told(*some_only)) == 2
    usual = (CredentialRequirement("Q", "B"), CredentialRequirement("Q", "B", "usual"))
    assert len(told(*usual)) == 2


BAC = Credential("DIP-N4", "Bac", "diplôme", Hours(225, 300), level=4, months=Hours(9.0, None, 12.0))
TWO_YEARS = Credential("DIP-N5", "Bac + 2", "diplôme", months=Hours(24.0, None, 24.0), level=5)
SCHOOL = Credential("ECOLE", "École", "certificat", months=Hours(8.0, None, 8.0))


def after_bac(*more: str, whole: tuple[OccupationAccess, ...] = ()) -> Referential:
    rows = [CredentialRequirement("Q", code) for code in ("DIP-N4", *more)]
    return with_credentials(jobs(*rows, whole=whole), BAC, TWO_YEARS, SCHOOL)


def test_what_many_hold_whatever_their_job_is_no_part_of_the_least() -> None:
    some = after_bac("FIMO")
    assert direct(some).hours == Span(140.0, 140.0, None)
    assert (direct(some).months.low, direct(some).months.expected) == (1.0, 1.0)  # 140 hours of full-time work
    text = "140 h ou plus de formation (durée publiée). Compté comme déjà détenu, ce qui reste à vérifier : Bac ; sinon"
    assert text in sentences(some)
    assert "sauf si déjà détenu : Bac (à défaut : 300 h" in sentences(some)
    car = replace(BAC, code="PERM-B", kind="permis")
    driving = with_credentials(jobs(CredentialRequirement("Q", "FIMO"), CredentialRequirement("Q", "PERM-B")), car)
    assert direct(driving).hours == Span(140.0, 440.0, None)
    text = "140 à 440 h ou plus de formation (durée publiée). Compté dans la durée attendue, non dans la plus courte"
    assert f"{text}, car beaucoup l'ont déjà : Bac." in sentences(driving)
    assert [c.may_have for c in direct(some).steps[0].credentials] == [True, False]
    most = replace(BAC, hours=Hours(225, 300, 300))
    assert direct(with_credentials(jobs(*some.credential_requirements), most)).months.high == 12.0  # who lacks it


def test_a_car_licence_is_told_as_counted_or_not_by_what_is_told_of_the_hours() -> None:
    car = Credential("PERM-B", "Permis B", "permis", Hours(13, 35, 35))
    asked = (Credential("Z1", "Titre", "titre"), Credential("Z2", "Titre bis", "titre", Hours(None, 300, None)))
    told = [
        sentences(with_credentials(jobs(*(CredentialRequirement("Q", c) for c in ("PERM-B", code))), car, *asked))
        for code in ("Z1", "Z2")
    ]
    assert "Compté comme déjà détenu, ce qui reste à vérifier : Permis B ;" in told[0]  # the least is without it
    assert "335 h environ de formation (durée publiée). Compétences" in told[1]  # no least is told


def test_a_lever_takes_no_hours_of_a_diploma_counted_as_held_unless_it_is_that_one() -> None:
    title = Credential("Z1", "Titre", "titre", Hours(300, 300, 300), prerequisites=("DIP-N4",))
    graph = build_graph(with_credentials(jobs(CredentialRequirement("Q", "Z1")), BAC, title), settings=PLAIN)
    taken = {
        code: prior_training(graph, PLAIN.effort, (code,)).hours_of(graph.position["R"]) for code in ("Z1", "DIP-N4")
    }
    assert taken == {"Z1": direct(graph.referential).hours.expected, "DIP-N4": 300.0}


def test_of_an_unknown_length_the_least_is_told_for_who_holds_what_many_do() -> None:
    some = after_bac("ECOLE")
    path = direct(some)
    assert path.months == Span(8.0, 8.0, 20.0)
    assert path.steps[0].known_hours == Span(None, 0.0, None, lower_bound=True)
    assert "8 à 20 mois de formation. Compté comme déjà détenu, ce qui reste à vérifier : Bac ;" in sentences(some)
    in_a_year = next(f for f in path.frames if f.name == "periode-de-reconversion")
    assert (in_a_year.verdict, in_a_year.conditions) == (
        "unknown",
        (),
    )  # eight months fit in twelve, twenty would not


@pytest.mark.parametrize(("held", "least"), [("yes", 140.0), ("no", 365.0)])
def test_what_is_said_of_a_diploma_goes_before_what_many_hold(held: Ternary, least: float) -> None:
    path = direct(after_bac("FIMO"), Profile(occupation="R", credentials={"DIP-N4": held}))
    assert path.hours.low == least
    assert not any(c.may_have for c in path.steps[0].credentials)
    assert "Compté" not in " ".join(path_sentences(path))


def test_a_least_length_without_a_most_is_told_as_such() -> None:
    assert hours_text(Span(300.0, 300.0, None)).replace("\u00a0", " ") == "300 h ou plus"
    assert hours_text(Span(200.0, 300.0, None)).replace("\u00a0", " ") == "200 à 300 h ou plus"


def test_a_way_of_which_what_has_ended_is_held_is_told() -> None:
    ways = one_of("Q", ("FIMO", "v", "a"), ("E1", "v", "b"), ("DEI", "v", "b"))
    some = with_credentials(jobs(*ways), *OVER)
    assert "Autre voie" not in sentences(some)
    assert "DE infirmier + Ancien 1 (4 620 h)." in sentences(some, Profile(occupation="R", credentials={"E1": "yes"}))


def test_a_car_licence_is_what_many_hold() -> None:
    some = jobs(CredentialRequirement("Q", "PERM-B"), CredentialRequirement("Q", "FIMO"))
    some = with_credentials(some, Credential("PERM-B", "Permis B", "permis", Hours(13, 35, 35)))
    assert direct(some).hours.low == 140.0
    assert direct(some, Profile(occupation="R", credentials={"PERM-B": "no"})).hours.low == 153.0


def test_a_diploma_alone_does_not_teach_a_job() -> None:
    """Who lacks the baccalauréat learns the job as who has it does: it is no course for the job."""
    some = after_bac(whole=(OccupationAccess("Q", "conditional", 0, 4),))
    has = direct(some, Profile(occupation="R", credentials={"DIP-N4": "yes"})).hours
    lacks = direct(some).hours
    assert has.expected
    assert lacks.low == has.low
    assert (lacks.expected or 0.0) >= has.expected


def test_nothing_is_told_at_least_where_only_what_many_hold_is_known() -> None:
    vague = Credential("VAGUE", "Titre sans durée", "titre")
    told = sentences(with_credentials(after_bac("VAGUE"), vague))
    assert "durée de formation inconnue" in told
    assert "0 mois" not in told


def test_a_stage_says_nothing_of_what_many_hold() -> None:
    """Some enter S at level 5; who has only just trained for it need not have the diploma."""
    rows = [CredentialRequirement("Q", "DIP-N5")]
    access = (OccupationAccess("R", "open", 3, 4), OccupationAccess("S", "open", 3, 5))
    some = with_credentials(jobs(*rows, whole=access), TWO_YEARS)
    held = after_occupation(some, holdings_of(some, "R", {}), "S", 12.0)
    assert not held.may_have(TWO_YEARS)
    assert holdings_of(some, "S", {}).may_have(TWO_YEARS)


def test_a_diploma_that_many_hold_is_no_training_for_a_post_to_which_people_are_selected() -> None:
    chosen = OccupationAccess("Q", "selective", 4, 4, selection="competition", selection_label="concours")
    assert direct(after_bac(whole=(chosen,))).hours.lower_bound
    assert "durée de formation inconnue" in sentences(after_bac(whole=(chosen,)))


def test_months_that_are_expected_are_held_against_a_frame() -> None:
    slow = with_credentials(
        after_bac("ECOLE2"), Credential("ECOLE2", "École", "titre", Hours(140, 140, 140), months=BAC.months)
    )
    verdicts = {f.name: f.verdict for f in direct(slow).frames}
    assert verdicts["poei"] == "no"  # nine months of school for six, though 140 hours would fit
    within = next(f for f in direct(after_bac("FIMO")).frames if f.name == "poei")
    told = within.verdict, within.conditions[-1]
    assert told == ("yes", "presumed")  # one month, and nine more without the diploma


def test_each_job_left_is_held_against_a_frame_by_its_own_months() -> None:
    """Who has been a P follows a hundred hours of a school that takes everybody else nine months."""
    shorter, nine = (Reduction("P", hours=100),), Hours(9.0, None, 9.0)
    school = Credential("ECOLE", "École", "titre", Hours(300, 300, 300), months=nine, reductions=shorter)
    graph = build_graph(with_credentials(jobs(CredentialRequirement("Q", "ECOLE")), school), settings=PLAIN)
    costs, target = EffortCosts(graph, PLAIN), np.array([graph.position["Q"]])
    for order in ("PR", "RP"):
        origins = np.array([graph.position[code] for code in order])
        within = costs.within("poei", origins, target, costs.hours(origins, target).expected)
        assert {code: int(each) == NO for code, each in zip(order, within[:, 0], strict=True)} == {
            "P": False,
            "R": True,
        }


def test_each_job_left_is_held_against_a_frame_by_whether_a_diploma_is_counted_as_held() -> None:
    """Who comes from S, which some enter with two years of studies, may have them; who comes from R may not."""
    studies = replace(TWO_YEARS, hours=Hours(300, 300, 300))
    access = (OccupationAccess("R", "open", 3, 3), OccupationAccess("S", "open", 3, 5))
    rows = (CredentialRequirement("Q", "DIP-N5"), CredentialRequirement("Q", "FIMO"))
    graph = build_graph(with_credentials(jobs(*rows, whole=access), studies), settings=PLAIN)
    costs, target = EffortCosts(graph, PLAIN), np.array([graph.position["Q"]])
    for order in ("RS", "SR"):
        origins = np.array([graph.position[code] for code in order])
        within = costs.within("poei", origins, target, costs.hours(origins, target).expected)[:, 0]
        verdicts = [
            next(f.verdict for f in direct(graph.referential, code).frames if f.name == "poei") for code in order
        ]
        assert [int(each) == NO for each in within] == [verdict == "no" for verdict in verdicts]
        assert dict(zip(order, verdicts, strict=True)) == {"R": "no", "S": "yes"}


def test_no_shortest_length_is_named_where_none_is_told() -> None:
    some = with_credentials(after_bac("ADR"), Credential("ADR", "ADR", "certificat", Hours(None, 21.0, None)))
    assert "h environ" in sentences(some)
    assert "la plus courte" not in sentences(some)


def test_a_diploma_whose_level_nobody_gives_is_none_that_many_hold() -> None:
    assert Holdings().may_have(BAC)
    assert not Holdings().may_have(replace(BAC, level=None))


def test_another_way_is_told_with_what_is_left_of_it_for_this_person() -> None:
    placed = Credential(
        "DEI2", "DE bis", "diplôme", Hours(900, 900, 900), hours_kind="legal-total", company_hours=Hours(300, 300, 300),
        months=Hours(12.0, None, 12.0),
    )  # fmt: skip
    ways = one_of("Q", ("FIMO", "v", "a"), ("DEI2", "v", "b"), ("AS", "v", "b"), ("EXP", "v", "c"))
    practice = Credential("EXP", "Un an de métier", "experience", months=Hours(12.0, None, 12.0))

    def told(*reductions: Reduction, held: str = "AS") -> str:
        some = with_credentials(jobs(*ways), replace(placed, reductions=reductions), practice)
        text = sentences(some, Profile(occupation="R", credentials={held: "yes"}))
        return text.partition("au lieu de « FIMO » : ")[2].partition(". ")[0]

    assert told() == "DE aide-soignant + DE bis (1 200 h) ; ou Un an de métier"
    assert told(Reduction("AS", hours=400.0, company_hours=100.0)).startswith("DE aide-soignant + DE bis (500 h) ; ou")
    assert told(Reduction("AS")).startswith("DE aide-soignant + DE bis (1 200 h au plus) ; ou")
    assert told(held="DEI2") == "DE aide-soignant + DE bis (770 h) ; ou Un an de métier"


@pytest.mark.parametrize(("highest", "months"), [(None, 32.0), (4, 32.0), (5, 8.0)])
def test_a_higher_diploma_is_one_that_many_hold_where_people_enter_at_its_level(
    highest: int | None, months: float
) -> None:
    origin = OccupationAccess("R", "open", level_low=3, level_high=highest)
    assert direct(after_bac("DIP-N5", "ECOLE", whole=(origin,))).months.low == months


def test_what_no_way_of_a_choice_that_is_open_closes_is_no_reason() -> None:
    """The title gives the licence: the way that is counted is not the one that the job names in full."""
    both = Credential("Z", "Titre et permis", "titre", Hours(10, 10, 10), prerequisites=("TP", "C"))
    some = with_credentials(jobs(*one_of("Q", ("Z", "v", "a"), ("DEI", "v", "b"))), both)
    assert "closed" not in dict(closed_path(some)[2])


def test_what_employers_ask_for_and_no_law_is_told_of_whom_it_concerns_alone() -> None:
    rows = (
        CredentialRequirement("Q", "CARTE", "usual", ground="employers"),
        CredentialRequirement("Q", "FIMO", "option", ground="employers"),
        CredentialRequirement("Q", "DEI", "usual", scope="self-employed", ground="employers"),
        CredentialRequirement("Q", "AS", "usual"),
        CredentialRequirement("Q", "C", "usual"),
        CredentialRequirement("Q", "C"),
    )
    told = ["Carte : exigé par les employeurs."]
    usual = "Souvent demandé, sans être exigé de tous : DE aide-soignant (770 h)."  # C is required anyway
    assert usual_lines(access_conditions(jobs(*rows), "Q")) == [*told, usual]
    had = usual_lines(access_conditions(jobs(*rows), "Q", Holdings({"AS": "yes"})))
    assert had == [*told, "Souvent demandé, et détenu : DE aide-soignant."]
    course = CredentialRequirement("Q", "FIMO", "usual")  # a certificate that somebody brings is not passed over
    brought = usual_lines(access_conditions(jobs(course), "Q", Holdings({"FIMO": "yes"})))
    assert brought == ["Souvent demandé, et détenu : FIMO."]


@pytest.mark.parametrize(("hours", "length"), [(Hours(400, 800), "800 h au moins"), (Hours(300, 800), "800 h")])
def test_the_least_hours_of_apprentices_are_told_as_a_minimum(hours: Hours, length: str) -> None:
    cap = Credential("CAP", "CAP", "diplôme", hours, hours_kind="legal-minimum")
    made = with_credentials(jobs(CredentialRequirement("Q", "CAP", "usual")), cap)
    assert usual_lines(access_conditions(made, "Q")) == [f"Souvent demandé, sans être exigé de tous : CAP ({length})."]


def test_practice_that_is_asked_beside_a_training_of_known_length_is_no_part_of_its_hours() -> None:
    years = Credential("EXP", "Un an de métier", "experience", months=Hours(12.0, None, 12.0))
    told = sentences(
        with_credentials(jobs(CredentialRequirement("Q", "FIMO"), CredentialRequirement("Q", "EXP")), years)
    )
    assert "Un an de métier (12 mois)" in told
    assert "S'y ajoutent 12 mois d'exercice, qui ne sont pas de la formation." in told


def test_whose_conditions_are_counted_is_said_where_a_requirement_is_of_some_titles_of_a_fiche_meant_at_large() -> None:
    titles = (JobTitle("1", "Métier Q", "Q"), JobTitle("2", "Cadette", "Q"))
    some = replace(jobs(CredentialRequirement("Q", "FIMO", scope="titles", titles="1")), titles=titles)
    assert "Compté ici : ce que demande « Métier Q » ; d'autres appellations" in sentences(some)
    of_both = replace(jobs(CredentialRequirement("Q", "FIMO", scope="titles", titles="1 2")), titles=titles)
    assert "Compté ici" not in sentences(of_both, target="Cadette")  # named by its title: nothing is counted of another
    chosen = OccupationAccess("Q", "conditional", selection="admission", selection_scope="titles", titles="2")
    asked = replace(jobs(CredentialRequirement("Q", "FIMO"), whole=(chosen,)), titles=titles)
    assert "Compté ici" not in sentences(asked)  # what is required is of all titles: only an admission differs


@pytest.mark.parametrize(
    ("centre", "company", "told"),
    [
        (0.0, 70.0, "70 h, toutes en entreprise ou en stage, durée publiée"),
        (70.0, 70.0, "140 h, dont 70 h en entreprise ou en stage, durée publiée"),
        (70.0, None, "70 h, durée publiée"),
    ],
)
def test_hours_in_a_firm_are_told_as_all_of_a_training_or_a_part_of_it(
    centre: float, company: float | None, told: str
) -> None:
    in_firm = Hours() if company is None else Hours(company, company, company, "loi")
    hours = Hours(centre, centre, centre, "loi")
    stage = Credential("STAGE", "Stage", "certificat", hours, hours_kind="legal-total", company_hours=in_firm)
    assert f"Stage ({told})" in sentences(with_credentials(jobs(CredentialRequirement("Q", "STAGE")), stage))


def test_a_training_of_no_hour_at_most_is_none() -> None:
    card = Credential("NUL", "Attestation", "certificat", Hours(None, None, 0.0), months=Hours(None, None, 0.0))
    assert "Attestation (sans formation)" in sentences(with_credentials(jobs(CredentialRequirement("Q", "NUL")), card))


def test_months_of_a_training_that_is_shorter_by_nobody_knows_how_much_stay() -> None:
    def left(*reduction: Any) -> tuple[str, float | None]:
        course = Credential("COURS", "Cours", "titre", Hours(900, 900, 900), months=Hours(24, None, 24),
                            reductions=(Reduction("AS", *reduction),))  # fmt: skip
        asked = (CredentialRequirement("Q", "COURS"), CredentialRequirement("P", "AS"))
        some = with_credentials(jobs(*asked), course)
        (path,) = rank_paths(build_graph(some, settings=PLAIN), "P", targets=["Q"], settings=PLAIN, max_steps=1)
        (credential,) = path.steps[0].to_obtain
        return duration_text(credential.months), path.months.expected

    assert left(None, None, 36.0) == ("24 mois au plus", 24.0)  # only possible: the whole is to be expected
    assert left(None)[0] == "24 mois au plus"
    assert left(300.0) == ("", 2.1)  # of what is published hours tell


def test_only_who_works_where_people_enter_at_the_level_of_a_first_degree_surely_has_the_baccalaureat() -> None:
    some = jobs(whole=tuple(OccupationAccess(code, "open", level_low=n) for code, n in (("P", 5), ("Q", 6))))
    assert [holdings_of(some, code, {}).of("DIP-BAC") for code in "PQ"] == ["unknown", "yes"]


def test_a_common_level_proves_a_diploma_only_where_one_is_demanded() -> None:
    levels = tuple(OccupationAccess(code, "open", level_low=n) for code, n in (("P", 4), ("Q", 5), ("R", 4)))
    some = jobs(CredentialRequirement("R", "DEI"), whole=levels)
    assert [holdings_of(some, code, {}).of("DIP-N3") for code in "PQR"] == ["unknown", "yes", "yes"]


def test_who_holds_what_has_ended_completes_the_way_that_it_is_a_part_of() -> None:
    ways = one_of("Q", ("E1", "v", "a"), ("CARTE", "v", "a"), ("DEI", "v", "b"))
    some = with_credentials(jobs(CredentialRequirement("P", "E1"), *ways), *OVER)
    assert closed_path(some, "P") == ("feasible", ["CARTE"], [])
    assert closed_path(some)[1] == ["DEI"]


@pytest.mark.parametrize(
    ("hours", "months", "told"),
    [
        (Hours(None, None, 200), Hours(6, None, 12), "200 h au plus, durée publiée, en 6 à 12 mois"),
        (Hours(300, 300, 300), Hours(None, None, 24), "300 h, durée publiée, en 24 mois au plus"),
        (Hours(), Hours(None, None, 24), "24 mois au plus, heures inconnues"),
    ],
)
def test_months_are_told_beside_hours_also_where_only_a_most_is_known(hours: Hours, months: Hours, told: str) -> None:
    course = Credential("COURS", "Cours", "titre", hours, months=months)
    some = with_credentials(jobs(CredentialRequirement("Q", "COURS")), course)
    (path,) = rank_paths(build_graph(some, settings=PLAIN), "R", targets=["Q"], settings=PLAIN, max_steps=1)
    assert f"Cours ({told})" in re.sub("[\u00a0\u202f]", " ", " ".join(path_sentences(path)))


def test_of_a_way_only_the_credential_of_unknown_length_is_what_makes_hours_unknown() -> None:
    some = with_credentials(jobs(*one_of("Q", ("FIMO", "v", "a"), ("VAGUE", "v", "a"))), VAGUE)
    (path,) = rank_paths(build_graph(some, settings=PLAIN), "R", targets=["Q"], settings=PLAIN, max_steps=1)
    assert path.steps[0].unknown == ("VAGUE",)
    assert (path.status, path.reasons) == ("unknown", (("length", "Titre sans durée"),))


def test_hours_towards_a_job_to_which_people_are_selected_are_not_known() -> None:
    told: dict[AccessStatus, bool] = {"selective": True, "open": False}
    for status, unknown in told.items():
        graph = build_graph(jobs(whole=(OccupationAccess("Q", status),)), settings=PLAIN)
        row = np.array([graph.position[code] for code in "RQ"])
        demands = demands_of(graph)
        assert bool(demands.unsettled(demands.price(Holdings()))[row[1]]) is unknown
        hours = EffortCosts(graph, PLAIN).hours(row[:1], row[1:])
        assert (hours.possible.item() == UNKNOWN) is unknown
        (path,) = rank_paths(graph, "R", targets=["Q"], settings=PLAIN, max_steps=1)
        assert ("selection" in path.steps[0].unknown) is unknown


def test_a_competition_into_studies_selects_nobody_again_who_has_them_behind_as_one_for_a_post_does() -> None:
    studies = Credential("DES", "Spécialité", "diplôme", Hours(600, 600, 600, "s"), prerequisites=("CONC",))
    post = Credential("POSTE", "Concours d'agent", "concours")
    register = Credential("ORDRE", "Ordre", "inscription", Hours(0, 0, 0, "s"))
    chosen = (OccupationAccess("Q", "selective", selection="competition", selection_label="places"),)

    def told(
        origin: str, *rows: CredentialRequirement, whole: tuple[OccupationAccess, ...] = chosen, known: Any = ()
    ) -> list[bool]:
        some = jobs(*rows, CredentialRequirement("Q", "ORDRE"), whole=whole)
        some = with_credentials(some, studies, post, register, *known)
        graph = build_graph(some, settings=PLAIN)
        (path,) = rank_paths(graph, origin, targets=["Q"], settings=PLAIN, max_steps=1)
        row = np.array([graph.position[code] for code in (origin, "Q")])
        return [
            "selection" in path.steps[0].unknown,
            "Sélection" in " ".join(path_sentences(path)),
            path.steps[0].access.status == "selective",
            EffortCosts(graph, PLAIN).hours(row[:1], row[1:]).possible.item() == UNKNOWN,
        ]

    of_studies, of_post = ([CredentialRequirement(job, code) for job in "PQ"] for code in ("DES", "POSTE"))
    assert told("P", *of_studies) == [False] * 4
    assert told("R", *of_studies) == told("P", *of_post) == [True] * 4
    named = (chosen[0]._replace(selection="appointment"),)  # which comes after the studies
    assert told("P", *of_studies, whole=named) == [True] * 4
    more = CredentialRequirement("Q", "TP")  # studies that are still ahead
    assert told("P", *of_studies, more) == [True] * 4
    after = Credential("DU", "Diplôme d'université", "diplôme", Hours(70, 70, None, "s"), prerequisites=("DES",))
    assert told("P", *of_studies, CredentialRequirement("Q", "DU"), known=(after,)) == [False] * 4
    open_to = (OccupationAccess("Q", "conditional"),)
    second = Credential("CONC2", "Internat", "concours")
    known = (second, replace(studies, code="DES2", prerequisites=("CONC2",)))
    for code, selects in (("CONC2", True), ("TP", False)):  # each way to it, or one of them alone
        ways = [CredentialRequirement(job, way, "one-of", "", "v", way) for job in "PQ" for way in ("CONC", code)]
        for origin in "PR":
            unknown, _, *there = told(origin, *ways, whole=open_to, known=known)
            assert [unknown, *there] == [selects and origin == "R"] * 3


def test_what_a_title_that_is_usual_in_the_job_left_would_spare_is_told_and_not_counted() -> None:
    for hours, said in ((0, "peut-être 0 h, pour qui a : "), (None, "allégé pour qui a : ")):
        course = Credential("COURS", "Cours", "titre", Hours(14, 14, 22, "s"), reductions=(Reduction("TP", hours),))
        rows = (CredentialRequirement("P", "TP", "usual"), CredentialRequirement("Q", "COURS"))
        graph = build_graph(with_credentials(jobs(*rows), course), settings=PLAIN)
        told = {o: rank_paths(graph, o, targets=["Q"], settings=PLAIN, max_steps=1)[0] for o in "PR"}
        assert {path.steps[0].sourced for path in told.values()} == {14.0}
        text = {o: re.sub("[\u00a0\u202f]", " ", " ".join(path_sentences(path))) for o, path in told.items()}
        assert [f"{said}{TITLE.label}" in text[o] for o in "PR"] == [True, False]


def test_a_move_to_a_job_whose_titles_take_other_things_asks_to_name_one() -> None:
    rows = [CredentialRequirement("Q", code, scope="titles", titles=t) for code, t in (("AS", "2"), ("CARTE", "1"))]
    some = jobs(*rows, whole=(OccupationAccess("Q", "conditional"),))
    graph = build_graph(replace(some, titles=tuple(JobTitle(code, f"Titre {code}", "Q") for code in "123")))
    asked = "Ce qui est exigé dépend de l'appellation : nommez celle qui est visée"
    for target, told in (("Q", True), ("Titre 1", False), ("R", False)):
        (move,) = rank_moves(graph, "P", targets=[target], settings=PLAIN)
        assert (asked in move_sentences(move, "fr")) is told


def test_people_of_a_territory_are_told_what_the_title_of_their_opening_takes() -> None:
    card = CredentialRequirement("Q", "CARTE", scope="titles", titles="1")
    some = jobs(card, whole=(OccupationAccess("Q", "conditional"),))
    graph = build_graph(replace(some, titles=tuple(JobTitle(code, f"Titre {code}", "Q") for code in "123")))
    hiring = Lots.of("hiring", [Lot(f"H{t}", "Q", "x", people=9, title_code=t, given=f"Titre {t}") for t in "12"])
    settings = Settings(territory=TerritorySettings(**ANY_MOVE))
    for job, title in (("P", ""), ("Q", "2"), ("Q", "1")):
        fragile = Lots.of("fragile", [Lot("F", job, "x", people=18, title_code=title, given=title and "Titre")])
        found = match_territory(graph, fragile, hiring, settings=settings)
        flows = {f.hiring.title_code: f for f in (*found.flows, *found.to_confirm)}
        assert {code: [c.code for c in f.access.to_obtain] for code, f in flows.items()} == {
            "1": [] if title == "1" else ["CARTE"], "2": []
        }  # fmt: skip
        assert not flows["2"].access.of_others
        assert "appellation" not in "".join(f.access_said() for f in flows.values())


def test_hours_months_and_frames_of_a_flow_are_those_of_the_titles_that_its_jobs_are_named_by() -> None:
    of_titles = [
        ("P", "CARTE", "8"),
        ("P", "TP", "9"),
        ("Q", "FIMO", "1"),
        ("Q", "TP", "1"),
        ("Q", "PUER", "2"),
        ("Q", "EX", "4"),
    ]
    frame = "periode-de-reconversion"
    exam = Credential("EX", "Titre", "titre", Hours(300, 300, 300, "s"), rncp="RNCP1", hours_kind="legal-total")
    rows = (CredentialRequirement(code, named, scope="titles", titles=t) for code, named, t in of_titles)
    whole = OccupationAccess("P", "open"), OccupationAccess("Q", "conditional")
    some = with_credentials(jobs(*rows, whole=whole), exam)
    titles = [JobTitle(code, f"Titre {code}", job) for job, codes in (("P", "89"), ("Q", "1234")) for code in codes]
    graph = build_graph(replace(some, titles=tuple(titles)))
    fragile = Lots.of("fragile", [Lot(f"F{t}", "P", "x", people=9, title_code=t) for t in ("", *"89")])
    hiring = Lots.of("hiring", [Lot(f"H{t}", "Q", "x", people=9, title_code=t) for t in ("", *"1234")])
    chosen = Settings(territory=TerritorySettings(**ANY_MOVE))
    moves = moves_between(Territory(graph, fragile, hiring, Locator(), EffortCosts(graph, chosen), chosen), frame)
    assert moves.hours.months is not None
    assert moves.frame is not None
    told = set()
    for start, end in product(fragile.lots, hiring.lots):
        origin, target = (f"Titre {lot.title_code}" if lot.title_code else lot.job for lot in (start, end))
        (path,) = rank_paths(graph, origin, targets=[target], max_steps=1, frame=frame)
        at, known = moves.at(start, end), not path.hours.lower_bound
        spans = path.hours.low, path.hours.expected, path.hours.high
        assert hours_at(moves, at)[:3] == (spans if known else (None,) * 3), (origin, target)
        verdict = next(f.verdict for f in path.frames if f.name == frame)
        if known:
            assert round(float(moves.hours.months[at]), 1) == path.months.expected
            assert ("no", "unknown", "yes")[int(moves.frame[at])] == verdict
        told.add((path.hours.expected, verdict))
    assert len(told) > 4
    assert {verdict for _, verdict in told} == {"no", "unknown", "yes"}
    found = match_territory(graph, fragile, hiring, settings=chosen, changes=False)
    report = Case(graph, found)
    (explained,) = (e for origin in explained_origins(report) for e in origin.moves if e.move.target.code == "Q")
    assert len(explained.flows) > 2
    for flow in explained.flows:
        path = named_by_flows(report, explained._replace(flows=(flow,))).path
        assert path.hours.lower_bound is (flow.hours.expected is None)
        assert path.hours.expected == flow.hours.expected or path.hours.lower_bound
        assert flow.move is not None
        assert (flow.move.access.title, path.target.title or "") == (path.steps[0].access.title,) * 2


def test_what_is_trained_for_beforehand_takes_people_of_a_title_what_they_do_not_hold() -> None:
    first = Credential("AVANT", "Avant", "certificat", Hours(20, 20, 20, "s"))
    then = Credential("APRES", "Après", "certificat", reductions=(Reduction("AVANT", 10.0),))  # else nobody knows
    rows = [CredentialRequirement("P", code, scope="titles", titles="9") for code in ("FIMO", "TP")]
    some = jobs(*rows, *(CredentialRequirement("Q", code) for code in ("APRES", "TP")))
    titles = tuple(JobTitle(code, f"Titre {code}", "P") for code in "789")
    graph = build_graph(replace(with_credentials(some, first, then), titles=titles))
    origins, targets = (np.asarray([graph.position[code]]) for code in "PQ")
    costs = EffortCosts(graph, PLAIN, lever=("AVANT", "FIMO"))
    hours = costs.hours(origins, targets, ([frozenset("9")], [frozenset()]))
    trained = Profile("Titre 9", credentials={"AVANT": "yes"})
    (path,) = rank_paths(graph, trained, targets=["Q"], settings=PLAIN, max_steps=1)
    assert hours.lever is not None
    assert (hours.lever.item(), hours.expected.item()) == (20.0, 20.0 + (path.hours.expected or math.nan))


def test_a_title_that_several_jobs_bear_names_none_of_them() -> None:
    titles = JobTitle("8", "Titre", "P"), JobTitle("9", "Titre", "Q"), JobTitle("7", "Autre", "P")
    some = replace(jobs(), titles=titles)
    assert [job_text(some, Lot("F", "P", "x", title_code=code)) for code in ("8", "7", "")] == ["P", "Autre", "P"]


def test_who_steps_down_on_a_territory_is_said_by_the_titles_of_the_jobs() -> None:
    engineer = Credential("ING", "Ing", "diplôme", level=7)
    rows = [CredentialRequirement("P", code, scope="titles", titles=t) for code, t in (("ING", "9"), ("CARTE", "8"))]
    whole = OccupationAccess("P", "open", 3, 5), OccupationAccess("Q", "open", 3, 5)
    some = with_credentials(jobs(*rows, whole=whole), engineer)
    graph = build_graph(replace(some, titles=tuple(JobTitle(code, f"Titre {code}", "P") for code in "89")))
    settings = Settings(territory=TerritorySettings(**ANY_MOVE))
    for title, other, down in (("9", "8", True), ("8", "9", False)):
        fragile = Lots.of("fragile", [Lot("F", "P", "x", people=18, title_code=title)])
        hiring = Lots.of("hiring", [Lot("H", "Q", "x", people=9), Lot("I", "P", "x", people=9, title_code=other)])
        found = match_territory(graph, fragile, hiring, settings=settings, stretch=True)
        flows = {f.kind: f for f in (*found.flows, *found.to_confirm, *found.stretched) if f.hiring.job == "Q"}
        assert [*flows] == ["step-down" if down else "lateral"]
        assert [u.reason for u in found.unfilled if u.lot.job == "Q"] == ["step_down"] * down
        ranked = rank_territory(graph, "x", fragile=fragile, hiring=hiring, settings=settings).items
        assert [r.kind for r in ranked if r.hiring.job == "Q"] == [*flows]


def test_what_has_expired_takes_what_its_former_holders_train_for_and_the_whole_where_nobody_says_so() -> None:
    rows = (*driver("P"), *driver("Q"), CredentialRequirement("R", "AS"), CredentialRequirement("S", "CARTE"))
    some = jobs(*rows)
    renewed = replace(FIMO, reductions=(Reduction("C", 50.0), Reduction("FIMO", 35.0), Reduction("P", 0.0)))
    some = replace(some, credentials=tuple(renewed if c.code == "FIMO" else c for c in some.credentials))
    graph = build_graph(some, settings=PLAIN)

    def step(target: str, code: str, held: Stated) -> tuple[Step, list[tuple[str, str, float | None]]]:
        (path,) = rank_paths(graph, Profile("P", credentials={code: held}), targets=[target], max_steps=1)
        (only,) = path.steps
        return only, [(c.code, c.held, c.hours.expected) for c in only.to_obtain]

    assert step("Q", "FIMO", "unknown")[1] == step("Q", "FIMO", "yes")[1] == []
    assert holdings_of(some, None, {"FIMO": "yes"}).reduction_for(renewed) is None  # nothing of it is left
    assert step("Q", "FIMO", "expired")[1] == [("FIMO", "no", 35.0)]  # the licence that goes with it stays held
    for code, target, hours in (("AS", "R", 770.0), ("CARTE", "S", 0.0)):
        lapsed, left = step(target, code, "expired")
        assert left == [(code, "no", hours)]
        assert (lapsed.hours.low is None) is (hours > 0)  # a refresher may do: nobody publishes how long
        assert ("peut-être moins pour qui l'a laissée expirer" in " ".join(step_lines(lapsed, "fr"))) is (hours > 0)
        assert step(target, code, "no")[0].hours.low is not None
    people = pa.table({"id": ["a"], "occupation": ["P"], "credentials": ["CARTE=expired"]})
    (row,) = [r for r in rank_profiles(graph, people).read_all().to_pylist() if r["code"] == "S"]
    assert (row["credentials_missing"], row["credentials_unknown"]) == (["CARTE"], [])
    assert Person(occupation="P", credentials={"FIMO": "expired"}).profile().credentials == {"FIMO": "expired"}


@pytest.mark.parametrize(("stated", "shorter"), [("no", ""), ("unknown", "FIMO"), ("expired", "")])
def test_what_who_let_it_expire_trains_for_is_told_to_nobody_who_says_not_to_have_it(
    stated: Stated, shorter: str
) -> None:
    some = jobs(CredentialRequirement("P", "FIMO", "usual"), CredentialRequirement("Q", "FIMO"))
    renewed = replace(FIMO, reductions=(Reduction("FIMO", 35.0),))
    some = replace(some, credentials=tuple(renewed if c.code == "FIMO" else c for c in some.credentials))
    graph = build_graph(some, settings=PLAIN)
    (path,) = rank_paths(graph, Profile("P", credentials={"FIMO": stated}), targets=["Q"], max_steps=1)
    assert [c.shorter for c in path.steps[0].to_obtain if c.code == "FIMO"] == [shorter]


def test_who_let_a_credential_expire_has_what_it_supposes_and_is_spared_nothing_for_its_sake() -> None:
    chief = Credential("CHEF", "Chef d'équipe", "diplôme", prerequisites=("AS",), choices=((("C",), ("TP",)),))
    some = jobs()
    spared = (replace(c, reductions=(Reduction("CHEF", 0.0),)) if c.code == "CARTE" else c for c in some.credentials)
    some = replace(some, credentials=(*spared, chief))
    codes = ("CHEF", "AS", "CARTE")
    cases: tuple[tuple[Stated, list[str]], ...] = (("yes", ["yes"] * 3), ("expired", ["no", "yes", "unknown"]))
    for stated, expected in cases:
        holdings = holdings_of(some, None, {"CHEF": stated})
        assert [holdings.of(code) for code in codes] == expected
        assert holdings.has_one_of((("C",), ("TP",)))


def test_a_visit_that_what_has_expired_supposes_may_have_expired_too() -> None:
    visit = Credential("VISITE", "Visite", "aptitude", Hours(0, 0, 0, "s"), validity_months=60)
    licence = Credential("D", "Permis D", "permis", prerequisites=("VISITE",), validity_months=60)
    first = Credential("QUAL", "Qualification", "certificat", choices=((("C",), ("D",)),), validity_months=60)
    some = with_credentials(jobs(*(CredentialRequirement("P", code) for code in ("QUAL", "D"))), visit, licence, first)
    cases: tuple[tuple[dict[str, Stated], str], ...] = (
        ({}, "yes"), ({"QUAL": "expired"}, "unknown"), ({"QUAL": "expired", "D": "yes"}, "yes"),
        ({"QUAL": "expired", "VISITE": "yes"}, "yes"), ({"D": "expired"}, "unknown"),
    )  # fmt: skip
    for stated, expected in cases:
        holdings = holdings_of(some, "P", stated)
        assert (holdings.of("VISITE"), "VISITE" in holdings.held) == (expected, expected == "yes")
        assert holdings.of("D") == ("no" if stated.get("D") == "expired" else "yes")  # a licence is kept
    either = [CredentialRequirement("P", code, "one-of", "", "v", code) for code in ("D", "TP")]
    for months, kept in ((60, False), (None, True)):  # a visit that is valid for ever has not expired
        some = with_credentials(jobs(*either), replace(visit, validity_months=months), licence)
        assert holdings_of(some, "P", {"D": "expired"}).has_one_of((("VISITE",),)) is kept


def test_a_certificate_of_shorter_life_that_what_has_expired_supposes_has_expired_too_unless_it_was_renewed() -> None:
    first_aid = Credential("SST", "Secouriste", "certificat", Hours(14, 14, 14, "s"), validity_months=24)
    other_aid = Credential("PSC", "Premiers secours", "certificat", Hours(7, 7, 7, "s"))
    agent = Credential("SSIAP", "Agent", "certificat", Hours(67, 67, 67, "s"), validity_months=36)
    either = (("SST",), ("PSC",))
    cases: tuple[tuple[int, dict[str, Stated], str, bool], ...] = (
        (24, {"SSIAP": "yes"}, "yes", True), (24, {"SSIAP": "expired"}, "no", False),
        (24, {"SSIAP": "expired", "SST": "yes"}, "yes", True), (36, {"SSIAP": "expired"}, "yes", True),
    )  # fmt: skip
    for months, stated, held, chosen in cases:
        aid = replace(first_aid, validity_months=months)
        both = with_credentials(jobs(), aid, other_aid, replace(agent, prerequisites=("SST",)))
        assert holdings_of(both, None, stated).of("SST") == held
        one = with_credentials(
            jobs(CredentialRequirement("Q", "SSIAP")), aid, other_aid, replace(agent, choices=(either,))
        )
        for origin in ("Q", None):  # who comes from the job had it too
            assert holdings_of(one, origin, stated).has_one_of(either) is chosen


def test_what_has_expired_gives_nothing_any_more() -> None:
    bridge = Credential("PASS", "Passerelle", "certificat", grants=("FIMO",), prerequisites=("C",))
    some = replace(jobs(), credentials=(*jobs().credentials, bridge))
    cases: tuple[tuple[Stated, list[str]], ...] = (("yes", ["yes"] * 3), ("expired", ["no", "unknown", "yes"]))
    for stated, expected in cases:
        holdings = holdings_of(some, None, {"PASS": stated})
        assert [holdings.of(code) for code in ("PASS", "FIMO", "C")] == expected


@pytest.mark.parametrize("origin", ["P", None])
@pytest.mark.parametrize("held", [{}, {"FIMO": "yes"}])
def test_what_renews_another_has_expired_with_what_it_gives_anew(origin: str | None, held: dict[str, Stated]) -> None:
    renewal = Credential("FCO", "FCO", "certificat", grants=("FIMO",), choices=((("FIMO",), ("TP",)),))
    again = replace(FIMO, reductions=(Reduction("FIMO", 35.0),))
    some = jobs(*driver("P"))
    others = [c for c in some.credentials if c.code != "FIMO"]
    some = replace(some, credentials=tuple(sorted((*others, again, renewal), key=lambda c: c.code)))
    person = holdings_of(some, origin, {**held, "FCO": "expired"})
    assert (person.of("FIMO"), person.of("FCO")) == ("no", "no")
    reduction = person.reduction_for(again)
    assert reduction is not None
    assert reduction.hours == 35.0
    assert holdings_of(some, origin, {**held, "FCO": "yes"}).of("FIMO") == "yes"


@pytest.mark.parametrize(("renewal", "hours"), [("expired", 35.0), ("unknown", 0.0), ("yes", 0.0)])
def test_a_title_whose_renewal_has_expired_opens_the_job_after_that_renewal_alone(
    renewal: Stated, hours: float
) -> None:
    again = Credential("FCO", "FCO", "certificat", grants=("FIMO",), choices=((("FIMO",), ("TP",)),))
    course = replace(FIMO, reductions=(Reduction("FIMO", 35.0),))
    title = Credential("TP", "Titre", "titre", Hours(300.0, 300.0, 300.0), grants=("C",))
    some = jobs(*driver("Q"))
    others = [c for c in some.credentials if c.code not in ("FIMO", "TP")]
    some = replace(some, credentials=tuple(sorted((*others, course, again, title), key=lambda c: c.code)))
    demands = demands_of(build_graph(some, settings=PLAIN))
    person = holdings_of(some, None, {"TP": "yes", "FCO": renewal})
    assert demands.training(demands.price(person))[0][demands.occupations.index("Q")] == hours
    assert person.of("C") == "yes"  # the licence that the title gave is kept


def test_what_comes_before_things_asked_of_some_titles_and_of_the_self_employed_is_said_of_both() -> None:
    of_title, alone = (Credential(code, code, "certificat", prerequisites=("B",)) for code in ("OF_TITLE", "ALONE"))
    rows = (
        CredentialRequirement("Q", "OF_TITLE", scope="titles", titles="9"),
        CredentialRequirement("Q", "ALONE", scope="self-employed"),
    )
    conditions = access_conditions(with_credentials(jobs(*rows), of_title, alone), "Q", Holdings())
    assert {c.scope for c in conditions.credentials if c.code == "B"} == {"titles", "self-employed"}


def test_a_diploma_said_to_have_expired_takes_no_licence_along_that_it_supposes_and_gives() -> None:
    higher = Credential("TV", "Titre tous véhicules", "titre", grants=("C",), choices=((("C", "FIMO"), ("C", "TP")),))
    cases: tuple[dict[str, Stated], ...] = ({"TV": "expired"}, {"C": "yes", "TV": "expired"})
    for stated in cases:
        assert holdings_of(with_credentials(jobs(), higher), None, stated).of("C") == "yes"


def test_a_way_of_which_one_of_several_licences_is_held_is_open_to_who_held_what_supposes_them() -> None:
    course = replace(FIMO, choices=((("C",), ("C1",)),), reductions=(Reduction("FIMO", 35.0),))
    some = with_credentials(jobs(*driver("Q")), Credential("C1", "Permis C1", "permis"))
    some = replace(some, credentials=tuple(course if c.code == "FIMO" else c for c in some.credentials))
    profile = Profile("P", credentials={"FIMO": "expired"})
    (path,) = rank_paths(build_graph(some, settings=PLAIN), profile, targets=["Q"], max_steps=1)
    assert (path.status, path.reasons) == ("feasible", ())


def test_the_years_of_a_licence_are_ahead_of_who_says_not_to_have_it() -> None:
    years = Credential("ANC", "Permis de trois ans", "experience", months=Hours(0, None, 36, "s"), prerequisites=("B",))
    some = with_credentials(jobs(CredentialRequirement("Q", "ANC")), years)
    graph = build_graph(some, settings=PLAIN)
    stated: tuple[tuple[dict[str, Stated], bool], ...] = (
        ({}, False), ({"B": "yes"}, False), ({"B": "no"}, True), ({"ANC": "no"}, True),
        ({"B": "no", "ANC": "yes"}, False),
    )  # fmt: skip
    for credentials, ahead in stated:
        path, *_ = rank_paths(graph, Profile("P", credentials=credentials), targets=["Q"], limit=1)
        assert path.months.expected is not None
        assert (path.months.expected >= 36) is ahead, credentials
        assert ("S'y ajoutent 36 mois d'ancienneté au plus" in " ".join(path_sentences(path))) is ahead


@pytest.mark.parametrize("origin", ["S", None])
def test_who_trains_on_the_way_has_what_the_stage_takes_whatever_was_said_at_the_start(origin: str | None) -> None:
    whole = (OccupationAccess("P", "conditional", level_low=4, level_high=6),)
    some = jobs(*driver("P"), CredentialRequirement("P", "AS"), whole=whole)
    ways = (("TP",), ("C", "FIMO"))
    stated: tuple[Stated, ...] = ("no", "expired")
    for held in stated:
        start = holdings_of(some, origin, {"AS": held, "FIMO": held})
        after = after_occupation(some, start, "P", 12.0)
        assert (start.of("AS"), start.has_one_of(ways)) == ("no", False)
        assert (after.of("AS"), after.has_one_of(ways)) == ("yes", True)
    trained = after_occupation(some, holdings_of(some, None, {}), "P", 12.0)
    assert (trained.highest, trained.occupations) == (0, ("P",))


@pytest.mark.parametrize("hours", [0.0, 300.0])
def test_an_examination_that_is_sat_alone_is_no_training_that_certifies(hours: float) -> None:
    exam = Credential("EX", "Examen", "titre", Hours(hours, hours, hours, "s"), rncp="RNCP1", hours_kind="legal-total")
    graph = build_graph(replace(jobs(CredentialRequirement("Q", "EX")), credentials=(exam,)), settings=PLAIN)
    demands, held = demands_of(graph), holdings_of(graph.referential, "P", {})
    _, needed = required_of(demands, demands.price(held), held, graph.position["Q"])
    case = PathContext(graph, (), None, None, "2026-12-01").case("Q", needed, known=True, origin="P", selective=False)
    assert (case.certifying, case.registered) == ("yes", hours > 0)


@pytest.mark.parametrize(("least", "unknown"), [(12.0, False), (0.0, True)])
def test_years_that_all_who_work_have_are_ahead_of_who_says_not_to_have_them(least: float, *, unknown: bool) -> None:
    years = Credential("ANS", "Des années", "experience", months=Hours(least, None, None, "s"))
    some = replace(jobs(CredentialRequirement("Q", "ANS")), credentials=(years,))
    demands = build_demands(some, [("Q", NO_AIM)])
    assert demands.price(holdings_of(some, "P", {"ANS": "no"})).unknown.tolist() == [unknown]
    assert demands.price(holdings_of(some, "P", {})).unknown.tolist() == [False]


def test_only_named_conditions_that_are_all_held_are_no_condition_and_a_selection_always_is() -> None:
    rows = (CredentialRequirement(code, "CARTE") for code in "PRS")
    chosen = OccupationAccess("S", "selective", selection="appointment", selection_label="décret")
    graph = build_graph(jobs(*rows, whole=(OccupationAccess("Q", "conditional"), chosen)), settings=PLAIN)
    found = rank_moves(graph, "P", targets=[*"QRS"], filters=["access=open"], settings=PLAIN)
    assert [move.target.code for move in found] == ["R"]


@pytest.mark.parametrize("held", [{}, {"TP": "yes"}])
@pytest.mark.parametrize("origin", ["P", "S"])
def test_who_has_lost_a_licence_obtains_it_again_whatever_gave_it(origin: str, held: dict[str, Stated]) -> None:
    course = replace(FIMO, prerequisites=("C",), reductions=(Reduction("TP", 0.0),))
    further = Credential("CE", "Permis CE", "permis", Hours(70, 70, 70, "s"), prerequisites=("C",))
    licence = replace(C, hours=Hours(100, 100, 100, "loi"))
    title = replace(TITLE, grants=("C",))
    some = jobs(*driver("P"), *driver("Q"), CredentialRequirement("R", "CE"))
    others = [c for c in some.credentials if c.code not in ("FIMO", "C", "TP")]
    all_lorries = Credential("TV", "Titre tous véhicules", "titre", prerequisites=("C",), grants=("CE",))
    known = sorted((*others, course, further, licence, title, all_lorries), key=lambda c: c.code)
    graph = build_graph(replace(some, credentials=tuple(known)), settings=PLAIN)

    def left(target: str, **stated: Stated) -> set[str]:
        person = Profile(origin, credentials={**held, **stated})
        path, *_ = rank_paths(graph, person, targets=[target], limit=1, max_steps=1)
        assert path.status == "feasible"
        assert path.hours.expected is not None
        assert path.hours.expected >= sum(c.hours.expected or 0.0 for c in path.steps[0].to_obtain)
        return {c.code for c in path.steps[0].to_obtain}

    drives = origin == "P" or bool(held)
    assert left("Q", C="no") >= {"C"}
    assert "FIMO" not in left("Q", C="no") or not drives  # what was learnt is kept
    assert (left("Q") == set()) is drives
    assert left("R", C="no", TV="yes") >= {"C", "CE"}  # nobody has the further licence without it
