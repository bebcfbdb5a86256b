"""Readers of two other taxonomies: the ESCO classification of the European Commission, and the O*NET database."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from passerelles.codes import grouped
from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, decode
from passerelles.language import packaged
from passerelles.model import Competency, Domain, JobTitle, Mobility, Occupation, Provenance, Ternary, WorkContext
from passerelles.referentials.draft import Draft, FileSet
from passerelles.referentials.referential import Reader, Referential, finish
from passerelles.text import normalise_label

_ESCO_NAME: Final = re.compile(r"^(?P<kind>[A-Za-z]+?)(?:_(?P<edition>[a-z]{2}(?:-[a-z]{2})?))?\.csv$", re.IGNORECASE)
_ESCO_VERSION: Final = re.compile(r"v ?(\d+(?:\.\d+)+)", re.IGNORECASE)
_ESCO, _ONET = (packaged("passerelles.referentials", "taxonomies.toml")[name] for name in ("esco", "onet"))
_BREAKS: Final = re.compile(r"\n| \| ")
_EXTENSIONS: Final = (".xlsx", ".txt")
_SOC_CODE: Final = "o*net-soc code"
_ZONE_LEVEL: Final[dict[str, float | None]] = {**_ONET["levels"], "": None}
_RIASEC: Final = "RIASEC"
_ONET_VERSION: Final = re.compile(r"(?:O\*NET|onet|db)[ _-]v?(\d+[._]\d+)", re.IGNORECASE)
_ONET_RELEASE: Final = re.compile(rf"({'|'.join(_ONET['months'])}) (\d{{4}}) release", re.IGNORECASE)


def _find_files(source: FileSource) -> FileSet:
    """Sort the files of a source by kind; of several languages the one with most files, then French, then English."""
    file_set = FileSet.of_one_edition(source, _ESCO_NAME, lambda lang: (lang == "fr", lang == "en", lang))
    language, required = file_set.edition or "en", tuple(_ESCO["required"])
    how = {"expected_encoding": "utf-8"}
    return replace(file_set, expected=f"{{kind}}_{language}.csv", required=required, edition=language, how=how)


def _is_esco(source: FileSource) -> bool:
    """Whether a file has a name that ESCO alone uses; plain ``occupations.csv`` is the project's own table."""
    matches = [match for name in source.names if (match := _ESCO_NAME.match(name))]
    telling = {name.lower() for name in _ESCO["telling"]}
    return any(m["kind"].lower() in telling or (m["kind"].lower() == "occupations" and m["edition"]) for m in matches)


def read_esco(source: FileSource) -> Referential:
    """
    Read an ESCO set; its notices say everything that was wrong, what makes it unusable included.

    Codes are the last segment of the concepts' addresses, which never changes. An essential skill is at the core of
    an occupation, an optional one is not. Occupations are grouped by ISCO unit group.
    """
    files = _find_files(source)
    draft = Draft()
    kinds = {kind.lower() for kind in (*_ESCO["required"], *_ESCO["optional"])}
    unread = re.compile(_ESCO["unread"])
    files.check(draft, lambda kind: kind in kinds or bool(unread.fullmatch(kind)), "other_language", "value")
    _domains(files, draft)
    _occupations(files, draft)
    _competencies(files, draft)
    _links(files, draft)
    # The files themselves say no version: the name of a zip or of the folder does.
    version = next((match[1] for name in _names_of(source) if (match := _ESCO_VERSION.search(name))), "unknown")
    provenance = Provenance(f"European Commission, ESCO, version {version}", "esco", licence=_ESCO["licence"])
    return finish(draft, name="esco", version=version, language=files.edition, provenance=provenance)


ESCO: Final = Reader("esco", _is_esco, read_esco)


def code_of_uri(uri: str) -> str:
    """
    Code of an ESCO concept: the last segment of its address; fields of education keep their prefix.

    Examples
    --------
    >>> code_of_uri("http://data.europa.eu/esco/occupation/00030d09-2b3a-4efd-87cc-c4ea39d27c34")
    '00030d09-2b3a-4efd-87cc-c4ea39d27c34'
    >>> code_of_uri("http://data.europa.eu/esco/isced-f/0011")
    'isced-f/0011'
    """
    before, _, last = uri.strip().rstrip("/").rpartition("/")
    return f"isced-f/{last}" if before.endswith("/isced-f") else last


