"""Reader of ROME 3: fiches with activities and knowledge, base or specific; labels of most activities are not given."""

from typing import Final

from passerelles.io.archive import FileSource
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

REQUIRED: Final = ("referentiel_code_rome", "liens_rome_referentiels", "referentiel_competence")
_OPTIONAL: Final = (
    "texte",
    "referentiel_code_rome_riasec",
    "referentiel_activite",
    "referentiel_env_travail",
    "referentiel_appellation",
    "rubrique_mobilite",
)
# Published with the set and not read: what they say stands in the files that are read, or serves no question yet.
_UNREAD: Final = ("coherence_item", "item_arborescence")
_UNREAD_IF_THERE: Final = (
    "arborescence",
    "composition_bloc",
    "cr_gd_dp",
    "cr_gd_dp_appellations",
    "descriptif_rubrique",
    "domaine_professionnel",
    "grand_domaine",
    "item",
    "referentiel_activite_riasec",
    "type_referentiel",
)
# code_type_referentiel of the links: 1 knowledge, 2 activity, 3 the occupation, 4 its titles, 5 environment.
_KINDS: Final[dict[str, CompetencyKind]] = {"1": "savoir", "2": "savoir-faire"}
_ENVIRONMENT: Final = "5"
_OTHER_TYPES: Final = frozenset({"3", "4"})
# code_compo_bloc: 8 'de base' (every holder of the job has it), 9 'spécifiques' (some have).
_STATUS: Final[dict[str, Status]] = {"8": "core", "9": "other", "": "other"}
_MOBILITY: Final[dict[str, MobilityKind]] = {"1": "proche", "2": "évolution", "": "listed"}


def read_rome3(source: FileSource) -> Referential:
    """Read a ROME 3 set; its notices say everything that was wrong, what makes it unusable included."""
    files = find_rome_files(source, REQUIRED)
    draft = Draft()
    check_files(files, _UNREAD, draft)
    report_unknown_kinds(files, (*REQUIRED, *_OPTIONAL, *_UNREAD, *_UNREAD_IF_THERE), draft)
    _occupations(files, draft)
    _competencies(files, draft)
    _environments(files, draft)
    _links(files, draft)
    _titles(files, draft)
    _mobilities(files, draft)
    date = publication_date(source, draft)
    return finish(
        draft,
        name="rome",
        version=files.version or "unknown",
        provenance=Provenance(
            source=f"Pôle emploi, ROME 3, version {files.version or 'inconnue'}",
            format="rome3",
            date=date,
            licence=licence_ouverte(),
            files=tuple(draft.files),
            sha256=checksum(draft.files),
        ),
    )


def _occupations(files: RomeFiles, draft: Draft) -> None:
    texts = read_texts(files, "position_libelle_txt", draft)
    riasec = read_riasec(files, draft)
    table = read_rome_table(files, "referentiel_code_rome", ("code_rome",), draft, optional=("libelle_rome",))
    occupations = [
        Occupation(
            code=code,
            label=label or None,
            definition=texts.get((code, "definition"), ""),
            access=texts.get((code, "acces_a_em"), ""),
            riasec=riasec.get(code, ""),
        )
        for code, label in table.columns("code_rome", "libelle_rome")
    ]
    draft.declare_all("occupations", occupations, table)


def _competencies(files: RomeFiles, draft: Draft) -> None:
    columns = ("libelle_competence", "libelle_type_competence")
    table = read_rome_table(files, "referentiel_competence", ("code_ogr",), draft, optional=columns)
    knowledge = [
        Competency(c, label or None, "savoir", None, kind) for c, label, kind in table.columns("code_ogr", *columns)
    ]
    draft.declare_all("competencies", knowledge, table)
    table = read_rome_table(files, "referentiel_activite", ("code_ogr",), draft, optional=("libelle_activite",))
    activities = [
        Competency(c, label or None, "savoir-faire") for c, label in table.columns("code_ogr", "libelle_activite")
    ]
    draft.declare_all("competencies", activities, table)


def _environments(files: RomeFiles, draft: Draft) -> None:
    columns = ("libelle_env_travail", "libelle_type_section_env_trav")
    table = read_rome_table(files, "referentiel_env_travail", ("code_ogr",), draft, optional=columns)
    contexts = [WorkContext(code, label or None, kind) for code, label, kind in table.columns("code_ogr", *columns)]
    draft.declare_all("contexts", contexts, table)


def _links(files: RomeFiles, draft: Draft) -> None:
    keys, block, kind = ("code_rome", "code_ogr"), "code_compo_bloc", "code_type_referentiel"
    table = read_rome_table(files, "liens_rome_referentiels", (*keys, kind), draft, optional=(block,))
    draft.require_occupations(table, "code_rome")
    types = table.column(kind)
    for line, cell in zip(table.lines, types, strict=True):
        if cell not in _KINDS and cell != _ENVIRONMENT and cell not in _OTHER_TYPES:
            draft.note("unknown_link_type", table, line, column=kind, value=cell)
    asked = draft.keyed(table.keep([cell in _KINDS for cell in types]), *keys)
    # Most activities are linked by a code alone: kept, and reported as without label, once each.
    draft.require_competencies(asked, "code_ogr", kinds=_KINDS, kind_column=kind, code="label_missing")
    for line, (code, item, cell) in asked.numbered(*keys, block):
        draft.requirements[code][item] = draft.coded(_STATUS, cell, block, table, line)
    placed = draft.keyed(table.keep([cell == _ENVIRONMENT for cell in types]), *keys)
    placed = draft.linked(placed, code_ogr="contexts")
    draft.occupation_contexts |= {(code, item) for code, item in placed.columns(*keys)}


def _titles(files: RomeFiles, draft: Draft) -> None:
    keys = ("code_ogr", "libelle_appellation_long", "code_rome")
    table = read_rome_table(files, "referentiel_appellation", keys, draft)
    titles = [JobTitle(code, label, occupation) for code, label, occupation in table.columns(*keys)]
    draft.declare_titles(titles, table, "code_rome")


def _mobilities(files: RomeFiles, draft: Draft) -> None:
    """Moves between fiches; ROME 3 types them proche or évolution and may list one between two titles of each."""
    keys, kind = ("code_rome", "code_rome_cible"), "code_type_mobilite"
    titles = ("code_appellation_source", "code_appellation_cible")
    table = read_rome_table(files, "rubrique_mobilite", keys, draft, optional=(kind, *titles))
    table = draft.moves(table, *keys, also=(kind, *titles))
    for line, (origin, target, cell) in table.numbered(*keys, kind):
        typed = draft.coded(_MOBILITY, cell, kind, table, line)
        # Several titles may carry the same move between two fiches: one move, the closer kind first.
        known = draft.mobilities.get((origin, target))
        if known is None or (known.kind != "proche" and typed == "proche"):
            draft.mobilities[origin, target] = Mobility(origin, target, None, typed)


ROME3: Final = Reader("rome3", lambda source: generation(source) == "rome3", read_rome3)
