"""Values travel between processes whole, light and equal; the door refuses what would mean another thing."""

import copy
import json
import logging
import math
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, fields
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import passerelles
from market_files import market_folder
from passerelles import (
    Certifications,
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
    counterfactual,
    evaluate,
    export_graph,
    levers,
    load_market,
    load_referential,
    match_territory,
    mobility_areas,
    progress_bar,
    rank_all,
    rank_moves,
    rank_paths,
    rank_profiles,
    rank_sources,
    resolve_title,
)
from passerelles.cli.main import run
from passerelles.language.say import LANGS, say
from passerelles.market.market import NOTHING
from passerelles.market.own_lists import load_job_list, load_observed
from passerelles.market.places import Basin, Places
from passerelles.market.signals import find_basin
from passerelles.referentials.referential import code_of
from passerelles.settings import RankingSettings, WeightSettings, settings_or
from passerelles.territory.match import compare_scenarios

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
    PasserellesError(
        "settings_invalid", path=Path("a.json"), reason=lambda lang: say("invalid.flag", lang=lang), near=""
    ),
    PasserellesError("not_ternary", code=1234.5, value=ValueError("holds", object)),
]


@pytest.mark.parametrize("name", MADE)
def test_a_value_travels(name: str, embedded_graph: OccupationGraph) -> None:
    value = MADE[name](embedded_graph)
    packed = pickle.dumps(value)
    assert len(packed) < 131_072  # what its jobs ask for, with sources; neither the graph nor the catalogue
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


def test_whole_numbers_of_a_data_frame_are_taken_and_serialised(embedded_graph: OccupationGraph) -> None:
    three: Any = np.int64(3)
    path = rank_paths(embedded_graph, "K2110", targets=["N4101"], max_steps=three, limit=three)[0]
    judged = evaluate(embedded_graph, methods=["random"], folds=three, grouping=three)
    assert json.dumps([path.to_dict(), judged.to_dict()])
    assert len(resolve_title(embedded_graph.referential, "chauffeur", limit=three)) == 3


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda _: Profile(), "empty_profile"),
        (lambda _: Settings(bla=1), "settings_invalid"),  # type: ignore[call-arg]
        (lambda _: Profile(credentials={"PERM-C": "yes"}), "empty_profile"),
        (lambda _: Profile("K2110", "300026"), "not_a_list"),  # type: ignore[arg-type]
        (lambda _: Profile("K2110", None), "no_list"),  # type: ignore[arg-type]
        (lambda _: Profile("K2110", credentials=["PERM-C"]), "not_a_mapping"),  # type: ignore[arg-type]
        (lambda g: rank_moves(g, "N4101", targets="K2111"), "not_a_list"),
        (lambda g: rank_moves(g, {"occupation": "N4101"}), "origin_invalid"),  # type: ignore[arg-type]
        (lambda g: g.referential.with_overlay(3), "overlay_not_text"),
        (lambda g: rank_moves(g, "N4101", filters="unregulated"), "not_a_list"),
        (lambda g: rank_sources(g, "N4101", origins="K2111"), "not_a_list"),
        (lambda g: compare(g, "K2111"), "not_a_list"),
        (lambda g: mobility_areas(g, "K2111"), "not_a_list"),
        (lambda g: compile_index(g, "x", scorers="default"), "not_a_list"),
        (lambda g: mobility_areas(g, []), "areas_no_job"),
        (lambda g: counterfactual(g, "N4101", "N4105", most=-1), "offset_invalid"),
        (lambda g: evaluate(g, methods=[]), "evaluation_no_method"),
        (lambda g: evaluate(g, methods=3), "evaluation_unknown_method"),  # type: ignore[arg-type]
        (lambda g: evaluate(g, methods=["random"], grouping="x"), "evaluation_grouping"),  # type: ignore[arg-type]
        (lambda g: evaluate(g, methods=["random"], grouping=-1), "evaluation_grouping"),
        (lambda g: rank_profiles(g, [], threads=0), "threads_invalid"),
        (lambda g: levers(g, 3, ["N4105"]), "origin_invalid"),  # type: ignore[arg-type]
        (lambda g: levers(g, ["N4101"], ["N4105"], kinds=3), "kinds_invalid"),  # type: ignore[arg-type]
        (lambda g: evaluate(g, methods=[lambda _g, _o: NONE]), "evaluation_bad_scores"),
        (lambda _: load_referential(""), "no_such_referential"),
        (lambda _: load_market(""), "no_such_path"),
        (lambda _: find_basin(NOTHING, 5313), "code_not_text"),  # type: ignore[arg-type]
        (lambda g: export_graph(g, 3), "wrong_argument"),  # type: ignore[arg-type]
        (lambda g: export_graph(g, "a", format=3), "export_format"),  # type: ignore[arg-type]
        (lambda g: export_graph(g, "a\0.json"), "write_failed"),
        (lambda g: compare_scenarios(g, FRAGILE, HIRING, {"a": None}), "scenario_option"),  # type: ignore[dict-item]
        (lambda g: compare_scenarios(g, FRAGILE, HIRING, {"a": {"lever": "PERM-C"}}), "not_a_list"),
    ],
)
def test_the_door_refuses(make: Callable[[Any], Any], key: str, embedded_graph: OccupationGraph) -> None:
    with pytest.raises(PasserellesError) as refused:
        make(embedded_graph)
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda _: Settings(pahts={}), "pahts : inconnu). Vouliez-vous dire : paths ?"),  # type: ignore[call-arg]
        (lambda _: load_referential("transition"), "Vouliez-vous dire : transitions ?"),
        (
            lambda g: g.referential.with_overlay("enseignement-de-conduite"),
            "Vouliez-vous dire : enseignement-conduite ?",
        ),
        (lambda g: g.referential.with_overlay("zzz"), "ni un chemin qui existe."),
        (lambda g: rank_paths(g, "N4101", targets=["K2111"], frame="transko"), "Vouliez-vous dire : transco ?"),
        (lambda g: rank_paths(g, "N4101", targets=["K2111"], frame="PTP"), "Vouliez-vous dire : ptp ?"),
        (lambda g: rank_moves(g, "K9999"), "Vouliez-vous dire : K1302, K1303, K1304 ?"),
    ],
)
def test_what_is_nearest_to_a_wrong_name_or_code_is_told(
    ask: Callable[[Any], Any], told: str, plain_embedded: OccupationGraph
) -> None:
    with pytest.raises(PasserellesError) as refused:
        ask(plain_embedded)
    assert refused.value.message("fr").endswith(told)


