"""What made a result that is stored: referential, overlays, scorers, settings and the package itself."""

import json
from collections.abc import Mapping
from typing import Any, Final

from passerelles.graph.core import OccupationGraph
from passerelles.settings import Settings, settings_or
from passerelles.store import package_version

KEY: Final = "passerelles.provenance"  # in the metadata of an Arrow or Parquet schema


def provenance(
    graph: OccupationGraph, settings: Settings | None = None, scorers: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """
    Return what a result comes from, ready for JSON.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> sorted(provenance(build_graph(load_referential("transitions"))))
    ['overlays', 'package', 'referential', 'settings']
    """
    referential = graph.referential
    return {
        "package": package_version(),
        "referential": referential.stamp._asdict(),
        "overlays": list(referential.provenance.overlays),
        **(scorers or {}),
        "settings": settings_or(settings, graph.settings).model_dump(mode="json"),
    }


def metadata(found: Mapping[str, Any]) -> dict[str, str]:
    """Return it as the metadata of an Arrow schema."""
    return {KEY: json.dumps(found, ensure_ascii=False, sort_keys=True)}
