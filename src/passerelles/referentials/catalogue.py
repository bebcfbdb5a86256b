"""The catalogue of access facts: what the law or the trade demands before one may do a job."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from passerelles.model import Credential, CredentialRequirement, OccupationAccess
from passerelles.notices import Notice
from passerelles.referentials.credentials import (
    CREDENTIAL_FILES,
    read_credential_requirements,
    read_credentials,
    read_occupation_access,
)
from passerelles.referentials.draft import Draft, refuse_unusable
from passerelles.referentials.own_tables import OVERLAY, check_names, open_tables, read_manifest
from passerelles.referentials.places import place_of

DEFAULT: Final = "acces-france"


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The facts of a catalogue as they were read; `name` is its name and version."""

    name: str
    credentials: Mapping[str, Credential]
    requirements: Mapping[str, Sequence[CredentialRequirement]]
    occupations: Mapping[str, OccupationAccess]
    notices: tuple[Notice, ...]

    def of(self, code: str, *, families: bool) -> tuple[Sequence[CredentialRequirement], OccupationAccess | None]:
        """
        Return what the catalogue says of an occupation.

        With `families`, the code is a fiche of an older referential, which held all that came to lie under it: what
        only some of these demand is demanded of some titles.
        """
        members = self._families.get(code, ()) if families else ()
        if not families or list(members) == [code]:
            return self.requirements.get(code, ()), self.occupations.get(code)
        if not members:
            return (), None
        return _together(code, [self.requirements.get(m, ()) for m in members]), _whole(
            code, [self.occupations[m] for m in members]
        )

    @cached_property
    def _families(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for code, row in sorted(self.occupations.items()):
            found[row.parent or code].append(code)
        return found


def read_catalogue(name_or_path: str | Path = DEFAULT) -> Catalogue:
    """
    Read a catalogue of access facts: an overlay that has credentials, and what occupations demand.

    Raises
    ------
    ReferentialError
        If its manifest is missing or not valid.
    PasserellesError
        If there is no such catalogue.
    """
    source = open_tables(place_of(name_or_path, "overlay"))
    draft = Draft(overlay=source.place.stem)
    manifest = read_manifest(source, draft, schema=OVERLAY)
    refuse_unusable(draft.log.notices(), source.place)
    check_names(source, (), CREDENTIAL_FILES, draft)
    read_credentials(source, draft)
    read_credential_requirements(source, draft, catalogue=manifest.name)
    read_occupation_access(source, draft, catalogue=manifest.name)
    rows: dict[str, list[CredentialRequirement]] = defaultdict(list)
    for _, row in sorted(draft.credential_requirements.items()):
        rows[row.occupation].append(row)
    _note_contradictions(draft, rows)
    return Catalogue(
        f"{manifest.name} {manifest.version}",
        dict(sorted(draft.credentials.items())),
        dict(rows),
        draft.occupation_access,
        draft.log.notices(),
    )


@contextmanager
def lend_credentials(draft: Draft, name: str) -> Iterator[None]:
    """
    Let tables name the credentials of a catalogue by their codes; those that they do not name are taken back.

    An overlay of a branch thus states what its occupations demand, and no fact about a credential a second time.
    """
    lent = {} if not name else read_catalogue(name).credentials
    before = draft.credentials
    draft.credentials = {**lent, **before}
    draft.replaceable |= {("credentials", code) for code in lent}
    yield
    named = [row.credential for row in draft.credential_requirements.values()]
    used = closure(draft.credentials, (*named, *before))
    draft.credentials = {
        code: value
        for code, value in draft.credentials.items()
        if code in used or code in before or value is not lent.get(code)
    }


def closure(credentials: Mapping[str, Credential], codes: Iterable[str]) -> set[str]:
    """
    Return credentials with all that they suppose, one way or another.

    Examples
    --------
    >>> from passerelles.model import Credential
    >>> sorted(closure({"C": Credential("C", "C", "permis", prerequisites=("B",))}, ["C"]))
    ['B', 'C']
    """
    seen: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        if code not in seen:
            seen.add(code)
            known = credentials.get(code)
            if known is not None:
                waiting += (*known.prerequisites, *known.grants)
                waiting += [each for alternatives in known.choices for some in alternatives for each in some]
    return seen


def _note_contradictions(draft: Draft, rows: Mapping[str, Sequence[CredentialRequirement]]) -> None:
    """Say where an occupation is called open, though something is required of everybody there."""
    for code, access in sorted(draft.occupation_access.items()):
        asked = [r.credential for r in rows.get(code, ()) if r.kind in ("required", "one-of") and r.scope == "all"]
        if access.status == "open" and asked:
            draft.note("access_contradictory", subject=code, others=", ".join(sorted(set(asked))))


def _together(code: str, listed: Sequence[Sequence[CredentialRequirement]]) -> list[CredentialRequirement]:
    """Rows of several fiches as those of the one that held them all: what not all of them demand, some titles do."""
    counts = Counter(demand(row) for rows in listed for row in rows)
    found: dict[tuple[str, ...], CredentialRequirement] = {}
    for row in (row for rows in listed for row in rows):
        scope = row.scope if counts[demand(row)] == len(listed) else "titles"
        found.setdefault(demand(row), row._replace(occupation=code, scope=scope, titles=""))
    return [found[key] for key in sorted(found)]


def demand(row: CredentialRequirement) -> tuple[str, ...]:
    """Return what a row demands, whoever demands it."""
    return row.credential, row.kind, row.group, row.alternative, row.scope


def _whole(code: str, rows: Sequence[OccupationAccess]) -> OccupationAccess:
    """Access to several fiches as that of the one that held them all: unknown where they differ."""
    first = next((row for row in rows if row.occupation == code), rows[0])
    lows, highs = [row.level_low for row in rows], [row.level_high for row in rows]
    same = len({row.status for row in rows}) == 1
    selected = len({(row.selection, row.selection_scope) for row in rows}) == 1
    return first._replace(
        occupation=code,
        status=first.status if same else "unknown",
        level_low=None if None in lows else min(low for low in lows if low is not None),
        level_high=None if None in highs else max(high for high in highs if high is not None),
        selection_scope=first.selection_scope if selected else "titles",
    )
