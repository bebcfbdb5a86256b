"""``resolve --review``: what a person should look at first, choices remembered, and what stands beside a title."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from job_titles import ROWS, referential
from passerelles import load_referential, resolve_title
from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.matching.titles import Candidate, Context, contexts_of, resolve_many, title_index
from passerelles.matching.worklist import (
    CHOICE,
    CHOICE_FROM,
    HEADER,
    Agenda,
    Worklist,
    agenda,
    read_choices,
    review,
    write_choices,
)
from passerelles.referentials.referential import Referential

MORE = (*ROWS, ("16", "Cariste de scierie", "H2205"), ("17", "Vendeur / Vendeuse de bateaux", "I1601"))
SMALL = referential(MORE)


def listed(*rows: tuple[object, ...]) -> Worklist:
    return Worklist(("intitulé", "effectif"), [list(row) for row in rows])  # type: ignore[arg-type]


def plan_of(table: Worklist, **more: object) -> object:
    done = review(SMALL, table, "intitulé", **more)  # type: ignore[arg-type]
    return agenda(done, people=[row[1] for row in table.rows])


def test_people_times_doubt_gives_the_order_and_a_title_comes_once() -> None:
    table = listed(("cariste", 500), ("xqzw", 3), ("vendeur en boulangerie", 8), ("XQZW", 2), ("", 4))
    plan = agenda(review(SMALL, table, "intitulé"), people=[row[1] for row in table.rows])
    assert [(group.text, group.people, group.rows) for group in plan.groups] == [
        ("cariste", 500.0, (1,)),
        ("xqzw", 5.0, (2, 4)),
        ("vendeur en boulangerie", 8.0, (3,)),
    ] or [group.text for group in plan.left] == ["xqzw", "vendeur en boulangerie"]
    assert all(left.at_stake >= right.at_stake for left, right in zip(plan.left, plan.left[1:], strict=False))
    assert {group.text for group in plan.left} == {"xqzw", "vendeur en boulangerie"}


def test_a_head_count_that_is_no_number_counts_for_one() -> None:
    table = listed(("xqzw", "une dizaine"), ("boulangre", "1 200"), ("xqzw", None))
    plan = agenda(review(SMALL, table, "intitulé"), people=[row[1] for row in table.rows])
    assert {group.text: group.people for group in plan.groups} == {"xqzw": 2.0, "boulangre": 1200.0}


def test_a_head_count_is_read_with_its_unit_and_what_counts_for_one_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "l.csv"
    lines = ("intitulé;effectif concerné", "xqzw;1 200 ETP", "zqwx;12,5 ETP", "qwzx;5 à 8", ";env. 30")
    source.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SystemExit):
        run(["resolve", "--review", str(source)])
    out, err = capsys.readouterr()
    told = " ".join((out + err).replace("\u202f", " ").replace("\u00a0", " ").split())
    assert "Colonne « effectif concerné » : 1 ligne (4) n'y donne pas de nombre lisible" in told
    assert "sur 3 (1 213,5 personnes)" in told


def test_choices_are_remembered_and_settle_the_title_next_time(tmp_path: Path) -> None:
    table = Worklist(("intitulé", "choix"), [["xqzw", "D1102"], ["cariste", ""]])
    plan = agenda(review(SMALL, table, "intitulé"))
    assert plan.choices() == {("xqzw", ""): "D1102"}
    file = tmp_path / "choix.csv"
    write_choices(file, plan.choices())
    assert read_choices(file) == {("xqzw", ""): "D1102"}
    again = review(SMALL, Worklist(("intitulé",), [["  XQZW "]]), "intitulé", choices=read_choices(file))
    row = again.rows[0]
    assert (row.candidates[0].code, row.status, row.candidates[0].parent_confidence) == ("D1102", "sûr", 1.0)
    assert agenda(again).left == ()
    file.write_text("titre;code\nxqzw;D1102\n", encoding="utf-8")
    with pytest.raises(PasserellesError, match=re.escape(str(file))):  # a list is named beside it
        read_choices(file)


def test_the_sheet_has_drop_down_choices_and_is_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, sheet, kept = tmp_path / "liste.csv", tmp_path / "revue.xlsx", tmp_path / "choix.csv"
    source.write_text("intitulé,effectif\nxqzw,3\nmoniteur,7\nmoniteur,1\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run(["resolve", "--review", str(source), "--output", str(sheet), "--choices", str(kept)])
    assert not ended.value.code
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    assert tuple(cell.value for cell in page[1]) == HEADER
    rule = page.data_validations.dataValidation[0]
    assert (str(rule.sqref), rule.formula1) == ("L2:L3", "$G2:$K2")
    rows = {page.cell(n, 1).value: n for n in (2, 3)}
    assert page.cell(rows["moniteur"], 2).value == 8
    offered = page.cell(rows["moniteur"], CHOICE_FROM[1] + 2).value  # another than what the title reads as
    page.cell(rows["moniteur"], CHOICE_FROM[0] + 1, offered)
    book.save(sheet)
    again = str(tmp_path / "relue.xlsx")  # reviewed once more before it is kept
    for words in ([str(sheet), "--output", again], [again, "--choices", str(kept)]):
        with pytest.raises(SystemExit) as ended:
            run(["resolve", "--review", *words])
        assert not ended.value.code
    capsys.readouterr()
    assert [(title, code) for (title, _), code in read_choices(kept).items()] == [("moniteur", str(offered).split()[0])]
    with pytest.raises(SystemExit):
        run(["resolve", "--input", str(source), "--column", "intitulé", "--choices", str(kept), "--format", "csv"])
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [line["statut"] for line in lines][1:] == ["sûr", "sûr"]


def test_a_choice_in_the_sheet_may_be_a_number_and_holds_for_what_its_row_was_read_as() -> None:
    sheet = agenda(review(SMALL, listed(("moniteur", 7), ("cariste", 1)), "intitulé")).worklist()
    rows = {row[0]: row for row in sheet.rows}
    rows["moniteur"][CHOICE_FROM[0]] = 2.0  # as a spreadsheet gives a number back
    offered = str(rows["moniteur"][CHOICE_FROM[1] + 1]).split()[0]
    # In its own list it read as nothing; without the firm that stood beside it, it would read as a job.
    rows["cariste"][HEADER.index("famille lue")], rows["cariste"][CHOICE_FROM[0]] = "", "D1102"
    done = review(SMALL, sheet, "intitulé")
    assert (done.refused, {key[0]: code for key, code in agenda(done).choices().items()}) == (
        (),
        {"moniteur": offered, "cariste": "D1102"},
    )
    assert ("cariste", "") in agenda(done).choices()


def test_a_file_of_choices_that_is_not_there_is_refused_where_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, wrong = tmp_path / "liste.csv", tmp_path / "choi.csv"
    source.write_text("intitulé,effectif\nmoniteur,7\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run(["resolve", "--input", str(source), "--column", "intitulé", "--choices", str(wrong)])
    assert (ended.value.code, str(wrong) in capsys.readouterr().err) == (2, True)
    with pytest.raises(SystemExit):
        run(["resolve", "--review", str(source), "--choices", str(wrong)])
    assert wrong.is_file()


@pytest.mark.parametrize("kept", ["choix.xlsx", "nulle/part/choix.csv"])
def test_choices_that_cannot_be_kept_are_refused_before_any_title_is_read(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passerelles.matching.worklist.review", lambda *_, **__: pytest.fail("too late"))
    source = tmp_path / "liste.csv"
    source.write_text("intitulé,effectif\nmoniteur,7\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run(["resolve", "--review", str(source), "--choices", str(tmp_path / kept)])
    assert ended.value.code == 2
    assert Path(kept).parts[0] in capsys.readouterr().err


def test_a_list_to_read_and_one_to_review_are_not_given_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "liste.csv"
    source.write_text("intitulé,effectif\nmoniteur,7\n", encoding="utf-8")
    for asked in (["--input", str(source), "--review", str(source)], []):
        with pytest.raises(SystemExit) as ended:
            run(["resolve", *asked])
        assert ended.value.code == 2
        assert "--review FICHIER" in capsys.readouterr().err


def test_the_review_shows_what_was_written_under_its_own_head(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "liste.csv"
    source.write_text("intitulé,effectif\nxqzw,7\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        run(["resolve", "--review", str(source)])
    assert "Écrit" in capsys.readouterr().out.split("─")[0]


def test_the_terminal_asks_title_by_title_and_keeps_each_choice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, kept = tmp_path / "liste.csv", tmp_path / "choix.csv"
    source.write_text("intitulé,effectif\nxqzw,30\ntechnicien,7\nblorg,2\n", encoding="utf-8")
    asked = ["resolve", "--review", str(source), "--choices", str(kept), "--ask"]
    monkeypatch.setattr("sys.stdin", io.StringIO("nulle part\nN4101\n1\nq\n"))
    with pytest.raises(SystemExit) as ended:
        run(asked)
    assert not ended.value.code
    told = capsys.readouterr().err
    assert told.index("xqzw") < told.index("nulle part") < told.index("technicien") < told.index("blorg")
    assert "2 choix faits ; restent 1." in told
    chosen = {title: code for (title, _), code in read_choices(kept).items()}
    assert chosen == {"xqzw": "N4101", "technicien": "I1304"}
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(SystemExit):
        run(asked)
    told = capsys.readouterr().err
    assert "(1/1) blorg" in told
    with pytest.raises(SystemExit) as ended:
        run(["resolve", "--review", str(source), "--ask"])
    assert ended.value.code == 2


def test_a_title_without_its_context_is_never_left_out_of_the_answers() -> None:
    answers = resolve_many(SMALL, ["vendeur", "vendeur"], contexts=[Context(employer="zzz")])
    with pytest.raises(ValueError, match="shorter"):
        list(answers)


def test_context_moves_an_ambiguous_title() -> None:
    alone = resolve_title(SMALL, "vendeur")
    assert alone[0].parent_confidence < 0.9
    beside = resolve_title(SMALL, "vendeur", context=Context(sector="bateaux", jobs=("Accastilleur",)))

    def sure(answer: list[Candidate], code: str) -> float:
        return next((c.confidence for c in answer if c.code == code), 0.0)

    assert sure(beside, "I1601") > sure(alone, "I1601")
    assert resolve_title(SMALL, "vendeur", context=Context(employer="zzz")) == alone
    assert resolve_title(SMALL, "vendeur", context=Context(sector="m²")) == alone  # no digit of a NAF code


def test_a_sheet_to_review_that_is_read_again_is_read_in_the_light_of_the_same_context() -> None:
    table = Worklist(("intitulé", "secteur"), [["vendeur", "bateaux"], ["vendeur", "bateaux"], ["vendeur", None]])

    def planned(table: Worklist) -> Agenda:
        return agenda(review(SMALL, table, "intitulé", contexts={"sector": "secteur"}))

    first = planned(table)
    again = planned(first.worklist())
    assert first.worklist().header == (*HEADER, "secteur")
    assert [g.context for g in first.groups] == [g.context for g in again.groups]
    assert [g.candidates for g in first.groups] == [g.candidates for g in again.groups]
    chosen = Worklist((*table.header, CHOICE), [["vendeur", "bateaux", None], ["vendeur", "bateaux à voile", "I1601"]])
    assert [g.context for g in planned(chosen).groups] == [("bateaux à voile",)]  # that of the row that is shown


def test_a_table_gives_each_row_its_firm_and_the_other_jobs_there() -> None:
    titles = ["Matelot", "Patron pêcheur", "Matelot", "Comptable"]
    found = contexts_of(titles, employers=["Armement A", "ARMEMENT A", "", ""], sectors=["", "03.11Z", "", ""])
    assert found == [
        Context("Armement A", jobs=("Patron pêcheur",)),
        Context("ARMEMENT A", "03.11Z", jobs=("Matelot",)),
        None,
        None,
    ]
    assert contexts_of(titles) == [None] * 4
    assert {context and context.jobs for context in contexts_of(titles, employers=["-", "?", "-", "…"])} == {()}


def test_every_usual_meaning_is_folded_and_none_hides_a_label() -> None:
    index = title_index(SMALL)
    for title, meant in index.pack.usages.items():
        assert title == title.casefold()
        assert meant
        assert all(meant)


def test_words_after_a_title_that_stays_the_job_leave_its_family_sure() -> None:
    embedded = load_referential()
    for text, code in (("soudeur TIG électrode inox", "H2913"), ("maçon rénovation patrimoine", "F1703")):
        first = resolve_title(embedded, text)[0]
        assert first.code == code
        assert first.parent_confidence >= 0.9


def test_a_choice_for_the_sailors_of_a_fishing_firm_is_none_for_those_of_a_barge(
    rome: Referential, tmp_path: Path
) -> None:
    head, sectors = ("intitulé", "secteur"), ("03.11Z", "50.40Z", "")
    table = Worklist(head, [["Matelot", sector] for sector in sectors])
    read = review(rome, table, "intitulé", contexts={"sector": "secteur"})
    sea, river, _ = (row.read_as for row in read.rows)
    assert (sea, river) == ("A1415", "N3103")
    plan = agenda(read)
    assert sorted(len(group.rows) for group in plan.groups) in ([1, 2], [1, 1, 1])
    file = tmp_path / "choix.csv"
    write_choices(file, {("matelot", "A1415"): "A1415"})
    again = review(rome, table, "intitulé", contexts={"sector": "secteur"}, choices=read_choices(file)).rows
    assert (again[0].status, again[0].candidates[0].code) == ("sûr", "A1415")
    assert (again[1].choice, again[1].candidates[0].parent_code) == ("", "N3103")


def test_choices_written_without_what_was_read_settle_the_title_wherever_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "choix.csv"
    file.write_text("intitulé,choix\ncariste,N4101\n", encoding="utf-8")
    row = review(SMALL, Worklist(("intitulé",), [["Cariste"]]), "intitulé", choices=read_choices(file)).rows[0]
    assert (row.candidates[0].code, row.status) == ("N4101", "sûr")
