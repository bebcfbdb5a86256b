"""Moves, paths and areas as pictures: parts of a score, what a job asks for, what stands around it, ladder, wheel."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from passerelles.access.wording import duration_text
from passerelles.charts.drawing import LINE, MARGIN, Chart, Colour, Entry, Fill, Pen, Point, Ruler, bend
from passerelles.errors import checked
from passerelles.language.say import Lang, labelled, listed, number, percent, say, signed
from passerelles.market.signals import MARKET_KEYS
from passerelles.paths.legal import frame_line
from passerelles.paths.path import Path, Span, Step, StepCredential, hours_text, months_text, path_sentences
from passerelles.ranking.move import End, Item, Move, PartValue, by_state, find_start
from passerelles.ranking.rank import check_limit, rank_moves
from passerelles.views.spec import On

if TYPE_CHECKING:
    from passerelles.areas import Disc, MobilityArea, MobilityAreas
    from passerelles.graph.core import OccupationGraph
    from passerelles.model import Profile
    from passerelles.ranking.compare import Comparison
    from passerelles.settings import Settings


_PLUS: Final = Fill(Colour.BLUE)
_MINUS: Final = Fill(Colour.VERMILION.pale(0.55), hatch="////", edge="#7A3600")
_BASE: Final = Fill(Colour.GRID)
_TOTAL: Final = Fill(Colour.DARK)


@checked
def score_waterfall(move: "Move", *, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw the parts that the score of a move is the sum of, the largest first.

    Parameters
    ----------
    move
        What a ranking gives.
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

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, rank_moves
    >>> move = rank_moves(build_graph(load_referential()), "K2110", limit=1)[0]
    >>> str(move.target.label) in charts.score_waterfall(move).title
    True
    """
    pen = Pen(width, "waterfall", lang)
    parts = sorted(move.parts, key=lambda p: (p.name != "base", -abs(p.value)))
    ends = pairwise(accumulate((p.value for p in parts), initial=0.0))
    bars = [_Bar(p.label(lang), start, end, _fill_of(p)) for p, (start, end) in zip(parts, ends, strict=True)]
    total = _Bar(pen.say("total"), 0.0, move.score, _TOTAL)
    y = _draw_bars(pen, [*bars, total], pen.heading(_facts(move, lang), **_ends(move, lang)))
    entries: list[Entry] = [(_BASE, pen.say("base"))] if any(p.name == "base" for p in parts) else []
    entries += [(_PLUS, pen.say("plus")), (_MINUS, pen.say("minus")), (_TOTAL, total.label)]
    parts_text = listed((f"{p.label(lang)} {signed(p.value, lang=lang)}" for p in parts), lang)
    words = pen.say("words", parts=parts_text, score=signed(move.score, lang=lang))
    return pen.chart(pen.legend(y + 8, entries), words)


def _end(end: "End", lang: Lang) -> str:
    """Name one end of a move: its label and code, or a person."""
    if end.code is None:
        return end.label or say("charts.words.person", lang=lang)
    return f"{end.label} ({end.code})" if end.label else end.code


def _facts(move: "Move", lang: Lang) -> str:
    """Sum up a move on one line: score, chance, level, coverage; what is not known is said."""
    unknown = say("charts.words.unknown", lang=lang)
    known = {"chance": move.probability, "coverage": move.coverage}
    shares = {name: unknown if share is None else percent(share, lang=lang) for name, share in known.items()}
    level = unknown if move.level is None else say(f"moves.level.{move.level}", lang=lang)
    of = {"name": move.referential.name, "version": move.referential.version}
    return say("charts.words.facts", lang=lang, score=signed(move.score, lang=lang), level=level, **shares, **of)


def _ends(of: "Move | Path", lang: Lang) -> dict[str, str]:
    return {"origin": _end(of.origin, lang), "target": _end(of.target, lang)}


class _Bar(NamedTuple):
    label: str
    start: float
    end: float
    look: Fill


def _fill_of(part: "PartValue") -> Fill:
    return _BASE if part.name == "base" else _PLUS if part.value > 0 else _MINUS


