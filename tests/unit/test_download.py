"""What is downloaded is checked whole before it replaces anything, and then just loads."""

import errno
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from download_site import TABLES, Site, names_in, serving, small_zip, use_cache, zip_of
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS, say
from passerelles.referentials.download import download_referential, read_download_record
from passerelles.referentials.load import load_referential
from passerelles.referentials.places import named_place

WHOLE = ["provenance.json", "referential.zip"]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return use_cache(monkeypatch, tmp_path / "cache")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def with_entry(name: str, mode: int = 0o644) -> bytes:
    out = io.BytesIO(small_zip(padding=0))
    with zipfile.ZipFile(out, "a") as archive:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name
        entry.external_attr = (mode if mode > 0o777 else 0o100000 | mode) << 16
        archive.writestr(entry, "out of here")
    return out.getvalue()


def understated_bomb() -> bytes:
    """Zip whose directory says 100 bytes for an entry that holds 5 MB."""
    data = bytearray(zip_of({"occupations.csv": b"0" * 5_000_000}))
    at = data.index(b"PK\x01\x02") + 24
    assert struct.unpack_from("<I", data, at) == (5_000_000,)
    struct.pack_into("<I", data, at, 100)
    return bytes(data)


def corrupted() -> bytes:
    data = bytearray(small_zip())
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


PAGE = b"<!DOCTYPE html><html><body>Maintenance</body></html>"
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "html page": (lambda: PAGE, "download_wrong_content"),
    "nothing": (lambda: b"", "download_wrong_content"),
    "cut zip of unknown length": (lambda: small_zip()[:100_000], "download_broken_zip"),
    "one wrong byte": (corrupted, "download_broken_zip"),
    "bomb": (lambda: zip_of({"occupations.csv": b"0" * 5_000_000}), "zip_bomb"),
    "bomb that lies": (understated_bomb, "download_broken_zip"),
    "zip of nothing": (lambda: zip_of({}), "empty_source"),
    "another zip": (lambda: zip_of({"photo.jpg": b"\xff\xd8"}), "unknown_format"),
    "one file missing": (
        lambda: zip_of({n: t.encode() for n, t in TABLES.items() if n != "requirements.csv"}),
        "missing_required_file",
    ),
    **{
        f"escape {name!r}": (lambda name=name: with_entry(name), "zip_unsafe")  # type: ignore[misc]
        for name in (
            "../evil.csv",
            "a/../../evil.csv",
            "/etc/evil.csv",
            "C:\\evil.csv",
            "c:evil.csv",
            "..\\evil.csv",
            "\\\\host\\share\\evil.csv",
        )
    },
    "symlink": (lambda: with_entry("evil.csv", 0o120777), "zip_unsafe"),
    **{
        f"twice {name!r}": (lambda name=name: with_entry(name), "zip_twice")  # type: ignore[misc]
        for name in ("./occupations.csv", "OCCUPATIONS.csv", ".//occupations.csv")
    },
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("way", ["web", "file"])
def test_bad_content_is_refused_and_the_earlier_copy_stays(
    site: Site, place: Path, tmp_path: Path, case: str, way: str
) -> None:
    good = download_referential(url=site.url).read_bytes()
    before = {name: (place / name).read_bytes() for name in WHOLE}
    make, key = BAD[case]
    site.body, site.sends_length, site.content_type = make(), False, "text/html"
    file = tmp_path / "given.zip"
    file.write_bytes(site.body)
    with pytest.raises(PasserellesError) as caught:
        download_referential(url=site.url if way == "web" else None, from_file=file if way == "file" else None)
    assert caught.value.key == key
    for lang in LANGS:
        message = caught.value.message(lang)
        assert (site.url if way == "web" else str(file)) in message
        assert ".tmp" not in message
    assert {name: (place / name).read_bytes() for name in names_in(place)} == before
    assert before["referential.zip"] == good
    assert names_in(tmp_path) == ["cache", "given.zip"]
    assert load_referential("rome").version == "7"


def test_a_bomb_is_refused_before_anything_is_expanded(
    site: Site, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.body = BAD["bomb"][0]()
    opened: list[object] = []
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *args, **_: opened.append(args))
    with pytest.raises(PasserellesError, match="would expand"):
        download_referential(url=site.url)
    assert opened == []


