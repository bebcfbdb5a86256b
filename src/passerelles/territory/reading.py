"""`read_lots`: tables of people and openings as companies write them into lots; what cannot be used is set aside."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from passerelles.codes import is_rome_code
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.io.numbers import decimal_sign, read_number
from passerelles.io.rows import Rows, read_rows
from passerelles.io.xlsx import cell_text
from passerelles.market.market import Market
from passerelles.market.places import Places, with_basins
from passerelles.matching.titles import REVIEW, resolve_title
from passerelles.progress import go_on
from passerelles.referentials.reference import find_occupation
from passerelles.referentials.referential import Referential
from passerelles.territory.lots import Lot, Lots, LotsError, Problem, Side, Table, made
from passerelles.text import normalise_label

NOWHERE: Final = ""
"""Basin of lots of a table that has no column of places."""
_MAX_BYTES: Final = 50_000_000  # a table of lots is a few kilobytes; beyond that, it is another file
_MOST: Final = 1_000_000  # no lot of a territory is larger: beyond, a year or a code slipped into the column
_HEADER_LEAST: Final = 2  # columns that make a header: a title may hold the name of one
_COUNT: Final[Mapping[Side, str]] = {"fragile": "headcount", "hiring": "openings"}
_HOW_MANY: Final = r"(?:nombre|nb|nbre|nbr|n|total)(?: de| d| des)? "
_OF_PEOPLE: Final = _HOW_MANY + r"(?:personnes?|salaries?|agents?|emplois?)(?: concernee?s| menacee?s)?"
_OF_POSTS: Final = _HOW_MANY + r"(?:postes?|offres?|recrutements?|embauches?|besoins?)(?: a pourvoir| prevus| ouverts)?"
# Columns by role; of several that fit, the first pattern that is found names the column.
_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "employer": (
        r"employeurs?|employers?|entreprises?|societes?|raisons? sociales?|company|companies|firm",
        r"(?:nom|denomination|raison sociale)(?: sociale)?(?: de l| de la| du| d)? ?(?:employeur|entreprise|societe)?",
        r"etablissements?|nom (?:de l )?etablissement|structure|organisation|recruteur|enseigne|site",
    ),
    "code": (r"codes? rome|rome|codes? (?:metier|emploi|rome \w+)",),
    "job": (
        r"(?:metier|emploi|poste|intitule|libelle|fonction) en clair",
        r"intitules?(?: (?:du|de|de l|des))? ?(?:postes?|metiers?|emplois?|offres?|fonctions?)?",
        r"appellations?(?: rome)?|libelles?(?: (?:du|de|de l|d))? ?(?:postes?|metiers?|emplois?|fonctions?)?",
        r"(?:job )?titles?|titres?",
        r"metiers?|jobs?|occupations?|positions?|fonctions?|professions?",
        r"poste(?: (?:de travail|occupe|propose|a pourvoir|concerne|recherche))?",
        r"emploi(?: (?:occupe|propose|type|concerne))?",
        r"code",
    ),
    "headcount": (
        r"headcounts?|effectifs?(?: \w+){0,2}|people|employees|staff|personnes?|salaries?",
        _OF_PEOPLE,
        _OF_POSTS,
        r"postes|emplois(?: \w+)?|nombre|nb|nbre|total",
        r"(?:nb |nombre d |effectif )?(?:etp|equivalents? temps plein|fte)(?: \w+)?",
    ),
    "openings": (
        r"openings?|vacanc(?:y|ies)|postes(?: (?:a pourvoir|ouverts|vacants|proposes))?",
        _OF_POSTS,
        r"(?:offres|recrutements|besoins|embauches)(?: \w+){0,3}",
        r"nombre|nb|nbre|total|quantite|headcount|effectifs?(?: \w+){0,2}|" + _OF_PEOPLE,
        r"(?:nb |nombre d )?(?:etp|equivalents? temps plein|fte)(?: \w+)?",
    ),
    "basin": (r"bassins?(?: d emplois?| emploi)?|basins?|codes? bassin|nom (?:du )?bassin|zone d emploi",),
    "commune": (
        r"communes?(?: \w+){0,3}|nom (?:de la )?commune|villes?|city|town",
        r"lieux?(?: (?:de travail|du poste|d exercice|d emploi))?|localites?|localisation|location|place|implantation",
        r"code (?:commune|insee)(?: \w+)?|insee",
    ),
    "postcode": (r"code postal|cp|codes? postaux|postcode|zip(?: code)?",),
    "department": (r"departements?|dep|dept|code departement|department",),
    "employment": (
        r"salarie (?:ou )?independant|statut(?: \w+){0,2}|(?:type|nature)(?: (?:de|du) contrat)?|contrat",
        r"employment(?: type)?|contract(?: type)?",
    ),
    "choice": (r"choix|choice|code corrige",),
}  # fmt: skip
# Words by which a column of no usual name is known, where nothing better is; and columns that say something else.
_WORDS: Final[Mapping[str, str]] = {
    "employer": r"\b(?:entreprises?|employeurs?|societes?|etablissements?|raison sociale|armements?|structures?)\b",
    "job": r"^(?:metiers?|postes?|emplois?|fonctions?|professions?|intitules?|libelles?|appellations?)\b",
    "headcount": r"^(?:nb|nbre|nombre|effectifs?)\b|\b(?:salaries|personnes|marins|agents|effectifs?)\b",
    "openings": r"^(?:nb|nbre|nombre)\b|\b(?:a pourvoir|besoins?|recrutements?|embauches?)\b",
    "commune": r"\b(?:communes?|villes?|port|lieu|localites?|localisation)\b",
    "department": r"^(?:dept|dpt|dep|departement)\b",
}
_ELSE: Final = (
    r"\b(?:date|echeance|fin|debut|tranche|diplomes?|titres?|permis|habilitations?|exigences?|siret|siren|epci|region"
    r"|contrat|statut|branche|remarques?|observations?|code|convention)\b"
)
_OWN_ACCOUNT: Final = re.compile(
    r"\b(?:independante?s?|freelances?|(?:auto|micro) ?entrepreneur\w*|(?:auto|micro) ?entreprise|a son compte"
    r"|creation d entreprise|self employ\w*)\b"
)
_ETP: Final = re.compile(r"\b(?:etp|equivalents? temps plein|fte)\b")
_TOTAL: Final = re.compile(r"(?:sous |grand )?tota(?:l|ux)\b.*|ensemble|somme|cumul|subtotal")
_IN_BRACKETS: Final = re.compile(r"^(.*?)\s*\((\d{1,3}|2[AB]|\d{5})\)$", re.IGNORECASE)


@dataclass(frozen=True)
class Locator:
    """
    Finds basins: in the geography where there is one, else as names to compare; a survey's own basins in both.

    The survey is read only where it may matter: reading one takes seconds, and most tables name basins by their code
    or their own name.
    """

    places: Places | None = None
    market: Market | None = None

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
        name = normalise_label(text)
        return self._names.get(name, name), text.strip()

    def within(self, text: str, area: str) -> tuple[str, str] | None:
        """Return the one basin of a commune of that name in a department (``35``) or of a postcode (``35600``)."""
        if self.places is None or not area.strip():
            return None
        department = _department(area.strip())
        name = normalise_label(text)
        basins = {
            c.basin
            for c in self.places.communes
            if c.name and normalise_label(c.name) == name and c.code.startswith(department)
        }
        if len(basins) != 1:
            return None
        basin = self.places.basin_by_code[basins.pop()]
        return basin.code, basin.name

    def km(self, start: str, end: str) -> float | None:
        """Kilometres between two basins; None = unknown."""
        if start == end and start != NOWHERE:
            return 0.0
        if self.places is None or not {start, end} <= self.places.basin_by_code.keys():
            return None  # a basin of the survey that the geography lacks
        return self.places.distance(start, end).km

    @cached_property
    def _surveyed(self) -> Mapping[str, str]:
        """Name of each basin of the survey, by code."""
        if self.market is None or not self.market.has_survey:
            return {}
        return {b.code: b.label for b in self.market.survey().basins.values()}

    @cached_property
    def _wide(self) -> Places:
        """Return the geography with the survey's basins that it lacks."""
        return with_basins(self.places or Places(()), self._surveyed, source="BMO")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Code of each normalised name of the survey."""
        return {normalise_label(label): code for code, label in self._surveyed.items()}


def _department(area: str) -> tuple[str, ...]:
    """Beginnings of the commune codes of a department or postcode; Corsica's postcodes begin with 20."""
    code = area.upper().zfill(5)[:3] if area.isdigit() and len(area) in (4, 5) else area.upper().zfill(2)
    if code[:2] == "20":
        return ("2A", "2B")
    return (code[:3] if code[:2] in ("97", "98") else code[:2],)


