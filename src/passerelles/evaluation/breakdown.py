"""Where rankings are worse, and for whom: metrics by kind of origin."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.evaluation.folds import fold_groups
from passerelles.evaluation.metrics import METRICS, Values
from passerelles.graph.core import OccupationGraph
from passerelles.model import Occupation

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
        top = top_domain(graph, graph.occupations[row])
        label = (
            None
            if top is None or top not in graph.referential.domain_by_code
            else graph.referential.domain_by_code[top].label
        )
        keys.append((1, UNKNOWN, None) if top is None else (0, top, label))
    return keys


def top_domain(graph: OccupationGraph, occupation: Occupation) -> str | None:
    """Code at the top of the tree above an occupation (grand domaine); None where it has no domain."""
    domains = graph.referential.domain_by_code
    code, seen = occupation.domain, set[str]()
    while code is not None and code in domains and (above := domains[code].parent) is not None and above not in seen:
        seen.add(above)
        code = above
    return code


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
