"""Rankings where no weight was fitted: ROME's mobilities carried to ESCO, O*NET's own related occupations."""

from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from measuring import Table

from passerelles import Referential, build_graph, load_referential
from passerelles.codes import grouped
from passerelles.evaluation.evaluate import evaluate
from passerelles.evaluation.protocol import METRICS
from passerelles.evaluation.results import Evaluation, MethodResult
from passerelles.matching.migrate import read_crosswalk
from passerelles.model import Mobility

BESIDE = "cosine of the same requirements, Jaccard, chance"
DATA = ("rome-v460", "esco-v1.1.1", "crosswalks/esco-rome-v1.4.csv")
OPTIONS = {"onet": ("", "O*NET database with 'Related Occupations'; by default that of the data folder")}

METHODS = ("random", "cosine", "jaccard", "unfitted", "shipped-content")
"""None reads mobilities: those carried are shared by all that one fiche leads to, so reading them would be circular."""
CLOSE = ("exact", "close")
FEWEST = 30  # origins of a domain below which its mean says nothing


def carried(rome: Referential, esco: Referential, crosswalk: Path) -> Referential:
    """
    Return ESCO with ROME's mobilities as its own: carried by exact and close links, from titles to their fiches.

    An occupation linked to several fiches gets the mobilities of all; a move whose two ends meet in one occupation is
    none.
    """
    fiche_of = {t.code: t.occupation for t in rome.titles}
    known = {o.code for o in esco.occupations}
    links = read_crosswalk(crosswalk)
    close = [(one, other) for one, those in links.links.items() for other, how in those.items() if how in CLOSE]
    linked = close if links.origin == "esco" else [(code, title) for title, code in close]
    of_fiche = grouped((fiche_of[title], code) for code, title in linked if code in known and title in fiche_of)
    pairs = {
        (origin, target)
        for m in rome.mobilities
        for origin in of_fiche.get(m.origin, ())
        for target in of_fiche.get(m.target, ())
        if origin != target
    }
    return replace(esco, mobilities=tuple(Mobility(o, t, None) for o, t in sorted(pairs)))


def rows(name: str, evaluation: Evaluation) -> Iterator[tuple[object, ...]]:
    """Rows of the table: each method with its intervals, and as a ratio to cosine in the same run."""
    cosine = evaluation.result("cosine").metrics["ndcg@10"]
    for result in evaluation.results:
        cells = [f"{result.metrics[m]:.3f} [{result.ci95[m][0]:.3f}, {result.ci95[m][1]:.3f}]" for m in METRICS[:2]]
        yield name, result.origins, result.method, *cells, f"{result.metrics['ndcg@10'] / cosine:.2f}"


def worst(result: MethodResult) -> str:
    """The three domains where a method does worst, among those with enough origins."""
    domains = [g for g in result.breakdown["domain"] if g.origins >= FEWEST]
    shown = sorted(domains, key=lambda g: g.metrics["ndcg@10"])[:3]
    return ", ".join(f"{g.value} {g.label or ''} {g.metrics['ndcg@10']:.3f} ({g.origins})" for g in shown)


def main(given: Namespace) -> None:
    rome = load_referential(given.data / "rome-v460")
    crosswalk = given.data / "crosswalks" / "esco-rome-v1.4.csv"
    truths: Mapping[str, Referential] = {
        "ROME 4 (v460)": rome,
        "ESCO 1.1.1, carried": carried(rome, load_referential(given.data / "esco-v1.1.1"), crosswalk),
        "O*NET": load_referential(given.onet or given.data / "onet-29.3"),
    }
    with Table("truth", "origins", "method", *METRICS[:2], "ndcg to that of cosine") as table:
        for name, referential in truths.items():
            if not referential.mobilities:
                table.note(f"{name}: no truth, the folder has no related occupations.")
                continue
            listed = np.unique([m.origin for m in referential.mobilities], return_counts=True)[1]
            evaluation = evaluate(build_graph(referential), methods=METHODS)
            for row in rows(name, evaluation):
                table.row(*row)
            known, count, every = len(referential.mobilities), len(listed), len(referential.occupations)
            domains = worst(evaluation.result("shipped-content"))
            table.note(
                f"{name}: {known} mobilities of {count} of {every} occupations, {np.median(listed):.0f} at the median."
            )
            table.note(f"{name}, worst domains under shipped-content: {domains}.")
