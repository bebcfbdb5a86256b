"""Results in a notebook, a terminal and a data frame."""

import json
import pickle
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelles import (
    OccupationGraph,
    PasserellesError,
    Profile,
    compare,
    evaluate,
    levers,
    match_territory,
    mobility_areas,
    rank_moves,
    rank_paths,
    rank_sources,
)
from passerelles.language.say import Lang
from passerelles.ranking.move import Moves
from passerelles.referentials.validate import validate
from passerelles.views.excel import book_page
from passerelles.views.shown import Shown, html_of
from passerelles.views.spec import Column, Page, Sheet
from passerelles.views.terminal import plain_text


class _Reader(HTMLParser):
    """Tags in order, their balance, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _moves(graph: OccupationGraph) -> Moves:
    return rank_moves(graph, "K2110-B", limit=4)


def test_rows_are_the_moves(embedded_graph: OccupationGraph) -> None:
    moves = _moves(embedded_graph)
    rows = moves.rows()
    assert [r["target_code"] for r in rows] == [m.target.code for m in moves]
    assert [r["score"] for r in rows] == [m.score for m in moves]
    parts = moves.rows("parts", lang="en")
    assert sum(float(r["value"] or 0) for r in parts if r["rank"] == 1) == pytest.approx(moves[0].score, abs=1e-9)
    assert moves[1].rows()[0]["rank"] == 2


def test_a_frame_keeps_the_unknown_unknown(embedded_graph: OccupationGraph) -> None:
    moves = rank_moves(embedded_graph, Profile(competencies=("TC0081",)), limit=3)
    frame = moves.to_pandas()
    assert frame["known_rank"].dtype == pd.Int64Dtype()
    assert frame["known_rank"].isna().all()
    assert frame["score"].tolist() == [m.score for m in moves]
    held = moves.to_pandas("competencies")
    assert held["core"].dtype == pd.BooleanDtype()


def test_no_move_gives_an_empty_frame_with_its_columns(embedded_graph: OccupationGraph) -> None:
    none = rank_moves(embedded_graph, "K2110-B", targets=[])
    assert list(none) == []
    assert none.to_pandas().columns.tolist() == _moves(embedded_graph).to_pandas().columns.tolist()
    assert none.to_text("en") == none.page("en").title
    assert "<table" not in none.to_html()


def test_a_table_wider_than_a_page_is_scrolled_within_it(embedded_graph: OccupationGraph) -> None:
    region, *_ = re.findall(r'<div role="region" [^>]*>(?=<table)', _moves(embedded_graph).to_html("en"))
    assert 'aria-label="Ranking"' in region
    assert 'tabindex="0"' in region
    assert "overflow-x:auto" in region


def test_a_flag_of_which_nothing_is_known_is_a_flag_all_the_same() -> None:
    class Nothing(Shown):
        def sheets(self, lang: Lang = "fr") -> list[Sheet]:
            return [Sheet.of_rows("totals", [Column("same_job", "flag")], [[None]])]

    assert str(Nothing().to_pandas().dtypes["same_job"]) == "boolean"


def test_an_unknown_table_is_named_with_those_that_exist(embedded_graph: OccupationGraph) -> None:
    with pytest.raises(PasserellesError, match="ranking, parts, competencies, credentials"):
        _moves(embedded_graph).to_pandas("party")


def test_a_ranking_shows_each_move_and_unfolds_it(embedded_graph: OccupationGraph) -> None:
    moves = _moves(embedded_graph)
    seen = _Reader(moves._repr_html_())
    assert seen.tags.count("details") == len(moves)
    assert seen.open == []
    for move in moves:
        assert (move.target.label or "") in seen.text
    assert "chance" in seen.text
    assert "K2110-B" in repr(moves)
    assert all(len(line) <= 80 for line in str(moves).splitlines())


@pytest.mark.parametrize(
    "make",
    [
        _moves,
        lambda graph: _moves(graph)[0],
        lambda graph: rank_paths(graph, "N4101", targets=["N4103"], limit=1),
        lambda graph: rank_paths(graph, "N4101", targets=["N4103"], limit=1)[0],
        lambda graph: levers(graph, ["N4101"], ["N4103"], limit=1),
        lambda graph: compare(graph, ["N4101", "N4103"]),
        mobility_areas,
        lambda graph: evaluate(graph, methods=["random"]),
        lambda graph: match_territory(graph, [{"job": "N4101", "people": 3}], [{"job": "N4103", "openings": 3}]),
        lambda _: validate("transitions"),
    ],
)
def test_every_public_result_turns_into_the_same_things(
    make: Callable[[OccupationGraph], Any], embedded_graph: OccupationGraph
) -> None:
    result = make(embedded_graph)
    for lang in ("fr", "en"):
        assert json.dumps([item.to_dict(lang) for item in (result if isinstance(result, list) else [result])])
        assert len(result.rows(lang=lang)) == len(result.to_pandas(lang=lang))
        assert result.to_text(lang)
        assert result.to_html(lang)
    assert result._repr_html_() == result.to_html()
    assert len(repr(result)) < 5000


def test_source_and_licence_stand_under_every_result(embedded_graph: OccupationGraph) -> None:
    moves = _moves(embedded_graph)
    results: list[Shown] = [
        moves,
        moves[0],
        compare(embedded_graph, ["N4101", "N4103"]),
        levers(embedded_graph, ["N4101"], ["N4103"], limit=1),
        rank_paths(embedded_graph, "N4101", targets=["N4103"], limit=1),
    ]
    names = [overlay.name for overlay in embedded_graph.referential.provenance.laid]
    for result in [*results, *pickle.loads(pickle.dumps(results))]:  # noqa: S301 - our own
        for shown in (_Reader(result._repr_html_()).text, result.to_text()):
            assert shown.count("Données") == 1, shown
            assert shown.count("Référentiel de branche") == len(names), shown
    assert moves[0].to_dict()["referential"].keys() == {"name", "version", "sha256"}


def test_towards_a_target_the_origins_are_shown(embedded_graph: OccupationGraph) -> None:
    sources = rank_sources(embedded_graph, "N4101", limit=2)
    text = " ".join(sources.to_text("en").split())
    assert (sources[0].origin.label or "?").split(" /")[0] in text
    assert "N4101" in text.split("Rank", maxsplit=1)[0]


def test_one_move_says_its_level_and_credentials(embedded_graph: OccupationGraph) -> None:
    move = _moves(embedded_graph)[0]
    text = " ".join(str(move).split())
    held = {c.code for c in move.credentials if c.held == "yes"}
    for credential in move.credentials:  # what a credential already held supposes goes without saying
        assert (credential.label in text) == (credential.needed_for not in held), credential.label
    assert repr(move).startswith("<Move 1: K2110-B → K2110-GL")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30))
def test_every_text_is_escaped(text: str) -> None:
    sheet = Sheet.of_rows("ranking", [Column("target_label"), Column("score", "number")], [[text, 1.5]])
    page = Page(text, [text], [sheet], [Page(text, [text])])
    seen = _Reader(html_of(page))
    known = {"div", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary"}
    assert set(seen.tags) <= known
    # Sentences are typeset: some of their blanks do not break.
    plain = [t.translate({0xA0: " ", 0x202F: " "}) for t in (seen.text, text)]
    assert plain[0].count(plain[1]) >= (5 if text.strip() else 0)
    assert "1,50" in plain_text(page)


def test_an_evaluation_and_a_validation_show_themselves(embedded_graph: OccupationGraph) -> None:
    found = evaluate(embedded_graph, methods=["cosine", "random"])
    assert [row["method"] for row in found.rows()] == ["cosine", "random"]
    assert found.to_pandas()["ndcg@10"].tolist() == [r.metrics["ndcg@10"] for r in found.results]
    assert "cosine" in repr(found)
    assert _Reader(found._repr_html_()).tags.count("details") == 1
    report = validate("transitions")
    assert len(report.rows()) == len(report.notices)
    assert report.name in repr(report)
    assert report.name in _Reader(report._repr_html_()).text


def test_what_stands_beside_a_figure_stands_under_it_on_a_page() -> None:
    hours = Column("value", "integer", value=lambda x, _: x, note=lambda x, _: f"de {x - 5} à {x + 8}")
    html = html_of(Page("", sheets=[Sheet("totals", [hours], lambda: [9], "fr")]), lang="fr")
    assert ">9<br>de 4 à 17<" in html


def test_the_kind_of_a_competency_is_written_in_the_reader_s_language(embedded_graph: OccupationGraph) -> None:
    (sheet,) = (s for s in rank_moves(embedded_graph, "K2110", limit=1).sheets("en") if s.title == "competencies")
    assert {"skill", "knowledge", "soft skill"} <= {cell for row in book_page(sheet, lang="en").rows for cell in row}
