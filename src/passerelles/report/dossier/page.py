"""`territory_page`: a report as one HTML file that opens offline; escaped, deterministic, readable by everyone."""

import base64
import hashlib
import math
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from passerelles.report.dossier.case import Case
from passerelles.report.dossier.moves import explained_origins, shortened
from passerelles.report.dossier.sections import territory_document
from passerelles.report.dossier.words import Words
from passerelles.views.document import Document, Fold

MOST_BYTES: Final = 2_900_000  # what people send one another without a thought
_SPARE: Final = 1.15  # moves are not of one size


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
        HTML that asks for nothing outside itself, under 3 MB: of a large territory, the moves that matter less are
        left unexplained. The same case gives the same text; no time of day is in it. With pictures, the same version
        of the drawing library is needed too.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential, match_territory
    >>> from passerelles.report.dossier.case import Case, Request
    >>> graph = build_graph(load_referential("transitions"))
    >>> fragile = [{"employer": "A & B", "job": "H2909", "headcount": 3, "basin": "Redon"}]
    >>> hiring = [{"employer": "C", "job": "N1103", "openings": 5, "basin": "Redon"}]
    >>> page = territory_page(Case(graph, match_territory(graph, fragile, hiring), Request(pictures=False)))
    >>> page.startswith("<!DOCTYPE html>"), "A &amp; B" in page
    (True, True)
    """
    origins = explained_origins(case)
    document = territory_document(case, origins)
    found = document_page(document, case.words)
    over = len(found.encode()) - MOST_BYTES
    folds = [b for part in document.parts for b in part.blocks if isinstance(b, Fold)]
    if over <= 0 or not folds:
        return found
    # Moves are explained in the order that matters; as many as the page can hold are kept, and each job says so.
    rest = territory_document(case, shortened(origins, 0))
    each = (len(found.encode()) - len(document_page(rest, case.words).encode())) / len(folds)
    kept = shortened(origins, max(0, len(folds) - math.ceil(over / each * _SPARE)))
    return document_page(territory_document(case, kept), case.words)


def document_page(document: Document, words: Words) -> str:
    """Return a document as one HTML page."""
    style, script = _text("style.css"), _text("tables.js")
    found: str = _environment().get_template("document.html").render(
        w=words,
        document=document,
        # Nothing here comes from data: both files are the package's own, and the pictures escape their labels.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        drawing=Markup,
        policy=_policy(script),
        version=version("passerelles"),
    )  # fmt: skip
    return found.lstrip() + "\n"


@cache
def _environment() -> Environment:
    templates = {name: _text(name) for name in ("document.html", "parts.html")}
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=DictLoader(templates)
    )


def _text(name: str) -> str:
    return (files("passerelles.report.dossier") / "templates" / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Forbid everything from outside, and every script but the page's own; pictures carry their styles inline."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
