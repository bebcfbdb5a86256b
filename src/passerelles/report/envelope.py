"""The JSON object around results: which referential, which scorer, which settings."""

from collections.abc import Sequence
from typing import Any

from passerelles.graph.core import OccupationGraph
from passerelles.referentials.referential import Referential
from passerelles.scoring.scorer import scorer_for
from passerelles.scoring.table import score_table
from passerelles.settings import Settings, settings_or


def referential_dict(referential: Referential) -> dict[str, Any]:
    """Return name, version, checksum, date and licence of a referential, and its overlays."""
    provenance = referential.provenance
    return {
        "name": referential.name,
        "version": referential.version,
        "sha256": provenance.sha256,
        "date": provenance.date or None,
        "source": provenance.source,
        "licence": provenance.licence or None,
        "overlays": list(provenance.overlays),
    }


def unscored_envelope(
    schema: str, referential: Referential, results: Sequence[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """Return the object that a command prints as JSON where nothing is scored; `more` are keys of its own."""
    return {
        "schema": f"passerelles/{schema}",
        "referential": referential_dict(referential),
        "scorer": None,
        "settings": {},
        **more,
        "results": list(results),
    }


def envelope(
    schema: str,
    graph: OccupationGraph,
    results: Sequence[dict[str, Any]],
    *,
    settings: Settings | None = None,
    occupied: bool = True,
) -> dict[str, Any]:
    """
    Return the object that a command prints as JSON; `schema` is for instance ``"rank@1"``.

    ``calibrated_on`` is the family of referentials on which chances were calibrated, ``calibrated`` whether that
    serves here: if not, chances and levels are null. ``off`` names the parts of the score that say nothing on this
    referential, for want of the data that they read.
    `occupied` says that the origin has an occupation: a person without one is scored by another scorer.
    """
    chosen = settings_or(settings, graph.settings)
    return {
        "schema": f"passerelles/{schema}",
        "referential": referential_dict(graph.referential),
        "scorer": scorer_dict(graph, chosen, occupied=occupied),
        "settings": chosen.model_dump(mode="json"),
        "results": list(results),
    }


def scorer_dict(graph: OccupationGraph, settings: Settings | None = None, *, occupied: bool = True) -> dict[str, Any]:
    """Return what scored: name, version, data that it was fitted on, and the parts that say nothing here."""
    scorer = scorer_for(graph.referential, settings_or(settings, graph.settings).scorer, occupied=occupied)
    return {
        "name": scorer.name,
        "version": scorer.version,
        "fitted_on": scorer.fitted_on,
        "calibrated_on": scorer.calibrated_on,
        "calibrated": scorer.calibration is not None,
        "off": list(score_table(graph, scorer).off),
    }