def _draw_bars(pen: Pen, bars: Sequence[_Bar], top: float) -> float:
    values = [signed(bar.end - bar.start, lang=pen.lang) for bar in bars]
    column = min(max(pen.wide(bar.label, bold=True) for bar in bars) + 2, pen.inner * 0.4)
    value_width = max(pen.wide(v, bold=True) for v in values)
    low, high = min(0.0, *(bar.end for bar in bars)), max(0.0, *(bar.end for bar in bars))
    pad = (high - low or 1.0) * 0.02
    ruler = Ruler(low - pad, high + pad, MARGIN + column + 10, pen.right - value_width - 10)
    y = top
    for place, (label, start, end, look) in enumerate(bars):
        last = place == len(bars) - 1
        if last:
            y += 3
            pen.line([(MARGIN, y - 2), (pen.right, y - 2)], width=0.6)
        tall = pen.height(label, column, bold=last)
        room = max(tall, pen.size * 1.7) + 4
        pen.text((MARGIN, y + (room - tall) / 2), label, width=column, bold=last)
        left, right = sorted((ruler(start), ruler(end)))
        pen.box(left, y + 3, max(right - left, 0.8), room - 6, look)
        if place < len(bars) - 2:
            pen.line([(ruler(end), y + room - 3), (ruler(end), y + room + 3)], width=0.6)
        pen.text((pen.right, y + (room - pen.size * LINE) / 2), values[place], align="right", bold=last)
        y += room
    return pen.axis(ruler, (top, y))


_HELD: Final = Fill(Colour.BLUE)
_NEAR: Final = Fill(Colour.SKY, hatch="||||", edge=Colour.SKY.deep)
_REST: Final = Fill(Colour.PAPER, hatch="||||", edge=Colour.SKY.deep)
_MISSING: Final = Fill(Colour.PAPER, hatch="////", edge=Colour.VERMILION)
_CORE: Final = "◆"
_PRESENCES: Final = {"shared": _HELD, "some": _NEAR, "only": Fill(Colour.PAPER)}
_LOOKS: Final = {"held": _HELD, "near": _NEAR, "rest": _REST, "missing": _MISSING}


