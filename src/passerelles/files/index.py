"""A compiled index: named arrays and documents in a folder or one zip, mapped into memory, checked when first read."""

import hashlib
import json
import mmap
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError

SCHEMA: Final = "passerelles/index"
FORMAT: Final = 2
MANIFEST: Final = "index.json"
SEAL: Final = "index.sha256"  # one line that `sha256sum -c` reads: the checksum of the manifest
SUMS: Final = ".sums"
BLOCK: Final = 16_384
"""Bytes of a block of a large array: each has its own checksum, so that one row is checked without the rest."""
_LOCAL: Final = struct.Struct("<4s5H3L2H")  # header before each member of a zip (PKWARE APPNOTE 4.3.7)
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_DIGEST: Final = 32
Buffer = mmap.mmap | memoryview
Array = NDArray[Any]


class Blocks:
    """
    A large array of which only what is read is checked, block by block, once.

    `mapped` is the array as it lies on disk, not yet checked.
    """

    def __init__(self, index: "Index", name: str, mapped: Array, sums: Array) -> None:
        self._index = index
        self._name = name
        self.mapped = mapped
        self._sums = sums
        self._good = bytearray(len(sums))

    def at(self, *leading: int) -> Array:
        """
        Return the part of the array at the given positions of its first axes, checked.

        Raises
        ------
        PasserellesError
            If a block of it is damaged.
        """
        found: Array = self.mapped[leading]
        start = sum(i * stride for i, stride in zip(leading, self.mapped.strides, strict=False))
        self._check(start, start + found.nbytes)
        return found

    def whole(self) -> Array:
        """Return the array, all of it checked."""
        self._check(0, self.mapped.nbytes)
        return self.mapped

    def _check(self, start: int, stop: int) -> None:
        member = self._index.raw(self._name)
        lead = len(member) - self.mapped.nbytes
        for number in range((lead + start) // BLOCK, -(-(lead + stop) // BLOCK)):
            if not self._good[number]:
                block = member[number * BLOCK : (number + 1) * BLOCK]
                if hashlib.sha256(block).digest() != self._sums[number].tobytes():
                    self._index.damaged(self._name)
                self._good[number] = 1  # two threads may both come here: they find the same


@dataclass(frozen=True, eq=False)
class Index:
    """
    An open index.

    Attributes
    ----------
    place
        The folder or file.
    seal
        Checksum of the manifest, which has those of all else: two indexes of one seal hold the same.
    manifest
        What ``index.json`` says.
    """

    place: Path
    seal: str
    manifest: Mapping[str, Any] = field(repr=False)
    _spans: Mapping[str, tuple[int, int]] | None = field(
        repr=False
    )  # of a zip: start of each member's header, and size
    _zip: Buffer | None = field(repr=False)
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    def raw(self, name: str) -> memoryview:
        """Return the bytes of a member, mapped, not yet checked."""
        found = self._kept.get(("raw", name))
        if found is None:
            found = self._kept.setdefault(("raw", name), self._map(name))
        kept: memoryview = found
        return kept

    def array(self, name: str) -> Array:
        """
        Return an array, read-only, all of it checked at the first call.

        Raises
        ------
        PasserellesError
            If it is damaged.
        """
        found = self._kept.get(("array", name))
        if found is None:
            self._check(name)
            found = self._kept.setdefault(("array", name), self._mapped(name))
        kept: Array = found
        return kept

    def blocks(self, name: str) -> Blocks:
        """Return a large array whose parts are checked as they are read."""
        found = self._kept.get(("blocks", name))
        if found is None:
            made = Blocks(self, name, self._mapped(name), self.array(name + SUMS))
            found = self._kept.setdefault(("blocks", name), made)
        kept: Blocks = found
        return kept

    def document(self, name: str, *, keep: bool = True) -> Any:
        """
        Return what a JSON member says; kept for the next call, unless its reader keeps what it makes of it.

        Raises
        ------
        PasserellesError
            If it is damaged.
        """
        found = self._kept.get(("document", name))
        if found is None:
            self._check(name)
            found = json.loads(bytes(self.raw(name)))
            if keep:
                found = self._kept.setdefault(("document", name), found)
        return found

    def verify(self) -> None:
        """
        Check every member against its checksum.

        Raises
        ------
        PasserellesError
            If one is damaged; the message names it.
        """
        for name in self.manifest["members"]:
            self._check(name)

    def damaged(self, name: str) -> NoReturn:
        """Say that a member is damaged."""
        raise PasserellesError("index_damaged", path=self.place, name=name)

    def _check(self, name: str) -> None:
        if name not in self.manifest["members"]:
            self.damaged(name)
        if hashlib.sha256(self.raw(name)).hexdigest() != self.manifest["members"][name]["sha256"]:
            self.damaged(name)

    def _mapped(self, name: str) -> Array:
        about = self.manifest["members"].get(name)
        if about is None:
            self.damaged(name)
        dtype, shape = np.dtype(about["dtype"]), tuple(about["shape"])
        size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        # Only a mapping's last page may be read beyond its end, so an array without cells is made, not mapped.
        found = np.ndarray(shape, dtype, self.raw(name), len(self.raw(name)) - size) if size else np.empty(shape, dtype)
        found.flags.writeable = False
        return found

    def _map(self, name: str) -> memoryview:
        size = self.manifest["members"].get(name, {}).get("bytes", -1)
        if self._spans is None:
            found = memoryview(_map_file(self.place / name, self.place, name))
        else:
            found = self._map_zipped(name)
        if len(found) != size:
            self.damaged(name)
        return found

    def _map_zipped(self, name: str) -> memoryview:
        if self._spans is None or self._zip is None or name not in self._spans:
            self.damaged(name)
        return _member(self._zip, self._spans[name]) or self.damaged(name)


def is_index(place: Path) -> bool:
    """Whether a folder or file is a compiled index, judged by its first member; it may be damaged."""
    try:
        if place.is_dir():
            return (place / MANIFEST).is_file() or (place / SEAL).is_file()
        if not place.is_file():  # a pipe or a device has nothing to look at first
            return False
        with place.open("rb") as file:
            head = file.read(_LOCAL.size + len(MANIFEST))
    except OSError:
        return False
    return head.startswith(_LOCAL_MAGIC) and head[_LOCAL.size :] == MANIFEST.encode()


def open_index(place: Path) -> Index:
    """
    Open an index: check its manifest, its version, and that every member is there and whole in length.

    The content of a member is checked when it is first read; `Index.verify` checks them all.

    Raises
    ------
    PasserellesError
        If it is damaged, was compiled by another version of the package, or may not be read.
    """
    try:
        return _open_folder(place) if place.is_dir() else _open_zip(place)
    except PermissionError as error:
        raise PasserellesError("no_permission", path=place) from error
    except OSError as error:
        raise PasserellesError("unreadable_path", path=place, reason=error.strerror or error) from error


def _open_folder(place: Path) -> Index:
    for name in (MANIFEST, SEAL):
        if not (place / name).is_file():
            raise PasserellesError("index_damaged", path=place, name=name)
    sizes = {file.name: file.stat().st_size for file in place.iterdir()}
    manifest, seal = _manifest(place, (place / MANIFEST).read_bytes(), (place / SEAL).read_bytes())
    _check_sizes(place, manifest, sizes)
    return Index(place, seal, manifest, None, None)


def _open_zip(place: Path) -> Index:
    try:
        with zipfile.ZipFile(place) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError, struct.error) as error:
        raise PasserellesError("index_damaged", path=place, name=place.name) from error
    spans = {info.filename: (info.header_offset, info.file_size) for info in infos}
    whole = _map_file(place, place, place.name)
    small = [_member(whole, spans[name]) if name in spans else None for name in (MANIFEST, SEAL)]
    if small[0] is None or small[1] is None:
        raise PasserellesError("index_damaged", path=place, name=MANIFEST if small[0] is None else SEAL)
    manifest, seal = _manifest(place, bytes(small[0]), bytes(small[1]))
    _check_sizes(place, manifest, {name: size for name, (_, size) in spans.items()})
    return Index(place, seal, manifest, spans, whole)


