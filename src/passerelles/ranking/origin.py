"""From what a caller gives as an origin to rows, holdings and credentials of one graph."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from passerelles.access.holdings import Holdings, holdings_of
from passerelles.codes import check_code
from passerelles.errors import UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.model import Occupation, Profile
from passerelles.ranking.move import End
from passerelles.referentials.referential import find_occupation, named_titles, nearest_codes
from passerelles.scoring.coverage import Holding, holding_of, required_columns

_NOTHING: Final = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Start:
    """
    An origin found in a graph.

    `row` is the row of its occupation, -1 without one; `plain` says that it is that occupation and nothing more,
    so that the table of scores has its row already.
    """

    row: int
    plain: bool
    holding: Holding
    holdings: Holdings
    end: End
    occupation: Occupation | None


def find_start(graph: OccupationGraph, origin: str | Profile, *, towards: Iterable[str] = ()) -> Start:
    """
    Find an origin in a graph; what access takes is that of the title by which it, or one of `towards`, is named.

    Raises
    ------
    UnknownCodeError
        If its occupation, a competency or a credential is not in the referential.
    PasserellesError
        If it is neither text nor a profile.
    """
    profile = origin if isinstance(origin, Profile) else Profile(occupation=check_code(origin, what="occupation"))
    referential = graph.referential
    code = None if profile.occupation is None else find_occupation(referential, profile.occupation)
    row = -1 if code is None else graph.position[code]
    required = _NOTHING if row < 0 else required_columns(graph, row)
    more = []
    for competency in profile.competencies:
        if competency not in referential.competency_by_code:
            labels = {c.code: c.label or "" for c in referential.competencies}
            raise UnknownCodeError(competency, suggestions=nearest_codes(competency, labels), key="unknown_competency")
        # A competency that no occupation asks for is known, and brings nothing.
        if competency in graph.competency_position:
            more.append(graph.competency_position[competency])
    for credential in profile.credentials:
        if credential not in referential.credential_by_code:
            labels = {c.code: c.label for c in referential.credentials}
            raise UnknownCodeError(credential, suggestions=nearest_codes(credential, labels), key="unknown_credential")
    columns = np.union1d(required, np.asarray(more, dtype=np.int32)) if more else required
    occupation = None if code is None else referential.occupation_by_code[code]
    named = (*(() if profile.occupation is None else (profile.occupation,)), *towards)
    return Start(
        row=row,
        plain=row >= 0 and len(columns) == len(required),
        holding=holding_of(graph, columns),
        holdings=holdings_of(
            referential, code, profile.credentials, profile.employment, named_titles(referential, named)
        ),
        end=End(code, occupation.label if occupation else None),
        occupation=occupation,
    )


def excluded_rows(graph: OccupationGraph, row: int) -> NDArray[np.bool_]:
    """Shape (n,): what is no move from an occupation: itself, the fiche that it is a part of, its own parts."""
    barred = np.zeros(len(graph.codes), dtype=np.bool_)
    if row >= 0:
        barred[row] = True
        barred[graph.base_rows[row]] = True
        barred[graph.base_rows == row] = True
    return barred
