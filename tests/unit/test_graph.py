"""What `build_graph` makes, against loops and scikit-learn; that it never changes, and is the same twice."""

import hashlib
import math
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import eigh
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from passerelles import load_referential
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Occupation, Provenance
from passerelles.referentials.referential import Referential
from passerelles.settings import NearSettings, Settings, WeightSettings
from passerelles.text import words
from typed_sample import PLAIN, SPLIT

TESTS = Path(__file__).resolve().parents[1]
MATRICES = ("weights", "near", "contexts", "tags", "mobility")


def weights_by_code(graph: OccupationGraph) -> dict[tuple[str, str], float]:
    cells = graph.weights.tocoo()
    return {
        (graph.codes[r], graph.competency_codes[c]): float(w)
        for r, c, w in zip(cells.row, cells.col, cells.data, strict=True)
    }


def near_by_code(graph: OccupationGraph) -> dict[tuple[str, str], float]:
    cells = graph.near.tocoo()
    codes = graph.competency_codes
    return {(codes[r], codes[c]): float(w) for r, c, w in zip(cells.row, cells.col, cells.data, strict=True)}


def arrays(graph: OccupationGraph) -> list[NDArray[np.generic]]:
    matrices = [getattr(graph, name) for name in MATRICES]
    return [graph.macro, *(a for m in matrices for a in (m.data, m.indices, m.indptr))]


def digest(graph: OccupationGraph) -> str:
    found = hashlib.sha256(repr((graph.codes, graph.competency_codes, graph.context_codes, graph.tag_codes)).encode())
    for array in arrays(graph):
        found.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return found.hexdigest()


def test_rows_and_columns_are_what_is_required_and_what_it_rolls_up_to() -> None:
    graph = build_graph(PLAIN)
    assert graph.codes == ("0110", "A1", "B1")
    # ZZ is required by nobody, and M2 is broader than what is required only through M1: neither is a column.
    assert graph.competency_codes == ("007", "100", "101", "102", "103", "M1")
    broader = dict(zip(graph.competency_codes, graph.macro.tolist(), strict=True))
    place = graph.competency_position
    # The macro-competency of 101 is named but not declared; M1 is its own.
    assert broader == {"007": place["M1"], "100": place["M1"], "101": -1, "102": -1, "103": -1, "M1": place["M1"]}


def test_weights_are_status_times_smoothed_rarity() -> None:
    found = weights_by_code(build_graph(PLAIN))
    status = {("0110", "007"): 2.0, ("0110", "100"): 1.0, ("B1", "007"): 1.0, ("B1", "101"): 2.0}
    status |= {("B1", "102"): 1.0, ("B1", "103"): 1.0}
    asked = {"007": 2, "100": 1, "101": 1, "102": 1, "103": 1}
    # Three occupations, one of which asks for nothing and is counted all the same.
    expected = {(o, c): s * (math.log((1 + 3) / (1 + asked[c])) + 1) for (o, c), s in status.items()}
    assert found == pytest.approx(expected, rel=1e-14)


def test_statuses_count_as_the_settings_say_and_rarity_can_be_left_out() -> None:
    weighted = Settings(weights=WeightSettings(core=5, emerging=3, other=0.5, rarity=False))
    found = weights_by_code(build_graph(PLAIN, settings=weighted))
    assert found["0110", "007"] == 5
    assert found["0110", "100"] == 3
    assert found["B1", "007"] == 0.5


def test_rarity_is_that_of_scikit_learn() -> None:
    graph = build_graph(load_referential("transitions"))
    flat = build_graph(load_referential("transitions"), settings=Settings(weights=WeightSettings(rarity=False)))
    required = (flat.weights > 0).astype(np.float64)
    idf = TfidfTransformer(smooth_idf=True, norm=None).fit(required).idf_
    assert graph.weights.nnz == flat.weights.nnz
    np.testing.assert_allclose(graph.weights.toarray(), flat.weights.toarray() * idf, rtol=1e-12)


def test_contexts_tags_and_mobilities_stand_where_the_referential_says() -> None:
    graph = build_graph(PLAIN)
    assert graph.contexts.toarray().tolist() == [[1, 0], [0, 0], [1, 1]]
    assert graph.tags.toarray().tolist() == [[0, 0], [0, 0], [1, 1]]
    # Ranked second: 1/2; not ranked: 1; ranked first: 1.
    assert graph.mobility.toarray().tolist() == [[0, 0, 0.5], [0, 0, 0], [1, 1, 0]]


def test_a_move_to_itself_is_no_move() -> None:
    moved = PLAIN.mobilities[0]._replace(target="0110")
    circular = Referential("x", "1", PLAIN.provenance, PLAIN.occupations, mobilities=(moved,))
    assert build_graph(circular).mobility.nnz == 0


