"""Maps of occupations, each with its table: all of them, the neighbours of one, mobility areas; jobs by interests."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.areas import Area, AreaMember, MobilityAreas, Passage, mobility_areas
from passerelles.market.worth import SCREEN_KEYS, market_notes
from passerelles.ranking.move import Move
from passerelles.ranking.moves import rank_moves
from passerelles.report.resolution import Fiche
from passerelles.scoring.table import occupation_positions
from passerelles.service.engine import Engine
from passerelles.service.explorer.ask import Ask
from passerelles.service.explorer.pages import basin_of, job_of
from passerelles.views.document import Grid
from passerelles.views.spec import Column, Sheet, within

SIDE: Final = 1000  # of the map of all occupations
_MARGIN: Final = 24
_CROWD: Final = 60.0  # radius in which occupations of a domain stand together
_LETTER: Final = 9.0  # width of a letter of its name, and height of a line
_LINE: Final = 20.0
# Each at least 3:1 on white, as WCAG asks of what a picture shows, and told apart by the words beside it too.
COLOURS: Final = (
    "#1d4f7c", "#b35c00", "#2e7d32", "#8e24aa", "#c62828", "#00796b", "#6d4c41",
    "#5e35b1", "#ad1457", "#0277bd", "#827717", "#455a64", "#d84315", "#33691e",
)  # fmt: skip
NOWHERE: Final = "#6b7682"
_NEIGHBOURS: Final = 16
_RING: Final = 300  # of the picture of neighbours: half its side
_TURNS: Final = 64  # places around a circle where its number may stand
_NEAREST: Final = 92.0
_FARTHEST: Final = 272.0
LETTERS: Final = "RIASEC"


class Dot(NamedTuple):
    """An occupation on a map."""

    code: str
    label: str
    x: float
    y: float
    domain: str


class Group(NamedTuple):
    """Occupations of one domain: its colour, its name, where the name stands, and how many they are."""

    code: str
    label: str
    colour: str
    dots: Sequence[Dot]
    x: float
    y: float


_DOT: Final = (Column("label", note="code"), Column("domain"))


def groups_of(engine: Engine) -> tuple[Group, ...]:
    """Return all occupations on the map, by domain, kept."""

    def make() -> tuple[Group, ...]:
        places = _MARGIN + occupation_positions(engine.graph) * (SIDE - 2 * _MARGIN)
        by_domain: dict[str | None, list[int]] = {}
        for row, occupation in enumerate(engine.graph.occupations):
            above = Fiche(engine.referential, occupation.code).domains
            by_domain.setdefault(above[0].code if above else None, []).append(row)
        found = []
        for number, domain in enumerate(sorted(by_domain, key=lambda code: code or "~")):
            rows = by_domain[domain]
            known = engine.referential.domain_by_code.get(domain or "")
            label = (known.label or known.code) if known is not None else ""
            dots = [
                Dot(engine.graph.codes[r], engine.graph.occupations[r].name, round(x, 1), round(y, 1), label)
                for r, (x, y) in zip(rows, places[rows].tolist(), strict=True)
            ]
            colour = COLOURS[number % len(COLOURS)] if known is not None else NOWHERE
            found.append(Group(domain or "", label, colour, dots, *_crowded(places[rows])))
        return _apart(found)

    return engine.derived("map", make)


def _crowded(places: NDArray[np.float64]) -> tuple[float, float]:
    """Place that most others are near to: where the name of a domain stands."""
    near = np.linalg.norm(places[:, None] - places[None, :], axis=2) < _CROWD
    x, y = places[near[near.sum(axis=1).argmax()]].mean(axis=0).round(1).tolist()
    return x, y


def short_name(label: str) -> str:
    """Return the first of the things that the name of a domain lists."""
    return label.split(",", maxsplit=1)[0].split(" / ", maxsplit=1)[0]


def _apart(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Move names down, from the top, until none stands on another; then all inside the picture."""
    written: list[tuple[float, float, float]] = []
    found: dict[str, Group] = {}
    for group in sorted(groups, key=lambda g: g.y):
        half = len(short_name(group.label)) * _LETTER / 2
        x, y = min(max(group.x, half), SIDE - half), group.y
        while any(abs(x - a) < half + b and abs(y - c) < _LINE for a, b, c in written):
            y += 1
        written.append((x, half, y))
        found[group.code] = group._replace(x=round(x, 1), y=round(y, 1))
    return tuple(found[g.code] for g in groups)


