"""Overlays: what a branch adds, removes and claims, on a referential that may lack some of it."""

from collections import Counter
from pathlib import Path

import pytest

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.model import CredentialRequirement, Requirement
from passerelles.referentials.load import load_referential
from passerelles.referentials.referential import Referential
from sets import Sheets, rome4, table, write_rome, write_table

MANIFEST = 'schema = "passerelles/overlay@1"\nname = "branche"\nversion = "2"\n'


def overlay() -> Sheets:
    """Split the glass blower in two, with what each asks for."""
    return {
        "specialised_occupations": [
            ["code", "base", "label", "definition"],
            ["0110-A", "0110", "Souffleur de flacons", "Souffle des flacons."],
            ["0110-B", "0110", "Souffleur de vitraux", ""],
        ],
        "competencies": [["code", "label", "kind"], ["N1", "Sertir au plomb", "savoir-faire"]],
        "requirements": [
            ["occupation", "competency", "action", "status"],
            ["0110-A", "C2", "remove", ""],
            ["0110-A", "chauffer la PATE", "set", ""],
            ["0110-B", "Sertir au plomb", "add", "core"],
            ["0110-B", "Indices de réfraction", "ajouter", ""],
            ["0110-B", "Parler aux anges", "add", ""],
        ],
        "titles": [
            ["occupation", "code", "label"],
            ["0110-B", "T1", ""],
            ["0110-A", "", "Flaconnier / Flaconnière"],
            ["0110-A", "T9", ""],
        ],
        "credentials": [["code", "label", "kind"], ["K9", "Permis plomb", "permis"]],
        "credential_prerequisites": [["credential", "requires", "source"], ["K9", "K1", ""]],
        "credential_requirements": [
            ["occupation", "credential", "kind", "source"],
            ["0110-B", "K9", "required", "inventé"],
        ],
    }


def laid(folder: Path, sheets: Sheets | None = None, base: Referential | None = None) -> Referential:
    base = base or load_referential(write_table(folder / "petit", table()))
    return base.with_overlay(write_table(folder / "branche", sheets or overlay(), manifest=MANIFEST))


def found(referential: Referential) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in referential.notices:
        counts[each.code] += each.count
    return counts


def test_parts_inherit_and_change_what_the_overlay_says(tmp_path: Path) -> None:
    split = laid(tmp_path)
    flacons, vitraux = split.parts_of("0110")
    base = split.occupation_by_code["0110"]
    assert (flacons.definition, vitraux.definition) == ("Souffle des flacons.", "Souffle.")
    assert (vitraux.access, vitraux.domain, vitraux.riasec, vitraux.base) == (base.access, "VE", "RA", "0110")
    assert split.requirements_of["0110-A"] == (Requirement("0110-A", "C1", "other"),)
    assert split.requirements_of["0110-B"] == (
        Requirement("0110-B", "C1", "core"),
        Requirement("0110-B", "C2", "other"),
        Requirement("0110-B", "C3", "other"),
        Requirement("0110-B", "N1", "core"),
    )
    assert split.requirements_of["0110"] == (Requirement("0110", "C1", "core"), Requirement("0110", "C2", "other"))
    assert split.contexts_of["0110-A"] == ("X1",)
    assert ("0110-A", "S1", True) in split.occupation_tags
    assert split.credentials_of["0110-B"] == (
        CredentialRequirement("0110-B", "K1", "required", "inventé"),
        CredentialRequirement("0110-B", "K9", "required", "inventé"),
    )
    assert split.prerequisites_of("K9") == ("K2", "K1")
    assert not [m for m in split.mobilities if m.origin.startswith("0110-") or m.target.startswith("0110-")]


def test_titles_are_claimed_by_code_and_by_label_and_added(tmp_path: Path) -> None:
    split = laid(tmp_path)
    assert [t[:3] for t in split.titles_of["0110-B"]] == [("T1", "Verrier / Verrière", "0110-B")]
    assert [t.label for t in split.titles_of["0110-A"]] == ["Flaconnier / Flaconnière"]
    assert "0110" not in split.titles_of
    sheets = overlay()
    sheets["titles"][1] = ["0110-B", "", "verrier/verriere"]
    assert laid(tmp_path / "label", sheets).titles_of["0110-B"] == split.titles_of["0110-B"]


def test_what_the_referential_lacks_is_a_warning_under_the_name_of_the_overlay(tmp_path: Path) -> None:
    split = laid(tmp_path)
    missing = [(n.code, n.severity, n.file, n.line) for n in split.notices]
    assert missing == [
        ("overlay_competency_missing", "warning", "branche/requirements.csv", 6),
        ("overlay_title_missing", "warning", "branche/titles.csv", 4),
    ]