def test_close_labels_join_one_kind_only_and_never_what_has_no_label() -> None:
    close = near_by_code(build_graph(PLAIN, settings=Settings(near=NearSettings(macro_credit=0))))
    assert set(close) == {("100", "101"), ("101", "100")}  # 102 has the words of 100, and is a savoir
    assert close["100", "101"] == close["101", "100"]
    assert 0.8 * 0.8 <= close["100", "101"] < 0.8


def test_what_rolls_up_to_a_broader_competency_is_near_it() -> None:
    graph = build_graph(PLAIN)
    by_code = graph.referential.competency_by_code
    joined = {(c, by_code[c].macro or "") for c in graph.competency_codes}
    same_kind = {(a, b) for a, b in joined if b in graph.competency_position and by_code[a].kind == by_code[b].kind}
    near = near_by_code(graph)
    assert same_kind
    assert all(near[a, b] == near[b, a] == graph.settings.near.macro_credit for a, b in same_kind)


def test_labels_of_exact_categories_are_never_near() -> None:
    exact = Settings(near=NearSettings(exact_categories=("",), macro_credit=0))
    assert build_graph(PLAIN, settings=exact).near.nnz == 0


def test_no_credit_leaves_no_cell() -> None:
    nothing = Settings(near=NearSettings(label_credit=0, macro_credit=0))
    assert build_graph(PLAIN, settings=nothing).near.nnz == 0


def test_a_branch_changes_nothing_between_the_occupations_that_it_does_not_split() -> None:
    plain, split = build_graph(PLAIN), build_graph(SPLIT)
    weights, near = weights_by_code(split), near_by_code(split)
    assert {key: w for key, w in weights.items() if key[0] != "B1-TIG"} == weights_by_code(plain)
    known = set(plain.competency_codes)
    assert {key: c for key, c in near.items() if set(key) <= known} == near_by_code(plain)
    assert any("ZZZ" in key for key in near)  # what the branch adds has near labels too
    # Counted in no occupation but the part: as rare as can be, not divided by zero.
    assert weights["B1-TIG", "ZZZ"] == pytest.approx(2 * (math.log(4 / 1) + 1))


def test_the_overlay_that_ships_changes_nothing_between_the_others(embedded_graph: OccupationGraph) -> None:
    plain, parts = build_graph(load_referential("transitions")), set(embedded_graph.codes)
    parts -= set(plain.codes)
    assert parts
    assert {k: w for k, w in weights_by_code(embedded_graph).items() if k[0] not in parts} == weights_by_code(plain)
    known = set(plain.competency_codes)
    assert {k: c for k, c in near_by_code(embedded_graph).items() if set(k) <= known} == near_by_code(plain)


def test_parts_know_their_fiche() -> None:
    graph = build_graph(SPLIT)
    assert graph.codes[3] == "B1-TIG"
    assert graph.base_rows.tolist() == [0, 1, 2, 2]
    assert graph.is_specialised.tolist() == [False, False, False, True]
    # A1 has no parent: a group of its own; the others lie under 0110.
    assert len({graph.group[i] for i in (0, 2, 3)}) == 1
    assert graph.group[1] != graph.group[0]


def test_total_weight_is_the_sum_of_what_is_required() -> None:
    graph = build_graph(PLAIN)
    sums = {"0110": 0.0, "A1": 0.0, "B1": 0.0}
    for (occupation, _), weight in weights_by_code(graph).items():
        sums[occupation] += weight
    assert dict(zip(graph.codes, graph.total_weight.tolist(), strict=True)) == pytest.approx(sums)


def test_occupations_alone_make_a_graph() -> None:
    bare = Referential("x", "1", Provenance("x", "table"), (Occupation("A", "a"), Occupation("B", None)))
    graph = build_graph(bare)
    assert graph.weights.shape == (2, 0)
    assert graph.near.shape == (0, 0)
    assert graph.total_weight.tolist() == [0, 0]
    assert graph.group.tolist() == [0, 1]


def test_nothing_in_a_graph_can_be_written_to() -> None:
    graph = build_graph(SPLIT)
    derived = [graph.base_rows, graph.is_specialised, graph.group, graph.total_weight]
    for array in [*arrays(graph), *derived]:
        assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        graph.weights.data[0] = 1
    with pytest.raises(AttributeError):
        graph.codes = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        graph.position["X"] = 3  # type: ignore[index]


def test_a_pickled_graph_is_the_same_and_as_frozen() -> None:
    graph = build_graph(SPLIT)
    assert graph.occupations  # fills the look-ups of the referential, which cannot be pickled
    graph.derived("kept", threading.Lock)  # neither can this
    copy: OccupationGraph = pickle.loads(pickle.dumps(graph))  # noqa: S301 - made one line above
    assert digest(copy) == digest(graph)
    assert copy.referential == graph.referential
    assert copy.settings == graph.settings
    assert all(not array.flags.writeable for array in arrays(copy))
    assert copy.derived("kept", lambda: 3) == 3