def make_locator(places: Places | None, market: Market | None = None) -> Locator:
    """Make the finder of basins of a geography and a survey, either of which may be absent."""
    return Locator(places, market)


def read_sides(
    referential: Referential,
    fragile: Table,
    hiring: Table | None,
    *,
    locator: Locator,
    refuse_incomplete: bool = False,
) -> tuple[Lots, Lots | None]:
    """
    Read both tables; see `read_lots`. What either cannot use is set aside in it.

    Raises
    ------
    LotsError
        If a table has not one usable row, or, where `refuse_incomplete`, anything is set aside; it tells all of both.
    PasserellesError
        If a file cannot be read at all.
    """
    faults: list[Problem] = []
    read = []
    for table, side in ((fragile, "fragile"), (hiring, "hiring")):
        if table is None:
            continue
        try:
            read.append(read_lots(referential, table, side, locator=locator))  # type: ignore[arg-type]
        except LotsError as error:
            faults += error.problems
    if faults or refuse_incomplete:
        faults += [problem for lots in read for problem in lots.set_aside]
    if faults:
        raise LotsError(faults)
    return read[0], read[1] if len(read) > 1 else None


def read_lots(referential: Referential, table: Table, side: Side, *, locator: Locator | None = None) -> Lots:
    """
    Read one table of lots.

    Parameters
    ----------
    referential
        Where jobs are looked up, by code or title.
    table
        Path of a CSV file or workbook, rows as mappings, `Lot` values, or `Lots` (returned as they are). Columns by
        their usual names in French or English: employer, job (a title, a code, or both), headcount or openings,
        basin or commune (with a postcode or department to tell places of one name apart). A cell of ``choix``
        replaces the job of its row.
    side
        ``"fragile"`` or ``"hiring"``.
    locator
        Where basins are looked up; without one they are names.

    Returns
    -------
    lots
        Lines of one employer, job and basin summed. `Lots.set_aside` holds the rows that cannot be used, each with
        its reason; `Lots.said` what was done: lines summed, totals left out, merged cells filled.

    Raises
    ------
    LotsError
        If not one row can be used, with every reason.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> rows = [{"Entreprise": "Ateliers", "Métier": "h2909", "Effectif": "12", "Bassin d'emploi": "Redon"}]
    >>> lots = read_lots(load_referential("transitions"), rows, "fragile")
    >>> lots.lots[0].job, lots.people
    ('H2909', 12)
    """
    if isinstance(table, Lots):
        return table
    reader = _Reader(referential, side, locator or Locator())
    if isinstance(table, str | Path):
        return reader.read(_Grid.of(*_sheets(table, side), side=side))
    rows: list[Any] = table.to_dict("records") if hasattr(table, "to_dict") else list(table)
    if rows and all(isinstance(row, Lot) for row in rows):
        basins = [lot.basin_label or lot.basin for lot in rows]
        rows = [
            {"employer": lot.employer, "job": lot.job, _COUNT[side]: lot.people, "basin": basin}
            for lot, basin in zip(rows, basins, strict=True)
        ]
    return reader.read(_Grid.of_mappings(rows, side))


