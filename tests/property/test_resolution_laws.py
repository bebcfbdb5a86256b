"""Laws of resolution: whatever is typed, ordered and honest answers; what frames a title changes nothing."""

import unicodedata
from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from job_titles import ROWS, referential
from passerelles.io.csv import undo_double_encoding
from passerelles.matching.reading import gender_forms, language_pack
from passerelles.matching.titles import resolve_competency, resolve_title
from passerelles.matching.worklist import Worklist, read_worklist, worklist_csv

if TYPE_CHECKING:
    from passerelles.io.xlsx import Cell

SMALL = referential()
FRENCH = language_pack("fr")
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from([r[1] for r in ROWS]), max_size=3).map(" ".join))


@given(TEXTS)
@settings(max_examples=80, deadline=None)
def test_any_text_gives_ordered_and_honest_candidates(text: str) -> None:
    for resolve in (resolve_title, resolve_competency):
        found = resolve(SMALL, text)
        assert len(found) <= 5
        assert len({one.code for one in found}) == len(found)
        scores, surety = [one.score for one in found], [one.confidence for one in found]
        assert scores == sorted(scores, reverse=True)
        assert surety == sorted(surety, reverse=True)
        assert all(0.0 <= value <= 1.0 for value in scores + surety)
        assert sum(surety) <= 1.0 + 1e-4
        assert resolve(SMALL, text) == found


@given(
    row=st.sampled_from(ROWS),
    frame=st.sampled_from(["{}", "{} (H/F)", "{} h/f", "  {}", "{} - CDI", "{}.", "{} à Quimperlé", "{} (29)"]),
    bare=st.booleans(),
    feminine=st.booleans(),
)
@settings(deadline=None)
def test_noise_around_a_title_changes_nothing(
    *, row: tuple[str, str, str], frame: str, bare: bool, feminine: bool
) -> None:
    text = frame.format(gender_forms(row[1], pack=FRENCH)[feminine])
    if bare:
        text = "".join(c for c in unicodedata.normalize("NFD", text.upper()) if not unicodedata.combining(c))
    meant = {code for _, label, code in ROWS if label == row[1]}
    assert {c.code for c in resolve_title(SMALL, text)[: len(meant)]} == meant


@given(st.permutations(ROWS))
@settings(max_examples=10, deadline=None)
def test_the_order_of_titles_changes_nothing(rows: list[tuple[str, str, str]]) -> None:
    assert resolve_title(referential(rows), "monitrice pl") == resolve_title(SMALL, "monitrice pl")


CELLS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\r\n\x1f"), max_size=12).map(str.strip)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_list_comes_back_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    import tempfile
    from pathlib import Path

    cells: list[list[Cell]] = [[*row] for row in (*rows, ("fin", "fin"))]
    listed = Worklist(("un", "deux"), cells)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "l.csv"
        text = worklist_csv(listed)
        assume(undo_double_encoding(text) is None)  # "Ã©" alone is an "é" that was written twice
        file.write_text(text, encoding="utf-8", newline="")
        assert read_worklist(file) == listed
