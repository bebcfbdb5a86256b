"""Words of a page: sentences of the language files with the spaces that French typography asks for, and figures."""

import re
from dataclasses import dataclass
from typing import Final

from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import typeset

_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one language, ready for a page."""

    lang: Lang = "fr"

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence `key` of the report, typeset."""
        return typeset(say(f"report.{key}", lang=self.lang, **values), self.lang)

    def set(self, text: str) -> str:
        """Typeset a sentence that comes from elsewhere."""
        return typeset(text, self.lang)

    def figure(self, value: float | None, *, decimals: int = 0) -> str:
        """Return a number, or the word for an unknown one."""
        return self("unknown") if value is None else number(value, lang=self.lang, decimals=decimals)

    def share(self, value: float | None) -> str:
        """Return a share in [0, 1] as a percentage; less than one in a hundred is said so, not rounded to 0."""
        if value is None:
            return self("unknown")
        if 0 < value < 0.01:  # noqa: PLR2004 - one in a hundred
            return self("under", value=percent(0.01, lang=self.lang))
        return percent(value, lang=self.lang)

    def range(self, low: float | None, high: float | None) -> str:
        """Return the range of hours, or nothing where there is none to tell."""
        if low is None or high is None:
            return self("hours.no_range")
        if low == high:
            return ""
        return self("hours.range", low=self.figure(low), high=self.figure(high))

    def date(self, text: str) -> str:
        """Write an ISO date the way the language does; anything else stays as it is."""
        match = _ISO.fullmatch(text)
        return "/".join(reversed(match.groups())) if match and self.lang == "fr" else text

    def part(self, name: str) -> str:
        """Return the name of a part of a score."""
        return say(f"parts.label.{name}", lang=self.lang)
