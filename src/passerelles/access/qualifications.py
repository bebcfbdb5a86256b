"""What a full qualification for an occupation takes: its hours, and the studies before it, by the level held."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from passerelles import model
from passerelles.access.conditions import conditions_in_general, training_hours
from passerelles.access.holdings import (
    NO_AIM,
    OF_A_LEVEL,
    Aim,
    concerns,
    demanded_rows,
    demands_diploma,
    diplomas_among,
    groups_of,
    only_helps,
    own_courses,
    titles_meant,
)
from passerelles.codes import is_rome_code
from passerelles.referentials.access_text import needs_no_diploma
from passerelles.referentials.credentials import Duration, Estimate, duration_model, load_durations
from passerelles.referentials.referential import Referential
from passerelles.settings import EffortSettings
from passerelles.text import fold_accents
from passerelles.vectors import Floats, word_rules

Basis = Literal["credential", "certification", "estimate", "course"]
HIGHEST_LEVEL: Final = 7
ENTITLED: Final = HIGHEST_LEVEL + 1  # beside a level: people who hold the very title that a job asks for
STANDINGS: Final = 2 * ENTITLED
_LOWEST_LEVEL: Final = 2
_BACCALAUREAT: Final = 4
FIRST_DEGREE: Final = 6
_TWO_YEARS: Final = 5  # the level of a diploma that is two of the three years of a first degree
# Months of a baccalauréat for adults (an academic year), of two years and of the last of a first degree, of a second.
_STUDY_MONTHS: Final = ((4, 9.0), (5, 24.0), (6, 12.0), (7, 24.0))
_LAST_YEAR_MONTHS: Final = 12.0  # months of the last year of a degree
_LAST_YEAR_HOURS: Final = 500.0  # a third of the 1,500 that a first degree takes at least (arrêté of 30 July 2018)
_COURSE_LEVEL: Final = 3  # up to this level, an obligatory course may be all that a job asks for
_SHORTENED_SHARE: Final = 0.5  # of a course: who knows part of it, or learns it in pairs with a colleague


class Qualification(NamedTuple):
    """
    Hours of a full qualification for an occupation.

    Attributes
    ----------
    low, expected, high
        Hours; `short` those for somebody who already holds its level: the short end of the level's courses.
    level
        European level, that of the settings where the fiche names none (`level_known` says).
    basis
        ``credential``: a required title or course of known length; ``certification``: published lengths of those that
        lead there; ``estimate``: level and domain; ``course``: a job open without a diploma, for which a short course
        is enough.
    titled
        Whether a diploma or title is required, of whatever length: the studies before it are its own prerequisites.
    title
        What who brings it adapts to the post alone by: any title of the trade that employers usually ask for, or the
        choice of diplomas that is demanded of everybody, or the practice that opens the job below its level; empty if
        there is none.
    practised, entry
        Hours for who brings that practice, and the level that it is brought after, 0 if none is said; 0 and the highest
        if there is none.
    free
        Whether neither law nor employers ask for a title of its level or, up to level 5, above; an estimate.
    follows
        Whether it is a course without a level, taken after the degree of the job's level.
    further
        Hours, among `expected`, of another title that they ask for too and that the title is needed for.
    led
        Whether the job is a manager's or an engineer's, or given after years in the trade, of which who is below its
        level learns the whole, not the part by which others learn a job that nobody asks a title for; of a first
        degree, no less than a diploma of level 5. No level stands for years in a trade below a diploma of two years.
    part
        Share of a first degree, and of the baccalauréat before it, by which who is below level 5 learns a job that
        nobody asks a title for, nor practice of the field, or one shorter than the degree: experience dispenses with
        the rest. So it does of a second degree, where the job is to lead, buy or sell. 1 elsewhere.
    """

    low: float
    expected: float
    high: float
    short: float
    level: int
    level_known: bool
    basis: Basis
    titled: bool = False
    title: model.Alternatives = ()
    practised: float = 0.0
    entry: int = HIGHEST_LEVEL
    free: bool = False
    follows: bool = False
    led: bool = False
    further: float = 0.0
    part: float = 1.0


def level_of_access(text: str, language: str = "fr") -> int | None:
    """
    Lowest European level that a text on access to an occupation names, from 2 to 7; None where it names none.

    The patterns are those of the language's ``words.toml``, which the score reads too; 2.5 (no diploma) is level 2.

    Examples
    --------
    >>> level_of_access("Cet emploi est accessible avec un diplôme de niveau CAP à Bac."), level_of_access("Un permis.")
    (3, None)
    """
    folded = fold_accents(text)
    if needs_no_diploma(text, language):
        return _LOWEST_LEVEL
    levels = [value for pattern, value in word_rules(language).levels if pattern.search(folded)]
    return _bounded(min(levels)) if levels else None


def _level(referential: Referential, occupation: model.Occupation) -> int | None:
    """Lowest European level of an occupation, from 2 to 7: of the catalogue, else the referential, else its text."""
    access = referential.access_of.get(occupation.code)
    stated = occupation.level if access is None or access.level_low is None else access.level_low
    return level_of_access(occupation.access, referential.language) if stated is None else _bounded(stated)


def _bounded(level: float) -> int:
    return min(max(int(level), _LOWEST_LEVEL), HIGHEST_LEVEL)


def qualification_of(
    referential: Referential, occupation: model.Occupation, settings: EffortSettings, aim: Aim = NO_AIM
) -> Qualification:
    """
    Return the full qualification for an occupation, or for titles that named it.

    A title, diploma or course that it requires, itself or as a prerequisite, and whose length is known, is that
    qualification: the longest where there are several. A short course is so only where no diploma is asked for
    beside it. A job open without any diploma takes an induction where beginners are shown the work in the post,
    else a short course, or the longest one that employers usually ask for. Where nothing is required, the shortest
    of its level's diplomas and titles that they usually ask for, or else of those above, or of courses longer than
    that level's, comes next, if its length is known. Otherwise the published lengths of certifications of its level
    that lead there say (the shortest where nothing is required, unless courses of its level take less), else level and
    domain: up to level 5, `open_share` of it where nothing is required and neither a title of unknown length nor a
    longer course is usually asked for; of a first degree, for who is below level 5. Where a level alone is required, a
    title counts that employers usually ask for.
    """
    job = _job(referential, occupation, settings, aim)
    if longest := _longest_demanded(job):
        return _by_requirement(job, longest)
    if job.level == _LOWEST_LEVEL:
        return _by_course(job, settings)
    schools = [c for c in job.courses if _length(c) > job.middle.expected]  # of music, of the circus
    if (job.free or job.bare) and (fit := _fit(job.titles, job.level) or schools):
        return _by_title(referential, job, fit, settings)
    by_level = _by_level(job, settings)
    if published := published_for(occupation, job.level):
        taught_there = _by_publication(job, published, by_level.title)
        if not job.free or taught_there.expected <= by_level.expected:
            return taught_there
    return _opened_by_practice(by_level, job, settings) if by_level.free else by_level


def courses_of_titles(referential: Referential, aim: Aim, settings: EffortSettings) -> dict[str, Qualification]:
    """
    Return, by occupation, what the titles that named it are learnt by, where that is not what the others are.

    That is a course of their own (`own_courses`), or what they themselves demand, where the others demand a training
    that they do not: a sailor who keeps no watch takes no certificate of the watch. Of those that ask for none, it is
    what an open job is learnt by; who only helps others needs no level of theirs.
    """
    found: dict[str, Qualification] = {}
    named = {title.occupation for title in referential.titles if title.code in aim.titles}
    for code in sorted(named.intersection(referential.occupation_by_code)):
        occupation = referential.occupation_by_code[code]
        meant = aim._replace(titles=frozenset(title.code for title in titles_meant(referential, code, aim)))
        conditions, at_large = (conditions_in_general(referential, code, of) for of in (aim, NO_AIM))
        trained, all_trained = (any(c.kind in model.TAUGHT for c in of.required) for of in (conditions, at_large))
        untaught = conditions.status in ("open", "conditional") and not trained
        job = _job(referential, occupation, settings, meant)._replace(level=_LOWEST_LEVEL, level_known=True)
        longest = _longest_demanded(_job(referential, occupation, settings))
        of_others = longest is not None and longest.code not in OF_A_LEVEL and longest not in job.required
        if courses := own_courses(referential, code, aim):
            found[code] = _by_course(job._replace(usual=courses), settings)._replace(basis="certification")
        elif untaught and only_helps(referential, code, aim):
            found[code] = _by_course(job, settings)
        elif of_others or (untaught and all_trained):
            found[code] = qualification_of(referential, occupation, settings, meant)
    return found


class _Job(NamedTuple):
    """
    What an occupation asks of who learns the whole of it.

    Attributes
    ----------
    shown
        Whether beginners are shown the work in the post.
    level, level_known
        See `Qualification`.
    middle
        Hours of the courses of its level and domain.
    required, usual
        Credentials that are demanded of everybody, and those that employers usually ask for.
    titled, demanded
        See `Qualification`; the choice of diplomas that is demanded of everybody.
    free
        Whether no diploma is asked for, of whatever length: the job is learnt by the shortest course to it, not by a
        diploma of several years where courses of its level take less.
    bare
        Whether only a diploma of a level is asked for: whatever its field, it teaches no job; the title that employers
        ask for beside it does.
    """

    occupation: model.Occupation
    shown: bool
    level: int
    level_known: bool
    middle: Estimate
    required: Sequence[model.Credential]
    usual: Sequence[model.Credential]
    titled: bool
    demanded: model.Alternatives
    free: bool
    bare: bool

    @property
    def titles(self) -> list[model.Credential]:
        """Diplomas and titles that employers usually ask for."""
        return [c for c in self.usual if c.kind in model.DIPLOMAS]

    @property
    def courses(self) -> list[model.Credential]:
        """Courses without a level that they usually ask for."""
        return [c for c in self.usual if c.level is None and c.kind in model.TAUGHT]


def _job(referential: Referential, occupation: model.Occupation, settings: EffortSettings, aim: Aim = NO_AIM) -> _Job:
    """Return what an occupation asks of who learns the whole of it."""
    code, access = occupation.code, referential.access_of.get(occupation.code)
    lowest, required = _level(referential, occupation), _required(referential, code, aim)
    if aim.titles and lowest is not None:  # a master is asked of the others
        lowest = min(lowest, FIRST_DEGREE)
    level = lowest or int(settings.level_unknown)
    titled = any(c.kind in model.DIPLOMAS for c in required)
    rows = demanded_rows(referential, code, aim)
    asks = titled or demands_diploma(referential, rows)
    free = access is not None and (bool(aim.titles) or access.status in ("open", "conditional")) and not asks
    bare = asks and not titled and diplomas_among(referential, (row.credential for row in rows)) <= OF_A_LEVEL.keys()
    middle = duration_model().estimate(level, domain_of(occupation))
    usual = usual_at_large(referential, code, aim)
    shown, demanded = access is not None and access.beginners == "yes", _demanded(referential, rows)
    return _Job(occupation, shown, level, lowest is not None, middle, required, usual, titled, demanded, free, bare)


def _longest_demanded(job: _Job) -> model.Credential | None:
    """Return the longest title, diploma or, up to the level of a CAP, course that a job demands; None if none does."""
    taught = model.TAUGHT if job.level <= _COURSE_LEVEL else model.DIPLOMAS
    demanded = (c for c in job.required if c.kind in taught and _length(c) > 0)
    return max(demanded, key=lambda c: (_length(c), c.code), default=None)


def _by_requirement(job: _Job, longest: model.Credential) -> Qualification:
    """Return what is demanded of everybody as the qualification for a job."""
    expected, hours = _length(longest), training_hours(longest)
    low, high, short = hours.low or expected, hours.high or expected, min(duration_model().course, expected)
    return Qualification(low, expected, high, short, job.level, job.level_known, "credential", job.titled)


def _by_course(job: _Job, settings: EffortSettings) -> Qualification:
    """Return the induction, or the course, by which a job open without any diploma is learnt."""
    courses = (_length(c) for c in job.usual if c.kind not in model.DIPLOMAS)
    course = settings.induction_hours if job.shown else max((duration_model().course, *courses))
    return Qualification(course * _SHORTENED_SHARE, course, 2 * course, course, job.level, job.level_known, "course")


def _by_publication(job: _Job, published: Sequence[Duration], title: model.Alternatives) -> Qualification:
    """Return certifications of published length as the qualification for a job."""
    lengths = [d.centre.expected or 0.0 for d in published]
    expected = min(lengths) if job.free else float(np.median(lengths))
    short = min(expected, job.middle.low)
    # Few have a published length: those that have not may be as far below and above as the level's courses are.
    low = min(short, *(d.centre.low or expected for d in published))
    high = max(2 * expected - low, *lengths)
    return Qualification(low, expected, high, short, job.level, job.level_known, "certification", job.titled, title)


def _fit(titles: Sequence[model.Credential], level: int) -> list[model.Credential]:
    """
    Choose the titles of known length, of those that employers usually ask for, that are a qualification of a level.

    One above the lowest level at which some are hired counts where none of that level is asked for. From a first degree
    on, where the studies before a qualification are counted apart, one without a level of its own is a course for
    people who have done these studies.
    """
    levels = (level, None) if level >= FIRST_DEGREE else (level,)
    asked_for = [c for c in titles if _length(c)]
    return [c for c in asked_for if c.level in levels] or [c for c in asked_for if (c.level or 0) > level]


def _by_title(
    referential: Referential, job: _Job, fit: Sequence[model.Credential], settings: EffortSettings
) -> Qualification:
    """Return a title that employers usually ask for, the shortest, as the qualification for a job; see its fields."""
    usual = min(fit, key=lambda c: (_length(c), c.code))
    needing = (_length(c) for c in job.titles if _length(c) and usual.code in referential.prerequisites_of(c.code))
    further = min(needing, default=0.0)
    expected, hours, middle = _length(usual), training_hours(usual), job.middle
    # The minimum of its text is for people with a diploma of the level: the trade is left, not general subjects.
    short = min(expected, middle.low if usual.level is None else hours.low or middle.low)
    # A course has no level whose courses would say how far others are from it: as wide as short courses.
    low = _SHORTENED_SHARE * expected if usual.level is None else min(middle.low, hours.low or expected)
    high = 2 * expected if usual.level is None else max(2 * expected - low, hours.high or expected)
    follows = usual.level is None and job.level >= FIRST_DEGREE
    # What the title is entered with does not stand for it: a social worker's diploma is no manager's certificate.
    ways = tuple(sorted((c.code,) for c in fit if c.code not in usual.supposed))
    # Who lacks the years of a degree comes to a title that is shorter than one by part of them, as to an open job.
    shorter = job.level == usual.level == FIRST_DEGREE and expected + further < middle.expected
    return Qualification(
        low + further, expected + further, high + further, short + further, job.level, job.level_known,
        "certification", title=ways, follows=follows, further=further, part=settings.open_share if shorter else 1.0,
    )  # fmt: skip


def _by_level(job: _Job, settings: EffortSettings) -> Qualification:
    """
    Return what courses of its level and domain take as the qualification for a job.

    One that is open to all is learnt by part of such a course, unless a title of unknown length is asked for, or a
    course that takes longer than that part; from a first degree on, after the studies.
    """
    share, of_degree = settings.open_share, job.level >= FIRST_DEGREE
    longer = [c.code for c in job.courses if _length_or_months(c) > share * job.middle.expected]
    wanted = [] if of_degree else [*longer, *(c.code for c in job.titles if job.level <= (c.level or 0))]
    free = job.free and not wanted
    part = share if free else 1.0
    leads = job.occupation.managerial == "yes" or any(c.kind == "experience" for c in job.usual)
    return Qualification(
        *Estimate(*((1.0 if of_degree else part) * hours for hours in job.middle)), part * job.middle.low,
        job.level, job.level_known, "estimate", job.titled,
        title=((min(wanted),),) if job.free and wanted else job.demanded,
        free=free, led=job.level <= FIRST_DEGREE and leads,
        part=share if free and _by_part(job) else 1.0,
    )  # fmt: skip


def _by_part(job: _Job) -> bool:
    """
    Whether an open job of an estimated degree is learnt by part of it, where neither title nor practice is asked for.

    At level 7 that is a manager's job to lead, buy or sell: enterprising in Holland's sense, no research, no technique.
    """
    leads = job.occupation.managerial == "yes" and {*"EIR"}.intersection(job.occupation.riasec) == {"E"}
    by_part = job.level == FIRST_DEGREE or (job.level > FIRST_DEGREE and leads)
    return by_part and not any(c.kind in ("experience", *model.DIPLOMAS) for c in job.usual)


def _opened_by_practice(estimated: Qualification, job: _Job, settings: EffortSettings) -> Qualification:
    """
    Add what who has practised the field learns.

    That is the job as one of the lower diploma's level that practice is brought after; part of the course of a job that
    is led, where no level is said. Practice that is asked for beside a diploma of the job's level opens nothing.
    """
    practice = [c for c in job.usual if c.kind == "experience"]
    levels = {c.code: c.level for c in practice if c.level and c.level < estimated.level}
    entry = min(levels.values(), default=0)
    ways = sorted(levels) or (sorted(c.code for c in practice if not c.level) if estimated.led else [])
    if not ways:
        return estimated
    taught = duration_model().estimate(entry or estimated.level, domain_of(job.occupation))
    title, practised = tuple((code,) for code in ways), settings.open_share * taught.expected
    return estimated._replace(title=title, practised=practised, entry=entry)


def published_for(occupation: model.Occupation, level: int) -> tuple[Duration, ...]:
    """Certifications of one level, of published length, that lead to an occupation or to the fiche it comes from."""
    codes = {occupation.code, occupation.base, occupation.parent} - {None}
    those = (d for d in load_durations() if d.level == level and d.centre.expected)
    return tuple(d for d in those if codes.intersection(d.occupations))


def domain_of(occupation: model.Occupation) -> str:
    """Letter of the main domain of a ROME code; empty where the code is another's."""
    return occupation.fiche[0] if is_rome_code(occupation.fiche) else ""


