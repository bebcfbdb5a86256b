"""The OpenAPI description: the shapes of `passerelles schema`, with their examples and every error."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from passerelles.report.schemas import SHAPES, definitions, examples, shape_name
from passerelles.service.problems import MEDIA, STATUS, told

ABOUT: Final[dict[str, Any]] = {
    "title": "Passerelles",
    "summary": "Ranked, explained reskilling moves between jobs, from official referentials.",
    "description": (
        "The same answers as the command line and the Python library, from one referential. Everything here is an aid "
        "to a conversation with an adviser, never a decision. Persons are sent in bodies only; nothing about them is "
        "kept or logged."
    ),
    "openapi_url": "/openapi.json",
    "license_info": {"name": "MIT", "identifier": "MIT"},
}
_TELLS: Final = {
    "304": "What you have is still right (`If-None-Match`)",
    "401": "The API key is missing or wrong",
    "404": "A code, a title or an address that is not known; `suggestions` has the nearest",
    "405": "Not a method of this address",
    "408": "The body took too long to come",
    "413": "The body is too large",
    "414": "The query string is too long",
    "415": "The body is not declared as JSON, or is compressed",
    "422": "The request does not have its shape, or cannot be served; `errors` says where",
    "500": "A fault of the service",
    "503": "Too many answers are waiting: ask again after `Retry-After` seconds",
    "504": "The answer takes longer than it may",
}
_HEADERS: Final = {
    "Passerelles-Version": "Version of the package",
    "Passerelles-Referential": "Name, version and checksum of the referential",
    "X-Request-Id": "Number of the request, as in the logs",
}


# Bodies that the embedded referential with its overlay answers.
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "/v1/rank": {
        "occupation": {"origin": "K2110", "filters": ["min-coverage=0.1"], "limit": 3},
        "person": {"origin": {"occupation": "K2110", "credentials": {"PERM-C": "yes"}}, "limit": 3, "explain": 1},
    },
    "/v1/rank/batch": {
        "several": {"origins": ["K2110", {"competencies": ["TC0001"]}], "limit": 3, "fields": ["target", "level"]},
    },
    "/v1/sources": {"occupation": {"target": "N4101", "limit": 3}},
    "/v1/paths": {"occupation": {"origin": "K2110", "targets": ["N4102"], "frame": "transco", "limit": 2}},
    "/v1/resolve": {"title": {"text": "moniteur auto ecole", "limit": 3}},
    "/v1/match": {
        "territory": {
            "fragile": [{"employer": "Boutiques du Port", "job": "D1106", "headcount": 7, "basin": "Redon"}],
            "hiring": [{"employer": "Halles de la Vilaine", "job": "D1507", "openings": 5, "basin": "Redon"}],
        }
    },
}


def responses(shape: str | None, *, health: bool = False) -> dict[str, Any]:
    """What a route says of its responses."""
    kept = {"405", "500", "503"} if health else set(_TELLS) - {"304"}
    found: dict[Any, Any] = {code: _problem(code, text) for code, text in _TELLS.items() if code in kept}
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


def _problem(status: str, text: str) -> dict[str, Any]:
    examples = {key: {"value": told(key, "fr")} for key, code in STATUS.items() if code == int(status)}
    content = {"schema": {"$ref": "#/components/schemas/problem"}, "examples": examples}
    return {"description": text, "content": {MEDIA: content}}


def _component(name: str) -> str:
    return name.replace("@", "-")


def described(app: FastAPI, *, secured: bool) -> dict[str, Any]:
    """Return the description, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        license_info=app.license_info,
        routes=app.routes,
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    # Of a person there is one shape, that of requests.
    schemas |= {name: _moved(shape) for name, shape in definitions().items() if name != "profile"}
    schemas |= {_component(name): _moved(shape) for name, shape in SHAPES.items() if "@" in name}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()}
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
    if isinstance(schema, dict):
        moved = {k: v if k in {"const", "enum"} else _moved(v) for k, v in schema.items()}
        if isinstance(moved.get("$ref"), str):
            moved["$ref"] = moved["$ref"].replace("#/$defs/", "#/components/schemas/")
        return moved
    return [_moved(each) for each in schema] if isinstance(schema, list) else schema
