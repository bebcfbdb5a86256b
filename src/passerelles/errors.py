"""Errors for people, written out in the reader's language, and warnings of deprecation."""

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from errno import errorcode
from functools import partial, wraps
from importlib import util
from operator import call
from os import PathLike
from pathlib import Path, PurePath
from types import NoneType, UnionType
from typing import Any, Final, Literal, NamedTuple, ParamSpec, TypeVar, Union, get_args, get_origin

from passerelles.language.say import LANGS, Lang, say, sentences

P = ParamSpec("P")
R = TypeVar("R")
# Function that makes a value of each class.
_MADE_BY: Final = {
    "OccupationGraph": "build_graph", "Referential": "load_referential", "Market": "load_market",
    "Places": "load_places", "Certifications": "load_certifications", "Settings": "Settings(**values)",
}  # fmt: skip


# What annotations written as texts name besides classes of this package; a text that is due may be refused later.
_NAMED: Final[Mapping[str, type]] = {"None": NoneType, "Mapping": Mapping, "Sequence": Sequence, "str": object}
_FOUND_BY_WORDS: Final = ("unknown_code", "unknown_competency", "unknown_credential")


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """
    Let a public function refuse, in one sentence, what its annotations rule out and its own checks do not tell.

    That is None, another value where one of this package, a day, a path, a mapping or a function is due, and a word
    that is none of a fixed few.

    Examples
    --------
    >>> @checked
    ... def weekday(day: date, lang: Lang = "fr") -> int:
    ...     return day.weekday()
    >>> weekday("2026-01-01")
    Traceback (most recent call last):
    passerelles.errors.PasserellesError: weekday: day takes date; got '2026-01-01'.
    """
    kinds = {name: parameter.annotation for name, parameter in inspect.signature(function).parameters.items()}
    checks = {name: _check(kind) for name, kind in kinds.items() if kind not in (Any, inspect.Parameter.empty)}

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        arguments = dict(zip(kinds, args, strict=False), **kwargs)
        for name, fits in checks.items():
            if name in arguments and not fits(value := arguments[name]):
                shown = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
                about = {"name": name, "expected": _written(kinds[name]), "value": shown}
                raise PasserellesError("wrong_argument", function=function.__name__, **about)
        return function(*args, **kwargs)

    return called


def _check(kind: Any) -> Callable[[Any], bool]:
    """Return a check of values against an annotation; for foreign classes, it refuses None alone."""
    inner = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        checks = [_check(k) for k in inner if not (k is str and Path in inner)]  # a text is a path there
        return lambda value: any(fits(value) for fits in checks)
    if get_origin(kind) is Literal:
        return lambda value: isinstance(value, str | int | None) and value in inner
    if get_origin(kind) is tuple and Ellipsis not in inner:
        of_parts = [_check(part) for part in inner]
        return lambda v: isinstance(v, tuple | list) and len(v) == len(of_parts) and all(map(call, of_parts, v))
    ours = isinstance(kind, type) and kind.__module__.startswith("passerelles.")
    due = get_origin(kind) or kind
    if due in (date, NoneType, Path, Mapping, Callable) or (ours and not getattr(kind, "_is_protocol", False)):
        accepted = str | PathLike if due is Path else due
        return lambda value: isinstance(value, accepted)
    if isinstance(kind, str):  # classes given by their names
        names = re.sub(r"\[.*?\](?=$| \|)", "", kind).split(" | ")
        known = tuple(_NAMED[name] for name in names if name in _NAMED)
        return lambda value: isinstance(value, known) or any(base.__name__ in names for base in type(value).__mro__)
    return lambda value: kind is Any or value is not None


def _written(kind: Any) -> str:
    """Write an annotation without its modules, and the function that makes such a value."""
    named = kind if isinstance(kind, str) else inspect.formatannotation(kind)
    text = re.sub(r"Literal\[(.*?)\]|[a-z_.]+\.(?=[A-Za-z])", r"\1", named)
    return re.sub(r"\w+", lambda word: f"{word[0]} ({_MADE_BY[word[0]]})" if word[0] in _MADE_BY else word[0], text)


class _Message(Exception):  # noqa: N818 - not raised itself
    """A key and its values, a message in each language; pickles and copies with both."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = {name: partial(_why, v) if isinstance(v, OSError) else v for name, v in values.items()}
        super().__init__(self.message("en"))

    @checked
    def message(self, lang: Lang = "fr") -> str:
        """Return the one sentence or two that a person reads."""
        return say(f"errors.{self.key}", lang=lang, **self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy key and values: an exception would be called again with its text as a key."""
        values = {name: _picklable(value) for name, value in self.values.items()}
        return type(self).__new__, (type(self), *self.args), vars(self) | {"values": values}


