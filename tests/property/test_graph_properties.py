"""Random referentials and labels: the graph against loops, close pairs against all pairs, XML against its parser."""

import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelles.graph.build import build_graph
from passerelles.graph.core import edge_records, node_records
from passerelles.graph.export import xml_text
from passerelles.model import Competency, Occupation, Provenance, Requirement, RequirementStatus
from passerelles.referentials.referential import Referential
from passerelles.text import words
from passerelles.vectors import close_pairs, word_vectors

WORDS = ("souder", "des", "tubes", "en", "acier", "fin", "poser", "vitres", "la", "nuit")
LABELS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=25)
STATUS: tuple[RequirementStatus, ...] = ("core", "emerging", "other")


def cosines(labels: list[str], counted: list[bool]) -> dict[tuple[int, int], float]:
    """Cosine of every pair of labels, by dictionaries."""
    bags = [set(words(label)) for label in labels]
    total = max(1, sum(counted))
    vectors = []
    for bag in bags:
        asked = {w: sum(w in b for b, c in zip(bags, counted, strict=True) if c) for w in bag}
        vectors.append({w: math.log(total / max(1, n)) + 1 for w, n in asked.items()})
    found = {}
    for i, j in combinations(range(len(labels)), 2):
        lengths = [math.sqrt(sum(v * v for v in vectors[k].values())) for k in (i, j)]
        shared = sum(vectors[i][w] * vectors[j][w] for w in bags[i] & bags[j])
        found[i, j] = shared / (lengths[0] * lengths[1]) if all(lengths) else 0.0
    return found


@given(labels=LABELS, threshold=st.floats(0.51, 1.0), data=st.data())
def test_close_pairs_are_all_pairs_above_the_threshold(
    labels: list[str], threshold: float, data: st.DataObject
) -> None:
    counted = data.draw(st.lists(st.booleans(), min_size=len(labels), max_size=len(labels)))
    left, right, cosine = close_pairs(word_vectors(labels, counted), threshold)
    found = {(int(i), int(j)): float(c) for i, j, c in zip(left, right, cosine, strict=True)}
    expected = cosines(labels, counted)
    assert all(found[pair] == pytest.approx(expected[pair], abs=1e-12) for pair in found)
    surely = {pair for pair, c in expected.items() if c >= threshold + 1e-9}
    possibly = {pair for pair, c in expected.items() if c >= threshold - 1e-9}
    assert surely <= set(found) <= possibly


@st.composite
def referentials(draw: st.DrawFn) -> Referential:
    """Occupations O00.., some of them parts of O00, that ask for competencies 000.. with any status."""
    n_occupations, n_competencies = draw(st.integers(1, 6)), draw(st.integers(0, 8))
    codes = [f"O{i:02}" for i in range(n_occupations)]
    competencies = [f"{i:03}" for i in range(n_competencies)]
    parts = draw(st.integers(0, n_occupations - 1))
    based = dict.fromkeys(codes[n_occupations - parts :], "O00")
    links = draw(st.sets(st.tuples(st.sampled_from(codes), st.sampled_from(competencies)))) if competencies else set()
    macro = st.sampled_from((None, *competencies))
    return Referential(
        name="hasard",
        version="1",
        provenance=Provenance("hasard", "table"),
        occupations=tuple(Occupation(c, f"Métier {c}", base=based.get(c)) for c in codes),
        competencies=tuple(
            Competency(c, draw(st.one_of(st.none(), st.sampled_from(WORDS))), "savoir", macro=draw(macro))
            for c in competencies
        ),
        requirements=tuple(Requirement(o, c, draw(st.sampled_from(STATUS))) for o, c in sorted(links)),
    )


@given(referential=referentials())
def test_weights_are_those_of_a_loop(referential: Referential) -> None:
    graph = build_graph(referential)
    plain = {o.code for o in referential.occupations if o.base is None}
    expected = np.zeros((len(graph.codes), len(graph.competency_codes)))
    for r in referential.requirements:
        asking = {x.occupation for x in referential.requirements if x.competency == r.competency} & plain
        rarity = math.log((1 + len(plain)) / (1 + len(asking))) + 1
        status = {"core": 2.0, "emerging": 1.0, "other": 1.0}[r.status]
        expected[graph.position[r.occupation], graph.competency_position[r.competency]] = status * rarity
    np.testing.assert_allclose(graph.weights.toarray(), expected, rtol=1e-12)
    required = {r.competency for r in referential.requirements}
    rolled = {m for c in required if (m := referential.competency_by_code[c].macro) is not None}
    assert graph.competency_codes == tuple(sorted(required | rolled))
    for code, place in graph.competency_position.items():
        macro = referential.competency_by_code[code].macro
        assert graph.macro[place] == (-1 if macro is None else graph.competency_position.get(macro, -1))


@given(referential=referentials())
def test_every_end_of_an_edge_is_a_node_and_no_edge_is_twice(referential: Referential) -> None:
    graph = build_graph(referential)
    nodes = [node for node, _ in node_records(graph)]
    edges = [(source, target, values["type"]) for source, target, values in edge_records(graph)]
    assert len(set(nodes)) == len(nodes)
    assert len(set(edges)) == len(edges)
    assert {end for source, target, _ in edges for end in (source, target)} <= set(nodes)


@given(text=st.text(st.characters(codec=None, categories=None, exclude_categories=())))
def test_any_text_survives_xml_but_for_what_xml_forbids(text: str) -> None:
    written = xml_text(text)
    parsed = ET.fromstring(f'<a b="{written}">{written}</a>'.encode())  # noqa: S314 - written one line above
    readable = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f]",
        lambda m: chr(0x2400 + ord(m[0])),
        re.sub("[\ud800-\udfff\ufffe\uffff]", "�", text),
    )
    assert parsed.get("b") == readable
    assert (parsed.text or "") == readable
