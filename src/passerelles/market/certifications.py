"""Certifications: what leads to an occupation (CertifInfo), and which are in force on a day, or succeeded (RNCP)."""

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from itertools import chain, product, takewhile
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, NamedTuple, get_args

from passerelles.codes import grouped, is_rome_code
from passerelles.errors import PasserellesError, checked
from passerelles.language.say import Lang, day_text, labelled, listed, number, say
from passerelles.market.read import FileRows, Keeper, RecognisedFile, Scan, SourceFile, scan_all
from passerelles.market.tables import links_of
from passerelles.model import BROUGHT, DIPLOMAS, Credential, Hours, Occupation, Ternary
from passerelles.notices import Notice, NoticeLog
from passerelles.referentials.credentials import LEAST, OF_KIND, Duration, kind_of_hours, load_durations
from passerelles.referentials.referential import Referential, exact_occupation, stand_for
from passerelles.text import normalise_label, slashed_forms
from passerelles.vectors import stem, word_rules
from passerelles.views.schema import one_of
from passerelles.views.shown import Described
from passerelles.views.spec import SPAN, Column, On, Record, part_of

Match = Literal["direct", "parent"]
# A registration lasts five years at most (Code du travail, L. 6113-5): a successor of which nothing is known is taken
# to be in force only where what it replaces ended not long ago.
_RECENT: Final = timedelta(days=2 * 365)
_NAMED: Final = 3  # certifications that a sentence names
_MANY_NAMES: Final = 0.01  # a word of a larger share of the names ("agent", "chef") identifies none of them
_MANY_LISTS: Final = 0.1  # nor does one of a larger share of what occupations list ("gestion", "projet")
_ENOUGH_LISTS: Final = 200  # occupations, of all families, whose lists tell which words are common: all take a second
# The register writes a kind before each name: again where the name begins with it, or by a code that is no word.
_KIND_BEFORE_NAME: Final = re.compile(
    r"^(?:(?:Autre -|(?:DIPLOVIS|DipViGr[LM]|Grade_\w+|DGE_\w+)(?: -)?) (?:Autre )?"
    r"|Titre ingénieur - (?:Titre ingénieur )?(?=Ingénieur)|(.+?) - (?=\1\b))+",
    re.IGNORECASE,
)
_KIND_DIGITS: Final = 3  # digits of a diploma's code at the ministry of education that say its kind: 500 = CAP
_BEGINNING: Final = re.compile(r"^(?:des(?=[aeo]))?((?:inter|super)..|.{1,5}).*")  # viticulteur, viticole; désamianteur
_DIPLOMA_KIND: Final = "master"  # a kind of diplomas, not what a "Scrum Master" does
_FEW_NAMES: Final = 5  # so many are few in any referential
CertificationKind = Literal["certification", "habilitation", "preparatory", "unknown"]
# Where the name of a certification gives way to that of one of its options.
_OPTION: Final = re.compile(
    r"[\s:,–-]+((option|mention)\b.*|(spécialité|parcours|domaine|secteur de spécialisation)?)$"
)
# In the order of preference: named by the fiche itself and known to be in force, first.
_TIERS: Final = (("direct", True), ("parent", True), ("direct", False), ("parent", False))


PUBLISHED: Final = Record(
    "", "Hours at the training centre, as published", SPAN.columns, Column("source", schema="text?")
)


