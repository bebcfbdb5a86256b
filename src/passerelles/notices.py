"""The catalogue of notices: everything that reading a referential may find, with its severity and its words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from passerelles.language.say import Lang, say

Severity = Literal["error", "warning", "info"]


class Kind(NamedTuple):
    """
    What the catalogue says of a code, beside its words.

    `drops`: each occurrence is a row left out. `fatal`: there is no referential without what is missing.
    `counted`: the words themselves give the number of occurrences, so that it need not be added to them.
    """

    severity: Severity
    drops: bool = False
    fatal: bool = False
    counted: bool = False


# The words of each notice stand in language/<lang>/notices.toml, under [what] and [action].
CATALOGUE: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "missing_required_file": Kind("error", fatal=True),
        "unusable_required_file": Kind("error", fatal=True),
        "invalid_manifest": Kind("error", fatal=True),
        "manifest_syntax": Kind("error", fatal=True),
        "no_occupations": Kind("error", fatal=True),
        "unreadable_file": Kind("error"),
        "forbidden_file": Kind("error"),
        "oversized_file": Kind("error"),
        "binary_file": Kind("error"),
        "wrong_file": Kind("error"),
        "truncated_file": Kind("error", drops=True, counted=True),
        "missing_column": Kind("error", drops=True, counted=True),
        "duplicate_column": Kind("error"),
        "row_length": Kind("error", drops=True),
        "row_malformed": Kind("error", drops=True, counted=True),
        "empty_code": Kind("error", drops=True),
        "duplicate_code": Kind("error", drops=True),
        "title_without_label": Kind("error", drops=True),
        "undeclared_occupation": Kind("error"),
        "undeclared_competency": Kind("error"),
        "link_to_nowhere": Kind("error", drops=True),
        "parent_to_nowhere": Kind("error"),
        "cyclic_hierarchy": Kind("error"),
        "cyclic_prerequisite": Kind("error"),
        "hours_unsourced": Kind("error"),
        "hours_invalid": Kind("error"),
        "alternative_without_group": Kind("error"),
        "group_incoherent": Kind("error"),
        "prerequisite_contradictory": Kind("error"),
        "access_contradictory": Kind("error"),
        "date_in_future": Kind("error"),
        "unknown_word": Kind("error", drops=True),
        "error_cell": Kind("error"),
        "date_for_code": Kind("error"),
        "merged_cells": Kind("error"),
        "credential_twice": Kind("error"),
        "title_claimed_twice": Kind("error", drops=True),
        "title_disagrees": Kind("error", drops=True),
        "competency_twice": Kind("warning"),
        "title_from_elsewhere": Kind("warning"),
        "overlay_base_version": Kind("warning"),
        "fact_old": Kind("warning"),
        "credential_ended": Kind("warning"),
        "access_code_twice": Kind("warning"),
        "missing_file": Kind("warning"),
        "encoding_differs": Kind("warning"),
        "damaged_text": Kind("warning", counted=True),
        "delimiter_differs": Kind("warning"),
        "missing_optional_column": Kind("warning"),
        "duplicate_link": Kind("warning", drops=True),
        "status_without_link": Kind("warning", drops=True),
        "unknown_link_type": Kind("warning", drops=True),
        "label_missing": Kind("warning"),
        "invalid_value": Kind("warning"),
        "invalid_kind": Kind("warning"),
        "odd_code": Kind("warning"),
        "no_requirements": Kind("warning"),
        "mixed_versions": Kind("warning"),
        "undeclared_domain": Kind("warning"),
        "access_text_differs": Kind("info"),
        "overlay_row_elsewhere": Kind("info", drops=True),
        "overlay_occupation_missing": Kind("warning", drops=True),
        "overlay_competency_missing": Kind("warning", drops=True),
        "choice_removed": Kind("info"),
        "overlay_not_asked": Kind("warning", drops=True),
        "overlay_title_missing": Kind("warning", drops=True),
        "overlay_base_missing": Kind("warning", drops=True),
        "doubled_apostrophes": Kind("info", counted=True),
        "encoding_detected": Kind("info"),
        "unknown_column": Kind("warning"),
        "unknown_sheet": Kind("warning"),
        "unknown_file": Kind("info"),
        "unknown_manifest_key": Kind("info"),
        "missing_unread_file": Kind("info"),
        "empty_file": Kind("info"),
        "competency_unused": Kind("info", counted=True),
        "move_within_occupation": Kind("info", drops=True),
        "link_of_unlisted_occupation": Kind("warning", drops=True, counted=True),
        "other_language": Kind("warning"),
        "title_repeated": Kind("info", counted=True),
        "several_groups": Kind("info", counted=True),
        "rating_suppressed": Kind("info", drops=True, counted=True),
        "other_files": Kind("info", counted=True),
        "duplicate_dataset": Kind("warning"),
        "older_dataset": Kind("info"),
        "year_not_wanted": Kind("info"),
        "mixed_years": Kind("error", drops=True),
        "secret_cells": Kind("info", counted=True),
        "zero_filled": Kind("info", counted=True),
        "nomenclature_differs": Kind("warning"),
        "rows_without_rome": Kind("info", counted=True),
        "unknown_cell": Kind("info"),
        "unknown_cells": Kind("info", counted=True),
        "communes_without_coordinates": Kind("info", counted=True),
        "communes_without_name": Kind("info", counted=True),
        "basin_names_differ": Kind("warning"),
        "basin_name_damaged": Kind("warning"),
        "basin_without_coordinates": Kind("warning"),
        "basin_without_geography": Kind("warning"),
        "commune_moved": Kind("info", counted=True),
        "place_unknown": Kind("error", drops=True),
        "travel_invalid": Kind("error", drops=True),
        "not_an_occupation": Kind("warning", counted=True),
        "certifications_without_rome": Kind("info", counted=True),
        "certification_rows_merged": Kind("info", counted=True),
        "certification_rows_differ": Kind("warning"),
        "certification_state_differs": Kind("warning"),
        "certification_sessions": Kind("warning"),
        "job_unresolved": Kind("error", drops=True),
        "job_ambiguous": Kind("error", drops=True),
        "job_resolved": Kind("info"),
        "status_unknown": Kind("error", drops=True),
        "people_unreadable": Kind("error", drops=True),
    }
)
_ORDER: Final[Mapping[Severity, int]] = MappingProxyType({"error": 0, "warning": 1, "info": 2})
# Values that are keys of the language files themselves: [feature] and [among] in notices.toml.
_WORDS: Final = ("feature", "among")
# Occurrences of one code in one file that are listed one by one; beyond, one notice stands for them all.
LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One thing found in one place; `count` is the number of occurrences that it stands for, `values` its details.

    `line` is the line of the file where the record begins (1 = the header), None where the whole file is meant.
    Where `count` is more than 1, `line` and `values` are those of the first occurrence.
    """

    code: str
    file: str = ""
    line: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    count: int = 1

    @property
    def kind(self) -> Kind:
        """What the catalogue says of this code."""
        return CATALOGUE[self.code]

    @property
    def severity(self) -> Severity:
        """Severity that the catalogue gives to this code."""
        return CATALOGUE[self.code].severity

    @property
    def dropped(self) -> int:
        """Rows left out because of what was found."""
        return self.count if self.kind.drops else 0

    def what(self, lang: Lang = "fr") -> str:
        """Return what was found."""
        text = say(f"notices.what.{self.code}", lang=lang, **self._details(lang))
        if self.count == 1 or self.kind.counted:
            return text
        return f"{text} {say('notices.repeated', lang=lang, n=self.count)}"

    def action(self, lang: Lang = "fr") -> str:
        """Return what was done about it and what to do."""
        return say(f"notices.action.{self.code}", lang=lang, **self._details(lang))

    def sentence(self, lang: Lang = "fr") -> str:
        """Return where it is, what was found and what was done, in one line."""
        line = "" if self.line is None else say("notices.line", lang=lang, line=self.line)
        return " ".join(
            filter(
                None, (say("notices.place", lang=lang, file=self.file, line=line), self.what(lang), self.action(lang))
            )
        )

    def _details(self, lang: Lang) -> dict[str, object]:
        values = dict(self.values)
        for name in _WORDS:
            if name in values:
                values[name] = say(f"notices.{name}.{values[name]}", lang=lang)
        return {"file": self.file, "line": self.line, "n": self.count, **values}


