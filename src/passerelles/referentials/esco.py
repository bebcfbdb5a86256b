"""Reader of the ESCO classification: CSV files of the European Commission, in any language, version 1.1 and later."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, empty_table
from passerelles.model import (
    Competency,
    CompetencyKind,
    Domain,
    JobTitle,
    Occupation,
    Provenance,
    Status,
    Ternary,
)
from passerelles.referentials.draft import Draft
from passerelles.referentials.referential import Reader, Referential, checksum, finish
from passerelles.text import normalise_label

# Kinds of file by their name without language and extension, and what an optional one brings.
REQUIRED: Final = ("occupations", "skills", "occupationSkillRelations")
_OPTIONAL: Final = ("ISCOGroups", "skillGroups", "broaderRelationsSkillPillar")
# Published with the set and not read: what they say stands in the files that are read, or serves no question yet.
_UNREAD: Final = re.compile(
    r"conceptSchemes|dictionary|skillsHierarchy|skillSkillRelations|broaderRelationsOccPillar|greenShareOcc|"
    r"\w+Collection",
    re.IGNORECASE,
)
# Names that no other format uses, so that one of them tells the set even where the others are missing.
_TELLING: Final = ("occupationSkillRelations", "broaderRelationsSkillPillar", "broaderRelationsOccPillar")
_NAME: Final = re.compile(r"^(?P<kind>[A-Za-z]+?)(?:_(?P<language>[a-z]{2}(?:-[a-z]{2})?))?\.csv$", re.IGNORECASE)
_VERSION: Final = re.compile(r"v ?(\d+(?:\.\d+)+)", re.IGNORECASE)
_LICENCE: Final = (
    "This service uses the ESCO classification of the European Commission. "
    "Reuse authorised with attribution (Commission Decision 2011/833/EU); read and rearranged by passerelles"
)
_KIND: Final[dict[str, CompetencyKind]] = {
    "": "savoir-faire",
    "skill/competence": "savoir-faire",
    "knowledge": "savoir",
}
_STATUS: Final[dict[str, Status]] = {"": "other", "essential": "core", "optional": "other"}
# Most professions that a Member State regulates are marked 'unregulated' here: that mark says nothing.
_REGULATED: Final[dict[str, Ternary]] = {"regulated": "yes"}
# Heads of the skill hierarchy under which attitudes and transversal skills stand (A in 1.0, T from 1.1 on).
_SOFT: Final = ("A", "T")
# Level of training of each ISCO-08 major group: its skill level (ISCO-08, volume 1, table 1) on the European scale,
# the middle where it spans several. Armed forces (0) have no single one.
_LEVEL: Final[Mapping[str, float]] = MappingProxyType(
    {"1": 6.0, "2": 6.5, "3": 5.0, "4": 3.5, "5": 3.5, "6": 3.5, "7": 3.5, "8": 3.5, "9": 2.0}
)
_MANAGERS: Final = "1"
_BREAKS: Final = re.compile(r"\n| \| ")


@dataclass(frozen=True, slots=True)
class _Files:
    """Files of one ESCO set by kind, in lower case; `language` is the one that their names carry."""

    source: FileSource
    language: str
    by_kind: Mapping[str, str]
    others: tuple[str, ...]

    def expected_name(self, kind: str) -> str:
        return f"{kind}_{self.language}.csv"


def _find_files(source: FileSource) -> _Files:
    """
    Sort the files of a source by kind; of several languages the one with most files, then French, then English.

    A file that names no language serves all.
    """
    matches = [(name, match) for name in source.names if (match := _NAME.match(name))]
    languages = Counter(match["language"].lower() for _, match in matches if match["language"])
    language = max(languages, key=lambda each: (languages[each], each == "fr", each == "en", each), default="en")
    by_kind: dict[str, str] = {}
    for name, match in matches:
        if (match["language"] or language).lower() == language:
            by_kind.setdefault(match["kind"].lower(), name)
    used = set(by_kind.values())
    return _Files(source, language, by_kind, tuple(name for name in source.names if name not in used))


def _is_esco(source: FileSource) -> bool:
    """Whether a file has a name that ESCO alone uses; plain ``occupations.csv`` is the project's own table."""
    matches = [match for name in source.names if (match := _NAME.match(name))]
    telling = {name.lower() for name in _TELLING}
    return any(m["kind"].lower() in telling or (m["kind"].lower() == "occupations" and m["language"]) for m in matches)


