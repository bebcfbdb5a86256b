"""
Publication of an allocation without cells under a threshold, and without what would give them away.

Flows of enough people are printed as they are. The others, and some large ones that would give them away, are put
together by lot, or all together, as people who go to *other openings*; which openings these are is printed, how many
people each gets is not. Cells are hidden few at first, then more until an audit passes: hidden flows lie between some
lots and some pools, and nothing says which of these are nil. Where neither sums of rows and columns nor the total are
printed, a hidden flow may be anything from none to the smaller of what is left of its lot and of its pool: that needs
no proof. Sums are printed on top of it as long as the audit proves them harmless.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any, Final

import numpy as np

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang, say
from passerelles.progress import go_on
from passerelles.territory.allocation import Allocation, Release
from passerelles.territory.audit import Auditor, FlowTable, HiddenSum, View
from passerelles.territory.flows import Change, Flow, ResolvedTitle, reason_name
from passerelles.territory.lots import Lot, Note, Problem, pool_key
from passerelles.territory.pairs import Why, first_lots, floor_groups
from passerelles.territory.solve import first_of_each
from passerelles.vectors import Bools, Ints, Rows
from passerelles.views.shown import Described
from passerelles.views.spec import ENDS, On, Record, Withheld

_MANY: Final = 5_000  # unknown flows beyond which no sum of a row or column is tried
_ROUNDS: Final = 200
_LARGE_ROUNDS: Final = 12  # once a table is large, or has been looked at for long
_FEW_ROUNDS: Final = 5
_WORK: Final = 40_000  # unknown flows x rounds with programs
_LOWER: Final = (0, 1, 2, 4, 8)  # steps of two thresholds by which the least total printed is lowered
_WORTH: Final = 0.5  # the total is printed at the price of at most this share of what else would be


@dataclass(frozen=True, eq=False)
class SmallCells:
    """
    What must be hidden: flows under the threshold, shape (k,), and lines whose rest is one of people, shape (n + m,).

    `most` gives, by the lines of a cell, how far its values spread for one who reads nothing but the rules, where a
    budget or floors leave less than the threshold: no mask can ask for more.
    """

    flows: Bools
    rest: Bools
    most: Mapping[tuple[int, ...], int] = field(default_factory=dict)

    @classmethod
    def of(cls, table: FlowTable, bound: int) -> "SmallCells":
        """Return what is under a threshold; openings left empty are no people."""
        return cls(_is_small(table.flow, bound), table.is_lot & _is_small(table.rest, bound))


def choose_view(table: FlowTable, small: SmallCells, bound: int) -> View | None:
    """
    Choose what to print.

    Parameters
    ----------
    table
        The allocation and the rules.
    small
        What is under the threshold.
    bound
        Threshold, 2 or more.

    Returns
    -------
    view
        Over all whole tables that agree with it, every hidden sum that stands in a line of its own takes values that
        spread over at least `bound`, and so does every hidden flow or uncovered number under `bound`, or over all
        that its lot's headcount and its pool's openings allow where these are smaller. None where nothing can be
        printed under that promise.
    """
    small = _with_spreads(table, small, bound)
    start = View.without_sums(small.rest, table.flow > 0)
    first = _with_room(table, small, start.hiding(table, small.flows), bound)
    view = _audited(table, small, first, bound)
    if view is None and first.total:
        view = _audited(table, small, View.without_sums(first.lines, first.printed), bound)
    if view is None and small.most:
        view = _audited(table, small, _hide_all(table), bound)
    return view if view is None or view.total else _bracketed(table, small, view, bound)


def _hide_all(table: FlowTable) -> View:
    """Hide everything."""
    return View.without_sums(np.ones(len(table.sizes), dtype=np.bool_), np.zeros(table.size, dtype=np.bool_))


def _with_spreads(table: FlowTable, small: SmallCells, bound: int) -> SmallCells:
    """Find how far each cell spreads at most where a budget or floors say more than headcounts and openings do."""
    view = _hide_all(table)
    if (table.budget is None and not len(table.need)) or int(view.unknown(table).sum()) > _MANY:
        return small
    auditor = Auditor(table, view)
    # A sum of several keeps its threshold.
    with_lines = [cell for cell in _cells(table, small, view, bound) if cell.lines]
    spreads = auditor.spreads(with_lines, thorough=True)
    if auditor.unproven:
        return small
    short = {cell.lines: spread for cell, spread in zip(with_lines, spreads, strict=True) if spread < cell.need}
    return replace(small, most=short)


def _bracketed(table: FlowTable, small: SmallCells, view: View, bound: int) -> View:
    """Print between which round numbers the people placed are, the narrowest that the audit proves harmless."""
    if int(view.unknown(table).sum()) > _MANY:
        return view
    placed, most = int(table.flow.sum()), int(min(table.headcount.sum(), table.capacity.sum()))
    step = 2 * bound
    for lower in _LOWER:
        low = placed // step * step
        candidate = replace(view, between=(max(0, low - lower * step), min(low + step, most)))
        if not Auditor(table, candidate).narrow(_cells(table, small, candidate, bound)):
            return candidate
    return view


def _audited(table: FlowTable, small: SmallCells, first: View, bound: int) -> View | None:
    """Print less and less until the audit passes; None where nothing does, or a total of `first` costs too much."""
    view = first
    late = 0
    least = _WORTH * int(table.flow[first.printed].sum()) if first.total else 0
    for turn in range(_ROUNDS):
        go_on()
        cells = _cells(table, small, view, bound)
        if _is_safe(table, view, cells):
            return view
        unknown = int(view.unknown(table).sum())
        large = unknown > _MANY or turn > max(_FEW_ROUNDS, _WORK // max(unknown, 1))
        late += large
        if large and not len(table.need):
            # A program would take minutes: do without the total, which needs none.
            if first.total:
                return None
            failing = cells
        else:
            failing = Auditor(table, view).narrow(cells)
            if not failing:
                return view
        hidden = None if late > _LARGE_ROUNDS else _print_less(table, small, view, failing, bound)
        if hidden is None or hidden.total < first.total or int(table.flow[hidden.printed].sum()) < least:
            return None
        view = hidden
    return None


def _with_room(table: FlowTable, small: SmallCells, view: View, bound: int) -> View:
    """Hide more flows until each small one has room in its lot and its pool; then print what sums look harmless."""
    while True:
        go_on()
        rest, enough = table.sizes - table.sums(view.printed), np.minimum(bound, table.sizes)
        unknown = view.unknown(table)
        reach = np.bincount(table.lot[unknown], rest[table.ends[1, unknown]], len(rest))
        short = small.rest & (reach < enough)
        hide = _smallest(table, view.printed, short | (view.lines & (rest < enough)))
        opened = np.zeros(0, dtype=np.intp) if len(hide) else _openings(table, view, short, bound)
        view = view.hiding(table, hide, opened)
        if not len(hide) and not len(opened):
            return _print_sums(table, small, view, bound)


def _smallest(table: FlowTable, printed: Bools, lines: Bools) -> Rows:
    """Smallest printed flow of each of some lines, ties by position."""
    smallest = []
    for at in table.ends:
        among = np.flatnonzero(printed & lines[at])
        smallest.append(first_of_each(at, among, table.flow[among]))
    return np.union1d(*smallest)


def _openings(table: FlowTable, view: View, short: Bools, bound: int) -> Rows:
    """Largest pool open to each lot that has too few hidden ones to have sent its people to; a large lot, see below."""
    lots, pools = table.ends
    among = np.flatnonzero(short[lots] & ~view.lines[pools])
    return np.union1d(pools[first_of_each(lots, among, -table.sizes[pools[among]])], _company(table, view, bound))


def _company(table: FlowTable, view: View, bound: int) -> Rows:
    """Smallest large lot, to stand with those put together where all are small: their sum would tell how many."""
    alone, lines = map(table.lots, (~view.rest_printed, view.lines))
    large = table.headcount >= bound
    at = np.flatnonzero(large & lines if (large & lines).any() else large)
    return at[np.argsort(table.headcount[at], kind="stable")[: int(alone.any() and not large[alone].any())]]


def _print_sums(table: FlowTable, small: SmallCells, view: View, bound: int) -> View:
    """Print every sum that is not itself small, nor gives a small one by subtraction."""
    unknown = view.unknown(table)
    if int(unknown.sum()) <= _MANY:
        view = replace(view, rest_printed=~view.lines | (~small.rest & ~_is_small(table.sums(unknown), bound)))
        view.rest_printed[_company(table, view, bound)] = False
        # People of whom all that stays unsaid is which few take the openings of one pool: one that takes more joins it.
        taken, alone = table.sums(unknown), ~view.rest_printed & ~table.is_lot
        if _is_small(taken[alone].sum(), bound):
            among = np.flatnonzero(~table.is_lot & ~alone & (taken >= bound))
            view.rest_printed[among[np.argsort(taken[among], kind="stable")[:1]]] = False
    return replace(view, total=_total_is_harmless(table, view, bound))


def _is_small(values: Ints, bound: int) -> Bools:
    """Whether values are under a threshold, and not nil."""
    return np.asarray((values > 0) & (values < bound))


def _total_is_harmless(table: FlowTable, view: View, bound: int) -> bool:
    """Whether neither the people placed, nor those left, nor what other lots or openings sum to, is small."""
    unknown = view.unknown(table)
    staying, sent, masked = map(table.lots, (table.rest, table.sums(unknown), ~view.rest_printed))
    taken, pools = map(table.pools, (table.sums(unknown), ~view.rest_printed))
    groups = table.flow, staying, table.flow[unknown], sent[masked], staying[masked], taken[pools]
    return not _is_small(np.asarray([values.sum() for values in groups]), bound).any()


def _cells(table: FlowTable, small: SmallCells, view: View, bound: int) -> list[HiddenSum]:
    """Sums to audit: each small flow, the uncovered people of each lot that has few, and the lines that are masked."""
    unknown = view.unknown(table)
    cells = []

    def add(at: Rows, *lines: int, most: Iterable[int]) -> None:
        cells.append(HiddenSum(at, min(bound, small.most.get(lines, bound), *most), lines))

    for n in np.flatnonzero(small.flows):
        ends = table.ends[:, n]
        add(np.asarray([n], dtype=np.intp), *ends.tolist(), most=table.sizes[ends].tolist())
    at = np.flatnonzero(unknown)
    starts = np.searchsorted(table.lot[at], np.arange(len(table.supply) + 1))
    reach = np.bincount(table.lot, table.capacity[table.pool], len(table.supply))
    for lot in np.flatnonzero(small.rest).tolist():
        # A lot that the rules allow nowhere is known to stay, whatever is printed.
        add(at[starts[lot] : starts[lot + 1]], lot, most=(int(table.supply[lot]), int(reach[lot])))
    if not view.total:
        hidden = ~view.rest_printed
        cells.append(HiddenSum(at, bound))
        sides = zip(table.ends[:, at], (table.lots(hidden), table.pools(hidden)), strict=True)
        cells += [HiddenSum(at[hidden[ends]], bound) for ends, of_side in sides if of_side.any()]
    return cells


def _is_safe(table: FlowTable, view: View, cells: list[HiddenSum]) -> bool:
    """
    Whether nothing but hidden flows is left, and each cell spreads enough by that alone.

    Each hidden flow may then be anything from none to the smaller of its lot's and its pool's rest, as far as the hours
    of the printed ones leave a budget for it, and a sum of flows at least as much as the widest of them, or as what its
    lot's rest can send to its pools.
    """
    if view.total or (view.rest_printed & view.lines).any() or len(table.need):
        return False
    rest = table.sizes - table.sums(view.printed)
    room = rest[table.ends].min(axis=0)
    spent = int(table.hours[view.printed] @ table.flow[view.printed])
    if table.budget is not None:
        room = np.minimum(room, (table.budget - spent) // np.maximum(table.hours, 1))

    def spread(cell: HiddenSum) -> int:
        if len(cell.lines) == 1 and table.budget is None:
            return min(int(rest[cell.lines[0]]), int(rest[table.ends[1, cell.at]].sum()))
        return int(room[cell.at].max(initial=0))

    return all(spread(cell) >= cell.need for cell in cells)


def _print_less(table: FlowTable, small: SmallCells, view: View, failing: list[HiddenSum], bound: int) -> View | None:
    """Print less: sums of failing columns, then of rows, then flows; None where nothing of these would help."""
    of_flows = {line for cell in failing if len(cell.lines) > 1 for line in cell.lines}
    alone = {line for cell in failing if len(cell.lines) == 1 for line in cell.lines}
    failed, is_lot = np.isin(np.arange(len(table.sizes)), [*of_flows, *alone]), table.is_lot
    lots, pools = failed & is_lot, failed & ~is_lot
    wide = not lots.any() or 2 * int(lots.sum()) > int((view.lines & is_lot).sum())
    columns = view.lines & ~is_lot if wide or alone - of_flows else pools
    rows = view.lines & is_lot if wide else lots
    for fewer in (columns, rows, view.lines):
        if (view.rest_printed & fewer).any():
            # No sum printed was small, nor is what it is put together with then: the total may stay.
            return replace(view, rest_printed=view.rest_printed & ~fewer)
    hide = _smallest(table, view.printed, failed)
    if not len(hide) and not view.total:  # flows of other lots do not help where it is the total that gives it away
        among = np.flatnonzero(view.printed)
        hide = among[np.lexsort((among, table.flow[among]))][:1]
    if not len(hide):
        return None
    closed = _with_room(table, small, view.hiding(table, hide), bound)
    return closed if view.total else View.without_sums(closed.lines, closed.printed)


# Reasons that come from the rules and the input tables alone; the others say which openings are taken or free.
_BY_RULE: Final = frozenset({"nothing_near", *(reason_name(why) for why in Why if why)})
# Notes that reveal that some flow is not nil, or not full: one more thing known of a hidden one.
_OF_FLOWS = frozenset(("no_radius", "titles_of_one_fiche", "beyond"))
_NO_HOURS: Final[Mapping[str, None]] = dict.fromkeys(ENDS)


@dataclass(frozen=True, eq=False, repr=False)
class Publication:
    """
    What may be published of an allocation.

    Attributes
    ----------
    view
        What is printed and what is hidden; None where nothing needs to be hidden, or where `empty`.
    empty
        Whether there are too few people to publish anything at all.
    """

    allocation: Allocation
    threshold: int
    table: FlowTable
    view: View | None
    empty: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything is withheld."""
        return self.empty or self.view is not None

    @property
    def hidden(self) -> frozenset[tuple[str, ...]]:
        """Keys of the lots that are only counted together: the headcount of each is hidden."""
        shown = repeat(not self.empty) if self.view is None else self.table.lots(self.view.rest_printed)
        return frozenset(lot.key for lot, seen in zip(self.allocation.fragile.lots, shown, strict=False) if not seen)


