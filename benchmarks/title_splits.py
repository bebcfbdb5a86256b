"""Queries whose answer is known, to fit and to judge the resolver: held-out synonyms, typing errors, other wordings."""

import random
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles import Referential
from passerelles.matching.reading import Lexicon, gender_forms, language_pack
from passerelles.text import normalise_label

SIZE = 1000
_LETTERS = string.ascii_lowercase


class Query(NamedTuple):
    """What is typed, and the code that is right."""

    text: str
    code: str


def held_out(referential: Referential, seed: int, size: int = SIZE) -> tuple[Referential, list[Query]]:
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
    chosen = sorted(draw.sample(pool, size))
    gone = {keys[i] for i in chosen}
    queries = [Query(draw.choice(forms[i]).lower(), referential.titles[i].occupation) for i in chosen]
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


def noisy_titles(referential: Referential, seed: int, size: int = SIZE) -> list[Query]:
    """Titles of the index, masculine, feminine or whole, each with one typing error."""
    pack = language_pack(referential.language)
    draw = random.Random(5000 + seed)  # noqa: S311 - a fixed draw
    found = []
    for title in draw.sample(referential.titles, size):
        form = draw.choice((*gender_forms(title.label, pack=pack), title.label))
        found.append(Query(mistyped(form.lower(), draw), title.occupation))
    return found


def nonsense(seed: int, size: int = SIZE) -> list[Query]:
    """Texts that are no title: random letters, company names made of them, English, sentences of another trade."""
    draw = random.Random(9000 + seed)  # noqa: S311 - a fixed draw

    def word() -> str:
        return "".join(draw.choice(_LETTERS) for _ in range(draw.randint(3, 10)))

    english = ["we", "are", "looking", "for", "someone", "who", "can", "help", "our", "team", "grow", "fast", "today"]
    made = []
    for number in range(size):
        if number % 3 == 0:
            made.append(" ".join(word() for _ in range(draw.randint(1, 3))))
        elif number % 3 == 1:
            made.append(f"{draw.choice(['sarl', 'etablissements', 'groupe', 'sas', 'ets'])} {word()}")
        else:
            made.append(" ".join(draw.choices(english, k=draw.randint(3, 9))))
    return [Query(text, "") for text in made]


def reworded_skills(
    new: Referential, old: Referential, seed: int, size: int = SIZE
) -> tuple[list[Query], list[Query], list[Query]]:
    """
    Competency labels with a typing error, shortened or reordered, and as the older version worded them.

    Half of the labels (by parity of their code), so that another seed's parity judges on the other half. An old
    wording that is today's label of another code is left out: it means that one.
    """
    draw = random.Random(seed)  # noqa: S311 - a fixed draw
    stop = language_pack(new.language).stop_words
    labels = {c.code: c.label for c in new.competencies if c.label and int(c.code) % 2 == seed % 2}
    today = {normalise_label(c.label) for c in new.competencies if c.label}
    picked = draw.sample(sorted(labels.items()), 2 * size)
    typed = [Query(mistyped(label.lower(), draw), code) for code, label in picked[:size]]
    short = []
    for code, label in picked[size:]:
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


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean over ten bins of equal width of |confidence - share right|, weighted by their sizes."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def area_under_curve(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Chance that a right answer is surer than a wrong one, ties counting a half."""
    good, bad = np.sort(confidence[right]), confidence[~right]
    if not len(good) or not len(bad):
        return float("nan")
    above = len(good) - np.searchsorted(good, bad, side="right")
    equal = np.searchsorted(good, bad, side="right") - np.searchsorted(good, bad, side="left")
    return float((above + 0.5 * equal).sum() / (len(good) * len(bad)))


def figures(answers: Sequence[Sequence[object]], queries: Sequence[Query]) -> dict[str, float]:
    """First and five right, calibration, share and precision at 0.9, area under the curve."""
    firsts = [a[0] if a else None for a in answers]
    confidence = np.asarray([getattr(f, "confidence", 0.0) for f in firsts])
    right = np.asarray([getattr(f, "code", None) == q.code for f, q in zip(firsts, queries, strict=True)])
    five = [any(getattr(c, "code", None) == q.code for c in a) for a, q in zip(answers, queries, strict=True)]
    sure = confidence >= 0.9
    return {
        "first": float(right.mean()),
        "five": float(np.mean(five)),
        "ece": expected_calibration_error(confidence, right),
        "sure": float(sure.mean()),
        "right_when_sure": float(right[sure].mean()) if sure.any() else float("nan"),
        "auc": area_under_curve(confidence, right),
        "unknown": float((confidence < 0.3).mean()),
    }
