"""The networkx view: everything is there, typed and labelled, and its weights are those of the matrices."""

import subprocess
import sys
from collections import Counter
from typing import Any

import networkx as nx
import numpy as np
import pytest
from networkx.algorithms import bipartite

from passerelles import load_referential
from passerelles.graph.build import build_graph
from passerelles.graph.core import (
    EDGE_ATTRIBUTES,
    NODE_ATTRIBUTES,
    OccupationGraph,
    edge_records,
    graph_attributes,
    node_records,
)
from passerelles.language import packaged
from passerelles.settings import Settings, WeightSettings
from typed_sample import PLAIN, SPLIT

NODE_TYPES = {
    "occupation", "job_title", "competency", "macro_competency", "work_context", "tag", "domain", "credential",
}  # fmt: skip


def edges_of(view: "nx.MultiDiGraph[str]", kind: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(u, v): data for u, v, key, data in view.edges(keys=True, data=True) if key == kind}


def test_nodes_of_the_sample() -> None:
    view = build_graph(SPLIT).to_networkx()
    assert list(view.nodes) == [
        "occupation:0110",
        "occupation:A1",
        "occupation:B1",
        "occupation:B1-TIG",
        "competency:007",
        "competency:100",
        "competency:101",
        "competency:102",
        "competency:103",
        "competency:ZZ",
        "competency:ZZZ",
        "macro_competency:M1",
        "macro_competency:M2",
        "macro_competency:MX",
        "job_title:0042",
        "job_title:43",
        "work_context:01",
        "work_context:02",
        "tag:naf:25",
        "tag:sector:1",
        "domain:D",
        "domain:D1",
        "domain:D2",
        "domain:D9",
        "domain:DX",
        "credential:C1",
        "credential:C2",
        "credential:C9",
    ]


def test_what_is_unknown_is_absent_and_false_is_not() -> None:
    nodes = build_graph(SPLIT).to_networkx().nodes
    assert nodes["occupation:A1"] == {"type": "occupation", "code": "A1", "weight": 0.0, "specialised": False}
    zero = dict(nodes["occupation:0110"])
    assert zero.pop("weight") > 0
    assert zero == {
        "type": "occupation",
        "code": "0110",
        "label": "Zéro devant",
        "parent": "0110",
        "specialised": False,
        "regulated": "no",
        "riasec": "RI",
    }
    assert nodes["domain:DX"] == {"type": "domain", "code": "DX", "weight": 0.0}
    assert nodes["domain:D9"] == {"type": "domain", "code": "D9", "weight": 2.0}
    assert nodes["job_title:43"] == {
        "type": "job_title",
        "code": "43",
        "label": "Braseur",
        "weight": 1.0,
        "principal": False,
        "rare": True,
    }
    assert nodes["credential:C1"] == {
        "type": "credential",
        "code": "C1",
        "label": "Licence de soudeur",
        "weight": 1.0,
        "kind": "habilitation",
        "hours_expected": 35.0,
        "hours_high": 70.5,
        "hours_source": "un centre",
        "reference": "arrêté",
    }
    assert nodes["credential:C2"]["rncp"] == "0123"
    part = nodes["occupation:B1-TIG"]
    assert (part["base"], part["specialised"], part["ecological"], part["access"]) == (
        "B1",
        True,
        "green",
        "Avec un titre.",
    )


def test_a_label_that_reads_unknown_is_a_label() -> None:
    odd = PLAIN.tags[0]._replace(label="unknown")
    values = dict(PLAIN.__dict__)
    sample = type(PLAIN)(**{n: values[n] for n in PLAIN.__dataclass_fields__} | {"tags": (odd, PLAIN.tags[1])})
    assert build_graph(sample).to_networkx().nodes["tag:naf:25"]["label"] == "unknown"


