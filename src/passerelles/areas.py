"""
Mobility areas: groups of occupations between which people move more than out of them.

An area is a community of the graph of moves: occupations joined by the best moves of each, weighed by the chance that
an expert lists them. Communities are found by Louvain's method (Blondel et al. 2008) as networkx has it, with a fixed
seed. How many there are follows from modularity at resolution 1: no number is chosen.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.codes import check_codes, grouped, sum_by_key
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, listed, percent, say
from passerelles.market.market import Market
from passerelles.market.places import Basin
from passerelles.market.signals import JobMarket, job_markets, market_columns, market_notes, unknown_columns
from passerelles.matching import find_occupations
from passerelles.model import Stamp
from passerelles.referentials.referential import Referential
from passerelles.scoring.features import tree_of
from passerelles.scoring.measures import required_columns
from passerelles.scoring.scorer import Scorer, scorer_for
from passerelles.scoring.table import score_table
from passerelles.settings import Settings, settings_or
from passerelles.sharing import LaterModule
from passerelles.vectors import Floats, Ints, Rows
from passerelles.views.schema import record
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet, dicts, parts_of, side_by_side, texts_of

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = LaterModule("networkx")  # half a second to import

_BEST_MOVES: Final = 10  # moves of each occupation that the graph is made of
_SEED: Final = 20
_SAMPLES: Final = 10  # resampled graphs on which stability is measured
_SAMPLED_SHARE: Final = 0.8  # of the moves, in each of them
_SOURCES: Final = 256  # occupations from which shortest paths are computed, for betweenness
_NAMED: Final = 3  # jobs that name an area, pivots, entries, exits and competencies listed
_RIM: Final = 0.8  # of a wheel: radius on which the centres of its discs lie; then the largest radius of a disc
_LARGEST_DISC: Final = 0.16
_THINNEST_SHARE: Final = 0.1  # share of the heaviest link: lighter ones are not drawn
_OPEN_CHANCE: Final = 0.1  # chance from which a move counts as a way out: `accessible`


@dataclass(frozen=True, slots=True)
class AreaMember(Described):
    """
    An occupation in its area; `inward` and `outward` count its best moves from and to other areas.

    `dead_end` is None where no chances are known: a place in a list says nothing of a way out.
    """

    code: str
    label: str
    strength: float
    inward: int
    outward: int
    dead_end: bool | None
    market: JobMarket | None = None

    spec: ClassVar[Record] = Record(
        "area_member",
        "An occupation in its area",
        Column("code", promised="code"),
        Column("label", promised="text"),
        Column("strength", "number", promised="amount"),
        Column("inward", "integer", promised="count"),
        Column("outward", "integer", promised="count"),
        Column("dead_end", "flag", promised="flag?"),
        *market_columns(),
    )


@dataclass(frozen=True, slots=True)
class MobilityArea(Described):
    """
    A group of occupations.

    Attributes
    ----------
    name
        Labels of its most central jobs.
    stability
        Share of pairs of members that stay together in resampled graphs, in [0, 1].
    pivots
        Members on many short ways between areas, most first.
    entries, exits
        Members that most moves from, or to, other areas lead to or start from.
    dead_ends
        Members from which no move reaches the chance of an `accessible` one.
    market
        Openings, tension and wage of its members together; None without market data.
    """

    number: int
    name: str
    members: tuple[AreaMember, ...]
    stability: float
    pivots: tuple[str, ...]
    entries: tuple[str, ...]
    exits: tuple[str, ...]
    dead_ends: tuple[str, ...]
    market: JobMarket | None = None

    spec: ClassVar[Record] = Record(
        "area",
        "A mobility area: occupations between which people move more than out of them",
        Column("number", "integer", promised="ordinal"),
        Column("name", promised="text"),
        Column("size", "integer", value=lambda a, _: len(a.members), promised="ordinal"),
        Column("stability", "share", promised="share", on=On.FILE | On.PAGE),
        texts_of("pivots", "code", sep=", ", promised=True, on=On.FILE | On.TERMINAL),
        texts_of("pivots", "code", sep=", ", on=On.PAGE, shown=lambda a, _: "" if a.pivots else "–",
                 note=lambda a, lang: listed((m.label for c in a.pivots for m in a.members if m.code == c), lang)),
        *(texts_of(n, "code", sep=", ", on=On.FILE, promised=True) for n in ("entries", "exits", "dead_ends")),
        parts_of("members", "area_member", promised=True),
        *market_columns(counted=True),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage(Described):
    """
    Moves from one area to another: how many, the best ones, and what they most often have to acquire.

    `best` has two codes and the chance of each, None where no chances are known.
    """

    origin: int
    target: int
    moves: int
    best: tuple[tuple[str, str, float | None], ...]
    to_acquire: tuple[tuple[str, str, int], ...]

    spec: ClassVar[Record] = Record(
        "passage",
        "Moves from one area to another",
        *(Column(f"{e}_area", "integer", value=e, json_key=e, promised="ordinal") for e in ("origin", "target")),
        Column("moves", "integer", promised="ordinal"),
        Column(
            "best", value=lambda p, _: "; ".join(f"{a} → {b}" for a, b, _ in p.best),
            shown=lambda p, lang: listed((f"{a} → {b}" for a, b, _ in p.best), lang),
            json=lambda p, _: [{"origin": a, "target": b, "probability": c} for a, b, c in p.best],
            promised=[record("", {"origin": "code", "target": "code", "probability": "number?"})],
        ),
        Column(
            "to_acquire", value=lambda p, _: "; ".join(label for _, label, _ in p.to_acquire),
            shown=lambda p, lang: listed((label for _, label, _ in p.to_acquire), lang),
            json=lambda p, _: [{"code": c, "label": label, "moves": n} for c, label, n in p.to_acquire],
            promised=[record("", {"code": "code", "label": "text", "moves": "ordinal"})],
        ),
    )  # fmt: skip


class Disc(NamedTuple):
    """An area on a wheel: its place and its radius, the wheel's own being 1 around (0, 0)."""

    area: MobilityArea
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class MobilityAreas(Shown):
    """
    Areas of a referential, or of a list of occupations, largest first.

    Attributes
    ----------
    experts
        Share of the referential's own mobilities that stay inside an area; None where it lists none between them.
    chance
        The same share for targets drawn at random, given the sizes of the areas.
    domains
        The same share inside the referential's own domains, of moves between jobs whose domain is known, with their
        number.
    """

    areas: tuple[MobilityArea, ...]
    passages: tuple[Passage, ...]
    modularity: float
    experts: float | None
    chance: float
    domains: tuple[float | None, int]
    referential: Stamp

    __repr__ = Shown.__str__

    @checked
    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return what ``areas@1`` holds: areas, passages, and what the experts' own moves say of them."""
        domains = {"experts_inside": self.domains[0], "count": self.domains[1]}
        stats = {"passages": dicts(self.passages, lang), "modularity": self.modularity, "experts_inside": self.experts}
        return {"results": dicts(self.areas, lang)} | stats | {"chance_inside": self.chance, "domains": domains}

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return areas, their members, and the passages between them as tables."""
        columns = side_by_side(MobilityArea.spec.pick("number", "name", on=On.TABLE), AreaMember.spec.columns)
        members = [(area, member) for area in self.areas for member in area.members]
        hidden = unknown_columns(area.market for area in self.areas)
        return [
            Sheet("areas", MobilityArea.spec.columns, lambda: self.areas, lang, hidden),
            Sheet("members", columns, lambda: members, lang, hidden),
            Sheet("passages", Passage.spec.columns, lambda: self.passages, lang),
        ]

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the areas show: a table, and how they compare with what experts list."""
        notes = [say("areas.note", lang=lang)]
        if self.experts is not None:
            key = "areas.experts_alone" if self.domains[0] is None else "areas.experts"
            shares = {"inside": percent(self.experts, lang=lang), "domains": percent(self.domains[0] or 0.0, lang=lang)}
            chance = say("areas.chance", lang=lang, chance=percent(self.chance, lang=lang))
            notes = [f"{say(key, lang=lang, **shares, n=self.domains[1])} {chance}", *notes]
        notes += [say("areas.words", lang=lang), *market_notes((area.market for area in self.areas), lang)]
        return Page(say("areas.title", lang=lang, n=len(self.areas)), (), self.sheets(lang)[:1], (), notes)

    def largest(self, limit: int | None) -> "MobilityAreas":
        """Return the largest areas, all where `limit` is None, and the passages between them."""
        areas = self.areas[:limit]
        numbers = {area.number for area in areas}
        passages = tuple(p for p in self.passages if {p.origin, p.target} <= numbers)
        return replace(self, areas=areas, passages=passages)

    def wheel(self) -> tuple[list[Disc], list[tuple[Disc, Disc, float]]]:
        """
        Return the areas on a wheel, and the ways between them with how wide each is, the widest being 1.

        Areas that exchange most moves stand side by side as far as can be; a disc grows with the jobs in it. Ways on
        which fewer than a tenth of the moves of the widest lie are left out.
        """
        between = sum_by_key((frozenset((passage.origin, passage.target)), passage.moves) for passage in self.passages)
        remaining = {area.number: area for area in self.areas}
        order: list[MobilityArea] = [remaining.pop(min(remaining))] if remaining else []
        while remaining:
            last = order[-1].number
            order.append(remaining.pop(min(remaining, key=lambda n: (-between[frozenset((last, n))], n))))
        most = max((len(area.members) for area in self.areas), default=1)
        # Neighbours never touch: the chord between two of them is as wide as the largest disc.
        largest = min(_LARGEST_DISC, math.sin(math.pi / max(2, len(order))) * _RIM)
        spots = {}
        for place, area in enumerate(order):
            angle = 2 * math.pi * place / len(order)
            radius = largest * math.sqrt(len(area.members) / most)
            spots[area.number] = Disc(area, round(_RIM * math.sin(angle), 4), round(-_RIM * math.cos(angle), 4), radius)
        widest = max(between.values(), default=1)
        wide = sorted((moves, *sorted(ends)) for ends, moves in between.items() if moves >= _THINNEST_SHARE * widest)
        return list(spots.values()), [(spots[start], spots[end], moves / widest) for moves, start, end in wide]

    def with_market(
        self, referential: Referential, market: Market | None, basin: Basin | None = None
    ) -> "MobilityAreas":
        """Return the areas with what a market says of their jobs, in a basin or in the country; itself without one."""
        if market is None:
            return self
        markets = job_markets(market, referential, [m.code for area in self.areas for m in area.members], basin)

        def with_figures(area: MobilityArea) -> MobilityArea:
            members = tuple(replace(m, market=markets.by_job[m.code]) for m in area.members)
            return replace(area, members=members, market=markets.of_group([m.code for m in members]))

        return replace(self, areas=tuple(with_figures(area) for area in self.areas))


