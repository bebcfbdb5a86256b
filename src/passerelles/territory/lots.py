"""Lots of people and of openings: what cells of tables mean, checked rows, where lots stand, all problems at once."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import attrgetter
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, NamedTuple

from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.io.csv import DataFrame, split_sheet
from passerelles.language import packaged
from passerelles.language.say import Lang, listed, say
from passerelles.market.market import Market
from passerelles.market.places import Commune, Places, Spot, departments_shown, holding, with_basins
from passerelles.notices import Notice
from passerelles.text import few, normalise_label
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record, texts_of

NOWHERE: Final = ""
"""Basin of lots of a table that has no column of places."""
NO_EMPLOYER: Final = "–"  # where no table names any

WORDS: Final[Mapping[str, Any]] = packaged("passerelles.territory", "columns.toml")
"""How companies name columns, and what they write in cells."""
_SAYS: Final = {
    name: re.compile(pattern.replace("(HEAD)", WORDS["says"]["head"])) for name, pattern in WORDS["says"].items()
}
_WIDE_NAMES: Final = frozenset(WORDS["wide"]["regions"]).union(
    *({text, text[3:], text[:2], f"{text[3:]} {text[:2]}"} for text in WORDS["wide"]["departments"])
)
_DEPARTMENT_NAMES: Final = [*WORDS["wide"]["departments"], *WORDS["wide"]["more_departments"]]
_DEPARTMENTS: Final = {name: code for code, _, name in (text.partition(" ") for text in _DEPARTMENT_NAMES)}
_DEPARTMENT: Final = re.compile(r"(?P<alone>\d)|(?P<code>\d{2,5}|2[ab])(?: .*)?|(?P<name>.*?)(?: (?:\d{2,3}|2[ab]))?")
_ZONES: Final = [(place, re.compile(pattern)) for place, pattern in WORDS["zones"].items()]
# What stands after the name of a town and tells a part of it: "Orly 4", "CDG T2", "Chalon Sud".
_PART_OF: Final = re.compile(
    r"(?:[\s,-]+(?:t|terminal|a[ée]rogare|hall)?\s?\d{1,4}[a-z]?|[\s-]+(?:nord|sud|est|ouest|centre(?:[ -]ville)?))\s*",
    re.IGNORECASE,
)
_DOUBTED_KM: Final = 150.0  # to the nearest place of the tables, beyond which one is doubted
_MEANT_KM: Final = 60.0  # to the nearest place of the tables, within which one of several of a name is meant
_COMMUNES_OF_A_COUNTRY: Final = 200  # communes of tables that are of no one territory
_LEAST_PLACES: Final = 4  # places of a table that tell where it is
_SIGNS: Final = re.compile(r"\s*[(),;]\s*|\s*(?<!\b[sS])/\s*|\s+[-–—:]\s+")
_GOES_ON: Final = ("en", "les", "lez", "sous", "sur")  # "Bourg en Mauges" is no "Bourg"
_SUR_OR_SOUS: Final = re.compile(r"\bs/\s*", re.IGNORECASE)  # "sur" first, else "sous": "Aulnay s/ Bois"
_POSTAL: Final = re.compile(r"(?<=\S)[\s,]+(?P<town>\d{5}\s+[^\d,;]+)")  # ends an address
_WIDE_WORDS: Final = re.compile(r"^(?:departements?|dep|dept|dpt|region)(?: de la| de l| des| du| de| d)? ")


def says(subject: str, text: str) -> bool:
    """Whether a header or cell says something that has a pattern among the words of columns."""
    return _SAYS[subject].search(text) is not None


def town_of(site: str) -> str:
    """
    Return the place that an agency or a plant is named after; another text as it is.

    Examples
    --------
    >>> town_of("Agence de Brive"), town_of("Dépôt du Mans"), town_of("USINE D'AGEN"), town_of("Redon")
    ('Brive', 'le Mans', 'AGEN', 'Redon')
    """
    match = _SAYS["site"].match(site)
    if match is None:
        return site
    article = {"du": "le ", "des": "les "}.get((match["article"] or "").lower(), "")
    return article + site[match.end() :]


def department_code(text: str) -> str:
    """
    Return the code of the department or postcode in a cell; empty where there is none, as in the code of a firm.

    Examples
    --------
    >>> [department_code(text) for text in ("35", "44 - Loire Atl.", "Ille-et-Vilaine", "Var (83)", "Fab 2", "IT")]
    ['35', '44', '35', '83', '', '']
    """
    match = _DEPARTMENT.fullmatch(_WIDE_WORDS.sub("", normalise_label(text)))
    return (match["alone"] or match["code"] or _DEPARTMENTS.get(match["name"], "")) if match else ""


class Where(NamedTuple):
    """Basin of a lot, by key and name, and its commune, by code and name; empty = not known, or no place at all."""

    basin: str = NOWHERE
    basin_label: str = "–"
    commune: str = ""
    commune_label: str = ""


def _names(commune: Commune) -> list[str]:
    """Names of a commune, folded."""
    return [normalise_label(name) for name in (commune.name or "", *commune.aliases)]


@dataclass(frozen=True)
class Locator:
    """
    Finds basins: in the geography where there is one, else as names to compare; a survey's own basins in both.

    The survey is read only where it may matter: reading one takes seconds, and most tables name basins by their code
    or their own name. `departments` are those of the territory, where they are known: a name that several communes
    have is the one of them that lies there, of several the one in those of more than one place, `common`. `communes`
    are those that the tables name, by code: a part of the name of one of them ("Luchon") means it. `strays` are those
    of them that lie where no other place of their table, or of all tables, does: "Tournon", in Savoie, may be the
    beginning of another name.
    """

    places: Places | None = None
    market: Market | None = None
    departments: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    strays: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    def among(self, tables: Iterable[Collection["Lot"]]) -> "Locator":
        """Return it with what the places of tables tell of those that it is asked for."""
        by_table = [{(lot.basin, lot.commune) for lot in lots} for lots in tables]
        places = set[tuple[str, str]]().union(*by_table)
        areas = {place: self.departments_of(*place) for place in places}

        def alone(named: Collection[tuple[str, str]]) -> Iterator[str]:
            """Communes of some places in whose department no other of these lies."""
            n_places = Counter(department for place in named for department in areas[place])
            return (place[1] for place in named if place[1] and all(n_places[d] == 1 for d in areas[place]))

        groups = [places, *(table_places for table_places in by_table if len(table_places) >= _LEAST_PLACES)]
        n_places = Counter(department for departments in areas.values() for department in departments)
        return replace(
            self,
            departments=frozenset(n_places),
            communes=frozenset(commune for _, commune in places),
            strays=frozenset(commune for group in groups for commune in alone(group)),
            common=frozenset(department for department, n in n_places.items() if n > 1),
        )

    def find(self, text: str) -> tuple[str, str]:
        """
        Return the key and the name of a basin.

        Raises
        ------
        PasserellesError
            If neither the geography nor the survey knows it, or it means several places.
        """
        if self.places is not None:
            basin = self.places.own(text) or self._wide.basin(text)
            return basin.code, basin.name
        surveyed = self._survey.own(text)
        return normalise_label(text) if surveyed is None else surveyed.code, text.strip()

    def spot(self, text: str, area: str = "", *, communes_first: bool = False) -> Where | None:
        """
        Return the basin of a place, and its commune where one is named; None where nothing has that name.

        `area` is what stands in the column of departments or postcodes beside it; `communes_first`: whether the text is
        of a column of communes, not of basins. A name of several places is an error.
        """
        if self.places is None:
            return Where(*self.find(text))
        text = self._town_of(text)
        try:
            place = self.places.spot_of(text, department_code(area), communes_first=communes_first)
        except PasserellesError as error:
            place = self._local_spot(error)
        if place is None:
            surveyed = self._wide.spot_of(text)  # a basin of the survey that the geography lacks
            return surveyed and Where(surveyed.basin.code, surveyed.basin.name)
        commune = place.commune if communes_first or normalise_label(text) in self._grouped else None
        if commune is None or commune.latitude is None:
            return Where(place.basin.code, place.basin.name)
        return Where(place.basin.code, place.basin.name, commune.code, commune.name or place.name)

    def suggest(self, text: str) -> tuple[str, ...]:
        """Return the names nearest to the place of a text."""
        return self._wide.suggest(self._town_of(text))

    def _town_of(self, text: str) -> str:
        """Return the words of a text that say a place: "Saint-Flour" of a site, "bassin de Rodez" of what is around."""
        if self.known.own(text) is not None:
            return text
        text = text if _POSTAL.search(text) else town_of(text)  # an address says the town
        around = _SAYS["around"].fullmatch(text) if self.known.own(text) is None else None
        return f"bassin de {around['basin'] or around['town']}" if around else text

    def rewordings(self, text: str, *, parts: bool = True) -> Iterator[str]:
        """
        Yield other words for the place of a text that names none as a whole, the likeliest first.

        They are the town of an address, a commune for a zone that is none ("CDG T2"), a town for a part of it ("Chalon
        Sud"), and with `parts` the only one that is a place by its name ("ZA, Redon").
        """
        if _SUR_OR_SOUS.search(text):
            yield _SUR_OR_SOUS.sub("sous ", text)
        if address := _POSTAL.search(text):
            yield address["town"]
        towns = [text, *([text[: part.start()]] if (part := _PART_OF.search(text)) and part.end() == len(text) else [])]
        folded = [normalise_label(town) for town in (*towns, *_SIGNS.split(text))]
        yield from (place for place, pattern in _ZONES if any(map(pattern.fullmatch, folded)))
        yield from towns[1:]
        known = [part for part in _SIGNS.split(text) if part and self.known.named(part)]
        if parts and len(known) == 1:
            yield known[0]
        if parts and len(words := text.split()) > 1 and words[-1][:1].isupper():  # "Lyon Part-Dieu"
            ends = (n for n in range(len(words) - 1, 0, -1) if normalise_label(words[n]) not in _GOES_ON)
            heads = (" ".join(words[:n]) for n in ends)
            for head in (candidate for candidate in heads if not says("word_too", normalise_label(candidate))):
                yield from [head] if self.known.named(head) else self.rewordings(head, parts=False)

    def named_in_part(self, text: str) -> list[Commune]:
        """Return the one commune of the tables in whose name a text stands, its last word cut or not, else nothing."""
        communes = [c for code in self.communes if (c := self.known.commune_by_code.get(code)) is not None]
        matches = [c for c in communes if any(holding(_names(c), re.sub(r"\W\w{1,3}\.$", "", text)))]  # "Aix-en-P."
        return matches if len(matches) == 1 else []

    def starting_with(self, text: str) -> list[Commune]:
        """Communes of the tables, else of departments of theirs, whose name begins with a text, no basin's own."""
        if self.known.own(text) is not None:
            return []
        begun = {c.code: c for c in self.known.communes_starting(normalise_label(text))}
        matches = [c for code, c in sorted(begun.items()) if departments_shown(code) in self.common]
        return [c for code, c in sorted(begun.items()) if code in self.communes] or matches

    def rivals(self, place: Where, text: str) -> list[Commune]:
        """Communes that a stray's name may be the beginning of: those as near as it to another place of the tables."""
        distance, communes = self.away(place.commune) or 0.0, self.starting_with(text)
        others = (c for c in communes if c.code != place.commune)
        return [c for c in others if c.code in self.communes or (self.away(c.code, place.commune) or 0.0) <= distance]

    def is_here(self, code: str, stray: str) -> bool:
        """Whether a commune is one of the tables, or near them where a stray of the name that begins its own is far."""
        return code in self.communes or (self.far(stray) is not None and (self.away(code, stray) or 0.0) <= _MEANT_KM)

    def far(self, code: str) -> float | None:
        """Kilometres from a stray to the nearest place of the tables, where it is far; of a country, nothing is."""
        km = self.away(code) if len(self.communes) <= _COMMUNES_OF_A_COUNTRY else None
        return km if km is not None and km > _DOUBTED_KM else None

    def away(self, code: str, *others: str) -> float | None:
        """Kilometres from a commune to the nearest of the tables, save itself and others; None where none is known."""
        known = (self.km(code, other) for other in self.communes.difference(("", code, *others)))
        return min((km for km in known if km is not None), default=None)

    def is_wide(self, text: str, area: str = "") -> bool:
        """Whether a text names a department or region, no basin, and no postcode means a commune of that name."""
        if self.places is None or len(department_code(area)) >= len("1000") or self.places.own(text) is not None:
            return False
        return _WIDE_WORDS.sub("", normalise_label(text)) in _WIDE_NAMES

    def _local_spot(self, error: PasserellesError) -> Spot:
        """
        Return the one commune of a name that lies in the territory's departments; else raise the error.

        Of several, none of which the tables name, the one that lies where they have more than one place.
        """
        codes = error.values.get("communes", ())
        codes = codes if isinstance(codes, tuple) else ()
        local = [c for c in codes if departments_shown(c) in self.departments]
        if len(local) > 1 and self.communes.isdisjoint(local):
            local = [c for c in local if departments_shown(c) in self.common]
        if not local:  # beyond the border of a department
            local = [c for c in codes if (km := self.away(c)) is not None and km <= _MEANT_KM]
        if len(local) != 1:
            raise error
        commune = self.known.commune_by_code[local[0]]
        return Spot(self.known.basin_by_code[commune.basin], commune, commune.name or local[0])

    def departments_of(self, where: str, commune: str) -> frozenset[str]:
        """Departments of a basin by code, or the one of a commune where it is known."""
        if commune:
            return frozenset({departments_shown(commune)})
        basin = self.known.basin_by_code.get(where)
        return frozenset(basin.departments) if basin else frozenset()

    @cached_property
    def _grouped(self) -> frozenset[str]:
        """Names of groups of communes: what a column of basins may hold too."""
        return frozenset(map(normalise_label, self.known.epci_labels.values()))

    def km(self, start: str, end: str) -> float | None:
        """Kilometres between two places, basins or communes by code; None = unknown. See `Where.spot`."""
        if NOWHERE in (start, end):
            return None
        communes, basins = self._communes_and_basins(start, end)
        if communes[0] is not None and communes[1] is not None:
            travel = self.known.travel_between(*basins) if basins[0] != basins[1] else (None, None)
            return travel[1] if travel[1] is not None else self.known.commune_km(communes[0], communes[1])
        if basins[0] == basins[1]:
            return 0.0
        if not set(basins) <= self.known.basin_by_code.keys():
            return None  # a basin of the survey that the geography lacks
        return self.known.distance(*basins)

    def minutes(self, start: str, end: str) -> float | None:
        """Minutes between the basins of two places, from a table of travel; None = it gives none."""
        _, basins = self._communes_and_basins(start, end)
        return 0.0 if basins[0] == basins[1] else self.known.travel_between(*basins)[0]

    def surveyed_within(self, radius: float, starts: Collection[str]) -> list[str]:
        """Return the basins of the survey that lie within a radius, in km, of one of some basins."""
        known = self._survey.basin_by_code
        return [e for e in known if any((km := self.km(s, e)) is not None and km <= radius for s in starts)]

    def _communes_and_basins(self, *codes: str) -> tuple[list[Commune | None], list[str]]:
        """Communes of some codes, None where one is a basin's, and their basins."""
        communes = [self.known.commune_by_code.get(code) for code in codes]
        return communes, [commune.basin if commune else code for commune, code in zip(communes, codes, strict=True)]

    @cached_property
    def known(self) -> Places:
        """Places of the geography, none without one."""
        return self.places or Places(())

    @cached_property
    def _survey(self) -> Places:
        """Basins of the survey."""
        surveyed = self.market.survey().basins if self.market is not None and self.market.has_survey else {}
        return Places(tuple(surveyed.values()))

    @cached_property
    def _wide(self) -> Places:
        """Return the geography with the survey's basins that it lacks."""
        return with_basins(self.known, {b.code: b.name for b in self._survey.basins}, source="BMO")


Side = Literal["fragile", "hiring"]
# Field by field: comparing half a million lots as values takes ten times as long.
_NAME_OF: Final = attrgetter("employer", "job", "basin", "pool", "part")
_WRITTEN_AT: Final = attrgetter("sheet", "row", "key")
_MONTHS: Final = {name: at for at, names in enumerate(WORDS["month"]["names"], start=1) for name in names.split()}
_DATES: Final = [re.compile(pattern) for pattern in WORDS["month"]["dates"]]
_YEAR: Final = re.compile(r"\b((?:19|20)\d\d)\b")
_SHORT_YEAR: Final = re.compile(WORDS["month"]["short_year"])
_PARTS: Final = [
    (re.compile(dated.format(part)), n)
    for dated in WORDS["month"]["dated"]
    for part, n in WORDS["month"]["parts"].items()
]
_GLUED: Final = re.compile(r"\b([tqs][1-4](?=(?:19|20)\d\d\b)|[1-4][tqs](?=(?:20)?\d\d\b))")
_LAST_MONTH: Final = 12
_MONTH_LETTERS: Final = 3  # letters by which a month is named


def _month_named(word: str) -> int | None:
    """Number of the one month whose name begins with a word."""
    matches = {at for name, at in _MONTHS.items() if len(word) >= _MONTH_LETTERS and name.startswith(word)}
    return matches.pop() if len(matches) == 1 else None


def _withheld_text(problem: "Problem", lang: Lang) -> str | None:
    return say("terms.withheld", lang=lang) if problem.withheld else None


@dataclass(frozen=True, slots=True)
class Problem(Described):
    """
    One thing wrong in a table of lots.

    `file` is ``FILE#SHEET`` where several sheets were read. `row` is the line of the file (the header is line 1) or the
    number of the row given, 0 for the table as a whole; `column` is the header as it is written there; `values` fill in
    the sentence ``territory.problem.<key>``. `people` are those of the row, where they are known; `suggestions` what
    may have been meant. One that is `withheld` says that it may not say more.
    """

    file: str
    row: int
    column: str
    key: str
    values: Mapping[str, object]
    people: int | None = None
    suggestions: tuple[str, ...] = ()
    withheld: bool = False

    def sentence(self, lang: Lang = "fr") -> str:
        """Return where and what, as a person reads it."""
        kind = "table" if not self.row else "cell" if self.column else "row"
        place = say(f"territory.where.{kind}", lang=lang, file=self.file, row=str(self.row), column=self.column)
        return say("territory.where.problem", lang=lang, place=place, what=self.what(lang))

    @property
    def of_table(self) -> bool:
        """Whether nothing of a table can be used."""
        return not self.row and self.key != "damaged"

    @property
    def line(self) -> str:
        """Line of the file, with its sheet where several were read."""
        return f"{split_sheet(self.file)[1]} {self.row}".strip()

    def what(self, lang: Lang = "fr") -> str:
        """Return what is wrong and what to do, with what may have been meant."""
        reason = self.why(lang)
        if self.withheld or not self.suggestions or "suggestions" in self.values:
            return reason
        return f"{reason} {say('territory.problem.nearest', lang=lang, list=', '.join(self.suggestions))}"

    def why(self, lang: Lang = "fr") -> str:
        """Return what is wrong and what to do."""
        if self.withheld:
            return say("territory.where.withheld", lang=lang)
        notice = self.values.get("notice")
        if isinstance(notice, Notice):
            return notice.what(lang)
        return say(f"territory.problem.{self.key}", lang=lang, **self.values)

    spec: ClassVar[Record] = Record(
        "set_aside",
        "A row that could not be used, outside of all sums",
        Column("file", promised="text"),
        Column("row", "integer", promised="count: Line of the file, the header being one; 0 = the table as a whole"),
        Column("column", promised="text?"),
        Column("problem", value="key", promised="text: Key of the reason", on=On.JSON),
        Column("reason", value=lambda p, lang: p.why(lang), json=lambda p, lang: p.what(lang),
               promised="text: Why, and what to do"),
        Column("people", "integer", shown=_withheld_text,
               promised="count?: People or openings of the row, where they can be read"),
        texts_of("suggestions", "text", promised=["text"],
                 shown=lambda p, lang: _withheld_text(p, lang) or listed(p.suggestions, lang) or "–"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note(Described):
    """
    What the reader must know: a key of ``territory.note``, or of another `table`, and what fills its sentence in.

    A value that is a function gives its words in a language.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    table: str = "note"

    def sentence(self, lang: Lang = "fr") -> str:
        """Return it in words."""
        return say(f"territory.{self.table}.{self.key}", lang=lang, **self.values)

    spec: ClassVar[Record] = Record(
        "note",
        "What the reader must know",
        Column("note", value="key", on=On.JSON, promised="text"),
        Column("sentence", value=lambda n, lang: n.sentence(lang), promised="text"),
    )


class LotsError(PasserellesError):
    """Tables of lots that cannot be used; `problems` holds all that is wrong in them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.row, p.column, p.key)))
        super().__init__("territory_input", n=len(self.problems), list="")

    def message(self, lang: Lang = "fr") -> str:
        """Return one line a problem below the first."""
        lines = "\n".join(f"  - {p.sentence(lang)}" for p in self.problems)
        return say("errors.territory_input", lang=lang, n=len(self.problems), list=lines)