def test_an_empty_code_is_told_alike_of_whatever_it_is() -> None:
    asked: dict[str, dict[str, Any]] = {"occupation": {"occupation": ""}, "competency": {"competencies": (" ",)}}
    for what, given in asked.items():
        with pytest.raises(PasserellesError) as refused:
            Profile(**given)
        assert refused.value.message("fr") == f"Code vide ({what}) : donnez un code ou une appellation."


def test_a_file_that_is_no_profile_is_told_all_that_one_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.json").write_text('{"occupation": "K2110", "name": "x"}', encoding="utf-8")
    for lang in LANGS:
        with pytest.raises(SystemExit):
            run(["rank", "--profile", str(tmp_path / "p.json"), "--lang", lang])
        assert ", ".join(field.name for field in fields(Profile)) in capsys.readouterr().err


HELD: Any = Places((Basin("5313", "REDON"),))
DAY: Any = "2026-01-01"
NONE: Any = None
DE: Any = "de"
EMPTY: Any = {}
THREE: Any = 3
CERTIFICATIONS = Certifications((), 2026, NONE)
CODES: Any = ["N4105"]
PAYERS: Any = ("0016", None)
GRAPH = "graph takes OccupationGraph (build_graph); got Referential"
WRONG: dict[str, Callable[[Any], Any]] = {
    f"rank_moves: {GRAPH}": lambda g: rank_moves(g.referential, "N4101"),
    f"match_territory: {GRAPH}": lambda g: match_territory(g.referential, FRAGILE, HIRING),
    "resolve_title: referential takes Referential (load_referential); got OccupationGraph": lambda g: resolve_title(
        g, "boulanger"
    ),
    "build_graph: referential takes Referential (load_referential); got '2026-01-01'": lambda _: build_graph(DAY),
    "rank_paths: date takes date | None; got '2026-01-01'": lambda g: rank_paths(g, "N4101", targets=[], date=DAY),
    "levers: date takes date | None; got '2026-01-01'": lambda g: levers(g, ["N4101"], ["N4105"], date=DAY),
    "load_market: path takes str | Path; got 3": lambda _: load_market(THREE),
    "compile_index: path takes str | Path; got 3": lambda g: compile_index(g, THREE),
    "load_job_list: path takes str | Path; got 3": lambda g: load_job_list(THREE, g.referential),
    "load_observed: path takes str | Path; got None": lambda g: load_observed(NONE, g.referential),
    "progress_bar: lang takes 'fr', 'en'; got 'de'": lambda _: progress_bar("", lang=DE),
    "leading: day takes date; got '2026-01-01'": lambda g: CERTIFICATIONS.leading("N4101", g.referential, DAY),
    "rank_moves: wages takes Market (load_market) | None; got Places": lambda g: rank_moves(g, "N4101", wages=HELD),
    "match_territory: certifications takes Certifications (load_certifications) | None; got 'de'": lambda g: (
        match_territory(g, FRAGILE, HIRING, certifications=DE)
    ),
    "rank_paths: payers takes tuple[Payer | None, Payer | None]; got tuple": lambda g: rank_paths(
        g, "N4101", targets=[], payers=PAYERS
    ),
    "rank_paths: market takes Mapping[str, float] | None; got list": lambda g: rank_paths(
        g, "N4101", targets=[], market=CODES
    ),
    "evaluate: progress takes Callable[[int, int, str], None] | None; got 'de'": lambda g: evaluate(g, progress=DE),
    "rank_moves: filters takes Iterable[str | Filter]; got None": lambda g: rank_moves(g, "N4101", filters=NONE),
    "rank_moves: settings takes Settings (Settings(**values)) | None; got dict": lambda g: rank_moves(
        g, "N4101", settings=EMPTY
    ),
    "counterfactual: level takes 'proche', 'accessible', 'exigeante'; got 'de'": lambda g: counterfactual(
        g, "N4101", "N4105", level=DE
    ),
    "to_dict: lang takes 'fr', 'en'; got 'de'": lambda g: rank_moves(g, "N4101")[0].to_dict(DE),
    "to_html: lang takes 'fr', 'en'; got 'de'": lambda g: rank_moves(g, "N4101").to_html(DE),
    "message: lang takes 'fr', 'en'; got 'de'": lambda _: ERRORS[0].message(DE),
}


