"""`resolve_title`, `resolve_competency`, and many texts at once: candidates, and how sure they are."""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice, starmap, tee, zip_longest
from typing import ClassVar, Final, Literal, NamedTuple, get_args

import numpy as np

from passerelles.codes import check_whole, grouped
from passerelles.errors import PasserellesError, checked
from passerelles.language.say import Lang, percent, say
from passerelles.matching import evidence
from passerelles.matching.evidence import Kind, Trial, Weights, shipped_weights, terms
from passerelles.matching.index import (
    IndexedLabel,
    Owner,
    TitleIndex,
    build_index,
    owners_of,
    phrase_bag,
    stored_titles,
)
from passerelles.matching.reading import (
    LONGEST,
    Lexicon,
    Reading,
    Reason,
    Understood,
    joined_words,
    language_pack,
    understand,
)
from passerelles.model import Stamp
from passerelles.referentials.referential import Referential, code_of, titles_by_label
from passerelles.settings import TitleSettings
from passerelles.sharing import made_once
from passerelles.text import normalise_label
from passerelles.vectors import FloatArray, Floats, count_terms, project, rows_times, unit
from passerelles.views.schema import maybe, one_of, record
from passerelles.views.shown import Described
from passerelles.views.spec import MAYBE_REFERENTIAL, Column, On, Record

MOST_JOBS: Final = 20
"""Other titles of a firm that are looked at."""
_DIVISION_DIGITS: Final = 2  # digits of a NAF division
_ENOUGH_WORDS: Final = 0.5  # share of the words of a sector that a tag must have
_LEAST_LIKENESS: Final = 0.3  # a likeness below it is no likeness


class Context(NamedTuple):
    """
    What is known of where a title stands; all of it optional.

    Attributes
    ----------
    employer
        Name of the firm.
    sector
        What it does: a NAF code (``03.11Z``), or words.
    agreement
        Collective agreement, in words.
    jobs
        Other titles of the same firm.
    """

    employer: str = ""
    sector: str = ""
    agreement: str = ""
    jobs: tuple[str, ...] = ()


def contexts_of(
    titles: Sequence[str],
    *,
    employers: Sequence[str] = (),
    sectors: Sequence[str] = (),
    agreements: Sequence[str] = (),
    one_firm: bool = False,
) -> list[Context | None]:
    """
    Context of each row of a table: what its columns say, and the other titles of the same employer.

    Parameters
    ----------
    titles
        Title of each row.
    employers, sectors, agreements
        What the row says of each, one by row; nothing where the table has no such column.
    one_firm
        Whether rows that name no employer are of one firm.

    Returns
    -------
    contexts
        One by row, as `resolve_many` takes them; None where nothing is known.

    Examples
    --------
    >>> first, second = contexts_of(["Matelot", "Patron pêcheur"], employers=["Armement Le Gall", "Armement Le Gall"])
    >>> first.employer, first.jobs
    ('Armement Le Gall', ('Patron pêcheur',))
    """
    nothing = [""] * len(titles)
    rows = [*zip(titles, employers or nothing, sectors or nothing, agreements or nothing, strict=True)]
    others: dict[str, dict[str, None]] = {}
    for title, employer, *_ in rows:
        others.setdefault(normalise_label(employer), {})[title] = None
    if not one_firm:
        others[""] = {}  # a dash names no firm
    contexts: list[Context | None] = []
    for title, employer, sector, agreement in rows:
        jobs = tuple(islice((o for o in others[normalise_label(employer)] if o != title), MOST_JOBS))
        context = Context(employer, sector, agreement, jobs)
        contexts.append(context if any(context) else None)
    return contexts


def context_bonus(
    index: TitleIndex, context: Context, weights: Mapping[str, float], lexicon: Lexicon
) -> FloatArray | None:
    """
    What a context adds to the evidence of each owner: for each kind, its weight times a likeness in [0, 1].

    Parameters
    ----------
    index
        Index of the referential.
    context
        What is known; nothing in it gives None.
    weights
        Kind to what a likeness of 1 adds (``[title.context]`` of weights.toml): 2.3 makes a candidate ten times as
        likely.
    lexicon
        Rules of the language.

    Returns
    -------
    bonus
        Shape (n_owners,), at least 0.
    """
    if index.meaning is None:
        return None
    total = np.zeros(len(index.codes), dtype=np.float32)
    for kind, value in context._replace(jobs=context.jobs[:MOST_JOBS])._asdict().items():
        texts = (value,) if isinstance(value, str) else value
        if any(texts):
            likeness = _in_sector(index, value, lexicon) if kind == "sector" else _like(index, texts, lexicon)
            total += np.float32(weights.get(kind, 0.0)) * likeness
    return total if total.any() else None


