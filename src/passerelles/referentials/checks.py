"""What only the whole of a referential can show, checked once for all formats; then the draft is frozen."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import TypeVar

from passerelles.codes import circles, is_rome_code, looks_like_code
from passerelles.errors import PasserellesError, ReferentialError
from passerelles.model import Domain, Provenance, Requirement
from passerelles.notices import Notice
from passerelles.referentials.draft import Draft
from passerelles.referentials.referential import Referential

_Value = TypeVar("_Value")
_UNRANKED = 10**9
_LONGEST_CHAIN = 50  # of prerequisites; the longest that ships has five


def finish(draft: Draft, *, name: str, version: str, provenance: Provenance, language: str = "fr") -> Referential:
    """
    Check what only the whole can show, sort, and freeze.

    Raises
    ------
    PasserellesError
        If prerequisites of credentials form a chain longer than any law knows.
    """
    _complete_domains(draft)
    _cut_cycles(draft)
    _refuse_deep_prerequisites(draft)
    _report_oddities(draft)
    requirements: list[Requirement] = []
    for code in sorted(draft.requirements):
        asked = draft.requirements[code]
        codes = sorted(asked)
        requirements += map(Requirement, repeat(code), codes, [asked[c] for c in codes])
    if draft.ratings:
        unrated = (None, None)
        requirements = [Requirement(*r[:3], *draft.ratings.get(r[:2], unrated)) for r in requirements]
    return Referential(
        name=name,
        version=version,
        provenance=provenance,
        language=language,
        occupations=_by_code(draft.occupations),
        competencies=_by_code(draft.competencies),
        requirements=tuple(requirements),
        titles=_by_code(draft.titles),
        contexts=_by_code(draft.contexts),
        occupation_contexts=tuple(sorted(draft.occupation_contexts)),
        tags=_by_code(draft.tags),
        occupation_tags=tuple((o, t, principal) for (o, t), principal in sorted(draft.occupation_tags.items())),
        domains=_by_code(draft.domains),
        mobilities=tuple(sorted(draft.mobilities.values(), key=lambda m: (m.origin, m.rank or _UNRANKED, m.target))),
        credentials=_by_code(draft.credentials),
        credential_requirements=tuple(v for _, v in sorted(draft.credential_requirements.items())),
        occupation_access=_by_code(draft.occupation_access),
        access=draft.access,
        removed=tuple(sorted(draft.removed)),
        notices=draft.log.notices(),
    )


def refuse_unusable(notices: Iterable[Notice], place: Path) -> None:
    """
    Stop where a notice says that what was read cannot serve.

    Raises
    ------
    ReferentialError
        Names the files and the place; `issues` has every notice.
    """
    issues = tuple(notices)
    for code in (
        "missing_required_file",
        "unusable_required_file",
        "invalid_manifest",
        "manifest_syntax",
        "no_occupations",
    ):
        found = [n for n in issues if n.code == code]
        if found:
            files = ", ".join(n.file for n in found)
            values = {"reason": "", "line": found[0].line, **dict(found[0].values)}
            raise ReferentialError(code, issues=issues, files=files, path=place, **values)


def _by_code(values: Mapping[str, _Value]) -> tuple[_Value, ...]:
    return tuple([values[code] for code in sorted(values)])


def _complete_domains(draft: Draft) -> None:
    """Where nothing files a ROME occupation, its code does: K2110 lies in K21, which lies in K."""
    for code, occupation in draft.occupations.items():
        if occupation.domain is None and is_rome_code(code):
            draft.occupations[code] = replace(occupation, domain=code[:3])
            draft.domains.setdefault(code[:1], Domain(code[:1], None))
            draft.domains.setdefault(code[:3], Domain(code[:3], None, code[:1]))
        elif occupation.domain is not None and occupation.domain not in draft.domains:
            draft.note("undeclared_domain", subject=occupation.domain)
            draft.domains[occupation.domain] = Domain(occupation.domain, None)


def _cut_cycles(draft: Draft) -> None:
    """Follow each chain of macro-competencies or domains; cut what leads nowhere or closes a circle, and say so."""
    macros = {c.code: c.macro for c in draft.competencies.values()}
    domains = {d.code: d.parent for d in draft.domains.values()}
    for parents, among in ((macros, "competencies"), (domains, "domains")):
        for code in sorted(c for c, parent in parents.items() if parent is not None and parent not in parents):
            draft.note("parent_to_nowhere", subject=code, parent=parents[code], among=among)
            parents[code] = None
        for code in cycle_starts(parents):
            draft.note("cyclic_hierarchy", subject=code, parent=parents[code], among=among)
            parents[code] = None
    for code, competency in draft.competencies.items():
        if competency.macro != macros[code]:
            draft.competencies[code] = competency._replace(macro=None)
    for code, domain in draft.domains.items():
        if domain.parent != domains[code]:
            draft.domains[code] = domain._replace(parent=None)


def _refuse_deep_prerequisites(draft: Draft) -> None:
    """Refuse chains of prerequisites that no law knows: what follows them would take hours, or the whole stack."""
    direct = {code: set(credential.prerequisites) for code, credential in draft.credentials.items()}
    endless = {code for circle in circles(direct) for code in circle}
    longer = {code for code, required in direct.items() if required and code not in endless}
    for _ in range(_LONGEST_CHAIN):
        longer = {code for code in longer if direct[code] & longer}
    if longer:
        raise PasserellesError("prerequisites_too_deep", code=min(longer), most=_LONGEST_CHAIN)


def cycle_starts(parents: Mapping[str, str | None]) -> list[str]:
    """
    One code of each circle in a parent relation: the smallest, so that two runs cut the same link; sorted.

    Examples
    --------
    >>> cycle_starts({"a": "b", "b": "a", "c": "a", "d": None})
    ['a']
    """
    return [circle[0] for circle in circles({code: [parent] if parent else [] for code, parent in parents.items()})]


def _report_oddities(draft: Draft) -> None:
    """Report occupations that ask for nothing, codes of an odd form, and competencies that nobody asks for."""
    if draft.overlay:  # the referential under it was reported already; what an overlay adds is a copy of a base
        return
    for code in sorted(draft.occupations):
        if not draft.requirements.get(code):
            draft.note("no_requirements", subject=code)
        if not looks_like_code(code):
            draft.note("odd_code", subject=code)
    asked = {code for competencies in draft.requirements.values() for code in competencies}
    unused = sum(c.code not in asked and not c.is_macro for c in draft.competencies.values())
    if unused:
        draft.note("competency_unused", count=unused)
    if not draft.occupations:
        draft.note("no_occupations")
