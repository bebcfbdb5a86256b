"""What ROME's files are called, and reading one of them with what France Travail promises about it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passerelles.errors import ReferentialError
from passerelles.files.source import FileSource
from passerelles.files.tabular import Table, empty_table, read_table
from passerelles.notices import notice
from passerelles.referentials.draft import Draft

_NAME = re.compile(
    r"^unix_(?P<kind>[a-z0-9_]+?)(?:_v(?P<version>\d+))?(?:_(?P<encoding>utf8|iso8859-?15?))?\.csv$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RomeFiles:
    """Files of one ROME set by kind (``referentiel_code_rome``); `version` is the one that their names carry."""

    source: FileSource
    version: str
    by_kind: Mapping[str, str]
    others: tuple[str, ...]  # names of another version, or that no reader knows


def find_rome_files(source: FileSource) -> RomeFiles:
    """
    Sort the files of a source by kind; where several versions lie together, the most complete one is taken.

    Nothing assumes a version number: ``_v460_``, ``_v461_`` and no version at all are read alike.
    """
    matches = [(name, m) for name in source.names if (m := _NAME.match(name))]
    versions = Counter(m["version"] or "" for _, m in matches)
    version = max(versions, key=lambda v: (versions[v], v.zfill(9)), default="")
    by_kind = {m["kind"].lower(): name for name, m in matches if (m["version"] or "") == version}
    used = set(by_kind.values())
    return RomeFiles(source, version, by_kind, tuple(n for n in source.names if n not in used))


def check_required(files: RomeFiles, required: Sequence[str], draft: Draft) -> None:
    """
    Stop when a file is missing without which there is no referential.

    Raises
    ------
    ReferentialError
        Names the missing files and the place; `issues` has a notice each.
    """
    missing = [f"unix_{kind}_v{files.version or 'NNN'}_utf8.csv" for kind in required if kind not in files.by_kind]
    if missing:
        issues = [*draft.notices, *(notice("missing_required_file", file=name) for name in missing)]
        raise ReferentialError(
            "missing_required_file", issues=issues, files=", ".join(missing), path=files.source.place
        )


def check_versions(files: RomeFiles, draft: Draft) -> None:
    """Report files of another version that lie in the same place: they are not read."""
    for name in files.others:
        match = _NAME.match(name)
        if match and match["version"] != files.version:
            draft.note("mixed_versions", file=name, version=files.version)


def read_rome_table(
    files: RomeFiles, kind: str, columns: Sequence[str], draft: Draft, *, optional: Sequence[str] = ()
) -> Table:
    """Read the file of one kind; an absent one costs its feature only, and is reported."""
    name = files.by_kind.get(kind)
    if name is None:
        expected = f"unix_{kind}_v{files.version or 'NNN'}_utf8.csv"
        draft.note("missing_file", file=expected)
        return empty_table(expected)
    table = read_table(
        files.source.read(name),
        name=name,
        expected_encoding="utf-8",
        expected_delimiter=",",
        required=columns,
        optional=optional,
        repair_apostrophes=True,
    )
    draft.took(table)
    return table
