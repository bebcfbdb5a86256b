"""From files of profiles to files of moves: one to one, or many to a folder of parts that a killed run goes on with."""

import glob
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from passerelles.bulk.profiles import need_arrow, opened
from passerelles.bulk.rank import Progress, Ranked, Ranker, in_turn, numbered, output_schema
from passerelles.errors import PasserellesError
from passerelles.graph.core import KEY, OccupationGraph
from passerelles.io.archive import MAX_JSON_BYTES, file_sha256, parse_json, read_file
from passerelles.io.atomic import atomic_file, atomic_json, check_free, is_stream, told_file
from passerelles.io.csv import FORMULA_SIGNS, harmless
from passerelles.language.say import Lang, say
from passerelles.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

_LOG: Final = logging.getLogger(__name__)
FORMS: Final = (".parquet", ".csv")
PART_ROWS: Final = 500_000  # profiles of a part: what a kill makes one rank again, a minute's work
RUN: Final = "_run.json"  # readers of folders of Parquet pass over what begins so
_INPUT: Final = "passerelles.input"  # name of the file that a part's profiles come from
_MOVE_COLUMNS: Final = ("reason", "detail")  # those that are about refused profiles


@dataclass(frozen=True, slots=True)
class Written:
    """How many profiles were ranked and refused, where each went, and how many parts an earlier run had left."""

    ranked: int
    refused: int
    output: Path
    rejects: Path
    kept: int = 0


def inputs_of(given: Iterable[str | Path]) -> list[Path]:
    """
    Return the files that paths, folders and patterns (``*``, ``?``, ``**``) stand for, sorted, each once.

    Of a folder, every Parquet or CSV file under it; what begins with a dot or an underscore is no data.

    Raises
    ------
    PasserellesError
        If one of them stands for no file.
    """
    found: set[Path] = set()
    for each in given:
        place = Path(each)
        if place.is_dir():
            under = (p for p in place.rglob("*") if p.suffix.casefold() in FORMS and p.is_file())
            some = {p for p in under if not any(n[0] in "._" for n in p.relative_to(place).parts)}
        elif not place.exists() and glob.has_magic(str(each)):
            some = {Path(name) for name in glob.glob(str(each), recursive=True) if Path(name).is_file()}  # noqa: PTH207
        else:
            some = set() if is_stream(place) else {place}  # read twice: to know it again, then to rank
        if not some:
            raise PasserellesError("profiles_none", path=each, known=", ".join(FORMS))
        found |= some
    return sorted(found)


def rank_files(  # noqa: PLR0913 - as `rank_profiles`, and where all goes
    graph: OccupationGraph,
    profiles: str | Path | Sequence[str | Path],
    output: Path,
    *,
    rejects: Path | None = None,
    settings: Settings | None = None,
    limit: int = 10,
    form: str | None = None,
    part_rows: int = PART_ROWS,
    progress: Progress | None = None,
    lang: Lang = "fr",
) -> Written:
    r"""
    Rank the profiles of Parquet or CSV files into others; see `rank_profiles` for both.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    profiles
        Files, folders and patterns of profiles; see `inputs_of`.
    output
        A name that ends in ``.parquet`` or ``.csv`` is one file, of one input: one that is there is replaced when the
        new one is complete. Any other name is a folder of parts, ``part-FILE-NUMBER``, with ``_run.json``, which says
        what they were made from and which are finished: a run that was killed is gone on with by the same call.
    rejects
        File, or folder, of the profiles that cannot be ranked, always written, with a reason for each; by default
        beside the output, its name followed by ``-rejects``.
    settings, limit, progress
        As in `rank_profiles`.
    form
        ``"parquet"`` or ``"csv"`` for the parts of a folder; Parquet where None.
    part_rows
        Profiles of a part, at most; a part begins with a batch of 8,192.
    lang
        Language of the reasons.

    Raises
    ------
    PasserellesError
        If a file cannot be read or written, a name does not end by a known suffix, or the folder holds something else
        than parts of the same run: other profiles, index, settings or limit.
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, load_referential
    >>> with TemporaryDirectory() as folder:
    ...     source = Path(folder) / "people.csv"
    ...     _ = source.write_text("id,occupation,competencies\np1,K2110,\n")
    ...     done = rank_files(build_graph(load_referential("transitions")), source, Path(folder) / "moves")
    ...     sorted(path.name for path in done.output.iterdir())
    ['_run.json', 'part-00000-00000.parquet']
    """
    need_arrow()
    files = inputs_of([profiles] if isinstance(profiles, str | Path) else profiles)
    aside = rejects or output.with_name(f"{output.stem}-rejects{output.suffix}")
    ranker = Ranker.of(graph, settings=settings, limit=limit)
    if not output.suffix:
        return _Parts(ranker, files, output, aside, form or "parquet", part_rows, lang).rank(progress)
    for path in (output, aside):
        if path.suffix.casefold() not in FORMS:
            raise PasserellesError("resolve_output", path=path, known=", ".join(FORMS))
        check_free(path, overwrite=True)
    if form is not None and output.suffix.casefold() != f".{form}":
        raise PasserellesError("profiles_form", path=output, form=form)
    if len(files) > 1:
        raise PasserellesError("profiles_need_folder", n=len(files), path=output)
    places = (files[0], output, aside)
    if len({os.path.realpath(p) for p in places}) < len(places):
        raise PasserellesError("profiles_same_file", path=output)
    with opened(files[0]) as batches:
        done, refused = _write(ranker, in_turn(ranker, numbered(batches)), output, aside, progress, lang)
    return Written(done - refused, refused, output, aside)


