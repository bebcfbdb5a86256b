"""The application of today, and that of tomorrow in its place without a pause."""

import asyncio
import gc
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

from starlette.types import Receive, Scope, Send

from passerelles.service.telemetry import Metrics, tell
from passerelles.service.work import Desk

_LOOK: Final = 0.05  # seconds between two looks at whether an application is ready


class _Running(AsyncExitStack):
    """An application, what ends its life, and the requests that it still answers."""

    def __init__(self, app: Desk) -> None:
        super().__init__()
        self.app = app
        self.count = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def start(self) -> None:
        await self.enter_async_context(self.app.life())

    async def leave(self) -> None:
        self.app.own_process = False  # another application goes on in it
        await self.aclose()
        # Drop what it serves from: the framework remembers every function that it was given, and all it refers to.
        vars(self.app).clear()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.count += 1
        self.idle.clear()
        try:
            await self.app(scope, receive, send)
        finally:
            self.count -= 1
            if not self.count:
                self.idle.set()


def _which(path: Path | None) -> tuple[int, ...] | None:
    """Tell which file lies at a path, that of a moment ago or one renamed onto it; None where there is none."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return found and (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


class Reloading:
    """
    Serves by an application, and on SIGHUP loads another beside it, waits until it is ready, and goes over to it.

    Requests under way are answered by the one that began them, from the data that it began with. Where the new data
    cannot be read, a line of the log says so and nothing changes.

    Parameters
    ----------
    make
        Makes an application from what lies on the disk; called in a thread, but for the first.
    watched, every
        A file that is looked at every so many seconds: another one in its place is a reason to reload too. It works
        under servers that keep SIGHUP for themselves, and in each of their workers.
    """

    def __init__(
        self, make: Callable[[], Desk], metrics: Metrics, *, watched: Path | None = None, every: float = 0.0
    ) -> None:
        self._make, self._metrics = make, metrics
        self._watched, self._every = (watched if every else None), every
        self._loaded = _which(self._watched)
        self._now: _Running | None = _Running(make())
        self._asked = asyncio.Event()

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
        keeping_up = asyncio.ensure_future(self._keep_up())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        keeping_up.cancel()
        await asyncio.gather(keeping_up, return_exceptions=True)
        await self._now.aclose()
        self._now = None
        self._metrics.close()
        await send({"type": "lifespan.shutdown.complete"})

    def ask(self) -> None:
        """Reload as soon as may be: once more after a reload that is under way, which may have read what was before."""
        self._asked.set()

    async def _keep_up(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), self._every or None)
            other = await asyncio.to_thread(_which, self._watched)  # a disk far away may take its time
            if self._asked.is_set() or other not in (None, self._loaded):
                self._asked.clear()
                await self.reload()

    async def reload(self) -> None:
        """Load, wait until it is ready, go over, and let the old one end its requests."""
        self._loaded = _which(self._watched)
        tell("reloading")
        new: _Running | None = None
        try:
            new = _Running(await asyncio.get_running_loop().run_in_executor(None, self._make))
            await new.start()
            while not new.app.ready:
                if new.app.failed:
                    raise RuntimeError("warming failed")  # noqa: TRY301 - as any other failure
                await asyncio.sleep(_LOOK)
        except (Exception, asyncio.CancelledError) as error:
            stopped = isinstance(error, asyncio.CancelledError)
            if not stopped:  # whatever is wrong with the new data, the old ones go on
                tell("reload_failed", level=logging.ERROR, error=error, key=getattr(error, "key", None))
                self._metrics.reloads.labels("failed").inc()
            if new is not None:  # else what it warms would hold up the end of the process
                await new.leave()
            if stopped:
                raise
            return
        old, self._now = self._now, new
        self._metrics.reloads.labels("done").inc()
        tell("reloaded")
        if old is not None:
            await old.idle.wait()
            await old.leave()
        del old
        frozen = gc.get_freeze_count()
        gc.unfreeze()  # what was taken out of the collector's sight when it was thought to stay
        gc.collect()
        if frozen:
            gc.freeze()
