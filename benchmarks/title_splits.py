"""Queries whose answer is known, to fit and to judge the resolver: held-out synonyms, typing errors, other wordings."""

import csv
import random
import string
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from measuring import Table
from numpy.typing import ArrayLike, NDArray

from passerelles import Referential
from passerelles.codes import grouped
from passerelles.evaluation.protocol import expected_calibration_error
from passerelles.matching.migrate import read_crosswalk
from passerelles.matching.reading import Lexicon, gender_forms, language_pack, paired_forms
from passerelles.matching.titles import REVIEW, SURE, Candidate, resolve_many
from passerelles.text import normalise_label

SIZE = 1000  # queries of a kind
ADS = Path(__file__).parent.parent / "tests" / "data" / "ad_titles.csv"
FIRMS = ADS.with_name("firm_titles.csv")
POSTED = ADS.with_name("posted_titles.csv")
POSTED_BY_ALL = ADS.with_name("posted_titles2.csv")
OFFERS = tuple(ADS.with_name(f"offer_titles{n}.csv") for n in ("", 3))
"""Offers of public lists that were read to mend."""
LATER_OFFERS = tuple(ADS.with_name(f"offer_titles{n}.csv") for n in (2, 4, 5))
"""Those that were measured once, after."""
_LETTERS = string.ascii_lowercase
Links: TypeAlias = Mapping[str, Sequence[str]]


MEASURES = ("first", "five", "ece", "ece_chance", "sure", "right_when_sure", "auc", "unknown")
"""What `figures` tells of fiches; of families each begins with ``family_``."""


class Query(NamedTuple):
    """What is typed, the code that is right (empty where only the family is known), and the families that are."""

    text: str
    code: str
    families: frozenset[str] = frozenset()


def families(referential: Referential) -> dict[str, str]:
    """Code of each occupation to that of its family."""
    return {o.code: o.parent or o.code for o in referential.occupations}


def held_out(referential: Referential, seed: int) -> tuple[Referential, list[Query]]:
    """
    Draw synonyms, and give the referential without them and without any other form of the same titles.

    Titles are the same when the stems of their masculine forms are; those of a referential without principal titles
    are all drawn from. A query is either gender form, in lower case.
    """
    pack = language_pack(referential.language)
    lexicon = Lexicon(pack)
    forms = [gender_forms(t.label, pack=pack) for t in referential.titles]
    keys = [lexicon.stems(masculine) for masculine, _ in forms]
    pool = [i for i, t in enumerate(referential.titles) if not t.principal]
    draw = random.Random(seed)  # noqa: S311 - a fixed draw
    chosen = sorted(draw.sample(pool, SIZE))
    gone = {keys[i] for i in chosen}
    family = families(referential)
    queries = [
        Query(draw.choice(forms[i]).lower(), code, frozenset({family[code]}))
        for i, code in ((i, referential.titles[i].occupation) for i in chosen)
    ]
    kept = tuple(t for t, key in zip(referential.titles, keys, strict=True) if key not in gone)
    return replace(referential, titles=kept), queries


def mistyped(text: str, draw: random.Random) -> str:
    """One random insertion, deletion, substitution or swap; accents kept or dropped at random."""
    letters = list(text)
    kind, place, letter = draw.randrange(4), draw.randrange(len(letters)), draw.choice(_LETTERS)
    if kind == 0:
        letters.insert(place, letter)
    elif kind == 1 and len(letters) > 1:
        del letters[place]
    elif kind == 2:
        letters[place] = letter
    elif len(letters) > 1:
        place = min(place, len(letters) - 2)
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    typed = "".join(letters)
    if draw.random() < 0.5:
        typed = "".join(c for c in unicodedata.normalize("NFD", typed) if not unicodedata.combining(c))
    return typed


def noisy_titles(referential: Referential, seed: int) -> list[Query]:
    """Titles of the index, masculine, feminine or whole, each with one typing error."""
    pack = language_pack(referential.language)
    draw = random.Random(5000 + seed)  # noqa: S311 - a fixed draw
    family = families(referential)
    found = []
    for title in draw.sample(referential.titles, SIZE):
        form = draw.choice((*gender_forms(title.label, pack=pack), title.label))
        found.append(Query(mistyped(form.lower(), draw), title.occupation, frozenset({family[title.occupation]})))
    return found


