"""Rankings: hand-worked order, one score a pair, every explanation adds up."""

import json
import math
import threading
from dataclasses import replace

import numpy as np
import pytest

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS
from passerelles.model import Credential, JobTitle, Profile
from passerelles.ranking.move import ITEM, first_of
from passerelles.ranking.rank import rank_all, rank_moves, rank_sources
from passerelles.settings import Settings
from passerelles.vectors import top
from passerelles.views.spec import On
from small import occupation, referential

UNFITTED = Settings(scorer="unfitted")


@pytest.fixture(scope="module")
def graph() -> OccupationGraph:
    """Five occupations: B shares most with A, C some, D nothing; E lists nothing."""
    return build_graph(
        referential(
            {"A1": ["a*", "b", "c"], "A2": ["a*", "b", "d"], "B1": ["a", "e", "f"], "C1": ["x", "y"], "D1": []},
            mobilities=[("A1", "A2"), ("A1", "C1")],
            contexts={"A1": ["nuit"], "A2": ["nuit"], "B1": ["jour"]},
        )
    )


def test_the_order_is_the_one_worked_out_by_hand(graph: OccupationGraph) -> None:
    assert [m.target.code for m in rank_moves(graph, "A1", settings=UNFITTED)][:2] == ["A2", "B1"]


def test_parts_sum_to_the_score(graph: OccupationGraph, rome4_graph: OccupationGraph) -> None:
    for some, origin in ((graph, "A1"), (rome4_graph, "K2110"), (rome4_graph, "A1101")):
        for move in rank_moves(some, origin, limit=None):
            assert math.isclose(sum(p.value for p in move.parts), move.score, abs_tol=1e-9)


def test_coverage_follows_from_the_items_listed(rome4_graph: OccupationGraph) -> None:
    for move in rank_moves(rome4_graph, "N4101", limit=20):
        total = sum(i.weight for i in (*move.held, *move.near, *move.missing))
        gained = sum(i.weight for i in move.held) + sum(i.weight * (i.credit or 0) for i in move.near)
        assert move.coverage == pytest.approx(gained / total, abs=1e-9)
        for items in (move.held, move.near, move.missing):
            assert list(items) == sorted(items, key=lambda i: (-i.weight, i.code))


def test_a_pair_has_one_score(rome4_graph: OccupationGraph) -> None:
    best = rank_all(rome4_graph, limit=5)
    for origin in ("K2110", "A1101", "M1805"):
        if origin not in rome4_graph.position:
            continue
        moves = rank_moves(rome4_graph, origin, limit=5)
        row = rome4_graph.position[origin]
        assert list(best.targets[row]) == [m.target.code for m in moves]
        assert list(best.scores[row]) == [m.score for m in moves]
        for move in moves:
            target = move.target.code or ""
            alone = rank_moves(rome4_graph, origin, targets=[target], filters=["min-coverage=0"])[0].to_dict()
            back = rank_sources(rome4_graph, target, origins=[origin])[0].to_dict()
            for other in (alone, back):
                same = {k: v for k, v in other.items() if k not in ("rank", "filters")}
                assert same == {k: v for k, v in move.to_dict().items() if k not in ("rank", "filters")}


def test_ties_are_broken_by_code() -> None:
    twins = build_graph(
        referential(
            {"A": ["a"], "B": ["a"], "C": ["a"], "D": ["a"]},
            occupations=[occupation(c, label="Même", parent=None, domain=None) for c in "ABCD"],
        )
    )
    assert [m.target.code for m in rank_moves(twins, "B", settings=UNFITTED)] == ["A", "C", "D"]
    assert [list(row) for row in rank_all(twins, limit=3, settings=UNFITTED).targets][1] == ["A", "C", "D"]


@pytest.mark.parametrize("width", [0, 1, 3, 5, 9])
def test_top_is_a_stable_sort(width: int) -> None:
    values = np.array([1.0, 3.0, 3.0, -np.inf, 3.0, 0.0])
    assert top(values, width).tolist() == np.lexsort((np.arange(6), -values))[:width].tolist()


def test_an_occupation_without_competencies_stays_unknown(graph: OccupationGraph) -> None:
    move = rank_moves(graph, "A1", targets=["D1"])[0]
    assert move.coverage is None
    assert move.coverage_position is None
    assert move.held == move.missing == ()
    assert json.loads(json.dumps(move.to_dict(), allow_nan=False))["coverage"] is None
    assert rank_moves(graph, "D1", targets=["A1"])[0].coverage == 0.0


