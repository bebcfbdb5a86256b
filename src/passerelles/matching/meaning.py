"""What the owners of labels are about: fields over their texts, and a latent space of these texts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from scipy import sparse

from passerelles.matching.fields import Field, FloatArray, IntArray, fit_field, fit_letters, project
from passerelles.matching.forms import Lexicon

_LEAST: Final = 3  # a space needs as many points
_OVERSAMPLED: Final = 20
_TITLE_WEIGHT: Final = 3
_DEFINITION_WEIGHT: Final = 2


class Owner(NamedTuple):
    """What labels lead to: an occupation, or a competency with no text of its own."""

    code: str
    label: str
    definition: str = ""
    competencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    Latent space of the owners' documents, and the map from short titles to it.

    Attributes
    ----------
    field
        Terms of the whole documents (titles, definition, competencies).
    axes
        Shape (n_terms, n_dimensions).
    owners
        Shape (n_owners, n_dimensions), unit rows.
    mapping
        Shape (n_dimensions, n_dimensions): ridge regression from a title to its owner's document.
    titles
        Shape (n_titles, n_dimensions), unit rows: mapped titles.
    """

    field: Field
    axes: FloatArray
    owners: FloatArray
    mapping: FloatArray
    titles: FloatArray


class Texts(NamedTuple):
    """
    Texts of the owners: fields by name, the terms each one covers, the latent space; nothing without texts.

    `covers` holds binary matrices of shape (n_families, n_owners), for ``titles`` and for ``all`` the texts.
    """

    documents: Mapping[str, Field]
    covers: Mapping[str, sparse.csr_array]
    meaning: Meaning | None


def unit(rows: FloatArray) -> FloatArray:
    """Rows of shape (n, d) divided by their length; rows of zeros stay zeros."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.maximum(length, 1e-9), dtype=np.float32)


def phrase_bag(families: Sequence[str]) -> Counter[str]:
    """
    Terms of a title in the latent space: families, pairs of neighbours, and the first one marked as such.

    Examples
    --------
    >>> sorted(phrase_bag(("conduct", "bus")))
    ['^conduct', 'bus', 'conduct', 'conduct bus']
    """
    bag = Counter(families)
    bag.update(f"{left} {right}" for left, right in pairwise(families))
    if families:
        bag[f"^{families[0]}"] += 1
    return bag


def read_texts(
    owners: Sequence[Owner],
    families: Sequence[tuple[str, ...]],
    owner: IntArray,
    *,
    lexicon: Lexicon,
    field: Field,
    dimensions: int,
) -> Texts:
    """
    Texts of the owners.

    Parameters
    ----------
    owners
        Occupations.
    families, owner
        By title: families of its words, and position of its owner.
    lexicon
        Rules of the language.
    field
        Families of the titles: its terms are those that `covers` counts.
    dimensions
        Size of the latent space; 0 = no texts.
    """
    if dimensions < 1:
        return Texts({}, {}, None)
    phrases = [phrase_bag(terms) for terms in families]
    titles: list[Counter[str]] = [Counter() for _ in owners]
    whole: list[Counter[str]] = [Counter() for _ in owners]
    for place, terms, phrase in zip(owner.tolist(), families, phrases, strict=True):
        titles[place].update(terms)
        for term, number in phrase.items():
            whole[place][term] += _TITLE_WEIGHT * number
    definitions, competencies = _own_texts(owners, lexicon)
    for bag, definition, competency in zip(whole, definitions, competencies, strict=True):
        for term, number in definition.items():
            bag[term] += _DEFINITION_WEIGHT * number
        bag.update(competency)
    documents = {
        "titles": fit_field(titles)[0],
        "definition": fit_field(definitions)[0],
        "competencies": fit_field(competencies)[0],
        "letters": fit_letters([_single(bag) for bag in whole], shortest=3, longest=5),
    }
    covers = {"titles": _cover(titles, field), "all": _cover(whole, field)}
    return Texts(documents, covers, _space(whole, phrases, owner, dimensions))


def _own_texts(owners: Sequence[Owner], lexicon: Lexicon) -> tuple[list[Counter[str]], list[Counter[str]]]:
    known: dict[str, tuple[str, ...]] = {}

    def families(text: str) -> tuple[str, ...]:
        found = known.get(text)
        if found is None:
            found = known[text] = lexicon.roots(lexicon.stems(text))
        return found

    definitions = [Counter(families(owner.definition)) for owner in owners]
    competencies = [Counter([term for label in owner.competencies for term in families(label)]) for owner in owners]
    return definitions, competencies


def _single(bag: Counter[str]) -> dict[str, int]:
    return {term: 1 for term in bag if " " not in term and term[0] != "^"}


def _cover(documents: Sequence[Iterable[str]], field: Field) -> sparse.csr_array:
    rows: list[int] = []
    counts: list[int] = []
    row = field.vocabulary.get
    for terms in documents:
        found = [place for term in terms if (place := row(term)) is not None]
        rows += found
        counts.append(len(found))
    columns = np.repeat(np.arange(len(documents)), counts)
    values = np.ones(len(rows), dtype=np.float32)
    return sparse.csr_array(
        (values, (np.asarray(rows, dtype=np.int64), columns)), shape=(len(field.vocabulary), len(documents))
    )


def _decompose(matrix: sparse.csr_array, dimensions: int) -> tuple[FloatArray, FloatArray]:
    """Randomised singular values (Halko, Martinsson and Tropp 2011): coordinates of documents, axes of terms."""
    size = min(dimensions, min(matrix.shape) - 1)
    draw = np.random.default_rng(0).standard_normal((matrix.shape[1], size + _OVERSAMPLED)).astype(np.float32)
    basis = np.linalg.qr(matrix @ draw)[0]
    turned = sparse.csr_array(matrix.T.tocsr())
    for _ in range(3):
        basis = np.linalg.qr(matrix @ (turned @ basis))[0]
    # The few singular values of a tall matrix from its small square one: ten times as fast as a direct way.
    tall = np.asarray(turned @ basis, dtype=np.float64)
    squares, left = np.linalg.eigh(tall.T @ tall)
    order = np.argsort(-squares, kind="stable")[:size]
    scale = np.sqrt(np.maximum(squares[order], 1e-12))
    coordinates = (basis @ left[:, order]) * scale
    axes = (tall @ left[:, order]) / scale
    return coordinates.astype(np.float32), np.ascontiguousarray(axes, dtype=np.float32)


def _space(
    documents: Sequence[Counter[str]], phrases: Sequence[Counter[str]], owner: IntArray, dimensions: int
) -> Meaning | None:
    if len(documents) < _LEAST:
        return None
    field, rows = fit_field(documents)
    if min(rows.shape) < _LEAST:
        return None
    coordinates, axes = _decompose(rows, dimensions)
    owners = unit(coordinates)
    titles = unit(project(field, phrases, axes))
    gram = titles.T @ titles + np.eye(titles.shape[1], dtype=np.float32)
    mapping = np.ascontiguousarray(np.linalg.solve(gram, titles.T @ owners[owner]), dtype=np.float32)
    return Meaning(field=field, axes=axes, owners=owners, mapping=mapping, titles=unit(titles @ mapping))