def whole_map(ask: Ask) -> str:
    """Return the map of all occupations, with its table."""
    groups = groups_of(ask.engine)
    chosen = job_of(ask, text).code if (text := ask.one("job")) else ""
    dots = sorted((d for g in groups for d in g.dots), key=lambda d: d.code)
    sheet = Sheet("map", _DOT, lambda: dots, ask.lang)
    return ask.render(
        "map.html",
        groups=groups,
        side=SIDE,
        chosen=next((d for d in dots if d.code == chosen), None),
        grid=ask.table(sheet, label=lambda d: ask.url("show", d.code)),
        size=len(dots),
        short=short_name,
    )


def picture(ask: Ask) -> str:
    """Return the map as a picture of its own, for print: domains are named on it."""
    return ask.render("map.svg", groups=groups_of(ask.engine), side=SIDE, alone=True, short=short_name)


Star = tuple[Move, float, float]  # a neighbour around an occupation, and its place


def near(ask: Ask, code: str) -> str:
    """Return the neighbours of an occupation around it, with their table: nearer is likelier."""
    about = job_of(ask, code)
    moves = rank_moves(ask.engine.graph, about.code, limit=_NEIGHBOURS)

    def link(found: Move) -> str:
        return ask.url("move", about.code, found.target.code or "")

    stars = _stars(ask, about.code, moves)
    return ask.render(
        "near.html", job=about, tab="near", stars=stars, half=_RING, rings=_rings(moves, stars),
        **ask.told(moves, {"target": link}),
    )  # fmt: skip


def _depth(moves: Sequence[Move]) -> tuple[list[float], float, float]:
    """Distance of each move before it is scaled, and the least and greatest: less likely is farther."""
    far = [-math.log(m.probability) if m.probability else -m.score for m in moves]
    return far, min(far, default=0.0), max(far, default=1.0)


