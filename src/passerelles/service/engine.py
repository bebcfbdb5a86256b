"""Options and limits of a service, and the engine that it answers from, loaded once."""

import hashlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.installed import package_version
from passerelles.io.archive import path_errors
from passerelles.language.say import Lang
from passerelles.ranking.rank import rank_moves
from passerelles.referentials.places import SWITCHES
from passerelles.report.envelope import envelope
from passerelles.session import Session
from passerelles.settings import Section, problems


class Limits(Section):
    """What no request may pass. Lengths of lists are in `passerelles.service.requests`, where OpenAPI shows them."""

    body_bytes: int = Field(default=1_000_000, ge=1_000)  # size of a request's body
    query_bytes: int = Field(default=8_000, ge=100)  # length of a query string
    depth: int = Field(default=8, ge=3)  # objects and lists inside one another; a profile in a request takes 3
    brackets: int = Field(default=20_000, ge=100)  # objects and lists in one body
    seconds: float = Field(default=10.0, gt=0)  # running time of an answer; beyond, 504
    # Time to send a header, then a body (beyond, 408), and to begin reading an answer.
    read_seconds: float = Field(default=10.0, gt=0)
    idle_seconds: float = Field(default=15.0, gt=0)  # between two requests of a connection; beyond, it is closed
    connections: int = Field(default=1_000, ge=1)  # at once, in each worker process; beyond, 503
    # long answers at once, in each worker process; as many short ones beside them
    threads: int = Field(default=2, ge=1)
    waiting: int = Field(default=64, ge=1)  # answers of each kind that wait for a thread; beyond, 503
    cache_bytes: int = Field(default=64_000_000, ge=0)  # answers kept, in each worker process; 0 = none


class Options(Section):
    """What a service is started with; JSON in, JSON out. The API key itself is never in it."""

    referential: str = "transitions"
    overlays: tuple[str, ...] = ()
    data: tuple[Path, ...] = ()
    observed: Path | None = None
    settings: Path | None = None
    access: bool = True
    strict: bool = False
    accept_errors: bool = False  # serve an overlay in which reading found errors
    key_variable: str | None = None  # environment variable that holds the key, or keys, by spaces
    # Web origins that browsers may call from, as they state them: scheme and host, without a path.
    origins: tuple[Annotated[str, Field(pattern=r"^(\*|https?://[^/\s]+)$")], ...] = ()
    limits: Limits = Limits()
    explorer: Literal["off", "beside", "alone"] = "off"  # pages for people: beside answers, or alone
    hosts: tuple[str, ...] = ()  # names by which pages for people may be asked for (the Host header); () = any
    lang: Lang = "fr"  # language of pages where an address names none
    cache: bool = False  # open the referential from the user's cache, and keep it there
    warm: bool = False  # work out the moves of every occupation before it is ready
    # Seconds between two looks for another file at the referential's path; 0: only SIGHUP reloads.
    watch_seconds: float = Field(default=0.0, ge=0, le=86_400)
    exit_with: bool = False  # end the process even where an abandoned answer still runs


LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
PREFIX: Final = "PASSERELLES_"
# Variables that hold several values, and what stands between them.
_SEVERAL: Final[Mapping[str, str | None]] = {"overlays": None, "origins": None, "hosts": None, "data": os.pathsep}
_OF_THE_PROCESS: Final = frozenset({"exit_with", "explorer", "limits"})  # decided by who starts the process


def variables() -> dict[str, str]:
    """Return the environment variable of each option, by its dotted name."""
    plain = [name for name in Options.model_fields if name not in _OF_THE_PROCESS]
    limits = {f"limits.{name}": f"{PREFIX}LIMIT_{name.upper()}" for name in Limits.model_fields}
    return {name: PREFIX + name.upper() for name in plain} | limits


def options_of(environment: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Options:
    """
    Return the options that environment variables state; see `variables`.

    Parameters
    ----------
    environment
        Variables, such as ``os.environ``; one that is empty says nothing.
    overrides
        Options stated otherwise, by dotted name, which win.

    Raises
    ------
    PasserellesError
        If a variable does not hold what its option takes; the message names it.

    Examples
    --------
    >>> options_of({"PASSERELLES_REFERENTIAL": "metiers.zip", "PASSERELLES_LIMIT_SECONDS": "5"}).limits.seconds
    5.0
    """
    stated: dict[str, Any] = {}
    for name, variable in variables().items():
        text = environment.get(variable, "").strip()
        if text and (name != "cache" or text.lower() in SWITCHES):  # else it names the cache's folder
            stated[name] = text.split(_SEVERAL[name]) if name in _SEVERAL else text
    stated |= overrides or {}
    limits = {name.partition(".")[2]: value for name, value in stated.items() if name.startswith("limits.")}
    plain = {name: value for name, value in stated.items() if "." not in name}
    try:
        return Options.model_validate(plain | {"limits": limits})
    except ValidationError as error:
        raise PasserellesError("service_variables", prefix=PREFIX, reason=problems(error)) from error


class Engine(Session):
    """What a service answers from: a session, whose data are read when they are first needed."""

    @classmethod
    def of(cls, graph: OccupationGraph, *, data: tuple[Path, ...] = ()) -> Self:
        """Answer from a graph that is there, and from the folders of data that are named alone."""
        engine = cls(data=data)
        vars(engine).update(graph=graph, referential=graph.referential, folders=data)
        return engine

    @cached_property
    def stated(self) -> str:
        """The referential as a header states it: name, version, checksum."""
        referential = self.referential
        text = f"{referential.name}/{referential.version}; sha256={referential.provenance.sha256}"
        return text.encode("ascii", "replace").decode("ascii")

    @cached_property
    def fingerprint(self) -> bytes:
        """Digest of all that an answer depends on besides the request."""
        envelopes = envelope("rank@1", self.graph, ()), envelope("rank@1", self.graph, (), occupied=False)
        observed = self.observed_moves and self.observed_moves.file.sha256
        return hashlib.sha256(repr((package_version(), envelopes, self.keeper.digest, observed)).encode()).digest()

    def warm(self) -> None:
        """Work out what the first requests would wait for: the indexes of titles and of competencies."""
        from passerelles.matching.titles import competency_index, resolve_title  # noqa: PLC0415 - loading needs none

        if self.referential.titles:
            resolve_title(self.referential, self.referential.titles[0].label, limit=1)
        competency_index(self.referential)


def load_engine(options: Options) -> Engine:
    """
    Load what a service answers from.

    Raises
    ------
    PasserellesError
        If the referential, an overlay, the settings or a data folder cannot be read.
    """
    shared = {"overlays", "data", "strict", "observed", "access", "cache", "accept_errors"}
    engine = Engine(options.referential, settings_file=options.settings, **options.model_dump(include=shared))
    graph = engine.graph
    _ = engine.observed_moves  # a table that cannot be read stops here
    rank_moves(graph, graph.codes[0], limit=1)  # scores, or what is wrong with those of an index, before anybody asks
    for folder in options.data:
        with path_errors(folder):
            folder.stat()
    if options.explorer != "alone":  # whose pages read data when they first need some: nobody waits to begin with
        _ = engine.keeper  # before data are read: what changes meanwhile shows at the next reload
        _ = engine.places, engine.certifications, engine.wages, engine.market
    return engine
