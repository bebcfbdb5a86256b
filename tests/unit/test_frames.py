"""Legal frames: presets with sources, verdicts and by how much, one by one and many at once."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.market.tables import Payer
from passerelles.model import Employment, Profile
from passerelles.paths.legal import Frame, FrameVerdict, JudgedTraining, find_frame, judge, judge_many, presets
from passerelles.paths.rank import rank_paths


def replace_day(case: JudgedTraining, day: str) -> JudgedTraining:
    return replace(case, day=day)


KNOWN, LEAST = True, False  # hours that are all known, or only a lower bound
YES = JudgedTraining(known=True, certifying="yes", listed="yes")


def test_presets_are_data_with_a_source_for_each_value() -> None:
    reconversion = {"periode-de-reconversion", "periode-de-reconversion-accord"}
    assert set(presets()) == reconversion | {"transco", "ptp", "poei", "poei-pic"}
    for frame in presets().values():
        stated = [n for n in ("hours_min", "hours_max", "months_max") if getattr(frame, n) is not None]
        stated += [
            n
            for n in ("certifying", "hiring_list", "other_code", "employees", "conditions", "payers")
            if getattr(frame, n)
        ]
        assert set(stated) <= set(frame.sources), frame.name
    ordinary, longer = find_frame("periode-de-reconversion"), find_frame("periode-de-reconversion-accord")
    assert (ordinary.hours_min, ordinary.hours_max, ordinary.months_max) == (150, 450, 12)
    assert (longer.hours_min, longer.hours_max, longer.months_max) == (150, 2100, 36)
    assert find_frame("transco").months_max == 24


def test_no_yes_stands_alone_each_says_what_is_still_to_be_agreed_and_who_may_pay() -> None:
    for frame in presets().values():
        found = judge(frame, replace(YES, day="2025-06-01" if frame.until else "2026-06-01"), 200, 2)
        assert found.verdict == "yes", frame.name
        assert found.conditions, frame.name
        assert frame.payers, frame.name
    transco = find_frame("transco")
    told = " ".join(judge(transco, replace(YES, day="2025-06-01"), 200, 2).condition_texts("fr"))
    assert "l'emploi quitté est reconnu fragilisé" in told
    assert "24 mois d'activité salariée" in told
    assert "commission de Transitions Pro" in told
    assert "autorisation d'absence de l'employeur" in told
    assert judge(transco, replace(YES, day="2025-06-01", serves=True), 200, 2).verdict == "unknown"  # for employees


def test_a_training_that_certifies_nothing_is_not_the_one_that_a_certifying_frame_says_yes_to() -> None:
    ptp, poei = find_frame("ptp"), find_frame("poei")
    estimated = replace(YES, registered=False)
    told = judge(ptp, estimated, 25, 0.2)
    assert told.verdict == "yes"
    assert told.condition_texts()[0].startswith("si la formation suivie est une certification qui y mène")
    assert judge(ptp, YES, 497, 4).conditions == ptp.conditions
    assert judge(poei, estimated, 25, 0.2).conditions == poei.conditions


def test_a_training_too_short_only_where_a_diploma_is_counted_as_held_breaks_no_law() -> None:
    frame, presumed = find_frame("periode-de-reconversion"), replace(YES, presumed=True)
    assert judge(frame, YES, 66, 1).verdict == "no"
    found = judge(frame, presumed, 66, 1)
    assert (found.verdict, [v.rule for v in found.unknown]) == ("unknown", ["hours_min_presumed"])
    assert "66 h de formation pour 150 h au moins, ou davantage" in found.unknown[0].reason("fr")
    assert judge(frame, presumed, 500, 1).verdict == "no"  # more hours are no help against a most
    hours, months = np.asarray([66.0, 200.0, 500.0]), np.ones(3)
    each = [judge(frame, presumed, h, 1).verdict for h in hours.tolist()]
    assert [("no", "unknown", "yes")[v] for v in judge_many(frame, presumed, hours, months).tolist()] == each


def test_hours_of_no_certification_that_miss_a_bound_by_less_than_a_tenth_do_not_tell_whether_one_fits() -> None:
    frame, estimated = find_frame("periode-de-reconversion"), replace(YES, registered=False)
    found = judge(frame, estimated, 450.8, 3.2)
    assert (found.verdict, [v.rule for v in found.unknown]) == ("unknown", ["hours_max_close"])
    assert "450,8 h de formation comptées pour 450 h au plus : trop près pour trancher" in found.unknown[0].reason("fr")
    assert judge(frame, YES, 450.8, 3.2).verdict == "no"  # a certification has its own length
    assert judge(frame, replace(estimated, known=LEAST), 460, 3.2).verdict == "no"  # and something more is to come
    hours, months = np.asarray([130.0, 135.0, 147.0, 300.0, 495.0, 500.0, 300.0, 300.0]), np.full(8, 3.0)
    months[-2:] = 13.0, 13.5
    each = [judge(frame, estimated, h, m).verdict for h, m in zip(hours.tolist(), months.tolist(), strict=True)]
    assert each == ["no", "unknown", "unknown", "yes", "unknown", "no", "unknown", "no"]
    assert [("no", "unknown", "yes")[v] for v in judge_many(frame, estimated, hours, months).tolist()] == each
    assert judge(find_frame("poei"), estimated, 0, 0).verdict == "no"  # nobody pays for none


def test_no_fund_pays_for_the_training_of_those_whom_the_armed_forces_engage() -> None:
    for frame in presets().values():
        found = judge(frame, replace(YES, enlists=True, day="2021-06-01" if frame.name == "transco" else ""), 200, 2)
        assert (found.verdict, [v.rule for v in found.violations]) == ("no", ["enlistment"]), frame.name
        assert "un engagement dans les armées" in " ".join(found.reasons("fr"))
        assert judge(frame, YES, 200, 2).verdict == "yes"
    hours = np.asarray([200.0, 300.0])
    assert not judge_many(find_frame("poei"), replace(YES, enlists=True), hours, np.ones(2)).any()  # 0 = no


def test_schemes_for_employees_cannot_be_told_for_civil_servants_and_soldiers() -> None:
    for frame in presets().values():
        found = judge(frame, replace(YES, serves=True, day="2021-06-01" if frame.name == "transco" else ""), 200, 2)
        told = found.verdict, [v.rule for v in found.unknown]
        assert told == (("unknown", ["serves"]) if frame.employees else ("yes", [])), frame.name
    assert (
        "fonctionnaires ou militaires" in judge(find_frame("ptp"), replace(YES, serves=True), 200, 2).reasons("fr")[0]
    )


@pytest.mark.parametrize(
    ("origin", "serves"),
    [
        ("K1730", True),
        ("K1708", True),
        ("K2107", True),
        ("K1712", True),
        ("K1706", True),
        ("K1502", True),
        ("M1603", False),
        ("N4103", False),
        ("K1726", False),
        ("J1124", False),
    ],
)
def test_who_serves_is_read_from_the_statuses_that_the_fiche_names(
    rome4_graph: OccupationGraph, origin: str, *, serves: bool
) -> None:
    path, *_ = rank_paths(rome4_graph, origin, targets=["N4101"], limit=1)
    for frame in path.frames:
        rules = {v.rule for v in (*frame.violations, *frame.unknown)}
        law = find_frame(frame.name)
        assert ("serves" in rules) == (serves and law.employees and not law.until), frame.name  # an ended one says so


@pytest.mark.parametrize(
    ("target", "unhired"), [("C1111", True), ("A1507", True), ("J1406", True), ("J1404", False), ("N4101", False)]
)
def test_where_nobody_is_hired_no_scheme_that_asks_for_an_employer_says_yes(
    rome4_graph: OccupationGraph, target: str, *, unhired: bool
) -> None:
    path, *_ = rank_paths(rome4_graph, "D1402", targets=[target], limit=1)
    told = {v.name for v in path.frames if "unhired" in {rule.rule for rule in v.unknown}}
    ended = {frame.name for frame in presets().values() if frame.until}
    asking = {f.name for f in presets().values() if {"host_contract", "job_offer"} & {*f.conditions}} - ended
    assert told == (asking if unhired else set())
    assert not unhired or all(v.verdict != "yes" for v in path.frames if v.name in asking)


@pytest.mark.parametrize("target", ["N4101", "N4102"])
def test_who_means_to_work_on_their_own_account_is_hired_by_no_employer(
    embedded_graph: OccupationGraph, target: str
) -> None:
    ways: tuple[Employment | None, ...] = (None, "employee", "self-employed")
    for employment in ways:
        path, *_ = rank_paths(embedded_graph, Profile("N1103", employment=employment), targets=[target], limit=1)
        for frames in (path.frames, path.steps[0].frames):
            told = {v.name: v for v in frames if "own_account" in {rule.rule for rule in v.unknown}}
            asking = {"periode-de-reconversion", "periode-de-reconversion-accord", "poei", "poei-pic"}
            assert set(told) == (asking if employment == "self-employed" else set())
            assert all(v.verdict != "yes" for v in told.values())
            assert all("veut travailler à son compte" in " ".join(v.reasons("fr")) for v in told.values())


def test_a_certifying_frame_pays_neither_for_a_competition_nor_for_the_school_that_it_opens() -> None:
    school = replace(YES, selective=True, competes=True, registered=False)
    for frame in presets().values():
        found = judge(frame, replace(school, day="2021-06-01" if frame.name == "transco" else ""), 200, 2)
        expected = ("no", ["competition"], []) if frame.certifying else ("unknown", [], ["selection"])
        told = found.verdict, [v.rule for v in found.violations], [v.rule for v in found.unknown]
        assert told == expected, frame.name
    ptp = find_frame("ptp")
    assert "ni sa préparation ni l'école" in judge(ptp, school, 200, 2).reasons("fr")[0]
    # A diploma is to be obtained before, or one is chosen by other means: it may be paid for.
    for other in (replace(school, registered=True), replace(school, competes=False)):
        assert judge(ptp, other, 200, 2).verdict == "unknown"


def test_a_certification_too_long_of_which_a_shorter_length_is_published_breaks_no_law_for_certain() -> None:
    frame, diploma = find_frame("periode-de-reconversion"), replace(YES, demanded=800.0, spared=400.0)
    found = judge(frame, diploma, 800, 5.7)
    assert (found.verdict, [v.rule for v in found.unknown]) == ("unknown", ["hours_max_shorter"])
    assert (
        "800 h de formation comptées pour 450 h au plus : une durée plus courte est publiée" in found.reasons("fr")[0]
    )
    assert judge(frame, replace(diploma, spared=300.0), 800, 5.7).verdict == "no"  # the shortest is too long as well
    assert judge(frame, diploma, 820, 5.9).verdict == "no"  # it is not the diploma that takes so long
    hours, months = np.asarray([100.0, 400.0, 800.0, 820.0, 800.0]), np.asarray([0.7, 2.9, 5.7, 5.9, 14.0])
    each = [judge(frame, diploma, h, m).verdict for h, m in zip(hours.tolist(), months.tolist(), strict=True)]
    assert each == ["no", "yes", "unknown", "no", "no"]
    assert [("no", "unknown", "yes")[v] for v in judge_many(frame, diploma, hours, months).tolist()] == each


def test_hours_of_no_certification_that_are_too_few_do_not_exclude_a_certification_whose_length_fits() -> None:
    frame, other = find_frame("periode-de-reconversion"), replace(YES, registered=False, courses=(399.0, 800.0))
    found = judge(frame, other, 119, 0.9)
    assert (found.verdict, [v.rule for v in found.unknown]) == ("unknown", ["hours_min_other"])
    assert "119 h de formation comptées pour 150 h au moins : une certification qui y mène" in found.reasons("fr")[0]
    assert judge(frame, replace(other, registered=True), 119, 0.9).verdict == "no"  # its own length is counted
    assert judge(frame, replace(other, courses=(800.0,)), 119, 0.9).verdict == "no"
    assert (
        judge(frame, replace(other, courses=(None, 800.0)), 119, 0.9).verdict == "unknown"
    )  # unpublished is not short
    hours, months = np.asarray([0.0, 119.0, 300.0, 500.0, 119.0]), np.asarray([0.0, 0.9, 2.0, 3.5, 14.0])
    each = [judge(frame, other, h, m).verdict for h, m in zip(hours.tolist(), months.tolist(), strict=True)]
    assert each == ["unknown", "unknown", "yes", "no", "no"]
    assert [("no", "unknown", "yes")[v] for v in judge_many(frame, other, hours, months).tolist()] == each


def test_a_training_that_the_law_exempts_is_held_to_no_length_and_said_to_be_so() -> None:
    frame = find_frame("periode-de-reconversion")
    basis = replace(YES, labels=("Socle CléA", "cléa numérique"))
    for hours, months in ((20, 1), (5000, 1), (5000, 40)):
        found = judge(frame, basis, hours, months)
        assert (found.verdict, found.exempt, found.to_dict("fr")["exempt"]) == ("yes", True, True)
        assert judge_many(frame, basis, np.asarray([hours * 1.0]), np.asarray([months * 1.0])).tolist() == [2]
    # What is exempt is itself what certifies.
    assert judge(frame, replace(basis, registered=False), 20, 1).conditions == frame.conditions
    for labels in ((), ("Permis C",), ("CléA", "Permis C")):
        found = judge(frame, replace(YES, labels=labels, registered=False), 200, 3)
        assert (found.exempt, found.conditions) == (False, ("other_training", *frame.conditions))
    assert judge(find_frame("poei"), basis, 500, 3).exempt is False


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
        ("transco", 10, 1, JudgedTraining(KNOWN, "yes", "unknown"), "unknown", []),
        ("transco", 10, 1, JudgedTraining(KNOWN, "yes", "no"), "no", ["hiring_list_no"]),
        ("transco", 10, 1, JudgedTraining(KNOWN, "no", "yes"), "no", ["certifying_no"]),
        ("periode-de-reconversion", 100, 1, JudgedTraining(LEAST, "yes", "unknown"), "unknown", []),
        ("periode-de-reconversion", 900, 7, JudgedTraining(LEAST, "yes", "unknown"), "no", ["hours_max"]),
        (
            "periode-de-reconversion",
            20,
            1,
            JudgedTraining(KNOWN, "yes", "yes", ("Certificat CléA numérique",)),
            "yes",
            [],
        ),
        (
            "periode-de-reconversion",
            20,
            1,
            JudgedTraining(KNOWN, "yes", "yes", ("CléA", "Permis C")),
            "no",
            ["hours_min"],
        ),
        # Of studies known in months only, the months are a bound like any other.
        ("periode-de-reconversion", 100, 1, replace(YES, known=LEAST, studies=72), "no", ["months_max"]),
        ("periode-de-reconversion", 100, 1, replace(YES, known=LEAST, studies=9), "unknown", []),
        ("periode-de-reconversion", 100, 13, replace(YES, known=LEAST, studies=9), "no", ["months_max"]),
        ("periode-de-reconversion", 300, 2, replace(YES, studies=36), "no", ["months_max"]),
        # No training wins a competition.
        ("periode-de-reconversion", 300, 6, replace(YES, selective=True), "unknown", []),
        ("poei", 300, 2, replace(YES, selective=True), "unknown", []),
        # Nobody pays for a training that nobody follows.
        ("poei", 0, 0, YES, "no", ["no_training"]),
        ("ptp", 0, 0, YES, "no", ["no_training"]),
        ("ptp", 0, 0, replace(YES, studies=12), "yes", []),
        ("ptp", 0, 0, replace(YES, presumed=True), "unknown", []),
        ("ptp", 0, 0, JudgedTraining(LEAST, "yes", "yes"), "yes", []),
        ("periode-de-reconversion", 0, 0, YES, "no", ["hours_min"]),
        ("periode-de-reconversion", 500, 6, replace(YES, selective=True), "no", ["hours_max"]),
    ],
)
def test_verdicts(name: str, hours: float, months: float, case: JudgedTraining, verdict: str, rules: list[str]) -> None:
    frame = find_frame(name)
    found = judge(frame, case, hours, months)
    assert (found.verdict, [v.rule for v in found.violations]) == (verdict, rules)
    many = judge_many(frame, case, np.asarray([hours, hours]), np.asarray([months, months]))
    assert [("no", "unknown", "yes")[i] for i in many.tolist()] == [verdict, verdict]


def test_a_frame_that_has_ended_says_no_with_the_date_and_one_that_has_not_begun_too() -> None:
    ended = judge(find_frame("transco"), replace_day(YES, "2026-01-01"), 500, 6)
    assert (ended.verdict, [v.rule for v in ended.violations]) == ("no", ["ended"])
    assert "31/12/2025" in ended.violations[0].reason("fr")
    assert "2025-12-31" in ended.violations[0].reason("en")
    assert judge(find_frame("transco"), replace_day(YES, "2025-12-31"), 500, 6).verdict == "yes"
    early = judge(find_frame("periode-de-reconversion"), replace_day(YES, "2025-12-31"), 300, 6)
    assert (early.verdict, [v.rule for v in early.violations]) == ("no", ["not_begun"])
    months = Frame(name="x", label="X", until="2025-12")
    assert [judge(months, replace_day(YES, d), 1, 1).verdict for d in ("2025-12-31", "2026-01-01")] == ["yes", "no"]
    begun = Frame.model_validate({"name": "x", "label": "X", "from": "2026-01-01"})
    assert [judge(begun, replace_day(YES, d), 1, 1).verdict for d in ("2025-12-31", "2026-01-01")] == ["no", "yes"]
    many = judge_many(find_frame("transco"), replace_day(YES, "2026-01-01"), np.asarray([500.0]), np.asarray([6.0]))
    assert many.tolist() == [0]


def test_only_a_yes_carries_conditions_and_they_are_in_both_languages() -> None:
    frame = find_frame("periode-de-reconversion")
    assert any("accord écrit" in c for c in judge(frame, YES, 300, 3).to_dict("fr")["conditions"])
    assert any("written agreement" in c for c in judge(frame, YES, 300, 3).to_dict("en")["conditions"])
    assert judge(frame, YES, 500, 3).conditions == ()
    assert judge(frame, JudgedTraining(LEAST, "yes", "yes"), 300, 3).conditions == ()
    for each in presets().values():
        assert each.conditions or each.until, each.name
        verdict = FrameVerdict(each.name, each.label, "yes", conditions=each.conditions)
        for key, french, english in zip(
            each.conditions, verdict.condition_texts("fr"), verdict.condition_texts("en"), strict=True
        ):
            assert french != key != english
    own = Frame(name="x", label="X", conditions=("Accord du comité",))
    assert judge(own, YES, 1, 1).to_dict("fr")["conditions"] == ["Accord du comité"]


def test_a_transition_project_between_two_parts_of_one_fiche_stays_unknown(embedded_graph: OccupationGraph) -> None:
    def verdict(origin: str, target: str) -> FrameVerdict:
        path = rank_paths(embedded_graph, origin, targets=[target], max_steps=1, date=date(2026, 11, 25))[0]
        return next(f for f in path.frames if f.name == "ptp")

    flagship = verdict("K2110-B", "K2110-GL")
    assert flagship.verdict == "unknown"
    assert "same_code" in [v.rule for v in flagship.unknown]
    assert "même code ROME" in " ".join(v.reason("fr") for v in flagship.unknown)
    assert "same_code" not in [v.rule for v in verdict("K2110-B", "N4101").unknown]


def test_a_list_that_is_derived_never_answers_for_an_official_one(embedded_graph: OccupationGraph) -> None:
    def listed(*, official: bool) -> list[str]:
        options = {"hiring": ["N4101"], "date": date(2025, 6, 1), "official_list": official}
        path = rank_paths(embedded_graph, "K2110-B", targets=["N4101"], max_steps=1, **options)[0]  # type: ignore[arg-type]
        frame = next(f for f in path.frames if f.name == "transco")
        return [v.rule for v in (*frame.violations, *frame.unknown) if v.rule.startswith("hiring")]

    assert listed(official=True) == []
    assert listed(official=False) == ["hiring_list_unknown"]


def test_a_violation_says_by_how_much_in_both_languages() -> None:
    found = judge(find_frame("periode-de-reconversion"), YES, 520, 4).to_dict("fr")
    assert found["violations"][0]["by"] == 70
    assert "70 h de trop" in found["violations"][0]["reason"]
    english = judge(find_frame("periode-de-reconversion"), YES, 100, 4).to_dict("en")
    assert "50 h short" in english["violations"][0]["reason"]
    near, far = (judge(find_frame("periode-de-reconversion"), YES, hours, 4).to_dict("fr") for hours in (450.4, 124.8))
    assert "450,4 h de formation pour 450 h au plus : 0,4 h de trop" in near["violations"][0]["reason"]
    assert "125 h de formation pour 150 h au moins : il manque 25 h" in far["violations"][0]["reason"]
    slow = judge(find_frame("periode-de-reconversion"), YES, 200, 13.4).to_dict("fr")  # months keep their tenths
    assert "13,4 mois" in slow["violations"][0]["reason"]
    assert "1,4 mois" in slow["violations"][0]["reason"]
    unsure = judge(find_frame("transco"), JudgedTraining(LEAST, "unknown", "unknown"), 0, 0).to_dict("fr")
    assert "durée inconnue, 24 mois au plus" in " ".join(u["reason"] for u in unsure["unknown"])
    (told,) = judge(find_frame("poei-pic"), replace(YES, known=LEAST, studies=3), 100, 1).to_dict("fr")["unknown"][1:]
    assert told["reason"] == "durée en partie inconnue : 3 mois connus, 6 au plus sont permis"
    assert {u["rule"] for u in unsure["unknown"]} == {"months_unknown", "certifying_unknown", "hiring_list_unknown"}


def test_a_frame_of_ones_own_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "branche.toml"
    file.write_text('name = "branche"\nlabel = "Accord de branche"\nhours_max = 300\n', encoding="utf-8")
    assert find_frame(str(file)).hours_max == 300
    assert find_frame(Frame(name="x", label="X")).name == "x"
    assert Frame(name="x", label="X", hours_min=35, hours_max=35).hours_max == 35  # one length fits
    file.write_text('name = "branche"\nlabel = "Accord"\nheures = 300\n', encoding="utf-8")
    with pytest.raises(PasserellesError, match=r"legal frame: heures: unknown"):
        find_frame(file)
    file.write_text('name = "branche"\nlabel = "Accord"\nhours_min = 500\nhours_max = 100\n', encoding="utf-8")
    with pytest.raises(PasserellesError, match="hours_max: at least 500 is needed"):
        find_frame(file)
    file.write_text('name = "branche"\nlabel = "Accord"\nuntil = "31/12/2025"\n', encoding="utf-8")
    with pytest.raises(PasserellesError, match="until: it must be a date, YYYY-MM-DD"):
        find_frame(file)
    file.write_text("name = branche\n", encoding="utf-8")
    with pytest.raises(PasserellesError) as caught:
        find_frame(file)
    assert "TOML mal écrit, ligne 1, colonne 8" in caught.value.message("fr")
    file.write_bytes('name = "branche"\nlabel = "Accord privé"\n'.encode("cp1252"))
    assert find_frame(file).label == "Accord privé"
    assert not Frame(name="x", label="X", exempt=("", " ")).is_exempt(("Titre",))
    with pytest.raises(PasserellesError) as caught:
        find_frame("transko")
    assert "transco" in caught.value.message("fr")


def test_a_path_says_who_may_pay_under_each_frame_that_does_not_say_no(embedded_graph: OccupationGraph) -> None:
    mine = Payer("0016", "OPCO Mobilités", "1", "published", source="table (juillet 2019)")
    theirs = Payer("2111", "OPCO EP", "2", "replaced", ("3239",), "2022-01-01", "table (juillet 2019) ; convention")
    path = rank_paths(embedded_graph, "N4105", targets=["N4101"], max_steps=1, payers=(mine, theirs))[0]
    by_name = {frame.name: frame for frame in path.frames}
    assert (by_name["transco"].verdict, by_name["transco"].payers) == ("no", ())  # it has ended
    assert all(f.payers and all(p.source for p in f.payers) for f in path.frames if f.verdict != "no")
    firms = {p.who: p.opco for f in path.frames for p in f.payers}
    assert firms["opco_employer"] == mine
    assert firms["opco_host"] == firms["opco_host_support"] == theirs
    assert firms["transitions_pro"] is None
    told = {p["who"] for f in path.to_dict()["frames"] for p in f["payers"]}
    own = "mobilité interne : l'OPCO de l'employeur (OPCO Mobilités pour la convention 0016 : table (juillet 2019), "
    assert own + "à faire confirmer)" in told
    assert any("3239 l'a remplacée le 01/01/2022, à faire confirmer" in text for text in told)
    frames = path.explanation().details[-1]
    assert frames.title == "Cadres légaux"
    assert [line.partition(" : ")[0] for line in frames.lead[: len(path.frames)]] == [f.label for f in path.frames]
    (table,) = [sheet for sheet in path.sheets() if sheet.title == "frames"]
    rows = [row for row in table.records() if row["payers"]]
    assert {row["frame"] for row in rows} == {f.name for f in path.frames if f.payers}
    assert all(row["payers_source"] for row in rows)
    assert "qui peut payer : France Travail" in str(path)


def test_who_may_pay_is_worded_without_an_agreement_and_never_with_an_amount(embedded_graph: OccupationGraph) -> None:
    for lang in ("fr", "en"):
        path = rank_paths(embedded_graph, "N4105", targets=["N4101"], max_steps=1)[0]
        told = [p.text(lang) for f in path.frames for p in f.payers]
        assert told
        assert not any(word in text for text in told for word in ("€", "euro", "table", "opco_"))
