"""`levers`: what one acquisition opens, exact on small cases, greedy within its guarantee on others."""

from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from passerelles.errors import PasserellesError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications, load_certifications
from passerelles.model import Credential, CredentialRequirement, Hours, JobTitle, Profile
from passerelles.paths.levers import GUARANTEE, levers
from passerelles.paths.rank import rank_paths
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
    label = graph.referential.credential_by_code["PERM"].label
    assert found[0].described("fr").endswith(f"\nce qui suppose d'abord : {label}")
    assert replace(found[0], supposed=("A", "B")).described("en").endswith(": A; B")
    assert (found.total, found.already, found.possible, found.exact) == (30, 10, 40, True)
    one = levers(graph, {"A": 10}, ["B", "C"], settings=PLAIN, limit=1)
    assert one[0].gained == 20


def test_a_lever_takes_each_person_the_way_and_the_hours_of_that_persons_path(embedded_graph: OccupationGraph) -> None:
    step = rank_paths(embedded_graph, "N4103", targets=["N4101"], max_steps=1)[0].steps[0]
    (lever,) = levers(embedded_graph, {"N4103": 20}, ["N4101"])
    assert {*lever.members, *lever.with_it} == {c.code for c in step.to_obtain}  # what is held is left out
    assert lever.hours == step.sourced == 140
    assert lever.least  # a text sets no more than the least
    both = levers(embedded_graph, {"N4103": 20, "N1103": 5}, ["N4101"])
    hours = {o.origin: o.hours for o in both[0].opened}
    assert hours == {"N4103": 140, "N1103": 280}  # one licence and course, shorter for who drives passengers
    assert both[0].hours == round((20 * 140 + 5 * 280) / 25, 1)


def test_the_hours_of_a_lever_are_unknown_where_one_of_its_lengths_is() -> None:
    licence = Credential("PERM", "Permis", "permis", Hours(30, 40, 60, "s"))
    vague = Credential("FLOU", "Titre", "certificat", Hours(None, None, None), prerequisites=("PERM",))
    wants = {code: ["a", "b"] for code in "ABC"}
    graph = build_graph(referential(wants, credentials=[licence, vague], demands=[("B", "PERM"), ("C", "FLOU")]))
    (known,) = levers(graph, {"A": 10}, ["B"], settings=PLAIN)
    (unknown,) = levers(graph, {"A": 10}, ["C"], settings=PLAIN)
    assert (known.hours, unknown.hours) == (40, None)
    assert not known.least
    assert ([o.hours for o in known.opened], [o.hours for o in unknown.opened]) == ([40], [None])
    # Who holds what is of unknown length has nothing unknown left.
    holder = Profile("A", credentials={"FLOU": "yes"})
    both = levers(graph, {"A": 10, holder: 5}, ["B", "C"], settings=PLAIN, kinds="credential")
    assert [(o.origin, o.target, o.hours) for each in both for o in each.opened if o.target == "C"] == [
        ("A", "C", None)
    ]
    assert [each.hours for each in both] == [None]
    assert levers(graph, [], ["B"], settings=PLAIN) == []


def test_who_holds_the_title_of_a_job_has_it_open_as_the_path_there_says() -> None:
    chosen = Settings(scorer="unfitted", paths=PathSettings(open_hours=10))
    thirty = Hours(30, 30, 30, "s")
    some = [Credential("T", "Titre", "titre", thirty), Credential("L", "Permis", "permis", thirty)]
    wants = {"A": ["a", "b"], "B": ["c", "d", "e", "f"]}
    graph = build_graph(referential(wants, credentials=some, demands=[("B", "T"), ("B", "L")]))
    titled, driving = (Profile("A", credentials=dict.fromkeys(codes, "yes")) for codes in ("T", "TL"))
    (path,) = rank_paths(graph, titled, targets="B", max_steps=1, settings=chosen)
    (lever,) = levers(graph, [titled], "B", settings=chosen)
    assert (lever.code, lever.hours, path.hours.expected) == ("L", 30, 30)
    assert levers(graph, [driving], "B", settings=chosen).already == 1
    card = replace(some[1], kind="carte", hours=Hours(None, None, None, "s"))  # a procedure: nothing is taught
    graph = build_graph(referential(wants, credentials=[some[0], card], demands=[("B", "T"), ("B", "L")]))
    (lever,) = levers(graph, [titled], "B", settings=chosen)
    assert (lever.code, lever.hours) == ("L", 0)