def _to_namesakes(index: TitleIndex, readings: Sequence[Reading], bonus: FloatArray) -> FloatArray:
    """Leave what a context adds to the owners of which a title begins as one is read, where there are any."""
    heads = {reading.stems[0] for reading in readings if reading.stems}
    namesakes = [index.begun_by[head] for head in heads if head in index.begun_by]
    if not namesakes:
        return bonus
    restricted, places = np.zeros_like(bonus), np.concatenate(namesakes)
    restricted[places] = bonus[places]
    return restricted


def _like(index: TitleIndex, texts: Sequence[str], lexicon: Lexicon) -> FloatArray:
    """
    Likeness of each owner's texts to some words: by meaning and by the share of the words that they hold.

    1 for the likest owner, unless all are far: words that say nothing of a trade bring none nearer.
    """
    meaning = index.meaning
    terms = Counter(term for text in texts for term in lexicon.roots(lexicon.stems(text)))
    if meaning is None or terms.keys().isdisjoint(index.weights):
        return np.zeros(len(index.codes), dtype=np.float32)
    shares = count_terms([index.weight_shares(terms)], index.family_field.vocabulary)
    cover = rows_times(shares, index.covers["all"])[0]
    place = unit(project(meaning.field, [phrase_bag([*terms])], meaning.axes))[0]
    likeness = 0.5 * cover + 0.5 * np.maximum(meaning.owners @ place, 0.0)
    return np.asarray(likeness / max(float(likeness.max()), _LEAST_LIKENESS), dtype=np.float32)


def _in_sector(index: TitleIndex, sector: str, lexicon: Lexicon) -> FloatArray:
    """
    Half for being filed under the NAF division, or under tags of these words, half for the likeness of the words.

    Those of a NAF code are its class's own, where the language says some, else the label of its division.
    """
    digits = "".join(sign for sign in sector.split(" ", maxsplit=1)[0] if sign.isdecimal())
    division = f"naf:{int(digits[:_DIVISION_DIGITS])}" if digits else ""
    filed = np.zeros(len(index.codes), dtype=np.float32)
    words = [] if digits else [sector]
    terms = set(lexicon.roots(lexicon.stems(sector)))
    weight = sum(map(index.family_weight, sorted(terms)))
    for (code, label), owners in index.sectors.items():
        if code == division:
            filed[owners] = 1.0
            words.append(label)
        elif not division and weight:
            share = sum(map(index.family_weight, sorted(terms & set(lexicon.roots(lexicon.stems(label)))))) / weight
            if share >= _ENOUGH_WORDS:
                filed[owners] = np.maximum(filed[owners], np.float32(share))
    of_class = (index.pack.naf.get(digits[:length]) for length in range(len(digits), _DIVISION_DIGITS, -1))
    of_naf = next(filter(None, of_class), "")
    words = [of_naf] if of_naf else words
    return np.asarray(0.5 * filed + 0.5 * _like(index, words, lexicon), dtype=np.float32)


Status = Literal["sûr", "à vérifier", "inconnu"]

SURE: Final = 0.9
"""Confidence from which a match is ``sûr``."""
_UNSURE: Final = 0.894  # most of what is not: shown as 89 %
REVIEW: Final = TitleSettings().review_threshold
"""Confidence from which a match is worth a look (``à vérifier``), unless settings say another; below: ``inconnu``."""
_BLOCK_SIZE: Final = 128
_BEST_FOUND: Final = 0.99  # of a text that is no label itself


class TextQuery(NamedTuple):
    """A title as it was typed, and what is known of where it stands."""

    text: str
    context: Context | None = None


