"""``passerelles rank --profiles``: many people at once, file to file, with a progress bar or lines in a log."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from passerelles.cli.answer import message
from passerelles.language.say import Lang, say

if TYPE_CHECKING:
    from passerelles.graph.core import OccupationGraph


def rank_people(
    graph: "OccupationGraph",
    profiles: list[str],
    output: Path | None,
    rejects: Path | None,
    *,
    limit: int,
    form: str | None,
    lang: Lang,
) -> None:
    """
    Rank files of profiles and say how many were ranked and refused; what they hold is never shown.

    Raises
    ------
    PasserellesError
        If no output is given, or a file cannot be read or written.
    typer.Exit
        With 1 where not one profile was ranked.
    """
    from passerelles.bulk.files import inputs_of, rank_files
    from passerelles.bulk.profiles import need_arrow, rows_of_file
    from passerelles.errors import PasserellesError
    from passerelles.progress import progress_bar

    need_arrow()
    if output is None:
        raise PasserellesError("profiles_need_output")
    files = inputs_of(profiles)
    counts = [rows_of_file(file) for file in files]
    total = None if None in counts else sum(n for n in counts if n is not None)
    with progress_bar(say("bulk.ranking", lang=lang), total=total, lang=lang) as tell:
        done = rank_files(graph, files, output, rejects=rejects, limit=limit, form=form, progress=tell, lang=lang)
    if done.kept:
        message(say("bulk.kept", lang=lang, n=done.kept))
    message(say("bulk.done", lang=lang, n=done.ranked, path=done.output))
    message(say("bulk.refused", lang=lang, n=done.refused, path=done.rejects))
    if not done.ranked:
        raise typer.Exit(1)


def refuse_beside_profiles(options: list[str]) -> None:
    """
    Refuse options that say nothing to a ranking of many people, rather than ignore them.

    Raises
    ------
    PasserellesError
        If there are any.
    """
    from passerelles.errors import PasserellesError

    if options:
        raise PasserellesError("profiles_alone", options=", ".join(options))
