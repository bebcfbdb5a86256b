"""Shapes of evaluations, of resolved titles, of migrated codes, of a validation and of an error of the service."""

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

_METRICS: Final = ("recall@10", "ndcg@10", "mrr", "hit@1")
_FIGURES: Final = {name: share() for name in _METRICS}

METHOD: Final[Schema] = record(
    "Figures of one method, means over `origins`",
    {
        "method": text(),
        "origins": whole("Origins with a known mobility", least=0),
        **_FIGURES,
        "ci95": mapped(pair(share()), "Bounds of a 95 % interval, by metric"),
        "protocol": text(),
        "breakdown": mapped(
            listed(record("", {"value": text(), "label": maybe(text()), "origins": whole(least=0), **_FIGURES}))
        ),
    },
    optional={"other_groupings": mapped(share())},
)

CANDIDATE_TITLE: Final[Schema] = record(
    "A candidate for a text",
    {
        "rank": whole(least=1),
        "code": code(),
        "label": maybe(text()),
        "title": record("What matched", {"code": maybe(text()), "label": text()}),
        "score": number(),
        "confidence": share(),
        "reason": text(),
        "why": text(),
    },
    optional={"status": maybe(one_of(("sûr", "à vérifier", "inconnu")))},
)

RESOLVE: Final[Schema] = envelope(
    "resolve@1",
    "What a text, or each text of a list, resolves to: its candidates, best first; of a list, one item a row",
    {"anyOf": [ref("candidate_title"), ref("resolved_row")]},
    optional={"text": text(), "status": one_of(("sûr", "à vérifier", "inconnu"))},
)
RESOLVE["properties"]["settings"] = record(
    "What was asked for, and from which confidence on",
    {},
    optional={"kind": one_of(("title", "competency")), "sure": share("From here, sure"), "review": share()},
)

RESOLVED_ROW: Final[Schema] = record(
    "A row of a list",
    {
        "row": whole(least=1),
        "text": text(),
        "status": one_of(("sûr", "à vérifier", "inconnu")),
        "choice": maybe(text()),
        "candidates": listed(ref("candidate_title")),
    },
)

MIGRATE: Final[Schema] = envelope(
    "migrate@1",
    "Where old codes lead",
    record(
        "",
        {
            "code": code(),
            "title": maybe(text()),
            "outcome": one_of(("kept", "moved", "open", "unknown")),
            "destination": maybe(code()),
            "basis": maybe(text()),
            "why": text(),
            "destinations": listed(
                record(
                    "",
                    {"code": code(), "label": maybe(text()), "share": maybe(share()), "merges": listed(text())},
                )
            ),
            "lost_titles": maybe(whole(least=0)),
        },
    ),
    scored=False,
    optional={"from": maybe(ref("referential")), "titles": maybe(mapped(whole(least=0)))},
)

SHOW: Final[Schema] = envelope("show@1", "The sheet of an occupation", ref("occupation"), scored=False)

VALIDATE: Final[Schema] = envelope(
    "validate@1",
    "Everything that is wrong with a referential",
    record(
        "A notice",
        {
            "code": text(),
            "severity": one_of(("error", "warning", "info")),
            "file": maybe(text()),
            "line": maybe(whole(least=1)),
            "count": whole(least=1),
            "dropped": whole(least=0),
            "values": mapped(text()),
            "what": text(),
            "action": text(),
        },
    ),
    scored=False,
    optional={
        "place": text(),
        "format": text(),
        "ok": flag(),
        "severities": record("", {name: whole(least=0) for name in ("error", "warning", "info")}),
        "counts": mapped(whole(least=0)),
        "dropped": mapped(whole(least=0), "Rows left out, by file"),
    },
)

PROBLEM: Final[Schema] = record(
    "An error of the service (application/problem+json, RFC 9457)",
    {
        "type": text("urn:passerelles:problem: and the key of the error"),
        "title": text(),
        "status": whole(least=400),
        "detail": text("What is wrong and what to do"),
    },
    optional={
        "suggestions": listed(text(), "The nearest that the referential has"),
        "errors": listed(record("What is wrong in the request", {"where": text(), "what": text()})),
        "request": text("Number of the request, as in the logs"),
    },
)

METRICS_MORE: Final[dict[str, Schema]] = {"folds": whole(least=2)}
