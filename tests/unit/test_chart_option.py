"""The option ``--chart``: a picture beside the result, refused before the work where it cannot be written."""

import sys
from pathlib import Path

import pytest

from passerelles.cli.main import run

TERRITORY = Path(__file__).resolve().parents[2] / "referentials" / "transitions" / "territories"
MATCH = ("territory", "match", "--fragile", str(TERRITORY / "redon-fragile.csv"))
HIRING = ("--hiring", str(TERRITORY / "redon-hiring.csv"))


def call(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        run([*words])
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rank", "K2110", "--limit", "4", "--target", "N4101"), "N4101"),
        (("paths", "K2110", "N4101"), "N4101"),
        ((*MATCH, *HIRING, "--limit", "1"), "Redon"),
        (("evaluate", "--methods", "random,cosine"), "cosinus"),
    ],
)
def test_a_chart_is_written_beside_the_result(
    words: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(*words, "--format", "json", capsys=capsys)
    assert code == 0
    path = tmp_path / "chart.svg"
    for _ in range(2):  # a second run replaces it
        code, again, err = call(*words, "--format", "json", "--chart", str(path), capsys=capsys)
        assert (code, again) == (0, out), "the result is the same with and without a picture"
        assert str(path) in err
    svg = path.read_text(encoding="utf-8")
    assert svg.startswith("<?xml")
    assert told in svg, "outlines keep their words as comments"
    assert [p.name for p in tmp_path.iterdir()] == ["chart.svg"]


def test_a_masked_territory_is_drawn_masked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain, masked = tmp_path / "plain.svg", tmp_path / "masked.svg"
    tables = [str(TERRITORY / f"petites-entreprises-{side}.csv") for side in ("fragile", "hiring")]
    match = ("territory", "match", "--fragile", tables[0], "--hiring", tables[1])
    assert call(*match, "--chart", str(plain), capsys=capsys)[0] == 0
    assert call(*match, "--mask", "--chart", str(masked), capsys=capsys)[0] == 0
    named = ["Imprimerie Minute" in p.read_text(encoding="utf-8") for p in (plain, masked)]
    assert named == [True, False], "lots published together lose their names"


def test_a_chart_that_cannot_be_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (
        ("rank", "K2110", "--chart", str(tmp_path / "a.gif")),
        ("paths", "K2110", "N4101", "--chart", str(tmp_path / "none" / "a.svg")),
        (*MATCH, "--scenario", "radius=30", "--chart", str(tmp_path / "a.svg")),
    ):
        code, out, err = call(*words, capsys=capsys)
        assert (code, out) == (2, "")
        assert len(err.strip().splitlines()) == 1
    for name in [n for n in sys.modules if n.startswith(("matplotlib", "passerelles.charts."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = call("rank", "K2110", "--chart", str(tmp_path / "a.svg"), capsys=capsys)
    assert code == 2
    assert 'pip install "passerelles[charts]"' in err
    assert list(tmp_path.iterdir()) == []
