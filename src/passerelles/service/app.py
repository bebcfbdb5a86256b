"""The application: addresses, answers kept by request, ETags, and the OpenAPI description of it all."""

import asyncio
import gc
import hashlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang
from passerelles.report.schemas import SHAPES, definitions, examples, shape_name
from passerelles.service import answers
from passerelles.service.engine import VARIABLE, Engine, Options, load_engine, options_of
from passerelles.service.gate import EXPLORER, METRICS, Browsers, Guard, Told
from passerelles.service.problems import (
    DESCRIBED,
    STATUS,
    asked_fields,
    language,
    misspelt,
    on_engine_error,
    on_fault,
    on_http_error,
    on_invalid,
    problem,
    told,
)
from passerelles.service.problems import MEDIA as PROBLEM
from passerelles.service.reload import Reloading
from passerelles.service.requests import (
    MatchBody,
    PathsBody,
    PathsQuery,
    Person,
    RankBatchBody,
    RankBody,
    RankQuery,
    ResolveBody,
    ResolveQuery,
    ShowQuery,
    SourcesBody,
    SourcesQuery,
)
from passerelles.service.telemetry import MEDIA, Metrics, tell
from passerelles.service.work import BusyError, GoneError, Pool, Store, TooLongError

ABOUT: Final[Mapping[str, Any]] = DESCRIBED["about"]
_TELLS: Final[Mapping[str, str]] = DESCRIBED["answers"]
BODIES: Final[Mapping[str, Mapping[str, Any]]] = DESCRIBED["bodies"]


def responses(shape: str | None, *, health: bool = False) -> dict[str, Any]:
    """What a route says of its responses."""
    kept = {"405", "500", "503"} if health else set(_TELLS) - {"304"}
    found: dict[Any, Any] = {code: _problem_response(code, text) for code, text in _TELLS.items() if code in kept}
    if shape is None:
        status = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
        answer = {"schema": status, "examples": {"answer": {"value": {"status": "ready"}}}}
        found[200] = {"description": "Yes", "content": {"application/json": answer}}
    else:
        name = shape_name(shape)
        body: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{_component(name)}"}}
        if name in examples():
            body["examples"] = {"answer": {"value": examples()[name]}}
        found[200] = {"description": str(SHAPES[name]["description"]), "content": {"application/json": body}}
    return {"responses": found}


def _problem_response(status: str, text: str) -> dict[str, Any]:
    examples = {key: {"value": told(key, "fr")} for key, code in STATUS.items() if code == int(status)}
    content = {"schema": {"$ref": "#/components/schemas/problem"}, "examples": examples}
    return {"description": text, "content": {PROBLEM: content}}


def _component(name: str) -> str:
    return name.replace("@", "-")


