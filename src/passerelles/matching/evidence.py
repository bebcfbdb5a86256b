"""Evidence that a query leads to an owner: wide (every owner, by block) and close (the best owners of one query)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from scipy import sparse

from passerelles.matching.fields import FEW, FloatArray, IntArray, letter_bag, product, project, similarity
from passerelles.matching.index import TitleIndex
from passerelles.matching.meaning import phrase_bag, unit
from passerelles.matching.readings import Reading

CLOSE = ("ratio", "sorted", "near", "asked", "told", "first", "last", "head", "kin")
"""Names of the evidence computed for the best owners only."""
_HEAD, _KIN = CLOSE.index("head"), CLOSE.index("kin")


@dataclass(frozen=True, slots=True)
class Wide:
    """
    Evidence of a block of readings.

    Attributes
    ----------
    parts
        Name to array of shape (n_readings, n_owners).
    titles
        Shape (n_readings, n_entries): blended spelling and word similarity, in [0, 1].
    nearest
        Shape (n_readings, at most 100): the most similar entries, in no order.
    heads
        Shape (n_readings, n_heads): letter similarity of first words.
    mapped
        Shape (n_readings, n_dimensions): readings in the owners' latent space; no column without one.
    """

    parts: Mapping[str, FloatArray]
    titles: FloatArray
    nearest: IntArray
    heads: FloatArray
    mapped: FloatArray


def _spread(index: TitleIndex, values: FloatArray, *, best: bool) -> FloatArray:
    """Largest (or sum) of the entries of each owner; zero for an owner without entry."""
    n_owners = len(index.codes)
    filled = np.flatnonzero(np.diff(index.starts))
    step = np.maximum if best else np.add
    reduced = step.reduceat(values, index.starts[filled], axis=1)
    if len(filled) == n_owners:
        return np.asarray(reduced, dtype=np.float32)
    result = np.zeros((len(values), n_owners), dtype=np.float32)
    result[:, filled] = reduced
    return result


def _nearest(values: FloatArray, number: int) -> IntArray:
    """Positions of the largest values of each row, in no order."""
    n_columns = values.shape[1]
    if n_columns <= number:
        return np.tile(np.arange(n_columns), (len(values), 1))
    return np.asarray(np.argpartition(values, n_columns - number, axis=1)[:, n_columns - number :], dtype=np.int64)


def _vote(index: TitleIndex, near: FloatArray, best: IntArray) -> FloatArray:
    """Share of the votes of the nearest entries, each weighing its similarity to the sixth power."""
    weights = near**6
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    result = np.zeros((len(near), len(index.codes)), dtype=np.float32)
    np.add.at(result, (np.arange(len(near))[:, None], index.owner[best]), weights / total)
    return result


def _documents(
    index: TitleIndex, readings: Sequence[Reading], families: Sequence[Counter[str]]
) -> dict[str, FloatArray]:
    parts = {
        f"doc_{name}": similarity(
            field, families if name != "letters" else [letter_bag(reading.families, 3, 5) for reading in readings]
        )
        for name, field in index.documents.items()
    }
    known, weights = index.family_field.vocabulary, index.weights
    rows: list[tuple[IntArray, FloatArray]] = []
    for bag in families:
        terms = [term for term in bag if term in known]
        total = sum(map(index.family_weight, bag)) or 1.0
        share = np.asarray([weights[term] / total for term in terms], dtype=np.float32)
        rows.append((np.asarray([known[term] for term in terms], dtype=np.int64), share))
    for name, cover in index.covers.items():
        parts[f"cover_{name}"] = _covered(rows, cover)
    return parts


def _covered(rows: Sequence[tuple[IntArray, FloatArray]], cover: sparse.csr_array) -> FloatArray:
    if len(rows) <= FEW:
        return product(rows, cover)
    starts = np.concatenate([[0], np.cumsum([len(places) for places, _ in rows])])
    places = np.concatenate([places for places, _ in rows])
    weights = np.concatenate([weights for _, weights in rows])
    asked = sparse.csr_array((weights, places, starts), shape=(len(rows), cover.shape[0]))
    return np.asarray((asked @ cover).toarray(), dtype=np.float32)


def _latent(index: TitleIndex, readings: Sequence[Reading]) -> tuple[dict[str, FloatArray], FloatArray]:
    meaning = index.meaning
    if meaning is None:
        return {}, np.zeros((len(readings), 0), dtype=np.float32)
    place = unit(project(meaning.field, [phrase_bag(reading.families) for reading in readings], meaning.axes))
    mapped = unit(np.asarray(place @ meaning.mapping, dtype=np.float32))
    return {"sense": place @ meaning.owners.T, "mapped": mapped @ meaning.owners.T}, mapped


def wide_evidence(index: TitleIndex, readings: Sequence[Reading]) -> Wide:
    """
    Evidence for every owner.

    Parameters
    ----------
    index
        Index of the referential.
    readings
        A block of readings, each with at least one stem.

    Returns
    -------
    wide
        Arrays by name; without texts the evidence of documents is absent.
    """
    stem_bags = [Counter(reading.stems) for reading in readings]
    family_bags = [Counter(reading.families) for reading in readings]
    letters = similarity(index.letters, [letter_bag(reading.stems, 2, 4) for reading in readings])
    words = similarity(index.stem_field, stem_bags)
    families = similarity(index.family_field, family_bags)
    titles = 0.5 * letters + 0.25 * words + 0.25 * families
    parts = {
        "letters": _spread(index, letters, best=True),
        "families": _spread(index, families, best=True),
    }
    if index.meaning is None:
        parts["words"] = _spread(index, words, best=True)
    heads = similarity(index.heads, [letter_bag(reading.stems[:1], 2, 5) for reading in readings])
    best = _nearest(titles, 100)
    if index.meaning is not None:
        sizes = np.diff(index.starts).astype(np.float32)
        parts["sum"] = _spread(index, titles * titles, best=False) / np.sqrt(sizes + 1.0)
        near = np.take_along_axis(titles, best, axis=1)
        closest = _nearest(near, 30)
        parts["vote"] = _vote(
            index, np.take_along_axis(near, closest, axis=1), np.take_along_axis(best, closest, axis=1)
        )
        parts["wide_vote"] = _vote(index, near, best)
        parts["group_vote"] = _group_vote(index, parts["vote"])
        parts["size"] = np.broadcast_to(np.log1p(sizes), parts["vote"].shape)
        parts["head_mean"] = np.asarray(heads @ index.head_share, dtype=np.float32)
        parts |= _documents(index, readings, family_bags)
    latent, mapped = _latent(index, readings)
    return Wide(parts=parts | latent, titles=titles, nearest=best, heads=heads, mapped=mapped)


def _group_vote(index: TitleIndex, votes: FloatArray) -> FloatArray:
    n_groups = int(index.groups.max()) + 1
    result = np.zeros((len(votes), n_groups), dtype=np.float32)
    order = np.argsort(index.groups, kind="stable")
    starts = np.searchsorted(index.groups[order], np.arange(n_groups))
    result[:] = np.add.reduceat(votes[:, order], starts, axis=1)
    return result[:, index.groups]


def close_evidence(
    index: TitleIndex, reading: Reading, wide: Wide, row: int, owners: IntArray
) -> tuple[FloatArray, IntArray]:
    """
    Evidence for the best owners of one reading.

    Parameters
    ----------
    index
        Index of the referential.
    reading
        The reading.
    wide
        Evidence of its block.
    row
        Its row in the block.
    owners
        Positions of the best owners.

    Returns
    -------
    close
        Shape (n_owners, len(CLOSE)).
    entries
        Shape (n_owners,): the most similar entry of each owner, -1 without any.
    """
    text = " ".join(reading.stems)
    asked = {term: index.family_weight(term) for term in sorted(set(reading.families))}
    asked_total = sum(asked.values()) or 1.0
    typed = _typed(index, " ".join(reading.words), wide.nearest[row])
    result = np.zeros((len(owners), len(CLOSE)), dtype=np.float32)
    entries = np.full(len(owners), -1, dtype=np.int64)
    lows, highs = index.starts[owners].tolist(), index.starts[owners + 1].tolist()
    similar = wide.titles[row]
    sorted_too = index.meaning is None  # no title weighs it
    for place, (owner, start, stop) in enumerate(zip(owners.tolist(), lows, highs, strict=True)):
        if start == stop:
            continue
        entry = start + int(similar[start:stop].argmax())
        entries[place] = entry
        other, told, stems = index.texts[entry], index.family_sets[entry], index.stems[entry]
        shared = sum([weight for term, weight in asked.items() if term in told])
        result[place, :7] = (
            fuzz.ratio(text, other) / 100.0,
            fuzz.token_sort_ratio(text, other) / 100.0 if sorted_too else 0.0,
            typed.get(owner, 0.0),
            shared / asked_total,
            shared / index.told[entry],
            stems[:1] == reading.stems[:1],
            stems[-1:] == reading.stems[-1:],
        )
    _fill_nearest(index, wide, row, owners, result)
    return result, entries


def _fill_nearest(index: TitleIndex, wide: Wide, row: int, owners: IntArray, result: FloatArray) -> None:
    """Fill in the last columns: the best of each owner's entries by first word, and in the latent space."""
    lows, sizes = index.starts[owners], np.diff(index.starts)[owners]
    filled = np.flatnonzero(sizes)
    if not len(filled):
        return
    lows, sizes = lows[filled], sizes[filled]
    begins = np.cumsum(sizes) - sizes
    members = np.repeat(lows - begins, sizes) + np.arange(int(sizes.sum()))
    heads = np.take(wide.heads[row], index.head_of[members])
    result[filled, _HEAD] = np.maximum.reduceat(heads, begins)
    if index.meaning is not None:
        cosine = np.take(index.meaning.titles, members, axis=0) @ wide.mapped[row]
        result[filled, _KIN] = np.maximum(np.maximum.reduceat(cosine, begins), 0.0)


def _typed(index: TitleIndex, text: str, nearest: IntArray) -> dict[int, float]:
    """Owners one or two typing errors away: 1 for one error, less for two, nothing when a quarter is wrong."""
    short, long = len(text) - 2, len(text) + 2
    found_at = [
        (form, owner)
        for entry, owner in zip(nearest.tolist(), index.owner[nearest].tolist(), strict=True)
        for form in index.written[entry]
        if short <= len(form) <= long
    ]
    forms, owners = [form for form, _ in found_at], [owner for _, owner in found_at]
    found: dict[int, float] = {}
    for _, errors, place in process.extract(
        text, forms, scorer=OSA.distance, processor=None, score_cutoff=2, limit=None
    ):
        if errors * 4 < len(text):
            found[owners[place]] = max(found.get(owners[place], 0.0), 1.0 if errors < 2 else 0.4)  # noqa: PLR2004
    return found