def _sheets(table: str | Path, side: Side) -> list[Rows]:
    """Return the rows of a file: of all its visible sheets of the very same columns, where several are as good."""

    def fits(cells: Sequence[Any]) -> int:
        return _fit(cells, side)

    try:
        return [read_rows(table, fits, most=_MAX_BYTES)]
    except PasserellesError as error:
        if error.key != "several_sheets":
            raise
        names = str(error.values["sheets"]).split(", ")
        found = [read_rows(f"{table}#{name}", fits, most=_MAX_BYTES) for name in names]
        if len({tuple(map(cell_text, each.header)) for each in found}) > 1 or not found[0].header_line:
            raise
        return found


def is_table_of_lots(path: str | Path) -> bool:
    """Whether a file is a table of openings by employer, not a bare list of jobs."""
    header = read_rows(path, lambda cells: _fit(cells, "hiring"), most=_MAX_BYTES).header
    return bool({"employer", "openings"} & set(_columns(header, "hiring")))


def _fit(cells: Sequence[Any], side: Side) -> int:
    """How well a row fits as the header of a table of this side."""
    roles = _columns(cells, side)
    if len(roles) < _HEADER_LEAST or not {"job", "code"} & set(roles):
        return 0
    return 2 * len(roles) + (_COUNT[side] in roles)