class Month(NamedTuple):
    """A month of a year; months compare and are counted between."""

    year: int
    month: int

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """
        Read a date as companies write one, to its month; None where it is none.

        Examples
        --------
        >>> Month.read("31/03/2027"), Month.read("2027-06-01 00:00:00"), Month.read("mars 2027")
        (Month(year=2027, month=3), Month(year=2027, month=6), Month(year=2027, month=3))
        >>> Month.read("T2 2027"), Month.read("dès que possible") is None
        (Month(year=2027, month=6), True)
        >>> [*map(str, map(Month.read, ("fin du 1er semestre 2027", "1T27", "2027 T1", "Janvier 27")))]
        ['2027-06', '2027-03', '2027-03', '2027-01']
        """
        folded = normalise_label(text)
        if date := next(filter(None, (pattern.search(text) for pattern in _DATES)), None):
            year, month = date["year"], int(date["month"])
        elif part := next(
            ((match, n) for pattern, n in _PARTS if (match := pattern.search(_GLUED.sub(r"\1 ", folded)))), None
        ):
            year, month = part[0]["year"], int(part[0]["nth"]) * part[1]
        else:
            year_match = _YEAR.search(folded) or _SHORT_YEAR.search(text)
            year, month = year_match[1] if year_match else "", next(filter(None, map(_month_named, folded.split())), 0)
        return cls(int(f"20{year}"[-4:]), month) if year and 1 <= month <= _LAST_MONTH else None

    def until(self, later: "Month") -> int:
        """Return the months from this one to a later one; negative where it is earlier."""
        return (later.year - self.year) * _LAST_MONTH + later.month - self.month

    def before(self, months: int) -> "Month":
        """
        Return the month so many months earlier.

        Examples
        --------
        >>> str(Month(2027, 1).before(2))
        '2026-11'
        """
        years, month = divmod(self.year * _LAST_MONTH + self.month - 1 - months, _LAST_MONTH)
        return Month(years, month + 1)

    def __str__(self) -> str:
        """As ``2027-03``."""
        return f"{self.year}-{self.month:02d}"


