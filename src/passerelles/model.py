"""The frozen values that everything else works on: occupations, competencies, credentials, and what links them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, get_args

from passerelles.codes import check_code, check_codes
from passerelles.errors import PasserellesError
from passerelles.sharing import FrozenDict

Ternary = Literal["yes", "no", "unknown"]
TERNARY: Final = get_args(Ternary)
Stated = Literal["yes", "no", "unknown", "expired"]
STATED: Final = get_args(Stated)
"""What a person says of a credential; one that has expired is held no longer, and may take a shorter training."""
CompetencyKind = Literal["savoir-faire", "savoir-être", "savoir"]
RequirementStatus = Literal["core", "emerging", "other"]
EcologicalRole = Literal["green", "strategic", "neutral", "brown", "unknown"]
TagKind = Literal["sector", "subsector", "naf", "interest", "theme"]
MobilityKind = Literal["listed", "proche", "évolution"]
CredentialKind = Literal[
    "permis", "titre", "certificat", "autorisation", "habilitation", "diplôme", "experience", "concours", "inscription",
    "aptitude", "agrément", "carte",
]  # fmt: skip
DIPLOMAS: Final[tuple[CredentialKind, ...]] = ("diplôme", "titre")  # a whole qualification
TAUGHT: Final[tuple[CredentialKind, ...]] = (*DIPLOMAS, "certificat")  # what ends a training
BROUGHT: Final[frozenset[CredentialKind]] = frozenset(("aptitude", "experience"))  # what no training ends with
# What the hours of a credential are: set by law, read at one centre, or the proof that the law sets none.
HoursKind = Literal["legal-minimum", "legal-total", "centre", "none-exists", "unknown"]
LEGAL: Final[tuple[HoursKind, ...]] = ("legal-minimum", "legal-total")  # those that count placements in
HOURS_A_MONTH: Final = 151.67
"""
Hours of a month of full-time work: 35 a week, 52 weeks, 12 months (Code du travail, L. 3121-27).

A month of training has four weeks, by the setting ``paths.month_hours``.
"""
InForce = Literal["proved", "unproved", "unknown"]
RequirementKind = Literal["required", "one-of", "usual", "option"]
Scope = Literal["all", "titles", "self-employed", "public"]
Ground = Literal["", "employers", "establishment"]
AccessStatus = Literal["open", "conditional", "selective", "unknown"]
SelectionKind = Literal["competition", "appointment", "quota-of-offices", "admission"]
MoveKind = Literal["same-job", "advancement", "step-down", "lateral", "unknown"]
Employment = Literal["employee", "self-employed", "public"]


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
    also: str = ""  # further fiches that a specialised occupation takes from, separated by spaces

    @property
    def name(self) -> str:
        """Label, or the code where the label is unknown."""
        return self.label or self.code

    @property
    def fiche(self) -> str:
        """Code of the fiche that it is, or is a part of."""
        return self.base or self.code

    @property
    def bases(self) -> tuple[str, ...]:
        """Fiches that a specialised occupation is a part of, `base` first; empty for any other occupation."""
        return (self.base, *self.also.split()) if self.base else ()


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

    `level` is that of a referential which rates it (O*NET: 0 to 7); None elsewhere.
    """

    occupation: str
    competency: str
    status: RequirementStatus = "other"
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


def day_of(day: dt.date | None = None) -> dt.date:
    """Return the day asked about, which may come with a time of day; today where None."""
    return _today() if day is None else dt.date(day.year, day.month, day.day)


def _today() -> dt.date:
    """Return the present day by the user's own calendar."""
    return dt.datetime.now().astimezone().date()


class Supposition(NamedTuple):
    """What says that a credential supposes another, by its code."""

    requires: str
    source: str = ""
    as_of: str = ""
    in_force: InForce = "unknown"


class Reduction(NamedTuple):
    """
    That who holds something else needs a shorter training for a credential.

    `holder_of` is the code of a credential or of an occupation, that of the credential itself for who let it expire,
    none where nobody says what these take; `hours` those that remain at a training centre.
    """

    holder_of: str
    hours: float | None = None
    company_hours: float | None = None
    experience_months: float | None = None
    source: str = ""
    as_of: str = ""
    note: str = ""

    @property
    def certain(self) -> bool:
        """Whether it applies: after months of experience that nobody has stated, or to what has expired, it may."""
        return self.holder_of != "" and not self.experience_months


