"""Connections of clients: how many at once, and how long one may keep others waiting at each step."""

from typing import TYPE_CHECKING, Any, Final

import h11
import orjson
from uvicorn.protocols.http.h11_impl import H11Protocol

from passerelles.service.logs import tell
from passerelles.service.options import Limits
from passerelles.service.problems import MEDIA, told

if TYPE_CHECKING:
    import asyncio

_BODY: Final = orjson.dumps(told("busy", "fr"))
_FULL: Final = (
    f"HTTP/1.1 503 Service Unavailable\r\ncontent-type: {MEDIA}\r\ncontent-length: {len(_BODY)}\r\n"
    "retry-after: 1\r\nconnection: close\r\n\r\n"
).encode() + _BODY  # told to a connection too many, of which nothing is read

_LEAST_READ: Final = 1 << 15


class Line(H11Protocol):
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
            tell("too_many_connections", most=self.limits.connections)
            transport.write(_FULL)
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
                self._await(None)  # a body that is slow to come is refused by `passerelles.service.gate`
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
        """Give up where a client reads less than `_LEAST_READ` bytes of a long answer in the time it has."""
        size = self.transport.get_write_buffer_size()
        if before is not None and size > before - _LEAST_READ:
            self.transport.abort()
            return
        self._await(None)
        self.awaited = self.loop.call_later(self.limits.read_seconds, self._await_reading, size)

    def _await(self, seconds: float | None) -> None:
        if self.awaited is not None:
            self.awaited.cancel()
        self.awaited = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
