"""`AccessConditions`: what a job takes, what somebody holds of it, and the kind of move that follows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, Final, Literal, NamedTuple, cast, get_args

from passerelles import model
from passerelles.access.holdings import (
    DEMANDED,
    OF_THE_TRADE,
    Aim,
    Holdings,
    concerns,
    concerns_titles,
    given_by_employer,
    groups_of,
    into_studies,
    is_closed,
    number_ended,
    only_helps,
    own_courses,
    registers,
    remaining,
    titles_meant,
    uncontested,
)
from passerelles.codes import grouped
from passerelles.referentials.access_text import AccessText, Mention, credential_of, read_access_text
from passerelles.referentials.credentials import with_supposed
from passerelles.referentials.referential import Referential, stand_for
from passerelles.text import normalise_label
from passerelles.views.schema import maybe, one_of
from passerelles.views.shown import Described
from passerelles.views.spec import SPAN, Column, On, Record, inside, part_of, parts_of

FactOrigin = Literal["catalogue", "access text", "referential"]
SELECTIVE: Final = ("competition", "appointment", "quota-of-offices")
# Kinds that take no training of their own: a file, a visit, an oath.
PROCEDURES: Final = ("autorisation", "inscription", "aptitude", "agrément", "carte")
_KINDS: Final = get_args(model.RequirementKind)  # in the order in which they are told
_EXAMINED_KINDS: Final = ("certificat", "habilitation", "permis")  # a diploma is more than its examination
NO_HOURS: Final = model.Hours(0.0, 0.0, 0.0)
READINGS: Final = "access-texts.json"
_HELPERS_LEVEL: Final = 3  # the highest at which people enter who help others of a job
_FEW_TITLES: Final = 2  # job titles that a sentence names
_SELECTION: Final = Record(
    "",
    "A competition, an appointment, a quota of offices or an admission",
    Column("kind", promised=one_of(get_args(model.SelectionKind))),
    Column("label", promised="text"),
    Column("scope", promised=one_of(get_args(model.Scope))),
)
GROUND: Final = Column(
    "ground", value=lambda c, _: c.ground or None, words="conditions.requirement", on=On.FILE,
    schema=maybe(one_of(
        [ground for ground in get_args(model.Ground) if ground],
        "employers: no law reserves the job, they demand it; establishment: of one person in each",
    )),
)  # fmt: skip
# Whole in its schema, not by name: other programs were promised its keys.
_SPAN: Final = Record("", SPAN.about, SPAN.columns)
_REDUCTION: Final = Record(
    "",
    "A shorter training for who holds something else",
    Column("holder_of", promised="text"),
    *(Column(name, promised="amount?") for name in ("experience_months", "hours", "company_hours")),
    Column("source", promised="text?"),
)


WayPart = tuple[str, model.Hours, model.Hours]
"""Of a way: the code of a credential, its hours, or its months where no hours are published."""


class Way(NamedTuple):
    """
    One way to a choice, whole, of somebody who has made none.

    `codes` of all that it takes; `left`: each part to obtain. Practice takes neither hours nor months.
    """

    codes: frozenset[str]
    left: tuple[WayPart, ...] = ()

    @property
    def hours(self) -> model.Hours:
        """Hours of all parts that are left."""
        return _total(hours for _, hours, _ in self.left)

    @property
    def months(self) -> model.Hours:
        """Months of the parts that are left of which no hours are published."""
        return _total(months for _, _, months in self.left)


def taken_by(code: str, hours: model.Hours, months: model.Hours) -> WayPart:
    """Return what a credential takes: the hours that are expected, else the most, else months."""
    _, expected, most = hours[:3]
    if expected is None and most is None:
        return code, NO_HOURS, months
    return code, model.Hours(expected, expected, most if expected is None else expected), NO_HOURS


@dataclass(frozen=True, slots=True)
class AccessCredential(Described):
    """
    A credential that access to an occupation asks for, or a prerequisite of one.

    `held` is None where nobody's holdings are looked at. `needed_for` is the code of the credential whose prerequisite
    it is. `applies` says whether it concerns the person: what only some titles or the self-employed need may not;
    `of_named_titles`: whether the titles that are meant need it, of whoever works in them.
    `possible`: of a choice that is held, whether its way may be the one; `counted`: of another, whether its way is the
    one whose hours are counted, and `way` what its own takes, none where nobody can take it or it only makes another
    longer (see `with_counted`).
    `closed`: whether nobody can obtain it (any more).
    `note`: what else the catalogue says of it, here and in general.
    """

    code: str
    label: str
    kind: str
    requirement: model.RequirementKind
    held: model.Ternary | None
    hours: model.Hours
    origin: FactOrigin
    source: str
    detail: model.Credential = field(repr=False)  # all that is known of it
    group: str | None = None
    alternative: str | None = None
    scope: model.Scope = "all"
    titles: tuple[str, ...] = ()
    applies: bool = True
    of_named_titles: bool = True
    needed_for: str | None = None
    group_held: model.Ternary | None = None  # whether one alternative of its group is held, whichever
    possible: bool = False
    counted: bool = False
    way: Way | None = field(default=None, repr=False)
    closed: bool = False
    as_of: str = ""
    in_force: model.InForce = "unknown"
    note: str = ""
    ground: model.Ground = ""  # who demands it, or of whom, where it is not the law of each person

    @property
    def short(self) -> str:
        """What a narrow column calls it."""
        return self.detail.name

    @property
    def demanded(self) -> bool:
        """Whether it is required, or a way of a choice that is, of whom it concerns."""
        return self.requirement in DEMANDED

    @property
    def lacking(self) -> bool:
        """Whether it is not known to be held, nor another way of its choice."""
        return "yes" not in (self.held, self.group_held)

    spec: ClassVar[Record] = Record(
        "access_credential",
        "A credential that access asks for: required, one of several, usual or leading there",
        Column("code", promised="code"),
        Column("label", promised="text"),
        Column("kind", promised="text"),
        Column("requirement", promised=one_of(get_args(model.RequirementKind))),
        Column("group", promised="text?: One alternative of a group suffices"),
        Column("alternative", promised="text?: All items of an alternative are needed"),
        Column("scope", promised=one_of(get_args(model.Scope))),
        GROUND,
        Column("titles", json=lambda c, _: list(c.titles), promised=["text"]),
        Column("held", promised=maybe(one_of(model.TERNARY))),
        Column("group_held", schema=maybe(one_of(model.TERNARY))),
        part_of("hours", _SPAN, promised=True),
        part_of("company_hours", _SPAN, "detail.company_hours"),
        Column("hours_kind", json="detail.hours_kind", schema=one_of(get_args(model.HoursKind))),
        part_of("months", _SPAN, "detail.months"),
        Column("needed_for", schema="text?: The credential whose prerequisite it is"),
        Column("before_training", json="detail.before_training", schema="flag"),
        Column("minimum_age", json="detail.minimum_age", schema="whole?"),
        parts_of("reductions", _REDUCTION, path="detail.reductions"),
        Column("validity_months", json="detail.validity_months", schema="whole?"),
        Column("renewal", json="detail.renewal", schema="text?: How it is kept"),
        Column("issuer", json="detail.issuer", schema="text?"),
        Column("from", json="origin", promised=one_of(get_args(FactOrigin))),
        Column("source", promised="text?"),
        Column("as_of", promised="text?"),
        Column("in_force", promised=one_of(get_args(model.InForce))),
        Column("valid_from", json="detail.valid_from", schema="text?"),
        Column("valid_until", json="detail.valid_until", schema="text?"),
        Column("note", schema="text?: What else is known of it"),
    )


@dataclass(frozen=True, slots=True)
class AccessConditions(Described):
    """
    What access to an occupation takes.

    Attributes
    ----------
    status
        ``open``: nothing is required; ``conditional``: things that training or a procedure brings; ``selective``: also
        a competition, an appointment or a quota of offices; ``unknown``.
    level_low, level_high
        European levels usually asked for, 0 = without a diploma; None = unknown.
    credentials
        Required ones first, each after its prerequisites; then choices, what is usual, and what leads there.
    varies
        Whether the job titles of the fiche differ in what they take.
    origin, source
        Where the whole comes from.
    title
        The job title whose conditions these are; empty = those of the occupation at large.
    note
        What else the person should know: other ways in, ages, nationality, who must be present.
    demanded_level
        Level of the diplomas that are demanded of everybody whom a job with a level means; 0 = none, or unknown.
    """

    status: model.AccessStatus
    selection: model.Selection | None
    level_low: int | None
    level_high: int | None
    credentials: tuple[AccessCredential, ...]
    varies: bool
    origin: FactOrigin
    source: str = ""
    title: str = ""
    note: str = ""
    demanded_level: int = 0

    @property
    def required(self) -> tuple[AccessCredential, ...]:
        """What is required of the person, choices included."""
        return tuple(c for c in self.credentials if c.applies and c.demanded)

    @property
    def to_obtain(self) -> tuple[AccessCredential, ...]:
        """What is required and not known to be held, choices of which nothing is held whole included."""
        return tuple(c for c in self.required if c.lacking)

    @property
    def of_others(self) -> tuple[AccessCredential, ...]:
        """What others take where nothing is required of the person: some titles, the self-employed, public posts."""
        if self.status != "open":
            return ()
        return tuple(c for c in self.credentials if c.demanded and c.lacking and not c.applies)

    spec: ClassVar[Record] = Record(
        "access_conditions",
        "What access to an occupation takes, by law or in its trade",
        Column("status", promised=one_of(get_args(model.AccessStatus))),
        part_of("selection", _SELECTION, nullable=True, promised=True),
        inside("level", "European levels usually asked for; 0: without a diploma, null: unknown",
               *(Column(end, value=f"level_{end}", promised="count?") for end in ("low", "high")), promised=True),
        parts_of("credentials", "access_credential", promised=True),
        Column("varies", "flag", promised="flag"),
        Column("title",
               schema="text?: The job title whose conditions these are; null: those of the occupation at large"),
        Column("from", json="origin", schema=one_of(get_args(FactOrigin))),
        Column("source", schema="text?"),
        Column("note", schema="text?: What else the person should know"),
    )  # fmt: skip


def access_conditions(
    referential: Referential, code: str, holdings: Holdings | None = None, *, titles: frozenset[str] = frozenset()
) -> AccessConditions:
    """
    Return what access to an occupation takes.

    Parameters
    ----------
    referential
        With a catalogue of access facts on it, or without one.
    code
        Code of the occupation.
    holdings
        What somebody holds; None where nobody's holdings are looked at.
    titles
        Codes of the job titles that are meant, where no holdings say so; see `Aim`.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> laid = build_graph(load_referential("transitions")).referential
    >>> [c.code for c in access_conditions(laid, "K2110").required][:1]
    ['APT-COND']
    """
    conditions = conditions_in_general(referential, code, holdings.aim if holdings else Aim(titles=titles))
    if holdings is None:
        return conditions
    priced = ((c, remaining(c.hours, holdings.reduction_for(c.detail))) for c in conditions.credentials)
    named = tuple(replace(c, held=holdings.of(c.detail), hours=hours) for c, hours in priced)
    personal = replace(conditions, credentials=_with_groups(named, holdings))
    selected = _selected_already(referential, personal)
    return replace(personal, status="conditional", selection=None) if selected else personal


def _selected_already(referential: Referential, conditions: AccessConditions) -> bool:
    """Whether the competition is one into studies, behind somebody who is not selected for anything that is left."""
    contest = conditions.selection is None or conditions.selection.kind == "competition"
    contested = any(not uncontested(referential, c.detail) for c in conditions.to_obtain)
    won = any(not c.lacking and into_studies(referential, c.detail) for c in conditions.required)
    return conditions.status == "selective" and contest and won and not contested


def conditions_in_general(referential: Referential, code: str, aim: Aim) -> AccessConditions:
    """Return what access takes of who means to work in a way, before anybody's holdings are looked at."""
    job_aim = aim._replace(titles=frozenset(title.code for title in titles_meant(referential, code, aim)))
    key = ("access", code, job_aim, number_ended(referential))
    return referential.derived(key, lambda: _conditions_in_general(referential, code, job_aim))