def studies_by_level(qualification: Qualification, domain: str) -> Floats:
    """
    Hours of the diplomas that come before a qualification of levels 6 and 7, by the level held, shape (standings,).

    A first degree is open to whoever holds the baccalauréat, a second one to whoever holds the first (Code de
    l'éducation, art. L. 612-3 and L. 612-6, read 2026-11-26); of the three years of the first, a diploma of level 5 is
    two. Experience dispenses with them (L. 613-5) who holds that much already, where nobody asks for the diploma; it
    is counted nowhere else, but for who comes with less to a job that is learnt by `part` of its degrees. A credential
    has prerequisites of its own; a course without a level supposes the degree of the job's level.
    """
    hours = np.zeros(STANDINGS)
    if gives_access(qualification) or not qualification.level_known:
        return hours
    durations = duration_model()
    if qualification.follows and qualification.level > FIRST_DEGREE:
        hours[: qualification.level] += durations.estimate(qualification.level, domain).expected
    if qualification.follows or qualification.level > FIRST_DEGREE:
        first = durations.estimate(FIRST_DEGREE, domain).expected
        hours[:FIRST_DEGREE] += first
        hours[:_TWO_YEARS] *= qualification.part
        hours[_TWO_YEARS] -= first if qualification.free else 2 * first / 3
    if qualification.level >= FIRST_DEGREE:
        hours[:_BACCALAUREAT] += qualification.part * durations.estimate(_BACCALAUREAT, domain).expected
    return hours


