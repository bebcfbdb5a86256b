"""Certifications: kinds by state, activity by session years, ROME codes direct or through the parent, repeated rows."""

from pathlib import Path

import pytest

from market_files import write
from passerelles.errors import PasserellesError
from passerelles.market.certifications import Certifications, is_active, load_certifications
from passerelles.referentials.referential import Referential
from small import occupation, referential

HEADER = (
    "Code_Diplome;Libelle_Diplome;Libelle_Type_Diplome;Code_Niveau_Europeen;Date_MaJ;Code_FormaCode;Libelle_FormaCode;"
    "Code_Rome_1;Code_Rome_2;Code_Rome_3;Code_Rome_4;Code_Rome_5;Code_Nsf;Code_RNCP;Code_RS;Annee_Premiere_Session;"
    "Annee_Derniere_Session;Code_Ancien_Diplome;Etat;Etat_Libelle\n"
)
ROWS = """10;Titre direct;TP;5;12/03/2024;31802;Auto-école;K2110;;;;;311;35329;;2016;;9;0;Publié
11;Titre du parent;TP;4;01/02/2023;31802;Auto-école;N4101;N4101;M1700;;;311;;;;2023;;0;Publié
12;Habilitation;Habilitation;;01/02/2023;;;N4103;;;;;;;77;;;;11;habilitations
13;Prépa;Autre;;01/02/2023;;;N4103;;;;;;;;;;;4;formations préparatoires et non certifiantes
14;CCS sans ROME;CCS;;12/03/2024;44587;Formateur;;;;;;;;;;2027;;0;Publié
15;Deux lignes;TP;5;12/03/2024;;;N4101;;;;;;;81;;;;0;Publié
15;Deux lignes;TP;5;12/03/2024;;;N4102;;;;;;;82;;;;0;Publié
16;Contraire;Habilitation;5;12/03/2024;;;;;;;;;;;2030;2020;;0;Publié
17;État inconnu;TP;5;12/03/2024;;;;;;;;;;;;;;9;brouillon
;Sans code;TP;5;12/03/2024;;;;;;;;;;;;;;0;Publié
"""


@pytest.fixture
def certifications(tmp_path: Path) -> Certifications:
    return load_certifications(write(tmp_path / "x" / "export.txt", HEADER + ROWS, "cp1252").parent)


@pytest.fixture
def jobs() -> Referential:
    return referential(
        {code: ["a"] for code in ("N4101", "N4102", "K2110", "M1000")},
        occupations=[occupation("N4103", parent="N4101"), occupation("K2110-GL", base="K2110", parent=None)],
    )


def test_values_are_read_by_column_name(certifications: Certifications) -> None:
    found = certifications.by_code["10"]
    assert (found.label, found.type, found.level, found.rncp, found.nsf) == ("Titre direct", "TP", "5", "35329", "311")
    assert (found.formacode, found.first_session, found.last_session) == ("31802", 2016, None)
    assert found.rome == ("K2110",)
    bare = certifications.by_code["14"]
    assert (bare.rome, bare.rncp, bare.level, bare.nsf, bare.last_session) == ((), None, None, None, 2027)


def test_the_state_tells_certifications_from_the_rest(certifications: Certifications) -> None:
    kinds = {c.code: c.kind for c in certifications.certifications}
    assert kinds == {
        "10": "certification", "11": "certification", "12": "habilitation", "13": "preparatory", "14": "certification",
        "15": "certification", "16": "certification", "17": "unknown",
    }  # fmt: skip
    counts = {"certification": 6, "habilitation": 1, "preparatory": 1, "unknown": 1, "rows": 9, "without_rome": 3}
    assert dict(certifications.row_counts) == counts


def test_every_oddity_is_said(certifications: Certifications) -> None:
    found = {n.code: n for n in certifications.notices}
    assert found["not_an_occupation"].values == (("subject", "M1700"),)
    assert found["certification_rows_merged"].count == 1
    assert found["certification_state_differs"].line == 9
    assert found["certification_sessions"].line == 9
    assert found["empty_code"].line == 11
    assert found["invalid_value"].line == 10
    assert found["encoding_detected"].values == (("encoding", "cp1252"),)
    for each in certifications.notices:
        assert each.what("fr") != each.what("en")
        assert each.action("fr") != each.action("en")


