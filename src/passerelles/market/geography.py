"""`load_places`: the geography files of a folder, put together into basins and communes."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.io.csv import decimal_number
from passerelles.market.places import Basin, Commune, Places
from passerelles.market.read import (
    Found,
    Scan,
    SourceFile,
    amount,
    cells,
    read_noted,
    scan,
    scan_all,
    typed_cells,
)
from passerelles.notices import NoticeLog
from passerelles.text import normalise_label

_COMMUNE_WIDTH: Final = 5
_BASIN_WIDTH: Final = 4
_CODE_WIDTH: Final = 2  # of a department or region


class _Row(NamedTuple):
    commune: str
    basin: str
    label: str
    department: str
    region: str
    name: str


class _Geography(NamedTuple):
    """One file of basins."""

    found: Found
    rows: tuple[_Row, ...]


def load_places(path: str | Path, *, travel: str | Path | None = None, scanned: Scan | None = None) -> Places:
    """
    Load basins and communes from a folder, recognised by what its files hold, or from a single file.

    Parameters
    ----------
    path
        A folder such as the one of the public data sets, or one file of basins. Where several years are there, the
        most recent one places the communes; names come from all.
    travel
        Table of the user's own travel times between basins (columns ``from, to, minutes`` or ``km``), beside those
        found in `path`.
    scanned
        What `passerelles.market.read.scan_all` found in the folder, where it was looked through already.

    Returns
    -------
    places
        Its `notices` say what was odd: lost zeros, communes without coordinates, damaged names.

    Raises
    ------
    PasserellesError
        If nothing is there, it may not be read, or it holds no file of basins.
    """
    found = (scanned or scan_all(path)).within(("places",))
    log = NoticeLog(found.notices)
    files: list[SourceFile] = []
    newest = sorted(found.of("basins"), key=lambda f: (f.year, f.name), reverse=True)
    geographies = [_read_basins(each, files, log) for each in newest][::-1]
    if not geographies:
        raise PasserellesError("no_places_data", path=path)
    latest = geographies[-1]
    details = _details(found.of("communes"), files, log)
    names = {code: row.name for code, row in details.items()}
    names |= _names(geographies, found.of("commune-names"), files, log)
    points = _coordinates(found.of("coordinates"), files, log)
    successors = _successors(found.of("former-communes"), files, log)
    communes = tuple(
        _commune(row, names.get(row.commune), points, details, successors.get(row.commune, row.commune))
        for row in latest.rows
    )
    _report(communes, geographies, latest, log)
    places = Places(
        basins=_basins(communes, geographies, latest, log),
        communes=communes,
        year=latest.found.year,
        files=tuple(files),
        epci_labels=MappingProxyType({row.epci: row.epci_label for _, row in sorted(details.items()) if row.epci}),
    )
    tables = list(found.of("travel"))
    if travel is not None:
        extra = scan(travel, ("places",)).of("travel")
        if not extra:
            raise PasserellesError("market_columns", path=travel, column="from, to, minutes | km", columns="-")
        tables += extra
    table = _travel(tables, places, files, log)
    return replace(places, travel=table, files=tuple(files), notices=log.notices())


class _Details(NamedTuple):
    """What a list of communes says of one."""

    name: str
    population: int | None
    epci: str
    epci_label: str


def _details(tables: Iterable[Found], files: list[SourceFile], log: NoticeLog) -> Mapping[str, _Details]:
    details: dict[str, _Details] = {}
    for found in tables:
        table = read_noted(found, log, files)
        wanted = ("commune", "commune_label", "population", "epci", "epci_label")
        for _, (code, name, population, epci, label) in typed_cells(found, table, log, *wanted):
            people = None if population is None else round(population)
            details.setdefault(code, _Details(name, people, epci.removesuffix(".0"), label))
    return details


def _successors(tables: Iterable[Found], files: list[SourceFile], log: NoticeLog) -> Mapping[str, str]:
    """Return the commune of today that took the place of each former one."""
    successors: dict[str, str] = {}
    for found in tables:
        table = read_noted(found, log, files)
        successors |= {former: code for _, (former, code) in typed_cells(found, table, log, "former", "commune")}
    return successors


def _commune(
    row: _Row, name: str | None, points: Mapping[str, tuple[float, float]], details: Mapping[str, _Details], today: str
) -> Commune:
    latitude, longitude = points.get(row.commune) or points.get(today) or (None, None)
    about = details.get(row.commune) or details.get(today)
    population, epci = (about.population, about.epci or None) if about is not None else (None, None)
    return Commune(row.commune, name, row.basin, latitude, longitude, population, epci)


def _read_basins(found: Found, files: list[SourceFile], log: NoticeLog) -> _Geography:
    table = read_noted(found, log, files, year=found.year)
    rows: dict[str, _Row] = {}
    short_communes = short_basins = 0
    wanted = ("commune", "basin", "label", "department", "region", "commune_label")
    for line, (commune, basin, label, department, region, name) in cells(found, table, *wanted):
        if not commune or not basin:
            log.note("empty_code", file=found.name, line=line)
            continue
        code = commune.zfill(_COMMUNE_WIDTH)
        short_communes += len(commune) < _COMMUNE_WIDTH
        short_basins += len(basin) < _BASIN_WIDTH
        if code in rows:
            log.note("duplicate_code", file=found.name, line=line, subject=code)
            continue
        rows[code] = _Row(code, basin.zfill(_BASIN_WIDTH), label, _department(code, department), _filled(region), name)
    for column, n in (("commune", short_communes), ("basin", short_basins)):
        if n:
            log.note("zero_filled", file=found.name, column=found.columns[column], count=n)
    return _Geography(found, tuple(rows[code] for code in sorted(rows)))


def _department(commune: str, code: str) -> str:
    """Department of a commune; overseas ones, which the file lumps under 97, are told by the commune's code."""
    return commune[: _CODE_WIDTH + 1] if commune.startswith(("97", "98")) else _filled(code)