@dataclass(frozen=True, slots=True)
class Candidate(Described):
    """
    One answer.

    Attributes
    ----------
    code, label
        What the text may mean.
    title, title_code
        The label of it that matched best, and its own code (OGR in ROME; empty for the label of a fiche).
    score
        In [0, 1], higher is better, decreasing along the list; comparable within one referential and weights.
    confidence
        Calibrated chance in [0, 1] that this is the right code.
    reason
        ``code``, ``exact``, ``other gender form``, ``abbreviation``, ``usage``, ``spelling``, ``same words`` or
        ``meaning``.
    parent_code, parent_label, parent_confidence
        The family (the fiche that `code` was split from, else itself), and the calibrated chance in [0, 1] that it
        is the right one: never below `confidence`.
    ambiguous
        Whether several families may be meant and none is sure; the best candidate of each then comes first.
    read, ignored
        What was read of the text, and what was left aside: contract, place, employer...
    rank
        Place among the candidates, from 1.
    referential
        Where the codes are from, and what scores compare under; None for a person's own choice.
    """

    code: str
    label: str
    title: str
    title_code: str
    score: float
    confidence: float
    reason: Reason
    parent_code: str
    parent_label: str
    parent_confidence: float
    ambiguous: bool = False
    read: str = ""
    ignored: tuple[str, ...] = ()
    rank: int = 0
    referential: Stamp | None = None

    spec: ClassVar[Record] = Record(
        "candidate_title",
        "A candidate for a text",
        Column("rank", "integer", promised="ordinal"),
        Column("code", promised="code"),
        Column("label", promised="text?"),
        Column("title", json=lambda c, _: {"code": c.title_code or None, "label": c.title},
               promised=record("What matched", {"code": "text?", "label": "text"})),
        Column("title_code", on=On.CELLS),
        Column("score", "number", promised="number"),
        Column("confidence", "share", promised="share",  # what rounds to nothing is small, not impossible
               shown=lambda c, lang: percent(max(c.confidence, 1e-6), lang=lang)),
        Column("reason", words="resolve.reason", promised="text"),
        Column("why", value=lambda c, lang: c.why(lang), promised="text"),
        Column("parent_code", schema="code"),
        Column("parent_label", schema="text"),
        Column("parent_confidence", "share",
               schema="share: Chance that the family, the fiche that the code was split from, is right"),
        Column("ambiguous", "flag", on=On.JSON, schema="flag: Several families may be meant, and none is sure"),
        Column("read", schema="text: What was read"),
        Column("ignored", value=lambda c, _: ", ".join(c.ignored), json=lambda c, _: list(c.ignored),
               schema=["text", "What was left aside"]),
        MAYBE_REFERENTIAL,
        beside={"status": maybe(one_of(get_args(Status)))},
    )  # fmt: skip

    @property
    def status(self) -> Status:
        """Verdict on a text whose first candidate this is, under the usual threshold; without any it is ``inconnu``."""
        return status([self])

    def why(self, lang: Lang = "fr") -> str:
        """Return the reason as a sentence."""
        return say(f"resolve.why.{self.reason.replace(' ', '_')}", lang=lang, title=self.title)


def status(candidates: Sequence[Candidate], review_threshold: float = REVIEW) -> Status:
    """
    Verdict for a reviewed list, from the confidence of the first candidate's family; see `TitleSettings`.

    Examples
    --------
    >>> status([])
    'inconnu'
    """
    confidence = candidates[0].parent_confidence if candidates else 0.0
    return "sûr" if confidence >= SURE else "à vérifier" if confidence >= review_threshold else "inconnu"


def answer_many(
    index: TitleIndex, texts: Iterable[TextQuery], *, weights: Weights, limit: int = 5, stamp: Stamp | None = None
) -> Iterator[list[Candidate]]:
    """
    Candidates of many texts, by blocks; repeats cost nothing inside one.

    Yields
    ------
    candidates
        Best first, one list by text, in order; empty when nothing is recognised.
    """
    waiting, lexicon = iter(texts), Lexicon(index.pack)
    while block := list(islice(waiting, _BLOCK_SIZE)):
        queries = list(dict.fromkeys(block))
        titles = [understand(index.restored(query.text), words=index.words, lexicon=lexicon) for query in queries]
        jobs_of = [_jobs(index, lexicon, *titled, weights) for titled in zip(queries, titles, strict=True)]
        readings, bonuses = zip(*chain.from_iterable(jobs_of), strict=True)
        trials = iter(evidence.rank_block(index, readings, weights=weights, bonuses=bonuses))
        by_query: dict[TextQuery, list[Candidate]] = {}
        for query, title, jobs in zip(queries, titles, jobs_of, strict=True):
            label = query.text if len(jobs) == 1 else ""  # a line of several jobs is no label
            settled = [settle(index, label, *job, weights.rules) for job in jobs]
            answers = [_answer(index, s, next(trials), weights, limit, posted=title.posted) for s in settled]
            best = answers[0] if len(answers) == 1 else _together(answers, limit, weights.rules.get("several", 0.0))
            of_title = partial(replace, read=title.read, ignored=title.ignored, referential=stamp)
            by_query[query] = [of_title(candidate, rank=rank) for rank, candidate in enumerate(best, 1)]
        yield from (list(by_query[query]) for query in block)


