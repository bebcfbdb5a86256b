"""Commands on referentials and overlays, and on how right an engine is."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerelles.cli import own_overlays
from passerelles.cli.shared import (
    ACCEPT_ERRORS,
    CommandOptions,
    argument,
    is_on,
    json_text,
    message,
    option,
    shared,
    start_group,
    write_text,
)
from passerelles.errors import PasserellesError
from passerelles.io.atomic import check_free
from passerelles.language.say import Lang, day_text
from passerelles.views.spec import Page, dicts

if TYPE_CHECKING:
    from passerelles.referentials.referential import Referential

FileArgument = Annotated[Path, argument("overlay.file")]
NameArgument = Annotated[str, argument("overlay.name")]
OnOption = Annotated[str | None, option("overlay.on", "--referential", "-r")]


overlay = typer.Typer()
overlay.callback(invoke_without_command=True, help="overlay.command")(start_group)


@overlay.command("new", help="overlay.new")
@shared("lang")
def new(
    opts: CommandOptions,
    name: NameArgument,
    output: Annotated[Path, option("overlay.output", "--output", "-o")],
    referential: OnOption = None,
    whole: Annotated[bool, option("overlay.whole", "--whole")] = False,
) -> None:
    """Write an empty workbook to fill in."""
    loaded = None if referential is None else opts.open(referential).referential
    base = None if loaded is None else (loaded.name, loaded.version)
    own_overlays.write_form(name, output, schema="table" if whole else "overlay", base=base, lang=opts.lang)
    opts.tell("cli.written", path=output)
    if not whole:
        opts.tell("overlay.next", path=output)


@overlay.command("check", help="overlay.check")
@shared("form output lang")
def check(
    opts: CommandOptions, overlay: Annotated[str, argument("overlay.file")], referential: OnOption = None
) -> bool:
    """Say all that is wrong with an overlay, or with a referential of one's own; exit 1 on errors."""
    from passerelles.referentials.places import place_of
    from passerelles.referentials.validate import check_overlay
    from passerelles.referentials.validate import validate as run_validation

    is_referential = own_overlays.kind_of(place_of(overlay, "overlay")) == "referential"
    report = run_validation(overlay) if is_referential else check_overlay(overlay, _base(opts, overlay, referential))
    opts.emit(lambda: report.to_dict(opts.lang), report.sheets(opts.lang), opts.on_screen(report.page))
    return report.ok


@overlay.command("install", help="overlay.install")
@shared("lang")
def install(
    opts: CommandOptions,
    file: FileArgument,
    referential: OnOption = None,
    replace: Annotated[bool, option("overlay.replace", "--replace")] = False,
) -> None:
    """Keep a copy under its name."""
    base = _base(opts, file, referential)
    installed = own_overlays.install(file, base, replace=replace, accept_errors=is_on(ACCEPT_ERRORS))
    opts.tell(f"overlay.installed.{installed.kind}", name=installed.name)


@overlay.command("list", help="overlay.list")
@shared("lang")
def list_(opts: CommandOptions) -> None:
    """List the names that ``--overlay`` and ``--referential`` take."""
    for kind, name, origin in own_overlays.named_sources():
        words = (opts.say(f"overlay.kind.{kind}"), name, opts.say(f"overlay.origin.{origin}"))
        typer.echo("{:<24}{:<32}{}".format(*words).rstrip())


@overlay.command("remove", help="overlay.remove")
@shared("lang")
def remove(opts: CommandOptions, name: NameArgument) -> None:
    """Remove what was installed under a name."""
    for removed in own_overlays.remove(name):
        opts.tell("overlay.removed", kind=opts.say(f"overlay.kind.{removed.kind}"), name=name)


def _base(opts: CommandOptions, overlay: str | Path, named: str | None) -> "Referential":
    """Referential to check on: the one named, else the one that the overlay is written for, else the embedded one."""
    from passerelles.referentials.places import named_place

    stated = named or own_overlays.base_of(overlay)
    if named is None and stated is not None and named_place(stated, "referential") is None:
        opts.tell("overlay.base_absent", name=stated)
        stated = None
    return opts.open(stated or "transitions").referential