def _manifest(place: Path, data: bytes, line: bytes) -> tuple[Mapping[str, Any], str]:
    """Read the manifest, and refuse one that is damaged or of another version."""
    seal = hashlib.sha256(data).hexdigest()
    if line != seal_line(seal):
        raise PasserellesError("index_damaged", path=place, name=MANIFEST)
    manifest: Mapping[str, Any] = json.loads(data)
    found = f"{manifest.get('schema')}@{manifest.get('format')}", manifest.get("package")
    expected = f"{SCHEMA}@{FORMAT}", package_version()
    if found != expected:
        raise PasserellesError("index_version", path=place, found=" / ".join(map(str, found)), expected=expected[1])
    return manifest, seal


def seal_line(seal: str) -> bytes:
    """Return the content of the seal."""
    return f"{seal}  {MANIFEST}\n".encode("ascii")


@cache
def package_version() -> str:
    """Version of the package: an index serves the very version that compiled it."""
    return version("passerelles")


def _check_sizes(place: Path, manifest: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
    for name, about in manifest["members"].items():
        if sizes.get(name) != about["bytes"]:
            raise PasserellesError("index_damaged", path=place, name=name)


def _map_file(file: Path, place: Path, name: str) -> mmap.mmap:
    try:
        with file.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except PermissionError as error:
        raise PasserellesError("no_permission", path=file) from error
    except (OSError, ValueError) as error:  # gone since, or empty
        raise PasserellesError("index_damaged", path=place, name=name) from error


def _member(whole: Buffer, span: tuple[int, int]) -> memoryview | None:
    """Bytes of a stored member of a zip, whose local header begins at an offset; None where there is none."""
    start, size = span
    if start < 0 or start + _LOCAL.size > len(whole):
        return None
    magic, _, _, method, *_, name_size, extra_size = _LOCAL.unpack_from(whole, start)
    first = start + _LOCAL.size + name_size + extra_size
    if magic != _LOCAL_MAGIC or method != zipfile.ZIP_STORED or first + size > len(whole):
        return None
    return memoryview(whole)[first : first + size]