_Job = tuple[Sequence[Reading], FloatArray | None]
"""A job that a text names: the ways to read it, and what its context adds to the evidence of each owner."""


def _jobs(index: TitleIndex, lexicon: Lexicon, query: TextQuery, title: Understood, weights: Weights) -> list[_Job]:
    """Jobs that a text names; one without readings where it names none, as it may still be a label."""
    context, jobs = query.context or Context(), list[_Job]()
    for place, readings in enumerate(title.jobs):
        beside = tuple(" ".join(named[0].words) for at, named in enumerate(title.jobs) if at != place)
        bonus = context_bonus(index, context._replace(jobs=(*beside, *context.jobs)), weights.context, lexicon)
        jobs.append((readings, bonus if bonus is None else _to_namesakes(index, readings, bonus)))
    return jobs or [((), None)]


def _together(answers: Sequence[Sequence[Candidate]], limit: int, several: float) -> list[Candidate]:
    """
    Candidates of several jobs named in one line, in turn.

    Each is as likely as it is for its job, a little less where the jobs differ: one of them alone is never sure.
    """
    families = _in_line([{c.parent_code: c.parent_confidence for c in reversed(answer)} for answer in answers], several)
    codes = _in_line([{c.code: c.confidence for c in candidates} for candidates in answers], several)
    turns: dict[str, Candidate] = {}
    for c in filter(None, chain.from_iterable(zip_longest(*answers))):
        alone = replace(c, confidence=_stated(codes[c.code]), parent_confidence=_stated(families[c.parent_code]))
        turns.setdefault(c.code, replace(alone, ambiguous=alone.parent_confidence < SURE))
    return [*turns.values()][:limit]


def _in_line(answers: Sequence[Mapping[str, float]], several: float) -> dict[str, float]:
    """Chance of each code in a line of several jobs: its mean over them, or `several` of what it is for one of them."""
    chances_of = grouped(pair for answer in answers for pair in answer.items())
    return {code: max(sum(chances) / len(answers), several * max(chances)) for code, chances in chances_of.items()}


def recognised(values: Mapping[str, float], rules: Mapping[str, float]) -> bool:
    """Whether the terms of a calibration say that there is anything to answer: letters of a label, or a word."""
    return values["title"] >= rules["least"] or values["cover"] > 0.0


class _Line(NamedTuple):
    """One owner of an answer: position, entry, evidence as a score, confidence, reason."""

    owner: int
    entry: int
    score: float
    confidence: float
    reason: Reason


_Matches = dict[int, tuple[int, Reason, float]]
"""Labels that a text is, by owner: entry, reason, and weight among those of other owners."""
_Settled = tuple[list[_Line], float]


def settle(
    index: TitleIndex, text: str, readings: Sequence[Reading], bonus: FloatArray | None, rules: Mapping[str, float]
) -> _Settled:
    """Return whose label a text is, the likeliest first, then those called so; `bonus` is what its context adds."""
    matches, chance = _labels(index, text, readings, rules)
    weights = {owner: weight for owner, (*_, weight) in matches.items()}
    chances, chance = evidence.told_apart(index, weights, bonus, chance, rules)
    stems = Lexicon(index.pack).stems

    def order(owner: int) -> tuple[float, bool, int]:
        return -chances[owner], stems(index.owners[owner].label) != stems(index.entries[matches[owner][0]].label), owner

    return [_Line(o, matches[o][0], 1.0, chances[o], matches[o][1]) for o in sorted(chances, key=order)], chance


