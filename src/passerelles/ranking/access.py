"""What access to a target takes of one origin: conditions, kind of move, and whether the move may be called close."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from passerelles.access.conditions import AccessConditions, access_conditions
from passerelles.access.demands import build_demands
from passerelles.access.kind import kind_between, same_field
from passerelles.graph.core import OccupationGraph
from passerelles.model import MoveKind
from passerelles.ranking.origin import Start


class MoveAccess(NamedTuple):
    """What a move shows of access; see `Move`."""

    kind: MoveKind
    same_field: bool | None
    conditions: AccessConditions


def move_access(graph: OccupationGraph, start: Start, target: int) -> MoveAccess:
    """Return what access to the occupation in a row takes, and the kind of the move."""
    referential, code = graph.referential, graph.codes[target]
    conditions = access_conditions(referential, code, start.holdings)
    kind = kind_between(referential, start.end.code, code, start.holdings.titles)
    return MoveAccess(kind, same_field(referential, start.end.code, code), conditions)


def may_be_close(graph: OccupationGraph, start: Start, targets: Sequence[int]) -> set[int]:
    """
    Return which targets access lets be `proche`: no selection, and required training short enough.

    Hours that are not known count at the least that is known; a diploma or title of unknown length is not short.
    Without a catalogue of access facts, nothing of this is looked at.
    """
    if graph.settings.access is None:
        return set(targets)
    codes = [graph.codes[row] for row in targets]
    demands = build_demands(graph.referential, codes, start.holdings.aim)
    hours, unknown = demands.training(demands.held(start.holdings), demands.price(start.holdings))
    close = ~demands.selective & (hours <= graph.settings.ranking.close_hours) & ~unknown
    return {targets[i] for i in np.flatnonzero(close).tolist()}