def test_an_html_page_is_called_one(site: Site, place: Path) -> None:
    site.body = PAGE
    with pytest.raises(PasserellesError, match="HTML"):
        download_referential(url=site.url)


def test_what_lacks_a_file_says_which(site: Site, place: Path) -> None:
    site.body = BAD["one file missing"][0]()
    with pytest.raises(ReferentialError, match=r"requirements\.csv") as caught:
        download_referential(url=site.url)
    assert ("missing_required_file", "requirements.csv") in [(n.code, n.file) for n in caught.value.issues]


def test_provenance_and_place(site: Site, place: Path) -> None:
    site.etag, site.last_modified = '"abc"', "Thu, 18 Sep 2025 08:00:00 GMT"
    start = datetime.now(UTC).replace(microsecond=0)
    path = download_referential("rome", url=site.url)
    assert path == place / "referential.zip" == named_place("rome", "referential")
    record = json.loads((place / "provenance.json").read_text(encoding="utf-8"))
    date = datetime.fromisoformat(record.pop("date"))
    assert start <= date <= datetime.now(UTC)
    assert date.utcoffset() == timedelta(0)
    assert record == {
        "schema": "passerelles/download@1",
        "name": "rome",
        "url": site.url,
        "file": None,
        "size": len(site.body),
        "sha256": hashlib.sha256(site.body).hexdigest(),
        "etag": '"abc"',
        "last_modified": "Thu, 18 Sep 2025 08:00:00 GMT",
        "version": "7",
        "format": "table",
        "licence": "MIT",
    }
    known = read_download_record("rome")
    assert known is not None
    for lang in LANGS:
        sentence = known.sentence(path, lang)
        assert str(path) in sentence
        assert site.url in sentence
        assert say("download.progress", lang=lang, name="rome")
        assert "--referential rome" in say("download.next", lang=lang, name="rome")
    path.write_bytes(small_zip(version="8"))
    assert read_download_record("rome") is None  # it is that of another file
    assert read_download_record("nothing") is None


def test_a_new_copy_replaces_the_earlier_one(site: Site, place: Path) -> None:
    download_referential(url=site.url)
    assert load_referential("rome").version == "7"
    site.body = small_zip(version="8")
    download_referential(url=site.url)
    assert load_referential("rome").version == "8"
    assert names_in(place) == WHOLE


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_from_a_file_or_the_folder_that_a_browser_made_of_it(place: Path, tmp_path: Path, form: str) -> None:
    given_path = tmp_path / "fetched"
    if form == "zip":
        given_path.write_bytes(small_zip())
    else:
        given_path.mkdir()
        for name, text in TABLES.items():
            (given_path / name).write_text(text, encoding="utf-8")
    path = download_referential(from_file=given_path)
    found = load_referential("rome")
    assert [o.code for o in found.occupations] == ["X1001", "X1002"]
    record = read_download_record("rome")
    assert record is not None
    assert (record.url, record.file, record.version) == (None, str(given_path.resolve()), "7")
    first = path.read_bytes()
    assert download_referential(from_file=given_path).read_bytes() == first
    assert names_in(place) == WHOLE


def test_from_the_cached_file_itself(site: Site, place: Path) -> None:
    path = download_referential(url=site.url)
    download_referential(from_file=path)
    assert path.read_bytes() == site.body


