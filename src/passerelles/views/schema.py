"""
The words in which shapes are written, and the JSON Schema made of them.

A shape is a word of `WORDS` or the name of another shape, then after a colon what it is; ``?``: or null.
``["x", "what they are"]`` is a list of x. A table is an object: ``required`` and ``optional`` keys, or any keys with
values of one shape, ``each``; ``any`` of several shapes; ``about`` says what it is. JSON Schema stands for itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = dict[str, Any]
Shape = str | list[Any] | Mapping[str, Any]
Shapes = Mapping[str, Shape]
WORDS: Final[Mapping[str, Schema]] = {
    "text": {"type": "string"},
    "code": {"type": "string", "minLength": 1, "description": "A code: text, never a number"},
    "flag": {"type": "boolean"},
    "number": {"type": "number"},
    "amount": {"type": "number", "minimum": 0},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
    "whole": {"type": "integer"},
    "count": {"type": "integer", "minimum": 0},
    "ordinal": {"type": "integer", "minimum": 1},
}
_SCHEMAS: Final = frozenset({"type", "$ref", "anyOf", "const"})  # keys by which JSON Schema is known


def shape(written: Shape, words: Shapes = WORDS) -> Schema:
    """
    Return the JSON Schema of a shape.

    Examples
    --------
    >>> shape("count?: People placed")
    {'type': ['integer', 'null'], 'minimum': 0, 'description': 'People placed'}
    >>> shape(["move", "Best first"])
    {'type': 'array', 'items': {'$ref': '#/$defs/move'}, 'description': 'Best first'}
    """
    if isinstance(written, str):
        name, _, about = written.partition(": ")
        bare = name.removesuffix("?")
        schema = _about(shape(words[bare], words) if bare in words else {"$ref": f"#/$defs/{bare}"}, about)
        return maybe(schema) if bare != name else schema
    if isinstance(written, list):
        items, *abouts = written
        return _about({"type": "array", "items": shape(items, words)}, *abouts)
    if _SCHEMAS & written.keys():
        return dict(written)
    if "any" in written:
        return {"anyOf": [shape(alternative, words) for alternative in written["any"]]}
    about = written.get("about", "")
    if "each" in written:
        return _about({"type": "object", "additionalProperties": shape(written["each"], words)}, about)
    return record(about, written.get("required", {}), optional=written.get("optional"), words=words)


def record(about: str, required: Shapes, *, optional: Shapes | None = None, words: Shapes = WORDS) -> Schema:
    """
    Object whose `required` keys are always there, and whose `optional` ones may be.

    Other keys may be there too: a reader leaves aside what it does not know, so that keys can be added.
    """
    return {
        "type": "object",
        "description": about,
        "properties": {key: shape(value, words) for key, value in {**required, **(optional or {})}.items()},
        "required": list(required),
    }


def pair(items: Shape, about: str = "") -> Schema:
    """List of exactly two."""
    return _about({"type": "array", "items": shape(items), "minItems": 2, "maxItems": 2}, about)


def one_of(values: Sequence[str], about: str = "") -> Schema:
    """One of a few texts."""
    return _about({"type": "string", "enum": list(values)}, about)


def _about(schema: Schema, about: str = "") -> Schema:
    return schema | ({"description": about} if about else {})


def maybe(written: Shape) -> Schema:
    """What a shape says, or null: unknown, or not applicable."""
    schema = shape(written)
    kind = schema.get("type")
    if not isinstance(kind, str):
        return {"anyOf": [schema, {"type": "null"}]}
    values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [kind, "null"]} | values
