"""Addresses of the explorer: pages by GET, what is about a person or a territory by POST, in a body, never kept."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.service.explorer import maps, pages
from passerelles.service.explorer.room import ASSETS, PREFIX, Ask, Room, asset_sum, asset_text
from passerelles.service.logs import tell
from passerelles.service.work import BusyError, Pool, Store, TooLongError

if TYPE_CHECKING:
    from passerelles.language.say import Lang

T = TypeVar("T")
HTML: Final = "text/html; charset=utf-8"
# Nothing from outside, no script or style inside a page, no page of another's around it.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "private, no-cache",
}
_STATUS: Final = {"busy": 503, "too_long": 504, "not_found": 404, "fault": 500}


class Desk(Protocol):
    """What the explorer takes from the service: where pages are worked out, and where they are kept."""

    @property
    def pool(self) -> Pool:
        """Threads with a bounded queue."""

    @property
    def store(self) -> Store:
        """Answers by request."""


PAGES: Final[Mapping[str, Callable[..., str]]] = {
    "/": pages.home,
    "/show/{code}": pages.job,
    "/rank/{code}": pages.moves_from,
    "/sources/{code}": pages.moves_towards,
    "/move/{origin}/{target}": pages.move,
    "/compare": pages.compare,
    "/paths/{origin}/{target}": pages.paths,
    "/near/{code}": maps.near,
    "/map": maps.whole_map,
    "/map.svg": maps.picture,
    "/areas": maps.areas,
    "/areas/{number}": maps.area,
    "/interests": maps.interests,
}


def add_explorer(app: FastAPI, desk: Desk, room: Room, *, alone: bool = False) -> None:
    """Add the pages to an application, under `PREFIX`; `alone`: the root leads there."""
    for path, make in PAGES.items():
        app.add_api_route(f"{PREFIX}{path}", _page(desk, room, make), include_in_schema=False, name=f"explorer {path}")

    @app.get(f"{PREFIX}/static/{{digest}}/{{name}}", include_in_schema=False)
    async def asset(request: Request, digest: str, name: str) -> Response:
        if name not in ASSETS or digest != asset_sum(name):
            return failed(_ask(request, room), "not_found")
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        return Response(asset_text(name), media_type=f"{ASSETS[name]}; charset=utf-8", headers=headers)

    @app.get(f"{PREFIX}/{{rest:path}}", include_in_schema=False)
    async def nowhere(request: Request, rest: str) -> Response:  # noqa: ARG001 - any other address
        return failed(_ask(request, room), "not_found")

    if alone:

        @app.get("/", include_in_schema=False)
        async def root(request: Request) -> Response:
            return RedirectResponse(f"{request.scope.get('root_path', '')}{PREFIX}/")


def _page(desk: Desk, room: Room, make: Callable[..., str]) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers an address with a page, kept for whoever asks for the same again."""

    async def answer(request: Request) -> Response:
        ask = _ask(request, room)
        key = f"{request.url.path}?{request.url.query}"
        found = desk.store.get(key)
        if found is None:
            made = await _worked_out(desk, ask, partial(make, ask, **request.path_params))
            if isinstance(made, Response):
                return made
            found = made.encode()
            desk.store.put(key, found)
        kind = "image/svg+xml" if request.url.path.endswith(".svg") else HTML
        return Response(found, media_type=kind, headers=_HEADERS)

    return answer


async def _worked_out(desk: Desk, ask: Ask, make: Callable[[], T]) -> T | Response:
    """Return what a thread makes, or the page that says why it cannot."""
    try:
        return await desk.pool.run(make)
    except BusyError:
        return failed(ask, "busy", headers={"retry-after": "1"})
    except TooLongError:
        return failed(ask, "too_long")
    except PasserellesError as error:
        return refused(ask, error)
    except Exception as error:  # noqa: BLE001 - told as a fault, with where and not with what was asked
        tell("fault", level=logging.ERROR, error=error)
        return failed(ask, "fault")


def _ask(request: Request, room: Room) -> Ask:
    fields: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        fields.setdefault(name, []).append(value)
    wanted = fields.get("lang", [room.lang])[0]
    lang: Lang = wanted if wanted in ("fr", "en") else room.lang  # type: ignore[assignment]
    return Ask(room, lang, fields, f"{request.scope.get('root_path', '')}{PREFIX}")


def failed(ask: Ask, key: str, headers: dict[str, str] | None = None) -> Response:
    """Say in a page that there is no such page, or that it cannot be had now."""
    text = ask.render("error.html", title=ask.words(f"error.{key}"), detail=ask.words(f"error.{key}_detail"), near=[])
    return Response(text, _STATUS[key], media_type=HTML, headers={**_HEADERS, **(headers or {})})


def refused(ask: Ask, error: PasserellesError) -> Response:
    """Say in a page what the engine refused and why; what is about this machine is logged, not told."""
    known: dict[str, Any] = {"status_code": 404 if isinstance(error, UnknownCodeError) else 422}
    if "path" in error.values and error.key != "territory_input":
        tell("fault", level=logging.ERROR, error=error, key=error.key)
        detail, known = ask.words("error.fault_detail"), {"status_code": 500}
    else:
        detail = error.message(ask.lang)
    near = list(error.suggestions) if isinstance(error, UnknownCodeError) else []
    text = ask.render("error.html", title=ask.words("error.refused"), detail=detail, near=near)
    return Response(text, media_type=HTML, headers={**_HEADERS, "cache-control": "no-store"}, **known)
