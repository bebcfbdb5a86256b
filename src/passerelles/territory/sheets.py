"""An allocation, a ranking or scenarios of a territory as tables, read off what may be published."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from passerelles.language.say import Lang, say
from passerelles.territory.allocation import Allocation
from passerelles.views.spec import Cell, Column, Kind, Page, Sheet

Payload = Mapping[str, Any]
_SUMS: Final = ("headcount", "openings", "placed", "uncovered", "unfilled", "same_job", "km")


def allocation_sheets(found: Payload, lang: Lang = "fr") -> list[Sheet]:
    """Return one sheet a question: who goes where, who is left, what stays empty, totals, what would change, titles."""
    return [
        _flows(found),
        _uncovered(found, lang),
        _unfilled(found, lang),
        _totals(found, lang),
        _changes(found),
        _resolved(found),
        *_set_aside(found),
        *note_sheets(found["notes"]),
    ]


def _columns(*named: str | tuple[str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(n) if isinstance(n, str) else Column(*n) for n in named)


def _flows(found: Payload) -> Sheet:
    columns = _columns(
        "fragile_employer", "origin_code", "origin_label", "from_basin", "hiring_employer", "target_code",
        "target_label", "to_basin", "family", ("people", "integer"), ("hours_low", "number"),
        ("hours_expected", "number"), ("hours_high", "number"), ("km", "number"), "same_job", ("probability", "share"),
        "masked", "fragile_lots", "hiring_lots",
    )  # fmt: skip
    rows: list[Sequence[Cell]] = [
        (
            f["fragile_employer"], *end_of(f["origin"]), f["from_basin"], f["hiring_employer"], *end_of(f["target"]),
            f["to_basin"], f["family"], f["people"], *_hours(f["hours_per_person"]), f.get("km"), f.get("same_job"),
            f.get("probability"), f["people"] is None, _names(f, "fragile_lots"), _names(f, "hiring_lots"),
        )
        for f in found["results"]
    ]  # fmt: skip
    return Sheet.of_rows("flows", columns, rows)


def _names(flow: Payload, side: str) -> str | None:
    """Lots that a line stands for where a mask puts several together."""
    return "; ".join(", ".join((x["employer"], x["job"], x["basin"])) for x in flow.get(side, ())) or None


def end_of(end: Payload | None) -> tuple[str | None, str | None]:
    """Return code and label of one end of a move; two unknowns where it is hidden."""
    return (None, None) if end is None else (end["code"], end["label"])


def _hours(hours: Payload) -> tuple[float | None, float | None, float | None]:
    return hours["low"], hours["expected"], hours["high"]


def _reason(row: Payload, lang: Lang) -> str | None:
    reason = row.get("reason")
    return None if reason is None else say(f"territory.reason.{reason}", lang=lang)


def _uncovered(found: Payload, lang: Lang) -> Sheet:
    columns = _columns(
        "employer", "code", "label", "basin", ("headcount", "integer"), ("people", "integer"), "reason", "sentence"
    )
    rows = [
        (u["employer"], *end_of(u["job"]), u["basin"], u["headcount"], u["people"], _reason(u, lang), u.get("sentence"))
        for u in found["uncovered"]
    ]
    return Sheet.of_rows("uncovered", columns, rows)


def _unfilled(found: Payload, lang: Lang) -> Sheet:
    columns = _columns(
        "employer", "code", "label", "basin", ("openings", "integer"), ("empty", "integer"), "reason", "sentence",
        "candidates",
    )  # fmt: skip
    rows = [
        (
            u["employer"], *end_of(u["job"]), u["basin"], u["openings"], u["people"], _reason(u, lang),
            u.get("sentence"), "; ".join(f"{c['employer']} ({c['job']})" for c in u.get("candidates", ())),
        )
        for u in found["unfilled"]
    ]  # fmt: skip
    return Sheet.of_rows("unfilled", columns, rows)


def _totals(found: Payload, lang: Lang) -> Sheet:
    totals, bounds = found["totals"], found["bounds"]
    lever = totals.get("lever") or {"people": None, "hours": None}
    named: list[tuple[str, Cell]] = [(name, totals[name]) for name in _SUMS]
    named += [(f"hours_{name}", value) for name, value in totals["hours"].items()]
    named += [(f"lever_{name}", value) for name, value in lever.items()]
    named += [(name, bounds[name]) for name in bounds if name not in ("objectives", "status")]
    rows: list[Sequence[Cell]] = [(say(f"territory.total.{name}", lang=lang), value) for name, value in named]
    for stage in bounds["objectives"]:
        label = say(f"territory.objective.{stage['name']}", lang=lang)
        bound = say("territory.total.bound", lang=lang, name=label)
        reached = say("territory.total.reached", lang=lang, name=label)
        rows += [(reached, stage["value"]), (bound, stage["bound"])]
    return Sheet.of_rows("totals", (Column("what"), Column("value", "number")), rows)


def _changes(found: Payload) -> Sheet:
    columns = _columns("kind", ("step", "number"), ("more", "integer"), ("placed", "integer"), "sentence")
    rows = [(c["kind"], c["step"], c["more"], c["placed"], c["sentence"]) for c in found["changes"]]
    return Sheet.of_rows("changes", columns, rows)


def _resolved(found: Payload) -> Sheet:
    columns = _columns("file", ("line", "integer"), "given", "code", "label", ("confidence", "share"))
    rows = [
        (r["file"] or r["side"], r["row"], r["given"], *end_of(r["job"]), r["confidence"]) for r in found["resolved"]
    ]
    return Sheet.of_rows("resolved", columns, rows)


def _set_aside(found: Payload) -> list[Sheet]:
    """Rows of the tables that could not be used; no sheet where there are none."""
    columns = _columns("file", ("row", "integer"), "column", "reason", ("people", "integer"), "suggestions")
    rows: list[Sequence[Cell]] = [
        (r["file"], r["row"], r["column"], r["reason"], r["people"], "; ".join(r["suggestions"]) or None)
        for r in found["set_aside"]
    ]
    return [Sheet.of_rows("set_aside", columns, rows)] if rows else []


def note_sheets(notes: Sequence[Payload]) -> list[Sheet]:
    """Return what the reader must know, where there is something."""
    return [Sheet.of_rows("notes", _columns("sentence"), [(n["sentence"],) for n in notes])] if notes else []


def ranking_sheets(found: Sequence[Payload], notes: Sequence[Payload] = ()) -> list[Sheet]:
    """Return the ranking, the parts of its scores, and what the reader must know."""
    columns = _columns(
        ("rank", "integer"), "fragile_employer", "origin_code", "origin_label", "hiring_employer", "target_code",
        "target_label", "to_basin", ("score", "number"), ("probability", "share"), ("hours_expected", "number"),
        ("tension", "number"), ("tension_high", "number"), "tension_source", ("km", "number"), ("openings", "integer"),
        ("openings_high", "integer"), "openings_source", "same_job", "unknown_parts", "other_jobs",
    )  # fmt: skip
    rows: list[Sequence[Cell]] = [
        (
            r["rank"], r["fragile_employer"], *end_of(r["origin"]), r["hiring_employer"], *end_of(r["target"]),
            r["to_basin"], r["score"], r["probability"], r["hours_per_person"]["expected"], r["tension"],
            r["market"]["tension"]["high"], _origin(r["market"]["tension"]), r["km"], r["openings"],
            *_projects(r["market"]["projects"]), r["same_job"], ", ".join(r["unknown"]), ", ".join(r["other_jobs"]),
        )
        for r in found
    ]  # fmt: skip
    parts = [
        (r["rank"], r["origin"]["code"], r["target"]["code"], p["label"], p["value"], p["sentence"])
        for r in found
        for p in r["parts"]
    ]
    named = _columns(("rank", "integer"), "origin_code", "target_code", "part", ("value", "number"), "sentence")
    return [Sheet.of_rows("ranking", columns, rows), Sheet.of_rows("parts", named, parts), *note_sheets(notes)]


def _origin(figure: Payload) -> str | None:
    """Publisher, year and territory of a market figure, and how it is known."""
    return ", ".join(filter(None, (figure["source"], figure["year"], figure["territory"], figure["standing"]))) or None


def _projects(figure: Payload | None) -> tuple[float | None, str | None]:
    return (None, None) if figure is None else (figure["high"], _origin(figure))


def scenario_sheets(found: Sequence[Payload]) -> list[Sheet]:
    """Return the comparison of scenarios."""
    columns = _columns(
        "scenario", ("placed", "integer"), ("uncovered", "integer"), ("unfilled", "integer"),
        ("hours_expected", "number"), ("lever_hours", "number"), ("km", "number"), ("same_job", "integer"), "sentence",
    )  # fmt: skip
    rows = [
        (
            s["scenario"], s["placed"], s["uncovered"], s["unfilled"], s["hours"]["expected"], s["lever"]["hours"],
            s["km"], s["same_job"], s["summary"],
        )
        for s in found
    ]  # fmt: skip
    return [Sheet.of_rows("scenarios", columns, rows)]


def allocation_page(found: Allocation, lang: Lang) -> Page:
    """Return an allocation as a page: the sentence that says it all, who goes where; what is left to unfold."""
    payload = found.to_dict(lang)
    _, *others = allocation_sheets(payload, lang)
    lead = [say(f"territory.note.{note}", lang=lang) for note in found.notes]
    details = [Page(sheet.label(lang), sheets=[sheet]) for sheet in others if sheet.rows and sheet.title != "notes"]
    return Page(found.summary(lang), lead, [_flows_shown(payload)], details)


def _flows_shown(found: Payload) -> Sheet:
    """Return who goes where in few columns: employer, job and basin of each end together."""
    rows: list[Sequence[Cell]] = [
        (
            _end(f["fragile_employer"], f["origin"], f["from_basin"]),
            _end(f["hiring_employer"], f["target"], f["to_basin"]),
            f["people"],
            f["hours_per_person"]["expected"],
            f.get("km"),
        )
        for f in found["results"]
    ]
    return Sheet.of_rows(
        "flows", _columns("from", "to", ("people", "integer"), ("hours_each", "integer"), ("km", "integer")), rows
    )


def _end(employer: str, job: Payload | None, basin: str | None) -> str:
    named = " ".join(filter(None, end_of(job)))
    return ", ".join(filter(None, (employer, named, basin)))
