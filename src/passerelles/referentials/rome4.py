"""Reader of ROME 4: the official CSV set of France Travail, folder or zip, any version."""

import re
from collections import defaultdict
from typing import Final

from passerelles.files.source import FileSource
from passerelles.files.tabular import decode
from passerelles.model import (
    Competency,
    CompetencyKind,
    Domain,
    EcologicalRole,
    JobTitle,
    Mobility,
    Occupation,
    Provenance,
    Status,
    Tag,
    TagKind,
    Ternary,
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

REQUIRED: Final = (
    "referentiel_code_rome",
    "liens_rome_referentiels",
    "referentiel_competence",
    "referentiel_savoir",
)
_FLAG: Final[dict[str, Ternary]] = {"O": "yes", "N": "no", "": "unknown"}
_ECOLOGICAL: Final[dict[str, EcologicalRole]] = {
    "Emploi Vert": "green",
    "Emploi stratégique pour la Transition écologique": "strategic",
    "Emploi Blanc": "neutral",
    "Emploi Brun": "brown",
    "": "unknown",
}
_STATUS: Final[dict[str, Status]] = {"Principale": "core", "Émergente": "emerging", "": "other"}
_RUBRIC: Final[dict[str, CompetencyKind]] = {"1": "savoir-faire", "2": "savoir-être", "3": "savoir"}
# code_compo_bloc of the links: 1 the fiche itself, 2 its titles, 5 competencies and savoirs, 6 work contexts.
_COMPETENCIES: Final = "5"
_CONTEXTS: Final = "6"
# File, then for each kind of tag in it: kind, code column, label column.
_TAGS: Final[tuple[tuple[str, tuple[tuple[TagKind, str, str], ...]], ...]] = (
    (
        "arborescence_secteur_activite",
        (
            ("sector", "code_sect_activite", "libelle_sect_activite"),
            ("subsector", "code_ss_sect_activite", "libelle_ss_sect_activite"),
        ),
    ),
    ("arborescence_secteur_naf", (("naf", "code_secteur_naf", "libelle_secteur_naf"),)),
    ("arborescence_centre_interet", (("interest", "code_centre_interet", "libelle_centre_interet"),)),
    ("arborescence_thematique", (("theme", "code_theme", "libelle_theme"),)),
)


def read_rome4(source: FileSource) -> Referential:
    """
    Read a ROME 4 set.

    Raises
    ------
    ReferentialError
        If occupations, links, competencies or savoirs are not there.
    """
    files = find_rome_files(source)
    draft = Draft()
    check_required(files, REQUIRED, draft)
    check_versions(files, draft)
    _occupations(files, draft)
    _competencies(files, draft)
    _contexts(files, draft)
    _links(files, draft)
    _titles(files, draft)
    _mobilities(files, draft)
    for name, kinds in _TAGS:
        _tags(files, draft, name, kinds)
    date = _publication_date(source)
    return draft.finish(
        name="rome",
        version=files.version or "unknown",
        provenance=Provenance(
            source=f"France Travail, ROME 4.0, version {files.version or 'inconnue'}",
            format="rome4",
            date=date,
            licence=licence_ouverte(),
            files=tuple(draft.files),
            sha256=checksum(draft.files),
        ),
    )


def _occupations(files: RomeFiles, draft: Draft) -> None:
    texts = _texts(files, draft)
    riasec = _riasec(files, draft)
    domains = _domains(files, draft)
    flags = ("transition_eco", "transition_num", "transition_demo", "emploi_reglemente", "emploi_cadre")
    table = read_rome_table(
        files, "referentiel_code_rome", ("code_rome", "libelle_rome"), draft, optional=(*flags, "code_rome_parent")
    )
    for line, row in table.numbered("code_rome", "libelle_rome", "code_rome_parent", *flags):
        code, label, parent, eco, *cells = row
        num, demo, regulated, managerial = (
            draft.coded(_FLAG, cell, column=column, table=table, line=line)
            for column, cell in zip(flags[1:], cells, strict=True)
        )
        occupation = Occupation(
            code=code,
            label=label or None,
            definition=texts.get((code, "definition"), ""),
            access=texts.get((code, "acces_metier"), ""),
            parent=parent or None,
            domain=domains.get(code),
            regulated=regulated,
            managerial=managerial,
            ecological=draft.coded(_ECOLOGICAL, eco, column=flags[0], table=table, line=line),
            digital=num,
            demographic=demo,
            riasec=riasec.get(code, ""),
        )
        draft.declare("occupations", code, occupation, table=table, line=line)


def _texts(files: RomeFiles, draft: Draft) -> dict[tuple[str, str], str]:
    """Definition and access text of each occupation: its sentences in their order, joined by a space."""
    table = read_rome_table(files, "texte", ("code_rome", "libelle_type_texte", "libelle_texte"), draft)
    sentences: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for code, kind, position, text in table.columns(
        "code_rome", "libelle_type_texte", "position_phrase", "libelle_texte"
    ):
        sentences[code, kind].append((int(position) if position.isdecimal() else 0, text.strip()))
    return {key: " ".join(t for _, t in sorted(found, key=lambda s: s[0])) for key, found in sentences.items()}


def _riasec(files: RomeFiles, draft: Draft) -> dict[str, str]:
    table = read_rome_table(files, "referentiel_code_rome_riasec", ("code_rome", "riasec_majeur"), draft)
    return {code: major + minor for code, major, minor in table.columns("code_rome", "riasec_majeur", "riasec_mineur")}


def _domains(files: RomeFiles, draft: Draft) -> dict[str, str]:
    """Domain tree, and the domain of each occupation; without its file, the first characters of the codes serve."""
    table = read_rome_table(files, "cr_gd_dp", ("code_rome", "code_grand_domaine", "code_domaine_professionel"), draft)
    found: dict[str, str] = {}
    for code, top, top_label, domain, label in table.columns(
        "code_rome",
        "code_grand_domaine",
        "libelle_grand_domaine",
        "code_domaine_professionel",
        "libelle_domaine_professionel",
    ):
        draft.domains.setdefault(top, Domain(top, top_label))
        draft.domains.setdefault(domain, Domain(domain, label, top))
        found[code] = domain
    return found


def _competencies(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(
        files,
        "referentiel_competence",
        ("code_ogr", "libelle_competence", "cat_comp"),
        draft,
        optional=("nature", "code_ogr_macro_comp", "code_macro_comp", "sous_cat_comp"),
    )
    for line, (code, label, nature, macro, kind, level) in table.numbered(
        "code_ogr", "libelle_competence", "nature", "code_ogr_macro_comp", "cat_comp", "sous_cat_comp"
    ):
        competency = Competency(
            code=code,
            label=label or None,
            kind="savoir-être" if kind.startswith("Savoir-être") else "savoir-faire",
            macro=macro or None,
            category=level,
            is_macro=nature.startswith("Macro"),
        )
        draft.declare("competencies", code, competency, table=table, line=line)
    table = read_rome_table(
        files,
        "referentiel_savoir",
        ("code_ogr_savoir", "libelle_savoir"),
        draft,
        optional=("categorie_savoir", "sous_categorie_savoir"),
    )
    for line, (code, label, category, subcategory) in table.numbered(
        "code_ogr_savoir", "libelle_savoir", "categorie_savoir", "sous_categorie_savoir"
    ):
        competency = Competency(
            code=code, label=label or None, kind="savoir", category=category, subcategory=subcategory
        )
        draft.declare("competencies", code, competency, table=table, line=line)


def _contexts(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(files, "referentiel_contexte_travail", ("code_ogr", "libelle_cont_travail"), draft)
    for line, (code, label, category) in table.numbered("code_ogr", "libelle_cont_travail", "libelle_type_cont_trav"):
        draft.declare("contexts", code, WorkContext(code, label or None, category), table=table, line=line)


def _links(files: RomeFiles, draft: Draft) -> None:
    statuses = _statuses(files, draft)
    table = read_rome_table(files, "liens_rome_referentiels", ("code_rome", "code_compo_bloc", "code_ogr"), draft)
    occupations, competencies, requirements = draft.occupations, draft.competencies, draft.requirements
    for line, (code, block, rubric, item) in table.numbered(
        "code_rome", "code_compo_bloc", "code_rubrique", "code_ogr"
    ):
        if not code or not item:
            draft.note("empty_code", file=table.name, line=line)
            continue
        if code not in occupations:
            draft.require_occupation(code, table=table, line=line)
        if block == _COMPETENCIES:
            if item not in competencies:
                draft.require_competency(item, _RUBRIC.get(rubric, "savoir-faire"), table=table, line=line)
            if (code, item) in requirements:
                draft.note("duplicate_link", file=table.name, line=line, subject=f"{code} - {item}")
            else:
                requirements[code, item] = statuses.get((code, item), "other")
        elif block == _CONTEXTS and not draft.nowhere(item, "contexts", table=table, line=line):
            draft.occupation_contexts.add((code, item))


def _statuses(files: RomeFiles, draft: Draft) -> dict[tuple[str, str], Status]:
    table = read_rome_table(files, "coherence_item", ("code_rome", "code_ogr", "coeur_metier"), draft)
    found: dict[tuple[str, str], Status] = {}
    for line, (code, item, status) in table.numbered("code_rome", "code_ogr", "coeur_metier"):
        if status:
            found[code, item] = draft.coded(_STATUS, status, column="coeur_metier", table=table, line=line)
    return found


def _titles(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(
        files,
        "referentiel_appellation",
        ("code_ogr", "libelle_appellation_long", "code_rome"),
        draft,
        optional=("classification", "peu_usite"),
    )
    for line, (code, label, occupation, kind, rare) in table.numbered(
        "code_ogr", "libelle_appellation_long", "code_rome", "classification", "peu_usite"
    ):
        title = JobTitle(code, label, occupation, principal=kind == "PRINCIPALE", rare=rare == "O")
        if draft.declare("titles", code, title, table=table, line=line):
            draft.require_occupation(occupation, table=table, line=line)


def _mobilities(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(
        files, "rubrique_mobilite", ("code_rome", "code_rome_cible"), draft, optional=("numero_ordre",)
    )
    for line, (origin, target, rank) in table.numbered("code_rome", "code_rome_cible", "numero_ordre"):
        lost = [draft.nowhere(end, "occupations", table=table, line=line) for end in (origin, target)]
        if any(lost):
            continue
        if (origin, target) in draft.mobilities:
            draft.note("duplicate_link", file=table.name, line=line, subject=f"{origin} - {target}")
        else:
            draft.mobilities[origin, target] = Mobility(origin, target, int(rank) if rank.isdecimal() else None)


def _tags(files: RomeFiles, draft: Draft, name: str, kinds: tuple[tuple[TagKind, str, str], ...]) -> None:
    table = read_rome_table(files, name, (kinds[0][1], "code_rome"), draft)
    for kind, column, label_column in kinds:
        for line, (code, label, occupation, principal) in table.numbered(
            column, label_column, "code_rome", "principal"
        ):
            # A sector without a subsector is usual; only a row that files an occupation nowhere is a fault.
            if not code:
                if column == kinds[0][1]:
                    draft.note("empty_code", file=table.name, line=line)
            elif not draft.nowhere(occupation, "occupations", table=table, line=line):
                tag = f"{kind}:{code}"
                draft.tags.setdefault(tag, Tag(tag, label, kind))
                known = draft.occupation_tags.get((occupation, tag), False)
                draft.occupation_tags[occupation, tag] = known or principal == "oui"


def _publication_date(source: FileSource) -> str:
    """Date of publication as ``version.txt`` gives it, in ISO form; empty where that file is absent."""
    if "version.txt" not in source.names:
        return ""
    text, _ = decode(source.read("version.txt"))
    match = re.search(r"publication\s*:\s*(\d{2})/(\d{2})/(\d{4})", text)
    return f"{match[3]}-{match[2]}-{match[1]}" if match else ""
