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
from passerelles.views.schema import (
    Schema,
    code,
    constant,
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
from passerelles.views.spec import Record


def envelope(
    name: str,
    about: str,
    items: Schema,
    *,
    scored: bool = True,
    more: Mapping[str, Schema] | None = None,
    optional: Mapping[str, Schema] | None = None,
) -> Schema:
    """
    Shape of the object that `passerelles.report.envelope` makes, with `items` in its results.

    Only what other programs were promised is required; what else is written is told as optional.
    """
    return record(
        about,
        {
            "schema": constant(f"passerelles/{name}"),
            "referential": ref("referential"),
            "scorer": ref("scorer") if scored else maybe(ref("scorer")),
            "settings": ref("settings_used") if scored else record("None: nothing is chosen", {}),
            "results": listed(items),
            **(more or {}),
        },
        optional=optional,
    )


COMMON: Final[Mapping[str, Schema]] = {
    "referential": record(
        "The referential that answered, overlays included in its checksum's story",
        {"name": text(), "version": text(), "sha256": text("Checksum of the files read")},
        optional={
            "date": maybe(text()),
            "source": text(),
            "licence": maybe(text()),
            "overlays": listed(text()),
            "overlay_sources": listed(
                record("Where an overlay comes from", dict.fromkeys(OverlaySource._fields, text()))
            ),
        },
    ),
    "referential_version": record(
        "Name, version and checksum of the referential",
        {"name": text(), "version": text()},
        optional={"sha256": text("Scores and chances compare under one checksum only")},
    ),
    "scorer": record(
        "What scored",
        {"name": text(), "version": text(), "fitted_on": maybe(text("Data that its weights come from"))},
        optional={
            "calibrated_on": maybe(text("Family of referentials on which chances were calibrated")),
            "calibrated": flag("Whether that serves here; if not, chances and levels are null"),
            "off": listed(text(), "Parts that say nothing here, for want of data in the referential"),
        },
    ),
    "scorer_used": record(
        "What scored a stored result",
        {"name": text(), "version": text()},
        optional={
            "sha256": text("Checksum of its weights"),
            "fitted_on": maybe(text()),
            "calibrated_on": maybe(text()),
            "calibrated": flag(),
            "off": listed(text()),
        },
    ),
    "settings_used": record(
        "The settings that were used; `passerelles schema settings` gives their whole shape",
        {},
        optional={"schema_version": whole(least=1), "scorer": text(), "strict": flag()},
    ),
    "batch_item": record(
        "Moves from one of several origins, or why there are none",
        {
            "place": whole("Number of the origin in the request", least=1),
            "origin": maybe(ref("origin")),
            "moves": listed(ref("move")),
            "problem": maybe(ref("problem")),
        },
    ),
    "end": record("An occupation", {"code": code(), "label": maybe(text())}),
    "path_end": record("An end of a step or a path", {}, optional={"code": maybe(code()), "label": maybe(text())}),
    "span": record(
        "Low, expected and high; null = unknown", {name: maybe(number(least=0)) for name in ("low", "expected", "high")}
    ),
    "barred": mapped(whole(least=0), "Openings by what keeps people from them"),
}


LEVERS_MORE: Final[dict[str, Schema]] = {
    "totals": record("People x jobs", {name: whole(least=0) for name in ("opened", "already", "possible")}),
    "exact": flag("Whether the choice is proven best of its size"),
    "guarantee": share("Least share of the best choice's worth"),
}

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
        "employment": maybe(one_of(get_args(Employment), "How the person means to work; null: as an employee")),
    },
) | {"additionalProperties": False, "anyOf": KNOWN}


RESOLVE: Final[Schema] = envelope(
    "resolve@1",
    "What a text, or each text of a list, resolves to: its candidates, best first; of a list, one item a row",
    {"anyOf": [ref("candidate_title"), ref("resolved_row"), ref("reviewed_title")]},
    optional={"text": text(), "status": one_of(get_args(titles.Status))},
)
RESOLVE["properties"]["settings"] = record(
    "What was asked for, and from which confidence on",
    {},
    optional={"kind": one_of(("title", "competency")), "sure": share("From here, sure"), "review": share()},
)

MIGRATE: Final[Schema] = envelope(
    "migrate@1",
    "Where old codes lead",
    Migration.spec.schema(),
    scored=False,
    optional={"from": maybe(ref("referential")), "titles": maybe(mapped(whole(least=0)))},
)

SHOW: Final[Schema] = envelope("show@1", "The sheet of an occupation", ref("occupation"), scored=False)

