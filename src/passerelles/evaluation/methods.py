"""The methods that an evaluation compares, by name, and callables beside them."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.evaluation import baselines, nesta
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.scorer import Scorer, load_scorer
from passerelles.scoring.table import score_table

Rows = NDArray[np.int32]
Scores = NDArray[np.float64]
RankFunction = Callable[[OccupationGraph, str], Mapping[str, float]]

UNRANKED: Final = -np.inf
_FIT: Final = "passerelles.scoring.fit"


@dataclass(frozen=True)
class Method:
    """
    A way to score the targets of origins.

    `score` takes a graph and b rows of origins, and gives shape (b, n): higher is better, `UNRANKED` where a target
    is not ranked at all. Without `reads_mobilities` it gets a graph that has none; with it, a graph that has only
    those of the origins of the other folds.
    """

    name: str
    score: Callable[[OccupationGraph, Rows], Scores]
    reads_mobilities: bool
    shipped: str | None = None  # name of the scorer that ships with the package, where the method is one


_BASELINES: Final[Mapping[str, Callable[[OccupationGraph, Rows], Scores]]] = {
    "random": baselines.random_scores,
    "cosine": baselines.cosine_scores,
    "jaccard": baselines.jaccard_scores,
    "nesta": nesta.symmetric_scores,
    "nesta-directed": nesta.directed_scores,
}
_FITTED: Final[Mapping[str, bool]] = {"fitted": False, "content": True}  # whether only content counts
_SHIPPED: Final[Mapping[str, str]] = {"shipped": "fitted", "shipped-content": "content"}
METHODS: Final = (*_BASELINES, "unfitted", *_FITTED, *_SHIPPED)


def choose_methods(graph: OccupationGraph, methods: Iterable[str | RankFunction] | None) -> tuple[Method, ...]:
    """
    Return the methods asked for, each once, in the order given.

    Parameters
    ----------
    graph
        What is ranked.
    methods
        Names of `METHODS`, and callables ``(graph, origin) -> {code: score}``. None stands for all names but those
        whose weights were fitted on this very referential.

    Raises
    ------
    PasserellesError
        If a name is not known, or the scorer that it needs is not installed.
    """
    if methods is None:
        return tuple(m for m in map(_named, available()) if protocol_of(m, graph, 0) != "in-sample")
    chosen: dict[str, Method] = {}
    for each in [methods] if isinstance(methods, str) else methods:
        if isinstance(each, str):
            chosen.setdefault(each, _named(each))
        elif callable(each):
            name = _free_name(each, {*METHODS, *chosen})
            chosen[name] = Method(name, partial(_called, each), reads_mobilities=True)
        else:
            raise PasserellesError("evaluation_unknown_method", name=repr(each), known=", ".join(METHODS))
    if not chosen:
        raise PasserellesError("evaluation_unknown_method", name="", known=", ".join(METHODS))
    return tuple(chosen.values())


def available() -> tuple[str, ...]:
    """Names of the methods that this installation can run."""
    return tuple(name for name in METHODS if _runs(name))


def protocol_of(method: Method, graph: OccupationGraph, folds: int) -> str:
    """
    Say how a method stands to the mobilities on which it is judged.

    Returns
    -------
    protocol
        ``"in-sample"`` where its weights were fitted on this referential, ``"grouped-<folds>-fold"`` where it reads
        mobilities, of other folds only, else ``"no-fitting"``.
    """
    if method.shipped is not None and load_scorer(method.shipped).fitted_on == _referential_name(graph):
        return "in-sample"
    return f"grouped-{folds}-fold" if method.reads_mobilities else "no-fitting"


def _referential_name(graph: OccupationGraph) -> str:
    return f"{graph.referential.name} {graph.referential.version}"


def _named(name: str) -> Method:
    if name not in METHODS or not _runs(name):
        raise PasserellesError("evaluation_unknown_method", name=name, known=", ".join(available()))
    if name in _BASELINES:
        return Method(name, _BASELINES[name], reads_mobilities=False)
    if name in _FITTED:
        return Method(name, partial(_fitted_scores, name), reads_mobilities=True)
    if name in _SHIPPED:
        shipped = _SHIPPED[name]
        return Method(name, partial(_scorer_scores, shipped), reads_mobilities=shipped == "fitted", shipped=shipped)
    return Method(name, partial(_scorer_scores, name), reads_mobilities=False)


def _runs(name: str) -> bool:
    if name in _FITTED:
        return find_spec(_FIT) is not None
    if name in _SHIPPED:
        try:
            load_scorer(_SHIPPED[name])
        except PasserellesError:
            return False
    return True


def _fitted_scores(name: str, graph: OccupationGraph, rows: Rows) -> Scores:
    """Scores under a scorer fitted on the mobilities of the graph, which are those of the other folds."""
    fit: Callable[..., Scorer] = import_module(_FIT).fit_scorer
    return _table_scores(fit(graph, content_only=_FITTED[name]), f"evaluated {name}", graph, rows)


def _scorer_scores(name: str, graph: OccupationGraph, rows: Rows) -> Scores:
    return _table_scores(load_scorer(name), name, graph, rows)


def _table_scores(scorer: Scorer, name: str, graph: OccupationGraph, rows: Rows) -> Scores:
    # Tables are kept by the name of their scorer: a name of its own keeps what is fitted apart from what ships.
    table = score_table(graph, scorer.model_copy(update={"name": name}))
    return np.stack([table.scores.totals(row) for row in rows.tolist()])


def _called(function: RankFunction, graph: OccupationGraph, rows: Rows) -> Scores:
    """
    Scores that a callable gives; targets that it leaves out are not ranked.

    Raises
    ------
    UnknownCodeError
        If it gives a code that the referential does not have.
    PasserellesError
        If it gives a score that is no finite number.
    """
    scores = np.full((len(rows), len(graph.codes)), UNRANKED)
    for line, row in zip(scores, rows.tolist(), strict=True):
        for code, score in function(graph, graph.codes[row]).items():
            if code not in graph.position:
                raise UnknownCodeError(code)
            if isinstance(score, bool) or not isinstance(score, SupportsFloat) or not math.isfinite(score):
                raise PasserellesError("evaluation_bad_score", origin=graph.codes[row], target=code, value=repr(score))
            line[graph.position[code]] = float(score)
    return scores


def _free_name(function: RankFunction, taken: Iterable[str]) -> str:
    name = str(getattr(function, "__name__", type(function).__name__))
    names = set(taken)
    if name not in names:
        return name
    return next(tried for i in range(2, len(names) + 3) if (tried := f"{name}-{i}") not in names)
