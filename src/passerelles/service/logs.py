"""Logs as JSON lines: what happened, how long it took, never what was asked or about whom."""

import logging
import os
import time
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson

LOGGER: Final = logging.getLogger("passerelles.service")
# Number of the request that is being answered, and the trace that it belongs to: every line written meanwhile has them.
CURRENT: Final[ContextVar[Mapping[str, str]]] = ContextVar("request", default=MappingProxyType({}))


LEVEL: Final = "PASSERELLES_LOG_LEVEL"
_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


class JsonLines(logging.Formatter):
    """One JSON object a line. The message of an exception is left out: it may repeat what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        found: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "pid": os.getpid(),
            "event": getattr(record, "event", None) or record.getMessage(),
            **CURRENT.get(),
            **getattr(record, "values", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            found["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-5:]
            found["at"] = [f"{Path(f.filename).name}:{f.lineno}" for f in frames]
        return orjson.dumps(found, default=str).decode()


def tell(event: str, *, level: int = logging.INFO, error: BaseException | None = None, **values: Any) -> None:
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
        "formatters": {"json": {"()": "passerelles.service.logs.JsonLines"}},
        "handlers": {"json": handler},
        "loggers": {"uvicorn": logger, "uvicorn.error": logger, "passerelles": logger, "py.warnings": logger},
    }
