"""What a reader fills in row by row, and the checks that every format shares on the way to a `Referential`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from passerelles.codes import is_rome_code, looks_like_code
from passerelles.files.tabular import Table
from passerelles.model import (
    Competency,
    CompetencyKind,
    Credential,
    CredentialRequirement,
    Domain,
    FileRecord,
    JobTitle,
    Mobility,
    Occupation,
    Provenance,
    Requirement,
    Status,
    Tag,
    WorkContext,
)
from passerelles.notices import Notice, notice, sort_notices
from passerelles.referentials.referential import Referential

_Value = TypeVar("_Value")


@dataclass
class Draft:
    """
    A referential being read. Mutable and private to the readers; `finish` checks it and freezes it.

    Rows are kept in dictionaries by code (first row wins, a later one is reported), links by their two codes.
    """

    occupations: dict[str, Occupation] = field(default_factory=dict)
    competencies: dict[str, Competency] = field(default_factory=dict)
    requirements: dict[tuple[str, str], Status] = field(default_factory=dict)
    titles: dict[str, JobTitle] = field(default_factory=dict)
    contexts: dict[str, WorkContext] = field(default_factory=dict)
    occupation_contexts: set[tuple[str, str]] = field(default_factory=set)
    tags: dict[str, Tag] = field(default_factory=dict)
    occupation_tags: dict[tuple[str, str], bool] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    mobilities: dict[tuple[str, str], Mobility] = field(default_factory=dict)
    credentials: dict[str, Credential] = field(default_factory=dict)
    credential_requirements: dict[tuple[str, str], CredentialRequirement] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)
    replaceable: set[tuple[str, str]] = field(default_factory=set)  # (kind, code) that an overlay may declare anew

    @classmethod
    def of(cls, referential: Referential) -> "Draft":
        """Thaw a referential, so that an overlay can be laid on it."""
        draft = cls(
            occupations=dict(referential.occupation_by_code),
            competencies=dict(referential.competency_by_code),
            requirements={(r.occupation, r.competency): r.status for r in referential.requirements},
            titles={t.code: t for t in referential.titles},
            contexts=dict(referential.context_by_code),
            occupation_contexts=set(referential.occupation_contexts),
            tags={t.code: t for t in referential.tags},
            occupation_tags={(o, t): principal for o, t, principal in referential.occupation_tags},
            domains=dict(referential.domain_by_code),
            mobilities={(m.origin, m.target): m for m in referential.mobilities},
            credentials=dict(referential.credential_by_code),
            credential_requirements={(c.occupation, c.credential): c for c in referential.credential_requirements},
        )
        draft.replaceable |= {("credentials", code) for code in draft.credentials}
        draft.replaceable |= {("competencies", code) for code in draft.competencies}
        return draft

    def note(self, code: str, *, file: str = "", line: int | None = None, count: int = 1, **values: object) -> None:
        """Report one thing found."""
        self.notices.append(notice(code, file=file, line=line, count=count, **values))

    def took(self, table: Table) -> None:
        """Record a file that was read, with what reading it found."""
        self.files.append(table.record)
        self.notices += table.notices

    def declare(self, kind: str, code: str, value: _Value, *, table: Table, line: int) -> bool:
        """Add one declared row to the dictionary `kind`; report an empty or a repeated code instead."""
        into: dict[str, _Value] = getattr(self, kind)
        if not code:
            self.note("empty_code", file=table.name, line=line)
        elif code in into and (kind, code) not in self.replaceable:
            self.note("duplicate_code", file=table.name, line=line, subject=code)
        else:
            into[code] = value
            self.replaceable.discard((kind, code))
            if getattr(value, "label", "") is None:
                self.note("label_missing", file=table.name, line=line, subject=code)
            return True
        return False

    def require_occupation(self, code: str, *, table: Table, line: int) -> None:
        """Keep an occupation that is linked but not declared: flagged, label unknown."""
        if code not in self.occupations:
            self.note("undeclared_occupation", file=table.name, line=line, subject=code)
            self.occupations[code] = Occupation(code=code, label=None)

    def require_competency(self, code: str, kind: CompetencyKind, *, table: Table, line: int) -> None:
        """Keep a competency that is linked but not declared: flagged, label unknown."""
        if code not in self.competencies:
            self.note("undeclared_competency", file=table.name, line=line, subject=code)
            self.competencies[code] = Competency(code=code, label=None, kind=kind)

    def nowhere(self, code: str, among: str, *, table: Table, line: int) -> bool:
        """Whether `code` is absent from the dictionary `among`; a row that leads nowhere is dropped and reported."""
        if code in getattr(self, among):
            return False
        self.note("link_to_nowhere", file=table.name, line=line, subject=code, among=among)
        return True

    def coded(self, known: Mapping[str, _Value], value: str, *, column: str, table: Table, line: int) -> _Value:
        """Meaning of a coded cell; one that the format does not know is unknown (as an empty one), and reported."""
        if value not in known:
            self.note("invalid_value", file=table.name, line=line, column=column, value=value)
        return known.get(value, known[""])

    def finish(
        self,
        *,
        name: str,
        version: str,
        provenance: Provenance,
        language: str = "fr",
        extra_notices: Iterable[Notice] = (),
    ) -> Referential:
        """Check what only the whole can show, sort, and freeze."""
        _complete_domains(self)
        _cut_cycles(self)
        _report_bare_occupations(self)
        return Referential(
            name=name,
            version=version,
            provenance=provenance,
            language=language,
            occupations=_by_code(self.occupations),
            competencies=_by_code(self.competencies),
            requirements=tuple(Requirement(o, c, s) for (o, c), s in sorted(self.requirements.items())),
            titles=_by_code(self.titles),
            contexts=_by_code(self.contexts),
            occupation_contexts=tuple(sorted(self.occupation_contexts)),
            tags=_by_code(self.tags),
            occupation_tags=tuple((o, t, principal) for (o, t), principal in sorted(self.occupation_tags.items())),
            domains=_by_code(self.domains),
            mobilities=tuple(sorted(self.mobilities.values(), key=lambda m: (m.origin, m.rank or 10**6, m.target))),
            credentials=_by_code(self.credentials),
            credential_requirements=tuple(v for _, v in sorted(self.credential_requirements.items())),
            notices=sort_notices([*self.notices, *extra_notices]),
        )


def _by_code(values: Mapping[str, _Value]) -> tuple[_Value, ...]:
    return tuple(values[code] for code in sorted(values))


def _complete_domains(draft: Draft) -> None:
    """Where nothing files a ROME occupation, its code does: K2110 lies in K21, which lies in K."""
    for code, occupation in draft.occupations.items():
        if occupation.domain is None and is_rome_code(code):
            draft.occupations[code] = replace(occupation, domain=code[:3])
            draft.domains.setdefault(code[:1], Domain(code[:1], None))
            draft.domains.setdefault(code[:3], Domain(code[:3], None, code[:1]))


def _cut_cycles(draft: Draft) -> None:
    """Follow each macro-competency, domain and prerequisite chain; cut the link that closes a circle, and say so."""
    parents: dict[str, str | None] = {c.code: c.macro for c in draft.competencies.values()}
    for code in cycle_starts(parents):
        draft.note("cyclic_hierarchy", subject=code)
        draft.competencies[code] = draft.competencies[code]._replace(macro=None)
    domains: dict[str, str | None] = {d.code: d.parent for d in draft.domains.values()}
    for code in cycle_starts(domains):
        draft.note("cyclic_hierarchy", subject=code)
        draft.domains[code] = draft.domains[code]._replace(parent=None)


def cycle_starts(parents: Mapping[str, str | None]) -> list[str]:
    """
    One code of each circle in a parent relation: the smallest, so that two runs cut the same link.

    Examples
    --------
    >>> cycle_starts({"a": "b", "b": "a", "c": "a", "d": None})
    ['a']
    """
    done: set[str] = set()
    starts: list[str] = []
    for code in sorted(parents):
        trail: dict[str, None] = {}
        here: str | None = code
        while here is not None and here not in done and here not in trail:
            trail[here] = None
            here = parents.get(here)
        if here is not None and here in trail:
            ring = list(trail)
            starts.append(min(ring[ring.index(here) :]))
        done.update(trail)
    return starts


def _report_bare_occupations(draft: Draft) -> None:
    covered = {occupation for occupation, _ in draft.requirements}
    for code in sorted(set(draft.occupations) - covered):
        draft.note("no_requirements", subject=code)
    for code in sorted(draft.occupations):
        if not looks_like_code(code):
            draft.note("odd_code", subject=code)
