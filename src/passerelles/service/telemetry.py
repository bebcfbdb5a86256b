"""Logs as JSON lines: what happened, how long it took, never what was asked or about whom."""

import logging
import os
import time
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector

LOGGER: Final = logging.getLogger("passerelles.service")
# Number of the request that is being answered, and the trace that it belongs to: every line written meanwhile has them.
CURRENT: Final[ContextVar[Mapping[str, str]]] = ContextVar("request", default=MappingProxyType({}))


LEVEL: Final = "PASSERELLES_LOG_LEVEL"
_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


class JsonLines(logging.Formatter):
    """One JSON object a line. The message of an exception is left out: it may repeat what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "pid": os.getpid(),
            "event": getattr(record, "event", None) or record.getMessage(),
            **CURRENT.get(),
            **getattr(record, "values", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-5:]
            line["at"] = [f"{Path(f.filename).name}:{f.lineno}" for f in frames]
        return orjson.dumps(line, default=str).decode()


def log_event(event: str, *, level: int = logging.INFO, error: BaseException | None = None, **values: Any) -> None:
    """Log an event with its values."""
    if LOGGER.isEnabledFor(level):
        info = None if error is None else (type(error), error, error.__traceback__)
        LOGGER.log(level, event, extra={"event": event, "values": {**CURRENT.get(), **values}}, exc_info=info)


def config(*, quiet: bool = False) -> dict[str, Any]:
    """Return the logging configuration of a service's process: JSON lines on stderr; `quiet`: of what goes wrong."""
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}
    usual = "WARNING" if quiet else "INFO"
    level = os.environ.get(LEVEL, usual).upper()
    logger = {"handlers": ["json"], "level": level if level in _LEVELS else usual, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "passerelles.service.telemetry.JsonLines"}},
        "handlers": {"json": handler},
        "loggers": {"uvicorn": logger, "uvicorn.error": logger, "passerelles": logger, "py.warnings": logger},
    }


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
        self.lookups = count("passerelles_answers_kept", "Answers found in the store, and not", ("found",))
        self.reloads = count("passerelles_reloads", "Reloads, by whether they succeeded", ("outcome",))
        self.waiting = gauge("passerelles_answers_under_way", "Answers worked out or waiting", ("queue",))
        self._ready = gauge("passerelles_ready", "Processes that take requests")
        labels = ("version", "referential", "sha256")
        self._serves = gauge("passerelles_serves", "What is served: 1 for each process", labels)
        self._served: tuple[str, str, str] | None = None

    def count_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        known = method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def serves(self, version: str, referential: str, sha256: str) -> None:
        """Say that requests are taken, and what is served from now on."""
        self._ready.set(1)
        if self._served is not None:
            self._serves.labels(*self._served).set(0)
        self._served = (version, referential, sha256)
        self._serves.labels(*self._served).set(1)

    def exposition(self) -> bytes:
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
