"""Frozen index of labels: everything that one referential needs to resolve free text."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from scipy import sparse

from passerelles.errors import PasserellesError
from passerelles.matching.fields import Field, IntArray, fit_field, fit_letters
from passerelles.matching.forms import Lexicon, gender_forms, joined_words
from passerelles.matching.meaning import Meaning, Owner, Texts, read_texts
from passerelles.matching.pack import LanguagePack

_GROUP_SIGNS: Final = 3  # a ROME domain: letter and two digits
_SHOWN: Final = 5
DIMENSIONS: Final = 150
"""Size of the latent space of occupations."""
_PLAIN: Final = ("letters", "words", "families")
_FULL: Final = (
    *("letters", "families", "sum", "vote", "wide_vote", "group_vote", "size", "head_mean", "doc_titles"),
    *("doc_definition", "doc_competencies", "doc_letters", "cover_titles", "cover_all", "sense", "mapped"),
)


class Entry(NamedTuple):
    """A label that may be typed: its own code (OGR, empty for a fiche's label), its text, the code it leads to."""

    ogr: str
    label: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class TitleIndex:
    """
    Labels and their evidence, sorted by owner.

    Attributes
    ----------
    pack
        Language rules.
    codes, labels
        Owners, sorted by code.
    entries
        Labels sorted by owner, then text, then OGR code.
    owner
        Shape (n_entries,), position of the owner of each entry, ascending.
    starts
        Shape (n_owners + 1,), first entry of each owner.
    exact
        Normalised form to (entry position, whether it is the other gender form).
    same
        Stems, joined, to entry positions.
    stems, texts, written, family_sets, told
        By entry: stems, the same joined, its normalised forms as one writes them, its families, and the sum of
        their weights.
    letters, stem_field, family_field
        Fields over entries.
    heads, head_of
        Letter field over distinct first stems, and the head of each entry, shape (n_entries,).
    head_share
        Shape (n_heads, n_owners): share of the owner's entries that begin with each head.
    groups
        Shape (n_owners,): position of the owner's broader group (first three signs of the code).
    documents, covers, meaning
        Texts of the owners, see `passerelles.matching.meaning.Texts`.
    vocabulary
        Folded words of the labels, as written.
    weights, unknown
        Family to its weight (inverse document frequency, at least 1), and the weight of one that no label has.
    """

    pack: LanguagePack
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    entries: tuple[Entry, ...]
    owner: IntArray
    starts: IntArray
    exact: Mapping[str, tuple[tuple[int, bool], ...]]
    same: Mapping[str, tuple[int, ...]]
    stems: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]
    written: tuple[tuple[str, ...], ...]
    family_sets: tuple[frozenset[str], ...]
    told: tuple[float, ...]
    letters: Field
    stem_field: Field
    family_field: Field
    heads: Field
    head_of: IntArray
    head_share: sparse.csr_array
    groups: IntArray
    documents: Mapping[str, Field]
    covers: Mapping[str, sparse.csr_array]
    meaning: Meaning | None
    vocabulary: frozenset[str]
    weights: Mapping[str, float]
    unknown: float

    @property
    def evidence_names(self) -> tuple[str, ...]:
        """Names of the wide evidence that this index gives, in order."""
        return _PLAIN if self.meaning is None else _FULL

    def family_weight(self, term: str) -> float:
        """Weight of a family of words; an unknown one weighs as much as the rarest."""
        return self.weights.get(term, self.unknown)


class Fitted(NamedTuple):
    """
    What an index is made of; see `TitleIndex`.

    `gendered` says of each entry whether its two gender forms differ.
    """

    pack: LanguagePack
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    entries: tuple[Entry, ...]
    owner: IntArray
    stems: tuple[tuple[str, ...], ...]
    written: tuple[tuple[str, ...], ...]
    gendered: tuple[bool, ...]
    family_sets: tuple[frozenset[str], ...]
    letters: Field
    stem_field: Field
    family_field: Field
    heads: Field
    head_of: IntArray
    head_share: sparse.csr_array
    texts: Texts


