"""`load_certifications`: the CertifInfo extract, read into certifications."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from passerelles.codes import is_rome_code
from passerelles.errors import PasserellesError
from passerelles.market.certifications import Certification, CertificationKind, Certifications, is_active
from passerelles.market.read import Found, Once, cells, read, scan, source_file
from passerelles.notices import NoticeLog
from passerelles.text import normalise_label

_KINDS: Final[Mapping[str, CertificationKind]] = MappingProxyType(
    {
        "publie": "certification",
        "habilitations": "habilitation",
        "formations preparatoires et non certifiantes": "preparatory",
    }
)
_COLUMNS: Final = (
    "code",
    "label",
    "type",
    "level",
    "updated",
    "formacode",
    "formacode_label",
    "nsf",
    "rncp",
    "rs",
    "first_session",
    "last_session",
    "replaces",
    "state",
    "rome_1",
    "rome_2",
    "rome_3",
    "rome_4",
    "rome_5",
)
_NO_YEAR: Final = 0


def load_certifications(path: str | Path, *, year: int | None = None) -> Certifications:
    """
    Load certifications from a folder, where the file is recognised by its columns, or from the file itself.

    Parameters
    ----------
    path
        A folder such as the one of the public data sets, or the CertifInfo extract.
    year
        Year for which activity is judged; None = the year of the file's latest update, so that one file gives one
        answer whenever it is read. Where the file says of no row when it was updated, activity is unknown.

    Returns
    -------
    certifications
        Its `notices` say what was odd: rows without ROME, codes that are no occupations, repeated codes.

    Raises
    ------
    PasserellesError
        If nothing is there, it may not be read, or it holds no certification file.
    """
    found = scan(path, ("certifications",))
    files = found.of("certifications")
    if not files:
        raise PasserellesError("no_certifications_data", path=path)
    log = NoticeLog(found.notices)
    for other in files[1:]:
        log.note("duplicate_dataset", file=other.name, other=files[0].name)
    return _read(files[0], year, log)


def _read(found: Found, year: int | None, log: NoticeLog) -> Certifications:
    table = read(found)
    for each in table.notices:
        log.add(each)
    kept: dict[str, Certification] = {}
    counts: Counter[str] = Counter()
    odd: dict[str, list[int]] = {}
    dated = {updated for _, (code, updated) in cells(found, table, "code", "updated") if code}
    latest = max(map(_update_year, dated), default=_NO_YEAR)
    judged = latest if year is None else year
    labels = Once(normalise_label)
    for line, row in cells(found, table, *_COLUMNS):
        values = dict(zip(_COLUMNS, row, strict=True))
        if not values["code"]:
            log.note("empty_code", file=found.name, line=line)
            continue
        item = _certification(values, line, found.name, judged, labels, log)
        counts["rows"] += 1
        counts[item.kind] += 1
        counts["without_rome"] += not item.rome
        for rome in item.rome:
            if not is_rome_code(rome) or rome.endswith("00"):
                odd.setdefault(rome, []).append(line)
        kept[item.code] = _merged(kept[item.code], item, found.name, log) if item.code in kept else item
    for rome in sorted(odd):
        log.note("not_an_occupation", file=found.name, line=odd[rome][0], count=len(odd[rome]), subject=rome)
    if counts["without_rome"]:
        log.note("certifications_without_rome", file=found.name, count=counts["without_rome"])
    if counts["rows"] > len(kept):
        log.note("certification_rows_merged", file=found.name, count=counts["rows"] - len(kept))
    return Certifications(
        certifications=tuple(c for _, c in sorted(kept.items())),
        year=judged,
        file=source_file(found, table, year=str(latest) if dated else ""),
        row_counts=MappingProxyType(dict(sorted(counts.items()))),
        notices=log.notices(),
    )


def _certification(
    values: dict[str, str], line: int, file: str, year: int, labels: Once[str, str], log: NoticeLog
) -> Certification:
    code = values["code"]
    kind: CertificationKind = _KINDS.get(labels[values["state"]], "unknown")
    if kind == "unknown":
        log.note("invalid_value", file=file, line=line, column="Etat_Libelle", value=values["state"])
    if kind == "certification" and labels[values["type"]] == "habilitation":
        log.note("certification_state_differs", file=file, line=line, subject=code, value=values["type"])
    sessions = []
    for column in ("first_session", "last_session"):
        text = values[column]
        figures = text.removesuffix(".0")  # what a spreadsheet makes of a column of years with gaps
        sessions.append(int(figures) if figures.isascii() and figures.isdigit() else None)
        if text and sessions[-1] is None:
            log.note("invalid_value", file=file, line=line, column=column, value=text)
    first, last = sessions
    if first is not None and last is not None and first > last:
        log.note("certification_sessions", file=file, line=line, value=f"{first} > {last}")
    return Certification(
        code=code,
        label=values["label"],
        kind=kind,
        type=values["type"],
        level=values["level"] or None,
        rome=tuple(dict.fromkeys(values[f"rome_{i}"].upper() for i in range(1, 6) if values[f"rome_{i}"])),
        rncp=values["rncp"] or None,
        rs=(values["rs"],) if values["rs"] else (),
        formacode=values["formacode"] or None,
        formacode_label=values["formacode_label"],
        nsf=values["nsf"] or None,
        state=values["state"],
        first_session=first,
        last_session=last,
        active=is_active(first, last, year),
        replaces=values["replaces"] or None,
        updated=values["updated"],
        lines=(line,),
    )


def _merged(kept: Certification, other: Certification, file: str, log: NoticeLog) -> Certification:
    """Two rows of one code: codes of the Répertoire spécifique and ROME codes put together, the first row otherwise."""
    differing = [
        name
        for name in ("label", "kind", "type", "level", "rncp", "formacode", "nsf", "first_session", "last_session")
        if getattr(kept, name) != getattr(other, name)
    ]
    if differing:
        log.note(
            "certification_rows_differ", file=file, line=other.lines[0], subject=kept.code, column=", ".join(differing)
        )
    return replace(
        kept, rs=_union(kept.rs, other.rs), rome=_union(kept.rome, other.rome), lines=(*kept.lines, *other.lines)
    )


def _union(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _update_year(text: str) -> int:
    """Year of a date written 29/07/2020 or 2020-07-29; 0 where there is none."""
    parts = [p for p in text.replace("-", "/").split("/") if len(p) == 4 and p.isascii() and p.isdigit()]  # noqa: PLR2004
    return int(parts[0]) if parts else _NO_YEAR
