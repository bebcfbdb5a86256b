"""The project's own CSV files: their columns, and the rows that a referential and an overlay read alike."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import isfinite
from typing import Final, Literal

from passerelles.codes import circles
from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, empty_table
from passerelles.model import (
    UNKNOWN_HOURS,
    Competency,
    CompetencyKind,
    Credential,
    CredentialKind,
    CredentialRequirement,
    EcologicalRole,
    Hours,
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
_CREDENTIAL_KIND: Final[dict[str, CredentialKind]] = {
    "": "certificat",
    "permis": "permis",
    "titre": "titre",
    "certificat": "certificat",
    "autorisation": "autorisation",
    "habilitation": "habilitation",
    "diplôme": "diplôme",
}
_LINK_KIND: Final[dict[str, Literal["required", "option"]]] = {
    **dict.fromkeys(("", "required", "requis", "exigé"), "required"),
    **dict.fromkeys(("option", "optional", "facultatif"), "option"),
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


def read_credentials(source: FileSource, draft: Draft) -> None:
    """Credentials with hours and prerequisites; hours without a source, or in disorder, are read as unknown."""
    hours = ("hours_low", "hours_expected", "hours_high", "hours_source")
    texts = ("source", "certifinfo", "rncp", "note")
    table = read_own_table(source, "credentials.csv", ("code", "label", "kind"), draft, optional=(*hours, *texts))
    for line, (code, label, kind, *cells) in table.numbered("code", "label", "kind", *hours, *texts):
        if not kind:
            draft.note("invalid_kind", table, line, column="kind", value="", read=_CREDENTIAL_KIND[""])
        if code and not label:
            draft.note("label_missing", table, line, subject=code)
        text, certifinfo, rncp, remark = cells[len(hours) :]
        credential = Credential(
            code=code,
            label=label or code,
            kind=draft.typed(_CREDENTIAL_KIND, kind, "kind", table, line),
            hours=_hours(cells[: len(hours)], draft, table, line),
            source=text,
            certifinfo=certifinfo or None,
            rncp=rncp or None,
            note=remark,
        )
        draft.declare("credentials", credential, table, line)
    keys = ("credential", "requires")
    table = read_own_table(source, "credential_prerequisites.csv", keys, draft, optional=("source",))
    table = draft.linked(draft.keyed(table, *keys), credential="credentials", requires="credentials")
    for code, required in table.columns(*keys):
        known = draft.credentials[code]
        draft.credentials[code] = replace(known, prerequisites=tuple(sorted({*known.prerequisites, required})))
    _note_prerequisite_circles(draft)


def _hours(cells: Sequence[str], draft: Draft, table: Table, line: int) -> Hours:
    *figures, source = cells
    try:
        values = [_figure(cell) for cell in figures]
    except ValueError:
        draft.note("hours_invalid", table, line, value=" / ".join(figures))
        return UNKNOWN_HOURS
    known = [value for value in values if value is not None]
    if known != sorted(known) or not all(isfinite(value) and value >= 0 for value in known):
        draft.note("hours_invalid", table, line, value=" / ".join(figures))
        return UNKNOWN_HOURS
    if known and not source:
        draft.note("hours_unsourced", table, line, value=" / ".join(figures))
        return UNKNOWN_HOURS
    return Hours(values[0], values[1], values[2], source)


def _figure(cell: str) -> float | None:
    """Read a number as a French or an English spreadsheet writes it: ``1 120,5``, ``1120.5``."""
    plain = "".join(cell.split()).replace(",", ".")
    return float(plain) if plain else None


def _note_prerequisite_circles(draft: Draft) -> None:
    """
    Say which prerequisites run in a circle, once for each circle.

    They are kept: nobody could obtain these credentials, and paths that take one say so.
    """
    direct = {code: credential.prerequisites for code, credential in draft.credentials.items()}
    for circle in circles(direct):
        required = min(code for code in direct[circle[0]] if code in circle)
        draft.note("cyclic_prerequisite", subject=circle[0], other=required)


def read_credential_requirements(source: FileSource, draft: Draft, *, skipped: Collection[str] = ()) -> None:
    """What each occupation demands, and what merely leads to it; rows of the occupations `skipped` are left out."""
    keys = ("occupation", "credential")
    table = read_own_table(source, "credential_requirements.csv", keys, draft, optional=("kind", "source"))
    table = table.keep([occupation not in skipped for occupation in table.column("occupation")])
    table = draft.linked(draft.keyed(table, *keys), occupation="occupations", credential="credentials")
    for line, (occupation, credential, kind, text) in table.numbered(*keys, "kind", "source"):
        typed = draft.typed(_LINK_KIND, kind, "kind", table, line)
        draft.credential_requirements[occupation, credential] = CredentialRequirement(
            occupation, credential, typed, text
        )