@dataclass(frozen=True, slots=True)
class LeadingCertification(Described):
    """
    A certification that leads to an occupation and is in force on the reference date.

    `match`: whether the file names the occupation's own fiche or its parent; `until` the last day of its registration,
    None = unknown; `successor` what replaces it then; `vae`: whether prior learning gives it, None = no source says;
    `vae_former`: the number that it replaced, whose row alone says so, empty = its own does;
    `sure`: whether a source says that it is alive on that day: where none does, and nothing says that it is over, it
    is shown only if nothing else leads there; `demanded`: whether it is demanded of everybody, alone or as one way;
    `hours_kind`: what its hours are, as a minimum is no course's own length; `far`: whether the parent alone ties it to
    the occupation, or what it replaces while its own entry names other jobs, and its name has no word of the
    occupation's; `foreign`: nor one of its titles or of its competencies, which is looked at where all are far.
    """

    code: str
    label: str
    level: int | None
    until: str | None
    match: Match
    successor: str | None
    vae: bool | None
    hours: Hours | None
    source: str
    sure: bool = True
    demanded: bool = False
    vae_former: str = ""
    far: bool = False
    foreign: bool = False
    hours_kind: str = ""

    spec: ClassVar[Record] = Record(
        "leading_certification",
        "A certification that leads to an occupation and is alive on the reference date",
        Column("certification_code", value="code", json_key="code", promised="code"),
        Column("certification_label", value="label", json_key="label", promised="text"),
        Column("certification_level", "integer", value="level", json_key="level", promised=True),
        Column(
            "until", promised="text?: Last day of its registration; null = unknown",
            shown=lambda c, lang: c.until and day_text(c.until, lang),
        ),
        Column("match", words="terms.match", promised=one_of(get_args(Match))),
        Column("successor", promised="text?: What replaces it", shown=lambda c, _: c.successor or "–"),
        Column("vae", "flag", promised=True),
        part_of(
            "certification_hours", PUBLISHED, "hours", kind="number", json_key="hours", nullable=True,
            value=lambda c, _: c.hours and c.hours.expected, shown=lambda c, lang: _hours_shown(c.hours, lang),
            on=On.ALL, promised=True,
        ),
        Column(
            "certification_hours_kind", value="hours_kind", words="show.hours_kind", json_key="hours_kind",
            on=On.FILE, schema="text?: What its hours are: a minimum, or a length"),
        Column("source", promised="text"),
        Column("sure", on=On.JSON, schema="flag: Whether a source says that it is alive on that day"),
        Column("demanded", on=On.JSON, schema="flag: Whether it is demanded of everybody, alone or as one way"),
        Column("vae_former", on=On.JSON, schema="code?: The number that it replaced, of which alone `vae` is said"),
    )  # fmt: skip

    def short(self) -> str:
        """Return label and code, for a cell of a table."""
        return f"{self.label} ({self.code})"

    def described(self, lang: Lang = "fr", *more: str) -> str:
        """Return label and code, with level, end, hours and prior learning where they are known, and `more`."""
        details = [self.code]
        if self.level is not None:
            details.append(say("paths.certification.level", lang=lang, level=self.level))
        if self.until:
            details.append(say("paths.certification.until", lang=lang, day=day_text(self.until, lang)))
        if hours := _hours_shown(self.hours, lang):
            kind = self.hours_kind if self.hours_kind in LEAST else "centre"
            details.append(say(f"paths.certification.{kind}", lang=lang, hours=hours))
        if self.vae:
            key = "vae_former" if self.vae_former else "vae"
            details.append(say(f"paths.certification.{key}", lang=lang, former=self.vae_former))
        return f"{self.label} ({', '.join([*details, *more])})"


def _hours_shown(hours: Hours | None, lang: Lang) -> str | None:
    return None if hours is None or hours.expected is None else number(hours.expected, lang=lang)


def leading_in_words(
    certifications: Sequence[LeadingCertification], lang: Lang = "fr", *,
    kinds: Collection[str] = (), asked: Container[str] = (), ways: Container[str] = (), held: Container[str] = (),
) -> tuple[str, list[str], int]:  # fmt: skip
    """
    Return in words what certifications are to an occupation, the first of them, and how many more; empty = untold.

    `kinds` are those of what is to be obtained. Only what is demanded of everybody, or has a code among those `asked`
    of the person or of all `ways` to that, is said to lead there; what files tie to the occupation follows as tied, but
    where a diploma or a title is to be obtained, unless only another way to it is known. What they tie to its family
    alone, far from its name, is told where nothing is nearer and nothing is to be obtained that it would have to give,
    if it has part of it. What is `held` leads no further. What is demanded today is in force, whatever files leave
    unsaid.
    """
    named = [c for c in certifications if c.demanded or any(n in asked or n in ways for n in (c.code, c.successor))]
    near = [c for c in certifications if not c.far or c in named]
    candidates = [c for c in near or certifications if c.code not in held and (near or not c.foreign)]
    demanded = [c for c in candidates if c in named]
    enough = any(c.demanded or c.code in asked for c in demanded)
    alone = demanded if enough and any(kind in kinds for kind in DIPLOMAS) else []
    chosen = sorted(alone or candidates, key=lambda c: (c.code not in asked, c not in named))
    beside = not demanded and not BROUGHT.issuperset(kinds)
    if not chosen or (beside and not near):
        return "", [], 0
    dated = any(c.sure for c in chosen)
    of_all = bool(demanded and (kinds or dated))
    keys = {"certified_beside": beside, "certified_family": not near, "certified": of_all, "certified_tied": dated}
    key = next((key for key, holds in keys.items() if holds), "certified_undated")
    tied = [say("paths.certification.tied", lang=lang)] if key == "certified" else []
    # Registrations of one certification, of which nothing else differs, are named together.
    together = [*grouped(((replace(c, code="").described(lang), c in named), c) for c in chosen).values()]
    merged = [replace(same[0], code=", ".join(c.code for c in same)) for same in together[:_NAMED]]
    names = [m.described(lang, *(() if same[0] in named else tied)) for m, same in zip(merged, together, strict=False)]
    return say(f"paths.{key}", lang=lang), names, max(len(together) - _NAMED, 0)


