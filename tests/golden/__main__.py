"""
Golden files: what every command, route and page gives on the embedded referential, kept as files.

``python -m tests.golden`` compares and names each difference; ``--write`` makes the files anew; ``--only NAME`` takes
one case; ``--real FOLDER`` compares digests, field by field, of answers on a real ROME. Texts and order are compared
exactly, numbers to within 1e-9. Run from the root of a checkout.
"""

import argparse
import csv
import difflib
import hashlib
import io
import json
import math
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, Final

from passerelles.cli.main import run

HERE: Final = Path(__file__).parent
KEPT: Final = HERE / "expected"
_TOLERANCE: Final = 1e-9
_SHOWN: Final = 8
_MOVING: Final = re.compile(
    r"(?<![.\w-])(?=\d*[a-f])[0-9a-f]{12,64}\b"
)  # checksums of files, which change with any fact


BRANCH: Final = ("--overlay", "enseignement-conduite")
SAMPLES: Final = "referentials/transitions/territories"
TABLES: Final = ("--fragile", f"{SAMPLES}/redon-fragile.csv", "--hiring", f"{SAMPLES}/redon-hiring.csv")

# Each command that lists something, with its usual options: run in every format that it has.
LISTINGS: Final[dict[str, tuple[str, ...]]] = {
    "rank": ("rank", "K2110", *BRANCH, "--limit", "3"),
    "rank-filters": ("rank", "N4101", "--limit", "2", "--filter", "same_domain"),
    "sources": ("sources", "N4101", "--limit", "3"),
    "paths": ("paths", "K2110", "K2110-GL", "N4101", *BRANCH, "--limit", "2"),
    "paths-frame": ("paths", "N4105", "N4101", "--frame", "periode-de-reconversion", "--limit", "2"),
    "levers": ("levers", "--origin", "N4105", "--target", "N4101", "--limit", "3"),
    "show": ("show", "K2110-GL", *BRANCH),
    "resolve": ("resolve", "moniteur auto école", "--limit", "3"),
    "resolve-competency": ("resolve", "conduire un camion", "--competencies", "--limit", "3"),
    "validate": ("validate", "transitions"),
    "evaluate": ("evaluate", "--methods", "random,cosine,shipped"),
    "match": ("territory", "match", *TABLES),
    "match-masked": ("territory", "match", *TABLES, "--mask"),
}
FORMATS: Final = ("table", "json", "csv", "xlsx")
# Commands run once, as they are.
PLAIN: Final[dict[str, tuple[str, ...]]] = {
    "demo": ("demo",),
    "demo-en": ("demo", "--lang", "en"),
    "rank-en": ("rank", "K2110", *BRANCH, "--limit", "2", "--explain", "2", "--lang", "en"),
    "rank-explained": ("rank", "N4105", "--limit", "3", "--explain", "3"),
    "paths-en": ("paths", "K2110", "K2110-GL", *BRANCH, "--lang", "en"),
    "sums": ("territory", "sums", *TABLES[:2], "--dominance", "1,80"),
    "match-en": ("territory", "match", *TABLES, "--lang", "en"),
    "schema": ("schema", "rank@1"),
    "wrong-code": ("rank", "K9999"),
    "wrong-option": ("rank", "K2110", "--limitt", "3"),
}
# Pages: the text that a reader sees is kept.
PAGES: Final[dict[str, tuple[str, ...]]] = {"report": ("report", "--date", "2026-11-25")}
ROUTES: Final[dict[str, str]] = {
    "rank": "/v1/rank?origin=K2110&limit=2",
    "sources": "/v1/sources?target=N4101&limit=2",
    "paths": "/v1/paths?origin=N4105&target=N4101&limit=1",
    "resolve": "/v1/resolve?text=moniteur%20auto%20%C3%A9cole&limit=3",
    "show": "/v1/show?occupation=K2110",
    "wrong": "/v1/rank?origin=K9999",
    "live": "/health/live",
}
# Pages of the explorer, by what they are about.
EXPLORER: Final[dict[str, str]] = {
    "home": "/?q=moniteur",
    "job": "/show/K2110-GL",
    "rank": "/rank/K2110",
    "sources": "/sources/N4101",
    "move": "/move/K2110/N4101",
    "compare": "/compare?job=K2110&job=N4101",
    "paths": "/paths/N4105/N4101",
    "near": "/near/K2110",
    "areas": "/areas",
    "area": "/areas/1",
    "interests": "/interests",
    "way": "/way",
    "profile": "/profile",
    "territory": "/territory",
    "wrong": "/show/K9999",
}
# On the real ROME, by the folder of its files: only digests of each field are kept.
REAL: Final[dict[str, tuple[str, ...]]] = {
    "rank": ("rank", "K2110", "--limit", "20"),
    "rank-care": ("rank", "J1501", "--limit", "20"),
    "sources": ("sources", "N4101", "--limit", "20"),
    "paths": ("paths", "N4105", "N4101", "K2503", "--limit", "2"),
    "show": ("show", "J1506"),
    "resolve": ("resolve", "chauffeur poids lourd", "--limit", "5"),
}


