"""What somebody holds: the credentials that are stated, those that an occupation implies, and choices among several."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple

from passerelles import model
from passerelles.codes import circles, grouped, reached
from passerelles.referentials.credentials import alternatives_of, duration_model
from passerelles.referentials.referential import Referential, stand_for
from passerelles.text import fold_accents, normalise_label
from passerelles.vectors import word_rules

# Any diploma of a level: who works where people enter at that level or above holds one, up to `_COMMON_LEVEL` where a
# diploma is demanded.
OF_A_LEVEL: Final = {"DIP-N3": 3, "DIP-N4": 4, "DIP-BAC": 4, "DIP-N5": 5, "DIP-N6": 6, "DIP-N7": 7, "GRADE-MASTER": 7}
_OF_ONE_KIND: Final = frozenset({"DIP-BAC", "GRADE-MASTER"})  # who has none may have another diploma of its level
OF_THE_TRADE: Final = "DIP-METIER"  # a diploma of the trade: what a fiche names as usual there is one
# A title of level 4 or 5 is no baccalauréat, but a degree supposes one; a master, four years of studies.
_PROVED_FROM: Final = OF_A_LEVEL | {"DIP-BAC": 6, "DIP-BAC4": 7}
_COMMON_LEVEL: Final = 4  # no rare diploma in any job; one of a higher level is where people enter the job at it
_CAR_LICENCE: Final = "PERM-B"
DEMANDED: Final = ("required", "one-of")
"""Requirements that nobody does without: alone, or as a way of a choice."""
_FREQUENT: Final = ("usual", "one-of")
_LASTING_KINDS: Final = (*model.TAUGHT, "permis")  # what somebody keeps: a visit or a card is asked for again
_EMPLOYER_KINDS: Final = ("autorisation", "habilitation")


class Aim(NamedTuple):
    """
    Whom requirements have to concern: how a person means to work, and in which job titles.

    `employment`: None = as an employee of a firm. `titles`: codes of the titles by which occupations were named; an
    occupation of which none is here is meant at large.
    """

    employment: model.Employment | None = None
    titles: frozenset[str] = frozenset()


NO_AIM: Final = Aim()


@dataclass(frozen=True)
class Holdings:
    """
    Credentials of a person.

    Attributes
    ----------
    known
        Held, not held, unknown or expired, by code; what is absent is unknown.
    choices
        Sets of credentials, of each of which one alternative is held, nobody knows which.
    occupations
        Codes of the occupations exercised so far, by which some trainings are shortened.
    highest
        Highest level at which people usually enter the first of these occupations; 0 = unknown.
    practice
        Months in each occupation that was only entered on the way, by code; the others have lasted as long as it takes.
    aim
        How the person means to work, and in which titles: whom requirements have to concern.
    likely
        Codes of the one way that has not ended to something that the person has.
    rare
        Codes of ways into these occupations above the level at which people enter them: few came by one.
    apart
        Codes of which their jobs say nothing: of what each of some titles takes one of its own, as each sport its
        diploma, where the person means to work in another; of what only other titles of their job take.
    """

    known: Mapping[str, model.Stated] = field(default_factory=dict)
    choices: tuple[frozenset[frozenset[str]], ...] = ()
    occupations: tuple[str, ...] = ()
    highest: int = 0
    practice: Mapping[str, float] = field(default_factory=dict)
    aim: Aim = NO_AIM
    likely: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()

    def of(self, credential: model.Credential | str) -> model.Ternary:
        """Whether a credential is held; what each alternative of a choice contains is."""
        code = credential if isinstance(credential, str) else credential.code
        stated = self.known.get(code)
        if stated is not None:
            return "no" if stated == "expired" else stated
        if any(all(code in way for way in alternatives) for alternatives in self.choices):
            return "yes"
        return "no" if isinstance(credential, model.Credential) and given_by_employer(credential) else "unknown"

    def may_have(self, credential: model.Credential) -> bool:
        """
        Whether nobody has said that a credential is held or not, and it may well be.

        Many hold it whatever their job, or it belongs to one of the ways to something that the person has, and to no
        rare one.
        """
        common = credential.code == _CAR_LICENCE or self.presumes(credential)
        taken = any(credential.code in way for ways in self.choices for way in ways)
        return (common or (taken and credential.code not in self.rare)) and self.of(credential) == "unknown"

    def presumes(self, credential: model.Credential) -> bool:
        """
        Whether a credential is counted as held, until it is verified.

        It is a diploma of a level that many have, or of the one way not ended to what the person has.
        """
        level = credential.level if credential.code in OF_A_LEVEL else None
        common = level is not None and level <= max(_COMMON_LEVEL, self.highest)
        return (common or credential.code in self.likely) and self.of(credential) == "unknown"

    def reduction_for(self, credential: model.Credential) -> model.Reduction | None:
        """
        Return the shortest training that what is held, or done, gives right to; certain and known ones first.

        What has expired takes what its former holders train for, whatever else is held: the whole, or less, where
        nobody says.
        """
        if self.known.get(credential.code) == "expired":
            own = (r for r in credential.reductions if r.holder_of == credential.code)
            return next(own, model.Reduction("") if credential.kind in _LASTING_KINDS else None)
        jobs = [job for job in self.occupations if not _takes_longer(credential, self.practice.get(job))]
        others = [r for r in credential.reductions if r.holder_of != credential.code]
        if credential.code in self.apart:  # years in the job count all the same
            others = [r for r in others if r.holder_of not in jobs or not r.certain]
        fits = [r for r in others if r.holder_of in jobs or self.of(r.holder_of) == "yes"]
        return min(fits, key=lambda r: (r.hours is None, not r.certain, r.hours or 0.0), default=None)

    def months_left(self, credential: model.Credential) -> model.Hours:
        """
        Months of studies that a reduction leaves: all of them, or at most those where nobody publishes what is left.

        A reduction that is only possible does not change what is expected; of a certain one, published hours count.
        Years that whoever works is supposed to have are ahead of who has not.
        """
        months, reduction = credential.training_months, self.reduction_for(credential)
        if self.lacks_years(credential):
            return model.Hours(None, months.high, months.high, months.source)
        if reduction is None:
            return months
        if reduction.hours is not None and reduction.certain:
            return model.UNKNOWN_HOURS
        return model.Hours(None, None if reduction.certain else months.low, months.high)

    def lacks_years(self, credential: model.Credential) -> bool:
        """Whether somebody lacks years that whoever works is supposed to have."""
        return credential.kind == "experience" and credential.months.low == 0 and self.of(credential) == "no"

    def spares(self, credential: model.Credential) -> bool:
        """Whether who has done a job is taken to hold a credential, since the training for it is behind them."""
        reduction = self.reduction_for(credential)
        return reduction is not None and reduction.hours == 0 and reduction.holder_of in self.occupations

    @cached_property
    def held(self) -> frozenset[str]:
        """Codes of all credentials that are held, as `of` says of one."""
        common = (frozenset.intersection(*alternatives) for alternatives in self.choices)
        return self._certain | frozenset(chain.from_iterable(common)).difference(self.known)

    def has_one_of(self, alternatives: model.Alternatives) -> bool:
        """Whether one alternative is held whole, whichever of its own choices the person has made."""

        def enough(held: frozenset[str]) -> bool:
            return any(map(held.issuperset, alternatives))

        return enough(self._certain) or any(all(map(enough, ways)) for ways in self._with_choices)

    @cached_property
    def denied(self) -> frozenset[str]:
        """Codes of what is said not to be held, whatever else is."""
        return frozenset(code for code, held in self.known.items() if held == "no")

    @cached_property
    def most(self) -> float:
        """The level above which somebody says to have no diploma; infinite where they say nothing."""
        return min((n - 1 for code, n in OF_A_LEVEL.items() if code in self.denied - _OF_ONE_KIND), default=math.inf)

    @cached_property
    def _certain(self) -> frozenset[str]:
        """Codes of what is certainly held, whatever the choices."""
        return frozenset(code for code, held in self.known.items() if held == "yes")

    @cached_property
    def _with_choices(self) -> list[list[frozenset[str]]]:
        """What is held with each way of each choice that the person has made."""
        return [[self._certain | way for way in ways] for ways in self.choices]

    def may_include(self, codes: Iterable[str]) -> bool:
        """Whether some credentials are all held, or may be by one alternative of a choice that the person has made."""
        missing = {code for code in codes if self.of(code) != "yes"}
        return not missing or any(missing <= way for choice in self.choices for way in choice)


def given_by_employer(credential: model.Credential) -> bool:
    """Whether an employer gives a credential to its own people: another employer has to give it anew."""
    return credential.kind in _EMPLOYER_KINDS and "employeur" in normalise_label(credential.issuer)


def has_ended(credential: model.Credential) -> bool:
    """Whether nobody can obtain a credential any more; who holds it holds it still."""
    return "" < credential.valid_until < model.day_of().isoformat()


def number_ended(referential: Referential) -> int:
    """Number of the credentials that have ended by today: what is cached of access holds until it changes."""
    last_days = referential.derived("last days", lambda: sorted(c.valid_until for c in referential.credentials))
    return bisect_left(last_days, model.day_of().isoformat())


def is_closed(referential: Referential, credential: model.Credential) -> bool:
    """Whether nobody can obtain a credential (any more): it has ended, or supposes itself."""

    def supposing_themselves() -> frozenset[str]:
        return frozenset(chain(*circles({c.code: c.prerequisites for c in referential.credentials})))

    circular = referential.derived("prerequisite circles", supposing_themselves)
    return credential.code in circular or has_ended(credential)


def registers(credential: model.Credential) -> bool:
    """Whether a credential enters what one has been given in a register: nobody is entered before."""
    return credential.kind == "inscription"


def into_studies(referential: Referential, credential: model.Credential) -> bool:
    """Whether a credential is a competition into the studies of a diploma: no post is given by it."""

    def find() -> frozenset[str]:
        return frozenset(chain(*(c.prerequisites for c in referential.credentials if c.kind in model.DIPLOMAS)))

    return credential.kind == "concours" and credential.code in referential.derived("supposed by diplomas", find)


def uncontested(referential: Referential, credential: model.Credential) -> bool:
    """Whether nobody is selected again for a credential: it registers, or is a diploma after diplomas alone."""
    supposed = [referential.credential_by_code[code].kind in model.DIPLOMAS for code in credential.prerequisites]
    return registers(credential) or (credential.kind in model.DIPLOMAS and supposed != [] and all(supposed))


OfSome = model.CredentialRequirement | model.Selection
"""What may be asked of some only: of those who work in a way, or in some titles, by code."""


def concerns(referential: Referential, occupation: str, demand: OfSome, aim: Aim = NO_AIM) -> bool:
    """Whether what is asked of some concerns a person of an occupation who means to work in a way."""
    return demand.scope in ("all", "titles", aim.employment) and concerns_titles(referential, occupation, demand, aim)


def concerns_titles(referential: Referential, occupation: str, demand: OfSome, aim: Aim) -> bool:
    """
    Whether what is asked of some titles, whoever works in them, concerns an occupation as it was named.

    It concerns the occupation at large where they stand for it.
    """
    if not demand.titles and demand.scope != "titles":
        return True
    named = frozenset(demand.titles.split())
    titles = titles_meant(referential, occupation, aim)
    if titles:
        return not named.isdisjoint(title.code for title in titles)
    return stand_for(referential, occupation, named)


def titles_meant(referential: Referential, occupation: str, aim: Aim) -> tuple[model.JobTitle, ...]:
    """Titles of an occupation by which it was named; none where it is meant at large."""
    return tuple(t for t in referential.titles_in(occupation) if t.code in aim.titles) if aim.titles else ()


def demanded_rows(referential: Referential, occupation: str, aim: Aim = NO_AIM) -> list[model.CredentialRequirement]:
    """Rows of what an occupation asks of somebody who means to work in a way: required, or one of several."""
    rows = (row for row in referential.credentials_of.get(occupation, ()) if row.kind in DEMANDED)
    return [row for row in rows if concerns(referential, occupation, row, aim)]


def diplomas_among(referential: Referential, codes: Iterable[str]) -> set[str]:
    """Diplomas and titles among some credentials, those of any trade included."""
    return {code for code in codes if referential.credential_by_code[code].kind in model.DIPLOMAS}


def own_courses(referential: Referential, code: str, aim: Aim) -> list[model.Credential]:
    """
    Return the courses that employers usually ask of the titles that named an occupation, if nobody asks a diploma.

    Titles with a course of their own, open to all and no short one, are trades that a fiche puts beside others: a
    tattooist's beside a beautician's.
    """
    if not titles_meant(referential, code, aim):
        return []
    rows = [row for row in referential.credentials_of.get(code, ()) if concerns(referential, code, row, aim)]
    own = (row.credential for row in rows if (row.kind, row.scope) == ("usual", "titles"))
    known = map(referential.credential_by_code.__getitem__, own)
    courses = [c for c in known if c.kind in model.TAUGHT and not c.supposed]
    asked = diplomas_among(referential, (row.credential for row in rows if row.kind != "option"))
    most = (c.hours.expected or model.HOURS_A_MONTH * (c.training_months.low or 0.0) for c in courses)
    return courses if max(most, default=0.0) > duration_model().course and not asked else []


def only_helps(referential: Referential, code: str, aim: Aim) -> bool:
    """
    Whether the titles that named an occupation are of people who help others of it: a radiographer's aide.

    Those of whom a diploma is asked have a trade, as have those of an occupation of that name: nursing aides.
    """
    helper, meant = word_rules(referential.language).helper, titles_meant(referential, code, aim)
    job = referential.occupation_by_code[code]
    if helper is None or not meant:
        return False
    own, *helps = (bool(helper.search(fold_accents(name))) for name in (job.name, *(title.label for title in meant)))
    asked = diplomas_among(referential, (row.credential for row in demanded_rows(referential, code, aim)))
    return all(helps) and not own and not asked


def required_alone(referential: Referential, diploma: str) -> frozenset[str]:
    """Return the occupations that require a diploma or a title alone, of some at least: it is that of their trade."""

    def find() -> Mapping[str, Sequence[str]]:
        rows = chain(*referential.credentials_of.values())
        required = [(row.credential, row.occupation) for row in rows if row.kind == "required"]
        known = diplomas_among(referential, {code for code, _ in required}).difference(OF_A_LEVEL)
        return grouped((code, job) for code, job in required if code in known)

    return frozenset(referential.derived("required alone", find).get(diploma, ()))


def jobs_of_trade(referential: Referential, diploma: str) -> frozenset[str]:
    """
    Return the occupations whose trade a diploma or a title is: who holds it has learnt that trade.

    These are the ones that require it alone; else those that let choose it, among the fewest ways, and those of which
    employers usually ask for it, and for none higher where such jobs are; else those that it leads to. A diploma of a
    level is of no trade.
    """

    def find() -> Mapping[str, frozenset[str]]:
        asked = dict[str, dict[str, set[str]]]()
        ways: dict[tuple[str, str], int] = {}
        for job, rows in referential.credentials_of.items():
            of_all = {group: len(listed) for group, listed in groups_of(r for r in rows if r.scope == "all").items()}
            for row in rows:
                asked.setdefault(row.credential, {}).setdefault(row.kind, set()).add(job)
                ways[row.credential, job] = of_all.get(row.group, len(rows))
        found, diplomas = dict[str, frozenset[str]](), diplomas_among(referential, asked).difference(OF_A_LEVEL)
        usual_in = grouped((job, code) for code in diplomas for job in asked[code].get("usual", ()))

        def level(code: str) -> int:
            return referential.credential_by_code[code].level or 0

        for code in diplomas:
            offered = {job: ways[code, job] for job in asked[code].get("one-of", ())}
            fewest = {job for job, number in offered.items() if number == min(offered.values())}
            usual = asked[code].get("usual", set())
            first = {job for job in usual if not any(level(other) > level(code) for other in usual_in[job])} or usual
            tiers = asked[code].get("required"), fewest | first, asked[code].get("option")
            found[code] = frozenset(next(filter(None, tiers), ()))
        return found

    return referential.derived("jobs of trades", find).get(diploma, frozenset())


def demands_diploma(referential: Referential, rows: Sequence[model.CredentialRequirement]) -> bool:
    """Whether a diploma or a title is among what is demanded, alone or in every way of a choice."""
    diplomas = diplomas_among(referential, (row.credential for row in rows if row.kind in DEMANDED))
    alone = any(row.kind == "required" and row.credential in diplomas for row in rows)
    return alone or any(all(diplomas.intersection(way) for way in ways) for ways in groups_of(rows).values())


def groups_of(rows: Iterable[model.CredentialRequirement]) -> dict[str, model.Alternatives]:
    """Return the alternatives of each group of an occupation's rows."""
    groups = grouped((row.group, (row.alternative, row.credential)) for row in rows if row.kind == "one-of")
    return {group: alternatives_of(grouped(members)) for group, members in sorted(groups.items())}


