"""The search equals brute force on random referentials: same paths, hours and order."""

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from path_oracle import EXACT, LEVELS, Oracle, Person

from passerelles.access.qualifications import ENTITLED
from passerelles.effort import effort_table
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import (
    Competency,
    CompetencyKind,
    Credential,
    CredentialKind,
    CredentialRequirement,
    Hours,
    Occupation,
    OccupationAccess,
    Profile,
    Provenance,
    Requirement,
)
from passerelles.paths.rank import rank_paths
from passerelles.paths.state import search_space, stages_to, state_at
from passerelles.ranking.move import find_start
from passerelles.referentials.referential import Referential
from passerelles.scoring.scorer import load_scorer
from passerelles.scoring.table import score_table
from passerelles.settings import PathSettings, Settings

KINDS: tuple[CompetencyKind, ...] = ("savoir-faire", "savoir-faire", "savoir-faire", "savoir", "savoir-être")


@st.composite
def referentials(draw: st.DrawFn) -> Referential:
    """Up to nine occupations of several levels, one perhaps a part of another, with up to four credentials."""
    # Codes of three fields, some of which do not say their field.
    fields = draw(st.lists(st.sampled_from(["A99{:02}", "B99{:02}", "C99{:02}", "B{:02}"]), min_size=3, max_size=9))
    codes = sorted(code.format(number) for number, code in enumerate(fields))
    split = draw(st.booleans())
    occupations = [
        Occupation(
            code,
            f"Métier {code}",
            base=codes[0] if split and code == codes[1] else None,
            parent=draw(st.sampled_from([code, *codes[:3]])),
            regulated="yes" if draw(st.integers(0, 5)) == 0 else "no",
            managerial=draw(st.sampled_from(["no", "yes", "yes", "unknown"])),
            riasec=draw(st.sampled_from(["", "EC", "EI", "RE"])),
            level=draw(st.sampled_from([*[None] * 8, 1.0, 2.5, 5.0, 6.0, 8.0, 8.0, 8.0])),
            access=draw(st.sampled_from([*["CAP exigé."] * 5, *LEVELS])),
        )
        for code in codes
    ]
    items = [f"C{i:02}" for i in range(draw(st.integers(4, 16)))]
    macros = ["B0", "M0", "M1"]
    competencies = [Competency(m, f"macro {m}", "savoir-faire", is_macro=True) for m in macros]
    for number, code in enumerate(items):
        kind = KINDS[draw(st.integers(0, 4))]
        macro = draw(st.sampled_from([*macros, None])) if kind == "savoir-faire" else None
        category = EXACT if kind == "savoir" and draw(st.booleans()) else ""
        competencies.append(Competency(code, f"mot{number:02}", kind, category=category, macro=macro))
    requirements = []
    for code in codes:
        wanted = draw(
            st.sets(st.sampled_from([*items, *macros]), min_size=0 if draw(st.booleans()) else 1, max_size=len(items))
        )
        requirements += [Requirement(code, c) for c in sorted(wanted)]
    credentials, demands = [], []
    for number in range(draw(st.integers(0, 4))):
        expected = draw(st.sampled_from([None, 0.0, 12.5, 210.0, 700.0]))
        before = tuple(f"K{i}" for i in range(number) if draw(st.booleans()))
        if draw(st.integers(0, 7)) == 0:
            before = (*before, f"K{number}")  # a circle: nobody can obtain it
        sort: CredentialKind = draw(st.sampled_from(("permis", "titre", "certificat")))
        credentials.append(
            Credential(
                f"K{number}", f"Certification {number}", sort, Hours(None, expected, None, "s"), prerequisites=before
            )
        )
        asked = draw(st.sets(st.sampled_from(codes), max_size=4))
        demands += [
            CredentialRequirement(code, f"K{number}", draw(st.sampled_from(["required", "required", "option"])))
            for code in sorted(asked)
        ]
    # Some jobs whose access is known ask for no title by law; of these some ask for the title of a trade in practice.
    known = [o.code for o in occupations if o.regulated == "no"]
    stated = {code for code in known if draw(st.integers(0, 3))}
    credentials += [
        Credential(
            code, f"CAP {code}", "diplôme", Hours(draw(st.sampled_from([None, 400.0])), 800.0, None, "s"), level=3
        )
        for code in ("U0", "U1")
    ]
    usual = {code: draw(st.sampled_from(["U0", "U0", "U1"])) for code in codes if draw(st.integers(0, 2))}
    demands += [CredentialRequirement(code, title, "usual") for code, title in sorted(usual.items())]
    # Some are given after years in the trade, whatever diploma these come after.
    credentials += [
        Credential(code, f"Pratique {code}", "experience", level=level, months=Hours(months, months, None, "s"))
        for code, level, months in (("Y0", None, 6.0), ("Y1", 3, 24.0), ("Y2", 5, 36.0))
    ]
    asking = [code for code in codes if draw(st.integers(0, 2)) == 0]
    practice = {code: draw(st.sets(st.sampled_from(["Y0", "Y1", "Y2"]), min_size=1, max_size=2)) for code in asking}
    demands += [CredentialRequirement(code, each, "usual") for code, some in practice.items() for each in some]
    return Referential(
        name="hasard",
        version="1",
        provenance=Provenance(source="test", format="rome4"),
        occupations=tuple(occupations),
        competencies=tuple(sorted(competencies)),
        requirements=tuple(sorted(requirements)),
        credentials=tuple(credentials),
        credential_requirements=tuple(sorted(demands)),
        occupation_access=tuple(
            OccupationAccess(code, "conditional", beginners=draw(st.sampled_from(["unknown", "yes"])))
            for code in sorted(stated)
        ),
    )


