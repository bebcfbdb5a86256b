"""An answer as pieces of JSON: most of them are the same in many answers, are written once and kept once."""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang
from passerelles.ranking.explain import credited_through, known_move, needed_credentials
from passerelles.ranking.move import Item, PartValue
from passerelles.ranking.moves import BestTargets, figures_of
from passerelles.scoring.coverage import Holding

_FIRST: Final = b"{"
_NEXT: Final = b",{"
_LAST: Final = b"]}"
Texts = list[bytes]
_OPEN: Final = {name: b',"%s":[{' % name for name in (b"held", b"near", b"missing")}
_EMPTY: Final = {name: b',"%s":[]' % name for name in _OPEN}
_NONE: Final = np.zeros(0, dtype=np.int32)


class Pieces(NamedTuple):
    """
    A text to be joined.

    `own` counts the bytes that it shares with no other; `ends` says, of a list of moves, where each of them ends.
    """

    texts: Sequence[bytes]
    own: int
    ends: Sequence[int] = ()

    def first(self, limit: int) -> "Pieces":
        """Return the same answer with its first moves alone, as if no more had been asked for."""
        if limit >= len(self.ends):
            return self
        return Pieces((*self.texts[: self.ends[limit - 1]], _LAST), self.own, self.ends[:limit])


class _Required(NamedTuple):
    """What a target requires, by falling weight: columns, and JSON from after a brace to the brace of the next."""

    columns: NDArray[np.int32]
    texts: Texts


