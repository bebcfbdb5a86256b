"""`build_graph`: a referential into matrices, once, the same in every run; or those of a compiled index."""

import logging
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError, PasserellesWarning, checked
from passerelles.graph.core import DOCUMENT, OccupationGraph, codes_of, stored_graph
from passerelles.language.say import Lang, say
from passerelles.model import Competency
from passerelles.referentials.credentials import DEFAULT
from passerelles.referentials.referential import Referential, lay_access
from passerelles.settings import NearSettings, Settings, WeightSettings
from passerelles.vectors import (
    Bools,
    close_pairs,
    frozen_csr,
    places_by_number,
    presence,
    rarity,
    sparse,
    unit,
    word_vectors,
)

_LOG: Final = logging.getLogger(__name__)
_TOPICS: Final = 100  # dimensions of the space of topics
_OCCUPATIONS_A_TOPIC: Final = 4
_DECIMALS: Final = 4


@checked
def build_graph(
    referential: Referential, *, settings: Settings | None = None, access: str | None = DEFAULT
) -> OccupationGraph:
    """
    Build the graph of a referential, with what the law or the trade demands of its occupations.

    Parameters
    ----------
    referential
        What `load_referential` gives, with its overlays.
    settings
        Weights of requirements and discounts of near matches; the defaults where None.
    access
        Name or folder of the catalogue of access facts that is laid on the referential; None, or ``access`` of the
        settings at None, for none: what moves really take is then not looked at, and results say so.

    Returns
    -------
    graph
        Immutable; building it twice gives equal matrices.

    Raises
    ------
    PasserellesError
        If there is no such catalogue, or the referential is an index that was compiled with another.

    Warns
    -----
    PasserellesWarning
        If the referential is an index that was compiled under other `weights` or `near` settings: what it holds is then
        computed again.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> graph = build_graph(load_referential("transitions"))
    >>> "K2110" in graph.position
    True
    """
    chosen = Settings() if settings is None else settings
    if access != DEFAULT:
        chosen = chosen.model_copy(update={"access": access})
    referential = _with_access(referential, chosen.access)
    compiled = stored_graph(referential, chosen)
    if compiled is not None:
        _LOG.debug("graph of %s opened in its index", referential.name)
        return compiled
    if referential.index is not None:
        warnings.warn(PasserellesWarning("index_settings", path=referential.index.place), stacklevel=2)
    _LOG.info("building the graph of %s %s", referential.name, referential.version)
    codes = codes_of(referential.occupations)
    context_codes, tag_codes = codes_of(referential.contexts), codes_of(referential.tags)
    row_of = {code: i for i, code in enumerate(codes)}
    competencies = _competencies(referential)
    competency_codes = codes_of(competencies)
    plain = np.asarray([o.base is None for o in referential.occupations], dtype=np.bool_)
    weights, core = _weights(referential, row_of, competency_codes, plain, chosen.weights)
    macro = _macro(competencies)
    contexts = _links(((o, c, 1.0) for o, c in referential.occupation_contexts), row_of, context_codes)
    tags = _links(((o, t, 1.0) for o, t, _ in referential.occupation_tags), row_of, tag_codes)
    known = ((m.origin, m.target, 1.0 / (m.rank or 1)) for m in referential.mobilities if m.origin != m.target)
    required, linked = (competency_codes, weights, core, macro), (context_codes, contexts, tag_codes, tags)
    near = partial(_near, competencies, macro, weights[plain], chosen.near)
    return OccupationGraph(referential, chosen, codes, *required, *linked, _links(known, row_of, codes), near)


def _with_access(referential: Referential, access: str | None) -> Referential:
    """Lay the catalogue of access facts, if any, on a referential that comes without one."""
    if referential.index is not None:  # it was compiled with its catalogue, or without one
        compiled = referential.index.document(DOCUMENT)["access"]
        if compiled != access:
            stored, expected = map(_catalogue, (compiled, access))
            raise PasserellesError("index_access", path=referential.index.place, found=stored, expected=expected)
        return referential
    if access is None and referential.access is not None:
        raise PasserellesError("access_differs", found=referential.access, expected=_catalogue(access))
    return referential if access is None else lay_access(referential, access)


def _catalogue(access: str | None) -> str | Callable[[Lang], str]:
    """Name a catalogue of access facts, or say that there is none."""
    return access or (lambda lang: say("errors.no_catalogue", lang=lang))


def _competencies(referential: Referential) -> list[Competency]:
    """Return what occupations require, and what that rolls up to, by code."""
    by_code = referential.competency_by_code
    codes = {row.competency for row in referential.requirements}
    codes |= {macro for code in codes if (macro := by_code[code].macro) is not None and macro in by_code}
    return [by_code[code] for code in sorted(codes)]


def _weights(
    referential: Referential, row_of: dict[str, int], codes: Sequence[str], plain: Bools, settings: WeightSettings
) -> tuple["sparse.csr_array", Bools]:
    """Weights, and which of them are at the core; requirements come sorted by occupation, then competency."""
    by_status = {"core": settings.core, "emerging": settings.emerging, "other": settings.other}
    rows = referential.requirements
    matrix = _links(((row.occupation, row.competency, by_status[row.status]) for row in rows), row_of, codes)
    if settings.rarity:
        matrix.data *= rarity(matrix, plain)[matrix.indices]
    return matrix, np.asarray([row.status == "core" for row in rows], dtype=np.bool_)


