"""From one family of referentials to another (ROME, ESCO, O*NET) through the official crosswalks, relation kept."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from passerelles.codes import check_code
from passerelles.errors import PasserellesError
from passerelles.io.rows import read_rows
from passerelles.io.xlsx import Cell, cell_text
from passerelles.matching.migrate import Destination, Migration, Outcome, Versions
from passerelles.matching.titles import SURE, resolve_competency
from passerelles.profile import Profile
from passerelles.referentials.esco import code_of
from passerelles.referentials.referential import Referential

Relation = Literal["exact", "close", "broad", "narrow", "related"]
_RELATIONS: Final[Mapping[str, Relation]] = MappingProxyType(
    {"exactmatch": "exact", "closematch": "close", "broadmatch": "broad", "narrowmatch": "narrow"}
)
_ORDER: Final[tuple[Relation, ...]] = ("exact", "close", "broad", "narrow", "related")
_TURNED: Final[Mapping[Relation, Relation]] = MappingProxyType(
    {"exact": "exact", "close": "close", "broad": "narrow", "narrow": "broad", "related": "related"}
)
# Columns of the two published files: origin, target, relation. The ROME side is the code of a title (OGR).
_COLUMNS: Final = (
    ("esco", "rome", ("classification 1 id", "classification 2 id", "mapping relation")),
    ("onet", "esco", ("o*net id", "esco or isco uri", "type of match")),
)
_HUB: Final = "esco"  # the classification that both crosswalks share
Links = Mapping[str, Mapping[str, Relation]]


class Crosswalk(NamedTuple):
    """
    A published crosswalk: links from codes of one family to those of another, each with its relation.

    ``broad`` says that the first is the broader, ``narrow`` that it is the narrower, as the publishers write it.
    `left_out` counts the rows that are no link between two occupations (a whole ISCO group, a relation unheard of).
    """

    origin: str
    target: str
    links: Links
    left_out: int = 0


class Carried(NamedTuple):
    """
    A profile carried to another family: what could be said of it there, and what could not.

    `occupation` is how its occupation was led there (None where it has none), `competencies` gives the code there of
    each competency carried, `lost` those that nothing there surely corresponds to.
    """

    profile: Profile
    occupation: Migration | None
    competencies: Mapping[str, str]
    lost: tuple[str, ...]


def read_crosswalk(path: str | Path) -> Crosswalk:
    """
    Read the ESCO-ROME or the ESCO-O*NET crosswalk; the lines above the header are passed over.

    Raises
    ------
    PasserellesError
        If the file cannot be read, or is neither.
    """
    known = [set(columns) for _, _, columns in _COLUMNS]

    def fits(cells: Sequence[Cell]) -> int:
        names = {cell_text(cell).strip().casefold() for cell in cells}
        return max(len(names & each) if each <= names else 0 for each in known)

    table = read_rows(path, fits).table()
    for origin, target, columns in _COLUMNS:
        if set(columns) <= set(table.header):
            links: dict[str, dict[str, Relation]] = {}
            left_out = 0
            for first, second, word in table.columns(*columns):
                relation = _RELATIONS.get(word.rpartition(":")[2].casefold())
                if relation is None or "/isco/" in second:
                    left_out += 1
                else:
                    links.setdefault(code_of(first), {})[code_of(second)] = relation
            return Crosswalk(origin, target, links, left_out)
    raise PasserellesError("not_a_crosswalk", path=path)


def turned(crosswalk: Crosswalk) -> Crosswalk:
    """Read a crosswalk backwards: what is broader one way is narrower the other way."""
    links: dict[str, dict[str, Relation]] = {}
    for first, those in crosswalk.links.items():
        for second, relation in those.items():
            links.setdefault(second, {})[first] = _TURNED[relation]
    return Crosswalk(crosswalk.target, crosswalk.origin, links, crosswalk.left_out)


def composed(first: Relation, second: Relation) -> Relation:
    """
    Relation of two links one after the other.

    Examples
    --------
    >>> composed("exact", "close"), composed("broad", "exact"), composed("broad", "narrow")
    ('close', 'broad', 'related')
    """
    if "related" in (first, second):
        return "related"
    ways = {first, second} & {"broad", "narrow"}
    if ways:
        return "related" if len(ways) > 1 else "broad" if "broad" in ways else "narrow"
    return "exact" if first == second == "exact" else "close"


class Bridge(Versions):
    """
    Two referentials of different families, led from one to the other through crosswalks.

    Parameters
    ----------
    new, old
        Where codes are led to, and where they come from.
    crosswalks
        Those that are at hand, in any order; O*NET and ROME meet in ESCO.

    Raises
    ------
    PasserellesError
        If they do not lead from one family to the other.
    """

    def __init__(self, new: Referential, old: Referential, crosswalks: Sequence[Crosswalk]) -> None:
        super().__init__(new, old)
        ways = {(c.origin, c.target): c for each in crosswalks for c in (each, turned(each))}
        direct = ways.get((old.family, new.family))
        first, second = ways.get((old.family, _HUB)), ways.get((_HUB, new.family))
        if direct is None and (first is None or second is None):
            raise PasserellesError("no_bridge", old=old.family, new=new.family)
        self._ways = (direct,) if direct is not None else (first, second)

    def migrate(self, code: str, title: str = "") -> Migration:
        """
        Lead one code to the other family. Decided where one exact link, or a close one alone, leads there.

        Raises
        ------
        PasserellesError
            If `code` is a number or empty.
        """
        code = check_code(code, what="occupation").strip()
        possible = tuple(
            Destination(each, self.new.occupation_by_code[each].name, None, relation=relation)
            for each, relation in sorted(self._relations(code).items(), key=lambda p: (_ORDER.index(p[1]), p[0]))
        )
        exact = [one for one in possible if one.relation == "exact"]
        sure = exact or [one for one in possible if len(possible) == 1 and one.relation == "close"]
        if len(sure) == 1:
            return Migration(code, title, "moved", sure[0].code, "crosswalk", possible)
        outcome: Outcome = "open" if possible else "unknown"
        return Migration(code, title, outcome, None, "none", possible)

    def carry(self, profile: Profile) -> Carried:
        """
        Carry a profile to the other family: its occupation through the crosswalks, its competencies by their labels.

        No official crosswalk links competencies: one is carried only where its label surely is that of another there;
        all others are counted as lost. An occupation that is not decided is left out too, and shown as open.
        """
        led = None if profile.occupation is None else self.migrate(profile.occupation)
        old = self.old.competency_by_code if self.old is not None else {}
        carried: dict[str, str] = {}
        for code in profile.competencies:
            label = old[code].label if code in old else None
            best = resolve_competency(self.new, label, limit=1) if label else []
            if best and best[0].confidence >= SURE:
                carried[code] = best[0].code
        lost = tuple(code for code in profile.competencies if code not in carried)
        known = Profile(
            led.destination if led is not None else None,
            tuple(dict.fromkeys(carried.values())),
            profile.credentials,
            profile.employment,
        )
        return Carried(known, led, MappingProxyType(carried), lost)

    def _relations(self, code: str) -> dict[str, Relation]:
        """Occupations of the other family that a code is linked to, each by its nearest relation."""
        here: dict[str, Relation] = dict.fromkeys(self._keys(code), "exact")
        for number, way in enumerate(self._ways):
            there: dict[str, Relation] = {}
            for one, relation in here.items():
                for other, link in (way.links.get(one, {}) if way is not None else {}).items():
                    found = link if number == 0 else composed(relation, link)
                    there[other] = min(found, there.get(other, found), key=_ORDER.index)
            here = there
        occupations: dict[str, Relation] = {}
        for one, relation in here.items():
            owner = self._new_titles.get(one, one)
            if owner in self.new.occupation_by_code:
                occupations[owner] = min(relation, occupations.get(owner, relation), key=_ORDER.index)
        return occupations

    def _keys(self, code: str) -> tuple[str, ...]:
        """What the crosswalk knows an occupation by: in ROME the codes of its titles."""
        if self.old is not None and self.old.family == "rome":
            return self._titles_by_code.get(code, ())
        return (code,)

    @cached_property
    def _titles_by_code(self) -> Mapping[str, tuple[str, ...]]:
        titles = {} if self.old is None else self.old.titles_under
        return MappingProxyType({code: tuple(t.code for t in rows) for code, rows in titles.items()})
