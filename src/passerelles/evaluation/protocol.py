"""Known mobilities, folds that never share a parent group, graphs without the mobilities held out, kinds of origin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from passerelles.errors import PasserellesError
from passerelles.evaluation.metrics import METRICS, Values
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.features import top_domain
from passerelles.vectors import frozen, frozen_csr


@dataclass(frozen=True, eq=False)
class Fold:
    """
    One fold: `origins` are the rows that are scored, `held_out` the rows whose mobilities are deleted for that.

    `held_out` holds the whole parent groups of the origins: also kin without a candidate among their mobilities,
    and the specialised occupations that are parts of theirs.
    """

    number: int
    origins: NDArray[np.int32]
    held_out: NDArray[np.int32]


def known_mobilities(graph: OccupationGraph) -> sparse.csr_array:
    """
    Mobilities that count as known.

    Returns
    -------
    known
        Shape (n, n): 1 for each distinct pair of two different occupations, neither of them specialised; origins
        in rows.
    """
    plain = ~graph.is_specialised
    origin, target = graph.mobility.nonzero()
    kept = plain[origin] & plain[target] & (origin != target)
    cells = (np.ones(int(kept.sum())), (origin[kept], target[kept]))
    return frozen_csr(sparse.csr_array(cells, shape=graph.mobility.shape))


def fold_groups(graph: OccupationGraph) -> NDArray[np.int32]:
    """
    Number of the parent group of each occupation, shape (n,), in the order of the parents' codes.

    An occupation without a parent is a group of its own, in the place of its code; a specialised occupation is in
    the group of the fiche that it is a part of.
    """
    bases = [graph.occupations[row] for row in graph.base_rows.tolist()]
    names = [(o.parent, "") if o.parent else (o.code, "own") for o in bases]
    number = {name: i for i, name in enumerate(sorted(set(names)))}
    return frozen(np.asarray([number[name] for name in names], dtype=np.int32))


def make_folds(
    graph: OccupationGraph, folds: int = 5, *, grouping: int | None = None, origins: NDArray[np.int32] | None = None
) -> tuple[Fold, ...]:
    """
    Split origins into folds by parent group: scikit-learn's `GroupKFold`.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    folds
        How many, at least 2.
    grouping
        None gives the one split that results are reported on: origins by code, groups by code. A number gives
        another one: the seed with which the order of the groups is shuffled.
    origins
        Shape (b,): rows of the origins, rising; those that have a known mobility where None.

    Raises
    ------
    PasserellesError
        If no mobility is known, or there are fewer groups than folds, or fewer than 2 folds.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> [fold.number for fold in make_folds(build_graph(load_referential("transitions")), 3)]
    [1, 2, 3]
    """
    # Imported here: heavy, and only evaluation needs it.
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    if isinstance(folds, bool) or not isinstance(folds, int) or folds < 2:  # noqa: PLR2004 - one fold would leave nothing
        raise PasserellesError("evaluation_folds", value=repr(folds))
    if origins is None:
        origins = np.flatnonzero(np.diff(known_mobilities(graph).indptr)).astype(np.int32)
    if not len(origins):
        raise PasserellesError("evaluation_no_mobilities", name=graph.referential.name)
    every = fold_groups(graph)
    if len(np.unique(every[origins])) < folds:
        raise PasserellesError("evaluation_few_groups", folds=folds, n=len(np.unique(every[origins])))
    labels = every[origins]
    if grouping is not None:
        shuffled = np.random.default_rng(grouping).permutation(int(every.max()) + 1)
        labels = shuffled.astype(np.int32)[labels]
    made: list[Fold] = []
    for number, (_, tested) in enumerate(GroupKFold(n_splits=folds).split(origins, groups=labels), start=1):
        rows = origins[np.sort(tested)]
        held_out = np.flatnonzero(np.isin(every, every[rows])).astype(np.int32)
        made.append(Fold(number, frozen(rows), frozen(held_out)))
    return tuple(made)


def graph_without(graph: OccupationGraph, origin_rows: NDArray[np.int32]) -> OccupationGraph:
    """
    Return a graph in which the mobilities of some origins do not exist.

    Its referential and its matrix lack them, nothing in it refers to the graph given or to its referential, and
    what was derived from the mobilities there is derived anew. The large matrices, which know nothing of
    mobilities, are shared.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    origin_rows
        Shape (b,): rows of the origins whose mobilities are deleted.
    """
    removed = np.zeros(len(graph.codes), dtype=np.bool_)
    removed[origin_rows] = True
    codes = {graph.codes[row] for row in np.flatnonzero(removed).tolist()}
    kept = tuple(m for m in graph.referential.mobilities if m.origin not in codes)
    origin, target = graph.mobility.nonzero()
    cells = (graph.mobility.data[~removed[origin]], (origin[~removed[origin]], target[~removed[origin]]))
    values = {name: getattr(graph, name) for name in graph.__dataclass_fields__ if not name.startswith("_")}
    values["referential"] = replace(graph.referential, mobilities=kept)
    values["mobility"] = frozen_csr(sparse.csr_array(cells, shape=graph.mobility.shape))
    return OccupationGraph(**values)


Rows = NDArray[np.int32]
UNKNOWN: Final = "unknown"
_SIZES: Final = ((1, 1), (2, 2), (3, 4), (5, 9), (10, None))


class Group(NamedTuple):
    """Origins that share a value: how many, and the mean of each metric over them."""

    value: str
    label: str | None
    origins: int
    metrics: Mapping[str, float]


def break_down(graph: OccupationGraph, rows: Rows, values: Values) -> dict[str, tuple[Group, ...]]:
    """
    Return the means of the metrics by kind of origin.

    Parameters
    ----------
    graph
        What was ranked.
    rows
        Shape (b,): rows of the origins.
    values
        Shape (4, b): metrics of each, as `measure` gives them.

    Returns
    -------
    breakdown
        ``domain`` (top of the tree), ``requirements`` (quartiles of how many are listed), ``parent_group`` (how
        many occupations share the parent), ``regulated`` and ``managerial``. Counts add up to b in each; an origin
        for which a thing is not known is in ``unknown``.
    """
    return {name: _groups(split(graph, rows), values) for name, split in _SPLITS.items()}


def _groups(keys: "Sequence[tuple[int, str, str | None]]", values: Values) -> tuple[Group, ...]:
    """Groups by rising key; a key is an order, a value and a label."""
    found: list[Group] = []
    for key in sorted(set(keys), key=lambda k: k[:2]):
        some = np.asarray([k == key for k in keys])
        means = values[:, some].mean(axis=1).tolist()
        found.append(Group(key[1], key[2], int(some.sum()), dict(zip(METRICS, means, strict=True))))
    return tuple(found)


def _domains(graph: OccupationGraph, rows: Rows) -> list[tuple[int, str, str | None]]:
    keys: list[tuple[int, str, str | None]] = []
    for row in rows.tolist():
        top = top_domain(graph.referential, graph.occupations[row].domain)
        label = (
            None
            if top is None or top not in graph.referential.domain_by_code
            else graph.referential.domain_by_code[top].label
        )
        keys.append((1, UNKNOWN, None) if top is None else (0, top, label))
    return keys


def _requirements(graph: OccupationGraph, rows: Rows) -> list[tuple[int, str, str | None]]:
    counts = np.diff(graph.weights.indptr)[rows]
    limits = np.unique(np.quantile(counts, [0.25, 0.5, 0.75], method="higher"))
    quartile = np.searchsorted(limits, counts, side="left")
    spans = {
        q: _span(int(counts[quartile == q].min()), int(counts[quartile == q].max())) for q in set(quartile.tolist())
    }
    return [(q, spans[q], None) for q in quartile.tolist()]


def _parent_groups(graph: OccupationGraph, rows: Rows) -> list[tuple[int, str, str | None]]:
    groups = fold_groups(graph)
    sizes = np.bincount(groups[~graph.is_specialised], minlength=int(groups.max()) + 1)[groups[rows]]
    keys: list[tuple[int, str, str | None]] = []
    for size in sizes.tolist():
        low, high = next(s for s in _SIZES if s[1] is None or size <= s[1])
        keys.append((low, _span(low, high), None))
    return keys


def _span(low: int, high: int | None) -> str:
    if high is None:
        return f"{low}+"
    return str(low) if low == high else f"{low}-{high}"


def _ternary(name: str) -> Callable[[OccupationGraph, Rows], list[tuple[int, str, str | None]]]:
    order = {"yes": 0, "no": 1, UNKNOWN: 2}

    def split(graph: OccupationGraph, rows: Rows) -> list[tuple[int, str, str | None]]:
        answers = [str(getattr(graph.occupations[row], name)) for row in rows.tolist()]
        return [(order[answer], answer, None) for answer in answers]

    return split


_SPLITS: Final[Mapping[str, Callable[[OccupationGraph, Rows], list[tuple[int, str, str | None]]]]] = {
    "domain": _domains,
    "requirements": _requirements,
    "parent_group": _parent_groups,
    "regulated": _ternary("regulated"),
    "managerial": _ternary("managerial"),
}
