"""A damaged index, or one of another version, gives one clear error, never a wrong answer; nothing is half written."""

import hashlib
import io
import json
import os
import pickle
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passerelles import (
    PasserellesError,
    Profile,
    build_graph,
    load_referential,
    model,
    rank_moves,
    rank_sources,
    store,
)
from passerelles.cli.main import run
from passerelles.compiled import compile_index
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS
from passerelles.matching.titles import resolve_title
from passerelles.referentials.validate import validate
from passerelles.store import FORMAT, LARGE, MANIFEST, SEAL, open_index, seal_line, write_index

# What one error may be: damage seen, or so much of it that the place is no longer known for an index.
DAMAGED = {"index_damaged", "unknown_format", "not_folder_nor_zip", "unreadable_path", "index_version"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, embedded_graph: OccupationGraph) -> Path:
    return compile_index(embedded_graph, tmp_path_factory.mktemp("index") / "metiers")


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory, embedded_graph: OccupationGraph) -> Path:
    return compile_index(embedded_graph, tmp_path_factory.mktemp("index") / "metiers.zip")


def answers(graph: OccupationGraph) -> list[Any]:
    """Enough questions to read nearly every member."""
    code = graph.competency_codes[2]
    return [
        rank_moves(graph, "K2110", limit=3),
        rank_sources(graph, "N4102", limit=3),
        rank_moves(graph, Profile("N1103", competencies=(code,)), limit=3),
        rank_moves(graph, Profile(competencies=(code,)), limit=3),
        resolve_title(graph.referential, "moniteur auto-ecole"),
        graph.referential,
        [graph.contexts.data.tolist(), graph.tags.indices.tolist(), graph.mobility.data.tolist()],
    ]


@pytest.fixture(scope="module")
def expected(embedded_graph: OccupationGraph) -> list[Any]:
    return answers(embedded_graph)


def flip(file: Path, position: int, bits: int = 0xFF) -> None:
    with file.open("r+b") as stream:
        stream.seek(position)
        byte = stream.read(1)[0]
        stream.seek(position)
        stream.write(bytes([byte ^ bits]))


@contextmanager
def flipped(file: Path, position: int, bits: int = 0xFF) -> Iterator[None]:
    """Change a byte of an index that tests share, and put it back."""
    flip(file, position, bits)
    try:
        yield
    finally:
        flip(file, position, bits)


@contextmanager
def written(contents: dict[Path, bytes | None]) -> Iterator[None]:
    """Write other contents into files of an index that tests share, or take them away, and put all back."""
    before = {file: file.read_bytes() for file in contents}
    try:
        for file, data in contents.items():
            file.unlink() if data is None else file.write_bytes(data)
        yield
    finally:
        for file, data in before.items():
            file.write_bytes(data)


def right_or_refused(place: Path, expected: list[Any]) -> bool:
    """Whether the index is refused; where it is not, all answers must be right."""
    try:
        same = answers(build_graph(load_referential(place))) == expected  # some is decoded as it is compared
    except PasserellesError as error:
        if error.key not in DAMAGED:
            raise
        return True
    assert same
    return False


