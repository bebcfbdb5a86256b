"""A web server on 127.0.0.1 whose faults a test chooses, and small zips for it to serve."""

import gzip
import io
import random
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

TABLES = {
    "manifest.toml": 'schema = "passerelles/table@1"\nname = "petit"\nversion = "7"\nlicence = "MIT"\n',
    "occupations.csv": "code,label\nX1001,Souffleur de verre\nX1002,Luthière\n",
    "competencies.csv": "code,label,kind\n501,Souffler une paraison,savoir-faire\n502,Acoustique,savoir\n",
    "requirements.csv": "occupation,competency,status\nX1001,501,core\nX1002,502,core\n",
}


def small_zip(*, version: str = "7", padding: int = 200_000) -> bytes:
    """Zip of a referential of two occupations; `padding` incompressible bytes make it travel in several pieces."""
    files: dict[str, bytes] = {name: text.encode() for name, text in TABLES.items()}
    files["manifest.toml"] = TABLES["manifest.toml"].replace('"7"', f'"{version}"').encode()
    if padding:
        files["padding.bin"] = random.Random(int(version)).randbytes(padding)  # noqa: S311 - any bytes will do
    return zip_of(files)


def zip_of(files: dict[str, bytes]) -> bytes:
    """Zip of files by name, compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@dataclass
class Site:
    """What the server answers (a test changes it between two requests) and what it was asked."""

    body: bytes = field(default_factory=small_zip)
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = "application/zip"
    ranges: bool = False
    heeds_if_range: bool = True
    range_shift: int = 0  # a faulty server starts elsewhere than it was asked to
    sends_length: bool = True
    cut_after: int | None = None  # bytes of body after which the connection closes
    stall: str = ""  # "before" or "during": wait for `release`
    gzipped: bool = False
    port: int = 0
    release: threading.Event = field(default_factory=threading.Event)
    requests: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/csv"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives
        pass

    def do_HEAD(self) -> None:
        self.site.requests.append({"method": "HEAD"})
        self._answer(404, {"Content-Length": "0"}, b"")

    def do_GET(self) -> None:
        site = self.site
        site.requests.append({"method": "GET", "path": self.path, **dict(self.headers.items())})
        if self.path == "/moved":
            return self._answer(302, {"Location": "/csv", "Content-Length": "0"}, b"")
        if self.path == "/loop":
            return self._answer(302, {"Location": "/loop", "Content-Length": "0"}, b"")
        if site.stall == "before":
            site.release.wait(10)
        if site.status != 200:
            return self._answer(site.status, {"Content-Length": "5"}, b"sorry")
        headers = {"Content-Type": site.content_type}
        headers |= {"ETag": site.etag} if site.etag else {}
        headers |= {"Last-Modified": site.last_modified} if site.last_modified else {}
        headers |= {"Accept-Ranges": "bytes"} if site.ranges else {}
        status, body = self._part(headers)
        if site.gzipped:
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
        if site.sends_length:
            headers["Content-Length"] = str(len(body))
        return self._answer(status, headers, body[: site.cut_after])

    def _part(self, headers: dict[str, str]) -> tuple[int, bytes]:
        site, wanted, given = self.site, self.headers["Range"], self.headers["If-Range"]
        unchanged = not site.heeds_if_range or given in (site.etag, site.last_modified)
        if not wanted or not site.ranges or not unchanged:
            return 200, site.body
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) + site.range_shift
        if start >= len(site.body):
            return 416, b""
        headers["Content-Range"] = f"bytes {start}-{len(site.body) - 1}/{len(site.body)}"
        return 206, site.body[start:]

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in {**headers, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # the client may have left, which is what several tests are about
            if self.site.stall == "during" and body:
                self.wfile.write(body[:1000])
                self.site.release.wait(10)
            else:
                self.wfile.write(body)


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve `site` on a free port until the end of the block."""
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            site.release.set()
            server.shutdown()
            thread.join()


def use_cache(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Make `folder` the cache, without any proxy of this machine; return the folder where 'rome' will lie."""
    monkeypatch.setenv("PASSERELLES_CACHE", str(folder))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return folder / "rome"


def names_in(folder: Path) -> list[str]:
    """Names of everything in a folder, hidden files included, sorted."""
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
