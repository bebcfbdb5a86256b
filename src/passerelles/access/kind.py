"""The kind of a move: the same job, up, down, sideways, or not known; and whether it stays in its field."""

from typing import Final

from passerelles.access.conditions import AccessConditions, access_conditions
from passerelles.model import MoveKind
from passerelles.referentials.referential import Referential

_GRADES: Final = ("diplôme", "titre")


def move_kind(
    referential: Referential, origin: str | None, target: str, before: AccessConditions | None, after: AccessConditions
) -> MoveKind:
    """
    Return the kind of a move.

    Parameters
    ----------
    referential
        Where the occupations are.
    origin, target
        Codes; None for a person without an occupation.
    before, after
        Access to the origin and to the target: their levels, and what they require.

    Notes
    -----
    A credential that the origin requires and that has the target's as prerequisite makes it a step down, where both
    are diplomas or titles: nobody goes down a grade by holding a licence more.
    """
    if origin is None or before is None:
        return "unknown"
    if origin == target:
        return "same-job"
    if _supposes(referential, before, after):
        return "step-down"
    managerial = (referential.occupation_by_code[origin].managerial, referential.occupation_by_code[target].managerial)
    ranks: dict[tuple[str, str], MoveKind] = {("no", "yes"): "advancement", ("yes", "no"): "step-down"}
    known = None not in (before.level_low, before.level_high, after.level_low, after.level_high)
    return _by_level(before, after) or ranks.get(managerial) or ("lateral" if known else "unknown")


def kind_between(
    referential: Referential, origin: str | None, target: str, titles: frozenset[str] = frozenset()
) -> MoveKind:
    """Return the kind of a move between two codes, named by these titles, whoever makes it; see `move_kind`."""
    before = None if origin is None else access_conditions(referential, origin, titles=titles)
    return move_kind(referential, origin, target, before, access_conditions(referential, target, titles=titles))


def _by_level(before: AccessConditions, after: AccessConditions) -> MoveKind | None:
    """Up or down where the levels lie apart; None where they overlap or are not known."""
    if before.level_high is not None and after.level_low is not None and after.level_low > before.level_high:
        return "advancement"
    if before.level_low is not None and after.level_high is not None and after.level_high < before.level_low:
        return "step-down"
    return None


def same_field(referential: Referential, origin: str | None, target: str) -> bool | None:
    """Whether both ends lie in the same domain; None where one is in none."""
    if origin is None:
        return None
    domains = [referential.occupation_by_code[code].domain for code in (origin, target)]
    return None if None in domains else domains[0] == domains[1]


def _supposes(referential: Referential, before: AccessConditions, after: AccessConditions) -> bool:
    own = [c for c in before.required if c.kind in _GRADES and c.requirement == "required" and c.needed_for is None]
    wanted = {c.code for c in after.required if c.kind in _GRADES and c.requirement == "required" and not c.needed_for}
    supposed = {code for c in own for code in referential.prerequisites_of(c.code)}
    supposed |= {code for c in own for some in c.detail.choices for way in some for code in way}
    return bool(wanted & supposed) and not wanted & {c.code for c in own}
