"""The flagship case: the overlay of driving instruction splits K2110, on the embedded referential and on real ROME."""

import csv
import json
import re
import shutil
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from passerelles import OccupationGraph, build_graph, load_referential, rank_all, rank_moves, rank_paths, rank_sources
from passerelles.access.conditions import access_conditions
from passerelles.matching import find_occupation
from passerelles.model import Profile
from passerelles.ranking.move import Item, Move
from passerelles.referentials.places import bundled
from passerelles.referentials.referential import Referential
from passerelles.text import normalise_label

NAME = "enseignement-conduite"
PARTS = ("K2110-2R", "K2110-B", "K2110-GL")
# Credentials that each move of the category-B instructor leaves to obtain, and those carried over.
TO_OBTAIN = {
    "K2110-GL": {"PERM-C", "PERM-CE", "CCS-GL", "AUT-ENS-GL"},
    "K2110-2R": {"PERM-A2", "EXP-A2-24", "PERM-A", "CCS-2R", "AUT-ENS-2R"},
}
CARRIED = {"TP-ECSR", "AUT-ENS", "PERM-B", "PERM-B-ANC", "APT-COND"}


@pytest.fixture(scope="module", params=["embedded", pytest.param("rome", marks=pytest.mark.real_data)])
def both(request: pytest.FixtureRequest) -> tuple[OccupationGraph, OccupationGraph]:
    """One referential without and with the overlay."""
    if request.param == "rome":
        plain: OccupationGraph = request.getfixturevalue("rome4_graph")
        return plain, request.getfixturevalue("rome4_split")
    return build_graph(load_referential("transitions")), request.getfixturevalue("embedded_graph")


@pytest.fixture
def graph(both: tuple[OccupationGraph, OccupationGraph]) -> OccupationGraph:
    """One referential with the overlay."""
    return both[1]


def _rows(file: str) -> list[dict[str, str]]:
    folder = bundled("overlay")[NAME]
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _codes(items: Iterable[Item]) -> set[str]:
    return {item.code for item in items}


def _first_two(graph: OccupationGraph) -> dict[str, Move]:
    return {str(move.target.code): move for move in rank_moves(graph, "K2110-B", limit=2)}


def test_the_first_two_moves_of_the_car_instructor_are_the_two_other_instructors(graph: OccupationGraph) -> None:
    assert set(_first_two(graph)) == {"K2110-GL", "K2110-2R"}


def test_the_credential_gap_is_stated(graph: OccupationGraph) -> None:
    for target, move in _first_two(graph).items():
        held = {c.code: c.held for c in move.credentials if c.code != "BEPECASER"}  # what came before the title
        assert held == dict.fromkeys(CARRIED, "yes") | dict.fromkeys(TO_OBTAIN[target], "unknown")
        assert all(c.source for c in move.credentials)


def test_a_selection_of_titles_that_a_part_does_not_have_is_none_of_its_own(graph: OccupationGraph) -> None:
    whole, part = (access_conditions(graph.referential, code) for code in ("K2110", "K2110-GL"))
    assert (whole.selection is not None, whole.varies) == (True, True)  # that of the inspectors
    assert (part.selection, part.varies) == (None, False)


def test_a_licence_comes_before_the_right_to_teach_it(graph: OccupationGraph) -> None:
    order = [c.code for c in _first_two(graph)["K2110-GL"].credentials]
    assert order.index("PERM-C") < order.index("CCS-GL") < order.index("AUT-ENS-GL")
    assert order.index("PERM-CE") < order.index("AUT-ENS-GL")
    assert order.index("TP-ECSR") < order.index("AUT-ENS") < order.index("AUT-ENS-GL")
    order = [c.code for c in _first_two(graph)["K2110-2R"].credentials]
    assert (
        order.index("PERM-A2")
        < order.index("EXP-A2-24")
        < order.index("PERM-A")
        < order.index("CCS-2R")
        < order.index("AUT-ENS-2R")
    )


