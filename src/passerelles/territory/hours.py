"""What each move of a territory takes: hours, a legal frame that fits, what would shorten it, what a title demands."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Final, NamedTuple, Protocol

import numpy as np

from passerelles.access.conditions import training_hours
from passerelles.access.demands import TENTHS, Demands, build_demands, lifted, sane_hours
from passerelles.access.holdings import (
    DEMANDED,
    Aim,
    Holdings,
    concerns,
    given_by_employer,
    groups_of,
    holdings_of,
    holdings_towards,
)
from passerelles.codes import grouped
from passerelles.effort import Shares, StepHours, effort_table, hours_of_kind, step_hours, uncovered_by
from passerelles.errors import UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.market.certifications import Certifications
from passerelles.model import Credential, CredentialRequirement, day_of
from passerelles.paths.detail import PathContext, counted_title, required_of
from passerelles.paths.legal import NO, UNKNOWN, YES, Verdicts, find_frame, judge_many, presets
from passerelles.progress import go_on
from passerelles.referentials.access_text import Choice
from passerelles.referentials.referential import Referential
from passerelles.scoring.measures import held_competencies, required_columns
from passerelles.settings import EffortSettings, Settings
from passerelles.territory.jobs import as_asked, asked_by, asked_in
from passerelles.territory.lots import Lot
from passerelles.vectors import Bools, Floats, Rows

_TWO_DAYS_HOURS: Final = 14.0  # hours
_LONGEST_FRAME: Final = "periode-de-reconversion-accord"  # the longest reconversion that a law has a fund pay for


@dataclass(frozen=True)
class PriorTraining:
    """
    A training lever, acquired before any move: columns of the graph's competencies, and codes of credentials.

    `hours_of` gives what it takes: for each competency that is not held, the hours of the effort model for one item of
    its kind; on top, once for each macro-competency of which nothing is held, those of getting one's bearings; for
    each credential that is not held, its expected hours and those of its prerequisites, but for a diploma counted as
    held. No block cap lowers the sum, so that a lever never looks cheaper than the same training inside a move.
    """

    graph: OccupationGraph
    effort: EffortSettings
    columns: tuple[int, ...]
    credentials: tuple[str, ...]

    def hours_of(self, row: int, titles: frozenset[str] = frozenset()) -> float:
        """
        Hours that the lever takes somebody of an occupation, to the tenth; nan where a length is not known.

        `titles` are those that the person works in; none = the occupation at large.
        """
        per_item = hours_of_kind(self.effort)
        held = set(required_columns(self.graph, row).tolist())
        missing = [c for c in self.columns if c not in held]
        bearings = {int(self.graph.macro[c]) for c in missing} - {int(self.graph.macro[c]) for c in held} - {-1}
        total = sum(per_item[self.graph.competencies[c].kind] for c in missing)
        total += self.effort.entry_hours * len(bearings)
        holdings = holdings_of(self.graph.referential, self.graph.codes[row], {}, titles=titles)
        prerequisites = {p for c in self.credentials for p in self.graph.referential.prerequisites_of(c)}
        for code in sorted(prerequisites | set(self.credentials)):
            credential = self.graph.referential.credential_by_code[code]
            presumed = code not in self.credentials and holdings.presumes(credential)
            if not presumed and holdings.of(code) != "yes":
                length = sane_hours(training_hours(credential)).expected
                total += math.nan if length is None else length
        return total if math.isnan(total) else round(total * TENTHS) / TENTHS


def prior_training(graph: OccupationGraph, effort: EffortSettings, codes: Sequence[str]) -> PriorTraining:
    """
    Return what is acquired beforehand, from codes of competencies or credentials.

    Raises
    ------
    UnknownCodeError
        If a code is neither.
    """
    referential = graph.referential
    known, position = referential.credential_by_code, graph.competency_position
    column_of = {code: position.get(code) for code in codes if code not in known}
    for code, column in column_of.items():
        if column is None and code not in referential.competency_by_code:  # else no occupation asks for it
            raise UnknownCodeError(code, key="unknown_competency")
    columns = {column for column in column_of.values() if column is not None}
    return PriorTraining(graph, effort, tuple(sorted(columns)), tuple(sorted({*codes} - column_of.keys())))


class JobHours(NamedTuple):
    """
    Hours of training a person, shape (origins, targets); nan = unknown.

    `possible` says whether the move can be made at all (a credential that the person cannot get), in the verdicts of
    `passerelles.paths.legal`. `lever` is the part of the expected hours that a training lever takes, 0 where it is not
    used; None without a lever. `short` says whether access lets a move be close, as
    `passerelles.ranking.rank.short_access` does, `seasoned` whether employers usually ask for years in a trade that the
    person does not come from; None = not looked at. `months` is how long the training takes, with the practice that is
    required, at least where hours are unknown; None = as its hours say.
    """

    low: Floats
    expected: Floats
    high: Floats
    possible: Verdicts
    lever: Floats | None = None
    short: Bools | None = None
    seasoned: Bools | None = None
    months: Floats | None = None


Titles = tuple[Sequence[frozenset[str]], Sequence[frozenset[str]]]
"""The titles by which each origin and each target is named; none = the occupation at large."""


class Costs(Protocol):
    """
    What allocation needs to know of moves; rows are positions in the graph.

    Titles are only given where some job is named by one of which access takes other things.
    """

    def hours(self, origins: Rows, targets: Rows, titles: Titles | None = None) -> JobHours:
        """Hours of every pair."""

    def within(
        self, frame: str, origins: Rows, targets: Rows, expected: Floats, titles: Titles | None = None
    ) -> Verdicts:
        """Whether the training of every pair, of so many hours, fits a legal frame: `YES`, `NO` or `UNKNOWN`."""


@dataclass(frozen=True, eq=False)
class EffortCosts:
    """
    Hours of single steps by the package's effort model, from occupation to occupation.

    A step takes the longer of what is missing and of the required certificates that are not held: the hours of a path
    of one step. They are unknown where the target lists nothing, where a certificate of unknown length is missing, and
    where the target is regulated and nothing says what gives access to it.

    Attributes
    ----------
    graph, settings
        What the model reads.
    lever
        Codes of competencies or credentials that people may acquire beforehand. Somebody takes the lever where its own
        hours and those that the move still takes are less than the move's without it; the sum is what counts.
    certifications
        What leads to each job: whether a training can end with a certification, as legal frames ask.
    """

    graph: OccupationGraph
    settings: Settings
    lever: tuple[str, ...] = ()
    certifications: Certifications | None = None

    def hours(self, origins: Rows, targets: Rows, titles: Titles | None = None) -> JobHours:
        """Return the hours of every pair."""
        graph, table = self.graph, effort_table(self.graph, self.settings)
        demands, people = self._ends(origins, targets, titles)
        low, expected, high = (np.full((len(origins), len(targets)), np.nan) for _ in range(3))
        taken, months = (np.zeros(expected.shape) for _ in range(2))
        possible = np.full(expected.shape, YES, dtype=np.int8)
        short, seasoned = (np.zeros(expected.shape, dtype=np.bool_) for _ in range(2))
        lever = prior_training(graph, self.settings.effort, self.lever) if self.lever else None
        tables = enumerate(effort_table(graph, self.settings, aim) for aim in demands.aims)
        apart = {j: own for j, own in tables if own is not table}  # titles with a course of their own

        def steps(state: Shares, held: Holdings, row: int) -> StepHours:
            found = step_hours(table, demands, state, held, row, targets=targets)
            for j, own in apart.items():
                alone = step_hours(own, demands, state, held, row, targets=targets)
                here = np.arange(len(targets)) == j
                found = StepHours(*(np.where(here, *ends) for ends in zip(alone, found, strict=True)))
            return found

        for i, (row, held) in enumerate(zip(origins.tolist(), people, strict=True)):
            go_on()
            plain = steps(table.uncovered[:, row], held, row)
            low[i], expected[i], high[i] = plain[:3]
            possible[i, plain.unsettled] = UNKNOWN
            possible[i, plain.closed] = NO
            short[i] = (plain.required <= graph.settings.ranking.close_hours) & ~plain.vague & ~plain.selective
            seasoned[i] = demands.seasoned(held)
            months[i] = self._months(plain.expected, plain)
            if lever is not None:
                code, named = graph.codes[row], titles[0][i] if titles else frozenset[str]()
                competencies = held_competencies(graph, [*required_columns(graph, row), *lever.columns])
                state = uncovered_by(graph, table, competencies)
                holdings = holdings_of(graph.referential, code, dict.fromkeys(lever.credentials, "yes"), titles=named)
                remaining = steps(state, holdings, row)
                lever_hours = lever.hours_of(row, named)
                with_lever = remaining.expected + lever_hours
                use = ~np.isnan(with_lever) & ~(with_lever >= expected[i])  # unknown hours are no reason not to take it
                low[i, use] = (remaining.low + lever_hours * table.low_share[targets])[use]
                high[i, use] = (remaining.high + lever_hours * table.high_share[targets])[use]
                expected[i, use], taken[i, use] = with_lever[use], lever_hours
                months[i, use] = self._months(with_lever, remaining)[use]
        return JobHours(low, expected, high, possible, None if lever is None else taken, short, seasoned, months)

    def _ends(self, origins: Rows, targets: Rows, titles: Titles | None) -> tuple[Demands, list[Holdings]]:
        """Return what the targets demand under their titles, and what people of each origin hold, who aim at none."""
        referential, codes = self.graph.referential, self.graph.codes
        before, after = titles or ([frozenset()] * len(origins), [frozenset()] * len(targets))
        jobs = [(codes[row], Aim(titles=named)) for row, named in zip(targets.tolist(), after, strict=True)]
        named_origins = zip(origins.tolist(), before, strict=True)
        people = [holdings_towards(referential, codes[row], named, frozenset()) for row, named in named_origins]
        return build_demands(referential, jobs, lifted=lifted(self.graph)), people

    def _months(self, expected: Floats, step: StepHours) -> Floats:
        """Months of so many hours in full time, unless studies take longer or they are unknown, and of practice."""
        return np.asarray(np.fmax(expected / self.settings.paths.month_hours, step.studies) + step.practice)

    def within(
        self, frame: str, origins: Rows, targets: Rows, expected: Floats, titles: Titles | None = None
    ) -> Verdicts:
        """
        Return whether every pair's training, of so many hours, fits a frame; may stay unknown without certifications.

        Raises
        ------
        PasserellesError
            If there is no frame of that name.
        """
        graph, settings, law = self.graph, self.settings, find_frame(frame)
        listed = None if settings.paths.hiring is None else frozenset(settings.paths.hiring)
        context = PathContext(graph, (law,), listed, self.certifications, day_of().isoformat())
        verdicts = np.full(expected.shape, UNKNOWN, dtype=np.int8)
        demands, people = self._ends(origins, targets, titles)
        codes = [graph.codes[row] for row in origins.tolist()]
        serve = list(map(context.serves, codes))
        prices = [demands.price(held) for held in people]
        table = effort_table(graph, settings)
        brought = [table.brought(row, held) for row, held in zip(origins.tolist(), people, strict=True)]
        for j, (row, aim) in enumerate(zip(targets.tolist(), demands.aims, strict=True)):
            code = graph.codes[row]
            holdings = [replace(held, aim=aim) for held in people] if aim.titles else people
            needed = [required_of(demands, price, held, j)[1] for price, held in zip(prices, holdings, strict=True)]
            same = [context.rome_code(origin) == context.rome_code(code) for origin in codes]
            credential_keys = (tuple((c.code, c.held, c.months, c.presumed) for c in required) for required in needed)
            counted = list(map(partial(counted_title, graph, table, row), brought, holdings))
            keys = zip(same, serve, credential_keys, counted, strict=True)
            for rows in grouped((key, i) for i, key in enumerate(keys)).values():
                ends = {"origin": codes[rows[0]], "title": counted[rows[0]]}
                case = context.case(code, needed[rows[0]], known=True, selective=False, **ends)
                hours = expected[list(rows), j]
                known = np.where(np.isnan(hours), 0.0, hours)
                verdict = judge_many(law, case, known, known / settings.paths.month_hours)
                verdicts[list(rows), j] = np.where(np.isnan(hours), UNKNOWN, verdict)
        return verdicts


def credentials_of_title(graph: OccupationGraph, lot: Lot) -> frozenset[Choice]:
    """
    Return the credentials that a lot's job title or conditions demand beyond its job, each as a choice of several.

    They are demanded by access, or in the employer's words: what has no code is its words. Of what is only written, a
    licence that many hold whatever their job is left out, and so is what two days of course give, or whoever hires:
    nobody is kept from a job by first aid, nor by the authorisation to work near networks.
    """
    referential = graph.referential
    rows = [row for row in referential.credentials_of.get(lot.job, ()) if row.kind in DEMANDED]
    demanded = _of_title(referential, lot, rows) | _written(referential, lot, rows)
    # What meets a narrower choice meets a wider one.
    return frozenset(choice for choice in demanded if not any(set(narrower) < set(choice) for narrower in demanded))


def _of_title(referential: Referential, lot: Lot, rows: Sequence[CredentialRequirement]) -> set[Choice]:
    """Return what access demands of the title of a lot alone."""
    title, known = lot.title_code, referential.credential_by_code
    asked = (row for row in rows if not _on_request(known[row.credential]))
    of_lot = [row for row in asked if row.scope != "self-employed" or lot.self_employed]
    own = {row.group or row.credential for row in of_lot if title in row.own_titles.split()}
    # A way more than everybody has asks nothing more of a title, unless each title takes one of its own.
    wide = {row.group for row in of_lot if row.group and not row.of_titles} - own
    of_all = [row for row in of_lot if not row.of_titles and (row.group or row.credential) in own]
    named = [row for row in of_lot if title in row.titles.split() and row.group not in wide] + of_all
    # Of several ways one suffices, each of which may take several things: one of each way, however chosen.
    choices: set[Choice] = {(row.credential,) for row in named if row.kind == "required"}
    for ways in groups_of(named).values():
        choices.update({frozenset(choice): tuple(dict.fromkeys(choice)) for choice in product(*ways)}.values())
    return choices


def _written(referential: Referential, lot: Lot, rows: Sequence[CredentialRequirement]) -> set[Choice]:
    """Return what the title of a lot says, and its conditions, beyond what is known of the job or is easily had."""
    known = referential.credential_by_code
    written = set(asked_by(referential, lot.given, lot.job))
    written |= {choice for item in as_asked(lot.permits) for choice in asked_in(referential, item, lot.job).choices}
    of_job = {row.credential for row in rows if row.scope == "all"}  # known of the job: its hours count them
    codes = {code for choice in written for code in choice}
    easy = {code for code in codes if code in of_job or (code in known and _is_common(known[code]))}
    return {choice for choice in written if easy.isdisjoint(choice)}


def _on_request(credential: Credential) -> bool:
    """Whether a service on line gives an authorisation to whoever asks for it: it keeps nobody from a job."""
    return credential.kind == "autorisation" and "en ligne" in credential.issuer


def _is_common(credential: Credential) -> bool:
    """Whether many hold a credential whatever their job, may after a course of two days, or have an employer's word."""
    hours = training_hours(credential).expected
    course = credential.kind == "certificat" and 0 < (hours or 0.0) <= _TWO_DAYS_HOURS
    soon = course or (given_by_employer(credential) and hours == 0)
    return Holdings().may_have(credential) or (soon and not credential.prerequisites)


