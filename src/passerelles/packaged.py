"""Data that lie beside the code, as TOML."""

import tomllib
from importlib.resources import files
from typing import Any


def packaged(package: str, *path: str) -> dict[str, Any]:
    """
    Return what a TOML file of a package of this project says.

    Examples
    --------
    >>> packaged("passerelles", "notices.toml")["missing_required_file"]
    'error fatal'
    """
    return tomllib.loads(files(package).joinpath(*path).read_text(encoding="utf-8"))
