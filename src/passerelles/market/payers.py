"""Who may pay for a training: the OPCO of a collective agreement (IDCC), as published, and what has changed since."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from passerelles.market.read import ABSENT, Found, SourceFile, cells, read, source_file
from passerelles.notices import Notice, NoticeLog
from passerelles.text import normalise_label

Standing = Literal["published", "replaced", "successor", "unknown"]
_DIGITS: Final = 4
_NUMBER: Final = re.compile(r"(?:^|\bidcc ?)(?:no? )?([0-9]{1,4})\b")  # of an agreement, alone or beside its name


class Payer(NamedTuple):
    """
    The OPCO of a collective agreement.

    Attributes
    ----------
    idcc
        Number of the agreement, four digits, as asked about.
    name, siren
        The OPCO; empty where it is unknown.
    standing
        ``published``: the table names it; ``replaced``: it does, but another agreement has taken this one's place;
        ``successor``: the table is older than this agreement and names those that it replaced; ``unknown``.
    related
        The agreement that replaced it, or those that it replaced.
    since
        ISO day from which another agreement stands in its place, or it in theirs; empty = it has not changed.
    source
        The table with its year, and what says that the agreement has changed.
    plan
        Whether the firm is small enough for its OPCO to pay for its training plan; None = no headcount was given.
        Other money (work-study, période de reconversion) does not depend on it.
    """

    idcc: str
    name: str
    siren: str
    standing: Standing
    related: tuple[str, ...] = ()
    since: str = ""
    source: str = ""
    plan: bool | None = None


@dataclass(frozen=True)
class Payers:
    """The published table, SIREN of an OPCO by agreement. It gives no amount, and none is given here."""

    file: SourceFile
    by_agreement: Mapping[str, str]
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def of(self, idcc: str, *, headcount: int | None = None) -> Payer:
        """Return the OPCO of an agreement, written in any usual way ("1486", "IDCC 16"), for a firm of some size."""
        facts = _facts()
        code = agreement_code(idcc)
        siren = self.by_agreement.get(code, "")
        source = " ".join(filter(None, (self.file.source, self.file.year and f"({self.file.year})")))
        change = facts.replaced.get(code)
        if siren and change is not None:
            return self._payer(
                code, siren, "replaced", headcount, (change["by"],), change["on"], f"{source} ; {change['source']}"
            )
        if siren:
            return self._payer(code, siren, "published", headcount, (), "", source)
        former = {c: each for c, each in sorted(facts.replaced.items()) if each["by"] == code}
        paid = {self.by_agreement[c] for c in former if c in self.by_agreement}
        if len(paid) == 1:
            first = next(iter(former.values()))
            return self._payer(
                code, paid.pop(), "successor", headcount, tuple(former), first["on"], f"{source} ; {first['source']}"
            )
        return Payer(code, "", "", "unknown")

    @staticmethod
    def _payer(
        code: str,
        siren: str,
        standing: Standing,
        headcount: int | None,
        related: tuple[str, ...],
        since: str,
        source: str,
    ) -> Payer:
        facts = _facts()
        plan = None if headcount is None else headcount < facts.plan_below
        name = facts.names.get(siren, siren)
        return Payer(code, name, siren, standing, related, since, source, plan)


def agreement_code(text: str) -> str:
    """
    Return the number of an agreement with four digits; what is no number comes back folded.

    Examples
    --------
    >>> agreement_code("IDCC 16"), agreement_code("1486.0"), agreement_code("Syntec")
    ('0016', '1486', 'syntec')
    >>> agreement_code("1486 - Bureaux d'études"), agreement_code("Syntec (IDCC n° 1486)")
    ('1486', '1486')
    """
    folded = normalise_label(text)
    number = _NUMBER.search(folded)
    return number[1].zfill(_DIGITS) if number else folded


def read_payers(found: Found) -> Payers:
    """Read the published table; a row without an OPCO, or that gives an agreement another one, is reported."""
    table = read(found)
    log = NoticeLog(table.notices)
    known: dict[str, str] = {}
    for line, (idcc, siren) in cells(found, table, "idcc", "opco"):
        if siren in ABSENT or idcc in ABSENT:
            log.note("invalid_value", file=found.name, line=line, column="siren_opco", value=siren)
        elif known.setdefault(agreement_code(idcc), siren) != siren:
            log.note("duplicate_code", file=found.name, line=line, subject=idcc)
    return Payers(source_file(found, table), MappingProxyType(dict(sorted(known.items()))), log.notices())


class _Facts(NamedTuple):
    names: Mapping[str, str]
    replaced: Mapping[str, Mapping[str, str]]
    plan_below: int


@cache
def _facts() -> _Facts:
    text = files("passerelles.market").joinpath("payers.toml").read_text(encoding="utf-8")
    said = tomllib.loads(text)
    return _Facts(
        MappingProxyType(said["names"]), MappingProxyType(said["replaced"]), int(said["plan"]["below_headcount"])
    )
