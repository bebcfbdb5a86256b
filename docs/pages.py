"""What the scripts that write pages share: tables of Markdown, a part of a page made anew, a page written or shown."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).parent


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    return "\n".join([_line(heads), "|" + "---|" * len(heads), *map(_line, rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def renewed(name: str, begin: str, end: str, text: str) -> str:
    """Return a page with another text between two of its lines."""
    before, _, rest = (HERE / name).read_text(encoding="utf-8").partition(begin)
    return f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}"


def publish(name: str, text: str) -> None:
    """Write a page, or print it where the command line says ``--print``."""
    if "--print" in sys.argv:
        sys.stdout.buffer.write(text.encode())
    else:
        (HERE / name).write_text(text, encoding="utf-8")