def _labels(
    index: TitleIndex, text: str, readings: Sequence[Reading], rules: Mapping[str, float]
) -> tuple[_Matches, float]:
    """Return the labels that a text, or one of its readings, is, and the chance of all together."""
    fitting = {reading: fit for reading in readings if (fit := evidence.fits(index, reading)) is not False}

    def chance(rule: str, reading: Reading | None) -> float:
        """Chance by the rule; less where the line says more that nothing is known of, or where its end is missing."""
        limits = [rules[rule]]
        if reading is not None and reading.beside and fitting[reading] is None:
            limits.append(rules.get("partly", 1.0))
        if reading is not None and reading.cut:
            limits.append(rules.get("cut_usual" if rule == "usual" else "cut", 1.0))
        return min(limits)

    mended = (_exact(index, " ".join(r.words), "spelling") for r in fitting if r.other_words == "spelling")
    if len({frozenset(index.parent_of[[*owners]].tolist()) for owners in mended if owners}) > 1:
        return {}, 0.0  # an error away from titles of several families
    for reading in fitting:
        label = " ".join(reading.stems)
        if label in index.pack.usages.get(label, ()) and label in index.same:  # a label of which usage says more
            matches, share = _of_usage(index, reading, rules)
            return matches, share * chance("certain", reading)
    tries: list[tuple[str, Reading | None]] = [(" ".join(reading.words), reading) for reading in fitting]
    if 0 < len(text) <= LONGEST:
        tries.insert(0, (" ".join(joined_words(text, index.pack)), None))
    for number, (form, tried) in enumerate(tries):
        other_words = tried.other_words if tried else None
        if matches := _exact(index, form, other_words):
            return matches, chance("alike" if other_words else "cleaned" if number else "certain", tried)
    for reading in fitting:
        entries = index.same.get(" ".join(reading.stems), ()) or evidence.cut_off(index, reading)
        if entries:
            alike: Reason = reading.other_words or "same words"
            return {int(index.owner[e]): (e, alike, 1.0) for e in reversed(entries)}, chance("alike", reading)
    usages = ((reading, *_of_usage(index, reading, rules)) for reading in fitting)
    return next(((meant, share * chance("usual", reading)) for reading, meant, share in usages if meant), ({}, 0.0))


def _exact(index: TitleIndex, form: str, other_words: Reason | None) -> _Matches:
    """Return the labels that are written so, of one owner rather one in the gender that it is listed in."""
    matches: _Matches = {}
    for entry, other_gender in index.exact.get(form, ()):
        reason: Reason = other_words or ("other gender form" if other_gender else "exact")
        owner = int(index.owner[entry])
        if owner not in matches or (matches[owner][1] != "exact" and reason == "exact"):
            matches[owner] = entry, reason, 1.0
    return matches


def _of_usage(index: TitleIndex, reading: Reading, rules: Mapping[str, float]) -> tuple[_Matches, float]:
    """
    Return the titles that people mean by one, most usual first, else those of it without qualifiers; and their share.

    What the referential lacks of them has the rest; so has another job where one is but beside this: an 'assistante de
    notaire' is no notary. Of a label that a title begins with all words stay: an 'assistant commercial BTP' is no
    'commercial BTP'.
    """
    usages, qualifiers, stems = index.pack.usages, index.pack.qualifiers, reading.stems
    begun = max((n for n in range(2, len(stems)) if " ".join(stems[:n]) in index.same), default=0)
    bare = " ".join(stem for n, stem in enumerate(stems) if n < begun or stem not in qualifiers)
    said = usages.get(" ".join(stems))
    weights = {title: 1.0 / rank for rank, title in enumerate(said or usages.get(bare, (bare,)), start=1)}
    matches: _Matches = {}
    for title, weight in weights.items():
        for entry in index.same.get(title, ()):
            matches.setdefault(int(index.owner[entry]), (entry, "usage", weight))
    share = sum(weight for title, weight in weights.items() if title in index.same) / sum(weights.values())
    beside = not said and not begun and any(map(qualifiers.get, stems[:1]))
    return matches, share * (rules["partly"] if beside else 1.0)


