"""The application: routes, answers, health, and their OpenAPI description."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from passerelles.errors import PasserellesError
from passerelles.installed import package_version
from passerelles.report.schemas import SHAPES, definitions, examples, shape_name
from passerelles.service import answers, problems, requests
from passerelles.service.engine import Engine, Options, load_engine
from passerelles.service.middleware import EXPLORER, METRICS, OPEN, Browsers, Guard, RequestLog
from passerelles.service.telemetry import MEDIA, Metrics
from passerelles.service.workers import JSON, NO_STORE, Reloading, ServiceApp

ABOUT: Final[Mapping[str, Any]] = problems.DESCRIBED["about"]
_ANSWER_TEXTS: Final[Mapping[str, str]] = problems.DESCRIBED["answers"]
BODIES: Final[Mapping[str, Mapping[str, Any]]] = problems.DESCRIBED["bodies"]


def _text_schema(about: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string"}}


_HEADERS: Final = {name: _text_schema(about) for name, about in problems.DESCRIBED["headers"].items()}
_TAG_HEADER: Final = {"ETag": _text_schema("Tag of the answer")}


def _problem_response(status: str, text: str) -> dict[str, Any]:
    keys = [key for key, code in problems.STATUS.items() if code == int(status)]
    examples = {key: {"value": problems.problem_body(key, "fr")} for key in keys}
    content = {"schema": {"$ref": "#/components/schemas/problem"}, "examples": examples}
    return {"description": text, "content": {problems.MEDIA: content}, "headers": _HEADERS}


def _monitor_responses(kind: str, schema: Mapping[str, Any], example: Any, *codes: str) -> dict[Any, Any]:
    """Responses of a route for monitoring, as OpenAPI describes them."""
    content = {kind: {"schema": schema, "examples": {"answer": {"value": example}}}}
    problems = {code: _problem_response(code, _ANSWER_TEXTS[code]) for code in codes}
    return {**problems, 200: {"description": "Yes", "content": content, "headers": _HEADERS}}


_STATUS: Final = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
_HEALTH: Final = _monitor_responses(JSON, _STATUS, {"status": "ready"}, "405", "500", "503")
_COUNTS: Final = _monitor_responses("text/plain", {"type": "string"}, "passerelles_ready 1.0\n", "401", "405", "500")


def _responses(shape: str, *, tagged: bool) -> dict[Any, Any]:
    """Responses of a route, as OpenAPI describes them; `tagged`: its answers have an ETag."""
    name = shape_name(shape)
    shapes = [{"$ref": f"#/components/schemas/{_component(name)}{which}"} for which in ("", _FIELDS_SUFFIX)]
    body: dict[str, Any] = {"schema": {"anyOf": shapes}}
    if name in examples():
        body["examples"] = {"answer": {"value": examples()[name]}}
    headers = _HEADERS | (_TAG_HEADER if tagged else {})
    errors = {code: _problem_response(code, text) for code, text in _ANSWER_TEXTS.items() if code != "304"}
    not_modified = {304: {"description": _ANSWER_TEXTS["304"], "headers": headers}} if tagged else {}
    answer = {"description": str(SHAPES[name]["description"]), "content": {JSON: body}, "headers": headers}
    return {**errors, 200: answer, **not_modified}


_FIELDS_SUFFIX: Final = "-fields"  # what an answer is called of whose results `fields` names some keys


def _component(name: str) -> str:
    return name.replace("@", "-")


def _optional_schema(shape: Any, known: Mapping[str, Any]) -> Any:
    """The shape of a result, and of its moves, none of whose keys must be there."""
    if "anyOf" in shape:
        return {"anyOf": [_optional_schema(branch, known) for branch in shape["anyOf"]]}
    schema = known[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    properties = dict(schema["properties"])
    if "moves" in properties:
        properties["moves"] = {**properties["moves"], "items": _optional_schema(properties["moves"]["items"], known)}
    return {**{key: value for key, value in schema.items() if key != "required"}, "properties": properties}


def _fields_schema(shape: Any, known: Mapping[str, Any]) -> Any:
    """The shape of an answer where `fields` names the keys of its results."""
    properties = dict(shape["properties"])
    properties["results"] = {**properties["results"], "items": _optional_schema(properties["results"]["items"], known)}
    required = [key for key in shape["required"] if key != "settings"]
    return {**shape, "description": problems.DESCRIBED["chosen"], "properties": properties, "required": required}


def openapi_description(app: FastAPI, *, secured: bool) -> dict[str, Any]:
    """Return the description, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    openapi = FastAPI.openapi(app)
    components = openapi["components"]
    schemas = components["schemas"]
    # Of a person there is one shape, that of requests.
    known = definitions()
    schemas |= {name: _with_openapi_refs(shape) for name, shape in known.items() if name != "profile"}
    schemas |= {_component(k): _with_openapi_refs(shape) for k, shape in SHAPES.items() if "@" in k}
    for name in dict.fromkeys(shape_name(route[3]) for route in _ROUTES):
        schemas[f"{_component(name)}{_FIELDS_SUFFIX}"] = _with_openapi_refs(_fields_schema(SHAPES[name], known))
    if secured:
        bare = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
        components["securitySchemes"] = {"key": bare, "bearer": {"type": "http", "scheme": "bearer"}}
        for path, methods in openapi["paths"].items():
            for operation in methods.values() if path not in OPEN else ():
                operation["security"] = [{"key": []}, {"bearer": []}]
    return openapi