def oracle_of(graph: OccupationGraph, chosen: Settings, origin: str | Profile) -> Oracle:
    """Oracle of paths from one origin; the chances and scores of moves are the engine's own."""
    scorer = load_scorer(chosen.scorer)
    scores = score_table(graph, scorer).scores
    strength = search_space(graph, chosen).strength
    at = graph.position
    first = state_at(search_space(graph, chosen), find_start(graph, origin))
    start = origin.occupation if isinstance(origin, Profile) else origin

    def chance(a: str | None, b: str) -> float:
        return float(first.strength[at[b]] if a is None or a == start else strength[at[a], at[b]])

    def score(a: str | None, b: str) -> float:
        return float(first.scores[at[b]] if a is None or a == start else scores.totals(at[a])[at[b]])

    return Oracle(graph.referential, chosen, chance, score, calibrated=scorer.calibration is not None)


def chosen_settings(saving: float, share: float, considered: int | None, scorer: str) -> Settings:
    paths = PathSettings(
        min_saving_hours=saving, practice_share=share, step_weight=saving / 2, moves_considered=considered
    )
    return Settings(paths=paths, scorer=scorer)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    referential=referentials(),
    saving=st.sampled_from([0.1, 20.0, 140.0]),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    considered=st.sampled_from([None, 2, 5]),
    limit=st.sampled_from([1, 2, 5, None]),
    pareto=st.booleans(),
)
def test_the_search_equals_brute_force(
    referential: Referential, saving: float, share: float, considered: int | None, limit: int | None, *, pareto: bool
) -> None:
    chosen = chosen_settings(saving, share, considered, "unfitted")
    graph = build_graph(referential)
    start, oracle = Person(graph.codes[0]), oracle_of(graph, chosen, graph.codes[0])
    found = rank_paths(graph, graph.codes[0], targets=None, settings=chosen, limit=limit, pareto=pareto)
    assert found.proven
    every: list[tuple[object, ...]] = []
    for reached in found.reached:
        mine = sorted((p for p in found if p.target.code == reached.code), key=lambda p: p.place)
        wanted = oracle.paths(start, reached.code, 3, limit, lambda _h, _m: 2, pareto=pareto)
        every += [(*oracle.place(start, reached.code), w.cost, w.steps, w.codes) for w in wanted]
        assert [p.codes for p in mine] == [w.codes for w in wanted]
        for path, expected in zip(mine, wanted, strict=True):
            assert path.hours.expected == pytest.approx(expected.hours / 10, abs=1e-6)
            assert path.score == pytest.approx(-expected.cost / 10, abs=1e-9)
            assert path.weakest == expected.weakest
            assert (path.status == "feasible") == (oracle.place(start, reached.code) == (False, False))
    # Unknown hours after known ones, by what is known of them.
    assert [p.codes for p in found] == [entry[-1] for entry in sorted(every)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), referentials(), st.sampled_from([0.1, 30.0]), st.sampled_from([2, None]))