@checked
def mobility_areas(
    graph: OccupationGraph,
    codes: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    market: Market | None = None,
    basin: Basin | None = None,
) -> MobilityAreas:
    """
    Group occupations into mobility areas.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    codes
        Occupations of a branch; all of the referential where None. Moves to others are left out.
    settings
        Scorer; the graph's own where None.
    market, basin
        Where openings, tensions and wages are read, and for which basin (`find_basin`); the country without one.

    Raises
    ------
    UnknownCodeError
        If a code is not in the referential.
    PasserellesError
        If the list of codes is empty.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, mobility_areas
    >>> mobility = mobility_areas(build_graph(load_referential("transitions")))
    >>> sum(len(area.members) for area in mobility.areas)
    125
    """
    rows = np.arange(len(graph.codes), dtype=np.intp)
    if codes is not None:
        selected = find_occupations(graph.referential, check_codes(codes, what="codes"))
        rows = np.asarray([graph.position[code] for code in selected], dtype=np.intp)
    if not len(rows):
        raise PasserellesError("areas_no_job")
    scorer = scorer_for(graph.referential, settings_or(settings, graph.settings).scorer)
    moves = _best_moves(graph, rows, scorer)
    network = _network(rows, moves)
    groups = _communities(network)
    area_of = np.zeros(len(graph.codes), dtype=np.int64)  # area of each row, from 1; 0 = in none
    for number, group in enumerate(groups, 1):
        area_of[list(group)] = number
    between = _betweenness(network, area_of, moves)
    together = _stability(rows, moves, groups)
    listed, domain = _experts(graph, rows), tree_of(graph).domain
    calibrated = scorer.calibration is not None
    areas = tuple(_areas(graph, groups, moves, area_of, between, together, calibrated=calibrated))
    modularity = round(nx.community.modularity(network, map(set, groups)), 4) if network.number_of_edges() else 0.0
    shares = (_inside(listed, area_of), _by_chance(listed, area_of, rows))
    in_domains = listed[(domain[listed] >= 0).all(axis=1)]
    domains = _inside(in_domains, domain), len(np.unique(domain[rows][domain[rows] >= 0]))
    passages = tuple(_passages(graph, moves, area_of, calibrated=calibrated))
    result = MobilityAreas(areas, passages, modularity, *shares, domains, graph.referential.stamp)
    return result.with_market(graph.referential, market, basin)


