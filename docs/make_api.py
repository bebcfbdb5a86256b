"""
The public surface as data, what breaks between two of them, and the snapshot of the last version.

``python docs/make_api.py`` writes docs/api.json: when a version is released, never to silence a test.
"""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import passerelles
from passerelles.cli.main import make_app
from passerelles.graph.build import build_graph
from passerelles.referentials.load import load_referential
from passerelles.report.schemas import SHAPES, json_schema
from passerelles.service.app import description
from passerelles.service.engine import Engine
from passerelles.settings import Settings

OUTPUT = Path(__file__).resolve().parent / "api.json"
POSITIONAL = {"POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD"}
INPUTS = {"profile", "settings"}
TEXTS = re.compile(r'"[^"]*"(?: \| "[^"]*")*')
Surface = dict[str, Any]


def surface() -> Surface:
    """Everything that others may rely on, by name."""
    return {
        "version": passerelles.__version__,
        "python": {name: _python(getattr(passerelles, name)) for name in sorted(passerelles.__all__)},
        "settings": sorted(_fields(Settings)),
        "commands": _commands(),
        "shapes": _shapes(),
        "http": _http(),
    }


def _python(value: Any) -> Surface:
    if inspect.ismodule(value):
        own = [n for n in getattr(value, "__all__", []) if not n.startswith("_")]
        return {"names": sorted(own)}
    found: Surface = {}
    if callable(value):
        found["parameters"] = [
            [p.name, p.kind.name, p.default is not inspect.Parameter.empty]
            for p in inspect.signature(value).parameters.values()
        ]
    if inspect.isclass(value):
        found["names"] = sorted(
            {n for n in dir(value) if not n.startswith("_")} - set(dir(ValueError))
            | {n for n in getattr(value, "__annotations__", {}) if not n.startswith("_")}
        )
        if hasattr(value, "model_fields"):  # what pydantic adds to its models is not ours to keep
            found["names"] = sorted(value.model_fields)
            found.pop("parameters", None)
    return found


def _fields(model: Any, path: str = "") -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        found.add(path + name)
        if hasattr(field.annotation, "model_fields"):
            found |= _fields(field.annotation, f"{path}{name}.")
    return found


def _commands() -> Surface:
    found: Surface = {}
    waiting = [("", typer.main.get_command(make_app()))]
    while waiting:
        path, command = waiting.pop()
        children = getattr(command, "commands", {})
        waiting += [(f"{path} {name}".strip(), child) for name, child in children.items()]
        if not children:
            options = sorted(o for p in command.params for o in p.opts if o.startswith("--"))
            arguments = [[p.name, p.required] for p in command.params if p.param_type_name == "argument"]
            found[path] = {"options": options, "arguments": arguments}
    return dict(sorted(found.items()))


def _shapes() -> Surface:
    found: Surface = {}
    for name in SHAPES:
        schema = json_schema(name)
        shared = schema.get("$defs", {})
        if name in INPUTS:
            found[name] = dict(_keys(schema, shared))
            continue
        for path, part in {name: schema, **{f"{name} {k}": v for k, v in shared.items()}}.items():
            found[path] = dict(_keys(part, {}))
    return found


def _keys(schema: Any, shared: Surface, path: str = "") -> Iterator[tuple[str, Surface]]:
    """
    Every key that a schema tells, with its kind and whether it is always there; `[]` is an item, `{}` a value.

    What `shared` schemas tell is told with what refers to them.
    """
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _keys(each, shared, path)  # first: what the schema itself tells of a key wins
    for name, told in schema.get("properties", {}).items():
        yield path + name, {"kind": kind(told), "required": name in schema.get("required", [])}
        yield from _keys(told, shared, f"{path}{name}.")
    inside = path.removesuffix(".")
    if "items" in schema:
        yield from _keys(schema["items"], shared, f"{inside}[].")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _keys(schema["additionalProperties"], shared, f"{inside}{{}}.")
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in shared:
        yield from _keys(shared[name], shared, path)


