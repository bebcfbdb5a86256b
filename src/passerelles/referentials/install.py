"""Overlays and referentials of the user's own, kept under their names: installed, listed, removed."""

import io
import zipfile
from pathlib import Path
from typing import Final, NamedTuple

from passerelles.codes import looks_like_code
from passerelles.errors import PasserellesError, ReferentialError
from passerelles.io.archive import FileSource
from passerelles.io.atomic import atomic_file
from passerelles.referentials.bundled import bundled_names
from passerelles.referentials.draft import Draft
from passerelles.referentials.load import read_place
from passerelles.referentials.manifest import TABLE, read_fields
from passerelles.referentials.places import Kind, Origin, home, installed, known, place_of
from passerelles.referentials.referential import Referential, apply_overlay
from passerelles.referentials.sheets import open_tables

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # no date: the same tables give the same zip


class Kept(NamedTuple):
    """An overlay or referential that has a name: what it is, its name, and where it comes from."""

    kind: Kind
    name: str
    origin: Origin


def listed() -> list[Kept]:
    """
    Return the overlays and referentials that have a name.

    Examples
    --------
    >>> Kept("overlay", "enseignement-conduite", "embedded") in listed()
    True
    """
    kinds: tuple[Kind, ...] = ("overlay", "referential")
    return [Kept(kind, name, origin) for kind in kinds for name, origin in known(kind)]


def kind_of(place: Path) -> Kind:
    """Whether tables are a referential, as their manifest says; else they are taken for an overlay."""
    fields = read_fields(open_tables(place), Draft())
    return "referential" if fields.get("schema") == TABLE else "overlay"


def base_of(name_or_path: str | Path) -> str | None:
    """Name of the referential that an overlay says it was written for; None where it says none."""
    stated = read_fields(open_tables(place_of(name_or_path, "overlay")), Draft()).get("base")
    return stated if isinstance(stated, str) else None


def install(place: Path, base: Referential, *, replace: bool = False, accept_errors: bool = False) -> Kept:
    """
    Keep a copy of an overlay or referential under the name that its manifest gives.

    Parameters
    ----------
    place
        Folder, zip or workbook.
    base
        What an overlay is checked on.
    replace
        Whether what is kept under that name goes.
    accept_errors
        Whether one in which reading finds errors is kept all the same.

    Raises
    ------
    PasserellesError
        If the name is none, is taken, or cannot be written.
    ReferentialError
        If reading finds errors.
    """
    source = open_tables(place)
    kind = kind_of(place)
    if kind == "overlay":
        laid = apply_overlay(base, place)
        name = laid.provenance.laid[-1].name
        issues = [n for n in laid.notices if n.file.partition("/")[0] == source.place.stem]
    else:
        read = read_place(place)
        name, issues = read.name, list(read.notices)
    errors = [n for n in issues if n.severity == "error"]
    if errors and not accept_errors:
        raise ReferentialError("overlay_refused", issues=errors, first="", name=name, n=len(errors), place=place)
    if not looks_like_code(name) or "/" in name:
        raise PasserellesError("name_unfit", name=name)
    there = installed(kind).get(name)
    if name in bundled_names(kind) or (there is not None and not replace):
        raise PasserellesError("name_taken", name=name)
    data, ending = _packed(source)
    home(kind).mkdir(parents=True, exist_ok=True)
    target = home(kind) / f"{name}{ending}"
    with atomic_file(target, overwrite=True) as file:
        file.write(data)
    if there is not None and there != target:
        there.unlink()
    return Kept(kind, name, "installed")


def remove(name: str) -> list[Kept]:
    """
    Remove what was installed under a name.

    Raises
    ------
    PasserellesError
        If nothing was.
    """
    kinds: tuple[Kind, ...] = ("overlay", "referential")
    found = [(kind, path) for kind in kinds if (path := installed(kind).get(name)) is not None]
    if not found:
        there = ", ".join(each for kind in kinds for each in installed(kind)) or "–"
        raise PasserellesError("not_installed", name=name, known=there)
    for _, path in found:
        path.unlink()
    return [Kept(kind, name, "installed") for kind, _ in found]


def _packed(source: FileSource) -> tuple[bytes, str]:
    """Bytes of a workbook or zip as they are; of a folder, a zip of its files."""
    if source.place.is_file():
        ending = ".xlsx" if any(member.sheet for member in source.members) and not source.archives else ".zip"
        return source.place.read_bytes(), ending
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.members:
            if not member.sheet or member.path not in archive.namelist():
                archive.writestr(zipfile.ZipInfo(member.path or member.name, _EPOCH), source.read(member.name))
    return packed.getvalue(), ".zip"
