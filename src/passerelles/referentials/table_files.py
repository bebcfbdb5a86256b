"""The project's own CSV files: their columns, and the rows that a referential and an overlay read alike."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from passerelles.files.source import FileSource
from passerelles.files.tabular import Table, empty_table, read_table
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

YES_NO: Final[dict[str, Ternary]] = {
    **dict.fromkeys(("yes", "oui", "o", "y", "1", "true", "vrai"), "yes"),
    **dict.fromkeys(("no", "non", "n", "0", "false", "faux"), "no"),
    **dict.fromkeys(("", "unknown", "inconnu", "?"), "unknown"),
}
ECOLOGICAL: Final[dict[str, EcologicalRole]] = {
    **dict.fromkeys(("green", "vert"), "green"),
    **dict.fromkeys(("strategic", "stratégique"), "strategic"),
    **dict.fromkeys(("neutral", "blanc"), "neutral"),
    **dict.fromkeys(("brown", "brun"), "brown"),
    **dict.fromkeys(("", "unknown", "inconnu"), "unknown"),
}
STATUS: Final[dict[str, Status]] = {
    **dict.fromkeys(("core", "coeur", "cœur", "principale"), "core"),
    **dict.fromkeys(("emerging", "émergente"), "emerging"),
    **dict.fromkeys(("", "other", "autre"), "other"),
}
_COMPETENCY_KIND: Final[dict[str, CompetencyKind]] = {
    "savoir-faire": "savoir-faire",
    "": "savoir-faire",
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
_LINK_KIND: Final[Mapping[str, str]] = {"": "required", "required": "required", "option": "option"}


def read_own_table(
    source: FileSource, name: str, required: Sequence[str], draft: Draft, *, optional: Sequence[str] = ()
) -> Table:
    """Read one CSV file of the format; an absent one gives no rows (most are optional, and so unremarkable)."""
    if name not in source.names:
        return empty_table(name)
    table = read_table(source.read(name), name=name, required=required, optional=())
    known = {*required, *optional, "note", "comment", "commentaire"}
    for column in table.header:
        if column and column not in known:
            draft.note("unknown_column", file=name, line=1, column=column)
    draft.took(table)
    table.rows[:] = [[cell.strip() for cell in row] for row in table.rows]
    return table


def read_competencies(source: FileSource, draft: Draft) -> None:
    """Macro-competencies, then competencies with the macro-competency that each rolls up to."""
    table = read_own_table(source, "macro_competencies.csv", ("code", "label"), draft, optional=("parent", "kind"))
    for line, (code, label, parent, kind) in table.numbered("code", "label", "parent", "kind"):
        typed = draft.coded(_COMPETENCY_KIND, kind.casefold(), column="kind", table=table, line=line)
        broader = Competency(code, label or None, typed, macro=parent or None, is_macro=True)
        draft.declare("competencies", code, broader, table=table, line=line)
    table = read_own_table(
        source, "competencies.csv", ("code", "label", "kind"), draft, optional=("macro", "category", "expert")
    )
    for line, (code, label, kind, macro, category) in table.numbered("code", "label", "kind", "macro", "category"):
        typed = draft.coded(_COMPETENCY_KIND, kind.casefold(), column="kind", table=table, line=line)
        lost = bool(macro) and draft.nowhere(macro, "competencies", table=table, line=line)
        competency = Competency(code, label or None, typed, macro=None if lost else macro or None, category=category)
        draft.declare("competencies", code, competency, table=table, line=line)


def read_credentials(source: FileSource, draft: Draft) -> None:
    """Credentials with hours and prerequisites; hours without a source, or in disorder, are read as unknown."""
    columns = ("hours_low", "hours_expected", "hours_high", "hours_source")
    table = read_own_table(
        source,
        "credentials.csv",
        ("code", "label", "kind"),
        draft,
        optional=(*columns, "source", "certifinfo", "rncp"),
    )
    for line, (code, label, kind, low, expected, high, hours_source, *rest) in table.numbered(
        "code", "label", "kind", *columns, "source", "certifinfo", "rncp", "note"
    ):
        credential = Credential(
            code=code,
            label=label or code,
            kind=draft.coded(_CREDENTIAL_KIND, kind.casefold(), column="kind", table=table, line=line),
            hours=_hours((low, expected, high), hours_source, draft, table, line),
            source=rest[0],
            certifinfo=rest[1] or None,
            rncp=rest[2] or None,
            note=rest[3],
        )
        draft.declare("credentials", code, credential, table=table, line=line)
    table = read_own_table(
        source, "credential_prerequisites.csv", ("credential", "requires"), draft, optional=("source",)
    )
    for line, (code, required) in table.numbered("credential", "requires"):
        lost = [draft.nowhere(c, "credentials", table=table, line=line) for c in (code, required)]
        if not any(lost):
            known = draft.credentials[code]
            draft.credentials[code] = replace(known, prerequisites=tuple(sorted({*known.prerequisites, required})))
    _cut_prerequisite_cycles(draft)


def _hours(cells: tuple[str, str, str], source: str, draft: Draft, table: Table, line: int) -> Hours:
    values: list[float | None] = []
    for cell in cells:
        try:
            values.append(float(cell.replace(",", ".").replace(" ", "")) if cell else None)
        except ValueError:
            draft.note("hours_invalid", file=table.name, line=line, value=cell)
            return UNKNOWN_HOURS
    known = [v for v in values if v is not None]
    if any(v < 0 or v != v or v == float("inf") for v in known) or known != sorted(known):  # noqa: PLR0124 - NaN
        draft.note("hours_invalid", file=table.name, line=line, value=" / ".join(cells))
        return UNKNOWN_HOURS
    if known and not source:
        draft.note("hours_unsourced", file=table.name, line=line)
        return UNKNOWN_HOURS
    return Hours(values[0], values[1], values[2], source)


def _cut_prerequisite_cycles(draft: Draft) -> None:
    """Cut the link that closes a circle of prerequisites: nobody could ever obtain either credential."""
    for code, credential in sorted(draft.credentials.items()):
        for required in credential.prerequisites:
            if _leads_to(draft, required, code):
                draft.note("cyclic_prerequisite", subject=code, other=required)
                kept = tuple(c for c in draft.credentials[code].prerequisites if c != required)
                draft.credentials[code] = replace(draft.credentials[code], prerequisites=kept)


def _leads_to(draft: Draft, start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        code = waiting.pop()
        if code == goal:
            return True
        if code not in seen:
            seen.add(code)
            waiting += draft.credentials[code].prerequisites
    return False


def read_credential_requirements(source: FileSource, draft: Draft) -> None:
    """What each occupation demands, and what merely leads to it."""
    table = read_own_table(
        source, "credential_requirements.csv", ("occupation", "credential"), draft, optional=("kind", "source")
    )
    for line, (occupation, credential, kind, text) in table.numbered("occupation", "credential", "kind", "source"):
        lost = [
            draft.nowhere(occupation, "occupations", table=table, line=line),
            draft.nowhere(credential, "credentials", table=table, line=line),
        ]
        if any(lost):
            continue
        option = draft.coded(_LINK_KIND, kind.casefold(), column="kind", table=table, line=line) == "option"
        draft.credential_requirements[occupation, credential] = CredentialRequirement(
            occupation, credential, "option" if option else "required", text
        )