def _answer(
    index: TitleIndex, settled: _Settled, trial: Trial | None, weights: Weights, limit: int, *, posted: bool
) -> list[Candidate]:
    """Candidates for one job: those that labels settle, then those that the evidence ranks; less sure where posted."""
    lines, chance = _told_where(index, settled, trial, weights.rules)
    if not lines and trial is not None and (meant := evidence.of_function(index, trial)):
        chance = weights.rules["partly"]
        lines = [_Line(owner, entry, 1.0, chance / len(meant), "usage") for owner, entry in meant.items()]
    label = bool(lines)
    families = evidence.by_family(index, (line.owner for line in lines), (line.confidence for line in lines))
    rivals = len(families) if weights.family else 0
    if trial is not None and label:
        # Behind those that are settled, what the evidence ranks shares what is left of the confidence.
        remaining = np.minimum((1.0 - chance) * trial.shares, lines[-1].confidence)
        lines += _lines(index, trial, remaining, {line.owner for line in lines})
    elif trial is not None:
        lines, families, rivals = _ranked(index, trial, weights)
    if posted and trial is not None:
        # A head, or a label that the other evidence gives to the same family, is as sure as elsewhere.
        agreed = trial.masses(index).get(next(iter(families)), 0.0) if label else float(bool(_of_head(index, trial)))
        if agreed < weights.rules["agreed"]:
            lines = [line._replace(confidence=weights.posted(line.confidence, label=label)) for line in lines]
            families = {family: weights.posted(share, label=label) for family, share in families.items()}
    return _shown(index, lines, families, limit, several=rivals > 1)


def _told_where(index: TitleIndex, settled: _Settled, trial: Trial | None, rules: Mapping[str, float]) -> _Settled:
    """Return what a label settles, as sure as a usage where it says the job or the other evidence agrees on where."""
    lines, chance = settled
    if trial is None or chance != rules.get("partly") or not trial.reading.dashed:
        return settled
    head = " ".join(trial.reading.stems) in index.pack.heads or _of_head(index, trial)
    masses, least = trial.masses(index), rules["unsure"] if head else rules["agreed"]
    few = not head and len(index.codes) < rules["few"]  # what stands behind may be of a job that is not among these
    if few or min(masses.get(int(index.parent_of[line.owner]), 0.0) for line in lines) < least:
        return settled
    return [line._replace(confidence=line.confidence * rules["usual"] / chance) for line in lines], rules["usual"]


def _ranked(index: TitleIndex, trial: Trial, weights: Weights) -> tuple[list[_Line], dict[int, float], int]:
    """Owners that the evidence ranks, if anything is recognised; chance of each family; how many may be meant."""
    values = terms(index, trial)
    if not recognised(values, weights.rules):
        return [], {}, 0
    # Where no word is a label's, and none is a typing error away from one, likeness of letters proves little.
    most = weights.rules["strange"] if values["strange"] else 1.0
    if index.usual[trial.entries[0]]:
        most = min(most, weights.rules["usual"])  # a title that only holds what is said is no surer than it
    if len(index.codes) < weights.rules.get("few", 0) and not index.knows(trial.reading.words):
        most = min(most, weights.rules["unsure"])  # a word that few jobs do not have may be of one that they lack
    confidence = min(weights.chance(values, weights.confidence), most)
    if not weights.family:
        return _lines(index, trial, evidence.shared_out(trial.shares, confidence), ()), {}, 0
    family_confidence = min(weights.chance(values, weights.family), most)
    head = _of_head(index, trial)
    if head or (trial.favoured and family_confidence >= weights.rules["confirmed"]):
        family_confidence = max(family_confidence, min(weights.rules["usual"], 1.0 if head else most))
    masses = trial.masses(index)
    shares = evidence.shared_out(np.asarray([*masses.values()]), family_confidence)
    lines = _lines(index, trial, evidence.shared_out(trial.shares, min(confidence, family_confidence)), ())
    # Further words change no fiche of such a head: its own comes first, with the evidence of the first.
    ordered = sorted(lines, key=lambda line: line.owner not in head)
    lines = [a._replace(score=b.score, confidence=b.confidence) for a, b in zip(ordered, lines, strict=True)]
    return lines, dict(zip(masses, shares.tolist(), strict=True)), trial.family_rivals


def _of_head(index: TitleIndex, trial: Trial) -> Collection[int]:
    """Owners of the head of a title; none where the evidence would rather give the title to another family."""
    owners = evidence.head_owners(index, trial.reading, index.pack.heads)
    return owners if index.parent_of[trial.owners[0]] in {index.parent_of[owner] for owner in owners} else ()


