"""An allocation, a ranking or scenarios of a territory as sheets and on a terminal; read off what may be published."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say
from passerelles.tables.sheet import Cell, Column, Kind, Sheet

if TYPE_CHECKING:
    from rich.console import Console

Payload = Mapping[str, Any]
_SHOWN: Final = 12
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
            f["fragile_employer"], *_end(f["origin"]), f["from_basin"], f["hiring_employer"], *_end(f["target"]),
            f["to_basin"], f["family"], f["people"], *_hours(f["hours_per_person"]), f.get("km"), f.get("same_job"),
            f.get("probability"), f["people"] is None, _names(f, "fragile_lots"), _names(f, "hiring_lots"),
        )
        for f in found["results"]
    ]  # fmt: skip
    return Sheet("flows", columns, rows)


def _names(flow: Payload, side: str) -> str | None:
    """Lots that a line stands for where a mask puts several together."""
    return "; ".join(", ".join((x["employer"], x["job"], x["basin"])) for x in flow.get(side, ())) or None


def _end(end: Payload | None) -> tuple[str | None, str | None]:
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
        (u["employer"], *_end(u["job"]), u["basin"], u["headcount"], u["people"], _reason(u, lang), u.get("sentence"))
        for u in found["uncovered"]
    ]
    return Sheet("uncovered", columns, rows)


def _unfilled(found: Payload, lang: Lang) -> Sheet:
    columns = _columns(
        "employer", "code", "label", "basin", ("openings", "integer"), ("empty", "integer"), "reason", "sentence",
        "candidates",
    )  # fmt: skip
    rows = [
        (
            u["employer"], *_end(u["job"]), u["basin"], u["openings"], u["people"], _reason(u, lang), u.get("sentence"),
            "; ".join(f"{c['employer']} ({c['job']})" for c in u.get("candidates", ())),
        )
        for u in found["unfilled"]
    ]  # fmt: skip
    return Sheet("unfilled", columns, rows)


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
        rows += [(label, stage["value"]), (bound, stage["bound"])]
    return Sheet("totals", (Column("what"), Column("value", "number")), rows)


def _changes(found: Payload) -> Sheet:
    columns = _columns("kind", ("step", "number"), ("more", "integer"), ("placed", "integer"), "sentence")
    rows = [(c["kind"], c["step"], c["more"], c["placed"], c["sentence"]) for c in found["changes"]]
    return Sheet("changes", columns, rows)


def _resolved(found: Payload) -> Sheet:
    columns = _columns(("line", "integer"), "given", "code", "label", ("confidence", "share"))
    rows = [(r["row"], r["given"], *_end(r["job"]), r["confidence"]) for r in found["resolved"]]
    return Sheet("resolved", columns, rows)


def ranking_sheets(found: Sequence[Payload]) -> list[Sheet]:
    """Return the ranking and the parts of its scores."""
    columns = _columns(
        ("rank", "integer"), "fragile_employer", "origin_code", "origin_label", "hiring_employer", "target_code",
        "target_label", "to_basin", ("score", "number"), ("probability", "share"), ("hours_expected", "number"),
        ("tension", "number"), ("km", "number"), ("openings", "integer"), "same_job", "unknown_parts", "other_jobs",
    )  # fmt: skip
    rows: list[Sequence[Cell]] = [
        (
            r["rank"], r["fragile_employer"], *_end(r["origin"]), r["hiring_employer"], *_end(r["target"]),
            r["to_basin"], r["score"], r["probability"], r["hours_per_person"]["expected"], r["tension"], r["km"],
            r["openings"], r["same_job"], ", ".join(r["unknown"]), ", ".join(r["other_jobs"]),
        )
        for r in found
    ]  # fmt: skip
    parts = [
        (r["rank"], r["origin"]["code"], r["target"]["code"], p["label"], p["value"], p["sentence"])
        for r in found
        for p in r["parts"]
    ]
    named = _columns(("rank", "integer"), "origin_code", "target_code", "part", ("value", "number"), "sentence")
    return [Sheet("ranking", columns, rows), Sheet("parts", named, parts)]


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
    return [Sheet("scenarios", columns, rows)]


def print_allocation(console: "Console", found: Payload, *, summary: str, lang: Lang = "fr") -> None:
    """Print an allocation: flows, people without a solution, openings left, what would change, proof."""
    if summary:
        console.print(Text(summary, style="bold"))
    for note in found["notes"]:
        console.print(Text(note["sentence"], style="dim"))
    _print_resolved(console, found, lang)
    if found["bounds"]["status"] == "infeasible":
        unmet = ", ".join(found["unmet_floors"])
        key = "infeasible" if unmet else "infeasible_together"
        console.print(say(f"territory.table.{key}", lang=lang, groups=unmet))
        return
    table = _table("match", ("from", "to"), ("people", "hours", "km"), lang)
    for f in found["results"]:
        same = f.get("same_job")
        hours = say("territory.table.same_job", lang=lang) if same else _number(f["hours_per_person"]["expected"], lang)
        table.add_row(
            _lot(_others(f, "fragile", lang), f["origin"], f["from_basin"]),
            _lot(_others(f, "hiring", lang), f["target"], f["to_basin"]),
            _people(f["people"], lang), hours, _number(f.get("km"), lang),
        )  # fmt: skip
    console.print(table)
    _print_hidden(console, found, lang)
    if found["uncovered"]:
        table = _table("uncovered", ("from", "why"), ("people",), lang)
        for u in found["uncovered"]:
            table.add_row(_lot(u["employer"], u["job"], u["basin"]), _why(u, lang), _people(u["people"], lang))
        console.print(table)
    _print_unfilled(console, found, lang)
    if found["changes"]:
        console.print(Text(say("territory.title.changes", lang=lang), style="bold"))
        for change in found["changes"]:
            console.print(f"  {change['sentence']}")
    proven = [stage for stage in found["bounds"]["objectives"] if stage["value"] is not None]
    if proven:
        console.print(Text(say("territory.title.certificate", lang=lang), style="bold"))
        for stage in proven:
            name = say(f"territory.objective.{stage['name']}", lang=lang)
            shown = {k: number(stage[k], lang=lang) for k in ("value", "bound", "gap")}
            console.print(f"  {say('territory.table.certificate', lang=lang, name=name, **shown)}")


def _others(flow: Payload, side: str, lang: Lang) -> str:
    """Name of one end of a flow, with the number of lots where it stands for several."""
    name, lots = str(flow[f"{side}_employer"]), flow.get(f"{side}_lots", ())
    alone = len(lots) < 2 and flow["origin" if side == "fragile" else "target"] is not None  # noqa: PLR2004
    return name if alone or not lots else say("territory.table.others_counted", lang=lang, name=name, n=len(lots))


def _print_hidden(console: "Console", found: Payload, lang: Lang) -> None:
    """Print which lots the lines for several of them stand for."""
    together = [f for f in found["results"] if f.get("fragile_lots")]
    if not together:
        return
    groups = [("others", f["fragile_lots"]) for f in together if f["origin"] is None]
    for name, lots in (*groups, ("other_openings", together[0]["hiring_lots"])):
        listed = "; ".join(", ".join((lot["employer"], lot["job"], lot["basin"])) for lot in lots)
        title = say(f"territory.table.{name}", lang=lang)
        console.print(Text(say("territory.table.hidden_lots", lang=lang, name=title, list=listed), style="dim"))


def _why(uncovered: Payload, lang: Lang) -> str:
    """Return a short reason; the sentence where it has a figure of its own. A mask leaves some out."""
    reason = uncovered.get("reason")
    if reason is None:
        return ""
    return str(uncovered["sentence"]) if reason == "radius" else say(f"territory.reason.{reason}", lang=lang)


def _print_resolved(console: "Console", found: Payload, lang: Lang) -> None:
    if not found["resolved"]:
        return
    console.print(Text(say("territory.title.resolved", lang=lang), style="bold"))
    for r in found["resolved"]:
        code, label = _end(r["job"])
        shown = percent(r["confidence"], lang=lang)
        text = say(
            "territory.table.resolved", lang=lang, row=str(r["row"] or "?"), given=r["given"], code=code, label=label,
            confidence=shown,
        )  # fmt: skip
        console.print(f"  {text}")


def _print_unfilled(console: "Console", found: Payload, lang: Lang) -> None:
    if not found["unfilled"]:
        return
    table = _table("unfilled", ("to", "why"), ("empty", "openings"), lang)
    ordered = sorted(found["unfilled"], key=lambda u: -(u["people"] or 0))
    for u in ordered[:_SHOWN]:
        where = _lot(u["employer"], u["job"], u["basin"])
        table.add_row(where, u.get("sentence", ""), _people(u["people"], lang), str(u["openings"]))
    console.print(table)
    rest = len(ordered) - _SHOWN
    if rest > 0:
        console.print(say("territory.table.more", lang=lang, n=rest))


def print_ranking(
    console: "Console",
    found: Sequence[Payload],
    *,
    title: str,
    by: str,
    notes: Sequence[Payload] = (),
    lang: Lang = "fr",
) -> None:
    """Print a ranking, one table a lot, with the parts of each score."""
    console.print(Text(title, style="bold"))
    for note in notes:
        console.print(Text(note["sentence"], style="dim"))
    if not found:
        console.print(say("territory.table.none", lang=lang))
        return
    near, far = ("fragile", "hiring") if by == "fragile" else ("hiring", "fragile")
    job = {"fragile": "origin", "hiring": "target"}
    basin = {"fragile": "from_basin", "hiring": "to_basin"}
    table: Table | None = None
    for r in found:
        if r["rank"] == 1:
            if table is not None:
                console.print(table)
            console.print(Text(_lot(r[f"{near}_employer"], r[job[near]], r[basin[near]]), style="bold"))
            table = _table(None, ("to",), ("score", "chance", "hours", "market", "km"), lang)
        if table is not None:
            chance = "–" if r["same_job"] else "?" if r["probability"] is None else percent(r["probability"], lang=lang)
            score = number(r["score"], lang=lang, decimals=2)
            if r["unknown"]:
                score = say("territory.table.score_partial", lang=lang, score=score)
            lot = _lot(r[f"{far}_employer"], r[job[far]], r[basin[far]])
            if r["other_jobs"]:
                lot = say("territory.table.other_jobs", lang=lang, lot=lot, n=len(r["other_jobs"]))
            table.add_row(
                lot, score, chance, _number(r["hours_per_person"]["expected"], lang),
                _number(r["tension"], lang), _number(r["km"], lang),
            )  # fmt: skip
    if table is not None:
        console.print(table)


def print_scenarios(console: "Console", found: Sequence[Payload], *, lang: Lang = "fr") -> None:
    """Print scenarios side by side."""
    table = _table(
        "scenarios", ("scenario",), ("placed", "empty", "total_hours", "lever_hours", "km", "same_job"), lang
    )
    for s in found:
        table.add_row(
            s["scenario"], _people(s["placed"], lang), _people(s["unfilled"], lang),
            _number(s["hours"]["expected"], lang), _number(s["lever"]["hours"], lang), _number(s["km"], lang),
            _people(s["same_job"], lang),
        )  # fmt: skip
    console.print(table)


def _table(title: str | None, left: Sequence[str], right: Sequence[str], lang: Lang) -> Table:
    shown = None if title is None else say(f"territory.title.{title}", lang=lang)
    table = Table(title=shown, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in left:
        table.add_column(say(f"territory.column.{name}", lang=lang), ratio=1, overflow="fold")
    for name in right:
        table.add_column(say(f"territory.column.{name}", lang=lang), justify="right")
    return table


def _lot(employer: str, job: Payload | None, basin: str | None) -> str:
    code, label = _end(job)
    named = f"{code} {label or ''}".strip() if code else ""
    return ", ".join(filter(None, (employer, named, basin)))


def _people(value: int | None, lang: Lang) -> str:
    return say("territory.table.masked", lang=lang) if value is None else number(value, lang=lang)


def _number(value: float | None, lang: Lang) -> str:
    return "?" if value is None else number(value, lang=lang)
