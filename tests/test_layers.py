"""Imports only go down the layers, and importing the package stays light."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

SRC = Path(__file__).resolve().parents[1] / "src" / "passerelles"
LEVELS = [
    ["language"],
    ["errors"],
    ["progress", "installed"],
    ["codes", "text", "sharing"],
    ["vectors"],
    ["model", "notices"],
    ["settings"],
    ["io"],
    ["store"],
    ["views"],
    ["referentials"],
    ["market"],
    ["graph"],
    ["access"],
    ["scoring", "matching"],
    ["compiled"],
    ["effort"],
    ["ranking", "areas"],
    ["bulk"],
    ["evaluation"],
    ["paths"],
    ["territory"],
    ["charts"],
    ["report"],
    ["session"],
    ["service"],  # beside cli, above report; cli only starts it
    ["cli"],
]
RANK = {name: level for level, names in enumerate(LEVELS) for name in names}


def _module(file: Path) -> str:
    return ".".join(("passerelles", *file.relative_to(SRC).with_suffix("").parts)).removesuffix(".__init__")


MODULES = {_module(file) for file in SRC.rglob("*.py")}


def _imports(file: Path) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}  # a module of a package, or what it holds
            found += [(node.lineno, name if name in MODULES else node.module or "") for name in sorted(names)]
    return found


def test_one_function_asks_which_day_it_is() -> None:
    """Tests that set the day replace it there, and nothing asks again what another has settled."""
    texts = {_module(file): file.read_text(encoding="utf-8") for file in sorted(SRC.rglob("*.py"))}
    asking = [module for module, text in texts.items() if ".today()" in text or ".now()" in text]
    assert asking == ["passerelles.model"]


def test_every_module_has_a_layer() -> None:
    names = {p.relative_to(SRC).parts[0].removesuffix(".py") for p in SRC.rglob("*.py")}
    assert names - set(RANK) - {"__init__", "__main__"} == set()


def test_imports_only_go_down() -> None:
    faults = []
    for file in sorted(SRC.rglob("*.py")):
        top = file.relative_to(SRC).parts[0].removesuffix(".py")
        if top not in RANK:
            continue
        for line, name in _imports(file):
            parts = name.split(".")
            if parts[0] == "passerelles" and len(parts) == 1 and top != "cli":
                faults.append(f"{file.relative_to(SRC)}:{line} imports from the package's own face")
            elif parts[0] == "passerelles" and len(parts) > 1 and parts[1] != top and RANK[parts[1]] >= RANK[top]:
                faults.append(f"{file.relative_to(SRC)}:{line} imports {name}")
    assert not faults, "\n".join(faults)


def test_no_module_imports_itself_through_others() -> None:
    files = {_module(file): file for file in SRC.rglob("*.py")}
    ahead: dict[str, set[str]] = {name: set() for name in files}
    for name, file in files.items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):  # in functions and for types alone, too
            if isinstance(node, ast.ImportFrom):
                named = (f"{node.module}.{alias.name}" for alias in node.names)
                ahead[name] |= {each if each in files else str(node.module) for each in named} & files.keys()
    try:
        TopologicalSorter(ahead).prepare()
    except CycleError as error:
        circle = error.args[1]
        raise AssertionError(" <- ".join(circle)) from error


def test_files_keep_to_their_budget() -> None:
    lengths = {str(f.relative_to(SRC)): len(f.read_text("utf-8").splitlines()) for f in SRC.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 800} == {}


def test_importing_the_package_is_light() -> None:
    code = (
        "import sys, socket\n"
        "def refuse(*a, **k): raise OSError('no network at import')\n"
        "socket.socket.connect = refuse\n"
        "import passerelles\n"
        "heavy = {'sklearn', 'networkx', 'matplotlib', 'altair', 'plotly', 'pandas', 'scipy', 'openpyxl', 'pyarrow'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_public_names_all_resolve() -> None:
    import passerelles

    for name in passerelles.__all__:
        assert getattr(passerelles, name) is not None
    assert set(passerelles.__all__) <= set(dir(passerelles))
