"""Legal frames over every pair of jobs at once, by the same rules as for one path."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from passerelles.access.demands import demands_of
from passerelles.access.holdings import holdings_of
from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications
from passerelles.paths.build import Context, step_credentials
from passerelles.paths.legal import BREAKS, FITS, Frame, fits
from passerelles.settings import Settings

if TYPE_CHECKING:
    from passerelles.model import Ternary
    from passerelles.paths.path import StepCredential

_NO, _YES, _UNKNOWN = 0, 1, -1


def frame_verdicts(
    graph: OccupationGraph,
    frame: Frame,
    expected: NDArray[np.float64],
    origins: NDArray[np.intp],
    targets: NDArray[np.intp],
    settings: Settings,
    *,
    certifications: Certifications | None = None,
) -> NDArray[np.int8]:
    """
    Judge single steps by a legal frame.

    Parameters
    ----------
    expected
        Shape (origins, targets): expected hours, nan = unknown.
    certifications
        What leads to each job; without it, whether the training ends with a certification may stay unknown.

    Returns
    -------
    verdicts
        Shape (origins, targets): 1 fits, 0 breaks a rule, -1 unknown.
    """
    hiring = settings.paths.hiring
    listed = None if hiring is None else frozenset(hiring)
    context = Context(graph, (frame,), listed, certifications, date.today().isoformat())  # noqa: DTZ011 - the user's own day
    found = np.full(expected.shape, _UNKNOWN, dtype=np.int8)
    demands = demands_of(graph)
    holdings = [holdings_of(graph.referential, graph.codes[row], {}) for row in origins.tolist()]
    prices = [demands.price(each) for each in holdings]
    needed: dict[int, tuple[StepCredential, ...]] = {}
    for j, row in enumerate(targets.tolist()):
        code = graph.codes[row]
        alike: dict[tuple[bool, tuple[tuple[str, Ternary], ...]], list[int]] = {}
        for i, (each, price) in enumerate(zip(holdings, prices, strict=True)):
            needed[i] = step_credentials(demands, price, each, row)
            same = context.rome_code(graph.codes[int(origins[i])]) == context.rome_code(code)
            alike.setdefault((same, tuple((c.code, c.held) for c in needed[i])), []).append(i)
        for rows in alike.values():
            first = rows[0]
            case = context.case(code, needed[first], known=True, origin=graph.codes[int(origins[first])])
            hours = expected[rows, j]
            unknown = np.isnan(hours)
            sure = np.where(unknown, 0.0, hours)
            verdict = fits(frame, case, sure, sure / settings.paths.month_hours)
            found[rows, j] = np.where(verdict == BREAKS, _NO, np.where(verdict == FITS, _YES, _UNKNOWN))
            found[np.asarray(rows)[unknown], j] = _UNKNOWN
    return found
