"""Commands on how right an engine is and what is told of it: evaluate, train, transparency, compare-runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.answer import Answer, check_chart, emit, message, on_screen, tell_notices, write_chart, write_text
from passerelles.cli.options import (
    ChartOption,
    Format,
    FormatOption,
    LangOption,
    Language,
    LimitOption,
    NoAccessOption,
    ObservedOption,
    OutputOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    load_graph,
)
from passerelles.language.say import say

if TYPE_CHECKING:
    from rich.console import Console


def evaluate(
    methods: Annotated[str | None, typer.Option("--methods", help=say("cli.option.methods"))] = None,
    folds: Annotated[int, typer.Option("--folds", help=say("cli.option.folds"))] = 5,
    groupings: Annotated[int, typer.Option("--groupings", min=0, help=say("cli.option.groupings"))] = 0,
    observed: ObservedOption = None,
    predictions: Annotated[Path | None, typer.Option("--predictions", help=say("cli.option.predictions"))] = None,
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    chart: ChartOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Evaluate rankings, with a progress bar on stderr."""
    from passerelles import charts
    from passerelles.evaluation.evaluate import evaluate as run_evaluation
    from passerelles.evaluation.evaluate import with_observed, with_other_groupings
    from passerelles.io.atomic import check_free
    from passerelles.market.own_lists import load_observed
    from passerelles.progress import progress_bar
    from passerelles.report.envelope import envelope
    from passerelles.views.terminal import print_page

    check_chart(chart)
    for path in (predictions, output):
        if path is not None:
            check_free(path, overwrite=True)  # before the minutes of work, not after
    names = None if methods is None else [name.strip() for name in methods.split(",") if name.strip()]
    graph = load_graph(referential, overlay, settings, no_access=no_access, lang=lang)
    moves = None if observed is None else load_observed(observed, graph.referential)
    if moves is not None:
        tell_notices(moves.notices, lang.lang)
    with progress_bar(say("evaluation.working", lang=lang.lang), lang=lang.lang) as tell:
        result = run_evaluation(graph, methods=names, folds=folds, progress=tell)
        if groupings:
            result = with_other_groupings(result, graph, methods=names, groupings=groupings, progress=tell)
        if moves is not None:
            result = with_observed(result, graph, moves, methods=names, progress=tell)
    if predictions is not None:
        result.write_predictions(predictions, overwrite=True)
        message(say("cli.written", lang=lang.lang, path=predictions))

    def show(console: "Console") -> None:
        seen = [] if result.observed is None else [result.observed.page(lang.lang)]
        page = result.page(lang.lang)._replace(details=[*seen, result.worst_of_best(lang.lang)])
        print_page(console, page, unfold=1 + len(seen), lang=lang.lang)

    def payload() -> dict[str, Any]:
        seen = {} if result.observed is None else {"observed": result.observed.to_dict(lang.lang)}
        items = [r.to_dict(lang.lang) for r in result.results]
        return envelope("evaluate@1", graph, items) | {"folds": result.folds} | seen

    emit(Answer(payload, result.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)
    write_chart(chart, lambda: charts.method_comparison(result, lang=lang.lang), lang=lang)


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help=say("cli.option.weights"))],
    referential: ReferentialOption = "rome",
    lang: LangOption = Language.FR,
) -> None:
    """Fit, calibrate and write the scorers."""
    from passerelles.errors import PasserellesError
    from passerelles.evaluation.train import train as fit_all
    from passerelles.progress import progress_bar
    from passerelles.scoring.scorer import scorer_text

    if not output.is_dir():
        raise PasserellesError("no_such_path", path=output)
    graph = load_graph(referential, None)
    with progress_bar(say("cli.training", lang=lang.lang), lang=lang.lang) as tell:
        scorers = fit_all(graph, progress=tell)
    for name, scorer in scorers.items():
        path = output / f"{name}.json"
        write_text(scorer_text(scorer), path)
        message(say("cli.written", lang=lang.lang, path=path))


def transparency(
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    settings: SettingsOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Print what must be published and answered."""
    from passerelles.report.envelope import envelope
    from passerelles.report.transparency import CHANGED, WEIGHT, duties
    from passerelles.views.spec import dicts

    graph = load_graph(referential, overlay, settings, no_access=no_access, lang=lang)
    found = duties(graph)

    def payload() -> dict[str, Any]:
        return envelope("transparency@1", graph, dicts(found.points, lang.lang)) | {
            "weights": [WEIGHT.to_dict(weight, lang.lang) for weight in found.weights],
            "changed_settings": [CHANGED.to_dict(change, lang.lang) for change in found.changed],
        }

    show = on_screen(found.page, graph.referential, lang)
    emit(Answer(payload, found.sheets(lang.lang), show), form=form, output=output, lang=lang.lang)


def compare_runs(
    old: Annotated[Path, typer.Argument(help=say("cli.argument.old_run"))],
    new: Annotated[Path, typer.Argument(help=say("cli.argument.new_run"))],
    limit: LimitOption = 20,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = Language.FR,
) -> None:
    """Compare two stored results."""
    from passerelles.bulk.runs import compare_runs as compare
    from passerelles.views.terminal import print_page

    found = compare(old, new, limit=limit)

    def show(console: "Console") -> None:
        print_page(console, found.page(lang.lang), lang=lang.lang)

    emit(Answer(lambda: found.to_dict(lang.lang), found.sheets(lang.lang), show), form=form, output=output,
         lang=lang.lang)  # fmt: skip
