"""What ships is what training gives on the real ROME, and the model card tells it."""

import hashlib
import json
import runpy
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passerelles.evaluation.protocol import known_mobilities
from passerelles.evaluation.train import FITS
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.rank import rank_all
from passerelles.scoring.mobility import DAMPING
from passerelles.scoring.scorer import load_scorer

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def figures() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((DOCS / "model-card.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FITS))
def test_one_fit_on_the_real_rome_gives_the_weights_that_ship(rome4_graph: OccupationGraph, name: str) -> None:
    assert FITS[name](rome4_graph) == load_scorer(name).model_copy(update={"calibration": None})


def test_no_target_stands_near_everybody(rome4_graph: OccupationGraph) -> None:
    assert {n: load_scorer("fitted").parts[n.split(".")[0]][n] for n in DAMPING} == DAMPING
    named = np.asarray(known_mobilities(rome4_graph).sum(axis=0)).ravel()
    first = np.searchsorted(rome4_graph.codes, rank_all(rome4_graph, limit=10).targets.ravel())
    shown = np.bincount(first, minlength=len(named))
    most = int(named.argmax())
    assert 0.8 * named[most] < shown[most] < 1.3 * named[most]  # 1.9 times without damping


def test_the_card_is_about_the_weights_that_ship(figures: Mapping[str, Any]) -> None:
    page = (DOCS / "model-card.md").read_text(encoding="utf-8")
    assert set(figures["sha256"]) == set(FITS)
    for name, digest in figures["sha256"].items():
        content = (files("passerelles.scoring") / "weights" / f"{name}.json").read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert digest in page


def test_the_card_is_made_from_its_figures(figures: Mapping[str, Any]) -> None:
    made = runpy.run_path(str(DOCS / "make_model_card.py"))["page"](figures)
    assert made == (DOCS / "model-card.md").read_text(encoding="utf-8")
    assert "[[" not in made


def test_the_bars_are_held(figures: Mapping[str, Any]) -> None:
    fitted, content = figures["methods"]["fitted"], figures["methods"]["content"]
    other = figures["groupings"]
    for found in (fitted["ndcg@10"], other["fitted"]["ndcg@10"]["mean"]):
        assert found >= 0.425
    for found in (fitted["recall@10"], other["fitted"]["recall@10"]["mean"]):
        assert found >= 0.38
    for found in (content["ndcg@10"], other["content"]["ndcg@10"]["mean"]):
        assert found >= 0.385
    assert figures["calibration"]["fitted"]["ece"] <= 0.03
    for band in figures["calibration"]["fitted"]["by_rank"]:  # nor is it wrong beyond what people see
        assert band["predicted"] < 1.25 * band["observed"] + 0.001
        assert band["predicted"] > 0.75 * band["observed"] - 0.001
    assert {fitted["protocol"], content["protocol"]} == {"grouped-5-fold"}
    assert figures["methods"]["shipped"]["protocol"] == "in-sample"


def test_nowhere_does_what_ships_fall_below_what_is_simpler(figures: Mapping[str, Any]) -> None:
    for place, found in figures["transfer"].items():
        best = max(found[name]["ndcg@10"]["mean"] for name in ("cosine", "unfitted", "shipped content"))
        assert found["shipped fitted"]["ndcg@10"]["mean"] > best - 0.015, place  # half an interval
        assert found["fitted"]["ndcg@10"]["mean"] > best - 0.015, place


def test_figures_agree_with_each_other(figures: Mapping[str, Any]) -> None:
    for item in figures["methods"].values():
        for metric, (low, high) in item["ci95"].items():
            assert 0 <= low <= item[metric] <= high <= 1
    for groups in figures["methods"]["fitted"]["breakdown"].values():
        assert sum(g["origins"] for g in groups) == figures["origins"]
    for calibrated in figures["calibration"].values():
        assert sum(b["cases"] for b in calibrated["reliability"]) == calibrated["cases"] == 20 * figures["origins"]
    for kind in ("listed", "first_not_listed", "any"):
        assert sum(figures["levels"]["fitted"][kind].values()) == pytest.approx(1.0, abs=1e-4)
    assert sum(c["moves"] for c in figures["misses"]["relation"].values()) == figures["mobilities"]