def test_what_a_person_states_of_credentials_wins(graph: OccupationGraph) -> None:
    person = Profile("K2110-B", credentials={"PERM-C": "yes", "PERM-CE": "no"})
    move = rank_moves(graph, person, targets=["K2110-GL"])[0]
    held = {c.code: c.held for c in move.credentials}
    assert (held["PERM-C"], held["PERM-CE"], held["CCS-GL"], held["TP-ECSR"]) == ("yes", "no", "unknown", "yes")


def test_the_competencies_of_the_fiche_are_carried_over(graph: OccupationGraph) -> None:
    referential = graph.referential
    common = {r.competency for r in referential.requirements_of["K2110-B"]} - {
        row["code"] for row in _rows("competencies.csv")
    }
    assert len(common) >= 35
    for target, move in _first_two(graph).items():
        asked = {r.competency for r in referential.requirements_of[target]}
        assert common & asked <= _codes(move.held)
        assert len(common & asked) >= 30
        assert move.coverage is not None
        assert move.coverage > 0.5


def test_the_gap_is_what_sets_the_branch_trades_apart(graph: OccupationGraph) -> None:
    move = _first_two(graph)["K2110-GL"]
    # Driving a lorry while explaining it is to be learned, as coupling and the tachograph are, by who drove cars.
    assert {"EC025", "EC027", "EC031"} <= _codes(move.missing)
    assert not {"EC001", "EC012", "EC018"} & (_codes(move.held) | _codes(move.near) | _codes(move.missing))
    assert "EC039" in _codes(move.held)


def test_the_heavy_goods_instructor_is_sought_first_among_instructors(graph: OccupationGraph) -> None:
    sources = [m.origin.code for m in rank_sources(graph, "K2110-GL", limit=len(graph.codes) // 4)]
    assert {"K2110-B", "K2110-2R"} <= set(sources[:3])
    # The lorry driver knows the lorry, not how to teach it: among the sources, well before the average trade.
    assert "N4101" in sources


def test_one_score_a_pair(graph: OccupationGraph) -> None:
    forward = rank_moves(graph, "K2110-B", targets=["K2110-GL"])[0]
    backward = rank_sources(graph, "K2110-GL", origins=["K2110-B"])[0]
    assert forward == backward


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Moniteur / Monitrice d'auto-école", "K2110-B"),
        ("Moniteur / Monitrice poids lourds", "K2110-GL"),
        ("Moniteur / Monitrice d'auto-école groupe lourds", "K2110-GL"),
        ("Moniteur / Monitrice moto", "K2110-2R"),
        ("Moniteur / Monitrice motocycle", "K2110-2R"),
        ("Enseignant / Enseignante de la conduite, deux-roues", "K2110-2R"),
        ("Enseignant / Enseignante de la conduite et de la sécurité routière", "K2110"),
    ],
)
def test_claimed_titles_mean_the_parts(graph: OccupationGraph, title: str, part: str) -> None:
    assert find_occupation(graph.referential, title) == part
    by_code = {t.code: t.occupation for t in graph.referential.titles}
    assert (by_code["16723"], by_code["16747"]) == ("K2110-B", "K2110-GL")


def test_a_title_gives_the_ranking_of_its_part(graph: OccupationGraph) -> None:
    assert rank_moves(graph, "Moniteur / Monitrice d'auto-école", limit=3) == rank_moves(graph, "K2110-B", limit=3)


def test_the_split_fiche_is_never_a_target_of_its_parts(graph: OccupationGraph) -> None:
    for part in PARTS:
        assert "K2110" not in {m.target.code for m in rank_moves(graph, part, limit=100)}  # it would come first
        assert rank_moves(graph, part, targets=["K2110"]) == []
    assert not set(PARTS) & {m.origin.code for m in rank_sources(graph, "K2110", limit=100)}
    best = rank_all(graph, limit=60)
    for part in PARTS:
        assert "K2110" not in best.targets[best.origins.tolist().index(part)]