def remaining(hours: model.Hours, reduction: model.Reduction | None, *, in_firm: bool = False) -> model.Hours:
    """
    Those of a credential's hours that a reduction, if any, leaves; `in_firm`: those spent in a firm are among them.

    All of them are fewer where a reduction certainly applies, else only the low end may be. Where nobody publishes what
    is left, the whole training is the most that it takes: the least is unknown, and what to expect too, unless the
    reduction is only possible.
    """
    if reduction is None:
        return hours
    if reduction.hours is None:
        return hours._replace(low=None, expected=None if reduction.certain else hours.expected)
    less = reduction.hours + (reduction.company_hours or 0.0 if in_firm else 0.0)
    if reduction.certain:
        return model.Hours(less, less, less, reduction.source or hours.source)
    return hours._replace(low=less if hours.low is None else min(hours.low, less))


def _takes_longer(credential: model.Credential, months: float | None) -> bool:
    """
    Whether a credential is no fruit of the months that somebody has spent in a job; None = of however many it takes.

    Who has long been in it is supposed to have a diploma, or years; entering it gives neither.
    """
    years = credential.kind == "experience" and (credential.months.low or 0.0) > (months or 0.0)
    return months is not None and (years or credential.kind == "diplôme")


def often_brought(referential: Referential, holdings: Holdings, credential: model.Credential) -> bool:
    """
    Whether many who come from a job left hold what lasts: employers ask for it there, or it is a way into it.

    A way of a higher level than the one at which people enter the job is not that of many.
    """
    jobs = [job for job in holdings.occupations if not _takes_longer(credential, holdings.practice.get(job))]
    rows = ((job, row) for job in jobs for row in referential.credentials_of.get(job, ()) if row.kind in _FREQUENT)
    asked = ((job, row) for job, row in rows if concerns(referential, job, row))
    codes = {row.credential for job, row in asked if row.kind != "one-of" or not _above(referential, job, row)}
    often = codes.union(*map(referential.prerequisites_of, codes))
    unsaid = holdings.of(credential) == "unknown" and credential.code not in holdings.apart
    return credential.code in often and credential.kind in _LASTING_KINDS and unsaid


