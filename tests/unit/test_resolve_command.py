"""``passerelles resolve``: one title, and whole lists that come back with their columns and the choices made."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from job_titles import referential
from passerelles.cli.main import run
from passerelles.cli.shared import CommandOptions, Format
from passerelles.errors import PasserellesError
from passerelles.matching.worklist import ADDED, Worklist, read_worklist, review

LIST = "id;intitulé du poste;note\n01;Monitrice PL h/f;=1+1\n02;cariste 1-3-5;+33 6\n\n03;xqzw;\n"


def call(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        run(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "liste.csv"
    file.write_bytes(LIST.encode("cp1252"))
    return file


def test_one_title_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call("resolve", "MONITRICE PL H/F", "--format", "json", "--limit", "2", capsys=capsys)
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["schema"] == "passerelles/resolve@1"
    assert {"name", "version", "sha256"} <= set(answer["referential"])
    assert {"name", "version", "fitted_on"} <= set(answer["scorer"])
    assert answer["status"] == "sûr"
    assert [item["rank"] for item in answer["results"]] == [1, 2]
    item = answer["results"][0]
    assert item["code"] == "K2110"
    assert item["title"]["label"] == "Moniteur / Monitrice poids lourds"
    assert 0.9 <= item["confidence"] <= 1.0
    assert item["reason"] == "abbreviation"


def test_the_threshold_of_review_is_a_setting(listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen, refused = tmp_path / "chosen.json", tmp_path / "refused.json"
    chosen.write_text('{"titles": {"review_threshold": 0.9}}')
    refused.write_text('{"titles": {"review_threshold": 0.95}}')
    listed.write_text("titre\nconducteur\n", encoding="utf-8")
    for words in (["conducteur"], ["--input", str(listed)], ["--review", str(listed)]):
        told = [
            json.loads(call("resolve", *words, *more, "--format", "json", capsys=capsys)[1])
            for more in ([], ["--settings", str(chosen)])
        ]
        assert [each["settings"]["review"] for each in told] == [0.3, 0.9]
        assert [each["results"][0]["status"] for each in told] == ["à vérifier", "inconnu"]
    code, _, err = call("resolve", "conducteur", "--settings", str(refused), capsys=capsys)
    assert code == 2
    assert "titles.review_threshold" in err


def test_one_title_as_table_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call("resolve", "cariste", capsys=capsys)
    assert "N1101" in out
    assert max(map(len, out.splitlines())) <= 80
    _, out, _ = call("resolve", "cariste", "--format", "csv", capsys=capsys)
    assert next(csv.DictReader(io.StringIO(out)))["code"] == "N1101"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_nothing_recognised_is_a_negative_answer(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("resolve", "", "--lang", lang, capsys=capsys)[0] == 1
    assert call("resolve", "42", "--format", "json", capsys=capsys)[0] == 1


def test_the_verdict_is_told_in_the_language_that_is_asked_for(
    listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("resolve", "cariste", "--lang", "en", capsys=capsys)[1].startswith("'cariste': sure\n")
    _, out, _ = call("resolve", "-i", str(listed), "-c", "intitulé du poste", "--lang", "en", capsys=capsys)
    assert "sure" in out
    assert "sûr" not in out


def test_competencies(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("resolve", "Accueillir du public", "--competencies", "--format", "json", capsys=capsys)
    answer = json.loads(out)
    assert (code, answer["settings"]["kind"]) == (0, "competency")


def test_a_list_keeps_its_columns_and_gets_the_contracts(
    listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "relu.csv"
    code, out, err = call(
        *("resolve", "--input", str(listed), "--column", "Intitule du poste", "--output", str(output)), capsys=capsys
    )
    assert (code, out) == (0, "")
    assert "relu.csv" in err
    rows = table(output)
    assert list(rows[0]) == ["id", "intitulé du poste", "note", *ADDED]
    assert [row["id"] for row in rows] == ["01", "02", "", "03"]
    assert [row["statut"] for row in rows] == ["sûr", "sûr", "inconnu", "inconnu"]
    assert rows[0]["note"] == "'=1+1"  # a spreadsheet shows it and computes nothing
    assert (rows[0]["code_1"], rows[0]["title_1"]) == ("K2110", "Moniteur / Monitrice poids lourds")
    assert 0.9 <= float(rows[0]["confidence"]) <= 1
    assert {row["choix"] for row in rows} == {""}
    about = json.loads((tmp_path / "relu.csv.provenance.json").read_text(encoding="utf-8"))  # as beside any other CSV
    assert (about["schema"], about["referential"]["name"]) == ("passerelles/resolve@1", "transitions")


def test_a_column_of_a_name_of_ours_is_kept_in_every_run(
    listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed.write_text("intitulé,statut\nMoniteur PL,CDI\n", encoding="utf-8")
    for file, output in ((listed, tmp_path / "once.csv"), (tmp_path / "once.csv", tmp_path / "twice.csv")):
        call("resolve", "-i", str(file), "-c", "intitulé", "-o", str(output), capsys=capsys)
        header, row = csv.reader(output.read_text(encoding="utf-8").splitlines())
        assert (header, row[:2], row[-2]) == (["intitulé", "statut", *ADDED], ["Moniteur PL", "CDI"], "sûr")


def test_a_workbook_keeps_texts_as_texts(listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "relu.xlsx"
    call("resolve", "-i", str(listed), "-c", "intitulé du poste", "-o", str(output), capsys=capsys)
    page = openpyxl.load_workbook(output).worksheets[0]
    assert [page["A2"].value, page["C2"].value, page["C2"].data_type] == ["01", "=1+1", "s"]
    assert page["C3"].value == "+33 6"
    again = tmp_path / "encore.csv"
    call("resolve", "-i", str(output), "-c", "intitulé du poste", "-o", str(again), capsys=capsys)
    assert table(again)[0]["note"] == "'=1+1"


def test_a_second_run_honours_the_choices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, again = tmp_path / "relu.csv", tmp_path / "encore.csv"
    titles = ["cariste", "boulanger", "cuisinier", "soudeur", "cariste"]
    listed = tmp_path / "liste.csv"
    listed.write_text("intitulé\n" + "\n".join(titles) + "\n", encoding="utf-8")
    call("resolve", "-i", str(listed), "-o", str(output), capsys=capsys)
    rows = table(output)
    choices = ["k2110", "2", "Moniteur / Monitrice d'auto-école", "n'importe quoi", ""]
    for row, choice in zip(rows, choices, strict=True):
        row["choix"] = choice
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    output.write_text(buffer.getvalue(), encoding="utf-8")
    code, _, err = call("resolve", "-i", str(output), "-c", "intitulé", "-o", str(again), capsys=capsys)
    assert code == 0
    assert "n'importe quoi" in err
    done = table(again)
    assert list(done[0]) == list(rows[0])
    assert [row["code_1"] for row in done] == ["K2110", rows[1]["code_2"], "K2110", rows[3]["code_1"], "N1101"]
    assert [row["statut"] for row in done][:3] == ["sûr", "sûr", "sûr"]
    assert done[3]["statut"] == "à vérifier"
    assert [row["choix"] for row in done] == choices
    assert float(done[0]["confidence"]) == 1
    assert done[0]["code_2"] == "N1101"


def test_a_workbook_is_read_at_its_header_whatever_stands_above(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Liste de la branche"])
    page.append([])
    page.append(["Intitulé", "effectif", "total"])
    page.append(["cariste", 3, "=B4*2"])
    page.append([None, None, None])
    book.save(tmp_path / "liste.xlsx")
    found = read_worklist(tmp_path / "liste.xlsx", column="intitule")
    assert found.header == ("Intitulé", "effectif", "total")
    assert found.rows == [["cariste", 3, "=B4*2"]]


def test_rows_of_other_lengths_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("a,b\n1\n1,2,3\n", encoding="utf-8")
    found = read_worklist(file)
    assert found.header == ("a", "b", "")
    assert found.rows == [["1", None, None], ["1", "2", "3"]]


def test_a_file_of_one_column_may_hold_commas(tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text('intitulé\nboulanger, pâtissier\n"cariste"\n', encoding="utf-8")
    assert read_worklist(file).rows == [["boulanger, pâtissier"], ["cariste"]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"\n\n", "vide"),
        (b"a\x00b", "classeur"),
        (b"\xd0\xcf\x11\xe0 vieux classeur", "xlsx"),
        (b'a;b\n"x;y\n', "(Champ entre guillemets ouvert à la ligne 2 et jamais refermé ; lignes perdues : 1)"),
        (b"%PDF-1.7\n1 0 obj\n", "PDF"),
        (b"a;b\n1;2\n", "Colonne"),
    ],
)
def test_a_list_that_is_none_gives_one_message_and_no_file(
    data: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "liste.csv").write_bytes(data)
    output = tmp_path / "relu.csv"
    code, _, err = call(
        *("resolve", "--input", str(tmp_path / "liste.csv"), "--column", "intitulé", "--output", str(output)),
        capsys=capsys,
    )
    assert code == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["liste.csv"]


def test_a_column_that_is_not_there_is_suggested(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call("resolve", "--input", str(listed), "--column", "intitule poste", capsys=capsys)
    assert code == 2
    assert "intitulé du poste" in err


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("cariste", "--input", "x.csv"),
        ("--input", "/nulle/part.csv"),
        ("--input", "LIST", "--column", "id", "--output", "/nulle/part/x.csv"),
        ("--input", "LIST", "--column", "id", "--output", "x.doc"),
        ("--input", "LIST", "--column", "id", "--format", "xlsx"),
        ("cariste", "--limit", "0"),
    ],
)
def test_a_wrong_request_is_told_in_one_message(
    words: tuple[str, ...], listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call("resolve", *(str(listed) if w == "LIST" else w for w in words), capsys=capsys)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_the_column_of_titles_is_known_by_its_head_and_sums_are_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed, coded = tmp_path / "l.csv", tmp_path / "c.csv"
    listed.write_text("site;Intitulé du poste\nA;Cariste\nA;Sous-total\n;\nB;zorglub\n;TOTAL\n", encoding="utf-8")
    code, _, err = call("resolve", "-i", str(listed), "-o", str(tmp_path / "out.csv"), capsys=capsys)
    assert code == 0
    assert "Sûres : 1 ; à vérifier : 0 ; inconnues : 1. Vides ou totaux, non comptées : 3." in plain(err)
    coded.write_text("site;code\nA;N1101\nA;\nB;zorglub\n;TOTAL\n", encoding="utf-8")
    _, _, err = call("migrate", "-i", str(coded), "-c", "code", "-o", str(tmp_path / "out.csv"), capsys=capsys)
    assert "inconnus : 1. Vides ou totaux, non comptées : 2." in plain(err)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as written:
        why = [row["pourquoi"] for row in csv.DictReader(written)]
    empty = "La cellule est vide : il n'y a aucun code à migrer."
    assert [each == empty for each in why] == [False, True, False, False]
    assert why[2] == "Ce n'est pas un code : pour des intitulés, passerelles resolve."
    for head in ("Métiers", "Poste occupé"):
        coded.write_text(f"site;{head}\nA;Cariste\n", encoding="utf-8")
        assert call("resolve", "-i", str(coded), capsys=capsys)[0] == 0
    coded.write_text("site;machin\nA;Cariste\n", encoding="utf-8")
    assert "--column" in call("resolve", "-i", str(coded), capsys=capsys)[2]


def test_a_workbook_of_ours_is_read_again_its_columns_known_as_those_of_companies_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed, book, seen = tmp_path / "l.csv", tmp_path / "relu.xlsx", tmp_path / "revue.xlsx"
    listed.write_text("Raison sociale;Lib. emploi;Eff.\nA;Cariste;3\nB;zorglub;4\n", encoding="utf-8")
    code, _, err = call("resolve", "-i", str(listed), "-o", str(book), capsys=capsys)
    assert (code, "Intitulés lus dans la colonne « Lib. emploi »" in plain(err)) == (0, True)
    code, _, err = call("resolve", "--review", str(book), "-o", str(seen), capsys=capsys)
    assert (code, "Reste 1 intitulé à relire sur 2 (4 personnes)" in plain(err)) == (0, True)
    assert "chaque ligne compte" not in plain(err)
    listed.write_text("Raison sociale;Emploi\nA;Cariste\nB;zorglub\n", encoding="utf-8")
    assert "chaque ligne compte pour une personne" in plain(call("resolve", "--review", str(listed), capsys=capsys)[2])


@pytest.mark.parametrize("text", ["poste;site\n", "poste\n\n", "\n", ""])
@pytest.mark.parametrize("how", [("resolve", "--input"), ("resolve", "--review"), ("migrate", "--input")])
def test_a_list_without_a_row_is_refused(
    text: str, how: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "l.csv").write_text(text, encoding="utf-8")
    command, source = how
    code, _, err = call(command, source, str(tmp_path / "l.csv"), "-o", str(tmp_path / "out.csv"), capsys=capsys)
    assert code == 2
    assert "l.csv est vide : aucune ligne à lire." in plain(err)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("text", "kind", "rows", "told"),
    [
        (
            "Cariste\nMagasinier\n",
            (),
            [(1, "Cariste"), (2, "Magasinier")],
            "« Cariste » est lu comme une ligne de la liste",
        ),
        ("Nos emplois\nMagasinier\n", (), [(2, "Magasinier")], "« Nos emplois » est lu comme le nom de la colonne"),
        ("Métier\nMagasinier\n", (), [(2, "Magasinier")], ""),
        ("Besoins\nConduire un camion\n", ("--competencies",), [(2, "Conduire un camion")], "« Besoins » est lu"),
    ],
)
def test_the_first_title_of_a_bare_list_is_not_lost(
    text: str, kind: tuple[str, ...], rows: list[tuple[int, str]], told: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "l.csv").write_text(text, encoding="utf-8")
    code, out, err = call("resolve", "-i", str(tmp_path / "l.csv"), "-f", "json", *kind, capsys=capsys)
    assert code == 0
    assert [(row["row"], row["text"]) for row in json.loads(out)["results"]] == rows
    assert err.startswith(told)
    assert bool(err) == bool(told)


@pytest.mark.parametrize(("first", "codes"), [("n4101", ["N4101", "K2110"]), ("Nos codes", ["K2110"])])
def test_the_first_code_of_a_bare_list_is_not_lost(
    first: str, codes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "l.csv").write_text(f"{first}\nK2110\n", encoding="utf-8")
    _, out, err = call("migrate", "-i", str(tmp_path / "l.csv"), "-f", "json", capsys=capsys)
    assert [row["code"] for row in json.loads(out)["results"]] == codes
    assert err.startswith(f"« {first} » est lu comme ")


def test_a_row_is_told_by_where_it_stands_in_its_sheet_or_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["Liste de la branche"], [], ["Intitulé", "choix"], ["cariste"], [], ["boulanger", "n'importe quoi"]):
        page.append(row)
    book.save(tmp_path / "liste.xlsx")
    text = 'Intitulé,choix\n"cariste\nde nuit",\n\nboulanger,n\'importe quoi\n'
    (tmp_path / "liste.csv").write_text(text, encoding="utf-8")
    for name, rows in (("liste.xlsx", [4, 5, 6]), ("liste.csv", [2, 4, 5])):
        given = ("-i", str(tmp_path / name), "-c", "Intitulé")
        _, out, err = call("resolve", *given, "--format", "json", capsys=capsys)
        assert [item["row"] for item in json.loads(out)["results"]] == rows
        assert f"Ligne {rows[-1]} : le choix «" in err.replace("\u00a0", " ")
        reviewed = ("resolve", "--review", str(tmp_path / name), "-c", "Intitulé", "--format", "json")
        _, out, _ = call(*reviewed, capsys=capsys)
        assert {item["text"].split()[0]: item["rows"] for item in json.loads(out)["results"]} == {
            "cariste": rows[:1],
            "boulanger": rows[-1:],
        }


def test_a_stray_cell_far_below_brings_no_thousands_of_blank_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line, text in ((1, "Intitulé"), (2, "cariste"), (4, "boulanger"), (5000, "soudeur")):
        page.cell(line, 1, text)
    book.save(tmp_path / "liste.xlsx")
    found = read_worklist(tmp_path / "liste.xlsx", column="Intitulé")
    assert found.texts(0) == ["cariste", "", "boulanger", "soudeur"]
    assert list(found.lines) == [2, 3, 4, 5000]


def test_a_list_reviewed_again_tells_the_same_rows() -> None:
    listed = Worklist(("t",), [["cariste"], ["boulanger"]], [4, 7])
    once = review(referential(), listed, "t")
    twice = review(referential(), once.worklist, "t")
    assert [row.number for row in twice.rows] == [row.number for row in once.rows] == [4, 7]


def test_a_day_of_a_workbook_stays_a_day_and_a_time_keeps_its_hour(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    days = datetime.fromisoformat("2026-09-01"), datetime.fromisoformat("2026-09-01T14:30")
    book.worksheets[0].append(["Poste", "Depuis"])
    for day in days:
        book.worksheets[0].append(["Cariste", day])
    book.save(tmp_path / "in.xlsx")
    call("resolve", "-i", str(tmp_path / "in.xlsx"), "-o", str(tmp_path / "out.xlsx"), capsys=capsys)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    assert sheet["B2"].number_format == "yyyy-mm-dd"
    call("resolve", "-i", str(tmp_path / "in.xlsx"), "-o", str(tmp_path / "out.csv"), capsys=capsys)
    rows = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["2026-09-01", "2026-09-01T14:30:00"]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_list_as_json_and_on_the_screen(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call("resolve", "-i", str(listed), "-c", "intitulé du poste", "--format", "json", capsys=capsys)
    results = json.loads(out)["results"]
    assert [r["row"] for r in results] == [2, 3, 4, 5]
    assert results[0]["candidates"][0]["code"] == "K2110"
    _, out, _ = call("resolve", "-i", str(listed), "-c", "intitulé du poste", capsys=capsys)
    assert "N1101" in out


def test_a_column_called_like_one_of_ours_is_still_read() -> None:
    listed = Worklist(("label_1", "code_1"), [["cariste", "vieux"]])
    done = review(referential(), listed, "label_1")
    assert done.rows[0].candidates[0].code == "N1101"
    assert done.worklist.header[0] == "label_1"
    assert "vieux" not in done.worklist.rows[0]


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    review(referential(), Worklist(("t",), [["cariste"]] * 3), "t", progress=lambda *at: told.append(at))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_list_is_whole_or_absent(tmp_path: Path) -> None:
    with pytest.raises(PasserellesError):
        CommandOptions(form=Format.CSV, output=tmp_path / "pas" / "x.csv").emit_list(
            Worklist(("a",), [["b"]]), "", dict, print
        )
    CommandOptions(form=Format.XLSX, output=tmp_path / "x.xlsx").emit_list(
        Worklist(("a",), [["b\x07"]]), "", dict, print
    )
    assert [p.name for p in tmp_path.iterdir()] == ["x.xlsx"]