@dataclass(frozen=True, slots=True, order=True)
class Lot:
    """
    People of one employer in one fragile job, or its openings in one hiring job, in one basin.

    Attributes
    ----------
    employer
        Name as given; the source of the openings where a survey is the employer.
    job
        Occupation code.
    basin
        Basin code, or the normalised name where no geography is known.
    people
        Headcount or openings, 0 or more.
    basin_label
        Name of the basin.
    pool
        Openings that share one capacity: ``family`` code of a survey; empty where they are the lot's own.
    given, confidence, row, sheet
        What was written as the job, how sure its code is in [0, 1], and where; the sheet where several were read.
    self_employed
        Whether the opening is work on one's own account: an option, never a post that people are placed on.
    title_code, appellation
        Code of the job title, where access tells those of the fiche apart; the one of other words that was understood.
    part
        What separates it from others of the same employer, job and basin: another title, another commune; else empty.
    commune, commune_label
        Commune, where one was named: distances are measured from it, else from the basin's centre.
    volunteers
        Of the people, those who would leave; None = not said.
    month
        First month that people are free, or last month by which they are needed; None = not said.
    size, agreement
        Headcount of the whole firm, and its collective agreement (IDCC); None and empty = not said.
    permits
        Licences and other conditions that columns name, as a title would: "permis C, FIMO"; else empty.
    known_by
        Of openings of a survey: whether they are known of the ``job``, or by its ``family`` only; else empty.
    """

    employer: str
    job: str
    basin: str
    pool: str = ""
    people: int = 0
    basin_label: str = ""
    label: str = ""
    given: str = ""
    confidence: float = 1.0
    row: int = 0
    sheet: str = ""
    title_code: str = ""
    self_employed: bool = False
    part: str = ""
    commune: str = ""
    commune_label: str = ""
    known_by: str = ""
    volunteers: int | None = None
    month: Month | None = None
    size: int | None = None
    agreement: str = ""
    permits: str = ""
    appellation: str = ""

    @property
    def movable(self) -> int:
        """People who may be placed: the volunteers, where they are known."""
        return self.people if self.volunteers is None else min(self.people, self.volunteers)

    @property
    def key(self) -> tuple[str, ...]:
        """What names the lot."""
        named = (self.employer, self.job, self.basin, self.pool)
        return (*named, self.part) if self.part else named

    def read_as(self, read: "Lot") -> "Lot":
        """Return it with the job and basin that were looked up for it: volunteers, months and doubts stay."""
        values = {n: getattr(read, n) for n in ("employer", "job", "label", "basin", "basin_label", "row", "sheet")}
        confidence = min(self.confidence, read.confidence)
        return replace(self, **values, given=self.given or read.given, confidence=confidence, pool="", part="")

    @property
    def spot(self) -> str:
        """Where distances are measured from."""
        return self.commune or self.basin

    @property
    def end(self) -> dict[str, str]:
        """Its job, ready for JSON."""
        return {"code": self.job, "label": self.label}

    @property
    def title(self) -> str:
        """The job as it was written."""
        return self.given or self.job

    @property
    def title_codes(self) -> frozenset[str]:
        """The title whose access is looked at, as an aim holds titles; none = the job at large."""
        return frozenset(filter(None, (self.title_code,)))

    @property
    def wording(self) -> str:
        """The job in the employer's own words, else its label."""
        return self.given or self.label

    @property
    def fiche(self) -> str:
        """Code and label of its job."""
        return " ".join(filter(None, (self.job, self.label)))

    @property
    def named(self) -> str:
        """
        Its job in the employer's own words, with the fiche in brackets where that says something else.

        Examples
        --------
        >>> Lot("A", "N1103", "1", label="Magasinage", given="Cariste quai").named
        'Cariste quai (N1103 Magasinage)'
        """
        return self.fiche if self.given in ("", self.job, self.label, self.fiche) else f"{self.given} ({self.fiche})"

    @property
    def town(self) -> str:
        """Name of its commune, or else of its basin: where it is, for a screen."""
        return self.commune_label or self.basin_label

    def place(self, *, elsewhere: bool = True) -> str:
        """
        Return job and place for a screen; the job alone where the place goes without saying.

        Of several lots of one employer, job and basin, the month tells those of one title apart.
        """
        month = str(self.month) if self.part and self.month else ""
        return ", ".join(filter(None, (self.named, self.town if elsewhere else "", month)))


