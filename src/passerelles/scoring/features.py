"""Features between origins and occupations, by name; a part of the score is a weighted sum of some of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.algebra import sparse
from passerelles.graph.core import OccupationGraph, frozen
from passerelles.scoring import content
from passerelles.scoring.content import content_index
from passerelles.scoring.evidence import Attributes, Evidence, evidence_of, evidence_of_all, nearest_to
from passerelles.scoring.origins import Origins, every_occupation
from passerelles.scoring.ranks import Dense, nearest_values, rank_closeness
from passerelles.scoring.tree import tree_of
from passerelles.sharing import kept

# A step up of about one level of training; half a level is noise, two are another career.
_STEP: Final = (0.3, 1.8)
_ALIKE: Final = 1e-6  # figures of targets are logarithms of counts and shares: real differences are larger
_SISTERS: Final = ("all_text", "item_text")  # measures whose ranks are also taken from the origin's whole group


@dataclass(frozen=True, eq=False)
class Reference:
    """
    What the features of any origin are measured against.

    `overall` is the closeness between all occupations, shape (n, n); `reverse` has, for each measure that is ranked
    from the target's side, the greatest values of its column, shape (n, c).
    """

    attributes: Attributes
    overall: Dense
    reverse: Mapping[str, Dense]


@dataclass(frozen=True, eq=False)
class Scene:
    """
    Origins before all occupations of a graph.

    `known_reference` is given for people; for the occupations themselves it is made here, when a feature asks for it.
    """

    graph: OccupationGraph
    origins: Origins
    known_reference: Reference | None = None
    ranks: dict[str, Dense] = field(default_factory=dict, repr=False)  # those of `_SISTERS`, which serve twice

    @kept
    def reference(self) -> Reference:
        """What the features are measured against."""
        if self.known_reference is not None:
            return self.known_reference
        evidence, attributes = self._of_all
        plain = ~self.graph.is_specialised
        reverse = {
            name: nearest_values(np.ascontiguousarray(evidence.measured(name).T), plain, self.graph.base_rows)
            for name in ("overall", "macro", "all_text")
        }
        return Reference(attributes, evidence.overall, MappingProxyType(reverse))

    @kept
    def evidence(self) -> Evidence:
        """Evidence between the origins and all occupations."""
        if self.known_reference is not None:
            return evidence_of(self.graph, self.known_reference.attributes, self.origins)
        return self._of_all[0]

    @kept
    def _of_all(self) -> tuple[Evidence, Attributes]:
        return evidence_of_all(self.graph)

    @property
    def mine(self) -> NDArray[np.int32]:
        """Row of each origin's occupation; 0 stands for none, whose features of this kind are never used."""
        return np.maximum(self.origins.rows, 0)


def scene_of_all(graph: OccupationGraph) -> Scene:
    """Return the scene in which the origins are the occupations themselves."""
    return Scene(graph, every_occupation(graph))


Compute = Callable[[Scene], Dense]


@dataclass(frozen=True, slots=True)
class Feature:
    """
    One feature.

    `closeness`: more of it means closer, so its weight may not be negative. `of_holdings`: it depends on what an
    origin holds, so a person's differs from their occupation's. `of_target`: it is the same for all origins.
    """

    compute: Compute
    closeness: bool = True
    of_holdings: bool = False
    of_target: bool = False


def _rank(name: str) -> Compute:
    def compute(scene: Scene) -> Dense:
        if name in scene.ranks:
            return scene.ranks[name]
        values = scene.evidence.measured(name)
        found = rank_closeness(values, nearest_to(scene.evidence, values))
        if name in _SISTERS:
            scene.ranks[name] = frozen(found)
        return found

    return compute


def _reverse_rank(name: str) -> Compute:
    def compute(scene: Scene) -> Dense:
        values = np.ascontiguousarray(scene.evidence.measured(name).T)
        return np.ascontiguousarray(rank_closeness(values, scene.reference.reverse[name]).T)

    return compute


def _cosine(name: str) -> Compute:
    return lambda scene: scene.evidence.measured(name)


def _content(function: Callable[[content.ContentIndex, Origins], Dense]) -> Compute:
    return lambda scene: function(content_index(scene.graph), scene.origins)


def _same(values: Callable[[Scene], NDArray[np.int32]]) -> Compute:
    """1 where origin and target have the same known value (numbers from 0; -1 is unknown)."""

    def compute(scene: Scene) -> Dense:
        column = values(scene)
        mine = column[scene.mine]
        return np.asarray((mine[:, None] == column[None, :]) & (column >= 0)[None, :], dtype=np.float32)

    return compute


