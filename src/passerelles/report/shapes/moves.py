"""Shapes of moves (``rank@1``, ``sources@1``), of levers and of an occupation's sheet."""

from typing import Any, Final

from passerelles.ranking.move import KINDS, TERNARY
from passerelles.views.schema import (
    Schema,
    code,
    flag,
    listed,
    mapped,
    maybe,
    number,
    one_of,
    record,
    ref,
    share,
    text,
    whole,
)

LEVERS_MORE: Final[dict[str, Schema]] = {
    "totals": record("People x jobs", {name: whole(least=0) for name in ("opened", "already", "possible")}),
    "exact": flag("Whether the choice is proven best of its size"),
    "guarantee": share("Least share of the best choice's worth"),
}

_HOURS: Final = record(
    "Hours of training; null = unknown",
    {name: maybe(number(least=0)) for name in ("low", "expected", "high")},
    optional={"source": maybe(text())},
)

OCCUPATION: Final[Schema] = record(
    "What the referential says of an occupation; null: nothing",
    {
        "code": code(),
        "label": maybe(text()),
        "definition": maybe(text()),
        "access": maybe(text()),
        "base": maybe(code("Occupation that this one specialises")),
        "parts": listed(ref("labelled"), "Specialised occupations that it is made of"),
        "parent": maybe(code()),
        "domain": listed(ref("labelled"), "From the top of the tree to the occupation's own"),
        "riasec": maybe(text()),
        "flags": mapped(text(), "yes, no or unknown; for `ecological` its role"),
        "titles": listed(record("A job title", {"code": maybe(text()), "label": text()})),
        "requirements": listed(
            record(
                "",
                {
                    "code": code(),
                    "label": maybe(text()),
                    "kind": one_of(KINDS),
                    "status": one_of(("core", "emerging", "other")),
                },
            )
        ),
        "contexts": listed(record("", {"code": code(), "label": maybe(text()), "category": text()})),
        "credentials": listed(
            record(
                "",
                {
                    "code": code(),
                    "label": text(),
                    "kind": text(),
                    "requirement": one_of(("required", "option")),
                    "source": text(),
                    "hours": _HOURS,
                    "prerequisites": listed(code()),
                },
            )
        ),
        "mobilities": listed(
            record("", {"code": code(), "label": maybe(text()), "rank": maybe(whole(least=1)), "kind": text()})
        ),
    },
)

# A person of whom something is known.
KNOWN: Final[list[Any]] = [
    {"required": ["occupation"], "properties": {"occupation": {"type": "string"}}},
    {"required": ["competencies"], "properties": {"competencies": {"minItems": 1}}},
]
PROFILE: Final[Schema] = record(
    "A person, without anything that identifies anybody, with an occupation or at least one competency: what "
    "`--profile FILE` and the service take",
    {},
    optional={
        "occupation": maybe(code("Code or exact job title of the occupation exercised")),
        "competencies": listed(code(), "Codes of competencies held, besides those that the occupation requires"),
        "credentials": mapped(one_of(TERNARY), "By code; a credential that is absent is unknown"),
    },
) | {"additionalProperties": False, "anyOf": KNOWN}
