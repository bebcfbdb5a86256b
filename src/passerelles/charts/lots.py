"""What a Sankey diagram shows of an allocation: nodes, flows, what is left; masked numbers stay masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from passerelles.language.say import Lang, say
from passerelles.ranking.moves import check_limit

HIDDEN: Final = 1  # people that a masked number is drawn as
Side = Literal["left", "right"]
_SIDES: Final[tuple[Side, Side]] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Ribbon:
    """People from one node to another; `masked` where their number may not be published."""

    left: str
    right: str
    people: int
    same_job: bool
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A lot of people or of openings; `flows` are the people of its flows, `rest` those that are left."""

    key: str
    side: Side
    employer: str
    job: str
    basin: str
    flows: tuple[int, ...]
    rest: int
    masked: bool = False

    @property
    def people(self) -> int:
        """People or openings in all."""
        return sum(self.flows) + self.rest

    def short(self) -> str:
        """Name it in one line."""
        return ", ".join(x for x in (self.employer, self.job, self.basin) if x)

    def lines(self, lang: Lang) -> list[tuple[str, bool]]:
        """Return what stands beside its bar, and whether it is its name: employer, job, numbers."""
        found = [(" – ".join(x for x in (self.employer, self.basin) if x), True), (self.job, False)]
        return [*((text, name) for text, name in found if text), (self.numbers(lang), False)]

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


@dataclass(frozen=True, slots=True)
class Diagram:
    """Nodes of both sides, from top to bottom, and the flows between them."""

    left: tuple[Node, ...]
    right: tuple[Node, ...]
    flows: tuple[Ribbon, ...]


def read_diagram(payload: Mapping[str, Any], *, limit: int, lang: Lang) -> Diagram:
    """Read a diagram off the dictionary of an allocation, as it is or masked."""
    check_limit(limit)
    named: dict[str, Node] = {}
    flows: dict[tuple[str, str], Ribbon] = {}
    for flow in (*payload["results"], *payload.get("to_confirm", ())):
        left = _node(
            named, "left", flow["fragile_employer"], flow["origin"], flow["from_basin"], flow.get("fragile_lots")
        )
        right = _node(
            named, "right", flow["hiring_employer"], flow["target"], flow["to_basin"], flow.get("hiring_lots"),
            family=flow.get("family"),
        )  # fmt: skip
        masked = flow["people"] is None
        people = HIDDEN if masked else flow["people"]
        before = flows.get((left, right), Ribbon(left, right, 0, same_job=True))
        flows[left, right] = Ribbon(
            left, right, before.people + people, before.same_job and bool(flow.get("same_job")), before.masked or masked
        )
    for side, listed in zip(_SIDES, (payload["uncovered"], payload["unfilled"]), strict=True):
        for item in listed:
            key = _node(named, side, item["employer"], item["job"], item["basin"], item.get("lots"))
            hidden = item["people"] is None
            node = named[key]
            named[key] = replace(
                node, rest=node.rest + (HIDDEN if hidden else item["people"]), masked=node.masked or hidden
            )
    if len({n.basin for n in named.values()}) <= 1:  # one basin goes without saying
        named = {key: replace(node, basin="") for key, node in named.items()}
    return _ordered(_joined(_filled(named, flows), flows, limit, lang))


def _node(
    named: dict[str, Node],
    side: Side,
    employer: str,
    job: Mapping[str, Any] | None,
    basin: str | None,
    lots: Sequence[Mapping[str, str]] | None,
    family: str | None = None,
) -> str:
    """Find or make the node of a lot; lots published together are one, known by their list."""
    code = family or (job["code"] if job else "")
    parts = [side, employer, code or "", basin or ""]
    if job is None and lots:
        parts += [f"{lot['employer']}|{lot['job']}|{lot['basin']}" for lot in lots]
    key = "\n".join(parts)
    if key not in named:
        label = f"{job['code']} {job['label'] or ''}".strip() if job else ""
        named[key] = Node(key, side, employer, label, basin or "", (), 0)
    return key


def _filled(named: Mapping[str, Node], flows: Mapping[tuple[str, str], Ribbon]) -> dict[str, Node]:
    found = {}
    for key, node in named.items():
        mine = [f for f in flows.values() if key in (f.left, f.right)]
        hidden = node.masked or any(f.masked for f in mine)
        found[key] = replace(node, flows=tuple(f.people for f in mine), masked=hidden)
    return found


def _joined(named: Mapping[str, Node], flows: Mapping[tuple[str, str], Ribbon], limit: int, lang: Lang) -> Diagram:
    """Keep the largest lots of each side, and join the others."""
    into: dict[str, str] = {}
    kept: dict[str, list[Node]] = {}
    for side in _SIDES:
        mine = [n for n in named.values() if n.side == side]
        largest = sorted(mine, key=lambda n: (-sum(n.flows), -n.rest, n.key))
        shown = {n.key for n in (largest if len(mine) <= limit else largest[: limit - 1] or largest[:0])}
        kept[side] = [n for n in mine if n.key in shown]
        others = [n for n in mine if n.key not in shown]
        if others:
            rest = f"{side}\nothers"
            into |= {n.key: rest for n in others}
            label = say(f"charts.sankey.others_{side}", lang=lang, n=len(others))
            kept[side].append(
                Node(rest, side, label, "", "", (), sum(n.rest for n in others), any(n.masked for n in others))
            )
    bands: dict[tuple[str, str], Ribbon] = {}
    for flow in flows.values():
        ends = into.get(flow.left, flow.left), into.get(flow.right, flow.right)
        before = bands.get(ends, Ribbon(*ends, 0, same_job=True))
        bands[ends] = Ribbon(
            *ends, before.people + flow.people, before.same_job and flow.same_job, before.masked or flow.masked
        )
    nodes = _filled({n.key: n for side in kept.values() for n in side}, bands)
    sides = {side: tuple(nodes[n.key] for n in listed) for side, listed in kept.items()}
    return Diagram(sides["left"], sides["right"], tuple(bands.values()))


def _ordered(diagram: Diagram) -> Diagram:
    """Put the right side in the order that crosses least: by the mean place of where its people come from."""
    left = {node.key: place for place, node in enumerate(diagram.left)}
    middle = {}
    for node in diagram.right:
        mine = [f for f in diagram.flows if f.right == node.key]
        people = sum(f.people for f in mine)
        middle[node.key] = sum(left[f.left] * f.people for f in mine) / people if people else float(len(left))
    right = sorted(diagram.right, key=lambda n: (n.key.endswith("\nothers"), middle[n.key], -n.people, n.key))
    return Diagram(diagram.left, tuple(right), diagram.flows)
