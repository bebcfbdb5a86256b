"""`download_referential`: fetch an official referential, check it whole, and only then put it in the user's cache."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from lzma import LZMAError
from pathlib import Path
from typing import Final, Literal, NamedTuple

import httpx

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.io.archive import check_expansion, check_members, file_sha256, open_source, refusals_told, zipped
from passerelles.io.atomic import temporary
from passerelles.language.say import Lang, say
from passerelles.referentials.load import read_source, recognise
from passerelles.referentials.places import ZIP_NAME, cache_folder
from passerelles.referentials.referential import Referential

Progress = Callable[[int, int | None], None]

# Seconds: to connect; between two pieces of the answer.
CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 30.0
OFFICIAL_URL: Final = {"rome": "https://api.francetravail.fr/api-nomenclatureemploi/v1/open-data/csv"}
OFFICIAL_PAGE: Final = {
    "rome": "https://www.francetravail.org/opendata/repertoire-operationnel-des-meti.html?type=article"
}
RECORD_NAME: Final = "provenance.json"
# The ROME zip is 5 MB.
MAX_DOWNLOAD_BYTES: Final = 500_000_000
# Where the network does not help, the message says how to do without it.
_LAST_RESORT: Final = {"download_no_answer": "download_no_network", "download_refused": "download_server_error"}
_CHUNK: Final = 1024 * 1024
_ZIP_START: Final = b"PK\x03\x04"
_EMPTY_ZIP_START: Final = b"PK\x05\x06"
# What reading a damaged zip may raise, beside BadZipFile.
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError, OSError, struct.error, UnicodeError,
)  # fmt: skip


class Answer(NamedTuple):
    """What the server said of the file."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None


def fetch(url: str, temp: Path, *, limit: int, progress: Progress | None = None) -> Answer:
    """
    Receive what lies at `url` into `temp`; a transfer that is cut starts anew at the next call.

    Parameters
    ----------
    url
        ``http`` or ``https``; redirects are followed, except from ``https`` to ``http``.
    temp
        File to write, created here. On failure it may be left: the caller removes it.
    limit
        Bytes beyond which the transfer is refused.
    progress
        Called with (bytes so far, total or None), once at the start and then after each piece.

    Raises
    ------
    PasserellesError
        If the address is wrong, nothing answers, the server answers with an error, the transfer is cut, or the
        file is too large.
    OSError
        If `temp` cannot be written.
    """
    with _client(url) as client, closing(_send(client, url)) as response:
        if response.status_code != httpx.codes.OK:
            status = f"{response.status_code} {response.reason_phrase}".strip()
            raise PasserellesError("download_refused", url=url, status=status)
        hops = [r.url for r in (*response.history, response)]
        if hops[0].scheme == "https" and any(hop.scheme != "https" for hop in hops):
            raise PasserellesError("download_insecure", url=url, target=hops[-1])
        _receive(response, temp, url=url, limit=limit, progress=progress)
        headers = response.headers
        return Answer(url, headers.get("etag"), headers.get("last-modified"), headers.get("content-type"))


