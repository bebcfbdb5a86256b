"""Tables of a file: of its sheets, and of tables side by side or one above another, those of the side asked for."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice, pairwise, zip_longest
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.io.csv import DOUBLE_ENCODED, TOTAL, Rows, hold_counts, mostly_hold_counts, read_rows, with_only_header
from passerelles.io.xlsx import cell_text
from passerelles.matching.titles import SURE
from passerelles.territory.columns import (
    COUNT,
    YEAR,
    columns_of,
    fit,
    has_counts,
    is_part,
    names_role,
    one_header,
    with_letters,
    year_of,
)
from passerelles.territory.grid import Grid, Reader, Row, without_markup
from passerelles.territory.jobs import counted_jobs
from passerelles.territory.lots import LotsError, Problem, Side, says, town_of
from passerelles.territory.shapes import note_sum, with_labels, with_towns
from passerelles.text import normalise_label

_MAX_BYTES: Final = 50_000_000  # a table of lots is a few kilobytes; beyond that, it is another file
_POSTAL: Final = re.compile(r"\d{5} ")
_TITLE_PARTS: Final = re.compile(r"(?:\s[-–—|/:]\s|\s?[,;:|]\s)(?![^()]*\))")
_NAMED_AFTER: Final = re.compile(r"(?i:\b(?:d[eu] |d['’]|à ))(?P<name>[^\W\d_])|\((?P<inside>[^\W\d_][^()]*)\)")
_NUMBERED: Final = re.compile(r"\s*(?:n\s?°\s*)?\d+$", re.IGNORECASE)
_PROPER_WORD: Final = r"(?:[^\W\d_a-zà-ÿ]\S*|&|et|d[eu]|des|la|les?|[dl]['’]\S+)"
_LEGAL_FORM: Final = "(?:SASU?|SARL|SA|EURL|SCOP|SNC|SCA)"
_FIRM_NAME: Final = re.compile(
    rf"(?:(?i:pse|psi|effectifs?) (?i:de )?)?"
    rf"(?P<name>(?:{_LEGAL_FORM}|(?i:association|coop[ée]rative|fondation|clinique))(?: {_PROPER_WORD})+|"
    rf"{_PROPER_WORD}(?: {_PROPER_WORD})*(?<! la)(?<! LA) {_LEGAL_FORM})"
)
_NO_ROW: Final[Row] = (-2, ())  # far above the first one
_LEAST: Final = 2  # roles that make the header of one more table, and cells of a row that is no title
_SIDE_TITLES: Final[Mapping[Side, tuple[str, ...]]] = {"fragile": ("leaves", "people"), "hiring": ("hires", "offers")}


def _side_of_texts(*texts: str) -> Side | None:
    """Return the side that the name of a sheet, or the title or header of a table, names; None where none or both."""
    words = normalise_label(" ".join(texts))
    sides = [side for side, subjects in _SIDE_TITLES.items() if any(says(subject, words) for subject in subjects)]
    return sides[0] if len(sides) == 1 else None


def read_sheets(table: str | Path, reader: Reader) -> list[Rows]:
    """Return the rows of a file: of its visible sheets of the very same columns, or of one side and other firms."""
    side, fits = reader.side, partial(fit, side=reader.side)

    def read(place: str | Path) -> Rows:
        rows = read_rows(place, fits, most=_MAX_BYTES)
        return upright(rows._replace(rows=[(line, without_markup(cells)) for line, cells in rows.rows]), side)

    def read_sheet(name: str) -> Rows:
        return read(f"{table}#{name}")

    try:
        rows = read(table)
        sheets = [rows, *map(read_sheet, rows.others)]
        of_side, others = _by_side(sheets, side)
        if of_side and rows.sheet not in of_side:
            return [next(sheet for sheet in sheets if sheet.sheet in of_side)._replace(others=others)]
        return _of_other_firms(sheets, reader)
    except PasserellesError as error:
        if error.key != "several_sheets":
            raise
        names, others = (cast("tuple[str, ...]", error.values[key]) for key in ("best", "others"))
        sums = [name for name in names if _sums_or_is_old(name)] or _of_earlier_years(names)
        if 0 < len(sums) < len(names):  # a sheet that sums the others would count everybody twice
            names, others = tuple(name for name in names if name not in sums), (*sums, *others)
        sheets = [read_sheet(name) for name in names]
        of_side, unread = _by_side(sheets, side, same_columns=_same_columns(sheets))
        if of_side:
            sheets, others = [sheet for sheet in sheets if sheet.sheet in of_side], (*unread, *others)
        if not _same_columns(sheets) or not sheets[0].header_line:
            kin = _of_other_firms([*sheets, *map(read_sheet, others)], reader)
            if len(kin) < len(sheets):
                raise
            return kin
        return [sheet._replace(others=others) for sheet in sheets]


def _of_other_firms(sheets: Sequence[Rows], reader: Reader) -> list[Rows]:
    """
    Return the first of some sheets, and those that count the same side of other firms, whatever their columns.

    A sheet of the same firms may count the same people in another way; so may one that names none, unless its jobs are
    others. Each has to name its side, or none and its numbers are of whatever is counted there.
    """
    chosen, side = list(sheets[:1]), reader.side
    texts = {sheet.sheet: _texts_by_role(sheet, reader) for sheet in sheets}
    for sheet in sheets[1:]:
        if all(_is_of(compared, side) for compared in (sheets[0], sheet)) and all(
            _are_others(texts, {sheet.sheet, other.sheet}, reader) for other in chosen
        ):
            chosen = [*chosen, sheet]
    others = tuple(sheet.sheet for sheet in sheets if sheet not in chosen)
    return [sheet._replace(others=others) for sheet in chosen]


def _sums_or_is_old(sheet: str) -> bool:
    """Whether the name of a sheet says that it sums others, or is an archive or a draft."""
    words = normalise_label(sheet)
    return says("sums", words) or says("old", words)


def _of_earlier_years(names: Sequence[str]) -> list[str]:
    """
    Return the sheets that another one follows by its year: needs may be said again, and who leaves does so once.

    Examples
    --------
    >>> _of_earlier_years(["2025", "2026", "Notes"]), _of_earlier_years(["Départs 2026", "Départs 2027"])
    (['2025'], [])
    >>> _of_earlier_years(["Besoins 2025", "Offres 2026"])
    []
    """
    years = {name: (YEAR.sub("", name).strip(), year) for name in names if (year := year_of(name)) is not None}
    return [
        name
        for name, (words, year) in years.items()
        if any(words == others and year < later for others, later in years.values())
        and not any(says(subject, normalise_label(words)) for subject in _SIDE_TITLES["fragile"])
    ]


def _is_of(rows: Rows, side: Side) -> bool:
    """
    Whether a sheet that sums no others is of a side: by its name, title or header, or because it says neither.

    It counts whatever it is of then ("Nb"), or what this side counts.
    """
    if _sums_or_is_old(rows.sheet):
        return False
    if named := _side_of_texts(rows.sheet) or _side(rows):
        return named == side
    at = columns_of(rows.header, side).get(COUNT[side])
    name = "" if at is None else normalise_label(cell_text(rows.header[at]))
    return at is None or says("number", name) or says("people", name) == (side == "fragile")


def _are_others(texts: Mapping[str, Mapping[str, frozenset[str]]], sheets: Iterable[str], reader: Reader) -> bool:
    """Whether two sheets that count jobs of a side are of other places or firms; where one has none, of other jobs."""
    first, second = (texts[sheet] for sheet in sheets)
    role = "employer" if "employer" in first and "employer" in second else "job"
    towns = {normalise_label(town_of(sheet)) for sheet in sheets if reader.is_place(sheet)}
    apart = len(towns) > 1 or first.get(role, frozenset()).isdisjoint(second.get(role, ()))
    return bool(first.get(role) and second.get(role) and apart)


def _texts_by_role(rows: Rows, reader: Reader) -> dict[str, frozenset[str]]:
    """Return the employers and jobs of a sheet that counts these, totals apart; the jobs may head its columns."""
    columns = columns_of(rows.header, reader.side)
    at_of = {role: columns[role] for role in ("employer", "job") if role in columns}
    held = {role: [cell_text(row[at]) for _, row in rows.filled if at < len(row)] for role, at in at_of.items()}
    heads = [text for at, cell in enumerate(rows.header) if at not in columns.values() and (text := cell_text(cell))]
    if "job" not in held and columns and len(heads) >= _LEAST and reader.holds_jobs(heads):
        held["job"] = heads
    elif not {"job", COUNT[reader.side]} <= columns.keys():
        return {}
    folded = {role: map(normalise_label, texts) for role, texts in held.items()}
    return {r: frozenset(text for text in texts if text and not TOTAL.fullmatch(text)) for r, texts in folded.items()}


def _same_columns(sheets: Sequence[Rows]) -> bool:
    """Whether sheets have the very same columns, in any order."""
    return len({tuple(sorted(map(cell_text, sheet.header))) for sheet in sheets}) == 1


def _by_side(
    sheets: Sequence[Rows], side: Side, *, same_columns: bool = True
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return the sheets that are of a side by their names, where others are not by theirs or their titles, and these.

    The only one that names no side beside those of the other one is of this side; beside those of this side, sheets of
    the very same columns (`same_columns`) that name none are of it too.
    """
    sides = {sheet.sheet: _side_of_texts(sheet.sheet) for sheet in sheets}
    names = tuple(sides)
    titles = {sheet.sheet: _side_of_texts(_title(sheet)) for sheet in sheets}
    sides |= {name: titles[name] for name in names if sides[name] is None and titles[name] not in (None, side)}
    named, unnamed = ([name for name in names if sides[name] == own] for own in (side, None))
    alone, apart = ([name for name in found if not _sums_or_is_old(name)] for found in (unnamed, named))
    of_side = tuple(apart or named or (alone if len(alone) == 1 else ()))  # a sheet that sums others comes last
    others = tuple(name for name in names if name not in of_side)
    return (of_side, others) if not same_columns or any(sides[name] for name in others) else ((), ())


