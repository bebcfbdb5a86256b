"""Reader of ROME 4: the official CSV set of France Travail, folder or zip, any version."""

from typing import Final

from passerelles.io.archive import FileSource
from passerelles.io.csv import Table
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
from passerelles.referentials.provenance import licence_ouverte
from passerelles.referentials.referential import Reader, Referential, checksum, finish
from passerelles.referentials.rome_files import (
    RomeFiles,
    check_files,
    find_rome_files,
    generation,
    publication_date,
    read_riasec,
    read_rome_table,
    read_texts,
    report_unknown_kinds,
)

REQUIRED: Final = (
    "referentiel_code_rome",
    "liens_rome_referentiels",
    "referentiel_competence",
    "referentiel_savoir",
)
_OPTIONAL: Final = (
    "texte",
    "referentiel_code_rome_riasec",
    "cr_gd_dp",
    "referentiel_contexte_travail",
    "coherence_item",
    "referentiel_appellation",
    "rubrique_mobilite",
)
# Published with the set and not read: what they say stands in the files that are read, or serves no question yet.
_UNREAD: Final = (
    "arborescence_competences",
    "centre_interet",
    "composition_bloc",
    "cr_gd_dp_appellations",
    "descriptif_rubrique",
    "domaine_professionnel",
    "grand_domaine",
    "item",
    "referentiel_macro_competence_riasec",
    "secteur_activite",
    "secteur_naf",
    "sous_secteur_activite",
    "themes",
    "type_referentiel",
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
_KIND: Final[dict[str, CompetencyKind]] = {
    "": "savoir-faire",
    "Savoir-faire": "savoir-faire",
    "Savoir-être professionnel": "savoir-être",
    "Savoir-être professionnels": "savoir-être",
}
_RUBRIC: Final[dict[str, CompetencyKind]] = {"1": "savoir-faire", "2": "savoir-être", "3": "savoir"}
# code_compo_bloc of the links: 1 the fiche itself, 2 its titles, 5 competencies and savoirs, 6 work contexts.
_COMPETENCIES: Final = "5"
_CONTEXTS: Final = "6"
_OTHER_BLOCKS: Final = frozenset({"1", "2"})
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
_WITH_PRINCIPAL: Final = frozenset({"arborescence_secteur_activite", "arborescence_centre_interet"})


def read_rome4(source: FileSource) -> Referential:
    """Read a ROME 4 set; its notices say everything that was wrong, what makes it unusable included."""
    files = find_rome_files(source, REQUIRED)
    draft = Draft()
    check_files(files, _UNREAD, draft)
    report_unknown_kinds(files, (*REQUIRED, *_OPTIONAL, *_UNREAD, *(name for name, _ in _TAGS)), draft)
    _occupations(files, draft)
    _competencies(files, draft)
    _contexts(files, draft)
    _links(files, draft)
    _titles(files, draft)
    _mobilities(files, draft)
    for name, kinds in _TAGS:
        _tags(files, draft, name, kinds)
    date = publication_date(source, draft)
    return finish(
        draft,
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
    texts = read_texts(files, "position_phrase", draft)
    riasec = read_riasec(files, draft)
    domains = _domains(files, draft)
    flags = ("transition_eco", "transition_num", "transition_demo", "emploi_reglemente", "emploi_cadre")
    columns = ("libelle_rome", "code_rome_parent", *flags)
    table = read_rome_table(files, "referentiel_code_rome", ("code_rome",), draft, optional=columns)
    for line, (code, label, parent, eco, *cells) in table.numbered("code_rome", *columns):
        num, demo, regulated, managerial = (
            draft.coded(_FLAG, cell, column, table, line) for column, cell in zip(flags[1:], cells, strict=True)
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
            ecological=draft.coded(_ECOLOGICAL, eco, flags[0], table, line),
            digital=num,
            demographic=demo,
            riasec=riasec.get(code, ""),
        )
        draft.declare("occupations", occupation, table, line)


def _domains(files: RomeFiles, draft: Draft) -> dict[str, str]:
    """Domain tree, and the domain of each occupation; without its file, the first characters of the codes serve."""
    # The misspelt 'professionel' is the file's own.
    keys = ("code_rome", "code_grand_domaine", "code_domaine_professionel")
    labels = ("libelle_grand_domaine", "libelle_domaine_professionel")
    table = draft.keyed(read_rome_table(files, "cr_gd_dp", keys, draft, optional=labels), "code_rome")
    table = draft.keyed(table, *keys)
    found: dict[str, str] = {}
    for code, top, domain, top_label, label in table.columns(*keys, *labels):
        draft.domains.setdefault(top, Domain(top, top_label or None))
        draft.domains.setdefault(domain, Domain(domain, label or None, top))
        found[code] = domain
    return found


def _competencies(files: RomeFiles, draft: Draft) -> None:
    columns = ("libelle_competence", "cat_comp", "code_ogr_macro_comp", "sous_cat_comp", "nature")
    table = read_rome_table(files, "referentiel_competence", ("code_ogr",), draft, optional=columns)
    kinds = _kinds(table, draft)
    competencies = [
        Competency(code, label or None, kinds[kind], macro or None, level, "", nature.startswith("Macro"))
        for code, label, kind, macro, level, nature in table.columns("code_ogr", *columns)
    ]
    draft.declare_all("competencies", competencies, table)
    subjects = ("libelle_savoir", "categorie_savoir", "sous_categorie_savoir")
    table = read_rome_table(files, "referentiel_savoir", ("code_ogr_savoir",), draft, optional=subjects)
    savoirs = [
        Competency(code, label or None, "savoir", None, category, subcategory)
        for code, label, category, subcategory in table.columns("code_ogr_savoir", *subjects)
    ]
    draft.declare_all("competencies", savoirs, table)


def _kinds(table: Table, draft: Draft) -> dict[str, CompetencyKind]:
    """Kind that each word of ``cat_comp`` stands for."""
    kinds = dict(_KIND)
    for line, word in zip(table.lines, table.column("cat_comp"), strict=True):
        if word not in _KIND:
            kinds[word] = draft.typed(_KIND, word, "cat_comp", table, line)
    return kinds


def _contexts(files: RomeFiles, draft: Draft) -> None:
    columns = ("libelle_cont_travail", "libelle_type_cont_trav")
    table = read_rome_table(files, "referentiel_contexte_travail", ("code_ogr",), draft, optional=columns)
    contexts = [WorkContext(code, label or None, kind) for code, label, kind in table.columns("code_ogr", *columns)]
    draft.declare_all("contexts", contexts, table)


def _links(files: RomeFiles, draft: Draft) -> None:
    table = read_rome_table(
        files,
        "liens_rome_referentiels",
        ("code_rome", "code_compo_bloc", "code_ogr"),
        draft,
        optional=("code_rubrique",),
    )
    draft.require_occupations(table, "code_rome")
    blocks = table.column("code_compo_bloc")
    if not set(blocks) <= {_COMPETENCIES, _CONTEXTS, *_OTHER_BLOCKS}:
        for line, block in zip(table.lines, blocks, strict=True):
            if block not in (_COMPETENCIES, _CONTEXTS) and block not in _OTHER_BLOCKS:
                draft.note("unknown_link_type", table, line, column="code_compo_bloc", value=block)
    keys = ("code_rome", "code_ogr")
    asked = draft.keyed(table.keep([block == _COMPETENCIES for block in blocks]), *keys)
    draft.require_competencies(asked, "code_ogr", kinds=_RUBRIC, kind_column="code_rubrique")
    for code, item in asked.columns(*keys):
        draft.requirements[code][item] = "other"
    exercised = draft.keyed(table.keep([block == _CONTEXTS for block in blocks]), *keys)
    exercised = draft.linked(exercised, code_ogr="contexts")
    draft.occupation_contexts |= {(code, item) for code, item in exercised.columns(*keys)}
    _statuses(files, draft)


def _statuses(files: RomeFiles, draft: Draft) -> None:
    """Mark the core and emerging competencies among those that each occupation asks for."""
    table = read_rome_table(files, "coherence_item", ("code_rome", "code_ogr", "coeur_metier"), draft)
    marked = draft.keyed(table.keep([cell != "" for cell in table.column("coeur_metier")]), "code_rome", "code_ogr")
    for line, (code, item, word) in marked.numbered("code_rome", "code_ogr", "coeur_metier"):
        status = draft.coded(_STATUS, word, "coeur_metier", table, line)
        if item in draft.requirements.get(code, ()):
            draft.requirements[code][item] = status
        else:
            draft.note("status_without_link", table, line, subject=f"{code} - {item}")


def _titles(files: RomeFiles, draft: Draft) -> None:
    keys = ("code_ogr", "libelle_appellation_long", "code_rome")
    flags = ("classification", "peu_usite")
    table = read_rome_table(files, "referentiel_appellation", keys, draft, optional=flags)
    titles = [
        JobTitle(code, label, occupation, kind == "PRINCIPALE", rare == "O")
        for code, label, occupation, kind, rare in table.columns(*keys, *flags)
    ]
    draft.declare_titles(titles, table, "code_rome")


def _mobilities(files: RomeFiles, draft: Draft) -> None:
    keys, order = ("code_rome", "code_rome_cible"), "numero_ordre"
    table = draft.moves(read_rome_table(files, "rubrique_mobilite", keys, draft, optional=(order,)), *keys)
    for line, (origin, target, rank) in table.numbered(*keys, order):
        draft.mobilities[origin, target] = Mobility(origin, target, draft.rank(rank, order, table, line))


def _tags(files: RomeFiles, draft: Draft, name: str, kinds: tuple[tuple[TagKind, str, str], ...]) -> None:
    (_, first, _), *finer = kinds
    codes = [code for _, code, _ in finer]
    labels = [label for _, _, label in kinds]
    principal = ["principal"] if name in _WITH_PRINCIPAL else []
    table = read_rome_table(files, name, (first, "code_rome"), draft, optional=(*codes, *labels, *principal))
    table = draft.linked(draft.keyed(table, first, "code_rome", also=codes), code_rome="occupations")
    for kind, code_column, label_column in kinds:
        for code, label, occupation, main in table.columns(code_column, label_column, "code_rome", "principal"):
            if code:  # a sector without a subsector is usual
                tag = f"{kind}:{code}"
                draft.tags.setdefault(tag, Tag(tag, label, kind))
                known = draft.occupation_tags.get((occupation, tag), False)
                draft.occupation_tags[occupation, tag] = known or main == "oui"


ROME4: Final = Reader("rome4", lambda source: generation(source) == "rome4", read_rome4)
