"""Codes are strings: what a code may look like, and a clear refusal of numbers."""

import re

from passerelles.errors import PasserellesError

_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
_ROME = re.compile(r"^[A-Z]\d{4}$")


def check_code(code: object, *, what: str = "code") -> str:
    """
    Return `code` as it is if it is a non-empty string.

    Raises
    ------
    PasserellesError
        If it is a number or anything else: 0110 read as a number is 110, another code.

    Examples
    --------
    >>> check_code("K2110")
    'K2110'
    """
    if not isinstance(code, str):
        raise PasserellesError("code_not_text", what=what, value=repr(code), kind=type(code).__name__)
    if not code.strip():
        raise PasserellesError("code_empty", what=what)
    return code


def looks_like_code(code: str) -> bool:
    """
    Whether a text can be a code: letters, digits and ``. _ : / -``, no spaces, not only digits lost of their letter.

    Examples
    --------
    >>> looks_like_code("K2110-GL"), looks_like_code("K 2110")
    (True, False)
    """
    return _CODE.match(code) is not None


def is_rome_code(code: str) -> bool:
    """
    Whether a text has the form of a ROME code: a letter and four digits.

    Examples
    --------
    >>> is_rome_code("K2110"), is_rome_code("K2110-GL")
    (True, False)
    """
    return _ROME.match(code) is not None
