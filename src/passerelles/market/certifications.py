"""Certifications of CertifInfo: what leads to an occupation, told apart from habilitations and preparatory courses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from passerelles.codes import check_code
from passerelles.errors import UnknownCodeError
from passerelles.market.crosswalk import Via, links_of
from passerelles.market.read import SourceFile
from passerelles.model import Ternary
from passerelles.notices import Notice
from passerelles.referentials.referential import Referential

CertificationKind = Literal["certification", "habilitation", "preparatory", "unknown"]
_SUGGESTIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Certification:
    """
    A certification of CertifInfo.

    `code` is the CertifInfo code, `type` the kind of diploma in words, `level` the European level (``"5"``, None =
    unknown), `state` the source's own state, from which `kind` is read. `rome` holds the ROME codes as given, of
    the third and fourth generation mixed; some are not occupations. `rs` are the codes of the Répertoire
    spécifique. Years of sessions are None where the source gives none. `active` is judged for
    `Certifications.year`, see `is_active`. The source gives no duration.
    """

    code: str
    label: str
    kind: CertificationKind
    type: str = ""
    level: str | None = None
    rome: tuple[str, ...] = ()
    rncp: str | None = None
    rs: tuple[str, ...] = ()
    formacode: str | None = None
    formacode_label: str = ""
    nsf: str | None = None
    state: str = ""
    first_session: int | None = None
    last_session: int | None = None
    active: Ternary = "unknown"
    replaces: str | None = None
    updated: str = ""
    lines: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "certifinfo": self.code,
            "label": self.label,
            "kind": self.kind,
            "type": self.type,
            "level": self.level,
            "rome": list(self.rome),
            "rncp": self.rncp,
            "rs": list(self.rs),
            "formacode": self.formacode,
            "nsf": self.nsf,
            "state": self.state,
            "first_session": self.first_session,
            "last_session": self.last_session,
            "active": self.active,
        }


class CertificationHit(NamedTuple):
    """A certification that leads to an occupation, by which of its codes, and how that code is reached."""

    certification: Certification
    rome: str
    via: Via


class CertificationReach(NamedTuple):
    """Occupations that rows of the file name directly, those named at least through their parent, and the others."""

    direct: tuple[str, ...]
    reached: tuple[str, ...]
    unreached: tuple[str, ...]


@dataclass(frozen=True)
class Certifications:
    """
    Certifications, one a CertifInfo code, sorted by code; rows that repeat a code are put together.

    `row_counts` counts the rows of the file: ``rows``, ``without_rome``, and by kind. `year` is the year for which
    activity is judged, 0 = unknown.
    """

    certifications: tuple[Certification, ...]
    year: int
    file: SourceFile
    row_counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: sizes and year."""
        return f"<Certifications {self.year}: {len(self.certifications)} codes, {self.row_counts.get('rows', 0)} rows>"

    @cached_property
    def by_code(self) -> Mapping[str, Certification]:
        """Certification of each CertifInfo code."""
        return MappingProxyType({c.code: c for c in self.certifications})

    @cached_property
    def by_rome(self) -> Mapping[str, tuple[Certification, ...]]:
        """Certifications that name each ROME code, of any kind."""
        return _grouped((rome, c) for c in self.certifications for rome in c.rome)

    @cached_property
    def by_rncp(self) -> Mapping[str, tuple[Certification, ...]]:
        """Certifications of each RNCP code: one code may cover several."""
        return _grouped((c.rncp, c) for c in self.certifications if c.rncp)

    def certification(self, code: str) -> Certification:
        """
        Certification of a CertifInfo code.

        Raises
        ------
        UnknownCodeError
            If the file has no such code.
        """
        found = self.by_code.get(check_code(code, what="code Certif Info").strip())
        if found is None:
            near = tuple(c for c in self.by_code if c.startswith(code.strip()[:4]))[:_SUGGESTIONS]
            raise UnknownCodeError(code, suggestions=near, key="unknown_certification")
        return found

    def for_occupation(
        self,
        code: str,
        referential: Referential,
        *,
        kinds: tuple[CertificationKind, ...] = ("certification",),
        ended: bool = False,
    ) -> tuple[CertificationHit, ...]:
        """
        Certifications that lead to an occupation: named with its code, else with its parent's or its base's.

        Parameters
        ----------
        code
            Code of an occupation of `referential`.
        referential
            Where its parent and its base are found.
        kinds
            Kinds to keep; habilitations and preparatory courses are no certifications and are left out.
        ended
            Keep those whose sessions are over or have not begun (`active` "no"); unknown ones are always kept.

        Returns
        -------
        hits
            Direct ones first, then by code; each certification once, by its nearest link. They are options: none
            of them is required by law for being listed here.

        Raises
        ------
        UnknownCodeError
            If the referential has no such occupation.
        """
        if check_code(code) not in referential.occupation_by_code:
            raise UnknownCodeError(code)
        hits: dict[str, CertificationHit] = {}
        for link in links_of(referential, code):
            for found in self.by_rome.get(link.code, ()):
                if found.kind in kinds and (ended or found.active != "no"):
                    hits.setdefault(found.code, CertificationHit(found, link.code, link.via))
        return tuple(hits.values())


def is_active(first: int | None, last: int | None, year: int) -> Ternary:
    """
    Whether a certification is open in a year (0 = unknown), as far as the years of its sessions tell.

    Before the first session or after the last: no. Within the two, up to the last where no first is given, or
    since the first where no end is announced: yes. Neither given, given in disorder, or no year: unknown.

    Examples
    --------
    >>> is_active(2015, 2024, 2025), is_active(2015, None, 2025), is_active(None, None, 2025)
    ('no', 'yes', 'unknown')
    """
    if not year or (first is None and last is None):
        return "unknown"
    if first is not None and last is not None and first > last:
        return "unknown"
    if (first is not None and year < first) or (last is not None and year > last):
        return "no"
    return "yes"


def reach(certifications: Certifications, referential: Referential) -> CertificationReach:
    """Occupations that the file names directly, at least through their parent, and not at all, by code, kinds mixed."""
    direct: list[str] = []
    reached: list[str] = []
    unreached: list[str] = []
    for occupation in referential.occupations:
        if occupation.base is not None:
            continue
        if occupation.code in certifications.by_rome:
            direct.append(occupation.code)
        named = any(link.code in certifications.by_rome for link in links_of(referential, occupation.code))
        (reached if named else unreached).append(occupation.code)
    return CertificationReach(tuple(sorted(direct)), tuple(sorted(reached)), tuple(sorted(unreached)))


def _grouped(pairs: Iterable[tuple[str, Certification]]) -> Mapping[str, tuple[Certification, ...]]:
    grouped: dict[str, dict[str, Certification]] = {}
    for key, found in pairs:
        grouped.setdefault(key, {})[found.code] = found
    return MappingProxyType({key: tuple(found.values()) for key, found in grouped.items()})