@shared("overlay no_access form output lang")
def validate(opts: CommandOptions, path: Annotated[str, argument("path")]) -> bool:
    """Validate a referential."""
    from passerelles.referentials.credentials import DEFAULT
    from passerelles.referentials.validate import validate as run_validation

    report = run_validation(path, overlays=opts.overlay or (), access=None if opts.no_access else DEFAULT)
    opts.emit(lambda: report.to_dict(opts.lang), report.sheets(opts.lang), opts.on_screen(report.page))
    return report.ok


@shared("referential overlay no_access settings lang")
def compile(  # noqa: A001 - the name of the command
    opts: CommandOptions,
    output: Annotated[Path, option("compile.output", "--output", "-o")],
    overwrite: Annotated[bool, option("compile.overwrite", "--overwrite")] = False,
) -> None:
    """Compile an index."""
    from passerelles.compiled import compile_index
    from passerelles.store import check_place

    check_place(output, overwrite=overwrite)  # before the work, not after
    opts.tell("compile.working", name=Path(opts.referential).name)
    graph = replace(opts.session, cache=False).graph  # one index is to be written, not two
    index = compile_index(graph, output, overwrite=overwrite)
    files = [index] if index.is_file() else list(index.iterdir())
    size = sum(file.stat().st_size for file in files) / 1_000_000
    name = f"{graph.referential.name} {graph.referential.version}"
    opts.tell("compile.done", path=index, name=name, n=len(graph.codes), megabytes=size)


@shared("lang")
def cache(opts: CommandOptions, clear: Annotated[bool, option("cache.clear", "--clear")] = False) -> None:
    """List the indexes of the cache, or clear them."""
    from passerelles.compiled import cached_indexes, clear_cache

    if clear:
        opts.tell("cache.cleared", n=len(clear_cache()))
        return
    indexes = cached_indexes()
    for index in indexes:
        about = index.stat()
        day, hour = datetime.fromtimestamp(about.st_mtime).astimezone().strftime("%Y-%m-%d %H:%M").split()
        used = f"{day_text(day, opts.lang)} {hour}"
        typer.echo(opts.say("cache.line", name=index.name, megabytes=about.st_size / 1_000_000, used=used))
    if not indexes:
        opts.tell("cache.empty")


@shared("lang")
def download(
    opts: CommandOptions,
    name: Annotated[str, argument("name")],
    from_file: Annotated[Path | None, option("from_file", "--from")] = None,
) -> None:
    """Download a referential, with a progress bar on stderr."""
    from passerelles.referentials.download import download_referential, read_download_record

    with opts.progress("cli.downloading", unit="bytes", name=name) as tell:
        path = download_referential(name, from_file=from_file, progress=tell)
    record = read_download_record(name)
    message(record.sentence(path, opts.lang) if record else opts.say("cli.written", path=path))


@shared("referential overlay no_access lang")
def export(
    opts: CommandOptions,
    path: Annotated[Path, argument("output")],
    form: Annotated[str | None, option("export_format", "--format", "-f")] = None,
    overwrite: Annotated[bool, option("overwrite", "--overwrite")] = False,
) -> None:
    """Export the typed graph."""
    from passerelles.graph.export import GRAPH_FORMATS, export_graph, graph_format

    chosen = graph_format(path, form)
    if path.suffix.removeprefix(".").casefold() in {*GRAPH_FORMATS} - {chosen}:
        raise PasserellesError("output_differs", path=path, form=form)
    opts.tell("cli.written", path=export_graph(opts.graph, path, format=chosen, overwrite=overwrite))


@shared("lang")
def schema(
    opts: CommandOptions,
    name: Annotated[str | None, argument("schema.name")] = None,
    output: Annotated[Path | None, option("schema.output", "--output", "-o")] = None,
) -> None:
    """Print or write JSON Schemas."""
    from passerelles.report.schemas import SHAPES, json_schema

    if name is None and output is not None and output.is_dir():
        for shape in SHAPES:
            place = output / f"{shape}.schema.json"
            write_text(json_text(json_schema(shape), place), place)
        opts.tell("schema.written", n=len(SHAPES), path=output)
        return
    schemas = {shape: json_schema(shape) for shape in SHAPES} if name is None else json_schema(name)
    write_text(json_text(schemas, output), output)
    if output is not None:
        opts.tell("cli.written", path=output)