def test_the_referential_itself_is_left_as_it_was(tmp_path: Path) -> None:
    base = load_referential(write_table(tmp_path / "petit", table()))
    before = repr(base.requirements), repr(base.titles), base.notices
    laid(tmp_path, base=base)
    assert (repr(base.requirements), repr(base.titles), base.notices) == before


def test_provenance_tells_the_overlay_and_its_files(tmp_path: Path) -> None:
    base = load_referential(write_table(tmp_path / "petit", table()))
    split = laid(tmp_path, base=base)
    assert split.provenance.overlays == ("branche 2",)
    assert "branche/requirements.csv" in [f.name for f in split.provenance.files]
    assert split.provenance.sha256 != base.provenance.sha256


def test_notices_of_the_referential_are_said_once(tmp_path: Path) -> None:
    sheets = table()
    sheets["occupations"].append(["Z 9", "Rien", *[""] * 11])
    base = load_referential(write_table(tmp_path / "petit", sheets))
    assert found(base) == {"no_requirements": 1, "odd_code": 1}
    assert found(laid(tmp_path, base=base)) == {
        "no_requirements": 1,
        "odd_code": 1,
        "overlay_competency_missing": 1,
        "overlay_title_missing": 1,
    }


def test_without_its_base_a_part_is_left_out_with_what_hangs_on_it(tmp_path: Path) -> None:
    base = load_referential(write_rome(tmp_path / "rome", rome4()))
    plain = laid(tmp_path, base=base)
    assert plain.parts_of("0110") == ()
    assert plain.occupations == base.occupations
    assert plain.requirements == base.requirements
    assert plain.titles == base.titles
    assert {"link_to_nowhere": 1, "overlay_base_missing": 2}.items() <= found(plain).items()  # K9 requires K1


def test_what_an_overlay_says_of_other_occupations_counts_where_they_are(tmp_path: Path) -> None:
    sheets = overlay()
    sheets["credential_requirements"] += [["B2", "K9", "option", ""], ["Q7", "K9", "", ""], ["B2", "K8", "", ""]]
    sheets["requirements"].append(["Q7", "C1", "", ""])
    split = laid(tmp_path, sheets)
    assert CredentialRequirement("B2", "K9", "option", "") in split.credential_requirements
    assert found(split)["overlay_occupation_missing"] == 2
    assert found(split)["link_to_nowhere"] == 1
    sheets["credential_requirements"].append(["Q7", "K8", "", ""])  # wrong at both ends: told of both at once
    wrong = laid(tmp_path, sheets)
    assert found(wrong)["overlay_occupation_missing"] == 3
    assert found(wrong)["link_to_nowhere"] == 2
    assert wrong.credential_requirements == split.credential_requirements
    assert {n.severity for n in split.notices if n.code == "overlay_occupation_missing"} == {"warning"}


def test_on_codes_of_the_rome_an_overlay_names_credentials_of_the_catalogue_as_they_are(tmp_path: Path) -> None:
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["N4101-X", "N4101", "Livreur de fioul"]],
        "credential_requirements": [["occupation", "credential"], ["N4101-X", "ADR-CIT"], ["N4101-X", "PERM-ZZ"]],
    }
    split = laid(tmp_path, sheets, load_referential("transitions"))
    assert found(split)["link_to_nowhere"] == 1  # no catalogue has the second
    assert [row.credential for row in split.credential_requirements] == ["ADR-CIT"]
    assert "TP-ECSR" not in {credential.code for credential in split.credentials}  # nothing names it


def test_a_credential_is_looked_for_where_the_referential_has_none(tmp_path: Path) -> None:
    bare = table()
    for sheet in [name for name in bare if name.startswith("credential")]:
        del bare[sheet]
    sheets = {"credential_requirements": [["occupation", "credential"], ["B2", "K8"], ["B2", "ADR-CIT"]]}
    laid_on = laid(tmp_path, sheets, load_referential(write_table(tmp_path / "nu", bare)))
    assert found(laid_on)["link_to_nowhere"] == 2  # the catalogue is lent to codes of the ROME alone


def test_a_code_that_is_taken_is_refused_and_its_owner_left_alone(tmp_path: Path) -> None:
    sheets = overlay()
    sheets["specialised_occupations"][1][0] = "B3"
    sheets["requirements"] = [sheets["requirements"][0], ["B3", "C3", "remove", ""]]
    split = laid(tmp_path, sheets)
    assert found(split)["duplicate_code"] == 1
    assert split.occupation_by_code["B3"].label == "Opticien / Opticienne"
    assert split.requirements_of["B3"] == (Requirement("B3", "C3", "core"),)


