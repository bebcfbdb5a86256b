"""`validate`: everything that reading a referential finds, in one pass, with counts of what it holds."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, get_args

from passerelles.codes import grouped, sum_by_key
from passerelles.language.say import Lang, number, say
from passerelles.model import CompetencyKind
from passerelles.notices import Notice, NoticeLog, Severity, count_by_severity, notice
from passerelles.referentials.access_text import read_access_text
from passerelles.referentials.credentials import DEFAULT
from passerelles.referentials.load import read_anyway
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Referential, apply_overlay, lay_access, open_referential
from passerelles.referentials.table_format import open_tables
from passerelles.store import is_index, open_index
from passerelles.text import fold_accents
from passerelles.views.schema import one_of
from passerelles.views.shown import Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet

_WIDE: Final = On.FILE | On.PAGE


def _notice_text(notice: Notice, lang: Lang) -> str:
    """Return what was found, its code and place, and what to do, a line each."""
    about = {"file": notice.file, "line": str(notice.line)}
    where = say("validation.where", lang=lang, **about) if notice.line else notice.file
    return "\n".join((notice.what(lang), ", ".join(filter(None, (notice.code, where))), f"→ {notice.action(lang)}"))


NOTICE: Final = Record(
    "notice",
    "A notice",
    Column("severity", words="validation.severity", promised=one_of(get_args(Severity))),
    Column("code", promised="text", on=On.FILE),
    Column("file", promised="text?", on=_WIDE),
    Column("line", "integer", promised="ordinal?", on=On.FILE),
    Column("count", "integer", value="faults", promised="ordinal"),
    Column("dropped", promised="count", on=On.JSON),
    Column("values", json=lambda n, _: dict(n.values), promised={"each": "text"}, on=On.JSON),
    Column("what", value=lambda n, lang: n.what(lang), promised="text", on=_WIDE),
    Column("what", value=_notice_text, on=On.TERMINAL),
    Column("action", value=lambda n, lang: n.action(lang), promised="text", on=_WIDE),
)


_KINDS: Final = {fold_accents(kind).replace("-", "_"): kind for kind in get_args(CompetencyKind)}
_ALL_ON_PAGE: Final = 50  # notices, beyond which a page shows one of each kind and file: whoever mends wants every row


@dataclass(frozen=True, slots=True, repr=False)
class ValidationReport(Shown):
    """
    What validation found: `notices`, errors first, and `counts` of what could be read.

    `place` is the folder or zip, `format` the one recognised. `counts` has the same keys whatever was read; its
    ``dropped`` is the number of rows left out, all of them counted in the notices.
    """

    name: str
    version: str
    place: str
    format: str
    sha256: str
    counts: Mapping[str, int]
    notices: tuple[Notice, ...]

    __repr__ = Shown.__str__

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return every notice as a row."""
        return [Sheet("notices", NOTICE.columns, lambda: self.notices, lang)]

    def page(self, lang: Lang = "fr") -> Page:
        """Return verdict and counts, every notice, or one a kind and file where they are many and all to unfold."""
        counted = {k: number(v, lang=lang) for k, v in self.severities.items()}
        rows = ((key, value) for key, value in self.counts.items() if value or key == "dropped")
        counts = [(say(f"validation.count.{key}", lang=lang), value) for key, value in rows]
        (every,) = self.sheets(lang)
        many = len(self.notices) > _ALL_ON_PAGE
        return Page(
            say("validation.title", lang=lang, name=f"{self.name} {self.version}".strip(), place=self.place),
            [say(f"validation.{'ok' if self.ok else 'not_ok'}", lang=lang, **counted)],
            [
                Sheet.of_rows("counts", (Column("text"), Column("count", "integer")), counts),
                replace(every, items=self.summary) if many else every,
            ],
            [Page(every.label(lang), sheets=[every])] if many else [],
        )

    @property
    def dropped(self) -> dict[str, int]:
        """Rows left out of each file, by its name; files that lost none are not keys."""
        dropped = sum_by_key((notice.file, notice.dropped) for notice in self.notices)
        return {file: n for file, n in sorted(dropped.items()) if n}

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return self.severities["error"] == 0

    @property
    def severities(self) -> dict[Severity, int]:
        """Occurrences of each severity, zero included."""
        return count_by_severity(self.notices)

    def summary(self) -> tuple[Notice, ...]:
        """One notice a code and file, with the number of all its occurrences and the details of the first."""
        groups = grouped(((notice.code, notice.file), notice) for notice in self.notices)
        return tuple(replace(alike[0], count=sum(notice.count for notice in alike)) for alike in groups.values())

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON; the sentences are in `lang`."""
        about = {"name": self.name, "version": self.version, "sha256": self.sha256}
        values: dict[str, Any] = {"schema": "passerelles/validate@1", "referential": about, "scorer": None}
        values |= {"settings": {}, "place": self.place, "format": self.format, "ok": self.ok}
        values |= {"severities": self.severities, "counts": dict(self.counts), "dropped": self.dropped}
        return values | {"results": [NOTICE.to_dict(n, lang) for n in self.notices]}


def validate(
    place: str | Path, *, overlays: Sequence[str | Path] = (), access: str | None = DEFAULT
) -> ValidationReport:
    """
    Read a referential, and report all that is wrong with it.

    Parameters
    ----------
    place
        As for `load_referential`: a name, a folder or a zip.
    overlays
        Names or paths of overlays to lay on it; what they lack in it is reported too.
    access
        Catalogue of access facts to lay on it, where it knows its occupations; None for none.

    Returns
    -------
    report
        A required file that is missing, or that cannot be read, is an error in it, not an exception.

    Raises
    ------
    PasserellesError
        If there is nothing at that place, or it is no referential at all.

    Examples
    --------
    >>> report = validate("transitions")
    >>> report.ok, report.counts["dropped"]
    (True, 0)
    """
    referential = _read_whole(place_of(place, "referential"))
    if not any(n.kind.fatal for n in referential.notices):
        for overlay in overlays:
            referential = apply_overlay(referential, overlay)
        if access is not None and referential.index is None:
            referential = lay_access(referential, access)
            log = NoticeLog((*referential.notices, *text_disagreements(referential)))
            referential = replace(referential, notices=log.notices())
    about = referential.provenance
    named = (referential.name, referential.version, str(place), about.format, about.sha256)
    return ValidationReport(*named, _counts(referential), referential.notices)


def check_overlay(name_or_path: str | Path, referential: Referential) -> ValidationReport:
    """
    Lay an overlay on a referential, and report all that is wrong with it there.

    Parameters
    ----------
    name_or_path
        Name, folder, zip or workbook.
    referential
        What to lay it on.

    Returns
    -------
    report
        Notices of the overlay alone; `counts` are what it adds.

    Raises
    ------
    PasserellesError
        If there is no such overlay, or it calls itself a referential.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> check_overlay("enseignement-conduite", load_referential("transitions")).ok
    True
    """
    laid = apply_overlay(referential, name_or_path, anyway=True)
    notices = laid.notices_of(place_of(name_or_path, "overlay"))
    # Rows of the catalogue of access are added again with a graph: they are not what the overlay adds or takes.
    key = "credential_requirements"
    before, after = (_counts(r) | {key: sum(not row.origin for row in getattr(r, key))} for r in (referential, laid))
    about, where = laid.provenance.laid[-1], f"{name_or_path} + {laid.name} {laid.version}"
    counts = {k: n - before[k] for k, n in after.items()} | {"dropped": sum(n.dropped for n in notices)}
    return ValidationReport(about.name, about.version, where, "overlay", laid.provenance.sha256, counts, notices)


def _read_whole(place: Path) -> Referential:
    """Read a source whatever is wrong with it; of a compiled index, check every byte."""
    if not is_index(place):
        return read_anyway(open_tables(place))
    open_index(place).verify()
    return open_referential(place)


def _counts(referential: Referential) -> dict[str, int]:
    kind_of = {c.code: c.kind for c in referential.competencies}
    declared, required = Counter(kind_of.values()), Counter(kind_of[r.competency] for r in referential.requirements)
    statuses = Counter(r.status for r in referential.requirements)
    sizes = ("tags", "occupation_tags", "domains", "mobilities", "credentials", "credential_requirements")
    undeclared = sum(n.count for n in referential.notices if n.code == "undeclared_occupation")
    specialised = sum(o.base is not None for o in referential.occupations)
    return {
        "occupations_declared": len(referential.occupations) - undeclared - specialised,
        "occupations_undeclared": undeclared,
        "occupations_specialised": specialised,
        "titles": len(referential.titles),
        "competencies": len(referential.competencies),
        **{f"competencies_{key}": declared[kind] for key, kind in _KINDS.items()},
        "competencies_without_label": sum(c.label is None for c in referential.competencies),
        "requirements": len(referential.requirements),
        **{f"requirements_{key}": required[kind] for key, kind in _KINDS.items()},
        **{f"requirements_{status}": statuses[status] for status in ("core", "emerging", "other")},
        "contexts": len(referential.contexts),
        "work_contexts": len(referential.occupation_contexts),
        **{name: len(getattr(referential, name)) for name in sizes},
        "files_read": len(referential.provenance.files),
        "dropped": sum(n.dropped for n in referential.notices),
    }


def text_disagreements(referential: Referential) -> Iterator[Notice]:
    """
    Yield where an occupation's own text asks for a credential that the catalogue does not require.

    The catalogue wins: its facts come from the law or the trade, and a text may ask for what no law does. Reading every
    text takes a second or two, so that only validation does it. A specialised occupation has the text of the whole
    fiche, not its own, and may be the very part of which nothing is asked.
    """
    catalogue = (referential.access or "").split(" ")[0]
    for occupation in referential.occupations:
        access = referential.access_of.get(occupation.code)
        kinds = {row.kind for row in referential.credentials_of.get(occupation.code, ())}
        if access is None or access.status != "open" or occupation.base is not None or kinds & {"required", "one-of"}:
            continue
        access_text = read_access_text(occupation.access, referential.language)
        if access_text is not None and access_text.required:
            names = "; ".join(dict.fromkeys(mention.text for mention in access_text.required))
            yield notice("access_text_differs", file=catalogue, subject=occupation.code, names=names)
