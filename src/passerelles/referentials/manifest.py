"""``manifest.toml``: what a table referential or an overlay says of itself."""

import tomllib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from passerelles.errors import PasserellesError, ReferentialError
from passerelles.files.source import FileSource
from passerelles.files.tabular import decode
from passerelles.notices import notice

FILE_NAME = "manifest.toml"


class Manifest(BaseModel):
    """Name, version, licence and source of a folder in the project's own format."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["passerelles/table@1", "passerelles/overlay@1"] = Field(alias="schema")
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    title: str = ""
    date: str = ""
    language: str = "fr"
    licence: str = ""
    source: str = ""
    description: str = ""


def read_manifest(source: FileSource, *, schema: str) -> Manifest:
    """
    Read and check the manifest of a folder or zip.

    Raises
    ------
    ReferentialError
        If it is absent, is no TOML, lacks a field or describes another schema; the message says which.
    """
    if FILE_NAME not in source.names:
        issues = [notice("missing_required_file", file=FILE_NAME)]
        raise ReferentialError("missing_required_file", issues=issues, files=FILE_NAME, path=source.place)
    text, _ = decode(source.read(FILE_NAME))
    try:
        manifest = Manifest.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _invalid(source, str(error)) from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise _invalid(source, problems) from error
    if manifest.schema_ != schema:
        raise PasserellesError("wrong_schema", path=source.place, expected=schema, found=manifest.schema_)
    return manifest


def _invalid(source: FileSource, reason: str) -> ReferentialError:
    issues = [notice("invalid_manifest", file=FILE_NAME, reason=reason)]
    return ReferentialError("invalid_manifest", issues=issues, path=source.place / FILE_NAME, reason=reason)
