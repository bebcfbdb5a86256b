"""Frozen index of labels: everything that one referential needs to resolve free text, or to search its words."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import pairwise
from operator import itemgetter
from sys import intern
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from passerelles import vectors
from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.io.csv import undo_double_encoding
from passerelles.matching import reading
from passerelles.matching.reading import LanguagePack, Lexicon, Words
from passerelles.referentials.referential import Referential, foreign_form
from passerelles.sharing import cached_property
from passerelles.store import Arrays, Index, pack
from passerelles.text import (
    LOST,
    are_initials,
    fold_accents,
    forms_without_accents,
    in_case_of,
    nearest_codes,
    normalise_label,
    plain_forms,
    with_lost_letters,
    words,
)
from passerelles.vectors import Field, FloatArray, Ints, sparse
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import Column, Record

_DOTTED: Final = re.compile(r"(?<![\w.])[^\W\d_](?:\.[^\W\d_])+\b\.?")
# Words are cut off after a consonant; what ends so after "à" or a hyphen is rather the name of a town.
_POINT: Final = r"(?<![\w-])(?<!\bà )[^\W\d_]{3,}[^\W\d_aeiouàâéèêëîïôû]\.(?=\s|$|[^\W\d_]{2}) ?"
_SHORTENED: Final = re.compile(f"(?i){_POINT}")
_CUT: Final = re.compile(rf"(?i){_POINT}|(?<![\w-])[^\W\d_]{{5,}}(?=\s|$) ?")  # a list in capitals has no points
_GLUED: Final = re.compile(r"(?<=[^\W\d_]{3})(?=\d{1,2}(?!\d))")  # "SSIAP1", and no reference
_MOST_OF: Final = 0.6  # share of the labels that have a word which begins so
_LEAST: Final = 3  # labels or texts: fewer tell nothing of all
_TITLE_WEIGHT: Final = 3
_DEFINITION_WEIGHT: Final = 2


class Owner(NamedTuple):
    """
    What labels lead to: an occupation, or a competency with no text of its own.

    `parent` and `parent_label` are code and label of its family, empty where they are its own. `sectors` are codes and
    labels of what the referential files it under.
    """

    code: str
    label: str
    definition: str = ""
    competencies: tuple[str, ...] = ()
    parent: str = ""
    parent_label: str = ""
    sectors: tuple[tuple[str, str], ...] = ()

    @property
    def family(self) -> tuple[str, str]:
        """Code and label of its family: of the fiche that it was split from, or its own."""
        return self.parent or self.code, self.parent_label or self.label


class Likelihood(NamedTuple):
    """
    Multinomial model of the terms of families: ``ln p(term | family)`` is `base` plus, where it is met, `gains`.

    `base` has shape (n_families,), `gains` (n_terms, n_families), entries > 0.
    """

    base: FloatArray
    gains: "sparse.csr_array"


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


class Heads(NamedTuple):
    """
    What entries begin with.

    Attributes
    ----------
    letters
        Letter field over distinct first stems, the heads.
    of_entry
        Shape (n_entries,): head of each entry.
    """

    letters: Field
    of_entry: Ints


class Texts(NamedTuple):
    """Fields by name, terms covered (``titles``, ``all``: binary, (n_families, n_owners)), latent space; or nothing."""

    documents: Mapping[str, Field]
    covers: Mapping[str, "sparse.csr_array"]
    meaning: Meaning | None


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
    owners: Sequence[Owner], families: Sequence[tuple[str, ...]], owner: Ints, lexicon: Lexicon, field: Field, size: int
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
    size
        Dimensions of the latent space; 0 = no texts.
    """
    if size < 1:
        return Texts({}, {}, None)
    phrases = [phrase_bag(terms) for terms in families]
    titles: list[Counter[str]] = [Counter() for _ in owners]
    everything: list[Counter[str]] = [Counter() for _ in owners]
    for place, terms, phrase in zip(owner.tolist(), families, phrases, strict=True):
        titles[place].update(terms)
        for term, number in phrase.items():
            everything[place][term] += _TITLE_WEIGHT * number
    known = cache(lambda text: lexicon.roots(lexicon.stems(text)))
    definitions = [Counter(known(owner.definition)) for owner in owners]
    competencies = [Counter(term for label in owner.competencies for term in known(label)) for owner in owners]
    for bag, definition, competency in zip(everything, definitions, competencies, strict=True):
        for term, number in definition.items():
            bag[term] += _DEFINITION_WEIGHT * number
        bag.update(competency)
    words = [{term: 1 for term in bag if " " not in term and term[0] != "^"} for bag in everything]
    bags = {"titles": titles, "definition": definitions, "competencies": competencies}
    documents = {name: vectors.fit_field(counts)[0] for name, counts in bags.items()}
    documents["letters"] = vectors.fit_letters(words, shortest=3, longest=5)
    covers = {"titles": _cover(titles, field), "all": _cover(everything, field)}
    return Texts(documents, covers, _latent_space(everything, phrases, owner, size))