def publish(allocation: Allocation, *, threshold: int | None = None) -> Publication:
    """
    Mask an allocation for publication.

    Parameters
    ----------
    allocation
        What `match_territory` gives.
    threshold
        Cells of 1 to `threshold` - 1 people are masked; that of the settings where None.

    Returns
    -------
    publication
        Over all whole tables that agree with everything printed, with headcounts, volunteers and openings read, the
        moves that the rules allow, the budget and the floors, each masked cell's values spread over at least
        `threshold`; and so do those of each flow or uncovered number under it, wherever its lot and its openings are
        themselves that large. Whoever holds the very input tables and this program can still run it: masking
        protects a publication, not the tables.

    Raises
    ------
    PasserellesError
        If the threshold is under 2.
    """
    bound = allocation.settings.mask_threshold if threshold is None else threshold
    if bound < 2:  # noqa: PLR2004 - under 2, no cell is small
        raise PasserellesError("mask_threshold", value=repr(bound))
    table = _flow_table(allocation)
    small, infeasible = SmallCells.of(table, bound), allocation.status == "infeasible"  # no flows to hide anything in
    if not (infeasible or small.flows.any() or small.rest.any()):
        return Publication(allocation, bound, table, None)
    view = None if infeasible or _is_small(table.headcount.sum(), bound) else choose_view(table, small, bound)
    return Publication(allocation, bound, table, view, empty=view is None)


