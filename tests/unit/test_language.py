"""The language files: the same keys and the same placeholders in each, and nothing left in one only."""

import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest

import passerelles
from passerelles.language.say import LANGS, Lang, is_singular, number, percent, say
from passerelles.paths.levers import Opened
from passerelles.territory.flows import Flow
from passerelles.territory.rank import Ranked
from passerelles.views.spec import Record

FOLDER = Path(passerelles.__file__).parent / "language"
# These hold rules of one language (words without weight, endings), not sentences.
SUBJECTS = sorted({p.stem for p in FOLDER.glob("*/*.toml")} - {"access", "words", "titles", "title_noise"})


def entries(lang: str, subject: str) -> dict[str, str]:
    def walk(table: dict[str, Any], path: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in table.items():
            found |= walk(value, f"{path}{key}.") if isinstance(value, dict) else {f"{path}{key}": value}
        return found

    return walk(tomllib.loads((FOLDER / lang / f"{subject}.toml").read_text(encoding="utf-8")), "")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_something_to_test() -> None:
    assert {"errors", "notices", "terms"} <= set(SUBJECTS)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_language_is_whole_with_the_keys_and_placeholders_of_french(lang: str, subject: str) -> None:
    french, other = entries("fr", subject), entries(lang, subject)
    assert set(french) == set(other)
    for key, text in french.items():
        plural = key.rpartition(".")[2] in ("one", "many")  # a singular may leave its number out
        if not plural:
            assert placeholders(text) == placeholders(other[key]), key


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_sentence_is_text_that_can_be_filled_in(lang: str, subject: str) -> None:
    for key, text in entries(lang, subject).items():
        assert isinstance(text, str), key
        assert all(name.isidentifier() for name in placeholders(text)), key
        assert text.strip(), key


def test_every_error_raised_in_the_program_has_its_sentence() -> None:
    raised = re.compile(r"(?:PasserellesError|ReferentialError)\(\s*\"(\w+)\"")
    source = "\n".join(p.read_text(encoding="utf-8") for p in FOLDER.parent.rglob("*.py"))
    keys = set(raised.findall(source)) - {"key"}
    assert len(keys) > 10
    assert keys <= {key.partition(".")[0] for key in entries("fr", "errors")}


def test_an_unknown_key_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError, match=r"terms.nothing_of_the_kind: not in language/fr/terms.toml"):
        say("terms.nothing_of_the_kind")


def test_numbers_are_written_as_each_language_does() -> None:
    assert number(1234567.25, lang="fr", decimals=2) == "1\u202f234\u202f567,25"
    assert number(1234567.25, lang="en", decimals=2) == "1,234,567.25"
    assert percent(0.5, lang="fr") == "50\u202f%"
    shares = (0.0, 0.002, 0.996, 1.0 - 1e-12, 1.0)
    assert [percent(share, lang="en") for share in shares] == ["0%", "<1%", ">99%", "100%", "100%"]
    assert (number(-0.71, decimals=2), number(-0.001, lang="en", decimals=2)) == ("\u22120,71", "0.00")
    assert (is_singular(1.5, lang="fr"), is_singular(1.5, lang="en")) == (True, False)
    assert not is_singular(None, lang="fr")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_one_thing_has_one_name_on_every_page(lang: Lang) -> None:
    down = say("moves.kind.step-down", lang=lang)
    assert say("explorer.filter.kind_step-down", lang=lang) == down
    for group in ("reason", "uncovered", "unfilled"):
        assert down in say(f"territory.{group}.step_down", lang=lang)
    confidence = say("columns.confidence", lang=lang)
    assert say("explorer.territory.sure", lang=lang) == confidence
    assert say("explorer.home.sure", lang=lang, share="9 %").startswith(confidence.lower())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_pages_say_too_names_no_option_of_the_command_line_alone(lang: Lang) -> None:
    name = {"fr": "au-delà du vraisemblable", "en": "beyond what is likely"}[lang]
    assert name in say("explorer.territory.stretch", lang=lang)
    for said in ("uncovered.step_down", "uncovered.unlikely", "unfilled.step_down"):
        assert name in say(f"territory.{said}", lang=lang)
    kind = {"fr": "nature", "en": "kind"}[lang]
    assert kind in say("explorer.filter.kind", lang=lang).lower()
    assert kind in say("moves.left_out", lang=lang, n=1, kinds="").partition("--include")[0]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("record", "key", "codes"),
    [
        (Flow.spec, "known_by", ["job", "family"]),
        (Ranked.spec, "known_by", ["job", "family"]),
        (Opened.spec, "certification_link", ["direct", "parent", "base"]),
    ],
)
def test_a_workbook_says_in_words_what_a_cell_codes(record: Record, key: str, codes: list[str], lang: Lang) -> None:
    (column,) = record.pick(key)
    assert all(" " in column.cell_text(code, lang) for code in codes)
