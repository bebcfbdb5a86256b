"""The JSON Schema of every output, made from what each result declares, and of what comes in."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, get_args

from passerelles.access import conditions
from passerelles.areas import Area, AreaMember, Passage
from passerelles.bulk import files as stored
from passerelles.errors import PasserellesError
from passerelles.evaluation import results
from passerelles.language import packaged
from passerelles.market import certifications
from passerelles.market.signals import FIGURE
from passerelles.matching import index, titles, worklist
from passerelles.matching.migrate import Migration
from passerelles.model import TERNARY, Employment, OverlaySource
from passerelles.paths import legal, levers, path
from passerelles.paths import rank as ranked_paths
from passerelles.ranking import compare, move, moves
from passerelles.referentials import validate
from passerelles.report import resolution, transparency
from passerelles.settings import Settings
from passerelles.territory import flows, lots, match, rank, sums
from passerelles.territory.allocation import Release
from passerelles.views import schema
from passerelles.views.schema import Schema
from passerelles.views.spec import Record

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# Modules that declare what is told of an item: each record of theirs that has a name is a shape.
_DECLARING: Final = (
    conditions, stored, results, certifications, index, titles, worklist, legal, levers, path, ranked_paths,
    compare, move, moves, validate, resolution, transparency, flows, lots, match, rank, sums,
)  # fmt: skip
_WRITTEN: Final = packaged("passerelles.report", "shapes.toml")
_COUNTS: Final = schema.mapped(schema.whole(least=0))
# What `shapes.toml` may say of a value; any other word there is the name of a shape.
_WORDS: Final[Mapping[str, Schema]] = {
    "text": schema.text(),
    "code": schema.code(),
    "flag": schema.flag(),
    "number": schema.number(),
    "amount": schema.number(least=0),
    "share": schema.share(),
    "count": schema.whole(least=0),
    "counts": _COUNTS,
    "ternary": schema.one_of(TERNARY),
    "employment": schema.one_of(get_args(Employment)),
    "title_status": schema.one_of(get_args(titles.Status)),
    "figure": FIGURE,
    "sum_rules": sums.RULES,
    "migration": Migration.spec.schema(),
    "overlay_source": schema.record("Where an overlay comes from", dict.fromkeys(OverlaySource._fields, schema.text())),
    "run_totals": schema.record(
        "Counts of people, or origins, and of moves",
        {name: schema.whole(least=0) for name in stored.RUN_TOTALS}
        | {"largest_score_difference": schema.maybe(schema.number("null: scores do not compare", least=0))},
    ),
    "undecided": schema.mapped(
        schema.whole(least=1), "Moves up to the last one of which a filter cannot tell, by filter"
    ),
}


def _shape(written: Any) -> Schema:
    """Make the JSON Schema of a shape as `shapes.toml` writes it."""
    if isinstance(written, str):
        name, _, about = written.partition(": ")
        found = _named(name.removesuffix("?")) | ({"description": about} if about else {})
        return schema.maybe(found) if name.endswith("?") else found
    if isinstance(written, list):
        return schema.listed(_shape(written[0]), *written[1:])
    if "type" in written:
        return dict(written)
    if "any" in written:
        return {"anyOf": [_shape(each) for each in written["any"]]}
    about = written.get("about", "")
    if "each" in written:
        return schema.mapped(_shape(written["each"]), about)
    required, optional = _keys(written)
    return schema.record(about, required, optional=optional)


def _named(name: str) -> Schema:
    if name in _WRITTEN["words"]:
        return _shape(_WRITTEN["words"][name])
    return _WORDS.get(name) or schema.ref(name)


def _keys(written: Mapping[str, Any]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """Return the keys that are always there, and those that may be."""
    required, optional = (written.get(name, {}) for name in ("required", "optional"))
    return {key: _shape(each) for key, each in required.items()}, {key: _shape(each) for key, each in optional.items()}


def _answer(name: str, written: Mapping[str, Any]) -> Schema:
    """
    Shape of the object that `passerelles.report.envelope` makes.

    Only what other programs were promised is required; what else is written is told as optional.
    """
    scored = written.get("scored", True)
    required, optional = _keys(written)
    if name == "territory@1":  # what a release tells stands beside its flows
        release = Release.spec.schema()
        beside = {key: shape for key, shape in release["properties"].items() if key != "results"}
        required = {key: shape for key, shape in beside.items() if key in release["required"]}
        optional = {key: shape for key, shape in beside.items() if key not in required} | optional
    common = {
        "schema": schema.constant(f"passerelles/{name}"),
        "referential": schema.ref("referential"),
        "scorer": schema.ref("scorer") if scored else schema.maybe(schema.ref("scorer")),
        "settings": schema.ref("settings_used") if scored else schema.record("None: nothing is chosen", {}),
        "results": schema.listed(_shape(written["items"])),
    }
    return schema.record(written["about"], common | required, optional=optional)


_DEFS: Final[dict[str, Schema]] = {name: _shape(each) for name, each in _WRITTEN["defs"].items()}
# Of a person something is known.
_DEFS["profile"] |= {
    "additionalProperties": False,
    "anyOf": [
        {"required": ["occupation"], "properties": {"occupation": {"type": "string"}}},
        {"required": ["competencies"], "properties": {"competencies": {"minItems": 1}}},
    ],
}
SHAPES: Final[Mapping[str, Schema]] = {
    **{name: _answer(name, each) for name, each in _WRITTEN["answers"].items()},
    "problem": _DEFS["problem"],
    "profile": _DEFS["profile"],
    "settings": {},  # the model itself says its shape: see `json_schema`
}


def definitions() -> dict[str, Schema]:
    """Return the shapes that others are made of, by name."""
    declaring = (Area, AreaMember, Passage, *(value for module in _DECLARING for value in vars(module).values()))
    declared = (getattr(value, "spec", value) for value in declaring)
    records = {each.name: each for each in declared if isinstance(each, Record) and each.name}
    return {**_DEFS, **{name: each.schema() for name, each in records.items()}}


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
    text = (files("passerelles.report") / "examples.json").read_text(encoding="utf-8")
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