_SPECIFIC: Final = "RS"  # how numbers of the specific register begin
# Credentials of which one alternative suffices; the members of an alternative are needed together.
Alternatives = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Credential:
    """
    What the law or a branch demands before one may do a job: licence, title, certificate, authorisation.

    `rncp`: its number in the RNCP, or several between spaces where each holder has its own; or, as ``RS5641``, that in
    the specific register, which has accreditations.
    `hours` are those at a training centre, `company_hours` those in a firm, `months` those of experience or sea
    service, which are never hours. `prerequisites` are all needed; of each of `choices` one alternative is; who obtains
    it is given those in `grants` without more: a driver's title gives the licence. `suppositions`: what says that it
    supposes each of these.
    `before_training`: it must be held before a training for the job may begin. Dates are ISO texts, empty = unknown;
    `as_of` is the day on which the facts were read.
    """

    code: str
    label: str
    kind: CredentialKind
    hours: Hours = UNKNOWN_HOURS
    source: str = ""
    certifinfo: str | None = None
    rncp: str | None = None
    note: str = ""
    prerequisites: tuple[str, ...] = ()
    choices: tuple[Alternatives, ...] = ()
    suppositions: tuple[Supposition, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    grants: tuple[str, ...] = ()
    short: str = ""
    issuer: str = ""
    hours_kind: HoursKind = "unknown"
    company_hours: Hours = UNKNOWN_HOURS
    months: Hours = UNKNOWN_HOURS
    minimum_age: int | None = None
    before_training: bool = False
    validity_months: int | None = None
    renewal: str = ""
    level: int | None = None
    valid_from: str = ""
    valid_until: str = ""
    as_of: str = ""
    in_force: InForce = "unknown"

    @property
    def name(self) -> str:
        """What a narrow column calls it."""
        return self.short or self.label

    @property
    def any_length(self) -> bool:
        """Whether a training or an examination comes before it, and no text sets how long."""
        return self.hours_kind == "none-exists" and self.hours.expected is None

    @property
    def expected_kind(self) -> HoursKind:
        """What its expected hours are: above the least that a text sets, those of centres."""
        low, expected = self.hours[:2]
        above = low is not None and expected is not None and expected > low
        return "centre" if above and self.hours_kind == "legal-minimum" else self.hours_kind

    @property
    def placement_hours(self) -> float | None:
        """Those of its hours that the law has spent in a firm or on placement; None = unknown, or not counted."""
        if self.hours_kind not in LEGAL:
            return None
        hours = self.company_hours
        return next((h for h in (hours.expected, hours.low, hours.high) if h is not None), None)

    @property
    def training_months(self) -> Hours:
        """
        Months that it takes or asks for; where none are stated, those of a centre's hours with the time in a firm.

        A law's hours count that time already.
        """
        centre, firm = self.hours.expected, self.company_hours
        if self.months != UNKNOWN_HOURS or self.hours_kind in LEGAL or centre is None or firm.expected is None:
            return self.months
        least = firm.expected if firm.low is None else firm.low
        low, high = ((centre + end) / HOURS_A_MONTH for end in (least, firm.expected))
        return Hours(low, high, high)

    @property
    def registrations(self) -> tuple[str, ...]:
        """Its numbers in the RNCP or the specific register, written as ``RNCP37275`` or ``RS5641``."""
        numbers = (self.rncp or "").split()
        return tuple(n if n.startswith(_SPECIFIC) else f"RNCP{n.removeprefix('RNCP')}" for n in numbers)

    @property
    def is_specific(self) -> bool:
        """Whether it is in the specific register: no law that asks for a certification of the RNCP takes it for one."""
        return any(number.startswith(_SPECIFIC) for number in self.registrations)

    @property
    def filed(self) -> tuple[str, ...]:
        """Codes under which files of certifications have it."""
        return (*self.registrations, *([f"CI-{self.certifinfo}"] if self.certifinfo else []))

    def supposing(self, code: str) -> Supposition | None:
        """What says that it supposes another credential; None = no text is given."""
        return next((s for s in self.suppositions if s.requires == code and s.source), None)

    @property
    def supposed(self) -> tuple[str, ...]:
        """Codes of what may have to be held before it: its prerequisites, and the members of its choices."""
        return (*self.prerequisites, *(code for ways in self.choices for alternative in ways for code in alternative))


class CredentialRequirement(NamedTuple):
    """
    That an occupation demands a credential, and of whom.

    ``required``: without it one may not do the job; ``one-of``: one `alternative` of a `group` suffices, all rows of
    an alternative are needed together; ``usual``: employers ask for it, the law does not; ``option``: it leads there.
    `titles`: codes of the job titles that a `scope` of ``titles`` means, or in which the self-employed or public
    posts of another scope are asked, separated by spaces; `own_titles`: those of which each takes one of its own, as
    each sport its diploma. `ground`: ``employers`` where they demand it, as no law reserves the job;
    ``establishment`` where the law demands it of one person in each; "" = of each person.
    """

    occupation: str
    credential: str
    kind: RequirementKind = "required"
    source: str = ""
    group: str = ""
    alternative: str = ""
    scope: Scope = "all"
    titles: str = ""
    as_of: str = ""
    in_force: InForce = "unknown"
    note: str = ""
    origin: str = ""  # catalogue that it comes from; "" = the referential, or an overlay of the user
    ground: Ground = ""
    own_titles: str = ""

    @property
    def of_titles(self) -> bool:
        """Whether it is asked in some job titles only."""
        return self.scope == "titles" or bool(self.titles)

    @property
    def by_title(self) -> bool:
        """Whether what it asks for depends on the job title."""
        return self.of_titles or self.own_titles != ""


class Selection(NamedTuple):
    """
    A competition, an appointment, a quota of offices, or an admission, in words; of whom, as of a requirement.

    `names` are the labels of its job titles, where they are few.
    """

    kind: SelectionKind
    label: str
    scope: Scope = "all"
    titles: str = ""
    names: tuple[str, ...] = ()


class OccupationAccess(NamedTuple):
    """
    What access to an occupation is as a whole: whether it is free, the levels asked for, a selection.

    `level_low` and `level_high` are European levels, 0 = without a diploma. `beginners`: whether beginners are hired,
    and shown the work in the post. `older_titles`: codes of the titles that an older referential has elsewhere.
    `origin` names the catalogue that it comes from; "" = the referential, or an overlay of the user.
    `selections`: those of single titles of an older fiche.
    """

    occupation: str
    status: AccessStatus = "unknown"
    level_low: int | None = None
    level_high: int | None = None
    selection: SelectionKind | None = None
    selection_label: str = ""
    selection_scope: Scope = "all"
    titles: str = ""
    source: str = ""
    as_of: str = ""
    in_force: InForce = "unknown"
    note: str = ""
    older_titles: str = ""
    beginners: Ternary = "unknown"
    origin: str = ""
    selections: tuple[Selection, ...] = ()


class FileRecord(NamedTuple):
    """A file as it was read: enough to check that two results come from the same data."""

    name: str
    sha256: str
    encoding: str
    rows: int


class OverlaySource(NamedTuple):
    """Where an overlay comes from, under which licence: to be shown with every result that rests on it."""

    name: str
    version: str
    title: str = ""
    source: str = ""
    licence: str = ""
    date: str = ""


class _Version(NamedTuple):
    name: str
    version: str
    sha256: str


class Stamp(_Version):
    """
    What referential an answer comes from: its name, version, and the checksum of all that was read of it.

    `sources`: whence it is and under which licence, then its overlays'; screens show them, values leave them out.
    """

    sources: tuple[OverlaySource, ...] = ()

    @property
    def title(self) -> str:
        """What people call it: ``ROME 460``."""
        return f"{self.name.upper()} {self.version}"


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
    laid: tuple[OverlaySource, ...] = ()  # the same overlays, in order


@dataclass(frozen=True)
class Profile:
    """
    Where a path starts.

    Parameters
    ----------
    occupation
        Code or exact job title of the occupation exercised, or None.
    competencies
        Codes of competencies held, besides those that the occupation requires; of a second job, for instance,
        ``[each.competency for each in referential.requirements_of[code]]``, which brings none of its credentials.
    credentials
        ``"yes"``, ``"no"``, ``"unknown"`` or ``"expired"`` by credential code; a credential that is absent is unknown,
        except that those which the occupation requires are held. What has expired is not held; see `Reduction`.
    employment
        How the person means to work: ``"employee"``, ``"self-employed"`` or ``"public"``, which decides whom a
        requirement concerns; None, as an employee of a firm.

    Raises
    ------
    PasserellesError
        If it has neither an occupation nor a competency (of somebody of whom nothing is known every occupation would be
        as near as any other: that is no answer to give), if a code is no text, if a text stands where a list or a
        mapping of codes is meant, if a credential is none of these, or there is no such employment.

    Examples
    --------
    >>> from passerelles import Profile
    >>> Profile("K2110", credentials={"PERM-C": "yes"}).credentials["PERM-C"]
    'yes'
    """

    occupation: str | None = None
    competencies: tuple[str, ...] = ()
    credentials: Mapping[str, Stated] = field(default_factory=dict)
    employment: Employment | None = None

    def __post_init__(self) -> None:
        """Check and freeze what was given."""
        if self.occupation is not None:
            check_code(self.occupation, what="occupation")
        if self.employment is not None and self.employment not in get_args(Employment):
            known = ", ".join(get_args(Employment))
            raise PasserellesError("unknown_employment", value=repr(self.employment), known=known)
        competencies = check_codes(self.competencies, what="competencies")
        codes = tuple(sorted({check_code(c, what="competency") for c in competencies}))
        if self.occupation is None and not codes:
            raise PasserellesError("empty_profile")
        stated: object = self.credentials
        if not isinstance(stated, Mapping):
            raise PasserellesError("not_a_mapping", what="credentials", value=repr(stated), kind=type(stated).__name__)
        for code, held in self.credentials.items():
            check_code(code, what="credential")
            if held not in STATED:
                raise PasserellesError("not_ternary", code=code, value=repr(held))
        object.__setattr__(self, "competencies", codes)
        object.__setattr__(self, "credentials", FrozenDict(sorted(self.credentials.items())))
