"""
The resolver on the files of MELO (multilingual entity linking of occupations): accuracy and mean reciprocal rank.

The folder of a task holds the three files of one task, as its repository builds them: ``queries.tsv`` (id, text),
``corpus_elements.tsv`` (id, text) and ``annotations.tsv`` (query, 0, element, relevance). An element is one name of a
concept, which the first part of its id says (``C002648_fr_004``): concepts are ranked, each by its likest name. Told
are accuracy at 1, 5 and 10, and the mean reciprocal rank.
"""

import csv
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from measuring import Figure, Table
from rapidfuzz import fuzz, process

from passerelles.codes import grouped
from passerelles.matching.evidence import shipped_weights
from passerelles.matching.index import IndexedLabel, Owner, build_index
from passerelles.matching.reading import language_pack
from passerelles.matching.titles import TextQuery, answer_many
from passerelles.text import normalise_label
from passerelles.vectors import field_cosines, fit_field, letter_bag

BESIDE = "edit distance (rapidfuzz), TF-IDF of letters, TF-IDF of words"
OPTIONS = {"task": (..., "folder of the three files of a task"), "lang": ("fr", "language of the names")}

DEPTH = 100  # ranks looked at


class Task(NamedTuple):
    """Queries, the texts of each element, and the elements that are right for each query."""

    queries: Mapping[str, str]
    corpus: Mapping[str, tuple[str, ...]]
    right: Mapping[str, frozenset[str]]


def read_task(folder: Path) -> Task:
    """Read the three files of a task."""
    queries = {query: text for query, text, *_ in _rows(folder / "queries.tsv")}
    corpus = grouped((_concept(element), text) for element, text, *_ in _rows(folder / "corpus_elements.tsv"))
    right = grouped(
        (query, _concept(element))
        for query, _, element, relevance in _rows(folder / "annotations.tsv")
        if query in queries and _concept(element) in corpus and float(relevance) > 0
    )
    return Task(queries, corpus, {query: frozenset(concepts) for query, concepts in right.items()})


def _concept(element: str) -> str:
    return element.split("_", maxsplit=1)[0]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]


def ours(task: Task, language: str) -> Callable[[Sequence[str]], list[list[str]]]:
    """Rank by the resolver: every text of an element is a label of it, and it has no other text."""
    owners = [Owner(element, texts[0], definition=" ".join(texts)) for element, texts in task.corpus.items()]
    entries = [IndexedLabel("", text, element) for element, texts in task.corpus.items() for text in texts]
    index = build_index(entries, owners, pack=language_pack(language))

    def rank(texts: Sequence[str]) -> list[list[str]]:
        answers = answer_many(index, map(TextQuery, texts), weights=shipped_weights()["title"], limit=DEPTH)
        return [[c.code for c in answer] for answer in answers]

    return rank


def edit_distance(task: Task) -> Callable[[Sequence[str]], list[list[str]]]:
    """Rank by the share of letters in common of the likest text."""
    elements = [element for element, texts in task.corpus.items() for _ in texts]
    labels = [normalise_label(text) for texts in task.corpus.values() for text in texts]

    def rank(texts: Sequence[str]) -> list[list[str]]:
        found = []
        for text in texts:
            near = process.extract(normalise_label(text), labels, scorer=fuzz.ratio, limit=4 * DEPTH)
            found.append(list(dict.fromkeys(elements[place] for _, _, place in near))[:DEPTH])
        return found

    return rank


def tfidf(task: Task, *, letters: bool) -> Callable[[Sequence[str]], list[list[str]]]:
    """Rank by the cosine of TF-IDF vectors of runs of two to four letters, or of words."""
    elements = np.asarray([element for element, texts in task.corpus.items() for _ in texts])

    def bag(text: str) -> Counter[str]:
        words = normalise_label(text).split()
        return letter_bag(words, 2, 4) if letters else Counter(words)

    field = fit_field([bag(text) for texts in task.corpus.values() for text in texts])[0]

    def rank(texts: Sequence[str]) -> list[list[str]]:
        found = []
        for start in range(0, len(texts), 128):
            cosines = field_cosines(field, [bag(text) for text in texts[start : start + 128]])
            order = np.argsort(-cosines, axis=1, kind="stable")[:, : 4 * DEPTH]
            found += [list(dict.fromkeys(elements[row].tolist()))[:DEPTH] for row in order]
        return found

    return rank


def measures(ranked: Sequence[Sequence[str]], right: Sequence[frozenset[str]]) -> dict[str, float]:
    """
    Accuracy at 1, 5 and 10 and mean reciprocal rank of the first right element.

    Examples
    --------
    >>> measures([["a", "b"], ["c", "a"]], [frozenset("a"), frozenset("a")])
    {'A@1': 0.5, 'A@5': 1.0, 'A@10': 1.0, 'MRR': 0.75}
    """
    pairs = zip(ranked, right, strict=True)
    places = [next((n for n, element in enumerate(row, 1) if element in good), 0) for row, good in pairs]
    result = {f"A@{k}": sum(0 < place <= k for place in places) / len(places) for k in (1, 5, 10)}
    return result | {"MRR": sum(1 / place for place in places if place) / len(places)}


def main(given: Namespace) -> None:
    task = read_task(given.task)
    asked = sorted(task.right)
    texts, right = [task.queries[query] for query in asked], [task.right[query] for query in asked]
    methods = {
        "edit distance": edit_distance(task),
        "tf-idf letters": tfidf(task, letters=True),
        "tf-idf words": tfidf(task, letters=False),
    }
    found = {name: measures(rank(texts), right) for name, rank in methods.items()}
    with Table() as table:
        for key, value in measures(ours(task, given.lang)(texts), right).items():
            table.tell(key, Figure(value), *((name, Figure(each[key])) for name, each in found.items()))
        table.note(f"{len(asked)} queries, {len(task.corpus)} elements")
