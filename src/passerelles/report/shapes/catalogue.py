"""`json_schema`: the JSON Schema of one shape, whole; `SHAPES`: their names."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from passerelles.errors import PasserellesError
from passerelles.paths.legal import FrameVerdict, Violation
from passerelles.paths.levers import Lever, Opened
from passerelles.paths.path import Path, Step, StepCredential
from passerelles.paths.rank import Reached
from passerelles.ranking.counterfactual import Counterfactual
from passerelles.ranking.filters import Verdict
from passerelles.ranking.move import ITEM, NEAR_ITEM, End, Known, Move, NeededCredential, PartValue
from passerelles.report.shapes import moves, others, places
from passerelles.report.shapes.common import COMMON, envelope
from passerelles.settings import Settings
from passerelles.territory.allocation import CANDIDATE, CHANGE, RESOLVED, Flow, Release, Uncovered, Unfilled
from passerelles.territory.lots import NOTE, SET_ASIDE
from passerelles.territory.ranked import Ranked, RankPart
from passerelles.territory.scenarios import Scenario
from passerelles.views.schema import Schema, listed, ref

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_RECORDS: Final = (
    End, PartValue, NeededCredential, Verdict, Known, Move, Counterfactual, Opened, Lever, Violation, FrameVerdict,
    StepCredential, Step, Path, Reached, Flow, Uncovered, Unfilled, RankPart, Ranked, Scenario,
)  # fmt: skip
_WRITTEN: Final[Mapping[str, Schema]] = {
    **COMMON,
    "occupation": moves.OCCUPATION,
    "profile": moves.PROFILE,
    "method": others.METHOD,
    "candidate_title": others.CANDIDATE_TITLE,
    "resolved_row": others.RESOLVED_ROW,
    "problem": others.PROBLEM,
}


def _territory() -> Schema:
    """Shape of ``territory@1``: the envelope, and what a release tells."""
    release = Release.spec.schema()
    more = {key: value for key, value in release["properties"].items() if key != "results"}
    promised = {key: more[key] for key in release["required"] if key != "results"}
    others = {key: value for key, value in more.items() if key not in promised} | {"sources": places.SOURCES}
    return envelope("territory@1", "Who could go where", ref("flow"), more=promised, optional=others)


SHAPES: Final[Mapping[str, Schema]] = {
    "rank@1": envelope("rank@1", "Moves from an origin, best first", ref("move")),
    "sources@1": envelope("sources@1", "Moves towards a target, best first", ref("move")),
    "paths@1": envelope(
        "paths@1", "Paths from an origin to targets", ref("path"), optional={"targets": listed(ref("reached"))}
    ),
    "levers@1": envelope("levers@1", "What to acquire to open most", ref("lever"), optional=moves.LEVERS_MORE),
    "evaluate@1": envelope("evaluate@1", "Ranking quality", ref("method"), optional=others.METRICS_MORE),
    "territory@1": _territory(),
    "territory-rank@1": envelope(
        "territory-rank@1",
        "A territory, ranked",
        ref("territory_rank"),
        optional=places.TERRITORY_RANK_MORE,
    ),
    "territory-scenarios@1": envelope("territory-scenarios@1", "Scenarios side by side", ref("scenario")),
    "territory-signals@1": places.SIGNALS,
    "resolve@1": others.RESOLVE,
    "migrate@1": others.MIGRATE,
    "show@1": others.SHOW,
    "validate@1": others.VALIDATE,
    "problem": others.PROBLEM,
    "profile": moves.PROFILE,
    "settings": {},  # the model itself says its shape: see `json_schema`
}


def definitions() -> dict[str, Schema]:
    """Return the shapes that others are made of, by name."""
    records = [each.spec for each in _RECORDS] + [ITEM, NEAR_ITEM, CANDIDATE, CHANGE, NOTE, RESOLVED, SET_ASIDE]
    return {**_WRITTEN, **{each.name: each.schema() for each in records}}


def json_schema(name: str) -> dict[str, Any]:
    """
    Return the JSON Schema of a shape, self-contained, with an example.

    Parameters
    ----------
    name
        ``"rank@1"``, ``"passerelles/rank@1"`` or ``"rank"``; `SHAPES` has them all.

    Raises
    ------
    PasserellesError
        If there is no such shape.

    Examples
    --------
    >>> json_schema("rank")["properties"]["schema"]
    {'const': 'passerelles/rank@1'}
    """
    found = shape_name(name)
    about = {"$schema": DIALECT, "$id": f"urn:passerelles:schema:{found}", "title": found}
    if found == "settings":
        body: Schema = Settings.model_json_schema(mode="validation")
    else:
        body = SHAPES[found]
        known = definitions()
        used = _used(body, known)
        body = body | ({"$defs": {n: known[n] for n in used}} if used else {})
    example = examples().get(found)
    return about | {k: v for k, v in body.items() if k != "title"} | ({"examples": [example]} if example else {})


def shape_name(name: str) -> str:
    """
    Return the full name of a shape.

    Raises
    ------
    PasserellesError
        If there is none.
    """
    short = name.removeprefix("passerelles/")
    for candidate in (short, f"{short}@1"):
        if candidate in SHAPES:
            return candidate
    raise PasserellesError("unknown_schema", name=name, known=", ".join(SHAPES))


@cache
def examples() -> Mapping[str, Any]:
    """One answer of each shape, cut short, that the package really gave; docs/make_examples.py writes them."""
    text = (files("passerelles.report.shapes") / "examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _used(schema: Schema, known: Mapping[str, Schema]) -> list[str]:
    """Names that a schema refers to, directly or through others, sorted."""
    found: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/$defs/")
            if name and name not in found:
                found.add(name)
                waiting.append(known[name])
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return sorted(found)


def names() -> Iterable[str]:
    """Names of the shapes, outputs first."""
    return SHAPES.keys()
