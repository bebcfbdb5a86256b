"""An overlay at home: written in a workbook, checked, refused, shared under a name, carried by a package."""

import json
import shutil
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from passerelles.access.holdings import demanded_rows
from passerelles.cli.main import run
from passerelles.compiled import compile_index
from passerelles.errors import PasserellesError, ReferentialError
from passerelles.graph.build import build_graph
from passerelles.io.archive import open_source
from passerelles.language.say import LANGS, Lang, say
from passerelles.matching.migrate import Versions, migrate_overlay
from passerelles.referentials.credentials import read_catalogue, with_supposed
from passerelles.referentials.load import load_referential
from passerelles.referentials.overlay import overlays_that_split
from passerelles.referentials.own_overlays import install, named_sources, remove, write_form
from passerelles.referentials.places import home
from passerelles.referentials.referential import Referential, lay_access
from passerelles.referentials.table_format import CODED, choices, open_tables, sheet_title
from passerelles.referentials.validate import check_overlay
from passerelles.session import Session
from passerelles.views.excel import write_workbook
from sets import table, write_table

MANIFEST = 'schema = "passerelles/overlay@1"\nname = "branche"\nversion = "2"\n'
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def transitions() -> Referential:
    return load_referential("transitions")


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PASSERELLES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def filled(path: Path, rows: dict[str, Rows], *, lang: Lang = "fr", name: str = "branche") -> Path:
    """Write the form and fill in rows by the names of columns, as a person does who reads their heads."""
    write_form(name, path, lang=lang, base=("transitions", "1.0.0"))
    book = load_workbook(path)
    for table_name, lines in rows.items():
        sheet = book[sheet_title(table_name, lang)]
        keys = [_key(lang).get(cell.value, "") for cell in sheet[1]]
        for line in lines:
            sheet.append([line.get(key) for key in keys])
    book.save(path)
    return path


def _key(lang: Lang) -> dict[object, str]:
    keys = ("code", "label", "base", "occupation", "competency", "action", "status", "kind", "credential", "requires",
            "hours_low", "hours_high", "hours_source", "source", "group", "alternative")  # fmt: skip
    return {say(f"tables.head.{key}", lang=lang): key for key in keys}


WORDS: dict[Lang, dict[str, str]] = {
    "fr": {"kind": "savoir-faire", "add": "ajouter", "remove": "enlever", "licence": "permis", "required": "exigé"},
    "en": {"kind": "skill", "add": "add", "remove": "remove", "licence": "licence", "required": "required"},
}


def split(lang: Lang) -> dict[str, Rows]:
    """Split driving instruction: one competency less and one more, one credential more."""
    words = WORDS[lang]
    return {
        "specialised_occupations": [{"code": "K2110-GL", "base": "K2110", "label": "Moniteur poids lourds"}],
        "titles": [{"occupation": "K2110-GL", "code": "16747"}],
        "competencies": [{"code": "B1", "label": "Atteler une remorque de seize tonnes", "kind": words["kind"]}],
        "requirements": [
            {"occupation": "K2110-GL", "competency": "B1", "action": words["add"], "status": "core"},
            {"occupation": "K2110-GL", "competency": taught(), "action": words["remove"]},
        ],
        "credentials": [
            {"code": "B-CERT", "label": "Certificat de la branche du poids lourd", "kind": words["licence"],
             "hours_low": 35, "hours_high": 70.0, "hours_source": "centre.exemple"}
        ],
        "credential_requirements": [{"occupation": "K2110-GL", "credential": "B-CERT", "kind": words["required"]}],
    }  # fmt: skip


def taught() -> str:
    return load_referential("transitions").requirements_of["K2110"][0].competency


@pytest.mark.parametrize("lang", LANGS)
def test_a_form_filled_in_is_an_overlay_in_both_languages(lang: Lang, tmp_path: Path, transitions: Referential) -> None:
    place = filled(tmp_path / "branche.xlsx", split(lang), lang=lang)
    report = check_overlay(place, transitions)
    assert [n.what() for n in report.notices] == []
    laid = transitions.with_overlay(place)
    part = laid.parts_of("K2110")[0]
    asked = {r.competency: r.status for r in laid.requirements_of[part.code]}
    assert asked["B1"] == "core"
    assert taught() not in asked
    assert laid.credential_by_code["B-CERT"].hours[:3] == (35, None, 70)
    assert [row.credential for row in laid.credentials_of[part.code] if row.credential == "B-CERT"]


