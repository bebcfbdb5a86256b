"""The first page: what it comes to, in sentences that a person can check against the tables below."""

from typing import Final

from passerelles.report.html.case import Case

WEAK: Final = 0.05  # a move that fewer than one expert in twenty would list is to be discussed first


def title_of(case: Case) -> str:
    """Title asked for, else the basins of the fragile jobs."""
    if case.request.title:
        return case.words.set(case.request.title)
    basins = sorted({lot.basin_label for lot in case.allocation.fragile.lots if lot.basin_label})
    shown = ", ".join(basins[:4]) + (" …" if len(basins) > 4 else "")  # noqa: PLR2004 - what a title holds
    return case.words("title", territory=shown)


def figures_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Key figures: a number and what it counts."""
    w, totals = case.words, case.release.totals
    hours = totals["hours"]["expected"]
    found = [
        (w.figure(totals["headcount"]), w("figure.headcount")),
        (w.figure(totals["openings"]), w("figure.openings")),
        (_known(case, totals["placed"]), w("figure.placed")),
        (_known(case, totals["to_confirm"]), w("figure.to_confirm")),
        (_known(case, totals["uncovered"]), w("figure.uncovered")),
        (_known(case, totals["unfilled"]), w("figure.unfilled")),
        (_known(case, hours), w("figure.hours")),
    ]
    return tuple(found)


def _known(case: Case, value: float | None) -> str:
    return case.words("masked") if value is None and case.masked else case.words.figure(value)


def sentences_of(case: Case) -> tuple[str, ...]:
    """Summary in plain words."""
    w, allocation = case.words, case.allocation
    if allocation.status == "infeasible":
        return (w("summary.infeasible", groups=", ".join(allocation.unmet) or w("none")),)
    if case.masked:
        totals = case.release.totals
        key = "masked" if totals["placed"] is None else "masked_total"
        shown = {k: w.figure(totals[k]) for k in ("headcount", "openings", "placed") if totals[k] is not None}
        return (w(f"summary.{key}", **shown), w("summary.decides"))
    found = [w.set(allocation.summary(w.lang))]
    if allocation.placed:
        found += _placed(case)
    left = allocation.fragile.people - allocation.placed - allocation.reserved
    if left:
        found.append(w("summary.left", n=left))
    else:
        found.append(w("summary.nobody_left"))
    found.append(w("summary.decides"))
    return tuple(found)


def _placed(case: Case) -> list[str]:
    w, allocation = case.words, case.allocation
    counts: dict[str, int] = {}
    weak = 0
    for flow in allocation.flows:
        level = "same" if flow.same_job else flow.level or "unknown"
        counts[level] = counts.get(level, 0) + flow.people
        if not flow.same_job and flow.probability is not None and flow.probability < WEAK:
            weak += flow.people
    named = [
        w(f"summary.level.{level}", n=counts[level])
        for level in ("same", "proche", "accessible", "exigeante", "unknown")
        if level in counts
    ]
    found = [w("summary.levels", list=w("summary.comma").join(named))]
    if weak:
        found.append(w("summary.weak", n=weak))
    total = allocation.totals()
    low, expected, high = (total["hours"][name] for name in ("low", "expected", "high"))
    if expected is not None and low is not None and high is not None and expected:
        shown = {k: w.figure(v) for k, v in (("low", low), ("high", high))}
        found.append(w("summary.hours", each=w.figure(expected / allocation.placed), **shown))
    none = sum(f.people for f in allocation.flows if not f.same_job and f.hours.expected == 0)
    if none:
        found.append(w("summary.no_hours", n=none))
    return found
