"""Tables of lots as people make them: everything wrong is told at once, with its row and column."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from passerelles import load_referential
from passerelles.errors import PasserellesError
from passerelles.market.places import Basin, Commune, Places
from passerelles.matching.titles import resolve_title
from passerelles.referentials.referential import Referential, nearest
from passerelles.territory.jobs import Unusable, read_title
from passerelles.territory.lots import Locator, Lot, Lots, LotsError, Month, Side, reading_notes
from passerelles.territory.parts import TerritoryPart, part_checksum, parts
from passerelles.territory.reading import read_lots, read_sides
from passerelles.territory.sums import contributions, publish_sums, rules_of


@pytest.fixture(scope="module")
def embedded() -> Referential:
    return load_referential()


def fragile(*rows: tuple[Any, Any, Any, Any]) -> list[dict[str, Any]]:
    return [dict(zip(("employer", "job", "headcount", "basin"), row, strict=True)) for row in rows]


def problems(error: pytest.ExceptionInfo[LotsError]) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.key) for p in error.value.problems]


def test_rows_that_cannot_be_used_are_set_aside_and_the_rest_computed(embedded: Referential, tmp_path: Path) -> None:
    first = tmp_path / "fragile.csv"
    first.write_text(
        "Employeur;Métier;Effectif;Bassin\n"
        "Alpha;H2909;12;Redon\n"
        ";H2909;3;Redon\n"
        "Beta;Zorglub quantique;3;Redon\n"
        "Gamma;H2905;-4;Redon\n"
        "Delta;H2905;2,5;Redon\n"
        "Epsilon;H2905;beaucoup;\n"
        "Zeta;H2905;4;\n"
        "ALPHA;h2909;5;REDON\n"
        "gamma;H 2905;7;redon\n",
        encoding="cp1252",
    )
    second = tmp_path / "hiring.csv"
    second.write_text("employer,job,openings,basin\nB,N4101,,Redon\nC,N4101,2,Redon\n", encoding="utf-8")
    left, right = read_sides(embedded, first, second, locator=Locator())
    assert right is not None
    assert [(lot.employer, lot.job, lot.people, lot.row) for lot in left.lots] == [
        *(("Alpha", "H2909", 17, 2), ("gamma", "H2905", 7, 10), ("–", "H2909", 3, 3))
    ]
    assert [(p.row, p.column, p.key, p.people) for p in left.set_aside] == [
        (4, "Métier", "job_unknown", 3),
        (5, "Effectif", "negative", None),
        (6, "Effectif", "fractional", None),
        (7, "Effectif", "not_number", None),
        (8, "Bassin", "empty", 4),
    ]
    assert [(p.row, p.key, p.people) for p in right.set_aside] == [(2, "empty", None)]
    assert left.set_aside[0].suggestions
    assert [(p.key, p.row) for p in left.said] == [("employer_empty", 3), ("summed", 2)]
    assert (left.said[1].values["rows"], left.said[1].values["people"]) == ("2, 9", "17")
    with pytest.raises(LotsError) as error:
        read_sides(embedded, first, second, locator=Locator(), refuse_incomplete=True)
    text = error.value.message("fr")
    assert "fragile.csv, ligne 6, colonne « Effectif »" in text
    assert text.count("\n  - ") == 6
    assert "row 2" in error.value.message("en")


def test_a_table_without_one_usable_row_is_refused_with_every_reason(embedded: Referential) -> None:
    with pytest.raises(LotsError) as error:
        read_lots(embedded, fragile(("A", "Zorglub", 1, "Redon"), ("A", "N4101", "x", "Redon")), "fragile")
    assert problems(error) == [(1, "job", "job_unknown"), (2, "headcount", "not_number")]


@pytest.mark.parametrize(
    "table",
    [
        1,
        b"x",
        [1],
        [None],
        [{"job": "N4101"}, "people.csv"],
        ["K2110"],
        {"job": ["N4101"]},
        SimpleNamespace(to_dict=dict.copy),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(embedded: Referential, table: Any) -> None:
    words: dict[Side, str] = {"fragile": "fragilisés", "hiring": "postes"}
    for side, word in words.items():
        with pytest.raises(PasserellesError, match=type(table).__name__) as refused:
            read_lots(embedded, table, side)
        assert refused.value.key == "territory_table"
        assert word in refused.value.message("fr")


def test_a_part_of_a_table_does_not_repeat_what_the_whole_table_set_aside(embedded: Referential) -> None:
    rows = fragile(("A", "N4101", 3, "Redon"), ("B", "N4101", 2, "Vannes"), ("C", "N4101", "x", "Redon"))
    lots = read_lots(embedded, [*rows, rows[0]], "fragile")
    assert (len(lots.set_aside), len(lots.said)) == (1, 1)
    cut = parts(lots, None, "basin")
    assert [(part.fragile.people, part.fragile.set_aside, part.fragile.said) for part in cut] == [
        (6, (), ()),
        (2, (), ()),
    ]


def test_a_country_is_cut_by_where_a_lot_is_known_to_lie() -> None:
    """A basin across two departments lies in neither: its lots do by their commune, or nobody knows."""
    basins = (
        Basin("0001", "Rennes", departments=("35",), regions=("53",)),
        Basin("0002", "Redon", departments=("35", "44"), regions=("53", "52")),
        Basin("0003", "Nantes", departments=("44",), regions=("52",)),
    )
    communes = (Commune("35236", "Redon", "0002", epci="E1"), Commune("44109", "Nantes", "0003", epci="E2"))
    places = Places(basins, communes, epci_labels={"E1": "Pays de Redon"})
    where = (("A", "0001", ""), ("B", "0002", "35236"), ("C", "0002", ""), ("D", "0003", "44109"))
    lots = Lots.of(
        "fragile", [Lot(name, "J1", basin, basin_label=basin, commune=c, people=1) for name, basin, c in where]
    )
    found = {
        by: [
            (part.key, part.name, "".join(x.employer for x in part.fragile.lots))
            for part in parts(lots, None, by, places)
        ]
        for by in ("basin", "epci", "department", "region")
    }
    assert found == {
        "basin": [("0001", "0001", "A"), ("0002", "0002", "BC"), ("0003", "0003", "D")],
        "epci": [("E2", "E2", "D"), ("E1", "Pays de Redon", "B"), ("", "", "AC")],
        "department": [("35", "35", "AB"), ("44", "44", "D"), ("", "", "C")],
        "region": [("52", "52", "D"), ("53", "53", "AB"), ("", "", "C")],
    }


def test_the_checksum_of_a_part_depends_on_its_lots_and_not_on_their_rows() -> None:
    def checksum(row: int, people: int, openings: int | None = 3) -> str:
        fragile_side = Lots.of("fragile", [Lot("A", "J1", "x", people=people, row=row)])
        hiring = [Lot("P", "J1", "x", people=openings or 0, row=row)]
        hiring_side = None if openings is None else Lots.of("hiring", hiring)
        return part_checksum(TerritoryPart("x", "X", fragile_side, hiring_side), {"name": "rome"}, ("fr",))

    assert checksum(1, 6) == checksum(2, 6)
    assert len({checksum(1, 6), checksum(1, 7), checksum(1, 6, 4), checksum(1, 6, None)}) == 4


def test_a_title_of_signs_alone_is_that_of_its_code(embedded: Referential) -> None:
    titles = ("???", "", "Conducteur")
    rows = [{"Employeur": "A", "Code ROME": "N4101", "Métier": t, "Effectif": 2, "Bassin": "x"} for t in titles]
    found = read_lots(embedded, rows, "fragile").lots
    assert [(lot.job, lot.people, lot.part) for lot in found] == [("N4101", 4, ""), ("N4101", 2, "conducteur")]


def test_lots_of_one_name_are_summed_and_shared_openings_count_once() -> None:
    alike = [Lot("A", "J1", "nord", people=n) for n in (3, 2)]
    shared = [Lot("BMO", job, "nord", "F1", 4) for job in ("J1", "J2")]
    both = Lots.of("hiring", [*alike, *shared])
    assert (both.people, dict(both.capacities)) == (9, {("A", "J1", "nord", ""): 5, ("BMO", "", "nord", "F1"): 4})
    for odd in (Lots.of("hiring", [*shared, replace(shared[0], job="J3", people=n)]) for n in (0, 7)):
        with pytest.raises(PasserellesError, match=r"openings of F1 in nord .* 4 and [07]"):
            assert odd.people


def test_titles_codes_and_spaces_mean_the_same_job(embedded: Referential) -> None:
    label = embedded.occupation_by_code["N4101"].name
    rows = fragile(
        ("A", "N4101", 1, "Redon"),
        ("B", " n 4101 ", "1", "redon"),
        ("C", label.upper(), 1.0, "REDON"),
        ("D", "Moniteur / Monitrice d'auto-école", "1 000", "Redon"),
    )
    lots = read_lots(embedded, rows, "fragile")
    assert [(x.employer, x.job, x.people) for x in lots.lots] == [
        ("A", "N4101", 1), ("B", "N4101", 1), ("C", "N4101", 1), ("D", "K2110", 1000),
    ]  # fmt: skip
    assert {x.basin for x in lots.lots} == {"redon"}
    assert lots.lots[1].given == ""  # a code is no title, however it is spaced: its figures are no certificate's
    assert [(x.row, x.given) for x in lots.resolved()] == [(3, label.upper()), (4, rows[3]["job"])]


def test_a_title_that_is_not_exact_is_resolved_and_shown_with_its_confidence(embedded: Referential) -> None:
    lots = read_lots(embedded, fragile(("A", "MONITRICE AUTO ECOLE H/F", 4, "Redon")), "fragile")
    assert lots.lots[0].job == "K2110"
    assert 0 < lots.lots[0].confidence < 1
    assert lots.resolved()[0].given == "MONITRICE AUTO ECOLE H/F"


def test_a_title_below_the_threshold_of_review_is_set_aside(embedded: Referential) -> None:
    rows = fragile(("A", "N4101", 2, "Redon"), ("A", "MONITRICE AUTO ECOLE H/F", 4, "Redon"))
    sure = min(lot.confidence for lot in read_lots(embedded, rows, "fragile").lots)
    below, above = (read_lots(embedded, rows, "fragile", review_threshold=sure + by) for by in (-0.001, 0.001))
    assert [len(lots.lots) for lots in (below, above)] == [2, 1]
    assert [problem.key for problem in above.set_aside] == ["job_unknown"]


def test_a_choice_in_the_file_wins_over_the_title(embedded: Referential) -> None:
    rows = [{"employer": "A", "job": "conducteur", "headcount": 4, "basin": "Redon", "choix": "N4101"}]
    assert read_lots(embedded, rows, "fragile").lots[0].job == "N4101"
    alone = [{"employer": "A", "headcount": 4, "basin": "Redon", "job": "", "choix": "N4101"}]
    assert [(x.job, x.title) for x in read_lots(embedded, alone, "fragile").lots] == [("N4101", "N4101")]
    titles = [{**rows[0], "code": "N4101", "choix": "Moniteur / Monitrice d'auto-école"}]
    assert read_lots(embedded, titles, "fragile").lots[0].job == "K2110"


def test_a_code_and_a_title_of_another_family_are_said_and_to_be_confirmed(embedded: Referential) -> None:
    rows = [
        {"Entreprise": "A", "Code ROME": code, "Intitulé": title, "Effectif": 2, "Bassin": "Redon"}
        for code, title in (("N1101", "Aide-soignante"), ("H2913", "Soudeur / Soudeuse"), ("N4101", "Zorglub"))
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert {x.job: x.confidence for x in lots.lots} == {"N1101": 0.01, "H2913": 1.0, "N4101": 1.0}
    assert [(p.key, p.row, p.values["given"]) for p in lots.said] == [("code_differs", 1, "Aide-soignante")]
    (note,) = reading_notes([lots])
    assert "« Aide-soignante » se lit J1501" in note.sentence("fr")
    # Words that are read surely without being the title's own: another domain contradicts the code, a neighbour not.
    sure = [{**rows[0], "Code ROME": code, "Intitulé": "OP. CONDITIONNEMENT"} for code in ("N4101", "H3302", "H3301")]
    lots = read_lots(embedded, sure, "fragile")
    assert {x.job: x.confidence for x in lots.lots} == {"N4101": 0.1, "H3302": 1.0, "H3301": 1.0}
    exact = [{**rows[0], "Code ROME": "H3301", "Intitulé": "Agent / Agente de conditionnement"}]  # H3302's own
    assert read_lots(embedded, exact, "fragile").lots[0].confidence == 0.0


@pytest.mark.parametrize("head", ["Métier", "Code", "Code métier"])
def test_numbers_of_isco_in_the_column_of_jobs_are_told_as_such_and_count_nobody(
    embedded: Referential, head: str
) -> None:
    rows = [{head: code, "Effectif": 4, "Bassin": "Redon"} for code in ("7512", "5223", "2110")]
    with pytest.raises(LotsError) as refused:
        read_lots(embedded, rows, "fragile")
    told = [(p.key, p.values["given"], p.values.get("form")) for p in refused.value.problems]
    form = "CITP (ISCO)"
    assert told == [("job_foreign", "7512", form), ("job_foreign", "5223", form), ("job_unknown", "2110", None)]
    assert [p.suggestions[0][:5] for p in refused.value.problems if p.suggestions] == ["K2110"]


def test_a_title_read_in_place_of_an_unknown_code_is_said(embedded: Referential) -> None:
    row = {"Entreprise": "A", "Code ROME": "N9999", "Intitulé": "Cariste", "Effectif": 2, "Bassin": "Redon"}
    lots = read_lots(embedded, [row, {**row, "Code ROME": ""}], "fragile")
    note = next(n for n in reading_notes([lots]) if n.key == "code_unknown")
    assert "« N9999 » n'est pas dans le référentiel ; l'intitulé « Cariste » est lu" in note.sentence("fr")
    assert note.values["rows"] == "1"
    lots = read_lots(embedded, [{**row, "Code ROME": "652a"}], "fragile")
    note = next(n for n in reading_notes([lots]) if n.key == "code_foreign")
    assert "« 652a » a la forme d'un code PCS" in note.sentence("fr")


def test_a_table_without_a_known_column_says_which_it_has(embedded: Referential, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(LotsError, match="a, b"):
        read_lots(embedded, tmp_path / "t.csv", "fragile")


def test_merged_cells_and_a_title_above_the_header(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Emplois fragilisés 2026"])
    sheet.append(["Employeur", "Métier", "Effectif", "Bassin"])
    sheet.append(["Alpha", "H2909", 12, "Redon"])
    sheet.append([None, "H2905", 3, None])
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("D3:D4")
    sheet.merge_cells("A1:D1")
    path = tmp_path / "lots.xlsx"
    book.save(path)
    lots = read_lots(embedded, path, "fragile")
    assert [(x.employer, x.job, x.people, x.basin_label) for x in lots.lots] == [
        *(("Alpha", "H2905", 3, "Redon"), ("Alpha", "H2909", 12, "Redon"))
    ]
    assert [p.key for p in lots.said] == ["header_line", "merged", "merged"]


def test_rows_of_several_sheets_are_named_by_their_sheet(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, people in (("Nord", "≈5"), ("Sud", 3)):
        sheet = book.create_sheet(name)
        for row in (
            ["Effectifs"],
            ["Employeur", "Métier", "Effectif\nconcerné"],
            ["A", "Cariste", 2],
            ["B", "H2905", people],
        ):
            sheet.append(row)
    sheet = book.create_sheet("Autre")
    sheet.append(["Métier", "Effectif"])
    book.save(tmp_path / "lots.xlsx")
    lots = read_lots(embedded, tmp_path / "lots.xlsx", "fragile")
    assert [(x.employer, x.people, x.sheet, x.row) for x in lots.lots] == [("A", 4, "Nord", 3), ("B", 3, "Sud", 4)]
    (aside,) = lots.set_aside
    assert aside.sentence().startswith("lots.xlsx#Nord, ligne 4, colonne « Effectif concerné » : « ≈5 » est une")
    said = [note.sentence() for note in reading_notes([lots])]
    assert "lots.xlsx : l'en-tête est lu à la ligne 2 ; ce qui est au-dessus est un titre." in said
    assert any("Nord 3, Sud 3" in sentence for sentence in said)
    assert any("ne sont pas lues : Autre (lu : Nord, Sud)" in sentence for sentence in said)


HEADERS = {
    "fragile": [
        ("Entreprise", "Intitulé du poste", "Effectif", "Bassin d'emploi"),
        ("Raison sociale", "Métier", "Nb de salariés", "Commune"),
        ("Etablissement", "Poste occupé", "Effectif au 31/12/2025", "Lieu de travail"),
        ("SOCIÉTÉ", "LIBELLÉ EMPLOI", "ETP", "VILLE"),
        ("Nom de l'entreprise", "Fonction", "Nombre de personnes concernées", "Localisation"),
        ("Company", "Job title", "Headcount", "City"),
        ("Employer", "Job", "Number of employees", "Town"),
        ("Company", "Role", "Heads affected", "Town"),
        ("Entreprise", "Fonction", "dont supprimés", "Commune"),
        ("Entreprise", "Fonction", "Effectif", "Ville établissement"),
        ("Société", "Fonction", "Effectif", "Localisation du site"),
    ],
    "hiring": [
        ("Entreprise", "Intitulé du poste", "Nb de postes", "Bassin"),
        ("Employeur", "Emploi", "Nombre de postes à pourvoir", "Commune"),
        ("Recruteur", "Appellation", "Besoins en recrutement", "Lieu"),
        ("Nom commercial", "Emploi", "Nb de postes", "Commune"),
        ("Company", "Position", "Openings", "Location"),
        ("Site", "Job", "Headcount needed", "City"),
        ("Employer", "Vacancy", "No. of posts", "Location"),
        ("COLLECTIVITÉ", "INTITULÉ DU POSTE", "NOMBRE DE POSTES", "COMMUNE"),
    ],
}


@pytest.mark.parametrize(("side", "header"), [(side, header) for side, all_ in HEADERS.items() for header in all_])
def test_headers_as_companies_write_them(side: Any, header: tuple[str, ...], embedded: Referential) -> None:
    lots = read_lots(embedded, [dict(zip(header, ("A", "N4101", "3", "Redon"), strict=True))], side)
    assert [(x.employer, x.job, x.people, x.basin_label) for x in lots.lots] == [("A", "N4101", 3, "Redon")]
    assert lots.said == lots.set_aside == ()


def test_titles_above_totals_below_headers_again_and_remarks(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Plan 2026;;;;\nSite de Redon;;;;\n\n"
        "Entreprise;Code ROME;Intitulé du poste;Effectif;Commune\n"
        "A;N4101;Chauffeur routier;1 200;Redon\n"
        "Entreprise;Code ROME;Intitulé du poste;Effectif;Commune\n"
        "B;;N4101;5 personnes;Redon\n"
        "B;X9999;N4101;12,000;Redon\n"
        "Sous-total;;;1 205;\n"
        "Total général;;;1 217;\n"
        "Source : service RH, chiffres provisoires;;;;\n",
        encoding="utf-8",
    )
    lots = read_lots(embedded, path, "fragile")
    assert [(x.employer, x.people, x.given) for x in lots.lots] == [("A", 1200, "Chauffeur routier"), ("B", 5, "")]
    assert [(p.row, p.key) for p in lots.set_aside] == [(8, "ambiguous")]
    assert [(p.key, p.row) for p in lots.said] == [
        *(("header_line", 4), ("header_again", 6)),
        *(("total_line", 9), ("total_line", 10), ("text_line", 11), ("code_unknown", 8)),
    ]


@pytest.mark.parametrize("total", ["S/Total", "Ens.", "Sum", "Sub-total", "Sous-total", "TOTAL GENERAL", "Totals"])
def test_a_line_of_totals_is_no_lot(total: str, embedded: Referential) -> None:
    rows = fragile(("A", "N4101", "5", "Redon"), ("", total, "5", ""))
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, lots.set_aside, [p.key for p in lots.said]) == (5, (), ["total_line"])


@pytest.mark.parametrize(
    ("side", "count", "header"),
    [
        ("fragile", "Effectif", "Départ au plus tôt"), ("fragile", "Headcount", "Available from"),
        ("hiring", "Openings", "Start date"), ("hiring", "Nb", "Pour le"), ("hiring", "Nb", "Needed by"),
        ("hiring", "Nb de postes", "À partir du"),
    ],
)  # fmt: skip
def test_months_are_known_by_their_usual_headers(side: Any, count: str, header: str, embedded: Referential) -> None:
    row = {"Entreprise": "A", "Poste": "N4101", count: "3", "Ville": "Redon", header: "03/2027"}
    assert read_lots(embedded, [row], side).lots[0].month == Month(2027, 3)


def test_of_several_numbers_those_concerned_count_and_heads_go_before_full_time_equivalents(
    embedded: Referential,
) -> None:
    rows = [{"Fonction": "N4101", "Nb total": 34, "dont supprimés": 28, "dont > 55 ans": 9, "Ville": "Redon"}]
    assert read_lots(embedded, rows, "fragile").people == 28
    for cut in ("Nombre de postes supprimés", "Nb de suppressions de postes", "Postes à supprimer", "Sureffectif"):
        rows = [{"Fonction": "N4101", "Nombre de postes": 34, cut: 28, "Total": 62, "Ville": "Redon"}]
        assert read_lots(embedded, rows, "fragile").people == 28
    for size in ("Effectif entreprise", "Effectif de l'entreprise"):  # the firm's own is no number of people at risk
        rows = [{size: 250, "Fonction": "N4101", "Postes": 28, "Ville": "Redon"}]
        assert [(x.people, x.size) for x in read_lots(embedded, rows, "fragile").lots] == [(28, 250)]
    rows = [{"Role": "N4101", "FTE": "4,8", "Heads affected": 5, "Town": "Redon"}]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, lots.said) == (5, ())


@pytest.mark.parametrize(("column", "cell"), [("Effectif", "9" * 5000 + " (3 urgents)"), ("Total", "9" * 5000)])
def test_a_cell_of_thousands_of_digits_stops_nothing(embedded: Referential, column: str, cell: str) -> None:
    rows = [{"Métier": "Aide-soignant", "Effectif": "3", "Commune": "Redon"}] * 3
    lots = read_lots(embedded, [*rows, {**rows[0], column: cell}], "fragile")
    assert lots.people + 3 * (column == "Effectif") == 12


def test_numbers_in_groups_of_thousands_are_still_a_column_of_numbers(embedded: Referential) -> None:
    rows = [{"Who": "A", "Job": "N4101", "How": text, "City": "Redon"} for text in ("1,200", "1 300", "60")]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, [p.key for p in lots.set_aside]) == (1360, ["ambiguous"])  # asked back, never one a line


def test_the_column_tells_thousands_from_decimals(embedded: Referential) -> None:
    rows = fragile(("A", "N4101", "1.250.000", "Redon"), ("B", "N4101", "1.200", "Redon"))
    assert [lot.people for lot in read_lots(embedded, rows[1:] + rows[:1], "fragile").lots] == [1200]
    rows = [{"job": "N4101", "ETP": text, "basin": text} for text in ("1.200", "3,5")]
    lots = read_lots(embedded, rows, "fragile")
    assert [(lot.basin_label, lot.people) for lot in lots.lots] == [("1.200", 1200), ("3,5", 4)]
    assert [p.key for p in lots.said] == ["etp"]
    assert read_lots(embedded, fragile(("A", "N4101", "1,5 ETP", "Redon")), "fragile").people == 2


def test_a_thousand_is_never_one_because_another_row_has_decimals(embedded: Referential) -> None:
    for said, others in (("1.000", "2.5"), ("1,000", "2,5")):
        people = (said, others, "7")
        lots = read_lots(embedded, fragile(*(("A", "N4101", each, "Redon") for each in people)), "fragile")
        assert (lots.people, [p.key for p in lots.set_aside]) == (7, ["ambiguous", "fractional"])
    rows = [{"job": "N4101", "ETP": text, "basin": text} for text in ("1.000", "0.800")]
    assert [lot.people for lot in read_lots(embedded, rows, "fragile").lots] == [1, 1]


def test_lists_of_openings_one_a_line_count_one_each(embedded: Referential) -> None:
    rows = [{"Société": "A", "Poste": "N4101", "Ville": "Redon"}] * 3
    lots = read_lots(embedded, rows, "hiring")
    assert lots.people == 3
    assert [p.key for p in lots.said] == ["counted_lines", "summed"]


def test_a_postcode_or_department_tells_places_of_one_name_apart(embedded: Referential) -> None:
    communes = (Commune("62765", "Saint-Omer", "3211", 50.7, 2.2), Commune("14635", "Saint-Omer", "2511", 48.9, -0.4))
    places = Places((Basin("3211", "SAINT-OMEROIS"), Basin("2511", "FALAISE")), communes)
    rows = [
        {"job": "N4101", "headcount": 1, "commune": "Saint-Omer", "code postal": "62500"},
        {"job": "N4101", "headcount": 2, "commune": "Saint Omer (14)", "code postal": ""},
        {"job": "N4101", "headcount": 4, "commune": "Saint-Omer", "code postal": None},
    ]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(places))
    assert [(lot.basin, lot.people) for lot in lots.lots] == [("2511", 2), ("3211", 1)]
    (aside,) = lots.set_aside
    assert (aside.key, aside.people) == ("basin_ambiguous", 4)
    assert "62" in "".join(aside.suggestions)
    rows = [{"job": "N4101", "Lieu de travail": name} for name in ("62 - SAINT OMER", "14 – Saint-Omer")]  # job adverts
    assert [lot.basin for lot in read_lots(embedded, rows, "hiring", locator=Locator(places)).lots] == ["2511", "3211"]


def test_basins_are_looked_up_where_there_is_a_geography(embedded: Referential) -> None:
    locator = Locator(Places((Basin("5313", "REDON"), Basin("7218", "BEARN"))))
    lots = read_lots(
        embedded, fragile(("A", "N4101", 1, "redon"), ("B", "N4101", 1, "7218")), "fragile", locator=locator
    )
    assert [(x.basin, x.basin_label) for x in lots.lots] == [("5313", "REDON"), ("7218", "BEARN")]
    lots = read_lots(
        embedded, fragile(("A", "N4101", 1, "REDON"), ("A", "N4101", 1, "Rodon")), "fragile", locator=locator
    )
    (aside,) = lots.set_aside
    assert (aside.row, aside.column, aside.key) == (2, "basin", "basin_unknown")
    assert "REDON" in aside.what("fr")
    lots = read_lots(
        embedded, fragile(("A", "N4101", 1, "REDON"), ("A", "N4101", 1, "Zzz")), "fragile", locator=locator
    )
    assert (lots.people, lots.set_aside) == (2, ())  # no slip of a name: it counts without a place
    (note,) = (each.sentence("fr") for each in reading_notes([lots]) if each.key == "place_unread")
    # and nothing is near
    assert note.endswith(" : lieu « Zzz » inconnu : ni commune, ni bassin. Sa distance est inconnue.")


class Survey:
    """A survey of two basins, one of which the geography lacks; counts how often it is read."""

    has_survey = True

    def __init__(self) -> None:
        self.read = 0

    def survey(self) -> "Survey":
        self.read += 1
        return self

    @property
    def basins(self) -> dict[str, Any]:
        return {b.code: SimpleNamespace(code=b.code, name=b.name) for b in (REDON, Basin("7549", "AIGUILLON"))}


REDON = Basin("5313", "REDON", ("35236",), 47.6, -2.1)


def test_a_basin_that_only_the_survey_knows_is_found_and_its_distance_unknown() -> None:
    agen = Basin("7535", "AGEN", ("47004",), 44.2, 0.6)
    places = Places((REDON, agen), (Commune("47004", "Aiguillon", "7535", 44.3, 0.3),))
    survey = Survey()
    locator = Locator(places, survey)  # type: ignore[arg-type]
    assert locator.find("redon") == ("5313", "REDON")
    assert survey.read == 0  # reading a survey takes seconds
    # The survey's own basin of that name comes before a commune of it, whose basin is another.
    assert locator.find("7549") == locator.find("Aiguillon") == ("7549", "AIGUILLON")
    assert locator.km("7549", "5313") is None
    assert locator.km("7549", "7549") == 0.0
    assert locator.surveyed_within(1_000.0, ["5313"]) == ["5313"]  # what lies at an unknown distance is not within
    assert survey.read == 1
    assert Locator(places).find("Aiguillon") == ("7535", "AGEN")


def test_missing_columns_and_empty_tables(embedded: Referential, tmp_path: Path) -> None:
    with pytest.raises(LotsError) as error:
        read_lots(embedded, [{"employer": "A", "headcount": 3, "basin": "Redon"}], "fragile")
    assert problems(error) == [(0, "job", "no_column")]
    assert "employer, headcount, basin" in error.value.message("en")
    lots = read_lots(embedded, [{"employer": "A", "job": "N4101"}], "fragile")
    assert (lots.people, lots.lots[0].basin, [p.key for p in lots.said]) == (1, "", ["counted_lines", "no_place"])
    note = next(n for n in reading_notes([lots]) if n.key == "no_place")
    assert "Ajoutez une colonne « commune »" in note.sentence("fr"), "what is to be done is told"
    assert "Add a column 'commune'" in note.sentence("en")
    path = tmp_path / "vide.csv"
    path.write_text("employer,job,headcount,basin\n", encoding="utf-8")
    with pytest.raises(LotsError) as error:
        read_lots(embedded, path, "fragile")
    assert problems(error) == [(0, "", "no_row")]
    with pytest.raises(PasserellesError) as missing:
        read_lots(embedded, tmp_path / "absent.csv", "fragile")
    assert missing.value.key == "no_such_path"


def test_a_short_row_is_one_with_empty_cells(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "court.csv"
    path.write_text("employer,job,headcount,basin\nA,N4101,3\nB,N4101,3,Redon\n", encoding="utf-8")
    assert [(p.row, p.column, p.key) for p in read_lots(embedded, path, "fragile").set_aside] == [(2, "basin", "empty")]


def test_lots_and_data_frames_are_tables_too(embedded: Referential) -> None:
    pandas = pytest.importorskip("pandas")
    rows = fragile(("A", "N4101", 3, "Redon"))
    lots = read_lots(embedded, pandas.DataFrame(rows), "fragile")
    assert lots.people == 3
    assert (
        read_lots(embedded, [Lot("A", "N4101", "redon", people=3, basin_label="Redon")], "fragile").lots[0].key
        == lots.lots[0].key
    )
    assert read_lots(embedded, Lots.of("fragile", lots.lots), "fragile").lots == lots.lots
    known = Lot(
        "A", "N4101", "redon", people=3, basin_label="Redon", given="Routier", confidence=0.6, volunteers=1,
        month=Month(2027, 3), size=12, agreement="16", commune="35236",
    )  # fmt: skip
    (again,) = read_lots(embedded, [known], "fragile").lots
    assert again == replace(known, label=again.label, row=1), "nothing of it is lost"


def communes(*rows: tuple[str, str, str, float, float]) -> Places:
    return Places(
        tuple(Basin(code, code, departments=(code[:2],)) for code in sorted({row[2] for row in rows})),
        tuple(Commune(code, name, basin, lat, lon, 1000) for code, name, basin, lat, lon in rows),
    )


def test_a_column_that_no_name_tells_is_known_by_what_it_holds(embedded: Referential) -> None:
    rows = [
        {"Atelier de": "Alpha", "Désignation RH": "Cariste", "Combien": 4, "Ville": "Redon"},
        {"Atelier de": "Beta", "Désignation RH": "Conducteur de poids lourd", "Combien": 2, "Ville": "Redon"},
    ]
    rows = [{"Entreprise": row.pop("Atelier de"), **row} for row in rows]
    lots = read_lots(embedded, rows, "fragile")
    assert [(x.employer, x.job, x.people) for x in lots.lots] == [("Alpha", "N1101", 4), ("Beta", "N4101", 2)]
    told = {p.key: p.values["column"] for p in lots.said}
    assert told == {"job_by_content": "Désignation RH", "headcount_by_content": "Combien"}
    with pytest.raises(LotsError):
        read_lots(embedded, [{"Entreprise": "A", "Remarques": "Cariste", "Effectif": 1}], "fragile")


def test_two_titles_of_one_job_at_one_employer_stay_two_lots(embedded: Referential) -> None:
    rows = fragile(
        ("Armée", "Cariste", 15, "Redon"),
        ("Armée", "Cariste d'entrepôt", 7, "Redon"),
        ("Armée", "cariste ", 1, "Redon"),
    )
    lots = read_lots(embedded, rows, "fragile")
    named = [(x.job, x.title, x.people) for x in lots.lots]
    assert named == [("N1101", "Cariste", 16), ("N1101", "Cariste d'entrepôt", 7)]
    assert len({lot.key for lot in lots.lots}) == 2
    assert [p.key for p in lots.said] == ["summed"]


def test_an_employer_written_in_other_letters_is_the_same_whose_share_and_dominance_are_judged_whole(
    embedded: Referential,
) -> None:
    rows = fragile(("Forêt SA", "N1101", 60, "Redon"), ("FORET SA", "N4101", 60, "Redon"), ("B", "N1101", 9, "Redon"))
    lots = read_lots(embedded, rows, "fragile")
    assert [lot.employer for lot in lots.lots if lot.people == 60] == ["Forêt SA"] * 2
    sums = publish_sums(contributions(lots), rules_of(5, dominance="1,80"))
    assert sums.cells[-1].people is None, "one employer has 120 of 129"
    # Nor is it another in the table of an earlier publication.
    other = read_lots(embedded, fragile(("foret sa", "N1101", 60, "Redon")), "fragile")
    assert contributions(other)[0].employer in {c.employer for c in contributions(lots)}


def test_the_firm_of_a_title_tells_what_it_means(embedded: Referential) -> None:
    plain = {"Poste": "conducteur", "Effectif": 1}
    firm = {"secteur": "transport de voyageurs", "Entreprise": "Autocars Le Bus"}
    alone = read_lots(embedded, [plain], "fragile").lots[0]
    beside = read_lots(embedded, [{**plain, **firm}], "fragile").lots[0]
    assert (alone.job, beside.job) == ("N4101", "N4103")


def test_distances_go_from_commune_to_commune_where_both_are_known(embedded: Referential) -> None:
    places = communes(("35236", "Redon", "5313", 47.65, -2.08), ("56001", "Allaire", "5313", 47.64, -2.16))
    locator = Locator(places)
    lots = read_lots(
        embedded, [{"job": "N4101", "headcount": 1, "Ville": name} for name in ("Redon", "Allaire")], "fragile",
        locator=locator,
    ).lots  # fmt: skip
    assert {(lot.basin, lot.commune, lot.commune_label) for lot in lots} == {
        ("5313", "35236", "Redon"), ("5313", "56001", "Allaire"),
    }  # fmt: skip
    assert locator.km("35236", "56001") == pytest.approx(6.1, abs=0.1)
    assert locator.km("35236", "5313") == 0.0
    assert locator.km("35236", "35236") == 0.0


def test_an_ambiguous_place_is_the_one_where_the_others_of_both_tables_are(embedded: Referential) -> None:
    places = communes(
        ("26362", "Valence", "2601", 44.9, 4.9),
        ("82186", "Valence", "8201", 44.1, 0.9),
        ("26281", "Romans", "2602", 45.0, 5.0),
    )
    hiring = [{"job": "N4101", "openings": 1, "Ville": "Valence"}]
    fragile_rows = [{"job": "N4101", "headcount": 1, "Ville": "Romans"}]
    left, right = read_sides(embedded, fragile_rows, hiring, locator=Locator(places))
    assert right is not None
    assert [(lot.basin, lot.commune) for lot in (*left.lots, *right.lots)] == [("2602", "26281"), ("2601", "26362")]
    lots = read_lots(embedded, hiring, "hiring", locator=Locator(places))  # nothing else tells: no place, and which
    assert lots.lots[0].basin == ""
    assert any("Valence (26), Valence (82)" in note.sentence("fr") for note in reading_notes([lots]))


def test_a_column_of_places_is_known_by_what_it_holds_and_a_site_may_be_a_town(embedded: Referential) -> None:
    places = communes(("35236", "Redon", "5313", 47.65, -2.08), ("56001", "Allaire", "5313", 47.64, -2.16))
    rows = [
        {"Société": "A", "Quai": "Redon", "Poste": "Cariste", "Nb": 2},
        {"Société": "B", "Quai": "Allaire", "Poste": "Cariste", "Nb": 1},
    ]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(places))
    assert {(x.employer, x.commune) for x in lots.lots} == {("A", "35236"), ("B", "56001")}
    assert [p.key for p in lots.said] == ["commune_by_content"]
    sites = [{"Usine": name, "Poste": "Cariste", "Effectif": 1} for name in ("Redon", "Allaire")]
    lots = read_lots(embedded, sites, "fragile", locator=Locator(places))
    assert {(x.employer, x.commune) for x in lots.lots} == {("Redon", "35236"), ("Allaire", "56001")}


def test_nowhere_is_at_no_known_distance_from_nowhere() -> None:
    assert Locator(communes(("35236", "Redon", "5313", 47.65, -2.08))).km("", "") is None


def test_a_line_in_brackets_below_the_header_is_passed_over(embedded: Referential) -> None:
    rows: list[dict[str, Any]] = [
        {"Etablissement": "(raison sociale)", "Poste": None, "Nb salariés": "(CDI)"},
        {"Etablissement": "A", "Poste": "Cariste", "Nb salariés": "3"},
    ]
    lots = read_lots(embedded, rows, "fragile")
    assert (lots.people, [p.key for p in lots.said], lots.set_aside) == (3, ["no_place", "text_line"], ())


def test_a_header_of_two_lines_tells_columns_of_one_name_apart(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = ["Site;Emploi;Effectifs;;;Lieu", ";;H;F;Total;", "Usine;N1101;3;1;4;Redon"]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [lot.people for lot in read_lots(embedded, path, "fragile").lots] == [4]
    path.write_text("\n".join(lines).replace("Total", "Dont CDI"), encoding="utf-8")
    assert [lot.people for lot in read_lots(embedded, path, "fragile").lots] == [4]
    path.write_text("\n".join(lines).replace("Total", "CDI"), encoding="utf-8")
    with pytest.raises(LotsError) as caught:  # which of the three counts is for a person to say
        read_lots(embedded, path, "fragile")
    assert problems(caught) == [(3, "Effectifs", "columns_differ")]


def test_columns_of_parts_of_the_same_people_are_added_in_one_line_of_names_or_two(
    embedded: Referential, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    for lines in (
        ["Site;Emploi;Effectif;;Lieu", ";;CDI;CDD;", "Usine;N1101;3;1;Redon", "Usine;N1103;2;;Redon"],
        ["Site;Emploi;Effectif CDI;Effectif CDD;Effectif total;Lieu", "U;N1101;3;1;4;Redon", "U;N1103;2;;2;Redon"],
        ["Site;Emploi;Effectif;;Total;Lieu", ";;Hommes;Femmes;;", "U;N1101;3;1;4;Redon", "U;N1103;2;;2;Redon"],
        ["Site;Emploi;Hommes;Femmes;dont > 55 ans;Lieu", "U;N1101;3;1;4;Redon", "U;N1103;2;;2;Redon"],
    ):
        path.write_text("\n".join(lines), encoding="utf-8")
        lots = read_lots(embedded, path, "fragile")
        assert ([lot.people for lot in lots.lots], lots.said[0].key) == ([4, 2], "parts_summed")
    rows = [{"Emploi": "N1101", "Effectif (H/F)": 4, "Sexe (H/F)": "F", "Ville": "Redon"}]  # both, and so neither part
    assert read_lots(embedded, rows, "fragile").people == 4
    kinds = [{"Emploi": "N4101", "CDI": 3, "CDD": 1, "Intérim": None, "Alternance": 2, "Ville": "Redon"}]
    assert read_lots(embedded, kinds, "hiring").people == 6
    path.write_text("Site;Emploi;CDI;CDD;Lieu\nU;N1101;3;beaucoup;Redon\nU;N1101;3;1;Redon", encoding="utf-8")
    lots = read_lots(embedded, path, "fragile")
    assert (lots.people, [(p.row, p.column, p.key) for p in lots.set_aside]) == (4, [(2, "CDD", "not_number")])


def test_of_two_columns_of_numbers_the_one_that_is_not_read_is_named_or_none_is_guessed(
    embedded: Referential, tmp_path: Path
) -> None:
    rows = [{"Poste": "N4101", "Postes ouverts 2027": 4, "Postes ouverts 2028": 9, "Ville": "Redon"}]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, lots.said[0].key, lots.said[0].values["others"]) == (4, "other_counts", "Postes ouverts 2028")
    path = tmp_path / "t.csv"
    path.write_text("Étiquettes de lignes;REDON;RENNES;Total général\nCariste;4;9;13\n", encoding="utf-8")
    lots = read_lots(embedded, path, "fragile")  # towns are no places where they head columns without a geography
    assert (lots.people, lots.said[0].key, lots.said[0].values["others"]) == (13, "other_counts", "REDON, RENNES")
    path.write_text("Étiquettes de lignes;REDON;RENNES\nCariste;4;9\n", encoding="utf-8")
    with pytest.raises(LotsError) as caught:
        read_lots(embedded, path, "fragile")
    assert problems(caught) == [(0, "headcount", "several_counts")]
    path.write_text("Site;Emploi;CDI;CDI;CDD;Lieu\nU;N1101;3;3;1;Redon\n", encoding="utf-8")
    with pytest.raises(LotsError) as caught:  # of one name, they count the same
        read_lots(embedded, path, "fragile")
    assert problems(caught) == [(0, "headcount", "several_counts")]
    path.write_text("Étiquettes de lignes;REDON\nCariste;4\n", encoding="utf-8")  # one of them may be the number
    lots = read_lots(embedded, path, "fragile")
    assert (lots.people, lots.said[0].key) == (4, "headcount_by_content")
    rows = [{"Poste": "N4101", "Effectif": 4, "Effectif hommes": 3, "Effectif femmes": 1, "Ville": "Redon"}]  # parts
    assert "other_counts" not in [p.key for p in read_lots(embedded, rows, "fragile").said]


@pytest.mark.parametrize(
    "name", ["N° salarié", "N°", "Numéro", "N° offre", "Âge", "Ancienneté", "Coef.", "Matricule", "Réf.", "Niveau"]
)
def test_what_identifies_or_describes_a_person_is_no_number_of_people(embedded: Referential, name: str) -> None:
    for side in ("fragile", "hiring"):
        lots = read_lots(embedded, [{name: 45, "Emploi occupé": "N4101", "Ville": "Redon"}], side)
        assert (lots.people, lots.said[0].key) == (1, "counted_lines")
        jobs = read_lots(embedded, [{f"Emploi / {name}": "N4101", "Effectif": 2, "Ville": "Redon"}], side)
        assert jobs.people == 2  # it may stand beside the jobs all the same


def test_names_of_persons_are_neither_employers_nor_numbers(embedded: Referential) -> None:
    for names in ({"Nom": "Le Goff", "Prénom": "Anne"}, {"Salarié": "Anne Le Goff"}):
        (lot,) = read_lots(embedded, [{**names, "Emploi": "N4101", "Ville": "Redon"}], "fragile").lots
        assert (lot.employer, lot.people) == ("–", 1)


@pytest.mark.parametrize("names", [("Ateliers, Redon", "Siège, Rennes"), ("Site #1", "Site #2")])
def test_sheets_are_read_whatever_signs_their_names_hold(
    names: tuple[str, str], embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in names:
        for row in (("Entreprise", "Métier", "Effectif"), ("Alpha", "N4101", 4)):
            (book[name] if name in book.sheetnames else book.create_sheet(name)).append(row)
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile")
    (several,) = (p for p in lots.said if p.key == "several_sheets")
    assert (lots.people, several.values["sheets"]) == (8, ", ".join(names))


def test_a_table_is_named_whole_whatever_signs_its_name_holds(embedded: Referential, tmp_path: Path) -> None:
    table = tmp_path / "effectifs#2.csv"
    table.write_text("Entreprise,Métier,Effectif\nA,N4101,3\nA,N4101,4\n")
    notes = reading_notes([read_lots(embedded, table, "fragile")])
    assert {note.values["file"] for note in notes} == {"effectifs#2.csv"}


def test_a_sheet_that_sums_the_others_counts_nobody_twice(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, codes in (("Récap", ("N4101", "N1101")), ("Site 1", ("N4101",)), ("Site 2", ("N1101",))):
        sheet = book.create_sheet(name)
        for row in (("Entreprise", "Métier", "Effectif", "Bassin"), *(("A", code, 4, "Redon") for code in codes)):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile")
    assert (lots.people, [p.values.get("sheets") for p in lots.said]) == (8, ["Site 1, Site 2", "Récap"])
    book.remove(book["Récap"])
    for sheet in book.worksheets:
        sheet.title = f"Total {sheet.title}"
    book.save(tmp_path / "t.xlsx")
    assert read_lots(embedded, tmp_path / "t.xlsx", "fragile").people == 8  # they sum no others


def test_a_ditto_mark_is_the_cell_above(embedded: Referential) -> None:
    rows = fragile(("A", "N4101", 3, "Redon"), ("idem", "N1101", 2, '"'), ("〃", "N1103", 1, "Id."), ("B", '"', 5, "x"))
    lots = read_lots(embedded, rows, "fragile")
    found = [(lot.employer, lot.job, lot.basin_label) for lot in lots.lots]
    assert found == [("A", "N1101", "Redon"), ("A", "N1103", "Redon"), ("A", "N4101", "Redon"), ("B", "N1103", "x")]
    assert [(p.key, p.row) for p in lots.said] == [("repeated", 2), ("repeated", 3), ("repeated", 4)]
    assert read_lots(embedded, fragile(("idem", "N4101", 3, "Redon")), "fragile").lots[0].employer == "idem"


@pytest.mark.parametrize(
    ("contract", "title", "own"),
    [
        ("Franchise", "Cariste", True), ("TNS", "Cariste", True), ("Profession libérale", "Cariste", True),
        ("Reprise d'entreprise", "Cariste", True), ("CDI", "Cariste", False), ("", "Aide-soignant", False),
        ("", "Infirmier libéral", True), ("", "Secrétaire en cabinet libéral", False),
    ],
)  # fmt: skip
def test_work_on_ones_own_account_is_known_by_the_contracts_of_job_adverts(
    embedded: Referential, contract: str, title: str, *, own: bool
) -> None:
    rows = [{"Métier": title, "Code ROME": "N1101", "Type de contrat": contract, "Nb": 2, "Ville": "Redon"}]
    assert [lot.self_employed for lot in read_lots(embedded, rows, "hiring").lots] == [own]


def test_work_on_ones_own_account_is_known_by_a_remark_on_the_status(embedded: Referential) -> None:
    said = ("statut agent commercial indépendant", "Statut : micro-entreprise", "clients indépendants", "statut cadre")
    rows = [
        {"Métier": "Vendeur", "Code ROME": "N1101", "Nb": at, "Commentaires": text} for at, text in enumerate(said, 1)
    ]
    own = {lot.people: lot.self_employed for row in rows for lot in read_lots(embedded, [row], "hiring").lots}
    assert own == {1: True, 2: True, 3: False, 4: False}


def test_codes_alone_are_jobs_and_other_names_of_columns_are_known(embedded: Referential) -> None:
    for name in ("Etabl.", "Sté", "Raison soc."):
        assert read_lots(embedded, [{name: "A", "Emploi": "N1101"}], "hiring").lots[0].employer == "A"
    (lot,) = read_lots(
        embedded, [{"Filiale": "A", "Mét.": "N1101", "Nbre": 2, "Nom Bassin BMO": "Redon"}], "hiring"
    ).lots
    assert (lot.employer, lot.people, lot.basin_label) == ("A", 2, "Redon")
    rows = [{"Company name": "A", "Code ROME": "n 1101", "Qté": 2, "Lieu d'embauche": "Redon"}]
    (lot,) = read_lots(embedded, rows, "hiring").lots
    assert (lot.employer, lot.job, lot.people, lot.basin_label) == ("A", "N1101", 2, "Redon")
    (lot,) = read_lots(embedded, fragile(("A", "ROME N1101", 2, "Redon")), "fragile").lots
    assert (lot.job, lot.confidence) == ("N1101", 1.0)


def test_names_of_towns_are_read_as_they_are_shortened(embedded: Referential) -> None:
    named = (
        ("71076", "Chalon-sur-Saône"), ("93064", "Rosny-sous-Bois"), ("35013", "Bains-sur-Oust"),
        ("97411", "Saint-Denis"), ("93066", "Saint-Denis"),
    )  # fmt: skip
    places = communes(*((code, name, f"{at:04}", 45.0, 0.0) for at, (code, name) in enumerate(named)))
    written = ("Chalon s/Saône", "ROSNY S/S BOIS", "Bains s/ Oust", "974 - SAINT DENIS")
    rows = [{"Métier": "N4101", "Nb": 2, "Lieu": name} for name in written]
    lots = read_lots(embedded, rows, "hiring", locator=Locator(places)).lots
    assert {lot.commune for lot in lots} == {code for code, _ in named[:4]}


def test_a_department_or_region_is_no_place_of_a_lot_but_a_commune_of_its_name_with_its_postcode_is(
    embedded: Referential,
) -> None:
    names = (("65005", "Allier", "7301"), ("33187", "Gironde-sur-Dropt", "7204"), ("47222", "La Réunion", "7208"))
    places = communes(*((*each, 45.0, 0.0) for each in names))
    wide = (
        "Allier",
        "Gironde (33)",
        "33",
        "Dépt. de la Loire",
        "44 - Loire Atlantique",
        "Pays de la Loire",
        "La Réunion",
    )
    rows = [{"Métier": "N4101", "Nb": 2, "Lieu": name, "CP": ""} for name in wide]
    rows.append({"Métier": "N4101", "Nb": 3, "Lieu": "Allier", "CP": "65360"})
    lots = read_lots(embedded, rows, "hiring", locator=Locator(places))
    assert [(lot.commune, lot.people) for lot in lots.lots] == [("", 14), ("65005", 3)]
    assert [p.row for p in lots.said if p.key == "place_unread"] == [*range(1, 8)]  # they count without a place
    nord = Locator(Places((Basin("0001", "NORD"),)))
    assert read_lots(embedded, fragile(("A", "N4101", 1, "Nord")), "fragile", locator=nord).lots[0].basin == "0001"


def test_a_column_of_small_numbers_is_none_of_places(embedded: Referential) -> None:
    places = communes(("08165", "0", "4415", 49.5, 4.5), ("35236", "Redon", "5313", 47.65, -2.08))
    rows = [
        {"Intitulé des postes": "Cariste", "Nb de postes supprimés": 4, "Nb de postes créés": n} for n in (0, 0, 35)
    ]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(places))
    assert (lots.people, lots.set_aside, [p.key for p in lots.said]) == (12, (), ["no_employer", "no_place", "summed"])


@pytest.mark.parametrize("cells", [("31 %", "42 %", "14 %"), ("-", "35", "70"), ("35 h", "14 h", "35 h")])
def test_shares_and_hours_are_no_departments(embedded: Referential, cells: tuple[str, ...]) -> None:
    places = communes(("08165", "0", "4415", 49.5, 4.5), ("35236", "Redon", "5313", 47.65, -2.08))
    rows = [{"Emploi": "Cariste", "Effectif": 4, "Accordé": cell} for cell in cells]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(places))
    assert (lots.people, lots.set_aside) == (12, ())


@pytest.mark.parametrize(
    ("concerned", "firm"),
    [
        ("Nb sal. concernés", "Nb salariés"),
        ("Postes ouverts au départ", "Effectif du site"),
        ("Salariés à reconvertir", "Effectif"),
    ],
)
def test_people_concerned_count_and_not_the_whole_firm(embedded: Referential, concerned: str, firm: str) -> None:
    rows = [{"Emploi": "N4101", firm: 32, concerned: 6, "Ville": "Redon"}]
    assert read_lots(embedded, rows, "fragile").people == 6


def test_of_a_current_and_a_target_headcount_the_change_counts(embedded: Referential) -> None:
    rows = [
        {"Emploi": code, "Effectif actuel": now, "Effectif cible 2028": then, "Ville": "Redon"}
        for code, now, then in (("N4101", 20, 12), ("N1101", 10, 15), ("N1103", 6, 6))
    ]
    changes: list[tuple[Side, str, int, list[int]]] = [("fragile", "N4101", 8, [2, 3]), ("hiring", "N1101", 5, [1, 3])]
    for side, job, people, aside in changes:
        lots = read_lots(embedded, rows, side)
        assert [(lot.job, lot.people) for lot in lots.lots] == [(job, people)]
        assert lots.set_aside == ()  # nothing is to be mended in the table
        passed = [(p.row, p.key) for p in lots.said if "change" in p.key]
        assert passed == [(0, f"{side}_change"), *((row, f"{side}_no_change") for row in aside)]
    for now, then in (("Eff. avant", "Eff. après"), ("Nb postes actuels", "Nb postes cibles")):
        assert read_lots(embedded, [{"Emploi": "N4101", now: 20, then: 12, "Ville": "Redon"}], "fragile").people == 8
    told = [{**rows[0], "Postes supprimés": 3}]  # who says how many leave is believed
    assert read_lots(embedded, told, "fragile").people == 3


def test_a_row_that_ends_before_its_aimed_number_is_set_aside(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Métier;Effectif actuel;Effectif cible\nN4101;12;8\nN4101;5\n", encoding="utf-8")
    lots = read_lots(embedded, path, "fragile")
    assert (lots.people, [(p.row, p.column, p.key) for p in lots.set_aside]) == (4, [(3, "Effectif cible", "empty")])


def test_codes_and_titles_below_one_heading_are_both_read(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Employeur;Métier;;Nb;Lieu\n;Code;Libellé;;\nA;25.50A;Cariste;2;Redon\n", encoding="utf-8")
    lots = read_lots(embedded, path, "hiring")
    assert ([(x.job, x.given) for x in lots.lots], lots.said[0].key) == ([("N1101", "Cariste")], "code_unknown")


def test_an_advert_that_is_filled_or_cancelled_is_no_opening(embedded: Referential) -> None:
    rows = [
        {"Titre de l'offre": "Cariste", "nombre": 2, "lieu": "Redon", "statut": state}
        for state in ("Ouvert", "Pourvu en interne", "Annulée", "CDI", "Non pourvu")
    ]
    lots = read_lots(embedded, rows, "hiring")
    assert (lots.people, lots.set_aside, [p.row for p in lots.said if p.key == "closed_line"]) == (6, (), [2, 3])
    left = [{"Poste": "N4101", "Nb de postes": 6, "Pourvus": 4, "Restant à pourvoir": 2, "Ville": "Redon"}]
    assert read_lots(embedded, left, "hiring").people == 2


def test_what_brackets_count_among_the_people_is_counted_already(embedded: Referential) -> None:
    assert read_lots(embedded, fragile(("A", "N4101", "4 (dont 1 en CDD)", "Redon")), "fragile").people == 4
    with pytest.raises(LotsError):
        read_lots(embedded, fragile(("A", "N4101", "4 (+ 1 CDD)", "Redon")), "fragile")


def test_where_places_head_columns_each_of_their_cells_is_a_lot(embedded: Referential) -> None:
    places = communes(("29019", "Brest", "5301", 48.4, -4.5), ("56121", "Lorient", "5305", 47.7, -3.4))
    rows: list[dict[str, Any]] = [
        {"Emploi": "N4101", "Brest": 12, "Lorient": None, "Total": 12},
        {"Emploi": "N1101", "Brest": 3, "Lorient": 5, "Total": 8},
        {"Emploi": "N1103", "Brest": None, "Lorient": None, "Total": 2},
        {"Emploi": "Total", "Brest": 15, "Lorient": 5, "Total": 22},
    ]
    lots = read_lots(embedded, rows, "fragile", locator=Locator(places))
    found = {(lot.job, lot.commune, lot.people) for lot in lots.lots}
    assert found == {("N4101", "29019", 12), ("N1101", "29019", 3), ("N1101", "56121", 5)}
    assert [(p.row, p.key, p.people) for p in lots.set_aside] == [(3, "empty", 2)]
    assert lots.said[0].values["columns"] == "Brest, Lorient"


def test_of_tables_side_by_side_the_one_that_counts_the_side_is_read_and_said(
    embedded: Referential, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    lines = [
        "Entreprise;Emploi;Effectif;;Entreprise;Emploi;Nb postes",
        "A;N1101;5;;B;N4101;4",
        ";;;;C;N1103;2",
        "Total;;5;;Total;;6",
    ]
    close = "\n".join(lines).replace(";;Entreprise", ";Entreprise").replace("5;;", "5;").replace(";;;;", ";;;")
    for text in ("\n".join(lines), close):
        path.write_text(text, encoding="utf-8")
        people, posts = read_lots(embedded, path, "fragile"), read_lots(embedded, path, "hiring")
        assert [(lot.employer, lot.job, lot.people) for lot in people.lots] == [("A", "N1101", 5)]
        assert [(lot.employer, lot.job, lot.people) for lot in posts.lots] == [("B", "N4101", 4), ("C", "N1103", 2)]
        assert "Entreprise, Emploi, Effectif ; pas le reste : Entreprise, Emploi, Nb postes" in said(people)
    path.write_text(lines[0].replace("Nb postes", "Effectif") + "\n" + lines[1], encoding="utf-8")
    with pytest.raises(LotsError) as caught:  # which of the two is for a person to say
        read_lots(embedded, path, "fragile")
    assert problems(caught) == [(0, "", "tables_beside")]
    spaced = [{"Entreprise": "A", "Emploi": "N1101", "": "", "Effectif": 5, "Ville": "Redon"}]
    assert read_lots(embedded, spaced, "fragile").people == 5


def said(lots: Lots) -> str:
    return "\n".join(note.sentence("fr") for note in reading_notes([lots]))


def test_hidden_rows_of_a_workbook_are_counted_and_said(embedded: Referential, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("Emploi", "Effectif"), ("N1101", 5), ("N4101", 3), ("Total", 8)):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile")
    assert lots.people == 8
    assert "une ligne masquée (par un filtre, peut-être) est comptée comme les autres (3)" in said(lots)
    assert "la ligne de total (4) n'est pas comptée" in said(lots)
    sheet.row_dimensions[2].hidden = True
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "fragile")
    assert "des lignes masquées (par un filtre, peut-être) sont comptées comme les autres (2, 3)" in said(lots)


def test_a_column_of_jobs_alone_and_an_empty_file(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\nMétier\nCariste\nN4101\n", encoding="utf-8")
    lots = read_lots(embedded, path, "fragile")
    assert [(lot.job, lot.people) for lot in lots.lots] == [("N1101", 1), ("N4101", 1)]
    path.write_text("", encoding="utf-8")
    with pytest.raises(LotsError) as caught:
        read_lots(embedded, path, "fragile")
    assert problems(caught) == [(0, "", "no_row")]


def test_a_column_that_stands_twice_is_not_named_as_another_that_counts(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Emploi;Nb de postes;Nb de postes\nN1101;4;4\nN4101;6;5\n", encoding="utf-8")
    lots = read_lots(embedded, path, "hiring")
    assert (lots.people, [p.key for p in lots.set_aside]) == (4, ["columns_differ"])
    assert "other_counts" not in {p.key for p in lots.said}


def test_a_date_that_says_no_month_and_a_formula_without_its_result_are_said(
    embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("Emploi", "Postes", "Date souhaitée"),
        ("N1101", 5, "selon les départs"),
        ("N4101", "=2+3", "09/2026"),
    ):
        book.worksheets[0].append(row)
    book.worksheets[0].append((None, 12))
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "hiring")
    assert (lots.people, lots.lots[0].month) == (5, None)
    assert [(p.line, p.key) for p in lots.set_aside] == [("3", "formula")]
    assert (
        "« selon les départs » ne dit ni un mois avec son année, ni une date ; la ligne (2) compte sans échéance"
        in said(lots)
    )
    assert "la ligne sans métier ou sans nombre (4) est passée : « 12 »" in said(lots)


@pytest.mark.parametrize(
    "start", ["<table>", "\n<html xmlns:x='urn:excel'><table>", '<?xml version="1.0"?><HTML>', "<!DOCTYPE html>"]
)
def test_a_web_page_that_calls_itself_a_workbook_is_told_as_one(
    embedded: Referential, tmp_path: Path, start: str
) -> None:
    path = tmp_path / "export.xls"
    path.write_text(f"{start}<tr><td>Métier</td><td>Effectif</td></tr>", encoding="utf-8")
    with pytest.raises(PasserellesError) as caught:
        read_lots(embedded, path, "fragile")
    assert caught.value.key == "web_page"


@pytest.mark.parametrize(
    ("code", "title", "read"),
    [
        ("N4101 (cariste)", "", ("N4101", 1.0)),
        ("N4101 (ou N4105 ?)", "Cariste", ("N1101", 0.9)),
        ("", "N4101 - Cariste", ("N4101", 0.0)),  # the code is kept, and to be confirmed beside another title
        ("", "n 1101 : cariste", ("N1101", 0.9)),
        ("N1101 / N1103", "Cariste", ("N1101", 0.9)),
        ("N1101 (N1101)", "", ("N1101", 1.0)),
    ],
)
def test_a_code_beside_other_words_of_its_cell_is_a_code(
    embedded: Referential, code: str, title: str, read: tuple[str, float]
) -> None:
    row = {"Code ROME": code, "Métier": title, "Effectif": 3, "Ville": "Redon"}
    lot = read_lots(embedded, [row], "fragile").lots[0]
    assert lot.job == read[0]
    assert read[1] - 0.1 <= lot.confidence <= read[1] + 0.1


def test_two_codes_in_a_cell_without_a_title_are_asked_back(embedded: Referential) -> None:
    rows = [{"Métier": "N1101, N1103", "Effectif": 3}, {"Métier": "N1101", "Effectif": 1}]
    lots = read_lots(embedded, rows, "fragile")
    assert [(p.key, p.people) for p in lots.set_aside] == [("job_ambiguous", 3)]
    lots = read_lots(embedded, [{"Code ROME": "N1101/N1103", "Effectif": 3}, rows[1]], "fragile")
    assert [(p.key, p.people) for p in lots.set_aside] == [("job_ambiguous", 3)]
    assert "désigne plusieurs métiers : N1101, N1103. Écrivez le code." in lots.set_aside[0].sentence("fr")


def test_a_name_that_others_go_on_is_theirs_where_the_tables_have_more_than_one_place() -> None:
    communes = (Commune("40001", "Aire-sur-l'Adour", "7201"), Commune("62014", "Aire-sur-la-Lys", "5902"))
    places = Places((Basin("5902", "Artois"), Basin("7201", "Landes")), communes)
    assert Locator(places, common=frozenset({"62"})).starting_with("Aire") == [communes[1]]
    assert Locator(places, communes=frozenset({"40001"})).starting_with("Aire") == [communes[0]]


def test_a_mistyped_code_suggests_the_nearest_code_and_not_titles_that_resemble_it(embedded: Referential) -> None:
    people = [{"employer": "A", "job": job, "headcount": 2, "basin": "x"} for job in ("N1103", "H33O2")]
    posts = [{"employer": "B", "job": "N1103", "openings": 1, "basin": "x"}]
    left, _ = read_sides(embedded, people, posts, locator=Locator())
    assert left.set_aside[0].suggestions[0] == "H3302 Agent / Agente de conditionnement"


@pytest.mark.parametrize(("job", "code"), [("Electricien2", "F1602"), ("Vendeur(2)", "D1214")])
def test_a_word_with_a_number_after_it_is_no_mistyped_code(rome: Referential, job: str, code: str) -> None:
    read = read_title(rome, job, resolve_title(rome, job, limit=3), threshold=1.0)
    assert isinstance(read, Unusable)
    assert read.suggestions[0].startswith(code)
    assert not set(nearest(rome, job)) & rome.occupation_by_code.keys()


TOWNS = Places(
    (Basin("5313", "REDON"), Basin("5310", "VANNES")),
    (Commune("35236", "Redon", "5313"), Commune("56123", "Malansac", "5313"), Commune("56125", "Marzan", "5310")),
)


def test_each_sheet_of_what_a_firm_needs_is_of_that_firm_and_of_its_place(
    embedded: Referential, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for firm, town in (("Forge des Rivières", "Redon"), ("Papeterie Martin", "Vannes"), ("Production", "Redon")):
        sheet = book.create_sheet(f"Besoins {firm}")
        for row in ((f"{firm} – {town}",), (), ("Poste", "Nombre"), ("N1101", 4), ("N4101", 2)):
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    lots = read_lots(embedded, tmp_path / "t.xlsx", "hiring", locator=Locator(TOWNS))
    assert {lot.employer for lot in lots.lots} == {"Forge des Rivières", "Papeterie Martin", "–"}  # the last is a part
    told = [note.sentence() for note in reading_notes([lots]) if note.key == "title_place"]
    assert ["Vannes," in sentence for sentence in told] == [False, True]  # each is told with its rows


def test_the_title_of_a_person_names_no_place(embedded: Referential, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Matricule;Civilité;Emploi\n1;M.;N4101\n2;M.;N1101\n", encoding="utf-8")
    lots = read_lots(embedded, path, "fragile", locator=Locator(TOWNS))
    assert (lots.people, [p.key for p in lots.said if p.key in ("no_place", "commune_by_content")]) == (2, ["no_place"])
