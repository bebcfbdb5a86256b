"""Jobs and places of cells: what they are read as, or why a cell cannot be used because of what it says."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from statistics import fmean
from typing import Final, NamedTuple

from rapidfuzz.distance import Levenshtein

from passerelles.access.holdings import demanded_rows, demands_diploma
from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.io.xlsx import cell_text
from passerelles.matching.titles import SURE, Candidate, Context, contexts_of, likelier, resolve_many, title_index
from passerelles.referentials import access_text
from passerelles.referentials.referential import (
    Referential,
    code_of,
    codes_within,
    foreign_code,
    meant_as_code,
    nearest,
    occupations_meant,
    titles_by_label,
)
from passerelles.sharing import made_once
from passerelles.territory.columns import bare, with_letters
from passerelles.territory.grid import Grid, Line, Row, whole_of
from passerelles.territory.lots import WORDS, Locator, Problem, Where, department_code, says
from passerelles.text import normalise_label, words

_DOUBTED: Final = 0.5  # confidence that several jobs of a cell are one title: never enough to place
_LETTERS_A_SLIP: Final = 6  # of a name, by which one may be a slip
_SHORT_NAME: Final = 3  # letters at most that are no slip, nor a part of a name
_EXACT_CONFIDENCE: Final = 0.99  # how sure a title of the referential is, in either gender
_TOWN_WITHIN: Final = re.compile(r"(?P<town>.*\S)\s*[(,]\s*(?P<area>[^(),\d]+?)\s*\)?\s*")
_SUGGESTED: Final = 3  # readings of a title that is not used
_LEAST_MEANT: Final = 0.03  # confidence of a reading of a usage that the firm's other jobs may make likelier
_LIKELIER_TIMES: Final = 1.25  # times that it is likelier then than the first one
_FORM_WORDS: Final = 3  # words of "Emballeur / Emballeuse": who writes both forms of a longer title has copied it
_SAME_TITLE: Final = ("exact", "other gender form", "code")  # reasons of a reading by the title that was written
_PART: Final = "same words"  # reason of a reading by a label that has the words of the title, and others
_BRACKETS: Final = re.compile(r"\([^()]*\)|[-–]?\s*\b[HF] ?/ ?[HF]\b", re.IGNORECASE)
_TOWN_BEFORE_AREA: Final = re.compile(r"\s*(?P<town>[^(),;]*\w)(?:\s*[(,;]\s*|\s+[-–]\s+)(?P<area>[^(),;]+?)\)?\s*")
_POSTCODE: Final = re.compile(r"\s*\d{5}\s*")
_LICENCE: Final = re.compile(r"[A-Da-d][1Ee]{0,2}\b(?! ?\+)|EC\b")
_FORKLIFT: Final = re.compile(r"R ?[34]\d\d|[1-6][AaBb]?(?![\d àou/-]*(?i:ans?|ann[ée]es?|mois)\b)(?:[\s,/-]|et|$)")
_DIPLOMA: Final = r"(?:DE|TP|CAP|BEP|BP|BTS|CQP|[Tt]itre|[Dd]ipl)[^,;+/&]*"
_EITHER_DIPLOMA: Final = re.compile(rf"\b{_DIPLOMA}(?:,\s*{_DIPLOMA})*,\s*{_DIPLOMA}(?<=\w)\s+ou\s")
_EITHER_LICENCE: Final = re.compile(r"(\b[Pp]ermis \w{1,2} ou )(?=(?:[A-D][1E]?|EC)\b)")
_NUMBERED: Final = re.compile(r"CACES|R ?[34]\d\d", re.IGNORECASE)
_CATEGORY: Final = re.compile(r"[A-H]\d?|\d+[AB]?")
_ASKED_APART: Final = re.compile(r"[+/,;&\n•](?!\s*\d)|\s+et\s+(?=(?:[A-D][1E]?|EC)\b)")
_TOWN_AT_END: Final = re.compile(r"(?: [àa] |\s[-–]\s|,\s|\()(?P<place>[A-ZÀ-Ý][^(),]*(?:\(\w{2,3}\))?)\)?\s*$")
_ROME_DASHED: Final = re.compile(r"^\s*([A-Za-z])\s?[-–.]\s?(\d{4})\s*$")
_MOST_JOBS: Final = 4  # in a cell: more are no list of jobs
_JOBS: Final = WORDS["jobs"]
_NO_TRADE: Final = frozenset(_JOBS["no_trade"])
_PRODUCTION: Final = re.compile(_JOBS["production"])
_HOUSE: Final = re.compile(_JOBS["house"])
_OF_BRANCH: Final = {f"(?:{title});": own for title, own in _JOBS["of_branch"].items()}
_OF_SHOP: Final = {
    rf"\d* {_JOBS['sells']};.*\b(?:{names})\b": f"vendeur {own}" for own, names in _JOBS["shops"].items()
}
_MEANT: Final = [(re.compile(f"{title}.*"), own) for title, own in (_OF_BRANCH | _OF_SHOP).items()]
_BRANCHES: Final = {naf: re.compile(rf"\b(?:{names})s?\b") for naf, names in WORDS["branches"].items()}
_SEPARATORS: Final = [re.compile(rf"\s*(?:{signs})(?![^()]*\))\s*", re.IGNORECASE) for signs in _JOBS["parted"]]
_COUNTED: Final = [re.compile(pattern, re.IGNORECASE) for pattern in _JOBS["counted"]]
# Of those counted, which say more ("3 soudeurs, dont 1 le soir"), or are of both genders ("un/une cariste").
_OF_WHICH: Final = re.compile(r",?\s+dont \d[^,;+/()\n]*|(?<=\bun)(?:/une\b|\(e\)|[.·]e\b)", re.IGNORECASE)
_BULLET: Final = re.compile(rf"(?im)^\s*[-–•*·]\s*|^\s*(?:{_JOBS['opens']})(?:\s+|(?<=['’]))|\s+$")
_NOTE_MARK: Final = re.compile(r"^\D.*\(\s*\d+\s*\)\s*$", re.DOTALL)
_FEWEST_MARKED: Final = 3  # rows: two may have the notes 2 and 1
_BARE_NUMBER: Final = re.compile(r"\d+\s*(?:[^\w\s]|$)")  # "10 (conditionnement)"
_BESIDE, _EITHER, _NO_JOB = (re.compile(_JOBS[name], re.IGNORECASE) for name in ("beside", "either", "no_job"))


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
_EMPTY: Final = Unusable("job", "empty", {})  # of a row without a title, or whose title is a code
_Written = tuple[str, Context | None]


def candidates_of(referential: Referential, titles: Iterable[tuple[str, Context | None]]) -> Iterable[list[Candidate]]:
    """Return the candidates of several titles, each with its context."""
    pairs = list(titles)
    return resolve_many(referential, [t for t, _ in pairs], limit=6, contexts=[context for _, context in pairs])


def read_titles(grid: Grid, rows: Sequence[Row]) -> list[Job]:
    """
    Read the title of each row, all at once, beside its employer, sector or service and the other jobs of the firm.

    Where people are of one firm, the titles above their table may tell its trade. Crossed with employers, as one's.
    """
    referential, threshold = grid.reader.referential, grid.reader.review_threshold
    texts = with_letters([grid.text(cells, "job") for _, cells in rows], title_index(referential).restored)
    # People are of one firm where no employer is told, or but its parts: the workshop "Cuisson" is no kitchen.
    of_one = grid.side == "fragile" and says("part_of_firm", normalise_label(grid.title("employer")))
    employers = [] if of_one else [_HOUSE.sub("", name) for name in _texts_of(grid, rows, "employer")]
    one_firm = not employers and (grid.crossed or grid.side == "fragile")
    named = employers or ([grid.about] * len(rows) if one_firm else [])
    own_and_firm = zip_longest(_sectors_of(grid, rows, texts), named, fillvalue="")
    sectors = [own or _branch_of(firm)[0] for own, firm in own_and_firm]
    agreements = _texts_of(grid, rows, "agreement") or _texts_of(grid, rows, "idcc")
    contexts = contexts_of(texts, employers=named, sectors=sectors, agreements=agreements, one_firm=one_firm)
    keys = list(zip(texts, contexts, strict=True))
    queries = list(dict.fromkeys(key for key in keys if key[0] and code_of(referential, key[0]) is None))
    plain = {key: (_BRACKETS.sub(" ", key[0]).strip(), key[1]) for key in queries if _BRACKETS.search(key[0])}
    unbracketed = dict(zip(plain, candidates_of(referential, plain.values()), strict=True))
    hits_of = dict(zip(queries, candidates_of(referential, queries), strict=True))
    readings = {k: likelier(referential, hits, unbracketed.get(k, ()), threshold) for k, hits in hits_of.items()}
    readings |= _of_industries(referential, readings, threshold)
    answers = {key: read_title(referential, key[0], ranked, threshold=threshold) for key, ranked in readings.items()}
    jobs = [answers.get(key, _EMPTY) for key in keys]
    if grid.crossed or not (employers or one_firm):
        return jobs
    firms = employers or [""] * len(rows)
    return _of_trades(referential, jobs, firms, [readings.get(key, ()) for key in keys])


def _texts_of(grid: Grid, rows: Sequence[Row], role: str) -> list[str]:
    """Return what the column of a role says beside each title; nothing where there is none, or titles are crossed."""
    return [grid.text(cells, role) for _, cells in rows] if role in grid.columns and not grid.crossed else []


def _sectors_of(grid: Grid, rows: Sequence[Row], titles: Sequence[str]) -> list[str]:
    """
    Return the sector or service of each title; nothing where no column says it.

    A workshop that is a word of the title tells nothing more: "Découpe" of "Chef d'équipe découpe". Nor does "Usine".
    """
    services = [] if grid.crossed else [at for at in grid.saying("service") if at not in grid.columns.values()]
    sectors = _texts_of(grid, rows, "sector") or [cell_text(cells[at]) for at in services[:1] for _, cells in rows]
    return ["" if {*words(own)} <= {*words(t), *_NO_TRADE} else own for own, t in zip(sectors, titles, strict=False)]


def _branch_of(name: str) -> tuple[str, str]:
    """Return the NAF division of the industry that a name says, and the word that says it, or that it is of none."""
    said = ((naf, names.search(normalise_label(name))) for naf, names in _BRANCHES.items())
    return next(((naf, word[0]) for naf, word in said if word), ("", ""))


def _of_industries(
    referential: Referential, readings: Mapping[_Written, Sequence[Candidate]], least: float
) -> Iterator[tuple[_Written, Sequence[Candidate]]]:
    """Yield titles that mean another job in a plant or shop; of production never surely: a "machine" may pack glass."""
    told: dict[_Written, tuple[str, float]] = {}
    for text, context in readings:
        names = (context.sector, context.employer, context.agreement) if context else ()  # a plant's garage is one
        naf, word = next(filter(any, map(_branch_of, names)), ("", ""))
        title, firm = normalise_label(_BRACKETS.sub(" ", text)), " ".join(map(normalise_label, names))
        meant = [(own, _EXACT_CONFIDENCE) for says, own in _MEANT if says.fullmatch(f"{naf} {title};{firm}")]
        plant = "" < naf < "4" and _PRODUCTION.fullmatch(title)
        if meant or plant:
            told[text, context] = meant[0] if meant else (f"{text} {word}", _DOUBTED)
    read = candidates_of(referential, [(own, context) for (_, context), (own, _) in told.items()])
    for (key, (_, most)), ranked in zip(told.items(), read, strict=True):
        before = [c.parent_code for c in readings[key][:1]]
        if ranked and (most > _DOUBTED or ranked[0].parent_code not in before) and ranked[0].parent_confidence >= least:
            chances = [(min(c.confidence, most), min(c.parent_confidence, most)) for c in ranked]
            named = zip(ranked, chances, strict=True)
            yield key, [replace(c, confidence=own, parent_confidence=f, reason="meaning") for c, (own, f) in named]


def _of_trades(
    referential: Referential, jobs: Sequence[Job], firms: Sequence[str], readings: Sequence[Sequence[Candidate]]
) -> list[Job]:
    """
    Return the jobs of rows: of one that is not sure, the reading that the firm's other jobs make likelier.

    A winder of a weaving mill is none of electric motors: each reading of its words weighs as many times as the other
    jobs of the firm are of its trade, as surely as they are read, a field of it counting thrice. Another one than the
    first is never sure; the first of a usage is where most others are of its field and no other reading has any: among
    window cleaners, an "agent d'entretien" cleans.
    """
    of_firms = grouped((firm, job) for job, firm in zip(jobs, firms, strict=True) if isinstance(job, Resolved))
    trades = {occupation.code: occupation.domain or "" for occupation in referential.occupations}

    def in_trade(job: Job, firm: str, ranked: Sequence[Candidate]) -> Job:
        """Return a job as the other ones of its firm tell it."""
        if not isinstance(job, Resolved) or job.confidence >= SURE:
            return job
        part = job.given.isalpha() and ranked[0].reason == _PART  # of labels that begin with its word, any may be meant
        if not part and ranked[0].reason != "usage":
            return job
        others = (other for other in of_firms[firm] if other.given != job.given)
        beside = {other.given: (trades[other.job], other.confidence) for other in others}

        def weight(reading: Candidate) -> float:
            trade = trades[reading.code]
            like = sum(c * (2 * (other == trade) + (other[:1] == trade[:1])) for other, c in beside.values())
            few = 2 * like < sum(c for _, c in beside.values())  # one trainer makes no firm of trainers
            return 0 if few and reading is not ranked[0] else like * (1.0 if part else reading.parent_confidence)

        meant = [c for c in ranked if c.reason == ranked[0].reason and (part or c.parent_confidence > _LEAST_MEANT)]
        best = max((ranked[0], *meant), key=weight)
        if weight(best) <= _LIKELIER_TIMES * weight(ranked[0]):
            of_field = [c for other, c in beside.values() if other == trades[job.job]]
            most = len(of_field) > 1 and 2 * sum(of_field) > sum(c for _, c in beside.values())
            alone = not (part or any(weight(c) for c in meant if c is not ranked[0]))
            return job._replace(confidence=SURE) if most and alone else job
        return Resolved(best.code, job.given, min(job.confidence, _DOUBTED), *_titled(referential, best))

    return [in_trade(*row) for row in zip(jobs, firms, readings, strict=True)]


def read_title(
    referential: Referential, text: str, ranked: Sequence[Candidate], role: str = "job", *, threshold: float
) -> Job:
    """Return the occupation of a title; one under the threshold of review is never guessed."""
    exact = titles_by_label(referential).get(normalise_label(text), ())
    copied = "/" in text and len(text.split()) > _FORM_WORDS
    first = ranked[0] if ranked else None
    families = {referential.occupation_by_code[code].parent or code for code in exact}
    # Usage or the context may mean another family more than what is left of a title.
    rivals = (c for c in ranked if c.reason != "exact" and c.parent_confidence > 1.0 - SURE)
    if len(exact) == 1 and (copied or all(c.parent_code in families for c in rivals)):
        named = next((c for c in ranked if c.code == exact[0]), None)
        return Resolved(exact[0], text, 1.0, *_titled(referential, named))
    confidence = 0.0 if first is None else _confidence(referential, first)
    if first is not None and confidence >= (SURE if len(exact) > 1 else threshold):
        return Resolved(first.code, text, round(confidence, 3), *_titled(referential, first))
    if len(exact) > 1:
        names = tuple(f"{code} {referential.occupation_by_code[code].name}" for code in exact)
        return Unusable(role, "job_ambiguous", {"given": text, "suggestions": ", ".join(exact)}, names)
    codes = nearest(referential, text) if meant_as_code(text) else [c.code for c in ranked[:_SUGGESTED]]
    names = tuple(f"{code} {referential.occupation_by_code[code].label}" for code in codes)
    other = foreign_code(referential, text)
    return Unusable(role, "job_foreign" if "form" in other else "job_unknown", {"given": text, **other}, names)


def _confidence(referential: Referential, first: Candidate) -> float:
    """
    Confidence in a reading: that of its family, as `passerelles.matching.titles.status` says it.

    Where a branch tells parts of a fiche apart, that of the part: a family that is sure leaves the credentials open.
    """
    parted = referential.derived("parted", lambda: frozenset(o.base for o in referential.occupations if o.base))
    base = referential.occupation_by_code[first.code].base or first.code
    return first.confidence if base in parted else first.parent_confidence


def _titled(referential: Referential, first: Candidate | None) -> tuple[str, str]:
    """Code of the title that was written, where titles of the fiche differ in what access takes; one of other words."""
    if first is None:
        return "", ""
    parted = any(row.by_title for row in referential.credentials_of.get(first.code, ()))
    same = first.reason in _SAME_TITLE or first.title == first.label
    return first.title_code if parted else "", "" if same else first.title


def is_part_of(referential: Referential, code: str, title: Job) -> bool:
    """Whether a title is read as the occupation of a code, or a part of it."""
    return isinstance(title, Resolved) and code in (title.job, referential.occupation_by_code[title.job].base)


def same_job(referential: Referential, code: str, title: Resolved) -> bool:
    """Whether a code and a title say one job, one family, or neighbours that only exact words tell apart."""
    pair = [referential.occupation_by_code[c] for c in (code, title.job)]
    if len({end.base or end.code for end in pair}) == 1 or len({end.parent or end.code for end in pair}) == 1:
        return True
    return title.confidence < _EXACT_CONFIDENCE and pair[0].domain == pair[1].domain


def several_jobs(referential: Referential, text: str, *, family: bool = False) -> Job | None:
    """
    Why a cell cannot be used whose parts are all surely jobs, of several families; None where it may be one job.

    Where the referential has one title of all its words, as a mason who makes formwork, it may be that: little is sure.
    Beside a number, plurals of one field are a `family`, as of a survey: its first job, to be confirmed; so is what
    people say together of one post, as a waiter who tends the bar.
    """
    given, pieces = " ".join(text.split()), jobs_beside(text)
    if not 1 < len(pieces) <= _MOST_JOBS or normalise_label(given) in titles_by_label(referential):
        return None
    meant = occupations_meant(referential, _NO_JOB.sub(" ", given)) or occupations_meant(referential, " ".join(pieces))
    if meant and not parts_jobs(text):  # "Boulanger, pâtissier" is a title
        return None
    as_one, together, *ranked = resolve_many(referential, [given, " ".join(pieces), *pieces], limit=1)
    sure_codes = [{c.code for c in hits if c.parent_confidence >= SURE} for hits in ranked]
    codes = [set(occupations_meant(referential, p)) or sure for p, sure in zip(pieces, sure_codes, strict=True)]
    common = set.intersection(*codes)
    read = meant or any(c.parent_confidence >= SURE for c in as_one)
    if len(common) == 1 and not read:  # names of one occupation are that one, as surely as each
        return Resolved(min(common), given, min(c.parent_confidence for hits in ranked for c in hits))
    families = [{referential.occupation_by_code[code].parent or code for code in jobs} for jobs in codes]
    if not all(families) or set.intersection(*families):
        return None
    plural = all(part.split()[0].endswith(("s", "x")) for part in pieces)
    if family and plural and not parts_jobs(text) and set.intersection(*({code[0] for code in jobs} for jobs in codes)):
        meant = (min(codes[0]),)
    one_slash = text.count("/") == len(pieces) - 1 and not plural
    meant = meant or tuple(c.code for c in together if one_slash and c.reason == "usage")
    if len(meant) == 1:
        return Resolved(meant[0], given, _DOUBTED)
    return Unusable("job", "several_jobs", {"given": given, "jobs": ", ".join(pieces)})


def job_of(row: Line, title_job: Job) -> Job:
    """Job of a row: what a person chose, else its code where the referential has it, else its title."""
    reader, referential = row.grid.reader, row.grid.reader.referential
    texts = {role: text for role in ("choice", "code", "job") if (text := row.text(role))}
    texts = {role: _ROME_DASHED.sub(r"\1\2", text) for role, text in texts.items()}
    if not texts:
        return _EMPTY
    *_, last = texts.values()
    chosen = code_of(referential, reader.choices.get(last, ""))
    if chosen is not None:
        return Resolved(chosen, last, 1.0)
    for role, text in texts.items():
        code, codes = code_of(referential, text), codes_within(referential, text)
        if text == last and len(codes) > 1:
            return Unusable(role, "job_ambiguous", {"given": text, "suggestions": ", ".join(codes)})
        beside = code is None and len(codes) == 1
        if beside and (role != "job" or not is_part_of(referential, codes[0], title_job)):
            code = codes[0]
        if code is not None:
            title, confidence = texts.get("job", text), 1.0
            if role == "job":
                _note_unknown(row, texts, text, code)
            sure = title_job if isinstance(title_job, Resolved) and title_job.confidence >= SURE else None
            if sure is not None and (role == "code" or beside) and not same_job(referential, code, sure):
                confidence = 1.0 - sure.confidence
                values = {"code": _named(referential, code), "read": _named(referential, sure.job), "given": sure.given}
                row.note("code_differs", row.grid.title("code"), **values)
            return Resolved(code, "" if code_of(referential, title) == code else title, round(confidence, 3))
        if role == "choice":  # a title that a person chose is read instead of what stands beside it
            break
    if role == "job" and isinstance(title_job, Resolved):
        _note_unknown(row, texts, title_job.given, title_job.job)
    if role != "job":
        ranked = next(resolve_many(referential, [text], limit=3))
        return read_title(referential, text, ranked, role, threshold=reader.review_threshold)
    return title_job


def _note_unknown(row: Line, texts: Mapping[str, str], given: str, code: str) -> None:
    """Say that the code of a row is none of the referential's, of whose form it is, and what was read in its place."""
    referential = row.grid.reader.referential
    if "code" in texts:
        values = {"code": texts["code"], "given": given, "read": _named(referential, code)}
        values |= foreign_code(referential, texts["code"])
        row.note("code_foreign" if "form" in values else "code_unknown", row.grid.title("code"), **values)


