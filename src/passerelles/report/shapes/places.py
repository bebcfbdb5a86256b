"""Shapes of territories: ``territory@1``, ``territory-rank@1``, ``territory-scenarios@1``."""

from typing import Final

from passerelles.report.shapes.common import envelope
from passerelles.views.schema import (
    Schema,
    code,
    flag,
    listed,
    mapped,
    maybe,
    number,
    one_of,
    pair,
    record,
    ref,
    share,
    text,
    whole,
)

_LEVER: Final = maybe(record("What levers opened", {"people": whole(least=0), "hours": number(least=0)}))
_PEOPLE: Final = maybe(whole("Null: withheld, see `masked`", least=0))
_LOTS: Final = listed(record("", {"employer": text(), "job": text(), "basin": maybe(text())}))

_FIGURE: Final = record(
    "A published figure: its bounds, how it is known, where it comes from",
    {"value": maybe(number()), "low": maybe(number()), "high": maybe(number()), "standing": text()},
    optional={name: maybe(text()) for name in ("source", "year", "territory", "about", "via", "why")},
)
SOURCES: Final[Schema] = listed(
    record(
        "A file that was read beside the referential",
        {"name": text(), "content": text(), "sha256": text()},
        optional={name: maybe(text()) for name in ("source", "year", "licence")},
    )
)

FLOW: Final[Schema] = record(
    "People of a fragile lot who could take openings of another; withheld lines name several lots",
    {
        "fragile_employer": text(),
        "hiring_employer": text(),
        "origin": maybe(ref("end")),
        "target": maybe(ref("end")),
        "from_basin": maybe(text()),
        "to_basin": maybe(text()),
        "people": _PEOPLE,
        "hours_per_person": ref("span"),
        "move": maybe(ref("move")),
    },
    optional={
        "from_basin_code": text(),
        "to_basin_code": text(),
        "hours_assumed": flag(),
        "lever_hours": maybe(number("Hours that a lever added", least=0)),
        "km": maybe(number(least=0)),
        "same_job": flag(),
        "probability": maybe(share()),
        "family": maybe(text()),
        "masked": flag(),
        "fragile_lots": _LOTS,
        "hiring_lots": _LOTS,
    },
)

_SHARES: Final = maybe(
    mapped(record("", {"placed": whole(least=0), "headcount": whole(least=0), "share": maybe(share())}))
)

TERRITORY_MORE: Final[dict[str, Schema]] = {
    "uncovered": listed(
        record(
            "People placed nowhere",
            {
                "employer": text(),
                "job": maybe(ref("end")),
                "basin": maybe(text()),
                "headcount": whole(least=0),
                "people": _PEOPLE,
            },
            optional={
                "reason": text(),
                "sentence": text(),
                "barred_openings": ref("barred"),
                "masked": flag(),
                "lots": _LOTS,
            },
        )
    ),
    "unfilled": listed(
        record(
            "Openings that stay empty",
            {
                "employer": text(),
                "job": maybe(record("A job, or a family", {"code": code(), "label": maybe(text())})),
                "basin": maybe(text()),
                "openings": whole(least=0),
                "people": _PEOPLE,
            },
            optional={
                "reason": text(),
                "sentence": text(),
                "candidates": listed(ref("candidate")),
                "masked": flag(),
                "lots": _LOTS,
            },
        )
    ),
    "totals": record(
        "Sums",
        {
            "headcount": whole(least=0),
            "openings": whole(least=0),
            **dict.fromkeys(("placed", "uncovered", "unfilled", "same_job"), _PEOPLE),
            "hours": ref("span"),
            "hours_per_person": maybe(number(least=0)),
            "km": maybe(number(least=0)),
            "by_employer": _SHARES,
            "by_job": _SHARES,
        },
        optional={
            "set_aside": _PEOPLE,
            "lever": _LEVER,
            "placed_between": maybe(pair(whole(least=0), "Round numbers where `placed` is withheld")),
        },
    ),
    "bounds": record(
        "The bounds that held and the proof of each objective",
        {
            "status": one_of(("optimal", "time_limit", "infeasible")),
            "gap": number(least=0),
            "objectives": listed(
                record(
                    "",
                    {
                        "name": text(),
                        "value": maybe(number()),
                        "bound": maybe(number()),
                        "gap": maybe(number(least=0)),
                    },
                    optional={"exact": flag()},
                )
            ),
            "radius_km": maybe(number(least=0)),
            "radius_applied": flag(),
            "frame": maybe(text()),
            "min_probability": maybe(share()),
            "budget_hours": maybe(number(least=0)),
        },
        optional={
            "max_hours": maybe(number(least=0)),
            "floor": maybe(share("Least share of people placed, by `floor_by`")),
            "floor_by": maybe(text()),
        },
    ),
}

