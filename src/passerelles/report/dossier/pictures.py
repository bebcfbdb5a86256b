"""The picture of the flows, drawn by the charts where their library is installed; the tables say the same."""

from importlib import import_module

from passerelles.errors import MissingExtraError
from passerelles.report.dossier.case import Case
from passerelles.views.document import Picture


def can_draw() -> bool:
    """Whether the drawing library is installed."""
    try:
        import_module("passerelles.charts.drawing")  # an extra: it says how to install it where it is not
    except MissingExtraError:
        return False
    return True


def picture_of_flows(case: Case) -> Picture | None:
    """Return the flows as a picture; None where figures are withheld, nobody moves, or no picture is asked for."""
    w = case.words
    if not case.request.pictures or case.masked or not case.allocation.flows or not can_draw():
        return None
    charts = import_module("passerelles.charts")
    svg = str(charts.to_svg(charts.territory_sankey(case.allocation, lang=w.lang), prefix="flows-"))
    return Picture(svg, w("section.flows"), w("picture.flows"))