def _write(
    ranker: Ranker,
    batches: Iterable[Ranked],
    output: Path,
    aside: Path,
    progress: Progress | None,
    lang: Lang,
    *,
    before: int = 0,
    more: Mapping[str, str] | None = None,
) -> tuple[int, int]:
    """Write moves and refused profiles into two files; return how many people there are, and how many are refused."""
    told = {**ranker.writer.metadata, **(more or {})}
    done = refused = 0
    with (
        _table_file(aside, rejects_schema().with_metadata(told)) as keep,
        _table_file(output, _move_schema().with_metadata(told)) as write,
    ):
        for each in batches:
            if each.refused.num_rows:
                keep(_explained(each.refused, lang))
            write(each.moves.drop_columns(list(_MOVE_COLUMNS)))
            done, refused = done + each.people, refused + each.refused.num_rows
            if progress is not None:
                progress(before + done)
    return done, refused


@dataclass(frozen=True)
class _Parts:
    """A folder of parts: each appears whole, is noted once it is, and is passed over by a run that comes later."""

    ranker: Ranker
    files: Sequence[Path]
    output: Path
    aside: Path
    form: str
    part_rows: int
    lang: Lang

    def rank(self, progress: Progress | None) -> Written:
        if len({os.path.realpath(p) for p in (self.output, self.aside)}) == 1:
            raise PasserellesError("profiles_same_file", path=self.output)
        if self.form not in (f[1:] for f in FORMS):
            raise PasserellesError("profiles_form", path=self.output, form=self.form)
        asked = self._asked()
        finished = self._begun(asked)
        kept = done = 0
        for number, path in enumerate(self.files):
            with opened(path) as batches:
                for part, pieces in groupby(numbered(batches), key=lambda piece: (piece[1] - 1) // self.part_rows):
                    name = f"part-{number:05d}-{part:05d}.{self.form}"
                    if name in finished and (self.output / name).is_file() and (self.aside / name).is_file():
                        kept += 1
                        done += sum(piece.num_rows for piece, _ in pieces)
                        continue
                    found = in_turn(self.ranker, pieces, before=done)
                    places, more = (self.output / name, self.aside / name), {_INPUT: path.name}
                    people, bad = _write(self.ranker, found, *places, progress, self.lang, before=done, more=more)
                    done += people
                    finished[name] = {"ranked": people - bad, "refused": bad}
                    self._note(asked, finished)
                    _LOG.info("%s of %s: %d ranked, %d refused", name, path.name, people - bad, bad)
        self._note(asked, finished, complete=True)
        ranked, refused = (sum(part[what] for part in finished.values()) for what in ("ranked", "refused"))
        return Written(ranked, refused, self.output, self.aside, kept)

    def _asked(self) -> dict[str, Any]:
        return {
            "provenance": json.loads(self.ranker.writer.metadata[KEY]),
            "limit": self.ranker.limit,
            "part_rows": self.part_rows,
            "form": self.form,
            "inputs": [{"name": str(path), "sha256": file_sha256(path)} for path in self.files],
        }

    def _begun(self, asked: Mapping[str, Any]) -> dict[str, dict[str, int]]:
        """Return the finished parts of the same run; make the folders where there are none."""
        note = self.output / RUN
        if note.is_file():
            try:
                found = parse_json(read_file(note, most=MAX_JSON_BYTES))
                finished = dict(found["parts"])
            except (ValueError, KeyError, TypeError) as error:
                raise PasserellesError("unreadable_path", path=note, reason=error) from error
            other = [name for name in asked if found.get(name) != asked[name]]
            if not other:
                _make(self.aside)  # somebody may have taken it away: its parts are made again
                return finished
            if finished:
                raise PasserellesError("profiles_other_run", path=self.output, what=", ".join(other))
        for folder in (self.output, self.aside):  # of a run that finished nothing, the note alone is there
            if folder.exists() and (not folder.is_dir() or {p.name for p in folder.iterdir()} - {RUN}):
                raise PasserellesError("write_onto_others", path=folder, names=RUN)
            check_free(folder, overwrite=True)
            _make(folder)
        self._note(asked, {})
        return {}

    def _note(self, asked: Mapping[str, Any], parts: Mapping[str, Any], *, complete: bool = False) -> None:
        atomic_json(self.output / RUN, {**asked, "complete": complete, "parts": dict(sorted(parts.items()))})


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise PasserellesError("write_failed", path=folder, reason=error.strerror or error) from error


def rejects_schema() -> "pa.Schema":
    """Columns of the file of refused profiles: row, id, key of the reason, value concerned, and the sentence."""
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    return pa.schema([("row", pa.int64()), *[(n, pa.string()) for n in ("id", "reason", "detail", "message")]])


def _move_schema() -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415

    return pa.schema([field for field in output_schema() if field.name not in _MOVE_COLUMNS])


def _explained(batch: "pa.RecordBatch", lang: Lang) -> "pa.RecordBatch":
    import pyarrow as pa  # noqa: PLC0415

    pairs = zip(batch.column("reason").to_pylist(), batch.column("detail").to_pylist(), strict=True)
    told = [say(f"bulk.reason.{reason}", lang=lang, detail=detail or "") for reason, detail in pairs]
    columns = [batch.column(name) for name in ("row", "id", "reason", "detail")]
    return pa.RecordBatch.from_arrays([*columns, pa.array(told, pa.string())], schema=rejects_schema())


@contextmanager
def _table_file(path: Path, schema: "pa.Schema") -> "Iterator[Callable[[pa.RecordBatch], None]]":
    """Give what adds a batch to a file that appears when the block ends without an error."""
    if path.suffix.casefold() == ".csv":
        # What made a part is said once for all of them, in the folder's own file.
        part = _INPUT.encode() in schema.metadata
        opening = (
            atomic_file(path, overwrite=True) if part else told_file(path, json.loads(schema.metadata[KEY.encode()]))
        )
        with opening as stream, _csv_writer(stream, schema) as write:
            yield write
        return
    import pyarrow.parquet as pq  # noqa: PLC0415

    with atomic_file(path, overwrite=True) as stream, pq.ParquetWriter(stream, schema) as writer:
        yield writer.write_batch


@contextmanager
def _csv_writer(stream: BinaryIO, schema: "pa.Schema") -> "Iterator[Callable[[pa.RecordBatch], None]]":
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.csv as pc_csv  # noqa: PLC0415

    flat = pa.schema([pa.field(f.name, pa.string() if pa.types.is_list(f.type) else f.type) for f in schema])
    options = pc_csv.WriteOptions(quoting_style="needed")
    with pc_csv.CSVWriter(stream, flat, write_options=options) as writer:

        def write(batch: "pa.RecordBatch") -> None:
            columns: list[Any] = [pc.binary_join(c, ";") if pa.types.is_list(c.type) else c for c in batch.columns]
            safe = [_harmless(c) if pa.types.is_string(c.type) else c for c in columns]
            writer.write_batch(pa.RecordBatch.from_arrays(safe, schema=flat))

        yield write


def _harmless(texts: Any) -> Any:
    """Return texts of which a spreadsheet takes none for a formula: people's ids are whatever somebody wrote."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    signs = pa.array(FORMULA_SIGNS, pa.string())
    if not pc.any(pc.is_in(pc.utf8_slice_codeunits(texts, 0, 1), signs)).as_py():
        return texts
    return pa.array([harmless(text) for text in texts.to_pylist()], pa.string())