def leading_lines(certifications: Sequence[LeadingCertification], lang: Lang = "fr", **whose: Any) -> list[str]:
    """Return the same in one line; none where there is nothing to tell."""
    head, names, others = leading_in_words(certifications, lang, **whose)
    more = say("moves.more", lang=lang, n=others) if others else ""
    return [labelled(head, f"{listed(names, lang)}{more}.", lang)] if names else []


class Registration(NamedTuple):
    """What the register says of a certification; `until` is ISO, `diploma` the code of its kind, empty = unknown."""

    label: str
    level: int | None
    until: str
    active: bool
    diploma: str = ""


@dataclass(frozen=True)
class Register:
    """
    What the files of the RNCP say: registrations, successors, and ROME codes, each by RNCP code.

    `branch` are the codes that collective agreements stand behind.
    """

    registrations: Mapping[str, Registration] = field(default_factory=lambda: MappingProxyType({}))
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    by_rome: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    branch: frozenset[str] = frozenset()
    files: tuple[SourceFile, ...] = ()

    @cached_property
    def breadth(self) -> Mapping[str, int]:
        """How many ROME codes a certification names."""
        return Counter(code for codes in self.by_rome.values() for code in codes)

    @cached_property
    def formers(self) -> Mapping[str, tuple[str, ...]]:
        """What each certification replaces."""
        return grouped((new, old) for old, successors in self.successors.items() for new in successors)

    def state(self, code: str, day: date) -> Ternary:
        """Return whether a certification is in force on a day, as far as the register shows."""
        entry = self.registrations.get(code)
        if entry is not None and (not entry.active or (entry.until and entry.until < day.isoformat())):
            return "no"
        if entry is not None and entry.until:
            return "yes"
        return "no" if code in self.successors else "unknown"

    def replacements(self, code: str, day: date) -> Iterator[tuple[str, str]]:
        """
        Yield the certifications that replace one that has ended, each with the one that it replaces.

        Those that have ended themselves give way to their own successors; cycles end. One without a registration
        counts where what it replaces ended less than two years before the day.
        """
        visited = {code}
        waiting = [(code, heir) for heir in self.successors.get(code, ())]
        while waiting:
            former, heir = waiting.pop(0)
            if heir in visited:
                continue
            visited.add(heir)
            state = self.state(heir, day)
            ended = self.registrations[former].until if former in self.registrations else ""
            if state == "no":
                waiting += [(heir, next_heir) for next_heir in self.successors.get(heir, ())]
            elif state == "yes" or ended >= (max(day, date.min + _RECENT) - _RECENT).isoformat():
                yield heir, former

    def file_of(self, kind: str) -> str:
        """Return the name of the file that was read of a kind; empty where there is none."""
        return next((f.record.name for f in self.files if f.kind == kind), "")


def read_register(recognised: Iterable[RecognisedFile]) -> Register:
    """Read the files of the RNCP among those recognised; of two of one kind, the last by name."""
    by_kind = {file.kind.name: file for file in sorted(recognised, key=lambda f: f.name)}
    files: list[SourceFile] = []

    def rows(kind: str, *names: str) -> Iterator[tuple[str, ...]]:
        if kind in by_kind:
            reading = FileRows(by_kind[kind])
            files.append(reading.source())
            yield from (row for _, row in reading.rows(*names))

    registrations: dict[str, Registration] = {}
    replaced: set[tuple[str, str]] = set()
    names = ("rncp", "label", "level", "until", "state", "diploma", "successor", "former")
    for code, label, level, until, state, diploma, successor, former in rows("apprenticeship-kit", *names):
        grade = level.removeprefix("Niveau ").strip()
        if code.startswith("RNCP"):
            reached = int(grade) if grade.isdigit() else None
            name, active, kind = _KIND_BEFORE_NAME.sub("", label), state == "ACTIVE", diploma[:_KIND_DIGITS]
            registrations[code] = Registration(name, reached, _iso(until), active, kind)
            replaced |= {(code, successor), (former, code)}
    for code, former, successor in rows("rncp-successors", "rncp", "former", "successor"):
        replaced |= {(code, successor), (former, code)}
    leading = {(rome, code) for code, rome in rows("rncp-rome", "rncp", "rome") if code.startswith("RNCP")}
    branch = frozenset(code for code, _ in rows("rncp-agreements", "rncp", "agreement_1"))
    pairs = chain.from_iterable(product(old.split("|"), new.split("|")) for old, new in replaced)  # cells name several
    of_rncp = ((old, new) for old, new in pairs if old != new and old.startswith("RNCP") and new.startswith("RNCP"))
    by_code, successors = MappingProxyType(registrations), grouped(sorted(of_rncp))
    return Register(by_code, successors, grouped(sorted(leading)), branch, tuple(files))