def test_edges_of_the_sample() -> None:
    view = build_graph(SPLIT).to_networkx()
    found = {(u, k, v) for u, v, k in view.edges(keys=True) if k not in ("requires", "near_label")}
    assert found == {
        ("competency:007", "rolls_up_to", "macro_competency:M1"),
        ("competency:100", "rolls_up_to", "macro_competency:M1"),
        ("competency:101", "rolls_up_to", "macro_competency:MX"),
        ("macro_competency:M1", "rolls_up_to", "macro_competency:M2"),
        ("occupation:B1", "has_title", "job_title:0042"),
        ("occupation:B1", "has_title", "job_title:43"),
        ("occupation:0110", "in_context", "work_context:01"),
        ("occupation:B1", "in_context", "work_context:01"),
        ("occupation:B1", "in_context", "work_context:02"),
        ("occupation:B1", "filed_under", "tag:naf:25"),
        ("occupation:B1", "filed_under", "tag:sector:1"),
        ("occupation:0110", "in_domain", "domain:D1"),
        ("occupation:B1", "in_domain", "domain:D9"),
        ("occupation:B1-TIG", "in_domain", "domain:D9"),
        ("occupation:B1", "child_of", "occupation:0110"),
        ("domain:D1", "child_of", "domain:D"),
        ("domain:D2", "child_of", "domain:DX"),
        ("occupation:B1-TIG", "part_of", "occupation:B1"),
        ("occupation:0110", "known_mobility", "occupation:B1"),
        ("occupation:B1", "known_mobility", "occupation:0110"),
        ("occupation:B1", "known_mobility", "occupation:A1"),
        ("occupation:B1", "requires_credential", "credential:C1"),
        ("occupation:B1", "credential_option", "credential:C2"),
        ("credential:C2", "prerequisite", "credential:C1"),
        ("credential:C2", "prerequisite", "credential:C9"),
    }
    ranked = edges_of(view, "known_mobility")
    assert ranked["occupation:0110", "occupation:B1"] == {
        "type": "known_mobility",
        "label": "mène à",
        "weight": 0.5,
        "rank": 2,
        "kind": "listed",
    }
    assert "rank" not in ranked["occupation:B1", "occupation:0110"]
    assert ranked["occupation:B1", "occupation:0110"]["kind"] == "proche"
    assert edges_of(view, "requires_credential")["occupation:B1", "credential:C1"]["reference"] == "la branche"
    assert "reference" not in edges_of(view, "credential_option")["occupation:B1", "credential:C2"]
    assert edges_of(view, "filed_under")["occupation:B1", "tag:sector:1"]["principal"] is True
    assert edges_of(view, "requires")["occupation:0110", "competency:007"]["status"] == "core"


@pytest.mark.parametrize("sample", [PLAIN, SPLIT])
def test_weights_of_edges_are_the_matrices(sample: object) -> None:
    graph = build_graph(sample)  # type: ignore[arg-type]
    _compare_with_matrices(graph)


def test_embedded_referential_agrees_with_its_matrices() -> None:
    _compare_with_matrices(build_graph(load_referential("transitions")))


def test_real_rome_agrees_with_its_matrices(rome4_part_graph: OccupationGraph) -> None:
    view, referential = _compare_with_matrices(rome4_part_graph), rome4_part_graph.referential
    nodes = Counter(data["type"] for _, data in view.nodes(data=True))
    edges = Counter(key for _, _, key in view.edges(keys=True))
    assert nodes["occupation"] == len(referential.occupations)
    assert nodes["job_title"] == edges["has_title"] == len(referential.titles)
    assert edges["requires"] == len(referential.requirements)
    assert edges["in_context"] == len(referential.occupation_contexts)
    assert edges["known_mobility"] == len(referential.mobilities)
    # Nobody asks for some competencies; they are nodes all the same.
    assert nodes["competency"] + nodes["macro_competency"] == len(referential.competencies)


def _compare_with_matrices(graph: OccupationGraph) -> "nx.MultiDiGraph[str]":
    view = graph.to_networkx()
    known = graph.referential.competency_by_code
    competencies = [("macro_competency:" if known[c].is_macro else "competency:") + c for c in graph.competency_codes]
    occupations = [f"occupation:{c}" for c in graph.codes]
    contexts = [f"work_context:{c}" for c in graph.context_codes]
    tags = [f"tag:{c}" for c in graph.tag_codes]
    for kind, matrix, rows, columns in (
        ("requires", graph.weights, occupations, competencies),
        ("near_label", graph.near, competencies, competencies),
        ("in_context", graph.contexts, occupations, contexts),
        ("filed_under", graph.tags, occupations, tags),
        ("known_mobility", graph.mobility, occupations, occupations),
    ):
        edges = edges_of(view, kind)
        assert len(edges) == matrix.nnz
        cells = matrix.tocoo()
        for r, c, value in zip(cells.row, cells.col, cells.data, strict=True):
            assert edges[rows[r], columns[c]]["weight"] == value
    broader = edges_of(view, "rolls_up_to")
    for i, node in enumerate(competencies):
        if graph.macro[i] >= 0 and graph.macro[i] != i:
            assert (node, competencies[graph.macro[i]]) in broader
    for node, total in zip(occupations, graph.total_weight, strict=True):
        assert view.nodes[node]["weight"] == total
    return view


