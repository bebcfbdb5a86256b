"""What ROME's files are called, and reading one of them with what France Travail promises about it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from passerelles.errors import PasserellesError
from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, decode, empty_table
from passerelles.referentials.draft import Draft

# Kinds of file that one generation of ROME has and the other has not.
_ONLY_ROME4: Final = frozenset({"referentiel_savoir", "referentiel_contexte_travail"})
_ONLY_ROME3: Final = frozenset({"referentiel_activite", "referentiel_env_travail", "item_arborescence"})
# The file of links of ROME 3 has a column that ROME 4 has not.
_LINKS: Final = "liens_rome_referentiels"
_ROME3_COLUMN: Final = b"code_type_referentiel"
_NAME: Final = re.compile(
    r"^unix_(?P<kind>[a-z0-9_]+?)(?:_v(?P<version>\d+))?(?:_(?P<encoding>utf8|iso8859-?15?))?\.csv$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RomeFiles:
    """
    Files of one ROME set by kind (``referentiel_code_rome``); `version` is the one that their names carry.

    `required` are the kinds without which there is no referential; `others` the files that are not of this set.
    """

    source: FileSource
    version: str
    by_kind: Mapping[str, str]
    others: tuple[str, ...]
    required: tuple[str, ...] = ()

    def expected_name(self, kind: str) -> str:
        """Name under which France Travail publishes the file of a kind."""
        return f"unix_{kind}{f'_v{self.version}' if self.version else ''}_utf8.csv"


def find_rome_files(source: FileSource, required: tuple[str, ...] = ()) -> RomeFiles:
    """
    Sort the files of a source by kind; where several versions lie together, the most complete one is taken.

    Nothing assumes a version number: ``_v460_``, ``_v461_`` and no version at all are read alike. Between two
    versions that are equally complete, the later one is taken.
    """
    matches = [(name, m) for name in source.names if (m := _NAME.match(name))]
    versions = Counter(m["version"] or "" for _, m in matches)
    version = max(versions, key=lambda v: (versions[v], int(v or 0)), default="")
    by_kind: dict[str, str] = {}
    for name, match in matches:
        if (match["version"] or "") == version:
            by_kind.setdefault(match["kind"].lower(), name)
    used = set(by_kind.values())
    return RomeFiles(source, version, by_kind, tuple(n for n in source.names if n not in used), required)


def generation(source: FileSource) -> Literal["rome3", "rome4"] | None:
    """Generation of the ROME set that a source holds; None where it holds none."""
    files = find_rome_files(source)
    if not files.by_kind:
        return None
    return "rome3" if _is_rome3(files) else "rome4"


def _is_rome3(files: RomeFiles) -> bool:
    kinds = files.by_kind.keys()
    if not kinds & _ONLY_ROME3 or not kinds & _ONLY_ROME4:
        return bool(kinds & _ONLY_ROME3) or (not kinds & _ONLY_ROME4 and _links_of_rome3(files))
    return _links_of_rome3(files)


def _links_of_rome3(files: RomeFiles) -> bool:
    if _LINKS not in files.by_kind:
        return False
    try:
        return _ROME3_COLUMN in files.source.read(files.by_kind[_LINKS])[:1000].lower()
    except PasserellesError:  # the reader will say so
        return False


def check_files(files: RomeFiles, unread: Sequence[str], draft: Draft) -> None:
    """
    Report what is missing of the set, and what lies beside it and is not read.

    `unread` are the kinds that France Travail publishes and no reader uses: their absence costs nothing.
    """
    for kind in files.required:
        if kind not in files.by_kind:
            draft.log.note("missing_required_file", file=files.expected_name(kind))
    for kind in unread:
        if kind not in files.by_kind:
            draft.log.note("missing_unread_file", file=files.expected_name(kind))
    for name in files.others:
        match = _NAME.match(name)
        if match and (match["version"] or "") != files.version:
            draft.log.note("mixed_versions", file=name, version=files.version)
        elif name.lower().endswith(".csv"):
            draft.log.note("unknown_file", file=name)


def report_unknown_kinds(files: RomeFiles, known: Sequence[str], draft: Draft) -> None:
    """Report the files of the set that bear a name of no known kind."""
    for kind, name in sorted(files.by_kind.items()):
        if kind not in known:
            draft.log.note("unknown_file", file=name)


def read_rome_table(
    files: RomeFiles, kind: str, columns: Sequence[str], draft: Draft, *, optional: Sequence[str] = ()
) -> Table:
    """Read the file of one kind; an absent one costs its feature only, and is reported."""
    name = files.by_kind.get(kind)
    if name is None:
        expected = files.expected_name(kind)
        if kind not in files.required:
            draft.log.note("missing_file", file=expected, feature=kind)
        return empty_table(expected)
    return draft.read(
        files.source,
        name,
        needed=kind in files.required,
        required=columns,
        optional=optional,
        expected_encoding="utf-8",
        expected_delimiter=",",
        repair_apostrophes=True,
    )


def read_texts(files: RomeFiles, position: str, draft: Draft) -> dict[tuple[str, str], str]:
    """Texts by occupation and type: the sentences in their order (column `position`), joined by a space."""
    table = read_rome_table(
        files, "texte", ("code_rome", "libelle_type_texte", "libelle_texte"), draft, optional=(position,)
    )
    table = draft.keyed(table, "code_rome", "libelle_type_texte", also=(position, "libelle_texte"))
    sentences: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for code, kind, place, text in table.columns("code_rome", "libelle_type_texte", position, "libelle_texte"):
        sentences.setdefault((code, kind), []).append((int(place) if place.isdecimal() else 0, text.strip()))
    return {key: " ".join(t for _, t in sorted(found, key=lambda s: s[0])) for key, found in sentences.items()}


def read_riasec(files: RomeFiles, draft: Draft) -> dict[str, str]:
    """Major then minor RIASEC letter of each occupation."""
    table = read_rome_table(
        files, "referentiel_code_rome_riasec", ("code_rome", "riasec_majeur"), draft, optional=("riasec_mineur",)
    )
    table = draft.keyed(table, "code_rome")
    return {c: major + minor for c, major, minor in table.columns("code_rome", "riasec_majeur", "riasec_mineur")}


def publication_date(source: FileSource, draft: Draft) -> str:
    """Date of publication as ``version.txt`` gives it, in ISO form; empty where that file does not say."""
    name = source.find("version.txt")
    data = draft.bytes_of(source, name) if name else None
    match = re.search(r"publication\s*:\s*(\d{2})/(\d{2})/(\d{4})", decode(data or b"").text)
    return f"{match[3]}-{match[2]}-{match[1]}" if match else ""
