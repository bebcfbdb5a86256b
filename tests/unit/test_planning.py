"""What a project leader plans with: months, volunteers, who pays, groups of training."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from passerelles.access.conditions import access_conditions
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS
from passerelles.market.market import Market
from passerelles.model import Hours
from passerelles.paths.rank import rank_paths
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.actions import Action, actions
from passerelles.territory.flows import Flow
from passerelles.territory.lots import Month
from passerelles.territory.match import match_territory
from passerelles.territory.reading import read_lots


def rows(side: str, *lines: tuple[Any, ...]) -> list[dict[str, Any]]:
    count = "Effectif" if side == "fragile" else "Nb de postes"
    date = "Date de départ" if side == "fragile" else "Date souhaitée"
    names = ("Entreprise", "Métier", count, "Bassin", date, "IDCC", "Taille de l'entreprise", "Dont volontaires")
    return [dict(zip(names, line, strict=False)) for line in lines]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("31/03/2027", (2027, 3)), ("03/2027", (2027, 3)), ("2027-03-31", (2027, 3)), ("Mars 2027", (2027, 3)),
        ("janv-27", (2027, 1)), ("déc. 2026", (2026, 12)),
        ("le d. 2027", None),
        ("01/04/27", (2027, 4)), ("jui-27", None), ("12 mars", None), ("12/03/2745", None), ("fin d'année 2027", None),
        ("fin août 2026", (2026, 8)), ("T3 2026", (2026, 9)), ("dès que possible", None), ("", None), ("13/2027", None),
    ],
)  # fmt: skip
def test_months_are_read_as_companies_write_them(text: str, month: tuple[int, int] | None) -> None:
    assert Month.read(text) == month


def test_optional_columns_stand_in_the_lots(embedded_graph: OccupationGraph) -> None:
    table = rows(
        "fragile",
        ("A", "N1101", 10, "Redon", "31/03/2027", "IDCC 1486", "240", "4"),
        ("A", "N1101", 2, "Redon", "2027-05-01", "1486", "240", ""),
    )
    lots = read_lots(embedded_graph.referential, table, "fragile").lots  # who leaves in another month is another lot
    assert [(lot.people, lot.movable, lot.month, lot.agreement, lot.size) for lot in lots] == [
        (10, 4, (2027, 3), "1486", 240),
        (2, 2, (2027, 5), "1486", 240),
    ]


def test_a_foreseen_day_is_the_month_of_people_and_the_day_an_advert_was_made_not_that_of_the_job(
    embedded_graph: OccupationGraph,
) -> None:
    table = [{"Date d'entrée": "01/02/2009", "Métier": "N1101", "Bassin": "Redon", "Date prévisionnelle": "04/2027"}]
    assert read_lots(embedded_graph.referential, table, "fragile").lots[0].month == (2027, 4)
    table = [{"Date de création": "01/02/2027", "Métier": "N1101", "Bassin": "Redon", "Prise de poste": "04/2027"}]
    assert read_lots(embedded_graph.referential, table, "hiring").lots[0].month == (2027, 4)


def test_a_list_of_persons_says_yes_or_no_of_each_volunteer(embedded_graph: OccupationGraph) -> None:
    table = [{"Métier": "N1101", "Bassin": "Redon", "Volontaire (O/N)": said} for said in ("O", "N", "non", "Oui", "")]
    (lot,) = read_lots(embedded_graph.referential, table, "fragile").lots
    assert (lot.people, lot.movable) == (5, 3)  # of one who does not say, nothing is known
    for column, said in (("Volontaires", "x"), ("Volontaires (%)", "40")):
        table = [{"Métier": "N1101", "Effectif": "10", "Bassin": "Redon", column: said}]
        lots = read_lots(embedded_graph.referential, table, "fragile")
        assert (lots.lots[0].movable, lots.said[-1].key) == (10, "volunteers_unread")


def test_only_volunteers_are_placed_and_the_others_are_said(embedded_graph: OccupationGraph) -> None:
    people = rows("fragile", ("A", "N1101", 10, "Redon", "", "", "", "4"))
    found = match_territory(embedded_graph, people, rows("hiring", ("B", "N1101", 9, "Redon")), changes=False)
    totals = found.totals()
    assert (totals["headcount"], totals["placed"], totals["uncovered"]) == (10, 4, 6)
    assert [(u.people, u.reason) for u in found.uncovered] == [(6, "volunteers")]
    assert "volontaires" in found.uncovered[0].sentence("fr")


def test_a_training_that_does_not_fit_between_two_months_is_said(
    embedded_graph: OccupationGraph, set_today: Callable[[str], None]
) -> None:
    set_today("2026-12-01")
    people = rows("fragile", ("A", "N1101", 3, "Redon", "04/2027"))
    for needed, in_time in (("04/2027", False), ("04/2028", True), ("", None)):
        posts = rows("hiring", ("B", "N1103", 3, "Redon", needed))
        found = match_territory(embedded_graph, people, posts, changes=False)
        (flow,) = (*found.flows, *found.to_confirm)
        shown = flow.to_dict("fr")
        assert (shown["in_time"], shown["free_from"]) == (in_time, "2027-04")
        assert flow.hours.expected is not None
        assert shown["training_months"] == pytest.approx(flow.hours.expected / 140, abs=0.1)
        assert Flow.spec.pick("training_months")[0].screen(flow, "fr") == str(shown["training_months"]).replace(
            ".", ","
        )
        late = [note for note in found.planned if note.key == "late"]
        assert bool(late) is (in_time is False and bool(found.flows))
        for note in late:  # days as the language writes them
            assert "(04/2027)" in note.sentence("fr")
            assert "(2027-04)" in note.sentence("en")


@pytest.mark.parametrize(
    ("free", "needed", "in_time", "overdue"),
    [
        ("", "04/2027", False, True), ("01/2026", "04/2027", False, True), ("", "10/2030", None, False),
        ("01/2026", "10/2030", True, False), ("10/2030", "10/2030", False, False), ("", "", None, False),
    ],
)  # fmt: skip
def test_a_training_that_should_have_begun_before_today_is_too_late(
    embedded_graph: OccupationGraph,
    set_today: Callable[[str], None],
    free: str,
    needed: str,
    in_time: object,
    overdue: object,
) -> None:
    set_today("2027-04-30")
    people, posts = (
        rows("fragile", ("A", "N1101", 3, "Redon", free)),
        rows("hiring", ("B", "N1103", 3, "Redon", needed)),
    )
    found = match_territory(embedded_graph, people, posts, changes=False)
    (flow,) = found.flows
    assert (flow.in_time, flow.overdue) == (in_time, overdue)
    assert [note.key for note in found.planned if note.key in ("late", "overdue")] == (
        ["overdue"] if overdue else ["late"] if in_time is False else []
    )
    (train,) = (a for a in actions(found.release(), "en") if a.kind == "train")
    assert (train.dates.overdue, train.dates.late) == (3 * bool(overdue), 3 * (in_time is False and not overdue))
    assert ("at the latest: too late for 3 people" in train.when("en")) is overdue


def test_people_free_after_they_are_needed_need_no_training_that_does_not_fit(embedded_graph: OccupationGraph) -> None:
    people = rows("fragile", ("A", "N1101", 3, "Redon", "04/2027"))
    found = match_territory(
        embedded_graph, people, rows("hiring", ("B", "N1101", 3, "Redon", "02/2027")), changes=False
    )
    assert [note.key for note in found.planned if note.key in ("late", "free_later")] == ["free_later"]


def test_trainings_that_would_fill_a_group_are_named(embedded_graph: OccupationGraph) -> None:
    settings = Settings(territory=TerritorySettings(smallest_group=4))
    posts = rows("hiring", ("B", "N1103", 5, "Redon"), ("C", "H3302", 3, "Redon"))
    people = rows("fragile", ("A", "N1101", 8, "Redon"))
    found = match_territory(embedded_graph, people, posts, settings=settings, changes=False)
    said = {note.key: note.sentence("fr") for note in found.planned}
    taught = {f.hiring.label: f.people for f in found.flows}
    assert {key: any(n >= 4 for n in taught.values()) for key in ("group_filled",)} == {
        "group_filled": "group_filled" in said
    }
    assert ("group_short" in said) is any(n < 4 for n in taught.values())
    texts = {lang: [note.sentence(lang) for note in found.planned if note.key.startswith("group")] for lang in LANGS}
    assert all(f", Redon : {n}" in " ".join(texts["fr"]) for n in taught.values())
    assert all(f", Redon: {n}" in " ".join(texts["en"]) for n in taught.values())
    again = match_territory(embedded_graph, people, posts, settings=settings, changes=False)
    assert pickle.loads(pickle.dumps(found)).planned == again.planned  # noqa: S301 - our own


def test_the_payer_is_that_of_the_agreement_and_a_changed_one_is_said(embedded_graph: OccupationGraph) -> None:
    def of(idcc: str, headcount: int | None = None) -> Any:
        from passerelles.market.tables import Payer

        return Payer(idcc, "OPCO", "1", "replaced", ("3248",), "2024-01-01", "table", headcount is not None)

    market = Mock(spec=Market, payers=SimpleNamespace(of=of), wages=None, has_survey=False)
    people = rows("fragile", ("A", "N1101", 3, "Redon", "", "54", "30"))
    found = match_territory(
        embedded_graph, people, rows("hiring", ("B", "N1101", 3, "Redon")), market=market, changes=False
    )
    shown = found.flows[0].to_dict("fr")
    assert (shown["fragile_payer"]["name"], shown["fragile_payer"]["plan"], shown["hiring_payer"]) == (
        "OPCO",
        True,
        None,
    )
    (note,) = (note for note in found.planned if note.key == "payer_changed")
    assert "0054, 3248 (01/01/2024)" in note.sentence("fr")
    assert "0054, 3248 (2024-01-01)" in note.sentence("en")


def test_an_authorisation_is_told_once_with_the_first_month_and_no_hours_are_no_unknown_hours(
    embedded_graph: OccupationGraph,
) -> None:
    people, posts = rows("fragile", ("A", "N1101", 3, "Redon")), rows("hiring", ("B", "N1103", 3, "Redon"))
    found = match_territory(embedded_graph, people, posts, changes=False)
    (flow,) = found.flows
    access = access_conditions(embedded_graph.referential, "A1415")
    first = replace(access.to_obtain[0], detail=replace(access.to_obtain[0].detail, before_training=True))
    asked = replace(access, credentials=(first, replace(first, held="unknown")))
    going = [
        replace(flow, people=n, access=asked, hours=Hours(0.0, 0.0, 0.0), hiring=replace(flow.hiring, month=month))
        for n, month in ((1, Month(2027, 9)), (2, Month(2027, 6)))
    ]
    told = {
        a.kind: (a.people, str(a.dates.due), a.hours) for a in actions(replace(found, flows=tuple(going)).release())
    }
    assert told == {"authorise": (3, "2027-06", None), "train": (3, "2027-06", 0.0)}


def test_where_no_table_names_employers_sentences_name_none(embedded_graph: OccupationGraph) -> None:
    people = [{"job": "N1103", "headcount": 3, "basin": "Redon"}]
    found = match_territory(embedded_graph, people, [{"job": "N1101", "openings": 1, "basin": "Redon"}], changes=False)
    assert {a.kind: a.who for a in actions(found.release())}["train"] == "OPCO"
    (uncovered,) = found.uncovered
    assert uncovered.sentence().startswith(f"{uncovered.lot.label} : ")


def test_what_a_new_employer_gives_to_who_keeps_the_job_is_no_training(embedded_graph: OccupationGraph) -> None:
    people, posts = rows("fragile", ("A", "N1101", 3, "Redon")), rows("hiring", ("B", "N1101", 3, "Redon"))
    (only,) = actions(match_territory(embedded_graph, people, posts, changes=False).release())
    assert (only.kind, only.who) == ("meet", "B")
    assert only.what.endswith("Aucune formation à prévoir ; à obtenir : autorisation de conduite (employeur).")
    people, posts = rows("fragile", ("A", "N1103", 3, "Redon")), rows("hiring", ("B", "N1103", 3, "Redon"))
    (only,) = actions(match_territory(embedded_graph, people, posts, changes=False).release())
    assert only.what.endswith("Aucune formation à prévoir.")  # nothing is asked


def test_rows_set_aside_for_one_kind_of_reason_are_one_line_that_quotes_the_first(
    embedded_graph: OccupationGraph,
) -> None:
    jobs, posts = ("N1103", "Zorglubiste", "Blorgneur"), rows("hiring", ("B", "N1103", 3, "Redon"))
    people = rows("fragile", *(("A", job, 2, "Redon") for job in jobs))
    found = match_territory(embedded_graph, people, posts, changes=False)
    (only,) = (each for each in actions(found.release()) if each.kind == "correct")
    assert only.what.startswith("2 lignes mises de côté (2, 3). La première : ")
    assert ("Zorglubiste" in only.what, "Blorgneur" in only.what) == (True, False)
    assert only.people == 4
    unsure = rows("fragile", ("A", "N1103", 3, "Redon"), ("A", "N1103", "quelques", "Redon"))
    found = match_territory(embedded_graph, unsure, posts, changes=False)
    assert [each.people for each in actions(found.release()) if each.kind == "correct"] == [
        None
    ]  # of nobody knows whom


@pytest.mark.parametrize("column", ["Pré-requis", "Permis / CACES"])
def test_no_training_is_without_a_title_where_the_table_asks_for_something(
    embedded_graph: OccupationGraph, column: str
) -> None:
    people, posts = rows("fragile", ("A", "N1101", 3, "Redon")), rows("hiring", ("B", "N1103", 3, "Redon"))
    posts = [{**post, column: "Licence B1"} for post in posts]
    (training,) = actions(match_territory(embedded_graph, people, posts, changes=False).release())
    assert "(la table demande : Licence B1)" in training.what


def test_the_months_of_a_training_are_those_of_its_path(rome4_graph: OccupationGraph) -> None:
    ends = {
        ("A1503", "J1403"): "three years of studies", ("G1219", "D1419"): "practice", ("N1103", "N4101"): "hours alone",
        ("D1504", "A1206"): "studies supposed", ("N4125", "J1306"): "published studies, and no others supposed",
        ("H1235", "K1227"): "a diploma that is presumed", ("D1414", "J1404"): "studies that a diploma shortens",
    }  # fmt: skip
    for origin, target in ends:
        people, posts = rows("fragile", ("A", origin, 1, "Redon")), rows("hiring", ("B", target, 1, "Redon"))
        found = match_territory(rome4_graph, people, posts, changes=False, stretch=True)
        (flow,) = (*found.flows, *found.to_confirm, *found.stretched)
        (path,) = rank_paths(rome4_graph, origin, targets=[target], max_steps=1, limit=1)
        assert flow.training_months == path.months.expected
    people, posts = rows("fragile", ("A", "N4305", 1, "Redon")), rows("hiring", ("B", "N4305", 1, "Redon"))
    (same,) = match_territory(rome4_graph, people, posts).flows
    assert (same.same_job, same.training_months) == (True, 0)


def test_actions_say_by_when_a_training_begins_and_what_is_not_known_stays_so(embedded_graph: OccupationGraph) -> None:
    people, posts = rows("fragile", ("A", "N1101", 3, "Redon")), rows("hiring", ("B", "N1103", 3, "Redon"))
    found = match_territory(embedded_graph, people, posts, changes=False)
    (flow,) = found.flows

    def going(hours: float | None, needed: Month | None, free: Month | None = None, people: int = 1) -> Flow:
        hiring, fragile = replace(flow.hiring, month=needed), replace(flow.fragile, month=free)
        months = None if hours is None else hours / 140
        sized = replace(flow, hours=Hours(hours, hours, hours), training_months=months, this_month=Month(2026, 12))
        return replace(sized, people=people, hiring=hiring, fragile=fragile)

    def told(*flows: Flow) -> Action:
        (action,) = (a for a in actions(replace(found, flows=flows).release(), "en") if a.kind == "train")
        return action

    begins_now, overdue = (going(270.0, Month(2027, needed)) for needed in (2, 1))
    assert (str(begins_now.start_by), begins_now.overdue, overdue.overdue) == ("2026-12", False, True)
    june = Month(2027, 6)
    whole = told(going(270.0, june, Month(2027, 1), 2), going(160.0, june, Month(2027, 5)), going(40.0, None))
    assert [str(m) for m in whole.dates[:3]] == ["2027-04", "2027-06", "2027-01"]  # 270 h are two months, 160 h too
    assert (whole.dates.late, whole.dates.unknown_length) == (1, False)
    assert whole.when("en") == (
        "to begin in 2027-04 at the latest, the first post in 2027-06; 1 person is free too late for that"
    )
    assert whole.to_dict("en")["start_by"] == "2027-04"
    assert going(140.0, june).start_by == Month(2027, 5)
    assert going(100.0, Month(2027, 1)).start_by == Month(2026, 12)
    doubtful = tuple(replace(going(h, june), unknown=("hours",)) for h in (None, 300.0))
    (unsure,) = actions(replace(found, flows=(), to_confirm=doubtful).release(), "en")
    assert (unsure.dates.start_by, unsure.dates.unknown_length) == (None, True)
    assert "unknown length, so unknown start" in unsure.when("en")
    stays = replace(going(0.0, june), same_job=True)  # nothing to begin, of which June is the month all the same
    (meeting,) = actions(replace(found, flows=(stays,)).release(), "en")
    assert (meeting.kind, meeting.dates[:2]) == ("meet", (None, june))
    undated = told(going(300.0, None))
    assert (undated.dates[:3], undated.when("en")) == ((None, None, None), "before taking up the post")


def test_an_empty_post_says_that_the_others_are_no_volunteers_or_are_placed_already(
    embedded_graph: OccupationGraph,
) -> None:
    people = rows("fragile", ("A", "N1103", 5, "Redon", "", "", "", 2))
    found = match_territory(embedded_graph, people, rows("hiring", ("B", "N1103", 4, "Redon")), changes=False)
    assert [(u.empty, u.reason) for u in found.unfilled] == [(2, "volunteers")]
    assert "volontaires" in found.release().to_dict("fr")["unfilled"][0]["sentence"]
    far = rows("fragile", ("C", "K2110", 3, "Redon"))  # whom experts nearly never see there: not those within reach
    found = match_territory(embedded_graph, [*people, *far], rows("hiring", ("B", "N1103", 4, "Redon")), changes=False)
    assert [(u.empty, u.reason, u.candidates) for u in found.unfilled] == [(2, "volunteers", ())]
    others = [*rows("fragile", ("A", "N1103", 2, "Redon")), *rows("fragile", ("C", "K2110", 3, "Redon"))]
    found = match_territory(embedded_graph, others, rows("hiring", ("B", "N1103", 4, "Redon")), changes=False)
    assert [(u.empty, u.reason) for u in found.unfilled] == [(2, "everyone_placed")]


def test_people_placed_at_a_lower_level_are_said(embedded_graph: OccupationGraph) -> None:
    fragile = [{"employer": "A", "job": "Moniteur / Monitrice d'auto-école", "headcount": 3, "basin": "Redon"}]
    hiring = [{"employer": "C", "job": "N4101", "openings": 5, "basin": "Redon"}]
    found = match_territory(embedded_graph, fragile, hiring, changes=False)
    assert (found.placed, [(note.key, note.values["n"]) for note in found.planned]) == (3, [("steps_down", 3)])
    fragile, hiring = (
        [rows[0] | {"employer": "", "basin": at} for at in ("Redon", "Vannes")] for rows in (fragile, hiring)
    )
    (note,) = match_territory(embedded_graph, fragile, hiring, changes=False).planned  # of two sites, named once
    assert (note.values["n"], note.values["names"]) == (6, "Moniteur / Monitrice d'auto-école → N4101")


@pytest.mark.parametrize(
    ("firm", "public"),
    [("Mairie de Redon", True), ("CH de Redon", True), ("Département du Nord", True), ("Ville en Vert SAS", False),
     ("Hôpital privé du Pays", False)],
)  # fmt: skip
def test_no_training_fund_of_firms_is_told_to_train_for_a_public_employer(
    embedded_graph: OccupationGraph, firm: str, *, public: bool
) -> None:
    people, posts = rows("fragile", ("A", "N1101", 3, "Redon")), rows("hiring", (firm, "N1103", 3, "Redon"))
    found = match_territory(embedded_graph, people, posts, changes=False)
    (who,) = (a.who for a in actions(found.release(), "fr") if a.kind == "train")
    assert ("employeur public" in who, firm in who) == (public, True)
