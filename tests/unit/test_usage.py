"""A command line that cannot be read is told in one line, in the language asked for, with exit code 2."""

import pytest

from passerelles.cli.main import COMMANDS, run


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("rank K2110 --limit x", "Valeur refusée pour --limit : il faut un nombre entier."),
        ("rank K2110 --limit 0", "il faut au moins 1."),
        ("rank K2110 --limit 0 --lang en", "at least 1 is needed."),
        ("rank K2110 --format foo", "table, json, csv, xlsx."),
        ("rank K2110 --lang de", "fr, en."),
        ("rank K2110 --limt 3", "Vouliez-vous dire --limit ?"),
        ("rnak K2110", "Commande inconnue : rnak. Vouliez-vous dire rank ?"),
        ("territory foo", "Commande inconnue : foo."),
        ("rank A B C", "Mots en trop : B C."),
        ("show", "Il manque : occupation."),
        ("show --lang=en", "Missing: occupation."),
        ("rank --limit", "L'option --limit attend une valeur."),
    ],
)
def test_a_wrong_line_gets_one_message(line: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(line.split())
    seen = capsys.readouterr()
    assert ended.value.code == 2
    assert seen.out == ""
    assert seen.err.startswith("passerelles : ")
    assert wanted in seen.err
    assert len(seen.err.splitlines()) == 1


def test_no_word_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run([])
    assert ended.value.code == 2
    assert "rank" in "".join(capsys.readouterr())


def test_help_and_version_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["rank", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as ended:
            run(words)
        assert ended.value.code == 0
    assert "passerelles 0." in capsys.readouterr().out


def test_a_negative_answer_ends_with_one(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["validate", str(tmp_path)])
    assert ended.value.code in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_in_one_language_and_fits_80_columns(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    seen = {}
    for lang in ("fr", "en"):
        with pytest.raises(SystemExit) as ended:
            run([command, "--help", *(["--lang", lang] if lang == "en" and command != "territory" else [])])
        assert ended.value.code in (0, None)
        seen[lang] = capsys.readouterr().out
        assert all(len(line) <= 80 for line in seen[lang].splitlines())
    assert "Affiche cette" in seen["fr"]
    assert not any(word in seen["fr"] for word in ("Show this message", "[default", "[required]"))
    if command != "territory":  # a group of commands, each with its own language
        assert "Shows this" in seen["en"]
        assert "défaut" not in seen["en"]
        french = {"é", "è", "à", "ê"} & set(seen["en"])
        assert not french, seen["en"]
