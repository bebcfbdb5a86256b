"""Codes of an older version to those of the loaded one, by title code, title and parent; what is open stays open."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from passerelles.codes import check_code
from passerelles.language.say import Lang, say
from passerelles.matching.index import TitleIndex
from passerelles.matching.reading import joined_words
from passerelles.matching.titles import title_index
from passerelles.referentials.referential import Referential

Outcome = Literal["kept", "moved", "open", "unknown"]
Basis = Literal["title-code", "title", "parent", "code", "choice", "crosswalk", "none"]
_LONGEST: Final = 300


class Destination(NamedTuple):
    """
    A code of the loaded version to which an old code may lead.

    `share` is the part in (0, 1] of the old code's titles that are now under this one, None where the old version
    is not at hand; `merges` are the other old codes that send titles there too. `relation` is what a crosswalk between
    two families says of it (exact, close, broad: the old one is the broader, narrow, related), None within one family.
    """

    code: str
    label: str
    share: float | None
    merges: tuple[str, ...] = ()
    relation: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        found = {"code": self.code, "label": self.label, "share": self.share, "merges": list(self.merges)}
        return found if self.relation is None else {**found, "relation": self.relation}


@dataclass(frozen=True, slots=True)
class Migration:
    """
    Where one old code, with or without a title, leads.

    Attributes
    ----------
    code, title
        What was given.
    outcome
        ``kept`` (the same code), ``moved`` (another one), ``open`` (several are possible: a person decides) or
        ``unknown`` (nothing leads anywhere).
    destination
        The code, where it is decided; else None.
    basis
        What says so: the code of the title, its text, the parent group, the code itself, or a person's choice.
    destinations
        Every code that is possible, the largest share first, then by code.
    lost
        Titles of the old code that the loaded version no longer has; None where the old version is not at hand.
    """

    code: str
    title: str
    outcome: Outcome
    destination: str | None
    basis: Basis
    destinations: tuple[Destination, ...]
    lost: int | None = None

    def why(self, lang: Lang = "fr") -> str:
        """Return what was decided and on what ground, as a sentence."""
        key = self.basis if self.destination else self.outcome
        return say(f"resolve.migrate.why.{key}", lang=lang, n=len(self.destinations))

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "code": self.code,
            "title": self.title or None,
            "outcome": self.outcome,
            "destination": self.destination,
            "basis": self.basis,
            "why": self.why(lang),
            "destinations": [d.to_dict() for d in self.destinations],
            "lost_titles": self.lost,
        }


class TitleMoves(NamedTuple):
    """
    Title codes of two versions: in both, and of these how many keep their occupation's code or move to another.

    `in_family` have the old code as parent of the new one; `left_family` have not. `gone` and `added` are in one
    version only.
    """

    both: int
    kept: int
    moved: int
    in_family: int
    left_family: int
    gone: int
    added: int


class Versions:
    """
    Two versions of a referential, looked up by title code, title and parent.

    Parameters
    ----------
    new
        The loaded version.
    old
        The version of the list, or None where it is not at hand: parents and titles then decide alone.
    """

    def __init__(self, new: Referential, old: Referential | None = None) -> None:
        self.new = new
        self.old = old

    @cached_property
    def _new_titles(self) -> Mapping[str, str]:
        return MappingProxyType({t.code: t.occupation for t in self.new.titles})

    @cached_property
    def _old_titles(self) -> Mapping[str, tuple[str, ...]]:
        """Title codes of each old code."""
        if self.old is None:
            return MappingProxyType({})
        return MappingProxyType({code: tuple(t.code for t in rows) for code, rows in self.old.titles_under.items()})

    @cached_property
    def _children(self) -> Mapping[str, tuple[str, ...]]:
        """Occupations of the new version under each parent; a split fiche is replaced by its parts only in titles."""
        grouped: dict[str, list[str]] = {}
        for occupation in self.new.occupations:
            if occupation.parent and occupation.base is None:
                grouped.setdefault(occupation.parent, []).append(occupation.code)
        return MappingProxyType({parent: tuple(codes) for parent, codes in grouped.items()})

    @cached_property
    def _senders(self) -> Mapping[str, tuple[str, ...]]:
        """Old codes that send titles to each new code."""
        found: dict[str, set[str]] = {}
        for old, titles in self._old_titles.items():
            for title in titles:
                if title in self._new_titles:
                    found.setdefault(self._new_titles[title], set()).add(old)
        return MappingProxyType({code: tuple(sorted(codes)) for code, codes in found.items()})

    def migrate(self, code: str, title: str = "") -> Migration:
        """
        Lead one code, with its title where there is one, to the loaded version.

        A title decides where its code, or its text among the codes possible, leads to one code only. A code alone
        decides where all its titles go to one code, or where its group has one member only. Nothing else does.

        Parameters
        ----------
        code
            Code of the older version.
        title
            Job title, or its title code (OGR).

        Raises
        ------
        PasserellesError
            If `code` is a number or empty.

        Examples
        --------
        >>> from passerelles import load_referential
        >>> found = Versions(load_referential("transitions")).migrate("K2110", "Monitrice d'auto-école")
        >>> found.outcome, found.basis
        ('kept', 'title')
        """
        code = check_code(code, what="occupation").strip()
        code = code if self._knows(code) else code.replace(" ", "").upper()
        possible, lost = self._possible(code)
        title = title.strip()
        if title and len(title) <= _LONGEST:
            said: tuple[tuple[Basis, set[str]], ...] = (
                ("title-code", self._by_title_code(code, title)),
                ("title", self._by_title(title, {d.code for d in possible})),
            )
            for basis, found in said:
                if len(found) == 1:
                    return self._decided(code, title, found.pop(), basis, possible, lost)
        if len(possible) == 1 and not lost:
            only = possible[0]
            ground: Basis = "title-code" if only.share is not None else "code" if only.code == code else "parent"
            return self._decided(code, title, only.code, ground, possible, lost)
        outcome: Outcome = "open" if possible else "unknown"
        return Migration(code, title, outcome, None, "none", possible, lost)

    def chosen(self, found: Migration, code: str) -> Migration:
        """Return a migration decided by a person."""
        return self._decided(found.code, found.title, code, "choice", found.destinations, found.lost)

    def all(self) -> list[Migration]:
        """Lead every code of the older version; empty where it is not at hand."""
        return [] if self.old is None else [self.migrate(o.code) for o in self.old.occupations]

    def moves(self) -> TitleMoves:
        """Count the title codes that keep their occupation's code, move, and leave the old code's family."""
        old = {t.code: t.fiche or t.occupation for t in (self.old.titles if self.old else ())}
        new = {t.code: t.fiche or t.occupation for t in self.new.titles}
        parents = {o.code: o.parent for o in self.new.occupations}
        both = sorted(old.keys() & new.keys())
        kept = sum(old[t] == new[t] for t in both)
        family = sum(parents.get(new[t]) == old[t] for t in both)
        gone, added = len(old) - len(both), len(new) - len(both)
        return TitleMoves(len(both), kept, len(both) - kept, family, len(both) - family, gone, added)

    def _knows(self, code: str) -> bool:
        return code in self.new.occupation_by_code or code in self._old_titles or code in self._children

    def _possible(self, code: str) -> tuple[tuple[Destination, ...], int | None]:
        """Codes to which an old code may lead, and how many of its titles are lost."""
        titles = self._old_titles.get(code)
        if titles is not None:
            counts = Counter(self._new_titles[t] for t in titles if t in self._new_titles)
            if counts:
                ranked = sorted(counts, key=lambda c: (-counts[c], c))
                total = len(titles)
                found = tuple(self._destination(c, counts[c] / total, code) for c in ranked)
                return found, total - sum(counts.values())
        codes = self._children.get(code) or ((code,) if code in self.new.occupation_by_code else ())
        return tuple(self._destination(c, None, code) for c in sorted(codes)), None

    def _destination(self, code: str, share: float | None, old: str) -> Destination:
        merges = tuple(c for c in self._senders.get(code, ()) if c != old)
        return Destination(code, self.new.occupation_by_code[code].name, share, merges)

    def _by_title_code(self, code: str, title: str) -> set[str]:
        """New codes of a title given by its code, or found among the old code's titles by its text."""
        if title in self._new_titles:
            return {self._new_titles[title]}
        if self.old is None:
            return set()
        mine = set(self._old_titles.get(code, ()))
        found = {ogr for _, ogr in _exact(title_index(self.old), title) if ogr in mine}
        return {self._new_titles[ogr] for ogr in found if ogr in self._new_titles}

    def _by_title(self, title: str, possible: set[str]) -> set[str]:
        return {
            code for code, _ in _exact(title_index(self.new), title) if code in possible or self._part(code, possible)
        }

    def _part(self, code: str, possible: set[str]) -> bool:
        return self.new.occupation_by_code[code].base in possible

    def _decided(
        self,
        code: str,
        title: str,
        destination: str,
        basis: Basis,
        possible: Sequence[Destination],
        lost: int | None,
    ) -> Migration:
        outcome: Outcome = "kept" if destination == code else "moved"
        listed = tuple(possible)
        if destination not in {d.code for d in listed}:
            listed = (self._destination(destination, None, code), *listed)
        return Migration(code, title, outcome, destination, basis, listed, lost)


def _exact(index: TitleIndex, title: str) -> Iterable[tuple[str, str]]:
    """Codes and title codes of the labels that are this text, in either gender form."""
    form = " ".join(joined_words(title, index.pack))
    for entry, _ in index.exact.get(form, ()):
        yield index.entries[entry].code, index.entries[entry].ogr
