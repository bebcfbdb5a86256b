"""Evidence that a text leads to an occupation or competency, and the ranking that follows from it."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, reduce
from itertools import chain, takewhile
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from passerelles.language import packaged
from passerelles.matching.index import Meaning, TitleIndex, phrase_bag
from passerelles.matching.reading import Reading, Reason
from passerelles.vectors import (
    Field,
    FloatArray,
    Ints,
    count_terms,
    field_cosines,
    letter_bag,
    places_of,
    project,
    rows_times,
    sparse,
    top,
    unit,
    unit_vectors,
)

Kind = Literal["title", "competency"]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """
    Fitted numbers of one kind of index.

    Attributes
    ----------
    first
        Wide evidence to weight: which owners are given close evidence.
    final
        Evidence to weight: the ranking.
    confidence, family
        Calibration terms to weight (``constant`` is the intercept, ``a*b`` a product), for the first fiche and for its
        family; see :func:`terms`.
    context
        Kind of context to weight: what the likeness of 1 adds to the evidence.
    rules
        Numbers set by hand: see weights.toml.
    """

    first: Mapping[str, float]
    final: Mapping[str, float]
    confidence: Mapping[str, float]
    family: Mapping[str, float]
    context: Mapping[str, float]
    rules: Mapping[str, float]

    def chance(self, values: Mapping[str, float], fitted: Mapping[str, float]) -> float:
        """Logistic calibration; above ``firm`` the logit grows by ``caution`` only."""
        total = sum(weight * term(values, name) for name, weight in fitted.items())
        if total > self.rules["firm"]:
            total = self.rules["firm"] + self.rules["caution"] * (total - self.rules["firm"])
        return float(logistic(total))

    def posted(self, chance: float, *, label: bool) -> float:
        """What an advertisement leaves of a chance: a part where a `label` settles it, less of what is only ranked."""
        if label:
            return self.rules["posted"] * chance
        return min(chance, max(self.rules["unsure"], 1.0 - self.rules["doubt"] * (1.0 - chance)))


def term(values: Mapping[str, float], name: str) -> float:
    """Value of a term of the calibration, or the product of several."""
    return math.prod(values[factor] for factor in name.split("*"))


def shared_out(shares: NDArray[np.float64], first: float) -> NDArray[np.float64]:
    """Confidence of what has some shares of the evidence: `first` of the first, the others share what it leaves."""
    others = np.minimum((1.0 - first) * shares / max(1.0 - float(shares[0]), 1e-9), first)
    return np.concatenate([[first], others[1:]])


def logistic(values: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of a logit, which counts up to 30."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -_FLATTEST, _FLATTEST))), dtype=np.float64)


@cache
def shipped_weights() -> Mapping[str, Weights]:
    """Weights of the package, by kind of index: ``title``, ``competency``."""
    tables, names = packaged("passerelles.matching", "weights.toml"), [f.name for f in fields(Weights)]
    return {kind: Weights(**{name: tables[kind].get(name, {}) for name in names}) for kind in get_args(Kind)}


@cache
def about_weights() -> Mapping[str, str]:
    """Name, version and origin of the package's weights."""
    return MappingProxyType(packaged("passerelles.matching", "weights.toml")["about"])


CLOSE = ("ratio", "sorted", "near", "query_share", "label_share", "first", "last", "head", "kin", "joint")
"""Names of the evidence computed for the best owners only."""


@dataclass(frozen=True, slots=True)
class Wide:
    """
    Evidence of a block of readings for every owner.

    Attributes
    ----------
    parts
        Name to array of shape (n_readings, n_owners).
    titles
        Shape (n_readings, n_entries): blended spelling and word similarity, in [0, 1].
    nearest
        Shape (n_readings, at most 100): the most similar entries, the nearest first, ties by position.
    mapped
        Shape (n_readings, n_dimensions): readings in the owners' latent space; None without one.
    """

    parts: Mapping[str, FloatArray]
    titles: FloatArray
    nearest: Ints
    mapped: FloatArray | None

    def of(self, rows: Sequence[int]) -> "Wide":
        """Evidence of some of the readings."""
        parts = {name: part[rows] for name, part in self.parts.items()}
        return Wide(parts, self.titles[rows], self.nearest[rows], None if self.mapped is None else self.mapped[rows])


