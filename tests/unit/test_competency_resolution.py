"""Labels of branch skill lists to competencies, with the same honesty as titles."""

from dataclasses import replace

import pytest

from job_titles import referential
from passerelles import resolve_competency
from passerelles.matching.titles import resolve_many, status
from passerelles.referentials.referential import Referential
from passerelles.text import normalise_label

SMALL = referential()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Conduire un engin de levage", "100"),
        ("CONDUIRE UN ENGIN DE LEVAGE", "100"),
        ("conduire engins de levage", "100"),
        ("peser marchandise", "200"),
        ("acceuillir du public", "300"),
    ],
)
def test_the_right_competency(text: str, code: str) -> None:
    assert resolve_competency(SMALL, text)[0].code == code


def test_a_label_is_read_whole_and_not_as_a_line_of_job_titles() -> None:
    labels = {
        "100": "Conduire, régler ou démonter une presse / un massicot",
        "200": "Bac pro construction des carrosseries",
        "300": "Techniques de moulage sur mannequin",
    }
    competencies = tuple(c._replace(label=labels.get(c.code, c.label)) for c in SMALL.competencies)
    named = replace(SMALL, competencies=competencies)
    for code, text in (
        ("100", "Conduire, régler ou demonter une prese / un massicot"),
        ("200", "bac pro construction carroseries"),
        ("300", "techniques de moulage sur manequin"),
    ):
        found = resolve_competency(named, text)[0]
        assert (found.code, found.read, found.ignored) == (code, text, ())
        assert found.confidence >= 0.5


@pytest.mark.parametrize("text", ["", "100", "😀", "xqzw kjh", "the lazy dog", "a" * 100_000])
def test_never_a_wrong_certainty(text: str) -> None:
    assert status(resolve_competency(SMALL, text)) == "inconnu"


@pytest.mark.parametrize("text", ["chauffeur toupie", "chauffeur toupie camion"])
def test_what_people_say_for_a_job_title_says_nothing_of_a_competency(text: str) -> None:
    competencies = [c._replace(label="Conducteur de poids lourds") for c in SMALL.competencies if c.code == "100"]
    named = replace(SMALL, competencies=tuple(competencies))
    assert all(candidate.reason != "usage" for candidate in resolve_competency(named, text))


def test_a_word_that_no_label_of_a_job_has_is_read_in_a_competency_as_it_is_written() -> None:
    named = replace(
        SMALL, competencies=tuple(c._replace(label="Apiculteur") for c in SMALL.competencies if c.code == "100")
    )
    assert all(candidate.reason != "abbreviation" for candidate in resolve_competency(named, "apiculture"))


def test_a_competency_without_a_label_is_never_an_answer() -> None:
    assert "400" not in {c.code for c in resolve_competency(SMALL, "conduire peser accueillir", limit=50)}


def test_older_wordings_of_the_real_rome(older_rome: Referential, rome: Referential) -> None:
    """ROME 3 labels of competencies that ROME 4 words otherwise: at 0.9 and above, at least 93 of 100 are right."""
    new, old = rome, older_rome
    today = {normalise_label(c.label) for c in new.competencies if c.label}
    labels = {c.code: c.label for c in new.competencies}
    asked = [c for c in old.competencies if c.label and labels.get(c.code) and normalise_label(c.label) not in today]
    asked = asked[::8]
    found = list(resolve_many(new, [str(c.label) for c in asked], kind="competency"))
    right = [bool(f) and f[0].code == c.code for f, c in zip(found, asked, strict=True)]
    sure = [r for f, r in zip(found, right, strict=True) if f and f[0].confidence >= 0.9]
    assert sum(right) / len(right) >= 0.6
    assert len(sure) / len(asked) >= 0.15
    assert sum(sure) / len(sure) >= 0.93


def test_words_that_qualify_a_job_are_words_of_a_competency() -> None:
    assert resolve_competency(SMALL, "aide conduire un engin de levage")[0].reason != "usage"
