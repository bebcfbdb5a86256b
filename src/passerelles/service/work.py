"""Where answers are worked out: a few threads with a bounded queue, and a bounded store of answers."""

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from passerelles.progress import Patience, StoppedError, go_on

T = TypeVar("T")
GRACE: Final = 1.0  # seconds that a piece of work may last beyond the end before its thread counts as stuck


class BusyError(Exception):
    """The queue is full."""


class TooLongError(Exception):
    """An answer takes longer than it may."""


class GoneError(Exception):
    """Nobody is there any more to be answered."""


class Pool:
    """
    Threads that work answers out, so that the event loop never waits for one.

    A thread cannot be stopped from outside: the work stops by itself, between two pieces (`progress.go_on`), once its
    time is over or its client left. What does not is counted as stuck. Work of a pool that gives way to another rests
    for a moment, again and again, while the other has something to do.
    """

    def __init__(
        self,
        *,
        threads: int,
        waiting: int,
        seconds: float,
        gives_way: "Pool | None" = None,
        counted: Callable[[float], object] | None = None,
    ) -> None:
        self._gives_way = None if gives_way is None else lambda: gives_way.count > 0
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="answers")
        self._size = threads
        self._most = threads + waiting
        self._seconds = seconds
        self._lock = threading.Lock()
        self._count = 0
        self._counted = counted or (lambda _: None)  # told 1 when an answer begins, -1 when it ends
        self._running: set[Patience] = set()

    @property
    def count(self) -> int:
        """Answers being worked out or waiting."""
        return self._count

    @property
    def full(self) -> bool:
        """Whether another answer would be refused."""
        return self._count >= self._most

    @property
    def stuck(self) -> int:
        """Threads that work on after the end of their time."""
        late = time.monotonic() - GRACE
        with self._lock:
            return sum(each.until < late for each in self._running)

    @property
    def blocked(self) -> bool:
        """Whether no thread is left that is not stuck."""
        return self.stuck >= self._size

    async def run(self, job: Callable[[], T], gone: Callable[[], Awaitable[object]] | None = None) -> T:
        """
        Work one answer out.

        Parameters
        ----------
        job
            What gives the answer.
        gone
            Waits until the client is no longer there.

        Raises
        ------
        BusyError
            If the queue is full.
        TooLongError
            If it takes too long.
        GoneError
            If the client left before.
        """
        with self._lock:
            if self.full:
                raise BusyError
            self._count += 1
        self._counted(1)
        patience = Patience(time.monotonic() + self._seconds, gives_way=self._gives_way)
        future = self._threads.submit(self._work, job, patience)
        future.add_done_callback(self._ended)
        answer = asyncio.wrap_future(future)
        leaving = None if gone is None else asyncio.ensure_future(gone())
        try:
            watched: list[asyncio.Future[Any]] = [answer] if leaving is None else [answer, leaving]
            await asyncio.wait(watched, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise GoneError if leaving is not None and leaving.done() else TooLongError
        except StoppedError as error:
            raise TooLongError from error
        finally:
            patience.left = True
            future.cancel()  # takes it out of the queue where no thread has begun
            answer.cancel()
            if leaving is not None:
                leaving.cancel()

    def _work(self, job: Callable[[], T], patience: Patience) -> T:
        with self._lock:
            self._running.add(patience)
        try:
            with patience.kept():
                go_on()
                return job()
        finally:
            with self._lock:
                self._running.discard(patience)

    def _ended(self, _future: "Future[T]") -> None:
        with self._lock:
            self._count -= 1
        self._counted(-1)

    def close(self) -> None:
        """Take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Store:
    """Answers by request, the least lately used forgotten first once their size passes the limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """Return an answer, None where it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def has_room(self, key: str, answer: bytes) -> bool:
        """Whether an answer can be kept without forgetting another."""
        return self._size + _room(key, answer) <= self._most

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer; one larger than a quarter of the store is not."""
        with self._lock:
            if _room(key, answer) * 4 > self._most or key in self._kept:
                return
            self._kept[key] = answer
            self._size += _room(key, answer)
            while self._size > self._most:
                self._size -= _room(*self._kept.popitem(last=False))

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._size


def _room(key: str, answer: bytes) -> int:
    return len(key) + len(answer)
