"""Filters are named, stack, and answer yes, no or unknown with a reason; only 'no' drops a move."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Final, NamedTuple, Protocol, get_args

import numpy as np

from passerelles.access.conditions import access_conditions, kind_between, same_field
from passerelles.access.demands import demands_of, demands_of_job, lifted
from passerelles.codes import check_codes
from passerelles.effort import StepHours, effort_table, step_hours, uncovered_by
from passerelles.errors import PasserellesError, UnknownCodeError, nearest_said
from passerelles.graph.core import OccupationGraph
from passerelles.io.csv import decimal_number
from passerelles.market.market import Market
from passerelles.market.places import Places
from passerelles.market.signals import find_basin, signals, wage_ratio
from passerelles.matching import find_occupations
from passerelles.model import MoveKind, Occupation, Ternary, WorkContext
from passerelles.ranking.move import Start, Verdict
from passerelles.referentials.referential import Referential
from passerelles.settings import Settings
from passerelles.text import normalise_label


class JudgedMove(NamedTuple):
    """What a filter may look at: the graph, both ends (the origin may have no occupation) and the raw coverage."""

    graph: OccupationGraph
    start: Start
    target: Occupation
    coverage: float | None


class Data(Protocol):
    """Market and places of the user's folders, each loaded when it is asked for."""

    @property
    def wages(self) -> Market | None:
        """Market of which only the wages are wanted, where there are some."""

    @property
    def market(self) -> Market | None:
        """Market, where there is one."""

    @property
    def places(self) -> Places | None:
        """Places, where there are some."""


class MarketAlone(NamedTuple):
    """The `Data` of who gives a market and nothing else."""

    wages: Market | None = None
    market: Market | None = None
    places: Places | None = None


