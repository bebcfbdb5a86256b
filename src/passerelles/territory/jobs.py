"""Jobs and places of cells: what they are read as, or why a cell cannot be used because of what it says."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Final, NamedTuple

from rapidfuzz.distance import Levenshtein

from passerelles.codes import grouped
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.io.xlsx import cell_text
from passerelles.matching.titles import SURE, Candidate, Context, contexts_of, likelier, resolve_many
from passerelles.referentials.access_text import (
    Asked,
    Choice,
    Phrases,
    asked_by_title,
    credentials_named,
    phrases_of,
    read_asked,
)
from passerelles.referentials.referential import Referential, code_of, occupations_meant, titles_by_label
from passerelles.sharing import made_once
from passerelles.territory.columns import with_letters
from passerelles.territory.grid import Grid, Line, Row
from passerelles.territory.lots import NO_EMPLOYER, WORDS, Locator, Where, says
from passerelles.territory.shapes import jobs_beside, parts_jobs
from passerelles.text import normalise_label

_MAY_BE: Final = 0.5  # confidence that several jobs of a cell are one title: never enough to place
_LETTERS: Final = 6  # of a name, by which one may be a slip
_SHORT: Final = 3  # letters at most that are no slip, nor a part of a name
_EXACT: Final = 0.99  # how sure a title of the referential is, in either gender
_CLEARLY: Final = 1.25  # times that it is likelier then than the first one
_SAME_TITLE: Final = ("exact", "other gender form", "code")  # reasons of a reading by the title that was written
_PART: Final = "same words"  # reason of a reading by a label that has the words of the title, and others
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_BEHIND: Final = re.compile(r"\s*(?P<town>[^(),;]*\w)(?:\s*[(,;]\s*|\s+[-–]\s+)(?P<area>[^(),;]+?)\)?\s*")
_POSTCODE: Final = re.compile(r"\s*\d{5}\s*")
_LICENCE: Final = re.compile(r"[A-Da-d][1Ee]{0,2}\b(?! ?\+)|EC\b")
_FORKLIFT: Final = re.compile(r"R ?[34]\d\d|[1-6][AaBb]?(?:[\s,/-]|et|$)")
_DIPLOMA: Final = r"(?:DE|TP|CAP|BEP|BP|BTS|CQP|[Tt]itre|[Dd]ipl)[^,;+/&]*"
_EITHER_DIPLOMA: Final = re.compile(
    rf"\b{_DIPLOMA}(?:,\s*{_DIPLOMA})*,\s*{_DIPLOMA}(?<=\w)\s+ou\s"
)  # "DEAES, DEAVS ou ..."
_EITHER_LICENCE: Final = re.compile(r"(\b[Pp]ermis \w{1,2} ou )(?=(?:[A-D][1E]?|EC)\b)")
_NUMBERED: Final = re.compile(r"CACES|R ?[34]\d\d", re.IGNORECASE)
_CATEGORY: Final = re.compile(r"[A-H]\d?|\d+[AB]?")
_ASKED_APART: Final = re.compile(r"[+/,;&\n•](?!\s*\d)|\s+et\s+(?=(?:[A-D][1E]?|EC)\b)")
_MOST_JOBS: Final = 4  # in a cell: more are no list of jobs


class Resolved(NamedTuple):
    """
    Code of a job, what was written for it (empty for its own code), and how sure the reading is, as a `Lot` has them.

    `title_code` is that of the title, where titles of the fiche differ in what access takes; `appellation` is the one
    of other words by which it was read.
    """

    job: str
    given: str
    confidence: float
    title_code: str = ""
    appellation: str = ""


class Unusable(NamedTuple):
    """Why a cell cannot be used, and what it may have meant; `role` is its column's, or the header itself."""

    role: str
    key: str
    values: Mapping[str, object]
    suggestions: tuple[str, ...] = ()


Job = Resolved | Unusable