def _flow_table(allocation: Allocation) -> FlowTable:
    at = allocation.allowed.astype(np.intp).reshape(-1, 2)
    _, group, need = floor_groups(allocation.fragile, allocation.settings)
    headcount, supply = np.asarray([(lot.people, lot.movable) for lot in allocation.fragile.lots], dtype=np.int64).T
    capacity = np.asarray([*allocation.hiring.capacities.values()], dtype=np.int64)
    network = (supply, capacity, at[:, 0], at[:, 1], group, need)
    hours, budget = allocation.allowed_hours, allocation.bounds.budget
    return FlowTable(*network, allocation.allowed_people, hours, budget, allocation.allowed_sure, headcount)


def published(publication: Publication, lang: Lang = "fr") -> Release:
    """
    Return what may be published of an allocation, with words of a language; what is withheld is unknown, and marked.

    Where the people placed or to be confirmed would give a number away in all (``totals.offered``),
    ``totals.offered_between`` tells two round numbers that they lie between; where something is to be confirmed, the
    people placed are not told apart. A line with ``fragile_lots`` and ``hiring_lots`` counts the people whom no other
    line counts, placed or to be confirmed, from any of the former to any of the latter. Sums that mix hidden cells
    (hours, kilometres, shares), the budget, and sentences that tell of free or full openings are left out whole: any of
    them would be one more equation.
    """
    allocation, threshold = publication.allocation, publication.threshold
    release, together = allocation.release(), publication.hidden
    release = replace(
        release,
        stretched=[],
        options=[],
        # Without the people that they name: they are in no total that hides them.
        set_aside=[Problem(p.file, p.row, p.column, p.key, {}, withheld=True) for p in release.set_aside],
        resolved=[_without_few(title, together) for title in release.resolved],
        hidden=together,
        masked=True,
        threshold=threshold,
        summary=lambda _: "",
    )
    return _masked(release, publication, lang) if publication.changed else _unmasked(release, publication, lang)