def test_known_moves_are_marked_beside_the_score(graph: OccupationGraph) -> None:
    marks = {m.target.code: m.known for m in rank_moves(graph, "A1")}
    assert marks["A2"] is not None
    assert marks["A2"].source == "PETIT 1"
    assert marks["B1"] is None


def test_a_profile_that_adds_nothing_is_its_occupation(graph: OccupationGraph) -> None:
    plain = [m.to_dict() for m in rank_moves(graph, "A1")]
    assert [m.to_dict() for m in rank_moves(graph, Profile("A1"))] == plain
    assert [m.to_dict() for m in rank_moves(graph, Profile("A1", competencies=("a",)))] == plain


def test_a_profile_without_an_occupation_ranks_by_what_it_holds(graph: OccupationGraph) -> None:
    moves = rank_moves(graph, Profile(competencies=("x", "y")), settings=UNFITTED)
    assert moves[0].target.code == "C1"
    assert moves[0].coverage == 1.0
    assert moves[0].origin.to_dict() == {"code": None, "label": None}
    assert moves[0].known is None
    assert len(moves) == 5


def test_a_person_without_an_occupation_stands_as_a_profile_among_the_sources_of_a_job(graph: OccupationGraph) -> None:
    moves = rank_sources(graph, "C1", origins=["A1", Profile(competencies=("x", "y"))], settings=UNFITTED)
    assert [each.origin.code for each in moves] == [None, "A1"]
    shown = {lang: moves.to_text(lang).splitlines() for lang in LANGS}
    assert any(line.startswith("1  Profil ") for line in shown["fr"])
    assert any(line.startswith("1  Profile ") for line in shown["en"])
    assert "Profil" in moves.to_html()


@pytest.mark.parametrize("code", ["K2110", "N4101", "H2909", "K1304", "M1855"])
def test_whoever_holds_all_that_a_job_asks_is_sent_there_first(embedded_graph: OccupationGraph, code: str) -> None:
    held = tuple(r.competency for r in embedded_graph.referential.requirements_of[code])
    for scorer in ("fitted", "content", "unfitted"):
        first = rank_moves(embedded_graph, Profile(competencies=held), limit=5, settings=Settings(scorer=scorer))
        assert code in [m.target.code for m in first]
        assert first[0].coverage is not None
        assert first[0].coverage > 0.6


def test_one_more_competency_never_lowers_a_coverage(rome4_graph: OccupationGraph) -> None:
    target = rank_moves(rome4_graph, "N4101", limit=1)[0]
    gained = Profile("N4101", competencies=(target.missing[0].code,))
    after = rank_moves(rome4_graph, gained, targets=[target.target.code or ""])[0]
    assert after.coverage is not None
    assert target.coverage is not None
    assert after.coverage > target.coverage
    assert math.isclose(sum(p.value for p in after.parts), after.score, abs_tol=1e-9)


def test_credentials_are_held_stated_or_unknown() -> None:
    licence = Credential("PERMIS", "Permis", "permis")
    title = Credential("TITRE", "Titre", "titre", prerequisites=("PERMIS",))
    other = Credential("CCS", "Certificat", "certificat", prerequisites=("TITRE",))
    graph = build_graph(
        referential(
            {"A": ["a"], "B": ["a"]}, credentials=[licence, title, other], demands=[("A", "TITRE"), ("B", "CCS")]
        )
    )
    held = {c.code: c.held for c in rank_moves(graph, "A")[0].credentials}
    assert held == {"PERMIS": "yes", "TITRE": "yes", "CCS": "unknown"}
    assert list(held) == ["PERMIS", "TITRE", "CCS"]
    stated = rank_moves(graph, Profile("A", credentials={"CCS": "no", "PERMIS": "unknown"}))[0]
    assert {c.code: c.held for c in stated.credentials} == {"PERMIS": "unknown", "TITRE": "yes", "CCS": "no"}


@pytest.mark.parametrize("limit", [0, -1, 1.5, True])
def test_a_limit_that_is_no_positive_whole_number_is_refused(graph: OccupationGraph, limit: int) -> None:
    with pytest.raises(PasserellesError, match="positive whole number"):
        rank_moves(graph, "A1", limit=limit)
    assert len(rank_moves(graph, "A1", limit=np.int64(1))) == 1  # type: ignore[arg-type]  # as a data frame gives it


