"""Where downloaded referentials lie: the user's cache directory, one folder a name."""

import os
from pathlib import Path

import platformdirs

ZIP_NAME = "referential.zip"


def cache_folder() -> Path:
    """Folder of what was downloaded: ``PASSERELLES_CACHE`` where it is set, else the user's cache directory."""
    chosen = os.environ.get("PASSERELLES_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("passerelles"))


def cached_path(name: str) -> Path | None:
    """Downloaded referential of that name, or None."""
    if not name or "/" in name or "\\" in name or name in (".", ".."):
        return None
    path = cache_folder() / name / ZIP_NAME
    return path if path.is_file() else None


def cached_names() -> tuple[str, ...]:
    """Names of what was downloaded, sorted."""
    root = cache_folder()
    if not root.is_dir():
        return ()
    return tuple(sorted(p.parent.name for p in root.glob(f"*/{ZIP_NAME}")))