def _iso(day: str) -> str:
    """Return 28/04/2026 as 2026-04-28; empty where it is no day."""
    day_month_year = day.split("/") if "/" in day else day[:10].split("-")[::-1]
    is_date = len(day_month_year) == 3 and all(p.isascii() and p.isdigit() for p in day_month_year)  # noqa: PLR2004 - day, month, year
    return "-".join(p.zfill(2) for p in reversed(day_month_year)) if is_date else ""


@dataclass(frozen=True, slots=True)
class Certification:
    """
    A certification of CertifInfo.

    `code` is the CertifInfo code, `type` the kind of diploma in words, `level` the European level (``"5"``, None =
    unknown). `rome` holds the ROME codes as given, of the third and fourth generation mixed; some are not occupations.
    `vae`: whether prior learning gives it, None = not said. Years of sessions are None where the source gives none.
    `active` is judged for `Certifications.year`, see `is_active`. The source gives no duration.
    """

    code: str
    label: str
    kind: CertificationKind
    type: str = ""
    level: str | None = None
    rome: tuple[str, ...] = ()
    rncp: str | None = None
    formacode: str | None = None
    nsf: str | None = None
    first_session: int | None = None
    last_session: int | None = None
    active: Ternary = "unknown"
    vae: bool | None = None
    lines: tuple[int, ...] = ()


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
    register_files: tuple[RecognisedFile, ...] = field(default=(), repr=False, compare=False)
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)
    keeper: Keeper | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: sizes and year."""
        return f"<Certifications {self.year}: {len(self.certifications)} codes, {self.row_counts.get('rows', 0)} rows>"

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """What was read: name, SHA-256, year and publisher of each file, those of the RNCP too."""
        return (self.file, *self.register.files)

    @cached_property
    def by_code(self) -> Mapping[str, Certification]:
        """Certification of each CertifInfo code."""
        return MappingProxyType({c.code: c for c in self.certifications})

    @cached_property
    def by_rome(self) -> Mapping[str, tuple[Certification, ...]]:
        """Certifications that name each ROME code, of any kind."""
        return grouped((rome, c) for c in self.certifications for rome in c.rome)

    @cached_property
    def by_rncp(self) -> Mapping[str, tuple[Certification, ...]]:
        """Certifications of each RNCP code: one code may cover several."""
        return grouped((c.rncp, c) for c in self.certifications if c.rncp)

    @cached_property
    def register(self) -> Register:
        """What the files of the RNCP beside it say; read on first use, empty where there are none."""
        if self.keeper is None:
            return read_register(self.register_files)
        return self.keeper.cached("register", Register, lambda: read_register(self.register_files))

    @checked
    def leading(self, code: str, referential: Referential, day: date) -> tuple[LeadingCertification, ...]:
        """
        Certifications that lead to an occupation and are in force on a day.

        Those that name the fiche itself, else those of its parent; those that a source says to be alive, else those
        of which nothing says that they are over. Where the referential names certifications of its own, those of a
        specialised occupation are all there is, and those of a fiche leave out what other branches made for themselves.
        Where something with a number in the register is demanded of everybody, nothing else is told; nor where it is
        one way of a choice, unless another way is a diploma or a title whose number is not known; nor, where a diploma
        is demanded of everybody, what files tie to the job below its level.

        Parameters
        ----------
        code
            Code or exact title of an occupation of `referential`.
        referential
            Where its parent, its base and its own credentials are found.
        day
            Reference date.

        Returns
        -------
        certifications
            Its own first, then the nearest: of the RNCP, of a level at which people enter, of the occupation's words;
            last its own that only some of its titles are asked for.

        Raises
        ------
        UnknownCodeError
            If the referential has no such occupation.
        """
        code = exact_occupation(referential, code)
        occupation = referential.occupation_by_code[code]
        of_all, of_some = self._stated(code, referential, day)
        # Of a choice, the ways without a number: other files may name them, where they are diplomas or titles.
        needs = [(n, referential.credential_by_code[n.credential]) for n in referential.credentials_of.get(code, ())]
        choice = [credential for need, credential in needs if need.kind == "one-of" and need.scope == "all"]
        unnamed = any(c.kind in DIPLOMAS and not c.registrations for c in choice)
        if (of_all or of_some) and (occupation.base is not None or (not unnamed and any(c.demanded for c in of_all))):
            return of_all + of_some
        left_out = {c.code for c in of_all + of_some}.union(self.register.branch if of_all else ())
        left_out.update(n for _, c in needs if "" < c.valid_until < day.isoformat() for n in c.registrations)
        others = self._tied(code, referential, day, left_out)
        tiers = [[c for c in others if (c.match, c.sure) == tier] for tier in _TIERS]
        # A certification of the occupation's own is enough: what only its parent names, or nothing dates, adds nothing.
        # Of a choice, the ways without a number stand among these.
        chosen = tiers[0] if of_all and not choice else next((tier for tier in tiers if tier), [])
        nearest = _nearest_first(chosen, referential, occupation, self.register.breadth, alone=not of_all)
        return (*of_all, *nearest, *of_some)

    def _tied(
        self, code: str, referential: Referential, day: date, left_out: Container[str]
    ) -> list[LeadingCertification]:
        """Return what files tie to an occupation, each by its nearest link, but below the level that is demanded."""
        by_code = {c.code: c for c in reversed([*self._of_files(code, referential, day)])}
        least = _level_demanded(referential, code)
        return [c for c in by_code.values() if c.code not in left_out and (c.level is None or c.level >= least)]

    def _stated(self, code: str, referential: Referential, day: date) -> Iterator[tuple[LeadingCertification, ...]]:
        """Yield what the referential names for all of an occupation, then for some titles; nothing beside a diploma."""
        by_code: dict[str, LeadingCertification] = {}
        at_large, asked, diploma_demanded = set[str](), set[str](), False
        for need in referential.credentials_of.get(code, ()):
            credential = referential.credential_by_code[need.credential]
            demanded = need.scope == "all" and need.kind in ("required", "one-of")
            for_all = need.scope != "titles" or stand_for(referential, code, frozenset(need.titles.split()))
            at_entry = demanded or (for_all and need.scope == "titles" and need.kind == "required")
            for rncp in credential.registrations:
                for certification in self._in_force(rncp, "direct", day, credential):
                    at_large |= {certification.code} if for_all else set()
                    asked |= {certification.code} if at_entry else set()
                    by_code.setdefault(certification.code, replace(certification, demanded=demanded))
                    diploma_demanded |= demanded and need.kind == "required" and credential.kind in DIPLOMAS
        leading = [c for c in by_code.values() if c.code in asked or not diploma_demanded]
        yield from (tuple(c for c in leading if (c.code in at_large) == for_all) for for_all in (True, False))

    def _of_files(self, code: str, referential: Referential, day: date) -> Iterator[LeadingCertification]:
        """Yield what files and register tie to an occupation, its own fiche first: some of it several times."""
        for link in links_of(referential, code):
            match: Match = "direct" if link.via in ("direct", "base") else "parent"
            rows = [row for row in self.by_rome.get(link.code, ()) if row.kind == "certification"]
            named = {row.rncp if row.rncp.startswith("RNCP") else f"RNCP{row.rncp}" for row in rows if row.rncp}
            named.update(self.register.by_rome.get(link.code, ()))
            for c in chain.from_iterable(self._in_force(rncp, match, day) for rncp in sorted(named)):
                yield replace(c, far=c.code in self.register.breadth and c.code not in named)
            unnumbered = (row for row in rows if not row.rncp and _sessions_open(row, day) != "no")
            yield from (self._from_rows(f"CI-{row.code}", (row,), match, day) for row in unnumbered)

    def _in_force(
        self, rncp: str, match: Match, day: date, credential: Credential | None = None
    ) -> Iterator[LeadingCertification]:
        """Yield a certification if it is in force on a day, else those that replace it, or that it is to replace."""
        if credential is not None and day.isoformat() < credential.valid_from:
            formers = dict.fromkeys(self.register.formers.get(rncp, ()))
            before = [former for former in formers if self.register.state(former, day) == "yes"]
            if before:
                yield from (self._from_rows(former, self._rows(former), match, day, sure=True) for former in before)
                return
        state = self.register.state(rncp, day)
        rows = self._rows(rncp)
        if state == "unknown" and rows:
            opens = {_sessions_open(row, day) for row in rows}
            state = "yes" if "yes" in opens else "no" if opens == {"no"} else "unknown"
        if until := credential.valid_until if credential is not None else "":
            state = "no" if until < day.isoformat() else "yes" if state == "unknown" else state
        if state == "no":
            for heir, former in self.register.replacements(rncp, day):
                certification = self._from_rows(heir, self._rows(heir), match, day, sure=True)
                label, level = self._named(former, self._rows(former), credential)
                level = level if certification.level is None else certification.level
                yield replace(certification, label=certification.label or label, level=level)
            return
        certification = self._from_rows(rncp, rows, match, day, sure=state == "yes", credential=credential)
        if certification.label:
            yield certification

    def _from_rows(
        self, code: str, rows: Sequence[Certification], match: Match, day: date, *,
        sure: bool | None = None, credential: Credential | None = None,
    ) -> LeadingCertification:  # fmt: skip
        register = self.register
        entry = register.registrations.get(code)
        files = [self.file.record.name] if rows else []
        files += [register.file_of("rncp-rome")] if code in register.breadth else []
        files += [register.file_of("apprenticeship-kit")] if entry else []
        hours, kind = self._length(code, credential, day)
        label, level = self._named(code, rows, credential)
        replaced = () if rows else register.formers.get(code, ())
        formers = {row: former for former in replaced for row in self._rows(former)}
        vae_values = {row.vae for row in rows or formers}  # of prior learning, by its rows or those of what it replaces
        vae = vae_values.pop() if len(vae_values) == 1 else None
        former = "" if rows or vae is None else next(iter(formers.values()))
        until, successor = entry.until if entry else "", next(iter(register.successors.get(code, ())), None)
        until = until or (credential.valid_until if credential else "")
        source = "; ".join(dict.fromkeys(f for f in files if f)) or register.file_of("rncp-successors")
        in_force = any(_sessions_open(row, day) == "yes" for row in rows) if sure is None else sure
        facts = (vae, hours, source, in_force)
        about = code, label, level, until or None, match, successor
        return LeadingCertification(*about, *facts, vae_former=former, hours_kind=kind)

    def _length(self, code: str, credential: Credential | None, day: date) -> tuple[Hours | None, str]:
        """Published hours of a certification and what they are: those of its credential, so that one page tells one."""
        if credential is not None and credential.hours.expected is not None:
            return credential.hours, kind_of_hours(credential)
        if (published := self._published(code)) is None or "" < published.until < day.isoformat():
            return None, ""
        return published.centre, published.kind

    def _published(self, code: str) -> Duration | None:
        """Published length of a certification, else of the kind of diploma that it is, or that what it replaces is."""
        known = (self.register.registrations.get(c) for c in (code, *self.register.formers.get(code, ())))
        kinds = (f"{OF_KIND}{entry.diploma}" for entry in known if entry is not None and entry.diploma)
        return next((duration for c in (code, *kinds) if (duration := _published().get(c))), None)

    def _rows(self, rncp: str) -> tuple[Certification, ...]:
        return tuple(r for r in self.by_rncp.get(rncp.removeprefix("RNCP"), ()) if r.kind == "certification")

    def _named(self, code: str, rows: Sequence[Certification], credential: Credential | None) -> tuple[str, int | None]:
        """Label and level of a certification, of the register first, then of the file, then of the referential."""
        entry = self.register.registrations.get(code)
        labels = {row.label for row in rows if row.label}
        levels = {int(row.level) for row in rows if row.level and row.level.isdigit()}
        # Of several labels, options of one certification, none is its name.
        label = credential.label if len(labels) > 1 and credential is not None else _common_label(labels)
        of_file = label, levels.pop() if len(levels) == 1 else None
        known = [(entry.label, entry.level), of_file] if entry is not None else [of_file]
        known += [(credential.label, credential.level)] if credential is not None else []
        named, graded = zip(*known, strict=True)
        return next(filter(None, named), ""), next((level for level in graded if level is not None), None)


def _nearest_first(
    chosen: Sequence[LeadingCertification], referential: Referential, occupation: Occupation,
    breadth: Mapping[str, int], *, alone: bool,
) -> Iterator[LeadingCertification]:  # fmt: skip
    """
    Yield what leads to an occupation, the nearest first, and whether each is far; `alone`: nothing else leads there.

    Codes of the RNCP first, then those that are not far, those of no level above those at which people enter it (one
    above the lowest never is), by how many words of its name, save those of many names, each bears, by how many it has
    that begin alike, those of a level of entry, by words of what it lists, if none has any, by few ROME codes, by code.
    """
    entered = referential.access_of.get(occupation.code)
    low, high = (entered.level_low or 0, entered.level_high) if entered else (0, None)
    name = _distinctive_stems(referential, occupation) - _stems(_DIPLOMA_KIND, referential.language)
    begun = {_BEGINNING.sub(r"\1", word) for word in name}
    stems = {c.code: _stems(c.label, referential.language) for c in chosen}
    alike = {code: len({_BEGINNING.sub(r"\1", word) for word in words} & begun) for code, words in stems.items()}
    far = {c.code for c in chosen if (c.far or c.match == "parent") and not (alike[c.code] or name & stems[c.code])}
    # What the occupation lists tells far ones apart, where nothing is nearer: it takes long to look at.
    alone = alone and len(far) == len(chosen)
    listed_words = _listed_stems(referential, occupation.code) if alone and far else frozenset()

    def nearest(c: LeadingCertification) -> tuple[bool, bool, bool, int, int, bool, int, int, str]:
        words = stems[c.code]
        above = c.level is not None and high is not None and c.level > max(high, low + 1)
        apart = c.level is not None and not low <= c.level <= (high or c.level)
        unregistered, names = not c.code.startswith("RNCP"), breadth.get(c.code, 0)
        same = -len(name & words), -alike[c.code]
        return unregistered, c.code in far, above, *same, apart, -len(listed_words & words), names, c.code

    for c in sorted(chosen, key=nearest):
        yield replace(c, far=c.code in far, foreign=alone and listed_words.isdisjoint(stems[c.code]))


def _distinctive_stems(referential: Referential, occupation: Occupation) -> frozenset[str]:
    """Stems of an occupation's name, in one gender, that distinguish it: those of many names are left out."""

    def count() -> Mapping[str, int]:
        return Counter(word for o in referential.occupations for word in _name_stems(o, referential.language))

    of_names = referential.derived("stems of names", count)
    most = max(_FEW_NAMES, _MANY_NAMES * len(referential.occupations))
    return frozenset(word for word in _name_stems(occupation, referential.language) if of_names[word] <= most)


