"""Folders and zips: what is read, and what is refused with one message."""

import os
import struct
import zipfile
from pathlib import Path

import pytest

from passerelles.errors import PasserellesError
from passerelles.io import archive as module
from passerelles.io.archive import FileSource, open_source


def make_zip(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def key(place: Path) -> str:
    with pytest.raises(PasserellesError) as refused:
        open_source(place)
    assert str(place) in refused.value.message("fr")
    return refused.value.key


def read_key(source: FileSource, name: str) -> str:
    with pytest.raises(PasserellesError) as refused:
        source.read(name)
    assert name in refused.value.message("fr")
    return refused.value.key


def test_a_folder_gives_its_own_files_sorted(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"B")
    (tmp_path / "a.csv").write_bytes(b"A")
    (tmp_path / ".DS_Store").write_bytes(b"?")
    (tmp_path / "sub").mkdir()
    source = open_source(str(tmp_path))
    assert (source.names, source.read("a.csv")) == (("a.csv", "b.csv"), b"A")


def test_a_zip_and_a_zip_of_a_folder_give_the_same_files(tmp_path: Path) -> None:
    flat = make_zip(tmp_path / "flat.zip", {"a.csv": b"A", "b.csv": b"B", "__MACOSX/._a.csv": b"?"})
    deep = make_zip(tmp_path / "deep.zip", {"x/y/a.csv": b"A", "x/y/b.csv": b"B", "x/readme.txt": b"?"})
    windows = make_zip(tmp_path / "windows.zip", {"x\\a.csv": b"A", "x\\b.csv": b"B"})
    for place in (flat, deep, windows):
        source = open_source(place)
        assert {name: source.read(name) for name in source.names} == {"a.csv": b"A", "b.csv": b"B"}


def test_two_folders_of_a_zip_are_never_mixed(tmp_path: Path) -> None:
    place = make_zip(tmp_path / "two.zip", {"one/a.csv": b"1", "two/a.csv": b"2", "two/b.csv": b"2"})
    source = open_source(place)
    assert (source.names, source.read("a.csv")) == (("a.csv",), b"1")
    place = make_zip(tmp_path / "deep.zip", {"a/b/a.csv": b"deep", "z/a.csv": b"near the top", "0.txt": b"?"})
    assert open_source(place).read("a.csv") == b"near the top"


def test_names_are_found_whatever_their_case(tmp_path: Path) -> None:
    (tmp_path / "Occupations.CSV").write_bytes(b"x")
    (tmp_path / "manifest.toml").write_bytes(b"x")
    source = open_source(tmp_path)
    assert source.find("occupations.csv") == "Occupations.CSV"
    assert source.find("manifest.toml") == "manifest.toml"
    assert source.find("titles.csv") is None


def test_what_is_no_folder_and_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"code\n")
    os.mkfifo(tmp_path / "pipe")
    assert key(tmp_path / "nowhere") == "no_such_path"
    assert key(tmp_path / "a.csv") == "not_folder_nor_zip"
    assert key(tmp_path / "pipe") == "not_folder_nor_zip"
    (tmp_path / "empty").mkdir()
    assert key(tmp_path / "empty") == "empty_source"
    assert key(make_zip(tmp_path / "empty.zip", {})) == "empty_source"
    assert key(tmp_path / ("x" * 300)) == "unreadable_path"


def test_a_cut_zip_is_refused(tmp_path: Path) -> None:
    whole = make_zip(tmp_path / "whole.zip", {"a.csv": b"A" * 1000}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert key(tmp_path / "cut.zip") == "not_folder_nor_zip"


def test_a_zip_bomb_is_refused_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = make_zip(tmp_path / "bomb.zip", {"a.csv": b"0" * 50_000_000})
    assert key(bomb) == "zip_bomb"
    monkeypatch.setattr(module, "MAX_TOTAL_BYTES", 100)
    assert key(make_zip(tmp_path / "big.zip", {"a.csv": os.urandom(101)}, zipfile.ZIP_STORED)) == "zip_bomb"


def test_a_zip_whose_directory_lies_about_sizes_is_not_expanded(tmp_path: Path) -> None:
    place = make_zip(tmp_path / "liar.zip", {"a.csv": b"0" * 10_000_000})
    data = bytearray(place.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10_000)
    place.write_bytes(data)
    assert read_key(open_source(place), "a.csv") == "unreadable_member"


def test_damaged_and_encrypted_members_are_refused_one_by_one(tmp_path: Path) -> None:
    place = make_zip(tmp_path / "damaged.zip", {"a.csv": os.urandom(2000) * 5, "b.csv": b"B"})
    data = bytearray(place.read_bytes())
    data[60:200] = bytes(140)
    place.write_bytes(data)
    assert read_key(open_source(place), "a.csv") == "unreadable_member"
    assert open_source(place).read("b.csv") == b"B"
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    place.write_bytes(data)
    assert read_key(open_source(place), "b.csv") == "unreadable_member"


def test_an_oversized_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(b"x" * 101)
    place = make_zip(tmp_path / "a.zip", {"a.csv": b"x" * 101})
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 100)
    assert read_key(open_source(tmp_path), "a.csv") == "file_too_big"
    assert read_key(open_source(place), "a.csv") == "file_too_big"


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.csv").write_bytes(b"x")
    place = make_zip(tmp_path / "a.zip", {"a.csv": b"x"})
    source = open_source(tmp_path / "folder")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "iterdir", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    assert read_key(source, "a.csv") == "no_permission"
    assert key(tmp_path / "folder") == "no_permission"
    assert key(place) == "no_permission"