class _Stated(NamedTuple):
    """What is stated of access to an occupation; `alone`: the text of the fiche, where nothing else is known."""

    referential: Referential
    aim: Aim
    access: model.OccupationAccess
    rows: tuple[model.CredentialRequirement, ...]
    text: AccessText | None
    alone: AccessText | None


def _conditions_in_general(referential: Referential, code: str, aim: Aim) -> AccessConditions:
    access = referential.access_of.get(code, model.OccupationAccess(code))
    unsaid = access.status == "unknown"
    rows = referential.credentials_of.get(code, ())
    if aim.titles:  # what other titles take is no part of what these do
        rows = tuple(r for r in rows if concerns_titles(referential, code, r, aim))
    is_read = referential.access is not None and (unsaid or access.level_low is None)
    text = access_text_of(referential, code) if is_read else None
    stated = _Stated(referential, aim, access, rows, text, text if unsaid and not rows else None)
    named = _credentials(referential, rows, aim) if stated.alone is None else _from_text(referential, stated.alone)
    credentials = tuple(replace(c, closed=True) if is_closed(referential, c.detail) else c for c in named)
    selection, (low, high) = _selection(stated), _levels(stated, credentials)
    of_titles = any(c.scope == "titles" for c in credentials if c.demanded)
    catalogued = code in referential.access_of or any(row.origin for row in rows)
    return AccessConditions(
        status=_status(stated, credentials, selection),
        selection=selection,
        level_low=low,
        level_high=high,
        credentials=credentials,
        varies=not aim.titles and (of_titles or (selection is not None and selection.scope == "titles")),
        origin="access text" if stated.alone is not None else "catalogue" if catalogued else "referential",
        source=access.source,
        title=next((title.label for title in titles_meant(referential, code, aim)), ""),
        note=access.note,
        demanded_level=_demanded_level(credentials) if low else 0,
    )