def months_by_level(qualification: Qualification) -> Floats:
    """
    Months of the studies that an estimated qualification of level 6 or 7 takes, by the level held, shape (standings,).

    The academic years of the diplomas above the level held: a baccalauréat, a first degree of 180 credits in three
    years, a second of 120 in two (Code de l'éducation, art. L. 612-3 and L. 612-6; arrêté of 6 December 2019, art. 5);
    the last one alone where experience opens it, and `part` of them for who has less than two.
    Hours alone would make five years of study one: lectures fill no working week.
    """
    months = np.zeros(STANDINGS)
    if qualification.level >= FIRST_DEGREE and qualification.level_known and not gives_access(qualification):
        for level, duration in _STUDY_MONTHS:
            if level <= qualification.level:
                months[:level] += duration
    if qualification.free:
        months[_TWO_YEARS:] = np.minimum(months[_TWO_YEARS:], _LAST_YEAR_MONTHS)
    months[:_TWO_YEARS] *= qualification.part
    return months


def hours_by_level(qualification: Qualification, domain: str) -> Floats:
    """
    Hours of a qualification itself, by the level held, shape (standings,); see `EffortTable.standing`.

    An estimated qualification of level 6 is a first degree of 180 credits. Who holds a diploma of level 5, which is 120
    of them, or a higher one, enters its last year (arrêté of 6 December 2019 on the licence professionnelle, art. 5,
    read 2026-11-26: from 30 to 120 credits are brought), whatever the field. So does, of a second degree, who
    holds that much and comes to a job that asks nobody for it: experience opens its last year (Code de l'éducation,
    L. 613-5). Who holds less comes to such a job by `part` of its degree, of a first one never by less than its last
    year.
    """
    hours = np.full(STANDINGS, qualification.expected)
    durations = duration_model()
    if qualification.led:
        below = ENTITLED if qualification.practised and qualification.level < _TWO_YEARS else qualification.level
        hours[:below] = durations.estimate(qualification.level, domain).expected
    if qualification.title and not qualification.practised:
        hours[ENTITLED:] = max(qualification.further, min(qualification.expected, durations.course))
    if qualification.basis == "estimate" and qualification.level == FIRST_DEGREE and not qualification.titled:
        last = min(qualification.expected, max(qualification.expected / 3, _LAST_YEAR_HOURS))
        hours[_TWO_YEARS:] = last
        if qualification.part < 1.0:
            least = durations.estimate(_TWO_YEARS, domain).expected if qualification.led else last
            hours[:_TWO_YEARS] = min(qualification.expected, max(qualification.part * qualification.expected, least))
    elif qualification.free and qualification.level > FIRST_DEGREE:
        hours[:_TWO_YEARS] *= qualification.part
        hours[_TWO_YEARS:] = qualification.expected / 2
    if qualification.practised:
        hours[ENTITLED:] = min(qualification.practised, hours[HIGHEST_LEVEL])
    return hours