def candidates_of(referential: Referential, titles: Iterable[tuple[str, Context | None]]) -> Iterable[list[Candidate]]:
    """Return the candidates of several titles, each with its context."""
    pairs = list(titles)
    return resolve_many(referential, [t for t, _ in pairs], limit=3, contexts=[context for _, context in pairs])


def read_titles(referential: Referential, grid: Grid, rows: Sequence[Row], *, threshold: float) -> list[Job | None]:
    """
    Read the title of each row, all at once, beside its employer, sector and the other jobs of the firm.

    Of jobs crossed with employers each is written once, and read so: beside the other jobs of them all.
    """

    def texts_of(role: str) -> list[str]:
        known = role in grid.columns and not grid.crossed
        return [grid.text(cells, role) for _, cells in rows] if known else []

    texts = with_letters([grid.text(cells, "job") for _, cells in rows])
    agreements = texts_of("agreement") or texts_of("idcc")
    # People are of one firm where no employer is told, or but its parts: the workshop "Cuisson" is no kitchen.
    of_one = grid.side == "fragile" and says("part_of_firm", normalise_label(grid.title("employer")))
    employers = [] if of_one else texts_of("employer")
    employers = employers or ([NO_EMPLOYER] * len(rows) if grid.crossed or grid.side == "fragile" else [])
    contexts = contexts_of(texts, employers=employers, sectors=texts_of("sector"), agreements=agreements)
    keys = list(zip(texts, contexts, strict=True))
    queries = list(dict.fromkeys(key for key in keys if key[0] and code_of(referential, key[0]) is None))
    plain = {key: (_BRACKETS.sub(" ", key[0]).strip(), key[1]) for key in queries if _BRACKETS.search(key[0])}
    unbracketed = dict(zip(plain, candidates_of(referential, plain.values()), strict=True))
    readings = {
        key: likelier(ranked, unbracketed.get(key, ()), threshold)
        for key, ranked in zip(queries, candidates_of(referential, queries), strict=True)
    }
    answers = {key: read_title(referential, key[0], ranked, threshold=threshold) for key, ranked in readings.items()}
    jobs = [answers.get(key) for key in keys]
    if grid.crossed or not employers:
        return jobs
    return _of_trades(referential, jobs, employers, [readings.get(key, ()) for key in keys])


def _of_trades(
    referential: Referential, jobs: Sequence[Job | None], firms: Sequence[str], readings: Sequence[Sequence[Candidate]]
) -> list[Job | None]:
    """
    Return the jobs of rows: of one that is not sure, the reading that the firm's other jobs make likelier.

    A winder of a weaving mill is none of electric motors: each reading of its words weighs as many times as the other
    jobs of the firm are of its trade, as surely as they are read, a field of it counting thrice. Another one than the
    first is never sure.
    """
    of_firms = grouped((firm, job) for job, firm in zip(jobs, firms, strict=True) if isinstance(job, Resolved))
    trades = {occupation.code: occupation.domain or "" for occupation in referential.occupations}

    def in_trade(job: Job | None, firm: str, ranked: Sequence[Candidate]) -> Job | None:
        """Return a job as the other ones of its firm tell it."""
        if not isinstance(job, Resolved) or job.confidence >= SURE or not ranked or ranked[0].code != job.job:
            return job
        part = job.given.isalpha() and ranked[0].reason == _PART  # of labels that begin with its word, any may be meant
        if not part and ranked[0].reason != "usage":
            return job
        beside = {each.given: (trades[each.job], each.confidence) for each in of_firms[firm] if each.given != job.given}

        def weight(reading: Candidate) -> float:
            trade = trades[reading.code]
            like = sum(sure * (2 * (each == trade) + (each[:1] == trade[:1])) for each, sure in beside.values())
            few = 2 * like < sum(sure for _, sure in beside.values())  # one trainer makes no firm of trainers
            return 0 if few else like * (1.0 if part else reading.parent_confidence)

        meant = (c for c in ranked if c.reason == ranked[0].reason and (part or c.parent_confidence > 1.0 - SURE))
        best = max((ranked[0], *meant), key=weight)
        if weight(best) <= _CLEARLY * weight(ranked[0]):
            return job
        return Resolved(best.code, job.given, min(job.confidence, _MAY_BE), *_titled(referential, best.code, best))

    return [in_trade(*each) for each in zip(jobs, firms, readings, strict=True)]