def test_the_form_offers_words_and_rules_and_its_example_is_not_read(tmp_path: Path, transitions: Referential) -> None:
    write_form("verre", tmp_path / "verre.xlsx")
    book = load_workbook(tmp_path / "verre.xlsx")
    sheet = book["Compétences demandées"]
    lists = {str(rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert '"ajouter,retirer,modifier"' in lists
    assert any("Métiers spécialisés" in each for each in lists)
    assert all(rule.prompt for rule in sheet.data_validations.dataValidation)
    assert str(sheet["A2"].value).startswith("EXEMPLE")
    assert book["Règles"].max_row > 40
    assert check_overlay(tmp_path / "verre.xlsx", transitions).notices == ()
    with pytest.raises(PasserellesError, match="exists"):
        write_form("verre", tmp_path / "verre.xlsx")
    with pytest.raises(PasserellesError, match=r"ends in \.xlsx"):  # a workbook under the name of a CSV opens nowhere
        write_form("verre", tmp_path / "verre.csv")
    with pytest.raises(PasserellesError, match="manifest: remontees-mecaniques"):  # or it would not be installed
        write_form("Remontées mécaniques", tmp_path / "autre.xlsx")


@pytest.mark.parametrize("lang", LANGS)
def test_the_form_of_a_whole_referential_speaks_of_no_other(lang: Lang, tmp_path: Path) -> None:
    write_form("verre", tmp_path / "verre.xlsx", schema="table", lang=lang)
    cells = [str(c) for page in load_workbook(tmp_path / "verre.xlsx") for row in page.values for c in row if c]
    assert not [cell for cell in cells if "fiche" in cell.casefold() or "K2110" in cell]
    rules = load_workbook(tmp_path / "verre.xlsx")[sheet_title("rules", lang)]
    assert not [row for row in rules.iter_rows(min_row=3, values_only=True) if row[1] == row[3]], "a rule, not its head"


def test_soft_skills_are_read_as_the_screen_names_them(tmp_path: Path) -> None:
    sheets = table()
    heads, first, *_ = sheets["competencies"]
    place = heads.index("kind")
    sheets["competencies"] = [heads, [*first[:place], "Soft skill", *first[place + 1 :]]]
    found = load_referential(write_table(tmp_path / "petit", sheets))
    assert found.competency_by_code[str(first[heads.index("code")])].kind == "savoir-être"


@pytest.mark.parametrize("lang", LANGS)
def test_words_offered_are_words_understood(lang: Lang) -> None:
    for known in (CODED["action"], CODED["competencies.kind"]):
        offered = choices(known, lang)
        assert len(offered) == len(set(known.values()))
        assert {known[word] for word in offered} == set(known.values())


def test_a_whole_referential_may_be_one_workbook(tmp_path: Path) -> None:
    folder = write_table(tmp_path / "petit", table())
    book = Workbook()
    about = book.active
    assert about is not None
    about.title = "Présentation"
    for row in (["rubrique", "valeur"], ["nature", "référentiel"], ["nom", "petit"], ["version", "1"]):
        about.append(row)
    for name, rows in table().items():
        sheet = book.create_sheet(sheet_title(name, "fr"))
        for cells in rows:
            sheet.append(cells)
    book.save(tmp_path / "petit.xlsx")
    assert load_referential(tmp_path / "petit.xlsx").requirements == load_referential(folder).requirements


def faults(tmp_path: Path, rows: dict[str, Rows], on: Referential) -> Counter[str]:
    place = filled(tmp_path / "branche.xlsx", rows)
    return Counter(n.code for n in check_overlay(place, on).notices)


def test_natural_slips_are_errors_with_their_sheet_and_row(tmp_path: Path, transitions: Referential) -> None:
    rows = split("fr")
    rows["requirements"].append({"occupation": "K2110-GL", "competency": "B1", "action": "effacer"})
    rows["competencies"].append({"code": "B 2", "label": "#N/A", "kind": "savoir-faire"})
    rows["competencies"].append({"code": "B3", "label": "Trier", "kind": "talent"})
    rows["requirements"].append({"occupation": "K2110-GL", "competency": "B3"})
    rows["requirements"].append({"occupation": "K2110-GL", "competency": "B1", "action": "gommer"})
    rows["credentials"].append({"code": "PERMIS-C", "label": "Permis de conduire, catégorie C", "kind": "permis"})
    rows["credentials"].append({"code": "SANS", "label": "Sans source", "kind": "titre", "hours_low": 7})
    rows["specialised_occupations"].append({"code": datetime(2026, 1, 5), "base": "K2110", "label": "Daté"})  # noqa: DTZ001
    place = filled(tmp_path / "branche.xlsx", rows)
    book = load_workbook(place)
    book["Appellations"].merge_cells("C3:D3")
    book.save(place)
    report = check_overlay(place, transitions)
    told = {(n.code, n.file, n.line) for n in report.notices if n.severity == "error"}
    assert told == {
        ("unknown_word", "branche/Compétences demandées", 5),
        ("unknown_word", "branche/Compétences demandées", 7),
        ("unknown_word", "branche/Compétences", 5),
        ("error_cell", "branche/Compétences", 4),
        ("credential_twice", "branche/Certifications", 4),
        ("hours_unsourced", "branche/Certifications", 5),
        ("date_for_code", "branche/Métiers spécialisés", 4),
        ("merged_cells", "branche/Appellations", 3),
    }
    shown = str(report)  # each row on the screen, two of one kind too
    assert shown.count("unknown_word") == shown.count("Mot inconnu") == 3
    assert ("odd_code", "branche/Compétences", 4) in {(n.code, n.file, n.line) for n in report.notices}
    twice = next(n for n in report.notices if n.code == "credential_twice")
    assert "PERM-C" in twice.what()
    words = next(n for n in report.notices if (n.code, n.file) == ("unknown_word", "branche/Compétences"))
    assert words.what("fr") == "Mot inconnu dans nature (kind) : « talent »"  # as the sheet has it, and as a file may


def test_a_date_for_a_code_is_said_in_a_file_too(tmp_path: Path, transitions: Referential) -> None:
    sheets = {"specialised_occupations": [["code", "base", "label"], ["05/01/2026", "K2110", "Daté"]]}
    report = check_overlay(write_table(tmp_path / "branche", sheets, manifest=MANIFEST), transitions)
    assert [(n.code, n.line) for n in report.notices] == [("date_for_code", 2)]


def test_an_index_keeps_what_an_overlay_took_away_and_its_source(tmp_path: Path, transitions: Referential) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["K2110-T", "K2110 N4101", "Conducteur formateur"]],
        "credential_requirements": [["occupation", "credential", "action"], ["K2110-T", "PERM-B", "retirer"]],
    }
    manifest = MANIFEST + 'credentials = "acces-france"\nsource = "La branche"\n'
    laid = transitions.with_overlay(write_table(tmp_path / "branche", sheets, manifest=manifest))
    opened = load_referential(compile_index(build_graph(laid), tmp_path / "branche.index", scorers=(), titles=False))
    assert opened.removed == (("K2110-T", "PERM-B"),)
    assert opened.provenance.laid == laid.provenance.laid
    assert opened.occupation_by_code["K2110-T"].bases == ("K2110", "N4101")
    assert "PERM-B" not in {row.credential for row in opened.credentials_of["K2110-T"]}


