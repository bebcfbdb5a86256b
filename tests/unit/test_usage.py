"""A command line that cannot be read is told in one line, in the language asked for, with exit code 2."""

from pathlib import Path

import pytest

from passerelles.cli.main import COMMANDS, run


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("rank K2110 --limit x", "Valeur refusée pour --limit : il faut un nombre entier."),
        ("paths K2110 N4101 --date zz", "Valeur refusée pour --date : il faut une date, AAAA-MM-JJ."),
        ("rank K2110 --limit 0", "il faut au moins 1."),
        ("rank K2110 --limit 0 --lang en", "at least 1 is needed."),
        ("rank K2110 --format foo", "table, json, csv, xlsx, html."),
        ("rank K2110 --lang de", "fr, en."),
        ("rank K2110 --limt 3", "Vouliez-vous dire --limit ?"),
        ("rnak K2110", "Commande inconnue : rnak. Vouliez-vous dire rank ?"),
        ("territory foo", "Commande inconnue : foo."),
        ("territory mach", "Commande inconnue : mach. Vouliez-vous dire match ?"),
        ("territory validat", "Commande inconnue : validat. Aide"),
        ("rank A B C", "Mots en trop : B C."),
        ("show", "Il manque : occupation."),
        ("show --lang=en", "Missing: occupation."),
        ("rank --limit", "L'option --limit attend une valeur."),
        # What would change nothing is refused rather than ignored.
        ("rank K2110 --rejects r.csv", "--rejects : avec --profiles seulement."),
        (
            "resolve soudeur --column Poste --no-context",
            "Pour une liste seulement (--input FICHIER) : --column, --no-context.",
        ),
        ("migrate K2110 --title-column Poste", "Pour une liste seulement (--input FICHIER) : --title-column."),
        ("migrate K2110 --bridge b.csv", "Entre deux référentiels différents seulement (--from CHEMIN) : --bridge."),
        ("report --output r.html --sheets --limit 3", "À ôter avec --sheets, qui n'écrit que des fiches : --limit."),
        ("report --output r.html --sheets --mask", "les fiches ne se masquent pas"),
    ],
)
def test_a_wrong_line_gets_one_message(line: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(line.split())
    seen = capsys.readouterr()
    assert ended.value.code == 2
    assert seen.out == ""
    assert seen.err.startswith("passerelles: " if line.endswith("en") else "passerelles : ")
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
            run([command, "--help", *(["--lang", lang] if lang == "en" else [])])
        assert ended.value.code in (0, None)
        seen[lang] = capsys.readouterr().out
        assert all(len(line) <= 80 for line in seen[lang].splitlines())
    assert "Affiche cette" in seen["fr"]
    assert not any(word in seen["fr"] for word in ("Show this message", "[default", "[required]"))
    assert "Shows this" in seen["en"]
    assert "défaut" not in seen["en"]
    french = {"é", "è", "à", "ê"} & set(seen["en"])
    assert not french, seen["en"]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("--help --lang en", 0, "Moves between occupations"),
        ("--lang=en", 2, "Moves between occupations"),
        ("", 2, "Passerelles entre métiers"),
        ("--lang en territory", 2, "The territory"),
        ("territory --lang en", 2, "The territory"),
        ("territory", 2, "Le territoire"),
        ("--lang en show K2110", 0, "Definition"),
        ("--lang en show K2110 --lang fr", 0, "Définition"),
        ("--lang en territory rank --basin X", 2, "Give fragile jobs"),
        ("territory --lang en rank --basin X", 2, "Give fragile jobs"),
        ("--lang en rank X --lang fr", 2, "Métier inconnu"),
        ("--lang de", 2, "fr, en."),
    ],
)
def test_the_language_may_be_named_before_the_command(
    line: str, code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        run(line.split())
    assert (ended.value.code or 0) == code
    out, err = capsys.readouterr()
    assert said in out + err
