"""Errors as application/problem+json (RFC 9457): a key, a sentence, suggestions; never what was sent."""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final, get_type_hints

import orjson
from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.language import packaged
from passerelles.language.say import LANGS, Lang, say
from passerelles.service.requests import BRANCHES, INNER, NAMES, OWN_KEYS, SEVERAL, names_of
from passerelles.service.telemetry import log_event
from passerelles.settings import fault, json_problem
from passerelles.territory.lots import LotsError

MEDIA: Final = "application/problem+json"
URN: Final = "urn:passerelles:problem:"
DESCRIBED: Final[Mapping[str, Any]] = packaged("passerelles.service", "described.toml")
STATUS: Final[Mapping[str, int]] = DESCRIBED["problems"]
# Of what the framework refuses; anything else, such as a body that is no text, is a request without its shape.
_BY_STATUS: Final = {401: "unauthorized", 404: "not_found", 405: "not_allowed"}
_SHOWN: Final = 10
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_FIELDS: Final = NAMES | {"body", "query"}
_WITHIN: Final = {name: names_of(model) for name, model in INNER.items()}
_BRANCH: Final = 3  # the last step of a path that may be a branch of an origin: deeper ones a person may have named


def language(query: bytes) -> Lang:
    """Language asked for in a query string, read as it is: an error may come before it is parsed."""
    return next((lang for lang in LANGS if f"lang={lang}".encode() in query.split(b"&")), "fr")