def _filled(code: str) -> str:
    return code.zfill(_CODE_WIDTH) if code else ""


def _names(
    geographies: Iterable[_Geography], lists: Iterable[Found], files: list[SourceFile], log: NoticeLog
) -> Mapping[str, str]:
    """Name of each commune: from the most recent file of basins that gives one, else from a list of communes."""
    names: dict[str, str] = {}
    for found in lists:
        table = read_noted(found, log, files)
        names |= {
            code.zfill(_COMMUNE_WIDTH): name
            for _, (code, name) in cells(found, table, "commune", "commune_label")
            if code and name
        }
    for geography in geographies:
        names |= {row.commune: row.name for row in geography.rows if row.name}
    return names


def _coordinates(tables: Iterable[Found], files: list[SourceFile], log: NoticeLog) -> Mapping[str, tuple[float, float]]:
    points: dict[str, tuple[float, float]] = {}
    for found in tables:
        table = read_noted(found, log, files, year=found.first.get("year", ""))
        for line, (code, latitude, longitude) in cells(found, table, "commune", "latitude", "longitude"):
            point = _point(latitude, longitude)
            if point is None:
                written = f"{latitude}, {longitude}"
                log.note("invalid_value", file=found.name, line=line, column="latitude, longitude", value=written)
            elif code:
                points.setdefault(code.zfill(_COMMUNE_WIDTH), point)
    return points


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    point = decimal_number(latitude), decimal_number(longitude)
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None  # noqa: PLR2004 - degrees; nan fails too


def _report(communes: tuple[Commune, ...], geographies: list[_Geography], latest: _Geography, log: NoticeLog) -> None:
    file = latest.found.name
    for key, field in (("communes_without_coordinates", "latitude"), ("communes_without_name", "name")):
        if lacking := sum(getattr(commune, field) is None for commune in communes):
            log.note(key, file=file, count=lacking)
    basin_of = {c.code: c.basin for c in communes}
    for older in geographies[:-1]:
        moved = sum(basin_of.get(row.commune, row.basin) != row.basin for row in older.rows)
        if moved:
            log.note("commune_moved", file=file, other=older.found.name, count=moved)