def main(arguments: list[str] | None = None) -> int:
    """Compare or write; return 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description="Compare or write the golden files.")
    parser.add_argument("--write", action="store_true", help="make the files anew")
    parser.add_argument("--only", metavar="NAME", help="cases whose name begins so")
    parser.add_argument("--real", metavar="FOLDER", type=Path, help="a ROME 4 folder: compare digests of fields")
    asked = parser.parse_args(arguments)
    os.environ.pop("PASSERELLES_DATA", None)  # the user's own data would show in the answers
    sys.path.insert(0, str(HERE.parent))  # what tests share
    os.environ["PASSERELLES_NO_CACHE"] = "1"  # an index that the user keeps was made by the code of before
    if not asked.real:
        from shared_graph import share_embedded

        share_embedded()
    outputs = real_digests(asked.real) if asked.real else embedded_outputs(asked.only or "")
    changed = 0
    for name, text in outputs:
        path = KEPT / name
        if asked.write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        differences = compare(path.read_text(encoding="utf-8") if path.exists() else "", text, path.suffix)
        if differences:
            changed += 1
            sys.stdout.write(f"--- {name}: {len(differences)} differences\n")
            sys.stdout.writelines(f"    {line}\n" for line in differences[:_SHOWN])
    advice = "; if that is wanted: --write, and the commit says which" if changed else ""
    sys.stdout.write("written\n" if asked.write else f"{changed} outputs differ{advice}\n")
    return int(changed > 0)


def embedded_outputs(only: str) -> Iterator[tuple[str, str]]:
    """Names of golden files and what belongs into them."""
    for name, words in LISTINGS.items():
        for form in FORMATS:
            ending = {"table": "txt", "xlsx": "xlsx.json"}.get(form, form)
            if f"{name}.{ending}".startswith(only):
                yield f"{name}.{ending}", command_output((*words, "--format", form))
    for name, words in PLAIN.items():
        if name.startswith(only):
            yield f"{name}.txt", command_output(words)
    for name, words in PAGES.items():
        if name.startswith(only):
            yield f"{name}.page.txt", page_text(words)
    if "route".startswith(only) or only.startswith("route"):
        yield from route_outputs()


def command_output(words: tuple[str, ...]) -> str:
    """Return the exit code, what stands on both outputs, and the cells of a workbook."""
    out, err = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsx"
        if words[-1] == "xlsx":
            words = (*words, "--output", str(book))
        code = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                run(words)
            except SystemExit as ended:
                code = int(ended.code or 0)
        if book.exists():
            return json.dumps(_cells(book), ensure_ascii=False, indent=0)
    printed = steady(out.getvalue().replace(folder, "FOLDER"))
    if words[-1] == "json" and not code:
        return json.dumps(json.loads(printed), ensure_ascii=False, indent=0)
    if words[-1] == "csv" and not code:
        return printed
    said = err.getvalue().replace(folder, "FOLDER")
    return f"exit {code}\n{printed}--- messages\n{steady(said)}"


def steady(text: str) -> str:
    """Take out what differs between two runs: checksums."""
    return _MOVING.sub("CHECKSUM", text)


def _cells(book: Path) -> dict[str, list[list[Any]]]:
    import openpyxl

    sheets = openpyxl.load_workbook(book)
    return {
        s.title: [[steady(c) if isinstance(c, str) else c for c in row] for row in s.iter_rows(values_only=True)]
        for s in sheets
    }


def page_text(words: tuple[str, ...]) -> str:
    """Return the words of a page, without marks, scripts and pictures."""
    with tempfile.TemporaryDirectory() as folder:
        page, err = Path(folder) / "page.html", io.StringIO()
        with redirect_stdout(io.StringIO()), redirect_stderr(err):
            try:
                run((*words, "--output", str(page)))
            except SystemExit as ended:
                if ended.code:
                    return f"exit {ended.code}\n--- messages\n{err.getvalue()}"
        return words_of(page.read_text(encoding="utf-8"))


def words_of(html: str) -> str:
    """Return what a reader sees of a page, a piece of text a line."""
    html = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", html)
    html = re.sub(r'<span class="option">(.*?)</span>', r"\1", html)
    lines = re.sub(r"(?s)<[^>]+>", "\n", html).splitlines()
    return steady("\n".join(line.strip() for line in lines if line.strip()))


def route_outputs() -> Iterator[tuple[str, str]]:
    """Answer every route of the service, and the pages of its explorer, in this process."""
    from passerelles import build_graph, load_referential
    from passerelles.service.app import create_app
    from passerelles.service.engine import Engine, Options
    from passerelles.service.middleware import EXPLORER as ROOT
    from service_client import Client

    engine = Engine.of(build_graph(load_referential().with_overlay("enseignement-conduite")))
    with Client(create_app(engine, Options(explorer="beside"))) as client:
        for name, address in ROUTES.items():
            answer = client.get(address)
            body = json.dumps(json.loads(steady(answer.text)), ensure_ascii=False, indent=0)
            yield f"route-{name}.json", f"{body}\n"
        for name, address in EXPLORER.items():
            answer = client.get(f"{ROOT}{address}")
            yield f"route-explorer-{name}.page.txt", f"{answer.status_code}\n{words_of(answer.text)}\n"


def real_digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Digest every field of the answers on a real ROME: its rows are not ours to keep."""
    for name, words in REAL.items():
        out = io.StringIO()
        with redirect_stdout(out), suppress(SystemExit):
            run((*words, "--referential", str(folder), "--format", "json"))
        fields: dict[str, list[str]] = {}
        for path, value in _leaves(json.loads(out.getvalue()), ""):
            fields.setdefault(path, []).append(f"{value:.7g}" if isinstance(value, float) else repr(value))
        digests = {p: f"{len(v)}:{hashlib.sha256('|'.join(v).encode()).hexdigest()[:12]}" for p, v in fields.items()}
        yield f"real-{name}.json", json.dumps(digests, indent=0)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{path}[]")
    else:
        yield path, value


