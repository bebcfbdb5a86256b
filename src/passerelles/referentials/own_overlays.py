"""A person's own overlays and referentials: an empty form to fill in; installed by name, listed, removed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from passerelles.codes import looks_like_code
from passerelles.errors import PasserellesError, ReferentialError
from passerelles.io.archive import FileSource, zipped
from passerelles.io.atomic import make_folder, write_whole
from passerelles.language.say import Lang, say, sentences
from passerelles.model import day_of
from passerelles.referentials import table_format
from passerelles.referentials.credentials import DEFAULT
from passerelles.referentials.draft import Draft
from passerelles.referentials.load import read_at
from passerelles.referentials.places import Kind, Origin, bundled, home, installed, known, named_place, place_of
from passerelles.referentials.referential import Referential, apply_overlay
from passerelles.referentials.table_format import CODED, DECLARED, RULES, SCHEMAS, OwnTables, Schema
from passerelles.text import words
from passerelles.views.excel import BookPage, Help, write_workbook

_KINDS: Final[tuple[Kind, ...]] = ("overlay", "referential")
_LISTED_ROWS: Final = 1000  # of a sheet that have drop-down lists


def write_form(
    name: str, output: Path, *, schema: Schema = "overlay", base: tuple[str, str] | None = None, lang: Lang = "fr"
) -> None:
    """
    Write an empty workbook for a referential or an overlay, ready to fill in.

    Parameters
    ----------
    name
        Name under which people will ask for it.
    output
        Workbook to write.
    schema
        ``"overlay"``, or ``"table"`` for a whole referential.
    base
        Name and version of the referential that an overlay is written for.
    lang
        Language of sheets, heads and words; reading understands both.

    Raises
    ------
    PasserellesError
        If the name is none, is taken by what is embedded, the output is named as another file, or cannot be written.
    """
    if Path(output).suffix.casefold() != ".xlsx":
        raise PasserellesError("form_output", path=output)
    if Path(output).exists():
        raise PasserellesError("write_new", path=output)
    _refuse_unfit(name)
    if named_place(name, "overlay") is not None or named_place(name, "referential") is not None:
        raise PasserellesError("name_taken", name=name)
    pages = [_about(name, schema, base, lang)]
    pages += [_page(table, columns, schema, lang) for table, columns in table_format.sheets_of(schema).items()]
    write_workbook([*pages, _rules(table_format.sheets_of(schema), lang)], output)


def manifest_page(stated: Mapping[str, str], lang: Lang) -> BookPage:
    """Return the sheet of a workbook that holds the fields of a manifest."""
    texts = sentences("tables", lang=lang)
    words = {written: texts[f"schema.{schema}"] for schema, written in SCHEMAS.items()}
    shown = {key: words.get(value, value) if key == "schema" else value for key, value in stated.items()}
    rows = [[texts.get(f"field.{key}", key), value] for key, value in shown.items()]
    heads = [say(f"tables.field.{key}", lang=lang) for key in ("field", "value")]
    return BookPage(table_format.sheet_title("manifest", lang), heads, rows, ["text", "text"])


def _about(name: str, schema: Schema, base: tuple[str, str] | None, lang: Lang) -> BookPage:
    fields = ("schema", "name", "version", "title", "date", "language", "licence", "source", "description")
    stated = dict.fromkeys(fields, "") | {"schema": SCHEMAS[schema], "name": name, "version": "1.0.0", "language": lang}
    stated["date"] = day_of().isoformat()
    stated["description"] = say("tables.form.described", lang=lang)
    if schema == "overlay":
        stated |= {"credentials": DEFAULT} | ({"base": base[0], "base_version": base[1]} if base else {})
    return manifest_page(stated, lang)


def form_page(
    table: str,
    title: str,
    head: Sequence[str],
    keys: Sequence[str],
    rows: Sequence[Sequence[str]],
    lang: Lang,
    *,
    schema: Schema = "overlay",
) -> BookPage:
    """Return a sheet of rows with the rules and drop-down lists of a form; `keys` name the columns of `head`."""
    sheets = table_format.sheets_of(schema)
    helps = {
        place: Help(_rule(table, key, sheets, lang), _choices(table, key, sheets, lang))
        for place, key in enumerate(keys)
    }
    return BookPage(title, head, rows, ["text"] * len(head), helps=helps, open_rows=max(_LISTED_ROWS, len(rows)))


def _page(table: str, columns: str, schema: Schema, lang: Lang) -> BookPage:
    keys = [key.rstrip("*") for key in columns.split()]
    examples = DECLARED["examples"] | (DECLARED["whole_examples"] if schema == "table" else {})
    if example := dict(examples.get(table, {}).get(lang, {})):
        example[keys[0]] = f"{say('tables.form.example', lang=lang)} {example[keys[0]]}"
    rows = [[example.get(key, "") for key in keys]] if example else []
    heads = [say(f"tables.head.{key}", lang=lang) for key in keys]
    page = form_page(table, table_format.sheet_title(table, lang), heads, keys, rows, lang, schema=schema)
    return replace(page, faint=bool(rows))


def _choices(table: str, key: str, sheets: Mapping[str, str], lang: Lang) -> tuple[str, ...]:
    """Words of a coded column, or the cells of the sheet that declares its codes."""
    if words := _words(table, key, lang):
        return words
    declared = next((name for name in DECLARED["declared"].get(key, ()) if name in sheets), None)
    return () if declared is None else (f"='{table_format.sheet_title(declared, lang)}'!$A$2:$A${_LISTED_ROWS + 1}",)


def _words(table: str, key: str, lang: Lang) -> tuple[str, ...]:
    meanings = CODED.get(f"{table}.{key}") or CODED.get(key) or {}
    if (table, key) == ("credential_requirements", "action"):  # an occupation has a credential or has it not
        meanings = {word: does for word, does in meanings.items() if does != "set"}
    return table_format.choices(meanings, lang)


def _rule(table: str, key: str, sheets: Mapping[str, str], lang: Lang) -> str:
    rules = sentences("tables", lang=lang)
    whole = ["whole"] if "occupations" in sheets else []  # a referential of its own has no fiche to start from
    flag = ["rule.flag"] if DECLARED["coded"].get(key) == "yes_no" else []
    sections = [f"{section}.{name}" for section in (*whole, "rule") for name in (f"{table}_{key}", key)]
    return next((rules[name] for name in (*sections, *flag, f"head.{key}") if name in rules), key)


def _rules(sheets: Mapping[str, str], lang: Lang) -> BookPage:
    """All rules on one sheet, with which columns are needed and the words admitted."""
    rows: list[Sequence[str]] = [["", "", "", say("tables.form.any", lang=lang), ""]]
    for table, columns in sheets.items():
        for column in columns.split():
            key = column.rstrip("*")
            needed = say("tables.form.needed", lang=lang) if column.endswith("*") else ""
            words, head = ", ".join(_words(table, key, lang)), say(f"tables.head.{key}", lang=lang)
            rows.append([table_format.sheet_title(table, lang), head, needed, _rule(table, key, sheets, lang), words])
    heads = [say(f"tables.form.{name}", lang=lang) for name in ("sheet", "column", "needed", "rule", "words")]
    return BookPage(table_format.sheet_title(RULES, lang), heads, rows, ["text"] * 5)


class NamedSource(NamedTuple):
    """An overlay or referential that has a name: what it is, its name, and where it comes from."""

    kind: Kind
    name: str
    origin: Origin


def named_sources() -> list[NamedSource]:
    """
    Return the overlays and referentials that have a name.

    Examples
    --------
    >>> NamedSource("overlay", "enseignement-conduite", "embedded") in named_sources()
    True
    """
    return [NamedSource(kind, name, origin) for kind in _KINDS for name, origin, _ in known(kind)]


def kind_of(place: Path) -> Kind:
    """Whether tables are a referential, as their manifest says; else they are taken for an overlay."""
    stated = OwnTables(table_format.open_tables(place), Draft()).fields().get("schema")
    return "referential" if stated == SCHEMAS["table"] else "overlay"


def base_of(name_or_path: str | Path) -> str | None:
    """Name of the referential that an overlay says it was written for; None where it says none."""
    stated = OwnTables(table_format.open_tables(place_of(name_or_path, "overlay")), Draft()).fields().get("base")
    return stated if isinstance(stated, str) else None


def install(place: Path, base: Referential, *, replace: bool = False, accept_errors: bool = False) -> NamedSource:
    """
    Keep a copy of an overlay or referential under the name that its manifest gives.

    Parameters
    ----------
    place
        Folder, zip or workbook.
    base
        What an overlay is checked on.
    replace
        Whether what is kept under that name goes.
    accept_errors
        Whether one in which reading finds errors is kept all the same.

    Raises
    ------
    PasserellesError
        If the name is none, is taken, or cannot be written.
    ReferentialError
        If reading finds errors.
    """
    source = table_format.open_tables(place)
    kind = kind_of(place)
    if kind == "overlay":
        laid = apply_overlay(base, place)
        name = laid.provenance.laid[-1].name
        issues = laid.notices_of(source.place)
    else:
        read = read_at(place)
        name, issues = read.name, read.notices
    errors = [n for n in issues if n.severity == "error"]
    if errors and not accept_errors:
        raise ReferentialError("overlay_refused", issues=errors, first="", name=name, n=len(errors), place=place)
    _refuse_unfit(name)
    existing = installed(kind).get(name)
    if name in bundled(kind) or (existing is not None and not replace):
        raise PasserellesError("name_taken", name=name)
    data, ending = _file_bytes(source)
    make_folder(home(kind))
    target = home(kind) / f"{name}{ending}"
    write_whole(target, data)
    if existing is not None and existing != target:
        existing.unlink()
    return NamedSource(kind, name, "installed")


def _refuse_unfit(name: str) -> None:
    """Refuse a name that could not be a file's, or would have to be quoted in a command."""
    if not looks_like_code(name) or "/" in name:
        raise PasserellesError("name_unfit", name=name, plain="-".join(words(name)) or "branche")


def remove(name: str) -> list[NamedSource]:
    """
    Remove what was installed under a name.

    Raises
    ------
    PasserellesError
        If nothing was.
    """
    matches = [(kind, path) for kind in _KINDS if (path := installed(kind).get(name)) is not None]
    if not matches:
        names = ", ".join(n for kind in _KINDS for n in installed(kind)) or "–"
        raise PasserellesError("not_installed", name=name, known=names)
    for _, path in matches:
        path.unlink()
    return [NamedSource(kind, name, "installed") for kind, _ in matches]


def _file_bytes(source: FileSource) -> tuple[bytes, str]:
    """Bytes of a workbook or zip as they are; of a folder, a zip of its files."""
    if source.place.is_file():
        ending = ".xlsx" if any(member.sheet for member in source.members) and not source.archives else ".zip"
        return source.place.read_bytes(), ending
    return zipped(source), ".zip"
