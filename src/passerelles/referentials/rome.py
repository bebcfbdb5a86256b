"""Readers of ROME as France Travail publishes it: generation 4, and the fiches of generation 3."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal, get_args

from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.io.archive import FileSource
from passerelles.io.csv import Table, decode
from passerelles.language import packaged
from passerelles.model import Competency, Domain, JobTitle, Mobility, Occupation, Provenance, Tag, TagKind, WorkContext
from passerelles.referentials.draft import OPTIONAL, CellType, Draft, Field, FileSet, coded_cells, from_row
from passerelles.referentials.referential import Reader, Referential, finish

_ROME: Final[Mapping[str, Any]] = packaged("passerelles.referentials", "rome.toml")
_WORDS: Final[Mapping[str, Mapping[str, Any]]] = _ROME["words"]
_FILE_FORM: Final = {"expected_encoding": "utf-8", "expected_delimiter": ",", "repair_apostrophes": True}
# The file of links of ROME 3 has a column that ROME 4 has not.
_LINKS: Final = "liens_rome_referentiels"
_ROME3_COLUMN: Final = b"code_type_referentiel"
_NAME: Final = re.compile(r"(?i)^unix_(?P<kind>[a-z0-9_]+?)(?P<edition>(?:_v\d+)?)(?:_(?:utf8|iso8859-?15?))?\.csv$")
_DECLARED: Final = {"occupations": Occupation, "competencies": Competency, "contexts": WorkContext}
# How the cells of a field are read that are neither plain text nor words of a code.
_MACRO: Final = CellType({}, lambda _draft, cell, *_where: cell.startswith("Macro"))
_ROME_CELLS: Final[Mapping[str, CellType]] = {"?": OPTIONAL, "macro?": _MACRO}
Generation = Literal["rome3", "rome4"]


def _find_files(source: FileSource, required: tuple[str, ...] = ()) -> FileSet:
    """
    Sort the files of a source by kind; of versions that are equally complete, the later one is taken.

    Nothing assumes a version number: ``_v460_``, ``_v461_`` and no version at all are read the same way.
    """
    chosen = FileSet.of_one_edition(source, _NAME, lambda edition: int(edition.removeprefix("_v") or 0))
    others = {name: None if edition is None else edition.removeprefix("_v") for name, edition in chosen.others.items()}
    expected, version = f"unix_{{kind}}{chosen.edition}_utf8.csv", chosen.edition.removeprefix("_v")
    return replace(chosen, expected=expected, required=required, edition=version, others=others, how=_FILE_FORM)


def _holds(generation: Generation, source: FileSource) -> bool:
    """Whether a source holds the ROME set of a generation."""
    files = _find_files(source)
    old, new = (bool(files.by_kind.keys() & kinds) for kinds in (_ROME["rome3"]["only"], _ROME["rome4"]["only"]))
    actual: Generation = "rome3" if (old if old != new else _links_of_rome3(files)) else "rome4"
    return bool(files.by_kind) and actual == generation


def _links_of_rome3(files: FileSet) -> bool:
    if _LINKS not in files.by_kind:
        return False
    try:
        return _ROME3_COLUMN in files.source.read(files.by_kind[_LINKS])[:1000].lower()
    except PasserellesError:  # the reader notes it
        return False


def _check_files(files: FileSet, published: Mapping[str, Any], draft: Draft) -> None:
    """
    Report what is missing of the set, and which files beside it are not read.

    `published` names the kinds of file of a generation; the absence of those that no reader uses costs nothing.
    """
    lists = ("required", "optional", "unread", "unread_if_there", "tags")
    kinds = {kind for name in lists for kind in published.get(name, ())}
    files.check(draft, kinds.__contains__, "mixed_versions", "version")
    for kind in published["unread"]:
        if kind not in files.by_kind:
            draft.log.note("missing_unread_file", file=files.expected.format(kind=kind))


# Where a line of a text ends and a sentence does, which its file leaves without a full stop; "engins de" goes on.
_LINE_WITHOUT_STOP: Final = re.compile(r"(?<=[\w)»’'\"%])\n(?=[^\Wa-zà-öø-ÿœ\d_])")


def _read_texts(files: FileSet, position: str, draft: Draft) -> dict[tuple[str, str], str]:
    """Texts by occupation and type: the sentences in their order (column `position`), one a line."""
    table = files.read("texte", ("code_rome", "libelle_type_texte", "libelle_texte"), draft, optional=(position,))
    table = draft.keyed(table, "code_rome", "libelle_type_texte", also=(position, "libelle_texte"))
    table = draft.linked(table, code_rome="occupations")
    rows = table.columns("code_rome", "libelle_type_texte", position, "libelle_texte")
    ordered = sorted(rows, key=lambda row: int(row[2][:9]) if row[2].isdecimal() else 0)
    sentences = grouped(((code, kind), text.strip()) for code, kind, _, text in ordered if text.strip())
    return {key: "\n".join(texts) for key, texts in sentences.items()}


def _read_riasec(files: FileSet, draft: Draft) -> dict[str, str]:
    """Major then minor RIASEC letter of each occupation."""
    needed, optional = ("code_rome", "riasec_majeur"), ("riasec_mineur",)
    table = files.read("referentiel_code_rome_riasec", needed, draft, optional=optional)
    table = draft.linked(draft.keyed(table, "code_rome"), code_rome="occupations")
    return {c: major + minor for c, major, minor in table.columns("code_rome", "riasec_majeur", "riasec_mineur")}


def _describe(files: FileSet, draft: Draft, domains: Mapping[str, str], *, position: str, access: str) -> None:
    """Give each occupation its domain, texts and letters; called after the links, which declare some alone."""
    texts = _read_texts(files, position, draft)
    riasec = _read_riasec(files, draft)
    for code, occupation in draft.occupations.items():
        draft.occupations[code] = replace(
            occupation,
            domain=domains.get(code),
            definition=_LINE_WITHOUT_STOP.sub(". ", texts.get((code, "definition"), "")).replace("\n", " "),
            access=texts.get((code, access), "").replace("\n", " "),  # its rules read the file's own stops
            riasec=riasec.get(code, ""),
        )


def _publication_date(source: FileSource, draft: Draft) -> str:
    """Date of publication as ``version.txt`` gives it, in ISO form; empty where that file does not say."""
    name = source.find("version.txt")
    data = draft.bytes_of(source, name) if name else None
    match = re.search(r"publication\s*:\s*(\d{2})/(\d{2})/(\d{4})", decode(data or b"").text)
    return f"{match[3]}-{match[2]}-{match[1]}" if match else ""


def _read(generation: Generation, source: FileSource) -> Referential:
    """Read a set of files; its notices say everything that was wrong, what makes it unusable included."""
    rome = _ROME[generation]
    files = _find_files(source, tuple(rome["required"]))
    draft = Draft()
    _check_files(files, rome, draft)
    domains = _domains(files, draft) if generation == "rome4" else {}
    for spec in rome["declared"]:
        _declare(files, draft, spec)
    _links(files, draft, rome["links"])
    if generation == "rome4":
        _statuses(files, draft)
    table, rows = _rows(files, draft, rome["titles"])
    draft.declare_titles([from_row(JobTitle, row) for _, row in rows], table, "code_rome")
    _mobilities(files, draft, rome["mobility"])
    for name, kinds in rome.get("tags", {}).items():
        _tags(files, draft, name, kinds)
    _describe(files, draft, domains, **rome["text"])
    source_named = f"{rome['publisher']}, version {files.edition or 'inconnue'}"
    provenance = Provenance(source_named, generation, _publication_date(source, draft), _ROME["licence"])
    return finish(draft, name="rome", version=files.edition or "unknown", provenance=provenance)


def _rows(files: FileSet, draft: Draft, spec: Mapping[str, Any]) -> tuple[Table, Iterator[tuple[int, dict[str, Any]]]]:
    """Read a table, and its rows, as ``rome.toml`` declares its fields: each its column, and how the cells are read."""
    fields: dict[str, Field] = {}
    for name, written in spec["fields"].items():
        column, _, how = written.partition(" ")
        words = _WORDS.get(how.removesuffix("!"))
        fields[name] = column, _ROME_CELLS.get(how) if words is None else coded_cells(words, is_kind=how.endswith("!"))
    columns = [column for column, _ in fields.values()]
    needed = spec.get("needed", 1)
    table = files.read(spec["file"], columns[:needed], draft, optional=columns[needed:])
    return table, draft.rows(table, fields)


def _declare(files: FileSet, draft: Draft, spec: Mapping[str, Any]) -> None:
    kind, more = spec["kind"], spec.get("all", {})
    table, rows = _rows(files, draft, spec)
    for line, row in rows:
        draft.declare(kind, from_row(_DECLARED[kind], row, **more), table, line)


def _domains(files: FileSet, draft: Draft) -> dict[str, str]:
    """Domain tree, and the domain of each occupation; without its file, the first characters of the codes serve."""
    # The misspelt 'professionel' is the file's own.
    keys = ("code_rome", "code_grand_domaine", "code_domaine_professionel")
    labels = ("libelle_grand_domaine", "libelle_domaine_professionel")
    table = draft.keyed(files.read("cr_gd_dp", keys, draft, optional=labels), "code_rome")
    table = draft.keyed(table, *keys)
    domain_of: dict[str, str] = {}
    for code, top, domain, top_label, label in table.columns(*keys, *labels):
        draft.domains.setdefault(top, Domain(top, top_label or None))
        draft.domains.setdefault(domain, Domain(domain, label or None, top))
        domain_of[code] = domain
    return domain_of


def _links(files: FileSet, draft: Draft, how: Mapping[str, Any]) -> None:
    """Competencies and work contexts of each occupation; `how` names the columns and the types of the links."""
    keys, kind, status = ("code_rome", "code_ogr"), how["kind"], how["status"]
    optional = {kind["column"], status["column"]} - {"", how["type"]}
    table = files.read(_LINKS, (*keys, how["type"]), draft, optional=tuple(optional))
    draft.require_occupations(table, "code_rome")
    types = table.column(how["type"])
    link_types = {*how["competencies"], how["contexts"], *how["others"]}
    for line, cell in zip(table.lines, types, strict=True):
        if cell not in link_types:
            draft.note("unknown_link_type", table, line, column=how["type"], value=cell)
    required = draft.keyed(table.keep([cell in how["competencies"] for cell in types]), *keys)
    words, cells, code = _WORDS[kind["words"]], required.column(kind["column"]), how["undeclared"]
    draft.require_competencies(required, "code_ogr", kind_of=lambda n: words.get(cells[n], "savoir-faire"), code=code)
    for line, (code, item, cell) in required.numbered(*keys, status["column"]):
        draft.requirements[code][item] = draft.coded(_WORDS[status["words"]], cell, status["column"], table, line)
    exercised = draft.keyed(table.keep([cell == how["contexts"] for cell in types]), *keys)
    exercised = draft.linked(exercised, code_ogr="contexts")
    draft.occupation_contexts |= {(code, item) for code, item in exercised.columns(*keys)}


def _statuses(files: FileSet, draft: Draft) -> None:
    """Mark the core and emerging competencies among those that each occupation asks for."""
    table = files.read("coherence_item", ("code_rome", "code_ogr", "coeur_metier"), draft)
    marked = draft.keyed(table.keep([cell != "" for cell in table.column("coeur_metier")]), "code_rome", "code_ogr")
    for line, (code, item, word) in marked.numbered("code_rome", "code_ogr", "coeur_metier"):
        status = draft.coded(_WORDS["status"], word, "coeur_metier", table, line)
        if item in draft.requirements.get(code, ()):
            draft.requirements[code][item] = status
        else:
            draft.note("status_without_link", table, line, subject=f"{code} - {item}")


def _mobilities(files: FileSet, draft: Draft, columns: Sequence[str]) -> None:
    """Moves between fiches: ranked, or typed proche or évolution, then maybe one between two titles of each."""
    keys, rank_column, kind = ("code_rome", "code_rome_cible"), "numero_ordre", "code_type_mobilite"
    table = files.read("rubrique_mobilite", keys, draft, optional=columns)
    table = draft.moves(table, *keys, also=[column for column in columns if column != rank_column])
    for line, (origin, target, rank, cell) in table.numbered(*keys, rank_column, kind):
        typed = draft.coded(_WORDS["mobility_3"], cell, kind, table, line)
        # Several titles may carry the same move between two fiches: one move, the closer kind first.
        listed = draft.mobilities.get((origin, target))
        if listed is None or (listed.kind != "proche" and typed == "proche"):
            place = draft.whole(rank, rank_column, table, line, least=1)
            draft.mobilities[origin, target] = Mobility(origin, target, place, typed)


def _tags(files: FileSet, draft: Draft, name: str, kinds: Sequence[tuple[TagKind, str, str]]) -> None:
    (_, first, _), *finer = kinds
    codes = [code for _, code, _ in finer]
    labels = [label for _, _, label in kinds]
    principal = ["principal"] if name in _ROME["rome4"]["with_principal"] else []
    table = files.read(name, (first, "code_rome"), draft, optional=(*codes, *labels, *principal))
    table = draft.linked(draft.keyed(table, first, "code_rome", also=codes), code_rome="occupations")
    for kind, code_column, label_column in kinds:
        for code, label, occupation, main in table.columns(code_column, label_column, "code_rome", "principal"):
            if code:  # a sector without a subsector is usual
                tag = f"{kind}:{code}"
                draft.tags.setdefault(tag, Tag(tag, label, kind))
                marked = draft.occupation_tags.get((occupation, tag), False)
                draft.occupation_tags[occupation, tag] = marked or main == "oui"


ROME3, ROME4 = (Reader(g, partial(_holds, g), partial(_read, g)) for g in get_args(Generation))
