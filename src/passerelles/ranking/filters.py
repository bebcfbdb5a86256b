"""Filters are named, stack, and answer yes, no or unknown with a reason; only 'no' drops a move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, get_args

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, percent, say
from passerelles.model import Occupation, Ternary
from passerelles.referentials.reference import find_occupation
from passerelles.text import normalise_label
from passerelles.views.schema import one_of, text
from passerelles.views.shown import Described
from passerelles.views.spec import Column, Record


@dataclass(frozen=True, slots=True)
class Verdict(Described):
    """
    What one filter says of one move.

    ``yes``: the move passes; ``no``: it does not; ``unknown``: the referential does not say.
    """

    name: str
    verdict: Ternary
    reason: str  # key under [reason] of language/<lang>/filters.toml
    detail: str = ""

    def sentence(self, lang: Lang = "fr") -> str:
        """Return the reason in words."""
        return say(f"filters.reason.{self.reason}", lang=lang, detail=self.detail)

    spec: ClassVar[Record] = Record(
        "verdict",
        "What one filter says; only `no` drops a move",
        (
            Column("name", schema=text(), promised=True),
            Column("verdict", words="terms.verdict", schema=one_of(get_args(Ternary)), promised=True),
            Column("reason", value=lambda v, lang: v.sentence(lang), schema=text(), promised=True),
        ),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a filter may look at: the graph, both ends (the origin may have no occupation) and the raw coverage."""

    graph: OccupationGraph
    origin: Occupation | None
    target: Occupation
    coverage: float | None


Check = Callable[[Candidate], Verdict]
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


def unregulated(_graph: OccupationGraph, _argument: str) -> Check:
    """Keep targets whose profession is not regulated."""

    def check(move: Candidate) -> Verdict:
        answer = _OPPOSITE[move.target.regulated]
        return Verdict("unregulated", answer, f"unregulated_{answer}")

    return check


def same_domain(_graph: OccupationGraph, _argument: str) -> Check:
    """Keep targets in the origin's domain."""
    return lambda move: _domain_verdict(move, "same-domain", wanted="yes")


def other_domain(_graph: OccupationGraph, _argument: str) -> Check:
    """Keep targets outside the origin's domain."""
    return lambda move: _domain_verdict(move, "other-domain", wanted="no")


def min_coverage(_graph: OccupationGraph, argument: str) -> Check:
    """Keep targets covered at least to a share in [0, 1]; unknown where the target lists nothing."""
    try:
        least = float(argument.replace(",", "."))
    except ValueError:
        least = -1.0
    if not 0 <= least <= 1:
        raise PasserellesError("filter_value", name="min-coverage", value=argument)

    def check(move: Candidate) -> Verdict:
        if move.coverage is None:
            return Verdict("min-coverage", "unknown", "min_coverage_unknown")
        answer: Ternary = "yes" if move.coverage >= least else "no"
        return Verdict("min-coverage", answer, f"min_coverage_{answer}", percent(move.coverage))

    return check


def no_managerial_step(_graph: OccupationGraph, _argument: str) -> Check:
    """Drop moves from a job without the rank of manager to one with it."""

    def check(move: Candidate) -> Verdict:
        start = move.origin.managerial if move.origin else "unknown"
        if move.target.managerial == "no" or start == "yes":
            answer: Ternary = "yes"
        elif "unknown" in (start, move.target.managerial):
            answer = "unknown"
        else:
            answer = "no"
        return Verdict("no-managerial-step", answer, f"managerial_{answer}")

    return check


def avoid_context(graph: OccupationGraph, argument: str) -> Check:
    """Drop targets exercised in a work context, given by code or exact label; unknown where none is listed."""
    wanted = normalise_label(argument)
    found = [
        c for c in graph.referential.contexts if argument == c.code or (c.label and normalise_label(c.label) == wanted)
    ]
    if not found:
        labels = [
            c.label for c in graph.referential.contexts if c.label and wanted and wanted in normalise_label(c.label)
        ]
        raise UnknownCodeError(argument, suggestions=labels[:3], key="unknown_context")
    code, label = found[0].code, found[0].label or found[0].code

    def check(move: Candidate) -> Verdict:
        listed = move.graph.referential.contexts_of.get(move.target.code, ())
        answer: Ternary = "unknown" if not listed else "no" if code in listed else "yes"
        return Verdict("avoid-context", answer, f"avoid_context_{answer}", label)

    return check


def exclude(graph: OccupationGraph, argument: str) -> Check:
    """Drop the occupations given, codes or exact titles separated by commas."""
    codes = {find_occupation(graph.referential, part.strip()) for part in argument.split(",")}

    def check(move: Candidate) -> Verdict:
        answer: Ternary = "no" if {move.target.code, move.target.base} & codes else "yes"
        return Verdict("exclude", answer, f"exclude_{answer}")

    return check


FILTERS: Final[Mapping[str, Callable[[OccupationGraph, str], Check]]] = {
    "unregulated": unregulated,
    "same-domain": same_domain,
    "other-domain": other_domain,
    "min-coverage": min_coverage,
    "no-managerial-step": no_managerial_step,
    "avoid-context": avoid_context,
    "exclude": exclude,
}


def parse_filter(graph: OccupationGraph, text: str | Filter) -> Filter:
    """
    Make a filter from its text.

    Parameters
    ----------
    graph
        The filter's codes are checked against its referential.
    text
        ``name`` or ``name=argument``: ``unregulated``, ``same-domain``, ``other-domain``, ``min-coverage=0.2``,
        ``no-managerial-step``, ``avoid-context=Travail de nuit``, ``exclude=K2110,N4101``.

    Raises
    ------
    PasserellesError
        If there is no such filter, or its argument is not valid or not known to the referential.
    """
    if isinstance(text, Filter):
        return text
    name, _, argument = text.partition("=")
    make = FILTERS.get(name.strip().replace("_", "-"))
    if make is None:
        raise PasserellesError("unknown_filter", name=name, known=", ".join(FILTERS))
    return Filter(name.strip().replace("_", "-"), argument.strip(), make(graph, argument.strip()))


def _domain_verdict(move: Candidate, name: str, *, wanted: Ternary) -> Verdict:
    start = move.origin.domain if move.origin else None
    if start is None or move.target.domain is None:
        return Verdict(name, "unknown", "domain_unknown")
    same: Ternary = "yes" if start == move.target.domain else "no"
    return Verdict(name, "yes" if same == wanted else "no", f"domain_{'same' if same == 'yes' else 'other'}")