def _above(referential: Referential, job: str, row: model.CredentialRequirement) -> bool:
    """Whether a credential is of a higher level than the lowest at which people enter a job."""
    access = referential.access_of.get(job)
    lowest = None if access is None else access.level_low
    return lowest is not None and (referential.credential_by_code[row.credential].level or 0) > lowest


def after_occupation(
    referential: Referential, holdings: Holdings, occupation: str, practice: float | None = None
) -> Holdings:
    """
    Add what an occupation implies: its holder holds what it requires, but for what an employer gives.

    Who comes from it is supposed to have been in it for as many years as are asked for, as an employee even if they
    mean to set up on their own, and to have the diplomas of its people, and the years that employers usually ask for;
    who has only entered it on the way has spent the months of `practice` there. A common level at which people enter it
    proves a diploma where one is demanded; elsewhere many hold one, not all.
    """
    entered = referential.access_of.get(occupation)
    hired = practice is None and holdings.aim.employment == "self-employed"
    rows = demanded_rows(referential, occupation, holdings.aim._replace(employment=None) if hired else holdings.aim)
    level = (entered.level_low if entered else None) or 0
    level = level if level > _COMMON_LEVEL or demands_diploma(referential, rows) else 0
    most = holdings.most if practice is None else math.inf
    diplomas = (
        code for code, at_least in _PROVED_FROM.items() if at_least <= level and OF_A_LEVEL.get(code, 6) <= most
    )
    implied, choices = _implied(referential, (row.credential for row in rows if row.kind == "required"))
    candidates = (*_waived(referential, occupation), *usual_years(referential, occupation))
    supposed = [c for c in candidates if not _takes_longer(referential.credential_by_code[c], practice)]
    waived, _ = _implied(referential, supposed)
    had = (code for code in (*diplomas, *implied, *waived) if code not in holdings.apart)
    held: dict[str, model.Stated] = dict.fromkeys(had, "yes")
    denied = holdings.denied if practice is None else frozenset[str]()
    chosen = (_without(referential, ways, denied) for ways in groups_of(rows).values())
    groups = [_completed(referential, alternatives) for alternatives in chosen if alternatives]
    # A card opened by any of several trainings says nothing more where the job itself asks for some of them.
    wider = [ways for ways in choices if any(group < ways for group in groups)]
    own = [ways for ways in (*choices, *groups) if holdings.apart.isdisjoint(chain(*ways))]
    taken = tuple(dict.fromkeys(ways for ways in (*holdings.choices, *own) if ways not in wider))
    return replace(
        holdings,
        known={**held, **holdings.known} if practice is None else {**holdings.known, **held},
        choices=taken,
        likely=holdings.likely.union(*(_only_way_left(referential, ways, holdings) for ways in taken)),
        rare=holdings.rare.union(
            r.credential for r in rows if r.kind == "one-of" and _above(referential, occupation, r)
        ),
        occupations=(*holdings.occupations, occupation),
        practice=holdings.practice if practice is None else {**holdings.practice, occupation: practice},
        # A job just trained for says nothing of what its holders bring.
        highest=(entered.level_high if entered else None) or 0 if practice is None else holdings.highest,
    )


