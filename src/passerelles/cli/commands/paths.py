"""``passerelles paths``: how to get from an occupation to others, in one step or several."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerelles.cli.answer import Answer, emit
from passerelles.cli.commands.rank import read_origin
from passerelles.cli.options import (
    ChartOption,
    DataOption,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    load_graph,
)
from passerelles.cli.pictures import check_chart, write_chart
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console

    from passerelles.market.certifications import Certifications
    from passerelles.referentials.referential import Referential

FrameOption = Annotated[str | None, typer.Option("--frame", help=say("cli.option.frame"))]
StepsOption = Annotated[int, typer.Option("--max-steps", min=1, max=6, help=say("cli.option.max_steps"))]
HiringOption = Annotated[Path | None, typer.Option("--hiring", help=say("cli.option.hiring_jobs"))]
PathsExplainOption = Annotated[int, typer.Option("--explain", min=0, help=say("cli.option.explain_paths"))]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("paths", help=say("cli.command.paths"))(paths)


def paths(
    ends: Annotated[list[str], typer.Argument(metavar="ORIGIN TARGET...", help=say("cli.argument.ends"))],
    profile: Annotated[Path | None, typer.Option("--profile", help=say("cli.option.profile"))] = None,
    frame: FrameOption = None,
    max_steps: StepsOption = 3,
    pareto: Annotated[bool, typer.Option("--pareto", help=say("cli.option.pareto"))] = False,
    hiring: HiringOption = None,
    data: DataOption = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    limit: LimitOption = 5,
    explain: PathsExplainOption = 1,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Rank the paths from an origin to targets."""
    from passerelles import charts
    from passerelles.errors import PasserellesError
    from passerelles.paths.legal import find_frame
    from passerelles.paths.rank import rank_paths
    from passerelles.paths.sheets import path_sheets
    from passerelles.ranking.origin import find_start
    from passerelles.report.envelope import envelope
    from passerelles.report.paths import print_paths
    from passerelles.report.terminal import print_notice_of_source

    check_chart(chart)
    start = read_origin(None, profile) if profile else ends[0]
    targets = ends if profile else ends[1:]
    if not targets:
        raise PasserellesError("paths_needs_target")
    asked = None if frame is None else find_frame(frame)
    graph = load_graph(referential, overlay, settings)
    found = rank_paths(
        graph,
        start,
        targets=targets,
        frame=asked,
        max_steps=max_steps,
        certifications=certifications_of(data),
        pareto=pareto,
        limit=limit,
        hiring=_hiring(hiring, graph.referential),
    )
    end = find_start(graph, start).end
    key = "paths.title" if end.code else "paths.title_profile"
    title = say(key, lang=lang.lang, label=end.label or end.code, code=end.code)

    def show(console: "Console") -> None:
        name = asked.name if asked else None
        print_paths(console, found, title=title, frame=name, explained=explain, lang=lang.lang)
        print_notice_of_source(console, graph.referential, lang=lang.lang)

    payload = envelope("paths@1", graph, [p.to_dict(lang.lang) for p in found])
    payload["targets"] = [r.to_dict() for r in found.reached]
    emit(Answer(payload, path_sheets(found, lang=lang.lang), show), form=form, output=output, lang=lang.lang)
    if found:
        write_chart(chart, lambda: charts.path_ladder(found[0], lang=lang.lang), lang=lang)
    if all(p.status == "infeasible" for p in found):
        raise typer.Exit(1)


def _hiring(path: Path | None, referential: "Referential") -> tuple[str, ...] | None:
    """Return the codes of a list of hiring jobs."""
    from passerelles.market.joblist import load_job_list

    if path is None:
        return None
    return tuple(sorted({e.occupation for e in load_job_list(path, referential).entries if e.status == "hiring"}))


def certifications_of(folders: list[Path] | None) -> "Certifications | None":
    """Certifications of the data folders: those named, else that of the variable PASSERELLES_DATA; None without any."""
    import os

    from passerelles.errors import PasserellesError
    from passerelles.market.certifinfo import load_certifications

    given = os.environ.get("PASSERELLES_DATA")
    places = folders or ([Path(given)] if given and Path(given).is_dir() else [])
    for place in places:
        try:
            return load_certifications(place)
        except PasserellesError as error:
            if error.key != "no_certifications_data":
                raise
    return None
