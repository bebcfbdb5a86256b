"""Flows of a territory as a Sankey diagram: fragile lots left, openings right; masked numbers stay masked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from passerelles.charts.drawing import CYCLE, MARGIN, Chart, Colour, Entry, Fill, Pen, ribbon
from passerelles.codes import grouped
from passerelles.errors import checked
from passerelles.language.say import Lang, number, say
from passerelles.ranking.rank import check_limit

if TYPE_CHECKING:
    from passerelles.territory.allocation import Allocation


HIDDEN: Final = 1  # people that a masked number is drawn as
Edge = Literal["left", "right"]
_SIDES: Final[tuple[Edge, Edge]] = ("left", "right")
_OTHERS: Final = "\nothers"  # what the key of a side's lots drawn as one ends with


class Ribbon(NamedTuple):
    """People from one node to another, or who could go `once` something is confirmed; `masked`: not to be published."""

    left: str
    right: str
    people: int
    same_job: bool
    masked: bool = False
    once: bool = False


class Node(NamedTuple):
    """A lot of people or of openings; `flows` are the people of its flows, `rest` those that are left."""

    key: str
    side: Edge
    employer: str
    job: str
    town: str
    flows: tuple[int, ...]
    rest: int
    masked: bool = False

    @property
    def people(self) -> int:
        """People or openings in all."""
        return sum(self.flows) + self.rest

    def short(self) -> str:
        """Name it in one line."""
        return ", ".join(x for x in (self.employer, self.job, self.town) if x)

    def lines(self, lang: Lang) -> list[tuple[str, bool]]:
        """Return what stands beside its bar, and whether it is its name: employer, job, numbers."""
        texts = [(" – ".join(x for x in (self.employer, self.town) if x), True), (self.job, False)]
        return [*((text, name) for text, name in texts if text), (self.numbers(lang), False)]

    def numbers(self, lang: Lang) -> str:
        """Return how many people or openings there are, and how many are left."""
        if self.masked:
            return say("territory.table.masked", lang=lang)
        kind = "people" if self.side == "left" else "openings"
        text = say(f"charts.sankey.{kind}", lang=lang, n=self.people)
        if not self.rest:
            return text
        part = "all" if self.rest == self.people else "rest"
        return text + say(f"charts.sankey.{kind}_{part}", lang=lang, n=self.rest)


class Diagram(NamedTuple):
    """Nodes of both sides, from top to bottom, and the flows between them."""

    left: tuple[Node, ...]
    right: tuple[Node, ...]
    flows: tuple[Ribbon, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Those of both sides."""
        return (*self.left, *self.right)


def read_diagram(payload: Mapping[str, Any], *, limit: int, lang: Lang) -> Diagram:
    """Read a diagram off the dictionary of an allocation, as it is or masked: the largest lots, the others joined."""
    check_limit(limit)
    node_of: dict[str, Node] = {}
    pieces: list[Ribbon] = []
    moved = Counter[str]()
    flows = [(flow, once) for once, key in enumerate(("results", "to_confirm")) for flow in payload.get(key, ())]
    for flow, once in flows:
        ends = (
            _node(node_of, "left", flow["fragile_employer"], flow["origin"], _town(flow, "from_"),
                  flow.get("fragile_lots")),
            _node(node_of, "right", flow["hiring_employer"], flow["target"], _town(flow, "to_"),
                  flow.get("hiring_lots"), family=flow.get("family")),
        )  # fmt: skip
        masked = flow["people"] is None
        people = HIDDEN if masked else flow["people"]
        moved.update(dict.fromkeys(ends, people))
        pieces.append(Ribbon(*ends, people, bool(flow.get("same_job")) and not once, masked, bool(once)))
    for side, items in zip(_SIDES, (payload["uncovered"], payload["unfilled"]), strict=True):
        for item in items:
            key = _node(node_of, side, item["employer"], item["job"], _town(item), item.get("lots"))
            masked, node = item["people"] is None, node_of[key]
            rest = node.rest + (HIDDEN if masked else item["people"])
            node_of[key] = node._replace(rest=rest, masked=node.masked or masked)
    # What is told of a lot among those put together is not all of it.
    partly_told = {
        (lot["employer"], lot["job"])
        for item in (*payload["results"], *payload["uncovered"], *payload["unfilled"])
        for end, lots in (("origin", "fragile_lots"), ("target", "hiring_lots"), ("job", "lots"))
        for lot in (() if item.get(end) else item.get(lots) or ())
    }
    for key, node in node_of.items():
        node_of[key] = node._replace(masked=node.masked or tuple(key.split("\n")[1:3]) in partly_told)
    if len({n.town for n in node_of.values()}) <= 1:  # one town goes without saying
        node_of = {key: node._replace(town="") for key, node in node_of.items()}
    group_of: dict[str, str] = {}
    for side in _SIDES:
        nodes = sorted((n for n in node_of.values() if n.side == side), key=lambda n: (-moved[n.key], -n.rest, n.key))
        if len(nodes) > limit:
            others = nodes[limit - 1 :]
            key = f"{side}{_OTHERS}"
            group_of |= dict.fromkeys((n.key for n in others), key)
            label = say(f"charts.sankey.others_{side}", lang=lang, n=len(others))
            masked = any(n.masked for n in others)
            node_of[key] = Node(key, side, label, "", "", (), sum(n.rest for n in others), masked)
    return _with_flows([n for n in node_of.values() if n.key not in group_of], _joined(pieces, group_of))