def _unmasked(release: Release, publication: Publication, lang: Lang) -> Release:
    """Return a release in which no flow and no sum is hidden, without what tells of few people beside them."""
    allocation, threshold = publication.allocation, publication.threshold
    hidden = {"stretched": None} | ({"set_aside": None} if allocation.fragile.set_aside else {})
    # Notes on the tables quote cells and sums of them; those on one's own job count people by openings.
    notes = [note for note in release.notes if note.table == "note" and not note.key.startswith("own_job")]
    changes = [_masked_change(c, threshold, lang) if 0 < abs(c.more) < threshold else c for c in allocation.changes]
    return replace(release, notes=notes, changes=changes, totals={**release.totals, **hidden})


def _masked(release: Release, publication: Publication, lang: Lang) -> Release:
    """Return a release in which flows and sums are hidden, or all of it where there are too few people."""
    allocation, threshold = publication.allocation, publication.threshold
    lines = None if publication.view is None else _Lines(publication, publication.view, lang)
    total = allocation.placed + allocation.reserved if lines is not None and lines.view.total else None
    all_confirmed = bool(allocation.allowed_sure.all())  # whether nothing is to be confirmed, by the rules
    notes = [Note("nothing_to_show" if lines is None else "masked", {"threshold": str(threshold)})]
    notes += [Note(n) for n in allocation.notes if n not in _OF_FLOWS]
    everyone, places = allocation.fragile.people, allocation.hiring.people
    between = None if lines is None or lines.view.between is None else list(lines.view.between)
    if between is not None or total is not None:
        values = dict(zip(("low", "high"), map(str, between), strict=True)) if between else {"n": str(total)}
        key = f"{'placed' if all_confirmed else 'offered'}_{'between' if between else 'in_all'}"
        notes.insert(0, Note(key, {"people": str(everyone), **values}))
    placed, to_confirm = (total, 0) if all_confirmed else (None, None)
    return replace(
        release,
        flows=[] if lines is None else [*lines.printed_flows(allocation.flows), *lines.hidden_flows()],
        to_confirm=[] if lines is None else lines.printed_flows(allocation.to_confirm),
        uncovered=[] if lines is None else [*lines.uncovered()],
        unfilled=[] if lines is None else [*lines.unfilled()],
        totals={
            **dict.fromkeys(release.totals),
            "headcount": None if 0 < everyone < threshold else everyone,
            "openings": places,
            **dict.fromkeys(("placed", "filled"), placed),
            "placed_between": between if all_confirmed else None,
            "offered": total,
            "offered_between": between,
            **dict.fromkeys(("to_confirm", "reserved"), to_confirm),
            "uncovered": None if total is None else everyone - total,
            "unfilled": None if total is None else places - total,
            "hours": _NO_HOURS,
        },
        bounds=allocation.certificate()
        | {"budget_hours": None, "objectives": [_masked_stage(s.name, s.value, placed) for s in allocation.stages]},
        changes=[] if total is None else [_masked_change(c, threshold, lang) for c in allocation.changes],
        curve=(),
        notes=notes,
    )


