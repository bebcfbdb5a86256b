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
from small import occupation, referential

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


def test_people_are_counted_by_code_or_by_profile(graph: OccupationGraph) -> None:
    held = Profile("A", credentials={"PERM": "yes"})
    assert held == Profile("A", (), {"PERM": "yes"})
    assert hash(held) == hash(Profile("A", (), {"PERM": "yes"}))
    found = levers(graph, {held: 4, "A": np.int64(3)}, "B", settings=PLAIN)
    assert (found.already, found.total, found.possible) == (4, 3, 7)


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
        assert greedy.total >= greedy.guarantee * best
        assert greedy.guarantee >= GUARANTEE


def test_two_credentials_that_open_a_job_only_together_are_one_lever() -> None:
    left, right = (Credential(k, k, "permis", Hours(10, 10, 10, "s")) for k in ("K1", "K2"))
    other = Credential("K3", "K3", "permis", Hours(10, 10, 10, "s"))
    graph = build_graph(
        referential(
            {"A": ["a"], "B": ["a"], "C": ["a"], "D": ["a"]},
            credentials=[left, right, other],
            demands=[("B", "K1"), ("B", "K2"), ("C", "K1"), ("C", "K2"), ("D", "K3")],
        )
    )
    found = levers(graph, {"A": 5}, ["B", "C", "D"], settings=PLAIN)
    assert [(each.code, each.kind, each.gained) for each in found] == [("K1+K2", "group", 10), ("K3", "credential", 5)]
    assert (found[0].members, found[0].hours, found.exact) == (("K1", "K2"), 20, True)
    # A group counts as many acquisitions as it has members.
    assert [each.code for each in levers(graph, {"A": 5}, ["B", "C", "D"], settings=PLAIN, limit=1)] == ["K3"]
    step_by_step = Settings(scorer="unfitted", paths=PathSettings(exact_sets=1))
    greedy = levers(graph, {"A": 5}, ["B", "C", "D"], settings=step_by_step, limit=2)
    assert (greedy.total, greedy.exact) == (10, False)
    assert greedy.total >= greedy.guarantee * 10


def test_a_credential_and_competencies_that_open_a_job_only_together() -> None:
    licence = Credential("K1", "K1", "permis", Hours(0, 0, 0, "s"))
    graph = build_graph(
        referential({"A": ["a", "b", "c"], "B": ["a", "d", "e"]}, credentials=[licence], demands=[("B", "K1")])
    )
    before = rank_paths(graph, "A", targets="B", settings=PLAIN)[-1].direct_hours
    one = rank_paths(graph, Profile("A", competencies=("d",)), targets="B", settings=PLAIN)[-1].direct_hours
    bound = Settings(scorer="unfitted", paths=PathSettings(open_hours=(before + one) / 2))
    assert [each.members for each in levers(graph, ["A"], ["B"], settings=bound)] == [("K1", "d")]
    strict = Settings(scorer="unfitted", paths=PathSettings(open_hours=one / 2))
    assert [each.members for each in levers(graph, ["A"], ["B"], settings=strict)] == [("K1", "d", "e")]
    assert list(levers(graph, ["A"], ["B"], settings=strict, limit=2)) == []


@pytest.mark.parametrize("seed", range(12))
def test_choices_of_credentials_equal_trying_every_set(seed: int) -> None:
    """Prerequisites and jobs that take up to three credentials: what a set opens is counted set by set."""
    rng = np.random.default_rng(seed)
    before = {f"K{i}": tuple(f"K{j}" for j in range(i) if rng.random() < 0.2) for i in range(7)}
    credentials = [Credential(k, k, "permis", Hours(5, 5, 5, "s"), prerequisites=p) for k, p in before.items()]
    demands = {f"T{i}": sorted({f"K{n}" for n in rng.integers(7, size=rng.integers(1, 4))}) for i in range(9)}
    graph = build_graph(
        referential(
            {code: ["a"] for code in ("A", *demands)},
            credentials=credentials,
            demands=[(t, k) for t, some in demands.items() for k in some],
        )
    )

    def chain(code: str) -> set[str]:
        return {code}.union(*(chain(k) for k in before[code]))

    def opened(some: tuple[str, ...]) -> int:
        held = set().union(*(chain(k) for k in some))
        return sum(set().union(*(chain(k) for k in needed)) <= held for needed in demands.values())

    best = max(opened(some) for some in combinations(before, 3))
    found = levers(graph, ["A"], list(demands), settings=PLAIN, limit=3)
    assert (found.exact, found.total) == (True, best)
    assert len({m for each in found for m in each.members}) <= 3
    step_by_step = Settings(scorer="unfitted", paths=PathSettings(exact_sets=1))
    greedy = levers(graph, ["A"], list(demands), settings=step_by_step, limit=3)
    assert greedy.guarantee * best <= greedy.total <= best


def test_a_regulated_job_whose_access_is_not_known_is_never_open() -> None:
    some = [occupation("B", regulated="yes")]
    graph = build_graph(referential({"A": ["a", "b"], "B": ["a", "b"]}, occupations=some))
    found = levers(graph, {"A": 2}, ["B"], settings=PLAIN)
    assert (list(found), found.already, found.possible) == ([], 0, 2)


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
