"""Tables of people and openings as companies write them, each rule with the table that asked for it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

import small
from passerelles import PasserellesError, load_referential, match_territory
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang
from passerelles.market.places import Basin, Commune, Places
from passerelles.matching.titles import SURE
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.columns import columns_of
from passerelles.territory.flows import ResolvedTitle
from passerelles.territory.hours import credentials_of_title
from passerelles.territory.jobs import Unusable, as_asked, asked_in, is_nowhere, several_jobs
from passerelles.territory.lots import NOWHERE, Locator, Lot, Lots, LotsError, Month, Side, reading_notes, town_of
from passerelles.territory.reading import read_lots, read_sides

PLACES = Places(
    (Basin("5313", "REDON"), Basin("5310", "VANNES")),
    (Commune("35236", "Redon", "5313", 47.6, -2.1), Commune("56001", "Allaire", "5313", 47.6, -2.2)),
)


@pytest.fixture(scope="module")
def embedded() -> Referential:
    return load_referential()


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def workbook(path: Path, *rows: tuple[Any, ...], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def found(lots: Lots) -> list[tuple[str, str, int]]:
    return [(lot.employer, lot.job, lot.people) for lot in lots.lots]


def asides(lots: Lots) -> list[tuple[int, str]]:
    return [(p.row, p.key) for p in lots.set_aside]


def said(lots: Lots) -> list[str]:
    return [p.key for p in lots.said]


def test_of_a_header_of_two_merged_lines_the_people_concerned_count(embedded: Referential, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Entreprise (1)", "Emploi repère", "", "Effectifs", "", "", "Commune (2)"),
        ("", "Code ROME", "Intitulé", "Au 31/12/2025", "Menacés", "dont femmes", ""),
        ("A", "N1101", "Cariste", 44, 18, 16, "Redon"),
        ("", "", "N4101", 10, 4, 1, "Redon"),
        merged=("A1:A2", "B1:C1", "D1:F1", "G1:G2", "A3:A4"),
    )
    assert found(read_lots(embedded, path, "fragile")) == [("A", "N1101", 18), ("A", "N4101", 4)]


def test_years_below_one_heading_are_summed_by_its_total(embedded: Referential, tmp_path: Path) -> None:
    header = ("Entreprise", "Métier", "Recrutements envisagés", "", "", "Lieu")
    path = workbook(tmp_path / "t.xlsx", header, ("", "", 2026, 2027, "Total", ""), ("A", "N1101", 6, 9, 15, "Redon"))
    assert found(read_lots(embedded, path, "hiring")) == [("A", "N1101", 15)]
    rows = (("A", "N1101", 6, 9, 15, "Redon"), ("B", "N1101", 2, 1, 4, "Redon"))
    lots = read_lots(embedded, workbook(path, header, ("", "", 2026, 2027, "Total", ""), *rows), "hiring")
    assert (lots.people, [(p.row, p.key) for p in lots.said]) == (19, [(4, "total_differs")])
    path = workbook(tmp_path / "t.xlsx", header[:3], ("A", "N1101", 6), ("B", "N1101", 2027))
    assert read_lots(embedded, path, "hiring").people == 2033  # a row of data is no second line of a header


def test_openings_by_quarter_are_summed_below_their_years_or_alone(embedded: Referential, tmp_path: Path) -> None:
    header = ("Entreprise", "Métier", 2026, "", 2027, "", "Lieu")
    quarters = ("", "", "T3", "T4", "T1", "T2", "")
    rows = (("A", "N1101", 2, 3, None, 1, "Redon"), ("B", "N4101", 4, "?", 1, None, "Redon"))
    path = workbook(tmp_path / "t.xlsx", header, quarters, *rows, merged=("C1:D1", "E1:F1"))
    lots = read_lots(embedded, path, "hiring")
    assert (found(lots), asides(lots)) == ([("A", "N1101", 6), ("B", "N4101", 5)], [])
    assert {"parts_summed", "part_unread"} <= set(said(lots))  # of "?", nobody knows; the other quarters count
    unsure = (("A", "N1101", 2, 3, None, 1, "Redon"), ("B", "N4101", 4, "quelques", 1, None, "Redon"))
    path = workbook(tmp_path / "t.xlsx", header, quarters, *unsure, merged=("C1:D1", "E1:F1"))
    assert asides(read_lots(embedded, path, "hiring")) == [(4, "not_number")]
    text = "Poste;janv-27;févr-27;Ville\nN1101;2;1;Redon\nN4101;;4;Redon\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "hiring").people == 7
    with pytest.raises(LotsError):  # who is there at each date would be counted twice
        read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")


def test_a_column_of_numbers_of_which_some_are_words_is_still_one(embedded: Referential, tmp_path: Path) -> None:
    text = "Qui recrute ?;Quel poste ?;Combien ?;Ville\nA;N1101;6;Redon\nB;N1101;quelques;Redon\nC;N4101;4;Redon\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert (found(lots), asides(lots)) == ([("A", "N1101", 6), ("C", "N4101", 4)], [(3, "not_number")])
    text = "Entreprise;Poste;Brut;Ville\nA;N1101;2100;Redon\nB;N1101;selon profil;Redon\nC;N4101;2000;Redon\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "hiring").people == 3
    text = "Entreprise;Poste;Grade;Ville\nA;N1101;B2;Redon\nB;N1101;3;Redon\nC;N4101;C1;Redon\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "hiring").people == 3


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("12 postes", 12), ("1 poste en CDI", 1), ("6 x CDI", 6), ("deux", 2), ("trois postes", 3),
        ("2 CDI + 1 CDD", 3), ("4 (dont 1 CDD)", 4),
        ("11 agents (8,4 ETP)", 11), ("7 dont 2 alternants", 7), ("3 postes à 50 %", 3),
        ("4 sal.", 4), ("8 dt 2 CDD", 8), ("2 à mi-temps", 2),
        ("2 x 0,5 ETP", 2), ("3 à 0.8 ETP", 3), ("2 + 1 apprenti", 3),
        ("1 (mi-temps)", 1), ("3 (H/F)", 3), ("3 postes à pourvoir", 3), ("5 (environ)", None),
        ("1 (contrat pro)", 1), ("2 (en alternance)", 2), ("3 (nuit)", 3), ("3 (déjà pourvus)", None),
        *((text, None) for text in ("3 à 5", "une dizaine", "~6", "10-12", "2/3", "au moins 3", "5 (3)", "½", "NC")),
        *((text, None) for text in ("3 %", "8 h dont 2 de nuit")),
        ("2 CDI + quelques CDD", None), ("2 + -1", None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(embedded: Referential, text: str, people: int | None) -> None:
    rows = [{"Métier": "N4101", "Effectif": cell, "Ville": "Redon"} for cell in (text, "100")]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people - 100, len(lots.set_aside)) == (people or 0, int(people is None))


def test_a_range_is_said_to_be_one(embedded: Referential) -> None:
    texts = ("3 à 5", "3 ou 4", "une dizaine", "~6", "au moins 3", "quelques", "2 à mi-temps", "NC", "1/2 temps")
    rows = [{"Métier": "N4101", "Effectif": cell, "Ville": "Redon"} for cell in texts]
    keys = [key for _, key in asides(read_lots(embedded, rows, "fragile"))]
    assert keys == ["range"] * 5 + ["not_number"] * 3


@pytest.mark.parametrize("place", ["BE Redon", "BE de Redon", "Allaire et alentours", "Redon et ses environs"])
def test_what_stands_around_a_town_means_its_basin(embedded: Referential, place: str) -> None:
    rows = [{"Métier": "N4101", "Effectif": 2, "Ville": place}]
    (lot,) = read_lots(embedded, rows, "fragile", locator=Locator(PLACES)).lots
    assert (lot.basin, lot.commune) == ("5313", "")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("1er trimestre 2027", Month(2027, 3)), ("S1 2027", Month(2027, 6)), ("T2 2027", Month(2027, 6)),
        ("fin du 2e semestre 2027", Month(2027, 12)), ("fin mars 2027", Month(2027, 3)), ("courant 2027", None),
    ],
)  # fmt: skip
def test_dates_in_words(text: str, month: Month | None) -> None:
    assert Month.read(text) == month


def test_a_total_that_is_no_sum_of_its_lines_is_said(embedded: Referential, tmp_path: Path) -> None:
    lines = ["Entreprise;Métier;Effectif", "A;N1101;2", "A;N4101;3", "Sous-total;;5", "B;N1101;4", "Total;;{}"]
    for total, told in ((9, []), (4, []), (10, [("10", "9")])):
        path = written(tmp_path / "t.csv", "\n".join(lines).format(total))
        lots = read_lots(embedded, path, "fragile")
        differs = [(str(p.values["told"]), str(p.values["found"])) for p in lots.said if p.key == "total_differs"]
        assert (lots.people, differs) == (9, told)
    path = written(tmp_path / "t.csv", "\n".join([*lines[:2], "A;N1101;quelques", *lines[3:]]).format(30))
    assert "total_differs" not in said(read_lots(embedded, path, "fragile"))  # what is not read may be the difference


def test_a_table_of_people_and_openings_counts_those_of_its_side(embedded: Referential, tmp_path: Path) -> None:
    lines = ["Entreprise;Nature;Métier;Nombre", "A;Suppression de poste;N1101;14", "B;Recrutement;N4101;2"]
    for state, kept in (("À voir", [(4, "side_unknown")]), ("-", [(4, "side_unknown")]), ("Maintien", [])):
        n_rows = 1 if kept else 5  # who stays is of neither side, however many they are
        path = written(tmp_path / "t.csv", "\n".join([*lines, *[f"C;{state};N1103;9"] * n_rows]))
        for side, expected in (("fragile", ("A", "N1101", 14)), ("hiring", ("B", "N4101", 2))):
            lots = read_lots(embedded, path, side)  # type: ignore[arg-type]
            assert (found(lots), asides(lots)) == ([expected], kept)
            assert {"other_side"} | ({f"{side}_no_change"} if not kept else set()) <= set(said(lots))
    lines[0] = "Entreprise;Motif;Métier;Nombre"  # why they hire, not whether
    assert read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "hiring").people == 16
    lines = ["Entreprise;Type;Métier;Nombre", "A;Création de poste;N1101;1", "B;Départ en retraite;N4101;2"]
    assert read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "hiring").people == 3


def test_of_signed_changes_falls_are_people_and_rises_openings(embedded: Referential, tmp_path: Path) -> None:
    text = "Entreprise;Poste;Effectif;Variation 2027\nA;N1101;40;-6\nA;N4101;9;+3\nB;N4101;5;0\n"
    path = written(tmp_path / "t.csv", text)
    assert found(read_lots(embedded, path, "fragile")) == [("A", "N1101", 6)]
    assert found(read_lots(embedded, path, "hiring")) == [("A", "N4101", 3)]
    path = written(tmp_path / "t.csv", text.replace("Variation 2027", "Évolution").replace("-6", "6"))
    assert read_lots(embedded, path, "fragile").people == 54  # not signed: it may be a figure of anything


def test_of_two_columns_of_jobs_the_one_that_holds_titles_is_read_or_none(
    embedded: Referential, tmp_path: Path
) -> None:
    text = "Entreprise,Métier,Métier,Effectif\nA,Quai,Cariste,4\nB,Route,Conducteur de poids lourd,1\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (found(lots), said(lots)[0]) == ([("A", "N1101", 4), ("B", "N4101", 1)], "job_by_content")
    text = "Emploi,Effectif,Âge,Titres\nCariste,4,47,CACES R489\nConducteur de poids lourd,1,44,FIMO\n"
    assert found(read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")) == [
        ("–", "N1101", 4),
        ("–", "N4101", 1),
    ]
    text = "Entreprise,Métier,Métier,Effectif\nA,N1101,N4101,4\nB,N1101,N1101,1\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (found(lots), asides(lots)) == ([("B", "N1101", 1)], [(2, "columns_differ")])


@pytest.mark.parametrize("name", ["Offre", "Annonce", "Divers"])
def test_jobs_are_in_a_column_of_grades_only_where_no_other_holds_surer_titles(
    embedded: Referential, tmp_path: Path, name: str
) -> None:
    rows = ["Cariste;4;Ouvrier qualifié", "Soudeur;2;Ouvrier qualifié", "Magasinier;1;Employé"]
    path = written(tmp_path / "t.csv", "\n".join([f"{name};Nombre;Qualification", *rows]))
    assert {lot.given for lot in read_lots(embedded, path, "hiring").lots} == {"Cariste", "Soudeur", "Magasinier"}
    rows = ["Atelier;Nombre;Qualification", "Soudure;4;Soudeur", "Transport;2;Cariste"]
    lots = read_lots(embedded, written(path, "\n".join(rows)), "hiring")
    assert ({lot.given for lot in lots.lots}, "job_by_content" in said(lots)) == ({"Soudeur", "Cariste"}, False)


def test_several_jobs_of_a_cell_count_apart_where_each_has_its_number_and_are_asked_back_elsewhere(
    embedded: Referential,
) -> None:
    cells = [
        ("2 caristes, 1 magasinier", 3), ("Cariste (3), magasinier (2)", ""), ("2 caristes, 1 magasinier", 9),
        ("Cariste / magasinier : 4", 4), ("Cariste ou magasinier", 6), ("Cariste\nMagasinier", 2),
        ("Cariste / magasinier", 1), ("Magasinier / magasinière", 7), ("Cariste (H/F)", 8),
    ]  # fmt: skip
    rows = [{"Entreprise": f"E{at}", "Métier": text, "Effectif": n} for at, (text, n) in enumerate(cells, 1)]
    lots = read_lots(embedded, rows, "fragile")
    assert asides(lots) == [(3, "jobs_unshared"), *((row, "several_jobs") for row in (5, 6))]
    assert [each for each in found(lots) if each[0] != "E7"] == [
        *(("E1", "N1101", 2), ("E1", "N1110", 1), ("E2", "N1101", 3), ("E2", "N1110", 2), ("E4", "N1110", 4)),
        *(("E8", "N1110", 7), ("E9", "N1101", 8)),
    ]
    assert lots.people == 28  # one post of two jobs is one post
    (lot,) = read_lots(embedded, [{"Métier": "Magasinier / cariste", "Effectif": 4}], "fragile").lots
    assert (lot.job, lot.confidence) == ("N1110", 0.5)  # one title has both words: to be confirmed
    titles = ("2 caristes, 1 magasinier", "4 caristes", "Cariste (2)", "Magasinier")
    rows = [{"Métier": text, "Ville": "Redon"} for text in titles]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, asides(lots)) == (2 + 1 + 4 + 1, [(3, "number_in_job")])
    rows = [{"Métier": f"{job} ({n})"} for job, n in (("Cariste", 2), ("Magasinier", 1), ("Soudeur", 1))]  # no notes
    assert (read_lots(embedded, rows, "hiring").people, asides(read_lots(embedded, rows, "hiring"))) == (4, [])
    with pytest.raises(LotsError, match="in brackets"):  # as notes are numbered
        read_lots(
            embedded, [{"Métier": f"{job} ({n})"} for n, job in enumerate(("N1101", "N4101", "N1103"), 1)], "hiring"
        )


def test_where_jobs_or_employers_head_columns_each_of_their_cells_is_a_lot(
    embedded: Referential, tmp_path: Path
) -> None:
    header = "Etablissement;Commune;Cariste;Conducteur de poids lourd;Autres;Total"
    text = f"{header}\nA;Redon;4;;2;6\nB;Allaire;1;3;;5\nTotal;;5;3;2;10\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES))
    assert found(lots) == [("A", "N1101", 4), ("B", "N1101", 1), ("B", "N4101", 3)]
    assert (asides(lots), said(lots)) == ([(2, "job_unknown")], ["by_job", "total_differs", "total_line"])
    assert lots.set_aside[0].column == "Autres"
    text = "Métier \\ Entreprise;Alpha;Beta\nCariste;12;\nConducteur de poids lourd;;5\nTotal;12;5\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert found(lots) == [("Alpha", "N1101", 12), ("Beta", "N4101", 5)]


def test_of_columns_that_are_jobs_or_places_dashes_are_nobody_and_none_is_lost(
    embedded: Referential, tmp_path: Path
) -> None:
    header = "Etablissement;Cariste;Conducteur de poids lourd;Magasinier;Soudeur;Total"
    text = f"{header}\nA;4;1;2;oui;7\nB;1;3;N.C.;oui;\nC;-;2;1 (environ);non;3\nD;-;-;-;;\nTotal;5;6;3;;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (lots.people, len(lots.lots), asides(lots)) == (13, 6, [(3, "not_number"), (4, "range")])
    assert [str(p.values["columns"]) for p in lots.said if p.key == "columns_apart"] == ["Soudeur"]
    assert "total_differs" not in said(lots)
    text = "Emploi;Redon;Allaire;Vannes\nN1101;4;1;2\nN4101;1;3;-\nTotal;5;4;2\n"
    places = Places(PLACES.basins, (*PLACES.communes, Commune("56260", "Vannes", "5310", 47.6, -2.7)))
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(places))
    assert {lot.commune: lot.people for lot in lots.lots if lot.job == "N1101"} == {"35236": 4, "56001": 1, "56260": 2}
    assert lots.people == 11


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Agence de Redon", "Agence d'Allaire"),
        ("Site de Redon", "Site d’Allaire"),
        ("Usine Redon", "Dépôt d'Allaire"),
        ("Écoles de Redon", "Bureaux d'Allaire"),
        ("Hyper Redon", "Drive Allaire"),
    ],
)
def test_columns_of_sites_that_are_named_after_towns_are_places(
    embedded: Referential, tmp_path: Path, first: str, second: str
) -> None:
    text = f"Emploi;{first};{second};Site de Vannes;Total\nN1101;4;1;2;7\nN4101;1;0,5;;1,5\nTotal;5;1,5;2;8,5\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES))
    assert [(lot.commune or lot.basin_label, lot.people) for lot in lots.lots] == [
        ("VANNES", 2), ("35236", 4), ("56001", 1), ("35236", 1)
    ]  # fmt: skip
    assert [(p.row, p.column, p.key) for p in lots.set_aside] == [(3, second, "fractional")]


def test_a_column_of_agents_of_some_kind_is_one_of_jobs_beside_others(embedded: Referential, tmp_path: Path) -> None:
    text = "Etablissement;Commune;Cariste;Agents d'entretien;Magasinier\nA;Redon;4;2;1\nB;Redon;1;3;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (lots.people, asides(lots), said(lots)) == (11, [], ["by_job"])
    text = "Etablissement;Commune;Effectif;Cariste;Magasinier\nA;Redon;5;4;1\nB;Redon;9;1;2\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (lots.people, said(lots)) == (8, ["by_job", "total_differs"])


def test_a_title_written_once_is_read_once_whatever_the_employers_beside_it(
    embedded: Referential, tmp_path: Path
) -> None:
    by_job = "Etablissement;Responsable d'exploitation;Moniteur d'auto-école;Cariste;Total\nA;1;2;;3\nB;1;;3;4\n"
    by_employer = "Métier \\ Entreprise;A;B\nResponsable d'exploitation;1;1\nMoniteur d'auto-école;2;\nCariste;;3\n"
    for text in (by_job, by_employer):
        lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile").lots
        assert [lot.employer for lot in lots if lot.given == "Responsable d'exploitation"] == ["A", "B"]
        assert len({(lot.job, lot.confidence) for lot in lots if lot.given == "Responsable d'exploitation"}) == 1


def test_of_jobs_below_two_headings_people_have_todays_and_openings_those_aimed_at(
    embedded: Referential, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("", "Projet", "", "Situation actuelle", ""),
        ("Entreprise", "Métier", "Volontaires", "Métier", "Effectif"),
        ("A", "N4101", 2, "N1101", 5),
    )
    lots = read_lots(embedded, path, "fragile")
    assert found(lots) == [("A", "N1101", 5)]
    (told,) = (p for p in lots.said if p.key == "job_below")
    assert (told.values["heading"], told.values["others"]) == ("Situation actuelle", "Projet")
    assert found(read_lots(embedded, path, "hiring")) == [("A", "N4101", 5)]


def test_employers_and_places_on_lines_of_their_own_hold_for_the_rows_below(
    embedded: Referential, tmp_path: Path
) -> None:
    text = (
        "Entreprise : Alpha;;\nPoste;Nombre;Remarque\nN1101;4;\nPoste;Nombre;Remarque\nEntreprise : Beta;;\n"
        "Site : Redon;;\nN4101;3;\nTotal;7;\nSource : service RH;;\n"
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring", locator=Locator(PLACES))
    assert asides(lots) == [(3, "empty")]  # the place is told but of Beta
    assert [(*each, lot.basin) for each, lot in zip(found(lots), lots.lots, strict=True)] == [
        ("Beta", "N4101", 3, "5313")
    ]
    assert said(lots).count("label_line") == 3
    assert {"header_again", "total_line", "text_line"} <= set(said(lots))
    text = "Entreprise : Alpha;;\nEntreprise;Poste;Nombre\nBeta;N1101;4\n"  # the column goes first
    assert found(read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")) == [("Beta", "N1101", 4)]


def test_rows_of_a_pivot_table_that_sum_those_below_name_their_employer(embedded: Referential, tmp_path: Path) -> None:
    header = "Bassin d'emploi;Redon\nExercice;2027\n;\nÉtiquettes de lignes;Somme de Postes menacés\n"
    rows = "ALPHA;7\nCariste;4\nMagasinier;3\nCARISTES DE L'OUEST;5\nConducteur de poids lourd;5\n"
    for total in ("Total général;12\n", ""):
        path = written(tmp_path / "t.csv", f"{header}{rows}{total}")
        lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
        assert found(lots) == [
            ("ALPHA", "N1101", 4), ("ALPHA", "N1110", 3), ("CARISTES DE L'OUEST", "N4101", 5),
        ]  # fmt: skip
        assert {lot.basin for lot in lots.lots} == {"5313"}
        assert ([p.row for p in lots.said if p.key == "label_line"], asides(lots)) == ([1, 5, 8], [])
    filters = "Société;BETA SA\nStatut;(Tous)\n;\nÉtiquettes de lignes;Nombre de Matricule;Somme de ETP\n"
    path = written(tmp_path / "t.csv", f"{filters}Redon;7;6,5\nCariste;4;4\nMagasinier;3;2,5\nTotal général;7;6,5\n")
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert found(lots) == [("BETA SA", "N1101", 4), ("BETA SA", "N1110", 3)]
    assert {lot.commune_label for lot in lots.lots} == {"Redon"}
    flat = f"{header}Cariste;5\nMagasinier;3\nConducteur de poids lourd;2\nTotal général;10\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", flat), "fragile").people == 10
    deep = f"{header}Redon;12\n{rows}Total général;12\n"
    with pytest.raises(LotsError) as refused:
        read_lots(embedded, written(tmp_path / "t.csv", deep), "fragile")
    assert [p.key for p in refused.value.problems] == ["sums_among"]


def test_sheets_named_after_places_are_those_of_their_rows(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, order in (("Redon", 1), ("Vannes", -1)):  # the same columns, in any order
        sheet = book.create_sheet(name)
        for row in (("Entreprise", "Métier", "Effectif"), ("A", "N4101", 3)):
            sheet.append(row[::order])
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(PLACES))
    assert [(lot.basin, lot.commune, lot.people) for lot in lots.lots] == [("5310", "", 3), ("5313", "35236", 3)]
    assert any(
        "chaque feuille" in note.sentence("fr") for note in reading_notes([lots])
    )  # the first is not the only one
    book["Vannes"].title = "Autres"
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(PLACES))
    assert ({lot.basin for lot in lots.lots}, "no_place" in said(lots)) == ({""}, True)


def test_accents_written_twice_are_restored_and_lost_ones_said(embedded: Referential, tmp_path: Path) -> None:
    text = "Société;Métier;Salariés concernés\nGuérin & Frères;Cariste;5\nÀ l'étage;Conducteur de poids lourd;1\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text.encode().decode("latin-1")), "fragile")
    assert (found(lots), said(lots)[0]) == (
        [("Guérin & Frères", "N1101", 5), ("À l'étage", "N4101", 1)],
        "written_twice",
    )
    once = written(tmp_path / "t.csv", text + "« Ã© » : é écrit deux fois;;\n")  # a text that speaks of it is none
    assert "written_twice" not in said(read_lots(embedded, once, "fragile"))
    text = "Soci?t?;M?tier;Postes ? pourvoir\nP?quet;Cariste;3\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert (found(lots), said(lots)[0]) == ([("P?quet", "N1101", 3)], "accents_lost")
    text = "Société;Métier;Postes\nA;Ma?on;3\nA;Couvr. zingueur;2\n"  # what lost nothing stays as it is written
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert {lot.given for lot in lots.lots} == {"Maçon", "Couvr. zingueur"}


@pytest.mark.parametrize("code", ["N-1101", "n.1101", "N 1101", "ROME : N1101", "N1101 - Cariste"])
def test_a_code_is_read_however_its_letter_is_parted_from_it(embedded: Referential, code: str) -> None:
    for column in ("Code ROME", "Métier"):
        (lot,) = read_lots(embedded, [{column: code, "Effectif": 2}], "fragile").lots
        assert (lot.job, lot.people) == ("N1101", 2)


def test_a_person_without_a_job_is_set_aside_and_not_passed_over(embedded: Referential, tmp_path: Path) -> None:
    text = "Nom;Emploi;Société;Ville\nLE GOFF;N1101;A;Redon\nDANET;;A;Redon\nÉdité le 21/10/2026;;;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (lots.people, [(p.row, p.key, p.people) for p in lots.set_aside]) == (1, [(3, "empty", 1)])
    assert [p.row for p in lots.said if p.key == "text_line"] == [4]


def test_a_postcode_in_place_of_a_town_is_told_as_one(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "Nb": 2, "Ville": place} for place in ("35600", "35236")]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(PLACES))
    assert ([lot.commune for lot in lots.lots], asides(lots)) == (["35236"], [(1, "postcode")])


def test_a_column_tells_the_side_of_rows_only_where_it_tells_both(embedded: Referential, tmp_path: Path) -> None:
    rows = "A;N1101;Recrutement;2\nB;N1101;Recrutement;3\nC;N4101;CDI;1\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", f"Entreprise;Métier;Nature;Postes\n{rows}"), "hiring")
    assert (lots.people, asides(lots)) == (6, [])


def test_a_total_of_both_sides_of_a_table_is_no_wrong_one(embedded: Referential, tmp_path: Path) -> None:
    header = "Entreprise;Métier;Nature;Nombre\n"
    rows = "A;N1101;Suppression;2\nA;N4101;Recrutement;3\nB;N1101;Suppression;1\nB;N4101;Recrutement;1\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", f"{header}{rows}Total;;;7\n"), "fragile")
    assert (lots.people, "total_differs" in said(lots)) == (3, False)


def test_changes_of_which_one_is_no_number_are_not_taken_for_people(embedded: Referential, tmp_path: Path) -> None:
    rows = "A;N1101;4;-3\nB;N4101;2;n.c.\n"
    path = written(tmp_path / "t.csv", f"Entreprise;Métier;Effectif;Variation\n{rows}")
    assert read_lots(embedded, path, "fragile").people == 6


def test_among_changes_a_sign_of_equality_is_none_and_a_word_is_set_aside(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = "A;N1101;=\nB;N4101;-2\nC;N1101;stable\nD;N1101;+4\nE;N1101;n.c.\nF;N4101;-3\n"
    path = written(tmp_path / "t.csv", f"Entreprise;Métier;Solde 2027\n{rows}")
    lots = read_lots(embedded, path, "fragile")
    assert (found(lots), asides(lots)) == ([("B", "N4101", 2), ("F", "N4101", 3)], [(6, "not_number")])
    assert found(read_lots(embedded, path, "hiring")) == [("D", "N1101", 4)]


def test_two_names_of_one_job_in_a_cell_are_that_job(embedded: Referential) -> None:
    assert several_jobs(embedded, "Moniteur auto-école / enseignant de la conduite") is None
    aside = several_jobs(embedded, "Cariste / conducteur de poids lourd")
    assert isinstance(aside, Unusable)
    assert aside.key == "several_jobs"


def test_the_name_of_an_only_sheet_is_no_place(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Redon"
    for row in (("Entreprise", "Métier", "Effectif"), ("A", "N1101", 2)):
        book.worksheets[0].append(row)
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(PLACES))
    assert ("sheet_place" in said(lots), [lot.basin for lot in lots.lots if lot.basin]) == (False, [])


def test_of_three_columns_of_jobs_of_which_two_are_of_today_none_is_chosen(
    embedded: Referential, tmp_path: Path
) -> None:
    lines = "Agence;Siège;Poste visé;\nMétier;Métier;Métier;Effectif\nN1101;N4101;K2110;2\nN1101;N1101;N1101;1\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", lines), "fragile")
    assert (found(lots), "job_below" in said(lots), asides(lots)) == (
        [("–", "N1101", 1)],
        False,
        [(3, "columns_differ")],
    )


@pytest.mark.parametrize(
    ("header", "row", "people", "openings"),
    [
        ("Emploi;Effectif actuel;Postes supprimés;Postes créés", "Cariste;20;9;4", 9, 4),
        ("Emploi;Nombre de suppressions;Nombre de créations", "Cariste;9;4", 9, 4),
        ("Emploi;Effectif actuel;Postes supprimés;Postes créés;Effectif cible", "Cariste;20;9;4;15", 9, 4),
        ("Emploi;Effectif actuel;Effectif cible", "Cariste;20;15", 5, None),
        ("Emploi;Effectif;Postes supprimés", "Cariste;20;9", 9, None),
        ("Emploi;Suppressions;Postes à pourvoir avant juin", "Cariste;9;4", 9, 4),
        ("Emploi;Effectif actuel;Nb de postes de reclassement", "Cariste;20;7", 20, 7),
    ],
)
def test_what_counts_one_side_is_never_read_as_the_other(
    embedded: Referential, tmp_path: Path, header: str, row: str, people: int, openings: int | None
) -> None:
    path = written(tmp_path / "t.csv", f"{header}\n{row}\n")
    assert read_lots(embedded, path, "fragile").people == people
    if openings is not None:
        assert read_lots(embedded, path, "hiring").people == openings
    else:
        with pytest.raises(LotsError):
            read_lots(embedded, path, "hiring")


@pytest.mark.parametrize(
    "name",
    [
        "Postes à risque", "Postes fragiles", "Emplois en danger", "Postes visés par le PSE", "Réduction", "At risk",
        "Départs envisagés", "Nombre de postes visés par le PSE", "Roles at Risk", "Affected", "Redundancies",
        "Job cuts", "Postes exposés", "Postes supprimés (PSE)", "Suppression de postes envisagée",
        "Réduction envisagée", "Non repris", "Postes non maintenus", "Non transférés", "En trop", "En sureffectif",
        "NB_POSTES_SUPP", "Postes suppr.", "ETP supprimés", "Postes touchés", "Licenciés", "Postes perdus", "Partent",
        "Postes en moins", "Nombre de postes fermés",
    ],
)  # fmt: skip
def test_beside_who_is_there_those_at_risk_count_and_are_no_openings(
    embedded: Referential, tmp_path: Path, name: str
) -> None:
    path = written(tmp_path / "t.csv", f"Poste;Effectif actuel;{name}\nN1101;20;9\nN4101;7;0\n")
    assert read_lots(embedded, path, "fragile").people == 9
    with pytest.raises(LotsError):
        read_lots(embedded, path, "hiring")
    path = written(tmp_path / "t.csv", f"Poste;Postes à pourvoir;{name}\nN1101;20;9\n")
    assert read_lots(embedded, path, "hiring").people == 20


def test_beside_who_is_there_a_column_that_may_tell_who_leaves_is_named(embedded: Referential, tmp_path: Path) -> None:
    path = written(
        tmp_path / "t.csv", "Poste;Effectif actuel;Vague A;Étage;Suivi\nN1101;20;9;31;oui\nN4101;7;7;2;oui\n"
    )
    lots = read_lots(embedded, path, "fragile")
    assert [p.values["others"] for p in lots.said if p.key == "other_counts"] == ["Vague A"]


def test_beside_the_total_below_a_heading_a_column_that_may_tell_who_leaves_is_named(
    embedded: Referential, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Poste", "Effectif au 31/10/2026", "", "", "Repris", "Hors accord", "Étage"),
        ("", "CDI TC", "CDD", "Total", "", "", ""),
        ("N1101", 14, 6, 20, 11, 9, 31),
        ("N4101", 4, 3, 7, 7, 0, 2),
        merged=("B1:D1",),
    )
    lots = read_lots(embedded, path, "fragile")
    others = {"column": "Effectif au 31/10/2026 Total", "others": "Repris, Hors accord"}
    assert lots.people == 27
    assert [{name: p.values[name] for name in others} for p in lots.said if p.key == "other_counts"] == [others]


@pytest.mark.parametrize("name", ["Nb de postes", "Total", "Salariés"])
def test_a_number_that_tells_no_leaving_is_named_with_those_that_may_be_a_part_of_it(
    embedded: Referential, tmp_path: Path, name: str
) -> None:
    path = written(tmp_path / "t.csv", f"Poste;{name};Vague A;Vague B\nN1101;20;9;31\nN4101;7;7;2\n")
    lots = read_lots(embedded, path, "fragile")
    assert [p.values["others"] for p in lots.said if p.key == "other_counts"] == ["Vague A"]


@pytest.mark.parametrize(
    ("header", "openings", "told"),
    [
        ("Postes ouverts;Déjà pourvus;Restent à pourvoir", 5, "other_counts"),
        ("Postes ouverts;Déjà pourvus;Solde à pourvoir", 5, "other_counts"),
        ("Postes ouverts;Déjà pourvus;Note", 9, "filled"),
        ("Postes à pourvoir;Dont pourvus;Note", 9, "filled"),
        ("Besoins;Recrutements réalisés;Note", 9, "filled"),
        ("Openings;Already filled;Note", 9, "filled"),
        ("Postes vacants;Postes pourvus;Note", 12, "other_counts"),  # what is left already
    ],
)
def test_openings_already_filled_are_not_counted(
    embedded: Referential, tmp_path: Path, header: str, openings: int, told: str
) -> None:
    path = written(tmp_path / "t.csv", f"Poste;{header}\nN1101;8;3;4\nN4101;4;-;1\n")
    lots = read_lots(embedded, path, "hiring")
    assert (lots.people, [key for key in said(lots) if key in ("filled", "other_counts")]) == (openings, [told])


@pytest.mark.parametrize("number", ["Nombre", "Note"])
def test_an_opening_said_to_be_filled_by_yes_is_not_counted(embedded: Referential, tmp_path: Path, number: str) -> None:
    path = written(tmp_path / "t.csv", f"Poste;{number};Pourvu\nN1101;1;oui\nN4101;1;non\nN1103;1;\n")
    lots = read_lots(embedded, path, "hiring")
    assert (lots.people, said(lots).count("closed_line")) == (2, 1)


def test_a_column_of_posts_filled_that_is_no_part_of_the_openings_is_not_taken_off(
    embedded: Referential, tmp_path: Path
) -> None:
    path = written(tmp_path / "t.csv", "Poste;Postes à pourvoir;Pourvus\nN1101;8;30\nN4101;4;2\n")
    lots = read_lots(embedded, path, "hiring")
    assert (lots.people, "other_counts" in said(lots)) == (12, True)


@pytest.mark.parametrize("name", ["Situation au 20/11/2026", "Statut", "Devenir"])
def test_persons_said_to_be_gone_are_not_counted(embedded: Referential, tmp_path: Path, name: str) -> None:
    gone = ["reclassée groupe (Sète)", "démission 15/10/2026", "licencié", "départ retraite 31/12/2026", "CDI trouvé"]
    gone += ["parti", "Sorti du dispositif", "mutée", "décédé", "Retired", "a retrouvé un emploi"]
    there = [
        "en poste",
        "arrêt longue maladie",
        "à reclasser",
        "non reclassé",
        "mutation refusée",
        "partie en formation",
    ]
    there += ["sortie prévue en 2027", "licenciement en cours", "CDI", ""]
    lines = [f"X;Cariste;{text}" for text in [*gone, *there]]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join([f"Nom;Poste;{name}", *lines])), "fragile")
    assert (lots.people, said(lots).count("gone_line")) == (len(there), len(gone))
    lines = [f"Nom;Poste;{name}", *["X;Cariste;licencié"] * 3]  # why all of them are here
    assert read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "fragile").people == 3


@pytest.mark.parametrize(
    ("header", "cell", "commune", "read"),
    [
        ("Department", "Fab 2", "Allaire", "56001"), ("Department", "HR", "Allaire", "56001"),
        ("Département", "Ille-et-Vilaine", "Rousset", "35999"), ("Département", "Morbihan (56)", "Rousset", "56999"),
        ("Dépt", "35", "Rousset", "35999"), ("Department", "Fab 2", "Rousset", None),
    ],
)  # fmt: skip
def test_a_department_of_a_firm_tells_nothing_of_a_place_and_one_of_france_may_be_named(
    embedded: Referential, header: str, cell: str, commune: str, read: str | None
) -> None:
    two = (Commune("35999", "Rousset", "5313", 47.7, -2.1), Commune("56999", "Rousset", "5310", 47.7, -2.7))
    rows = [
        {"Commune": commune, header: cell, "Poste": "N1101", "Nombre": 2},
        {"Commune": "Allaire", "Poste": "N1101", "Nombre": 1},
    ]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(Places(PLACES.basins, (*PLACES.communes, *two))))
    assert [lot.commune for lot in lots.lots if lot.people > 1] == ([read] if read else [])
    assert [p.key for p in lots.set_aside] == ([] if read else ["basin_ambiguous"])


@pytest.mark.parametrize(
    ("department", "read"), [("93", True), ("93260", True), ("", True), ("35", False), ("Ille-et-Vilaine", False)]
)
def test_the_name_of_a_firm_tells_no_place_out_of_the_department_of_its_row(
    embedded: Referential, real_places: Places, department: str, *, read: bool
) -> None:
    firms = ("Ambulances Martin", "EHPAD Les Lilas", "Pirouette SARL", "Transports Dupont")
    rows = [{"Employeur": firm, "Poste": "N1101", "Nombre": 2, "Département": department} for firm in firms]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(real_places)).lots
    assert {lot.employer for lot in lots if lot.basin != NOWHERE} == ({"EHPAD Les Lilas"} if read else set())


def test_of_needs_now_and_in_some_months_the_one_not_read_is_named(embedded: Referential, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "Poste;Besoin immédiat;Besoin à 12 mois;Mois\nN1101;4;9;6\nN4101;2;5;3\n")
    lots = read_lots(embedded, path, "hiring")
    others = [p.values["others"] for p in lots.said if p.key == "other_counts"]
    assert (lots.people, others) == (6, ["Besoin à 12 mois"])


@pytest.mark.parametrize("name", ["Organisme gestionnaire", "Association", "Association employeuse"])
def test_who_runs_a_service_is_an_employer(embedded: Referential, name: str) -> None:
    rows = [{name: "Les Tilleuls", "Métier": "N1101", "Nombre": 2}]
    assert found(read_lots(embedded, rows, "hiring")) == [("Les Tilleuls", "N1101", 2)]


STACKED = """1. Salariés en cellule
Salarié;Poste;Ville
X;Cariste;Redon
Y;Soudeur;Redon

