"""``manifest.toml``: what a table referential or an overlay says of itself."""

import re
from datetime import date
from typing import Final, NamedTuple

from passerelles.errors import PasserellesError
from passerelles.io.archive import FileSource, parse_toml
from passerelles.io.csv import decode, file_record
from passerelles.io.rows import parse_rows
from passerelles.io.xlsx import cell_text, is_workbook
from passerelles.language.say import LANGS, say
from passerelles.referentials.draft import Draft
from passerelles.referentials.sheets import MANIFEST, fields
from passerelles.text import normalise_label

FILE_NAME: Final = MANIFEST
OVERLAY: Final = "passerelles/overlay@1"
TABLE: Final = "passerelles/table@1"
_PLACE: Final = re.compile(r"at line (\d+), column (\d+)")
_NEEDED: Final = ("schema", "name", "version")


class Manifest(NamedTuple):
    """Name, version, licence and source of a folder in the project's own format."""

    name: str
    version: str
    title: str = ""
    date: str = ""
    language: str = "fr"
    licence: str = ""
    source: str = ""
    description: str = ""
    credentials: str = ""  # catalogue whose credentials the tables name by code
    base: str = ""  # referential that an overlay was written for, and its version
    base_version: str = ""


def read_manifest(source: FileSource, draft: Draft, *, schema: str) -> Manifest:
    """
    Read and check the manifest of a folder or zip.

    What is wrong with it becomes a notice, and the folder's own name stands for the missing name, so that the rest
    of the folder can be checked in the same pass.

    Raises
    ------
    PasserellesError
        If it describes another schema: an overlay is not a referential.
    """
    draft.sheets |= {member.name: member.sheet for member in source.members if member.sheet}
    written = read_fields(source, draft)
    if written.get("schema", schema) != schema:
        raise PasserellesError(
            "wrong_schema", path=source.place, expected=schema, found=written["schema"], file=draft.shown(FILE_NAME)
        )
    kept: dict[str, str] = {}
    faults: list[str] = []
    for key, value in written.items():
        text = value.isoformat() if isinstance(value, date) else value
        if key not in (*Manifest._fields, "schema"):
            draft.log.note("unknown_manifest_key", file=draft.shown(FILE_NAME), subject=key)
        elif not isinstance(text, str):
            faults.append(f"{key} = {value!r}")
        else:
            kept[key] = text.strip()
    if written:
        faults += [key for key in _NEEDED if not kept.get(key) and not any(f.startswith(f"{key} =") for f in faults)]
    if faults:
        draft.log.note("invalid_manifest", file=draft.shown(FILE_NAME), reason=", ".join(faults))
    kept.pop("schema", None)
    kept["name"] = kept.get("name") or source.place.stem
    kept["version"] = kept.get("version") or "unknown"
    return Manifest(**kept)


def read_fields(source: FileSource, draft: Draft) -> dict[str, object]:
    """Read the fields of a manifest, from a file or from the sheet of a workbook; what is wrong is a notice."""
    name = source.find(FILE_NAME)
    if name is None:
        draft.log.note("missing_required_file", file=draft.shown(FILE_NAME))
        return {}
    data = draft.bytes_of(source, name)
    if data is None:
        draft.log.note("unusable_required_file", file=draft.shown(FILE_NAME))
        return {}
    if is_workbook(data):
        return _of_sheet(data, source.member(name).sheet, draft)
    text, encoding, _ = decode(data)
    draft.files.append(file_record(draft.shown(FILE_NAME), data, encoding))
    try:
        return parse_toml(text)
    except ValueError as error:
        place = _PLACE.search(str(error))
        line, column = place.groups() if place else (str(len(text.splitlines())), "1")
        draft.log.note("manifest_syntax", file=draft.shown(FILE_NAME), line=int(line), column=column)
        return {}


def _of_sheet(data: bytes, sheet: str, draft: Draft) -> dict[str, object]:
    """Fields of a sheet of two columns: the name of each, in either language, and what it says."""
    shown = draft.shown(FILE_NAME)
    try:
        rows = parse_rows(data, lambda _: 0, name=shown, sheet=sheet).rows
    except PasserellesError as error:
        draft.log.note("unusable_required_file", file=shown, reason=error)
        return {}
    draft.files.append(file_record(shown, data, "xlsx"))
    found: dict[str, object] = {}
    for _, cells in rows:
        key, value = [*map(cell_text, cells), "", ""][:2]
        field = fields().get(normalise_label(key), key)
        if key and value and field not in ("field", "value"):
            found[field] = _SCHEMAS.get(normalise_label(value), value) if field == "schema" else value
    return found


_SCHEMAS: Final = {
    normalise_label(say(f"tables.schema.{key}", lang=lang)): schema
    for lang in LANGS
    for key, schema in (("overlay", OVERLAY), ("table", TABLE))
}
