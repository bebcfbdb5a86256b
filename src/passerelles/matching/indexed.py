"""The index of titles inside a compiled index: its matrices are mapped, so that processes share them."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from passerelles.files.columns import Packed
from passerelles.files.index import Array, Index
from passerelles.graph.indexed import mapped_matrix, pack_matrix
from passerelles.matching.fields import Field
from passerelles.matching.index import Entry, Fitted, TitleIndex, assemble
from passerelles.matching.meaning import Meaning, Texts
from passerelles.matching.pack import FILE, language_pack
from passerelles.referentials.referential import Referential

DOCUMENT: Final = "titles.json"
_FIELDS: Final = ("letters", "stem_field", "family_field", "heads")
_AXES: Final = ("axes", "owners", "mapping", "titles")  # of the latent space


def pack_titles(index: TitleIndex) -> Packed:
    """Turn an index of titles into the document and the arrays of a compiled index."""
    arrays: dict[str, Array] = {"titles.owner.npy": index.owner, "titles.head_of.npy": index.head_of}
    _pack_lists("stems", [[index.stem_field.vocabulary[t] for t in stems] for stems in index.stems], arrays)
    families = [sorted(index.family_field.vocabulary[t] for t in terms) for terms in index.family_sets]
    _pack_lists("families", families, arrays)
    meaning = index.meaning
    if meaning is not None:
        arrays |= {f"titles.meaning.{name}.npy": getattr(meaning, name) for name in _AXES}
    about = {
        "rules": _rules(index.pack.language),
        "labels": index.labels,
        "entries": [(entry.ogr, entry.label) for entry in index.entries],
        "written": index.written,
        "gendered": [_is_gendered(index, place) for place in range(len(index.entries))],
        "head_share": pack_matrix("titles.head_share", index.head_share, arrays),
        "fields": {name: _pack_field(name, getattr(index, name), arrays) for name in _FIELDS},
        "documents": {name: _pack_field(f"documents.{name}", f, arrays) for name, f in index.documents.items()},
        "covers": {name: pack_matrix(f"titles.covers.{name}", m, arrays) for name, m in index.covers.items()},
        "meaning": None if meaning is None else _pack_field("meaning", meaning.field, arrays),
    }
    return Packed(about, arrays)


def stored_titles(referential: Referential) -> TitleIndex | None:
    """Return the index of titles that a referential's compiled index holds; None where it holds none that serves."""
    index = referential.index
    if index is None or DOCUMENT not in index.manifest["members"]:
        return None
    about = index.document(DOCUMENT, keep=False)
    pack = language_pack(referential.language)
    if about["rules"] != _rules(pack.language):
        return None
    codes = tuple(occupation.code for occupation in referential.occupations)
    owner = index.array("titles.owner.npy")
    rows = zip(about["entries"], owner.tolist(), strict=True)
    fields = {name: _field(index, name, about["fields"][name]) for name in _FIELDS}
    families = _lists(index, "families", fields["family_field"])
    documents = {name: _field(index, f"documents.{name}", f) for name, f in about["documents"].items()}
    covers = {name: mapped_matrix(index, f"titles.covers.{name}", m) for name, m in about["covers"].items()}
    meaning = None
    if about["meaning"] is not None:
        axes = {name: index.array(f"titles.meaning.{name}.npy") for name in _AXES}
        meaning = Meaning(field=_field(index, "meaning", about["meaning"]), **axes)
    return assemble(
        Fitted(
            pack=pack,
            codes=codes,
            labels=tuple(about["labels"]),
            entries=tuple(Entry(ogr, label, codes[place]) for (ogr, label), place in rows),
            owner=owner,
            stems=tuple(map(tuple, _lists(index, "stems", fields["stem_field"]))),
            written=tuple(map(tuple, about["written"])),
            gendered=tuple(about["gendered"]),
            family_sets=tuple(map(frozenset, families)),
            **fields,
            head_of=index.array("titles.head_of.npy"),
            head_share=mapped_matrix(index, "titles.head_share", about["head_share"]),
            texts=Texts(MappingProxyType(documents), MappingProxyType(covers), meaning),
        )
    )


def _is_gendered(index: TitleIndex, place: int) -> bool:
    """Whether the last form of an entry is its other gender form."""
    forms = index.written[place]
    return bool(forms) and dict(index.exact.get(forms[-1], ())).get(place, False)


def _rules(language: str) -> str:
    """Checksum of the rules that titles were read by."""
    return hashlib.sha256((files("passerelles.language") / language / FILE).read_bytes()).hexdigest()


def _pack_field(name: str, field: Field, arrays: dict[str, Array]) -> dict[str, Any]:
    arrays[f"titles.{name}.idf.npy"] = field.idf
    return {"terms": list(field.vocabulary), **pack_matrix(f"titles.{name}", field.columns, arrays)}


def _field(index: Index, name: str, about: Mapping[str, Any]) -> Field:
    vocabulary = {term: column for column, term in enumerate(about["terms"])}
    columns = mapped_matrix(index, f"titles.{name}", about)
    return Field(vocabulary=vocabulary, idf=index.array(f"titles.{name}.idf.npy"), columns=columns)


def _pack_lists(name: str, lists: Sequence[Sequence[int]], arrays: dict[str, Array]) -> None:
    arrays[f"titles.{name}.terms.npy"] = np.asarray([term for some in lists for term in some], dtype=np.int32)
    arrays[f"titles.{name}.ends.npy"] = np.cumsum([len(some) for some in lists], dtype=np.int64)


def _lists(index: Index, name: str, field: Field) -> list[list[str]]:
    terms = list(field.vocabulary)
    flat = [terms[place] for place in index.array(f"titles.{name}.terms.npy").tolist()]
    ends = index.array(f"titles.{name}.ends.npy").tolist()
    return [flat[start:stop] for start, stop in zip([0, *ends], ends, strict=False)]