def _why(error: OSError, lang: Lang) -> str:
    """Return what the system refused, in the reader's language where it has words for it."""
    known, code = sentences("errors", lang=lang), errorcode.get(error.errno or 0, error.errno)
    return known.get(f"os.{code}", error.strerror or str(error))


def _picklable(value: object) -> object:
    """Return a value that can be pickled: itself, or its text where it may hold anything."""
    if callable(value):
        return {lang: str(value(lang)) for lang in LANGS}.get
    return value if isinstance(value, str | int | float | PurePath | None) else str(value)


def nearest_said(names: Iterable[str]) -> Callable[[Lang], str]:
    """
    Return what ends a message by the names that are nearest to a wrong one; nothing where there is none.

    Examples
    --------
    >>> nearest_said(["rome"])("en"), nearest_said([])("en")
    (' Did you mean: rome?', '')
    """
    near = ", ".join(names)
    return lambda lang: f" {say('errors.suggestions', lang=lang, suggestions=near)}" if near else ""


class PasserellesError(_Message, ValueError):
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


class PasserellesWarning(_Message, UserWarning):
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
        fault = first.what(lang)
        if first.line:
            fault += f" ({say('validation.where', lang=lang, file=first.file, line=str(first.line))})"
        return say(f"errors.{self.key}", lang=lang, **{**self.values, "first": fault})


class UnknownCodeError(PasserellesError):
    """
    A code or title that the referential does not have; `suggestions` are the nearest that it has.

    The message names them as `shown`, where that is given: a code alone tells a reader nothing.
    """

    def __init__(
        self,
        code: object,
        *,
        suggestions: Sequence[str] = (),
        key: str = "unknown_code",
        shown: str = "",
        **values: object,
    ) -> None:
        self.code = code
        self.suggestions = tuple(suggestions)
        super().__init__(key, code=code, suggestions=shown or ", ".join(self.suggestions), **values)

    def message(self, lang: Lang = "fr") -> str:
        """Return the sentence, with suggestions, or how to search where there is none and words lead to codes."""
        text = self.sentence(lang)
        by_words = self.key in _FOUND_BY_WORDS and "form" not in self.values
        more = "suggestions" if self.suggestions else "search" if by_words else ""
        return f"{text} {say(f'errors.{more}', lang=lang, **self.values)}" if more else text

    def sentence(self, lang: Lang = "fr") -> str:
        """Return the sentence alone, where no command can be typed or suggestions stand beside it."""
        more = (say(f"errors.{key}_code", lang=lang, **self.values) for key in ("form", "loaded") if key in self.values)
        return " ".join((super().message(lang), *more))


class MissingExtraError(PasserellesError, ImportError):
    """An optional library is not installed; the message gives the pip command."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__("missing_extra", library=library, extra=extra)


_IMPORTED_AS: Final = {"python-docx": "docx"}


def need(library: str, extra: str) -> None:
    """
    Check that an optional library is installed.

    Raises
    ------
    MissingExtraError
        If it is not.

    Examples
    --------
    >>> need("numpy", "all")
    """
    if util.find_spec(_IMPORTED_AS.get(library, library)) is None:
        raise MissingExtraError(library, extra)


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
        since, until = ([int(part) for part in version.split(".")[:2]] for version in (self.since, self.until))
        if until <= since:
            raise ValueError(f"{self.instead}: {self.since} to {self.until} is less than one minor version")


# Old public name -> what replaces it. `passerelles.__getattr__` serves it, with a warning.
RENAMED: Final[Mapping[str, Term]] = {}


def warn(old: str, term: Term) -> None:
    """Warn the caller that a name goes."""
    warnings.warn(say("deprecation.goes", lang="en", old=old, **term._asdict()), DeprecationWarning, stacklevel=3)


def deprecated(*, instead: str, since: str, until: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Mark a function as one that goes: every call warns.

    Examples
    --------
    >>> import warnings
    >>> @deprecated(instead="rank_moves", since="0.3.0", until="0.4.0")
    ... def rank_jobs():
    ...     return 1
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     _ = rank_jobs()
    >>> str(caught[0].message)
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
