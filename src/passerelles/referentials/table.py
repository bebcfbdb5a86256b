"""Reader of the project's own format: CSV files and a manifest that a branch can write in Excel."""

from typing import Final

from passerelles.errors import ReferentialError
from passerelles.files.source import FileSource
from passerelles.files.tabular import Table
from passerelles.model import (
    Domain,
    JobTitle,
    Mobility,
    MobilityKind,
    Occupation,
    Provenance,
    Tag,
    TagKind,
    WorkContext,
)
from passerelles.notices import notice
from passerelles.referentials.draft import Draft
from passerelles.referentials.manifest import FILE_NAME, read_manifest
from passerelles.referentials.provenance import checksum
from passerelles.referentials.referential import Referential
from passerelles.referentials.table_files import (
    ECOLOGICAL,
    STATUS,
    YES_NO,
    read_competencies,
    read_credential_requirements,
    read_credentials,
    read_own_table,
)

SCHEMA: Final = "passerelles/table@1"
REQUIRED: Final = ("occupations.csv", "competencies.csv", "requirements.csv")
OPTIONAL: Final = (
    "macro_competencies.csv",
    "titles.csv",
    "contexts.csv",
    "occupation_contexts.csv",
    "tags.csv",
    "occupation_tags.csv",
    "domains.csv",
    "mobilities.csv",
    "credentials.csv",
    "credential_prerequisites.csv",
    "credential_requirements.csv",
)
_TEXTS: Final = ("definition", "access", "parent", "domain", "riasec_major", "riasec_minor")
_FLAGS: Final = ("regulated", "managerial", "digital", "demographic")
_TAG_KIND: Final[dict[str, TagKind]] = {
    "": "sector",
    "sector": "sector",
    "subsector": "subsector",
    "naf": "naf",
    "interest": "interest",
    "theme": "theme",
}
_MOBILITY: Final[dict[str, MobilityKind]] = {
    "": "listed",
    "listed": "listed",
    "proche": "proche",
    "évolution": "évolution",
    "evolution": "évolution",
}


def read_table_referential(source: FileSource) -> Referential:
    """
    Read a folder or zip in the project's own format.

    Raises
    ------
    ReferentialError
        If the manifest, the occupations, the competencies or the requirements are absent or unusable.
    """
    manifest = read_manifest(source, schema=SCHEMA)
    missing = [name for name in REQUIRED if name not in source.names]
    if missing:
        issues = [notice("missing_required_file", file=name) for name in missing]
        raise ReferentialError("missing_required_file", issues=issues, files=", ".join(missing), path=source.place)
    draft = Draft()
    for name in source.names:
        if name.endswith(".csv") and name not in (*REQUIRED, *OPTIONAL):
            draft.note("unknown_file", file=name)
    _domains(source, draft)
    _occupations(source, draft)
    read_competencies(source, draft)
    _requirements(source, draft)
    _titles(source, draft)
    _contexts(source, draft)
    _tags(source, draft)
    _mobilities(source, draft)
    read_credentials(source, draft)
    read_credential_requirements(source, draft)
    return draft.finish(
        name=manifest.name,
        version=manifest.version,
        language=manifest.language,
        provenance=Provenance(
            source=manifest.source or manifest.title or FILE_NAME,
            format="table",
            date=manifest.date,
            licence=manifest.licence,
            files=tuple(draft.files),
            sha256=checksum(draft.files),
        ),
    )


def _domains(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "domains.csv", ("code", "label"), draft, optional=("parent",))
    for line, (code, label, parent) in table.numbered("code", "label", "parent"):
        draft.declare("domains", code, Domain(code, label or None, parent or None), table=table, line=line)