def _group_closeness(scene: Scene) -> Dense:
    """Mean closeness to the target of the occupations of the origin's parent group, the origin included."""
    graph = scene.graph
    whole = scene.reference.overall.copy()
    np.fill_diagonal(whole, 0.0)
    plain = np.flatnonzero(~graph.is_specialised)
    shape = (int(graph.group.max()) + 1, len(graph.codes))
    members = sparse.csr_array((np.ones(len(plain)), (graph.group[plain], plain)), shape=shape)
    sums = members @ whole.astype(np.float64)
    counts = np.bincount(graph.group[plain], minlength=len(sums))
    means = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
    return np.asarray(means[graph.group[scene.mine]])


def _of_sisters(name: str) -> Compute:
    """
    Mean rank, over the other occupations of the origin's parent group, of how close each is to the target.

    An occupation alone in its group goes by its own. For occupations only: people have the part of theirs.
    """
    ranked = _rank(name)

    def compute(scene: Scene) -> Dense:
        graph = scene.graph
        ranks = ranked(scene)
        plain = np.flatnonzero(~graph.is_specialised)
        shape = (int(graph.group.max()) + 1, len(graph.codes))
        members = sparse.csr_array((np.ones(len(plain), np.float32), (graph.group[plain], plain)), shape=shape)
        sums = members @ ranks
        counts = np.bincount(graph.group[plain], minlength=len(sums))
        own = graph.base_rows[scene.mine]
        others = (counts[graph.group[own]] - 1).astype(np.float32)[:, None]
        means = (sums[graph.group[own]] - ranks[own]) / np.maximum(others, 1.0)
        return np.where(others > 0, means, ranks[own])

    return compute


def _level_step(function: Callable[[NDArray[np.float32]], NDArray[np.float32]], attribute: str) -> Compute:
    """Return a function of target minus origin of one attribute."""

    def compute(scene: Scene) -> Dense:
        column = getattr(scene.reference.attributes, attribute)
        mine = column[scene.mine]
        return np.asarray(function(column[None, :] - mine[:, None]), dtype=np.float32)

    return compute


def _of_target(values: Callable[[Scene], NDArray[np.float64]], *, scaled: bool = True) -> Compute:
    """A figure of the target, in standard deviations over the referential where `scaled`."""

    def compute(scene: Scene) -> Dense:
        column = np.asarray(values(scene), dtype=np.float64)
        if scaled:
            plain = column[~scene.graph.is_specialised]
            # Equal figures may have a mean that differs in its last bit: that is no spread to divide by.
            alike = not len(plain) or float(np.ptp(plain)) <= _ALIKE
            column = np.zeros_like(column) if alike else (column - plain.mean()) / plain.std()
        return np.broadcast_to(column.astype(np.float32), (len(scene.origins.rows), len(column)))

    return compute


def _attribute(name: str) -> Callable[[Scene], NDArray[np.float64]]:
    return lambda scene: getattr(scene.reference.attributes, name).astype(np.float64)


def _is_reference(scene: Scene) -> NDArray[np.float64]:
    """Return 1 for the fiche that gives its parent group its code: the trade in general, before its variants."""
    return np.asarray([o.parent == (o.base or o.code) for o in scene.graph.occupations], dtype=np.float64)


def _group_size(scene: Scene) -> NDArray[np.float64]:
    plain = ~scene.graph.is_specialised
    return np.asarray(np.log(np.maximum(1, np.bincount(scene.graph.group[plain])[scene.graph.group])), dtype=np.float64)


def _title_count(scene: Scene) -> NDArray[np.float64]:
    titles = scene.graph.referential.titles_under
    return np.log1p([len(titles.get(o.base or o.code, ())) for o in scene.graph.occupations])


def _requirement_count(kind: str | None) -> Callable[[Scene], NDArray[np.float64]]:
    def count(scene: Scene) -> NDArray[np.float64]:
        graph = scene.graph
        counted = np.asarray([kind is None or c.kind == kind for c in graph.competencies], dtype=np.float64)
        listed = graph.weights.copy()
        listed.data = counted[listed.indices]
        return np.log1p(np.asarray(listed.sum(axis=1), dtype=np.float64).ravel())

    return count


def _mean_closeness(name: str) -> Callable[[Scene], NDArray[np.float64]]:
    """Mean closeness of the target to the occupations of other parent groups: how general it is."""

    def mean(scene: Scene) -> NDArray[np.float64]:
        graph = scene.graph
        values = scene.evidence.measured(name)
        plain = ~graph.is_specialised
        other = (graph.group[:, None] != graph.group[None, :]) & plain[:, None]
        return np.asarray((values * other).sum(axis=0, dtype=np.float64) / np.maximum(1, other.sum(axis=0)))

    return mean