WeighedMoves = tuple[Rows, Rows, Floats]


def _best_moves(graph: OccupationGraph, rows: Rows, scorer: Scorer) -> WeighedMoves:
    """Origins, targets and weights of the best moves between the rows; ties by code, as in every ranking."""
    scores = score_table(graph, scorer).scores
    blocks, fiche = [], graph.base_rows
    for row in rows.tolist():
        others = rows[(rows != row) & (rows != fiche[row]) & (fiche[rows] != row)]  # no move from a fiche to its parts
        totals = scores.totals(row)[others]
        best = np.lexsort((others, -totals))[:_BEST_MOVES]
        chances = scorer.chances(totals[best])
        if np.isnan(chances).any():  # not calibrated: the rank stands for the chance
            chances = np.asarray(1.0 / (1.0 + np.arange(len(best))), dtype=np.float64)
        blocks.append((np.full_like(best, row), others[best], chances))
    origins, targets, weights = map(np.concatenate, zip(*blocks, strict=True))
    return origins, targets, weights


def _network(rows: Rows, moves: WeighedMoves) -> "nx.Graph[int]":
    """Undirected: the weights of both directions added."""
    network: nx.Graph[int] = nx.Graph()
    network.add_nodes_from(rows.tolist())
    for a, b, weight in zip(*(column.tolist() for column in moves), strict=True):
        network.add_edge(a, b, weight=network.get_edge_data(a, b, {"weight": 0.0})["weight"] + weight)
    return network