def _joined(pieces: Iterable[Ribbon], group_of: Mapping[str, str]) -> list[Ribbon]:
    """Return one ribbon for all those between two lots, or what stands for these."""
    joined = grouped((((group_of.get(r.left, r.left), group_of.get(r.right, r.right)), r.once), r) for r in pieces)
    return [
        Ribbon(*ends, sum(r.people for r in same), all(r.same_job for r in same), any(r.masked for r in same), once)
        for (ends, once), same in joined.items()
    ]


def _town(item: Mapping[str, Any], way: str = "") -> str | None:
    """Return the commune of an item of an allocation, else its basin."""
    town: str | None = item.get(f"{way}commune") or item[f"{way}basin"]
    return town


def _node(
    node_of: dict[str, Node],
    side: Edge,
    employer: str,
    job: Mapping[str, Any] | None,
    town: str | None,
    lots: Sequence[Mapping[str, str]] | None,
    family: str | None = None,
) -> str:
    """Find or make the node of a lot; lots published together are one, known by their list."""
    identity = [side, employer, family or (job and job["code"]) or "", town or ""]
    if job is None and lots:
        identity += [f"{lot['employer']}|{lot['job']}|{lot['basin']}" for lot in lots]
    key = "\n".join(identity)
    if key not in node_of:
        label = f"{job['code']} {job['label'] or ''}".strip() if job else ""
        node_of[key] = Node(key, side, employer, label, town or "", (), 0)
    return key


def _with_flows(nodes: Iterable[Node], flows: Sequence[Ribbon]) -> Diagram:
    """Give nodes their flows; the right side is ordered by the mean place of where its people come from."""
    linked = []
    for node in nodes:
        own_flows = [f for f in flows if node.key in (f.left, f.right)]
        hidden = node.masked or any(f.masked for f in own_flows)
        linked.append(node._replace(flows=tuple(f.people for f in own_flows), masked=hidden))
    left = tuple(n for n in linked if n.side == "left")
    place = {node.key: place for place, node in enumerate(left)}

    def sort_key(node: Node) -> tuple[bool, float, int, str]:
        people = sum(node.flows)
        weight = sum(place[f.left] * f.people for f in flows if f.right == node.key)
        return node.key.endswith(_OTHERS), weight / people if people else float(len(left)), -node.people, node.key

    return Diagram(left, tuple(sorted((n for n in linked if n.side == "right"), key=sort_key)), tuple(flows))


