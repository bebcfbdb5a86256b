"""Legal frames: presets with sources, verdicts and by how much, one by one and many at once."""

from pathlib import Path

import numpy as np
import pytest

from passerelles.errors import PasserellesError
from passerelles.paths.legal import Case, Frame, find_frame, fits, judge, presets

KNOWN, LEAST = True, False  # hours that are all known, or only a lower bound
YES = Case(known=True, certifying="yes", listed="yes")


def test_presets_are_data_with_a_source_for_each_value() -> None:
    assert set(presets()) == {"transco", "periode-de-reconversion", "periode-de-reconversion-accord"}
    for frame in presets().values():
        stated = [n for n in ("hours_min", "hours_max", "months_max") if getattr(frame, n) is not None]
        stated += [n for n in ("certifying", "hiring_list", "exempt") if getattr(frame, n)]
        assert set(stated) == set(frame.sources), frame.name
    ordinary, longer = find_frame("periode-de-reconversion"), find_frame("periode-de-reconversion-accord")
    assert (ordinary.hours_min, ordinary.hours_max, ordinary.months_max) == (150, 450, 12)
    assert (longer.hours_min, longer.hours_max, longer.months_max) == (150, 2100, 36)
    assert find_frame("transco").months_max == 24


@pytest.mark.parametrize(
    ("name", "hours", "months", "case", "verdict", "rules"),
    [
        ("periode-de-reconversion", 300, 6, YES, "yes", []),
        ("periode-de-reconversion", 450, 12, YES, "yes", []),
        ("periode-de-reconversion", 451, 12, YES, "no", ["hours_max"]),
        ("periode-de-reconversion", 149, 2, YES, "no", ["hours_min"]),
        ("periode-de-reconversion", 500, 13, YES, "no", ["hours_max", "months_max"]),
        ("periode-de-reconversion-accord", 2000, 30, YES, "yes", []),
        ("transco", 5000, 24, YES, "yes", []),
        ("transco", 10, 1, Case(KNOWN, "yes", "unknown"), "unknown", []),
        ("transco", 10, 1, Case(KNOWN, "yes", "no"), "no", ["hiring_list_no"]),
        ("transco", 10, 1, Case(KNOWN, "no", "yes"), "no", ["certifying_no"]),
        ("periode-de-reconversion", 100, 1, Case(LEAST, "yes", "unknown"), "unknown", []),
        ("periode-de-reconversion", 900, 7, Case(LEAST, "yes", "unknown"), "no", ["hours_max"]),
        ("periode-de-reconversion", 20, 1, Case(KNOWN, "yes", "yes", ("Certificat CléA numérique",)), "yes", []),
        ("periode-de-reconversion", 20, 1, Case(KNOWN, "yes", "yes", ("CléA", "Permis C")), "no", ["hours_min"]),
    ],
)
def test_verdicts(name: str, hours: float, months: float, case: Case, verdict: str, rules: list[str]) -> None:
    frame = find_frame(name)
    found = judge(frame, case, hours, months)
    assert (found.verdict, [v.rule for v in found.violations]) == (verdict, rules)
    many = fits(frame, case, np.asarray([hours, hours]), np.asarray([months, months]))
    assert [("no", "unknown", "yes")[i] for i in many.tolist()] == [verdict, verdict]


def test_a_violation_says_by_how_much_in_both_languages() -> None:
    found = judge(find_frame("periode-de-reconversion"), YES, 520, 4).to_dict("fr")
    assert found["violations"][0]["by"] == 70
    assert "70 h de trop" in found["violations"][0]["reason"]
    english = judge(find_frame("periode-de-reconversion"), YES, 100, 4).to_dict("en")
    assert "50 h short" in english["violations"][0]["reason"]
    unsure = judge(find_frame("transco"), Case(LEAST, "unknown", "unknown"), 0, 0).to_dict("fr")
    assert {u["rule"] for u in unsure["unknown"]} == {"months_unknown", "certifying_unknown", "hiring_list_unknown"}


def test_a_frame_of_ones_own_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "branche.toml"
    file.write_text('name = "branche"\nlabel = "Accord de branche"\nhours_max = 300\n', encoding="utf-8")
    assert find_frame(str(file)).hours_max == 300
    assert find_frame(Frame(name="x", label="X")).name == "x"
    file.write_text('name = "branche"\nlabel = "Accord"\nheures = 300\n', encoding="utf-8")
    with pytest.raises(PasserellesError, match=r"legal frame: heures: Extra inputs"):
        find_frame(file)
    file.write_text('name = "branche"\nlabel = "Accord"\nhours_min = 500\nhours_max = 100\n', encoding="utf-8")
    with pytest.raises(PasserellesError, match="hours_min is above hours_max"):
        find_frame(file)
    with pytest.raises(PasserellesError) as caught:
        find_frame("transko")
    assert "transco" in caught.value.message("fr")