_TOWNS = (
    "Villefranche", "Borée", "Saint-Nazaire", "Laval", "Vitré", "Oyonnax", "Figeac", "Redon", "Bressuire", "Cholet",
)  # fmt: skip
_FIRMS = ("MECAPLAST", "Sarl Duvernay", "GROUPE LANDRIN", "Ets Fauvel", "Adecco", "SYNERGIE", "Bati-Loire", "TRANSLOIR")
_CONTRACTS = (
    "CDI", "CDD 6 mois", "intérim", "temps partiel", "35h", "alternance", "CDI temps plein", "contrat d'apprentissage",
)  # fmt: skip
_STREETS = ("de la République", "Jean Jaurès", "des Lilas", "du Port")
_REMARKS = (
    "à voir", "néant", "voir annexe", "idem", "non communiqué", "total", "sous-total", "effectif au 31/12",
    "départ en retraite", "rupture conventionnelle", "congé parental", "à pourvoir rapidement", "CDI temps plein",
    "siège social", "tous sites", "budget 2025", "prix unitaire", "date d'entrée", "adresse", "téléphone",
    "chiffre d'affaires", "liste des postes", "Monsieur Martin", "réunion du 12 mai", "ligne à supprimer", "rien",
    "inconnu", "???", "n.c.", "en cours",
)  # fmt: skip
_GRADES = ("junior", "confirmé", "senior", "débutant accepté", "expérimenté(e)")
KINDS = ("gender", "contract", "place", "employer", "grade", "reference", "capitals", "spelling", "half", "all")
"""Kinds of noise that `noisy` puts on a title."""


def noisy(queries: Sequence[Query], kind: str, seed: int, labels: Collection[str] = ()) -> list[Query]:
    """
    Put one kind of noise of `KINDS` on titles, as advertisements and tables of firms have it.

    Half a title may be another title, or one with a usual meaning, and then means that: these are left out where
    `labels` (stems) are given.
    """
    draw = random.Random(f"{kind} {seed}")  # noqa: S311 - a fixed draw
    made = [query._replace(text=_noisy(query.text, kind, draw)) for query in queries]
    if kind != "half":
        return made
    lexicon = Lexicon(language_pack("fr"))
    meant = {*labels, *lexicon.pack.usages} if labels else set()
    cut = lexicon.pack.openers
    return [
        query for query in made if query.text.split()[-1] in cut or " ".join(lexicon.stems(query.text)) not in meant
    ]


