"""`train`: the scorers that ship, fitted on a whole referential and calibrated on moves that the fit did not see."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.evaluation.folds import graph_without, known_mobilities, make_folds
from passerelles.graph.core import OccupationGraph
from passerelles.scoring.fit import fit_holdings, fit_scorer
from passerelles.scoring.scorer import Calibration, Scorer
from passerelles.scoring.table import build_table

# Groupings of the calibration: never the one on which results are reported.
GROUPINGS: Final = (101, 102)
FOLDS: Final = 5
CANDIDATES: Final = 20  # first candidates of each origin, which are those that people see
_DECIMALS: Final = 4

Progress = Callable[[int, int], None]
Pairs = tuple[NDArray[np.float64], NDArray[np.bool_]]


Fit = Callable[[OccupationGraph], Scorer]


def fit_content(graph: OccupationGraph) -> Scorer:
    """Fit the scorer without features made from mobilities; see `fit_scorer`."""
    return fit_scorer(graph, content_only=True)


FITS: Final[Mapping[str, Fit]] = MappingProxyType(
    {"fitted": fit_scorer, "content": fit_content, "holdings": fit_holdings}
)


def train(graph: OccupationGraph, *, progress: Progress | None = None) -> dict[str, Scorer]:
    """
    Fit and calibrate the scorers that ship.

    ``fitted`` is the default; ``content`` does without features made from mobilities; ``holdings`` is for people
    without an occupation.

    Parameters
    ----------
    graph
        The referential to learn from; its specialised occupations take no part.
    progress
        Called with the steps done and their number.

    Returns
    -------
    scorers
        By name. The same graph gives the same scorers.

    Raises
    ------
    PasserellesError
        If the referential lists no mobility, or has too few parent groups to hold some out.
    """
    said = progress or (lambda _done, _total: None)
    total = len(FITS) * (1 + len(GROUPINGS) * FOLDS)
    done = 0
    found: dict[str, Scorer] = {}
    for name, fit in FITS.items():
        pairs: list[Pairs] = []
        for grouping in GROUPINGS:
            for fold in make_folds(graph, FOLDS, grouping=grouping):
                pairs.append(held_out_pairs(graph, fold.origins, fold.held_out, fit=fit))
                done += 1
                said(done, total)
        scores = np.concatenate([p[0] for p in pairs])
        listed = np.concatenate([p[1] for p in pairs])
        found[name] = fit(graph).model_copy(update={"calibration": calibrate(scores, listed)})
        done += 1
        said(done, total)
    return found


def held_out_pairs(
    graph: OccupationGraph, origins: NDArray[np.int32], held_out: NDArray[np.int32], *, fit: Fit = fit_scorer
) -> Pairs:
    """
    Score origins with a scorer that never saw their parent groups.

    Returns
    -------
    scores, listed
        Scores of the first candidates of each origin, and whether an expert lists the move.
    """
    known = known_mobilities(graph)
    seen = graph_without(graph, held_out)
    scores = build_table(seen, fit(seen)).scores
    plain = np.flatnonzero(~graph.is_specialised)
    values: list[NDArray[np.float64]] = []
    listed: list[NDArray[np.bool_]] = []
    for row in origins.tolist():
        totals = scores.totals(row)
        candidates = plain[plain != row]
        first = candidates[np.lexsort((candidates, -totals[candidates]))][:CANDIDATES]
        values.append(totals[first])
        listed.append(np.isin(first, known.indices[known.indptr[row] : known.indptr[row + 1]]))
    return np.concatenate(values), np.concatenate(listed)


def calibrate(scores: NDArray[np.float64], listed: NDArray[np.bool_]) -> Calibration:
    """
    Fit the chance that a move is listed to its score: a logistic regression on the score alone (Platt scaling).

    Parameters
    ----------
    scores, listed
        Shape (k,) each, from moves that the scorer was not fitted on.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training alone needs it

    model = LogisticRegression(C=1e6, tol=1e-8, max_iter=500).fit(scores[:, None], listed)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    return Calibration(slope=max(10.0**-_DECIMALS, round(slope, _DECIMALS)), intercept=round(intercept, _DECIMALS))