def read_title(
    referential: Referential, text: str, ranked: Sequence[Candidate], role: str = "job", *, threshold: float
) -> Job:
    """Return the occupation of a title; one under the threshold of review is never guessed."""
    exact = titles_by_label(referential).get(normalise_label(text), ())
    first = ranked[0] if ranked else None
    families = {referential.occupation_by_code[code].parent or code for code in exact}
    # Usage or the context may mean another family more than what is left of a title.
    rivals = (c for c in ranked if c.reason != "exact" and c.parent_confidence > 1.0 - SURE)
    if len(exact) == 1 and all(c.parent_code in families for c in rivals):
        return Resolved(exact[0], text, 1.0, *_titled(referential, exact[0], first))
    confidence = 0.0 if first is None else _confidence(referential, first)
    if first is not None and confidence >= (SURE if len(exact) > 1 else threshold):
        return Resolved(first.code, text, round(confidence, 3), *_titled(referential, first.code, first))
    if len(exact) > 1:
        names = tuple(f"{code} {referential.occupation_by_code[code].name}" for code in exact)
        return Unusable(role, "job_ambiguous", {"given": text, "suggestions": ", ".join(exact)}, names)
    return Unusable(role, "job_unknown", {"given": text}, tuple(f"{c.code} {c.label}" for c in ranked))


def _confidence(referential: Referential, first: Candidate) -> float:
    """
    Confidence in a reading: that of its family, as `passerelles.matching.titles.status` says it.

    Where a branch tells parts of a fiche apart, that of the part: a family that is sure leaves the credentials open.
    """
    parted = referential.derived("parted", lambda: frozenset(o.base for o in referential.occupations if o.base))
    base = referential.occupation_by_code[first.code].base or first.code
    return first.confidence if base in parted else first.parent_confidence


def _titled(referential: Referential, code: str, first: Candidate | None) -> tuple[str, str]:
    """Code of the title that was written, where titles of the fiche differ in what access takes; one of other words."""
    if first is None or first.code != code:
        return "", ""
    parted = any(row.of_titles for row in referential.credentials_of.get(code, ()))
    same = first.reason in _SAME_TITLE or first.title == first.label
    return first.title_code if parted else "", "" if same else first.title


def is_part_of(referential: Referential, code: str, title: Job | None) -> bool:
    """Whether a title is read as the occupation of a code, or a part of it."""
    return isinstance(title, Resolved) and code in (title.job, referential.occupation_by_code[title.job].base)


def same_job(referential: Referential, code: str, title: Resolved) -> bool:
    """Whether a code and a title say one job, one family, or neighbours that only exact words tell apart."""
    pair = [referential.occupation_by_code[each] for each in (code, title.job)]
    if len({end.base or end.code for end in pair}) == 1 or len({end.parent or end.code for end in pair}) == 1:
        return True
    return title.confidence < _EXACT and pair[0].domain == pair[1].domain