def test_from_what_is_no_zip(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, text = tmp_path / "empty", tmp_path / "rome.csv"
    empty.mkdir()
    text.write_text("code,label\n")
    cases = [(tmp_path / "absent.zip", "no_such_path"), (empty, "empty_source"), (text, "download_wrong_content")]
    if os.name == "posix":
        cases.append((Path("/dev/zero"), "file_too_big"))
    for path, key in cases:
        with pytest.raises(PasserellesError) as caught:
            download_referential(from_file=path)
        assert caught.value.key == key
        assert all(str(path) in caught.value.message(lang) for lang in LANGS)
    monkeypatch.setattr("passerelles.referentials.download.MAX_DOWNLOAD_BYTES", 5)
    with pytest.raises(PasserellesError) as caught:
        download_referential(from_file=text)
    assert caught.value.key == "file_too_big"
    assert names_in(place) == []


def test_from_a_file_that_may_not_be_read(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rome.zip"
    file.write_bytes(small_zip())
    real_open = Path.open

    def refuse(self: Path, mode: str = "r", **options: str) -> object:
        if self == file:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(self, mode, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PasserellesError) as caught:
        download_referential(from_file=file)
    assert caught.value.key == "no_permission"
    assert names_in(place) == []


def test_unknown_name_and_two_sources(place: Path) -> None:
    for name in ("ROM", "../rome", ""):
        with pytest.raises(PasserellesError, match="Known names: rome") as caught:
            download_referential(name)
        assert "rome" in caught.value.message("fr")
    with pytest.raises(PasserellesError) as caught:
        download_referential(from_file=Path("a.zip"), url="https://a.example/")
    assert caught.value.key == "download_two_sources"
    assert "a.zip" in caught.value.message("fr")


def test_a_cache_that_cannot_be_written(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    use_cache(monkeypatch, tmp_path / "file")
    with pytest.raises(PasserellesError) as caught:
        download_referential(url=site.url)
    assert caught.value.key == "download_disk"
    assert all("PASSERELLES_CACHE" in caught.value.message(lang) for lang in LANGS)
    assert site.requests == []


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_the_last_steps_failing_leave_the_earlier_copy(
    site: Site, place: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    download_referential(url=site.url)
    site.body = small_zip(version="8")

    def refuse(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(step, refuse)
        with pytest.raises(PasserellesError, match="No space left"):
            download_referential(url=site.url)
    assert names_in(place) == WHOLE
    record = read_download_record("rome")
    assert record is not None
    assert record.version == load_referential("rome").version == "7"


def test_downloads_at_once_give_one_whole_copy(site: Site, place: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda _: download_referential(url=site.url), range(8)))
    assert {p.read_bytes() for p in paths} == {site.body}
    assert read_download_record("rome") is not None
    assert names_in(place) == WHOLE


def refusal(file: Path) -> PasserellesError | None:
    try:
        download_referential(from_file=file)
    except PasserellesError as error:
        return error
    return None


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_gets_through_as_anything_but_a_message(data: st.DataObject) -> None:
    body = bytearray(small_zip(padding=0))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        place = use_cache(patch, Path(name) / "cache")
        file = Path(name) / "given.zip"
        file.write_bytes(body[: data.draw(st.integers(0, len(body)))] if data.draw(st.booleans()) else body)
        error = refusal(file)
        if error is None:
            assert [o.code for o in load_referential("rome").occupations] == ["X1001", "X1002"]
        else:
            assert names_in(place) == []
            assert all(error.message(lang) for lang in LANGS)


def test_the_web_library_is_loaded_only_to_fetch() -> None:
    code = "import sys, passerelles.cli.main, passerelles.referentials.load; sys.exit('httpx' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="module")
def rome_zip(rome4_part: Path) -> bytes:
    """Some domains of the real ROME, zipped the way that the official file is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(rome4_part.iterdir()):
            archive.write(path, path.name)
    return out.getvalue()


def test_the_real_rome_comes_through_a_cut_and_loads(
    site: Site, place: Path, rome_zip: bytes, rome4_part_graph: OccupationGraph
) -> None:
    site.body, site.etag, site.ranges, site.cut_after = rome_zip, '"v460"', True, len(rome_zip) // 2
    with pytest.raises(PasserellesError) as caught:
        download_referential(url=site.url)
    assert caught.value.key == "download_cut"
    site.cut_after = None
    assert download_referential(url=site.url).read_bytes() == rome_zip
    found = load_referential("rome")
    assert (found.version, found.requirements) == ("460", rome4_part_graph.referential.requirements)
    record = read_download_record("rome")
    assert record is not None
    assert (record.version, record.format) == ("460", "rome4")


def test_the_real_rome_cut_is_not_taken(site: Site, place: Path, rome_zip: bytes) -> None:
    site.body, site.sends_length = rome_zip[:-1000], False
    with pytest.raises(PasserellesError) as caught:
        download_referential(url=site.url)
    assert caught.value.key == "download_broken_zip"
    assert names_in(place) == []
