"""Arrow and its parts (extra ``parquet``), each loaded when something of it is first asked for."""

from typing import TYPE_CHECKING

from passerelles.errors import need
from passerelles.sharing import LaterModule

__all__ = ["ipc", "need_arrow", "pa", "pa_csv", "pc", "pq"]

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq
    from pyarrow import ipc
else:
    pa = LaterModule("pyarrow")
    pc, pa_csv, pq, ipc = (LaterModule(f"pyarrow.{part}") for part in ("compute", "csv", "parquet", "ipc"))


def need_arrow() -> None:
    """
    Check that Arrow is there.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    need("pyarrow", "parquet")
