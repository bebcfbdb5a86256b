"""
Sums by basin and job, safe to publish: no reader, and no employer among those counted, works out what another has.

Employers are the contributors. A sum is hidden where it is under the threshold, or where a rule of official statistics
says that it gives its largest contributors away; then others are hidden too, until the sums of rows and columns no
longer lead back to it: `passerelles.territory.sums.publish_sums` proves that by linear programs, both ways.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Final, NamedTuple

import numpy as np
from scipy import sparse

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, number, say
from passerelles.progress import go_on
from passerelles.territory.audit import attainable_range
from passerelles.territory.lots import Lots
from passerelles.territory.solve import extreme
from passerelles.text import normalise_label
from passerelles.vectors import Bools, Floats, Ints, Rows
from passerelles.views.schema import record
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, Page, Record, Sheet

ALL: Final = ""  # the place of a sum over basins or over jobs
_TOLERANCE: Final = 1e-6
_MANY: Final = 30_000  # employers x hidden sums that each may work out; beyond, all are taken for one employer


class Contribution(NamedTuple):
    """What one employer counts in one basin and job."""

    basin: str
    job: str
    employer: str
    people: int


class Rules(NamedTuple):
    """
    When a sum gives somebody away.

    Attributes
    ----------
    threshold
        Sums of 1 to `threshold` - 1 people are hidden.
    largest, share
        The (n, k) rule of dominance: hidden where the `largest` contributors make up more than `share` of the sum.
    percent
        The p % rule: hidden where the second largest contributor, who knows its own, could work the largest out to
        within `percent` percent: where all others together have less than that of it.
    """

    threshold: int
    largest: int | None = None
    share: float | None = None
    percent: float | None = None

    def room(self, values: Sequence[int]) -> float:
        """
        How far above the sum of some contributions its possible values must reach, and below; 0 where it is safe.

        Parameters
        ----------
        values
            What each contributor counts, none twice.
        """
        ordered = sorted(values, reverse=True)
        total = sum(ordered)
        if not total:
            return 0.0
        margins = [float(self.threshold)] if total < self.threshold else []
        if self.share is not None:
            margins.append(sum(ordered[: self.largest]) / self.share - total)
        if self.percent is not None:
            margins.append(ordered[0] * self.percent / 100 - sum(ordered[2:]))
        return max((margin for margin in margins if margin > _TOLERANCE), default=0.0)


RULES: Final = record(
    "What sums are hidden by",
    {
        "threshold": {"type": "integer", "minimum": 2, "description": "Sums of 1 to one less are hidden"},
        "largest": "ordinal?: n of the dominance rule",
        "share": "share?: k of the dominance rule",
        "percent": "amount?: p of the p % rule",
    },
)


@dataclass(frozen=True)
class Sum(Described):
    """A sum over the employers of one basin and job; an empty one stands for all. `people`: None = hidden."""

    basin: str
    job: str
    label: str | None
    people: int | None

    @property
    def masked(self) -> bool:
        """Whether the number is hidden."""
        return self.people is None

    spec: ClassVar[Record] = Record(
        "sum",
        "People or openings of all employers of one basin and job",
        Column("basin", value=lambda s, lang: s.basin or say("territory.sums.all", lang=lang), promised="text"),
        Column("job", promised="text?"),
        Column("label", value=lambda s, lang: s.label or (None if s.job else say("territory.sums.all", lang=lang)),
               promised="text?"),
        Column("people", "integer", promised="count?"),
        Column("masked", "flag", promised="flag: Whether the number is withheld"),
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class Sums(Shown):
    """
    Sums by basin and job that may be published, with the sums of rows, of columns and of all.

    Attributes
    ----------
    cells
        By basin, then job, the sums over all last.
    rules
        What they were hidden by.
    first
        Whether no earlier publication was given.
    """

    cells: tuple[Sum, ...]
    rules: Rules
    first: bool = True

    def __repr__(self) -> str:
        """One line: how many sums, and how many are hidden."""
        return f"<Sums {len(self.cells)} sums, {self.hidden} hidden>"

    @property
    def hidden(self) -> int:
        """How many are hidden; how many of them a rule names would be one more equation."""
        return sum(cell.masked for cell in self.cells)

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the sums as a table."""
        return [Sheet("sums", Sum.spec.columns, lambda: self.cells, lang)]

    def page(self, lang: Lang = "fr") -> Page:
        """Return the sums, and what hides some of them."""
        return Page(say("territory.sums.title", lang=lang), (), self.sheets(lang), (), self.notes(lang))

    def notes(self, lang: Lang = "fr") -> list[str]:
        """Say by which rules sums are hidden, and how many."""
        rules = self.rules
        texts = [say("territory.sums.threshold", lang=lang, n=rules.threshold, below=rules.threshold - 1)]
        if rules.share is not None:
            share = _points(100 * rules.share, lang)
            texts.append(say("territory.sums.dominance", lang=lang, n=rules.largest, share=share))
        if rules.percent is not None:
            texts.append(say("territory.sums.percent", lang=lang, p=_points(rules.percent, lang)))
        counts = {"hidden": self.hidden, "n": len(self.cells)}
        since = "limit" if self.first else "before"
        return [*texts, say("territory.sums.hidden", lang=lang, **counts), say(f"territory.sums.{since}", lang=lang)]