def _basins(
    communes: tuple[Commune, ...], geographies: list[_Geography], latest: _Geography, log: NoticeLog
) -> tuple[Basin, ...]:
    members = grouped((commune.basin, commune) for commune in communes)
    rows = grouped((row.basin, row) for row in latest.rows)
    labels: dict[str, Counter[str]] = {code: Counter() for code in members}
    votes = Counter((row.basin, row.label) for geography in geographies for row in geography.rows)
    for (code, label), count in votes.items():
        if code in labels and label:
            labels[code][label] = count
    basins = []
    for code in sorted(members):
        name, aliases = _name(code, labels[code], {r.label for r in rows[code]}, latest.found.name, log)
        latitude, longitude = (_mean(getattr(c, end) for c in members[code]) for end in ("latitude", "longitude"))
        if latitude is None:
            log.note("basin_without_coordinates", file=latest.found.name, subject=f"{code} {name}")
        departments, regions = (
            tuple(sorted({getattr(row, kind) for row in rows[code]} - {""})) for kind in ("department", "region")
        )
        inside = tuple(c.code for c in members[code])
        basins.append(Basin(code, name, inside, latitude, longitude, aliases, departments, regions))
    return tuple(basins)


def _name(code: str, labels: Counter[str], latest: set[str], file: str, log: NoticeLog) -> tuple[str, tuple[str, ...]]:
    """Most frequent sound name of a basin over all files, and its other names; what is damaged or differs is said."""
    sound = {label: n for label, n in labels.items() if not _damaged(label)}
    for label in sorted(set(labels) - set(sound)):
        log.note("basin_name_damaged", file=file, value=label, subject=code)
    votes: Counter[str] = Counter()
    for label, n in sound.items():
        votes[normalise_label(label)] += n
    if not votes:
        return code, ()
    best = min(votes, key=lambda name: (-votes[name], name))
    name = min((label for label in sound if normalise_label(label) == best), key=lambda label: (-sound[label], label))
    differing = {normalise_label(label) for label in latest & set(sound)}
    if len(differing) > 1:
        log.note("basin_names_differ", file=file, subject=code, names=", ".join(sorted(latest & set(sound))))
    aliases = {normalise_label(label): label.strip() for label in sorted(sound) if normalise_label(label) != best}
    return name.strip(), tuple(aliases[key] for key in sorted(aliases))


def _damaged(label: str) -> bool:
    """Whether a name holds a letter that is not Latin: a sign of a wrong encoding upstream."""
    return any(c.isalpha() and "LATIN" not in unicodedata.name(c, "") for c in label)


def _mean(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return math.fsum(numbers) / len(numbers) if numbers else None


def _travel(
    tables: Iterable[Found], places: Places, files: list[SourceFile], log: NoticeLog
) -> Mapping[tuple[str, str], tuple[float | None, float | None]]:
    travel: dict[tuple[str, str], tuple[float | None, float | None]] = {}
    for found in tables:
        table = read_noted(found, log, files)
        for line, (start, end, minutes, km) in cells(found, table, "start", "end", "minutes", "km"):
            ends = []
            for text in (start, end):
                try:
                    ends.append(places.basin(text).code)
                except PasserellesError:
                    log.note("place_unknown", file=found.name, line=line, value=text)
            values = [amount(text) for text in (minutes, km)]
            if len(ends) < 2:  # noqa: PLR2004 - a start and an end
                continue
            if any(v is None and text for v, text in zip(values, (minutes, km), strict=True)) or values == [None, None]:
                log.note("travel_invalid", file=found.name, line=line, value=f"{minutes} {km}".strip())
            elif (ends[0], ends[1]) in travel:
                log.note("duplicate_code", file=found.name, line=line, subject=f"{start} - {end}")
            else:
                travel[ends[0], ends[1]] = (values[0], values[1])
    return MappingProxyType(dict(sorted(travel.items())))
