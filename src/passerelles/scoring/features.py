"""Features between origins and occupations, by name; a part of the score is a weighted sum of some of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from operator import methodcaller
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, NoReturn, get_args

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.installed import extension_errors, extensions
from passerelles.language.say import LANGS, Lang, say
from passerelles.referentials.referential import Referential
from passerelles.scoring import measures
from passerelles.scoring.measures import Attributes, Dense, Origins, Vectors
from passerelles.sharing import cached_property, made_once
from passerelles.vectors import (
    by_blocks,
    by_column,
    factorised,
    frozen,
    membership,
    product,
    rarity,
    sparse,
    unit_rows,
    weighted,
)


class Tree(NamedTuple):
    """Shape (n,) each: number of the parent group, of the domain and of the top domain; -1 = unknown."""

    group: NDArray[np.int32]
    domain: NDArray[np.int32]
    top: NDArray[np.int32]


@made_once
def tree_of(graph: OccupationGraph) -> Tree:
    """Return the place of each occupation of a graph."""
    domains = [o.domain for o in graph.occupations]
    return Tree(graph.group, factorised(domains), factorised([top_domain(graph.referential, code) for code in domains]))


def top_domain(referential: Referential, domain: str | None) -> str | None:
    """Code at the top of the tree above a domain (grand domaine); None for none."""
    known = referential.domain_by_code
    while domain is not None and domain in known and (above := known[domain].parent) is not None:
        domain = above
    return domain


_PARENT, _DOMAIN, _TOP = 3.0, 2.0, 1.0  # closeness in the tree: same parent group, same domain, same top domain
_CLOSEST: Final = _PARENT + _DOMAIN + _TOP


# A step up of about one level of training; half a level is noise, two are another career.
_STEP: Final = (0.3, 1.8)
_NO_SPREAD: Final = 1e-6  # figures of targets are logarithms of counts and shares: real differences are larger
_MOST_BYTES: Final = 112_000_000  # bytes of cached tables: eleven of ROME's 1,584 fiches, three of ESCO's 3,007
# Measures that features ask for again, beside their share in the overall closeness: worth keeping while there is room.
_ASKED_AGAIN: Final = frozenset({"macro", "all_text", "definition", "item_text", "access", "titles", "themes"})


@dataclass(frozen=True, eq=False)
class Reference:
    """
    What the features of any origin are measured against.

    `reverse` has, for each measure that is ranked from the target's side, the greatest values of its column, shape
    (n, c).
    """

    attributes: Attributes
    reverse: Mapping[str, Dense]


@dataclass(frozen=True, eq=False)
class FeatureContext:
    """
    Origins before all occupations of a graph.

    `known_reference` is given for people; for the occupations themselves it is made here, when a feature asks for it.
    """

    graph: OccupationGraph
    origins: Origins
    known_reference: Reference | None = None
    computed: dict[str, Dense] = field(default_factory=dict, repr=False)

    @cached_property
    def reference(self) -> Reference:
        """What the features are measured against."""
        if self.known_reference is not None:
            return self.known_reference
        plain = ~self.graph.is_specialised
        # Between occupations each measure is the same both ways: its rows are its columns.
        reverse = {
            name: measures.nearest_values(self.measured(name), plain, self.graph.base_rows)
            for name in ("overall", "macro", "all_text")
        }
        return Reference(self._whole[1], MappingProxyType(reverse))

    @cached_property
    def vectors(self) -> Vectors:
        """Vectors of the origins, by measure."""
        index = measures.measure_index(self.graph)
        return index.vectors if self.known_reference is None else measures.measure_people(index, self.origins)

    @cached_property
    def _whole(self) -> tuple[Dense, Attributes]:
        """Overall closeness, shape (b, n), and the attributes that it rests on."""
        draft: Dense = np.zeros((len(self.occupation_rows), len(self.graph.codes)), dtype=np.float32)
        for name, weight in measures.OVERALL.items():
            if name in self.vectors:
                draft += np.float32(weight) * self.measured(name)
        known = self.known_reference
        attributes = measures.attributes_of(self.graph, draft) if known is None else known.attributes
        index = measures.measure_index(self.graph)
        return measures.normalised(index, self.vectors, draft, attributes, self.origins), attributes

    def measured(self, name: str) -> Dense:
        """Cosines of one measure with all occupations, shape (b, n), in [0, 1], or ``"overall"`` closeness."""
        if name == "overall":
            return self._whole[0]
        if name in self.computed:
            return self.computed[name]
        table = measures.measure_index(self.graph).closeness(name, self.vectors)
        if name in _ASKED_AGAIN:  # the oldest are dropped where memory is too short
            while self.computed and table.nbytes + sum(t.nbytes for t in self.computed.values()) > _MOST_BYTES:
                del self.computed[next(iter(self.computed))]
            self.computed[name] = table
        return table

    @property
    def occupation_rows(self) -> NDArray[np.int32]:
        """Row of each origin's occupation; 0 stands for none, whose features of this kind are never used."""
        return np.maximum(self.origins.rows, 0)


