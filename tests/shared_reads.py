"""Pages and notebooks name the same data again and again: what all of them read and build is made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import passerelles
from passerelles.graph.core import OccupationGraph
from passerelles.referentials.referential import Referential


class SharedReads:
    """What was read and built, by what it was asked for with."""

    def __init__(self) -> None:
        self._graphs: dict[Any, OccupationGraph] = {}
        self._read: dict[tuple[str, ...], Any] = {}
        names = ("load_referential", "load_market", "load_places", "load_certifications")
        self._readers = {name: cache(getattr(passerelles, name)) for name in names}
        self._build = passerelles.build_graph

    def add_graphs(self, *graphs: OccupationGraph) -> None:
        """Give these graphs where one is built of an equal referential."""
        self._graphs |= {_which(graph.referential): graph for graph in graphs}

    def add_read(self, name: str, source: Path, value: Any) -> None:
        """Give this where a function is asked to read that source, and nothing else is said."""
        self._read[name, str(source)] = value

    def share(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let `from passerelles import ...` find what is kept."""
        monkeypatch.setattr(passerelles, "build_graph", self._built)
        for name in self._readers:
            monkeypatch.setattr(passerelles, name, self._reader(name))

    def _reader(self, name: str) -> Callable[..., Any]:
        def read(*source: Any, **options: Any) -> Any:
            known = self._read.get((name, *map(str, source))) if not options else None
            return self._readers[name](*source, **options) if known is None else known

        return read

    def _built(self, referential: Referential) -> OccupationGraph:
        which = _which(referential)
        if which not in self._graphs:
            self._graphs[which] = self._build(referential)
        return self._graphs[which]


def _which(referential: Referential) -> Any:
    return type(referential), referential.stamp  # one that lies in an index is another type
