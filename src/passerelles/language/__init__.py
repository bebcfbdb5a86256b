"""What people read, in French and in English, and other data beside the code: TOML files, each of one subject."""

import tomllib
from collections.abc import Iterator, Mapping
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


def leaves(table: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """
    Yield what tables within tables hold, each under its dotted name; tables of a list are named by their places.

    Examples
    --------
    >>> list(leaves({"a": 1, "b": {"c": [2], "d": [{"e": 3}]}}))
    [('a', 1), ('b.c', [2]), ('b.d.1.e', 3)]
    """
    if isinstance(table, list | tuple) and any(isinstance(element, Mapping) for element in table):
        table = dict(enumerate(table, start=1))
    if not isinstance(table, Mapping):
        yield name, table
        return
    for key, inner in table.items():
        yield from leaves(inner, f"{name}.{key}" if name else str(key))