@shared("referential overlay no_access observed settings form output chart lang")
def evaluate(
    opts: CommandOptions,
    methods: Annotated[str | None, option("methods", "--methods")] = None,
    folds: Annotated[int, option("folds", "--folds")] = 5,
    groupings: Annotated[int, option("groupings", "--groupings", min=0)] = 0,
    predictions: Annotated[Path | None, option("predictions", "--predictions")] = None,
) -> None:
    """Evaluate rankings, with a progress bar on stderr."""
    from passerelles.evaluation.evaluate import evaluate as run_evaluation
    from passerelles.evaluation.evaluate import with_observed, with_other_groupings

    if predictions is not None:
        if predictions.suffix.casefold() not in ("", ".csv", ".txt"):
            raise PasserellesError("resolve_output", path=predictions, known=".csv")
        check_free(predictions, overwrite=True)  # before the minutes of work, not after
    names = None if methods is None else [name.strip() for name in methods.split(",") if name.strip()]
    graph, lang = opts.graph, opts.lang
    moves = opts.session.observed_moves
    with opts.progress("evaluation.working") as tell:
        result = run_evaluation(graph, methods=names, folds=folds, progress=tell)
        if groupings:
            result = with_other_groupings(result, graph, methods=names, groupings=groupings, progress=tell)
        if moves is not None:
            result = with_observed(result, graph, moves, methods=names, progress=tell)
    if predictions is not None:
        result.write_predictions(predictions, overwrite=True)
        opts.tell("cli.written", path=predictions)

    def page(lang: Lang) -> "Page":
        observed = [] if result.observed is None else [result.observed.page(lang)]
        return result.page(lang)._replace(details=[*observed, result.worst_of_best(lang)])

    def payload() -> dict[str, Any]:
        observed = {} if result.observed is None else {"observed": result.observed.to_dict(lang)}
        return opts.scored("evaluate@1", dicts(result.results, lang)) | {"folds": result.folds} | observed

    opts.emit(payload, result.sheets(lang), opts.on_screen(page, opts.graph.referential, unfold=2))
    opts.draw(lambda charts: charts.method_comparison(result, lang=lang))


@shared("referential lang", referential="rome")
def train(opts: CommandOptions, output: Annotated[Path, option("weights", "--output", "-o")]) -> None:
    """Fit, calibrate and write the scorers."""
    from passerelles.evaluation.train import train as fit_all
    from passerelles.scoring.scorer import scorer_text

    if not output.is_dir():
        raise PasserellesError("write_no_folder", path=output)
    graph = opts.graph
    with opts.progress("cli.training") as tell:
        scorers = fit_all(graph, progress=tell)
    for name, scorer in scorers.items():
        path = output / f"{name}.json"
        write_text(scorer_text(scorer), path)
        opts.tell("cli.written", path=path)


@shared("referential overlay no_access settings form output lang")
def transparency(opts: CommandOptions) -> None:
    """Print what must be published and answered."""
    from passerelles.report.transparency import CHANGED, WEIGHT, duties

    graph, lang = opts.graph, opts.lang
    answers = duties(graph)

    def payload() -> dict[str, Any]:
        return opts.scored("transparency@1", dicts(answers.points, lang)) | {
            "weights": [WEIGHT.to_dict(weight, lang) for weight in answers.weights],
            "changed_settings": [CHANGED.to_dict(change, lang) for change in answers.changed],
        }

    opts.emit(payload, answers.sheets(lang), opts.on_screen(answers.page, graph.referential))


@shared("limit form output lang", limit=20)
def compare_runs(
    opts: CommandOptions,
    old: Annotated[Path, argument("old_run")],
    new: Annotated[Path, argument("new_run")],
) -> None:
    """Compare two stored results."""
    from passerelles.bulk.files import compare_runs as compare

    comparison = compare(old, new, limit=opts.limit)
    opts.emit(lambda: comparison.to_dict(opts.lang), comparison.sheets(opts.lang), opts.on_screen(comparison.page))
