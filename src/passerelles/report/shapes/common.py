"""Shapes that several outputs share, by name."""

from collections.abc import Mapping
from typing import Final

from passerelles.views.schema import (
    Schema,
    code,
    constant,
    flag,
    listed,
    mapped,
    maybe,
    number,
    record,
    ref,
    text,
    whole,
)


def envelope(
    name: str,
    about: str,
    items: Schema,
    *,
    scored: bool = True,
    more: Mapping[str, Schema] | None = None,
    optional: Mapping[str, Schema] | None = None,
) -> Schema:
    """
    Shape of the object that `passerelles.report.envelope` makes, with `items` in its results.

    Only what other programs were promised is required; what else is written is told as optional.
    """
    return record(
        about,
        {
            "schema": constant(f"passerelles/{name}"),
            "referential": ref("referential"),
            "scorer": ref("scorer") if scored else maybe(ref("scorer")),
            "settings": ref("settings_used") if scored else record("None: nothing is chosen", {}),
            "results": listed(items),
            **(more or {}),
        },
        optional=optional,
    )


COMMON: Final[Mapping[str, Schema]] = {
    "referential": record(
        "The referential that answered, overlays included in its checksum's story",
        {"name": text(), "version": text(), "sha256": text("Checksum of the files read")},
        optional={
            "date": maybe(text()),
            "source": text(),
            "licence": maybe(text()),
            "overlays": listed(text()),
        },
    ),
    "referential_version": record("Name and version of the referential", {"name": text(), "version": text()}),
    "scorer": record(
        "What scored",
        {"name": text(), "version": text(), "fitted_on": maybe(text("Data that its weights come from"))},
        optional={"off": listed(text(), "Parts that say nothing here, for want of data in the referential")},
    ),
    "settings_used": record(
        "The settings that were used; `passerelles schema settings` gives their whole shape",
        {},
        optional={"schema_version": whole(least=1), "scorer": text(), "strict": flag()},
    ),
    "end": record("An occupation", {"code": code(), "label": maybe(text())}),
    "path_end": record("An end of a step or a path", {}, optional={"code": maybe(code()), "label": maybe(text())}),
    "span": record(
        "Low, expected and high; null = unknown",
        {name: maybe(number(least=0)) for name in ("low", "expected", "high")},
    ),
    "labelled": record("A code and its label", {"code": code(), "label": maybe(text())}),
    "barred": mapped(whole(least=0), "Openings by what keeps people from them"),
}