def _columns(header: Sequence[Any], side: Side) -> dict[str, int]:
    """Position of the column of each role; each column has one role at most."""
    written = [re.sub(r"(?: \d+)+$", "", normalise_label(cell_text(cell))) for cell in header]
    found: dict[str, int] = {}
    for role, patterns in _ROLES.items():
        if role in _COUNT.values() and role != _COUNT[side]:
            continue
        for pattern in patterns:
            places = [i for i, name in enumerate(written) if name and re.fullmatch(pattern, name)]
            free = next((i for i in places if i not in found.values()), None)
            if free is not None:
                found[role] = free
                break
    for role, pattern in _WORDS.items():
        if role in found or role in {*_COUNT.values()} - {_COUNT[side]}:
            continue
        for i, name in enumerate(written):
            if i not in found.values() and re.search(pattern, name) and not re.search(_ELSE, name):
                found[role] = i
                break
    return found


@dataclass(frozen=True)
class _Grid:
    """A table: its rows, each with its line, and where the column of each role is."""

    name: str
    header: Sequence[str]
    columns: Mapping[str, int]
    rows: Sequence[tuple[int, Sequence[Any]]]
    sha256: str = ""
    said: tuple[Problem, ...] = ()
    set_aside: tuple[Problem, ...] = ()

    @classmethod
    def of_mappings(cls, rows: Sequence[Mapping[str, Any]], side: Side) -> "_Grid":
        header = list(dict.fromkeys(str(key) for row in rows for key in row))
        cells = [(number, [row.get(key) for key in header]) for number, row in enumerate(rows, start=1)]
        return cls(side, header, _columns(header, side), cells)

    @classmethod
    def of(cls, *sheets: Rows, side: Side) -> "_Grid":
        """Return the table of a file; of several sheets of the same columns, one below the other."""
        first, *others = (cls._of_sheet(rows, side) for rows in sheets)
        if not others:
            return first
        names = ", ".join(rows.sheet for rows in sheets)
        told = Problem(first.name, 0, "", "several_sheets", {"sheets": names})
        return replace(
            first,
            rows=[row for each in (first, *others) for row in each.rows],
            said=(told, *(problem for each in (first, *others) for problem in each.said)),
            set_aside=tuple(problem for each in (first, *others) for problem in each.set_aside),
        )

    @classmethod
    def _of_sheet(cls, rows: Rows, side: Side) -> "_Grid":
        header = [cell_text(cell) for cell in rows.header]
        said: list[Problem] = []
        if rows.header_line > 1:
            said.append(Problem(rows.name, rows.header_line, "", "header_line", {"line": str(rows.header_line)}))
        faults = [n for n in rows.notices if n.severity == "error"]
        aside = [Problem(rows.name, n.line or 0, "", "damaged", {"notice": n}) for n in faults]
        filled: list[tuple[int, Sequence[Any]]] = list(rows.filled)
        for area in rows.merged:
            if area.last_row > rows.header_line and area.last_row > area.first_row:
                filled = _fill(filled, area)
                values = {"first": str(area.first_row), "last": str(area.last_row)}
                said.append(Problem(rows.name, area.first_row, _at(header, area.first_column), "merged", values))
        columns = _columns(header, side)
        return cls(rows.name, header, columns, filled, rows.sha256, tuple(said), tuple(aside))

    def text(self, cells: Sequence[Any], role: str) -> str:
        """Return the cell of a role as text on one line; empty where there is none."""
        place = self.columns.get(role)
        return " ".join(cell_text(cells[place]).split()) if place is not None and place < len(cells) else ""

    def title(self, role: str) -> str:
        """Return the header of a role as it is written, or its name where there is none."""
        return self.header[self.columns[role]] if role in self.columns else role

    def others(self, cells: Sequence[Any], role: str) -> set[str]:
        """Return what other columns of the very same name hold."""
        place = self.columns.get(role)
        if place is None:
            return set()
        same = [i for i, name in enumerate(self.header) if i != place and name and name == self.header[place]]
        return {text for i in same if i < len(cells) and (text := cell_text(cells[i]))}


