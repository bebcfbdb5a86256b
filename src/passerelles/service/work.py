"""Where answers are worked out: a few threads with a bounded queue, and a bounded store of answers."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class BusyError(Exception):
    """The queue is full."""


class TooLongError(Exception):
    """An answer takes longer than it may."""


class Pool:
    """
    Threads that work answers out, so that the event loop never waits for one.

    A thread cannot be stopped: an answer that takes too long is given up, not ended, and counts against the queue
    until it ends. What bounds it in the end are the limits on requests.
    """

    def __init__(self, *, threads: int, waiting: int, seconds: float) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="answers")
        self._most = threads + waiting
        self._seconds = seconds
        self._lock = threading.Lock()
        self._count = 0

    @property
    def count(self) -> int:
        """Answers being worked out or waiting."""
        return self._count

    @property
    def full(self) -> bool:
        """Whether another answer would be refused."""
        return self._count >= self._most

    async def run(self, job: Callable[[], T]) -> T:
        """
        Work one answer out.

        Raises
        ------
        BusyError
            If the queue is full.
        TooLongError
            If it takes too long.
        """
        with self._lock:
            if self.full:
                raise BusyError
            self._count += 1
        future = self._threads.submit(job)
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            if future.done() and not future.cancelled() and future.exception() is error:
                raise  # the job's own
            raise TooLongError from error

    def _ended(self, _future: "Future[T]") -> None:
        with self._lock:
            self._count -= 1

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
