"""Commands on how right an engine is and what is told of it: evaluate, train, transparency, compare-runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli.given import Given, shared, write_text
from passerelles.errors import PasserellesError
from passerelles.io.atomic import check_free
from passerelles.language.say import Lang, say
from passerelles.views.spec import dicts

if TYPE_CHECKING:
    from passerelles.views.spec import Page


@shared("referential overlay no_access observed settings form output chart lang")
def evaluate(
    given: Given,
    methods: Annotated[str | None, typer.Option("--methods", help=say("cli.option.methods"))] = None,
    folds: Annotated[int, typer.Option("--folds", help=say("cli.option.folds"))] = 5,
    groupings: Annotated[int, typer.Option("--groupings", min=0, help=say("cli.option.groupings"))] = 0,
    predictions: Annotated[Path | None, typer.Option("--predictions", help=say("cli.option.predictions"))] = None,
) -> None:
    """Evaluate rankings, with a progress bar on stderr."""
    from passerelles.evaluation.evaluate import evaluate as run_evaluation
    from passerelles.evaluation.evaluate import with_observed, with_other_groupings

    given.check_chart()
    for path in filter(None, (predictions, given.output)):
        check_free(path, overwrite=True)  # before the minutes of work, not after
    names = None if methods is None else [name.strip() for name in methods.split(",") if name.strip()]
    graph, lang = given.graph, given.lang
    moves = given.observed_moves()
    with given.progress("evaluation.working") as tell:
        result = run_evaluation(graph, methods=names, folds=folds, progress=tell)
        if groupings:
            result = with_other_groupings(result, graph, methods=names, groupings=groupings, progress=tell)
        if moves is not None:
            result = with_observed(result, graph, moves, methods=names, progress=tell)
    if predictions is not None:
        result.write_predictions(predictions, overwrite=True)
        given.tell("cli.written", path=predictions)

    def page(lang: Lang) -> "Page":
        seen = [] if result.observed is None else [result.observed.page(lang)]
        return result.page(lang)._replace(details=[*seen, result.worst_of_best(lang)])

    def payload() -> dict[str, Any]:
        seen = {} if result.observed is None else {"observed": result.observed.to_dict(lang)}
        return given.scored("evaluate@1", dicts(result.results, lang)) | {"folds": result.folds} | seen

    given.emit(payload, result.sheets(lang), given.on_screen(page, unfold=2))
    given.draw(lambda charts: charts.method_comparison(result, lang=lang))


@shared("referential lang", referential="rome")
def train(
    given: Given, output: Annotated[Path, typer.Option("--output", "-o", help=say("cli.option.weights"))]
) -> None:
    """Fit, calibrate and write the scorers."""
    from passerelles.evaluation.train import train as fit_all
    from passerelles.scoring.scorer import scorer_text

    if not output.is_dir():
        raise PasserellesError("no_such_path", path=output)
    graph = given.graph
    with given.progress("cli.training") as tell:
        scorers = fit_all(graph, progress=tell)
    for name, scorer in scorers.items():
        path = output / f"{name}.json"
        write_text(scorer_text(scorer), path)
        given.tell("cli.written", path=path)


@shared("referential overlay no_access settings form output lang")
def transparency(given: Given) -> None:
    """Print what must be published and answered."""
    from passerelles.report.transparency import CHANGED, WEIGHT, duties

    graph, lang = given.graph, given.lang
    found = duties(graph)

    def payload() -> dict[str, Any]:
        return given.scored("transparency@1", dicts(found.points, lang)) | {
            "weights": [WEIGHT.to_dict(weight, lang) for weight in found.weights],
            "changed_settings": [CHANGED.to_dict(change, lang) for change in found.changed],
        }

    given.emit(payload, found.sheets(lang), given.on_screen(found.page, graph.referential))


@shared("limit form output lang", limit=20)
def compare_runs(
    given: Given,
    old: Annotated[Path, typer.Argument(help=say("cli.argument.old_run"))],
    new: Annotated[Path, typer.Argument(help=say("cli.argument.new_run"))],
) -> None:
    """Compare two stored results."""
    from passerelles.bulk.files import compare_runs as compare

    found = compare(old, new, limit=given.limit)
    given.emit(lambda: found.to_dict(given.lang), found.sheets(given.lang), given.on_screen(found.page))