def _names_of(source: FileSource) -> tuple[str, ...]:
    """Names of the zips, then of the place, that a source lies in."""
    return (*(path.name for path in source.archives), source.place.resolve().name)


def _domains(files: FileSet, draft: Draft) -> None:
    """Tree of ISCO groups: 2654 is in 265, 26 and 2."""
    table = files.read("ISCOGroups", ("code", "preferredlabel"), draft)
    for line, (code, label) in table.numbered("code", "preferredlabel"):
        draft.declare("domains", Domain(code, label or None, code[:-1] or None), table, line)


def _occupations(files: FileSet, draft: Draft) -> None:
    columns = ("iscogroup", "altlabels", "description", "definition", "code", "regulatedprofessionnote")
    table = files.read("occupations", ("concepturi", "preferredlabel"), draft, optional=columns)
    titles: list[tuple[str, str]] = []
    rows = table.numbered("concepturi", "preferredlabel", *columns)
    for line, (uri, label, group, others, text, definition, notation, regulated) in rows:
        code = code_of_uri(uri)
        # Most professions that a Member State regulates are marked 'unregulated' here: that mark says nothing.
        stated: Ternary = "yes" if regulated.rpartition("/")[2] == "regulated" else "unknown"
        manages: Ternary = "yes" if group.startswith(_ESCO["managers"]) else "unknown"
        words, level = (text or definition).strip(), _ESCO["levels"].get(group[:1])
        above = group or None, group[:3] or None  # the unit group itself is the parent
        occupation = Occupation(code, label or None, words, "", *above, stated, manages, level=level, notation=notation)
        if draft.declare("occupations", occupation, table, line):
            titles += [(code, title.strip()) for title in _BREAKS.split(others)]
    for code in sorted({o.domain for o in draft.occupations.values() if o.domain} - draft.domains.keys()):
        draft.domains[code] = Domain(code, None)
    declare_other_titles(draft, titles, table)


def declare_other_titles(draft: Draft, titles: Iterable[tuple[str, ...]], table: Table) -> None:
    """
    Declare titles that a referential gives no codes to: (occupation, label).

    Their code is that of the occupation and the label's words, so that two versions can be compared; a label that an
    occupation has twice, or that is its own, is kept once.
    """
    own_labels = {(o.code, normalise_label(o.label or "")) for o in draft.occupations.values()}
    repeated = 0
    for occupation, label in titles:
        words = normalise_label(label)
        code = f"{occupation}/{words.replace(' ', '-')}"
        if code in draft.titles or (occupation, words) in own_labels:
            repeated += bool(words)
        elif words:
            draft.titles[code] = JobTitle(code, label, occupation)
    if repeated:
        draft.note("title_repeated", table, count=repeated)


def _competencies(files: FileSet, draft: Draft) -> None:
    broader = _broader(files, draft)
    table = files.read("skillGroups", ("concepturi", "preferredlabel"), draft, optional=("code",))
    listed = [(code_of_uri(uri), *cells) for uri, *cells in table.columns("concepturi", "preferredlabel", "code")]
    notation = {code: number or code for code, _, number in listed}
    names = set(notation)
    for line, (code, label, _) in zip(table.lines, listed, strict=True):
        branch = "isced-f" if code.startswith("isced-f/") else notation[code][:1]
        kind, above = _ESCO["branches"].get(branch, "savoir-faire"), _nearest(code, broader, names)
        draft.declare("competencies", Competency(code, label or None, kind, above, is_macro=True), table, line)
    columns = ("skilltype", "reuselevel")
    table = files.read("skills", ("concepturi", "preferredlabel"), draft, optional=columns)
    several = 0
    for line, (uri, label, word, reuse) in table.numbered("concepturi", "preferredlabel", *columns):
        code = code_of_uri(uri)
        if not word:
            draft.note("invalid_kind", table, line, column="skillType", value="", read=_ESCO["kinds"][""])
        kind = draft.coded(_ESCO["kinds"], word, "skillType", table, line, is_kind=True)
        several += sum(group in names for group in broader.get(code, ())) > 1
        macro = _nearest(code, broader, names)
        if kind == "savoir-faire" and macro is not None:
            kind = _ESCO["branches"].get(notation[macro][:1], kind)
        draft.declare("competencies", Competency(code, label or None, kind, macro, reuse), table, line)
    if several:
        draft.note("several_groups", table, count=several)


