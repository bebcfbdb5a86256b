"""`load_places`: the geography files of a folder, put together into basins and communes."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from passerelles.codes import grouped
from passerelles.errors import PasserellesError, checked
from passerelles.io.csv import decimal_number
from passerelles.market.places import Basin, Commune, Places, departments_shown
from passerelles.market.read import Found, Reading, Scan, SourceFile, amount, scan_all
from passerelles.notices import NoticeLog
from passerelles.text import normalise_label


class _Row(NamedTuple):
    commune: str
    basin: str
    label: str
    department: str
    region: str
    name: str


class _Geography(NamedTuple):
    """One file of basins; what is found of the whole is noted in the latest."""

    file: Reading
    rows: tuple[_Row, ...]


@checked
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

    def opened(*some: Found) -> Iterator[Reading]:
        for each in some:
            reading = Reading(each, log)
            files.append(reading.source())
            yield reading

    def rows(kind: str, *names: str) -> Iterator[tuple[Any, ...]]:
        return (row for reading in opened(*found.of(kind)) for _, row in reading.rows(*names))

    newest = sorted(found.of("basins"), key=lambda f: (f.year, f.name), reverse=True)
    geographies = [_read_basins(reading) for reading in opened(*newest)][::-1]
    if not geographies:
        raise PasserellesError("no_places_data", path=path)
    latest = geographies[-1]
    details: dict[str, _Details] = {}
    for code, name, population, epci, label in rows("communes", "commune", "commune_label", *_Details._fields[1:]):
        people = None if population is None else round(population)
        details.setdefault(code, _Details(name, people, epci.removesuffix(".0"), label))
    names = {code: row.name for code, row in details.items()}
    names |= dict(row for row in rows("commune-names", "commune", "commune_label") if all(row))
    names |= {row.commune: row.name for geography in geographies for row in geography.rows if row.name}
    points = _coordinates(opened(*found.of("coordinates")))
    # The commune of today that took the place of each former one.
    successors = dict(rows("former-communes", "former", "commune"))
    communes = tuple(
        _commune(row, names.get(row.commune), points, details, successors.get(row.commune, row.commune))
        for row in latest.rows
    )
    _report(communes, geographies)
    places = Places(
        basins=_basins(communes, geographies),
        communes=communes,
        year=latest.file.found.year,
        files=tuple(files),
        epci_labels=MappingProxyType({row.epci: row.epci_label for _, row in sorted(details.items()) if row.epci}),
    )
    tables = list(found.of("travel"))
    if travel is not None:
        extra = scan_all(travel).of("travel")
        if not extra:
            raise PasserellesError("market_columns", path=travel, column="from, to, minutes | km", columns="-")
        tables += extra
    minutes = _travel(opened(*tables), places)
    return replace(places, travel=minutes, files=tuple(files), notices=log.notices())


class _Details(NamedTuple):
    """What a list of communes says of one."""

    name: str
    population: int | None
    epci: str
    epci_label: str


def _commune(
    row: _Row, name: str | None, points: Mapping[str, tuple[float, float]], details: Mapping[str, _Details], today: str
) -> Commune:
    latitude, longitude = points.get(row.commune) or points.get(today) or (None, None)
    about = details.get(row.commune) or details.get(today)
    population, epci = (about.population, about.epci or None) if about is not None else (None, None)
    return Commune(row.commune, name, row.basin, latitude, longitude, population, epci)


def _read_basins(reading: Reading) -> _Geography:
    rows: dict[str, _Row] = {}
    wanted = ("commune", "basin", "label", "department", "region", "commune_label")
    for line, (code, basin, label, department, region, name) in reading.rows(*wanted):
        if not basin:
            reading.note("empty_code", line)
        elif reading.is_new(line, code, rows):
            # The file lumps overseas departments under 97: the commune's code tells them apart.
            place = departments_shown(code) if code.startswith(("97", "98")) else department
            rows[code] = _Row(code, basin, label, place, region, name)
    return _Geography(reading, tuple(rows[code] for code in sorted(rows)))


def _coordinates(readings: Iterable[Reading]) -> Mapping[str, tuple[float, float]]:
    points: dict[str, tuple[float, float]] = {}
    for reading in readings:
        for line, (code, latitude, longitude) in reading.rows("commune", "latitude", "longitude"):
            point = _point(latitude, longitude)
            if point is None:
                reading.note("invalid_value", line, column="latitude, longitude", value=f"{latitude}, {longitude}")
            elif code:
                points.setdefault(code, point)
    return points


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    point = decimal_number(latitude), decimal_number(longitude)
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None  # noqa: PLR2004 - degrees; nan fails too


def _report(communes: Sequence[Commune], geographies: Sequence[_Geography]) -> None:
    *others, latest = geographies
    for key, field in (("communes_without_coordinates", "latitude"), ("communes_without_name", "name")):
        if lacking := sum(getattr(commune, field) is None for commune in communes):
            latest.file.note(key, count=lacking)
    basin_of = {c.code: c.basin for c in communes}
    for older in others:
        moved = sum(basin_of.get(row.commune, row.basin) != row.basin for row in older.rows)
        if moved:
            latest.file.note("commune_moved", other=older.file.found.name, count=moved)


def _basins(communes: Sequence[Commune], geographies: Sequence[_Geography]) -> tuple[Basin, ...]:
    latest = geographies[-1]
    members = grouped((commune.basin, commune) for commune in communes)
    rows = grouped((row.basin, row) for row in latest.rows)
    labels = grouped((row.basin, row.label) for geography in geographies for row in geography.rows if row.label)
    basins = []
    for code in sorted(members):
        name, aliases = _name(code, Counter(labels.get(code, ())), {r.label for r in rows[code]}, latest.file)
        latitude, longitude = (_mean(getattr(c, end) for c in members[code]) for end in ("latitude", "longitude"))
        if latitude is None:
            latest.file.note("basin_without_coordinates", subject=f"{code} {name}")
        departments, regions = (
            tuple(sorted({getattr(row, kind) for row in rows[code]} - {""})) for kind in ("department", "region")
        )
        inside = tuple(c.code for c in members[code])
        basins.append(Basin(code, name, inside, latitude, longitude, aliases, departments, regions))
    return tuple(basins)


def _name(code: str, labels: Counter[str], latest: set[str], file: Reading) -> tuple[str, tuple[str, ...]]:
    """Most frequent sound name of a basin over all files, and its other names; what is damaged or differs is said."""
    sound = {label: n for label, n in labels.items() if not _damaged(label)}
    for label in sorted(set(labels) - set(sound)):
        file.note("basin_name_damaged", value=label, subject=code)
    votes: Counter[str] = Counter()
    for label, n in sound.items():
        votes[normalise_label(label)] += n
    if not votes:
        return code, ()
    best = min(votes, key=lambda name: (-votes[name], name))
    name = min((label for label in sound if normalise_label(label) == best), key=lambda label: (-sound[label], label))
    differing = {normalise_label(label) for label in latest & set(sound)}
    if len(differing) > 1:
        file.note("basin_names_differ", subject=code, names=", ".join(sorted(latest & set(sound))))
    aliases = {normalise_label(label): label.strip() for label in sorted(sound) if normalise_label(label) != best}
    return name.strip(), tuple(aliases[key] for key in sorted(aliases))


def _damaged(label: str) -> bool:
    """Whether a name holds a letter that is not Latin: a sign of a wrong encoding upstream."""
    return any(c.isalpha() and "LATIN" not in unicodedata.name(c, "") for c in label)


def _mean(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return math.fsum(numbers) / len(numbers) if numbers else None


def _travel(readings: Iterable[Reading], places: Places) -> Mapping[tuple[str, str], tuple[float | None, float | None]]:
    travel: dict[tuple[str, str], tuple[float | None, float | None]] = {}
    for reading in readings:
        for line, (start, end, *written) in reading.rows("start", "end", "minutes", "km"):
            ends = []
            for text in (start, end):
                try:
                    ends.append(places.basin(text).code)
                except PasserellesError:
                    reading.note("place_unknown", line, value=text)
            minutes, km = map(amount, written)
            if len(ends) < 2:  # noqa: PLR2004 - a start and an end
                continue
            unread = any(v is None and text for v, text in zip((minutes, km), written, strict=True))
            if unread or (minutes is None and km is None):
                reading.note("travel_invalid", line, value=" ".join(written).strip())
            elif reading.is_new(line, (ends[0], ends[1]), travel):
                travel[ends[0], ends[1]] = (minutes, km)
    return MappingProxyType(dict(sorted(travel.items())))