def context_of_all(graph: OccupationGraph) -> FeatureContext:
    """Return the context in which the origins are the occupations themselves."""
    return FeatureContext(graph, measures.every_occupation(graph))


Compute = Callable[[FeatureContext], Dense]


def _coverage(context: FeatureContext) -> Dense:
    """Share of the target's requirements held, near matches at their discount, in [0, 1]; NaN where none is listed."""
    return measures.coverage_block(context.graph, context.origins.held)


def _resemblance(context: FeatureContext) -> Dense:
    """Cosine of the rarity-weighted requirements, in [0, 1]; the same in both directions."""
    weights = rarity(context.graph.weights, ~context.graph.is_specialised)
    held, required = weighted(context.origins.held, weights), measures.content_vectors(context.graph)["requirements"]
    return product(unit_rows(held), by_column(required))


def _cosine(name: str, context: FeatureContext) -> Dense:
    """Cosine, in [0, 1], of what the occupations have: contexts, tags, words of titles, or of label and definition."""
    vectors = measures.content_vectors(context.graph)[name]
    return product(context.origins.of_occupation(vectors), by_column(vectors))


def _tree(context: FeatureContext) -> Dense:
    """Closeness in the tree, in [0, 1]: same parent group 1/2, same domain 1/3, same top domain 1/6, summed."""
    total = np.zeros((len(context.occupation_rows), len(context.graph.codes)), dtype=np.float32)
    for level, weight in zip(tree_of(context.graph), (_PARENT, _DOMAIN, _TOP), strict=True):
        total += np.float32(weight / _CLOSEST) * _shared(context, level)
    total[~context.origins.occupied] = 0.0
    return total


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


def _rank(name: str, context: FeatureContext) -> Dense:
    """Ranks of a measure in the rows of the origins."""
    graph, values = context.graph, context.measured(name)
    own_rows = np.where(context.origins.occupied, graph.base_rows[context.occupation_rows], -1)
    nearest = measures.nearest_values(values, ~graph.is_specialised, own_rows)
    return frozen(_neutral(context, name, measures.rank_closeness(values, nearest)))


def _reverse_rank(name: str, context: FeatureContext) -> Dense:
    """Rank of the origin among all origins, as the target sees them."""
    if context.known_reference is None:  # occupations before occupations: the same ranks, turned
        return np.ascontiguousarray(_rank(name, context).T)
    values = np.ascontiguousarray(context.measured(name).T)
    ranks = measures.rank_closeness(values, context.reference.reverse[name])
    return _neutral(context, name, np.ascontiguousarray(ranks.T))


def _neutral(context: FeatureContext, name: str, ranks: Dense) -> Dense:
    """Make the ranks of occupations that list nothing unknown: all that they tie with would else give them the best."""
    empty = measures.measure_index(context.graph).lists_nothing(name)
    if empty is not None:
        ranks[:, empty] = np.nan
        if context.known_reference is None:
            ranks[empty] = np.nan
    return ranks