def _levels(stated: _Stated, credentials: Iterable[AccessCredential]) -> tuple[int | None, int | None]:
    """Return the levels usually asked for: of the catalogue, else of the text, else of a diploma that it requires."""
    job = stated.referential, stated.access.occupation, stated.aim
    low, high = stated.access.level_low, stated.access.level_high
    if low is None and high is None and stated.text is not None:
        low, high = stated.text.low, stated.text.high
    if low is None and high is None and stated.alone is not None:
        required_levels = (c.detail.level for c in credentials if c.requirement == "required" and c.detail.level)
        low = high = max(required_levels, default=None)
    if low and (courses := own_courses(*job)):  # the fiche's level is another trade's
        low = high = min((course.level for course in courses if course.level), default=None)
        return low, high
    return (0, _HELPERS_LEVEL) if low and only_helps(*job) else (low, high)


def _ways(credentials: Iterable[AccessCredential]) -> list[list[tuple[AccessCredential, ...]]]:
    """Return what is demanded of the person: of each choice its ways, each whole; one way of what is no choice."""
    groups = grouped((c.group or c.code, (c.alternative, c)) for c in credentials if c.applies and c.demanded)
    return [[*grouped(members).values()] for members in groups.values()]


def _demanded_level(credentials: Iterable[AccessCredential]) -> int:
    """Level of the diplomas that are demanded of everybody: of a choice, of the way that takes the lowest."""

    def level(way: Iterable[AccessCredential]) -> int:
        return max((c.detail.level or 0) if c.kind in model.DIPLOMAS else 0 for c in way)

    return max((min(map(level, ways)) for ways in _ways(credentials)), default=0)


