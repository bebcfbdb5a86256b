"""Taking something back politely: it warns for one minor version at least, says what replaces it and when it goes."""

import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Final, NamedTuple, ParamSpec, TypeVar

from passerelles.language.say import say

P = ParamSpec("P")
R = TypeVar("R")


class Term(NamedTuple):
    """What replaces a name, the version that began to warn, and the one that drops it."""

    instead: str
    since: str
    until: str

    def check(self) -> None:
        """
        Refuse a term shorter than one minor version.

        Raises
        ------
        ValueError
            If what goes would not warn for one minor version.

        Examples
        --------
        >>> Term("rank_moves", "0.3.0", "0.4.0").check()
        """
        if _minor(self.until) <= _minor(self.since):
            raise ValueError(f"{self.instead}: {self.since} to {self.until} is less than one minor version")


# Old public name -> what replaces it. `passerelles.__getattr__` serves it, with a warning.
RENAMED: Final[Mapping[str, Term]] = {}


def warn(old: str, term: Term, *, depth: int = 2) -> None:
    """Warn the caller that a name goes."""
    text = say("deprecation.goes", lang="en", old=old, **term._asdict())
    warnings.warn(text, DeprecationWarning, stacklevel=depth + 1)


def deprecated(*, instead: str, since: str, until: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Mark a function as one that goes: every call warns.

    Examples
    --------
    >>> import warnings
    >>> @deprecated(instead="rank_moves", since="0.3.0", until="0.4.0")
    ... def rank_jobs():
    ...     return 1
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     _ = rank_jobs()
    >>> str(told[0].message)
    'rank_jobs is deprecated since 0.3.0 and goes with 0.4.0: use rank_moves.'
    """
    term = Term(instead, since, until)
    term.check()

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def warned(*args: P.args, **kwargs: P.kwargs) -> R:
            warn(function.__name__, term)
            return function(*args, **kwargs)

        vars(warned)["__deprecated__"] = term
        return warned

    return mark


def _minor(version: str) -> tuple[int, int]:
    major, minor, *_ = (int(part) for part in version.split("."))
    return major, minor