def _with_openapi_refs(schema: Any) -> Any:
    """The same schema, its names where OpenAPI has them."""
    return orjson.loads(orjson.dumps(schema).replace(b'"#/$defs/', b'"#/components/schemas/'))


_NAMED: Final = ("X-Request-Id", "traceparent")  # headers that go both ways
_KEY_LENGTH: Final = 16
_WORTH, _LEVEL = 1_000, 4  # bytes from which compressing pays, and how hard: a millisecond for 100 kB


def create_app(
    engine: Engine, options: Options | None = None, *, keys: Sequence[str] = (), metrics: Metrics | None = None
) -> ServiceApp:
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
    service = ServiceApp(engine, chosen, metrics)

    app = _framework(service, chosen)
    app.openapi = partial(openapi_description, app, secured=bool(keys))  # type: ignore[method-assign]
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
    about = {"Passerelles-Version": package_version(), "Passerelles-Referential": engine.stated}
    headers = [*about.items(), ("X-Content-Type-Options", "nosniff")]
    service.app = RequestLog(served, headers=headers, metrics=service.metrics)
    return service


def _framework(service: ServiceApp, options: Options) -> FastAPI:
    app = FastAPI(
        **ABOUT,
        version=package_version(),
        lifespan=service.life,
        openapi_url=None,  # an address of ours as the others are: in logs and counts too
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # an unknown address is an error, not guessed
        generate_unique_id_function=lambda route: str(route.name),  # what generated clients call their functions
    )
    app.add_exception_handler(PasserellesError, problems.on_engine_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.add_exception_handler(Exception, problems.on_fault)
    _add_answers(app, service)
    _add_health(app, service)
    if options.explorer != "off":
        from passerelles.service.explorer.routes import add_explorer  # noqa: PLC0415 - pages are asked for, or not there

        add_explorer(app, service, usual=options.lang, alone=options.explorer == "alone")
    return app


# Address, name of what answers it in `answers`, what is asked (by GET a query, by POST a body), shape, what it is.
_ROUTES: Final[tuple[tuple[str, str, type[BaseModel], str, str], ...]] = (
    ("/v1/rank", "rank", requests.RankQuery, "rank", "Moves from an occupation"),
    ("/v1/rank", "rank", requests.RankBody, "rank", "Moves from an occupation or a person"),
    ("/v1/rank/batch", "rank_batch", requests.RankBatchBody, "rank-batch", "Moves from many occupations or persons"),
    ("/v1/sources", "sources", requests.SourcesQuery, "sources", "Moves towards an occupation"),
    ("/v1/sources", "sources", requests.SourcesBody, "sources", "Moves towards an occupation"),
    ("/v1/paths", "paths", requests.PathsQuery, "paths", "Paths between occupations"),
    ("/v1/paths", "paths", requests.PathsBody, "paths", "Paths from an occupation or a person"),
    ("/v1/resolve", "resolve", requests.ResolveQuery, "resolve", "Codes of a job title or of a competency"),
    ("/v1/resolve", "resolve", requests.ResolveBody, "resolve", "Codes of a job title or of a competency"),
    ("/v1/show", "show", requests.ShowQuery, "show", "The sheet of an occupation"),
    ("/v1/match", "match", requests.MatchBody, "territory", "Who could go where on a territory"),
)


def _add_answers(app: FastAPI, service: ServiceApp) -> None:
    names: set[str] = set()
    for path, answer, model, shape, summary in _ROUTES:
        by_query = issubclass(model, requests.QueryString)
        name = f"{answer}_post" if answer in names else answer
        names.add(name)
        make_endpoint, route = (_by_query, None) if by_query else (_by_body, problems.StrictRoute)
        bodies = {} if by_query else {key: {"value": body} for key, body in BODIES[path].items()}
        extra = {"requestBody": {"content": {JSON: {"examples": bodies}}}} if bodies else None
        app.router.add_api_route(
            path, make_endpoint(service, answer, model), methods=["GET" if by_query else "POST"], name=name,
            summary=summary, openapi_extra=extra, responses=_responses(shape, tagged=by_query),
            route_class_override=route,
        )  # fmt: skip


def _by_query(service: ServiceApp, answer: str, model: Any) -> Callable[..., Any]:
    async def endpoint(request: Request, query: Annotated[model, Query()]) -> Response:
        refusal = problems.refuse_twice(request, model, query.lang)
        return refusal or await service.reply(request, getattr(answers, answer), query, query.lang)

    return endpoint


def _by_body(service: ServiceApp, answer: str, model: Any) -> Callable[..., Any]:
    async def endpoint(request: Request, body: model, query: Annotated[requests.QueryString, Query()]) -> Response:
        refusal = problems.refuse_twice(request, requests.QueryString, query.lang)
        return refusal or await service.reply(request, getattr(answers, answer), body, query.lang)

    return endpoint


def _add_health(app: FastAPI, service: ServiceApp) -> None:
    @app.get("/health/live", responses=_HEALTH, summary="Whether the process answers")
    async def live() -> Response:
        return Response(b'{"status":"live"}', media_type=JSON, headers=NO_STORE)

    @app.get("/health/ready", responses=_HEALTH, summary="Whether it takes requests")
    async def ready(request: Request) -> Response:
        lang = problems.language(request.scope["query_string"])
        stuck = service.short.stuck + service.long.stuck
        if service.short.blocked or service.long.blocked:
            return problems.problem("stuck", lang=lang, extra={"stuck": stuck})
        if not service.ready or service.short.full or service.long.full:
            return problems.problem("busy" if service.ready else "not_ready", lang=lang, headers={"retry-after": "1"})
        return Response(b'{"status":"ready","stuck":%d}' % stuck, media_type=JSON, headers=NO_STORE)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return Response(orjson.dumps(app.openapi()), media_type=JSON)

    @app.get(METRICS, responses=_COUNTS, response_class=PlainTextResponse, summary="Counts, as Prometheus reads them")
    async def metrics() -> Response:
        return Response(service.metrics.exposition(), media_type=MEDIA, headers=NO_STORE)


def description(engine: Engine) -> dict[str, Any]:
    """Return the OpenAPI description of a service without a key."""
    return openapi_description(_framework(ServiceApp(engine, Options()), Options()), secured=False)


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

    def make() -> ServiceApp:
        return create_app(load_engine(options), options, keys=keys, metrics=metrics)

    return Reloading(make, metrics, watched=Path(options.referential), every=options.watch_seconds)
