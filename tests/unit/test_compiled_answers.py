"""A compiled index gives what its source gives, to the bit, in Python and on the command line."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from passerelles import (
    Profile,
    Settings,
    build_graph,
    counterfactual,
    load_referential,
    rank_all,
    rank_moves,
    rank_paths,
    rank_profiles,
    rank_sources,
)
from passerelles.access import conditions
from passerelles.cli.main import make_app
from passerelles.compiled import compile_index
from passerelles.errors import PasserellesWarning
from passerelles.graph.core import OccupationGraph
from passerelles.matching.titles import Candidate, resolve_title
from passerelles.model import Credential, Hours
from passerelles.referentials.referential import Referential
from passerelles.referentials.validate import validate
from passerelles.scoring import table
from passerelles.scoring.measures import measure_index
from passerelles.scoring.scorer import Calibration, load_scorer
from passerelles.scoring.table import score_table
from passerelles.settings import NearSettings, WeightSettings
from passerelles.store import npy_bytes, open_index, write_index
from passerelles.territory.hours import EffortCosts
from small import referential as small_referential

OVERLAY = "enseignement-conduite"
MATRICES = ("weights", "near", "contexts", "tags", "mobility")
Pair = tuple[OccupationGraph, OccupationGraph]


@pytest.fixture(scope="module", params=["metiers", "metiers.zip"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    graph = build_graph(load_referential().with_overlay(OVERLAY))
    return compile_index(graph, tmp_path_factory.mktemp("index") / request.param)


@pytest.fixture(scope="module")
def pair(place: Path, embedded_graph: OccupationGraph) -> Pair:
    return embedded_graph, build_graph(load_referential(place))


def same_matrix(found: Any, expected: Any) -> None:
    assert found.shape == expected.shape
    for part in ("data", "indices", "indptr"):
        mine, theirs = getattr(found, part), getattr(expected, part)
        assert mine.dtype == theirs.dtype
        assert mine.tobytes() == theirs.tobytes()
        assert not mine.flags.writeable


def same_graph(found: OccupationGraph, expected: OccupationGraph) -> None:
    for name in ("codes", "competency_codes", "context_codes", "tag_codes"):
        assert getattr(found, name) == getattr(expected, name)
    for name in MATRICES:
        same_matrix(getattr(found, name), getattr(expected, name))
    for name in ("core", "macro", "total_weight", "base_rows", "group", "is_specialised"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))
    assert found.competencies == expected.competencies


def same_referential(found: Referential, expected: Referential) -> None:
    for each in dataclasses.fields(expected):
        assert getattr(found, each.name) == getattr(expected, each.name), each.name
        assert type(getattr(found, each.name)) is type(getattr(expected, each.name))
    assert found == expected
    assert expected == found
    assert hash(found) == hash(expected)
    assert found != dataclasses.replace(expected, name="other")
    for origin in {move.origin for move in expected.mobilities} | {"absent"}:
        assert found.moves_from(origin) == expected.moves_from(origin)


def test_places_in_matrices_take_32_bits(place: Path) -> None:
    members = open_index(place).manifest["members"]
    some = ("graph", "measures")
    places = {
        n: a["dtype"] for n, a in members.items() if n.startswith(some) and n.endswith(("indices.npy", "ptr.npy"))
    }
    assert len(places) > 20
    assert {name: dtype for name, dtype in places.items() if dtype != "<i4"} == {}


def test_tables_and_matrices_are_the_same(pair: Pair) -> None:
    built, opened = pair
    same_referential(opened.referential, built.referential)
    same_graph(opened, built)
    assert opened.index is not None
    assert built.index is None


def test_nothing_is_computed_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither scores, nor measures, nor close labels: an index that is ignored would give the same answers, late."""
    from passerelles.graph import build
    from passerelles.scoring import measures

    def refuse(*_: object) -> None:
        raise AssertionError("computed again")

    built, opened = pair
    expected = rank_moves(built, "K2110"), rank_moves(built, Profile(competencies=(built.competency_codes[0],)))
    monkeypatch.setattr(table, "build_table", refuse)
    monkeypatch.setattr(measures, "_build", refuse)
    monkeypatch.setattr(build, "word_vectors", refuse)
    fresh = build_graph(load_referential(opened.index.place)) if opened.index else built
    assert rank_moves(fresh, "K2110") == expected[0]
    assert rank_moves(fresh, Profile(competencies=(built.competency_codes[0],))) == expected[1]