@dataclass(frozen=True)
class Lots:
    """
    A side of a territory, sorted: the order of the rows given plays no part.

    Lots of one pool share its openings: each has their whole number. `pool_labels` names the families of pools. `file`
    and `sha256` say what was read, empty for rows from memory. `set_aside` are the rows that could not be used; `said`
    what was done with the others: lines summed, totals passed over.
    """

    side: Side
    lots: tuple[Lot, ...]
    pool_labels: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    sha256: str = ""
    source: str = ""
    set_aside: tuple[Problem, ...] = ()
    said: tuple[Problem, ...] = ()

    @property
    def content(self) -> tuple[object, ...]:
        """Content of a file, whatever the side: its lines, and the number of each."""
        rows = sorted((lot.sheet, lot.row, lot.employer, lot.given or lot.job, lot.people) for lot in self.lots)
        return self.sha256, *rows

    @classmethod
    def of(cls, side: Side, lots: Iterable[Lot], **more: Any) -> "Lots":
        """Return lots in the order of their names; `more`: the other attributes."""
        return cls(side, tuple(sorted(lots, key=_NAME_OF)), **more)

    @cached_property
    def capacities(self) -> Mapping[tuple[str, ...], int]:
        """
        Capacity of each pool, by name, sorted: a shared one, or that of a lot itself; lots of one name are summed.

        Raises
        ------
        PasserellesError
            If two lots that share openings do not say the same number of them.
        """
        by_pool: dict[tuple[str, ...], int] = {}
        for lot in self.lots:
            key = pool_key(lot)
            known = by_pool.get(key, lot.people if lot.pool else 0)
            if lot.pool and known != lot.people:
                raise PasserellesError("territory_pool", pool=lot.pool, basin=lot.basin, first=known, second=lot.people)
            by_pool[key] = known if lot.pool else known + lot.people
        return dict(sorted(by_pool.items()))

    @property
    def by_sheet(self) -> Iterable[Sequence[Lot]]:
        """Lots of each sheet or file, where several were read; else all of them."""
        return grouped((lot.sheet, lot) for lot in self.lots).values()

    @property
    def shared(self) -> bool:
        """Whether some lots share openings: those of a survey."""
        return any(lot.pool for lot in self.lots)

    @property
    def people(self) -> int:
        """Headcount, or openings: a shared capacity counts once."""
        return sum(self.capacities.values())

    def resolved(self) -> tuple[Lot, ...]:
        """Lots whose job was written otherwise than by its code, in the order of the rows, one of each row's job."""
        otherwise = (lot for lot in self.lots if lot.given)
        by_row = grouped(((lot.sheet, lot.row, lot.given, lot.job), lot) for lot in sorted(otherwise, key=_WRITTEN_AT))
        return tuple(lots[0] for lots in by_row.values())