def test_unknown_codes_suggest_the_nearest(graph: OccupationGraph) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(graph, "A9")
    assert "A1" in caught.value.suggestions
    with pytest.raises(UnknownCodeError, match=r"referential\. To search by words: passerelles search"):
        rank_moves(graph, "Zzzzz")
    with pytest.raises(UnknownCodeError, match="Unknown competency"):
        rank_moves(graph, Profile(competencies=("zzz",)))
    with pytest.raises(UnknownCodeError, match="Unknown credential"):
        rank_moves(graph, Profile("A1", credentials={"zzz": "yes"}))
    with pytest.raises(PasserellesError, match="never a number"):
        rank_moves(graph, 2110)  # type: ignore[arg-type]
    with pytest.raises(PasserellesError, match="scorer"):
        rank_moves(graph, "A1", settings=Settings(scorer="nope"))


def test_many_threads_get_the_serial_answers(rome4_graph: OccupationGraph) -> None:
    origins = list(rome4_graph.codes[:64])
    serial = {o: [m.to_dict() for m in rank_moves(rome4_graph, o, limit=3)] for o in origins}
    found: dict[str, object] = {}

    def work(part: list[str]) -> None:
        for origin in part:
            found[origin] = [m.to_dict() for m in rank_moves(rome4_graph, origin, limit=3)]

    threads = [threading.Thread(target=work, args=(origins[i::8],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == serial


def test_an_unknown_credential_suggests_the_nearest_by_code_or_label() -> None:
    moved = referential({"A": {"s"}, "B": {"s"}})
    few = tuple(Credential(code, label, "permis") for code, label in (("AA-70", "Amiante"), ("PERM-C", "Permis C")))
    with_credentials = build_graph(replace(moved, credentials=few))
    for written in ("PERMIS-C", "permis c"):
        with pytest.raises(UnknownCodeError) as caught:
            rank_moves(with_credentials, Profile("A", credentials={written: "yes"}))
        assert caught.value.suggestions == ("PERM-C",)
        assert "PERM-C (Permis C)" in caught.value.message()
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(with_credentials, Profile("A", credentials={"?": "yes"}))
    assert caught.value.suggestions == ()


def test_words_in_place_of_a_competency_suggest_those_that_have_them(embedded_graph: OccupationGraph) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(embedded_graph, Profile(competencies=("conduire",)))
    labels = [embedded_graph.referential.competency_by_code[code].label or "" for code in caught.value.suggestions]
    assert labels
    assert all("conduire" in label.casefold() for label in labels)


def test_settings_that_are_no_settings_are_refused(graph: OccupationGraph) -> None:
    for wrong in ({"strict": True}, {}, "strict"):
        with pytest.raises(PasserellesError, match="Settings"):
            rank_moves(graph, "A1", settings=wrong)  # type: ignore[arg-type]


def test_diplomas_that_a_job_lists_are_not_told_as_skills_unless_nothing_else_is(rome4_graph: OccupationGraph) -> None:
    codes = {c.code for c in rome4_graph.competencies if c.category == "Certifications et habilitations"}
    move = next(m for m in rank_moves(rome4_graph, "N4101", limit=20) if {i.code for i in m.missing[:30]} & codes)
    assert {i.code for i in move.missing if i.certificate} == {i.code for i in move.missing} & codes
    plain, listed = ([i for i in move.missing if i.certificate is which] for which in (False, True))
    assert first_of(move.missing, len(move.missing)) == plain
    assert first_of(listed, 1) == listed[:1]
    assert first_of([plain[0]._replace(label=None), *plain[1:]], 1) == plain[1:2], "a code tells nobody anything"


def test_an_empty_ranking_says_why(graph: OccupationGraph) -> None:
    cases = {
        "same": rank_moves(graph, "A1", targets=["A1"], settings=UNFITTED),
        "empty": rank_moves(graph, "A1", targets=[], settings=UNFITTED),
        "filter": rank_moves(graph, "A1", filters=["exclude=A2,B1,C1,D1"], settings=UNFITTED),
        "offset": rank_moves(graph, "A1", offset=10, settings=UNFITTED),
    }
    for reason, found in cases.items():
        assert (list(found), found.reason, found.doubts()) == ([], reason, {"reason": reason})
    assert len({found.to_text("en") for found in cases.values()}) == 4
    # Another title, or a firm of one's own, is never silently the same job.
    assert "s'installer à son compte" in " ".join(cases["same"].to_text("fr").split())
    assert rank_sources(graph, "A1", origins=["A1"], settings=UNFITTED).reason == "same"
    every = rank_moves(graph, "A1", settings=UNFITTED)
    assert every.doubts() == {}
    assert rank_moves(graph, "A1", offset=len(every), settings=UNFITTED).reason == "offset"
    assert rank_moves(graph, "A1", offset=len(every) - 1, settings=UNFITTED).reason == ""
    assert rank_sources(graph, "A1", settings=UNFITTED, offset=10).reason == "offset"


def test_origins_of_a_ranking_of_sources_may_be_people(graph: OccupationGraph) -> None:
    knows, plain = Profile("B1", competencies=("x", "y")), Profile("B1")
    none = Profile(competencies=("x",))
    found = rank_sources(graph, "C1", origins=["A1", plain, "C1", none, knows], settings=UNFITTED)
    alone = {who: rank_moves(graph, who, targets=["C1"], settings=UNFITTED)[0] for who in ("A1", plain, none, knows)}
    assert [move.score for move in found] == sorted((move.score for move in alone.values()), reverse=True)
    assert {replace(move, rank=1) for move in found} == set(alone.values())


def test_people_without_an_occupation_stand_among_others_by_chance(embedded_graph: OccupationGraph) -> None:
    held = embedded_graph.competency_codes
    people = [Profile(competencies=held[n : n + 12]) for n in range(0, 120, 30)]
    codes = [code for code in embedded_graph.codes if code != "N4101"][:40]
    found = rank_sources(embedded_graph, "N4101", origins=[*people, *codes], limit=None)
    chances = [move.probability for move in found if move.probability is not None]
    assert len(found) == len(chances) == 44
    assert chances == sorted(chances, reverse=True)
    alone = rank_sources(embedded_graph, "N4101", origins=[Profile("N4101")])
    assert (list(alone), alone.reason) == ([], "same")


def test_what_a_filter_drops_is_not_said_to_be_left_out(embedded_graph: OccupationGraph) -> None:
    none = rank_sources(embedded_graph, "N4101", filters=["min-coverage=1"])
    assert (list(none), none.left_out, none.reason) == ([], 0, "filter")
    assert (none.dropped, "dropped" in none.doubts()) == ([], False)  # nobody asked for one of them


def test_a_job_asked_for_by_name_that_a_filter_drops_is_told_with_the_reason(embedded_graph: OccupationGraph) -> None:
    found = rank_moves(embedded_graph, "N1103", targets=["N1105", "N4101"], filters=["access=open"])
    sentence = "Écarté par un filtre : N4101 Conducteur / Conductrice de poids lourd ; accès : sous condition."
    assert ([move.target.code for move in found], sentence in found.page().notes) == (["N1105"], True)
    (dropped,) = found.doubts("en")["dropped"]
    assert (dropped["end"]["code"], [v["verdict"] for v in dropped["filters"]]) == ("N4101", ["no"])

    towards = rank_sources(embedded_graph, "N4101", origins=["N1103"], filters=["exclude=N1103", "access=open"])
    assert [(d.end.code, d.filters[-1].name) for d in towards.dropped] == [("N1103", "access")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("conductrice poid lourd", "Conducteur / Conductrice de poids lourd"), ("formateure", "Formateur / Formatrice")],
)
def test_a_title_in_one_gender_suggests_those_of_its_words(
    embedded_graph: OccupationGraph, text: str, meant: str
) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(embedded_graph, text)
    assert caught.value.suggestions[0] == meant
    assert len(set(caught.value.suggestions)) == len(caught.value.suggestions)


def test_a_title_that_several_occupations_share_suggests_their_own_labels() -> None:
    jobs = (occupation("A", label="Chauffeur de car scolaire"), occupation("B", label="Chauffeur de car urbain"))
    titles = tuple(JobTitle(code * 2, "Conducteur de bus", code) for code in "AB")
    shared = replace(referential({"A": ["x"], "B": ["y"]}, occupations=jobs), titles=titles)
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(build_graph(shared), "conducteur de buss")
    assert sorted(caught.value.suggestions) == [job.label for job in jobs]


def test_whether_experts_list_a_move_is_a_column_where_they_list_any(graph: OccupationGraph) -> None:
    silent = build_graph(referential({"A1": ["a", "b"], "A2": ["a", "c"]}))
    for some, shown in ((graph, True), (silent, False)):
        for ranking in (rank_moves(some, "A1"), rank_sources(some, "A2")):
            assert ("known" in [c.key for c in ranking.sheets()[0].on(On.TERMINAL)]) is shown


def test_a_competency_without_a_label_is_told_by_its_code_on_a_screen(graph: OccupationGraph) -> None:
    (item, *_) = rank_moves(graph, "A1", limit=1)[0].held
    (column,) = (c for c in ITEM.columns if c.key == "competency_label")
    assert [column.screen(i, "fr") for i in (item, item._replace(label=None))] == [item.label, item.code]
    assert column.cell(item._replace(label=None), "fr") is None
