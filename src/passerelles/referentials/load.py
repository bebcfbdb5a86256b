"""`load_referential`: recognise what a name or a path holds, and read it with the reader of that format."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.files.source import FileSource, open_source
from passerelles.referentials.bundled import bundled_names, bundled_path
from passerelles.referentials.cache import cached_names, cached_path
from passerelles.referentials.manifest import FILE_NAME
from passerelles.referentials.referential import Referential
from passerelles.referentials.rome3 import read_rome3
from passerelles.referentials.rome4 import read_rome4
from passerelles.referentials.rome_files import find_rome_files
from passerelles.referentials.table import REQUIRED as TABLE_FILES
from passerelles.referentials.table import read_table_referential

# Kinds of file that one generation of ROME has and the other has not.
_ONLY_ROME4: Final = frozenset(
    {"referentiel_savoir", "referentiel_contexte_travail", "rubrique_mobilite", "cr_gd_dp", "item"}
)
_ONLY_ROME3: Final = frozenset({"referentiel_activite", "referentiel_env_travail", "item_arborescence"})
READERS: Final[dict[str, Callable[[FileSource], Referential]]] = {
    "rome4": read_rome4,
    "rome3": read_rome3,
    "table": read_table_referential,
}


def load_referential(source: str | Path = "transitions", *, strict: bool = False) -> Referential:
    """
    Load a referential.

    Parameters
    ----------
    source
        Name of an embedded referential (``"transitions"``), of a downloaded one (``"rome"``), or path of a folder
        or zip. The format is recognised: ROME 4 CSV, ROME 3 CSV, the project's own tables.
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
    'Moniteur / Monitrice de conduite'
    """
    referential = read_source(open_source(find_place(source)))
    errors = [n for n in referential.notices if n.severity == "error"]
    if strict and errors:
        raise ReferentialError("strict_refusal", issues=errors, n=len(errors), path=source, first=errors[0].what("en"))
    return referential


def find_place(source: str | Path) -> Path:
    """
    Folder or zip that a name or a path stands for: embedded, then downloaded, then on disk.

    Raises
    ------
    PasserellesError
        If there is none; the message lists the names that exist.
    """
    name = str(source)
    found = bundled_path(name, "referential") or cached_path(name)
    if found is not None:
        return found
    path = Path(source)
    if not path.exists():
        known = ", ".join((*bundled_names("referential"), *cached_names()))
        raise PasserellesError("no_such_referential", name=name, known=known)
    return path


def recognise(source: FileSource) -> str:
    """
    Return the format of a folder or zip: a key of `READERS`.

    Raises
    ------
    ReferentialError
        If it is none that the package reads.
    """
    if FILE_NAME in source.names or set(TABLE_FILES) & set(source.names):
        return "table"
    kinds = set(find_rome_files(source).by_kind)
    if not kinds:
        raise ReferentialError("unknown_format", path=source.place, files=", ".join(source.names[:5]))
    return "rome4" if len(kinds & _ONLY_ROME4) >= len(kinds & _ONLY_ROME3) else "rome3"


def read_source(source: FileSource) -> Referential:
    """Read a folder or zip with the reader of its format; see `load_referential` for what is raised."""
    referential = READERS[recognise(source)](source)
    if not referential.occupations:
        raise ReferentialError("no_occupations", issues=referential.notices, path=source.place)
    return referential
