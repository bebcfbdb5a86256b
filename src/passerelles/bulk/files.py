"""Files of profiles into files of moves, one or a folder of parts, resumed after a kill; comparison of results."""

import glob
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, NamedTuple, get_args

import numpy as np

from passerelles.bulk.profiles import open_batches
from passerelles.bulk.rank import Pieces, Ranker, check_columns, numbered_pieces, output_schema, rank_each
from passerelles.codes import check_whole
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import KEY, OccupationGraph
from passerelles.io.archive import MAX_JSON_BYTES, file_sha256, parse_json, read_file
from passerelles.io.arrow import ipc, need_arrow, pa, pa_csv, pc, pq
from passerelles.io.atomic import (
    TEMPORARY,
    atomic_file,
    atomic_json,
    check_free,
    file_with_provenance,
    is_stream,
    make_folder,
    read_provenance,
)
from passerelles.io.csv import FORMULA_SIGNS, formula_safe, without_apostrophe
from passerelles.language import leaves
from passerelles.language.say import Lang, number, say
from passerelles.progress import OnDone
from passerelles.settings import Settings
from passerelles.views.schema import one_of
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet, dicts

_LOG: Final = logging.getLogger(__name__)
FORMS: Final = (".parquet", ".csv")
_RUN_FORMS: Final = (*FORMS, ".arrow", ".feather", ".json")  # of stored results
PART_ROWS: Final = 500_000  # profiles of a part: what is ranked again after a kill, a minute's work
RUN: Final = "_run.json"  # readers of folders of Parquet skip names with this prefix
_STATUSES: Final = ("ranked", "refused")  # people counted in each part
_INPUT: Final = "passerelles.input"  # name of the file that a part's profiles come from
_MOVE_COLUMNS: Final = ("reason", "detail")  # those that are about refused profiles


class Written(NamedTuple):
    """How many profiles were ranked and refused, where each went, and how many parts an earlier run had left."""

    ranked: int
    refused: int
    output: Path
    rejects: Path
    kept: int = 0


def inputs_of(paths: Iterable[str | Path]) -> list[Path]:
    """
    Return the files that paths, folders and patterns (``*``, ``?``, ``**``) stand for, sorted, each once.

    Of a folder, every Parquet or CSV file under it; what begins with a dot or an underscore is no data.

    Raises
    ------
    PasserellesError
        If one of them matches no file, or none is given.
    """
    files: set[Path] = set()
    for pattern in paths:
        place = Path(pattern)
        if place.is_dir():
            under = (p for p in place.rglob("*") if p.suffix.casefold() in FORMS and p.is_file())
            matches = {p for p in under if not any(n[0] in "._" for n in p.relative_to(place).parts)}
        elif not place.exists() and glob.has_magic(str(pattern)):
            matches = {p for p in map(Path, glob.glob(str(pattern), recursive=True)) if p.is_file()}  # noqa: PTH207
        else:
            matches = set() if is_stream(place) or place.suffix.casefold() == ".xlsx" else {place}  # read twice
        if not matches:
            raise PasserellesError("profiles_none", path=pattern, known=", ".join(FORMS))
        files |= matches
    if not files:
        raise PasserellesError("profiles_none", path="[]", known=", ".join(FORMS))
    return sorted(files)