2. Offres collectées
Entreprise;Poste;Nb;Ville
B;N4101;3;Redon
"""


def test_of_tables_one_above_another_each_side_reads_its_own(embedded: Referential, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", STACKED)
    people, openings = read_lots(embedded, path, "fragile"), read_lots(embedded, path, "hiring")
    assert sorted(found(people)) == [("–", "H2913", 1), ("–", "N1101", 1)]
    assert (found(openings), asides(openings)) == ([("B", "N4101", 3)], [])
    assert ["table_of_side" in said(lots) for lots in (people, openings)] == [True, True]
    path = written(tmp_path / "t.csv", STACKED.replace("2. Offres collectées", "").replace("Poste;Nb", "Emploi;Nb"))
    with pytest.raises(LotsError) as error:
        read_lots(embedded, path, "fragile")
    assert [p.key for p in error.value.problems] == ["tables_stacked"]


def test_tables_one_above_another_of_one_side_are_all_read_but_their_sum(embedded: Referential, tmp_path: Path) -> None:
    two = "Alpha\nMétier;Effectif;Ville\nN1101;4;Redon\n\nBeta\nEmploi;Effectif;Commune\nN4101;2;Redon\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", two), "fragile")
    assert (lots.people, asides(lots), "tables_below" in said(lots)) == (6, [], True)
    more = f"{two}\nRécapitulatif\nMétier concerné;Effectif;Ville\nN1101;4;Redon\nN4101;2;Redon\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", more), "fragile")
    assert (lots.people, "sums_below" in said(lots)) == (6, True)
    more = f"{two}\nNomenclature\nCode ROME;Libellé;Domaine\nN1101;Cariste;N\nN4101;Conducteur;N\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", more), "fragile")
    assert (lots.people, "tables_uncounted" in said(lots)) == (6, True)


def test_the_same_lines_are_never_people_and_openings(embedded: Referential, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "Entreprise;Métier;Nb;Ville\nA;N1101;4;Redon\n")
    with pytest.raises(LotsError) as error:
        read_sides(embedded, path, path, locator=Locator(PLACES))
    assert [p.key for p in error.value.problems] == ["same_lines"]
    path = written(path, "Entreprise;Métier;Postes supprimés;Postes créés\nA;N1101;4;0\nB;N1101;0;2\n")
    assert read_sides(embedded, path, path, locator=Locator(PLACES))[0].people == 4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Emplois menacés", "Besoins 2027"), ("Crèches fermées", "Recrutements partenaires"),
        ("Emplois menacés", "Partenaires"),
    ],
)  # fmt: skip
def test_sheets_that_name_their_side_are_read_by_side_and_the_one_beside_them(
    embedded: Referential, tmp_path: Path, first: str, second: str
) -> None:
    book = openpyxl.Workbook()
    for title, name, job, number in (
        (first, "Structure", "N1101", 4), (second, "Employeur", "N4101", 2), ("Synthèse", "Employeur", "N4101", 6)
    ):  # fmt: skip
        sheet = book.create_sheet(title)
        sheet.append((name, "Métier", "Nombre"))
        sheet.append(("A", job, number))
    book.remove(book.worksheets[0])
    book.save(tmp_path / "t.xlsx")
    assert found(read_lots(embedded, tmp_path / "t.xlsx", "fragile")) == [("A", "N1101", 4)]
    assert found(read_lots(embedded, tmp_path / "t.xlsx", "hiring")) == [("A", "N4101", 2)]


def test_an_employer_on_the_first_row_of_its_group_holds_for_the_rows_below(
    embedded: Referential, tmp_path: Path
) -> None:
    lines = ["Entreprise;Métier;Ville;Effectif", "A;N1101;Redon;3", ";H2913;;2", "Total A;;;5", "B;H2913;Allaire;2"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join([*lines, ";N4101;Redon;1"])), "fragile")
    places = {(lot.employer, lot.job): lot.commune or lot.basin for lot in lots.lots}
    assert places == {
        ("A", "N1101"): "redon", ("A", "H2913"): "redon", ("B", "H2913"): "allaire", ("B", "N4101"): "redon"
    }  # fmt: skip
    assert [p.row for p in lots.said if p.key == "employer_below"] == [3, 6]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join([*lines, "Total B;;;2", ";N4101;;1"])), "fragile")
    assert asides(lots) == [(7, "empty")]  # a total ends the group


def test_rows_that_lack_an_employer_here_and_there_are_of_nobody_and_never_summed(
    embedded: Referential, tmp_path: Path
) -> None:
    lines = ["Entreprise;Métier;Effectif", "A;N1101;3", "A;H2913;2", ";N4101;2", "B;N1101;2", "B;H2913;2", ";N4101;1"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "fragile")
    assert [each for each in found(lots) if each[0] == "–"] == [("–", "N4101", 2), ("–", "N4101", 1)]
    assert [p.row for p in lots.said if p.key == "employer_empty"] == [4, 7]


@pytest.mark.parametrize(
    ("heading", "below", "numbers", "people"),
    [
        ("Effectif par tranche d'âge", ("< 30 ans", "30-54 ans", "55 ans et +"), ("-", 3, 4), 7),
        ("Effectif par tranche d'âge", ("<30", "30-54", "55+"), (2, 3, 4), 9),
        ("Effectifs", ("Moins de 30", "30-50 ans", "Plus de 50", "Total"), (2, 3, 4, 9), 9),
        ("Effectif", ("H", "F"), (2, 3), 5),
        ("Effectif", ("Ouvriers", "ETAM", "Cadres"), (2, 3, 1), 6),
    ],
)
def test_parts_below_a_heading_of_the_last_columns_are_summed(
    embedded: Referential, tmp_path: Path, heading: str, below: tuple[str, ...], numbers: tuple[Any, ...], people: int
) -> None:
    rows = (("Entreprise", "Métier", heading), ("", "", *below), ("A", "N1101", *numbers), ("A", "N4101", *numbers))
    assert read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows), "fragile").people == 2 * people


def test_a_row_of_people_wider_than_the_header_is_no_second_line_of_it(embedded: Referential, tmp_path: Path) -> None:
    rows = (("Salarié", "Métier", "Ville"), ("X", "Cariste", "Redon", "à mi-temps"), ("Y", "Cariste", "Redon"))
    assert read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows), "fragile").people == 2


@pytest.mark.parametrize(
    "text",
    [
        "Entreprise;Métier;Nb à pourvoir;Ville\nA;N1101;4;Redon\nB;N4101;2;Redon",
        "Entreprise;Métier;Nb dont le contrat finit;Ville\nA;N1101;4;Redon\nB;N4101;2;Redon",
        "Entreprise;Métier;Divers;Ville\nA;N1101;4 à 5;Redon\nB;N4101;oui;Redon\nTotal;;7;",
    ],
)
def test_lines_are_not_counted_one_each_where_numbers_are_left_unread(
    embedded: Referential, tmp_path: Path, text: str
) -> None:
    with pytest.raises(LotsError) as error:
        read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert [p.key for p in error.value.problems] == ["counts_unread"]


def test_a_part_of_a_place_means_the_one_that_the_tables_name_in_full(embedded: Referential, tmp_path: Path) -> None:
    communes = [
        (f"3{i}", name) for i, name in enumerate(("Bagnères-de-Luchon", "Montauban-de-Luchon", "Luçon", "Redon"))
    ]
    places = Places((Basin("5313", "X"),), tuple(Commune(f"{c}042", name, "5313", 42.8, 0.6) for c, name in communes))
    text = "Employeur;Métier;Nombre;Commune\nA;N1101;2;{}\nB;N1101;3;Luchon\n"
    path = written(tmp_path / "t.csv", text.format("Bagnères-de-Luchon"))
    lots, _ = read_sides(embedded, path, None, locator=Locator(places))
    assert ([lot.commune for lot in lots.lots], asides(lots), said(lots)) == (["30042"] * 2, [], ["place_in_part"])
    cut = written(path, text.format("Bagnères-de-Luchon") + "C;N1101;1;Bagnères-de-L.\n")
    assert {lot.commune for lot in read_sides(embedded, cut, None, locator=Locator(places))[0].lots} == {"30042"}
    lots, _ = read_sides(embedded, written(path, text.format("Redon")), None, locator=Locator(places))
    (aside,) = lots.set_aside
    assert aside.suggestions == ("Bagnères-de-Luchon", "Montauban-de-Luchon", "Luçon"), "first those that hold the word"


def test_a_commune_alone_in_its_department_may_be_the_beginning_of_another_name(embedded: Referential) -> None:
    near = [("07010", "Annonay"), ("07308", "Sarras"), ("07324", "Tournon-sur-Rhône"), ("07330", "Valence-d'Ardèche")]
    near += [("07235", "Saint-Marcel-d'Ardèche"), ("07264", "Saint-Marcel-lès-Annonay")]
    far = [("36200", "Saint-Marcel"), ("73297", "Tournon"), ("73006", "Albertville"), ("26362", "Valence")]
    communes = tuple(Commune(code, name, "8401", 45.2, 4.8) for code, name in (*near, *far))
    places = Places((Basin("8401", "ANNONAY"), Basin("8402", "VALENCE")), communes)

    def read(*names: str) -> tuple[set[str], list[str], list[str]]:
        rows = [{"Employeur": name, "Métier": "N1101", "Nombre": 2, "Commune": name} for name in names]
        lots, _ = read_sides(embedded, rows, None, locator=Locator(places))
        return {lot.commune for lot in lots.lots}, [p.key for p in lots.set_aside], said(lots)

    assert read("Annonay", "Tournon-sur-Rhône", "Tournon") == ({"07010", "07324"}, [], ["place_in_part"])
    assert read("Annonay", "Sarras", "Tournon") == ({"07010", "07308"}, ["basin_ambiguous"], []), "not written in full"
    several = read("Annonay", "Saint-Marcel-d'Ardèche", "Saint-Marcel-lès-Annonay", "Saint-Marcel")
    assert several == ({"07010", "07235", "07264"}, ["basin_ambiguous"], [])
    for here, code in (("Tournon (73)", "73297"), ("Valence", "26362")):  # what is said, and a basin's own name
        assert read("Annonay", "Sarras", here) == ({"07010", "07308", code}, [], [])
    assert read("Annonay", "Sarras", "Tournon", "Albertville")[0] == {"07010", "07308", "73297", "73006"}
    away = places.commune_by_code["73297"]._replace(latitude=48.2)  # too far to be meant
    places = replace(places, communes=tuple(away if each.code == "73297" else each for each in communes))
    assert read("Annonay", "Sarras", "Tournon") == ({"07010", "07308", "07324"}, [], ["place_in_part"])


def test_jobs_are_in_a_column_of_categories_and_never_in_one_of_numbers(embedded: Referential, tmp_path: Path) -> None:
    header = "Site;Catégorie professionnelle;Effectif actuel;Postes supprimés;Postes créés;Effectif cible"
    path = written(tmp_path / "t.csv", f"{header}\nRedon;Cariste;22;10;0;12\nRedon;Soudeur;5;0;4;9\n")
    people, openings = read_sides(embedded, path, path, locator=Locator())
    assert openings is not None
    assert [(lot.job, lot.people) for lot in people.lots if lot.people] == [("N1101", 10)]
    assert [(lot.job, lot.people) for lot in openings.lots if lot.people] == [("H2913", 4)]
    path = written(path, "Divers;Postes supprimés;Postes créés\nCariste;10;0\nSoudeur;3;4\n")
    assert read_lots(embedded, path, "fragile").people == 13  # the jobs are known by what the first column holds


def test_heads_go_before_full_time_equivalents(embedded: Referential, tmp_path: Path) -> None:
    rows = [{"Métier": "N1101", "ETP": "2,6", "Agents": 4}, {"Métier": "N4101", "ETP": "1,0", "Agents": 1}]
    assert [lot.people for lot in read_lots(embedded, rows, "fragile").lots] == [4, 1]
    header = ("Métier", "ETP", "", "Nb agents"), ("", "rémunérés", "supprimés", "concernés")
    path = workbook(tmp_path / "t.xlsx", *header, ("N1101", "12,8", "6,5", 8), ("N4101", "2,0", "1,0", 1))
    assert [lot.people for lot in read_lots(embedded, path, "fragile").lots] == [8, 1]
    path = workbook(tmp_path / "t.xlsx", *(row[:3] for row in header), ("N1101", "12,8", "6,5"), ("N4101", "9", "1,0"))
    assert [lot.people for lot in read_lots(embedded, path, "fragile").lots] == [7, 1]


def test_a_column_without_a_name_is_told_by_its_letter_and_numbers_are_no_months(
    embedded: Referential, tmp_path: Path
) -> None:
    path = written(tmp_path / "t.csv", "Métier;Effectif;;Départs retraite\nN1101;4;Redon;6\nN4101;2;Allaire;3\n")
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert [p.values["column"] for p in lots.said if p.key == "commune_by_content"] == ["C"]
    assert "month_unread" not in said(lots)


@pytest.mark.parametrize(
    ("cell", "unread"),
    [
        ("dès que possible", []), ("Immédiat", []), ("ASAP", []), ("CDI/CDD 6 mois", []), ("au plus vite", []),
        ("à pourvoir immédiatement", []), ("un jour", ["un jour"]),
    ],
)  # fmt: skip
def test_at_once_and_a_contract_are_no_dates_and_need_no_warning(
    cell: str, unread: list[str], embedded: Referential, tmp_path: Path
) -> None:
    path = written(tmp_path / "t.csv", f"Employeur;Métier;Nombre;Date de prise de poste\nA;N4105;2;{cell}\n")
    lots = read_lots(embedded, path, "hiring")
    assert [lot.month for lot in lots.lots] == [None]
    assert [p.values["given"] for p in lots.said if p.key == "month_unread"] == unread


@pytest.mark.parametrize("beside", ["Matricule", "Date d'embauche", "Ancienneté", "Âge"])
def test_the_names_of_persons_are_no_employers(embedded: Referential, tmp_path: Path, beside: str) -> None:
    path = written(tmp_path / "t.csv", f"Nom;{beside};Emploi;Site\nDurand;12;Cariste;Redon\nPetit;45;Cariste;Redon\n")
    assert found(read_lots(embedded, path, "fragile")) == [("Redon", "N1101", 2)]
    path = written(path, "Nom;Ancienneté demandée;Emploi;Ville\nAlpha;12;Cariste;Redon\n")
    assert read_lots(embedded, path, "hiring").lots[0].employer == "Alpha"


@pytest.mark.parametrize(
    ("header", "people", "others"),
    [
        ("Métier;Effectif au 30/09/2026;Prév. 2027;Prév. 2029;2028", 4, ["Prév. 2027, 2028"]),
        ("Métier;Effectif actuel;2027;Effectif 2028 (prévision);Coût 2027", 4, ["2027"]),
        ("Métier;Effectif actuel;Effectif 2025;Effectif 2024;", 12, ["Effectif 2025, Effectif 2024"]),
        ("Métier;Effectif 2096;Effectif 2097;Effectif 2098;Total heures", 12, ["Effectif 2097, Effectif 2098"]),
        ("Métier;Effectif au 31/12/2026;Effectif au 31/12/2025;X 2028;", 12, ["Effectif au 31/12/2025, X 2028"]),
    ],
)  # fmt: skip
def test_after_a_headcount_of_today_the_last_forecast_is_the_target_and_other_years_are_named(
    embedded: Referential, tmp_path: Path, header: str, people: int, others: list[str]
) -> None:
    path = written(tmp_path / "t.csv", f"{header}\nN1101;12;10;8;9\nN4101;7;8;9;8\n")
    lots = read_lots(embedded, path, "fragile")
    assert found(lots)[0] == ("–", "N1101", people)
    assert [p.values["others"] for p in lots.said if p.key == "other_counts"] == others
    assert ("N4101" in [lot.job for lot in lots.lots]) == (people == 12)  # one that grows is not fragile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Serveurs et runners : 3 ; cuisiniers : 2", [3, 2]),
        ("3 agents d'accueil et standardistes\n2 caristes", [3, 2]),
        ("3 caristes (dont 2, de nuit) / 2 magasiniers", [3, 2]),
        ("3 caristes, magasiniers, 2 serveurs", None),
        ("3 caristes, 1 serveur", None),
        ("Cariste CACES 1, 3 et 5", [5]),
        ("5 caristes, 2 en CDI", [5]),
    ],
)
def test_a_title_of_two_names_keeps_them_where_each_job_of_a_cell_has_its_number(
    embedded: Referential, text: str, expected: list[int] | None
) -> None:
    rows = [{"Entreprise": "A", "Métier": text, "Effectif": 5}, {"Entreprise": "B", "Métier": "N4101", "Effectif": 1}]
    lots = read_lots(embedded, rows, "fragile")
    people = [lot.people for lot in lots.lots if lot.employer == "A"]
    people += [p.people or 0 for p in lots.set_aside if p.key != "jobs_unshared"]  # titles not of this referential
    assert sorted(people, reverse=True) == (expected or [])
    assert ((1, "jobs_unshared") in asides(lots)) == (expected is None)


def test_a_column_of_licences_tells_what_a_title_would(
    plain_embedded: OccupationGraph, embedded: Referential, tmp_path: Path
) -> None:
    text = "Employeur;Métier;Nombre;Permis requis\nA;N4105;2;C + FIMO\nA;N4105;3;-\nB;N4105;1;permis CE\nB;N4105;1;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert [(lot.people, lot.permits, {*credentials_of_title(plain_embedded, lot)}) for lot in lots.lots] == [
        (3, "", set()), (2, "permis C, FIMO", {("PERM-C",), ("FIMO-M",)}), (1, "", set()),
        (1, "permis CE", {("PERM-CE",)}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "cell", "permits", "unread"),
    [
        ("Permis / CACES", "C", "permis C", []), ("Ce qu'il faut", "permis C", "permis C", []),
        ("Qualifications / habilitations demandées", "permis C", "permis C", []),
        ("Conditions", "permis C", "permis C", []),
        ("Permis et habilitations", "permis C", "permis C", []),
        ("Pré-requis", "Permis C, formation assurée", "Permis C, formation assurée", ["formation assurée"]),
        ("Conditions d'accès", "DE", "DE", ["DE"]), ("Exigences", "aucune", "", []), ("Habilitations", "-", "", []),
        ("Diplômes et habilitations", "permis C", "permis C", []), ("Brevet exigé", "permis C", "permis C", []),
        ("Diplôme requis", "CAP AEPE ou néant", "CAP AEPE ou néant", ["CAP AEPE ou néant"]),
        ("Requirements", "Licence B1", "Licence B1", ["Licence B1"]),
        ("CACES", "1, 3 et 5", "CACES 1, 3 et 5", []), ("Demandé", "minutie", "minutie", ["minutie"]),
        ("Statut / conditions", "CDI à temps plein, 35 h + permis C", "permis C", []),
        ("Conditions", "temps partiel possible, travail de nuit en 3x8", "", []),
        ("Conditions", "horaires décalés, week-ends", "", []), ("Conditions", "nuits, permis C", "permis C", []),
        ("Niveau et exigences", "C", "C", ["C"]), ("Conditions", "dès que possible", "", []),
        ("Conditions", "formation assurée par nos soins", "", []),
        ("Expérience", "CACES fourni", "", []),
        ("Conditions", "formation assurée (permis C exigé)", "formation assurée (permis C exigé)", []),
        ("Exigences", "débutant accepté, école interne", "", []),
        ("Condition", "saison", "", []), ("Exigences", "véhicule indispensable", "véhicule indispensable", []),
        ("Exigences", "permis C, véhicule", "permis C, véhicule", []),
        ("Exigences", "véhicule de collection", "véhicule de collection", ["véhicule de collection"]),
        ("Exigences", "contrôle technique véhicule", "contrôle technique véhicule", ["contrôle technique véhicule"]),
        ("Conditions", "permis C, poste immédiat", "permis C", []), ("Conditions", "CDI/CDD 6 mois ; asap", "", []),
    ],
)  # fmt: skip
def test_what_a_column_of_conditions_asks_for_is_read_as_a_title_would_be_or_said(
    plain_embedded: OccupationGraph, tmp_path: Path, name: str, cell: str, permits: str, unread: list[str]
) -> None:
    path = written(tmp_path / "t.csv", f"Employeur;Métier;Nombre;{name}\nA;N4105;2;{cell}\nB;N1101;1;\n")
    lots = read_lots(plain_embedded.referential, path, "hiring")
    assert sorted(lot.permits for lot in lots.lots) == sorted(["", permits])
    assert [p.values["given"] for p in lots.said if p.key == "conditions_unread"] == unread
    for lang in ("fr", "en"):
        assert all(name in note.sentence(lang) for note in reading_notes([lots]) if note.key == "conditions_unread")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_people_hold_that_names_no_credential_is_said_not_to_count(
    plain_embedded: OccupationGraph, tmp_path: Path, lang: Lang
) -> None:
    path = written(tmp_path / "t.csv", "Employeur;Métier;Effectif;Permis détenus\nA;N4105;2;ATEX niveau 1\n")
    lots = read_lots(plain_embedded.referential, path, "fragile")
    (note,) = (note for note in reading_notes([lots]) if note.key == "held_unread")
    assert "ATEX niveau 1" in note.sentence(lang)


@pytest.mark.parametrize(
    "name",
    ["Diplômes et habilitations", "Habilitations détenues", "CACES / permis", "Habilitations", "Permis et CACES"],
)
def test_what_people_are_said_to_hold_beside_their_licence_counts_as_held(
    embedded_graph: OccupationGraph, tmp_path: Path, name: str
) -> None:
    text = f"Matricule;Métier;Site;Permis;{name}\n1;N4105;Redon;B;CACES 3\n2;N4105;Redon;B;\n3;N4105;Redon;C;Bac\n"
    lots = read_lots(embedded_graph.referential, written(tmp_path / "t.csv", text), "fragile")
    assert sorted(lot.permits for lot in lots.lots) == ["permis B", "permis B, CACES 3", "permis C, Bac"]
    assert [p.values["given"] for p in lots.said if p.key == "held_unread"] == ["Bac"]


@pytest.mark.parametrize("side", ["fragile", "hiring"])
def test_a_column_of_credentials_is_known_by_what_it_contains_and_one_of_jobs_is_none(
    embedded_graph: OccupationGraph, tmp_path: Path, side: Side
) -> None:
    text = (
        "Société;Métier;Nombre;Ancien métier;Dossier\nA;N1101;2;Matelot de pont;C + FIMO marchandises\n"
        "B;N1101;3;Capitaine 200;CACES 3 et 5\nC;N1103;1;Cariste;-\nD;N1103;1;Cariste;à voir\nE;N4101;1;Cariste;FIMO\n"
    )
    lots = read_lots(embedded_graph.referential, written(tmp_path / "t.csv", text), side)
    assert [lot.permits for lot in lots.lots] == ["C, FIMO marchandises", "CACES 3 et 5", "", "à voir", "FIMO"]
    assert [p.values["column"] for p in lots.said if p.key == f"{side}_conditions_by_content"] == ["Dossier"]


def test_a_choice_is_made_by_what_is_demanded_anyway(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    text = "Employeur;Métier;Nombre;Conditions\nA;N4105;2;permis C, permis CE ou C\nB;N4105;2;permis CE ou D\n"
    lots = read_lots(embedded_graph.referential, written(tmp_path / "t.csv", text), "hiring").lots
    asked = {lot.employer: credentials_of_title(embedded_graph, lot) for lot in lots}
    assert asked == {"A": {("PERM-C",)}, "B": {("PERM-CE", "PERM-D")}}


def test_what_a_trainer_teaches_is_not_asked_of_him(embedded_graph: OccupationGraph) -> None:
    def asked(title: str, job: str) -> frozenset[tuple[str, ...]]:
        return credentials_of_title(embedded_graph, Lot("A", job, "1", given=title))

    assert asked("Formateur FIMO marchandises, CACES 3", "K2111") == frozenset()
    assert ("FIMO-M",) in asked("Chauffeur FIMO marchandises", "N4105")


def test_what_two_days_of_course_or_the_employer_gives_keeps_nobody_from_a_job(
    plain_embedded: OccupationGraph, tmp_path: Path
) -> None:
    text = "Employeur;Métier;Nombre;Pré-requis\nA;N4105;2;SST, AIPR\nB;N4105;2;permis C, SST\n"
    lots = read_lots(plain_embedded.referential, written(tmp_path / "t.csv", text), "hiring").lots
    assert [{*credentials_of_title(plain_embedded, lot)} for lot in lots] == [set(), {("PERM-C",)}]


@pytest.mark.parametrize(
    ("job", "asked", "told"),
    [
        ("N1101", "permis C", ["access"]),
        ("N1101", "DE infirmier", []),
        ("N1101", "DE sage-femme", []),  # years away, in hours or months
        ("N1101", "DE infirmier ou DE aide-soignant", ["access"]),  # one of them is not
        ("N1103", "DE infirmier", ["access"]),  # of the same job, some may hold it
    ],
)
def test_nobody_changes_jobs_for_a_diploma_that_takes_longer_than_any_reconversion(
    embedded_graph: OccupationGraph, job: str, asked: str, told: list[str]
) -> None:
    people = [{"Employeur": "A", "Métier": job, "Nb": 1, "Ville": "Redon"}]
    posts = [{"Employeur": "B", "Métier": "N1103", "Nb": 1, "Ville": "Redon", "Conditions": asked}]
    allocation = match_territory(embedded_graph, people, posts, changes=False)
    assert (allocation.placed, [why for flow in allocation.to_confirm for why in flow.unknown]) == (0, told)
    assert all(left.nearest is None for left in allocation.uncovered), "it is not near"
    longer = Settings(territory=TerritorySettings(max_hours=5000))  # a bound of one's own is the one that holds
    own = match_territory(embedded_graph, people, posts, changes=False, settings=longer)
    assert [why for flow in own.to_confirm for why in flow.unknown] == ["access"]


def test_a_training_that_is_planned_is_not_held() -> None:
    assert columns_of(["Métier", "Diplômes et habilitations"], "fragile")["held"] == 1
    assert "held" not in columns_of(["Métier", "Formations prévues et habilitations"], "fragile")
    assert columns_of(["Métier", "Véhicule et permis"], "hiring")["conditions"] == 1


@pytest.mark.parametrize(
    ("title", "job", "licences"), [("Chauffeur SPL", "N4101", {("PERM-CE",)}), ("Mécano SPL", "I1604", set())]
)
def test_who_drives_articulated_lorries_is_asked_for_their_licence(
    embedded_graph: OccupationGraph, title: str, job: str, licences: set[tuple[str, ...]]
) -> None:
    rows = [{"Employeur": "A", "Poste": title, "Code ROME": job, "Nb": 2}]
    (lot,) = read_lots(embedded_graph.referential, rows, "hiring").lots
    assert credentials_of_title(embedded_graph, replace(lot, given=title)) == licences


@pytest.mark.parametrize(
    ("written", "job", "choices"),
    [
        ("FIMO", "N4101", "FIMO-M"), ("FIMO / FCO à jour", "N4103", "FIMO-V"), ("FCO marchandises", "", "FIMO-M"),
        ("CACES R489 1-3-5", "", "CACES-R489"), ("CACES 1, 3 et 5", "", "CACES-R489"),
        ("R389 cat. 3", "", "CACES-R489"), ("R482 cat A", "", "CACES-R482"),
        ("CACES nacelle", "", "CACES-R486"), ("CACES", "N1101", "CACES-R485|CACES-R486|CACES-R489"),
        ("CACES", "K2110", None), ("carte pro CNAPS", "", "CP-SEC"),
        ("Carte professionnelle", "N4102", "CP-TAXI|CP-VTC"),
        ("carte professionnelle", "N1101", None), ("CAP Petite Enfance ou AEPE", "", "CAP-AEPE"),
        ("CAP accompagnant éducatif petite enfance", "", "CAP-AEPE"), ("Titulaire du DE d'infirmière", "", "DEI"),
        ("IDE", "", "DEI"), ("DE AS", "", "DEAS"), ("Diplôme d'aide-soignante exigé", "", "DEAS"),
        ("DEAS ou DE AES", "", "DEAES|DEAS"), ("permis C/CE + FIMO", "N4101", "PERM-C PERM-CE FIMO-M"),
        ("permis B, C et EC", "", "PERM-B PERM-C PERM-CE"), ("SPL", "", "PERM-CE"), ("permis D", "", "PERM-D"),
        ("BAFA", "", "BAFA"), ("SSIAP 1", "", "SSIAP1"), ("SSIAP", "", None), ("CQP APS", "", "TFP-APS"),
        ("HACCP", "", "HYG-RESTO"), ("habilitation électrique B1V", "", "HAB-ELEC"), ("B1V BR", "", "HAB-ELEC"),
        ("H0B0", "", "HAB-ELEC"), ("habilitation VE", "", "HAB-VE"), ("CAP coiffure", "", "CAP-COIFFURE"),
        ("TP ADVF", "", "TP-ADVF"), ("CACES 3 souhaité", "", ""), ("FIMO non exigée", "N4101", ""),
        ("CACES R489 (formation assurée)", "", ""), ("CACES 1 financé", "", ""),
        ("formation assurée (permis C exigé)", "", "PERM-C"),
        ("Formation interne - CACES R489 obligatoire", "", "CACES-R489"),
        ("DEAS ou expérience", "", None),
        ("BEP", "", None), ("permis D ou formation payée", "N4103", ""),
        ("permis B et anglais courant", "", None), ("CACES R482 A, B1, C1 ; AIPR", "F1302", "CACES-R482 AIPR-OP"),
        ("attestation fluides frigorigènes", "", "FLUIDES"), ("capitaine 200", "", "CAP200"),
        ("DE IBODE", "", "DEIBO"), ("Infirmier de bloc", "", "DEIBO"), ("IADE", "", "DEIA"), ("DE kiné", "", "DE-MK"),
        ("CCS 2 roues", "", "CCS-2R"),
        ("BEPECASER mention deux-roues", "", "BEPECASER CCS-2R"), ("CCS GL", "", "CCS-GL"),
        ("IPDE", "", "DE-PUER"), ("véhicule personnel exigé", "", "PERM-B"), ("permis B et véhicule", "", "PERM-B"),
        ("licence Part 66 B1", "", "PART66"), ("attestation de capacité", "N4202", "CAPA-V"),
        ("DE obligatoire", "J1506", ""), ("diplôme d'État", "J1501", ""), ("DE", "N4105", None), ("DE", "H2502", None),
        ("qualification soudage EN ISO 9606-1", "", "QS-9606"),
        ("H0, B2V", "", "HAB-ELEC"), ("brevet mécanicien 750 kW", "", "MEC-MER"),
    ],
)  # fmt: skip
def test_a_condition_is_read_as_the_credential_that_it_names_however_it_is_written(
    embedded_graph: OccupationGraph, written: str, job: str, choices: str | None
) -> None:
    asked = [asked_in(embedded_graph.referential, item, job) for item in as_asked(written)]
    assert any(each.unread for each in asked) == (choices is None), "what is not read is told"
    if choices is not None:
        assert {"|".join(choice) for each in asked for choice in each.choices} == {*choices.split()}


def test_permanent_and_seasonal_staff_are_parts_of_the_same_people(embedded: Referential) -> None:
    row = {"Métier": "N4101", "Permanents": 3, "Saisonniers (retour habituel)": 4, "Logé sur place": 2}
    assert read_lots(embedded, [row], "fragile").people == 7
    assert read_lots(embedded, [{"Métier": "N4101", "Perm.": 3, "Sais.": 4}], "fragile").people == 7
    row = {"LIBELLE_POSTE": "N4101", "NB_PERM": 3, "NB_SAISON": 4}
    assert read_lots(embedded, [row], "fragile").people == 7
    sides: tuple[Side, ...] = ("fragile", "hiring")
    for side in sides:
        lots = read_lots(embedded, [{**row, "NB_TOTAL": 7}], side)
        assert (lots.people, "other_counts" in said(lots)) == (7, False)
    years = {"Métier": "N4101", "Nb saison 2025": 3, "Nb saison 2026": 4}
    assert read_lots(embedded, [years], "hiring").people == 3  # one after another, not beside


@pytest.mark.parametrize(
    ("header", "cell", "month"),
    [
        ("Niveau souhaité", "03/2027", None),
        ("Date de soumission", "03/2027", None),
        ("Date posted", "03/2027", None),
        ("Quand ?", "03/2027", Month(2027, 3)),
        ("Disponibilité", "03/2027", Month(2027, 3)),
        ("Dispo", "03/2027", Month(2027, 3)),
        ("Période", "mars 2027", Month(2027, 3)),
        ("Délai", "1er trimestre 2027", Month(2027, 3)),
    ],
)
def test_a_level_that_is_wished_for_is_no_month(
    embedded: Referential, header: str, cell: str, month: Month | None
) -> None:
    row = {"Entreprise": "A", "Poste": "N4101", "Postes": "3", "Ville": "Redon", header: cell}
    assert read_lots(embedded, [row], "hiring").lots[0].month == month


def test_the_seat_of_a_firm_in_a_town_is_the_town() -> None:
    assert {town_of(site) for site in ("Siège Redon", "Bureau de Redon", "CH Redon", "EHPAD de Redon")} == {"Redon"}
    assert town_of("Centre de tri de Redon") == town_of("Déchèterie de Redon") == "Redon"


@pytest.mark.parametrize("side", ["fragile", "hiring"])
def test_a_row_whose_remark_says_that_it_does_not_count_is_set_aside(
    embedded: Referential, tmp_path: Path, side: Side
) -> None:
    text = (
        "Entreprise;Métier;Nombre;Télétravail;Commentaire\nA;N1101;5;non concerné;à voir\n"
        "A;N1103;2;;Hors périmètre\nA;N4101;3;;poste maintenu, non concerné\nA;N4105;4;;non concerné par la prime\n"
        "A;H2913;1;;reste en poste\n"
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), side)
    assert [(lot.job, lot.people) for lot in lots.lots] == [("N1101", 5), ("N4105", 4)]
    assert [(p.row, p.people) for p in lots.set_aside if p.key == "out_of_scope"] == [(3, 2), (4, 3), (6, 1)]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    "name", ["Départs retraite prévus", "dont départs à la retraite 2027", "Reclassements internes"]
)
def test_people_who_leave_by_themselves_are_said_to_be_counted_still(
    embedded: Referential, tmp_path: Path, name: str, lang: Lang
) -> None:
    text = f"Entreprise;Métier;Effectif;{name};dont départs volontaires\nA;N1101;12;3;2\nA;N1103;5;1;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    (note,) = (note for note in reading_notes([lots]) if note.key == "leavers")
    assert lots.people == 17
    assert f"{name}, dont départs volontaires" in note.sentence(lang)
    assert "other_counts" not in said(lots)


def test_full_time_equivalents_of_today_and_those_aimed_at_give_the_fall(embedded: Referential, tmp_path: Path) -> None:
    text = "Entité;Métier;Effectif actuel (ETP);Effectif cible (ETP)\nA;N1101;42,5;30,0\nA;N1103;12;18\nA;N4101;6,5;4,5"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert found(lots) == [("A", "N1101", 13), ("A", "N4101", 2)]


def test_of_several_towns_the_basin_of_both_is_meant_or_one_is_asked_for(embedded: Referential) -> None:
    towns = ("Redon ou Allaire", "Redon / Questembert", "Questembert ou Redon", "Redon, Mayenne", "Redon", "Redon")
    rows = [{"Métier": "N4101", "Effectif": 2, "Ville": town} for town in towns]
    more = (Commune("56184", "Questembert", "5310", 47.7, -2.5), Commune("53147", "Mayenne", "5310", 48.3, -0.6))
    places = Places(PLACES.basins, (*PLACES.communes, *more))
    lots = read_lots(embedded, rows, "hiring", locator=Locator(places))
    assert {(lot.basin, lot.commune) for lot in lots.lots} == {("5313", ""), ("5313", "35236")}
    assert [(p.key, p.suggestions) for p in lots.set_aside] == [
        ("basin_ambiguous", ("Redon", "Questembert")), ("basin_ambiguous", ("Questembert", "Redon")),
        ("basin_ambiguous", ("Redon", "Mayenne")),  # a town too, and Redon is in no department of that name
    ]  # fmt: skip


def test_of_a_list_of_persons_who_may_leave_by_themselves_are_said_to_be_counted(
    embedded: Referential, tmp_path: Path
) -> None:
    states = (
        "départ volontaire",
        "volontaire",
        "longue maladie",
        "",
        "retraite prévue",
        "part en retraite",
        "pas volontaire",
    )
    text = "\n".join(["Matricule;Nom;Emploi;Situation", *(f"{n};N{n};N1101;{state}" for n, state in enumerate(states))])
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    leavers = [p.values["given"] for p in lots.said if p.key == "leavers_remarked"]
    assert (lots.people, leavers) == (7, ["départ volontaire", "volontaire", "retraite prévue", "part en retraite"])


def test_what_is_said_of_several_files_at_once_names_the_side(embedded: Referential, tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{name}.csv", "Entreprise;Métier;Effectif\nA;N1101;2\n") for name in ("a", "b")]
    (note,) = (note for note in reading_notes([read_lots(embedded, paths, "hiring")]) if note.key == "summed")
    assert note.sentence("fr").startswith("postes à pourvoir :")


def test_the_title_of_each_block_whose_header_is_said_again_is_its_employer(
    embedded: Referential, tmp_path: Path
) -> None:
    blocks = "{}\nPoste;Nombre;Ville\nN1101;6;Redon\n\n{}\nPoste;Nombre;Ville\nN1101;2;Redon\nN4101;1;Allaire\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", blocks.format("Alpha SA;;", "Mairie B;;")), "hiring")
    assert found(lots) == [("Alpha SA", "N1101", 6), ("Mairie B", "N1101", 2), ("Mairie B", "N4101", 1)]
    assert "label_line" in said(lots)
    lots = read_lots(embedded, written(tmp_path / "t.csv", blocks.format("Liste;;", ";;")), "hiring")
    assert {lot.employer for lot in lots.lots} == {"–"}
    places = [f"Hôtel;{name};\nPoste;Nombre;Contrat\nN1101;2;CDI" for name in ("Alpha – Redon", "Beta – Allaire")]
    path = written(tmp_path / "t.csv", "\n\n".join(places))
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    assert {(lot.employer, lot.commune_label) for lot in lots.lots} == {("Alpha", "Redon"), ("Beta", "Allaire")}
    assert asides(lots) == []


def test_what_a_remark_beside_openings_demands_is_asked_for(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    remarks = (
        "permis C exigé, déplacements",
        "permis C souhaité",
        "anglais obligatoire",
        "FIMO non exigée",
        "permis C",
    )
    text = "\n".join(
        ["Métier;Nombre;Commentaire", *(f"N{n}101;1;{each}" for n, each in zip((1, 4, 1, 4, 1), remarks, strict=True))]
    )
    lots = read_lots(embedded_graph.referential, written(tmp_path / "t.csv", text), "hiring")
    assert {lot.permits for lot in lots.lots} == {"permis C exigé", "", "anglais obligatoire", "permis C"}
    assert [p.values["given"] for p in lots.said if p.key == "conditions_unread"] == ["anglais obligatoire"]
    people = written(tmp_path / "t.csv", text.replace("Nombre", "Effectif"))
    assert not any(lot.permits for lot in read_lots(embedded_graph.referential, people, "fragile").lots)
    text = "Métier;Nombre;Remarques\n" + "".join(
        f"N{n}101;1;{each}\n"
        for n, each in zip((1, 4, 1, 4), ("permis C", "permis D", "FIMO", "à revoir"), strict=True)
    )
    lots = read_lots(embedded_graph.referential, written(tmp_path / "t.csv", text), "hiring")
    assert {lot.permits for lot in lots.lots} == {"permis C", "permis D", "FIMO", ""}
    assert not [p for p in lots.said if p.key.startswith("conditions")]


def test_a_place_alone_on_its_line_holds_for_the_rows_below_it(embedded: Referential, tmp_path: Path) -> None:
    text = "{};;\nEmploi;Nb pers.\nN1101;5\nSITE DE VANNES;\nN4101;4\nTotal général;9\n"
    places = Places(PLACES.basins, (*PLACES.communes, Commune("56260", "Vannes", "5310", 47.7, -2.8)))
    for title, basin in (("SITE DE REDON", "5313"), ("Liste au 1er mai", "")):
        path = written(tmp_path / "t.csv", text.format(title))
        lots = read_lots(embedded, path, "fragile", locator=Locator(places))
        assert [(lot.job, lot.basin) for lot in lots.lots] == [("N1101", basin), ("N4101", "5310")][not basin :]
        assert asides(lots) == ([] if basin else [(3, "empty")])


def test_people_who_leave_quarter_by_quarter_are_summed(embedded: Referential, tmp_path: Path) -> None:
    text = "Poste;Départs T1 2027;Départs T2 2027\nN1101;2;\nN4101;1;3\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "fragile").people == 6


def test_a_number_in_a_cell_of_jobs_is_never_read_as_one(embedded: Referential, tmp_path: Path) -> None:
    cells = ("3 caristes, dont 1 à mi-temps", "2 caristes, logement possible", "Magasinier, 4 postes", "2 caristes")
    text = "\n".join(["Métier|Ville", *(f"{cell}|Redon" for cell in cells)])
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert (lots.people, asides(lots)) == (5, [(3, "jobs_unshared"), (4, "jobs_unshared")])


def test_several_of_a_job_without_a_number_are_not_one(embedded: Referential, tmp_path: Path) -> None:
    text = "Métier;Ville\n2 caristes;Redon\nplusieurs magasiniers;Redon\nune dizaine de caristes;Redon\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert (lots.people, asides(lots)) == (2, [(3, "not_number"), (4, "not_number")])
    text = "Métier;Ville\n2 à 3 caristes;Redon\ndeux ou trois caristes;Redon\nRecrutement de 2 caristes;Redon\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert (lots.people, asides(lots)) == (2, [(2, "not_number"), (3, "not_number")])
    text = "Métier;Nombre\nPlusieurs magasiniers;3\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "hiring").people == 3


def test_a_row_of_which_is_a_part_of_the_lot_above_and_not_one_more(embedded: Referential, tmp_path: Path) -> None:
    text = "Métier;Effectif\nCariste;10\ndont magasinier;4\n- dont moins de 50 ans;3\nTotal;10\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (lots.people, asides(lots), said(lots).count("part_line")) == (10, [], 2)
    assert "total_differs" not in said(lots)
    text = "Métier;Effectif\nTotal;10\ndont cariste;6\ndont magasinier;4\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "fragile").people == 10


@pytest.mark.parametrize("some", ["Aucun besoin sauf cariste", "Pas de besoin en CDI, 2 en intérim", "Sans poste fixe"])
def test_a_row_that_says_that_somebody_is_needed_is_set_aside(embedded: Referential, tmp_path: Path, some: str) -> None:
    text = f"Entreprise;Métier;Nombre de postes\nA;N1101;3\nB;{some};\n"
    assert [row for row, _ in asides(read_lots(embedded, written(tmp_path / "t.csv", text), "hiring"))] == [3]


@pytest.mark.parametrize("none", ["Pas de besoin", "aucun recrutement prévu en 2026", "Néant", "RAS"])
def test_a_row_that_says_that_nobody_is_needed_is_passed_unless_it_counts_some(
    embedded: Referential, tmp_path: Path, none: str
) -> None:
    text = f"Entreprise;Métier;Nombre de postes\nA;N1101;3\nB;{none};\nC;{none};0\nD;{none};2\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert (found(lots), asides(lots)) == ([("A", "N1101", 3)], [(5, "job_unknown")])
    assert [p.row for p in lots.said if p.key == "text_line"] == [3, 4]


@pytest.mark.parametrize("side", ["fragile", "hiring"])
@pytest.mark.parametrize(("other", "year"), [("N-1", "N"), ("N + 2", "N"), ("n+1", "n"), ("N−1", "N"), ("N-1", "")])
def test_of_the_years_around_this_one_this_one_counts(
    embedded: Referential, tmp_path: Path, side: Side, other: str, year: str
) -> None:
    what = "Effectif" if side == "fragile" else "Besoins"
    text = f"Entreprise;Métier;{what} {other};{what} {year}\nA;N1101;8;10\nB;N4101;4;5\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), side)
    assert found(lots) == [("A", "N1101", 10), ("B", "N4101", 5)]
    assert [p.values["others"] for p in lots.said if p.key == "other_counts"] == [f"{what} {other}"]


@pytest.mark.parametrize("head", ["% effectif", "% de l'effectif", "Part de l'effectif (%)", "Effectif en %"])
def test_a_share_of_the_people_counts_nobody(embedded: Referential, tmp_path: Path, head: str) -> None:
    text = f"Entreprise;Métier;{head}\nA;N1101;50\nB;N4101;30\n"
    with pytest.raises(LotsError) as refused:
        read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert [p.values["columns"] for p in refused.value.problems] == [head]
    lots = read_lots(embedded, written(tmp_path / "u.csv", text.replace(head, "Effectif à 100 %")), "fragile")
    assert lots.people == 80


def test_a_sheet_of_an_archive_a_draft_or_a_model_is_not_counted(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, number in (("Plan 2027", 4), ("Archives 2025", 30), ("brouillon", 9), ("Modèle", 1)):
        sheet = book.create_sheet(name)
        for row in (("Fonction", "Nombre"), ("N1101", number), ("N4101", number)):
            sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "hiring")
    assert lots.people == 8
    (others,) = (p.values["sheets"] for p in lots.said if p.key == "other_sheets")
    assert others == "Archives 2025, brouillon, Modèle"


def test_needs_that_give_each_job_its_number_are_jobs(embedded: Referential, tmp_path: Path) -> None:
    text = "Structure;Commune;Besoin\nA;Redon;2 caristes + 1 magasinier\nB;Allaire;3 caristes\nC;Redon;pas de besoin\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert sorted(lot.people for lot in lots.lots) == [1, 2, 3]
    assert (asides(lots), [p.row for p in lots.said if p.key == "text_line"]) == ([], [4])
    text = "Poste;Commune;Besoin\nN1101;Redon;2 CDI\nN4101;Allaire;3 CDI\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "hiring").people == 5


def test_a_place_that_is_none_names_those_near_the_tables_that_it_is_like(embedded: Referential) -> None:
    elsewhere = Basin("6403", "PAU"), Commune("64004", "Allairine", "6403", 43.3, -0.4)
    places = Places((*PLACES.basins, elsewhere[0]), (*PLACES.communes, elsewhere[1]))
    rows = [{"Métier": "N1101", "Effectif": 2, "Commune": town} for town in ("Redon", "Allaire", "Allairanes")]
    sides = filter(None, read_sides(embedded, rows[:2], rows, locator=Locator(places)))
    (note,) = (each.sentence("fr") for each in reading_notes(sides) if each.key == "place_unread")
    assert note.endswith(
        "« Allairanes » inconnu : ni commune, ni bassin. Les plus proches : Allaire. Sa distance est inconnue."
    )


def test_what_a_total_counts_beside_places_counts_without_one(embedded: Referential) -> None:
    rows = [
        {"Métier": job, "Redon": a, "Vannes": b, "Siège": c, "Total": total}
        for job, a, b, c, total in (("N1101", 3, 2, 0, 5), ("N4101", 1, None, 4, 5))
    ]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(PLACES))
    assert sorted((lot.basin, lot.people) for lot in lots.lots) == [("", 4), ("5310", 2), ("5313", 1), ("5313", 3)]
    assert [p.column for p in lots.said if p.key == "place_unread"] == ["Siège"]
    aside = [row | {"Total": total} for row, total in zip(rows, (5, 1), strict=True)]  # the total leaves it out
    lots = read_lots(embedded, aside, "fragile", locator=Locator(PLACES))
    assert sorted((lot.basin, lot.people) for lot in lots.lots) == [("5310", 2), ("5313", 1), ("5313", 3)]


def test_sheets_of_one_side_and_of_other_firms_are_all_read_whatever_their_columns(
    embedded: Referential, tmp_path: Path
) -> None:
    def sheets(*tables: tuple[tuple[Any, ...], ...]) -> Lots:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for number, rows in enumerate(tables):
            sheet = book.create_sheet(f"Feuille {number}")
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "t.xlsx")
        return read_lots(embedded, tmp_path / "t.xlsx", "fragile")

    fishing = (("Armement", "Fonction", "Nb marins", "Port"), ("A", "N4101", 4, "Redon"))
    trade = (("Entreprise", "Poste", "Nb pers. impactées"), ("B", "N1101", 7))
    same_firm = (("Société", "Emploi", "Effectif total"), ("A", "N1101", 30))
    openings = (("Société", "Emploi", "Nb de postes"), ("C", "N1101", 30))
    lots = sheets(fishing, trade)
    assert found(lots) == [("A", "N4101", 4), ("B", "N1101", 7)]
    assert "several_sheets" in said(lots)
    for other in (same_firm, openings):
        assert found(sheets(fishing, other)) == [("A", "N4101", 4)], "it may count the same people, or posts"


def test_several_files_of_one_side_are_read_as_one_table(embedded: Referential, tmp_path: Path) -> None:
    first = written(tmp_path / "a.csv", "Employeur;Métier;Nombre\nA;N1101;4\nA;Zzyzx;2\n")
    second = written(tmp_path / "b.csv", "Company,Job,Openings\nA,N1101,3\nB,N1103,5\n,Total,8\n")
    lots = read_lots(embedded, [first, second], "hiring")
    assert found(lots) == [("A", "N1101", 7), ("B", "N1103", 5)]
    assert [(p.file, p.row) for p in lots.set_aside] == [("a.csv", 3)]
    notes = [note.sentence("fr") for note in reading_notes([lots])]
    assert any("b.csv : la ligne de total (4)" in note for note in notes)
    assert any("a.csv 2, b.csv 2" in note for note in notes), "a lot of two files is told by file and line"


@pytest.mark.parametrize(
    ("title", "basin"),
    [
        ("Projet de fermeture – Hypermarché de Redon (35)", "5313"),
        ("Établissement de Redon (35)", "5313"),
        ("SCIERIE D'ALLAIRE (56) : FERMETURE", "5313"),
        ("Alpha SAS | Allaire | effectifs concernés", "5313"),
        ("Usines de Redon, Vannes", ""),  # which of them, nobody says
        ("Contact : siège, Redon", ""),
        ("Annexe 2 – Catégories concernées (siège de Redon)", "5313"),
        ("Panneaux du Plateau (Redon, Ille-et-Vilaine)", "5313"),
        ("PANNEAUX DU PLATEAU – BAINS S/ OUST", "5313"),
        ("Plan de redon", ""),  # no name: a name has a capital
    ],
)
def test_the_one_place_that_a_title_names_holds_where_no_column_gives_places(
    embedded: Referential, tmp_path: Path, title: str, basin: str
) -> None:
    path = workbook(
        tmp_path / "t.xlsx", (title,), (), ("Métier", "Effectif", "Note"), ("N4101", 3, ""), ("N1101", 2, "")
    )
    more = (("35013", "Bains-sur-Oust"), ("35999", "Ille-et-Vilaine"))  # there is a town of Corrèze in Corrèze
    communes = (*PLACES.communes, *(Commune(code, name, "5313", 47.7, -2.1) for code, name in more))
    locator = Locator(Places(PLACES.basins, communes))
    lots = read_lots(embedded, path, "fragile", locator=locator)
    assert {lot.basin for lot in lots.lots} == {basin}
    assert ("title_place" in said(lots), "no_place" in said(lots)) == (bool(basin), not basin)
    rows = (("Métier", "Effectif", "Ville"), ("N4101", 3, "Vannes"), ("N4101", 2, ""))
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", (title,), (), *rows), "fragile", locator=locator)
    places = [("5310", 3), ("5313", 2)] if basin else [("5310", 3)]  # the title's for rows that tell none
    assert ([(lot.basin, lot.people) for lot in lots.lots], asides(lots)) == (places, [] if basin else [(5, "empty")])


@pytest.mark.parametrize(
    ("title", "told"), [("Centre d'appels Allaire – postes menacés", 1), ("Liste Allaire, Effectifs Rieux", 0)]
)
def test_a_town_that_ends_a_part_of_a_title_holds_where_it_is_near_the_other_table(
    embedded: Referential, tmp_path: Path, title: str, told: int
) -> None:
    path = workbook(tmp_path / "t.xlsx", (title,), (), ("Métier", "Effectif", "Note"), ("N4101", 3, ""))
    posts = [{"Employeur": "B", "Métier": "N4101", "Postes": 2, "Commune": "Malansac"}]
    more = Commune("56123", "Malansac", "5313", 47.7, -2.3), Commune("56194", "Rieux", "5313", 47.6, -2.1)
    communes = (*PLACES.communes, *more)
    lots, _ = read_sides(embedded, path, posts, locator=Locator(Places(PLACES.basins, communes)))
    assert said(lots).count("title_place") == told


@pytest.mark.parametrize(
    ("title", "told"),
    [("Plan de Charge", 0), ("TRAVAUX DE COUTURE", 0), ("Atelier – Bois", 0), ("Usine de Bois", 1), ("Charge (16)", 1)],
)
def test_a_word_of_titles_that_is_also_the_name_of_a_commune_is_no_place(
    embedded: Referential, tmp_path: Path, title: str, told: int
) -> None:
    named = (("17050", "Bois"), ("16080", "Charge"), ("16114", "Couture"))
    words = tuple(Commune(code, name, "5313", 45.5, -0.6) for code, name in named)
    path = workbook(tmp_path / "t.xlsx", (title,), (), ("Métier", "Effectif", "Note"), ("N4101", 3, ""))
    lots = read_lots(embedded, path, "fragile", locator=Locator(Places(PLACES.basins, words)))
    assert said(lots).count("title_place") == told


def test_sheets_that_are_no_places_take_the_place_of_their_title(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, place in (("Site A", "Redon"), ("Site B", "Vannes")):
        sheet = book.create_sheet(name)
        for row in (
            (f"Atelier – Technicentre de {place}",),
            ("Métier", "Postes ouverts", "Prise de poste"),
            ("N4101", 3),
        ):
            sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "hiring", locator=Locator(PLACES))
    assert [(lot.basin, lot.people) for lot in lots.lots] == [("5310", 3), ("5313", 3)]


def test_of_a_list_of_persons_with_their_working_time_those_gone_are_not_counted(
    embedded: Referential, tmp_path: Path
) -> None:
    lines = ["Matricule;Poste;ETP;Situation", "1;Cariste;1;À reclasser", "2;Cariste;0,5;Démission"]
    lines += ["3;Cariste;0,3;À reclasser", "4;Cariste;1;Retraite au 01/12/2026"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "fragile")
    assert (lots.people, said(lots).count("gone_line")) == (2, 2)
    unfilled = "\n".join(lines).replace("À reclasser", "")  # who is not gone has an empty cell
    assert read_lots(embedded, written(tmp_path / "t.csv", unfilled), "fragile").people == 2
    lines += ["5;Cariste;6;À reclasser"]  # of lots, how many are gone is not said
    assert "gone_line" not in said(read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "fragile"))


def test_a_remark_that_an_opening_is_filled_or_frozen_counts_as_its_state(
    embedded: Referential, tmp_path: Path
) -> None:
    closed = ["poste gelé", "pourvu en interne le 15/08", "Postes pourvus", "offre suspendue depuis mars", "annulé"]
    opened = ["à pourvoir", "non pourvu", "pourvu en partie (2 sur 3)", "Annule et remplace l'offre 12", ""]
    for name in ("Remarques", "Statut"):
        lines = [f"Poste;Nb;{name}", *[f"Cariste;1;{text}" for text in [*closed, *opened]]]
        lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "hiring")
        assert (lots.people, said(lots).count("closed_line")) == (len(opened), len(closed))


def test_openings_counted_in_agents_go_before_full_time_equivalents(embedded: Referential, tmp_path: Path) -> None:
    rows = (("Métier", "Nb postes", "", "Lieu"), ("", "Agents", "ETP", ""), ("N4101", 6, "5,5", "Redon"))
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows, merged=("B1:C1",)), "hiring")
    assert (lots.people, "etp" in said(lots)) == (6, False)


def test_people_of_one_job_who_leave_at_other_times_are_other_lots(embedded: Referential, tmp_path: Path) -> None:
    lines = ["Entreprise;Métier;Nombre;Échéance", "A;N1101;22;30/06/2027", "A;N1101;40;30/09/2026"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join([*lines, "A;N1101;3;15/09/2026"])), "fragile")
    assert sorted((lot.month, lot.people) for lot in lots.lots) == [(Month(2026, 9), 43), (Month(2027, 6), 22)]


def test_a_name_that_begins_those_of_several_communes_is_the_one_that_the_tables_name(embedded: Referential) -> None:
    communes = (
        Commune("95527", "Roissy-en-France", "1101", 49.0, 2.52),
        Commune("77390", "Roissy-en-Brie", "1101", 48.79, 2.65),
        Commune("77294", "Mitry-Mory", "1101", 48.98, 2.62),
        Commune("77291", "Le Mesnil-Amelot", "1101", 49.02, 2.6),
        Commune("94054", "Orly", "1101", 48.74, 2.4),
        Commune("77345", "Orly-sur-Morin", "1101", 48.91, 3.23),
    )
    places = Places((Basin("1101", "X"),), communes)
    names = ["Roissy-en-France", "Mitry-Mory", "Le Mesnil-Amelot", "Roissy", "Orly"]
    rows = [{"Métier": "N1101", "Nombre": 2, "Commune": name} for name in names]
    lots, _ = read_sides(embedded, rows, None, locator=Locator(places))
    assert {lot.commune: lot.people for lot in lots.lots} == {"95527": 4, "77294": 2, "77291": 2, "94054": 2}
    assert (lots.set_aside, said(lots).count("place_in_part")) == ((), 1), "Orly is nearer than Orly-sur-Morin"


def test_lots_of_one_job_in_a_basin_are_told_apart_by_their_commune_or_their_month(embedded: Referential) -> None:
    when = ("30/06/2027", "30/09/2026")
    rows = [{"Métier": "N1101", "Nombre": 2, "Commune": town, "Échéance": when[0]} for town in ("Redon", "Allaire")]
    lots = read_lots(embedded, [*rows, {**rows[0], "Échéance": when[1]}], "fragile", locator=Locator(PLACES)).lots
    places = {lot.place().removeprefix(f"{lot.named}, ") for lot in lots}
    assert places == {"Redon, 2026-09", "Redon, 2027-06", "Allaire, 2027-06"}
    (lot,) = read_lots(embedded, [{"Métier": "N1101", "Bassin": "Redon"}], "fragile", locator=Locator(PLACES)).lots
    assert lot.place() == f"{lot.named}, REDON"


def test_a_row_of_people_whose_state_is_cancelled_is_set_aside(embedded: Referential, tmp_path: Path) -> None:
    states = ["confirmé", "annulé", "suppression abandonnée", "en cours de reclassement", "annulé et remplacé"]
    lines = ["Entreprise;Poste;Effectif concerné;Statut", *[f"A;N1101;2;{state}" for state in states]]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "fragile")
    assert (lots.people, asides(lots)) == (6, [(3, "out_of_scope"), (4, "out_of_scope")])


@pytest.mark.parametrize(
    ("remark", "left"),
    [
        ("dont 3 déjà pourvus", 5), ("permis C, 1 poste déjà pourvu", 7), ("dont un déjà recruté", 7), ("reste 6", 6),
        ("dont 5 saisonniers déjà recrutés", 3),
        ("il en reste 2", 2), ("2 restants", 2), ("3 postes non pourvus", 8), ("reste 3 mois", 8),
        ("3 recrutés en 2024", 8), ("dont 9 pourvus", 8), ("1 recruté", 7), ("2 embauchés par an", 8),
    ],
)  # fmt: skip
def test_openings_that_a_remark_says_filled_are_taken_off_with_a_message(
    embedded: Referential, remark: str, left: int
) -> None:
    rows = [{"Poste": "N4101", "Nb": 8, "Remarques": remark}]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, "remarked" in said(lots)) == (left, left != 8)
    rows = [{"Poste": "N4101", "Reste à pourvoir": 8, "Remarques": remark}]
    assert read_lots(embedded, rows, "hiring").people == 8  # they are off already
    if remark.startswith("dont"):
        numbers = [{"Poste": "N4101", "Nb": f"8 ({remark})"}]
        assert read_lots(embedded, numbers, "hiring").people == left


@pytest.mark.parametrize(
    ("remark", "left", "key"),
    [
        ("dont 2 déjà reclassés", 6, "remarked"), ("reste 5 à reclasser", 5, "remarked"),
        ("2 mutations acceptées", 8, "leavers_remarked"), ("dont 3 départs retraite au 31/12", 8, "leavers_remarked"),
        ("dont 2 volontaires", 8, "leavers_remarked"), ("2 vacants, dont 4 intérimaires", 8, "leavers_remarked"),
        ("1 salarié protégé", 8, ""),
    ],
)  # fmt: skip
def test_people_that_a_remark_says_gone_are_taken_off_only_where_they_are_among_the_number(
    embedded: Referential, remark: str, left: int, key: str
) -> None:
    lots = read_lots(embedded, [{"Poste": "N4101", "Effectif": 8, "Observations": remark}], "fragile")
    assert (lots.people, [k for k in said(lots) if k.endswith("remarked")]) == (left, [key] if key else [])
    lots = read_lots(embedded, [{"Poste": "N4101", "Effectif": "6 CDI + 2 CDD"}], "fragile")
    assert (lots.people, said(lots)) == (8, said(read_lots(embedded, [{"Poste": "N4101", "Effectif": 8}], "fragile")))


def test_a_post_in_which_nobody_is_and_people_taken_over_are_set_aside(embedded: Referential) -> None:
    remarks = ("poste vacant", "repris par le groupe Beta", "temps partiel 80 %", "doublon, envoyé deux fois")
    rows = [{"Poste": "N4101", "Nombre": 2, "Commentaire": remark} for remark in remarks]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, asides(lots)) == (2, [(n, "out_of_scope") for n in (1, 2, 4)])
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, asides(lots)) == (6, [(4, "out_of_scope")])


def test_an_opening_that_is_no_longer_one_is_closed(embedded: Referential) -> None:
    rows = [{"Poste": "N4101", "Nb": 2, "Observations": text} for text in ("plus d'actualité", "urgent")]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, said(lots).count("closed_line")) == (2, 1)


def test_who_leaves_by_an_accepted_choice_is_gone_and_who_may_is_not(embedded: Referential) -> None:
    states = ("à reclasser", "départ volontaire - projet validé", "départ volontaire envisagé")
    rows = [{"Emploi": "N4101", "Situation": state} for state in states]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, said(lots).count("gone_line")) == (2, 1)


def test_volunteers_beside_those_who_are_forced_to_leave_are_said_not_to_be_counted(embedded: Referential) -> None:
    for name, key in (("Départs contraints", "leavers_beside"), ("Effectif", "leavers")):
        lots = read_lots(embedded, [{"Emploi": "N4101", name: 5, "Départs volontaires": 2}], "fragile")
        assert (lots.people, [k for k in said(lots) if k.startswith("leavers")]) == (5, [key])


def test_an_impact_of_signs_beside_the_people_who_are_there_counts(embedded: Referential) -> None:
    numbers = ((62, -12), (4, 0), (0, "+2"))
    rows = [{"Emploi repère": "N4101", "Effectif (pers.)": now, "Impact 2027": change} for now, change in numbers]
    assert read_lots(embedded, rows, "fragile").people == 12


def test_columns_may_be_headed_by_questions(embedded: Referential, tmp_path: Path) -> None:
    text = "Tour de table\n{};Quoi ?;Combien ?;Où ?;Pour quand ?\nA;N1101;6;Redon;mars 2027\nB;N4101;2 à 3;Redon;\n"
    for who in ("Qui ?", "Pour qui ?"):
        path = written(tmp_path / "t.csv", text.format(who))
        lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
        assert (found(lots), asides(lots)) == ([("A", "N1101", 6)], [(4, "range")])
        assert (lots.lots[0].commune, lots.lots[0].month) == ("35236", Month(2027, 3))


def test_jobs_head_columns_below_a_title_that_speaks_of_posts(embedded: Referential, tmp_path: Path) -> None:
    header = ("Établissement", "Ville", "Cariste", "Tourneur", "Soudeur", "Observations")
    rows = (("A", "Redon", 2, 1, "1 tps partiel", None), ("B", "Redon", "-", 4, "3 (1 urgent)", "logement"))
    path = workbook(tmp_path / "t.xlsx", ("Besoins des établissements (nombre de postes)",), header, *rows)
    read = [(lot.employer, lot.given, lot.people) for lot in read_lots(embedded, path, "hiring").lots]
    assert set(read) == {
        ("A", "Cariste", 2), ("A", "Tourneur", 1), ("A", "Soudeur", 1), ("B", "Tourneur", 4), ("B", "Soudeur", 3)
    }  # fmt: skip


def test_a_file_that_cannot_be_read_at_all_is_set_aside_beside_others(embedded: Referential, tmp_path: Path) -> None:
    good = written(tmp_path / "a.csv", "Employeur;Métier;Nombre\nA;N1101;4\n")
    bad = written(tmp_path / "b.csv", "Employeur;Ville;Téléphone\nB;Redon;02 99\n")
    lots = read_lots(embedded, [bad, good], "hiring")
    assert (found(lots), [(p.file, p.key) for p in lots.set_aside]) == ([("A", "N1101", 4)], [("b.csv", "no_column")])
    notes = [note for note in reading_notes([lots]) if note.key in ("tables_aside", "set_aside")]
    assert [(note.key, note.values["files"]) for note in notes] == [("tables_aside", "b.csv")]
    with pytest.raises(LotsError):
        read_lots(embedded, [bad, bad], "hiring")
    with pytest.raises(LotsError):
        read_sides(embedded, good, [good, bad], locator=Locator(), refuse_incomplete=True)


def test_a_sheet_of_other_firms_that_names_no_side_is_read_with_the_one_that_does(
    embedded: Referential, tmp_path: Path
) -> None:
    def lots(count: str) -> Lots:
        book = openpyxl.Workbook()
        book.worksheets[0].title = "Chalon"
        for row in (
            ("Recrutements signalés", None, None),
            ("Entreprise", "Poste proposé", "Nombre"),
            ("A", "N1101", 2),
        ):
            book.worksheets[0].append(row)
        other = book.create_sheet("Montceau")
        for row in (("Raison sociale", "Métier", count), ("B", "N4101", 3)):
            other.append(row)
        book.save(tmp_path / "t.xlsx")
        return read_lots(embedded, tmp_path / "t.xlsx", "hiring")

    assert found(lots("Nb")) == [("A", "N1101", 2), ("B", "N4101", 3)]
    assert found(lots("Effectif menacé")) == [("A", "N1101", 2)]


WIDER = Places(
    (Basin("5313", "REDON"), Basin("2605", "CHALON SUR SAONE"), Basin("1101", "ROISSY"), Basin("5310", "VANNES")),
    (
        *PLACES.communes,
        Commune("71076", "Chalon-sur-Saône", "2605", 46.8, 4.85),
        Commune("95527", "Roissy-en-France", "1101", 49.0, 2.5),
        Commune("56002", "Saint-Jean", "5310", 47.7, -2.8),
        Commune("71002", "Saint-Jean", "2605", 46.9, 4.9),
    ),
)


@pytest.mark.parametrize(
    ("text", "commune"),
    [
        ("CDG T2", "95527"), ("Roissy - zone cargo", "95527"),
        ("Roissypole", "95527"), ("Aéroport Charles de Gaulle", "95527"), ("Redon Nord", "35236"),
        ("Chalon Sud", "71076"), ("Garage (Redon)", "35236"), ("ZA Nord, Redon", "35236"), ("Redon / Allaire", ""),
        ("Redon (Ille-et-Vilaine)", "35236"), ("Saint-Jean (Morbihan)", "56002"), ("Zone 4", None),
        ("Redon en Mauges", None), ("REDON LES MAUGES", None),  # another town, whose name goes on
    ],
)  # fmt: skip
def test_places_of_work_that_are_no_communes_are_where_their_words_say(
    embedded: Referential, text: str, commune: str | None
) -> None:
    rows = [{"Métier": "N4101", "Nb": 2, "Ville": each} for each in (text, "Redon")]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(WIDER))
    read = [lot.commune for lot in lots.lots if lot.row == 1]
    if commune is None:
        assert (read, asides(lots), said(lots).count("place_unread")) == ([""], [], 1)  # it counts without a place
    else:
        assert read == [commune]
        assert ("place_reworded" in said(lots)) == (text != "Redon / Allaire")


def test_places_head_columns_by_the_names_of_their_terminals(embedded: Referential) -> None:
    rows = [{"Métier": "N4101", "CDG T1": 2, "CDG T2": 3, "Redon": 1, "Total": 6}]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(WIDER))
    assert sorted((lot.commune, lot.people) for lot in lots.lots) == [("35236", 1), ("95527", 5)]


def test_where_no_place_of_a_table_can_be_told_its_rows_count_without_one(embedded: Referential) -> None:
    rows = [{"Métier": "N4101", "Nb": 2, "Ville": place} for place in ("Saint-Jean", "Zone 4")]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(WIDER))
    assert (lots.people, lots.lots[0].basin, lots.set_aside) == (4, "", ())
    assert said(lots).count("place_unread") == 2
    people = [{"Métier": "N4101", "Effectif": 2, "Ville": "Allaire"}]
    _, hiring = read_sides(embedded, people, rows[:1], locator=Locator(WIDER))
    assert hiring is not None
    assert hiring.lots[0].commune == "56002"  # where the other table is


def test_a_sector_may_be_a_part_of_a_country(embedded: Referential) -> None:
    rows = [{"Métier": "N4101", "Nb": 2, "Secteur": place} for place in ("Redon et environs", "Allaire")]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(WIDER))
    assert [lot.basin for lot in lots.lots] == ["5313", "5313"]


def test_a_name_of_several_communes_is_where_the_tables_have_more_than_one_place(embedded: Referential) -> None:
    communes = (
        Commune("71076", "Chalon", "2605", 46.8, 4.85), Commune("71153", "Le Creusot", "2605", 46.8, 4.4),
        Commune("21054", "Beaune", "2605", 47.0, 4.8), Commune("71306", "Montceau-les-Mines", "2605", 46.7, 4.4),
        Commune("21427", "Montceau-et-Écharnant", "2605", 47.1, 4.6),
    )  # fmt: skip
    locator = Locator(Places((Basin("2605", "X"),), communes))
    rows = [{"Métier": "N4101", "Nb": 1, "Ville": name} for name in ("Chalon", "Le Creusot", "Beaune", "Montceau")]
    people, _ = read_sides(embedded, rows, None, locator=locator)
    assert {lot.commune for lot in people.lots if lot.row == 4} == {"71306"}
    people, _ = read_sides(embedded, [rows[0], *rows[2:]], None, locator=locator)
    assert asides(people) == [(3, "basin_ambiguous")]  # one place in each: nothing tells


def test_rows_that_are_struck_out_are_said_and_not_counted(embedded: Referential, tmp_path: Path) -> None:
    header, rows = ("Entreprise", "Poste", "Nb"), [("A", "N1101", 3), ("B", "N4101", 2), ("C", "N1103", 4)]
    path = workbook(tmp_path / "t.xlsx", header, *rows)
    book = openpyxl.load_workbook(path)
    for cell in [*book.worksheets[0][3], book.worksheets[0]["C4"]]:  # a number alone may be put right beside it
        cell.font = Font(strike=True)
    book.save(path)
    lots = read_lots(embedded, path, "hiring")
    assert found(lots) == [("A", "N1101", 3), ("C", "N1103", 4)]
    assert [p.row for p in lots.said if p.key == "struck_row"] == [3]


def test_lines_of_text_tell_their_number_job_and_town(embedded: Referential, tmp_path: Path) -> None:
    lines = (
        "Besoins\n3 soudeurs à Redon\n2 caristes (Allaire)\n1 tourneur - Redon\n4 soudeurs à Redon (35)\nSoudeur (3)\n"
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", lines), "hiring", locator=Locator(PLACES))
    read = {(lot.row, lot.commune_label, lot.people) for lot in lots.lots}
    assert {(2, "Redon", 3), (3, "Allaire", 2), (4, "Redon", 1)} <= read
    assert lots.people == 10
    assert (6, "number_in_job") in asides(lots)
    assert "no_place" not in said(lots)


def test_a_word_of_several_trades_is_a_job_of_the_trade_of_its_firm(rome: Referential) -> None:
    def job(*jobs: str, side: Side = "fragile", employers: tuple[str, ...] = ()) -> tuple[str, bool]:
        rows = [{"Poste": each, "Nb": 2, **({"Entreprise": e} if e else {})}
                for each, e in zip(jobs, employers or [""] * len(jobs), strict=True)]  # fmt: skip
        lot = next(lot for lot in read_lots(rome, rows, side).lots if lot.given == jobs[0])
        return lot.job, lot.confidence >= SURE

    assert job("Bobinier") == ("H2601", False)  # of motors, likely, and never surely
    assert job("Bobinier", "Tisseur", "Ourdisseur") == ("H2404", False)
    assert job("Bobinier", "Tisseur", side="hiring") == ("H2601", False)  # of several firms, perhaps
    assert job("Bobinier", "Tisseur", employers=("A", "B")) == ("H2601", False)
    assert job("Bobinier", "Bobinier électricien", "Tisseur") == ("H2601", True)
    assert job("Magasinier", "Maçon", "Coffreur") == ("N1110", True)  # of every trade
    assert job("Secrétaire", "Comptable") == ("M1607", True)  # its own name, whatever else there is
    assert job("Agent de contrôle", "Fondeur", employers=("Fonderie",) * 2) == ("H1506", True)  # not of tickets
    assert job("Agent de contrôle") == ("H1506", False)
    assert job("Chargé de clientèle", "Téléconseiller", "Superviseur centre d'appels") == ("D1408", False)  # no bank
    assert job("Chef d'équipe", "Maçon", "Coffreur") == ("F1206", False)
    beside = "Téléconseiller", "Formateur", "Hôtesse d'accueil", "Technicien info"
    assert job("Superviseur", *beside) == ("D1435", False)  # one trade, and nobody else of an industry
    assert job("Chef d'équipe", "Fondeur", "Responsable RH") == ("H2504", False)
    many = ("Maçon", "Comptable", "Cariste", "Magasinier", "Secrétaire")
    assert job("Chef d'équipe", *many) == ("H2504", False)  # two of five make no firm of logistics
    assert job("Conducteur de scie", "Affûteur", "Opératrice de tri bois") == ("H2211", False)
    assert job("Scieur", employers=("Scierie Vosges",)) == ("H2211", True)  # of wood, not of metal
    assert job("Aide conducteur", "Conducteur de machine à papier", "Bobineur") == ("H3104", False)
    assert job("Veilleur de nuit", employers=("Hôtel de la Gare",)) == ("G1703", True)  # no guard
    assert job("Veilleuse de nuit", employers=("Hôtel de ville",)) == ("K2503", True)
    for sector, code in (("55.10Z", "G1703"), ("Hôtellerie-restauration", "G1703"), ("87.30A", "K2503")):
        (lot,) = read_lots(rome, [{"Poste": "Veilleur de nuit", "Nb": 1, "Secteur": sector}], "hiring").lots
        assert lot.job == code
    assert job("Agent d'entretien", "Laveur de vitres", "Chef d'équipe propreté") == ("K2205", True)
    of_waste = "Agent de tri", "Ripeur", "Agent de déchetterie"
    assert job("Conducteur de chargeuse centre de valorisation", *of_waste) == ("F1302", True)  # of machines there too
    assert job("Agent de tri bagages", "Agent de piste") == ("N2203", True)
    assert job("Agent d'entretien", "Laveur de vitres") == ("K2205", False)  # of one other, nothing is told
    assert job("Agent d'entretien", "ATSEM", "Cuisinier", "Laveur de vitres") == ("K2205", False)
    assert job("Agent d'entretien", "Jardinier", "Laveur de vitres") == ("K2205", False)
    others = "Comptable", "Caissier", "Infirmier"  # most are of other fields
    assert job("Agent d'entretien", "Laveur de vitres", "Chef d'équipe propreté", *others) == ("K2205", False)


@pytest.mark.parametrize(
    ("firm", "title", "beside", "job"),
    [
        ("Remontées du Sancy", "Perchmans", "Conducteurs télésièges", "N4402"),
        ("Théâtre du Nord", "Perchman", "Régisseur lumière", "L1508"),
        ("Garage Bourbon Auto", "Tôlier", "Peintre", "I1621"),
        ("Chaudronnerie Martin", "Tôlier", "Soudeur", "H2902"),
        ("Haras du Pin", "Jockey", "Palefrenier", "L1403"),
        ("EHPAD Les Lilas", "Animatrice", "Aide-soignante", "K1206"),
        ("Scierie Dubois", "Trieur / classeur de sciages", "Affûteur", "H2205"),
        ("Lycée Turgot", "PLP industries graphiques", "AESH", "K2109"),
    ],
)
def test_one_word_of_two_trades_is_that_of_the_firm(
    rome: Referential, firm: str, title: str, beside: str, job: str
) -> None:
    rows = [{"Poste": each, "Nb": 2, "Entreprise": firm} for each in (title, beside)]
    assert {lot.given: lot.job for lot in read_lots(rome, rows, "fragile").lots}[title] == job


def test_one_word_of_two_trades_is_not_sure_where_no_firm_says_which(rome: Referential) -> None:
    lots = read_lots(rome, [{"Poste": title, "Nb": 2} for title in ("Perchman", "Tôlier", "Jockey")], "fragile").lots
    assert all(lot.confidence < SURE for lot in lots)


def test_a_title_that_is_hardly_known_is_read_beside_other_jobs_where_that_little_is_asked(
    embedded: Referential,
) -> None:
    rows = [{"Poste": each, "Nb": 2, "Entreprise": "Atelier"} for each in ("Opérateur", "Soudeur", "Opérateur")]
    lots = read_lots(embedded, rows, "fragile", review_threshold=0.05)
    assert {lot.given for lot in lots.lots} == {"Opérateur", "Soudeur"}


@pytest.mark.parametrize(
    ("title", "choices", "origin"),
    [
        ("Agent de crèche", {("CAP-AEPE", "DEAP")}, ""),  # a paper that a service gives on line keeps nobody from it
        # Three of four ways take the same, each after a school or years of its own.
        ("Officier de police judiciaire", {("HAB-OPJ",), ("FORM-OPN", "EXAM-OPJ"), ("FORM-OPN", "FORM-GPX")}, ""),
        # Who has one of four diplomas has one of five.
        ("Animateur en aqua gymnastique", {("CARTE-EDUC",), ("BPJEPS", "DEJEPS")}, "Animateur sportif"),
    ],
)
def test_what_several_ways_to_a_title_take_is_asked_once(
    rome4_graph: OccupationGraph, title: str, choices: set[tuple[str, ...]], origin: str
) -> None:
    (lot,) = read_lots(rome4_graph.referential, [{"Poste": title, "Nb": 2}], "hiring").lots
    assert {choice[:2] for choice in credentials_of_title(rome4_graph, lot)} == choices
    people = [{"Employeur": "A", "Poste": origin or title, "Effectif": 1, "Ville": "Redon"}]
    posts = [{"Employeur": "B", "Poste": title, "Nb": 1, "Ville": "Redon"}]
    assert match_territory(rome4_graph, people, posts).placed == 1, "who works in it has one of each"


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ("Moniteur de judo", "Moniteur de karaté", {("BPJEPS-DISC", "DEJEPS-DISC", "LIC-STAPS", "CQP-DISC")}),
        ("Moniteur de judo", "Moniteur de judo", set()),
        ("Moniteur de judo", "Educateur sportif", set()),
        ("Cardiologue", "Médecin néphrologue", {("DES-MED",)}),
    ],
)
def test_people_of_one_sport_or_speciality_are_not_placed_in_another_before_it_is_confirmed(
    rome4_graph: OccupationGraph, before: str, after: str, asked: set[tuple[str, ...]]
) -> None:
    people = [{"Employeur": "A", "Poste": before, "Effectif": 1, "Ville": "Redon"}]
    posts = [{"Employeur": "B", "Poste": after, "Nb": 1, "Ville": "Redon"}]
    found = match_territory(rome4_graph, people, posts)
    (flow,) = found.to_confirm or found.flows
    assert (found.placed, flow.unknown) == ((0, ("access",)) if asked else (1, ()))
    assert {extra.codes for extra in flow.title_demands} == asked
    assert {c.code for c in flow.access.to_obtain} == {code for choice in asked for code in choice}


def test_titles_of_one_job_that_only_differ_in_a_number_are_to_be_confirmed_in_unknown_hours(
    rome4_graph: OccupationGraph,
) -> None:
    start = [{"employer": "A", "job": "Capitaine 200", "headcount": 1}]
    found = match_territory(rome4_graph, start, [{"employer": "B", "job": "Capitaine 500", "openings": 1}])
    (flow,) = found.to_confirm
    assert (flow.same_job, "access" in flow.unknown, flow.title_demands) == (True, True, ())
    assert (flow.hours[:3], flow.training_months, flow.cost) == ((None,) * 3, None, None)


@pytest.mark.parametrize(
    ("own", "title", "hours"),
    [("Veilleur de nuit", "Agent de sécurité", 175), ("Agent de sécurité", "Agent de sécurité SSIAP 2", None),
     ("Moniteur auto-école", "Moniteur auto-école avec permis CE", None)],
)  # fmt: skip
def test_hours_to_another_title_of_ones_job_are_known_where_access_tells_all_that_it_asks(
    rome4_graph: OccupationGraph, own: str, title: str, hours: float | None
) -> None:
    start = [{"employer": "A", "job": own, "headcount": 1}]
    found = match_territory(rome4_graph, start, [{"employer": "B", "job": title, "openings": 1}])
    (flow,) = found.to_confirm
    assert (flow.same_job, flow.unknown, flow.hours.expected) == (True, ("access",), hours)


def test_a_job_of_the_trade_of_its_firm_keeps_the_title_that_access_depends_on(rome4_graph: OccupationGraph) -> None:
    laid, jobs = rome4_graph.referential, ("Technicien laboratoire", "Brancardier", "Aide-soignant")
    rows = [{"Poste": each, "Nb": 2, "Entreprise": "Clinique"} for each in jobs]
    first, *_ = read_lots(laid, rows, "fragile").lots
    assert (first.job, bool(first.title_code)) == ("J1302", True)


@pytest.mark.parametrize("title", ["Agent d'admission hospitalière", "Conducteur d'engins de piste"])
def test_titles_that_no_label_says_are_never_sure_by_one_of_their_words(rome: Referential, title: str) -> None:
    (lot,) = read_lots(rome, [{"Poste": title, "Nb": 2}], "fragile").lots
    assert lot.confidence < SURE
    assert lot.job in ("M1609", "N2203")


@pytest.mark.parametrize("name", ["Métier", "Emplois menacés"])
def test_jobs_of_a_cell_have_the_numbers_of_the_cell_beside_it_line_by_line(embedded: Referential, name: str) -> None:
    rows = [
        {"Employeur": "A", name: "Cariste\nConducteur de poids lourd", "Effectif": "4\n3"},
        {"Employeur": "B", name: "Cariste\nMagasinier", "Effectif": "4\nquelques"},
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert found(lots) == [("A", "N1101", 4), ("A", "N4101", 3)]
    assert [p.row for p in lots.set_aside] == [2]


@pytest.mark.parametrize(
    "row",
    [
        {"MATRICULE": "7401256", "EMPLOI REPERE": "CARISTE", "QUALIF": "B"},
        {"Maison": "Alpha", "Métier recherché": "Cariste", "Postes": 1, "Profil": "débutant accepté"},
    ],
)
def test_the_usual_name_of_a_column_of_jobs_goes_before_one_that_may_be_of_grades(
    embedded: Referential, row: dict[str, Any]
) -> None:
    lots = read_lots(embedded, [row], "hiring" if "Postes" in row else "fragile")
    assert ([(lot.job, lot.people) for lot in lots.lots], "job_by_content" in said(lots)) == ([("N1101", 1)], False)


def test_columns_of_one_name_are_told_apart_by_what_stands_above_them(embedded: Referential, tmp_path: Path) -> None:
    above, cells = ("", "Redon", "", "Allaire", "", ""), ("N1101", 2, 1, 4, None, 7)
    total = ("Total", 2, 1, 4, 0, 7)
    for header in (("Métier", "CDI", "CDD", "CDI", "CDD", "Total"), ("Métier", "H", "F", "H", "F", "Total")):
        lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", above, header, cells, total), "fragile",
                         locator=Locator(PLACES))  # fmt: skip
        assert [(lot.employer, lot.commune_label, lot.people) for lot in lots.lots] == [
            ("–", "Redon", 3), ("–", "Allaire", 4)
        ]  # fmt: skip
    path = workbook(tmp_path / "t.xlsx", above, ("Métier", "Effectif", "ETP", "Effectif", "ETP", ""), cells[:-1])
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert {(lot.commune_label, lot.people) for lot in lots.lots} == {("Redon", 2), ("Allaire", 4)}


def test_when_openings_are_to_be_filled_is_no_number_of_them(embedded: Referential) -> None:
    for name in ("A pourvoir le", "Disponible", "Poste vacant au"):
        lots = read_lots(embedded, [{"Poste": "N1101", "Nombre": 2, name: "01/02/2027"}], "hiring")
        assert (lots.people, [str(lot.month) for lot in lots.lots]) == (2, ["2027-02"])
        assert "other_counts" not in said(lots)
        assert read_lots(embedded, [{"Poste": "N1101", name: "01/02/2027"}], "hiring").people == 1


def test_one_job_with_its_number_in_brackets_counts_beside_several(embedded: Referential) -> None:
    rows = [{"Besoins": text} for text in ("Cariste (4), Soudeur (2)", "Cariste (1)")]
    assert read_lots(embedded, rows, "hiring").people == 7


def test_a_post_told_by_two_titles_is_one_where_few_others_tell_a_number(embedded: Referential) -> None:
    rows = [{"Poste": text} for text in ("Cariste", "3 soudeurs", "Cariste / soudeur H/F", "Soudeur", "Cariste")]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, asides(lots)) == (7, [])


def test_nobody_of_an_unknown_job_is_not_set_aside(embedded: Referential) -> None:
    rows = [{"Poste": "N1101", "Postes supprimés": 2}, {"Poste": "Zzyzx", "Postes supprimés": 0}]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, asides(lots)) == (2, [])


def test_columns_of_a_survey_are_openings_and_what_a_profile_demands_is_asked(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "Projets": 5, "Difficiles": "*", "Profil / remarques": "permis C exigé"}]
    (lot,) = read_lots(embedded, rows, "hiring").lots
    assert (lot.people, lot.permits) == (5, "permis C exigé")


def test_quarters_below_what_they_count_and_its_year_are_summed_beside_the_staff(
    embedded: Referential, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Site", "Métier", "Effectif", None, "Suppressions 2027", None),
        (None, None, "31/12/2025", "31/10/2026", "T1", "T2"),
        ("Redon", "N1101", 9, 8, 2, 1),
        ("Allaire", "N4101", 4, 4, None, 2),
        merged=("A1:A2", "B1:B2", "C1:D1", "E1:F1"),
    )
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert [(lot.commune_label, lot.people) for lot in lots.lots] == [("Allaire", 2), ("Redon", 3)]
    assert "who_moves" in said(lots)  # who is there at two dates is not counted


def test_jobs_by_columns_make_a_header_below_titles_by_their_total(embedded: Referential, tmp_path: Path) -> None:
    rows = (("Postes à pourvoir par antenne",), ("Novembre 2026",), (), ("Antenne", "Cariste", "Soudeur", "Total"))
    path = workbook(tmp_path / "t.xlsx", *rows, ("Redon", 4, 2, 6), ("Allaire", 1, None, 1), ("Total", 5, 2, 7))
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    read = {(lot.given, lot.commune_label, lot.people) for lot in lots.lots}
    assert read == {("Cariste", "Redon", 4), ("Soudeur", "Redon", 2), ("Cariste", "Allaire", 1)}


def test_an_address_with_the_name_of_another_commune_is_in_its_town(embedded: Referential) -> None:
    places = Places(
        (Basin("5313", "REDON"), Basin("9701", "SUD")),
        (
            Commune("35236", "Redon", "5313", 47.6, -2.1),
            Commune("35013", "Bains-sur-Oust", "5313", 47.7, -2.1),
            Commune("97412", "Saint-Joseph", "9701", -21.3, 55.6),
        ),
    )
    homes = ("EHPAD Saint-Joseph, Bains-sur-Oust", "Redon", "Bains-sur-Oust / Saint-Joseph")
    people = [{"Poste": "N1101", "Effectif": 2, "Site": home} for home in homes]
    posts = [{"Poste": "N4101", "Nb": 1, "Ville": "Redon"}]
    lots, _ = read_sides(embedded, people, posts, locator=Locator(places))
    assert ([lot.commune for lot in lots.lots], asides(lots)) == (["35013", "35236"], [(3, "basin_ambiguous")])


def test_people_without_an_employer_are_of_one_firm_by_whose_jobs_a_title_is_read(rome: Referential) -> None:
    rows = [{"Poste": title, "Nb": 2} for title in ("Rondier", "Conducteur de chaudière", "Électricien de centrale")]
    alone, among = (read_lots(rome, some, "fragile").lots for some in (rows[:1], rows))
    assert {(lot.job, lot.given) for lot in alone} == {("K2503", "Rondier")}
    assert ("H2701", "Rondier") in {(lot.job, lot.given) for lot in among}  # of the plant, rather than of its guards


def test_a_summary_below_a_table_is_no_part_of_it(embedded: Referential, tmp_path: Path) -> None:
    rows = (("Poste", "Suppressions", "Site"), ("N1101", 2, "Redon"), ("N4101", 1, "Allaire"), ("Total", 3))
    below = ((), ("Récapitulatif par site",), ("Site", "Suppressions"), ("Redon", 2), ("Allaire", 1), ("Total", 3))
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows, *below), "fragile", locator=Locator(PLACES))
    assert (lots.people, asides(lots), "sums_below" in said(lots)) == (3, [], True)


def test_a_total_of_named_posts_counts_for_the_years_beside_it(embedded: Referential) -> None:
    rows = [{"Poste": "N1101", "2026": 6, "2027": 4, "Total suppressions": 10, "Total recrutements": 3}]
    assert read_lots(embedded, rows, "fragile").people == 10
    assert read_lots(embedded, rows, "hiring").people == 3


def test_a_short_reference_names_an_offer_as_well(embedded: Referential) -> None:
    rows = [{"Réf": ref, "Poste": "N1101", "Nb": 2} for ref in ("R1", "R2", "R2")]
    assert read_lots(embedded, rows, "hiring").people == 4
    rows = [{"N°": ref, "Poste": "N1101", "Nb": 2} for ref in ("1", "2", "2")]  # may number something else
    assert read_lots(embedded, rows, "hiring").people == 6


def test_what_a_line_below_a_table_says_holds_for_all_of_it(embedded: Referential, tmp_path: Path) -> None:
    rows = (("Métier", "Effectif"), ("N1101", 2), ("N4101", 1), ("Total", 3), (), ("Site : Redon",))
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows), "fragile", locator=Locator(PLACES))
    assert [(lot.commune_label, lot.people) for lot in lots.lots] == [("Redon", 2), ("Redon", 1)]
    assert "label_foot" in said(lots)
    assert "label_line" not in said(lots)
    rows = *rows[:-1], ("Site unique : Redon (35). Les départs volontaires passeront avant toute notification.",)
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows), "fragile", locator=Locator(PLACES))
    assert [(lot.commune_label, lot.employer) for lot in lots.lots] == [("Redon", "–")] * 2
    assert "commune_by_content" not in said(lots)


def test_a_sheet_that_the_other_side_reads_is_not_told_as_unread(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, count, job in (("Emplois fragilisés", "Effectif", "N1101"), ("Recrutements", "Postes", "N4101")):
        sheet = book.create_sheet(name)
        for row in (("Métier", count), (job, 2)):
            sheet.append(row)
    book.save(path := tmp_path / "t.xlsx")
    people, openings = read_sides(embedded, path, path, locator=Locator())
    assert openings is not None
    for lots, job, name in ((people, "N1101", "Emplois fragilisés"), (openings, "N4101", "Recrutements")):
        assert [(lot.job, lot.sheet) for lot in lots.lots] == [(job, name)]
        assert "other_sheets" not in said(lots)
    assert "other_sheets" in said(read_lots(embedded, path, "fragile"))


def test_the_experience_and_the_level_that_posts_ask_for_are_said(embedded: Referential) -> None:
    for name, text, nothing in (("Exp.", "3 ans", "débutant accepté"), ("Niveau", "Bac pro", "aucun")):
        rows = [{"Poste": "N1101", "Nb": 2, name: each} for each in (text, nothing)]
        told = [p.values["given"] for p in read_lots(embedded, rows, "hiring").said if p.key == "conditions_unread"]
        assert told == [text]


def test_firms_above_the_places_that_head_columns_are_the_employers(embedded: Referential, tmp_path: Path) -> None:
    places, rows = ("Métier", "Redon", "Allaire", "Redon"), (("Cariste", 2, 3, 4), ("Soudeur", 1, None, 5))
    for above, employers in ((("", "A", "B", "C"), {"A", "B", "C"}), (("", "CDI", "CDD", "Intérim"), {"–"})):
        path = workbook(tmp_path / "t.xlsx", ("Besoins",), above, places, *rows)
        lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
        assert (lots.people, {lot.employer for lot in lots.lots}) == (15, employers)
    path = workbook(tmp_path / "t.xlsx", ("Besoins",), ("", "A", "B", "C"), places, *rows)
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    read = {(lot.employer, lot.commune_label, lot.people) for lot in lots.lots}
    assert {("A", "Redon", 2), ("B", "Allaire", 3), ("C", "Redon", 5)} <= read


def test_a_place_away_from_those_of_its_own_table_may_be_the_beginning_of_another_name(embedded: Referential) -> None:
    communes = (
        Commune("72181", "Le Mans", "7201", 48.0, 0.2), Commune("72003", "Allonnes", "7201", 47.97, 0.16),
        Commune("72296", "Saint-Maixent", "7201", 48.08, 0.66),
        Commune("79191", "Niort", "7901", 46.32, -0.46), Commune("79081", "Chauray", "7901", 46.36, -0.38),
        Commune("79048", "La Crèche", "7901", 46.36, -0.3),
        Commune("79270", "Saint-Maixent-l'École", "7901", 46.41, -0.2),
    )  # fmt: skip
    locator = Locator(Places((Basin("7201", "LE MANS"), Basin("7901", "NIORT")), communes))

    def rows(*names: str) -> list[dict[str, Any]]:
        return [{"Métier": "N4101", "Nb": 1, "Ville": name} for name in names]

    sarthe, niort = rows("Le Mans", "Allonnes"), rows("Niort", "Chauray", "La Crèche", "Saint-Maixent")
    _, hiring = read_sides(embedded, sarthe, niort, locator=locator)
    assert hiring is not None
    assert asides(hiring) == [(4, "basin_ambiguous")]
    people, _ = read_sides(embedded, [*sarthe, *rows("Saint-Maixent", "Saint-Maixent")], niort[:3], locator=locator)
    assert people.set_aside == ()


def test_hours_a_week_and_numbers_of_persons_count_nobody(embedded: Referential) -> None:
    states = ("", "repris par la Région", "Démission", "", "")
    rows = [
        {"Matr": 1001 + n, "Emploi": "N4101", "Nb h/sem": 35 - n, "Permis et titres": "C + FIMO", "Devenir": state}
        for n, state in enumerate(states)
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, said(lots).count("gone_line")) == (3, 2)
    assert lots.lots[0].permits == "permis C, FIMO"
    unnamed = [{"Repère": row["Matr"], "Emploi": "N4101"} for row in rows]
    assert read_lots(embedded, unnamed, "fragile").people == 5


def test_a_firm_that_its_sheet_names_is_in_the_town_of_its_name_where_other_rows_are(
    embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, job in (("Plateforme Frais Redon", "N1101"), ("Cartonnages Martin", "N4101")):
        sheet = book.create_sheet(name)
        for row in (("Métier", "Effectif"), (job, 4), ("N1110", 2)):
            sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    other = written(tmp_path / "u.csv", "Métier;Postes;Ville\nN1101;1;Redon\n")
    lots, _ = read_sides(embedded, tmp_path / "t.xlsx", other, locator=Locator(PLACES))
    assert {(lot.employer, lot.commune) for lot in lots.lots} == {
        ("Plateforme Frais Redon", "35236"), ("Cartonnages Martin", ""),
    }  # fmt: skip


def test_a_sheet_without_firms_is_of_other_people_where_its_jobs_are_others(
    embedded: Referential, tmp_path: Path
) -> None:
    def people(job: str) -> int:
        book = openpyxl.Workbook()
        for row in (("Entreprise", "Métier", "Nb salariés"), ("A", "N1101", 14), ("B", "N4101", 2)):
            book.worksheets[0].append(row)
        other = book.create_sheet("Agents")
        lines: list[tuple[Any, ...]] = [("Agents concernés",), ("Métier", "Total"), (job, 28), ("Total", 28)]
        for line in lines:
            other.append(line)
        book.save(tmp_path / "t.xlsx")
        return read_lots(embedded, tmp_path / "t.xlsx", "fragile").people

    assert people("N1103") == 44
    assert people("N1101") == 16  # perhaps the same people, counted another way


def test_where_most_places_are_unknown_their_rows_count_without_one(embedded: Referential) -> None:
    rows = [{"Métier": "N4101", "Nb": 2, "Ville": place} for place in ("Val Haut", "Les Combes", "Redon 1850")]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(WIDER))
    assert sorted((lot.commune_label, lot.people) for lot in lots.lots) == [("", 4), ("Redon", 2)]
    assert said(lots).count("place_unread") == 2
    lots = read_lots(embedded, [{**rows[0], "Ville": "Alaire"}, *rows[2:] * 2], "hiring", locator=Locator(WIDER))
    assert (lots.people, asides(lots)) == (4, [(1, "basin_unknown")])  # a slip is asked back
    rows = [{**rows[0], "Ville": place} for place in ("Val Haut", "Alaire", "Redon")]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(WIDER))  # but where most are nowhere, none is surely one
    assert (lots.people, asides(lots)) == (6, [])


def test_a_place_far_from_all_others_is_said(embedded: Referential) -> None:
    names = ("Redon", "Allaire", "Chalon-sur-Saône")
    rows = [{"Métier": "N4101", "Nb": 2, "Ville": name, "Dépt": ""} for name in names]
    for department, n in (("", 1), ("71", 0)):
        rows[2]["Dépt"] = department
        lots, _ = read_sides(embedded, rows, None, locator=Locator(WIDER))
        assert (lots.people, said(lots).count("place_far")) == (6, n)


def test_a_far_place_whose_name_is_but_begun_is_no_place(embedded: Referential) -> None:
    rows = [{"Métier": "N4101", "Nb": 2, "Ville": name} for name in ("Redon", "Allaire", "Chalon")]
    lots, _ = read_sides(embedded, rows, None, locator=Locator(WIDER))
    assert (lots.people, {lot.commune_label for lot in lots.lots}) == (6, {"Redon", "Allaire", ""})
    assert said(lots).count("place_unread") == 1


def test_a_job_on_a_line_of_its_own_holds_for_the_rows_below_it(embedded: Referential, tmp_path: Path) -> None:
    rows = "Site;Nb de personnes\n{}N1101;\nRedon;6\nAllaire;3\n{}N4101;\nRedon;4\n"
    text = f"{rows}Total Redon;10\nTotal Allaire;3\nTOTAL;13\n"
    for mark in ("Métier : ", "", "Poste : "):
        lots = read_lots(
            embedded, written(tmp_path / "t.csv", text.format(mark, mark)), "fragile", locator=Locator(PLACES)
        )
        read = {(lot.job, lot.people, lot.commune_label) for lot in lots.lots}
        assert read == {("N1101", 6, "Redon"), ("N1101", 3, "Allaire"), ("N4101", 4, "Redon")}
        assert (asides(lots), said(lots).count("total_line"), "total_differs" in said(lots)) == ([], 3, False)
    wrong = text.format("", "").replace("Total Redon;10", "Total Redon;12")
    assert "total_differs" in said(read_lots(embedded, written(tmp_path / "t.csv", wrong), "fragile"))


def test_a_table_whose_header_is_its_first_column_is_read(embedded: Referential, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Fiche de besoins", "Besoin 1", "Besoin 2", "Besoin 3"),
        ("Entreprise", "Alpha", None, "Beta"),
        ("Intitulé du poste", "N1101", "N4101", "N1101"),
        ("Nombre de postes", 5, 1, "?"),
        ("Lieu", "Redon", "Allaire", "Redon"),
        merged=("B2:C2",),
    )
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    assert found(lots) == [("Alpha", "N1101", 5), ("Alpha", "N4101", 1)]
    assert (asides(lots), "turned" in said(lots)) == ([(4, "not_number")], True)  # the fourth column


def test_forms_one_below_another_are_each_a_lot(embedded: Referential, tmp_path: Path) -> None:
    text = (
        "Recueil des besoins\nEntreprise : Alpha\nPoste : N1101\nNombre : 5\nLieu : Redon\n\n"
        "Entreprise : Beta\nPoste : N4101\nNombre : 2\nLieu : Allaire\n"
    )
    for sign in (" : ", ";", " :;"):
        path = written(tmp_path / "t.csv", text.replace(" : ", sign))
        lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
        read = [(*each, lot.row, lot.commune_label) for each, lot in zip(found(lots), lots.lots, strict=True)]
        assert read == [("Alpha", "N1101", 5, 2, "Redon"), ("Beta", "N4101", 2, 7, "Allaire")]


def test_of_sheets_that_differ_by_their_year_the_last_counts_and_those_of_who_leaves_all_do(
    embedded: Referential, tmp_path: Path
) -> None:
    cases: tuple[tuple[tuple[str, str], Side, int], ...] = (
        (("2025", "2026"), "hiring", 7), (("Besoins 2026", "Besoins 2025"), "hiring", 4),
        (("Départs 2026", "Départs 2027"), "fragile", 11),
    )  # fmt: skip
    for names, side, people in cases:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, number in zip(names, (4, 7), strict=True):
            sheet = book.create_sheet(name)
            for row in (("Entreprise", "Métier", "Nombre"), ("Alpha", "N1101", number)):
                sheet.append(row)
        book.save(tmp_path / "t.xlsx")
        lots = read_lots(embedded, tmp_path / "t.xlsx", side)
        assert (lots.people, "other_sheets" in said(lots)) == (people, side == "hiring")


@pytest.mark.parametrize("kinds", [("CDI", "CDD"), ("Ouvriers", "ETAM")])
def test_places_head_columns_of_which_each_has_its_parts(
    embedded: Referential, tmp_path: Path, kinds: tuple[str, str]
) -> None:
    rows = (("N1101", 3, 1, 2, 0, 4, None), ("N4101", 1, None, None, 2, None, 1), ("TOTAL", 4, 1, 2, 2, 4, 1))
    head, parts = ("Métier", "EHPAD Redon", "", "EHPAD Allaire", "", "SSIAD X", ""), ("", *kinds * 3)
    path = workbook(tmp_path / "t.xlsx", head, parts, *rows)
    names = [f"{site} {kind}" for site in head[1::2] for kind in kinds]
    flat = workbook(tmp_path / "u.xlsx", ("Métier", *names), *rows)
    expected = [("N1101", "", 4), ("N1101", "Allaire", 2), ("N1101", "Redon", 4)]
    expected += [("N4101", "", 1), ("N4101", "Allaire", 2), ("N4101", "Redon", 1)]
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    assert sorted((lot.job, lot.commune_label, lot.people) for lot in lots.lots) == expected
    assert [lot.row for lot in lots.resolved()] == []  # codes
    titles = workbook(tmp_path / "v.xlsx", head, parts, ("Cariste", *rows[0][1:]), rows[1])
    assert [lot.row for lot in read_lots(embedded, titles, "hiring", locator=Locator(PLACES)).resolved()] == [3]
    assert {"by_place", "place_unread"} <= set(said(lots))  # "SSIAD X" is a place like the others, but nobody knows it
    assert read_lots(embedded, flat, "hiring", locator=Locator(PLACES)).people == 14
    beside = [{"Métier": "N1101", "Redon": 4, "Allaire": 2, "Renforts": 3}]
    lots = read_lots(embedded, beside, "hiring", locator=Locator(PLACES))
    assert (lots.people, [p.values["others"] for p in lots.said if p.key == "other_counts"]) == (6, ["Renforts"])


def test_years_to_come_below_one_heading_or_beside_one_another_are_summed(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = (("A", "N1101", 4, 6), ("B", "N4101", 5, "?"), ("C", "N4101", None, 2))
    path = workbook(tmp_path / "t.xlsx", ("Société", "Poste", "Recrutements prévus", ""), ("", "", 2026, 2027), *rows)
    lots = read_lots(embedded, path, "hiring")
    assert (found(lots), said(lots)) == (
        [("A", "N1101", 10), ("B", "N4101", 5), ("C", "N4101", 2)], ["parts_summed", "no_place", "part_unread"]
    )  # fmt: skip
    for name, people in (("Besoins", 17), ("Embauches", 9)):  # those of past years may be done
        path = workbook(tmp_path / "t.xlsx", ("Société", "Poste", f"{name} 2026", f"{name} 2027"), *rows)
        assert read_lots(embedded, path, "hiring").people == people


def test_full_time_equivalents_that_only_a_title_tells_are_rounded_to_people(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = (("Métier", "Redon", "Allaire", "Total"), ("N1101", "6,0", "2,5", "8,5"), ("N4101", "3,0", "-", "3,0"))
    path = workbook(tmp_path / "t.xlsx", ("Fermetures : effectifs (en ETP)",), *rows)
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert (sorted(lot.people for lot in lots.lots), asides(lots)) == ([3, 3, 6], [])
    assert {"by_place", "etp"} <= set(said(lots))
    lots = read_lots(embedded, workbook(tmp_path / "u.xlsx", *rows), "fragile", locator=Locator(PLACES))
    assert (lots.people, asides(lots)) == (9, [(2, "fractional")])


@pytest.mark.parametrize("name", ["S/T", "S/T Redon", "Ss-total", "Tot.", "TOTAL GÉNÉRAL"])
def test_totals_have_short_names_too(embedded: Referential, tmp_path: Path, name: str) -> None:
    text = f"Ville;Poste;Effectif\nRedon;N1101;4\nRedon;N4101;2\nRedon;{name};6\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (lots.people, asides(lots), said(lots)) == (6, [], ["total_line"])


def test_a_sheet_of_posts_for_those_who_leave_is_of_openings(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, header, number in (
        ("Salariés concernés", ("Emploi occupé", "Effectif concerné"), 9),
        ("Postes reclassement interne", ("Poste proposé", "Nombre"), 3),
    ):
        sheet = book.create_sheet(title)
        for row in (header, ("N1101", number)):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "t.xlsx")
    people, posts = (
        read_lots(embedded, tmp_path / "t.xlsx", "fragile"),
        read_lots(embedded, tmp_path / "t.xlsx", "hiring"),
    )
    assert (people.people, posts.people, "other_sheets" in said(people)) == (9, 3, True)


@pytest.mark.parametrize(
    ("place", "town"),
    [
        ("12 rue de la Gare, 35600 Redon", "Redon"), ("ZI du Port 35600 REDON CEDEX", "Redon"),
        ("ZA du Bois, 35600 Redon", "Redon"), ("Bains s/ Bois", "Bains-sous-Bois"), ("Bains s/Oust", "Bains-sur-Oust"),
    ],
)  # fmt: skip
def test_the_town_of_an_address_is_its_place_and_what_stands_after_a_stroke_is_none(
    embedded: Referential, place: str, town: str
) -> None:
    more = (("35013", "Bains-sous-Bois"), ("35014", "Bains-sur-Oust"), ("56002", "Bois"))
    communes = (*PLACES.communes, *(Commune(code, name, "5313", 47.7, -2.1) for code, name in more))
    locator = Locator(Places(PLACES.basins, communes))
    rows = [{"Poste": "N1101", "Nombre": 2, "Adresse": place}]
    assert [lot.commune_label for lot in read_lots(embedded, rows, "hiring", locator=locator).lots] == [town]


def test_a_remark_that_doubts_a_number_is_said(embedded: Referential, tmp_path: Path) -> None:
    text = "Poste;Effectif;Commentaire\nN1101;1200;faute de frappe ? voir avec RH\nN4101;3;à confirmer\nN4103;2;CDI\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (lots.people, [p.row for p in lots.said if p.key == "doubted"]) == (1205, [2, 3])


def test_months_below_one_heading_are_summed_or_told_beside_their_total(embedded: Referential, tmp_path: Path) -> None:
    head, months = ("Métier", "Départs contraints", "", ""), ("", "T1 2027", "T2 2027", "T3 2027")
    rows = (("N1101", 2, 1, 1), ("N4101", 1, None, 2))
    path = workbook(tmp_path / "t.xlsx", head, months, *rows)
    lots = read_lots(embedded, path, "fragile")
    assert (found(lots), asides(lots)) == ([("–", "N1101", 4), ("–", "N4101", 3)], [])
    assert "parts_summed" in said(lots)
    with_total = (*((*row, total) for row, total in zip(rows, (4, 3), strict=True)), ("Total", 3, 1, 3, 7))
    path = workbook(tmp_path / "t.xlsx", (*head, "Total"), (*months, ""), *with_total)
    assert (read_lots(embedded, path, "fragile").people, read_lots(embedded, path, "fragile").set_aside) == (7, ())


@pytest.mark.parametrize("names", ["Nom;Prénom", "Matricule;Sexe", "Civilité;Nom et prénom"])
def test_of_a_list_of_persons_no_number_counts_people(embedded: Referential, tmp_path: Path, names: str) -> None:
    for column in ("Coeff.", "Position"):
        text = f"{names};Emploi;{column};Contrat\nA;B;N1101;230;CDI\nC;D;N1101;185;CDI\nE;F;N4101;ETAM D;CDI\n"
        lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
        assert (lots.people, asides(lots)) == (3, [])


def test_a_total_that_nobody_named_is_one(embedded: Referential, tmp_path: Path) -> None:
    text = "Fonction;H;F;Total;Ville\nN1101;6;9;15;Redon\nN4101;8;1;9;Redon\n;14;10;{};\n"
    for total, key in ((24, []), (25, [(4, "empty")])):
        lots = read_lots(embedded, written(tmp_path / "t.csv", text.format(total)), "fragile")
        assert (lots.people, asides(lots), said(lots).count("total_line")) == (24, key, int(not key))


def test_the_town_of_a_title_may_stand_after_its_postcode(embedded: Referential, tmp_path: Path) -> None:
    text = (
        "SARL DUPUY - 12 rue Jean Jaurès - 35600 REDON;\nEtat du personnel au 15/11/2026;\nEmploi;Effectif\nN1101;4\n"
    )
    (lot,) = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES)).lots
    assert lot.commune_label == "Redon"


def test_who_needs_posts_heads_the_columns_that_their_total_sums(embedded: Referential, tmp_path: Path) -> None:
    rows = [
        ("Métier", "Clinique Saint-Roch", "Métro31", "Total"), ("N1101", 3, None, 3),
        ("N4101", 1, 15, 16), ("TOTAL", 4, 15, 19), ("Lieu", "Redon", "Allaire", ""),
    ]  # fmt: skip
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows), "hiring", locator=Locator(PLACES))
    assert [(*each, lot.commune_label) for each, lot in zip(found(lots), lots.lots, strict=True)] == [
        ("Clinique Saint-Roch", "N1101", 3, "Redon"), ("Clinique Saint-Roch", "N4101", 1, "Redon"),
        ("Métro31", "N4101", 15, "Allaire"),
    ]  # fmt: skip
    assert (asides(lots), "by_employer" in said(lots)) == ([], True)
    rows[1] = ("N1101", 3, None, 5)  # columns that are no parts of the total may count anything
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows), "hiring", locator=Locator(PLACES))
    assert found(lots) == [("–", "N1101", 5), ("–", "N4101", 16)]


def test_lines_of_text_tell_who_seeks_how_many_of_what(embedded: Referential, tmp_path: Path) -> None:
    text = (
        "Annonces\nConserverie du Port cherche 5 caristes à Redon\nAlpha : 4 soudeurs et 2 caristes à Allaire\n"
        "Criée - un cariste\nGalion : cariste, Redon\n"
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring", locator=Locator(PLACES))
    assert sorted((lot.employer, lot.people, lot.commune_label) for lot in lots.lots) == [
        ("Alpha", 2, "Allaire"), ("Alpha", 4, "Allaire"), ("Conserverie du Port", 5, "Redon"), ("Criée", 1, ""),
        ("–", 1, "Redon"),
    ]  # fmt: skip


def test_what_becomes_of_people_is_a_remark_beside_their_number(embedded: Referential, tmp_path: Path) -> None:
    text = "Poste;Effectif;Devenir\nN1101;1;part en retraite\nN4101;3;dont 1 repris par un confrère\nN4103;2;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
    assert (found(lots), said(lots)[-2:]) == (
        [("–", "N1101", 1), ("–", "N4101", 2), ("–", "N4103", 2)], ["leavers_remarked", "remarked"]
    )  # fmt: skip


def test_a_target_is_taken_off_the_sum_of_the_parts_of_who_is_there(embedded: Referential, tmp_path: Path) -> None:
    head = ("Emploi", "Effectif 31/12/2025", "", "Effectif cible 31/12/2028")
    rows = (("N1101", 60, 20, 45), ("N4101", 0, 5, 8))
    path = workbook(tmp_path / "t.xlsx", head, ("", "Femmes", "Hommes", ""), *rows)
    lots = read_lots(embedded, path, "fragile")
    assert (found(lots), {"parts_summed", "fragile_change", "fragile_no_change"} <= set(said(lots))) == (
        [("–", "N1101", 35)], True
    )  # fmt: skip


@pytest.mark.parametrize("tick", ["x", "✓", "☑"])
def test_people_behind_an_empty_cell_of_a_column_of_ticks_are_not_concerned(embedded: Referential, tick: str) -> None:
    rows = [{"Métier": "Cariste", "Effectif": 3, "Concerné": tick}, {"Métier": "N4101", "Effectif": 2, "Concerné": ""}]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, [p.row for p in lots.said if p.key == "not_concerned"]) == (3, [2])


@pytest.mark.parametrize("name", ["Emploi menacé (O/N)", "Menacé", "Concerné par le projet ?"])
def test_people_whom_a_column_says_not_concerned_are_not_counted(
    embedded: Referential, tmp_path: Path, name: str
) -> None:
    for other in ("O", "à voir"):  # who is not said to be left out is counted
        text = f"Poste;Nb de salariés;{name}\nN1101;6;O\nN4101;3;N\nN4103;2;{other}\n"
        lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile")
        assert (lots.people, [p.row for p in lots.said if p.key == "not_concerned"]) == (8, [3])


def test_who_cannot_be_placed_elsewhere_leaves_all_the_same(embedded: Referential, tmp_path: Path) -> None:
    text = "Poste;Nb de salariés;Reclassement possible\nN1101;6;oui\nN4101;3;non\nN4103;2;oui\n"
    assert read_lots(embedded, written(tmp_path / "t.csv", text), "fragile").people == 11


def test_a_number_without_a_job_is_a_total_where_it_sums_several_lines_above(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = ["N1101;6", "N4101;3", ";9", "N4103;2", "N4105;5", ";7"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(["Poste;Nb de salariés", *rows])), "fragile")
    totals = [(p.key, p.row) for p in lots.said if p.row]
    assert (lots.people, lots.set_aside, totals) == (16, (), [("total_line", 4), ("total_line", 7)])
    lots = read_lots(embedded, written(tmp_path / "u.csv", "Poste;Nb de salariés\nN1101;6\n;6\nN4101;3\n"), "fragile")
    assert (lots.people, [(p.key, p.row) for p in lots.said if p.row]) == (9, [("text_line", 3)]), "one line is no sum"


def test_a_short_name_is_no_slip_of_a_place() -> None:
    for given, near, nowhere in (("MEL", "Mer", True), ("Redonn", "Redon", False), ("Val Thorens", "Thorens", True)):
        place = Unusable("commune", "basin_unknown", {"given": given}, (near,))
        assert is_nowhere(place) == nowhere, given


def test_a_slip_is_read_as_the_one_name_of_it_where_the_tables_are_and_said(embedded: Referential) -> None:
    rows = [{"Métier": "N4101", "Nb": n, "Ville": town} for n, town in ((2, "Alaire"), (3, "Saint-Jean (56)"))]
    _, lots = read_sides(embedded, rows[1:], rows, locator=Locator(WIDER))
    assert lots is not None
    assert {lot.commune_label: lot.people for lot in lots.lots} == {"Allaire": 2, "Saint-Jean": 3}
    assert "« Alaire » est lu Allaire" in "".join(note.sentence("fr") for note in reading_notes([lots]))
    elsewhere = [{**rows[1], "Ville": "Chalon-sur-Saône"}]
    _, lots = read_sides(embedded, elsewhere, [rows[0], *elsewhere], locator=Locator(WIDER))
    assert lots is not None
    assert asides(lots) == [(1, "basin_unknown")]
    (lot,) = read_lots(embedded, [{**rows[0], "CP": "56350"}], "hiring", locator=Locator(WIDER)).lots
    assert lot.commune_label == "Allaire"


@pytest.mark.parametrize(
    ("title", "town"),
    [
        ("Usine de St Vincent", "Saint-Vincent"), ("LOGIVAL - plateforme de la Gacilly", "La Gacilly"),
        ("Fermeture du site du Roc", "Le Roc"), ("Fermeture de la Gacilly", ""),
    ],
)  # fmt: skip
def test_a_title_names_a_saint_in_short_and_the_town_of_a_site_with_its_article(
    embedded: Referential, tmp_path: Path, title: str, town: str
) -> None:
    names = {"56230": "Saint-Vincent", "56061": "La Gacilly", "56196": "Le Roc"}
    places = Places(PLACES.basins, tuple(Commune(code, name, "5313", 47.7, -2.1) for code, name in names.items()))
    path = written(tmp_path / "t.csv", f"{title};;\n;;\nEmploi;Nombre;Age\nN1101;4;30\nN4101;5;40\n")
    lots = read_lots(embedded, path, "fragile", locator=Locator(places))
    assert {lot.commune_label for lot in lots.lots} == {town}


def test_the_beginning_of_a_name_of_the_tables_goes_before_namesakes_elsewhere(embedded: Referential) -> None:
    towns = (
        Commune("50484", "Saint-Jean-du-Bocage", "5313", 47.7, -2.1),
        Commune("03238", "Saint-Jean", "2605", 46, 4),
    )
    places = Places(WIDER.basins, (*towns, Commune("11344", "Saint-Jean", "1101", 43.0, 2.0)))
    rows = [{"Métier": "N4101", "Nb": 2, "Ville": town} for town in ("Saint-Jean-du-Bocage", "Saint Jean")]
    lots, _ = read_sides(embedded, rows, None, locator=Locator(places))
    assert {lot.commune_label for lot in lots.lots} == {"Saint-Jean-du-Bocage"}
    assert (lots.people, lots.set_aside) == (4, ())


def test_volunteers_of_a_whole_row_are_none_of_each_of_its_places(embedded: Referential) -> None:
    rows = [{"Fonction": "N1101", "Redon": 5, "Allaire": 3, "Volontaires déclarés": 4}]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(PLACES))
    assert ([lot.volunteers for lot in lots.lots], "of_whole_row" in said(lots)) == ([None, None], True)


def test_titles_of_one_kind_are_all_of_places(embedded: Referential, tmp_path: Path) -> None:
    header = "Entreprise;Poste;Nombre\n"
    text = f"SECTEUR REDON;;\n{header}A;N1101;4\nSECTEUR OUEST;;\n{header}B;N4101;2\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring", locator=Locator(PLACES))
    read = [(lot.employer, lot.people, lot.basin) for lot in lots.lots]
    assert read == [("A", 4, "5313"), ("B", 2, "")]  # the second is not where the first is


def test_columns_may_be_headed_by_the_kind_of_firm(embedded: Referential) -> None:
    rows = [{"Hôtel": "Le Splendide", "Ville": "Redon", "Poste": "N1101", "Nb": 2}]
    assert found(read_lots(embedded, rows, "hiring")) == [("Le Splendide", "N1101", 2)]


def test_a_profile_is_no_job_where_another_column_holds_titles(embedded: Referential, tmp_path: Path) -> None:
    text = "Employeur;Besoin (poste);Nombre de poste à pourvoir;Profil\nA;Cariste;4;permis B\nB;Soudeur;2;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert ([lot.given for lot in lots.lots], lots.people, asides(lots)) == (["Cariste", "Soudeur"], 6, [])


def test_openings_by_quarter_of_a_year_that_nobody_tells_are_summed(embedded: Referential, tmp_path: Path) -> None:
    text = "Entreprise;Métier;Postes T1;Postes T2;Ville\nA;N1101;2;1;Redon\nB;N4101;1;;Redon\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert (lots.people, "parts_summed" in said(lots)) == (4, True)


def test_of_two_tables_beside_one_another_each_side_reads_the_one_that_is_not_the_others(
    embedded: Referential, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Site", "Poste", "Nb", "", "Entreprise", "Poste recherché", "Nb postes", "Lieu"),
        ("Redon", "N1101", 6, None, "A", "N4101", 2, "Allaire"),
        ("Redon", "N4101", 1, None, "B", "N1101", 5, "Allaire"),
    )
    people, posts = read_sides(embedded, path, path, locator=Locator(PLACES))
    assert posts is not None
    assert ([lot.people for lot in people.lots], found(posts)) == ([6, 1], [("A", "N4101", 2), ("B", "N1101", 5)])


@pytest.mark.parametrize("name", ["Sureffectif estimé", "Postes supprimés (prévision)", "Emplois menacés potentiels"])
def test_who_is_in_excess_counts_however_sure_it_is(embedded: Referential, name: str) -> None:
    rows = [{"Emploi": "N1101", "Effectif CDI": 45, "ETP CDI": "44,2", "Effectif CDD": 12, name: 15}]
    assert read_lots(embedded, rows, "fragile").people == 15


def test_an_opening_is_closed_wherever_its_row_says_so(embedded: Referential) -> None:
    states = ("Pourvu en interne, ne plus diffuser", "COMMANDE SUSPENDUE", "pourvu par un intérimaire", "urgent")
    for column in ("Obs.", "", "Suite"):
        rows = [{"Métier": "N1101", "Nb": 1, "Ville": "Redon", column: state} for state in states]
        lots = read_lots(embedded, rows, "hiring", locator=Locator(PLACES))
        assert (lots.people, said(lots).count("closed_line")) == (2, 2), column
    rows = [{"Métier": title, "Nb": 1} for title in ("Cariste (POURVU)", "Cariste (nuit)")]
    assert read_lots(embedded, rows, "hiring").people == 1


def test_of_posts_that_are_budgeted_filled_and_vacant_the_vacant_count(embedded: Referential, tmp_path: Path) -> None:
    header = ("Emplois", "Cat.", "Effectifs", "", "", "Observations")
    below = ("", "", "Budgétaires", "Pourvus", "Vacants", "")
    rows = ("N1101", "C", 12, 11, 1, ""), ("N4101", "B", 4, 2, 2, "1 recrutement en cours")
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", header, below, *rows, merged=("C1:E1",)), "hiring")
    assert (lots.people, "doubted" in said(lots)) == (3, True)
    without = [(job, cat, budget, filled, *rest) for job, cat, budget, filled, _, *rest in (below, *rows)]
    path = workbook(tmp_path / "t.xlsx", (*header[:4], header[5]), *without, merged=("C1:D1",))
    lots = read_lots(embedded, path, "hiring")
    assert (lots.people, "filled" in said(lots)) == (3, True)


@pytest.mark.parametrize(
    ("first", "second", "people"),
    [
        ("Besoin mars", "Besoin sept", 3), ("Nb créations", "Nb remplacements", 3), ("Vague 1", "Vague 2", 3),
        ("Postes jour", "Postes nuit", 3), ("Postes ouverts au 01/03/2027", "Postes ouverts au 01/06/2027", 2),
    ],
)  # fmt: skip
def test_openings_parted_by_time_or_by_reason_are_summed(
    embedded: Referential, first: str, second: str, people: int
) -> None:
    rows = [{"Poste": "N1101", first: 2, second: 1, "Site": "Redon"}]
    assert read_lots(embedded, rows, "hiring", locator=Locator(PLACES)).people == people


@pytest.mark.parametrize("column", ["Métiers visés", "Recherche"])
def test_a_column_named_after_works_yields_to_the_one_that_holds_titles(embedded: Referential, column: str) -> None:
    rows = [
        {"Intitulé du lot": lot, "Titulaire": "Colas", "Heures d'insertion": 2450, column: job, "Nb de postes": 3}
        for lot, job in (("Gros œuvre", "Maçon"), ("Plâtrerie - peinture", "Plaquiste"))
    ]
    lots = read_lots(embedded, rows, "hiring")
    assert sorted((lot.employer, lot.given, lot.people) for lot in lots.lots) == [
        ("Colas", "Maçon", 3),
        ("Colas", "Plaquiste", 3),
    ]


def test_posts_told_in_words_with_their_numbers_are_read_however_they_are_parted(embedded: Referential) -> None:
    cells = {
        "10 soudeurs, 4 caristes": 14, "- 3 charpentiers bois\n- 1 conducteur de travaux": 4,
        "Caristes x 6 ; 1 soudeur": 7, "1 soudeur - 5 magasiniers - 2 caristes": 8, "• 2 soudeurs\n• 1 cariste": 3,
        "Aides-soignants, caristes": None, "Nombreux postes en industrie": None, "Tous métiers": None,
    }  # fmt: skip
    rows = [{"Entreprise": f"E{n}", "Activité": "Bois", "Postes proposés": cell} for n, cell in enumerate(cells)]
    lots = read_lots(embedded, rows, "hiring")
    people = {f"E{n}": sum(lot.people for lot in lots.lots if lot.employer == f"E{n}") for n in range(len(cells))}
    assert [*people.values()] == [number or 0 for number in cells.values()]
    assert len(lots.set_aside) == 3
    persons = [{"Matricule": n, "Emploi": "Cariste / soudeur"} for n in "ABC"]  # each is one, of one of both jobs
    assert {p.key for p in read_lots(embedded, [*persons, {"Emploi": "N1101"}], "fragile").set_aside} <= {
        "several_jobs"
    }


def test_offers_of_one_reference_are_one_and_their_employer_is_not_that_of_the_offer_above(
    embedded: Referential,
) -> None:
    offers = [
        ("189ABC", "A", "N1101", 3),
        ("189ABD", "", "N4101", 2),
        ("189ABC", "A", "N1101", 3),
        ("189ABE", "", "N1101", 1),
    ]
    rows = [dict(zip(("N° offre", "Entreprise", "Métier", "Nb postes"), offer, strict=True)) for offer in offers]
    lots = read_lots(embedded, rows, "hiring")
    assert (found(lots), said(lots).count("same_reference")) == (
        [("A", "N1101", 3), ("–", "N1101", 1), ("–", "N4101", 2)], 1
    )  # fmt: skip


def test_without_a_column_of_numbers_a_remark_may_give_that_of_a_row(embedded: Referential) -> None:
    remarks = ("2 postes identiques", "3 postes déjà pourvus", "2 ans d'expérience", "1 poste en CDI")
    rows = [{"Poste": "N1101", "Ville": "Redon", "Observations": remark} for remark in remarks]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(PLACES))
    assert (lots.people, said(lots).count("counted_by_remark")) == (5, 1)


@pytest.mark.parametrize(
    "title", ["Clinique de la Varenne (Allaire) - besoins", "ALLAIRE COMMUNAUTE", "Yoplait Allaire"]
)
def test_a_title_names_the_place_in_brackets_or_one_of_the_other_tables(
    embedded: Referential, tmp_path: Path, title: str
) -> None:
    people = [{"Métier": "N1101", "Effectif": 2, "Commune": "Allaire"}]
    path = written(tmp_path / "t.csv", f"{title};;\n;;\nEmploi;Nb;Remarque\nN1101;2;\nN4101;1;\n")
    _, posts = read_sides(embedded, people, path, locator=Locator(PLACES))
    assert posts is not None
    assert {lot.commune for lot in posts.lots} == {"56001"}


def test_a_header_begins_on_the_line_above_where_that_one_names_its_empty_columns(
    embedded: Referential, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Etablissement de Redon",),
        ("Direction", "Catégorie professionnelle", "Intitulés de poste rattachés", "Effectif", "", "Projet", ""),
        ("", "", "", "CDI", "CDD", "Postes supprimés", "Effectif cible"),
        ("Production", "Agent de flux", "Cariste", 14, 1, 9, 6),
        ("", "Agent de flux", "Magasinier", 11, 0, "-", 11),
        ("Sous-total Production", "", "", 25, 1, 9, 17),
        merged=("A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "A4:A5"),
    )
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert [(lot.given, lot.people) for lot in lots.lots] == [("Cariste", 9)]
    assert asides(lots) == [(5, "not_number")]  # what a dash alone means is not known


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (("Personnel de jour", "Personnel de nuit"), [("", 18)]),
        (("Redon", "Allaire"), [("Allaire", 6), ("Redon", 12)]),
        (("Effectif actuel", "Effectif cible"), [("", 6)]),
        (("Vague 1", "Vague 2"), [("", 18)]),
        (("2026", "2027"), [("", 12)]),
    ],
)
def test_below_several_headings_people_count_and_not_their_equivalents(
    embedded: Referential, tmp_path: Path, headings: tuple[str, str], expected: list[tuple[str, int]]
) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Emploi", headings[0], "", headings[1], "", "Remarque"),
        ("", "Eff. physique", "ETP", "Eff. physique", "ETP", ""),
        ("Cariste", 12, 10.6, 6, 5.5, ""),
        ("Total", 12, 10.6, 6, 5.5, ""),
        merged=("B1:C1", "D1:E1"),
    )
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert sorted((lot.commune_label, lot.people) for lot in lots.lots) == expected
    assert "part_time_beside" in said(lots)


@pytest.mark.parametrize(
    ("name", "answers", "people"),
    [
        ("Emploi sensible", ("Oui", "Non", "oui"), 8),
        ("Renouv. ?", ("non", "OUI", "?"), 8),
        ("Poste maintenu", ("Non", "Oui", "Non"), 8),
        ("Repris (O/N)", ("N", "O", "N"), 8),
        ("Transférable", ("Non", "Oui", "Non"), 8),
        ("RQTH", ("Oui", "Non", "Oui"), 11),
    ],
)
def test_who_a_column_says_by_yes_or_no_to_stay_is_left_out(
    embedded: Referential, name: str, answers: tuple[str, ...], people: int
) -> None:
    numbers = zip(("N1101", "N4101", "N1103"), (5, 3, 3), answers, strict=True)
    rows = [{"Emploi": job, "Effectif": n, name: answer} for job, n, answer in numbers]
    lots = read_lots(embedded, rows, "fragile")
    assert lots.people == people
    assert ("doubted" in said(lots)) == ("?" in answers)


def test_jobs_concerned_count_by_their_own_numbers_beside_the_size_of_the_firm(embedded: Referential) -> None:
    cells = (
        "12 caristes\n6 magasiniers",
        "2 caristes / 1 magasinier",
        "4 caristes, livreurs, 1 magasinier",
        "à préciser",
    )
    rows = [
        {"Entreprise": f"E{at}", "Activité": "Logistique", "Effectif": 40, "Emplois concernés": cell}
        for at, cell in enumerate(cells)
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert [(each[0], each[2]) for each in found(lots)] == [
        ("E0", 12),
        ("E0", 6),
        ("E1", 2),
        ("E1", 1),
        ("E2", 4),
        ("E2", 1),
    ]
    assert asides(lots) == [(3, "jobs_left"), (4, "job_unknown")]  # of the drivers, nobody knows how many


def test_a_shop_named_after_a_town_and_a_part_of_it_is_in_that_town(embedded: Referential) -> None:
    shops = ("Redon Gare", "Allaire – Les Portes de Bretagne", "Redon Saint-Sauveur", "Redon centre")
    rows = [{"Code mag.": f"{at:03}", "Magasin": shop, "Emploi": "N1101", "Nb": 2} for at, shop in enumerate(shops)]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(PLACES))
    assert {(lot.employer, lot.commune_label) for lot in lots.lots} == {
        (shop, "Allaire" if "Allaire" in shop else "Redon") for shop in shops
    }
    names = "Officine, Salon, Camping, Transporteur, Auto-école, Collectivité ou service, Organisme de formation"
    for shop in names.split(", "):
        lots = read_lots(embedded, [{shop: name, "Emploi": "N4101", "Nb": 1} for name in ("Alpha", "Beta")], "fragile")
        assert found(lots) == [("Alpha", "N4101", 1), ("Beta", "N4101", 1)]
    row = {"Site": "Alpha", "Emploi": "N4101", "Nb": 1, "Organisme de formation": "Beta"}  # who trains employs nobody
    assert found(read_lots(embedded, [row], "fragile")) == [("Alpha", "N4101", 1)]


def test_places_behind_what_is_counted_head_columns_of_their_own(embedded: Referential) -> None:
    rows = [{"Emploi": "N1101", "Effectif Redon": 4, "Effectif Allaire": 2, "Total": 6}]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(PLACES))
    assert {(lot.commune_label, lot.people) for lot in lots.lots} == {("Redon", 4), ("Allaire", 2)}


def test_of_communes_of_one_name_the_only_one_near_is_meant(embedded: Referential) -> None:
    communes = (
        *PLACES.communes,
        Commune("07288", "Saint-Priest", "5310", 44.7, 4.5),
        Commune("69290", "Saint-Priest", "5313", 47.7, -2.0),
    )
    rows = [{"Poste": "N1101", "Nb": 2, "Commune": name} for name in ("Redon", "Allaire", "Saint-Priest")]
    lots = read_sides(embedded, rows, None, locator=Locator(replace(PLACES, communes=communes)))[0]
    assert ({lot.commune for lot in lots.lots}, asides(lots)) == ({"35236", "56001", "69290"}, [])


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("Reste à reclasser", 9),
        ("Nombre maximum de départs", 9),
        ("Départs envisagés (max)", 9),
        ("En surnombre", 9),
        ("Départs validés", 64),
        ("Congés à solder", 64),
    ],
)
def test_beside_who_is_there_who_has_to_move_counts(embedded: Referential, name: str, people: int) -> None:
    rows = [
        {
            "Service": "S",
            "Emploi": "N1101",
            "Effectif au 01/09/26": 46,
            "Transfert Allaire": 12,
            "Retraites": 5,
            name: 7,
        },
        {
            "Service": "S",
            "Emploi": "N4101",
            "Effectif au 01/09/26": 18,
            "Transfert Allaire": 4,
            "Retraites": 1,
            name: 2,
        },
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert lots.people == people
    assert ("who_moves" in said(lots)) == (people == 9)
    assert ("leavers_beside" in said(lots)) == ("Reste" in name)


def test_of_two_columns_of_who_has_to_move_the_one_of_who_is_left_counts(embedded: Referential) -> None:
    row = {"Emploi": "N1101", "Effectif": 46, "Sureffectif au siège": 30, "Solde": 12}
    assert read_lots(embedded, [row, row | {"Emploi": "N4101"}], "fragile").people == 24
    row = {"Emploi": "N1101", "Effectif": 10, "Solde": 12}  # it is no part of those who are there
    assert read_lots(embedded, [row, row | {"Emploi": "N4101"}], "fragile").people == 20


def test_a_title_names_a_place_before_words_that_go_on(embedded: Referential, tmp_path: Path) -> None:
    title = "Personnel de la plateforme d'Allaire (56) menacé par l'automatisation"
    text = f"{title};;\n\nEmploi;Effectif;Service\nN1101;4;Quai\nN4101;2;Quai\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES))
    assert {lot.commune_label for lot in lots.lots} == {"Allaire"}
    text = text.replace("(56) menacé", "Logistique")  # a firm's name, perhaps
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES))
    assert {lot.commune_label for lot in lots.lots} == {""}


@pytest.mark.parametrize("state", ["En emploi (CDI) depuis 09/2026", "Sortie positive", "Embauché chez B", "Abandon"])
def test_who_has_found_work_is_not_counted_in_a_list_of_job_seekers(embedded: Referential, state: str) -> None:
    header = ("N° dossier", "Sexe", "Dernier métier exercé", "Métier visé", "Situation")
    people = (("24-1", "F", "Cariste", "Secrétaire", "En recherche"), ("24-2", "M", "Cariste", "Livreur", state))
    lots = read_lots(embedded, [dict(zip(header, each, strict=True)) for each in people], "fragile")
    assert (lots.people, "gone_line" in said(lots)) == (1, True)


def test_who_left_by_the_reason_of_a_payroll_is_not_counted(embedded: Referential) -> None:
    leavings = (("", ""), ("30/06/2026", "Démission"), ("31/12/2026", "Fin de CDD"), ("31/03/2026", "Retraite"))
    rows = [
        {"Matricule": f"{at:05}", "Libellé emploi": "CARISTE", "Date sortie": day, "Motif sortie": reason}
        for at, (day, reason) in enumerate(leavings)
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, said(lots).count("gone_line")) == (2, 2)


def test_lines_of_text_tell_the_jobs_of_each_site_with_their_numbers(embedded: Referential, tmp_path: Path) -> None:
    lines = (
        "Bonjour, voici les effectifs touchés (CSE du 3 novembre).", "Site de Redon : 12 caristes, 1 magasinier",
        "Siège (Allaire) : 3 caristes et 1 magasinier", "Beta supprime 2 caristes",
        "Les 5 intérimaires ne sont pas comptés.", "Cordialement, le service RH",
    )  # fmt: skip
    path = workbook(tmp_path / "t.xlsx", *((line,) for line in lines))
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert {(lot.employer, lot.commune_label, lot.people) for lot in lots.lots} == {
        ("Beta", "", 2), ("Site de Redon", "Redon", 12), ("Siège (Allaire)", "Allaire", 3),
        ("Site de Redon", "Redon", 1), ("Siège (Allaire)", "Allaire", 1),
    }  # fmt: skip
    assert [p.row for p in lots.said if p.key == "text_line"] == [1, 5, 6]


def test_places_inside_the_names_of_columns_are_read(embedded: Referential, tmp_path: Path) -> None:
    text = "Métier;Site 1 (Redon);Site 2 (Allaire);Total;%\nN1101;6;4;10;83 %\nN4101;;2;2;17 %\nTotal;6;6;12;100 %\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES))
    assert sorted((lot.job, lot.commune_label, lot.people) for lot in lots.lots) == [
        ("N1101", "Allaire", 4),
        ("N1101", "Redon", 6),
        ("N4101", "Allaire", 2),
    ]


def test_a_subtotal_of_a_place_ends_the_place_and_not_its_employer(embedded: Referential, tmp_path: Path) -> None:
    text = (
        "Société;Site;Métiers;Effectif (pers.);Suppr. (pers.);Suppr. (ETP)\n"
        "A;Redon;N1101;24;8;8\n;;N4101;12;6;5\n;Sous-total Redon;;36;14;13\n"
        ";Allaire;N1101;10;3;3\n;;N1103;6;4;4\n;Sous-total Allaire;;16;7;7\n"
        "B;Redon;N1101;31;14;12\n;;N4101;4;1;1\n;Sous-total Redon;;35;15;13\nTOTAL;;;87;36;33\n"
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES))
    assert sorted((lot.employer, lot.commune_label, lot.people) for lot in lots.lots) == [
        ("A", "Allaire", 3), ("A", "Allaire", 4), ("A", "Redon", 6), ("A", "Redon", 8),
        ("B", "Redon", 1), ("B", "Redon", 14),
    ]  # fmt: skip
    assert not {"employer_empty", "total_differs"} & {*said(lots)}


def test_a_line_of_several_labels_holds_for_the_block_below_it(embedded: Referential, tmp_path: Path) -> None:
    header = ("Emplois", "Nb salariés", "Nb fragilisés")
    path = workbook(
        tmp_path / "t.xlsx",
        ("Enquête sous-traitants",), (),
        ("Entreprise : Alpha", "", "Commune : Redon"), header, ("N1101", 22, 5), ("N4101", 9, "NC"), (),
        ("Entreprise :", "Beta", "Commune : Allaire"), header, ("N1101", 14, 6),
    )  # fmt: skip
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    read = [(lot.employer, lot.commune_label, lot.people) for lot in lots.lots]
    assert (read, asides(lots)) == ([("Alpha", "Redon", 5), ("Beta", "Allaire", 6)], [(6, "not_number")])


def test_a_line_of_totals_is_no_header_and_jobs_with_their_numbers_are_read_beside_equivalents(
    embedded: Referential, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Agence", "CP", "Ville", "ETP", "Postes concernés"),
        ("Agence Redon Gare", 35600, "Redon", 3.8, "2 caristes\n1 magasinier"),
        ("Agence Allaire", 56350, "Allaire", 2, "1 cariste\n1 magasinier (retraite 05/2027)"),
        ("TOTAL", "", "", 5.8, "5 postes"),
    )
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert (lots.people, asides(lots), said(lots).count("total_line")) == (5, [], 1)


def test_numbers_above_the_header_are_told_where_they_are_not_read(embedded: Referential, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Catégorie", "Effectif total", "Licenciements", ""), ("Ouvriers", 82, 34, ""), ("Employés", 11, 4, ""), (),
        ("Emploi", "Catégorie", "Effectif total", "Licenciements"),
        ("N1101", "Ouvriers", 82, 34), ("N4101", "Employés", 11, 4),
    )  # fmt: skip
    lots = read_lots(embedded, path, "fragile")
    assert (lots.people, said(lots).count("numbers_above")) == (38, 2)


def test_who_does_not_agree_is_no_volunteer(embedded: Referential) -> None:
    rows = [
        {"Initiales": "M. L.", "Poste occupé": "N1101", "Accord du salarié": answer} for answer in ("oui", "non", "?")
    ]
    lots = read_lots(embedded, [{**row, "Lieu": f"L{at}"} for at, row in enumerate(rows)], "fragile")
    assert sorted(str(lot.volunteers) for lot in lots.lots) == ["0", "1", "None"]


def test_a_state_that_is_not_understood_is_said_beside_those_that_are(embedded: Referential) -> None:
    states = (
        "Ouverte",
        "Satisfaite",
        "Partiellement pourvue (3/8)",
        "En attente client",
        "Bascule",
        "gelé au budget",
        "",
    )
    rows = [{"Poste": "N1101", "Effectif demandé": 8, "Statut commande": state} for state in states]
    lots = read_lots(embedded, rows, "hiring")
    keys = ("closed_line", "remarked", "doubted", "state_unread")
    assert (lots.people, [said(lots).count(key) for key in keys]) == (37, [2, 1, 1, 1])
    rows = [{"Poste": "N1101", "Nb": 2, "Quotité": "complet"}, {"Poste": "N1101", "Nb": 1, "Statut": "Titulaire"}]
    assert read_lots(embedded, rows, "hiring").people == 3


def test_firms_alone_on_lines_with_their_places_are_those_of_the_rows_below(
    embedded: Referential, tmp_path: Path
) -> None:
    lines = ["Poste;Nb;Remarques", "HOTEL LE CHAMOIS – Redon;;", "N1101;2;", "S/total;2;", "SUPERMARCHE (Allaire);;"]
    path = written(tmp_path / "t.csv", "\n".join([*lines, "N4101;3;", "TOTAL;5;"]))
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    read = [(lot.employer, lot.people, lot.commune) for lot in lots.lots]
    assert read == [("HOTEL LE CHAMOIS", 2, "35236"), ("SUPERMARCHE", 3, "56001")]
    text = path.read_text(encoding="utf-8").replace(" – Redon", "").replace(" (Allaire)", "")  # services, or firms
    lots = read_lots(embedded, written(path, text), "hiring", locator=Locator(PLACES))
    assert ([lot.employer for lot in lots.lots], lots.people) == (["–", "–"], 5)


@pytest.mark.parametrize(("first", "firms"), [("URGO", ["ETS MOREAU", "URGO"]), ("BTP ET INDUSTRIE", ["–", "–"])])
def test_firms_alone_on_lines_head_openings_that_have_places(
    embedded: Referential, tmp_path: Path, first: str, firms: list[str]
) -> None:
    lines = ["Offres de novembre;;", "Poste;Nb;Ville", f"{first};;", "N1101;2;Redon", "ETS MOREAU;;", "N4101;3;Redon"]
    path = written(tmp_path / "t.csv", "\n".join([*lines, "Renseignements en mairie;;"]))
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    assert (sorted(lot.employer for lot in lots.lots), lots.people) == (firms, 5)
    assert {lot.employer for lot in read_lots(embedded, path, "fragile", locator=Locator(PLACES)).lots} == {"–"}
    with pytest.raises(LotsError):  # a header alone
        read_lots(embedded, written(path, lines[1]), "hiring")


@pytest.mark.parametrize("firm", ["Exposant", "Exploitant", "Maison", "Réseau"])
def test_a_line_above_jobs_in_a_column_of_openings_is_no_job(embedded: Referential, tmp_path: Path, firm: str) -> None:
    lines = [f"{firm};Offres proposées;Nombre;Ville", "SOUDEUR;;;", "A;Cariste;3;Redon", "B;Soudeur;2;Redon"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "hiring", locator=Locator(PLACES))
    assert (sorted(found(lots)), "label_line" in said(lots)) == ([("A", "N1101", 3), ("B", "H2913", 2)], False)


def test_a_date_of_an_offer_is_not_the_one_of_the_post(embedded: Referential) -> None:
    row = {"Date de l'offre": "05/10/2026", "Exposant": "A", "Poste": "N1101", "Nb": 2, "Prise de poste": "04/01/2027"}
    (lot,) = read_lots(embedded, [row], "hiring").lots
    assert (lot.employer, lot.month) == ("A", Month(2027, 1))


def test_people_concerned_may_be_told_by_their_jobs(embedded: Referential, tmp_path: Path) -> None:
    path = written(
        tmp_path / "t.csv", "Imprimerie;\n\nAtelier;Personnel concerné\nQuai;4 caristes\nSoudure;2 soudeurs\n"
    )
    lots = read_lots(embedded, path, "fragile")
    assert ({(lot.given, lot.people) for lot in lots.lots}, asides(lots)) == ({("caristes", 4), ("soudeurs", 2)}, [])


def test_years_below_one_heading_are_summed_beside_dates_below_others(embedded: Referential, tmp_path: Path) -> None:
    header = ("Site", "Emploi type", "Effectif", "Départs", "Besoins de recrutement", "", "", "Criticité")
    below = ("", "", "31/12/2026", "retraite 27-29", "2027", "2028", "Total", "")
    path = workbook(tmp_path / "t.xlsx", header, below, ("Redon", "N1101", 120, 18, 15, 12, 27, "+++"))
    assert read_lots(embedded, path, "hiring", locator=Locator(PLACES)).people == 27
    rows = [{"Métier": "N1101", "Effectif": 2, "Commune": "Redon, Bretagne"}]
    namesake = Places(PLACES.basins, (*PLACES.communes, Commune("36024", "Bretagne", "5310", 46.9, 1.7)))
    for places in (PLACES, namesake):
        assert read_lots(embedded, rows, "fragile", locator=Locator(places)).lots[0].commune == "35236"


def test_a_place_that_only_the_first_row_of_its_group_says_holds_for_those_below(
    embedded: Referential, tmp_path: Path
) -> None:
    text = (
        "Antenne;Emploi;CDI temps plein;CDI temps partiel\nREDON;N1101;2;6\n;N4101;1;2\nALLAIRE;N1101;1;4\n;N4101;;1\n"
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring", locator=Locator(PLACES))
    assert ([lot.people for lot in lots.lots if lot.commune == "56001"], lots.people) == ([5, 1], 17)
    assert [p.row for p in lots.said if p.key == "place_below"] == [3, 5]
    text = "Entreprise;Emploi;Nb;Ville\nA;N1101;2;Redon\nA;N4101;1;\nB;N1101;1;\nC;N1101;1;Allaire\nC;N4101;1;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring", locator=Locator(PLACES))
    assert (lots.people, asides(lots)) == (5, [(4, "empty")])  # that of another firm is not told


def test_a_place_that_heads_a_column_may_have_a_remark_in_brackets(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "Redon (ouv. mars)": 6, "Allaire (ouv. sept.)": 4, "Total": 10}]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(PLACES))
    assert {lot.commune: lot.people for lot in lots.lots} == {"56001": 4, "35236": 6}


def test_months_that_a_total_sums_are_no_firms(embedded: Referential) -> None:
    rows = [
        {"Métier": "N1101", "janv": 2, "févr": 1, "Total": 3},
        {"Métier": "N4101", "janv": 4, "févr": 1, "Total": 5},
    ]
    lots = read_lots(embedded, rows, "hiring")
    assert found(lots) == [("–", "N1101", 3), ("–", "N4101", 5)]


@pytest.mark.parametrize("numbered", ["by number", "below headings"])
def test_jobs_said_several_times_in_a_row_each_with_its_number_are_all_read(
    embedded: Referential, tmp_path: Path, numbered: str
) -> None:
    names = ("Métier 1", "Nb 1", "Métier 2", "Nb 2") if numbered == "by number" else ("Métier", "Nb", "Métier", "Nb")
    above = ("",) * 6 if numbered == "by number" else ("Entreprise", "Commune", "Besoin n°1", "", "Besoin n°2", "")
    header = ("Entreprise", "Commune", *names) if numbered == "by number" else ("", "", *names)
    rows = (("A", "Redon", "N1101", 3, "N4101", 2), ("B", "Allaire", "N1101", 5, None, None))
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", above, header, *rows), "hiring", locator=Locator(PLACES))
    assert (found(lots), asides(lots)) == ([("A", "N1101", 3), ("A", "N4101", 2), ("B", "N1101", 5)], [])


def test_firms_that_end_with_towns_of_the_territory_are_there(embedded: Referential) -> None:
    people = [{"Métier": "N1101", "Effectif": 2, "Commune": town} for town in ("Allaire", "Redon")]
    firms = ("Auchan Redon", "Leclerc Allaire", "Drive central")
    posts = [{"Magasin": firm, "Intitulé": "N4101", "Nb CDI": 2, "Nb etudiants": 1} for firm in firms]
    _, lots = read_sides(embedded, people, posts, locator=Locator(PLACES))
    assert lots is not None
    assert {lot.employer: (lot.commune, lot.people) for lot in lots.lots} == {
        "Auchan Redon": ("35236", 3),
        "Leclerc Allaire": ("56001", 3),
        "Drive central": ("", 3),
    }
    _, lots = read_sides(
        embedded, people, [*posts[:1], *({**posts[2], "Magasin": f"Drive {n}"} for n in "AB")], locator=Locator(PLACES)
    )
    assert lots is not None
    assert {lot.commune for lot in lots.lots} == {""}  # one of three: it may be its name
    some = [*posts[:2], *({**posts[2], "Magasin": f"Drive {n}"} for n in "ABC")]
    _, lots = read_sides(embedded, people, some, locator=Locator(PLACES))
    assert lots is not None
    assert {lot.commune for lot in lots.lots} == {""}  # two of five


@pytest.mark.parametrize(
    ("title", "commune"),
    [("Recrutements Redon 2027", "35236"), ("Recrutements Redon le Haut", "35999"), ("Postes Redon Allaire", "")],
)
def test_a_title_names_the_one_town_of_the_other_table(
    embedded: Referential, tmp_path: Path, title: str, commune: str
) -> None:
    known = Places(PLACES.basins, (*PLACES.communes, Commune("35999", "Redon-le-Haut", "5313", 47.6, -2.1)))
    people = [{"Métier": "N1101", "Effectif": 2, "Commune": each.name} for each in known.communes]
    path = workbook(tmp_path / "t.xlsx", (title,), ("Poste", "Nombre"), ("N4101", 3), ("N1101", 1))
    _, lots = read_sides(embedded, people, path, locator=Locator(known))
    assert lots is not None
    assert {lot.commune for lot in lots.lots} == {commune}


def test_sheets_of_two_places_are_both_read_whatever_their_columns_and_common_jobs(
    embedded: Referential, tmp_path: Path
) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    first, second = book.worksheets[0], book.create_sheet("Site d'Allaire")
    first.title = "Site de Redon"
    tables: tuple[tuple[Any, tuple[tuple[Any, ...], ...]], ...] = (
        (first, (("Atelier", "Emploi", "Effectif", "Postes supprimés"), ("Q", "N1101", 30, 11), ("Q", "N4101", 8, 3))),
        (second, (("Métier", "Nb de salariés concernés", "dont CDI"), ("N1101", 6, 6), ("N1103", 17, 14))),
    )
    for sheet, rows in tables:
        for row in rows:
            sheet.append(row)
    book.save(path)
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert {(lot.job, lot.commune_label, lot.people) for lot in lots.lots} == {
        ("N1101", "Redon", 11), ("N4101", "Redon", 3), ("N1101", "Allaire", 6), ("N1103", "Allaire", 17),
    }  # fmt: skip


def test_forms_one_below_another_tell_their_jobs_with_their_numbers(embedded: Referential, tmp_path: Path) -> None:
    def form(firm: str, town: str, size: int, jobs: str) -> tuple[tuple[Any, ...], ...]:
        names = ("Raison sociale", "Lieu", "Effectif de l'entreprise", "Emplois menacés")
        return (*zip(names, (firm, town, size, jobs), strict=True), ())

    path = workbook(
        tmp_path / "t.xlsx",
        ("Fiches d'alerte",), (),
        *form("Alpha", "Redon", 64, "8 caristes, 3 magasiniers"),
        *form("Beta", "Allaire", 22, "5 caristes"),
        *form("Gamma", "Allaire", 35, "10 (conditionnement)"),
    )  # fmt: skip
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert sorted((lot.employer, lot.commune_label, lot.people) for lot in lots.lots) == [
        ("Alpha", "Redon", 3),
        ("Alpha", "Redon", 8),
        ("Beta", "Allaire", 5),
    ]
    assert [key for _, key in asides(lots)] == ["not_number"]


def test_between_the_year_that_is_and_the_last_one_forecast_the_fall_counts(embedded: Referential) -> None:
    rows = [
        {"Famille": "F", "Métier": job, "2026 (réel)": now, "2027": now, "2029": later}
        for job, now, later in (("N1101", 64, 40), ("N4101", 18, 18), ("N1103", 10, 14))
    ]
    assert read_lots(embedded, rows, "fragile").people == 24
    assert read_lots(embedded, rows, "hiring").people == 4


@pytest.mark.parametrize(
    ("text", "people"),
    [("2 sur 5", 2), ("tous (4)", 4), ("toutes les 3", 3), ("aucun", 0), ("Aucune personne", 0), ("5/14", None)],
)
def test_numbers_of_some_of_all_or_of_none_are_read(embedded: Referential, text: str, people: int | None) -> None:
    rows: list[dict[str, Any]] = [
        {"Métier": "N1101", "Combien de personnes ?": text},
        {"Métier": "N4101", "Combien de personnes ?": 7},
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, len(lots.set_aside)) == (7 + (people or 0), people is None)


def test_of_a_mail_the_lines_that_give_jobs_their_numbers_count(embedded: Referential, tmp_path: Path) -> None:
    lines = ["Bonjour,", "Voici nos besoins pour le 1er trimestre :", "- 4 caristes à Redon", "- 2 soudeurs à Allaire"]
    lines += ["- 1 maçon", "Cordialement,", "Service recrutement, Logiseine"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(lines)), "hiring", locator=Locator(PLACES))
    read = sorted((lot.people, lot.commune) for lot in lots.lots)
    assert (read, asides(lots)) == ([(1, ""), (2, "56001"), (4, "35236")], [])


def test_openings_for_which_someone_may_have_been_found_are_said(embedded: Referential) -> None:
    rows = [{"Libellé": "N1101", "ETP vacants": "3,0", "Dont en cours de recrutement": 1, "Site": "Redon"}]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(PLACES))
    assert (lots.people, "pending_beside" in said(lots)) == (3, True)


def test_departures_by_month_count_beside_who_is_there_and_not_who_stays(embedded: Referential, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ("Emploi", "Effectif", "Départs prévus", "", "", "Restent en poste"),
        ("", "", "janv-27", "avr-27", "juil-27", ""),
        ("N1101", 34, 10, 8, 6, 10), ("N4101", 7, 2, "", 1, 4), ("Total", 41, 12, 8, 7, 14),
        merged=("C1:E1",),
    )  # fmt: skip
    lots = read_lots(embedded, path, "fragile")
    assert (lots.people, "who_moves" in said(lots), "total_differs" in said(lots)) == (27, True, False)
    assert "parts_summed" not in said(lots)  # the same columns, said once
    rows = [
        {"Emploi": "N1101", "Effectif": 34, "Restent en poste": 10},
        {"Emploi": "N4101", "Effectif": 7, "Restent en poste": 4},
    ]
    assert read_lots(embedded, rows, "fragile").people == 41


def test_an_activity_says_the_job_unless_another_column_does(embedded: Referential) -> None:
    rows: list[dict[str, Any]] = [{"Entreprise": "A", "Activité": "Cariste", "Effectif concerné": 3}]
    assert found(read_lots(embedded, rows, "fragile")) == [("A", "N1101", 3)]
    needs = "8 soudeurs, 3 caristes"
    rows = [{"Entreprise": "A", "Activité": "Fonderie", "Emplois menacés": needs, "Effectif": 60}]
    assert found(read_lots(embedded, rows, "fragile")) == [("A", "H2913", 8), ("A", "N1101", 3)]


def test_firms_are_parted_from_what_they_seek_in_a_column_known_by_its_cells_too(embedded: Referential) -> None:
    posts = ("Alpha cherche 3 soudeurs", "Beta recrute 2 caristes")
    for name in ("Annonce", "B"):
        rows = [{"A": f"x{at}", name: post} for at, post in enumerate(posts)]
        assert found(read_lots(embedded, rows, "hiring")) == [("Alpha", "H2913", 3), ("Beta", "N1101", 2)]
    signed = ("Cordialement,", "Sophie, conseillère formation")
    mail = ("Soudeurs", posts[0], "Production", "Caristes", posts[1], "Chauffeur poids lourd", *signed)
    lots = read_lots(embedded, [{"Annonce": text} for text in mail], "hiring")
    assert found(lots) == [("Alpha", "H2913", 3), ("Beta", "N1101", 2), ("–", "N4101", 1)]


def test_of_several_columns_of_who_must_move_none_is_guessed(embedded: Referential) -> None:
    rows = [
        {"Emploi": "N1101", "Effectif": 34, "Suppr.": 4},
        {"Emploi": "N4101", "Effectif": 7, "Suppr.": 2},
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, "who_moves" in said(lots)) == (6, True)
    exported = [dict(zip(("LIB_EMPLOI", "EFF_INSCRIT", "NB_POSTES_SUPP"), row.values(), strict=True)) for row in rows]
    assert read_lots(embedded, exported, "fragile").people == 6
    lots = read_lots(embedded, [{**row, "Nombre maximum de départs": 5} for row in rows], "fragile")
    assert (lots.people, "who_moves" in said(lots), "other_counts" in said(lots)) == (41, False, True)


def test_persons_that_a_remark_tells_count_beside_equivalents(embedded: Referential) -> None:
    rows = [
        {"Fonction": "N1101", "ETP menacés": 8.4, "Remarques": "soit 12 personnes"},
        {"Fonction": "N4101", "ETP menacés": 0.5, "Remarques": "1 personne à mi-temps"},
        {"Fonction": "N1103", "ETP menacés": 2, "Remarques": "contrats repris par B"},
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, asides(lots)) == (13, [(3, "out_of_scope")])
    fewer = [{"Fonction": "N1101", "ETP menacés": 6, "Remarques": "soit 4 personnes"}]  # equivalents are never more
    assert read_lots(embedded, fewer, "fragile").people == 6
    lots = read_lots(embedded, [{**row, "Remarques": "contrat repris par B ?"} for row in rows[:1]], "fragile")
    assert (lots.people, "doubted" in said(lots)) == (8, True)
    rows = [
        {"Fonction": "N1101", "Effectif": 8, "Remarques": "12 personnes en 2020"},
        {"Fonction": "N4101", "Effectif": 1},
    ]
    assert read_lots(embedded, rows, "fragile").people == 9


def test_sheets_of_other_firms_that_name_no_side_are_all_of_the_side_of_the_file(
    embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for name, last, *rows in (
        ("Hôtels", "Logement", ("A", "N1101", 4, "oui"), ("Total", None, 4, None)),
        ("Commerces", "Dates", ("B", "N4101", 3, "hiver"), ("C", "N1101", 2, "été")),
    ):
        sheet = book.create_sheet(name)
        for row in (("Employeur", "Poste", "Nb", last), *rows):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "hiring")
    assert (found(lots), "several_sheets" in said(lots)) == (
        [("A", "N1101", 4), ("B", "N4101", 3), ("C", "N1101", 2)],
        True,
    )
    with pytest.raises(LotsError):  # nothing tells who is of which side
        read_sides(embedded, tmp_path / "t.xlsx", tmp_path / "t.xlsx", locator=Locator())


def test_permanent_staff_beside_others_is_no_firm(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "Titulaires": 3, "Contractuels": 4, "Apprentis": 0, "Total": 7}]
    assert found(read_lots(embedded, rows, "hiring")) == [("–", "N1101", 7)]


@pytest.mark.parametrize(
    ("side", "names", "people"),
    [
        ("hiring", ("Année 2026", "Année 2027"), 9), ("hiring", ("2026", "2027"), 9),
        ("hiring", ("Nombre 2026", "Nombre 2027"), 9),
        ("hiring", ("Projets 2026", "Projets 2027"), 6), ("fragile", ("Départs 2026", "Départs 2027"), 9),
        ("fragile", ("Suppressions 2026", "Suppressions 2027"), 9),
    ],
)  # fmt: skip
def test_what_each_year_brings_is_summed_and_no_year_is_lost_in_silence(
    embedded: Referential, side: Side, names: tuple[str, str], people: int
) -> None:
    rows = [{"Métier": "N1101", names[0]: 4, names[1]: 3}, {"Métier": "N4101", names[0]: 2, names[1]: 0}]
    lots = read_lots(embedded, rows, side)
    assert (lots.people, {"parts_summed", "other_counts"} & {*said(lots)}) == (
        people, {"parts_summed"} if people == 9 else {"other_counts"}
    )  # fmt: skip
    if side == "fragile":  # beside who is there, those who leave count
        there = [{**row, "Effectif au 31/12/2025": 20} for row in rows]
        assert read_lots(embedded, there, side).people == people


def test_years_alone_are_of_those_who_leave_where_the_title_says_so(embedded: Referential, tmp_path: Path) -> None:
    table = "Métier;2026;2027\nN1101;4;3\nN4101;2;0\n"
    path = written(tmp_path / "t.csv", f"Suppressions de postes par année\n{table}")
    assert read_lots(embedded, path, "fragile").people == 9
    with pytest.raises(LotsError):  # who is there at each date, or who leaves
        read_lots(embedded, written(path, table), "fragile")


def test_plurals_of_one_field_beside_a_number_are_a_family_to_be_confirmed(embedded: Referential) -> None:
    rows = [{"Métier": text, "Projets de recrutement": 40} for text in ("Caristes et magasiniers", "Cariste / soudeur")]
    lots = read_lots(embedded, rows, "hiring")
    assert [(lot.job, lot.people, lot.confidence) for lot in lots.lots] == [("N1101", 40, 0.5)]
    assert asides(lots) == [(2, "several_jobs")]


def test_headers_that_programs_shorten_are_read_and_people_go_before_their_equivalents(embedded: Referential) -> None:
    rows = [{"LIB_ETAB": "A", "LIB_EMPLOI": "N1101", "NB_ETP": 2.4, "NB_SAL": 3, "COD_POSTAL": "35600"}]
    assert found(read_lots(embedded, rows, "fragile")) == [("A", "N1101", 3)]


def test_a_person_who_has_found_work_again_is_gone(embedded: Referential) -> None:
    rows = [{"Initiales": "A.B.", "Poste occupé": "N1101", "Situation": words} for words in ("retrouvé un CDI", "")]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, "gone_line" in said(lots)) == (1, True)


def test_that_only_volunteers_are_proposed_is_said(embedded: Referential) -> None:
    row = {"Poste": "N1101", "Postes supprimés": 6, "Dont volontaires": 1}
    lots = read_lots(embedded, [row], "fragile")
    assert (lots.people, lots.lots[0].movable, "volunteers_only" in said(lots)) == (6, 1, True)
    assert "volunteers_only" not in said(read_lots(embedded, [{**row, "Dont volontaires": ""}], "fragile"))


def test_sheets_of_other_firms_that_count_posts_are_read_beside_one_another(
    embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, last, row in (
        ("EHPAD", "ETP", ("A", "N1101", 4, 3.2)),
        ("Industrie", "Horaires", ("B", "N4101", 3, "2x8")),
    ):
        sheet = book.create_sheet(name)
        sheet.append(("Structure", "Emploi", "Nb postes", last))
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    assert found(read_lots(embedded, tmp_path / "t.xlsx", "hiring")) == [("A", "N1101", 4), ("B", "N4101", 3)]


def test_that_a_contract_tells_of_a_retirement_is_said(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "Effectif": 2, "Contrat": text} for text in ("CDI", "retraite au 31/12")]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, [p.row for p in lots.said if p.key == "leavers_remarked"]) == (4, [2])


def test_a_hotel_is_where_it_is_named_after_and_no_place_of_its_first_word(embedded: Referential) -> None:
    locator = Locator(Places(PLACES.basins, (*PLACES.communes, Commune("88212", "Grand", "5310", 48.4, 5.5))))
    names = ("Grand Hôtel de Redon", "Hôtel du Lac - Allaire", "Grand Hôtel")
    rows = [{"Poste": "N1101", "Nb": 2, "Établissement": name, "Ville": name} for name in names]
    places = {lot.employer: lot.commune_label for lot in read_lots(embedded, rows, "fragile", locator=locator).lots}
    assert places == dict(zip(names, ("Redon", "Allaire", ""), strict=True))


def test_parts_of_people_count_before_their_equivalents(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "CDI": 9, "CDD": 2, "Intérim": 3, "Total ETP": 13.5}]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, "parts_summed" in said(lots), "etp" in said(lots)) == (14, True, False)


def test_a_column_of_kinds_of_posts_that_holds_titles_is_the_one_of_jobs(embedded: Referential) -> None:
    rows = [{"Type de poste": "Cariste", "Nb": 3, "Lieu": "Redon"}]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(PLACES))
    assert ([(lot.job, lot.people) for lot in lots.lots], "job_by_content" in said(lots)) == ([("N1101", 3)], True)
    with pytest.raises(LotsError, match="no column of jobs"):
        read_lots(embedded, [{"Type de poste": "CDI", "Nb": 3, "Lieu": "Redon"}], "hiring", locator=Locator(PLACES))


def test_accents_lost_in_titles_and_places_are_found_again_and_said(embedded: Referential, tmp_path: Path) -> None:
    text = "Metier;Effectif;Ville\nOp?rateur de pr?paration de commandes;4;Saint-C?me-la-For?t\nCariste;2;Redon\n"
    locator = Locator(
        Places(PLACES.basins, (*PLACES.communes, Commune("56209", "Saint-Côme-la-Forêt", "5310", 47.7, -2.6)))
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=locator)
    assert sorted((lot.job, lot.commune, lot.people) for lot in lots.lots) == [
        ("N1101", "35236", 2), ("N1103", "56209", 4)
    ]  # fmt: skip
    assert "accents_lost" in said(lots)


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("dont fragilisés à 3 ans", 7), ("dont menacés d'ici 2028", 7), ("Dont suppressions prévues", 7),
        ("dont touchés", 7), ("dont CDD", 30), ("dont 55 ans et plus", 30),
    ],
)  # fmt: skip
def test_those_of_an_headcount_who_are_concerned_count_whenever_it_will_be(
    embedded: Referential, name: str, people: int
) -> None:
    rows = [{"Emploi": "N1101", "Effectif": 20, name: 4}, {"Emploi": "N4101", "Effectif": 10, name: 3}]
    assert read_lots(embedded, rows, "fragile").people == people


def test_openings_by_the_end_of_a_year_are_named_beside_those_of_today(embedded: Referential) -> None:
    names = "Nb de postes à pourvoir immédiatement", "Nb de postes à pourvoir d'ici fin 2027"
    lots = read_lots(embedded, [{"Poste": "N1101", names[0]: 4, names[1]: 10}], "hiring")
    assert (lots.people, [p.values["others"] for p in lots.said if p.key == "other_counts"]) == (4, [names[1]])


def test_what_stands_in_brackets_beside_a_number_is_what_its_header_says_there(embedded: Referential) -> None:
    rows = [{"Emploi": "N1101", "Effectif (dont femmes)": "6 (2)"}, {"Emploi": "N4101", "Effectif (dont femmes)": "4"}]
    assert read_lots(embedded, rows, "fragile").people == 10
    with pytest.raises(LotsError):  # nothing says what it is
        read_lots(embedded, [{"Emploi": "N1101", "Effectif": "6 (2)"}], "fragile")


@pytest.mark.parametrize(
    ("cell", "people"), [("2 à temps plein et 1 à mi-temps", 3), ("2 CDI, 1 CDD", 3), ("2 postes (24h)", 2)]
)
def test_a_number_may_be_told_by_its_parts_and_hours(embedded: Referential, cell: str, people: int) -> None:
    rows = [{"Emploi": "N1101", "Besoin": cell}, {"Emploi": "N4101", "Besoin": "1"}]
    assert read_lots(embedded, rows, "hiring").people == people + 1


def test_how_long_a_recruitment_takes_is_no_number_of_openings(embedded: Referential) -> None:
    rows = [{"Poste": "N1101", "Volume": 4, "Délai de recrutement": text} for text in ("immédiat", "3 mois")]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, "other_counts" in said(lots)) == (8, False)


def test_a_line_of_text_whose_number_is_to_be_told_counts_nobody(embedded: Referential, tmp_path: Path) -> None:
    text = "3 caristes à Redon\n2 soudeurs (Allaire)\ndes caristes, nombre à préciser, Redon\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring", locator=Locator(PLACES))
    assert (lots.people, [p.key for p in lots.set_aside if p.row == 3]) == (5, ["not_number"])


def test_sheets_of_other_jobs_are_read_together_where_one_alone_names_the_side(
    embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, *rows in (
        ("Alpha", ("Besoins 2027",), ("Intitulé du poste", "Nombre", "Lieu"), ("N1101", 4, "Redon")),
        ("Beta", ("Poste", "Nb", "Site", "Échéance"), ("N4101", 3, "Allaire", "mars 2027")),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    assert read_lots(embedded, tmp_path / "t.xlsx", "hiring").people == 7


def test_a_letter_of_a_cell_is_no_part_of_what_a_total_names(embedded: Referential, tmp_path: Path) -> None:
    lines = ["Agence;Métier;Effectif;Permis", "Vannes;N1101;9;D", "Redon;N1103;1;", "Redon;N4101;4;C"]
    path = written(tmp_path / "t.csv", "\n".join([*lines, "Sous-total Redon;;5;"]))
    assert "total_differs" not in said(read_lots(embedded, path, "fragile"))


def test_what_is_not_read_of_conditions_is_told_column_by_column(embedded: Referential) -> None:
    rows = [{"Poste": "N1101", "Nb": 1, "Permis": "X9", "Expérience": "2 ans"}]
    notes = [note.sentence() for note in reading_notes([read_lots(embedded, rows, "hiring")])]
    assert [sum(f"« {name} »" in note for note in notes) for name in ("Permis", "Expérience")] == [1, 1]


def test_numbers_of_persons_are_no_codes_of_places(embedded: Referential) -> None:
    rows = [{"Matricule": number, "Poste occupé": "N1101", "Site": "Redon"} for number in ("56001", "35236")]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(PLACES))
    assert [(lot.commune_label, lot.people) for lot in lots.lots] == [("Redon", 2)]


def test_a_sheet_of_shops_by_jobs_is_read_beside_one_of_other_jobs(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    shops = ("Magasin", "Cariste", "Magasinier", "Soudeur", "Maçon"), ("Redon", 6, 2, 0, 1), ("Allaire", 5, 1, 1, 0)
    for name, *rows in (
        ("Magasins", ("PLAN DE SAUVEGARDE",), *shops, ("Total", 11, 3, 1, 1)),
        ("Usine", ("Emploi", "Ville", "Effectif"), ("N4101", "Redon", 7)),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(PLACES))
    assert (lots.people, asides(lots), "several_sheets" in said(lots)) == (23, [], True)


def test_the_part_of_a_row_that_is_not_to_be_counted_is_taken_off_it(embedded: Referential) -> None:
    remarks = ("dont 6 sous-traitants à ne pas compter", "dont 2 hors périmètre", "à ne pas compter")
    rows = [{"Métier": "N1101", "Effectif": 18, "Remarques": remark} for remark in remarks]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, asides(lots)) == (12 + 16, [(3, "out_of_scope")])


def test_a_basin_of_another_name_than_the_place_written_is_told(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "Effectif": 4, "Bassin d'emploi": place} for place in ("ALLAIRE", "Redon", "BE REDON")]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(PLACES))
    assert [(p.row, p.values["given"]) for p in lots.said if p.key == "place_reworded"] == [(1, "ALLAIRE")]


def test_a_title_of_other_words_is_told_with_the_one_that_was_understood(rome: Referential) -> None:
    rows = [{"Métier": title, "Effectif": 2} for title in ("Chef d'équipe expédition", "Cariste")]
    told = {
        lot.given: ResolvedTitle(lot, "fragile", "t.csv").sentence() for lot in read_lots(rome, rows, "fragile").lots
    }
    assert "appellation « Chef / Cheffe d'équipe en entrepôt »" in told["Chef d'équipe expédition"]
    assert "appellation" not in told["Cariste"]


def test_two_jobs_that_people_say_of_one_post_are_that_one_to_be_confirmed(rome: Referential) -> None:
    rows = [{"Métier": title, "Effectif": 4} for title in ("Serveur / barman", "Cariste / chauffeur poids lourd")]
    lots = read_lots(rome, rows, "fragile")
    assert [(lot.job, lot.confidence) for lot in lots.lots] == [("G1803", 0.5)]
    assert asides(lots) == [(2, "several_jobs")]


def test_openings_of_years_below_one_number_of_posts_are_added_up(embedded: Referential, tmp_path: Path) -> None:
    lines = ["Entreprise;Métier;Nombre de postes;;Lieu", ";;2026;2027;", "A;N1101;2;2;Redon", "B;N4101;0;1;Redon"]
    path = written(tmp_path / "t.csv", "\n".join(lines))
    lots = read_lots(embedded, path, "hiring")
    assert (lots.people, "parts_summed" in said(lots)) == (5, True)
    assert "other_counts" in said(read_lots(embedded, path, "fragile"))  # of people, who is there each year


@pytest.mark.parametrize("side", ["fragile", "hiring"])
def test_the_service_of_a_row_says_which_of_many_trades_a_title_names(rome: Referential, side: Side) -> None:
    pairs = (("Gestionnaire", "Paie", "M1507"), ("Agent de maintenance", "Services généraux", "I1203"),
             ("Mécanicien", "Maintenance", "I1310"), ("Technicien", "Informatique", "I1401"),
             ("Cariste", "Cuisson", "N1101"), ("Agent de maintenance", "Production", "I1304"))  # fmt: skip
    for title, service, code in pairs:
        count = "Effectif" if side == "fragile" else "Nb de postes"
        (lot,) = read_lots(rome, [{"Service": service, "Poste": title, count: 3}], side).lots
        assert (lot.job, lot.employer) == (code, "–")
    for name, job in (("Service", "M1507"), ("Département", "M1602")):  # of a place, not of a firm
        (lot,) = read_lots(rome, [{name: "Paie", "Poste": "Gestionnaire", count: 3}], side).lots
        assert lot.job == job
    rows = [{"Service": each, "Gestionnaire": 3, "Cariste": 4} for each in ("Paie", "Maintenance")]
    lots = read_lots(rome, rows, side).lots  # a title that heads a column is written once, for all services
    assert {lot.job for lot in lots if lot.given == "Gestionnaire"} == {"M1602"}


def test_a_workshop_that_is_a_word_of_the_title_tells_nothing_more(rome: Referential) -> None:
    jobs = {"Abattage": "Éviscérateur", "Découpe": "Chef d'équipe découpe", "Conditionnement": "Désosseur"}
    rows = [{"Atelier": shop, "Fonction": job, "Effectif": 2} for shop, job in jobs.items()]
    read = {lot.given: lot.job for lot in read_lots(rome, rows, "fragile").lots}
    assert read["Chef d'équipe découpe"] == "H2506"


def test_titles_of_the_workshops_of_one_firm_are_read_beside_those_of_all(rome: Referential) -> None:
    jobs = ("Opérateur mélange gomme", "Calandreur caoutchouc", "Confectionneur pneus", "Opérateur cuisson")
    rows = [
        {"Unité": unit, "Emploi": job, "Effectif": 2}
        for unit, job in zip(("Préparation", "Préparation", "Confection", "Cuisson"), jobs, strict=True)
    ]
    (lot,) = (lot for lot in read_lots(rome, rows, "fragile").lots if lot.employer == "Cuisson")
    assert (lot.job, lot.confidence < 0.9) == ("H3201", True)


def test_of_a_list_of_persons_those_who_have_left_are_not_counted(embedded: Referential, tmp_path: Path) -> None:
    lines = "0012;{};N1101\n0013;{};N1101\n0014;;N1101\n"
    path = tmp_path / "t.csv"
    mixed = read_lots(
        embedded, written(path, "Matr;Date de sortie;Emploi\n" + lines.format("2/9/2024", "30/6/2095")), "fragile"
    )
    assert (mixed.people, said(mixed).count("gone_line")) == (2, 1)
    path = written(path, "Matr;Date de sortie;Emploi\n1;2/9/2024;N1101\n2;3/9/2024;N1101\n")  # why they are here
    assert read_lots(embedded, path, "fragile").people == 2


def test_answers_are_no_places_and_one_that_is_neither_is_a_doubt(embedded: Referential, tmp_path: Path) -> None:
    places = Places(PLACES.basins, (*PLACES.communes, Commune("80829", "Ô-de-Selle", "5313", 49.7, 2.1)))
    rows = ("N1101;6;O;O", "N4101;3;N;N", "N1103;4;O;N", "N1105;2;Partiel;N")
    path = written(tmp_path / "t.csv", "\n".join(("Métier;Effectif;Supprimé (O/N);Reclassement possible (O/N)", *rows)))
    lots = read_lots(embedded, path, "fragile", locator=Locator(places))
    assert [(lot.job, lot.people, lot.commune) for lot in lots.lots] == [
        ("N1101", 6, ""),
        ("N1103", 4, ""),
        ("N1105", 2, ""),
    ]
    assert [p.values["given"] for p in lots.said if p.key == "doubted"] == ["Partiel"]


@pytest.mark.parametrize(
    ("header", "people"),
    [
        ("Emploi;2023;2024;2025;Prévision 2027", 5),
        ("Emploi;Effectif 2023;Effectif 2024;Effectif 2025;Coût 2025", 9),
        ("Emploi;Femmes CDI;Hommes CDI;Autres;Ensemble", 4),
    ],
)
def test_of_years_side_by_side_the_last_one_known_counts_less_what_is_forecast(
    embedded: Referential, tmp_path: Path, header: str, people: int
) -> None:
    path = written(tmp_path / "t.csv", f"{header}\nN1101;14;11;9;4\n")
    assert found(read_lots(embedded, path, "fragile")) == [("–", "N1101", people)]


def test_jobs_above_their_numbers_are_a_table_on_its_side(embedded: Referential, tmp_path: Path) -> None:
    rows = ("Emploi;Cariste;Soudeur", "Nombre de salariés;6;3", "Classification;N1;N2", "Âge moyen;38;49")
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(rows)), "fragile")
    assert (lots.people, len(lots.lots), asides(lots), "turned" in said(lots)) == (9, 2, [], True)


def test_the_mark_of_a_note_and_a_signature_are_no_part_of_a_table(embedded: Referential, tmp_path: Path) -> None:
    rows = (
        "Emploi;Nombre;Remarques",
        "Cariste;4*;",
        "Soudeur;2 **;*à mi-temps",
        "Fait à Redon, le 06/11/2026;;Signature",
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(rows)), "fragile")
    assert (lots.people, asides(lots)) == (6, [])


def test_firms_on_lines_of_their_own_are_employers_though_one_is_named_after_its_town(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = ["Poste;Nb", "ALPHA (Redon);", "Cariste;4", "BETA (Allaire);", "Soudeur;2", "CH DE REDON;", "Cariste;1"]
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(rows)), "hiring", locator=Locator(PLACES))
    assert sorted(lot.employer for lot in lots.lots) == ["ALPHA", "BETA", "CH DE REDON"]
    assert {lot.employer: lot.commune_label for lot in lots.lots}["BETA"] == "Allaire"


def test_jobs_that_are_stable_or_in_demand_are_not_fragile(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for states, people in ((("sensible", "en tension", "stable"), 6), (("sensible", "sensible", "stable"), 9)):
        rows = [
            f"{job};{n};{state}" for job, n, state in zip(("N1101", "N4101", "N1103"), (6, 3, 2), states, strict=True)
        ]
        lots = read_lots(
            embedded, written(path, "\n".join(("Emploi;Effectif;Situation de l'emploi", *rows))), "fragile"
        )
        assert lots.people == people


def test_openings_of_programs_name_their_firm_state_and_titles_in_their_own_words(embedded: Referential) -> None:
    row = {
        "Posting title": "N1101",
        "Recruteur": "C. Renaud",
        "Entité": "Alpha",
        "Openings": 3,
        "Date contact": "2/9/2026",
    }
    (lot,) = read_lots(embedded, [row], "hiring").lots
    assert (lot.employer, lot.people, lot.month) == ("Alpha", 3, None)
    rows = [{"Poste": "N1101", "Nb": n, "État": state} for n, state in ((3, "en cours"), (4, "soldée"))]
    assert read_lots(embedded, rows, "hiring").people == 3
    assert read_lots(embedded, [{"Emploi": "N1101", "Nb pers.": 12, "ETP": 11}], "fragile").people == 12


def test_a_column_of_one_side_and_jobs_that_stay_leaves_out_those_alone(embedded: Referential) -> None:
    states = ("Suppression", "Suppression", "Non reconduit", "Maintien", "Suppression")
    rows = [{"Métier": "N1101", "Effectif": 2**n, "Devenir": state} for n, state in enumerate(states)]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, asides(lots), "fragile_no_change" in said(lots)) == (23, [], True)
    rows[4]["Devenir"] = "Reprise par le prestataire"
    assert asides(read_lots(embedded, rows, "fragile")) == [(5, "out_of_scope")]


def test_a_cross_says_yes_and_an_empty_cell_beside_crosses_no(embedded: Referential, tmp_path: Path) -> None:
    rows = ("Emploi;Effectif total;Menacé;Stable", "N1101;42;X;", "N4101;18;;X", "N1103;11;x;", "Total;71;;")
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(rows)), "fragile")
    assert ([lot.people for lot in lots.lots], said(lots).count("not_concerned")) == ([42, 11], 1)


def test_shops_that_do_not_close_are_not_concerned(embedded: Referential, tmp_path: Path) -> None:
    rows = ("Magasin;Fermé en 2027 ?;Cariste;Soudeur;Maçon;Total", "Redon;Oui;6;2;1;9", "Allaire;Non;3;1;0;4")
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(rows)), "fragile", locator=Locator(PLACES))
    assert {lot.commune_label for lot in lots.lots} == {"Redon"}


def test_workshops_that_sum_the_jobs_below_them_are_sums_where_the_total_says_so(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = ["Ateliers / métiers;Effectif", "SECHAGE;9", "Cariste;7", "Soudeur;2", "COLLECTE;4", "Magasinier;4"]
    path = written(tmp_path / "t.csv", "\n".join([*rows, "Soit;13 p."]))
    lots = read_lots(embedded, path, "fragile")
    assert (lots.people, asides(lots), {lot.employer for lot in lots.lots}) == (13, [], {"–"})


def test_needs_side_by_side_are_known_as_jobs_by_what_they_hold(embedded: Referential, tmp_path: Path) -> None:
    rows = ("Employeur;Besoin n°1;Effectif n°1;Besoin n°2;Effectif n°2;Ville", "Alpha;Cariste;6;Soudeur;4;Redon")
    path = written(tmp_path / "t.csv", "\n".join((*rows, "Beta;Magasinier;1;;;Allaire")))
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    assert sorted((lot.employer, lot.people) for lot in lots.lots) == [("Alpha", 4), ("Alpha", 6), ("Beta", 1)]


def test_why_one_leaves_is_no_month_and_the_start_of_school_is(embedded: Referential) -> None:
    rows = [{"Matricule": n, "Emploi": "N1101", "Motif de fin": why} for n, why in ((1, ""), (2, "Démission"))]
    assert read_lots(embedded, rows, "fragile").people == 1
    (lot,) = read_lots(embedded, [{"Poste": "N1101", "Nb": 4, "Pour le": "rentrée 2027"}], "hiring").lots
    assert lot.month == Month(2027, 9)


@pytest.mark.parametrize(
    "rows",
    [
        ("Emploi;Effectifs au 31/12;;", ";2023;2024;2025", "N1101;12;10;8"),
        ("Emploi;Effectif au 31/12/2023;Effectif au 30/06/2024;Effectif au 30/09/2025", "N1101;12;10;8"),
    ],
)
def test_of_several_days_the_last_known_one_tells_who_is_there(
    embedded: Referential, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    lots = read_lots(embedded, written(tmp_path / "t.csv", "\n".join(rows)), "fragile")
    assert (lots.people, said(lots).count("other_counts")) == (8, 1)


def test_firms_that_do_not_hire_are_not_counted_nor_who_has_left_as_planned(embedded: Referential) -> None:
    for name in ("Recrute en 2027 (O/N)", "Recrutements à 12 mois", "Prévoyez-vous de recruter dans les 6 mois ?"):
        rows = [{"Métier": "N1101", "Nb": n, name: answer} for n, answer in ((3, "O"), (2, "N"))]
        assert read_lots(embedded, rows, "hiring").people == 3
    persons = [
        {"Prénom": n, "Poste": "N1101", "Départ prévu": day}
        for n, day in (("A", "30/06/2095"), ("B", "parti le 01/09/2024"))
    ]
    assert read_lots(embedded, persons, "fragile").people == 1


def test_a_share_of_the_staff_that_is_not_read_is_named(embedded: Referential) -> None:
    lots = read_lots(embedded, [{"Métier": "N1101", "Effectif": 20, "Part menacée": "25 %"}], "fragile")
    assert [p.values["others"] for p in lots.said if p.key == "other_counts"] == ["Part menacée"]


def test_posts_cut_may_be_titles_beside_those_aimed_at_and_brackets_count_posts(embedded: Referential) -> None:
    row = {"Poste supprimé": "Cariste", "Nb de salariés": 6, "Poste de reclassement proposé": "Magasinier"}
    lots = read_lots(embedded, [row, {**row, "Poste supprimé": "Soudeur", "Nb de salariés": 3}], "fragile")
    assert sorted((lot.given, lot.people) for lot in lots.lots) == [("Cariste", 6), ("Soudeur", 3)]
    texts = (("Cariste (3 postes)", ""), ("Soudeur", "2 postes"), ("Magasinier", ""))
    rows = [{"Poste à pourvoir": text, "Observations": remark} for text, remark in texts]
    assert read_lots(embedded, rows, "hiring").people == 6


def test_marks_of_a_web_page_are_no_part_of_a_text(embedded: Referential, tmp_path: Path) -> None:
    rows = [{"Entreprise": "Caf&eacute; du port", "Poste": "<b>Soudeur</b><br/>", "Nb": 2}]
    path = written(tmp_path / "t.csv", 'Entreprise,Poste,Nb\n"Caf&eacute; du port",<b>Soudeur</b><br/>,2')
    for table in (rows, path):
        (lot,) = read_lots(embedded, table, "hiring").lots
        assert (lot.employer, lot.given, lot.people) == ("Café du port", "Soudeur", 2)


def test_a_survey_asks_how_many_work_there_and_how_many_posts_are_to_be_filled(embedded: Referential) -> None:
    row = {"Nom de votre entreprise": "Alpha", "Effectif de votre entreprise": 620, "Quel métier ?": "Cariste"}
    (lot,) = read_lots(embedded, [{**row, "Combien de postes au total ?": 3}], "hiring").lots
    assert (lot.employer, lot.people, lot.size) == ("Alpha", 3, 620)


def test_years_that_head_columns_are_no_jobs_and_the_last_past_total_is_the_staff(
    embedded: Referential, tmp_path: Path
) -> None:
    years = ("Emploi", "2023", None, None, "2024", None, None, "2025", None, None)
    jobs = (("Cariste", 9, 1, 10, 8, 1, 9, 7, 1, 8), ("Soudeur", 5, 0, 5, 5, 0, 5, 4, 0, 4))
    rows = (("Établissement : Redon",), years, (None, *("H", "F", "Total") * 3), *jobs)
    total = ("Effectif total", 14, 1, 15, 13, 1, 14, 11, 1, 12)
    lots = read_lots(
        embedded, workbook(tmp_path / "t.xlsx", *rows, total, merged=("B2:D2", "E2:G2", "H2:J2")), "fragile"
    )
    assert ({lot.given: lot.people for lot in lots.lots}, asides(lots)) == ({"Cariste": 8, "Soudeur": 4}, [])


def test_jobs_of_a_professional_category_stand_beside_it_whatever_the_grades(embedded: Referential) -> None:
    rows = [
        {"Catégorie professionnelle": family, "Emplois rattachés": job, "CSP": "Ouvrier", "Suppressions": 3}
        for family, job in (("Expédition", "Cariste"), ("Atelier", "Soudeur"))
    ]
    assert {lot.given for lot in read_lots(embedded, rows, "fragile").lots} == {"Cariste", "Soudeur"}


def test_a_sheet_in_english_counts_the_heads_that_are_impacted_not_those_retained(embedded: Referential) -> None:
    rows = [
        {"Job title": job, "Current HC": 9, "Impacted HC": n, "FTE impacted": n - 0.4, "Status": status}
        for job, n, status in (("Cariste", 4, "At risk"), ("Soudeur", 2, "At risk"), ("Magasinier", 3, "Retained"))
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert {lot.given: lot.people for lot in lots.lots} == {"Cariste": 4, "Soudeur": 2}


@pytest.mark.parametrize(("falls", "stays", "rises"), [("↘", "→", "↗"), ("en baisse", "stable", "en hausse")])
def test_jobs_that_do_not_fall_are_not_concerned(embedded: Referential, falls: str, stays: str, rises: str) -> None:
    jobs = {"Cariste": falls, "Soudeur": stays, "Magasinier": rises, "Comptable": ""}
    rows = [{"Emploi-repère": job, "Effectif": 6, "Évolution à 3 ans": trend} for job, trend in jobs.items()]
    lots = read_lots(embedded, rows, "fragile")
    assert ({lot.given for lot in lots.lots}, said(lots).count("not_concerned")) == ({"Cariste", "Comptable"}, 2)


def test_posts_that_were_filled_are_no_doubt_and_brackets_may_say_times(embedded: Referential) -> None:
    rows = [{"Entreprise": "Alpha", "Poste": "Cariste", "Postes ouverts": 12, "Postes pourvus": 5}]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, "doubted" in said(lots)) == (7, False)
    assert read_lots(embedded, [{"Entreprise": "Alpha", "Poste": "Cariste (x5)"}], "hiring").people == 5


def test_a_program_numbers_posts_and_requisitions_beside_their_titles(embedded: Referential) -> None:
    jobs = (("Cariste AC", "Cariste", 3), ("Soudeur 2", "Soudeur", 2))
    posts = [
        {"Poste": 50104412, "Désign. du poste": post, "Emploi": 70000112, "Désign. de l'emploi": job, "Nb": n}
        for post, job, n in jobs
    ]
    assert {lot.given: lot.people for lot in read_lots(embedded, posts, "fragile").lots} == {"Cariste": 3, "Soudeur": 2}
    row = {
        "Job Requisition ID": "25531",
        "External Job Title": "Cariste",
        "Positions to fill": 4,
        "Positions filled": 1,
    }
    (lot,) = read_lots(embedded, [row], "hiring").lots
    assert (lot.given, lot.people) == ("Cariste", 3)


def test_an_order_to_an_agency_asks_for_a_qualification(embedded: Referential) -> None:
    row = {"Client utilisateur": "Alpha", "Qualification demandée": "Cariste", "Nbre intérimaires": 8}
    (lot,) = read_lots(embedded, [row], "hiring").lots
    assert (lot.employer, lot.given, lot.people) == ("Alpha", "Cariste", 8)
    row = {"Agence": "Redon", "EU (entreprise utilisatrice)": "Beta", "Métier demandé": "Cariste", "Nb": 2}
    assert [lot.employer for lot in read_lots(embedded, [row], "hiring").lots] == ["Beta"]
    row = {"Poste": "Cariste", "Qualification demandée": "CAP", "Nombre": 2}
    assert [lot.given for lot in read_lots(embedded, [row], "hiring").lots] == ["Cariste"]


@pytest.mark.parametrize(
    ("name", "beside", "people", "told"),
    [
        ("Nombre de postes supprimés", {"Nombre maximal de licenciements": 4, "dont vacants": 1}, 4, "who_moves"),
        ("Nombre de postes supprimés", {"dont postes vacants ou non remplacés": 1}, 5, "vacant"),
        ("Nombre de postes supprimés", {"Licenciements": 0}, 6, ""),
        ("Licenciements", {"Postes vacants": 1}, 6, ""),
    ],
)
def test_of_posts_cut_those_that_somebody_loses_count(
    embedded: Referential, name: str, beside: dict[str, int], people: int, told: str
) -> None:
    lots = read_lots(embedded, [{"Catégorie professionnelle": "N1101", name: 6, **beside}], "fragile")
    assert (lots.people, {"who_moves", "vacant"} & {*said(lots)}) == (people, {told} - {""})


def test_sites_named_after_their_towns_head_blocks_with_their_places(embedded: Referential, tmp_path: Path) -> None:
    text = (
        "Établissement : 023 - Abattoir de Redon (35600);\nEmploi;Total\nN1101;4\nTotal;4\n"
        "Établissement : 031 - Atelier de découpe d'Allaire (56350);\nEmploi;Total\nN1101;2\nTotal;2\n"
    )
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(PLACES))
    assert [(lot.commune_label, lot.people) for lot in lots.lots] == [("Redon", 4), ("Allaire", 2)]
    assert "firm_place" in said(lots)


def test_the_surface_of_a_shop_is_no_job(embedded: Referential) -> None:
    row = {"Magasin": "Alpha", "Ville": "Redon", "Surface m²": 420, "Caissier": 4, "Cariste": 1, "Total": 5}
    lots = read_lots(embedded, [row, {**row, "Magasin": "Beta"}], "fragile")
    assert (lots.people, asides(lots), said(lots).count("total_differs")) == (10, [], 0)


@pytest.mark.parametrize("name", ["Transfert au repreneur (O/N)", "Reprise par le nouveau titulaire"])
def test_who_is_taken_over_by_the_next_firm_is_not_concerned(embedded: Referential, name: str) -> None:
    rows = [{"Poste": "N1101", "Nb salariés": n, name: answer} for n, answer in ((3, "O"), (2, "N"))]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, said(lots).count("not_concerned")) == (2, 1)


def test_why_a_person_leaves_is_a_remark(embedded: Referential) -> None:
    people = (("A", ""), ("B", "Démission"), ("C", "Fin de CDD"))
    rows = [{"Prénom": name, "Emploi": "N1101", "Motif de sortie": why} for name, why in people]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, {"gone_line", "leavers_remarked"} - {*said(lots)}) == (2, set())


def test_a_survey_counts_those_to_be_hired_and_not_who_works_there(embedded: Referential) -> None:
    row = {
        "Entreprise": "Alpha",
        "Nb salariés ETP": 310,
        "Métier recherché": "N1101",
        "Nombre de personnes à recruter": 3,
    }
    assert read_lots(embedded, [row], "hiring").people == 3


def test_beside_the_staff_of_each_site_its_posts_cut_count(embedded: Referential, tmp_path: Path) -> None:
    sites = ("Catégorie professionnelle", "Site de Redon", None, "Site d'Allaire", None, "Total postes supprimés")
    counts = (None, *("Effectif", "Postes supprimés") * 2, None)
    rows = (("N1101", 30, 12, 14, 6, 18), ("N4101", 12, 4, 6, 0, 4), ("Total", 42, 16, 20, 6, 22))
    path = workbook(tmp_path / "t.xlsx", sites, counts, *rows, merged=("B1:C1", "D1:E1"))
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert [(lot.job, lot.commune_label, lot.people) for lot in lots.lots] == [
        ("N1101", "Redon", 12), ("N1101", "Allaire", 6), ("N4101", "Redon", 4)
    ]  # fmt: skip
    assert {"other_counts", "by_place"} <= {*said(lots)}


@pytest.mark.parametrize(
    ("now", "aimed"),
    [("Baseline HC (Sep-26)", "Target HC (Dec-27)"), ("Effectif de référence (09/2026)", "Effectif cible (12/2027)")],
)
def test_what_a_plan_starts_from_is_who_is_there(embedded: Referential, now: str, aimed: str) -> None:
    rows = [{"Position": "N1101", now: 18, aimed: 6, "Delta": -12}, {"Position": "N4101", now: 3, aimed: 3, "Delta": 0}]
    assert found(read_lots(embedded, rows, "fragile")) == [("–", "N1101", 12)]


def test_physical_persons_go_before_full_time_equivalents(embedded: Referential) -> None:
    row = {"Fonction": "N1101", "Nb ETP": 7.2, "Nb personnes physiques": 9}
    assert read_lots(embedded, [row], "fragile").people == 9


def test_one_person_said_to_be_gone_is_told(embedded: Referential) -> None:
    lots = read_lots(embedded, [{"Fonction": "N1101", "Nb": 1, "Observations": "licencié en octobre"}], "fragile")
    assert (lots.people, "leavers_remarked" in said(lots)) == (1, True)


def test_the_town_that_ends_the_name_of_a_firm_holds_for_its_group(embedded: Referential, tmp_path: Path) -> None:
    people = written(tmp_path / "f.csv", "Emploi;Nb;Ville\nN1101;3;Redon\nN4101;1;Allaire\n")
    header = ("Entreprise / Commune", "Métier", "Nb")
    rows = (("ALPHA\nRedon", "N1101", 4), (None, "N4101", 1), ("BETA\nAllaire", "N1101", 2), (None, "N4103", 2))
    table = workbook(tmp_path / "h.xlsx", header, *rows)
    _, hiring = read_sides(embedded, people, table, locator=Locator(PLACES))
    assert hiring is not None
    assert [lot.commune_label for lot in hiring.lots] == ["Redon", "Redon", "Allaire", "Allaire"]


def test_an_extract_names_its_columns_in_one_word_and_codes_firms_beside_their_names(embedded: Referential) -> None:
    row = {"SOCIETE": "01", "ETAB": "001", "LIBETAB": "Alpha", "CODEMP": "CAR", "LIBEMP": "CARISTE", "EFF": 11}
    (lot,) = read_lots(embedded, [row], "fragile").lots
    assert (lot.employer, lot.given, lot.people) == ("Alpha", "CARISTE", 11)


@pytest.mark.parametrize("person", ["NNI", "N° salarié", "ID de l'employé", "Date d'embauche", "Date début contrat"])
def test_a_code_beside_each_person_counts_nobody(embedded: Referential, person: str) -> None:
    rows = [{person: f"17{n}X", "Libellé de l'emploi": "N1101", "Temps": "10", "Date fin contrat": ""} for n in (1, 2)]
    rows += [{person: "173X", "Libellé de l'emploi": "N1101", "Temps": "20", "Date fin contrat": "31/08/2024"}]
    assert read_lots(embedded, rows, "fragile").people == 2


def test_a_form_asks_how_many_of_each_job(embedded: Referential, tmp_path: Path) -> None:
    asked = "Combien de recrutements en 2027 ? [{}]"
    rows = (("Entreprise", "Ville", asked.format("Cariste"), asked.format("Soudeur")), ("A", "Redon", "2", "3"))
    path = written(tmp_path / "t.csv", "\n".join(";".join(row) for row in rows))
    lots = read_lots(embedded, path, "hiring")
    assert {lot.given: lot.people for lot in lots.lots} == {"Cariste": 2, "Soudeur": 3}


def test_a_requisition_says_its_openings_beside_its_number(embedded: Referential) -> None:
    row = {"Demande de recrutement": "JR-00812", "Titre du poste": "N1101", "Ouvertures": 10, "Ouvertures pourvues": 4}
    assert read_lots(embedded, [row], "hiring").people == 6


def test_the_kind_of_an_employee_is_no_job_and_who_is_not_impacted_is_out(embedded: Referential) -> None:
    people = (("Assembleur II", "Cariste", "Impacté"), ("Qualité III", "Soudeur", "Non impacté"))
    rows = [
        {"Profil de poste": post, "Titre professionnel": job, "Type d'employé": "Permanent", "Statut d'impact": impact}
        for post, job, impact in people
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert ([lot.given for lot in lots.lots], asides(lots)) == (["Cariste"], [(2, "out_of_scope")])


def test_of_who_is_there_posts_cut_count_and_not_who_stays(embedded: Referential) -> None:
    rows = [
        {"Emplois": "N1101", "Eff.": 14, "Suppr.": 6, "Solde": 8},
        {"Emplois": "N4101", "Eff.": 11, "Suppr.": 8, "Solde": 3},
    ]
    row_of_a_blank = {"Emplois": "N1103", "Eff.": 9, "Suppr.": 2, "Solde": ""}
    for some, people in ((rows, 14), ([*rows, row_of_a_blank], 16)):
        lots = read_lots(embedded, some, "fragile")
        assert (lots.people, "who_moves" in said(lots), "other_counts" in said(lots)) == (people, True, False)


def test_who_is_there_before_and_after_a_cut_is_not_told_as_unread(embedded: Referential) -> None:
    rows = [
        {"Emplois": "N1101", "Effectif avant": 9, "Effectif après": 5, "Postes supprimés": 4},
        {"Emplois": "N4101", "Effectif avant": 6, "Effectif après": 3, "Postes supprimés": 3},
    ]
    for after, told in ((3, False), (4, True)):
        rows[1]["Effectif après"] = after
        lots = read_lots(embedded, rows, "fragile")
        assert (lots.people, "other_counts" in said(lots)) == (7, told)


def test_beside_who_is_there_posts_cut_are_told_as_those_that_count(embedded: Referential) -> None:
    rows = [{"Emplois": "N1101", "Effectif": 9, "Postes supprimés": 4}, {"Emplois": "N4101", "Effectif": 6}]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, "who_moves" in said(lots), "other_counts" in said(lots)) == (4, True, False)


def test_posts_cut_are_a_part_of_men_and_women_together(embedded: Referential, tmp_path: Path) -> None:
    header = ("Atelier", "Poste", "Effectif au 30/09/2026", "", "Postes supprimés")
    rows = (("Coupe", "N1101", 3, 4, 4), ("Coupe", "N4101", 0, 2, 1), ("Piquage", "N4103", 18, 0, 9))
    merged = ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "A3:A4")
    path = workbook(tmp_path / "t.xlsx", header, ("", "", "F", "H", ""), *rows, merged=merged)
    lots = read_lots(embedded, path, "fragile")
    assert [n for *_, n in found(lots)] == [4, 1, 9]
    assert said(lots).count("merged") == 1  # of the rows, not of the header
    row = {"Emploi": "N1101", "Effectif F": 3, "Effectif H": 4, "Effectif 2024": 9}
    assert read_lots(embedded, [row], "fragile").people == 7


def test_a_sheet_that_its_title_names_too_is_of_that_firm(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, title in (
        ("Forge des Rivières", "FORGE DES RIVIERES SAS"),
        ("Papeterie Martin", "Papeterie Martin – 2027"),
    ):
        sheet = book.create_sheet(name)
        for row in ((title,), ("Site : Redon",), (), ("N°", "Emplois", "Effectif"), (1, "N1101", 4), (2, "N4101", 2)):
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(PLACES))
    assert ({lot.employer for lot in lots.lots}, len(lots.lots)) == ({"Forge des Rivières", "Papeterie Martin"}, 4)
    assert ("title_firm" in said(lots), "no_employer" in said(lots)) == (True, False)
    book["Forge des Rivières"].title = "Production"  # a part of a firm
    book["Production"]["A1"] = "PRODUCTION"
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(PLACES))
    assert {lot.employer for lot in lots.lots} == {"Papeterie Martin", "–"}


@pytest.mark.parametrize(("title", "firm"), [
    ("Forge du Val SAS – effectifs", "Forge du Val SAS"), ("PSE de Forge du Val SAS", "Forge du Val SAS"),
    ("SAS Forge d'Étel", "SAS Forge d'Étel"), ("Effectifs de la SA", "–"), ("EFFECTIFS DE LA SA", "–"),
    ("Plan 2027", "–"), ("SA 2027", "–"), ("Liste des postes supprimés chez Alpha SAS", "–"),
    ("Reprise : Beta SAS", "–"), ("Groupe Alpha SA – Forge du Val SAS", "–"),
    ("ASSOCIATION VACANCES DES VOSGES", "ASSOCIATION VACANCES DES VOSGES"), ("Association des salariés", "–"),
    ("Clinique Saint-Luc – effectifs", "Clinique Saint-Luc"), ("Coopérative – effectifs", "–"),
])  # fmt: skip
def test_the_one_firm_of_a_title_is_that_of_the_rows(
    title: str, firm: str, embedded: Referential, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "t.xlsx", (title,), (), ("Emploi", "Effectif"), ("N1101", 4), ("N4101", 2))
    assert {lot.employer for lot in read_lots(embedded, path, "fragile").lots} == {firm}


@pytest.mark.parametrize("names", [
    ("Février", "Mars"), ("Cadres", "Employés"), ("Annexe 1", "Annexe 2"), ("Catégorie A", "Catégorie B"),
    ("Équipe de nuit", "Équipe de jour"), ("Région Bretagne", "Région Normandie"), ("Lot 1 – Redon", "Lot 2 – Redon"),
    ("Direction Générale", "Ressources Humaines"), ("Agence Durand", "Agence Martel"),
    ("Mécanicien Auto", "Aide Soignant"), ("Effectif Nord", "Effectif Sud"), ("Le Mans", "Mars"),
    ("Équipe Nuit", "Équipe Jour"),
])  # fmt: skip
def test_a_sheet_of_months_grades_parts_or_jobs_is_no_firm(
    names: tuple[str, str], embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for name in names:
        sheet = book.create_sheet(name)
        for row in ((f"{name} – liste",), (), ("Emploi", "Effectif"), ("N1101", 4), ("N4101", 2)):
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    places = Places((Basin("7201", "LE MANS"),), (Commune("72181", "Le Mans", "7201", 48.0, 0.2),))
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(places))
    assert {lot.employer for lot in lots.lots} == {"–"}
    assert sum(lot.people for lot in lots.lots) == 12
    for sheet in book:
        sheet.delete_rows(1, 2)  # no title is needed to be none
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(places))
    assert {lot.employer for lot in lots.lots} == {"–"}
    for sheet in book:
        sheet.insert_rows(1)
        sheet.title, sheet["A1"] = f"Forge {sheet.title[:2]}", "Liste"  # as no title says
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile", locator=Locator(places))
    assert {lot.employer for lot in lots.lots} == {"–"}


def test_sheets_without_a_title_are_of_the_firms_of_their_names(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Courtage Sarthe Assurances", "Allô Contact Ouest"):
        for row in (("Emploi", "Effectif"), ("N1101", 4), ("N4101", 2)):
            (book[name] if name in book.sheetnames else book.create_sheet(name)).append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile")
    assert {lot.employer for lot in lots.lots} == {*book.sheetnames}


@pytest.mark.parametrize(("name", "title"), [("Liste 2", "Postes à pourvoir"), ("Entreprises qui recrutent", "Redon")])
def test_a_sheet_that_names_the_other_side_is_not_read_for_this_one(
    name: str, title: str, embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    people = ("Entreprise", "Emploi", "Personnes"), ("A", "N1101", 3)
    openings = ("Entreprise", "Ville", "Métier", "Postes", "Contrat"), ("B", "Redon", "N4101", 3, "CDI")
    for sheet_name, heading, rows in ("Emplois menacés", "Redon", people), (name, title, openings):
        sheet = book.create_sheet(sheet_name)
        for row in (heading,), *rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    assert [found(read_lots(embedded, tmp_path / "t.xlsx", side)) for side in ("fragile", "hiring")] == [
        [("A", "N1101", 3)], [("B", "N4101", 3)]
    ]  # fmt: skip


def test_people_of_one_firm_are_read_by_the_title_of_their_table(rome: Referential, tmp_path: Path) -> None:
    rows = (("Emploi", "Effectif"), ("Bobineur", 5), ("Électromécanicien", 2))
    read = [
        {lot.given: lot.job for lot in read_lots(rome, workbook(tmp_path / "t.xlsx", *above, *rows), "fragile").lots}
        for above in ((), (("Papeteries du Val – suppressions",), ()))
    ]
    assert [each["Bobineur"] for each in read] == ["H2601", "H3104"]
    above = ("Papeteries du Val – salon de l'emploi",), ()  # openings may be of any firm
    path = workbook(tmp_path / "t.xlsx", *above, ("Emploi", "Besoin"), *rows[1:])
    assert {lot.given: lot.job for lot in read_lots(rome, path, "hiring").lots}["Bobineur"] == "H2601"


def test_the_town_in_brackets_behind_a_firm_holds(embedded: Referential, tmp_path: Path) -> None:
    people = written(tmp_path / "f.csv", "Emploi;Nb;Ville\nN1101;3;Redon\nN4101;1;Allaire\n")
    rows = ("Alpha (Redon);N1101;4", "Beta - Allaire;N4101;1", "Cabinet Durand Redon;N4103;2")
    needs = written(tmp_path / "h.csv", "\n".join(("Ent. / lieu;Besoin;Qté", *rows)))
    _, hiring = read_sides(embedded, people, needs, locator=Locator(PLACES))
    assert hiring is not None
    assert {(lot.employer, lot.commune_label) for lot in hiring.lots} == {
        ("Alpha (Redon)", "Redon"), ("Beta - Allaire", "Allaire"), ("Cabinet Durand Redon", "Redon"),
    }  # fmt: skip
    rows = ("Alpha Redon;Nulle Part;N1101;4", "Beta Allaire;Redon;N4101;1", "Gamma;Redon;N4103;2")
    needs = written(tmp_path / "h.csv", "\n".join(("Entreprise;Lieu;Besoin;Qté", *rows)))  # a column of places says it
    _, hiring = read_sides(embedded, people, needs, locator=Locator(PLACES))
    assert hiring is not None
    assert [lot.commune_label for lot in hiring.lots] == ["", "Redon", "Redon"]


@pytest.mark.parametrize(
    "former", ["ex Redon", "anciennement Redon", "ex-usine de Redon", "siège : Redon", "formerly Redon"]
)
@pytest.mark.parametrize("header", ["Ent. / lieu", "Entreprise"])
def test_a_town_that_a_firm_left_or_has_its_head_office_in_is_no_place_of_work(
    embedded: Referential, tmp_path: Path, header: str, former: str
) -> None:
    people = written(tmp_path / "f.csv", "Emploi;Nb;Ville\nN1101;3;Redon\nN4101;1;Allaire\n")
    rows = (
        "Alpha (Allaire);N1101;4",
        "Beta - Allaire;N4101;1",
        "Gamma Allaire;N4101;1",
        f"Fonderie ({former});N4103;2",
    )
    needs = written(tmp_path / "h.csv", "\n".join((f"{header};Besoin;Qté", *rows)))
    _, hiring = read_sides(embedded, people, needs, locator=Locator(PLACES))
    assert hiring is not None
    assert {lot.employer: lot.commune_label for lot in hiring.lots}[f"Fonderie ({former})"] == ""
    assert [lot.commune_label for lot in hiring.lots].count("Allaire") == 3


def test_pictures_beside_words_of_a_shared_sheet_are_no_part_of_them(embedded: Referential, tmp_path: Path) -> None:
    states = ("🔴 Supprimé", "🟢 Maintenu", "Supprimé ❌")
    rows = [("📍 REDON", None, None), *(("👷 N1101", at, state) for at, state in enumerate(states, 1))]
    path = workbook(tmp_path / "t.xlsx", ("👷 Emploi", "👥 Nb", "🚦 Statut"), *rows)
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert [(lot.job, lot.people, lot.commune_label) for lot in lots.lots] == [("N1101", 4, "Redon")]


def test_below_one_heading_a_total_beside_a_part_of_it_leaves_the_part_its_name(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = (("Emploi", "Effectif", "", "Ville"), ("", "total", "dont concernés", ""), ("N1101", 12, 8, "Redon"))
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows, merged=("B1:C1",)), "fragile")
    assert [(lot.job, lot.people) for lot in lots.lots] == [("N1101", 8)]
    parts = (("Emploi", "Effectif", "", ""), ("", "H", "F", "Total"), ("N1101", 5, 7, 12))  # whose total is the number
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *parts, merged=("B1:D1",)), "fragile")
    assert [lot.people for lot in lots.lots] == [12]


def test_headers_of_associations_and_of_quick_lists_are_known() -> None:
    header = ["Structure", "Métier / diplôme", "ETP", "Nb de salariées", "Ville"]
    assert columns_of(header, "fragile") == {"employer": 0, "job": 1, "headcount": 3, "commune": 4}
    assert columns_of(["boîte", "poste", "nb", "où"], "hiring") == {
        "employer": 0,
        "job": 1,
        "openings": 2,
        "commune": 3,
    }
    assert columns_of(["Diplôme / métier", "Intitulé", "Nb"], "fragile") == {"job": 1, "headcount": 2}
    beside_a_code = columns_of(["Code ROME", "Métier / diplôme", "Effectif"], "fragile")
    assert beside_a_code == {"code": 0, "job": 1, "headcount": 2}


def test_a_second_field_of_one_agent_is_no_job_of_its_own(rome: Referential) -> None:
    assert several_jobs(rome, "agents d'accueil et de surveillance de musée", family=True) is None
    apart = several_jobs(rome, "agents d'accueil et surveillants de musée")
    assert isinstance(apart, Unusable)
    assert apart.key == "several_jobs"


def test_lines_whose_jobs_all_tell_their_numbers_are_not_said_to_count_one(embedded: Referential) -> None:
    rows = [{"Postes supprimés": "Cariste (3), Chauffeur PL (2)"}, {"Postes supprimés": "Cariste (4)"}]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, "jobs_split" in said(lots), "counted_lines" in said(lots)) == (9, True, False)
    lots = read_lots(embedded, [*rows, {"Postes supprimés": "N1103"}], "fragile")
    assert (lots.people, "counted_lines" in said(lots)) == (10, True)


def test_other_contracts_beside_permanent_ones_are_parts_of_one_number(embedded: Referential, tmp_path: Path) -> None:
    rows = ("Qui recrute;;Profil;Volume;;Commune", "Nom;Secteur;;CDI;Autre;", "Alpha;BTP;N1101;2;1;Redon")
    lots = read_lots(embedded, written(tmp_path / "h.csv", "\n".join(rows)), "hiring", locator=Locator(PLACES))
    assert (lots.people, asides(lots), "parts_summed" in said(lots)) == (3, [], True)


def test_a_column_n_counts_where_a_numbered_one_does_not(embedded: Referential, tmp_path: Path) -> None:
    rows = [f"{at};N1101;{n};Redon" for at, n in enumerate((2, 9, 7, 4, 3), 1)]
    path = written(tmp_path / "f.csv", "\n".join(("N°;Emploi;N;Commune", *rows)))
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert (lots.people, "counted_lines" in said(lots)) == (25, False)
    numbered = read_lots(embedded, written(path, "N°;Emploi\n4;N1101\n7;N4101"), "fragile")
    assert numbered.people == 2
    for column in ("N", "n"):
        numbered = read_lots(embedded, written(path, f"{column};Emploi\n1;N1101\n2;N4101\n3;H3301"), "fragile")
        assert numbered.people == 3


def test_free_remarks_are_no_dates(embedded: Referential) -> None:
    row = {"Emploi": "N1101", "Nb": "4"}
    remarks = read_lots(embedded, [{**row, "Commentaire libre": "2 mois par an"}], "fragile")
    assert "month_unread" not in said(remarks)
    for column in ("Libre", "Libres le", "Postes libres au"):
        (lot,) = read_lots(embedded, [{**row, column: "mars 2027"}], "fragile").lots
        assert lot.month == Month(2027, 3)


def test_a_name_of_two_adjectives_is_one_job(rome: Referential) -> None:
    for title in ("Assistant(e) technique et commercial(e)", "Assistante comptable et commerciale"):
        assert several_jobs(rome, title, family=True) is None
    assert isinstance(several_jobs(rome, "Comptable et commercial"), Unusable)


@pytest.mark.parametrize(
    ("firm", "job", "code"),
    [
        ("Laiterie du Lac", "Électricien", "I1309"),
        ("Abattoirs de l'Ouest", "Mécanicien", "I1310"),
        ("Garage du Lac", "Mécanicien", "I1604"),
        ("Conserverie du Port", "Agent de fab.", "H2105"),
        ("SARL Métal Landes", "Peintre", "H3404"),
    ],
)
def test_the_industry_in_the_name_of_a_firm_tells_jobs_called_alike(
    rome: Referential, firm: str, job: str, code: str
) -> None:
    (lot,) = read_lots(rome, [{"Entreprise": firm, "Métier": job, "Nb": "2"}], "fragile").lots
    assert lot.job == code


@pytest.mark.parametrize(
    ("firm", "job"), [("Garage de la Tuilerie", "Peintre"), ("Boucherie Charcuterie Martin", "Préparateur")]
)
def test_a_firm_whose_name_says_another_trade_is_of_no_industry(rome: Referential, firm: str, job: str) -> None:
    (lot,) = read_lots(rome, [{"Entreprise": firm, "Métier": job, "Nb": "2"}], "fragile").lots
    assert not lot.job.startswith("H")


@pytest.mark.parametrize(
    ("firm", "job"),
    [
        ("Bar Le Garage", "Vendeur"),
        ("Portes de Garage Martin", "Peintre"),
        ("Concessionnaires agricoles du Lac", "Vendeur"),
        ("Agence Vacances", "Directrice adjointe"),
    ],
)
def test_a_word_of_a_branch_that_means_another_thing_makes_no_title_sure(
    rome: Referential, firm: str, job: str
) -> None:
    (lot,) = read_lots(rome, [{"Entreprise": firm, "Métier": job, "Nb": "2"}], "fragile").lots
    assert lot.confidence < SURE


def test_blocks_of_one_header_are_of_the_side_that_their_titles_name(embedded: Referential, tmp_path: Path) -> None:
    head = "Emploi;Nombre;Commune"
    rows = ("Postes supprimés;;", head, "N1101;2;Redon", "N4101;4;Redon", "", "Postes créés;;", head, "H3301;1;Redon")
    path = written(tmp_path / "t.csv", "\n".join(rows))
    sides: tuple[tuple[Side, int], ...] = (("fragile", 6), ("hiring", 1))
    for side, people in sides:
        lots = read_lots(embedded, path, side, locator=Locator(PLACES))
        assert (lots.people, {lot.employer for lot in lots.lots}) == (people, {"–"})
        assert "table_of_side" in said(lots)


def test_what_is_said_to_be_among_openings_below_a_heading_is_no_number_of_them(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = ("Société;Métier;Nombre de postes;;Lieu", ";;à pourvoir;dont urgents;", "Alpha;N1101;4;1;Redon")
    lots = read_lots(embedded, written(tmp_path / "h.csv", "\n".join(rows)), "hiring", locator=Locator(PLACES))
    assert (lots.people, asides(lots)) == (4, [])
    text = "Emploi;Effectif;;Ville\n;CDI;dont femmes;\nN1101;4;1;Redon\nN4101;6;2;Redon"
    lots = read_lots(embedded, written(tmp_path / "f.csv", text), "fragile", locator=Locator(PLACES))
    assert (lots.people, "other_counts" in said(lots)) == (10, False)


def test_what_somebody_says_to_look_for_is_read_with_its_numbers(embedded: Referential) -> None:
    texts = ("Nous cherchons 2 caristes et un magasinier", "Besoin de deux caristes", "Un magasinier", "2 caristes")
    lots = read_lots(embedded, [{"Vos besoins de recrutement": text, "Ville": "Redon"} for text in texts], "hiring")
    assert ({lot.given: lot.people for lot in lots.lots}, lots.people) == ({"caristes": 6, "magasinier": 2}, 8)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Un cariste, un magasinier, soudeurs", {"cariste": 1, "magasinier": 1}),  # of the last, no number
        ("Besoin d'un cariste et de deux magasiniers", {"cariste": 1, "magasiniers": 2}),
        ("Nous avons besoin d’un cariste et d'un magasinier", {"cariste": 1, "magasinier": 1}),
        ("Un/une cariste, trois magasiniers", {"cariste": 1, "magasiniers": 3}),
        ("un(e) cariste et 2 magasiniers", {"cariste": 1, "magasiniers": 2}),
    ],
)
def test_numbers_in_words_are_those_of_the_jobs_behind_them(
    embedded: Referential, text: str, people: dict[str, int]
) -> None:
    rows = [{"Vos besoins de recrutement": needs, "Ville": "Redon"} for needs in (text, "2 agents de quai")]
    lots = read_lots(embedded, rows, "hiring")
    assert {lot.given: lot.people for lot in lots.lots if lot.given != "agents de quai"} == people


def test_persons_of_a_column_n_count_before_their_equivalents_and_a_share_counts_nothing(embedded: Referential) -> None:
    lots = read_lots(embedded, [{"Emploi": "N1101", "N": "4", "N ETP": "3,2"}], "fragile")
    assert (lots.people, "etp" in said(lots)) == (4, False)
    lots = read_lots(embedded, [{"Emploi": "N1101", "Effectif": "10", "% fragilisé": "50%"}], "fragile")
    assert (lots.people, "other_counts" in said(lots)) == (10, True)


def test_towns_below_a_heading_of_people_are_their_places(embedded: Referential, tmp_path: Path) -> None:
    rows = ("Emploi;Sureffectif;;Total", ";Redon;Allaire;", "N1101;2;1;3", "N4101;0;4;4")
    lots = read_lots(embedded, written(tmp_path / "f.csv", "\n".join(rows)), "fragile", locator=Locator(PLACES))
    found = {(lot.job, lot.commune_label): lot.people for lot in lots.lots}
    assert (found, asides(lots)) == (
        {("N1101", "Redon"): 2, ("N1101", "Allaire"): 1, ("N4101", "Allaire"): 4},
        [],
    )


def test_usual_names_beside_a_sentence_are_a_header(embedded: Referential, tmp_path: Path) -> None:
    rows = ("Entreprise;Nous cherchons...;Ville", "Alpha;2 caristes;Redon", "Beta;Un magasinier;Allaire")
    lots = read_lots(embedded, written(tmp_path / "h.csv", "\n".join(rows)), "hiring", locator=Locator(PLACES))
    assert ({lot.employer: lot.people for lot in lots.lots}, asides(lots)) == ({"Alpha": 2, "Beta": 1}, [])


@pytest.mark.parametrize(
    ("firm", "sector", "job", "code"),
    [
        ("Verrerie du Lac", "", "Conducteur de machine", "H2801"),
        ("Imprimerie Centrale", "", "Opératrice de production (H/F)", "E1301"),
        ("Imprimerie Centrale", "", "Opérateur de finition", "E1304"),
        ("Plastiques du Jura", "", "Agent de production", "H3201"),
        ("Scierie Martin", "Production", "Opérateur", "H2205"),
        ("Martin", "Caoutchouc", "Opérateur de fabrication", "H3201"),
        ("Papeterie du Val", "", "Conducteurs de lignes", "H3101"),
        ("Panneaux de l'Est", "Bois", "Conducteur d'installation", "H2203"),
        ("Céramiques du Lac", "", "Opérateur four", "H2803"),
        ("Aciers du Lac", "", "Opérateur de production", "H2907"),
        ("Meubles du Jura", "", "Opérateur de production", "H2201"),
        ("Cartons du Jura", "", "Conducteur de ligne", "H3101"),
        ("Pharma du Val", "", "Opérateur de production", "H2303"),
        ("Électronique du Val", "", "Opérateur sur machine", "H2603"),
        ("Cuirs du Val", "", "Conducteur de ligne", "H2407"),
        ("Confection du Val", "", "Agent de production", "H2402"),
        ("Chaussures du Val", "", "Agent de production", "H2401"),
        ("Martin", "", "Opérateur sur machine", "H2906"),
        ("Garage de la Verrerie", "", "Conducteur de machine", "H2102"),
        ("Restaurant du Lac", "", "Ouvrier", "F1704"),
        ("Commerce de chaussures", "", "Agent de production", "H2105"),
        ("Martin", "", "Conducteur de machine", "H2102"),
    ],
)
def test_titles_of_production_are_read_with_the_industry_of_the_firm_and_are_to_be_confirmed(
    rome: Referential, firm: str, sector: str, job: str, code: str
) -> None:
    row = {"Entreprise": firm, "Secteur": sector, "Métier": job, "Nb": "2"}
    (lot,) = read_lots(rome, [row], "hiring").lots
    assert lot.job == code
    assert lot.confidence < SURE


@pytest.mark.parametrize(
    ("firm", "job", "sure"),
    [
        ("Papeteries du Val", "Mécanicien (H/F)", True),
        ("Bois du Jura", "Électricien", True),
        ("Parfums du Val", "Chargée de clientèle", True),
        ("Biscuiterie du Val", "Agent de maintenance", True),
        ("CH du Val", "Électricien", True),
        ("Garage de la Verrerie", "Mécanicien", False),
        ("Tissages du Lys", "Mécanicienne", False),  # often one who sews
        ("Papeteries du Val", "Électriciennes", True),
        ("Papeteries du Val", "Agents de maintenance", True),
        ("Verrerie du Parc;Site de production", "Électricien", True),
        ("Papeteries du Val;Maintenance", "Mécanicien", True),
        ("Papeteries du Val;Commerce", "Chargé de clientèle", True),
        ("Surgelés du Val", "Électricien", True),
        ("Emboutissage du Val", "Électricien", True),
        ("Papeteries du Val;Garage", "Mécanicien", False),
        ("Papeteries du Val;Parc roulant", "Mécanicien", False),
        ("Panneaux solaires du Sud", "Électricien", False),
        ("Bois Construction", "Électricien", False),
        ("Carrosserie de L'Hôpital", "Mécanicien", False),
        ("Mairie de Forges-les-Eaux", "Électricien", False),
        ("Auberge de la Forge", "Électricien", False),
        ("Restaurant Le Canard", "Électricien", False),
        ("Meublés de tourisme du Val", "Mécanicien", False),
        ("Garde-meubles du Val", "Électricien", False),
        ("Cordonnerie Chaussures Martin", "Électricien", False),
        ("Couture Retouches", "Électricien", False),
    ],
)
def test_who_keeps_the_machines_or_clients_of_a_plant_is_read_surely(
    rome: Referential, firm: str, job: str, *, sure: bool
) -> None:
    firm, _, service = firm.partition(";")
    row = {"Entreprise": firm, "Service": service, "Métier": job, "Nb": "2"}
    (lot,) = read_lots(rome, [row], "fragile").lots
    assert (lot.confidence >= SURE and lot.job in {"I1304", "I1309", "I1310", "D1415"}) is sure


@pytest.mark.parametrize(
    ("firm", "job", "code"),
    [("Hôtel des Pèlerins", "Homme d'entretien", "I1203"), ("Cabinet ABC", "Collaborateur comptable", "M1203")],
)
def test_a_usage_of_one_meaning_is_no_other_at_any_employer(rome: Referential, firm: str, job: str, code: str) -> None:
    (lot,) = read_lots(rome, [{"Entreprise": firm, "Métier": job, "Nb": "2"}], "fragile").lots
    assert (lot.job, lot.confidence >= SURE) == (code, True)


@pytest.mark.parametrize(
    ("firm", "job", "code"),
    [
        ("Crédit du Val", "Chargée d'accueil", "C1201"),
        ("Caisse d'épargne", "Hôtesse d'accueil", "C1201"),
        ("Banque alimentaire du Val", "Chargé d'accueil", "M1601"),
        ("Papeteries du Val", "Chargé d'accueil", "M1601"),
        ("Crédit du Val", "Chargé de clientèle", "C1206"),
        ("Clinique du Parc", "Agents hôteliers", "J1301"),
        ("EHPAD du Parc", "Agente hôtelière", "J1301"),
        ("EHPAD du Parc", "Agent de blanchisserie", "K2201"),
        ("Hôtel du Lac", "Veilleur de nuit", "G1703"),
        ("Foyer du Lac", "Veilleur de nuit", "K2503"),
        ("Hôtel de Ville", "Veilleur de nuit", "K2503"),
        ("Hôtel du Département", "Veilleur de nuit", "K2503"),
        ("Hôtel d'agglomération", "Veilleur de nuit", "K2503"),
        ("Hôtel d'Angleterre", "Veilleur de nuit", "G1703"),
        ("Hôtel du Golf", "Veilleur de nuit", "G1703"),
        ("Campanile Rennes", "Veilleur de nuit", "G1703"),
        ("Composites du Val", "Monteur régleur", "H3202"),
        ("Hôtel de la Verrerie", "Agent de maintenance", "I1203"),
        ("Auberge du Lac", "Agent polyvalent", "G1502"),
        ("Auberge du Lac", "Agent technique d'entretien", "I1203"),
        ("Maison de retraite du Parc", "Agente technique", "I1203"),
        ("Crédit du Val", "Chargée de recouvrement amiable", "D1422"),
        ("Meubles du Val", "Technicien qualité", "H1528"),
        ("Papeteries du Val", "Technicien qualité", "H1528"),
        ("Restaurant du Marché", "Plongeur", "G1605"),
        ("EHPAD Résidence du Parc", "Agent de maintenance", "I1203"),
        ("Crédit de la Soierie", "Chargé d'accueil", "C1201"),
        ("Banque du sang", "Chargé d'accueil", "M1601"),
        ("Restaurant du Lac", "Plongeuse", "G1605"),
        ("Hôtel du Lac", "Agent de maintenance", "I1203"),
        ("Chaussures du Val", "Opératrice de montage", "H2401"),
        ("Meubles du Val", "Monteur", "H2201"),
        ("Plastiques du Val", "Régleur", "H3202"),
        ("Fonderie du Val", "Régleur presse", "H2912"),
        ("Caisse régionale de Crédit agricole", "Conseillers professionnels", "C1206"),
        ("Mission locale du Val", "Conseiller professionnel", "K1801"),
        ("Mairie du Val", "Agent de maîtrise espaces verts", "A1211"),
        ("Métallerie du Val", "Agent de maîtrise maintenance", "I1326"),
        ("Jardinerie du Roubion", "Vendeur", "D1219"),
        ("Brico Lys", "Conseiller de vente", "D1212"),
        ("Bijouterie Or", "Vendeuse (H/F)", "D1214"),
        ("Optique Martin", "Vendeuse conseil", "D1214"),
        ("Burger du Lac", "Équipier polyvalent", "G1603"),
        ("Crêperie du Lac", "Plongeuse", "G1605"),
        ("Laboratoires Bio Provence", "Technicien qualité", "H1528"),
        ("Coutellerie du Lac", "Émouleur", "H3401"),
        ("Coutellerie du Lac", "Monteuse de couteaux", "H2909"),
        ("Aciers du Lac", "Affûteur", "H2918"),
        ("Menuiseries du Lac", "Technicien bureau des méthodes", "H1404"),
        ("Ferroviaire du Lac", "Électricien câbleur", "H2602"),
        ("Coutellerie du Lac", "Agent de maintenance", "I1304"),
        ("Thalasso du Lac", "Maître nageur", "G1224"),
        ("Carrières du Lac", "Conducteur d'engins de carrière", "F1302"),
        ("CFA du Lac", "Chargée d'insertion professionnelle", "K1801"),
        ("Plastiques du Val", "Technicienne qualité", "H1528"),
        ("Hôpital du Val", "Technicien de laboratoire", "J1302"),
        ("Martin", "Opérateur extrusion soufflage", "H3201"),
        ("Garage du Lac", "Peintre", "I1609"),
        ("Auto-école du Lac", "Monitrice", "K2110"),
        ("Lycée du Lac", "Surveillant", "K2104"),
        ("Lycée du Lac", "Agent de maintenance", "I1203"),
        ("Télévente du Lac", "Responsable d'équipe", "D1435"),
        ("Blanchisserie du Lac", "Agent de production", "K2201"),
        ("Pompes funèbres du Lac", "Porteur", "K2601"),
        ("Camping du Lac", "Agent de maintenance", "I1203"),
        ("Association Vacances du Lac", "Directrice adjointe", "G1401"),
        ("Garage du Lac", "Convoyeur", "N4122"),
        ("Lac Automobiles", "Conseillère commerciale", "D1404"),
        ("Auto-école du Lac", "Moniteur d'auto-école", "K2110"),
        ("Brico Lys", "Chef de rayon", "D1503"),
        ("Brico Lys", "Vendeur technique", "D1212"),
        ("Assurances du Val", "Gestionnaire production", "C1109"),
        ("Verrerie du Val", "Gestionnaire production", "H1403"),
        ("Mutuelle du Val", "Conseiller clientèle", "C1102"),
        ("Propreté du Val", "Chef d'équipe", "K2204"),
        ("Nettoyage du Val", "Responsable de secteur", "K2203"),
        ("Coopérative agricole du Val", "Vendeur", "D1219"),
        ("Discount Frais", "Employé polyvalent de magasin", "D1507"),
        ("Boulangerie du Val", "Employée de magasin", "D1106"),
    ],
)
def test_titles_that_mean_another_job_in_firms_of_a_branch_are_read_so(
    rome: Referential, firm: str, job: str, code: str
) -> None:
    (lot,) = read_lots(rome, [{"Entreprise": firm, "Métier": job, "Nb": "2"}], "fragile").lots
    assert (lot.job, lot.confidence >= SURE) == (code, True)


def test_an_agreement_tells_the_branch_of_a_title_as_the_name_of_a_firm_does(rome: Referential) -> None:
    row = {"Site": "Agence", "Convention": "Propreté (IDCC 3043)", "Métier": "Responsable de secteur", "Nb": "2"}
    (lot,) = read_lots(rome, [row], "fragile").lots
    assert (lot.job, lot.confidence >= SURE) == ("K2203", True)


@pytest.mark.parametrize(
    ("firm", "job", "beside", "code", "sure"),
    [
        ("Plâtrerie du Cher", "Peintre", "Plaquiste", "F1606", True),
        ("Maison Lacoste", "Peintre", "", "F1606", False),
        ("Boulangerie Lacoste", "Vendeuse", "Boulanger", "D1106", True),
        ("Maison Lacoste", "Vendeuse", "", "D1214", False),
        ("EHPAD Bois Joly", "Agent de service", "Aide-soignant", "J1301", True),
        ("Chaudronnerie du Lac", "Contrôleur qualité", "Chaudronnier", "H1506", True),
        ("Routage Express", "Conducteur de plieuse", "", "E1302", True),
        ("Maison Lacoste", "Conducteur de plieuse", "", "E1302", False),
    ],
)
def test_a_title_of_several_trades_is_sure_where_its_firm_leaves_hardly_but_one(
    rome: Referential, firm: str, job: str, beside: str, code: str, *, sure: bool
) -> None:
    rows = [{"Entreprise": firm, "Métier": each, "Nb": "2"} for each in (job, beside) if each]
    lot = next(lot for lot in read_lots(rome, rows, "hiring").lots if lot.given == job)
    assert (lot.job, lot.confidence >= SURE) == (code, sure)


@pytest.mark.parametrize("firm", ["Hôpital de Lourdes", "CH de Castres", "Clinique du Parc"])
def test_the_jobs_of_a_hospital_are_read_as_its_own(rome: Referential, firm: str) -> None:
    jobs = {"Agent de service": "J1301", "Technicien de laboratoire": "J1302", "Agent technique": "I1203"}
    rows = [{"Entreprise": firm, "Poste": job, "Nb": "1"} for job in jobs]
    assert {lot.given: lot.job for lot in read_lots(rome, rows, "hiring").lots} == jobs


@pytest.mark.parametrize(
    ("why", "notes"),
    [
        *(
            (f"Retraite {whose}", 0)
            for whose in ("du gérant", "de la dirigeante", "des associés", "du chef d'entreprise")
        ),
        *((f"Départ en retraite {whose}", 1) for whose in ("", "du chef d'équipe", "du patronnier")),
    ],
)
def test_a_firm_whose_head_retires_is_no_employee_who_does(embedded: Referential, why: str, notes: int) -> None:
    rows = [{"Entreprise": "A", "Métier": "Cariste", "Effectif": "1", "Motif": why}]
    told = read_lots(embedded, rows, "fragile").said
    assert sum(problem.key == "leavers_remarked" for problem in told) == notes


def test_a_service_that_says_no_trade_leaves_that_of_the_firm(rome: Referential) -> None:
    rows = [
        {"Entreprise": "Salaisons du Lac", "Service": s, "Poste": "Électricien", "Nb": "2"} for s in ("Production", "")
    ]
    assert {lot.job for lot in read_lots(rome, rows, "fragile").lots} == {"I1309"}


def test_an_operator_whose_sector_tells_the_trade_surely_is_not_doubted_for_it(rome: Referential) -> None:
    row = {"Entreprise": "Salaisons du Lac", "Secteur": "Agroalimentaire", "Métier": "Opérateur", "Nb": "2"}
    (lot,) = read_lots(rome, [row], "fragile").lots
    assert (lot.job[:3], lot.confidence > 0.5) == ("H21", True)


def test_other_jobs_of_a_firm_tell_which_of_many_agencies_it_is(rome: Referential) -> None:
    rows = [
        {"Entreprise": "Agence Vacances", "Poste": job, "Nb": "1"}
        for job in ("Conseiller voyages", "Responsable d'agence")
    ]
    assert [lot.job for lot in read_lots(rome, rows, "fragile").lots] == ["G1303", "G1304"]


@pytest.mark.parametrize("same", ['"', "idem"])
def test_marks_that_say_the_same_are_no_cells_by_which_a_column_is_known(
    embedded: Referential, tmp_path: Path, same: str
) -> None:
    rows = [("Redon", "N1101", 4), (same, "N4101", 2), (same, "K2110", 1), ("Allaire", "N1101", 3), (same, "N4101", 1)]
    path = workbook(tmp_path / "t.xlsx", ("Secteur", "Emploi", "Nb de salariés"), *rows)
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    assert {(lot.people, lot.commune_label) for lot in lots.lots if lot.job == "N4101"} == {
        (2, "Redon"),
        (1, "Allaire"),
    }


def test_any_part_of_a_firm_on_a_line_of_its_own_may_be_named_after_its_town(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = [("Plateau de Redon", None), ("N1101", 4), ("Plateau d'Allaire", None), ("N1101", 3), ("Total", 7)]
    lots = read_lots(
        embedded, workbook(tmp_path / "t.xlsx", ("Emploi", "Effectif"), *rows), "fragile", locator=Locator(PLACES)
    )
    assert {(lot.people, lot.commune_label) for lot in lots.lots} == {(4, "Redon"), (3, "Allaire")}
    towns = Places(PLACES.basins, (*PLACES.communes, Commune("27678", "Les Ventes", "5313", 47.6, -2.2)))
    towns = replace(towns, communes=(*towns.communes, Commune("49115", "Couture", "5313", 47.6, -2.2)))
    for heading in ("Chef d'équipe", "Direction des Ventes", "Atelier de Couture"):  # of no town
        rows = [(heading, None), ("N1101", 4), ("Total", 4)]
        path = workbook(tmp_path / "t.xlsx", ("Emploi", "Effectif"), *rows)
        lots = read_lots(embedded, path, "fragile", locator=Locator(towns))
        assert [(lot.people, lot.commune_label) for lot in lots.lots] == [(4, "")]


@pytest.mark.parametrize("below", [("Redon", "Allaire"), ("fermé", "ouvert")])
def test_places_right_below_employers_in_heads_of_columns_are_theirs(
    embedded: Referential, tmp_path: Path, below: tuple[str, str]
) -> None:
    header = ("Emploi", "Hôtel du Lac", "Le Chamois", "Total")
    path = workbook(tmp_path / "t.xlsx", header, ("", *below, ""), ("N1101", "2,5", 1, "3,5"), ("N4101", 4, "-", 4))
    lots = read_lots(embedded, path, "fragile", locator=Locator(PLACES))
    read = sorted((lot.employer, lot.job, lot.people, lot.commune_label) for lot in lots.lots)
    if below[0] == "Redon":
        assert read[0] == ("Hôtel du Lac", "N4101", 4, "Redon")
        assert ("Le Chamois", "N1101", 1, "Allaire") in read
    else:  # of people, such columns may be services: the total counts
        assert {employer for employer, *_ in read} == {"–"}


def test_hirings_of_years_to_come_are_summed(embedded: Referential, tmp_path: Path) -> None:
    def read(*years: int) -> int:
        header = ("Métier", "Site", *(f"Recrutements {year}" for year in years), "Formation")
        path = workbook(tmp_path / "t.xlsx", header, ("N1101", "Redon", 20, 15, ""), ("N4101", "Redon", 2, 0, ""))
        return read_lots(embedded, path, "hiring").people

    assert read(2098, 2099) == 37
    assert read(2018, 2019) == 22  # those of years that are over are hired


def test_a_title_that_says_but_the_side_leaves_a_sheet_the_firm_of_its_name(
    embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    header = ("Poste", "Nombre", "Lieu")
    for name, *rows in (("Tissages Lemoine", ("Besoins 2027",), header), ("Scierie Mandray", header)):
        sheet = book.create_sheet(name)
        for row in (*rows, ("N1101" if len(rows) > 1 else "N4101", 3, "Redon")):
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "hiring")
    assert {lot.employer for lot in lots.lots} == {"Tissages Lemoine", "Scierie Mandray"}


def test_candidates_for_leaving_are_volunteers(embedded: Referential, tmp_path: Path) -> None:
    header = ("Fonction", "Effectif inscrit", "dont CDD", "Candidats au départ volontaire")
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", header, ("N1101", 64, 8, 20)), "fragile")
    assert [(lot.people, lot.volunteers) for lot in lots.lots] == [(64, 20)]


def test_a_title_above_lines_of_text_is_no_opening(embedded: Referential, tmp_path: Path) -> None:
    text = "Besoins remontés par nos adhérents\nAlpha, Redon : 10 caristes\nBeta (Redon) : 4 chauffeurs poids lourd\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring", locator=Locator(PLACES))
    assert (lots.people, asides(lots)) == (14, [])
    assert "text_line" in said(lots)


def test_words_of_an_industry_and_short_names_of_hospitals_are_read_beside_their_firm(rome: Referential) -> None:
    rows = [
        {"Entreprise": firm, "Métier": job, "Postes": 1, "Commune": "Redon"}
        for firm, job in (
            ("Ariège Papeteries", "Bobinier"),
            ("Hôpital Le Secq", "ASH"),
            ("Auto Redon", "Vendeur VN/VO"),
        )
    ]
    lots = {lot.given: lot for lot in read_lots(rome, rows, "hiring").lots}
    assert [lots[job].job for job in ("Bobinier", "ASH", "Vendeur VN/VO")] == ["H3104", "J1301", "D1404"]
    assert min(lot.confidence for lot in lots.values()) >= SURE
    titles = ("Crane operator", "Docker", "Pointeur")
    rows = [{"Entreprise": "Terminal", "Métier": job, "Effectif": 1} for job in titles]
    read = {lot.given: lot.job for lot in read_lots(rome, rows, "fragile").lots}
    assert (read["Crane operator"], read["Pointeur"]) == ("N1111", "N3203")


def test_years_count_nobody_and_a_cell_may_say_that_a_firm_hires(embedded: Referential, tmp_path: Path) -> None:
    header = ("Établissement", "Fragile / Recrute", "Emploi-type", "Volume", "Horizon")
    rows = (("A", "Fragile", "N1101", 5, 2027), ("B", "Recrute", "N4101", 3, 2028), ("C", "Recrute", "K2110", 2, 2027))
    path = workbook(tmp_path / "t.xlsx", header, *rows)
    assert found(read_lots(embedded, path, "fragile")) == [("A", "N1101", 5)]
    assert found(read_lots(embedded, path, "hiring")) == [("B", "N4101", 3), ("C", "K2110", 2)]


def test_persons_are_counted_before_the_full_time_equivalents_of_a_column_of_the_same_name(
    embedded: Referential, tmp_path: Path
) -> None:
    header = ("Fonction exercée", "Effectif concerné (ETP)", "Effectif concerné (nb)")
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", header, ("N1101", "1,6", 3), ("N4101", 1, 1)), "fragile")
    assert found(lots) == [("–", "N1101", 3), ("–", "N4101", 1)]


def test_a_column_of_redeployments_tells_who_is_gone(embedded: Referential, tmp_path: Path) -> None:
    header = ("N°", "Poste occupé", "Date de sortie", "Reclassement")
    rows = ((1, "N1101", "30/06/2099", ""), (2, "N1101", "30/06/2099", "CDI trouvé ext."), (3, "N4101", "", "refus"))
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", header, *rows), "fragile")
    assert found(lots) == [("–", "N1101", 1), ("–", "N4101", 1)]


def test_local_authorities_are_employers_and_where_they_are_is_told(embedded: Referential, tmp_path: Path) -> None:
    rows = (("Mairie de Redon", "N1101", 3), ("CCAS d'Allaire", "K2110", 5), ("CCAS de Redon", "N4101", 1))
    path = workbook(tmp_path / "t.xlsx", ("CCAS / collectivité", "Poste à pourvoir", "Nbre de postes"), *rows)
    lots = read_lots(embedded, path, "hiring", locator=Locator(PLACES))
    assert {(lot.employer, lot.commune_label) for lot in lots.lots} == {
        ("Mairie de Redon", "Redon"), ("CCAS d'Allaire", "Allaire"), ("CCAS de Redon", "Redon")
    }  # fmt: skip


@pytest.mark.parametrize("status", ["", " (agent commercial)"])
def test_who_sells_houses_as_a_commercial_agent_is_of_his_own_account(rome: Referential, status: str) -> None:
    rows = [{"Employeur": "Immo", "Profil": f"Négociateur immobilier{status}", "Postes": 2, "Commune": "Redon"}]
    assert [lot.self_employed for lot in read_lots(rome, rows, "hiring").lots] == [bool(status)]


AROUND = Places(
    (Basin("5313", "REDON"), Basin("5310", "VANNES")),
    (
        Commune("35236", "Redon", "5313", 47.6, -2.1), Commune("56001", "Allaire", "5313", 47.6, -2.2),
        Commune("56260", "Vannes", "5310", 47.65, -2.75), Commune("35999", "Ventes", "5313", 47.6, -2.1),
        Commune("35998", "", "5313", 47.6, -2.1),
    ),
)  # fmt: skip
PIVOT = "Étiquettes de lignes;Somme de Postes menacés"


@pytest.mark.parametrize(
    ("side", "text", "lots", "told"),
    [
        # Names of columns: what is of today, and what is forecast.
        ("fragile", "Métier actuel;Effectif prévu 2099|N1101;5|N4101;3", "N1101 5, N4101 3", "fragile_foreseen"),
        ("hiring", "Métier;Effectif cible|N1101;5|N4101;3", "N1101 5, N4101 3", "hiring_foreseen"),
        ("fragile", "Métier;Départs prévus 2099|N1101;5|N4101;3", "N1101 5, N4101 3", "!fragile_foreseen"),
        ("fragile", "Métier;Effectif avant projet;Effectif après le projet|N1101;8;5|N4101;4;3", "N1101 3, N4101 1",
         "fragile_change"),
        ("fragile", "Métier;Effectif au 31/12/25;Effectif prévisionnel au 31/12/98|N1101;8;5|N4101;4;3",
         "N1101 3, N4101 1", "fragile_change"),
        ("fragile", "Métier;Existant;Cible|N1101;8;5|N4101;4;3", "N1101 3, N4101 1", "fragile_change"),
        ("hiring", "Métier;Trim. 1 2099;Trim. 2 2099|N1101;2;1|N4101;;3", "N1101 3, N4101 3", "parts_summed"),
        ("fragile", "Métier;Avant;Après|N1101;8;5|N4101;4;3", "N1101 3, N4101 1", "fragile_change"),
        ("hiring", "Entreprise;Métier;T1 27;T2 27|A;N1101;2;1|A;N4101;;3", "A N1101 3, A N4101 3", "parts_summed"),
        ("fragile", "Poste actuel;Effectif actuel;Effectif 2099 prévu|N1101;9;5|N4101;3;1", "N1101 4, N4101 2", ""),
        ("fragile", "Métier;Effectif au 31/12/2099;Effectif au 31/12/2025|N1101;9;5|N4101;3;1", "N1101 5, N4101 1", ""),
        ("fragile", "Métier;Présents;Partants;Restants|N1101;8;3;5|N4101;4;1;3", "N1101 3, N4101 1", "other_counts"),
        ("fragile", "Métier;Présents;Cible|N1101;8;5|N4101;4;3", "N1101 3, N4101 1", "fragile_change"),
        ("fragile", "Métier;Organisation actuelle;Organisation cible|N1101;8;5|N4101;4;3", "N1101 3, N4101 1",
         "fragile_change"),
        ("fragile", "Métier;Effectif actuel;Besoin 2099|N1101;8;5|N4101;4;3", "N1101 3, N4101 1", "fragile_change"),
        # Needs of a year are of all who work then where they are nowhere less than who is there now.
        ("hiring", "Métier;Effectif actuel;Besoin 2099|N1101;5;8|N4101;3;4|N4102;2;2", "N1101 3, N4101 1",
         "hiring_change"),
        ("hiring", "Métier;Effectif actuel;Besoin 2099|N1101;5;8|N4101;3;4|N4102;2;1", "N1101 8, N4101 4, N4102 1", ""),
        # Rows that are no posts: of an internship, by its name or contract, and an example.
        ("hiring", "Métier;Nb;Contrat|(exemple) Soudeur;1;CDI|Stagiaire comptable;1;|N1101;2;Stage|N4101;3;CDI",
         "N4101 3", "4 out_of_scope"),
        # A header of two lines: a column that only the second one names, and a row that is none.
        ("hiring", "Poste;Effectif;;Lieu;|;CDI;CDD;;Entreprise|N1101;3;2;Redon;x", "x N1101 5 Redon", "parts_summed"),
        ("hiring", "Firme;Société;Poste;Ville;|x;Alpha;N1101;;Redon|x;Beta;N4101;Redon;urgent", "Beta N4101 1 Redon",
         "2 empty"),
        ("hiring", "Besoins 2099;;|;Métier;Ville|3;N1101;Redon", "N1101 3 Redon", "openings_by_content"),
        ("hiring", "Effectif;x;|;;|;Métier;Ville|3;N1101;Redon", "N1101 3 Redon", "openings_by_content"),
        ("fragile", "Métier;Nb;Remarques|N1101;3;|N4101;2;Poste maintenu|N4102;1;poste maintenu jusqu'en mai",
         "N1101 3, N4102 1", "3 out_of_scope"),
        ("hiring", "Mairie de Redon recherche 2 caristes|Alpha recherche 1 soudeur à Vannes",
         "Alpha H2913 1 Vannes, Mairie de Redon N1101 2 Redon", "firm_place"),
        # Columns that are empty, or hold crosses; lines that are none of a person.
        ("hiring", "Référence;Métier;Nb|;N1101;2|;N1101;3", "N1101 5", "summed"),
        ("fragile", "Nom;Prénom;Poste;Situation|A;B;N1101;parti|C;D;N4101;parti|;;Total;", "N1101 1, N4101 1", ""),
        ("hiring", "Firme;Métier;janv-27;févr-27|A;N1101;x;|B;N4101;;x", "N1101 1, N4101 1", "counted_lines"),
        ("fragile", "Nom;Prénom;Poste;Concerné|A;B;N1101;x|C;D;N4101;|Source : le service;;;", "N1101 1", "text_line"),
        ("fragile", "Qualification;Bidule;Effectif|;Cariste;3|;Soudeur;2", "H2913 2, N1101 3", "job_by_content"),
        ("fragile", "Métier;Variation;Note|N1101;-3;|N4101;;x|N4102;+2;", "N1101 3", "3 empty"),
        # Who is meant where the employer is empty: who stands above, unless the place alone tells it.
        ("hiring", "Firme;Société;Métier;Nb;Ville|x;Alpha;N1101;2;Redon|x;Alpha;N4101;1;Redon|x;;N4102;3;|x;;N1110;4;",
         "Alpha N1101 2 Redon, Alpha N1110 4 Redon, Alpha N4101 1 Redon, Alpha N4102 3 Redon", "employer_below"),
        ("hiring", "Société;Métier;Nb;Ville|Alpha;N1101;2;Redon|Alpha;N4101;1;Redon|;N4102;3;Redon|;N1110;4;Redon",
         "Alpha N1101 2 Redon, Alpha N4101 1 Redon, N1110 4 Redon, N4102 3 Redon", "employer_empty"),
        ("hiring", "Société;Métier;Nb|Alpha;N1101;2|Alpha;N4101;1|;N4102;3|;N1110;4",
         "Alpha N1101 2, Alpha N4101 1, N1110 4, N4102 3", "employer_empty"),
        ("hiring", "Société;Métier;Nb;Ville|A;N1101;2;Redon|;N4101;1;|Total A;;3;Redon|;N4102;3;Redon|B;N1101;1;Redon",
         "A N1101 2 Redon, A N4101 1 Redon, B N1101 1 Redon, N4102 3 Redon", ""),
        # Cells of jobs: a code in words, several codes, several jobs for one number, with a choice or without.
        ("hiring", "Poste;Nb|Zorglub (N1101);2", "N1101 2", ""),
        ("hiring", "Poste;Nb|Cariste N1101 / N1103;4|N4101;1", "N4101 1", "2 job_ambiguous"),
        ("hiring", "Poste;Nb|Caristes / préparateurs de commandes;4|N4101;1", "N4101 1", "2 several_jobs"),
        ("hiring", "Poste;Nb|Caristes et secrétaires;4|Caristes et préparateurs de commandes;3", "N1101 3",
         "2 several_jobs"),
        ("hiring", "Poste;Choix|2 soudeurs, tourneurs, 3 caristes;N4101|Cariste;N1101", "N1101 1, N4101 1", ""),
        ("hiring", "Poste|2 caristes, 3 soudeurs, 35 h par semaine|N1101", "H2913 3, N1101 1, N1101 2", "2 jobs_left"),
        # Needs in numbers, in words, or of no job.
        ("hiring", "Activité;Besoins|Cariste;3|Soudeur;2|Cariste;2 soudeurs", "H2913 2, N1101 3", "4 not_number"),
        ("hiring", "Activité;Besoins|Cariste;3 temps pleins", "N1101 3", ""),
        ("hiring", "Activité;Note;Effectif actuel;Besoins|Transport;x;30;3 caristes", "N1101 3", "jobs_split"),
        ("hiring", "Métier;Postes pourvus|N1101;3", "", "counts_unread"),
        # Totals that are none, or of what they name; sums and places within a list.
        ("hiring", "Métier;Nb;Site|N1101;3;Redon|N4101;2;Vannes|Total site de Redon;3;",
         "Redon N1101 3 Redon, Vannes N4101 2 Vannes", "!total_differs"),
        ("fragile", "Métier;Effectif|Cariste;5|Nuit;3|Jour;2|Total;5", "N1101 5", "3 job_unknown"),
        ("fragile", "Métier;Effectif|Redon;7|Cariste;4|Magasinier;3|Total;7", "N1101 4 Redon, N1110 3 Redon", ""),
        ("fragile", f"{PIVOT}|Redon;7|Cariste;4|Magasinier;3|Total général;9", "N1101 4, N1110 3", "2 job_unknown"),
        ("fragile", f"Société;BETA SA|;|{PIVOT}|Atelier Nord;7|Cariste;4|Magasinier;3|Total général;7",
         "BETA SA N1101 4, BETA SA N1110 3", "total_line"),
        ("fragile", f"Société;(Tous)|;|{PIVOT}|Cariste;4|Total général;4", "N1101 4", ""),
        ("fragile", f"Société;Établissement|;|{PIVOT}|Cariste;4|Total général;4", "N1101 4", ""),
        # What stands above places: employers, unless it is of what is counted; a column of employers says more.
        ("hiring", ";A;B|Métier;Redon;Vannes|N1101;3;2", "A N1101 3 Redon, B N1101 2 Vannes", "firms_above"),
        ("hiring", ";Effectif;Postes|Métier;Redon;Vannes|N1101;3;2", "N1101 2 Vannes, N1101 3 Redon", ""),
        ("hiring", ";2026;2027|Métier;Redon;Vannes|N1101;3;2", "N1101 2 Vannes, N1101 3 Redon", ""),
        ("hiring", ";;Alpha;Beta|Société;Métier;Redon;Vannes|Zeta;N1101;3;2",
         "Zeta N1101 2 Vannes, Zeta N1101 3 Redon", ""),
        ("hiring", "Métier \\ Entreprise;A;B;Ville|N1101;3;2;Redon", "A N1101 3 Redon, B N1101 2 Redon", ""),
        ("hiring", "Métier \\ Entreprise;Alpha;Beta|N1101;x;x", "", "no_column"),
        ("hiring", "Ville;Surface;Loyer|Redon;30;200|Vannes;20;300", "", "no_column"),
        # Lines of one cell: firms above their openings, but no jobs, places or remarks, nor after the first opening.
        ("hiring", "Métier;Nb;Ville|Alpha;;|N1101;3;Redon|Beta;;|N4101;2;Redon",
         "Alpha N1101 3 Redon, Beta N4101 2 Redon", "label_line"),
        *(("hiring", f"Métier;Nb;Ville|{first};;|N1101;3;Redon|{then};;|N4101;2;Redon",
           "N1101 3 Redon, N4101 2 Redon", "text_line")
          for first, then in (("Cariste", "Soudeur"), ("Alpha : urgent", "Beta : urgent"), ("Redon", "Vannes"))),
        ("hiring", "Métier;Nb;Ville|N4102;1;Redon|Alpha;;|N1101;3;Redon|Beta;;|N4101;2;Redon",
         "N1101 3 Redon, N4101 2 Redon, N4102 1 Redon", "text_line"),
        ("hiring", "Poste;Nb|Alpha - Redon;|N1101;3|Beta - Vannes;|N4101;2|Gamma;|N4102;4",
         "Alpha N1101 3 Redon, Beta N4101 2 Vannes, Gamma N4102 4", "firm_nowhere"),
        # The place of a firm is not that of the next one, unless it stands above both.
        ("fragile", "Entreprise : A|Commune : Redon|Métier;Nb|N1101;3|Entreprise : B|N4101;2",
         "A N1101 3 Redon, B N4101 2", "firm_nowhere"),
        ("fragile", "Commune : Redon|Entreprise : A|Métier;Nb|N1101;3|Entreprise : B|N4101;2",
         "A N1101 3 Redon, B N4101 2 Redon", "!firm_nowhere"),
        ("fragile", "Métier;Nb;Entreprise|Site : Redon;;|N1101;3;A|Site : Nord;;|N4101;2;B",
         "A N1101 3 Redon, B N4101 2", "firm_nowhere"),  # a site of no firm
        ("fragile", "Entreprise : A|Commune : Redon|Métier;Nb|N1101;3|N4101;2|Entreprise : B|Total;5",
         "A N1101 3 Redon, A N4101 2 Redon", "!firm_nowhere"),
        # Places: codes of communes, and towns at the end of names that are words.
        ("hiring", "Poste;Nb;Où travailler exactement|N1101;3;35236|N4101;1;35236", "N1101 3 Redon, N4101 1 Redon", ""),
        # Jobs side by side or below one another, as forms and lists of the same columns give them.
        ("hiring", "Société;Ville;Métier 1;Nb 1;Métier 2;Nb 2;D 1;D 2;D 3|A;Redon;N1101;3;N4101;1;a;b;c|B;Redon;;;;;a",
         "A N1101 3 Redon, A N4101 1 Redon", "text_line"),
        ("fragile", "Métier;Postes à pourvoir;;Métier;Recrutements|N1101;3;;N4101;1", "", "counts_unread"),
        ("hiring", "Poste : Soudeur|Lieu : Redon|Nombre : 2|Date : ||Poste : Cariste|Nombre : 1|Lieu : Vannes|Note : x",
         "H2913 2 Redon, N1101 1 Vannes", "turned"),
        ("fragile", "Emploi;Cariste;Soudeur|Nombre de salariés;x;y", "", "2 job_unknown"),
        ("fragile", "Emploi;Cariste;Soudeur|Nombre de salariés;3;", "", "2 job_unknown"),
        # What a total beside parts sums, and firms of which one is in no town.
        ("fragile", "Métier;Effectif;;;|;H;F;dont CDI;Total|N1101;2;3;4;5", "N1101 5", "!total_differs"),
        ("fragile", "Entité : A, site de Redon|Métier;Nb|N1101;3|Entité : B, site de Vannes|N4101;2|Entité : C|N4102;1",
         "A, site de Redon N1101 3 Redon, B, site de Vannes N4101 2 Vannes, C N4102 1", "firm_place"),
        ("fragile", "Site : Usine de Redon|Métier;Nb|N1101;3|Site : Usine de Vannes|N4101;2|Site : Logistique|N4102;1",
         "Logistique N4102 1, N1101 3 Redon, N4101 2 Vannes", "label_line"),
    ],
)  # fmt: skip
def test_tables_that_one_cell_or_word_makes_another_one(
    embedded: Referential, tmp_path: Path, side: Side, text: str, lots: str, told: str
) -> None:
    path = written(tmp_path / "t.csv", text.replace("|", "\n") + "\n")
    try:
        read = read_lots(embedded, path, side, locator=Locator(AROUND))
        named = (f"{lot.employer} {lot.job} {lot.people} {lot.commune_label}" for lot in read.lots)
        shown = ", ".join(sorted(name.removeprefix("– ").strip() for name in named))
        keys = {*said(read), *(f"{row} {key}" for row, key in asides(read))}
    except LotsError as error:
        shown, keys = "", {key for p in error.problems for key in (p.key, f"{p.row} {p.key}")}
    assert shown == lots
    assert told.removeprefix("!") in keys | {""} if not told.startswith("!") else told[1:] not in keys


def test_commas_here_and_there_part_no_columns_of_a_mail(embedded: Referential, tmp_path: Path) -> None:
    text = "Bonjour, voici :\nAlpha recherche 2 soudeurs\nBeta recrute 1 cariste\nMerci d'avance,\nSophie, RH\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "hiring")
    assert found(lots) == [("Alpha", "H2913", 2), ("Beta", "N1101", 1)]


def test_the_one_firm_of_a_title_is_no_column_of_places(embedded: Referential, tmp_path: Path) -> None:
    named_twice = Commune("35300", "Saint-Jean", "5313", 47.6, -2.0), Commune("01001", "Saint-Jean", "0101", 46.0, 5.0)
    places = replace(AROUND, communes=(*AROUND.communes, *named_twice))
    text = "Clinique Saint-Jean – Redon : cuisine;;\nMétier;Effectif;Note\nN1101;3;\nN4101;2;\n"
    lots = read_lots(embedded, written(tmp_path / "t.csv", text), "fragile", locator=Locator(places))
    assert {(lot.employer, lot.commune_label) for lot in lots.lots} == {("Clinique Saint-Jean", "Redon")}


def test_sheets_that_sum_others_or_are_of_no_table_are_none_of_other_firms(
    embedded: Referential, tmp_path: Path
) -> None:
    header = ("Métier", "Postes à pourvoir", "Ville")
    alpha = ("Alpha", [("Entreprise", *header), ("Alpha", "N1101", 3, "Redon")])
    beta = ("Beta", [("Société", "Poste", "Nb recherché", "Lieu"), ("Beta", "N4101", 2, "Redon")])
    sums = [("Société", "Fonction", "Total à pourvoir", "Commune"), ("Gamma", "N4102", 5, "Redon")]
    notes = ("Notes", [("à lire",), ("voir RH",)])

    def path(*sheets: tuple[str, list[tuple[Any, ...]]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in sheets:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    lots = read_lots(embedded, path(alpha, beta, ("Récap recrutements", sums), notes), "hiring")
    assert found(lots) == [("Alpha", "N1101", 3), ("Beta", "N4101", 2)]
    assert found(read_lots(embedded, path(("Récap", alpha[1]), beta), "hiring")) == [("Beta", "N4101", 2)]
    only_sums = path(("Départs", [("Métier", "Effectif"), ("N1101", 3)]), ("Récap recrutements", sums))
    assert found(read_lots(embedded, only_sums, "hiring")) == [("Gamma", "N4102", 5)]
    with pytest.raises(PasserellesError) as refused:  # lines of text, perhaps the same ones
        read_lots(embedded, path(*((name, [("4 caristes",), ("2 soudeurs",)]) for name in ("A", "B"))), "hiring")
    assert refused.value.key == "several_sheets"
    by_town = path(("Redon", [header, ("N1101", 3, "Allaire")]), ("Vannes", [header, ("N1101", 2, "Vannes")]))
    lots = read_lots(embedded, by_town, "hiring", locator=Locator(AROUND))
    assert {(lot.commune_label, lot.people) for lot in lots.lots} == {("Allaire", 3), ("Vannes", 2)}
    people = ("Départs", [("Métier", "Effectif"), ("N1101", 3)])
    tables = path(people, ("Besoins", [header, ("N4101", 2, "Redon")]), ("Récap recrutements", sums))
    fragile, hiring = read_sides(embedded, tables, tables, locator=Locator())
    assert hiring is not None
    assert [[p.values["sheets"] for p in lots.said if p.key == "other_sheets"] for lots in (fragile, hiring)] == [
        ["Récap recrutements"], ["Récap recrutements"],
    ]  # fmt: skip


def test_tables_one_above_another_have_their_own_merged_cells(embedded: Referential, tmp_path: Path) -> None:
    def table(title: str, firm: str) -> list[tuple[Any, ...]]:
        return [(title, "", ""), ("Entreprise", "Métier", "Postes"), (firm, "N1101", 3), ("", "N4101", 1), ("", "", "")]

    rows = [*table("Besoins", "Alpha"), *table("Besoins, site 2", "Beta")]
    lots = read_lots(embedded, workbook(tmp_path / "t.xlsx", *rows, merged=("A3:A4", "A8:A9")), "hiring")
    assert found(lots) == [(firm, job, n) for firm in ("Alpha", "Beta") for job, n in (("N1101", 3), ("N4101", 1))]
    assert [p.row for p in lots.said if p.key == "merged"] == [3, 8]


def test_cells_that_are_no_number_or_text_are_told(embedded: Referential) -> None:
    rows = [{"Métier": "N1101", "Nb": number, "Ville": "Redon"} for number in (True, float("inf"), 3)]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, asides(lots)) == (3, [(1, "not_number"), (2, "too_many")])
    with pytest.raises(LotsError) as refused:
        read_lots(embedded, [], "fragile")
    assert [p.key for p in refused.value.problems] == ["no_row"]
    lots = read_lots(embedded, [{"Métier": "N1101", "Nb": 4, "Bassin": place} for place in ("–", "Redon")], "hiring")
    assert (lots.people, asides(lots)) == (4, [(1, "empty")])
    chosen = read_lots(embedded, [{"Métier": "Zorglub", "Nb": 4}], "hiring", choices={"Zorglub": "N1101"})
    assert [(lot.job, lot.given, lot.confidence) for lot in chosen.lots] == [("N1101", "Zorglub", 1.0)]
    teams = [{"Ville": "Redon", "Bidule": job, "Rythme": "2 équipes"} for job in ("Cariste", "Soudeur")]
    assert {lot.job for lot in read_lots(embedded, teams, "hiring").lots} == {"N1101", "H2913"}
    lines = [{"Annonce": text} for text in ("Alpha supprime 3 caristes", "2 soudeurs", "Cordialement")]
    assert found(read_lots(embedded, lines, "fragile")) == [("Alpha", "N1101", 3), ("–", "H2913", 2)]
    shares = [
        {"Métier": job, "Effectif": 10, "Part menacée": share} for job, share in (("N1101", 0.25), ("N4101", 0.5))
    ]
    assert "other_counts" in said(read_lots(embedded, shares, "fragile"))


def test_a_town_that_is_a_word_of_names_is_no_place_of_a_firm(embedded: Referential, tmp_path: Path) -> None:
    fragile = [{"Métier": "N1101", "Effectif": 3, "Ville": "Redon"}]
    firms = [{"Entreprise": name, "Métier": "N1101", "Nb": 2} for name in ("Alpha Redon", "Beta Redon", "Gamma Ventes")]
    _, hiring = read_sides(embedded, fragile, firms, locator=Locator(AROUND))
    assert hiring is not None
    assert {lot.employer: lot.commune_label for lot in hiring.lots} == {
        "Alpha Redon": "Redon", "Beta Redon": "Redon", "Gamma Ventes": "",
    }  # fmt: skip
    titled = written(tmp_path / "t.csv", "Réorganisation des ventes;\nMétier;Effectif\nN1101;3\nN4101;2\n")
    posts = [{"Métier": "N1101", "Nb": 3, "Ville": "Ventes"}]
    people, _ = read_sides(embedded, str(titled), posts, locator=Locator(AROUND))
    assert {lot.commune_label for lot in people.lots} == {""}
    assert read_lots(embedded, [str(titled)], "fragile").people == 5  # files may be several


def test_a_department_of_one_digit_tells_towns_apart_and_one_without_coordinates_is_its_basin() -> None:
    communes = (
        Commune("35300", "Saint-Jean", "5313", 47.6, -2.0), Commune("01001", "Saint-Jean", "0101", 46.0, 5.0),
        Commune("35301", "Allaire", "5313"),
    )  # fmt: skip
    locator = Locator(Places((Basin("5313", "REDON"), Basin("0101", "BOURG")), communes))
    places = [locator.spot(name, area, communes_first=True) for name, area in (("Saint-Jean", "1"), ("Allaire", "35"))]
    assert [place and (place.basin, place.commune) for place in places] == [("0101", "01001"), ("5313", "")]


def test_titles_of_several_jobs_without_families_are_asked_back() -> None:
    labels = {"A1": "Monteur frigoriste", "B1": "Monteur frigoriste", "C1": "Cariste", "C2": "Soudeur"}
    jobs = [small.occupation(code, label=label, parent=None) for code, label in labels.items()]
    referential = small.referential({code: (code.lower(),) for code in labels}, occupations=jobs)
    rows: list[dict[str, Any]] = [
        {"Métier": title, "Nb": 2} for title in ("Monteur frigoriste", "Cariste", "Cariste ou soudeur")
    ]
    lots = read_lots(referential, [*rows, {"Métier": "Soudeur", "Code ROME": "C1", "Nb": 1}], "hiring")
    assert asides(lots) == [(1, "job_ambiguous"), (3, "several_jobs")]
    assert ([(lot.job, lot.people) for lot in lots.lots], "code_differs" in said(lots)) == (
        [("C1", 2), ("C1", 1)],
        True,
    )
    assert lots.set_aside[0].what().count("A1") == 1  # what is meant is told once
    bare = small.referential({"A1": ("x",)})  # nothing like what a plant's mechanic means
    plant = [{"Entreprise": "Laiterie", "Métier": job} for job in ("Mécanicien", "A1")]
    assert asides(read_lots(bare, plant, "hiring")) == [(1, "job_unknown")]
