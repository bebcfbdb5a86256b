"""Errors as application/problem+json (RFC 9457): a key, a sentence, suggestions; never what was sent."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.language.say import Lang, say
from passerelles.service import requests
from passerelles.service.logs import tell
from passerelles.territory.lots import LotsError

MEDIA: Final = "application/problem+json"
URN: Final = "urn:passerelles:problem:"
# Errors of the service itself, with their status. Others come from the engine: 404 for what it does not know, else 422.
STATUS: Final[Mapping[str, int]] = {
    "unauthorized": 401,
    "origin_refused": 403,
    "not_found": 404,
    "not_allowed": 405,
    "two_lengths": 400,
    "too_slow_to_send": 408,
    "body_too_large": 413,
    "query_too_long": 414,
    "not_json": 415,
    "encoded": 415,
    "invalid_request": 422,
    "too_deep": 422,
    "fault": 500,
    "busy": 503,
    "stuck": 503,
    "too_long": 504,
}
_BY_STATUS: Final = {401: "unauthorized", 404: "not_found", 405: "not_allowed", 400: "invalid_request"}
_SHOWN: Final = 10
_FIELDS: Final = frozenset(
    ["body", "query", *(name for model in requests.MODELS for name in model.model_fields)],
)


def language(query: bytes) -> Lang:
    """Language asked for in a query string, read as it is: an error may come before it is parsed."""
    return "en" if b"lang=en" in query.split(b"&") else "fr"


def problem(
    key: str,
    *,
    lang: Lang,
    detail: str | None = None,
    status: int | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the response of an error."""
    body = {**told(key, lang, detail=detail, status=status), **(extra or {})}
    more = {"cache-control": "no-store", **(headers or {})}
    return Response(orjson.dumps(body), status_code=body["status"], media_type=MEDIA, headers=more)


def told(key: str, lang: Lang, *, detail: str | None = None, status: int | None = None) -> dict[str, Any]:
    """Return the body of an error."""
    return {
        "type": URN + key,
        "title": say(f"service.title.{key if key in STATUS else 'refused'}", lang=lang),
        "status": status if status is not None else STATUS[key],
        "detail": detail or say(f"service.detail.{key}", lang=lang),
    }


def of_engine(error: PasserellesError, lang: Lang) -> Response:
    """Tell an error of the engine; one about a place on this machine is a fault of the service, and told as one."""
    if "path" in error.values:
        tell("fault", level=logging.ERROR, error=error, key=error.key)
        return problem("fault", lang=lang)
    extra: dict[str, Any] = {}
    if isinstance(error, UnknownCodeError):
        extra["suggestions"] = list(error.suggestions)
    if isinstance(error, LotsError):
        extra["errors"] = [
            {"where": f"{p.file}.{p.row}.{p.column}", "what": p.what(lang)} for p in error.problems[:_SHOWN]
        ]
    status = 404 if isinstance(error, UnknownCodeError) else 422
    return problem(error.key, lang=lang, detail=error.message(lang), status=status, extra=extra)


async def on_engine_error(request: Request, error: Exception) -> Response:
    """Answer where the engine refused."""
    assert isinstance(error, PasserellesError)  # noqa: S101 - registered for that class alone
    return of_engine(error, language(request.scope["query_string"]))


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer where a request does not have its shape: where and what, without the values sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    lang = language(request.scope["query_string"])
    errors = [{"where": _where(e["loc"]), "what": _safe(str(e["msg"]))} for e in error.errors()[:_SHOWN]]
    return problem("invalid_request", lang=lang, extra={"errors": errors})


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer where there is no such address or method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    key = _BY_STATUS.get(error.status_code, "invalid_request")
    lang = language(request.scope["query_string"])
    headers = dict(error.headers or {})
    status = (
        STATUS[key] if key == "invalid_request" else error.status_code
    )  # a body that is no text: one status for all
    if key == "not_allowed":  # the framework names the methods of the first route of this address alone
        routes = [r for r in request.app.routes if getattr(r, "path", None) == request.url.path]
        methods = {m for r in routes for m in r.methods}
        headers["Allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    return problem(key, lang=lang, status=status, headers=headers)


async def on_fault(request: Request, _error: Exception) -> Response:
    """Answer where the service failed; `passerelles.service.gate.Told` logs where."""
    return problem("fault", lang=language(request.scope["query_string"]))


def _where(path: Sequence[Any]) -> str:
    """Path of a field. Keys that a person chose (of `credentials`) are left out: only names of fields are told."""
    return ".".join(str(step) if isinstance(step, int) or str(step) in _FIELDS else "…" for step in path)


def _safe(text: str) -> str:
    """Sentence of the checker, without what was sent: some repeat it after a colon or in quotes."""
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004