def _named(referential: Referential, code: str) -> str:
    """Code and label of an occupation."""
    return f"{code} {referential.occupation_by_code[code].name}"


def unclear_job(row: Line, number: int | None) -> Job | None:
    """What is wrong where a row has several jobs for one number, or columns of one name say different ones."""
    grid, reader = row.grid, row.grid.reader
    if not grid.has("job") or row.text("choice") or row.text("code"):
        return None
    if row.differs(grid.title("job")):
        return Unusable("job", "columns_differ", {"given": row.text("job")})
    text = cell_text(row.cells[grid.columns["job"]])
    if number == 1 or codes_within(reader.referential, text):
        return None
    job: Job | None = reader.several(text, family=number is not None)
    return job


def read_place(locator: Locator, text: str, area: str, role: str) -> Where | Unusable:
    """Return the place of a cell; a postcode or department tells places of one name apart."""
    text = without_region(text)
    if not text or (locator.places is None and not normalise_label(text)):
        return Unusable(role, "empty", {})
    if locator.is_wide(text, area):
        return Unusable(role, "place_wide", {"given": text})
    try:
        place = locator.spot(text, area, communes_first=role == "commune")
    except PasserellesError as error:
        choices = str(error.values.get("choices", ""))
        return Unusable(role, "basin_ambiguous", {"given": text, "choices": choices}, tuple(choices.split(", ")))
    unknown = "postcode" if _POSTCODE.fullmatch(text) else "basin_unknown"
    return Unusable(role, unknown, {"given": text}) if place is None else place