@pytest.mark.parametrize("told", WRONG)
def test_an_argument_of_another_kind_is_one_plain_error(told: str, embedded_graph: OccupationGraph) -> None:
    with pytest.raises(PasserellesError) as refused:
        WRONG[told](embedded_graph)
    assert str(refused.value) == f"{told}."
    assert refused.value.message("fr")


def test_years_are_a_list_of_whole_numbers(tmp_path: Path) -> None:
    market_folder(tmp_path)
    with pytest.raises(PasserellesError, match=r"years: a list is expected, got 2023 \(int\)"):
        load_market(tmp_path, years=2023)  # type: ignore[arg-type]
    assert load_market(tmp_path, years=[2023]).years == ("2023",)
    with pytest.raises(PasserellesError, match=r"^No BMO survey in "):
        load_market(tmp_path, years=[1999]).survey()


def test_a_day_may_come_with_a_time(embedded_graph: OccupationGraph) -> None:
    day, noon = date(2026, 1, 1), datetime(2026, 1, 1, 12)  # noqa: DTZ001 - as people write them
    of = embedded_graph
    assert rank_paths(of, "N4101", targets=["N4105"], date=noon) == rank_paths(of, "N4101", targets=["N4105"], date=day)
    assert levers(of, ["N4101"], ["N4105"], date=noon) == levers(of, ["N4101"], ["N4105"], date=day)


@pytest.mark.parametrize(
    "bound", [{"radius_km": "30"}, {"budget_hours": True}, {"radius_km": math.inf}, {"min_probability": math.nan}]
)
def test_a_bound_that_is_no_finite_number_is_refused(bound: dict[str, Any], embedded_graph: OccupationGraph) -> None:
    with pytest.raises(PasserellesError, match=f"{next(iter(bound))} is not a valid bound"):
        match_territory(embedded_graph, FRAGILE, HIRING, **bound)


def test_a_person_is_not_printed_where_a_code_is_due(embedded_graph: OccupationGraph) -> None:
    with pytest.raises(PasserellesError, match="Profile") as refused:
        rank_moves(embedded_graph, "N4101", targets=[Profile("K2110")])  # type: ignore[list-item]
    assert "K2110" not in str(refused.value)
    with pytest.raises(PasserellesError, match="Headcount of Profile:"):
        levers(embedded_graph, {Profile("K2110"): -1}, ["N4105"])


def test_settings_that_a_graph_was_not_built_under_are_refused_after_it(embedded_graph: OccupationGraph) -> None:
    heavy = Settings(weights=WeightSettings(core=5.0))
    with pytest.raises(PasserellesError, match="afterwards: weights"):
        rank_moves(embedded_graph, "N4101", settings=heavy)
    with pytest.raises(PasserellesError, match="afterwards: ranking"):
        rank_sources(embedded_graph, "N4101", settings=Settings(ranking=RankingSettings(close_share=0.5)))
    with pytest.raises(PasserellesError, match="afterwards: access"):
        rank_paths(embedded_graph, "N4101", targets=["N4105"], settings=Settings(access=None))
    built = build_graph(embedded_graph.referential, settings=heavy)
    same = rank_moves(built, "N4101", settings=heavy)
    # What is not said of them stays as the graph was built.
    assert rank_moves(built, "N4101", settings=Settings(scorer="default")) == same == rank_moves(built, "N4101")
    assert same[0].coverage != rank_moves(embedded_graph, "N4101", targets=[same[0].target.code or ""])[0].coverage


def test_arrays_of_all_moves_are_read_only(embedded_graph: OccupationGraph) -> None:
    found = rank_all(embedded_graph, limit=2)
    assert not any(array.flags.writeable for array in (found.origins, found.targets, found.scores))


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


def test_settings_given_later_keep_what_the_graph_was_built_under() -> None:
    built = Settings(weights=WeightSettings(core=5.0, other=2.0), access=None)
    found = settings_or(Settings(strict=True, weights=WeightSettings(core=5.0)), built)
    assert (found.strict, found.access, found.weights) == (True, None, built.weights)
    assert code_of(load_referential("transitions"), "N4101" + " " * 300 + "boulanger") is None
