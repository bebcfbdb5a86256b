"""Commands run in one process share the embedded referential and its graph, as the requests of a service do."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from passerelles.referentials.places import bundled_folder, place_of
from passerelles.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import cached_property

    from passerelles.graph.core import OccupationGraph
    from passerelles.referentials.referential import Referential


def share_embedded() -> None:
    """Load each choice of embedded overlays and options once; all else is loaded by each command, as ever."""
    parts = {name: cast("cached_property[Any]", vars(Session)[name]) for name in ("referential", "graph")}
    load: Callable[[Session], Referential] = parts["referential"].func
    build: Callable[[Session], OccupationGraph] = parts["graph"].func
    loaded, built = dict[tuple[Path, ...], "Referential"](), dict[tuple[Any, ...], "OccupationGraph"]()
    home = bundled_folder()

    def embedded(session: Session) -> tuple[Path, ...]:
        places = (place_of(session.name, "referential"), *(place_of(each, "overlay") for each in session.overlays))
        return () if session.cache or not all(home in place.parents for place in places) else places

    def referential(session: Session) -> "Referential":
        if not (places := embedded(session)):
            return load(session)
        if places not in loaded:
            loaded[places] = load(session)
            return loaded[places]
        return session._accepted(loaded[places])  # it says what the overlays hold

    def graph(session: Session) -> "OccupationGraph":
        if session.settings_file is not None or not (places := embedded(session)):
            return build(session)
        _ = session.referential
        key = (*places, session.strict, session.access)
        if key not in built:
            built[key] = build(session)
        return built[key]

    parts["referential"].func, parts["graph"].func = referential, graph
