"""The catalogue of notices: everything that reading a referential may find, with its severity and its words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from passerelles.language.say import Lang, say

Severity = Literal["error", "warning", "info"]

# The words of each notice stand in language/<lang>/notices.toml, under [what] and [action].
SEVERITY: dict[str, Severity] = {
    "missing_required_file": "error",
    "unreadable_file": "error",
    "truncated_file": "error",
    "missing_column": "error",
    "row_length": "error",
    "row_malformed": "error",
    "empty_code": "error",
    "duplicate_code": "error",
    "undeclared_occupation": "error",
    "undeclared_competency": "error",
    "link_to_nowhere": "error",
    "cyclic_hierarchy": "error",
    "cyclic_prerequisite": "error",
    "hours_unsourced": "error",
    "hours_invalid": "error",
    "invalid_manifest": "error",
    "missing_file": "warning",
    "encoding_differs": "warning",
    "delimiter_differs": "warning",
    "missing_optional_column": "warning",
    "duplicate_link": "warning",
    "label_missing": "warning",
    "invalid_value": "warning",
    "odd_code": "warning",
    "no_requirements": "warning",
    "mixed_versions": "warning",
    "overlay_competency_missing": "warning",
    "overlay_title_missing": "warning",
    "overlay_base_missing": "warning",
    "doubled_apostrophes": "info",
    "encoding_detected": "info",
    "unknown_column": "info",
    "unknown_file": "info",
    "empty_file": "info",
    "competency_unused": "info",
    "move_within_occupation": "info",
}
_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One thing found in one place; `count` is the number of occurrences that it stands for, `values` its details.

    `line` is the line of the file where the record begins (1 = the header), None where the whole file is meant.
    """

    code: str
    file: str = ""
    line: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    count: int = 1

    @property
    def severity(self) -> Severity:
        """Severity that the catalogue gives to this code."""
        return SEVERITY[self.code]

    def what(self, lang: Lang = "fr") -> str:
        """Return what was found."""
        return say(f"notices.what.{self.code}", lang=lang, **self._details())

    def action(self, lang: Lang = "fr") -> str:
        """Return what was done about it and what to do."""
        return say(f"notices.action.{self.code}", lang=lang, **self._details())

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.file or None,
            "line": self.line,
            "count": self.count,
            "values": dict(self.values),
            "what": self.what(lang),
            "action": self.action(lang),
        }

    def _details(self) -> dict[str, object]:
        return {"file": self.file, "line": self.line, "n": self.count, **dict(self.values)}


def notice(code: str, *, file: str = "", line: int | None = None, count: int = 1, **values: object) -> Notice:
    """Make a `Notice`; the values are written as text."""
    details = tuple((key, str(value)) for key, value in values.items())
    return Notice(code=code, file=file, line=line, values=details, count=count)


def sort_notices(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Errors first, then by code, file and line: the same order in every run."""
    return tuple(sorted(notices, key=lambda n: (_ORDER[n.severity], n.code, n.file, n.line or 0, n.values)))


def count_by_severity(notices: Iterable[Notice]) -> dict[Severity, int]:
    """Occurrences of each severity, zero included."""
    found: Counter[Severity] = Counter()
    for each in notices:
        found[each.severity] += each.count
    return {severity: found[severity] for severity in _ORDER}