def test_a_lever_is_the_course_that_a_move_takes(
    embedded_graph: OccupationGraph,
) -> None:
    other = rank_paths(embedded_graph, "N1103", targets=["N4101"], max_steps=1)[0].steps[0]
    found = levers(embedded_graph, {"N1103": 5}, ["N4101"])
    assert [{*lever.members, *lever.with_it} for lever in found] == [{c.code for c in other.to_obtain}]
    licensed = Profile("N1103", credentials={"PERM-C": "yes", "CARTE-CHRONO": "yes"})
    assert [lever.code for lever in levers(embedded_graph, [licensed], ["N4101"], limit=1)] == ["FIMO-M"]


@pytest.mark.parametrize("exact_sets", [20_000, 1])
def test_a_limit_under_which_nothing_opens_says_how_many_it_takes(exact_sets: int) -> None:
    some = [Credential(code, f"Titre {code}", "certificat", Hours(10, 10, 10, "s")) for code in "XYZ"]
    demands = [("B", code) for code in "XYZ"]
    graph = build_graph(referential({"A": ["a", "b"], "B": ["a", "b"]}, credentials=some, demands=demands))
    chosen = Settings(scorer="unfitted", paths=PathSettings(exact_sets=exact_sets))
    few = levers(graph, ["A"], ["B"], settings=chosen, limit=2)
    assert (list(few), few.fewest) == ([], 3)
    assert "--limit 3" in few.to_text()
    assert "prouvé" not in few.to_text()
    enough = levers(graph, ["A"], ["B"], settings=PLAIN, limit=few.fewest)
    assert [each.code for each in enough] == ["X+Y+Z"]


def test_people_are_counted_by_code_or_by_profile(graph: OccupationGraph) -> None:
    held = Profile("A", credentials={"PERM": "yes"})
    assert held == Profile("A", (), {"PERM": "yes"})
    assert hash(held) == hash(Profile("A", (), {"PERM": "yes"}))
    found = levers(graph, {held: 4, "A": np.int64(3)}, "B", settings=PLAIN)
    assert (found.already, found.total, found.possible) == (4, 3, 7)


def test_what_only_some_need_is_a_lever_for_those_who_mean_to_work_so_or_in_such_a_title() -> None:
    card = Credential("CARTE", "Carte", "certificat", Hours(30, 40, 60, "s"))
    some = replace(
        referential({code: ["a", "b"] for code in "ABC"}, credentials=[card]),
        titles=tuple(JobTitle(code, text, "C") for code, text in zip("123", ("Taxi", "VTC", "Car"), strict=True)),
        credential_requirements=(
            CredentialRequirement("B", "CARTE", scope="self-employed"),
            CredentialRequirement("C", "CARTE", scope="titles", titles="1"),
        ),
    )
    graph = build_graph(some)
    own_account = levers(graph, {"A": 4, Profile("A", employment="self-employed"): 3}, "B", settings=PLAIN)
    assert (own_account.already, [(each.code, each.gained) for each in own_account]) == (4, [("CARTE", 3)])
    assert levers(graph, "A", "C", settings=PLAIN).already == 1  # one title of three
    (taxi,) = levers(graph, "A", "Taxi", settings=PLAIN)
    assert (taxi.code, taxi.targets) == ("CARTE", ("C",))


