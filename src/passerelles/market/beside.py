"""What the market says beside a move, and how it is told: wages before and after, difficult and seasonal openings."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from passerelles.language.say import Lang, number, percent, say
from passerelles.language.typography import labelled
from passerelles.market.figures import Figure, territory_name
from passerelles.views import schema
from passerelles.views.schema import maybe, record, text
from passerelles.views.spec import Column, On

if TYPE_CHECKING:
    from passerelles.market.market import Openings

FIGURE: Final = record(
    "A published figure: its bounds, how it is known, where it comes from",
    {**{name: maybe(schema.number()) for name in ("value", "low", "high")}, "standing": text()},
    optional={name: maybe(text()) for name in ("source", "year", "territory", "about", "via", "why")},
)
_LEVELS: Final = {1: "domain", 3: "group"}  # of a family, by the length of its code
SHARES: Final = ("difficult_share", "seasonal_share")
WagePair = tuple[Figure, Figure]
"""Median wage of the job left and of the job reached, each over that of all families in its own period."""


def wage_columns(of: Callable[[Any], WagePair | None], *, on: On | None = None) -> tuple[Column, ...]:
    """Return the columns of wages before and after, as ratios to the median of all; `on`: screens that show them."""

    def end(at: int, name: str) -> Callable[[Any, Lang], float | None]:
        return lambda item, _: None if (both := of(item)) is None else getattr(both[at], name)

    def told(item: Any, _: Lang) -> dict[str, Any] | None:
        both = of(item)
        return None if both is None else dict(zip(("before", "after"), (f.to_dict() for f in both), strict=True))

    schema_of = maybe(record("Median wages over that of all, same period", {"before": FIGURE, "after": FIGURE}))
    return (
        Column("wages", value=lambda item, lang: wages_short(of(item), lang), json=told, schema=schema_of,
               on=On.JSON if on is None else On.JSON | on),
        *(
            Column(f"wage_{name}{'' if bound == 'low' else '_high'}", "number", value=end(at, bound), on=On.TABLE)
            for at, name in enumerate(("before", "after"))
            for bound in ("low", "high")
        ),
        Column("wage_source", value=lambda item, lang: wage_sources([of(item)], lang) or None, on=On.TABLE),
    )  # fmt: skip


def wages_short(wages: WagePair | None, lang: Lang) -> str | None:
    """Return both ratios in a narrow column; None where neither is known."""
    if wages is None or all(figure.interval is None for figure in wages):
        return None
    return " → ".join(_ratio(figure, lang) for figure in wages)


def wages_said(wages: WagePair | None, lang: Lang = "fr") -> str:
    """Return wages before and after with source, period and level; empty where neither is known."""
    if wages is None or all(figure.interval is None for figure in wages):
        return ""
    before, after = (_ratio(figure, lang) for figure in wages)
    return say("market.wages", lang=lang, before=before, after=after, source=wage_sources([wages], lang))


def wage_lines(wages: WagePair | None, lang: Lang = "fr") -> list[str]:
    """Return the same under its name, one line; none where nothing is known."""
    said = wages_said(wages, lang)
    return [labelled(say("market.median_wage", lang=lang), said, lang)] if said else []


def wage_sources(some: Iterable[WagePair | None], lang: Lang = "fr", *, codes: bool = True) -> str:
    """Return source, period and level of medians, each once: the families with their `codes`, or what they are."""
    told: dict[tuple[str, str], dict[str, None]] = {}
    for figure in (f for wages in some for f in wages or () if f.interval is not None):
        levels = (_level(code, lang, named=codes) for code in figure.about.split(" + "))
        told.setdefault((figure.source, figure.year), {}).update(dict.fromkeys(levels))
    return "; ".join(
        say("market.wage_source", lang=lang, source=source, year=year, level=", ".join(levels))
        for (source, year), levels in told.items()
    )


def _level(code: str, lang: Lang, *, named: bool) -> str:
    """Name the level of a family in its nomenclature: W1Z80 is a family, W1Z a broader one, W a domain."""
    kind = say(f"market.wage_level.{_LEVELS.get(len(code), 'family')}", lang=lang)
    return f"{kind} {code}" if named else kind


def wage_notes(some: Iterable[WagePair | None], lang: Lang) -> list[str]:
    """Return what a table that shows wages says under it; nothing where none is known."""
    sources = wage_sources(some, lang, codes=False)
    return [say("market.wages_note", lang=lang, source=sources)] if sources else []


def _ratio(figure: Figure, lang: Lang) -> str:
    """Return a ratio, or the lowest and the highest of a job's families."""
    if figure.low is None or figure.high is None:
        return "?"
    low, high = (number(end, lang=lang, decimals=2) for end in (figure.low, figure.high))
    return low if low == high else f"{low}–{high}"


def share_columns(of: "Callable[[Any], Openings | None]") -> tuple[Column, ...]:
    """Return difficulty and seasons of the openings of a job's families, both ends apart: a cell may be secret."""

    def end(name: str, bound: str) -> Callable[[Any, Lang], float | None]:
        return lambda item, _: None if (surveyed := of(item)) is None else getattr(getattr(surveyed, name), bound)

    return tuple(
        Column(name if bound == "low" else f"{name}_high", "share", value=end(name, bound), on=On.TABLE)
        for name in SHARES
        for bound in ("low", "high")
    )


def shares_said(surveyed: "Openings | None", lang: Lang = "fr") -> str:
    """Return difficulty and seasons in words, with survey, year and basin; empty where neither is known."""
    known = [] if surveyed is None else [(n, f) for n in SHARES if (f := getattr(surveyed, n)).interval is not None]
    if not known:
        return ""
    figure = known[0][1]
    origin = ", ".join(filter(None, (figure.source, figure.year, territory_name(figure.territory, lang))))
    told = [say(f"market.{name}", lang=lang, share=_share(f, lang)) for name, f in known]
    return say("market.shares", lang=lang, shares=", ".join(told), source=origin)


def _share(figure: Figure, lang: Lang) -> str:
    low, high = (percent(end or 0.0, lang=lang) for end in (figure.low, figure.high))
    return low if low == high else say("market.figure.between", lang=lang, low=low, high=high)
