"""Errors for people: a key and its values, written out in the reader's language."""

from collections.abc import Sequence
from typing import Any

from passerelles.language.say import Lang, say


class PasserellesError(ValueError):
    """
    A request or an input that cannot be served; says what, where and what to do.

    Parameters
    ----------
    key
        Entry of ``language/<lang>/errors.toml``.
    **values
        What the entry's placeholders stand for.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(self.message("en"))

    def message(self, lang: Lang = "fr") -> str:
        """Return the one sentence or two that a person reads."""
        return say(f"errors.{self.key}", lang=lang, **self.values)


class ReferentialError(PasserellesError):
    """
    A referential that cannot be read, or that `strict` refuses; `issues` holds every notice found.

    The elements of `issues` are `passerelles.notices.Notice`.
    """

    def __init__(self, key: str, /, *, issues: Sequence[Any] = (), **values: object) -> None:
        self.issues = tuple(issues)
        super().__init__(key, **values)


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
