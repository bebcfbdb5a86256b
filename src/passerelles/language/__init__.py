"""What people read, in French and in English, and other data beside the code: TOML files, each of one subject."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def packaged(package: str, *path: str) -> Mapping[str, Any]:
    """
    Return what a TOML file of a package of this project says; it is read once.

    Examples
    --------
    >>> packaged("passerelles", "notices.toml")["missing_required_file"]
    'error fatal'
    """
    return tomllib.loads(files(package).joinpath(*path).read_text(encoding="utf-8"))