def _shared(context: FeatureContext, column: NDArray[np.int32]) -> Dense:
    """1 where origin and target have the same known value (numbers from 0; -1 is unknown)."""
    own = column[context.occupation_rows][:, None]
    return by_blocks((len(own), len(column)), lambda rows: (own[rows] == column) & (column >= 0))


def _same_value(values: Callable[[FeatureContext], NDArray[np.int32]], context: FeatureContext) -> Dense:
    return _shared(context, values(context))


def _group_closeness(context: FeatureContext) -> Dense:
    """
    Mean closeness to the target of the occupations of the origin's parent group, the origin included.

    For occupations only: people have the part of theirs.
    """
    graph = context.graph
    others = context.measured("overall").astype(np.float64)
    np.fill_diagonal(others, 0.0)
    members = _members(graph)
    means = (members @ others) / np.maximum(members.sum(axis=1), 1)[:, None]
    return np.asarray(means.astype(np.float32)[graph.group[context.occupation_rows]])


def _members(graph: OccupationGraph) -> "sparse.csr_array":
    """Shape (groups, n): 1 where an occupation of the referential proper belongs to a parent group."""
    groups = np.where(graph.is_specialised, -1, graph.group)
    return sparse.csr_array(membership(groups, int(graph.group.max()) + 1, np.float32).T)


def _of_sisters(name: str, context: FeatureContext) -> Dense:
    """
    Mean rank, over the other occupations of the origin's parent group, of how close each is to the target.

    An occupation alone in its group goes by its own. For occupations only: people have the part of theirs.
    """
    graph = context.graph
    ranks = _rank(name, context)
    members = _members(graph)
    known = ~np.isnan(ranks)
    filled = np.where(known, ranks, np.float32(0.0))
    counts, sums = members @ known.astype(np.float32), members @ filled

    def means(rows: slice) -> Dense:
        own = graph.base_rows[context.occupation_rows[rows]]
        sisters = counts[graph.group[own]] - known[own]
        others = (sums[graph.group[own]] - filled[own]) / np.maximum(sisters, np.float32(1.0))
        return np.where(sisters > 0, others, ranks[own])

    return by_blocks(ranks.shape, means)


def _level_step(
    function: Callable[[NDArray[np.float32]], NDArray[np.float32]], attribute: str, context: FeatureContext
) -> Dense:
    """Return a function of target minus origin of one attribute."""
    column = getattr(context.reference.attributes, attribute)
    return np.asarray(function(column[None, :] - column[context.occupation_rows][:, None]), dtype=np.float32)


def _target(values: Callable[[FeatureContext], NDArray[np.floating]], context: FeatureContext) -> Dense:
    """A figure of the target."""
    return np.broadcast_to(values(context).astype(np.float32), (len(context.origins.rows), len(context.graph.codes)))


def _scaled(values: Callable[[FeatureContext], NDArray[np.float64]], context: FeatureContext) -> Dense:
    """A figure of the target, in standard deviations over the referential."""
    column = values(context)
    plain = column[~context.graph.is_specialised]
    # Equal figures may have a mean that differs in its last bit: that is no spread to divide by.
    constant = not len(plain) or float(np.ptp(plain)) <= _NO_SPREAD
    return _target(lambda _: np.zeros_like(column) if constant else (column - plain.mean()) / plain.std(), context)


def _is_reference(context: FeatureContext) -> NDArray[np.float64]:
    """Return 1 for the fiche that gives its parent group its code: the trade in general, before its variants."""
    return np.asarray([o.parent == o.fiche for o in context.graph.occupations], dtype=np.float64)


def _group_size(context: FeatureContext) -> NDArray[np.float64]:
    plain = ~context.graph.is_specialised
    sizes = np.bincount(context.graph.group[plain])[context.graph.group]
    return np.asarray(np.log(np.maximum(1, sizes)), dtype=np.float64)