def _spread(index: TitleIndex, values: FloatArray, how: np.ufunc = np.maximum) -> FloatArray:
    """Largest (or sum) of the entries of each owner; zero for an owner without entry."""
    filled = np.flatnonzero(index.sizes)
    result = np.zeros((len(values), len(index.codes)), dtype=np.float32)
    result[:, filled] = how.reduceat(values, index.starts[filled], axis=1)
    return result


def _vote(index: TitleIndex, near: FloatArray, best: Ints) -> FloatArray:
    """Share of the votes of the nearest entries, each weighing its similarity to the sixth power."""
    weights = near**6
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    result = np.zeros((len(near), len(index.codes)), dtype=np.float32)
    np.add.at(result, (np.arange(len(near))[:, None], index.owner[best]), weights / total)
    return result


def _latent(meaning: Meaning, readings: Sequence[Reading]) -> tuple[FloatArray, FloatArray]:
    """Readings in the latent space, and mapped there as titles are to their occupations, unit rows."""
    place = unit(project(meaning.field, [phrase_bag(reading.families) for reading in readings], meaning.axes))
    return place, unit(np.asarray(place @ meaning.mapping, dtype=np.float32))


def wide_evidence(index: TitleIndex, readings: Sequence[Reading]) -> Wide:
    """
    Evidence for every owner, from which the reading of each query and the owners to look at are chosen.

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
    bags = [Counter(reading.families) for reading in readings]
    letter_rows = unit_vectors(index.letters, [letter_bag(reading.stems, 2, 4) for reading in readings])
    family_rows = unit_vectors(index.family_field, bags)
    letters = rows_times(letter_rows, index.letters.columns)
    words = field_cosines(index.stem_field, [Counter(reading.stems) for reading in readings])
    families = rows_times(family_rows, index.family_field.columns)
    parts = {"letters": _spread(index, letters), "families": _spread(index, families)}
    if index.meaning is None:
        parts["words"] = _spread(index, words)
    titles = letters  # the largest tables of all: added up where they stand
    titles *= 0.5
    words *= 0.25
    families *= 0.25
    titles += words
    titles += families
    best = np.stack([top(row, _NEAREST_ENTRIES) for row in titles])
    mapped = None
    if index.meaning is not None:
        voters = best[:, :_VOTERS]
        parts["vote"] = _vote(index, np.take_along_axis(titles, voters, axis=1), voters)
        parts |= {f"doc_{name}": field_cosines(index.documents[name], bags) for name in ("titles", "definition")}
        parts["cover_titles"] = rows_times(_shares_of_words(index, bags), index.covers["titles"])
        parts["bayes_letters"] = _log_likelihood(index, "bayes_letters", letter_rows)
        parts["bayes_words"] = _log_likelihood(index, "bayes_words", family_rows)
        place, mapped = _latent(index.meaning, readings)
        parts |= {"sense": place @ index.meaning.owners.T, "mapped": mapped @ index.meaning.owners.T}
    return Wide(parts=parts, titles=titles, nearest=best, mapped=mapped)


def further_evidence(index: TitleIndex, readings: Sequence[Reading], wide: Wide) -> dict[str, FloatArray]:
    """
    Evidence for every owner that only the order of the best ones needs.

    Parameters
    ----------
    index
        Index of the referential.
    readings
        The chosen reading of each query.
    wide
        Their evidence.

    Returns
    -------
    parts
        Name to array of shape (n_readings, n_owners); nothing without texts.
    """
    if index.meaning is None:
        return {}
    bags = [Counter(reading.families) for reading in readings]
    similarity = np.take_along_axis(wide.titles, wide.nearest, axis=1)
    group_votes = np.add.reduceat(wide.parts["vote"], index.group_starts, axis=1)
    texts = index.documents["competencies"]
    text_rows = unit_vectors(texts, bags)
    return {
        "sum": _spread(index, np.square(wide.titles), np.add) / np.sqrt(index.sizes + 1.0),
        "wide_vote": _vote(index, similarity, wide.nearest),
        "group_vote": group_votes[:, index.groups],
        "size": np.broadcast_to(np.log1p(index.sizes), (len(readings), len(index.sizes))),
        "doc_competencies": rows_times(text_rows, texts.columns),
        "doc_letters": field_cosines(index.documents["letters"], [letter_bag(r.families, 3, 5) for r in readings]),
        "cover_all": rows_times(_shares_of_words(index, bags), index.covers["all"]),
        "bayes_texts": _log_likelihood(index, "bayes_texts", text_rows),
        **_work(index, readings),
    }


def _shares_of_words(index: TitleIndex, bags: Sequence[Counter[str]]) -> "sparse.csr_array":
    """Shape (n_bags, n_terms): share that each of its families of words has of the weight of a bag."""
    return count_terms([index.weight_shares(dict.fromkeys(bag, 1)) for bag in bags], index.family_field.vocabulary)


def _work(index: TitleIndex, readings: Sequence[Reading]) -> dict[str, FloatArray]:
    """
    What the first word of a reading says of the work, and the words behind it of the trade.

    ``kind``: how common the kind of work is among the titles of each owner. ``walk``: how near the first word is to
    those of each family of occupations, in two steps. ``domain``: share of the words behind the first one that titles
    of the owner's broader group have.
    """
    n_owners = len(index.codes)
    kinds = [index.kinds.get(reading.stems[0]) for reading in readings]
    nothing = np.zeros(n_owners, dtype=np.float32)
    kind = np.stack([nothing if k is None else index.kind_share[k] for k in kinds])
    row_of, walks = index.walks
    walk = walks[[row_of.get(reading.families[0], -1) for reading in readings]][:, index.parent_of]
    behind = count_terms([_other_words(index, reading) for reading in readings], index.family_field.vocabulary)
    return {"kind": kind, "walk": walk, "domain": rows_times(behind, index.domains)[:, index.groups]}


def _other_words(index: TitleIndex, reading: Reading) -> dict[str, float]:
    """Families of the words behind the first one, and the share of the weight that each has."""
    return index.weight_shares(dict.fromkeys(reading.families[1:], 1))


def _log_likelihood(index: TitleIndex, name: str, rows: "sparse.csr_array") -> FloatArray:
    """
    Log-likelihood of readings in the family of each owner, that of the likeliest family taken away.

    `rows` are their unit vectors in the field of the model; the result has shape (n_readings, n_owners), at most 0.
    """
    model = index.likelihoods[name]
    mass = np.add.reduceat(np.append(rows.data, np.float32(0)), rows.indptr[:-1]) * (np.diff(rows.indptr) > 0)
    logits = rows_times(rows, model.gains) + mass[:, None] * model.base
    logits -= logits.max(axis=1, keepdims=True)
    return np.asarray(logits[:, index.parent_of], dtype=np.float32)


def close_evidence(
    index: TitleIndex, reading: Reading, wide: Wide, heads: FloatArray, row: int, owners: Ints
) -> tuple[FloatArray, Ints]:
    """
    Evidence for the best owners of one reading.

    Parameters
    ----------
    index
        Index of the referential.
    reading
        The reading.
    wide, heads
        Evidence of its block.
    row
        Its row in the block.
    owners
        Positions of the best owners.

    Returns
    -------
    close
        Shape (n_owners, len(CLOSE)); ``query_share`` and ``label_share`` are the shares of the weight of the reading's
        words that the entry has, and of the entry's that the reading has.
    entries
        Shape (n_owners,): the most similar entry of each owner, -1 without any.
    """
    query = {term: index.family_weight(term) for term in sorted(set(reading.families))}
    overlap = _shared_weight(index, query)
    typed = _misspelt(index, " ".join(reading.words), wide.nearest[row])
    result = np.zeros((len(owners), len(CLOSE)), dtype=np.float32)
    entries = np.full(len(owners), -1, dtype=np.int64)
    filled = np.flatnonzero(index.sizes[owners])
    sizes = index.sizes[owners[filled]]
    members, begins = places_of(index.starts[owners[filled]], sizes), np.cumsum(sizes) - sizes
    similar = wide.titles[row][members]
    peaks = np.flatnonzero(similar == np.repeat(np.maximum.reduceat(similar, begins), sizes))
    entries[filled] = best = members[peaks[np.searchsorted(peaks, begins)]]
    text, others = " ".join(reading.stems), [index.texts[entry] for entry in best.tolist()]
    stems = [index.stems[entry] for entry in best.tolist()]
    close: dict[str, ArrayLike] = {
        "ratio": _likeness(text, others, fuzz.ratio),
        "near": [typed.get(owner, 0.0) for owner in owners[filled].tolist()],
        "query_share": overlap[best] / (sum(query.values()) or 1.0),
        "label_share": overlap[best] / index.family_totals[best],
        "first": [form[:1] == reading.stems[:1] for form in stems],
        "last": [form[-1:] == reading.stems[-1:] for form in stems],
        "head": np.maximum.reduceat(np.take(heads[row], index.heads.of_entry[members]), begins),
    }
    if index.meaning is None or wide.mapped is None:
        close["sorted"] = _likeness(text, others, fuzz.token_sort_ratio)  # no title weighs it
    else:
        cosine = np.take(index.meaning.titles, members, axis=0) @ wide.mapped[row]
        close["kin"] = np.maximum(np.maximum.reduceat(cosine, begins), 0.0)
        kind = index.kinds.get(reading.stems[0])
        if kind is not None:
            shared = _shared_weight(index, _other_words(index, reading))[members] * (index.kind_of[members] == kind)
            close["joint"] = np.maximum.reduceat(shared, begins)
    for name, values in close.items():
        result[filled, CLOSE.index(name)] = values
    return result, entries


def _likeness(text: str, others: Sequence[str], scorer: Callable[..., float]) -> NDArray[np.float64]:
    """Likeness of a text to others, from 0 to 1."""
    return np.asarray(process.cdist([text], others, scorer=scorer, dtype=np.float64)[0] / 100.0)


def _shared_weight(index: TitleIndex, weights: Mapping[str, float]) -> FloatArray:
    """Weight of the families of words that each entry has, shape (n_entries,)."""
    shared = np.zeros(len(index.entries), dtype=np.float32)
    for term, weight in weights.items():
        place = index.family_field.vocabulary.get(term)
        if place is not None:
            shared[_entries_of(index.family_field, place)] += np.float32(weight)
    return shared


def _entries_of(field: Field, place: int) -> NDArray[np.int32]:
    """Entries that have the term at a place of a field."""
    starts: NDArray[np.int32] = field.columns.indptr
    return np.asarray(field.columns.indices[starts[place] : starts[place + 1]], dtype=np.int32)


def _misspelt(index: TitleIndex, text: str, nearest: Ints) -> dict[int, float]:
    """Owners one or two typing errors away: 1 for one error, less for two, nothing when a quarter is wrong."""
    written = [index.written[entry] for entry in nearest.tolist()]
    owners = np.repeat(index.owner[nearest], [*map(len, written)])
    forms = [*chain.from_iterable(written)]
    scores: dict[int, float] = {}
    for _, errors, place in process.extract(text, forms, scorer=OSA.distance, score_cutoff=2, limit=None):
        owner = int(owners[place])
        if errors * 4 < len(text):
            scores[owner] = max(scores.get(owner, 0.0), 1.0 if errors < 2 else 0.4)  # noqa: PLR2004
    return scores


_FARTHEST: Final = 6.0
_FARTHEST_LEAD: Final = 12.0
_RUN: Final = 4  # letters
_SELDOM_LAST: Final = -3.0
_OFTEN_LAST: Final = 2.0

_NEAREST_ENTRIES = 100  # entries
_VOTERS = 30  # of them
_LOOKED_AT = 40  # owners given close evidence
_COLUMN_WIDTH = 30  # letters above which a title may have been cut off
_SHORT_WORD = 2
_AFTER_ALL = "\U0010ffff"  # sorts after any continuation of a label
_ALL = 0.999
_HALF = 0.5
_FLATTEST: Final = 30.0
_MOST_WORDS = 0.6
_A_LETTER_OR_TWO = 0.85


def by_family(index: TitleIndex, owners: Iterable[int], shares: Iterable[float]) -> dict[int, float]:
    """Sum of what the owners of each family have, the largest first."""
    masses: dict[int, float] = {}
    for owner, share in zip(owners, shares, strict=True):
        family = int(index.parent_of[owner])
        masses[family] = masses.get(family, 0.0) + share
    return dict(sorted(masses.items(), key=lambda pair: -pair[1]))


def told_apart(
    index: TitleIndex, weights: Mapping[int, float], bonus: FloatArray | None, chance: float, rules: Mapping[str, float]
) -> tuple[dict[int, float], float]:
    """
    Chance of each owner of the labels that a text is, of that of all together, and that of all together.

    A family that the context makes likelier, to a share of `confirmed` of the rules at least, is as sure as if the text
    meant no other: among plasterers, a "peintre" is one of buildings.
    """
    told = {o: w * (math.exp(bonus[o]) if bonus is not None else 1.0) for o, w in weights.items()}
    total, families = sum(told.values()), by_family(index, told, told.values())
    first, most = next(iter(families.items()), (-1, 0.0))
    without = by_family(index, weights, weights.values()).get(first, 0.0) / max(sum(weights.values()), 1.0)
    least = max(rules["confirmed"], without) if bonus is not None and chance >= rules["usual"] else 1.0
    if most <= least * total:
        return {o: chance * w / total for o, w in told.items()}, chance
    scales = (1.0 - chance) / total, chance / most
    chances = {owner: w * scales[int(index.parent_of[owner]) == first] for owner, w in told.items()}
    return chances, sum(chances.values())


@dataclass(frozen=True, slots=True)
class Trial:
    """
    Ranked owners of one reading, before calibration.

    Attributes
    ----------
    reading
        The reading that is ranked.
    owners, entries
        Positions, best first.
    values
        Evidence added up, decreasing.
    evidence
        Shape (n_owners, n_names): wide then close evidence.
        The first owner is the best of the likeliest family.
    names
        Names of the columns of the evidence.
    rivals, family_rivals
        Number of owners, and of families, whose labels hold all the words of the reading.
    favoured
        Whether a context adds more to the first owner than to what may be meant as a whole.
    """

    reading: Reading
    owners: Ints
    entries: Ints
    values: NDArray[np.float64]
    evidence: NDArray[np.float64]
    names: tuple[str, ...]
    rivals: int
    family_rivals: int
    favoured: bool = False

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of the evidence of each owner."""
        shares = np.exp(self.values - self.values.max())
        return np.asarray(shares / shares.sum(), dtype=np.float64)

    def masses(self, index: TitleIndex) -> dict[int, float]:
        """Share of the evidence of each family, that of the first owner first, then the largest first."""
        masses = by_family(index, self.owners.tolist(), self.shares.tolist())
        first = int(index.parent_of[self.owners[0]])
        return {first: masses[first]} | masses

    def reasons(self, index: TitleIndex) -> list[Reason]:
        """Why each owner is a candidate."""
        columns = [self.names.index(name) for name in ("query_share", "label_share", "ratio", "near")]
        query, label, ratio, near = self.evidence[:, columns].T
        same = (query >= _ALL) & (label >= _ALL)
        spelled = (ratio >= _A_LETTER_OR_TWO) | (near >= 1.0)
        short = self.reading.expanded & (query >= _MOST_WORDS)
        most = query >= _HALF
        usual = index.usual[self.entries] & most
        kinds: tuple[Reason, ...] = ("usage", "abbreviation", "same words", "spelling", "same words", "meaning")
        picked = np.select([usual, short, same, spelled, most], [0, 1, 2, 3, 4], default=5)
        return [kinds[kind] for kind in picked.tolist()]


