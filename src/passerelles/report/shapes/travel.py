"""Shape of paths (``paths@1``)."""

from typing import Final

from passerelles.ranking.move import TERNARY
from passerelles.views.schema import (
    Schema,
    code,
    flag,
    listed,
    maybe,
    number,
    one_of,
    record,
    ref,
    share,
    text,
    whole,
)

_SPAN: Final = {name: maybe(number(least=0)) for name in ("low", "expected", "high")}
_BOUND: Final = {"lower_bound": flag("Whether the expected value is only the known part")}

RULE: Final[Schema] = record(
    "A rule that is broken, or that cannot be told",
    {"rule": text(), "reason": text()},
    optional={name: maybe(number()) for name in ("limit", "value", "by")},
)

FRAME: Final[Schema] = record(
    "What a legal frame says",
    {
        "name": text(),
        "verdict": one_of(TERNARY),
        "violations": listed(ref("rule")),
    },
    optional={"unknown": listed(ref("rule")), "label": text(), "exempt": flag()},
)

STEP_CREDENTIAL: Final[Schema] = record(
    "A credential of a step, in the order of acquisition",
    {"code": code(), "label": text(), "held": one_of(TERNARY)},
    optional={
        "kind": text(),
        "order": whole(least=0),
        "hours": record("", _SPAN, optional={"source": maybe(text())}),
        "source": text(),
        "certifinfo": maybe(code("Its code in Certif Info; null = unknown")),
        "rncp": maybe(text("Its code in the RNCP; null = unknown")),
        "grants_access": flag("Whether it is what gives access to a regulated profession"),
        "obtainable": flag(),
        "via": maybe(text("Code by which the certification file reaches the occupation")),
    },
)

STEP: Final[Schema] = record(
    "One move of a path",
    {
        "from": ref("path_end"),
        "to": ref("path_end"),
        "hours": record(
            "Hours of training of this step",
            {},
            optional={
                **_SPAN,
                **_BOUND,
                "basis": one_of(("sourced", "estimate", "mixed", "none")),
                "sourced": number(least=0),
                "estimated": number(least=0),
            },
        ),
        "missing": listed(ref("item")),
        "credentials": listed(ref("step_credential")),
    },
    optional={
        "months": record("", _SPAN, optional=_BOUND),
        "practice": record(
            "What practising the stage is assumed to bring",
            {"months": number(least=0), "hours_replaced": number(least=0), "assumption": flag()},
        ),
        "score": number(),
        "probability": maybe(share()),
        "consolidation_hours": maybe(number(least=0)),
        "level": record("European levels", {"held": whole(least=1), "target": whole(least=1)}),
        "regulated": one_of(TERNARY),
        "held": listed(ref("item")),
        "near": listed(ref("near_item")),
        "options": listed(ref("step_credential"), "What merely leads there"),
        "frames": listed(ref("frame")),
        "unknown": listed(text()),
        "sentence": text(),
    },
)

PATH: Final[Schema] = record(
    "One or more steps from an origin to a target",
    {
        "rank": whole(least=1),
        "origin": ref("path_end"),
        "target": ref("path_end"),
        "status": one_of(("feasible", "infeasible", "unknown")),
        "hours": record(
            "Hours of training in all: estimates or sourced",
            _SPAN,
            optional=_BOUND | {"sourced": number(least=0), "estimated": number(least=0)},
        ),
        "months": record("Months from the first day to the last", _SPAN, optional=_BOUND),
        "steps": listed(ref("step")) | {"minItems": 1},
        "frames": listed(ref("frame")),
        "score": number("Sum of `parts`, in hours"),
        "parts": listed(ref("part")),
    },
    optional={
        "place": whole("1 = best of those to this target", least=1),
        "reasons": listed(text(), "What the status comes from"),
        "weakest": number("Chance of the least likely move, or its score where nothing is calibrated"),
        "calibrated": flag(),
        "direct": record("The direct move", {"hours": maybe(number(least=0)), "months": maybe(number(least=0))}),
        "gap": number("Hours by which a path that was not looked at could be better; 0 = proven best", least=0),
        "assumptions": record("What practising an intermediate job is taken to bring", {}),
        "explanation": listed(text()),
        "referential": ref("referential_version"),
    },
)

PATHS_MORE: Final[dict[str, Schema]] = {
    "targets": listed(
        record(
            "What the search says of one target",
            {
                "target": ref("end"),
                "found": whole(least=0),
                "limit": maybe(whole(least=1)),
                "fewer": flag("Whether fewer paths exist than were asked for"),
                "proven": flag("Whether no path that was left out can be better"),
                "gap": number(least=0),
                "evaluated": whole(least=0),
                "reason": maybe(text("Why there is none")),
            },
            optional={
                "parts": listed(code(), "Specialised occupations of a target that is split"),
                "cut": whole("Undominated paths that the limit leaves out of a Pareto set", least=0),
            },
        )
    )
}
