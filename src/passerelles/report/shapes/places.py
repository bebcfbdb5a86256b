"""Shapes of territories: ``territory@1``, ``territory-rank@1``, ``territory-scenarios@1``."""

from typing import Final

from passerelles.report.shapes.common import envelope
from passerelles.territory.ranked import FIGURE
from passerelles.views.schema import (
    Schema,
    listed,
    mapped,
    maybe,
    one_of,
    record,
    ref,
    share,
    text,
    whole,
)

SOURCES: Final[Schema] = listed(
    record(
        "A file that was read beside the referential",
        {"name": text(), "content": text(), "sha256": text()},
        optional={name: maybe(text()) for name in ("source", "year", "licence")},
    )
)

TERRITORY_RANK_MORE: Final[dict[str, Schema]] = {
    "basin": text(),
    "by": one_of(("fragile", "hiring")),
    "basin_code": text(),
    "basin_name": text(),
    "notes": listed(ref("note")),
    "sources": SOURCES,
}

_FAMILYFIGURES: Final = dict.fromkeys(("projects", "difficult_share", "seasonal_share"), FIGURE)

SIGNAL: Final[Schema] = record(
    "A family of a survey in a basin, or a job with its status",
    _FAMILYFIGURES,
    optional={
        "family": ref("end"),
        "occupation": ref("end"),
        "basin": record("", {"code": text(), "label": text()}),
        "status": one_of(("hiring", "fragile", "neither", "unknown")),
        "status_from": one_of(("list", "rule")),
        "reasons": listed(text()),
        "sentences": listed(text()),
        "estimated": FIGURE,
        "tension": FIGURE,
        "components": mapped(FIGURE),
        "wage": FIGURE,
        "families": listed(
            record(
                "A family of the job",
                {"family": ref("end"), **_FAMILYFIGURES, "jobs": whole(least=0), "part": maybe(share())},
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
