"""The ROME 3 reader: a small set by hand with a mobility file, and the real one."""

import csv
from pathlib import Path

import pytest

from passerelles.errors import ReferentialError
from passerelles.io.archive import open_source
from passerelles.model import Competency, JobTitle, Mobility, Occupation, Requirement, WorkContext
from passerelles.referentials.load import load_referential, recognise
from passerelles.referentials.referential import Referential
from sets import Sheets, moved, rome3, rome4, write_rome


def load(folder: Path, sheets: Sheets | None = None) -> Referential:
    return load_referential(write_rome(folder / "set", sheets or rome3(), version="_v347"))


def codes(referential: Referential) -> dict[str, int]:
    ignored = ("missing_unread_file", "doubled_apostrophes")
    return {n.code: n.count for n in referential.notices if n.code not in ignored}


def test_every_field_of_a_small_set(tmp_path: Path) -> None:
    small = load(tmp_path)
    assert (small.name, small.version, small.provenance.format) == ("rome", "347", "rome3")
    assert small.occupations == (
        Occupation(
            "Y1001",
            "Garde d'île",
            definition="Garde l'île. Et compte les vagues.",
            access="Savoir nager.",
            domain="Y10",
            riasec="RI",
        ),
        Occupation("Y1002", "Marée et estran", domain="Y10"),
        Occupation("Y1003", "Phare", domain="Y10"),
        Occupation("Y9999", None, domain="Y99"),
    )
    assert small.requirements == (
        Requirement("Y1001", "101", "core"),
        Requirement("Y1001", "201", "other"),
        Requirement("Y1002", "201", "core"),
        Requirement("Y1003", "102", "other"),
        Requirement("Y9999", "202", "core"),
    )
    assert small.competencies == (
        Competency("101", "Horaires des marées", "savoir", None, "SAVOIRS THEORIQUES ET PROCEDURAUX"),
        Competency("102", "Optique de Fresnel", "savoir", None, "SAVOIRS THEORIQUES ET PROCEDURAUX"),
        Competency("201", "Compter les vagues", "savoir-faire"),
        Competency("202", None, "savoir-faire"),
    )
    assert small.titles[0] == JobTitle("501", "Garde d'îlot", "Y1001")
    assert small.contexts == (WorkContext("301", "Île", "STRUCTURES"),)
    assert small.occupation_contexts == (("Y1001", "301"),)
    assert small.domain_by_code["Y10"].parent == "Y"
    assert codes(small) == {"undeclared_occupation": 1, "label_missing": 1, "move_within_occupation": 1}


def test_a_fiche_that_only_links_name_keeps_its_texts_and_what_is_told_of_no_fiche_is_said(tmp_path: Path) -> None:
    sheets = rome3()
    sheets["texte"] += [[code, "0", "1", "Un texte.", "definition"] for code in ("Y9999", "Y8888")]
    sheets["referentiel_code_rome_riasec"] += [[code, "A", ""] for code in ("Y9999", "Y8888")]
    told = load(tmp_path, sheets)
    assert told.occupations[-1] == Occupation("Y9999", None, definition="Un texte.", domain="Y99", riasec="A")
    lost = [(n.file, dict(n.values)["subject"]) for n in told.notices if n.code == "link_to_nowhere"]
    kinds = ("referentiel_code_rome_riasec", "texte")
    assert lost == [(f"unix_{kind}_v347_utf8.csv", "Y8888") for kind in kinds]


def test_moves_are_typed_and_the_closer_kind_of_two_stands(tmp_path: Path) -> None:
    expected = (Mobility("Y1001", "Y1003", None, "proche"), Mobility("Y1002", "Y1001", None, "évolution"))
    assert load(tmp_path).mobilities == expected
    sheets = rome3()
    sheets["rubrique_mobilite"].append(["Y1002", "Y1001", "501", "502", "", ""])
    assert load(tmp_path / "untyped", sheets).mobilities == expected
    sheets = rome3()
    sheets["rubrique_mobilite"] = [sheets["rubrique_mobilite"][0], *sheets["rubrique_mobilite"][:0:-1]]
    assert load(tmp_path / "reversed", sheets).mobilities == expected


def test_columns_may_move(tmp_path: Path) -> None:
    one, other = load(tmp_path / "a"), load(tmp_path / "b", {k: moved(v) for k, v in rome3().items()})
    assert (one.occupations, one.requirements, one.mobilities) == (
        other.occupations,
        other.requirements,
        other.mobilities,
    )


REQUIRED = ("referentiel_code_rome", "liens_rome_referentiels", "referentiel_competence")


@pytest.mark.parametrize("kind", REQUIRED)
def test_a_required_file_that_is_missing_is_named(tmp_path: Path, kind: str) -> None:
    sheets = rome3()
    del sheets[kind]
    with pytest.raises(ReferentialError, match=f"unix_{kind}_v347_utf8.csv"):
        load(tmp_path, sheets)


@pytest.mark.parametrize("kind", sorted(set(rome3()) - set(REQUIRED)))
def test_an_optional_file_that_is_missing_is_said_and_the_rest_is_read(tmp_path: Path, kind: str) -> None:
    sheets = rome3()
    del sheets[kind]
    part = load(tmp_path, sheets)
    assert part.provenance.format == "rome3"
    assert [n.file for n in part.notices if n.code == "missing_file"] == [f"unix_{kind}_v347_utf8.csv"]
    assert [(r.occupation, r.competency) for r in part.requirements] == [
        (r.occupation, r.competency) for r in load(tmp_path / "whole").requirements
    ]


def test_the_two_generations_are_told_apart_by_their_links_alone(tmp_path: Path) -> None:
    kept = ("referentiel_code_rome", "liens_rome_referentiels", "referentiel_competence", "rubrique_mobilite")
    for name, sheets in (("rome3", rome3()), ("rome4", rome4())):
        folder = write_rome(tmp_path / name, {k: v for k, v in sheets.items() if k in kept})
        assert recognise(open_source(folder)).name == name
        del sheets["liens_rome_referentiels"]
        folder = write_rome(tmp_path / f"{name}-without-links", sheets)
        assert recognise(open_source(folder)).name == name


def test_the_real_set_is_what_the_csv_module_reads(rome3: Path) -> None:
    def rows(kind: str) -> list[dict[str, str]]:
        text = (rome3 / f"unix_{kind}_v347_utf8.csv").read_bytes().decode().replace("''", "'")
        return list(csv.DictReader(text.splitlines(keepends=True)))

    real = load_referential(rome3)
    links = rows("liens_rome_referentiels")
    status = {"8": "core", "9": "other"}
    assert {(r.occupation, r.competency, r.status) for r in real.requirements} == {
        (r["code_rome"], r["code_ogr"], status[r["code_compo_bloc"]])
        for r in links
        if r["code_type_referentiel"] in ("1", "2")
    }
    assert {c.code for c in real.competencies if c.label is None} == {
        r["code_ogr"] for r in links if r["code_type_referentiel"] == "2"
    } - {r["code_ogr"] for r in rows("referentiel_activite")}
    assert {(t.code, t.label, t.occupation) for t in real.titles} == {
        (r["code_ogr"], r["libelle_appellation_long"], r["code_rome"]) for r in rows("referentiel_appellation")
    }
    assert real.occupation_by_code["L1510"].label is None
    assert "L1510" in real.titles_of
    assert "L1510" in real.requirements_of
