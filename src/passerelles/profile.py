"""A person as the engine sees one: an occupation, competencies and credentials, and nothing that identifies anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import get_args

from passerelles.codes import check_code
from passerelles.errors import PasserellesError
from passerelles.model import Employment, Ternary

_TERNARY = ("yes", "no", "unknown")


@dataclass(frozen=True)
class Profile:
    """
    Where a path starts.

    Parameters
    ----------
    occupation
        Code or exact job title of the occupation exercised, or None.
    competencies
        Codes of competencies held, besides those that the occupation requires.
    credentials
        ``"yes"``, ``"no"`` or ``"unknown"`` by credential code; a credential that is absent is unknown, except
        that the credentials which the occupation requires are held.
    employment
        How the person means to work: ``"employee"``, ``"self-employed"`` or ``"public"``, which decides whom a
        requirement concerns; None, as an employee of a firm.

    Raises
    ------
    PasserellesError
        If a code is no text, a credential is neither held, nor not held, nor unknown, or there is no such employment.

    Examples
    --------
    >>> Profile("K2110", credentials={"PERM-C": "yes"}).credentials["PERM-C"]
    'yes'
    """

    occupation: str | None = None
    competencies: tuple[str, ...] = ()
    credentials: Mapping[str, Ternary] = field(default_factory=dict)
    employment: Employment | None = None

    def __hash__(self) -> int:
        """Equal profiles have equal hashes: a profile may be the key of a mapping to numbers of people."""
        return hash((self.occupation, self.competencies, tuple(self.credentials.items()), self.employment))

    def __post_init__(self) -> None:
        """Check and freeze what was given."""
        if self.occupation is not None:
            check_code(self.occupation, what="occupation")
        if self.employment is not None and self.employment not in get_args(Employment):
            known = ", ".join(get_args(Employment))
            raise PasserellesError("unknown_employment", value=repr(self.employment), known=known)
        codes = tuple(sorted({check_code(c, what="competency") for c in self.competencies}))
        for code, held in self.credentials.items():
            check_code(code, what="credential")
            if held not in _TERNARY:
                raise PasserellesError("not_ternary", code=code, value=repr(held))
        object.__setattr__(self, "competencies", codes)
        object.__setattr__(self, "credentials", MappingProxyType(dict(sorted(self.credentials.items()))))


def known_person(profile: Profile) -> Profile:
    """
    Return a profile that was read from a file or a request, once it says something of somebody.

    Of a person of whom nothing is known every occupation would be as near as any other: that is no answer to give.

    Raises
    ------
    PasserellesError
        If it has neither an occupation nor a competency.
    """
    if profile.occupation is None and not profile.competencies:
        raise PasserellesError("empty_profile")
    return profile