def _status(
    stated: _Stated, credentials: Sequence[AccessCredential], selection: model.Selection | None
) -> model.AccessStatus:
    """Return what access comes to: the hardest thing that is demanded, else what is stated of the whole."""
    referential, aim, access, alone = stated.referential, stated.aim, stated.access, stated.alone
    code = access.occupation
    others_chosen = access.selection is not None and selection is None
    demanded = _ways(credentials)
    # Of a choice, one way without a competition is enough; what others pass, or wait for an office, selects who enters.
    chosen = any(all(any(c.kind == "concours" for c in way) for way in ways) for ways in demanded)
    chosen |= selection is not None and selection.kind in SELECTIVE and concerns(referential, code, selection, aim)
    if chosen or (access.status == "selective" and not others_chosen):
        return "selective"
    others = (c for c in credentials if c.demanded and c.scope == "titles" and not c.applies)
    if stand_for(referential, code, frozenset(title for c in others for title in c.titles)):
        return "unknown"  # one thing of some titles, another of others: nothing tells it of the job at large
    if demanded:
        return "conditional"
    if access.status == "unknown":
        return "open" if alone is not None and _may_be_open(referential, code, alone) else "unknown"
    asked = aim.titles or any(c.demanded for c in credentials)
    # Others have to, or are chosen, not this person.
    return "open" if others_chosen or (access.status == "conditional" and asked) else access.status


def _may_be_open(referential: Referential, code: str, text: AccessText) -> bool:
    """
    Whether a text that asks for nothing is enough to call an occupation open.

    It has to say something of access, of a job that is not regulated. A fiche split from one of which something is
    required may inherit that demand, which the text need not repeat: then nothing is known.
    """
    occupation = referential.occupation_by_code[code]
    if text.silent or occupation.regulated == "yes":
        return False
    kin = referential.derived("kin", lambda: grouped((o.parent or o.code, o.code) for o in referential.occupations))
    parent = occupation.parent or code
    known = referential.access_of
    family = (parent,) if parent in known else tuple(job for job in kin[parent] if job in known)
    return not any(_demands(referential, job) for job in family)


def _demands(referential: Referential, code: str) -> bool:
    """Whether the catalogue requires something of everybody, or of the titles of a fiche that may have become one."""
    rows = referential.credentials_of.get(code, ())
    demanded = any(row.kind in DEMANDED and row.scope in ("all", "titles") for row in rows)
    return demanded or referential.access_of[code].status in ("conditional", "selective")