@pytest.mark.parametrize(
    ("months", "opened"), [(Hours(None, None, None), [("PERM", ("PERM",))]), (Hours(6, None, 12), [])]
)
def test_what_the_employer_who_hires_gives_is_no_lever_and_closes_nothing_unless_it_takes_months(
    months: Hours, opened: list[tuple[str, tuple[str, ...]]]
) -> None:
    licence = Credential("PERM", "Permis", "permis", Hours(30, 40, 60, "s"))
    word = Credential(
        "HAB", "Habilitation", "habilitation", hours_kind="none-exists", issuer="Employeur", months=months
    )
    demands = [("B", "PERM"), ("B", "HAB")]
    small = referential({"A": ["a"], "B": ["a"]}, credentials=[licence, word], demands=demands)
    found = levers(build_graph(small), ["A"], ["B"], settings=PLAIN)
    assert [(each.code, each.members) for each in found] == opened


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


HEADER = "Code_Diplome;Libelle_Diplome;Code_Niveau_Europeen;Code_Rome_1;Code_Rome_2;Code_Rome_3;Etat_Libelle\n"


def certified(folder: Path, rows: list[str]) -> Certifications:
    file = folder / "certifinfo.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return load_certifications(file)


def test_a_certification_opens_the_jobs_that_it_leads_to(tmp_path: Path) -> None:
    low, high, parent = (occupation(c, access=a) for c, a in (("A", "CAP"), ("C", "bac +5"), ("D", "")))
    part = occupation("D1", parent="D")
    barred = occupation("R", regulated="yes")
    licence = Credential("K", "K", "permis", Hours(10, 10, 10, "s"), certifinfo="5")
    wants = {"A": ["a"], "B": ["b"], "C": ["c"], "D": ["d"], "D1": ["d", "e"], "L": ["l", "m", "n"], "R": ["r"]}
    some = [low, high, parent, part, barred]
    graph = build_graph(referential(wants, occupations=some, credentials=[licence], demands=[("L", "K")]))
    table = certified(
        tmp_path,
        [
            "1;Titre;4;B;D;R;Publié",  # two jobs and a part of one by its parent; a regulated one stays closed
            "2;Master;7;B;C;D;Publié",  # four levels above a CAP: out of reach
            "3;Habilitation;4;B;C;D;habilitations",
            "4;CQP;;C;L;;Publié",  # no level: counted; L takes a licence besides
            "5;Le permis;4;L;;;Publié",  # what the referential names itself is a credential
        ],
    )
    tight = Settings(scorer="unfitted", paths=PathSettings(open_hours=1))
    targets = ["B", "C", "D", "D1", "R"]
    found = levers(graph, {"A": 3}, targets, settings=tight, certifications=table, kinds="certification")
    assert [(each.code, each.level, each.gained, each.hours) for each in found] == [
        ("CI-1", 4, 9, None),
        ("CI-4", None, 3, None),
    ]
    assert {o.target: o.via for o in found[0].opened} == {"B": "direct", "D": "direct", "D1": "parent"}
    assert (found.exact, found.total, found.possible) == (True, 12, 15)
    both = levers(graph, {"A": 3}, ["L"], settings=tight, certifications=table, kinds=["credential", "certification"])
    assert [(each.members, each.hours) for each in both] == [(("K", "CI-4"), None)]
    free = Settings(scorer="unfitted", paths=PathSettings(open_hours=1, open_levels=5))
    far = levers(graph, {"A": 3}, ["B", "C", "D"], settings=free, certifications=table, limit=1, kinds="certification")
    assert [each.code for each in far] == ["CI-2"]
    plain = levers(graph, {"A": 3}, targets, settings=tight)
    assert {each.kind for each in plain} <= {"competency", "macro", "group"}
    for bad in ("diplome", [], ["certification", 3]):
        with pytest.raises(PasserellesError, match="Kinds"):
            levers(graph, {"A": 3}, ["B"], kinds=bad)  # type: ignore[arg-type]
    with pytest.raises(PasserellesError, match="load_certifications"):
        levers(graph, {"A": 3}, ["B"], certifications="certifinfo.csv")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
