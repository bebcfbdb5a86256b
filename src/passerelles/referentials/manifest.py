"""``manifest.toml``: what a table referential or an overlay says of itself."""

from datetime import date
from typing import Final, NamedTuple

from passerelles.errors import PasserellesError
from passerelles.io.archive import FileSource, parse_toml
from passerelles.io.csv import decode, file_record
from passerelles.referentials.draft import Draft

FILE_NAME: Final = "manifest.toml"
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
    fields = _fields(source, draft)
    if fields.get("schema", schema) != schema:
        raise PasserellesError("wrong_schema", path=source.place, expected=schema, found=fields["schema"])
    kept: dict[str, str] = {}
    faults: list[str] = []
    for key, value in fields.items():
        written = value.isoformat() if isinstance(value, date) else value
        if key not in (*Manifest._fields, "schema"):
            draft.log.note("unknown_manifest_key", file=draft.shown(FILE_NAME), subject=key)
        elif not isinstance(written, str):
            faults.append(f"{key} = {value!r}")
        else:
            kept[key] = written.strip()
    if fields:
        faults += [key for key in _NEEDED if not kept.get(key) and not any(f.startswith(f"{key} =") for f in faults)]
    if faults:
        draft.log.note("invalid_manifest", file=draft.shown(FILE_NAME), reason=", ".join(faults))
    kept.pop("schema", None)
    kept["name"] = kept.get("name") or source.place.stem
    kept["version"] = kept.get("version") or "unknown"
    return Manifest(**kept)


def _fields(source: FileSource, draft: Draft) -> dict[str, object]:
    name = source.find(FILE_NAME)
    if name is None:
        draft.log.note("missing_required_file", file=draft.shown(FILE_NAME))
        return {}
    data = draft.bytes_of(source, name)
    if data is None:
        draft.log.note("unusable_required_file", file=draft.shown(FILE_NAME))
        return {}
    text, encoding, _ = decode(data)
    draft.files.append(file_record(draft.shown(FILE_NAME), data, encoding))
    try:
        return parse_toml(text)
    except ValueError as error:
        draft.log.note("invalid_manifest", file=draft.shown(FILE_NAME), reason=error)
        return {}
