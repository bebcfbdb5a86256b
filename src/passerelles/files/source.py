"""A folder or a zip of files, read member by member; nothing is ever unpacked to disk."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from passerelles.errors import PasserellesError

# A ROME zip is 5 MB for 27 MB of CSV (ratio 6). Far beyond that, it is an accident or an attack.
MAX_TOTAL_BYTES = 1_000_000_000
MAX_RATIO = 200


@dataclass(frozen=True, slots=True)
class FileSource:
    """
    Files by name, whether they lie in a folder or in a zip.

    `names` are file names without their folders, sorted; `place` is what a person typed.
    """

    place: Path
    members: tuple[tuple[str, str], ...]  # (name, path inside the folder or the zip)
    zipped: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files, sorted."""
        return tuple(name for name, _ in self.members)

    def read(self, name: str) -> bytes:
        """
        Read a file whole.

        Raises
        ------
        PasserellesError
            If the file cannot be read (permission, damaged zip).
        """
        inner = dict(self.members)[name]
        try:
            if not self.zipped:
                return (self.place / inner).read_bytes()
            with zipfile.ZipFile(self.place) as archive:
                return archive.read(inner)
        except PermissionError as error:
            raise PasserellesError("no_permission", path=self.place / name) from error
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise PasserellesError("unreadable_member", path=self.place, name=name, reason=error) from error


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
    try:
        if not path.exists():
            raise PasserellesError("no_such_path", path=path)
        source = _open_folder(path) if path.is_dir() else _open_zip(path)
    except PermissionError as error:
        raise PasserellesError("no_permission", path=path) from error
    except OSError as error:
        raise PasserellesError("unreadable_path", path=path, reason=error.strerror or error) from error
    if not source.members:
        raise PasserellesError("empty_source", path=path)
    return source


def _open_folder(path: Path) -> FileSource:
    found = sorted((p.name, p.name) for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
    return FileSource(place=path, members=tuple(found), zipped=False)


def _open_zip(path: Path) -> FileSource:
    if not zipfile.is_zipfile(path):
        raise PasserellesError("not_folder_nor_zip", path=path)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
    except zipfile.BadZipFile as error:
        raise PasserellesError("unreadable_path", path=path, reason=error) from error
    check_expansion(path, infos)
    found: dict[str, str] = {}
    for info in sorted(infos, key=lambda i: (i.filename.count("/"), i.filename)):
        name = info.filename.rsplit("/", 1)[-1]
        if name and not name.startswith(".") and not info.filename.startswith("__MACOSX"):
            found.setdefault(name, info.filename)
    return FileSource(place=path, members=tuple(sorted(found.items())), zipped=True)


def check_expansion(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """
    Refuse a zip that would expand beyond reason, judged from its directory before anything is read.

    Raises
    ------
    PasserellesError
        If the total is over `MAX_TOTAL_BYTES` or the ratio over `MAX_RATIO`.
    """
    total = sum(i.file_size for i in infos)
    packed = max(1, sum(i.compress_size for i in infos))
    if total > MAX_TOTAL_BYTES or total / packed > MAX_RATIO:
        raise PasserellesError("zip_bomb", path=path, megabytes=total // 1_000_000)
