"""Shapes of evaluations, of resolved titles, of migrated codes, of a validation and of an error of the service."""

from typing import Final

from passerelles.report.shapes.words import (
    Schema,
    code,
    constant,
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

RESOLVE: Final[Schema] = record(
    "What a text, or each text of a list, resolves to",
    {
        "schema": constant("passerelles/resolve@1"),
        "referential": ref("referential"),
        "scorer": record("What scored", {"name": text(), "version": text()}, optional={"fitted_on": maybe(text())}),
        "settings": record(
            "", {"kind": one_of(("title", "competency")), "sure": share("From here, sure"), "review": share()}
        ),
        "results": {
            "type": "array",
            "items": {"anyOf": [ref("candidate_title"), ref("resolved_row")]},
            "description": "Candidates of one text, best first; of a list, one item a row",
        },
    },
    optional={"text": text(), "status": one_of(("sûr", "à vérifier", "inconnu"))},
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

MIGRATE: Final[Schema] = record(
    "Where old codes lead",
    {
        "schema": constant("passerelles/migrate@1"),
        "referential": ref("referential"),
        "from": maybe(ref("referential")),
        "titles": maybe(mapped(whole(least=0))),
        "results": listed(
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
            )
        ),
    },
    optional={"settings": record("None: nothing is chosen", {})},
)

SHOW: Final[Schema] = record(
    "The sheet of an occupation",
    {
        "schema": constant("passerelles/show@1"),
        "referential": ref("referential"),
        "results": listed(ref("occupation")) | {"minItems": 1, "maxItems": 1},
    },
)

VALIDATE: Final[Schema] = record(
    "Everything that is wrong with a referential",
    {
        "schema": constant("passerelles/validate@1"),
        "referential": ref("referential"),
        "place": text(),
        "format": text(),
        "ok": flag(),
        "severities": record("", {name: whole(least=0) for name in ("error", "warning", "info")}),
        "counts": mapped(whole(least=0)),
        "dropped": mapped(whole(least=0), "Rows left out, by file"),
        "results": listed(
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
            )
        ),
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
