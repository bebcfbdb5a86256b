"""Codes of an older version: decided by title code, title or parent, and left open where nothing decides."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from job_titles import referential, regrouped
from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.language.say import LANGS, Lang
from passerelles.matching.migrate import ADDED, Basis, Migration, Versions
from passerelles.referentials.referential import Referential

OLD = referential(
    (
        ("1", "Moniteur / Monitrice d'auto-école", "K2110"),
        ("2", "Moniteur / Monitrice poids lourds", "K2110"),
        ("3", "Cariste", "N1101"),
        ("4", "Agent / Agente cariste", "N1102"),
        ("5", "Boulanger / Boulangère", "D1102"),
        ("6", "Allumeur / Allumeuse de réverbères", "D1102"),
        ("7", "Télégraphiste", "E1000"),
        ("8", "Vendeur / Vendeuse", "D1200"),
    ),
    version="3",
)
NEW = regrouped(
    referential(
        (
            ("1", "Moniteur / Monitrice d'auto-école", "K2110"),
            ("2", "Moniteur / Monitrice poids lourds", "K2128"),
            ("3", "Cariste", "N1101"),
            ("4", "Agent / Agente cariste", "N1101"),
            ("5", "Boulanger / Boulangère", "D1102"),
            ("8", "Vendeur / Vendeuse", "D1210"),
            ("9", "Data analyst", "M1400"),
        ),
        version="4",
    ),
    {"K2128": "K2110", "D1210": "D1200"},
)
BOTH, ALONE = Versions(NEW, OLD), Versions(NEW)


def call(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        run(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_a_split_shows_shares_and_is_left_open() -> None:
    found = BOTH.migrate("K2110")
    assert (found.outcome, found.destination) == ("open", None)
    assert [(d.code, d.share) for d in found.destinations] == [("K2110", 0.5), ("K2128", 0.5)]


@pytest.mark.parametrize("title", ["Moniteur / Monitrice poids lourds", "MONITRICE POIDS LOURDS", "2"])
def test_a_title_decides_a_split(title: str) -> None:
    found = BOTH.migrate("K2110", title)
    assert (found.outcome, found.destination, found.basis) == ("moved", "K2128", "title-code")


def test_a_title_that_is_not_the_codes_decides_nothing() -> None:
    assert BOTH.migrate("K2110", "Cariste").destination is None
    assert BOTH.migrate("K2110", "moniteur de ski").destination is None


def test_a_merge_is_shown_on_both_sides() -> None:
    kept, moved = BOTH.migrate("N1101"), BOTH.migrate("N1102")
    assert (kept.outcome, kept.destinations[0].merges) == ("kept", ("N1102",))
    assert (moved.outcome, moved.destination, moved.destinations[0].merges) == ("moved", "N1101", ("N1101",))


def test_a_code_that_lost_a_title_is_left_open() -> None:
    found = BOTH.migrate("D1102")
    assert (found.outcome, found.lost) == ("open", 1)
    assert found.destinations[0].share == 0.5
    assert BOTH.migrate("D1102", "boulangère").destination == "D1102"


def test_a_code_whose_titles_are_all_gone_is_unknown() -> None:
    assert BOTH.migrate("E1000").outcome == "unknown"
    assert BOTH.migrate("Z9999").outcome == "unknown"
    gone = Versions(NEW, referential((("7", "Télégraphiste", "N1101"),), version="3")).migrate("N1101")
    assert (gone.outcome, gone.destination, gone.lost) == ("open", None, 1)  # that the code is there says nothing


def test_without_the_old_version_parents_and_titles_decide() -> None:
    assert (ALONE.migrate("D1200").destination, ALONE.migrate("D1200").basis) == ("D1210", "parent")
    split = ALONE.migrate("K2110")
    assert (split.outcome, {d.code for d in split.destinations}) == ("open", {"K2110", "K2128"})
    assert {d.share for d in split.destinations} == {None}
    found = ALONE.migrate("K2110", "monitrice poids lourds")
    assert (found.destination, found.basis) == ("K2128", "title")
    assert (ALONE.migrate("N1101").outcome, ALONE.migrate("N1101").basis) == ("kept", "code")


def test_codes_are_read_as_people_space_them_and_never_as_numbers() -> None:
    assert BOTH.migrate("n 1102").destination == "N1101"
    for wrong in (1102, "", None):
        with pytest.raises(PasserellesError):
            BOTH.migrate(wrong)  # type: ignore[arg-type]


def test_titles_are_counted() -> None:
    assert BOTH.moves() == (6, 3, 3, 5, 1, 2, 1)


def test_every_reason_is_a_sentence() -> None:
    for found in [
        *BOTH.all(),
        ALONE.migrate("D1200"),
        ALONE.migrate("N1101"),
        BOTH.chosen(BOTH.migrate("K2110"), "K2128"),
    ]:
        assert found.why("fr") != found.why("en")


def test_the_command_prints_every_code_of_the_older_version(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = str(real_data / "rome-v347"), str(real_data / "rome-v460")
    code, out, _ = call("migrate", "--from", old, "--referential", new, "--format", "json", capsys=capsys)
    answer = json.loads(out)
    assert (code, answer["schema"]) == (0, "passerelles/migrate@1")
    moves = answer["titles"]
    assert (moves["both"], moves["kept"], moves["moved"]) == (10990, 7809, 3181)
    assert (moves["in_family"], moves["left_family"]) == (10597, 393)
    for item in answer["results"]:
        shares = [d["share"] for d in item["destinations"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-9


def test_counts_of_the_real_versions_by_hand(real_data: Path, rome: Referential, older_rome: Referential) -> None:
    """The same figures by plain dictionaries over the CSV files themselves."""

    def rows(name: str) -> list[dict[str, str]]:
        path = next(real_data.glob(f"rome-*/unix_{name}_utf8.csv"))
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))

    old = {r["code_ogr"]: r["code_rome"] for r in rows("referentiel_appellation_v347")}
    new = {r["code_ogr"]: r["code_rome"] for r in rows("referentiel_appellation_v460")}
    both = old.keys() & new.keys()
    found = Versions(rome, older_rome).moves()
    assert found.both == len(both)
    assert found.kept == sum(old[t] == new[t] for t in both)


def test_a_list_is_migrated_and_its_choices_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, output, again = tmp_path / "l.csv", tmp_path / "m.csv", tmp_path / "n.csv"
    file.write_text("code;poste\nK2110;Monitrice d'auto-école\n;sans code\nK2110;\n", encoding="utf-8")
    code, _, _ = call(
        *("migrate", "-i", str(file), "-c", "code", "--title-column", "poste", "-o", str(output)), capsys=capsys
    )
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["code", "poste", *ADDED]
    assert [row["nouveau_code"] for row in rows] == ["K2110", "", ""]
    assert [row["statut"] for row in rows] == ["gardé", "inconnu", "à décider"]
    text = output.read_text(encoding="utf-8").splitlines()
    text[3] += "K2116"  # the last column is the choice
    output.write_text("\n".join(text) + "\n", encoding="utf-8")
    call("migrate", "-i", str(output), "-c", "code", "-o", str(again), capsys=capsys)
    rows = list(csv.DictReader(io.StringIO(again.read_text(encoding="utf-8"))))
    assert (rows[2]["nouveau_code"], rows[2]["statut"], rows[2]["choix"]) == ("K2116", "déplacé", "K2116")


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("migrate", "K2110", "N1101", capsys=capsys)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = call("migrate", "K2110", "--format", "csv", capsys=capsys)
    assert Counter(row["old_code"] for row in csv.DictReader(io.StringIO(out)))["K2110"] > 1
    assert call("migrate", "Z0000", capsys=capsys)[0] == 1
    assert call("migrate", capsys=capsys)[0] == 2
    assert call("migrate", "K2110", "--from", "/nulle/part", capsys=capsys)[0] == 2


@pytest.mark.parametrize("lang", LANGS)
def test_each_ground_is_said_in_words(lang: Lang) -> None:
    (column,) = Migration.spec.pick("basis")
    assert all(" " in column.cell_text(basis, lang) for basis in get_args(Basis))