@checked
def competency_bars(move: "Move", *, limit: int = 8, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw the competencies that the target of a move requires, by weight: held, near, missing.

    Parameters
    ----------
    move
        What a ranking gives.
    limit
        How many are shown of each state, the heaviest first; the others are counted.
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
    PasserellesError
        If `limit` is under 1.

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, rank_moves
    >>> move = rank_moves(build_graph(load_referential()), "K2110", limit=1)[0]
    >>> str(move.target.label) in charts.competency_bars(move, limit=3).title
    True
    """
    check_limit(limit)
    pen = Pen(width, "competencies", lang)
    ends = _ends(move, lang)
    groups = dict(by_state(move))
    weights = {state: sum(item.weight for item in items) for state, items in groups.items()}
    total = sum(weights.values())
    if not total:
        return pen.chart(pen.heading(pen.say("none"), **ends), pen.say("none"), note=False)
    coverage = say("charts.words.unknown", lang=lang) if move.coverage is None else percent(move.coverage, lang=lang)
    facts = pen.say("facts", coverage=coverage)
    y = pen.heading(facts, **ends)
    near = sum(item.weight * (item.credit or 0.0) for item in move.near)
    states = {"held": weights["held"], "near": near, "rest": weights["near"] - near, "missing": weights["missing"]}
    shares = [pen.say(name, share=percent(weight / total, lang=lang)) for name, weight in states.items()]
    y = _strip(pen, states, y, _LOOKS)
    y = pen.legend(y + 4, list(zip(_LOOKS.values(), shares, strict=True)))
    most = max(item.weight for items in groups.values() for item in items)
    for state, items in groups.items():
        if items:
            y = _draw_items(pen, state, items[:limit], y + 6, most)
            y = _draw_others(pen, items[limit:], y)
    y = pen.legend(y + 6, [(_CORE, pen.say("core"))])
    names = {state: listed((i.label or i.code for i in items[:limit]), lang) for state, items in groups.items()}
    state_texts = [say(f"moves.items.{s}", lang=lang, n=len(i), names=names[s]) for s, i in groups.items() if i]
    return pen.chart(y, ". ".join([facts.rstrip("."), *state_texts, listed(shares, lang)]) + ".")


def _strip(pen: Pen, states: Mapping[str, float], y: float, looks: Mapping[str, Fill]) -> float:
    """Draw the whole as one bar."""
    x, tall = MARGIN, pen.size * 1.8
    for name, weight in states.items():
        wide = weight / sum(states.values()) * pen.inner
        if wide > 1e-6:  # noqa: PLR2004 - nothing, but for rounding
            pen.box(x, y, wide, tall, looks[name])
            x += wide
    return y + tall


def _draw_items(pen: Pen, state: str, items: "Sequence[Item]", y: float, most: float) -> float:
    y = pen.text((MARGIN, y), pen.say(f"head_{state}"), bold=True) + 2
    column = pen.inner * 0.6
    number_width = pen.wide(number(most, lang=pen.lang, decimals=1)) + 8
    ruler = Ruler(0.0, most, MARGIN + column + 10, pen.right - number_width)
    indent = pen.size * 1.3
    for item in items:
        start = y
        if item.core:
            pen.text((MARGIN + indent / 2, y), _CORE, align="center")
        y = pen.text((MARGIN + indent, y), item.label or item.code, width=column - indent)
        if item.credit is not None:
            via = pen.say("via", label=item.via_label or item.via, share=percent(item.credit, lang=pen.lang))
            y = pen.text((MARGIN + indent, y), via, width=column - indent, size=pen.size - 1, colour=Colour.QUIET)
        tall = pen.size * 0.95
        top = start + (pen.size * LINE - tall) / 2
        end = ruler(item.weight)
        if item.credit is None:
            pen.box(ruler.left, top, end - ruler.left, tall, _LOOKS[state])
        else:
            middle = ruler(item.weight * item.credit)
            pen.box(ruler.left, top, middle - ruler.left, tall, _NEAR)
            pen.box(middle, top, end - middle, tall, _REST)
        pen.text((pen.right, start), number(item.weight, lang=pen.lang, decimals=1), align="right")
        y += 3
    return y


@checked
def comparison_bars(found: "Comparison", *, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw, for each occupation compared, how much of what it asks for all share, some share, or it alone asks for.

    Parameters
    ----------
    found
        What `compare` gives.
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

    Examples
    --------
    >>> from passerelles import build_graph, charts, compare, load_referential
    >>> found = compare(build_graph(load_referential()), ["N4101", "N4103"])
    >>> charts.comparison_bars(found).title
    'Métiers côte à côte'
    """
    pen = Pen(width, "comparison", lang)
    form = "group" if found.occupations[2:] else "pair"  # of two, what some share all share
    looks = {name: look for name, look in _PRESENCES.items() if form == "group" or name != "some"}
    meaning = pen.say(f"{form}.meaning")
    y = pen.heading(meaning, title=found.page(lang).title)
    sentences = []
    for job in found.occupations:
        weights = dict.fromkeys(_PRESENCES, 0.0)
        for competency in found.competencies:
            weight_of = dict(zip(competency.occupations, competency.weights, strict=True))
            weights[competency.presence] += weight_of.get(job.code, 0.0)
        y = pen.text((MARGIN, y), f"{job.label} ({job.code})", width=pen.inner, bold=True) + 2
        total = sum(weights.values())
        if not total:
            words = pen.say("none")
        else:
            y = _strip(pen, weights, y, _PRESENCES) + 2
            shares = {name: percent(weight / total, lang=lang) for name, weight in weights.items()}
            words = pen.say(f"{form}.shares", n=job.requirements, **shares)
        y = pen.text((MARGIN, y), words, width=pen.inner, colour=Colour.QUIET) + 8
        sentences.append(labelled(f"{job.label} ({job.code})", words, lang))
    key = [(look, say(f"compare.presence.{name}", lang=lang)) for name, look in looks.items()]
    return pen.chart(pen.legend(y, key), " ".join([meaning, *sentences]))


def _draw_others(pen: Pen, items: "Sequence[Item]", y: float) -> float:
    if not items:
        return y
    weight = number(sum(i.weight for i in items), lang=pen.lang, decimals=1)
    text = pen.say("others", n=len(items), weight=weight)
    return pen.text((MARGIN + pen.size * 1.3, y), text, width=pen.inner - pen.size * 1.3, colour=Colour.QUIET)


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
    from scipy.cluster import hierarchy  # noqa: PLC0415 - heavy, and one chart alone asks for it
    from scipy.spatial.distance import pdist  # noqa: PLC0415

    ranked = sorted(range(len(codes)), key=lambda i: codes[i])
    if len(codes) <= 2:  # noqa: PLR2004 - nothing to order
        return ranked
    rows = graph.weights[[graph.position[codes[i]] for i in ranked]].toarray()
    # What requires nothing is like nothing else: its cosine is no number.
    distance = np.nan_to_num(np.round(pdist(rows, "cosine"), 9), nan=1.0)
    tree = hierarchy.linkage(distance, method="average", optimal_ordering=True)
    return [ranked[i] for i in hierarchy.leaves_list(tree).tolist()]


# Shape and colour say the level; no level where the scorer is not calibrated.
_LEVELS: Final[dict[str | None, Fill]] = {
    "proche": Fill(Colour.BLUE, shape="o"),
    "accessible": Fill(Colour.SKY, shape="s"),
    "exigeante": Fill(Colour.ORANGE, edge=Colour.ORANGE.deep, shape="^"),
    None: Fill(Colour.GREY, shape="D"),
}
_ORIGIN: Final = Fill(Colour.PAPER, width=1.6, shape="P")
_BEHIND: Final = Fill(Colour.PAPER, edge="none", width=0.0)
_RINGS: Final = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_INNERMOST: Final = 0.3  # of the radius: where the nearest occupation stands
_MARK_SIZE: Final = 8.0
_GAP: Final = 5.0  # between two names
_MOST_NAMES: Final = 40


@checked
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
    pen = Pen(width, "neighbours", lang)
    if moves is None:
        moves = rank_moves(graph, origin, settings=settings, limit=limit)
    moves = moves[:_MOST_NAMES]
    meaning = pen.say("chance" if all(m.probability for m in moves) else "score")
    y = pen.heading(meaning, origin=_end(find_start(graph, origin).end, lang))
    if not moves:
        message = say("moves.none", lang=lang)
        return pen.chart(pen.text((MARGIN, y), message, width=pen.inner), message, note=False)
    y = _draw_map(pen, moves, ring_order(graph, [m.target.code for m in moves]), y)
    levels = [level for level in _LEVELS if any(m.level == level for m in moves)]
    words = {level: say(f"moves.level.{level}", lang=lang) if level else pen.say("no_level") for level in levels}
    entries: list[Entry] = [(_ORIGIN, pen.say("origin")), *((_LEVELS[level], words[level]) for level in levels)]
    if any(m.known for m in moves):
        entries.append(("★", pen.say("known")))
    names = listed((_name(m, lang) for m in moves), lang)
    return pen.chart(pen.legend(y + 4, entries), f"{meaning} {pen.say('words', names=names)}")


def _name(move: "Move", lang: Lang) -> str:
    chance = "" if move.probability is None else f", {percent(move.probability, lang=lang)}"
    return f"{'★ ' if move.known else ''}{move.target.code} {move.target.label or ''}".rstrip() + chance


def _draw_map(pen: Pen, moves: "Sequence[Move]", order: Sequence[int], top: float) -> float:
    size = pen.size - 0.5
    column = pen.inner * 0.265
    radius = (pen.inner - 2 * column) / 2 - 12
    far = [-math.log(m.probability) if m.probability else -m.score for m in moves]
    near, span = min(far), (max(far) - min(far)) or 1.0

    def distance(value: float) -> float:
        return radius * (_INNERMOST + (1 - _INNERMOST) * (value - near) / span)

    names = [_name(move, pen.lang) for move in moves]
    heights = [pen.height(name, column, size=size) for name in names]
    turns = [(row, 2 * math.pi * (place + 0.5) / len(order)) for place, row in enumerate(order)]
    right, left = ([(row, angle) for row, angle in turns if (math.sin(angle) >= 0) is on] for on in (True, False))
    tall = max(*(sum(heights[row] + _GAP for row, _ in side) for side in (right, left)), 2 * radius + 16)
    centre = (pen.width / 2, top + tall / 2)

    def spot(away: float, angle: float) -> tuple[float, float]:
        return centre[0] + away * math.sin(angle), centre[1] - away * math.cos(angle)

    points = [spot(distance(far[row]), angle) for row, angle in turns]
    between = [2 * math.pi * place / len(order) for place in range(len(order))]
    _rings(pen, moves, points, distance, lambda away: [spot(away, angle) for angle in between])
    for side in (right, left):  # names as near as can be to their points, none on another
        side.sort(key=lambda turn: -math.cos(turn[1]))
        at, end = (pen.right - column, -3) if side is right else (MARGIN + column, 3)
        halves, rims = [heights[row] / 2 for row, _ in side], [spot(radius + 6, angle) for _, angle in side]
        wanted = [rim[1] - half for rim, half in zip(rims, halves, strict=True)]
        tops = spread(wanted, [2 * half + _GAP for half in halves], (top, top + tall))
        for (row, angle), half, rim, y in zip(side, halves, rims, tops, strict=True):
            look, point = _LEVELS[moves[row].level], spot(distance(far[row]), angle)
            pen.dot(point, _MARK_SIZE, look)
            pen.line([point, rim, (at + end, y + half)], colour="#A6A6A6", width=0.6, over=1.0)
            pen.text((at, y), names[row], width=column, size=size, align="left" if side is right else "right")
    pen.dot(centre, _MARK_SIZE + 4, _ORIGIN)
    return top + tall


def _rings(
    pen: Pen,
    moves: "Sequence[Move]",
    points: Sequence[Point],
    distance: Callable[[float], float],
    spots: Callable[[float], list[Point]],
) -> None:
    """Draw the circles of round chances, each with its number where most is free, if the scorer is calibrated."""
    chances = [m.probability for m in moves if m.probability]
    if len(chances) < len(moves):
        return
    size = pen.size - 1.5
    last, taken = -math.inf, [*points]
    for chance in _RINGS:
        if not min(chances) * 0.99 <= chance <= max(chances) * 1.01:
            continue
        radius = distance(-math.log(chance))
        if radius - last < size * 1.6:
            continue
        last = radius
        pen.ring(spots(0.0)[0], radius)
        words = percent(chance, lang=pen.lang)
        wide, tall = pen.wide(words, size=size) + 4, size * LINE
        x, y = max(
            spots(radius), key=lambda at: min(max(abs(at[0] - x) / wide, abs(at[1] - y) / tall) for x, y in taken)
        )
        taken.append((x, y))
        pen.box(x - wide / 2, y - tall / 2, wide, tall, _BEHIND, over=0.6)
        pen.text((x, y - tall / 2), words, size=size, colour=Colour.QUIET, align="center")


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
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - heavy, and one chart alone asks for it

    if not wanted:
        return []
    offsets = np.cumsum([0.0, *sizes[:-1]])
    low, high = span[0], span[1] - sum(sizes)
    starts = np.clip(isotonic_regression(wanted - offsets).x, low, max(low, high))
    return [float(top) for top in starts + offsets]


_RANGE: Final = Fill(Colour.SKY.pale(0.45), edge=Colour.BLUE)
_EXPECTED: Final = Fill(Colour.DARK, width=0.0)
_OPEN: Final = Fill(Colour.PAPER, hatch="////", edge=Colour.VERMILION, dash=True)
_SIGNS: Final = {"yes": "✓", "no": "○", "unknown": "?"}
_SHOWN: Final = 3  # reasons of a frame


@checked
def path_ladder(path: "Path", *, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw a path: each occupation, and between two of them hours (low, expected, high), months and credentials.

    Parameters
    ----------
    path
        What `rank_paths` gives.
    width
        In inches, from 4 to 40; the height follows.
    lang
        Language of the words.

    Returns
    -------
    chart
        A matplotlib figure; `description` says the same in words. What is not known is drawn as not known.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, rank_paths
    >>> graph = build_graph(load_referential())
    >>> charts.path_ladder(rank_paths(graph, "K2110", targets=["N4101"], limit=1)[0]).title
    'Parcours : Enseignant / Enseignante de la conduite et de la sécurité routière (K2110) → ...'
    """
    pen = Pen(width, "ladder", lang)
    status = say(f"paths.status.{path.status}", lang=lang)
    facts = pen.say("facts", hours=hours_text(path.known_hours, lang), months=_months(pen, path.months), status=status)
    ends = _ends(path, lang)
    y = top = pen.heading(facts, **ends)
    ruler = _ruler(pen, path)
    rail = MARGIN + pen.size * 0.6
    dot = y + (pen.size + 1) * LINE / 2
    y = _rung(pen, y, ends["origin"], Colour.PAPER)
    for step in path.steps:
        start = dot
        y = _draw_step(pen, ruler, y + 4, step) + 8
        dot = y + (pen.size + 1) * LINE / 2
        pen.line([(rail, start), (rail, dot)], colour=Colour.BLUE, width=2.2, over=0.8)
        y = _rung(pen, y, _end(step.target, lang), Colour.BLUE if step is path.steps[-1] else Colour.SKY)
    y = _draw_whole(pen, ruler, y + 6, path)
    if _EXPECTED in pen.fills:  # else no bar has a length to read
        y = pen.axis(ruler, (top, y), title=pen.say("axis"))
    y = _draw_frames(pen, y + 6, path)
    fills = {"range": _RANGE, "expected": _EXPECTED, "open": _OPEN}
    entries: list[Entry] = [(fill, pen.say(name)) for name, fill in fills.items() if fill in pen.fills]
    held = {credential.held for step in path.steps for credential in step.credentials}
    entries += [(sign, pen.say(f"held_{verdict}")) for verdict, sign in _SIGNS.items() if verdict in held]
    return pen.chart(pen.legend(y + 6, entries), " ".join([facts, *path_sentences(path, lang)]))


def _months(pen: Pen, months: "Span") -> str:
    text = months_text(months, pen.lang).replace(" ", "\u00a0")
    return say("charts.words.unknown", lang=pen.lang) if text == "?" else pen.say("months", n=text)


def _steps_left(pen: Pen) -> float:
    return MARGIN + pen.size * 1.8


def _column(pen: Pen) -> float:
    """Width of the words beside the bars."""
    return (pen.right - _steps_left(pen)) * 0.56


def _ruler(pen: Pen, path: "Path") -> Ruler:
    spans = [path.known_hours, *(step.known_hours for step in path.steps)]
    most = max((x for s in spans for x in (s.low, s.expected, s.high) if x is not None), default=0.0)
    return Ruler(0.0, (most or 1.0) * 1.18, _steps_left(pen) + _column(pen) + 14, pen.right)


def _rung(pen: Pen, y: float, label: str, colour: Colour) -> float:
    size = pen.size + 1
    look = Fill(colour, edge=Colour.BLUE, width=2.0, shape="o")
    pen.dot((MARGIN + pen.size * 0.6, y + size * LINE / 2), pen.size * 1.1, look)
    return pen.text((_steps_left(pen), y), label, width=_column(pen), size=size, bold=True) + 2


def _draw_step(pen: Pen, ruler: Ruler, y: float, step: "Step") -> float:
    left, width = _steps_left(pen), _column(pen)
    basis = "none" if step.hours.lower_bound else step.basis
    hours = pen.say(f"hours_{basis}", hours=hours_text(step.known_hours, pen.lang))
    bottom = pen.text((left, y), hours, width=width)
    _bar(pen, ruler, y, step.known_hours)
    bottom = pen.text((left, bottom), pen.say("duration", months=_months(pen, step.months)), width=width)
    if step.practice_months:
        months, hours = (number(n, lang=pen.lang) for n in (step.practice_months, step.practised))
        practice = pen.say("practice", months=months, hours=hours)
        bottom = pen.text((left, bottom), practice, width=width, colour=Colour.QUIET)
    for credential in step.credentials:
        pen.text((left + pen.size * 0.5, bottom), _SIGNS[credential.held], bold=True, align="center")
        indent = pen.size * 1.4
        bottom = pen.text((left + indent, bottom), _credential(pen, credential), width=width - indent)
    if step.probability is not None:
        chance = pen.say("chance", chance=percent(step.probability, lang=pen.lang))
        bottom = pen.text((left, bottom), chance, width=width, colour=Colour.QUIET)
    return bottom


def _credential(pen: Pen, credential: "StepCredential") -> str:
    if credential.held == "yes":
        return credential.label
    hours, lang = credential.hours.expected, pen.lang
    in_hours = say("paths.hours.exact", lang=lang, expected=round(hours)) if hours else ""
    length = in_hours or duration_text(credential.months, lang)
    if not length and hours is None:
        length = say("paths.step.no_length", lang=lang)
    text = pen.say("credential", label=credential.label, length=length) if length else credential.label
    return text if credential.obtainable else pen.say("closed", label=text)


def _bar(pen: Pen, ruler: Ruler, y: float, span: "Span") -> None:
    """Draw low to high, with the expected value; open to the right where the high end is not known."""
    tall = pen.size * 1.1
    y += pen.size * LINE / 2 - tall / 2
    low, expected = span.low or 0.0, span.expected or 0.0
    start, end = ruler(low), ruler(max(expected, low) if span.high is None else span.high)
    if end > start:
        pen.box(start, y, end - start, tall, _RANGE)
    if span.high is None:
        word = pen.say("mark")
        room = pen.wide(word, bold=True) + 6
        pen.box(end, y, max(ruler.right - room - end, 2.0), tall, _OPEN)
        pen.text((ruler.right, y + tall / 2 - pen.size * LINE / 2), word, bold=True, align="right")
    if expected or span.high is not None:
        pen.box(ruler(expected) - 1.5, y - 2, 3.0, tall + 4, _EXPECTED, over=3.0)


def _draw_whole(pen: Pen, ruler: Ruler, y: float, path: "Path") -> float:
    pen.line([(MARGIN, y), (pen.right, y)], width=0.6)
    text = pen.say("whole", hours=hours_text(path.known_hours, pen.lang), months=_months(pen, path.months))
    _bar(pen, ruler, y + 5, path.known_hours)
    width = _column(pen) + _steps_left(pen) - MARGIN
    return max(pen.text((MARGIN, y + 5), text, width=width, bold=True), y + 5 + pen.size * 1.8) + 3


def _draw_frames(pen: Pen, y: float, path: "Path") -> float:
    if path.frames:
        y = pen.text((MARGIN, y), pen.say("frames"), bold=True) + 2
    for frame in path.frames:  # a bullet, for the signs of credentials say something else
        every = [v.reason(pen.lang) for v in (*frame.violations, *frame.unknown)]
        reasons = [*every[:_SHOWN], *(["…"] if len(every) > _SHOWN else [])]
        text = frame_line(frame.label, frame.verdict, reasons, pen.lang)
        pen.text((MARGIN + pen.size * 0.5, y), "•", bold=True, align="center")
        y = pen.text((MARGIN + pen.size * 1.4, y), text, width=pen.inner - pen.size * 1.4)
    return y


_DISC: Final = Fill(Colour.SKY, width=0.8, shape="o")
_WHEEL_SHARE: Final = 0.62  # of the page that the wheel takes
_WAY: Final = 5.0  # way, in points


@checked
def area_map(found: "MobilityAreas", *, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw mobility areas on a wheel, with the ways on which people pass between them.

    A disc grows with the jobs of its area, a way with the moves between two areas, both directions together; areas that
    exchange most stand side by side as far as can be, and the place on the wheel says nothing more.

    Parameters
    ----------
    found
        What `mobility_areas` gives; with a market, what it says of each area stands beside its name.
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

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, mobility_areas
    >>> charts.area_map(mobility_areas(build_graph(load_referential()))).title.endswith("aires de mobilité")
    True
    """
    pen = Pen(width, "areas", lang)
    page = found.page(lang)
    y = pen.heading(pen.say("meaning"), title=page.title)
    half = pen.inner * _WHEEL_SHARE / 2
    middle = (pen.width / 2, y + half)
    spots, ways = found.wheel()

    def at(spot: "Disc") -> tuple[float, float]:
        return middle[0] + half * spot.x, middle[1] + half * spot.y

    for start, end, thick in ways:
        pen.outline(bend(at(start), middle, at(end)), Fill("none", edge=Colour.GREY, width=_WAY * thick), over=1.0)
    for spot in spots:
        x, top = at(spot)
        pen.dot((x, top), 2 * half * spot.radius, _DISC)
        pen.text((x, top - pen.size * 0.7), str(spot.area.number), bold=True, align="center")
    y += 2 * half + pen.size
    area_lines = [_area_words(pen, area) for area in found.areas]
    for words in area_lines:
        y = pen.text((MARGIN, y), words, width=pen.inner) + 2
    for note in page.notes:
        y = pen.note(y + 2, note)
    return pen.chart(y, " ".join([pen.say("meaning"), *area_lines]), note=False)


def _area_words(pen: Pen, area: "MobilityArea") -> str:
    """Return the number, name and size of an area, and its market where there is one."""
    facts = [pen.say("jobs", n=len(area.members))]
    for column in area.spec.columns if area.market is not None else ():
        if On.PAGE in column.on and column.key in MARKET_KEYS:
            known = column.screen(area, pen.lang)
            facts += [f"{column.head(pen.lang).lower()} {known}"] if known else []
    return f"{area.number}. {area.name} ({', '.join(facts)})"