def _masked_stage(name: str, value: int, total: int | None) -> dict[str, Any]:
    shown = value if name == "people" and total is not None else None
    return {"name": name, "value": shown, "bound": shown, "gap": 0 if shown is not None else None}


def _masked_change(change: Change, threshold: int, lang: Lang) -> Withheld:
    hidden = 0 < abs(change.more) < threshold
    bound, more = None if change.kind == "budget" else change.bound, None if hidden else change.more
    text = change.sentence(lang, masked=hidden)
    known = {"kind": change.kind, "step": change.step, "bound": bound, "more": more, "sentence": text}
    values = known | dict.fromkeys(("placed", "hours"))
    return Withheld(values, values)


class _Lines:
    """The lines of a publication that hides something."""

    def __init__(self, publication: Publication, view: View, lang: Lang) -> None:
        self.allocation, self.table, self.view, self.lang = publication.allocation, publication.table, view, lang
        self.lots = publication.allocation.fragile.lots
        self.pools = first_lots(publication.allocation.hiring)
        self.sent = self.table.lots(self.table.sums(view.unknown(self.table)))
        self.hidden_people = int(self.sent.sum()) if view.total else None  # people on hidden flows
        self.hiring_names = [_lot_name(self.pools[j]) for j in np.flatnonzero(self.table.pools(view.lines))]

    def printed_flows(self, flows: Sequence[Flow]) -> list[Flow | Withheld]:
        """Return the flows among some that are printed as they are."""
        at = self.view.printed
        places = zip(self.table.lot[at].tolist(), self.table.pool[at].tolist(), strict=True)
        printed = {(self.lots[i].key, pool_key(self.pools[j])) for i, j in places}
        return [flow for flow in flows if (flow.fragile.key, pool_key(flow.hiring)) in printed]

    def hidden_flows(self) -> list[Flow | Withheld]:
        """Return the flows that are not printed: by lot where their sum is harmless, then the rest."""
        printed, hidden = map(self.table.lots, (self.view.rest_printed, self.view.lines))
        alone = [i for i in np.flatnonzero(hidden & printed) if self.sent[i]]
        lines: list[Flow | Withheld] = [self._line([self.lots[i]], int(self.sent[i])) for i in alone]
        others = [self.lots[i] for i in np.flatnonzero(~printed)]
        people = None if self.hidden_people is None else self.hidden_people - int(self.sent[printed].sum())
        if others and people != 0:
            lines.append(self._line(others, people))
        return lines

    def _line(self, start: Sequence[Lot], people: int | None) -> Withheld:
        single = start[0] if len(start) == 1 else None
        hiring = say("territory.table.other_openings", lang=self.lang)
        fragile = single.employer if single else say("territory.table.others", lang=self.lang)
        lots = [_lot_name(lot) for lot in start]
        values = {
            "fragile_employer": fragile,
            "hiring_employer": hiring,
            "from_basin": single.basin_label if single else None,
            "from_commune": single.commune_label or None if single else None,
            "people": people,
            "masked": people is None,
            "origin": single.end if single else None,
            **dict.fromkeys(("target", "to_basin", "family", "move")),
            "hours_per_person": _NO_HOURS,
            "fragile_lots": lots,
            "hiring_lots": self.hiring_names,
        }
        cells = {
            "from": f"{fragile}, {single.place()}" if single else self._counted(fragile, lots),
            "to": self._counted(hiring, self.hiring_names),
            "origin_code": single.job if single else None,
            "origin_label": single.label if single else None,
            "fragile_lots": _names(lots),
            "hiring_lots": _names(self.hiring_names),
        }
        return Withheld(values, values | cells)

    def _counted(self, name: str, lots: Sequence[Mapping[str, str]]) -> str:
        return say("territory.table.others_counted", lang=self.lang, name=name, n=len(lots)) if lots else name

    def uncovered(self) -> Iterator[Withheld]:
        """Yield people placed nowhere: by lot where harmless, with why where the rules alone say it; then the rest."""
        staying, printed = map(self.table.lots, (self.table.rest, self.view.rest_printed))
        items = {u.lot.key: u for u in self.allocation.uncovered}
        for i in np.flatnonzero(printed & (staying > 0)):
            item, lot = replace(items[self.lots[i].key], nearest=None), self.lots[i]  # what is empty tells of others
            why = {"why": item.why(self.lang)} if item.reason in _BY_RULE else {}
            place = f"{lot.employer}, {lot.place()}"
            yield _partly_withheld(item, (*_COUNTED, *(_REASONS if why else ())), self.lang, {"from": place, **why})
        yield from self._others("others", self.lots, self.table.lots, "headcount", ("from", "uncovered"))

    def unfilled(self) -> Iterator[Withheld]:
        """Yield the openings left empty: by pool where that is harmless, then the rest."""
        spare, printed = map(self.table.pools, (self.table.rest, self.view.rest_printed))
        items = {pool_key(u.lot): u for u in self.allocation.unfilled}
        for j in np.flatnonzero(printed & (spare > 0)):
            item = items[pool_key(self.pools[j])]
            named = (item.lot.employer, f"{item.code} {item.label}".strip(), item.lot.town)
            yield _partly_withheld(item, _COUNTED, self.lang, {"to": ", ".join(filter(None, named))})
        yield from self._others("other_openings", self.pools, self.table.pools, "openings", ("to", "empty"))

    def _others(
        self, key: str, lots: Sequence[Lot], side: Callable[[Any], Any], size: str, columns: tuple[str, str]
    ) -> Iterator[Withheld]:
        """Yield one line for all lots that are hidden; none where nobody is left there, and that may be printed."""
        name = say(f"territory.table.{key}", lang=self.lang)
        hidden, masked = side(~self.view.rest_printed), self.hidden_people is None
        names = [_lot_name(lots[i]) for i in np.flatnonzero(hidden).tolist()]
        whole = self.table.rest + self.table.sums()
        in_all, rest = (int(side(values)[hidden].sum()) for values in (whole, self.table.rest))
        people = None if masked else rest
        if names and people != 0:
            counts = {size: in_all, "people": people, "masked": masked}
            fields = {"employer": name, "job": None, "basin": None, **counts, "lots": names}
            yield Withheld(fields, fields | dict(zip(columns, (name, people), strict=True)))


