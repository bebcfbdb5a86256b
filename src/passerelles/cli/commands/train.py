"""``passerelles train``: fit the scorers anew on a referential, and write them as the package ships them."""

from pathlib import Path
from typing import Annotated

import typer

from passerelles.cli.answer import message, write_text
from passerelles.cli.options import LangOption, Language, ReferentialOption, load_graph
from passerelles.language.say import say


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("train", help=say("cli.command.train"))(train)


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
