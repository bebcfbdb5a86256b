"""Find a referential or overlay by name: embedded, installed, of a package, in a folder of data, in the cache."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import platformdirs

from passerelles.errors import PasserellesError, nearest_said
from passerelles.text import normalise_label

ZIP_NAME = "referential.zip"
# What `passerelles download` fetches, by name.
OFFICIAL_URL: Final = {"rome": "https://api.francetravail.fr/api-nomenclatureemploi/v1/open-data/csv"}
Kind = Literal["referential", "overlay"]
Origin = Literal["embedded", "installed", "package", "downloaded"]
_ENDINGS: Final = ("", ".xlsx", ".zip")
# What `PASSERELLES_CACHE` may say to a service: whether an index is kept, not where.
SWITCHES: Final = frozenset(("0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes"))


def cache_folder() -> Path:
    """Folder of what was downloaded: ``PASSERELLES_CACHE`` where it names one, else the user's cache directory."""
    named = os.environ.get("PASSERELLES_CACHE", "").strip()
    return Path(platformdirs.user_cache_dir("passerelles") if named.lower() in {"", *SWITCHES} else named)


def bundled_folder() -> Path:
    """
    Folder of the embedded referentials: ``passerelles/_bundled`` in a wheel, ``referentials/`` in a checkout.

    There is one copy of the files; the build maps the folder of the checkout into the wheel.
    """
    package = Path(str(files("passerelles")))
    in_wheel = package / "_bundled"
    return in_wheel if in_wheel.is_dir() else package.parent.parent / "referentials"


def bundled(kind: Kind) -> dict[str, Path]:
    """
    Folders of what is embedded, by name, sorted.

    Examples
    --------
    >>> [*bundled("referential")], "acces-france" in bundled("overlay")
    (['transitions'], True)
    """
    root = bundled_folder() / ("overlays" if kind == "overlay" else "")
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return {path.name: path for path in folders if (path / "manifest.toml").is_file()}


def sample_names() -> tuple[str, ...]:
    """
    Names of the invented territories that ship as samples, sorted.

    Examples
    --------
    >>> "redon" in sample_names()
    True
    """
    return tuple(sorted(p.stem.removesuffix("-fragile") for p in _samples().glob("*-fragile.*")))


def sample_name(text: str) -> str:
    """
    Name of the sample that a text names, whatever its case and accents.

    Raises
    ------
    PasserellesError
        If there is none; the message has the nearest.

    Examples
    --------
    >>> sample_name("Redon")
    'redon'
    """
    names = sample_names()
    by_label = {normalise_label(name): name for name in names}
    wanted = normalise_label(text)
    if wanted in by_label:
        return by_label[wanted]
    near = [by_label[label] for label in get_close_matches(wanted, by_label, n=1, cutoff=0.4)]
    raise PasserellesError("unknown_territory", name=text, near=(*near, *names)[0], known=", ".join(names))


def sample_tables(name: str) -> tuple[Path, Path]:
    """Tables of a sample territory: fragile jobs, then openings."""
    fragile, hiring = (next(_samples().glob(f"{name}-{side}.*")) for side in ("fragile", "hiring"))
    return fragile, hiring


def _samples() -> Path:
    return bundled_folder() / "transitions" / "territories"


def home(kind: Kind) -> Path:
    """Folder of what was installed: in ``PASSERELLES_HOME`` where it is set, else in the user's data directory."""
    return Path(os.environ.get("PASSERELLES_HOME") or platformdirs.user_data_dir("passerelles")) / f"{kind}s"


def installed(kind: Kind) -> dict[str, Path]:
    """What was installed, by name."""
    folder = home(kind)
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.stem: path for path in paths if path.suffix in _ENDINGS[1:]}


def known(kind: Kind) -> Iterator[tuple[str, Origin, Path | EntryPoint]]:
    """
    Yield the names that exist, each with its origin and its path; of two of one name, the first is meant.

    What Python packages carry are entry points of the group ``passerelles.overlays`` or ``passerelles.referentials``.
    """
    yield from ((name, "embedded", path) for name, path in bundled(kind).items())
    yield from ((name, "installed", path) for name, path in installed(kind).items())
    if kind == "referential":
        yield from ((path.parent.name, "downloaded", path) for path in sorted(cache_folder().glob(f"*/{ZIP_NAME}")))
    points = sorted(entry_points(group=f"passerelles.{kind}s"), key=lambda point: point.value)
    yield from ((name, "package", point) for name, point in {point.name: point for point in points}.items())


def named_place(name: str, kind: Kind) -> Path | None:
    """Place of what a name stands for, or None, as for a path: no name has a folder in it; see `place_of`."""
    if Path(name).name != name:
        return None
    place = next((place for n, _, place in known(kind) if n == name), None)
    return place if place is None or isinstance(place, Path) else _within(place)


def place_of(name_or_path: str | Path, kind: Kind) -> Path:
    """
    Folder, zip or workbook that a name or a path stands for.

    Names come first: embedded, installed (`passerelles overlay install`), downloaded, carried by a package; then paths;
    then names of what lies in the folder of ``PASSERELLES_DATA`` or in the user's cache; a name in capitals comes last.

    Raises
    ------
    PasserellesError
        If there is none; the message lists the names that exist.

    Examples
    --------
    >>> place_of("enseignement-conduite", "overlay").name
    'enseignement-conduite'
    """
    if not isinstance(name_or_path, str | Path):
        raise PasserellesError(f"{kind}_not_text", value=repr(name_or_path), kind=type(name_or_path).__name__)
    name = str(name_or_path)
    place = named_place(name, kind)
    if place is not None:
        return place
    for path in (Path(name_or_path), *_paths_of(name)) if name else ():
        try:
            if path.exists() and (path.is_file() or path == Path(name_or_path) or any(path.iterdir())):
                return path
        except PermissionError as error:
            raise PasserellesError("no_permission", path=path) from error
        except (OSError, ValueError):  # a name that is too long for a path, or holds a null character
            continue
    small = name.casefold()
    if small != name and (place := named_place(small, kind)) is not None:
        return place
    if kind == "referential" and small in OFFICIAL_URL:
        raise PasserellesError("not_downloaded", name=small)
    key = "no_such_overlay" if kind == "overlay" else "no_such_referential"
    names = dict.fromkeys(n for n, *_ in known(kind))
    near = nearest_said(get_close_matches(small, names, n=1))
    raise PasserellesError(key, name=name, known=", ".join(names), near=near)


def _paths_of(name: str) -> Iterator[Path]:
    """Yield the paths that a name may have in the folder of data, then in the cache."""
    data = os.environ.get("PASSERELLES_DATA")
    for folder in (*((Path(data),) if data else ()), cache_folder()):
        yield from (folder / f"{name}{ending}" for ending in _ENDINGS if name)


def _within(point: EntryPoint) -> Path:
    """
    Place inside a package that an entry point names: ``package`` or ``package:folder``.

    Raises
    ------
    PasserellesError
        If the package cannot be imported, or holds no such thing.
    """
    try:
        place = Path(str(files(point.module))) / point.attr
    except (ImportError, TypeError) as error:
        raise PasserellesError("package_broken", name=point.name, value=point.value, reason=error) from error
    if not place.exists():
        raise PasserellesError("package_broken", name=point.name, value=point.value, reason=place.name)
    return place
