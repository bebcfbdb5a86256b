"""What goes to a terminal, a pipe or a file: labels stay text, lines break well, nothing is cut, no colour."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

import passerelles
from passerelles import OccupationGraph, evaluate, rank_moves
from passerelles.cli.main import run
from passerelles.language.say import Lang, number
from passerelles.views.spec import Cell, Column, Page, Sheet
from passerelles.views.terminal import plain_screen, plain_text, print_sheet, printed_text, with_holding_spaces

SPACES = " \u00a0\u202f"


def printed(*objects: object, width: int = 80, lang: Lang = "fr") -> str:
    buffer = io.StringIO()
    plain_screen(buffer, width=width, lang=lang).print(*objects)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "label", ["Gestion [RH]", "[/]", "[bold]gras[/bold]", "[link=http://x]", ":smile: :fr:", "\\[x]", "a [/b] c"]
)
def test_a_label_is_never_read_as_markup(label: str) -> None:
    table = Table(label)
    table.add_row(label)
    assert printed(label) == f"{label}\n"
    assert printed(table).count(label) == 2


def test_a_label_cannot_speak_to_the_terminal() -> None:
    assert printed("a\x1b[2Jb\x9b0mc\x07d") == "a[2Jb0mcd\n"


@given(st.integers(20, 60))
def test_no_line_breaks_where_french_holds(width: int) -> None:
    text = (
        f"« Durée » : {number(1234567, lang='fr')} h ; coût : 12 € ! Vraiment ? Oui ; 450 h au plus, 36 mois au moins."
    )
    lines = printed(text * 3, width=width).splitlines()
    assert all(not line.lstrip(SPACES).startswith((":", ";", "!", "?", "»", "€", "h ", "mois")) for line in lines)
    assert all(not re.search(r"«\s*$|\d$", line) for line in lines)
    assert "".join("".join(lines).split()) == "".join((text * 3).split())


@given(st.text(max_size=60))
def test_what_holds_is_as_long_and_comes_back(text: str) -> None:
    kept = with_holding_spaces(text, "fr")
    assert all(with_holding_spaces(kept, "fr") == kept for _ in range(2))
    assert len(with_holding_spaces(kept, "fr")) == len(kept)


def test_a_page_of_many_columns_loses_nothing_at_80_columns() -> None:
    words = [Column("employer"), Column("label"), Column("basin"), Column("reason")]
    figures = [Column(name, "number") for name in ("hours_low", "hours_expected", "hours_high", "km")]
    row: list[Cell] = [
        "Société générale d'approvisionnement",
        "Anticonstitutionnellement",
        "Redon",
        "capacité",
        1.5,
        12345.25,
        3.0,
        4.0,
    ]
    text = plain_text(Page("Titre", sheets=[Sheet.of_rows("unfilled", [*words, *figures], [row])]))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert all(figure in text for figure in ("1,50", "12\u202f345,25", "3,00", "4,00"))
    assert set("approvisionnementAnticonstitutionnellement") <= set(text)


@given(st.lists(st.lists(st.integers(1, 14), min_size=1, max_size=6), min_size=2, max_size=8), st.data())
def test_nothing_of_a_table_is_cut_whatever_its_columns(columns: list[list[int]], data: st.DataObject) -> None:
    # The cells of each column are words of one letter, its own: what is printed of it can be counted.
    cells: list[Cell] = [" ".join("abcdefgh"[i] * n for n in words) for i, words in enumerate(columns)]
    names = ["employer", "label", "basin", "reason", "kind", "level", "access", "target"][: len(columns)]
    width = data.draw(st.integers(80, 140))
    buffer = io.StringIO()
    rows: list[list[Cell]] = [cells, ["" for _ in cells]]
    print_sheet(plain_screen(buffer, width=width), Sheet.of_rows("unfilled", [Column(name) for name in names], rows))
    lines = buffer.getvalue().splitlines()
    assert all(len(line.rstrip()) <= width for line in lines)
    body = "".join(lines[next(i for i, line in enumerate(lines) if "\u2500" in line) :])
    for i, words in enumerate(columns):
        assert body.count("abcdefgh"[i]) == sum(words)


def test_wages_before_and_after_stand_whole_beside_a_long_label() -> None:
    columns = [Column(name) for name in ("label", "level", "kind", "basin", "reason", "access", "wages")]
    row: list[Cell] = [
        *("Coordinateur / Coordinatrice pédagogique", "accessible", "reconversion", "Aurillac", "aucune parmi elles"),
        *("autorisation d'animer les stages, TFP FMESR ou Titre de psychologue", "1,23 → 1,10"),
    ]
    text = plain_text(Page("Titre", sheets=[Sheet.of_rows("moves", columns, [row])]))
    assert all(part in text for part in ("1,23 →", "1,10", "Coordinatrice", "autorisation"))


def test_what_stands_beside_a_dash_stands_alone() -> None:
    column = Column("from", value=lambda x, _: x[0], note=lambda x, _: x[1])
    lines = [("–", "Soudeur, Redon"), ("Usine", "Soudeur, Redon"), ("–", "")]
    buffer = io.StringIO()
    print_sheet(plain_screen(buffer), Sheet("flows", (column,), lambda: lines, "fr"))
    assert [line.strip() for line in buffer.getvalue().splitlines()][2:] == [
        "Soudeur, Redon",
        "Usine, Soudeur, Redon",
        "–",
    ]


def test_a_word_is_folded_where_few_are_and_not_in_a_whole_column_of_labels() -> None:
    jobs = ("Réceptionniste d'alimentation", "Réceptionniste polyvalente", "Chargée d'alimentation")
    lines = [(job, "libre, sauf appellations : débitant" if job == jobs[0] else "libre") for job in jobs]
    columns = (Column("target", value=lambda x, _: x[0]), Column("access", value=lambda x, _: x[1]))
    for width in (26, 28):
        buffer = io.StringIO()
        print_sheet(plain_screen(buffer, width=width), Sheet("ranking", columns, lambda: lines, "fr"))
        for word in ["Réceptionniste", "polyvalente", "d'alimentation"]:
            assert word in buffer.getvalue(), (width, buffer.getvalue())


def test_a_word_too_wide_breaks_after_its_hyphens() -> None:
    for letter, lines in (
        ("x" * 30, ["Fonderie,", "Saint-Nicolas-de-", "Redon", "Redon"]),
        ("x" * 31, ["Fonderie,", "Saint-Nicolas-de-Redon", "Redon"]),  # a checksum, say: no word
    ):
        rows: list[list[Cell]] = [["Fonderie, Saint-Nicolas-de-Redon", letter], ["Redon", letter]]
        buffer = io.StringIO()
        sheet = Sheet.of_rows("moves", [Column("label"), Column("reason")], rows)
        print_sheet(plain_screen(buffer, width=50), sheet)
        shown = [line.split("  ")[0].split(" x")[0] for line in buffer.getvalue().splitlines()]
        assert [line for line in shown[2:] if line] == lines


def test_long_codes_break_after_their_hyphens_before_words_of_labels_are_folded() -> None:
    codes = ("cdef4961-fcc2-4e00-bfe8-4480b33aa6f3", "f7ddb68a-beba-4aa9-b5cb-d174d70ea724")
    rows: list[list[Cell]] = [[codes[0], "coordinator"], [codes[1], "inspector"]]
    buffer = io.StringIO()
    print_sheet(plain_screen(buffer, width=38), Sheet.of_rows("moves", [Column("code"), Column("label")], rows))
    lines = [line.split() for line in buffer.getvalue().splitlines()[2:]]
    assert lines[0] == ["cdef4961-fcc2-4e00-bfe8-", "coordinator"]
    assert lines[1:3] == [["4480b33aa6f3"], ["f7ddb68a-beba-4aa9-b5cb-", "inspector"]]


def test_a_head_is_not_folded_for_words_of_two_rows_which_break_after_their_apostrophes() -> None:
    rows: list[list[Cell]] = [["Responsable d'enseignement", "1,23 → 1,23"], ["Agent d'enseignement", "1,23 → 0,93"]]
    buffer = io.StringIO()
    sheet = Sheet.of_rows("moves", [Column("label"), Column("wages")], rows)
    print_sheet(plain_screen(buffer, width=21), sheet)
    lines = [line.split() for line in buffer.getvalue().splitlines()]
    assert lines[0] == ["Libellé", "Salaire"]
    assert lines[2:] == [
        ["Responsable", "1,23", "→"],
        ["d'", "1,23"],
        ["enseignement"],
        ["Agent", "d'", "1,23", "→"],
        ["enseignement", "0,93"],
    ]


def test_results_fit_80_columns(embedded_graph: OccupationGraph) -> None:
    for found in (rank_moves(embedded_graph, "K2110-B", limit=3), evaluate(embedded_graph, methods=["cosine"])):
        assert max(map(len, str(found).splitlines())) <= 80
    assert "hit@1" in str(found)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_pipe_gets_neither_colour_nor_blanks(
    lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        run(["rank", "K2110", "--explain", "2", "--lang", lang])
    text = capsys.readouterr().out
    assert "\x1b" not in text
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith(" ") for line in lines)


def test_trimming_keeps_what_is_written() -> None:
    assert printed_text(lambda screen: screen.print("a  \n\n b\u202f")) == "a\n\n b\u202f\n"


def test_no_module_counts_on_markup() -> None:
    source = Path(passerelles.__file__).parent
    marked = re.compile(r"\[(/|/?dim|/?bold|/?italic|red|green|yellow)\]")
    assert [p.name for p in source.rglob("*.py") if marked.search(p.read_text(encoding="utf-8"))] == []


def test_columns_stand_closer_before_a_word_is_folded() -> None:
    columns = [Column(name) for name in ("label", "access", "wages")]
    row: list[Cell] = ["Agente", "appellations", "1,23"]
    for width, gap in ((80, 2), (28, 1)):
        buffer = io.StringIO()
        print_sheet(plain_screen(buffer, width=width), Sheet.of_rows("moves", columns, [row]))
        assert buffer.getvalue().splitlines()[2].strip() == f"{' ' * gap}".join(["Agente ", "appellations", "1,23"])