def test_the_same_part_twice_is_said_and_the_first_stands(tmp_path: Path) -> None:
    sheets = overlay()
    sheets["specialised_occupations"].append(["0110-A", "0110", "Autre", ""])
    split = laid(tmp_path, sheets)
    assert found(split)["duplicate_code"] == 1
    assert split.requirements_of["0110-A"] == (Requirement("0110-A", "C1", "other"),)


@pytest.mark.parametrize("at", [1, 4])
def test_a_part_that_stands_twice_keeps_its_rows_where_one_of_the_two_has_no_base(tmp_path: Path, at: int) -> None:
    sheets = overlay()
    sheets["specialised_occupations"].insert(at, ["0110-B", "0999", "Souffleur de vitraux", ""])
    plain = laid(tmp_path, sheets)
    assert found(plain)["overlay_base_missing"] == 1
    assert "K9" in {row.credential for row in plain.credentials_of["0110-B"]}


def test_a_part_is_no_base(tmp_path: Path) -> None:
    sheets = overlay()
    sheets["specialised_occupations"].append(["0110-A-1", "0110-A", "Plus fin", ""])
    assert found(laid(tmp_path, sheets))["overlay_base_missing"] == 1


def test_of_two_competencies_of_one_label_the_one_asked_for_is_meant(tmp_path: Path) -> None:
    sheets = table()
    sheets["competencies"].insert(1, ["A0", "Tenir le souffle", "savoir", "", "", ""])
    base = load_referential(write_table(tmp_path / "petit", sheets))
    changes = overlay()
    changes["requirements"][1] = ["0110-A", "Tenir le souffle", "remove", ""]
    split = laid(tmp_path, changes, base)
    assert [r.competency for r in split.requirements_of["0110-A"]] == ["C1"]


def test_a_part_that_asks_for_nothing_any_more_is_said(tmp_path: Path) -> None:
    changes = overlay()
    changes["requirements"] += [["0110-A", "C1", "retirer", ""], ["0110-A", "C3", "remove", ""]]
    split = laid(tmp_path, changes)
    assert found(split)["no_requirements"] == 1
    assert found(split)["overlay_competency_missing"] == 1
    assert found(split)["overlay_not_asked"] == 1
    assert "0110-A" not in split.requirements_of


def test_files_that_an_overlay_cannot_have_are_said(tmp_path: Path) -> None:
    sheets = overlay() | {"mobilities": table()["mobilities"]}
    split = laid(tmp_path, sheets)
    assert [n.file for n in split.notices if n.code == "unknown_file"] == ["branche/mobilities.csv"]


def test_what_is_no_overlay_is_refused(tmp_path: Path) -> None:
    base = load_referential(write_table(tmp_path / "petit", table()))
    with pytest.raises(PasserellesError) as refused:
        base.with_overlay(tmp_path / "petit")
    assert refused.value.key == "wrong_schema"
    assert "passerelles overlay check" in refused.value.message("fr")
    for place in ("nowhere", "x" * 5000):
        with pytest.raises(PasserellesError) as refused:
            base.with_overlay(place)
        assert refused.value.key == "no_such_overlay"
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "titles.csv").write_bytes(b"occupation,code,label\n")
    with pytest.raises(ReferentialError) as missing:
        base.with_overlay(tmp_path / "bare")
    assert (missing.value.key, missing.value.values["file"]) == ("no_overlay", "manifest.toml")
    with pytest.raises(PasserellesError):
        load_referential(write_table(tmp_path / "branche", overlay(), manifest=MANIFEST))


def test_two_overlays_add_up(tmp_path: Path) -> None:
    second: Sheets = {
        "specialised_occupations": [["code", "base", "label"], ["B2-X", "B2 ;", "Vitrier de cathédrale"]],
        "requirements": [["occupation", "competency"], ["B2-X", "N1"]],
    }
    folder = write_table(tmp_path / "seconde", second, manifest=MANIFEST.replace("branche", "seconde"))
    both = laid(tmp_path).with_overlay(folder)
    assert both.provenance.overlays == ("branche 2", "seconde 2")
    assert [r.competency for r in both.requirements_of["B2-X"]] == ["C1", "N1"]
    assert len(both.parts_of("0110")) == 2


def test_a_row_may_be_written_for_one_referential_alone(tmp_path: Path) -> None:
    sheets = overlay()
    sheets["requirements"] = [
        ["occupation", "competency", "action", "référentiel"],
        ["0110-A", "C3", "add", "petit"],
        ["0110-B", "485799", "add", "rome"],
    ]
    sheets["titles"] = sheets["titles"][:1]
    split = laid(tmp_path, sheets)
    assert "C3" in {r.competency for r in split.requirements_of["0110-A"]}
    assert not found(split)