def test_derived_is_built_once_by_many_threads() -> None:
    graph, built, found = build_graph(PLAIN), [], []
    together = threading.Barrier(8)

    def build() -> object:
        time.sleep(0.02)  # long enough for the others to ask meanwhile
        built.append(object())
        return built[-1]

    def ask() -> None:
        together.wait()
        found.append(graph.derived(("index", 1), build))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert found == [built[0]] * 8


def test_derived_may_build_on_derived_and_a_failure_is_not_kept() -> None:
    graph = build_graph(PLAIN)
    assert graph.derived("a", lambda: graph.derived("b", lambda: 1) + 1) == 2

    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        graph.derived("c", fail)
    assert graph.derived("c", lambda: 5) == 5


def test_another_process_builds_equal_bytes(plain_embedded: OccupationGraph) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_graph import SPLIT, build_graph, digest, load_referential\n"
        "print(digest(build_graph(SPLIT)), digest(build_graph(load_referential('transitions'))))\n"
    )
    command = [sys.executable, "-c", script, str(TESTS), str(TESTS / "unit")]
    told = subprocess.run(command, env={"PYTHONHASHSEED": "1"}, check=True, capture_output=True).stdout
    assert told.split() == [digest(graph).encode() for graph in (build_graph(SPLIT), plain_embedded)]


def test_real_rome_has_the_published_counts(rome4_graph: OccupationGraph) -> None:
    graph, referential = rome4_graph, rome4_graph.referential
    required = {r.competency for r in referential.requirements}
    macros = {c.macro for c in referential.competencies if c.code in required and c.macro}
    assert graph.weights.shape == (1584, len(required | macros))
    assert graph.weights.nnz == 90_556
    assert graph.contexts.nnz == 13_663
    assert graph.mobility.nnz == 14_912
    assert graph.weights.data.min() > 0
    assert (graph.total_weight > 0).all()
    assert len(set(graph.group.tolist())) == 532


def test_real_rome_near_matches_are_all_there(rome4_graph: OccupationGraph) -> None:
    """Every near match of a sample, by full products of scikit-learn's vectors and an exact decomposition."""
    graph, near = rome4_graph, rome4_graph.settings.near
    found = [graph.referential.competency_by_code[code] for code in graph.competency_codes]
    kept = [i for i, c in enumerate(found) if c.label and c.category not in near.exact_categories]
    counts = CountVectorizer(analyzer=words, binary=True).fit_transform([found[i].name for i in kept])
    vectors = sparse.csr_array(TfidfTransformer(smooth_idf=False).fit_transform(counts))
    kinds, macro = np.asarray([found[i].kind for i in kept]), graph.macro[kept]
    there = (sparse.csr_array(counts.T) @ (graph.weights[:, kept] > 0).T.astype(float)).toarray()
    chance = there.sum(axis=1, keepdims=True) * there.sum(axis=0) / there.sum()
    more = np.maximum(np.log(np.where(there > 0, there / np.maximum(chance, 1e-300), 1.0)), 0.0)
    squares, right = eigh(more.T @ more, subset_by_index=(there.shape[1] - 100, there.shape[1] - 1))
    words_at = (more @ right) / np.sqrt(np.sqrt(squares))
    words_at /= np.maximum(np.linalg.norm(words_at, axis=1, keepdims=True), 1e-300)
    topics = vectors @ words_at
    topics /= np.maximum(np.linalg.norm(topics, axis=1, keepdims=True), 1e-300)
    stored = graph.near[kept][:, kept]
    with_near = np.flatnonzero(np.diff(stored.indptr))
    checked = 0
    for row in [*with_near[::400].tolist(), *range(0, len(kept), 500)]:
        cosine = (vectors[[row]] @ vectors.T).toarray().ravel()
        close = np.where(cosine >= near.label_threshold - 1e-12, cosine, 0.0)
        mean = (cosine + topics @ topics[row]) / 2
        doubtful = np.abs(mean - near.topic_threshold) < 1e-4  # rounding decides
        alike = np.where((mean >= near.topic_threshold) & (macro == macro[row]) & (macro[row] >= 0), mean, 0.0)
        credit = near.label_credit * np.minimum(np.maximum(close, alike), 1.0)
        above = np.asarray([kept[i] for i in range(len(kept))]) == macro[row]
        below = (macro == kept[row]) & (np.asarray(kept) != kept[row])
        credit = np.maximum(credit, np.where(above | below, near.macro_credit, 0.0)) * (kinds == kinds[row])
        credit[row] = 0.0
        mine = stored[[row]].toarray().ravel()
        np.testing.assert_allclose(mine[~doubtful], credit[~doubtful], atol=6e-5)
        checked += int(np.count_nonzero(mine))
    assert checked > 100