def _occupations(source: FileSource, draft: Draft) -> None:
    table = read_own_table(
        source, "occupations.csv", ("code", "label"), draft, optional=(*_TEXTS, *_FLAGS, "ecological")
    )
    for line, (code, label, eco, *cells) in table.numbered("code", "label", "ecological", *_TEXTS, *_FLAGS):
        definition, access, parent, domain, major, minor = cells[: len(_TEXTS)]
        flags = {
            name: draft.coded(YES_NO, cell.casefold(), column=name, table=table, line=line)
            for name, cell in zip(_FLAGS, cells[len(_TEXTS) :], strict=True)
        }
        occupation = Occupation(
            code=code,
            label=label or None,
            definition=definition,
            access=access,
            parent=parent or None,
            domain=domain or None,
            ecological=draft.coded(ECOLOGICAL, eco.casefold(), column="ecological", table=table, line=line),
            riasec=major + minor,
            **flags,
        )
        draft.declare("occupations", code, occupation, table=table, line=line)


def _requirements(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "requirements.csv", ("occupation", "competency"), draft, optional=("status",))
    for line, (occupation, competency, status) in table.numbered("occupation", "competency", "status"):
        if not occupation or not competency:
            draft.note("empty_code", file=table.name, line=line)
            continue
        draft.require_occupation(occupation, table=table, line=line)
        draft.require_competency(competency, "savoir-faire", table=table, line=line)
        if (occupation, competency) in draft.requirements:
            draft.note("duplicate_link", file=table.name, line=line, subject=f"{occupation} - {competency}")
        else:
            typed = draft.coded(STATUS, status.casefold(), column="status", table=table, line=line)
            draft.requirements[occupation, competency] = typed


def _titles(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "titles.csv", ("code", "occupation", "label"), draft)
    for line, (code, occupation, label) in table.numbered("code", "occupation", "label"):
        if draft.declare("titles", code, JobTitle(code, label, occupation), table=table, line=line):
            draft.require_occupation(occupation, table=table, line=line)


def _contexts(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "contexts.csv", ("code", "label"), draft, optional=("category",))
    for line, (code, label, category) in table.numbered("code", "label", "category"):
        draft.declare("contexts", code, WorkContext(code, label or None, category), table=table, line=line)
    table = read_own_table(source, "occupation_contexts.csv", ("occupation", "context"), draft)
    for line, (occupation, context) in table.numbered("occupation", "context"):
        if not _lost(draft, table, line, (occupation, "occupations"), (context, "contexts")):
            draft.occupation_contexts.add((occupation, context))


def _tags(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "tags.csv", ("code", "label", "kind"), draft)
    for line, (code, label, kind) in table.numbered("code", "label", "kind"):
        typed = draft.coded(_TAG_KIND, kind.casefold(), column="kind", table=table, line=line)
        draft.declare("tags", code, Tag(code, label, typed), table=table, line=line)
    table = read_own_table(source, "occupation_tags.csv", ("occupation", "tag"), draft, optional=("principal",))
    for line, (occupation, tag, principal) in table.numbered("occupation", "tag", "principal"):
        if not _lost(draft, table, line, (occupation, "occupations"), (tag, "tags")):
            flag = draft.coded(YES_NO, principal.casefold(), column="principal", table=table, line=line)
            draft.occupation_tags[occupation, tag] = flag == "yes"


def _mobilities(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "mobilities.csv", ("origin", "target"), draft, optional=("rank", "kind"))
    for line, (origin, target, rank, kind) in table.numbered("origin", "target", "rank", "kind"):
        if _lost(draft, table, line, (origin, "occupations"), (target, "occupations")):
            continue
        if (origin, target) in draft.mobilities or origin == target:
            draft.note("duplicate_link", file=table.name, line=line, subject=f"{origin} - {target}")
            continue
        typed = draft.coded(_MOBILITY, kind.casefold(), column="kind", table=table, line=line)
        draft.mobilities[origin, target] = Mobility(origin, target, int(rank) if rank.isdecimal() else None, typed)


def _lost(draft: Draft, table: Table, line: int, *ends: tuple[str, str]) -> bool:
    """Whether a link leads nowhere at one end or more; each end is reported."""
    lost = [draft.nowhere(code, among, table=table, line=line) for code, among in ends]
    return any(lost)
