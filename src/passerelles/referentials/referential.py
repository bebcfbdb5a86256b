"""The `Referential`: a frozen draft with look-ups by code and label, and what is laid on it: overlays, access facts."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, fields, replace
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar, get_args

from pydantic import TypeAdapter

from passerelles import model
from passerelles.codes import check_code, closure, code_form, grouped, is_isco_number, is_rome_code
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.io.archive import FileSource
from passerelles.notices import Notice, NoticeLog
from passerelles.referentials.credentials import DEFAULT, read_catalogue
from passerelles.referentials.draft import Draft, check_draft, requirement_key
from passerelles.referentials.overlay import read_overlay
from passerelles.referentials.places import place_of
from passerelles.referentials.table_format import open_tables
from passerelles.sharing import Deriving, Later, cached_property, made_once, no_collection
from passerelles.store import Index, open_index
from passerelles.text import LONGEST, NEAREST, alike, cut, fold_accents, normalise_label, slashed_forms
from passerelles.vectors import word_rules

Item = TypeVar("Item")
# By what a draft keeps the rows of a table, and a referential has them in order; moves go by their rank.
_CODED: Final = ("occupations", "competencies", "titles", "contexts", "tags", "domains", "credentials")
_KEYS: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(_CODED, attrgetter("code")),
    "mobilities": attrgetter("origin", "target"),
    "credential_requirements": requirement_key,
    "occupation_access": attrgetter("occupation"),
}
_UNRANKED: Final = 10**9
_SHORT_CODE: Final = 20  # characters
# What people write before a code: of the ROME, its name; of ESCO, the address that ends with it.
_CODE_PREFIX: Final = re.compile(r"^(?:(?:code)?rome:?(?=[a-z]\d)|https?:\S+/)")
_ROME_WITHIN: Final = re.compile(r"(?<![^\W_])[A-Za-z] ?\d{4}(?![^\W_])(?!-\w)")


@dataclass(frozen=True)
class Referential(Deriving):
    """
    Occupations, competencies and the links between them, as read from one source, plus its overlays.

    Every tuple is sorted by code, so that two readings of the same files give equal values. `notices` is what
    reading found (see the notice catalogue); nothing was dropped without one.
    """

    name: str
    version: str
    provenance: model.Provenance
    occupations: Later[tuple[model.Occupation, ...]] = Later()
    competencies: Later[tuple[model.Competency, ...]] = Later(())
    requirements: Later[tuple[model.Requirement, ...]] = Later(())
    titles: Later[tuple[model.JobTitle, ...]] = Later(())
    contexts: Later[tuple[model.WorkContext, ...]] = Later(())
    occupation_contexts: Later[tuple[tuple[str, str], ...]] = Later(())
    tags: Later[tuple[model.Tag, ...]] = Later(())
    occupation_tags: Later[tuple[tuple[str, str, bool], ...]] = Later(())
    domains: Later[tuple[model.Domain, ...]] = Later(())
    mobilities: Later[tuple[model.Mobility, ...]] = Later(())
    credentials: Later[tuple[model.Credential, ...]] = Later(())
    credential_requirements: Later[tuple[model.CredentialRequirement, ...]] = Later(())
    occupation_access: Later[tuple[model.OccupationAccess, ...]] = Later(())
    access: str | None = None  # catalogue of access facts that lies on it, with its version
    removed: tuple[tuple[str, str], ...] = ()  # credentials that overlays took from occupations, whoever brings them
    language: str = "fr"
    notices: tuple[Notice, ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        """One line: name, version and sizes."""
        sizes = f"{len(self.occupations)} occupations, {len(self.competencies)} competencies"
        return f"<Referential {self.name} {self.version}: {sizes}, {len(self.requirements)} requirements>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the fields alone, as the look-ups are made anew where needed; of an index, its place alone."""
        if self.index is not None:
            return (partial(open_referential, seal=self.index.seal), (self.index.place,))
        return (Referential, tuple(getattr(self, field.name) for field in fields(self)))

    @property
    def stamp(self) -> model.Stamp:
        """What an answer says of where it comes from."""
        about = self.provenance
        stamp = model.Stamp(self.name, self.version, about.sha256)
        as_source = model.OverlaySource(self.name, self.version, "", about.source, about.licence, about.date)
        stamp.sources = (as_source, *about.laid)
        return stamp

    @property
    def family(self) -> str:
        """
        What the referential is a version of, whatever its name: ``"rome"``, ``"esco"``, ``"onet"``, or itself.

        What another reader reads is of ROME's family where most of its occupations carry codes of ROME's form.
        """
        form = self.provenance.format
        if form in ("esco", "onet"):
            return form
        if form in ("rome3", "rome4"):
            return "rome"
        rome_codes = sum(is_rome_code(o.fiche) for o in self.occupations)
        return "rome" if 2 * rome_codes > len(self.occupations) else self.name

    @property
    def older(self) -> bool:
        """Whether its fiches are those of ROME 3, each of which held what came to be several."""
        return self.provenance.format == "rome3"

    @property
    def index(self) -> Index | None:
        """The compiled index that holds it; None for one that was read from its source, or made of another."""
        return vars(self).get("_index")

    def notices_of(self, place: Path) -> tuple[Notice, ...]:
        """Notices about the overlay of a path."""
        return tuple(n for n in self.notices if n.file.partition("/")[0] == place.stem)

    def with_overlay(self, name_or_path: str | Path) -> "Referential":
        """
        Return a new referential with a branch's specialised occupations, credentials and requirements on top.

        One that lies on it already changes nothing.

        Parameters
        ----------
        name_or_path
            Name of an overlay that is embedded (``"enseignement-conduite"``), installed or carried by a package; or a
            folder, zip or workbook in the overlay format.

        Raises
        ------
        PasserellesError
            If there is no such overlay, or it is no overlay. What this referential lacks is a notice, not an error.

        Examples
        --------
        >>> from passerelles import load_referential
        >>> plain = load_referential("transitions")
        >>> split = plain.with_overlay("enseignement-conduite")
        >>> [o.label for o in split.parts_of("K2110")][:1]
        ['Enseignant / Enseignante de la conduite, deux-roues']
        """
        laid = apply_overlay(self, name_or_path)
        before = self.provenance.files
        # The same files lie there already, as on an index compiled with them.
        return self if set(laid.provenance.files[len(before) :]) <= set(before) else laid

    def parts_of(self, code: str) -> tuple[model.Occupation, ...]:
        """Specialised occupations into which an overlay splits the occupation `code`; empty where none does."""
        return tuple(o for o in self.occupations if code in o.bases)

    @cached_property
    def occupation_by_code(self) -> Mapping[str, model.Occupation]:
        """Occupation of each code."""
        return MappingProxyType({o.code: o for o in self.occupations})

    @cached_property
    def competency_by_code(self) -> Mapping[str, model.Competency]:
        """Competency of each code."""
        return MappingProxyType({c.code: c for c in self.competencies})

    @cached_property
    def credential_by_code(self) -> Mapping[str, model.Credential]:
        """Credential of each code."""
        return MappingProxyType({c.code: c for c in self.credentials})

    @cached_property
    def context_by_code(self) -> Mapping[str, model.WorkContext]:
        """Work context of each code."""
        return MappingProxyType({c.code: c for c in self.contexts})

    @cached_property
    def domain_by_code(self) -> Mapping[str, model.Domain]:
        """Node of the domain tree of each code."""
        return MappingProxyType({d.code: d for d in self.domains})

    @cached_property
    def requirements_of(self) -> Mapping[str, tuple[model.Requirement, ...]]:
        """Requirements of each occupation, by competency code; an occupation that lists none is not a key."""
        return grouped((row.occupation, row) for row in self.requirements)

    @cached_property
    def titles_of(self) -> Mapping[str, tuple[model.JobTitle, ...]]:
        """Job titles of each occupation, by title code."""
        return grouped((title.occupation, title) for title in self.titles)

    @cached_property
    def titles_under(self) -> Mapping[str, tuple[model.JobTitle, ...]]:
        """Job titles that the referential itself lists under each fiche, whatever an overlay claims; by title code."""
        return grouped((title.fiche or title.occupation, title) for title in self.titles)

    @cached_property
    def credentials_of(self) -> Mapping[str, tuple[model.CredentialRequirement, ...]]:
        """Credentials that each occupation requires or that lead to it."""
        return grouped((row.occupation, row) for row in self.credential_requirements)

    @cached_property
    def access_of(self) -> Mapping[str, model.OccupationAccess]:
        """What access to each occupation is as a whole, where it is known."""
        return MappingProxyType({row.occupation: row for row in self.occupation_access})

    @cached_property
    def contexts_of(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of the work contexts of each occupation."""
        return grouped(self.occupation_contexts)

    @cached_property
    def moves_of(self) -> Mapping[str, tuple[model.Mobility, ...]]:
        """Moves that the experts list from each fiche."""
        return grouped((move.origin, move) for move in self.mobilities)

    def titles_in(self, occupation: str) -> tuple[model.JobTitle, ...]:
        """Job titles of one occupation, by title code; none where it lists none."""
        return self.titles_of.get(occupation, ())

    def moves_from(self, origin: str) -> Mapping[str, model.Mobility]:
        """Moves that the experts list from a fiche, by target."""
        return {move.target: move for move in self.moves_of.get(origin, ())}

    def prerequisites_of(self, credential: str) -> tuple[str, ...]:
        """
        Every credential that must be held before `credential`, itself excluded, prerequisites first.

        A cycle (a fault that validation reports) does not hang: each credential is listed once.
        """
        by_code = self.credential_by_code
        return closure(credential, lambda code: by_code[code].prerequisites if code in by_code else ())[:-1]


# What a compiled index has of a referential.
DOCUMENT: Final = "referential.json"
_TABLE: Final = "referential.{}.json"
_PLAIN: Final = ("name", "version", "language", "access")
_LINKS: Final = ("occupation_contexts", "occupation_tags")
_TEXTS: Final = {str, type(None)}


def _access_row(*row: Any) -> model.OccupationAccess:
    """Return access to an occupation of a row whose last cell lists the selections of its titles."""
    *values, selections = row
    return model.OccupationAccess(*values)._replace(selections=tuple(model.Selection(*s[:4]) for s in selections))


# Tables, with what makes a value of a row: each is a document; the rest is small, and is one together.
_ROWS: Final[Mapping[str, Callable[..., Any]]] = {
    name: (lambda *row: row) if name in _LINKS else get_args(get_args(Referential.__annotations__[name])[0])[0]
    for name in (
        *("occupations", "competencies", "requirements", "titles", "contexts", "occupation_contexts", "tags"),
        *("occupation_tags", "domains", "mobilities", "credential_requirements"),
    )
} | {"occupation_access": _access_row}


def pack_referential(referential: Referential) -> dict[str, Any]:
    """Turn a referential into documents of an index, by name."""
    rows = {name: getattr(referential, name) for name in _ROWS}
    rows["occupations"] = [*map(astuple, referential.occupations)]
    columns = {_TABLE.format(name): [*map(_packed, zip(*table, strict=True))] for name, table in rows.items()}
    about = {name: getattr(referential, name) for name in _PLAIN} | {
        "removed": referential.removed,
        "provenance": asdict(referential.provenance),
        "credentials": [asdict(c) for c in referential.credentials],
        "notices": [(n.code, n.file, n.line, n.values, n.count) for n in referential.notices],
    }
    return {DOCUMENT: about, **columns}


def _packed(column: Sequence[Any]) -> Sequence[Any] | dict[str, Sequence[Any]]:
    """Return a column, or its texts and the place of each row's among them where they come several times."""
    places = {text: at for at, text in enumerate(dict.fromkeys(column))} if {*map(type, column)} <= _TEXTS else {}
    few = 0 < 2 * len(places) < len(column)
    return {"of": [*places], "at": [places[text] for text in column]} if few else column


def open_referential(place: Path, *, seal: str | None = None) -> Referential:
    """
    Open the referential of a compiled index; each table is read when it is first asked for.

    Parameters
    ----------
    place
        Folder or file of the index.
    seal
        Seal that it must have: what another process knew it by. None = any.

    Raises
    ------
    PasserellesError
        If the index is damaged, of another version, may not be read, or has another seal.
    """
    index = open_index(place)
    if seal is not None and index.seal != seal:
        raise PasserellesError("index_changed", path=place)
    about = index.document(DOCUMENT)
    values: dict[str, Any] = {name: about[name] for name in _PLAIN}
    values |= {name: partial(_read_table, index, name) for name in _ROWS}
    referential = Referential(
        **values,
        provenance=TypeAdapter(model.Provenance).validate_python(about["provenance"]),
        removed=tuple(map(tuple, about["removed"])),
        credentials=lambda: TypeAdapter(tuple[model.Credential, ...]).validate_python(about["credentials"]),
        notices=tuple(
            Notice(code, file, line, tuple(map(tuple, v)), count) for code, file, line, v, count in about["notices"]
        ),
    )
    vars(referential)["_index"] = index
    return referential


def _read_table(index: Index, name: str) -> tuple[Any, ...]:
    """Read a table of an index, column by column."""
    with no_collection():
        columns = index.document(_TABLE.format(name), keep=False)
        whole = [map(c["of"].__getitem__, c["at"]) if type(c) is dict else c for c in columns]
        return tuple(map(_ROWS[name], *whole)) if whole else ()


class Reader(NamedTuple):
    """A format of referentials: its name, whether a source is in it, and the referential that a source holds."""

    name: str
    recognise: Callable[[FileSource], bool]
    read: Callable[[FileSource], Referential]


def finish(draft: Draft, *, name: str, version: str, provenance: model.Provenance, language: str = "fr") -> Referential:
    """
    Check what only the whole can show, sort, and freeze.

    Raises
    ------
    PasserellesError
        If prerequisites of credentials form a chain longer than any law knows.
    """
    check_draft(draft)
    if draft.files and not provenance.files:
        provenance = replace(provenance, files=tuple(draft.files), sha256=checksum(draft.files))
    links = ((o, *row) for o, required in sorted(draft.requirements.items()) for row in sorted(required.items()))
    tables: dict[str, Mapping[Any, Any]] = {kind: getattr(draft, kind) for kind in _KEYS}
    rows: dict[str, Any] = {kind: tuple([values[key] for key in sorted(values)]) for kind, values in tables.items()}
    rows["mobilities"] = tuple(sorted(rows["mobilities"], key=lambda m: (m.origin, m.rank or _UNRANKED)))
    rows["requirements"] = tuple([model.Requirement(o, c, status, draft.levels.get((o, c))) for o, c, status in links])
    rows["occupation_contexts"] = tuple(sorted(draft.occupation_contexts))
    rows["occupation_tags"] = tuple((o, t, principal) for (o, t), principal in sorted(draft.occupation_tags.items()))
    rows |= {"removed": tuple(sorted(draft.removed)), "notices": draft.log.notices()}
    return Referential(name, version, provenance, **rows, language=language)


def checksum(files: Iterable[model.FileRecord]) -> str:
    """
    One SHA-256 over the names and checksums of all files read, in the order of their names.

    Examples
    --------
    >>> checksum([model.FileRecord("a.csv", "00", "utf-8", 1)])[:8]
    '5e673bda'
    """
    digest = hashlib.sha256()
    for record in sorted(files):
        digest.update(f"{record.name}\0{record.sha256}\n".encode())
    return digest.hexdigest()


def apply_overlay(referential: Referential, name_or_path: str | Path, *, anyway: bool = False) -> Referential:
    """
    Lay one overlay on a referential; see `Referential.with_overlay`.

    With `anyway`, what is wrong with its manifest is a notice as all else is.
    """
    source = open_tables(place_of(name_or_path, "overlay"))
    plain = _without_catalogue(referential)
    draft = _draft_of(plain, overlay=source.place.stem)
    before = plain.provenance
    manifest = read_overlay(source, draft, name=plain.name, version=plain.version, anyway=anyway)
    files = (*before.files, *draft.files)
    overlays = (*before.overlays, f"{manifest.name} {manifest.version}")
    laid = (*before.laid, model.OverlaySource(*(getattr(manifest, f) for f in model.OverlaySource._fields)))
    provenance = replace(before, files=files, sha256=checksum(files), overlays=overlays, laid=laid)
    return finish(draft, name=plain.name, version=plain.version, language=plain.language, provenance=provenance)


def _draft_of(referential: Referential, *, overlay: str) -> Draft:
    """Return the draft of a referential, so that an overlay can be laid on it."""
    tables: dict[str, Any] = {kind: {key(v): v for v in getattr(referential, kind)} for kind, key in _KEYS.items()}
    tables |= {"occupation_contexts": set(referential.occupation_contexts), "removed": set(referential.removed)}
    tables["occupation_tags"] = {(o, t): principal for o, t, principal in referential.occupation_tags}
    tables |= {"family": referential.family, "older": referential.older}
    draft = Draft(**tables, log=NoticeLog(referential.notices), overlay=overlay)
    for occupation, competency, status, level in referential.requirements:
        draft.requirements[occupation][competency] = status
        if level is not None:
            draft.levels[occupation, competency] = level
    return draft


def _without_catalogue(referential: Referential) -> Referential:
    """Remove the rows of a catalogue of access facts: it is applied again, over the overlay, when a graph is built."""
    if referential.access is None:
        return referential
    rows = tuple(row for row in referential.credential_requirements if not row.origin)
    access = tuple(row for row in referential.occupation_access if not row.origin)
    facts = f"{referential.access.split()[0]}/"  # whose notices are told again, once, as its rows are laid again
    notices = tuple(n for n in referential.notices if not n.file.startswith(facts) and n.code != "access_recoded")
    return replace(referential, credential_requirements=rows, occupation_access=access, access=None, notices=notices)


def lay_access(referential: Referential, name_or_path: str | Path = DEFAULT) -> Referential:
    """
    Lay a catalogue of access facts on a referential whose occupations it knows by their codes.

    What the referential, or an overlay that lies on it already, says itself goes before the catalogue. A specialised
    occupation takes what its base demands. Where the catalogue knows no occupation, the referential stays as it is; a
    code that names another job since a later version of ROME takes nothing from it.

    Raises
    ------
    PasserellesError
        If there is no such catalogue, or another one lies on the referential.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> lay_access(load_referential("transitions")).access.split()[0]
    'acces-france'
    """
    catalogue = read_catalogue(name_or_path)
    if referential.access is not None:
        if referential.access != catalogue.name:
            raise PasserellesError("access_differs", found=referential.access, expected=catalogue.name)
        return referential
    rows: list[model.CredentialRequirement] = []
    access_rows: list[model.OccupationAccess] = []
    removed, recoded = grouped(referential.removed), set[str]()
    older = grouped((t.fiche or t.occupation, t.code) for t in referential.titles) if referential.older else {}
    for occupation in referential.occupations:
        bases = occupation.bases or (occupation.code,)
        if not referential.older and any(catalogue.means_another(base, referential.version) for base in bases):
            recoded.add(occupation.code)
            continue
        stated = (row.credential for row in referential.credentials_of.get(occupation.code, ()))
        added, access = catalogue.of_occupation(occupation, {*stated, *removed.get(occupation.code, ())}, older)
        rows += added
        access_rows += [access] if access is not None else []
    if not rows and not access_rows:
        return referential
    log = NoticeLog((*referential.notices, *catalogue.notices))
    own_credentials = referential.credential_by_code
    for code, known_there in catalogue.credentials.items():
        if own_credentials.get(code, known_there) != known_there:
            log.note("access_code_twice", file=f"{catalogue.name.split()[0]}/credentials.csv", subject=code)
    if recoded:
        log.note("access_recoded", subject=", ".join(sorted(recoded)))
    demanded = (*referential.credential_requirements, *_for_titles(referential, rows))
    access_of = {row.occupation: row for row in (*access_rows, *referential.occupation_access)}
    laid: dict[str, Any] = {
        "credentials": tuple(v for _, v in sorted({**catalogue.credentials, **own_credentials}.items())),
        "credential_requirements": tuple(sorted(demanded, key=requirement_key)),
        "occupation_access": tuple(access_of[code] for code in sorted(access_of)),
    }
    return replace(referential, **laid, access=catalogue.name, notices=log.notices())


def _for_titles(
    referential: Referential, rows: Sequence[model.CredentialRequirement]
) -> Iterator[model.CredentialRequirement]:
    """
    Yield what some titles of a fiche demand for the specialised occupations that these titles mean.

    Demanded of every title of a specialised occupation, it is demanded there; of none of them, it is not. Of titles
    that an overlay adds nothing is known: one without others takes what is demanded of the fiche at large.
    """
    for row in rows:
        occupation, named = referential.occupation_by_code[row.occupation], frozenset(row.titles.split())
        known = referential.titles_in(row.occupation)
        titles = {title.code for title in known if title.fiche or occupation.base is None}
        of_fiche = not titles and any(stand_for(referential, b, named) for b in occupation.bases)
        if occupation.base is not None and named and (of_fiche or (titles and titles <= named)):
            yield row._replace(scope="all" if row.scope == "titles" else row.scope, titles="")
        elif occupation.base is None or not known or not named or titles & named:
            yield row


def code_of(referential: Referential, text: str) -> str | None:
    """Return the occupation of a code, in whatever case and however it is spaced; None where it is none."""
    if text in referential.occupation_by_code:
        return text
    if len(text) > LONGEST:
        return None
    codes = _codes_by_fold(referential).get(_CODE_PREFIX.sub("", "".join(text.split()).casefold()), ())
    return codes[0] if len(codes) == 1 else None


def codes_within(referential: Referential, text: str) -> tuple[str, ...]:
    """Return the occupations whose ROME codes stand in a text, beside other words or codes."""
    codes = (code_of(referential, part) for part in _ROME_WITHIN.findall(text[:LONGEST]))
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def occupations_meant(referential: Referential, text: str) -> tuple[str, ...]:
    """Return the occupation of a code, or those of an exact title, which several may share; see `exact_occupation`."""
    if (code := code_of(referential, text)) is not None:
        return (code,)
    wanted = normalise_label(text) if len(text) <= LONGEST else ""
    if not wanted:
        return ()
    by_form = {title.occupation for title in _titles_by_form(referential).get(wanted, ())}
    return titles_by_label(referential).get(wanted) or tuple(sorted(by_form))


def exact_occupation(referential: Referential, text: str) -> str:
    """
    Return the code that `text` stands for.

    Parameters
    ----------
    referential
        Where to look.
    text
        A code (``"K2110"``), the code of a specialised occupation, or an exact job title or label, whole or in one
        of its two gender forms; case, accents, hyphens and apostrophes are not compared, nor spaces in a code.

    Raises
    ------
    UnknownCodeError
        If it is neither, or a title that several occupations share; `suggestions` are codes, or titles spelt alike.
    PasserellesError
        If it is a number, or empty.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> exact_occupation(load_referential("transitions"), "Moniteur / Monitrice d'auto-école")
    'K2110'
    """
    check_code(text, what="occupation")
    codes = occupations_meant(referential, text)
    if len(codes) == 1:
        return codes[0]
    if codes:
        raise UnknownCodeError(text, suggestions=codes, key="ambiguous_title")
    near = nearest(referential, text)
    loaded = {} if near or not meant_as_code(text) else foreign_code(referential, text)
    raise UnknownCodeError(cut(text, LONGEST), suggestions=near, **loaded)


def named_titles(referential: Referential, texts: Iterable[str]) -> frozenset[str]:
    """
    Codes of the job titles by which occupations are named, where what access takes differs between their titles.

    So it may for who helps others of an occupation. One that is also named by its code or its own label, or by several
    titles, is meant at large.
    """
    named: list[tuple[str, frozenset[str]]] = []
    helper = word_rules(referential.language).helper
    for text in texts:
        code = exact_occupation(referential, text)
        rows = referential.credentials_of.get(code, ())
        access = referential.access_of.get(code)
        differs = any(row.by_title for row in rows) or (access is not None and access.selection_scope == "titles")
        if differs or (helper is not None and helper.search(fold_accents(text))):
            named.append((code, _titles_of_name(referential, code, text)))
    return frozenset(code for titles in grouped(named).values() if len(set(titles)) == 1 for code in titles[0])


def _titles_of_name(referential: Referential, occupation: str, text: str) -> frozenset[str]:
    """Titles of an occupation that a text is the name of; none for its code or its own label."""
    wanted, label = normalise_label(text), normalise_label(referential.occupation_by_code[occupation].name)
    if code_of(referential, text) == occupation or wanted == label:
        return frozenset()
    titles = {title.code for title in referential.titles_in(occupation) if normalise_label(title.label) == wanted}
    if not titles:
        titles = {t.code for t in _titles_by_form(referential).get(wanted, ()) if t.occupation == occupation}
    return frozenset(titles) if len(titles) == 1 else frozenset()


def stand_for(referential: Referential, occupation: str, titles: frozenset[str]) -> bool:
    """
    Whether some of an occupation's titles stand for it, by their codes.

    Where one of them bears its own label; where none of its titles does, where they are at least half of these.
    """
    known = referential.titles_in(occupation)
    if not titles or not known:
        return False
    main = referential.derived(("titles of the label", occupation), lambda: _titles_of_label(referential, occupation))
    return not titles.isdisjoint(main) if main else 2 * sum(title.code in titles for title in known) >= len(known)


def _titles_of_label(referential: Referential, occupation: str) -> tuple[str, ...]:
    """Codes of the titles that bear an occupation's own label, else of those that begin with it."""
    label = normalise_label(referential.occupation_by_code[occupation].name)
    labels = {title.code: normalise_label(title.label) for title in referential.titles_in(occupation)}
    of_label = [code for code, text in labels.items() if text == label]
    return tuple(of_label or [code for code, text in labels.items() if text.startswith(label)])


def several(items: Iterable[Item] | str) -> tuple[Item, ...]:
    """Return codes, titles or the like, of which one may stand alone, as a tuple."""
    alone: Any = items
    return (alone,) if isinstance(items, str) or not isinstance(items, Iterable) else tuple(items)


@made_once
def _forms_of_codes(referential: Referential) -> frozenset[str]:
    return frozenset(code_form(occupation.code) for occupation in referential.occupations)


@made_once
def _codes_by_fold(referential: Referential) -> Mapping[str, tuple[str, ...]]:
    return grouped((code.casefold(), code) for code in referential.occupation_by_code)


@made_once
def _titles_by_form(referential: Referential) -> Mapping[str, tuple[model.JobTitle, ...]]:
    """Job titles of each normalised gender form of those that are written with both, and of what follows the slash."""
    forms = ((t, (*(slashed_forms(t.label) or ()), t.label.partition(" / ")[2])) for t in referential.titles)
    return grouped((plain, title) for title, texts in forms for plain in dict.fromkeys(map(normalise_label, texts)))


@made_once
def titles_by_label(referential: Referential) -> Mapping[str, tuple[str, ...]]:
    """Codes of the occupations that each normalised title, label or notation means; an own label wins over a title."""
    by_title = grouped(sorted({(normalise_label(title.label), title.occupation) for title in referential.titles}))
    labels: set[tuple[str, str]] = set()
    for occupation in referential.occupations:
        if occupation.label is not None:
            label = normalise_label(occupation.label)
            # A fiche's own label is no other's title; with an overlay, a claimed title means the part.
            claimed = [c for c in by_title.get(label, ()) if referential.occupation_by_code[c].base == occupation.code]
            labels |= {(label, code) for code in claimed or [occupation.code]}
        if occupation.notation:
            labels.add((normalise_label(occupation.notation), occupation.code))
    return MappingProxyType({**by_title, **grouped(sorted(labels))})


def nearest(referential: Referential, text: str) -> tuple[str, ...]:
    """Return codes or titles that resemble `text`, best first; ties in the order of the codes."""
    cut = text[:LONGEST].strip()
    cut = joined if code_form(joined := "".join(cut.split())) else cut  # "K 2119"
    if foreign_form(referential, cut):
        return ()
    if any(c.isdigit() for c in cut) and " " not in cut:
        codes = {o.code: o.code.casefold() for o in referential.occupations}
        folded = _CODE_PREFIX.sub("", cut.casefold())
        if cut.isdecimal() and not any(code.isdecimal() for code in codes):  # the same figures, or a number by chance
            return tuple(code for code in codes if re.sub(r"\D", "", code) == cut)[:NEAREST]
        least = 50 if len(folded) <= _SHORT_CODE else 80  # half the figures of long codes are alike by chance
        near = tuple(alike(folded, codes, least=least, most=NEAREST))
        if near or meant_as_code(cut):
            return near or _of_same_start(folded, sorted(codes))
    plain, labels = normalise_label(cut), _plain_labels(referential)
    forms = alike(plain, {form: form for form in labels}, scorer="token_sort_ratio", least=60, most=4 * NEAREST)
    return tuple(islice(dict.fromkeys(labels[form] for form in forms), NEAREST))


def foreign_form(referential: Referential, text: str) -> str:
    """Return the public nomenclature whose codes are written as a text is, where no code of the referential is."""
    form = code_form("".join(text.split()))
    return "" if form in _forms_of_codes(referential) else form


def foreign_code(referential: Referential, text: str) -> dict[str, str]:
    """Return what is told of a code that resembles none: what is loaded, and whose codes are written so."""
    form = foreign_form(referential, text)
    if is_isco_number(text) and not nearest(referential, text):  # "2110" may be K2110
        form = "CITP (ISCO)"
    return {"loaded": f"{referential.name} {referential.version}".strip()} | ({"form": form} if form else {})


def meant_as_code(text: str) -> bool:
    """Whether an unknown text is rather a code than a title: one word, more than a third of it figures, no "ATSEM2"."""
    word = text.strip()
    digits = sum(c.isdigit() for c in word)
    return bool(code_form("".join(word.split()))) or (" " not in word and 3 * digits > len(word))


def _of_same_start(text: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the first codes among those that share the most of their start with `text`: those of its field."""
    starts = (text[:length] for length in range(len(text), 0, -1))
    alike_so_far = (tuple(code for code in codes if code.casefold().startswith(start)) for start in starts)
    return next(filter(None, alike_so_far), ())[:NEAREST]


@made_once
def _plain_labels(referential: Referential) -> Mapping[str, str]:
    """Label of each title and occupation, by its words, and by those of each of its two gender forms."""
    labels = sorted({t.label for t in referential.titles} | {o.label for o in referential.occupations if o.label})
    forms = {form: titles[0].label for form, titles in _titles_by_form(referential).items()}
    return {**forms, **{normalise_label(label): label for label in reversed(labels)}}
