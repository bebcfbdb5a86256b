"""Credentials on a path: order of acquisition, held or not, sourced hours, unknown ones, circles, negative lengths."""

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from passerelles.access.conditions import access_conditions
from passerelles.access.demands import sane_hours
from passerelles.codes import circles
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Credential, CredentialRequirement, Hours, Profile
from passerelles.paths.rank import rank_paths
from passerelles.paths.state import search_space, state_at
from passerelles.ranking.move import find_start
from passerelles.referentials.load import load_referential
from passerelles.referentials.places import bundled
from passerelles.settings import Settings
from small import referential

PLAIN = Settings(scorer="unfitted")
LICENCE = Credential("PERM", "Permis", "permis", Hours(30, 40, 60, "une école"))
TITLE = Credential("TITRE", "Titre", "titre", Hours(None, 200, None, "un centre"), prerequisites=("PERM",))
RIGHT = Credential("DROIT", "Droit d'enseigner", "autorisation", Hours(0, 0, 0, "la loi"), prerequisites=("TITRE",))


def graph_of(*credentials: Credential, demands: list[tuple[str, str]]) -> OccupationGraph:
    requirements = {"A": ["a", "b"], "B": ["a", "b"], "C": ["a", "b", "c"]}
    return build_graph(referential(requirements, credentials=credentials, demands=demands))


def test_prerequisites_come_first_and_each_once() -> None:
    graph = graph_of(LICENCE, TITLE, RIGHT, demands=[("B", "DROIT"), ("B", "PERM")])
    asked = access_conditions(graph.referential, "B").required
    assert [c.code for c in asked] == ["PERM", "TITRE", "DROIT"]
    step = rank_paths(graph, "A", targets=["B"], settings=PLAIN)[0].steps[0]
    assert [(c.code, c.order, c.held) for c in step.credentials] == [
        ("PERM", 1, "unknown"),
        ("TITRE", 2, "unknown"),
        ("DROIT", 3, "unknown"),
    ]


def test_sourced_hours_count_and_say_so() -> None:
    graph = graph_of(LICENCE, TITLE, RIGHT, demands=[("B", "DROIT")])
    path = rank_paths(graph, "A", targets=["B"], settings=PLAIN)[0]
    # What is not known to be held has to be obtained. The title has no shortest or longest: nor has the sum.
    assert (path.hours.low, path.hours.expected, path.hours.high) == (None, 240.0, None)
    assert path.status == "feasible"
    assert path.steps[0].basis == "sourced"
    assert path.to_dict()["hours"]["sourced"] == 240.0


def test_what_is_held_costs_nothing_and_brings_its_prerequisites() -> None:
    graph = graph_of(LICENCE, TITLE, RIGHT, demands=[("B", "DROIT")])
    held = Profile("A", credentials={"TITRE": "yes"})
    path = rank_paths(graph, held, targets=["B"], settings=PLAIN)[0]
    assert path.hours.expected == 0.0
    assert {c.code: c.held for c in path.steps[0].credentials} == {"PERM": "yes", "TITRE": "yes", "DROIT": "unknown"}
    lost = Profile("A", credentials={"TITRE": "yes", "PERM": "no"})
    assert rank_paths(graph, lost, targets=["B"], settings=PLAIN)[0].hours.expected == 40.0
    assert rank_paths(graph, lost, targets=["B"], settings=PLAIN)[0].hours.low == 30.0


def test_an_unknown_length_leaves_a_lower_bound_and_no_high_end() -> None:
    unknown = Credential("CCS", "Certificat", "certificat", prerequisites=("PERM",))
    graph = graph_of(LICENCE, unknown, demands=[("B", "CCS")])
    path = rank_paths(graph, "A", targets=["B"], settings=PLAIN)[0]
    assert (path.status, path.hours.expected, path.hours.high, path.hours.lower_bound) == ("unknown", 40.0, None, True)
    assert ("length", "Certificat") in path.reasons
    assert path.months.high is None
    minimum = replace(unknown, hours=Hours(20, None, None, "école"))
    path = rank_paths(graph_of(LICENCE, minimum, demands=[("B", "CCS")]), "A", targets=["B"], settings=PLAIN)[0]
    assert (path.hours.expected, path.status) == (60.0, "unknown")


def test_what_a_stage_required_is_held_after_it() -> None:
    graph = graph_of(LICENCE, TITLE, RIGHT, demands=[("B", "TITRE"), ("C", "DROIT")])
    state = state_at(search_space(graph, PLAIN), find_start(graph, "A"))
    at = graph.position
    certified = state.missing @ state.price.length
    assert (certified[at["B"]], certified[at["C"]]) == (2400, 2400)
    after = state.through(at["B"])
    assert (after.missing @ after.price.length)[at["C"]] == 0
    assert after.hours == state.stage[at["B"]]
    assert dict(zip(search_space(graph, PLAIN).demands.codes, after.held.tolist(), strict=True)) == {
        "DROIT": False,
        "PERM": True,
        "TITRE": True,
    }


