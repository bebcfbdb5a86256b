"""Where an answer comes from, as the last sheet of a workbook: data with dates and licences, scorer, settings."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from passerelles.language.say import Lang, say
from passerelles.views.spec import Cell, Column, Sheet

_SUBJECTS: Final = ("referential", "scorer", "sources", "settings")


def about_sheet(payload: Mapping[str, Any], *, version: str, lang: Lang) -> Sheet:
    """
    Return what a JSON object says of its origin as rows: subject, name, value; an empty value is unknown.

    Parameters
    ----------
    payload
        What a command prints as JSON.
    version
        Version of the package.
    lang
        Language of the subjects; names are those of the JSON object.
    """
    rows: list[tuple[Cell, Cell, Cell]] = [("passerelles", "version", version)]
    rows.append((say("about.answer", lang=lang), "schema", str(payload.get("schema", ""))))
    for subject in _SUBJECTS:
        if subject in payload:
            label = say(f"about.{subject}", lang=lang)
            rows += [(label, name, value) for name, value in _flat(payload[subject])]
    return Sheet.of_rows("about", (Column("subject"), Column("name"), Column("value")), rows)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Cell]]:
    """Give the leaves of a value with their dotted names; an empty list is said as such, not left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple) and value and any(isinstance(v, Mapping) for v in value):
        for place, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{name}.{place}" if name else str(place))
    elif isinstance(value, list | tuple):
        yield name, ", ".join(map(str, value)) or "–"
    else:
        yield name, value