class _Field(NamedTuple):
    """A line that begins with a name, and the values beside it."""

    line: int
    name: str
    values: Sequence[Any]

    @property
    def texts(self) -> list[str]:
        """What is filled in."""
        return [text for value in self.values if (text := cell_text(value))]

    def roles(self, side: Side) -> set[str]:
        """Roles that its name has."""
        return {*columns_of([self.name], side)}


def upright(rows: Rows, side: Side) -> Rows:
    """
    Return a table whose header is its first column the usual way up; another one as it is.

    Each of its columns is a lot, its line being the number of the column; or each of its forms one below another
    ("Poste : Soudeur", "Lieu : Redon"), where names come again, its line being that of the first name.
    """
    names = [cell_text(cell) for cell in rows.header] or [""]
    if any(map(names_role, names[1:])) or says("compact", normalise_label(names[0])):  # a pivot table's
        return rows
    lines = [*rows.above, (rows.header_line, rows.header), *rows.filled]
    fields = [_Field(line, *_field(_across(line, cells, rows))) for line, cells in lines]
    if not _name_a_lot(fields, side):
        return rows
    first = next(at for at, field in enumerate(fields) if names_role(field.name))
    forms = list[dict[str, _Field]]()
    for field in fields[first:]:
        if field.name and field.texts:
            forms += [{}] if not forms or field.name in forms[-1] else []
            forms[-1][field.name] = field
    header = [*dict.fromkeys(name for form in forms for name in form)]
    lots = list[tuple[int, list[Any]]]()
    for form in forms:
        width = max(at for field in form.values() for at, cell in enumerate(field.values, 1) if cell_text(cell))
        values = zip_longest(*(form[name].values if name in form else () for name in header))
        for at, cells in enumerate(islice(values, width)):
            line = at + _LEAST if len(forms) == 1 < width else next(iter(form.values())).line
            lots.append((line, [*cells]))
    above = [row for row in lines[:first] if row[0]]
    return rows._replace(header=tuple(header), header_line=1, rows=lots, merged=(), turned=True, above=above)


