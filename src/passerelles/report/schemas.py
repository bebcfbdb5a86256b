"""The JSON Schema of every output, made from what each result declares, and of what comes in."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final, get_args

from passerelles.access import conditions
from passerelles.areas import AreaMember, MobilityArea, Passage
from passerelles.bulk import files as stored
from passerelles.codes import reached
from passerelles.errors import PasserellesError
from passerelles.evaluation import results
from passerelles.language import packaged
from passerelles.market import certifications
from passerelles.market.signals import FIGURE
from passerelles.matching import index, titles, worklist
from passerelles.matching.migrate import Migration
from passerelles.model import TERNARY, Employment, OverlaySource, Stated
from passerelles.paths import legal, levers, path
from passerelles.paths import rank as ranked_paths
from passerelles.ranking import compare, move
from passerelles.ranking import rank as ranked_moves
from passerelles.referentials import validate
from passerelles.report import lookups, transparency
from passerelles.settings import Settings
from passerelles.territory import flows, lots, match, rank, sums
from passerelles.territory.allocation import Release
from passerelles.views.schema import WORDS, Schema, Shape, one_of, record, shape
from passerelles.views.spec import Record

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# Modules that declare columns of items: each record of theirs that has a name is a shape.
_DECLARING: Final = (
    conditions, stored, results, certifications, index, titles, worklist, legal, levers, path, ranked_paths,
    compare, move, ranked_moves, validate, lookups, transparency, flows, lots, match, rank, sums,
)  # fmt: skip
_WRITTEN: Final = packaged("passerelles.report", "shapes.toml")
# What `shapes.toml` may say of a value; any other word there is the name of a shape.
_WORDS: Final[Mapping[str, Shape]] = {
    **WORDS,
    **_WRITTEN["words"],
    "ternary": one_of(TERNARY),
    "stated": one_of(get_args(Stated)),
    "employment": one_of(get_args(Employment)),
    "title_status": one_of(get_args(titles.Status)),
    "figure": FIGURE,
    "sum_rules": sums.RULES,
    "migration": Migration.spec.schema(),
    "overlay_source": record("Where an overlay comes from", dict.fromkeys(OverlaySource._fields, "text")),
    "run_totals": record(
        "Counts of people, or origins, and of moves",
        dict.fromkeys(stored.RUN_TOTALS, "count")
        | {"largest_score_difference": "amount?: null: scores do not compare"},
    ),
}


def _answer(name: str, written: Mapping[str, Any]) -> Schema:
    """
    Shape of the object that `passerelles.report.envelope` makes.

    Only the keys that other programs may rely on are required; the others are optional.
    """
    scored = written.get("scored", True)
    required, optional = (written.get(key, {}) for key in ("required", "optional"))
    if name == "territory@1":  # the other values of a release stand beside its flows
        release = Release.spec.schema()
        beside = {key: shape for key, shape in release["properties"].items() if key != "results"}
        required = {key: shape for key, shape in beside.items() if key in release["required"]}
        optional = {key: shape for key, shape in beside.items() if key not in required} | optional
    common = {
        "schema": {"const": f"passerelles/{name}"},
        "referential": "referential",
        "scorer": "scorer" if scored else "scorer?",
        "settings": "settings_used" if scored else record("None: nothing is chosen", {}),
        "results": [written["items"]],
    }
    return record(written["about"], common | required, optional=optional, words=_WORDS)


_DEFS: Final[dict[str, Schema]] = {name: shape(written, _WORDS) for name, written in _WRITTEN["defs"].items()}
# Of a person something is known.
_DEFS["profile"] |= {
    "additionalProperties": False,
    "anyOf": [
        {"required": ["occupation"], "properties": {"occupation": {"type": "string"}}},
        {"required": ["competencies"], "properties": {"competencies": {"minItems": 1}}},
    ],
}
SHAPES: Final[Mapping[str, Schema]] = {
    **{name: _answer(name, written) for name, written in _WRITTEN["answers"].items()},
    "problem": _DEFS["problem"],
    "profile": _DEFS["profile"],
    "settings": {},  # the model itself says its shape: see `json_schema`
}


def definitions() -> dict[str, Schema]:
    """Return the shapes that others refer to, by name."""
    declaring = chain((MobilityArea, AreaMember, Passage), *(vars(module).values() for module in _DECLARING))
    declared = (getattr(value, "spec", None) if isinstance(value, type) else value for value in declaring)
    records = {record.name: record for record in declared if isinstance(record, Record) and record.name}
    return {**_DEFS, **{name: record.schema() for name, record in records.items()}}


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
    full_name = shape_name(name)
    about = {"$schema": DIALECT, "$id": f"urn:passerelles:schema:{full_name}", "title": full_name}
    if full_name == "settings":
        body: Schema = Settings.model_json_schema(mode="validation")
    else:
        body = SHAPES[full_name]
        known = definitions()
        used = sorted(reached(_references(body), lambda name: _references(known[name])))
        body = body | ({"$defs": {n: known[n] for n in used}} if used else {})
    example = examples().get(full_name)
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
    full_name = short if short in SHAPES else f"{short}@1"
    if full_name not in SHAPES:
        raise PasserellesError("unknown_schema", name=name, known=", ".join(SHAPES))
    return full_name


@cache
def examples() -> Mapping[str, Any]:
    """One answer of each shape, cut short, that the package really gave; docs/make_examples.py writes them."""
    answers: dict[str, Any] = json.loads((files("passerelles.report") / "examples.json").read_text(encoding="utf-8"))
    return answers


def _references(schema: Schema) -> list[str]:
    """Names that a schema refers to."""
    return re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema))
