"""Codes are strings, and numbers are refused; what is grouped or summed by code, and all that follows from one."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from math import inf
from numbers import Integral
from types import MappingProxyType
from typing import TypeVar

from passerelles.errors import PasserellesError

Code = TypeVar("Code")
Key = TypeVar("Key")
Value = TypeVar("Value")
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
_ROME = re.compile(r"^[A-Z]\d{4}$")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FORMS = {
    "ROME": r"[a-z]\d{4}",
    "O*NET": r"\d\d-\d{4}(?:\.\d\d)?",
    "ESCO": rf"https?://data\.europa\.eu/esco/\S+|{_UUID}",
    "PCS": r"\d{3}[a-l]",
    "FAP": r"[a-z]\d[abxz]\d\d",
}


# Unit groups of ISCO-08 (CITP): any number of four digits in its sub-major groups, so that a year is none.
_ISCO = re.compile(r"(?:0[1-3]|1[1-4]|2[1-6]|3[1-5]|4[1-4]|5[1-4]|6[1-3]|7[1-5]|8[1-3]|9[1-6])\d\d")


def grouped(pairs: Iterable[tuple[Key, Value]]) -> Mapping[Key, tuple[Value, ...]]:
    """
    Values of each key, in the order in which they come.

    Examples
    --------
    >>> dict(grouped([("a", 1), ("b", 2), ("a", 3)]))
    {'a': (1, 3), 'b': (2,)}
    """
    groups: dict[Key, list[Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return MappingProxyType({key: tuple(values) for key, values in groups.items()})


def sum_by_key(pairs: Iterable[tuple[Key, int]]) -> Counter[Key]:
    """
    Sum of the numbers of each key.

    Examples
    --------
    >>> sum_by_key([("a", 1), ("b", 2), ("a", 3)])
    Counter({'a': 4, 'b': 2})
    """
    totals = Counter[Key]()
    for key, number in pairs:
        totals[key] += number
    return totals


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
        value = repr(code) if isinstance(code, int | float | bytes | None) else type(code).__name__
        raise PasserellesError("code_not_text", what=what, value=value)
    if not code.strip():
        raise PasserellesError("code_empty", what=what)
    return code


def check_codes(codes: Iterable[Code], *, what: str) -> Iterable[Code]:
    """
    Return what is given where several are meant.

    Raises
    ------
    PasserellesError
        If it is one text, of which each letter would be taken for a code, or nothing that can be gone through.

    Examples
    --------
    >>> check_codes(["K2110"], what="targets")
    ['K2110']
    """
    if isinstance(codes, str | bytes) or not isinstance(codes, Iterable):
        key = "no_list" if codes is None else "not_a_list"
        kind = type(codes).__name__
        plain = isinstance(codes, str | bytes | int | float)  # what else is given may be a person: it is not repeated
        value = repr(codes) if plain else f"{kind}(...)"
        raise PasserellesError(key, what=what, value=value, kind=kind)
    return codes


def check_whole(value: object, key: str, *, least: int, most: float = inf) -> None:
    """
    Refuse what is no whole number from `least` to `most`; `key` is that of the message.

    Raises
    ------
    PasserellesError
        If it is another number, or none.

    Examples
    --------
    >>> check_whole(3, "limit_invalid", least=1)
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= int(value) <= most:
        raise PasserellesError(key, value=repr(value), most=most)


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


def code_form(text: str) -> str:
    """
    Return the public nomenclature whose codes of occupations are written so; nothing where it is none.

    Examples
    --------
    >>> code_form("k2110"), code_form("11-1011.00"), code_form("625d"), code_form("3322")
    ('ROME', 'O*NET', 'PCS', '')
    """
    return next((name for name, form in _FORMS.items() if re.fullmatch(form, text.casefold())), "")


def is_isco_number(text: str) -> bool:
    """
    Whether a text is written as the number of a unit group of ISCO (CITP); many other numbers are.

    Examples
    --------
    >>> [is_isco_number(text) for text in ("7512", "2026", "1999", "12")]
    [True, False, False, False]
    """
    return _ISCO.fullmatch(text.strip()) is not None


def closure(start: str, following: Callable[[str], Iterable[str]], *, seen: set[str] | None = None) -> tuple[str, ...]:
    """
    All codes that a code leads to, itself last, each after those that it leads to itself; a circle is gone round once.

    Parameters
    ----------
    start
        Where to begin.
    following
        Codes that one code leads to directly.
    seen
        Codes that are left out, to which those found are added.

    Examples
    --------
    >>> closure("a", {"a": "bc", "b": "c", "c": "a"}.__getitem__)
    ('c', 'b', 'a')
    """
    seen = set() if seen is None else seen
    seen.add(start)
    order: list[str] = []
    path = [(start, iter(following(start)))]
    while path:
        code, successors = path[-1]
        ahead = next((successor for successor in successors if successor not in seen), None)
        if ahead is None:
            order.append(code)
            path.pop()
        else:
            seen.add(ahead)
            path.append((ahead, iter(following(ahead))))
    return tuple(order)


def reached(starts: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    """
    Return codes and all that they lead to; see `closure`.

    Examples
    --------
    >>> sorted(reached("ad", {"a": "b", "b": "a", "d": ""}.__getitem__))
    ['a', 'b', 'd']
    """
    seen: set[str] = set()
    for start in starts:
        if start not in seen:
            closure(start, following, seen=seen)
    return seen


def circles(following: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """
    Codes that lead back to themselves, those that lead to each other together; sorted.

    Examples
    --------
    >>> circles({"a": "b", "b": "a", "c": "a", "d": "d"})
    [('a', 'b'), ('d',)]
    """
    try:
        TopologicalSorter(following).prepare()
    except CycleError:
        import networkx as nx  # noqa: PLC0415 - half a second, and nearly all have none

        ways = nx.DiGraph((code, successor) for code, ahead in following.items() for successor in ahead)
        groups = (sorted(group) for group in nx.strongly_connected_components(ways))
        return sorted(tuple(group) for group in groups if len(group) > 1 or ways.has_edge(group[0], group[0]))
    return []
