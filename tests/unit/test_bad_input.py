"""Bad input, one case each: one message that says what and where, in both languages, or a notice; never a traceback."""

import os
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passerelles.codes import check_code
from passerelles.errors import PasserellesError
from passerelles.language.say import LANGS
from passerelles.notices import LISTED
from passerelles.referentials.load import load_referential
from passerelles.referentials.validate import validate
from sets import MANIFEST, rome4, table, write_rome, write_table


def _nothing(folder: Path) -> Path:
    return folder / "nowhere"


def _empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def _wrong_file(folder: Path) -> Path:
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" * 10)
    return folder / "photo.jpg"


def _wrong_folder(folder: Path) -> Path:
    (folder / "notes.csv").write_bytes(b"a;b\n1;2\n")
    return folder


def _csv_alone(folder: Path) -> Path:
    return write_rome(folder, rome4()) / "unix_texte_v999_utf8.csv"


def _bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("unix_texte_v999_utf8.csv", b"0" * 20_000_000)
    return folder / "bomb.zip"


def _cut_zip(folder: Path) -> Path:
    (folder / "cut.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    return folder / "cut.zip"


def _endless_name(folder: Path) -> Path:
    return folder / ("x" * 4000)


def _overlay(folder: Path) -> Path:
    return write_table(folder, {}, manifest=MANIFEST.replace("table@1", "overlay@1"))


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


PLACES = (
    _nothing,
    _empty_folder,
    _wrong_file,
    _wrong_folder,
    _csv_alone,
    _bomb,
    _cut_zip,
    _endless_name,
    _overlay,
    _pipe,
)


@pytest.mark.parametrize("make", PLACES)
@pytest.mark.parametrize("read", [load_referential, validate])
def test_a_place_that_holds_no_referential_is_one_error(
    tmp_path: Path, make: Callable[[Path], Path], read: Callable[[Path], object]
) -> None:
    place = make(tmp_path)
    with pytest.raises(PasserellesError) as refused:
        read(place)
    for lang in LANGS:
        message = refused.value.message(lang)
        assert str(place) in message
        assert "\n" not in message


@pytest.mark.parametrize("value", [460, 1.5, None, b"transitions", ["transitions"]])
@pytest.mark.parametrize("read", [load_referential, validate])
def test_a_place_that_is_no_text_is_one_error(read: Callable[[object], object], value: object) -> None:
    with pytest.raises(PasserellesError) as refused:
        read(value)
    assert repr(value) in refused.value.message("fr")


@pytest.mark.parametrize("code", [110, 2110, 110.0, True, None, b"0110"])
def test_a_numeric_code_is_refused_with_advice(code: object) -> None:
    with pytest.raises(PasserellesError) as refused:
        check_code(code)
    assert repr(code) in refused.value.message("fr")


def test_a_place_that_may_not_be_read_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_rome(tmp_path / "set", rome4())

    iterdir, exists = Path.iterdir, Path.exists

    def refused(path: Path) -> None:
        if path == folder:
            raise PermissionError(13, "Permission denied")

    def no_listing(path: Path) -> Iterator[Path]:
        refused(path)
        return iterdir(path)

    def no_look(path: Path) -> bool:
        refused(path)
        return exists(path)

    for name, refusing in (("iterdir", no_listing), ("exists", no_look)):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, refusing)
            for read in (load_referential, validate):
                with pytest.raises(PasserellesError) as stopped:
                    read(folder)
                assert (stopped.value.key, str(folder) in str(stopped.value)) == ("no_permission", True)


@pytest.mark.parametrize("kind", ["referentiel_savoir", "texte"])
def test_a_file_that_may_not_be_read_is_a_notice_and_an_error_where_it_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    folder = write_rome(tmp_path / "set", rome4())
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name.startswith(f"unix_{kind}_"):
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = validate(folder)
    assert [n.file for n in report.notices if n.code == "forbidden_file"] == [f"unix_{kind}_v999_utf8.csv"]
    assert report.counts["titles"] == 3
    if kind == "texte":
        assert load_referential(folder).occupations[0].definition == ""
    else:
        with pytest.raises(PasserellesError, match=kind):
            load_referential(folder)


