"""The application of today, and that of tomorrow in its place without a pause."""

import asyncio
import gc
import logging
import signal
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from starlette.types import Message, Receive, Scope, Send

from passerelles.service.logs import tell
from passerelles.service.metrics import Metrics

_LOOK: Final = 0.05  # seconds between two looks at whether an application is ready


class Served(Protocol):
    """An application that says whether it is ready, and that can be let go."""

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""

    @property
    def failed(self) -> bool:
        """Whether it will never be ready."""

    def retire(self) -> None:
        """Leave the process alone at its end: another application goes on in it."""

    def let_go(self) -> None:
        """Drop what it serves from: it is stopped, and nobody asks it any more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""


async def _warmed(app: Served) -> None:
    """Wait until an application is ready."""
    while not app.ready:
        if app.failed:
            raise RuntimeError("warming failed")
        await asyncio.sleep(_LOOK)


class _Running:
    """An application whose lifespan is driven from here, and the requests that it still answers."""

    def __init__(self, app: Served) -> None:
        self.app = app
        self.count = 0
        self.idle = asyncio.Event()
        self.idle.set()
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None

    async def start(self) -> None:
        scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._life = asyncio.ensure_future(self.app(scope, self._asked.get, self._told.put))
        await self._ask("lifespan.startup")

    async def stop(self) -> None:
        if self._life is None:
            return
        if not self._life.done():
            await self._ask("lifespan.shutdown")
        await asyncio.gather(self._life, return_exceptions=True)

    async def _ask(self, what: str) -> None:
        await self._asked.put({"type": what})
        told = asyncio.ensure_future(self._told.get())
        await asyncio.wait([each for each in (told, self._life) if each], return_when=asyncio.FIRST_COMPLETED)
        message = told.result() if told.done() else {"type": ""}  # an application may end without a word
        told.cancel()
        if message["type"] != f"{what}.complete":
            raise RuntimeError(message.get("message", what))

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.count += 1
        self.idle.clear()
        try:
            await self.app(scope, receive, send)
        finally:
            self.count -= 1
            if not self.count:
                self.idle.set()


class Reloading:
    """
    Serves by an application, and on SIGHUP loads another beside it, waits until it is ready, and goes over to it.

    Requests under way are answered by the one that began them, from the data that it began with. Where the new data
    cannot be read, a line of the log says so and nothing changes.

    Parameters
    ----------
    first
        What serves from the beginning.
    make
        Makes another from what lies on the disk; called in a thread.
    """

    def __init__(self, first: Served, make: Callable[[], Served], metrics: Metrics) -> None:
        self._make, self._metrics = make, metrics
        self._now: _Running | None = _Running(first)
        self._reload: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, by whichever application is there when a request begins."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._now is not None:
            await self._now.serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        if self._now is None:
            self._now = _Running(await asyncio.get_running_loop().run_in_executor(None, self._make))
        await self._now.start()
        hup = getattr(signal, "SIGHUP", None)  # not on Windows
        if hup is not None and threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(hup, self.ask)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if self._reload is not None:
            self._reload.cancel()
            await asyncio.gather(self._reload, return_exceptions=True)
        await self._now.stop()
        self._now = None
        await send({"type": "lifespan.shutdown.complete"})

    def ask(self) -> None:
        """Begin to reload, unless that is under way."""
        if self._reload is None or self._reload.done():
            self._reload = asyncio.ensure_future(self.reload())

    async def reload(self) -> None:
        """Load, wait until it is ready, go over, and let the old one end its requests."""
        tell("reloading")
        new: _Running | None = None
        try:
            new = _Running(await asyncio.get_running_loop().run_in_executor(None, self._make))
            await new.start()
            await _warmed(new.app)
        except (Exception, asyncio.CancelledError) as error:
            stopped = isinstance(error, asyncio.CancelledError)
            if not stopped:  # whatever is wrong with the new data, the old ones go on
                tell("reload_failed", level=logging.ERROR, error=error, key=getattr(error, "key", None))
                self._metrics.reloaded(done=False)
            if new is not None:  # else what it warms would hold up the end of the process
                new.app.retire()
                await new.stop()
                new.app.let_go()
            if stopped:
                raise
            return
        old, self._now = self._now, new
        self._metrics.reloaded(done=True)
        tell("reloaded")
        if old is not None:
            await old.idle.wait()
            old.app.retire()
            await old.stop()
            old.app.let_go()
        del old
        gc.unfreeze()  # what was taken out of the collector's sight when it was thought to stay
        gc.collect()
        gc.freeze()