def left_out_by_level(qualification: Qualification, domain: str, settings: EffortSettings) -> Floats:
    """Hours of the whole course beyond those that a job open to all is learnt in, by the level held."""
    beyond = np.zeros(STANDINGS)
    if qualification.part < 1.0:
        course = qualification._replace(part=1.0)
        for by_level in (hours_by_level, studies_by_level):
            beyond += by_level(course, domain) - by_level(qualification, domain)
    elif qualification.free and qualification.level < FIRST_DEGREE:
        beyond += qualification.expected / settings.open_share - qualification.expected
    return beyond


def gives_access(qualification: Qualification) -> bool:
    """Whether a title or diploma gives access to an occupation, with the studies that it supposes itself."""
    return qualification.titled or qualification.basis == "credential"


def _demanded(referential: Referential, rows: Sequence[model.CredentialRequirement]) -> model.Alternatives:
    """Choice that is demanded of everybody, of which each alternative holds a whole qualification; empty if none."""
    diplomas = diplomas_among(referential, (row.credential for row in rows)) - OF_A_LEVEL.keys()
    return next((ways for ways in groups_of(rows).values() if all(diplomas.intersection(way) for way in ways)), ())


def _required(referential: Referential, code: str, aim: Aim = NO_AIM) -> list[model.Credential]:
    """
    Credentials that are demanded of everybody in a job, not of one person in each establishment, and what before.

    Of a choice that titles leave, the shortest way is one of them.
    """
    rows = demanded_rows(referential, code, aim)
    demanded = [r.credential for r in rows if r.kind == "required" and r.ground != "establishment"]
    credentials = referential.credential_by_code
    for ways in groups_of(rows).values() if aim.titles else ():
        demanded += min(ways, key=lambda way: sum(_length(credentials[c]) for c in way))
    codes = {c for credential in demanded for c in (*referential.prerequisites_of(credential), credential)}
    return [credentials[c] for c in sorted(codes)]