def aside_totals(lots: Lots) -> dict[str, int]:
    """Return the number of rows set aside, the people or openings that they name, and the rows that name none."""
    rows = [p for p in lots.set_aside if not p.of_table]
    known = [p.people for p in rows if p.people is not None]
    return {"rows": len(rows), "people": sum(known), "rows_unknown": len(rows) - len(known)}


_LISTED: Final = 10


def reading_notes(sides: Iterable[Lots]) -> Iterator[Note]:
    """Yield notes on what reading the tables set aside and did."""
    for lots in sides:
        if tables := ", ".join(dict.fromkeys(p.file for p in lots.set_aside if p.of_table)):
            yield Note("tables_aside", {"files": tables}, "reading")
        totals = aside_totals(lots)
        if totals["rows"]:
            counts = (lots.side, totals["people"]), ("unread", totals["rows_unknown"])
            values = {"n": totals["rows"], "what": partial(_aside_text, counts)}
            yield Note("set_aside", {**values, "file": lots.file or partial(side_label, lots.side)}, "reading")
        own = [(p.key == "title_place" and p.values["place"], p) for p in lots.said]  # each title may name its own
        alike = grouped(((p.key, place, split_sheet(p.file)[0], p.column), p) for place, p in own)
        for (key, _, file, _), problems in alike.items():
            lines = list(dict.fromkeys(p.line for p in problems))
            name = str(file) if problems[0].file else partial(side_label, lots.side)
            details = {**problems[0].values, "n": len(problems), "file": name}
            if len(problems) > 1 or "rows" not in details:  # a problem may have several lines itself
                details["rows"] = few(lines, _LISTED)
            yield Note(key, details, "reading")


