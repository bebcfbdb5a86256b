"""Results in the kernel of a real notebook: each shown once, as HTML and as text; the progress bar in one output."""

from typing import Any

import pytest

pytestmark = pytest.mark.external

CELLS = (
    """
from passerelles import build_graph, evaluate, load_referential, match_territory, progress_bar, rank_moves, rank_paths
from passerelles import progress
progress._EVERY_VIEW = 0.0
graph = build_graph(load_referential("transitions"))
lots = [{"employer": "A", "job": "N1103", "headcount": 5, "openings": 3, "basin": "Redon"}]
""",
    "rank_moves(graph, 'N1103', limit=2)",
    "rank_moves(graph, 'N1103', limit=1)[0]",
    "rank_paths(graph, 'N1103', targets=['N4101'])",
    "match_territory(graph, lots, lots)",
    "print(rank_moves(graph, 'N1103', limit=1))",
    """
with progress_bar("Affectation") as tell:
    match_territory(graph, lots, lots, progress=tell)
""",
)


@pytest.fixture(scope="module")
def outputs() -> list[list[Any]]:
    nbclient = pytest.importorskip("nbclient")
    v4: Any = pytest.importorskip("nbformat.v4")
    book = v4.new_notebook(cells=[v4.new_code_cell(source) for source in CELLS])
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return [list(cell["outputs"]) for cell in book["cells"]]


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_a_result_is_shown_once_in_two_ways(outputs: list[list[Any]], place: int) -> None:
    (shown,) = outputs[place]
    assert shown["output_type"] == "execute_result"
    assert shown["data"]["text/html"].startswith("<div")
    assert shown["data"]["text/plain"]


def test_printing_is_text_alone(outputs: list[list[Any]]) -> None:
    (shown,) = outputs[5]
    assert (shown["output_type"], shown["name"]) == ("stream", "stdout")
    assert max(map(len, shown["text"].splitlines())) <= 80
    assert "\x1b" not in shown["text"]


def test_progress_takes_one_output(outputs: list[list[Any]]) -> None:
    (shown,) = outputs[6]
    assert shown["output_type"] == "display_data"
    assert shown["data"]["text/plain"] == "Affectation : 5 sur 5"
    assert 'value="5" max="5"' in shown["data"]["text/html"]
