"""Write a compiled index, as a folder or as one zip, whole or not at all; the same content gives the same bytes."""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from passerelles.errors import PasserellesError
from passerelles.files.index import (
    BLOCK,
    FORMAT,
    MANIFEST,
    SCHEMA,
    SEAL,
    SUMS,
    Array,
    is_index,
    package_version,
    seal_line,
)
from passerelles.io.atomic import atomic_file, atomic_folder, check_free

_ALIGNED: Final = 64  # what numpy aligns the data of a .npy file to
_PADDING: Final = 0xD935  # extra field that Android's zipalign uses for the same purpose
_SUFFIX: Final = ".npy"
Content = list[memoryview]


def write_index(
    path: Path,
    *,
    about: Mapping[str, Any],
    arrays: Mapping[str, Array],
    blocked: Mapping[str, Array],
    documents: Mapping[str, Any],
    overwrite: bool = False,
) -> None:
    """
    Write an index: a folder where `path` has no suffix or is a folder, else one file, an uncompressed zip.

    Parameters
    ----------
    path
        Where to write.
    about
        What the manifest says besides the members.
    arrays, blocked
        Arrays by name, a name ending in ``.npy``; those of `blocked` are checked block by block when read.
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
    members: dict[str, Content] = {}
    listed: dict[str, dict[str, Any]] = {}
    for name, value in documents.items():
        members[name] = [memoryview(_json(value))]
        listed[name] = _listing(members[name])
    for name, array in {**arrays, **blocked}.items():
        members[name] = npy_bytes(array)
        listed[name] = _listing(members[name], array)
        if name in blocked:
            sums = _block_sums(members[name])
            members[name + SUMS] = npy_bytes(sums)
            listed[name + SUMS] = _listing(members[name + SUMS], sums)
    manifest = _json(
        {"schema": SCHEMA, "format": FORMAT, "package": package_version(), "block": BLOCK, **about, "members": listed}
    )
    seal = seal_line(hashlib.sha256(manifest).hexdigest())
    members = {MANIFEST: [memoryview(manifest)], SEAL: [memoryview(seal)], **members}
    if path.is_dir() or (not path.suffix and not path.is_file()):
        _write_folder(path, members, overwrite=overwrite)
    else:
        _write_zip(path, members, overwrite=overwrite)


def npy_bytes(array: Array) -> Content:
    """Return the bytes of a ``.npy`` file: its header, then its cells."""
    whole = np.ascontiguousarray(array).reshape(array.shape)
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(whole))
    return [memoryview(head.getvalue()), whole.reshape(-1).view(np.uint8).data]


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode(
        "utf-8", "surrogatepass"
    )


def _listing(content: Content, array: Array | None = None) -> dict[str, Any]:
    digest = hashlib.sha256()
    for part in content:
        digest.update(part)
    found: dict[str, Any] = {"bytes": sum(part.nbytes for part in content), "sha256": digest.hexdigest()}
    return found if array is None else found | {"dtype": array.dtype.str, "shape": list(array.shape)}


def _block_sums(content: Content) -> Array:
    """Checksums of the blocks of a member, shape (blocks, 32), uint8."""
    head, cells = content
    lead = BLOCK - len(head)
    digests = [hashlib.sha256(bytes(head) + bytes(cells[:lead])).digest()]
    digests += [hashlib.sha256(cells[s : s + BLOCK]).digest() for s in range(lead, cells.nbytes, BLOCK)]
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(digests), -1)


def _write_folder(path: Path, members: Mapping[str, Content], *, overwrite: bool) -> None:
    names = tuple(members)
    if overwrite and path.is_dir():
        _check_replaceable(path)
        names += tuple(p.name for p in path.iterdir() if p.name not in members)
    with atomic_folder(path, names, overwrite=overwrite) as folder:
        for name, content in members.items():
            with (folder / name).open("xb") as stream:
                for part in content:
                    stream.write(part)


def _check_replaceable(path: Path) -> None:
    """Refuse to replace what is no index: a folder of somebody's files, a file that `--output` names by mistake."""
    empty = path.is_dir() and not any(path.iterdir())
    if not empty and not is_index(path):
        raise PasserellesError("index_onto_others", path=path)
    if path.is_dir() and not empty:
        held = {p.name for p in path.iterdir()} - {MANIFEST, SEAL}
        if not all(name.endswith((_SUFFIX, _SUFFIX + SUMS, ".json")) for name in held):
            raise PasserellesError("index_onto_others", path=path)


def _write_zip(path: Path, members: Mapping[str, Content], *, overwrite: bool) -> None:
    if overwrite and path.exists():
        _check_replaceable(path)
    check_free(path, overwrite=overwrite)
    with atomic_file(path, overwrite=overwrite) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            with archive.open(_info(stream, name, content), "w") as member:
                for part in content:
                    member.write(part)


def _info(stream: BinaryIO, name: str, content: Content) -> zipfile.ZipInfo:
    """Describe a member: stored, without a date, padded so that its cells are aligned as in a file of their own."""
    info = zipfile.ZipInfo(name)
    info.file_size = sum(part.nbytes for part in content)
    if name.endswith((_SUFFIX, SUMS)):
        before = stream.tell() + 30 + len(name.encode()) + 4
        padding = -before % _ALIGNED
        info.extra = struct.pack("<HH", _PADDING, padding) + bytes(padding)
    return info