def described(app: FastAPI, *, secured: bool) -> dict[str, Any]:
    """Return the description, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    told = {name: getattr(app, name) for name in ("title", "version", "summary", "description", "license_info")}
    found = get_openapi(routes=app.routes, **told)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    # Of a person there is one shape, that of requests.
    schemas |= {name: _moved(shape) for name, shape in definitions().items() if name != "profile"}
    schemas |= {_component(name): _moved(shape) for name, shape in SHAPES.items() if "@" in name}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in DESCRIBED["headers"].items()}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            for response in operation["responses"].values():
                response["headers"] = dict(headers)
            if method == "post":
                examples = {name: {"value": body} for name, body in BODIES[path].items()}
                operation["requestBody"]["content"]["application/json"]["examples"] = examples
            if method == "get" and not path.startswith("/health"):
                tag = {"description": "Tag of the answer", "schema": {"type": "string"}}
                operation["responses"]["200"]["headers"]["ETag"] = tag
                operation["responses"]["304"] = {"description": _TELLS["304"], "headers": headers | {"ETag": tag}}
            if secured and not path.startswith("/health"):
                operation["security"] = [{"key": []}]
    if secured:
        found["components"]["securitySchemes"] = {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    app.openapi_schema = found
    return found


def _moved(schema: Any) -> Any:
    """The same schema, its names where OpenAPI has them."""
    return orjson.loads(orjson.dumps(schema).replace(b'"#/$defs/', b'"#/components/schemas/'))


Make = Callable[[Engine, Any, Lang], answers.Payload]
JSON: Final = "application/json"
_NAMED: Final = ("X-Request-Id", "traceparent")  # headers that go both ways
_UNKEPT: Final = {"cache-control": "no-store"}
_KEY_LENGTH: Final = 16
_WORTH, _LEVEL = 1_000, 4  # bytes from which compressing pays, and how hard: a millisecond for 100 kB
_FEW: Final = 20  # moves that are written in a millisecond or two
LangQuery = Annotated[Lang, Query(description="Language of the words")]


class Desk:
    """Where requests become answers: the application over one engine, and what it is worked by."""

    app: ASGIApp  # what every request goes through

    def __init__(self, engine: Engine, options: Options, metrics: Metrics | None = None) -> None:
        self.engine = engine
        self.metrics = metrics or Metrics()
        self.limits = options.limits
        self.own_process = options.exit_with
        self.open()
        self.store = Store(options.limits.cache_bytes)
        self.room: Any = None  # what pages for people are made from, where there are any
        self.prepare: Callable[[], None] | None = None  # makes what their first visitors would wait for
        self.ready = self.failed = False
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        await self.app(scope, receive, send)

    def retire(self) -> None:
        """Leave the process alone at its end: another application goes on in it."""
        self.own_process = False

    def let_go(self) -> None:
        """Drop what it serves from: the framework remembers every function that it was given, and all it refers to."""
        for each in filter(None, (self.room, self)):
            vars(each).clear()

    def open(self) -> None:
        """Take requests, again where it was stopped before."""
        limits = self.limits
        self.stopping = False
        # Two queues: what takes long never makes what is short wait.
        pool = partial(Pool, threads=limits.threads, waiting=limits.waiting, seconds=limits.seconds)
        self.short = pool(counted=self.metrics.under_way("short"))
        self.long = pool(counted=self.metrics.under_way("long"), gives_way=self.short)

    def close(self) -> None:
        """Take no more; what still runs is given up where the process is the service's own."""
        left = 0
        for pool in (self.short, self.long):
            pool.close()
            left += pool.count
        if self.own_process and left:
            tell("abandoned", answers=left)
            os._exit(0)

    async def reply(  # noqa: PLR0911 - one refusal a line
        self, request: Request, make: Make, asked: BaseModel, lang: Lang
    ) -> Response:
        """
        Answer a request: from what is kept, else from a thread, where it takes longer than handing it over does.

        What is about a person is neither kept nor given a tag.
        """
        query = request.scope["query_string"]
        if request.method == "POST" and (odd := [name for name in request.query_params if name != "lang"]):
            told = [misspelt("query", name, (*asked_fields(request), "lang"), language(query)) for name in odd[:_FEW]]
            return problem("invalid_request", lang=language(query), extra={"errors": told})
        personal = make in (answers.match, answers.rank_batch) or isinstance(getattr(asked, "origin", None), Person)
        key = "" if personal else _key(make, asked, lang)
        headers = _UNKEPT
        known = request.headers.get("if-none-match", "")
        if request.method == "GET":
            headers = {"cache-control": "private, no-cache", "etag": self._tag(type(asked).__name__ + key)}
            if headers["etag"] in {each.strip().removeprefix("W/") for each in known.split(",")}:
                return Response(status_code=304, headers=headers)
        answer = self.store.get(key) if key else None
        self.metrics.looked_up(found=answer is not None)
        if answer is None:
            work = partial(_work, make, self.engine, asked, lang)
            try:
                if self._is_immediate(asked):
                    answer = work()
                else:
                    pool = self.short if _is_short(make, asked) else self.long
                    answer = await pool.run(work, partial(_gone, request))
            except GoneError:
                return Response(status_code=499)  # nobody reads it; the log has it
            except BusyError:
                return problem("busy", lang=language(query), headers={"retry-after": "1"})
            except TooLongError:
                return problem("too_long", lang=language(query))
            if key:
                self.store.put(key, answer)
        if known.strip() == "*" and request.method == "GET":
            return Response(status_code=304, headers=headers)
        return Response(answer, media_type=JSON, headers=headers)

    def _is_immediate(self, asked: BaseModel) -> bool:
        """Whether an answer takes a millisecond or two: moves from a code, which nothing has to be searched for."""
        if (
            not isinstance(asked, RankQuery | RankBody)
            or asked.explain
            or asked.filters
            or asked.limit + asked.offset > _FEW
        ):
            return False
        return all(
            isinstance(each, str) and each in self.engine.graph.position for each in (asked.origin, *asked.targets)
        )

    def warm(self, *, every: bool) -> None:
        """Work out what first requests would wait for; with `every`, each occupation's moves while there is room."""
        try:
            self.engine.warm()
            self._keep_moves(every=every)
            if self.prepare is not None and not self.stopping:
                self.prepare()
        except Exception as error:
            tell("warming_failed", level=logging.ERROR, error=error)
            raise
        if self.own_process:
            gc.freeze()  # nothing of the graph is ever garbage: looking for some there would hold an answer up

    def _keep_moves(self, *, every: bool) -> None:
        for code in self.engine.graph.codes if every else ():
            if self.stopping:
                return
            asked = RankQuery(origin=code)
            key, answer = _key(answers.rank, asked, asked.lang), _work(answers.rank, self.engine, asked, asked.lang)
            if not self.store.has_room(key, answer):
                tell("store_full", kept=self.store.size)
                return
            self.store.put(key, answer)

    def _tag(self, key: str) -> str:
        """Tag of an answer: a digest of the question and of all that it is answered from, which never changes."""
        return f'"{hashlib.sha256(self.engine.fingerprint + key.encode()).hexdigest()[:32]}"'


