"""Occupations around one: the nearer the centre, the likelier the move; alike ones stand side by side."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from passerelles.charts.drawing import LINE, Fill, Mark, Pen
from passerelles.charts.figure import Chart
from passerelles.charts.style import BLUE, GREY, INK, MARGIN, ORANGE, PAPER, QUIET, SKY, deep, end_text, page_of
from passerelles.language.say import Lang, percent, say
from passerelles.language.typography import listed
from passerelles.ranking.moves import rank_moves
from passerelles.ranking.origin import find_start
from passerelles.vectors import unit_rows

if TYPE_CHECKING:
    from passerelles.graph.core import OccupationGraph
    from passerelles.profile import Profile
    from passerelles.ranking.move import Move
    from passerelles.settings import Settings


def ring_order(graph: "OccupationGraph", codes: Sequence[str]) -> list[int]:
    """
    Order occupations so that neighbours require alike competencies: leaves of an average-linkage tree.

    Parameters
    ----------
    graph
        Where the codes are.
    codes
        Occupations, all different.

    Returns
    -------
    order
        Places in `codes`. The distance is 1 less the cosine of the weighted requirements.

    Notes
    -----
    The tree is built on the codes in alphabetical order: what was ranked first changes nothing of it.
    """
    ranked = sorted(range(len(codes)), key=lambda i: codes[i])
    if len(codes) <= 2:  # noqa: PLR2004 - nothing to order
        return ranked
    rows = unit_rows(graph.weights[[graph.position[codes[i]] for i in ranked]])
    distance = np.clip(np.round(1.0 - (rows @ rows.T).toarray(), 9), 0.0, None)
    np.fill_diagonal(distance, 0.0)
    tree = hierarchy.linkage(squareform(distance, checks=False), method="average", optimal_ordering=True)
    return [ranked[i] for i in hierarchy.leaves_list(tree).tolist()]


# Shape and colour say the level; no level where the scorer is not calibrated.
_LOOKS: Final[dict[str | None, Mark]] = {
    "proche": Mark("o", Fill(BLUE, edge=INK)),
    "accessible": Mark("s", Fill(SKY, edge=INK)),
    "exigeante": Mark("^", Fill(ORANGE, edge=deep(ORANGE))),
    None: Mark("D", Fill(GREY, edge=INK)),
}
_ORIGIN: Final = Mark("P", Fill(PAPER, edge=INK, width=1.6))
_BEHIND: Final = Fill(PAPER, edge="none", width=0.0)
_RINGS: Final = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_INNERMOST: Final = 0.3  # of the radius: where the nearest occupation stands
_MARK: Final = 8.0
_MOST: Final = 40


@dataclass(frozen=True, slots=True)
class _Label:
    """Words beside the map: the point they belong to, and where they would like to stand."""

    move: "Move"
    point: tuple[float, float]
    rim: tuple[float, float]
    tall: float


def neighbour_map(
    graph: "OccupationGraph",
    origin: "str | Profile",
    *,
    limit: int = 16,
    moves: "Sequence[Move] | None" = None,
    settings: "Settings | None" = None,
    width: float = 8.0,
    lang: Lang = "fr",
) -> Chart:
    """
    Draw the occupations best ranked from an origin, around it.

    The distance to the centre is exact: it grows with -ln of the chance of the move (with minus the score where the
    scorer is not calibrated). The order around the centre puts side by side the occupations that require alike
    competencies; the angle says nothing more.

    Parameters
    ----------
    graph
        Graph of the referential.
    origin
        Occupation or profile, as `rank_moves` takes it.
    limit
        How many occupations; the first 40 at most.
    moves
        What `rank_moves` gave from this origin, where they are found already or were filtered.
    settings
        Those of the graph where None.
    width
        In inches, from 4 to 40; the height follows.
    lang
        Language of the words.

    Returns
    -------
    chart
        A matplotlib figure; `description` says the same in words.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    UnknownCodeError
        If the origin is not in the graph.
    PasserellesError
        If the limit is out of its range.

    References
    ----------
    Z. Bar-Joseph, D. Gifford and T. Jaakkola (2001), 'Fast optimal leaf ordering for hierarchical clustering'.

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential
    >>> charts.neighbour_map(build_graph(load_referential()), "K2110", limit=5).title
    'Métiers autour de : Enseignant / Enseignante de la conduite et de la sécurité routière (K2110)'
    """
    pen = Pen(page_of(width))
    if moves is None:
        moves = rank_moves(graph, origin, settings=settings, limit=limit)
    moves = moves[:_MOST]
    name = end_text(find_start(graph, origin).end, lang)
    title = say("charts.neighbours.title", lang=lang, origin=name)
    calibrated = all(m.probability for m in moves)
    meaning = say(f"charts.neighbours.{'chance' if calibrated else 'score'}", lang=lang)
    y = pen.heading(title, meaning)
    if not moves:
        y = pen.text((MARGIN, y), say("moves.none", lang=lang), width=pen.page.inner)
        return pen.chart(y, title=title, description=say("moves.none", lang=lang))
    y = _draw(pen, moves, ring_order(graph, [m.target.code or "" for m in moves]), y, lang)
    levels = [level for level in _LOOKS if any(m.level == level for m in moves)]
    entries: list[tuple[Fill | Mark | str, str]] = [(_ORIGIN, say("charts.neighbours.origin", lang=lang))]
    entries += [(_LOOKS[level], _level(level, lang)) for level in levels]
    if any(m.known for m in moves):
        entries.append(("★", say("charts.neighbours.known", lang=lang)))
    y = pen.legend(y + 4, entries)
    y = pen.note(y, say("charts.neighbours.note", lang=lang))
    told = listed((_name(m, lang) for m in moves), lang)
    return pen.chart(y, title=title, description=f"{meaning} {say('charts.neighbours.words', lang=lang, names=told)}")


def _level(level: str | None, lang: Lang) -> str:
    return say("charts.neighbours.no_level", lang=lang) if level is None else say(f"moves.level.{level}", lang=lang)


def _name(move: "Move", lang: Lang) -> str:
    chance = "" if move.probability is None else f", {percent(move.probability, lang=lang)}"
    star = "★ " if move.known else ""
    return f"{star}{move.target.code} {move.target.label or ''}".rstrip() + chance


def _draw(pen: Pen, moves: "Sequence[Move]", order: Sequence[int], top: float, lang: Lang) -> float:
    size = pen.size - 0.5
    column = pen.page.inner * 0.265
    radius = (pen.page.inner - 2 * column) / 2 - 12
    far = [-math.log(m.probability) if m.probability else -m.score for m in moves]
    near, span = min(far), (max(far) - min(far)) or 1.0

    def distance(value: float) -> float:
        return radius * (_INNERMOST + (1 - _INNERMOST) * (value - near) / span)

    sides: dict[str, list[tuple[int, float]]] = {"right": [], "left": []}
    for place, row in enumerate(order):
        angle = 2 * math.pi * (place + 0.5) / len(order)
        sides["right" if math.sin(angle) >= 0 else "left"].append((row, angle))
    heights = [
        sum(pen.height(_name(moves[row], lang), column, size=size) + 5 for row, _ in side) for side in sides.values()
    ]
    tall = max(*heights, 2 * radius + 16)
    centre = (pen.page.width / 2, top + tall / 2)
    _rings(pen, moves, centre, distance, lang)
    for side, placed in sides.items():
        labels = []
        for row, angle in placed:
            point, rim = (
                (centre[0] + r * math.sin(angle), centre[1] - r * math.cos(angle))
                for r in (distance(far[row]), radius + 6)
            )
            labels.append(_Label(moves[row], point, rim, pen.height(_name(moves[row], lang), column, size=size)))
        _write(pen, sorted(labels, key=lambda x: x.rim[1]), side, (top, top + tall), column, lang)
    pen.dot(centre, _MARK + 4, _ORIGIN.fill, marker=_ORIGIN.shape)
    return top + tall


def _rings(
    pen: Pen, moves: "Sequence[Move]", centre: tuple[float, float], distance: Callable[[float], float], lang: Lang
) -> None:
    """Draw the circles of round chances, each with its number, where the scorer is calibrated."""
    chances = [m.probability for m in moves if m.probability]
    if len(chances) < len(moves):
        return
    size = pen.size - 1.5
    last = -math.inf
    for chance in _RINGS:
        if not min(chances) * 0.99 <= chance <= max(chances) * 1.01:
            continue
        radius = distance(-math.log(chance))
        if radius - last < size * 1.6:
            continue
        last = radius
        pen.ring(centre, radius, colour="#BFBFBF", dash=True)
        words = percent(chance, lang=lang)
        wide, y = pen.wide(words, size=size) + 4, centre[1] - radius - size * LINE / 2
        pen.box(centre[0] - wide / 2, y, wide, size * LINE, _BEHIND, over=0.6)
        pen.text((centre[0], y), words, size=size, colour=QUIET, align="center")


def _write(pen: Pen, labels: Sequence[_Label], side: str, span: tuple[float, float], column: float, lang: Lang) -> None:
    """Write the labels of one side, each as near as can be to its point, none on another."""
    size = pen.size - 0.5
    gap = 5.0
    tops = spread([x.rim[1] - x.tall / 2 for x in labels], [x.tall + gap for x in labels], span)
    for label, top in zip(labels, tops, strict=True):
        look = _LOOKS[label.move.level]
        pen.dot(label.point, _MARK, look.fill, marker=look.shape)
        middle = top + label.tall / 2
        at = MARGIN if side == "left" else pen.page.right - column
        near = MARGIN + column + 3 if side == "left" else pen.page.right - column - 3
        pen.line([label.point, label.rim, (near, middle)], colour="#A6A6A6", width=0.6, over=1.0)
        if side == "left":
            y = top
            for line in pen.lines(_name(label.move, lang), column, size=size):
                y = pen.text((at + column, y), line, size=size, align="right")
        else:
            pen.text((at, top), _name(label.move, lang), width=column, size=size, colour=INK)


def spread(wanted: Sequence[float], sizes: Sequence[float], span: tuple[float, float]) -> list[float]:
    """
    Return the tops of intervals of given sizes, in their order, without overlap, near where they are wanted.

    Pool adjacent violators: intervals that would overlap move as one block to the mean of what they want, which
    minimises the sum of squared displacements; then the whole is pushed inside `span`.

    Examples
    --------
    >>> spread([0.0, 1.0, 50.0], [10.0, 10.0, 10.0], (0.0, 100.0))
    [0.0, 10.0, 50.0]
    """
    offsets = [sum(sizes[:i]) for i in range(len(sizes))]
    blocks: list[list[float]] = []  # sum of what is wanted less the offset, and number
    for want, offset in zip(wanted, offsets, strict=True):
        blocks.append([want - offset, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    starts = [total / count for total, count in blocks for _ in range(int(count))]
    low, high = span[0], span[1] - sum(sizes)
    return [min(max(start, low), max(low, high)) + offset for start, offset in zip(starts, offsets, strict=True)]
