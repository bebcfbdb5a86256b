"""The project's own CSV files: their columns, and the rows that a referential and an overlay read alike."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, empty_table
from passerelles.language.say import LANGS, say
from passerelles.model import (
    Competency,
    CompetencyKind,
    EcologicalRole,
    Status,
    Ternary,
)
from passerelles.referentials.draft import Draft
from passerelles.referentials.manifest import FILE_NAME
from passerelles.referentials.sheets import heads, sheet_title

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
COMPETENCY_KIND: Final[dict[str, CompetencyKind]] = {
    **dict.fromkeys(("", "skill", "savoir-faire"), "savoir-faire"),
    **dict.fromkeys(("behaviour", "savoir-être"), "savoir-être"),
    **dict.fromkeys(("knowledge", "savoir"), "savoir"),
}
ACTION: Final[dict[str, Literal["add", "remove", "set"]]] = {
    **dict.fromkeys(("", "add", "ajouter", "ajout"), "add"),
    **dict.fromkeys(("remove", "retirer", "enlever", "supprimer", "ôter", "delete"), "remove"),
    **dict.fromkeys(("set", "modifier", "régler", "changer", "change"), "set"),
}
# Columns in which authors write to each other, and in which a migration asks and remembers: no reader uses them.
_REMARKS: Final = frozenset({"note", "comment", "commentaire", "remarque", "choice", "proposals"})
# What the rows of a table declare: where it cannot be read, the rows that name these would all be said to lead nowhere.
_DECLARES: Final = {
    "occupations.csv": "occupations",
    "specialised_occupations.csv": "occupations",
    "macro_competencies.csv": "competencies",
    "competencies.csv": "competencies",
    "credentials.csv": "credentials",
    "contexts.csv": "contexts",
    "tags.csv": "tags",
    "titles.csv": "titles",
}
# Columns that hold codes, in which a spreadsheet may have seen a date.
_CODES: Final = frozenset(
    {"code", "base", "parent", "macro", "occupation", "competency", "credential", "requires", "holder_of", "context"}
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.+)?|\d{1,2}/\d{1,2}/\d{2,4}")
_BROKEN: Final = re.compile(r"#(?:N/A|N/D|REF!|VALUE!|VALEUR!|NAME\?|NOM\?|DIV/0!|NUM!|NOMBRE!|NULL!|NUL!)|=.+")


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
    table = draft.read(source, there, needed=needed, required=required, strip=True, heads=heads())
    if not table.header and any(n.severity == "error" for n in table.notices):
        draft.unread.add(_DECLARES.get(name, name))
    table = _without_examples(_without_broken(table, draft))
    known = {*required, *optional, *_REMARKS}
    for column in table.header:
        if column and column not in known:
            draft.note("unknown_column", table, 1, column=column)
    return table


def _without_broken(table: Table, draft: Draft) -> Table:
    """Empty the cells in which a spreadsheet wrote an error or left a formula; say these, and dates for codes."""
    codes = [place for place, column in enumerate(table.header) if column in _CODES]
    for line, row in zip(table.lines, table.rows, strict=True):
        for place in codes:
            if _DATE.fullmatch(row[place]):
                draft.note("date_for_code", table, line, column=table.header[place], value=row[place])
        for place, cell in enumerate(row):
            if cell[:1] in ("#", "=") and _BROKEN.fullmatch(cell):
                draft.note("error_cell", table, line, column=table.header[place], value=cell)
                row[place] = ""
    return table


def _without_examples(table: Table) -> Table:
    """Leave out the rows that a form gives as examples: their first cell says so."""
    words = tuple(say("tables.form.example", lang=lang) for lang in LANGS)
    return table.keep([not next(filter(None, row), "").upper().startswith(words) for row in table.rows])


def check_names(source: FileSource, required: Sequence[str], optional: Sequence[str], draft: Draft) -> None:
    """Report the files that are missing, and those that the format does not know."""
    for name in required:
        if source.find(name) is None:
            draft.log.note("missing_required_file", file=draft.shown(name))
    known = {name.casefold() for name in (*required, *optional, FILE_NAME)}
    for name in source.names:
        if not name.casefold().endswith(".csv") or name.casefold() in known:
            continue
        if source.member(name).sheet:
            words = ", ".join(sheet_title(each.removesuffix(".csv"), "fr") for each in (*required, *optional))
            draft.log.note("unknown_sheet", file=draft.shown(name), words=words)
        else:
            draft.log.note("unknown_file", file=draft.shown(name))


def read_competencies(source: FileSource, draft: Draft, *, needed: bool = False) -> None:
    """Macro-competencies, then competencies with the macro-competency that each rolls up to."""
    table = read_own_table(source, "macro_competencies.csv", ("code", "label"), draft, optional=("parent", "kind"))
    for line, (code, label, parent, kind) in table.numbered("code", "label", "parent", "kind"):
        known = draft.word(COMPETENCY_KIND, kind, "kind", table, line)
        if known is None:
            draft.refused.add(("competencies", code))
            continue
        broader = Competency(code, label or None, known, macro=parent or None, is_macro=True)
        draft.declare("competencies", broader, table, line)
    optional = ("macro", "category", "expert")
    table = read_own_table(
        source, "competencies.csv", ("code", "label", "kind"), draft, optional=optional, needed=needed
    )
    for line, (code, label, kind, macro, category) in table.numbered("code", "label", "kind", "macro", "category"):
        if not kind:
            draft.note("invalid_kind", table, line, column="kind", value="", read=COMPETENCY_KIND[""])
        known = draft.word(COMPETENCY_KIND, kind, "kind", table, line)
        if known is None:
            draft.refused |= {("competencies", code), ("competencies", label)}
            continue
        draft.declare("competencies", Competency(code, label or None, known, macro or None, category), table, line)
