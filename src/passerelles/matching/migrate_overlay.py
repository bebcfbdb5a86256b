"""An overlay brought to a new version of its referential: codes rewritten, what a person must decide asked beside."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from passerelles.io.archive import FileSource
from passerelles.io.rows import parse_rows
from passerelles.io.xlsx import Cell, cell_text
from passerelles.language.say import Lang, say
from passerelles.matching.lookup import Sought, search
from passerelles.matching.migrate import Versions
from passerelles.referentials.draft import Draft
from passerelles.referentials.form import form_page, manifest_page
from passerelles.referentials.manifest import read_fields
from passerelles.referentials.overlay import by_label
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Referential
from passerelles.referentials.sheets import heads, open_tables, sheet_title
from passerelles.text import normalise_label
from passerelles.views.excel import BookPage

# Columns that name what the referential holds, by table: what each names. Several codes may stand in one cell.
_NAMING: Final[Mapping[str, Mapping[str, Sought]]] = {
    "specialised_occupations": {"base": "occupation"},
    "titles": {"code": "title"},
    "competencies": {"macro": "competency"},
    "requirements": {"occupation": "occupation", "competency": "competency"},
    "credential_requirements": {"occupation": "occupation", "titles": "title"},
    "credential_reductions": {"holder_of": "occupation"},
    "occupation_access": {"occupation": "occupation", "titles": "title"},
}
_DECLARING: Final = ("specialised_occupations", "competencies", "macro_competencies", "credentials")
_ORDER: Final = ("specialised_occupations", "titles", "competencies", "macro_competencies", "requirements")
_PROPOSED: Final = re.compile(r"(\d+)\. (\S+) ")
_MOST: Final = 3


class Migrated(NamedTuple):
    """
    An overlay on a new version.

    Attributes
    ----------
    pages
        Sheets of a workbook that can be used as it is; rows that are open keep their old code.
    kept, moved, open
        Codes that stand as they are, that were rewritten, and that a person must decide (column `choix`).
    """

    pages: tuple[BookPage, ...]
    kept: int
    moved: int
    open: int


@dataclass
class _Count:
    kept: int = 0
    moved: int = 0
    open: int = 0


@dataclass(frozen=True)
class _Sheet:
    """A table as it was written: its name, the title of its sheet, its heads and rows."""

    table: str
    title: str
    head: list[str]
    rows: list[list[str]]

    @cached_property
    def keys(self) -> list[str]:
        """Names of the columns."""
        return [heads().get(normalise_label(text), normalise_label(text)) for text in self.head]

    def cell(self, row: Sequence[str], key: str) -> str:
        return row[self.keys.index(key)] if key in self.keys else ""


@dataclass(frozen=True)
class _Guide:
    """What leads old codes to new ones."""

    versions: Versions
    own: frozenset[str]
    claimed: Mapping[str, Sequence[str]]
    count: _Count = field(default_factory=_Count)

    @cached_property
    def labels(self) -> Mapping[Sought, Callable[[str], list[str]]]:
        """Codes of the new version that bear a label."""
        new = self.versions.new
        return {
            "occupation": by_label((o.code, o.name) for o in new.occupations),
            "competency": by_label((c.code, c.name) for c in new.competencies),
            "title": by_label((t.code, t.label) for t in new.titles),
        }

    @cached_property
    def known(self) -> Mapping[Sought, Mapping[str, str]]:
        """Labels of the codes of the new version."""
        return _labels(self.versions.new)

    @cached_property
    def before(self) -> Mapping[Sought, Mapping[str, str]]:
        """Labels of the codes of the older version; empty where it is not at hand."""
        return _labels(self.versions.old) if self.versions.old is not None else {}

    def lead(self, kind: Sought, text: str, label: str, part: str) -> tuple[str | None, list[str]]:
        """Return the code of the new version, or None with the codes that are possible."""
        if text in self.own:
            return text, []
        if kind == "occupation":
            return self._occupation(text, part)
        known = self.known[kind]
        if text in known or (kind == "competency" and self.labels[kind](text)):
            return text, []
        said = label or self.before.get(kind, {}).get(text, "") or text
        alike = self.labels[kind](said)
        if len(alike) == 1:
            return alike[0], []
        near = alike or [f.code for f in search(self.versions.new, said, kinds=[kind], limit=_MOST)]
        return None, near[:_MOST]

    def _occupation(self, code: str, part: str) -> tuple[str | None, list[str]]:
        new = self.versions.new.occupation_by_code
        if self.versions.old is None and code in new:
            return code, []
        led = {t.occupation for t in self.versions.new.titles if t.code in self.claimed.get(part, ())}
        if len(led) == 1:
            return led.pop(), []
        found = self.versions.migrate(code)
        return found.destination, [each.code for each in found.destinations]

    def chosen(self, kind: Sought, choice: str, proposals: str) -> str | None:
        """Return the code that a person chose: by its number among the proposals, as a code, or by its label."""
        numbered: dict[str, str] = dict(_PROPOSED.findall(proposals))
        code = numbered.get(choice, choice)
        if code in self.known[kind]:
            return code
        alike = self.labels[kind](choice) if choice else []
        if kind == "occupation" and not alike and choice:
            titles = {t.occupation for t in self.versions.new.titles if t.code in self.labels["title"](choice)}
            alike = sorted(titles)
        return alike[0] if len(alike) == 1 else None


def _labels(referential: Referential) -> Mapping[Sought, Mapping[str, str]]:
    return {
        "occupation": {o.code: o.name for o in referential.occupations},
        "competency": {c.code: c.name for c in referential.competencies},
        "title": {t.code: t.label for t in referential.titles},
    }


def migrate_overlay(name_or_path: str | Path, versions: Versions, *, lang: Lang = "fr") -> Migrated:
    """
    Bring an overlay to a new version of its referential.

    Parameters
    ----------
    name_or_path
        Name, folder, zip or workbook. Of one that was migrated before, what stands in the column `choix` is honoured: a
        number of the proposals, a code, or a label or title.
    versions
        The new version, and the older one where it is at hand.
    lang
        Language of the heads that are added.

    Raises
    ------
    PasserellesError
        If there is no such overlay, or a table of it cannot be read.
    """
    source = open_tables(place_of(name_or_path, "overlay"))
    sheets = [_read(source, name, lang) for name in source.names if name.endswith(".csv")]
    own = {_first(sheet, row) for sheet in sheets if sheet.table in _DECLARING for row in sheet.rows}
    claimed: dict[str, list[str]] = {}
    for sheet in (each for each in sheets if each.table == "titles"):
        for row in sheet.rows:
            claimed.setdefault(sheet.cell(row, "occupation"), []).append(sheet.cell(row, "code"))
    guide = _Guide(versions, frozenset(own), claimed)
    sheets.sort(key=lambda s: _ORDER.index(s.table) if s.table in _ORDER else len(_ORDER))
    pages = [_page(sheet, guide, lang) for sheet in sheets]
    stated = {str(key): str(value) for key, value in read_fields(source, Draft()).items()}
    stated |= {"base": versions.new.name, "base_version": versions.new.version}
    count = guide.count
    return Migrated((manifest_page(stated, lang), *pages), count.kept, count.moved, count.open)


def _first(sheet: _Sheet, row: Sequence[str]) -> str:
    return sheet.cell(row, "code")


def _read(source: FileSource, name: str, lang: Lang) -> _Sheet:
    member = source.member(name)

    def fits(cells: Sequence[Cell]) -> int:
        return sum(normalise_label(cell_text(cell)) in heads() for cell in cells)

    found = parse_rows(source.read(name), fits, name=name, path=source.place, sheet=member.sheet)
    width = len(found.header)
    rows = [([*map(cell_text, cells)] + [""] * width)[:width] for _, cells in found.filled]
    table = name.removesuffix(".csv")
    title = member.sheet or (sheet_title(table, lang) if table in (*_NAMING, *_DECLARING) else table)
    return _Sheet(table, title, [cell_text(cell) for cell in found.header], rows)


def _page(sheet: _Sheet, guide: _Guide, lang: Lang) -> BookPage:
    naming = _NAMING.get(sheet.table, {})
    rows: list[list[str]] = []
    decided: list[tuple[str, str]] = []
    for row in sheet.rows:
        line = list(row)
        choice, proposals = sheet.cell(row, "choice"), sheet.cell(row, "proposals")
        asked: list[str] = []
        for key, kind in naming.items():
            if key in sheet.keys and sheet.cell(row, key) and not _is_example(row):
                place = sheet.keys.index(key)
                line[place], choice = _rewritten(sheet, row, key, kind, guide, choice, proposals, asked)
        rows.append(line)
        decided.append((choice, "; ".join(asked)))
    return _written(sheet, rows, decided, lang)


def _is_example(row: Sequence[str]) -> bool:
    words = (say("tables.form.example", lang="fr"), say("tables.form.example", lang="en"))
    return next(filter(None, row), "").upper().startswith(words)


def _rewritten(
    sheet: _Sheet,
    row: Sequence[str],
    key: str,
    kind: Sought,
    guide: _Guide,
    choice: str,
    proposals: str,
    asked: list[str],
) -> tuple[str, str]:
    """Return a cell as it is in the new version, and what was chosen; what is open goes into `asked`."""
    text = sheet.cell(row, key)
    several = key in ("titles", "base")
    label = sheet.cell(row, "label") if kind == "title" and key == "code" else ""
    found: list[str] = []
    for code in text.split() if several else [text]:
        part = sheet.cell(row, "code") if key == "base" else ""
        new, possible = guide.lead(kind, code, label, part)
        if new is None and choice and (picked := guide.chosen(kind, choice, proposals)) is not None:
            new, choice = picked, picked
        if new is None:
            guide.count.open += 1
            known = guide.known[kind]
            asked += [f"{n}. {each} {known[each]}" for n, each in enumerate(possible, start=len(asked) + 1)]
            asked += [] if possible else [say("resolve.migrate.nothing", code=code)]
        elif new == code:
            guide.count.kept += 1
        else:
            guide.count.moved += 1
        found.append(new or code)
    return " ".join(found), choice


def _written(sheet: _Sheet, rows: list[list[str]], decided: Sequence[tuple[str, str]], lang: Lang) -> BookPage:
    """Return the sheet with columns `choix` and `propositions` at its end, where anything was asked or decided."""
    plain = [place for place, key in enumerate(sheet.keys) if key not in ("choice", "proposals")]
    head = [sheet.head[place] for place in plain]
    keys = [sheet.keys[place] for place in plain]
    cells = [[row[place] for place in plain] for row in rows]
    if any(choice or asked for choice, asked in decided):
        head += [say("tables.head.choice", lang=lang), say("tables.head.proposals", lang=lang)]
        keys += ["choice", "proposals"]
        cells = [[*row, *each] for row, each in zip(cells, decided, strict=True)]
    return form_page(sheet.table, sheet.title, head, keys, cells, lang)