def test_people_with_competencies_and_credentials_of_their_own_have_the_paths_of_brute_force(
    data: st.DataObject, referential: Referential, saving: float, considered: int | None
) -> None:
    codes = [o.code for o in referential.occupations]
    asked = sorted({r.competency for r in referential.requirements})
    job = data.draw(st.sampled_from([None, *codes] if asked else codes))
    items = data.draw(st.sets(st.sampled_from(asked), min_size=job is None, max_size=6)) if asked else set()
    said = {c.code: data.draw(st.sampled_from([None, "yes", "yes", "no", "unknown"])) for c in referential.credentials}
    stated = {code: held for code, held in said.items() if held}
    profile = Profile(job, tuple(items), stated)  # type: ignore[arg-type]
    chosen = chosen_settings(saving, 0.5, considered, "default")
    graph = build_graph(referential)
    oracle, person = oracle_of(graph, chosen, profile), Person(job, frozenset(items), tuple(sorted(stated.items())))
    found = rank_paths(graph, profile, targets=None, settings=chosen, limit=2)
    assert {r.code for r in found.reached} == {c for c in codes if not oracle.conflict(job, c)}
    for reached in found.reached:
        mine = sorted((p for p in found if p.target.code == reached.code), key=lambda p: p.place)
        wanted = oracle.paths(person, reached.code, 3, 2, lambda _h, _m: 2, pareto=False)
        assert [p.codes for p in mine] == [w.codes for w in wanted]
        for path, expected in zip(mine, wanted, strict=True):
            assert path.hours.expected == pytest.approx(expected.hours / 10, abs=1e-6)
            assert path.weakest == expected.weakest
            assert (path.status == "feasible") == (oracle.place(person, reached.code) == (False, False))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(referentials(), st.sampled_from([0.1, 30.0]), st.sampled_from([1, 3]))
def test_fitting_a_frame_keeps_a_path_that_others_would_dominate(
    referential: Referential, saving: float, limit: int
) -> None:
    from passerelles.paths.legal import Frame

    frame = Frame(name="essai", label="Essai", hours_min=100, hours_max=400, months_max=30)
    chosen = chosen_settings(saving, 0.5, None, "unfitted")
    graph = build_graph(referential)
    start, oracle = Person(graph.codes[0]), oracle_of(graph, chosen, graph.codes[0])
    found = rank_paths(graph, graph.codes[0], targets=None, settings=chosen, limit=limit, frame=frame)
    for reached in found.reached:
        known = not oracle.place(start, reached.code)[1]

        def fit(hours: float, months: float, *, known: bool = known) -> int:
            if hours > 400 or months > 30 or (known and hours < 100):
                return 0
            return 2 if known else 1

        wanted = oracle.paths(start, reached.code, 3, limit, fit, pareto=False)
        mine = sorted((p for p in found if p.target.code == reached.code), key=lambda p: p.place)
        assert [p.codes for p in mine] == [w.codes for w in wanted]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(referentials(), st.sampled_from([0.1, 20.0]), st.sampled_from([2, None]))