@pytest.mark.parametrize("name", ["sample", "transitions"])
def test_every_node_and_edge_is_typed_and_declared(name: str) -> None:
    graph = build_graph(SPLIT if name == "sample" else load_referential(name))
    for node, values in node_records(graph):
        assert node == f"{values['type']}:{values['code']}"
        assert values["type"] in NODE_TYPES
        assert type(values["weight"]) is float
        assert all(type(value) is NODE_ATTRIBUTES[key] for key, value in values.items())
    kinds = []
    for _, _, values in edge_records(graph):
        assert values["label"]
        assert type(values["weight"]) is float
        assert all(type(value) is EDGE_ATTRIBUTES[key] for key, value in values.items())
        kinds.append(values["type"])
    known = set(packaged("passerelles.language", "fr", "export.toml")["edges"])
    assert set(kinds) <= known
    assert name != "sample" or set(kinds) == known


def test_weight_of_a_node_is_what_occupations_lay_on_it() -> None:
    view = build_graph(SPLIT).to_networkx()
    titles = ("has_title", "in_context", "filed_under", "in_domain", "requires", "requires_credential")
    for node, data in view.nodes(data=True):
        if data["type"] != "occupation":
            laid = [d["weight"] for u, _, k, d in view.in_edges(node, keys=True, data=True) if k in titles]
            laid += [
                d["weight"] for _, _, k, d in view.in_edges(node, keys=True, data=True) if k == "credential_option"
            ]
            assert data["weight"] == pytest.approx(sum(laid)), node


def test_labels_of_edges_follow_the_language_of_the_referential() -> None:
    values = {name: getattr(PLAIN, name) for name in PLAIN.__dataclass_fields__}
    for language, expected in (("en", "requires"), ("fr", "exige"), ("de", "exige")):
        view = build_graph(type(PLAIN)(**values | {"language": language})).to_networkx()
        assert {d["label"] for d in edges_of(view, "requires").values()} == {expected}


def test_provenance_is_in_the_graph() -> None:
    found = graph_attributes(build_graph(SPLIT, settings=Settings(weights=WeightSettings(core=3))))
    assert found["name"] == "essai"
    assert found["version"] == "7"
    assert found["sha256"] == "ab12"
    assert found["licence"] == "MIT"
    assert found["overlays"] == "branche 1.0"
    assert Settings.model_validate_json(found["settings"]).weights.core == 3
    assert "overlays" not in graph_attributes(build_graph(PLAIN))
    assert build_graph(SPLIT, settings=Settings(weights=WeightSettings(core=3))).to_networkx().graph == found


def test_each_view_is_a_new_graph() -> None:
    graph = build_graph(PLAIN)
    first = graph.to_networkx()
    first.remove_node("occupation:B1")
    first.nodes["occupation:0110"]["label"] = "changé"
    second = graph.to_networkx()
    assert second.nodes["occupation:0110"]["label"] == "Zéro devant"
    assert "occupation:B1" in second


def test_projection_of_networkx_agrees_with_the_product_of_matrices() -> None:
    graph = build_graph(load_referential("transitions"))
    view = graph.to_networkx()
    asked: nx.Graph[str] = nx.Graph()
    asked.add_weighted_edges_from((u, v, d["weight"]) for (u, v), d in edges_of(view, "requires").items())
    some = [f"occupation:{code}" for code in graph.codes[:30]]
    rows = [graph.position[node.removeprefix("occupation:")] for node in some]
    counted = bipartite.weighted_projected_graph(asked, some)
    product = bipartite.generic_weighted_projected_graph(
        asked, some, lambda g, u, v: sum(g[u][c]["weight"] * g[v][c]["weight"] for c in set(g[u]) & set(g[v]))
    )
    weights = graph.weights[rows]
    shared = (weights > 0).astype(np.int64)
    for found, expected in ((counted, (shared @ shared.T).toarray()), (product, (weights @ weights.T).toarray())):
        dense = nx.to_numpy_array(found, nodelist=some, weight="weight")
        np.fill_diagonal(expected, 0)
        np.testing.assert_allclose(dense, expected, rtol=1e-12)


def test_building_a_graph_does_not_load_networkx() -> None:
    script = (
        "import sys, tempfile, passerelles, pathlib\n"
        "graph = passerelles.build_graph(passerelles.load_referential('transitions'))\n"
        "from passerelles.graph.export import export_graph\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    export_graph(graph, pathlib.Path(folder) / 'g.graphml')\n"
        "assert 'networkx' not in sys.modules and 'pyarrow' not in sys.modules and 'sklearn' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