def test_what_merely_leads_there_never_makes_hours_unknown() -> None:
    unknown = Credential("CAP", "CAP", "diplôme")
    some = referential({"A": ["a"], "B": ["a", "b"]}, credentials=[unknown])
    some = replace(some, credential_requirements=(CredentialRequirement("B", "CAP", "option"),))
    path = rank_paths(build_graph(some), "A", targets=["B"], settings=PLAIN)[0]
    assert path.status == "feasible"
    assert path.hours.high is not None
    assert [c.code for c in path.steps[0].options] == ["CAP"]


def test_unknown_hours_rank_after_known_ones_by_lower_bound() -> None:
    first = Credential("U1", "Inconnue", "certificat", Hours(90, None, None, "s"))
    second = Credential("U2", "Inconnue aussi", "certificat", Hours(10, None, None, "s"))
    graph = build_graph(
        referential(
            {"A": ["a", "b"], "B": ["a", "b"], "C": ["a", "b"], "D": ["a", "x", "y", "z"]},
            credentials=[first, second],
            demands=[("B", "U1"), ("C", "U2")],
        )
    )
    found = rank_paths(graph, "A", targets=["B", "C", "D"], settings=PLAIN, limit=1)
    assert [p.target.code for p in found] == ["D", "C", "B"]


def test_prerequisites_in_a_circle_are_infeasible_unless_held() -> None:
    left = Credential("X", "Gauche", "titre", Hours(10, 10, 10, "s"), prerequisites=("Y",))
    right = Credential("Y", "Droite", "titre", Hours(10, 10, 10, "s"), prerequisites=("X",))
    graph = graph_of(left, right, demands=[("B", "X")])
    assert circles({c.code: c.prerequisites for c in (left, right)}) == [("X", "Y")]
    found = rank_paths(graph, "A", targets=["B", "C"], settings=PLAIN)
    assert [(p.target.code, p.status) for p in found][-1] == ("B", "infeasible")
    assert found[-1].reasons[0][0] == "closed"
    held = Profile("A", credentials={"X": "yes", "Y": "yes"})
    assert rank_paths(graph, held, targets=["B"], settings=PLAIN)[0].status == "feasible"


def test_an_overlay_with_a_circle_of_prerequisites_makes_its_paths_infeasible(tmp_path: Path) -> None:
    """The heavy-goods licence is made to suppose the right to teach it."""
    folder = tmp_path / "branche"
    shutil.copytree(bundled("overlay")["enseignement-conduite"], folder)
    (folder / "credential_prerequisites.csv").write_text(
        "credential,requires,source\nPERM-C,AUT-ENS-GL,essai\n", encoding="utf-8"
    )
    branch = load_referential("transitions").with_overlay(folder)
    assert [n.code for n in branch.notices if n.code == "cyclic_prerequisite"] == ["cyclic_prerequisite"]
    graph = build_graph(branch)
    heavy, bikes = (rank_paths(graph, "K2110-B", targets=t, settings=PLAIN)[0] for t in ("K2110-GL", "K2110-2R"))
    assert (heavy.status, heavy.reasons[0][0]) == ("infeasible", "closed")
    assert "nul ne peut obtenir" in heavy.to_dict("fr")["reasons"][0]
    assert bikes.status == "feasible"  # the circle is another category's


@pytest.mark.parametrize("hours", [Hours(None, -5, None, "s"), Hours(None, float("nan"), None, "s"), Hours()])
def test_negative_and_absent_hours_are_unknown(hours: Hours) -> None:
    odd = Credential("X", "Étrange", "certificat", hours)
    path = rank_paths(graph_of(odd, demands=[("B", "X")]), "A", targets=["B"], settings=PLAIN)[0]
    assert (path.status, path.hours.expected, path.hours.high) == ("unknown", 0.0, None)
    assert sane_hours(Hours(50, 20, 10, "s")) == Hours(None, 20, None, "s")


def test_a_long_chain_of_prerequisites_is_followed_to_its_end() -> None:
    codes = [f"C{i:04d}" for i in range(3000)]
    chain = [Credential(c, c, "permis", prerequisites=(n,)) for c, n in itertools.pairwise(codes)]
    chained = referential({"A": ["a"]}, credentials=[*chain, Credential(codes[-1], codes[-1], "permis")])
    assert chained.prerequisites_of(codes[0]) == tuple(reversed(codes[1:]))
    assert circles({c.code: c.prerequisites for c in chained.credentials}) == []


def test_the_way_chosen_grants_access_and_not_what_it_supposes(rome4_graph: OccupationGraph) -> None:
    (path, *_) = rank_paths(rome4_graph, "N1103", targets=["G1224"])
    asked = {c.code: c.grants for c in path.steps[-1].credentials}
    assert asked["BPJEPS-AAN"]  # one of several ways in: the one whose hours are counted
    assert not asked["BNSSA"]
    assert not asked["PSE1"]  # the diploma supposes both
    (path, *_) = rank_paths(rome4_graph, "N1103", targets=["J1409"])
    assert not {c.code: c.grants for c in path.steps[-1].credentials}["EXP-COTIS-36"]  # one way into the school
