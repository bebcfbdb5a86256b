"""Where requests become answers: threads with a bounded queue, a bounded cache, the application, its successor."""

import asyncio
import gc
import gzip
import hashlib
import logging
import os
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from passerelles.errors import PasserellesError
from passerelles.installed import package_version
from passerelles.io.archive import file_identity
from passerelles.language.say import Lang
from passerelles.model import day_of
from passerelles.progress import Deadline, StoppedError, go_on
from passerelles.service import answers
from passerelles.service.engine import Engine, Options
from passerelles.service.problems import problem
from passerelles.service.requests import MatchBody, Person, RankQuery
from passerelles.service.telemetry import Metrics, log_event

T = TypeVar("T")
Make = Callable[[Engine, Any, Lang], answers.Payload]
JSON: Final = "application/json"
NO_STORE: Final = {"cache-control": "no-store"}
_QUICK_MOVES: Final = 20  # moves that are written in a few milliseconds
GRACE: Final = 1.0  # seconds that a piece of work may last beyond the end before its thread counts as stuck


class UnansweredError(Exception):
    """An answer is not given; `key` is that of the problem sent, `gone` where the client has left."""

    def __init__(self, key: Literal["busy", "too_long", "gone"]) -> None:
        super().__init__(key)
        self.key = key


class WorkerPool:
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
        gives_way: "WorkerPool | None" = None,
        counted: Callable[[float], object] = lambda _: None,
    ) -> None:
        self._gives_way = None if gives_way is None else lambda: gives_way.count > 0
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="answers")
        self._size = threads
        self._most = threads + waiting
        self._seconds = seconds
        self._counted = counted  # called with 1 when an answer begins, -1 when it ends
        self._under_way: set[Deadline] = set()

    @property
    def count(self) -> int:
        """Answers being worked out or waiting."""
        return len(self._under_way)

    @property
    def full(self) -> bool:
        """Whether another answer would be refused."""
        return self.count >= self._most

    @property
    def stuck(self) -> int:
        """Threads that work on after the end of their time; what no thread had begun by then is no longer there."""
        late = time.monotonic() - GRACE
        return sum(job.until < late for job in tuple(self._under_way))

    @property
    def blocked(self) -> bool:
        """Whether no thread is left that is not stuck."""
        return self.stuck >= self._size

    async def run(self, job: Callable[[], T], gone: Callable[[], Awaitable[object]]) -> T:
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
        UnansweredError
            If the queue is full, the answer takes too long, or the client left before.
        """
        if self.full:
            raise UnansweredError("busy")
        deadline = Deadline(time.monotonic() + self._seconds, gives_way=self._gives_way)

        def work() -> T:
            with deadline.applied():
                go_on()
                return job()

        def ended(_: object) -> None:
            self._under_way.discard(deadline)
            self._counted(-1)

        self._under_way.add(deadline)
        self._counted(1)
        future = self._threads.submit(work)
        future.add_done_callback(ended)
        answer = asyncio.wrap_future(future)
        leaving: asyncio.Future[Any] = asyncio.ensure_future(gone())
        try:
            await asyncio.wait((answer, leaving), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise UnansweredError("gone" if leaving.done() else "too_long")
        except StoppedError as error:
            raise UnansweredError("too_long") from error
        finally:
            deadline.abandoned = True
            future.cancel()  # takes it out of the queue where no thread has begun
            answer.cancel()
            leaving.cancel()

    def close(self) -> None:
        """Take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class AnswerCache:
    """Answers by request; the least recently used are evicted first once their size passes the limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.size = 0  # bytes kept
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """Return an answer, None where it is not kept."""
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                self._answers.move_to_end(key)
            return answer

    def has_room(self, key: str, answer: bytes) -> bool:
        """Whether an answer can be kept without evicting another."""
        return self.size + _bytes_of(key, answer) <= self._most

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer; one larger than a quarter of the cache is not."""
        with self._lock:
            if _bytes_of(key, answer) * 4 > self._most or key in self._answers:
                return
            self._answers[key] = answer
            self.size += _bytes_of(key, answer)
            while self.size > self._most:
                self.size -= _bytes_of(*self._answers.popitem(last=False))