def usual_at_large(referential: Referential, code: str, aim: Aim = NO_AIM) -> list[model.Credential]:
    """Credentials that employers usually ask for in the job at large, or titles of it, without legal alternatives."""
    rows = referential.credentials_of.get(code, ())
    ways = {row.credential for row in rows if row.kind == "one-of"}
    usual = (row.credential for row in rows if row.kind == "usual" and concerns(referential, code, row, aim))
    return [referential.credential_by_code[code] for code in usual if code not in ways]


def level_of_people(referential: Referential, code: str, qualification: Qualification) -> int:
    """Level of an occupation's people: the one at which they enter, or that of a diploma that all of them hold."""
    diplomas = (c.level or 0 for c in _required(referential, code) if c.kind in model.DIPLOMAS)
    return _bounded(max((qualification.level, *diplomas)))


def diplomas_of_a_level(referential: Referential) -> Mapping[str, tuple[model.Credential, int]]:
    """Each diploma and title whose European level is known, by code, and that level."""
    return {c.code: (c, _bounded(c.level)) for c in referential.credentials if c.kind in model.DIPLOMAS and c.level}


def _length(credential: model.Credential) -> float:
    return training_hours(credential).expected or 0.0


def _length_or_months(credential: model.Credential) -> float:
    """Hours of a course; those of its months where nobody publishes others, work in a firm among them."""
    return _length(credential) or model.HOURS_A_MONTH * (credential.training_months.low or 0.0)
