"""Changes of files: those that mean nothing, and damage, blind or aware of what the file is."""

import csv
import hashlib
import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from fuzz.corpus import Files, members, zipped
from passerelles.store import MANIFEST, SEAL, seal_line

Change = Callable[[bytes, random.Random], bytes]
NASTY: Final = (
    *(
        "1.000",
        "1,000",
        "12,000",
        "2 5",
        "5 personnes",
        "NaN",
        "1e400",
        "-1",
        "",
        " ",
        "0",
        "9" * 400,
        "1/0",
        "Infinity",
    ),
    *("=1+1", "@x", "\t", '"', "'", ";", "\r", "\n", "\x00", "\ufeff", "\u202e", "é" * 5000, "\ud7ff", "{", "[" * 2000),
    *("../x", "/dev/zero", "%s%n", "<b>", "K2110", "k2110 ", "Ｋ２１１０", "2026-13-45", "true", "null"),
)
# What a count may be read as; anything else must be set aside.
READINGS: Final[Mapping[str, frozenset[int]]] = {
    **{text: frozenset({1000}) for text in ("1.000", "1,000", "1 000", "1\u202f000")},
    **{text: frozenset({5}) for text in ("5 personnes", " 5 ", "5.0", "5,0", "cinq", "3 CDI + 2 CDD")},
    **{
        text: frozenset[int]()
        for text in (
            *("2 5", "NaN", "1e400", "-1", "3 à 5", "une dizaine", "2 CDI + quelques CDD", ""),
            *("9" * 400, "Infinity", "1/0", "2,5"),
        )
    },
    "12,000": frozenset({12_000}),
    "0": frozenset({0}),
    "1.250.000": frozenset({1_250_000}),
}


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _grid(data: bytes) -> tuple[list[list[str]], str]:
    text = _text(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), delimiter


def _written(rows: list[list[str]], delimiter: str, *, quoted: bool = False) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(
        text, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n"
    ).writerows(rows)
    return text.getvalue().encode()


def _columns(data: bytes, rng: random.Random) -> bytes:
    rows, delimiter = _grid(data)
    width = len(rows[0])
    order = rng.sample(range(width), width)
    return _written([[row[i] for i in order] if len(row) == width else row for row in rows], delimiter)


def _json(data: bytes, rng: random.Random) -> bytes:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return data
    keys = list(value)
    rng.shuffle(keys)
    plain = rng.random() < 0.5 and b"\\ud" not in data.lower()  # half a letter has no bytes of its own
    shuffled = {k: value[k] for k in keys}
    return json.dumps(shuffled, indent=rng.choice((None, 1, 8)), ensure_ascii=not plain).encode()


# Changes of one text file that mean nothing.
TEXT: Final[Mapping[str, Change]] = {
    "bom": lambda data, _: _text(data).encode("utf-8-sig"),
    "utf-16": lambda data, _: _text(data).encode("utf-16"),
    "line ends": lambda data, _: _text(data).replace("\r\n", "\n").replace("\n", "\r\n").encode(),
    "quoted": lambda data, _: _written(*_grid(data), quoted=True),
    "tabs": lambda data, _: _written(_grid(data)[0], "\t"),
    "last lines": lambda data, rng: data.rstrip(b"\n") + b"\n" * rng.randint(0, 3),
    "columns": _columns,
    "json": _json,
}


def _kept(name: str, data: bytes, rng: random.Random) -> bytes:
    """Change a text file; one that cannot be parsed stays as it is."""
    try:
        return TEXT[name](data, rng)
    except (csv.Error, IndexError):
        return data


def keep(files: Files, name: str, rng: random.Random) -> Files:
    """Change files so that they mean the same."""
    if name in TEXT:
        changed = ("csv", "json", "txt")
        return {f: _kept(name, d, rng) if f.endswith(changed) and f != "Read Me.txt" else d for f, d in files.items()}
    if name == "zip":
        return {"x.zip": zipped(files.items())}
    if name == "zip inside":
        return {"x.zip": zipped((f"dossier/{f}", d) for f, d in files.items())}
    if name == "members":
        return {f: _rezipped(d, rng) if _is_zip(d) else d for f, d in files.items()}
    if any(map(_is_zip, files.values())):
        return {f: _rezipped(d, rng, how=zipfile.ZIP_STORED) if _is_zip(d) else d for f, d in files.items()}
    return {"x.zip": zipped(files.items(), how=zipfile.ZIP_STORED)} if len(files) > 1 else files


def _is_zip(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data))


