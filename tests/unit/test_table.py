"""The project's own format: every field, every word that Excel users write, every way to spoil it."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.model import (
    Competency,
    Credential,
    CredentialRequirement,
    Domain,
    Hours,
    JobTitle,
    Mobility,
    Occupation,
    OccupationAccess,
    Reduction,
    Requirement,
    Supposition,
    Tag,
    WorkContext,
)
from passerelles.notices import Notice
from passerelles.referentials.load import load_referential
from passerelles.referentials.referential import Referential
from passerelles.referentials.table import REQUIRED
from passerelles.referentials.table_format import files_of
from sets import MANIFEST, Sheets, column, moved, table, write_table, zipped


def load(folder: Path, sheets: Sheets | None = None, *, manifest: str = MANIFEST) -> Referential:
    return load_referential(write_table(folder / "petit", sheets or table(), manifest=manifest))


def found(referential: Referential) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in referential.notices:
        counts[each.code] += each.count
    return counts


def test_every_field_of_a_small_set(tmp_path: Path) -> None:
    small = load(tmp_path)
    assert found(small) == {}
    assert (small.name, small.version, small.language) == ("petit", "1", "fr")
    assert (small.provenance.source, small.provenance.licence) == ("inventé", "MIT")
    assert {f.name for f in small.provenance.files} == {"manifest.toml", *(f"{name}.csv" for name in table())}
    assert small.occupations == (
        Occupation(
            "0110",
            "Souffleur / Souffleuse de verre",
            definition="Souffle.",
            access="Aucun.",
            domain="VE",
            regulated="no",
            managerial="no",
            ecological="green",
            riasec="RA",
        ),
        Occupation(
            "B2",
            "Vitrier / Vitrière",
            domain="VE",
            regulated="yes",
            managerial="yes",
            ecological="neutral",
            digital="yes",
        ),
        Occupation("B3", "Opticien / Opticienne", parent="B2", domain="OP"),
    )
    assert small.competencies == (
        Competency("C1", "Chauffer la pâte", "savoir-faire", "M1", "technique"),
        Competency("C2", "Tenir le souffle", "savoir-être"),
        Competency("C3", "Indices de réfraction", "savoir", None, "physique"),
        Competency("M0", "Façonner", "savoir-faire", is_macro=True),
        Competency("M1", "Travailler le verre", "savoir-faire", "M0", is_macro=True),
    )
    assert small.requirements == (
        Requirement("0110", "C1", "core"),
        Requirement("0110", "C2", "other"),
        Requirement("B2", "C1", "emerging"),
        Requirement("B3", "C3", "core"),
    )
    assert small.titles == (JobTitle("T1", "Verrier / Verrière", "0110"),)
    assert small.contexts == (WorkContext("X1", "Chaleur", "Conditions"),)
    assert small.occupation_contexts == (("0110", "X1"),)
    assert small.tags == (Tag("S1", "Artisanat", "sector"),)
    assert small.occupation_tags == (("0110", "S1", True),)
    assert small.domains == (Domain("OP", "Optique", "V"), Domain("V", "Matières"), Domain("VE", "Verre", "V"))
    assert small.mobilities == (Mobility("0110", "B2", 1, "proche"), Mobility("B2", "0110", None, "évolution"))
    assert small.credentials == (
        Credential(
            "K1",
            "Titre de verrier",
            "titre",
            hours=Hours(100, 1120.5, None, "inventé"),
            source="inventé",
            certifinfo="00123",
            prerequisites=("K2",),
            suppositions=(Supposition("K2", "inventé"),),
            reductions=(Reduction("B2", 40, None, 12, "inventé", "2026-01-31"),),
        ),
        Credential("K2", "Habilitation four", "habilitation", note="inconnue"),
    )
    assert small.credential_requirements == (
        CredentialRequirement("0110", "K1", "required", "inventé"),
        CredentialRequirement("B2", "K2", "option", ""),
    )
    assert small.occupation_access == (OccupationAccess("B2", "open", 0, 4, source="inventé"),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_set_saved_by_a_spreadsheet_is_read_alike(tmp_path: Path, delimiter: str, encoding: str) -> None:
    other = load_referential(
        write_table(
            tmp_path / "petit",
            {name: moved(sheet) for name, sheet in table().items()},
            delimiter=delimiter,
            encoding=encoding,
        )
    )
    plain = load(tmp_path / "plain")
    assert (other.occupations, other.credentials, other.competencies) == (
        plain.occupations,
        plain.credentials,
        plain.competencies,
    )
    assert set(found(other)) <= {"encoding_detected"}


def test_windows_names_and_a_zip_are_read_alike(tmp_path: Path) -> None:
    folder = write_table(tmp_path / "petit", table())
    plain = load_referential(folder)
    assert load_referential(zipped(folder, tmp_path / "petit.zip")) == plain
    (folder / "occupations.csv").rename(folder / "OCCUPATIONS.CSV")
    assert load_referential(folder).occupations == plain.occupations


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("vert", "green"),
        ("Green", "green"),
        ("STRATÉGIQUE", "strategic"),
        ("strategique", "strategic"),
        ("neutre", "neutral"),
        ("blanc", "neutral"),
        ("brun", "brown"),
        (" ", "unknown"),
    ],
)
def test_ecological_roles_are_read_in_both_languages(tmp_path: Path, cell: str, expected: str) -> None:
    sheets = table()
    sheets["occupations"] = column(sheets["occupations"], "ecological", lambda _: cell)
    small = load(tmp_path, sheets)
    assert {o.ecological for o in small.occupations} == {expected}
    assert found(small) == {}


def test_yes_is_no_ecological_role(tmp_path: Path) -> None:
    sheets = table()
    sheets["occupations"] = column(sheets["occupations"], "ecological", lambda _: "yes")
    small = load(tmp_path, sheets)
    assert {o.ecological for o in small.occupations} == {"unknown"}
    assert found(small) == {"invalid_value": 3}


def test_decomposed_accents_of_a_mac_are_the_same_words(tmp_path: Path) -> None:
    sheets = table()
    sheets["competencies"][2][2] = "savoir-e\u0302tre"
    assert load(tmp_path, sheets).competency_by_code["C2"].kind == "savoir-être"


@pytest.mark.parametrize("name", [name.removesuffix(".csv") for name in REQUIRED])
def test_a_required_file_that_is_missing_is_named_with_its_folder(tmp_path: Path, name: str) -> None:
    sheets = table()
    del sheets[name]
    with pytest.raises(ReferentialError) as refused:
        load(tmp_path, sheets)
    assert f"{name}.csv" in str(refused.value)
    assert str(tmp_path / "petit") in str(refused.value)


# What hangs on each optional file beside its own rows.
LOST = {
    "macro_competencies": {"parent_to_nowhere": 1},
    "contexts": {"link_to_nowhere": 1},
    "tags": {"link_to_nowhere": 1},
    "domains": {"undeclared_domain": 2},
    "credentials": {"link_to_nowhere": 4},
}


@pytest.mark.parametrize("name", [name.removesuffix(".csv") for name in files_of("table") if name not in REQUIRED])
def test_an_optional_file_may_be_missing(tmp_path: Path, name: str) -> None:
    sheets = table()
    del sheets[name]
    small = load(tmp_path, sheets)
    assert found(small) == LOST.get(name, {})
    assert len(small.requirements) == 4


def test_a_missing_manifest_and_faulty_ones_are_refused(tmp_path: Path) -> None:
    def refusal(manifest: str | None) -> str:
        folder = write_table(tmp_path / "petit", table(), manifest=manifest)
        if manifest is None:
            (folder / "manifest.toml").unlink(missing_ok=True)
        with pytest.raises(PasserellesError) as refused:
            load_referential(folder)
        return f"{refused.value.key}: {refused.value}"

    assert refusal(None).startswith("missing_required_file")
    assert "manifest.toml" in refusal(None)
    assert "version" in refusal('schema = "passerelles/table@1"\nname = "x"\n')
    assert "version = 1.0" in refusal('schema = "passerelles/table@1"\nname = "x"\nversion = 1.0\n')
    assert "schema" in refusal('name = "x"\nversion = "1"\n')
    assert refusal("name = ").startswith("manifest_syntax")
    assert refusal(MANIFEST.replace("table@1", "overlay@1")).startswith("wrong_schema")
    assert refusal(MANIFEST.replace("table@1", "table@9")).startswith("wrong_schema")


def test_a_date_without_quotes_and_an_unknown_key_do_no_harm(tmp_path: Path) -> None:
    small = load(tmp_path, manifest=MANIFEST + "date = 2026-01-02\nauthor = 'moi'\n")
    assert small.provenance.date == "2026-01-02"
    assert found(small) == {"unknown_manifest_key": 1}


def test_hours_without_source_or_in_disorder_are_unknown(tmp_path: Path) -> None:
    def hours(*cells: str) -> tuple[Hours, dict[str, int]]:
        sheets = table()
        sheets["credentials"][1][3:7] = cells
        small = load(tmp_path, sheets)
        return small.credential_by_code["K1"].hours, dict(found(small))

    assert hours("10", "", "", "") == (Hours(), {"hours_unsourced": 1})
    assert hours("20", "10", "", "s") == (Hours(), {"hours_invalid": 1})
    assert hours("-1", "", "", "s") == (Hours(), {"hours_invalid": 1})
    assert hours("nan", "", "", "s") == (Hours(), {"hours_invalid": 1})
    assert hours("inf", "", "", "s") == (Hours(), {"hours_invalid": 1})
    assert hours("dix", "", "", "s") == (Hours(), {"hours_invalid": 1})
    assert hours("", "35", "", "s") == (Hours(None, 35, None, "s"), {})
    assert hours("", "1\u202f120", "", "s") == (Hours(None, 1120, None, "s"), {})
    assert hours("", "", "", "s") == (Hours(None, None, None, "s"), {})


def test_prerequisites_in_a_circle_are_kept_and_told_once(tmp_path: Path) -> None:
    sheets = table()
    sheets["credential_prerequisites"] += [["K2", "K1", *[""] * 5], ["K2", "K9", *[""] * 5]]
    small = load(tmp_path, sheets)
    assert found(small) == {"cyclic_prerequisite": 1, "link_to_nowhere": 1}
    assert [c.prerequisites for c in small.credentials] == [("K2",), ("K1",)]
    alone = table()
    alone["credential_prerequisites"] += [["K1", "K1", *[""] * 5]]
    assert found(load(tmp_path / "alone", alone)) == {"cyclic_prerequisite": 1}


def test_repeated_rows_are_counted_and_the_first_stands(tmp_path: Path) -> None:
    sheets = table()
    for sheet in sheets.values():
        sheet.append(list(sheet[1]))
    sheets["requirements"][-1][2] = ""
    sheets["credential_requirements"][-1][2] = "option"
    sheets["mobilities"][-1][2] = "9"
    again = load(tmp_path / "again", sheets)
    plain = load(tmp_path / "plain")
    codes = (
        "occupations",
        "competencies",
        "macro_competencies",
        "titles",
        "contexts",
        "tags",
        "domains",
        "credentials",
    )
    assert found(again) == {"duplicate_code": len(codes), "duplicate_link": len(sheets) - len(codes)}
    assert sum(n.dropped for n in again.notices) == len(sheets)
    assert (again.requirements, again.mobilities, again.credential_requirements) == (
        plain.requirements,
        plain.mobilities,
        plain.credential_requirements,
    )


def test_links_to_nowhere_and_values_without_meaning_are_said(tmp_path: Path) -> None:
    sheets = table()
    sheets["requirements"] += [["Q1", "C1", "vital"], ["B3", "C9", ""], ["", "C1", ""]]
    sheets["occupation_contexts"].append(["B2", "X9"])
    sheets["occupation_tags"].append(["B9", "S1", ""])
    sheets["mobilities"] += [["B2", "B2", "", ""], ["B2", "B9", "", ""], ["B3", "B2", "0", "loin"]]
    sheets["titles"] += [["T2", "B2", ""], ["T3", "", "Sans métier"], ["", "B2", "Sans code"]]
    sheets["competencies"] += [["C4", "Sans nature", "", "", "", ""], ["C5", "", "savoir", "M9", "", ""]]
    sheets["tags"].append(["S2", "", "humeur"])
    small = load(tmp_path, sheets)
    assert found(small) == {
        "undeclared_occupation": 1,
        "undeclared_competency": 1,
        "invalid_value": 2,  # vital, and the rank 0
        "empty_code": 3,
        "link_to_nowhere": 3,
        "move_within_occupation": 1,
        "unknown_word": 2,  # loin and humeur
        "invalid_kind": 1,  # the empty one
        "title_without_label": 1,
        "label_missing": 1,  # a tag whose kind is none is refused, label or not
        "parent_to_nowhere": 1,
        "competency_unused": 2,
    }
    assert "B3" not in {m.origin for m in small.mobilities}
    sheets["mobilities"][-1][2] = "9" * 5000  # more digits than Python reads
    assert found(load(tmp_path, sheets))["invalid_value"] == 2


def test_a_kind_that_is_read_for_another_is_named_as_the_screen_names_it() -> None:
    values = ("column", "skillType"), ("value", ""), ("read", "savoir-faire")
    notice = Notice("invalid_kind", "skills_en.csv", 3, values)
    assert notice.action("en") == "Read as 'skill'. Mend the cell."
    assert "savoir-faire" in notice.action("fr")


def test_columns_and_files_that_the_format_does_not_know_are_said(tmp_path: Path) -> None:
    sheets = table()
    sheets["occupations"] = [[*row, "x"] for row in sheets["occupations"]]
    sheets["titles"] = [[*row, "note" if i == 0 else "à revoir"] for i, row in enumerate(sheets["titles"])]
    sheets["occupation"] = [["code"], ["A"]]
    assert found(load(tmp_path, sheets)) == {"unknown_column": 1, "unknown_file": 1}


def test_blank_rows_and_empty_columns_of_excel_say_nothing(tmp_path: Path) -> None:
    sheets = {name: [[*row, ""] for row in sheet] + [[""] * (len(sheet[0]) + 1)] for name, sheet in table().items()}
    small = load(tmp_path, sheets)
    assert found(small) == {}
    assert small.occupations == load(tmp_path / "plain").occupations


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    small = load(tmp_path)
    assert "0110" in small.occupation_by_code
    assert small.credential_by_code["K1"].certifinfo == "00123"


def test_codes_that_no_code_looks_like_are_said(tmp_path: Path) -> None:
    sheets = table()
    sheets["occupations"][3][0] = "B 3"
    sheets["requirements"][4][0] = "B 3"
    assert found(load(tmp_path, sheets)) == {"odd_code": 1}


def test_a_circle_of_domains_is_cut(tmp_path: Path) -> None:
    sheets = table()
    sheets["domains"][1][2] = "VE"
    small = load(tmp_path, sheets)
    assert found(small) == {"cyclic_hierarchy": 1}
    assert [d.parent for d in small.domains] == ["V", None, "V"]


def test_what_the_writer_writes_is_what_csv_reads(tmp_path: Path) -> None:
    folder = write_table(tmp_path, table())
    with (folder / "credentials.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == table()["credentials"]


def test_the_documentation_names_every_file_and_column() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "table-format.md").read_text(encoding="utf-8")
    for name in (*files_of("table"), *files_of("overlay")):
        assert f"`{name}`" in page
    for name, sheet in table().items():
        section = page[page.index(f"`{name}.csv`", page.index("## Les tableaux")) :]
        for column_name in sheet[0]:
            assert re.search(rf"\| \*{{0,2}}{column_name}\*{{0,2}} \|", section), (name, column_name)
