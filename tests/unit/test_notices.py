"""The catalogue of notices: every code has its words, is used, and stands in the documentation."""

import re
import shutil
import subprocess
import sys
from errno import EIO
from pathlib import Path

import pytest

import passerelles
from market_files import market_folder
from passerelles import load_market, load_referential
from passerelles.language.say import LANGS, Lang, say
from passerelles.notices import (
    CATALOGUE,
    LISTED,
    Notice,
    NoticeLog,
    count_by_severity,
    notice,
)
from passerelles.referentials.places import bundled

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(passerelles.__file__).parent


def test_every_code_of_the_catalogue_is_used_and_no_other() -> None:
    texts = [p.read_text(encoding="utf-8") for p in sorted(SOURCE.rglob("*.py")) if p.name != "notices.py"]
    whole = "\n".join(texts)
    unused = [code for code in CATALOGUE if f'"{code}"' not in whole]
    assert unused == []
    # Tables of a territory have notes of their own.
    noted = re.findall(r"(?:\bnotice|(?<!row)(?<!grid)(?<!reader)\.note)\(\s*\"(\w+)\"", whole)
    assert set(noted) <= set(CATALOGUE)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_has_words_that_say_what_and_what_to_do(code: str, lang: str) -> None:
    names = "file reason column value expected encoding delimiter found megabytes parent other subject got version"
    names += " read base names year hint verb others until"
    names += " mine first label written fiche rows words meant near"
    values: dict[str, object] = dict.fromkeys(names.split(), "«x»") | {"n": 3, "line": 4}
    values |= {"among": "contexts", "feature": "texte"}
    for part in ("what", "action"):
        text = say(f"notices.{part}.{code}", lang=lang, **values)  # type: ignore[arg-type]
        assert text
        assert "{" not in text
    assert say(f"notices.action.{code}", lang=lang, **values).endswith(".")  # type: ignore[arg-type]


def test_a_code_that_the_catalogue_lacks_is_told_with_its_file() -> None:
    lacking = notice("wages_aged")
    with pytest.raises(KeyError, match=r"wages_aged: not in notices.toml"):
        assert lacking.severity


def test_fatal_codes_are_errors_and_infos_are_no_harm() -> None:
    assert all(kind.severity == "error" for kind in CATALOGUE.values() if kind.fatal)
    assert {code for code, kind in CATALOGUE.items() if kind.severity == "info" and kind.drops} <= {
        "move_within_occupation",
        "rating_suppressed",  # the publisher's own advice
        "overlay_row_elsewhere",  # a row for another referential
    }


def test_the_documentation_lists_every_code_in_the_words_of_the_program() -> None:
    page = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
    made = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "make_notices.py"), "--print"], check=True, capture_output=True
    ).stdout.decode()
    assert page == made, "run python docs/make_notices.py"
    rows = re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)
    assert sorted(rows) == sorted(CATALOGUE)


def test_up_to_the_limit_notices_are_listed_and_beyond_counted() -> None:
    log = NoticeLog(notice("empty_code", file="a.csv", line=n) for n in range(2, LISTED + 2))
    assert [n.line for n in log.notices()] == list(range(2, LISTED + 2))
    log.note("empty_code", file="a.csv", line=9999, count=3)
    log.note("empty_code", file="b.csv", line=5)
    log.note("duplicate_code", file="a.csv", line=5, subject="A")
    assert log.notices() == (
        Notice("duplicate_code", "a.csv", 5, (("subject", "A"),)),
        Notice("empty_code", "a.csv", 2, (), LISTED + 3),
        Notice("empty_code", "b.csv", 5),
    )


def test_the_number_of_occurrences_is_said_once() -> None:
    many = notice("label_missing", file="a.csv", line=7, count=7382, subject="Q")
    assert many.what("fr") == "Libellé inconnu : Q (7\u202f382 cas en tout ; le premier est montré)"
    assert many.what("en") == "Label unknown: Q (7,382 in all; the first is shown)"
    counted = notice("doubled_apostrophes", file="a.csv", count=8031)
    assert counted.what("fr") == "Apostrophes doublées : 8\u202f031"


def test_what_was_found_and_what_was_done_are_two_sentences() -> None:
    said = notice("duplicate_code", file="a.csv", line=3, subject="A1").sentence("fr")
    assert said.startswith("a.csv, ligne 3 : Code déjà déclaré : A1. ")
    asked = notice("misspelt_column", file="a.csv", column="cod", meant="code").sentence("fr")
    assert "?." not in asked
    assert "? " in asked


def test_values_that_are_words_are_said_in_the_language() -> None:
    found = notice("missing_file", file="x.csv", feature="rubrique_mobilite")
    assert "les mobilités connues" in found.action("fr")
    assert "known mobilities" in found.action("en")
    assert "contextes de travail" in notice("link_to_nowhere", subject="Q", among="contexts").what("fr")


def test_why_the_system_refuses_a_file_is_said_in_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, read = shutil.copytree(bundled("referential")["transitions"], tmp_path / "r"), Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name in ("tags.csv", "deux.xlsx"):
            raise OSError(EIO, "Input/output error")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    for notices in load_referential(place).notices, load_market(market_folder(tmp_path / "m")).notices:
        (found,) = (n for n in notices if n.code == "unreadable_file")
        words: dict[Lang, str] = {"fr": "panne de lecture ou d'écriture", "en": "Input/output error"}
        for lang, reason in words.items():
            assert f": {reason})" in found.what(lang)
        assert dict(found.values)["reason"] == "Input/output error"


def test_errors_come_first_and_the_order_is_always_the_same() -> None:
    found = [
        notice("empty_file", file="b"),
        notice("missing_file", file="a", feature="texte"),
        notice("row_length", file="b", line=10, got=1, expected=2),
        notice("row_length", file="b", line=9, got=1, expected=2),
        notice("no_requirements", subject="A"),
    ]
    expected = ["row_length", "row_length", "missing_file", "no_requirements", "empty_file"]
    assert [n.code for n in NoticeLog(found).notices()] == expected
    assert NoticeLog(reversed(found)).notices() == NoticeLog(found).notices()
    assert count_by_severity(found) == {"error": 2, "warning": 2, "info": 1}


def test_only_codes_that_drop_rows_count_as_dropped() -> None:
    assert notice("duplicate_link", count=4, subject="A").dropped == 4
    assert notice("label_missing", count=4, subject="A").dropped == 0
    assert notice("row_length", file="a", line=2, got=1, expected=2).dropped == 1
