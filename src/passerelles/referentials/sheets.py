"""The project's tables as people keep them: folder, zip or workbook; sheets, heads and words in either language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from passerelles.errors import PasserellesError
from passerelles.io.archive import FileSource, Member, open_source, read_file
from passerelles.io.xlsx import DamagedWorkbookError, is_workbook, open_workbook
from passerelles.language.say import LANGS, Lang, sentences
from passerelles.text import normalise_label

MANIFEST: Final = "manifest.toml"
RULES: Final = "rules"  # a sheet for people: nothing is read from it
_BOOKS: Final = (".xlsx", ".xlsm")
_TABLES: Final = (".csv", ".toml")
_HEAD_AS_IS: Final = frozenset({"note", "comment", "commentaire", "remarque"})


@cache
def heads() -> Mapping[str, str]:
    """
    Name of the column that each head stands for, by its normalised words, in whichever language it is written.

    Examples
    --------
    >>> heads()["libelle"], heads()["hours low"]
    ('label', 'hours_low')
    """
    found = {
        normalise_label(written): key
        for lang in LANGS
        for key, written in _words("head", lang).items()
        if key not in _HEAD_AS_IS
    }
    return MappingProxyType({**{normalise_label(key): key for key in set(found.values())}, **found})


@cache
def fields() -> Mapping[str, str]:
    """Name of the field of a manifest that a cell names, by its normalised words."""
    found = {normalise_label(text): key for lang in LANGS for key, text in _words("field", lang).items()}
    return MappingProxyType({**{normalise_label(key): key for key in set(found.values())}, **found})


@cache
def table_names() -> Mapping[str, str]:
    """Name of the table, without ``.csv``, that a sheet or file stands for, by its normalised words."""
    found = {normalise_label(text): key for lang in LANGS for key, text in _words("sheet", lang).items()}
    return MappingProxyType({**{normalise_label(key): key for key in set(found.values())}, **found})


def sheet_title(table: str, lang: Lang) -> str:
    """Return what the sheet of a table is called."""
    return _words("sheet", lang)[table]


def _words(section: str, lang: Lang) -> dict[str, str]:
    start = f"{section}."
    return {k.removeprefix(start): v for k, v in sentences("tables", lang=lang).items() if k.startswith(start)}


def choices(known: Mapping[str, object], lang: Lang) -> tuple[str, ...]:
    """
    Words of a coded column for a drop-down list, one a meaning; of the words of each, English comes first, then French.

    Examples
    --------
    >>> choices({"": "a", "add": "a", "ajouter": "a", "remove": "r", "retirer": "r"}, "fr")
    ('ajouter', 'retirer')
    """
    by_meaning: dict[object, list[str]] = {}
    for word, meaning in known.items():
        if word:
            by_meaning.setdefault(meaning, []).append(word)
    place = 0 if lang == "en" else 1
    return tuple(words[min(place, len(words) - 1)] for words in by_meaning.values())


def open_tables(place: str | Path) -> FileSource:
    """
    Open a folder, a zip or a workbook of tables; each sheet of a workbook stands for the file of its table.

    Raises
    ------
    PasserellesError
        If nothing is there, or it cannot be read; see `passerelles.io.archive.open_source`.
    """
    path = Path(place)
    try:
        a_file = path.is_file()
    except OSError:
        a_file = False
    if a_file and path.suffix.casefold() in _BOOKS:
        return FileSource(path, _sheets(read_file(path), Member(path.name, ""), path))
    source = open_source(path)
    books = [m for m in source.members if m.name.casefold().endswith(_BOOKS)]
    if len(books) == 1 and not any(name.casefold().endswith(_TABLES) for name in source.names):
        members = _sheets(source.read(books[0].name), books[0], path)
        known = {MANIFEST, *(f"{table}.csv" for table in table_names().values())}
        return FileSource(path, members) if any(m.name in known for m in members) else source
    return FileSource(path, tuple(sorted(m._replace(name=_named(m.name)) for m in source.members)))


def _sheets(data: bytes, book: Member, place: Path) -> tuple[Member, ...]:
    try:
        if not is_workbook(data):
            raise PasserellesError("not_folder_nor_zip", path=place)
        titles = open_workbook(data).sheets
    except DamagedWorkbookError as error:
        raise PasserellesError("unreadable_path", path=place, reason=error) from error
    found = [book._replace(name=_named(f"{title}.csv"), sheet=title) for title in titles]
    return tuple(sorted(member for member in found if member.name != f"{RULES}.csv"))


def _named(name: str) -> str:
    """Name of the table that a file or a sheet stands for; its own where it is none of the format."""
    stem, dot, ending = name.rpartition(".")
    table = table_names().get(normalise_label(stem)) if dot and ending.casefold() == "csv" else None
    return name if table is None else MANIFEST if table == "manifest" else f"{table}.csv"