def test_a_wrong_head_says_itself_once(tmp_path: Path, transitions: Referential) -> None:
    rows = split("fr")
    rows["credentials"] += [{"code": "SECOND", "label": "Un autre titre", "kind": "permis"}]
    place = filled(tmp_path / "branche.xlsx", rows)
    book = load_workbook(place)
    book["Certifications"]["A1"] = "codde"
    book["Compétences"]["A1"] = "codde"
    book.save(place)
    report = check_overlay(place, transitions)
    assert Counter(n.code for n in report.notices) == {"missing_column": 2}
    assert {n.line for n in report.notices} == {1}
    assert report.severities["error"] == 2, "two heads are wrong, however many rows are lost"
    assert [(row["count"], row["dropped"]) for row in report.to_dict()["results"]] == [(1, 3), (1, 2)]


def test_a_sheet_or_a_column_that_nothing_reads_is_a_warning(tmp_path: Path, transitions: Referential) -> None:
    place = filled(tmp_path / "branche.xlsx", split("fr"))
    book = load_workbook(place)
    book.create_sheet("Feuil1")["A1"] = "code"
    book["Certifications"]["F1"] = "heures minimum"
    book.save(place)
    report = check_overlay(place, transitions)
    assert {(n.code, n.file, n.severity) for n in report.notices} == {
        ("unknown_sheet", "branche/Feuil1", "warning"),
        ("unknown_column", "branche/Certifications", "warning"),
    }
    assert "Certifications demandées" in report.notices[-1].action()


def test_a_column_misspelt_is_an_error_that_says_which_was_meant(tmp_path: Path, transitions: Referential) -> None:
    place = filled(tmp_path / "branche.xlsx", split("fr"))
    book = load_workbook(place)
    sheet = book["Compétences demandées"]
    (cell,) = (cell for cell in sheet[1] if cell.value == "action")
    cell.value = "Acion"  # rows that take a competency away would be read as adding it
    book.save(place)
    (found,) = check_overlay(place, transitions).notices
    assert (found.code, found.severity, found.line) == ("misspelt_column", "error", 1)
    assert found.what("fr").endswith("vouliez-vous dire « action » ?")


def test_what_an_overlay_itself_says_twice_is_said(tmp_path: Path, transitions: Referential) -> None:
    rows = split("fr")
    rows["credentials"].append({"code": "B-DEUX", "label": "certificat de la branche du Poids-lourd", "kind": "CQP"})
    rows["specialised_occupations"].append({"code": "K2110-DR", "base": "K2110", "label": "Autre"})
    rows["titles"] += [{"occupation": f"K2110-{part}", "label": "Moniteur de dragster"} for part in ("GL", "DR")]
    rows["credential_requirements"].append({"occupation": "K2110-DR", "credential": "B-CERT", "kind": "obligatoire"})
    found = check_overlay(filled(tmp_path / "branche.xlsx", rows), transitions).notices
    assert [(n.code, n.line) for n in found] == [("credential_twice", 4), ("title_claimed_twice", 5)]


def test_a_check_counts_what_the_overlay_adds_not_what_the_catalogue_says(
    tmp_path: Path, transitions: Referential
) -> None:
    place = filled(tmp_path / "branche.xlsx", split("fr"))
    index = build_graph(transitions).referential  # with the rows of the catalogue, as a compiled index has them
    assert any(row.origin for row in index.credential_requirements)
    for base in (transitions, index):
        assert check_overlay(place, base).counts["credential_requirements"] == 1


def test_titles_that_disagree_or_are_claimed_twice_or_elsewhere_are_said(
    tmp_path: Path, transitions: Referential
) -> None:
    other = next(t for t in transitions.titles if t.occupation != "K2110")
    rows = split("fr")
    rows["titles"] += [
        {"occupation": "K2110-GL", "code": "16747", "label": "Moniteur / Monitrice poids lourds"},
        {"occupation": "K2110-GL", "code": "16747", "label": other.label},
        {"occupation": "K2110-GL", "code": other.code},
    ]
    place = filled(tmp_path / "branche.xlsx", rows)
    notices = {n.code: n for n in check_overlay(place, transitions).notices}
    assert set(notices) == {"title_claimed_twice", "title_disagrees", "title_from_elsewhere"}
    assert notices["title_disagrees"].line == 5
    assert other.code in notices["title_disagrees"].action()
    assert notices["title_from_elsewhere"].severity == "warning"


def test_circular_prerequisites_give_their_rows(tmp_path: Path) -> None:
    sheets = {
        "credentials": [["code", "label", "kind"], ["KX", "Permis x", "permis"], ["KY", "Permis y", "permis"]],
        "credential_prerequisites": [["credential", "requires"], ["KX", "K1"], ["KX", "KY"], ["KY", "KX"]],
    }
    base = load_referential(write_table(tmp_path / "petit", table()))
    found = check_overlay(write_table(tmp_path / "branche", sheets, manifest=MANIFEST), base).notices
    circle = next(n for n in found if n.code == "cyclic_prerequisite")
    assert (circle.line, dict(circle.values)["rows"]) == (3, "3, 4")


def test_faults_of_the_manifest_name_the_file_in_the_users_language(tmp_path: Path, transitions: Referential) -> None:
    place = write_table(tmp_path / "branche", {}, manifest='schema = "passerelles/overlay@1"\nname = branche\n')
    report = check_overlay(place, transitions)
    (fault,) = [n for n in report.notices if n.severity == "error"]
    assert (fault.code, fault.file, fault.line) == ("manifest_syntax", "branche/manifest.toml", 2)
    assert "n'est pas du TOML" in fault.what("fr")
    with pytest.raises(ReferentialError) as refused:
        transitions.with_overlay(place)
    assert "manifest.toml" in refused.value.message("fr")
    assert "Invalid" not in refused.value.message("fr")


def test_an_overlay_of_another_version_says_what_no_longer_fits(tmp_path: Path, transitions: Referential) -> None:
    sheets = {"specialised_occupations": [["code", "base", "label"], ["Z-1", "Z9999", "Partie de rien"]]}
    manifest = MANIFEST + 'base = "transitions"\nbase_version = "0.9"\n'
    report = check_overlay(write_table(tmp_path / "branche", sheets, manifest=manifest), transitions)
    assert [n.code for n in report.notices] == ["overlay_base_missing", "overlay_base_version"]
    other = MANIFEST + 'base = "rome"\nbase_version = "0.9"\n'
    elsewhere = check_overlay(write_table(tmp_path / "autre", sheets, manifest=other), transitions)
    assert [n.code for n in elsewhere.notices] == ["overlay_row_elsewhere"]


