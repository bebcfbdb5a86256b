"""
The public surface as data, what breaks between two of them, and the snapshot of the last version.

``python docs/make_api.py`` writes docs/api.json: when a version is released, never to silence a test.
"""

import inspect
import json
from pathlib import Path
from typing import Any

import typer

import passerelles
from passerelles.cli.main import make_app
from passerelles.graph.build import build_graph
from passerelles.referentials.load import load_referential
from passerelles.report.shapes.catalogue import json_schema, names
from passerelles.service.app import description
from passerelles.service.engine import Engine
from passerelles.settings import Settings

OUTPUT = Path(__file__).resolve().parent / "api.json"
POSITIONAL = {"POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD"}
INPUTS = {"profile", "settings"}
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
    for name in names():
        schema = json_schema(name)
        parts = {name: schema, **({f"{name} {k}": v for k, v in schema.get("$defs", {}).items()})}
        if name == "settings":
            parts = {name: schema}
        for path, part in parts.items():
            found[path] = {
                "names": sorted(part.get("properties", {})),
                "required": sorted(part.get("required", [])),
            }
    return found


def _http() -> Surface:
    described = description(Engine(build_graph(load_referential())))
    found: Surface = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            asked = {p["name"]: p.get("required", False) for p in operation.get("parameters", [])}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            shape = described["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], {})
            asked |= {f"body.{n}": n in shape.get("required", []) for n in shape.get("properties", {})}
            found[f"{method.upper()} {path}"] = asked
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
        now = new["shapes"].get(name)
        if now is None:
            found.append(name)
            continue
        gone = set(shape["names"]) - set(now["names"])
        changed = set(shape["required"]) ^ set(now["required"]) if name.split()[0] in INPUTS else set()
        changed |= set(shape["required"]) - set(now["required"])
        found += [f"{name}.{key}" for key in sorted(gone | changed)]
    for name, asked in old["http"].items():
        now = new["http"].get(name)
        if now is None:
            found.append(name)
            continue
        found += [f"{name} {key}" for key in asked if key not in now]
        found += [f"{name} {key}" for key, required in now.items() if required and not asked.get(key, False)]
    return found


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
