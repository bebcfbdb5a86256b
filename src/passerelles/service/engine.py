"""What a service answers from: a graph, and the data beside it, loaded once and never changed."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

from passerelles.graph.core import OccupationGraph
from passerelles.ranking.moves import rank_moves
from passerelles.report.envelope import envelope
from passerelles.service.options import Options
from passerelles.session import Session


@dataclass(frozen=True, eq=False)
class Engine:
    """A graph with what data folders hold beside it, where they do; `session` is what they were loaded by."""

    graph: OccupationGraph
    places: Any = None
    certifications: Any = None
    wages: Any = None
    session: Session | None = None

    @cached_property
    def market(self) -> Any:
        """Market of the data folders, read when an answer first needs it; None where there is none."""
        return None if self.session is None else self.session.market

    @cached_property
    def version(self) -> str:
        """Version of the package."""
        return version("passerelles")

    @cached_property
    def name(self) -> str:
        """Return the referential as a header tells it: name, version, checksum."""
        referential = self.graph.referential
        text = f"{referential.name}/{referential.version}; sha256={referential.provenance.sha256}"
        return text.encode("ascii", "replace").decode("ascii")

    @cached_property
    def fingerprint(self) -> bytes:
        """Digest of all that an answer depends on besides the request."""
        made = envelope("rank@1", self.graph, ()), envelope("rank@1", self.graph, (), occupied=False)
        loaded = (self.places is not None, self.certifications is not None, self.wages is not None)
        data = loaded if self.session is None else (*loaded, self.session.keeper.digest)
        return hashlib.sha256(repr((self.version, made, data)).encode()).digest()

    def warm(self) -> None:
        """Work out what the first requests would wait for: the indexes of titles and of competencies."""
        from passerelles.matching.titles import competency_index, resolve_title  # noqa: PLC0415 - loading needs none

        if self.graph.referential.titles:
            resolve_title(self.graph.referential, self.graph.referential.titles[0].label, limit=1)
        competency_index(self.graph.referential)


def load_engine(options: Options) -> Engine:
    """
    Load what a service answers from.

    Raises
    ------
    PasserellesError
        If the referential, an overlay, the settings or a data folder cannot be read.
    """
    session = Session(
        options.referential,
        tuple(options.overlays),
        tuple(options.data),
        options.settings,
        strict=options.strict,
        access=options.access,
        cache=options.cache,
        accept_errors=options.accept_errors,
    )
    graph = session.graph
    rank_moves(graph, graph.codes[0], limit=1)  # scores, or what is wrong with those of an index, before anybody asks
    if options.explorer == "alone":  # its pages read data when they first need some: nobody waits to begin with
        return Engine(graph, session=session)
    _ = session.keeper  # before data are read: what changes meanwhile shows at the next reload
    return Engine(graph, session.places, session.certifications, session.wages, session)