def _aside_text(counts: Sequence[tuple[str, int]], lang: Lang) -> str:
    """Return in words how many people or openings are set aside, and how many rows give no number."""
    nonzero = [c for c in counts if c[1]] or counts
    return ", ".join(say(f"territory.aside.{key}", lang=lang, n=n) for key, n in nonzero)


def side_label(side: Side, lang: Lang) -> str:
    """Return what a side is called."""
    return say(f"territory.side.{side}", lang=lang)


def pool_key(lot: Lot) -> tuple[str, ...]:
    """Name of what lots that share openings have in common: the family; of the lot itself where it has its own."""
    return (lot.employer, "", lot.basin, lot.pool) if lot.pool else lot.key


def merged(side: Side, lots: Mapping[tuple[str, ...], Sequence[Lot]], **more: Any) -> Lots:
    """
    Put the lines of each lot together, by employer, job, basin, and what else sets it apart from others of these.

    Lines are no surer together than the least sure; where one gives volunteers, all people of a line that gives none
    are. `more`: see `Lots.of`.
    """
    several = Counter(key[:3] for key in lots)
    spelt = {key[0]: group[0].employer for key, group in [*lots.items()][::-1]}  # one employer, one name: its first
    summed = [
        replace(
            group[0],
            employer=spelt[key[0]],
            people=sum(lot.people for lot in group),
            confidence=min(lot.confidence for lot in group),
            volunteers=sum(lot.movable for lot in group) if any(x.volunteers is not None for x in group) else None,
            part=" ".join(filter(None, key[3:])) if several[key[:3]] > 1 else "",
        )
        for key, group in lots.items()
    ]
    return Lots.of(side, summed, **more)


Table = str | Path | Sequence[str | Path] | Sequence[Mapping[str, Any]] | Iterable[Lot] | Lots | DataFrame
