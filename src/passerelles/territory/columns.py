"""Which of the columns of a table says what, by their names alone."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from passerelles.codes import grouped
from passerelles.io.csv import TOTAL
from passerelles.io.xlsx import cell_text
from passerelles.model import day_of
from passerelles.territory.lots import WORDS, Month, Side, says
from passerelles.text import LOST, normalise_label

COUNT: Final[Mapping[Side, str]] = {"fragile": "headcount", "hiring": "openings"}
"""Role of the column that counts the people, or the openings."""
_HEADER_LEAST: Final = 2  # columns that make a header: a title may hold the name of one
_WIDE_HEADER: Final = 4  # cells of a header whose jobs are columns
# Ends the name in "Thiers (63). Les départs au 1er mars", and none in "St. Malo".
_SENTENCE_END: Final = re.compile(r"(?<=[\w)]{3})\.(?:\s+(?=[A-ZÀ-Ý])|$)")
_LOST: Final = re.compile(r"[^\W\d_][?\ufffd][^\W\d_]")  # an accent, in a file of which none is left
_CODE: Final = re.compile(r"(?:codes?|rome)\b")
_OTHER_YEAR: Final = re.compile(r"\b(N) ?[+–−-] ?\d+\b", re.IGNORECASE)
_SHORT_YEAR: Final = re.compile(r"\b\d{1,2}[ /.-]\d{1,2}[ /.-](\d\d)$")  # of a day
YEAR: Final = re.compile(r"(?:19|20)\d\d")
_SHARE: Final = re.compile(r"(?:^|[^\d\s])\s*%")
_DIGITS: Final = re.compile(r"\d+")
_CORNER: Final = re.compile(r"\s*[\\|×]\s*|\s/\s")  # parts what rows and columns are
_TWO_NAMES: Final = re.compile(r"\s*[/&+,]\s*|\s(?:et|ou)\s", re.IGNORECASE)
PLACED: Final = frozenset({"employer", "basin", "commune"})
_AMOUNT: Final = re.compile(r"\d+(?:[.,]\d+)?(?: ?%)?")
_PROJECT: Final = re.compile(WORDS["says"]["project"])
_SHORT: Final[Mapping[str, str]] = WORDS["short"]
_OF_PERSONS: Final[Mapping[Side, re.Pattern[str]]] = {
    side: re.compile(pattern) for side, pattern in WORDS["persons"].items()
}
_ROLES: Final = [(role, re.compile(pattern)) for role, patterns in WORDS["roles"].items() for pattern in patterns]
_IN_WORDS: Final = [(role, re.compile(pattern)) for role, pattern in WORDS["words"].items()]
_MONTH: Final = {side: re.compile(WORDS["month"][side]) for side in COUNT}
_NAMED: Final = [*(role for role, _ in (*_ROLES, *_IN_WORDS)), "month"]  # roles in the order in which they are given
# What is said "dont" is counted already, and "H/F" is no part.
_PARTS: Final = [
    re.compile(rf"(?!.*\b(?:dont|h f|f h|m f|f m)\b).*\b(?:{names})\b") for names in WORDS["parts"].values()
]
_PART_NAMES: Final = [
    re.compile(rf"(?:^|[\s(/–-])(?:{WORDS['parts'][kind]})(?=$|[\s)/–-])", re.IGNORECASE)
    for kind in ("sex", "contract", "time", "category")
]


def fit(cells: Sequence[Any], side: Side) -> int:
    """How well a row fits as the header of a table of this side."""
    if corner([cell_text(cell) for cell in cells], side) is not None:
        return _HEADER_LEAST + 1
    roles, texts = columns_of(cells, side), [cell_text(cell).strip() for cell in cells]
    if TOTAL.fullmatch(normalise_label(next(filter(None, texts), ""))) and any(map(_AMOUNT.fullmatch, texts)):
        return 0  # a line of totals
    n_filled = sum(map(bool, texts))
    if len(roles) < _HEADER_LEAST:  # jobs by columns of other names, such as towns, or towns or shops by those of jobs
        wide = n_filled >= _WIDE_HEADER and not any(map(_AMOUNT.fullmatch, texts))
        beside = wide and bool({COUNT[side], *PLACED} & roles.keys())
        return int(beside or ("job" in roles and n_filled >= _HEADER_LEAST))
    if not {"job", "code"} & set(roles):  # the column of jobs may be known by what it holds, or jobs head columns
        named = n_filled >= _WIDE_HEADER or sum(map(names_role, texts)) >= _HEADER_LEAST
        return len(roles) if len(roles) >= _WIDE_HEADER else int(COUNT[side] in roles or named)
    return 2 * len(roles) + (COUNT[side] in roles)


class Corner(NamedTuple):
    """Column of a corner that says what the rows and the columns of a table are: their roles."""

    at: int
    rows: str
    columns: str


def corner(header: Sequence[str], side: Side) -> Corner | None:
    r"""
    Return the corner of a table of jobs by employer or place, or the other way round; None where it has none.

    Examples
    --------
    >>> corner([r"Métier \ Entreprise", "Alpha", "Beta"], "hiring")
    Corner(at=0, rows='job', columns='employer')
    >>> corner(["Métier / poste", "Commune"], "hiring") is None
    True
    """
    for at, name in enumerate(header):
        if _CORNER.search(name) is None:
            continue
        roles = [role_of(part, side) for part in _CORNER.split(name)]
        if len(set(roles)) == len(roles) == len(("rows", "columns")) and "job" in roles and PLACED & set(roles):
            return Corner(at, *roles)
    return None


def columns_of(header: Sequence[Any], side: Side) -> dict[str, int]:
    """Position of the column of each role; each column has one role at most."""
    texts = with_letters([cell_text(cell) for cell in header])
    texts = ["" if is_share(text) and not _tells_volunteers(text, side) else text for text in texts]
    # Beside "Effectif N" or "Effectif", not "Effectif N+1".
    plain = [{_OTHER_YEAR.sub(year, text).strip() for year in (r"\1", "")} - {text} for text in texts]
    written = {*filter(None, texts)}
    texts = ["" if this & written else text for this, text in zip(plain, texts, strict=True)]
    if any(_OF_PERSONS[side].match(bare(text)) for text in texts):  # the names beside are of persons, not of firms
        texts = ["" if bare(text) in ("nom", "noms") else text for text in texts]
    now, forecast = _last_forecast(texts, side)
    columns = named_columns([bare(text) for text in texts], side, forecast)
    if forecast and COUNT[side] not in columns and says("of_today", normalise_label(texts[now])):  # "2026 (réel)"
        columns[COUNT[side]] = now
    # What stands in brackets comments on the name before them: "Métier (libellé de la convention)".
    columns = named_columns([bare(re.sub(r"\([^)]*\)", " ", text)) for text in texts], side, columns)
    columns |= _asked_beside(texts, side, columns)
    sector = texts[columns["sector"]] if "sector" in columns else ""
    if not {"job", "code"} & columns.keys() and says("activity", bare(sector)):
        columns["job"] = columns.pop("sector")  # where nothing else says the job, an activity does
    if "job" not in columns and any("/" in text for text in texts):  # "Métier / diplôme"
        before = named_columns([bare(text.partition("/")[0]) for text in texts], side, columns)
        columns = {role: at for role, at in before.items() if role in (*columns, "job")}
    return columns


def _asked_beside(names: Sequence[str], side: Side, columns: Mapping[str, int]) -> dict[str, int]:
    """Position of a column that tells what is asked or held beside something else: "Statut / conditions"."""
    asked = "conditions" if side == "hiring" else "held"
    beside = {"permits", "employment", ""} if side == "hiring" else {"permits", "employment"}  # planned is not held
    taken = {at for role, at in columns.items() if role != "employment"}
    for at in range(len(names)) if asked not in columns else ():
        names_beside = [part for part in _TWO_NAMES.split(names[at]) if part != names[at]]
        roles = {role_of(part, side) for part in names_beside}
        if at not in taken and roles & {asked, "permits"} and roles <= {asked, *beside}:
            return {asked: at}
    return {}


def is_share(name: str) -> bool:
    """
    Whether the name of a column is of a share of what another one counts.

    Examples
    --------
    >>> is_share("% effectif"), is_share("Part de l'effectif (%)"), is_share("Effectif à 100 %")
    (True, True, False)
    """
    return _SHARE.search(name) is not None


def _tells_volunteers(name: str, side: Side) -> bool:
    """Whether a column is of who volunteers: a share of them is told as not read, where that of others is passed."""
    return any(_NAMED[place] == "volunteers" for place in _fitting(bare(name), side))


def role_of(name: str, side: Side) -> str:
    """Return the role of a column by its name alone; empty where it has none."""
    return next(iter(columns_of([name], side)), "")


def _last_forecast(names: Sequence[str], side: Side) -> tuple[int, dict[str, int]]:
    """
    Position of who is there now, and as the target, of the last year that is forecast after; none elsewhere.

    Of people in years of their own, those of the last one that is neither forecast nor to come are there now.
    """
    words = [normalise_label(name) for name in names]
    present = [at for at, name in enumerate(words) if says("present", name)]
    dated = side == "fragile" and len(present) > 1 and all(year_of(words[at]) for at in present)
    now = next(iter(present), -1) if not dated else -1  # else "Effectif au 31/12/2025", and so on
    named = {at: name for at, name in enumerate(words) if says("forecast", _DIGITS.sub("", name))}
    if side == "hiring":  # what is needed then of people there now is to be hired
        named = {at: name for at, name in named.items() if not says("hires", name)}
    foreseen = {at for at, name in named.items() if says("foreseen", name)}
    counted = dict[str, int]()
    if now < 0 and side == "fragile":
        years_alone = [at for at in named if at not in foreseen]
        known = {at: year for at in present or years_alone if (year := year_of(words[at]))}
        past = [at for at in known if known[at] <= day_of().year]
        now = max(past, key=lambda at: known[at], default=-1) if len(past) > 1 or foreseen or dated else -1
        counted = {} if now < 0 else {COUNT[side]: now}
    if now < 0:
        return now, {}
    after = year_of(words[now]) or 0
    # Where no column names the year of today, a year alone may be past.
    years = {at: year_of(name) or 0 for at, name in named.items() if after or at in foreseen}
    last = max(years, key=lambda at: years[at], default=None)
    if last is not None and years[last] > after:
        return now, {**counted, "target": last}
    return now, counted if any(says("people", words[at]) or "total" in words[at] for at in (*named, *present)) else {}


def year_of(name: str) -> int | None:
    """
    Return the last year in the name of a column.

    Examples
    --------
    >>> year_of("Effectif au 31/12/2026"), year_of("Prév. 2029"), year_of("au 1/1/28"), year_of("Code 20267")
    (2026, 2029, 2028, None)
    """
    years = re.findall(r"\b20\d\d\b", name) or [f"20{year}" for year in _SHORT_YEAR.findall(name)]
    return int(years[-1]) if years else None


def _guessed(text: str) -> str:
    """Return a text with the likeliest letter in place of each that was lost: "e", or "c" where it may be a cedilla."""
    text = re.sub("(?<=[an])[?\ufffd](?=[aou])", "c", text)
    return re.sub(r"(?<=[^\W\d_])[?\ufffd]|[?\ufffd](?=[^\W\d_])", "e", text)


def with_letters(texts: Sequence[str], restored: Callable[[str], str] = _guessed) -> list[str]:
    """
    Return texts of a table with the letters that a bad export lost, as `restored` tells those of a word.

    Examples
    --------
    >>> with_letters(["M?tier", "Postes ? pourvoir", "Ma?on"]), with_letters(["Combien ?", "Lieu?"])
    (['Metier', 'Postes à pourvoir', 'Macon'], ['Combien ?', 'Lieu?'])
    """
    if not any(map(_LOST.search, texts)):
        return list(texts)
    return [restored(re.sub(" [?\ufffd] ", " à ", text)) if LOST.search(text) else text for text in texts]


def has_counts(header: Sequence[Any], *roles: str) -> bool:
    """Whether there is a column of people or openings, beside those of some roles."""
    return any({count, *roles} <= columns_of(header, side).keys() for side, count in COUNT.items())


def names_role(name: str) -> bool:
    """Whether the name of a column is the usual one of a role."""
    text = bare(name)
    return any(re.fullmatch(pattern, text) for patterns in WORDS["roles"].values() for pattern in patterns)


def bare(text: str) -> str:
    """Return a header without case, accents, punctuation, numbers at its end, abbreviations, or what "avant" is of."""
    words = re.sub(r"(?: \d+)+$", "", _PROJECT.sub("", normalise_label(text))).split()
    return " ".join(_SHORT.get(word, word) for word in words)


def counts_else(name: str, side: Side, known: Iterable[str], beside: Iterable[str] = ()) -> bool:
    """
    Whether the name of a column is of the other side, or of the present staff where no target gives the openings.

    Beside posts that are cut, people are those who are there.
    """
    if side == "fragile":
        return says("hires", name)
    if _leaves(name) or says("hires", name) or "target" in known:
        return _leaves(name)
    return says("present", name) or (says("people", name) and any(map(_leaves, beside)))


def _leaves(name: str) -> bool:
    """Whether a column counts posts cut; an opening may be one for who leaves: "postes de reclassement"."""
    return says("leaves", name.replace("reclassement", ""))


@lru_cache(maxsize=2_000)
def _fitting(name: str, side: Side) -> tuple[int, ...]:
    """Places, in the order of roles, of the patterns that the name of a column fits."""
    plain = not says("something_else", name)
    complete = (pattern.fullmatch(name) for _, pattern in _ROLES)
    words = (plain and pattern.search(name) for _, pattern in _IN_WORDS)
    return tuple(place for place, match in enumerate([*complete, *words, _MONTH[side].search(name)]) if match)


def named_columns(names: Sequence[str], side: Side, known: Mapping[str, int]) -> dict[str, int]:
    """
    Position of the column of each role, by names of columns; those that are known stay.

    Each pattern gives its role, where no column has it, to the first free column whose name fits; a count of the other
    side counts nothing of this one.
    """
    columns = dict(known)
    named = [(at, name) for at, name in enumerate(names) if name]  # one stray cell can make thousands that have none
    of_other_side = {"headcount", "held", "vacant"} if side == "hiring" else {"openings", "filled", "conditions"}
    for place in sorted({place for _, name in named for place in _fitting(name, side)}):
        role = _NAMED[place]
        if role in columns or role in of_other_side:
            continue
        free = [(at, name) for at, name in named if at not in columns.values() and place in _fitting(name, side)]
        if role == COUNT[side]:
            free = [(at, name) for at, name in free if not counts_else(name, side, columns, names)]
            free.sort(key=lambda column: says("part_time", column[1]))  # persons come first
        if free:
            columns[role] = free[0][0]
    return columns


def period_of(name: str) -> Month | None:
    """Month or part of a year in the name of a column; where it gives no year, of any one."""
    return Month.read(name) or Month.read(f"{name} 2000")


def period_groups(names: Mapping[int, str], side: Side, about: str) -> list[list[int]]:
    """
    Return groups of columns each headed by its own month, quarter or year: openings, or who leaves.

    They are by position, as `names` is; `about` is what the titles above say.
    """
    if side == "fragile":  # not who is there at each date; below a title of who leaves, a year may stand alone
        names = {at: name for at, name in names.items() if says("leaves", bare(without_year(name) or about))}
    dated = {at: month for at, name in names.items() if (month := period_of(name)) is not None}
    yearly = grouped((without_year(name), at) for at, name in names.items() if year_of(name)).values()
    groups = [[*dated]] if 1 < len(dated) == len({*dated.values()}) else []
    return groups + [[*places] for places in yearly if are_years_to_come([names[at] for at in places])]


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
    return several and any(all(map(part.match, words)) for part in _PARTS)


def are_years_to_come(names: Sequence[str]) -> bool:
    """
    Whether columns count what each year to come brings, not who is there then; hirings may be of years that are over.

    Examples
    --------
    >>> are_years_to_come(["Recrutements prévus 2026", "Recrutements prévus 2027"]), are_years_to_come(["2026", "2027"])
    (True, True)
    >>> are_years_to_come(["Effectif 2026", "Effectif 2027"]), are_years_to_come(["Embauches 2024", "Embauches 2025"])
    (False, False)
    """
    years, words = {year_of(name) for name in names}, {without_year(name) for name in names}
    if None in years or not len(years) == len(names) > 1 == len(words):
        return False
    to_come = min(filter(None, years)) > day_of().year
    return says("to_come", min(words)) or (to_come and says("hires", min(words)))


def is_part(name: str) -> bool:
    """Whether the name of a column is of people who are counted beside it already: "dont femmes"."""
    return normalise_label(name).startswith("dont ")


def splits(heading: str, names: Sequence[str]) -> bool:
    """Whether names below one heading tell its columns apart: parts, years, months, codes, roles of their own."""
    joined = [f"{heading} {name}" for name in names]
    periods = {*map(Month.read, joined)} - {None}  # "Départs" above "T1 2027", "T2 2027"
    years = {*map(year_of, names)} - {None}
    apart = len(names) > 1 and len(names) in (len(periods), len(years))
    if apart or are_parts(names) or are_parts(joined) or any(map(is_part, names)):
        return True
    return any(map(_CODE.match, map(normalise_label, names))) or (len(names) > 1 and any(map(names_role, names)))


def _is_year_of(name: str, below: Iterable[str]) -> bool:
    """Whether a heading is the year of the quarters or months below it."""
    year = year_of(name)
    return year is not None and all(Month.read(f"{text} {year}") for text in below)


def _columns_below(name: str, below: Sequence[str], is_place: Callable[[str], bool]) -> tuple[list[str], bool]:
    """Return the names of the columns below a heading, and whether those of its second line tell them apart."""

    def with_second(text: str) -> str:
        """Return the name of a column that its second line tells apart from others."""
        both = f"{name} {text}".strip()
        counts = has_counts([both]) if is_total(text) else names_role(both) and not has_counts([text])
        complete = names_role(text) and not counts and not says("part_time", normalise_label(name))
        return text if is_part(text) or complete else both

    names, apart = [name] * len(below), True
    if _is_year_of(name, below):
        names = [" ".join(f"{YEAR.sub('', name)} {text} {year_of(name)}".split()) for text in below]
    elif len(below) > 1 and all(map(is_place, below)):
        names = [*below]
    elif splits(name, below):
        names = [*map(with_second, below)]
    else:
        apart = False
        if len(below) == 1 and (names_role(both := f"{name} {below[0]}".strip()) or not names_role(name)):
            names = [both]  # "Départs" above "retraite"
    if len(below) > _HEADER_LEAST and any(map(is_total, below)):  # beside the parts that it sums
        return [full if is_total(text) else "" for full, text in zip(names, below, strict=True)], True
    return names, apart


def one_header(
    upper: Sequence[str], lower: Sequence[str], is_place: Callable[[str], bool] = lambda _: False
) -> list[str]:
    """
    Return a header of two lines as one; nothing where the second line names no columns below one heading.

    A total stands for the parts that it sums; without them, parts of the same people, codes beside what they stand for,
    and names of a role keep both names or the second, and others the one name. Quarters and months take the year above.

    Examples
    --------
    >>> one_header(["Métier", "Effectif", "", ""], ["", "H", "F", "Total"])
    ['Métier', '', '', 'Effectif Total']
    >>> one_header(["Poste", "", "Lieu"], ["Réf.", "Intitulé", ""]), one_header(["Poste", "Lieu"], ["Cariste", "Redon"])
    (['Poste Réf.', 'Intitulé', 'Lieu'], [])
    >>> one_header(["Métier", "2026", "", "2027"], ["", "T3", "T4", "T1"])
    ['Métier', 'T3 2026', 'T4 2026', 'T1 2027']
    """
    width = max((at for at, text in enumerate(lower, 1) if text), default=0) if upper else 0
    groups = list[list[tuple[str, str]]]()
    for name, text in zip_longest(upper, lower[:width], fillvalue=""):
        column = name, text if text != name else ""  # else cells merged over both lines
        if groups and not name and text and groups[-1][0][1]:
            groups[-1].append(column)
        else:
            groups.append([column])
    headings = [(group[0][0], [text for _, text in group]) for group in groups]
    below = [text for _, texts in headings for text in texts]
    n_years = sum(YEAR.fullmatch(text) is not None for text in below)
    second_of_one = [t[0] for name, t in headings if len(t) == 1 and name and not _is_year_of(name, t)]
    # Dates and years name columns below a heading, where nothing stands below the columns of one name, or several do.
    dated = n_years >= _HEADER_LEAST or (second_of_one and not any(second_of_one))
    numbers = [text for text in below if any(map(str.isdigit, text))]
    is_lot = any(text.isdigit() and not YEAR.fullmatch(text) for text in numbers) or (numbers and not dated)
    if is_lot or len(headings) == len(below):
        return []
    columns = [_columns_below(name, texts, is_place) for name, texts in headings]
    if width > len(upper) and not n_years and not any(apart for _, apart in columns):
        return []  # names of people, beyond the last heading
    return [name for names, _ in columns for name in names]


def is_total(name: str) -> bool:
    """Whether a name, or a cell, is that of a total."""
    return TOTAL.fullmatch(normalise_label(name)) is not None


def without_year(name: str) -> str:
    """
    Return the name of a column as words, without years.

    Examples
    --------
    >>> without_year("Départs 2026"), without_year("Année 2027"), without_year("2027")
    ('departs', '', '')
    """
    return " ".join(re.sub(r"\b(?:annee )?20\d\d\b", "", normalise_label(name)).split())


def without_part(name: str) -> str:
    """
    Return the name of a column without the part of the people that it counts.

    Examples
    --------
    >>> without_part("EHPAD La Flèche CDI"), without_part("CDD - Redon"), without_part("Redon (H)"), without_part("H")
    ('EHPAD La Flèche', 'Redon', 'Redon', 'H')
    """
    return next((base for part in _PART_NAMES if (base := part.sub("", name).strip(" -–/:()")) != name), name) or name


def labels_of(cells: Sequence[Any], side: Side) -> list[tuple[str, str]]:
    """
    Return the roles and values of a row that holds but labels and values; nothing of another one.

    Examples
    --------
    >>> labels_of(["Entreprise : Alpha", None, "Commune :", "Redon"], "fragile")
    [('employer', 'Alpha'), ('commune', 'Redon')]
    >>> labels_of(["Site : Redon (35). Départs au 1er mars."], "fragile"), labels_of(["Source : service RH"], "fragile")
    ([('employer', 'Redon (35)')], [])
    """
    fields = list[str]()
    for text in filter(None, (cell_text(cell).strip() for cell in cells)):  # a name and its value may be in two cells
        fields += [text] if not fields or not fields[-1].endswith(":") else [f"{fields.pop()} {text}"]
    parted = [(name, _SENTENCE_END.split(value.strip())[0]) for name, _, value in (f.partition(":") for f in fields)]
    if not all(value for _, value in parted):  # as of nearly all rows
        return []
    labels = [(role_of(name, side) if names_role(name) else "", value) for name, value in parted]
    return labels if all(role in (*PLACED, "job") for role, _ in labels) else []