async def _gone(request: Request) -> None:
    """Wait until the client of a request, all of which was read, is no longer there."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _is_short(make: Make, asked: Any) -> bool:
    """Whether an answer takes some hundredths of a second: one of which nothing is asked that multiplies the work."""
    if make is answers.show:
        return True
    if make is answers.resolve:
        return bool(asked.kind == "title")
    if make not in (answers.rank, answers.sources) or bool(getattr(asked, "explain", 0)) or asked.filters:
        return False
    among = asked.targets if make is answers.rank else asked.origins
    return bool(asked.limit + asked.offset <= _FEW and len(among) <= _FEW)


def _key(make: Make, asked: BaseModel, lang: Lang) -> str:
    """Name a question: the same whether it came in an address or in a body, whose fields stand in the same order."""
    values = list(asked.model_dump(mode="json", exclude={"lang"}).values())
    return f"{make.__name__} {lang} {orjson.dumps(values).decode()}"


def _work(make: Make, engine: Engine, asked: BaseModel, lang: Lang) -> bytes:
    return orjson.dumps(answers.chosen(make(engine, asked, lang), getattr(asked, "fields", ())))


def create_app(
    engine: Engine, options: Options | None = None, *, keys: Sequence[str] = (), metrics: Metrics | None = None
) -> Desk:
    """
    Make the application.

    Parameters
    ----------
    engine
        What `passerelles.service.engine.load_engine` gives.
    options
        Limits and allowed web origins.
    keys
        API keys; without any, none is asked for.
    metrics
        What counts, where several applications of one process count together.
    """
    chosen = options or Options()
    desk = Desk(engine, chosen, metrics)

    def warmed(done: asyncio.Future[None]) -> None:
        desk.failed = done.cancelled() or done.exception() is not None
        desk.ready = not desk.failed
        referential = engine.graph.referential
        if desk.ready:
            desk.metrics.serves(engine.version, f"{referential.name} {referential.version}", referential.stamp.sha256)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        desk.open()
        warming = asyncio.get_running_loop().run_in_executor(None, partial(desk.warm, every=chosen.warm))
        warming.add_done_callback(warmed)
        yield
        desk.ready, desk.stopping = False, True
        await asyncio.gather(warming, return_exceptions=True)
        if metrics is None:
            desk.metrics.close()
        desk.close()

    app = _framework(desk, life, chosen)
    app.openapi = partial(described, app, secured=bool(keys))  # type: ignore[method-assign]
    hosts = chosen.hosts if chosen.explorer != "off" else ()
    within = "/" if chosen.explorer == "alone" else EXPLORER
    served: ASGIApp = Guard(app, limits=chosen.limits, keys=keys, hosts=hosts, within=within)
    if chosen.origins:
        served = Browsers(
            served, allow_origins=list(chosen.origins), allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Content-Type", "X-API-Key", "Authorization", "If-None-Match", *_NAMED],
            expose_headers=["ETag", "Passerelles-Version", "Passerelles-Referential", "Retry-After", *_NAMED],
        )  # fmt: skip
    served = GZipMiddleware(served, minimum_size=_WORTH, compresslevel=_LEVEL)
    headers = [
        ("Passerelles-Version", engine.version),
        ("Passerelles-Referential", engine.name),
        ("X-Content-Type-Options", "nosniff"),
    ]
    desk.app = Told(served, headers=headers, metrics=desk.metrics)
    return desk


def _framework(desk: Desk, life: Any = None, options: Options | None = None) -> FastAPI:
    app = FastAPI(
        **ABOUT,
        version=desk.engine.version,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # an address that is not known is told, not guessed
        generate_unique_id_function=lambda route: str(route.name),  # what generated clients call their functions
    )
    app.add_exception_handler(PasserellesError, on_engine_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_fault)
    _add_answers(app, desk)
    _add_health(app, desk)
    if options is not None and options.explorer != "off":
        from passerelles.service.explorer.room import Room  # noqa: PLC0415 - pages are asked for, or not there
        from passerelles.service.explorer.routes import add_explorer  # noqa: PLC0415

        desk.room = Room(desk.engine, options.lang)
        add_explorer(app, desk, desk.room, alone=options.explorer == "alone")
    return app


# Address, name of what answers it in `answers`, what is asked (by GET a query, by POST a body), shape, what it is.
_ROUTES: Final[tuple[tuple[str, str, type[BaseModel], str, str], ...]] = (
    ("/v1/rank", "rank", RankQuery, "rank", "Moves from an occupation"),
    ("/v1/rank", "rank", RankBody, "rank", "Moves from an occupation or a person"),
    ("/v1/rank/batch", "rank_batch", RankBatchBody, "rank-batch", "Moves from many occupations or persons"),
    ("/v1/sources", "sources", SourcesQuery, "sources", "Moves towards an occupation"),
    ("/v1/sources", "sources", SourcesBody, "sources", "Moves towards an occupation"),
    ("/v1/paths", "paths", PathsQuery, "paths", "Paths between occupations"),
    ("/v1/paths", "paths", PathsBody, "paths", "Paths from an occupation or a person"),
    ("/v1/resolve", "resolve", ResolveQuery, "resolve", "Codes of a job title or of a competency"),
    ("/v1/resolve", "resolve", ResolveBody, "resolve", "Codes of a job title or of a competency"),
    ("/v1/show", "show", ShowQuery, "show", "The sheet of an occupation"),
    ("/v1/match", "match", MatchBody, "territory", "Who could go where on a territory"),
)


def _add_answers(app: FastAPI, desk: Desk) -> None:
    named: set[str] = set()
    for path, answer, model, shape, summary in _ROUTES:
        by_query = "lang" in model.model_fields
        name = f"{answer}_post" if answer in named else answer
        named.add(name)
        endpoint = (_by_query if by_query else _by_body)(desk, answer, model)
        methods = ["GET" if by_query else "POST"]
        app.add_api_route(path, endpoint, methods=methods, name=name, summary=summary, **responses(shape))


def _by_query(desk: Desk, answer: str, model: Any) -> Callable[..., Any]:
    async def endpoint(request: Request, asked: Annotated[model, Query()]) -> Response:
        return await desk.reply(request, getattr(answers, answer), asked, asked.lang)

    return endpoint


def _by_body(desk: Desk, answer: str, model: Any) -> Callable[..., Any]:
    async def endpoint(request: Request, asked: model, lang: LangQuery = "fr") -> Response:
        return await desk.reply(request, getattr(answers, answer), asked, lang)

    return endpoint


def _add_health(app: FastAPI, desk: Desk) -> None:
    @app.get("/health/live", **responses(None, health=True), summary="Whether the process answers")
    async def live() -> Response:
        return Response(b'{"status":"live"}', media_type=JSON, headers=_UNKEPT)

    @app.get("/health/ready", **responses(None, health=True), summary="Whether it takes requests")
    async def ready(request: Request) -> Response:
        lang = language(request.scope["query_string"])
        stuck = desk.short.stuck + desk.long.stuck
        if desk.short.blocked or desk.long.blocked:
            return problem("stuck", lang=lang, extra={"stuck": stuck})
        if not desk.ready or desk.short.full or desk.long.full:
            return problem("busy", lang=lang, headers={"retry-after": "1"})
        return Response(b'{"status":"ready","stuck":%d}' % stuck, media_type=JSON, headers=_UNKEPT)

    @app.get(METRICS, include_in_schema=False)
    async def metrics() -> Response:
        return Response(desk.metrics.written(), media_type=MEDIA, headers=_UNKEPT)


def description(engine: Engine) -> dict[str, Any]:
    """Return the OpenAPI description of a service without a key."""
    return described(_framework(Desk(engine, Options())), secured=False)


def read_keys(variable: str | None) -> tuple[str, ...]:
    """
    Keys in an environment variable, between spaces.

    Raises
    ------
    PasserellesError
        If it is not set, or holds a key of fewer than 16 characters.
    """
    if variable is None:
        return ()
    keys = tuple(os.environ.get(variable, "").split())
    if not keys or min(map(len, keys)) < _KEY_LENGTH:
        raise PasserellesError("service_key", variable=variable, least=_KEY_LENGTH)
    return keys


def from_environment() -> ASGIApp:
    """Make the application from the environment: options as variables, or those that a parent process left."""
    left = os.environ.get(VARIABLE)
    options = Options.model_validate_json(left) if left else options_of(os.environ)
    return application(options)


def application(options: Options) -> ASGIApp:
    """
    Load what the options name and make the application, which loads anew on SIGHUP.

    Raises
    ------
    PasserellesError
        If the referential, the data or the key cannot be read.
    """
    keys = read_keys(options.key_variable)
    if options.explorer == "alone":  # one person's pages: they end with the terminal that they were opened from
        return create_app(load_engine(options), options, keys=keys)
    metrics = Metrics()

    def make() -> Desk:
        return create_app(load_engine(options), options, keys=keys, metrics=metrics)

    return Reloading(make, metrics, watched=Path(options.referential), every=options.watch_seconds)
