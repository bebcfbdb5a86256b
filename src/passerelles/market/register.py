"""Certifications alive on a day that lead to an occupation; successors in place of those that are over."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, NamedTuple, get_args

from passerelles.language.say import Lang, number, say
from passerelles.language.typography import day_text, listed
from passerelles.market.read import Found, SourceFile, cells, read, source_file
from passerelles.model import Hours, Ternary
from passerelles.views import schema
from passerelles.views.schema import maybe, one_of, record, text
from passerelles.views.shown import Described
from passerelles.views.spec import Column, On, Record

Match = Literal["direct", "parent"]
# A registration lasts five years at most (Code du travail, L. 6113-5): a successor of which nothing is known is taken
# to be alive only where what it replaces ended not long ago.
_TRUSTED: Final = timedelta(days=2 * 365)
_SAID: Final = 3  # certifications that a sentence names
REGISTER_KINDS: Final = ("apprenticeship-kit", "rncp-successors", "rncp-rome", "rncp-agreements")


@dataclass(frozen=True, slots=True)
class LeadingCertification(Described):
    """
    A certification that leads to an occupation and is alive on the day asked about.

    `match`: whether the file names the occupation's own fiche or its parent; `until` the last day of its registration,
    None = unknown; `successor` what replaces it then; `vae`: whether prior learning gives it, None = no source says;
    `sure`: whether a source says that it is alive on that day: where none does, and nothing says that it is over, it
    is shown only if nothing else leads there.
    """

    code: str
    label: str
    level: int | None
    until: str | None
    match: Match
    successor: str | None
    vae: bool | None
    hours: Hours | None
    source: str
    sure: bool = True

    spec: ClassVar[Record] = Record(
        "leading_certification",
        "A certification that leads to an occupation and is alive on the reference date",
        (
            Column(
                "certification_code", value=lambda c, _: c.code, json_key="code", schema=schema.code(), promised=True,
            ),
            Column("certification_label", value=lambda c, _: c.label, json_key="label", schema=text(), promised=True),
            Column("certification_level", "integer", value=lambda c, _: c.level, json_key="level", promised=True),
            Column("until", schema=maybe(text("Last day of its registration; null = unknown")), promised=True),
            Column("match", words="terms.match", schema=one_of(get_args(Match)), promised=True),
            Column("successor", schema=maybe(text("What replaces it")), promised=True),
            Column("vae", "flag", promised=True),
            Column(
                "certification_hours", "number", value=lambda c, _: None if c.hours is None else c.hours.expected,
                json=lambda c, _: _hours(c.hours), json_key="hours", promised=True,
                schema=maybe(
                    record(
                        "Hours at the training centre, as published",
                        {name: maybe(schema.number(least=0)) for name in ("low", "expected", "high")},
                        optional={"source": maybe(text())},
                    )
                ),
            ),
            Column("source", schema=text(), promised=True),
            Column("sure", on=On.JSON, schema=schema.flag("Whether a source says that it is alive on that day")),
        ),
    )  # fmt: skip

    def short(self) -> str:
        """Return label and code, for a cell of a table."""
        return f"{self.label} ({self.code})"

    def described(self, lang: Lang = "fr") -> str:
        """Return label and code, with level, end, hours and prior learning where they are known."""
        said = [self.code]
        if self.level is not None:
            said.append(say("paths.certification.level", lang=lang, level=self.level))
        if self.until:
            said.append(say("paths.certification.until", lang=lang, day=day_text(self.until, lang)))
        if self.hours is not None and self.hours.expected is not None:
            said.append(say("paths.step.length", lang=lang, hours=number(self.hours.expected, lang=lang)))
        if self.vae:
            said.append(say("paths.certification.vae", lang=lang))
        return f"{self.label} ({', '.join(said)})"


def _hours(hours: Hours | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    return {"low": hours.low, "expected": hours.expected, "high": hours.high, "source": hours.source or None}


def leading_lines(certifications: Sequence[LeadingCertification], lang: Lang = "fr") -> list[str]:
    """Return one line with the first certifications and how many more there are; none where there is none."""
    if not certifications:
        return []
    rest = len(certifications) - _SAID
    names = listed((c.described(lang) for c in certifications[:_SAID]), lang)
    return [say("paths.certified", lang=lang, names=names + (say("moves.more", lang=lang, n=rest) if rest > 0 else ""))]


class Registration(NamedTuple):
    """What the register says of a certification; `until` is ISO, empty = unknown."""

    label: str
    level: int | None
    until: str
    active: bool


@dataclass(frozen=True)
class Register:
    """
    What the files of the RNCP say: registrations, successors, and ROME codes, each by RNCP code.

    `branch` are the codes that collective agreements stand behind; `breadth` how many ROME codes one names.
    """

    registrations: Mapping[str, Registration] = field(default_factory=lambda: MappingProxyType({}))
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    by_rome: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    breadth: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    branch: frozenset[str] = frozenset()
    files: tuple[SourceFile, ...] = ()

    def state(self, code: str, day: date) -> Ternary:
        """Return whether a certification is alive on a day, as far as the register tells."""
        known = self.registrations.get(code)
        if known is not None and (not known.active or (known.until and known.until < day.isoformat())):
            return "no"
        if known is not None and known.until:
            return "yes"
        return "no" if code in self.successors else "unknown"

    def heirs(self, code: str, day: date) -> Iterator[tuple[str, str]]:
        """
        Yield what stands in the place of a certification that is over, with what it replaces.

        Those that are over themselves give way to their own successors; cycles end. One of which nothing but its
        coming is known counts where what it replaces ended less than two years before the day.
        """
        seen = {code}
        waiting = [(code, heir) for heir in self.successors.get(code, ())]
        while waiting:
            former, heir = waiting.pop(0)
            if heir in seen:
                continue
            seen.add(heir)
            state = self.state(heir, day)
            ended = self.registrations[former].until if former in self.registrations else ""
            if state == "no":
                waiting += [(heir, each) for each in self.successors.get(heir, ())]
            elif state == "yes" or ended >= (day - _TRUSTED).isoformat():
                yield heir, former

    def file_of(self, kind: str) -> str:
        """Return the name of the file that was read of a kind; empty where there is none."""
        return next((f.record.name for f in self.files if f.kind == kind), "")


def read_register(found: Iterable[Found]) -> Register:
    """Read the files of the RNCP among those recognised; of two of one kind, the last by name."""
    by_kind = {each.kind.name: each for each in sorted(found, key=lambda f: f.name)}
    files: list[SourceFile] = []

    def rows(kind: str, *names: str) -> Iterator[tuple[str, ...]]:
        if kind in by_kind:
            table = read(by_kind[kind])
            files.append(source_file(by_kind[kind], table))
            yield from (row for _, row in cells(by_kind[kind], table, *names))

    registrations: dict[str, Registration] = {}
    successors: dict[str, set[str]] = defaultdict(set)
    names = ("rncp", "label", "level", "until", "state", "successor", "former")
    for code, label, level, until, state, successor, former in rows("apprenticeship-kit", *names):
        grade = level.removeprefix("Niveau ").strip()
        known = Registration(
            re.sub(r"^(\w+) - \1\b", r"\1", label),
            int(grade) if grade.isdigit() else None,
            _iso(until),
            state == "ACTIVE",
        )
        if code.startswith("RNCP"):
            registrations[code] = known
            _succeed(successors, code, successor)
            _succeed(successors, former, code)
    for code, former, successor in rows("rncp-successors", "rncp", "former", "successor"):
        _succeed(successors, code, successor)
        _succeed(successors, former, code)
    by_rome: dict[str, set[str]] = defaultdict(set)
    breadth: dict[str, int] = defaultdict(int)
    for code, rome in rows("rncp-rome", "rncp", "rome"):
        if code.startswith("RNCP") and code not in by_rome[rome]:
            by_rome[rome].add(code)
            breadth[code] += 1
    branch = frozenset(code for code, _ in rows("rncp-agreements", "rncp", "agreement_1"))
    return Register(
        registrations=MappingProxyType(registrations),
        successors=MappingProxyType({code: tuple(sorted(s)) for code, s in successors.items()}),
        by_rome=MappingProxyType({rome: tuple(sorted(codes)) for rome, codes in by_rome.items()}),
        breadth=MappingProxyType(dict(breadth)),
        branch=branch,
        files=tuple(files),
    )


def _succeed(successors: dict[str, set[str]], former: str, successor: str) -> None:
    if former.startswith("RNCP") and successor.startswith("RNCP") and former != successor:
        successors[former].add(successor)


def _iso(day: str) -> str:
    """Return 28/04/2026 as 2026-04-28; empty where it is no day."""
    parts = day.split("/") if "/" in day else day[:10].split("-")[::-1]
    whole = len(parts) == 3 and all(p.isascii() and p.isdigit() for p in parts)  # noqa: PLR2004 - day, month, year
    return "-".join(p.zfill(2) for p in reversed(parts)) if whole else ""
