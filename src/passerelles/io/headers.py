"""What stands around the rows of a table: headers of one or two lines, headings, merged cells, tables side by side."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise, zip_longest
from typing import Any, Final

from passerelles.io.xlsx import Cell, cell_text
from passerelles.text import normalise_label

# What a row or a column of sums is called, case and punctuation aside.
TOTAL: Final = re.compile(
    r"(?:sous |sub |s |st |grand )?tota(?:l|ux|ls)\b(?! quality).*|ensemble|somme|cumul|subtotals?|sum", re.IGNORECASE
)

# Names of columns that each count a part of the same people; what is said "dont" is counted already, "H/F" is no part.
_PARTS: Final = tuple(
    re.compile(rf"(?!.*\b(?:dont|h f|f h|m f|f m)\b).*\b(?:{names})\b.*")
    for names in (
        "hommes?|femmes?|h|f|m|men|women",
        "cdi|cdd|interim(?:aires?)?|alternan(?:ce|ts?)|apprenti(?:s|ssage)",
        "temps (?:plein|complet|partiel)",
        "ouvriers?|employes?|etam|agents? de maitrise|cadres?",
        # Bands of age or seniority, where no time to come is told: "à 3 ans".
        r"(?<!a )(?<!dans )(?<!ici )\d+ ans|(?:moins|plus) de \d+|par (?:tranches? d )?ages?\b.* \d+",
    )
)


def are_parts(names: Sequence[str]) -> bool:
    """
    Whether each column of several counts its own part of the same people.

    Examples
    --------
    >>> are_parts(["Hommes", "Femmes"]), are_parts(["CDI", "CDD", "Dont femmes"]), are_parts(["2027", "2028"])
    (True, False, False)
    >>> are_parts(["< 30 ans", "30-54 ans", "55 ans et +"]), are_parts(["Besoins à 3 ans", "Besoins à 5 ans"])
    (True, False)
    """
    words = [normalise_label(name) for name in names]
    several = len(set(words)) == len(words) > 1
    return several and any(all(part.fullmatch(name) for name in words) for part in _PARTS)


def fill_merged(rows: Sequence[tuple[int, Sequence[Cell]]], area: Any) -> list[tuple[int, Sequence[Cell]]]:
    """Put the value of merged cells in each of their rows."""
    place = area.first_column - 1
    value = next((cells[place] for line, cells in rows if line == area.first_row and place < len(cells)), None)

    def with_value(cells: Sequence[Cell]) -> Sequence[Cell]:
        return [*cells[:place], *[None] * (place - len(cells)), value, *cells[place + 1 :]]

    return [(line, with_value(cells) if area.first_row < line <= area.last_row else cells) for line, cells in rows]


_CODE: Final = re.compile(r"(?:codes?|rome)\b")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def one_header(
    header: list[str],
    rows: list[tuple[int, Sequence[Cell]]],
    line: int,
    means: Callable[[str], bool] = lambda _: False,
) -> tuple[list[str], list[tuple[int, Sequence[Cell]]]]:
    """
    Return the header with its second line, where names below one of several columns tell these apart, and the rows.

    A total stands for what it sums; without one, parts of the same people, codes beside what they stand for, and names
    that mean something (`means`) keep both names or the second, and others the one name.

    Examples
    --------
    >>> one_header(["Métier", "Effectif", "", ""], [(2, ["", "H", "F", "Total"]), (3, ["Cariste", 2, 1, 3])], 1)
    (['Métier', '', '', 'Effectif'], [(3, ['Cariste', 2, 1, 3])])
    >>> one_header(["Poste", "", "Lieu"], [(2, ["Réf.", "Intitulé", ""])], 1, lambda name: name == "Intitulé")
    (['Poste Réf.', 'Intitulé', 'Lieu'], [])
    """
    below = [cell_text(cell) for cell in rows[0][1]] if rows and rows[0][0] == line + 1 else []
    written, width = header, max((at for at, text in enumerate(below, 1) if text), default=0) if header else 0
    header = [*header, *[""] * (width - len(header))]  # a heading may stand above the last columns
    below = [text if text != name else "" for text, name in zip_longest(below, header, fillvalue="")]  # merged cells
    of = list(range(len(header)))
    for at, name in enumerate(header[1:], 1):
        of[at] = of[at - 1] if not name and below[at] and below[of[at - 1]] else at
    alone = [at for at in range(len(of)) if of.count(of[at]) == 1 and header[at]]
    counts = any(text.isdigit() and not _YEAR.fullmatch(text) for text in below)
    digits = any(sign.isdigit() for text in below for sign in text)
    # Dates and years name columns below a heading, where nothing stands below the columns of one name.
    if of == list(range(len(header))) or counts or (digits and (not alone or any(below[at] for at in alone))):
        return written, rows
    sums = [bool(TOTAL.fullmatch(normalise_label(text))) for text in below]
    totals = {of[at] for at, is_sum in enumerate(sums) if is_sum and of.count(of[at]) > 1}
    under = {at: [below[i] for i, start in enumerate(of) if start == at] for at in of}
    joined = {at: [f"{header[at]} {name}" for name in some] for at, some in under.items()}
    split = {
        at
        for at, some in under.items()
        if are_parts(some) or are_parts(joined[at]) or any(map(_CODE.match, map(normalise_label, some)))
    }
    split |= {at for at, some in under.items() if len(some) > 1 and any(map(means, some))}
    if width > len(written) and not (totals or split or any(map(_YEAR.fullmatch, below))):  # a row of people
        return written, rows
    names = [header[start] for start in of]
    for at, start in enumerate(of):
        if start in split:
            both = f"{header[start]} {below[at]}"
            names[at] = below[at] if means(below[at]) and not means(both) else both
    return ["" if start in totals and not sums[at] else names[at] for at, start in enumerate(of)], rows[1:]


def headings(header: Sequence[str], above: Sequence[tuple[int, Sequence[Cell]]], line: int) -> list[str]:
    """
    Return what stands above each column in the line before the header, from where it begins; a title is none.

    Examples
    --------
    >>> headings(["Ville", "Métier", "Effectif", "Métier"], [(1, ["", "Aujourd'hui", "", "Projet"])], 2)
    ['', "Aujourd'hui", "Aujourd'hui", 'Projet']
    >>> headings(["Ville", "Métier"], [(1, ["Liste des postes", ""])], 2)
    ['', '']
    """
    texts = [cell_text(cell) for at, cells in above if at == line - 1 for cell in cells][: len(header)]
    if sum(map(bool, texts)) <= 1:
        return [""] * len(header)
    texts += [""] * (len(header) - len(texts))
    return [text or next(filter(None, reversed(texts[:at])), "") for at, text in enumerate(texts)]


def blocks(header: Sequence[str]) -> list[range]:
    """
    Return the spans of columns that may be tables of their own, side by side.

    A column without a name parts them, or the first name said again.

    Examples
    --------
    >>> blocks(["Métier", "Effectif", "", "Métier", "Postes"]), blocks(["Emploi", "Nombre", "Emploi", "Nombre"])
    ([range(0, 2), range(3, 5)], [range(0, 2), range(2, 4)])
    """
    named = [at for at, name in enumerate(header) if name]
    starts = [at for at in named if at == 0 or not header[at - 1] or header[at] == header[named[0]]]
    spans = pairwise([*starts, len(header)])
    return [range(start, max(at for at in named if at < end) + 1) for start, end in spans]
