"""Lines of totals of a table against the lines that they sum."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Differs(NamedTuple):
    """A total that is no sum of its lines: what it tells, and the sum of lines that is nearest to it."""

    line: int
    told: int
    found: int


def differing(totals: Mapping[int, int | None], numbers: Mapping[int, int | None]) -> Iterator[Differs]:
    """
    Yield the totals that are no sum of lines.

    A total may sum the lines since the total before it, all lines above, all below, all of the table, or the totals
    above. Where the number of one of the lines is not known, nothing can be told of any total.

    Parameters
    ----------
    totals, numbers
        Numbers of the lines of totals, and of the others, by line; None = not read.

    Examples
    --------
    >>> list(differing({4: 5, 7: 9, 8: 14}, {2: 2, 3: 3, 5: 4, 6: 5}))
    []
    >>> list(differing({4: 5, 8: 15}, {2: 2, 3: 3, 5: 4, 6: 5}))
    [Differs(line=8, told=15, found=14)]
    """
    known = {line: n for line, n in numbers.items() if n is not None}
    told = {line: n for line, n in totals.items() if n is not None}
    before = 0
    for line, total in told.items() if len(known) == len(numbers) and known else ():
        sides = (
            [n for at, n in known.items() if before < at < line],
            [n for at, n in known.items() if at < line],
            [n for at, n in known.items() if at > line],
            [n for at, n in told.items() if at < line],
            list(known.values()),
        )
        found = [sum(some) for some in sides if some]
        if total not in found:
            yield Differs(line, total, min(found, key=lambda each: abs(each - total)))
        before = line
