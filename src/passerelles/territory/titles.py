"""Job titles that are not exact: the nearest occupation with its confidence, by the package's resolver of titles."""

from typing import NamedTuple

from passerelles.matching.titles import REVIEW, resolve_title
from passerelles.referentials.referential import Referential


class Resolved(NamedTuple):
    """Code of a job, what was written for it (empty for its own code), and how sure the code is, in [0, 1]."""

    code: str
    given: str
    confidence: float


def resolve_job(referential: Referential, text: str) -> Resolved | None:
    """
    Return the occupation of a title that is not exact; None where none is worth a look.

    A doubtful one is taken and shown with its confidence: the person corrects it in the file.
    """
    first = next(iter(resolve_title(referential, text, limit=1)), None)
    if first is None or first.confidence < REVIEW:
        return None
    return Resolved(first.code, text, round(first.confidence, 3))
