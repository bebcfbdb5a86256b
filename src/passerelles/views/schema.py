"""The few words in which shapes are written: records, lists, texts and numbers as JSON Schema."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]


def record(about: str, properties: Mapping[str, Schema], *, optional: Mapping[str, Schema] | None = None) -> Schema:
    """
    Object whose `properties` are always there, and whose `optional` ones may be.

    Other keys may be there too: a reader leaves aside what it does not know, so that keys can be added.
    """
    return {
        "type": "object",
        "description": about,
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
    }


def listed(items: Schema, about: str = "") -> Schema:
    """List of items."""
    return _told({"type": "array", "items": items}, about)


def pair(items: Schema, about: str = "") -> Schema:
    """List of exactly two."""
    return _told({"type": "array", "items": items, "minItems": 2, "maxItems": 2}, about)


def mapped(values: Schema, about: str = "") -> Schema:
    """Object of any keys whose values have one shape."""
    return _told({"type": "object", "additionalProperties": values}, about)


def text(about: str = "", *, least: int = 0) -> Schema:
    """Text."""
    return _told({"type": "string", **({"minLength": least} if least else {})}, about)


def code(about: str = "A code: text, never a number") -> Schema:
    """Code of an occupation, a competency or a credential."""
    return text(about, least=1)


def number(about: str = "", *, least: float | None = None, most: float | None = None) -> Schema:
    """Number."""
    bounds = {"minimum": least, "maximum": most}
    return _told({"type": "number", **{k: v for k, v in bounds.items() if v is not None}}, about)


def share(about: str = "") -> Schema:
    """Number in [0, 1]."""
    return number(about, least=0, most=1)


def whole(about: str = "", *, least: int | None = None) -> Schema:
    """Whole number."""
    return _told({"type": "integer", **({} if least is None else {"minimum": least})}, about)


def flag(about: str = "") -> Schema:
    """True or false."""
    return _told({"type": "boolean"}, about)


def one_of(values: Sequence[str], about: str = "") -> Schema:
    """One of a few texts."""
    return _told({"type": "string", "enum": list(values)}, about)


def constant(value: str) -> Schema:
    """One text and no other."""
    return {"const": value}


def maybe(schema: Schema) -> Schema:
    """What `schema` says, or null: unknown, or not applicable."""
    kind = schema.get("type")
    if not isinstance(kind, str):
        return {"anyOf": [schema, {"type": "null"}]}
    values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [kind, "null"]} | values


def ref(name: str) -> Schema:
    """Shape named elsewhere; see `passerelles.report.schemas`."""
    return {"$ref": f"#/$defs/{name}"}


def _told(schema: Schema, about: str) -> Schema:
    return schema | {"description": about} if about else schema
