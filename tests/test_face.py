"""The public face: what is lazily imported, what the stub tells type checkers, and `__all__` are one list."""

import ast
from pathlib import Path

import passerelles

STUB = Path(passerelles.__file__).with_suffix(".pyi")


def test_the_stub_tells_type_checkers_the_same_names() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    told = {
        (node.module, alias.name, alias.asname)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == {(module, name, name) for name, module in passerelles._PUBLIC.items()}  # type: ignore[attr-defined]


def test_every_contract_name_that_exists_is_public() -> None:
    for name in ("load_referential", "build_graph", "rank_moves", "rank_sources", "rank_all", "evaluate", "Profile"):
        assert name in passerelles.__all__
