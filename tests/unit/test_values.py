"""Values travel between processes whole, light and equal; the door refuses what would mean another thing."""

import copy
import json
import logging
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import passerelles
from passerelles import (
    MissingExtraError,
    OccupationGraph,
    PasserellesError,
    PasserellesWarning,
    Profile,
    ReferentialError,
    Settings,
    UnknownCodeError,
    build_graph,
    compare,
    compile_index,
    load_referential,
    match_territory,
    mobility_areas,
    rank_moves,
    rank_paths,
    rank_sources,
)
from passerelles.settings import WeightSettings

FRAGILE = [{"employer": "a", "job": "N4101", "headcount": 3, "basin": "Redon"}]
HIRING = [{"employer": "b", "job": "N4102", "openings": 3, "basin": "Redon"}]
MADE: dict[str, Callable[[OccupationGraph], Any]] = {
    "Profile": lambda _: Profile("K2110", ("100007",), {"PERM-C": "yes"}, "public"),
    "Settings": lambda _: Settings(strict=True),
    "Move": lambda graph: rank_moves(graph, "N4101", limit=1)[0],
    "Moves": lambda graph: rank_sources(graph, "N4101", limit=2),
    "Path": lambda graph: rank_paths(graph, "N4101", targets="N4105")[0],
    "Paths": lambda graph: rank_paths(graph, "N4101", targets=["N4105", "K2110"]),
    "Allocation": lambda graph: match_territory(graph, FRAGILE, HIRING),
    "Comparison": lambda graph: compare(graph, ["N4101", "N4102"]),
    "MobilityAreas": mobility_areas,
}
ERRORS = [
    PasserellesError("limit_invalid", value="0"),
    ReferentialError("empty_profile", issues=("a notice",)),
    UnknownCodeError("K2119", suggestions=("K2110", "K2111")),
    MissingExtraError("pandas", "pandas"),
    PasserellesWarning("index_scorer", path=Path("a.index"), scorer="content"),
    PasserellesError("not_ternary", code=1234.5, value=ValueError("holds", object)),
]


@pytest.mark.parametrize("name", MADE)
def test_a_value_travels(name: str, embedded_graph: OccupationGraph) -> None:
    value = MADE[name](embedded_graph)
    packed = pickle.dumps(value)
    assert len(packed) < 65_536
    for again in (pickle.loads(packed), copy.copy(value), copy.deepcopy(value)):  # noqa: S301
        assert type(again) is type(value)
        assert again == value
        for told in ("to_dict", "to_text"):
            if hasattr(value, told):
                assert getattr(again, told)() == getattr(value, told)()
    if name not in ("Settings", "Moves", "Paths"):
        assert len(pickle.dumps(asdict(value))) < 65_536


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_the_text_of_an_error_survives(error: PasserellesError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert [again.message(lang) for lang in ("fr", "en")] == [error.message(lang) for lang in ("fr", "en")]
        assert {n: v for n, v in vars(again).items() if n != "values"} == {
            n: v for n, v in vars(error).items() if n != "values"
        }


def _asked(words: tuple[str, Profile]) -> Any:
    graph = build_graph(load_referential("transitions"))
    return rank_moves(graph, words[1], targets=[words[0]])


def test_a_pool_of_processes_gives_results_and_errors_back() -> None:
    plain = build_graph(load_referential("transitions"))
    who = Profile("N4101", credentials={"PERM-C": "yes"})
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found, refused = pool.submit(_asked, ("N4105", who)), pool.submit(_asked, ("N410X", who))
        assert found.result() == rank_moves(plain, who, targets=["N4105"])
        with pytest.raises(UnknownCodeError) as told:
            refused.result()
        assert pool.submit(_asked, ("N4105", who)).result() == found.result()  # the pool still works
    with pytest.raises(UnknownCodeError) as here:
        rank_moves(plain, who, targets=["N410X"])
    assert str(told.value) == str(here.value)
    assert told.value.suggestions == here.value.suggestions


def test_a_profile_never_changes_and_turns_into_json() -> None:
    who = Profile("K2110", credentials={"PERM-C": "yes", "PERM-B": "no"})
    with pytest.raises(TypeError, match="never changes"):
        who.credentials["PERM-C"] = "no"  # type: ignore[index]
    assert json.loads(json.dumps(asdict(who)))["credentials"] == {"PERM-B": "no", "PERM-C": "yes"}
    assert hash(who) == hash(Profile("K2110", credentials={"PERM-B": "no", "PERM-C": "yes"}))


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda _: Profile(), "empty_profile"),
        (lambda _: Profile(credentials={"PERM-C": "yes"}), "empty_profile"),
        (lambda _: Profile("K2110", "300026"), "not_a_list"),  # type: ignore[arg-type]
        (lambda _: Profile("K2110", credentials=["PERM-C"]), "not_a_mapping"),  # type: ignore[arg-type]
        (lambda g: rank_moves(g, "N4101", targets="K2111"), "not_a_list"),
        (lambda g: rank_moves(g, "N4101", filters="unregulated"), "not_a_list"),
        (lambda g: rank_sources(g, "N4101", origins="K2111"), "not_a_list"),
        (lambda g: compare(g, "K2111"), "not_a_list"),
        (lambda g: mobility_areas(g, "K2111"), "not_a_list"),
    ],
)
def test_the_door_refuses(make: Callable[[Any], Any], key: str, embedded_graph: OccupationGraph) -> None:
    with pytest.raises(PasserellesError) as refused:
        make(embedded_graph)
    assert refused.value.key == key


def test_settings_other_than_those_of_an_index_warn(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    place = compile_index(embedded_graph, tmp_path / "a.index", titles=False)
    build_graph(load_referential(place))  # warnings are errors in tests
    other = Settings(weights=WeightSettings(core=3.0))
    with pytest.warns(PasserellesWarning, match=r"a\.index was compiled under other weights"):
        build_graph(load_referential(place), settings=other)
    graph = build_graph(load_referential(place), settings=Settings(scorer="content"))
    with pytest.warns(PasserellesWarning, match=r"does not hold the scores of content") as told:
        rank_moves(graph, "N4101", limit=1)
    assert "est pas" not in str(told[0].message)
    assert "ne contient pas" in told[0].message.message("fr")  # type: ignore[union-attr]


def test_the_library_logs_silently(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.INFO, logger="passerelles"):
        rank_moves(build_graph(load_referential("transitions")), "N4101", limit=1)
    names = [record.name for record in caplog.records]
    assert names[:3] == ["passerelles.referentials.load", "passerelles.graph.build", "passerelles.scoring.table"]
    assert capfd.readouterr().err == ""
    assert any(isinstance(each, logging.NullHandler) for each in logging.getLogger("passerelles").handlers)


def test_what_public_functions_give_is_public() -> None:
    for name in MADE:
        assert name in passerelles.__all__ or name == "MobilityAreas"
    for error in ERRORS:
        assert type(error).__name__ in passerelles.__all__
