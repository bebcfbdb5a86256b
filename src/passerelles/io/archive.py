"""A file, or a folder or zip of files, read whole and within bounds; nothing is ever unpacked to disk."""

import hashlib
import io
import json
import lzma
import posixpath
import re
import stat
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from passerelles.errors import PasserellesError

# A ROME zip is 5 MB for 27 MB of CSV (ratio 6). Far beyond that, it is an accident or an attack.
MAX_TOTAL_BYTES: Final = 500_000_000
MAX_FILE_BYTES: Final = 200_000_000
MAX_RATIO: Final = 200
MAX_JSON_BYTES: Final = 10_000_000
_MAX_STREAM_BYTES: Final = 50_000_000  # of a device or a pipe, which say nothing of their size
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
TABLE_ENDINGS: Final = (".csv", ".toml")


class Member(NamedTuple):
    """
    A file of a source: its name without its folder, its path inside the folder or the zip, and that zip if any.

    `sheet` is the sheet of a workbook that stands for the file; the path is then that of the workbook.
    """

    name: str
    path: str
    archive: Path | None = None
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class FileSource:
    """
    Files by name, whether they lie in a folder, in a zip, or in several zips of one folder.

    `members` are sorted by name; `place` is what a person typed.
    """

    place: Path
    members: tuple[Member, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files, sorted."""
        return tuple(member.name for member in self.members)

    @property
    def archives(self) -> tuple[Path, ...]:
        """Zips that the files lie in, sorted; empty for a plain folder."""
        return tuple(sorted({member.archive for member in self.members if member.archive is not None}))

    def find(self, name: str) -> str | None:
        """Name of a file of the source, without regard to case (as on Windows), or None."""
        matches = [candidate for candidate in self.names if candidate.casefold() == name.casefold()]
        return name if name in matches else next(iter(matches), None)

    def member(self, name: str) -> Member:
        """Return the file of exactly that name, which must exist."""
        return next(member for member in self.members if member.name == name)

    def read(self, name: str) -> bytes:
        """
        Read a file whole; of a sheet, its workbook.

        Raises
        ------
        PasserellesError
            If the file cannot be read (permission, damaged zip, unreasonable size).
        """
        member = self.member(name)
        try:
            if member.archive is None:
                path = self.place / member.path
                _check_size(path, path.stat().st_size, MAX_FILE_BYTES)
                return path.read_bytes()
            with zipfile.ZipFile(member.archive) as archive:
                _check_size(Path(member.path), archive.getinfo(member.path).file_size, MAX_FILE_BYTES)
                return archive.read(member.path)
        except PermissionError as error:
            raise PasserellesError("no_permission", path=self.place / name) from error
        except (OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError) as error:
            # RuntimeError: encrypted; NotImplementedError, a kind of it: an unknown compression.
            raise PasserellesError("unreadable_member", path=self.place, name=name, reason=error) from error


def read_file(place: str | Path, *, most: int = MAX_FILE_BYTES) -> bytes:
    """
    Read one file whole; a pipe or a device too, as far as `most`.

    Raises
    ------
    PasserellesError
        If nothing is there, if it is a folder, may not be read, or is larger than `most` bytes.
    """
    path = Path(place)
    with path_errors(path):
        about = path.stat()
        limit = most if stat.S_ISREG(about.st_mode) else min(most, _MAX_STREAM_BYTES)
        _check_size(path, about.st_size, limit)
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    _check_size(path, len(data), limit)
    return data


@contextmanager
def path_errors(path: Path) -> Iterator[None]:
    """Turn what the system refuses while a path is read into messages that name it."""
    try:
        yield
    except FileNotFoundError as error:
        raise PasserellesError("no_such_path", path=path) from error
    except PermissionError as error:
        raise PasserellesError("no_permission", path=path) from error
    except IsADirectoryError as error:
        raise PasserellesError("write_onto_folder", path=path) from error
    except PasserellesError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise PasserellesError("unreadable_path", path=path, reason=error) from error


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal, without keeping it in memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_identity(path: Path | None) -> tuple[int, ...] | None:
    """Return what identifies the file at a path, other after one is renamed onto it; None where there is none."""
    try:
        status = path.stat() if path is not None else None
    except OSError:
        return None
    return status and (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


def parse_json(text: str | bytes) -> Any:
    """
    Parse JSON from outside: neither NaN nor infinities, and no nesting that would exhaust the interpreter.

    Raises
    ------
    ValueError
        If it is not JSON; the message says where.
    """

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is not a number")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def parse_toml(text: str) -> dict[str, Any]:
    """
    Parse TOML from outside.

    Raises
    ------
    ValueError
        If it is not TOML, or nested too deep; the message says where.
    """
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def open_source(place: str | Path) -> FileSource:
    """
    Open a folder or a zip.

    Raises
    ------
    PasserellesError
        If nothing is there, if it is neither a folder nor a zip, if it is empty, if it may not be read, or if a
        zip would expand beyond reason.
    """
    path = Path(place)
    with path_errors(path):
        if not path.exists():
            raise PasserellesError("no_such_path", path=path)
        source = _open_folder(path) if path.is_dir() else FileSource(path, _zip_members(path))
    if not source.members:
        raise PasserellesError("empty_source", path=path)
    return source


def zipped(source: FileSource) -> bytes:
    """Return a zip of a source's files, without dates: equal files give equal zips."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, name in {(m.path if m.sheet else m.name): m.name for m in source.members}.items():
            archive.writestr(zipfile.ZipInfo(path), source.read(name), compress_type=zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def check_members(path: str | Path, infos: Sequence[zipfile.ZipInfo]) -> None:
    """
    Refuse a zip whose entries lead out of the folder it is unpacked to, or bear one name twice, however it is spelt.

    Nothing is unpacked here, but which of two entries of one name is read depends on the program that reads.

    Raises
    ------
    PasserellesError
        If there is such an entry.
    """
    entries: set[str] = set()
    for info in infos:
        for name in (info.filename, info.orig_filename):
            plain = name.replace("\\", "/")
            escapes = plain.startswith("/") or ".." in plain.split("/") or _DRIVE.match(plain) or "\0" in plain
            if escapes or stat.S_ISLNK(info.external_attr >> 16):
                raise PasserellesError("zip_unsafe", path=path, entry=name.replace("\0", "?"))
        entry = posixpath.normpath(info.filename.replace("\\", "/")).casefold()  # as a disk compares names
        if entry in entries:
            raise PasserellesError("zip_twice", path=path, entry=info.filename)
        entries.add(entry)


def check_expansion(path: Path, infos: Sequence[zipfile.ZipInfo]) -> None:
    """
    Refuse a zip that would expand beyond reason, judged from its directory before anything is read.

    A false directory is harmless: a member is never read beyond the size that it declares.

    Raises
    ------
    PasserellesError
        If the total is over `MAX_TOTAL_BYTES` or the ratio over `MAX_RATIO`.
    """
    total = sum(i.file_size for i in infos)
    if total > MAX_TOTAL_BYTES or total / max(1, sum(i.compress_size for i in infos)) > MAX_RATIO:
        raise PasserellesError("zip_bomb", path=path, megabytes=total // 1_000_000)


def _check_size(path: Path, size: int, most: int) -> None:
    if size > most:
        raise PasserellesError("file_too_big", path=path, megabytes=size // 1_000_000)


def _open_folder(path: Path) -> FileSource:
    """Files of a folder; where it holds zips but no table, as some publishers deliver a set, the files of its zips."""
    names = sorted(p.name for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
    zips = [path / name for name in names if name.casefold().endswith(".zip")]
    if not zips or any(name.casefold().endswith(TABLE_ENDINGS) for name in names):
        return FileSource(path, tuple(Member(name, name) for name in names))
    members = sorted(member for archive in zips for member in _zip_members(archive))
    for first, second in pairwise(members):
        if first.name == second.name:
            raise PasserellesError("zip_twice", path=path, entry=first.name)
    return FileSource(path, tuple(members))


def _zip_members(path: Path) -> tuple[Member, ...]:
    if not path.is_file():
        raise PasserellesError("not_folder_nor_zip", path=path)
    with path.open("rb") as file:  # says that reading is forbidden, where is_zipfile would say 'no zip'
        if not zipfile.is_zipfile(file):
            raise PasserellesError("not_folder_nor_zip", path=path)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise PasserellesError("unreadable_path", path=path, reason=error) from error
    check_members(path, infos)
    check_expansion(path, infos)
    return tuple(Member(name, inner, path) for name, inner in _members(infos))


def _members(infos: Sequence[zipfile.ZipInfo]) -> tuple[tuple[str, str], ...]:
    """
    Files of one folder of a zip: the one nearest the top that holds tables.

    Files of several folders are never mixed: two folders of one zip may hold two referentials.
    """
    folders: dict[str, dict[str, str]] = {}
    for info in infos:
        folder, _, name = info.filename.replace("\\", "/").rpartition("/")
        if name and not name.startswith(".") and not folder.startswith("__MACOSX"):
            folders.setdefault(folder, {})[name] = info.filename

    def rank(folder: str) -> tuple[bool, int, str]:
        tables = any(name.casefold().endswith(TABLE_ENDINGS) for name in folders[folder])
        return not tables, len(folder.split("/")) if folder else 0, folder

    return tuple(sorted(folders[min(folders, key=rank)].items())) if folders else ()