def access_text_of(referential: Referential, code: str) -> AccessText | None:
    """Return what an occupation's own text on access says, read once; None where it says nothing."""
    occupation = referential.occupation_by_code[code]
    if not occupation.access:
        return None

    def read() -> AccessText | None:
        reading = referential.index and referential.index.document(READINGS).get(code)
        if not reading:
            return read_access_text(occupation.access, referential.language)
        low, high, selection, mentions = reading
        return AccessText(low, high, selection, tuple(Mention(*mention) for mention in mentions))

    return referential.derived(("access-text", occupation.access), read)


def pack_access_texts(referential: Referential) -> Mapping[str, Any]:
    """What the texts on access say, by occupation, for an index: the rules that read them take long to make ready."""
    readings = ((o.code, access_text_of(referential, o.code)) for o in referential.occupations)
    return {code: astuple(reading) for code, reading in readings if reading is not None}


def training_hours(credential: model.Credential) -> model.Hours:
    """
    Hours that obtaining a credential takes in all.

    Where the law sets the length of a training, its placements belong to it; the length that one centre publishes is
    counted without them. A minimum alone is what is known of the length. What takes no training takes no hours, but
    for one whose hours are stated.
    """
    hours = credential.hours
    low, expected, high = hours[:3]
    if credential.hours_kind in model.LEGAL:
        if expected is None:
            expected = low if low is not None else high
        in_firm, extra = credential.company_hours, credential.placement_hours
        if extra is not None and expected is not None:
            low = expected + extra if low is None else low + (in_firm.low if in_firm.low is not None else extra)
            high = None if high is None else high + (in_firm.high if in_firm.high is not None else extra)
            expected += extra
        elif low is None:
            low = expected if extra is None else extra  # what is taught comes on top, and nobody has published how much
    if expected is None and takes_no_training(credential):
        return NO_HOURS
    return model.Hours(low, expected, high, hours.source)


def takes_no_training(credential: model.Credential) -> bool:
    """
    Whether a credential is a procedure of its own: a card, a visit, an oath, an employer's word; or experience.

    So is an examination, or an employer's clearance, before which no training of a length is imposed: preparing for it
    is part of learning the job. What an employer gives after months of training is no mere word.
    """
    if credential.kind in (*PROCEDURES, "concours", "experience"):
        return True
    if given_by_employer(credential) and credential.months != model.UNKNOWN_HOURS:
        return False
    return credential.hours_kind == "none-exists" and credential.kind in _EXAMINED_KINDS


def _credentials(
    referential: Referential, rows: Sequence[model.CredentialRequirement], aim: Aim
) -> Iterator[AccessCredential]:
    """Return what an occupation's rows name: required, choices, usual, options; prerequisites come first, each once."""
    applying = {id(row): concerns(referential, row.occupation, row, aim) for row in rows}
    settled = {row.credential for row in rows if row.kind == "required" and applying[id(row)]}
    groups = groups_of(row for row in rows if applying[id(row)])
    chosen = {group for group, ways in groups.items() if any(settled >= set(way) for way in ways)}
    anew = {(r.credential, r.scope, r.titles) for r in rows if r.kind == "required" and not applying[id(r)]}
    told = {id(r) for r in rows if r.group in chosen or (r.group and (r.credential, r.scope, r.titles) in anew)}
    rows = [row for row in rows if id(row) not in told]  # what is required anyway is the choice, of others too
    ways_left = [ways for group, ways in groups.items() if group not in chosen]
    # What the job's own choice offers beside something else is not asked of everybody: a midwife need not be a nurse.
    in_some = (set().union(*ways).difference(set(ways[0]).intersection(*ways)) for ways in ways_left)
    offered = set[str]().union(*in_some) - settled
    anyway = Holdings(dict.fromkeys(settled, "yes"), tuple(frozenset(map(frozenset, ways)) for ways in ways_left))
    # What another of them supposes comes before it, also where it is one alternative of a choice.
    by_code = referential.credential_by_code
    trade = _of_the_trade(by_code, (row.credential for row in rows if row.kind == "usual" and applying[id(row)]))
    depth = {code: len(with_supposed(by_code, [code]) & settled) for code in settled} if len(settled) > 1 else {}

    def sort_key(row: model.CredentialRequirement) -> tuple[int, bool, bool, int, bool, str, str]:
        later = depth.get(row.credential, 0), registers(by_code[row.credential])
        return _KINDS.index(row.kind), not applying[id(row)], row.scope != "all", *later, row.group, row.alternative

    rows = sorted(rows, key=sort_key)
    named: list[AccessCredential] = []
    for row in rows:
        titles = concerns_titles(referential, row.occupation, row, aim)
        of_row = {"applies": applying[id(row)], "of_named_titles": titles}
        named += _with_prerequisites(referential, row, anyway, trade, **of_row)
    return _each_once(rows, named, offered)