def compare(expected: str, given: str, suffix: str) -> list[str]:
    """Name each difference: texts exactly, numbers to within the tolerance."""
    if expected == given:
        return []
    ended = given.partition("\n")[0]
    if ended.startswith("exit ") and not expected.startswith(f"{ended}\n"):  # what it says, not all that is lacking
        return [ended, *given.partition("--- messages\n")[2].splitlines()]
    if suffix == ".json" and expected:
        return list(_differences(json.loads(expected), json.loads(given), ""))
    if suffix == ".csv":
        return list(_differences(_table(expected), _table(given), "row"))
    return _changes(expected.splitlines(), given.splitlines())


def _changes(old: list[str], new: list[str]) -> list[str]:
    """Lines taken out and put in: one that is added changes none of those below it."""
    return [line for line in [*difflib.unified_diff(old, new, n=0, lineterm="")][2:] if not line.startswith("@@")]


def _table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def _differences(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if key not in old or key not in new:
                yield f"{path}.{key}: {'added' if key in new else 'gone'}"
            else:
                yield from _differences(old[key], new[key], f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        heads = _head(old), _head(new)
        if all(heads) and heads[0] != heads[1]:
            yield f"{path}: columns {' '.join(_changes(*heads))}"
            old, new = _shared_columns(old, heads[1]), _shared_columns(new, heads[0])
        if len(old) != len(new):
            yield f"{path}: {len(old)} -> {len(new)} items"
        for place, (a, b) in enumerate(zip(old, new, strict=False)):
            yield from _differences(a, b, f"{path}[{place}]")
    elif not _same(old, new):
        yield f"{path}: {str(old)[:70]!r} -> {str(new)[:70]!r}"


def _head(value: list[Any]) -> list[str]:
    """Return the header of a table; empty where a list is none."""
    head = value[0] if value and isinstance(value[0], list) else []
    return head if all(isinstance(cell, str) for cell in head) and len({*head}) == len(head) else []


def _shared_columns(rows: list[list[Any]], others: list[str]) -> list[dict[str, Any]]:
    return [{name: cell for name, cell in zip(rows[0], row, strict=False) if name in others} for row in rows[1:]]


def _same(old: Any, new: Any) -> bool:
    if old == new:
        return True
    try:
        return math.isclose(float(old), float(new), rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    except (TypeError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(main())