def test_texts_on_access_are_not_read_again(place: Path, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules that read them take longer to make ready than a ranking."""
    built, opened = pair[0].referential, load_referential(place)
    expected = {code: conditions.access_text_of(built, code) for code in built.occupation_by_code}
    monkeypatch.delattr(conditions, "read_access_text")
    assert any(reading and reading.mentions for reading in expected.values())
    assert {code: conditions.access_text_of(opened, code) for code in expected} == expected


def test_one_answer_does_not_read_what_it_does_not_tell(place: Path, pair: Pair) -> None:
    """Requirements of the real ROME are 90,000 rows, which the matrices have."""
    fresh = build_graph(load_referential(place))
    assert rank_moves(fresh, "K2110") == rank_moves(pair[0], "K2110")
    assert repr(fresh) == repr(pair[0])
    person = Profile(competencies=(pair[0].competency_codes[-1],))
    assert rank_moves(fresh, person) == rank_moves(pair[0], person)
    assert counterfactual(fresh, "F1703", "F1503", level="proche") == counterfactual(
        pair[0], "F1703", "F1503", level="proche"
    )
    unread = ("requirements", "contexts", "occupation_contexts", "occupation_tags")
    assert all(callable(vars(fresh.referential)[name]) for name in unread)


def test_paths_and_hours_count_the_chances_of_the_moves_that_a_path_may_take(
    place: Path, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, rows = build_graph(load_referential(place)), np.asarray([3, 5], dtype=np.intp)
    sizes: list[int] = []
    chances = Calibration.chances

    def counted(calibration: Calibration, scores: Any) -> Any:
        sizes.append(np.size(scores))
        return chances(calibration, scores)

    monkeypatch.setattr(Calibration, "chances", counted)
    assert rank_paths(fresh, "K2110", targets=["N4101"]) == rank_paths(pair[0], "K2110", targets=["N4101"])
    assert 0 < max(sizes) <= len(fresh.codes) * 100  # of the moves that a path may take, not of all
    lever = (pair[0].competency_codes[-1],)
    hours = [EffortCosts(graph, Settings(), lever).hours(rows, rows) for graph in (fresh, pair[0])]
    assert all(np.array_equal(mine, other, equal_nan=True) for mine, other in zip(*hours, strict=True))


def test_titles_and_moves_of_an_occupation_are_those_of_the_source(place: Path, pair: Pair) -> None:
    fresh, whole = load_referential(place), pair[0].referential
    for code in [*pair[0].codes, "Z0000"]:
        assert fresh.titles_in(code) == whole.titles_in(code)
        assert fresh.moves_from(code) == whole.moves_from(code)


def test_a_referential_made_of_an_index_with_other_titles_tells_its_own(place: Path) -> None:
    opened = load_referential(place)
    assert opened.titles_in("K2110")
    assert dataclasses.replace(opened, titles=()).titles_in("K2110") == ()


def test_a_referential_without_moves_has_none_from_an_occupation(tmp_path: Path) -> None:
    graph = build_graph(small_referential({"A1": ["a"], "B1": ["a", "b"]}))
    opened = load_referential(compile_index(graph, tmp_path / "petit.zip"))
    assert not opened.moves_from("A1")
    assert opened.titles_in("A1") == ()


def test_an_array_is_written_in_pieces(tmp_path: Path) -> None:
    """What is written at once may be one block of the system's cache, all of which whoever reads a row would map."""
    some = np.arange(100_000)
    pieces = npy_bytes(some)
    assert max(piece.nbytes for piece in pieces) <= 1 << 16
    (tmp_path / "some.npy").write_bytes(b"".join(pieces))
    assert np.array_equal(np.load(tmp_path / "some.npy"), some)


def as_read(candidate: Candidate) -> Candidate:
    """Return a candidate without its numbers."""
    return dataclasses.replace(candidate, score=0.0, confidence=0.0, parent_confidence=0.0)


def test_titles_are_found_not_fitted_again(place: Path, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerelles.matching import index as indexed
    from passerelles.matching import titles as resolve

    built, _ = pair
    titles = [t.label for t in built.referential.titles[::7]]
    texts = [
        *titles,
        *(t[:-2].upper() for t in titles[::3]),
        "moniteur auto ecole H/F",
        "conducteur de bus",
        "zzzz",
        "",
    ]
    expected = list(resolve.resolve_many(built.referential, texts)), resolve.title_index(built.referential)
    opened = load_referential(place)
    with monkeypatch.context() as patch:
        patch.setattr(resolve, "build_index", None)
        assert list(resolve.resolve_many(opened, texts)) == expected[0]
        alone = [resolve.resolve_title(opened, text) for text in texts[::5]]
    for mine, theirs in zip(alone, expected[0][::5], strict=True):  # the product of one row may end in another digit
        assert [as_read(c) for c in mine] == [as_read(c) for c in theirs]
        for name in ("score", "confidence", "parent_confidence"):
            assert [getattr(c, name) for c in mine] == pytest.approx([getattr(c, name) for c in theirs], abs=2e-5)
    found = resolve.title_index(opened)
    for name in ("codes", "owners", "entries", "exact", "same", "stems", "texts", "written"):
        assert getattr(found, name) == getattr(expected[1], name), name
    for part in ("axes", "owners", "mapping", "titles"):  # products of other orders of cells differ in the last digit
        one, other = (getattr(index.meaning, part) for index in (found, expected[1]))
        assert one.flags.c_contiguous == other.flags.c_contiguous, part
        assert np.array_equal(one, other), part
    assert np.array_equal(found.family_totals, expected[1].family_totals)
    for name in ("vocabulary", "weights", "unknown"):
        assert getattr(found, name) == getattr(expected[1], name), name
    assert found.meaning is not None
    assert not found.meaning.axes.flags.owndata  # mapped: processes share it
    # Titles are to be read by other rules.
    monkeypatch.setattr("passerelles.matching.reading.rules_sum", lambda _: "others")
    assert indexed.stored_titles(load_referential(place)) is None


def test_tables_of_scores_are_the_same(pair: Pair) -> None:
    built, opened = pair
    for name in ("fitted", "holdings"):
        mine, theirs = (score_table(graph, load_scorer(name)) for graph in (opened, built))
        assert (mine.scores.base, mine.scores.names, mine.off) == (theirs.scores.base, theirs.scores.names, theirs.off)
        assert dict(mine.means) == dict(theirs.means)
        for row in (0, 5, len(built.codes) - 1):
            assert np.array_equal(mine.scores.totals(row), theirs.scores.totals(row))
            assert np.array_equal(mine.scores.totals_to(row), theirs.scores.totals_to(row))
            assert mine.scores.of_pairs(row, [3, 0, 3]) == theirs.scores.of_pairs(row, [3, 0, 3])
            assert mine.scores.of_pairs(row, []) == []
            rows = np.asarray([row, 1], dtype=np.int32)
            assert np.array_equal(mine.scores.parts[0][rows], theirs.scores.parts[0][rows])
            many = np.arange(150, dtype=np.int32) % len(built.codes)
            assert np.array_equal(mine.scores.parts[1][many], theirs.scores.parts[1][many])
        assert np.array_equal(mine.scores.units(), theirs.scores.units())
        assert (mine.reference is None) == (theirs.reference is None)
        if mine.reference is not None and theirs.reference is not None:
            assert dict(mine.reference.reverse).keys() == dict(theirs.reference.reverse).keys()
    for name, vectors in measure_index(built).vectors.items():
        same_matrix(measure_index(opened).vectors[name], vectors)


def test_a_text_that_many_rows_have_is_written_and_made_once(place: Path) -> None:
    kinds = open_index(place).document("referential.competencies.json", keep=False)
    assert json.dumps(kinds, ensure_ascii=False).count('"savoir-faire"') == 1
    assert len({id(c.kind) for c in load_referential(place).competencies}) == 3


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # of each form
@given(data=st.data())
def test_answers_are_the_same(pair: Pair, data: st.DataObject) -> None:
    built, opened = pair
    origin = data.draw(st.sampled_from(built.codes))
    held = tuple(data.draw(st.lists(st.sampled_from(built.competency_codes), max_size=6)))
    occupation = data.draw(st.sampled_from([origin, None] if held else [origin]))  # nobody at all is refused
    credential = data.draw(st.sampled_from([c.code for c in built.referential.credentials]))
    person = Profile(occupation, competencies=held, credentials={credential: data.draw(st.sampled_from(["yes", "no"]))})
    filters = data.draw(st.lists(st.sampled_from(["unregulated", "other-domain", "min-coverage=0.1"]), unique=True))
    limit = data.draw(st.integers(1, 30))
    for start in (origin, person):
        assert rank_moves(opened, start, filters=filters, limit=limit) == rank_moves(
            built, start, filters=filters, limit=limit
        )
    assert rank_sources(opened, origin, filters=filters, limit=limit) == rank_sources(
        built, origin, filters=filters, limit=limit
    )


def test_all_moves_paths_and_counterfactuals_are_the_same(pair: Pair) -> None:
    built, opened = pair
    mine, theirs = (rank_all(graph, limit=5) for graph in (opened, built))
    assert np.array_equal(mine.targets, theirs.targets)
    assert np.array_equal(mine.scores, theirs.scores, equal_nan=True)
    mine_paths, their_paths = (rank_paths(graph, "K2110", targets=["N4102"]) for graph in (opened, built))
    assert [p.to_dict() for p in mine_paths] == [p.to_dict() for p in their_paths]
    assert counterfactual(opened, "K2110", "N4102") == counterfactual(built, "K2110", "N4102")


def test_people_in_bulk_are_the_same(pair: Pair) -> None:
    built, opened = pair
    held = [list(built.competency_codes[i : i + 4]) for i in range(0, 40, 4)]
    people = pa.table(
        {"id": [str(i) for i in range(10)], "occupation": ["K2110", None] * 5, "competencies": pa.array(held)}
    )
    mine, theirs = (rank_profiles(graph, people).read_all() for graph in (opened, built))
    assert mine.num_rows > 0
    assert mine.equals(theirs)


@pytest.mark.parametrize("chosen", [Settings(scorer="unfitted"), Settings(scorer="content")])
def test_a_scorer_that_the_index_does_not_hold_is_computed_from_it(pair: Pair, chosen: Settings) -> None:
    built, opened = pair
    assert rank_moves(opened, "K2110", settings=chosen) == rank_moves(built, "K2110", settings=chosen)


@pytest.mark.parametrize(
    "chosen", [Settings(weights=WeightSettings(core=3.0)), Settings(near=NearSettings(label_threshold=0.9))]
)
def test_other_settings_of_the_matrices_are_built_not_found(place: Path, chosen: Settings) -> None:
    with pytest.warns(PasserellesWarning, match="compiled under other"):
        opened = build_graph(load_referential(place), settings=chosen)
    built = build_graph(load_referential().with_overlay(OVERLAY), settings=chosen)
    assert opened.index is None
    same_graph(opened, built)
    assert rank_moves(opened, "K2110") == rank_moves(built, "K2110")


def test_an_overlay_goes_on_top_of_an_index(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    plain = compile_index(build_graph(load_referential()), tmp_path / "index.zip")
    split = load_referential(plain).with_overlay(OVERLAY)
    assert split.index is None
    assert build_graph(split).referential == embedded_graph.referential
    again = load_referential(compile_index(embedded_graph, tmp_path / "split.zip"))
    assert again.with_overlay(OVERLAY) is again  # which lies there already


def test_what_a_branch_says_of_access_stays_under_another_overlay_on_an_index(tmp_path: Path) -> None:
    branch = tmp_path / "branche"
    branch.mkdir()
    (branch / "manifest.toml").write_text(
        'schema = "passerelles/overlay@1"\nname = "branche"\nversion = "1"\n', encoding="utf-8"
    )
    (branch / "occupation_access.csv").write_text("occupation,status\nN4101,selective\n", encoding="utf-8")
    index = compile_index(build_graph(load_referential().with_overlay(branch)), tmp_path / "index.zip")
    twice = build_graph(load_referential(index).with_overlay(OVERLAY)).referential
    assert twice.access_of["N4101"].status == "selective"
    assert twice.access_of["N4103"].status == "conditional"


def test_odd_cells_come_back(tmp_path: Path) -> None:
    """Unknown labels, half characters, empty tables, hours without a figure."""
    credential = Credential("C", "Titre", "titre", Hours(1.5, None, 3.0, "arrêté"), prerequisites=("D",))
    plain = small_referential(
        {"A": ["a*", "b"], "B": ["b"], "C": []},
        labels={"a": "é\ud800\n\x00", "b": ""},
        mobilities=[("A", "B")],
        credentials=[credential, Credential("D", "Permis", "permis")],
        demands=[("A", "C")],
    )
    odd = dataclasses.replace(
        plain,
        occupations=(dataclasses.replace(plain.occupations[0], label=None, riasec="RI"), *plain.occupations[1:]),
        mobilities=(plain.mobilities[0], plain.mobilities[0]._replace(origin="B", target="A", rank=4)),
    )
    graph = build_graph(odd)
    opened = build_graph(load_referential(compile_index(graph, tmp_path / "odd.zip")))
    same_referential(opened.referential, odd)
    same_graph(opened, graph)
    assert rank_moves(opened, "A") == rank_moves(graph, "A")
    assert dataclasses.replace(opened.referential, name="autre").name == "autre"
    again = build_graph(load_referential(compile_index(opened, tmp_path / "again.zip")))
    same_graph(again, graph)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(make_app(arguments[:1]), list(arguments))
    assert result.exit_code in {0, 1}, result.output
    return result.exit_code, result.stdout


COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "rank": lambda place: ["rank", "K2110", "--explain", "2", "--filter", "unregulated", "-r", place],
    "rank title": lambda place: [
        "rank",
        "Enseignant / Enseignante de la conduite et de la sécurité routière",
        "-r",
        place,
    ],
    "sources": lambda place: ["sources", "K2110", "-r", place],
    "show": lambda place: ["show", "K2110", "-r", place],
    "paths": lambda place: ["paths", "K2110", "N4102", "-r", place],
    "levers": lambda place: ["levers", "--origin", "K2110", "--target", "N4102", "-r", place],
    "resolve": lambda place: ["resolve", "moniteur auto ecole", "-r", place],
    "evaluate": lambda place: ["evaluate", "--methods", "cosine,shipped", "-r", place],
    "territory": lambda place: ["territory", "match", "--fragile", "F", "--hiring", "H", "-r", place],
    "validate": lambda place: ["validate", place],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_gives_the_same_json(
    name: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERELLES_DATA", str(tmp_path))
    (tmp_path / "F").write_text("employer,job,headcount,basin\nAuto,K2110,3,Redon\n", encoding="utf-8")
    (tmp_path / "H").write_text("employer,job,openings,basin\nCars,N4102,2,Redon\n", encoding="utf-8")
    files = {"F": str(tmp_path / "F"), "H": str(tmp_path / "H")}
    found = []
    for source, overlay in ((str(place), []), ("transitions", ["--overlay", OVERLAY])):
        words = [files.get(word, word) for word in COMMANDS[name](source)]
        code, text = run(*words, *overlay, "--format", "json")
        payload = json.loads(text)
        payload.pop("place", None)  # what was typed
        found.append((code, payload))
    assert found[0] == found[1]


def test_validation_tells_what_the_source_had(tmp_path: Path) -> None:
    """The embedded referential has little to tell: one with faults keeps its notices through an index."""
    folder = tmp_path / "faulty"
    folder.mkdir()
    (folder / "manifest.toml").write_text(
        'schema = "passerelles/table@1"\nname = "x"\nversion = "1"\n', encoding="utf-8"
    )
    (folder / "occupations.csv").write_text("code,label\nA,Un\nA,Deux\nB,Trois\n", encoding="utf-8")
    (folder / "competencies.csv").write_text("code,label,kind\nc,Faire,savoir-faire\n", encoding="utf-8")
    (folder / "requirements.csv").write_text("occupation,competency\nA,c\nZ,c\n", encoding="utf-8")
    expected = validate(folder)
    assert expected.notices
    place = compile_index(build_graph(load_referential(folder)), tmp_path / "faulty.zip")
    assert validate(place).notices == expected.notices
    assert validate(place).counts == expected.counts
    assert (validate(place).format, validate(place).sha256) == (expected.format, expected.sha256)


def test_the_same_graph_gives_the_same_bytes(tmp_path: Path, embedded_graph: OccupationGraph) -> None:
    first, second = (compile_index(embedded_graph, tmp_path / name) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_members_are_open_formats_and_say_where_they_come_from(
    place: Path, tmp_path: Path, embedded_graph: OccupationGraph
) -> None:
    import hashlib
    import zipfile

    folder = place
    if place.is_file():
        folder = tmp_path / "unzipped"
        with zipfile.ZipFile(place) as archive:
            assert archive.testzip() is None
            archive.extractall(folder)
    manifest = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    provenance = embedded_graph.referential.provenance
    assert manifest["schema"] == "passerelles/index"
    assert manifest["provenance"]["sha256"] == provenance.sha256
    assert manifest["provenance"]["licence"] == provenance.licence
    assert manifest["scorers"]["fitted"]["version"] == load_scorer("fitted").version
    for name, about in manifest["members"].items():
        data = (folder / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (about["bytes"], about["sha256"])
        if not name.endswith(".json"):
            array = np.load(folder / name, allow_pickle=False) if name.endswith(".npy") else None
            assert array is None or (array.dtype.str, list(array.shape)) == (about["dtype"], about["shape"])
    # A zip and the folder of what is in it are one and the same index.
    assert rank_moves(build_graph(load_referential(folder)), "K2110") == rank_moves(embedded_graph, "K2110")


def test_arrays_in_a_zip_are_aligned(tmp_path: Path) -> None:
    arrays = {f"a{i}.npy": np.arange(i, dtype=np.float64) for i in range(5)}
    target = tmp_path / "x.zip"
    write_index(target, about={}, arrays=arrays, documents={"d.json": [1]}, overwrite=False)
    index = open_index(target)
    for name, array in arrays.items():
        assert np.array_equal(index.array(name), array)
        assert not array.size or index.array(name).ctypes.data % 64 == 0
    assert index.document("d.json") == [1]


def test_real_data_answers_are_the_same(rome4_part_graph: OccupationGraph, rome4_part_index: Path) -> None:
    opened = build_graph(load_referential(rome4_part_index))
    for origin in ("K2110", *rome4_part_graph.codes[::80]):
        assert rank_moves(opened, origin) == rank_moves(rome4_part_graph, origin)
        assert rank_sources(opened, origin) == rank_sources(rome4_part_graph, origin)
    codes = rome4_part_graph.competency_codes[100:2000:300]
    for occupation in ("K2110", None):
        person = Profile(occupation, competencies=codes)
        assert rank_moves(opened, person) == rank_moves(rome4_part_graph, person)
    for text in ("moniteur auto ecole", "CHEF DE CHANTIER BTP (H/F) - Lyon", "boulangerr"):
        assert resolve_title(opened.referential, text) == resolve_title(rome4_part_graph.referential, text)
    same_graph(opened, rome4_part_graph)
    assert opened.referential == rome4_part_graph.referential