def _without(referential: Referential, ways: model.Alternatives, denied: frozenset[str]) -> model.Alternatives:
    """
    Ways to a choice by which somebody may have come: that neither hold nor give what is said not to be held.

    A licence that a way names has been lost since, and what was learnt beside it is kept.
    """
    by_code = referential.credential_by_code

    def asked(code: str) -> tuple[str, ...]:
        return by_code[code].grants if by_code[code].kind == "permis" else (code, *by_code[code].grants)

    return tuple(way for way in ways if denied.isdisjoint(chain(*map(asked, way))))


def _only_way_left(referential: Referential, ways: frozenset[frozenset[str]], holdings: Holdings) -> frozenset[str]:
    """Return the way to a choice by which people still come, where all others have ended and none of them is held."""
    still = [way for way in ways if not any(is_closed(referential, referential.credential_by_code[c]) for c in way)]
    came = any(all(holdings.of(code) == "yes" for code in way) for way in ways)
    return frozenset(still[0] if len(still) == 1 and not came else ())


def usual_years(referential: Referential, occupation: str) -> list[str]:
    """Return the years in a trade that employers usually ask of everybody in an occupation."""
    rows = referential.credentials_of.get(occupation, ())
    usual = (row.credential for row in rows if (row.kind, row.scope) == ("usual", "all"))
    return [code for code in usual if referential.credential_by_code[code].kind == "experience"]