def _at(header: Sequence[str], column: int) -> str:
    return header[column - 1] if column <= len(header) else ""


def _fill(rows: Sequence[tuple[int, Sequence[Any]]], area: Any) -> list[tuple[int, Sequence[Any]]]:
    """Put the value of merged cells in each of their rows."""
    place = area.first_column - 1
    value = next((cells[place] for line, cells in rows if line == area.first_row and place < len(cells)), None)
    filled: list[tuple[int, Sequence[Any]]] = []
    for line, cells in rows:
        row = list(cells)
        if area.first_row < line <= area.last_row:
            row += [None] * (place + 1 - len(row))
            row[place] = value
        filled.append((line, row))
    return filled


@dataclass
class _Reader:
    """Rows of one table into lots, with what is set aside and what is said on the way."""

    referential: Referential
    side: Side
    locator: Locator
    set_aside: list[Problem] = field(default_factory=list)
    said: list[Problem] = field(default_factory=list)
    jobs: dict[str, "Resolved | _Unusable"] = field(default_factory=dict)
    spots: dict[tuple[str, str, str], "tuple[str, str] | _Unusable"] = field(default_factory=dict)

    def read(self, grid: _Grid) -> Lots:
        self.said += grid.said
        self.set_aside += grid.set_aside
        self._check_columns(grid)
        count = _COUNT[self.side]
        rows = list(self._rows(grid))
        counts = [grid.text(cells, count) for _, cells in rows]
        decimal = decimal_sign(counts)
        lots: dict[tuple[str, str, str], list[Lot]] = {}
        for line, cells in rows:
            lot = self._lot(grid, line, cells, decimal)
            if lot is not None:
                key = (normalise_label(lot.employer) or lot.employer, lot.job, lot.basin)
                lots.setdefault(key, []).append(lot)
        self._tell_sums(grid, lots)
        if not lots:
            problems = self.set_aside or [Problem(grid.name, 0, "", "no_row", {})]
            raise LotsError(problems)
        summed = [
            replace(
                some[0],
                people=sum(lot.people for lot in some),
                title_code=next((lot.title_code for lot in some if lot.title_code), ""),
            )
            for some in lots.values()
        ]
        found = made(self.side, summed, file=grid.name, sha256=grid.sha256)
        return replace(found, set_aside=tuple(self.set_aside), said=tuple(self.said))

    def _check_columns(self, grid: _Grid) -> None:
        """Refuse a table without jobs; say what its lines count as where it lacks another column."""
        if not {"job", "code"} & set(grid.columns):
            columns = ", ".join(filter(None, grid.header)) or "–"
            raise LotsError([Problem(grid.name, 0, "job", "no_column", {"column": "job", "columns": columns})])
        for role, key in ((_COUNT[self.side], "counted_lines"), ("employer", "no_employer")):
            if role not in grid.columns:
                self.said.append(Problem(grid.name, 0, role, key, {}))
        if not {"basin", "commune"} & set(grid.columns):
            self.said.append(Problem(grid.name, 0, "basin", "no_place", {}))

    def _rows(self, grid: _Grid) -> Iterable[tuple[int, Sequence[Any]]]:
        """Yield the rows of lots, without the header said again, totals, and lines of text below the table."""
        header = [normalise_label(name) for name in grid.header]
        for line, cells in grid.rows:
            texts = [normalise_label(cell_text(cell)) for cell in cells]
            if [t for t in texts if t] == [h for h in header if h]:
                self.said.append(Problem(grid.name, line, "", "header_again", {}))
            elif self._is_total(grid, cells):
                self.said.append(Problem(grid.name, line, "", "total_line", {}))
            elif not self._says_a_lot(grid, cells):
                text = " ".join(filter(None, map(cell_text, cells)))[:80]
                self.said.append(Problem(grid.name, line, "", "text_line", {"text": text}))
            else:
                yield line, cells

    def _is_total(self, grid: _Grid, cells: Sequence[Any]) -> bool:
        job = grid.text(cells, "job") or grid.text(cells, "code")
        first = next((normalise_label(text) for cell in cells if (text := cell_text(cell))), "")
        if _TOTAL.fullmatch(normalise_label(job)):
            return True
        return not job and bool(_TOTAL.fullmatch(first))

    def _says_a_lot(self, grid: _Grid, cells: Sequence[Any]) -> bool:
        """Whether a row is more than a remark: a job, or people of an unknown one."""
        roles = [role for role in ("job", "code", "choice", _COUNT[self.side]) if grid.text(cells, role)]
        if not roles:
            return False
        filled = [cell for cell in cells if cell_text(cell)]
        return len(filled) > 1 or len(grid.columns) == 1

    def _lot(self, grid: _Grid, line: int, cells: Sequence[Any], decimal: str) -> Lot | None:
        go_on()
        people = self._people(grid, line, cells, decimal)
        number = people if isinstance(people, int) else None
        job = self._job(grid, cells)
        basin = self._basin(grid, cells)
        if isinstance(people, _Unusable) or isinstance(job, _Unusable) or isinstance(basin, _Unusable):
            wrong = next(each for each in (people, job, basin) if isinstance(each, _Unusable))
            about = (grid.title(wrong.role), wrong.key, wrong.values, number, wrong.suggestions)
            self.set_aside.append(Problem(grid.name, line, *about))
            return None
        return Lot(
            employer=grid.text(cells, "employer") or "–",
            job=job.code,
            basin=basin[0],
            people=people,
            basin_label=basin[1],
            label=self.referential.occupation_by_code[job.code].name,
            given=job.given,
            confidence=job.confidence,
            row=line,
            self_employed=self.side == "hiring" and self._own_account(grid, cells),
            title_code=_title_code(self.referential, job),
        )

    def _people(  # noqa: PLR0911 - one refusal a line
        self, grid: _Grid, line: int, cells: Sequence[Any], decimal: str
    ) -> "int | _Unusable":
        role = _COUNT[self.side]
        if role not in grid.columns:
            return 1
        cell = cells[grid.columns[role]] if grid.columns[role] < len(cells) else None
        text = grid.text(cells, role)
        values = {"given": text}
        if len({text, *grid.others(cells, role)} - {""}) > 1:
            return _Unusable(role, "columns_differ", values)
        if isinstance(cell, bool):
            return _Unusable(role, "not_number", values)
        exact = isinstance(cell, int | float) and math.isfinite(cell)
        value, why = (float(cell), "") if exact else read_number(text, decimal=decimal)  # type: ignore[arg-type]
        if value is None:
            return _Unusable(role, why, values)
        if value < 0:
            return _Unusable(role, "negative", values)
        if value > _MOST:
            return _Unusable(role, "too_many", values)
        if value.is_integer():
            return int(value)
        if not _ETP.search(normalise_label(grid.title(role))):
            return _Unusable(role, "fractional", values)
        rounded = max(1, math.floor(value + 0.5))
        self.said.append(Problem(grid.name, line, grid.title(role), "etp", {"given": text, "people": str(rounded)}))
        return rounded

    def _own_account(self, grid: _Grid, cells: Sequence[Any]) -> bool:
        """Whether a row says that the work is one's own account, in its column of contracts or in its title."""
        told = (grid.text(cells, "employment"), grid.text(cells, "job"))
        return any(_OWN_ACCOUNT.search(normalise_label(text)) for text in told)

    def _job(self, grid: _Grid, cells: Sequence[Any]) -> "Resolved | _Unusable":
        """Job of a row: what a person chose, else its code where the referential has it, else its title."""
        texts = [(role, grid.text(cells, role)) for role in ("choice", "code", "job")]
        told = [(role, text) for role, text in texts if text]
        if not told:
            return _Unusable("job", "empty", {})
        for role, text in told[:-1]:
            code = _code(self.referential, text)
            if role == "choice" and code is None:
                break
            if code is not None:
                title = told[-1][1] if told[-1][0] == "job" else text
                return Resolved(code, "" if title == code else title, 1.0)
        role, text = told[0] if told[0][0] == "choice" else told[-1]
        if text not in self.jobs:
            self.jobs[text] = _find_job(self.referential, text, role)
        return self.jobs[text]

    def _basin(self, grid: _Grid, cells: Sequence[Any]) -> "tuple[str, str] | _Unusable":
        if not {"basin", "commune"} & set(grid.columns):
            return NOWHERE, "–"
        role = "basin" if grid.text(cells, "basin") or "commune" not in grid.columns else "commune"
        text = grid.text(cells, role)
        area = grid.text(cells, "postcode") or grid.text(cells, "department")
        match = _IN_BRACKETS.match(text)
        if match is not None:
            text, area = match[1], area or match[2]
        key = (role, text, area)
        if key not in self.spots:
            self.spots[key] = _find_basin(self.locator, text, area, role)
        return self.spots[key]

    def _tell_sums(self, grid: _Grid, lots: Mapping[tuple[str, str, str], Sequence[Lot]]) -> None:
        for some in lots.values():
            if len(some) > 1:
                rows = ", ".join(str(lot.row) for lot in some)
                people = str(sum(lot.people for lot in some))
                first = some[0]
                values = {
                    "rows": rows,
                    "people": people,
                    "employer": first.employer or "–",
                    "job": first.label or first.job,
                }
                self.said.append(Problem(grid.name, first.row, "", "summed", values))