def several_jobs(referential: Referential, text: str, *, family: bool = False) -> Job | None:
    """
    Why a cell cannot be used whose parts are all surely jobs, of several families; None where it may be one job.

    Where the referential has one title of all its words, as a mason who makes formwork, it may be that: little is sure.
    Beside a number, plurals of one field are a `family`, as of a survey: its first job, to be confirmed; so is what
    people say together of one post, as a waiter who tends the bar.
    """
    given, parts = " ".join(text.split()), jobs_beside(text)
    if not 1 < len(parts) <= _MOST_JOBS:
        return None
    meant = occupations_meant(referential, given) or occupations_meant(referential, " ".join(parts))
    if meant and not parts_jobs(text):  # "Boulanger, pâtissier" is a title
        return None
    whole, together, *ranked = resolve_many(referential, [given, " ".join(parts), *parts], limit=1)
    sure = [{c.code for c in hits if c.parent_confidence >= SURE} for hits in ranked]
    codes = [set(occupations_meant(referential, p)) or some for p, some in zip(parts, sure, strict=True)]
    common = set.intersection(*codes)
    read = meant or any(c.parent_confidence >= SURE for c in whole)
    if len(common) == 1 and all(sure) and not read:  # names of one occupation are that one, as surely as each
        return Resolved(min(common), given, min(c.parent_confidence for hits in ranked for c in hits))
    families = [{referential.occupation_by_code[code].parent or code for code in jobs} for jobs in codes]
    if not all(families) or set.intersection(*families):
        return None
    plural = all(part.split()[0].endswith(("s", "x")) for part in parts)
    if family and plural and not parts_jobs(text) and set.intersection(*({code[0] for code in jobs} for jobs in codes)):
        meant = (min(codes[0]),)
    one = text.count("/") == len(parts) - 1 and not plural
    meant = meant or tuple(c.code for c in together if one and c.reason == "usage")
    if len(meant) == 1:
        return Resolved(meant[0], given, _MAY_BE)
    return Unusable("job", "several_jobs", {"given": given, "jobs": ", ".join(parts)})


def read_place(locator: Locator, text: str, area: str, role: str) -> Where | Unusable:
    """Return the place of a cell; a postcode or department tells places of one name apart."""
    text = without_region(text)
    if not text or (locator.places is None and not normalise_label(text)):
        return Unusable(role, "empty", {})
    if locator.is_wide(text, area):
        return Unusable(role, "place_wide", {"given": text})
    try:
        return locator.spot(text, area, communes_first=role == "commune")
    except UnknownCodeError as error:
        if _POSTCODE.fullmatch(text):
            return Unusable(role, "postcode", {"given": text})
        return Unusable(role, "basin_unknown", {"given": text}, error.suggestions)
    except PasserellesError as error:
        choices = str(error.values.get("choices", ""))
        return Unusable(role, "basin_ambiguous", {"given": text, "choices": choices}, tuple(choices.split(", ")))


def without_region(text: str) -> str:
    """
    Return a place without the region behind it, which has namesakes among communes.

    Examples
    --------
    >>> without_region("Rennes, Bretagne"), without_region("Lyon (Rhône-Alpes)"), without_region("Bretagne")
    ('Rennes', 'Lyon', 'Bretagne')
    """
    match = _BEHIND.fullmatch(text)
    return match["town"] if match and normalise_label(match["area"]) in WORDS["wide"]["regions"] else text


