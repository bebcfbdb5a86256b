"""An allocation, a ranking or scenarios of a territory on a terminal; read off what may be published."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import listed
from passerelles.territory.sheets import end_of

if TYPE_CHECKING:
    from rich.console import Console

Payload = Mapping[str, Any]
_SHOWN: Final = 12


def print_allocation(console: "Console", found: Payload, *, summary: str, lang: Lang = "fr") -> None:
    """Print an allocation: flows, people without a solution, openings left, what would change, proof."""
    if summary:
        console.print(Text(summary, style="bold"))
    for note in found["notes"]:
        console.print(Text(note["sentence"], style="dim"))
    for row in found["set_aside"][:_SHOWN]:
        place = say("territory.where.row", lang=lang, file=row["file"], row=str(row["row"]))
        line = say("territory.where.problem", lang=lang, place=place, what=row["reason"])
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
    _print_resolved(console, found, lang)
    if found["bounds"]["status"] == "infeasible":
        unmet = ", ".join(found["unmet_floors"])
        key = "infeasible" if unmet else "infeasible_together"
        console.print(say(f"territory.table.{key}", lang=lang, groups=unmet))
        return
    table = _table("match", ("from", "to"), ("people", "hours", "chance", "km"), lang)
    for f in found["results"]:
        same = f.get("same_job")
        hours = say("territory.table.same_job", lang=lang) if same else _number(f["hours_per_person"]["expected"], lang)
        table.add_row(
            _lot(_others(f, "fragile", lang), f["origin"], f["from_basin"]),
            _lot(_others(f, "hiring", lang), f["target"], None if f["to_basin"] == f["from_basin"] else f["to_basin"]),
            _people(f["people"], lang), hours, _chance(f, lang), _number(f.get("km"), lang),
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
            console.print(Padding(change["sentence"], (0, 0, 0, 2)))
    proven = [stage for stage in found["bounds"]["objectives"] if stage["value"] is not None]
    if proven:
        console.print(Text(say("territory.title.certificate", lang=lang), style="bold"))
        for stage in proven:
            name = say(f"territory.objective.{stage['name']}", lang=lang)
            shown = {k: number(stage[k], lang=lang) for k in ("value", "bound", "gap")}
            proof = say("territory.table.certificate", lang=lang, name=name, **shown)
            console.print(Padding(proof, (0, 0, 0, 2)))


def _chance(row: Payload, lang: Lang) -> str:
    """Chance of a move; none where the job stays the same."""
    chance = row.get("probability")
    return "–" if row.get("same_job") else "?" if chance is None else percent(chance, lang=lang)


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
        named = listed((", ".join((lot["employer"], lot["job"], lot["basin"])) for lot in lots), lang)
        title = say(f"territory.table.{name}", lang=lang)
        console.print(Text(say("territory.table.hidden_lots", lang=lang, name=title, list=named), style="dim"))


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
        code, label = end_of(r["job"])
        shown = percent(r["confidence"], lang=lang)
        table = r["file"] or say(f"territory.table.{r['side']}", lang=lang)
        text = say(
            "territory.table.resolved", lang=lang, table=table, row=str(r["row"] or "?"), given=r["given"], code=code,
            label=label, confidence=shown,
        )  # fmt: skip
        console.print(Padding(text, (0, 0, 0, 2)))


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
    table: Table | None = None
    for r in found:
        if r["rank"] == 1:
            if table is not None:
                console.print(table)
            console.print()
            console.print(Text(_end_of_ranked(r, near), style="bold"))
            count = "openings" if far == "hiring" else "people"
            table = _table(
                None, ("to" if far == "hiring" else "from",), (count, "score", "chance", "hours", "tension", "km"), lang
            )
        if table is not None:
            table.add_row(*_ranked_row(r, far, lang))
    if table is not None:
        console.print(table)


def _end_of_ranked(ranked: Payload, side: str, *, far: bool = False) -> str:
    """Name of one end: a survey is no employer, and the basin of the far end is only told where it is another."""
    job, basin = ("origin", "from_basin") if side == "fragile" else ("target", "to_basin")
    employer = "" if side == "hiring" and ranked["family"] else ranked[f"{side}_employer"]
    known = far and ranked["from_basin"] == ranked["to_basin"]
    return _lot(employer, ranked[job], None if known else ranked[basin])


def _ranked_row(ranked: Payload, far: str, lang: Lang) -> tuple[str, ...]:
    score = number(ranked["score"], lang=lang, decimals=2)
    name = _end_of_ranked(ranked, far, far=True)
    if ranked["other_jobs"]:
        name = say("territory.table.other_jobs", lang=lang, lot=name, n=len(ranked["other_jobs"]))
    if ranked["unknown"]:
        score = say("territory.table.score_partial", lang=lang, score=score)
    return (
        name,
        _openings(ranked, lang) if far == "hiring" else _number(ranked["headcount"], lang),
        score,
        _chance(ranked, lang),
        _number(ranked["hours_per_person"]["expected"], lang),
        _between(ranked["market"]["tension"], lang),
        _number(ranked["km"], lang),
    )


def _openings(ranked: Payload, lang: Lang) -> str:
    projects = ranked["market"]["projects"]
    return _number(ranked["openings"], lang) if projects is None else _between(projects, lang)


def _between(figure: Payload, lang: Lang) -> str:
    """One number, or both ends of what is known within bounds."""
    low, high = (_number(figure[end], lang) for end in ("low", "high"))
    return low if low == high else f"{low}–{high}"


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
    code, label = end_of(job)
    named = f"{code} {label or ''}".strip() if code else ""
    return ", ".join(filter(None, (employer, named, basin)))


def _people(value: int | None, lang: Lang) -> str:
    return say("territory.table.masked", lang=lang) if value is None else number(value, lang=lang)


def _number(value: float | None, lang: Lang) -> str:
    return "?" if value is None else number(value, lang=lang)