def _points(percent: float, lang: Lang) -> str:
    """Write per cents, with a decimal where they are not whole."""
    return number(percent, lang=lang, decimals=int(round(percent, 1) % 1 > 0))


def contributions(lots: Lots) -> list[Contribution]:
    """
    Return what each employer of a table of lots counts in each basin and job; one that no cell names is empty.

    Its name in plain letters: written otherwise elsewhere, now or before, it is no other employer.
    """
    named = ((x, normalise_label(x.employer) or x.employer.strip("–")) for x in lots.lots)
    return [Contribution(x.basin_label, x.job, name, x.people) for x, name in named]


def rules_of(threshold: int, *, dominance: str | None = None, percent: float | None = None) -> Rules:
    """
    Return the rules that a person names.

    Parameters
    ----------
    threshold
        Sums of 1 to `threshold` - 1 people are hidden.
    dominance
        The (n, k) rule as ``"1,80"``: one employer, 80 %.
    percent
        The p % rule.

    Raises
    ------
    PasserellesError
        If a rule is none: n at least 1, k and p above 0 and at most 100.

    Examples
    --------
    >>> rules_of(5, dominance="2,85")
    Rules(threshold=5, largest=2, share=0.85, percent=None)
    """
    largest, share = None, None
    if dominance is not None:
        match = re.fullmatch(r"\s*([0-9]{1,2})\s*[,;:]\s*([0-9]{1,3}(?:\.[0-9]+)?)\s*%?\s*", dominance)
        if match is None or not (int(match[1]) and 0 < float(match[2]) <= 100):  # noqa: PLR2004 - per cent
            raise PasserellesError("sums_rule", name="--dominance", value=dominance)
        largest, share = int(match[1]), float(match[2]) / 100
    if percent is not None and not 0 < percent <= 100:  # noqa: PLR2004 - per cent; also refuses nan
        raise PasserellesError("sums_rule", name="--p-percent", value=f"{percent:g}")
    return Rules(threshold, largest, share, percent)