def kind(schema: Any) -> str:
    """
    Return what a value may be, in one text: types, the few texts allowed, names of shapes.

    Examples
    --------
    >>> kind({"type": "array", "items": {"type": ["number", "null"], "minimum": 0}})
    '[null | number]'
    """
    if len(schema.get("allOf", ())) == 1:  # how Pydantic wrote a reference beside a default before 2.9
        return kind(schema["allOf"][0])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if among := schema.get("anyOf", schema.get("oneOf")):
        return " | ".join(sorted(kind(each) for each in among))
    if "const" in schema or "enum" in schema:
        return " | ".join(sorted(json.dumps(v, ensure_ascii=False) for v in schema.get("enum", [schema.get("const")])))
    types = schema.get("type", "anything")
    inner = {"array": schema.get("items"), "object": schema.get("additionalProperties")}
    found = []
    for each in [types] if isinstance(types, str) else types:
        told = inner.get(each)
        within = kind(told) if isinstance(told, dict) else ""
        found.append(f"[{within}]" if each == "array" else f"{{{within}}}" if each == "object" else each)
    return " | ".join(sorted(found))


def _http() -> Surface:
    described = description(Engine.of(build_graph(load_referential())))
    found: Surface = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            asked = {
                p["name"]: {"kind": kind(p["schema"]), "required": p.get("required", False)}
                for p in operation.get("parameters", [])
            }
            found[f"{method.upper()} {path}"] = asked | dict(_keys(body, described["components"]["schemas"], "body."))
    return found


def broken(old: Surface, new: Surface) -> list[str]:
    """Names of what a program written against `old` may miss in `new`, as a changelog writes them."""
    found = [*_broken_python(old["python"], new["python"])]
    found += [f"settings {name}" for name in sorted(set(old["settings"]) - set(new["settings"]))]
    for name, command in old["commands"].items():
        now = new["commands"].get(name)
        if now is None:
            found.append(f"passerelles {name}")
            continue
        found += [f"{name} {option}" for option in command["options"] if option not in now["options"]]
        kept = now["arguments"][: len(command["arguments"])]
        more = any(required for _, required in now["arguments"][len(command["arguments"]) :])
        if kept != command["arguments"] or more:
            found.append(f"passerelles {name}")
    for name, shape in old["shapes"].items():
        found += _broken_keys(f"{name}.", shape, new["shapes"].get(name), asked=name.split()[0] in INPUTS)
    for name, asked in old["http"].items():
        found += _broken_keys(f"{name} ", asked, new["http"].get(name), asked=True)
    return found


def _broken_keys(path: str, old: Surface, new: Surface | None, *, asked: bool) -> list[str]:
    """Keys that are gone, of another kind, no longer sure to be there or, of what is `asked`, newly demanded."""
    if new is None:
        return [path[:-1]]
    found = []
    for key, was in old.items():
        now = new.get(key)
        if (
            now is None
            or not _still_fits(was["kind"], now["kind"], asked=asked)
            or (was["required"] and not now["required"] and not asked)
        ):
            found.append(path + key)
    if asked:
        sure = {key for key, was in old.items() if was["required"]}
        found += [path + key for key, now in new.items() if now["required"] and key not in sure]
    return found


def _still_fits(was: str, now: str, *, asked: bool) -> bool:
    """Whether a kind is the same, or takes, of what is asked, some texts more (a key that `fields` may name)."""
    more = TEXTS.sub("text", was) == TEXTS.sub("text", now) and {*was.split('"')} <= {*now.split('"')}
    return was == now or (asked and more)


def _broken_python(old: Surface, new: Surface) -> list[str]:
    found = []
    for name, was in old.items():
        now = new.get(name)
        if now is None:
            found.append(name)
            continue
        found += [f"{name}.{each}" for each in was.get("names", []) if each not in now.get("names", [])]
        if "parameters" in was:
            found += [f"{name}({each})" for each in _broken_call(was["parameters"], now.get("parameters", []))]
    return found


def _broken_call(old: list[list[Any]], new: list[list[Any]]) -> list[str]:
    now = {name: (kind, default) for name, kind, default in new}
    found = [name for name, _, _ in old if name not in now]
    found += [name for name, _, default in old if default and name in now and not now[name][1]]
    was = [name for name, kind, _ in old if kind in POSITIONAL]
    are = [name for name, kind, _ in new if kind in POSITIONAL]
    found += [a for a, b in zip(was, [*are, *[None] * len(was)], strict=False) if a != b and a in now]
    known = {name for name, _, _ in old}
    found += [name for name, kind, default in new if name not in known and not default and not kind.startswith("VAR")]
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    OUTPUT.write_text(json.dumps(surface(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
