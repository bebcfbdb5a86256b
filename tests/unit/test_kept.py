"""Data that were read are kept in the user's cache, and read again from there only while nothing has changed."""

import os
from pathlib import Path

import pytest

from market_files import bmo_row, market_folder, places_folder, write_bmo
from passerelles.compiled import cached_indexes, cached_place, clear_cache
from passerelles.market import market, places, read
from passerelles.market.figures import Interval
from passerelles.session import Session


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path / "cache"))
    market_folder(tmp_path / "data")
    places_folder(tmp_path / "data" / "places")
    (tmp_path / "data" / "travel.csv").write_text("from,to,minutes,km\n5313,0101,30,20\n", encoding="utf-8")
    return tmp_path / "data"


def session(folder: Path, *, cache: bool = True) -> Session:
    return Session(data=(folder,), cache=cache)


def test_what_is_kept_is_what_was_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, first = session(folder, cache=False), session(folder)
    assert plain.market is not None
    assert (plain.places, plain.market.survey(), list(cached_indexes())) == (plain.places, plain.market.survey(), [])
    assert first.market is not None
    assert first.market.survey() == plain.market.survey()
    assert first.places == plain.places
    names = sorted(each.name.split("-")[1] for each in cached_indexes())
    assert names == ["bmo", "places", "scan"]

    def never(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    for module, name in ((market, "_survey"), (places, "_read_basins")):
        monkeypatch.setattr(module, name, never)
    again = session(folder)
    assert again.market is not None
    assert plain.places is not None
    assert again.places is not None
    once, twice = (each.survey().projects("5313", "J3Z43") for each in (plain.market, again.market))
    assert repr(once) == repr(twice)  # a whole number is written as one, kept or not
    assert (again.places, again.places.notices) == (plain.places, plain.places.notices)
    assert len(clear_cache()) == 3
    assert list(cached_place().iterdir()) == []


def test_reading_for_the_first_time_is_told_where_it_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    for cache in (False, True, True):
        assert Session(data=(folder,), cache=cache, preparing=told.append).places is not None
    assert told == ["data"]
    monkeypatch.chdir(folder)
    clear_cache()
    assert Session(data=(Path(),), cache=True, preparing=told.append).places is not None
    assert told == ["data", "data"]
    # The user's cache, where data are looked for when none are named.
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    assert Session(cache=True, preparing=told.append).market is None
    assert told == ["data", "data"]


def test_a_changed_or_damaged_file_is_read_again(folder: Path) -> None:
    before = session(folder).places
    assert before is not None
    (damaged,) = cached_place().glob("data-places-*.json")
    damaged.write_bytes(damaged.read_bytes()[:-20])
    assert session(folder).places == before
    files = (p for p in (folder / "places").rglob("*") if p.is_file())
    listed = next(p for p in files if b"libbe" in p.read_bytes())
    written = 1 if os.name == "nt" else listed.stat().st_mtime_ns
    listed.write_bytes(listed.read_bytes().replace(b",REDON", b",NODER"))  # of the same size, at the same time
    os.utime(listed, ns=(written, written))
    after = session(folder).places
    assert after is not None
    assert (before.basin_by_code["5313"].name, after.basin_by_code["5313"].name) == ("REDON", "NODER")


def test_a_survey_is_never_that_of_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "keeper", lambda place, _: read.Keeper(place, "same"))
    found = []
    for projects in (12, 13):
        for old in folder.rglob("*.xlsx"):
            old.unlink()
        write_bmo(folder / "bmo.xlsx", [bmo_row("J3Z43", "5313", "35", projects)])
        market = session(folder).market
        assert market is not None
        found.append(market.survey().projects("5313", "J3Z43").met)
    assert found == [Interval(12, 12), Interval(13, 13)]


def test_a_source_that_a_package_changes_is_recognised_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def digest(declared: str) -> str:
        monkeypatch.setattr(read, "extensions", lambda _: {"ours": declared})
        return read.keeper(cached_place(), [folder]).digest

    assert digest("year = '2023'") == digest("year = '2023'") != digest("year = '2024'")


def test_a_name_that_is_no_text_stops_nobody(folder: Path) -> None:
    (folder / os.fsdecode(b"donn\xe9es.csv")).write_text("a;b\n")
    assert session(folder).places == session(folder, cache=False).places


def test_a_cache_that_can_only_be_read_serves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = session(folder).places

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refused)
    monkeypatch.setattr(places, "_read_basins", refused)
    assert session(folder).places == before


def test_a_cache_that_cannot_be_written_fails_nobody(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    assert session(folder).places == session(folder, cache=False).places