def _cover(documents: Sequence[Iterable[str]], field: Field) -> "sparse.csr_array":
    """Shape (n_terms, n_documents): 1 where a document has a term of a field."""
    return vectors.by_column(vectors.count_terms([dict.fromkeys(terms, 1) for terms in documents], field.vocabulary))


def _decompose(matrix: "sparse.csr_array", dimensions: int) -> tuple[FloatArray, FloatArray]:
    """
    Largest singular values: coordinates of documents, axes of terms.

    Exact, and not drawn at random: a word more, by a usage or an overlay, then turns the axes of the others little.
    """
    from scipy.linalg import eigh  # noqa: PLC0415 - heavy

    size, rows = min(dimensions, min(matrix.shape) - 1), matrix.shape[0]
    squares, turns = eigh((matrix @ matrix.T).toarray().astype(float), subset_by_index=[rows - size, rows - 1])
    scale, documents = np.sqrt(np.maximum(squares[::-1], 1e-12)), turns[:, ::-1]
    axes = matrix.T @ (documents / scale)
    # Row by row, as an index reads them back: the order of the cells changes the last digit of a product.
    coordinates = np.ascontiguousarray(documents * scale, dtype=np.float32)
    return coordinates, np.ascontiguousarray(axes, dtype=np.float32)


def _latent_space(
    documents: Sequence[Counter[str]], phrases: Sequence[Counter[str]], owner: Ints, dimensions: int
) -> Meaning | None:
    field, rows = vectors.fit_field(documents)
    if min(rows.shape) < _LEAST:
        return None
    coordinates, axes = _decompose(rows, dimensions)
    owners = vectors.unit(coordinates)
    titles = vectors.unit(vectors.project(field, phrases, axes))
    gram = titles.T @ titles + np.eye(titles.shape[1], dtype=np.float32)
    mapping = np.ascontiguousarray(np.linalg.solve(gram, titles.T @ owners[owner]), dtype=np.float32)
    return Meaning(field=field, axes=axes, owners=owners, mapping=mapping, titles=vectors.unit(titles @ mapping))


_GROUP_SIGNS: Final = 3  # a ROME domain: letter and two digits
_NAMED_ENTRIES: Final = 5
_SECTORS: Final = ("naf", "sector", "subsector")
DIMENSIONS: Final = 150
"""Size of the latent space of occupations."""


class IndexedLabel(NamedTuple):
    """A label that may be typed: its own code (OGR, empty for a fiche's label), its text, the code it leads to."""

    ogr: str
    label: str
    code: str


