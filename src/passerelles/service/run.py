"""Starting and stopping the service, one process or several; how long a client may hold a connection."""

import inspect
import math
import os
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import h11
import orjson
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from passerelles.errors import PasserellesError
from passerelles.service.app import application
from passerelles.service.engine import Limits, Options, load_engine
from passerelles.service.problems import MEDIA, problem_body
from passerelles.service.telemetry import FOLDER, config, log_event

if TYPE_CHECKING:
    import asyncio


_LOADING: Final = 120  # seconds that a worker process may take to load, on a busy machine, before it is started anew
_SWITCH: Final = 0.0005  # seconds a thread keeps the interpreter: the event loop never waits longer for its turn


def check_address(host: str, port: int) -> None:
    """
    Check, before anything is loaded, that the service may listen where it is asked to.

    Raises
    ------
    PasserellesError
        If the address is taken, may not be listened on, or is none of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            if os.name == "posix":  # as the server does: a port whose last connections are closing is free
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except (OSError, UnicodeError) as error:
        raise PasserellesError("service_address", host=host, port=str(port), reason=error) from error


def run(options: Options, *, host: str, port: int, workers: int = 1) -> None:
    """
    Serve until the process is told to stop (SIGTERM, SIGINT); requests under way are answered first.

    Raises
    ------
    PasserellesError
        If the referential cannot be read. Nothing listens then.
    """
    chosen = options.model_copy(update={"exit_with": True})
    grace = int(chosen.limits.seconds + chosen.limits.read_seconds) + 1
    common: dict[str, Any] = {
        "host": host,
        "port": port,
        "http": partial(Connection, limits=chosen.limits),  # on h11, which bounds headers, as the faster one does not
        "ws": "none",
        "access_log": False,
        "server_header": False,
        "log_config": config(quiet=chosen.explorer == "alone"),
        "timeout_graceful_shutdown": grace,
        "timeout_keep_alive": math.ceil(chosen.limits.idle_seconds),
        "proxy_headers": False,
    }
    if "timeout_worker_healthcheck" in inspect.signature(uvicorn.Config).parameters:
        common["timeout_worker_healthcheck"] = _LOADING  # else a worker that still loads is taken for dead
    # A stop that was asked for is no failure: not while loading, nor when uvicorn raises the signal again at its end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    if workers > 1:
        load_engine(chosen)  # an index that cannot be read raises here, once
        with tempfile.TemporaryDirectory() as folder:  # where the workers add up what they count
            os.environ.setdefault(FOLDER, folder)
            several = uvicorn.Config(partial(_worker, chosen), factory=True, workers=workers, **common)
            older = "target" in inspect.signature(Multiprocess).parameters
            extra: dict[str, Any] = {"target": uvicorn.Server(several).run} if older else {}
            _Workers(several, sockets=[several.bind_socket()], **extra).run()
        return
    uvicorn.Server(uvicorn.Config(_worker(chosen), **common)).run()


class _Workers(Multiprocess):
    """Worker processes that each load a new index beside the old one; uvicorn would start others in their place."""

    def handle_hup(self) -> None:
        for pid in filter(None, (process.pid for process in self.processes)):
            with suppress(ProcessLookupError):  # one that just died; another is started, which reads what is there
                os.kill(pid, signal.SIGHUP)


def _worker(options: Options) -> ASGIApp:
    """Make the application of one process."""
    sys.setswitchinterval(_SWITCH)
    return application(options)


_BUSY_BODY: Final = orjson.dumps(problem_body("busy", "fr"))
_BUSY_ANSWER: Final = (
    f"HTTP/1.1 503 Service Unavailable\r\ncontent-type: {MEDIA}\r\ncontent-length: {len(_BUSY_BODY)}\r\n"
    "retry-after: 1\r\nconnection: close\r\n\r\n"
).encode() + _BUSY_BODY  # sent to a connection beyond the limit, of which nothing is read

_LEAST_BYTES: Final = 1 << 15


class Connection(H11Protocol):
    """
    One connection; a single timer says until when the client must have done what is awaited from it.

    uvicorn bounds none of this: who sends nothing, or half a header, or never reads an answer would stay for ever.
    """

    def __init__(self, *, limits: Limits, **more: Any) -> None:
        super().__init__(**more)
        self.limits = limits
        self.awaited: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Take a connection, or refuse it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            log_event("too_many_connections", most=self.limits.connections)
            transport.write(_BUSY_ANSWER)
            transport.close()
            return
        self._await(self.limits.read_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._await(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Read what came; the whole header of a request is awaited from its first byte on."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            if not self.flow.write_paused:
                self._await(None)  # a body that is slow to come is refused by `passerelles.service.middleware`
        elif self.awaited is None and self.conn.trailing_data[0]:
            self._await(self.limits.read_seconds)

    def on_response_complete(self) -> None:
        """Await the end of a body that nobody reads: it could go on for ever."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._await(self.limits.read_seconds)

    def pause_writing(self) -> None:
        """Wait for the client to read its answer."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        self._await(None)
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, and do not wait long for the end of its last answer to be read."""
        super().timeout_keep_alive_handler()
        self._await(self.limits.read_seconds)

    def _await_reading(self, before: int | None = None) -> None:
        """Give up where a client reads less than `_LEAST_BYTES` bytes of a long answer in the time it has."""
        size = self.transport.get_write_buffer_size()
        if before is not None and size > before - _LEAST_BYTES:
            self.transport.abort()
            return
        self._await(None)
        self.awaited = self.loop.call_later(self.limits.read_seconds, self._await_reading, size)

    def _await(self, seconds: float | None) -> None:
        if self.awaited is not None:
            self.awaited.cancel()
        self.awaited = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