def test_choices_of_certifications_equal_trying_every_set(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    names = {"2": "sans diplôme", "3": "CAP", "4": "bac", "5": "bac +2"}
    people = {f"P{level}": int(rng.integers(1, 9)) for level in names}
    jobs = [f"T{i}" for i in range(9)]
    wants = {p: [f"own{p}"] for p in people} | {t: [f"item{t}"] for t in jobs}
    graph = build_graph(referential(wants, occupations=[occupation(p, access=names[p[1]]) for p in people]))
    leads = {str(n): (str(rng.integers(2, 8)), sorted(set(rng.choice(jobs, 3).tolist()))) for n in range(8)}
    table = certified(
        tmp_path, [f"{n};C{n};{level};{';'.join([*to, '', '', ''][:3])};Publié" for n, (level, to) in leads.items()]
    )

    def opened(some: tuple[str, ...]) -> int:
        return sum(
            number
            for who, number in people.items()
            for job in jobs
            if any(job in leads[n][1] and int(leads[n][0]) <= int(who[1]) + 1 for n in some)
        )

    best = max(opened(some) for some in combinations(leads, 3))
    tight = PathSettings(open_hours=1)
    asked = {"certifications": table, "kinds": "certification", "limit": 3}
    found = levers(graph, people, jobs, settings=Settings(scorer="unfitted", paths=tight), **asked)  # type: ignore[arg-type]
    assert (found.exact, found.total) == (True, best)
    stepwise = Settings(scorer="unfitted", paths=PathSettings(open_hours=1, exact_sets=1))
    greedy = levers(graph, people, jobs, settings=stepwise, **asked)  # type: ignore[arg-type]
    assert max(GUARANTEE, greedy.guarantee) * best <= greedy.total <= best


def test_levers_choose_among_the_certifications_that_paths_list(
    embedded_graph: OccupationGraph, real_certifications: Certifications
) -> None:
    table, day, jobs = real_certifications, date(2026, 11, 25), ["I1304", "M1607", "K1302"]
    listed = {c.code: c for job in jobs for c in table.leading(job, embedded_graph.referential, day)}
    tight = Settings(paths=PathSettings(open_hours=1))
    found = levers(
        embedded_graph, {"N1103": 3}, jobs, certifications=table, kinds="certification", settings=tight, date=day
    )
    assert found
    assert {code for each in found for code in each.members} <= set(listed)
    assert all(each.level in {c.level for c in listed.values()} for each in found)


def test_a_regulated_job_whose_access_is_not_known_is_never_open() -> None:
    some = [occupation("B", regulated="yes")]
    graph = build_graph(referential({"A": ["a", "b"], "B": ["a", "b"]}, occupations=some))
    found = levers(graph, {"A": 2}, ["B"], settings=PLAIN)
    assert (list(found), found.already, found.possible) == ([], 0, 2)


def test_a_job_of_which_no_competency_is_known_is_never_open() -> None:
    licence = Credential("PERM", "Permis", "permis", Hours(30, 40, 60, "s"))
    some = referential({"A": ["a"], "B": ["a"], "C": []}, credentials=[licence], demands=[("B", "PERM"), ("C", "PERM")])
    (lever,) = levers(build_graph(some, settings=PLAIN), {"A": 10}, ["B", "C"], settings=PLAIN)
    assert [each.target for each in lever.opened] == ["B"]


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


def test_the_title_that_a_trade_usually_asks_for_goes_before_others_that_lead_there(
    embedded_graph: OccupationGraph, real_certifications: Certifications
) -> None:
    found = levers(embedded_graph, {"N1103": 12}, ["F1603"], certifications=real_certifications)
    assert found[0].code == "RNCP38305"  # the CAP of sanitary fitters, not a certificate of heating appliances
    assert "≥ 800" in found.to_text()
    assert found[0].to_dict()["lower_bound"] is True