class Scribe:
    """
    Writes the moves of one graph, as `Move.to_dict` tells them.

    A competency that is missing is the same text whoever it is missing to, and ten moves list six hundred: putting
    texts together takes a fraction of the time of writing them anew, and a kept answer is mostly references.
    """

    def __init__(self, graph: OccupationGraph) -> None:
        self._graph = graph
        self._required: dict[int, _Required] = {}
        self._near: dict[tuple[int, float], bytes] = {}
        self._last: dict[bytes, bytes] = {}  # texts of competencies that no other follows
        self._parts: set[str] = set()  # names of all parts that were written

    def answer(
        self, about: Mapping[str, Any], found: BestTargets, lang: Lang, more: Sequence[Mapping[str, Any]] = ()
    ) -> Pieces:
        """Write the object `about` with the moves as its last key, ``results``; `more` are keys of the first moves."""
        start, referential = found.scored.start, self._graph.referential
        figures = figures_of(self._graph, found.scored, [target for target, _ in found.kept])
        texts, own, ends = [orjson.dumps(about)[:-1], b',"results":['], 0, []
        items = self._items([target for target, _ in found.kept], start.holding)
        parts = self._values([numbers.parts for numbers in figures], lang)
        for place, ((target, verdicts), numbers) in enumerate(zip(found.kept, figures, strict=True)):
            occupation = self._graph.occupations[target]
            known = known_move(self._graph, start.end.code, occupation.code)
            needed = needed_credentials(self._graph, start.credentials, occupation.code)
            head = {
                "rank": place + 1,
                "origin": start.end.to_dict(),
                "target": {"code": occupation.code, "label": occupation.label},
                **numbers._asdict(),
                "credentials": [credential.to_dict() for credential in needed],
                "filters": [verdict.to_dict(lang) for verdict in verdicts],
                "known": known.to_dict() if known else None,
                "referential": {"name": referential.name, "version": referential.version},
                **(more[place] if place < len(more) else {}),
            }
            del head["parts"]
            written = orjson.dumps(head)[1:-1]
            own += len(written) + 60 * len(numbers.parts)  # a short text takes more room than it has bytes
            texts += (_NEXT if place else _FIRST, written, b',"parts":[', *parts[place], *items[place])
            ends.append(len(texts))
        return Pieces((*texts, _LAST), own + len(texts[0]), ends)

    def translated(self, answer: Pieces, source: Lang, lang: Lang) -> Pieces:
        """Return an answer without filters in another language: what its parts say is all that it says in words."""
        if source == lang:
            return answer
        names = tuple(self._parts)  # at once: other threads add to them
        words = {
            _words(name, sign, source, first=first): _words(name, sign, lang, first=first)
            for name in names
            for sign in (-1, 0, 1)
            for first in (False, True)
        }
        return answer._replace(texts=[words.get(text, text) for text in answer.texts])

    def _values(self, parts: Sequence[Sequence[tuple[str, float]]], lang: Lang) -> list[Texts]:
        """Write the parts of the score of each move."""
        numbers = iter(orjson.dumps([value for some in parts for _, value in some])[1:-1].split(b","))
        found = []
        for some in parts:
            texts: Texts = []
            for place, ((name, value), number) in enumerate(zip(some, numbers, strict=False)):
                texts += (_words(name, (value > 0) - (value < 0), lang, first=not place), number)
            found.append(texts)
        self._parts.update(name for some in parts[:1] for name, _ in some)
        return found

    def _items(self, targets: Sequence[int], holding: Holding) -> list[Texts]:
        """Write what each target requires as held, near and missing, after the parts of its score."""
        required = [self._requirements(target) for target in targets]
        columns = np.concatenate([_NONE, *(each.columns for each in required)])
        credited = np.flatnonzero(holding.via[columns] >= 0)  # most are not, and are copied as they stand
        columns = columns[credited]
        through, credit = credited_through(self._graph, holding, columns), holding.credit[columns]
        cells = deque(zip(credited.tolist(), columns.tolist(), through, credit.tolist(), strict=True))
        found: list[Texts] = []
        start = 0
        for _, texts in required:
            held: Texts = []
            near: Texts = []
            missing: Texts = []
            rest = 0
            while cells and cells[0][0] < start + len(texts):
                place, column, via, share = cells.popleft()
                text = texts[place - start]
                if via == column:
                    held.append(text)
                else:
                    near += (self._through(via, share), text)
                missing += texts[rest : place - start]
                rest = place - start + 1
            missing += texts[rest:]
            start += len(texts)
            lists = (self._listed(b"held", held), self._listed(b"near", near), self._listed(b"missing", missing))
            found.append([b"}]", *chain.from_iterable(lists), b"}"])
        return found

    def _listed(self, name: bytes, texts: Texts) -> Texts:
        """Write a list of competencies, each text but the last ending with the brace of the next."""
        if not texts:
            return [_EMPTY[name]]
        return [_OPEN[name], *texts[:-1], self._last.setdefault(texts[-1], texts[-1][: -len(_NEXT)]), b"]"]

    def _requirements(self, target: int) -> _Required:
        found = self._required.get(target)
        if found is None:
            graph, cells = self._graph, self._graph.weight_cells
            some = cells.of_row(target)
            order = np.lexsort((cells.columns[some], -cells.data[some]))
            columns, weights, core = cells.columns[some][order], cells.data[some][order], graph.core[some][order]
            texts = []
            for column, weight, at_core in zip(columns.tolist(), weights.tolist(), core.tolist(), strict=True):
                code, label, kind, *_ = graph.competencies[column]
                texts.append(orjson.dumps(Item(code, label, kind, at_core, weight).to_dict())[1:] + _NEXT)
            found = self._required.setdefault(target, _Required(columns, texts))
        return found

    def _through(self, column: int, credit: float) -> bytes:
        """JSON of what credits a near competency; that of the competency follows."""
        found = self._near.get((column, credit))
        if found is None:
            code, label, *_ = self._graph.competencies[column]
            text = orjson.dumps({"via": code, "via_label": label, "credit": credit})
            found = self._near.setdefault((column, credit), text[1:-1] + b",")
        return found


def scribe_of(graph: OccupationGraph) -> Scribe:
    """Return who writes the moves of a graph, kept with it."""
    return graph.derived("scribe", lambda: Scribe(graph))


@cache
def _words(name: str, sign: int, lang: Lang, *, first: bool) -> bytes:
    """JSON of a part up to its value, after the value of the one before."""
    part = PartValue(name, float(sign))
    text = orjson.dumps({"name": name, "label": part.label(lang), "sentence": part.sentence(lang)})
    return (b"" if first else b"},") + text[:-1] + b',"value":'
