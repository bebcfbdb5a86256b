"""`load_places`: the geography files of a folder, put together into basins and communes."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from passerelles.codes import grouped
from passerelles.errors import PasserellesError
from passerelles.io.csv import decimal_number
from passerelles.market.places import Basin, Commune, Places
from passerelles.market.read import (
    Found,
    Scan,
    SourceFile,
    amount,
    read_noted,
    scan,
    scan_all,
    typed_cells,
)
from passerelles.notices import NoticeLog
from passerelles.text import normalise_label

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


class _Reading(NamedTuple):
    """What is found of the files, and the files that were read, as it goes."""

    log: NoticeLog
    files: list[SourceFile]

    def rows(self, tables: Iterable[Found], *names: str) -> Iterator[tuple[tuple[Any, ...], tuple[str, int]]]:
        """Yield the typed cells of each row of some files, and where it stands."""
        for found in tables:
            table = read_noted(found, self.log, self.files)
            for line, row in typed_cells(found, table, self.log, *names):
                yield row, (found.name, line)

    def note(self, code: str, where: tuple[str, int], **values: Any) -> None:
        """Say what was found in a row."""
        self.log.note(code, file=where[0], line=where[1], **values)


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
    reading = _Reading(NoticeLog(found.notices), [])
    log, files = reading
    newest = sorted(found.of("basins"), key=lambda f: (f.year, f.name), reverse=True)
    geographies = [_read_basins(each, reading) for each in newest][::-1]
    if not geographies:
        raise PasserellesError("no_places_data", path=path)
    latest = geographies[-1]
    details = _details(found.of("communes"), reading)
    names = {code: row.name for code, row in details.items()}
    names |= dict(row for row, _ in reading.rows(found.of("commune-names"), "commune", "commune_label") if all(row))
    names |= {row.commune: row.name for geography in geographies for row in geography.rows if row.name}
    points = _coordinates(found.of("coordinates"), reading)
    # The commune of today that took the place of each former one.
    successors = dict(row for row, _ in reading.rows(found.of("former-communes"), "former", "commune"))
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
    table = _travel(tables, places, reading)
    return replace(places, travel=table, files=tuple(files), notices=log.notices())


class _Details(NamedTuple):
    """What a list of communes says of one."""

    name: str
    population: int | None
    epci: str
    epci_label: str


def _details(tables: Iterable[Found], reading: _Reading) -> Mapping[str, _Details]:
    details: dict[str, _Details] = {}
    wanted = ("commune", "commune_label", "population", "epci", "epci_label")
    for (code, name, population, epci, label), _ in reading.rows(tables, *wanted):
        people = None if population is None else round(population)
        details.setdefault(code, _Details(name, people, epci.removesuffix(".0"), label))
    return details


def _commune(
    row: _Row, name: str | None, points: Mapping[str, tuple[float, float]], details: Mapping[str, _Details], today: str
) -> Commune:
    latitude, longitude = points.get(row.commune) or points.get(today) or (None, None)
    about = details.get(row.commune) or details.get(today)
    population, epci = (about.population, about.epci or None) if about is not None else (None, None)
    return Commune(row.commune, name, row.basin, latitude, longitude, population, epci)


def _read_basins(found: Found, reading: _Reading) -> _Geography:
    rows: dict[str, _Row] = {}
    wanted = ("commune", "basin", "label", "department", "region", "commune_label")
    for (code, basin, label, department, region, name), where in reading.rows([found], *wanted):
        if not code or not basin:
            reading.note("empty_code", where)
        elif code in rows:
            reading.note("duplicate_code", where, subject=code)
        else:
            rows[code] = _Row(code, basin, label, _department(code, department), _filled(region), name)
    return _Geography(found, tuple(rows[code] for code in sorted(rows)))


def _department(commune: str, code: str) -> str:
    """Department of a commune; overseas ones, which the file lumps under 97, are told by the commune's code."""
    return commune[: _CODE_WIDTH + 1] if commune.startswith(("97", "98")) else _filled(code)


def _filled(code: str) -> str:
    return code.zfill(_CODE_WIDTH) if code else ""


def _coordinates(tables: Iterable[Found], reading: _Reading) -> Mapping[str, tuple[float, float]]:
    points: dict[str, tuple[float, float]] = {}
    for (code, latitude, longitude), where in reading.rows(tables, "commune", "latitude", "longitude"):
        point = _point(latitude, longitude)
        if point is None:
            reading.note("invalid_value", where, column="latitude, longitude", value=f"{latitude}, {longitude}")
        elif code:
            points.setdefault(code, point)
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
    labels = grouped((row.basin, row.label) for geography in geographies for row in geography.rows if row.label)
    basins = []
    for code in sorted(members):
        name, aliases = _name(
            code, Counter(labels.get(code, ())), {r.label for r in rows[code]}, latest.found.name, log
        )
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
    tables: Iterable[Found], places: Places, reading: _Reading
) -> Mapping[tuple[str, str], tuple[float | None, float | None]]:
    travel: dict[tuple[str, str], tuple[float | None, float | None]] = {}
    for (start, end, *written), where in reading.rows(tables, "start", "end", "minutes", "km"):
        ends = []
        for text in (start, end):
            try:
                ends.append(places.basin(text).code)
            except PasserellesError:
                reading.note("place_unknown", where, value=text)
        minutes, km = map(amount, written)
        if len(ends) < 2:  # noqa: PLR2004 - a start and an end
            continue
        unread = any(v is None and text for v, text in zip((minutes, km), written, strict=True))
        if unread or (minutes is None and km is None):
            reading.note("travel_invalid", where, value=" ".join(written).strip())
        elif (ends[0], ends[1]) in travel:
            reading.note("duplicate_code", where, subject=f"{start} - {end}")
        else:
            travel[ends[0], ends[1]] = (minutes, km)
    return MappingProxyType(dict(sorted(travel.items())))
