"""The embedded referential and its samples: sound, in our own words, and about the trades that ROME means."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from passerelles.referentials.credentials import DEFAULT
from passerelles.referentials.load import load_referential
from passerelles.referentials.places import bundled, bundled_folder
from passerelles.referentials.referential import Referential, lay_access
from passerelles.referentials.validate import ValidationReport, validate
from passerelles.text import normalise_label

TERRITORIES = ("redon", "aurillac-figeac-rodez", "lacq-pau-tarbes")
# The domains of ROME in which the eight kinds of project lie.
PROJECTS = {
    "driving schools and road transport": ("K2110", "N41"),
    "logistics": ("N11",),
    "car industry": ("H29", "I16"),
    "metalworking and maintenance": ("H29", "I13"),
    "construction": ("F16", "F17"),
    "maritime": ("N31", "A14"),
    "care and local services": ("J15", "K13"),
    "digital and sales": ("M18", "D14"),
}


@pytest.fixture(scope="module")
def transitions() -> Referential:
    return load_referential("transitions", strict=True)


@pytest.mark.parametrize("name", bundled("referential"))
def test_an_embedded_referential_passes_its_validator_without_a_word(name: str) -> None:
    report = validate(name)
    assert {n.code for n in report.notices} <= {"shipped_credential_ended"}  # held still, obtained no more
    assert report.counts["dropped"] == 0


@pytest.mark.parametrize("name", sorted({*bundled("overlay")} - {DEFAULT}))
def test_an_embedded_overlay_is_without_error_on_the_embedded_referential(name: str) -> None:
    report = validate("transitions", overlays=[name])
    # What is written for ROME, and lacks here, is said and does no harm.
    assert {n.code for n in report.notices} <= {"overlay_row_elsewhere", "shipped_credential_ended"}
    assert report.counts["occupations_specialised"] > 0 or report.counts["dropped"] > 0


@pytest.mark.parametrize("name", sorted({*bundled("overlay")} - {DEFAULT}))
def test_an_embedded_overlay_is_without_error_on_the_real_rome(rome: Referential, name: str) -> None:
    laid = lay_access(rome.with_overlay(name))
    added = Counter(n.code for n in laid.notices) - Counter(n.code for n in lay_access(rome).notices)
    assert not {*added} - {"choice_removed"}  # a nursery's job by derogation needs no diploma of the choice
    assert any(o.base for o in laid.occupations)


def test_all_embedded_overlays_together_are_without_error_on_the_real_rome(
    rome4: Path, rome4_report: ValidationReport
) -> None:
    """Validation reads the texts of the fiches too, which takes seconds."""
    laid = validate(rome4, overlays=sorted({*bundled("overlay")} - {DEFAULT}))
    added = Counter(n.code for n in laid.notices) - Counter(n.code for n in rome4_report.notices)
    assert not {*added} - {"choice_removed"}
    assert [n.sentence("en") for n in laid.notices if n.severity == "error"] == []


def test_it_is_large_enough(transitions: Referential) -> None:
    competencies = [c for c in transitions.competencies if not c.is_macro]
    assert len(transitions.occupations) >= 100
    assert len(competencies) >= 600
    assert {c.kind for c in competencies} == {"savoir-faire", "savoir-être", "savoir"}


def test_each_occupation_asks_for_15_to_40_competencies_with_cores(transitions: Referential) -> None:
    for occupation in transitions.occupations:
        asked = transitions.requirements_of[occupation.code]
        assert 15 <= len(asked) <= 40, occupation
        assert any(r.status == "core" for r in asked), occupation
        assert not all(r.status == "core" for r in asked), occupation


def test_half_of_the_competencies_serve_two_occupations_and_each_serves_one(transitions: Referential) -> None:
    served = Counter(r.competency for r in transitions.requirements)
    competencies = [c.code for c in transitions.competencies if not c.is_macro]
    assert min(served[code] for code in competencies) >= 1
    assert sum(served[code] >= 2 for code in competencies) >= len(competencies) / 2


def test_no_two_competencies_bear_the_same_words(transitions: Referential) -> None:
    words = Counter(normalise_label(c.name) for c in transitions.competencies)
    assert [label for label, count in words.items() if count > 1] == []


@pytest.mark.parametrize("project", PROJECTS)
def test_the_trades_of_every_kind_of_project_are_there(transitions: Referential, project: str) -> None:
    codes = [o.code for o in transitions.occupations]
    for prefix in PROJECTS[project]:
        assert any(code.startswith(prefix) for code in codes), prefix


def test_every_credential_has_a_source_and_every_hour_too(transitions: Referential) -> None:
    assert not transitions.credentials  # one copy of each fact: they are those of the catalogue
    laid = lay_access(transitions)
    assert laid.credentials
    for credential in laid.credentials:
        assert credential.source, credential.code
        known = [h for h in credential.hours[:3] if h is not None]
        assert not known or credential.hours.source, credential.code
    assert all(r.source for r in laid.credential_requirements if r.kind == "required")


def test_every_occupation_has_moves(transitions: Referential) -> None:
    origins = {m.origin for m in transitions.mobilities}
    assert len(origins) >= 0.8 * len(transitions.occupations)
    by_domain = Counter(code[0] for code in origins)
    assert all(count >= 1 for count in by_domain.values())


def test_codes_and_labels_are_those_of_rome(transitions: Referential, rome: Referential) -> None:
    for occupation in transitions.occupations:
        fiche = rome.occupation_by_code.get(occupation.code)
        assert fiche is not None, occupation.code
        known = [fiche.name, *(t.label for t in rome.titles_of.get(occupation.code, ()))]
        closeness = max(fuzz.token_set_ratio(normalise_label(occupation.name), normalise_label(k)) for k in known)
        assert closeness >= 85, (occupation.code, occupation.label, fiche.label)


def test_titles_are_those_of_the_same_fiche_in_rome(transitions: Referential, rome: Referential) -> None:
    codes = {t.code: t.occupation for t in rome.titles}
    shared = [t for t in transitions.titles if t.code in codes]
    assert len(shared) > 100
    assert [t for t in shared if codes[t.code] != t.occupation] == []


def test_no_competency_bears_a_label_of_rome(
    transitions: Referential, rome: Referential, older_rome: Referential
) -> None:
    both = (rome, older_rome)
    labels = {normalise_label(c.label) for each in both for c in each.competencies if c.label}
    own = [c.name for c in transitions.competencies]
    assert [label for label in own if normalise_label(label) in labels] == []


def test_sentences_are_not_those_of_rome(transitions: Referential, rome: Referential) -> None:
    texts = {normalise_label(t) for o in rome.occupations for t in (o.definition, o.access) if t}
    own = [t for o in transitions.occupations for t in (o.definition, o.access) if t]
    assert [text for text in own if normalise_label(text) in texts] == []


def _sample(territory: str, side: str) -> list[dict[str, str]]:
    path = bundled_folder() / "transitions" / "territories" / f"{territory}-{side}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("territory", TERRITORIES)
@pytest.mark.parametrize(("side", "number"), [("fragile", "headcount"), ("hiring", "openings")])
def test_the_sample_tables_are_about_jobs_that_exist(
    transitions: Referential, territory: str, side: str, number: str
) -> None:
    rows = _sample(territory, side)
    codes = {o.code for o in transitions.occupations}
    titles = {t.label for t in transitions.titles}
    assert len(rows) >= 5
    for row in rows:
        assert row["job"] in codes | titles, row
        assert int(row[number]) > 0
        assert row["employer"].strip()
        assert row["basin"].strip()
        assert "fictif" in row["note"]  # invented, and said to be
        assert "illustratif" in row["note"]
    assert len({(r["employer"], r["job"], r["basin"]) for r in rows}) == len(rows)
