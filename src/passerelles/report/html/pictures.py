"""Still pictures for the page, drawn by the charts where their library is installed; the tables say the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

from passerelles.errors import MissingExtraError
from passerelles.paths.path import Path
from passerelles.report.html.case import Case
from passerelles.report.html.explained import Explained

_MOST_PARTS: Final = 4  # waterfalls: the largest flows; a picture takes a tenth of a second and a hundred kilobytes
_MOST_LADDERS: Final = 2


@dataclass
class Pictures:
    """
    Draws what it is asked for, within a number of each kind.

    `reason` is the key of a notice that says why there is no picture; empty where there are. `drawn` holds the pictures
    by name: a page that is made again, shorter, draws none twice.
    """

    charts: Any = None
    reason: str = ""
    shown: frozenset[str] = frozenset()
    left: dict[str, int] = field(default_factory=lambda: {"ladder": _MOST_LADDERS})
    drawn: dict[str, str] = field(default_factory=dict)

    def flows(self, case: Case) -> str:
        """Return the flows of the allocation as a picture; none where figures are withheld, or nobody moves."""
        if self.charts is None or case.masked or not case.allocation.flows:
            return ""
        return self._svg(lambda: self.charts.territory_sankey(case.allocation, lang=case.words.lang), "flows")

    def parts(self, case: Case, explained: Explained) -> str:
        """Return the parts of a move's score as a picture, for the largest flows."""
        if self.charts is None or explained.key not in self.shown:
            return ""
        return self._svg(lambda: self.charts.score_waterfall(explained.move, lang=case.words.lang), explained.key)

    def ladder(self, case: Case, path: Path) -> str:
        """Return a path as a picture, for the first ones."""
        if self.charts is None or not self.left["ladder"]:
            return ""
        self.left["ladder"] -= 1
        key = "-".join(("ladder", path.origin.code or "", *path.codes))
        return self._svg(lambda: self.charts.path_ladder(path, lang=case.words.lang), key)

    def _svg(self, draw: Callable[[], Any], key: str) -> str:
        if key not in self.drawn:
            self.drawn[key] = str(self.charts.to_svg(draw(), prefix=f"{key}-"))
        return self.drawn[key]


NO_PICTURES: Final = Pictures()


def can_draw() -> bool:
    """Whether the drawing library is installed."""
    try:
        import_module("passerelles.charts.figure")  # an extra: it says how to install it where it is not
    except MissingExtraError:
        return False
    return True


def pictures_of(case: Case, drawn: dict[str, str]) -> Pictures:
    """Return what draws, or what says that the library is not installed; `drawn` are the pictures drawn so far."""
    if not can_draw():
        return Pictures(reason="no_pictures")
    flows = sorted(case.people.items(), key=lambda item: (-item[1], item[0]))
    largest = [pair for pair, _ in flows if pair[0] != pair[1]][:_MOST_PARTS]
    return Pictures(
        charts=import_module("passerelles.charts"), shown=frozenset(f"move-{a}-{b}" for a, b in largest), drawn=drawn
    )