VALIDATE: Final[Schema] = envelope(
    "validate@1",
    "Everything that is wrong with a referential",
    ref("notice"),
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

METRICS_MORE: Final[dict[str, Schema]] = {
    "folds": whole(least=2),
    "observed": record(
        "Agreement with the moves that people made",
        {"file": text(), "pairs": whole(least=0), "people": number(), "results": listed(ref("observed_method"))},
    ),
}


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
    "basin_code": maybe(text()),  # null where another territory than a basin was asked
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


AREAS_MORE: Final = {
    "passages": listed(ref("passage")),
    "modularity": number(),
    "experts_inside": maybe(share("Share of the experts' moves that stay inside an area")),
    "chance_inside": share("The same by chance"),
    "domains": record("", {"experts_inside": maybe(share()), "count": whole(least=0)}),
}

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# Modules that declare what is told of an item: each record of theirs that has a name is a shape.
_DECLARING: Final = (
    conditions, stored, results, certifications, index, titles, worklist, legal, levers, path, ranked_paths,
    compare, move, moves, validate, resolution, transparency, flows, lots, match, rank, sums,
)  # fmt: skip
_WRITTEN: Final[Mapping[str, Schema]] = {**COMMON, "profile": PROFILE, "problem": PROBLEM}


def _territory() -> Schema:
    """Shape of ``territory@1``: the envelope, and what a release tells."""
    release = Release.spec.schema()
    more = {key: value for key, value in release["properties"].items() if key != "results"}
    promised = {key: more[key] for key in release["required"] if key != "results"}
    others = {key: value for key, value in more.items() if key not in promised} | {"sources": SOURCES}
    return envelope("territory@1", "Who could go where", ref("flow"), more=promised, optional=others)


_STORED: Final[Schema] = record(
    "A stored result and what made it; null: nothing says so",
    {
        "name": text(),
        "provenance": maybe(
            record(
                "",
                {"referential": ref("referential_version")},
                optional={
                    "package": text(),
                    "overlays": listed(text()),
                    **{name: maybe(ref("scorer_used")) for name in ("scorer", "scorer_without_occupation")},
                    "settings": ref("settings_used"),
                },
            )
        ),
    },
)
RUNS: Final[Schema] = record(
    "What moved between two stored results, and why; `referential`, `scorer` and `settings` are those of the new one",
    {
        "schema": constant("passerelles/compare-runs@1"),
        "referential": maybe(ref("referential_version")),
        "scorer": maybe(ref("scorer_used")),
        "settings": ref("settings_used"),
        "old": _STORED,
        "new": _STORED,
        "comparable": record("What may be compared", {name: flag() for name in ("codes", "ranks", "scores")}),
        "causes": listed(ref("run_cause")),
        "totals": record(
            "Counts of people, or origins, and of moves",
            {
                **{name: whole(least=0) for name in stored.RUN_TOTALS if name != "largest_score_difference"},
                "largest_score_difference": maybe(number("null: scores do not compare", least=0)),
            },
        ),
        "results": listed(ref("run_shift")),
    },
)

_UNDECIDED: Final = {
    "undecided": mapped(whole(least=1), "Moves up to the last one of which a filter cannot tell, by filter")
}
SHAPES: Final[Mapping[str, Schema]] = {
    "rank@1": envelope("rank@1", "Moves from an origin, best first", ref("move"), optional=_UNDECIDED),
    "rank-batch@1": envelope(
        "rank-batch@1",
        "Moves from several origins, each by itself, in their order",
        ref("batch_item"),
        optional={"scorer_without_occupation": ref("scorer")},
    ),
    "sources@1": envelope("sources@1", "Moves towards a target, best first", ref("move"), optional=_UNDECIDED),
    "paths@1": envelope(
        "paths@1", "Paths from an origin to targets", ref("path"), optional={"targets": listed(ref("reached"))}
    ),
    "compare@1": envelope(
        "compare@1",
        "Occupations side by side",
        ref("compared_occupation"),
        scored=False,
        more={"competencies": listed(ref("compared_competency"))},
    ),
    "compare-runs@1": RUNS,
    "areas@1": envelope("areas@1", "Mobility areas, largest first", ref("area"), more=AREAS_MORE),
    "levers@1": envelope("levers@1", "What to acquire to open most", ref("lever"), optional=LEVERS_MORE),
    "evaluate@1": envelope("evaluate@1", "Ranking quality", ref("method"), optional=METRICS_MORE),
    "territory@1": _territory(),
    "transparency@1": envelope(
        "transparency@1",
        "What a public body must publish and answer",
        ref("duty"),
        more={"weights": listed(ref("weight")), "changed_settings": listed(ref("changed_setting"))},
    ),
    "sums@1": envelope(
        "sums@1",
        "Sums by basin and job that may be published",
        ref("sum"),
        scored=False,
        more={"notes": listed(text()), "rules": sums.RULES},
        optional={"sources": SOURCES},
    ),
    "territory-rank@1": envelope(
        "territory-rank@1", "A territory, ranked", ref("territory_rank"), optional=TERRITORY_RANK_MORE
    ),
    "territory-scenarios@1": envelope("territory-scenarios@1", "Scenarios side by side", ref("scenario")),
    "territory-signals@1": SIGNALS,
    "resolve@1": RESOLVE,
    "migrate@1": MIGRATE,
    "search@1": envelope("search@1", "What a referential has already, by words", ref("found"), scored=False),
    "show@1": SHOW,
    "validate@1": VALIDATE,
    "problem": PROBLEM,
    "profile": PROFILE,
    "settings": {},  # the model itself says its shape: see `json_schema`
}


def definitions() -> dict[str, Schema]:
    """Return the shapes that others are made of, by name."""
    declaring = (Area, AreaMember, Passage, *(value for module in _DECLARING for value in vars(module).values()))
    declared = (getattr(value, "spec", value) for value in declaring)
    records = {each.name: each for each in declared if isinstance(each, Record) and each.name}
    return {**_WRITTEN, **{name: each.schema() for name, each in records.items()}}


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
