"""Reader of ROME 3: fiches with activities and knowledge, base or specific; labels of most activities are not given."""

from collections import defaultdict
from typing import Final

from passerelles.files.source import FileSource
from passerelles.model import (
    Competency,
    CompetencyKind,
    JobTitle,
    Mobility,
    MobilityKind,
    Occupation,
    Provenance,
    Status,
    WorkContext,
)
from passerelles.referentials.draft import Draft
from passerelles.referentials.provenance import checksum, licence_ouverte
from passerelles.referentials.referential import Referential
from passerelles.referentials.rome_files import (
    RomeFiles,
    check_required,
    check_versions,
    find_rome_files,
    read_rome_table,
)

REQUIRED: Final = ("referentiel_code_rome", "liens_rome_referentiels", "referentiel_competence")
# code_type_referentiel of the links: 1 knowledge, 2 activity, 3 the occupation, 4 its titles, 5 environment.
_KINDS: Final[dict[str, CompetencyKind]] = {"1": "savoir", "2": "savoir-faire"}
_ENVIRONMENT: Final = "5"
# code_compo_bloc: 8 'de base' (every holder of the job has it), 9 'spécifiques' (some have).
_STATUS: Final[dict[str, Status]] = {"8": "core", "9": "other", "": "other"}
_MOBILITY: Final[dict[str, MobilityKind]] = {"1": "proche", "2": "évolution", "": "listed"}


def read_rome3(source: FileSource) -> Referential:
    """
    Read a ROME 3 set.

    Raises
    ------
    ReferentialError
        If occupations, links or competencies (ROME 3 keeps its savoirs there) are not in the source.
    """
    files = find_rome_files(source)
    draft = Draft()
    check_required(files, REQUIRED, draft)
    check_versions(files, draft)
    _occupations(files, draft)
    _competencies(files, draft)
    _environments(files, draft)
    _links(files, draft)
    _titles(files, draft)
    _mobilities(files, draft)
    return draft.finish(
        name="rome",
        version=files.version or "unknown",
        provenance=Provenance(
            source=f"Pôle emploi, ROME 3, version {files.version or 'inconnue'}",
            format="rome3",
            licence=licence_ouverte(),
            files=tuple(draft.files),
            sha256=checksum(draft.files),
        ),
    )


def _occupations(files: RomeFiles, draft: Draft) -> None:
    texts = _texts(files, draft)
    table = read_rome_table(files, "referentiel_code_rome_riasec", ("code_rome", "riasec_majeur"), draft)
    riasec = {c: major + minor for c, major, minor in table.columns("code_rome", "riasec_majeur", "riasec_mineur")}
    table = read_rome_table(files, "referentiel_code_rome", ("code_rome", "libelle_rome"), draft)
    for line, (code, label) in table.numbered("code_rome", "libelle_rome"):
        occupation = Occupation(
            code=code,
            label=label or None,
            definition=texts.get((code, "definition"), ""),
            access=texts.get((code, "acces_a_em"), ""),
            riasec=riasec.get(code, ""),
        )
        draft.declare("occupations", code, occupation, table=table, line=line)


def _texts(files: RomeFiles, draft: Draft) -> dict[tuple[str, str], str]:
    table = read_rome_table(files, "texte", ("code_rome", "libelle_type_texte", "libelle_texte"), draft)
    found: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for code, position, text, kind in table.columns(
        "code_rome", "position_libelle_txt", "libelle_texte", "libelle_type_texte"
    ):
        found[code, kind].append((int(position) if position.isdecimal() else 0, text.strip()))
    return {key: " ".join(text for _, text in sorted(parts, key=lambda p: p[0])) for key, parts in found.items()}


def _competencies(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(files, "referentiel_competence", ("code_ogr", "libelle_competence"), draft)
    for line, (code, label, category) in table.numbered("code_ogr", "libelle_competence", "libelle_type_competence"):
        competency = Competency(code, label or None, "savoir", category=category)
        draft.declare("competencies", code, competency, table=table, line=line)
    table = read_rome_table(files, "referentiel_activite", ("code_ogr", "libelle_activite"), draft)
    for line, (code, label) in table.numbered("code_ogr", "libelle_activite"):
        draft.declare("competencies", code, Competency(code, label or None, "savoir-faire"), table=table, line=line)


def _environments(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(files, "referentiel_env_travail", ("code_ogr", "libelle_env_travail"), draft)
    for line, (code, label, category) in table.numbered(
        "code_ogr", "libelle_env_travail", "libelle_type_section_env_trav"
    ):
        draft.declare("contexts", code, WorkContext(code, label or None, category), table=table, line=line)


def _links(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(
        files, "liens_rome_referentiels", ("code_rome", "code_ogr", "code_type_referentiel", "code_compo_bloc"), draft
    )
    for line, (code, item, kind, block) in table.numbered(
        "code_rome", "code_ogr", "code_type_referentiel", "code_compo_bloc"
    ):
        if not code or not item:
            draft.note("empty_code", file=table.name, line=line)
            continue
        draft.require_occupation(code, table=table, line=line)
        if kind in _KINDS:
            if item not in draft.competencies:
                # Most activities are linked by a code alone: kept, and reported once each as without label.
                draft.competencies[item] = Competency(item, None, _KINDS[kind])
                draft.note("label_missing", file=table.name, line=line, subject=item)
            if (code, item) in draft.requirements:
                draft.note("duplicate_link", file=table.name, line=line, subject=f"{code} - {item}")
            else:
                status = draft.coded(_STATUS, block, column="code_compo_bloc", table=table, line=line)
                draft.requirements[code, item] = status
        elif kind == _ENVIRONMENT and not draft.nowhere(item, "contexts", table=table, line=line):
            draft.occupation_contexts.add((code, item))


def _titles(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(
        files, "referentiel_appellation", ("code_ogr", "libelle_appellation_long", "code_rome"), draft
    )
    for line, (code, label, occupation) in table.numbered("code_ogr", "libelle_appellation_long", "code_rome"):
        if draft.declare("titles", code, JobTitle(code, label, occupation), table=table, line=line):
            draft.require_occupation(occupation, table=table, line=line)


def _mobilities(files: RomeFiles, draft: Draft) -> None:
    """Moves between fiches; ROME 3 types them proche or évolution and may list one between two titles of each."""
    table = read_rome_table(
        files, "rubrique_mobilite", ("code_rome", "code_rome_cible"), draft, optional=("code_type_mobilite",)
    )
    within = 0
    for line, (origin, target, kind) in table.numbered("code_rome", "code_rome_cible", "code_type_mobilite"):
        lost = [draft.nowhere(end, "occupations", table=table, line=line) for end in (origin, target)]
        within += origin == target
        if any(lost) or origin == target:
            continue
        typed = draft.coded(_MOBILITY, kind, column="code_type_mobilite", table=table, line=line)
        # Several titles may carry the same move between two fiches: one move, the closer kind first.
        known = draft.mobilities.get((origin, target))
        if known is None or (known.kind != "proche" and typed == "proche"):
            draft.mobilities[origin, target] = Mobility(origin, target, None, typed)
    if within:
        draft.note("move_within_occupation", file=table.name, count=within)