def test_what_a_fiche_demands_can_be_removed_from_its_part(tmp_path: Path, transitions: Referential) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["K2110-X", "K2110", "Moniteur sans rien"]],
        "credential_requirements": [["occupation", "credential", "action"], ["K2110-X", "PERM-B", "retirer"]],
    }
    manifest = MANIFEST + 'credentials = "acces-france"\n'
    laid = transitions.with_overlay(write_table(tmp_path / "branche", sheets, manifest=manifest))
    whole = lay_access(laid)
    of_part = {row.credential for row in whole.credentials_of["K2110-X"]}
    of_fiche = {row.credential for row in whole.credentials_of["K2110"]}
    assert "PERM-B" in of_fiche - of_part
    again = lay_access(
        whole.with_overlay(write_table(tmp_path / "vide", {}, manifest=MANIFEST.replace("branche", "vide")))
    )
    assert "PERM-B" not in {row.credential for row in again.credentials_of["K2110-X"]}


def test_an_overlay_borrows_only_the_credentials_it_names(tmp_path: Path, transitions: Referential) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["K2110-X", "K2110", "Moniteur poids lourd"]],
        "credential_requirements": [["occupation", "credential"], ["K2110-X", "PERM-C"]],
    }
    manifest = MANIFEST + 'credentials = "acces-france"\n'
    laid = transitions.with_overlay(write_table(tmp_path / "branche", sheets, manifest=manifest))
    borrowed = set(laid.credential_by_code) - set(transitions.credential_by_code)
    assert borrowed == with_supposed(read_catalogue().credentials, ["PERM-C"])


def test_removals_say_what_goes_along_and_what_nothing_asks_for(tmp_path: Path, transitions: Referential) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["K2110-X", "N4101 K2110", "Conducteur moniteur"]],
        "credentials": [["code", "label", "kind"], ["SIEN", "Brevet de la branche", "titre"]],
        "credential_requirements": [
            ["occupation", "credential", "action"],
            *(
                ["K2110-X", code, "retirer"] for code in ("DE-PUER", "TP-ECSR", "SIEN", "AUT-ENS")
            ),  # the second is of one fiche
        ],
    }
    manifest = MANIFEST + 'credentials = "acces-france"\n'
    report = check_overlay(write_table(tmp_path / "branche", sheets, manifest=manifest), transitions)
    found = {n.line: n for n in report.notices}
    assert {line: n.code for line, n in found.items()} == {
        2: "overlay_not_asked",
        3: "choice_removed",
        4: "overlay_not_asked",
    }
    assert "BEPECASER" in found[3].what()
    sheets["credential_requirements"] += [["K2110-X", code, "retirer"] for code in ("BEPECASER", "PERM-B")]
    whole = check_overlay(write_table(tmp_path / "tout", sheets, manifest=manifest), transitions)
    assert [n.code for n in whole.notices] == ["overlay_not_asked", "overlay_not_asked"]


def test_a_job_may_be_a_part_of_two_fiches(tmp_path: Path, transitions: Referential) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["K2110-T", "K2110 N4101", "Conducteur formateur"]]
    }
    laid = lay_access(transitions.with_overlay(write_table(tmp_path / "branche", sheets, manifest=MANIFEST)))
    both = {r.competency for code in ("K2110", "N4101") for r in laid.requirements_of[code]}
    assert {r.competency for r in laid.requirements_of["K2110-T"]} == both
    asked = {c.credential for code in ("K2110", "N4101") for c in laid.credentials_of[code]}
    assert {c.credential for c in laid.credentials_of["K2110-T"]} == asked
    assert [o.code for o in laid.parts_of("N4101")] == ["K2110-T"]
    assert laid.occupation_by_code["K2110-T"].bases == ("K2110", "N4101")


def test_codes_in_small_letters_and_days_as_the_french_write_them_are_read(
    tmp_path: Path, transitions: Referential
) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["K2110-T", "k2110", "Formateur"],
                                    ["N-X", "a job", "X"]],
        "credentials": [["code", "label", "kind", "as_of"], ["MA-1", "Une", "titre", "1/02/2026"],
                        ["MA-2", "Deux", "titre", "31/02/2026"]],
    }  # fmt: skip
    found = check_overlay(write_table(tmp_path / "branche", sheets, manifest=MANIFEST), transitions)
    about = {n.code: dict(n.values) for n in found.notices}
    assert about["overlay_base_missing"] == {"subject": "N-X", "base": "a job"}
    assert about["invalid_value"]["value"] == "31/02/2026"
    assert len(about) == 2
    laid = transitions.with_overlay(tmp_path / "branche")
    assert laid.occupation_by_code["K2110-T"].base == "K2110"
    assert [c.as_of for c in laid.credentials if c.code.startswith("MA-")] == ["2026-02-01", ""]