def _noisy(text: str, kind: str, draw: random.Random) -> str:
    town, firm, parts = draw.choice(_TOWNS), draw.choice(_FIRMS), text.split()
    if kind == "all":
        for each in draw.sample(("gender", "contract", "place", "employer", "grade"), 3):
            text = _noisy(text, each, draw)
        return text
    if kind == "spelling":
        return mistyped(text, draw)
    ways = {
        "gender": [f"{text} {sign}" for sign in ("H/F", "(H/F)", "F/H", "(f/h/x)", "M/F")],
        "contract": [f"{text} {sign}{draw.choice(_CONTRACTS)}" for sign in ("- ", "", "(")],
        "place": [
            f"{text} {place}" for place in (f"à {town}", f"- {town}", f"- {town} ({draw.randint(10, 95)})", f"({town})")
        ],
        "employer": [f"{text} - {firm}", f"{text} chez {firm}", f"{firm} : {text}", f"{text} - {firm} - {town}"],
        "grade": [f"{text} {grade}" for grade in _GRADES],
        "reference": [f"{text} - Réf. 24-0873", f"{text} réf : A1234", f"{text} (ref: 556)"],
        "capitals": [unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().upper()],
        "half": [" ".join(parts[: max(1, (len(parts) + 1) // 2)])],
    }
    return draw.choice(ways[kind])


def ad_titles(path: Path, half: int, *, alone: bool = False) -> list[Query]:
    """
    Titles as advertisements write them, with the families that a person judged right, or `alone` the one named first.

    One line in two by `half`.
    """
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    most = 1 if alone else None
    return [Query(row["title"], "", frozenset(row["family"].split("|")[:most])) for row in rows][half::2]


def esco_titles(path: Path, referential: Referential, half: int, *, relations: Collection[str] = ()) -> list[Query]:
    """
    French titles of ESCO that are no title of the referential, with the families of the titles mapped to them.

    `path` is the ROME crosswalk that ESCO publishes. One title in two by `half`; of these, where `relations` are given
    (``exactMatch``, ``broadMatch``...), those that have such a mapping, with the families of these mappings. The
    masculine is asked for, whole ("vendeur/vendeuse en articles de sport"); what is before the slash draws the halves.
    """
    pack, family = language_pack(referential.language), families(referential)
    lexicon = Lexicon(pack)
    masculine: dict[str, str] = {}
    of_title = {t.code: family[t.occupation] for t in referential.titles}
    taken = {normalise_label(f) for t in referential.titles for f in (t.label, *gender_forms(t.label, pack=pack))}
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("classification 1 ID"))
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(lines[first:]):
        label = row["classification 1 prefered label"]
        title = label.split("/")[0].strip()
        masculine.setdefault(title, (paired_forms(label, lexicon=lexicon) or (title,))[0])
        right = of_title.get(row["classification 2 ID"])
        if right and normalise_label(title) not in taken:
            kept = found.setdefault(title, set())
            if not relations or row["mapping relation"].removeprefix("skos:") in relations:
                kept.add(right)
    queries = [Query(masculine[title], "", frozenset(found[title])) for title in sorted(found)]
    return [query for query in queries[half::2] if query.families and normalise_label(query.text) not in taken]


def older_titles(old: Referential, new: Referential, half: int) -> list[Query]:
    """
    Titles of an older version that the newer one has not: their family is their old code, where it still is one.

    One title in two by `half`.
    """
    known, labels = set(families(new).values()), {normalise_label(t.label) for t in new.titles}
    found = [
        Query(t.label, "", frozenset({t.occupation}))
        for t in old.titles
        if t.occupation in known and normalise_label(t.label) not in labels
    ]
    return found[half::2]


def crossings(data: Path) -> tuple[Links, Links]:
    """Official links between O*NET and ESCO: codes of ESCO by code of O*NET, and codes of O*NET by code of ESCO."""
    links = read_crosswalk(data / "crosswalks" / "esco-onet-2022.csv").links
    pairs = [(left, right) for left, rights in links.items() for right in rights]
    return grouped(pairs), grouped((right, left) for left, right in pairs)


def across(origin: Referential, target: Referential, links: Links, half: int) -> list[Query]:
    """
    Labels of one classification that are no title of the other, and the families that they lead to there.

    One label in two by `half`.
    """
    taken = {normalise_label(t.label) for t in target.titles} | {normalise_label(o.name) for o in target.occupations}
    family = families(target)
    found = []
    for occupation in sorted(origin.occupations, key=lambda each: each.code):
        right = {family[code] for code in links.get(occupation.code, ()) if code in family}
        if right and normalise_label(occupation.name) not in taken:
            found.append(Query(occupation.name, "", frozenset(right)))
    return found[half::2]


def no_jobs(seed: int) -> list[Query]:
    """Texts of a table that are no job: firms, places, remarks, amounts, products."""
    draw = random.Random(7000 + seed)  # noqa: S311 - a fixed draw
    texts = []
    for number in range(SIZE):
        kind = number % 4
        if kind == 0:
            texts.append(draw.choice(_REMARKS))
        elif kind == 1:
            texts.append(f"{draw.choice(_FIRMS)} {draw.choice(_TOWNS)}")
        elif kind == 2:
            street, name = draw.choice(("rue", "avenue", "place")), draw.choice(_STREETS)
            texts.append(f"{draw.randint(1, 99)} {street} {name} {draw.choice(_TOWNS)}")
        else:
            texts.append(f"{draw.choice(_REMARKS)} {draw.choice(_TOWNS)}")
    return [Query(text, "") for text in texts]


def nonsense(seed: int) -> list[Query]:
    """Texts that are no title: random letters, company names made of them, English, sentences of another trade."""
    draw = random.Random(9000 + seed)  # noqa: S311 - a fixed draw

    def word() -> str:
        return "".join(draw.choice(_LETTERS) for _ in range(draw.randint(3, 10)))

    english = ["we", "are", "looking", "for", "someone", "who", "can", "help", "our", "team", "grow", "fast", "today"]
    made = []
    for number in range(SIZE):
        if number % 3 == 0:
            made.append(" ".join(word() for _ in range(draw.randint(1, 3))))
        elif number % 3 == 1:
            made.append(f"{draw.choice(['sarl', 'etablissements', 'groupe', 'sas', 'ets'])} {word()}")
        else:
            made.append(" ".join(draw.choices(english, k=draw.randint(3, 9))))
    return [Query(text, "") for text in made]


def reworded_skills(new: Referential, old: Referential, seed: int) -> tuple[list[Query], list[Query], list[Query]]:
    """
    Competency labels with a typing error, shortened or reordered, and as the older version worded them.

    Half of the labels (by parity of their code), so that another seed's parity judges on the other half. An old
    wording that is today's label of another code is left out: it means that one.
    """
    draw = random.Random(seed)  # noqa: S311 - a fixed draw
    stop = language_pack(new.language).stop_words
    labels = {c.code: c.label for c in new.competencies if c.label and int(c.code) % 2 == seed % 2}
    today = {normalise_label(c.label) for c in new.competencies if c.label}
    picked = draw.sample(sorted(labels.items()), 2 * SIZE)
    typed = [Query(mistyped(label.lower(), draw), code) for code, label in picked[:SIZE]]
    short = []
    for code, label in picked[SIZE:]:
        parts = [w for w in label.lower().split() if w not in stop]
        if len(parts) > 2:
            del parts[draw.randrange(1, len(parts))]
        if len(parts) > 2 and draw.random() < 0.3:
            parts[-1], parts[-2] = parts[-2], parts[-1]
        short.append(Query(" ".join(parts), code))
    worded = [
        Query(c.label, c.code)
        for c in old.competencies
        if c.label and c.code in labels and normalise_label(c.label) not in today
    ]
    return typed, short, worded


def area_under_curve(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Chance that a right answer is surer than a wrong one, ties counting a half."""
    good, bad = np.sort(confidence[right]), confidence[~right]
    if not len(good) or not len(bad):
        return float("nan")
    above = len(good) - np.searchsorted(good, bad, side="right")
    equal = np.searchsorted(good, bad, side="right") - np.searchsorted(good, bad, side="left")
    return float((above + 0.5 * equal).sum() / (len(good) * len(bad)))


class TitleTable(Table):
    """A table of how titles are answered: fiche and family of each kind of titles in a row of its own."""

    def __init__(self) -> None:
        super().__init__("titles", "right", *MEASURES)

    def answered(self, name: str, answers: Sequence[list[Candidate]], queries: Sequence[Query]) -> dict[str, float]:
        """Tell how right and how sure some answers are, and give it back."""
        found = figures(answers, queries)
        for told, start in (("fiche", ""), ("family", "family_")):
            if start + MEASURES[0] in found:
                self.row(name, told, *(f"{found[start + key]:.4f}" for key in MEASURES))
        return found

    def resolved(self, name: str, referential: Referential, queries: Sequence[Query]) -> dict[str, float]:
        """Ask for titles, and tell how they are answered."""
        return self.answered(name, list(resolve_many(referential, [q.text for q in queries])), queries)


def figures(answers: Sequence[Sequence[Candidate]], queries: Sequence[Query]) -> dict[str, float]:
    """
    Fiche and family: first right, calibration, share and precision of what is sure, area under the curve.

    ``ece`` is the error in ten classes of equal count, ``ece_chance`` what as many well calibrated answers would
    stay under 19 times in 20: only above both that and the aim is the aim missed.
    """
    result: dict[str, float] = {}
    if any(q.code for q in queries):
        right = [[c.code == q.code for c in found] for found, q in zip(answers, queries, strict=True)]
        result |= _measures(right, [found[0].confidence if found else 0.0 for found in answers])
    if not any(q.code for q in queries) or any(q.families for q in queries):
        right = [[c.parent_code in q.families for c in found] for found, q in zip(answers, queries, strict=True)]
        family = _measures(right, [found[0].parent_confidence if found else 0.0 for found in answers])
        result |= {f"family_{key}": value for key, value in family.items()}
    return result


def error_if_calibrated(probabilities: ArrayLike) -> tuple[float, float]:
    """
    Mean and 95th percentile of the calibration error of as many probabilities, had each come true as often as it says.

    The error of a small set is above zero however good its probabilities are; outcomes drawn from these say how far: an
    error above the percentile is no chance.

    Examples
    --------
    >>> error_if_calibrated([0.0, 1.0])
    (0.0, 0.0)
    """
    predicted = np.asarray(probabilities, dtype=np.float64)
    drawn = np.random.default_rng(0).random((200, len(predicted))) < predicted
    errors = [expected_calibration_error(predicted, outcomes) for outcomes in drawn]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def _measures(right: Sequence[Sequence[bool]], confidences: Sequence[float]) -> dict[str, float]:
    """Return `MEASURES`; of each query, which candidates are right, and how sure the first is."""
    confidence, first = np.asarray(confidences), np.asarray([any(marks[:1]) for marks in right], dtype=np.bool_)
    sure = confidence >= SURE
    return {
        "first": float(first.mean()),
        "five": float(np.mean([any(marks) for marks in right])),
        "ece": expected_calibration_error(confidence, first),
        "ece_chance": error_if_calibrated(confidence)[1],
        "sure": float(sure.mean()),
        "right_when_sure": float(first[sure].mean()) if sure.any() else float("nan"),
        "auc": area_under_curve(confidence, first),
        "unknown": float((confidence < REVIEW).mean()),
    }