def test_a_changed_byte_of_any_file_is_found_by_validation(folder: Path) -> None:
    chosen = random.Random(8)  # noqa: S311 - the same places in every run
    files = sorted(folder.iterdir())  # nearly four hundred, in which the same dozen kinds come again and again
    for file in [*(f for f in files if f.suffix != ".npy"), *[f for f in files if f.suffix == ".npy"][::5]]:
        size = file.stat().st_size
        position = chosen.choice([0, size // 2, size - 1, chosen.randrange(size)])
        with flipped(file, position, 1 << chosen.randrange(8)), pytest.raises(PasserellesError) as error:
            validate(folder)
        assert error.value.key in DAMAGED, (file.name, position)
    assert validate(folder).ok


def test_a_changed_byte_never_changes_an_answer(folder: Path, expected: list[Any]) -> None:
    chosen = random.Random(9)  # noqa: S311 - the same places in every run
    refused = 0
    files = chosen.sample(sorted(folder.iterdir()), 24)
    for file in files:
        with flipped(file, chosen.randrange(file.stat().st_size)):
            refused += right_or_refused(folder, expected)
    assert refused > 0.8 * len(files)  # the questions do read the files


def test_a_file_of_another_length_is_refused_at_once(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda file: (file.suffix == ".npy", file.name))
    for number, file in enumerate(files):
        data = file.read_bytes()
        others = (data[:-1], data + b"\0", b"", None)  # cut, grown, emptied, gone
        for other in others[number % 4 :][:1] if file.suffix == ".npy" else others:
            with written({file: other}), pytest.raises(PasserellesError) as error:
                load_referential(folder)
            assert error.value.key == "index_damaged", file.name
            assert file.name in str(error.value) or file.name in {SEAL, MANIFEST}


def test_a_changed_byte_of_the_one_file_never_changes_an_answer(
    zipped: Path, tmp_path: Path, expected: list[Any]
) -> None:
    place = tmp_path / "metiers.zip"
    shutil.copy(zipped, place)
    size = place.stat().st_size
    with zipfile.ZipFile(place) as archive:
        directory = archive.start_dir
    chosen = random.Random(10)  # noqa: S311 - the same places in every run
    positions = [chosen.randrange(size) for _ in range(6)]  # anywhere: nearly all in members
    positions += [chosen.randrange(directory, size) for _ in range(10)]  # the directory of the zip
    positions += [chosen.randrange(0, 80) for _ in range(5)] + [size - 1, size - 22, 0, 26, 28]
    refused = 0
    for position in positions:
        flip(place, position, 1 << chosen.randrange(8))
        refused += right_or_refused(place, expected)
        shutil.copy(zipped, place)
    assert refused > 0.4 * len(positions)


def test_a_cut_file_is_refused(zipped: Path, tmp_path: Path) -> None:
    place = tmp_path / "metiers.zip"
    data = zipped.read_bytes()
    for kept in (0, 1, 10, 40, 1000, len(data) // 2, len(data) - 30, len(data) - 1):
        place.write_bytes(data[:kept])
        with pytest.raises(PasserellesError) as error:
            answers(build_graph(load_referential(place)))
        assert error.value.key in DAMAGED, kept


def test_a_large_array_is_checked_by_verification_alone(tmp_path: Path) -> None:
    """To read it whole would cost more than an answer; what is smaller is checked when it is first read."""
    place = tmp_path / "index"
    arrays = {"large.npy": np.zeros(LARGE, dtype=np.int8), "small.npy": np.zeros(LARGE // 2, dtype=np.int8)}
    write_index(place, about={}, arrays=arrays, documents={}, overwrite=False)
    for name in arrays:
        flip(place / name, (place / name).stat().st_size - 1)
    assert open_index(place).array("large.npy")[-1] != 0
    for read in (lambda: open_index(place).array("small.npy"), lambda: open_index(place).verify()):
        with pytest.raises(PasserellesError) as error:
            read()
        assert error.value.key == "index_damaged"


def errors(place: Path, questions: list[Callable[[OccupationGraph], object]]) -> set[str]:
    """Keys of the errors that questions get of one graph, which reads a part of its index when first asked for it."""
    found = set()
    try:
        graph = build_graph(load_referential(place))
        for ask in questions:
            try:
                ask(graph)
            except PasserellesError as error:
                found.add(error.key)
    except PasserellesError as error:
        found.add(error.key)
    return found


def test_positions_out_of_range_are_refused_even_where_the_checksums_are_right(folder: Path) -> None:
    """The seal is no signature: who writes an index with wrong positions gets an error, never a crash."""
    questions: list[Callable[[OccupationGraph], object]] = [
        lambda graph: rank_moves(graph, "K2110", limit=3),
        lambda graph: rank_sources(graph, "N4102", limit=3),
        lambda graph: rank_moves(graph, Profile("N1103", competencies=(graph.competency_codes[2],)), limit=3),
        lambda graph: [graph.contexts, graph.tags, graph.mobility, graph.near, graph.weights, graph.macro],
        lambda graph: [list(graph.competencies), graph.referential.requirements, graph.referential.titles],
        lambda graph: resolve_title(graph.referential, "moniteur auto-ecole"),
    ]
    ends = (
        ".indices.npy",
        ".indptr.npy",
        "_rows.npy",
        "owner.npy",
        "macro.npy",
    )
    names = sorted(p.name for p in folder.iterdir() if p.name.endswith(ends))[::7]  # some of each kind
    refused = 0
    for name in names:
        values = np.load(folder / name)
        if not values.size or values.dtype.kind != "i":
            continue
        values[len(values) // 2] = np.iinfo(values.dtype).max
        data = io.BytesIO()
        np.save(data, values)
        with written(resealed(folder, {name: data.getvalue()})):
            keys = errors(folder, questions)
        assert keys <= {"index_damaged"}, name
        refused += bool(keys)
    assert refused > 0.75 * len(names)  # the questions read most of them


def resealed(place: Path, members: dict[str, bytes], **changes: Any) -> dict[Path, bytes | None]:
    """Return what another version of the package, or who means harm, would have written in an index."""
    manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8")) | changes
    for name, data in members.items():
        manifest["members"][name] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    text = json.dumps(manifest).encode()
    about = {MANIFEST: text, SEAL: seal_line(hashlib.sha256(text).hexdigest())}
    return {place / name: data for name, data in (members | about).items()}


@pytest.mark.parametrize(
    "text",
    ["[]", "3", "{", "[" * 200_000, '{"members": 1}', '{"members": {"a": {}}}'],
    ids=["list", "number", "cut", "nested", "no members", "no sums"],
)
def test_a_sealed_manifest_of_another_shape_is_refused(folder: Path, text: str) -> None:
    about = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    data = (json.dumps(about | json.loads(text)) if text.startswith('{"') else text).encode()
    sealed: dict[Path, bytes | None] = {
        folder / MANIFEST: data,
        folder / SEAL: seal_line(hashlib.sha256(data).hexdigest()),
    }
    with written(sealed), pytest.raises(PasserellesError) as error:
        open_index(folder)
    assert (error.value.key, error.value.values["name"]) == ("index_damaged", MANIFEST)


def test_a_large_document_is_checked_when_it_is_read(tmp_path: Path) -> None:
    place = tmp_path / "index"
    write_index(place, about={}, arrays={}, documents={"large.json": "a" * LARGE}, overwrite=False)
    flip(place / "large.json", LARGE // 2, 1)
    with pytest.raises(PasserellesError) as error:
        open_index(place).document("large.json")
    assert error.value.key == "index_damaged"


@pytest.mark.parametrize(
    "changes", [{"format": FORMAT + 1}, {"package": "0.0.9"}, {"schema": "autre"}], ids=["format", "package", "schema"]
)
def test_an_index_of_another_version_is_refused(folder: Path, changes: dict[str, Any]) -> None:
    with written(resealed(folder, {}, **changes)), pytest.raises(PasserellesError) as error:
        load_referential(folder)
    assert error.value.key == "index_version"
    assert error.value.values["found"] != error.value.values["expected"], "what differs is told"
    for lang in LANGS:
        assert str(folder) in error.value.message(lang)
        assert "passerelles compile" in error.value.message(lang)


def test_rows_of_other_fields_make_an_index_of_another_format() -> None:
    kinds = [kind for kind in vars(model).values() if isinstance(kind, type) and kind.__module__ == model.__name__]
    fields = sorted((kind.__name__, getattr(kind, "__match_args__", ())) for kind in kinds)
    seen = FORMAT, hashlib.sha256(repr(fields).encode()).hexdigest()[:12]
    assert seen == (21, "829cf155b0e3"), "an index holds other rows: raise FORMAT in store.py, and write both here"


def test_an_index_with_other_weights_is_refused(folder: Path) -> None:
    changed = json.loads((folder / "scoring.json").read_bytes())
    changed["scorers"]["fitted"]["sha256"] = "0" * 64
    with written(resealed(folder, {"scoring.json": json.dumps(changed).encode()})):
        graph = build_graph(load_referential(folder))
        with pytest.raises(PasserellesError) as error:
            rank_moves(graph, "K2110")
    assert error.value.key == "index_version"


def test_what_another_process_is_sent_is_refused_if_the_index_changed(tmp_path: Path) -> None:
    graph = build_graph(load_referential())
    place = compile_index(graph, tmp_path / "metiers.zip")
    sent = pickle.dumps(build_graph(load_referential(place)))
    compile_index(build_graph(load_referential().with_overlay("enseignement-conduite")), place, overwrite=True)
    with pytest.raises(PasserellesError) as error:
        pickle.loads(sent)  # noqa: S301 - made three lines above
    assert error.value.key == "index_changed"


@pytest.mark.parametrize("name", ["metiers", "metiers.zip"])
def test_nothing_is_replaced_but_an_index(tmp_path: Path, embedded_graph: OccupationGraph, name: str) -> None:
    place = compile_index(embedded_graph, tmp_path / name)
    with pytest.raises(PasserellesError) as error:
        compile_index(embedded_graph, place)
    assert error.value.key == "write_exists"
    assert compile_index(embedded_graph, place, overwrite=True) == place
    assert validate(place).ok
    with pytest.raises(PasserellesError) as error:
        compile_index(embedded_graph, tmp_path / "absent" / name)
    assert error.value.key == "write_no_folder"
    if place.is_dir():
        (place / "notes.json").write_text("à moi", encoding="utf-8")
    else:
        place.write_text("à moi", encoding="utf-8")
    with pytest.raises(PasserellesError) as error:
        compile_index(embedded_graph, place, overwrite=True)
    assert error.value.key == "index_onto_others"
    assert (place / "notes.json" if place.is_dir() else place).read_text(encoding="utf-8") == "à moi"


@pytest.mark.parametrize("name", ["metiers", "metiers.zip"])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, embedded_graph: OccupationGraph, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = compile_index(embedded_graph, tmp_path / name)

    def before() -> dict[str, bytes]:
        return {str(f): f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}

    held = before()
    made: list[None] = []

    def fail(*arguments: Any) -> Any:
        made.append(None)
        if len(made) > 2:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    real: Any
    if name.endswith(".zip"):
        real = store._info
        monkeypatch.setattr(store, "_info", fail)
    else:
        real = Path.open
        monkeypatch.setattr(
            Path, "open", lambda self, *a, **k: fail(self, *a) if "x" in str(a) else real(self, *a, **k)
        )
    with pytest.raises(PasserellesError) as error:
        compile_index(embedded_graph, place, overwrite=True)
    monkeypatch.undo()
    assert error.value.key == "write_failed"
    assert before() == held


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may do all is refused nothing")
def test_a_file_that_may_not_be_read_is_told(zipped: Path, tmp_path: Path) -> None:
    place = tmp_path / "metiers.zip"
    shutil.copy(zipped, place)
    place.chmod(0)
    with pytest.raises(PasserellesError) as error:
        load_referential(place)
    assert error.value.key == "no_permission"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "passerelles", *arguments]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_compiles_ranks_and_refuses_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "metiers.zip"
    done = command("compile", "--overlay", "enseignement-conduite", "--output", str(place))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "128 métiers" in done.stderr
    assert done.stderr.startswith("Lecture de transitions et calculs")
    with pytest.raises(SystemExit) as ranked:
        run(["rank", "K2110", "--format", "json", "--referential", str(place)])
    assert ranked.value.code in (0, None)
    assert json.loads(capsys.readouterr().out)["results"]
    with pytest.raises(SystemExit) as again:
        run(["compile", "--output", str(place)])
    assert (again.value.code, len(capsys.readouterr().err.splitlines())) == (2, 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("passerelles.compiled.compile_index", lambda *_, **__: pytest.fail("too late"))
    for more in ([], ["--overwrite"]):  # before the work, not after
        with pytest.raises(SystemExit) as onto:
            run(["compile", "--output", str(tmp_path / "mine"), *more])
        assert (onto.value.code, len(capsys.readouterr().err.splitlines())) == (2, 1)
    flip(place, 40)
    damaged = command("rank", "K2110", "--referential", str(place))
    assert (damaged.returncode, damaged.stdout, len(damaged.stderr.splitlines())) == (2, "", 1)
    assert "Traceback" not in damaged.stderr


def test_ranking_from_an_index_imports_neither_scipy_nor_what_draws(zipped: Path) -> None:
    """The start of a process is its imports: these are the ones that an index does without."""
    code = (
        "import sys\n"
        "from passerelles.cli.main import run\n"
        f"sys.argv = ['passerelles', 'rank', 'K2110', '--format', 'json', '--referential', {str(zipped)!r}]\n"
        "try:\n    run()\nexcept SystemExit as end:\n    code = end.code\n"
        "heavy = {'scipy', 'sklearn', 'rich', 'pyarrow', 'networkx', 'threadpoolctl', 'rapidfuzz', 'pandas', 'numba'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
