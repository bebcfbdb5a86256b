"""Where the embedded referentials and overlays lie: in the wheel, or in the checkout that this file belongs to."""

from importlib.resources import files
from pathlib import Path


def bundled_folder() -> Path:
    """
    Folder of the embedded referentials: ``passerelles/_bundled`` in a wheel, ``referentials/`` in a checkout.

    There is one copy of the files; the build maps the folder of the checkout into the wheel.
    """
    package = Path(str(files("passerelles")))
    in_wheel = package / "_bundled"
    return in_wheel if in_wheel.is_dir() else package.parent.parent / "referentials"


def bundled_names(kind: str) -> tuple[str, ...]:
    """
    Names of what is embedded, sorted; `kind` is ``"referential"`` or ``"overlay"``.

    Examples
    --------
    >>> bundled_names("referential"), "acces-france" in bundled_names("overlay")
    (('transitions',), True)
    """
    return tuple(sorted(_places(kind)))


def bundled_path(name: str, kind: str) -> Path | None:
    """Folder of an embedded referential or overlay, or None where there is none of that name."""
    return _places(kind).get(name)


def _places(kind: str) -> dict[str, Path]:
    root = bundled_folder()
    if kind == "overlay":
        root = root / "overlays"
    if not root.is_dir():
        return {}
    return {p.name: p for p in root.iterdir() if (p / "manifest.toml").is_file()}


def sample_names() -> tuple[str, ...]:
    """
    Names of the invented territories that ship as samples, sorted.

    Examples
    --------
    >>> "redon" in sample_names()
    True
    """
    return tuple(sorted(p.stem.removesuffix("-fragile") for p in _samples().glob("*-fragile.*")))


def sample_tables(name: str) -> tuple[Path, Path]:
    """Tables of a sample territory: fragile jobs, then openings."""
    fragile, hiring = (next(_samples().glob(f"{name}-{side}.*")) for side in ("fragile", "hiring"))
    return fragile, hiring


def _samples() -> Path:
    return bundled_folder() / "transitions" / "territories"
