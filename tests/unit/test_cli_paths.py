"""`passerelles paths` and `levers`: four formats, exit codes, one message, both languages."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from passerelles.cli.main import run

OVERLAY = ("--overlay", "enseignement-conduite")


@pytest.fixture(autouse=True)
def _no_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path / "no-cache"))


def call(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    with pytest.raises(SystemExit) as ended:
        run(words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_paths_print_the_contract_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("paths", "K2110-B", "K2110-GL", "N4101", *OVERLAY, "--format", "json", capsys=capsys)
    answer = json.loads(out)
    assert code == 0
    assert answer["schema"] == "passerelles/paths@1"
    assert [item["rank"] for item in answer["results"]] == list(range(1, len(answer["results"]) + 1))
    assert {t["target"]["code"] for t in answer["targets"]} == {"K2110-GL", "N4101"}


def test_a_table_that_people_read_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("paths", "N4102", "I1304", "--frame", "transco", "--date", "2025-06-01", capsys=capsys)
    text = " ".join(out.split())
    assert code == 0
    assert "Hypothèse : exercer un métier intermédiaire 12 mois" in text
    assert "Acquis repris" in text
    assert "À apprendre d'abord" in text
    assert "chaque étape à part : étape 1 " in text
    assert "Ce parcours épargne" in text
    assert all(len(line) <= 100 for line in out.splitlines())
    _, out, _ = call("paths", "N4102", "I1304", "--lang", "en", capsys=capsys)
    text = " ".join(out.split())
    assert "Assumption" in text
    assert "each step on its own: step 1 " in text


def test_the_flagship_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("paths", "K2110-B", "K2110-GL", *OVERLAY, capsys=capsys)
    text = " ".join(out.split())
    assert code == 0
    assert "Exigé, détenu ou dispensé" in text
    assert (
        "À obtenir, dans cet ordre, sauf si déjà détenu : Permis de conduire, catégorie C (105 h, durée publiée)"
        in text
    )
    assert "le passage direct seulement ; les heures de ce qui est exigé sont inconnues" in text
    assert "{" not in out


def test_a_fiche_and_its_part_say_where_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("paths", "K2110", "K2110-GL", *OVERLAY, capsys=capsys)
    assert code == 1
    assert "Précisez le métier de départ : K2110-2R, K2110-B." in " ".join(out.split())


def test_a_target_that_a_filter_drops_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("paths", "D1106", "N4103", "--filter", "exclude=N4103", capsys=capsys)
    assert (code, "un filtre écarte N4103" in " ".join(out.split())) == (1, True)


def test_csv_and_excel(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = call("paths", "N1103", "N4101", "--format", "csv", capsys=capsys)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0]["target_code"] == "N4101"
    assert float(rows[0]["hours_expected"]) >= 0
    file = tmp_path / "parcours.xlsx"
    code, _, _ = call("paths", "N1103", "N4101", "--format", "xlsx", "--output", str(file), capsys=capsys)
    assert code == 0
    assert openpyxl.load_workbook(file).sheetnames[:2] == ["Parcours", "Étapes"]


def test_the_hiring_jobs_of_a_list_are_the_targets_where_none_is_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "porteurs.csv"
    file.write_text("code_rome;statut\nN4101;porteur\nN1103;porteur\nD1106;fragile\n", encoding="utf-8")
    code, out, _ = call("paths", "N4102", "--hiring", str(file), "--format", "json", capsys=capsys)
    answer = json.loads(out)
    assert code == 0
    assert [t["target"]["code"] for t in answer["targets"]] == ["N1103", "N4101"]
    rules = {u["rule"] for i in answer["results"] for f in i["frames"] for u in (*f["unknown"], *f["violations"])}
    assert not any(rule.startswith("hiring_list") for rule in rules)
    _, out, _ = call("paths", "N4101", "--hiring", str(file), capsys=capsys)
    assert "N4101 Conducteur / Conductrice de poids lourd est le métier d'origine" in " ".join(out.split())
    file.write_text("code_rome;statut\nD1106;fragile\n", encoding="utf-8")
    code, out, _ = call("paths", "N4102", "--hiring", str(file), capsys=capsys)
    assert code == 1
    assert "aucun métier porteur" in " ".join(out.split())


@pytest.mark.parametrize(("places", "known"), [(("Redon", "Redon"), True), (("Redon", "Vannes"), False)])
def test_a_list_whose_rows_hold_in_different_basins_is_no_official_list_of_one(
    places: tuple[str, str], *, known: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "porteurs.csv"
    file.write_text("code_rome;bassin\nN4101;{}\nN1103;{}\n".format(*places), encoding="utf-8")
    words = ("paths", "N4102", "--hiring", str(file), "--date", "2024-06-01", "--format", "json")
    answer = json.loads(call(*words, capsys=capsys)[1])
    assert {item["target"]["code"] for item in answer["results"]} == {"N1103", "N4101"}
    transco = [frame for item in answer["results"] for frame in item["frames"] if frame["name"] == "transco"]
    reasons = {rule["rule"]: rule["reason"] for frame in transco for rule in frame["unknown"]}
    told = reasons.get("hiring_list_unknown")
    assert told == (None if known else "pas de liste officielle des métiers porteurs de ce lieu")


def test_the_hiring_jobs_of_a_basin_are_ranked_with_its_market(
    capsys: pytest.CaptureFixture[str], real_data: Path, tmp_path: Path
) -> None:
    latest = real_data / "market/bmo-2025.xlsx", real_data / "market/tension-rome-bassin-2021.csv"
    for file in (*latest, *(real_data / "crosswalks").glob("fap2021-*")):
        (tmp_path / file.name).symlink_to(file)
    words = ("paths", "N1103", "--basin", "Redon", "--limit", "1", "--data", str(tmp_path))
    code, out, _ = call(*words, "--format", "json", capsys=capsys)
    answer = json.loads(out)
    assert code == 0
    assert len(answer["targets"]) > 20
    assert len(answer["results"]) == sum(t["found"] for t in answer["targets"])
    worth = [p["value"] for item in answer["results"] for p in item["parts"] if p["name"] == "market"]
    assert worth
    assert all(0 < value <= 100 for value in worth)
    code, _, err = call("paths", "N1103", "--basin", "Redon", capsys=capsys)
    assert code == 2
    assert "--data" in err or "marché" in err


def test_nothing_feasible_is_exit_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call("paths", "K2110-B", "K2110", *OVERLAY, capsys=capsys)
    assert code == 1
    assert "Aucun parcours" in out
    code, out, _ = call("paths", "N1103", "J1501", "--frame", "periode-de-reconversion", capsys=capsys)
    assert code == 1
    assert "h de trop" in " ".join(out.split())


def test_a_path_of_which_nobody_knows_whether_it_is_feasible_is_no_negative_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = call("paths", "D1106", "I1617", "--max-steps", "1", "--format", "json", capsys=capsys)
    assert (code, {item["status"] for item in json.loads(out)["results"]}) == (0, {"unknown"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("paths", "K2110"), "au moins un métier visé"),
        (("paths", "K2110", "nulle part"), "Métier inconnu"),
        (("paths", "K2110", "N4101", "--frame", "rien"), "Cadre légal inconnu"),
        (("levers", "--origin", "K2110=x", "--target", "N4101"), "Effectif"),
    ],
)
def test_wrong_requests_are_exit_two_with_one_message(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(*words, capsys=capsys)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("lang", "said"), [("fr", "De ce profil à « "), ("en", "From this profile to “")])
def test_a_person_without_an_occupation_comes_from_none_that_is_quoted(
    lang: str, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    profile = tmp_path / "profil.json"
    profile.write_text('{"competencies": ["TC0001", "TC0002"]}', encoding="utf-8")
    assert said in call("paths", "N4101", "--profile", str(profile), "--lang", lang, capsys=capsys)[1]


def test_a_list_of_hiring_jobs_and_a_profile(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    jobs = tmp_path / "porteurs.csv"
    jobs.write_text("code rome\nN4101\n", encoding="utf-8")
    profile = tmp_path / "profil.json"
    profile.write_text(json.dumps({"occupation": "N1103", "credentials": {"APT-COND": "yes"}}), encoding="utf-8")
    words = ("paths", "N4101", "--profile", str(profile), "--hiring", str(jobs), "--format", "json")
    code, out, _ = call(*words, capsys=capsys)
    item = json.loads(out)["results"][0]
    assert code == 0
    transco = next(f for f in item["frames"] if f["name"] == "transco")
    assert not [u for u in (*transco["unknown"], *transco["violations"]) if u["rule"].startswith("hiring")]
    assert {c["code"]: c["held"] for c in item["steps"][-1]["credentials"]}["APT-COND"] == "yes"


def test_levers_in_three_forms(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("levers", "--origin", "K2110-B=12", "--target", "K2110-2R", *OVERLAY)
    code, out, _ = call(*words, "--format", "json", capsys=capsys)
    answer = json.loads(out)
    assert (code, answer["schema"], answer["exact"]) == (0, "passerelles/levers@1", True)
    assert answer["results"][0]["code"] == "AUT-ENS-2R"
    _, out, _ = call(*words, "--format", "csv", capsys=capsys)
    assert next(csv.DictReader(io.StringIO(out)))["people_opened"] == "12"
    _, out, _ = call(*words, capsys=capsys)
    assert "Meilleur choix prouvé" in out


def test_levers_of_a_territory_s_tables_with_certifications(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    fragile, hiring, table = (tmp_path / name for name in ("fragile.csv", "postes.csv", "certifinfo.csv"))
    fragile.write_text("employer;job;headcount;basin\nA;N1103;12;Redon\nB;N1103;8;Redon\n", encoding="utf-8")
    hiring.write_text("employer;job;openings;basin\nC;M1607;3;Redon\nD;N1301;2;Redon\n", encoding="utf-8")
    header = "Code_Diplome;Libelle_Diplome;Code_Niveau_Europeen;Code_Rome_1;Code_Rome_2;Etat_Libelle\n"
    table.write_text(header + "7;Titre logistique;3;N1301;;Publié\n8;Titre X;;D1507;N1301;Publié\n", encoding="utf-8")
    sides = ("levers", "--fragile", str(fragile), "--hiring", str(hiring), "--data", str(tmp_path))
    code, out, _ = call(*sides, "--only", "certification", "--format", "json", capsys=capsys)
    answer = json.loads(out)
    assert code == 0
    assert [(x["code"], x["kind"], x["gained"], x["level"]) for x in answer["results"]] == [
        ("CI-7", "certification", 20, 3)
    ]
    assert answer["results"][0]["opened"] == [
        {"origin": "N1103", "target": "N1301", "people": 20, "hours": None, "via": "direct"}
    ]
    assert answer["totals"]["possible"] == 40
    _, out, _ = call(*sides, "--only", "certification", capsys=capsys)
    assert "CI-7" in out
    # The title that the employers of a trade ask for is a lever, since nobody is held to it.
    plumber = ("levers", "--origin", "N1103", "--target", "F1603", "--only", "certification", "--format", "json")
    _, out, _ = call(*plumber, "--data", str(tmp_path), capsys=capsys)
    assert [(x["code"], x["gained"]) for x in json.loads(out)["results"]] == [("RNCP38305", 1)]
    _, out, _ = call(*sides, "--only", "certification", "--format", "csv", capsys=capsys)
    assert next(csv.DictReader(io.StringIO(out)))["level"] == "3"
    for words, said in (
        ((), "Donnez des métiers"),
        (("--origin", "N1103", "--target", "F1703", "--only", "x"), "Types"),
    ):
        code, _, err = call("levers", *words, capsys=capsys)
        assert (code, said in err) == (2, True)
    other = tmp_path / "autre"
    other.mkdir()
    # Another of a lower level stands after it.
    (other / "certifinfo.csv").write_text(
        header.replace("Etat", "Code_RNCP;Etat") + "9;Titre court;2;F1603;;1;Publié\n8;CAP;3;F1603;;38305;Publié\n",
        encoding="utf-8",
    )
    _, out, _ = call(*plumber, "--data", str(other), "--limit", "1", capsys=capsys)
    assert [x["code"] for x in json.loads(out)["results"]] == ["RNCP38305"]


def test_the_opco_of_an_agreement_is_named_and_a_missing_table_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "opco.csv").write_text("idcc,siren_opco\n0016,851240499\n", encoding="utf-8")
    asked = ("paths", "N4105", "N4101", "--max-steps", "1", "--agreement", "IDCC 16", "--format", "json")
    code, out, _ = call(*asked, "--data", str(tmp_path), capsys=capsys)
    (path,) = json.loads(out)["results"]
    named = {p["opco"]["name"] for f in path["frames"] for p in f["payers"] if p["opco"]}
    assert (code, named) == (0, {"OPCO Mobilités"})
    code, out, err = call(*asked, capsys=capsys)
    assert (code, out) == (2, "")
    assert "OPCO" in err


def test_a_limit_too_low_for_any_lever_is_said_with_the_least(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("levers", "--origin", "D1507", "--target", "N4101", *OVERLAY, "--format", "json")
    code, out, _ = call(*words, "--limit", "1", capsys=capsys)
    answer = json.loads(out)
    assert (code, answer["results"]) == (1, [])
    code, out, _ = call(*words, "--limit", str(answer["fewest"]), capsys=capsys)
    assert (code, json.loads(out)["totals"]["opened"]) == (0, 1)


def test_a_workbook_of_levers_keeps_the_rows_that_were_set_aside(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fragile, book = tmp_path / "fragile.csv", tmp_path / "leviers.xlsx"
    fragile.write_text("employer;job;headcount;basin\nA;N1103;12;Redon\nB;zorglubiste;8;Redon\n", encoding="utf-8")
    call("levers", "--fragile", str(fragile), "--target", "N4101", "--output", str(book), capsys=capsys)
    labels = ("Préparateur / Préparatrice de commandes", "Conducteur / Conductrice de poids lourd")
    assert next(openpyxl.load_workbook(book)["Ouvertures"].iter_rows(min_row=2, values_only=True))[3:6:2] == labels
    aside = openpyxl.load_workbook(book)["Mis de côté"]
    assert [[row[1], row[4]] for row in aside.iter_rows(min_row=2, values_only=True)] == [[3, 8]]
