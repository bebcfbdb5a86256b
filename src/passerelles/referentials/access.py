"""The catalogue of access facts: what the law or the trade demands before one may do a job, laid on a referential."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from passerelles.errors import PasserellesError
from passerelles.model import Credential, CredentialRequirement, OccupationAccess
from passerelles.notices import Notice, NoticeLog, notice
from passerelles.referentials.access_text import read_access_text
from passerelles.referentials.checks import refuse_unusable
from passerelles.referentials.credentials import (
    CREDENTIAL_FILES,
    read_credential_requirements,
    read_credentials,
    read_occupation_access,
)
from passerelles.referentials.draft import Draft, requirement_key
from passerelles.referentials.manifest import OVERLAY, read_manifest
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Referential
from passerelles.referentials.sheets import open_tables
from passerelles.referentials.table_files import check_names

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
    counts = Counter(_demand(row) for rows in listed for row in rows)
    found: dict[tuple[str, ...], CredentialRequirement] = {}
    for row in (row for rows in listed for row in rows):
        scope = row.scope if counts[_demand(row)] == len(listed) else "titles"
        found.setdefault(_demand(row), row._replace(occupation=code, scope=scope, titles=""))
    return [found[key] for key in sorted(found)]


def _demand(row: CredentialRequirement) -> tuple[str, ...]:
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


def lay_access(referential: Referential, name_or_path: str | Path = DEFAULT) -> Referential:
    """
    Lay a catalogue of access facts on a referential whose occupations it knows by their codes.

    What the referential, or an overlay that lies on it already, says itself goes before the catalogue. A specialised
    occupation takes what its base demands. Where the catalogue knows no occupation, the referential stays as it is.

    Raises
    ------
    PasserellesError
        If there is no such catalogue, or another one lies on the referential.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> lay_access(load_referential("transitions")).access.split()[0]
    'acces-france'
    """
    catalogue = read_catalogue(name_or_path)
    if referential.access is not None:
        if referential.access != catalogue.name:
            raise PasserellesError("access_differs", found=referential.access, expected=catalogue.name)
        return referential
    families = referential.provenance.format == "rome3"
    rows: list[CredentialRequirement] = []
    whole: list[OccupationAccess] = []
    removed: dict[str, set[str]] = defaultdict(set)
    for code, credential in referential.removed:
        removed[code].add(credential)
    for occupation in referential.occupations:
        stated = referential.credentials_of.get(occupation.code, ())
        (given, access), *others = [catalogue.of(b, families=families) for b in occupation.bases or (occupation.code,)]
        given = [*given, *(row for rows, _ in others for row in rows)]
        own = {row.credential for row in stated} | removed.get(occupation.code, set())
        groups = {row.group for row in given if row.group and row.credential in own}  # settled by what is stated
        mine = [row for row in given if row.credential not in own and row.group not in groups]
        if occupation.also:  # two fiches may demand the same thing: what is required of one is of both
            mine.sort(key=lambda row: row.kind != "required")
            mine = list({_demand(row)[:1] + _demand(row)[2:]: row for row in reversed(mine)}.values())
        rows += [row._replace(occupation=occupation.code) for row in mine]
        if access is not None:
            whole.append(access._replace(occupation=occupation.code))
    if not rows and not whole:
        return referential
    log = NoticeLog((*referential.notices, *catalogue.notices))
    own_credentials = referential.credential_by_code
    for code, known_there in catalogue.credentials.items():
        if own_credentials.get(code, known_there) != known_there:
            log.note("access_code_twice", file=f"{catalogue.name.split()[0]}/credentials.csv", subject=code)
    rows = _for_titles(referential, rows)
    known = {row.occupation: row for row in (*whole, *referential.occupation_access)}
    return replace(
        referential,
        credentials=tuple(v for _, v in sorted({**catalogue.credentials, **own_credentials}.items())),
        credential_requirements=tuple(sorted((*referential.credential_requirements, *rows), key=requirement_key)),
        occupation_access=tuple(known[code] for code in sorted(known)),
        access=catalogue.name,
        notices=log.notices(),
    )


def text_disagreements(referential: Referential) -> Iterator[Notice]:
    """
    Yield where an occupation's own text asks for a credential of which the catalogue that lies there requires none.

    The catalogue wins: its facts come from the law or the trade, and a text may ask for what no law does. Reading every
    text takes a second or two, so that only validation does it. A specialised occupation has the text of the whole
    fiche, not its own, and may be the very part of which nothing is asked.
    """
    catalogue = (referential.access or "").split(" ")[0]
    for occupation in referential.occupations:
        whole = referential.access_of.get(occupation.code)
        rows = referential.credentials_of.get(occupation.code, ())
        if whole is None or whole.status != "open" or occupation.base is not None:
            continue
        if any(row.kind in ("required", "one-of") for row in rows):
            continue
        said = read_access_text(occupation.access, referential.language)
        if said is not None and said.required:
            names = "; ".join(dict.fromkeys(mention.text for mention in said.required))
            yield notice("access_text_differs", file=catalogue, subject=occupation.code, names=names)


def _for_titles(referential: Referential, rows: Sequence[CredentialRequirement]) -> list[CredentialRequirement]:
    """
    Read what some titles of a fiche demand for the specialised occupations that these titles mean.

    Demanded of every title of a specialised occupation, it is demanded there; of none of them, it is not.
    """
    found = []
    for row in rows:
        occupation = referential.occupation_by_code[row.occupation]
        titles = {title.code for title in referential.titles_of.get(row.occupation, ())}
        if row.scope != "titles" or occupation.base is None or not titles or not row.titles:
            found.append(row)
        elif titles <= set(row.titles.split()):
            found.append(row._replace(scope="all", titles=""))
        elif titles & set(row.titles.split()):
            found.append(row)
    return found
