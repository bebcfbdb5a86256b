"""Paths and levers in a notebook, a terminal and a data frame."""

from passerelles import OccupationGraph, levers, rank_paths


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


def test_no_path_shows_a_sentence(embedded_graph: OccupationGraph) -> None:
    none = rank_paths(embedded_graph, "K2110-B", targets=[])
    assert list(none) == []
    assert str(none)
    assert none.to_pandas().empty


def test_levers_show_what_they_are_worth(embedded_graph: OccupationGraph) -> None:
    found = levers(embedded_graph, {"N4101": 5}, ["N4102"], limit=2)
    assert [row["people_opened"] for row in found.rows()] == [each.gained for each in found]
    assert found.to_html().count("<details") == 1
    assert found[0].label.split()[0] in str(found)