def _client(url: str) -> httpx.Client:
    headers = {"User-Agent": f"passerelles/{version('passerelles')}", "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
    try:
        return httpx.Client(follow_redirects=True, timeout=timeout, headers=headers)
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:  # a proxy or certificate variable is wrong
        raise PasserellesError("download_no_answer", url=url, reason=error) from error


def _send(client: httpx.Client, url: str) -> httpx.Response:
    try:
        return client.send(client.build_request("GET", url), stream=True)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise PasserellesError("download_bad_address", url=url, reason=error) from error
    except httpx.TooManyRedirects as error:
        raise PasserellesError("download_redirects", url=url) from error
    except httpx.TransportError as error:
        raise PasserellesError("download_no_answer", url=url, reason=str(error) or type(error).__name__) from error


def _receive(response: httpx.Response, temp: Path, *, url: str, limit: int, progress: Progress | None) -> None:
    encoded = response.headers.get("content-encoding", "identity").lower() not in ("", "identity")
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdecimal() and not encoded else None
    pieces = response.iter_bytes() if encoded else response.iter_raw()
    try:
        done = _write(pieces, temp, origin=url, total=total, limit=limit, progress=progress)
    except (httpx.TransportError, httpx.DecodingError) as error:
        reason = str(error) or type(error).__name__
        raise PasserellesError("download_cut", url=url, received=temp.stat().st_size, reason=reason) from error
    if total is not None and done != total:
        raise PasserellesError("download_cut", url=url, received=done, reason=f"{done}/{total}")


def _write(
    pieces: Iterable[bytes], temp: Path, *, origin: object, total: int | None, limit: int, progress: Progress | None
) -> int:
    """Write pieces into a file, as far as the limit; return how many bytes they had."""
    tell = progress or (lambda _done, _total: None)
    done = 0
    with temp.open("wb") as out:
        for piece in chain((b"",), pieces):
            done += len(piece)
            if max(done, total or 0) > limit:
                raise PasserellesError("download_too_large", origin=origin, megabytes=limit // 1_000_000)
            out.write(piece)
            tell(done, total)
    return done


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
        """Return what a person reads once it is done; `path` is where the zip lies."""
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
        Called with (bytes so far, total or None), once at the start and then after each piece; a folder is packed
        without a call.

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
    with _explained(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary(target) as temp:
            if from_file is not None:
                return _store_file(Path(from_file), name, temp, target, progress)
            return _store_url(url or OFFICIAL_URL[name], name, temp, target, progress)


def read_download_record(name: str) -> DownloadRecord | None:
    """Return the provenance of a cached referential; None where there is none, or it is that of another file."""
    folder = cache_folder() / name
    with suppress(OSError, ValueError, TypeError):
        record = DownloadRecord(**json.loads((folder / RECORD_NAME).read_text(encoding="utf-8")))
        if record.sha256 == file_sha256(folder / ZIP_NAME):
            return record
    return None


def _store_url(url: str, name: str, temp: Path, target: Path, progress: Progress | None) -> Path:
    try:
        answer = fetch(url, temp, limit=MAX_DOWNLOAD_BYTES, progress=progress)
    except PasserellesError as error:
        if error.key not in _LAST_RESORT:
            raise
        raise PasserellesError(_LAST_RESORT[error.key], **error.values, name=name, page=OFFICIAL_PAGE[name]) from error
    referential = _checked(temp, url, answer)
    _install(temp, target, _record(name, temp, referential, answer=answer))
    return target


def _store_file(file: Path, name: str, temp: Path, target: Path, progress: Progress | None) -> Path:
    if file.is_dir():
        source = open_source(file)
        recognise(source)
        temp.write_bytes(zipped(source))
    else:
        total = _size_of(file)
        _write(_pieces(file), temp, origin=file, total=total, limit=MAX_DOWNLOAD_BYTES, progress=progress)
    referential = _checked(temp, str(file), None)
    _install(temp, target, _record(name, temp, referential, file=file))
    return target


def _size_of(file: Path) -> int:
    with refusals_told(file):
        if not file.exists():
            raise PasserellesError("no_such_path", path=file)
        if not file.is_file():  # a device or a pipe has no end that one could wait for
            raise PasserellesError("not_folder_nor_zip", path=file)
        return file.stat().st_size


def _pieces(file: Path) -> Iterator[bytes]:
    """Give the bytes of a file; what cannot be read is an error of that file, not of the cache."""
    with refusals_told(file), file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _checked(temp: Path, origin: str, answer: Answer | None) -> Referential:
    """Refuse what is no safe and intact zip that reads as a referential; `origin` is what messages call it."""
    with temp.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(_EMPTY_ZIP_START):
        raise PasserellesError("empty_source", path=origin)
    if not start.startswith(_ZIP_START):
        kind = answer.content_type if answer and answer.content_type else "?"
        html = start.lstrip().lower().startswith((b"<!doctype html", b"<html"))
        raise PasserellesError("download_wrong_content", origin=origin, kind="HTML" if html else kind)
    with _told_of(origin):
        _check_zip(temp, origin)
        return read_source(open_source(temp))


def _check_zip(temp: Path, origin: str) -> None:
    try:
        with zipfile.ZipFile(temp) as archive:
            entries = archive.infolist()
            check_members(origin, entries)
            check_expansion(temp, entries)
            damaged = archive.testzip()
    except PasserellesError:
        raise
    except _BROKEN as error:
        raise PasserellesError("download_broken_zip", origin=origin, reason=str(error) or "?") from error
    if damaged is not None:
        raise PasserellesError("download_broken_zip", origin=origin, reason=f"CRC-32: {damaged}")


def _record(
    name: str, temp: Path, referential: Referential, *, answer: Answer | None = None, file: Path | None = None
) -> DownloadRecord:
    return DownloadRecord(
        name=name,
        url=answer.url if answer else None,
        file=str(file.resolve()) if file else None,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        size=temp.stat().st_size,
        sha256=file_sha256(temp),
        etag=answer.etag if answer else None,
        last_modified=answer.last_modified if answer else None,
        version=referential.version,
        format=referential.provenance.format,
        licence=referential.provenance.licence,
    )


def _install(temp: Path, target: Path, record: DownloadRecord) -> None:
    """Put the zip, then its record, in place; the checksum in the record tells whether the two belong together."""
    with temporary(target.with_name(RECORD_NAME)) as note:
        note.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        for path in (temp, note):
            with path.open("r+b") as stream:
                os.fsync(stream.fileno())
        temp.replace(target)
        note.replace(target.with_name(RECORD_NAME))


@contextmanager
def _told_of(origin: str) -> Iterator[None]:
    """Let the messages name what a person knows (an address, a file), not the temporary file."""
    try:
        yield
    except ReferentialError as error:
        raise ReferentialError(error.key, issues=error.issues, **{**error.values, "path": origin}) from error
    except PasserellesError as error:
        raise PasserellesError(error.key, **{**error.values, "path": origin}) from error


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into a message that says where and what to do."""
    try:
        yield
    except OSError as error:
        raise PasserellesError("download_disk", path=folder, reason=error.strerror or error) from error
