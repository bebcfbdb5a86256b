"""What explains one move: held, near and missing competencies, and what the experts list."""

import numpy as np

from passerelles.graph.core import OccupationGraph
from passerelles.ranking.move import Item, Known
from passerelles.scoring.coverage import Holding


def split_items(
    graph: OccupationGraph, holding: Holding, target: int
) -> tuple[tuple[Item, ...], tuple[Item, ...], tuple[Item, ...]]:
    """Return what the target requires as held, near and missing, each by falling weight, then code."""
    cells = graph.weight_cells
    some = cells.of_row(target)
    columns, weights = cells.columns[some], cells.data[some]
    order = np.lexsort((columns, -weights))
    columns = columns[order]
    competencies = graph.competencies
    held: list[Item] = []
    near: list[Item] = []
    missing: list[Item] = []
    for column, weight, core, credit, via in zip(
        columns.tolist(),
        weights[order].tolist(),
        graph.core[some][order].tolist(),
        holding.credit[columns].tolist(),
        holding.via[columns].tolist(),
        strict=True,
    ):
        code, label, kind, *_ = competencies[column]
        if via == column:
            held.append(Item(code, label, kind, core, weight))
        elif via < 0:
            missing.append(Item(code, label, kind, core, weight))
        else:
            through = competencies[via]
            near.append(Item(code, label, kind, core, weight, through.code, through.label, credit))
    return tuple(held), tuple(near), tuple(missing)


def known_move(graph: OccupationGraph, origin: str | None, target: str) -> Known | None:
    """Return the entry of the referential's own list, looked up through the fiche of a specialised occupation."""
    if origin is None:
        return None
    by_code = graph.referential.occupation_by_code
    ends = (by_code[origin].base or origin, by_code[target].base or target)
    move = graph.referential.moves_from(ends[0]).get(ends[1])
    if move is None:
        return None
    source = f"{graph.referential.name.upper()} {graph.referential.version}"
    return Known(rank=move.rank, kind=move.kind, source=source)
