"""`download_referential`: fetch an official referential, check it whole, and only then put it in the user's cache."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from lzma import LZMAError
from pathlib import Path
from typing import Final, Literal

import httpx

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.io.archive import check_expansion, file_sha256, open_source, read_file, zipped
from passerelles.io.atomic import atomic_json, temporary
from passerelles.language.say import Lang, say
from passerelles.referentials.load import read_source, recognise
from passerelles.referentials.places import OFFICIAL_URL, ZIP_NAME, cache_folder
from passerelles.referentials.referential import Referential

Progress = Callable[[int, int | None], None]

# Seconds: to connect; between two pieces of the answer.
CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 30.0
OFFICIAL_PAGE: Final = {
    "rome": "https://www.francetravail.org/opendata/repertoire-operationnel-des-meti.html?type=article"
}
RECORD_NAME: Final = "provenance.json"
# The ROME zip is 5 MB.
MAX_DOWNLOAD_BYTES: Final = 500_000_000
_ZIP_START: Final = b"PK\x03\x04"
_EMPTY_ZIP_START: Final = b"PK\x05\x06"
# What reading a damaged zip may raise, beside BadZipFile.
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError, OSError, struct.error, UnicodeError,
)  # fmt: skip


def _fetch(url: str, name: str, temp: Path, progress: Progress | None) -> httpx.Headers:
    """Download `url` into `temp`; an interrupted transfer starts again at the next call."""
    page = OFFICIAL_PAGE[name]
    answered = False
    with _client(url, name) as client:
        try:
            with client.stream("GET", url) as response:
                answered = True
                if response.status_code != httpx.codes.OK:
                    status = f"{response.status_code} {response.reason_phrase}".strip()
                    raise PasserellesError("download_server_error", url=url, status=status, name=name, page=page)
                hops = [r.url for r in (*response.history, response)]
                if hops[0].scheme == "https" and any(hop.scheme != "https" for hop in hops):
                    raise PasserellesError("download_insecure", url=url, target=hops[-1])
                _receive(response, temp, url, progress)
                return response.headers
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise PasserellesError("download_bad_address", url=url, reason=error) from error
        except httpx.TooManyRedirects as error:
            raise PasserellesError("download_redirects", url=url) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            reason = str(error) or type(error).__name__
            if answered:
                raise PasserellesError("download_cut", url=url, received=temp.stat().st_size, reason=reason) from error
            raise PasserellesError("download_no_network", url=url, reason=reason, name=name, page=page) from error


def _client(url: str, name: str) -> httpx.Client:
    headers = {"User-Agent": f"passerelles/{version('passerelles')}", "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
    try:
        return httpx.Client(follow_redirects=True, timeout=timeout, headers=headers)
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:  # a proxy or certificate variable is wrong
        page = OFFICIAL_PAGE[name]
        raise PasserellesError("download_no_network", url=url, reason=error, name=name, page=page) from error


def _receive(response: httpx.Response, temp: Path, url: str, progress: Progress | None) -> None:
    """Write what comes into a file, as far as the limit."""
    encoded = response.headers.get("content-encoding", "identity").lower() not in ("", "identity")
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdecimal() and not encoded else None
    done = 0
    with temp.open("wb") as out:
        for piece in chain((b"",), response.iter_bytes()):
            done += len(piece)
            if max(done, total or 0) > MAX_DOWNLOAD_BYTES:
                raise PasserellesError("download_too_large", origin=url, megabytes=MAX_DOWNLOAD_BYTES // 1_000_000)
            out.write(piece)
            if progress is not None:
                progress(done, total)


@dataclass(frozen=True, slots=True)
class DownloadRecord:
    """
    Where a cached referential comes from, as ``provenance.json`` beside it says.

    Exactly one of `url` and `file` is set. `date` is UTC (ISO 8601); `size` is in bytes; `version` and `format` are
    what reading found.
    """

    name: str
    url: str | None
    file: str | None
    date: str
    size: int
    sha256: str
    etag: str | None
    last_modified: str | None
    version: str
    format: str
    licence: str
    schema: Literal["passerelles/download@1"] = "passerelles/download@1"

    def sentence(self, path: Path, lang: Lang = "fr") -> str:
        """Return what a person reads once it is done; `path` is that of the zip."""
        values = {k: v for k, v in asdict(self).items() if k in ("name", "version", "size", "sha256", "date")}
        return say("download.done", lang=lang, path=path, source=self.url or self.file, **values)


def download_referential(
    name: str = "rome", *, from_file: Path | None = None, url: str | None = None, progress: Progress | None = None
) -> Path:
    """
    Put an official referential in the user's cache, where ``load_referential(name)`` finds it.

    What is received is checked whole before it replaces an earlier copy: a safe zip, intact, that reads as a
    referential. On any failure the earlier copy stays and nothing partial is left.

    Parameters
    ----------
    name
        ``"rome"``.
    from_file
        Zip that was fetched by other means (or the folder that a browser unpacked it to); no network is used.
    url
        Where to fetch it instead of the official address (a mirror).
    progress
        Called with (bytes so far, total or None), once at the start and then after each piece that the network brings.

    Returns
    -------
    path
        The zip in the cache: ``cache_folder()/name/referential.zip``, with ``provenance.json`` beside it.

    Raises
    ------
    PasserellesError
        If the name is unknown, there is no network, the server answers with an error, the transfer is cut, what
        came is no safe and intact zip, or the cache cannot be written.
    ReferentialError
        If what came is no referential.

    Examples
    --------
    >>> download_referential("esco")
    Traceback (most recent call last):
    ...
    passerelles.errors.PasserellesError: Nothing to download under the name 'esco'. Known names: rome.
    """
    if name not in OFFICIAL_URL:
        raise PasserellesError("download_unknown_name", name=name, known=", ".join(OFFICIAL_URL))
    if from_file is not None and url is not None:
        raise PasserellesError("download_two_sources", file=from_file, url=url)
    target = cache_folder() / name / ZIP_NAME
    address = url or OFFICIAL_URL[name]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary(target) as temp:
            headers: Mapping[str, str] = {}
            if from_file is None:
                headers = _fetch(address, name, temp, progress)
            else:
                temp.write_bytes(_bytes_of(Path(from_file)))
            referential = _read_checked(temp, str(from_file or address), headers.get("content-type", "?"))
            web, local = (address, None) if from_file is None else (None, str(Path(from_file).resolve()))
            content = datetime.now(UTC).isoformat(timespec="seconds"), temp.stat().st_size, file_sha256(temp)
            sent, about = (headers.get("etag"), headers.get("last-modified")), referential.provenance
            record = DownloadRecord(name, web, local, *content, *sent, referential.version, about.format, about.licence)
            with temp.open("r+b") as stream:
                os.fsync(stream.fileno())
            # The checksum in the record shows whether the two belong together.
            atomic_json(target.with_name(RECORD_NAME), asdict(record))
            temp.replace(target)
    except OSError as error:
        raise PasserellesError("download_disk", path=target.parent, reason=error) from error
    return target


def read_download_record(name: str) -> DownloadRecord | None:
    """Return the provenance of a cached referential; None where there is none, or it is that of another file."""
    folder = cache_folder() / name
    with suppress(OSError, ValueError, TypeError):
        record = DownloadRecord(**json.loads((folder / RECORD_NAME).read_text(encoding="utf-8")))
        if record.sha256 == file_sha256(folder / ZIP_NAME):
            return record
    return None


def _bytes_of(path: Path) -> bytes:
    """Bytes of a zip, or of a folder packed; what cannot be read is an error of that path, not of the cache."""
    if path.is_dir():
        source = open_source(path)
        recognise(source)
        return zipped(source)
    return read_file(path, most=MAX_DOWNLOAD_BYTES)


def _read_checked(temp: Path, origin: str, kind: str) -> Referential:
    """
    Refuse what is no safe and intact zip that reads as a referential.

    `origin` is what messages call it; `kind` the content that the server says it is.
    """
    with temp.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(_EMPTY_ZIP_START):
        raise PasserellesError("empty_source", path=origin)
    if not start.startswith(_ZIP_START):
        html = start.lstrip().lower().startswith((b"<!doctype html", b"<html"))
        raise PasserellesError("download_wrong_content", origin=origin, kind="HTML" if html else kind)
    try:
        _check_zip(temp, origin)
        return read_source(open_source(temp))
    except PasserellesError as error:  # which names the temporary file, unknown to the user
        values = error.values | {"path": origin}
        if isinstance(error, ReferentialError):
            raise ReferentialError(error.key, issues=error.issues, **values) from error
        raise PasserellesError(error.key, **values) from error


def _check_zip(temp: Path, origin: str) -> None:
    try:
        with zipfile.ZipFile(temp) as archive:
            check_expansion(temp, archive.infolist())
            damaged = archive.testzip()
    except _BROKEN as error:
        raise PasserellesError("download_broken_zip", origin=origin, reason=str(error) or "?") from error
    if damaged is not None:
        raise PasserellesError("download_broken_zip", origin=origin, reason=f"CRC-32: {damaged}")
