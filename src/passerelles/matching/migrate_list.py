"""A list of old codes migrated row by row, for a person to review; a second run honours the choices."""

from typing import Final

from passerelles.io.xlsx import Cell, cell_text
from passerelles.language.say import Lang, say
from passerelles.matching.migrate import Migration, Versions
from passerelles.matching.worklist import Worklist

_MOST: Final = 5
CHOICE: Final = "choix"
ADDED: Final = (
    *("nouveau_code", "nouveau_label", "statut", "pourquoi"),
    *(f"{name}_{n}" for n in range(1, _MOST + 1) for name in ("code", "label", "part")),
    *("fusion", CHOICE),
)
"""Columns that a migrated list has beside its own, in order; `part` is a share of titles, `fusion` old codes."""


def migrate_list(
    versions: Versions, worklist: Worklist, column: str, *, title_column: str | None = None, lang: Lang = "fr"
) -> tuple[Worklist, list[Migration]]:
    """
    Migrate a column of codes.

    Parameters
    ----------
    versions
        The two versions.
    worklist
        The list; columns of an earlier run are replaced, except `choix`: a code of the loaded version there holds.
    column, title_column
        Column of the codes, and of the job titles or their codes where there is one.
    lang
        Language of the column ``pourquoi``.

    Returns
    -------
    worklist, migrations
        As many rows as the list, in its order; a row without a code is unknown.

    Raises
    ------
    PasserellesError
        If there is no such column.
    """
    place = worklist.place(column)
    beside = None if title_column is None else worklist.place(title_column)
    choice = worklist.find(CHOICE)
    found: list[Migration] = []
    cells: list[list[Cell]] = []
    for row in worklist.rows:
        code = cell_text(row[place])
        title = "" if beside is None else cell_text(row[beside])
        one = versions.migrate(code, title) if code else Migration("", title, "unknown", None, "none", ())
        chosen = "" if choice is None else cell_text(row[choice])
        if chosen.upper() in versions.new.occupation_by_code:
            one = versions.chosen(one, chosen.upper())
        found.append(one)
        cells.append(_cells(versions, one, chosen, lang))
    own = {worklist.header[place], title_column}
    kept = worklist.without([name for name in ADDED if name not in own])
    return kept.beside(ADDED, cells), found


def _cells(versions: Versions, found: Migration, choice: str, lang: Lang) -> list[Cell]:
    label = versions.new.occupation_by_code[found.destination].name if found.destination else ""
    listed: list[Cell] = []
    for one in found.destinations[:_MOST]:
        listed += [one.code, one.label, "" if one.share is None else round(one.share, 4)]
    listed += [""] * (3 * _MOST - len(listed))
    merges = sorted({code for d in found.destinations if d.code == found.destination for code in d.merges})
    outcome = say(f"resolve.migrate.outcome.{found.outcome}", lang=lang)
    return [found.destination or "", label, outcome, found.why(lang), *listed, ", ".join(merges), choice]
