"""Small referentials of every format, invented, and ways to write and to spoil them on disk."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

Sheet = list[list[str]]
Sheets = dict[str, Sheet]
TITLE = "libelle_appellation_long"


def rome4() -> Sheets:
    """Four occupations of ROME 4, by kind of file; the first row of each sheet is its header."""
    return {
        "referentiel_code_rome": [
            [
                "code_rome",
                "code_fiche_metier",
                "code_ogr",
                "libelle_rome",
                "transition_eco",
                "transition_num",
                "transition_demo",
                "emploi_reglemente",
                "emploi_cadre",
                "code_rome_parent",
            ],
            ["Z1001", "1", "1", "Éleveur / Éleveuse de nuages", "Emploi Vert", "O", "N", "O", "", "Z1001"],
            ["Z1002", "2", "2", "Accordeur / Accordeuse de vent", "Emploi Blanc", "", "", "N", "O", "Z1001"],
            ["Z1103", "3", "3", "Peseur / Peseuse d'ombres", "Emploi Brun", "N", "", "", "N", ""],
            ["Z1104", "4", "4", "Trieur / Trieuse d'échos", "", "", "O", "N", "N", "Z1103"],
        ],
        "liens_rome_referentiels": [
            ["code_rome", "code_compo_bloc", "code_rubrique", "code_ogr"],
            ["Z1001", "1", "", "1"],
            ["Z1001", "2", "", "501"],
            ["Z1001", "5", "1", "101"],
            ["Z1001", "5", "1", "102"],
            ["Z1001", "5", "2", "103"],
            ["Z1001", "5", "3", "0201"],
            ["Z1001", "6", "", "301"],
            ["Z1002", "5", "1", "102"],
            ["Z1002", "5", "3", "0201"],
            ["Z1002", "6", "", "302"],
            ["Z1103", "5", "1", "104"],
            ["Z1103", "5", "3", "202"],
            ["Z1104", "5", "1", "104"],
        ],
        "referentiel_competence": [
            [
                "code_ogr",
                "nature",
                "libelle_competence",
                "code_ogr_macro_comp",
                "cat_comp",
                "sous_cat_comp",
            ],
            ["100", "Macro-compétence", "Conduire le ciel", "", "Savoir-faire", "Technique"],
            ["101", "Compétence", "Traire un cumulus", "100", "Savoir-faire", "Technique"],
            ["102", "Compétence", "Accorder l'air", "100", "Savoir-faire", "Technique"],
            ["103", "Macro-compétence", "Garder la tête froide", "", "Savoir-être professionnel", ""],
            ["104", "Compétence", "Peser sans toucher", "", "Savoir-faire", "Technique"],
        ],
        "referentiel_savoir": [
            ["code_ogr_savoir", "libelle_savoir", "categorie_savoir", "sous_categorie_savoir"],
            ["0201", "Hydrologie des altitudes", "Sciences", "Ciel"],
            ["202", "Optique, des ombres", "Sciences", ""],
        ],
        "texte": [
            ["code_rome", "code_compo_bloc", "libelle_type_texte", "position_phrase", "libelle_texte"],
            ["Z1001", "3", "definition", "2", "Il les rentre l''hiver."],
            ["Z1001", "3", "definition", "1", "Élève des nuages"],
            ["Z1001", "4", "acces_metier", "1", "Sans diplôme."],
        ],
        "referentiel_code_rome_riasec": [["code_rome", "riasec_majeur", "riasec_mineur"], ["Z1001", "R", "I"]],
        "cr_gd_dp": [
            [
                "code_rome",
                "libelle_rome",
                "code_grand_domaine",
                "libelle_grand_domaine",
                "code_domaine_professionel",
                "libelle_domaine_professionel",
            ],
            ["Z1001", "x", "Z", "Ciel", "Z10", "Nuages"],
            ["Z1002", "x", "Z", "Ciel", "Z10", "Nuages"],
            ["Z1103", "x", "Z", "Ciel", "Z11", "Ombres"],
            ["Z1104", "x", "Z", "Ciel", "Z11", "Ombres"],
        ],
        "referentiel_contexte_travail": [
            ["code_ogr", "libelle_cont_travail", "code_type_cont_trav", "libelle_type_cont_trav"],
            ["301", "En altitude", "1", "Conditions"],
            ["302", "La nuit", "2", "Horaires"],
        ],
        "coherence_item": [
            ["code_rome", "code_ogr", "coeur_metier"],
            ["Z1001", "101", "Principale"],
            ["Z1001", "102", ""],
            ["Z1001", "0201", "Émergente"],
            ["Z1001", "301", ""],
            ["Z1103", "104", "Principale"],
        ],
        "referentiel_appellation": [
            ["code_ogr", TITLE, "libelle_appellation_court", "code_rome", "classification", "peu_usite"],
            ["501", "Berger / Bergère de nuages", "x", "Z1001", "PRINCIPALE", "N"],
            ["502", "Nubiculteur / Nubicultrice", "x", "Z1001", "SYNONYME", "O"],
            ["503", "Accordeur / Accordeuse de mistral", "x", "Z1002", "PRINCIPALE", "N"],
        ],
        "rubrique_mobilite": [
            ["code_rome", "code_rome_cible", "numero_ordre"],
            ["Z1001", "Z1103", "2"],
            ["Z1001", "Z1002", "1"],
            ["Z1104", "Z1103", "1"],
        ],
        "arborescence_secteur_activite": [
            [
                "code_sect_activite",
                "libelle_sect_activite",
                "code_ss_sect_activite",
                "libelle_ss_sect_activite",
                "code_ogr_rome",
                "code_rome",
                "libelle_rome",
                "principal",
            ],
            ["9", "Météo", "91", "Pluie", "1", "Z1001", "x", "oui"],
            ["9", "Météo", "", "", "2", "Z1002", "x", "non"],
        ],
        "arborescence_secteur_naf": [
            ["code_secteur_naf", "libelle_secteur_naf", "code_ogr_rome", "code_rome", "libelle_rome"],
            ["01", "Élevage", "1", "Z1001", "x"],
        ],
        "arborescence_centre_interet": [
            [
                "code_centre_interet",
                "libelle_centre_interet",
                "code_ogr_rome",
                "code_rome",
                "libelle_rome",
                "principal",
            ],
            ["7", "Vivre dehors", "1", "Z1001", "x", "oui"],
        ],
        "arborescence_thematique": [
            ["code_theme", "libelle_theme", "code_ogr_rome", "code_rome", "libelle_rome"],
            ["001", "Le ciel", "1", "Z1001", "x"],
        ],
    }


def rome3() -> Sheets:
    """Three occupations of ROME 3, one of them linked without being declared, and typed mobilities."""
    return {
        "referentiel_code_rome": [
            ["code_rome", "code_fiche_em", "code_ogr", "libelle_rome", "statut"],
            ["Y1001", "1", "1", "Garde d''île", "1"],
            ["Y1002", "2", "2", "Marée et estran", "1"],
            ["Y1003", "3", "3", "Phare", "1"],
        ],
        "liens_rome_referentiels": [
            [
                "code_rome",
                "code_ogr",
                "code_ref_rubrique",
                "position_bloc",
                "code_type_referentiel",
                "code_compo_bloc",
                "position_item",
                "id_priorisation",
            ],
            ["Y1001", "101", "", "", "1", "8", "", ""],
            ["Y1001", "201", "", "", "2", "9", "", ""],
            ["Y1001", "1", "", "", "3", "2", "", ""],
            ["Y1001", "501", "", "", "4", "3", "", ""],
            ["Y1001", "301", "", "", "5", "7", "", ""],
            ["Y1002", "201", "", "", "2", "8", "", ""],
            ["Y1003", "102", "", "", "1", "9", "", ""],
            ["Y9999", "202", "", "", "2", "8", "", ""],
        ],
        "referentiel_competence": [
            ["code_ogr", "libelle_competence", "code_type_competence", "libelle_type_competence", "statut"],
            ["101", "Horaires des marées", "1", "SAVOIRS THEORIQUES ET PROCEDURAUX", "1"],
            ["102", "Optique de Fresnel", "1", "SAVOIRS THEORIQUES ET PROCEDURAUX", "1"],
        ],
        "referentiel_activite": [["code_ogr", "libelle_activite"], ["201", "Compter les vagues"]],
        "referentiel_env_travail": [
            ["code_ogr", "libelle_env_travail", "code_type_section_env_trav", "libelle_type_section_env_trav"],
            ["301", "Île", "1", "STRUCTURES"],
        ],
        "referentiel_appellation": [
            ["code_ogr", TITLE, "libelle_appellation_court", "code_rome"],
            ["501", "Garde d''îlot", "x", "Y1001"],
            ["502", "Gardien / Gardienne de phare", "x", "Y1003"],
        ],
        "referentiel_code_rome_riasec": [["code_rome", "riasec_majeur", "riasec_mineur"], ["Y1001", "R", "I"]],
        "texte": [
            ["code_rome", "position_libelle_txt", "code_type_texte", "libelle_texte", "libelle_type_texte"],
            ["Y1001", "1", "1", "Et compte les", "definition"],
            ["Y1001", "2", "1", "vagues.", "definition"],
            ["Y1001", "0", "1", "Garde l''île.", "definition"],
            ["Y1001", "0", "2", "Savoir nager.", "acces_a_em"],
        ],
        "rubrique_mobilite": [
            [
                "code_rome",
                "code_rome_cible",
                "code_appellation_source",
                "code_appellation_cible",
                "code_type_mobilite",
                "libelle_type_mobilite",
            ],
            ["Y1001", "Y1003", "", "", "2", "Evolution"],
            ["Y1001", "Y1003", "501", "502", "1", "Proche"],
            ["Y1001", "Y1001", "501", "501", "1", "Proche"],
            ["Y1002", "Y1001", "", "", "2", "Evolution"],
        ],
    }


MANIFEST = 'schema = "passerelles/table@1"\nname = "petit"\nversion = "1"\nlicence = "MIT"\nsource = "inventé"\n'


def table() -> Sheets:
    """Three occupations in the project's own format, one sheet of each kind."""
    return {
        "occupations": [
            [
                "code",
                "label",
                "definition",
                "access",
                "parent",
                "domain",
                "regulated",
                "managerial",
                "ecological",
                "digital",
                "demographic",
                "riasec_major",
                "riasec_minor",
            ],
            [
                "0110",
                "Souffleur / Souffleuse de verre",
                "Souffle.",
                "Aucun.",
                "",
                "VE",
                "non",
                "N",
                "vert",
                "",
                "",
                "r",
                "a",
            ],
            ["B2", "Vitrier / Vitrière", "", "", "", "VE", "oui", "yes", "neutre", "O", "?", "", ""],
            ["B3", "Opticien / Opticienne", "", "", "B2", "OP", "", "", "", "", "", "", ""],
        ],
        "competencies": [
            ["code", "label", "kind", "macro", "category", "expert"],
            ["C1", "Chauffer la pâte", "savoir-faire", "M1", "technique", ""],
            ["C2", "Tenir le souffle", "Savoir-être", "", "", ""],
            ["C3", "Indices de réfraction", "savoir", "", "physique", ""],
        ],
        "requirements": [
            ["occupation", "competency", "status"],
            ["0110", "C1", "core"],
            ["0110", "C2", ""],
            ["B2", "C1", "emerging"],
            ["B3", "C3", "coeur"],
        ],
        "macro_competencies": [
            ["code", "label", "parent"],
            ["M1", "Travailler le verre", "M0"],
            ["M0", "Façonner", ""],
        ],
        "titles": [["code", "occupation", "label"], ["T1", "0110", "Verrier / Verrière"]],
        "contexts": [["code", "label", "category"], ["X1", "Chaleur", "Conditions"]],
        "occupation_contexts": [["occupation", "context"], ["0110", "X1"]],
        "tags": [["code", "label", "kind"], ["S1", "Artisanat", "sector"]],
        "occupation_tags": [["occupation", "tag", "principal"], ["0110", "S1", "oui"]],
        "domains": [["code", "label", "parent"], ["V", "Matières", ""], ["VE", "Verre", "V"], ["OP", "Optique", "V"]],
        "mobilities": [
            ["origin", "target", "rank", "kind"],
            ["0110", "B2", "1", "proche"],
            ["B2", "0110", "", "Evolution"],
        ],
        "credentials": [
            [
                "code",
                "label",
                "kind",
                "hours_low",
                "hours_expected",
                "hours_high",
                "hours_source",
                "source",
                "certifinfo",
                "rncp",
                "note",
            ],
            ["K1", "Titre de verrier", "titre", "100", "1 120,5", "", "inventé", "inventé", "00123", "", ""],
            ["K2", "Habilitation four", "habilitation", "", "", "", "", "", "", "", "inconnue"],
        ],
        "credential_prerequisites": [
            ["credential", "requires", "group", "alternative", "source", "as_of", "in_force"],
            ["K1", "K2", "", "", "inventé", "", ""],
        ],
        "credential_reductions": [
            ["credential", "holder_of", "experience_months", "hours", "company_hours", "source", "as_of", "note"],
            ["K1", "B2", "12", "40", "", "inventé", "2026-01-31", ""],
        ],
        "credential_requirements": [
            [
                "occupation",
                "credential",
                "kind",
                "group",
                "alternative",
                "scope",
                "titles",
                "source",
                "as_of",
                "in_force",
            ],
            ["0110", "K1", "required", "", "", "", "", "inventé", "", ""],
            ["B2", "K2", "option", "", "", "", "", "", "", ""],
        ],
        "occupation_access": [
            [
                "occupation",
                "status",
                "level_low",
                "level_high",
                "selection",
                "selection_label",
                "selection_scope",
                "source",
            ],
            ["B2", "open", "0", "4", "", "", "", "inventé"],
        ],
    }


