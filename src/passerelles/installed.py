"""What is installed: the version of this package, and what other packages add to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points, version
from types import MappingProxyType
from typing import Any, Literal

from passerelles.errors import PasserellesError

Group = Literal["readers", "score_parts", "market_sources", "report_sections"]


@cache
def package_version() -> str:
    """Version of the package: an index serves the very version that compiled it."""
    return version("passerelles")


@cache
def extensions(group: Group) -> Mapping[str, Any]:
    """
    Return what the installed packages add, by the name of the entry point, in the order of the names.

    Parameters
    ----------
    group
        ``"readers"``: a `passerelles.referentials.referential.Reader` each. ``"score_parts"``: a
        `passerelles.scoring.features.AddedPart`. ``"market_sources"``: the text of a declaration in TOML, as those in
        ``passerelles/market/sources``. ``"report_sections"``: a function of a
        `passerelles.report.case.Case` that returns a `passerelles.views.document.Part`, or None. The entry
        points are those of the group ``passerelles.<group>``.

    Raises
    ------
    PasserellesError
        If one cannot be imported; the message names its package.

    Examples
    --------
    >>> dict(extensions("report_sections"))
    {}
    """
    by_name: dict[str, Any] = {}
    for point in sorted(entry_points(group=f"passerelles.{group}"), key=lambda p: (p.name, p.value)):
        with extension_errors(group, point.name):
            by_name.setdefault(point.name, point.load())
    return MappingProxyType(by_name)


@contextmanager
def extension_errors(group: Group, name: str) -> Iterator[None]:
    """Name the extension whose code fails: it is no defect of this package."""
    try:
        yield
    except PasserellesError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise PasserellesError("extension", group=f"passerelles.{group}", name=name, reason=reason) from error