def _rezipped(data: bytes, rng: random.Random, *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [(info.filename, archive.read(info)) for info in archive.infolist()]  # a name may be there twice
    rng.shuffle(found)
    return zipped(found, how=how)


def _flip(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 4, 64)) if found else 0):
        found[rng.randrange(len(found))] = rng.getrandbits(8)
    return bytes(found)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _hole(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 16, 1000)) :]


def _again(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    part = data[start : start + rng.choice((1, 40, 4000))]
    return data[:start] + part * rng.choice((2, 50)) + data[start:]


def _noise(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + rng.randbytes(rng.choice((1, 8, 500))) + data[start:]


def _nasty(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + rng.choice(NASTY).encode() + data[start:]


def _cell(data: bytes, rng: random.Random) -> bytes:
    """Put something nasty in one cell."""
    try:
        rows, delimiter = _grid(data)
    except csv.Error:
        return _nasty(data, rng)
    filled = [row for row in rows if row]
    if not filled:
        return _nasty(data, rng)
    row = rng.choice(filled)
    row[rng.randrange(len(row))] = rng.choice(NASTY)
    return _written(rows, delimiter)


def _lines(data: bytes, rng: random.Random) -> bytes:
    """Take lines away, repeat some, or put them elsewhere."""
    lines = data.splitlines(keepends=True)
    rng.choice(
        (rng.shuffle, lambda found: found.append(rng.choice(found or [b""])), lambda found: found and found.pop(0))
    )(lines)
    return b"".join(lines)


def _number(data: bytes, rng: random.Random) -> bytes:
    """Put a nasty number in the place of one: also in XML and JSON."""
    found = list(re.finditer(rb"[0-9]+", data))
    if not found:
        return _nasty(data, rng)
    one = rng.choice(found)
    return data[: one.start()] + rng.choice(NASTY[:14]).encode() + data[one.end() :]


BLIND: Final = (_flip, _cut, _hole, _again, _noise, _nasty, _number)
AWARE: Final = (_cell, _lines)


def damage(files: Files, rng: random.Random) -> Files:
    """Damage one file, as a whole or inside where it is a zip, or take one away, or exchange two."""
    found = dict(files)
    name = rng.choice(sorted(found))
    turn = rng.random()
    if len(found) > 1 and turn < 0.05:
        del found[name]
    elif len(found) > 1 and turn < 0.1:
        other = rng.choice(sorted(found))
        found[name], found[other] = found[other], found[name]
    elif MANIFEST in found and SEAL in found and turn < 0.7 and (sealed := _resealed(found, rng)) is not None:
        return sealed
    else:
        found[name] = _damaged(found[name], rng)
    return found


def _inside(data: bytes) -> dict[str, bytes]:
    """Members of a zip; none of what is none, or is damaged already."""
    try:
        return members(data) if _is_zip(data) else {}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error, EOFError):
        return {}


def _damaged(data: bytes, rng: random.Random) -> bytes:
    inside = _inside(data)
    if inside and rng.random() < 0.7:
        name = rng.choice(sorted(inside))
        return zipped((inside | {name: rng.choice(BLIND)(inside[name], rng)}).items())
    kinds = BLIND if _is_zip(data) else (*BLIND, *AWARE * 3)
    return rng.choice(kinds)(data, rng)


def _resealed(files: dict[str, bytes], rng: random.Random) -> Files | None:
    """Change one member of an index and seal it anew, as who means harm would; None where it was damaged before."""
    try:
        manifest = json.loads(files[MANIFEST])
        name = rng.choice(sorted(manifest["members"]))
        data = files[name]
        values = np.load(io.BytesIO(data)) if name.endswith(".npy") and rng.random() < 0.8 else None
    except (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError):
        return None
    if values is not None:
        if values.size and values.dtype.kind in "iuf":
            values = values.copy()
            flat = values.reshape(-1)
            if values.dtype.kind == "f":
                wrong: tuple[float, ...] = (np.nan, np.inf, -1e30)
            else:
                ends = np.iinfo(values.dtype)
                wrong = (max(-1, ends.min), 0, ends.max, min(len(flat), ends.max))
            flat[rng.randrange(len(flat))] = rng.choice(wrong)
            out = io.BytesIO()
            np.save(out, values)
            data = out.getvalue()
    else:
        data = rng.choice(BLIND)(data, rng)
    manifest["members"][name] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    text = json.dumps(manifest).encode()
    return files | {name: data, MANIFEST: text, SEAL: seal_line(hashlib.sha256(text).hexdigest())}
