"""The ROME 4 reader: a small set by hand, spoiled in every way, and the real one against the csv module."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from passerelles.errors import ReferentialError
from passerelles.model import (
    Competency,
    Domain,
    JobTitle,
    Mobility,
    Occupation,
    Requirement,
    Tag,
    WorkContext,
)
from passerelles.notices import Notice
from passerelles.referentials.load import load_referential
from passerelles.referentials.referential import Referential
from sets import Sheets, column, moved, rome4, to_csv, without, write_rome, zipped


def load(folder: Path, sheets: Sheets | None = None, **options: str) -> Referential:
    return load_referential(write_rome(folder / "set", sheets or rome4(), **options))


def found(referential: Referential) -> Counter[str]:
    """Occurrences of each code, less what the complete small set is always told."""
    counts: Counter[str] = Counter()
    for each in referential.notices:
        counts[each.code] += each.count
    del counts["missing_unread_file"], counts["doubled_apostrophes"]
    return counts


def of_code(referential: Referential, code: str) -> list[Notice]:
    return [n for n in referential.notices if n.code == code]


def values(notice: Notice) -> dict[str, str]:
    return dict(notice.values)


def test_every_field_of_a_small_set(tmp_path: Path) -> None:
    small = load(tmp_path)
    assert (small.name, small.version, small.provenance.format) == ("rome", "999", "rome4")
    assert small.occupations[:2] == (
        Occupation(
            "Z1001",
            "Éleveur / Éleveuse de nuages",
            definition="Élève des nuages. Il les rentre l'hiver.",
            access="Sans diplôme.",
            parent="Z1001",
            domain="Z10",
            regulated="yes",
            managerial="unknown",
            ecological="green",
            digital="yes",
            demographic="no",
            riasec="RI",
        ),
        Occupation(
            "Z1002",
            "Accordeur / Accordeuse de vent",
            parent="Z1001",
            domain="Z10",
            regulated="no",
            managerial="yes",
            ecological="neutral",
        ),
    )
    assert small.competency_by_code["100"] == Competency(
        "100", "Conduire le ciel", "savoir-faire", None, "Technique", is_macro=True
    )
    assert small.competency_by_code["101"].macro == "100"
    assert small.competency_by_code["103"].kind == "savoir-être"
    assert small.competency_by_code["0201"] == Competency(
        "0201", "Hydrologie des altitudes", "savoir", None, "Sciences", "Ciel"
    )
    assert small.requirements_of["Z1001"] == (
        Requirement("Z1001", "0201", "emerging"),
        Requirement("Z1001", "101", "core"),
        Requirement("Z1001", "102", "other"),
        Requirement("Z1001", "103", "other"),
    )
    assert small.titles_of["Z1001"] == (
        JobTitle("501", "Berger / Bergère de nuages", "Z1001", principal=True),
        JobTitle("502", "Nubiculteur / Nubicultrice", "Z1001", rare=True),
    )
    assert small.contexts[0] == WorkContext("301", "En altitude", "Conditions")
    assert small.occupation_contexts == (("Z1001", "301"), ("Z1002", "302"))
    assert small.domain_by_code["Z10"] == Domain("Z10", "Nuages", "Z")
    assert small.mobilities == (
        Mobility("Z1001", "Z1002", 1),
        Mobility("Z1001", "Z1103", 2),
        Mobility("Z1104", "Z1103", 1),
    )
    assert Tag("sector:9", "Météo", "sector") in small.tags
    assert Tag("subsector:91", "Pluie", "subsector") in small.tags
    assert small.occupation_tags == (
        ("Z1001", "interest:7", True),
        ("Z1001", "naf:01", False),
        ("Z1001", "sector:9", True),
        ("Z1001", "subsector:91", True),
        ("Z1001", "theme:001", False),
        ("Z1002", "sector:9", False),
    )
    assert found(small) == {}


def test_lines_of_a_text_are_parted_where_a_sentence_begins(tmp_path: Path) -> None:
    lines = ("Élève des engins de", "levage de niveau", "5 ou plus", "", "(bac + 2) !", "Les garde")
    sheets = rome4()
    sheets["texte"] = [sheets["texte"][0], *(["Z1001", "3", "definition", str(n), t] for n, t in enumerate(lines))]
    sheets["texte"][-1][3] = "9" * 5000  # more digits than Python makes a number of
    (job,) = (o for o in load(tmp_path, sheets).occupations if o.code == "Z1001")
    assert job.definition == "Élève des engins de levage de niveau 5 ou plus (bac + 2) ! Les garde"


def test_the_date_of_publication_is_read(tmp_path: Path) -> None:
    write_rome(tmp_path, rome4())
    (tmp_path / "version.txt").write_bytes("Numéro : 9\r\nDate de publication : 18/09/2025\r\n".encode("cp1252"))
    assert load_referential(tmp_path).provenance.date == "2025-09-18"


@pytest.mark.parametrize("version", ["_v460", "_v461", "_v4610", ""])
def test_no_version_number_is_assumed(tmp_path: Path, version: str) -> None:
    other = load(tmp_path, version=version)
    assert other.version == (version.removeprefix("_v") or "unknown")
    assert other.occupations == load(tmp_path / "x").occupations


def test_of_two_versions_the_most_complete_is_read_and_the_other_said(tmp_path: Path) -> None:
    write_rome(tmp_path, {k: v for k, v in rome4().items() if k in REQUIRED}, version="_v1000")
    write_rome(tmp_path, rome4(), version="_v999")
    mixed = load_referential(tmp_path)
    assert mixed.version == "999"
    assert found(mixed) == {"mixed_versions": 4}
    write_rome(tmp_path, rome4(), version="_v1000")
    assert load_referential(tmp_path).version == "1000"


REQUIRED = ("referentiel_code_rome", "liens_rome_referentiels", "referentiel_competence", "referentiel_savoir")


@pytest.mark.parametrize("kind", REQUIRED)
def test_a_required_file_that_is_missing_is_named_with_its_folder(tmp_path: Path, kind: str) -> None:
    sheets = rome4()
    del sheets[kind]
    with pytest.raises(ReferentialError) as refused:
        load(tmp_path, sheets)
    for lang in ("fr", "en"):
        assert f"unix_{kind}_v999_utf8.csv" in refused.value.message(lang)
        assert str(tmp_path / "set") in refused.value.message(lang)
    assert "missing_required_file" in [n.code for n in refused.value.issues]


@pytest.mark.parametrize("kind", REQUIRED)
@pytest.mark.parametrize("data", [b"", b"\x00\x01" * 500, b"nom,age\nA,3\n"])
def test_a_required_file_that_is_no_use_is_named(tmp_path: Path, kind: str, data: bytes) -> None:
    folder = write_rome(tmp_path, rome4())
    (folder / f"unix_{kind}_v999_utf8.csv").write_bytes(data)
    with pytest.raises(ReferentialError, match=kind):
        load_referential(folder)


# What each optional file brings, as names of the fields of `Referential`.
FEATURES = {
    "texte": {"occupations"},
    "referentiel_code_rome_riasec": {"occupations"},
    "cr_gd_dp": {"domains"},
    "referentiel_contexte_travail": {"contexts", "occupation_contexts"},
    "coherence_item": {"requirements"},
    "referentiel_appellation": {"titles"},
    "rubrique_mobilite": {"mobilities"},
    "arborescence_secteur_activite": {"tags", "occupation_tags"},
    "arborescence_secteur_naf": {"tags", "occupation_tags"},
    "arborescence_centre_interet": {"tags", "occupation_tags"},
    "arborescence_thematique": {"tags", "occupation_tags"},
}
FIELDS = (
    "occupations",
    "competencies",
    "requirements",
    "titles",
    "contexts",
    "occupation_contexts",
    "tags",
    "occupation_tags",
    "domains",
    "mobilities",
)


def differing(one: Referential, other: Referential) -> set[str]:
    return {name for name in FIELDS if getattr(one, name) != getattr(other, name)}


def test_the_features_of_all_optional_files_are_tested() -> None:
    assert set(FEATURES) | set(REQUIRED) == set(rome4())


@pytest.mark.parametrize("kind", FEATURES)
def test_an_optional_file_that_is_missing_costs_its_feature_only(tmp_path: Path, kind: str) -> None:
    sheets = rome4()
    del sheets[kind]
    whole, part = load(tmp_path / "whole"), load(tmp_path / "part", sheets)
    assert differing(whole, part) == FEATURES[kind]
    missing = of_code(part, "missing_file")
    assert [n.file for n in missing] == [f"unix_{kind}_v999_utf8.csv"]
    assert missing[0].what("fr") != missing[0].action("fr")  # the words of each feature exist


@pytest.mark.parametrize("kind", FEATURES)
def test_an_optional_file_that_is_garbage_costs_its_feature_only(tmp_path: Path, kind: str) -> None:
    whole = load(tmp_path / "whole")
    folder = write_rome(tmp_path / "part", rome4())
    (folder / f"unix_{kind}_v999_utf8.csv").write_bytes(b"\x00\xff garbage")
    part = load_referential(folder)
    assert differing(whole, part) == FEATURES[kind]
    assert found(part)["binary_file"] == 1


def test_columns_may_move(tmp_path: Path) -> None:
    other = load(tmp_path / "moved", {kind: moved(sheet) for kind, sheet in rome4().items()})
    assert differing(load(tmp_path / "whole"), other) == set()
    assert found(other) == {}


def test_a_semicolon_copy_in_windows_encoding_is_read_and_said(tmp_path: Path) -> None:
    other = load(tmp_path / "excel", delimiter=";", encoding="cp1252")
    assert differing(load(tmp_path / "whole"), other) == set()
    with_accents = sum(any(ord(c) > 127 for row in sheet for cell in row for c in cell) for sheet in rome4().values())
    assert found(other) == {"delimiter_differs": len(rome4()), "encoding_differs": with_accents}


def test_a_zip_gives_the_same_referential_as_its_folder(tmp_path: Path) -> None:
    folder = write_rome(tmp_path / "set", rome4())
    flat, deep = zipped(folder, tmp_path / "flat.zip"), zipped(folder, tmp_path / "deep.zip", inside="a/b/")
    assert load_referential(folder) == load_referential(flat) == load_referential(deep)


def test_every_optional_column_that_is_missing_is_said(tmp_path: Path) -> None:
    sheets = rome4()
    sheets["referentiel_competence"] = without(sheets["referentiel_competence"], "code_ogr_macro_comp")
    sheets["cr_gd_dp"] = without(sheets["cr_gd_dp"], "libelle_grand_domaine")
    sheets["referentiel_savoir"] = without(sheets["referentiel_savoir"], "libelle_savoir")
    part = load(tmp_path, sheets)
    assert found(part) == {"missing_optional_column": 3, "label_missing": 2}
    assert part.competency_by_code["101"].macro is None
    assert part.domain_by_code["Z"].label is None
    assert part.competency_by_code["0201"].label is None


def test_a_required_column_that_is_missing_from_an_optional_file_leaves_its_rows_out(tmp_path: Path) -> None:
    sheets = rome4()
    sheets["cr_gd_dp"] = without(sheets["cr_gd_dp"], "code_grand_domaine")
    part = load(tmp_path, sheets)
    (notice,) = of_code(part, "missing_column")
    assert (notice.dropped, values(notice)["column"]) == (4, "code_grand_domaine")
    assert "" not in part.domain_by_code


def test_what_is_linked_and_not_declared_is_kept_and_said(tmp_path: Path) -> None:
    sheets = rome4()
    sheets["liens_rome_referentiels"] += [
        ["Z9999", "5", "3", "202"],
        ["Z9999", "5", "3", "777"],
        ["Z9999", "5", "2", "778"],
        ["Z1001", "6", "", "999"],
    ]
    sheets["referentiel_appellation"].append(["504", "Oublié", "x", "Z8888", "PRINCIPALE", "N"])
    part = load(tmp_path, sheets)
    assert part.occupation_by_code["Z9999"] == Occupation("Z9999", None, domain="Z99")
    assert part.competency_by_code["777"] == Competency("777", None, "savoir")
    assert part.competency_by_code["778"] == Competency("778", None, "savoir-être")
    assert [r.competency for r in part.requirements_of["Z9999"]] == ["202", "777", "778"]
    assert found(part) == {
        "undeclared_occupation": 2,
        "undeclared_competency": 2,
        "link_to_nowhere": 1,
        "no_requirements": 1,
    }
    where = {(values(n)["subject"], n.line) for n in part.notices if n.severity == "error"}
    assert where == {("Z9999", 15), ("Z8888", 5), ("777", 16), ("778", 17), ("999", 18)}


def test_repeated_and_empty_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    sheets = rome4()
    for kind in rome4():
        sheets[kind].append(list(sheets[kind][1]))
    for kind in ("liens_rome_referentiels", "rubrique_mobilite"):
        sheets[kind].append(column(sheets[kind], sheets[kind][0][0], lambda _: "")[3])
    sheets["referentiel_appellation"].append(["505", "", "x", "Z1001", "PRINCIPALE", "N"])
    sheets["referentiel_appellation"].append(["506", "Nulle part", "x", "", "PRINCIPALE", "N"])
    part = load(tmp_path / "part", sheets)
    assert differing(load(tmp_path / "whole"), part) == set()
    assert found(part) == {
        "duplicate_code": 5,
        "duplicate_link": 9,
        "empty_code": 3,
        "title_without_label": 1,
    }


def test_values_that_the_format_does_not_know_are_said(tmp_path: Path) -> None:
    sheets = rome4()
    sheets["referentiel_code_rome"][1][4] = "Emploi Mauve"
    sheets["referentiel_code_rome"][2][7] = "peut-être"
    sheets["referentiel_competence"][2][4] = "Savoir-rire"
    sheets["coherence_item"][1][2] = "Primordiale"
    sheets["coherence_item"].append(["Z1104", "0201", "Principale"])
    sheets["rubrique_mobilite"][1][2] = "dernier"
    sheets["rubrique_mobilite"].append(["Z1001", "Z1001", "4"])
    sheets["rubrique_mobilite"].append(["Z1001", "Z7777", "4"])
    sheets["liens_rome_referentiels"].append(["Z1001", "7", "", "101"])
    part = load(tmp_path, sheets)
    assert found(part) == {
        "invalid_value": 4,
        "invalid_kind": 1,
        "status_without_link": 1,
        "move_within_occupation": 1,
        "link_to_nowhere": 1,
        "unknown_link_type": 1,
    }
    assert part.occupation_by_code["Z1001"].ecological == "unknown"
    assert part.occupation_by_code["Z1002"].regulated == "unknown"
    assert Requirement("Z1001", "101", "other") in part.requirements
    assert Mobility("Z1001", "Z1103", None) in part.mobilities


def test_hierarchies_that_lead_nowhere_or_turn_in_circles_are_cut(tmp_path: Path) -> None:
    sheets = rome4()
    macro = sheets["referentiel_competence"][0].index("code_ogr_macro_comp")
    sheets["referentiel_competence"][1][macro] = "103"
    sheets["referentiel_competence"][4][macro] = "100"
    sheets["referentiel_competence"][5][macro] = "555"
    part = load(tmp_path, sheets)
    assert found(part) == {"cyclic_hierarchy": 1, "parent_to_nowhere": 1}
    assert part.competency_by_code["100"].macro is None
    assert part.competency_by_code["103"].macro == "100"
    assert part.competency_by_code["104"].macro is None


def test_files_that_no_reader_knows_are_said(tmp_path: Path) -> None:
    write_rome(tmp_path, {**rome4(), "licorne": [["a"], ["b"]]})
    (tmp_path / "notes.csv").write_bytes(b"a,b\n")
    assert sorted(n.file for n in of_code(load_referential(tmp_path), "unknown_file")) == [
        "notes.csv",
        "unix_licorne_v999_utf8.csv",
    ]


def test_the_real_set_is_what_the_csv_module_reads(rome4: Path) -> None:
    def rows(kind: str) -> list[dict[str, str]]:
        data = (rome4 / f"unix_{kind}_v460_utf8.csv").read_bytes()
        return list(csv.DictReader(data.decode().splitlines(keepends=True)))

    real = load_referential(rome4)
    links = rows("liens_rome_referentiels")
    core = {"Principale": "core", "Émergente": "emerging"}
    marks = {(r["code_rome"], r["code_ogr"]): core.get(r["coeur_metier"], "other") for r in rows("coherence_item")}
    expected = {
        (r["code_rome"], r["code_ogr"], marks.get((r["code_rome"], r["code_ogr"]), "other"))
        for r in links
        if r["code_compo_bloc"] == "5"
    }
    assert {(r.occupation, r.competency, r.status) for r in real.requirements} == expected
    assert list(real.requirements) == sorted(real.requirements)
    assert set(real.occupation_contexts) == {
        (r["code_rome"], r["code_ogr"]) for r in links if r["code_compo_bloc"] == "6"
    }
    assert {(t.code, t.label, t.occupation) for t in real.titles} == {
        (r["code_ogr"], r["libelle_appellation_long"], r["code_rome"]) for r in rows("referentiel_appellation")
    }
    assert {(m.origin, m.target, str(m.rank)) for m in real.mobilities} == {
        (r["code_rome"], r["code_rome_cible"], r["numero_ordre"]) for r in rows("rubrique_mobilite")
    }
    fiches = {r["code_rome"]: r for r in rows("referentiel_code_rome")}
    assert {o.code: (o.label, o.parent) for o in real.occupations} == {
        code: (r["libelle_rome"], r["code_rome_parent"]) for code, r in fiches.items()
    }
    assert sum(o.regulated == "unknown" for o in real.occupations) == 234
    assert sum(o.managerial == "unknown" for o in real.occupations) == 198
    texts = {(r["code_rome"], r["libelle_type_texte"]) for r in rows("texte")}
    assert all(bool(o.definition) == ((o.code, "definition") in texts) for o in real.occupations)
    assert not any("''" in o.definition + o.access for o in real.occupations)


def test_the_small_set_is_written_as_france_travail_writes(tmp_path: Path) -> None:
    assert to_csv([["a", 'b"c']]) == b'"a","b""c"\n'