_LEFT_OVER: Final = Fill(Colour.PAPER, hatch="////", edge=Colour.VERMILION)
_EMPTY: Final = Fill(Colour.PAPER, hatch="----", edge=Colour.DARK)
_SAME: Final = "|||"
_ONCE: Final = "..."
_BAR: Final = 9.0
_STUB: Final = 16.0
_GAP: Final = 7.0
_THINNEST: Final = 2.0
_SPREAD: Final = 60.0


class _Place(NamedTuple):
    """Where a node stands: top and height of its slot, then of its bar, in points."""

    slot: float
    room: float
    top: float
    tall: float


@checked
def territory_sankey(
    found: "Allocation | Mapping[str, Any]", *, limit: int = 20, width: float = 8.0, lang: Lang = "fr"
) -> Chart:
    """
    Draw who could go where; widths are proportional to people.

    Parameters
    ----------
    found
        What `match_territory` gives, or its dictionary: the masked one, where small numbers may not be published, is
        drawn without them.
    limit
        How many lots are shown on each side, those with the most people first; the others are drawn as one.
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
    """
    pen = Pen(width, "sankey", lang)
    payload: Mapping[str, Any] = found if isinstance(found, Mapping) else found.to_dict(lang)
    diagram = read_diagram(payload, limit=limit, lang=lang)
    facts = _facts(pen, payload)
    y = pen.heading(facts)
    if not diagram.left and not diagram.right:
        y = pen.text((MARGIN, y), pen.say("none"), width=pen.inner)
        return pen.chart(y, facts, note=False)
    column = pen.inner * 0.3
    y = _draw_heads(pen, y, column)
    y = pen.legend(_draw(pen, diagram, y, column) + 4, _legend_entries(pen, diagram))
    return pen.chart(y, " ".join([facts, *_words(pen, diagram)]))


def _facts(pen: Pen, payload: Mapping[str, Any]) -> str:
    masked = say("territory.table.masked", lang=pen.lang)
    names = ("headcount", "openings", "placed", "to_confirm", "uncovered", "reserved", "unfilled")
    totals = {name: payload["totals"].get(name) for name in names}
    return pen.say("facts", **{k: masked if n is None else number(n, lang=pen.lang) for k, n in totals.items()})


def _draw_heads(pen: Pen, y: float, column: float) -> float:
    places = {"left": MARGIN, "right": pen.right - column}
    return max(pen.text((x, y), pen.say(side), width=column, bold=True) for side, x in places.items()) + 4


def _draw(pen: Pen, diagram: Diagram, top: float, column: float) -> float:
    size = pen.size - 0.5
    tall = {n.key: sum(pen.height(t, column, size=size, bold=b) for t, b in n.lines(pen.lang)) for n in diagram.nodes}
    scale = _scale(diagram, tall)
    places = _stack(diagram, tall, scale, top)
    bottom = max(p.slot + p.room for p in places.values()) + _GAP
    x_left, x_right = MARGIN + column + 8, pen.right - column - 8 - _BAR
    for node in diagram.nodes:
        place = places[node.key]
        on_left = node.side == "left"
        colour = CYCLE[diagram.left.index(node) % len(CYCLE)] if on_left else Colour.DARK
        x = x_left if on_left else x_right
        rest = _thickness(node.rest, scale) if node.rest else 0.0
        pen.box(x, place.top, _BAR, max(place.tall - rest, 0.5), Fill(colour), over=3.0)
        if rest:
            look = _LEFT_OVER if on_left else _EMPTY
            pen.box(x if on_left else x - _STUB, place.top + place.tall - rest, _BAR + _STUB, rest, look, over=3.2)
        y = place.slot + (place.room - tall[node.key]) / 2
        at = MARGIN if on_left else x_right + _BAR + 8
        for text, bold in node.lines(pen.lang):
            y = pen.text((at, y), text, width=column, size=size, bold=bold)
    _bands(pen, diagram, places, scale, (x_left + _BAR, x_right))
    return bottom


def _scale(diagram: Diagram, tall: Mapping[str, float]) -> float:
    """Points a person: bars about as high as the words beside them."""
    words = max(sum(tall[n.key] for n in side) for side in (diagram.left, diagram.right))
    people = max(sum(n.people for n in side) for side in (diagram.left, diagram.right))
    return min(12.0, max(words * 0.8, 120.0) / max(people, 1))