def _same_scores(plain: OccupationGraph, split: OccupationGraph, kept: int = 25) -> bool:
    """Whether the best targets of every occupation of the referential, and their scores, are the same to the bit."""
    before = rank_all(plain, limit=kept)
    after = rank_all(split, limit=kept + len(PARTS))
    rows = np.flatnonzero(~np.isin(after.origins, PARTS))
    assert after.origins[rows].tolist() == before.origins.tolist()
    for old, row in enumerate(rows.tolist()):
        other = ~np.isin(after.targets[row], PARTS)
        if after.targets[row][other][:kept].tolist() != before.targets[old].tolist():
            return False
        if after.scores[row][other][:kept].tobytes() != before.scores[old].tobytes():
            return False
    return True


def test_an_overlay_without_titles_changes_no_score_between_other_occupations(
    plain_embedded: OccupationGraph, tmp_path: Path
) -> None:
    folder = bundled("overlay")[NAME]
    copy = Path(shutil.copytree(folder, tmp_path / NAME))
    (copy / "titles.csv").unlink()
    assert _same_scores(plain_embedded, build_graph(plain_embedded.referential.with_overlay(copy)))


@pytest.mark.parametrize("name", ["plain_embedded", pytest.param("rome4_part_graph", marks=pytest.mark.real_data)])
def test_an_overlay_changes_no_score_between_other_occupations(name: str, request: pytest.FixtureRequest) -> None:
    plain: OccupationGraph = request.getfixturevalue(name)
    assert _same_scores(plain, build_graph(plain.referential.with_overlay(NAME)))


def test_an_overlay_changes_no_weight_of_other_occupations(both: tuple[OccupationGraph, OccupationGraph]) -> None:
    plain, split = both
    column = {code: i for i, code in enumerate(split.competency_codes)}
    columns = [column[code] for code in plain.competency_codes]
    rows = [split.position[code] for code in plain.codes]
    assert abs(split.weights[rows][:, columns] - plain.weights).count_nonzero() == 0
    assert split.weights[rows].nnz == plain.weights.nnz


def test_parts_inherit_texts_contexts_tags_and_flags(graph: OccupationGraph) -> None:
    referential = graph.referential
    fiche = referential.occupation_by_code["K2110"]
    tags = {o: {(t, main) for x, t, main in referential.occupation_tags if x == o} for o in ("K2110", *PARTS)}
    assert tuple(o.code for o in referential.parts_of("K2110")) == PARTS
    for part in referential.parts_of("K2110"):
        assert part.access == fiche.access
        assert (part.riasec, part.domain, part.parent) == (fiche.riasec, fiche.domain, fiche.parent)
        assert part.regulated == "yes"
        assert referential.contexts_of[part.code] == referential.contexts_of["K2110"]
        assert tags[part.code] == tags["K2110"]
        assert part.definition != fiche.definition
    assert tags["K2110"]


def test_the_fiche_itself_stays_as_it_was(both: tuple[OccupationGraph, OccupationGraph]) -> None:
    plain, split = (g.referential for g in both)
    assert split.requirements_of["K2110"] == plain.requirements_of["K2110"]
    assert split.occupation_by_code["K2110"] == plain.occupation_by_code["K2110"]


def test_each_part_loses_what_belongs_to_the_others(rome4_split: OccupationGraph) -> None:
    asked = {p: {r.competency: r.status for r in rome4_split.referential.requirements_of[p]} for p in PARTS}
    licences = {"A": "123455", "B": "123456", "C": "491634", "CE": "126455", "D": "123457"}
    assert {k for k, code in licences.items() if code in asked["K2110-B"]} == {"B"}
    assert {k for k, code in licences.items() if code in asked["K2110-2R"]} == {"A", "B"}
    assert {k for k, code in licences.items() if code in asked["K2110-GL"]} == {"B", "C", "CE", "D"}
    assert asked["K2110-2R"]["123455"] == asked["K2110-GL"]["126455"] == "core"


def test_rows_name_the_referential_that_they_are_for(
    embedded_graph: OccupationGraph, rome4_split: OccupationGraph
) -> None:
    for graph in (embedded_graph, rome4_split):
        assert [n for n in graph.referential.notices if n.file.startswith(NAME)] == []
    for code, name in ((r"\d+", "rome"), (r"TC\d+", "transitions")):
        assert {r["referential"] for r in _rows("requirements.csv") if re.fullmatch(code, r["competency"])} == {name}