def _listed_stems(referential: Referential, code: str) -> frozenset[str]:
    """Stems of an occupation's titles and competencies that distinguish it: those of many occupations are left out."""
    competencies = referential.competency_by_code

    def listed(code: str) -> frozenset[str]:
        labels = [title.label for title in referential.titles_of.get(code, ())]
        labels += [competencies[need.competency].name for need in referential.requirements_of.get(code, ())]
        return frozenset().union(*(_stems(label, referential.language) for label in labels))

    def count() -> tuple[Mapping[str, int], int]:
        step = max(1, len(referential.occupations) // _ENOUGH_LISTS)
        sample = [o.code for o in referential.occupations[::step]]
        return Counter(word for code in sample for word in listed(code)), len(sample)

    of_lists, n_lists = referential.derived("stems of lists", count)
    most = max(_FEW_NAMES, _MANY_LISTS * n_lists)
    return frozenset(word for word in listed(code) if of_lists[word] <= most)


def _name_stems(occupation: Occupation, language: str) -> frozenset[str]:
    forms = slashed_forms(occupation.name)
    return _stems(forms[0] if forms else occupation.name, language)


@cache
def _stems(label: str, language: str) -> frozenset[str]:
    rules = word_rules(language)
    return frozenset(stem(word, rules.endings) for word in normalise_label(label).split() if word not in rules.stop)


def _level_demanded(referential: Referential, code: str) -> int:
    """The level of the highest diploma that is demanded of everybody in an occupation; 0 = none is, or none known."""
    needs = (n for n in referential.credentials_of.get(code, ()) if n.kind == "required" and n.scope == "all")
    demanded = (referential.credential_by_code[need.credential] for need in needs)
    return max((credential.level or 0 for credential in demanded if credential.kind in DIPLOMAS), default=0)


def _common_label(labels: Collection[str]) -> str:
    """What all labels of one certification begin with, before its options; the shortest where that is but one word."""
    split = (label.split() for label in labels)
    words = [word for word, *_ in takewhile(lambda same: len({*same}) == 1, zip(*split, strict=False))]
    if len(words) > 1 < len(labels):
        return _OPTION.sub("", " ".join(words))
    return min(labels, key=lambda label: (len(label), label), default="")


def _sessions_open(row: Certification, day: date) -> Ternary:
    """Whether sessions are held in the year of a day: yes only where a last session is announced for it or later."""
    state = is_active(row.first_session, row.last_session, day.year)
    return "unknown" if state == "yes" and row.last_session is None else state


@cache
def _published() -> Mapping[str, Duration]:
    """Published durations of which the hours at the training centre are known, by code, former ones too."""
    durations = [d for d in load_durations() if d.centre.expected is not None]
    return MappingProxyType({code: d for d in durations for code in (d.code, *d.former)})


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
    begins, ends = -inf if first is None else first, inf if last is None else last
    if not year or begins > ends or first is last is None:
        return "unknown"
    return "yes" if begins <= year <= ends else "no"


_COURSES: Final = "formations preparatoires et non certifiantes"
_KINDS: Final[Mapping[str, CertificationKind]] = {
    "publie": "certification", "habilitations": "habilitation", _COURSES: "preparatory",
}  # fmt: skip
_NO_YEAR: Final = 0


@checked
def load_certifications(path: str | Path, *, scanned: Scan | None = None) -> Certifications:
    """
    Load certifications from a folder, where the file is recognised by its columns, or from the file itself.

    Activity is judged for the year of the file's latest update, so that one file gives one answer whenever it is read;
    it is unknown where the file says of no row when it was updated.

    Parameters
    ----------
    path
        A folder such as the one of the public data sets, or the CertifInfo extract.
    scanned
        What `passerelles.market.read.scan_all` found in the folder, where it was looked through already.

    Returns
    -------
    certifications
        Its `notices` say what was odd: rows without ROME, codes that are no occupations, repeated codes.

    Raises
    ------
    PasserellesError
        If nothing is there, it may not be read, or it holds no certification file.
    """
    scan = (scanned or scan_all(path)).within(("certifications",))
    register = tuple(f for f in scan.recognised if f.kind.name != "certifications")
    reading = scan.newest("certifications", NoticeLog(scan.notices))
    if reading is None:
        raise PasserellesError("no_certifications_data", path=path)
    return replace(_read(reading), register_files=register)


def _read(reading: FileRows) -> Certifications:
    dated = {updated for _, (code, updated) in reading.rows("code", "updated") if code}
    latest = max((int(_iso(day)[:4] or _NO_YEAR) for day in dated), default=_NO_YEAR)
    rows: list[Certification] = []
    for line, values in reading.records():
        if values["code"]:
            rows.append(_certification(values, line, latest, reading))
        else:
            reading.note("empty_code", line)
    for rome, lines in grouped(sorted((rome, row.lines[0]) for row in rows for rome in row.rome)).items():
        if not is_rome_code(rome) or rome.endswith("00"):
            reading.note("not_an_occupation", lines[0], count=len(lines), subject=rome)
    counts = Counter({"rows": len(rows), "without_rome": sum(not row.rome for row in rows)})
    counts.update(row.kind for row in rows)
    if counts["without_rome"]:
        reading.note("certifications_without_rome", count=counts["without_rome"])
    of_code = grouped((row.code, row) for row in rows)
    if len(rows) > len(of_code):
        reading.note("certification_rows_merged", count=len(rows) - len(of_code))
    certifications = tuple(_merge_rows(same_code, reading) for _, same_code in sorted(of_code.items()))
    file, numbers = reading.source(str(latest) if dated else ""), MappingProxyType(dict(sorted(counts.items())))
    return Certifications(certifications, latest, file, numbers, notices=reading.log.notices())


_normalised: Final = lru_cache(1_000)(normalise_label)  # of columns that repeat a few texts


def _certification(values: dict[str, Any], line: int, year: int, reading: FileRows) -> Certification:
    code = values["code"]
    kind: CertificationKind = _KINDS.get(_normalised(values["state"]), "unknown")
    if kind == "unknown":
        reading.note("invalid_value", line, column="Etat_Libelle", value=values["state"])
    if kind == "certification" and _normalised(values["type"]) == "habilitation":
        reading.note("certification_state_differs", line, subject=code, value=values["type"])
    first, last = values["first_session"], values["last_session"]
    if first is not None and last is not None and first > last:
        reading.note("certification_sessions", line, value=f"{first} > {last}")
    level, rncp, formacode, nsf = (values[name] or None for name in ("level", "rncp", "formacode", "nsf"))
    rome = tuple(dict.fromkeys(values[f"rome_{i}"].upper() for i in range(1, 6) if values[f"rome_{i}"]))
    vae, about = {"1": True, "2": False}.get(values["vae"]), (code, values["label"], kind, values["type"])
    active = is_active(first, last, year)
    return Certification(*about, level, rome, rncp, formacode, nsf, first, last, active, vae, (line,))


def _merge_rows(rows: Sequence[Certification], reading: FileRows) -> Certification:
    """Merge the rows of one code: all their ROME codes, the first row otherwise."""
    compared = ("label", "kind", "type", "level", "rncp", "formacode", "nsf", "first_session", "last_session")
    first, *others = rows
    for later in others:
        differing = ", ".join(name for name in compared if getattr(first, name) != getattr(later, name))
        if differing:
            reading.note("certification_rows_differ", later.lines[0], subject=first.code, column=differing)
    rome = tuple(dict.fromkeys(code for row in rows for code in row.rome))
    return replace(first, rome=rome, lines=tuple(row.lines[0] for row in rows))
