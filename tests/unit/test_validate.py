"""`validate`: counts, drops, and the same bytes in every process; on small sets and on the real ones, altered."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from passerelles.errors import PasserellesError
from passerelles.referentials.load import load_referential
from passerelles.referentials.validate import ValidationReport, validate
from sets import MANIFEST, column, rome3, rome4, table, write_rome, write_table, zipped

V460 = {
    "occupations_declared": 1584,
    "occupations_undeclared": 0,
    "titles": 13_120,
    "requirements": 90_556,
    "requirements_savoir_faire": 49_440,
    "requirements_savoir_etre": 5_255,
    "requirements_savoir": 35_861,
    "work_contexts": 13_663,
    "mobilities": 14_912,
    "dropped": 0,
}


def totals(report: ValidationReport) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for each in report.notices:
        counts[each.code, each.file] += each.count
    return counts


def counted(report: ValidationReport, expected: dict[str, int]) -> dict[str, int]:
    return {key: report.counts[key] for key in expected}


def test_a_sound_set_is_ok_and_counted(tmp_path: Path) -> None:
    report = validate(write_table(tmp_path / "petit", table()))
    assert report.ok
    assert report.notices == ()
    assert (report.name, report.version, report.format) == ("petit", "1", "table")
    assert report.counts == {
        "occupations_declared": 3,
        "occupations_undeclared": 0,
        "occupations_specialised": 0,
        "titles": 1,
        "competencies": 5,
        "competencies_savoir_faire": 3,
        "competencies_savoir_etre": 1,
        "competencies_savoir": 1,
        "competencies_without_label": 0,
        "requirements": 4,
        "requirements_savoir_faire": 2,
        "requirements_savoir_etre": 1,
        "requirements_savoir": 1,
        "requirements_core": 2,
        "requirements_emerging": 1,
        "requirements_other": 1,
        "contexts": 1,
        "work_contexts": 1,
        "tags": 1,
        "occupation_tags": 1,
        "domains": 3,
        "mobilities": 2,
        "credentials": 2,
        "credential_requirements": 2,
        "files_read": 17,
        "dropped": 0,
    }


def test_a_report_is_plain_json_in_both_languages(tmp_path: Path) -> None:
    report = validate(write_rome(tmp_path / "rome", rome3(), version="_v347"))
    for lang in ("fr", "en"):
        plain = json.loads(json.dumps(report.to_dict(lang)))
        assert plain["schema"] == "passerelles/validate@1"
        assert plain["ok"] is False
        assert plain["referential"] == {"name": "rome", "version": "347", "sha256": report.sha256}
        assert plain["counts"] == report.counts
        assert len(plain["results"]) == len(report.notices)
        assert plain["results"][0]["code"] == "undeclared_occupation"
        assert {r["severity"] for r in plain["results"]} == {"error", "warning", "info"}
    assert report.to_dict("fr")["results"][0]["what"] != report.to_dict("en")["results"][0]["what"]


def test_a_summary_has_one_line_a_code_and_file(tmp_path: Path) -> None:
    sheets = table()
    sheets["requirements"] += [["B3", f"C{n}", ""] for n in range(10, 15)]
    report = validate(write_table(tmp_path, sheets))
    assert [(n.code, n.count, n.line) for n in report.summary()] == [("undeclared_competency", 5, 6)]
    assert len(report.notices) == 5


@pytest.mark.parametrize("kind", ["occupations", "competencies", "requirements"])
def test_a_required_file_that_is_missing_is_an_error_and_the_rest_is_checked(tmp_path: Path, kind: str) -> None:
    sheets = table()
    del sheets[kind]
    sheets["titles"].append(["", "B2", "Sans code"])
    report = validate(write_table(tmp_path, sheets))
    assert not report.ok
    assert totals(report)["missing_required_file", f"{kind}.csv"] == 1
    assert totals(report)["empty_code", "titles.csv"] == 1


@pytest.mark.parametrize("manifest", ["name = 3", ""])
def test_an_unusable_file_or_manifest_is_an_error_and_the_rest_is_checked(manifest: str, tmp_path: Path) -> None:
    folder = write_table(tmp_path / "petit", table(), manifest=manifest)
    (folder / "requirements.csv").write_bytes(b"\x00\x00")
    report = validate(folder, overlays=["enseignement-conduite"])
    assert report.name == "petit"
    assert totals(report) == {
        ("invalid_manifest", "manifest.toml"): 1,
        ("binary_file", "requirements.csv"): 1,
        ("unusable_required_file", "requirements.csv"): 1,
        ("no_requirements", ""): 3,
        ("competency_unused", ""): 3,
    }


def test_an_empty_list_of_occupations_is_an_error(tmp_path: Path) -> None:
    sheets = {name: sheet[:1] for name, sheet in table().items()}
    report = validate(write_table(tmp_path, sheets))
    assert totals(report) == {("no_occupations", ""): 1}
    with pytest.raises(PasserellesError) as refused:
        load_referential(tmp_path)
    assert refused.value.key == "no_occupations"


def test_overlays_are_validated_with_the_referential(tmp_path: Path) -> None:
    folder = write_table(tmp_path / "petit", table())
    sheets = {
        "specialised_occupations": [["code", "base", "label"], ["B2-X", "B2", "Vitrier d'art"], ["Q-X", "Q", "?"]],
    }
    branch = write_table(tmp_path / "branche", sheets, manifest=MANIFEST.replace("table@1", "overlay@1"))
    report = validate(folder, overlays=[branch])
    assert (report.counts["occupations_specialised"], report.counts["occupations_declared"]) == (1, 3)
    assert totals(report) == {("overlay_base_missing", "branche/specialised_occupations.csv"): 1}
    assert report.dropped == {"branche/specialised_occupations.csv": 1}
    assert report.ok


def test_dropped_rows_are_counted_by_file_and_rows_add_up(tmp_path: Path) -> None:
    sheets = table()
    sheets["requirements"] += [["0110", "C1", ""], ["", "C1", ""]]
    sheets["mobilities"] += [["B2", "B2", "", ""], ["B2", "Q", "", ""]]
    folder = write_table(tmp_path, sheets)
    with (folder / "titles.csv").open("a", encoding="utf-8") as file:
        file.write('T2,B2\nT3,B2,"sans fin\n')
    report = validate(folder)
    assert report.dropped == {"mobilities.csv": 2, "requirements.csv": 2, "titles.csv": 2}
    assert report.counts["dropped"] == 6
    assert report.counts["requirements"] + report.dropped["requirements.csv"] == len(sheets["requirements"]) - 1
    assert report.counts["mobilities"] + report.dropped["mobilities.csv"] == len(sheets["mobilities"]) - 1


def test_what_is_no_referential_raises(tmp_path: Path) -> None:
    with pytest.raises(PasserellesError) as refused:
        validate(tmp_path / "nowhere")
    assert refused.value.key == "no_such_referential"
    (tmp_path / "wrong.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(PasserellesError) as refused:
        validate(tmp_path)
    assert refused.value.key == "unknown_format"
    with pytest.raises(PasserellesError) as refused:
        validate(tmp_path / "wrong.csv")
    assert refused.value.key == "not_folder_nor_zip"


_PRINT = """
import sys, json
from passerelles.referentials.load import load_referential
from passerelles.referentials.validate import validate
referential = load_referential(sys.argv[1])
fields = {name: repr(getattr(referential, name)) for name in referential.__dataclass_fields__}
sys.stdout.buffer.write(json.dumps([fields, validate(sys.argv[1]).to_dict()]).encode())
"""


def printed(place: Path, seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", _PRINT, str(place)]
    return subprocess.run(command, env=environment, check=True, capture_output=True).stdout


def test_every_process_reads_the_same_bytes(tmp_path: Path) -> None:
    sheets = rome4()
    sheets["liens_rome_referentiels"] += [[f"Q{n}", "5", "1", f"77{n}"] for n in range(20)]
    sheets["rubrique_mobilite"] += [["Z1001", f"W{n}", "3"] for n in range(20)]
    sheets["referentiel_competence"][1][3] = "104"
    sheets["referentiel_competence"][5][3] = "100"
    folder = write_rome(tmp_path / "set", sheets)
    first = printed(folder, "1")
    # The order in which a folder lists its files is the disk's own; another one is another folder. Texts have other
    # hashes in the other process.
    kept = tmp_path / "kept"
    folder.rename(kept)
    folder.mkdir()
    for file in sorted(kept.iterdir(), reverse=True):
        shutil.copy(file, folder / file.name)
    assert first == printed(folder, "2")


def test_the_real_rome_4(rome4_report: ValidationReport) -> None:
    assert counted(rome4_report, V460) == V460
    assert rome4_report.ok
    seen = totals(rome4_report)
    assert seen["encoding_differs", "unix_arborescence_secteur_naf_v460_utf8.csv"] == 1
    assert seen["doubled_apostrophes", "unix_texte_v460_utf8.csv"] == 8031
    assert seen["missing_unread_file", "unix_arborescence_competences_v460_utf8.csv"] == 1
    assert {n.code for n in rome4_report.notices} == {
        "encoding_differs",
        "doubled_apostrophes",
        "missing_unread_file",
        "competency_unused",
        "access_text_differs",
        "shipped_credential_ended",  # of the catalogue of access facts: held still, obtained no more
    }


def test_the_real_rome_3(rome3: Path) -> None:
    report = validate(rome3)
    assert not report.ok
    expected = {"occupations_declared": 531, "occupations_undeclared": 1, "titles": 10_990, "dropped": 0}
    assert counted(report, expected) == expected
    seen = totals(report)
    links = "unix_liens_rome_referentiels_v347_utf8.csv"
    assert seen["undeclared_occupation", links] == 1
    assert seen["label_missing", links] == 7382
    assert seen["missing_file", "unix_rubrique_mobilite_v347_utf8.csv"] == 1
    assert report.counts["competencies_without_label"] == 7382
    (lost,) = (n for n in report.notices if n.code == "undeclared_occupation")
    assert "L1510" in lost.what("fr")
    assert len(report.notices) < 50


@pytest.fixture(scope="module")
def part_report(rome4_part: Path) -> ValidationReport:
    """What the validation of some domains of the real set tells."""
    return validate(rome4_part)


def altered(place: Path, folder: Path) -> Path:
    """Copy of a set in which a test may rename and rewrite files."""
    folder.mkdir()
    for file in place.iterdir():
        shutil.copyfile(file, folder / file.name)
    return folder


def real_file(folder: Path, kind: str) -> Path:
    return folder / f"unix_{kind}_v460_utf8.csv"


def test_the_real_rome_4_under_another_version_and_in_a_zip(
    rome4_part: Path, tmp_path: Path, part_report: ValidationReport
) -> None:
    folder = altered(rome4_part, tmp_path / "copy")
    for file in list(folder.glob("*_v460_*")):
        file.rename(folder / file.name.replace("_v460_", "_v459_"))  # from 461 on, some codes name other jobs
    report = validate(zipped(folder, tmp_path / "deep.zip", inside="rome/"))
    assert report.version == "459"
    assert report.counts == part_report.counts
    assert report.ok


def test_the_real_rome_4_with_rows_removed_and_codes_renamed(
    rome4_part: Path, tmp_path: Path, part_report: ValidationReport
) -> None:
    folder = altered(rome4_part, tmp_path / "copy")
    # 1. The occupation K2110 is not declared any more. 2. Another one has another code everywhere.
    fiches = real_file(folder, "referentiel_code_rome")
    lines = fiches.read_text(encoding="utf-8").splitlines(keepends=True)
    fiches.write_text("".join(line for line in lines if not line.startswith('"K2110"')), encoding="utf-8")
    for file in folder.glob("*.csv"):
        file.write_bytes(file.read_bytes().replace(b'"A1101"', b'"A9901"'))
    # 3. 1,000 links are gone. 4. A work context is gone, and with it its links. 5. A title is there twice.
    links = real_file(folder, "liens_rome_referentiels")
    lines = links.read_text(encoding="utf-8").splitlines(keepends=True)
    asked = [i for i, line in enumerate(lines) if line.split(",")[1] == '"5"']
    gone = set(asked[-1000:])
    lost = {(lines[i].split(",")[0], lines[i].split(",")[3].strip()) for i in gone}
    links.write_text("".join(line for i, line in enumerate(lines) if i not in gone), encoding="utf-8")
    contexts = real_file(folder, "referentiel_contexte_travail")
    rows = contexts.read_text(encoding="utf-8").splitlines(keepends=True)
    context = rows[1].split(",")[0]
    contexts.write_text("".join([rows[0], *rows[2:]]), encoding="utf-8")
    orphans = sum(line.split(",")[1] == '"6"' and line.strip().endswith(f",{context}") for line in lines)
    items = real_file(folder, "coherence_item")
    cells = [line.strip().split(",") for line in items.read_text(encoding="utf-8").splitlines()]
    marked = sum((code, item) in lost and status != '""' for code, item, status in cells)
    titles = real_file(folder, "referentiel_appellation")
    with titles.open("a", encoding="utf-8") as appended:
        appended.write(titles.read_text(encoding="utf-8").splitlines(keepends=True)[5])

    report = validate(folder)
    before = part_report.counts
    expected = {
        "occupations_declared": before["occupations_declared"] - 1,
        "occupations_undeclared": 1,
        "titles": before["titles"],
        "requirements": before["requirements"] - 1000,
        "work_contexts": before["work_contexts"] - orphans,
        "mobilities": before["mobilities"],
        "dropped": orphans + marked + 1,
    }
    assert counted(report, expected) == expected
    assert report.dropped == {items.name: marked, links.name: orphans, titles.name: 1}
    assert min(orphans, marked) > 0
    assert totals(report)["link_to_nowhere", links.name] == orphans
    assert "A9901" in load_referential(folder).occupation_by_code


def test_the_real_rome_4_truncated(rome4_part: Path, tmp_path: Path, part_report: ValidationReport) -> None:
    folder = altered(rome4_part, tmp_path / "copy")
    savoirs = real_file(folder, "referentiel_savoir")
    data = savoirs.read_bytes()
    cut = data.index("é".encode(), len(data) // 2) + 1  # in the middle of a letter, in the middle of a cell
    savoirs.write_bytes(data[:cut])
    report = validate(folder)
    seen = totals(report)
    assert not report.ok
    assert seen["truncated_file", savoirs.name] == 1
    assert seen["damaged_text", savoirs.name] == 1
    for name in ("requirements", "requirements_savoir"):
        assert report.counts[name] == part_report.counts[name]
    assert report.counts["competencies_without_label"] == seen["undeclared_competency", links_name()]


def links_name() -> str:
    return "unix_liens_rome_referentiels_v460_utf8.csv"


def test_the_real_rome_4_in_a_process_of_its_own(rome4_part: Path, part_report: ValidationReport) -> None:
    rome = load_referential(rome4_part)
    fields = {name: repr(getattr(rome, name)) for name in rome.__dataclass_fields__}
    here = json.dumps([fields, part_report.to_dict()]).encode()  # where texts have other hashes
    assert printed(rome4_part, "11") == here


def test_a_column_helper_changes_one_column_only() -> None:
    assert column([["a", "b"], ["1", "2"]], "b", str.upper) == [["a", "b"], ["1", "2"]]
