"""Columns of profiles: which there are, of which types, and texts that are none."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from passerelles.errors import PasserellesError

if TYPE_CHECKING:
    import pyarrow as pa

# Rows handled at a time, whatever comes in: memory does not depend on how many there are. No fewer than make the fast
# engine pay, or the first batch of every great file would be ranked the slow way.
BATCH: Final = 8192
COLUMNS: Final = ("id", "occupation", "competencies", "credentials")
_SPARE: Final = 1 << 16  # bytes that a column may hold beside its own without being copied
FAULT: Final = "passerelles.fault"  # a further column: why a row of a file could not be read


def check_names(names: Sequence[str]) -> None:
    """
    Check that the columns of profiles are there, each once.

    Raises
    ------
    PasserellesError
        If one is missing, or comes twice.
    """
    missing = [name for name in ("id", "competencies") if name not in names]
    if missing:
        raise PasserellesError("profiles_columns", missing=", ".join(missing), known=", ".join(COLUMNS))
    twice = [name for name in COLUMNS if list(names).count(name) > 1]
    if twice:
        raise PasserellesError("profiles_twice", columns=", ".join(twice))


def places(names: Sequence[str]) -> dict[str, int]:
    """Where the columns of profiles stand among all."""
    return {name: list(names).index(name) for name in COLUMNS if name in names}


def normalised(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """
    Return a batch with the four columns that `read_people` takes, as text and lists of text.

    Raises
    ------
    PasserellesError
        If a column is missing or of another type: a code is a text, never a number.
    """
    import pyarrow as pa  # noqa: PLC0415

    check_names(batch.schema.names)
    columns = [_compact(_column(batch, name, pa), pa) for name in COLUMNS]
    return pa.RecordBatch.from_arrays(columns, names=list(COLUMNS))


def _compact(column: "pa.Array", pa: Any) -> "pa.Array":
    """Copy a slice of a much larger column: checking its texts would read those of all rows, piece after piece."""
    if column.get_total_buffer_size() <= 2 * column.nbytes + _SPARE:
        return column
    return column.take(pa.array(range(len(column))))


def legible(batch: "pa.RecordBatch") -> "tuple[pa.RecordBatch, list[int]]":
    """
    Return a batch whose texts are texts, and the positions of the rows that had bytes which are none.

    Arrow and Parquet promise UTF-8 and do not check it: what a faulty program wrote comes out here.
    """
    import pyarrow as pa  # noqa: PLC0415

    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        garbled: set[int] = set()
        columns = [_legible(column, garbled, pa) for column in batch.columns]
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names), sorted(garbled)
    return batch, []


def _legible(column: "pa.Array", garbled: set[int], pa: Any) -> "pa.Array":
    values: list[Any] = []
    for position, value in enumerate(column):
        try:
            values.append(value.as_py())
        except UnicodeDecodeError:
            values.append(None)
            garbled.add(position)
    return pa.array(values, column.type)


def known_faults(batch: "pa.RecordBatch") -> dict[int, str]:
    """Why rows of a file could not be read, by position."""
    if FAULT not in batch.schema.names:
        return {}
    reasons = batch.column(batch.schema.get_field_index(FAULT)).to_pylist()
    return {position: reason for position, reason in enumerate(reasons) if reason is not None}


def _column(batch: "pa.RecordBatch", name: str, pa: Any) -> "pa.Array":
    text = pa.string()
    if name not in batch.schema.names:
        return pa.nulls(batch.num_rows, pa.list_(text) if name == "competencies" else text)
    column = batch.column(batch.schema.get_field_index(name))
    kind = column.type
    if name == "credentials":
        if pa.types.is_null(kind):
            return column.cast(text)
        pairs = pa.types.is_list(kind) and pa.types.is_struct(kind.value_type) and kind.value_type.num_fields >= 2  # noqa: PLR2004
        fits = pairs or pa.types.is_map(kind) or pa.types.is_struct(kind) or _is_text(kind, pa)
        wanted = kind if not _is_text(kind, pa) else text
    elif name == "competencies":
        listed = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
        inside = listed and (_is_text(kind.value_type, pa) or pa.types.is_null(kind.value_type))
        fits = pa.types.is_null(kind) or inside
        wanted = pa.list_(text)
    else:
        number = name == "id" and pa.types.is_integer(kind)
        fits = pa.types.is_null(kind) or number or _is_text(kind, pa)
        wanted = text
    if not fits:
        raise PasserellesError("profiles_type", column=name, kind=kind)
    return column if kind == wanted else column.cast(wanted)


def _is_text(kind: Any, pa: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    view = getattr(pa.types, "is_string_view", None)  # from Arrow 16 on
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or (view and view(kind)))