def _title_count(context: FeatureContext) -> NDArray[np.float64]:
    titles = context.graph.referential.titles_under
    return np.log1p([len(titles.get(o.fiche, ())) for o in context.graph.occupations])


def _mean_closeness(name: str, context: FeatureContext) -> NDArray[np.float64]:
    """Mean closeness of the target to the occupations of other parent groups: how general it is."""
    graph, values = context.graph, context.measured(name)
    other_group = (graph.group[:, None] != graph.group[None, :]) & ~graph.is_specialised[:, None]
    return np.asarray((values * other_group).sum(axis=0, dtype=np.float64) / np.maximum(1, other_group.sum(axis=0)))


def _ecological(context: FeatureContext) -> NDArray[np.int32]:
    return factorised([None if o.ecological == "unknown" else o.ecological for o in context.graph.occupations])


CONTENT_PARTS: Final[Mapping[str, Mapping[str, Feature]]] = {
    "overall": {
        "rank": Feature(partial(_rank, "overall"), of_holdings=True),
        "rank_reverse": Feature(partial(_reverse_rank, "overall"), of_holdings=True),
    },
    "competencies": {
        "items_rank": Feature(partial(_rank, "item_text"), of_holdings=True),
        "macro_rank": Feature(partial(_rank, "macro"), of_holdings=True),
        "macro_rank_reverse": Feature(partial(_reverse_rank, "macro"), of_holdings=True),
        "knowledge_categories": Feature(methodcaller("measured", "knowledge_categories"), of_holdings=True),
        "requirements_rank": Feature(partial(_rank, "requirements"), of_holdings=True),
    },
    "description": {
        "text_rank": Feature(partial(_rank, "all_text")),
        "text_rank_reverse": Feature(partial(_reverse_rank, "all_text")),
        "definition_rank": Feature(partial(_rank, "definition")),
        "access_rank": Feature(partial(_rank, "access")),
    },
    "titles": {
        "titles_rank": Feature(partial(_rank, "titles")),
        "same_head_noun": Feature(partial(_same_value, lambda context: context.reference.attributes.head)),
    },
    "sector": {
        "themes": Feature(methodcaller("measured", "themes")),
        "sectors": Feature(methodcaller("measured", "sectors")),
        "transition": Feature(partial(_same_value, _ecological)),
    },
    "family": {
        "same_domain": Feature(partial(_same_value, lambda context: tree_of(context.graph).domain)),
        "same_top_domain": Feature(partial(_same_value, lambda context: tree_of(context.graph).top)),
        "group_closeness": Feature(_group_closeness),
        "sisters_text": Feature(partial(_of_sisters, "all_text")),
        "sisters_items": Feature(partial(_of_sisters, "item_text")),
    },
    "level": {
        "up_one": Feature(
            partial(_level_step, lambda d: ((d > _STEP[0]) & (d < _STEP[1])).astype(np.float32), "level"),
            closeness=False,
        ),
        "down": Feature(partial(_level_step, lambda d: np.maximum(-d, 0.0), "level"), closeness=False),
        "target_level": Feature(partial(_target, lambda context: context.reference.attributes.level), closeness=False),
        "same_cadre": Feature(partial(_level_step, lambda d: -np.abs(d), "cadre")),
        "from_cadre": Feature(partial(_level_step, lambda d: np.maximum(-d, 0.0), "cadre"), closeness=False),
        "target_cadre": Feature(partial(_target, lambda context: context.reference.attributes.cadre), closeness=False),
    },
    "target": {
        "reference_fiche": Feature(partial(_scaled, _is_reference), closeness=False, of_target=True),
        "group_size": Feature(partial(_scaled, _group_size), closeness=False, of_target=True),
        "titles": Feature(partial(_scaled, _title_count), closeness=False, of_target=True),
        "generic_soft_skills": Feature(
            partial(_scaled, partial(_mean_closeness, "soft")), closeness=False, of_target=True
        ),
        "generic": Feature(partial(_scaled, partial(_mean_closeness, "overall")), closeness=False, of_target=True),
    },
}
# Plain features of the scorer whose weights are set by hand.
PLAIN_FEATURES: Final[Mapping[str, Feature]] = {
    "coverage": Feature(_coverage, of_holdings=True),
    "resemblance": Feature(_resemblance, of_holdings=True),
    "contexts": Feature(partial(_cosine, "contexts")),
    "tags": Feature(partial(_cosine, "tags")),
    "title_words": Feature(partial(_cosine, "titles")),
    "definition_words": Feature(partial(_cosine, "texts")),
    "tree": Feature(_tree),
}


