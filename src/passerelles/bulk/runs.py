"""Two stored results side by side: what moved between them, and what they were made from that differs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from passerelles.bulk.files import RUN
from passerelles.bulk.profiles import need_arrow
from passerelles.errors import PasserellesError
from passerelles.graph.core import KEY
from passerelles.io.archive import MAX_JSON_BYTES, parse_json, read_file
from passerelles.io.atomic import read_side
from passerelles.io.csv import bare
from passerelles.language.say import Lang, number, say
from passerelles.views import schema
from passerelles.views.schema import maybe, one_of, text, whole
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet, dicts

if TYPE_CHECKING:
    import pyarrow as pa

Happened = Literal["entered", "left", "rank", "level"]
_SCORED_BY: Final = ("referential", "overlays", "scorer", "settings")  # what scores and chances follow from
_SOURCES: Final = (*_SCORED_BY, "package")
RUN_TOTALS: Final = (
    *("people_old", "people_new", "people_both", "changed_people", "other_first", "moves_old", "moves_new"),
    *("repeated_old", "repeated_new"),
    *("moves_both", "entered", "left", "other_rank", "other_level", "largest_score_difference"),
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


@dataclass(frozen=True, eq=False)
class Run:
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
        If it cannot be read, holds no moves, or is a folder whose run was killed and not gone on with.
    """
    import pyarrow as pa  # noqa: PLC0415 - Arrow is read only where it is used

    try:
        if place.is_dir():
            told = _note(place)
            parts = [place / name for name in sorted(told["parts"])]
            table = pa.concat_tables([_columns(_table(part), part) for part in parts]) if parts else None
            provenance = told["provenance"]
        elif place.suffix.casefold() == ".json":
            table, provenance = _of_json(place)
        else:
            whole_table = _table(place)
            table = _columns(whole_table, place)
            said = (whole_table.schema.metadata or {}).get(KEY.encode())
            provenance = parse_json(said) if said else read_side(place)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        if isinstance(error, PasserellesError):
            raise
        raise PasserellesError("run_unreadable", path=place, reason=error) from error
    if table is None or not isinstance(provenance, Mapping | None):
        raise PasserellesError("run_unreadable", path=place, reason=RUN if table is None else KEY)
    moves = table.filter(pa.compute.is_valid(table["code"]))
    once = _once(moves)
    return Run(place, provenance, once, moves.num_rows - once.num_rows)


def _note(folder: Path) -> Any:
    """Return what a folder of parts says of itself; nothing is compared with half a run."""
    if not (folder / RUN).is_file():
        raise PasserellesError("run_unreadable", path=folder, reason=RUN)
    told = parse_json(read_file(folder / RUN, most=MAX_JSON_BYTES))
    if not told["complete"]:
        raise PasserellesError("run_incomplete", path=folder)
    return told


def _table(path: Path) -> "pa.Table":
    import pyarrow.csv as pa_csv  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415
    from pyarrow import ipc  # noqa: PLC0415

    kind = path.suffix.casefold()
    if kind == ".csv":
        import pyarrow as pa  # noqa: PLC0415

        texts = {name: pa.string() for names in _NAMES.values() for name in names if name not in ("rank", "score")}
        table = pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=texts))
        return _bare(table, "id") if "id" in table.column_names else table
    if kind == ".parquet":
        return pq.read_table(path)
    with path.open("rb") as file:
        return ipc.open_file(file).read_all()