def holdings_of(
    referential: Referential,
    occupation: str | None,
    stated: Mapping[str, model.Stated],
    employment: model.Employment | None = None,
    titles: frozenset[str] = frozenset(),
    towards: frozenset[str] = frozenset(),
) -> Holdings:
    """
    Holdings of a person of an occupation, who states credentials: with the prerequisites of those held once.

    `titles`: those by which their job is named; `towards`: those in which they mean to work, see `Holdings.apart`.

    What is stated goes before what the occupation implies, but another employer gives anew what one has given; who says
    that some of a way has expired took that way, and may have let the visit, the card or the certificate of shorter
    life that it supposes expire too. What renews has expired with what it gives anew, and what else it renews opens
    nothing any more, nor does a title whose licence is lost; the years of a licence, and what supposes it, are ahead of
    who says not to have it.
    """
    by_code = referential.credential_by_code
    expired = {code for code, held in stated.items() if held == "expired"}
    renewals = [(c, anew) for c in map(by_code.__getitem__, expired) if (anew := _renewed(c))]
    lapsed = frozenset(expired.union(*(anew for _, anew in renewals)))
    after = (code for before, code in _lost_with(referential) if stated.get(before) == "no")
    held_now = [code for code, held in stated.items() if held == "yes" and code not in lapsed]
    implied, choices = _implied(referential, held_now, lapsed)
    own = of_each_title(referential, towards - titles)
    perhaps = _asked_for_again(referential, lapsed) - _with_implied(referential, held_now)
    either = (ways for c, anew in renewals for ways in c.choices if not anew.isdisjoint(chain(*ways)))
    renewed = {code for ways in either for code, *beside in ways if not beside}
    lost = {code for code, held in stated.items() if held in ("no", "expired") and by_code[code].kind == "permis"}
    renewed.update(code for code in held_now if not lost.isdisjoint(by_code[code].grants))
    known: dict[str, model.Stated] = {
        **dict.fromkeys((code for code in implied if code not in own), "yes"),
        **{code: "expired" if code in implied and _is_certificate(by_code[code]) else "unknown" for code in perhaps},
        **dict.fromkeys(after, "no"),
        **{code: held for code, held in stated.items() if held != "yes" or not given_by_employer(by_code[code])},
        **dict.fromkeys(lapsed.union(renewed.intersection(held_now)), "expired"),
    }
    apart = own | _of_other_titles(referential, occupation, titles)
    person = Holdings(known, choices, aim=Aim(employment, titles), apart=apart)
    person = person if occupation is None else after_occupation(referential, person, occupation)
    # Here, not where they are read: who trains for the same choice on the way has taken it anew.
    taken = (frozenset(way - lapsed - perhaps for way in ways if way & lapsed) or ways for ways in person.choices)
    # Of a choice that may have been made by what has expired since, nothing is known.
    certain = (ways for ways in taken if not any(way and way <= perhaps for way in ways))
    choices = tuple(frozenset(way - person.denied for way in ways) for ways in certain)
    return replace(person, choices=choices) if lapsed or person.denied else person