def _each_once(
    rows: Iterable[model.CredentialRequirement], named: Iterable[AccessCredential], offered: Collection[str]
) -> Iterator[AccessCredential]:
    """Yield what rows name once, as all of them say, and what comes before it, unless its own choice offers it."""
    yielded: set[tuple[str, str | None, str | None, model.Scope, bool]] = set()
    needed: set[str] = set()
    prerequisites: set[tuple[str, str | None, str | None, str | None]] = set()
    keys = ((r.credential, r.group or None, r.alternative or None, r.scope, r.kind not in DEMANDED) for r in rows)
    rows_of = grouped(zip(keys, rows, strict=True))
    demanded = {k[:3] for k in rows_of if not k[-1]}
    for credential in named:
        of_all = credential.requirement == "required" and credential.scope == "all"
        supposed = credential.needed_for is not None
        if of_all and supposed and credential.code in offered:
            continue
        named_as = credential.code, credential.group, credential.alternative
        key, before = (*named_as, credential.scope, not credential.demanded), (*named_as, credential.needed_for)
        # Before something, once for the same titles or the self-employed, and not what everybody needs.
        again = key in yielded or (supposed and (before in prerequisites or credential.code in needed))
        prerequisites.add(before)
        if again:
            continue
        yielded.add(key)
        if of_all:
            needed.add(credential.code)
        merged = replace(credential, needed_for=None) if key[:3] in demanded else credential
        yield _merged(merged, rows_of[key]) if key in rows_of else merged


def _of_the_trade(by_code: Mapping[str, model.Credential], usual: Iterable[str]) -> list[str]:
    """Return the diplomas that employers usually ask for, from the level on that one of the trade has at least."""
    least = (by_code[OF_THE_TRADE].level if OF_THE_TRADE in by_code else None) or 0
    return [code for code in usual if by_code[code].kind in model.DIPLOMAS and (by_code[code].level or 0) >= least]


def _merged(item: AccessCredential, rows: Sequence[model.CredentialRequirement]) -> AccessCredential:
    """Return a credential with what its job's rows say: the provenance of the first, the titles and notes of all."""
    listed, first = (" ".join(item.titles), *(row.titles for row in rows)), rows[0]
    return replace(
        item,
        **_provenance(first if first.source else item.detail, *(row.note for row in rows), item.detail.note),
        titles=tuple(dict.fromkeys(" ".join(listed).split())) if all(listed) else (),
        ground=first.ground if {row.ground for row in rows} == {first.ground} else "",
    )


def _with_prerequisites(
    referential: Referential, row: model.CredentialRequirement, anyway: Holdings, trade: Iterable[str], **of_row: Any
) -> Iterator[AccessCredential]:
    by_code = referential.credential_by_code
    of_row |= {"origin": "catalogue" if row.origin else "referential", "scope": row.scope, "ground": row.ground}
    item_of: Callable[..., AccessCredential] = partial(_item, titles=tuple(row.titles.split()), **of_row)
    before = referential.prerequisites_of(row.credential) if row.kind in DEMANDED else ()
    in_order = [by_code[code] for code in (*before, row.credential)]
    for known in in_order:
        if row.kind == "required":  # those of a member of a choice would be a choice within a choice
            for number, stated in enumerate(known.choices, start=1):
                own = [(code,) for code in trade] if (OF_THE_TRADE,) in stated else []
                alternatives = (*own, *stated)
                if anyway.has_one_of(alternatives):
                    continue  # what is required anyway is the choice, or each way of the job's own choice
                for name, member in ((name, c) for name, way in enumerate(alternatives) for c in way):
                    provenance = _provenance(known.supposing(member) or by_code[member], by_code[member].note)
                    provenance |= {"group": f"{known.code}/{number}", "alternative": chr(ord("a") + name)}
                    yield item_of(by_code[member], "one-of", needed_for=known.code, **provenance)
        if known.code == row.credential:
            needed_for, provenance = None, _provenance(row if row.source else known, row.note, known.note)
        else:
            record = next(filter(None, (later.supposing(known.code) for later in reversed(in_order))), known)
            needed_for, provenance = row.credential, _provenance(record, known.note)
        provenance |= {"group": row.group or None, "alternative": row.alternative or None}
        yield item_of(known, row.kind, needed_for=needed_for, **provenance)


def _provenance(
    record: model.Credential | model.CredentialRequirement | model.Supposition, *notes: str
) -> dict[str, Any]:
    """Return the source of a demand, its date, whether that text is in force, and the notes, each once."""
    read = {name: getattr(record, name) for name in ("source", "as_of", "in_force")}
    return read | {"note": " ".join(dict.fromkeys(filter(None, notes)))}


