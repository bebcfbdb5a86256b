"""Shapes that several outputs share, by name."""

from collections.abc import Mapping
from typing import Final

from passerelles.report.shapes.words import (
    Schema,
    code,
    constant,
    flag,
    listed,
    mapped,
    maybe,
    number,
    one_of,
    record,
    ref,
    share,
    text,
    whole,
)

TERNARY: Final = ("yes", "no", "unknown")
LEVELS: Final = ("proche", "accessible", "exigeante")
KINDS: Final = ("savoir-faire", "savoir-être", "savoir")
_ITEM: Final[Mapping[str, Schema]] = {
    "code": code(),
    "label": maybe(text()),
    "kind": text(f"Of ROME: {', '.join(KINDS)}"),
    "core": flag("Whether it is at the core of the target"),
    "weight": number("How much it counts in the coverage", least=0),
}


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
    "origin": record("An occupation, or a person without one (null)", {"code": maybe(code()), "label": maybe(text())}),
    "path_end": record("An end of a step or a path", {}, optional={"code": maybe(code()), "label": maybe(text())}),
    "item": record("A competency that the target requires", _ITEM),
    "near_item": record(
        "A competency that a near match covers in part",
        {
            **_ITEM,
            "via": code("The competency held that is near"),
            "credit": share("Share of the weight that it is credited with"),
        },
        optional={"via_label": maybe(text())},
    ),
    "part": record(
        "One named part of a score",
        {"name": text(), "label": text(), "value": number()},
        optional={"sentence": text()},
    ),
    "credential": record(
        "A credential that the target requires",
        {"code": code(), "label": text(), "kind": text(), "held": one_of(TERNARY), "source": text()},
    ),
    "verdict": record(
        "What one filter says; only `no` drops a move",
        {"name": text(), "verdict": one_of(TERNARY), "reason": text()},
    ),
    "known": record(
        "That the referential's own experts list this move; never inside the score",
        {"rank": maybe(whole(least=1)), "source": text()},
        optional={"kind": text()},
    ),
    "span": record(
        "Low, expected and high; null = unknown",
        {name: maybe(number(least=0)) for name in ("low", "expected", "high")},
    ),
    "labelled": record("A code and its label", {"code": code(), "label": maybe(text())}),
    "barred": mapped(whole(least=0), "Openings by what keeps people from them"),
}
