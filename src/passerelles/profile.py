"""A person as the engine sees one: an occupation, competencies and credentials, and nothing that identifies anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from passerelles.codes import check_code, check_codes
from passerelles.errors import PasserellesError
from passerelles.model import Employment, Ternary
from passerelles.sharing import FrozenDict

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
        If it has neither an occupation nor a competency (of somebody of whom nothing is known every occupation would be
        as near as any other: that is no answer to give), if a code is no text, if a text stands where a list or a
        mapping of codes is meant, if a credential is neither held, nor not held, nor unknown, or there is no such
        employment.

    Examples
    --------
    >>> Profile("K2110", credentials={"PERM-C": "yes"}).credentials["PERM-C"]
    'yes'
    """

    occupation: str | None = None
    competencies: tuple[str, ...] = ()
    credentials: Mapping[str, Ternary] = field(default_factory=dict)
    employment: Employment | None = None

    def __post_init__(self) -> None:
        """Check and freeze what was given."""
        if self.occupation is not None:
            check_code(self.occupation, what="occupation")
        if self.employment is not None and self.employment not in get_args(Employment):
            known = ", ".join(get_args(Employment))
            raise PasserellesError("unknown_employment", value=repr(self.employment), known=known)
        some = check_codes(self.competencies, what="competencies")
        codes = tuple(sorted({check_code(c, what="competency") for c in some}))
        if self.occupation is None and not codes:
            raise PasserellesError("empty_profile")
        stated: object = self.credentials
        if not isinstance(stated, Mapping):
            kind = type(stated).__name__
            raise PasserellesError("not_a_mapping", what="credentials", value=repr(stated), kind=kind)
        for code, held in self.credentials.items():
            check_code(code, what="credential")
            if held not in _TERNARY:
                raise PasserellesError("not_ternary", code=code, value=repr(held))
        object.__setattr__(self, "competencies", codes)
        object.__setattr__(self, "credentials", FrozenDict(sorted(self.credentials.items())))
