"""`train`: calibrated on moves that the fit did not see, written as the package ships, the same every time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.evaluation import train as training
from passerelles.evaluation.protocol import known_mobilities, make_folds
from passerelles.evaluation.train import (
    CANDIDATES,
    FITS,
    RankedPairs,
    calibrate,
    chosen_pairs,
    fit_scorer,
    held_out_pairs,
    joined,
    origin_totals,
    train,
)
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.model import Mobility, Profile
from passerelles.progress import OnStep
from passerelles.ranking.rank import rank_all, rank_moves
from passerelles.scoring.measures import DRAWN, Origins, drawn_people
from passerelles.scoring.scorer import Scorer, load_scorer, scorer_text


@pytest.fixture(scope="module")
def plain(plain_embedded: OccupationGraph) -> OccupationGraph:
    """The embedded referential without overlay."""
    return plain_embedded


def drawn(bend: float) -> RankedPairs:
    """Return origins of 400 candidates whose log-odds are 0.7 s - 1.2, and steeper by `bend` below a score of -1."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(200):
        scores = np.sort(rng.normal(-1.0, 2.0, 400))[::-1]
        odds = 0.7 * scores - 1.2 + bend * np.minimum(scores + 1.0, 0.0)
        found.append(chosen_pairs(scores, rng.random(400) < 1.0 / (1.0 + np.exp(-odds))))
    return joined(found)


def test_calibration_finds_the_logistic_curve_again() -> None:
    found = calibrate(drawn(0.0))
    assert found.slope == pytest.approx(0.7, abs=0.05)
    assert found.intercept == pytest.approx(-1.2, abs=0.08)
    assert sum(bend.slope for bend in found.bends) < 0.1


def test_calibration_bends_where_lists_end() -> None:
    scores = np.linspace(-6.0, -1.5, 50)
    odds = 0.7 * scores - 1.2 + 1.5 * (scores + 1.0)
    straight, bent = calibrate(drawn(0.0)).chances(scores), calibrate(drawn(1.5)).chances(scores)
    true = 1.0 / (1.0 + np.exp(-odds))
    assert np.abs(bent - true).max() < 0.02
    assert np.abs(straight - true).max() > 0.04


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_a_probability_never_falls_with_the_score(flip: float) -> None:
    scores = np.linspace(1.0, -1.0, 100)
    found = calibrate(chosen_pairs(scores, flip * scores < -0.5))
    assert found.slope > 0
    assert all(bend.slope > 0 for bend in found.bends)
    assert (np.diff(found.chances(np.linspace(-9.0, 9.0, 400))) >= 0).all()


def test_candidates_beyond_the_first_are_thinned() -> None:
    pairs = chosen_pairs(np.arange(1000.0), np.zeros(1000, dtype=np.bool_))
    assert pairs.rank[:300].tolist() == list(range(1, 301))
    assert pairs.rank[300:].tolist() == list(range(310, 1001, 10))
    assert (pairs.scores == 1000.0 - pairs.rank).all()


def test_held_out_pairs_are_the_first_candidates_and_say_what_is_listed(plain: OccupationGraph) -> None:
    fold = make_folds(plain, grouping=101)[0]
    scores, listed, rank = held_out_pairs(plain, fold.origins, fold.held_out)
    shape = (len(fold.origins), len(plain.codes) - 1)  # fewer than the first 300: each candidate is there
    by_origin = scores.reshape(shape)
    assert (np.diff(by_origin, axis=1) <= 0).all()
    assert (rank.reshape(shape) == np.arange(1, shape[1] + 1)).all()
    known = np.diff(known_mobilities(plain).indptr)[fold.origins]
    assert (listed.reshape(shape).sum(axis=1) == known).all()
    assert listed.reshape(shape)[:, :CANDIDATES].sum() > known.sum() / 2


def test_held_out_mobilities_change_what_is_listed_and_no_score(plain: OccupationGraph) -> None:
    fold = make_folds(plain, grouping=101)[1]
    codes = {plain.codes[row] for row in fold.held_out.tolist()}
    moved = tuple(
        m._replace(target=plain.codes[(plain.position[m.target] + 7) % len(plain.codes)]) if m.origin in codes else m
        for m in plain.referential.mobilities
    )
    other = build_graph(replace(plain.referential, mobilities=moved))
    one, two = held_out_pairs(plain, fold.origins, fold.held_out), held_out_pairs(other, fold.origins, fold.held_out)
    assert np.array_equal(one.scores, two.scores)
    assert not np.array_equal(one.listed, two.listed)


def test_people_are_drawn_from_what_occupations_require(plain: OccupationGraph) -> None:
    people = drawn_people(plain)
    listed = np.diff(plain.weights.indptr)
    assert (people.rows == -1).all()
    assert (np.diff(people.held.indptr) == np.minimum(DRAWN, listed)).all()
    assert (plain.weights.toarray()[people.held.toarray() > 0] > 0).all()
    chosen = plain.codes[::-7]
    lists = tuple(r for r in plain.referential.requirements if r.occupation in chosen)
    fewer = build_graph(replace(plain.referential, requirements=lists))
    some = drawn_people(fewer)
    for code in chosen:
        assert held(fewer, some, fewer.position[code]) == held(plain, people, plain.position[code])


