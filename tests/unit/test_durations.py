"""Published durations: facts with sources, and an estimate that holds on sources that it has not seen."""

import csv
from math import log

import numpy as np

from passerelles.model import Hours
from passerelles.referentials.credentials import OF_KIND, Duration, fit_durations, load_durations
from passerelles.referentials.places import bundled_folder

CENTRES = ("legal-total", "legal-minimum", "apprenticeship-minimum", "published-total", "centre")


def test_each_duration_says_who_published_it() -> None:
    rows = load_durations()
    with (bundled_folder() / "durations" / "durations.csv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    assert len(rows) == len(listed) >= 250, "a row that cannot be read, as one whose note has a bare comma, is dropped"
    named = [code for d in rows for code in (d.code, *d.former)]
    assert len(set(named)) == len(named)
    for each, cells in zip(rows, listed, strict=True):
        assert each.centre.source, each.code
        assert cells["kind"] == each.kind in CENTRES, each.code
        assert "2020-01-01" < cells["as_of"] <= "2026-12-31", each.code
        known = [h for h in each.centre[:3] if h is not None]
        assert known == sorted(known), each.code
    assert sum(cells["kind"].startswith("legal") for cells in listed) >= 60
    assert {d.level for d in rows} >= {3, 4, 5, 6, 7}


def test_the_length_of_a_kind_of_diplomas_leaves_the_estimate_as_it_is() -> None:
    rows = load_durations()
    kinds = [d for d in rows if not d.domain]
    assert len(kinds) >= 9
    assert all(d.code.startswith(OF_KIND) and d.centre.expected and not d.occupations for d in kinds)
    assert fit_durations(rows) == fit_durations([d for d in rows if d.domain])


def test_certifications_name_the_jobs_of_today() -> None:
    """ROME 4 gives some codes of ROME 3 to other jobs: F1610 was the roofer's, and installs solar panels."""
    named = {d.label: d.occupations for d in load_durations()}
    assert {named["BP couvreur"], named["CAP couvreur"]} == {("F1619",)}
    assert named["Diplôme d'État d'alpinisme, guide de haute montagne"] == ("G1228",)
    assert "K2105" not in named["Diplôme d'État de professeur de danse"]  # of music


def test_the_estimate_holds_on_sources_left_out() -> None:
    """Rows of one text are left out together: many certifications repeat one minimum."""
    known = [d for d in load_durations() if d.level is not None and d.centre.expected]
    errors, covered, weights = [], [], []
    for source in sorted({d.centre.source for d in known}):
        model = fit_durations([d for d in load_durations() if d.centre.source != source])
        out = [d for d in known if d.centre.source == source]
        for each in out:
            low, expected, high = model.estimate(each.level or 0, each.domain)
            true = each.centre.expected or 0.0
            errors.append(abs(expected / true - 1))
            covered.append(low <= true <= high)
            weights.append(1 / len(out))
    order = np.argsort(errors)
    middle = np.asarray(errors)[order][np.searchsorted(np.cumsum(np.asarray(weights)[order]) / sum(weights), 0.5)]
    assert middle <= 0.5
    assert np.average(covered, weights=weights) >= 0.75


def test_levels_never_take_less_than_those_below() -> None:
    model = fit_durations(load_durations())
    medians = [model.levels[level] for level in sorted(model.levels)]
    assert medians == sorted(medians)
    assert model.levels[3] < log(800)  # adults: titles and one-year courses beside the minima of apprenticeship


def test_what_a_text_only_caps_changes_no_estimate() -> None:
    rows = load_durations()
    capped = [d for d in rows if d.code == "CQP-RUESRC"]
    assert [(d.centre.low, d.centre.expected, d.centre.high) for d in capped] == [(None, 126.0, 126.0)]
    assert fit_durations([d for d in rows if d not in capped]) == fit_durations(rows)


def row(code: str, hours: float, source: str, level: int | None = 3, domain: str = "F") -> Duration:
    known = Hours(None, hours, None, source)
    return Duration(code, code, level, domain, (), known)


def test_one_article_is_written_in_one_way() -> None:
    """Two wordings of one source count as two texts: three rows reworded moved the hours of 297 jobs."""
    wordings: dict[tuple[str, int | None], set[str]] = {}
    for each in load_durations():
        if each.centre.source.startswith("Code de l'éducation"):
            wordings.setdefault((each.centre.source.split(" (")[0], each.level), set()).add(each.centre.source)
    assert len(wordings) >= 6
    assert [found for found in wordings.values() if len(found) > 1] == []


def test_repeated_minima_of_one_text_weigh_little() -> None:
    many = [row(f"A{i}", 800, "one text") for i in range(16)]
    few = [row(f"B{i}", 400, f"centre {i}") for i in range(3)]
    assert round(np.exp(fit_durations([*many, *few, row("C", 35, "x", None)]).levels[3])) == 400


def test_domains_may_differ_at_the_lowest_level_and_not_above() -> None:
    lengths = {(3, "F"): 900, (3, "K"): 300, (4, "F"): 1000, (4, "K"): 1000}
    rows = [row(f"{k}{i}", h, f"{k}{i}", *k) for k, h in lengths.items() for i in range(40)]
    model = fit_durations([*rows, row("C", 35, "x", None)])
    assert model.estimate(3, "F").expected > 2 * model.estimate(3, "K").expected
    assert model.estimate(4, "F").expected < 2 * model.estimate(4, "K").expected
