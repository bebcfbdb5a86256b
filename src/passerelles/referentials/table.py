"""Reader of the project's own format: CSV files and a manifest that a branch can write in Excel."""

from functools import partial
from typing import Any, Final

from passerelles.io.archive import FileSource
from passerelles.model import Domain, JobTitle, Mobility, Occupation, Provenance, Tag, WorkContext
from passerelles.referentials.credentials import read_facts
from passerelles.referentials.draft import Draft, made
from passerelles.referentials.own_tables import (
    MANIFEST,
    check_names,
    declare_rows,
    files_of,
    read_competencies,
    read_manifest,
    read_own_table,
    typed_rows,
)
from passerelles.referentials.own_tables import TABLE as SCHEMA
from passerelles.referentials.referential import Reader, Referential, finish

REQUIRED: Final = ("occupations.csv", "competencies.csv", "requirements.csv")
FLAGS: Final = ("regulated", "managerial", "digital", "demographic")


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
    check_names(source, files_of("table"), draft, required=REQUIRED)
    declare_rows(source, "domains", partial(made, Domain), draft)
    declare_rows(source, "occupations", _occupation, draft, needed=True)
    read_competencies(source, draft, needed=True)
    _requirements(source, draft)
    _titles(source, draft)
    _contexts(source, draft)
    _tags(source, draft)
    _mobilities(source, draft)
    read_facts(source, draft, lent=manifest.credentials)
    provenance = Provenance(manifest.source or manifest.title or MANIFEST, "table", manifest.date, manifest.licence)
    name, version, language = manifest.name, manifest.version, manifest.language
    return finish(draft, name=name, version=version, language=language, provenance=provenance)


def _occupation(row: dict[str, Any]) -> Occupation:
    return made(Occupation, row, riasec=(row["riasec_major"] + row["riasec_minor"]).upper())


def _requirements(source: FileSource, draft: Draft) -> None:
    table = draft.keyed(read_own_table(source, "requirements", draft, needed=True), "occupation", "competency")
    draft.require_occupations(table, "occupation")
    draft.require_competencies(table, "competency")
    for _, row in typed_rows(table, "requirements", draft):
        draft.requirements[row["occupation"]][row["competency"]] = row["status"]


def _titles(source: FileSource, draft: Draft) -> None:
    keys = ("code", "label", "occupation")
    table = read_own_table(source, "titles", draft)
    draft.declare_titles([JobTitle(c, label, o) for c, label, o in table.columns(*keys)], table, "occupation")


def _contexts(source: FileSource, draft: Draft) -> None:
    declare_rows(source, "contexts", partial(made, WorkContext), draft)
    keys = ("occupation", "context")
    table = draft.keyed(read_own_table(source, "occupation_contexts", draft), *keys)
    table = draft.linked(table, occupation="occupations", context="contexts")
    draft.occupation_contexts |= {(occupation, context) for occupation, context in table.columns(*keys)}


def _tags(source: FileSource, draft: Draft) -> None:
    table = read_own_table(source, "tags", draft)
    for line, row in typed_rows(table, "tags", draft):
        if row["code"] and not row["label"]:
            draft.note("label_missing", table, line, subject=row["code"])
        draft.declare("tags", Tag(row["code"], row["label"] or row["code"], row["kind"]), table, line)
    table = draft.keyed(read_own_table(source, "occupation_tags", draft), "occupation", "tag")
    table = draft.linked(table, occupation="occupations", tag="tags")
    for _, row in typed_rows(table, "occupation_tags", draft):
        draft.occupation_tags[row["occupation"], row["tag"]] = row["principal"] == "yes"


def _mobilities(source: FileSource, draft: Draft) -> None:
    table = draft.moves(read_own_table(source, "mobilities", draft), "origin", "target")
    for _, row in typed_rows(table, "mobilities", draft):
        draft.mobilities[row["origin"], row["target"]] = made(Mobility, row)


_TELLING: Final = (MANIFEST, *REQUIRED)
TABLE: Final = Reader("table", lambda source: any(map(source.find, _TELLING)), read_table_referential)