def _name_a_lot(fields: Sequence[_Field], side: Side) -> bool:
    """Whether lines begin with the names of what a lot has: its job, and two more roles or the numbers below jobs."""
    named = [field for field in fields if names_role(field.name) and field.texts]
    roles = {role for field in named for role in field.roles(side) if role != "job" or not hold_counts(field.texts)}
    counts = [text for field in fields if COUNT[side] in field.roles(side) for text in field.texts]
    if any(counted_jobs(text, alone=True) for text in counts):
        roles.add("job")  # "Emplois menacés : 8 fondeurs, 3 ébarbeurs"
    return "job" in roles and (len(roles) > _LEAST or _job_above_numbers(fields, side))


def _job_above_numbers(fields: Sequence[_Field], side: Side) -> bool:
    """Whether numbers of people or openings stand right below a line of jobs: "Emploi", "Nombre de salariés"."""
    return any(
        "job" in upper.roles(side) and COUNT[side] in lower.roles(side)
        and len(upper.texts) == len(lower.texts) > 1 and hold_counts(lower.texts)
        for upper, lower in pairwise(fields)
    )  # fmt: skip


def _across(line: int, cells: Sequence[Any], rows: Rows) -> list[Any]:
    """Return the cells of a line with the value of merged ones in each of its columns."""
    wide = [*cells]
    for area in rows.merged:
        if area.first_row == area.last_row == line:
            start, end = area.first_column - 1, area.last_column
            wide += [None] * (end - len(wide))
            wide[start:end] = [wide[start]] * (end - start)
    return wide