def expand(evidence: NDArray[np.float64], columns: Sequence[str], keys: Sequence[str]) -> NDArray[np.float64]:
    """
    Columns that the weights name: evidence, products ``a*b``, and ``best:a``, 1 for the owners that are first by ``a``.

    Parameters
    ----------
    evidence
        Shape (..., n_owners, n_columns).
    columns
        Names of its columns.
    keys
        Names wanted.

    Returns
    -------
    expanded
        Shape (..., n_owners, n_keys); a name that the index does not give is zero.
    """
    place = {name: column for column, name in enumerate(columns)}
    factors = [key.removeprefix("best:").split("*") for key in keys]
    present = np.asarray([place.keys() >= {*names} for names in factors])
    alone = np.asarray([len(names) == 1 for names in factors])
    left, right = ([place.get(names[end], 0) for names in factors] for end in (0, -1))
    values = present * evidence[..., left] * np.where(alone, 1.0, evidence[..., right])
    best = [column for column, key in enumerate(keys) if key.startswith("best:")]
    compared = values[..., best]
    values[..., best] = present[best] & (compared >= compared.max(axis=-2, keepdims=True) - 1e-5)
    return np.asarray(values, dtype=np.float64)


def fits(index: TitleIndex, option: Reading) -> bool | None:
    """
    Whether the occupations whose label a reading is go with the words that it leaves out of the line.

    None where it leaves none out that the referential knows, is no label, or where words that a dash parts from it do
    not go with it: they may say where one works ("Technicien méthodes - aéronautique").
    """
    weights = {term: index.weights[term] for term in option.beside if term in index.weights}
    entries = index.same.get(" ".join(option.stems), ())
    if not weights or not entries or "all" not in index.covers:
        return None
    owners = index.owner[list(entries)]
    terms = [index.family_field.vocabulary[term] for term in weights]
    shares = np.asarray([*weights.values()]) @ index.covers["all"][terms].toarray()[:, owners]
    return True if shares.max() >= _HALF * sum(weights.values()) else None if option.dashed else False


