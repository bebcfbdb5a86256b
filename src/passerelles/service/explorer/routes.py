"""Addresses of the explorer: pages by GET, what is about a person or a territory by POST, in a body, never kept."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from fastapi import FastAPI, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import RedirectResponse, Response

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.service.explorer import maps, pages, people, territory
from passerelles.service.explorer.room import ASSETS, Ask, Room, asset_sum, asset_text
from passerelles.service.gate import EXPLORER
from passerelles.service.telemetry import tell
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
_UNKEPT: Final = {**_HEADERS, "cache-control": "no-store"}
_STATUS: Final = {"invalid": 422, "busy": 503, "too_long": 504, "not_found": 404, "fault": 500}


class Desk(Protocol):
    """What the explorer takes from the service: where pages are worked out, and where they are kept."""

    prepare: Callable[[], None] | None
    short: Pool
    long: Pool
    store: Store


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
    "/way": people.way,
    "/profile": people.profile,
    "/territory": territory.territory,
}
_LONG: Final = ("/paths", "/way", "/areas", "/territory")  # what takes long never makes what is short wait
# What is about a person or a territory: a body, and a piece of a page for an answer.
POSTS: Final[Mapping[str, tuple[type[BaseModel], Callable[..., Any]]]] = {
    "/profile/holds": (people.Wanted, people.holds),
    "/profile/moves": (people.Holder, people.held_moves),
    "/territory/plan": (territory.Asked, territory.plan),
    "/territory/file": (territory.Wanted, territory.take_away),
}


def add_explorer(app: FastAPI, desk: Desk, room: Room, *, alone: bool = False) -> None:
    """Add the pages to an application, under `EXPLORER`; `alone`: the root leads there."""
    if not alone:  # beside other answers a page has little time: what takes seconds is made before it is asked for
        desk.prepare = partial(maps.prepare, room)
    for path, make in PAGES.items():
        app.add_api_route(
            f"{EXPLORER}{path}",
            _page(_pool(desk, path), desk, room, make),
            include_in_schema=False,
            name=f"explorer {path}",
        )

    for path, (model, make) in POSTS.items():
        piece = _piece(_pool(desk, path), room, model, make)
        app.add_api_route(
            f"{EXPLORER}{path}", piece, methods=["POST"], include_in_schema=False, name=f"explorer post {path}"
        )

    @app.get(f"{EXPLORER}/static/{{digest}}/{{name}}", include_in_schema=False)
    async def asset(request: Request, digest: str, name: str) -> Response:
        if name not in ASSETS or digest != asset_sum(name):
            return failed(_ask(request, room), "not_found")
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        return Response(asset_text(name), media_type=f"{ASSETS[name]}; charset=utf-8", headers=headers)

    @app.get(f"{EXPLORER}/{{rest:path}}", include_in_schema=False)
    async def nowhere(request: Request, rest: str) -> Response:  # noqa: ARG001 - any other address
        return failed(_ask(request, room), "not_found")

    if alone:

        @app.get("/", include_in_schema=False)
        async def root(request: Request) -> Response:
            return RedirectResponse(f"{request.scope.get('root_path', '')}{EXPLORER}/")


def _pool(desk: Desk, path: str) -> Callable[[], Pool]:
    """Return what gives the threads that an address is worked out in: they change when the service starts again."""
    return lambda: desk.long if path.startswith(_LONG) else desk.short


def _page(
    pool: Callable[[], Pool], desk: Desk, room: Room, make: Callable[..., str]
) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers an address with a page, kept for whoever asks for the same again."""

    async def answer(request: Request) -> Response:
        ask = _ask(request, room)
        key = f"{request.url.path}?{request.url.query}"
        found = desk.store.get(key)
        if found is None:
            made = await _worked_out(pool(), ask, partial(make, ask, **request.path_params))
            if isinstance(made, Response):
                return made
            found = made.encode()
            desk.store.put(key, found)
        kind = "image/svg+xml" if request.url.path.endswith(".svg") else HTML
        return Response(found, media_type=kind, headers=_HEADERS)

    return answer


def _piece(
    pool: Callable[[], Pool], room: Room, model: type[BaseModel], make: Callable[..., Any]
) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a body with a piece of a page, which nobody keeps."""

    async def answer(request: Request) -> Response:
        ask = _ask(request, room)
        try:
            asked = model.model_validate_json(await request.body())
        except ValidationError:
            return failed(ask, "invalid", piece=True)
        made = await _worked_out(pool(), ask, partial(make, ask, asked), piece=True)
        if isinstance(made, territory.File):
            named = {**_UNKEPT, "content-disposition": f'attachment; filename="{made.name}"'}
            return Response(made.content, media_type=made.media, headers=named)
        return made if isinstance(made, Response) else Response(made, media_type=HTML, headers=_UNKEPT)

    return answer


async def _worked_out(pool: Pool, ask: Ask, make: Callable[[], T], *, piece: bool = False) -> T | Response:
    """Return what a thread makes, or the page, or piece of one, that says why it cannot."""
    try:
        return await pool.run(make)
    except BusyError:
        return failed(ask, "busy", piece=piece)
    except TooLongError:
        return failed(ask, "too_long", piece=piece)
    except PasserellesError as error:
        return refused(ask, error, piece=piece)
    except Exception as error:  # noqa: BLE001 - told as a fault, with where and not with what was asked
        tell("fault", level=logging.ERROR, error=error)
        return failed(ask, "fault", piece=piece)


def _ask(request: Request, room: Room) -> Ask:
    fields: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        fields.setdefault(name, []).append(value)
    wanted = fields.get("lang", [room.lang])[0]
    lang: Lang = wanted if wanted in ("fr", "en") else room.lang  # type: ignore[assignment]
    return Ask(room, lang, fields, f"{request.scope.get('root_path', '')}{EXPLORER}")


def failed(ask: Ask, key: str, *, piece: bool = False) -> Response:
    """Say that there is no such page, or that it cannot be had now."""
    title, detail = ask.words(f"error.{key}"), ask.words(f"error.{key}_detail")
    return _told(ask, _STATUS[key], piece=piece, title=title, detail=detail, near=[])


def refused(ask: Ask, error: PasserellesError, *, piece: bool = False) -> Response:
    """Say what the engine refused and why; what is about this machine is logged, not told."""
    if "path" in error.values:
        tell("fault", level=logging.ERROR, error=error, key=error.key)
        return failed(ask, "fault", piece=piece)
    known = isinstance(error, UnknownCodeError)
    near = list(error.suggestions) if isinstance(error, UnknownCodeError) else []
    title, detail = ask.words("error.refused"), error.message(ask.lang)
    return _told(ask, 404 if known else 422, piece=piece, title=title, detail=detail, near=near)


def _told(ask: Ask, status: int, *, piece: bool, **content: Any) -> Response:
    text = ask.render("problem.html" if piece else "error.html", **content)
    return Response(text, status, media_type=HTML, headers=_UNKEPT)
