"""What explains one move: held, near and missing competencies, and what the experts list."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.ranking.move import Item, Known
from passerelles.scoring.coverage import Holding
from passerelles.text import words

_SHORT: Final = 3  # letters up to which a word says little ('de', 'les')
_STEM: Final = 6  # letters that forms of one word share


def credited_through(graph: OccupationGraph, holding: Holding, columns: NDArray[np.int32]) -> list[int]:
    """
    Return the column that credits each of some columns: its own where held, -1 where there is none.

    Where several that are held roll up to its macro-competency, which all credit alike, one of its own kind whose
    label shares most words with its own: that is what a person recognises. Ties go to the first by code.
    """
    through, macro = holding.via[columns], graph.macro
    found: list[int] = through.tolist()
    alike = (through >= 0) & (through != columns) & (holding.credit[columns] <= graph.settings.near.macro_credit)
    alike &= (macro[columns] >= 0) & (macro[through] == macro[columns])
    places = np.flatnonzero(alike)
    if not len(places):
        return found
    families: dict[int, list[int]] = {}
    mine = np.flatnonzero(holding.held)
    for column, family in zip(mine.tolist(), macro[mine].tolist(), strict=True):
        families.setdefault(family, []).append(column)
    some = columns[places]
    for place, column, family in zip(places.tolist(), some.tolist(), macro[some].tolist(), strict=True):
        others = families[family]
        found[place] = others[0] if len(others) == 1 else _most_alike(graph, column, others)
    return found


def _most_alike(graph: OccupationGraph, column: int, others: Sequence[int]) -> int:
    """Return which of some columns, in order, is of the same kind first, then shares most stems of labels (Dice)."""
    known: dict[int, tuple[str, frozenset[str]]] = graph.derived("kinds and stems of labels", dict)
    for each in (column, *others):
        if each not in known:
            competency = graph.competencies[each]
            stems = frozenset(w[:_STEM] for w in words(competency.label or "") if len(w) > _SHORT)
            known[each] = competency.kind, stems
    kind, stems = known[column]
    best, chosen = (True, 2.0), others[0]
    for other in others:
        its_kind, its_stems = known[other]
        distance = (its_kind != kind, 1.0 - 2.0 * len(stems & its_stems) / max(1, len(stems) + len(its_stems)))
        if distance < best:
            best, chosen = distance, other
    return chosen


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
        credited_through(graph, holding, columns),
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
