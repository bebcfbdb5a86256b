"""Errors for people, written out in the reader's language, and warnings of what is taken back."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import PurePath
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from passerelles.language.say import Lang, say


class _Told(Exception):  # noqa: N818 - not raised itself
    """A key and its values, told in a language; pickles and copies with both."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(self.message("en"))

    def message(self, lang: Lang = "fr") -> str:
        """Return the one sentence or two that a person reads."""
        return say(
            f"errors.{self.key}", lang=lang, **{k: v(lang) if callable(v) else v for k, v in self.values.items()}
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy what is held: an exception would be called again with its text as a key."""
        values = {name: _kept(value) for name, value in self.values.items()}
        return _made_again, (type(self), self.args), vars(self) | {"values": values}


def _made_again(kind: type[_Told], args: tuple[object, ...]) -> _Told:
    return kind.__new__(kind, *args)


def _kept(value: object) -> object:
    """Return what of a value goes to another process: itself, or its text where it may hold anything."""
    value = value("en") if callable(value) else value
    return value if isinstance(value, str | int | float | PurePath | None) else str(value)


class PasserellesError(_Told, ValueError):
    """
    A request or an input that cannot be served; says what, where and what to do.

    It pickles and copies with its text: a process pool gives it back as it was raised.

    Parameters
    ----------
    key
        Entry of ``language/<lang>/errors.toml``.
    **values
        What the entry's placeholders stand for; a function of the language where it has words of its own.
    """


class PasserellesWarning(_Told, UserWarning):
    """
    What is done all the same, but not as one may expect, or at a greater cost; says how to avoid it.

    Parameters
    ----------
    key, **values
        As those of an error.
    """


class ReferentialError(PasserellesError):
    """
    A referential that cannot be read, or that `strict` refuses; `issues` holds every notice found.

    The elements of `issues` are `passerelles.notices.Notice`.
    """

    def __init__(self, key: str, /, *, issues: Sequence[Any] = (), **values: object) -> None:
        self.issues = tuple(issues)
        super().__init__(key, **values)

    def message(self, lang: Lang = "fr") -> str:
        """Return the sentence; the first of the notices, where it tells it, in the reader's language."""
        if not self.issues or "first" not in self.values:
            return super().message(lang)
        first = self.issues[0]
        what = first.what(lang)
        if first.line:
            what += f" ({say('validation.where', lang=lang, file=first.file, line=str(first.line))})"
        return say(f"errors.{self.key}", lang=lang, **{**self.values, "first": what})


class UnknownCodeError(PasserellesError):
    """A code or title that the referential does not have; `suggestions` are the nearest that it has."""

    def __init__(self, code: object, *, suggestions: Sequence[str] = (), key: str = "unknown_code") -> None:
        self.code = code
        self.suggestions = tuple(suggestions)
        super().__init__(key, code=code, suggestions=", ".join(self.suggestions))

    def message(self, lang: Lang = "fr") -> str:
        """Return the sentence, with suggestions where there are any."""
        text = super().message(lang)
        return f"{text} {say('errors.suggestions', lang=lang, **self.values)}" if self.suggestions else text


class MissingExtraError(PasserellesError, ImportError):
    """An optional library is not installed; the message gives the pip command."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__("missing_extra", library=library, extra=extra)


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
