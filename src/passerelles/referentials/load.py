"""`load_referential`: recognise the format at a name or path, and read it; a compiled index is opened."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, astuple, fields
from functools import partial
from itertools import starmap
from operator import methodcaller
from pathlib import Path
from time import perf_counter
from typing import Any, Final, get_args

from pydantic import TypeAdapter

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.installed import extensions
from passerelles.io.archive import FileSource
from passerelles.model import Credential, Provenance
from passerelles.notices import Notice
from passerelles.referentials.draft import refuse_unusable
from passerelles.referentials.own_tables import open_tables
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Reader, Referential
from passerelles.referentials.rome import ROME3, ROME4
from passerelles.referentials.table import TABLE
from passerelles.referentials.taxonomies import ESCO, ONET
from passerelles.sharing import cached_property, no_collection
from passerelles.store import Index, is_index, open_index

DOCUMENT: Final = "referential.json"
_TABLE: Final = "referential.{}.json"
_PLAIN: Final = ("name", "version", "language", "access")
_CHECKED: Final = ("kind", "scope", "ground")
_LINKS: Final = ("occupation_contexts", "occupation_tags")  # rows without a kind of their own
# Tables, with the kind of their rows: each is a document; the rest is small, and is one together.
_ROWS: Final[Mapping[str, Any]] = {
    name: tuple if name in _LINKS else get_args(Referential.__annotations__[name])[0]
    for name in (
        *("occupations", "competencies", "requirements", "titles", "contexts", "occupation_contexts", "tags"),
        *("occupation_tags", "domains", "mobilities", "credential_requirements", "occupation_access"),
    )
}
# Columns whose words are few: what compares them could not go on with another.
_WORDS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    name: {word: frozenset(get_args(kind.__annotations__[word])) for word in _CHECKED if word in kind.__annotations__}
    for name, kind in _ROWS.items()
    if name not in _LINKS
}


def pack_referential(referential: Referential) -> dict[str, Any]:
    """Turn a referential into documents of an index, by name."""
    rows = {name: getattr(referential, name) for name in _ROWS}
    rows["occupations"] = [*map(astuple, referential.occupations)]
    about = {name: getattr(referential, name) for name in _PLAIN} | {
        "removed": referential.removed,
        "provenance": asdict(referential.provenance),
        "credentials": [asdict(c) for c in referential.credentials],
        "notices": [(n.code, n.file, n.line, n.values, n.count) for n in referential.notices],
    }
    return {DOCUMENT: about, **{_TABLE.format(name): table for name, table in rows.items()}}


def open_referential(place: Path, *, seal: str | None = None) -> "IndexedReferential":
    """
    Open the referential of a compiled index.

    Parameters
    ----------
    place
        Folder or file of the index.
    seal
        Seal that it must have: what another process knew it by. None = any.

    Raises
    ------
    PasserellesError
        If the index is damaged, of another version, may not be read, or has another seal.
    """
    index = open_index(place)
    if seal is not None and index.seal != seal:
        raise PasserellesError("index_changed", path=place)
    return IndexedReferential.of(index)


class IndexedReferential(Referential):
    """A `Referential` whose tables lie in a compiled index; it equals the one that was compiled."""

    _index: Index

    @classmethod
    def of(cls, index: Index) -> "IndexedReferential":
        """Return the referential of an open index."""
        about = index.document(DOCUMENT)
        referential = object.__new__(cls)
        provenance = TypeAdapter(Provenance).validate_python(about["provenance"])
        plain = {name: about[name] for name in _PLAIN} | {"removed": tuple(map(tuple, about["removed"]))}
        vars(referential).update(plain, _index=index, provenance=provenance)
        return referential

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the place alone: another process opens the same index, and shares its memory."""
        if self.index is None:  # made by `dataclasses.replace`: the tables are its own
            return (Referential, tuple(getattr(self, f.name) for f in fields(self)))
        return (partial(open_referential, seal=self.index.seal), (self.index.place,))

    def __eq__(self, other: object) -> bool:
        """Compare the tables, whichever way they are kept."""
        if not isinstance(other, Referential):
            return NotImplemented
        return all(getattr(self, f.name) == getattr(other, f.name) for f in fields(self) if f.compare)

    def __hash__(self) -> int:
        """Hash as the referential that was compiled does."""
        return hash(tuple(getattr(self, f.name) for f in fields(self) if f.compare))

    @property
    def index(self) -> Index | None:
        """The index that the tables lie in."""
        return vars(self).get("_index")

    @cached_property
    def credentials(self) -> tuple[Credential, ...]:
        """Credentials, by code."""
        return TypeAdapter(tuple[Credential, ...]).validate_python(self._document["credentials"])

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """What reading the source found."""
        rows = self._document["notices"]
        return tuple(Notice(code, file, line, tuple(map(tuple, v)), count) for code, file, line, v, count in rows)

    @property
    def _document(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = self._index.document(DOCUMENT)
        return document

    def read(self, name: str) -> tuple[Any, ...]:
        """Read a table; words that no reader produces mean a damaged index."""
        with no_collection():
            written = self._index.document(_TABLE.format(name), keep=False)
            one: dict[str, str] = {}  # object for all equal texts: kinds and categories come tens of thousands of times
            written = [[one.setdefault(c, c) if type(c) is str else c for c in row] for row in written]
            rows: tuple[Any, ...] = (
                tuple(map(tuple, written)) if name in _LINKS else tuple(starmap(_ROWS[name], written))
            )
        for column, known in _WORDS.get(name, {}).items():
            if not {getattr(row, column) for row in rows} <= known:
                self._index.damaged(f"{name}.{column}")
        if name == "titles" and not {row.occupation for row in rows} <= self.occupation_by_code.keys():
            self._index.damaged(f"{name}.occupation")
        return rows


for _name in _ROWS:
    _table = cached_property(methodcaller("read", _name))
    _table.__set_name__(IndexedReferential, _name)
    setattr(IndexedReferential, _name, _table)


_LOG: Final = logging.getLogger(__name__)
# Tried in this order, then those that installed packages add.
READERS: Final = (TABLE, ROME3, ROME4, ESCO, ONET)


def load_referential(source: str | Path = "transitions", *, strict: bool = False) -> Referential:
    """
    Load a referential.

    Parameters
    ----------
    source
        Name of an embedded referential (``"transitions"``), of a downloaded one (``"rome"``), of one that was
        installed or that a package carries, or path of a folder, zip or workbook. The format is recognised: ROME 4
        CSV, ROME 3 CSV, the ESCO classification, the O*NET database, the project's own tables, or an index that
        ``passerelles compile`` wrote.
    strict
        Refuse a referential in which reading found an error (see the notice catalogue). By default what can be
        kept is kept, and `Referential.notices` says what was found.

    Raises
    ------
    ReferentialError
        If a file without which there is no referential is missing or unreadable, if the format is not recognised,
        or if `strict` and there are errors; `issues` lists them.
    PasserellesError
        If there is nothing of that name or at that path, or it may not be read.

    Examples
    --------
    >>> load_referential("transitions").occupation_by_code["K2110"].label
    'Enseignant / Enseignante de la conduite et de la sécurité routière'
    """
    referential = read_place(place_of(source, "referential"))
    errors = [n for n in referential.notices if n.severity == "error"]
    if strict and errors:
        raise ReferentialError("strict_refusal", issues=errors, n=len(errors), path=source, first=errors[0].what("en"))
    return referential


def recognise(source: FileSource) -> Reader:
    """
    Return the reader of the format of a folder or zip.

    Raises
    ------
    ReferentialError
        If it is none that the package reads.
    """
    readers = (*READERS, *extensions("readers").values())
    reader: Reader | None = next((reader for reader in readers if reader.recognise(source)), None)
    if reader is None:
        raise ReferentialError("unknown_format", path=source.place, files=", ".join(source.names[:5]))
    return reader


def read_place(place: Path) -> Referential:
    """Read the referential at a path: a compiled index is opened, all else is read; see `load_referential`."""
    return open_referential(place) if is_index(place) else read_source(open_tables(place))


def read_source(source: FileSource) -> Referential:
    """Read a folder or zip with the reader of its format; see `load_referential` for what is raised."""
    started = perf_counter()
    referential = read_anyway(source)
    seconds = perf_counter() - started
    _LOG.info("%s read in %.1f s, %d notices", source.place.name, seconds, len(referential.notices))
    refuse_unusable(referential.notices, source.place)
    return referential


def read_anyway(source: FileSource) -> Referential:
    """Read a folder or zip that may be incomplete: what is missing is a notice, as all else is."""
    with no_collection():
        return recognise(source).read(source)
