"""A section of the report: whom to call, after the annexes."""

from passerelles.report.case import Case
from passerelles.views.document import Bullets, Part, Text


def contact(case: Case) -> Part | None:
    """Return the section, or None where no one is to be placed."""
    labels = case.graph.referential.occupation_by_code
    jobs = sorted({labels[flow.fragile.job].name for flow in case.allocation.flows})
    if not jobs:
        return None
    french = case.words.lang == "fr"
    title = "Votre interlocuteur" if french else "Whom to call"
    text = "L'observatoire du verre suit ces métiers :" if french else "The observatory follows these jobs:"
    return Part("glass_contact", title, (Text(text), Bullets(tuple(jobs))), annex=True)