@checked
def rank_files(  # noqa: PLR0913 - as `rank_profiles`, and where all goes
    graph: OccupationGraph,
    profiles: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    rejects: str | Path | None = None,
    settings: Settings | None = None,
    limit: int | None = 10,
    form: str | None = None,
    part_rows: int = PART_ROWS,
    progress: OnDone | None = None,
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
        what they were made from and which are finished: the same call resumes a run that was killed.
    rejects
        File, or folder, of the profiles that cannot be ranked, always written, with a reason for each; by default
        beside the output, its name followed by ``-rejects``.
    settings, limit, progress
        As in `rank_profiles`.
    form
        ``"parquet"`` or ``"csv"`` for the parts of a folder; Parquet where None.
    part_rows
        Profiles of a part, at most.
    lang
        Language of the reasons.

    Raises
    ------
    PasserellesError
        If a file cannot be read or written, a column of any is not valid, a name does not end by a known suffix, the
        folder holds something else than parts of the same run (other profiles, index, settings or limit), or the size
        of parts or the language is not valid.
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from passerelles import build_graph, load_referential, rank_files
    >>> with TemporaryDirectory() as folder:
    ...     source = Path(folder) / "people.csv"
    ...     _ = source.write_text("id,occupation,competencies\np1,K2110,\n")
    ...     done = rank_files(build_graph(load_referential("transitions")), source, Path(folder) / "moves")
    ...     sorted(path.name for path in done.output.iterdir())
    ['_run.json', 'part-00000-00000.parquet']
    """
    need_arrow()
    check_whole(part_rows, "part_rows_invalid", least=1)
    files = inputs_of([profiles] if isinstance(profiles, str | Path) else profiles)
    output = Path(output)
    if not output.name:
        raise PasserellesError("profiles_need_output")
    aside = Path(rejects or output.with_name(f"{output.stem}-rejects{output.suffix}"))
    results = {output.resolve(), aside.resolve()}  # what an earlier run left in a folder of profiles is none
    files = [file for file in files if results.isdisjoint(file.resolve().parents)] or files
    job = _Job(Ranker.of(graph, settings=settings, limit=limit), progress, lang)
    if not output.suffix:
        return _rank_parts(job, files, output, aside, form or "parquet", part_rows)
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
    with open_batches(files[0]) as batches:
        done, refused = job.write(numbered_pieces(batches), output, aside)
    return Written(done - refused, refused, output, aside)


class _Job(NamedTuple):
    """The ranker, the progress callback, and the language of the reasons."""

    ranker: Ranker
    progress: OnDone | None
    lang: Lang

    def write(
        self, pieces: Pieces, output: Path, aside: Path, *, before: int = 0, more: Mapping[str, str] | None = None
    ) -> tuple[int, int]:
        """Rank people into two files; return how many there are, and how many of them are refused."""
        metadata = {**self.ranker.metadata, **(more or {})}
        schema = pa.schema([field for field in output_schema() if field.name not in _MOVE_COLUMNS])
        done = refused = 0
        with (
            _table_file(aside, rejects_schema().with_metadata(metadata)) as write_refused,
            _table_file(output, schema.with_metadata(metadata)) as write_moves,
        ):
            for ranked in rank_each(self.ranker, pieces, before=before):
                if ranked.refused.num_rows:
                    write_refused(_with_messages(ranked.refused, self.lang))
                write_moves(ranked.moves.drop_columns(list(_MOVE_COLUMNS)))
                done, refused = done + ranked.people, refused + ranked.refused.num_rows
                if self.progress is not None:
                    self.progress(before + done)
        return done, refused


def _rank_parts(job: _Job, files: Sequence[Path], output: Path, aside: Path, form: str, part_rows: int) -> Written:
    """Rank into a folder of parts: each appears whole, is then recorded, and is skipped by a later run."""
    if os.path.realpath(output) == os.path.realpath(aside):
        raise PasserellesError("profiles_same_file", path=output)
    if f".{form}" not in FORMS:
        raise PasserellesError("profiles_form", path=output, form=form)
    for path in files:  # before any is ranked
        check_columns(path)
    run = {
        "provenance": json.loads(job.ranker.metadata[KEY]),
        "limit": job.ranker.limit,
        "part_rows": part_rows,
        "form": form,
        "inputs": [{"name": str(path), "sha256": file_sha256(path)} for path in files],
    }
    finished = _finished(run, output, aside)

    def note(*, complete: bool = False) -> None:
        atomic_json(output / RUN, {**run, "complete": complete, "parts": dict(sorted(finished.items()))})

    if not finished:
        note()
    reused = done = 0
    for place, path in enumerate(files):
        with open_batches(path) as batches:
            numbered = numbered_pieces(batches, part_rows)
            for part, pieces in groupby(numbered, key=lambda piece: (piece[1] - 1) // part_rows):
                name = f"part-{place:05d}-{part:05d}.{form}"
                if name in finished and (output / name).is_file() and (aside / name).is_file():
                    reused += 1
                    done += sum(piece.num_rows for piece, _ in pieces)
                    continue
                people, bad = job.write(pieces, output / name, aside / name, before=done, more={_INPUT: path.name})
                done += people
                finished[name] = dict(zip(_STATUSES, (people - bad, bad), strict=True))
                note()
                _LOG.info("%s of %s: %d ranked, %d refused", name, path.name, people - bad, bad)
    note(complete=True)
    ranked, refused = (sum(part[status] for part in finished.values()) for status in _STATUSES)
    return Written(ranked, refused, output, aside, reused)


def _finished(run: Mapping[str, Any], output: Path, aside: Path) -> dict[str, dict[str, int]]:
    """Return the finished parts of the same run; make the folders where there are none."""
    if (output / RUN).is_file():
        try:
            stored = parse_json(read_file(output / RUN, most=MAX_JSON_BYTES))
            finished = {name: {kind: int(part[kind]) for kind in _STATUSES} for name, part in stored["parts"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise PasserellesError("unreadable_path", path=output / RUN, reason=error) from error
        changed = [name for name in run if stored.get(name) != run[name]]
        if not changed:
            make_folder(aside)  # it may have been deleted: its parts are made again
            return finished
        if finished:
            raise PasserellesError("profiles_other_run", path=output, what=", ".join(changed))
    for folder in (output, aside):  # a run without finished parts has left its run file alone
        if folder.exists() and (
            not folder.is_dir() or {p.name for p in folder.iterdir() if not p.match(TEMPORARY)} - {RUN}
        ):
            raise PasserellesError("write_onto_others", path=folder, names=RUN)
        check_free(folder, overwrite=True)
        make_folder(folder)
    return {}


def rejects_schema() -> "pa.Schema":
    """Columns of the file of refused profiles: row, id, key of the reason, value concerned, and the sentence."""
    return pa.schema([("row", pa.int64()), *[(n, pa.string()) for n in ("id", "reason", "detail", "message")]])


def _with_messages(batch: "pa.RecordBatch", lang: Lang) -> "pa.RecordBatch":
    pairs = zip(batch.column("reason").to_pylist(), batch.column("detail").to_pylist(), strict=True)
    messages = [say(f"bulk.reason.{reason}", lang=lang, detail=detail or "") for reason, detail in pairs]
    columns = [batch.column(name) for name in ("row", "id", "reason", "detail")]
    return pa.RecordBatch.from_arrays([*columns, pa.array(messages, pa.string())], schema=rejects_schema())


@contextmanager
def _table_file(path: Path, schema: "pa.Schema") -> "Iterator[Callable[[pa.RecordBatch], None]]":
    """Yield a function that adds a batch to a file, which appears when the block ends without an error."""
    if path.suffix.casefold() != ".csv":
        with atomic_file(path, overwrite=True) as stream, pq.ParquetWriter(stream, schema) as writer:
            yield writer.write_batch
        return
    # What made a part is said once for all of them, in the folder's own file.
    part, provenance = _INPUT.encode() in schema.metadata, schema.metadata[KEY.encode()]
    opening = atomic_file(path, overwrite=True) if part else file_with_provenance(path, json.loads(provenance))
    flat = pa.schema([pa.field(f.name, pa.string() if pa.types.is_list(f.type) else f.type) for f in schema])
    options = pa_csv.WriteOptions(quoting_style="needed")
    with opening as stream, pa_csv.CSVWriter(stream, flat, write_options=options) as writer:
        yield lambda batch: writer.write_batch(_flat_lists(batch, flat))


def _flat_lists(batch: "pa.RecordBatch", schema: "pa.Schema") -> "pa.RecordBatch":
    """Return a batch with lists as texts, none of which a spreadsheet reads as a formula."""
    columns: list[Any] = [pc.binary_join(c, ";") if pa.types.is_list(c.type) else c for c in batch.columns]
    safe = [_without_formulas(c) if pa.types.is_string(c.type) else c for c in columns]
    return pa.RecordBatch.from_arrays(safe, schema=schema)


def _without_formulas(texts: Any) -> Any:
    """Return texts none of which a spreadsheet reads as a formula: ids of people may be any text."""
    if not pc.any(pc.is_in(pc.utf8_slice_codeunits(texts, 0, 1), pa.array(FORMULA_SIGNS, pa.string()))).as_py():
        return texts
    return pa.array([formula_safe(text) for text in texts.to_pylist()], pa.string())


MoveChange = Literal["entered", "left", "rank", "level"]
_SCORED_BY: Final = ("referential", "overlays", "scorer", "settings")  # what scores and chances follow from
_SOURCES: Final = (*_SCORED_BY, "package")
RUN_TOTALS: Final = (
    *("people_old", "people_new", "people_both", "changed_people", "other_first", "moves_old", "moves_new"),
    *("repeated_old", "repeated_new"),
    *("moves_both", "entered", "left", "other_rank", "other_level", "largest_score_difference", "unmeasured"),
)
# Columns of what is compared, and what they are called in files of people in bulk and in those of single answers.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "who": ("id", "origin_code"),
    "code": ("code", "target_code"),
    "label": ("label", "target_label"),
    "rank": ("rank",),
    "score": ("score",),
    "level": ("level",),
}


class Run(NamedTuple):
    """
    A stored result: what made it, None where nothing says so, and its moves.

    Attributes
    ----------
    moves
        Arrow table of ``who`` (a person's id, or the code of an origin), ``code``, ``label``, ``rank``, ``score``,
        ``level``; refused profiles are left out, and of moves that come twice the first is kept.
    repeated
        How many others there were of those: people of one id, or several paths to one job.
    """

    place: Path
    provenance: Mapping[str, Any] | None
    moves: "pa.Table"
    repeated: int = 0


def read_run(place: Path) -> Run:
    """
    Read a stored result: Parquet, Arrow, CSV, a folder of parts, or the JSON of ``rank``, ``sources`` or ``paths``.

    Raises
    ------
    PasserellesError
        If it cannot be read, holds no moves, or is a folder whose run was killed and not resumed.
    """
    if not place.exists():
        raise PasserellesError("no_such_path", path=place)
    try:
        if place.is_dir():
            run = _run_file(place)
            parts = [place / name for name in sorted(run["parts"])]
            table = pa.concat_tables([_compared_columns(_arrow_table(part), part) for part in parts]) if parts else None
            provenance = run["provenance"]
        elif place.suffix.casefold() == ".json":
            table, provenance = _of_json(place)
        else:
            whole_table = _arrow_table(place)
            table = _compared_columns(whole_table, place)
            metadata = (whole_table.schema.metadata or {}).get(KEY.encode())
            provenance = parse_json(metadata) if metadata else read_provenance(place)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, pa.ArrowException) as error:
        if isinstance(error, PasserellesError):
            raise
        if isinstance(error, KeyError | TypeError) or place.suffix.casefold() not in _RUN_FORMS:
            raise PasserellesError("run_none", path=place) from error
        raise PasserellesError("run_unreadable", path=place, reason=error) from error
    if table is None or not isinstance(provenance, Mapping | None):
        raise PasserellesError("run_unreadable", path=place, reason=RUN if table is None else KEY)
    moves = table.filter(pc.is_valid(table["code"]))
    numbered_moves = moves.append_column("at", pa.array(np.arange(moves.num_rows)))
    first = numbered_moves.group_by(["who", "code"]).aggregate([("at", "min")])["at_min"]  # of one person to one job
    return Run(place, provenance, moves.take(first.sort()), moves.num_rows - len(first))


def _run_file(folder: Path) -> Any:
    """Return the run file of a folder of parts; an incomplete run is refused."""
    if not (folder / RUN).is_file():
        raise PasserellesError("run_unreadable", path=folder, reason=RUN)
    run = parse_json(read_file(folder / RUN, most=MAX_JSON_BYTES))
    if not run["complete"]:
        raise PasserellesError("run_incomplete", path=folder)
    return run


def _arrow_table(path: Path) -> "pa.Table":
    kind = path.suffix.casefold()
    if kind == ".csv":
        texts = {name: pa.string() for names in _NAMES.values() for name in names if name not in ("rank", "score")}
        table = pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=texts))
        return _plain_ids(table) if "id" in table.column_names else table
    if kind == ".parquet":
        return pq.read_table(path)
    with path.open("rb") as file:
        return ipc.open_file(file).read_all()


def _plain_ids(table: "pa.Table") -> "pa.Table":
    """Return a table whose people have the ids that they have in other forms: as they were before CSV was written."""
    if not pc.any(pc.starts_with(table["id"], "'")).as_py():
        return table
    ids = pa.array([text and without_apostrophe(text) for text in table["id"].to_pylist()], pa.string())
    return table.set_column(table.column_names.index("id"), "id", ids)


def _arrow_type(name: str) -> "pa.DataType":
    return {"rank": pa.int64(), "score": pa.float64()}.get(name, pa.string())


def _compared_columns(table: "pa.Table", path: Path) -> "pa.Table":
    columns = {}
    for name, known in _NAMES.items():
        source = next((head for head in known if head in table.column_names), None)
        kind = _arrow_type(name)
        if source is None and name in ("code", "rank"):
            raise PasserellesError("run_unreadable", path=path, reason=" / ".join(known))
        column = pa.nulls(table.num_rows, kind) if source is None else table[source].cast(kind)
        columns[name] = pc.fill_null(column, "") if name == "who" else column
    return pa.table(columns)


def _of_json(path: Path) -> "tuple[pa.Table, dict[str, Any]]":
    payload: Any = parse_json(read_file(path, most=MAX_JSON_BYTES).decode("utf-8-sig"))
    referential = payload["referential"]
    provenance = {
        "referential": {name: referential[name] for name in ("name", "version", "sha256")},
        "overlays": referential.get("overlays", []),
        "scorer": payload["scorer"],
        "settings": payload["settings"],
    }
    rows = [
        {"who": item["origin"]["code"] or "", "code": item["target"]["code"], "label": item["target"].get("label")}
        | {name: item.get(name) for name in ("rank", "score", "level")}
        for item in payload["results"]
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, _arrow_type(name)) for name in _NAMES])), provenance


@dataclass(frozen=True, slots=True)
class Cause(Described):
    """Something that the two results were made from, and that differs."""

    what: str
    field: str
    old: str | None
    new: str | None

    spec: ClassVar[Record] = Record(
        "run_cause",
        "Something that the two results were made from, and that differs",
        Column("source", value="what", json_key="what", words="runs.source", promised=one_of(_SOURCES)),
        Column("field", promised="text: Dotted name; empty: the whole"),
        Column("old", promised="text?: As text; null: not there"),
        Column("new", promised="text?: As text; null: not there"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shift(Described):
    """A move that one of the two results lacks, or that has another place or level there."""

    who: str
    code: str
    label: str | None
    change: MoveChange
    old_rank: int | None
    new_rank: int | None
    old_level: str | None
    new_level: str | None
    old_score: float | None
    new_score: float | None

    spec: ClassVar[Record] = Record(
        "run_shift",
        "A move that one result lacks, or that has another place or level there",
        Column("who", promised="text: Id of a person, or code of an origin"),
        Column("code", promised="code"),
        Column("label", promised="text?"),
        Column("change", words="runs.change", promised=one_of(get_args(MoveChange))),
        Column("old_rank", "integer", promised="ordinal?"),
        Column("new_rank", "integer", promised="ordinal?"),
        Column("old_level", words="moves.level", schema="text?", on=On.FILE),
        Column("new_level", words="moves.level", schema="text?", on=On.FILE),
        Column("old_score", "number", schema="number?", on=On.FILE),
        Column("new_score", "number", schema="number?", on=On.FILE),
    )


@dataclass(frozen=True, repr=False)
class RunComparison(Shown):
    """
    What moved between two stored results, and why.

    Attributes
    ----------
    comparable
        Whether scores and chances may be compared: both say what made them, and referential, overlays, scorer and
        settings are the same. Codes and ranks may always be.
    causes
        What they were made from that differs.
    totals
        Counts of people and moves; ``largest_score_difference`` is null where scores do not compare, and leaves out
        ``unmeasured`` moves: those that in one of the two have no score, or one that is no finite number.
    shifts
        Moves that changed, those near the top of a list first.
    """

    old: Run
    new: Run
    comparable: bool
    causes: tuple[Cause, ...]
    totals: Mapping[str, Any]
    shifts: tuple[Shift, ...]

    def __repr__(self) -> str:
        """One line: the two results, and how many moves changed."""
        changed = sum(self.totals[name] for name in ("entered", "left", "other_rank"))
        return f"<RunComparison {self.old.place.name} | {self.new.place.name}: {changed} moves changed>"

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return ``compare-runs@1``, ready for JSON."""
        provenance = self.new.provenance or {}
        return {
            "schema": "passerelles/compare-runs@1",
            "referential": provenance.get("referential"),
            "scorer": provenance.get("scorer"),
            "settings": provenance.get("settings") or {},
            "old": {"name": self.old.place.name, "provenance": self.old.provenance},
            "new": {"name": self.new.place.name, "provenance": self.new.provenance},
            "comparable": {"codes": True, "ranks": True, "scores": self.comparable},
            "causes": dicts(self.causes, lang),
            "totals": dict(self.totals),
            "results": dicts(self.shifts, lang),
        }

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the moves that changed, what differs, and counts, as tables."""
        counts = [(say(f"runs.total.{name}", lang=lang), value) for name, value in self.totals.items()]
        return [
            Sheet("shifts", Shift.spec.columns, lambda: self.shifts, lang),
            Sheet("causes", Cause.spec.columns, lambda: self.causes, lang),
            Sheet.of_rows("totals", (Column("what"), Column("value", "number")), counts),
        ]

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the comparison shows of itself."""
        totals = self.totals
        people = {"n": totals["changed_people"], "both": totals["people_both"], "first": totals["other_first"]}
        alone = {age: totals[f"people_{age}"] - totals["people_both"] for age in ("old", "new")}
        repeated = {age: totals[f"repeated_{age}"] for age in ("old", "new")}
        gap = totals["largest_score_difference"]
        unknown = [run.place.name for run in (self.old, self.new) if run.provenance is None]
        messages: tuple[tuple[object, str, Mapping[str, object]], ...] = (  # condition, key, values
            (True, f"people.{'changed' if people['n'] else 'same'}", people),
            (True, "moves", {name: totals[name] for name in ("entered", "left", "other_rank", "moves_both")}),
            (any(alone.values()), "alone", alone),
            (any(repeated.values()), "repeated", repeated),
            (True, f"scores.{'yes' if self.comparable else 'no'}", {}),
            (gap is not None, "largest", {"gap": number(gap or 0.0, lang=lang, decimals=5)}),
            (self.comparable and totals["unmeasured"], "unmeasured", {"n": totals["unmeasured"]}),
            (unknown, "unknown", {"names": ", ".join(unknown)}),
            (not unknown and not self.causes, "no_cause", {}),
        )
        lead = [say(f"runs.{key}", lang=lang, **values) for holds, key, values in messages if holds]
        shifts, causes, _ = self.sheets(lang)
        title = say("runs.title", lang=lang, old=self.old.place.name, new=self.new.place.name)
        return Page(title, lead, [sheet for sheet in (causes, shifts) if sheet.rows])


def compare_runs(old: str | Path, new: str | Path, *, limit: int = 20) -> RunComparison:
    """
    Compare two stored results: what moved between them, and why.

    Parameters
    ----------
    old, new
        Files or folders of `rank_files`, Parquet or Arrow of `rank_profiles`, or the JSON or CSV that commands write.
    limit
        Most changed moves that are listed.

    Raises
    ------
    PasserellesError
        If one cannot be read, or holds no moves.
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> from passerelles import build_graph, load_referential, rank_profiles
    >>> graph = build_graph(load_referential("transitions"))
    >>> people = pa.table({"id": ["p1"], "occupation": ["K2110"], "competencies": [[]]})
    >>> with TemporaryDirectory() as folder:
    ...     for n in (2, 3):
    ...         pq.write_table(rank_profiles(graph, people, limit=n).read_all(), f"{folder}/{n}.parquet")
    ...     compare_runs(f"{folder}/2.parquet", f"{folder}/3.parquet")
    <RunComparison 2.parquet | 3.parquet: 1 moves changed>
    """
    need_arrow()
    before, after = read_run(Path(old)), read_run(Path(new))
    causes = tuple(_causes(before.provenance, after.provenance))
    known = all(key in (run.provenance or {}) for run in (before, after) for key in _SCORED_BY)
    comparable = known and not any(cause.what in _SCORED_BY for cause in causes)
    totals, shifts = _changes(before, after, limit=limit, comparable=comparable)
    return RunComparison(before, after, comparable, causes, totals, shifts)


def _causes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Cause]:
    if old is None or new is None:
        return
    for source in _SOURCES:
        if source not in old or source not in new:  # an answer in JSON does not name the package
            continue
        before, after = _stated(old[source]), _stated(new[source])
        for name in dict.fromkeys((*before, *after)):
            # Of a scorer, some files say more than others: what both say counts.
            absent = name not in before or name not in after
            if before.get(name) != after.get(name) and not (absent and source == "scorer"):
                yield Cause(source, name, before.get(name), after.get(name))


def _stated(value: Any) -> dict[str, str]:
    """Return what each dotted name states, as text."""
    pairs = leaves(value)
    return {name: text if isinstance(text, str) else json.dumps(text, ensure_ascii=False) for name, text in pairs}


def _changes(before: Run, after: Run, *, limit: int, comparable: bool) -> tuple[dict[str, Any], tuple[Shift, ...]]:
    """Return the totals, and what changed for people who are in both: what is nearest to the top of a list."""
    old, new = (
        run.moves.append_column("there", pa.repeat(1, run.moves.num_rows)).rename_columns(
            {name: f"{age}_{name}" for name in ("label", "rank", "score", "level", "there")}
        )
        for age, run in (("old", before), ("new", after))
    )
    everybody = [pc.unique(table["who"]) for table in (old, new)]
    both = _common(*everybody)
    rows = old.join(new, ["who", "code"], join_type="full outer")
    rows = rows.filter(pc.is_in(rows["who"], both)).combine_chunks()
    gone, entered = pc.is_null(rows["new_there"]), pc.is_null(rows["old_there"])
    far = pc.fill_null(pc.abs(pc.subtract(rows["old_rank"], rows["new_rank"])), 0)
    levels = [pc.fill_null(rows[name], "") for name in ("old_level", "new_level")]
    raised = pc.and_not(pc.not_equal(*levels), pc.or_(gone, entered))
    change = pc.case_when(pc.make_struct(entered, gone, pc.greater(far, 0), raised), *get_args(MoveChange))
    leading = [rows["who"].filter(pc.equal(rows[name], 1)) for name in ("old_rank", "new_rank")]
    firsts = pc.and_(pc.equal(rows["old_rank"], 1), pc.equal(rows["new_rank"], 1))
    gaps = pc.abs(pc.subtract(rows["old_score"], rows["new_score"]))
    measured = pc.fill_null(pc.is_finite(gaps), fill_value=False)
    unmeasured = pc.and_not(pc.and_(pc.is_valid(rows["old_there"]), pc.is_valid(rows["new_there"])), measured)
    gap = pc.max(gaps.filter(measured)).as_py() if comparable else None
    gone, entered, moved, raised, firsts, unmeasured = (
        pc.sum(mask, min_count=0).as_py() for mask in (gone, entered, pc.greater(far, 0), raised, firsts, unmeasured)
    )
    counted = (
        *map(len, everybody), len(both), pc.count_distinct(rows["who"].filter(pc.not_equal(change, "level"))).as_py(),
        len(_common(*leading)) - firsts, old.num_rows, new.num_rows, before.repeated, after.repeated,
        rows.num_rows - gone - entered, entered, gone, moved, raised, gap, unmeasured,
    )  # fmt: skip
    rows = rows.append_column("change", change).append_column("away", pc.negate(far))
    rows = rows.append_column("label", pc.coalesce(rows["new_label"], rows["old_label"]))
    rows = rows.append_column("top", pc.min_element_wise(rows["old_rank"], rows["new_rank"]))
    rows = rows.filter(pc.is_valid(change))
    order = [(name, "ascending") for name in ("top", "away", "who", "code")]
    best = rows.sort_by(order).slice(0, limit).select([field.name for field in fields(Shift)])
    return dict(zip(RUN_TOTALS, counted, strict=True)), tuple(Shift(**row) for row in best.to_pylist())


def _common(one: "pa.Array", two: "pa.Array") -> "pa.Array":
    """Return what two columns both hold, each once."""
    return pc.unique(one.filter(pc.is_in(one, two)))