def _domain(depth: int) -> Callable[[Scene], NDArray[np.int32]]:
    return lambda scene: tree_of(scene.graph)[depth]


def _ecological(scene: Scene) -> NDArray[np.int32]:
    roles = ("neutral", "green", "strategic", "brown")
    return np.asarray(
        [roles.index(o.ecological) if o.ecological in roles else -1 for o in scene.graph.occupations], dtype=np.int32
    )


CONTENT_PARTS: Final[Mapping[str, Mapping[str, Feature]]] = MappingProxyType(
    {
        "overall": {
            "rank": Feature(_rank("overall"), of_holdings=True),
            "rank_reverse": Feature(_reverse_rank("overall"), of_holdings=True),
        },
        "competencies": {
            "items_rank": Feature(_rank("item_text"), of_holdings=True),
            "macro_rank": Feature(_rank("macro"), of_holdings=True),
            "macro_rank_reverse": Feature(_reverse_rank("macro"), of_holdings=True),
            "knowledge_categories": Feature(_cosine("knowledge_categories"), of_holdings=True),
            "requirements_rank": Feature(_rank("requirements"), of_holdings=True),
        },
        "description": {
            "text_rank": Feature(_rank("all_text")),
            "text_rank_reverse": Feature(_reverse_rank("all_text")),
            "definition_rank": Feature(_rank("definition")),
            "access_rank": Feature(_rank("access")),
        },
        "titles": {
            "titles_rank": Feature(_rank("titles")),
            "same_head_noun": Feature(_same(lambda scene: scene.reference.attributes.head)),
        },
        "sector": {
            "themes": Feature(_cosine("themes")),
            "sectors": Feature(_cosine("sectors")),
            "transition": Feature(_same(_ecological)),
        },
        "family": {
            "same_domain": Feature(_same(_domain(1))),
            "same_top_domain": Feature(_same(_domain(2))),
            "group_closeness": Feature(_group_closeness),
            "sisters_text": Feature(_of_sisters("all_text")),
            "sisters_items": Feature(_of_sisters("item_text")),
        },
        "level": {
            "up_one": Feature(
                _level_step(lambda d: ((d > _STEP[0]) & (d < _STEP[1])).astype(np.float32), "level"), closeness=False
            ),
            "down": Feature(_level_step(lambda d: np.maximum(-d, 0.0), "level"), closeness=False),
            "target_level": Feature(
                _of_target(_attribute("level"), scaled=False),
                closeness=False,
            ),
            "same_cadre": Feature(_level_step(lambda d: -np.abs(d), "cadre")),
            "from_cadre": Feature(_level_step(lambda d: np.maximum(-d, 0.0), "cadre"), closeness=False),
            "target_cadre": Feature(
                _of_target(_attribute("cadre"), scaled=False),
                closeness=False,
            ),
        },
        "target": {
            "reference_fiche": Feature(_of_target(_is_reference), closeness=False, of_target=True),
            "group_size": Feature(_of_target(_group_size), closeness=False, of_target=True),
            "titles": Feature(_of_target(_title_count), closeness=False, of_target=True),
            "requirements": Feature(_of_target(_requirement_count(None)), closeness=False, of_target=True),
            "knowledge": Feature(_of_target(_requirement_count("savoir")), closeness=False, of_target=True),
            "generic_soft_skills": Feature(_of_target(_mean_closeness("soft")), closeness=False, of_target=True),
            "generic": Feature(_of_target(_mean_closeness("overall")), closeness=False, of_target=True),
        },
    }
)
# Plain features of the scorer whose weights are set by hand.
PLAIN_FEATURES: Final[Mapping[str, Feature]] = MappingProxyType(
    {
        "coverage": Feature(_content(content.coverage), of_holdings=True),
        "resemblance": Feature(_content(content.resemblance), of_holdings=True),
        "contexts": Feature(_content(content.contexts)),
        "tags": Feature(_content(content.tags)),
        "title_words": Feature(_content(content.titles)),
        "definition_words": Feature(_content(content.texts)),
        "tree": Feature(_content(content.tree)),
    }
)
FEATURES: Final[Mapping[str, Feature]] = MappingProxyType(
    {f"{part}.{name}": f for part, named in CONTENT_PARTS.items() for name, f in named.items()} | dict(PLAIN_FEATURES)
)
