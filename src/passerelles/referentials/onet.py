"""Reader of the O*NET database: its workbooks or tab-separated text files, folder or zip, any version since 25."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, decode, empty_table
from passerelles.model import Competency, CompetencyKind, Domain, Mobility, Occupation, Provenance, WorkContext
from passerelles.referentials.draft import Draft
from passerelles.referentials.esco import declare_other_titles
from passerelles.referentials.referential import Reader, Referential, checksum, finish

# Names of the files without extension. What is required is required where nothing else gives the same.
_OCCUPATIONS: Final = "Occupation Data"
_TASKS: Final = "Task Statements"
_TASK_ACTIVITIES: Final = "Tasks to DWAs"
_ACTIVITIES: Final = "DWA Reference"
_MODEL: Final = "Content Model Reference"
_RATED: Final[Mapping[str, CompetencyKind]] = MappingProxyType({"Skills": "savoir-faire", "Knowledge": "savoir"})
_TITLES: Final = "Alternate Titles"
_ZONES: Final = "Job Zones"
_CONTEXTS: Final = "Work Context"
_INTERESTS: Final = "Interests"
_RELATED: Final = "Related Occupations"
REQUIRED: Final = (_OCCUPATIONS,)
_READ: Final = (
    *REQUIRED, _TASKS, _TASK_ACTIVITIES, _ACTIVITIES, _MODEL, *_RATED, _TITLES, _ZONES, _CONTEXTS, _INTERESTS, _RELATED,
)  # fmt: skip
_TELLING: Final = frozenset(name.casefold() for name in (_OCCUPATIONS, _TASKS, _TASK_ACTIVITIES, _ACTIVITIES, _MODEL))
_EXTENSIONS: Final = (".xlsx", ".txt")
_SOC: Final = "o*net-soc code"
# A rating of importance counts from 'important' (3 of 5) on, and is at the core from 'very important' (4) on.
_IMPORTANT: Final = 3.0
_CORE: Final = 4.0
# A context counts from 'once a week or more', 'fairly often' and the like (4 of 5) on.
_FREQUENT: Final = 4.0
# Job zones 1 to 5 on the European scale: little or no preparation, high school, vocational school or associate's
# degree, bachelor's degree, graduate school.
_LEVEL: Final[dict[str, float | None]] = {"1": 3.0, "2": 4.0, "3": 5.0, "4": 6.0, "5": 7.0, "": None}
_RIASEC: Final = "RIASEC"
_HIGH_POINTS: Final = ("1.B.1.g", "1.B.1.h")  # first and second interest of an occupation, by number from 1
_MANAGERS: Final = "11-"
_VERSION: Final = re.compile(r"(?:O\*NET|onet|db)[ _-]v?(\d+[._]\d+)", re.IGNORECASE)
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_RELEASE: Final = re.compile(rf"({'|'.join(_MONTHS)}) (\d{{4}}) release", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Files:
    """Files of one database by name without extension, in lower case; workbooks before text where both are there."""

    source: FileSource
    by_name: Mapping[str, str]

    def find(self, name: str) -> str | None:
        return self.by_name.get(name.casefold())


def _find_files(source: FileSource) -> _Files:
    by_name: dict[str, str] = {}
    for extension in _EXTENSIONS:
        for name in source.names:
            if name.casefold().endswith(extension):
                by_name.setdefault(name[: -len(extension)].casefold(), name)
    return _Files(source, by_name)


def _is_onet(source: FileSource) -> bool:
    return not _TELLING.isdisjoint(_find_files(source).by_name)


def read_onet(source: FileSource) -> Referential:
    """
    Read an O*NET database; its notices say everything that was wrong, what makes it unusable included.

    An occupation asks for the detailed work activities (DWA) of its tasks, at the core where one of these tasks is a
    core task, and for the skills and the knowledge whose importance is rated 'important' or more. Importance and
    level are two scales: the first decides what is asked, the second is kept beside it. What the publisher recommends
    to suppress is left out, and counted.
    """
    files = _find_files(source)
    draft = Draft()
    _check_files(files, draft)
    _occupations(files, draft)
    _activities(files, draft)
    _task_activities(files, draft)
    _rated_elements(files, draft)
    _titles(files, draft)
    _contexts(files, draft)
    _interests(files, draft)
    _related(files, draft)
    version, date = _release(source, draft)
    attribution = f"O*NET {version} Database" if version != "unknown" else "O*NET Database"
    return finish(
        draft,
        name="onet",
        version=version,
        language="en",
        provenance=Provenance(
            source=f"U.S. Department of Labor, O*NET, version {version}",
            format="onet",
            date=date,
            licence=(
                f"Includes information from the {attribution} by the U.S. Department of Labor, Employment and Training "
                "Administration (USDOL/ETA), used under the CC BY 4.0 license. O*NET is a trademark of USDOL/ETA. "
                "Modified by passerelles; USDOL/ETA has not approved, endorsed or tested these modifications"
            ),
            files=tuple(draft.files),
            sha256=checksum(draft.files),
        ),
    )


ONET: Final = Reader("onet", _is_onet, read_onet)


def _release(source: FileSource, draft: Draft) -> tuple[str, str]:
    """Version and month of publication, as the read-me says, else as the name of the folder or zip does."""
    name = source.find("Read Me.txt")
    text = decode((draft.bytes_of(source, name) if name else None) or b"").text
    names = (text, *(path.name for path in source.archives), source.place.resolve().name)
    version = next((match[1].replace("_", ".") for each in names if (match := _VERSION.search(each))), "unknown")
    month = _RELEASE.search(text)
    return version, f"{month[2]}-{_MONTHS.index(month[1].casefold()) + 1:02}" if month else ""


def _check_files(files: _Files, draft: Draft) -> None:
    for name in REQUIRED:
        if files.find(name) is None:
            draft.log.note("missing_required_file", file=f"{name}.xlsx")
    known = {name.casefold() for name in (*_READ, "Read Me")}
    unread = sum(name not in known for name in files.by_name)
    if unread:
        draft.log.note("other_files", count=unread)


def _table(
    files: _Files, name: str, columns: tuple[str, ...], draft: Draft, *, optional: tuple[str, ...] = ()
) -> Table:
    """Read one file; columns are named in lower case. An absent one costs its feature only, and is reported."""
    there = files.find(name)
    if there is None:
        if name not in REQUIRED:
            draft.log.note("missing_file", file=f"{name}.xlsx", feature=name)
        return empty_table(f"{name}.xlsx")
    return draft.read(files.source, there, needed=name in REQUIRED, required=columns, optional=optional)


def _listed(table: Table, draft: Draft) -> Table:
    """Rows of a table whose occupation is listed; the others are counted and left out."""
    codes = table.column(_SOC)
    unlisted = sorted(set(codes) - draft.occupations.keys())
    for code in unlisted:
        draft.note("link_of_unlisted_occupation", table, count=codes.count(code), subject=code)
    return table.keep([code in draft.occupations for code in codes]) if unlisted else table


def _occupations(files: _Files, draft: Draft) -> None:
    """Occupations, grouped as the Standard Occupational Classification does: 11-1011.03 in 11-1010 and 11-1000."""
    zones = _zones(files, draft)
    table = _table(files, _OCCUPATIONS, (_SOC, "title"), draft, optional=("description",))
    occupations: list[Occupation] = []
    for code, label, text in table.columns(_SOC, "title", "description"):
        top, minor = f"{code[:2]}-0000", f"{code[:4]}000"
        occupations.append(
            Occupation(
                code=code,
                label=label or None,
                definition=text,
                parent=f"{code[:6]}0",
                domain=minor,
                managerial="yes" if code.startswith(_MANAGERS) else "unknown",
                level=zones.get(code),
            )
        )
        draft.domains.setdefault(top, Domain(top, None))
        draft.domains.setdefault(minor, Domain(minor, None, top))
    draft.declare_all("occupations", occupations, table)


def _zones(files: _Files, draft: Draft) -> dict[str, float | None]:
    table = draft.keyed(_table(files, _ZONES, (_SOC, "job zone"), draft), _SOC)
    return {
        code: draft.coded(_LEVEL, zone, "Job Zone", table, line)
        for line, (code, zone) in table.numbered(_SOC, "job zone")
    }


def _activities(files: _Files, draft: Draft) -> None:
    """Detailed work activities, which roll up to intermediate ones, and these to generalised ones."""
    columns = ("element id", "element name", "iwa id", "iwa title", "dwa id", "dwa title")
    table = _table(files, _ACTIVITIES, columns, draft)
    for general, general_name, middle, middle_name, code, label in table.columns(*columns):
        broad = Competency(general, general_name or None, "savoir-faire", is_macro=True)
        draft.competencies.setdefault(general, broad)
        broad = Competency(middle, middle_name or None, "savoir-faire", macro=general, is_macro=True)
        draft.competencies.setdefault(middle, broad)
        draft.competencies.setdefault(code, Competency(code, label or None, "savoir-faire", macro=middle))


def _task_activities(files: _Files, draft: Draft) -> None:
    """Ask each occupation for the activities of its tasks; those of a core task are at its core."""
    table = _table(files, _TASKS, (_SOC, "task id", "task type"), draft)
    core = {(code, task) for code, task, kind in table.columns(_SOC, "task id", "task type") if kind == "Core"}
    table = _table(files, _TASK_ACTIVITIES, (_SOC, "task id", "dwa id"), draft, optional=("dwa title",))
    table = _listed(draft.keyed(table, _SOC, "task id", "dwa id"), draft)
    for line, (code, task, activity, label) in table.numbered(_SOC, "task id", "dwa id", "dwa title"):
        if activity not in draft.competencies:
            draft.note("undeclared_competency", table, line, subject=activity)
            draft.competencies[activity] = Competency(activity, label or None, "savoir-faire")
        asked = draft.requirements[code]
        asked[activity] = "core" if (code, task) in core or asked.get(activity) == "core" else "other"


def _rated_elements(files: _Files, draft: Draft) -> None:
    """Skills and knowledge, which roll up to the elements of the content model above them."""
    table = _table(files, _MODEL, ("element id", "element name"), draft)
    names = dict(zip(table.column("element id"), table.column("element name"), strict=True))
    for name, kind in _RATED.items():
        ratings = _ratings(files, name, draft)
        for code, element, label, scale, value in ratings:
            if element not in draft.competencies:
                above = element.rpartition(".")[0]
                macro = above if above in names and above.count(".") > 1 else None
                if macro is not None:
                    draft.competencies.setdefault(macro, Competency(macro, names[macro], kind, is_macro=True))
                draft.competencies[element] = Competency(element, label or None, kind, macro)
            if scale == "IM" and value >= _IMPORTANT:
                draft.requirements[code][element] = "core" if value >= _CORE else "other"
                draft.ratings[code, element] = (value, None)
        for code, element, _, scale, value in ratings:
            if scale == "LV" and (code, element) in draft.ratings:
                draft.ratings[code, element] = (draft.ratings[code, element][0], value)


def _ratings(files: _Files, name: str, draft: Draft) -> list[tuple[str, str, str, str, float]]:
    """Ratings of one file: occupation, element, its name, scale, value; without those to be suppressed."""
    keys = (_SOC, "element id", "scale id")
    optional = ("element name", "recommend suppress", "not relevant")
    looked_for = optional[:1] if name == _INTERESTS else optional  # interests are no survey: nothing to suppress
    table = _table(files, name, (*keys, "data value"), draft, optional=looked_for)
    # A work context has one row more for each answer, under scales of their own, which are shares and no ratings.
    table = table.keep([scale in ("IM", "LV", "CX", "CT", "OI", "IH") for scale in table.column("scale id")])
    table = _listed(draft.keyed(table, *keys), draft)
    suppressed = 0
    found: list[tuple[str, str, str, str, float]] = []
    for line, (code, element, scale, cell, label, suppress, irrelevant) in table.numbered(
        *keys, "data value", *optional
    ):
        value = draft.figure(cell, "Data Value", table, line, low=0.0, high=7.0)
        if suppress == "Y":
            suppressed += 1
        elif value is not None and irrelevant != "Y":
            found.append((code, element, label, scale, value))
    if suppressed:
        draft.note("rating_suppressed", table, count=suppressed)
    return found


def _titles(files: _Files, draft: Draft) -> None:
    table = _table(files, _TITLES, (_SOC, "alternate title"), draft, optional=("short title",))
    table = _listed(table, draft)
    titles = [(line, code, label) for line, (code, label) in table.numbered(_SOC, "alternate title")]
    declare_other_titles(draft, titles, table)


def _contexts(files: _Files, draft: Draft) -> None:
    for code, element, label, scale, value in _ratings(files, _CONTEXTS, draft):
        if scale == "CX" and value >= _FREQUENT:
            draft.contexts.setdefault(element, WorkContext(element, label or None, element[:5]))
            draft.occupation_contexts.add((code, element))


def _interests(files: _Files, draft: Draft) -> None:
    """First and second RIASEC letter of each occupation."""
    letters: dict[str, dict[str, str]] = {}
    for code, element, _, scale, value in _ratings(files, _INTERESTS, draft):
        if scale == "IH" and element in _HIGH_POINTS and 1 <= value <= len(_RIASEC):
            letters.setdefault(code, {})[element] = _RIASEC[int(value) - 1]
    for code, chosen in letters.items():
        riasec = "".join(chosen[point] for point in _HIGH_POINTS if point in chosen)
        draft.occupations[code] = replace(draft.occupations[code], riasec=riasec)


def _related(files: _Files, draft: Draft) -> None:
    """Occupations that the publisher relates to each, nearest first, as known mobilities."""
    keys, order = (_SOC, "related o*net-soc code"), "index"
    table = draft.moves(_table(files, _RELATED, keys, draft, optional=(order,)), *keys)
    for line, (origin, target, rank) in table.numbered(*keys, order):
        draft.mobilities[origin, target] = Mobility(origin, target, draft.rank(rank, order, table, line))