def _communities(network: "nx.Graph[int]") -> list[tuple[int, ...]]:
    groups = nx.community.louvain_communities(network, weight="weight", seed=_SEED)
    return sorted((tuple(sorted(g)) for g in groups), key=lambda g: (-len(g), g))


def _betweenness(network: "nx.Graph[int]", area_of: Ints, moves: WeighedMoves) -> Floats:
    """Share of shortest paths through each row that has a move to another area, 0 for the others; shape (n,)."""
    origins, targets, _ = moves
    crossing = area_of[origins] != area_of[targets]
    borders = np.union1d(origins[crossing], targets[crossing])
    by_node = nx.betweenness_centrality(network, k=min(len(network), _SOURCES) or None, seed=_SEED)
    betweenness = np.zeros(len(area_of))
    betweenness[borders] = [by_node[row] for row in borders.tolist()]
    return betweenness


def _stability(rows: Rows, moves: WeighedMoves, groups: Sequence[tuple[int, ...]]) -> list[float]:
    """Share of the pairs of each group that are together in communities of resampled moves."""
    rng = np.random.default_rng(_SEED)
    shares = np.zeros(len(groups))
    for _ in range(_SAMPLES):
        mask = np.flatnonzero(rng.random(len(moves[0])) < _SAMPLED_SHARE)
        sample = _communities(_network(rows, (moves[0][mask], moves[1][mask], moves[2][mask])))
        place = {row: number for number, group in enumerate(sample) for row in group}
        for number, group in enumerate(groups):
            sizes = Counter(place[row] for row in group).values()
            pairs = len(group) * (len(group) - 1)
            shares[number] += sum(n * (n - 1) for n in sizes) / pairs if pairs else 1.0
    return [round(float(share) / _SAMPLES, 3) for share in shares]


