"""`load_referential`: recognise the format at a name or path, and read it; a compiled index is opened."""

import logging
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Final

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.installed import extension_errors, extensions
from passerelles.io.archive import FileSource
from passerelles.io.csv import file_record
from passerelles.referentials.draft import refuse_unusable
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Reader, Referential, checksum, open_referential
from passerelles.referentials.rome import ROME3, ROME4
from passerelles.referentials.table import TABLE
from passerelles.referentials.table_format import open_tables
from passerelles.referentials.taxonomies import ESCO, ONET
from passerelles.sharing import no_collection
from passerelles.store import is_index

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
    >>> from passerelles import load_referential
    >>> load_referential("transitions").occupation_by_code["K2110"].label
    'Enseignant / Enseignante de la conduite et de la sécurité routière'
    """
    referential = read_at(place_of(source, "referential"))
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
    for ours in READERS:
        if ours.recognise(source):
            return ours
    reader: Reader
    for name, reader in extensions("readers").items():
        with extension_errors("readers", name):
            if reader.recognise(source):
                return reader
    raise ReferentialError("unknown_format", path=source.place, files=", ".join(source.names[:5]))


def read_at(place: Path) -> Referential:
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
    reader = recognise(source)
    with no_collection():
        try:
            referential = reader.read(source)
            return referential if reader in READERS else _with_files(referential, source)
        except Exception as error:
            if reader in READERS or isinstance(error, PasserellesError | OSError):
                raise
            reason = f"{type(error).__name__}: {error}"
            raise ReferentialError("reader_failed", path=source.place, name=reader.name, reason=reason) from error


def _with_files(referential: Referential, source: FileSource) -> Referential:
    """Return it with the checksum of all files there, where its reader keeps no record of those that it read."""
    about = referential.provenance
    if about.sha256:
        return referential
    files = tuple(file_record(name, source.read(name), "") for name in source.names)
    return replace(referential, provenance=replace(about, files=files, sha256=checksum(files)))
