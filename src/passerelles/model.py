"""The frozen values that everything else works on: occupations, competencies, credentials, and what links them."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Ternary = Literal["yes", "no", "unknown"]
CompetencyKind = Literal["savoir-faire", "savoir-être", "savoir"]
Status = Literal["core", "emerging", "other"]
EcologicalRole = Literal["green", "strategic", "neutral", "brown", "unknown"]
TagKind = Literal["sector", "subsector", "naf", "interest", "theme"]
MobilityKind = Literal["listed", "proche", "évolution"]
CredentialKind = Literal["permis", "titre", "certificat", "autorisation", "habilitation", "diplôme"]


@dataclass(frozen=True, slots=True)
class Occupation:
    """
    An occupation (a ROME fiche), or a specialised occupation when `base` names the fiche that it is a part of.

    `label` is None when the referential links the code without declaring it. `parent` is the code that groups it
    with its closest kin (``code_rome_parent``); `domain` the finest node of the domain tree above it. `level` is the
    level of training that the referential itself gives, on the European scale (4 = bac, 5 = bac + 2), None where it
    gives none or only says so in `access`. `notation` is a number printed beside the label that is no stable code.
    """

    code: str
    label: str | None
    definition: str = ""
    access: str = ""
    parent: str | None = None
    domain: str | None = None
    regulated: Ternary = "unknown"
    managerial: Ternary = "unknown"
    ecological: EcologicalRole = "unknown"
    digital: Ternary = "unknown"
    demographic: Ternary = "unknown"
    riasec: str = ""  # major then minor letter; "" = unknown
    base: str | None = None
    level: float | None = None
    notation: str = ""

    @property
    def name(self) -> str:
        """Label, or the code where the label is unknown."""
        return self.label or self.code


class JobTitle(NamedTuple):
    """
    One of the labels under which people know an occupation; `code` is the OGR code in ROME.

    `fiche` is the occupation under which the referential lists the title when an overlay claims it for another.
    """

    code: str
    label: str
    occupation: str
    principal: bool = False
    rare: bool = False
    fiche: str | None = None


class Competency(NamedTuple):
    """
    A savoir-faire, savoir-être or savoir; `macro` is the broader competency that it rolls up to.

    `category` groups savoirs by subject and savoir-faire by level; `is_macro` marks the macro-competencies.
    """

    code: str
    label: str | None
    kind: CompetencyKind
    macro: str | None = None
    category: str = ""
    subcategory: str = ""
    is_macro: bool = False

    @property
    def name(self) -> str:
        """Label, or the code where the label is unknown."""
        return self.label or self.code


class Requirement(NamedTuple):
    """
    That an occupation asks for a competency, and how central it is there.

    `importance` and `level` are the ratings of a referential that publishes both (O*NET: 1 to 5, and 0 to 7), each on
    its own scale; None elsewhere.
    """

    occupation: str
    competency: str
    status: Status = "other"
    importance: float | None = None
    level: float | None = None


class WorkContext(NamedTuple):
    """A condition, schedule, place or kind of structure in which an occupation is exercised."""

    code: str
    label: str | None
    category: str = ""


class Tag(NamedTuple):
    """A sector, NAF division, interest or theme under which a referential files occupations."""

    code: str
    label: str
    kind: TagKind


class Domain(NamedTuple):
    """A node of the tree of domains; `parent` is None at the top, `label` None where it is not declared."""

    code: str
    label: str | None
    parent: str | None = None


class Mobility(NamedTuple):
    """A move that the referential's own experts list; `rank` 1 is listed first, None where it is not ranked."""

    origin: str
    target: str
    rank: int | None = None
    kind: MobilityKind = "listed"


class Hours(NamedTuple):
    """Hours of training, low / expected / high; None is unknown, and `source` says who published them."""

    low: float | None = None
    expected: float | None = None
    high: float | None = None
    source: str = ""


UNKNOWN_HOURS = Hours()


@dataclass(frozen=True, slots=True)
class Credential:
    """What the law or a branch demands before one may do a job: licence, title, certificate, authorisation."""

    code: str
    label: str
    kind: CredentialKind
    hours: Hours = UNKNOWN_HOURS
    source: str = ""
    certifinfo: str | None = None
    rncp: str | None = None
    note: str = ""
    prerequisites: tuple[str, ...] = ()


class CredentialRequirement(NamedTuple):
    """That an occupation demands a credential (``required``), or that one merely leads there (``option``)."""

    occupation: str
    credential: str
    kind: Literal["required", "option"] = "required"
    source: str = ""


class FileRecord(NamedTuple):
    """A file as it was read: enough to check that two results come from the same data."""

    name: str
    sha256: str
    encoding: str
    rows: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a referential comes from, under which licence, and the checksums of the files read."""

    source: str
    format: str
    date: str = ""
    licence: str = ""
    files: tuple[FileRecord, ...] = ()
    sha256: str = ""
    overlays: tuple[str, ...] = ()