class Resolved(NamedTuple):
    """Code of a job, what was written for it (empty for its own code), and how sure the code is, in [0, 1]."""

    code: str
    given: str
    confidence: float


class _Unusable(NamedTuple):
    """Why a cell cannot be used, and what it may have meant."""

    role: str
    key: str
    values: Mapping[str, object]
    suggestions: tuple[str, ...] = ()


def _code(referential: Referential, text: str) -> str | None:
    """Occupation of a code, however it is spaced or in whatever case."""
    tight = text.replace(" ", "").upper()
    if is_rome_code(tight) and tight in referential.occupation_by_code:
        return tight
    return text if text in referential.occupation_by_code else None


def _title_code(referential: Referential, job: Resolved) -> str:
    """Code of the title that was written, where titles of the fiche differ in what access takes."""
    if not job.given or all(row.scope != "titles" for row in referential.credentials_of.get(job.code, ())):
        return ""
    first = next(iter(resolve_title(referential, job.given, limit=1)), None)
    return first.title_code if first is not None and first.code == job.code else ""


def _find_job(referential: Referential, text: str, role: str) -> Resolved | _Unusable:
    """Occupation of a code or title; a title under the threshold of review is never guessed."""
    code = _code(referential, text)
    if code is not None:
        return Resolved(code, "" if code == text else text, 1.0)
    try:
        return Resolved(find_occupation(referential, text), text, 1.0)
    except UnknownCodeError as error:
        if error.key == "ambiguous_title":
            names = [f"{c} {referential.occupation_by_code[c].name}" for c in error.suggestions]
            return _Unusable(
                role, "job_ambiguous", {"given": text, "suggestions": ", ".join(error.suggestions)}, tuple(names)
            )
        ranked = resolve_title(referential, text, limit=3)
        if ranked and ranked[0].confidence >= REVIEW:
            return Resolved(ranked[0].code, text, round(ranked[0].confidence, 3))
        near = tuple(f"{c.code} {c.label}" for c in ranked) or error.suggestions
        return _Unusable(role, "job_unknown", {"given": text, "suggestions": ", ".join(near) or "–"}, near)


def _find_basin(locator: Locator, text: str, area: str, role: str) -> tuple[str, str] | _Unusable:
    """Basin of a place; a postcode or department tells places of one name apart."""
    if not text or (locator.places is None and not normalise_label(text)):
        return _Unusable(role, "empty", {})
    try:
        return locator.find(text)
    except UnknownCodeError as error:
        values = {"given": text, "suggestions": ", ".join(error.suggestions) or "–"}
        return _Unusable(role, "basin_unknown", values, error.suggestions)
    except PasserellesError as error:
        basin = locator.within(text, area)
        if basin is not None:
            return basin
        choices = str(error.values.get("choices", ""))
        return _Unusable(role, "basin_ambiguous", {"given": text, "choices": choices}, tuple(choices.split(", ")))
