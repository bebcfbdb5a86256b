"""Observed moves: what a table says, what is set aside, and a second truth for rankings."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from passerelles import Profile, evaluate, rank_moves, rank_sources
from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.evaluation.evaluate import SIZE, people_values, with_observed
from passerelles.evaluation.results import RankedTargets
from passerelles.graph.core import OccupationGraph
from passerelles.market.own_lists import load_observed
from passerelles.service.app import create_app
from passerelles.service.engine import Options, load_engine
from service_client import Client

MOVES = (
    ("K2110", "N4101", 20),
    ("N4101", "K2110", 10),
    ("D1106", "K2110", 5),
    ("G1602", "D1106", 8),
    ("H2102", "N4101", 7),
)


@pytest.fixture(scope="module")
def graph(plain_embedded: OccupationGraph) -> OccupationGraph:
    return plain_embedded


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_summed_and_what_cannot_be_read_is_said(tmp_path: Path, graph: OccupationGraph) -> None:
    path = table(
        tmp_path / "mouvements.csv",
        "Origine;Cible;Personnes;Période;Source\n"
        "K2110;N4101;1 200;2021;enquête\n"
        "K2110;n4101;;2022;enquête\n"
        "K2110;Conducteur / Conductrice de taxi inconnu;12;2022;\n"
        "K2110;K2111;300;2022;registre\n"
        "K2110;N4101;300;2022;registre\n"
        "K2110;K2110;40;2022;registre\n"
        "N4101;K2110;0;2022;registre\n",
    )
    observed = load_observed(path, graph.referential)
    assert {pair: (o.people, round(o.share, 3)) for pair, o in observed.pairs.items()} == {
        ("K2110", "K2111"): (300.0, 0.167),
        ("K2110", "N4101"): (1500.0, 0.833),
    }
    assert observed.pairs["K2110", "N4101"].periods == ("2021", "2022")
    assert observed.pairs["K2110", "N4101"].sources == ("enquête", "registre")
    assert {(n.code, n.line) for n in observed.notices} == {
        ("people_unreadable", 3),
        ("job_unresolved", 4),
        ("move_within_occupation", 7),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,b\n1,2\n", "origine, cible, personnes"), ("origine,cible,personnes\nX,Y,3\n", "mouvements.csv")],
)
def test_a_table_without_moves_is_refused(tmp_path: Path, graph: OccupationGraph, text: str, said: str) -> None:
    with pytest.raises(PasserellesError, match=said):
        load_observed(table(tmp_path / "mouvements.csv", text), graph.referential)


def test_a_table_of_few_origins_is_refused_by_its_name_and_the_option_of_folds(
    tmp_path: Path, graph: OccupationGraph
) -> None:
    path = table(tmp_path / "mouvements.csv", "origine,cible,personnes\nK2110,N4101,5\nN4101,K2110,5\n")
    given = evaluate(graph, methods=["random"], folds=3)
    with pytest.raises(PasserellesError) as refused:
        with_observed(given, graph, load_observed(path, graph.referential), methods=["random"])
    for said in ("mouvements.csv", "--observed", "--folds 2", "2 groupes"):
        assert said in refused.value.message("fr")


@given(
    st.lists(st.lists(st.integers(0, 5), min_size=6, max_size=6), min_size=1, max_size=4).filter(
        lambda rows: all(any(row) for row in rows)
    ),
    st.randoms(use_true_random=False),
)
def test_metrics_counted_by_hand(rows: list[list[int]], random: object) -> None:
    people = np.array(rows, dtype=float)
    targets = np.array([random.sample(range(6), 6) for _ in rows], dtype=np.int32)  # type: ignore[attr-defined]
    where = np.arange(len(rows), dtype=np.int32)
    values = people_values(RankedTargets(where, where, targets, np.zeros_like(targets)), sparse.csr_array(people))
    for line, order, (movers, gain) in zip(rows, targets.tolist(), values.T.tolist(), strict=True):
        assert movers == pytest.approx(1.0)  # six occupations: all targets are among the first ten
        dcg = sum(line[t] / np.log2(i + 2) for i, t in enumerate(order))
        best = sum(x / np.log2(i + 2) for i, x in enumerate(sorted(line, reverse=True)))
        assert gain == pytest.approx(dcg / best)


def test_size_alone_predicts_moves_that_only_size_makes(tmp_path: Path, graph: OccupationGraph) -> None:
    codes = [o.code for o in graph.referential.occupations][:60]
    lines = [f"{a},{b},{1 + 7 * i}" for a in codes[20:] for i, b in enumerate(codes[:20])]
    path = table(tmp_path / "m.csv", "origin,target,people\n" + "\n".join(lines) + "\n")
    observed = load_observed(path, graph.referential)
    seen = with_observed(evaluate(graph, methods=["random"]), graph, observed, methods=["random"]).observed
    assert seen is not None
    by_method = {r.method: r for r in seen.results}
    assert by_method[SIZE].metrics["ndcg_people@10"] == pytest.approx(1.0)
    assert by_method["random"].metrics["ndcg_people@10"] < 0.3
    assert by_method[SIZE].protocol == "no-fitting"


def test_size_counts_nobody_of_the_origin_judged(tmp_path: Path, graph: OccupationGraph) -> None:
    # In a ring each target took people from one origin only: without them its size says nothing of it.
    codes = [o.code for o in graph.referential.occupations][:60]
    lines = [f"{a},{b},9" for a, b in zip(codes, codes[1:] + codes[:1], strict=True)]
    observed = load_observed(table(tmp_path / "m.csv", "from,to,people\n" + "\n".join(lines) + "\n"), graph.referential)
    seen = with_observed(evaluate(graph, methods=["random"]), graph, observed, methods=["random"]).observed
    assert seen is not None
    assert next(r.metrics["ndcg_people@10"] for r in seen.results if r.method == SIZE) == 0.0


def test_the_command_shows_it_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(
        tmp_path / "m.csv",
        "origine;cible;personnes\n" + "".join(f"{a};{b};{n}\n" for a, b, n in MOVES) + "K2110;K2111;secret\n",
    )
    words = ["evaluate", "--methods", "random", "--folds", "2", "--observed", str(path)]
    shown = []
    for form in ("json", "table"):
        with pytest.raises(SystemExit):
            run([*words, "--format", form])
        shown.append(capsys.readouterr())
    assert "m.csv, ligne 7 :" in shown[0].err
    seen = json.loads(shown[0].out)["observed"]
    assert [r["method"] for r in seen["results"]] == ["random", SIZE]
    assert seen["people"] == sum(n for _, _, n in MOVES)
    assert "movers@10" in shown[1].out


@pytest.fixture
def seen_table(tmp_path: Path) -> Path:
    text = "origine;cible;personnes;période;source\n" + "".join(f"{a};{b};{n};2021;enquête\n" for a, b, n in MOVES)
    return table(tmp_path / "m.csv", text + "K2110;K2111;60;2022;registre\nK2110;K2128;secret;2022;registre\n")


def test_moves_tell_who_was_seen_to_make_them_and_keep_their_scores(seen_table: Path, graph: OccupationGraph) -> None:
    observed = load_observed(seen_table, graph.referential)
    for plain, end in (
        (rank_moves(graph, "K2110", limit=None), "target"),
        (rank_sources(graph, "N4101", limit=None), "origin"),
    ):
        told = plain.with_observed(observed)
        assert [replace(m, observed=None) for m in told] == list(plain)
        assert (told.excluded, told.left_out, told.strict) == (plain.excluded, plain.left_out, plain.strict)
        people = {getattr(m, end).code: m.observed.people for m in told if m.observed is not None}
        expected = {"N4101": 20, "K2111": 60} if end == "target" else {"H2102": 7}
        assert people == expected
        assert plain.with_observed(None) is plain
    someone = rank_moves(graph, Profile(None, graph.competency_codes[:20]), limit=None).with_observed(observed)
    assert not any(m.observed for m in someone)


def test_every_output_of_a_ranking_has_them(seen_table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["K2110", "--observed", str(seen_table), "--limit", "12", "--lang", "en"]
    out = {}
    for form in ("json", "csv", "table"):
        with pytest.raises(SystemExit):
            run(["rank", *where, "--format", form, *(["--explain", "12"] if form == "table" else [])])
        shown = capsys.readouterr()
        assert "m.csv, line 8" in shown.err
        out[form] = shown.out
    told = {r["target"]["code"]: r["observed"] for r in json.loads(out["json"])["results"]}
    assert told["K2111"] == {"people": 60.0, "share": 0.75, "periods": ["2022"], "sources": ["registre"]}
    assert told["K2128"] is None
    rows = {row["target_code"]: row for row in csv.DictReader(out["csv"].splitlines())}
    names = ("observed_people", "observed_share", "observed_period", "observed_source")
    assert [rows["K2111"][name] for name in names] == ["60.0", "0.75", "2022", "registre"]
    assert not any(rows["K2128"][name] for name in names)
    words = " ".join(out["table"].split())
    assert "Observed moves: 60 people, 75% of those seen to leave (registre, 2022)" in words
    assert "counted (enquête, registre, 2021, 2022)" in words
    line = next(line for line in out["table"].splitlines() if " K2111 " in line)
    assert line.split()[-1] == "60"
    with pytest.raises(SystemExit):
        run(["sources", "K2111", *where[1:], "--format", "json"])
    told = {r["origin"]["code"]: r["observed"] for r in json.loads(capsys.readouterr().out)["results"]}
    assert told["K2110"]["people"] == 60.0
    assert [code for code, seen in told.items() if seen] == ["K2110"]


def test_the_service_and_the_explorer_have_them(seen_table: Path) -> None:
    engine = load_engine(Options(observed=seen_table))
    with Client(create_app(engine, Options(explorer="beside"))) as opened:
        for answer in (
            opened.get("/v1/rank", params={"origin": "K2110", "target": "K2111"}).json()["results"],
            opened.get("/v1/sources", params={"target": "K2111", "origin": "K2110"}).json()["results"],
            opened.post("/v1/rank/batch", json={"origins": ["K2110"], "targets": ["K2111"]}).json()["results"][0][
                "moves"
            ],
        ):
            assert answer[0]["observed"]["people"] == 60.0
        for page in ("rank/K2110", "sources/K2111", "move/K2110/K2111"):
            text = opened.get(f"/explorer/{page}").text
            assert "registre, 2022" in text, page
            assert ">60<" in text, page
    assert engine.fingerprint != load_engine(Options()).fingerprint
    with pytest.raises(PasserellesError):
        load_engine(Options(observed=seen_table.with_name("none.csv")))