# Columns of numbers that are printed, and of whom they count; and of why, where that gives nothing away.
_COUNTED: Final = (
    "employer", "job", "code", "label", "basin", "headcount", "openings", "people", "uncovered", "empty", "masked",
)  # fmt: skip
_REASONS: Final = ("reason", "sentence")


def _partly_withheld(item: Described, keys: Collection[str], lang: Lang, cells: dict[str, Any]) -> Withheld:
    """Return a line with some columns of an item, and some cells in other words."""
    values = {key: value for key, value in item.to_dict(lang).items() if key in keys}
    columns = (column for column in item.spec.columns if column.key in keys and column.on & On.CELLS)
    return Withheld(values, {column.key: column.cell(item, lang) for column in columns} | cells)


class _TitleOfFew(ResolvedTitle):
    """How the title of a lot was read whose headcount is hidden."""

    __slots__ = ()
    spec = Record(
        ResolvedTitle.spec.name, ResolvedTitle.spec.about, *(c for c in ResolvedTitle.spec.columns if c.key != "people")
    )


def _without_few(item: ResolvedTitle, hidden: Collection[tuple[str, ...]]) -> ResolvedTitle:
    few = item.side == "fragile" and item.lot.key in hidden  # openings are no people
    return _TitleOfFew(item.lot, item.side, item.file) if few else item


def _lot_name(lot: Lot) -> dict[str, str]:
    return {"employer": lot.employer, "job": lot.pool or lot.job, "basin": lot.basin_label}


def _names(lots: Sequence[Mapping[str, str]]) -> str | None:
    """Lots that a line stands for, in one cell."""
    return "; ".join(", ".join(lot.values()) for lot in lots) or None
