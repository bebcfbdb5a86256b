"""scipy.sparse, imported when something of it is first used: what is read from a compiled index needs none of it."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scipy import sparse as sparse  # noqa: PLC0414 - the type checker sees the module itself
else:

    class _Sparse(ModuleType):
        def __getattr__(self, name: str) -> Any:
            found = getattr(import_module("scipy.sparse"), name)
            setattr(self, name, found)
            return found

    sparse = _Sparse("scipy.sparse")
