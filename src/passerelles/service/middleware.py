"""Middleware that every request goes through: number, headers and log; then key, size and depth of the body."""

import asyncio
import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Sequence
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerelles.language.say import Lang
from passerelles.service.engine import Limits
from passerelles.service.problems import language, problem
from passerelles.service.telemetry import CURRENT, Metrics, log_event

OPEN: Final = frozenset({"/health/live", "/health/ready"})  # asked by what watches the service, which has no key
METRICS: Final = "/metrics"
EXPLORER: Final = "/explorer"  # pages for people
_QUIET_PATHS: Final = OPEN | {METRICS}  # asked every few seconds by machines: logged at debug level
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")  # an identifier of the caller's own, kept as it is
_TRACE_PARENT: Final = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")  # W3C
_NO_GZIP: Final = re.compile(rb"gzip\s*;\s*q\s*=\s*0(\.0*)?\s*(,|$)", re.IGNORECASE)  # a weight of 0 refuses (RFC 9110)
_LANG: Final[ContextVar[Lang]] = ContextVar("language", default="fr")
_STRINGS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_HOST_NAME: Final = re.compile(rb"(?:\[([\da-f:.]+)\]|([^:\[\]]+))(?::\d*)?")  # a name or an address, then a port
_BRACKETS: Final = re.compile(rb"[\[\]{}]")


class RequestLog:
    """
    Outermost: gives each request a number and the headers of all answers, and logs and counts it by its route alone.

    A number that comes with the request (``X-Request-ID``) is kept; a trace (``traceparent``, as OpenTelemetry writes
    it) is named in every line of the log and given back.
    """

    def __init__(self, app: ASGIApp, *, headers: Sequence[tuple[str, str]], metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        request_headers = Headers(scope=scope)
        number = request_headers.get("x-request-id", "")
        number = number if _REQUEST_ID.fullmatch(number) else secrets.token_hex(8)
        extra = [(b"x-request-id", number.encode())]
        log_fields = {"request": number}
        if trace := _TRACE_PARENT.fullmatch(request_headers.get("traceparent", "")):
            log_fields |= {"trace": trace[1], "span": trace[2]}
            extra.append((b"traceparent", trace[0].encode()))
        token = CURRENT.set(log_fields)
        status, size = 0, 0

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers, *extra]
            elif method == "HEAD":
                message["body"] = b""
            else:
                size += len(message.get("body", b""))
            await send(message)

        method = scope["method"]
        # HEAD is answered as GET is, without the body; a coding that is refused is not asked for.
        forwarded = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding" or not _NO_GZIP.search(v)]
        scope = {**scope, "method": "GET" if method == "HEAD" else method, "headers": forwarded}
        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the outermost layer: logged as a fault, with where and not with what
            log_event("fault", level=logging.ERROR, error=error)
            if not status:
                await problem("fault", lang=language(scope["query_string"]))(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", None) or "unmatched"
            seconds = time.perf_counter() - start
            level = logging.DEBUG if route in _QUIET_PATHS and status < HTTPStatus.BAD_REQUEST else logging.INFO
            ms = round(seconds * 1000, 2)
            log_event("request", level=level, method=method, route=route, status=status, ms=ms, bytes=size)
            self._metrics.count_answer(method, route, status, seconds)
            CURRENT.reset(token)


class Browsers(CORSMiddleware):
    """Between: lets browsers ask from the web origins that were named; a refusal is a problem as any other."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and note the language of a refusal."""
        _LANG.set(language(scope["query_string"]) if scope["type"] == "http" else "fr")
        await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer what a browser asks before it asks."""
        response = super().preflight_response(request_headers)
        if response.status_code == HTTPStatus.OK:
            return response
        headers = {k: v for k, v in response.headers.items() if k.startswith("access-control-") or k == "vary"}
        return problem("origin_refused", lang=_LANG.get(), headers=headers)


class Guard:
    """
    Inner: refuses a request without the key, by a name that is not ours, too long, too deep, too slow, or not JSON.

    `hosts` are the names by which what lies under `within` may be asked for; any where there are none. A page of
    somebody else's whose name is made to lead to this machine comes with that name, and reads nothing.
    """

    def __init__(
        self, app: ASGIApp, *, limits: Limits, keys: Sequence[str] = (), hosts: Sequence[str] = (), within: str = "/"
    ) -> None:
        self._app = app
        self._limits = limits
        self._keys = [_digest(key.encode()) for key in keys]
        self._hosts = frozenset(name.lower().encode() for name in hosts)
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal, received = self._refusal(scope), receive
        if refusal is None and scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            try:
                body = await asyncio.wait_for(self._read(scope, receive), self._limits.read_seconds)
            except (TimeoutError, ClientDisconnect):
                body = "too_slow_to_send"
            if isinstance(body, str):
                refusal = body
            else:
                refusal, received = self._nesting(body), _replay(body, receive)
        if refusal is None:
            await self._app(scope, received, send)
            return
        headers = {"www-authenticate": 'ApiKey realm="passerelles"'} if refusal == "unauthorized" else {}
        if refusal in {"body_too_large", "too_slow_to_send", "two_lengths"}:
            headers["connection"] = "close"  # what is still to come is not read
        await problem(refusal, lang=language(scope["query_string"]), headers=headers)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:  # noqa: PLR0911 - one refusal a line
        headers = dict(scope["headers"])
        if b"content-length" in headers and b"transfer-encoding" in headers:
            return "two_lengths"  # a proxy may have read the other one, and end the request elsewhere
        if self._hosts and scope["path"].startswith(self._within) and _host(headers) not in self._hosts:
            return "wrong_host"
        if self._keys and scope["path"] not in OPEN and not self._allowed(headers):
            return "unauthorized"
        if len(scope["query_string"]) > self._limits.query_bytes:
            return "query_too_long"
        if scope["method"] != "POST":
            return None
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._limits.body_bytes:
            return "body_too_large"
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            return "encoded"  # its size is known only once it is unpacked
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        return None if kind == b"application/json" else "not_json"

    def _allowed(self, headers: dict[bytes, bytes]) -> bool:
        scheme, _, after = headers.get(b"authorization", b"").partition(b" ")
        api_key = headers.get(b"x-api-key") or (after.strip() if scheme.lower() == b"bearer" else b"")
        digest = _digest(api_key)
        # Every key is compared, in constant time: how long it takes tells nothing of any of them.
        return any([hmac.compare_digest(digest, key) for key in self._keys])  # noqa: C419

    async def _read(self, scope: Scope, receive: Receive) -> bytes | str:
        body = bytearray()
        async for part in Request(scope, receive).stream():
            body += part
            if len(body) > self._limits.body_bytes:
                return "body_too_large"
        return bytes(body)

    def _nesting(self, body: bytes) -> str | None:
        """Refuse what is nested deeper, or in more pieces, than any request is, before it is parsed."""
        count = body.count(b"[") + body.count(b"{")
        if count <= self._limits.depth:
            return None
        if count > self._limits.brackets:
            return "too_deep"
        depth = 0
        for bracket in _BRACKETS.findall(_STRINGS.sub(b"", body)):
            depth += 1 if bracket in {b"[", b"{"} else -1
            if depth > self._limits.depth:
                return "too_deep"
        return None


def _host(headers: dict[bytes, bytes]) -> bytes:
    """Name that a request asks by, without its port and the brackets of an IPv6 address."""
    match = _HOST_NAME.fullmatch(headers.get(b"host", b"").lower())
    return b"" if match is None else match[1] or match[2]


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already, then what comes after it."""
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