def _item(
    known: model.Credential, requirement: model.RequirementKind, origin: FactOrigin, **more: Any
) -> AccessCredential:
    """Return what is asked for before anybody's holdings are looked at."""
    named = known.code, known.label, known.kind
    return AccessCredential(*named, requirement, None, known.hours, origin, detail=known, **more)


def _with_groups(credentials: Sequence[AccessCredential], holdings: Holdings) -> tuple[AccessCredential, ...]:
    """Mark the members of each choice: whether one of its alternatives is held, and whether their own may be."""
    named = grouped(((c.group, c.applies), (c.alternative, c.code)) for c in credentials if c.group is not None)
    groups = {key: grouped(members) for key, members in named.items()}
    held = {key: holdings.has_one_of(tuple(ways.values())) for key, ways in groups.items()}

    def with_state(c: AccessCredential) -> AccessCredential:
        if c.group is None:
            return c
        if not held[c.group, c.applies]:
            return replace(c, group_held="unknown")
        return replace(c, group_held="yes", possible=holdings.may_include(groups[c.group, c.applies][c.alternative]))

    return tuple(map(with_state, credentials))


def with_counted(
    referential: Referential, conditions: AccessConditions, open_ways: Mapping[str, Sequence[Way]]
) -> AccessConditions:
    """
    Mark, of each choice of which nothing is held, the way whose hours are counted, and say what each way takes.

    It is the one that is made, whatever else is obtained for other choices, once what is left of the first of that
    choice is: ways by group, see `Demands.open_ways`. What is needed before something takes nothing of that.
    """
    anyway = {c.code for c in conditions.required if c.held == "yes" or c.requirement == "required"}
    open_choices = ((c.group, c) for c in conditions.required if c.group and c.group_held != "yes")
    ways = grouped(((group, c.alternative or ""), c) for group, c in open_choices)
    counted_way, settled_way, taken = dict[str, str](), dict[str, str](), dict[int, Way | None]()
    for (group, way), members in sorted(ways.items()):
        listed, asked = open_ways.get(group, ()), {c.code for c in members}
        covered = anyway.union(code for w in listed[:1] for code, *_ in w.left)
        if asked <= with_supposed(referential.credential_by_code, covered):  # the rest is behind who has that
            (counted_way if asked <= covered else settled_way).setdefault(group, way)
        codes = frozenset(c.code for c in members if c.needed_for is None) or frozenset(c.code for c in members)
        taken |= dict.fromkeys(map(id, members), _complete_way(referential, listed, codes, anyway))
    counted = {id(c) for place in (settled_way | counted_way).items() for c in ways[place]}
    marked = (replace(c, counted=id(c) in counted, way=taken.get(id(c))) for c in conditions.credentials)
    return replace(conditions, credentials=tuple(marked)) if ways else conditions


def _complete_way(referential: Referential, ways: Sequence[Way], codes: frozenset[str], anyway: set[str]) -> Way | None:
    """Return what some credentials take alone: of the way that has them all, unless another does with less."""
    complete = next((w for w in ways if codes - anyway <= w.codes), None)
    if complete is None or any(w.codes < complete.codes for w in ways):
        return None
    supposed = with_supposed(referential.credential_by_code, codes)
    return complete._replace(left=tuple(part for part in complete.left if part[0] in supposed))


def _total(spans: Iterable[model.Hours]) -> model.Hours:
    """Hours, or months, of several things, one after the other: unknown where one is."""
    ends = zip(NO_HOURS[:3], *(h[:3] for h in spans), strict=True)
    low, expected, high = (None if None in values else sum(values) for values in ends)
    return model.Hours(low, expected, high)


def _from_text(referential: Referential, text: AccessText) -> Iterator[AccessCredential]:
    """Yield the credentials that a text on access names, each once; only what it asks of everybody is required."""
    labels = {normalise_label(c.label): c for c in referential.credentials}
    names = {c.code: c.label for c in referential.credentials}
    kinds: dict[str, model.RequirementKind] = {"usual": "usual", "one-way": "option"}
    scopes: dict[str, model.Scope] = {"some-titles": "titles", "self-employed": "self-employed", "public": "public"}
    source = referential.stamp.title
    stated = [(normalise_label(m.text), m) for m in text.mentions if m.strength != "negated"]
    by_code: dict[str, AccessCredential] = {}
    for plain, (mention, *_) in grouped(stated).items():
        is_kind = mention.kind in get_args(model.CredentialKind)
        kind = cast("model.CredentialKind", mention.kind) if is_kind else "certificat"
        unlisted = model.Credential(f"texte:{plain.replace(' ', '-')}", mention.text, kind, source=source)
        code = credential_of(mention, names, referential.language)
        known = labels.get(plain) or referential.credential_by_code.get(code or "", unlisted)
        if known.code in by_code and not mention.required:
            continue
        by_code[known.code] = _item(
            known,
            "required" if mention.required else kinds.get(mention.strength, "option"),
            "access text",
            source=source,
            scope=scopes.get(mention.condition, "all"),
            applies=mention.condition == "always",
        )
    yield from by_code.values()


