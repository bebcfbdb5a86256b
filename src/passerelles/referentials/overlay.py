"""Overlays: a branch's specialised occupations, credentials and requirements laid on any referential."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache

from passerelles.codes import grouped
from passerelles.errors import PasserellesError, ReferentialError
from passerelles.io.archive import FileSource
from passerelles.model import JobTitle
from passerelles.referentials.credentials import DEFAULT, RECODES, read_catalogue, read_facts
from passerelles.referentials.draft import Draft, refuse_unusable, requirement_key
from passerelles.referentials.places import known, place_of
from passerelles.referentials.table_format import Manifest, OwnTables, open_tables, split_codes
from passerelles.text import normalise_label, slashed_forms


def read_overlay(source: FileSource, draft: Draft, *, name: str, version: str, anyway: bool) -> Manifest:
    """
    Read an overlay onto the draft of a referential; see `Referential.with_overlay`.

    Parameters
    ----------
    source
        The overlay's tables.
    draft
        The referential, thawed.
    name, version
        What the referential is called.
    anyway
        Whether what is wrong with the overlay's manifest is a notice as all else is.

    Raises
    ------
    ReferentialError
        If its manifest is missing or not valid.
    PasserellesError
        If it is no overlay.
    """
    tables = OwnTables(source, draft)
    manifest = tables.manifest()
    draft.elsewhere = manifest.base not in ("", name)
    if manifest.base_version and not draft.elsewhere and manifest.base_version != version:
        draft.note("overlay_base_version", base=name, expected=manifest.base_version, found=version)
    _watch_labels(draft)
    if not anyway:
        notices = [n for n in draft.log.notices() if n.file.startswith(f"{draft.overlay}/")]
        if absent := [n for n in notices if n.code == "missing_required_file"]:  # any folder may be named by mistake
            manifest_name = absent[0].file.removeprefix(f"{draft.overlay}/")
            raise ReferentialError("no_overlay", issues=notices, path=source.place, file=manifest_name)
        refuse_unusable(notices, source.place)
    tables.check_names(known=[RECODES])  # a copy of a catalogue has that one, which no overlay needs
    _specialised(tables, draft)
    tables.declare_competencies()
    _requirements(tables, draft, name)
    _titles(tables, draft)
    read_facts(tables, draft, lent=manifest.credentials or (DEFAULT if draft.family == "rome" else ""))
    return manifest


def _watch_labels(draft: Draft) -> None:
    """Have rows that declare a known label under a new code noted, with the code to use."""
    competencies, credentials = dict(draft.competencies), dict(draft.credentials)

    @cache
    def look_up(kind: str) -> Callable[[str], list[str]]:
        if kind == "competencies":
            return by_label({c.code: c.name for c in competencies.values()})
        catalogue = read_catalogue().credentials if draft.family == "rome" else {}
        return by_label({c.code: c.label for c in {**catalogue, **credentials}.values()})

    draft.labelled = lambda kind, label: look_up(kind)(label)


def _specialised(tables: OwnTables, draft: Draft) -> None:
    """Add specialised occupations, each a copy of its base; the rows of those left out are left out too."""
    table = tables.read("specialised_occupations")
    for line, (code, base, label, definition) in table.numbered(*("code", "base", "label"), "definition"):
        bases = split_codes(base)
        missing = [job for job in bases if job not in draft.occupations or draft.occupations[job].base is not None]
        if missing:
            named = ", ".join(missing) if len(missing) < len(bases) else base
            present = [draft.occupations[job].base or "" for job in missing if job in draft.occupations]
            near = " ".join(present) or draft.near("occupations", base)
            draft.note(draft.missing("overlay_base_missing"), table, line, subject=code, base=named or "–", near=near)
            if ("occupations", code) not in draft.declared:
                draft.skipped.update(filter(None, (code, label)))
            continue
        first, also = draft.occupations[bases[0]], " ".join(bases[1:])
        part = replace(first, code=code, label=label or None, base=bases[0], also=also)
        if definition:
            part = replace(part, definition=definition)
        if draft.declare("occupations", part, table, line):
            draft.skipped -= {code, label}  # of two rows of one code, one that can be used is enough
            for job in reversed(bases):  # what the first fiche states wins over the others
                _inherit(draft, base=job, code=code)
        elif code in draft.occupations and ("occupations", code) not in draft.declared:
            draft.skipped.add(code)  # an occupation of the referential itself, which these rows do not mean


def overlays_that_split(code: str) -> tuple[str, ...]:
    """
    Names of the overlays, embedded, installed or carried by packages, that split a fiche into specialised occupations.

    Examples
    --------
    >>> overlays_that_split("K2110"), overlays_that_split("A0000")
    (('enseignement-conduite',), ())
    """
    splitting: list[str] = []
    for name in dict.fromkeys(name for name, _, _ in known("overlay")):
        with suppress(PasserellesError):  # one that cannot be read is told of when it is laid
            table = OwnTables(open_tables(place_of(name, "overlay")), Draft()).read("specialised_occupations")
            if any(code in split_codes(base) for base in table.column("base")):
                splitting.append(name)
    return tuple(splitting)


def _inherit(draft: Draft, *, base: str, code: str) -> None:
    """Give a part what its base has; mobilities are not copied, they are looked up through the base."""
    draft.requirements[code].update(draft.requirements.get(base, {}))
    draft.occupation_contexts |= {(code, context) for o, context in draft.occupation_contexts if o == base}
    draft.occupation_tags |= {(code, tag): main for (o, tag), main in draft.occupation_tags.items() if o == base}
    rows = [r._replace(occupation=code) for r in draft.credential_requirements.values() if r.occupation == base]
    draft.credential_requirements |= {requirement_key(row): row for row in rows}
    if base in draft.occupation_access:
        draft.occupation_access[code] = draft.occupation_access[base]._replace(occupation=code)


def _requirements(tables: OwnTables, draft: Draft, name: str) -> None:
    """Add, remove or re-weight; a competency that this referential lacks is a notice, unless the row names another."""
    table = tables.read("requirements")
    table = table.keep([written in ("", name) for written in table.column("referential")])
    table = draft.linked(table, occupation="occupations")
    labelled = by_label({c.code: c.name for c in draft.competencies.values()})
    for line, row in tables.rows(table, "requirements"):
        required, text, verb = draft.requirements[row["occupation"]], row["competency"], row["action"]
        candidates = [text] if text in draft.competencies else labelled(text)
        # Where several competencies bear one label, the one that the occupation asks for is meant.
        code = next((c for c in candidates if c in required), next(iter(candidates), None))
        if code is None and ("competencies" in draft.unread or ("competencies", text) in draft.refused):
            continue
        if code is not None and verb != "add" and code not in required:
            draft.note("overlay_not_asked", table, line, subject=text)
        elif code is None:
            near = draft.near("competencies", text)
            draft.note(draft.missing("overlay_competency_missing"), table, line, subject=text, verb=verb, near=near)
        elif verb == "remove":
            del required[code]
        else:
            required[code] = row["status"]
    for code in sorted(set(table.column("occupation"))):
        if not draft.requirements[code]:
            draft.note("no_requirements", subject=code)


def _titles(tables: OwnTables, draft: Draft) -> None:
    """Claim job titles by code or exact label: a claimed title means the specialised occupation from then on."""
    table = draft.linked(tables.read("titles"), occupation="occupations")
    labelled = by_label({t.code: t.label for t in draft.titles.values()}, also=slashed_forms)
    claimed: dict[str, int] = {}
    for line, (occupation, code, label) in table.numbered(*("occupation", "code", "label")):
        match = code if code in draft.titles else next(iter(labelled(label)), None)
        plain = normalise_label(label)
        title = JobTitle(code or f"{occupation}/{line}", label, occupation) if match is None else draft.titles[match]
        if match is None and not label:
            draft.note(draft.missing("overlay_title_missing"), table, line, subject=code)
        elif label and plain not in map(normalise_label, (title.label, *(slashed_forms(title.label) or ()))):
            others = ", ".join(labelled(label)) or "–"
            draft.note("title_disagrees", table, line, subject=code, written=label, label=title.label, others=others)
        elif (match or plain) in claimed:
            draft.note("title_claimed_twice", table, line, subject=title.label, first=claimed[match or plain])
        elif match is None:
            claimed[plain] = line
            draft.declare("titles", title, table, line)
        else:
            claimed[match] = line
            fiche = title.fiche or title.occupation
            if fiche not in (occupation, *draft.occupations[occupation].bases):
                draft.note("title_from_elsewhere", table, line, subject=title.label, fiche=fiche)
            draft.titles[match] = title._replace(occupation=occupation, fiche=fiche)


def by_label(
    labels: Mapping[str, str], also: Callable[[str], Sequence[str] | None] = lambda _label: None
) -> Callable[[str], list[str]]:
    """
    Make the look-up of codes by label, sorted: the very label, else the same words, else a form that is `also` of one.

    The words of all labels are looked for once, when a label is first asked for. A form of several labels means none.

    Examples
    --------
    >>> look_up = by_label({"1": "Vendeur / Vendeuse", "2": "Vendeur / Marchande"}, lambda label: label.split(" / "))
    >>> look_up("vendeuse"), look_up("vendeur")
    (['1'], [])
    """

    @cache
    def by_words() -> Mapping[str, Sequence[str]]:
        return grouped((normalise_label(label), code) for code, label in labels.items())

    @cache
    def by_form() -> Mapping[str, Sequence[str]]:
        forms = grouped((normalise_label(form), code) for code, label in labels.items() for form in also(label) or ())
        return {form: codes for form, codes in forms.items() if len(codes) == 1}

    def look_up(label: str) -> list[str]:
        words = normalise_label(label)
        codes = (by_words().get(words) or by_form().get(words, ())) if label else ()
        return sorted([code for code in codes if labels[code] == label] or codes)

    return look_up