def notice(code: str, *, file: str = "", line: int | None = None, count: int = 1, **values: object) -> Notice:
    """Make a `Notice`; the values are written as text."""
    details = tuple((key, str(value)) for key, value in values.items())
    return Notice(code=code, file=file, line=line, values=details, count=count)


class NoticeLog:
    """
    Notices as they are found. A file that is all faults costs a bounded number of them, and none is lost.

    Up to `LISTED` occurrences of one code in one file are kept one by one. Where there are more, one notice with
    the place of the first and the number of all stands for them.
    """

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self._listed: dict[tuple[str, str], list[Notice]] = {}
        self._beyond: Counter[tuple[str, str]] = Counter()
        for each in notices:
            self.add(each)

    def add(self, found: Notice) -> None:
        """Take one notice."""
        key = (found.code, found.file)
        listed = self._listed.setdefault(key, [])
        if len(listed) < LISTED:
            listed.append(found)
        else:
            self._beyond[key] += found.count

    def note(self, code: str, *, file: str = "", line: int | None = None, count: int = 1, **values: object) -> None:
        """Make a notice and take it."""
        if (code, file) in self._beyond:  # beyond the limit only the number is kept: do not make what goes at once
            self._beyond[code, file] += count
        else:
            self.add(notice(code, file=file, line=line, count=count, **values))

    def notices(self) -> tuple[Notice, ...]:
        """Return what was found: errors first, then by code, file and line; the same order in every run."""
        kept: list[Notice] = []
        for key, listed in self._listed.items():
            beyond = self._beyond[key]
            whole = sum(n.count for n in listed) + beyond
            kept += [replace(listed[0], count=whole)] if beyond else listed
        return tuple(sorted(kept, key=lambda n: (_ORDER[n.severity], n.code, n.file, n.line or 0, n.values)))


def count_by_severity(notices: Iterable[Notice]) -> dict[Severity, int]:
    """Occurrences of each severity, zero included."""
    found: Counter[Severity] = Counter()
    for each in notices:
        found[each.severity] += each.count
    return {severity: found[severity] for severity in _ORDER}
