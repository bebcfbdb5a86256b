"""Tables of other shapes than one lot a line, several jobs a cell, and which columns and totals of a table count."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations, zip_longest
from statistics import fmean
from types import MappingProxyType
from typing import Any, Final

from passerelles.io.csv import decimal_sign, hold_counts, mostly_hold_counts, read_number
from passerelles.io.xlsx import cell_text
from passerelles.territory.columns import (
    are_parts,
    bare,
    corner,
    is_total,
    labels_of,
    named_columns,
    names_role,
    period_of,
    role_of,
    without_part,
    year_of,
)
from passerelles.territory.grid import MOST_CELLS, Grid, Reader, Row, change_of, fill_down, numbers_of, whole_of
from passerelles.territory.jobs import conditions_column, counts_some_jobs, place_in_title, with_needs
from passerelles.territory.lots import WORDS, LotsError, Problem, says, town_of
from passerelles.text import normalise_label, words

_NOTICE_OF_ROLE: Final = {"job": "by_job", "employer": "by_employer", "commune": "by_place", "basin": "by_place"}
_PLACES: Final = {"basin", "commune"}
_SAME_ROLES: Final = {"basin": _PLACES, "commune": _PLACES, "job": {"job", "code"}}
_TOTAL_OF: Final = re.compile(r"(?:\w+ )?total (?:de |du |d )?(.+)")
_INSIDE: Final = re.compile(r"\s*[()]\s*|\s+[-–—:]\s+")
_COUNT_WORD: Final = re.compile(r"^(?:effectifs?|postes|besoins) (?:[àa] )?(?=\S)", re.IGNORECASE)
_SEEKS: Final = re.compile(WORDS["jobs"]["seeks"], re.IGNORECASE)
_BRACKET: Final = re.compile(r"\s*\([^()]*\)")
_LEAST: Final = 2  # columns of jobs or places that make a table of them
_OF_TOWN: Final = re.compile(r"^[^\W\d]\w*(?= (?:de |d['’]|à )[^\W\d_a-zà-ÿ])")  # "Plateau de Laval"
Titles = dict[int, dict[str, str]]
"""What lines of their own say of the rows below them: by line, the texts of roles."""


def unpivoted(grid: Grid) -> Grid:
    r"""
    Give each cell its own row where several columns of numbers are headed by places, jobs, or employers.

    A corner may say what its rows and columns are: ``Métier \ Entreprise``.
    """
    header, renamed = _named_after_places(grid)
    headed, columns = _headed(replace(grid, header=header), renamed)
    return _unpivot(headed, columns) if columns else grid


def _named_after_places(grid: Grid) -> tuple[list[str], list[int]]:
    """Return a header without what names say beside a place, what is counted there or a remark; columns of counts."""
    is_place, short = grid.reader.is_place, {name: _BRACKET.sub("", name) for name in grid.header}
    # Without the remark of "Redon (ouv. mars)".
    header = [short[n] if not is_place(n) and is_place(without_part(short[n])) else n for n in grid.header]
    bare_names = [name if is_place(name) else _COUNT_WORD.sub("", without_part(name)) for name in header]
    changed = [at for at, name in enumerate(header) if bare_names[at] != name]  # "Redon CDI", "Effectif Redon"
    several = len({bare_names[at] for at in changed if is_place(bare_names[at])}) >= _LEAST
    return (bare_names, changed) if several else (header, [])


def _headed(grid: Grid, renamed: Collection[int]) -> tuple[Grid, list[int]]:
    """Return a table with the role of what heads several columns of numbers in it, and these; none elsewhere."""
    names, is_place, are_jobs = grid.header, grid.reader.is_place, grid.reader.holds_jobs
    corner_cell, count_name = corner(names, grid.side), grid.title(grid.count)
    if corner_cell is not None:
        grid = grid.without(*(role for role, at in grid.columns.items() if at == corner_cell.at), grid.count)
        grid = grid.with_roles(**{corner_cell.rows: corner_cell.at})
    elif grid.has(grid.count) and not names_role(count_name) and (is_place(count_name) or are_jobs([count_name])):
        grid = grid.without(grid.count)  # "Agents de quai"
    free = {i: texts for i in grid.countable if not is_total(names[i]) and (texts := _non_empty(grid.sample(i)))}
    numbered = [i for i, texts in free.items() if len(numbers_of(texts)) == len(texts)]
    if corner_cell is not None:
        return replace(grid, headed=corner_cell.columns), [*free] if numbered else []
    if columns := _named_as_places(grid, free, numbered, renamed):
        return replace(grid, headed="commune"), columns
    if columns := _firms_summed(grid, free):
        return replace(grid, headed="employer"), columns
    heads_jobs = not grid.has("job", "code") and len(numbered) >= _LEAST and are_jobs([names[i] for i in numbered])
    return replace(grid, headed="job"), [i for i in free if i in numbered or are_jobs([names[i]])] if heads_jobs else []


def _named_as_places(grid: Grid, free: Iterable[int], numbered: list[int], renamed: Collection[int]) -> list[int]:
    """Return the columns named after places, several of them of numbers, with all that a total beside them sums."""
    names, is_place = grid.header, grid.reader.is_place
    places = [i for i in free if any(map(is_place, [names[i], *_INSIDE.split(names[i])]))]  # "Site 1 (Laval)"
    if grid.has("basin", "commune") or sum(i in numbered for i in places) < _LEAST:
        return []
    headed = [i for i in free if i in places or i in renamed]
    both = sorted({*headed, *numbered})  # the total may count those beside them too: "Siège" names no town
    headed = both if _are_summed(grid, both) and not _are_summed(grid, headed) else headed
    if others := [i for i in numbered if i not in headed]:
        grid.note("other_counts", column=grid.titles(headed), others=grid.titles(others))
    return headed


def _firms_summed(grid: Grid, free: Collection[int]) -> list[int]:
    """
    Return the columns that a total sums row by row, named after nothing counted: who needs openings.

    People are of several employers where these stand above places.
    """
    names = grid.header
    counted = {i for i in free if not names[i] or names[i][0].isdigit() or names_role(names[i])}
    counted |= {i for i in free if period_of(names[i]) or without_part(names[i]) != names[i]}
    firms = [i for i in free if i not in counted and i not in grid.saying("hires")]
    asked = grid.has("job") and not grid.has("employer") and len(firms) >= _LEAST
    asked = asked and (grid.side == "hiring" or bool(_places_below(grid, firms)))
    return firms if asked and not are_parts([names[i] for i in firms]) and _are_summed(grid, firms) else []


def _are_summed(grid: Grid, columns: Collection[int]) -> bool:
    """Whether a total beside some columns sums them in each row."""
    return any(_sums(grid, [total], columns) for total, name in enumerate(grid.header) if is_total(name))


def _sums(grid: Grid, total_columns: Collection[int], part_columns: Collection[int], *, least: int = 0) -> bool:
    """Whether some columns add up to what others count together, in each row that these fill, and `least` parts."""
    sides = total_columns, part_columns
    sums = [[numbers_of(cell_text(row[at]) for at in columns) for columns in sides] for _, row in grid.rows]
    filled = [(sum(numbers), sum(addends)) for numbers, addends in sums if numbers and len(addends) >= least]
    return bool(filled) and all(total == part_sum for total, part_sum in filled)


def _places_of(grid: Grid, columns: Iterable[int]) -> dict[int, str]:
    """Return the places of columns of employers: of a row named after them ("Lieu"), or right below the employers."""
    rows = [row for _, row in grid.rows if role_of(grid.text(row, "job"), grid.side) in _PLACES]
    return {i: cell_text(rows[0][i]) for i in columns} if rows else _places_below(grid, columns)


def _places_below(grid: Grid, columns: Iterable[int]) -> dict[int, str]:
    """Return the places that the first row, which says no job, gives below several columns, all of them; else none."""
    _, first = grid.rows[0]
    texts = {i: cell_text(first[i]) for i in columns} if not grid.job_text(first) else {}
    return texts if len(texts) >= _LEAST and all(map(grid.reader.is_place, texts.values())) else {}


def _firms_above(grid: Grid, columns: Iterable[int]) -> dict[int, str]:
    """Return the employer that stands above each of some columns of places; none where they may be something else."""
    names = {at: grid.above[at] if at < len(grid.above) else "" for at in columns}
    others = [name for name in names.values() if not name or names_role(name) or any(map(str.isdigit, name))]
    several = len(set(names.values())) > 1 and not are_parts([*dict.fromkeys(names.values())])
    return names if several and not others and not grid.has("employer") else {}


def _non_empty(texts: Iterable[str]) -> list[str]:
    """Return the cells that are not empty: a dash means nobody, as a zero does."""
    return [text for text in texts if text.strip(" -–—") not in ("", "0")]


def _unpivot(grid: Grid, headed: Iterable[int]) -> Grid:
    """Give each number below columns that are headed by jobs, places or employers its own row, with what heads it."""
    names, role, samples = grid.header, grid.headed, {i: _non_empty(grid.sample(i)) for i in headed}
    at = [i for i, texts in samples.items() if 2 * len(numbers_of(texts)) >= len(texts)]  # what is none is set aside
    totals = [i for i, name in enumerate(names) if i not in at and is_total(name)]
    old = grid.columns[grid.count] if grid.has(grid.count) else (*totals, *at)[0]  # whose numbers the rows are given
    grid.note(_NOTICE_OF_ROLE[role], columns=", ".join(dict.fromkeys(names[i] for i in at)))
    if others := [i for i in samples if i not in at]:
        grid.note("columns_apart", columns=grid.titles(others))
    beside = _firms_above(grid, at) if role == "commune" else _places_of(grid, at) if role == "employer" else {}
    if beside and role == "commune":
        grid.note("firms_above", employers=", ".join(dict.fromkeys(beside.values())))
    if of_row := [role for role in ("volunteers", "filled", "vacant", "target") if role in grid.columns]:
        grid.note("of_whole_row", columns=", ".join(map(grid.title, of_row)))
        grid = grid.without(*of_row)
    heads, blank = {i: (names[i], beside.get(i, "")) for i in at}, grid.emptied({old, *at})
    in_order = zip(grid.rows, blank.rows, strict=True)
    rows = [(n, [*left, *new]) for row, (n, left) in in_order for new in _cells_apart(grid, row, heads, old)]
    columns = {**grid.columns, grid.count: len(names), role: len(names) + 1}
    columns |= {"employer" if role == "commune" else "commune": len(names) + 2} if beside else {}
    header = [*blank.header, grid.title(grid.count), role, ""]
    return replace(blank, header=header, columns=columns, rows=rows)


def _cells_apart(grid: Grid, row: Row, heads: Mapping[int, tuple[str, str]], old: int) -> list[tuple[Any, str, str]]:
    """
    Return the numbers of a row below columns of some heads, each with these; a total, or one number of all, has none.

    `old` is the column that counted before: its number is checked, or stands where no column below heads is filled.
    """
    line, cells = row
    texts = {i: text for i in heads if (text := cell_text(cells[i]))}
    of_heads = names_role(grid.text(cells, "job")) or (row == grid.rows[0] and _places_below(grid, heads))
    if grid.headed == "employer" and of_heads and not numbers_of(texts.values()):
        return []  # says something of the employers
    filled = {i: text for i, text in texts.items() if _non_empty([text])}
    if old not in heads:
        note_sum(grid.note, line, cells[old], filled.values())
    if any(is_total(cell_text(cell)) for cell in cells):
        return [(sum(numbers_of(filled.values())), "", "")]
    if not texts:
        return [(cells[old], "", "")]
    return [(cells[i], *heads[i]) for i in filled]


def firms_apart(grid: Grid) -> Grid:
    """
    Part the employers from what they seek or cut, where lines of text tell both: "Alpha cherche 3 soudeurs à Redon".

    Beside such lines, one without a number is of no people ("Cordialement, le service RH"); above them, or above one of
    its job or of a service ("Soudeurs", "Production"), it is a title, and below the end of a mail, who wrote it.
    """
    held = {at for _, cells in grid.rows for at, cell in enumerate(cells) if cell_text(cell)}
    at = grid.columns.get("job", min(held) if len(held) == 1 else None)  # lines of text may have no header
    if at is None or grid.has("employer", "code", grid.count):
        return grid
    seeks = {line: match for line, cells in grid.rows if (match := _SEEKS.fullmatch(cell_text(cells[at]).strip()))}
    if not seeks:
        return grid
    closings = (line for line, cells in grid.rows if says("closing", normalise_label(cell_text(cells[at]))))
    end, rows = next(closings, math.inf), list[Row]()
    for (line, cells), below in zip_longest(grid.rows, grid.rows[1:], fillvalue=(0, ())):
        match, text = seeks.get(line), cell_text(cells[at])
        sought = seeks[below[0]]["job"] if below[0] in seeks else ""
        heads = {word.rstrip("s") for word in words(text)} <= {word.rstrip("s") for word in words(sought)}
        heads |= says("section", normalise_label(text))
        no_job = grid.side == "fragile" or not min(seeks) < line < end or heads
        if no_job and match is None and not counts_some_jobs(text, alone=True):
            grid.note("text_line", line, text=text[:80])
            continue
        job = f"{whole_of(match['n'])} {match['job']}" if match else cells[at]
        rows.append((line, [*cells[:at], job, *cells[at + 1 :], match["employer"].strip() if match else "–"]))
    return replace(grid.with_roles(job=at, employer=len(grid.header)), header=[*grid.header, ""], rows=rows)


def with_labels(grid: Grid, above: Sequence[Row]) -> Grid:
    """
    Take employers, places and jobs from lines of their own, as "Entreprise : Alpha", for the rows below them.

    So does a line of two cells above the table, "Bassin" and a place, the title of each block whose header is said
    again, and a place alone on its line, or a job where no column has jobs. A site that is named after a town is a
    place; one that is not lies nowhere, nor does a firm below another one's place, with a message.
    """
    lines_above, titles = {line for line, _ in above}, _titles_within(grid, above)
    last = max((line for line, cells in grid.rows if sum(bool(cell_text(cell)) for cell in cells) > 1), default=0)
    labels, labels_by_line, rows, sites = dict[str, str](), dict[int, dict[str, str]](), list[Row](), False
    firm, nowhere = "", set[int]()
    for line, cells in sorted([*above, *grid.rows], key=lambda row: row[0]):
        page_field = _page_field(cells, grid.reader) if line in lines_above else {}
        fields = dict(labels_of(cells, grid.side)) or titles.get(line) or page_field
        firm = fields.get("employer", firm)
        if "commune" not in fields and grid.reader.is_place(fields.get("employer", "")):
            fields["commune"], sites = fields.pop("employer"), True
        elif "employer" in fields and (sites or [*labels][:1] == ["employer"]):  # a place is of the firm before it
            fields = {**dict.fromkeys(_PLACES & labels.keys(), ""), **fields}
        named = {role: text for role, text in fields.items() if not grid.has(*_SAME_ROLES.get(role, {role}))}
        if named:
            labels |= named
            label = " ".join(filter(None, map(cell_text, cells)))
            grid.note("label_line" if line < last else "label_foot", line, given=label)
        elif line not in lines_above:
            rows.append((line, cells))
            of_several = any(is_total(cell_text(cell)) for cell in cells)  # a sum of jobs is of none
            labels_by_line[line] = {role: "" if of_several and role == "job" else labels[role] for role in labels}
            if "" in map(labels.get, _PLACES):
                nowhere.add(line)
                if numbers_of(map(cell_text, cells)) and not of_several:
                    grid.note("firm_nowhere", line, employer=firm)
    grid = replace(grid, rows=rows, placeless=frozenset(nowhere))
    for role, text in sorted(labels.items()):
        texts = {line: said[role] for line, said in labels_by_line.items() if role in said}
        grid = grid.with_column(role, texts or text)  # one below the table is of all rows
    return grid


def _titles_within(grid: Grid, above: Sequence[Row]) -> Titles:
    """Return what stands alone on lines, by line: firms and their places; else places where they are more, or jobs."""
    firms, placed = {} if grid.has("employer") else _block_titles(grid, above), _firm_titles(grid, above)
    if firms:
        return {line: firms.get(line, {}) | placed.get(line, {}) for line in (*firms, *placed)}
    places = _place_titles(grid, above)
    return (places if len(places) > len(placed) else {}) or _job_titles(grid) or placed


def _lone(rows: Iterable[Row]) -> dict[int, str]:
    """Return the words that stand alone on their line or beside "Site", by line."""
    texts = {line: [text for cell in cells if (text := cell_text(cell))] for line, cells in rows}
    texts = {n: cells[1:] if len(cells) == _LEAST and _names_owner(cells[0]) else cells for n, cells in texts.items()}
    alone = {n: cells[0] for n, cells in texts.items() if len(cells) == 1}
    return {n: text for n, text in alone.items() if text[0].isalpha()}


def _names_owner(name: str) -> bool:
    """Whether a text is the usual name of a column of employers or places."""
    return names_role(name) and role_of(name, "fragile") in (*_PLACES, "employer")


def _place_titles(grid: Grid, above: Sequence[Row]) -> Titles:
    """Return the places that stand alone on lines within a table, and on the one above it, by line."""
    if grid.has("basin", "commune"):
        return {}
    lone = _lone((*above[-1:], *grid.rows))
    # Whatever part of a firm is named after a town, as a site is.
    lone = {line: _OF_TOWN.sub("Site", text) for line, text in lone.items()}
    lone = {line: text for line, text in lone.items() if not says("word_too", normalise_label(town_of(text)))}
    places = {text for text in lone.values() if grid.reader.is_place(text)}
    kinds = {text.split()[0].casefold() for text in places if " " in text}  # "Secteur": of the others too
    titles = {n: {"commune": t} for n, t in lone.items() if t in places or t.split()[0].casefold() in kinds}
    return titles if titles.keys() & {line for line, _ in grid.rows} else {}


def _firm_titles(grid: Grid, above: Sequence[Row]) -> Titles:
    """
    Return the firms that stand alone on lines within a table and on the one above it, most with a place, by line.

    Openings that have places are headed by firms where the first row is such a line, of no place, job or sector.
    """
    if grid.has("employer") or not grid.has("job", "code"):
        return {}
    if grid.has("basin", "commune"):
        return _firms_of_openings(grid)
    lone = {line: text for line, text in _lone((*above[-1:], *grid.rows)).items() if ":" not in text}
    places = {line: place_in_title(text, grid.reader.is_place) for line, text in lone.items()}
    if 2 * sum(map(bool, places.values())) <= len(lone) or not lone.keys() & {line for line, _ in grid.rows}:
        return {}
    firms = {n: text.removesuffix(")").removesuffix(places[n]).rstrip(" ,(-–") for n, text in lone.items()}
    places |= {n: text for n, text in lone.items() if not places[n] and grid.reader.is_place(text)}  # "CH de Redon"
    return {n: {"employer": firm, "commune": places[n]} for n, firm in firms.items()}


def _firms_of_openings(grid: Grid) -> Titles:
    """Return the firms that stand alone on lines above openings, from the first row on, by line."""
    lots = [line for line, cells in grid.rows if grid.job_text(cells) and grid.text(cells, grid.count)]
    heads = {line: text for line, text in _lone(grid.rows).items() if line < max(lots, default=0)}
    texts, first = [*heads.values()], {line for line, _ in grid.rows[:1]}
    if grid.side == "fragile" or len(texts) < _LEAST or first.isdisjoint(heads) or grid.reader.holds_jobs(texts):
        return {}
    no_firms = any(":" in t or says("section", normalise_label(t)) or grid.reader.is_place(t) for t in texts)
    return {} if no_firms else {line: {"employer": text} for line, text in heads.items()}


def _job_titles(grid: Grid) -> Titles:
    """Return the jobs that stand alone on lines within a table of which no column has jobs, by line."""
    are_jobs = grid.reader.holds_jobs
    among = [*grid.free, *(at for role, at in grid.columns.items() if role == grid.count)]  # "Offres proposées"
    if grid.has("job", "code") or grid.holding(lambda texts: not hold_counts(texts) and are_jobs(texts), among):
        return {}
    lone = _lone(grid.rows)
    lone = lone if len(lone) < len(grid.rows) else {}  # lines of text
    return {n: {"job": text} for n, text in lone.items() if are_jobs([text]) and not _SEEKS.fullmatch(text)}


def _block_titles(grid: Grid, above: Sequence[Row]) -> Titles:
    """Return the employers that alone stand above the header each time it is said, by line; none where one does not."""
    names = [name for name in grid.header if name]
    again = [at for at, (_, cells) in enumerate(grid.rows) if list(filter(None, map(cell_text, cells))) == names]
    titles = _lone((*above[-1:], *(grid.rows[at - 1] for at in again if at)))
    named = len({*titles.values()}) == len(again) + 1 > 1 and not any(":" in text for text in titles.values())
    return {line: {"employer": text} for line, text in titles.items()} if named else {}


def without_sums(grid: Grid) -> Grid:
    """
    Give the jobs of a pivot table in compact form the employer or place whose row above them sums theirs.

    Such rows of another table are sums where its total says so.

    Raises
    ------
    LotsError
        If the lines make its total several times, and no such rows are found.
    """
    if not grid.has("job") or not grid.has(grid.count):
        return grid
    compact, are_jobs = says("compact", normalise_label(grid.title("job"))), grid.reader.holds_jobs
    cells = [(n, grid.text(row, "job"), read_number(grid.text(row, grid.count)).value or 0) for n, row in grid.rows]
    numbered = [(line, text, number) for line, text, number in cells if number and not is_total(text)]
    total = next((number for _, text, number in reversed(cells) if number and is_total(text)), None)
    numbers = [number for *_, number in numbered]
    starts = _summing(numbers)
    heads = {numbered[at][0]: numbered[at][1] for at in starts}
    names, jobs = [*heads.values()], [text for line, text, _ in numbered if line not in heads]
    summed = (compact and not are_jobs(names)) if total is None else total == sum(numbers[at] for at in starts)
    if not starts or not summed or not are_jobs(jobs):
        if compact and total is not None and sum(numbers) != total and sum(numbers) % total == 0:
            raise LotsError([Problem(grid.name, 0, grid.count, "sums_among", {"column": grid.title("job")})])
        return grid
    role = "commune" if all(map(grid.reader.is_place, names)) else "employer"
    of_rows = not grid.has(role) and (compact or role == "commune")  # else of workshops
    for line, name in heads.items():
        grid.note("label_line" if of_rows else "total_line", line, **({"given": name} if of_rows else {}))
    above = {line: numbered[max(at for at in starts if at <= n)][1] for n, (line, _, _) in enumerate(numbered)}
    grid = replace(grid, rows=[row for row in grid.rows if row[0] not in heads])
    return grid.with_column(role, above) if of_rows else grid


def _summing(numbers: Sequence[float]) -> list[int]:
    """
    Return the places of numbers each of which sums those down to the next such; none where some is in no group.

    Examples
    --------
    >>> _summing([5, 3, 2, 4, 4]), _summing([5, 3, 2, 4])
    ([0, 3], [])
    """
    starts, at = list[int](), 0
    while at < len(numbers):
        remaining, end = numbers[at], at + 1
        while remaining > 0 and end < len(numbers):
            remaining, end = remaining - numbers[end], end + 1
        if remaining != 0:
            return []
        starts.append(at)
        at = end
    return starts


def _page_field(cells: Sequence[Any], reader: Reader) -> dict[str, str]:
    """Return the employer or place in a line of two cells above a table, as the filters of a pivot table do."""
    filled = [text for cell in cells if (text := cell_text(cell))]
    role = role_of(filled[0], reader.side) if len(filled) == _LEAST else ""
    named = role == "employer" and names_role(filled[0]) and filled[1][0].isalpha() and not names_role(filled[1])
    return {role: filled[1]} if named or (role in _PLACES and reader.is_place(filled[1])) else {}


def note_sum(note: Callable[..., None], line: int, total: Any, parts: Iterable[Any]) -> None:
    """Say where a total is no sum of the cells beside it; a dash means nobody."""
    total_number, texts = read_number(cell_text(total)).value, _non_empty(map(cell_text, parts))
    numbers = numbers_of(texts)
    if total_number is not None and 0 < len(numbers) == len(texts) and total_number != sum(numbers):
        note("total_differs", line, told=int(total_number), found=int(sum(numbers)))


def differing(
    totals: Mapping[int, int | None],
    numbers: Mapping[int, int | None],
    named: Mapping[int, set[int]] = MappingProxyType({}),
) -> Iterator[tuple[int, int, int]]:
    """
    Yield the line of each total that is no sum of lines, the total, and the sum that is nearest to it.

    A total may sum the lines since the total before it, those until the next, all lines above, all of the table, the
    totals above, or the lines of what it names. Where the number of one of the lines is not known, none is checked.

    Parameters
    ----------
    totals, numbers
        Numbers of the lines of totals, and of the others, by line; None = not read.
    named
        Lines of what each total names, by its line: "Total Redon".

    Examples
    --------
    >>> list(differing({4: 5, 7: 9, 8: 14}, {2: 2, 3: 3, 5: 4, 6: 5}))
    []
    >>> list(differing({4: 5, 8: 15}, {2: 2, 3: 3, 5: 4, 6: 5}))
    [(8, 15, 14)]
    >>> list(differing({1: 5, 4: 9}, {2: 2, 3: 3, 5: 4, 6: 5}))  # each above its lines
    []
    >>> list(differing({4: 6, 7: 9, 8: 15}, {2: 2, 3: 3, 5: 4, 6: 5}))  # the last sums the other totals
    [(4, 6, 5)]
    """
    known = {line: n for line, n in numbers.items() if n is not None}
    known_totals = {line: n for line, n in totals.items() if n is not None}
    for line, total in known_totals.items() if len(known) == len(numbers) and known else ():
        before = max((at for at in known_totals if at < line), default=0)
        after = min((at for at in known_totals if at > line), default=math.inf)
        groups = (
            [n for at, n in known.items() if before < at < line],
            [n for at, n in known.items() if at < line],
            [n for at, n in known.items() if line < at < after],
            [n for at, n in known_totals.items() if at < line],
            list(known.values()),
            [n for at, n in known.items() if at in named.get(line, ())],
        )
        sums = [sum(addends) for addends in groups if addends]
        if total not in sums:
            yield line, total, min(sums, key=lambda s: abs(s - total))


def note_differing(grid: Grid, totals: Sequence[Row], lines: Sequence[Row]) -> None:
    """Say which totals of a table are no sum of its lines; of one that gives changes or aims at a number, nothing."""
    count = grid.columns.get(grid.count)
    if count is None or grid.has("target") or grid.signed:
        return
    decimal = decimal_sign(grid.text_at(cells, count) for _, cells in lines)

    def numbers_by_line(rows: Iterable[Row]) -> dict[int, int | None]:
        """Numbers of rows, by line; of several rows of one line, their sum."""
        sums = dict[int, int | None]()
        for line, cells in rows:
            texts = [grid.text_at(cells, at) for at in (count, *grid.parts)]
            numbers = [read_number(text, decimal=decimal, whole=True).value for text in texts if text.strip("-–—")]
            integers = [int(n) for n in numbers if n is not None and n.is_integer()]
            before = sums.get(line, 0)
            sums[line] = None if before is None or len(integers) < max(1, len(numbers)) else before + sum(integers)
        return sums

    named = {line: {at for at, row in lines if _names(cells, row)} for line, cells in totals}
    for line, stated, computed in differing(numbers_by_line(totals), numbers_by_line(lines), named):
        grid.note("total_differs", line, told=stated, found=computed)


def _names(total: Sequence[Any], row: Sequence[Any]) -> bool:
    """Whether a total names what a cell of a row says, or the beginning of it: "Total Redon"."""
    texts = [f" {normalise_label(text)} " for cell in row if not (text := cell_text(cell))[:1].isdigit()]
    names = [f" {match[1]} " for cell in total if (match := _TOTAL_OF.match(normalise_label(cell_text(cell))))]
    return any(text.strip() and (text.startswith(name) or text in name) for name in names for text in texts)


def with_changes(grid: Grid) -> Grid:
    """Take a column of changes as the one that counts, where none counts the people concerned."""
    for at in grid.countable if grid.counts_present or not grid.has(grid.count) else ():
        texts = grid.sample(at)
        numbers = [number for text in texts if (number := change_of(text)) is not None]
        # Most of its cells are numbers, and some are negative.
        if says("change", bare(grid.header[at])) and 2 * len(numbers) > len(texts) and min(numbers) < 0:
            grid.note("signed", 0, grid.count, column=grid.header[at])
            return replace(grid.without("target").with_roles(**{grid.count: at}), signed=True)
    return grid


def all_counts(grid: Grid) -> Grid:
    """Add the columns that count parts of the same people; say which others count too, and refuse to guess one."""
    count, grid = grid.count, _without_taken(_with_target(_with_persons(grid)))
    first, summed, others = _counted(grid)
    if not others:
        return grid
    if summed and not grid.parts:
        grid.note("parts_summed", 0, count, columns=grid.titles(summed))
        grid = replace(grid.with_roles(**{count: first}), parts=[at for at in summed if at != first])
    elif not grid.has(count):
        raise LotsError([Problem(grid.name, 0, count, "several_counts", {"columns": grid.titles([first, *others])})])
    names = ["", grid.header[first]]
    # Who is there before and after a cut says no more than the cut does.
    pairs = permutations((at for at in others if at not in summed), 2)
    told = {at for whole, rest in pairs if _sums(grid, [whole], [first, rest], least=2) for at in (whole, rest)}
    apart = [grid.header[at] for at in others if at not in {*summed, *told} and grid.header[at] not in names]
    present = [at for at in others if grid.header[at] in apart and says("people", bare(grid.header[at]))]
    if says("leaves", bare(grid.header[first])) and len(present) == len(apart) == 1 and grid.within(present, [first]):
        grid.note("who_moves", 0, count, column=grid.header[first], beside=apart[0])
    elif apart and not are_parts(apart):  # parts of what the column counts
        grid.note("other_counts", 0, count, column=grid.titles(summed or [first]), others=", ".join(apart))
    return grid


def _counted(grid: Grid) -> tuple[int, list[int], list[int]]:
    """Return the first column that counts this side, all that it is summed with, and what counts beside."""
    names, named = grid.header, grid.has(grid.count)
    beside = _counted_beside(grid) if named else []
    free = [at for at in grid.countable if at not in beside]
    counting = _counting_too(grid, free) if named else grid.by_periods(free) or grid.holding(hold_counts, free)
    if not named and not counting:
        grid.refuse_unread(grid.uncounted)
        return -1, [], []
    first = grid.columns[grid.count] if named else counting[0]
    of_now = named and grid.side == "fragile" and grid.counts_present
    dated = [] if of_now else grid.by_periods([first, *free] if named else free)
    dated = dated if first in dated and not any(says("of_a_day", bare(names[at])) for at in dated) else []
    parts = [at for at in free if at != first and are_parts([names[first], names[at]])]
    others = [at for at in dict.fromkeys([*parts, *dated, *counting]) if at != first and at not in grid.parts]
    no_total = [at for at in others if not is_total(names[at])]  # "Effectif CDI", "Effectif CDD", "Total"
    others = no_total if no_total and _are_summed(grid, [first, *no_total]) else others
    alike = [first, *(at for at in others if not named or at in parts)]
    return first, dated or (alike if are_parts([names[at] for at in alike]) else []), others


def _with_persons(grid: Grid) -> Grid:
    """Count persons, in a column "N" or in columns of parts, rather than the full-time equivalents beside them."""
    people = {grid.header[at]: at for at in grid.holding(hold_counts, grid.countable)}
    alone = {grid.count: people["N"]} if [*people] == ["N"] else {}
    if says("part_time", bare(grid.title(grid.count))) and (alone or are_parts([*people])):
        return grid.without(grid.count).with_roles(part_time=grid.columns[grid.count], **alone)
    return grid


def _with_target(grid: Grid) -> Grid:
    """
    Say that people or openings are the change from who is there now to a target; beside other counts it says nothing.

    Alone it counts, with a message: it may be of who stays.
    """
    if not grid.has(grid.count) and grid.has("target"):
        grid = grid.with_roles(**{grid.count: grid.columns["target"]}).without("target")
    name = bare(grid.title(grid.count))
    if grid.side == "hiring" and says("hires", name) and year_of(grid.title(grid.count)) and len(grid.rows) > _LEAST:
        # What is needed in a year, nowhere less than who is there now, is all of them.
        needed = grid.columns[grid.count]
        now = grid.within([needed], [at for at in grid.free if says("current", bare(grid.header[at]))])
        grid = grid.with_roles(**{grid.count: now[0], "target": needed}) if now else grid
    if (
        says("foreseen", name)
        and says("people", name)
        and not any(map(says, ("leaves", "to_move", "hires"), [name] * 3))
    ):
        grid.note(f"{grid.side}_foreseen", 0, grid.count, column=grid.title(grid.count))
        return grid.without("target")
    if not grid.has(grid.count) or not grid.counts_present:
        return grid.without("target")
    if grid.has("target"):
        titles = {"current": grid.title(grid.count), "target": grid.title("target")}
        grid.note(f"{grid.side}_change", 0, grid.count, **titles)
    return grid


def _counted_beside(grid: Grid) -> list[int]:
    """Return the columns of those who leave anyhow, or of openings that are not sure, beside the one that counts."""
    subject, name = {"fragile": "leavers", "hiring": "pending"}[grid.side], bare(grid.title(grid.count))
    named = (at for at, name in enumerate(grid.header) if says(subject, bare(name)))
    beside = grid.holding(mostly_hold_counts, [at for at in named if at not in grid.columns.values()])
    if beside:
        off = grid.side == "hiring" or any(says(key, name) for key in ("forced", "still"))
        about = {"columns": grid.titles(beside), "column": grid.title(grid.count)}
        grid.note(f"{subject}_beside" if off else subject, 0, grid.count, **about)
    return beside


def _counting_too(grid: Grid, free: Sequence[int]) -> list[int]:
    """Return the columns without a role that count this side too, beside the one that does."""
    named = [(at, name) for at in free if (name := bare(grid.header[at])) and not says("part_time", name)]
    roles = {at: named_columns([name], grid.side, {}).keys() for at, name in named}
    counted = grid.holding(numbers_of, [at for at in roles if roles[at] & {grid.count, "filled", "target"}])
    counted += grid.holding(hold_counts, [at for at in free if year_of(grid.header[at])])
    if grid.side == "fragile" and not says("leaves", bare(grid.title(grid.count))):  # leavers may be counted
        counted += grid.within([grid.columns[grid.count]], [at for at in free if grid.header[at]])
        shares = [at for at in free if says("leaves", grid.names[at])]  # "Part menacée"
        counted += grid.holding(lambda texts: all("%" in text or text.startswith("0.") for text in texts), shares)
    return counted


def _without_taken(grid: Grid) -> Grid:
    """
    Say that openings already filled, or posts in which nobody is, are taken off.

    Not from what is left, nor from who is forced to leave, nor where they are no part of it.
    """
    role = {"fragile": "vacant", "hiring": "filled"}[grid.side]
    taken, count = grid.columns.get(role), grid.columns.get(grid.count)
    if taken is None:
        return grid
    if count is None:
        grid.refuse_unread(grid.holding(mostly_hold_counts, [taken]))
    elif not (grid.counts_rest or says("forced", bare(grid.header[count]))) and grid.within([count], [taken]):
        grid.note(role, 0, grid.count, column=grid.header[count], taken=grid.header[taken])
        return grid
    return grid.without(role)


def of_who_moves(grid: Grid) -> Grid:
    """
    Count the people whom a column says to be moved, where the one of a usual name is of who is there: "Effectif".

    They are a part of it in each row, with men and women each in a column too. Of several such columns, the one of who
    is left counts, unless it is who stays: both add up to who is there. Else none is taken. So are those who are forced
    to leave, where it counts posts that are cut.
    """
    count = grid.columns.get("headcount")
    if grid.side == "hiring" or count is None or grid.signed or grid.has("target"):
        return grid
    names = [bare(name) for name in grid.header]
    cut = says("leaves", names[count]) and not says("forced", names[count])
    if not cut and (not says("people", names[count]) or says("to_move", names[count])):
        return grid
    whole = [count, *(at for at in grid.countable if are_parts([grid.header[count], grid.header[at]]))]
    free = [at for at in grid.countable if not says("leavers", names[at])]
    months = [] if cut else grid.by_periods(free)  # in which they leave
    named = [at for at in free if says("forced" if cut else "to_move", names[at])]
    named = [at for at in named if not cut or any(numbers_of(grid.sample(at)))]  # else all may choose to leave
    moves = months or _who_moves(grid, named, whole)
    if not moves or (len(moves) > 1 and not months):
        return grid
    grid.note("who_moves", 0, "headcount", column=grid.titles(moves), beside=grid.titles(whole))
    return replace(grid.with_roles(headcount=moves[0]).emptied({*whole} - {*moves}), parts=moves[1:])


def _who_moves(grid: Grid, named: Iterable[int], whole: Sequence[int]) -> list[int]:
    """Return the columns of who moves among those named so: of who is left rather than of all, not of who stays."""
    names = [bare(name) for name in grid.header]
    moves = [at for at in named if not says("moved", names[at]) and not says("part_time", names[at])]
    moves = grid.within(whole, grid.holding(mostly_hold_counts, moves))
    still = [at for at in moves if says("still", names[at])]
    stay = [at for at in still if any(_sums(grid, whole, [at, o], least=2) for o in moves if o not in still)]
    return [at for at in still if at not in stay] or [at for at in moves if at not in stay]


def shaped(grid: Grid) -> Grid:
    """
    Refuse a table without jobs; say what its lines count as where it lacks another column.

    A column of jobs or numbers without a usual name is known by its cells, with a message.
    """
    grid = _job_of_two(with_changes(with_needs(grid.with_checked_roles())))
    grid = _with_roles_by_content(firms_apart(unpivoted(grid)))
    if not any(grid.header) and not grid.rows:
        raise LotsError([Problem(grid.name, 0, "", "no_row", {})])
    if not grid.has("job", "code"):
        first_row = next((row for row in (grid.header, *(cells for _, cells in grid.rows)) if any(row)), ())
        columns = ", ".join(filter(None, map(cell_text, first_row))) or "–"
        raise LotsError([Problem(grid.name, 0, "job", "no_column", {"column": "job", "columns": columns})])
    grid = firms_apart(all_counts(of_who_moves(grid)))  # of jobs just recognised
    grid = _with_places_of_firms(without_sums(grid))
    if grid.side == "fragile" and grid.has("volunteers") and grid.sample(grid.columns["volunteers"]):
        grid.note("volunteers_only", 0, "volunteers", column=grid.title("volunteers"))
    if not grid.has(grid.count):
        grid.note("counted_lines", 0, grid.count)
    if not grid.has("employer"):
        grid.note("no_employer", 0, "employer")
    if not grid.has("basin", "commune") and not grid.titled:
        grid.note("no_place", 0, "basin")
    return grid


def _with_roles_by_content(grid: Grid) -> Grid:
    """Give jobs, numbers, places and conditions the only column whose cells are such, with a message."""
    for role, same_role, holds in (
        ("job", ("job", "code"), grid.reader.holds_jobs),
        (grid.count, (grid.count,), hold_counts),
        ("commune", ("basin", "commune"), grid.reader.holds_places),
    ):
        if grid.has(*same_role):
            continue
        # "M." and "Mme" may begin the name of a place.
        among = {grid.count: grid.countable, "commune": [at for at in grid.free if at not in grid.saying("person")]}
        matches = grid.holding(holds, among.get(role, grid.free))
        if role == grid.count and not matches:
            matches = grid.holding(mostly_hold_counts, grid.countable)
        named_else = grid.columns.get({"job": "employment", "commune": "employer"}.get(role, ""))
        if len(matches) != 1 and named_else is not None:  # "Type de poste"; a site may be named after its town
            # But not the one firm that a title names.
            of_title = not grid.header[named_else] and len({*grid.sample(named_else)}) == 1
            matches = grid.holding(holds, [] if of_title else [named_else])
        if len(matches) == 1:
            grid = grid.with_roles(**{role: matches[0]})
            grid.note(f"{role}_by_content", 0, role, column=grid.called(matches[0]))
    if not grid.has("held") and (at := conditions_column(grid)) is not None:
        grid = grid.with_roles(held=at)
        grid.note(f"{grid.side}_conditions_by_content", 0, "held", column=grid.called(at))
    return grid


def _job_of_two(grid: Grid) -> Grid:
    """
    Of columns that may both be of jobs, take the only one that holds titles, with a message.

    They are of one name and say different jobs, or one has a name that may as well be of grades, or of works.
    """
    name, matches, reader = grid.title("job"), list[int](), grid.reader
    same_name = [at for at, head in enumerate(grid.header) if head == name]
    weak = same_name and (says("weak_job", bare(name)) or not names_role(name))
    if weak:
        least = fmean(reader.scores(grid.sample(grid.columns["job"])) or [0.0])
        titled = grid.holding(reader.holds_jobs, grid.free)
        matches = grid.holding(lambda held: fmean(reader.scores(held)) > least, titled)
    elif any(len({grid.text_at(cells, at) for at in same_name}) > 1 for _, cells in grid.rows):
        matches = grid.holding(reader.holds_jobs, same_name)
    if len(matches) != 1:
        return grid
    column = grid.called(matches[0]) if weak else f"{name} ({matches[0] + 1})"
    grid.note("job_by_content", 0, "job", column=column)
    names = [head if weak or at not in same_name or at in matches else "" for at, head in enumerate(grid.header)]
    return replace(grid.with_roles(job=matches[0]), header=names)


def _with_places_of_firms(grid: Grid) -> Grid:
    """Give rows the place that most employers end with, in the departments of the other tables: "Auchan Leers"."""
    if not grid.has("employer") or grid.has("basin", "commune") or grid.titled:
        return grid
    below = fill_down(grid, grid.rows, ())
    rows = [(line, below[line][1] if line in below else cells) for line, cells in grid.rows]
    firms = {line: grid.text(cells, "employer") for line, cells in rows}
    towns = {firm: grid.reader.town_at_end(firm) for firm in {*firms.values()} - {""}}
    enough = sum(map(bool, towns.values())) >= max(_LEAST, MOST_CELLS * len(towns))
    return with_towns(grid, firms, towns) if enough else grid


def with_towns(grid: Grid, firms: Mapping[int, str], towns: Mapping[str, str]) -> Grid:
    """Give rows, by the firm of each line, the town that its name tells, with a message; others lie nowhere."""
    places = {line: towns[firm] for line, firm in firms.items() if towns.get(firm)}
    line, town = next(iter(places.items()))
    grid.note("firm_place", 0, "employer", given=firms[line], place=town)
    placeless = grid.placeless | (firms.keys() - places.keys())
    return replace(grid.with_column("commune", places), placeless=placeless)
