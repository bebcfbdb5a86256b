"""Overlays: a branch's specialised occupations, credentials and requirements laid on any referential."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from passerelles.errors import PasserellesError
from passerelles.files.source import FileSource, open_source
from passerelles.files.tabular import Table
from passerelles.model import CredentialRequirement, JobTitle, Occupation
from passerelles.referentials.bundled import bundled_names, bundled_path
from passerelles.referentials.draft import Draft
from passerelles.referentials.manifest import read_manifest
from passerelles.referentials.provenance import checksum
from passerelles.referentials.referential import Referential
from passerelles.referentials.table_files import (
    STATUS,
    read_competencies,
    read_credential_requirements,
    read_credentials,
    read_own_table,
)
from passerelles.text import normalise_label

SCHEMA: Final = "passerelles/overlay@1"
_ACTIONS: Final = {"": "add", "add": "add", "ajouter": "add", "remove": "remove", "retirer": "remove", "set": "set"}


def apply_overlay(referential: Referential, name_or_path: str | Path) -> Referential:
    """
    Lay one overlay on a referential; see `Referential.with_overlay`.

    Raises
    ------
    PasserellesError
        If there is no such overlay, or it is no overlay.
    """
    source = open_source(_place(name_or_path))
    manifest = read_manifest(source, schema=SCHEMA)
    draft = Draft.of(referential)
    skipped = _specialised(source, draft)
    read_competencies(source, draft)
    _requirements(source, draft, skipped)
    _titles(source, draft, skipped)
    read_credentials(source, draft)
    for code in skipped:  # what hangs on a specialised occupation that has no base goes with it, already reported
        draft.occupations.setdefault(code, Occupation(code, None))
    read_credential_requirements(source, draft)
    for code in skipped:
        del draft.occupations[code]
        for key in [k for k in draft.credential_requirements if k[0] == code]:
            del draft.credential_requirements[key]
    files = [*referential.provenance.files, *(f._replace(name=f"{manifest.name}/{f.name}") for f in draft.files)]
    return draft.finish(
        name=referential.name,
        version=referential.version,
        language=referential.language,
        provenance=replace(
            referential.provenance,
            files=tuple(files),
            sha256=checksum(files),
            overlays=(*referential.provenance.overlays, f"{manifest.name} {manifest.version}"),
        ),
        extra_notices=referential.notices,
    )


def _place(name_or_path: str | Path) -> Path:
    embedded = bundled_path(str(name_or_path), "overlay")
    if embedded is not None:
        return embedded
    path = Path(name_or_path)
    if not path.exists():
        raise PasserellesError("no_such_overlay", name=name_or_path, known=", ".join(bundled_names("overlay")))
    return path


def _specialised(source: FileSource, draft: Draft) -> set[str]:
    """Add specialised occupations, each a copy of its base; return those whose base is not in the referential."""
    table = read_own_table(
        source, "specialised_occupations.csv", ("code", "base", "label"), draft, optional=("definition",)
    )
    skipped: set[str] = set()
    for line, (code, base, label, definition) in table.numbered("code", "base", "label", "definition"):
        origin = draft.occupations.get(base)
        if origin is None or origin.base is not None:
            draft.note("overlay_base_missing", file=table.name, line=line, subject=code, base=base)
            skipped.add(code)
            continue
        part = replace(origin, code=code, label=label or None, base=base, definition=definition or origin.definition)
        if draft.declare("occupations", code, part, table=table, line=line):
            _inherit(draft, base=base, code=code)
    return skipped


def _inherit(draft: Draft, *, base: str, code: str) -> None:
    """Give a part what its base has; mobilities are not copied, they are looked up through the base."""
    draft.requirements |= {(code, c): s for (o, c), s in draft.requirements.items() if o == base}
    draft.occupation_contexts |= {(code, c) for o, c in draft.occupation_contexts if o == base}
    draft.occupation_tags |= {(code, t): p for (o, t), p in draft.occupation_tags.items() if o == base}
    draft.credential_requirements |= {
        (code, c): CredentialRequirement(code, c, row.kind, row.source)
        for (o, c), row in draft.credential_requirements.items()
        if o == base
    }


def _requirements(source: FileSource, draft: Draft, skipped: set[str]) -> None:
    """Add, remove or re-weight; a competency that this referential lacks is a notice."""
    columns = ("occupation", "competency", "action", "status")
    table = read_own_table(source, "requirements.csv", columns[:2], draft, optional=columns[2:])
    by_code = {code: code for code in draft.competencies}
    by_label: dict[str, str] = {}
    for code in sorted(draft.competencies, reverse=True):
        by_label[normalise_label(draft.competencies[code].name)] = code
    for line, (occupation, competency, action, status) in table.numbered(*columns):
        if occupation in skipped or draft.nowhere(occupation, "occupations", table=table, line=line):
            continue
        found = by_code.get(competency) or by_label.get(normalise_label(competency))
        verb = draft.coded(_ACTIONS, action.casefold(), column="action", table=table, line=line)
        if found is None or (verb != "add" and (occupation, found) not in draft.requirements):
            draft.note("overlay_competency_missing", file=table.name, line=line, subject=competency, verb=verb)
        elif verb == "remove":
            del draft.requirements[occupation, found]
        else:
            typed = draft.coded(STATUS, status.casefold(), column="status", table=table, line=line)
            draft.requirements[occupation, found] = typed


def _titles(source: FileSource, draft: Draft, skipped: set[str]) -> None:
    """Claim job titles by code or exact label: a claimed title means the specialised occupation from then on."""
    table = read_own_table(source, "titles.csv", ("occupation", "code", "label"), draft)
    by_label = {normalise_label(t.label): t.code for _, t in sorted(draft.titles.items(), reverse=True)}
    for line, (occupation, code, label) in table.numbered("occupation", "code", "label"):
        if occupation in skipped or draft.nowhere(occupation, "occupations", table=table, line=line):
            continue
        known = code if code in draft.titles else by_label.get(normalise_label(label)) if label else None
        if known is not None:
            draft.titles[known] = draft.titles[known]._replace(occupation=occupation)
        elif label:
            _add_title(draft, table, line, JobTitle(code or f"{occupation}/{line}", label, occupation))
        else:
            draft.note("overlay_title_missing", file=table.name, line=line, subject=code)


def _add_title(draft: Draft, table: Table, line: int, title: JobTitle) -> None:
    draft.declare("titles", title.code, title, table=table, line=line)