def held(graph: OccupationGraph, people: Origins, row: int) -> set[str]:
    """Codes of the competencies that a person holds."""
    columns = people.held.indices[people.held.indptr[row] : people.held.indptr[row + 1]]
    return {graph.competency_codes[c] for c in columns.tolist()}


def test_people_are_scored_in_training_as_they_are_when_they_ask(plain: OccupationGraph) -> None:
    rows = np.asarray([3, 40, 101], dtype=np.int32)
    totals = origin_totals(plain, load_scorer("holdings"), rows)
    people = drawn_people(plain)
    for row, scores in zip(rows.tolist(), totals, strict=True):
        moves = rank_moves(plain, Profile(competencies=tuple(sorted(held(plain, people, row)))), limit=len(plain.codes))
        assert {m.target.code: m.score for m in moves} == dict(zip(plain.codes, scores.tolist(), strict=True))


@pytest.fixture
def one_grouping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train by one grouping instead of two: half the time, the same steps."""
    monkeypatch.setattr(training, "GROUPINGS", (101,))


@pytest.mark.usefixtures("one_grouping")
def test_the_command_writes_what_training_gives(
    plain: OccupationGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[tuple[int, int]] = []
    scorers: dict[str, Scorer] = {}

    def watched(graph: OccupationGraph, *, progress: OnStep) -> dict[str, Scorer]:
        def told(done: int, total: int) -> None:
            steps.append((done, total))
            progress(done, total)

        scorers.update(train(graph, progress=told))
        return scorers

    monkeypatch.setattr(training, "train", watched)
    with pytest.raises(SystemExit) as ended:
        run(["train", "--referential", "transitions", "--output", str(tmp_path)])
    assert not ended.value.code
    assert capsys.readouterr().out == ""
    total = len(FITS) * 6
    assert steps == [(i, total) for i in range(1, total + 1)]
    assert {p.stem for p in tmp_path.iterdir()} == set(scorers) == set(FITS)
    for name, scorer in scorers.items():
        assert (tmp_path / f"{name}.json").read_text(encoding="utf-8") == scorer_text(scorer)
        assert scorer.calibration is not None
        assert scorer.name == name
        assert scorer.fitted_on == f"{plain.referential.name} {plain.referential.version}"
        uncalibrated = FITS[name](plain)
        assert scorer.model_copy(update={"calibration": None}) == uncalibrated


def test_what_ships_is_written_the_way_training_writes() -> None:
    folder = Path(training.__file__).parents[1] / "scoring" / "weights"
    for name in FITS:
        assert (folder / f"{name}.json").read_text(encoding="utf-8") == scorer_text(load_scorer(name))


def test_a_file_that_is_no_scorer_says_what_is_wrong_in_the_reader_s_language(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    for text, fault in (
        ('{"name": 3, "version": "1", "parts": {}}', "name : il faut un texte"),
        ('{"name": "a", "version": "1"', "ligne 1, colonne"),
        ('{"name": "a", "version": "1", "parts": {"a": {"a.b": 1}}}', "parts.a.a.b : inconnu"),
        ('{"name": "a", "version": "1", "parts": {}}', "parts : il faut au moins 1 élément"),
        ('{"name": "a", "version": "1", "base": 1e308, "parts": {"a": {}}}', "base : il faut au plus 1000000"),
        ('{"name": "a", "version": "1", "candidates": 0, "parts": {"a": {}}}', "candidates : il faut au moins 1"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(PasserellesError) as told:
            load_scorer(str(path))
        assert fault in told.value.message("fr")
        path.unlink()


def test_what_cannot_be_learned_from_is_told(
    plain: OccupationGraph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = build_graph(replace(plain.referential, mobilities=()))
    with pytest.raises(PasserellesError):
        train(bare)
    with pytest.raises(PasserellesError) as caught:
        fit_scorer(bare)
    assert caught.value.key == "nothing_to_fit"
    with pytest.raises(SystemExit) as ended:
        run(["train", "--referential", "transitions", "--output", str(tmp_path / "nowhere")])
    assert ended.value.code == 2
    assert "nowhere n'existe pas. Créez-le" in capsys.readouterr().err


@pytest.mark.usefixtures("one_grouping")
def test_mobilities_that_follow_nothing_are_told(plain: OccupationGraph) -> None:
    referential = plain.referential
    codes = [o.code for o in referential.occupations]
    everywhere = tuple(Mobility(c, t, 1, "proche") for c in codes for t in codes if t != c)
    for bare in (replace(referential, mobilities=everywhere), replace(referential, requirements=())):
        with pytest.raises(PasserellesError) as caught:
            train(build_graph(bare))
        assert caught.value.key == "nothing_follows"
        assert referential.name in caught.value.message("fr")


@pytest.mark.usefixtures("one_grouping")
def test_mobilities_that_go_against_closeness_are_told(plain: OccupationGraph) -> None:
    ranked = rank_all(plain, limit=len(plain.codes))
    far = {origin: [t for t in row if t][-4:] for origin, row in zip(ranked.origins, ranked.targets, strict=True)}
    moves = tuple(Mobility(str(c), str(t), 1, "proche") for c, targets in far.items() for t in targets)
    with pytest.raises(PasserellesError) as caught:
        train(build_graph(replace(plain.referential, mobilities=moves)))
    assert caught.value.key == "nothing_follows"
