"""Small referentials made in memory, for tests whose answers can be worked out by hand."""

from collections.abc import Iterable, Mapping

from passerelles.model import (
    Competency,
    Credential,
    CredentialRequirement,
    Domain,
    Mobility,
    Occupation,
    Provenance,
    Requirement,
    WorkContext,
)
from passerelles.referentials.referential import Referential


def occupation(code: str, **changes: object) -> Occupation:
    """Occupation whose label is 'Métier CODE'."""
    values: dict[str, object] = {"code": code, "label": f"Métier {code}", "parent": code, "domain": code[:1]}
    return Occupation(**(values | changes))  # type: ignore[arg-type]


def referential(
    requirements: Mapping[str, Iterable[str]],
    *,
    occupations: Iterable[Occupation] = (),
    macros: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    mobilities: Iterable[tuple[str, str]] = (),
    contexts: Mapping[str, Iterable[str]] | None = None,
    credentials: Iterable[Credential] = (),
    demands: Iterable[tuple[str, str]] = (),
) -> Referential:
    """
    Build a referential from what each occupation requires; ``"a*"`` marks competency ``a`` as core there.

    `macros` maps a competency to its macro-competency, `labels` a competency to its label (its code by default).
    """
    given = {o.code: o for o in occupations}
    known = {code: given.get(code, occupation(code)) for code in sorted({*requirements, *given})}
    rolled = dict(macros or {})
    names = dict(labels or {})
    codes = sorted({c.rstrip("*") for listed in requirements.values() for c in listed} | set(rolled))
    broader = set(rolled.values())
    competencies = [
        Competency(c, names.get(c, c), "savoir-faire", macro=rolled.get(c), is_macro=c in broader)
        for c in sorted({*codes, *broader})
    ]
    links = {(o, c.rstrip("*")): c.endswith("*") for o, listed in requirements.items() for c in listed}
    settled = dict(contexts or {})
    return Referential(
        name="petit",
        version="1",
        provenance=Provenance(source="test", format="rome4"),
        occupations=tuple(known[c] for c in sorted(known)),
        competencies=tuple(sorted(competencies)),
        requirements=tuple(Requirement(o, c, "core" if core else "other") for (o, c), core in sorted(links.items())),
        contexts=tuple(WorkContext(c, f"Contexte {c}") for c in sorted({c for v in settled.values() for c in v})),
        occupation_contexts=tuple(sorted((o, c) for o, listed in settled.items() for c in listed)),
        domains=tuple(Domain(d, f"Domaine {d}") for d in sorted({o.domain for o in known.values() if o.domain})),
        mobilities=tuple(Mobility(o, t, i + 1) for i, (o, t) in enumerate(mobilities)),
        credentials=tuple(sorted(credentials, key=lambda c: c.code)),
        credential_requirements=tuple(CredentialRequirement(o, c) for o, c in sorted(demands)),
    )