def read_esco(source: FileSource) -> Referential:
    """
    Read an ESCO set; its notices say everything that was wrong, what makes it unusable included.

    Codes are the last segment of the concepts' addresses, which never changes. An essential skill is at the core of
    an occupation, an optional one is not. Occupations are grouped by ISCO unit group.
    """
    files = _find_files(source)
    draft = Draft()
    _check_files(files, draft)
    _domains(files, draft)
    _occupations(files, draft)
    _competencies(files, draft)
    _links(files, draft)
    version = _version(source)
    return finish(
        draft,
        name="esco",
        version=version,
        language=files.language,
        provenance=Provenance(
            source=f"European Commission, ESCO, version {version}",
            format="esco",
            licence=_LICENCE,
            files=tuple(draft.files),
            sha256=checksum(draft.files),
        ),
    )


ESCO: Final = Reader("esco", _is_esco, read_esco)


def code_of(uri: str) -> str:
    """
    Code of an ESCO concept: the last segment of its address; fields of education keep their prefix.

    Examples
    --------
    >>> code_of("http://data.europa.eu/esco/occupation/00030d09-2b3a-4efd-87cc-c4ea39d27c34")
    '00030d09-2b3a-4efd-87cc-c4ea39d27c34'
    >>> code_of("http://data.europa.eu/esco/isced-f/0011")
    'isced-f/0011'
    """
    before, _, last = uri.strip().rstrip("/").rpartition("/")
    return f"isced-f/{last}" if before.endswith("/isced-f") else last


def _version(source: FileSource) -> str:
    """Version that the name of a zip or of the folder carries: the files themselves say none."""
    names = [*(path.name for path in source.archives), source.place.resolve().name]
    return next((match[1] for name in names if (match := _VERSION.search(name))), "unknown")


def _check_files(files: _Files, draft: Draft) -> None:
    for kind in REQUIRED:
        if kind.lower() not in files.by_kind:
            draft.log.note("missing_required_file", file=files.expected_name(kind))
    known = {kind.lower() for kind in (*REQUIRED, *_OPTIONAL)}
    for kind, name in sorted(files.by_kind.items()):
        if kind not in known and not _UNREAD.fullmatch(kind):
            draft.log.note("unknown_file", file=name)
    for name in files.others:
        match = _NAME.match(name)
        if match and match["language"]:
            draft.log.note("other_language", file=name, value=files.language)
        elif name.lower().endswith(".csv"):
            draft.log.note("unknown_file", file=name)


def _table(
    files: _Files, kind: str, columns: tuple[str, ...], draft: Draft, *, optional: tuple[str, ...] = ()
) -> Table:
    """Read the file of one kind; columns are named in lower case. An absent one costs its feature, and is reported."""
    name = files.by_kind.get(kind.lower())
    if name is None:
        expected = files.expected_name(kind)
        if kind not in REQUIRED:
            draft.log.note("missing_file", file=expected, feature=kind)
        return empty_table(expected)
    return draft.read(
        files.source, name, needed=kind in REQUIRED, required=columns, optional=optional, expected_encoding="utf-8"
    )


def _domains(files: _Files, draft: Draft) -> None:
    """Tree of ISCO groups: 2654 lies in 265, 26 and 2."""
    table = _table(files, "ISCOGroups", ("code", "preferredlabel"), draft)
    groups = [Domain(code, label or None, code[:-1] or None) for code, label in table.columns("code", "preferredlabel")]
    draft.declare_all("domains", groups, table)


def _occupations(files: _Files, draft: Draft) -> None:
    columns = ("iscogroup", "altlabels", "description", "definition", "code", "regulatedprofessionnote")
    table = _table(files, "occupations", ("concepturi", "preferredlabel"), draft, optional=columns)
    titles: list[tuple[int, str, str]] = []
    for line, (uri, label, group, others, text, definition, notation, regulated) in table.numbered(
        "concepturi", "preferredlabel", *columns
    ):
        code = code_of(uri)
        occupation = Occupation(
            code=code,
            label=label or None,
            definition=(text or definition).strip(),
            parent=group or None,
            domain=group[:3] or None,  # the unit group itself is the parent
            regulated=_REGULATED.get(regulated.rpartition("/")[2], "unknown"),
            managerial="yes" if group.startswith(_MANAGERS) else "unknown",
            level=_LEVEL.get(group[:1]),
            notation=notation,
        )
        if draft.declare("occupations", occupation, table, line):
            titles += [(line, code, each.strip()) for each in _BREAKS.split(others)]
    for code in sorted({o.domain for o in draft.occupations.values() if o.domain} - draft.domains.keys()):
        draft.domains[code] = Domain(code, None)
    declare_other_titles(draft, titles, table)