def of_each_title(referential: Referential, titles: frozenset[str]) -> frozenset[str]:
    """Return what each of some titles takes one of its own, see `CredentialRequirement.own_titles`."""

    def find() -> Mapping[str, Sequence[str]]:
        rows = referential.credential_requirements
        return grouped((title, row.credential) for row in rows for title in row.own_titles.split())

    own = referential.derived("own titles", find)
    return frozenset(chain(*(own.get(title, ()) for title in titles)))


def _of_other_titles(referential: Referential, occupation: str | None, titles: frozenset[str]) -> frozenset[str]:
    """
    Return what only other titles of an occupation take than those by which it is named.

    Not what theirs imply, nor years of service, nor a diploma of a level, which the occupation says of all its people.
    """
    if occupation is None or not titles_meant(referential, occupation, Aim(titles=titles)):
        return frozenset()
    known = referential.credential_by_code
    rows = [row for row in referential.credentials_of.get(occupation, ()) if row.kind in DEMANDED]
    theirs = {r.credential for r in rows if concerns_titles(referential, occupation, r, Aim(titles=titles))}
    others = (r.credential for r in rows if known[r.credential].kind != "experience")
    return frozenset(others).difference(theirs, _implied(referential, theirs)[0], OF_A_LEVEL)


def _renewed(credential: model.Credential) -> set[str]:
    """Return what a credential gives anew: what it supposes itself, alone or as one way of several; no diploma does."""
    return set() if credential.kind in model.DIPLOMAS else {c for c in credential.grants if c in credential.supposed}