def test_on_rome_347_the_fiche_splits_too(older_rome: Referential) -> None:
    old = older_rome.with_overlay(NAME)
    ours = [n for n in old.notices if n.file.startswith(NAME)]
    assert {n.code for n in ours} <= {"overlay_row_elsewhere", "overlay_competency_missing", "overlay_base_version"}
    graph = build_graph(old)
    assert set(_first_two(graph)) == {"K2110-GL", "K2110-2R"}
    assert find_occupation(old, "Moniteur / Monitrice poids lourds") == "K2110-GL"


def _table(folder: Path, tables: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_without_the_fiche_there_are_notices_and_nothing_else_changes(tmp_path: Path) -> None:
    small = _table(
        tmp_path / "small",
        {
            "manifest.toml": 'schema = "passerelles/table@1"\nname = "small"\nversion = "1"\n',
            "occupations.csv": "code,label\nA1,Un\nA2,Deux\n",
            "competencies.csv": "code,label,kind\nc1,Faire,savoir-faire\n",
            "requirements.csv": "occupation,competency,status\nA1,c1,core\nA2,c1,\n",
        },
    )
    bare = load_referential(small)
    laid = bare.with_overlay(NAME)
    assert [o.code for o in laid.occupations] == ["A1", "A2"]
    assert laid.requirements == bare.requirements
    assert laid.titles == ()
    assert laid.credential_requirements == ()
    ours = [n for n in laid.notices if n.file.startswith(NAME)]
    assert sum(n.code in ("overlay_base_missing", "overlay_row_elsewhere") for n in ours) >= len(PARTS)
    assert not any(n.severity == "error" for n in ours)
    assert rank_moves(build_graph(laid), "A1")[0].target.code == "A2"


def _second_overlay(folder: Path) -> Path:
    return _table(
        folder,
        {
            "manifest.toml": 'schema = "passerelles/overlay@1"\nname = "second"\nversion = "1"\n',
            "specialised_occupations.csv": "code,base,label\nK2111-X,K2111,Formateur en atelier\n",
            "competencies.csv": "code,label,kind\nX1,Tenir un atelier école,savoir-faire\n",
            "requirements.csv": "occupation,competency,action,status\nK2111-X,X1,add,core\n",
            "titles.csv": "occupation,code,label\nK2111-X,X-1,Maître d'atelier école\n",
        },
    )


def test_two_overlays_in_either_order(tmp_path: Path) -> None:
    bare = load_referential("transitions")
    second = _second_overlay(tmp_path / "second")
    one = bare.with_overlay(NAME).with_overlay(second)
    other = bare.with_overlay(second).with_overlay(NAME)
    for field in ("occupations", "competencies", "requirements", "titles", "credentials", "credential_requirements"):
        assert getattr(one, field) == getattr(other, field)
    assert {o.base for o in one.occupations} == {None, "K2110", "K2111"}
    left, right = (rank_all(build_graph(r), limit=10) for r in (one, other))
    assert left.targets.tolist() == right.targets.tolist()
    assert left.scores.tobytes() == right.scores.tobytes()


def test_no_weight_names_an_occupation(graph: OccupationGraph) -> None:
    codes = set(graph.codes)
    weights = [f for f in (files("passerelles.scoring") / "weights").iterdir() if f.name.endswith(".json")]
    assert weights
    for file in weights:
        text = file.read_text(encoding="utf-8")
        assert json.loads(text)["parts"]
        assert not codes & set(re.findall(r"[\w-]+", text))
        assert not re.search(r"\b[A-N]\d{4}", text)


def test_labels_are_our_own(both: tuple[OccupationGraph, OccupationGraph]) -> None:
    theirs = {normalise_label(c.name) for c in both[0].referential.competencies}
    ours = [row["label"] for row in (*_rows("competencies.csv"), *_rows("macro_competencies.csv"))]
    assert not {normalise_label(label) for label in ours} & theirs
    assert len({normalise_label(label) for label in ours}) == len(ours)


def test_every_own_competency_serves(embedded_graph: OccupationGraph) -> None:
    asked = {r.competency for part in PARTS for r in embedded_graph.referential.requirements_of[part]}
    own = [row["code"] for row in _rows("competencies.csv")]
    assert 25 <= len(own) <= 40
    assert set(own) <= asked
    macros = {row["macro"] for row in _rows("competencies.csv") if row["macro"]}
    assert macros == {row["code"] for row in _rows("macro_competencies.csv")}


def test_every_credential_fact_has_a_source() -> None:
    assert all(row["source"] for row in _rows("credential_requirements.csv"))


def test_unknown_hours_stay_unknown(embedded_graph: OccupationGraph) -> None:
    credentials = embedded_graph.referential.credential_by_code
    assert credentials["CCS-GL"].hours[:3] == (None, None, None)
    assert {credentials[c].hours_kind for c in ("PERM-C", "PERM-CE", "PERM-D")} == {"centre"}  # no text says
    assert credentials["CCS-2R"].hours[:3] == (None, 210, None)
    assert credentials["CCS-2R"].company_hours.expected == 35
    assert credentials["TP-ECSR"].hours.expected == 910
    assert all(c.hours.source for c in credentials.values() if any(h is not None for h in c.hours[:3]))


def test_the_codes_cited_are_those_of_certifinfo(real_data: Path, embedded_graph: OccupationGraph) -> None:
    with (real_data / "certifications" / "certifinfo.csv").open(encoding="utf-8", newline="") as lines:
        published = {row["Code_Diplome"]: row for row in csv.DictReader(lines, delimiter=";")}
    credentials = embedded_graph.referential.credential_by_code
    for code, words in (("TP-ECSR", "sécurité routière"), ("CCS-2R", "deux roues"), ("CCS-GL", "groupe lourd")):
        cited = credentials[code].certifinfo
        assert cited is not None
        assert words in published[cited]["Libelle_Diplome"]
        assert published[cited]["Etat_Libelle"] == "Publié"
    assert published[str(credentials["TP-ECSR"].certifinfo)]["Code_RNCP"] == "35329"
    assert credentials["TP-ECSR"].rncp == "41862"  # which replaced it on 29 April 2026


def test_the_page_shows_what_its_example_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "flagship.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert found is not None
    exec(found[1], {})  # noqa: S102 - the page's own example
    assert capsys.readouterr().out == found[2]


def test_the_flagship_path(graph: OccupationGraph) -> None:
    path = rank_paths(graph, "Moniteur / Monitrice d'auto-école", targets=["Moniteur / Monitrice poids lourds"])[0]
    assert path.codes == ("K2110-GL",)
    held = {c.code: c.held for c in path.steps[0].credentials}
    assert held["TP-ECSR"] == "yes"
    assert {c for c, state in held.items() if state != "yes"} == {"PERM-C", "PERM-CE", "CCS-GL", "AUT-ENS-GL"}
    order = [c.code for c in path.steps[0].credentials]
    assert order.index("PERM-C") < order.index("PERM-CE") < order.index("AUT-ENS-GL")
    assert order.index("PERM-C") < order.index("CCS-GL") < order.index("AUT-ENS-GL")
    assert (path.status, path.hours.high, path.hours.lower_bound) == ("unknown", None, True)
    # Centres publish lengths of the licences; of the CCS nobody does.
    lengths = {c.code: c.hours for c in path.steps[0].credentials}
    assert lengths["CCS-GL"][:3] == (None, None, None)
    assert (lengths["PERM-C"].expected, lengths["PERM-CE"].expected) == (105, 70)
    assert lengths["TP-ECSR"].expected == 910
    assert lengths["TP-ECSR"].source
    assert (path.known_hours.expected, path.steps[0].sourced) == (175, 175)
    said = path.to_dict("fr")["explanation"][0]
    assert "Acquis repris" in said
    assert "Titre professionnel enseignant" in said.split("détenu ou dispensé", 1)[1].split("À obtenir", 1)[0]
    assert "groupe lourd (durée inconnue)" in said
    assert len(path.steps[0].held) > len(path.steps[0].missing) > 0
    assert [c.code for c in path.steps[0].credentials if c.grants] == ["AUT-ENS-GL"]