def test_four_steps_equal_brute_force_too(referential: Referential, saving: float, limit: int | None) -> None:
    chosen = chosen_settings(saving, 0.5, None, "unfitted")
    graph = build_graph(referential)
    start, oracle = Person(graph.codes[0]), oracle_of(graph, chosen, graph.codes[0])
    target = graph.codes[-1]
    found = rank_paths(graph, graph.codes[0], targets=[target], settings=chosen, limit=limit, max_steps=4)
    wanted = oracle.paths(start, target, 4, limit, lambda _h, _m: 2, pareto=False)
    assert [p.codes for p in sorted(found, key=lambda p: p.place)] == [w.codes for w in wanted]
    assert found.proven


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(referentials(), st.sampled_from([0.1, 20.0]))
def test_a_calibrated_scorer_weighs_the_weakest_move(referential: Referential, saving: float) -> None:
    chosen = chosen_settings(saving, 0.5, None, "default")
    graph = build_graph(referential)
    start, oracle = Person(graph.codes[0]), oracle_of(graph, chosen, graph.codes[0])
    found = rank_paths(graph, graph.codes[0], targets=None, settings=chosen, limit=3)
    for reached in found.reached:
        mine = sorted((p for p in found if p.target.code == reached.code), key=lambda p: p.place)
        wanted = oracle.paths(start, reached.code, 3, 3, lambda _h, _m: 2, pareto=False)
        assert [p.codes for p in mine] == [w.codes for w in wanted]
        assert [p.score for p in mine] == pytest.approx([-w.cost / 10 for w in wanted], abs=1e-9)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(referentials())
def test_what_is_held_never_makes_a_step_dearer(referential: Referential) -> None:
    """The bounds of the search rest on it."""
    graph = build_graph(referential)
    chosen = chosen_settings(1.0, 0.5, None, "unfitted")
    start, oracle = Person(graph.codes[0]), oracle_of(graph, chosen, graph.codes[0])
    for target in graph.codes:
        for stage in graph.codes:
            held, credentials, level = oracle.has(start), oracle.holds(start), oracle.level[graph.codes[0]]
            alone = oracle.step(target, held, credentials, level, last=True)
            more, above = held | oracle.wants[stage], max(level, oracle.level[stage])
            after = (target, more, credentials | oracle.needs(stage), above)
            assert oracle.step(*after, last=True) <= alone
            if oracle.ways(target):
                assert oracle.step(*after, last=True, entitled=True) <= oracle.step(*after, last=True)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(referentials())
def test_what_may_be_a_stage_is_so_from_everywhere(referential: Referential) -> None:
    """A search leaves most pairs out, since they spare nothing: here all are looked at."""
    graph, chosen = build_graph(referential), chosen_settings(0.1, 0.5, None, "unfitted")
    space, oracle = search_space(graph, chosen), oracle_of(graph, chosen, graph.codes[0])
    for job in (None, *graph.codes):
        person = Person(job, frozenset({"M0"}))
        state = state_at(space, find_start(graph, Profile(job, ("M0",))))
        for row, target in enumerate(graph.codes):
            comparable = state.open_rows[row] and space.effort.lists[row] and not state.closed[row]
            fitting = stages_to(space, row, state.level, state.origin) & state.passable
            fitting &= comparable and not state.unknown[row].any()
            wanted = [code for code in graph.codes if oracle.may(person, (code, target))]
            assert [graph.codes[i] for i in np.flatnonzero(fitting)] == wanted


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(referentials())
def test_what_a_last_step_takes_is_so_from_each_level(referential: Referential) -> None:
    graph, chosen = build_graph(referential), chosen_settings(0.1, 0.5, None, "unfitted")
    effort, oracle = effort_table(graph, chosen), oracle_of(graph, chosen, graph.codes[0])
    for row, target in enumerate(graph.codes):
        assert {code for way in (*effort.titles, ())[effort.title[row]] for code in way} == oracle.ways(target)
        if oracle.qualified(target, set()):
            continue
        for level, held in product(range(2, 8), (set[str](), {"M0"})):
            total = np.asarray(float(oracle.blocks(target, held)[0]))
            for entitled in (False, True) if oracle.ways(target) else (False,):
                hours = oracle.step(target, held, oracle.needs(target), level, last=True, entitled=entitled)
                assert effort.final(total, row, level + ENTITLED * entitled) == hours
