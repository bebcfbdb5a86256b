"""Features made from what occupations are: requirements, contexts, sectors, words and place in the tree."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.scoring.coverage import coverage_block
from passerelles.scoring.measures import own_titles
from passerelles.scoring.origins import Origins
from passerelles.scoring.similarity import bag_of_words, product, rarity, unit_rows, weighted
from passerelles.scoring.tree import Tree, tree_of

if TYPE_CHECKING:
    from passerelles.algebra import sparse

Dense = NDArray[np.float32]
_PARENT, _DOMAIN, _TOP = 3.0, 2.0, 1.0  # closeness in the tree: same parent group, same domain, same top domain
_CLOSEST: Final = _PARENT + _DOMAIN + _TOP


@dataclass(frozen=True, eq=False)
class ContentIndex:
    """Target side of the content features of one graph: unit vectors and tree positions, made once."""

    graph: OccupationGraph
    rarity: NDArray[np.float64]
    requirements: "sparse.csr_array"
    contexts: "sparse.csr_array"
    tags: "sparse.csr_array"
    titles: "sparse.csr_array"
    texts: "sparse.csr_array"
    tree: Tree


def content_index(graph: OccupationGraph) -> ContentIndex:
    """Return the index of a graph, made at the first call."""
    return graph.derived("content_index", lambda: _build(graph))


def _build(graph: OccupationGraph) -> ContentIndex:
    plain = ~graph.is_specialised
    listed = graph.weights.copy()
    listed.data = np.ones_like(listed.data)
    rare = rarity(listed, plain)
    titles = bag_of_words(
        [" ".join([o.name, *(t.label for t in own_titles(graph, o.code))]) for o in graph.occupations]
    )
    texts = bag_of_words([f"{o.name} {o.definition}" for o in graph.occupations])
    return ContentIndex(
        graph=graph,
        rarity=rare,
        requirements=unit_rows(weighted(listed, rare)),
        contexts=unit_rows(weighted(graph.contexts, rarity(graph.contexts, plain))),
        tags=unit_rows(weighted(graph.tags, rarity(graph.tags, plain))),
        titles=unit_rows(weighted(titles, rarity(titles, plain))),
        texts=unit_rows(weighted(texts, rarity(texts, plain))),
        tree=tree_of(graph),
    )


def coverage(index: ContentIndex, origins: Origins) -> Dense:
    """Share of the target's requirements held, near matches at their discount, in [0, 1]; NaN where none is listed."""
    return coverage_block(index.graph, origins.held)


def resemblance(index: ContentIndex, origins: Origins) -> Dense:
    """Cosine of the rarity-weighted requirements, in [0, 1]; the same in both directions."""
    return product(unit_rows(weighted(origins.held, index.rarity)), index.requirements)


def contexts(index: ContentIndex, origins: Origins) -> Dense:
    """Cosine of the rarity-weighted work contexts, in [0, 1]."""
    return product(origins.of_occupation(index.contexts), index.contexts)


def tags(index: ContentIndex, origins: Origins) -> Dense:
    """Cosine of the rarity-weighted sectors, interests and themes, in [0, 1]."""
    return product(origins.of_occupation(index.tags), index.tags)


def titles(index: ContentIndex, origins: Origins) -> Dense:
    """Cosine of the words of the labels and job titles, in [0, 1]."""
    return product(origins.of_occupation(index.titles), index.titles)


def texts(index: ContentIndex, origins: Origins) -> Dense:
    """Cosine of the words of label and definition, in [0, 1]."""
    return product(origins.of_occupation(index.texts), index.texts)


def tree(index: ContentIndex, origins: Origins) -> Dense:
    """Closeness in the tree, in [0, 1]: same parent group 1/2, same domain 1/3, same top domain 1/6, summed."""
    rows = np.maximum(origins.rows, 0)
    total = np.zeros((len(rows), len(index.graph.codes)), dtype=np.float32)
    for level, weight in zip(
        (index.tree.group, index.tree.domain, index.tree.top), (_PARENT, _DOMAIN, _TOP), strict=True
    ):
        same = (level[rows][:, None] == level[None, :]) & (level >= 0)[None, :]
        total += np.float32(weight / _CLOSEST) * same
    total[~origins.occupied] = 0.0
    return total
