"""`levers`: what one acquisition opens, exact on small cases, greedy within its guarantee on others."""

from itertools import combinations

import numpy as np
import pytest

from passerelles.errors import PasserellesError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Credential, Hours
from passerelles.paths.levers import GUARANTEE, levers
from passerelles.paths.rank import rank_paths
from passerelles.profile import Profile
from passerelles.settings import PathSettings, Settings
from small import referential

PLAIN = Settings(scorer="unfitted")


@pytest.fixture(scope="module")
def graph() -> OccupationGraph:
    """B and C want a licence, D a title that supposes it; E wants what nobody here holds."""
    licence = Credential("PERM", "Permis", "permis", Hours(30, 40, 60, "s"))
    title = Credential("TITRE", "Titre", "certificat", Hours(100, 100, 100, "s"), prerequisites=("PERM",))
    wants = {"A": ["a", "b"], "B": ["a", "b"], "C": ["a", "b"], "D": ["a", "b"], "E": ["x", "y"], "F": ["a", "b"]}
    return build_graph(
        referential(wants, credentials=[licence, title], demands=[("B", "PERM"), ("C", "PERM"), ("D", "TITRE")])
    )


def test_a_credential_opens_what_requires_it_with_its_prerequisites(graph: OccupationGraph) -> None:
    found = levers(graph, {"A": 10}, ["B", "C", "D", "F"], settings=PLAIN)
    assert [(each.code, each.gained) for each in found] == [("TITRE", 30)]
    assert found[0].with_it == ("PERM",)
    assert found[0].hours == 140
    assert (found.total, found.already, found.possible, found.exact) == (30, 10, 40, True)
    one = levers(graph, {"A": 10}, ["B", "C"], settings=PLAIN, limit=1)
    assert one[0].gained == 20


def test_what_is_held_is_no_lever(graph: OccupationGraph) -> None:
    held = Profile("A", credentials={"PERM": "yes", "TITRE": "yes"})
    found = levers(graph, [held], ["B", "C", "D"], settings=PLAIN)
    assert list(found) == []
    assert found.already == 3


def test_a_competency_opens_a_job_that_was_just_out_of_reach() -> None:
    graph = build_graph(referential({"A": ["a", "b", "c"], "B": ["a", "d", "e"], "C": ["q", "r", "s"]}))
    # One of two missing thirds is too much, one third is not: with a bound between the two, d or e opens B.
    before = rank_paths(graph, "A", targets="B", settings=PLAIN)[-1].direct_hours
    person = Profile("A", competencies=("d",))
    after = rank_paths(graph, person, targets="B", settings=PLAIN)[-1].direct_hours
    assert after < before
    bound = Settings(scorer="unfitted", paths=PathSettings(open_hours=(before + after) / 2))
    found = levers(graph, {"A": 3}, ["B"], settings=bound)
    assert [(each.code, each.kind, each.gained) for each in found] == [("d", "competency", 3)]
    assert found.exact


def test_small_cases_equal_the_best_of_all_sets_and_larger_ones_keep_the_guarantee() -> None:
    rng = np.random.default_rng(4)
    credentials = [Credential(f"K{i}", f"K{i}", "permis", Hours(10, 10, 10, "s")) for i in range(8)]
    for _ in range(10):
        wants = {f"T{i:02}": ["a"] for i in range(14)} | {"A": ["a"]}
        demands = [(t, f"K{rng.integers(8)}") for t in wants if t != "A"]
        graph = build_graph(referential(wants, credentials=credentials, demands=demands))
        targets = [t for t in wants if t != "A"]
        opens = {k.code: {t for t, c in demands if c == k.code} for k in credentials}
        best = max(len(set().union(*(opens[k] for k in some))) for some in combinations(opens, 3))
        exact = levers(graph, ["A"], targets, settings=PLAIN, limit=3)
        assert (exact.exact, exact.total) == (True, best)
        greedy = levers(
            graph, ["A"], targets, settings=Settings(scorer="unfitted", paths=PathSettings(exact_sets=1)), limit=3
        )
        assert greedy.total >= GUARANTEE * best
        assert greedy.guarantee in (1.0, GUARANTEE)


def test_gains_add_up_and_nothing_that_adds_nothing_is_chosen(embedded_graph: OccupationGraph) -> None:
    found = levers(embedded_graph, {"K2110-B": 12, "N1103": 30}, ["K2110-GL", "K2110-2R", "N4101", "N4105"])
    assert found.total == sum(each.gained for each in found)
    assert all(each.gained > 0 for each in found)
    assert [each.gained for each in found] == sorted((each.gained for each in found), reverse=True)
    assert found[0].to_dict()["code"] == found[0].code


def test_wrong_headcounts_are_refused(graph: OccupationGraph) -> None:
    with pytest.raises(PasserellesError, match="Headcount"):
        levers(graph, {"A": -1}, ["B"])
    with pytest.raises(PasserellesError):
        levers(graph, {"A": 1}, ["B"], limit=0)
