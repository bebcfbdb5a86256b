"""The public face: what is lazily imported, what the stub tells type checkers, and `__all__` are one list."""

import ast
import doctest
import inspect
from pathlib import Path
from types import ModuleType

import pytest

import passerelles


@pytest.mark.parametrize("package", [passerelles, passerelles.charts])
def test_the_stub_tells_type_checkers_the_same_names(package: ModuleType) -> None:
    tree = ast.parse(Path(package.__file__ or "").with_suffix(".pyi").read_text(encoding="utf-8"))
    told = {
        (node.module, alias.name, alias.asname)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == {(module, name, name) for name, module in package._PUBLIC.items()}, "__init__.pyi"


def test_every_contract_name_that_exists_is_public() -> None:
    for name in ("load_referential", "build_graph", "rank_moves", "rank_sources", "rank_all", "evaluate", "Profile"):
        assert name in passerelles.__all__


def test_completion_shows_the_public_names_and_help_how_to_start() -> None:
    assert [name for name in dir(passerelles) if not name.startswith("__")] == sorted(
        set(passerelles.__all__) - {"__version__"}
    )
    assert [name for name in dir(passerelles.charts) if not name.startswith("__")] == sorted(passerelles.charts.__all__)
    told = passerelles.__doc__ or ""
    assert all(f"`{name}`" in told for name in ("rank_moves", "rank_sources", "match_territory", "levers", "evaluate"))
    for name in passerelles.__all__:
        if name != "__version__":
            assert len(inspect.getdoc(getattr(passerelles, name)) or "") > 30, name


@pytest.mark.parametrize("package", [passerelles, passerelles.charts])
def test_every_public_example_runs_where_it_is_pasted(package: ModuleType) -> None:
    """In a fresh notebook there is no name that an example does not import."""
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for name in set(package.__all__) - {"__version__"}:
        public = getattr(package, name)
        for example in doctest.DocTestFinder(recurse=False).find(public, name, module=False, globs={}):
            runner.run(example)
    assert runner.summarize(verbose=False).failed == 0
