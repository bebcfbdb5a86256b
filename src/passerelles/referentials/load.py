"""`load_referential`: recognise the format at a name or path, and read it; a compiled index is opened."""

import logging
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial
from itertools import starmap
from operator import attrgetter, methodcaller
from pathlib import Path
from time import perf_counter
from typing import Any, Final, get_args, overload

from pydantic import TypeAdapter

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.installed import extensions
from passerelles.io.archive import FileSource
from passerelles.model import Competency, CompetencyKind, Credential, JobTitle, Mobility, Provenance
from passerelles.notices import Notice
from passerelles.referentials.draft import refuse_unusable
from passerelles.referentials.own_tables import open_tables
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Reader, Referential
from passerelles.referentials.rome import ROME3, ROME4
from passerelles.referentials.table import TABLE
from passerelles.referentials.taxonomies import ESCO, ONET
from passerelles.sharing import cached_property, no_collection
from passerelles.store import Arrays, Index, is_index, open_index, pack_table

DOCUMENT: Final = "referential.json"
# Numbers of competencies, and of occupations, up to which reading rows one by one is faster than the whole table.
_FEW, _FEW_OCCUPATIONS = 2000, 100
_PLAIN: Final = ("name", "version", "language", "access")
_CHECKED: Final = ("kind", "scope", "ground")
_Exercised = namedtuple("_Exercised", "occupation context")  # noqa: PYI024 - read back as any row is
_Filed = namedtuple("_Filed", "occupation tag principal")  # noqa: PYI024
# Tables that are kept in columns, with the kind of their rows; the rest is small, and is JSON.
_LINKS: Final = {"occupation_contexts": _Exercised, "occupation_tags": _Filed}
_ROWS: Final[Mapping[str, Any]] = {
    name: _LINKS.get(name) or get_args(Referential.__annotations__[name])[0]
    for name in (
        *("occupations", "competencies", "requirements", "titles", "contexts", "occupation_contexts", "tags"),
        *("occupation_tags", "domains", "mobilities", "credential_requirements", "occupation_access"),
    )
}
# Columns whose words are few: what compares them could not go on with another.
_WORDS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    name: {word: frozenset(get_args(kind.__annotations__[word])) for word in _CHECKED if word in kind.__match_args__}
    for name, kind in _ROWS.items()
}


def pack_referential(referential: Referential, arrays: Arrays) -> dict[str, Any]:
    """Turn a referential into a document and arrays of an index."""
    columns = {name: kind.__match_args__ for name, kind in _ROWS.items()}
    rows = {name: getattr(referential, name) for name in _ROWS}
    rows["occupations"] = [*map(attrgetter(*columns["occupations"]), referential.occupations)]
    return {name: getattr(referential, name) for name in _PLAIN} | {
        "removed": referential.removed,
        "provenance": asdict(referential.provenance),
        "credentials": [asdict(c) for c in referential.credentials],
        "notices": [(n.code, n.file, n.line, n.values, n.count) for n in referential.notices],
        "tables": {name: pack_table(name, columns[name], rows[name], arrays) for name in _ROWS},
    }


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


def _values_of(index: Index, name: str, rows: Iterable[Sequence[Any]]) -> tuple[Any, ...]:
    """Rows of a table as values of their kind; words that no reader produces mean a damaged index."""
    values = tuple(starmap(_ROWS[name], rows))
    for column, known in _WORDS[name].items():
        if not {getattr(value, column) for value in values} <= known:
            index.damaged(f"{name}.{column}")
    return values


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

    def titles_in(self, occupation: str) -> tuple[JobTitle, ...]:
        """As `Referential.titles_in`, without reading those of other occupations."""
        titles = self._about("titles", "occupation", occupation)
        return super().titles_in(occupation) if titles is None else titles

    def moves_from(self, origin: str) -> Mapping[str, Mobility]:
        """As `Referential.moves_from`, without reading those from other fiches."""
        moves = self._about("mobilities", "origin", origin)
        return super().moves_from(origin) if moves is None else {move.target: move for move in moves}

    def _about(self, table: str, column: str, code: str) -> Any:
        """Rows of a table about one occupation; None where many were asked about, for whom all are read faster."""
        cache: dict[str, tuple[Any, ...]] = self.derived(("about", table), dict)
        if self.index is not None and code not in cache and len(cache) < _FEW_OCCUPATIONS:
            rows = self.index.rows_of(self._document["tables"][table], column, code)
            cache[code] = _values_of(self.index, table, rows)
        return cache.get(code)

    @property
    def _document(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = self._index.document(DOCUMENT)
        return document

    def read(self, name: str) -> tuple[Any, ...]:
        """Read a table whole; values that no reader produces mean a damaged index."""
        rows = _values_of(self._index, name, self._index.rows(self._document["tables"][name]))
        if name == "occupations" and None in {row.code for row in rows}:
            self._index.damaged(f"{name}.code")
        if name == "titles" and not {row.occupation for row in rows} <= self.occupation_by_code.keys():
            self._index.damaged(f"{name}.occupation")
        return rows


for _name in _ROWS:
    _table = cached_property(methodcaller("read", _name))
    _table.__set_name__(IndexedReferential, _name)
    setattr(IndexedReferential, _name, _table)


class SomeCompetencies(Sequence[Competency]):
    """
    The competencies of an index in the rows that one of its arrays names; it equals, and pickles as, a tuple of them.

    A few are read one by one as they are asked for, so that one answer does not take the memory of all; all are when
    somebody goes through them, or asks for many.
    """

    def __init__(self, referential: IndexedReferential, rows: str) -> None:
        self._all = referential
        self._index, self._table = referential._index, referential._document["tables"]["competencies"]  # noqa: SLF001
        self._rows = self._index.positions(rows, self._table["rows"]).tolist()
        self._read: dict[int, Competency] = {}

    def kinds(self) -> list[tuple[CompetencyKind, str]]:
        """Kind and category of each; nothing else of them is read."""
        rows = list(self._index.rows(self._table, "kind", "category"))
        if not {kind for kind, _ in rows} <= _WORDS["competencies"]["kind"]:
            self._index.damaged("competencies.kind")
        return [rows[row] for row in self._rows]

    def __reduce__(self) -> tuple[Any, ...]:
        return (tuple, (tuple(self),))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == other  # another of these answers in its turn

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Competency]:
        return map(self._all.competencies.__getitem__, self._rows)

    @overload
    def __getitem__(self, column: int) -> Competency: ...
    @overload
    def __getitem__(self, column: slice) -> tuple[Competency, ...]: ...
    def __getitem__(self, column: int | slice) -> Competency | tuple[Competency, ...]:
        if isinstance(column, slice):
            return tuple(self)[column]
        competency = self._read.get(column)
        if competency is None and len(self._read) < _FEW:
            (competency,) = _values_of(self._index, "competencies", [self._index.row(self._table, self._rows[column])])
            self._read[column] = competency
        return competency or self._all.competencies[self._rows[column]]


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
