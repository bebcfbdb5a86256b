"""Reader of the project's own format: CSV files and a manifest that a branch can write in Excel."""

from functools import partial
from typing import Any, Final

from passerelles.io.archive import FileSource
from passerelles.model import Domain, JobTitle, Mobility, Occupation, Provenance, Tag, WorkContext
from passerelles.referentials.credentials import read_facts
from passerelles.referentials.draft import Draft, from_row
from passerelles.referentials.referential import Reader, Referential, finish
from passerelles.referentials.table_format import MANIFEST, OwnTables

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
    tables = OwnTables(source, draft, "table")
    manifest = tables.manifest()
    tables.check_names(required=REQUIRED)
    tables.declare("domains", partial(from_row, Domain))
    tables.declare("occupations", _occupation, needed=True)
    tables.declare_competencies(needed=True)
    _requirements(tables, draft)
    _titles(tables, draft)
    _contexts(tables, draft)
    _tags(tables, draft)
    _mobilities(tables, draft)
    read_facts(tables, draft, lent=manifest.credentials)
    provenance = Provenance(manifest.source or manifest.title or MANIFEST, "table", manifest.date, manifest.licence)
    name, version, language = manifest.name, manifest.version, manifest.language
    return finish(draft, name=name, version=version, language=language, provenance=provenance)


def _occupation(row: dict[str, Any]) -> Occupation:
    return from_row(Occupation, row, riasec=(row["riasec_major"] + row["riasec_minor"]).upper())


def _requirements(tables: OwnTables, draft: Draft) -> None:
    table = draft.keyed(tables.read("requirements", needed=True), "occupation", "competency")
    draft.require_occupations(table, "occupation")
    draft.require_competencies(table, "competency")
    for _, row in tables.rows(table, "requirements"):
        draft.requirements[row["occupation"]][row["competency"]] = row["status"]


def _titles(tables: OwnTables, draft: Draft) -> None:
    keys = ("code", "label", "occupation")
    table = tables.read("titles")
    draft.declare_titles([JobTitle(c, label, o) for c, label, o in table.columns(*keys)], table, "occupation")


def _contexts(tables: OwnTables, draft: Draft) -> None:
    tables.declare("contexts", partial(from_row, WorkContext))
    keys = ("occupation", "context")
    table = draft.keyed(tables.read("occupation_contexts"), *keys)
    table = draft.linked(table, occupation="occupations", context="contexts")
    draft.occupation_contexts |= {(occupation, context) for occupation, context in table.columns(*keys)}


def _tags(tables: OwnTables, draft: Draft) -> None:
    table = tables.read("tags")
    for line, row in tables.rows(table, "tags"):
        if row["code"] and not row["label"]:
            draft.note("label_missing", table, line, subject=row["code"])
        draft.declare("tags", Tag(row["code"], row["label"] or row["code"], row["kind"]), table, line)
    table = draft.keyed(tables.read("occupation_tags"), "occupation", "tag")
    table = draft.linked(table, occupation="occupations", tag="tags")
    for _, row in tables.rows(table, "occupation_tags"):
        draft.occupation_tags[row["occupation"], row["tag"]] = row["principal"] == "yes"


def _mobilities(tables: OwnTables, draft: Draft) -> None:
    table = draft.moves(tables.read("mobilities"), "origin", "target")
    for _, row in tables.rows(table, "mobilities"):
        draft.mobilities[row["origin"], row["target"]] = from_row(Mobility, row)


_SIGNATURE: Final = (MANIFEST, *REQUIRED)
TABLE: Final = Reader("table", lambda source: any(map(source.find, _SIGNATURE)), read_table_referential)
