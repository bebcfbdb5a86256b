"""The `Referential`: one frozen value that holds a whole referential, with look-ups by code."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from passerelles.codes import closure, is_rome_code
from passerelles.model import (
    Competency,
    Credential,
    CredentialRequirement,
    Domain,
    JobTitle,
    Mobility,
    Occupation,
    OccupationAccess,
    Provenance,
    Requirement,
    Stamp,
    Tag,
    WorkContext,
)
from passerelles.notices import Notice
from passerelles.sharing import SharedLock, cached_property

if TYPE_CHECKING:
    from passerelles.store import Index

Value = TypeVar("Value")


@dataclass(frozen=True)
class Referential:
    """
    Occupations, competencies and the links between them, as read from one source, plus its overlays.

    Every tuple is sorted by code, so that two readings of the same files give equal values. `notices` is what
    reading found (see the notice catalogue); nothing was dropped without one.
    """

    name: str
    version: str
    provenance: Provenance
    occupations: tuple[Occupation, ...]
    competencies: tuple[Competency, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    titles: tuple[JobTitle, ...] = ()
    contexts: tuple[WorkContext, ...] = ()
    occupation_contexts: tuple[tuple[str, str], ...] = ()
    tags: tuple[Tag, ...] = ()
    occupation_tags: tuple[tuple[str, str, bool], ...] = ()
    domains: tuple[Domain, ...] = ()
    mobilities: tuple[Mobility, ...] = ()
    credentials: tuple[Credential, ...] = ()
    credential_requirements: tuple[CredentialRequirement, ...] = ()
    occupation_access: tuple[OccupationAccess, ...] = ()
    access: str | None = None  # catalogue of access facts that lies on it, with its version
    removed: tuple[tuple[str, str], ...] = ()  # credentials that overlays took from occupations, whoever brings them
    language: str = "fr"
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: name, version and sizes."""
        sizes = f"{len(self.occupations)} occupations, {len(self.competencies)} competencies"
        return f"<Referential {self.name} {self.version}: {sizes}, {len(self.requirements)} requirements>"

    def __getstate__(self) -> dict[str, object]:
        """Pickle the fields alone: the look-ups are made anew where they are needed."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @property
    def stamp(self) -> Stamp:
        """What an answer says of where it comes from."""
        return Stamp(self.name, self.version, self.provenance.sha256)

    @property
    def family(self) -> str:
        """
        What the referential is a version of, whatever its name: ``"rome"``, ``"esco"``, ``"onet"``, or itself.

        Tables most of whose occupations carry codes of ROME's form are of ROME's family.
        """
        form = self.provenance.format
        if form in ("esco", "onet"):
            return form
        if form != "table":
            return "rome"
        alike = sum(is_rome_code(o.base or o.code) for o in self.occupations)
        return "rome" if 2 * alike > len(self.occupations) else self.name

    @property
    def index(self) -> "Index | None":
        """The compiled index that holds this referential; None for one that was read from its source."""
        return None

    def with_overlay(self, name_or_path: str | Path) -> "Referential":
        """
        Return a new referential with a branch's specialised occupations, credentials and requirements on top.

        Parameters
        ----------
        name_or_path
            Name of an overlay that is embedded (``"enseignement-conduite"``), installed or carried by a package; or a
            folder, zip or workbook in the overlay format.

        Raises
        ------
        PasserellesError
            If there is no such overlay, or it is no overlay. What this referential lacks is a notice, not an error.

        Examples
        --------
        >>> from passerelles import load_referential
        >>> plain = load_referential("transitions")
        >>> split = plain.with_overlay("enseignement-conduite")
        >>> [o.label for o in split.parts_of("K2110")][:1]
        ['Enseignant / Enseignante de la conduite, deux-roues']
        """
        from passerelles.referentials.overlay import apply_overlay  # noqa: PLC0415 - it builds on this class

        return apply_overlay(self, name_or_path)

    def parts_of(self, code: str) -> tuple[Occupation, ...]:
        """Specialised occupations into which an overlay splits the occupation `code`; empty where none does."""
        return tuple(o for o in self.occupations if code in o.bases)

    def derived(self, key: Hashable, build: Callable[[], Value]) -> Value:
        """
        Return what `build` makes of this referential, made once and kept with it.

        The referential never changes, so what follows from it alone does not either; upper layers keep their
        indexes here instead of in a global cache. Safe to call from several threads.
        """
        memo: dict[Hashable, Any] = vars(self).setdefault("_memo", {})
        if key not in memo:
            with vars(self).setdefault("_lock", SharedLock()):
                if key not in memo:
                    memo[key] = build()
        found: Value = memo[key]
        return found

    @cached_property
    def occupation_by_code(self) -> Mapping[str, Occupation]:
        """Occupation of each code."""
        return MappingProxyType({o.code: o for o in self.occupations})

    @cached_property
    def competency_by_code(self) -> Mapping[str, Competency]:
        """Competency of each code."""
        return MappingProxyType({c.code: c for c in self.competencies})

    @cached_property
    def credential_by_code(self) -> Mapping[str, Credential]:
        """Credential of each code."""
        return MappingProxyType({c.code: c for c in self.credentials})

    @cached_property
    def context_by_code(self) -> Mapping[str, WorkContext]:
        """Work context of each code."""
        return MappingProxyType({c.code: c for c in self.contexts})

    @cached_property
    def domain_by_code(self) -> Mapping[str, Domain]:
        """Node of the domain tree of each code."""
        return MappingProxyType({d.code: d for d in self.domains})

    @cached_property
    def requirements_of(self) -> Mapping[str, tuple[Requirement, ...]]:
        """Requirements of each occupation, by competency code; an occupation that lists none is not a key."""
        return _grouped(self.requirements)

    @cached_property
    def titles_of(self) -> Mapping[str, tuple[JobTitle, ...]]:
        """Job titles of each occupation, by title code."""
        grouped: dict[str, list[JobTitle]] = {}
        for title in self.titles:
            grouped.setdefault(title.occupation, []).append(title)
        return MappingProxyType({code: tuple(titles) for code, titles in grouped.items()})

    @cached_property
    def titles_under(self) -> Mapping[str, tuple[JobTitle, ...]]:
        """Job titles that the referential itself lists under each fiche, whatever an overlay claims; by title code."""
        grouped: dict[str, list[JobTitle]] = {}
        for title in self.titles:
            fiche = title.fiche or title.occupation
            grouped.setdefault(fiche, []).append(title)
        return MappingProxyType({code: tuple(titles) for code, titles in grouped.items()})

    @cached_property
    def credentials_of(self) -> Mapping[str, tuple[CredentialRequirement, ...]]:
        """Credentials that each occupation requires or that lead to it."""
        return _grouped(self.credential_requirements)

    @cached_property
    def access_of(self) -> Mapping[str, OccupationAccess]:
        """What access to each occupation is as a whole, where it is known."""
        return MappingProxyType({row.occupation: row for row in self.occupation_access})

    @cached_property
    def contexts_of(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of the work contexts of each occupation."""
        grouped: dict[str, list[str]] = {}
        for occupation, context in self.occupation_contexts:
            grouped.setdefault(occupation, []).append(context)
        return MappingProxyType({code: tuple(contexts) for code, contexts in grouped.items()})

    def titles_in(self, occupation: str) -> tuple[JobTitle, ...]:
        """Job titles of one occupation, by title code; none where it lists none."""
        return self.titles_of.get(occupation, ())

    def moves_from(self, origin: str) -> Mapping[str, Mobility]:
        """Moves that the experts list from a fiche, by target."""

        def group() -> Mapping[str, Mapping[str, Mobility]]:
            grouped: dict[str, dict[str, Mobility]] = {}
            for move in self.mobilities:
                grouped.setdefault(move.origin, {})[move.target] = move
            return MappingProxyType(grouped)

        return self.derived("moves-from", group).get(origin, {})

    def prerequisites_of(self, credential: str) -> tuple[str, ...]:
        """
        Every credential that must be held before `credential`, itself excluded, prerequisites first.

        A cycle (a fault that validation reports) does not hang: each credential is listed once.
        """
        return closure(credential, self._direct_prerequisites)[:-1]

    def _direct_prerequisites(self, credential: str) -> tuple[str, ...]:
        known = self.credential_by_code.get(credential)
        return known.prerequisites if known else ()


_Row = TypeVar("_Row", Requirement, CredentialRequirement)


def _grouped(rows: Iterable[_Row]) -> Mapping[str, tuple[_Row, ...]]:
    grouped: dict[str, list[_Row]] = {}
    for row in rows:
        grouped.setdefault(row.occupation, []).append(row)
    return MappingProxyType({code: tuple(found) for code, found in grouped.items()})
