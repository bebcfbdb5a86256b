"""What stands beside a title in a table, and how much it moves the candidates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from passerelles.matching.index import TitleIndex, phrase_bag
from passerelles.matching.reading import Lexicon
from passerelles.text import normalise_label
from passerelles.vectors import FloatArray, count_terms, project, rows_times, unit

KINDS: Final = ("employer", "sector", "agreement", "jobs")
MOST_JOBS: Final = 20
"""Other titles of a firm that are looked at."""
_DIVISION: Final = 2  # digits of a NAF division
_ENOUGH: Final = 0.5  # share of the words of a sector that a tag must have
_FAR: Final = 0.3  # a likeness below it is no likeness


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
) -> list[Context | None]:
    """
    Context of each row of a table: what its columns say, and the other titles of the same employer.

    Parameters
    ----------
    titles
        Title of each row.
    employers, sectors, agreements
        What the row says of each, one by row; nothing where the table has no such column.

    Returns
    -------
    contexts
        One by row, as `passerelles.matching.titles.resolve_titles` takes them; None where nothing is known.

    Examples
    --------
    >>> first, second = contexts_of(["Matelot", "Patron pêcheur"], employers=["Armement Le Gall", "Armement Le Gall"])
    >>> first.employer, first.jobs
    ('Armement Le Gall', ('Patron pêcheur',))
    """
    nothing = [""] * len(titles)
    others: dict[str, dict[str, None]] = {}
    for employer, title in zip(employers, titles, strict=False):
        others.setdefault(normalise_label(employer), {})[title] = None
    found: list[Context | None] = []
    rows = zip(titles, employers or nothing, sectors or nothing, agreements or nothing, strict=True)
    for title, employer, sector, agreement in rows:
        named = others[normalise_label(employer)] if employer else ()
        jobs = tuple(islice((other for other in named if other != title), MOST_JOBS))
        context = Context(employer, sector, agreement, jobs)
        found.append(context if any(context) else None)
    return found


def pull(
    index: TitleIndex, context: Context | None, weights: Mapping[str, float], lexicon: Lexicon
) -> FloatArray | None:
    """
    What a context adds to the evidence of each owner: for each kind, its weight times a likeness in [0, 1].

    Parameters
    ----------
    index
        Index of the referential.
    context
        What is known; None, or nothing in it, gives None.
    weights
        Kind to what a likeness of 1 adds (``[title.context]`` of weights.toml): 2.3 makes a candidate ten times as
        likely.
    lexicon
        Rules of the language.

    Returns
    -------
    pull
        Shape (n_owners,), at least 0.
    """
    if context is None or index.meaning is None or not any(context):
        return None
    total = np.zeros(len(index.codes), dtype=np.float32)
    for kind, texts in (
        ("employer", (context.employer,)),
        ("sector", (context.sector,)),
        ("agreement", (context.agreement,)),
        ("jobs", context.jobs[:MOST_JOBS]),
    ):
        if any(texts):
            likeness = _in_sector(index, context.sector, lexicon) if kind == "sector" else _like(index, texts, lexicon)
            total += np.float32(weights.get(kind, 0.0)) * likeness
    return total if total.any() else None


def _like(index: TitleIndex, texts: Sequence[str], lexicon: Lexicon) -> FloatArray:
    """
    Likeness of each owner's texts to some words: by meaning and by the share of the words that they hold.

    1 for the likest owner, unless all are far: words that say nothing of a trade bring none nearer.
    """
    meaning = index.meaning
    terms = Counter(term for text in texts for term in lexicon.roots(lexicon.stems(text)))
    known = {term: n for term, n in terms.items() if term in index.weights}
    if meaning is None or not known:
        return np.zeros(len(index.codes), dtype=np.float32)
    whole = sum(index.family_weight(term) * n for term, n in terms.items())
    asked = count_terms([known], index.family_field.vocabulary)
    share = np.asarray([index.weights[term] * n / whole for term, n in known.items()], dtype=np.float32)
    cover = rows_times(asked._replace(data=share), index.covers["all"])[0]
    place = unit(project(meaning.field, [phrase_bag([*terms])], meaning.axes))[0]
    found = 0.5 * cover + 0.5 * np.maximum(meaning.owners @ place, 0.0)
    return np.asarray(found / max(float(found.max()), _FAR), dtype=np.float32)


def _in_sector(index: TitleIndex, sector: str, lexicon: Lexicon) -> FloatArray:
    """Half for being filed under the NAF division, or under tags of these words, half for the likeness of the words."""
    digits = "".join(sign for sign in sector.split(" ", maxsplit=1)[0] if sign.isdigit())
    division = f"naf:{int(digits[:_DIVISION])}" if digits else ""
    filed = np.zeros(len(index.codes), dtype=np.float32)
    words = [] if digits else [sector]
    asked = set(lexicon.roots(lexicon.stems(sector)))
    whole = sum(map(index.family_weight, sorted(asked)))
    for (code, label), owners in index.sectors.items():
        if division and code == division:
            filed[owners] = 1.0
            words.append(label)
        elif not division and whole:
            shared = asked & set(lexicon.roots(lexicon.stems(label)))
            share = sum(map(index.family_weight, sorted(shared))) / whole
            if share >= _ENOUGH:
                filed[owners] = np.maximum(filed[owners], np.float32(share))
    return np.asarray(0.5 * filed + 0.5 * _like(index, words, lexicon), dtype=np.float32)