def _selection(stated: _Stated) -> model.Selection | None:
    """Return how people are chosen, for the titles that are meant or the job at large; None where they are not."""
    referential, aim, access = stated.referential, stated.aim, stated.access
    if access.selection is None:
        kind = stated.alone and stated.alone.selection
        return model.Selection(kind, "") if kind else None
    whole = model.Selection(access.selection, access.selection_label, access.selection_scope, access.titles)
    every = (s for s in (*access.selections, whole) if concerns_titles(referential, access.occupation, s, aim))
    chosen = next(every, None) if aim.titles else whole
    titles = {title.code: title.label for title in referential.titles_in(access.occupation)}
    of_base = referential.occupation_by_code[access.occupation].base is not None
    named = [] if chosen is None else chosen.titles.split()
    others = of_base and titles and named and titles.keys().isdisjoint(named)
    if chosen is None or (chosen.scope == "titles" and others):
        return None
    labels = tuple(label for code, label in titles.items() if code in named)
    return chosen._replace(names=labels if len(labels) <= _FEW_TITLES else ())


def move_kind(
    referential: Referential, origin: str | None, target: str, before: AccessConditions | None, after: AccessConditions
) -> model.MoveKind:
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
    A credential that the origin requires and that has the target's as prerequisites makes it a step down, where all
    are diplomas or titles: nobody goes down a grade by holding a licence more, or towards a diploma that is lacking.
    """
    if origin is None or before is None:
        return "unknown"
    if origin == target:
        return "same-job"
    if _supposes(referential, before, after):
        return "step-down"
    managerial = (referential.occupation_by_code[origin].managerial, referential.occupation_by_code[target].managerial)
    ranks: dict[tuple[str, str], model.MoveKind] = {("no", "yes"): "advancement", ("yes", "no"): "step-down"}
    return _by_level(before, after) or ranks.get(managerial) or ("lateral" if _overlap(before, after) else "unknown")


def kind_between(
    referential: Referential, origin: str | None, target: str, titles: frozenset[str] = frozenset()
) -> model.MoveKind:
    """Return the kind of a move between two codes, named by these titles, whoever makes it; see `move_kind`."""
    before = None if origin is None else access_conditions(referential, origin, titles=titles)
    return move_kind(referential, origin, target, before, access_conditions(referential, target, titles=titles))


def _by_level(before: AccessConditions, after: AccessConditions) -> model.MoveKind | None:
    """Up or down where the levels lie apart; None where they overlap or are not known."""
    return "advancement" if _lies_below(before, after) else "step-down" if _lies_below(after, before) else None


def _lies_below(lower: AccessConditions, upper: AccessConditions) -> bool:
    """Whether the highest level of one job is below the lowest of another."""
    low = max(upper.level_low or 0, upper.demanded_level)
    return lower.level_high is not None and max(lower.level_high, lower.demanded_level) < low


def _overlap(before: AccessConditions, after: AccessConditions) -> bool:
    """Whether two jobs surely have a level in common: each has its lowest, whatever its highest is."""
    if before.level_low is None or after.level_low is None:
        return False
    floor = max(before.level_low, after.level_low)
    return all(floor <= max(c.level_low or 0, c.level_high or 0, c.demanded_level) for c in (before, after))


def same_field(referential: Referential, origin: str | None, target: str) -> bool | None:
    """Whether both ends lie in the same domain; None where one is in none."""
    if origin is None:
        return None
    domains = [referential.occupation_by_code[code].domain for code in (origin, target)]
    return None if None in domains else domains[0] == domains[1]


def _supposes(referential: Referential, before: AccessConditions, after: AccessConditions) -> bool:
    """Whether diplomas or titles that the first requires suppose those of the second, and none is common."""

    def diplomas(conditions: AccessConditions) -> dict[str, model.Credential]:
        asked = (c for c in conditions.required if c.requirement == "required" and not c.needed_for)
        return {c.code: c.detail for c in asked if c.kind in model.DIPLOMAS}

    brought, wanted = diplomas(before), diplomas(after)
    supposed = {p for code, known in brought.items() for p in (*referential.prerequisites_of(code), *known.supposed)}
    return bool(wanted) and wanted.keys() <= supposed - brought.keys()