def publish_sums(
    given: Iterable[Contribution],
    rules: Rules,
    *,
    before: Iterable[Contribution] | None = None,
    labels: Mapping[str, str | None] | None = None,
) -> Sums:
    """
    Choose which sums by basin and job may be published, and hide the others.

    Parameters
    ----------
    given
        What each employer counts in each basin and job; several lines of one are summed.
    rules
        When a sum gives somebody away.
    before
        The same of an earlier publication under the same rules, where there was one. What it hid stays hidden; and
        where a sum changed, the change must be safe too, each employer contributing the size of its own: else whoever
        holds both publications would read it by subtraction.
    labels
        Names of jobs.

    Returns
    -------
    sums
        Every hidden sum that a rule names takes, over all tables with the printed numbers and no negative one, values
        that reach above and below it as far as the rule asks: to k for dominance, p % of the largest for that rule, the
        threshold for small sums (below, no farther than zero). Above, they do so for each employer too, who knows that
        no sum is under its own part.

    Raises
    ------
    PasserellesError
        If there is a `before` and an employer is not named, there or now: what each changed is not known then.

    Notes
    -----
    Sums of rows and of columns are sums like any other, and may be hidden. Contributors are taken not to collude.

    Examples
    --------
    >>> given = [Contribution("Redon", "N4101", name, people) for name, people in (("A", 90), ("B", 8), ("C", 7))]
    >>> given += [Contribution("Redon", "H2909", name, 20) for name in "ABC"]
    >>> given += [Contribution("Rennes", job, name, 30) for job in ("N4101", "H2909") for name in "ABC"]
    >>> sums = publish_sums(given, Rules(threshold=5, largest=1, share=0.8))
    >>> [(s.basin, s.job) for s in sums.cells if s.masked]
    [('Redon', 'H2909'), ('Redon', 'N4101'), ('Rennes', 'H2909'), ('Rennes', 'N4101')]
    """
    if before is not None:
        given, before = list(given), list(before)
        if not all(c.employer for c in (*given, *before)):
            raise PasserellesError("sums_no_employer")
    now = _counts(given)
    places, lines = _places(now)
    known, hidden = _known(rules, places, now), np.zeros(1, dtype=np.bool_)
    if before is not None:
        old = _counts(before)
        old_places, old_lines = _places(old)
        old_masked = _hidden(_known(rules, old_places, old), old_lines, hidden)
        hidden_before = {place for place, masked in zip(old_places, old_masked, strict=True) if masked}
        hidden = np.asarray([place in hidden_before for place in places], dtype=np.bool_)
        # By how much each employer's part of each sum changed.
        changed = {place: (now[place] - old[place]) + (old[place] - now[place]) for place in places}
        known = _known(rules, places, now, changed)
    masked = _hidden(known, lines, hidden)
    names = labels or {}
    cells = [
        Sum(basin, job, names.get(job), None if secret else people)
        for (basin, job), people, secret in zip(places, known.sums.tolist(), masked, strict=True)
        if secret or people
    ]
    return Sums(tuple(cells), rules, first=before is None)


Place = tuple[str, str]  # basin and job


def _counts(lines: Iterable[Contribution]) -> Mapping[Place, Counter[str]]:
    """Return what each employer counts in each sum: in each basin and job, and over all of them."""
    counts: dict[Place, Counter[str]] = defaultdict(Counter)
    for line in lines:
        for place in product((line.basin, ALL), (line.job, ALL)):
            counts[place][line.employer] += line.people
    return counts


def _places(counts: Mapping[Place, Counter[str]]) -> tuple[list[Place], list[Rows]]:
    """Return the place of each sum, and the positions of each basin and of each job: the last sums the others."""
    basins, jobs = ([*sorted({place[axis] for place in counts} - {ALL}), ALL] for axis in (0, 1))
    places = [*product(basins, jobs)]
    table = np.arange(len(places)).reshape(len(basins), len(jobs))
    return places, [*table, *table.T]


class _Known(NamedTuple):
    """
    Sums, how far above and below its value each must reach, and what employers know of them.

    `own` is what each employer counts in each sum, `room` how far it must reach above for one who knows that.
    """

    sums: Ints
    need: Floats
    own: Ints
    room: Floats


def _known(rules: Rules, places: Sequence[Place], *counts: Mapping[Place, Counter[str]]) -> _Known:
    """Return the sums of the first of `counts`, and what must not be worked out of it nor of the others, of changes."""

    def need(place: Place, but: str | None = None) -> float:
        return max(rules.room([n for name, n in each[place].items() if name != but]) for each in counts)

    now = counts[0]
    sums = np.asarray([now[place].total() for place in places], dtype=np.int64)
    needed = np.asarray([need(place) for place in places])
    names = sorted({name for place in places for name in now[place]} - {""})
    parts = [[now[place][name] for place in places] for name in names]
    own = np.asarray(parts, dtype=np.int64).reshape(len(names), len(places))
    room = np.repeat(needed[None], len(names), axis=0)
    for who, at in np.argwhere((own > 0) & (room > 0)).tolist():  # of its own part, nobody is kept in the dark
        room[who, at] = min(needed[at], need(places[at], names[who]))
    return _Known(sums, needed, own, room)