def _bare(table: "pa.Table", name: str) -> "pa.Table":
    """Return a table whose people have the ids that they have in other forms: as they were before CSV was written."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    if not pc.any(pc.starts_with(table[name], "'")).as_py():
        return table
    ids = pa.array([None if each is None else bare(each) for each in table[name].to_pylist()], pa.string())
    return table.set_column(table.column_names.index(name), name, ids)


def _columns(table: "pa.Table", path: Path) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415

    found = {}
    for name, known in _NAMES.items():
        there = next((each for each in known if each in table.column_names), None)
        kind = {"rank": pa.int64(), "score": pa.float64()}.get(name, pa.string())
        if there is None and name in ("code", "rank"):
            raise PasserellesError("run_unreadable", path=path, reason=" / ".join(known))
        empty = "" if name == "who" else None
        column = pa.array([empty] * table.num_rows, kind) if there is None else table[there].cast(kind)
        found[name] = pa.compute.fill_null(column, "") if name == "who" else column
    return pa.table(found)


def _of_json(path: Path) -> "tuple[pa.Table, dict[str, Any]]":
    import pyarrow as pa  # noqa: PLC0415

    payload: Any = parse_json(read_file(path, most=MAX_JSON_BYTES).decode("utf-8-sig"))
    about = payload["referential"]
    names = ("name", "version", "sha256")
    told = {
        "referential": {name: about[name] for name in names},
        "overlays": about.get("overlays", []),
        "scorer": payload["scorer"],
        "settings": payload["settings"],
    }
    rows = [
        {
            "who": item["origin"].get("code") or "",
            "code": item["target"]["code"],
            "label": item["target"].get("label"),
            **{name: item.get(name) for name in ("rank", "score", "level")},
        }
        for item in payload["results"]
    ]
    kinds = {"rank": pa.int64(), "score": pa.float64()}
    wanted = pa.schema([(name, kinds.get(name, pa.string())) for name in _NAMES])
    return pa.Table.from_pylist(rows, schema=wanted), told


def _once(table: "pa.Table") -> "pa.Table":
    pairs = _numbers([table])
    if not table.num_rows:
        return table
    _, first = np.unique(pairs[0][2], return_index=True)
    return table.take(np.sort(first))


_Numbered = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _numbers(tables: "list[pa.Table]") -> list[_Numbered]:
    """Numbers of who, of the code, and of both together, the same in all tables."""
    import pyarrow as pa  # noqa: PLC0415

    found = []
    for name in ("who", "code"):
        joined = pa.chunked_array([c for t in tables for c in t[name].chunks], pa.string()).combine_chunks()
        found.append(joined.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64))
    who, code = found
    both = who * (int(code.max(initial=0)) + 1) + code
    edges = np.cumsum([t.num_rows for t in tables])[:-1]
    return list(zip(*(np.split(each, edges) for each in (who, code, both)), strict=True))


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
        (
            Column("source", value=lambda c, _: c.what, json_key="what", words="runs.source", promised=True,
                   schema=one_of(_SOURCES)),
            Column("field", schema=text("Dotted name; empty: the whole"), promised=True),
            Column("old", schema=maybe(text("As text; null: not there")), promised=True),
            Column("new", schema=maybe(text("As text; null: not there")), promised=True),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shift(Described):
    """A move that one of the two results lacks, or that has another place or level there."""

    who: str
    code: str
    label: str | None
    change: Happened
    old_rank: int | None
    new_rank: int | None
    old_level: str | None
    new_level: str | None
    old_score: float | None
    new_score: float | None

    spec: ClassVar[Record] = Record(
        "run_shift",
        "A move that one result lacks, or that has another place or level there",
        (
            Column("who", schema=text("Id of a person, or code of an origin"), promised=True),
            Column("code", schema=schema.code(), promised=True),
            Column("label", schema=maybe(text()), promised=True),
            Column("change", words="runs.change", schema=one_of(get_args(Happened)), promised=True),
            Column("old_rank", "integer", schema=maybe(whole(least=1)), promised=True),
            Column("new_rank", "integer", schema=maybe(whole(least=1)), promised=True),
            Column("old_level", words="moves.level", schema=maybe(text()), on=On.JSON | On.TABLE),
            Column("new_level", words="moves.level", schema=maybe(text()), on=On.JSON | On.TABLE),
            Column("old_score", "number", schema=maybe(schema.number()), on=On.JSON | On.TABLE),
            Column("new_score", "number", schema=maybe(schema.number()), on=On.JSON | On.TABLE),
        ),
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
        Counts of people and moves; ``largest_score_difference`` is null where scores do not compare.
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
        about = self.new.provenance or {}
        return {
            "schema": "passerelles/compare-runs@1",
            "referential": about.get("referential"),
            "scorer": about.get("scorer"),
            "settings": about.get("settings") or {},
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
        lead = [
            say(
                f"runs.people.{'same' if not totals['changed_people'] else 'changed'}",
                lang=lang,
                n=totals["changed_people"],
                both=totals["people_both"],
                first=totals["other_first"],
            ),
            say("runs.moves", lang=lang, **{k: totals[k] for k in ("entered", "left", "other_rank", "moves_both")}),
        ]
        alone = [totals["people_old"] - totals["people_both"], totals["people_new"] - totals["people_both"]]
        if any(alone):
            lead.append(say("runs.alone", lang=lang, old=alone[0], new=alone[1]))
        repeated = totals["repeated_old"], totals["repeated_new"]
        if any(repeated):
            lead.append(say("runs.repeated", lang=lang, old=repeated[0], new=repeated[1]))
        lead.append(say(f"runs.scores.{'yes' if self.comparable else 'no'}", lang=lang))
        if totals["largest_score_difference"] is not None:
            gap = number(totals["largest_score_difference"], lang=lang, decimals=5)
            lead.append(say("runs.largest", lang=lang, gap=gap))
        if self.old.provenance is None or self.new.provenance is None:
            names = [run.place.name for run in (self.old, self.new) if run.provenance is None]
            lead.append(say("runs.unknown", lang=lang, names=", ".join(names)))
        elif not self.causes:
            lead.append(say("runs.no_cause", lang=lang))
        shifts, causes, _ = self.sheets(lang)
        title = say("runs.title", lang=lang, old=self.old.place.name, new=self.new.place.name)
        return Page(title, lead, [sheet for sheet in (causes, shifts) if sheet.rows])  # fmt: skip


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
    known = all(what in (run.provenance or {}) for run in (before, after) for what in _SCORED_BY)
    comparable = known and not any(cause.what in _SCORED_BY for cause in causes)
    totals, shifts = _moved(before, after, limit=limit, comparable=comparable)
    return RunComparison(before, after, comparable, causes, totals, shifts)


def _causes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Cause]:
    if old is None or new is None:
        return
    for what in _SOURCES:
        if what not in old or what not in new:  # an answer in JSON does not name the package
            continue
        before, after = dict(_leaves(old[what])), dict(_leaves(new[what]))
        for name in dict.fromkeys((*before, *after)):
            # Of a scorer, some files say more than others: what both say counts.
            absent = name not in before or name not in after
            if before.get(name) != after.get(name) and not (absent and what == "scorer"):
                yield Cause(what, name, before.get(name), after.get(name))


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moved(before: Run, after: Run, *, limit: int, comparable: bool) -> tuple[dict[str, Any], tuple[Shift, ...]]:
    old, new = before.moves, after.moves
    (who_old, _, pair_old), (who_new, _, pair_new) = _numbers([old, new])
    both = np.intersect1d(who_old, who_new)
    _, at_old, at_new = np.intersect1d(pair_old, pair_new, assume_unique=True, return_indices=True)
    left = np.flatnonzero(~np.isin(pair_old, pair_new) & np.isin(who_old, both))
    entered = np.flatnonzero(~np.isin(pair_new, pair_old) & np.isin(who_new, both))
    ranks = [_integers(table["rank"]) for table in (old, new)]
    moved = ranks[0][at_old] != ranks[1][at_new]
    levels = [np.asarray(table["level"].to_pylist(), dtype=object) for table in (old, new)]
    raised = levels[0][at_old] != levels[1][at_new]
    firsts = [set(pair[rank == 1].tolist()) for pair, rank in zip((pair_old, pair_new), ranks, strict=True)]
    leading = [{*who[rank == 1].tolist()} for who, rank in zip((who_old, who_new), ranks, strict=True)]
    same_first = len(firsts[0] & firsts[1])
    changed = np.unique(np.concatenate([who_old[left], who_new[entered], who_old[at_old[moved]]]))
    gap = None
    if comparable and len(at_old):
        scores = [table["score"].to_numpy() for table in (old, new)]
        gaps = np.abs(scores[0][at_old] - scores[1][at_new])
        gap = None if np.isnan(gaps).all() else float(np.nanmax(gaps))
    counted = (
        len(np.unique(who_old)), len(np.unique(who_new)), len(both), len(changed),
        len(leading[0] & leading[1]) - same_first, old.num_rows, new.num_rows,
        before.repeated, after.repeated, len(at_old), len(entered), len(left),
        int(moved.sum()), int(raised.sum()), gap,
    )  # fmt: skip
    totals = dict(zip(RUN_TOTALS, counted, strict=True))
    # Candidates: where each change is nearest to the top of a list; only those that are listed are made.
    shifted = np.flatnonzero(moved | raised)
    places = [
        *((int(ranks[1][n]), 0, "entered", None, int(n)) for n in entered[np.argsort(ranks[1][entered])][:limit]),
        *((int(ranks[0][n]), 0, "left", int(n), None) for n in left[np.argsort(ranks[0][left])][:limit]),
    ]
    best = np.minimum(ranks[0][at_old[shifted]], ranks[1][at_new[shifted]])
    far = np.abs(ranks[0][at_old[shifted]] - ranks[1][at_new[shifted]])
    for n in np.lexsort((-far, best))[:limit].tolist():
        kind = "rank" if moved[shifted[n]] else "level"
        places.append((int(best[n]), -int(far[n]), kind, int(at_old[shifted[n]]), int(at_new[shifted[n]])))
    found = [(top, away, _shift(old, new, kind, before, after)) for top, away, kind, before, after in places]
    found.sort(key=lambda each: (each[0], each[1], each[2].who, each[2].code))
    return totals, tuple(shift for _, _, shift in found[:limit])


def _integers(column: Any) -> NDArray[np.int64]:
    found: NDArray[np.int64] = column.fill_null(0).to_numpy().astype(np.int64)
    return found


def _shift(old: "pa.Table", new: "pa.Table", kind: str, before: int | None, after: int | None) -> Shift:
    was = {} if before is None else old.slice(before, 1).to_pylist()[0]
    now = {} if after is None else new.slice(after, 1).to_pylist()[0]
    either = now or was
    told: Any = {f"{age}_{name}": row.get(name) for name in ("rank", "level", "score")
                 for age, row in (("old", was), ("new", now))}  # fmt: skip
    change: Any = kind
    return Shift(either["who"], either["code"], either["label"], change, **told)