def _macro(competencies: Sequence[Competency]) -> NDArray[np.int32]:
    column_of = {c.code: i for i, c in enumerate(competencies)}
    broader = (c.code if c.is_macro else c.macro or "" for c in competencies)
    return np.asarray([column_of.get(code, -1) for code in broader], dtype=np.int32)


def _near(
    competencies: Sequence[Competency], macro: NDArray[np.int32], required: "sparse.csr_array", settings: NearSettings
) -> "sparse.csr_array":
    """
    Credit between close labels of one kind, and between a competency and the broader one that it rolls up to.

    Labels of the exact categories, and unknown ones, are left out. `required`, shape (occupations, competencies), is
    without the parts of split fiches: what these alone require says nothing of how rare a word is.
    """
    size = len(competencies)
    exact = settings.exact_categories
    compared = [i for i, c in enumerate(competencies) if c.label is not None and c.category not in exact]
    labelled = np.asarray(compared, dtype=np.int32)
    narrow = np.flatnonzero((macro >= 0) & (macro != np.arange(size)))
    pairs: list[tuple[NDArray[Any], ...]] = [(narrow, macro[narrow], np.full(len(narrow), settings.macro_credit))]
    if len(labelled) > 1 and settings.label_credit > 0:
        counted = np.zeros(size, dtype=np.bool_)
        counted[required.indices] = True
        broader = macro[counted]
        counted[broader[broader >= 0]] = True
        plain = counted[labelled]
        vectors = word_vectors([competencies[i].name for i in compared], plain.tolist())
        topics = _topics(vectors[plain], required[:, labelled[plain]])
        by_topic = _topic_pairs(vectors, unit(vectors @ topics), macro[labelled], settings.topic_threshold)
        for left, right, likeness in (close_pairs(vectors, settings.label_threshold), by_topic):
            pairs.append((labelled[left], labelled[right], settings.label_credit * likeness))
    kinds = np.asarray([c.kind for c in competencies])
    matrix = sparse.csr_array((size, size))
    for left, right, credit in pairs:
        same = (kinds[left] == kinds[right]) & (credit > 0)
        matrix = matrix.maximum(sparse.csr_array((credit[same], (left[same], right[same])), shape=(size, size)))
    return frozen_csr(sparse.csr_array(matrix.maximum(matrix.T)))


def _topics(vectors: "sparse.csr_array", required: "sparse.csr_array") -> NDArray[np.float64]:
    """
    Return the topics of words: coordinates of length 1 in a space of the occupations in whose requirements they stand.

    How much more often a word stands there than by chance (positive pointwise mutual information), in as many
    dimensions as a quarter of the occupations, `_TOPICS` at most (latent semantic analysis; Levy and Goldberg 2014).
    Shape (words, dimensions).
    """
    from scipy.sparse.linalg import svds  # noqa: PLC0415 - an index opens without

    counts = sparse.coo_array((presence(required) @ presence(vectors)).T)
    word, occupation = (np.asarray(counts.sum(axis=axis)).ravel() for axis in (1, 0))
    more = np.log(counts.data * word.sum() / (word[counts.row] * occupation[counts.col]))
    positive = more > 0
    dimensions = min(_TOPICS, required.shape[0] // _OCCUPATIONS_A_TOPIC, min(counts.shape) - 1)
    if dimensions < 1 or not positive.any():
        return np.zeros((vectors.shape[1], 1))
    cells = (more[positive], (counts.row[positive], counts.col[positive]))
    begin = np.random.default_rng(0).standard_normal(min(counts.shape))
    axes, lengths, _ = svds(sparse.csr_array(cells, shape=counts.shape), dimensions, v0=begin)
    return unit(axes * np.sqrt(lengths))


def _topic_pairs(
    vectors: "sparse.csr_array", topics: NDArray[np.float64], groups: NDArray[np.int32], threshold: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Pairs i < j of one group whose words and topics agree, and how much: the mean of both cosines."""
    pairs = [(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0))]
    for members in places_by_number(groups):
        words, about = sparse.csr_array(vectors[members]), topics[members]
        likeness = np.triu(((words @ words.T).toarray() + about @ about.T) / 2, k=1)
        # In ten-thousandths, so that the last bits of a decomposition never decide.
        likeness = np.round(likeness, _DECIMALS)
        left, right = np.nonzero(likeness >= threshold)
        pairs.append((members[left], members[right], np.minimum(likeness[left, right], 1.0)))
    left, right, likeness = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return left, right, likeness


def _links(cells: Iterable[tuple[str, str, float]], row_of: dict[str, int], codes: Sequence[str]) -> "sparse.csr_array":
    """Shape (occupations, codes): the values of cells that are given by two codes."""
    column_of = {code: i for i, code in enumerate(codes)}
    cells_at = [(row_of[left], column_of[right], value) for left, right, value in cells]
    rows, columns, values = np.asarray(cells_at, dtype=np.float64).reshape(-1, 3).T
    places = rows.astype(np.int32), columns.astype(np.int32)
    return sparse.csr_array((values, places), shape=(len(row_of), len(codes)))