def build_index(
    entries: Iterable[Entry], owners: Iterable[Owner], *, pack: LanguagePack, dimensions: int = DIMENSIONS
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
    kept = sorted(set(owners), key=lambda row: row.code)
    place = {row.code: position for position, row in enumerate(kept)}
    rows = sorted(set(entries), key=lambda row: (row.code, row.label, row.ogr))
    lost = sorted({row.code for row in rows if row.code not in place})
    if lost or not rows:
        raise PasserellesError("resolve_no_label", codes=", ".join(lost[:_SHOWN]) or "-")
    lexicon = Lexicon(pack)
    owner = np.asarray([place[row.code] for row in rows], dtype=np.int64)
    pairs = [gender_forms(row.label, pack=pack) for row in rows]
    forms = tuple(lexicon.stems(masculine) for masculine, _ in pairs)
    families = tuple(lexicon.roots(form) for form in forms)
    heads, head_of, head_share = _heads(forms, owner, len(kept))
    family_field = fit_field([Counter(terms) for terms in families])[0]
    return assemble(
        Fitted(
            pack=pack,
            codes=tuple(row.code for row in kept),
            labels=tuple(row.label for row in kept),
            entries=tuple(rows),
            owner=owner,
            stems=forms,
            written=tuple(_written(row.label, pair, pack) for row, pair in zip(rows, pairs, strict=True)),
            gendered=tuple(masculine != feminine for masculine, feminine in pairs),
            family_sets=tuple(frozenset(terms) for terms in families),
            letters=fit_letters([Counter(form) for form in forms], shortest=2, longest=4),
            stem_field=fit_field([Counter(form) for form in forms])[0],
            family_field=family_field,
            heads=heads,
            head_of=head_of,
            head_share=head_share,
            texts=read_texts(kept, families, owner, lexicon=lexicon, field=family_field, dimensions=dimensions),
        )
    )


def assemble(fitted: Fitted) -> TitleIndex:
    """Return the index with all that follows from what was fitted."""
    family_field = fitted.family_field
    weights = dict(zip(family_field.vocabulary, family_field.idf.tolist(), strict=True))
    groups: dict[str, int] = {}
    return TitleIndex(
        pack=fitted.pack,
        codes=fitted.codes,
        labels=fitted.labels,
        entries=fitted.entries,
        owner=fitted.owner,
        starts=np.searchsorted(fitted.owner, np.arange(len(fitted.codes) + 1)),
        exact=MappingProxyType(_lookup(fitted.written, fitted.gendered)),
        same=MappingProxyType(_alike(fitted.stems)),
        stems=fitted.stems,
        texts=tuple(" ".join(form) for form in fitted.stems),
        written=fitted.written,
        family_sets=fitted.family_sets,
        told=tuple(sum(sorted(weights[term] for term in terms)) or 1.0 for terms in fitted.family_sets),
        letters=fitted.letters,
        stem_field=fitted.stem_field,
        family_field=family_field,
        heads=fitted.heads,
        head_of=fitted.head_of,
        head_share=fitted.head_share,
        groups=np.asarray([groups.setdefault(c[:_GROUP_SIGNS], len(groups)) for c in fitted.codes], dtype=np.int64),
        documents=fitted.texts.documents,
        covers=fitted.texts.covers,
        meaning=fitted.texts.meaning,
        vocabulary=frozenset(word for spelled in fitted.written for form in spelled for word in form.split()),
        weights=weights,
        unknown=float(family_field.idf.max(initial=1.0)),
    )


def _written(label: str, pair: tuple[str, str], pack: LanguagePack) -> tuple[str, ...]:
    """Normalised forms: masculine, whole label, feminine last; one of each."""
    forms = {" ".join(joined_words(form, pack)): None for form in dict.fromkeys((pair[0], label))}
    if pair[1] == pair[0]:
        return tuple(forms)
    other = " ".join(joined_words(pair[1], pack))
    return (*forms, other) if other not in forms else tuple(forms)


def _lookup(written: Sequence[tuple[str, ...]], gendered: Sequence[bool]) -> dict[str, tuple[tuple[int, bool], ...]]:
    found: dict[str, dict[int, bool]] = {}
    for place, (forms, two) in enumerate(zip(written, gendered, strict=True)):
        for form in forms:
            if form:
                found.setdefault(form, {})[place] = two and form == forms[-1]
    return {form: tuple(places.items()) for form, places in found.items()}


def _alike(forms: Sequence[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    same: dict[str, list[int]] = {}
    for position, form in enumerate(forms):
        if form:
            same.setdefault(" ".join(form), []).append(position)
    return {form: tuple(positions) for form, positions in same.items()}


def _heads(
    forms: Sequence[tuple[str, ...]], owner: IntArray, n_owners: int
) -> tuple[Field, IntArray, sparse.csr_array]:
    positions: dict[str, int] = {}
    firsts = [form[0] if form else "" for form in forms]
    head_of = np.asarray([positions.setdefault(first, len(positions)) for first in firsts], dtype=np.int64)
    field = fit_letters([{head: 1} for head in positions], shortest=2, longest=5)
    sizes = np.bincount(owner, minlength=n_owners).astype(np.float32)
    weights = (1.0 / (sizes[owner] + 1.0)).astype(np.float32)
    share = sparse.csr_array((weights, (head_of, owner)), shape=(len(positions), n_owners))
    share.sum_duplicates()
    return field, head_of, share
