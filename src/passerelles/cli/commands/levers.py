"""``passerelles levers``: what to acquire to open the most jobs to the most people."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import Answer, emit, tell_reading
from passerelles.cli.commands.paths import DateOption
from passerelles.cli.options import (
    DataOption,
    Format,
    FormatOption,
    FragileOption,
    LangOption,
    Language,
    LimitOption,
    NoAccessOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    open_session,
)
from passerelles.language.say import Lang, say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.referentials.referential import Referential


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("levers", help=say("cli.command.levers"))(levers)


def levers(
    origin: Annotated[list[str] | None, typer.Option("--origin", help=say("cli.option.lever_origin"))] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help=say("cli.option.lever_target"))] = None,
    fragile: FragileOption = None,
    hiring: Annotated[Path | None, typer.Option("--hiring", help=say("cli.option.lever_hiring"))] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help=say("cli.option.lever_only"))] = None,
    data: DataOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    limit: LimitOption = 10,
    date: DateOption = None,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Choose what to acquire."""
    from passerelles.paths.levers import levers as choose
    from passerelles.report.envelope import envelope, print_notice_of_source
    from passerelles.views.spec import dicts
    from passerelles.views.terminal import print_page

    session = open_session(referential, overlay, data, settings, no_access=no_access, lang=lang)
    graph = session.graph
    people, jobs = _sides(graph.referential, origin or [], target or [], fragile, hiring, lang=lang.lang)
    day = None if date is None else date.date()
    table = session.certifications
    found = choose(graph, people, jobs, certifications=table, kinds=only or None, limit=limit, date=day)

    def show(console: "Console") -> None:
        print_page(console, found.page(lang.lang), lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    def payload() -> dict[str, Any]:
        totals = {"opened": found.total, "already": found.already, "possible": found.possible}
        more = {"totals": totals, "exact": found.exact, "guarantee": found.guarantee}
        return envelope("levers@1", graph, dicts(found, lang.lang)) | more

    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
    if not found:
        raise typer.Exit(1)


def _sides(
    referential: "Referential",
    origins: list[str],
    targets: list[str],
    fragile: Path | None,
    hiring: Path | None,
    *,
    lang: Lang,
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return people by job and the jobs to open, from what is typed and from the tables of a territory."""
    from passerelles.errors import PasserellesError
    from passerelles.referentials.referential import find_occupation, find_occupations
    from passerelles.territory.reading import read_lots

    people: Counter[str] = Counter()
    for name, number in _people(origins).items():
        people[find_occupation(referential, name)] += number
    jobs = set(find_occupations(referential, targets))
    if fragile is not None:
        lots = read_lots(referential, fragile, "fragile")
        tell_reading(lots, lang)
        for lot in lots.lots:
            people[lot.job] += lot.people
    if hiring is not None:
        lots = read_lots(referential, hiring, "hiring")
        tell_reading(lots, lang)
        jobs |= {lot.job for lot in lots.lots}
    if not people or not jobs:
        raise PasserellesError("levers_need_sides")
    return dict(people), tuple(sorted(jobs))


def _people(origins: list[str]) -> dict[str, int]:
    """Read ``CODE`` or ``CODE=people``."""
    from passerelles.errors import PasserellesError

    found: dict[str, int] = {}
    for text in origins:
        name, _, number = text.rpartition("=")
        if not name:
            name, number = text, "1"
        if not number.strip().isdigit():
            raise PasserellesError("people_invalid", code=name, value=repr(number))
        found[name.strip()] = found.get(name.strip(), 0) + int(number)
    return found
