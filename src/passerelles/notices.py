"""The catalogue of notices: everything that reading a referential may find, with its severity and its words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from passerelles.codes import sum_by_key
from passerelles.language import packaged
from passerelles.language.say import LANGS, Lang, say, sentences

Severity = Literal["error", "warning", "info"]


class NoticeKind(NamedTuple):
    """What the catalogue, ``notices.toml``, says of a code, beside its words."""

    severity: Severity
    drops: bool = False
    fatal: bool = False
    counted: bool = False
    once: bool = False


def _catalogue() -> Mapping[str, NoticeKind]:
    kinds = {code: text.split() for code, text in packaged("passerelles", "notices.toml").items()}
    return MappingProxyType({c: NoticeKind(name, **dict.fromkeys(flags, True)) for c, (name, *flags) in kinds.items()})


CATALOGUE: Final = _catalogue()
_ORDER: Final[Mapping[Severity, int]] = MappingProxyType({"error": 0, "warning": 1, "info": 2})
# Values that are keys of the language files themselves: [feature] and [among] in notices.toml.
_WORDS: Final = ("feature", "among")
# Occurrences of one code in one file that are listed one by one; beyond, one notice replaces them all.
LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One issue in one place; `count` is the number of occurrences that it covers, `values` its details.

    `line` is the line of the file where the record begins (1 = the header), None where the whole file is meant.
    Where `count` is more than 1, `line` and `values` are those of the first occurrence.
    """

    code: str
    file: str = ""
    line: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    count: int = 1

    @property
    def kind(self) -> NoticeKind:
        """What the catalogue says of this code."""
        if self.code not in CATALOGUE:
            raise KeyError(f"{self.code}: not in notices.toml")
        return CATALOGUE[self.code]

    @property
    def severity(self) -> Severity:
        """Severity that the catalogue gives to this code."""
        return self.kind.severity

    @property
    def faults(self) -> int:
        """Faults that it covers: the one head that is wrong, however many rows are lost with it."""
        return 1 if self.kind.once else self.count

    @property
    def dropped(self) -> int:
        """Rows left out because of the issue."""
        return self.count if self.kind.drops else 0

    def what(self, lang: Lang = "fr") -> str:
        """Return the issue, in words."""
        text = say(f"notices.what.{self.code}", lang=lang, **self._details(lang))
        if self.count == 1 or self.kind.counted:
            return text
        return f"{text} {say('notices.repeated', lang=lang, n=self.count)}"

    def action(self, lang: Lang = "fr") -> str:
        """Return what was done about it and what to do."""
        return say(f"notices.action.{self.code}", lang=lang, **self._details(lang))

    def sentence(self, lang: Lang = "fr") -> str:
        """Return place, issue and action, in one line."""
        line = "" if self.line is None else say("notices.line", lang=lang, line=self.line)
        place = say("notices.place", lang=lang, file=self.file, line=line)
        fault = self.what(lang)
        return f"{place} {fault}{'' if fault.endswith('?') else '.'} {self.action(lang)}"

    def _details(self, lang: Lang) -> dict[str, object]:
        values = dict(self.values)
        for name in _WORDS:
            if name in values:
                values[name] = say(f"notices.{name}.{values[name]}", lang=lang)
        values |= {name.removesuffix(f"_{lang}"): text for name, text in self.values if name.endswith(f"_{lang}")}
        values["near"] = say("notices.near", lang=lang, near=values["near"]) if "near" in values else ""
        if "read" in values:  # a kind, as the screen names it
            values["read"] = sentences("compare", lang=lang).get(f"kind.{values['read']}", values["read"])
        column = values.get("column", "")
        if column and (head := sentences("tables", lang=lang).get(f"head.{column}", column)) != column:
            values["column"] = f"{head} ({column})"  # the column as a workbook has it, and as a file may
        return {"file": self.file, "line": self.line, "n": self.count, **values}


def notice(code: str, *, file: str = "", line: int | None = None, count: int = 1, **values: object) -> Notice:
    """Make a `Notice`; the values are written as text, in each language too where they are said in words."""
    in_words = {f"{key}_{lang}": value(lang) for key, value in values.items() if callable(value) for lang in LANGS}
    plain = {key: value("en") if callable(value) else value for key, value in values.items()}
    details = tuple((key, str(value)) for key, value in {**plain, **in_words}.items())
    return Notice(code=code, file=file, line=line, values=details, count=count)


class NoticeLog:
    """
    Notices as they are found. A file that is all faults costs a bounded number of them, and none is lost.

    Up to `LISTED` occurrences of one code in one file are kept one by one. Where there are more, one notice with
    the place of the first and the number of all replaces them.
    """

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self._listed: dict[tuple[str, str], list[Notice]] = {}
        self._beyond: Counter[tuple[str, str]] = Counter()
        for entry in notices:
            self.add(entry)

    def add(self, notice: Notice) -> None:
        """Take one notice."""
        key = (notice.code, notice.file)
        listed = self._listed.setdefault(key, [])
        if len(listed) < LISTED:
            listed.append(notice)
        else:
            self._beyond[key] += notice.count

    def note(self, code: str, *, file: str = "", line: int | None = None, count: int = 1, **values: object) -> None:
        """Make a notice and add it."""
        if (code, file) in self._beyond:  # beyond the limit only the number is kept: no notice is needed
            self._beyond[code, file] += count
        else:
            self.add(notice(code, file=file, line=line, count=count, **values))

    def notices(self) -> tuple[Notice, ...]:
        """Return the notices: errors first, then by code, file and line; the same order in every run."""
        merged: list[Notice] = []
        for key, listed in self._listed.items():
            beyond = self._beyond[key]
            merged += [replace(listed[0], count=sum(n.count for n in listed) + beyond)] if beyond else listed
        return tuple(sorted(merged, key=lambda n: (_ORDER[n.severity], n.code, n.file, n.line or 0, n.values)))


def count_by_severity(notices: Iterable[Notice]) -> dict[Severity, int]:
    """Faults of each severity, zero included."""
    counts = sum_by_key((entry.severity, entry.faults) for entry in notices)
    return {severity: counts[severity] for severity in _ORDER}