def cut_off(index: TitleIndex, option: Reading) -> tuple[int, ...]:
    """Entries of the labels that go on where a reading stops inside a word, as columns of a set width cut them."""
    form = " ".join(option.words)
    complete = len(option.words[-1]) > _SHORT_WORD and option.words[-1] in index.words.known
    if len(form) < _COLUMN_WIDTH or complete:
        return ()
    labels = [*index.exact]
    longer = labels[bisect_left(labels, form) : bisect_left(labels, form + _AFTER_ALL)]
    entries = sorted(entry for label in longer for entry, _ in index.exact[label])
    return tuple(entries) if len(set(index.parent_of[index.owner[entries]].tolist())) == 1 else ()


def _weighted_sum(parts: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    total = np.zeros(next(iter(parts.values())).shape, dtype=np.float32)
    for name, weight in weights.items():
        if name in parts:
            total += np.float32(weight) * parts[name]
    return total


def rank_block(
    index: TitleIndex,
    choices: Sequence[Sequence[Reading]],
    *,
    weights: Weights,
    bonuses: Sequence[FloatArray | None] | None = None,
) -> list[Trial | None]:
    """
    Rank the owners for a block of queries, each given by its readings.

    Parameters
    ----------
    index
        Index of the referential.
    choices
        Readings of each query; none gives None.
    weights
        Fitted numbers.
    bonuses
        What the context of each query adds to the evidence, shape (n_owners,); see `passerelles.matching.titles`.

    Returns
    -------
    trials
        One by query.
    """
    choices = [[option for option in options if fits(index, option) is not False] for options in choices]
    flat = [reading for options in choices for reading in options]
    if not flat:
        return [None] * len(choices)
    wide = wide_evidence(index, flat)
    first = _weighted_sum(wide.parts, weights.first)
    highest = np.round(first.max(axis=1), 6).tolist()
    rows: list[int] = []
    added: list[FloatArray | None] = []
    owners: list[Ints] = []
    start = 0
    for options, bonus in zip(choices, bonuses or [None] * len(choices), strict=True):
        if options:
            row = max(range(start, start + len(options)), key=highest.__getitem__)
            rows.append(row)
            added.append(bonus)
            owners.append(top(first[row] if bonus is None else first[row] + np.float32(0.2) * bonus, _LOOKED_AT))
        start += len(options)
    chosen, wide = [flat[row] for row in rows], wide.of(rows)
    heads = field_cosines(index.heads.letters, [letter_bag(reading.stems[:1], 2, 5) for reading in chosen])
    parts = {**wide.parts, **further_evidence(index, chosen, wide)}
    close = [close_evidence(index, reading, wide, heads, n, owners[n]) for n, reading in enumerate(chosen)]
    # As many owners for each: their evidence is added up at once.
    looked_at = np.arange(len(chosen))[:, None], np.stack(owners)
    wide_part = np.stack([part[looked_at] for part in parts.values()], axis=2)
    evidence = np.concatenate([wide_part, np.stack([c for c, _ in close])], axis=2).astype(np.float64)
    names, final = (*parts, *CLOSE), weights.final
    values = expand(evidence, names, tuple(final)) @ np.asarray([*final.values()])
    covered = parts.get("cover_titles", parts["families"])
    trials: list[Trial] = []
    for place, bonus in enumerate(added):
        told: FloatArray = np.zeros(len(owners[place]), dtype=np.float32)
        if bonus is not None:
            # Where its words alone give a title to the family of its head, a context tells but the part of it.
            of_head = {int(index.parent_of[owner]) for owner in head_owners(index, chosen[place], index.pack.heads)}
            alone = int(index.parent_of[owners[place][_families_first(index, owners[place], values[place])[0]]])
            eligible = np.isin(index.parent_of[owners[place]], [*of_head]) if alone in of_head else True
            told = bonus[owners[place]] * eligible
            values[place] += told
        order = _families_first(index, owners[place], values[place])
        full = np.flatnonzero(covered[place] >= _ALL)
        ranked = owners[place][order], close[place][1][order], values[place][order], evidence[place][order]
        rivals = len(full), len(np.unique(index.parent_of[full]))
        trial = Trial(chosen[place], *ranked, names, *rivals)
        trials.append(replace(trial, favoured=bool(told[order[0]] > trial.shares @ told[order])))
    in_order = iter(trials)
    return [next(in_order) if options else None for options in choices]


def of_function(index: TitleIndex, trial: Trial) -> dict[int, int]:
    """Owners, and entries, of a function that a title begins with, where the evidence follows what says the sector."""
    owners = head_owners(index, trial.reading, index.pack.functions)
    families = {index.parent_of[owner] for owner in owners}
    return {} if index.parent_of[trial.owners[0]] in families else owners


def head_owners(index: TitleIndex, reading: Reading, heads: Collection[str]) -> dict[int, int]:
    """
    Owners, and entries, of the longest beginning of a title after which further words say how or where, not which job.

    None where they are a job of another family themselves, or make one with it: a "boucher industriel" is no "boucher".
    """
    stems = reading.stems
    forms = [" ".join(stems[:length]) for length in range(len(stems) - 1, 0, -1)]
    longer = [*takewhile(lambda form: form not in heads, forms)]
    form = next(iter(forms[len(longer) :]), "")
    titles = (form, *index.pack.usages.get(form, ())[:1])
    owners = {int(index.owner[e]): int(e) for title in titles for e in index.same.get(title, ())}
    families = {index.parent_of[owner] for owner in owners}
    others = (index.same.get(title, ()) for title in (" ".join(stems[form.count(" ") + 1 :]), *longer))
    of_others = (index.parent_of[index.owner[[*entries]]] for entries in others if entries)
    return {} if any(map(families.isdisjoint, of_others)) else owners


def _families_first(index: TitleIndex, owners: Ints, values: NDArray[np.float64]) -> Ints:
    """Order of the owners: the best of the likeliest family, then all by evidence, ties by code."""
    order = np.lexsort((owners, -np.round(values, 5)))
    families = index.parent_of[owners]
    mass = np.bincount(families, weights=np.exp(values - values.max()))
    best = np.flatnonzero(mass[families[order]] >= mass.max() - 1e-9)[0]
    return np.asarray(np.concatenate([order[best : best + 1], order[:best], order[best + 1 :]]), dtype=np.int64)


def terms(index: TitleIndex, trial: Trial) -> dict[str, float]:
    """
    What the calibration looks at.

    Parameters
    ----------
    index
        Index of the referential.
    trial
        Ranked owners.

    Returns
    -------
    terms
        Name to value. ``lead`` is how much likelier the letters are in the first family than in any other; ``typo``,
        how much nearer to a typing error; ``within``, that the label stands whole in the reading; ``strange``, that no
        word is a label's, and none is an error away from one.
    """
    columns, values = trial.names, trial.values
    masses = list(trial.masses(index).values())
    best = trial.evidence[0]
    families = index.parent_of[trial.owners]
    rivals = trial.evidence[families != families[0]]

    def part(name: str) -> float:
        return float(best[columns.index(name)]) if name in columns else 0.0

    def rival(name: str) -> float:
        return float(rivals[:, columns.index(name)].max()) if name in columns and len(rivals) else 0.0

    query = trial.reading.families
    total = sum(map(index.family_weight, query)) or 1.0
    known = sum(index.family_weight(term) for term in query if term in index.weights) / total
    lead, near = part("bayes_letters") - rival("bayes_letters"), part("near")
    return _wording(index, trial.reading) | {
        "constant": 1.0,
        "chance": _logit(float(trial.shares[0])),
        "margin": max(min(float(values[0] - values[1]), _FARTHEST), -_FARTHEST) if len(values) > 1 else _FARTHEST,
        "mass": _logit(masses[0]),
        "title": part("letters"),
        "ratio": part("ratio") ** 4,
        "query_share": part("query_share"),
        "label_share": part("label_share"),
        "within": float(part("label_share") >= _ALL),
        "cover": part("cover_all"),
        "known": known,
        "bare": float(len(query) == 1),
        "near": near,
        "typo": near * max(near - rival("near"), 0.0),
        "size": part("size"),
        "kin": part("kin"),
        "rivals": math.log1p(trial.rivals),
        "holds": float(any(stem in index.words.heads for stem in trial.reading.stems)),
        "long": math.log(len(query)),
        "cut": float(trial.reading.cut),
        "lead": max(min(lead, _FARTHEST_LEAD), -_FARTHEST),
        "strange": float(known <= 0.0 and near <= 0.0),
        "spread": -sum(mass * math.log(mass + 1e-9) for mass in masses),
        "purity": _purity(index, trial),
    }


def _purity(index: TitleIndex, trial: Trial) -> float:
    """Log-odds that a title that holds all the words of a reading is of the first family: half a title has many."""
    rows = [index.family_field.vocabulary.get(term, -1) for term in dict.fromkeys(trial.reading.families)]
    if min(rows) < 0:
        return 0.0
    entries = reduce(np.intersect1d, [_entries_of(index.family_field, row) for row in rows])
    return _log_odds(index.parent_of[index.owner[entries]] == index.parent_of[trial.owners[0]])


def _log_odds(cases: NDArray[np.bool_]) -> float:
    """Log-odds of what holds in some cases and not in others; 0 without any."""
    n_true = np.count_nonzero(cases)
    return math.log((n_true + 0.5) / (len(cases) - n_true + 0.5))


def _wording(index: TitleIndex, reading: Reading) -> dict[str, float]:
    """
    Whether a reading is worded as labels are.

    ``readable``: share of its words that labels have, or that count for nothing; ``runs``: share of its runs of four
    letters that labels have; ``foreign``: whether it has a word of another language, unless it is readable whole;
    ``ends``: log-odds that a label with its last word ends with it: half a title stops where labels go on.
    """
    known, pack = index.words.known, index.pack
    readable = sum(word in known or word in pack.stop_words for word in reading.words) / len(reading.words)
    runs = letter_bag(reading.stems, _RUN, _RUN)
    known_runs = sum(number for run, number in runs.items() if run in index.letters.vocabulary)
    last = index.stem_field.vocabulary.get(reading.stems[-1])
    ends = 0.0 if last is None else _log_odds(index.last_stems[_entries_of(index.stem_field, last)] == last)
    foreign = float(readable < 1.0 and not pack.foreign.isdisjoint(reading.words))
    like = known_runs / runs.total() if runs else 1.0
    return {"readable": readable, "runs": like, "foreign": foreign, "ends": max(min(ends, _OFTEN_LAST), _SELDOM_LAST)}


def _logit(share: float) -> float:
    return math.log(max(share, 1e-6) / max(1.0 - share, 1e-6))
