"""A compiled index: named arrays and documents in a folder or one zip, mapped, and checked when read."""

import hashlib
import io
import json
import mmap
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.installed import package_version
from passerelles.io.archive import path_errors
from passerelles.io.atomic import atomic_file, atomic_folder, check_free, is_stream
from passerelles.sharing import Deriving
from passerelles.vectors import Cells, frozen, sparse

SCHEMA: Final = "passerelles/index"
FORMAT: Final = 21
MANIFEST: Final = "index.json"
SEAL: Final = "index.sha256"  # one line that `sha256sum -c` reads: the checksum of the manifest
LARGE: Final = 1 << 22
"""Bytes above which an array is checked by `Index.verify` alone: to read it whole would cost more than the answer."""
_PARTS: Final = ("data", "indices", "indptr")
_ERRORS: Final = "surrogatepass"  # a damaged source may hold half a character
_LOCAL: Final = struct.Struct("<4s5H3L2H")  # header before each member of a zip (PKWARE APPNOTE 4.3.7)
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_ALIGNED: Final = 64  # what numpy aligns the data of a .npy file to
_PADDING: Final = 0xD935  # extra field that Android's zipalign uses for the same purpose
_SUFFIX: Final = ".npy"
# Bytes written at once. The system may keep in one block what was, and map the whole block (Linux, from 6.18 on) for
# whoever reads a row of it: with all at once, one answer would take 20 to 40 MB more.
_PIECE: Final = 1 << 16
Array = NDArray[Any]
Arrays = dict[str, Array]
Content = list[memoryview]