def _shown(
    index: TitleIndex, lines: Sequence[_Line], families: Mapping[int, float], limit: int, *, several: bool
) -> list[Candidate]:
    """
    Candidates, the best of the likeliest family first.

    Where nothing is sure and `several` families may be meant, the best of each family stands before the others.
    """
    if not lines:
        return []
    first = next(iter(families), -1)
    lead = next((line for line in lines if index.parent_of[line.owner] == first), lines[0])
    ordered = [lead, *(line for line in lines if line is not lead)]
    ambiguous = several and families.get(first, lead.confidence) < SURE
    if ambiguous:
        best: dict[int, _Line] = {}
        for line in ordered:
            best.setdefault(int(index.parent_of[line.owner]), line)
        ordered = [*best.values(), *(line for line in ordered if best[int(index.parent_of[line.owner])] is not line)]
    result: list[Candidate] = []
    for line in ordered[:limit]:
        family = families.get(int(index.parent_of[line.owner]), 0.0)
        owner, title = index.owners[line.owner], index.entries[line.entry]
        named = owner.code, owner.label, title.label, title.ogr
        score, confidence, of_family = round(line.score, 5), _stated(line.confidence), max(family, line.confidence)
        result.append(Candidate(*named, score, confidence, line.reason, *owner.family, _stated(of_family), ambiguous))
    return result


def _stated(chance: float) -> float:
    """Return a chance to five digits; no percentage shows what is not sure as what is."""
    return digits if (digits := round(chance, 5)) >= SURE else min(digits, _UNSURE)


def _lines(index: TitleIndex, trial: Trial, confidence: Floats, known: Container[int]) -> list[_Line]:
    """Owners of a trial that have a label and are not `known`, best first."""
    scores = _BEST_FOUND * evidence.logistic(0.5 * trial.values)
    columns = (array.tolist() for array in (trial.owners, trial.entries, scores, confidence))
    rows = zip(*columns, trial.reasons(index), strict=True)
    return [_Line(*row) for row in rows if row[1] >= 0 and row[0] not in known]


LIMIT: Final = 5


@checked
def resolve_title(
    referential: Referential, text: str, *, limit: int = LIMIT, context: Context | None = None
) -> list[Candidate]:
    """
    Occupations that a job title may mean, as people write titles.

    Both gender forms, capitals without accents, (H/F), contract and place, plurals, trade abbreviations, spelling
    mistakes and titles that the referential does not have are understood; docs/titles.md says how, and how well.

    Parameters
    ----------
    referential
        Where to look; its index is built at the first call and kept with it. A title that an overlay claims means
        the specialised occupation.
    text
        What was written; the code of an occupation is that occupation. What is neither (empty, numbers, more than
        1,000 characters) gives nothing.
    limit
        Most candidates, at least 1.
    context
        Employer, sector, collective agreement, other jobs of the firm: they move the candidates by a stated weight.

    Returns
    -------
    candidates
        Best first, each with a score, a calibrated confidence in [0, 1], its family with its own, and why; empty
        when nothing is recognised. Where several occupations share the title, each has its part of the confidence;
        where several families may be meant, the best of each comes first.

    Raises
    ------
    PasserellesError
        If `text` is no text, `limit` no positive integer, or the referential has no occupation.

    Examples
    --------
    >>> from passerelles import load_referential, resolve_title
    >>> found = resolve_title(load_referential("transitions"), "MONITRICE AUTO ECOLE")[0]
    >>> found.code, found.confidence > 0.9
    ('K2110', True)
    """
    return next(resolve_many(referential, [text], limit=limit, contexts=[context]))


@checked
def resolve_competency(referential: Referential, text: str, *, limit: int = LIMIT) -> list[Candidate]:
    """
    Competencies that a label of a branch's skill list may mean.

    Parameters
    ----------
    referential
        Where to look; its index is built at the first call and kept with it.
    text
        What was written.
    limit
        Most candidates, at least 1.

    Returns
    -------
    candidates
        As for `resolve_title`, with the code and label of a competency.

    Raises
    ------
    PasserellesError
        If `text` is no text, `limit` no positive integer, or the referential has no competency with a label.

    Examples
    --------
    >>> from passerelles import load_referential, resolve_competency
    >>> referential = load_referential("transitions")
    >>> label = next(c.label for c in referential.competencies if c.label)
    >>> resolve_competency(referential, label.upper())[0].label == label
    True
    """
    return next(resolve_many(referential, [text], kind="competency", limit=limit))


