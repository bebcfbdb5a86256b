"""The project's own CSV files: their columns, and the rows that a referential and an overlay read alike."""

from collections.abc import Sequence
from typing import Final

from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, empty_table
from passerelles.model import (
    Competency,
    CompetencyKind,
    EcologicalRole,
    Status,
    Ternary,
)
from passerelles.referentials.draft import Draft
from passerelles.referentials.manifest import FILE_NAME

YES_NO: Final[dict[str, Ternary]] = {
    **dict.fromkeys(("yes", "oui", "o", "y", "1", "true", "vrai"), "yes"),
    **dict.fromkeys(("no", "non", "n", "0", "false", "faux"), "no"),
    **dict.fromkeys(("", "unknown", "inconnu", "?"), "unknown"),
}
ECOLOGICAL: Final[dict[str, EcologicalRole]] = {
    **dict.fromkeys(("green", "vert"), "green"),
    **dict.fromkeys(("strategic", "stratégique"), "strategic"),
    **dict.fromkeys(("neutral", "neutre", "blanc"), "neutral"),
    **dict.fromkeys(("brown", "brun"), "brown"),
    **dict.fromkeys(("", "unknown", "inconnu", "?"), "unknown"),
}
STATUS: Final[dict[str, Status]] = {
    **dict.fromkeys(("core", "coeur", "cœur", "coeur de métier", "principale"), "core"),
    **dict.fromkeys(("emerging", "émergente"), "emerging"),
    **dict.fromkeys(("", "other", "autre"), "other"),
}
_COMPETENCY_KIND: Final[dict[str, CompetencyKind]] = {
    "": "savoir-faire",
    "savoir-faire": "savoir-faire",
    "savoir-être": "savoir-être",
    "savoir": "savoir",
}
# Columns in which authors write to each other: no reader uses them.
_REMARKS: Final = frozenset({"note", "comment", "commentaire", "remarque"})


def read_own_table(
    source: FileSource,
    name: str,
    required: Sequence[str],
    draft: Draft,
    *,
    optional: Sequence[str] = (),
    needed: bool = False,
) -> Table:
    """Read one CSV file of the format; an absent one gives no rows, and an absent optional column empty cells."""
    there = source.find(name)
    if there is None:
        return empty_table(draft.shown(name))
    table = draft.read(source, there, needed=needed, required=required, strip=True)
    known = {*required, *optional, *_REMARKS}
    for column in table.header:
        if column and column not in known:
            draft.note("unknown_column", table, 1, column=column)
    return table


def check_names(source: FileSource, required: Sequence[str], optional: Sequence[str], draft: Draft) -> None:
    """Report the files that are missing, and those that the format does not know."""
    for name in required:
        if source.find(name) is None:
            draft.log.note("missing_required_file", file=draft.shown(name))
    known = {name.casefold() for name in (*required, *optional, FILE_NAME)}
    for name in source.names:
        if name.casefold().endswith(".csv") and name.casefold() not in known:
            draft.log.note("unknown_file", file=draft.shown(name))


def read_competencies(source: FileSource, draft: Draft, *, needed: bool = False) -> None:
    """Macro-competencies, then competencies with the macro-competency that each rolls up to."""
    table = read_own_table(source, "macro_competencies.csv", ("code", "label"), draft, optional=("parent", "kind"))
    for line, (code, label, parent, kind) in table.numbered("code", "label", "parent", "kind"):
        typed = draft.typed(_COMPETENCY_KIND, kind, "kind", table, line)
        broader = Competency(code, label or None, typed, macro=parent or None, is_macro=True)
        draft.declare("competencies", broader, table, line)
    optional = ("macro", "category", "expert")
    table = read_own_table(
        source, "competencies.csv", ("code", "label", "kind"), draft, optional=optional, needed=needed
    )
    for line, (code, label, kind, macro, category) in table.numbered("code", "label", "kind", "macro", "category"):
        if not kind:
            draft.note("invalid_kind", table, line, column="kind", value="", read=_COMPETENCY_KIND[""])
        typed = draft.typed(_COMPETENCY_KIND, kind, "kind", table, line)
        draft.declare("competencies", Competency(code, label or None, typed, macro or None, category), table, line)