@dataclass(frozen=True, eq=False)
class Index(Deriving):
    """
    An open index.

    A member is checked against its checksum when it is first read, unless it is a `LARGE` array; positions are checked
    against what they point into, so that no damage makes compiled code read elsewhere. The seal shows damage, it is
    no signature: anyone who can write the files can seal them anew.

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
    _map: Callable[[str], memoryview | None] = field(repr=False)

    def array(self, name: str) -> Array:
        """
        Return an array, read-only, checked at the first call unless it is large.

        Raises
        ------
        PasserellesError
            If it is damaged.
        """
        return self.derived(("array", name), lambda: self._mapped(name))

    def positions(self, name: str, size: int, *, least: int = 0) -> Array:
        """Return an array of positions among `size` things, each at least `least`; other numbers are damage."""

        def checked() -> Array:
            values = self.array(name)
            if values.size and not (least <= values.min() and values.max() < size):
                self.damaged(name)
            return values

        return self.derived(("positions", name), checked)

    def cells(self, about: Mapping[str, Any]) -> Cells:
        """Cells of a matrix, for what reads rows of it and needs no algebra."""
        name, (rows, columns) = about["matrix"], about["shape"]

        def checked() -> Cells:
            data, starts = self.array(f"{name}.data.npy"), self.array(f"{name}.indptr.npy")
            places = self.positions(f"{name}.indices.npy", columns)
            consistent = len(starts) == rows + 1 and starts[0] == 0 and starts[-1] == len(places) == len(data)
            if not consistent or (np.diff(starts) < 0).any():
                self.damaged(f"{name}.indptr.npy")
            return Cells(data, places, starts)

        return self.derived(("cells", name), checked)

    def matrix(self, about: Mapping[str, Any]) -> "sparse.csr_array":
        """Make a matrix over the arrays of an index; nothing is copied, and the types of the arrays stay."""
        matrix = sparse.csr_array(tuple(about["shape"]))
        matrix.data, matrix.indices, matrix.indptr = self.cells(about)
        matrix.has_sorted_indices = about["sorted"]
        return matrix

    def value(self, about: Any) -> Any:
        """Make again what `pack` wrote; of what has named fields, these as a mapping."""
        if not isinstance(about, dict):
            return about
        if "array" in about:
            return self.array(about["array"])
        if "matrix" in about:
            return self.matrix(about)
        return MappingProxyType({key: self.value(item) for key, item in about["mapping"].items()})

    def document(self, name: str, *, keep: bool = True) -> Any:
        """
        Return what a JSON member says; kept for the next call, unless its reader keeps what it makes of it.

        Raises
        ------
        PasserellesError
            If it is damaged.
        """

        def read() -> Any:
            try:
                return json.loads(str(self._checked(name, large=True), "utf-8", _ERRORS))
            except (ValueError, RecursionError):
                self.damaged(name)

        return self.derived(("document", name), read) if keep else read()

    def verify(self) -> None:
        """
        Check every member against its checksum, large ones too.

        Raises
        ------
        PasserellesError
            If one is damaged; the message names it.
        """
        for name in self.manifest["members"]:
            self._checked(name, large=True)

    def damaged(self, name: str) -> NoReturn:
        """Say that a member is damaged."""
        raise PasserellesError("index_damaged", path=self.place, name=name)

    def _checked(self, name: str, *, large: bool = False) -> memoryview:
        """Bytes of a member, mapped, and checked unless it is large."""
        member = self.manifest["members"].get(name)
        data = None if member is None else self._map(name)
        if data is None or len(data) != member["bytes"]:
            self.damaged(name)
        if (large or len(data) <= LARGE) and hashlib.sha256(data).hexdigest() != member["sha256"]:
            self.damaged(name)
        return data

    def _mapped(self, name: str) -> Array:
        content, about = self._checked(name), self.manifest["members"][name]
        dtype, shape = np.dtype(about["dtype"]), tuple(about["shape"])
        size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        if size > len(content):
            self.damaged(name)
        # Only a mapping's last page may be read beyond its end, so an array without cells is made, not mapped.
        return frozen(np.ndarray(shape, dtype, content, len(content) - size) if size else np.empty(shape, dtype))


def pack(name: str, value: Any, arrays: Arrays) -> Any:
    """
    Write a value as JSON that names its arrays, which it adds to `arrays`; see `Index.value`.

    Taken are arrays, sparse matrices, mappings, the fields of dataclasses, and what JSON has.
    """
    if isinstance(value, np.ndarray):
        arrays[f"{name}.npy"] = value
        return {"array": f"{name}.npy"}
    if isinstance(value, sparse.csr_array):
        arrays |= {f"{name}.{part}.npy": getattr(value, part) for part in _PARTS}
        return {"matrix": name, "shape": list(value.shape), "sorted": bool(value.has_sorted_indices)}
    if is_dataclass(value):
        value = {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, Mapping):
        return {"mapping": {key: pack(f"{name}.{key}", item, arrays) for key, item in value.items()}}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{name}: {type(value).__name__} has no place in an index")


def is_index(place: Path) -> bool:
    """Whether a folder or file is a compiled index, judged by its first member; it may be damaged."""
    try:
        if place.is_dir():
            return (place / MANIFEST).is_file() or (place / SEAL).is_file()
        if not place.is_file():  # a pipe or a device cannot be checked first
            return False
        with place.open("rb") as file:
            head = file.read(_LOCAL.size + len(MANIFEST))
    except OSError:
        return False
    return head.startswith(_LOCAL_MAGIC) and head[_LOCAL.size :] == MANIFEST.encode()


def open_index(place: Path) -> Index:
    """
    Open an index: check its manifest, its version, and that every member is there and whole in length.

    Raises
    ------
    PasserellesError
        If it is damaged, was compiled by another version of the package, or may not be read.
    """
    with path_errors(place):
        sizes, read = _folder(place) if place.is_dir() else _zip(place)
    try:
        manifest, seal = _manifest(place, read(MANIFEST), read(SEAL))
        members = {name: (about["bytes"], about["sha256"]) for name, about in manifest["members"].items()}
    except (AttributeError, KeyError, TypeError, RecursionError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PasserellesError("index_damaged", path=place, name=MANIFEST) from error
    for name, (size, _) in members.items():
        if sizes.get(name) != size:
            raise PasserellesError("index_damaged", path=place, name=name)
    return Index(place, seal, manifest, read)


def _folder(place: Path) -> tuple[Mapping[str, int], Callable[[str], memoryview | None]]:
    """Sizes of the files of a folder, and what maps one."""
    sizes = {file.name: file.stat().st_size for file in place.iterdir() if file.is_file()}
    return sizes, lambda name: _mapping(place / name) if sizes.get(name) else None


def _zip(place: Path) -> tuple[Mapping[str, int], Callable[[str], memoryview | None]]:
    """Sizes of the members of a zip, and what finds one in its one mapping."""
    try:
        with zipfile.ZipFile(place) as archive:
            infos = {info.filename: info for info in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError, struct.error) as error:
        raise PasserellesError("index_damaged", path=place, name=place.name) from error
    content = _mapping(place)
    sizes = {name: info.file_size for name, info in infos.items()}
    return sizes, lambda name: _member(content, infos[name]) if content and name in infos else None


def _mapping(file: Path) -> memoryview | None:
    """Bytes of a file, mapped; None where it was deleted since, or is empty."""
    try:
        with file.open("rb") as stream:
            return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except PermissionError as error:
        raise PasserellesError("no_permission", path=file) from error
    except (OSError, ValueError):
        return None


def _member(archive: memoryview, info: zipfile.ZipInfo) -> memoryview | None:
    """Bytes of a stored member of a zip; None where it is none."""
    start, size = info.header_offset, info.file_size
    if start < 0 or start + _LOCAL.size > len(archive):
        return None
    magic, _, _, method, *_, name_size, extra_size = _LOCAL.unpack_from(archive, start)
    first = start + _LOCAL.size + name_size + extra_size
    if magic != _LOCAL_MAGIC or method != zipfile.ZIP_STORED or first + size > len(archive):
        return None
    return archive[first : first + size]


def _manifest(place: Path, data: memoryview | None, line: memoryview | None) -> tuple[Mapping[str, Any], str]:
    """Read the manifest, and refuse one that is damaged or of another version."""
    seal = hashlib.sha256(data or b"").hexdigest()
    if data is None or line is None or bytes(line) != seal_line(seal):
        name = SEAL if data is not None and line is None else MANIFEST
        raise PasserellesError("index_damaged", path=place, name=name)
    manifest: Mapping[str, Any] = json.loads(bytes(data))
    actual = f"{manifest.get('schema')}@{manifest.get('format')} / {manifest.get('package')}"
    expected = f"{SCHEMA}@{FORMAT} / {package_version()}"
    if actual != expected:
        raise PasserellesError("index_version", path=place, found=actual, expected=expected)
    return manifest, seal


def seal_line(seal: str) -> bytes:
    """Return the content of the seal."""
    return f"{seal}  {MANIFEST}\n".encode("ascii")


def write_index(
    path: Path, *, about: Mapping[str, Any], arrays: Mapping[str, Array], documents: Mapping[str, Any], overwrite: bool
) -> None:
    """
    Write an index: a folder where `path` has no suffix or is a folder, else one file, an uncompressed zip.

    It is written whole or not at all; the same content gives the same bytes.

    Parameters
    ----------
    path
        Where to write.
    about
        What the manifest says besides the members.
    arrays
        Arrays by name, a name ending in ``.npy``.
    documents
        Values for JSON by name, a name ending in ``.json``.
    overwrite
        Replace an index that is there. Nothing else is ever replaced.

    Raises
    ------
    PasserellesError
        If something is there, if the folder above does not exist, or if writing is refused or fails. Nothing is left
        behind then.
    """
    members: dict[str, Content] = {name: [memoryview(_json(value))] for name, value in documents.items()}
    members |= {name: npy_bytes(array) for name, array in arrays.items()}
    listed = {name: _member_entry(content, arrays.get(name)) for name, content in members.items()}
    manifest = _json({"schema": SCHEMA, "format": FORMAT, "package": package_version(), **about, "members": listed})
    seal = seal_line(hashlib.sha256(manifest).hexdigest())
    members = {MANIFEST: [memoryview(manifest)], SEAL: [memoryview(seal)], **members}
    check_place(path, overwrite=overwrite)
    if path.is_dir() or (not path.suffix and not path.is_file()):
        _write_folder(path, members, overwrite=overwrite)
    else:
        _write_zip(path, members, overwrite=overwrite)


def npy_bytes(array: Array) -> Content:
    """Return the bytes of a ``.npy`` file: its header, then its cells, in pieces; see `_PIECE`."""
    contiguous = np.ascontiguousarray(array).reshape(array.shape)
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(contiguous))
    cells = contiguous.reshape(-1).view(np.uint8).data
    return [memoryview(head.getvalue()), *(cells[start : start + _PIECE] for start in range(0, len(cells), _PIECE))]


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
    return text.encode("utf-8", _ERRORS)


def _member_entry(content: Content, array: Array | None) -> dict[str, Any]:
    digest = hashlib.sha256()
    for part in content:
        digest.update(part)
    entry: dict[str, Any] = {"bytes": sum(part.nbytes for part in content), "sha256": digest.hexdigest()}
    return entry if array is None else entry | {"dtype": array.dtype.str, "shape": list(array.shape)}


def check_place(path: Path, *, overwrite: bool) -> None:
    """
    Check that an index may be written to a path.

    Raises
    ------
    PasserellesError
        If something is there and `overwrite` is False, or if it is anything but an index: a file that is named by
        mistake, or a folder with what no manifest lists.
    """
    check_free(path, overwrite=overwrite)
    if not path.exists() or is_stream(path):
        return
    others = set[str]()
    if path.is_dir():
        others = {p.name for p in path.iterdir()}
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            others -= {MANIFEST, SEAL, *json.loads((path / MANIFEST).read_bytes())["members"]}
    if others or not (path.is_dir() or is_index(path)):
        raise PasserellesError("index_onto_others", path=path)


def _write_folder(path: Path, members: Mapping[str, Content], *, overwrite: bool) -> None:
    older = {p.name for p in path.iterdir()} - set(members) if overwrite and path.is_dir() else set()
    with atomic_folder(path, (*members, *sorted(older)), overwrite=overwrite) as folder:
        for name, content in members.items():
            with (folder / name).open("xb") as stream:
                stream.writelines(content)


def _write_zip(path: Path, members: Mapping[str, Content], *, overwrite: bool) -> None:
    with atomic_file(path, overwrite=overwrite) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            with archive.open(_info(stream, name, content), "w") as member:
                member.writelines(content)


def _info(stream: BinaryIO, name: str, content: Content) -> zipfile.ZipInfo:
    """Describe a member: stored, without a date, padded so that its cells are aligned as in a file of their own."""
    info = zipfile.ZipInfo(name)
    info.file_size = sum(part.nbytes for part in content)
    if name.endswith(_SUFFIX):
        padding = -(stream.tell() + 30 + len(name.encode()) + 4) % _ALIGNED
        info.extra = struct.pack("<HH", _PADDING, padding) + bytes(padding)
    return info