def _areas(
    graph: OccupationGraph,
    groups: Sequence[tuple[int, ...]],
    moves: WeighedMoves,
    area_of: Ints,
    between: Floats,
    together: Sequence[float],
    *,
    calibrated: bool,
) -> Iterator[MobilityArea]:
    origins, targets, weights = moves
    size = len(graph.codes)
    crossing = area_of[origins] != area_of[targets]
    strength = np.bincount(targets[~crossing], weights[~crossing], size)
    inward, outward = np.bincount(targets[crossing], minlength=size), np.bincount(origins[crossing], minlength=size)
    silent = graph.total_weight == 0  # jobs that list nothing name no area, and are no way to another
    ahead = np.zeros(size)
    np.maximum.at(ahead, origins, weights)

    def member(row: int) -> AreaMember:
        ends = bool(ahead[row] < _OPEN_CHANCE) if calibrated else None
        counts = round(float(strength[row]), 4), int(inward[row]), int(outward[row])
        return AreaMember(graph.codes[row], graph.occupations[row].name, *counts, ends)

    def first(group: Sequence[int], values: Floats | Ints) -> tuple[str, ...]:
        told = (row for row in group if values[row] > 0 and not silent[row])
        ranked = sorted(told, key=lambda row: (-values[row], row))
        return tuple(graph.codes[row] for row in ranked[:_NAMED])

    for number, (group, stability) in enumerate(zip(groups, together, strict=True), 1):
        members = tuple(member(row) for row in sorted(group, key=lambda row: (silent[row], -strength[row], row)))
        name = " · ".join(m.label for m in members[:2])
        pivots, entries, exits = (first(group, values) for values in (between, inward, outward))
        dead_ends = tuple(m.code for m in members if m.dead_end)
        yield MobilityArea(number, name, members, stability, pivots, entries, exits, dead_ends)


def _passages(graph: OccupationGraph, moves: WeighedMoves, area_of: Ints, *, calibrated: bool) -> Iterator[Passage]:
    listed = zip(*(column.tolist() for column in moves), strict=True)
    ends = [((int(area_of[a]), int(area_of[b])), (-weight, a, b)) for a, b, weight in listed]
    by_pair = grouped((pair, move) for pair, move in ends if pair[0] != pair[1])
    for (start, end), crossing in sorted(by_pair.items(), key=lambda item: (-len(item[1]), item[0])):
        missing: Counter[int] = Counter()
        for _, a, b in crossing:
            lacking = np.setdiff1d(required_columns(graph, b), required_columns(graph, a))
            broad = graph.macro[lacking]
            missing.update({*np.where(broad >= 0, broad, lacking).tolist()})
        wanted = sorted(missing.items(), key=lambda item: (-item[1], item[0]))[:_NAMED]
        first = sorted(crossing)[:_NAMED]
        best = tuple((graph.codes[a], graph.codes[b], round(-w, 4) if calibrated else None) for w, a, b in first)
        acquired = tuple((graph.competencies[c].code, graph.competencies[c].name, n) for c, n in wanted)
        yield Passage(start, end, len(crossing), best, acquired)


def _experts(graph: OccupationGraph, rows: Rows) -> Rows:
    """Origin and target rows of the referential's own mobilities between the rows, shape (k, 2)."""
    listed = graph.mobility.tocoo()
    mask = np.isin(listed.row, rows) & np.isin(listed.col, rows)
    return np.stack([listed.row[mask], listed.col[mask]], axis=1).astype(np.intp)


def _inside(listed: Rows, group: NDArray[np.integer]) -> float | None:
    """Share of moves whose two ends are in one group."""
    return round(float((group[listed[:, 0]] == group[listed[:, 1]]).mean()), 4) if len(listed) else None


def _by_chance(listed: Rows, group: Ints, rows: Rows) -> float:
    """Share inside for targets drawn evenly among the other rows, from the same origins."""
    origins = listed[:, 0] if len(listed) else rows
    sizes = np.bincount(group[rows])
    return round(float(((sizes[group[origins]] - 1) / max(1, len(rows) - 1)).mean()), 4)