def problem(
    key: str, *, lang: Lang, extra: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Make the response of an error."""
    return _response({**problem_body(key, lang), **(extra or {})}, headers)


def _response(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    more = {"cache-control": "no-store", **(headers or {})}
    return Response(orjson.dumps(body), status_code=body["status"], media_type=MEDIA, headers=more)


def problem_body(key: str, lang: Lang, *, detail: str | None = None, status: int | None = None) -> dict[str, Any]:
    """Return the body of an error."""
    return {
        "type": URN + key,
        "title": say(f"service.title.{key if key in STATUS else 'refused'}", lang=lang),
        "status": status if status is not None else STATUS[key],
        "detail": detail or say(f"service.detail.{key}", lang=lang),
    }


def refusal(error: PasserellesError, lang: Lang) -> dict[str, Any] | None:
    """Return the body for an error of the engine; None where it is about a place on this machine."""
    if "path" in error.values:
        return None
    extra: dict[str, Any] = {}
    detail = error.message(lang)
    if isinstance(error, UnknownCodeError):
        extra["suggestions"] = list(error.suggestions)
        detail = detail if error.suggestions else error.sentence(lang)
    if isinstance(error, LotsError):
        extra["errors"] = [
            # Rows count from 0, as where the shape of one is wrong; 0 here is the table as a whole.
            {"where": _where(("body", p.file, *((p.row - 1, p.column) if p.row else ()))), "what": p.what(lang)}
            for p in error.problems[:_SHOWN]
        ]
    status = 404 if isinstance(error, UnknownCodeError) else 422
    return problem_body(error.key, lang, detail=detail, status=status) | extra


async def on_engine_error(request: Request, error: Any) -> Response:
    """Answer where the engine refused."""
    lang = language(request.scope["query_string"])
    if isinstance(error, LotsError):  # what is in somebody's tables is not sent back
        error = LotsError(replace(p, values={**p.values, "given": "…"}) for p in error.problems)
    body = refusal(error, lang)
    if body is None:  # about a place on this machine: a fault of the service
        log_event("fault", level=logging.ERROR, error=error, key=error.key)
        return problem("fault", lang=lang)
    return _response(body)


async def on_invalid(request: Request, error: Any) -> Response:
    """Answer where a request does not have its shape: where and what, without the values sent."""
    lang = language(request.scope["query_string"])
    hints = get_type_hints(getattr(request.scope.get("route"), "endpoint", on_invalid))
    names: dict[str, Sequence[str]] = {place: names_of(hints[place]) for place in ("body", "query") if place in hints}
    if error.__cause__ is not None:  # a body that is no JSON
        errors = [{"where": "body", "what": _sentence(json_problem(error.__cause__)(lang))}]
    else:
        errors = [_fault(e, names, lang) for e in error.errors()[:_SHOWN]]
    return problem("invalid_request", lang=lang, extra={"errors": errors})


class StrictRequest(Request):
    """A request whose body is parsed once; `twice` names the first keys that an object in it has twice."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.twice: list[str] = []
        self._left = OWN_KEYS

    async def json(self) -> Any:
        """Return the body."""
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=self._object)
        return self._json

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # Telling what is wrong with each of more keys than any request has would hold up all others. An object keeps
        # one more than are left to it, so that what has too many is refused, never cut to what is valid.
        own_pairs = [pair for pair in pairs if pair[0] not in NAMES][: max(self._left, 0) + 1]
        self._left -= len(own_pairs)
        pairs = [pair for pair in pairs if pair[0] in NAMES] + own_pairs
        body = dict(pairs)
        if len(body) < len(pairs) and len(self.twice) < _SHOWN:
            self.twice += (name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return body


class StrictRoute(APIRoute):
    """A route that hears requests so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return answer


def refuse_twice(request: Request, model: type[BaseModel], lang: Lang) -> Response | None:
    """Refuse a parameter, or a key of a body, that is given twice: the last one alone would count."""
    many = {field.alias or name for name, field in model.model_fields.items() if name in SEVERAL}
    counts = Counter(name for name, _ in request.query_params.multi_items() if name not in many)
    twice = [(f"query.{name}", name) for name, count in counts.items() if count > 1]
    twice += [("body", name) for name in (request.twice if isinstance(request, StrictRequest) else ())]
    errors = [
        {"where": place, "what": say("service.invalid.twice", lang=lang, name=name if name in NAMES else "…")}
        for place, name in twice[:_SHOWN]
    ]
    return problem("invalid_request", lang=lang, extra={"errors": errors}) if errors else None


def _misspelt(place: str, name: str, known: Iterable[str], lang: Lang) -> dict[str, str]:
    """Report an unknown parameter by its name, with the nearest known one."""
    if not _NAME.fullmatch(name):
        return {"where": f"{place}.…", "what": say("service.invalid.extra", lang=lang)}
    near = get_close_matches(name, sorted(known), n=1)
    key = "misspelt" if near else "unknown"
    return {"where": f"{place}.{name}", "what": say(f"service.invalid.{key}", lang=lang, name=name, near="".join(near))}


def _fault(error: Mapping[str, Any], names: Mapping[str, Sequence[str]], lang: Lang) -> dict[str, str]:
    """Report one error in the shape of a request: where and what, without the value sent."""
    path = error["loc"]
    if error["type"] == "extra_forbidden":
        known = names.get(path[0], ()) if len(path) == 2 else _WITHIN.get(path[1], ())  # noqa: PLR2004 - at the top
        return _misspelt(_where(path[:-1]), str(path[-1]), known, lang)
    return {"where": _where(path), "what": _sentence(fault(error, lang))}


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


async def on_http_error(request: Request, error: Any) -> Response:
    """Answer where there is no such address or method."""
    key = _BY_STATUS.get(error.status_code, "invalid_request")
    lang = language(request.scope["query_string"])
    headers = dict(error.headers or {})
    if key == "not_allowed":  # the framework names the methods of the first route of this address alone
        routes = (r for r in request.app.routes if r.matches(request.scope)[0] != Match.NONE)
        methods = {m for r in routes for m in getattr(r, "methods", ())}
        headers["Allow"] = ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
    # The framework gives up on a body that it cannot read at all.
    unread = {"errors": [{"where": "body", "what": say("service.invalid.json", lang=lang)}]}
    return problem(key, lang=lang, extra=unread if key == "invalid_request" else None, headers=headers)


async def on_fault(request: Request, _error: Exception) -> Response:
    """Answer where the service failed; `passerelles.service.middleware.RequestLog` logs where."""
    return problem("fault", lang=language(request.scope["query_string"]))


def _where(path: Sequence[Any]) -> str:
    """Path of a field. Keys that a person chose (of `credentials`) are left out: only names of fields are sent back."""
    steps = (step for place, step in enumerate(path) if place > _BRANCH or step not in BRANCHES)
    return ".".join(str(step) if isinstance(step, int) or str(step) in _FIELDS else "…" for step in steps)