def _compress(answer: bytes) -> bytes:
    """Compress an answer, as most clients take it: a tenth of its size, so that all occupations' moves fit."""
    return gzip.compress(answer, 1, mtime=0)


def _bytes_of(key: str, answer: bytes) -> int:
    return len(key) + len(answer)


class ServiceApp(AsyncExitStack):
    """Where requests become answers: the application over one engine, its threads and caches, and its life."""

    app: ASGIApp  # what every request goes through
    warming: asyncio.Future[None]  # over once it is ready, or never will be

    def __init__(self, engine: Engine, options: Options, metrics: Metrics | None = None) -> None:
        super().__init__()
        self.engine = engine
        self.metrics = metrics or Metrics()
        self.limits = options.limits
        self.own_process = options.exit_with
        self._every = options.warm
        self.open()
        self.cache = AnswerCache(options.limits.cache_bytes)
        self.unpacked = AnswerCache(options.limits.cache_bytes // 2)  # the same, for clients that take no gzip
        self.prepare: Callable[[], None] | None = None  # makes what their first visitors would wait for
        self.ready = False
        self._under_way = 0  # requests
        self.idle = asyncio.Event()
        self.idle.set()
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        self._under_way += 1
        self.idle.clear()
        try:
            await self.app(scope, receive, send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self.idle.set()

    async def leave(self) -> None:
        """End; another application goes on in the process."""
        self.own_process = False
        await self.aclose()
        # Drop what it serves from: the framework remembers every function that it was given, and all it refers to.
        vars(self).clear()

    @asynccontextmanager
    async def life(self, _app: object = None) -> AsyncIterator[None]:
        """Take requests inside; it is ready once warmed."""
        self.open()
        self.warming = asyncio.get_running_loop().run_in_executor(None, self.warm)
        yield
        self.ready, self.stopping = False, True
        await self.warming
        self.close()

    def open(self) -> None:
        """Take requests, again where it was stopped before."""
        limits = self.limits
        self.stopping = False
        # Two queues: what takes long never makes what is short wait.
        pool = partial(WorkerPool, threads=limits.threads, waiting=limits.waiting, seconds=limits.seconds)
        self.short = pool(counted=self.metrics.waiting.labels("short").inc)
        self.long = pool(counted=self.metrics.waiting.labels("long").inc, gives_way=self.short)

    def close(self) -> None:
        """Take no more; what still runs is given up where the process is the service's own."""
        running = 0
        for pool in (self.short, self.long):
            pool.close()
            running += pool.count
        if self.own_process and running:
            log_event("abandoned", answers=running)
            os._exit(0)

    async def reply(self, request: Request, make: Make, query: BaseModel, lang: Lang) -> Response:
        """
        Answer a request: from the cache, else from a thread, where it takes longer than handing it over does.

        What is about a person is neither stored nor given a tag.
        """
        personal = make in (answers.match, answers.rank_batch) or isinstance(getattr(query, "origin", None), Person)
        key = "" if personal else _key(make, query, lang)
        headers = NO_STORE
        etags = request.headers.get("if-none-match", "")
        if request.method == "GET":
            headers = {"cache-control": "private, no-cache", "etag": self._tag(type(query).__name__ + key)}
            if headers["etag"] in {f"W/{tag.strip().removeprefix('W/')}" for tag in etags.split(",")}:
                return _not_modified(headers)
        answer, encoding = self._cached(key, packed="gzip" in request.headers.get("accept-encoding", ""))
        if answer is None:
            work = partial(_answer_of, make, self.engine, query, lang, self.cache, key)
            try:
                if self._is_immediate(make, query):
                    answer = work()
                else:
                    pool = self.short if _is_short(make, query) else self.long
                    answer = await pool.run(work, partial(wait_until_client_leaves, request))
            except UnansweredError as error:
                if error.key == "gone":
                    return Response(status_code=499)  # nobody reads it; the log has it
                return problem(error.key, lang=lang, headers={"retry-after": "1"} if error.key == "busy" else None)
        if etags.strip() == "*" and request.method == "GET":
            return _not_modified(headers)
        return Response(answer, media_type=JSON, headers=headers | encoding)

    def _cached(self, key: str, *, packed: bool) -> tuple[bytes | None, dict[str, str]]:
        """Return an answer that the cache has, packed for who takes it so, and the headers that say it."""
        kept = self.cache.get(key) if key else None
        self.metrics.lookups.labels("no" if kept is None else "yes").inc()
        if kept is None:
            return None, {}
        if packed:
            return kept, {"content-encoding": "gzip", "vary": "Accept-Encoding"}
        answer = self.unpacked.get(key) or gzip.decompress(kept)
        self.unpacked.put(key, answer)
        return answer, {}

    def _is_immediate(self, make: Make, query: Any) -> bool:
        """Whether an answer takes a millisecond or two: moves from a code, which nothing has to be searched for."""
        texts = (query.origin, *(query.targets or ())) if make is answers.rank and _is_short(make, query) else (None,)
        return all(isinstance(text, str) and text in self.engine.graph.position for text in texts)

    def warm(self) -> None:
        """Make what first requests would wait for; with option `warm`, each occupation's moves while there is room."""
        try:
            self.engine.warm()
            if self._every:
                self._cache_moves()
                self._rehearse_match()
            if self.prepare is not None and not self.stopping:
                self.prepare()
        except Exception as error:  # noqa: BLE001 - it never becomes ready, and says why
            log_event("warming_failed", level=logging.ERROR, error=error)
            return
        if self.own_process:
            gc.freeze()  # nothing of the graph is ever garbage: looking for some there would hold an answer up
        if not self.stopping:
            referential = self.engine.referential
            name = f"{referential.name} {referential.version}"
            self.metrics.serves(package_version(), name, referential.stamp.sha256)
            self.ready = True

    def _cache_moves(self) -> None:
        for code in self.engine.graph.codes:
            if self.stopping:
                return
            query = RankQuery(origin=code)
            key = _key(answers.rank, query, query.lang)
            packed = _compress(_json_of(answers.rank, self.engine, query, query.lang))
            if not self.cache.has_room(key, packed):
                log_event("store_full", kept=self.cache.size)
                return
            self.cache.put(key, packed)

    def _rehearse_match(self) -> None:
        """Match one person to their own job, which reads the survey, names of places and what every job takes."""
        lot = {"employer": "A", "job": self.engine.graph.codes[0], "basin": "Paris"}
        body = {"fragile": [lot | {"headcount": 1}], "hiring": [lot | {"openings": 1}]}
        with suppress(PasserellesError):  # who asks is told what is wrong, and others are answered
            answers.match(self.engine, MatchBody.model_validate(body), "fr")

    def _tag(self, key: str) -> str:
        """
        Tag of an answer: a digest of the question and of all that it is answered from, which never changes.

        Weak: the same answer may be sent compressed or not.
        """
        return f'W/"{hashlib.sha256(self.engine.fingerprint + key.encode()).hexdigest()[:32]}"'


def _not_modified(headers: Mapping[str, str]) -> Response:
    return Response(status_code=304, headers={**headers, "vary": "Accept-Encoding"})  # as compressing says of the whole


async def wait_until_client_leaves(request: Request) -> None:
    """Wait until the client of a request, all of which was read, is no longer there."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _is_short(make: Make, query: Any) -> bool:
    """Whether an answer takes some hundredths of a second: no option of the query multiplies the work."""
    if make is answers.show:
        return True
    if make is answers.resolve:
        return bool(query.kind == "title")
    if make not in (answers.rank, answers.sources) or bool(getattr(query, "explain", 0)) or query.filters:
        return False
    among = query.targets if make is answers.rank else query.origins
    return bool(query.limit + query.offset <= _QUICK_MOVES and len(among or ()) <= _QUICK_MOVES)


def _key(make: Make, query: BaseModel, lang: Lang) -> str:
    """Name a question: the same whether it came in an address or in a body, whose fields stand in the same order."""
    values = list(query.model_dump(mode="json", exclude={"lang"}).values())
    key = f"{make.__name__} {lang} {orjson.dumps(values).decode()}"
    return of_today(key) if make is answers.paths else key


def of_today(key: str) -> str:
    """Name a question of this day: what leads to a job, and who pays for it, changes when a registration ends."""
    return f"{day_of()} {key}"


def _answer_of(make: Make, engine: Engine, query: BaseModel, lang: Lang, cache: AnswerCache, key: str) -> bytes:
    """Make an answer, and keep it where it has a key: packing takes as long as writing does."""
    answer = _json_of(make, engine, query, lang)
    if key:
        cache.put(key, _compress(answer))
    return answer


def _json_of(make: Make, engine: Engine, query: Any, lang: Lang) -> bytes:
    return orjson.dumps(answers.with_fields(make(engine, query, lang), query.fields))


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
        self, make: Callable[[], ServiceApp], metrics: Metrics, *, watched: Path | None = None, every: float = 0.0
    ) -> None:
        self._make, self._metrics = make, metrics
        self._watched, self._every = (watched if every else None), every
        self._loaded = file_identity(self._watched)
        self._current: ServiceApp | None = make()
        self._due = asyncio.Event()
        self._router = Router(lifespan=self._life)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, by whichever application is there when a request begins."""
        if scope["type"] == "lifespan":
            await self._router.lifespan(scope, receive, send)
        elif self._current is not None:
            await self._current(scope, receive, send)

    @asynccontextmanager
    async def _life(self, _app: object) -> AsyncIterator[None]:
        if self._current is None:
            self._current = await asyncio.to_thread(self._make)
        await self._current.enter_async_context(self._current.life())
        hup = getattr(signal, "SIGHUP", None)  # not on Windows
        if hup is not None and threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(hup, self.ask)
        keeping_up = asyncio.ensure_future(self._keep_up())
        yield
        keeping_up.cancel()
        await asyncio.gather(keeping_up, return_exceptions=True)
        await self._current.aclose()
        self._current = None
        self._metrics.close()

    def ask(self) -> None:
        """Reload as soon as may be: once more after a reload that is under way, which may have read what was before."""
        self._due.set()

    async def _keep_up(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), self._every or None)
            identity = await asyncio.to_thread(file_identity, self._watched)  # a disk far away may take its time
            if self._due.is_set() or identity not in (None, self._loaded):
                self._due.clear()
                await self.reload()

    async def reload(self) -> None:
        """Load, wait until it is ready, go over, and let the old one end its requests."""
        self._loaded = file_identity(self._watched)
        log_event("reloading")
        new: ServiceApp | None = None
        try:
            new = await asyncio.to_thread(self._make)
            await new.enter_async_context(new.life())
            await asyncio.shield(new.warming)  # which the end of its life awaits too
            if not new.ready:
                raise RuntimeError("warming failed")  # noqa: TRY301 - as any other failure
        except (Exception, asyncio.CancelledError) as error:
            stopped = isinstance(error, asyncio.CancelledError)
            if not stopped:  # whatever is wrong with the new data, the old ones go on
                log_event("reload_failed", level=logging.ERROR, error=error, key=getattr(error, "key", None))
                self._metrics.reloads.labels("failed").inc()
            if new is not None:  # else what it warms would hold up the end of the process
                await new.leave()
            if stopped:
                raise
            return
        old, self._current = self._current, new
        self._metrics.reloads.labels("done").inc()
        log_event("reloaded")
        if old is not None:
            await old.idle.wait()
            await old.leave()
        del old
        frozen = gc.get_freeze_count()
        gc.unfreeze()  # what was taken out of the collector's sight when it was thought to stay
        gc.collect()
        if frozen:
            gc.freeze()