def _field(cells: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """Return the name that begins a line and the values beside it; of a line of one cell, what a colon parts."""
    name, *values = cells or [""]
    text = cell_text(name).strip()
    if not any(map(cell_text, values)):
        text, _, value = text.partition(":")
        values = [value.strip()]
    return " ".join(text.split()).rstrip(" :"), values


def is_table_of_lots(path: str | Path) -> bool:
    """Whether a file is a table of openings by employer, not a bare list of jobs."""
    header = read_rows(path, partial(fit, side="hiring"), most=_MAX_BYTES).header
    return bool({"employer", "openings"} & set(columns_of(header, "hiring")))


def damaged(sheets: Sequence[Rows]) -> list[Problem]:
    """Return the errors in the text of a file as problems."""
    faults = [(rows.name, notice) for rows in sheets for notice in rows.notices if notice.severity == "error"]
    return [Problem(name, notice.line or 0, "", "damaged", {"notice": notice}) for name, notice in faults]


def grids_of(sheets: Sequence[Rows], reader: Reader) -> Iterator[Grid]:
    """Yield the tables of a file: one, or one a sheet, each then named after its sheet as in `FILE#SHEET`."""
    file, names, others = sheets[0].name, ", ".join(rows.sheet for rows in sheets), sheets[0].others
    if len(sheets) > 1:
        reader.note(file, "several_sheets", sheets=names)
    if others:
        reader.note(file, "other_sheets", sheet=names, sheets=", ".join(others))
    several = len(sheets) > 1
    places = several and all(reader.is_place(rows.sheet) for rows in sheets)
    for rows in sheets:
        named_rows = rows._replace(name=f"{file}#{rows.sheet}") if several or others else rows._replace(sheet="")
        for table in _tables_of_side(named_rows, reader):
            grid = _grid(table, reader)
            if places and not grid.has("basin", "commune"):
                grid.note("sheet_place", place=rows.sheet)
                grid = grid.with_column("commune", rows.sheet)
            grid = _with_places_of_labels(grid)
            titles = [text for text in _texts(table.above) if not says("signed", normalise_label(text))]
            firm = _firm_of(rows.sheet, titles, reader) if several else ""
            firm = firm or (_firm_in(titles) if reader.side == "fragile" else "")
            if firm and not grid.has("employer"):
                grid.note("title_firm", employer=firm)
                grid = grid.with_column("employer", firm)
            titled = _place_of_title(titles, reader) or reader.place_named_in([*titles, firm])
            titled = titled or _town_ending(titles, reader)
            yield replace(grid, titled=titled, about=" ".join([rows.sheet, *_texts(table.above)]))


def _with_places_of_labels(grid: Grid) -> Grid:
    """Give rows the places of several firms that lines of their own name: "Établissement : Usine de Redon", or none."""
    if not grid.has("employer") or grid.title("employer") or grid.has("basin", "commune"):
        return grid
    firms = {line: grid.text(cells, "employer") for line, cells in grid.rows}
    towns = {firm: _place_of_title([firm], grid.reader) for firm in firms.values() if firm}
    return with_towns(grid, firms, towns) if len({*towns.values()}) > 1 else grid


def _town_ending(titles: Iterable[str], reader: Reader) -> str:
    """Return the town that ends a part of titles, the only one and none before it in that part; empty elsewhere."""
    parts = (part for text in titles for part in _TITLE_PARTS.split(text))
    ends = {part.removesuffix(town).rstrip(): town for part in parts if (town := reader.town_at_end(part))}
    return next(iter(ends.values())) if len(ends) == 1 and not any(map(reader.town_at_end, ends)) else ""


def _firm_of(sheet: str, titles: Sequence[str], reader: Reader) -> str:
    """Return the firm that a sheet is named after: whole, or by its last words where a title has them ("Besoins X")."""
    parts = (part.strip() for text in titles for part in _TITLE_PARTS.split(text))
    named = (part for part in parts if sheet.endswith(f" {part}"))
    return next((name for name in (sheet, *named) if _is_firm(name, titles, reader)), "")


def _is_firm(sheet: str, titles: Sequence[str], reader: Reader) -> bool:
    """
    Whether a sheet is named after a firm: in a title above its table too, if any; and after no side, place or job.

    A later word begins with a capital: "Papeterie Martin", not "Équipe de nuit", "Février" or "Annexe 1".
    """
    words = normalise_label(sheet)
    proper = words.replace(" ", "").isalpha() and any(word[1:] and word.istitle() for word in sheet.split()[1:])
    # "Besoins 2027" names no other.
    titles = [text for text in titles if not _side_of_texts(text) or any(w[:1].isupper() for w in text.split()[1:])]
    no_firm = any(says(subject, words) for subject in ("sums", "section", "part_of_firm")) or _side_of_texts(sheet)
    in_titles = not titles or any(f" {words} " in f" {normalise_label(text)} " for text in titles)
    return proper and in_titles and not (no_firm or reader.is_place(sheet) or max(reader.scores([sheet])) >= SURE)


def _firm_in(titles: Iterable[str]) -> str:
    """Return the one firm that titles name by its legal form; behind a colon, it is another: "Repreneur : Beta SAS"."""
    parts = (part.strip() for text in titles for part in _TITLE_PARTS.split(re.split(r"\s?:\s", text)[0]))
    firms = {m["name"] for part in parts if (m := _FIRM_NAME.fullmatch(part))}
    return firms.pop() if len(firms) == 1 else ""


def _texts(rows: Iterable[Row]) -> list[str]:
    """Return the texts of rows, cell by cell."""
    return [text for _, cells in rows for cell in cells if (text := cell_text(cell))]


def _place_of_title(titles: Iterable[str], reader: Reader) -> str:
    """Return the one place that the titles above a table name: "Projet de fermeture – Usine de Vierzon (18)"."""
    places = dict[str, str]()
    for part in (part for text in titles for part in _TITLE_PARTS.split(text)):
        tails = [m["inside"] or part[m.start("name") :] for m in _NAMED_AFTER.finditer(part)]
        heads = (head for piece in (part, *tails) for head in _heads(piece))
        names = [head for head in heads if _is_named(head) or _POSTAL.match(head)]
        place = next((n for n in names if reader.is_place(n) and not says("word_too", normalise_label(n))), "")
        if place:
            places[normalise_label(town_of(place)).rstrip("0123456789 ")] = town_of(place)
    return next(iter(places.values())) if len(places) == 1 else ""


def _is_named(head: str) -> bool:
    """Whether a capital begins a place, of a site behind its article: "siège de Redon", "usine de la Flèche"."""
    town = town_of(head)
    return (re.sub("^(?:l[ae] |les )", "", town) if town != head else town)[:1].isupper()


def _heads(text: str) -> Iterator[str]:
    """
    Yield a text, and what begins it up to a word that is no part of a name, the longest first.

    Examples
    --------
    >>> list(_heads("Ormes (45) menacé par un Robot"))
    ['Ormes (45) menacé par un Robot', 'Ormes (45) menacé par', 'Ormes (45) menacé', 'Ormes (45)', 'Ormes']
    """
    words = text.split()
    ends = (at for at in range(len(words), 0, -1) if at == len(words) or not words[at][:1].isupper())
    yield from (" ".join(words[:at]) for at in ends)


def _tables_of_side(rows: Rows, reader: Reader) -> list[Rows]:
    """
    Return the tables of a sheet that are of a side, where several stand one above another.

    Their titles and headers name the side of each; where all are of one, or none is named, all are read.

    Raises
    ------
    LotsError
        If only some of them name their side.
    """
    note, tables = partial(reader.note, rows.name), _stacked(rows, reader.side)

    def sorted_out(key: str, keep: Callable[[Rows], object]) -> list[Rows]:
        """Return the tables to keep, all of them where none is, and say which are left out."""
        chosen = [table for table in tables if keep(table)] or tables
        if len(chosen) < len(tables):
            note(key, lines=_lines(table for table in tables if table not in chosen))
        return chosen

    # One that sums the others would count everybody twice; another may be a list of codes and what they mean.
    tables = sorted_out("sums_below", lambda table: not says("sums", normalise_label(_title(table))))
    tables = sorted_out("tables_uncounted", lambda table: _side(table) or has_counts(table.header))
    sides = [_side(table) for table in tables]
    if len(tables) == 1:
        return tables
    if len(set(sides)) == 1:
        note("tables_below", lines=_lines(tables))
        return tables
    if None in sides:
        raise LotsError([Problem(rows.name, 0, "", "tables_stacked", {"lines": _lines(tables)})])
    of_side = [table for table, side in zip(tables, sides, strict=True) if side == reader.side]
    note("table_of_side", lines=_lines(of_side), others=_lines(table for table in tables if table not in of_side))
    return of_side


def _side(table: Rows) -> Side | None:
    """Return the side that the title of a table names, or else its header."""
    return _side_of_texts(_title(table)) or _side_of_texts(*map(cell_text, table.header))


def _lines(tables: Iterable[Rows]) -> str:
    return ", ".join(str(table.header_line) for table in tables)


def _title(rows: Rows) -> str:
    """Return what stands directly above the header of a table."""
    return " ".join(cell_text(cell) for _, cells in rows.above[-1:] for cell in cells)


def _stacked(rows: Rows, side: Side) -> list[Rows]:
    """Return the tables that stand one above another in a sheet, each with the lines of its title above it."""
    lines = (*rows.above, (rows.header_line, rows.header), *rows.filled)
    filled = [(line, cells) for line, cells in lines if any(map(cell_text, cells))]
    texts = [_texts([row]) for row in filled]
    starts = [
        at
        for at, (before, row, below) in enumerate(zip([_NO_ROW, *filled], filled, texts[1:], strict=False))
        if len(below) >= _LEAST and (row[0] == rows.header_line or _begins_table(row, before, rows.header, side))
    ]
    starts = [at for at in starts if at + 1 not in starts]  # a header of two lines
    if not rows.header_line or len(starts) <= 1:
        return [rows]
    above = [next(n for n in range(at, -1, -1) if n == 0 or len(texts[n - 1]) > 1) for at in starts]
    tables = list[Rows]()
    for at, first, end in zip(starts, above, [*above[1:], len(filled)], strict=True):
        line, header = filled[at]
        merged = tuple(area for area in rows.merged if line <= area.first_row <= filled[end - 1][0])
        table = rows._replace(header=tuple(header), header_line=line, merged=merged, above=filled[first:at])
        tables.append(table._replace(rows=[(n, [*cells]) for n, cells in filled[at + 1 : end]]))
    return tables


def _begins_table(row: Row, before: Row, header: Iterable[Any], side: Side) -> bool:
    """Whether a row is the header of one more table: below a title or an empty line, without a number."""
    (line, cells), texts, above = row, _texts([row]), _texts([before])
    title = above[0] if len(above) == 1 else ""
    if any(sign.isdigit() for text in texts for sign in text):
        return False
    if len(texts) == _LEAST and says("sums", normalise_label(title)):  # "Récapitulatif par site"
        return True
    said_again = [normalise_label(cell_text(cell)) for cell in cells] == [normalise_label(cell_text(c)) for c in header]
    if len(texts) <= _LEAST or not (title or before[0] < line - 1) or (said_again and not _side_of_texts(title)):
        return False  # the header said again is that of another page
    roles = columns_of(cells, side).keys()
    return len(roles) >= _LEAST and bool({"job", "code"} & roles) and any(map(names_role, texts))


def _grid(rows: Rows, reader: Reader) -> Grid:
    """Return a table with one header, and with what merged cells and lines of their own say in each of its rows."""
    side, note = reader.side, partial(reader.note, rows.name)
    rows = with_only_header(rows, lambda cells: len({"job", "code"} & columns_of(cells, side).keys()))
    header = _asked(" ".join(cell_text(cell).split()) for cell in rows.header)
    if rows.header_line > 1:
        note("header_line", rows.header_line, line=str(rows.header_line))
    for line, cells in rows.above:
        texts = [text for cell in cells if (text := cell_text(cell))]
        if len(texts) > _LEAST and any(text.isdecimal() for text in texts):  # perhaps a table of its own
            note("numbers_above", line, given=" ; ".join(texts)[:80])
    filled = _filled_rows(rows, note)
    if rows.turned:
        note("turned")
    if rows.encoding == DOUBLE_ENCODED:
        note("written_twice")
    lines = [header, *([*map(cell_text, cells)] for _, cells in filled)]
    if any(with_letters(texts) != texts for texts in lines):
        note("accents_lost")
    written, above = _with_line_above(header, filled, rows)
    next_line = filled[0][1] if filled and filled[0][0] == rows.header_line + 1 else ()
    header = one_header(written, [*map(cell_text, next_line)], reader.is_place)
    over = written if header else []  # the first of two lines
    if over:
        note_sums_beside(note, written, header, filled)
    chosen = _choose_job_column(rows, header or written, reader)
    wide = [*chosen, *[""] * (max((len(cells) for _, cells in filled), default=0) - len(chosen))]
    grid = Grid(rows.name, reader, wide, {}, filled[bool(over) :], sheet=rows.sheet)
    grid = _one_table(_one_below_another(grid))
    for line in sorted(rows.hidden.intersection(line for line, _ in grid.rows)):
        grid.note("hidden_row", line)
    names, headings = grid.header, _headings(grid.header, above, rows.header_line)
    grid = _told_apart(grid, _headings(names, [(0, over)], 1) if over else headings)
    above_kept = [above if name == old else "" for above, name, old in zip(headings, grid.header, names, strict=True)]
    return with_labels(replace(grid, columns=columns_of(grid.header, side), above=above_kept), above)


def _asked(header: Iterable[str]) -> list[str]:
    """
    Return a header in which a question of several parts, as forms write it, is named after each.

    Examples
    --------
    >>> _asked(["Ville", "Combien ? [Cariste]", "Combien ? [Soudeur]", "Nb [CDI]"])
    ['Ville', 'Cariste', 'Soudeur', 'Nb [CDI]']
    """
    questions_of = [(name, *name.removesuffix("]").partition(" [")) for name in header]
    questions = [question for name, question, _, _ in questions_of if name.endswith("]")]
    return [inside if inside and questions.count(question) > 1 else name for name, question, _, inside in questions_of]


def _filled_rows(rows: Rows, note: Callable[..., None]) -> list[Row]:
    """Return the rows that are not struck out, all as wide, with the value of merged cells in each of theirs."""
    above = (cells for _, cells in rows.above)
    columns = (area.first_column for area in rows.merged)
    width = max([len(rows.header), *map(len, above), *(len(cells) for _, cells in rows.filled), *columns])
    for line in (line for line, _ in rows.filled if line in rows.struck):
        note("struck_row", line)
    filled = [(n, [*cells, *[None] * (width - len(cells))]) for n, cells in rows.filled if n not in rows.struck]
    for area in rows.merged:
        if area.last_row <= max(rows.header_line, area.first_row):
            continue
        at = area.first_column - 1
        value = next((cells[at] for line, cells in filled if line == area.first_row), None)
        for line, cells in filled:
            cells[at] = value if area.first_row < line <= area.last_row else cells[at]
        if area.first_row > rows.header_line:
            note("merged", area.first_row, first=str(area.first_row), last=str(area.last_row))
    return [*filled]


def _with_line_above(header: list[str], rows: list[Row], table: Rows) -> tuple[list[str], list[Row]]:
    """
    Return a header with the line directly above, where it names columns of `rows` that the header leaves empty.

    The header is the second line then; where both cannot be read as one, it has the names of both. What stands above
    them is returned too.
    """
    above = [*table.above]
    line, cells = above[-1] if above else (0, ())
    upper = [" ".join(cell_text(cell).split()) for cell in cells]
    held = {at for _, row in rows for at, cell in enumerate(row) if cell_text(cell)}
    unnamed = [at for at in held if "".join(upper[at : at + 1]) and not "".join(header[at : at + 1])]
    if not unnamed or line != table.header_line - 1 or sum(map(bool, upper)) < _LEAST:
        return header, above
    either = [low or high for low, high in zip_longest(header, upper, fillvalue="")]
    return one_header(upper, header) or either, above[:-1]


def _choose_job_column(rows: Rows, header: list[str], reader: Reader) -> list[str]:
    """
    Choose between columns of jobs of one name where the headings above tell jobs of today from those aimed at.

    People are in the former, openings of the latter. Returns the header without the names of the others.
    """
    twice = [at for at, name in enumerate(header) if header.count(name) > 1]
    job_columns = [at for at in twice if "job" in columns_of([header[at]], reader.side)]
    above = _headings(header, rows.above, rows.header_line)
    aimed = {at for at in job_columns if says("aimed", normalise_label(above[at]))}
    of_this_side = aimed if reader.side == "hiring" else set(job_columns) - aimed
    if not aimed or len(of_this_side) != 1:
        return header
    at = of_this_side.pop()
    others = [i for i in job_columns if i != at]
    values = {"column": header[at], "heading": above[at], "others": ", ".join(above[i] for i in others)}
    reader.note(rows.name, "job_below", 0, header[at], **values)
    return ["" if i in others else name for i, name in enumerate(header)]


def _headings(header: Sequence[str], above: Sequence[Row], line: int) -> list[str]:
    """
    Return what stands above each column in the line before the header, from where it begins; a title is none.

    Examples
    --------
    >>> _headings(["Ville", "Métier", "Effectif", "Métier"], [(1, ["", "Aujourd'hui", "", "Projet"])], 2)
    ['', "Aujourd'hui", "Aujourd'hui", 'Projet']
    >>> _headings(["Ville", "Métier"], [(1, ["Liste des postes", ""])], 2)
    ['', '']
    """
    texts = [cell_text(cell) for at, cells in above if at == line - 1 for cell in cells][: len(header)]
    if sum(map(bool, texts)) <= 1:
        return [""] * len(header)
    texts += [""] * (len(header) - len(texts))
    return [text or next(filter(None, reversed(texts[:at])), "") for at, text in enumerate(texts)]


def _told_apart(grid: Grid, headings: Sequence[str]) -> Grid:
    """
    Name numbers of one name after what stands above them too: "CDI" below "Niort".

    Below "Jour" and "Nuit", people have the heading's own name, and full-time equivalents beside them are not read; nor
    is who is there, beside those who leave.
    """
    again = {name for name in grid.header if grid.side == "fragile" and grid.header.count(name) > 1}
    leave = {name for name in again if says("leaves", normalise_label(name))}
    staff = {name for name in again - leave if leave and has_counts([name])}
    names, people, apart = [*grid.header], list[str](), list[int]()
    for at, (name, heading) in enumerate(zip(grid.header, headings, strict=True)):
        texts = [text for _, cells in grid.rows if (text := cell_text(cells[at]))]
        part_time, is_dated = says("part_time", normalise_label(name)), YEAR.search(heading)
        counts = part_time or (texts and mostly_hold_counts(texts))
        alone = not name or grid.header.count(name) == 1 or heading in ("", name)
        if not counts or alone or grid.reader.is_place(name):
            continue
        names[at] = f"{name} {heading}" if is_dated else heading if has_counts([name]) else f"{heading} {name}"
        if part_time or name in staff:
            apart.append(at)
        elif has_counts([name]):
            people.append(names[at])
    grid = replace(grid, header=names)
    if not people or not apart:
        return grid
    if staff:
        grid.note("other_counts", column=", ".join(leave), others=", ".join(staff))
    else:
        grid.note("part_time_beside", columns=", ".join(people))
    return grid.emptied(apart)


def _one_below_another(grid: Grid) -> Grid:
    """
    Return a table whose job and number come several times in each row, beside what they share, as one of more rows.

    Below "Ville", "Métier 1", "Nb 1", "Métier 2", "Nb 2", each row with both jobs becomes two.
    """
    names, side = [_NUMBERED.sub("", name) for name in grid.header], grid.side
    columns = grouped((name, at) for at, name in enumerate(names) if name)
    roles = {name: columns_of([name], side).keys() for name, at in columns.items() if len(at) > 1}
    jobs, unnamed = [name for name in roles if "job" in roles[name]], list[str]()
    if not jobs:  # "Besoin n° 1": known by what they hold
        texts = {name: _texts((n, [row[at] for at in columns[name]]) for n, row in grid.rows) for name in roles}
        are_jobs = grid.reader.holds_jobs
        jobs = unnamed = [name for name, held in texts.items() if not mostly_hold_counts(held) and are_jobs(held)]
    if len(jobs) != 1:
        return grid
    again = {name: columns[name] for name in roles if len(columns[name]) == len(columns[jobs[0]])}
    shared = columns_of(["" if name in again else name for name in names], side).keys()
    if not any(grid.count in roles[name] for name in again) or not {"employer", "commune", "basin"} & shared:
        return grid
    called = {name: f"Métier ({name})" if name in unnamed else name for name in names}
    groups = [*zip(*again.values(), strict=True)]
    grid.note("groups_below", columns=", ".join(called[name] for name in again))
    unfolded = list[Row]()
    for line, cells in grid.rows:
        for group in [group for group in groups if any(cell_text(cells[at]) for at in group)] or groups[:1]:
            moved = dict(zip(groups[0], (cells[at] for at in group), strict=True))
            unfolded.append((line, [moved.get(at, cell) for at, cell in enumerate(cells)]))
    grid = replace(grid, header=[called[name] for name in names], rows=unfolded)
    return grid.emptied([at for group in groups[1:] for at in group])


def _one_table(grid: Grid) -> Grid:
    """Return the table that counts this side, where several stand side by side."""
    header, side = grid.header, grid.side
    tables = [block for block in _blocks(header) if has_counts([header[at] for at in block], "job")]
    count = columns_of(header, side).get(grid.count)
    if len(tables) <= 1 or count is None:
        return grid
    sides = {block: _side_of_texts(*(header[at] for at in block)) for block in tables}
    own_block = next((block for block in tables if count in block), tables[0])
    unnamed = [block for block in tables if sides[block] in (side, None)]
    if own_block not in unnamed and len(unnamed) == 1:  # the other one counts the other side
        own_block = unnamed[0]
        names = [name if at in own_block else "" for at, name in enumerate(header)]
        count = columns_of(names, side).get(grid.count, count)
    others = [header[at] for block in tables if block != own_block for at in block]
    values = {"columns": grid.titles(own_block), "others": ", ".join(others)}
    if header[count] in others:
        raise LotsError([Problem(grid.name, 0, "", "tables_beside", values)])
    grid.note("one_table", **values)
    alone = grid.emptied({*range(len(header))} - {*own_block})
    return replace(alone, rows=[row for row in alone.rows if any(map(cell_text, row[1]))])


def _blocks(header: Sequence[str]) -> list[range]:
    """
    Return the spans of columns that may be tables of their own, side by side.

    A column without a name parts them, or the first name said again.

    Examples
    --------
    >>> _blocks(["Métier", "Effectif", "", "Métier", "Postes"]), _blocks(["Emploi", "Nombre", "Emploi", "Nombre"])
    ([range(0, 2), range(3, 5)], [range(0, 2), range(2, 4)])
    """
    named = [at for at, name in enumerate(header) if name]
    starts = [at for at in named if at == 0 or not header[at - 1] or header[at] == header[named[0]]]
    spans = pairwise([*starts, len(header)])
    return [range(start, max(at for at in named if at < end) + 1) for start, end in spans]


def note_sums_beside(
    note: Callable[..., None], before: Sequence[str], after: Sequence[str], rows: Sequence[Row]
) -> None:
    """
    Say which totals are no sum of the columns beside them, below one heading of a header of two lines.

    Parameters
    ----------
    note
        Called with each total, and the sum.
    before, after
        The header as it was written, and with its second line, in which a total alone bears the name of the heading.
    rows
        The second line of the header, and the rows below it.

    Examples
    --------
    >>> rows = [(2, ["", 2026, 2027, "Total"]), (3, ["Cariste", 6, 9, 15]), (4, ["Soudeur", 2, 1, 4])]
    >>> header = ["Métier", "Postes", "", ""], ["Métier", "", "", "Postes"]
    >>> note_sums_beside(lambda *where, **sums: print(*where, sums), *header, rows)
    total_differs 4 {'told': 4, 'found': 3}
    """
    names = [*map(cell_text, rows[0][1])]
    for start in [at for at, name in enumerate(before) if name and not after[at]]:
        end = next((at for at in range(start + 1, len(before)) if before[at]), len(before))
        total = next((at for at in range(start, end) if after[at]), start)
        summed = [at for at in range(start, min(end, len(names))) if names[at] and not after[at]]
        parts = [at for at in summed if not is_part(names[at])]
        for line, cells in rows[1:]:
            note_sum(note, line, cells[total], [cells[at] for at in parts])