TERRITORY_OPTIONAL: Final[dict[str, Schema]] = {
    "changes": listed(
        record(
            "What moving one bound would change",
            {"kind": text(), "placed": _PEOPLE, "more": maybe(whole()), "sentence": text()},
            optional={name: maybe(number()) for name in ("bound", "step", "hours")},
        )
    ),
    "notes": listed(record("What the reader must know", {"note": text(), "sentence": text()})),
    "set_aside": listed(
        record(
            "A row that could not be used, outside of all sums",
            {
                "file": text(),
                "row": whole("Line of the file, the header being one; 0 = the table as a whole", least=0),
                "column": maybe(text()),
                "problem": text("Key of the reason"),
                "reason": text("Why, and what to do"),
                "people": maybe(whole("People or openings of the row, where they can be read", least=0)),
                "suggestions": listed(text()),
            },
        )
    ),
    "unmet_floors": listed(text()),
    "resolved": listed(
        record(
            "A title that was resolved to a code",
            {"employer": text(), "job": ref("end"), "given": text(), "confidence": share(), "row": maybe(whole())},
            optional={"side": one_of(("fragile", "hiring")), "file": text()},
        )
    ),
    "masked": flag("Whether small numbers are withheld"),
    "referential_version": ref("referential_version"),
    "threshold": whole("Numbers below it are withheld", least=0),
    "sources": SOURCES,
}

CANDIDATE: Final[Schema] = record(
    "People still uncovered who could fill an opening if `barred_by` did not bar them",
    {
        "employer": text(),
        "job": code(),
        "basin": text(),
        "people": whole(least=0),
        "towards": code(),
        "barred_by": text(),
        "hours": maybe(number(least=0)),
        "km": maybe(number(least=0)),
    },
)

TERRITORY_PART: Final[Schema] = record(
    "One part of a rank's score, in points",
    {"name": text(), "label": text(), "value": maybe(number())},
    optional={
        "sentence": text(),
        "figure": maybe(number("What the value comes from; null = unknown")),
        "assumed": flag("Whether the figure is unknown, and counts as the middle of its scale"),
    },
)

TERRITORY_RANK: Final[Schema] = record(
    "A fragile lot and a hiring lot",
    {
        "rank": whole(least=1),
        "fragile_employer": text(),
        "hiring_employer": text(),
        "origin": ref("end"),
        "target": ref("end"),
        "from_basin": text(),
        "to_basin": text(),
        "score": number("Sum of `parts`"),
        "parts": listed(ref("territory_part")),
        "probability": maybe(share()),
        "hours_per_person": ref("span"),
        "km": maybe(number(least=0)),
        "tension": maybe(number()),
        "same_job": flag(),
    },
    optional={
        "headcount": maybe(whole(least=0)),
        "openings": whole(least=0),
        "family": maybe(text()),
        "market": record("Figures of the hiring job", {"tension": _FIGURE, "projects": maybe(_FIGURE)}),
        "unknown": listed(text(), "Parts whose figure is unknown"),
        "other_jobs": listed(code(), "Other jobs of the same family and basin, which share the openings, ranked lower"),
    },
)

TERRITORY_RANK_MORE: Final[dict[str, Schema]] = {
    "basin": text(),
    "by": one_of(("fragile", "hiring")),
    "basin_code": text(),
    "basin_name": text(),
    "notes": listed(record("What the reader must know", {"note": text(), "sentence": text()})),
    "sources": SOURCES,
}

_FAMILY_FIGURES: Final = dict.fromkeys(("projects", "difficult_share", "seasonal_share"), _FIGURE)

SIGNAL: Final[Schema] = record(
    "A family of a survey in a basin, or a job with its status",
    _FAMILY_FIGURES,
    optional={
        "family": ref("end"),
        "occupation": ref("end"),
        "basin": record("", {"code": text(), "label": text()}),
        "status": one_of(("hiring", "fragile", "neither", "unknown")),
        "status_from": one_of(("list", "rule")),
        "reasons": listed(text()),
        "sentences": listed(text()),
        "estimated": _FIGURE,
        "tension": _FIGURE,
        "components": mapped(_FIGURE),
        "wage": _FIGURE,
        "families": listed(
            record(
                "A family of the job",
                {"family": ref("end"), **_FAMILY_FIGURES, "jobs": whole(least=0), "part": maybe(share())},
            )
        ),
    },
)

SIGNALS: Final[Schema] = envelope(
    "territory-signals@1",
    "The labour market of a basin",
    SIGNAL,
    scored=False,
    more={"basin": record("", {"code": text(), "name": text()}), "year": maybe(text()), "sources": SOURCES},
)

SCENARIO: Final[Schema] = record(
    "One scenario of a comparison",
    {
        "scenario": text(),
        "options": record("", {}),
        "status": one_of(("optimal", "time_limit", "infeasible")),
        "placed": whole(least=0),
        "uncovered": whole(least=0),
        "unfilled": whole(least=0),
        "hours": ref("span"),
        "km": maybe(number(least=0)),
        "same_job": whole(least=0),
        "gap": number(least=0),
        "summary": text(),
    },
    optional={"lever": _LEVER},
)