def _lost_with(referential: Referential) -> tuple[tuple[str, str], ...]:
    """Pairs of a credential and what nobody has without it: experience counted from that day, a further licence."""

    def find() -> tuple[tuple[str, str], ...]:
        after = (c for c in referential.credentials if c.kind in ("experience", "permis"))
        return tuple((before, c.code) for c in after for before in c.prerequisites)

    return referential.derived("lost with", find)


def holdings_towards(
    referential: Referential, occupation: str, before: frozenset[str], after: frozenset[str]
) -> Holdings:
    """Holdings of people of an occupation under some titles, who mean to work under others: perhaps of the same one."""
    return replace(holdings_of(referential, occupation, {}, titles=before, towards=after), aim=Aim(titles=after))


def _implied(
    referential: Referential, held: Iterable[str], lapsed: frozenset[str] = frozenset()
) -> tuple[list[str], tuple[frozenset[frozenset[str]], ...]]:
    """
    Return what the holder of some credentials certainly holds, and choices of which one alternative is held.

    These are among the former, with those of which nothing is left to obtain for their holder. Who let some lapse has
    all that they suppose, but nothing that they give, and is spared nothing for their sake.
    """
    by_code = referential.credential_by_code
    supposed = (by_code[code].prerequisites for code in lapsed)
    implied = _with_implied(referential, chain(held, *supposed))
    waived = {code for holder in implied - lapsed for code in _waived(referential, holder)}
    known = [by_code[code] for code in sorted(implied | lapsed)]
    choices = (_completed(referential, alternatives) for credential in known for alternatives in credential.choices)
    certain = [c.code for c in known if not given_by_employer(c)]
    return [*certain, *sorted(waived.difference(certain))], tuple(dict.fromkeys(choices))