def declare_other_titles(draft: Draft, titles: list[tuple[int, str, str]], table: Table) -> None:
    """
    Declare titles that a referential gives no codes to: (line, occupation, label).

    Their code is that of the occupation and the label's words, so that two versions can be compared; a label that an
    occupation has twice, or that is its own, is kept once.
    """
    own = {(o.code, normalise_label(o.label or "")) for o in draft.occupations.values()}
    repeated = 0
    for _, occupation, label in titles:
        words = normalise_label(label)
        code = f"{occupation}/{words.replace(' ', '-')}"
        if not words:
            continue
        if code in draft.titles or (occupation, words) in own:
            repeated += 1
        else:
            draft.titles[code] = JobTitle(code, label, occupation)
    if repeated:
        draft.note("title_repeated", table, count=repeated)


def _competencies(files: _Files, draft: Draft) -> None:
    broader = _broader(files, draft)
    table = _table(files, "skillGroups", ("concepturi", "preferredlabel"), draft, optional=("code",))
    notation: dict[str, str] = {}
    groups: list[Competency] = []
    for uri, label, number in table.columns("concepturi", "preferredlabel", "code"):
        code = code_of(uri)
        notation[code] = number or code
        groups.append(Competency(code, label or None, "savoir-faire", is_macro=True))
    names = set(notation)
    groups = [
        each._replace(macro=_nearest(each.code, broader, names), kind=_kind_of_group(each, notation)) for each in groups
    ]
    draft.declare_all("competencies", groups, table)
    columns = ("skilltype", "reuselevel")
    table = _table(files, "skills", ("concepturi", "preferredlabel"), draft, optional=columns)
    several = 0
    skills: list[Competency] = []
    for line, (uri, label, word, reuse) in table.numbered("concepturi", "preferredlabel", *columns):
        code = code_of(uri)
        if not word:
            draft.note("invalid_kind", table, line, column="skillType", value="", read=_KIND[""])
        kind = draft.typed(_KIND, word, "skillType", table, line)
        several += sum(each in names for each in broader.get(code, ())) > 1
        macro = _nearest(code, broader, names)
        if kind == "savoir-faire" and macro is not None and notation[macro].startswith(_SOFT):
            kind = "savoir-être"
        skills.append(Competency(code, label or None, kind, macro, reuse))
    draft.declare_all("competencies", skills, table)
    if several:
        draft.note("several_groups", table, count=several)


def _kind_of_group(group: Competency, notation: Mapping[str, str]) -> CompetencyKind:
    if group.code.startswith("isced-f/"):
        return "savoir"
    return "savoir-être" if notation[group.code].startswith(_SOFT) else "savoir-faire"


def _broader(files: _Files, draft: Draft) -> Mapping[str, list[str]]:
    """Codes of what each skill and skill group is a kind of, in the order of the codes."""
    keys = ("concepturi", "broaderuri")
    table = draft.keyed(_table(files, "broaderRelationsSkillPillar", keys, draft), *keys)
    found: dict[str, list[str]] = {}
    for uri, above in table.columns(*keys):
        found.setdefault(code_of(uri), []).append(code_of(above))
    return {code: sorted(above) for code, above in found.items()}


def _nearest(code: str, broader: Mapping[str, list[str]], groups: set[str]) -> str | None:
    """Group that a skill or a group rolls up to: the fewest steps up; of several as near, the first by code."""
    seen, level = {code}, [code]
    while level:
        above = sorted({each for one in level for each in broader.get(one, ()) if each not in seen})
        for each in above:
            if each in groups:
                return each
        seen.update(above)
        level = above
    return None


def _links(files: _Files, draft: Draft) -> None:
    keys = ("occupationuri", "skilluri")
    table = draft.keyed(_table(files, "occupationSkillRelations", (*keys, "relationtype"), draft), *keys)
    known = {uri: code_of(uri) for key in keys for uri in table.column(key)}
    unlisted = Counter(uri for uri in table.column("occupationuri") if known[uri] not in draft.occupations)
    for uri, count in sorted(unlisted.items()):
        draft.note("link_of_unlisted_occupation", table, count=count, subject=known[uri])
    kept = table.keep([uri not in unlisted for uri in table.column("occupationuri")])
    for line, (occupation, skill, word) in kept.numbered(*keys, "relationtype"):
        code = known[skill]
        if code not in draft.competencies:
            draft.note("undeclared_competency", table, line, subject=code)
            draft.competencies[code] = Competency(code, None, "savoir-faire")
        draft.requirements[known[occupation]][code] = draft.coded(_STATUS, word, "relationType", table, line)