def _radius(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.0
    return _NEAREST + (_FARTHEST - _NEAREST) * share


def _stars(ask: Ask, code: str, moves: Sequence[Move]) -> list[Star]:
    """Spread the neighbours evenly around, in the order in which they lie around the occupation on the map."""
    if not moves:
        return []
    places, position = occupation_positions(ask.engine.graph), ask.engine.graph.position
    away = [places[position[m.target.code or ""]] - places[position[code]] for m in moves]
    order = sorted(range(len(moves)), key=lambda i: (math.atan2(away[i][1], away[i][0]), i))
    far, low, high = _depth(moves)
    found = []
    for turn, place in enumerate(order):
        angle = 2 * math.pi * turn / len(order)
        radius = _radius(far[place], low, high)
        x, y = _RING + radius * math.sin(angle), _RING - radius * math.cos(angle)
        found.append((moves[place], round(x, 1), round(y, 1)))
    return sorted(found, key=lambda star: star[0].rank)


def _rings(moves: Sequence[Move], stars: Sequence[Star]) -> list[tuple[float, float, float, float]]:
    """Circles of round chances: chance, radius, where the number has most room; none without calibration."""
    if not moves or not all(m.probability for m in moves):
        return []
    _, low, high = _depth(moves)
    rings: list[tuple[float, float, float, float]] = []
    for chance in (0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01):
        if low < (value := -math.log(chance)) < high:
            radius = round(_radius(value, low, high), 1)
            turns = (2 * math.pi * turn / _TURNS for turn in range(_TURNS))
            spots = [(_RING + radius * math.sin(a), _RING - radius * math.cos(a)) for a in turns]
            taken = [*((x, y) for _, x, y in stars), *((x, y) for *_, x, y in rings)]
            x, y = max(spots, key=lambda spot: min(math.dist(spot, other) for other in taken))
            rings.append((chance, radius, round(x, 1), round(y, 1)))
    return rings


def areas_of(engine: Engine) -> MobilityAreas:
    """Return the mobility areas of the whole referential, kept: they take seconds."""
    return engine.derived("areas", lambda: mobility_areas(engine.graph))


def prepare(engine: Engine, *, everything: bool) -> None:
    """Read the market, which most pages show; with `everything`, make the areas too."""
    if engine.has_data:
        _ = engine.market
    if everything:
        areas_of(engine)


def areas(ask: Ask) -> str:
    """Return the mobility areas of the referential, or of a list of jobs."""
    named = [text for line in ask.many("jobs") for text in line.replace(",", " ").split()]
    found = mobility_areas(ask.engine.graph, named) if named else areas_of(ask.engine)
    found = found.with_market(ask.engine.referential, ask.engine.market, basin_of(ask))
    spots, links = found.wheel()
    page = found.page(ask.lang)
    leads = {} if named else {"name": lambda a: ask.url("areas", str(a.number))}
    sheets = found.sheets(ask.lang)
    return ask.render(
        "areas.html",
        page=page,
        grid=ask.table(page.sheets[0], **leads),
        passages=ask.table(sheets[2]) if found.passages else None,
        named=" ".join(named),
        members=[ask.table(sheets[1])] if named else [],
        spots=spots,
        links=links,
        half=_RING,
    )


def area(ask: Ask, number: str) -> str:
    """Return one mobility area: its members, where they stand on the map, and the passages from and to it."""
    found = areas_of(ask.engine)
    one = next((a for a in found.areas if str(a.number) == number), found.areas[0])
    (one,) = replace(found, areas=(one,)).with_market(ask.engine.referential, ask.engine.market, basin_of(ask)).areas
    hidden = SCREEN_KEYS if one.market is None else frozenset[str]()
    members = Sheet("members", AreaMember.spec.columns, lambda: one.members, ask.lang, hidden)
    names = {a.number: a.name for a in found.areas}
    codes = {m.code for m in one.members}
    return ask.render(
        "area.html",
        area=one,
        grid=ask.table(Sheet("areas", Area.spec.columns, lambda: [one], ask.lang, hidden)),
        notes=market_notes([one.market], ask.lang),
        members=ask.table(members, label=lambda m: ask.url("show", m.code), code=lambda m: ask.url("show", m.code)),
        out=_passages(ask, [p for p in found.passages if p.origin == one.number], names, "target"),
        into=_passages(ask, [p for p in found.passages if p.target == one.number], names, "origin"),
        groups=groups_of(ask.engine),
        codes=codes,
        side=SIDE,
        short=short_name,
        colour=COLOURS[0],
    )


def _passages(ask: Ask, some: Sequence[Passage], names: Mapping[int, str], end: str) -> Grid | None:
    head = Column("name", value=lambda row, _: row[0])
    rest = [c for c in Passage.spec.columns if c.key not in ("origin_area", "target_area")]
    columns = (head, *within(rest, itemgetter(1)))
    rows = [(names[getattr(p, end)], p) for p in some]
    sheet = Sheet("passages", columns, lambda: rows, ask.lang)
    if not rows:
        return None
    grid = ask.table(sheet, name=lambda row: ask.url("areas", str(getattr(row[1], end))))
    return grid._replace(caption=ask.words("areas.out" if end == "target" else "areas.into"))


def interests(ask: Ask) -> str:
    """Return the jobs of one or two interests (Holland's six), the best fits first."""
    chosen = dict.fromkeys((ask.one("first"), ask.one("second")))
    letters = [text for text in chosen if len(text) == 1 and text in LETTERS]
    occupations = ask.engine.graph.occupations
    known = Counter(letter for o in occupations for letter in o.riasec)
    fits = [(_fit(o.riasec, letters), o) for o in occupations if o.riasec] if letters else []
    found = sorted((pair for pair in fits if pair[0]), key=lambda pair: (-pair[0], pair[1].name))
    columns = (
        Column("label", value=lambda pair, _: pair[1].name, note=lambda pair, _: pair[1].code),
        Column("interests", value=lambda pair, _: ", ".join(ask.words(f"riasec.{x}") for x in pair[1].riasec)),
    )
    sheet = Sheet("interests", columns, lambda: found, ask.lang)
    return ask.render(
        "interests.html",
        letters=letters,
        every=[(letter, known[letter]) for letter in LETTERS if known[letter]],
        grid=ask.table(sheet, label=lambda pair: ask.url("rank", pair[1].code)) if found else None,
        count=len(found),
    )


def _fit(code: str, letters: Sequence[str]) -> int:
    """How well an occupation's major and minor interests fit those chosen; 0 = not at all."""
    first, second = code[:1], code[1:2]
    if len(letters) == 1:
        return 2 * (first == letters[0]) + (second == letters[0])
    if {first, second} == set(letters):
        return 4 if first == letters[0] else 3
    return 2 * (first == letters[0]) + (first == letters[1])