def _waived(referential: Referential, holder: str) -> tuple[str, ...]:
    """Credentials of which nothing is left to obtain for who has an occupation, or a credential, for however long."""

    def find() -> Mapping[str, Sequence[str]]:
        rows = ((r.holder_of, c.code, r) for c in referential.credentials for r in c.reductions)
        return grouped((holder, code) for holder, code, r in rows if r.hours == 0 and r.certain)

    return tuple(referential.derived("waivers", find).get(holder, ()))


def _is_certificate(credential: model.Credential) -> bool:
    """Whether a credential ends a course that is no diploma: who let it expire has followed the course once."""
    return credential.kind == "certificat"


def _asked_for_again(referential: Referential, lapsed: frozenset[str]) -> set[str]:
    """
    Return what some credentials suppose, in any way, that is valid for a time and that nobody keeps.

    A certificate that is valid for a shorter time than what has expired would have had to be renewed since.
    """
    by_code = referential.credential_by_code

    def ended_before(code: str) -> Iterator[str]:
        life = by_code[code].validity_months or 0
        for c in map(by_code.__getitem__, reached((code,), lambda code: by_code[code].supposed)):
            shorter = _is_certificate(c) and (c.validity_months or life) < life
            if shorter or (c.validity_months is not None and c.kind not in _LASTING_KINDS):
                yield c.code

    return {before for code in lapsed for before in ended_before(code)}


def _with_implied(referential: Referential, codes: Iterable[str]) -> set[str]:
    """Return credentials with those that they imply: prerequisites, and what they give without more."""

    def following(code: str) -> tuple[str, ...]:
        known = referential.credential_by_code[code]
        return (*known.prerequisites, *known.grants)

    return reached(codes, following)


def _completed(referential: Referential, alternatives: model.Alternatives) -> frozenset[frozenset[str]]:
    """Return alternatives completed by what their members imply, without what an employer gives."""
    by_code = referential.credential_by_code
    implied = (_with_implied(referential, way) for way in alternatives)
    return frozenset(frozenset(c for c in codes if not given_by_employer(by_code[c])) for codes in implied)