Check = Callable[[JudgedMove], Verdict]
_OPPOSITE: Final[Mapping[Ternary, Ternary]] = {"yes": "no", "no": "yes", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A named check with its argument, as text: ``min-coverage=0.2``."""

    name: str
    argument: str
    check: Check

    def __str__(self) -> str:
        """Write the filter the way `parse_filter` reads it."""
        return f"{self.name}={self.argument}" if self.argument else self.name


def unregulated(move: JudgedMove) -> Verdict:
    """Keep targets whose profession is not regulated."""
    return _verdict("unregulated", _OPPOSITE[move.target.regulated])


def domain(name: str, move: JudgedMove) -> Verdict:
    """Keep targets in the origin's domain (``same-domain``), or outside it (``other-domain``)."""
    same = same_field(move.graph.referential, move.start.end.code, move.target.code)
    if same is None:
        return Verdict(name, "unknown", "domain_unknown")
    return Verdict(name, "yes" if same is (name == "same-domain") else "no", f"domain_{'same' if same else 'other'}")


def min_coverage(least: float, move: JudgedMove) -> Verdict:
    """Keep targets covered at least to a share in [0, 1]; unknown where the target lists nothing."""
    share = move.coverage
    answer: Ternary = "unknown" if share is None else "yes" if share >= least else "no"
    return Verdict("min-coverage", answer, f"min_coverage_{answer}", low=share, high=share)


def no_managerial_step(move: JudgedMove) -> Verdict:
    """Drop moves from a job without the rank of manager to one with it."""
    start = move.start.occupation.managerial if move.start.occupation else "unknown"
    allowed = move.target.managerial == "no" or start == "yes"
    dropped: Ternary = "unknown" if "unknown" in (start, move.target.managerial) else "no"
    return _verdict("no-managerial-step", "yes" if allowed else dropped)


def avoid_context(context: WorkContext, move: JudgedMove) -> Verdict:
    """Drop targets exercised in a work context; unknown where none is listed."""
    listed = move.graph.referential.contexts_of.get(move.target.code, ())
    answer: Ternary = "unknown" if not listed else "no" if context.code in listed else "yes"
    return _verdict("avoid-context", answer, context.label or context.code)


def exclude(codes: Collection[str], move: JudgedMove) -> Verdict:
    """Drop some occupations, with their parts."""
    return _verdict("exclude", "yes" if {move.target.code, move.target.base}.isdisjoint(codes) else "no")


def access(wanted: Collection[str], move: JudgedMove) -> Verdict:
    """Keep targets by what access takes of the origin: ``open`` (or all held), ``conditional``, ``selective``."""
    conditions = access_conditions(move.graph.referential, move.target.code, move.start.holdings)
    if conditions.status == "conditional" and conditions.required and not conditions.to_obtain:
        return _among("access", "open", wanted, detail="held")
    return _among("access", conditions.status, wanted)


def kind(wanted: Collection[str], move: JudgedMove) -> Verdict:
    """Keep moves of some kinds: ``same-job``, ``lateral``, ``advancement``, ``step-down``."""
    titles = move.start.holdings.aim.titles
    return _among("kind", kind_between(move.graph.referential, move.start.end.code, move.target.code, titles), wanted)


def max_hours(graph: OccupationGraph, _data: Data, argument: str, settings: Settings) -> Check:
    """Keep moves of which the training takes at most so many hours, as a path of one step counts them."""
    most = _figure("max-hours", argument)
    table_of = lru_cache(maxsize=1)(partial(effort_table, graph, settings))

    def hours_of(start: Start, code: str | None = None) -> StepHours:
        held = start.holdings
        table = table_of(held.aim)
        state = uncovered_by(graph, table, start.competencies)
        if code is None:
            return step_hours(table, demands_of(graph, held.aim), state, held, start.row)
        demands = demands_of_job(graph.referential, code, held.aim, lifted=lifted(graph))
        return step_hours(table, demands, state, held, start.row, targets=np.asarray([graph.position[code]]))

    all_hours = lru_cache(maxsize=1)(hours_of)
    last: list[Start] = []

    def check(move: JudgedMove) -> Verdict:
        if last == [move.start]:  # at an origin's second target all are computed; towards a job, each comes once
            hours, row = all_hours(move.start), graph.position[move.target.code]
        else:
            last[:] = [move.start]
            hours, row = hours_of(move.start, move.target.code), 0
        expected, least = float(hours.expected[row]), float(hours.certain[row])
        if hours.closed[row]:
            return Verdict("max-hours", "no", "max_hours_closed")
        if not np.isnan(expected):
            return Verdict("max-hours", "yes" if expected <= most else "no", "max_hours", low=expected, high=expected)
        if least > most:  # what is published of it is too long already
            return Verdict("max-hours", "no", "max_hours_least", low=least, high=least)
        return _verdict("max-hours", "unknown")

    return check


def min_wage(graph: OccupationGraph, data: Data, argument: str, _settings: Settings) -> Check:
    """Keep targets of which the median wage is at least so many times the origin's: ``0.9`` loses a tenth at most."""
    least, market = _figure("min-wage", argument), data.wages
    if market is None or market.wages is None:
        raise PasserellesError("filter_needs_data", name="min-wage")

    def check(move: JudgedMove) -> Verdict:
        origin = move.start.end.code
        before = None if origin is None else wage_ratio(market, graph.referential, origin)
        after = wage_ratio(market, graph.referential, move.target.code)
        if before is None or before.interval is None or after.interval is None:
            return _verdict("min-wage", "unknown")
        low, high = after.interval.low / before.interval.high, after.interval.high / before.interval.low
        answer: Ternary = "yes" if low >= least else "no" if high < least else "unknown"
        sources = ", ".join(dict.fromkeys((before.source, before.year, after.source, after.year)))
        return Verdict("min-wage", answer, "min_wage", sources, low=low, high=high)

    return check


def status(name: str, wanted: str, graph: OccupationGraph, data: Data, basin: str, _settings: Settings) -> Check:
    """Keep targets that hire, or origins that are fragile, in a basin by its market; unknown where that cannot tell."""
    market = data.market
    if market is None:
        raise PasserellesError("filter_needs_data", name=name)
    place = find_basin(market, basin, places=data.places)
    status_of = {s.occupation: s.status for s in signals(market, graph.referential, place)}

    def check(move: JudgedMove) -> Verdict:
        end = move.target if wanted == "hiring" else move.start.occupation
        actual = "unknown" if end is None else status_of[end.code]
        return _verdict(name, "yes" if actual == wanted else "unknown" if actual == "unknown" else "no", place.name)

    return check


_WITHOUT_ARGUMENT: Final[Mapping[str, Check]] = {
    "unregulated": unregulated,
    "same-domain": partial(domain, "same-domain"),
    "other-domain": partial(domain, "other-domain"),
    "no-managerial-step": no_managerial_step,
}
_KINDS: Final = tuple(kind for kind in get_args(MoveKind) if kind != "unknown")
_LEAST_WORD: Final = 4  # "de" and "les" are in every other label
_NAMED: Final = 5
# How each filter is written, an argument as an example, and how one is read; the help shows it so.
FILTER_FORMS: Final[Mapping[str, Callable[[OccupationGraph, Data, str, Settings], Check]]] = {
    **{name: partial(lambda check, *_: check, check) for name, check in _WITHOUT_ARGUMENT.items()},
    "min-coverage=0.2": lambda _graph, _data, text, _: partial(min_coverage, _figure("min-coverage", text, most=1.0)),
    "avoid-context=…": lambda graph, _data, text, _: partial(avoid_context, _context(graph.referential, text)),
    "exclude=…": lambda graph, _data, text, _: partial(
        exclude, find_occupations(graph.referential, map(str.strip, text.split(",")))
    ),
    "access=open,conditional": lambda _graph, _data, text, _: partial(
        access, _some("access", text, ("open", "conditional", "selective"))
    ),
    "kind=lateral,advancement": lambda _graph, _data, text, _: partial(kind, _some("kind", text, _KINDS)),
    "max-hours=450": max_hours,
    "min-wage=0.9": min_wage,
    "hires-in=Redon": partial(status, "hires-in", "hiring"),
    "fragile-in=Redon": partial(status, "fragile-in", "fragile"),
}
FILTERS: Final = {form.partition("=")[0]: make for form, make in FILTER_FORMS.items()}


def parse_filter(graph: OccupationGraph, text: str | Filter, data: Data, settings: Settings | None = None) -> Filter:
    """
    Make a filter from its text.

    Parameters
    ----------
    graph
        The filter's codes are checked against its referential.
    text
        ``name`` or ``name=argument``: ``unregulated``, ``same-domain``, ``other-domain``, ``min-coverage=0.2``,
        ``no-managerial-step``, ``avoid-context=Travail de nuit``, ``exclude=K2110,N4101``, ``access=open,conditional``,
        ``kind=lateral,advancement``, ``max-hours=450``, ``min-wage=0.9`` (times the origin's median wage),
        ``hires-in=Redon``, ``fragile-in=Redon``.
    data
        Wages, and what hires or is fragile in a basin, for the last three: of it each loads what it needs and no more.
    settings
        By which hours are counted; the graph's own where None.

    Raises
    ------
    PasserellesError
        If there is no such filter, its argument is not valid or not known to the referential, or its data are missing.
    """
    if isinstance(text, Filter):
        return text
    name, _, argument = text.partition("=") if isinstance(text, str) else (repr(text), "", "")
    known, argument = name.strip().replace("_", "-"), argument.strip()
    if known not in FILTERS:
        near = nearest_said(get_close_matches(known.casefold(), FILTERS, n=1))
        raise PasserellesError("unknown_filter", name=name, known=", ".join(FILTERS), near=near)
    if argument and known in _WITHOUT_ARGUMENT:  # else ``unregulated=no`` would do the contrary of what it says
        raise PasserellesError("filter_without_value", name=known, value=argument)
    return Filter(known, argument, FILTERS[known](graph, data, argument, settings or graph.settings))


def parse_filters(
    graph: OccupationGraph, texts: Iterable[str | Filter], data: Data, settings: Settings | None = None
) -> list[Filter]:
    """
    Make filters from their texts; see `parse_filter`.

    Raises
    ------
    PasserellesError
        If what is given is no list, and as `parse_filter` does.
    """
    return [parse_filter(graph, text, data, settings) for text in check_codes(texts, what="filters")]


def _context(referential: Referential, text: str) -> WorkContext:
    """Find a work context by its code or exact label."""
    wanted, contexts = normalise_label(text), referential.contexts
    for context in contexts:
        if text == context.code or (context.label and normalise_label(context.label) == wanted):
            return context
    shared = {c.label: _shared_words(wanted, normalise_label(c.label)) for c in contexts if c.label}
    most = max(shared.values(), default=0)
    labels = [label for label, count in shared.items() if count == most > 0]
    raise UnknownCodeError(text, suggestions=labels[:_NAMED], key="unknown_context")


def _shared_words(wanted: str, label: str) -> int:
    """
    Count what a text shares with a label, whole words twice; nothing where less than half of its words are there.

    By letters alone, "charge lourde" would be most like "En chambre noire".
    """
    asked = [word for word in wanted.split() if len(word) >= _LEAST_WORD] or [wanted]
    found = [word for word in asked if word and word in label]
    whole = set(found).intersection(label.split())
    return len(found) + len(whole) + (wanted in label) if 2 * len(found) >= len(asked) else 0


def _figure(name: str, argument: str, *, most: float = float("inf")) -> float:
    value = decimal_number(argument)
    if not 0 <= value <= most:
        known = "≥ 0" if most == float("inf") else f"0–{most:g}"
        raise PasserellesError("filter_value", name=name, value=argument, known=known)
    return value


def _some(name: str, argument: str, known: Collection[str]) -> frozenset[str]:
    wanted = frozenset(part.strip() for part in argument.split(","))
    if not wanted <= set(known):
        raise PasserellesError("filter_value", name=name, value=argument, known=", ".join(known))
    return wanted


def _verdict(name: str, answer: Ternary, detail: str = "") -> Verdict:
    """Return a verdict of which each answer has its own reason."""
    return Verdict(name, answer, f"{name.replace('-', '_')}_{answer}", detail)


def _among(name: str, value: str, wanted: Collection[str], *, detail: str = "") -> Verdict:
    answer: Ternary = "unknown" if value == "unknown" else "yes" if value in wanted else "no"
    return Verdict(name, answer, name if value != "unknown" else f"{name}_unknown", detail or value)
