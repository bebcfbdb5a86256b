"""A client of an application in this process: starts it, asks it, stops it."""

from contextlib import AsyncExitStack, ExitStack
from types import TracebackType
from typing import Any, Self

import anyio
import httpx
from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp, Message


class Client:
    """Asks an application as a program would, without a network."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._portal = self._stack.enter_context(start_blocking_portal("asyncio"))
        self._stack.enter_context(self._portal.wrap_async_context_manager(_Life(self._app)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer: httpx.Response = self._portal.call(self._ask, method, path, more)
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def options(self, path: str, **more: Any) -> httpx.Response:
        return self.request("OPTIONS", path, **more)

    async def _ask(self, method: str, path: str, more: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.request(method, path, **more)


class _Life:
    """The lifespan of an application, as a server drives it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> None:
        self._ask, receive = anyio.create_memory_object_stream[Message](2)
        send, self._told = anyio.create_memory_object_stream[Message](2)
        for stream in (self._ask, receive, send, self._told):
            self._stack.push_async_exit(stream)
        tasks = await self._stack.enter_async_context(anyio.create_task_group())
        scope: Any = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        run: Any = self._app
        tasks.start_soon(run, scope, receive.receive, send.send)
        await self._ask.send({"type": "lifespan.startup"})
        assert (await self._told.receive())["type"] == "lifespan.startup.complete"

    async def __aexit__(self, *_: object) -> None:
        await self._ask.send({"type": "lifespan.shutdown"})
        assert (await self._told.receive())["type"] == "lifespan.shutdown.complete"
        await self._stack.aclose()