def resolve_many(
    referential: Referential,
    texts: Iterable[str],
    *,
    kind: Kind = "title",
    limit: int = LIMIT,
    contexts: Iterable[Context | None] | None = None,
) -> Iterator[list[Candidate]]:
    """
    Resolve many titles, or labels of competencies, about ten times as fast as one by one.

    `contexts`, where given, has one by title.

    Yields
    ------
    candidates
        One list by text, in order; see `resolve_title` and `resolve_competency`.

    Raises
    ------
    PasserellesError
        As these do.
    """
    check_whole(limit, "limit_invalid", least=1)
    index = index_of(referential, kind)
    ahead, written = tee(map(_text, texts))
    queries = map(TextQuery, ahead) if contexts is None else starmap(TextQuery, zip(ahead, contexts, strict=True))
    answers = answer_many(index, queries, weights=shipped_weights()[kind], limit=limit, stamp=referential.stamp)
    both = zip(written, answers, strict=False)
    answered = ((_own_code(referential, index, text) if kind == "title" else None, ranked) for text, ranked in both)
    return ([code] if code else candidates for code, candidates in answered)


@made_once
def title_index(referential: Referential) -> TitleIndex:
    """Index of the job titles and labels of a referential's occupations, found or built once and kept with it."""
    if (stored := stored_titles(referential)) is not None:
        return stored
    owners, pack = owners_of(referential, texts=True), language_pack(referential.language)
    return build_index(title_entries(referential), owners, pack=pack)


@made_once
def competency_index(referential: Referential) -> TitleIndex:
    """Index of the labels of a referential's competencies, built once and kept with it."""
    labelled = [(c.code, c.label) for c in referential.competencies if c.label]
    entries = [IndexedLabel(code, label, code) for code, label in labelled]
    owners = [Owner(code, label) for code, label in labelled]
    # Neither what people say for job titles nor what stands around them says anything of a competency.
    pack = replace(language_pack(referential.language), usages={}, qualifiers={}, functions=frozenset(), titles=False)
    return build_index(entries, owners, pack=pack, dimensions=0)


def index_of(referential: Referential, kind: Kind) -> TitleIndex:
    """Index of what a text of a kind may mean."""
    return title_index(referential) if kind == "title" else competency_index(referential)


def title_entries(referential: Referential) -> list[IndexedLabel]:
    """
    Labels that lead to occupations: job titles, and the labels of fiches that are no title of theirs.

    The label of a fiche that an overlay claims for a part leads to the part.
    """
    entries = [IndexedLabel(t.code, t.label, t.occupation) for t in referential.titles]
    known = {(normalise_label(e.label), e.code) for e in entries}
    meant = titles_by_label(referential)
    for occupation in referential.occupations:
        label = normalise_label(occupation.label or "")
        if label and (label, occupation.code) not in known and occupation.code in meant[label]:
            entries.append(IndexedLabel("", occupation.name, occupation.code))
    return entries


def _own_code(referential: Referential, index: TitleIndex, text: str) -> Candidate | None:
    """Return the occupation whose code was written in place of a title."""
    code = code_of(referential, text)
    if code is None:
        return None
    owner = index.owners[index.codes.index(code)]
    named = code, owner.label, owner.label, ""
    stamp = referential.stamp
    return Candidate(*named, 1.0, 1.0, "code", *owner.family, 1.0, read=text, rank=1, referential=stamp)


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise PasserellesError("resolve_not_text", value=repr(text)[:40], kind=type(text).__name__)
    return text


def likelier(
    referential: Referential, full: Sequence[Candidate], without: Sequence[Candidate], review_threshold: float = REVIEW
) -> Sequence[Candidate]:
    """
    Return candidates of a title without what stands in brackets, where that is surer and says nothing else.

    Where the brackets are a title that is surer, as in "Agent logistique (cariste)", that one comes first; not where
    they say whom one leads: "Chef d'équipe (soudeur)".
    """
    if not without:
        return full
    if not full or full[0].parent_confidence < review_threshold:
        return without
    inside = [c for c in full if c.reason == "exact" and c.parent_confidence > full[0].parent_confidence]
    pack = title_index(referential).pack
    if inside and pack.kinds.get(Lexicon(pack).stems(full[0].label)[0]) != "leads":
        return [*inside, *(c for c in full if c not in inside)]
    same = full[0].parent_code == without[0].parent_code
    return without if same and without[0].parent_confidence > full[0].parent_confidence else full
