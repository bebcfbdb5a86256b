"""A page a move for the people concerned: what they know, what they would learn, what it takes, who decides."""

from importlib.metadata import version

from passerelles.errors import PasserellesError
from passerelles.report.dossier.case import Case
from passerelles.report.dossier.moves import Explained, access_blocks, explained_origins, facts_of, weightiest
from passerelles.report.dossier.sections import title_of
from passerelles.territory.flows import Flow
from passerelles.territory.lots import Lot
from passerelles.views.document import Block, Bullets, Document, Facts, Part, Text


def move_sheets(case: Case) -> Document:
    """
    Return a page for each move of the allocation, placed or to be confirmed, to be handed to the people concerned.

    Raises
    ------
    PasserellesError
        If figures are withheld, or nobody would move.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> from passerelles.report.dossier.case import Case, Request
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A", "job": "N1103", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> found = move_sheets(Case(graph, match_territory(graph, fragile, hiring)))
    >>> [part.key for part in found.parts]
    ['sheet-1']
    """
    if case.request.mask:
        raise PasserellesError("report_sheets_mask")
    flows = case.shown_flows
    if not flows:
        raise PasserellesError("report_sheets_none")
    # A person reads of one move: each flow is told apart, even where several make the same move between two jobs.
    explained = {(e.move.origin.code, e.move.target.code): e for o in explained_origins(case) for e in o.moves}
    parts = [
        _sheet(case, number, flow, explained.get((flow.fragile.job, flow.hiring.job)))
        for number, flow in enumerate(flows, 1)
    ]
    w = case.words
    return Document(
        title=title_of(case), parts=tuple(parts), kind=w("sheet.kind"), about=(w("sheet.about"),), lang=w.lang,
        notices=(w("notice.invented"),) if case.request.invented else (),
        footer=w("footer", version=version("passerelles")), sheets=True,
    )  # fmt: skip


def _sheet(case: Case, number: int, flow: Flow, explained: Explained | None) -> Part:
    w = case.words
    title = w("sheet.title", origin=_job(flow.fragile), target=_job(flow.hiring))
    facts = [(w("sheet.now"), _place(case, flow.fragile)), (w("sheet.then"), _place(case, flow.hiring))]
    blocks: list[Block] = []
    if explained is None or flow.same_job:
        blocks.append(Text(w("sheet.same")))
    else:
        own = explained._replace(flows=(flow,))
        facts += facts_of(case, own, items=False)
        held, missing = own.move.held, (*own.move.missing, *own.move.near)
        blocks += [Bullets(weightiest(items), w(key)) for key, items in
                   (("sheet.known", held), ("sheet.to_learn", missing)) if items]  # fmt: skip
        blocks += access_blocks(case, own)
    doubt = flow.to_find_out(w.lang)
    if doubt:
        facts.append((w("sheet.confirm"), w.set(doubt)))
    return Part(
        f"sheet-{number}", title, (Facts(tuple(facts)), *blocks, Text(w("sheet.rights")), Text(w("sheet.contact")))
    )  # fmt: skip


def _job(lot: Lot) -> str:
    return lot.given if lot.given not in ("", lot.job) else lot.label or lot.job


def _place(case: Case, lot: Lot) -> str:
    return case.words("sheet.place", job=_job(lot), employer=lot.employer, basin=lot.basin_label)