def without_region(text: str) -> str:
    """
    Return a place without the region behind it, which has namesakes among communes.

    Examples
    --------
    >>> without_region("Rennes, Bretagne"), without_region("Lyon (Rhône-Alpes)"), without_region("Bretagne")
    ('Rennes', 'Lyon', 'Bretagne')
    """
    match = _TOWN_BEFORE_AREA.fullmatch(text)
    return match["town"] if match and normalise_label(match["area"]) in WORDS["wide"]["regions"] else text


def slips_of(given: str, names: Iterable[str]) -> list[str]:
    """
    Return the names that a text is but a slip away from.

    Examples
    --------
    >>> slips_of("Redonn", ["Redon", "Radon"]), slips_of("MEL", ["Mer"])
    (['Redon'], [])
    """
    text = normalise_label(given)
    slips = max(1, len(text) // _LETTERS_A_SLIP) if len(text) > _SHORT_NAME else 0
    return [name for name in names if Levenshtein.distance(text, normalise_label(name)) <= slips]


def is_nowhere(place: Unusable) -> bool:
    """Whether what was written is no place of a lot, nor nearly the name of one, or a part of it: "Val Thorens"."""
    given = str(place.values.get("given", ""))
    text, names = normalise_label(given), [*map(normalise_label, place.suggestions)]
    part = len(text) > _SHORT_NAME and any(f" {text} " in f" {name} " for name in names)
    near = part or slips_of(given, names)
    return place.key == "place_wide" or (place.key == "basin_unknown" and not near)


def as_asked(cell: str, *, licences: bool = False) -> Iterator[str]:
    """
    Yield what a cell of conditions asks for, as titles write it; of a column of licences, a letter is one.

    Examples
    --------
    >>> [*as_asked("C + FIMO", licences=True)], [*as_asked("CACES 1, 3 et 5 ; DE")], [*as_asked("aucun")]
    (['permis C', 'FIMO'], ['CACES 1, 3 et 5', 'DE'], [])
    >>> [*as_asked("permis B, C et CE")], [*as_asked("1, 3 et 5", licences=True)], [*as_asked("2-5 ans", licences=True)]
    (['permis B', 'permis C', 'permis CE'], ['CACES 1, 3 et 5'], ['2-5 ans'])
    >>> [*as_asked("DEAES, DEAVS ou TP ADVF ; permis C ou D")]
    ['DEAES ou DEAVS ou TP ADVF', 'permis C ou permis D']
    """
    numbered = False
    cell = _EITHER_DIPLOMA.sub(lambda match: match[0].replace(",", " ou"), cell)
    pieces = [piece.strip() for piece in _ASKED_APART.split(cell)]
    if all(says("nothing_asked", words) or says("taught", words) for words in map(normalise_label, pieces)):
        return
    for piece in pieces:
        letter = _LICENCE.match(piece)
        licences |= piece.casefold().startswith("permis")  # and the letters that follow: "permis C/CE"
        numbered = _NUMBERED.match(piece) is not None or (numbered and _CATEGORY.fullmatch(piece) is not None)
        if numbered and _CATEGORY.fullmatch(piece):  # one more category of the same: "R482 A, B1, C1"
            continue
        if licences and _FORKLIFT.match(piece):
            yield f"CACES {piece}"
        elif not says("nothing_asked", normalise_label(piece)):
            yield _EITHER_LICENCE.sub(r"\1permis ", f"permis {piece}" if licences and letter else piece)


def asked_of_row(row: Line) -> Iterator[tuple[str, list[str]]]:
    """
    Yield what each column of licences and conditions asks for, or lists as held, with the name of the column.

    Remarks beside openings ask too, as far as they say that something is demanded: "permis C exigé", or but name it.
    """
    grid = row.grid

    def demanded(part: str) -> bool:
        asked = asked_in(grid.reader.referential, part, "")
        return says("demanded", normalise_label(part)) or bool(asked.choices and not asked.unread)

    for role in ("permits", "conditions", "held"):
        letters = role == "permits" or "permis" in normalise_label(grid.title(role)).split()
        yield grid.title(role), [*as_asked(row.text(role), licences=letters)]
    for at in grid.saying("remark") if grid.side == "hiring" else ():
        if at not in grid.columns.values():
            clauses = re.split(r"[,.;\n]\s", cell_text(row.cells[at]))
            yield grid.header[at], [*as_asked(" ; ".join(filter(demanded, clauses)))]


def conditions_of(row: Line, job: str) -> str:
    """What columns of licences, conditions and remarks ask for, or list as held; a message names the others."""
    conditions, key = list[str](), "conditions_unread" if row.grid.side == "hiring" else "held_unread"
    for column, items in asked_of_row(row):
        if unread := [words for item in items if (words := asked_in(row.grid.reader.referential, item, job).unread)]:
            row.note(key, column, column=column, given=", ".join(unread))
        conditions += items
    return (" ; " if any(" ou " in condition for condition in conditions) else ", ").join(conditions)


def asked_in(referential: Referential, item: str, job: str) -> access_text.Asked:
    """Return what one condition of a post or a lot asks for, in a job, or what people hold by it."""
    if says("its_diploma", normalise_label(item)) and demands_diploma(referential, demanded_rows(referential, job)):
        return access_text.Asked()  # "DE exigé", of a nurse, says no more than the job does
    labels, of_job = _labels(referential), _own_credentials(referential, job)
    return access_text.read_asked(item, _phrases(referential), labels, of_job, referential.language)


@made_once
def _phrases(referential: Referential) -> access_text.Phrases:
    known = referential.credential_by_code.items()
    named = ((code, name) for code, credential in known for name in (credential.label, credential.short) if name)
    return access_text.phrases_of(named, referential.language)


def conditions_column(grid: Grid) -> int | None:
    """
    Return the first column without a role of which most cells name credentials, whatever its name, or one "Demandé".

    Some titles of jobs are names of credentials too: "Capitaine 200".
    """
    free: list[int] = sorted({*range(len(grid.header))} - {*grid.columns.values(), *grid.saying("remark")})
    for at in free:
        texts = [text for text in grid.sample(at) if not says("nothing_asked", normalise_label(text))]
        named = [any(asked_in(grid.reader.referential, item, "").choices for item in as_asked(text)) for text in texts]
        if texts and says("asked", bare(grid.header[at])):
            return at
        if 2 * sum(named) > len(named) and fmean(grid.reader.scores(texts)) < _DOUBTED:
            return at
    return None


def asked_by(referential: Referential, title: str, job: str) -> frozenset[access_text.Choice]:
    """
    Return the credentials that a title of a job asks for, each as a choice: codes, or words of what has none.

    A trainer's title names what is taught, unless it is of the job itself.
    """
    labels, of_job, language = _labels(referential), _own_credentials(referential, job), referential.language
    named = {(code,) for code in access_text.credentials_named(title, labels, language)}
    asked = named | access_text.asked_by_title(title, labels, of_job, language)
    return frozenset(c for c in asked if {*of_job} >= {*c} or not says("teaches", normalise_label(title)))


@made_once
def _labels(referential: Referential) -> Mapping[str, str]:
    return {code: credential.label for code, credential in referential.credential_by_code.items()}


def _own_credentials(referential: Referential, job: str) -> list[str]:
    return [row.credential for row in referential.credentials_of.get(job, ())]


def counted_jobs(text: str, *, alone: bool = False) -> list[tuple[str, int]]:
    """
    Return the jobs of a cell that gives each its number; nothing where one has none, however the cell is parted.

    A cell of but one job has its number where no column does (`alone`).

    Examples
    --------
    >>> counted_jobs("2 soudeurs, 1 chaudronnier"), counted_jobs("Soudeur (3), tourneur : 2")
    ([('soudeurs', 2), ('chaudronnier', 1)], [('Soudeur', 3), ('tourneur', 2)])
    >>> counted_jobs("Désosseurs et pareurs (25), bouviers (3)"), counted_jobs("4 serveurs (dont 1, le soir) / 1 chef")
    ([('Désosseurs et pareurs', 25), ('bouviers', 3)], [('serveurs (dont 1, le soir)', 4), ('chef', 1)])
    >>> counted_jobs("Maçon / coffreur : 4"), counted_jobs("3 caristes"), counted_jobs("3 caristes", alone=True)
    ([], [], [('caristes', 3)])
    >>> counted_jobs("2 boulangers / 2 postes de vendeuse", alone=True)
    [('boulangers', 2), ('vendeuse', 2)]
    >>> counted_jobs("2nd de cuisine", alone=True), counted_jobs("35 h vendeur", alone=True)
    ([], [])
    >>> counted_jobs("Chauffeurs PL – 6 postes", alone=True), counted_jobs("Soudeur - 12 mois", alone=True)
    ([('Chauffeurs PL', 6)], [])
    >>> counted_jobs("Soudeur (x4)", alone=True), counted_jobs("Cariste × 2", alone=True)
    ([('Soudeur', 4)], [('Cariste', 2)])
    """
    readings = (_counted(text, signs) for signs in _SEPARATORS)
    complete = [jobs for jobs, others in readings if not others and len(jobs) > (0 if alone else 1)]
    return max(complete, key=len, default=[])


def counts_some_jobs(text: str, *, alone: bool = False) -> bool:
    """
    Whether a cell gives several jobs a number each, or `alone` one of them, whatever else it says.

    Examples
    --------
    >>> counts_some_jobs("2 soudeurs, tourneurs, 3 caristes"), counts_some_jobs("Cariste CACES 1, 3 et 5")
    (True, False)
    """
    return any(len(_counted(text, signs)[0]) > (0 if alone else 1) for signs in _SEPARATORS)


def _counted(text: str, signs: re.Pattern[str], n_forms: int | None = None) -> tuple[list[tuple[str, int]], list[str]]:
    """Return the jobs of a cell that have a number, in any form or the first ones, and its other parts."""
    jobs, others = list[tuple[str, int]](), list[str]()
    for part in filter(None, signs.split(_BULLET.sub("", _OF_WHICH.sub("", text)))):
        match = next((m for form in _COUNTED[:n_forms] if (m := form.fullmatch(part))), None)
        if match is None:
            others.append(part)
        else:
            jobs.append((match["job"].strip(), whole_of(match.groupdict().get("m") or match["n"]) or 0))
    return jobs, others


def split_jobs(grid: Grid, rows: list[Row]) -> tuple[Grid, list[Row], list[Problem]]:
    """
    Give each job its own row where a cell gives several with numbers that add up to that of the row; problems too.

    Where no column has numbers, such a cell does, of one job too: other rows count one. A number in brackets may be the
    mark of a note, but where each row has one, and is asked back. There, several behind their number count, though
    others have none.
    """
    role, job = grid.count, grid.columns.get("job")
    if job is None:
        return grid, rows, []
    uncounted = role not in grid.columns
    texts = [cell_text(cells[job]) for _, cells in rows]
    counted = [counted_jobs(text, alone=uncounted) for text in texts]
    if not uncounted:
        beside = [cell_text(cells[grid.columns[role]]) for _, cells in rows]
        counted = [jobs or _line_by_line(*row) for jobs, *row in zip(counted, texts, beside, strict=True)]
    # It is none beside several jobs told so, nor where each row has one, unless they rise as notes are numbered.
    marked = [len(jobs) for jobs, text in zip(counted, texts, strict=True) if jobs and _NOTE_MARK.search(text)]
    numbers = [n for jobs in counted for _, n in jobs]
    everywhere = len(marked) == len(rows) >= _FEWEST_MARKED and numbers != sorted({*numbers})
    bracketed = max(marked, default=0) > 1 or everywhere
    if uncounted and any(counts_some_jobs(text, alone=True) for text in texts):
        rows = [(line, [*cells, 1]) for line, cells in rows]
        grid = replace(grid.with_roles(**{role: len(grid.header)}), header=[*grid.header, ""])
    most = 2 * sum(map(bool, counted)) > len(rows)  # else each row is one post

    def is_several(written: str) -> bool:
        """Whether a cell that gives no number, in a table of which others do, says that it is of several people."""
        bare_number = any(counted) and _BARE_NUMBER.match(written.strip()) is not None
        jobs_named = most and isinstance(grid.reader.several(written), Unusable)
        return bare_number or jobs_named or says("several", normalise_label(written))

    count, split_rows, problems = grid.columns.get(role, 0), list[Row](), list[Problem]()
    for (line, cells), written, numbered in zip(rows, texts, counted, strict=True):
        total = None if uncounted else whole_of(grid.text_at(cells, count))
        jobs, key, text, given = numbered, "", " ".join(written.split()), ""
        if not jobs or total not in (None, sum(n for _, n in jobs)):
            chosen = grid.text(cells, "choice") or grid.text(cells, "code")
            unshared = counts_some_jobs(written, alone=uncounted) and not chosen
            jobs, given = _numbered_jobs(written) if unshared and uncounted else ([], "")
            key = "jobs_left" if jobs else "jobs_unshared" if unshared else ""
            key = "not_number" if uncounted and not jobs and is_several(written) else key
        elif len(jobs) == 1 and _NOTE_MARK.search(text) and not bracketed:
            key, jobs = "number_in_job", []
        if key:
            problems.append(Problem(grid.name, line, grid.header[job], key, {"given": given or text}, total))
        elif not jobs:
            split_rows.append((line, cells))
        if jobs:
            grid.note("jobs_split", line, given=text)
        town = place_in_title(text, grid.reader.is_place) if uncounted else ""
        for title, number in jobs:  # "4 soudeurs et 2 caristes à Redon"
            values = {job: f"{title} à {town}" if town and town not in title else title, count: number}
            split_rows.append((line, [values.get(at, cell) for at, cell in enumerate(cells)]))
    return grid, split_rows, problems


def _line_by_line(jobs: str, numbers: str) -> list[tuple[str, int]]:
    r"""
    Return the jobs of a cell, one a line, with the numbers of the cell beside it, as many lines; else nothing.

    Examples
    --------
    >>> _line_by_line("Soudeur\nCariste", "4\n3"), _line_by_line("Soudeur\nde nuit", "4")
    ([('Soudeur', 4), ('Cariste', 3)], [])
    """
    titles, people = jobs.splitlines(), [whole_of(number) for number in numbers.splitlines()]
    read = [n for n in people if n is not None]
    return [*zip(map(str.strip, titles), read, strict=True)] if len(titles) == len(read) == len(people) > 1 else []


def _numbered_jobs(text: str) -> tuple[list[tuple[str, int]], str]:
    """
    Return the jobs of a cell that stand behind a number, where several do, and what is left.

    Examples
    --------
    >>> _numbered_jobs("2 soudeurs, tourneurs, 3 caristes"), _numbered_jobs("Soudeur (1), tourneur, cariste (3)")
    (([('soudeurs', 2), ('caristes', 3)], 'tourneurs'), ([], ''))
    """
    readings = (_counted(text, signs, 1) for signs in _SEPARATORS)
    return next(((jobs, ", ".join(others)) for jobs, others in readings if len(jobs) > 1), ([], ""))


def with_needs(grid: Grid) -> Grid:
    """
    Take a column of needs as the one of jobs where it gives each its number: "2 maçons, 1 chef".

    Another one has none then, but what an activity says of them.
    """
    at, job = grid.columns.get(grid.count), grid.columns.get("job")
    of_activity = job is not None and says("activity", normalise_label(grid.header[job]))
    if at is None and not grid.has("job", "code"):
        return _of_text(grid)
    if at is None or (grid.has("job", "code") and not of_activity):
        return grid
    jobs = [counted_jobs(text, alone=True) or _numbered_jobs(text)[0] for text in grid.sample(at)]
    titles = [title for counted in jobs for title, _ in counted]
    if not titles or 2 * sum(map(bool, jobs)) <= len(jobs) or not grid.reader.holds_jobs(titles):
        return grid
    grid.note("job_by_content", 0, "job", column=grid.header[at])
    columns = {role: i for role, i in grid.columns.items() if i not in (at, job)} | {"job": at}
    # Who is there now is the size of the firm: the jobs have their own numbers.
    sizes = [i for i in grid.free if says("current", bare(grid.header[i]))] if "size" not in columns else []
    return replace(grid, columns=columns | ({"size": sizes[0]} if sizes else {}))


def _of_text(grid: Grid) -> Grid:
    """Keep of a text, such as a mail, the lines that give jobs their numbers: "- 4 caristes à Redon"."""
    are_jobs = grid.reader.holds_jobs
    for at in grid.free:
        jobs = {line: counted_jobs(cell_text(cells[at]), alone=True) for line, cells in grid.rows}
        titles = [title for counted in jobs.values() for title, _ in counted]
        if sum(map(bool, jobs.values())) > 1 and not are_jobs(grid.sample(at)) and are_jobs(titles):
            for line, cells in grid.rows:
                if not jobs[line]:
                    grid.note("text_line", line, text=" ".join(filter(None, map(cell_text, cells)))[:80])
            rows = [row for row in grid.rows if jobs[row[0]]]
            return replace(grid.with_roles(job=at), rows=rows)
    return grid


def in_department(text: str) -> str:
    """
    Return a town with the code of the department that is named behind it; empty where none is.

    Examples
    --------
    >>> in_department("Ussel, Corrèze"), in_department("Redon (Ille-et-Vilaine)"), in_department("Redon, Vannes")
    ('Ussel (19)', 'Redon (35)', '')
    """
    match = _TOWN_WITHIN.fullmatch(text)
    code = department_code(match["area"]) if match else ""
    return f"{match['town']} ({code})" if match and code else ""


def place_in_title(title: str, is_place: Callable[[str], bool]) -> str:
    """
    Return the town that ends a title of a job; empty where none does.

    Examples
    --------
    >>> [place_in_title(title, {"Redon", "Ferme"}.__contains__) for title in ("Soudeur - Redon", "Soudeur à Redon")]
    ['Redon', 'Redon']
    >>> place_in_title("Ouvrier (ferme)", str.isalpha), place_in_title("Soudeur Redon", str.isalpha)
    ('', '')
    """
    match = _TOWN_AT_END.search(title)
    name = match["place"] if match else ""
    return name if name and not says("word_too", normalise_label(name)) and is_place(name) else ""


def jobs_beside(text: str) -> list[str]:
    """
    Return the parts of a cell that may be jobs of their own.

    Examples
    --------
    >>> jobs_beside("Maçon / coffreur : 4"), jobs_beside("Soudeur ou chaudronnier (H/F)"), jobs_beside("Aide-maçon")
    (['Maçon', 'coffreur'], ['Soudeur', 'chaudronnier'], ['Aide-maçon'])
    """
    return [part for piece in _BESIDE.split(_NO_JOB.sub(" ", text)) if (part := _NO_JOB.sub(" ", piece).strip())]


def parts_jobs(text: str) -> bool:
    """Whether a sign of a cell parts jobs from one another, as no sign within one title does."""
    return _EITHER.search(_NO_JOB.sub(" ", text)) is not None