def test_a_wrong_delimiter_and_a_cut_file_are_notices(tmp_path: Path) -> None:
    folder = write_rome(tmp_path / "set", rome4(), delimiter=";")
    texts = folder / "unix_texte_v999_utf8.csv"
    texts.write_bytes(texts.read_bytes()[:-8])
    report = validate(folder)
    codes = [n.code for n in report.notices]
    assert codes.count("delimiter_differs") == len(rome4())
    assert codes.count("truncated_file") == 1
    assert report.dropped == {"unix_texte_v999_utf8.csv": 1}


@pytest.mark.slow
def test_megabytes_of_garbage_below_a_good_header(tmp_path: Path) -> None:
    folder = write_rome(tmp_path / "set", rome4())
    noise = random.Random(3)  # noqa: S311 - the same noise in every run
    file = folder / "unix_liens_rome_referentiels_v999_utf8.csv"
    header = file.read_bytes().split(b"\n")[0] + b"\n"
    file.write_bytes(
        header + noise.randbytes(1_000_000).translate(bytes(b'aZ15,,,;"\n\xe9'[i % 11] for i in range(256)))
    )
    started = time.process_time()
    report = validate(folder)
    assert time.process_time() - started < 4
    assert not report.ok
    assert len(report.notices) < 8 * LISTED
    assert report.counts["dropped"] > 10_000
    assert load_referential(folder).occupations


def test_codes_twice_links_to_nowhere_circles_and_bare_occupations(tmp_path: Path) -> None:
    sheets = table()
    sheets["occupations"] += [["B3", "Encore", *[""] * 11], ["B4", "Sans rien", *[""] * 11]]
    sheets["mobilities"].append(["B2", "nulle-part", "", ""])
    sheets["macro_competencies"][2][2] = "M1"
    sheets["domains"][1][2] = "V"
    referential = load_referential(write_table(tmp_path, sheets))
    errors = {n.code: n.what("fr") for n in referential.notices}
    assert set(errors) == {"duplicate_code", "link_to_nowhere", "cyclic_hierarchy", "no_requirements"}
    assert [c.macro for c in referential.competencies if c.is_macro] == [None, "M0"]
    assert [d.parent for d in referential.domains] == ["V", None, "V"]
    assert "B4" not in referential.requirements_of  # so that its coverage is unknown, not 1
    assert "nulle-part" in errors["link_to_nowhere"]


def test_strict_refuses_errors_and_lists_them(tmp_path: Path) -> None:
    sheets = table()
    sheets["requirements"] += [["Q1", "C1", ""], ["Q2", "C1", ""]]
    folder = write_table(tmp_path, sheets)
    assert len(load_referential(folder).occupations) == 5
    with pytest.raises(PasserellesError) as refused:
        load_referential(folder, strict=True)
    assert refused.value.key == "strict_refusal"
    assert len(refused.value.issues) == 2  # type: ignore[attr-defined]
    assert "Q1" in str(refused.value)
    write_table(tmp_path, table())
    assert load_referential(folder, strict=True).occupations


def test_a_spreadsheet_that_ate_the_zeros_leads_nowhere_and_says_so(tmp_path: Path) -> None:
    sheets = table()
    sheets["occupations"][1][0] = "110"
    folder = write_table(tmp_path, sheets)
    report = validate(folder)
    errors = {(n.code, n.file) for n in report.notices if n.severity == "error"}
    assert errors == {
        ("undeclared_occupation", "requirements.csv"),  # 0110 is kept, flagged, without label: no link is lost
    }
    assert report.counts["occupations_undeclared"] == 1
    assert [n.code for n in report.notices if n.severity == "warning"] == ["no_requirements"]  # 110
