"""Write a file, or a folder of files, whole or not at all: what is there stays until the new one is complete."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from passerelles.errors import PasserellesError


@contextmanager
def atomic_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """
    Open a binary stream whose content becomes the file `path` when the block ends without an error.

    Raises
    ------
    PasserellesError
        If something is there and `overwrite` is False, if `path` is a folder, if its folder does not exist, or if
        writing is refused or fails.
    """
    temp = _beside(path)
    with _failures_told(path):
        check_free(path, overwrite=overwrite)
        if path.is_dir():
            raise PasserellesError("write_onto_folder", path=path)
        try:
            with temp.open("xb") as stream:
                yield stream
            check_free(path, overwrite=overwrite)
            temp.replace(path)
        finally:
            with suppress(OSError):
                temp.unlink(missing_ok=True)


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
    temp, old = _beside(path), _beside(path)
    with _failures_told(path):
        check_free(path, overwrite=overwrite)
        if path.exists() and not (path.is_dir() and {p.name for p in path.iterdir()} <= set(names)):
            raise PasserellesError("write_onto_others", path=path, names=", ".join(names))
        temp.mkdir()
        try:
            yield temp
            check_free(path, overwrite=overwrite)
            _swap(temp, path, old)
        finally:
            with suppress(OSError):
                _remove(temp, names)
                _remove(old, names)


def check_free(path: Path, *, overwrite: bool) -> None:
    """
    Check that one may write to `path`.

    Raises
    ------
    PasserellesError
        If something is there and `overwrite` is False, or if the folder above does not exist.
    """
    if not overwrite and (path.exists() or path.is_symlink()):
        raise PasserellesError("write_exists", path=path)
    if not path.parent.is_dir():
        raise PasserellesError("write_no_folder", path=path.parent)


def _swap(new: Path, path: Path, old: Path) -> None:
    """Put the folder `new` in the place of `path`; a folder cannot be renamed onto one that holds files."""
    if not path.exists():
        new.rename(path)
        return
    path.rename(old)
    try:
        new.rename(path)
    except OSError:
        old.rename(path)
        raise


def _beside(path: Path) -> Path:
    """Return a name of its own in the same folder, on the same disk, short whatever the name of `path`."""
    return path.with_name(f".passerelles-{secrets.token_hex(8)}.tmp")


def _remove(folder: Path, names: tuple[str, ...]) -> None:
    """Remove a folder of ours: its files by their names, never a whole tree."""
    if folder.is_dir():
        for name in names:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


@contextmanager
def _failures_told(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise PasserellesError("write_denied", path=path) from error
    except OSError as error:
        raise PasserellesError("write_failed", path=path, reason=error.strerror or error) from error