def _stack(diagram: Diagram, tall: Mapping[str, float], scale: float, top: float) -> dict[str, _Place]:
    """Place the nodes; those of the shorter side that have flows are spread along the other's."""
    bars = {n.key: sum(_thickness(people, scale) for people in (*n.flows, n.rest) if people) for n in diagram.nodes}
    slots = {key: max(bar, tall[key]) for key, bar in bars.items()}
    sides = (diagram.left, diagram.right)
    active = [[n for n in side if n.flows] for side in sides]
    heights = [sum(slots[n.key] + _GAP for n in side) for side in active]
    places: dict[str, _Place] = {}
    for side, moving, height in zip(sides, active, heights, strict=True):
        more = min((max(heights) - height) / max(len(moving), 1), _SPREAD)
        y = top
        for node in side:
            slot = slots[node.key] + (more if node.flows else 0.0)
            places[node.key] = _Place(y, slot, y + (slot - bars[node.key]) / 2, bars[node.key])
            y += slot + _GAP
    return places


def _thickness(people: int, scale: float) -> float:
    return max(people * scale, _THINNEST)


def _bands(pen: Pen, diagram: Diagram, places: Mapping[str, _Place], scale: float, ends: tuple[float, float]) -> None:
    rank = {node.key: place for side in (diagram.left, diagram.right) for place, node in enumerate(side)}
    used = {key: place.top for key, place in places.items()}
    starts, stops = {}, {}
    for flow in sorted(diagram.flows, key=lambda f: (rank[f.left], rank[f.right])):
        starts[flow] = used[flow.left]
        used[flow.left] += _thickness(flow.people, scale)
    for flow in sorted(diagram.flows, key=lambda f: (rank[f.right], rank[f.left])):
        stops[flow] = used[flow.right]
        used[flow.right] += _thickness(flow.people, scale)
    x0, x1 = ends
    for flow in sorted(diagram.flows, key=lambda f: (-f.people, rank[f.left], rank[f.right])):
        colour = CYCLE[rank[flow.left] % len(CYCLE)]
        thick = _thickness(flow.people, scale)
        hatch = _ONCE if flow.once else _SAME if flow.same_job else ""
        look = Fill(colour.pale(0.42), hatch=hatch, edge=colour.deep, width=0.6, dash=flow.masked)
        pen.outline(ribbon(x0, starts[flow], x1, stops[flow], thick), look, over=1.0, alpha=0.85)
        size = pen.size - 1
        if thick >= size * 1.25 and not flow.masked:
            pen.text((x0 + 5, starts[flow] + thick / 2 - size * 0.64), str(flow.people), size=size)


def _legend_entries(pen: Pen, diagram: Diagram) -> list[Entry]:
    band = Fill(CYCLE[0].pale(0.42), edge=CYCLE[0].deep)
    key: list[Entry] = [(_LEFT_OVER, pen.say("uncovered")), (_EMPTY, pen.say("unfilled"))]
    if any(f.once for f in diagram.flows):
        key.insert(0, (band._replace(hatch=_ONCE), pen.say("once")))
    if any(f.same_job for f in diagram.flows):
        key.insert(0, (band._replace(hatch=_SAME), pen.say("same")))
    if any(f.masked for f in diagram.flows):
        key.append((band._replace(dash=True), pen.say("masked")))
    return key


def _words(pen: Pen, diagram: Diagram) -> Iterator[str]:
    """Say each flow, and what is left of each lot where that may be published."""
    names = {n.key: n.short() for n in diagram.nodes}
    for flow in diagram.flows:
        people = say("territory.table.masked", lang=pen.lang) if flow.masked else pen.say("people", n=flow.people)
        key = "flow_once" if flow.once else "flow"
        yield pen.say(key, left=names[flow.left], right=names[flow.right], people=people)
    for node in diagram.nodes:
        if node.rest and not node.masked:
            yield pen.say("left_over" if node.side == "left" else "empty", name=node.short(), n=node.rest)
