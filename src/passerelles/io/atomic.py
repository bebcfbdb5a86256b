"""Write a file or folder whole or not at all, replacing the old one only then; and its provenance beside it."""

import errno
import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from passerelles.errors import PasserellesError
from passerelles.io.archive import MAX_JSON_BYTES, parse_json, read_file
from passerelles.text import printable

TEMPORARY: Final = ".passerelles-*.tmp"
_STALE_SECONDS: Final = 24 * 3600  # a temporary file this old is a killed run's


def used_last_first(place: Path, *patterns: str) -> list[Path]:
    """Files of a folder, if there is one, by when they were last used."""
    paths = [path for pattern in patterns for path in place.glob(pattern)]
    return sorted(paths, key=lambda path: (-path.stat().st_mtime, path))


@contextmanager
def atomic_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """
    Open a binary stream whose content becomes the file `path` when the block ends without an error.

    A pipe or a device is written through, never replaced; of a symbolic link, the file that it points to is replaced.

    Raises
    ------
    PasserellesError
        If something is there and `overwrite` is False, if `path` is a folder, if its folder does not exist, or if
        writing is refused or fails.
    """
    with _write_errors(path):
        if is_stream(path):
            with path.open("wb") as stream:
                yield stream
            return
        check_free(path, overwrite=overwrite)
        target = _link_target(path)
        if target.is_dir():
            raise PasserellesError("write_onto_folder", path=path)
        with temporary(target) as temp:
            with temp.open("xb") as stream:
                yield stream
            check_free(path, overwrite=overwrite)
            if target.exists():
                shutil.copymode(target, temp)
            temp.replace(target)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it; one that is there stays. A refusal is a `PasserellesError` that names it."""
    with _write_errors(path):
        path.mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, content: str | bytes, *, overwrite: bool = True) -> None:
    """Make bytes, or a text in UTF-8, the content of a file; see `atomic_file`."""
    with atomic_file(path, overwrite=overwrite) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def atomic_folder(path: Path, names: tuple[str, ...], *, overwrite: bool = False) -> Iterator[Path]:
    """
    Give an empty folder that becomes the folder `path` when the block ends without an error.

    Parameters
    ----------
    path
        The folder to be.
    names
        Names of the files that the block writes. A folder that holds anything else is never replaced.
    overwrite
        Replace a folder of such files.

    Raises
    ------
    PasserellesError
        If something is there and `overwrite` is False, if it is no folder of such files, if the folder above does
        not exist, or if writing is refused or fails.
    """
    with _write_errors(path):
        target = _link_target(path)
        temp, old = _temporary_path(target), _temporary_path(target)
        check_free(path, overwrite=overwrite)
        if path.exists() and not (path.is_dir() and {p.name for p in path.iterdir()} <= set(names)):
            raise PasserellesError("write_onto_others", path=path, names=", ".join(names))
        temp.mkdir()
        try:
            yield temp
            check_free(path, overwrite=overwrite)
            _swap(temp, target, old)
        finally:
            with suppress(OSError):
                _remove(temp, names)
                _remove(old, names)


@contextmanager
def temporary(target: Path) -> Iterator[Path]:
    """Yield a unique path beside `target`, on the same disk; a file left there at the end is removed."""
    remove_stale(target.parent)
    temp = _temporary_path(target)
    try:
        yield temp
    finally:
        with suppress(OSError):
            temp.unlink(missing_ok=True)


def check_free(path: Path, *, overwrite: bool) -> None:
    """
    Check that one may write to `path`.

    Raises
    ------
    PasserellesError
        If something is there and `overwrite` is False, if the folder above does not exist, or if no path reads so.
    """
    if is_stream(path):
        return
    if "\0" in str(path):
        raise PasserellesError("write_failed", path=printable(str(path)), reason=repr("\0"))
    if not overwrite and (path.exists() or path.is_symlink()):
        raise PasserellesError("write_exists", path=path)
    if not path.parent.is_dir():
        raise PasserellesError("write_no_folder", path=path.parent)


def remove_stale(folder: Path) -> None:
    """Remove the temporary files that killed runs left in `folder` more than a day ago: nobody writes them any more."""
    with suppress(OSError):
        for path in folder.glob(TEMPORARY):
            with suppress(OSError):
                if path.is_file() and time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    path.unlink()


def is_stream(path: Path) -> bool:
    """Whether the path is a pipe or a device: it is written through, never replaced."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _link_target(path: Path) -> Path:
    """Return the path, or the final target of a symbolic link."""
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


def _swap(new: Path, path: Path, old: Path) -> None:
    """Put the folder `new` in the place of `path`; a folder cannot be renamed onto one that holds files."""
    if not path.exists():
        new.rename(path)
        return
    path.rename(old)
    try:
        new.rename(path)
    except BaseException:  # Ctrl-C too: what is left under its other name would be removed
        old.rename(path)
        raise


def _temporary_path(path: Path) -> Path:
    """Return a unique name in the same folder, short whatever `path` is called."""
    return path.with_name(TEMPORARY.replace("*", secrets.token_hex(10)))


def _remove(folder: Path, names: tuple[str, ...]) -> None:
    """Remove a folder of ours: its files by their names, never a whole tree."""
    if folder.is_dir():
        for name in names:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise PasserellesError("write_denied", path=path) from error
    except BrokenPipeError:
        raise  # the reader of a pipe is gone: nobody would see a message
    except OSError as error:
        raise PasserellesError("write_failed", path=path, reason=error) from error


def provenance_path(path: Path) -> Path:
    """
    Return the path of the provenance of a file.

    Examples
    --------
    >>> provenance_path(Path("moves.csv")).name
    'moves.csv.provenance.json'
    """
    return path.with_name(f"{path.name}.provenance.json")


@contextmanager
def file_with_provenance(path: Path, about: Mapping[str, Any]) -> Iterator[BinaryIO]:
    """
    Open a stream as `atomic_file` does, and write its provenance beside the file.

    The side file is removed before its file is replaced, and written after: a killed run leaves a file without
    provenance, never one with a false one. A pipe has none.
    """
    with atomic_file(path, overwrite=True) as stream:
        yield stream
        if not is_stream(path):
            with suppress(FileNotFoundError):
                provenance_path(path).unlink()
    if not is_stream(path):
        atomic_json(provenance_path(path), about)


def atomic_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write an object into a JSON file, whole or not at all; one that is there is replaced."""
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def read_provenance(path: Path) -> dict[str, Any] | None:
    """Return the provenance written beside a file; None where there is none."""
    side = provenance_path(path)
    if not side.is_file():
        return None
    about = parse_json(read_file(side, most=MAX_JSON_BYTES).decode("utf-8"))
    return about if isinstance(about, dict) else None
