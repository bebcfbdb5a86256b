"""What operations watch, in Prometheus's words: requests, their time, queues, answers kept, and what is served."""

import os
from collections.abc import Callable
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # where several processes add up what they count; the library's own name
MEDIA: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """
    Counts of one process, or of all workers where `FOLDER` names a folder that they share.

    Labels are routes, methods and statuses: nothing that anybody asked for.
    """

    def __init__(self) -> None:
        self._shared = bool(os.environ.get(FOLDER))
        self._registry = None if self._shared else CollectorRegistry()
        if self._registry is not None:
            ProcessCollector(registry=self._registry)
            GCCollector(registry=self._registry)
        count = partial(Counter, registry=self._registry)
        gauge = partial(Gauge, registry=self._registry, multiprocess_mode="livesum")
        self._requests = count("passerelles_requests", "Requests answered", ("method", "route", "status"))
        self._seconds = Histogram(
            "passerelles_request_seconds", "Time from the first byte read to the last written", ("route",),
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._kept = count("passerelles_answers_kept", "Answers found in the store, and not", ("found",))
        self._reloads = count("passerelles_reloads", "Reloads, by whether they succeeded", ("outcome",))
        self._waiting = gauge("passerelles_answers_under_way", "Answers worked out or waiting", ("queue",))
        self._ready = gauge("passerelles_ready", "Processes that take requests")
        labels = ("version", "referential", "sha256")
        self._serves = gauge("passerelles_serves", "What is served: 1 for each process", labels)
        self._served: tuple[str, str, str] | None = None

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        known = method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def looked_up(self, *, found: bool) -> None:
        """Count an answer that was kept, or had to be worked out."""
        self._kept.labels("yes" if found else "no").inc()

    def reloaded(self, *, done: bool) -> None:
        """Count a reload."""
        self._reloads.labels("done" if done else "failed").inc()

    def under_way(self, queue: str) -> Callable[[float], None]:
        """Return what counts answers of a queue that begin (1) and end (-1)."""
        count: Callable[[float], None] = self._waiting.labels(queue).inc
        return count

    def serves(self, version: str, referential: str, sha256: str) -> None:
        """Say that requests are taken, and what is served from now on."""
        self._ready.set(1)
        if self._served is not None:
            self._serves.labels(*self._served).set(0)
        self._served = (version, referential, sha256)
        self._serves.labels(*self._served).set(1)

    def written(self) -> bytes:
        """Return everything, as Prometheus reads it; each process has said its own, whichever is asked."""
        registry = self._registry
        if registry is None:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    def close(self) -> None:
        """Take what this process said of itself out of the sums of the others."""
        if self._shared:
            mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
