"""Reader of the project's own format: CSV files and a manifest that a branch can write in Excel."""

from typing import Any, Final

from passerelles.io.archive import FileSource
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
from passerelles.referentials.credentials import (
    CREDENTIAL_FILES,
    lend_credentials,
    read_credential_requirements,
    read_credentials,
    read_occupation_access,
)
from passerelles.referentials.draft import Draft
from passerelles.referentials.own_tables import (
    ECOLOGICAL,
    MANIFEST,
    STATUS,
    YES_NO,
    check_names,
    coded,
    read_competencies,
    read_manifest,
    read_own_table,
)
from passerelles.referentials.own_tables import TABLE as SCHEMA
from passerelles.referentials.referential import Reader, Referential, finish

REQUIRED: Final = ("occupations.csv", "competencies.csv", "requirements.csv")
OPTIONAL: Final = (
    "macro_competencies.csv", "titles.csv", "contexts.csv", "occupation_contexts.csv", "tags.csv",
    "occupation_tags.csv", "domains.csv", "mobilities.csv", *CREDENTIAL_FILES,
)  # fmt: skip
_TEXTS: Final = ("definition", "access", "parent", "domain", "riasec_major", "riasec_minor")
FLAGS: Final = ("regulated", "managerial", "digital", "demographic")
TAG_KIND: Final[dict[str, TagKind]] = coded("tag_kind")
MOBILITY: Final[dict[str, MobilityKind]] = coded("mobility")


def read_table_referential(source: FileSource) -> Referential:
    """
    Read a folder or zip in the project's own format; its notices say everything that was wrong.

    Raises
    ------
    PasserellesError
        If its manifest describes an overlay.
    """
    draft = Draft()
    manifest = read_manifest(source, draft, schema=SCHEMA)
    check_names(source, REQUIRED, OPTIONAL, draft)
    _domains(source, draft)
    _occupations(source, draft)
    read_competencies(source, draft, needed=True)
    _requirements(source, draft)
    _titles(source, draft)
    _contexts(source, draft)
    _tags(source, draft)
    _mobilities(source, draft)
    with lend_credentials(draft, manifest.credentials):
        read_credentials(source, draft)
        read_credential_requirements(source, draft)
    read_occupation_access(source, draft)
    source_named = manifest.source or manifest.title or MANIFEST
    provenance = Provenance(source_named, "table", manifest.date, manifest.licence)
    name, version, language = manifest.name, manifest.version, manifest.language
    return finish(draft, name=name, version=version, language=language, provenance=provenance)


def _domains(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "domains.csv", ("code", "label"), draft, optional=("parent",))
    for line, (code, label, parent) in table.numbered("code", "label", "parent"):
        draft.declare("domains", Domain(code, label or None, parent or None), table, line)


def _occupations(source: FileSource, draft: Draft) -> None:
    keys, optional = ("code", "label"), ("ecological", "level", *_TEXTS, *FLAGS)
    table = read_own_table(source, "occupations.csv", keys, draft, optional=optional, needed=True)
    for line, (code, label, eco, level, *cells) in table.numbered(*keys, *optional):
        definition, access, parent, domain, major, minor = cells[: len(_TEXTS)]
        flags = zip(FLAGS, cells[len(_TEXTS) :], strict=True)
        answers: dict[str, Any] = {name: draft.coded(YES_NO, cell, name, table, line) for name, cell in flags}
        occupation = Occupation(
            code,
            label or None,
            definition,
            access,
            parent or None,
            domain or None,
            ecological=draft.coded(ECOLOGICAL, eco, "ecological", table, line),
            riasec=(major + minor).upper(),
            level=draft.figure(level, "level", table, line, low=1.0, high=8.0),
            **answers,
        )
        draft.declare("occupations", occupation, table, line)


def _requirements(source: FileSource, draft: Draft) -> None:
    keys = ("occupation", "competency")
    table = read_own_table(source, "requirements.csv", keys, draft, optional=("status",), needed=True)
    table = draft.keyed(table, *keys)
    draft.require_occupations(table, "occupation")
    draft.require_competencies(table, "competency")
    for line, (occupation, competency, status) in table.numbered(*keys, "status"):
        draft.requirements[occupation][competency] = draft.coded(STATUS, status, "status", table, line)


def _titles(source: FileSource, draft: Draft) -> None:
    keys = ("code", "label", "occupation")
    table = read_own_table(source, "titles.csv", keys, draft)
    draft.declare_titles([JobTitle(c, label, o) for c, label, o in table.columns(*keys)], table, "occupation")


def _contexts(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "contexts.csv", ("code", "label"), draft, optional=("category",))
    for line, (code, label, category) in table.numbered("code", "label", "category"):
        draft.declare("contexts", WorkContext(code, label or None, category), table, line)
    keys = ("occupation", "context")
    table = draft.keyed(read_own_table(source, "occupation_contexts.csv", keys, draft), *keys)
    table = draft.linked(table, occupation="occupations", context="contexts")
    draft.occupation_contexts |= {(occupation, context) for occupation, context in table.columns(*keys)}


def _tags(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "tags.csv", ("code", "label", "kind"), draft)
    for line, (code, label, kind) in table.numbered("code", "label", "kind"):
        if code and not label:
            draft.note("label_missing", table, line, subject=code)
        known = draft.word(TAG_KIND, kind, "kind", table, line)
        if known is None:
            draft.refused.add(("tags", code))
            continue
        draft.declare("tags", Tag(code, label or code, known), table, line)
    keys = ("occupation", "tag")
    table = draft.keyed(read_own_table(source, "occupation_tags.csv", keys, draft, optional=("principal",)), *keys)
    table = draft.linked(table, occupation="occupations", tag="tags")
    for line, (occupation, code, principal) in table.numbered(*keys, "principal"):
        flag = draft.coded(YES_NO, principal, "principal", table, line)
        draft.occupation_tags[occupation, code] = flag == "yes"


def _mobilities(source: FileSource, draft: Draft) -> None:
    keys = ("origin", "target")
    table = draft.moves(read_own_table(source, "mobilities.csv", keys, draft, optional=("rank", "kind")), *keys)
    for line, (origin, target, rank, kind) in table.numbered(*keys, "rank", "kind"):
        known, place = draft.word(MOBILITY, kind, "kind", table, line), draft.rank(rank, "rank", table, line)
        if known is not None:
            draft.mobilities[origin, target] = Mobility(origin, target, place, known)


def _is_table(source: FileSource) -> bool:
    return any(source.find(name) for name in (MANIFEST, *REQUIRED))


TABLE: Final = Reader("table", _is_table, read_table_referential)