@dataclass(frozen=True, eq=False)
class TitleIndex:
    """
    Labels and their evidence, sorted by owner.

    Attributes
    ----------
    pack
        Language rules.
    owners
        Occupations or competencies, sorted by code, without their texts.
    entries
        Labels sorted by owner, then text, then OGR code; behind each, once more for each usage that means it.
    owner
        Shape (n_entries,), position of the owner of each entry, ascending.
    stems, written
        By entry: stems (of a usage, those of its text), and normalised forms as one writes them: masculine,
        whole label and feminine, or the label alone where there is one gender (of a usage, none).
    letters, stem_field, family_field
        Fields over entries.
    documents, covers, meaning
        Texts of the owners, see `passerelles.matching.index.Texts`.
    """

    pack: LanguagePack
    owners: tuple[Owner, ...]
    entries: tuple[IndexedLabel, ...]
    owner: Ints
    stems: tuple[tuple[str, ...], ...]
    written: tuple[tuple[str, ...], ...]
    letters: Field
    stem_field: Field
    family_field: Field
    documents: Mapping[str, Field]
    covers: Mapping[str, "sparse.csr_array"]
    meaning: Meaning | None

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Code of each owner."""
        return tuple(owner.code for owner in self.owners)

    @cached_property
    def parent_of(self) -> Ints:
        """Shape (n_owners,): position of the family of each owner."""
        return _numbered(owner.family[0] for owner in self.owners)[1]

    @cached_property
    def begun_by(self) -> Mapping[str, Ints]:
        """First word of titles, usages included, to the positions of the owners of such a title."""
        heads = grouped((form[0], int(place)) for form, place in zip(self.stems, self.owner, strict=True) if form)
        return MappingProxyType({head: np.unique(places) for head, places in heads.items()})

    @cached_property
    def sectors(self) -> Mapping[tuple[str, str], Ints]:
        """Code and label of each sector to the positions of the owners filed under it."""
        filed = grouped((sector, place) for place, owner in enumerate(self.owners) for sector in owner.sectors)
        return MappingProxyType({sector: np.asarray(places, dtype=np.int64) for sector, places in filed.items()})

    @cached_property
    def likelihoods(self) -> Mapping[str, Likelihood]:
        """Models of the terms of families: letters of titles, words of titles, words of other texts."""
        n_families, of_title = int(self.parent_of.max()) + 1, self.parent_of[self.owner]
        by_title, by_owner = (vectors.membership(group, n_families, np.float32) for group in (of_title, self.parent_of))
        likely = {"letters": (self.letters, by_title), "words": (self.family_field, by_title)}
        likely["texts"] = (self.documents["competencies"], by_owner)
        return {f"bayes_{name}": _likelihood(field.columns @ groups) for name, (field, groups) in likely.items()}

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """Stem of the first word of a title to the kind of work that it says, numbered from 0."""
        numbers = {kind: n for n, kind in enumerate(dict.fromkeys(self.pack.kinds.values()))}
        return MappingProxyType({stem: numbers[kind] for stem, kind in self.pack.kinds.items()})

    @cached_property
    def kind_of(self) -> Ints:
        """Shape (n_entries,): kind of work that each entry says, -1 for none."""
        return np.asarray([self.kinds.get(form[0], -1) if form else -1 for form in self.stems], dtype=np.int64)

    @cached_property
    def kind_share(self) -> FloatArray:
        """Shape (n_kinds, n_owners): logarithm of the share of each owner's entries that say each kind of work."""
        n_kinds, n_owners = len(set(self.kinds.values())), len(self.codes)
        known = self.kind_of >= 0
        cells = (np.ones(int(known.sum()), dtype=np.float32), (self.kind_of[known], self.owner[known]))
        counts = sparse.csr_array(cells, shape=(n_kinds, n_owners)).toarray()
        return np.asarray(np.log((counts + _RARE_KIND) / (self.sizes + _RARE_KIND * n_kinds)), dtype=np.float32)

    @cached_property
    def walks(self) -> tuple[Mapping[str, int], FloatArray]:
        """
        Row of the family of each first word, and how likely two steps lead from it to each family of occupations.

        A step goes from a first word to a family that has it, and back. Logarithms, shape (n_words + 1, n_families);
        the last row, of a word that begins no title, says nothing.
        """
        lexicon = Lexicon(self.pack)
        rows, places = _numbered(lexicon.root(form[0]) if form else "" for form in self.stems)
        cells = (np.ones(len(places), dtype=np.float32), (places, self.parent_of[self.owner]))
        counts = sparse.csr_array(cells, shape=(len(rows), int(self.parent_of.max()) + 1))
        onward, back = _shares(counts), _shares(sparse.csr_array(counts.T.tocsr()))
        chances = (onward @ back @ onward).toarray()
        return rows, np.vstack([np.log(chances + _UNSEEN_WALK), np.zeros((1, counts.shape[1]), np.float32)])

    @cached_property
    def heads(self) -> Heads:
        """What entries begin with."""
        positions, of_entry = _numbered(form[0] if form else "" for form in self.stems)
        return Heads(vectors.fit_letters([{head: 1} for head in positions], shortest=2, longest=5), of_entry)

    @cached_property
    def domains(self) -> "sparse.csr_array":
        """Shape (n_families, n_groups): 1 where a title of the broader group has the family of words."""
        matrix = sparse.csr_array(self.covers["titles"] @ vectors.membership(self.groups, kind=np.float32))
        matrix.data = np.ones_like(matrix.data)
        return matrix

    @cached_property
    def words(self) -> Words:
        """Words that tell a title from the text around it."""
        heads = Counter(form[0] for form, usual in zip(self.stems, self.usual, strict=True) if form and not usual)
        often = frozenset(word for word, number in heads.items() if number >= _LEAST)
        return Words(self.vocabulary, frozenset(self.same), often, self.pack.sounds, self.weights.keys())

    def knows(self, spelled: Iterable[str]) -> bool:
        """Whether labels have all words of a text that mean something."""
        return all(word in self.vocabulary or word in self.pack.stop_words for word in spelled)

    @cached_property
    def _without_accents(self) -> Mapping[str, str]:
        return forms_without_accents(entry.label for entry in self.entries)

    def restored(self, text: str) -> str:
        """
        Return a text with what its words lost, as far as labels tell, and initials without points ("A.D.V.").

        They lose accents in a bad export ("Ma?on"), their ends to a point ("Conduct. ligne") or in a list in capitals.
        """
        text = unescape(text) if ";" in text else text  # of a page of the web: "m&eacute;tier"
        text = undo_double_encoding(text) or text
        if LOST.search(text):
            text = with_lost_letters(text, self._without_accents, self.vocabulary)
        text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
        if not self.pack.titles:
            return text
        return (_CUT if text.isupper() else _SHORTENED).sub(self._in_full, _GLUED.sub(" ", text))

    @cached_property
    def _n_labels(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Words in order: how many labels begin with each, and how many have it."""
        forms = [forms[0].split() for forms in self.written if forms]
        words = ((form[0] for form in forms if form), (word for form in forms for word in {*form}))
        return sorted(Counter(words[0]).items()), sorted(Counter(words[1]).items())

    @cached_property
    def _spelled(self) -> Mapping[str, str]:
        """Words of labels with their accents, by what they are without."""
        labels = " ".join({entry.label.casefold() for entry in self.entries})
        return {fold_accents(word): word for word in sorted({*re.findall(r"[^\W\d_]+", labels)})}

    def _in_full(self, shortened: re.Match[str]) -> str:
        """Return the word of most labels that goes on where one is cut off."""
        written, pack = shortened[0].rstrip(". "), self.pack
        start = fold_accents(written)
        if any(start in words for words in (self.vocabulary, pack.abbreviations, pack.leading, pack.trailing)):
            return shortened[0]
        counts = self._n_labels[shortened.start() > 0]
        first, last = (bisect_left(counts, end, key=itemgetter(0)) for end in (start, start + "{"))  # "{" follows "z"
        n_labels = dict(counts[first:last])
        w = max(n_labels, key=lambda w: (n_labels[w], w), default="")
        often = n_labels.get(w, 0) >= max(_LEAST, _MOST_OF * sum(n_labels.values()))
        if w in pack.employers or not often:  # "Établiss.": of a firm
            return shortened[0]
        return f"{in_case_of(written, self._spelled.get(w, w))} "

    @cached_property
    def starts(self) -> Ints:
        """Shape (n_owners + 1,): first entry of each owner."""
        return np.searchsorted(self.owner, np.arange(len(self.codes) + 1))

    @cached_property
    def sizes(self) -> Ints:
        """Shape (n_owners,): number of entries of each owner."""
        return np.diff(self.starts)

    @cached_property
    def exact(self) -> Mapping[str, tuple[tuple[int, bool], ...]]:
        """Normalised form, in order, to entry positions, and whether it is the other gender form there."""
        by_form: dict[str, dict[int, bool]] = {}
        for place, forms in enumerate(self.written):
            for form in filter(None, forms):
                by_form.setdefault(form, {})[place] = form in forms[2::3]
        return MappingProxyType({form: tuple(places.items()) for form, places in sorted(by_form.items())})

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Stems of each entry, joined."""
        return tuple(" ".join(form) for form in self.stems)

    @cached_property
    def same(self) -> Mapping[str, tuple[int, ...]]:
        """Stems, joined, to entry positions; usages of a label are left out."""
        forms = enumerate(zip(self.texts, self.usual.tolist(), strict=True))
        return grouped((form, position) for position, (form, usual) in forms if form and not usual)

    @cached_property
    def usual(self) -> NDArray[np.bool_]:
        """Shape (n_entries,): whether each entry is a usage of its label."""
        return np.asarray([not forms for forms in self.written], dtype=np.bool_)

    @cached_property
    def last_stems(self) -> Ints:
        """Shape (n_entries,): column of the last stem of each entry in the field of stems, -1 without any."""
        column = self.stem_field.vocabulary
        return np.asarray([column[form[-1]] if form else -1 for form in self.stems], dtype=np.int64)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Family to its weight: inverse document frequency, at least 1."""
        return dict(zip(self.family_field.vocabulary, self.family_field.idf.tolist(), strict=True))

    @cached_property
    def unknown(self) -> float:
        """Weight of a family that no label has."""
        return float(self.family_field.idf.max(initial=1.0))

    @cached_property
    def family_totals(self) -> NDArray[np.float64]:
        """Shape (n_entries,): sum of the weights of the families of each entry; 1 without any."""
        field = self.family_field
        totals = vectors.presence(field.columns).T @ field.idf.astype(np.float64)
        return np.where(totals == 0.0, 1.0, totals)

    @cached_property
    def groups(self) -> Ints:
        """Shape (n_owners,): position of the owner's broader group (first three signs of the code), ascending."""
        return _numbered(code[:_GROUP_SIGNS] for code in self.codes)[1]

    @cached_property
    def group_starts(self) -> Ints:
        """Shape (n_groups,): first owner of each broader group."""
        return np.flatnonzero(np.diff(self.groups, prepend=-1))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Folded words of the labels, as written."""
        return frozenset(word for spelled in self.written for form in spelled for word in form.split())

    def family_weight(self, term: str) -> float:
        """Weight of a family of words; an unknown one weighs as much as the rarest."""
        return self.weights.get(term, self.unknown)

    def weight_shares(self, terms: Mapping[str, float]) -> dict[str, float]:
        """Share that each family of words of a bag has of the weight of all."""
        weights = {term: self.family_weight(term) * number for term, number in terms.items()}
        total = sum(weights.values()) or 1.0
        return {term: weight / total for term, weight in weights.items()}


def build_index(
    entries: Iterable[IndexedLabel], owners: Iterable[Owner], *, pack: LanguagePack, dimensions: int = DIMENSIONS
) -> TitleIndex:
    """
    Index labels and the texts of what they lead to.

    Parameters
    ----------
    entries
        Labels; those whose code is not an owner's are refused.
    owners
        Occupations, or competencies.
    pack
        Language rules.
    dimensions
        Size of the latent space; 0 for none (labels without texts).

    Returns
    -------
    index
        Frozen index; the same inputs in another order give the same index.

    Raises
    ------
    PasserellesError
        If a label leads to an unknown code, or there is no label.
    """
    known = sorted(set(owners), key=lambda row: row.code)
    place = {row.code: position for position, row in enumerate(known)}
    rows = sorted(set(entries), key=lambda row: (row.code, row.label, row.ogr))
    lost = sorted({row.code for row in rows if row.code not in place})
    if lost or not rows:
        raise PasserellesError("resolve_no_label", codes=", ".join(lost[:_NAMED_ENTRIES]) or "-")
    lexicon = Lexicon(pack)
    pairs = [reading.gender_forms(row.label, pack=pack) for row in rows]
    spelled = [lexicon.stems(masculine) for masculine, _ in pairs]
    usual = _usual_forms(spelled, pack.usages)
    # Usages of a label are entries beside it: evidence for longer titles, but not written forms.
    order = sorted([*((n, -1) for n in range(len(rows))), *usual], key=lambda at: (rows[at[0]].code, at))
    forms = tuple(usual.get((n, usage), spelled[n]) for n, usage in order)
    written = tuple(() if usage >= 0 else _written(rows[n].label, pairs[n], pack) for n, usage in order)
    rows = [rows[n] for n, _ in order]
    owner = np.asarray([place[row.code] for row in rows], dtype=np.int64)
    families = tuple(lexicon.roots(form) for form in forms)
    family_field = vectors.fit_field([Counter(terms) for terms in families])[0]
    return TitleIndex(
        pack=pack,
        owners=tuple(row._replace(definition="", competencies=()) for row in known),
        entries=tuple(rows),
        owner=owner,
        stems=forms,
        written=written,
        letters=vectors.fit_letters([Counter(form) for form in forms], shortest=2, longest=4),
        stem_field=vectors.fit_field([Counter(form) for form in forms])[0],
        family_field=family_field,
        **read_texts(known, families, owner, lexicon, family_field, dimensions)._asdict(),
    )


def _usual_forms(
    forms: Sequence[tuple[str, ...]], usages: Mapping[str, tuple[str, ...]]
) -> dict[tuple[int, int], tuple[str, ...]]:
    """Position of a label and number of a usage that means it, to the stems of the usage."""
    first = {" ".join(form): position for position, form in reversed([*enumerate(forms)])}
    numbered = ((n, phrase, titles) for n, (phrase, titles) in enumerate(usages.items()) if phrase not in first)
    return {(first[t], n): tuple(phrase.split()) for n, phrase, titles in numbered for t in titles if t in first}


_RARE_KIND: Final = 0.1  # entries of a kind that an owner is given of each
_UNSEEN_WALK: Final = 1e-4  # chance of a walk that no title shows
_UNMET_COUNT: Final = 0.003  # count of a term that a family never has


def _numbered(texts: Iterable[str]) -> tuple[Mapping[str, int], Ints]:
    """Distinct texts, numbered as they first come, and the number of each."""
    numbers: dict[str, int] = {}
    positions = np.asarray([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
    return MappingProxyType(numbers), positions


def _shares(counts: "sparse.csr_array") -> "sparse.csr_array":
    """Rows divided by their sums."""
    totals = np.asarray(counts.sum(axis=1)).ravel()
    return vectors.with_data(counts, counts.data / np.repeat(totals, np.diff(counts.indptr)))


def _likelihood(counts: "sparse.csr_array") -> Likelihood:
    """Model of the terms whose weights in each family are given, shape (n_terms, n_families)."""
    total = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel() + _UNMET_COUNT * max(counts.shape[0], 1)
    gains = sparse.csr_array(counts).astype(np.float32)
    gains.data = np.log1p(gains.data / _UNMET_COUNT).astype(np.float32)
    gains.sort_indices()
    return Likelihood((np.log(_UNMET_COUNT) - np.log(total)).astype(np.float32), gains)


def _written(label: str, pair: tuple[str, str], pack: LanguagePack) -> tuple[str, ...]:
    """Normalised forms, one of each: masculine, whole label, feminine third; then without initials that end them."""
    forms = dict.fromkeys((pair[0], label, pair[1]))
    bare = [form[: match.start()] for form in forms if (match := _INITIALS.search(form)) and _are_initials(match, form)]
    return tuple(dict.fromkeys(" ".join(reading.joined_words(form, pack)) for form in (*forms, *bare)))


_INITIALS: Final = re.compile(r"\s*(?:\(([A-Z]{2,})\)|-\s*([A-Z]{2,})\s*-?)$")
_OF_THE_STATE: Final = "de"  # "diplômé d'État", which the label does not say: "Infirmier anesthésiste (IADE)"


def _are_initials(match: re.Match[str], form: str) -> bool:
    """Whether what ends a form is the initials of its words, in order: "éducation physique et sportive (EPS)"."""
    letters = fold_accents(match[match.lastindex or 0]).removesuffix(_OF_THE_STATE)
    return are_initials(letters, words(form[: match.start()]))


DOCUMENT: Final = "titles.json"
_FIELDS: Final = ("letters", "stem_field", "family_field")


def pack_titles(index: TitleIndex, arrays: Arrays) -> dict[str, Any]:
    """Turn an index of titles into a document and arrays of a compiled index."""
    arrays["titles.owner.npy"] = index.owner
    meaning = index.meaning
    axes = {} if meaning is None else {n: getattr(meaning, n) for n in ("axes", "owners", "mapping", "titles")}
    return {
        "rules": reading.rules_sum(index.pack.language),
        "entries": [(entry.ogr, entry.label) for entry in index.entries],
        "stems": index.texts,
        "written": index.written,
        "fields": {name: _pack_field(name, getattr(index, name), arrays) for name in _FIELDS},
        "documents": {name: _pack_field(f"documents.{name}", f, arrays) for name, f in index.documents.items()},
        "covers": pack("titles.covers", index.covers, arrays),
        "meaning": None if meaning is None else _pack_field("meaning", meaning.field, arrays),
        "axes": pack("titles.meaning", axes, arrays),
    }


def stored_titles(referential: Referential) -> TitleIndex | None:
    """Return the index of titles that a referential's compiled index holds; None where it holds none that serves."""
    index = referential.index
    if index is None or DOCUMENT not in index.manifest["members"]:
        return None
    about = index.document(DOCUMENT, keep=False)
    rules = reading.language_pack(referential.language)
    if about["rules"] != reading.rules_sum(rules.language):
        return None
    codes = tuple(occupation.code for occupation in referential.occupations)
    owner = index.positions("titles.owner.npy", len(codes))
    rows = zip(about["entries"], owner.tolist(), strict=True)
    meaning = about["meaning"]
    return TitleIndex(
        pack=rules,
        owners=owners_of(referential),
        entries=tuple(IndexedLabel(ogr, label, codes[place]) for (ogr, label), place in rows),
        owner=owner,
        stems=tuple(tuple(map(intern, text.split())) for text in about["stems"]),
        written=tuple(map(tuple, about["written"])),
        **{name: _stored_field(index, about["fields"][name]) for name in _FIELDS},
        documents=MappingProxyType({name: _stored_field(index, field) for name, field in about["documents"].items()}),
        covers=index.value(about["covers"]),
        meaning=None if meaning is None else Meaning(field=_stored_field(index, meaning), **index.value(about["axes"])),
    )


def owners_of(referential: Referential, *, texts: bool = False) -> tuple[Owner, ...]:
    """Occupations as owners of labels, by code: their family, their sectors, and their `texts` where asked for."""
    labels = referential.competency_by_code
    tags = {tag.code: (tag.code, tag.label) for tag in referential.tags if tag.kind in _SECTORS}
    sectors = grouped((code, tags[tag]) for code, tag, _ in referential.occupation_tags if tag in tags)
    owners = []
    for occupation in sorted(referential.occupations, key=lambda o: o.code):
        kin = occupation.parent or occupation.code
        family = kin, referential.occupation_by_code.get(kin, occupation).name
        required = referential.requirements_of.get(occupation.code, ()) if texts else ()
        described = occupation.definition if texts else "", tuple(labels[r.competency].label or "" for r in required)
        owners.append(Owner(occupation.code, occupation.name, *described, *family, sectors.get(occupation.code, ())))
    return tuple(owners)


def _pack_field(name: str, field: Field, arrays: Arrays) -> dict[str, Any]:
    numbers = {"idf": field.idf, "columns": field.columns}
    return {"terms": list(field.vocabulary), "numbers": pack(f"titles.{name}", numbers, arrays)}


def _stored_field(index: Index, about: Mapping[str, Any]) -> Field:
    vocabulary = {intern(term): column for column, term in enumerate(about["terms"])}
    return Field(vocabulary=vocabulary, **index.value(about["numbers"]))


Sought = Literal["competency", "credential", "title", "occupation"]
_LEAST_MET: Final = 0.5  # share of the words that a label must have
_PREFIX_LETTERS: Final = 4  # letters from which the beginning of a word matches it


@dataclass(frozen=True, slots=True)
class SearchHit(Described):
    """
    Something that a referential has: its kind, code and label, and how many occupations name it, or what supposes it.

    A title belongs to one occupation, which `belongs` gives; it is empty elsewhere.
    """

    kind: Sought
    code: str
    label: str
    occupations: int
    belongs: str = ""

    spec: ClassVar[Record] = Record(
        "found",
        "Something that a referential has already",
        Column("kind", words="show.sought", promised=one_of(get_args(Sought))),
        Column("code", promised="code"),
        Column("label", promised="text"),
        Column("occupations", "integer", promised="count"),
        Column("belongs", schema="code?"),
    )


def search(
    referential: Referential, sought: str, *, kinds: Sequence[Sought] = get_args(Sought), limit: int = 10
) -> tuple[SearchHit, ...]:
    """
    Look for competencies, credentials, titles and occupations by words of their labels, or by their code.

    Parameters
    ----------
    referential
        What is looked through; with the catalogue of access facts laid on it, its credentials too.
    sought
        Words, in any order; the beginning of a word is enough from four letters on.
    kinds
        What to look for.
    limit
        Most of each kind.

    Returns
    -------
    found
        Labels with as many of the words as any of their kind, the shortest first; where none has half of them, those
        that resemble them. A code is found alone.

    Raises
    ------
    PasserellesError
        If there is no word in it.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> [f.code for f in search(load_referential("transitions"), "moniteur poids lourd", kinds=["title"])]
    ['16747']
    """
    query = words(sought)
    if not query:
        raise PasserellesError("search_no_word")
    found = [_with_words(referential, kind, sought.strip(), query) for kind in kinds]
    if not any(found) and not foreign_form(referential, sought.strip()):
        found = [_resembling(referential, kind, sought.strip()) for kind in kinds]
    return tuple(hit for hits in found for hit in hits[:limit])


def _with_words(referential: Referential, kind: Sought, code: str, query: Sequence[str]) -> list[SearchHit]:
    known = referential.derived(("sought", kind), lambda: _all_entries(referential, kind))
    matches = [entry for entry in known if entry.code.casefold() == code.casefold()]
    if known and not matches:
        prefixes = [f" {word}" if len(word) >= _PREFIX_LETTERS else f" {word} " for word in query]
        cut = referential.derived(("words", kind), lambda: [f" {normalise_label(e.label)} " for e in known])
        hits = np.sum([[word in text for text in cut] for word in prefixes], axis=0)
        if hits.max() >= _LEAST_MET * len(query):
            matches = [known[place] for place in np.flatnonzero(hits == hits.max())]
    return sorted(matches, key=lambda hit: (len(hit.label), hit.code))


def _resembling(referential: Referential, kind: Sought, code: str) -> list[SearchHit]:
    known = referential.derived(("sought", kind), lambda: _all_entries(referential, kind))
    forms = referential.derived(("plain", kind), lambda: plain_forms({f.code: f.label for f in known}))
    return [entry for form in nearest_codes(code, forms) for entry in known if entry.code == form]


def _all_entries(referential: Referential, kind: Sought) -> list[SearchHit]:
    if kind == "competency":
        counts = Counter(r.competency for r in referential.requirements)
        return [SearchHit(kind, c.code, c.name, counts[c.code]) for c in referential.competencies]
    if kind == "credential":
        before, rows = referential.prerequisites_of, referential.credential_requirements
        asked = {(r.occupation, code) for r in rows for code in (r.credential, *before(r.credential))}
        counts = Counter(code for _, code in asked)
        return [SearchHit(kind, c.code, c.label, counts[c.code]) for c in referential.credentials]
    if kind == "title":
        return [SearchHit(kind, t.code, t.label, 1, t.occupation) for t in referential.titles]
    return [SearchHit(kind, o.code, o.name, 1, o.base or "") for o in referential.occupations]