def test_codes_labels_and_figures_are_read_as_people_write_them(tmp_path: Path, transitions: Referential) -> None:
    label = transitions.occupation_by_code["N4101"].label
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["N4101-lait", f"N4101 - {label}", "Laitier"],
                                    ["N4101-GAZ", f"{label}", "Gazier"], ["N4101-2", "n4101 ; K 2110", "Deux"],
                                    ["N4101-?", "n'importe quoi", "Perdu"], ["N4101-P", "N4101-2", "Partie"]],
        "competencies": [["code", "label", "kind"], ["MA-1", "Prélever du lait", "savoir-faire"],
                         ["MA-2", "Rincer", "talent"]],
        "requirements": [["occupation", "competency", "action"], ["N4101-LAIT", "ma-1", ""],
                         ["N4101-GAZ", "Prelever du lai", ""], ["Perdu", "MA-1", ""],
                         ["N4101-GAZ", "MA-1 - prélever du lait", ""]],
        "credentials": [["code", "label", "kind", "hours_low", "hours_high", "hours_source", "months_low",
                         "months_high", "level", "minimum_age", "validity_months", "rncp", "as_of"],
                        ["MA-CQP", "CQP laitier", "cqp", "7 h", "1 120,5 heures", "s", "6 mois", "2 ans", "Niveau 4",
                         "18 ans", "5 ans", "RNCP 12345", "20/11/26"],
                        ["MA-J", "Jours", "cqp", "2 jours", "", "s", "", "", "", "", "", "", ""]],
        "credential_requirements": [["occupation", "credential", "kind"], ["laitier", "CQP laitier", "exigée"],
                                    ["N4101-GAZ", "RNCP12345", "facultative"], ["N4101-2", "adr cit", "usage"],
                                    ["N4101-2", "MA-CQQ", ""]],
    }  # fmt: skip
    manifest = f'{MANIFEST}credentials = "acces-france"\n'
    found = check_overlay(write_table(tmp_path / "branche", sheets, manifest=manifest), transitions)
    said = {n.code: n.sentence("fr") for n in found.notices}
    assert set(said) == {"overlay_base_missing", "overlay_competency_missing", "unknown_word", "hours_invalid",
                         "link_to_nowhere"}  # fmt: skip
    assert (
        "vouliez-vous dire N4101 K2110 ?" in said["overlay_base_missing"] or "N4101 ?" in said["overlay_base_missing"]
    )
    assert "vouliez-vous dire MA-1 (Prélever du lait) ?" in said["overlay_competency_missing"]
    assert "vouliez-vous dire MA-CQP (CQP laitier) ?" in said["link_to_nowhere"]
    assert "Mots admis : savoir-faire, savoir-être, savoir." in said["unknown_word"]
    assert "2 jours" in said["hours_invalid"]
    laid = transitions.with_overlay(tmp_path / "branche")
    for part in ("lait", "GAZ"):
        assert "MA-1" in {r.competency for r in laid.requirements_of[f"N4101-{part}"]}
    assert laid.occupation_by_code["N4101-2"].bases == ("N4101", "K2110")
    cqp = laid.credential_by_code["MA-CQP"]
    assert (cqp.hours.low, cqp.hours.high, cqp.months.low, cqp.months.high) == (7, 1120.5, 6, 24)
    assert (cqp.level, cqp.minimum_age, cqp.validity_months, cqp.rncp) == (4, 18, 60, "12345")
    assert cqp.as_of == "2026-11-20"
    kinds = {
        (c.occupation, c.credential): c.kind for o in ("lait", "GAZ", "2") for c in laid.credentials_of[f"N4101-{o}"]
    }
    assert kinds["N4101-lait", "MA-CQP"] == "required"
    assert kinds["N4101-GAZ", "MA-CQP"] == "option"
    assert kinds["N4101-2", "ADR-CIT"] == "usual"


def test_a_code_or_a_label_stands_for_what_is_of_its_kind_and_bears_it_whole(tmp_path: Path) -> None:
    sheets = {
        "occupations": [["code", "label"], ["O1", "Boucher, charcutier"], ["O2", "Boucher"], ["O3", "Charcutier"],
                        ["O4", "Boulanger"], ["O5", "boulanger"]],
        "competencies": [["code", "label", "kind"], ["NUIT", "Veiller", "savoir-faire"]],
        "requirements": [["occupation", "competency"], *([f"O{n}", "NUIT"] for n in range(1, 6))],
        "contexts": [["code", "label", "category"], ["nuit", "Travail de nuit", "horaires"]],
        "occupation_contexts": [["occupation", "context"], ["O1", "nuit"], ["O2", "Travail de nuit"]],
    }  # fmt: skip
    manifest = MANIFEST.replace("overlay@1", "table@1")
    whole = load_referential(write_table(tmp_path / "viande", sheets, manifest=manifest))
    assert not whole.notices
    assert whole.occupation_contexts == (("O1", "nuit"), ("O2", "nuit"))
    parts = [["code", "base", "label"], ["P-1", "boucher, charcutier", "Un"], ["P-2", "Charcutier ; boucher", "Deux"],
             ["P-3", "16723", "Trois"], ["P-4", "Boulanger", "Quatre"]]  # fmt: skip
    own = {
        "specialised_occupations": parts,
        "credentials": [["code", "label", "kind", "rncp"], ["MA-1", "Une", "certificat", "RS5000"]],
        "credential_requirements": [["occupation", "credential"], ["Un", "rs 5000"]],
    }
    place = write_table(tmp_path / "branche", own, manifest=MANIFEST)
    number, two = check_overlay(place, whole).notices  # a label that two bear is nobody's
    assert "vouliez-vous" not in number.sentence("fr")
    assert (number.code, two.code, dict(two.values)["subject"]) == (*["overlay_base_missing"] * 2, "P-4")
    laid = whole.with_overlay(place)
    assert [o.bases for o in laid.occupations if o.base] == [("O1",), ("O3", "O2")]
    assert [c.credential for c in laid.credentials_of["P-1"]] == ["MA-1"]


def test_a_part_of_new_titles_alone_takes_what_the_fiche_at_large_does(
    tmp_path: Path, transitions: Referential
) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["K2110-N", "K2110", "Formateur en entreprise"],
                                    ["K2110-M", "K2110", "Moniteur de motos"],
                                    ["K2110-0", "K2110", "Sans appellation"]],
        "titles": [["occupation", "code", "label"], ["K2110-N", "", "Formateur / Formatrice en entreprise"],
                   ["K2110-M", "", "Monitrice moto"], ["K2110-M", "16746", "Moniteur motocycle"],
                   ["K2110-M", "", "Moniteur / Monitrice de trois-roues"]],
    }  # fmt: skip
    place = write_table(tmp_path / "branche", sheets, manifest=MANIFEST)
    assert not check_overlay(place, transitions).notices
    sheets["credentials"] = [["code", "label", "kind"], ["MA-1", "Une", "titre"]]
    sheets["credential_requirements"] = [["occupation", "credential", "scope", "titles"],
                                         ["K2110-M", "MA-1", "titles", "16745 16747 moto"],
                                         ["K2110", "MA-1", "titles", "16745"]]  # fmt: skip
    place = write_table(tmp_path / "branche", sheets, manifest=MANIFEST)
    (strange,) = check_overlay(place, transitions).notices
    assert (strange.code, dict(strange.values)["value"]) == ("invalid_value", "16747 moto")
    laid = build_graph(transitions.with_overlay(place)).referential
    assert {t.code for t in laid.titles_in("K2110-M")} > {"16745", "16746"}  # claimed by one of the two forms
    assert len(laid.titles_in("K2110-M")) == 3
    parts = ("K2110-N", "K2110-M", "K2110-0")
    new, claimed, bare = ({r.credential for r in demanded_rows(laid, code)} for code in parts)
    assert new == bare == {r.credential for r in demanded_rows(laid, "K2110")} >= {"AUT-ENS", "PERM-B", "TP-ECSR"}
    (own,) = (r for r in laid.credentials_of["K2110-M"] if r.credential == "MA-1")
    assert (own.scope, own.titles) == ("titles", "16745")
    assert claimed >= {"AUT-ENS-2R", "PERM-A"}  # whatever other titles the part adds
    assert "AUT-ENS-GL" not in new | claimed


