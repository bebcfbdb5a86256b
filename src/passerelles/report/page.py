"""`territory_page`: a report as one HTML file that opens offline; escaped, deterministic, readable by everyone."""

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files

from markupsafe import Markup

from passerelles.errors import PasserellesError
from passerelles.installed import package_version
from passerelles.ranking.move import by_state
from passerelles.report import moves
from passerelles.report.case import Case, PageWords
from passerelles.report.sections import territory_document, title_of
from passerelles.territory.flows import Flow
from passerelles.territory.lots import Lot
from passerelles.views.document import Block, Bullets, Document, Facts, Part, Text
from passerelles.views.shown import environment


def territory_page(case: Case) -> str:
    """
    Return the report of a territory as one HTML page.

    Parameters
    ----------
    case
        The allocation, where its data come from, and what was asked for.

    Returns
    -------
    page
        HTML that asks for nothing outside itself, under 3 MB with the default ``territory.explained_moves``. The same
        case gives the same text; no time of day is in it. With pictures, the same version of the drawing library is
        needed too.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> from passerelles.report.case import Case, Request
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A & B", "job": "H2909", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "C", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> page = territory_page(Case(graph, match_territory(graph, fragile, hiring), Request(pictures=False)))
    >>> page.startswith("<!DOCTYPE html>"), "A &amp; B" in page
    (True, True)
    """
    return document_page(territory_document(case), case.words)


def document_page(document: Document, words: PageWords) -> str:
    """Return a document as one HTML page."""
    style, script = _template_text("style.css"), _template_text("tables.js")
    html = environment("passerelles.report").get_template("document.html").render(
        w=words,
        document=document,
        # Nothing here comes from data: both files are the package's own, and the pictures escape their labels.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        drawing=Markup,
        policy=_policy(script),
        version=package_version(),
    )  # fmt: skip
    return html.lstrip() + "\n"


def _template_text(name: str) -> str:
    return (files("passerelles.report") / "templates" / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Forbid everything from outside, and every script but the page's own; pictures carry their styles inline."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


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
    >>> from passerelles.report.case import Case, Request
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A", "job": "N1103", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> document = move_sheets(Case(graph, match_territory(graph, fragile, hiring)))
    >>> [part.key for part in document.parts]
    ['sheet-1']
    """
    if case.request.mask:
        raise PasserellesError("report_sheets_mask")
    flows = case.shown_flows
    if not flows:
        raise PasserellesError("report_sheets_none")
    # A person reads of one move: each flow has its page, even where several make the same move between two jobs.
    origins = moves.explained_origins(case, most=len(flows))
    explained = {(o.code, e.move.target.code): e for o in origins for e in o.moves}
    parts = [_move_sheet(case, number, flow, explained) for number, flow in enumerate(flows, 1)]
    w = case.words
    return Document(
        title=title_of(case), parts=tuple(parts), kind=w("sheet.kind"), about=(w("sheet.about"),), lang=w.lang,
        notices=(w("notice.invented"),) if case.request.invented else (),
        footer=w("footer", version=package_version()), sheets=True,
    )  # fmt: skip


def _move_sheet(case: Case, number: int, flow: Flow, explained: Mapping[tuple[str, str], moves.Explained]) -> Part:
    w, move = case.words, explained.get((flow.fragile.job, flow.hiring.job))
    title = w("sheet.title", origin=flow.fragile.wording, target=flow.hiring.wording)
    facts = [(w("sheet.now"), _lot_text(case, flow.fragile)), (w("sheet.then"), _lot_text(case, flow.hiring))]
    blocks: list[Block] = []
    if flow.same_job or move is None:
        facts += [(name, text) for name, text in moves.facts_of_flows(case, (flow,)) if text]
    if flow.same_job:  # of two titles of one fiche, what the second demands may take hours
        blocks += [Text(w("sheet.same"))] if flow.hours.expected == 0 else []
    elif move is None:
        blocks += [*moves.access_unranked(case, flow), Text(w("sheet.unranked"))]
    else:
        single = moves.named_by_flows(case, move._replace(flows=(flow,)))
        facts += moves.facts_of(case, single, items=False)
        # Nobody learns the name of a certificate: what is to be obtained stands below.
        states = [(state, [i for i in items if not i.certificate]) for state, items in by_state(single.move)]
        blocks.append(Text(w("sheet.words")))
        blocks += [Bullets(moves.weightiest(items), w(f"sheet.{state}")) for state, items in states if items]
        blocks += moves.access_blocks(case, single, short=True)
    if doubt := flow.to_find_out(w.lang):
        facts.append((w("sheet.confirm"), w.typeset(doubt)))
    blocks += [Text(w("sheet.rights")), Text(w("sheet.contact"))]
    return Part(f"sheet-{number}", title, (Facts(tuple(facts)), *blocks))


def _lot_text(case: Case, lot: Lot) -> str:
    return case.words("sheet.place", job=lot.wording, employer=lot.employer, town=lot.town)