def _broader(files: FileSet, draft: Draft) -> Mapping[str, list[str]]:
    """Codes of what each skill and skill group is a kind of, in the order of the codes."""
    keys = ("concepturi", "broaderuri")
    table = draft.keyed(files.read("broaderRelationsSkillPillar", keys, draft), *keys)
    parents = grouped((code_of_uri(uri), code_of_uri(above)) for uri, above in table.columns(*keys))
    return {code: sorted(above) for code, above in parents.items()}


def _nearest(code: str, broader: Mapping[str, list[str]], groups: set[str]) -> str | None:
    """Group that a skill or a group rolls up to: the fewest steps up; of several as near, the first by code."""
    visited, level = {code}, {code}
    while level:
        level = {parent for group in level for parent in broader.get(group, ())} - visited
        if level & groups:
            return min(level & groups)
        visited |= level
    return None


def _links(files: FileSet, draft: Draft) -> None:
    keys = ("occupationuri", "skilluri")
    table = draft.keyed(files.read("occupationSkillRelations", (*keys, "relationtype"), draft), *keys)
    codes = {uri: code_of_uri(uri) for key in keys for uri in table.column(key)}
    listed = _listed(table, "occupationuri", draft, codes.__getitem__)
    for line, (occupation, skill, word) in listed.numbered(*keys, "relationtype"):
        code = codes[skill]
        if code not in draft.competencies:
            draft.note("undeclared_competency", table, line, subject=code)
            draft.competencies[code] = Competency(code, None, "savoir-faire")
        draft.requirements[codes[occupation]][code] = draft.coded(_ESCO["status"], word, "relationType", table, line)


def _listed(table: Table, column: str, draft: Draft, read: Callable[[str], str] = str) -> Table:
    """Rows of a table whose occupation is listed; the others are counted and left out. `read` gives a cell's code."""
    named = [read(cell) for cell in table.column(column)]
    unlisted = Counter(code for code in named if code not in draft.occupations)
    for code, count in sorted(unlisted.items()):
        draft.note("link_of_unlisted_occupation", table, count=count, subject=code)
    return table.keep([code not in unlisted for code in named]) if unlisted else table


def _find_onet(source: FileSource) -> FileSet:
    by_name: dict[str, str] = {}
    for extension in _EXTENSIONS:
        for name in source.names:
            if name.casefold().endswith(extension):
                by_name.setdefault(name[: -len(extension)].casefold(), name)
    return FileSet(source, by_name, "{kind}.xlsx", tuple(_ONET["required"]))


def read_onet(source: FileSource) -> Referential:
    """
    Read an O*NET database; its notices say everything that was wrong, what makes it unusable included.

    An occupation asks for the detailed work activities (DWA) of its tasks, at the core where one of these tasks is a
    core task, and for the skills and the knowledge whose importance is rated 'important' or more. Importance and
    level are two scales: the first decides what is asked, the second is kept beside it. What the publisher recommends
    to suppress is left out, and counted.
    """
    files = _find_onet(source)
    draft = Draft()
    files.check_required(draft)
    if unread := len(files.by_kind.keys() - {name.casefold() for name in _ONET["read"]}):
        draft.log.note("other_files", count=unread)
    _occupations_onet(files, draft)
    _activities(files, draft)
    _task_activities(files, draft)
    _rated_elements(files, draft)
    _titles(files, draft)
    _contexts(files, draft)
    _interests(files, draft)
    _related(files, draft)
    version, date = _release(source, draft)
    attribution = f"O*NET {version} Database" if version != "unknown" else "O*NET Database"
    named = f"U.S. Department of Labor, O*NET, version {version}"
    provenance = Provenance(named, "onet", date, _ONET["licence"].format(attribution=attribution))
    return finish(draft, name="onet", version=version, language="en", provenance=provenance)