def broken(folder: Path) -> Path:
    sheets = {"requirements": [["occupation", "competency", "action"], ["K2110", taught(), "effacer"]]}
    return write_table(folder / "cassee", sheets, manifest=MANIFEST)


def test_every_command_refuses_an_overlay_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = broken(tmp_path)
    with pytest.raises(ReferentialError) as refused:
        _ = Session(overlays=(place,)).referential
    assert refused.value.key == "overlay_refused"
    assert "effacer" in refused.value.message("fr")
    _ = Session(overlays=(place,), accept_errors=True).graph
    for command in (["show", "K2110"], ["rank", "K2110"], ["compare", "K2110", "N4101"], ["areas"]):
        assert code_of([*command, "--overlay", str(place)]) == 2
        assert "--accept-errors" in capsys.readouterr().err


def test_errors_may_be_accepted_and_warnings_take_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERELLES_ACCEPT_ERRORS", "")  # the flag sets it: the fixture takes it back
    place = broken(tmp_path)
    for command in (["show", "K2110"], ["transparency"]):
        monkeypatch.setenv("PASSERELLES_ACCEPT_ERRORS", "false")
        assert code_of([*command, "--overlay", str(place)]) == 2
        capsys.readouterr()
        assert code_of([*command, "--overlay", str(place), "--accept-errors"]) == 0
        err = capsys.readouterr().err.strip()
        assert err.count("\n") == 0
        assert "erreurs 1" in err


def test_a_referential_with_errors_is_used_and_they_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheets = {
        "occupations": [["code", "label"], ["V1", "Verrier"]],
        "competencies": [["code", "label", "kind"], ["C1", "Souffler", "savoir-faire"]],
        "requirements": [["occupation", "competency"], ["V1", "C1"], ["V2", "C1"]],
    }
    place = write_table(tmp_path / "verre", sheets)
    assert code_of(["show", "V1", "--referential", str(place)]) == 0
    told = f"{place} : erreurs 1, avertissements 0. Détail : passerelles validate {place}"
    assert told in capsys.readouterr().err


def code_of(words: list[str]) -> int:
    with pytest.raises(SystemExit) as stopped:
        run(words)
    return int(str(stopped.value.code))


def test_an_overlay_is_installed_used_by_name_and_removed(
    own_home: Path, tmp_path: Path, transitions: Referential
) -> None:
    place = filled(tmp_path / "fichier de paul.xlsx", split("fr"))
    kept = install(place, transitions)
    assert (kept.kind, kept.name, home("overlay") / "branche.xlsx") == (
        "overlay",
        "branche",
        own_home / "overlays/branche.xlsx",
    )
    assert transitions.with_overlay("branche").parts_of("K2110")
    assert kept in named_sources()
    with pytest.raises(PasserellesError) as refused:
        install(place, transitions)
    assert refused.value.key == "name_taken"
    assert install(place, transitions, replace=True) == kept
    assert remove("branche") == [kept]
    with pytest.raises(PasserellesError, match="branche"):
        transitions.with_overlay("branche")
    with pytest.raises(ReferentialError):
        install(broken(tmp_path), transitions)


def test_a_referential_is_installed_from_a_folder(own_home: Path, tmp_path: Path, transitions: Referential) -> None:
    kept = install(write_table(tmp_path / "dossier", table()), transitions)
    assert kept.kind == "referential"
    assert load_referential(kept.name).titles
    assert (own_home / "referentials" / f"{kept.name}.zip").is_file()


def test_names_are_looked_for_in_the_folder_of_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transitions: Referential
) -> None:
    filled(tmp_path / "branche.xlsx", split("fr"))
    monkeypatch.setenv("PASSERELLES_DATA", str(tmp_path))
    assert transitions.with_overlay("branche").parts_of("K2110")


def test_a_package_carries_overlays_and_referentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transitions: Referential
) -> None:
    package = tmp_path / "verre_essai"
    package.mkdir()
    (package / "__init__.py").write_text("")
    write_table(package / "branche", {"titles": [["occupation", "code", "label"]]}, manifest=MANIFEST)
    write_table(package / "petit", table())
    about = tmp_path / "verre_essai-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: verre-essai\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[passerelles.overlays]\nverre-branche = verre_essai:branche\nperdu = verre_essai:perdu\n"
        "[passerelles.referentials]\nverre = verre_essai:petit\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert transitions.with_overlay("verre-branche").provenance.overlays == ("branche 2",)
    assert load_referential("verre").titles
    assert {("overlay", "verre-branche", "package"), ("referential", "verre", "package")} <= set(named_sources())
    with pytest.raises(PasserellesError) as refused:
        transitions.with_overlay("perdu")
    assert refused.value.key == "package_broken"


