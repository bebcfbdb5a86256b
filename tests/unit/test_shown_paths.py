"""Paths, levers and allocations in a notebook, a terminal and a data frame."""

from pathlib import Path

from passerelles import OccupationGraph, levers, match_territory, rank_paths
from passerelles.language.say import typeset
from passerelles.paths.path import Span, hours_short, months_text


def test_paths_show_each_path_and_turn_into_rows(embedded_graph: OccupationGraph) -> None:
    paths = rank_paths(embedded_graph, "K2110-B", targets=["K2110-GL", "N4101"], frame="transco")
    rows = paths.rows()
    assert [row["target_code"] for row in rows] == [p.target.code for p in paths]
    assert [row["hours_expected"] for row in rows] == [p.hours.expected for p in paths]
    assert paths.to_pandas("credentials")["held"].isin(["yes", "no", "unknown"]).all()
    html = paths.to_html("en")
    assert html.count("<details") == len(paths)
    assert "Transco" in html
    text = " ".join(str(paths).split())
    assert all((p.target.label or "?").split(" /")[0] in text for p in paths)
    assert "K2110-B" in repr(paths[0])
    assert paths[0].rows("steps")[0]["step"] == 1


def test_legal_frames_have_their_names_in_tables(embedded_graph: OccupationGraph) -> None:
    found = rank_paths(embedded_graph, "K2110-B", targets=["N4101"], limit=1)
    rows = found.rows("frames")
    assert ("ptp", "Projet de transition professionnelle (PTP)") in [(row["frame"], row["label"]) for row in rows]
    assert "Projet de transition professionnelle (PTP) : " in str(found.rows()[0]["frames"])


def test_no_path_shows_a_sentence(embedded_graph: OccupationGraph) -> None:
    none = rank_paths(embedded_graph, "K2110-B", targets=[])
    assert list(none) == []
    assert str(none)
    assert none.to_pandas().empty


def test_the_assumption_on_practice_names_kinds_of_competencies_in_the_words_of_the_language(
    embedded_graph: OccupationGraph,
) -> None:
    found = rank_paths(embedded_graph, "A1406", targets=["I1304"], limit=2)
    assert "hours for: skill, soft skill." in " ".join(found.to_text("en").split())
    assert "savoir-faire, savoir-être" in " ".join(found.to_text("fr").split())


def test_levers_show_what_they_are_worth(embedded_graph: OccupationGraph) -> None:
    found = levers(embedded_graph, {"N1103": 5}, ["N4102"], limit=2)
    assert [row["people_opened"] for row in found.rows()] == [each.gained for each in found]
    assert found.to_html().count("<details") == 1
    assert found[0].label.split()[0] in str(found)


def test_an_allocation_shows_who_goes_where(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    fragile, hiring = tmp_path / "f.csv", tmp_path / "h.csv"
    fragile.write_text("employer,job,headcount,basin\nA,N1103,3,Redon\n", encoding="utf-8")
    hiring.write_text("employer,job,openings,basin\nB,N1103,2,Redon\nC,N4101,2,Redon\n", encoding="utf-8")
    found = match_territory(embedded_graph, fragile, hiring)
    assert sum(int(row["people"] or 0) for row in found.rows()) == found.placed
    assert found.to_pandas("unfilled")["openings"].sum() == sum(u.openings for u in found.unfilled)
    html = found.to_html()
    assert typeset(found.summary(), "fr") in html.replace("&#39;", "'")
    assert "Totaux et preuve" in html
    assert found.summary("en") in " ".join(found.to_text("en").split())


def test_months_that_are_a_most_are_written_as_one_as_hours_are() -> None:
    most, least, none = Span(None, 6, 6), Span(6, 6, 9), Span(None, None, 6, lower_bound=True)
    assert [months_text(span) for span in (most, least, none)] == ["≤ 6,0", "≥ 6,0", "≤ 6,0"]
    assert [hours_short(span) for span in (most, least)] == ["≤ 6 h", "≥ 6 h"]
    assert months_text(Span(None, None, None, lower_bound=True)) == "?"


def test_a_few_hours_are_not_written_as_no_month_at_all() -> None:
    some, none, least = Span(0, 0.02, 0.03), Span(0, 0, 0), Span(0.02, 0.02, 3)
    assert [months_text(span) for span in (some, none, least)] == ["< 0,1", "0,0", "≥ 0,0"]
    assert [months_text(Span(0, n, 1), "en") for n in (0.04, 0.06)] == ["< 0.1", "0.1"]