Words = Literal["label", "plus", "minus"]


class AddedPart(NamedTuple):
    """
    A part of the score that an installed package adds: its features by name, and its words by language.

    The features must not look at mobilities, which are what they are fitted on. The words of a language are ``label``,
    the name of the part, and ``plus`` and ``minus``, a sentence for a move that it speaks for, or against. `train` fits
    the weights; scorers that were trained without the part do not have it.
    """

    features: Mapping[str, Feature]
    words: Mapping[Lang, Mapping[Words, str]]


def checked_part(name: str, part: object) -> Mapping[str, Feature]:
    """
    Return the features of a part that a package adds, each of which refuses values of another shape than is due.

    Raises
    ------
    PasserellesError
        If it is no `AddedPart`, or lacks words; the message names the extension.
    """

    def refuse(reason: str) -> NoReturn:
        raise PasserellesError("extension", group="passerelles.score_parts", name=name, reason=reason)

    def compute(feature: Feature, context: FeatureContext) -> Dense:
        with extension_errors("score_parts", name):
            values = feature.compute(context)
        due = len(context.occupation_rows), len(context.graph.codes)
        return values if np.shape(values) == due else refuse(f"shape {np.shape(values)} != {due}")

    if not isinstance(part, AddedPart):
        refuse(f"{type(part).__name__} != AddedPart")
    absent = [
        f"words.{lang}.{kind}" for lang in LANGS for kind in get_args(Words) if not part.words.get(lang, {}).get(kind)
    ]
    if absent:
        refuse(f"{', '.join(absent)} = ?")
    return {key: replace(feature, compute=partial(compute, feature)) for key, feature in part.features.items()}


@cache
def content_parts() -> Mapping[str, Mapping[str, Feature]]:
    """Features made without mobilities, by part: the package's own, then those that installed packages add."""
    added = extensions("score_parts")
    if twice := sorted(set(added) & set(CONTENT_PARTS)):
        raise PasserellesError("part_twice", name=twice[0])
    return MappingProxyType({**CONTENT_PARTS, **{name: checked_part(name, part) for name, part in added.items()}})


@cache
def features() -> Mapping[str, Feature]:
    """Every feature that a scorer may weigh, by ``part.feature``; the plain ones have no part."""
    named = {f"{part}.{name}": f for part, by_name in content_parts().items() for name, f in by_name.items()}
    return MappingProxyType({**named, **PLAIN_FEATURES})


def reads_alone(names: Iterable[str], flag: Literal["of_holdings", "of_target"]) -> bool:
    """
    Whether all these features depend on what an origin holds, and so differ between people of one occupation.

    `of_target`: whether they are all the same for all origins.
    """
    return all(name in features() and getattr(features()[name], flag) for name in names)


def part_words(part: str, kind: Words, lang: Lang = "fr") -> str:
    """
    Name of a part of the score, or what it says of a move that it speaks for or against.

    Examples
    --------
    >>> part_words("titles", "label", "en")
    'Job titles'
    """
    added = extensions("score_parts").get(part)
    if added is None:
        return say(f"parts.{kind}.{part}", lang=lang)
    text: str = added.words[lang][kind]
    return text