def to_csv(sheet: Iterable[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8", quoting: int = 1) -> bytes:
    """Write a sheet as France Travail does: every cell quoted, one line feed a row."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(sheet)  # type: ignore[arg-type]
    return text.getvalue().encode(encoding)


def write_rome(
    folder: Path,
    sheets: Mapping[str, Sheet],
    *,
    version: str = "_v999",
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    """Write a ROME set into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, sheet in sheets.items():
        data = to_csv(sheet, delimiter=delimiter, encoding=encoding)
        (folder / f"unix_{kind}{version}_utf8.csv").write_bytes(data)
    return folder


def write_table(
    folder: Path,
    sheets: Mapping[str, Sheet],
    *,
    manifest: str | None = MANIFEST,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    """Write a set in the project's own format into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, sheet in sheets.items():
        data = to_csv(sheet, delimiter=delimiter, encoding=encoding, quoting=csv.QUOTE_MINIMAL)
        (folder / f"{name}.csv").write_bytes(data)
    if manifest is not None:
        (folder / "manifest.toml").write_text(manifest, encoding="utf-8")
    return folder


_CODE = re.compile(rb'"([A-N][0-9]{4})"')


def write_part(rome4: Path, folder: Path, domains: Iterable[str]) -> Path:
    """Write what a set of files of ROME 4 says of the fiches of some domains, and of what they ask for, to the byte."""
    starts = tuple(domain.encode() for domain in domains)
    files = {file: file.read_bytes().splitlines(keepends=True) for file in sorted(rome4.iterdir())}
    fiches = next(lines for file, lines in files.items() if "referentiel_code_rome_v" in file.name)
    codes = [_CODE.findall(line) for line in fiches]  # of a fiche, and of the one that it belongs to
    kept = {found[0] for found in codes if found and all(code.startswith(starts) for code in found)}
    files = {file: [line for line in lines if kept.issuperset(_CODE.findall(line))] for file, lines in files.items()}
    links = next(lines for file, lines in files.items() if "liens_rome_referentiels" in file.name)
    asked = {line.rstrip().rpartition(b",")[2] for line in links}
    folder.mkdir()
    for file, (head, *lines) in files.items():
        known = {line.partition(b",")[0]: line for line in lines}
        if "referentiel_competence_v" in file.name:  # which tells the macro-competency of each
            cells = csv.reader(line.decode() for code, line in known.items() if code in asked)
            asked |= {f'"{row[4]}"'.encode() for row in cells}
        some = re.search("referentiel_(competence|savoir)_v", file.name)
        kept_lines = [line for code, line in known.items() if code in asked] if some else lines
        (folder / file.name).write_bytes(head + b"".join(kept_lines))
    return folder


def zipped(folder: Path, target: Path, *, inside: str = "") -> Path:
    """Zip the files of a folder, under the path `inside` of the zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return target


def column(sheet: Sheet, name: str, change: Callable[[str], str]) -> Sheet:
    """Return the sheet with every cell of one column changed."""
    where = sheet[0].index(name)
    return [sheet[0], *([change(c) if i == where else c for i, c in enumerate(row)] for row in sheet[1:])]


def moved(sheet: Sheet) -> Sheet:
    """Return the sheet with its columns in the opposite order."""
    return [row[::-1] for row in sheet]


def without(sheet: Sheet, name: str) -> Sheet:
    """Return the sheet without one column."""
    where = sheet[0].index(name)
    return [row[:where] + row[where + 1 :] for row in sheet]
