"""What the sister occupations of the origin's parent group are close to."""

import numpy as np

from passerelles.graph.build import build_graph
from passerelles.scoring.features import FEATURES, scene_of_all
from small import occupation, referential


def test_ranks_are_averaged_over_the_other_occupations_of_the_group() -> None:
    asked = {"A1": "ab", "A2": "bc", "A3": "cd", "B1": "ad", "C1": "be"}
    names = {code: occupation(code, parent=code[0] + "1") for code in asked}
    labels = {"a": "souder", "b": "percer", "c": "peindre", "d": "mesurer", "e": "livrer"}
    graph = build_graph(referential(asked, occupations=names.values(), labels=labels))
    scene = scene_of_all(graph)
    ranks = FEATURES["competencies.items_rank"].compute(scene)
    found = FEATURES["family.sisters_items"].compute(scene)
    rows = [graph.position[code] for code in ("A1", "A2", "A3")]
    for row in rows:
        others = [r for r in rows if r != row]
        assert np.allclose(found[row], ranks[others].mean(axis=0))
    alone = graph.position["B1"]
    assert np.array_equal(found[alone], ranks[alone])
    assert len(np.unique(ranks[rows], axis=0)) == 3  # else the means would prove nothing