ONET: Final = Reader(
    "onet", lambda source: any(name.casefold() in _find_onet(source).by_kind for name in _ONET["telling"]), read_onet
)


def _release(source: FileSource, draft: Draft) -> tuple[str, str]:
    """Version and month of publication, as the read-me says, else as the name of the folder or zip does."""
    name = source.find("Read Me.txt")
    text = decode((draft.bytes_of(source, name) if name else None) or b"").text
    names = (text, *_names_of(source))
    version = next((match[1].replace("_", ".") for n in names if (match := _ONET_VERSION.search(n))), "unknown")
    month = _ONET_RELEASE.search(text)
    return version, f"{month[2]}-{_ONET['months'].index(month[1].casefold()) + 1:02}" if month else ""


def _occupations_onet(files: FileSet, draft: Draft) -> None:
    """Occupations, grouped as the Standard Occupational Classification does: 11-1011.03 in 11-1010 and 11-1000."""
    zones = draft.keyed(files.read("Job Zones", (_SOC_CODE, "job zone"), draft), _SOC_CODE)
    table = files.read("Occupation Data", (_SOC_CODE, "title"), draft, optional=("description",))
    for line, (code, label, text) in table.numbered(_SOC_CODE, "title", "description"):
        top, minor = f"{code[:2]}-0000", f"{code[:4]}000"
        manages: Ternary = "yes" if code.startswith(_ONET["managers"]) else "unknown"
        occupation = Occupation(code, label or None, text, parent=f"{code[:6]}0", domain=minor, managerial=manages)
        draft.declare("occupations", occupation, table, line)
        draft.domains.setdefault(top, Domain(top, None))
        draft.domains.setdefault(minor, Domain(minor, None, top))
    for line, (code, zone) in _listed(zones, _SOC_CODE, draft).numbered(_SOC_CODE, "job zone"):
        level = draft.coded(_ZONE_LEVEL, zone, "Job Zone", zones, line)
        draft.occupations[code] = replace(draft.occupations[code], level=level)


def _activities(files: FileSet, draft: Draft) -> None:
    """Detailed work activities, which roll up to intermediate ones, and these to generalised ones."""
    columns = ("element id", "element name", "iwa id", "iwa title", "dwa id", "dwa title")
    table = draft.keyed(files.read("DWA Reference", columns, draft), *columns[::2])
    for general, general_name, middle, middle_name, code, label in table.columns(*columns):
        for competency in (
            Competency(general, general_name or None, "savoir-faire", is_macro=True),
            Competency(middle, middle_name or None, "savoir-faire", macro=general, is_macro=True),
            Competency(code, label or None, "savoir-faire", macro=middle),
        ):
            draft.competencies.setdefault(competency.code, competency)


def _task_activities(files: FileSet, draft: Draft) -> None:
    """Ask each occupation for the activities of its tasks; those of a core task are at its core."""
    table = files.read("Task Statements", (_SOC_CODE, "task id", "task type"), draft)
    core = {(code, task) for code, task, kind in table.columns(_SOC_CODE, "task id", "task type") if kind == "Core"}
    table = files.read("Tasks to DWAs", (_SOC_CODE, "task id", "dwa id"), draft, optional=("dwa title",))
    table = _listed(draft.keyed(table, _SOC_CODE, "task id", "dwa id"), _SOC_CODE, draft)
    for line, (code, task, activity, label) in table.numbered(_SOC_CODE, "task id", "dwa id", "dwa title"):
        if activity not in draft.competencies:
            draft.note("undeclared_competency", table, line, subject=activity)
            draft.competencies[activity] = Competency(activity, label or None, "savoir-faire")
        required = draft.requirements[code]
        required[activity] = "core" if (code, task) in core or required.get(activity) == "core" else "other"


