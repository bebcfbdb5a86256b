"""`evaluate`: methods side by side against the moves that the referential's experts list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from passerelles.errors import PasserellesError
from passerelles.evaluation.methods import UNRANKED, Method, RankFunction, choose_methods, protocol_of
from passerelles.evaluation.metrics import DEPTH, METRICS, Values, bootstrap, find_hits, measure
from passerelles.evaluation.protocol import Fold, break_down, graph_without, known_mobilities, make_folds
from passerelles.evaluation.results import Evaluation, MethodResult, Ranked
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.moves import top
from passerelles.settings import Settings

Progress = Callable[[int, int, str], None]


def evaluate(
    graph: OccupationGraph,
    *,
    methods: Iterable[str | RankFunction] | None = None,
    folds: int = 5,
    settings: Settings | None = None,
    grouping: int | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """
    Measure rankings against the referential's own mobilities.

    Every origin with a known mobility ranks every other occupation (specialised ones left out); ties go by code.
    Origins are split into folds by parent group. What a method reads of the mobilities is those of the origins of
    the other folds: it gets a graph in which the others do not exist.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    methods
        Names (``"random"``, ``"cosine"``, ``"jaccard"``, ``"nesta"``, ``"nesta-directed"``, ``"unfitted"``,
        ``"fitted"``, ``"content"``, ``"shipped"``, ``"shipped-content"``), or callables
        ``(graph, origin) -> {code: score}``. All names where None, but those fitted on this referential.
    folds
        How many, at least 2.
    settings
        Weights and near matches under which the graph is built anew; the graph's own where None.
    grouping
        None for the split on which results are reported, else the seed of another one.
    progress
        Called with the steps done, their number, and the method at work.

    Returns
    -------
    evaluation
        Means of recall@10, ndcg@10, mrr and hit@1 with bootstrap intervals, a breakdown, and predictions.

    Raises
    ------
    PasserellesError
        If a method is not known, no mobility is, there are fewer groups than folds, or a callable gives what is no
        score.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> evaluation = evaluate(build_graph(load_referential("transitions")), methods=["random", "cosine"])
    >>> chance, cosine = (result.metrics["ndcg@10"] for result in evaluation.results)
    >>> cosine > 2 * chance
    True
    """
    if settings is not None and settings != graph.settings:
        graph = build_graph(graph.referential, settings=settings)
    chosen = choose_methods(graph, methods)
    splits = make_folds(graph, folds, grouping=grouping)
    ranked = rank_all(graph, chosen, splits, progress or (lambda _done, _total, _name: None))
    return Evaluation(
        referential=graph.referential.stamp,
        codes=graph.codes,
        folds=folds,
        grouping=grouping,
        settings=graph.settings,
        results=tuple(
            _result(graph, method, rows, protocol_of(method, graph, folds))
            for method, rows in zip(chosen, ranked, strict=True)
        ),
    )


def with_other_groupings(
    evaluation: Evaluation,
    graph: OccupationGraph,
    *,
    methods: Iterable[str | RankFunction] | None = None,
    groupings: int = 5,
    progress: Progress | None = None,
) -> Evaluation:
    """
    Return an evaluation to which the means over other splits of the groups are added.

    Parameters
    ----------
    evaluation
        What `evaluate` gave for this graph and these methods.
    graph, methods, progress
        As given to it.
    groupings
        How many other splits; their seeds are 1, 2 and so on. Methods that read no mobility do not depend on them.

    Raises
    ------
    PasserellesError
        As `evaluate` does.
    """
    if evaluation.settings != graph.settings:
        graph = build_graph(graph.referential, settings=evaluation.settings)
    chosen = [m for m in choose_methods(graph, methods) if m.reads_mobilities]
    found: dict[str, list[Values]] = {m.name: [] for m in chosen}
    tell = progress or (lambda _done, _total, _name: None)
    for seed in range(1, groupings + 1 if chosen else 1):
        splits = make_folds(graph, evaluation.folds, grouping=seed)
        for method, ranked in zip(chosen, rank_all(graph, chosen, splits, tell), strict=True):
            found[method.name].append(_measured(graph, ranked).mean(axis=1))
    results = []
    for result in evaluation.results:
        means = dict(result.metrics)
        if found.get(result.method):
            means = dict(zip(METRICS, np.mean(found[result.method], axis=0).tolist(), strict=True))
        results.append(replace(result, other_groupings={"groupings": groupings, **means}))
    return replace(evaluation, results=tuple(results))


def rank_all(graph: OccupationGraph, methods: Sequence[Method], splits: Sequence[Fold], tell: Progress) -> list[Ranked]:
    """Targets by method; each fold's graph is made, used and left before the next one is."""
    every = np.arange(len(graph.codes), dtype=np.int32)
    bare = graph_without(graph, every)
    pieces: list[list[Ranked]] = [[] for _ in methods]
    total = len(methods) * len(splits)
    for done, fold in enumerate(splits):
        training = graph_without(graph, fold.held_out)
        for i, method in enumerate(methods):
            tell(done * len(methods) + i, total, method.name)
            seen = training if method.reads_mobilities else bare
            pieces[i].append(_rank(seen, method, fold))
    tell(total, total, "")
    return [_joined(each) for each in pieces]


def _rank(graph: OccupationGraph, method: Method, fold: Fold) -> Ranked:
    scores = np.array(method.score(graph, fold.origins), dtype=np.float64)
    wrong = np.argwhere(np.isnan(scores))
    if len(wrong):
        origin, target = graph.codes[fold.origins[wrong[0][0]]], graph.codes[wrong[0][1]]
        raise PasserellesError("evaluation_bad_score", origin=origin, target=target, value="nan")
    scores[np.arange(len(scores)), fold.origins] = UNRANKED
    scores[:, graph.is_specialised] = UNRANKED
    targets = np.full((len(scores), DEPTH), -1, dtype=np.int32)
    best = np.full((len(scores), DEPTH), np.nan)
    for i, line in enumerate(scores):
        found = top(line, DEPTH)
        found = found[line[found] > UNRANKED]
        targets[i, : len(found)] = found
        best[i, : len(found)] = line[found]
    return Ranked(np.full(len(scores), fold.number, dtype=np.int32), fold.origins, targets, best)


def _joined(pieces: Sequence[Ranked]) -> Ranked:
    """Origins of all folds, by code."""
    origins = np.concatenate([p.origins for p in pieces])
    order = np.argsort(origins, kind="stable")
    return Ranked(
        folds=np.concatenate([p.folds for p in pieces])[order],
        origins=origins[order],
        targets=np.concatenate([p.targets for p in pieces])[order],
        scores=np.concatenate([p.scores for p in pieces])[order],
    )


def _result(graph: OccupationGraph, method: Method, ranked: Ranked, protocol: str) -> MethodResult:
    values = _measured(graph, ranked)
    bounds = [(float(low), float(high)) for low, high in bootstrap(values)]
    return MethodResult(
        method=method.name,
        protocol=protocol,
        origins=len(ranked.origins),
        metrics=dict(zip(METRICS, values.mean(axis=1).tolist(), strict=True)),
        ci95=dict(zip(METRICS, bounds, strict=True)),
        breakdown=break_down(graph, ranked.origins, values),
        ranked=ranked,
    )


def _measured(graph: OccupationGraph, ranked: Ranked) -> Values:
    """Return the metrics of each origin, shape (4, b)."""
    known = known_mobilities(graph)
    counts = np.diff(known.indptr)[ranked.origins].astype(np.int64)
    return measure(find_hits(ranked.targets, known, ranked.origins), counts)
