"""What a reader must know of a ranking: which rule named the jobs and how much it left open, what was not applied."""

from collections import Counter

from passerelles.graph.core import OccupationGraph
from passerelles.market.joblist import JobList
from passerelles.market.market import Market
from passerelles.market.places import Places
from passerelles.market.signals import find_basin, signals
from passerelles.territory.lots import Note, Table, reading_notes
from passerelles.territory.ranks import Side
from passerelles.territory.reading import make_locator, read_lots


def ranking_notes(
    graph: OccupationGraph,
    basin: str,
    *,
    market: Market | None = None,
    places: Places | None = None,
    fragile: Table | None = None,
    hiring: Table | None = None,
    listed: JobList | None = None,
    by: Side = "fragile",
) -> list[Note]:
    """
    Return the notes of a ranking; parameters as for `rank_territory`.

    They say by which rule the jobs of a side were found and how many it could not judge, that no radius applies without
    a geography, and that the basin asked has no lot of its own where that is so.
    """
    locator = make_locator(places, market)
    code, name = locator.find(basin)
    notes = []
    own = fragile if by == "fragile" else hiring
    tables: tuple[tuple[Side, Table | None], ...] = (("fragile", fragile), ("hiring", hiring))
    read = {side: read_lots(graph.referential, t, side, locator=locator) for side, t in tables if t is not None}
    notes += reading_notes(read.values())
    if own is not None:
        lots = read[by].lots
        if all(lot.basin != code for lot in lots):
            others = ", ".join(sorted({lot.basin_label for lot in lots}))
            notes.append(Note("no_lot_here", {"basin": name, "basins": others}))
    if market is not None and None in (fragile, hiring):
        key = find_basin(market, code, places=places)
        counts = Counter(each.status for each in signals(market, graph.referential, key, listed=listed))
        values: dict[str, object] = {"all": counts.total(), "unknown": counts["unknown"], "basin": key.name}
        if fragile is None:
            notes.append(Note("rule_fragile", {"n": counts["fragile"], **values}))
        if hiring is None:
            notes.append(Note("rule_hiring", {"n": counts["hiring"], **values}))
        if own is None and not counts[by]:
            notes.append(Note(f"no_{by}_job", {"basin": key.name}))
        if listed is not None:
            notes.append(Note("listed"))
    if places is None:
        notes.append(Note("radius_not_applied"))
    return notes
