"""``passerelles evaluate`` as a person uses it."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from passerelles.cli.main import run


def call(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        run(["evaluate", *words])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_command_prints_the_contract_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    words = ["--methods", "random, cosine", "--folds", "3", "--format", "json", "--predictions", str(file)]
    code, out, err = call(*words, capsys=capsys)
    answer = json.loads(out)
    assert code == 0
    assert str(file) in err.replace("\n", "")
    assert answer["schema"] == "passerelles/evaluate@1"
    assert {"referential", "scorer", "settings", "results"} <= set(answer)
    assert [item["method"] for item in answer["results"]] == ["random", "cosine"]
    assert file.read_text(encoding="utf-8").startswith("method,fold,origin,target,rank,score\nrandom,")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_command_fits_eighty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = ["--methods", "cosine,nesta-directed", "--groupings", "1", "--lang", lang]
    code, out, err = call(*words, capsys=capsys)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "nesta-directed" in out
    assert "…" not in out
    assert {"fr": "Réglementé", "en": "Regulated"}[lang] in out
    assert err.strip() == ""  # no terminal, no bar


def test_command_writes_rows_and_a_workbook(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = call("--methods", "cosine", "--format", "csv", capsys=capsys)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0]["method"] == "cosine"
    assert float(rows[0]["ndcg@10_low"]) < float(rows[0]["ndcg@10"]) < float(rows[0]["ndcg@10_high"])
    file = tmp_path / "e.xlsx"
    code, _, _ = call("--methods", "cosine", "--format", "xlsx", "--output", str(file), capsys=capsys)
    assert code == 0
    assert openpyxl.load_workbook(file).sheetnames == ["Évaluation", "Par groupe", "Sources et réglages"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--methods", "cosinus"], "cosinus"),
        (["--methods", ","], "jaccard"),
        (["--folds", "1"], "au moins 2"),
        (["--folds", "5000"], "moins de plis"),
        (["--predictions", "/nowhere/at/all.csv"], "/nowhere/at"),
        (["--predictions", "rangs.xlsx"], ".csv"),
        (["--predictions", "rangs.parquet"], ".csv"),
    ],
)
def test_command_refuses_with_one_message(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(*words, capsys=capsys)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err