def test_rows_of_one_code_are_put_together(certifications: Certifications) -> None:
    found = certifications.by_code["15"]
    assert (found.rome, found.lines) == (("N4101", "N4102"), (7, 8))


def test_rows_that_contradict_each_other_are_said(tmp_path: Path) -> None:
    other = "10;Autre titre;TP;6;12/03/2024;;;K2110;;;;;311;35329;;2016;;9;0;Publié\n"
    found = load_certifications(write(tmp_path / "c.csv", HEADER + ROWS + other))
    assert found.by_code["10"].label == "Titre direct"
    [said] = [n for n in found.notices if n.code == "certification_rows_differ"]
    assert dict(said.values) == {"subject": "10", "column": "label, level, formacode"}


def test_activity_comes_from_the_session_years(certifications: Certifications) -> None:
    assert certifications.year == 2024  # of the latest update in the file, never of the clock
    active = {c.code: c.active for c in certifications.certifications}
    assert active == {
        "10": "yes", "11": "no", "12": "unknown", "13": "unknown", "14": "yes", "15": "unknown", "16": "unknown",
        "17": "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "year", "expected"),
    [
        (None, None, 2024, "unknown"), (2020, 2024, 2019, "no"), (2020, 2024, 2020, "yes"), (2020, 2024, 2024, "yes"),
        (2020, 2024, 2025, "no"), (None, 2024, 2024, "yes"), (None, 2023, 2024, "no"), (2025, None, 2024, "no"),
        (2024, None, 2024, "yes"), (2025, 2020, 2022, "unknown"),
    ],
)  # fmt: skip
def test_each_case_of_activity(first: int | None, last: int | None, year: int, expected: str) -> None:
    assert is_active(first, last, year) == expected


def test_a_file_that_does_not_say_when_it_was_updated_leaves_activity_unknown(tmp_path: Path) -> None:
    header = "Code_Diplome;Libelle_Diplome;Code_Rome_1;Etat_Libelle;Annee_Premiere_Session;Annee_Derniere_Session\n"
    path = write(tmp_path / "c.csv", header + "1;Titre;k2110;Publié;2016;2019\n2;Autre;K2110;Publié;2016.0;2030.0\n")
    found = load_certifications(path)
    assert (found.year, [c.active for c in found.certifications]) == (0, ["unknown", "unknown"])
    assert [c.rome for c in found.certifications] == [("K2110",), ("K2110",)]
    assert not [n for n in found.notices if n.code == "not_an_occupation"]


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "y" / "a.csv", "a;b\n1;2\n")
    with pytest.raises(PasserellesError) as refused:
        load_certifications(tmp_path / "y")
    assert refused.value.key == "no_certifications_data"


def test_the_published_extract(real_certifications: Certifications, rome: Referential) -> None:
    found = real_certifications
    counts = {
        "rows": 10_067,
        "without_rome": 2_565,
        "certification": 7_121,
        "habilitation": 1_840,
        "preparatory": 1_106,
    }
    assert dict(found.row_counts) == counts
    assert len(found.certifications) == 9_923
    assert sum(o.code in found.by_rome for o in rome.occupations) == 521
    odd = {dict(n.values)["subject"] for n in found.notices if n.code == "not_an_occupation"}
    assert "M1700" in odd
    assert odd == {rome_code for c in found.certifications for rome_code in c.rome} - set(rome.occupation_by_code)
    assert sum(n.count for n in found.notices if n.code == "not_an_occupation") == 77
    for code, word in (("116194", "deux roues"), ("116195", "groupe lourd")):
        ccs = found.by_code[code]
        assert word in ccs.label
        assert (ccs.rome, ccs.rncp, ccs.kind, ccs.last_session, ccs.active) == ((), None, "certification", 2027, "yes")
    ecsr = found.by_code["110499"]
    assert (ecsr.rncp, ecsr.formacode, ecsr.level, ecsr.nsf) == ("35329", "31802", "5", "311")