def _rated_elements(files: FileSet, draft: Draft) -> None:
    """Skills and knowledge, which roll up to the elements of the content model above them."""
    table = files.read("Content Model Reference", ("element id", "element name"), draft)
    names = dict(zip(table.column("element id"), table.column("element name"), strict=True))
    for name, kind in _ONET["rated"].items():
        for code, element, label, scale, value in _ratings(files, name, draft):
            if element not in draft.competencies:
                above = element.rpartition(".")[0]
                macro = above if above in names and above.count(".") > 1 else None
                if macro is not None:
                    draft.competencies.setdefault(macro, Competency(macro, names[macro], kind, is_macro=True))
                draft.competencies[element] = Competency(element, label or None, kind, macro)
            if scale == "IM" and value >= _ONET["important"]:
                draft.requirements[code][element] = "core" if value >= _ONET["core"] else "other"
            elif scale == "LV":
                draft.levels[code, element] = value


def _ratings(files: FileSet, name: str, draft: Draft) -> Iterator[tuple[str, str, str, str, float]]:
    """Yield the ratings of one file: occupation, element, its name, scale, value; without those to be suppressed."""
    keys = (_SOC_CODE, "element id", "scale id")
    optional = ("element name", "recommend suppress", "not relevant")
    looked_for = optional[:1] if name == "Interests" else optional  # interests are no survey: nothing to suppress
    table = files.read(name, (*keys, "data value"), draft, optional=looked_for)
    # A work context has one row more for each answer, under scales of their own, which are shares and no ratings.
    table = table.keep([scale in ("IM", "LV", "CX", "CT", "OI", "IH") for scale in table.column("scale id")])
    table = _listed(draft.keyed(table, *keys), _SOC_CODE, draft)
    suppressed = 0
    rows = table.numbered(*keys, "data value", *optional)
    for line, (code, element, scale, cell, label, suppress, irrelevant) in rows:
        value = draft.figure(cell, "Data Value", table, line, low=0.0, high=7.0)
        if suppress == "Y":
            suppressed += 1
        elif value is not None and irrelevant != "Y":
            yield code, element, label, scale, value
    if suppressed:
        draft.note("rating_suppressed", table, count=suppressed)


def _titles(files: FileSet, draft: Draft) -> None:
    table = files.read("Alternate Titles", (_SOC_CODE, "alternate title"), draft, optional=("short title",))
    table = _listed(table, _SOC_CODE, draft)
    declare_other_titles(draft, table.columns(_SOC_CODE, "alternate title"), table)


def _contexts(files: FileSet, draft: Draft) -> None:
    for code, element, label, scale, value in _ratings(files, "Work Context", draft):
        if scale == "CX" and value >= _ONET["frequent"]:
            draft.contexts.setdefault(element, WorkContext(element, label or None, element[:5]))
            draft.occupation_contexts.add((code, element))


def _interests(files: FileSet, draft: Draft) -> None:
    """First and second RIASEC letter of each occupation."""
    letters: dict[str, dict[str, str]] = {}
    for code, element, _, scale, value in _ratings(files, "Interests", draft):
        if scale == "IH" and element in _ONET["high_points"] and 1 <= value <= len(_RIASEC):
            letters.setdefault(code, {})[element] = _RIASEC[int(value) - 1]
    for code, chosen in letters.items():
        riasec = "".join(chosen[point] for point in _ONET["high_points"] if point in chosen)
        draft.occupations[code] = replace(draft.occupations[code], riasec=riasec)


def _related(files: FileSet, draft: Draft) -> None:
    """Occupations that the publisher relates to each, nearest first, as known mobilities."""
    keys, column = (_SOC_CODE, "related o*net-soc code"), "index"
    table = draft.moves(files.read("Related Occupations", keys, draft, optional=(column,)), *keys)
    for line, (origin, target, rank) in table.numbered(*keys, column):
        draft.mobilities[origin, target] = Mobility(origin, target, draft.whole(rank, column, table, line, least=1))
