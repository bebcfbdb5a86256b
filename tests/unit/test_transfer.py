"""Transfers: what is cut, restarted, refused. Each against a server on 127.0.0.1."""

import errno
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from download_site import Site, names_in, serving, small_zip, use_cache

from passerelles.errors import PasserellesError
from passerelles.language.say import LANGS
from passerelles.referentials import download
from passerelles.referentials.download import OFFICIAL_PAGE, download_referential

WHOLE = ["provenance.json", "referential.zip"]
HALF = 100_000


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return use_cache(monkeypatch, tmp_path / "cache")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def fails(url: str, key: str, **options: Any) -> PasserellesError:
    with pytest.raises(PasserellesError) as caught:
        download_referential(url=url, **options)
    assert caught.value.key == key, caught.value
    for lang in LANGS:
        assert url in caught.value.message(lang)
    return caught.value


def cut_once(site: Site) -> None:
    """Download from a server that cuts, then mend the server."""
    site.cut_after = HALF
    error = fails(site.url, "download_cut")
    assert error.values["received"] == HALF
    site.cut_after = None
    site.requests.clear()


def test_one_plain_get_without_etag_or_length(site: Site, place: Path) -> None:
    site.sends_length = False
    seen: list[tuple[int, int | None]] = []
    path = download_referential(url=site.url, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == site.body
    assert [r["method"] for r in site.requests] == ["GET"]
    assert seen[0] == (0, None)
    assert seen[-1] == (len(site.body), None)
    record = json.loads((place / "provenance.json").read_text())
    assert record["etag"] is None
    assert record["last_modified"] is None


def test_progress_counts_bytes_up_to_the_total(site: Site, place: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    download_referential(url=site.url, progress=lambda done, total: seen.append((done, total)))
    counts = [done for done, _ in seen]
    assert counts[0] == 0
    assert counts == sorted(set(counts))
    assert len(counts) > 2
    assert counts[-1] == len(site.body)
    assert {total for _, total in seen} == {len(site.body)}


def test_redirects_are_followed_and_endless_ones_reported(site: Site, place: Path) -> None:
    moved = site.url.replace("/csv", "/moved")
    assert download_referential(url=moved).read_bytes() == site.body
    assert json.loads((place / "provenance.json").read_text())["url"] == moved
    fails(site.url.replace("/csv", "/loop"), "download_redirects")


@pytest.mark.parametrize(("scheme", "safe"), [("http", False), ("https", True)])
def test_no_redirect_from_https_to_http(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    safe: bool,  # noqa: FBT001
) -> None:
    body = small_zip()  # a zip tells when it was made

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "a.example":
            return httpx.Response(302, headers={"Location": f"{scheme}://b.example/"})
        return httpx.Response(200, content=iter([body]))

    client = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    monkeypatch.setattr(download, "_client", lambda *_: client)
    if safe:
        assert download_referential(url="https://a.example/").read_bytes() == body
    else:
        fails("https://a.example/", "download_insecure")
        assert names_in(place) == []


@pytest.mark.parametrize("status", [204, 403, 404, 500, 503])
def test_server_error_gives_status_and_last_resort(site: Site, place: Path, status: int) -> None:
    site.status = status
    message = fails(site.url, "download_server_error").message("fr")
    assert str(status) in message
    assert "passerelles download rome --from" in message
    assert OFFICIAL_PAGE["rome"] in message
    assert names_in(place) == []


def test_no_network_gives_the_last_resort(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    message = fails(f"http://127.0.0.1:{port}/csv", "download_no_network").message("en")
    assert "passerelles download rome --from" in message
    assert OFFICIAL_PAGE["rome"] in message

    def no_name(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    assert "Name or service" in fails("https://nowhere.invalid/csv", "download_no_network").message()
    assert names_in(place) == []


def test_wrong_proxy_variable_is_no_traceback(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://127.0.0.1:1")
    fails("http://127.0.0.1:9/csv", "download_no_network")


def test_silent_server(site: Site, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "READ_TIMEOUT", 0.2)
    site.stall = "before"
    fails(site.url, "download_no_network")
    site.stall = "during"
    assert fails(site.url, "download_cut").values["received"] == 1000
    assert names_in(place) == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/rome.zip", "rome.zip", "http://[::1/x"])
def test_bad_address(place: Path, url: str) -> None:
    fails(url, "download_bad_address")


def test_cut_without_ranges_leaves_nothing_and_restarts(site: Site, place: Path) -> None:
    site.etag = '"v1"'
    cut_once(site)
    assert names_in(place) == []
    assert download_referential(url=site.url).read_bytes() == site.body
    assert "Range" not in site.requests[0]
    assert names_in(place) == WHOLE


def test_interruption_leaves_nothing(site: Site, place: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_referential(url=site.url, progress=interrupt)
    assert names_in(place) == []
    assert download_referential(url=site.url).read_bytes() == site.body


@pytest.mark.parametrize("sends_length", [True, False])
def test_too_large_is_refused(
    site: Site,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    sends_length: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr("passerelles.referentials.download.MAX_DOWNLOAD_BYTES", HALF)
    site.sends_length, site.etag = sends_length, '"v1"'
    seen: list[int] = []
    fails(site.url, "download_too_large", progress=lambda done, _: seen.append(done))
    assert max(seen, default=0) <= HALF
    assert (seen == []) is sends_length  # announced: refused before the first byte
    assert names_in(place) == []


def test_a_server_that_compresses_unasked(site: Site, place: Path) -> None:
    site.gzipped = True
    assert download_referential(url=site.url).read_bytes() == site.body
    assert site.requests[0]["Accept-Encoding"] == "identity"


def test_a_full_disk_is_not_filled_further(site: Site, place: Path) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, limits[1]))
    try:
        with pytest.raises(PasserellesError) as caught:
            download_referential(url=site.url)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.key == "download_disk"
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.EFBIG
    assert "PASSERELLES_CACHE" in caught.value.message()
    assert names_in(place) == []
