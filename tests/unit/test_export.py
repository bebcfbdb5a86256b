"""Exports: what is read back equals what was written, types included; the file is whole or not there at all."""

import hashlib
import json
import os
import pickle
import stat
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import Any
from xml.parsers import expat

import networkx as nx
import pyarrow.parquet as pq
import pytest

from passerelles import load_referential
from passerelles.errors import MissingExtraError, PasserellesError
from passerelles.graph import export
from passerelles.graph.build import build_graph
from passerelles.graph.core import (
    EDGE_ATTRIBUTES,
    NODE_ATTRIBUTES,
    OccupationGraph,
    edge_records,
    graph_attributes,
    node_records,
)
from passerelles.graph.export import GRAPH_FORMATS, PARQUET_FILES, export_graph, graph_format
from passerelles.io.atomic import atomic_file, atomic_folder
from typed_sample import AWKWARD, SPLIT

TESTS = Path(__file__).resolve().parents[1]
READABLE = AWKWARD.replace("\x0b", "␋").replace("\x00", "␀")  # XML has no way to hold these two

Nodes = dict[str, dict[str, Any]]
Edges = dict[tuple[str, str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def sample() -> OccupationGraph:
    return build_graph(SPLIT)


def parts(view: "nx.MultiDiGraph[str]") -> tuple[Nodes, Edges]:
    """Nodes and edges with their attributes; the key of an edge is its type, whatever key the file gave it."""
    edges = {(u, v, data["type"]): dict(data) for u, v, data in view.edges(data=True)}
    assert len(edges) == view.number_of_edges()
    return {node: dict(data) for node, data in view.nodes(data=True)}, edges


def expected_in_xml(graph: OccupationGraph) -> tuple[Nodes, Edges]:
    nodes, edges = parts(graph.to_networkx())
    if "competency:007" in nodes:
        assert nodes["competency:007"]["label"] == AWKWARD
        nodes["competency:007"]["label"] = READABLE
    return nodes, edges


def same(found: tuple[Nodes, Edges], expected: tuple[Nodes, Edges]) -> None:
    _same_values(found[0], expected[0])
    _same_values(found[1], expected[1])


def _same_values(found: dict[Any, dict[str, Any]], expected: dict[Any, dict[str, Any]]) -> None:
    assert list(found) == list(expected)  # in the same order too
    for key, values in expected.items():
        assert found[key] == values, key
        assert {n: type(v) for n, v in found[key].items()} == {n: type(v) for n, v in values.items()}, key


@pytest.fixture(scope="module", params=["sample", "transitions"])
def any_graph(request: pytest.FixtureRequest, sample: OccupationGraph) -> OccupationGraph:
    return sample if request.param == "sample" else build_graph(load_referential("transitions"))


def test_graphml_reads_back_the_same(any_graph: OccupationGraph, tmp_path: Path) -> None:
    path = export_graph(any_graph, tmp_path / "g.graphml")
    view = nx.read_graphml(path, force_multigraph=True)
    assert isinstance(view, nx.MultiDiGraph)
    same(parts(view), expected_in_xml(any_graph))
    assert {n: v for n, v in view.graph.items() if not n.endswith("_default")} == graph_attributes(any_graph)


def test_gexf_reads_back_the_same(any_graph: OccupationGraph, tmp_path: Path) -> None:
    path = export_graph(any_graph, tmp_path / "g.gexf")
    nodes, edges = parts(nx.MultiDiGraph(nx.read_gexf(path)))
    for values in edges.values():
        del values["id"]  # networkx keeps the number that GEXF wants of each edge
    for values in nodes.values():
        if values["label"] is None:  # and makes None of a label that is absent
            del values["label"]
    same((nodes, edges), expected_in_xml(any_graph))
    description = ET.parse(path).find(".//{http://www.gexf.net/1.2draft}description")  # noqa: S314 - written above
    assert description is not None
    assert json.loads(description.text or "") == graph_attributes(any_graph)


def test_json_reads_back_the_same(any_graph: OccupationGraph, tmp_path: Path) -> None:
    path = export_graph(any_graph, tmp_path / "g.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    word = "edges" if "edges" in signature(nx.node_link_graph).parameters else "link"
    view = nx.node_link_graph(data, **{word: "edges"})
    wanted = any_graph.to_networkx()
    assert isinstance(view, nx.MultiDiGraph)
    same(parts(view), parts(wanted))  # JSON holds every character
    assert list(view.edges(keys=True)) == list(wanted.edges(keys=True))
    assert view.graph == wanted.graph


def test_parquet_reads_back_the_same(any_graph: OccupationGraph, tmp_path: Path) -> None:
    path = export_graph(any_graph, tmp_path / "g.parquet")
    assert sorted(p.name for p in path.iterdir()) == sorted(PARQUET_FILES)
    tables = {name: pq.read_table(path / name) for name in PARQUET_FILES}
    nodes = [{n: v for n, v in row.items() if v is not None} for row in tables["nodes.parquet"].to_pylist()]
    links = [{n: v for n, v in row.items() if v is not None} for row in tables["edges.parquet"].to_pylist()]
    found = (
        {row.pop("id"): row for row in nodes},
        {(row.pop("source"), row.pop("target"), row["type"]): row for row in links},
    )
    edges = {(u, v, str(d["type"])): d for u, v, d in edge_records(any_graph)}
    same(found, (dict(node_records(any_graph)), edges))
    words = {str: "string", bool: "bool", int: "int64", float: "double"}
    for table, declared in zip(tables.values(), (NODE_ATTRIBUTES, EDGE_ATTRIBUTES), strict=True):
        assert {n: words[kind] for n, kind in declared.items()}.items() <= {
            f.name: str(f.type) for f in table.schema
        }.items()
        said = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
        assert json.loads(said.pop("passerelles.provenance"))["referential"]["name"] == any_graph.referential.name
        assert said == graph_attributes(any_graph)


def test_real_rome_makes_xml_that_can_be_parsed(rome4_part_graph: OccupationGraph, tmp_path: Path) -> None:
    counts = [sum(1 for _ in records(rome4_part_graph)) for records in (node_records, edge_records)]
    for suffix in ("graphml", "gexf"):
        path = export_graph(rome4_part_graph, tmp_path / f"g.{suffix}")
        written = path.read_bytes()
        expat.ParserCreate().Parse(written, True)  # noqa: FBT003 - a C function: "this is the whole"
        assert [written.count(b"<node "), written.count(b"<edge ")] == counts


def test_codes_with_zeros_in_front_stay_text(sample: OccupationGraph, tmp_path: Path) -> None:
    for suffix, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        view = read(export_graph(sample, tmp_path / f"g.{suffix}"))
        assert view.nodes["occupation:0110"]["code"] == "0110"
        assert view.nodes["competency:007"]["code"] == "007"
        assert view.nodes["credential:C2"]["rncp"] == "0123"


def test_identifiers_that_xml_cannot_hold_do_not_break_it(tmp_path: Path) -> None:
    changes: dict[str, Any] = {name: getattr(SPLIT, name) for name in SPLIT.__dataclass_fields__}
    odd = SPLIT.tags[0]._replace(code='\x01<"&', label="\ud800\ufffe]]>")
    changes |= {"tags": (odd,), "occupation_tags": (("B1", odd.code, True),)}
    graph = build_graph(type(SPLIT)(**changes))
    for suffix, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        view = read(export_graph(graph, tmp_path / f"g.{suffix}"))
        assert view.nodes['tag:␁<"&']["label"] == "\ufffd\ufffd]]>"
        assert view.has_edge("occupation:B1", 'tag:␁<"&')
    # A half of a surrogate pair is no character: JSON is written all the same.
    assert b'"label": "?' in export_graph(graph, tmp_path / "g.json").read_bytes()


def digests(graph: OccupationGraph, folder: Path) -> str:
    found = []
    for name in GRAPH_FORMATS:
        path = export_graph(graph, folder / f"d.{name}", overwrite=True)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        found += [f"{f.name} {hashlib.sha256(f.read_bytes()).hexdigest()}" for f in files]
    return "\n".join(found)


def test_another_process_writes_equal_bytes(sample: OccupationGraph, tmp_path: Path) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from test_export import SPLIT, Path, build_graph, digests\n"
        "print(digests(build_graph(SPLIT), Path(sys.argv[1])), end='')\n"
    )
    folder = tmp_path / "another"
    folder.mkdir()
    command = [sys.executable, "-c", script, str(folder), str(TESTS), str(TESTS / "unit")]
    done = subprocess.run(command, env={"PYTHONHASHSEED": "1"}, check=True, capture_output=True)
    assert done.stdout.decode().replace("\r\n", "\n") == digests(sample, tmp_path)


@pytest.mark.parametrize(("name", "asked", "expected"), [("a.GraphML", None, "graphml"), ("a.txt", "GEXF", "gexf")])
def test_format_is_the_one_asked_for_or_that_of_the_suffix(name: str, asked: str | None, expected: str) -> None:
    assert graph_format(Path(name), asked) == expected


@pytest.mark.parametrize(("name", "asked"), [("a", None), ("a.csv", None), ("a.json", "csv"), ("a.json", "")])
def test_unknown_format_is_an_error_that_lists_the_known(
    sample: OccupationGraph, tmp_path: Path, name: str, asked: Any
) -> None:
    with pytest.raises(PasserellesError) as caught:
        export_graph(sample, tmp_path / name, format=asked)
    assert caught.value.key == "export_format"
    assert all(known in caught.value.message("fr") for known in GRAPH_FORMATS)
    assert list(tmp_path.iterdir()) == []


def test_suffix_is_free_when_the_format_is_given(sample: OccupationGraph, tmp_path: Path) -> None:
    path = export_graph(sample, str(tmp_path / "graphe"), format="json")
    assert path == tmp_path / "graphe"
    assert json.loads(path.read_bytes())["multigraph"] is True


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_nothing_is_overwritten_unless_asked(sample: OccupationGraph, tmp_path: Path, name: str) -> None:
    path = export_graph(build_graph(load_referential("transitions")), tmp_path / f"g.{name}")
    before = digests_of(path)
    with pytest.raises(PasserellesError) as caught:
        export_graph(sample, path)
    assert caught.value.key == "write_exists"
    assert digests_of(path) == before
    export_graph(sample, path, overwrite=True)
    fresh = export_graph(sample, tmp_path / f"fresh.{name}")
    assert digests_of(path) == digests_of(fresh) != before
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"fresh.{name}", f"g.{name}"]


def digests_of(path: Path) -> list[bytes]:
    return [p.read_bytes() for p in (sorted(path.iterdir()) if path.is_dir() else [path])]


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_a_missing_folder_is_one_clear_error(sample: OccupationGraph, tmp_path: Path, name: str) -> None:
    with pytest.raises(PasserellesError) as caught:
        export_graph(sample, tmp_path / "absent" / f"g.{name}")
    assert caught.value.key == "write_no_folder"
    assert str(tmp_path / "absent") in caught.value.message("fr")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", GRAPH_FORMATS)
@pytest.mark.parametrize(
    ("fault", "key"), [(PermissionError(13, "no"), "write_denied"), (OSError(28, "full"), "write_failed")]
)
def test_a_refusal_of_the_system_is_one_clear_error(
    sample: OccupationGraph,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fault: OSError,
    key: str,
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir" if name == "parquet" else "open", refuse)
        with pytest.raises(PasserellesError) as caught:
            export_graph(sample, tmp_path / f"g.{name}")
    assert caught.value.key == key
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["graphml", "gexf", "json"])
def test_a_fault_halfway_leaves_what_was_there(
    sample: OccupationGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = export_graph(sample, tmp_path / f"g.{name}")
    before = path.read_bytes()

    def cut(graph: OccupationGraph) -> Iterator[str]:
        yield "half of a "
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "_WRITERS", {name: cut})
    with pytest.raises(PasserellesError, match="No space left") as caught:
        export_graph(sample, path, overwrite=True)
    assert caught.value.key == "write_failed"
    assert "plus de place" in pickle.loads(pickle.dumps(caught.value)).message("fr")  # noqa: S301 - what was written here
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_fault_in_the_second_parquet_file_leaves_what_was_there(
    sample: OccupationGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export_graph(sample, tmp_path / "g.parquet")
    before = digests_of(path)

    def cut(graph: OccupationGraph) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(export, "_edge_rows", cut)
    with pytest.raises(KeyboardInterrupt):
        export_graph(sample, path, overwrite=True)
    assert digests_of(path) == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("fault", "told"), [(OSError(5, "Input/output error"), PasserellesError), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_a_folder_that_cannot_take_its_place_gives_the_old_one_back(
    fault: BaseException, told: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "g"
    path.mkdir()
    (path / "a").write_text("old", encoding="utf-8")
    rename, calls = Path.rename, []

    def second_fails(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise fault
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with (
        pytest.raises(told, match=str(fault.args[-1]) if fault.args else None),
        atomic_folder(path, ("a",), overwrite=True) as folder,
    ):
        (folder / "a").write_text("new", encoding="utf-8")
    assert (path / "a").read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "g.json"

    def race() -> None:
        with atomic_file(path) as stream:
            stream.write(b"ours")
            path.write_bytes(b"theirs")

    with pytest.raises(PasserellesError) as caught:
        race()
    assert caught.value.key == "write_exists"
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_never_replaced_by_a_file(sample: OccupationGraph, tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    path.mkdir()
    with pytest.raises(PasserellesError) as caught:
        export_graph(sample, path, overwrite=True)
    assert caught.value.key == "write_onto_folder"
    assert list(path.iterdir()) == []


def test_a_folder_that_holds_other_files_is_never_replaced(sample: OccupationGraph, tmp_path: Path) -> None:
    path = export_graph(sample, tmp_path / "g.parquet")
    (path / "notes.txt").write_text("à garder", encoding="utf-8")
    (tmp_path / "file.parquet").write_text("x", encoding="utf-8")
    for target in (path, tmp_path / "file.parquet"):
        with pytest.raises(PasserellesError) as caught:
            export_graph(sample, target, overwrite=True)
        assert caught.value.key == "write_onto_others"
    assert len(list(path.iterdir())) == 3
    assert (tmp_path / "file.parquet").read_text(encoding="utf-8") == "x"


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_the_file_has_the_mode_of_any_new_file(sample: OccupationGraph, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (plain, export_graph(sample, tmp_path / "g.json"))}
    assert len(modes) == 1


def test_parquet_without_pyarrow_says_what_to_install(
    sample: OccupationGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        export_graph(sample, tmp_path / "g.parquet")
    assert "passerelles[parquet]" in caught.value.message("fr")
    assert list(tmp_path.iterdir()) == []


def test_exports_warn_of_nothing(sample: OccupationGraph, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in GRAPH_FORMATS:
            export_graph(sample, tmp_path / f"g.{name}")