def is_nowhere(place: Unusable) -> bool:
    """Whether what was written is no place of a lot, nor nearly the name of one, or a part of it: "Val Thorens"."""
    text, names = normalise_label(str(place.values.get("given", ""))), [*map(normalise_label, place.suggestions)]
    slips = max(1, len(text) // _LETTERS)
    near = len(text) > _SHORT and any(
        f" {text} " in f" {name} " or Levenshtein.distance(text, name) <= slips for name in names
    )
    return place.key == "place_wide" or (place.key == "basin_unknown" and not near)


def as_asked(cell: str, *, licences: bool = False) -> Iterator[str]:
    """
    Yield what a cell of conditions asks for, as titles write it; of a column of licences, a letter is one.

    Examples
    --------
    >>> [*as_asked("C + FIMO", licences=True)], [*as_asked("CACES 1, 3 et 5 ; DE")], [*as_asked("aucun")]
    (['permis C', 'FIMO'], ['CACES 1, 3 et 5', 'DE'], [])
    >>> [*as_asked("permis B, C et CE")], [*as_asked("1, 3 et 5", licences=True)]
    (['permis B', 'permis C', 'permis CE'], ['CACES 1, 3 et 5'])
    >>> [*as_asked("DEAES, DEAVS ou TP ADVF ; permis C ou D")]
    ['DEAES ou DEAVS ou TP ADVF', 'permis C ou permis D']
    """
    numbered = False
    cell = _EITHER_DIPLOMA.sub(lambda match: match[0].replace(",", " ou"), cell)
    for each in map(str.strip, _ASKED_APART.split(cell)):
        letter = _LICENCE.match(each)
        licences |= each.casefold().startswith("permis")  # and the letters that follow: "permis C/CE"
        numbered = _NUMBERED.match(each) is not None or (numbered and _CATEGORY.fullmatch(each) is not None)
        if numbered and _CATEGORY.fullmatch(each):  # one more category of the same: "R482 A, B1, C1"
            continue
        if licences and _FORKLIFT.match(each):
            yield f"CACES {each}"
        elif not says("nothing_asked", normalise_label(each)):
            yield _EITHER_LICENCE.sub(r"\1permis ", f"permis {each}" if licences and letter else each)


def asked_of_row(row: Line) -> Iterator[tuple[str, list[str]]]:
    """
    Yield what each column of licences and conditions asks for, or lists as held, with the name of the column.

    Remarks beside openings ask too, as far as they say that something is demanded: "permis C exigé".
    """
    grid = row.grid
    for role in ("permits", "conditions", "held"):
        letters = role == "permits" or "permis" in normalise_label(grid.title(role)).split()
        yield grid.title(role), [*as_asked(row.text(role), licences=letters)]
    for at in grid.saying("remark") if grid.side == "hiring" else ():
        if at not in grid.columns.values():
            parts = re.split(r"[,.;\n]\s", cell_text(row.cells[at]))
            demanded = [part for part in parts if says("demanded", normalise_label(part))]
            yield grid.header[at], [*as_asked(" ; ".join(demanded))]


def asked_in(referential: Referential, item: str, job: str) -> Asked:
    """Return what one condition of a post or a lot asks for, in a job, or what people hold by it."""
    labels, own = _labels(referential), _own_credentials(referential, job)
    return read_asked(item, _phrases(referential), labels, own, referential.language)


@made_once
def _phrases(referential: Referential) -> Phrases:
    known = referential.credential_by_code.items()
    named = ((code, name) for code, each in known for name in (each.label, each.short) if name)
    return phrases_of(named, referential.language)


def conditions_column(
    referential: Referential, grid: Grid, job_scores: Callable[[Sequence[str]], list[float]]
) -> int | None:
    """
    Return the first column without a role of which most cells name credentials, whatever its name.

    Some titles of jobs are names of credentials too: "Capitaine 200". `job_scores`: how surely cells are titles.
    """
    free: list[int] = sorted({*range(len(grid.header))} - {*grid.columns.values()})
    for at in free:
        texts = [text for text in grid.sample(at) if not says("nothing_asked", normalise_label(text))]
        named = [any(asked_in(referential, item, "").choices for item in as_asked(text)) for text in texts]
        if 2 * sum(named) > len(named) and fmean(job_scores(texts)) < _MAY_BE:
            return at
    return None


def asked_by(referential: Referential, title: str, job: str) -> frozenset[Choice]:
    """Return the credentials that a title of a job asks for, each as a choice: codes, or words of what has none."""
    labels, language = _labels(referential), referential.language
    named = frozenset((code,) for code in credentials_named(title, labels, language))
    return named | asked_by_title(title, labels, _own_credentials(referential, job), language)


@made_once
def _labels(referential: Referential) -> Mapping[str, str]:
    return {code: each.label for code, each in referential.credential_by_code.items()}


def _own_credentials(referential: Referential, job: str) -> list[str]:
    return [row.credential for row in referential.credentials_of.get(job, ())]
