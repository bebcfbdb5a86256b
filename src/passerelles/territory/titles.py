"""Job titles that are not exact: the nearest occupation with its confidence, by the package's resolver of titles."""

from typing import NamedTuple

from passerelles.referentials.referential import Referential


class Resolved(NamedTuple):
    """Code of a job, what was written for it (empty for its own code), and how sure the code is, in [0, 1]."""

    code: str
    given: str
    confidence: float


def resolve_job(referential: Referential, text: str) -> Resolved | None:  # noqa: ARG001 - filled in below
    """Return the occupation of a title that is not exact; None where none is sure enough to run with."""
    return None