def _hidden(known: _Known, lines: Sequence[Rows], masked: Bools) -> Bools:
    """Hide the smallest others beside what is masked until what is printed leaves it the room that it needs."""
    masked = masked | (known.need > 0)
    while True:
        go_on()
        # A number that is alone in its line is what the others leave of the line's sum.
        narrow = [line for line in lines if np.count_nonzero(masked[line]) == 1]
        if not narrow:
            failing = np.flatnonzero(masked)[_exposed(known, lines, masked)]
            if not len(failing):
                return masked
            narrow = [line for line in lines if np.isin(line, failing).any()]
        ranks = _ranks(known.sums, lines, masked)
        added = [printed[ranks[printed].argmin()] for line in narrow if len(printed := line[~masked[line]])]
        if not added:  # all that is hidden already leaves no room: hide everything
            return np.ones_like(masked)
        masked[added] = True


def _ranks(sums: Ints, lines: Sequence[Rows], masked: Bools) -> Ints:
    """Rank of each sum, 0 = the one that is best hidden too, sums over all last."""
    over_all = np.isin(np.arange(len(sums)), [line[-1] for line in lines])
    # What is nil is known to be by whoever knows the territory. Another hidden number across closes a circle.
    n_hiding = np.bincount(np.concatenate([line for line in lines if masked[line].any()]), minlength=len(sums))
    return np.argsort(np.lexsort((sums, -n_hiding, sums == 0, over_all)))


def _exposed(known: _Known, lines: Sequence[Rows], masked: Bools) -> Bools:
    """Which hidden sums do not reach far enough, over all tables that agree with what is printed and with own parts."""
    value, own = known.sums[masked], known.own[:, masked]
    need, room = known.need[masked], known.room[:, masked]
    matrix, equal = _equations(known.sums, lines, masked)
    most = float(np.abs(equal).sum()) * 2 + 1_000_000.0  # an endless direction is far enough
    tables = [value]  # what was found for one employer may serve another

    def too_near(least: Ints, above: Floats, below: Floats) -> Bools:
        """Find which do not reach so far where none is under its least."""
        rest, left = value - least, equal - matrix @ least
        # From the true table towards each one found, as far as no number falls under its least.
        moves = np.asarray(tables) - value
        steps = np.divide(rest, -moves, out=np.ones(moves.shape), where=moves < 0).min(axis=1, initial=1)
        above = np.where((steps[:, None] * moves).max(axis=0) < above - _TOLERANCE, above, 0)

        def search(weights: Ints) -> Ints | None:
            solution = extreme(weights, matrix, left, left, most=most)
            if solution.status:
                return None
            tables.append(np.rint(solution.x).astype(np.int64) + least)  # numbers of a whole table
            return tables[-1] - least

        def short(low: Ints, high: Ints) -> Bools:
            near: Bools = (high < rest + above - _TOLERANCE) | (low > rest - np.minimum(below, rest) + _TOLERANCE)
            return near

        each = sparse.eye_array(len(rest), dtype=np.int64, format="csr")
        return short(*attainable_range(each, rest, search, short, ways=(1, -1) if below.any() else (-1,)))

    nowhere = np.zeros_like(need)
    failing = too_near(np.zeros_like(value), need, need)
    if not failing.any():
        # Far enough for one who knew the largest part of each is so for every employer.
        doubtful = too_near(own.max(axis=0, initial=0), room.max(axis=0, initial=0), nowhere)
        knowing = own.any(axis=1)
        if np.count_nonzero(room[knowing] * doubtful) > _MANY:
            return doubtful
        for part, above in zip(own[knowing], room[knowing] * doubtful, strict=True):
            go_on()
            failing |= too_near(part, above, nowhere)
    return failing


def _equations(sums: Ints, lines: Sequence[Rows], masked: Bools) -> tuple[sparse.csr_array, Floats]:
    """Return what a reader knows of the hidden sums: in each line the parts make up the sum over them."""
    parts = [np.append(np.ones(len(line) - 1), -1.0) for line in lines]
    starts = np.cumsum([0, *map(len, lines)])
    counted = sparse.csr_array((np.concatenate(parts), np.concatenate(lines), starts), shape=(len(lines), len(sums)))
    equal = -(counted @ np.where(masked, 0, sums))
    unknown = counted[:, np.flatnonzero(masked)]
    informative = np.diff(unknown.indptr) > 0
    return unknown[informative], equal[informative]