def held_credentials(referential: Referential, lot: Lot, demanded: Iterable[Choice]) -> frozenset[str]:
    """
    Return the credentials that people of a lot hold: by their job, and by what its title demands.

    What their employers usually ask for in the job, or in the title, whoever works in it has.
    """
    rows = referential.credentials_of.get(lot.job, ())
    asked = (row for row in rows if row.kind == "usual" and row.scope in ("all", "titles"))
    usual = [row.credential for row in asked if concerns(referential, lot.job, row, Aim(titles=lot.title_codes))]
    stated = [code for choice in demanded if len(choice) == 1 for code in choice]
    return holdings_of(referential, lot.job, dict.fromkeys((*usual, *stated), "yes"), titles=lot.title_codes).held


def unmet_choices(
    held: frozenset[str], demanded: Iterable[Choice], met: Collection[Choice] = (), apart: frozenset[str] = frozenset()
) -> list[Choice]:
    """Return the choices of which nothing is held, in order; of each of `met`, something is, unless it is `apart`."""
    if apart:
        held, met = held - apart, [choice for choice in met if apart.isdisjoint(choice)]
    unheld = (choice for choice in demanded if held.isdisjoint(choice))
    return sorted(choice for choice in unheld if not any(set(m) <= set(choice) for m in met))


def is_told(referential: Referential, lot: Lot, choices: Iterable[Choice]) -> bool:
    """Whether access to the job of a lot tells of each of some choices, so that hours to it count them."""
    rows, aim = referential.credentials_of.get(lot.job, ()), Aim(titles=lot.title_codes)
    demanded = (row for row in rows if row.kind in DEMANDED and concerns(referential, lot.job, row, aim))
    told = {row.credential for row in demanded}
    return not any(told.isdisjoint(choice) for choice in choices)


def is_long(credential: Credential) -> bool:
    """Whether nobody obtains a credential within the longest reconversion."""
    hours, months = training_hours(credential).expected, credential.months.low or 0.0
    return months > longest_months() if hours is None else hours > longest_hours()


def longest_hours() -> float:
    """Hours of the longest reconversion that a law has a fund pay for."""
    return presets()[_LONGEST_FRAME].hours_max or math.inf


def longest_months() -> float:
    """Months of the longest reconversion that a law has a fund pay for."""
    return presets()[_LONGEST_FRAME].months_max or math.inf