@pytest.mark.parametrize("inside", ["", "branche/", "envoi/branche/"])
def test_a_zip_opens_whatever_folder_is_inside(inside: str, tmp_path: Path, transitions: Referential) -> None:
    folder = write_table(
        tmp_path / "f", {"specialised_occupations": [["code", "fiche", "libellé"], ["K2110-Z", "K2110", "Zed"]]},
        manifest=MANIFEST,
    )  # fmt: skip
    (folder / "specialised_occupations.csv").rename(folder / "Métiers spécialisés.csv")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{inside}{file.name}")
        archive.writestr("__MACOSX/._manifest.toml", "x")
    assert [o.code for o in transitions.with_overlay(tmp_path / "z.zip").parts_of("K2110")] == ["K2110-Z"]


def test_a_workbook_in_a_folder_or_zip_is_read_as_one(tmp_path: Path, transitions: Referential) -> None:
    place = filled(tmp_path / "branche.xlsx", split("fr"))
    (tmp_path / "dossier").mkdir()
    shutil.copy(place, tmp_path / "dossier" / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(place, "envoi/branche.xlsx")
    for each in (tmp_path / "dossier", tmp_path / "z.zip"):
        assert [o.code for o in transitions.with_overlay(each).parts_of("K2110")] == ["K2110-GL"]
        assert "specialised_occupations.csv" in open_tables(each).names
    assert open_source(tmp_path / "dossier").names == ("b.xlsx",)


def test_the_commands_write_check_install_list_and_remove(
    own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "verre.xlsx")
    assert code_of(["overlay", "new", "verre", "--output", place]) == 0
    assert code_of(["overlay", "check", place]) == 0
    assert code_of(["overlay", "install", place]) == 0
    capsys.readouterr()
    assert code_of(["overlay", "list"]) == 0
    assert "verre" in capsys.readouterr().out
    assert code_of(["show", "K2110", "--overlay", "verre"]) == 0
    assert code_of(["overlay", "check", str(write_table(tmp_path / "petit", table()))]) == 0
    assert code_of(["overlay", "check", str(broken(tmp_path))]) == 1
    assert "effacer" in capsys.readouterr().out
    assert code_of(["overlay", "remove", "verre"]) == 0
    assert code_of(["overlay", "remove", "verre"]) == 2
    assert not list((own_home / "overlays").iterdir())


def test_what_is_no_overlay_is_told_in_words_of_its_form(
    tmp_path: Path, transitions: Referential, capsys: pytest.CaptureFixture[str]
) -> None:
    Workbook().save(tmp_path / "book.xlsx")
    told = check_overlay(tmp_path / "book.xlsx", transitions).to_dict("fr")
    assert "Présentation" in str(told)
    assert "manifest.toml" not in str(told)
    (tmp_path / "list.csv").write_text("a\n1\n", encoding="utf-8")
    for words, said in (
        (("overlay", "check", str(tmp_path / "list.csv")), "classeur (.xlsx)"),
        (("overlay", "new", "essai", "-o", str(tmp_path / "book.xlsx")), "Donnez un autre nom."),
        (("export", str(tmp_path / "list.csv"), "--format", "json"), "--overwrite"),
    ):
        with pytest.raises(SystemExit):
            run(words)
        assert said in capsys.readouterr().err


def test_codes_to_use_again_are_shown_and_found_by_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(["show", "K2110", "--codes"]) == 0
    assert "16747  Moniteur / Monitrice poids lourds" in capsys.readouterr().out
    assert code_of(["search", "permis", "conduire", "categorie", "C", "--kind", "credential", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["results"]
    assert found[0]["code"] == "PERM-C"
    assert {each["kind"] for each in found} == {"credential"}
    assert code_of(["search", taught(), "--kind", "competency"]) == 0
    assert taught() in capsys.readouterr().out
    assert code_of(["search", "!!"]) == 2


def test_sources_and_licences_of_overlays_stand_under_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = MANIFEST + 'source = "La branche du verre"\nlicence = "Licence du verre"\n'
    place = str(write_table(tmp_path / "branche", {}, manifest=manifest))
    for command in (["rank", "K2110"], ["show", "K2110"], ["compare", "K2110", "N4101"]):
        assert code_of([*command, "--overlay", place]) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert "La branche du verre" in out
        assert "Licence du verre" in out


def test_own_codes_of_the_form_of_rome_make_no_rome(tmp_path: Path) -> None:
    sheets = table()
    heads = sheets["occupations"][0]
    sheets["occupations"].append(["V1001", "Souffleur", *[""] * (len(heads) - 2)])
    assert load_referential(write_table(tmp_path / "petit", sheets)).family == "petit"


def versions(folder: Path) -> tuple[Referential, Referential]:
    """Two versions: the fiche Z1 split in two, one competency renamed, one title of another code, one gone."""
    heads = {"occupations": ["code", "label"], "competencies": ["code", "label", "kind"],
             "requirements": ["occupation", "competency"], "titles": ["code", "label", "occupation"]}  # fmt: skip
    first: dict[str, list[list[str]]] = {
        "occupations": [["Z1", "Verrier"], ["Z2", "Potier"]],
        "competencies": [["1", "Souffler le verre", "savoir-faire"], ["2", "Cuire la terre", "savoir-faire"]],
        "requirements": [["Z1", "1"], ["Z2", "2"]],
        "titles": [
            ["10", "Souffleur", "Z1"],
            ["11", "Tailleur de verre", "Z1"],
            ["12", "Potier d'art", "Z2"],
            ["13", "Tailleur de cristal", "Z1"],
        ],
    }
    second: dict[str, list[list[str]]] = {
        "occupations": [["Z5", "Souffleur de verre"], ["Z6", "Tailleur de verre"], ["Z2", "Potier"]],
        "competencies": [["901", "Souffler le verre", "savoir-faire"], ["902", "Cuire la terre rouge", "savoir-faire"]],
        "requirements": [["Z5", "901"], ["Z6", "901"], ["Z2", "902"]],
        "titles": [
            ["10", "Souffleur", "Z5"],
            ["111", "Tailleur de verre", "Z6"],
            ["12", "Potier d'art", "Z2"],
            ["13", "Tailleur de cristal", "Z6"],
        ],
    }
    made = []
    for version, rows in (("1", first), ("2", second)):
        sheets = {name: [heads[name], *lines] for name, lines in rows.items()}
        manifest = f'schema = "passerelles/table@1"\nname = "verre"\nversion = "{version}"\n'
        made.append(load_referential(write_table(folder / f"v{version}", sheets, manifest=manifest)))
    return made[0], made[1]


def test_an_overlay_is_brought_to_a_new_version_and_decisions_are_remembered(tmp_path: Path) -> None:
    old, new = versions(tmp_path)
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["Z1-A", "Z1", "Flaconnier"], ["Z1-B", "Z1", "Vitrier"]],
        "titles": [["occupation", "code", "label"], ["Z1-A", "10", ""], ["Z1-A", "11", "Tailleur de verre"]],
        "competencies": [["code", "label", "kind"], ["N1", "Sertir", "savoir-faire"]],
        "requirements": [["occupation", "competency", "note"], ["Z1-A", "1", "à garder"], ["Z1-B", "2", ""],
                         ["Z1-B", "N1", ""]],
    }  # fmt: skip
    place = write_table(tmp_path / "branche", sheets, manifest=MANIFEST + 'base = "verre"\nbase_version = "1"\n')
    done = migrate_overlay(place, Versions(new, old))
    assert (done.moved, done.open) == (3, 2)  # Z1-A by its title, 1 by its label, 11 by its label; Z1-B and 2 are open
    write_workbook(done.pages, tmp_path / "suite.xlsx")
    book = load_workbook(tmp_path / "suite.xlsx")
    parts = [[cell.value for cell in row] for row in book["Métiers spécialisés"].iter_rows()]
    assert parts[0] == ["code", "base", "label", "choix", "propositions"]
    assert parts[1][:4] == ["Z1-A", "Z5", "Flaconnier", None]
    assert str(parts[2][4]).startswith("1. Z5 Souffleur de verre; 2. Z6")
    for choice, left, refused in (("Zorglub", 2, ("Zorglub",)), ("z 6", 1, ()), ("Souffleur", 1, ()), ("2", 1, ())):
        book["Métiers spécialisés"]["D3"] = choice
        book.save(tmp_path / "suite.xlsx")
        tried = migrate_overlay(tmp_path / "suite.xlsx", Versions(new, old))
        assert (tried.open, tried.refused) == (left, refused)
    book["Compétences demandées"]["D3"] = "Cuire la terre rouge"
    book.save(tmp_path / "suite.xlsx")
    again = migrate_overlay(tmp_path / "suite.xlsx", Versions(new, old))
    assert again.open == 0
    write_workbook(again.pages, tmp_path / "fin.xlsx")
    laid = new.with_overlay(tmp_path / "fin.xlsx")
    assert [n.code for n in laid.notices if n.file.startswith("fin/")] == ["title_from_elsewhere"]  # 111, now under Z6
    assert {o.code: o.base for o in laid.occupations if o.base} == {"Z1-A": "Z5", "Z1-B": "Z6"}
    kept = load_workbook(tmp_path / "fin.xlsx")["Métiers spécialisés"]
    assert [row[3].value for row in kept.iter_rows(min_row=2)] == [None, "Z6"]
    requirements = [
        [cell.value for cell in row] for row in load_workbook(tmp_path / "fin.xlsx")["Compétences demandées"]
    ]
    assert requirements[1][:3] == ["Z1-A", "901", "à garder"]
    about = {row[0].value: row[1].value for row in load_workbook(tmp_path / "fin.xlsx")["Présentation"].iter_rows()}
    assert about["version de ce référentiel"] == "2"
    assert migrate_overlay(tmp_path / "fin.xlsx", Versions(new, None)).open == 0


@pytest.mark.parametrize(("lang", "hint"), [("fr", "Xq : rien d'approchant"), ("en", "Xq: nothing near")])
def test_that_nothing_is_near_is_told_in_the_language_of_the_sheets(tmp_path: Path, lang: Lang, hint: str) -> None:
    old, new = versions(tmp_path)
    sheets = {"requirements": [["occupation", "competency"], ["Z1", "Xq"]]}
    place = write_table(tmp_path / "branche", sheets, manifest=MANIFEST + 'base = "verre"\nbase_version = "1"\n')
    pages = migrate_overlay(place, Versions(new, old), lang=lang).pages
    assert any(str(cell).endswith(hint) for page in pages for row in page.rows for cell in row)


def test_a_choice_that_is_a_label_means_it_though_its_first_word_is_a_code(tmp_path: Path) -> None:
    old, new = versions(tmp_path)
    named = [c._replace(label="901 degrés au moins") if c.code == "902" else c for c in new.competencies]
    sheets = {"requirements": [["occupation", "competency", "choix"], ["Z2", "2", "901 degrés au moins"]]}
    place = write_table(tmp_path / "branche", sheets, manifest=MANIFEST + 'base = "verre"\nbase_version = "1"\n')
    done = migrate_overlay(place, Versions(replace(new, competencies=tuple(named)), old))
    assert (done.open, done.refused) == (0, ())
    write_workbook(done.pages, tmp_path / "suite.xlsx")
    asked = load_workbook(tmp_path / "suite.xlsx")["Compétences demandées"]
    assert [asked["A2"].value, asked["B2"].value] == ["Z2", "902"]


def test_the_command_migrates_an_overlay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = str(tmp_path / "suite.xlsx")
    assert code_of(["migrate", "enseignement-conduite", "--to", "transitions", "--output", target]) == 1
    assert "à décider" in capsys.readouterr().err
    assert code_of(["overlay", "check", target]) == 0
    assert code_of(["migrate", "--to", "transitions"]) == 2
    monkeypatch.chdir(tmp_path)  # the output is there by now, in the folder of the day: it is no input for that
    assert code_of(["migrate", "enseignement-conduite", "--to", "transitions", "--output", "suite.xlsx"]) == 1


def test_an_overlay_that_cannot_be_read_splits_nothing(own_home: Path) -> None:
    (own_home / "overlays").mkdir(parents=True)
    (own_home / "overlays" / "abime.zip").write_bytes(b"PK")
    assert overlays_that_split("K2110") == ("enseignement-conduite",)
